"""The pages for people: start page, keywords, authors, digests, search.

Their templates are in ``templates/site/``, beside the style sheet and the scripts: HTML in which
every field is escaped unless it is markup of ours. A digest repository's own ``templates/site/``
comes first, file by file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from daily_papers.mail.digest import Digest, NewsItem, number_of
from daily_papers.papers.paper import announcement_order
from daily_papers.query.expression import to_arxiv
from daily_papers.render.templates import bundled_templates, fill_in, html_environment
from daily_papers.site.cards import AUTHORS_SHOWN, Card, Cards
from daily_papers.site.charts import Week, chart, sparkline, weeks_of
from daily_papers.site.data import SiteData, Topic
from daily_papers.site.formulas import plain_text
from daily_papers.site.output import File
from daily_papers.store.store import News
from daily_papers.text import long_date, plural

#: The most papers on one page of a keyword, and their most bytes; older ones are on the next page.
PAPERS_A_PAGE = 100
_BYTES_A_PAGE = 290_000
#: On the start page.
_PAPERS_A_KEYWORD = 8
_DIGESTS_ON_START = 10
_FOLDER = "site"
_STATIC = ("*.css", "*.js", "*.svg")


class SiteTemplates:
    """The templates and the static files of one website."""

    def __init__(self, own: Path | None = None) -> None:
        above = (bundled_templates(),) if own is None else (own, bundled_templates())
        self._folders = [folder / _FOLDER for folder in above]
        self.environment = html_environment(self._folders)
        self.environment.filters["plural"] = plural

    def render(self, template: str, **fields: object) -> str:
        """Fill in a page. Raises TemplateError with the template's file and line."""
        return fill_in(self.environment, template, fields)

    def static_files(self) -> Iterator[File]:
        """The style sheet, the scripts and the icon, each with its name."""
        paths = {
            path.name: path
            for folder in reversed(self._folders)
            for pattern in _STATIC
            for path in folder.glob(pattern)
        }
        for name in sorted(paths):
            yield name, paths[name].read_bytes()


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper in a list: its title, which links to its card."""

    title: Markup
    href: str
    authors: str
    category: str | None
    has_code: bool
    is_withdrawn: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class KeywordWeek:
    """What is new for a keyword today and this week."""

    topic: Topic
    today: int
    week: int
    lines: tuple[PaperLine, ...]
    spark: Markup

    @property
    def more(self) -> int:
        """How many papers of this week have no line."""
        return self.week - len(self.lines)


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """The papers of a digest under one of its keywords."""

    name: str
    #: None if the keyword is gone.
    topic: Topic | None
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class DigestLine:
    """A digest in a list."""

    page: str
    #: ``Monday, February 9, 2026``, with a number from the day's second digest on.
    text: str
    papers: int
    day: date
    keywords: str


class Pages:
    """Renders every page of the website."""

    def __init__(self, data: SiteData, cards: Cards, templates: SiteTemplates) -> None:
        self._data = data
        self._cards = cards
        self._templates = templates
        self._site_title = plain_text(data.config.title)
        self._by_slug = {topic.slug: topic for topic in data.topics}
        self._cards_of = {topic.slug: list(_split(cards.of_topic(topic))) for topic in data.topics}
        self._digest_lines = [_digest_line(digest) for digest in data.digests]

    def files(self) -> Iterator[File]:
        """Every page with its path, one by one."""
        yield self._start()
        for topic in self._data.topics:
            yield from self._topic(topic)
        pages = [None, *(line.page for line in self._digest_lines), None]
        for place, digest in enumerate(self._data.digests):
            line = self._digest_lines[place]
            yield self._digest(digest, line, newer=pages[place], older=pages[place + 2])
        years: dict[int, list[DigestLine]] = {}
        for line in self._digest_lines:
            years.setdefault(line.day.year, []).append(line)
        yield self._file("digests/index.html", "digests", "All digests", years=years)
        yield self._search()

    def _file(self, path: str, template: str, title: str, **fields: object) -> File:
        """Render a page; all its links begin with ``root``, so that it works at any address."""
        html = self._templates.render(
            f"{template}.html.jinja",
            root="../" * path.count("/"),
            path=path,
            title=title,
            site_title=self._site_title,
            day=self._data.day,
            long_day=long_date,
            **fields,
        )
        return path, html.encode("utf-8", errors="replace")

    # --- start page ----------------------------------------------------------------------------

    def _start(self) -> File:
        news = self._news_of_week()
        weeks = [self._week_of(topic, news) for topic in self._data.topics]
        of_today = (line for line in self._digest_lines if line.day == self._data.day)
        return self._file(
            "index.html",
            "start",
            self._site_title,
            day_line=plain_text(self._data.store.state.day_line),
            today=sum(item.day == self._data.day for item in news.values()),
            week=len(news),
            busy=[week for week in weeks if week.week],
            quiet=[week for week in weeks if not week.week],
            digests=self._digest_lines[:_DIGESTS_ON_START],
            digest_of_today=next(of_today, None),
        )

    def _news_of_week(self) -> dict[str, News]:
        """The news of the ISO week that the site shows, by identifier, newest first."""
        day = self._data.day
        news = {
            id: stored.news
            for id, stored in self._data.everything.items()
            if stored.news is not None
            and day is not None
            and stored.news.day.isocalendar()[:2] == day.isocalendar()[:2]
        }
        order = sorted(news, key=lambda id: (news[id].day, announcement_order(id)), reverse=True)
        return {id: news[id] for id in order}

    def _week_of(self, topic: Topic, news: Mapping[str, News]) -> KeywordWeek:
        news = {id: item for id, item in news.items() if topic.slug in item.keywords}
        shown = {
            card.paper.id: (card, page_of(topic, number))
            for number, cards in enumerate(self._cards_of[topic.slug], 1)
            for card in cards
        }
        lines = [self._line(*shown[id], item.day) for id, item in news.items() if id in shown]
        return KeywordWeek(
            topic=topic,
            today=sum(item.day == self._data.day for item in news.values()),
            week=len(news),
            lines=tuple(lines[:_PAPERS_A_KEYWORD]),
            spark=sparkline(self._weeks(topic)),
        )

    def _line(self, card: Card, page: str, day: date) -> PaperLine:
        authors = [plain_text(name) for name in (card.paper.authors or ())[:AUTHORS_SHOWN]]
        more = " et\N{NO-BREAK SPACE}al." if card.texts.more_authors else ""
        return PaperLine(
            title=card.texts.title,
            href=f"{page}#{card.anchor}",
            authors=", ".join(authors) + more,
            category=card.category,
            has_code=card.code_url is not None,
            is_withdrawn=card.paper.is_withdrawn,
            is_today=day == self._data.day,
        )

    def _weeks(self, topic: Topic) -> tuple[Week, ...]:
        return weeks_of(topic.slug, self._data.store.weeks, self._data.day)

    # --- keywords and authors ------------------------------------------------------------------

    def _topic(self, topic: Topic) -> Iterator[File]:
        pages = self._cards_of[topic.slug]
        weeks = self._weeks(topic)
        name = plain_text(topic.name)
        for number, cards in enumerate(pages, 1):
            yield self._file(
                page_of(topic, number),
                "topic",
                name if number == 1 else f"{name}, page {number}",
                topic=topic,
                name=name,
                spellings=[plain_text(spelling) for spelling in topic.keyword.authors],
                query=plain_text(to_arxiv(topic.keyword.expression)),
                cards=cards,
                number=number,
                newer=page_of(topic, number - 1) if number > 1 else None,
                older=page_of(topic, number + 1) if number < len(pages) else None,
                weeks=weeks[::-1],
                chart=chart(weeks) if any(week.papers for week in weeks) else None,
            )

    # --- digests and search --------------------------------------------------------------------

    def _digest(
        self, digest: Digest, line: DigestLine, newer: str | None, older: str | None
    ) -> File:
        by_first: dict[str, list[Card]] = {}
        for item in digest.items:
            by_first.setdefault(item.keywords[0], []).append(self._card_of(item))
        return self._file(
            line.page,
            "digest",
            line.text,
            digest=digest,
            newer=newer,
            older=older,
            skipped=plain_text(digest.skipped or ""),
            groups=[
                DigestGroup(plain_text(name), self._by_slug.get(slug), tuple(by_first[slug]))
                for slug, name in digest.keyword_names
                if slug in by_first
            ],
        )

    def _card_of(self, item: NewsItem) -> Card:
        """The paper as the store knows it now, or as the digest has kept it."""
        paper = self._data.store.known(item.paper.id) or item.paper
        topics = tuple(self._by_slug[slug] for slug in item.keywords if slug in self._by_slug)
        return self._cards.of_news(paper, topics, item.code_url)

    def _search(self) -> File:
        categories = {name for paper in self._data.papers for name in paper.categories or ()}
        return self._file(
            "search.html",
            "search",
            "Search",
            keywords=[(topic.slug, plain_text(topic.name)) for topic in self._data.topics],
            categories=sorted(plain_text(name) for name in categories),
            papers=len(self._data.papers),
        )


def _split(cards: Sequence[Card]) -> Iterator[list[Card]]:
    """Put as many cards on each page as it may hold, and at least one; there is a first page."""
    page: list[Card] = []
    weight = 0
    for card in cards:
        if page and (len(page) == PAPERS_A_PAGE or weight + card.weight > _BYTES_A_PAGE):
            yield page
            page, weight = [], 0
        page.append(card)
        weight += card.weight
    yield page


def page_of(topic: Topic, number: int) -> str:
    """A page of a keyword, seen from the start page; the first has its plain name."""
    return topic.page if number == 1 else f"{topic.path}/{number}.html"


def _digest_line(digest: Digest) -> DigestLine:
    number = number_of(digest.key)
    slugs = {slug for item in digest.items for slug in item.keywords}
    return DigestLine(
        page=f"digests/{digest.key}.html",
        text=long_date(digest.day) + (f" ({number})" if number > 1 else ""),
        papers=len(digest.items),
        day=digest.day,
        keywords=", ".join(plain_text(n) for slug, n in digest.keyword_names if slug in slugs),
    )
