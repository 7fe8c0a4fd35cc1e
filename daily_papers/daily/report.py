"""The report of a run: the outcome of each keyword, request and wait, and of the day.

It is shown as a table and as JSON, and on GitHub as a summary and annotations. An annotation is a
warning if something needs patience, and an error if the whole run failed; a keyword that has been
out of date for long gets a warning of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from daily_papers.config import Keyword
from daily_papers.daily.advance import Findings, KeywordProgress
from daily_papers.daily.evidence import Evidence, FeedRead, Ranked, Unanswered
from daily_papers.daily.feed_history import lost_since
from daily_papers.daily.plan import working_days
from daily_papers.errors import Exchange, Outcome, Wait
from daily_papers.github_actions import annotation, harmless
from daily_papers.records import decode, encode, parse
from daily_papers.render.markdown import cell, paragraph
from daily_papers.store.store import KeywordState, Store
from daily_papers.text import cut, plural

#: Outcomes after which there is nothing more to ask for; and those after which a keyword's table is
#: as it should be, as far as we can know.
_DONE = (Outcome.UP_TO_DATE, Outcome.NOTHING_ANNOUNCED)
_GOOD = (*_DONE, Outcome.FILLING, Outcome.TO_BE_CONFIRMED)
#: A keyword that missed more listing days than this gets a warning of its own.
PATIENCE = 2
#: GitHub shows ten warnings a step; one is for the run. The job summary has all.
_MOST_WARNINGS = 9
#: GitHub takes a summary of up to 1 MiB; the log has what is cut here.
_MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordReport:
    """What a run achieved for one keyword."""

    slug: str
    name: str
    outcome: Outcome
    #: One sentence about what failed; None if nothing did.
    reason: str | None
    papers: int
    #: Papers that were news today.
    new: int
    #: Papers in the table that got a newer version today.
    revised: int
    #: Papers that arXiv returned although they do not match; none of them is stored.
    not_matching: int
    last_success: date | None
    #: What to do about it, if it never finds anything, or more than its table holds.
    advice: str | None = None

    @property
    def done(self) -> bool:
        """Whether there is nothing more to ask for today."""
        return self.outcome in _DONE

    @property
    def public_reason(self) -> str:
        """The reason for README.md, whose readers know nothing of the machine that runs the job."""
        if self.outcome is Outcome.NOT_REACHED:
            return "arXiv could not be reached"
        return self.reason or ""

    @property
    def good(self) -> bool:
        """Whether the table is as it should be, or is on its way there."""
        return self.outcome in _GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """The whole report of a run."""

    day: date
    day_line: str
    complete: bool
    keywords: tuple[KeywordReport, ...]
    requests: tuple[Exchange, ...] = ()
    waits: tuple[Wait, ...] = ()
    #: What else people should know: a feed that was not trusted, late details.
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 done, 3 some keywords could not be brought up to date, 1 none could."""
        bad = sum(not keyword.good for keyword in self.keywords)
        if not bad:
            return 0
        return 1 if bad == len(self.keywords) else 3


def day_line(
    *,
    news: int,
    revised: int,
    announced: int | None,
    failures: Sequence[tuple[str, str]],
    keywords: int,
    extra: str | None = None,
) -> str:
    """Sum up a listing day in one line.

    ``announced`` is the number of papers in the announcement feed, None if it was not asked for or
    not trusted. ``failures`` are pairs of keyword and reason.
    """
    if news or revised:
        came = plural(news, "new paper") if news else "No new paper"
        parts = [f"{came}, {plural(revised, 'revision')}." if revised else f"{came}."]
    elif announced:
        papers = plural(announced, "paper")
        parts = [f"{papers} announced, none of them new for a keyword."]
    else:
        parts = ["Nothing new." if announced is None else "Nothing was announced."]
    if failures and len(failures) == keywords and not news and not revised:
        parts = [f"Not fetched: {failures[0][1]}."]
    elif failures:
        names = ", ".join(name for name, _ in failures[:3])
        more = f" and {len(failures) - 3:,} more" if len(failures) > 3 else ""
        parts.append(
            f"{len(failures):,} of {keywords:,} keywords could not be brought up to date: "
            f"{names}{more}."
        )
    return " ".join([*parts, extra] if extra else parts)


def report_keyword(
    store: Store, keyword: Keyword, findings: Findings, new: int, day: date
) -> KeywordReport:
    """Report what the run achieved for one keyword."""
    after, progress = store.keywords[keyword.slug], findings.progress[keyword.slug]
    members = store.members.get(keyword.slug, frozenset())
    outcome, reason = _outcome(after, progress, findings, day)
    return KeywordReport(
        slug=keyword.slug,
        name=keyword.name,
        outcome=outcome,
        reason=reason,
        papers=min(len(members), keyword.max_papers),
        new=new,
        revised=len(members.intersection(store.state.revised)),
        not_matching=progress.strangers,
        last_success=after.last_success,
        advice=store.advice(keyword.slug, day),
    )


def _outcome(
    keyword: KeywordState, progress: KeywordProgress, findings: Findings, day: date
) -> tuple[Outcome, str | None]:
    """What became of a keyword; and why, if it is not up to date."""
    if keyword.last_success == day:
        quiet = findings.announced == () and not progress.searched
        return Outcome.NOTHING_ANNOUNCED if quiet else Outcome.UP_TO_DATE, None
    failure = findings.failure_of(keyword)
    # A new keyword may wait while others are filled, but not where nothing was answered.
    waits = failure is None or (failure.outcome is Outcome.NOT_ASKED and findings.answered)
    if keyword.filled is None and waits:
        outcome = Outcome.FILLING
    elif keyword.filled is not None and progress.since is not None:
        outcome = Outcome.TO_BE_CONFIRMED
    elif failure is None and not keyword.searches:
        return Outcome.FAILED, "the listing could not be compared with what you like"
    else:
        outcome = Outcome.FAILED if failure is None else failure.outcome
    return outcome, _WITHOUT_FAILURE.get(outcome) if failure is None else failure.plain_reason


_WITHOUT_FAILURE: Mapping[Outcome, str] = {
    Outcome.TO_BE_CONFIRMED: (
        "arXiv's index does not show the last listing yet; the next run asks again"
    ),
    Outcome.FAILED: (
        "the announcement feed does not have the days that were missed; run with --source auto"
    ),
}


def notes_of(before: Store, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """What else people should know, each once."""
    notes: list[str] = []
    for item in evidence:
        match item:
            case FeedRead():
                notes += [
                    f"arXiv may not know the category {name}: left out of the announcement feed, "
                    "which it refused; correct it in keywords.yaml if it is misspelt"
                    for name in item.unknown
                ]
                notes += [f"announcement feed: {each.plain_reason}" for each in item.failures]
                if not item.failures and (lost := lost_since(before.state, item.announcements)):
                    notes.append(
                        f"identifiers are missing since {lost}, whose feed was empty: "
                        "the days from then on are fetched another way"
                    )
            case Ranked():
                notes += item.notes
            case Unanswered():
                notes.append(f"{item.what}: {item.failure.plain_reason}")
    return tuple(dict.fromkeys(notes))


# --- for people and machines -------------------------------------------------------------------


def as_json(report: RunReport) -> str:
    """The report for machines; a later step of the workflow reads it."""
    record = {**encode(report), "exit_code": report.exit_code}
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> RunReport:
    """Read what `as_json` wrote; raises ValueError for anything else."""
    return decode(RunReport, parse(text.encode()))


def as_table(report: RunReport) -> str:
    """The report for people: a row for each keyword, then what went wrong, and the waits.

    A reason that keywords, notes and waits share is given once; if all failed, in the day line.
    """
    found, remarks = _in_words(report)
    rows = [("keyword", "papers", "new", "revised", "state"), *found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join([name.ljust(widths[0]), *map(str.rjust, numbers, widths[1:]), state])
        for name, *numbers, state in rows
    ]
    lines += ["", f"{report.day}: {report.day_line}", *remarks]
    return "\n".join(harmless(line) for line in lines) + "\n"


def _requests(report: RunReport) -> str:
    asked = [request for request in report.requests if request.status != "kept"]
    kept = len(report.requests) - len(asked)
    megabytes = sum(request.bytes for request in asked) / 1e6
    seconds = sum(request.seconds for request in asked)
    line = f"{plural(len(asked), 'request')}, {megabytes:.1f} MB, {seconds:.1f} s"
    return f"{line}; {kept} more answered from those kept today" if kept else line


def _in_words(report: RunReport) -> tuple[list[tuple[str, ...]], list[str]]:
    """A row for each keyword: name, numbers and outcome; and remarks. Each reason is given once."""
    given = [report.day_line]

    def once(reason: str) -> str:
        if any(reason in each for each in given):
            return "as above"
        given.append(reason)
        return reason

    rows, remarks = [], []
    for keyword in report.keywords:
        state, reason = str(keyword.outcome), keyword.reason
        if reason is not None:
            state += "" if reason in report.day_line else f": {once(reason)}"
            state += f"; last success {keyword.last_success or 'never'}"
        numbers = (f"{each:,}" for each in (keyword.papers, keyword.new, keyword.revised))
        rows.append((cut(keyword.name, 40), *numbers, state))
        if keyword.advice and len(rows) <= _MOST_ROWS:
            remarks.append(f"{cut(keyword.name, 40)}: {keyword.advice}")
    for note in report.notes:
        what, colon, reason = note.partition(": ")
        remarks.append(f"note: {what}{colon}{once(reason) if reason else ''}")
    for reason in dict.fromkeys(wait.reason for wait in report.waits):
        seconds = [wait.seconds for wait in report.waits if wait.reason == reason]
        often = f" in {len(seconds):,} waits" if len(seconds) > 1 else ""
        remarks.append(f"waited {sum(seconds):,.0f} s{often}: {once(reason)}")
    return rows, [*remarks, _requests(report)]


# --- for GitHub ----------------------------------------------------------------------------------


def commit_message(report: RunReport) -> str:
    """Write the message of the run's commit, without any text that others wrote."""
    rest = "" if report.complete else ", not complete yet"
    return f"Listing of {report.day}{rest}\n"


def as_annotations(report: RunReport) -> str:
    """Give the run's outcome, and the stale keywords, as commands for GitHub Actions."""
    lines: list[str] = []
    if report.exit_code:
        failed = report.exit_code == 1
        title = f"Listing of {report.day}: {'not fetched' if failed else 'in part'}"
        lines.append(annotation("error" if failed else "warning", report.day_line, title=title))
    stale = [keyword for keyword in report.keywords if _days_behind(keyword, report) > PATIENCE]
    for keyword in stale[:_MOST_WARNINGS]:
        message = (
            f"{keyword.name}: not up to date for {_days_behind(keyword, report)} listing days, "
            f"since {keyword.last_success}: {keyword.reason or keyword.outcome}"
        )
        lines.append(annotation("warning", message, title="Stale keyword"))
    return "".join(f"{line}\n" for line in lines)


def _days_behind(keyword: KeywordReport, report: RunReport) -> int:
    """Count the listing days since the keyword was up to date, including the report's."""
    if keyword.last_success is None or keyword.last_success >= report.day:
        return 0
    return len(working_days(keyword.last_success, report.day)) + 1


def as_markdown(report: RunReport) -> str:
    """Write the whole report for GITHUB_STEP_SUMMARY."""
    rows = ["| keyword | papers | new | revised | state |", "| --- | ---: | ---: | ---: | --- |"]
    found, remarks = _in_words(report)
    for keyword, (_, *numbers, state) in list(zip(report.keywords, found, strict=True))[
        :_MOST_ROWS
    ]:
        left_out = f"; {plural(keyword.not_matching, 'paper')} left out, not matching"
        whole = cell(state + left_out if keyword.not_matching else state)
        rows.append(f"| {' | '.join([cell(keyword.name), *numbers, whole])} |")
    blocks = [f"## Listing of {report.day}", paragraph(report.day_line), "\n".join(rows)]
    if (rest := len(report.keywords) - _MOST_ROWS) > 0:
        blocks.append(f"{plural(rest, 'more keyword is', 'more keywords are')} in the log.")
    blocks.append("\n".join(f"- {paragraph(remark)}" for remark in remarks))
    requests = [
        "| status | bytes | seconds | outcome | address |",
        "| --- | ---: | ---: | --- | --- |",
    ]
    requests += [
        f"| {cell(each.status)} | {each.bytes:,} | {each.seconds:.1f} | {cell(each.outcome)} "
        f"| {cell(cut(each.url, 200))} |"
        for each in report.requests[:_MOST_ROWS]
    ]
    if report.requests:
        blocks += ["<details><summary>Each request</summary>", "\n".join(requests), "</details>"]
    return "\n\n".join(blocks) + "\n"


#: What `report --format` takes.
FORMATS: Mapping[str, Callable[[RunReport], str]] = {
    "text": as_table,
    "markdown": as_markdown,
    "github": as_annotations,
    "commit-message": commit_message,
}
