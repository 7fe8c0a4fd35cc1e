"""What the announcement feed of a day tells of the days: marks, gaps, quiet days, volumes.

Pure decisions over the state. Which listing a feed holds is known by its identifiers alone, and
whether one was missed by the identifiers that are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from daily_papers.daily.gate import FeedMark
from daily_papers.daily.plan import working_days
from daily_papers.papers.announcement import AnnounceKind, Announcement, counts
from daily_papers.papers.paper import announcement_order
from daily_papers.store.store import FeedMemory, State

#: A listing day has brought more than a thousand identifiers since 2023. Between two days that
#: follow each other, the categories of a digest leave no hole of this size.
_HOLE = 1_000
#: How much of yesterday's volume is still expected where today's is lower: a small day, after a
#: holiday, must not make the parts of the next one too large.
_REMEMBERED = 0.9


@dataclass(frozen=True, slots=True)
class Heard:
    """A day's feed, believed, all of it."""

    parts: tuple[FeedMemory, ...]
    announced: tuple[Announcement, ...]


def mark_before(state: State, categories: tuple[str, ...], day: date) -> FeedMark | None:
    """What tells an old feed of these categories from today's; None where nothing does.

    Identifiers are given in order over all categories, so the highest one of all parts counts,
    however the parts were cut yesterday.
    """
    if state.feed_day is None or state.feed_day == day:
        return None
    highest = (part.highest_new_id for part in state.feed if part.highest_new_id is not None)
    same = (part.ids_digest for part in state.feed if part.categories == categories)
    return FeedMark(max(highest, key=announcement_order, default=None), next(same, ""))


def newly_announced(announced: Sequence[Announcement]) -> list[str]:
    """The identifiers that were given for this listing, in order."""
    ids = (one.paper.id for one in announced if one.kind is AnnounceKind.NEW)
    return sorted(ids, key=announcement_order)


def expect_volumes(state: State, announced: Sequence[Announcement]) -> None:
    """Remember how much comes, also from a feed that was cut: the next one has more parts."""
    if announced:
        today = counts(announced)
        state.listed = {
            name: max(today.get(name, 0), int(state.listed.get(name, 0) * _REMEMBERED))
            for name in sorted(state.listed.keys() | today.keys())
        }


def lost_since(state: State, announced: Sequence[Announcement]) -> date | None:
    """The first quiet day, where identifiers are missing since: its feed was empty by mistake.

    At the turn of a month nothing tells how many the old one had; then it counts as lost, which
    costs some requests, and no papers.
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


def remember(state: State, heard: Heard, day: date) -> bool:
    """Let the state know the day's feed; tell whether it follows the last one without a gap."""
    follows = state.feed_day is not None
    new = newly_announced(heard.announced)
    gap = _gap(state, heard, day)
    if gap or state.heard_from is None:
        state.heard_from = new[0] if new else None
    closed = state.last_complete == state.feed_day
    state.missed = tuple(sorted({*gap, *(() if closed else state.missed)}))
    if heard.announced:
        state.unconfirmed = None
        for part in heard.parts:
            for name in part.categories:  # known, and nothing was announced in it
                state.listed.setdefault(name, 0)
    elif day.weekday() < 5:
        state.unconfirmed = state.unconfirmed or day
        state.quiet = tuple(sorted({*state.quiet, day}))
    state.feed, state.feed_day = heard.parts, day
    return follows and not gap


def _gap(state: State, heard: Heard, day: date) -> tuple[date, ...]:
    """The working days before this one whose listings were not heard."""
    if state.feed_day is None:
        return ()
    lost = lost_since(state, heard.announced)
    return working_days(state.feed_day if lost is None else lost - timedelta(days=1), day)


def skipped_sentence(
    quiet: Sequence[date], missed: Sequence[date], *, whole: bool = True
) -> str | None:
    """Say which working days brought no listing, and which come late: now, or some of it now."""
    sentences = []
    if quiet:
        sentences.append(f"Nothing was announced on {_days(quiet)}.")
    if missed:
        listings = "The listing" if len(missed) == 1 else "The listings"
        sentences.append(
            f"{listings} of {_days(missed)} could not be fetched on "
            f"{'its day' if len(missed) == 1 else 'their days'}: "
            + ("what was announced then is told here." if whole else "some of it is told here.")
        )
    return " ".join(sentences) or None


def _days(days: Sequence[date]) -> str:
    if len(days) > 2:
        return f"{days[0]} to {days[-1]}"
    return " and ".join(map(str, days))
