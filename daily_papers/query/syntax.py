"""arXiv's query syntax, read into an expression.

arXiv's own parser is forgiving, and so searches for something other than what was meant: a missing
operator is OR, a missing field is every field, and no operator takes precedence. Here each of these
is an error that names the column and what was expected. So whatever is accepted means the same to
arXiv and to our matcher.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final

from daily_papers.query import taxonomy
from daily_papers.query.expression import (
    Author,
    Category,
    Expression,
    Field,
    Leaf,
    Phrase,
    Without,
    all_of,
    any_of,
    query_words,
)
from daily_papers.text import cut, one_line

MAX_LENGTH: Final = 4000
_MAX_DEPTH: Final = 30

OPERATORS: Final = ("AND", "OR", "ANDNOT")
#: What people write for an operator, and other search engines accept.
_OPERATOR_LIKE: Final = {
    "NOT": "ANDNOT", "&&": "AND", "&": "AND", "||": "OR", "|": "OR", "!": "ANDNOT"
}  # fmt: skip
_FIELDS: Final = ("ti", "abs", "au", "cat")
_LONG_NAMES: Final = {
    "abstract": "abs",
    "author": "au",
    "authors": "au",
    "category": "cat",
    "categories": "cat",
    "summary": "abs",
    "title": "ti",
}
_THE_JOB_CHOOSES = "the daily job chooses the dates; leave it out"
_ONE_PAPER = "one paper is not a topic; use ti:, abs:, au: or cat:"
_UNUSABLE: Final = {
    "all": "it also searches what is not always known here, such as comments; "
    "use (ti:word OR abs:word)",
    "co": "comments change unannounced and are not always known here; use ti: or abs:",
    "jr": "journal references come long after the paper; use ti: or abs:",
    "rn": "report numbers are not known here; use ti:, abs: or au:",
    "id": _ONE_PAPER,
    "doi": _ONE_PAPER,
    "submitteddate": _THE_JOB_CHOOSES,
    "lastupdateddate": _THE_JOB_CHOOSES,
}
NO_WILDCARDS: Final = (
    "wildcards cannot be used, since arXiv compares them with word stems; "
    "leave it out: endings are matched anyway (network finds networks)"
)

# It cuts where arXiv's own parser cuts.
_TOKEN = re.compile(r'[()]|"[^"]*"?|[^\s():"]+(?::(?:"[^"]*"?|[^\s()"]*))?|\S')
_SYNTAX = re.compile(r"[:\[\]{}^~\\|]|&&")
_OTHER_QUOTES = "“”„«»'‘’`"
_ENDS_IN_WILDCARD = re.compile(r"\w{3,}\*(?!\w)")


class QueryError(ValueError):
    """A query that cannot be read; ``column`` counts its characters from 1."""

    def __init__(self, column: int, problem: str) -> None:
        self.column = column
        super().__init__(f"column {column}: {problem}")


def parse(query: str) -> Expression:
    """Read a query; raises QueryError for the first mistake."""
    if len(query) > MAX_LENGTH:
        raise QueryError(
            MAX_LENGTH + 1, f"longer than {MAX_LENGTH:,} characters; make two keywords of it"
        )
    return _Parser(query).whole()


def wildcard_in(phrase: str) -> bool:
    """Whether a word of the phrase ends in a wildcard, like ``optim*``; ``A* search`` has none."""
    return _ENDS_IN_WILDCARD.search(phrase) is not None


@dataclass(frozen=True, slots=True)
class _Token:
    """A parenthesis, an operator, a term, or what should have been one of them."""

    text: str
    column: int

    @property
    def shown(self) -> str:
        """The text for a message."""
        return cut(one_line(self.text), 40)

    def error(self, problem: str, at: int = 0) -> QueryError:
        """A mistake here, or so many characters on."""
        return QueryError(self.column + at, problem)


class _Parser:
    """Recursive descent over ``term (operator term)*``, with a single operator on each level."""

    def __init__(self, query: str) -> None:
        self._tokens = [_Token(each[0], each.start() + 1) for each in _TOKEN.finditer(query)]
        self._next = 0
        self._end = len(query.rstrip()) + 1

    def whole(self) -> Expression:
        if not self._tokens:
            raise QueryError(1, 'the query is empty; write a term such as ti:"diffusion MRI"')
        expression = self._operation(depth=0)
        if left := self._peek():
            raise left.error('this ")" closes nothing; remove it, or add the missing "("')
        return expression

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _before(self) -> _Token | None:
        """The token before the one that was taken last."""
        return self._tokens[self._next - 2] if self._next > 1 else None

    def _operation(self, depth: int) -> Expression:
        """Terms up to a closing parenthesis or the end, joined by one operator."""
        parts = [self._term(depth)]
        operator: _Token | None = None
        while (token := self._peek()) is not None and token.text != ")":
            self._next += 1
            _check_operator(token, before=operator, term=self._before())
            operator = token
            parts.append(self._term(depth))
        match operator.text if operator else "AND":
            case "OR":
                return any_of(*parts)
            case "ANDNOT":
                wanted, unwanted = parts
                return Without(wanted, unwanted)
            case _:
                return all_of(*parts)

    def _term(self, depth: int) -> Expression:
        token = self._peek()
        if token is None or token.text == ")":
            column = token.column if token else self._end
            after = f" after {self._tokens[self._next - 1].shown}" if self._next else ""
            raise QueryError(column, f'expected a term{after}, such as ti:word or abs:"two words"')
        self._next += 1
        if token.text == "(":
            return self._group(token, depth + 1)
        if token.text.upper() in {*OPERATORS, *_OPERATOR_LIKE}:
            raise _misplaced_operator(token, before=self._before())
        return _leaf(token)

    def _group(self, opening: _Token, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            raise opening.error(f"more than {_MAX_DEPTH} parentheses inside each other")
        expression = self._operation(depth)
        if self._peek() is None:
            raise opening.error('this "(" is never closed; add a ")"')
        self._next += 1
        return expression


def _check_operator(token: _Token, *, before: _Token | None, term: _Token | None) -> None:
    """Refuse what is not an operator, and one that differs from the one before on its level."""
    if token.text not in OPERATORS:
        raise token.error(_no_operator(token, term))
    if before is None:
        return
    if token.text != before.text:
        raise token.error(
            f"{before.text} and {token.text} are mixed, and at arXiv neither goes first; "
            f"add parentheses, as in (a {before.text} b) {token.text} c"
        )
    if token.text == "ANDNOT":
        raise token.error(
            "at arXiv a second ANDNOT takes away from what the first one excludes; "
            "write a ANDNOT (b OR c)"
        )


def _no_operator(token: _Token, term: _Token | None) -> str:
    upper = token.text.upper()
    if upper in OPERATORS:
        return f"operators are written in capitals: {upper} instead of {token.text}"
    if upper in _OPERATOR_LIKE:
        return f"write {_OPERATOR_LIKE[upper]} instead of {token.text}"
    expected = f"expected AND, OR or ANDNOT before {token.shown}"
    bare = term is not None and ":" in term.text and '"' not in term.text
    if term is not None and bare and not set(token.text) & set(':"()'):  # ti:deep learning
        return f'{expected}; several words need quotes: {term.shown.partition(":")[0]}:"two words"'
    return f"{expected}; arXiv would read OR"


def _misplaced_operator(token: _Token, *, before: _Token | None) -> QueryError:
    """Say why there can be no operator where a term is expected."""
    is_and_not = _OPERATOR_LIKE.get(token.text.upper()) == "ANDNOT"
    if before is not None and before.text == "AND" and is_and_not:
        return before.error(f"write ANDNOT instead of AND {token.text}")
    return token.error(f"expected a term before {token.text}")


def _leaf(token: _Token) -> Leaf:
    """Read ``field:word`` or ``field:"phrase"``."""
    field, colon, value = token.text.partition(":")
    if not colon or field.startswith('"') or not field:
        raise token.error(
            f'expected a field before {token.shown}, as in ti:word or abs:"two words"; '
            "arXiv would search every field"
        )
    if field not in _FIELDS:
        raise token.error(_wrong_field(field))
    written = _Token(value, token.column + len(field) + 1)
    text = _unquoted(field, written)
    if field == "cat":
        return _category(text, written)
    words = query_words(text)
    if not re.search(r"[^\W_]", words):
        raise written.error(f"there is no word after {field}:")
    if field == "au" and "," in text:
        raise written.error('write each name as a term, given name first, as in au:"Jane Roe"')
    return Author(words) if field == "au" else Phrase(Field(field), words)


def _wrong_field(field: str) -> str:
    if reason := _UNUSABLE.get(field.lower()):
        return f"the field {field}: cannot be used: {reason}"
    close = difflib.get_close_matches(field.lower(), (*_FIELDS, *_LONG_NAMES), 1, 0.6)
    if close:
        return f'unknown field "{field}"; did you mean {_LONG_NAMES.get(close[0], close[0])}:?'
    return f'unknown field "{field}"; the fields are ti, abs, au and cat'


def _unquoted(field: str, written: _Token) -> str:
    """What follows the colon, without its quotes."""
    value = written.text
    if not value.startswith('"'):
        _check_bare(field, written)
        return value
    if len(value) == 1 or not value.endswith('"'):
        raise written.error('this quote is never closed; add a " after the phrase')
    if field != "cat" and wildcard_in(value):
        raise written.error(NO_WILDCARDS)
    return value[1:-1].strip()


def _check_bare(field: str, written: _Token) -> None:
    """Refuse what only quotes can hold, or what means something else without them."""
    value = written.text
    if not value:
        raise written.error(
            f'expected a word or a quoted phrase right after {field}:, as in {field}:"two words"; '
            "in parentheses each term needs its own field"
        )
    if value[0] in _OTHER_QUOTES:
        raise written.error(f'use straight double quotes, as in {field}:"two words"')
    if sign := _SYNTAX.search(value):
        raise written.error(f"{sign[0]} is syntax here; put it in quotes", at=sign.start())
    if field != "cat" and (wildcard := re.search(r"[*?]", value)):
        raise written.error(NO_WILDCARDS, at=wildcard.start())


def _category(text: str, written: _Token) -> Category:
    """``cat:cs.CV``; ``cat:cs.*`` and ``cat:cs`` are the whole archive."""
    name = text.removesuffix(".*")
    if taxonomy.is_known(name) or (name == text and taxonomy.is_well_formed(name)):
        return Category(taxonomy.canonical(name))
    raise written.error(f'"{text}" is not a category of arXiv; {taxonomy.meant(name)}')
