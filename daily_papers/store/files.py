"""The store as text files in git, under ``data/``.

One record a line, sorted, so that a day's change is a few lines: papers in files of ten thousand
identifiers (``data/papers/2504.0.jsonl``), which stay far below GitHub's 100 MB; keywords, news
by month, counts by week; and ``data/state.json``, one line a value. What is not known is left
out. A file that cannot be read is an error that names its line, and is never overwritten.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from daily_papers.errors import StoreError
from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.records import Json, RecordError, decode, encode, line, parse
from daily_papers.store.store import KeywordState, News, State, Store, StoredPaper
from daily_papers.transaction import Transaction, unwritable

#: Raised when the files change in a way that an older version could not read.
FORMAT = 1

_PAPERS = "data/papers"
_NEWS = "data/news"
_KEYWORDS = "data/keywords.jsonl"
_WEEKS = "data/weeks.jsonl"
_STATE = "data/state.json"

_CONFLICT = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")

Record = TypeVar("Record")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class _Week:
    """How many papers a week brought each keyword."""

    week: str
    papers: Mapping[str, int]


class _NewerFormatError(ValueError):
    """The store was written by a newer version of this program."""


# --- the store ---------------------------------------------------------------------------------


def load_store(root: Path) -> Store:
    """Read the store of a digest repository; an empty one where there is none yet.

    Raises StoreError, naming file and line, where a file is damaged.
    """
    papers, news = _files(root, _PAPERS), _files(root, _NEWS)
    _check_that_all_is_there(root, [*papers, *news])
    state = _read_state(root)
    keywords = _records(
        _KEYWORDS, _content(root, _KEYWORDS), lambda values: _read_keyword(values, state)
    )
    weeks = _records(_WEEKS, _content(root, _WEEKS), lambda values: decode(_Week, values))
    return Store(
        papers=_by_key(_listed(root, papers, _read_paper), lambda stored: stored.paper.id),
        keywords=_by_key(keywords, lambda keyword: keyword.slug),
        state=state,
        news=_by_key(_listed(root, news, lambda v: decode(News, v)), lambda item: item.id),
        weeks={
            week: counts.papers for week, counts in _by_key(weeks, lambda week: week.week).items()
        },
    )


def save_store(store: Store, transaction: Transaction) -> None:
    """Put the store's files into the transaction, and take out those that would be empty."""
    _save_lines(transaction, _PAPERS, _paper_lines(store.papers.values()))
    _save_lines(transaction, _NEWS, _news_lines(store.news.values()))
    keywords = [
        line(_keyword(store.keywords[slug], store.state)) for slug in sorted(store.keywords)
    ]
    transaction.write(_KEYWORDS, "".join(keywords).encode())
    weeks = [
        line(encode(_Week(week, dict(sorted(store.weeks[week].items())))))
        for week in sorted(store.weeks)
    ]
    transaction.write(_WEEKS, "".join(weeks).encode())
    state = {"format": FORMAT, **encode(store.state)}
    state["listed"] = dict(sorted(store.state.listed.items()))
    content = json.dumps(state, ensure_ascii=False, indent=1) + "\n"
    transaction.write(_STATE, content.encode())


def _save_lines(transaction: Transaction, folder: str, lines: Mapping[str, list[str]]) -> None:
    for path in _files(transaction.root, folder):
        if Path(path).stem not in lines:
            transaction.delete(path)
    for stem, texts in lines.items():
        transaction.write(f"{folder}/{stem}.jsonl", "".join(texts).encode())


#: Written of a keyword whose value is not known, if that is not the ordinary case.
_NEVER = "never"


# --- records -----------------------------------------------------------------------------------


def _read_paper(values: Json) -> StoredPaper:
    seen = decode(_Keywords, values).keywords
    if not seen:
        raise RecordError("names no keyword", "keywords")
    paper = decode(Paper, values)
    try:
        announcement_order(paper.id)
    except ValueError:
        raise RecordError(f"is wrong: {paper.id!r:.50} is not an arXiv identifier", "id") from None
    if paper.version < 1:
        raise RecordError("is wrong: versions begin with 1", "version")
    if paper.updated is None and paper.announced is None:
        raise RecordError("is missing, and so is announced", "updated")
    return StoredPaper(paper, seen)


@dataclass(frozen=True, slots=True)
class _Keywords:
    """The keywords of a stored paper, as they are written beside its own fields."""

    keywords: Mapping[str, date]


def _paper_lines(papers: Iterable[StoredPaper]) -> dict[str, list[str]]:
    """The lines of each file, in the order of announcement."""
    lines: dict[str, list[str]] = defaultdict(list)
    for stored in sorted(papers, key=lambda stored: announcement_order(stored.paper.id)):
        keywords = _Keywords(dict(sorted(stored.first_seen.items())))
        lines[_file_of(stored.paper.id)].append(line(encode(stored.paper) | encode(keywords)))
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
        lines[f"{item.day:%Y-%m}"].append(line(encode(item)))
    return lines


def _keyword(keyword: KeywordState, state: State) -> Json:
    """Write a keyword; one that is up to date does not say so, so that its line need not change."""
    values = encode(keyword)
    for name, usual in _usual(state).items():
        values[name] = None if values[name] == usual else values[name] or _NEVER
    return values


def _read_keyword(values: Json, state: State) -> KeywordState:
    found = {**_usual(state), **values}
    for name in _usual(state):
        found[name] = None if found[name] == _NEVER else found[name]
    return decode(KeywordState, found)


def _usual(state: State) -> Json:
    """What a keyword has in common with the state while it is up to date."""
    values = encode(state)
    return {"last_success": values["day"], "notified_up_to": values["highest_id"]}


# --- reading -----------------------------------------------------------------------------------


def _files(root: Path, folder: str) -> list[str]:
    if (root / folder).exists() and not (root / folder).is_dir():
        raise StoreError(folder, "not a folder; move it out of the way, then start again")
    return sorted(f"{folder}/{path.name}" for path in (root / folder).glob("*.jsonl"))


def _check_that_all_is_there(root: Path, listed: Sequence[str]) -> None:
    """Tell a store that lost a file from one that is not there yet.

    Without its state it would count as new, and nothing that was announced as news.
    """
    if listed and not (root / _STATE).exists():
        raise StoreError(
            _STATE, f"missing, although the rest of the store is there; {_remedy(_STATE)}"
        )
    if listed and (root / _KEYWORDS).exists():
        _content_of_some(root, _KEYWORDS)


def _content_of_some(root: Path, path: str) -> bytes:
    """The content of a file that is never written empty."""
    content = _content(root, path)
    if not content.strip():
        raise StoreError(path, f"damaged: the file is empty; {_remedy(path)}")
    return content


def _content(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise unwritable(root / path, error) from error


def _listed(
    root: Path, paths: Iterable[str], read: Callable[[Json], Record]
) -> Iterator[tuple[str, Record]]:
    for path in paths:
        yield from _records(path, _content_of_some(root, path), read)


def _records(
    path: str, content: bytes, read: Callable[[Json], Record]
) -> Iterator[tuple[str, Record]]:
    """Each record with its place, ``data/papers/2504.0.jsonl:12``."""
    for number, text in enumerate(content.split(b"\n"), 1):
        if text:
            yield f"{path}:{number}", _record(path, number, text, read)


def _record(path: str, number: int, content: bytes, read: Callable[[Json], Record]) -> Record:
    """Read one record; whatever is wrong with it becomes an error with its place."""
    try:
        return read(parse(content))
    except json.JSONDecodeError as error:
        if content.startswith(_CONFLICT):
            raise _conflict(path, number) from error
        place = f"{path}:{number + error.lineno - 1}"
        problem = f"damaged: not JSON at column {error.colno}"
        raise StoreError(place, f"{problem}; {_remedy(path)}") from error
    except _NewerFormatError as error:
        raise StoreError(
            path,
            f"written by a newer daily-papers; this one reads format {FORMAT}: upgrade it",
        ) from error
    except RecordError as error:
        place = f"{path}:{number + _lines_before(error.field, content)}"
        raise StoreError(place, f"damaged: {error}; {_remedy(path)}") from error


def _conflict(path: str, number: int) -> StoreError:
    return StoreError(
        f"{path}:{number}",
        "a merge conflict; take one side of it (git checkout --ours -- data, or --theirs), then "
        "run: daily-papers update",
    )


def _remedy(path: str) -> str:
    return f"nothing is overwritten; restore it with: git checkout HEAD -- {path}"


def _lines_before(field: str | None, content: bytes) -> int:
    """How far below a record's first line a field is; the state has one field a line."""
    return content.count(b"\n", 0, max(0, content.find(f'"{field}":'.encode())))


def _by_key(
    records: Iterable[tuple[str, Record]], key: Callable[[Record], Key]
) -> dict[Key, Record]:
    """Records that are there twice are damage too: nobody can tell which one is right."""
    found: dict[Key, Record] = {}
    for place, record in records:
        if found.setdefault(key(record), record) is not record:
            path = place.partition(":")[0]
            raise StoreError(place, f"{key(record)} is here a second time; {_remedy(path)}")
    return found


def _read_state(root: Path) -> State:
    if not (root / _STATE).exists():
        return State()
    content = _content_of_some(root, _STATE)
    for number, text in enumerate(content.split(b"\n"), 1):
        if text.startswith(_CONFLICT):
            raise _conflict(_STATE, number)
    return _record(_STATE, 1, content, _state)


def _state(values: Json) -> State:
    if decode(_Format, values).format > FORMAT:
        raise _NewerFormatError
    return decode(State, values)


@dataclass(frozen=True, slots=True)
class _Format:
    """Which version of the files this is."""

    format: int
