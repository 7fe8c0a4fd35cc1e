"""A paper before arXiv gave it an identifier, and how it becomes records day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from random import Random

from tests.sandbox.calendar import ListingCalendar
from tests.sandbox.record import Change, Record, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Something that happens to a paper after its announcement."""

    change: Change
    #: Days after the announcement; for an old paper, days after the universe's first day.
    on: int
    #: Categories that a late cross-list adds.
    categories: tuple[str, ...] = ()
    #: What the comment becomes: of an edit, or the reason of a withdrawal.
    comment: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an author submits, and what becomes of it."""

    categories: tuple[str, ...]
    #: The words of each version.
    draw: Callable[[int], Words]
    #: How long moderation holds the first version back.
    held_days: int = 0
    later: tuple[Later, ...] = ()


class Press:
    """Turns drafts into their records, with submission times that the random numbers choose."""

    def __init__(self, calendar: ListingCalendar, random: Random) -> None:
        self._calendar = calendar
        self._random = random
        self._window = cache(calendar.window)

    def publish(self, draft: Draft, paper_id: str, day: date, counted_from: date) -> list[Record]:
        """All records of a paper that was announced on the day, the first one first."""
        submitted = self._moment(day) - timedelta(days=draft.held_days)
        records = [
            Record(
                id=paper_id,
                submissions=(submitted,),
                change=Change.NEW,
                day=day,
                categories=draft.categories,
                listed_in=draft.categories,
                draw=partial(draft.draw, 1),
            )
        ]
        for later in sorted(draft.later, key=lambda later: later.on):
            records.append(self._after(records[-1], draft, later, counted_from))
        return records

    def _after(self, last: Record, draft: Draft, later: Later, counted_from: date) -> Record:
        day = max(counted_from + timedelta(days=later.on), last.day + timedelta(days=1))
        if later.change is Change.EDITED:
            return _edited(last, day, later)
        listing_day = self._calendar.at_or_after(day)
        if later.change is Change.CROSS_LISTED:
            return _cross_listed(last, listing_day, later)
        return self._replaced(last, listing_day, draft, later)

    def _replaced(self, last: Record, day: date, draft: Draft, later: Later) -> Record:
        words = partial(draft.draw, last.version + 1)
        return replace(
            last,
            change=Change.REPLACED,
            day=day,
            submissions=(*last.submissions, max(self._moment(day), _next_second(last.updated))),
            listed_in=last.categories,
            withdrawn=later.withdrawn,
            draw=words if later.comment is None else lambda: _commented(words(), later.comment),
        )

    def _moment(self, listing_day: date) -> datetime:
        start, end = self._window(listing_day)
        seconds = (end - start).total_seconds() * self._random.random()
        return start + timedelta(seconds=int(seconds))


def _edited(last: Record, day: date, later: Later) -> Record:
    return replace(
        last,
        change=Change.EDITED,
        day=day,
        listed_in=(),
        draw=lambda: _commented(last.words, later.comment),
    )


def _cross_listed(last: Record, day: date, later: Later) -> Record:
    return replace(
        last,
        change=Change.CROSS_LISTED,
        day=day,
        categories=(*last.categories, *later.categories),
        listed_in=later.categories,
        draw=lambda: last.words,
    )


def _commented(words: Words, comment: str | None) -> Words:
    return replace(words, comment=comment)


def _next_second(moment: datetime) -> datetime:
    return moment + timedelta(seconds=1)
