"""Keywords that cannot stand beside each other: the same name, the same search, the same page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from daily_papers.config.document import Path
from daily_papers.config.model import Keyword
from daily_papers.config.slugs import RESERVED, suggested_slug
from daily_papers.query.expression import Phrase, leaves, to_arxiv


def duplicates(keywords: Mapping[Path, Keyword]) -> Iterator[tuple[Path, str]]:
    """Each keyword that clashes with one before it, or has no page, and what to do about it."""
    taken = {keyword.slug for keyword in keywords.values()}
    names: dict[str, Keyword] = {}
    searches: dict[str, Keyword] = {}
    pages: dict[str, Keyword] = {}
    for path, keyword in keywords.items():
        name = names.setdefault(keyword.name.casefold(), keyword)
        search = searches.setdefault(to_arxiv(keyword.expression).casefold(), keyword)
        page = pages.setdefault(keyword.slug, keyword)
        if name is not keyword:
            yield path, f'"{keyword.name}" stands in line {name.line} already; remove one of them'
        elif search is not keyword:
            yield path, f'"{keyword.name}" asks for the same as {_called(search)}; remove one'
        elif not keyword.slug or keyword.slug in RESERVED or page is not keyword:
            yield path, f"{_page_trouble(keyword, page)}; {_add_slug(keyword, taken)}"


def _called(keyword: Keyword) -> str:
    return f'"{keyword.name}" in line {keyword.line}'


def _page_trouble(keyword: Keyword, other: Keyword) -> str:
    if not keyword.slug:
        return f'"{keyword.name}" has no letter a-z or digit to name its page'
    page = f"papers/{keyword.slug}.md"
    if keyword.slug in RESERVED:
        return f'the page of "{keyword.name}" cannot be {page}, a reserved name'
    return f'"{keyword.name}" has the same page as {_called(other)}, {page}'


def _add_slug(keyword: Keyword, taken: set[str]) -> str:
    """The lines to write; the slug is taken from then on, for the next suggestion."""
    phrases = [leaf.text for leaf in leaves(keyword.expression) if isinstance(leaf, Phrase)]
    slug = suggested_slug([keyword.name, *phrases], taken)
    taken.add(slug)
    return f'write "name: {keyword.name}" and below it "slug: {slug}"'
