"""A keyword as an expression: what to ask arXiv for, and what to match here.

The same small tree serves both, so that a search and a match cannot mean different things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache, lru_cache
from itertools import chain
from typing import Final

from daily_papers.papers.authors import arxiv_name_key, with_initials_apart
from daily_papers.query import taxonomy


class Field(Enum):
    """Where a phrase must be; the value is arXiv's prefix."""

    TITLE = "ti"
    ABSTRACT = "abs"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side in one field, each in any form."""

    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class Author:
    """One spelling of a person's name."""

    name: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category (``cs.CV``) or a whole archive (``cs``), cross-lists and aliases included."""

    name: str


class Operator(StrEnum):
    """Which parts of an operation must hold, in arXiv's word."""

    AND = "AND"
    OR = "OR"
    #: The first of two parts, and not the second.
    ANDNOT = "ANDNOT"


@dataclass(frozen=True, slots=True)
class Operation:
    """Parts, joined by one operator."""

    operator: Operator
    parts: tuple[Expression, ...]


Leaf = Phrase | Author | Category
Expression = Leaf | Operation

#: What no paper matches.
NOTHING: Final = Operation(Operator.OR, ())

#: English words that arXiv does not index in titles and abstracts (Lucene's stop words).
STOP_WORDS: Final = frozenset(
    """a an and are as at be but by for if in into is it no not of on or such that the their then
    there these they this to was will with""".split()  # noqa: SIM905 - reads as what it is
)


def all_of(*parts: Expression) -> Expression:
    """Join with AND; a single part stays itself."""
    return parts[0] if len(parts) == 1 else Operation(Operator.AND, parts)


def any_of(*parts: Expression) -> Expression:
    """Join with OR; a single part stays itself."""
    return parts[0] if len(parts) == 1 else Operation(Operator.OR, parts)


def without(wanted: Expression, unwanted: Expression) -> Expression:
    """Join with ANDNOT."""
    return Operation(Operator.ANDNOT, (wanted, unwanted))


EITHER: Final = "title or abstract"
BOTH: Final = "title and abstract"
#: Several words, although no white space is between them: ``vision-language``, ``GPT-4``.
_COMPOUND = re.compile(r"[^\W_]+(?:[-‐–][^\W_]+)+")


def plain_place(phrase: str) -> str:
    """Where a plain string must be: one word in both places, several words in either of them."""
    return EITHER if " " in phrase or _COMPOUND.fullmatch(phrase) else BOTH


def any_phrase(phrases: Sequence[str], place: str) -> Expression:
    """At least one of the phrases is in the place: ``title``, ``abstract``, BOTH or EITHER."""
    fields = [field for field in Field if field.name.lower() in place]
    each = [[Phrase(field, phrase) for field in fields] for phrase in phrases]
    if place == BOTH:
        return any_of(*(all_of(*pair) for pair in each))
    return any_of(*chain.from_iterable(each))


@lru_cache(maxsize=100)
def in_one_of(categories: tuple[str, ...]) -> Expression:
    """In one of the categories: the same expression for all keywords that have these."""
    return any_of(*map(Category, categories))


def leaves(expression: Expression) -> Iterator[Leaf]:
    """Every phrase, author and category of the expression, from left to right."""
    if isinstance(expression, Operation):
        for part in expression.parts:
            yield from leaves(part)
    else:
        yield expression


def query_words(text: str) -> str:
    """The text with a space for each character that arXiv's query parser would misread.

    Quotes, parentheses and colons are syntax; underscores are rewritten by the parser, and only
    in the first term (arXiv/arxiv-search, fix_author_underscores); ``*`` and ``?`` would be
    wildcards, which inside quotes match nothing; a backslash escapes.
    """
    return " ".join(re.sub(r'["():_*?\\\[\]{}^~\x00-\x1f\x7f]', " ", text).split())


def to_arxiv(expression: Expression) -> str:
    """Write the expression in the query syntax of arXiv's API.

    Every operation is in parentheses, since no operator takes precedence there and a missing
    operator means OR (https://info.arxiv.org/help/api/user-manual.html, Details of Query
    Construction).
    """
    match expression:
        case Phrase(field, text):
            return f'{field.value}:"{query_words(text)}"'
        case Author(name):
            return f'au:"{query_words(with_initials_apart(name))}"'
        case Category(name):
            return _in_category(name)
        case Operation(operator, parts):
            return _joined(operator, [to_arxiv(part) for part in parts])


def canonical(expression: Expression, words: Callable[[str], str] = query_words) -> str:
    """Name what the expression searches for: in any order of its parts, and any case of names.

    ``words`` writes phrases.
    """
    match expression:
        case Phrase(field, text):
            return f'{field.value}:"{words(text)}"'
        case Author(name):
            return f'au:"{arxiv_name_key(name)}"'
        case Category(name):
            return _in_category(name)
        case Operation(operator, parts):
            names = [canonical(part, words) for part in parts]
            in_order = names if operator is Operator.ANDNOT else sorted(set(names))
            return _joined(operator, in_order)


@cache
def _in_category(name: str) -> str:
    return _joined(Operator.OR, [f"cat:{spelling}" for spelling in taxonomy.spellings(name)])


def _joined(operator: Operator, parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({f' {operator} '.join(parts)})"
