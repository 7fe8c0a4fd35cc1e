"""A paper as a row of a list: the same HTML on each page that shows it, its abstract inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial

from markupsafe import Markup, escape

from daily_papers.papers.authors import first_names, holds_words, name_key
from daily_papers.papers.links import code_url
from daily_papers.papers.paper import Paper
from daily_papers.query.expression import Phrase, leaves, query_words
from daily_papers.site.data import KEPT, SiteData, Topic
from daily_papers.site.formulas import html_of, loosely, plain_text
from daily_papers.site.output import SiteFolder, anchor
from daily_papers.store.store import News
from daily_papers.store.summaries import Summary


@dataclass(slots=True)  # frozen ones take longer to make
class Row:
    """What a row or a line shows of one paper, besides what the paper has."""

    paper: Paper
    #: The keywords that show it.
    topics: tuple[Topic, ...]
    #: Its authors, and whoever is followed among them.
    names: Sequence[str]
    followed: Collection[str]
    #: Where its code is.
    code_url: str | None
    #: What was known of it when it was news.
    news: News | None
    #: What a model says of it, if one does.
    summary: Summary | None
    #: Writes a text as HTML, with the phrases that were looked for highlighted.
    html: Callable[[str], Markup]

    @property
    def authors(self) -> Markup:
        """The first authors, and whoever is followed, in bold."""
        return Markup(first_names(self.names, self.followed, self._in_bold))  # noqa: S704 - escaped

    def _in_bold(self, name: str) -> str:
        return Markup("<b>{}</b>").format(name) if name in self.followed else escape(name)


class Rows:
    """Writes papers as rows and lines; rows that the last build wrote can be taken over."""

    def __init__(self, data: SiteData, render: Callable[..., Markup], folder: SiteFolder) -> None:
        self._data = data
        self._render = render
        self._folder = folder
        #: The rows of the same page in the last build.
        self._before: dict[str, str] = {}
        self._followed = [name_key(s) for topic in data.topics for s in topic.authors]
        self._is_followed = lru_cache(10_000)(self._is_spelled)
        #: By slug, what finds the phrases of a keyword.
        self._wanted = cache(lambda slug: _phrases(data.topic_of[slug]))
        #: What is known of a paper.
        self.view = lru_cache(KEPT)(self._view)

    def take_over(self, page: str) -> None:
        """Let the rows of a page of the last build stay in it, as far as they are still right."""
        self._before = self._folder.unchanged(page)

    def row(self, id: str) -> Markup:
        """A paper's row."""
        if before := self._before.get(anchor(id)):
            return Markup(before)  # noqa: S704 - ours
        return self._render("row.html.jinja", row=self.view(id))

    def line(self, id: str, page: str | None, root: str, *, of_day: bool = True) -> Markup:
        """A paper's title and authors, with a link to its row, or to arXiv if it has none.

        Of a day's paper also its sentence, and any that is a model's.
        """
        row = self.view(id)
        return self._render(
            "line.html.jinja",
            row=row,
            href=f"{root}{page}#{anchor(id)}" if page else row.paper.url,
            has_sentence=of_day or row.summary,
        )

    def _view(self, id: str) -> Row:
        stored = self._data.stored(id)
        paper = stored.paper
        topics = self._data.topics_of(paper.id)
        summary = self._data.summaries.get(paper.versioned_id)
        wanted = [self._wanted(topic.slug) for topic in topics]
        names = [plain_text(author) for author in paper.authors or ()]
        followed = {name for name in names if self._is_followed(name)} if self._followed else set()
        return Row(
            paper,
            topics,
            names,
            followed,
            code_url(paper),
            stored.news,
            summary,
            html=partial(html_of, marked=wanted),
        )

    def _is_spelled(self, name: str) -> bool:
        key = name_key(name)
        return any(holds_words(key, spelling) for spelling in self._followed)


def _phrases(topic: Topic) -> re.Pattern[str]:
    """Finds what a keyword looks for."""
    phrases = (leaf.text for leaf in leaves(topic.expression) if isinstance(leaf, Phrase))
    return loosely(dict.fromkeys(map(query_words, phrases)))
