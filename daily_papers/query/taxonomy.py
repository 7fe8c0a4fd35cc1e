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
from functools import cache
from importlib.resources import files

_TABLE = json.loads(files("daily_papers.query").joinpath("categories.json").read_bytes())
#: The archives and the active categories, with their full names.
ARCHIVES: dict[str, str] = _TABLE["archives"]
CATEGORIES: dict[str, str] = _TABLE["categories"]
#: Second names of the same category: a paper may carry either, or both.
ALIASES: dict[str, str] = _TABLE["aliases"]
#: Archives whose bare name old papers carry as their category.
_ONCE_CATEGORIES = frozenset[str](_TABLE["once_categories"])
#: Archives that were closed, and the category that took their subject over.
CLOSED: dict[str, str] = _TABLE["closed"]
_ACTIVE = {name.lower(): name for name in (*ARCHIVES, *CATEGORIES)}
_KNOWN = _ACTIVE | {name: name for name in CLOSED}
_LETTERS = {name: re.sub(r"\W", "", lower) for lower, name in _ACTIVE.items()}
_SUBJECTS = [(name, subject.lower()) for name, subject in (ARCHIVES | CATEGORIES).items()]
_SAME_AS = ALIASES | {canonical: alias for alias, canonical in ALIASES.items()}
_FORM = re.compile(r"[a-z]+(?:-[a-z]+)?\.(?:[a-z]{2}|[a-z]+(?:-[a-z]+)?)")
#: In these archives, categories are lower-case words (physics.med-ph); elsewhere, two capitals.
_WORD_ARCHIVES = frozenset({"cond-mat", "physics"})


def is_known(name: str) -> bool:
    """Whether the name, in any case, is one of arXiv's categories or archives."""
    return name.lower() in _KNOWN


def has_known_archive(paper_id: str) -> bool:
    """Whether arXiv can have given this identifier: an old one names its archive."""
    archive, slash, _ = paper_id.partition("/")
    return not slash or archive in ARCHIVES or archive in CLOSED


def is_well_formed(name: str) -> bool:
    """Whether this could be the name of a new category, which the table does not have yet."""
    archive, _, suffix = name.lower().partition(".")
    if not _FORM.fullmatch(name.lower()) or (len(suffix) != 2 and archive not in _WORD_ARCHIVES):
        return False
    if archive in ARCHIVES:
        return not _same_letters(re.sub(r"\W", "", name.lower()))
    return not difflib.get_close_matches(archive, ARCHIVES, 1, 0.6)


def canonical(name: str) -> str:
    """The name as arXiv writes it: ``CS.cv`` is ``cs.CV``. Unknown names get the usual case."""
    known = _KNOWN.get(name.lower())
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
    for spelling in map(str.lower, spellings(wanted)):
        if spelling in own:
            return True
        if spelling.endswith("*") and any(each.startswith(spelling[:-1]) for each in own):
            return True
    return False


def meant(name: str) -> str:
    """Which names a misspelt one probably meant, the likeliest first; or where all of them are."""
    text = " ".join(re.split(r"[\W_]+", name.lower())).strip()
    close = text and (_same_letters(text) or _same_subject(text) or _similar(name))
    names = " or ".join(f'"{each}"' for each in close)
    return f"did you mean {names}?" if close else "see https://arxiv.org/category_taxonomy"


def _same_letters(text: str) -> tuple[str, ...]:
    """``cs/CV``, ``cs CV`` and ``csCV`` are cs.CV; ``CV`` is cs.CV or math.CV."""
    letters = text.replace(" ", "")
    whole = [name for name, those in _LETTERS.items() if those == letters]
    suffixes = [name for name in CATEGORIES if name.lower().partition(".")[2] == letters]
    return tuple((whole or suffixes)[:2])


def _same_subject(text: str) -> tuple[str, ...]:
    """``robotics`` is cs.RO, ``machine learning`` is cs.LG or stat.ML."""
    exact = [name for name, subject in _SUBJECTS if subject.replace("-", " ") == text]
    word = re.compile(rf"\b{re.escape(text)}\b")
    within = [name for name, subject in _SUBJECTS if text in subject and word.search(subject)]
    return tuple((exact or within)[:2])


def _similar(name: str) -> tuple[str, ...]:
    text = name.lower()
    archive, _, suffix = text.partition(".")
    # cs.VC is cs.CV rather than cs.SC: fingers swap letters more often than they replace them.
    close = [known for known in _ACTIVE if sorted(known) == sorted(text)]
    if not close and archive in ARCHIVES:
        # Only what follows the dot, or the shared archive would make all names similar.
        suffixes = [known.partition(".")[2] for known in _ACTIVE if known.startswith(f"{archive}.")]
        close = [
            f"{archive}.{each}" for each in difflib.get_close_matches(suffix, suffixes, 1, 0.5)
        ]
    elif not close:
        close = difflib.get_close_matches(text, _ACTIVE, 1, 0.7)
    return tuple(_ACTIVE[match] for match in close[:1])
