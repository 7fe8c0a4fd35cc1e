"""The lines of a published digest README: which are ours, and which hold no Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from daily_papers.migrate.paper_links import links_to_paper
from daily_papers.migrate.rows import Reading, as_written, escaped_by_us
from daily_papers.render.readme import BEGIN, END

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_ENDING = re.compile(r"\r\n|\n|\r")
#: No row and no text of a paper is longer; what is longer is not read.
LONGEST = 50_000
TOO_LONG = f"longer than {LONGEST:,} characters, so it is not read"
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_MARKER = re.compile(rf" {{0,3}}(?P<marker>{BEGIN}|{END})[ \t]*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, counted from 1; it is ours between our own markers."""

    number: int
    text: str
    is_ours: bool
    #: Our marker that stands on it.
    marker: str | None = None

    @property
    def reading(self) -> Reading:
        """How texts are written on it."""
        return escaped_by_us if self.is_ours else as_written

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands on it."""
        return not self.text.strip()


def lines_of(text: str) -> Iterator[Line]:
    """The lines, those of code blocks as the fence that opened them: they hold no Markdown."""
    fence, is_ours = "", False
    for number, line in enumerate(_ENDING.split(text.removeprefix("\ufeff")), start=1):
        found = _FENCE.fullmatch(line)
        if fence:
            yield Line(number, fence, is_ours)
            closes = found and found["fence"].startswith(fence) and not found["info"].strip()
            fence = "" if closes else fence
            continue
        fence = found["fence"] if found else ""
        if len(line) > LONGEST:
            yield Line(number, TOO_LONG if links_to_paper(line) else "…", is_ours)
            continue
        found = _MARKER.fullmatch(line)
        marker = found["marker"] if found else None
        is_ours = (is_ours or marker == BEGIN) and marker != END
        yield Line(number, line, is_ours, marker)
