"""The terms of a raw query: ``field:word`` and ``field:"phrase"``, each refused with its reason.

What arXiv would read as something else than it looks like is an error here, at its column.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from daily_papers.errors import DailyPapersError
from daily_papers.query import taxonomy
from daily_papers.query.expression import Author, Category, Field, Phrase, query_words
from daily_papers.text import cut, one_line

OPERATORS: Final = ("AND", "OR", "ANDNOT")
#: What people and other search engines write for an operator.
OPERATOR_LIKE: Final = {
    "NOT": "ANDNOT", "&&": "AND", "&": "AND", "||": "OR", "|": "OR", "!": "ANDNOT"
}  # fmt: skip
#: Operators of other languages that stand against a word; ``AT&T`` is one.
GLUED_OPERATOR: Final = re.compile(r"\|\|?|&&|&(?=\w+:)")
FIELDS: Final = ("ti", "abs", "au", "cat")

_TOKEN = re.compile(r'[()]|"[^"]*"?|[^\s():"]+(?::(?:"[^"]*"?|[^\s()"]*))?|\S')
_SPECIAL = re.compile(r"[:\[\]{}^~\\]")
_OTHER_QUOTES = "“”„«»'‘’`"
_LONG_NAMES = {
    "abstract": "abs",
    "author": "au",
    "authors": "au",
    "category": "cat",
    "categories": "cat",
    "summary": "abs",
    "title": "ti",
}
_THE_JOB_CHOOSES = "the daily job chooses the dates; leave it out"
_ONE_PAPER = "one paper is no topic; use ti:, abs:, au: or cat:"
_UNUSABLE = {
    "all": "it also searches what is not always known here, such as comments; "
    "use (ti:word OR abs:word)",
    "co": "comments change unannounced and are not always known here; use ti: or abs:",
    "jr": "journal references come long after the paper; use ti: or abs:",
    "rn": "report numbers are not known here; use ti:, abs: or au:",
    "id": _ONE_PAPER,
    "doi": _ONE_PAPER,
    "submittedDate": _THE_JOB_CHOOSES,
    "lastUpdatedDate": _THE_JOB_CHOOSES,
}
NO_WILDCARDS: Final = (
    "wildcards cannot be used, since arXiv compares them with word stems; "
    "leave it out: endings are matched anyway (network finds networks)"
)
_SUFFIX = re.compile(r"(?:[JS]r\.?|I{2,3}|IV)", re.IGNORECASE)
_ENDS_IN_WILDCARD = re.compile(r"\w{3,}\*(?!\w)")


class QueryError(DailyPapersError):
    """A query that cannot be read; ``column`` counts its characters from 1."""

    exit_code = 2

    def __init__(self, column: int, problem: str) -> None:
        self.column = column
        self.problem = problem
        super().__init__(f"column {column}: {problem}")


def refuse(column: int, problem: str) -> NoReturn:
    """Give up on the query at this column."""
    raise QueryError(column, problem)


@dataclass(frozen=True, slots=True)
class Token:
    """A parenthesis, an operator, a term, or what should have been one of them."""

    text: str
    column: int

    @property
    def is_operator(self) -> bool:
        """Whether it is AND, OR or ANDNOT, written as arXiv wants them."""
        return self.text in OPERATORS

    @property
    def shown(self) -> str:
        """The text for a message, cut where it is long."""
        return cut(one_line(self.text), 40)


def tokens(query: str) -> Iterator[Token]:
    """Cut the query where arXiv's own parser cuts it."""
    for found in _TOKEN.finditer(query):
        yield Token(found.group(), found.start() + 1)


def without_comma(name: str) -> str:
    """``John Smith`` for ``Smith, John``, which no paper says; a suffix comes last."""
    parts = _between_commas(name)
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    family, *given = [part for part in parts if part not in suffixes]
    return " ".join([*reversed(given), family, *suffixes])


def names_in(text: str) -> list[str]:
    """The names where commas part several of them, and not one surname from its given name.

    These have several words on each side of a comma, or more than one comma. BibTeX's
    ``Press, Jr., William H.`` is one name.
    """
    names: list[str] = []
    parts = _between_commas(text)
    if len(parts) == 3 and " " not in parts[0] and _SUFFIX.fullmatch(parts[1]):
        return [without_comma(text)]
    for part in parts:
        if names and _SUFFIX.fullmatch(part):
            names[-1] += f" {part}"
        else:
            names.append(part)
    is_list = len(names) > 2 or all(" " in name for name in names)
    return names if is_list and len(names) > 1 else [without_comma(text)]


def _between_commas(text: str) -> list[str]:
    parts = (" ".join(part.split()) for part in text.split(","))
    return [part for part in parts if part] or [""]


def wildcard_in(phrase: str) -> bool:
    """Whether the phrase has a word with a wildcard, as ``optim*``; ``A* search`` has none."""
    return _ENDS_IN_WILDCARD.search(phrase) is not None


def leaf(token: Token) -> Phrase | Author | Category:
    """Read ``field:word`` or ``field:"phrase"``."""
    field, colon, value = token.text.partition(":")
    if not colon or field.startswith('"') or not field:
        refuse(token.column, _no_field(token))
    _check_field(field, token.column)
    column = token.column + len(field) + 1
    text = _unquoted(field, value, column)
    if field == "cat":
        return _category(text, column)
    words = query_words(text)
    if not re.search(r"[^\W_]", words):
        refuse(column, f"there is no word after {field}:")
    if field == "au" and "," in text:
        refuse(column, _comma(text))
    return Author(words) if field == "au" else Phrase(Field(field), words)


def _comma(text: str) -> str:
    names = [f'au:"{name}"' for name in names_in(text)]
    if len(names) == 1:
        return f"write the name without a comma: {names[0]}"
    return f"write each name as a term: ({' OR '.join(names)})"


def _no_field(token: Token) -> str:
    text = token.text
    if text.upper() in {*OPERATORS, *OPERATOR_LIKE}:
        return f"expected a term such as ti:word, not {text}"
    if text.startswith(":"):
        return "expected a field before the colon, as in ti:word"
    if text[0] in _OTHER_QUOTES:
        return 'a phrase needs a field and straight double quotes, as in ti:"two words"'
    shown = token.shown
    fields = f"ti:{shown} or abs:{shown}"
    return f"expected a field before {shown}: {fields}; arXiv would search every field"


def _check_field(field: str, column: int) -> None:
    if field in FIELDS:
        return
    for unusable, reason in _UNUSABLE.items():
        if field.lower() == unusable.lower():
            refuse(column, f"the field {unusable}: cannot be used: {reason}")
    close = difflib.get_close_matches(field.lower(), (*FIELDS, *_LONG_NAMES), 1, 0.6)
    if close:
        meant = _LONG_NAMES.get(close[0], close[0])
        refuse(column, f'unknown field "{field}"; did you mean {meant}:?')
    refuse(column, f'unknown field "{field}"; the fields are ti, abs, au and cat')


def _unquoted(field: str, value: str, column: int) -> str:
    """What follows the colon, without its quotes."""
    if not value.startswith('"'):
        _check_bare(field, value, column)
        return value
    if len(value) == 1 or not value.endswith('"'):
        refuse(column, 'this quote is never closed; add a " after the phrase')
    if field != "cat" and wildcard_in(value):
        refuse(column, NO_WILDCARDS)
    return value[1:-1].strip()


def _check_bare(field: str, value: str, column: int) -> None:
    """Refuse what only quotes can hold, or what means something else without them."""
    if not value:
        refuse(
            column,
            f'expected a word or a quoted phrase right after {field}:, as in {field}:"two words"; '
            "in parentheses each term needs its own field",
        )
    if value[0] in _OTHER_QUOTES:
        refuse(column, f'use straight double quotes, as in {field}:"two words"')
    glued = GLUED_OPERATOR.search(value)
    if glued:
        sign = glued.group()
        refuse(column + glued.start(), f"write {OPERATOR_LIKE[sign]} instead of {sign}")
    special = _SPECIAL.search(value)
    if special:
        refuse(column + special.start(), f"{special.group()} is syntax here; put it in quotes")
    wildcard = re.search(r"[*?]", value)
    if wildcard and field != "cat":
        refuse(column + wildcard.start(), NO_WILDCARDS)


def _category(text: str, column: int) -> Category:
    """``cat:cs.CV``; ``cat:cs.*`` and ``cat:cs`` are the whole archive."""
    name = text.removesuffix(".*")
    if "*" in name:
        archive = re.split(r"[.*]", name)[0] or "cs"
        refuse(column, f"a * can only stand for a whole archive, as in cat:{archive}.*")
    if taxonomy.is_known(name) or (name == text and taxonomy.is_well_formed(name)):
        return Category(taxonomy.canonical(name))
    meant = " or ".join(f"cat:{close}" for close in taxonomy.suggest(name))
    hint = f"did you mean {meant}?" if meant else "see https://arxiv.org/category_taxonomy"
    refuse(column, f'"{text}" is not a category of arXiv; {hint}')
