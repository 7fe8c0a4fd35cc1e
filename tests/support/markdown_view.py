"""Markdown as GitHub shows it: its own parser, and what a reader sees of the result."""

from __future__ import annotations

from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options


class Shown(HTMLParser):
    """The text of a piece of HTML, also cell by cell, its elements, names and links."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.texts: list[str] = []
        self.cells: list[str] = []
        self.names: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        for name, value in attrs:
            if name in {"id", "href"}:
                (self.names if name == "id" else self.links).append(value or "")
        if tag == "td":
            self.cells.append("")

    def handle_comment(self, data: str) -> None:
        self.elements.append("comment")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.cells:
            self.cells[-1] += data

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def as_on_github(markdown: str) -> Shown:
    """Render a Markdown file with the extensions that GitHub uses for one."""
    return Shown(
        cmarkgfm.markdown_to_html_with_extensions(
            markdown,
            options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES,
            extensions=["table", "strikethrough", "autolink", "tagfilter", "tasklist"],
        )
    )
