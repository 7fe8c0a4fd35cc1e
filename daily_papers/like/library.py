"""What a ``like`` names: BibTeX files of the repository, and arXiv identifiers.

We read BibTeX, as Zotero, Mendeley and JabRef export it, ourselves: we need little of it, and it
may be a stranger's file. The reader goes through the text once. An entry that is cut off or wrong
ends at the next line that begins with ``@``; the others are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from daily_papers.papers.tex import decode_accents
from daily_papers.text import cut, one_line

#: The most bytes of a file.
MOST_BYTES: Final = 5_000_000
#: The most characters to keep of a title, and of an abstract.
_TITLE: Final = 500
_ABSTRACT: Final = 10_000

_ENTRY = re.compile(r"^[ \t]*@[ \t]*(?P<kind>[A-Za-z]{1,40})\s*[{(]", re.MULTILINE)
#: A group in braces, with as many others inside one another as real libraries have.
_GROUP = r"\{(?:[^{}\\]|\\.)*+\}"
for _ in range(6):
    _GROUP = rf"\{{(?:[^{{}}\\]|\\.|{_GROUP})*+\}}"
_FIELD = re.compile(
    rf"""\b(?P<name>[A-Za-z]+)\s*=\s*(?P<value>{_GROUP}|"(?:[^"{{}}\\]|\\.|{_GROUP})*+")""",
    re.DOTALL,
)
# \textbf{x} is x, and so is {\em x}.
_COMMAND = re.compile(r"\\[A-Za-z]+\*?\s*|\\(?=[&%#_${}])|[{}]")


@dataclass(frozen=True, slots=True)
class LikedPaper:
    """A paper of the library. Its texts are hostile."""

    title: str
    #: Empty if the library has none.
    abstract: str
    #: arXiv's identifier without version; None if a BibTeX file has the paper.
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """What a reader likes, as keywords.yaml names it."""

    #: BibTeX files, as paths in the repository, each with the line that names it.
    files: Mapping[str, int]
    #: arXiv identifiers without version.
    ids: tuple[str, ...]


def read_files(
    root: Path, paths: Iterable[str]
) -> tuple[dict[str, tuple[LikedPaper, ...]], dict[str, str]]:
    """The papers of BibTeX files of the repository, and why others cannot be read, by path."""
    found = {path: _read(root.resolve(), path) for path in dict.fromkeys(paths)}
    papers = {path: those for path, those in found.items() if not isinstance(those, str)}
    return papers, {path: why for path, why in found.items() if isinstance(why, str)}


def _read(root: Path, path: str) -> tuple[LikedPaper, ...] | str:
    """The papers of a file, or why there are none."""
    try:
        file = (root / path).resolve()
        if not (file.is_relative_to(root) and file.is_file()):
            return "there is no such file in the repository; export your library there"
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError
        return f"it cannot be read: {getattr(error, 'strerror', None) or 'a loop of links'}"
    if len(content) > MOST_BYTES:
        return f"longer than {MOST_BYTES // 1_000_000} MB; export the papers that matter most"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "it is not UTF-8; export it again with this encoding"
    return read_bibtex(text) or "no BibTeX entry with a title; export your library as BibTeX"


def read_bibtex(text: str) -> tuple[LikedPaper, ...]:
    """The entries that have a title, each once, in order."""
    papers: dict[str, LikedPaper] = {}
    for fields in _entries(text):
        title = _plain(fields.get("title", ""))
        if title:
            abstract = cut(_plain(fields.get("abstract", "")), _ABSTRACT)
            papers.setdefault(title.casefold(), LikedPaper(cut(title, _TITLE), abstract))
    return tuple(papers.values())


def _entries(text: str) -> Iterator[dict[str, str]]:
    """The fields of each entry, by their names in lower case.

    Values without quotes (years, months, names of strings) are left out.
    """
    starts = list(_ENTRY.finditer(text))
    for start, following in zip_longest(starts, starts[1:]):
        if start["kind"].lower() not in ("comment", "preamble", "string"):
            end = following.start() if following else len(text)
            found = [*_FIELD.finditer(text, start.end(), end)]
            yield {field["name"].lower(): field["value"][1:-1] for field in reversed(found)}


def _plain(tex: str) -> str:
    return one_line(_COMMAND.sub("", decode_accents(tex)))
