"""What another tool published, read: the topics of a file and the papers of each.

A page (Markdown, HTML) is read by its blocks, data (JSON, JSON lines, CSV) by its keys. What cannot
be read is named with its line, and left where it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise, takewhile

from daily_papers.migrate.blocks import Block, LastUpdate, Prose, Rows, blocks_of
from daily_papers.migrate.data_files import DataRow
from daily_papers.migrate.headings import TOO_LONG, Heading, undecorated
from daily_papers.migrate.paper_links import wrong_link
from daily_papers.migrate.rows import (
    WRONG_ID,
    Cells,
    Kind,
    LostPaperError,
    Reading,
    UnreadRowError,
    as_written,
    dated,
    plain,
    read_row,
    topics_of,
)
from daily_papers.migrate.topics import Filed, filed_rows, is_topic, topic_key
from daily_papers.papers.paper import Paper, merge, newest_first

#: What rows tell of a paper.
_TEXTS: Mapping[str, Callable[[Paper], object]] = {
    "title": lambda paper: paper.title,
    "date": lambda paper: paper.date,
    "abstract": lambda paper: paper.abstract,
    "comment": lambda paper: paper.comment,
}
_UNCLEAR = (
    "words stand between the tables below the title, so it is unclear which keyword this one is "
    "of; write a heading right above it, like: ## magnetic resonance imaging"
)


@dataclass(frozen=True, slots=True)
class Section:
    """The papers of one topic in the order of the file, each once in its highest version."""

    #: Empty where nothing names the topic.
    name: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read, where, and why."""

    path: str
    line: int
    cause: str
    #: The text that is meant, if that helps.
    example: str = ""
    #: How many papers are lost with it.
    lost: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.cause}{self.example and f': {self.example}'}"


@dataclass(frozen=True, slots=True)
class Published:
    """What a file tells."""

    path: str
    #: Its first heading of the first level.
    title: str | None
    sections: tuple[Section, ...]
    unread: tuple[Unread, ...]
    #: How many rows were read, whatever came of them.
    rows: int
    #: The identifiers of the papers of those that are one, row by row.
    ids: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    filed: tuple[Filed, ...] = ()
    #: The topic that stands above rows, by their first line; none where it is unclear.
    section_of: Mapping[int, str] = field(default_factory=dict)
    #: The topics of each row, by its line.
    sections_of: Mapping[int, frozenset[str]] = field(default_factory=dict)
    #: The identifier of each row's paper, by the row's line; none where the row cannot be read.
    paper_of: Mapping[int, str] = field(default_factory=dict)

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
        """The tool's own line of the last update; below the first rows it would be people's."""
        above = takewhile(lambda block: not isinstance(block, Rows), self.blocks)
        return next((block for block in above if isinstance(block, LastUpdate)), None)

    @property
    def last_update(self) -> date | None:
        """The day of the rows."""
        return self.day_line.day if self.day_line else None


def read_page(text: str, path: str) -> Published:
    """Read a Markdown or HTML page; the path is for messages."""
    blocks = blocks_of(text)
    titles = (block.name for block in blocks if isinstance(block, Heading) and block.level == 1)
    sections = _Sections(path)
    filed = tuple(filed_rows(blocks))
    for each in filed:
        line = each.rows.line.number
        if each.is_unclear:
            sections.rows += len(each.rows.rows)
            sections.skip(line, _UNCLEAR, lost=len(each.rows.rows))
            continue
        heading = each.heading.name if each.heading is not None else ""
        sections.section_of[line] = sections.begin(heading)
        for row in each.rows.rows:
            cells = dated(row.cells, each.day)
            sections.add(heading, cells, row.line.number, each.rows.reading)
    for block in blocks:
        wrong = None if isinstance(block, Rows) or block.line.is_ours else block.line.text
        if block.line.text == TOO_LONG:
            sections.rows += 1
            sections.skip(block.line.number, TOO_LONG, lost=1)
        elif wrong and (wrong := wrong_link(wrong)):
            sections.rows += 1
            sections.skip(block.line.number, WRONG_ID, repr(wrong), lost=1)
    return sections.published(next(titles, None), blocks, filed)


def read_data(rows: Iterable[DataRow], path: str) -> Published:
    """Read the rows of a data file. Raises ValueError where they do."""
    sections = _Sections(path)
    for row in rows:
        if row.cells:
            sections.add(row.topic, row.cells, row.line)
        else:
            sections.begin(row.topic)
    return sections.published(None, (), ())


@dataclass(slots=True)
class _Sections:
    """The papers by topic. Topics that ask arXiv for the same are one."""

    path: str
    rows: int = 0
    unread: list[Unread] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    papers: dict[str, dict[str, Paper]] = field(default_factory=dict)
    section_of: dict[int, str] = field(default_factory=dict)
    sections_of: dict[int, frozenset[str]] = field(default_factory=dict)
    paper_of: dict[int, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    #: Each paper of a topic as its first row tells it, where nothing is escaped.
    first: dict[tuple[str, str], Paper] = field(default_factory=dict)

    def begin(self, topic: str) -> str:
        """Take note of a topic, and say what it is called."""
        name = self.names.setdefault(topic_key(topic), topic)
        self.papers.setdefault(name, {})
        return name

    def add(self, heading: str, cells: Cells, line: int, reading: Reading = plain) -> None:
        """Take the paper of a row, whose own topics count more than the heading."""
        self.rows += 1
        try:
            paper = read_row(cells, reading)
        except UnreadRowError as error:
            cause, _, example = str(error).partition(": ")
            self.skip(line, cause, example, lost=int(isinstance(error, LostPaperError)))
            return
        own = [undecorated(topic) for topic in topics_of(cells, Kind.TOPIC)][:20]
        own = [topic for topic in own if is_topic(topic)] or [heading]
        if own == [""]:
            own = list(topics_of(cells, Kind.CATEGORY))[:20] or own
        names = {self.begin(topic) for topic in own}
        if reading is as_written and any(self._contradicts(paper, name, line) for name in names):
            return
        self.paper_of[line] = paper.id
        self.ids.append(paper.id)
        self.sections_of[line] = frozenset(names)
        for name in names:
            papers = self.papers[name]
            known = papers.get(paper.id)
            if known is not None and known.version < paper.version:
                del papers[paper.id]  # it stands where its highest version stands
            papers[paper.id] = paper if known is None else merge(paper, known)

    def _contradicts(self, paper: Paper, name: str, line: int) -> bool:
        """Tell of a row that says something else than another one of the same version."""
        known = self.first.setdefault((name, paper.versioned_id), paper)
        if known == paper:
            return False
        other = next((word for word, of in _TEXTS.items() if of(known) != of(paper)), "text")
        self.skip(
            line,
            f"{paper.versioned_id} has another {other} here than in an earlier row, which"
            " is brought in; delete this row, unless it is the right one",
        )
        return True

    def skip(self, line: int, cause: str, example: str = "", lost: int = 0) -> None:
        """Name what is not read."""
        self.unread.append(Unread(self.path, line, cause, example, lost))

    def published(
        self, title: str | None, blocks: tuple[Block, ...], filed: tuple[Filed, ...]
    ) -> Published:
        """All of it, topics in the order in which they come first."""
        times = _times_of_rows(papers.values() for papers in self.papers.values())
        return Published(
            path=self.path,
            title=title,
            sections=tuple(
                Section(name, tuple(_at(times, paper) for paper in papers.values()))
                for name, papers in self.papers.items()
                if name or papers
            ),
            unread=tuple(sorted(self.unread, key=lambda unread: unread.line)),
            rows=self.rows,
            ids=tuple(self.ids),
            blocks=blocks,
            filed=filed,
            section_of=self.section_of,
            sections_of=self.sections_of,
            paper_of=self.paper_of,
        )


# --- the order of rows within one day ------------------------------------------------------------


def _times_of_rows(tables: Iterable[Collection[Paper]]) -> dict[str, datetime]:
    """Give times to papers, by versioned identifier, where midnight is not enough.

    A file tells the day of a paper, but its rows stand in the order of the times, and papers of one
    day are ordered by identifier here. Where a table has another order, a paper that is older gets
    a second less. Tables may share papers: one order is found that fits all of them. Days for which
    there is none, since people changed the tables, keep midnight.
    """
    days: dict[date, list[list[Paper]]] = defaultdict(list)
    for table in tables:
        runs: dict[date, list[Paper]] = defaultdict(list)
        for paper in table:
            runs[paper.date].append(paper)
        for day, run in runs.items():
            days[day].append(run)
    times: dict[str, datetime] = {}
    for runs_of_day in days.values():
        if any(run != sorted(run, key=newest_first) for run in runs_of_day):
            times |= _times_of_day(runs_of_day)
    return times


def _times_of_day(runs: Iterable[Sequence[Paper]]) -> dict[str, datetime]:
    papers = {paper.versioned_id: paper for run in runs for paper in run}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for newer, older in (pair for run in runs for pair in pairwise(run)):
        sorter.add(newer.versioned_id, older.versioned_id)
    try:
        oldest_first = tuple(sorter.static_order())
    except CycleError:
        return {}
    return {
        id: datetime.combine(papers[id].date, time(), UTC) + timedelta(seconds=min(n, 86_399))
        for n, id in enumerate(oldest_first)
    }


def _at(times: Mapping[str, datetime], paper: Paper) -> Paper:
    return replace(paper, updated=times.get(paper.versioned_id, paper.updated))
