"""The blocks of a published digest README: headings, tables of papers, and what people wrote.

Only so much of Markdown is read as tells the tables from everything else. In one thing it is read
more kindly: rows below a blank line or a comment still belong to the table above, and a header
among the rows begins another table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from daily_papers.migrate.published.headings import Heading, heading_at, lead_at
from daily_papers.migrate.published.lines import Line, lines_of
from daily_papers.migrate.published.rows import (
    Column,
    cells_of,
    columns_of,
    is_delimiter,
    links_to_paper,
    read_date,
)

_LAST_UPDATE = re.compile(r"[\s*_>-]*last update:?[\s*_]*(?P<day>\S*?)[\s*_]*", re.IGNORECASE)
_RULE = r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$"
_ITEM = r"(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)"
_END_OF_TABLE = re.compile(
    rf"\s*$| {{0,3}}(?:#{{1,6}}(?:[ \t]|$)|>|<[!/A-Za-z]|`{{3}}|~{{3}}|{_RULE}|{_ITEM})"
)
_COMMENT = re.compile(r"\s*<!--[^<>]*-->\s*")
# Lines that tell nothing: under a rule or a closed fold alone, a heading would be an empty one.
_WORDLESS = re.compile(
    r"\s*(?:(?:[-*_][ \t]*){3,}"
    r"|(?:(?:<!--[^<>]*-->|</?(?:a|br|center|details|div|hr|p)\b[^<>]*>)\s*)+)"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of papers, from the line of its header on."""

    line: Line
    columns: tuple[Column, ...]
    #: Blank lines and comments may stand between them.
    rows: tuple[Line, ...]

    @property
    def tells_more(self) -> bool:
        """Whether it has columns that nothing is read from."""
        return Column.OTHER in self.columns

    @property
    def lines(self) -> frozenset[int]:
        """The lines of its header, of its delimiter and of its rows."""
        first = self.line.number
        return frozenset({first, first + 1, *(row.number for row in self.rows)})

    @property
    def last_line(self) -> int:
        """The line of its last row, or of its delimiter."""
        return self.rows[-1].number if self.rows else self.line.number + 1


@dataclass(frozen=True, slots=True)
class StrayRows:
    """Rows of papers, one below the other, that stand in no table."""

    line: Line
    number: int


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """The line that says of which day the tables are."""

    line: Line
    day: date


@dataclass(frozen=True, slots=True)
class Prose:
    """Any other line that is not blank, also one of a code block."""

    line: Line

    @property
    def tells(self) -> bool:
        """Whether words stand on it."""
        return not _WORDLESS.fullmatch(self.line.text)


Block = Heading | Table | StrayRows | LastUpdate | Prose


def blocks_of(text: str) -> tuple[Block, ...]:
    """Read a README's text; blank lines are in no block."""
    return tuple(_blocks(tuple(lines_of(text))))


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    position = 0
    while position < len(lines):
        if table := _table_at(lines, position):
            yield table
            held = table.lines
            within = lines[position : table.last_line]
            yield from (Prose(line) for line in within if _is_between(line, held))
            position = table.last_line
        elif end := _end_of_another_table(lines, position):
            yield from map(Prose, lines[position:end])
            position = end
        elif number := _stray_rows_at(lines, position):
            yield StrayRows(lines[position], number)
            position += number
        elif lines[position].is_blank:
            position += 1
        else:
            block = _block_at(lines, position)
            yield block
            position = block.last_line if isinstance(block, Heading) else position + 1


def _table_at(lines: Sequence[Line], position: int) -> Table | None:
    columns = _columns_at(lines, position)
    if columns is None:
        return None
    rows = list(lines[position + 2 : _end_of_rows(lines, position + 2)])
    following = _below_a_gap(lines, position + 2 + len(rows))
    while following is not None:
        rows.append(lines[following])
        following = _below_a_gap(lines, following + 1)
    return Table(lines[position], columns, tuple(rows))


def _columns_at(lines: Sequence[Line], position: int) -> tuple[Column, ...] | None:
    columns = columns_of(lines[position].text)
    below = lines[position + 1 : position + 2]
    return columns if columns and below and is_delimiter(below[0].text, columns) else None


def _end_of_rows(lines: Sequence[Line], start: int) -> int:
    end = start
    while end < len(lines) and not _END_OF_TABLE.match(lines[end].text):
        if _columns_at(lines, end):
            break
        end += 1
    return end


def _below_a_gap(lines: Sequence[Line], start: int) -> int | None:
    """The next row of a paper, if only blank lines and comments stand above it."""
    position = start
    while position < len(lines) and not lines[position].marker:
        line = lines[position]
        if not line.is_blank and not _COMMENT.fullmatch(line.text):
            is_row = line.text.lstrip().startswith("|")
            begins = _columns_at(lines, position) or _end_of_another_table(lines, position)
            return position if is_row and not begins else None
        position += 1
    return None


def _is_between(line: Line, held: frozenset[int]) -> bool:
    return line.number not in held and not line.is_blank


def _end_of_another_table(lines: Sequence[Line], position: int) -> int | None:
    """Where a table ends that holds no papers."""
    text = lines[position].text
    below = lines[position + 1 : position + 2]
    if "|" not in text or not below or not is_delimiter(below[0].text, cells_of(text)):
        return None
    return _end_of_rows(lines, position + 2)


def _stray_rows_at(lines: Sequence[Line], position: int) -> int:
    end = position
    while end < len(lines) and _is_row(lines[end]):
        end += 1
    return end - position


def _is_row(line: Line) -> bool:
    return line.text.lstrip().startswith("|") and links_to_paper(line.text)


def _block_at(lines: Sequence[Line], position: int) -> Block:
    line = lines[position]
    if day := _day_on(line):
        return LastUpdate(line, day)
    if heading := heading_at(lines, position):
        return heading
    if (lead := lead_at(line)) and _is_table_next(lines, position + 1):
        return lead
    return Prose(line)


def _day_on(line: Line) -> date | None:
    update = _LAST_UPDATE.fullmatch(line.text)
    return read_date(update["day"]) if update else None


def _is_table_next(lines: Sequence[Line], position: int) -> bool:
    while position < len(lines) and (lines[position].is_blank or _day_on(lines[position])):
        position += 1
    return position < len(lines) and bool(_columns_at(lines, position))
