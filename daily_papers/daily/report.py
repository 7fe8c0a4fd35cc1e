"""The report of a run: what became of each keyword, each request, each wait; and of the day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from daily_papers.config import Keyword
from daily_papers.daily.evidence import (
    AuditFailed,
    CategoriesUnknown,
    Evidence,
    FeedLost,
    FeedRead,
    Unanswered,
)
from daily_papers.daily.feed_history import lost_since
from daily_papers.daily.findings import Findings, KeywordProgress
from daily_papers.errors import FetchError, RejectedAnswer, ShortAnswer
from daily_papers.store.store import KeywordState, Store
from daily_papers.text import plural

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
    """What the run came to for one keyword."""
    after, progress = store.keywords[keyword.slug], findings.progress[keyword.slug]
    members = store.members.get(keyword.slug, frozenset())
    failure = progress.failure
    if after.last_success != day and failure is None:
        failure = findings.feed_failure
    outcome = _outcome(after, progress, failure, findings, day)
    if outcome in (UP_TO_DATE, NOTHING_ANNOUNCED):
        failure = None
    return KeywordReport(
        slug=keyword.slug,
        name=keyword.name,
        outcome=outcome,
        reason=_reason(outcome, failure, keyword),
        url=None if failure is None else failure.url,
        papers=min(len(members), keyword.max_papers),
        new=new,
        revised=len(members.intersection(store.state.revised)),
        not_matching=progress.strangers,
        last_success=after.last_success,
    )


def _reason(outcome: str, failure: FetchError | None, keyword: Keyword) -> str | None:
    if failure is None:
        return _WITHOUT_FAILURE.get(outcome)
    return in_words(failure) + what_to_do(failure, keyword.slug)


def _outcome(
    keyword: KeywordState,
    progress: KeywordProgress,
    failure: FetchError | None,
    findings: Findings,
    day: date,
) -> str:
    if keyword.last_success == day:
        quiet = findings.announced == () and not progress.searched
        return NOTHING_ANNOUNCED if quiet else UP_TO_DATE
    if keyword.filled is None and (failure is None or failure.outcome == NOT_ASKED):
        return FILLING
    if keyword.filled is not None and progress.asked_for:
        return TO_BE_CONFIRMED
    return FAILED if failure is None else failure.outcome


_WITHOUT_FAILURE: Mapping[str, str] = {
    TO_BE_CONFIRMED: "arXiv's index does not show the last listing yet; the next run asks again",
    FAILED: "days were missed that the announcement feed cannot bring; run with --source auto",
}


def notes_of(before: Store, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """What else people should know, each once."""
    return tuple(dict.fromkeys(note for item in evidence for note in _noted(before, item)))


def what_to_do(failure: FetchError, slug: str) -> str:
    """What helps if arXiv's answer for one keyword is rejected; waiting helps with the rest."""
    if not isinstance(failure, RejectedAnswer | ShortAnswer):
        return ""
    return f"; if this goes on for days, see what arXiv returns: daily-papers preview {slug}"


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
                yield f"announcement feed: {in_words(failure)}"
        case Unanswered():
            yield f"{item.what}: {in_words(item.failure)}"
        case AuditFailed():
            yield f"audit of {item.name}: {in_words(item.failure)}" + what_to_do(
                item.failure, item.slug
            )
        case CategoriesUnknown():
            yield (
                f"arXiv knows no category {', '.join(item.names)}: left out of the "
                "announcement feed; correct it in keywords.yaml"
            )
