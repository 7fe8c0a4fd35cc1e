"""Author names: split a line of them, compare two spellings.

arXiv keeps the authors of a paper as one line that people typed (``A. Author, B. Author (CERN)
and C. Author``). The query API splits it; the announcement feed and arXivRaw pass it on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

from daily_papers.papers.paper import folded
from daily_papers.papers.tex import decode_accents

GROUP = r"(?:Collaborations?|Consorti(?:um|a)|Teams?|Groups?)"
_ON_BEHALF = re.compile(
    rf"\s+(?:for|on behalf of)\s+(?:the\s+)?(?=[^,;:()]*\b{GROUP}\b)", re.IGNORECASE
)
#: ``The CMS and LHCb Collaborations``: here "and" is part of one name.
_SEVERAL_GROUPS = re.compile(r"\b(?:Collaborations|Consortia|Teams|Groups)\b", re.IGNORECASE)
_AND = re.compile(r"(?:^|\s+)(?:and|&)(?:\s+|$)")
_FOOTNOTE_MARK = re.compile(r"\$\s*\^[^$]*\$")
#: ``…, (1) CERN, (2) DESY`` after the last author: each number is before a text, not after a name.
_OPEN_LEGEND = re.compile(r"[,;]\s*\(\d+\)\s*[^\W\d_][^()]*(?:\(\d+\)[^()]*)*$")
_IN_PARENTHESES = re.compile(r"\([^()]*\)")
SUFFIX = r"(?:Jr|Sr)\.?|I{2,3}|IV"
_ET_AL = re.compile(r"\bet\.?\s+al\b\.?.*$", re.IGNORECASE)
_GLUED_INITIAL = re.compile(r"(?<=[^\W\d_]\.)(?=[^\W\d_])")
_GLUED_AT_ARXIV = re.compile(r"(?<=[^\W\d_]\.)(?=-?[^\W\d_])")

#: Letters that Unicode does not decompose into a letter and an accent.
PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_APOSTROPHES = re.compile(r"['`´ʻʼ‘’]")
_WORD = re.compile(r"[^\W_]+")
_DELETED_BY_ARXIV = re.compile("[.,;]")


def split_authors(text: str) -> tuple[str, ...]:
    """Split a line of authors into names, without affiliations.

    A name before a colon (a collaboration) or after "for the" is an author too. TeX accents are
    decoded first, since they may contain characters that would otherwise separate two names.
    """
    decoded = _FOOTNOTE_MARK.sub("", decode_accents(text))
    plain = folded(re.sub(r"~|\\[ ,\\]", " ", decoded).replace("{", "").replace("}", ""))
    line = _OPEN_LEGEND.sub("", _ON_BEHALF.sub(", ", plain))
    for _ in range(3):  # one in another
        line = _IN_PARENTHESES.sub(",", line)
    names: list[str] = []
    for part in re.split(r"[,;()]|:(?=\s|$)", line):
        names += [part] if _SEVERAL_GROUPS.search(part) else _AND.split(part)
    tidy = (folded(_GLUED_INITIAL.sub(" ", _ET_AL.sub("", name))).strip("*: ") for name in names)
    return tuple(_with_suffixes(filter(is_name, tidy)))


def is_name(text: str) -> bool:
    """Whether it has a letter or a digit; the query API sometimes gives ``:`` for an author."""
    return _WORD.search(text) is not None


def _with_suffixes(names: Iterable[str]) -> list[str]:
    """Attach ``Jr`` and the like, which people set off with a comma, to the name before."""
    whole: list[str] = []
    for name in names:
        if whole and re.fullmatch(SUFFIX, name, re.IGNORECASE):
            whole[-1] = f"{whole[-1]} {name}"
        else:
            whole.append(name)
    return whole


def name_key(name: str) -> str:
    """Return the words of a name with case, accents, dots, apostrophes and hyphens folded.

    ``Jean-Paul O'Neill``, ``Jean Paul O’NEILL`` and ``jean paul oneill`` have one key.
    """
    return " ".join(_WORD.findall(_APOSTROPHES.sub("", _plain_letters(name))))


def _plain_letters(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", decode_accents(name))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return letters.casefold().translate(PLAIN_LETTERS)


def same_name(spelling: str, author: str) -> bool:
    """Whether the name has the words of the spelling in order, perhaps with others in between.

    ``Philip Yu`` fits ``Philip S. Yu``, but not ``Yu Philip``. An initial is a word of its own:
    ``F. Di Feola`` fits ``Francesco F. Di Feola``, but not ``Francesco Di Feola``.
    """
    return holds_words(name_key(author), name_key(spelling))


def holds_words(key: str, wanted: str) -> bool:
    """Whether one key has the words of another in order; False if the other has none."""
    words = iter(key.split())
    return bool(wanted) and all(word in words for word in wanted.split())


def with_initials_apart(name: str) -> str:
    """``Y. -J. Kao`` for ``Y.-J. Kao``, ``J. P. Morgan`` for ``J.P. Morgan``: as arXiv has them."""
    return _GLUED_AT_ARXIV.sub(" ", name)


def arxiv_name_key(name: str) -> str:
    """Return the words of a name as arXiv's index of authors has them.

    Case and accents are folded, and ``. , ;`` are deleted; all other signs belong to the words
    (arXiv/arxiv-search, the mapping of ``authors``).
    """
    plain = _plain_letters(with_initials_apart(name))
    return " ".join(_DELETED_BY_ARXIV.sub("", plain).split())


def holds_in_any_order(key: str, wanted: str) -> bool:
    """Whether one key has all words of another, as in arXiv's search; False if it has none."""
    return bool(wanted) and set(wanted.split()) <= set(key.split())


def first_names(
    names: Iterable[str], followed: Collection[str], write: Callable[[str], str]
) -> str:
    """``A, B, C … F et al.``: the first three names, and all who are followed."""
    shown: list[str] = []
    for place, name in enumerate(names):
        if place < 3 or name in followed:
            shown.append(write(name))
        elif shown[-1] != "…":
            shown.append("…")
    return re.sub(", …$", " et al.", ", ".join(shown).replace(", …, ", " … "))
