"""Slugs: the names of keywords in addresses and file names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

from daily_papers.config.written import as_yaml

MAX_LENGTH: Final = 100
_FORM = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NUMBERS = "0123456789"
#: Device names on Windows, which no file there can have, and the pages of a directory itself.
RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", "index", "readme"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in _NUMBERS}
)
_SPOKEN = {
    "+": " plus ",
    "#": " sharp ",
    "&": " and ",
    "@": " at ",
    "*": " star ",
    "%": " percent ",
}
#: Letters that Unicode does not take apart into an ASCII letter and an accent.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)


def slug_of(name: str) -> str:
    """``medical-imaging`` for ``Medical imaging``; empty where no ASCII letter or digit is left."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’\u0300-\u036f]", "", plain))
    return _shortened("-".join(words))


def _shortened(slug: str) -> str:
    """Cut at a hyphen what is longer than a slug can be."""
    if len(slug) <= MAX_LENGTH:
        return slug
    return slug[: MAX_LENGTH + 1].rpartition("-")[0] or slug[:MAX_LENGTH]


def slug_problem(slug: str) -> str | None:
    """What is wrong with a slug that somebody wrote, and what to write; None if nothing is."""
    if len(slug) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH} characters"
    if not _FORM.fullmatch(slug):
        instead = suggested_slug([slug], ()) if slug_of(slug) else ""
        hint = f'; write "slug: {as_yaml(instead)}"' if instead else ""
        return f'"{slug}" may hold small letters a-z, digits and single hyphens only{hint}'
    if slug in RESERVED:
        return f'"{slug}" is reserved; write "slug: {slug}-papers"'
    return None


def suggested_slug(texts: Iterable[str], taken: Collection[str]) -> str:
    """A free slug for a keyword with this name and these phrases.

    Signs are spoken, so ``C++`` is c-plus-plus beside ``C``.
    """
    spoken = [slug_of("".join(_SPOKEN.get(sign, sign) for sign in text)) for text in texts]
    candidates = [slug for slug in spoken if slug] or ["keyword"]
    free = [slug for slug in candidates if slug not in taken and slug not in RESERVED]
    return free[0] if free else _numbered(candidates[0][: MAX_LENGTH - 10], taken)


def _numbered(slug: str, taken: Collection[str]) -> str:
    counted = (f"{slug.rstrip('-')}-{count}" for count in range(2, len(taken) + 3))
    return next(candidate for candidate in counted if candidate not in taken)
