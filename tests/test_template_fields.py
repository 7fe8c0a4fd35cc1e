"""The fields of templates: code and documentation list what is really handed over."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from daily_papers.config import parse_config
from daily_papers.github_actions import Addresses
from daily_papers.mail.digest import Digest, digest_records
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Origin, Paper
from daily_papers.render.pages import render_pages
from daily_papers.render.readme import render_region
from daily_papers.render.templates import Templates
from daily_papers.repository import tables_of
from daily_papers.site.data import SiteData
from daily_papers.site.feeds import Feeds, tag_of
from daily_papers.site.output import SiteFolder
from daily_papers.site.pages import Pages, SiteTemplates
from daily_papers.site.rows import Rows
from daily_papers.store.files import save_store
from daily_papers.store.store import Draft, KeywordState, News, State, Store
from daily_papers.template_check import FIELDS
from daily_papers.transaction import Transaction

DOCS = Path(__file__).parents[1] / "docs" / "templates.md"
DAY = date(2026, 1, 13)
PAPER = Paper(
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
    announced=DAY,
    origin=Origin.SEARCH,
)

#: By template, the fields that were handed over.
Seen = defaultdict[str, set[str]]


def noting(kind: type[Any], prefix: str, seen: Seen) -> Any:
    """Templates of this kind that note what they are given."""

    class Noting(kind):  # type: ignore[misc]
        def render(self, template: str, /, **fields: object) -> str:
            seen[prefix + template] |= fields.keys()
            rendered: str = super().render(template, **fields)
            return rendered

    return Noting()


@cache
def handed_over() -> Seen:
    """What all templates are given by a repository with one paper."""
    seen: Seen = defaultdict(set)
    config = parse_config(b"keywords: [example, another topic, {author: Ada Example}]", "k")
    first, another, person = config.keywords
    draft = Draft(Store())
    for keyword, last in ((first, DAY), (another, None), (person, date(2026, 1, 12))):
        if last is not None:
            draft.take(keyword.slug, [PAPER], DAY)
        draft.keywords[keyword.slug] = KeywordState(
            slug=keyword.slug, name=keyword.name, expression="", last_success=last
        )
    draft.state = State(day=DAY, day_line="An example.")
    store = draft.finish().with_news({PAPER: News(2, DAY, (first.slug,), DAY.isoformat())})

    templates = noting(Templates, "", seen)
    tables = replace(tables_of(config, store, {}), site="https://example.org/")
    sections = tables.sections
    render_region(tables, templates, rest_bytes=0)
    for section in sections:
        assert list(render_pages(section, templates, title=config.title))

    item = NewsItem(PAPER, ("example",))
    names = (("example", "example"),)
    digest = Digest(DAY.isoformat(), None, (item,), names, skipped="An example.")
    with TemporaryDirectory() as name:
        root = Path(name)
        transaction = Transaction(root)
        save_store(store, transaction)
        transaction.commit()
        (root / "digests").mkdir()
        (root / "digests" / f"{digest.key}.md").write_text(digest_records(digest))
        data = SiteData(root, config, store, [digest.key], {})
        site = noting(SiteTemplates, "site/", seen)
        folder = SiteFolder(root / "site", "", {})
        rows = Rows(data, site.render, folder)
        address = Addresses("owner/papers")
        for page in Pages(data, rows, site, address).files():
            assert page.make()
        for feed in Feeds(data, rows, site.render, address.pages, tag_of(address)).files():
            feed.make()
    return seen


def documented() -> Iterator[tuple[str, list[str]]]:
    text = DOCS.read_text(encoding="utf-8")
    every = re.search(r"^All pages of the website get (.*?):", text, re.MULTILINE | re.DOTALL)
    assert every is not None
    for row in re.finditer(r"^\| `(\S+\.jinja)` \| (.*) \|$", text, re.MULTILINE):
        of_all = (
            re.findall(r"`(\w+)`", every[1])
            if row[1].startswith("site/") and "`row`" not in row[2] and "`tag`" not in row[2]
            else []
        )
        yield row[1], [*of_all, *re.findall(r"`(\w+)`", row[2])]


def test_check_knows_the_fields_that_templates_get() -> None:
    assert {field for fields in handed_over().values() for field in fields} == FIELDS


def test_the_documentation_lists_the_fields_of_each_template() -> None:
    written = {name: sorted(fields) for name, fields in documented()}
    assert written == {name: sorted(fields) for name, fields in handed_over().items()}
