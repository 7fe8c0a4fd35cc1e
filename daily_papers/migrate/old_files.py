"""The files of another tool: those that were named, those in folders, and its configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.migrate.data_files import rows_of_csv, rows_of_json
from daily_papers.migrate.old_config import (
    MOST_BYTES,
    SUFFIXES,
    USUAL_NAMES,
    OldConfig,
    read_config,
)
from daily_papers.migrate.published import Published, read_data, read_page
from daily_papers.render.pages import PAGE_MARK
from daily_papers.render.readme import decode_readme, find_region
from daily_papers.transaction import unwritable

_HTML = (".html", ".htm")
_PAGES = (".md", ".markdown", *_HTML)
_LINES_OF_HTML = re.compile(
    r"(?=<(?:h[1-6]|table|tr|[uo]l|li|p|div)\b)|(?<=</h[1-6]>)", re.IGNORECASE
)
_DATA = {".json": rows_of_json, ".jsonl": rows_of_json, ".csv": rows_of_csv, ".tsv": rows_of_csv}
_LARGEST = 64_000_000
_MOST_FILES = 20_000
#: Folders in which no tool publishes; the last ones are our own.
_PASSED_OVER = frozenset({"node_modules", "venv", "site-packages", "digests", "templates", "site"})
_STORE = frozenset({"papers", "news", "history"})
_OF_STORE = frozenset({"state.json", "keywords.jsonl", "weeks.jsonl"})
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


def find_files(named: Sequence[Path], root: Path) -> OldFiles:
    """Read the files and folders.

    Raises UsageError where one is not there, RegionError where one has a marker of ours alone.
    """
    found = OldFiles()
    for path in dict.fromkeys(named):
        if not path.exists():
            raise UsageError(f"{path}: no such file; give the README that was published")
        if path.is_dir():
            reasons = [_why_useless(file, found) for file in _files_in(path)]
            if all(reasons):
                found.useless.append(f"{path}: no file in it links to a paper at arXiv")
        elif reason := _why_useless(path, found):
            found.useless.append(reason)
    for page in found.published:
        if page.has_a_marker:
            find_region(found.texts[page.path], page.path)  # a pair, or else an error
    _find_configs(named, root, found)
    return found


def _files_in(folder: Path) -> Iterator[Path]:
    """The files that may be read, without hidden ones; links to folders are not followed."""
    count = 0
    for parent, folders, names in os.walk(folder):
        passed_over = _PASSED_OVER | (_STORE if Path(parent).name == "data" else frozenset())
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in passed_over)
        for name in sorted(
            set(names) - (_OF_STORE if Path(parent).name == "data" else frozenset())
        ):
            path = Path(parent, name)
            is_read = path.suffix.lower() in (*_PAGES, *_DATA) or name in USUAL_NAMES
            if is_read and path.is_file() and (count := count + 1) <= _MOST_FILES:
                yield path


def _why_useless(path: Path, found: OldFiles) -> str | None:
    try:
        _read(path, found)
    except DailyPapersError as error:
        return str(error)
    except ValueError as error:
        return f"{path}: {error}"
    return None


def _read(path: Path, found: OldFiles) -> None:
    """Read a file into what is found. Raises DailyPapersError or ValueError where it cannot be."""
    suffix = path.suffix.lower()
    text = _text(path)
    if PAGE_MARK in text:
        raise ValueError("a page of daily-papers itself")
    if suffix in _DATA:
        published = read_data(_DATA[suffix](text.removeprefix("\ufeff")), str(path))
    elif suffix in SUFFIXES:
        found.configs.append(read_config(text, str(path)))
        return
    else:
        published = read_page(
            _LINES_OF_HTML.sub("\n", text) if suffix in _HTML else text, str(path)
        )
        found.texts[published.path] = text
    config = read_config(text, str(path)) if suffix == ".json" and not published.rows else None
    if config is not None and config.says_something:
        found.configs.append(config)
    elif published.sections or published.unread or published.has_a_marker:
        found.published.append(published)
    else:
        raise ValueError("no link to a paper at arXiv in it")


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


def _find_configs(named: Sequence[Path], root: Path, found: OldFiles) -> None:
    """Look for the tool's configuration beside the files, and at the top of their repository."""
    if any(config.says_something for config in found.configs):
        return
    for folder in dict.fromkeys(
        folder
        for path in named
        for folder in (path if path.is_dir() else path.parent, path.parent.parent)
        if folder in {path, path.parent} or (folder / ".git").exists()
    ) | {root: None}:
        for name in USUAL_NAMES:
            path = folder / name
            try:
                if path.is_file() and path.stat().st_size <= MOST_BYTES:
                    found.configs.append(read_config(_text(path), str(path)))
            except (DailyPapersError, ValueError, OSError):
                continue
        if any(config.topics for config in found.configs):
            return
