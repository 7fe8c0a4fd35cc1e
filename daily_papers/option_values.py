"""Values of options, read from the words of a command line."""

from __future__ import annotations

import argparse
from datetime import date

_FIRST_YEAR, _LAST_YEAR = 1991, 2999


def day(text: str) -> date:
    """Read YYYY-MM-DD; raises argparse.ArgumentTypeError.

    Only years in which there is an arXiv: at the ends of the calendar nothing can be reckoned.
    """
    try:
        if len(text) == len("YYYY-MM-DD"):
            read = date.fromisoformat(text)
            if _FIRST_YEAR <= read.year <= _LAST_YEAR:
                return read
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a day as YYYY-MM-DD")


def minutes(text: str) -> float:
    """Read a number of minutes, up to a day of them."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if 0 <= number <= 24 * 60:
        return number
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes from 0 to 1440")
