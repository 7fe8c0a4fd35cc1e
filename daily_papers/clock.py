"""Time for the network edges, passed in so that tests need not wait; and days."""

from __future__ import annotations

import time
from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from daily_papers.errors import UsageError

#: arXiv's own time: a listing day begins at midnight there.
LISTING_ZONE = ZoneInfo("America/New_York")
_TODAY = "DAILY_PAPERS_TODAY"
_FIRST_YEAR, _LAST_YEAR = 1991, 2999


class Clock(Protocol):
    """What measures and spends time."""

    def monotonic(self) -> float:
        """The seconds since some moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """The seconds since some moment; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        time.sleep(seconds)


def listing_day(environ: Mapping[str, str]) -> date:
    """The listing day: DAILY_PAPERS_TODAY, else today in New York.

    Raises UsageError if the variable is not a day.
    """
    text = environ.get(_TODAY, "").strip()
    if not text:
        return datetime.now(LISTING_ZONE).date()
    try:
        return day(text)
    except ArgumentTypeError as error:
        raise UsageError(f"{_TODAY}: {error}") from error


def day(text: str) -> date:
    """Read YYYY-MM-DD; raises argparse.ArgumentTypeError.

    Only plausible years are allowed, since days are added to and subtracted from it.
    """
    try:
        if len(text) == len("YYYY-MM-DD"):
            read = date.fromisoformat(text)
            if _FIRST_YEAR <= read.year <= _LAST_YEAR:
                return read
    except ValueError:
        pass
    raise ArgumentTypeError(f"{text!r} is not a day as YYYY-MM-DD")
