"""A new paper as people read of it: in the mail, in README's list, and on the website."""

from __future__ import annotations

from dataclasses import dataclass

from daily_papers.papers.paper import Paper


@dataclass(frozen=True)
class NewsItem:
    """One new paper, with the slugs of the keywords it matched, in their order."""

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
