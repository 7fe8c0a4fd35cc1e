"""The values of a document, each checked when it is taken, and the problems found on the way."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection

from daily_papers.config.document import Document, Path
from daily_papers.config.model import Problem
from daily_papers.config.wrong_values import ALL_CATEGORIES, key_of
from daily_papers.papers.paper import folded
from daily_papers.query import taxonomy

#: Says what is wrong, or doubtful, with a text; None if nothing is.
Check = Callable[[str], str | None]


def no_doubt(_text: str) -> None:
    """Whatever is possible is meant."""


class Values:
    """Takes values from a document that the schema has seen.

    Whatever stands at a path of ``faulty`` was refused already, and counts as missing.
    """

    def __init__(self, document: Document, faulty: Collection[Path], name: str) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._faulty = frozenset(faulty)
        self._above_faulty = {path[:end] for path in faulty for end in range(len(path) + 1)}
        self._name = name

    def at(self, path: Path) -> object:
        """The value at the path; None where there is none, or a faulty one."""
        value = self._document.data
        for length, part in enumerate(path, start=1):
            if path[:length] in self._faulty:
                return None
            if isinstance(value, dict) and isinstance(part, str):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part]
            else:
                return None
        return value

    def line(self, path: Path) -> int:
        """Where the value stands in the file."""
        return self._document.place(path).line

    def is_faulty_below(self, path: Path) -> bool:
        """Whether anything in the value, or the value itself, was refused already."""
        return path in self._above_faulty

    def items(self, path: Path) -> list[Path]:
        """The paths of a list's items; none where there is no list."""
        values = self.at(path)
        count = len(values) if isinstance(values, list) else 0
        return [(*path, index) for index in range(count)]

    def number(self, path: Path, default: int) -> int:
        """A number, else the default."""
        value = self.at(path)
        return int(value) if isinstance(value, int) else default

    def text(self, path: Path, check: Check, doubt: Check = no_doubt) -> str | None:
        """A text without surplus white space; None where it is missing or wrong."""
        value = self.at(path)
        if not isinstance(value, str):
            return None
        problem = check(value)
        if problem:
            self.refuse(path, problem)
            return None
        # arXiv's index has letters with their accents in one piece, and so has the matcher.
        text = unicodedata.normalize("NFC", folded(value))
        self.warn(path, doubt(text))
        return text

    def texts(self, path: Path, check: Check, doubt: Check = no_doubt) -> tuple[str, ...]:
        """A list of texts, or a single one, each once."""
        texts = [self.text(item, check, doubt) for item in self.items(path) or [path]]
        return tuple(dict.fromkeys(text for text in texts if text is not None))

    def categories(self, path: Path) -> tuple[str, ...] | None:
        """Categories as arXiv writes them; None where nothing is said about them."""
        if not isinstance(self.at(path), list):
            return None
        names = self.texts(path, _category_problem, category_doubt) if self.items(path) else ()
        return tuple(dict.fromkeys(taxonomy.canonical(name) for name in names))

    def refuse(self, path: Path, message: str, *, label: str | None = None) -> None:
        """Note a mistake in the value; the label is its key, unless it says more."""
        place = self._document.place(path)
        text = f"{label or key_of(path)}: {message}"
        self.problems.append(Problem(self._name, place.line, place.column, text))

    def warn(self, path: Path, doubt: str | None) -> None:
        """Note what is doubtful about the value, if anything is."""
        if doubt is None:
            return
        place = self._document.place(path)
        text = f"{key_of(path)}: {doubt}"
        self.problems.append(Problem(self._name, place.line, place.column, text, "warning"))


def _category_problem(text: str) -> str | None:
    name = text.strip()
    if taxonomy.is_known(name) or taxonomy.is_well_formed(name):
        return None
    return f'"{name}" is not a category of arXiv{_meant(name)}'


def category_doubt(name: str) -> str | None:
    """What is doubtful about a category that can be asked for; None if nothing is."""
    instead = taxonomy.successor(name)
    if instead:
        return f'"{name}" was closed long ago; new papers are in "{instead}"'
    if not taxonomy.is_known(name):
        return f'"{name}" is not among the categories known here{_meant(name)}'
    return None


def _meant(name: str) -> str:
    close = " or ".join(f'"{meant}"' for meant in taxonomy.suggest(name))
    return f"; did you mean {close}?" if close else f"; {ALL_CATEGORIES}"
