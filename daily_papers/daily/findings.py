"""The evidence of a run, summed up: what it did for each keyword, and how far each service is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from daily_papers.daily.evidence import (
    AuditFailed,
    AuditPostponed,
    Details,
    Evidence,
    FeedLost,
    FeedRead,
    Harvested,
    HarvestFailed,
    Searched,
    SearchFailed,
    Unanswered,
)
from daily_papers.errors import Failure
from daily_papers.papers.announcement import Announcement
from daily_papers.papers.paper import Origin, announcement_order
from daily_papers.store.store import KeywordState, State, Store, highest


@dataclass(frozen=True, slots=True)
class KeywordProgress:
    """What a run did for one keyword."""

    #: Its full search was accepted.
    searched: bool = False
    #: A harvest of everything that it missed was complete.
    harvested: bool = False
    #: What went wrong last, if nothing made up for it.
    failure: Failure | None = None
    #: Papers that arXiv returned for it and that do not match.
    strangers: int = 0

    @property
    def asked_for(self) -> bool:
        """Whether its table was completed by more than the feed."""
        return self.searched or self.harvested


@dataclass(slots=True)
class Findings:
    """The evidence of a run, summed up."""

    progress: dict[str, KeywordProgress]
    #: All of today's feed.
    feed: FeedRead | None = None
    feed_failure: Failure | None = None
    harvest_failure: Failure | None = None
    #: What of today's feed is known; None if it was not asked, or nothing of it is true.
    announced: tuple[Announcement, ...] | None = None
    #: The highest identifier that each service showed.
    shown: dict[Origin, str] = field(default_factory=dict)
    #: Keywords that were searched for, with whatever success.
    tried: set[str] = field(default_factory=set)
    #: Keywords whose full search failed, though the service answers.
    rejected: set[str] = field(default_factory=set)
    #: Whether something that was asked for is still to come.
    still_due: bool = False

    @classmethod
    def of(cls, store: Store, evidence: Sequence[Evidence]) -> Findings:
        """Sum up the evidence; ``store`` is the store before it."""
        findings = cls({slug: KeywordProgress() for slug in store.keywords})
        for item in evidence:
            findings._add(item, store)
        return findings

    def _add(self, item: Evidence, store: Store) -> None:
        match item:
            case FeedRead():
                self.feed, self.announced = item, item.announcements
            case FeedLost():
                self.feed_failure, self.still_due = item.failures[-1], True
                self.announced = item.announcements or None
            case Searched() | SearchFailed():
                self._search(item)
            case Harvested(complete=True):
                self._harvested(item.since, store)
            case HarvestFailed():
                self.harvest_failure, self.still_due = item.failure, True
            case AuditFailed():
                self._reject(item.slug, item.failure)
                self.still_due = True
            case Unanswered(still_due=True) | AuditPostponed():
                self.still_due = True
        self._see(item)

    def _search(self, item: Searched | SearchFailed) -> None:
        self.tried.add(item.slug)
        known = self.progress[item.slug]
        if isinstance(item, SearchFailed):
            self.progress[item.slug] = replace(known, failure=item.failure)
            self._reject(item.slug, item.failure)
        else:
            strangers = known.strangers + item.strangers
            self.progress[item.slug] = replace(
                known, searched=True, failure=None, strangers=strangers
            )

    def _reject(self, slug: str, failure: Failure) -> None:
        if failure.rejected:
            self.rejected.add(slug)

    def _harvested(self, since: date, store: Store) -> None:
        """Keywords that had missed nothing before have everything now."""
        for slug, keyword in store.keywords.items():
            if keyword.last_success is None or since <= keyword.last_success:
                known = self.progress[slug]
                failure = known.failure if keyword.filled is None else None
                self.progress[slug] = replace(known, harvested=True, failure=failure)

    def _see(self, item: Evidence) -> None:
        match item:
            case Searched() | Details():
                for paper in item.papers:
                    self._show(paper.origin, paper.id)
            case Harvested(highest_id=str() as id):
                self._show(Origin.OAI, id)

    def _show(self, origin: Origin, id: str) -> None:
        self.shown[origin] = highest([self.shown.get(origin), id]) or id

    def has_shown(self, origin: Origin, id: str | None) -> bool:
        """Whether a service's index has come as far as an identifier."""
        shown = self.shown.get(origin)
        if shown is None or id is None:
            return False
        return announcement_order(shown)[:2] >= announcement_order(id)[:2]

    def failure_of(self, keyword: KeywordState) -> Failure | None:
        """Why a keyword is not up to date; None if nothing failed that it waited for.

        A new keyword waits for a harvest only if no keyword is searched for.
        """
        own = self.progress[keyword.slug].failure or self.feed_failure
        waits = keyword.filled is not None or not self.tried
        return own or (self.harvest_failure if waits else None)

    @property
    def harvested(self) -> bool:
        """Whether a harvest was complete."""
        return any(progress.harvested for progress in self.progress.values())

    def proves(self, progress: KeywordProgress, state: State) -> bool:
        """Whether the index that was asked shows what was announced after the last gap.

        An index may lag behind the listings by days.
        """
        since = state.unbroken_from
        return (progress.searched and self.has_shown(Origin.SEARCH, since)) or (
            progress.harvested and self.has_shown(Origin.OAI, since)
        )
