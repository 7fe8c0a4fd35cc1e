"""Small pieces of text that many messages and pages share: counts, shortened texts, dates."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from urllib.parse import SplitResult, urlsplit

#: How much of a foreign text is looked at, and how much is quoted.
_READ, _QUOTED = 20_000, 200
_WEB_ADDRESS = re.compile("https?://[!-~]+", re.IGNORECASE)


def plural(number: int, noun: str, nouns: str | None = None) -> str:
    """``1 paper``, ``2,000 papers``; give ``nouns`` if the plural is not just an added s."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def cut(text: str, length: int) -> str:
    """The text in at most ``length`` characters; dots show that some are missing."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def one_line(text: str) -> str:
    """The text with each run of white space, line breaks among them, as one space."""
    if text.isprintable() and "  " not in text:  # mostly, and quick
        return text.strip()
    return " ".join(text.split())


def printable(text: str) -> str:
    """The text with a space for every invisible character, so that its length stays the same."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def shortened(text: str) -> str:
    """Foreign text for a message: one short line without control characters."""
    return cut(one_line(printable(text[:_READ])), _QUOTED)


def web_address(text: str) -> SplitResult | None:
    """The parts of an address to ask at; None if it is not one, or has a user name or a query."""
    try:
        parts = urlsplit(text)
        good = _WEB_ADDRESS.fullmatch(text) and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return None if not good or "@" in parts.netloc or "?" in text or "#" in text else parts


def without_user(address: str) -> str:
    """An address for a message, without the user name and password that it may have."""
    return re.sub(r"(\w+://)?.*@", r"\1…@", address, count=1, flags=re.DOTALL)


def midnight(day: date) -> datetime:
    """The day's first moment in UTC."""
    return datetime.combine(day, time(), UTC)


def rfc3339(moment: datetime) -> str:
    """The moment in UTC, to the second: ``2026-01-20T12:00:00Z``."""
    return f"{moment.astimezone(UTC).isoformat(timespec='seconds')[:-6]}Z"


def short_date(day: date) -> str:
    """``Mar 6, 2026``."""
    return f"{day:%b} {day.day}, {day.year}"


def long_date(day: date) -> str:
    """``Monday, February 9, 2026``, whose day stays beside its month."""
    return f"{day:%A, %B}\u00a0{day.day}, {day.year}"
