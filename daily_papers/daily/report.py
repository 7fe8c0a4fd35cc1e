"""The report of a run: the outcome of each keyword, request and wait, and of the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from daily_papers.config import Keyword
from daily_papers.daily.evidence import (
    AuditFailed,
    CategoriesUnknown,
    Evidence,
    FeedLost,
    FeedRead,
    Findings,
    HarvestFailed,
    KeywordProgress,
    Ranked,
    Unanswered,
)
from daily_papers.daily.feed_history import lost_since
from daily_papers.errors import Exchange, Failure, Outcome, Wait
from daily_papers.store.advice import advice
from daily_papers.store.store import KeywordState, Store
from daily_papers.text import plural

#: Outcomes after which a keyword's table is as it should be, as far as we can know.
_GOOD = frozenset(
    {
        Outcome.UP_TO_DATE,
        Outcome.NOTHING_ANNOUNCED,
        Outcome.FILLING,
        Outcome.TO_BE_CONFIRMED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordReport:
    """What a run achieved for one keyword."""

    slug: str
    name: str
    outcome: Outcome
    #: One sentence about what failed; None if nothing did.
    reason: str | None
    #: The address that failed.
    url: str | None = None
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
        return self.outcome in {Outcome.UP_TO_DATE, Outcome.NOTHING_ANNOUNCED}

    @property
    def good(self) -> bool:
        """Whether the table is as it should be, or is on its way there."""
        return self.outcome in _GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """The whole report of a run."""

    day: date
    source: str
    day_line: str
    complete: bool
    #: What the run asked for, one sentence each.
    plan: tuple[str, ...]
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
    extra: Iterable[str] = (),
) -> str:
    """Sum up a listing day in one line.

    ``announced`` is the number of papers in the announcement feed, None if it was not asked for or
    not trusted. ``failures`` are pairs of keyword and reason.
    """
    parts = [_what_came(news, revised, announced)]
    if failures and len(failures) == keywords and not news and not revised:
        parts = [f"Not fetched: {failures[0][1]}."]
    elif failures:
        names = ", ".join(name for name, _ in failures[:3])
        more = f" and {len(failures) - 3:,} more" if len(failures) > 3 else ""
        parts.append(
            f"{len(failures):,} of {keywords:,} keywords could not be brought up to date: "
            f"{names}{more}."
        )
    return " ".join([*parts, *extra])


def _what_came(news: int, revised: int, announced: int | None) -> str:
    if news or revised:
        came = plural(news, "new paper") if news else "No new paper"
        return f"{came}, {plural(revised, 'revision')}." if revised else f"{came}."
    if announced == 0:
        return "Nothing was announced."
    if announced:
        return f"{plural(announced, 'paper')} announced, none of them new for a keyword."
    return "Nothing new."


def report_keyword(
    store: Store, keyword: Keyword, findings: Findings, new: int, day: date
) -> KeywordReport:
    """Report what the run achieved for one keyword."""
    after, progress = store.keywords[keyword.slug], findings.progress[keyword.slug]
    members = store.members.get(keyword.slug, frozenset())
    failure = progress.failure if after.last_success == day else findings.failure_of(after)
    outcome = _outcome(after, progress, failure, findings, day)
    if outcome in (Outcome.UP_TO_DATE, Outcome.NOTHING_ANNOUNCED):
        failure = None
    return KeywordReport(
        slug=keyword.slug,
        name=keyword.name,
        outcome=outcome,
        reason=_WITHOUT_FAILURE.get(outcome) if failure is None else failure.plain_reason,
        url=None if failure is None else failure.url,
        papers=min(len(members), keyword.max_papers),
        new=new,
        revised=len(members.intersection(store.state.revised)),
        not_matching=progress.strangers,
        last_success=after.last_success,
        advice=advice(store, keyword, day),
    )


def _outcome(
    keyword: KeywordState,
    progress: KeywordProgress,
    failure: Failure | None,
    findings: Findings,
    day: date,
) -> Outcome:
    if keyword.last_success == day:
        quiet = findings.announced == () and not progress.searched
        return Outcome.NOTHING_ANNOUNCED if quiet else Outcome.UP_TO_DATE
    if keyword.filled is None and (failure is None or failure.outcome is Outcome.NOT_ASKED):
        return Outcome.FILLING
    if keyword.filled is not None and progress.asked_for:
        return Outcome.TO_BE_CONFIRMED
    return Outcome.FAILED if failure is None else failure.outcome


_WITHOUT_FAILURE: Mapping[Outcome, str] = {
    Outcome.TO_BE_CONFIRMED: (
        "arXiv's index does not show the last listing yet; the next run asks again"
    ),
    Outcome.FAILED: (
        "days were missed that the announcement feed cannot bring; run with --source auto"
    ),
}


def notes_of(before: Store, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """What else people should know, each once."""
    return tuple(dict.fromkeys(note for item in evidence for note in _noted(before, item)))


def _noted(before: Store, item: Evidence) -> Iterator[str]:
    match item:
        case FeedRead():
            lost = lost_since(before.state, item.announcements)
            if lost is not None:
                yield (
                    f"identifiers are missing since {lost}, whose feed was empty: "
                    "the days from then on are fetched another way"
                )
        case FeedLost():
            for failure in item.failures:
                yield f"announcement feed: {failure.plain_reason}"
        case Ranked():
            yield from item.notes
        case HarvestFailed() | Unanswered() | AuditFailed():
            yield f"{item.what}: {item.failure.plain_reason}"
        case CategoriesUnknown():
            yield (
                f"arXiv knows no category {', '.join(item.names)}: left out of the "
                "announcement feed; correct it in keywords.yaml"
            )
