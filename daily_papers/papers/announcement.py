"""What a listing announces, and how several parts of one listing are one.

An announcement is a paper with the kind under which arXiv lists it. Kinds are relative to the
categories that were asked for, so they are decided here once all parts are known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import chain

from daily_papers.papers.paper import Paper


class AnnounceKind(StrEnum):
    """Why a paper is listed, in arXiv's words; the first of several is the one that counts."""

    NEW = "new"  # its first version, and its primary category was asked for
    CROSS = "cross"  # newly listed in a category that was asked for, which is not its primary
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def is_news(self) -> bool:
        """Whether this is the first time that the paper is listed in what was asked for."""
        return self in {AnnounceKind.NEW, AnnounceKind.CROSS}


#: The feed holds no more items than this. What is cut are the new papers: arXiv takes the
#: replaced ones first (arXiv/arxiv-feed, feed/database.py).
FEED_LIMIT = 2_000
_PRECEDENCE = tuple(AnnounceKind)


@dataclass(frozen=True, slots=True)
class Announcement:
    """One paper of a listing."""

    paper: Paper
    kind: AnnounceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAnswer:
    """What one feed announces."""

    #: As they were asked for, in order.
    categories: tuple[str, ...]
    url: str
    #: In the order of the feed, each paper once.
    announcements: tuple[Announcement, ...]
    #: Items in the feed, those that could not be read among them.
    count: int
    #: The day that the feed gives itself. An old day's feed claims to be today's, too. None
    #: if nothing is announced.
    listing_day: date | None

    @property
    def cut(self) -> bool:
        """Whether new papers are missing: the feed is as long as feeds can be."""
        return self.count >= FEED_LIMIT


def merge_parts(parts: Iterable[Iterable[Announcement]]) -> tuple[Announcement, ...]:
    """Each announced paper once, in the order of the parts.

    A paper may be in several parts: as ``cross`` in the part of one category and as ``new`` in
    that of its primary, so relative to all categories it is ``new``. The highest version wins.
    """
    whole: dict[str, Announcement] = {}
    for announcement in chain.from_iterable(parts):
        known = whole.setdefault(announcement.paper.id, announcement)
        kind = min(known.kind, announcement.kind, key=_PRECEDENCE.index)
        latest = max(known, announcement, key=lambda each: each.paper.version)
        whole[announcement.paper.id] = replace(latest, kind=kind)
    return tuple(whole.values())


def counts(announcements: Iterable[Announcement]) -> Mapping[str, int]:
    """How many papers each category and each archive (``cs.CV``, ``cs``) has in a listing.

    A paper counts once in each of its categories, and once in each of their archives.
    """
    tally: Counter[str] = Counter()
    for announcement in announcements:
        categories = set(announcement.paper.categories or ())
        tally.update(categories | {category.partition(".")[0] for category in categories})
    return dict(sorted(tally.items()))
