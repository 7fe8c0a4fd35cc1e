"""What arXiv said in one run, after `trust` accepted it.

A run learns nothing in any other way: `conclude` makes the new store, the news and the report from
the store before and a list of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from daily_papers.errors import Failure
from daily_papers.papers.announcement import Announcement
from daily_papers.papers.paper import Paper
from daily_papers.store.store import FeedPart

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
    """Today's announcement feed could not be had, or not all of it; this much of it is true."""

    #: One for each part that is missing.
    failures: tuple[Failure, ...]
    announcements: tuple[Announcement, ...]
    matching: BySlug


@dataclass(frozen=True, slots=True)
class Searched:
    """A full search for one keyword."""

    slug: str
    #: Those of the answer that match, newest first.
    papers: tuple[Paper, ...]
    #: How many papers of the answer do not.
    strangers: int


@dataclass(frozen=True, slots=True)
class SearchFailed:
    """The search for one keyword that waits for it."""

    slug: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Harvested:
    """A page of what changed since a day, over OAI-PMH."""

    since: date
    matching: BySlug
    #: Those of the page that match a keyword, or are in a table.
    papers: tuple[Paper, ...]
    #: The highest identifier on the page, whatever it matches.
    highest_id: str | None
    #: Whether this is the last page, so that everything since has come.
    complete: bool


@dataclass(frozen=True, slots=True)
class HarvestFailed:
    """A harvest that did not come, or not to its end; a later run of the day asks for it again."""

    since: date
    failure: Failure

    @property
    def what(self) -> str:
        """What was asked for."""
        return f"harvest since {self.since}"


@dataclass(frozen=True, slots=True)
class Details:
    """Papers that were asked for by their identifiers."""

    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Something else that was asked for in vain."""

    what: str
    failure: Failure
    #: Whether a later run of the day asks for it again.
    still_due: bool


@dataclass(frozen=True, slots=True)
class AuditFailed:
    """The full search for a keyword that is up to date without it."""

    slug: str
    name: str
    failure: Failure

    @property
    def what(self) -> str:
        """What was asked for."""
        return f"audit of {self.name}"


@dataclass(frozen=True, slots=True)
class AuditPostponed:
    """The audit was not asked for, since the query API does not answer; a later run does it."""


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
    | Unanswered
    | AuditFailed
    | AuditPostponed
    | CategoriesUnknown
)
