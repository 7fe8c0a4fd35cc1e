"""The tables in README.md, between two markers: one section for each keyword.

Everything outside the markers belongs to people and stays byte for byte the same. Markers inside a
code block only document them, and do not count.

GitHub cuts long READMEs off, so the tables have a budget that the keywords share evenly: the next
row always goes to the keyword whose table is the smallest with it. Rows that do not fit are only on
the keyword's own page, and the section says so.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from daily_papers.errors import RegionError
from daily_papers.papers.announcement import NewsItem
from daily_papers.render.pages import Table, render_row
from daily_papers.render.templates import Escaped, Templates
from daily_papers.text import cut

BEGIN = "<!-- daily-papers:begin -->"
END = "<!-- daily-papers:end -->"

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_LINE = re.compile(r"(?P<text>[^\r\n]*)(?P<ending>\r\n|\n|\r|\Z)")
_MARKER = re.compile(rf"\ufeff? {{0,3}}(?:{BEGIN}|{END})[ \t]*")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")

#: GitHub cuts a README off at this many bytes; the next two leave room for people's own words.
CUT_AT = 512_000
LARGEST_REGION = 480_000
LARGEST_README = 500_000
#: A longer row would take the space of many, so it is only on the keyword's page.
LARGEST_ROW = LARGEST_REGION // 10
#: The most papers in the list of new ones above the tables.
MOST_NEW = 15


@dataclass(frozen=True, slots=True)
class Region:
    """A README, split at its markers: ``before + body + after`` is the file."""

    before: str  #: up to and with the line of the begin marker
    body: str
    after: str  #: from the line of the end marker
    newline: str  #: the one that ends the begin marker

    @property
    def rest_bytes(self) -> int:
        """The size of everything outside."""
        return len(self.before.encode()) + len(self.after.encode())


def decode_readme(content: bytes, name: str = "README.md") -> str:
    """Decode a README. Raises RegionError if it is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RegionError(
            f"{name}:{line}: not UTF-8 (byte 0x{content[error.start]:02x} at offset"
            f" {error.start}); save the file as UTF-8"
        ) from error


def find_region(readme: str, name: str = "README.md") -> Region:
    """Cut the README at its markers. Raises RegionError unless there is exactly one pair."""
    lines = dict(_marker_lines(readme))
    markers = {number: line["text"].strip("\ufeff \t") for number, line in lines.items()}
    if list(markers.values()) == [BEGIN, END]:
        begin, end = lines.values()
        start, stop = begin.end(), end.start()
        return Region(readme[:start], readme[start:stop], readme[stop:], begin["ending"])
    if not markers:
        raise RegionError(
            f"{name}: no place for the tables; paste {BEGIN} and {END} where you want them, each on"
            " a line of its own, outside code blocks"
        )
    found = cut(" and ".join(f"{each} on line {line}" for line, each in markers.items()), 200)
    where = f"{name}:{max(markers)}"
    raise RegionError(f"{where}: found {found}; keep {BEGIN} once, and {END} once below it")


def replace_region(readme: str, body: str, name: str = "README.md") -> str:
    """Put the body between the markers, with the file's line endings.

    Raises RegionError if the next run could not find the body again, perhaps because of the
    repository's own templates.
    """
    old = find_region(readme, name)
    lines = body if body.endswith("\n") or not body else body + "\n"
    written = old.before + lines.replace("\n", old.newline) + old.after
    try:
        new = find_region(written, name)
    except RegionError:
        new = None
    if new is None or (new.before, new.after) != (old.before, old.after):
        raise RegionError(
            f"{name}: the tables contain a marker or open a code block, so the next run could not"
            " find them; fix templates/readme.md.jinja"
        )
    return written


def _marker_lines(readme: str) -> Iterator[tuple[int, re.Match[str]]]:
    """The lines that are markers, outside fenced code blocks, with their numbers."""
    fence: str | None = None
    for number, line in enumerate(_LINE.finditer(readme), start=1):
        if found := _FENCE.fullmatch(line["text"]):
            if fence is None:
                fence = found["fence"]
            elif found["fence"].startswith(fence) and not found["info"].strip():
                fence = None
        elif fence is None and _MARKER.fullmatch(line["text"]):
            yield number, line


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What goes into README.md: the day that it shows, and the tables of all keywords."""

    title: str
    last_update: date | None
    #: One line of plain text that sums up the day.
    day_line: str
    sections: tuple[Table, ...]
    #: The day's new papers, in the order in which they are read.
    new: tuple[NewsItem, ...] = ()
    #: The day's digests: the paths of their files, from README.md.
    digests: tuple[str, ...] = ()
    #: The website's address.
    site: str | None = None


def render_region(
    tables: Tables, templates: Templates, *, rest_bytes: int, newline: str = "\n"
) -> str:
    """Render what goes between the markers of README.md, within its budget.

    ``rest_bytes`` is the size of the rest of the README, ``newline`` its line ending. Only the
    shortest form may exceed the budget; if GitHub would cut even that off, the result is empty.
    """
    budget = min(LARGEST_REGION, LARGEST_README - rest_bytes)
    region = _RegionForms(tables, templates, newline)
    shortest = ""
    for shortest in region.forms(budget):
        if region.size(shortest) <= budget:
            return shortest
    return shortest if rest_bytes + region.size(shortest) <= CUT_AT else ""


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """A line of the contents list."""

    name: str
    link: str
    #: How many new papers the day brought.
    new: int


@dataclass(frozen=True, slots=True)
class _RegionForms:
    tables: Tables
    templates: Templates
    newline: str

    def size(self, text: str) -> int:
        """The bytes of a text in the file."""
        return len(text.encode()) + text.count("\n") * (len(self.newline) - 1)

    def forms(self, budget: int) -> Iterator[str]:
        """The region in shorter and shorter forms: with tables, a list of pages, one line."""
        yield from self._with_tables(budget)
        sections = self.tables.sections
        pages = tuple(ContentsLine(each.name, each.page, each.new) for each in sections)
        yield self._render(pages, ())
        yield self._render((), ())

    def _with_tables(self, budget: int) -> Iterator[str]:
        """The region with as many rows as fit; nothing if some keyword has no room for one.

        Mostly all of them do. If not, as many fewer are tried as the rest of the region needs.
        """
        sections = self.tables.sections
        links = tuple(ContentsLine(each.name, f"#{each.anchor}", each.new) for each in sections)
        room = budget
        while room > 0 and (shown := self._shared(room)) is not None:
            region = self._render(links, shown)
            yield region
            room -= max(self.size(region) - budget, 1)

    def _shared(self, room: int) -> tuple[Table, ...] | None:
        """The sections with the newest rows that fit; None if some keyword has room for no row."""
        sections = self.tables.sections
        waiting = [self._rows(section) for section in sections]
        shown: list[list[Escaped]] = [[] for _ in sections]
        used = [0] * len(sections)
        turns = [
            (first[0], place, first[1])
            for place, rows in enumerate(waiting)
            if (first := next(rows, None)) is not None
        ]
        if turns and min(turns)[0] > room // len(turns):
            return None
        heapq.heapify(turns)
        while turns:
            wanted, place, row = heapq.heappop(turns)
            if wanted - used[place] > room:
                continue
            room -= wanted - used[place]
            used[place] = wanted
            shown[place].append(row)
            for size, following in islice(waiting[place], 1):
                heapq.heappush(turns, (wanted + size, place, following))
        return tuple(
            replace(section, rows=tuple(rows))
            for section, rows in zip(sections, shown, strict=True)
        )

    def _rows(self, section: Table) -> Iterator[tuple[int, Escaped]]:
        """Rows and their sizes, rendered one at a time, without those that are too long."""
        for paper in section.papers:
            row = render_row(paper, self.templates)
            size = self.size(row + Escaped("\n"))
            if size <= LARGEST_ROW:
                yield size, row

    def _render(self, contents: tuple[ContentsLine, ...], sections: tuple[Table, ...]) -> str:
        return self.templates.render(
            "readme.md.jinja",
            title=self.tables.title,
            last_update=self.tables.last_update,
            day_line=self.tables.day_line,
            new=self.tables.new[:MOST_NEW] if contents else (),
            more=max(len(self.tables.new) - MOST_NEW, 0),
            digests=self.tables.digests,
            site=self.tables.site,
            columns=self.templates.columns,
            contents=contents,
            keywords=len(self.tables.sections),
            sections=sections,
        )
