"""What arXiv said in one run, after `trust` accepted it.

This is all that a run learns: from the store before and a list of evidence, `conclude` makes the
new store, the news and the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from daily_papers.errors import Failure
from daily_papers.like.library import LikedPaper
from daily_papers.papers.announcement import Announcement
from daily_papers.papers.paper import Paper
from daily_papers.store.store import FeedPart, Store

#: Slug to the papers that match the keyword.
BySlug = Mapping[str, tuple[Paper, ...]]


@dataclass(frozen=True, slots=True)
class FeedRead:
    """Today's announcement feed, or one part of it: what can be used."""

    announcements: tuple[Announcement, ...]
    matching: BySlug
    #: How the next run recognizes the parts if arXiv serves them again.
    parts: tuple[FeedPart, ...]
    #: Why it is not all of the day: one for each part that is missing.
    failures: tuple[Failure, ...] = ()
    #: Categories that our table lacks, left out since arXiv refused a part with them.
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """A full search for one keyword."""

    slug: str
    #: The papers in the answer that match, newest first.
    papers: tuple[Paper, ...]
    #: How many papers in the answer do not match.
    strangers: int
    #: Everything that was listed after this day is in the answer.
    since: date


@dataclass(frozen=True, slots=True)
class SearchFailed:
    """The search for one keyword failed, and the keyword still needs it."""

    slug: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Harvested:
    """One page of everything that changed since a day, over OAI-PMH."""

    #: Everything that was listed after this day is in the harvest.
    since: date
    matching: BySlug
    #: The papers on the page that match a keyword, or are in a table.
    papers: tuple[Paper, ...]
    #: The highest identifier on the page, whatever it matches.
    highest_id: str | None
    #: Whether this is the last page, so that all changes since that day have come.
    complete: bool


@dataclass(frozen=True, slots=True)
class Details:
    """Papers that were asked for by their identifiers."""

    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """How close today's listing is to what people like."""

    #: By identifier, the ranks of the papers that are announced as new or cross-listed.
    closeness: Mapping[str, int]
    #: By identifier, the title in its library that a paper is most like.
    similar: Mapping[str, str]
    #: What each keyword with `like` takes from the listing, the closest first, if there was
    #: something to compare with.
    chosen: BySlug
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Something else that was asked for, and not answered."""

    what: str
    failure: Failure
    #: Whether a later run of the day asks for it again.
    still_due: bool = True
    #: The keyword that it would have audited; it is up to date without.
    slug: str | None = None


@dataclass(frozen=True, slots=True)
class HarvestFailed(Unanswered):
    """A harvest that failed, or broke off."""


Evidence = FeedRead | Searched | SearchFailed | Harvested | Details | Ranked | Unanswered


def known_liked(before: Store, evidence: Sequence[Evidence]) -> dict[str, LikedPaper]:
    """What is known of papers that are liked by their identifiers, and of others."""
    answers = [paper for item in evidence if isinstance(item, Details) for paper in item.papers]
    asked = {each.id: LikedPaper(each.title, each.abstract, each.id) for each in answers}
    return {**before.liked, **asked}
