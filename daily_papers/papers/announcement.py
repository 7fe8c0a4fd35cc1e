"""A new paper: as a listing announces it, and as people read of it.

An announcement is a paper with the kind under which arXiv lists it. A kind depends on the
categories that were asked for, so it is settled here, once all parts are known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from daily_papers.papers.paper import Paper


class AnnounceKind(StrEnum):
    """Why a paper is listed, in arXiv's words; if there are several, the first of these counts."""

    NEW = "new"  # its first version, and its primary category was asked for
    CROSS = "cross"  # newly listed in a category that was asked for, but not its primary one
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def is_news(self) -> bool:
        """Whether the paper is listed for the first time in the categories asked for."""
        return self in {AnnounceKind.NEW, AnnounceKind.CROSS}


#: A feed has at most this many items. What it loses are new papers, since arXiv lists the replaced
#: ones first (arXiv/arxiv-feed, feed/database.py).
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

    #: The categories asked for, in order.
    categories: tuple[str, ...]
    url: str
    #: In the order of the feed, each paper once.
    announcements: tuple[Announcement, ...]
    #: Items in the feed, including those that could not be read.
    count: int

    @property
    def cut(self) -> bool:
        """Whether new papers are missing, because the feed has reached the limit."""
        return self.count >= FEED_LIMIT


def merge_parts(parts: Iterable[Iterable[Announcement]]) -> tuple[Announcement, ...]:
    """Each announced paper once, in the order of the parts.

    A paper may be in several parts: as ``cross`` in one part, and as ``new`` in the part with its
    primary category; for all parts together it is ``new``. The highest version wins.
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


@dataclass(frozen=True)
class NewsItem:
    """A new paper in the mail, in README's list, and on the website.

    ``keywords`` are the slugs of those that it matched, in their order.
    """

    paper: Paper
    keywords: tuple[str, ...]
    #: What the paper does, as its abstract says it.
    sentence: str = ""
    #: The keywords that have a phrase in its title.
    in_title: tuple[str, ...] = ()
    #: The authors whom a keyword follows, as the paper names them.
    followed: tuple[str, ...] = ()
    venue: str | None = None
    code_url: str | None = None
    project_url: str | None = None
    #: Its rank among the papers of the day by what the reader likes, 1 for the closest.
    closeness: int | None = None

    def __post_init__(self) -> None:
        if not self.keywords:
            raise ValueError(f"{self.paper.id} is news for no keyword")
