"""Time for the network edges, passed in so that tests need not wait; and days."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentTypeError
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from daily_papers.errors import UsageError

#: arXiv's own time: a listing day begins at midnight there.
LISTING_ZONE = ZoneInfo("America/New_York")
_TODAY = "DAILY_PAPERS_TODAY"
_FIRST_YEAR, _LAST_YEAR = 1991, 2999


class Clock(Protocol):
    """What measures and spends time, as the module `time` does."""

    def monotonic(self) -> float:
        """The seconds since some moment; never goes back."""

    def sleep(self, seconds: float, /) -> None:
        """Return after that many seconds."""


class OutOfTimeError(TimeoutError):
    """Something took longer than its `time_limit`."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError in what takes longer, whatever it makes of that itself.

    For libraries that only limit each wait, so that a server can hold them up with a byte now and
    then. It needs alarms (setitimer(2)), so it does nothing on Windows and in a thread.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() != threading.main_thread():
        yield
        return

    over = OutOfTimeError(f"not done in {seconds:g} seconds")
    is_over = False

    def stop(*_: object) -> None:
        nonlocal is_over
        is_over = True
        raise over

    before = signal.signal(signal.SIGALRM, stop)
    # Every second again, in case that the library goes on after an error.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    except Exception as error:
        if is_over:
            raise over from error
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


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


def minutes(text: str) -> float:
    """Read a number of minutes, up to a whole day."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if 0 <= number <= 24 * 60:
        return number
    raise ArgumentTypeError(f"{text!r} is not a number of minutes from 0 to 1440")
