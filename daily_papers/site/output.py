"""The website's folder: only what changed is made and written, only what we built is removed.

A list of our files is in the folder, each with a key that names all that its content is made of:
as long as the key is the same, the file is neither made nor written again. The list also has a key
for each paper: what the last build wrote of one whose key is the same can be taken over. All files
are on the list before one is written, so that the next build cleans up after one that was killed.
Files are replaced whole or not at all, so whoever serves the folder never serves half a page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from daily_papers.errors import UsageError

#: Begins with a dot: web servers and GitHub Pages skip such files.
_LIST = ".daily-papers-site"
#: A paper's row in a page.
_ROW = re.compile(
    r'<article class="paper" id="(?P<id>[^"]+)">(?:(?!<article ).)*?</article>\n', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the website, not made yet."""

    #: Below the folder.
    path: str
    #: Names all that the content is made of, besides what the site's key names (`key_of`).
    key: str
    make: Callable[[], bytes]
    #: The day or month whose papers it shows, as ``2026-05-14``; empty if it shows those of all.
    time: str = ""

    @classmethod
    def of(cls, path: str, content: bytes) -> File:
        """A file that is quicker made than compared."""
        return cls(path, key_of(content), lambda: content)


def anchor(id: str) -> str:
    """A paper's identifier as the id of its row in a page."""
    return id.replace("/", "-")


def key_of(*parts: object) -> str:
    """A short name for these values; others have another one."""
    return hashlib.blake2b(repr(parts).encode(errors="replace"), digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True)
class Written:
    """What a build did."""

    folder: Path
    files: int
    changed: int
    removed: int

    def __str__(self) -> str:
        counts = f"{self.files:,} files, {self.changed:,} written, {self.removed:,} removed"
        return f"{self.folder}: {counts}"


class SiteFolder:
    """The folder into which the website is built.

    ``site_key`` changes with what each file depends on, and the keys of ``papers``, which are by
    anchors, with all that is written of these. Raises UsageError if the folder is not ours.
    """

    def __init__(self, folder: Path, site_key: str, papers: Mapping[str, str]) -> None:
        self._folder = folder
        #: The begin of the list; the lines of papers begin with a tab.
        self._head = [site_key, *(f"\t{id}\t{key}" for id, key in papers.items())]
        first, *listed = self._listed()
        #: The papers that have not changed since the last build.
        self._same = {line.split("\t")[1] for line in {*self._head[1:]}.intersection(listed)}
        files = (line.partition("\t") for line in listed if line and not line.startswith("\t"))
        #: The files of the last build, with the key of each, if it is known.
        self._before = {path: known if first == site_key else "" for path, _, known in files}
        #: Each file is written here, then moved into place.
        self._partial = folder / f"{_LIST}.partial"

    def unchanged(self, path: str) -> dict[str, str]:
        """The rows of papers that have not changed, as the last build wrote them into a page.

        By anchors.
        """
        try:
            content = (self._folder / path).read_bytes() if self._before.get(path) else b""
        except OSError:
            return {}
        rows = _ROW.finditer(content.decode(errors="replace"))
        return {row["id"]: row[0] for row in rows if row["id"] in self._same}

    def write(self, files: Sequence[File]) -> Written:
        """Make the folder hold these files."""
        known = {file.path: self._known(file) for file in files}
        gone = self._before.keys() - known.keys()
        self._list(dict.fromkeys(gone, "") | known)
        changed = 0
        for file in files:
            if not known[file.path]:
                changed += self._replace(file.path, file.make())
                known[file.path] = file.key
        removed = sum(self._remove(path) for path in gone)
        self._partial.unlink(missing_ok=True)
        self._list(known)
        return Written(self._folder, len(known), changed, removed)

    def _list(self, files: Mapping[str, str]) -> None:
        lines = [*self._head, *(f"{path}\t{files[path]}" for path in sorted(files)), ""]
        self._replace(_LIST, "\n".join(lines).encode())

    def _listed(self) -> list[str]:
        self._folder.mkdir(parents=True, exist_ok=True)
        if (self._folder / _LIST).exists():
            return (self._folder / _LIST).read_text(encoding="utf-8").split("\n")
        if not any(self._folder.iterdir()):
            return [""]
        raise UsageError(
            f"{self._folder}: has files that are not a website of daily-papers; empty it, or choose"
            " another folder with --output DIR"
        )

    def _known(self, file: File) -> str:
        """The key of the file that is there, if it is as it would be made."""
        is_same = self._before.get(file.path) == file.key
        return file.key if is_same and (self._folder / file.path).is_file() else ""

    def _replace(self, path: str, content: bytes) -> bool:
        file = self._folder / path
        try:
            if file.stat().st_size == len(content) and file.read_bytes() == content:
                return False
        except FileNotFoundError:
            file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._partial.write_bytes(content)
        except OSError as error:  # a full disk names no file
            error.filename = str(file)
            raise
        self._partial.replace(file)
        return True

    def _remove(self, path: str) -> bool:
        file = (self._folder / path).resolve()
        if not file.is_relative_to(self._folder.resolve()) or not file.is_file():
            return False
        file.unlink()
        return True
