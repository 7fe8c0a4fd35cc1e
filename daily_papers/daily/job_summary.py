"""The report of a run on GitHub's page of the job: a summary in Markdown, and annotations.

Pure text. An annotation is a warning where something needs patience, an error where the whole run
failed; a keyword that was not brought up to date for long has one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daily_papers.daily.plan import missed_days
from daily_papers.daily.report import KeywordReport, RequestReport, RunReport
from daily_papers.rendering.markdown import cell, paragraph
from daily_papers.workflow_commands import annotation

#: A keyword that missed more listing days than this gets a warning of its own.
PATIENCE = 2
#: GitHub shows ten warnings a step; one is for the run.
_MOST_WARNINGS = 9
#: GitHub takes a summary of up to 1 MiB; what is cut here stands in the log.
_MOST_ROWS = 2_000
_MOST_REQUESTS = 200


def commit_message(report: RunReport) -> str:
    """Write the message of the run's commit; it holds no text that others wrote."""
    rest = "" if report.complete else ", not complete yet"
    return f"Listing of {report.day}{rest}"


def run_annotations(report: RunReport) -> tuple[str, ...]:
    """Give the run's outcome, and what became stale, as commands for GitHub Actions."""
    stale = [keyword for keyword in report.keywords if _days_behind(keyword, report) > PATIENCE]
    return (*_outcome(report), *_stale(stale, report))


def _outcome(report: RunReport) -> Iterator[str]:
    if report.exit_code == 1:
        yield annotation("error", report.day_line, title=f"Listing of {report.day}: not fetched")
    elif report.exit_code:
        yield annotation("warning", report.day_line, title=f"Listing of {report.day}: in part")


def _stale(keywords: Sequence[KeywordReport], report: RunReport) -> Iterator[str]:
    shown = keywords if len(keywords) <= _MOST_WARNINGS else keywords[: _MOST_WARNINGS - 1]
    for keyword in shown:
        days = _days_behind(keyword, report)
        yield annotation(
            "warning",
            f"{keyword.name}: not up to date for {days} listing days, since "
            f"{keyword.last_success}: {keyword.reason or keyword.outcome}",
            title="Stale keyword",
        )
    if len(shown) < len(keywords):
        rest = len(keywords) - len(shown)
        message = f"{rest:,} more keywords are stale; the job summary has all"
        yield annotation("warning", message, title="Stale keywords")


def _days_behind(keyword: KeywordReport, report: RunReport) -> int:
    """Count the listing days since the keyword was up to date, the report's included."""
    if keyword.last_success is None or keyword.last_success >= report.day:
        return 0
    return missed_days(keyword.last_success, report.day) + 1


def as_markdown(report: RunReport) -> str:
    """Write the whole report for GITHUB_STEP_SUMMARY."""
    blocks = [
        f"## Listing of {report.day}",
        paragraph(report.day_line),
        *_keywords(report),
        *_list("Notes", report.notes),
        *_list("Asked for", report.plan),
        *_list("Waits", [f"{w.seconds:,.0f} s: {w.reason} ({w.url})" for w in report.waits]),
        *_requests(report.requests),
    ]
    return "\n\n".join(blocks) + "\n"


def _keywords(report: RunReport) -> Iterator[str]:
    lines = ["| keyword | papers | new | revised | state |", "| --- | ---: | ---: | ---: | --- |"]
    lines += [_row(keyword, report) for keyword in report.keywords[:_MOST_ROWS]]
    yield "\n".join(lines)
    if len(report.keywords) > _MOST_ROWS:
        yield f"{len(report.keywords) - _MOST_ROWS:,} more keywords stand in the log."


def _row(keyword: KeywordReport, report: RunReport) -> str:
    cells = [
        cell(keyword.name),
        f"{keyword.papers:,}",
        f"{keyword.new:,}",
        f"{keyword.revised:,}",
        cell(_state(keyword, report)),
    ]
    return f"| {' | '.join(cells)} |"


def _state(keyword: KeywordReport, report: RunReport) -> str:
    parts = [keyword.outcome]
    if keyword.reason is not None:
        parts.append(keyword.reason)
    if not keyword.good and keyword.last_success != report.day:
        parts.append(f"last success {keyword.last_success or 'never'}")
    if keyword.not_matching:
        parts.append(f"{keyword.not_matching:,} papers came that do not match")
    return "; ".join(parts)


def _list(title: str, texts: Sequence[str]) -> Iterator[str]:
    if texts:
        yield f"### {title}"
        yield "\n".join(f"- {paragraph(text)}" for text in texts)


def _requests(requests: Sequence[RequestReport]) -> Iterator[str]:
    if not requests:
        return
    lines = [
        "| status | bytes | seconds | outcome | address |",
        "| --- | ---: | ---: | --- | --- |",
    ]
    lines += [
        f"| {cell(each.status)} | {each.bytes:,} | {each.seconds:.1f} | {cell(each.outcome)} "
        f"| {cell(_shortened(each.url))} |"
        for each in requests[:_MOST_REQUESTS]
    ]
    left_out = len(requests) - _MOST_REQUESTS
    title = f"{len(requests):,} request{'' if len(requests) == 1 else 's'}"
    more = f", {left_out:,} of them left out here" if left_out > 0 else ""
    yield f"<details><summary>{title}{more}</summary>"
    yield "\n".join(lines)
    yield "</details>"


def _shortened(url: str, width: int = 200) -> str:
    return url if len(url) <= width else f"{url[: width - 1]}…"
