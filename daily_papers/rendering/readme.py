"""The tables in README.md: one section a keyword, within what GitHub shows of a README.

The region has a budget, which the keywords share evenly: the next row always goes to the keyword
whose table is the smallest with it. What has no room stands on the keyword's page alone, and the
section says so.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from daily_papers.rendering.tables import Section, SectionView, Tables, render_row, view
from daily_papers.rendering.templates import Escaped, Templates

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
