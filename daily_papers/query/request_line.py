"""How long an address may be, and how a search that is too long is divided into several.

arXiv answers a request line (method, path, query and ``HTTP/1.1``) of more than 4,094 bytes with
status 400, without an Atom feed. Pure: nothing here sends a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from urllib.parse import quote_plus, urlsplit

from daily_papers.query.expression import (
    All,
    AnyOf,
    Category,
    Expression,
    Leaf,
    Without,
    all_of,
    any_of,
    leaves,
    to_arxiv,
)

#: What arXiv accepts; other servers accept at least as much.
MOST_LINE_BYTES = 4_094
#: What that leaves for a search's query at arXiv's own address.
MOST_QUERY_BYTES = 3_900


class TooLong(ValueError):
    """A single term is longer than a whole search may be."""

    def __init__(self, term: Leaf, most_bytes: int) -> None:
        text = to_arxiv(term)
        super().__init__(
            f"the term {text[:60]}… alone is {_size(term):,} bytes long in an address, and "
            f"{most_bytes:,} can be sent; shorten it"
        )


def line_bytes(url: str) -> int:
    """Count the bytes of the request line for this address."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return len(f"GET {target} HTTP/1.1".encode())


def searches(expression: Expression, most_bytes: int = MOST_QUERY_BYTES) -> tuple[Expression, ...]:
    """Divide an expression into searches of at most ``most_bytes`` each, encoded for an address.

    Together they find everything that the expression means. They find more than that if there is
    no room for everything excluded or required; the matcher then drops the surplus. Raises TooLong
    if a single term does not fit.
    """
    for term in leaves(expression):
        if _size(term) > most_bytes:
            raise TooLong(term, most_bytes)
    return tuple(_pieces(expression, most_bytes))


def _size(expression: Expression) -> int:
    return len(quote_plus(to_arxiv(expression)))


#: The parentheses around an operation and what is between its parts, as an address writes them.
_AROUND = len(quote_plus("()"))
_BETWEEN = len(quote_plus(" ANDNOT "))


def _joined_size(sizes: Sequence[int]) -> int:
    return sum(sizes) + _AROUND + _BETWEEN * (len(sizes) - 1)


def _pieces(expression: Expression, room: int) -> list[Expression]:
    if _size(expression) <= room:
        return [expression]
    match expression:
        case AnyOf(parts):
            return _packed((piece for part in parts for piece in _pieces(part, room)), room)
        case All(parts):
            return _pieces_of_all(parts, room)
        case Without(wanted, unwanted):
            return _pieces_without(wanted, unwanted, room)
        case _:
            raise AssertionError("there is room for the longest term")


def _packed(pieces: Iterable[Expression], room: int) -> list[Expression]:
    """Join neighbours by OR for as long as they fit together."""
    packed: list[list[Expression]] = []
    left = 0
    for piece in pieces:
        size = _size(piece) + _BETWEEN
        if size > left:
            packed.append([])
            left = room - _AROUND
        packed[-1].append(piece)
        left -= size
    return [any_of(*group) for group in packed]


def _pieces_of_all(parts: Sequence[Expression], room: int) -> list[Expression]:
    """Combine each piece of one part with each piece of the others.

    Parts that do not fit beside the longest are dropped: the search then finds more.
    """
    kept: list[Expression] = []
    least: list[int] = []
    for part in sorted(parts, key=_least, reverse=True):
        if not kept or _joined_size([*least, _least(part)]) <= room:
            kept.append(part)
            least.append(_least(part))
    if len(kept) == 1:
        return _pieces(kept[0], room)
    kept.sort(key=_size)
    shares: list[list[Expression]] = []
    left = room - _joined_size([0] * len(kept))
    for number, part in enumerate(kept):
        needed = sum(_least(other) for other in kept[number + 1 :])
        fair = max(left // (len(kept) - number), _least(part))
        shares.append(_pieces(part, min(fair, left - needed)))
        left -= max(_size(piece) for piece in shares[-1])
    return [all_of(*combination) for combination in product(*shares)]


def _pieces_without(wanted: Expression, unwanted: Expression, room: int) -> list[Expression]:
    """Exclude as much as fits into half of the room, or more if the wanted part leaves more."""
    inside = room - _joined_size([0, 0])
    for_unwanted = max(inside // 2, inside - _size(wanted))
    excluded = _some_of(unwanted, for_unwanted)
    if excluded is None or _least(wanted) + _size(excluded) > inside:
        return _pieces(wanted, room)
    return [Without(piece, excluded) for piece in _pieces(wanted, inside - _size(excluded))]


def _some_of(unwanted: Expression, room: int) -> Expression | None:
    """Leave out what does not fit, so that the search excludes fewer papers, never more."""
    if _size(unwanted) <= room:
        return unwanted
    if not isinstance(unwanted, AnyOf):
        return None
    groups = _packed((part for part in unwanted.parts if _size(part) <= room), room)
    return groups[0] if groups else None


def _least(expression: Expression) -> int:
    """The least room that `_pieces` needs: that of the longest wanted term."""
    match expression:
        case AnyOf(parts) | All(parts):
            return max(_least(part) for part in parts)
        case Without(wanted, _):
            return _least(wanted)
        case _:
            return _size(expression)


def term_too_long(expression: Expression) -> str | None:
    """Say which term of a keyword cannot be sent to arXiv, and what to do; None if all can."""
    for term in leaves(expression):
        if not isinstance(term, Category) and _size(term) > MOST_QUERY_BYTES:
            return str(TooLong(term, MOST_QUERY_BYTES))
    return None
