"""What a ``like`` names: BibTeX files of the repository, and arXiv identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from daily_papers.like.bibtex import LikedPaper, read_bibtex

#: The most bytes of one file, and of all files.
MOST_BYTES: Final = 5_000_000
MOST_BYTES_IN_ALL: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Library:
    """What a reader likes, as keywords.yaml names it."""

    #: BibTeX files, as paths in the repository, each with the line that names it.
    files: Mapping[str, int]
    #: arXiv identifiers without version.
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LibraryProblem:
    """Why a file of a library cannot be read."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Bookcase:
    """The libraries of a repository; each file is read once, and all of them are bounded."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._found: dict[Path, tuple[LikedPaper, ...] | str] = {}
        self._room = MOST_BYTES_IN_ALL

    def read(self, library: Library) -> tuple[tuple[LikedPaper, ...], tuple[LibraryProblem, ...]]:
        """The papers of a library's files, and what is wrong with files."""
        papers, problems = list[LikedPaper](), list[LibraryProblem]()
        for path, line in library.files.items():
            found = self._papers(path)
            if isinstance(found, str):
                problems.append(LibraryProblem(path, line, found))
            else:
                papers += found
        return tuple(papers), tuple(problems)

    def _papers(self, path: str) -> tuple[LikedPaper, ...] | str:
        """The papers of a file, or why there are none."""
        try:
            file = (self._root / path).resolve()
            if file not in self._found:
                self._found[file] = self._read(file)
            return self._found[file]
        except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError
            return f"it cannot be read: {getattr(error, 'strerror', None) or 'a loop of links'}"

    def _read(self, file: Path) -> tuple[LikedPaper, ...] | str:
        if not file.is_relative_to(self._root):
            return "it is outside of the repository; copy the file into it"
        if not file.is_file():
            return "there is no such file in the repository; export your library there"
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        self._room -= len(content)
        if len(content) > MOST_BYTES:
            return f"longer than {MOST_BYTES // 1_000_000} MB; export the papers that matter most"
        if self._room < 0:
            return f"your libraries are longer than {MOST_BYTES_IN_ALL // 1_000_000} MB in all"
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return "it is not UTF-8; export it again with this encoding"
        return read_bibtex(text) or "no BibTeX entry with a title; export your library as BibTeX"
