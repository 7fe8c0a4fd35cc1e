"""What goes into one mail, how GitHub shows that it went, and what still has to go.

The issues on GitHub are the only record of sending. Each issue and each further part carries a
hidden key, which `PartKey` writes and reads; `mailings_to_send` compares the digests with the
keys that were found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from daily_papers.digests.digest import Digest, NewsItem, in_order

#: A digest that could not be sent for more days than this goes into a common catch-up mail.
DAYS_UNTIL_CATCH_UP = 7

_DIGEST = r"\d{4}-\d{2}-\d{2}(?:-\d+)?"
_PART_KEY = re.compile(
    rf"""^<!--[ ]daily-papers
        [ ]digest=(?P<digests>{_DIGEST}(?:,{_DIGEST})*)
        [ ]repository=(?P<repository>[\w.-]+/[\w.-]+)
        [ ]part=(?P<part>\d+)/(?P<parts>\d+)
        [ ]papers=(?P<first>\d+)-(?P<last>\d+)
        [ ]-->\s*$""",
    re.VERBOSE | re.MULTILINE | re.ASCII,
)


@dataclass(frozen=True)
class Mailing:
    """The digests that one issue tells: one, or several that waited for too long."""

    digests: tuple[Digest, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the digests, oldest first."""
        return tuple(digest.key for digest in self.digests)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last listing day."""
        return self.digests[0].day, self.digests[-1].day

    @cached_property
    def items(self) -> tuple[NewsItem, ...]:
        """The papers of all digests, each once."""
        once: dict[str, NewsItem] = {}
        for digest in self.digests:
            for item in digest.items:
                once.setdefault(item.paper.id, item)
        return tuple(once.values())

    @cached_property
    def keyword_names(self) -> dict[str, str]:
        """Slug to name, in the order of the newest digest; names that it no longer has follow."""
        names: dict[str, str] = {}
        for digest in reversed(self.digests):
            for slug, name in digest.keyword_names:
                names.setdefault(slug, name)
        for item in self.items:
            for slug in item.keywords:
                names.setdefault(slug, slug)
        return names

    @property
    def revisions(self) -> int:
        """How many revisions the digests count."""
        return sum(digest.revisions for digest in self.digests)

    @property
    def skipped(self) -> tuple[str, ...]:
        """What the digests say about skipped listing days."""
        return tuple(dict.fromkeys(digest.skipped for digest in self.digests if digest.skipped))


@dataclass(frozen=True)
class PartKey:
    """The hidden key of an issue or a comment: which papers of which digests it holds."""

    digests: tuple[str, ...]
    repository: str
    part: int
    parts: int
    #: The places of its papers among all papers of the mailing, from 1.
    first: int
    last: int

    def __str__(self) -> str:
        return (
            f"<!-- daily-papers digest={','.join(self.digests)} repository={self.repository}"
            f" part={self.part}/{self.parts} papers={self.first}-{self.last} -->"
        )

    def is_for(self, repository: str) -> bool:
        """Tell whether the key is one of this repository's mails."""
        return self.repository.casefold() == repository.casefold()


def part_key(body: str) -> PartKey | None:
    """Find the hidden key on a line of its own, the last one if a hand has added some."""
    found = None
    for found in _PART_KEY.finditer(body):  # noqa: B007 - the last one is what we are after
        pass
    if found is None:
        return None
    return PartKey(
        digests=tuple(found["digests"].split(",")),
        repository=found["repository"],
        part=int(found["part"]),
        parts=int(found["parts"]),
        first=int(found["first"]),
        last=int(found["last"]),
    )


def digests_for(digests: Iterable[Digest], repository: str) -> tuple[Digest, ...]:
    """Keep the digests that were made for a repository, oldest first.

    A copy of somebody's repository brings its digests along; they are never sent. A digest made
    where nothing told the repository belongs to the one in which it lies.
    """
    return tuple(
        sorted(
            (
                digest
                for digest in digests
                if digest.repository is None
                or digest.repository.casefold() == repository.casefold()
            ),
            key=lambda digest: in_order(digest.key),
        )
    )


def first_key(digests: Iterable[Digest], recorded: Collection[str]) -> str | None:
    """Give the key of the digest with which mailing begins in a repository.

    ``recorded`` are the keys that GitHub shows, in issues and as the begin of an earlier run; the
    oldest of them counts. Where there is none, mailing begins now, at the newest digest.
    """
    if recorded:
        return min(recorded, key=in_order)
    return max((digest.key for digest in digests), key=in_order, default=None)


def mailings_to_send(
    digests: Iterable[Digest], *, sent: Collection[str], begin: str, today: date
) -> tuple[Mailing, ...]:
    """Give what has to be sent, oldest first: from ``begin`` on, all but what was ``sent``.

    What waited for more than a week goes together, so that a long outage ends in one mail.
    """
    waiting = [
        digest
        for digest in digests
        if digest.key not in sent and in_order(digest.key) >= in_order(begin)
    ]
    late = [digest for digest in waiting if (today - digest.day).days > DAYS_UNTIL_CATCH_UP]
    catch_up = [Mailing(tuple(late))] if late else []
    return (*catch_up, *(Mailing((digest,)) for digest in waiting[len(late) :]))
