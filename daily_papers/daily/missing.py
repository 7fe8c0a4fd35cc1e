"""Papers that an announcement feed should have held, and did not.

arXiv gives identifiers at announcement, in order. So the new papers of a listing are known by
their identifiers: they lie above the highest one of the listing before, and not above its own
highest. One of them whose primary category was asked for, and that the feed did not show, proves
that the feed was short. Late cross-lists and revisions prove nothing: their identifiers are those
of their first listing, which showed them, or came before everything that is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from daily_papers.clock import LISTING_ZONE
from daily_papers.papers.paper import Paper, announcement_order, unpack_ids
from daily_papers.store.store import HeardListing


@dataclass(frozen=True, slots=True)
class Span:
    """Identifiers that were given for one listing, or for several that nobody read."""

    lowest: tuple[int, int]
    highest: tuple[int, int]
    #: The listing that was read, or the one that follows those that were not.
    listing: HeardListing
    #: What each of the listings that it may be of was asked for.
    asked: tuple[Sequence[str], ...]
    #: Keywords that were filled by this day have news here.
    filled_by: date
    #: Whether the listing was read, so that what is missing proves that its feed was short.
    was_read: bool = True

    def holds(self, paper: Paper) -> bool:
        """Whether the paper was new in it, as its identifier and its first date say."""
        first = paper.published.date() if paper.published is not None else self.listing.day
        return (
            self.lowest <= announcement_order(paper.id)[:2] <= self.highest
            and first <= self.listing.day
            and all(_was_asked_for(paper.primary_category, names) for names in self.asked)
        )

    def day_of(self, paper: Paper) -> date:
        """The listing that it was new in; between two of them its first date decides.

        Moderation may have held it back; then the date decides nothing, and the later one counts.
        """
        opened, closed = _window(self.filled_by)
        if self.was_read and paper.published is not None and opened < paper.published <= closed:
            return self.filled_by
        return self.listing.day


@dataclass(frozen=True, slots=True)
class Unheard:
    """Where a paper was new that no feed showed."""

    day: date
    span: Span


@dataclass(frozen=True, slots=True)
class Heard:
    """What the feeds of the last listings showed as new."""

    ids: frozenset[str]
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, listings: Sequence[HeardListing]) -> Self:
        """``listings`` in the order of their days."""
        shown = [unpack_ids(listing.new) for listing in listings]
        return cls(
            frozenset(id for ids in shown for id in ids),
            tuple(_spans(listings, shown)),
        )

    def missing(self, paper: Paper) -> Unheard | None:
        """Where the paper was new, if no feed showed it."""
        if paper.id in self.ids:
            return None
        span = next((span for span in self.spans if span.holds(paper)), None)
        return None if span is None else Unheard(span.day_of(paper), span)


def _spans(listings: Sequence[HeardListing], shown: Sequence[Sequence[str]]) -> list[Span]:
    spans: list[Span] = []
    last: HeardListing | None = None  # the last one before a gap, or before this listing
    highest: tuple[int, int] | None = None
    gap = False
    for listing, ids in zip(listings, shown, strict=True):
        gap |= listing.after_gap
        if ids:
            first, end = (announcement_order(id)[:2] for id in (ids[0], ids[-1]))
            if last is not None and highest is not None:
                asked = (last.categories, listing.categories)
                between = (highest[0], highest[1] + 1), (first[0], first[1] - 1)
                spans.append(Span(*between, listing, asked, last.day, was_read=not gap))
            spans.append(Span(first, end, listing, (listing.categories,), listing.day))
            highest = end if highest is None else max(highest, end)
            gap = False
        if not gap:
            last = listing
    return spans


def _window(day: date) -> tuple[datetime, datetime]:
    """When the papers of a listing were submitted: from one working day's 14:00 to the next's.

    The hours are New York's, and holidays are not known here.
    """
    closed = _working_day_before(day)
    opened = _working_day_before(closed)
    return (
        datetime.combine(opened, time(14), LISTING_ZONE),
        datetime.combine(closed, time(14), LISTING_ZONE),
    )


def _working_day_before(day: date) -> date:
    before = day - timedelta(days=1)
    return before - timedelta(days=max(0, before.weekday() - 4))


def _was_asked_for(primary: str | None, categories: Sequence[str]) -> bool:
    if primary is None:
        return False
    return not categories or primary in categories or primary.partition(".")[0] in categories
