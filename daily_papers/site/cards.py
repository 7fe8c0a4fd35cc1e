"""A paper as a card: what each page shows of it, ready to be placed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup, escape

from daily_papers.papers.bibtex import bibtex_key
from daily_papers.papers.paper import Paper
from daily_papers.site.data import SiteData, Topic, shown_day
from daily_papers.site.formulas import FormulaRenderer, plain_text
from daily_papers.text import short_date

AUTHORS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Texts:
    """What is the same on every card of a paper, and takes longest to make."""

    title: Markup
    abstract: Markup
    comment: Markup
    authors: Markup
    more_authors: Markup


@dataclass(frozen=True, slots=True)
class Card:
    """One paper on one page."""

    paper: Paper
    texts: Texts
    #: Its id in the page.
    anchor: str
    day: date
    #: ``Mar 6`` in the year of the site's listing day, else ``Mar 25, 2024``.
    day_text: str
    #: ``CV`` for cs.CV, ``hep-th`` for hep-th; None if it is not known.
    category: str | None
    #: Cross-lists included.
    categories: tuple[str, ...]
    code_url: str | None
    #: ``v3, revised Feb 4``
    version: str
    #: Whether it was news on the site's listing day.
    is_new: bool
    #: Names of keywords and reasons; on the pages of one keyword, only the reason.
    why: tuple[tuple[str, str], ...]
    #: Other keywords whose pages show it.
    others: tuple[Topic, ...]
    bib: str

    @property
    def weight(self) -> int:
        """About how many bytes it takes on its page; rather more than less."""
        texts = self.texts
        shown = (texts.title, texts.abstract, texts.comment, texts.authors, texts.more_authors)
        reasons = sum(len(name) + len(reason) + 60 for name, reason in self.why)
        places = sum(len(topic.name) + len(topic.page) + 30 for topic in self.others)
        return sum(len(text.encode(errors="replace")) for text in shown) + reasons + places + 1000


class Cards:
    """Makes cards, and remembers the texts of each paper for its next card."""

    def __init__(self, data: SiteData, formulas: FormulaRenderer) -> None:
        self._data = data
        self._formulas = formulas
        self._texts: dict[str, Texts] = {}

    def of_topic(self, topic: Topic) -> tuple[Card, ...]:
        """The cards of a keyword's own pages."""
        return tuple(self._card(paper, (topic,), topic) for paper in topic.papers)

    def of_news(self, paper: Paper, topics: tuple[Topic, ...], kept_code: str | None) -> Card:
        """The card of a digest's paper, with the keywords for which it was news.

        ``kept_code`` is the repository that the digest remembers, which has no abstract to look in.
        """
        card = self._card(paper, topics)
        return card if card.code_url else replace(card, code_url=kept_code)

    def _card(self, paper: Paper, topics: tuple[Topic, ...], page: Topic | None = None) -> Card:
        primary = paper.primary_category
        stored = self._data.everything.get(paper.id)
        news = stored.news if stored is not None else None
        here = {topic.slug for topic in topics}
        everywhere = self._data.topics_of.get(paper.id, ())
        return Card(
            paper=paper,
            texts=self._texts_of(paper, page),
            anchor=paper.id.replace("/", "-"),
            day=shown_day(paper),
            day_text=day_text(shown_day(paper), self._data.day),
            category=plain_text(primary.partition(".")[2] or primary) if primary else None,
            categories=paper.categories or ((primary,) if primary else ()),
            code_url=self._data.code_url(paper),
            version=self._version(paper),
            is_new=news is not None and news.day == self._data.day,
            why=tuple(
                ("" if page else plain_text(topic.name), plain_text(topic.why[paper.id]))
                for topic in topics
                if paper.id in topic.why
            ),
            others=tuple(topic for topic in everywhere if topic.slug not in here),
            bib=bib_path(paper),
        )

    def _version(self, paper: Paper) -> str:
        when = paper.updated.date() if paper.updated else paper.announced
        if paper.version == 1 or when is None:
            return f"v{paper.version}"
        return f"v{paper.version}, revised {day_text(when, self._data.day)}"

    def _texts_of(self, paper: Paper, page: Topic | None) -> Texts:
        """Texts are made once, except for the page of a person, where the name stands out."""
        if page is not None and page.keyword.authors:
            return self._made(paper, page)
        if paper.id not in self._texts:
            self._texts[paper.id] = self._made(paper, None)
        return self._texts[paper.id]

    def _made(self, paper: Paper, page: Topic | None) -> Texts:
        html = self._formulas.html
        authors = [_name(author, page) for author in paper.authors or ()]
        return Texts(
            title=html(paper.title) or escape(paper.id),
            abstract=html(paper.abstract),
            comment=html(paper.comment or ""),
            authors=Markup(", ").join(authors[:AUTHORS_SHOWN]),
            more_authors=Markup(", ").join(authors[AUTHORS_SHOWN:]),
        )


def day_text(day: date, today: date | None) -> str:
    """``Mar 6`` in today's year, ``Mar 25, 2024`` otherwise."""
    of_this_year = today is not None and day.year == today.year
    return short_date(day) if of_this_year else f"{short_date(day)}, {day.year}"


def bib_path(paper: Paper) -> str:
    """The paper's own BibTeX file, seen from the start page."""
    return f"bib/{bibtex_key(paper)}.bib"


def _name(author: str, page: Topic | None) -> Markup:
    name = escape(plain_text(author))
    return Markup("<b>{}</b>").format(name) if page is not None and page.tracks(author) else name
