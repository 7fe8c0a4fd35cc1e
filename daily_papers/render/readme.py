"""The tables in README.md: one section a keyword, within what GitHub shows of a README.

The region has a budget, which the keywords share evenly: the next row always goes to the keyword
whose table is the smallest with it. What has no room stands on the keyword's page alone, and the
section says so.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass

from daily_papers.errors import RegionError
from daily_papers.render.pages import Section, SectionView, Tables, render_row, view
from daily_papers.render.templates import Escaped, Templates

#: GitHub cuts a README at this many bytes; the others leave room for people's own words.
CUT_AT = 512_000
LARGEST_REGION = 480_000
LARGEST_README = 500_000
#: A longer row would take the room of many, whatever its author put into it; its page has it.
LARGEST_ROW = LARGEST_REGION // 10


def render_region(
    tables: Tables, templates: Templates, *, rest_bytes: int, newline: str = "\n"
) -> str:
    """Render what stands between the markers of README.md, never larger than its budget.

    ``rest_bytes`` is the size of the README without it, ``newline`` what ends the lines there.
    Only the shortest form may be beyond the budget, as long as GitHub does not cut it off; else
    the result is empty.
    """
    budget = min(LARGEST_REGION, LARGEST_README - rest_bytes)
    region = _Region(tables, templates, newline)
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


@dataclass(frozen=True, slots=True)
class _Region:
    tables: Tables
    templates: Templates
    newline: str

    def size(self, text: str) -> int:
        """The bytes of a text in the file."""
        return len(text.encode()) + text.count("\n") * (len(self.newline) - 1)

    def forms(self, budget: int) -> Iterator[str]:
        """The region in ever shorter forms: tables, a contents list, one line."""
        yield from self._with_tables(budget)
        pages = tuple(ContentsLine(section.name, section.page) for section in self.tables.sections)
        yield self._render(pages, ())
        yield self._render((), ())

    def _with_tables(self, budget: int) -> Iterator[str]:
        """The region with as many rows as have room; nothing where no keyword has room for any.

        An own template may need more room for a row than the row itself has: then there are fewer.
        """
        sections = self.tables.sections
        links = tuple(ContentsLine(section.name, f"#{section.anchor}") for section in sections)
        room = budget - self._frame(links)
        while room > 0 and (shown := self._shared(room)) is not None:
            region = self._render(links, shown)
            yield region
            room -= max(self.size(region) - budget, 1)

    def _frame(self, links: tuple[ContentsLine, ...]) -> int:
        """The most that everything but the rows can take."""
        empty = tuple(
            view(section, (Escaped(),) if section.papers else (), hidden=len(section.papers))
            for section in self.tables.sections
        )
        return self.size(self._render(links, empty))

    def _shared(self, room: int) -> tuple[SectionView, ...] | None:
        """The sections with the rows that share the room, each one's newest; None for no rows."""
        shares = [_Share(self, section) for section in self.tables.sections]
        waiting = [share for share in shares if share.wants_more]
        if waiting and min(share.wanted for share in waiting) > room // len(waiting):
            return None
        _fill(waiting, room)
        return tuple(share.view() for share in shares)

    def _render(self, contents: tuple[ContentsLine, ...], sections: tuple[SectionView, ...]) -> str:
        return self.templates.render(
            "readme.md.jinja",
            last_update=self.tables.last_update,
            day_line=self.tables.day_line,
            contents=contents,
            keywords=len(self.tables.sections),
            sections=sections,
        )


class _Share:
    """One keyword's rows on their way into the region; each is rendered when it is its turn."""

    def __init__(self, region: _Region, section: Section) -> None:
        self._region = region
        self._section = section
        self._waiting = iter(section.papers)
        self._rows: list[Escaped] = []
        #: The size of its rows, and of its rows with the next one.
        self.used = 0
        self.wanted = 0
        self._next = self._following()

    @property
    def wants_more(self) -> bool:
        """Whether there is another row."""
        return self._next is not None

    def take(self) -> None:
        """Put the next row in."""
        assert self._next is not None
        self._rows.append(self._next)
        self.used = self.wanted
        self._next = self._following()

    def view(self) -> SectionView:
        """The section with the rows that were taken."""
        hidden = len(self._section.papers) - len(self._rows)
        return view(self._section, tuple(self._rows), hidden)

    def _following(self) -> Escaped | None:
        for paper in self._waiting:
            row = render_row(paper, self._region.templates)
            size = self._region.size(row + Escaped("\n"))
            if size <= LARGEST_ROW:
                self.wanted = self.used + size
                return row
        return None


def _fill(shares: list[_Share], room: int) -> None:
    """Give the room row by row to whoever has the least with the next one."""
    turns = [(share.wanted, place) for place, share in enumerate(shares)]
    heapq.heapify(turns)
    while turns:
        wanted, place = heapq.heappop(turns)
        share = shares[place]
        if wanted - share.used > room:
            continue
        room -= wanted - share.used
        share.take()
        if share.wants_more:
            heapq.heappush(turns, (share.wanted, place))


BEGIN = "<!-- daily-papers:begin -->"
END = "<!-- daily-papers:end -->"

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_LINE = re.compile(r"(?P<text>[^\r\n]*)(?P<ending>\r\n|\n|\r|\Z)")
_MARKER = re.compile(rf"\ufeff? {{0,3}}(?P<marker>{BEGIN}|{END})[ \t]*")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")


@dataclass(frozen=True, slots=True)
class Region:
    """A README, cut at its markers: ``before + body + after`` is the file."""

    before: str  #: up to and with the line of the begin marker
    body: str
    after: str  #: from the line of the end marker
    newline: str  #: the one that ends the begin marker

    @property
    def rest_bytes(self) -> int:
        """The size of everything that is not ours."""
        return len(self.before.encode()) + len(self.after.encode())


@dataclass(frozen=True, slots=True)
class _Marker:
    text: str
    line: int
    start: int
    end: int
    newline: str


def decode_readme(content: bytes, name: str = "README.md") -> str:
    """Read a README's bytes; one that is not UTF-8 raises RegionError."""
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
    begin, end = _pair(list(_markers(readme)), name)
    return Region(
        before=readme[: begin.end],
        body=readme[begin.end : end.start],
        after=readme[end.start :],
        newline=begin.newline,
    )


def replace_region(readme: str, body: str, name: str = "README.md") -> str:
    """Put the body between the markers, with the newlines of the file."""
    region = find_region(readme, name)
    lines = body if body.endswith("\n") or not body else body + "\n"
    written = region.before + lines.replace("\n", region.newline) + region.after
    _check_round_trip(written, region, name)
    return written


def _check_round_trip(written: str, old: Region, name: str) -> None:
    """Refuse a body that the next run would not find again, as an own template could make it."""
    try:
        new = find_region(written, name)
    except RegionError:
        new = None
    if new is None or (new.before, new.after) != (old.before, old.after):
        raise RegionError(
            f"{name}: the tables hold a marker or open a code block, and would not be found"
            " again; mend templates/readme.md.jinja"
        )


def _pair(markers: list[_Marker], name: str) -> tuple[_Marker, _Marker]:
    begins = [marker for marker in markers if marker.text == BEGIN]
    ends = [marker for marker in markers if marker.text == END]
    if not markers:
        raise RegionError(
            f"{name}: no place for the tables; paste {BEGIN} and {END} where they shall stand, each"
            " on a line of its own, outside of code blocks"
        )
    for found, marker in ((begins, BEGIN), (ends, END)):
        if len(found) > 1:
            lines = " and ".join(str(each.line) for each in found)
            raise RegionError(f"{name}:{found[1].line}: {marker} stands on lines {lines}; keep one")
    if not ends:
        raise RegionError(
            f"{name}:{begins[0].line}: {BEGIN} has no end; paste {END} on a line below it"
        )
    if not begins:
        raise RegionError(
            f"{name}:{ends[0].line}: {END} has no begin; paste {BEGIN} on a line above it"
        )
    if ends[0].line < begins[0].line:
        raise RegionError(
            f"{name}:{ends[0].line}: {END} stands before {BEGIN} (line {begins[0].line});"
            " swap the two lines"
        )
    return begins[0], ends[0]


def _markers(readme: str) -> Iterator[_Marker]:
    """The markers outside fenced code blocks, with their lines."""
    fence: str | None = None
    for number, line in enumerate(_LINE.finditer(readme), start=1):
        fence_line = _FENCE.fullmatch(line["text"])
        if fence_line is not None:
            fence = _fence_after(fence, fence_line["fence"], fence_line["info"])
        elif fence is None and (found := _MARKER.fullmatch(line["text"])):
            yield _Marker(found["marker"], number, line.start(), line.end(), line["ending"])


def _fence_after(fence: str | None, found: str, info: str) -> str | None:
    """The fence that is open after a line that looks like one; None outside code blocks."""
    if fence is None:
        return found
    closes = found.startswith(fence) and not info.strip()
    return None if closes else fence
