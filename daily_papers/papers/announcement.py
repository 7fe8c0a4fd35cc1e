"""Papers as arXiv's answers have them, and a new one as people read of it.

An announcement is a paper with the kind under which arXiv lists it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from daily_papers.papers.paper import Paper


class AnnounceKind(StrEnum):
    """Why a paper is listed, in arXiv's words; if there are several, the first of these counts."""

    NEW = "new"  # its first version, and its primary category was asked for
    CROSS = "cross"  # newly listed in a category that was asked for, but not its primary one
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


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


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a search returned."""

    #: As arXiv sorted them, newest first.
    papers: tuple[Paper, ...]
    #: How many papers arXiv has for the query; at least this many, if it took several searches.
    total: int
    #: The address of each page, the first one first.
    urls: tuple[str, ...]


#: A plain https address, which is all that our links need.
WebAddress = Annotated[str, Meta(pattern=r"\Ahttps://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~-]+)*/?\Z")]


@dataclass(frozen=True)
class NewsItem:
    """A new paper in the mail, in README's list, and on the website."""

    paper: Paper
    #: The slugs of those that it matched, in their order.
    keywords: Annotated[tuple[str, ...], Meta(min_length=1)]
    #: What the paper does, as its abstract says it.
    sentence: str = ""
    #: The keywords that have a phrase in its title.
    in_title: tuple[str, ...] = ()
    #: The authors whom a keyword follows, as the paper names them.
    followed: tuple[str, ...] = ()
    venue: str | None = None
    code_url: WebAddress | None = None
    project_url: WebAddress | None = None
    #: Its rank among the papers of the day by what the reader likes, 1 for the closest.
    closeness: int | None = None
    #: Its place in what a keyword with `like` took from the listing, 1 for the closest.
    place: int | None = None
