"""arXiv's categories: which names are the same, and which papers each one covers.

categories.json has the 155 active categories in 20 archives that
https://arxiv.org/category_taxonomy lists. arXiv adds one now and then; until a new one is added
there, it works with a warning.

A search and a local match must not differ, so both use ``spellings``: the names after ``cat:`` in a
query are the patterns that ``covers`` compares with.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from itertools import product

_TABLE = json.loads(files("daily_papers.query").joinpath("categories.json").read_bytes())
#: The archives and the active categories, with their full names.
ARCHIVES: dict[str, str] = _TABLE["archives"]
CATEGORIES: dict[str, str] = _TABLE["categories"]
#: Second names of the same category: a paper may carry either, or both.
ALIASES: dict[str, str] = _TABLE["aliases"]
#: Archives whose bare name old papers carry as their category.
_ONCE_CATEGORIES = frozenset[str](_TABLE["once_categories"])
#: Archives that were closed long ago; papers of theirs have old identifiers.
_CLOSED = frozenset[str](_TABLE["closed"])
#: All of them in small letters, with the names as arXiv writes them.
NAMES = {name.lower(): name for name in (*ARCHIVES, *CATEGORIES)}
#: What people write for a name: its subject, what follows its dot, the name itself.
_WRITTEN = (
    {subject.lower(): name for name, subject in (ARCHIVES | CATEGORIES).items()}
    | {lower.partition(".")[2] or lower: name for lower, name in reversed(NAMES.items())}
    | NAMES
)
_SAME_AS = ALIASES | {canonical: alias for alias, canonical in ALIASES.items()}
_WORDS = re.compile("[a-z]+(?:-[a-z]+)?")
#: In these archives, categories are lower-case words (physics.med-ph); elsewhere, two capitals.
_WORD_ARCHIVES = frozenset({"cond-mat", "physics"})


def is_known(name: str) -> bool:
    """Whether the name, in any case, is one of arXiv's categories or archives."""
    return name.lower() in NAMES


def has_known_archive(paper_id: str) -> bool:
    """Whether arXiv can have given this identifier: an old one names its archive."""
    archive, slash, _ = paper_id.partition("/")
    return not slash or archive in ARCHIVES or archive in _CLOSED


def is_well_formed(name: str) -> bool:
    """Whether this could be the name of a new category, which the table does not have yet."""
    archive, _, suffix = name.lower().partition(".")
    form = _WORDS if archive in _WORD_ARCHIVES else re.compile("[a-z]{2}")
    return bool(_WORDS.fullmatch(archive) and form.fullmatch(suffix))


def canonical(name: str) -> str:
    """The name as arXiv writes it: ``CS.cv`` is ``cs.CV``. Unknown names get the usual case."""
    known = NAMES.get(name.lower())
    if known is not None:
        return known
    archive, dot, suffix = name.lower().partition(".")
    return archive + dot + (suffix if archive in _WORD_ARCHIVES else suffix.upper())


@cache
def spellings(name: str) -> tuple[str, ...]:
    """Every name that papers of this category or archive may have; ``cs.*`` is a prefix.

    An archive covers its categories, and their aliases in other archives: a paper in cs.IT is also
    in math.IT, and so in math. The dot in ``math.*`` keeps math-ph out, except for its alias
    math.MP.
    """
    wanted = canonical(name)
    if wanted in CATEGORIES or wanted not in ARCHIVES:
        return _with_alias(wanted)
    members = [category for category in CATEGORIES if category.startswith(f"{wanted}.")]
    elsewhere = {
        other
        for member in members
        for other in _with_alias(member)
        if not other.startswith(f"{wanted}.")
    }
    itself = [wanted] if wanted in _ONCE_CATEGORIES else []
    return (*itself, f"{wanted}.*", *sorted(elsewhere))


def _with_alias(category: str) -> tuple[str, ...]:
    return tuple(sorted(filter(None, (category, _SAME_AS.get(category)))))


def covers(wanted: str, paper_categories: Iterable[str]) -> bool:
    """Whether a paper with these categories, cross-lists included, is in the wanted one."""
    own = [category.lower() for category in paper_categories]
    patterns = [spelling.lower() for spelling in spellings(wanted)]
    return any(fnmatchcase(each, pattern) for each, pattern in product(own, patterns))


def meant(name: str) -> str:
    """Which name a misspelt one probably meant; or where all of them are."""
    text = name.lower().removesuffix(".*").strip()
    begun = [written for written in _WRITTEN if len(text) > 2 and written.startswith(text)]
    close = begun or difflib.get_close_matches(text, _WRITTEN, 1, 0.75)
    return (
        f'did you mean "{_WRITTEN[close[0]]}"?'
        if close
        else "see https://arxiv.org/category_taxonomy"
    )
