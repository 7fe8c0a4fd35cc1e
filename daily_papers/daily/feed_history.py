"""What the feeds of several days show together: gaps, volumes, missed days, papers left out.

Pure functions of the state. Identifiers alone show which listing a feed holds, and missing
identifiers show that a listing was missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Self

from daily_papers.clock import LISTING_ZONE
from daily_papers.daily.evidence import Evidence, FeedRead
from daily_papers.daily.plan import FetchMode, working_days
from daily_papers.papers.announcement import AnnounceKind, Announcement
from daily_papers.papers.paper import Paper, announcement_order, pack_ids, unpack_ids
from daily_papers.store.store import ReadListing, State, highest

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


def identifiers_are_missing(state: State, announced: Sequence[Announcement]) -> bool | None:
    """Whether some were given between those known before and this listing.

    None if it is not known: at the turn of a month, nothing shows how many the old month had.
    """
    if state.highest_id is None:
        return False
    month, number = announcement_order(state.highest_id)[:2]
    # Cross-lists do not count: a paper from a lost day may now be listed in one more category.
    ids = (announcement_order(id)[:2] for id in newly_announced(announced))
    first = next((id for id in ids if id > (month, number)), None)
    if first is None:
        return False
    if first[0] != month:
        return first[1] > _HOLE or None
    return first[1] - number >= _HOLE


def lost_since(state: State, announced: Sequence[Announcement]) -> date | None:
    """The first quiet day, if its feed may have been empty by mistake.

    At the turn of a month it counts as lost, which costs a few requests but no papers.
    """
    return None if identifiers_are_missing(state, announced) is False else state.unconfirmed


def gap(state: State, announced: Sequence[Announcement], day: date) -> tuple[date, ...]:
    """The working days before this one whose listings were not read."""
    if state.feed_day is None:
        return ()
    lost = lost_since(state, announced)
    return working_days(state.feed_day if lost is None else lost - timedelta(days=1), day)


def with_feed(state: State, feed: FeedRead, day: date) -> State:
    """Remember today's feed."""
    new = newly_announced(feed.announcements)
    unread = gap(state, feed.announcements, day)
    if unread or state.unbroken_from is None:
        state = replace(state, unbroken_from=new[0] if new else None)
    if feed.announcements:
        # A category without papers today is known to have had none.
        quiet = {name: 0 for part in feed.parts for name in part.categories}
        state = replace(state, unconfirmed=None, listed=quiet | dict(state.listed))
    elif day.weekday() < 5:
        state = replace(state, unconfirmed=state.unconfirmed or day)
    after_gap = bool(unread)
    for listing in state.recent_listings:
        if listing.day == day:  # an earlier run of this day read it
            new, after_gap = [*unpack_ids(listing.new), *new], listing.after_gap
    others = (listing for listing in state.recent_listings if listing.day != day)
    names = {name for part in feed.parts for name in part.categories}
    today = ReadListing(day, tuple(sorted(names)), pack_ids(new), after_gap)
    return replace(
        state, feed=feed.parts, feed_day=day, recent_listings=(*others, today)[-_LISTINGS:]
    )


# --- the days that a digest names -------------------------------------------------------------
#
# This is the whole rule:
#
# 1. A working day is missed until its feed has been read, unless its run does not want feeds
#    (`--source`). A day on which nothing ran is missed as well.
# 2. A day whose feed was empty is quiet. But if identifiers show that something was announced, and
#    every day since the last papers was read, the feed was empty by mistake: the day was missed. If
#    some day was not read, its papers explain the identifiers.
# 3. A day whose feed is proven to have left papers out was missed, too.
# 4. The next digest names all these days, up to its own, and then they are forgotten: so each day
#    is named once. Nothing proves where all of their papers are, so the digest does not say.


def with_days_passed(state: State, day: date, mode: FetchMode) -> State:
    """Count the working days since the last run as missed, and this one until its feed is read."""
    passed = working_days(state.day, day + timedelta(days=1) if mode.reads_feed else day)
    return replace(state, missed=(*state.missed, *passed))


def with_days_read(
    before: State,
    after: State,
    feed: FeedRead | None,
    news: Iterable[str],
    short: Set[date],
    day: date,
) -> State:
    """Note what the run has read: the day's feed, if all of it was, and the days proven short."""
    missed = {*after.missed} - {after.feed_day} | (short - {*before.short})
    quiet = {*after.quiet}
    if feed is not None:
        if feed.announcements:
            announced = bool(identifiers_are_missing(before, feed.announcements))
        else:
            quiet.update([day] if day.weekday() < 5 else [])
            announced = highest([before.highest_id, *news]) != before.highest_id
        missed |= quiet.intersection(_read_since_the_last_papers(before, day) if announced else ())
    return replace(after, missed=tuple(sorted(missed)), quiet=tuple(sorted(quiet - missed)))


def _read_since_the_last_papers(before: State, day: date) -> Collection[date]:
    """The working days since the last papers, this one included; none if one was not read."""
    read = {day, *(each.day for each in before.recent_listings)}
    last = max((each.day for each in before.recent_listings if each.new), default=None)
    since = working_days(last, day + timedelta(days=1))
    return since if read.issuperset(since) else ()


def days_named(state: State) -> str | None:
    """What a digest says of the days that no digest has named yet."""
    sentences = []
    if len(state.missed) == 1:
        sentences.append(
            f"The listing of {state.missed[0]} was not read in full; its new papers are mailed as "
            "they are found."
        )
    elif state.missed:
        sentences.append(
            f"The listings of {_in_words(state.missed)} were not read in full; their new papers "
            "are mailed as they are found."
        )
    if state.quiet:
        sentences.append(
            f"According to arXiv's feed, nothing was announced on {_in_words(state.quiet)}."
        )
    return " ".join(sentences) or None


def _in_words(days: tuple[date, ...]) -> str:
    *others, last = days
    if len(days) > 2 and days[1:-1] == working_days(days[0], last):
        return f"{days[0]} to {last}"
    return " and ".join(filter(None, [", ".join(map(str, others)), str(last)]))


# --- papers that a feed left out --------------------------------------------------------------
#
# arXiv gives identifiers in order, when it announces papers. So identifiers show which papers were
# new in a listing: those above the highest one of the listing before, up to its own highest. If the
# feed did not show one of them, although it was asked for the paper's primary category, the feed
# was short. Late cross-lists and revisions prove nothing: their identifiers belong to their first
# listing, which showed them, or which was before all that is remembered.


@dataclass(frozen=True, slots=True)
class Span:
    """Identifiers that were given for one listing, or for several that nobody read."""

    lowest: tuple[int, int]
    highest: tuple[int, int]
    #: The listing that was read, or the first one read after those that were not.
    listing: ReadListing
    #: The categories asked for in each of the listings that the identifiers may belong to.
    asked: tuple[Sequence[str], ...]
    #: These papers are news only for keywords that were filled by this day.
    filled_by: date
    #: Whether the listing was read, so that what is missing proves that its feed was short.
    was_read: bool = True

    def holds(self, paper: Paper) -> bool:
        """Whether the paper was new here, judging by its identifier and its first date."""
        first = paper.published.date() if paper.published is not None else self.listing.day
        return (
            self.lowest <= announcement_order(paper.id)[:2] <= self.highest
            and first <= self.listing.day
            and all(_was_asked_for(paper.primary_category, names) for names in self.asked)
        )

    def day_of(self, paper: Paper) -> date:
        """The listing in which it was new; between two listings, its first date decides.

        If moderation held it back, the date shows nothing, and the later listing counts.
        """
        opened, closed = _window(self.filled_by)
        if self.was_read and paper.published is not None and opened < paper.published <= closed:
            return self.filled_by
        return self.listing.day


@dataclass(frozen=True, slots=True)
class FeedHistory:
    """What the feeds of the last listings showed as new."""

    ids: frozenset[str]
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, listings: Sequence[ReadListing]) -> Self:
        """``listings`` in the order of their days."""
        shown: set[str] = set()
        spans: list[Span] = []
        last: ReadListing | None = None  # the last one before a gap, or before this listing
        highest: tuple[int, int] | None = None
        gap = False
        for listing in listings:
            gap |= listing.after_gap
            if ids := unpack_ids(listing.new):
                shown.update(ids)
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
        return cls(frozenset(shown), tuple(spans))

    def missing(self, paper: Paper) -> Span | None:
        """Where the paper was new if no feed showed it; None if one did, or it is too old."""
        if paper.id in self.ids:
            return None
        return next((span for span in self.spans if span.holds(paper)), None)


def _window(day: date) -> tuple[datetime, datetime]:
    """When the papers of a listing were submitted: from 14:00 on one working day to the next.

    Times are New York's, and holidays are not known here.
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
