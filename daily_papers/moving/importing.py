"""The tables of a published digest README, read back as papers.

Any README that shows papers under headings, in tables with the columns Title and Date (and
Abstract and Comment, in any order, others aside), can be read, also one of ours. What cannot be
read is told with its line, and nothing else is lost for it. Tables in code blocks are examples.

Between our own markers texts are escaped, and are read so; everywhere else they stand as their
authors wrote them. What a README does not tell (authors, categories, the first version's date) is
unknown until a search completes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from daily_papers.config.searches import plain_place
from daily_papers.moving.published_order import times_of_rows, with_times
from daily_papers.moving.published_rows import (
    Column,
    Reading,
    UnreadRowError,
    as_written,
    columns_of,
    escaped_by_us,
    is_delimiter,
    read_date,
    read_row,
)
from daily_papers.papers.paper import Paper, folded
from daily_papers.query.expression import query_words
from daily_papers.rendering.region import BEGIN, END

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_ENDING = re.compile(r"\r\n|\n|\r")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})(?P<name>(?:[ \t].*)?)")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_DRESSED = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|\[(?P<linked>[^\]]+)\]\([^)]*\)")
_LAST_UPDATE = re.compile(r"[\s*_>-]*last update:?[\s*_]*(?P<day>\S*?)[\s*_]*", re.IGNORECASE)
# What a keyword's name may be in keywords.yaml: no longer, and with nothing hidden in it.
_LONGEST_NAME = 200
_JOINERS = "\u200c\u200d"
_END_OF_TABLE = re.compile(r"\s*$| {0,3}(?:#{1,6}(?:[ \t]|$)|>|<[!/A-Za-z]|`{3}|~{3})")


@dataclass(frozen=True, slots=True)
class PublishedSection:
    """The papers under one heading, in the order of the table, each once in its highest version."""

    name: str
    papers: tuple[Paper, ...]
    #: The line of each paper's row.
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read, where, and why."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Published:
    """What a published README tells."""

    path: str
    #: Its first heading of the first level.
    title: str | None
    sections: tuple[PublishedSection, ...]
    unread: tuple[Unread, ...]
    last_update: date | None
    #: First and last lines of what a region of ours takes the place of: the line of the last
    #: update, and each table with its heading. What stands in such a region already is not named.
    replaceable: tuple[tuple[int, int], ...]

    @property
    def first_line(self) -> int | None:
        """The first line of what the tables' place is."""
        return self.replaceable[0][0] if self.replaceable else None

    @property
    def last_line(self) -> int | None:
        """The last line of what the tables' place is."""
        return self.replaceable[-1][1] if self.replaceable else None


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    is_ours: bool

    @property
    def reading(self) -> Reading:
        return escaped_by_us if self.is_ours else as_written


@dataclass(frozen=True, slots=True)
class _Heading:
    line: _Line
    level: int
    name: str


@dataclass(frozen=True, slots=True)
class _Table:
    line: _Line
    columns: tuple[Column, ...]
    rows: tuple[_Line, ...]

    @property
    def last_line(self) -> int:
        return self.rows[-1].number if self.rows else self.line.number + 1


@dataclass(frozen=True, slots=True)
class _LastUpdate:
    line: _Line
    day: date


@dataclass(frozen=True, slots=True)
class _Prose:
    line: _Line


_Block = _Heading | _Table | _LastUpdate | _Prose


def read_published(text: str, path: str) -> Published:
    """Read a README's text; the path is for messages."""
    blocks = tuple(_blocks(tuple(_lines(text.removeprefix("\ufeff")))))
    titles = (block.name for block in blocks if isinstance(block, _Heading) and block.level == 1)
    updates = (block.day for block in blocks if isinstance(block, _LastUpdate))
    sections = _Sections(path)
    for heading, table in _tables_under_headings(blocks):
        sections.add(heading, table)
    return Published(
        path=path,
        title=next(titles, None),
        sections=sections.published(),
        unread=tuple(sections.unread),
        last_update=next(updates, None),
        replaceable=tuple(_replaceable(blocks)) if sections.unread or sections.rows else (),
    )


def _lines(text: str) -> Iterator[_Line]:
    """The lines, those of code blocks as the fence that opened them: they hold no Markdown."""
    fence, is_ours = "", False
    for number, line in enumerate(_ENDING.split(text), start=1):
        found = _FENCE.fullmatch(line)
        if fence:
            yield _Line(number, fence, is_ours)
            closes = found and found["fence"].startswith(fence) and not found["info"].strip()
            fence = "" if closes else fence
            continue
        fence = found["fence"] if found else ""
        is_ours = (is_ours or line.strip() == BEGIN) and line.strip() != END
        yield _Line(number, line, is_ours)


def _blocks(lines: Sequence[_Line]) -> Iterator[_Block]:
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


def _table_at(lines: Sequence[_Line], position: int) -> _Table | None:
    columns = columns_of(lines[position].text)
    below = lines[position + 1 : position + 2]
    if columns is None or not below or not is_delimiter(below[0].text, columns):
        return None
    end = position + 2
    while end < len(lines) and not _END_OF_TABLE.match(lines[end].text):
        end += 1
    return _Table(lines[position], columns, tuple(lines[position + 2 : end]))


def _block(line: _Line) -> _Block:
    if heading := _HEADING.fullmatch(line.text):
        return _Heading(line, len(heading["level"]), _heading_name(heading["name"], line.reading))
    if (update := _LAST_UPDATE.fullmatch(line.text)) and (day := read_date(update["day"])):
        return _LastUpdate(line, day)
    return _Prose(line)


def _heading_name(text: str, reading: Reading) -> str:
    bare = _CLOSING.sub("", text).strip()
    dressed = _DRESSED.fullmatch(bare)
    name = reading(dressed["bold"] or dressed["linked"] if dressed else bare)
    return folded("".join(filter(_is_visible, name)))[:_LONGEST_NAME].rstrip()


def _is_visible(letter: str) -> bool:
    return letter.isprintable() or letter.isspace() or letter in _JOINERS


def _tables_under_headings(blocks: Iterable[_Block]) -> Iterator[tuple[_Heading | None, _Table]]:
    heading = None
    for block in blocks:
        if isinstance(block, _Heading):
            heading = block
        elif isinstance(block, _Table):
            yield heading, block


def _replaceable(blocks: Sequence[_Block]) -> Iterator[tuple[int, int]]:
    """A heading belongs to the table that follows it at once; with a text between, it stays."""
    for before, block in zip((None, *blocks), blocks, strict=False):
        if block.line.is_ours:
            continue
        if isinstance(block, _LastUpdate):
            yield block.line.number, block.line.number
        elif isinstance(block, _Table):
            first = before if isinstance(before, _Heading) else block
            yield first.line.number, block.last_line


@dataclass(slots=True)
class _Sections:
    """The rows by heading. Headings that ask arXiv for the same are one keyword."""

    path: str
    unread: list[Unread] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, tuple[int, Paper]]] = field(default_factory=dict)

    def add(self, heading: _Heading | None, table: _Table) -> None:
        """Take the papers of a table."""
        if heading is None or not re.search(r"[^\W_]", heading.name):
            self._skip(
                (heading or table).line,
                "this table has no heading with a word, which would be its keyword; write one"
                " above it, like: ## magnetic resonance imaging",
            )
            return
        key = f"{plain_place(heading.name)}: {query_words(heading.name).casefold()}"
        self.names.setdefault(key, heading.name)
        rows = self.rows.setdefault(key, {})
        for line in table.rows:
            self._add_row(line, table.columns, rows)

    def _add_row(
        self, line: _Line, columns: tuple[Column, ...], rows: dict[str, tuple[int, Paper]]
    ) -> None:
        try:
            paper = read_row(line.text, columns, line.reading)
        except UnreadRowError as error:
            self._skip(line, str(error))
            return
        if paper.id not in rows or rows[paper.id][1].version < paper.version:
            rows.pop(paper.id, None)  # it stands where its highest version stands
            rows[paper.id] = (line.number, paper)

    def _skip(self, line: _Line, reason: str) -> None:
        self.unread.append(Unread(self.path, line.number, reason))

    def published(self) -> tuple[PublishedSection, ...]:
        """The sections in the order of their first headings."""
        tables = {key: [paper for _, paper in rows.values()] for key, rows in self.rows.items()}
        times = times_of_rows(tables.values())
        return tuple(
            PublishedSection(
                name=self.names[key],
                papers=with_times(tables[key], times),
                lines=tuple(line for line, _ in rows.values()),
            )
            for key, rows in self.rows.items()
        )
