"""What arXiv said in one run, after `trust` accepted it, and a summary of it.

This is all that a run learns: from the store before and a list of evidence, `conclude` makes the
new store, the news and the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from daily_papers.errors import Failure
from daily_papers.like.library import LikedPaper
from daily_papers.papers.announcement import Announcement
from daily_papers.papers.paper import Origin, Paper, announcement_order
from daily_papers.store.store import FeedPart, KeywordState, State, Store, highest

#: Slug to the papers that match the keyword.
BySlug = Mapping[str, tuple[Paper, ...]]


@dataclass(frozen=True, slots=True)
class FeedRead:
    """All of today's announcement feed."""

    announcements: tuple[Announcement, ...]
    matching: BySlug
    parts: tuple[FeedPart, ...]


@dataclass(frozen=True, slots=True)
class FeedLost:
    """Today's announcement feed could not be read, or not in full; this is the part to use."""

    #: One for each part that is missing.
    failures: tuple[Failure, ...]
    announcements: tuple[Announcement, ...]
    matching: BySlug


@dataclass(frozen=True, slots=True)
class Searched:
    """A full search for one keyword."""

    slug: str
    #: The papers in the answer that match, newest first.
    papers: tuple[Paper, ...]
    #: How many papers in the answer do not match.
    strangers: int


@dataclass(frozen=True, slots=True)
class SearchFailed:
    """The search for one keyword failed, and the keyword still needs it."""

    slug: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Harvested:
    """One page of everything that changed since a day, over OAI-PMH."""

    since: date
    matching: BySlug
    #: The papers on the page that match a keyword, or are in a table.
    papers: tuple[Paper, ...]
    #: The highest identifier on the page, whatever it matches.
    highest_id: str | None
    #: Whether this is the last page, so that all changes since that day have come.
    complete: bool


@dataclass(frozen=True, slots=True)
class HarvestFailed:
    """A harvest failed, or broke off; a later run of the day asks for it again."""

    what: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Details:
    """Papers that were asked for by their identifiers."""

    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Liked:
    """Papers that people like, asked for by the identifiers in keywords.yaml."""

    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Liking:
    """How much a new paper is like what the reader likes."""

    #: Its rank among the papers of its day, 1 for the closest.
    closeness: int
    #: The title in the library that is most like it; None if none is.
    similar: str | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """How close today's listing is to what people like."""

    #: By identifier, for the papers that are announced as new or cross-listed.
    liking: Mapping[str, Liking]
    #: What each keyword with `like` takes from the listing.
    chosen: BySlug
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Something else that was asked for, and not answered."""

    what: str
    failure: Failure
    #: Whether a later run of the day asks for it again.
    still_due: bool


@dataclass(frozen=True, slots=True)
class AuditFailed:
    """The full search for a keyword failed, but the keyword is up to date without it."""

    slug: str
    what: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class AuditPostponed:
    """No audit was made, since the query API does not answer; a later run makes it."""


@dataclass(frozen=True, slots=True)
class CategoriesUnknown:
    """Categories that arXiv does not know; the feed was asked for without them."""

    names: tuple[str, ...]


Evidence = (
    FeedRead
    | FeedLost
    | Searched
    | SearchFailed
    | Harvested
    | HarvestFailed
    | Details
    | Liked
    | Ranked
    | Unanswered
    | AuditFailed
    | AuditPostponed
    | CategoriesUnknown
)


def feed_of(evidence: Sequence[Evidence]) -> FeedRead | None:
    """All of today's feed, if it was read."""
    return next((item for item in evidence if isinstance(item, FeedRead)), None)


def known_liked(before: Store, evidence: Sequence[Evidence]) -> dict[str, LikedPaper]:
    """What is known of papers that are liked by their identifiers."""
    answers = [paper for item in evidence if isinstance(item, Liked) for paper in item.papers]
    asked = {each.id: LikedPaper(each.title, each.abstract, each.id) for each in answers}
    return {**before.liked, **asked}


# --- summed up ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeywordProgress:
    """What a run did for one keyword."""

    #: Whether a full search for it was accepted.
    searched: bool = False
    #: Whether a harvest of everything that it missed was complete.
    harvested: bool = False
    #: What went wrong last, unless something else made up for it.
    failure: Failure | None = None
    #: How many papers arXiv returned for it that do not match.
    strangers: int = 0

    @property
    def asked_for(self) -> bool:
        """Whether its table was completed by more than the feed."""
        return self.searched or self.harvested


@dataclass(frozen=True, slots=True)
class Findings:
    """The evidence of a run, summed up."""

    progress: Mapping[str, KeywordProgress]
    #: All of today's feed.
    feed: FeedRead | None
    feed_failure: Failure | None
    harvest_failure: Failure | None
    #: What is known of today's feed; None if it was not asked for, or none of it can be used.
    announced: tuple[Announcement, ...] | None
    #: The highest identifier that the query API and OAI-PMH showed.
    shown: Mapping[Origin, str | None]
    #: How close today's listing is to what people like, if that is known.
    ranked: Ranked | None
    #: Keywords that were searched for, successfully or not.
    tried: frozenset[str]
    #: Keywords whose full search failed, though the service answers.
    rejected: frozenset[str]
    #: Whether something that was asked for is still to come.
    still_due: bool

    @classmethod
    def of(cls, store: Store, evidence: Sequence[Evidence]) -> Findings:
        """Sum up the evidence; ``store`` is the store before it."""
        feed = feed_of(evidence)
        lost = next((item for item in evidence if isinstance(item, FeedLost)), None)
        known = lost.announcements if lost else ()
        ranked = next((item for item in evidence if isinstance(item, Ranked)), None)
        harvests = [item.failure for item in evidence if isinstance(item, HarvestFailed)]
        shown: list[tuple[Origin, str | None]] = [
            (paper.origin, paper.id)
            for item in evidence
            if isinstance(item, Searched | Details)
            for paper in item.papers
        ]
        shown += [(Origin.OAI, item.highest_id) for item in evidence if isinstance(item, Harvested)]
        return cls(
            progress=_progress(store, evidence),
            feed=feed,
            feed_failure=lost.failures[-1] if lost else None,
            harvest_failure=harvests[-1] if harvests else None,
            announced=feed.announcements if feed else known or None,
            shown={
                Origin.SEARCH: highest(id for origin, id in shown if origin is Origin.SEARCH),
                Origin.OAI: highest(id for origin, id in shown if origin is Origin.OAI),
            },
            ranked=ranked,
            tried=frozenset(
                item.slug for item in evidence if isinstance(item, Searched | SearchFailed)
            ),
            rejected=frozenset(
                item.slug
                for item in evidence
                if isinstance(item, SearchFailed | AuditFailed) and item.failure.rejected
            ),
            still_due=any(
                item.still_due
                if isinstance(item, Unanswered)
                else isinstance(item, FeedLost | HarvestFailed | AuditFailed | AuditPostponed)
                for item in evidence
            ),
        )

    def failure_of(self, keyword: KeywordState) -> Failure | None:
        """Why a keyword is not up to date; None if nothing failed that it was waiting for.

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
        searched = self.shown[Origin.SEARCH] if progress.searched else None
        harvested = self.shown[Origin.OAI] if progress.harvested else None
        shown, since = highest([searched, harvested]), state.unbroken_from
        if shown is None or since is None:
            return False
        return announcement_order(shown)[:2] >= announcement_order(since)[:2]


def _progress(store: Store, evidence: Sequence[Evidence]) -> Mapping[str, KeywordProgress]:
    progress = {slug: KeywordProgress() for slug in store.keywords}
    for item in evidence:
        match item:
            case Searched(slug=slug):
                strangers = progress[slug].strangers + item.strangers
                progress[slug] = replace(
                    progress[slug], searched=True, failure=None, strangers=strangers
                )
            case SearchFailed(slug=slug):
                progress[slug] = replace(progress[slug], failure=item.failure)
            case Harvested(complete=True):
                # Keywords that had missed nothing before have everything now.
                for slug, keyword in store.keywords.items():
                    if keyword.last_success is None or item.since <= keyword.last_success:
                        failure = progress[slug].failure if keyword.filled is None else None
                        progress[slug] = replace(progress[slug], harvested=True, failure=failure)
    return progress
