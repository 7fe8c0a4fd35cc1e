"""arXiv's query syntax, read into an expression.

arXiv's own parser is forgiving, and so searches for something other than what was meant: a missing
operator is OR, a missing field is every field, and no operator takes precedence. Here each of these
is an error that names the column and what was expected. So whatever is accepted means the same to
arXiv and to our matcher.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final

from daily_papers.query import taxonomy
from daily_papers.query.expression import (
    Author,
    Category,
    Expression,
    Field,
    Leaf,
    Operation,
    Operator,
    Phrase,
    query_words,
)
from daily_papers.text import cut, one_line

_MAX_DEPTH: Final = 30

OPERATORS: Final = tuple(Operator)
_FIELDS: Final = ("ti", "abs", "au", "cat")
_THE_JOB_CHOOSES: Final = "the daily job chooses the dates"
_ONE_PAPER: Final = "one paper is not a topic"
#: arXiv's other fields, and why they cannot be used.
_UNUSABLE: Final = {
    "all": "it also searches what is not always known here, such as comments",
    "co": "comments change unannounced and are not always known here",
    "jr": "journal references come long after the paper",
    "rn": "report numbers are not known here",
    "id": _ONE_PAPER,
    "doi": _ONE_PAPER,
    "submitteddate": _THE_JOB_CHOOSES,
    "lastupdateddate": _THE_JOB_CHOOSES,
}
NO_WILDCARDS: Final = (
    "wildcards cannot be used, since arXiv compares them with word stems; "
    "leave it out: endings are matched anyway (network finds networks)"
)

#: What an address has for spaces and quotes, as in the examples of arXiv's manual.
_OF_AN_ADDRESS = re.compile(r"\+(?:AND|OR|ANDNOT)\+|%2[0-9A-F]", re.IGNORECASE)
# It cuts where arXiv's own parser cuts.
_TOKEN = re.compile(r'[()]|"[^"]*"?|[^\s():"]+(?::(?:"[^"]*"?|[^\s()"]*))?|\S')
_QUOTED = re.compile('"([^"]*)"')
#: Without quotes: no other quotes around it, and no sign that is syntax.
_BARE = re.compile(r"[^\"“”„«»'‘’`:\[\]{}^~\\|][^:\[\]{}^~\\|]*")
_ENDS_IN_WILDCARD = re.compile(r"\w{3,}\*(?!\w)")


class QueryError(ValueError):
    """A query that cannot be read; ``column`` counts its characters from 1."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(f"column {column}: {problem}")


def parse(query: str) -> Expression:
    """Read a query; raises QueryError for the first mistake."""
    if found := _OF_AN_ADDRESS.search(query):
        raise QueryError(found.start() + 1, "write spaces and quotes, not + and %22")
    terms = [(each[0], each.start() + 1) for each in _TOKEN.finditer(query)]
    left = deque([*terms, ("", len(query.rstrip()) + 1)])
    expression = _operation(left, depth=0)
    term, column = left[0]
    if term:
        raise QueryError(column, 'this ")" closes nothing; remove it, or add the missing "("')
    return expression


def wildcard_in(phrase: str) -> bool:
    """Whether a word of the phrase ends in a wildcard, like ``optim*``; ``A* search`` has none."""
    return _ENDS_IN_WILDCARD.search(phrase) is not None


#: Terms, operators and parentheses, each with its column; the last one, empty, is the end.
_Terms = deque[tuple[str, int]]


def _operation(left: _Terms, depth: int) -> Expression:
    """Terms up to a closing parenthesis or the end, joined by one operator."""
    parts, operator = [_term(left, depth)], ""
    while left[0][0] not in ("", ")"):
        term, column = left.popleft()
        _check_operator(term, column, before=operator)
        operator = term
        parts.append(_term(left, depth))
    return Operation(Operator(operator), tuple(parts)) if operator else parts[0]


def _term(left: _Terms, depth: int) -> Expression:
    term, column = left.popleft()
    if term != "(":
        return _leaf(term, column)
    if depth == _MAX_DEPTH:
        raise QueryError(column, f"more than {_MAX_DEPTH} parentheses inside each other")
    expression = _operation(left, depth + 1)
    if not left[0][0]:
        raise QueryError(column, 'this "(" is never closed; add a ")"')
    left.popleft()
    return expression


def _check_operator(term: str, column: int, *, before: str) -> None:
    """Refuse what is not an operator, and one that differs from the one before on its level."""
    if term not in OPERATORS:
        raise QueryError(
            column,
            f"expected AND, OR or ANDNOT in capitals, not {_shown(term)}; "
            'several words need quotes, as in ti:"two words"',
        )
    if before and term != before:
        raise QueryError(
            column,
            f"{before} and {term} are mixed, and on arXiv neither comes first; "
            f"add parentheses, as in (a {before} b) {term} c",
        )
    if before == "ANDNOT":
        raise QueryError(
            column,
            "on arXiv a second ANDNOT takes away from what the first one excludes; "
            "write a ANDNOT (b OR c)",
        )


def _leaf(term: str, column: int) -> Leaf:
    """Read ``field:word`` or ``field:"phrase"``."""
    if term in ("", ")"):
        raise QueryError(column, 'expected a term here, such as ti:word or abs:"two words"')
    field, colon, value = term.partition(":")
    if term.upper() in {*OPERATORS, "NOT"}:
        message = f"expected a term before {term}; to exclude something, write a ANDNOT b"
        raise QueryError(column, message)
    if not colon or not field or field.startswith('"'):
        raise QueryError(
            column,
            f'expected a field before {_shown(term)}, as in ti:word or abs:"two words"; '
            "arXiv would search every field",
        )
    if field not in _FIELDS:
        reason = _UNUSABLE.get(field.lower(), "it does not exist")
        message = f"the field {field}: cannot be used: {reason}; use ti:, abs:, au: or cat:"
        raise QueryError(column, message)
    column += len(field) + 1
    text = _text(field, value, column)
    if field == "cat":
        return _category(text, column)
    words = query_words(text)
    if not re.search(r"[^\W_]", words):
        raise QueryError(column, f"there is no word after {field}:")
    if field == "au" and "," in text:
        message = 'write each name as a term, given name first, as in au:"Jane Roe"'
        raise QueryError(column, message)
    return Author(words) if field == "au" else Phrase(Field(field), words)


def _text(field: str, value: str, column: int) -> str:
    """What follows the colon, without its quotes."""
    quoted = _QUOTED.fullmatch(value)
    if not quoted and (not _BARE.fullmatch(value) or "&&" in value):
        raise QueryError(
            column,
            "expected a word, or a phrase in straight double quotes, right after "
            f'{field}:, as in {field}:"two words" or ({field}:a OR {field}:b)',
        )
    if field != "cat" and (wildcard_in(value) or (not quoted and set("*?") & set(value))):
        raise QueryError(column, NO_WILDCARDS)
    return quoted[1].strip() if quoted else value


def _category(text: str, column: int) -> Category:
    """``cat:cs.CV``; ``cat:cs.*`` and ``cat:cs`` are the whole archive."""
    name = text.removesuffix(".*")
    if taxonomy.is_known(name) or (name == text and taxonomy.is_well_formed(name)):
        return Category(taxonomy.canonical(name))
    raise QueryError(column, f'"{text}" is not a category of arXiv; {taxonomy.meant(name)}')


def _shown(term: str) -> str:
    return cut(one_line(term), 40)
