"""What was sent of a digest to each channel, as the hidden key of its issue records it.

A mark has a channel's name, the numbers of the parts that were sent, and how many papers they hold;
never an address. The papers say where to go on if the channel is now at another address, with
another limit. Only a channel that the issue was opened with has a mark, so that a new one begins
with the next digest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

#: Days, from the one on which an issue was opened, on which a channel that failed is tried again.
DAYS_TRIED = 7
#: So much room for marks is left in the body of an issue.
LONGEST_MARKS = 2_000

CHANNEL_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?", re.ASCII)
_MARKS = re.compile(r"since=(?P<since>\S+) channels=(?P<channels>\S+)", re.ASCII)
_MARK = re.compile(r"(?P<name>[^:]+):(?P<parts>[\d,-]*)/(?P<papers>\d+)", re.ASCII)
_RANGE = re.compile(r"(?P<first>\d{1,4})(?:-(?P<last>\d{1,4}))?", re.ASCII)


@dataclass(frozen=True)
class Mark:
    """What one channel has: the parts, from 1, and how many of the mail's papers they hold.

    In direct mail, each recipient is a part, and the papers are not counted.
    """

    parts: frozenset[int] = frozenset()
    papers: int = 0

    def __str__(self) -> str:
        return f"{','.join(_ranges(self.parts))}/{self.papers}"


@dataclass(frozen=True)
class Marks:
    """The marks of an issue, by the names of the channels that it goes to."""

    #: The day on which the issue was opened.
    since: date
    channels: Mapping[str, Mark] = field(default_factory=dict)

    @classmethod
    def begin(cls, day: date, names: Iterable[str]) -> Marks:
        """Nothing was sent yet."""
        return cls(day, {name: Mark() for name in names})

    @classmethod
    def parse(cls, text: str) -> Marks | None:
        """Read what ``str`` writes; None if it is anything else, so that nothing is repeated."""
        found = _MARKS.fullmatch(text)
        if found is None:
            return None
        try:
            since = date.fromisoformat(found["since"])
            marks = dict(map(_parse_mark, found["channels"].split(";")))
        except ValueError:
            return None
        return cls(since, marks)

    def __str__(self) -> str:
        channels = ";".join(f"{name}:{mark}" for name, mark in self.channels.items())
        return f"since={self.since} channels={channels}"

    def is_due(self, today: date) -> bool:
        """Whether channels that failed are still tried."""
        return (today - self.since).days <= DAYS_TRIED

    def is_given_up(self, today: date) -> bool:
        """Whether this is the first day on which they no longer are."""
        return (today - self.since).days == DAYS_TRIED + 1

    def with_mark(self, name: str, mark: Mark) -> Marks:
        """The marks after something was sent to a channel."""
        return replace(self, channels={**self.channels, name: mark})


def _parse_mark(text: str) -> tuple[str, Mark]:
    found = _MARK.fullmatch(text)
    if found is None or not CHANNEL_NAME.fullmatch(found["name"]):
        raise ValueError(f"not a mark: {text!r}")
    parts: set[int] = set()
    for each in filter(None, found["parts"].split(",")):
        numbers = _RANGE.fullmatch(each)
        if numbers is None:
            raise ValueError(f"not a range of parts: {each!r}")
        first = int(numbers["first"])
        parts.update(range(first, int(numbers["last"] or first) + 1))
    return found["name"], Mark(frozenset(parts), int(found["papers"]))


def _ranges(numbers: Collection[int]) -> Iterator[str]:
    """``1-3`` and ``5`` of 1, 2, 3 and 5."""
    for first in sorted(number for number in numbers if number - 1 not in numbers):
        last = first
        while last + 1 in numbers:
            last += 1
        yield str(first) if first == last else f"{first}-{last}"
