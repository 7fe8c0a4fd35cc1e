"""The query language of arXiv's API, with its traps: text to a tree, and back to text.

Nothing has precedence: operators bind from the right, so ``a AND b OR c`` is ``a AND (b OR c)``. A
missing operator is OR; a missing field is ``all``
(https://info.arxiv.org/help/api/user-manual.html, Details of Query Construction).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

FIELDS = frozenset({"ti", "abs", "au", "co", "jr", "cat", "rn", "id", "doi", "all"})
_REPAIRED = {"title": "ti", "abstract": "abs", "author": "au"}
_DEEPEST = 100
_TOKEN = re.compile(
    r"""(?P<range>(?:submittedDate|lastUpdatedDate):\[(?P<start>[^\]]*?)\ TO\ (?P<end>[^\]]*)\])
      | (?:(?P<open_field>\w+):)?(?P<open>\()
      | (?P<close>\))
      | (?:(?P<phrase_field>\w+):)?"(?P<phrase>[^"]*)"
      | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)


class QueryError(Exception):
    """The query is refused; the text is what arXiv would say."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or with quotes a phrase, in a field."""

    field: str
    text: str
    is_phrase: bool

    def __str__(self) -> str:
        return f'{self.field}:"{self.text}"' if self.is_phrase else f"{self.field}:{self.text}"


@dataclass(frozen=True, slots=True)
class SubmittedRange:
    """First versions that came in from one minute to another, both included, as YYYYMMDDHHMM."""

    start: str
    end: str

    def __str__(self) -> str:
        return f"submittedDate:[{self.start} TO {self.end}]"


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands with operators between them, which bind from the right."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]

    def __str__(self) -> str:
        *firsts, last = self.operands
        opened = [
            f"({first} {operator} " for first, operator in zip(firsts, self.operators, strict=True)
        ]
        return f"{''.join(opened)}{last}{')' * len(firsts)}"


Node = Term | SubmittedRange | Chain


@dataclass
class _Group:
    """What stands between two parentheses, as far as it was read."""

    default_field: str
    operands: list[Node] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return len(self.operands) == len(self.operators) + 1

    def add(self, operand: Node) -> None:
        if self.is_complete:
            self.operators.append("OR")
        self.operands.append(operand)

    def operate(self, operator: str) -> bool:
        """Take an operator; False where none can stand."""
        if operator == "NOT" and self.operators[-1:] == ["AND"] and not self.is_complete:
            self.operators[-1] = "ANDNOT"
            return True
        fits = self.is_complete
        self.operators.append("ANDNOT" if operator == "NOT" else operator)
        return fits

    def closed(self) -> Node:
        if len(self.operands) == 1:
            return self.operands[0]
        return Chain(tuple(self.operands), tuple(self.operators))


def parse(query: str) -> Node:
    """Read a query; raises QueryError where arXiv would refuse it."""
    groups = [_Group("all")]
    for token in _TOKEN.finditer(_with_paired_quotes(query)):
        if token["open"]:
            groups.append(_Group(_known(token["open_field"], groups[-1].default_field, query)))
        elif token["close"]:
            _close(groups, query)
        elif token["word"] in {"AND", "OR", "ANDNOT", "NOT"}:
            _require(query, fits=groups[-1].operate(token["word"]))
        else:
            groups[-1].add(_operand(token, groups[-1].default_field, query))
        _require(query, fits=len(groups) <= _DEEPEST)
    _require(query, fits=len(groups) == 1 and groups[0].is_complete)
    return groups[0].closed()


def _with_paired_quotes(query: str) -> str:
    """A quote that nothing closes is passed over, as if it were not there."""
    if query.count('"') % 2 == 0:
        return query
    before, _, after = query.rpartition('"')
    return before + after


def _close(groups: list[_Group], query: str) -> None:
    _require(query, fits=len(groups) > 1 and groups[-1].is_complete)
    inner = groups.pop().closed()
    groups[-1].add(inner)


def _operand(token: re.Match[str], default: str, query: str) -> Node:
    if token["range"]:
        return SubmittedRange(_minute(token["start"], query), _minute(token["end"], query))
    if token["phrase"] is not None:
        return Term(_known(token["phrase_field"], default, query), token["phrase"], is_phrase=True)
    before, colon, after = token["word"].partition(":")
    name, text = (before, after) if colon else (None, before)
    _require(query, fits=bool(text) and text[0] not in "*?")
    return Term(_known(name, default, query), text, is_phrase=False)


def _known(name: str | None, default: str, query: str) -> str:
    if name is None:
        return default
    name = _REPAIRED.get(name, name)
    _require(query, fits=name in FIELDS)
    return name


def _minute(digits: str, query: str) -> str:
    """Fill a date of 4 to 14 digits up to the minute; seconds are cut."""
    digits = digits.strip()
    _require(query, fits=re.fullmatch(r"\d{4}(\d\d){0,5}", digits, re.ASCII) is not None)
    minute = (digits + "00000101000000"[len(digits) :])[:12]
    try:
        datetime.strptime(minute, "%Y%m%d%H%M")  # noqa: DTZ007 (only whether there is such a time)
    except ValueError:
        raise QueryError(f"Invalid query string: '{query}'") from None
    return minute


def _require(query: str, *, fits: bool) -> None:
    if not fits:
        raise QueryError(f"Invalid query string: '{query}'")
