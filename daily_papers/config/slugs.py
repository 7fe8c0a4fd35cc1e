"""Slugs, which name keywords in addresses and files; and keywords that clash."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from daily_papers.config.model import Keyword
from daily_papers.papers.authors import PLAIN_LETTERS
from daily_papers.query.expression import Phrase, canonical, leaves, query_words

MAX_LENGTH: Final = 100
_FORM = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: Windows takes such a file, whatever its ending, for a device: the page of Aux is aux-papers.
_DEVICE = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")


def slug_of(name: str) -> str:
    """``medical-imaging`` for ``Medical imaging``; empty if no ASCII letter or digit is left."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(PLAIN_LETTERS))
    slug = "-".join(re.findall(r"[a-z0-9]+", re.sub(r"['’\u0300-\u036f]", "", plain)))
    return f"{slug}-papers" if _DEVICE.fullmatch(slug) else slug[:MAX_LENGTH].rstrip("-")


def slug_problem(slug: str) -> str | None:
    """What is wrong with a slug in keywords.yaml, and what to write; None if nothing is."""
    problem = "may only contain lowercase letters a-z, digits and single hyphens"
    if _DEVICE.fullmatch(slug):
        problem = "is the name of a device on Windows, where no file can have it"
    elif _FORM.fullmatch(slug):
        return None
    hint = f'; write "slug: {instead}"' if (instead := slug_of(slug)) else ""
    return f'"{slug}" {problem}{hint}'


def suggested_slug(texts: Iterable[str], taken: Collection[str]) -> str:
    """A free slug made from the first usable of these texts."""
    candidates = [slug for text in texts if (slug := slug_of(text))] or ["keyword"]
    stem = candidates[0][: MAX_LENGTH - 10].rstrip("-")
    candidates += [f"{stem}-{count}" for count in range(2, len(taken) + 3)]
    return next(slug for slug in candidates if slug not in taken)


# --- keywords that clash: the same name, the same search, the same page -------------------------


def clashes(keywords: Sequence[Keyword]) -> Iterator[tuple[int, str]]:
    """Yield the line of each keyword that clashes or has no page, and what to do."""
    taken = {keyword.slug for keyword in keywords}
    names: dict[str, Keyword] = {}
    searches: dict[str, Keyword] = {}
    pages: dict[str, Keyword] = {}
    for keyword in keywords:
        name = names.setdefault(_alike(keyword.name), keyword)
        search = keyword
        if keyword.like is None:
            # Case is folded before the parts are sorted, since capitals sort first.
            form = canonical(keyword.expression, lambda phrase: _alike(query_words(phrase)))
            search = searches.setdefault(form, keyword)
        page = pages.setdefault(keyword.slug, keyword)
        remedy = "remove one of the two"
        if name is not keyword:
            trouble = f"is already defined on line {name.line}"
        elif search is not keyword:
            trouble = f'searches for the same as "{search.name}" on line {search.line}'
        elif not keyword.slug:
            trouble, remedy = "has no letter a-z or digit to name its page with", "use some"
        elif page is not keyword:
            first = f'"{page.name}" on line {page.line}'
            trouble = f"has the same page as {first}, papers/{keyword.slug}.md"
        else:
            continue
        phrases = [leaf.text for leaf in leaves(keyword.expression) if isinstance(leaf, Phrase)]
        own = keyword.name if name is keyword else "..."
        # They need not be one, but a name that is searched for cannot change.
        if search is keyword and (name is keyword or keyword.name not in phrases):
            slug = suggested_slug([keyword.name, *phrases], taken)
            taken.add(slug)
            remedy += f', or give this one the lines "name: {own}" and "slug: {slug}"'
        yield keyword.line, f'"{keyword.name}" {trouble}; {remedy}'


def _alike(text: str) -> str:
    """A key that is equal for texts that differ only in capitals, or look the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
