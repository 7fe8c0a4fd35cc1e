"""What the bundled templates are given: the fields that an own template may ask for.

They are written down nowhere. A repository with one paper is rendered with the bundled templates,
and what they are handed on the way is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache

from daily_papers.config import Config, parse_config
from daily_papers.digests.digest import Digest, NewsItem
from daily_papers.papers.paper import Paper, Way
from daily_papers.rendering.pages import render_page
from daily_papers.rendering.readme import render_region
from daily_papers.rendering.tables import Tables
from daily_papers.rendering.templates import Templates
from daily_papers.repository import sections_of
from daily_papers.site.cards import Cards
from daily_papers.site.library import Library
from daily_papers.site.maths import Mathematician
from daily_papers.site.pages import Pages
from daily_papers.site.templates import SiteTemplates
from daily_papers.store.store import Draft, KeywordState, News, State, Store

#: Values that were handed over under one name, for one template or another.
Examples = Mapping[str, list[object]]

_SITE = "site/"
_DAY = date(2026, 1, 13)
_KEYWORDS = b"keywords: [example, another topic, {author: Ada Example}]"
_PAPER = Paper(
    id="2601.00001",
    version=2,
    title="An example",
    authors=("Ada Example", "B. Example", "C. Example", "D. Example"),
    abstract="An example of $x$ in https://github.com/example/example.",
    comment="An example, 4 pages",
    primary_category="cs.CV",
    categories=("cs.CV", "eess.IV"),
    published=datetime(2026, 1, 2, tzinfo=UTC),
    updated=datetime(2026, 1, 12, tzinfo=UTC),
    announced=_DAY,
    doi="10.9999/example",
    journal_ref="Example 1 (2026) 1",
    way=Way.SEARCH,
)


@cache
def handed_over() -> Mapping[str, Examples]:
    """By template (``row.md.jinja``, ``site/topic.html.jinja``), what it is given."""
    seen: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    config = parse_config(_KEYWORDS, "keywords.yaml")
    store = _store(config)
    _show_tables(config, store, _Watched(seen))
    library = Library(config, store, [_digest()])
    cards = Cards(library, Mathematician())
    for _ in Pages(library, cards, _WatchedSite(seen)).all():
        pass
    return seen


class _Watched(Templates):
    """The bundled templates of the tables, and what they are given."""

    def __init__(self, seen: dict[str, dict[str, list[object]]]) -> None:
        super().__init__()
        self._seen = seen

    def render(self, name: str, **fields: object) -> str:
        for field, value in fields.items():
            self._seen[name][field].append(value)
        return super().render(name, **fields)


class _WatchedSite(SiteTemplates):
    """The bundled templates of the website, and what they are given."""

    def __init__(self, seen: dict[str, dict[str, list[object]]]) -> None:
        super().__init__()
        self._seen = seen

    def render(self, template: str, **fields: object) -> str:
        for field, value in fields.items():
            self._seen[_SITE + template][field].append(value)
        return super().render(template, **fields)


def _show_tables(config: Config, store: Store, templates: Templates) -> None:
    sections = sections_of(config, store)
    tables = Tables(config.title, _DAY, "An example.", sections)
    render_region(tables, templates, rest_bytes=0)
    for section in sections:
        render_page(section, templates, title=config.title, last_update=_DAY)


def _store(config: Config) -> Store:
    """One keyword is up to date, one is behind, one has nothing."""
    store = Draft(Store())
    first, _, person = config.keywords
    for keyword, last in ((first, _DAY), (person, date(2026, 1, 12))):
        store.take(keyword.slug, [_PAPER], _DAY)
        store.keywords[keyword.slug] = KeywordState(
            slug=keyword.slug, name=keyword.name, expression="", last_success=last
        )
    store.state = State(day=_DAY, day_line="An example.")
    return store.finish().with_news([News(_PAPER.id, 2, _DAY, (first.slug,), _DAY.isoformat())])


def _digest() -> Digest:
    item = NewsItem(_PAPER, ("example",))
    names = (("example", "example"),)
    return Digest(_DAY.isoformat(), None, _DAY, (item,), names, skipped="An example.")
