"""The fields that arXiv hands on as they were submitted, made as the query API would tell them.

The announcement feed and arXivRaw show authors' TeX and their line breaks; the query API shows
letters. Both are made alike here, so that details that come later do not look like a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from daily_papers.papers.paper import folded
from daily_papers.papers.tex import decode_accents

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]{2}|\.[a-z]+(?:-[a-z]+)?)?", re.ASCII)


def readable(text: str) -> str:
    """Accents as letters, white space folded; everything else as it is."""
    return folded(decode_accents(text))


def readable_categories(names: Iterable[str]) -> tuple[str, ...]:
    """Those that have a category's form, in their order: the primary one is the first."""
    return tuple(dict.fromkeys(name for name in names if _CATEGORY.fullmatch(name)))


def first_doi(text: str) -> str | None:
    """The first of the DOIs, which authors set apart by blanks."""
    dois = text.split()
    return dois[0].rstrip(",;") or None if dois else None
