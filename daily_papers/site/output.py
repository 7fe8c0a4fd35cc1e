"""The website's folder: only what changed is written, and only what we built is removed.

A list of our files is in the folder. Each file is put on it before it is written, so that the next
build cleans up after one that was killed. Files are replaced whole or not at all, so whoever serves
the folder never serves half a page, even during a build.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from daily_papers.errors import UsageError
from daily_papers.transaction import unwritable

#: Begins with a dot: web servers and GitHub Pages skip such files.
_LIST = ".daily-papers-site"
_PARTIAL = ".partial"

#: A path below the folder, and its content.
File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Written:
    """What a build did."""

    files: int
    changed: int
    removed: int


class SiteFolder:
    """The folder into which the website is built."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before = self._listed()
        #: Each file is written here, then moved into place. Another process uses another name.
        self._partial = folder / f"{_LIST}.{os.getpid()}{_PARTIAL}"

    def write(self, files: Iterable[File]) -> Written:
        """Make the folder hold these files, named from it. Raises DailyPapersError."""
        try:
            return self._write(files)
        except OSError as error:
            raise unwritable(Path(error.filename or self._folder), error) from error

    def _write(self, files: Iterable[File]) -> Written:
        paths: set[str] = set()
        changed = 0
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _LIST).open("a", encoding="utf-8") as ours:
            for path, content in files:
                if path not in self._before:
                    # On a line of its own, even after one that a killed build left unfinished.
                    ours.write(f"\n{path}\n")
                    ours.flush()
                paths.add(path)
                changed += self._replace(path, content)
        stale = [path for path in sorted(self._before - paths) if self._remove(path)]
        for left in list(self._folder.glob(f"{_LIST}.*{_PARTIAL}")):
            left.unlink()
        self._replace(_LIST, "".join(f"{path}\n" for path in sorted(paths)).encode())
        return Written(len(paths), changed, len(stale))

    def _listed(self) -> set[str]:
        try:
            return set((self._folder / _LIST).read_text(encoding="utf-8").split("\n")) - {""}
        except FileNotFoundError:
            if self._folder.is_dir() and any(self._folder.iterdir()):
                raise UsageError(
                    f"{self._folder}: has files that are not a website of daily-papers; "
                    "empty it, or choose another folder with --output DIR"
                ) from None
            return set()
        except OSError as error:
            raise unwritable(self._folder / _LIST, error) from error

    def _replace(self, path: str, content: bytes) -> bool:
        file = self._folder / path
        try:
            if file.stat().st_size == len(content) and file.read_bytes() == content:
                return False
        except FileNotFoundError:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._partial.write_bytes(content)
        self._partial.replace(file)
        return True

    def _remove(self, path: str) -> bool:
        file = (self._folder / path).resolve()
        if not file.is_relative_to(self._folder.resolve()) or not file.is_file():
            return False
        file.unlink()
        for folder in file.parents:
            if folder == self._folder.resolve() or any(folder.iterdir()):
                break
            folder.rmdir()
        return True
