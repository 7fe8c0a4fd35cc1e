"""What the feeds of several days show together: gaps, volumes, unread days, papers left out.

Pure functions of the state. Identifiers alone show which listing a feed holds, and missing
identifiers show that a listing was missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from daily_papers.daily.evidence import Evidence, FeedRead
from daily_papers.daily.plan import FetchMode, working_days
from daily_papers.papers.announcement import AnnounceKind, Announcement
from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.store.store import ReadListing, State

#: Since 2023 each listing day has brought more than a thousand identifiers. Between one day's
#: papers and the next day's, the categories of a digest leave no hole of this size.
_HOLE = 1_000
#: How much of yesterday's volume is still expected when today's is lower: a small day after a
#: holiday must not make the next day's parts too large.
_REMEMBERED = 0.9
#: How many listings are remembered, to find papers that their feeds left out.
_LISTINGS = 30


def feed_of(evidence: Sequence[Evidence]) -> FeedRead | None:
    """Today's feed, if all of it was read."""
    feeds = (item for item in evidence if isinstance(item, FeedRead))
    return next((feed for feed in feeds if not feed.failures), None)


def newly_announced(announced: Sequence[Announcement]) -> list[str]:
    """The identifiers that were given for this listing, in order."""
    ids = (one.paper.id for one in announced if one.kind is AnnounceKind.NEW)
    return sorted(ids, key=announcement_order)


def with_volumes(state: State, announced: Sequence[Announcement]) -> State:
    """Remember the volume, even of a feed that was cut off: the next one gets more parts."""
    if not announced:
        return state
    today = Counter[str]()
    for one in announced:  # a paper counts once in each of its categories and archives
        names = set(one.paper.categories or ())
        today.update(names | {name.partition(".")[0] for name in names})
    listed = {
        name: max(today[name], int(state.listed.get(name, 0) * _REMEMBERED))
        for name in sorted(state.listed.keys() | today.keys())
    }
    return replace(state, listed=listed)


def lost_since(state: State, announced: Sequence[Announcement]) -> date | None:
    """The first quiet day, if its feed may have been empty by mistake.

    It was if identifiers are missing between those known before and this listing. At the turn of a
    month nothing shows how many the old month had, so that the days count as lost, which costs a
    few requests but no papers.
    """
    if state.highest_id is None:
        return None
    month, number = announcement_order(state.highest_id)[:2]
    # Cross-lists do not count: a paper from a lost day may now be listed in one more category.
    ids = (announcement_order(id)[:2] for id in newly_announced(announced))
    first = next((id for id in ids if id > (month, number)), None)
    if first is None or (first[0] == month and first[1] - number < _HOLE):
        return None
    return state.unconfirmed


def gap(state: State, announced: Sequence[Announcement], day: date) -> tuple[date, ...]:
    """The working days before this one whose listings were not read."""
    if state.feed_day is None:
        return ()
    lost = lost_since(state, announced)
    return working_days(state.feed_day if lost is None else lost - timedelta(days=1), day)


def is_gap_open(state: State) -> bool:
    """Whether no listing since the last gap had new papers: nothing shows the gap's identifiers."""
    return state.unbroken_from is None and any(each.after_gap for each in state.recent_listings)


def with_feed(state: State, feed: FeedRead, day: date) -> State:
    """Remember today's feed."""
    new = newly_announced(feed.announcements)
    after_gap = bool(gap(state, feed.announcements, day))
    if after_gap or state.unbroken_from is None:
        state = replace(state, unbroken_from=new[0] if new else None)
    if feed.announcements:
        # A category without papers today is known to have had none.
        quiet = {name: 0 for part in feed.parts for name in part.categories}
        unread = tuple(each for each in state.unread if each != day)
        listed = quiet | dict(state.listed)
        state = replace(state, unconfirmed=None, listed=listed, unread=unread)
    elif day.weekday() < 5:
        state = replace(state, unconfirmed=state.unconfirmed or day)
    listings = {listing.day: listing for listing in state.recent_listings}
    # An earlier run of this day may have read it.
    today = listings.pop(day, ReadListing(day, (), "", after_gap)).with_new(new)
    names = {name for part in feed.parts for name in part.categories}
    first = new[0] if new else today.first
    listings[day] = replace(today, categories=tuple(sorted(names)), first=first)
    recent = tuple(listings.values())[-_LISTINGS:]
    return replace(state, feed=feed.parts, feed_day=day, recent_listings=recent)


# --- the days that a digest names -------------------------------------------------------------


def with_days_passed(state: State, day: date, mode: FetchMode) -> State:
    """Count the working days since the last run as unread, and this one until its feed is read."""
    passed = working_days(state.day, day + timedelta(days=1) if mode.reads_feed else day)
    return replace(state, unread=(*state.unread, *passed))


def unread_days(state: State) -> str | None:
    """What a digest says of the days without a listing that no digest has named yet.

    What a later search or harvest brings proves neither that a day was a holiday nor that all of
    its papers were found. So the digest claims neither.
    """
    if not state.unread:
        return None
    *others, last = state.unread
    days = f"{state.unread[0]} to {last}"
    if len(others) < 2 or state.unread[1:-1] != working_days(state.unread[0], last):
        days = " and ".join(filter(None, [", ".join(map(str, others)), str(last)]))
    return (
        f"No new listing was read in full on {days} (none was announced, or it was missed); new "
        "papers of a missed day are mailed as they are found."
    )


# --- papers that a feed left out --------------------------------------------------------------
#
# arXiv gives identifiers in order, when it announces papers. So identifiers show which papers were
# new in a listing: those above the highest one of the listing before, up to its own highest. If the
# feed did not show one of them, although it was asked for the paper's primary category, the feed
# was short. Late cross-lists and revisions prove nothing: their identifiers belong to their first
# listing, which showed them, or which was before all that is remembered.


@dataclass(frozen=True, slots=True)
class Span:
    """The identifiers given for one listing, and for those before it that nobody read."""

    lowest: tuple[int, int]
    #: The first identifier of the listing itself.
    first: tuple[int, int]
    highest: tuple[int, int]
    listing: ReadListing
    #: The last listing that was read before; None if it is not remembered.
    before: ReadListing | None
    #: Whether listings in between were not read.
    gap: bool

    def holds(self, paper: Paper) -> bool:
        """Whether the paper was new here, judging by its identifier and its first date."""
        submitted = paper.published.date() if paper.published is not None else self.listing.day
        return (
            self.lowest <= announcement_order(paper.id)[:2] <= self.highest
            and submitted <= self.listing.day
            and all(
                _was_asked_for(paper.primary_category, listing.categories)
                for listing in filter(None, (self.before, self.listing))
            )
        )

    def proves(self, paper: Paper) -> bool:
        """Whether a paper that it holds, and no feed showed, proves that its feed was short."""
        return not self.gap or announcement_order(paper.id)[:2] >= self.first


def spans_of(listings: Sequence[ReadListing]) -> tuple[Span, ...]:
    """The identifiers of each listing that had new papers, in the order of their days."""
    spans: list[Span] = []
    before: ReadListing | None = None  # the last one before a gap, or before this listing
    gap = False
    for listing in listings:
        gap |= listing.after_gap
        if ids := listing.new.split():
            # Papers of a gap before it, found later, are among them.
            first, end = (announcement_order(id)[:2] for id in (listing.first or ids[0], ids[-1]))
            month, number = spans[-1].highest if spans else first
            lowest = (month, number + 1) if spans else first
            spans.append(Span(lowest, first, max(end, lowest), listing, before, gap))
            gap = False
        if not gap:
            before = listing
    return tuple(spans)


def _was_asked_for(primary: str | None, categories: Sequence[str]) -> bool:
    if primary is None:
        return False
    return not categories or primary in categories or primary.partition(".")[0] in categories
