"""The hidden keys of our issues and comments: which papers of which digests they hold.

In an issue that goes to channels, too, the key ends with the marks of what each channel got: the
channel's name, the parts that were sent, and how many papers they hold; never an address. The
papers say where to go on if the channel is now at another address, with another limit. Only a
channel that the issue was opened with has a mark, so that a new one begins with the next digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from daily_papers.mail.digest import is_key

#: Days, from the one on which an issue was opened, on which a channel that failed is tried again.
DAYS_TRIED = 7

CHANNEL_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?", re.ASCII)
_MARK = re.compile(rf"({CHANNEL_NAME.pattern}):([\d,]*)/(\d+)", re.ASCII)
_MARKS = re.compile(
    rf"since=(?P<since>\S+) channels=(?P<channels>(?:{_MARK.pattern})(?:;{_MARK.pattern})*)",
    re.ASCII,
)

_DIGEST = r"\d{4}-\d{2}-\d{2}(?:-\d+)?"
# Whatever a person has made of the marks, the key still says that its digests were sent.
_PART_KEY = re.compile(
    rf"""^<!--\s+daily-papers
        \s+digest=(?P<digests>{_DIGEST}(?:,{_DIGEST})*)
        \s+repository=(?P<repository>[\w.-]+/[\w.-]+)
        (?:\s+keyword=(?P<keyword>[a-z0-9-]+))?
        \s+part=(?P<part>\d+)/(?P<parts>\d+)
        \s+papers=(?P<first>\d+)-(?P<last>\d+)
        (?P<marks>\s[^<>]*)?-->\s*$""",
    re.VERBOSE | re.MULTILINE | re.ASCII,
)


@dataclass(frozen=True)
class Mark:
    """What one channel has: its parts, and how many of the mail's papers they hold.

    Chat services get the parts in order, so only the last one is noted. In direct mail, each
    recipient is a part, from 1, and the papers are not counted.
    """

    parts: frozenset[int] = frozenset()
    papers: int = 0

    def __str__(self) -> str:
        return f"{','.join(map(str, sorted(self.parts)))}/{self.papers}"


@dataclass(frozen=True)
class Marks:
    """The marks of an issue, by the names of the channels that it goes to."""

    #: The day on which the issue was opened.
    since: date
    channels: Mapping[str, Mark] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Marks | None:
        """Read what ``str`` writes; None if it is anything else, so that nothing is repeated."""
        found = _MARKS.fullmatch(text)
        if found is None:
            return None
        try:
            since = date.fromisoformat(found["since"])
        except ValueError:
            return None
        channels = {}
        for name, parts, papers in _MARK.findall(found["channels"]):
            channels[name] = Mark(frozenset(map(int, re.findall(r"\d+", parts))), int(papers))
        return cls(since, channels)

    def __str__(self) -> str:
        channels = ";".join(f"{name}:{mark}" for name, mark in self.channels.items())
        return f"since={self.since} channels={channels}"

    def is_due(self, today: date) -> bool:
        """Whether channels that failed are still tried."""
        return (today - self.since).days <= DAYS_TRIED


@dataclass(frozen=True)
class PartKey:
    """The hidden key of an issue or a comment.

    An issue that lasts has keys of part 0: that of a keyword, and Deliveries, which has one for
    each mail, with the marks of what channels got.
    """

    #: Those of the mail; in the text of a keyword's issue, its first one.
    digests: tuple[str, ...]
    repository: str
    part: int = 0
    parts: int = 0
    #: The places of its papers among all papers of the mail, from 1.
    first: int = 0
    last: int = 0
    #: The topic of the keyword that it is about, in that keyword's issue; otherwise empty.
    keyword: str = ""
    marks: Marks | None = field(default=None, compare=False)

    def __str__(self) -> str:
        keyword = f" keyword={self.keyword}" if self.keyword else ""
        marks = f" {self.marks}" if self.marks else ""
        return (
            f"<!-- daily-papers digest={','.join(self.digests)} repository={self.repository}"
            f"{keyword} part={self.part}/{self.parts} papers={self.first}-{self.last}{marks} -->"
        )

    @property
    def names(self) -> str:
        """The keys of its digests, for people."""
        return ", ".join(self.digests)

    def is_for(self, repository: str) -> bool:
        """Whether the key belongs to one of this repository's mails."""
        return self.repository.casefold() == repository.casefold()


def find_part_keys(body: str) -> Iterator[PartKey]:
    """Find the hidden keys, each on a line of its own."""
    for found in _PART_KEY.finditer(body):
        digests = tuple(found["digests"].split(","))
        if all(map(is_key, digests)):
            yield PartKey(
                digests=digests,
                repository=found["repository"],
                part=int(found["part"]),
                parts=int(found["parts"]),
                first=int(found["first"]),
                last=int(found["last"]),
                keyword=found["keyword"] or "",
                marks=Marks.parse((found["marks"] or "").strip()),
            )


def find_part_key(body: str) -> PartKey | None:
    """Find the hidden key of a part; if people added others, it is the last one."""
    return next(reversed(list(find_part_keys(body))), None)
