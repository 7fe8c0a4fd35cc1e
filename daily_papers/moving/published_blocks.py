"""The blocks of a published digest README: headings, tables of papers, and what people wrote.

Only so much of Markdown is read as tells the tables from everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from daily_papers.moving.published_rows import (
    Column,
    Reading,
    as_written,
    columns_of,
    escaped_by_us,
    is_delimiter,
    read_date,
)
from daily_papers.papers.paper import folded
from daily_papers.rendering.region import BEGIN, END

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_ENDING = re.compile(r"\r\n|\n|\r")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_MARKER = re.compile(rf" {{0,3}}(?P<marker>{BEGIN}|{END})[ \t]*")
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})(?P<name>(?:[ \t].*)?)")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_DRESSED = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|\[(?P<linked>[^\]]+)\]\([^)]*\)")
_LAST_UPDATE = re.compile(r"[\s*_>-]*last update:?[\s*_]*(?P<day>\S*?)[\s*_]*", re.IGNORECASE)
# What a keyword's name may be in keywords.yaml: no longer, and with nothing hidden in it.
_LONGEST_NAME = 200
_JOINERS = "\u200c\u200d"
_RULE = r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$"
_ITEM = r"(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)"
_END_OF_TABLE = re.compile(
    rf"\s*$| {{0,3}}(?:#{{1,6}}(?:[ \t]|$)|>|<[!/A-Za-z]|`{{3}}|~{{3}}|{_RULE}|{_ITEM})"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, counted from 1; it is ours between our own markers."""

    number: int
    text: str
    is_ours: bool
    #: Our marker that stands on it.
    marker: str | None = None

    @property
    def reading(self) -> Reading:
        """How texts are written on it."""
        return escaped_by_us if self.is_ours else as_written


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with number signs, and what it says without its dress."""

    line: Line
    level: int
    name: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of papers, from the line of its header on."""

    line: Line
    columns: tuple[Column, ...]
    rows: tuple[Line, ...]

    @property
    def tells_more(self) -> bool:
        """Whether it has columns that nothing is read from."""
        return Column.OTHER in self.columns

    @property
    def last_line(self) -> int:
        """The line of its last row, or of its delimiter."""
        return self.rows[-1].number if self.rows else self.line.number + 1


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """The line that says of which day the tables are."""

    line: Line
    day: date


@dataclass(frozen=True, slots=True)
class Prose:
    """Any other line that is not blank, also one of a code block."""

    line: Line


Block = Heading | Table | LastUpdate | Prose


def blocks_of(text: str) -> tuple[Block, ...]:
    """Read a README's text; blank lines are in no block."""
    return tuple(_blocks(tuple(_lines(text.removeprefix("\ufeff")))))


def _lines(text: str) -> Iterator[Line]:
    """The lines, those of code blocks as the fence that opened them: they hold no Markdown."""
    fence, is_ours = "", False
    for number, line in enumerate(_ENDING.split(text), start=1):
        found = _FENCE.fullmatch(line)
        if fence:
            yield Line(number, fence, is_ours)
            closes = found and found["fence"].startswith(fence) and not found["info"].strip()
            fence = "" if closes else fence
            continue
        fence = found["fence"] if found else ""
        found = _MARKER.fullmatch(line)
        marker = found["marker"] if found else None
        is_ours = (is_ours or marker == BEGIN) and marker != END
        yield Line(number, line, is_ours, marker)


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    position = 0
    while position < len(lines):
        table = _table_at(lines, position)
        if table is not None:
            yield table
            position += 2 + len(table.rows)
            continue
        if lines[position].text.strip():
            yield _block(lines[position])
        position += 1


def _table_at(lines: Sequence[Line], position: int) -> Table | None:
    columns = columns_of(lines[position].text)
    below = lines[position + 1 : position + 2]
    if columns is None or not below or not is_delimiter(below[0].text, columns):
        return None
    end = position + 2
    while end < len(lines) and not _END_OF_TABLE.match(lines[end].text):
        end += 1
    return Table(lines[position], columns, tuple(lines[position + 2 : end]))


def _block(line: Line) -> Block:
    if heading := _HEADING.fullmatch(line.text):
        return Heading(line, len(heading["level"]), _heading_name(heading["name"], line.reading))
    if (update := _LAST_UPDATE.fullmatch(line.text)) and (day := read_date(update["day"])):
        return LastUpdate(line, day)
    return Prose(line)


def _heading_name(text: str, reading: Reading) -> str:
    bare = _CLOSING.sub("", text).strip()
    dressed = _DRESSED.fullmatch(bare)
    name = reading(dressed["bold"] or dressed["linked"] if dressed else bare)
    return folded("".join(filter(_is_visible, name)))[:_LONGEST_NAME].rstrip()


def _is_visible(letter: str) -> bool:
    return letter.isprintable() or letter.isspace() or letter in _JOINERS
