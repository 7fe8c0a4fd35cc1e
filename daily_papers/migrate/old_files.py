"""The files of another tool: those that were named, those in folders, and its configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.migrate import old_config
from daily_papers.migrate.data_files import entries_of_csv, entries_of_json
from daily_papers.migrate.old_config import OldConfig, read_config
from daily_papers.migrate.published import Published, read_data, read_page
from daily_papers.render.readme import decode_readme, find_region
from daily_papers.transaction import unwritable

_HTML = (".html", ".htm")
_LINES_OF_HTML = re.compile(
    r"(?=<(?:h[1-6]|table|tr|[uo]l|li|p|div)\b)|(?<=</h[1-6]>)", re.IGNORECASE
)
_DATA = {
    ".json": entries_of_json,
    ".jsonl": entries_of_json,
    ".csv": entries_of_csv,
    ".tsv": entries_of_csv,
}
_READ = frozenset({".md", ".markdown", *_HTML, *_DATA})
_LARGEST = 64_000_000
_MOST_FILES = 20_000
#: Folders in which no tool publishes, and those of a digest repository of ours.
_PASSED_OVER = frozenset({"node_modules", "venv", "site-packages"})
_OUR_FOLDERS = frozenset({"data", "digests", "papers", "site", "templates"})
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class OldFiles:
    """What was found, in the order of the files."""

    published: list[Published] = field(default_factory=list)
    #: The texts of pages, by path.
    texts: dict[str, str] = field(default_factory=dict)
    configs: list[OldConfig] = field(default_factory=list)
    #: Why a file that was named brings nothing.
    useless: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title of the first page that has one."""
        return next((page.title for page in self.published if page.title), "Daily Papers")


def find_files(named: Sequence[Path], root: Path) -> OldFiles:
    """Read the files and folders.

    Raises UsageError where one is not there, RegionError where one has a marker of ours alone.
    """
    found = OldFiles()
    for path in dict.fromkeys(named):
        if not path.exists():
            raise UsageError(f"{path}: no such file; give the README that was published")
        if not path.is_dir():
            reason = _why_useless(path, found, is_named=True)
            found.useless += [reason] if reason else []
            continue
        reasons = [_why_useless(file, found, is_named=False) for file in _files_in(path)]
        if all(reasons):
            found.useless.append(f"{path}: no file in it links to a paper at arXiv")
    if not any(config.says_something for config in found.configs):
        found.configs += _configs_beside(named, root)
    return found


def _files_in(folder: Path) -> Iterator[Path]:
    """The files that may be read, without hidden ones; links to folders are not followed."""
    count = 0
    for parent, folders, names in os.walk(folder):
        is_ours = Path(parent, "data", "state.json").is_file()
        passed_over = _PASSED_OVER | (_OUR_FOLDERS if is_ours else frozenset())
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in passed_over)
        for path in (Path(parent, name) for name in sorted(names)):
            is_read = path.suffix.lower() in _READ or path.name in old_config.USUAL_NAMES
            if is_read and path.is_file() and (count := count + 1) <= _MOST_FILES:
                yield path


def _why_useless(path: Path, found: OldFiles, *, is_named: bool) -> str | None:
    """Read a file into what is found; say why it brings nothing."""
    may_be_config = path.suffix == ".json" and (is_named or path.name in old_config.USUAL_NAMES)
    try:
        text = _text(path)
        page = None if path.suffix in old_config.SUFFIXES else _page(path, text)
        if page is None or (may_be_config and not page.rows):
            found.configs.append(read_config(text, str(path)))
            if page is None or found.configs[-1].says_something:
                return None
    except DailyPapersError as error:
        return str(error)
    except ValueError as error:
        return f"{path}: {error}"
    is_marked = any(block.line.marker for block in page.blocks)
    if is_marked:
        find_region(text, page.path)  # a pair, or else an error
    if not (is_marked or page.taken or (is_named and page.unread)):
        return f"{path}: no link to a paper at arXiv in it"
    found.published.append(page)
    found.texts[page.path] = text
    return None


def _page(path: Path, text: str) -> Published:
    suffix = path.suffix.lower()
    if suffix in _DATA:
        return read_data(_DATA[suffix](text.removeprefix("\ufeff")), str(path))
    return read_page(_LINES_OF_HTML.sub("\n", text) if suffix in _HTML else text, str(path))


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise ValueError("not a file")
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"larger than {_LARGEST:,} bytes; split it")
        content = path.read_bytes()
    except OSError as error:
        raise unwritable(path, error) from error
    if content.startswith(_BYTE_ORDER_MARKS):
        return content.decode("utf-16", errors="replace")
    return decode_readme(content, str(path)).replace("\0", "")


def _configs_beside(named: Sequence[Path], root: Path) -> Iterator[OldConfig]:
    """The tool's configuration in the folders of the files, and at the top of their repository."""
    folders: list[Path] = []
    for path in named:
        top = path.parent.parent
        folders += [path] if path.is_dir() else []
        folders += [path.parent] if not path.is_dir() or (path.parent / ".git").exists() else []
        folders += [top] if (top / ".git").exists() else []
    for folder in dict.fromkeys([*folders, root]):
        has_topics = False
        for path in (folder / name for name in old_config.USUAL_NAMES):
            try:
                if path.is_file() and path.stat().st_size <= old_config.MOST_BYTES:
                    config = read_config(_text(path), str(path))
                    has_topics = has_topics or bool(config.topics)
                    yield config
            except (DailyPapersError, ValueError, OSError):
                continue
        if has_topics:
            return
