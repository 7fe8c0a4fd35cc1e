"""What the announcement feeds of the days show together: gaps, quiet days, volumes.

Pure functions of the state. Which listing a feed holds is known by its identifiers alone, and
whether one was missed by the identifiers that are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from daily_papers.daily.evidence import FeedRead
from daily_papers.daily.plan import working_days
from daily_papers.papers.announcement import AnnounceKind, Announcement, counts
from daily_papers.papers.paper import announcement_order, pack_ids, unpack_ids
from daily_papers.store.store import HeardListing, State

#: A listing day has brought more than a thousand identifiers since 2023. Between two days that
#: follow each other, the categories of a digest leave no hole of this size.
_HOLE = 1_000
#: How much of yesterday's volume is still expected when today's is lower: a small day, after a
#: holiday, must not make the parts of the next one too large.
_REMEMBERED = 0.9
#: So many listings are remembered, to find out that their feeds lacked papers.
_LISTINGS = 30


def newly_announced(announced: Sequence[Announcement]) -> list[str]:
    """The identifiers that were given for this listing, in order."""
    ids = (one.paper.id for one in announced if one.kind is AnnounceKind.NEW)
    return sorted(ids, key=announcement_order)


def with_volumes(state: State, announced: Sequence[Announcement]) -> State:
    """Remember how much comes, also from a feed that was cut: the next one has more parts."""
    if not announced:
        return state
    today = counts(announced)
    listed = {
        name: max(today.get(name, 0), int(state.listed.get(name, 0) * _REMEMBERED))
        for name in sorted(state.listed.keys() | today.keys())
    }
    return replace(state, listed=listed)


def lost_since(state: State, announced: Sequence[Announcement]) -> date | None:
    """The first quiet day, if identifiers are missing since: its feed was empty by mistake.

    At the turn of a month nothing shows how many the old one had; then it counts as lost, which
    costs a few requests, and no papers.
    """
    if state.unconfirmed is None or state.highest_id is None:
        return None
    known = announcement_order(state.highest_id)[:2]
    # Cross-lists do not count: a paper of the lost day may be listed in one more category now.
    ids = (announcement_order(id)[:2] for id in newly_announced(announced))
    first = next((id for id in ids if id > known), None)
    if first is None or (first[0] == known[0] and first[1] - known[1] < _HOLE):
        return None
    return state.unconfirmed


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
    closed = state.last_complete == state.feed_day
    state = replace(state, missed=tuple(sorted({*unread, *(() if closed else state.missed)})))
    if feed.announcements:
        # Known, and nothing was announced in it.
        quiet = {name: 0 for part in feed.parts for name in part.categories}
        state = replace(state, unconfirmed=None, listed=quiet | dict(state.listed))
    elif day.weekday() < 5:
        state = replace(
            state,
            unconfirmed=state.unconfirmed or day,
            quiet=tuple(sorted({*state.quiet, day})),
        )
    return replace(
        state,
        feed=feed.parts,
        feed_day=day,
        heard=_with_listing(state.heard, feed, new, day, after_gap=bool(unread)),
    )


def _with_listing(
    heard: tuple[HeardListing, ...],
    feed: FeedRead,
    new: Sequence[str],
    day: date,
    *,
    after_gap: bool,
) -> tuple[HeardListing, ...]:
    """Remember what the day's feed showed, also where it was read before on this day."""
    categories = {name for part in feed.parts for name in part.categories}
    for listing in heard:
        if listing.day == day:
            new, after_gap = [*unpack_ids(listing.new), *new], listing.after_gap
    today = HeardListing(day, tuple(sorted(categories)), pack_ids(new), after_gap)
    return (*(each for each in heard if each.day != day), today)[-_LISTINGS:]


def skipped_sentence(
    quiet: Sequence[date], missed: Sequence[date], *, whole: bool = True
) -> str | None:
    """Name the working days without a listing, and those that come late: all of it, or a part."""
    sentences = []
    if quiet:
        sentences.append(f"Nothing was announced on {_days(quiet)}.")
    if missed:
        listings = "The listing" if len(missed) == 1 else "The listings"
        here = "everything that was announced then is" if whole else "part of it is"
        sentences.append(
            f"{listings} of {_days(missed)} could not be fetched in time: {here} in this digest."
        )
    return " ".join(sentences) or None


def _days(days: Sequence[date]) -> str:
    if len(days) > 2:
        return f"{days[0]} to {days[-1]}"
    return " and ".join(map(str, days))
