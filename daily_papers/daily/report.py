"""The report of a run: what became of each keyword, each request, each wait.

Pure text: a table for people, the same as JSON for machines, and the one line that says what the
listing day was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from daily_papers.errors import FetchError
from daily_papers.workflow_commands import harmless

UP_TO_DATE = "up to date"
NOTHING_ANNOUNCED = "nothing announced"
FILLING = "filling"
TO_BE_CONFIRMED = "to be confirmed"
NOT_ASKED = "not asked"
FAILED = "failed"

#: Outcomes with which a keyword's table is as it should be, as far as can be known.
_GOOD = frozenset({UP_TO_DATE, NOTHING_ANNOUNCED, FILLING, TO_BE_CONFIRMED})
_Part = TypeVar("_Part")
_THROTTLED = re.compile(r"^status \d+: (?:Rate exceeded|too many requests)")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordReport:
    """What a run came to for one keyword."""

    slug: str
    name: str
    #: ``up to date``, ``nothing announced``, ``filling``, ``to be confirmed``, ``short answer``,
    #: ``throttled``, ``failed`` or ``not asked``.
    outcome: str
    #: One sentence about what failed; None where nothing did.
    reason: str | None
    #: The address that was asked for when it failed.
    url: str | None = None
    papers: int
    #: Papers that were news today.
    new: int
    #: Papers that stood in the table before, and came in a newer version today.
    revised: int
    #: Papers that arXiv returned and that do not match; none of them is stored.
    not_matching: int
    last_success: date | None

    @property
    def done(self) -> bool:
        """Whether nothing is left to ask for it today."""
        return self.outcome in {UP_TO_DATE, NOTHING_ANNOUNCED}

    @property
    def good(self) -> bool:
        """Whether the table is as it should be, or is on its way there."""
        return self.outcome in _GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReport:
    """One request, or one kept answer that saved it."""

    url: str
    status: str
    bytes: int
    seconds: float
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitReport:
    """What was waited for, how long, and why."""

    url: str
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """All that is told of a run."""

    day: date
    source: str
    day_line: str
    complete: bool
    #: What the run asked for, one sentence each.
    plan: tuple[str, ...]
    keywords: tuple[KeywordReport, ...]
    requests: tuple[RequestReport, ...] = ()
    waits: tuple[WaitReport, ...] = ()
    #: What else people should know: a feed that was not believed, late details.
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 done, 3 some keywords could not be brought up to date, 1 none could."""
        bad = sum(not keyword.good for keyword in self.keywords)
        if not bad:
            return 0
        return 1 if bad == len(self.keywords) else 3


def in_words(failure: FetchError) -> str:
    """A failure for people, without its address."""
    return told(failure.reason)


def told(reason: str) -> str:
    """A reason for people, who need not know what a status is."""
    return _THROTTLED.sub(r"arXiv asked us to wait (\g<0>)", reason)


def as_json(report: RunReport) -> str:
    """The report for machines; also what a later step of a workflow reads."""
    record: dict[str, Any] = {
        "day": report.day.isoformat(),
        "source": report.source,
        "day_line": report.day_line,
        "complete": report.complete,
        "exit_code": report.exit_code,
        "plan": list(report.plan),
        "keywords": [_keyword_record(keyword) for keyword in report.keywords],
        "requests": [
            {
                "url": request.url,
                "status": request.status,
                "bytes": request.bytes,
                "seconds": round(request.seconds, 3),
                "outcome": request.outcome,
            }
            for request in report.requests
        ],
        "waits": [
            {"url": wait.url, "seconds": round(wait.seconds, 3), "reason": wait.reason}
            for wait in report.waits
        ],
        "notes": list(report.notes),
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _keyword_record(keyword: KeywordReport) -> dict[str, Any]:
    return {
        "slug": keyword.slug,
        "name": keyword.name,
        "outcome": keyword.outcome,
        "reason": keyword.reason,
        "url": keyword.url,
        "papers": keyword.papers,
        "new": keyword.new,
        "revised": keyword.revised,
        "not_matching": keyword.not_matching,
        "last_success": keyword.last_success and keyword.last_success.isoformat(),
    }


def from_json(text: str) -> RunReport:
    """Read what `as_json` wrote; raises ValueError for anything else."""
    try:
        record: dict[str, Any] = json.loads(text)
        return _checked(
            RunReport(
                day=date.fromisoformat(record["day"]),
                source=record["source"],
                day_line=record["day_line"],
                complete=record["complete"],
                plan=tuple(record["plan"]),
                keywords=tuple(_keyword_report(each) for each in record["keywords"]),
                requests=tuple(_checked(RequestReport(**each)) for each in record["requests"]),
                waits=tuple(_checked(WaitReport(**each)) for each in record["waits"]),
                notes=tuple(record["notes"]),
            )
        )
    except (LookupError, TypeError, RecursionError) as error:
        raise ValueError(f"not a report: {error}") from error


def _keyword_report(record: dict[str, Any]) -> KeywordReport:
    last = record["last_success"]
    last_success = None if last is None else date.fromisoformat(last)
    return _checked(KeywordReport(**{**record, "last_success": last_success}))


def _checked(part: _Part) -> _Part:
    """Give it back; raises TypeError where a field holds a value of another type."""
    for name, kind in get_type_hints(type(part)).items():
        value = getattr(part, name)
        many = get_origin(kind) is tuple
        allowed = get_args(kind)[0] if many else kind
        for each in value if many else (value,):
            if not isinstance(each, (int, float) if allowed is float else allowed):
                raise TypeError(f"{name} is {each!r:.50}")
    return part


def as_table(report: RunReport) -> str:
    """The report for people: a row a keyword, then what went wrong and what was waited for."""
    header = ("keyword", "papers", "new", "revised", "state")
    rows = [
        (
            _shortened(keyword.name),
            f"{keyword.papers:,}",
            f"{keyword.new:,}",
            f"{keyword.revised:,}",
            _state(keyword),
        )
        for keyword in report.keywords
    ]
    lines = [*_aligned([header, *rows]), "", f"{report.day}: {report.day_line}"]
    lines += [f"note: {note}" for note in report.notes]
    lines += [f"waited {wait.seconds:,.0f} s: {wait.reason} ({wait.url})" for wait in report.waits]
    asked = [request for request in report.requests if request.status != "kept"]
    kept = len(report.requests) - len(asked)
    lines.append(_requests_line(asked, kept))
    return "\n".join(harmless(line) for line in lines) + "\n"


def _state(keyword: KeywordReport) -> str:
    if keyword.reason is None:
        return keyword.outcome
    since = f"; last success {keyword.last_success or 'never'}"
    return f"{keyword.outcome}: {keyword.reason}{since}"


def _requests_line(asked: Sequence[RequestReport], kept: int) -> str:
    megabytes = sum(request.bytes for request in asked) / 1e6
    seconds = sum(request.seconds for request in asked)
    requests = "1 request" if len(asked) == 1 else f"{len(asked):,} requests"
    line = f"{requests}, {megabytes:.1f} MB, {seconds:.1f} s"
    return f"{line}; {kept} more answered from those kept today" if kept else line


def _shortened(text: str, width: int = 40) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns of text: the first and the last to the left, the numbers between to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 1
    return [
        "  ".join(
            cell if n == last else cell.rjust(width) if n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def day_line(
    *,
    news: int,
    revised: int,
    announced: int | None,
    failures: Sequence[tuple[str, str]],
    keywords: int,
    extra: Iterable[str] = (),
) -> str:
    """Say in one line what a listing day was.

    ``announced`` is the number of papers in the announcement feed, None where it was not asked or
    not believed. ``failures`` are (keyword, reason).
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
        came = _counted(news, "new paper") if news else "No new paper"
        return f"{came}, {_counted(revised, 'revision')}." if revised else f"{came}."
    if announced == 0:
        return "Nothing was announced."
    if announced:
        return f"{_counted(announced, 'paper')} announced, none of them new for a keyword."
    return "Nothing new."


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
