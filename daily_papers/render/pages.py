"""papers/<slug>.md: the complete table of one keyword.

GitHub renders Markdown files of up to about 2 MB, and shows complex ones as plain text even sooner
(https://docs.github.com/repositories/creating-and-managing-repositories/repository-limits).
A longer table continues in papers/<slug>-2.md, and so on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count, islice

from daily_papers.papers.links import code_url
from daily_papers.papers.paper import Paper
from daily_papers.papers.sentence import key_sentence
from daily_papers.render.markdown import folded_comment
from daily_papers.render.templates import Escaped, Templates

#: The last line of each page, which distinguishes it from files that people put there.
PAGE_MARK = "<!-- daily-papers:page -->"
#: The most bytes of a page.
LARGEST_PAGE = 1_000_000


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
    #: Whether arXiv has been searched for it.
    filled: bool = True
    #: Whether it has `like`, so that nothing is searched for.
    is_liked: bool = False
    #: What to do about it, if it never finds anything, or more than its table holds.
    advice: str | None = None
    rows: tuple[Escaped, ...] = ()

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
            summary=(
                templates.summaries.get(paper.versioned_id) or key_sentence(paper.abstract)
                if "summary" in columns
                else ""
            ),
        )
        templates.rows[paper] = row = Escaped(text.rstrip("\n"))
    return row


def render_pages(
    table: Table,
    templates: Templates,
    *,
    title: str,
    last_update: date | None,
    slugs: Collection[str] = (),
) -> Iterator[tuple[str, str]]:
    """Render the pages of one keyword, each with its path; one page if all rows fit on it.

    ``title`` links back to the README; ``last_update`` is the day on which these rows last changed,
    so that a quiet day changes no page. ``slugs`` are those of all keywords: no further page may
    have the name of another keyword's page.
    """

    def rendered(rows: tuple[Escaped, ...], paths: Sequence[str], number: int) -> str:
        page = templates.render(
            "page.md.jinja",
            section=replace(table, rows=rows),
            columns=templates.columns,
            title=title,
            readme=f"../README.md#{table.anchor}",
            last_update=last_update,
            number=number,
            pages=tuple(path.rpartition("/")[2] for path in paths),
        )
        return f"{page.rstrip()}\n\n{PAGE_MARK}\n"

    rows = tuple(render_row(paper, templates) for paper in table.papers)
    whole = rendered(rows, (table.page,), 1)
    if _size(whole) <= LARGEST_PAGE:
        yield table.page, whole
        return
    # Leave room for links to many pages, and for the head of the table, which no rows have.
    frame = _size(rendered((), (table.page,), 1)) + 20_000
    parts = tuple(_parts(rows, LARGEST_PAGE - frame))
    paths = tuple(islice(_paths(table, slugs), len(parts)))
    for number, (path, part) in enumerate(zip(paths, parts, strict=True), start=1):
        yield path, rendered(part, paths, number)


def _paths(table: Table, slugs: Collection[str]) -> Iterator[str]:
    """The paths for a keyword's pages, without those that belong to other keywords."""
    yield table.page
    for number in count(2):
        slug = f"{table.slug}-{number}"
        if slug not in slugs:
            yield f"papers/{slug}.md"


def _parts(rows: Sequence[Escaped], room: int) -> Iterator[tuple[Escaped, ...]]:
    """Put as many rows on each page as fit, and at least one; there is at least one page."""
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
