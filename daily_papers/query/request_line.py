"""How long an address may be, and how a search that is too long is divided into several.

arXiv answers a request line (method, path, query and ``HTTP/1.1``) of more than 4,094 bytes with
status 400, without an Atom feed. Pure: nothing here sends a request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import quote_plus, urlsplit

from daily_papers.query.expression import (
    Category,
    Expression,
    Leaf,
    Operation,
    Operator,
    any_of,
    leaves,
    to_arxiv,
)

#: What arXiv accepts; other servers accept at least as much.
MOST_LINE_BYTES = 4_094
#: What that leaves for a search's query at arXiv's own address.
MOST_QUERY_BYTES = 3_900


def line_bytes(url: str) -> int:
    """Count the bytes of the request line for this address."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return len(f"GET {target} HTTP/1.1".encode())


def term_too_long(expression: Expression, most_bytes: int = MOST_QUERY_BYTES) -> str | None:
    """Say which term no search has room for, and what to do; None if there is room for all."""
    for term in leaves(expression):
        # A category is always short, and a keyword may have many.
        if not isinstance(term, Category) and _size(term) > most_bytes:
            return (
                f"the term {to_arxiv(term)[:60]}… alone is {_size(term):,} bytes long in an "
                f"address, and {most_bytes:,} can be sent; shorten it"
            )
    return None


def _size(expression: Expression) -> int:
    return len(quote_plus(to_arxiv(expression)))


Item = TypeVar("Item")


def divided(
    items: Sequence[Item], size: Callable[[Sequence[Item]], int], room: int
) -> list[Sequence[Item]]:
    """Divide items, in their order, into as few groups as have room.

    An item without room for it is a group of its own.
    """
    groups: list[Sequence[Item]] = []
    start = 0
    for end in range(2, len(items) + 1):
        if size(items[start:end]) > room and end - start > 1:
            groups.append(items[start : end - 1])
            start = end - 1
    return [*groups, items[start:]]


def searches(expression: Expression, room: int) -> list[Expression]:
    """Divide an expression into searches of so many bytes at most, encoded for an address.

    Together they find everything that the expression means. They find more than that if there is
    little room for what is excluded or required; the matcher then drops the surplus. No single term
    may be too long.
    """
    size = _size(expression)
    if isinstance(expression, Leaf) or size <= room:
        return [expression]
    operator, parts = expression.operator, expression.parts
    if operator is Operator.OR:
        groups = divided(parts, lambda group: _size(any_of(*group)), room)
        return [piece for group in groups for piece in searches(any_of(*group), room)]
    wanted = parts if operator is Operator.AND else parts[:1]
    longest = max(range(len(wanted)), key=lambda place: _size(parts[place]))
    before, part, after = parts[:longest], parts[longest], parts[longest + 1 :]
    left = room - (size - _size(part))
    if left < max(room // 2, *map(_size, leaves(part))):  # what is beside it is left out
        return searches(part, room)
    return [Operation(operator, (*before, piece, *after)) for piece in searches(part, left)]
