"""What arXiv has announced by a day: the sandbox's truth, for its services and for tests."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache

from tests.sandbox.calendar import ListingCalendar
from tests.sandbox.record import Change, Record

#: The records of one paper, the first one first.
History = tuple[Record, ...]


class Universe:
    """Every paper with all that ever becomes public of it, and what of that a day knows."""

    def __init__(self, histories: Sequence[History], calendar: ListingCalendar) -> None:
        self.calendar = calendar
        self._histories = sorted(histories, key=lambda history: history[0].day)
        self._first_days = [history[0].day for history in self._histories]
        self._by_id = {history[0].id: history for history in self._histories}
        self._listings: dict[date, list[Record]] = defaultdict(list)
        for history in self._histories:
            for record in history:
                if record.change is not Change.EDITED:
                    self._listings[record.day].append(record)
        self.as_of = lru_cache(maxsize=4)(self._as_of)

    def _as_of(self, day: date) -> tuple[Record, ...]:
        """The current record of every paper that is public on the day, oldest paper first."""
        public = self._histories[: bisect_right(self._first_days, day)]
        return tuple(
            history[-1] if history[-1].day <= day else _last(history, day) for history in public
        )

    def announced_on(self, day: date) -> tuple[Record, ...]:
        """New papers, late cross-lists and replacements in the listing of the day."""
        return tuple(self._listings.get(day, ()))

    def newest(self, wanted: Callable[[Record], bool], day: date) -> list[Record]:
        """What one search would find on the day if it knew all: newest by this version's time."""
        found = [record for record in self.as_of(day) if wanted(record)]
        return sorted(found, key=lambda record: record.updated, reverse=True)

    def current(self, paper_id: str, day: date) -> Record | None:
        """What is public of one paper on the day; None where nothing is."""
        history = self._by_id.get(paper_id, ())
        return _last(history, day) if history and history[0].day <= day else None

    def version(self, paper_id: str, number: int, day: date) -> Record | None:
        """The last state of one version, as far as it is public on the day."""
        states = [
            record
            for record in self._by_id.get(paper_id, ())
            if record.version == number and record.day <= day
        ]
        return states[-1] if states else None


def _last(history: History, day: date) -> Record:
    return next(record for record in reversed(history) if record.day <= day)
