"""The tables in README.md, between two markers: one section for each keyword.

Everything outside the markers belongs to people and stays byte for byte the same.

GitHub cuts long READMEs off, so the tables have a budget that the keywords share evenly: the next
row always goes to the keyword whose table is the smallest with it. Rows that do not fit are only on
the keyword's own page, and the section says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

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

#: GitHub cuts a README off at this many bytes; the next two leave room for people's own words.
CUT_AT = 512_000
LARGEST_REGION = 480_000
LARGEST_README = 500_000
#: The most papers in the list of new ones above the tables.
MOST_NEW = 15


@dataclass(frozen=True, slots=True)
class Region:
    """A README around the place for the tables, which is between its markers."""

    before: str  #: up to and with the line of the begin marker
    after: str  #: from the line of the end marker
    newline: str  #: the one that ends the begin marker

    @property
    def rest_bytes(self) -> int:
        """The size of everything outside."""
        return len(self.before.encode()) + len(self.after.encode())

    def filled(self, body: str) -> str:
        """The README with these tables, with the file's line endings."""
        lines = body.removesuffix("\n").split("\n") if body else []
        # A template may be a copy of a README, with its markers.
        own = (line + self.newline for line in lines if not _MARKER.fullmatch(line))
        return self.before + "".join(own) + self.after


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
    every = enumerate(_LINE.finditer(readme), start=1)
    lines = {number: line for number, line in every if _MARKER.fullmatch(line["text"])}
    markers = {number: line["text"].strip("\ufeff \t") for number, line in lines.items()}
    if list(markers.values()) == [BEGIN, END]:
        begin, end = lines.values()
        return Region(readme[: begin.end()], readme[end.start() :], begin["ending"])
    if not markers:
        raise RegionError(
            f"{name}: no place for the tables; paste {BEGIN} and {END} where you want them, each on"
            " a line of its own"
        )
    found = cut(" and ".join(f"{each} on line {line}" for line, each in markers.items()), 200)
    where = f"{name}:{max(markers)}"
    raise RegionError(f"{where}: found {found}; keep {BEGIN} once, and {END} once below it")


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


#: A row, in the order in which rows get their places: the size of its table with it, the table's
#: number, its own size, and the row.
_Turn = tuple[int, int, int, Escaped]


def render_region(
    tables: Tables, templates: Templates, *, rest_bytes: int, newline: str = "\n"
) -> str:
    """Render what goes between the markers of README.md, within its budget.

    ``rest_bytes`` is the size of the rest of the README, ``newline`` its line ending. Only the
    shortest form may exceed the budget; if GitHub would cut even that off, the result is empty.
    """
    budget = min(LARGEST_REGION, LARGEST_README - rest_bytes)

    def size(text: str) -> int:
        return len(text.encode()) + text.count("\n") * (len(newline) - 1)

    shortest = ""
    for shortest in _forms(tables, templates, budget, size):
        if size(shortest) <= budget:
            return shortest
    return shortest if rest_bytes + size(shortest) <= CUT_AT else ""


def _forms(
    tables: Tables, templates: Templates, budget: int, size: Callable[[str], int]
) -> Iterator[str]:
    """The region in shorter and shorter forms: with tables, a list of pages, one line.

    Mostly all rows fit. If not, as many fewer are tried as the rest of the region needs.
    """
    sections = tables.sections
    render = partial(
        templates.render,
        "readme.md.jinja",
        title=tables.title,
        last_update=tables.last_update,
        day_line=tables.day_line,
        more=max(len(tables.new) - MOST_NEW, 0),
        digests=tables.digests,
        site=tables.site,
        columns=templates.columns,
        keywords=len(sections),
    )
    new = tables.new[:MOST_NEW]
    turns = sorted(_turns(tables, templates, size))
    room = budget
    while room > 0 and (shares := _shares(turns, room, len(sections))) is not None:
        shown = [replace(each, rows=rows) for each, rows in zip(sections, shares, strict=True)]
        region = render(new=new, contents=sections, sections=shown)
        yield region
        room -= max(size(region) - budget, 1)
    yield render(new=new, contents=sections, sections=())
    yield render(new=(), contents=(), sections=())


def _turns(tables: Tables, templates: Templates, size: Callable[[str], int]) -> Iterator[_Turn]:
    """All rows."""
    for place, section in enumerate(tables.sections):
        total = 0
        for paper in section.papers:
            row = render_row(paper, templates)
            own = size(row + Escaped("\n"))
            total += own
            yield total, place, own, row


def _shares(turns: Sequence[_Turn], room: int, sections: int) -> list[tuple[Escaped, ...]] | None:
    """The newest rows of each section that fit; None if some keyword has room for no row."""
    if turns and turns[0][0] > room // len({place for _, place, _, _ in turns}):
        return None
    shown: list[tuple[Escaped, ...]] = [()] * sections
    full = set()
    for _, place, size, row in turns:
        if size > room:
            full.add(place)
        elif place not in full:
            shown[place] += (row,)
            room -= size
    return shown
