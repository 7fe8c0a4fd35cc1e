"""The files of another tool, read: those that were named, those in folders, its configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.migrate import old_config
from daily_papers.migrate.data_files import entries_of_csv, entries_of_json
from daily_papers.migrate.entry import MENTIONED, NO_LINK, Entry, read_entry, topics_in
from daily_papers.migrate.names import is_topic, links_to_paper, undecorated
from daily_papers.migrate.old_config import OldConfig, read_config
from daily_papers.migrate.pages import Block, blocks_of
from daily_papers.render.readme import decode_readme
from daily_papers.repository import README
from daily_papers.transaction import unwritable

_DATA: dict[str, Callable[[str], Iterator[Entry]]] = {
    ".json": entries_of_json,
    ".jsonl": entries_of_json,
    ".csv": entries_of_csv,
    ".tsv": entries_of_csv,
}
_READ = {".md", ".markdown", ".html", ".htm", *_DATA}
_LARGEST = 64_000_000
#: Folders in which no tool publishes, and those of a digest repository of ours.
_PASSED_OVER = {"node_modules", "venv", "site-packages"}
_OUR_FOLDERS = {"data", "digests", "papers", "site", "templates"}
_DAY_OF_PAGE = re.compile(r"\A---\n(?:[^\n]{0,500}\n){0,30}?date:[ \t]*(?P<day>[^\n]*)")
_NOT_LOST = {"", NO_LINK, MENTIONED}


@dataclass(slots=True)
class Page:
    """A file in which papers are, or were expected."""

    path: str
    text: str
    #: Also topics without papers, which have no cells.
    entries: list[Entry]
    #: Empty where it is data.
    blocks: list[Block] = field(default_factory=list)

    @property
    def rows(self) -> list[Entry]:
        """What was read, whatever came of it."""
        return [entry for entry in self.entries if entry.cells]

    @property
    def stored(self) -> list[Entry]:
        """The rows whose papers are imported."""
        return [entry for entry in self.entries if entry.paper and not entry.cause]

    @property
    def lost(self) -> list[Entry]:
        """The rows that name a paper, or a topic of one, and are not imported."""
        return [row for row in self.rows if row.cause not in _NOT_LOST]

    @property
    def is_marked(self) -> bool:
        """Whether our own markers are in it already."""
        return any(block.is_marker for block in self.blocks)


@dataclass(slots=True)
class OldFiles:
    """What was found, in the order of the files."""

    pages: list[Page] = field(default_factory=list)
    configs: list[OldConfig] = field(default_factory=list)
    #: Why a file that was named brings nothing.
    useless: list[str] = field(default_factory=list)
    #: Each file once, whatever links lead to it.
    read: set[Path] = field(default_factory=set)

    @property
    def title(self) -> str:
        """The first heading of the first level in a README."""
        pages = (page for page in self.pages if Path(page.path).name == README)
        blocks = (block for page in pages for block in page.blocks)
        return next((block.name for block in blocks if block.level == 1), "Daily Papers")


def find_files(named: Sequence[Path], root: Path) -> OldFiles:
    """Read the files and folders. Raises UsageError where one is not there."""
    found = OldFiles()
    for path in dict.fromkeys(named):
        if not path.exists():
            raise UsageError(f"{path}: no such file; give the README that was published")
        files = list(_files_in(path)) if path.is_dir() else [path]
        is_there = [_read(file, found, is_named=not path.is_dir()) for file in files]
        if not any(is_there):
            found.useless.append(f"{path}: no row in it links to a paper on arXiv")
    if not any(config.says_something for config in found.configs):
        folders = dict.fromkeys([*(path.parent for path in named if not path.is_dir()), root])
        usual = (folder / name for folder in folders for name in old_config.USUAL_NAMES)
        for path in filter(Path.is_file, usual):
            _read(path, found, is_named=False)
    return found


def _files_in(folder: Path) -> Iterator[Path]:
    """The files that may be read, without hidden ones; links to folders are not followed."""
    for parent, folders, names in os.walk(folder):
        is_ours = Path(parent, "data", "state.json").is_file()
        passed_over = _PASSED_OVER | (_OUR_FOLDERS if is_ours else set())
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in passed_over)
        for path in (Path(parent, name) for name in sorted(names)):
            is_read = path.suffix.lower() in _READ or path.name in old_config.USUAL_NAMES
            if is_read and path.is_file():
                yield path


def _read(path: Path, found: OldFiles, *, is_named: bool) -> bool:
    """Add a file to what is found, if it brings something or cannot be read and might.

    Say whether it is there then, or was before.
    """
    if path.resolve() in found.read:
        return True
    found.read.add(path.resolve())
    is_wanted = is_named or (path.name in old_config.USUAL_NAMES and path.suffix != ".py")
    content = b""
    try:
        content = _content(path)
        text = _decoded(content, path)
        page = None if path.suffix in old_config.SUFFIXES else read_page(text, str(path))
        if page is None or (path.suffix == ".json" and is_wanted and not page.rows):
            found.configs.append(read_config(text, str(path)))
            return found.configs[-1].says_something
        if not page.is_marked and all(row.cause == NO_LINK for row in page.rows):
            return False
        found.pages.append(page)
    except (DailyPapersError, ValueError) as error:
        if not (is_wanted or not content or links_to_paper(content.decode(errors="replace"))):
            return False
        is_told = isinstance(error, DailyPapersError)
        found.useless.append(str(error) if is_told else f"{path}: {error}")
    return True


def read_page(text: str, path: str) -> Page:
    """Read a file of papers; the path is for messages. Raises ValueError if it is broken data."""
    suffix = Path(path).suffix.lower()
    if suffix in _DATA:
        page = Page(path, text, list(_DATA[suffix](text)))
    else:
        blocks = blocks_of(text)
        page = Page(path, text, [row for block in blocks for row in block.rows], blocks)
    day = _DAY_OF_PAGE.search(text)
    for entry in page.entries:
        entry.day = entry.day or (day["day"] if day else Path(path).stem)
        if entry.cells:
            read_entry(entry)
        entry.topics = _topics(entry)
    return page


def _topics(entry: Entry) -> list[str]:
    """The topics of a row: its own count more than what is above, its categories less."""
    own = [undecorated(topic) for topic in topics_in(entry.cells, "topic")]
    above = [entry.topic] if entry.topic else topics_in(entry.cells, "category")
    return list(filter(is_topic, own)) or list(filter(is_topic, above))


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"larger than {_LARGEST:,} bytes; split it")
        return path.read_bytes()
    except OSError as error:
        raise unwritable(path, error) from error


def _decoded(content: bytes, path: Path) -> str:
    return decode_readme(content, str(path)).replace("\0", "").removeprefix("\ufeff")
