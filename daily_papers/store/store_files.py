"""The store as text files in git, under ``data/``.

One record a line, sorted, so that a day's change is a few lines: papers in files of ten thousand
identifiers (``data/papers/2504.0.jsonl``), which stay far below GitHub's 100 MB; keywords, news
by month, counts by week; and ``data/state.json``, one line a value. What is not known is left
out. A file that cannot be read is an error that names its line, and is never written over.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from daily_papers.errors import StoreError
from daily_papers.files import Transaction, unwritable
from daily_papers.papers.paper import announcement_order
from daily_papers.store.store import News, Shelved, State, Store, members_of
from daily_papers.store.store_fields import DamagedRecordError, Fields, Json
from daily_papers.store.store_records import (
    FORMAT,
    NewerFormatError,
    keyword_of,
    keyword_record,
    news_of,
    news_record,
    paper_of,
    paper_record,
    state_of,
    state_record,
    week_of,
    week_record,
)

_PAPERS = "data/papers"
_NEWS = "data/news"
_KEYWORDS = "data/keywords.jsonl"
_WEEKS = "data/weeks.jsonl"
_STATE = "data/state.json"

_CONFLICT = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")

Record = TypeVar("Record")
Key = TypeVar("Key", bound=Hashable)


def load_store(root: Path) -> Store:
    """Read the store of a digest repository; an empty one where there is none yet.

    Raises StoreError, naming file and line, where a file is damaged.
    """
    listed = {folder: _files(root, folder) for folder in (_PAPERS, _NEWS)}
    _check_that_all_is_there(root, [path for paths in listed.values() for path in paths])
    state = _read_state(root)
    papers = _by_key(_listed_records(root, listed[_PAPERS], paper_of), lambda each: each.paper.id)
    return Store(
        papers=papers,
        keywords=_by_key(
            _records(
                _KEYWORDS, _content(root, _KEYWORDS), lambda fields: keyword_of(fields, state)
            ),
            lambda record: record.slug,
        ),
        state=state,
        news=_by_key(_listed_records(root, listed[_NEWS], news_of), lambda item: item.id),
        weeks=dict(
            _by_key(
                _records(_WEEKS, _content(root, _WEEKS), week_of), lambda week: week[0]
            ).values(),
        ),
        members=members_of(papers),
    )


def save_store(store: Store, transaction: Transaction) -> None:
    """Put the store's files into the transaction, and take out those that hold nothing more."""
    root = transaction.root
    _save_lines(transaction, _PAPERS, _paper_lines(store.papers.values()), _files(root, _PAPERS))
    _save_lines(transaction, _NEWS, _news_lines(store.news.values()), _files(root, _NEWS))
    keywords = [
        _line(keyword_record(store.keywords[slug], store.state)) for slug in sorted(store.keywords)
    ]
    transaction.write(_KEYWORDS, "".join(keywords).encode())
    weeks = [_line(week_record(week, store.weeks[week])) for week in sorted(store.weeks)]
    transaction.write(_WEEKS, "".join(weeks).encode())
    state = json.dumps(state_record(store.state), ensure_ascii=False, indent=1) + "\n"
    transaction.write(_STATE, state.encode())


def _save_lines(
    transaction: Transaction,
    folder: str,
    lines: Mapping[str, list[str]],
    present: Iterable[str],
) -> None:
    for path in present:
        if Path(path).stem not in lines:
            transaction.delete(path)
    for stem, texts in lines.items():
        transaction.write(f"{folder}/{stem}.jsonl", "".join(texts).encode())


def _files(root: Path, folder: str) -> list[str]:
    if (root / folder).exists() and not (root / folder).is_dir():
        raise StoreError(folder, "not a folder; move it out of the way, then start again")
    return sorted(f"{folder}/{path.name}" for path in (root / folder).glob("*.jsonl"))


# --- reading -----------------------------------------------------------------------------------


def _check_that_all_is_there(root: Path, listed: Sequence[str]) -> None:
    """Tell a store that lost a file from one that is not there yet.

    Without its state it would be taken for a new one, and what was announced would be no news.
    """
    if listed and not (root / _STATE).exists():
        raise StoreError(
            _STATE, f"missing, while the rest of the store is there; {_remedy(_STATE)}"
        )
    if listed and (root / _KEYWORDS).exists():
        _content_of_some(root, _KEYWORDS)


def _content_of_some(root: Path, path: str) -> bytes:
    """The content of a file that is never written with nothing in it."""
    content = _content(root, path)
    if not content.strip():
        raise StoreError(path, f"damaged: there is nothing in it; {_remedy(path)}")
    return content


def _listed_records(
    root: Path, paths: Iterable[str], read: Callable[[Fields], Record]
) -> Iterator[tuple[str, Record]]:
    for path in paths:
        yield from _records(path, _content_of_some(root, path), read)


def _records(
    path: str, content: bytes, read: Callable[[Fields], Record]
) -> Iterator[tuple[str, Record]]:
    """Each record with its place, ``data/papers/2504.0.jsonl:12``."""
    for number, line in enumerate(content.split(b"\n"), 1):
        if line:
            yield f"{path}:{number}", _record(path, number, line, read)


def _content(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise unwritable(root / path, error) from error


def _record(path: str, line: int, content: bytes, read: Callable[[Fields], Record]) -> Record:
    """Read one record; whatever is wrong with it becomes an error with its place."""
    try:
        return read(Fields(content))
    except json.JSONDecodeError as error:
        if content.startswith(_CONFLICT):
            raise _conflict(path, line) from error
        place = f"{path}:{line + error.lineno - 1}"
        problem = f"damaged: not JSON at column {error.colno}"
        raise StoreError(place, f"{problem}; {_remedy(path)}") from error
    except DamagedRecordError as error:
        place = f"{path}:{line + _lines_before(error.field, content)}"
        raise StoreError(place, f"damaged: {error}; {_remedy(path)}") from error
    except NewerFormatError as error:
        raise StoreError(
            path,
            f"written by a newer daily-papers, whose files this one (format {FORMAT}) cannot "
            "read; upgrade it",
        ) from error


def _conflict(path: str, line: int) -> StoreError:
    return StoreError(
        f"{path}:{line}",
        "a merge conflict; take one side of it (git checkout --ours -- data, or --theirs), then "
        "run: daily-papers update",
    )


def _remedy(path: str) -> str:
    return f"nothing is written over; bring it back with: git checkout HEAD -- {path}"


def _lines_before(field: str | None, content: bytes) -> int:
    """In which line of a record a field stands; the store's state has one field a line."""
    return content.count(b"\n", 0, max(0, content.find(f'"{field}":'.encode())))


def _by_key(
    records: Iterable[tuple[str, Record]], key: Callable[[Record], Key]
) -> dict[Key, Record]:
    """What stands twice is damage too: nobody can tell which one is right."""
    found: dict[Key, Record] = {}
    for place, record in records:
        if found.setdefault(key(record), record) is not record:
            path = place.partition(":")[0]
            raise StoreError(place, f"{key(record)} stands here once more; {_remedy(path)}")
    return found


def _read_state(root: Path) -> State:
    if not (root / _STATE).exists():
        return State()
    content = _content_of_some(root, _STATE)
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.startswith(_CONFLICT):
            raise _conflict(_STATE, number)
    return _record(_STATE, 1, content, state_of)


# --- writing -----------------------------------------------------------------------------------


def _line(record: Json) -> str:
    told = {key: value for key, value in record.items() if value is not None}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def _paper_lines(shelf: Iterable[Shelved]) -> dict[str, list[str]]:
    """The lines of each file, in the order of announcement."""
    lines: dict[str, list[str]] = defaultdict(list)
    for shelved in sorted(shelf, key=lambda shelved: announcement_order(shelved.paper.id)):
        lines[_file_of(shelved.paper.id)].append(_line(paper_record(shelved)))
    return lines


def _file_of(paper_id: str) -> str:
    """``2504.0`` for 2504.00001 to 2504.09999; ``1999`` for all of that year's old identifiers."""
    month, number, archive = announcement_order(paper_id)
    if archive or month < 200704:
        return str(month // 100)
    return f"{month % 10000:04d}.{number // 10000}"


def _news_lines(news: Iterable[News]) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    for item in sorted(news, key=lambda item: (item.day, announcement_order(item.id))):
        lines[f"{item.day:%Y-%m}"].append(_line(news_record(item)))
    return lines
