"""The tables of a published digest README, read back as papers.

Any README that shows papers under headings, in tables with the columns Title and Date (and
Abstract and Comment, in any order, others aside), can be read, also one of ours. What cannot be
read is told with its line, and nothing else is lost for it. Tables in code blocks are examples.

Between our own markers texts are escaped, and are read so; everywhere else they stand as their
authors wrote them. What a README does not tell (authors, categories, the first version's date) is
unknown until a search completes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile

from daily_papers.config.searches import plain_place
from daily_papers.migrate.published.blocks import (
    Block,
    LastUpdate,
    Prose,
    StrayRows,
    Table,
    blocks_of,
)
from daily_papers.migrate.published.filing import Filed, filed_tables
from daily_papers.migrate.published.headings import Heading
from daily_papers.migrate.published.lines import Line
from daily_papers.migrate.published.order import times_of_rows, with_times
from daily_papers.migrate.published.rows import Column, UnreadRowError, read_row
from daily_papers.papers.paper import Paper
from daily_papers.query.expression import query_words

#: What rows tell of a paper.
_TEXTS: Mapping[str, Callable[[Paper], object]] = {
    "title": lambda paper: paper.title,
    "date": lambda paper: paper.date,
    "abstract": lambda paper: paper.abstract,
    "comment": lambda paper: paper.comment,
}


@dataclass(frozen=True, slots=True)
class PublishedSection:
    """The papers under one heading, in the order of the table, each once in its highest version."""

    name: str
    papers: tuple[Paper, ...]


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
    blocks: tuple[Block, ...]
    #: The name of each table's section, by the line of its header; none where it has no keyword.
    section_of: Mapping[int, str]
    #: The identifier of each row's paper, by the row's line; none where the row cannot be read.
    paper_of: Mapping[int, str]
    #: The headings that would be empty without a table, by the line of its header.
    headings_of: Mapping[int, tuple[Heading, ...]]

    @property
    def has_markers(self) -> bool:
        """Whether our own markers stand in it already."""
        return any(block.line.is_ours for block in self.blocks)

    @property
    def has_a_marker(self) -> bool:
        """Whether one of our markers stands in it, in a pair or not."""
        return any(isinstance(block, Prose) and block.line.marker for block in self.blocks)

    @property
    def day_line(self) -> LastUpdate | None:
        """The tool's own line of the last update; below the first table it would be people's."""
        above = takewhile(lambda block: not isinstance(block, Table), self.blocks)
        return next((block for block in above if isinstance(block, LastUpdate)), None)

    @property
    def last_update(self) -> date | None:
        """The day of the tables."""
        return self.day_line.day if self.day_line else None


def read_published(text: str, path: str) -> Published:
    """Read a README's text; the path is for messages."""
    blocks = blocks_of(text)
    titles = (block.name for block in blocks if isinstance(block, Heading) and block.level == 1)
    sections = _Sections(path)
    filed = tuple(filed_tables(blocks))
    for each in filed:
        sections.add(each)
    sections.skip_stray_rows(blocks)
    return Published(
        path=path,
        title=next(titles, None),
        sections=sections.published(),
        unread=tuple(sorted(sections.unread, key=lambda unread: unread.line)),
        blocks=blocks,
        section_of={line: sections.names[key] for line, key in sections.key_of.items()},
        paper_of=sections.paper_of,
        headings_of={each.table.line.number: each.belonging for each in filed},
    )


@dataclass(slots=True)
class _Sections:
    """The rows by heading. Headings that ask arXiv for the same are one keyword."""

    path: str
    unread: list[Unread] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, Paper]] = field(default_factory=dict)
    key_of: dict[int, str] = field(default_factory=dict)
    paper_of: dict[int, str] = field(default_factory=dict)
    #: The line of each paper's row in `rows`, by the section's key and the identifier.
    line_of: dict[tuple[str, str], Line] = field(default_factory=dict)

    def add(self, filed: Filed) -> None:
        """Take the papers of a table."""
        heading, table = filed.heading, filed.table
        if heading is None or not heading.has_word:
            self._skip(
                (heading or table).line,
                "this table has no heading with a word, which would be its keyword; write one"
                " above it, like: ## magnetic resonance imaging",
            )
            return
        if filed.is_unclear:
            self._skip(
                table.line,
                "words stand between the tables below the title, so it is unclear which keyword"
                " this one is of; write a heading right above it, like: ##"
                " magnetic resonance imaging",
            )
            return
        key = f"{plain_place(heading.name)}: {query_words(heading.name).casefold()}"
        self.key_of[table.line.number] = key
        self.names.setdefault(key, heading.name)
        self.rows.setdefault(key, {})
        if table.tells_more and not table.line.is_ours:
            self._skip(
                table.line,
                "of this table only Title, Date, Abstract and Comment are brought in, so it stays"
                " where it is; delete it if nobody needs its other columns",
            )
        for line in table.rows:
            self._add_row(line, table.columns, key)

    def skip_stray_rows(self, blocks: Iterable[Block]) -> None:
        """Tell of rows that stand in no table."""
        for block in blocks:
            if isinstance(block, StrayRows):
                rows = "this row stands" if block.number == 1 else "the rows from here on stand"
                self._skip(
                    block.line,
                    f"{rows} in no table; write the lines | **Title** | **Date** | **Abstract** |"
                    " **Comment** | and | --- | --- | --- | --- | above, then import again",
                )

    def _add_row(self, line: Line, columns: tuple[Column, ...], key: str) -> None:
        try:
            paper = read_row(line.text, columns, line.reading)
        except UnreadRowError as error:
            self._skip(line, str(error))
            return
        rows = self.rows[key]
        if paper.id in rows and self._contradicts(paper, line, key):
            return
        self.paper_of[line.number] = paper.id
        if paper.id not in rows or rows[paper.id].version < paper.version:
            rows.pop(paper.id, None)  # it stands where its highest version stands
            rows[paper.id] = paper
            self.line_of[key, paper.id] = line

    def _contradicts(self, paper: Paper, line: Line, key: str) -> bool:
        """Tell of a row that says something else than another one of the same version.

        Ours may have learnt more since, and shows less of some signs.
        """
        known, known_line = self.rows[key][paper.id], self.line_of[key, paper.id]
        if known.version != paper.version or known == paper or line.is_ours or known_line.is_ours:
            return False
        other = next(word for word, of in _TEXTS.items() if of(known) != of(paper))
        self._skip(
            line,
            f"{paper.versioned_id} has another {other} here than on line {known_line.number}, which"
            " is brought in; delete this row, unless it is the right one",
        )
        return True

    def _skip(self, line: Line, reason: str) -> None:
        self.unread.append(Unread(self.path, line.number, reason))

    def published(self) -> tuple[PublishedSection, ...]:
        """The sections in the order of their first headings."""
        times = times_of_rows([list(rows.values()) for rows in self.rows.values()])
        return tuple(
            PublishedSection(name=self.names[key], papers=with_times(rows.values(), times))
            for key, rows in self.rows.items()
        )
