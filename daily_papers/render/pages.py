"""papers/<slug>.md: the complete table of one keyword.

GitHub renders Markdown files of up to about 2 MB, and shows complex ones as plain text even sooner
(https://docs.github.com/repositories/creating-and-managing-repositories/repository-limits).
A longer table continues in papers/<slug>_2.md, and so on, a name that no keyword's slug can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from daily_papers.papers.links import code_url
from daily_papers.papers.paper import Paper
from daily_papers.papers.sentence import key_sentence
from daily_papers.render.markdown import folded_comment
from daily_papers.render.templates import Escaped, Templates

#: The last line of each page, which distinguishes it from files that people put there.
PAGE_MARK = "<!-- daily-papers:page -->"
#: With long abstracts a page of so many rows has 1 MB.
ROWS_ON_A_PAGE = 400

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Table:
    """One keyword's papers, newest first, and the rows that one place has room for."""

    name: str
    slug: str
    papers: tuple[Paper, ...]
    #: The listing day up to which the table is complete, if not the day of the last run.
    last_success: date | None = None
    #: How many new papers the day brought, perhaps more than the table holds.
    new: int = 0
    #: The listing day on which these papers last changed, so that a quiet day changes no page.
    changed: date | None = None
    #: Why it is empty, or what to do if it never finds anything, or more than it holds.
    remark: str | None = None
    rows: Sequence[Escaped] = ()

    @property
    def page(self) -> str:
        """The path of its complete table, from README.md."""
        return f"papers/{self.slug}.md"

    @property
    def anchor(self) -> str:
        """The anchor for links to its heading.

        GitHub's own anchor has nothing but words, and perhaps a number that depends on other
        headings.
        """
        return f"daily-papers-{self.slug}"

    @property
    def hidden(self) -> int:
        """How many papers have no row here."""
        return len(self.papers) - len(self.rows)


def render_row(paper: Paper, templates: Templates) -> Escaped:
    """Render a paper as a row of a table, once for all tables that it is in."""
    said = templates.summaries.get(paper.versioned_id)
    row = templates.rows.get(paper)
    if row is None:
        columns = templates.columns
        text = templates.render(
            "row.md.jinja",
            columns=columns,
            paper=paper,
            folded_comment=folded_comment(paper.comment or ""),
            code_url=code_url(paper) if "code" in columns else None,
            # In a model's words if there are some, else in the authors'.
            summary=said or key_sentence(paper.abstract) if "summary" in columns else "",
        )
        templates.rows[paper] = row = Escaped(text.rstrip("\n"))
    return row


def pages_of(
    form: str, mark: str, papers: Sequence[Item], most: int
) -> Mapping[str, Sequence[Item]]:
    """Put a long list on several pages, by name: ``form`` with nothing, then mark and number."""
    starts = range(0, max(len(papers), 1), most)
    numbers = ["", *(f"{mark}{number}" for number in range(2, len(starts) + 1))]
    parts = (papers[start : start + most] for start in starts)
    return {form.format(number): part for number, part in zip(numbers, parts, strict=True)}


def render_pages(table: Table, templates: Templates, *, title: str) -> Iterator[tuple[str, str]]:
    """Render the pages of one keyword, each with its path; one page if all rows fit on it.

    ``title`` links back to the README.
    """
    rows = tuple(render_row(paper, templates) for paper in table.papers)
    pages = pages_of(f"{table.slug}{{}}.md", "_", rows, ROWS_ON_A_PAGE)
    for number, (name, part) in enumerate(pages.items(), start=1):
        page = templates.render(
            "page.md.jinja",
            section=replace(table, rows=part),
            columns=templates.columns,
            title=title,
            readme=f"../README.md#{table.anchor}",
            number=number,
            pages=list(pages),
        )
        yield f"papers/{name}", f"{page.rstrip()}\n\n{PAGE_MARK}\n"
