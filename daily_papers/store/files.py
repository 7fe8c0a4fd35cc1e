"""The store as text files in git, under ``data/``.

One record per line without its unknown values, sorted, so that a day changes few lines: papers in
files of ten thousand identifiers (``data/papers/2504.0.jsonl``), which stay far below GitHub's 100
MB; and keywords. ``data/state.json`` has one value per line.

A paper that leaves its last table moves to the history, to the file of that listing day
(``data/history/2026-05-14.jsonl``), which never changes after the day. Only the website and
`export --all` read the history. Nothing is news twice, so a run reads the identifiers of all papers
that ever were (``data/news/2605.txt``, by the month of the identifier).

If a file cannot be read, the error names its line, and the file is never overwritten.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from daily_papers.errors import StoreError
from daily_papers.like.library import LikedPaper
from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.records import Json, RecordError, decode, encode, line, parse
from daily_papers.store.store import KeywordState, News, State, Store, StoredPaper
from daily_papers.text import plural
from daily_papers.transaction import Transaction, present

#: Increased when the files change in a way that an older version could not read.
FORMAT = 1

PAPERS = "data/papers"
HISTORY = "data/history"
_NEWS = "data/news"
_KEYWORDS = "data/keywords.jsonl"
_STATE = "data/state.json"
_LIKED = "data/liked.jsonl"

_ONE = re.compile(rb"[0-9]{4}\.[0-9]{4,6}|[a-z-]+/[0-9]{7}")
_ALL_IDENTIFIERS = re.compile(rb"(?:(?:%s)\n)*+" % _ONE.pattern)
_CONFLICT = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")

Record = TypeVar("Record")


# --- the store ---------------------------------------------------------------------------------


def load_store(root: Path) -> Store:
    """Read the store of a digest repository; an empty one if there is none yet.

    Raises StoreError, which names file and line, if a file is damaged.
    """
    papers = files_in(root, PAPERS, "*.jsonl")
    is_new = not papers and not files_in(root, HISTORY, "*.jsonl")
    for path in (_STATE, _KEYWORDS):
        # Without its state the store would count as new, and without its keywords nobody would
        # know what their readers have seen.
        if not is_new and not (root / path).exists():
            problem = f"missing, although the rest of the store is there; {_remedy(path)}"
            raise StoreError(path, problem)
    state, papers_written = State(), 0
    if (root / _STATE).exists():
        state, papers_written = _record(_STATE, 1, _content(root, _STATE), _state)
    keywords = _by_key(
        root, [_KEYWORDS], partial(decode, KeywordState), lambda keyword: keyword.slug
    )
    if not is_new and not keywords:
        raise _empty(_KEYWORDS)
    stored = _by_key(root, papers, _read_paper, lambda stored: stored.paper.id)
    if (lost := papers_written - len(stored)) > 0:
        problem = f"damaged: {plural(lost, 'paper')} that it had are missing"
        raise StoreError(PAPERS, f"{problem}; {_remedy(PAPERS)}")
    news = frozenset(
        id for path in files_in(root, _NEWS, "*.txt") for id in _ids_in(path, _content(root, path))
    )
    for id in stored:
        if stored[id].news is not None and id not in news:  # it would become news again
            raise StoreError(_news_file(id), f"damaged: {id} is missing; {_remedy(_NEWS)}")
    return Store(
        papers=stored,
        keywords=keywords,
        state=state,
        news=news,
        liked=_by_key(root, [_LIKED], partial(decode, LikedPaper), lambda liked: liked.id or ""),
    )


def load_history(root: Path) -> dict[str, StoredPaper]:
    """Read the papers that have left every table, by identifier.

    A paper that came back and left again has several records: the first has the earliest dates, and
    the last has the latest text. Raises StoreError, which names file and line, if one is damaged.
    """
    found: dict[str, StoredPaper] = {}
    for record in history_lines(root):
        stored = record.read()
        id = stored.paper.id
        found[id] = found[id].followed_by(stored) if id in found else stored
    return found


def check_history(news: frozenset[str], known: Collection[str]) -> None:
    """Raise StoreError if what was ever news is not all in the history and the tables."""
    lost = [id for id in news if id not in known]
    if lost:
        raise StoreError(
            HISTORY,
            f"damaged: {plural(len(lost), 'paper')} that had been news are missing, such as "
            f"{min(lost)}; {_remedy(HISTORY)}",
        )


def history_lines(root: Path) -> Iterator[PaperLine]:
    """The records of the history, the oldest first. Raises StoreError."""
    for path in files_in(root, HISTORY, "*.jsonl"):
        for number, text in _lines(root, path):
            yield PaperLine(path, number, text)


def save_store(store: Store, transaction: Transaction) -> None:
    """Put the store's files into the transaction, and delete those that would be empty."""
    papers = sorted(store.papers.values(), key=lambda stored: announcement_order(stored.paper.id))
    current = [stored for stored in papers if stored.is_current(store.state.day)]
    _save_papers(transaction, current)
    left = [stored for stored in papers if not stored.is_current(store.state.day)]
    if left and store.state.day is not None:
        _save_history(transaction, left, store.state.day)
    _save_news(transaction, [s.paper.id for s in papers if s.news is not None])
    keywords = [_keyword_line(store.keywords[slug]) for slug in sorted(store.keywords)]
    transaction.write(_KEYWORDS, "".join(keywords).encode())
    if store.liked:
        liked = [line(encode(store.liked[id])) for id in sorted(store.liked)]
        transaction.write(_LIKED, "".join(liked).encode())
    elif (transaction.root / _LIKED).exists():
        transaction.delete(_LIKED)
    state = {"format": FORMAT, "papers": len(current), **encode(store.state)}
    state["listed"] = dict(sorted(store.state.listed.items()))
    content = json.dumps(state, ensure_ascii=False, indent=1) + "\n"
    transaction.write(_STATE, content.encode())


def _save_history(transaction: Transaction, left: Iterable[StoredPaper], day: date) -> None:
    """Append the papers that have left their last table to the day's file.

    An earlier run of the day may have written to it, even the same papers: they came back to a
    table, without what the history has, and left it again.
    """
    path = f"{HISTORY}/{day}.jsonl"
    known = _by_key(transaction.root, [path], _read_paper, lambda stored: stored.paper.id)
    for stored in left:
        before = known.get(stored.paper.id)
        known[stored.paper.id] = stored if before is None else before.followed_by(stored)
    lines = [_paper_line(known[id]) for id in sorted(known, key=announcement_order)]
    transaction.write(path, "".join(lines).encode())


def _save_news(transaction: Transaction, news: Iterable[str]) -> None:
    """Add news to the lists of all past news; only the lists that it belongs in are read."""
    by_file: dict[str, set[str]] = defaultdict(set)
    for id in news:
        by_file[_news_file(id)].add(id)
    for path, ids in by_file.items():
        known = _ids_in(path, _content(transaction.root, path))
        there = sorted(ids.union(known), key=announcement_order)
        transaction.write(path, "".join(f"{id}\n" for id in there).encode())


def _save_papers(transaction: Transaction, papers: Iterable[StoredPaper]) -> None:
    lines: dict[str, list[str]] = defaultdict(list)
    for stored in papers:
        lines[f"{PAPERS}/{file_of(stored.paper.id)}.jsonl"].append(_paper_line(stored))
    for path in files_in(transaction.root, PAPERS, "*.jsonl"):
        if path not in lines:
            transaction.delete(path)
    for path, texts in lines.items():
        transaction.write(path, "".join(texts).encode())


# --- records -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """Where a paper is and was shown, which is written beside the paper's own fields."""

    keywords: Mapping[str, date] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    news: News | None = None


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper's record as it is written, unread, since reading a hundred thousand takes long."""

    path: str
    number: int
    content: bytes

    def read(self) -> StoredPaper:
        """Read the record. Raises StoreError, which names file and line, if it is damaged."""
        return _record(self.path, self.number, self.content, _read_paper)


def _read_paper(values: Json) -> StoredPaper:
    shown = decode(_Shown, values)
    if not shown.keywords and shown.news is None:
        raise RecordError("names no keyword", "keywords")
    paper = decode(Paper, values)
    if paper.updated is None and paper.announced is None:
        raise RecordError("is missing, and so is announced", "updated")
    return StoredPaper(paper, shown.keywords, frozenset(shown.left), shown.news)


def _paper_line(stored: StoredPaper) -> str:
    seen, left = dict(sorted(stored.first_seen.items())), tuple(sorted(stored.left))
    shown = {name: value or None for name, value in encode(_Shown(seen, left, stored.news)).items()}
    return line(encode(stored.paper) | shown)


def _keyword_line(keyword: KeywordState) -> str:
    return line(encode(keyword) | {"formerly": encode(keyword.formerly) or None})


def file_of(paper_id: str) -> str:
    """``2504.0`` for 2504.00001 to 2504.09999; ``1999`` for all of that year's old identifiers."""
    month, number, archive = announcement_order(paper_id)
    if archive or month < 200704:
        return str(month // 100)
    return f"{month % 10000:04d}.{number // 10000}"


def _news_file(paper_id: str) -> str:
    """``data/news/2605.txt``: the months of identifiers, and the years before 2007."""
    return f"{_NEWS}/{file_of(paper_id).partition('.')[0]}.txt"


def _ids_in(path: str, content: bytes) -> list[str]:
    """Read a list of identifiers; it is checked as a whole, since it may be very long."""
    if not _ALL_IDENTIFIERS.fullmatch(content):
        lines = content.split(b"\n")
        wrong = next((n for n, text in enumerate(lines, 1) if not _ONE.fullmatch(text)), 1)
        if lines[wrong - 1].startswith(_CONFLICT):
            raise _conflict(path, wrong)
        raise StoreError(f"{path}:{wrong}", f"damaged: not an identifier; {_remedy(path)}")
    return content.decode().split()


# --- reading -----------------------------------------------------------------------------------


def files_in(root: Path, folder: str, names: str) -> list[str]:
    """The paths of a folder's files with such names."""
    return sorted(f"{folder}/{path.name}" for path in (root / folder).glob(names))


def _content(root: Path, path: str) -> bytes:
    """A file's content; nothing if it does not exist. Only one file is ever written empty."""
    content = present(root / path)
    if content is None:
        return b""
    if not content.strip() and path != _KEYWORDS:
        raise _empty(path)
    return content


def _empty(path: str) -> StoreError:
    return StoreError(path, f"damaged: the file is empty; {_remedy(path)}")


def readable(
    root: Path, folder: str, read: Callable[[Json], Record]
) -> tuple[list[Record], list[StoreError]]:
    """The records of a folder's files, and what is wrong with those that cannot be read."""
    found: list[Record] = []
    damage: list[StoreError] = []
    for path in files_in(root, folder, "*.jsonl"):
        try:
            lines = list(_lines(root, path))
        except StoreError as error:
            damage.append(error)
            continue
        for number, text in lines:
            try:
                found.append(_record(path, number, text, read))
            except StoreError as error:
                damage.append(error)
    return found, damage


def _lines(root: Path, path: str) -> Iterator[tuple[int, bytes]]:
    lines = enumerate(_content(root, path).split(b"\n"), 1)
    return ((number, text) for number, text in lines if text)


def _record(path: str, number: int, content: bytes, read: Callable[[Json], Record]) -> Record:
    """Read one record; whatever is wrong with it becomes an error that names the place."""
    try:
        return read(parse(content))
    except json.JSONDecodeError as error:
        for line_number, text in enumerate(content.split(b"\n"), number):
            if text.startswith(_CONFLICT):
                raise _conflict(path, line_number) from error
        place = f"{path}:{number + error.lineno - 1}"
        problem = f"damaged: not JSON at column {error.colno}"
        raise StoreError(place, f"{problem}; {_remedy(path)}") from error
    except RecordError as error:
        # The state has one field per line.
        field = re.split(r"[.\[]", error.field or "")[0]
        start = max(0, content.find(f'"{field}":'.encode()))
        lines_before = content.count(b"\n", 0, start)
        place = f"{path}:{number + lines_before}"
        raise StoreError(place, f"damaged: {error}; {_remedy(path)}") from error


def _conflict(path: str, number: int) -> StoreError:
    return StoreError(
        f"{path}:{number}",
        "a merge conflict; take one side of it (git checkout --ours -- data, or --theirs), then "
        "run: daily-papers update",
    )


def _remedy(path: str) -> str:
    return f"nothing is overwritten; restore it with: git checkout HEAD -- {path}"


def _by_key(
    root: Path, paths: Iterable[str], read: Callable[[Json], Record], key: Callable[[Record], str]
) -> dict[str, Record]:
    """The records of the files; two with the same key are damage, since either may be right.

    Raises StoreError, naming the line.
    """
    found: dict[str, Record] = {}
    for path in paths:
        for number, text in _lines(root, path):
            record = _record(path, number, text, read)
            name = key(record)
            if found.setdefault(name, record) is not record:
                problem = f"{name} is here a second time; {_remedy(path)}"
                raise StoreError(f"{path}:{number}", problem)
    return found


def _state(values: Json) -> tuple[State, int]:
    """The state, and how many papers the files of the tables should hold."""
    written = decode(_Format, values)
    if written.format > FORMAT:
        problem = f"written by a newer daily-papers; this one reads format {FORMAT}: upgrade it"
        raise StoreError(_STATE, problem)
    return decode(State, values), written.papers


@dataclass(frozen=True, slots=True)
class _Format:
    """What the state's file says of all files."""

    #: Their version.
    format: int
    #: How many papers are in the files of the tables, which shows whether one was lost.
    papers: int = 0
