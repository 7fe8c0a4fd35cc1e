"""What another tool published, read: the topics of a file and the papers of each.

A page (Markdown, HTML) is read by its blocks, data (JSON, JSON lines, CSV) by its keys. What cannot
be read is named with its place, and left where it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from graphlib import CycleError, TopologicalSorter
from itertools import groupby, pairwise, takewhile

from daily_papers.migrate import rows
from daily_papers.migrate.filing import Filed, filed_rows
from daily_papers.migrate.pages import TOO_LONG, Block, Heading, Line, Rows, blocks_of
from daily_papers.migrate.paper_links import wrong_link
from daily_papers.migrate.rows import WRONG_ID, Entry, Kind, as_written, topics_of
from daily_papers.migrate.topics import is_topic, topic_key, undecorated
from daily_papers.papers.paper import Paper, merge, newest_first

#: What rows tell of a paper.
_TEXTS = ("title", "date", "abstract", "comment")
_UNCLEAR = (
    "words stand between the tables below the title, so it is unclear which keyword this one is "
    "of; write a heading right above it, like: ## magnetic resonance imaging"
)
#: Rows that name more topics than this are taken into the first ones.
_MOST_TOPICS = 20


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
    #: The keys that lead to it, where there are no lines.
    key: str
    cause: str
    #: The text that is meant, if that helps.
    example: str = ""
    #: How many papers are lost with it.
    lost: int = 0

    def __str__(self) -> str:
        place = self.line or f" {self.key}"
        return f"{self.path}:{place}: {self.cause}{self.example and f': {self.example}'}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is a paper, and the names of its topics."""

    entry: Entry
    id: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What a file tells. Topics that ask arXiv for the same are one."""

    path: str
    sections: tuple[Section, ...]
    taken: tuple[Taken, ...]
    unread: tuple[Unread, ...]
    #: The name of each topic, by its key.
    names: Mapping[str, str]
    blocks: tuple[Block, ...] = ()
    filed: tuple[Filed, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were read, whatever came of them."""
        return len(self.taken) + sum(max(1, unread.lost) for unread in self.unread)

    @property
    def title(self) -> str | None:
        """The first heading of the first level."""
        titles = (b.name for b in self.blocks if isinstance(b, Heading) and b.level == 1)
        return next(titles, None)

    def topic_of(self, filed: Filed) -> str | None:
        """The name of the topic that stands above rows; none where it is unclear."""
        return None if filed.is_unclear else self.names.get(topic_key(filed.topic))

    @property
    def has_markers(self) -> bool:
        """Whether our own markers stand in it already."""
        return any(block.line.is_ours for block in self.blocks)

    @property
    def day_line(self) -> Line | None:
        """The tool's own line of the last update; below the first rows it would be people's."""
        above = takewhile(lambda block: not isinstance(block, Rows), self.blocks)
        end_of_table = -1
        for block in above:
            if block.line.day and block.line.number != end_of_table + 1:
                return block.line
            end_of_table = block.last_line if "|" in block.line.text else end_of_table
        return None

    @property
    def last_update(self) -> date | None:
        """The day of the rows."""
        return self.day_line.day if self.day_line else None


def read_page(text: str, path: str) -> Published:
    """Read a Markdown or HTML page; the path is for messages."""
    blocks = blocks_of(text)
    filed = tuple(filed_rows(blocks))
    unclear = [
        Unread(path, each.rows.line.number, "", _UNCLEAR, lost=len(each.rows.rows))
        for each in filed
        if each.is_unclear and each.rows.rows
    ]
    unread = [*unclear, *_lost_lines(blocks, path)]
    return replace(_read(_entries(filed), path, unread), blocks=blocks, filed=filed)


def _entries(filed: Iterable[Filed]) -> Iterator[Entry]:
    for each in (each for each in filed if not each.is_unclear):
        yield Entry(each.rows.line.number, topic=each.topic)
        for row in each.rows.rows:
            yield replace(row, topic=each.topic, day=each.day, reading=each.rows.reading)


def _lost_lines(blocks: Iterable[Block], path: str) -> Iterator[Unread]:
    """Lines that are no rows, although they were meant to be."""
    for block in blocks:
        line = block.line
        if line.text == TOO_LONG:
            yield Unread(path, line.number, "", TOO_LONG, lost=1)
        elif not (isinstance(block, Rows) or line.is_ours) and (wrong := wrong_link(line.text)):
            yield Unread(path, line.number, "", WRONG_ID, repr(wrong), 1)


def read_data(entries: Iterable[Entry], path: str) -> Published:
    """Read the rows of a data file. Raises ValueError where they do."""
    return _read(entries, path, [])


def _read(entries: Iterable[Entry], path: str, unread: list[Unread]) -> Published:
    names: dict[str, str] = {}
    papers: dict[str, dict[str, Paper]] = {}
    taken: list[Taken] = []
    # Each paper of a topic as its first row tells it, where nothing is escaped.
    first: dict[tuple[str, str], Paper] = {}
    for entry in entries:
        paper = rows.read_row(entry) if entry.cells else None
        if entry.cells and not paper:
            unread.append(Unread(path, entry.line, entry.key, *rows.why_unread(entry.cells)))
            continue
        named = (names.setdefault(topic_key(topic), topic) for topic in _topics(entry))
        topics = tuple(dict.fromkeys(named))
        for topic in topics:
            papers.setdefault(topic, {})
        if not paper:
            continue
        told = topics if entry.reading is as_written else ()
        firsts = [first.setdefault((topic, paper.versioned_id), paper) for topic in told]
        if wrong := next((known for known in firsts if known != paper), None):
            unread.append(Unread(path, entry.line, entry.key, _contradiction(wrong, paper)))
            continue
        taken.append(Taken(entry, paper.id, topics))
        for topic in topics:
            known = papers[topic].get(paper.id)
            if known and known.version < paper.version:
                del papers[topic][paper.id]  # it stands where its highest version stands
            papers[topic][paper.id] = merge(paper, known) if known else paper
    times = _times_of_rows(each.values() for each in papers.values())
    sections = tuple(
        Section(
            name,
            tuple(
                replace(p, updated=times.get(p.versioned_id, p.updated)) for p in of_topic.values()
            ),
        )
        for name, of_topic in papers.items()
        if name or of_topic
    )
    unread.sort(key=lambda each: each.line)
    return Published(path, sections, tuple(taken), tuple(unread), names)


def _topics(entry: Entry) -> list[str]:
    """The topics of a row: its own count more than what stands above, its categories less."""
    own = [undecorated(topic) for topic in topics_of(entry.cells, Kind.TOPIC)][:_MOST_TOPICS]
    if own := [topic for topic in own if is_topic(topic)]:
        return own
    categories = [] if entry.topic else list(topics_of(entry.cells, Kind.CATEGORY))
    return categories[:_MOST_TOPICS] or [entry.topic]


def _contradiction(known: Paper, paper: Paper) -> str:
    others = (name for name in _TEXTS if getattr(known, name) != getattr(paper, name))
    other = next(others, "text")
    return (
        f"{paper.versioned_id} has another {other} here than in an earlier row, which"
        " is brought in; delete this row, unless it is the right one"
    )


def _times_of_rows(tables: Iterable[Collection[Paper]]) -> dict[str, datetime]:
    """Give times to papers, by versioned identifier, where midnight is not enough.

    A file tells the day of a paper, but its rows stand in the order of the times, and papers of one
    day are ordered by identifier here. Where a table has another order, a paper that is older gets
    a second less. Tables may share papers: one order is found that fits all of them. Days for which
    there is none, since people changed the tables, keep midnight.
    """
    runs: dict[date, list[list[Paper]]] = defaultdict(list)
    for table in tables:
        for day, run in groupby(sorted(table, key=lambda p: p.date), key=lambda p: p.date):
            runs[day].append(list(run))
    times: dict[str, datetime] = {}
    for day, of_day in runs.items():
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for newer, older in (pair for run in of_day for pair in pairwise(run)):
            sorter.add(newer.versioned_id, older.versioned_id)
        if any(run != sorted(run, key=newest_first) for run in of_day):
            with suppress(CycleError):
                for n, id in enumerate(sorter.static_order()):
                    moment = datetime.combine(day, time(), UTC)
                    times[id] = moment + timedelta(seconds=min(n, 86_399))
    return times
