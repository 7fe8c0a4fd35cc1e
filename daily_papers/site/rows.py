"""A paper as a row of a list: the same HTML on each page that shows it, its abstract inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, cached_property, lru_cache
from urllib.parse import quote

from markupsafe import Markup, escape

from daily_papers.papers.authors import same_name
from daily_papers.papers.bibtex import bibtex_entry
from daily_papers.papers.links import project_url, venue
from daily_papers.papers.news_item import NewsItem
from daily_papers.papers.paper import Paper
from daily_papers.papers.sentence import key_sentence
from daily_papers.query.expression import Phrase, leaves, query_words
from daily_papers.site.data import SiteData, Topic, shown_day
from daily_papers.site.formulas import FormulaRenderer, plain_text
from daily_papers.site.output import key_of
from daily_papers.store.store import StoredPaper
from daily_papers.text import short_date

AUTHORS_SHOWN = 3
#: What addresses cannot hold, as `quote` writes it, which is slower.
_QUOTED = {code: quote(chr(code), safe="") for code in range(128)}
Item = NewsItem | None
_MOST_PHRASES = 200
#: Ranks with a badge.
_CLOSEST = 5
_ROW = re.compile(
    r'<article class="paper" id="[^"]*" data-row="([0-9a-f]+)">.*?</article>\n', re.DOTALL
)


class Row:
    """What a row shows of one paper; each text is written when the template asks for it."""

    def __init__(
        self, stored: StoredPaper, topics: tuple[Topic, ...], rows: Rows, item: Item
    ) -> None:
        self.paper = stored.paper
        self._news = stored.news
        #: The keywords that show it.
        self.topics = topics
        self._rows = rows
        self._item = item

    @property
    def anchor(self) -> str:
        """Its id in the page."""
        return anchor(self.paper.id)

    @property
    def key(self) -> str:
        """Changes with all that the row shows."""
        return self._rows.key(self.paper.id)

    @cached_property
    def title(self) -> Markup:
        """With the phrases that were looked for highlighted, as in all texts."""
        return self._rows.html(self.paper.title, self.topics) or escape(self.paper.id)

    @cached_property
    def names(self) -> list[str]:
        """All authors."""
        return [plain_text(author) for author in self.paper.authors or ()]

    @cached_property
    def authors(self) -> Markup:
        """The first ones, and whoever is followed among the others."""
        first, others = self.names[:AUTHORS_SHOWN], self.names[AUTHORS_SHOWN:]
        followed = [name for name in others if self._rows.is_followed(name)]
        text = self._rows.in_bold([*first, "…", *followed] if followed else first)
        more = len(others) > len(followed)
        return text + Markup(" <i>et\N{NO-BREAK SPACE}al.</i>") if more else text

    @cached_property
    def all_authors(self) -> Markup | None:
        """All of them, if `authors` leaves some out."""
        return self._rows.in_bold(self.names) if len(self.names) > AUTHORS_SHOWN else None

    @cached_property
    def sentence(self) -> Markup:
        """What the paper does, as a model says or else the abstract."""
        said = self._rows.summary(self.paper) or (self._item.sentence if self._item else "")
        return self._rows.html(said or key_sentence(self.paper.abstract), self.topics)

    @cached_property
    def abstract(self) -> Markup:
        """The whole of it."""
        return self._rows.html(self.paper.abstract, self.topics)

    @cached_property
    def comment(self) -> Markup:
        """The author's comment."""
        return self._rows.html(self.paper.comment or "", ())

    @cached_property
    def category(self) -> str | None:
        """``CV`` for cs.CV, ``hep-th`` for hep-th; None if it is not known."""
        primary = self.paper.primary_category
        return plain_text(primary.partition(".")[2] or primary) if primary else None

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """All of them, cross-lists included."""
        paper = self.paper
        some = (paper.primary_category,) if paper.primary_category else ()
        return tuple(map(plain_text, paper.categories or some))

    @cached_property
    def day(self) -> date:
        """Of the first version."""
        return shown_day(self.paper)

    @cached_property
    def day_text(self) -> str:
        """``Mar 6, 2026``."""
        return _day_text(self.day)

    @cached_property
    def version(self) -> str:
        """``v3, revised Feb 4, 2026``."""
        paper = self.paper
        when = paper.updated.date() if paper.updated else paper.announced
        if paper.version == 1 or when is None:
            return f"v{paper.version}"
        return f"v{paper.version}, revised {_day_text(when)}"

    @cached_property
    def code_url(self) -> str | None:
        """Where its code is."""
        return self._rows.code_url(self.paper) or (self._item.code_url if self._item else None)

    @cached_property
    def project_url(self) -> str | None:
        """Its own page."""
        return project_url(self.paper)

    @cached_property
    def venue(self) -> str | None:
        """Where it was accepted, as its comment says."""
        named = venue(self.paper.comment)
        return plain_text(named) if named else None

    @cached_property
    def is_closest(self) -> bool:
        """Whether hardly a paper of its day was closer to what the reader likes."""
        closeness = self._news.closeness if self._news else None
        return closeness is not None and closeness <= _CLOSEST

    @cached_property
    def similar(self) -> Markup:
        """The title in the reader's library that it is most like."""
        return self._rows.html((self._news.similar if self._news else None) or "", ())

    @cached_property
    def bibtex(self) -> str:
        """Its BibTeX entry."""
        return bibtex_entry(self.paper)

    @cached_property
    def coins(self) -> str:
        """The paper for reference managers (OpenURL ContextObject in Span)."""
        fields = _fields(self.paper, self.names)
        return "&".join(f"{name}={_quoted(value)}" for name, value in fields)


class Rows:
    """Writes papers as rows and lines; rows that the last build wrote can be taken over."""

    def __init__(
        self,
        data: SiteData,
        formulas: FormulaRenderer,
        render: Callable[..., str],
        site_key: str,
    ) -> None:
        self._data = data
        self._formulas = formulas
        self._render = render
        self._site_key = site_key
        self.code_url = data.code_url
        #: By key: of this build, and of the last one.
        self._written: dict[str, Markup] = {}
        self._spellings = [s for topic in data.topics for s in topic.keyword.authors]
        self.is_followed = lru_cache(10_000)(self._is_followed)
        self._wanted = cache(self._phrases)

    def key(self, id: str) -> str:
        """Changes with the paper's row."""
        trace, summary = self._data.traces.get(id), self._data.summaries.get(id)
        return key_of(self._site_key, id, trace and trace.key, summary and summary.text)

    def summary(self, paper: Paper) -> str:
        """What a model says of this version; empty if nobody asked it."""
        summary = self._data.summaries.get(paper.id)
        return summary.text if summary is not None and summary.version == paper.version else ""

    def take_over(self, page: str) -> None:
        """Take over the rows of a page of the last build, as far as they are still right."""
        self._written |= {row[1]: Markup(row[0]) for row in _ROW.finditer(page)}  # noqa: S704 - ours

    def row(self, id: str, item: Item = None) -> Markup:
        """A paper's row; ``item`` is how a digest has it, if this is about a digest."""
        key = self.key(id)
        html = self._written.get(key)
        if html is None:
            html = Markup(self._render("row.html.jinja", row=self._view(id, item)))  # noqa: S704
            if id in self._data.store.papers:  # others are on one page only
                self._written[key] = html
        return html

    def line(self, id: str, href: str | None = None, item: Item = None) -> Markup:
        """A paper's title and authors, with a link to its row, or to arXiv if it has none.

        Of a digest's paper also its sentence.
        """
        view = self._view(id, item)
        line = self._render(
            "line.html.jinja",
            row=view,
            href=href or view.paper.url,
            sentence=view.sentence if item else None,
        )
        return Markup(line)  # noqa: S704 - a template's

    def _view(self, id: str, item: Item) -> Row:
        known = id in self._data.traces or item is None
        stored = self._data.stored(id) if known or item is None else StoredPaper(item.paper)
        # A paper that is on several pages is the same on each, whatever a digest says of it.
        of_digest = None if id in self._data.store.papers else item
        return Row(stored, self._data.topics_of(id), self, of_digest)

    def html(self, text: str, topics: tuple[Topic, ...]) -> Markup:
        """Write a text as HTML, with the phrases that these keywords look for highlighted."""
        return self._formulas.html(text, self._wanted(tuple(topic.slug for topic in topics)))

    def _phrases(self, slugs: tuple[str, ...]) -> tuple[str, ...]:
        found = (
            query_words(leaf.text)
            for slug in slugs
            for leaf in leaves(self._data.topic_of[slug].keyword.expression)
            if isinstance(leaf, Phrase)
        )
        return tuple(dict.fromkeys(found))[:_MOST_PHRASES]

    def in_bold(self, names: list[str]) -> Markup:
        """The names, in bold who is followed."""
        if not any(map(self.is_followed, names)):
            return escape(", ".join(names))
        marks = [Markup("<b>{}</b>").format(n) if self.is_followed(n) else n for n in names]
        return Markup(", ").join(marks)

    def _is_followed(self, name: str) -> bool:
        return any(same_name(spelling, name) for spelling in self._spellings)


def anchor(id: str) -> str:
    """The id of a paper's row in its page."""
    return id.replace("/", "-")


def _day_text(day: date) -> str:
    return f"{short_date(day)}, {day.year}"


def _quoted(text: str) -> str:
    return text.translate(_QUOTED) if text.isascii() else quote(text, safe="", errors="replace")


def _fields(paper: Paper, names: list[str]) -> Iterator[tuple[str, str]]:
    yield "ctx_ver", "Z39.88-2004"
    yield "rft_val_fmt", "info:ofi/fmt:kev:mtx:dc"
    yield "rft.type", "preprint"
    yield "rft.title", plain_text(paper.title)
    for name in names:
        yield "rft.creator", name
    yield "rft.date", str(shown_day(paper))
    yield "rft.identifier", f"https://arxiv.org/abs/{paper.id}"
    yield "rft_id", f"info:doi/10.48550/arXiv.{paper.id}"
