"""Keywords that cannot stand beside each other: the same name, the same search, the same page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from daily_papers.config.document import Path
from daily_papers.config.model import Keyword
from daily_papers.config.slugs import RESERVED, suggested_slug
from daily_papers.config.written import as_yaml
from daily_papers.query.expression import (
    All,
    AnyOf,
    Category,
    Expression,
    Phrase,
    Without,
    leaves,
    to_arxiv,
)
from daily_papers.query.taxonomy import spellings


def duplicates(keywords: Mapping[Path, Keyword]) -> Iterator[tuple[Path, str]]:
    """Each keyword that clashes with one before it, or has no page, and what to do about it."""
    taken = {keyword.slug for keyword in keywords.values()}
    names: dict[str, Keyword] = {}
    searches: dict[str, Keyword] = {}
    pages: dict[str, Keyword] = {}
    for path, keyword in keywords.items():
        name = names.setdefault(_alike(keyword.name), keyword)
        search = searches.setdefault(_alike(_in_any_order(keyword.expression)), keyword)
        page = pages.setdefault(keyword.slug, keyword)
        if name is not keyword:
            yield path, f'"{keyword.name}" stands in line {name.line} already; remove one of them'
        elif search is not keyword:
            yield path, f'"{keyword.name}" asks for the same as {_called(search)}; remove one'
        elif not keyword.slug or keyword.slug in RESERVED or page is not keyword:
            yield path, f"{_page_trouble(keyword, page)}; {_add_slug(keyword, taken)}"


def _alike(text: str) -> str:
    """The text as far as readers can tell it from others, capitals aside."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _in_any_order(expression: Expression) -> str:
    """What is asked for, equal for searches that differ in order, or in names of a category."""
    match expression:
        case All(parts):
            return _joined("AND", parts)
        case AnyOf(parts):
            return _joined("OR", parts)
        case Without(wanted, unwanted):
            return f"({_in_any_order(wanted)} ANDNOT {_in_any_order(unwanted)})"
        case Category(name):
            return "/".join(sorted(spellings(name)))
        case _:
            return to_arxiv(expression)


def _joined(operator: str, parts: Sequence[Expression]) -> str:
    written = sorted({_in_any_order(part) for part in parts})
    return written[0] if len(written) == 1 else f"({f' {operator} '.join(written)})"


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
    return f'write "name: {as_yaml(keyword.name)}" and below it "slug: {as_yaml(slug)}"'
