"""When arXiv announces what: listing days, evenings without mailing, and submission windows.

Submissions close at 14:00 in New York; at 20:00, from Sunday to Thursday, what came in is announced
as the listing of the next day (https://info.arxiv.org/help/availability.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
_DAY = timedelta(days=1)
_CUT_OFF = time(14)


@dataclass(frozen=True)
class ListingCalendar:
    """Which days have a listing; ``holidays`` are evenings without mailing."""

    holidays: frozenset[date] = frozenset()

    def is_listing_day(self, day: date) -> bool:
        """Whether something is announced for the day, which is on the evening before it."""
        return day.weekday() < 5 and day - _DAY not in self.holidays

    def listing_days(self, first: date, days: int) -> list[date]:
        """The listing days among so many days from the first on."""
        every_day = (first + number * _DAY for number in range(days))
        return [day for day in every_day if self.is_listing_day(day)]

    def at_or_after(self, day: date) -> date:
        """The first listing day that is not before the day."""
        return next(found for found in _from(day, _DAY) if self.is_listing_day(found))

    def at_or_before(self, day: date) -> date:
        """The last listing day that is not after the day."""
        return next(found for found in _from(day, -_DAY) if self.is_listing_day(found))

    def window(self, listing_day: date) -> tuple[datetime, datetime]:
        """When the papers of a listing came in: from one cut-off to the next, in UTC."""
        return _cut_off(self.at_or_before(listing_day - _DAY)), _cut_off(listing_day)


def announcement_month(listing_day: date) -> str:
    """``2601``: the month, in New York, of the evening on which identifiers are given."""
    return (listing_day - _DAY).strftime("%y%m")


def _cut_off(listing_day: date) -> datetime:
    """14:00 in New York before the announcement; on Fridays for the one of Sunday evening."""
    evening = listing_day - _DAY
    closed = evening - 2 * _DAY if evening.weekday() == 6 else evening
    return datetime.combine(closed, _CUT_OFF, NEW_YORK).astimezone(UTC)


def _from(day: date, step: timedelta) -> Iterator[date]:
    while True:
        yield day
        day += step
