"""Lines and columns, as editors, git and GitHub count them.

YAML 1.1 ends lines at three more characters (U+0085, U+2028 and U+2029), and Python at some more
again: a text that holds one of them would have its mistakes named at lines that are not there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column, both counted from 1."""

    line: int
    column: int


class Lines:
    """The lines of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def place(self, index: int) -> Place:
        """Where the character with this number, counted from 0, stands."""
        line = bisect_right(self._starts, index)
        return Place(line, index - self._starts[line - 1] + 1)

    def texts(self) -> list[str]:
        """Each line's text, without its end."""
        return _LINE_END.split(self._text)
