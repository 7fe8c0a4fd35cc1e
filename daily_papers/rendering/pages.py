"""papers/<slug>.md: the complete table of one keyword.

GitHub shows Markdown files of up to about 2 MB; that are more than 1,000 papers. A longer page is
not split, since its raw form and its history still work.
"""

from __future__ import annotations

from datetime import date

from daily_papers.rendering.tables import Section, render_row, view
from daily_papers.rendering.templates import Templates

#: Stands at the end of each page, and tells it from a file that people put beside it.
PAGE_MARK = "<!-- daily-papers:page -->"


def render_page(
    section: Section, templates: Templates, *, title: str, last_update: date | None
) -> str:
    """Render the page of one keyword.

    ``title`` is what links back to the README; ``last_update`` is this keyword's own. It should be
    the day on which its rows changed last, so that a quiet day changes no page.
    """
    rows = tuple(render_row(paper, templates) for paper in section.papers)
    page = templates.render(
        "page.md.jinja",
        section=view(section, rows, hidden=0),
        title=title,
        readme=f"../README.md#{section.anchor}",
        last_update=last_update,
    )
    return f"{page.rstrip()}\n\n{PAGE_MARK}\n"
