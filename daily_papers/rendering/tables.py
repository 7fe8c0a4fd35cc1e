"""What the tables show: the sections of a day, and a paper as one row of a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from daily_papers.papers.paper import Paper
from daily_papers.rendering.markdown import folded_comment
from daily_papers.rendering.templates import Escaped, Templates


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
