"""papers/<slug>.md: the complete table of one keyword.

GitHub shows Markdown files of less than about 2 MB, and complex ones sooner end as plain text
(https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits). A
longer table goes on in papers/<slug>-2.md, and so on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, islice

from daily_papers.papers.paper import Paper
from daily_papers.render.markdown import folded_comment
from daily_papers.render.templates import Escaped, Templates

#: Ends each page, and marks it as ours, not a file that people put beside it.
PAGE_MARK = "<!-- daily-papers:page -->"
#: Bytes of a page.
LARGEST_PAGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Section:
    """One keyword's papers, newest first."""

    name: str
    slug: str
    papers: tuple[Paper, ...]
    #: The last listing day that was a success; only where it is before the day's.
    last_success: date | None = None

    @property
    def page(self) -> str:
        """Where its complete table stands, seen from README.md."""
        return f"papers/{self.slug}.md"

    @property
    def anchor(self) -> str:
        """The name that links to its heading use.

        It is our own, since the one that GitHub makes of a heading loses all that is no word, and
        gets a number that depends on the other headings of the file.
        """
        return f"daily-papers-{self.slug}"


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of all keywords, and the day that they show."""

    title: str
    last_update: date | None
    #: What this day was, as one line of plain text.
    day_line: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section as templates see it: with the rows that stand there, and how many do not."""

    name: str
    anchor: str
    page: str
    last_success: date | None
    rows: tuple[Escaped, ...]
    hidden: int


def view(section: Section, rows: tuple[Escaped, ...], hidden: int) -> SectionView:
    """Put rendered rows into a section."""
    return SectionView(
        section.name, section.anchor, section.page, section.last_success, rows, hidden
    )


def render_row(paper: Paper, templates: Templates) -> Escaped:
    """Render one paper as one line of a table; once, however many tables it stands in."""
    row = templates.rows.get(paper)
    if row is None:
        folded = folded_comment(paper.comment or "")
        text = templates.render("row.md.jinja", paper=paper, folded_comment=folded)
        templates.rows[paper] = row = Escaped(text.rstrip("\n"))
    return row


def render_pages(
    section: Section,
    templates: Templates,
    *,
    title: str,
    last_update: date | None,
    slugs: Collection[str] = (),
) -> Iterator[tuple[str, str]]:
    """Render the pages of one keyword, each with its path; one page if all rows fit on it.

    ``title`` is what links back to the README; ``last_update`` is this keyword's own. It should be
    the day on which its rows changed last, so that a quiet day changes no page. ``slugs`` are
    those of all keywords: their pages keep their names.
    """

    def rendered(rows: tuple[Escaped, ...], paths: Sequence[str], number: int) -> str:
        page = templates.render(
            "page.md.jinja",
            section=view(section, rows, hidden=0),
            title=title,
            readme=f"../README.md#{section.anchor}",
            last_update=last_update,
            number=number,
            pages=tuple(path.rpartition("/")[2] for path in paths),
        )
        return f"{page.rstrip()}\n\n{PAGE_MARK}\n"

    rows = [render_row(paper, templates) for paper in section.papers]
    expected = sum(map(_size, rows)) // LARGEST_PAGE + 2
    links = tuple(islice(_paths(section, slugs), expected * 2))
    # Some room is for the head of the table, which a page without rows does not have.
    parts = tuple(_parts(rows, LARGEST_PAGE - _size(rendered((), links, 1)) - 1_000))
    paths = tuple(islice(_paths(section, slugs), len(parts)))
    for number, (path, part) in enumerate(zip(paths, parts, strict=True), start=1):
        yield path, rendered(part, paths, number)


def _paths(section: Section, slugs: Collection[str]) -> Iterator[str]:
    """The names of a keyword's pages, without those of other keywords."""
    yield section.page
    for number in count(2):
        slug = f"{section.slug}-{number}"
        if slug not in slugs:
            yield f"papers/{slug}.md"


def _parts(rows: Sequence[Escaped], room: int) -> Iterator[tuple[Escaped, ...]]:
    """Put as many rows on a page as there is room for; at least one, and at least one page."""
    part: list[Escaped] = []
    used = 0
    for row in rows:
        size = _size(row) + 1
        if part and used + size > room:
            yield tuple(part)
            part, used = [], 0
        part.append(row)
        used += size
    yield tuple(part)


def _size(text: str) -> int:
    return len(text.encode())
