"""arXiv's query syntax, read into an expression.

arXiv's own parser forgives, and then searches for something else than was meant: a missing operator
is OR, a missing field is every field, and no operator binds closer than another. Here each of these
is an error that names the column and what was expected, so that whatever is accepted means the
same at arXiv and in the local matcher.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from daily_papers.query.expression import Expression, Without, all_of, any_of
from daily_papers.query.terms import (
    GLUED_OPERATOR,
    OPERATOR_LIKE,
    OPERATORS,
    QueryError,
    Token,
    leaf,
    refuse,
    tokens,
)

__all__ = ["MAX_LENGTH", "QueryError", "parse"]

MAX_LENGTH: Final = 4000
_MAX_DEPTH: Final = 30


def parse(query: str) -> Expression:
    """Read a query; raises QueryError at the first thing that is not right."""
    if len(query) > MAX_LENGTH:
        refuse(MAX_LENGTH + 1, f"longer than {MAX_LENGTH:,} characters; make two keywords of it")
    return _Parser(tokens(query), end=len(query.rstrip()) + 1).whole()


class _Parser:
    """Recursive descent over ``term (operator term)*``, with one operator for each level."""

    def __init__(self, read: Iterable[Token], end: int) -> None:
        self._tokens = list(read)
        self._next = 0
        self._end = end

    def whole(self) -> Expression:
        if not self._tokens:
            refuse(1, 'the query is empty; write a term such as ti:"diffusion MRI"')
        expression = self._operation(depth=0)
        left = self._peek()
        if left is not None:
            refuse(left.column, 'this ")" closes nothing; remove it, or add the missing "("')
        return expression

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _before(self) -> Token | None:
        """The token before the one that was taken last."""
        return self._tokens[self._next - 2] if self._next > 1 else None

    def _operation(self, depth: int) -> Expression:
        """Terms up to a closing parenthesis or the end, joined by one operator."""
        parts = [self._term(depth)]
        operator: Token | None = None
        while (token := self._peek()) is not None and token.text != ")":
            self._next += 1
            _check_operator(token, before=operator, term=self._before())
            operator = token
            parts.append(self._term(depth))
        return _joined(operator.text if operator else "AND", parts)

    def _term(self, depth: int) -> Expression:
        token = self._peek()
        if token is None or token.text == ")":
            column = token.column if token else self._end
            refuse(column, f'expected a term{self._after()}, such as ti:word or abs:"two words"')
        self._next += 1
        if token.text == "(":
            return self._group(token, depth + 1)
        if token.text.upper() in {*OPERATORS, *OPERATOR_LIKE}:
            _refuse_operator(token, before=self._before())
        return leaf(token)

    def _after(self) -> str:
        return f" after {self._tokens[self._next - 1].shown}" if self._next else ""

    def _group(self, opening: Token, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            refuse(opening.column, f"more than {_MAX_DEPTH} parentheses inside each other")
        expression = self._operation(depth)
        if self._peek() is None:
            refuse(opening.column, 'this "(" is never closed; add a ")"')
        self._next += 1
        return expression


def _joined(operator: str, parts: list[Expression]) -> Expression:
    match operator:
        case "OR":
            return any_of(*parts)
        case "ANDNOT":
            wanted, unwanted = parts
            return Without(wanted, unwanted)
        case _:
            return all_of(*parts)


def _check_operator(token: Token, *, before: Token | None, term: Token | None) -> None:
    """Refuse what is no operator, and one that differs from the one ``before`` on its level."""
    if not token.is_operator:
        refuse(token.column, _no_operator(token, term))
    if before is None:
        return
    if token.text != before.text:
        refuse(
            token.column,
            f"{before.text} and {token.text} are mixed, and at arXiv neither goes first; "
            f"add parentheses, as in (a {before.text} b) {token.text} c",
        )
    if token.text == "ANDNOT":
        refuse(
            token.column,
            "at arXiv a second ANDNOT takes away from what the first one excludes; "
            "write a ANDNOT (b OR c)",
        )


def _no_operator(token: Token, term: Token | None) -> str:
    upper = token.text.upper()
    if upper in OPERATORS:
        return f"operators are written in capitals: {upper} instead of {token.text}"
    if upper in OPERATOR_LIKE:
        return f"write {OPERATOR_LIKE[upper]} instead of {token.text}"
    glued = GLUED_OPERATOR.match(token.text)
    if glued:
        return f"write {OPERATOR_LIKE[glued.group()]} instead of {glued.group()}"
    expected = f"expected AND, OR or ANDNOT before {token.shown}"
    if term is not None and _quotes_were_forgotten(term, token):
        return f'{expected}; several words need quotes: {term.shown.partition(":")[0]}:"two words"'
    return f"{expected}; arXiv would read OR"


def _quotes_were_forgotten(term: Token, token: Token) -> bool:
    """Whether a bare word follows a bare term, as in ``ti:deep learning``."""
    return ":" in term.text and '"' not in term.text and not set(token.text) & set(':"()')


def _refuse_operator(token: Token, *, before: Token | None) -> None:
    """Say why no operator can stand where a term is expected."""
    upper = token.text.upper()
    if before is not None and before.is_operator:
        if before.text == "AND" and OPERATOR_LIKE.get(upper) == "ANDNOT":
            refuse(before.column, f"write ANDNOT instead of AND {token.text}")
        refuse(token.column, f"expected a term after {before.text}, not {token.text}")
    if "NOT" in upper or upper == "!":
        refuse(
            token.column,
            f"nothing is asked for before {token.text}; write wanted ANDNOT unwanted",
        )
    refuse(token.column, f"expected a term before {token.text}")
