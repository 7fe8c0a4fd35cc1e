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
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from daily_papers.errors import StoreError
from daily_papers.like.library import LikedPaper
from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.records import Json, RecordError, decode, encode, line, parse
from daily_papers.store.store import FORMAT, KeywordState, News, State, Store, StoredPaper
from daily_papers.text import plural
from daily_papers.transaction import Transaction, paths_in, present

PAPERS = "data/papers"
HISTORY = "data/history"
_NEWS = "data/news"
_KEYWORDS = "data/keywords.jsonl"
_STATE = "data/state.json"
_LIKED = "data/liked.jsonl"

_IDENTIFIER = re.compile(rb"(?:[0-9]{4}\.[0-9]{4,6}|[a-z-]+/[0-9]{7})\r?\n")
_CONFLICT = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")

Record = TypeVar("Record")


# --- the store ---------------------------------------------------------------------------------


def load_store(root: Path) -> Store:
    """Read the store of a digest repository; an empty one if there is none yet.

    Raises StoreError, which names file and line, if a file is damaged.
    """
    papers = files_in(root, PAPERS)
    is_new = not papers and not files_in(root, HISTORY)
    for path in (_STATE, _KEYWORDS):
        # Without its state the store would count as new, and without its keywords nobody would
        # know what their readers have seen.
        if not is_new and not (root / path).exists():
            raise _damaged(path, "missing, although the rest of the store is there")
    content = present(root / _STATE)
    state = State() if content is None else Line(_STATE, 1, content).read(_state)
    stored = _by_key(root, papers, _stored_paper, lambda stored: stored.paper.id)
    keywords = _by_key(root, [_KEYWORDS], partial(decode, KeywordState), lambda each: each.slug)
    for path, noun, lost in (
        (PAPERS, "paper", state.papers - len(stored)),
        (_KEYWORDS, "keyword", state.keywords - len(keywords)),
    ):
        if lost > 0:
            raise _damaged(path, f"{plural(lost, noun)} missing")
    news = frozenset(id for path in files_in(root, _NEWS, ".txt") for id in _ids_in(root, path))
    for id in stored:
        if stored[id].news is not None and id not in news:  # it would become news again
            raise _damaged(_news_file(id), f"{id} is missing", _NEWS)
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
        stored = read_paper(record)
        id = stored.paper.id
        found[id] = found[id].followed_by(stored) if id in found else stored
    return found


def check_history(news: frozenset[str], known: Collection[str]) -> None:
    """Raise StoreError if what was ever news is not all in the history and the tables."""
    lost = [id for id in news if id not in known]
    if lost:
        papers = plural(len(lost), "paper")
        raise _damaged(HISTORY, f"{papers} missing that had been news, such as {min(lost)}")


def history_lines(root: Path) -> Iterator[Line]:
    """The records of the history, the oldest first; `read_paper` reads one."""
    return _lines(root, files_in(root, HISTORY))


def save_store(store: Store, transaction: Transaction) -> None:
    """Put the store's files into the transaction, and delete those that would be empty."""
    day = store.state.day
    files: dict[str, list[StoredPaper]] = defaultdict(list)
    files |= {path: [] for path in files_in(transaction.root, PAPERS)}
    left = []
    for stored in sorted(store.papers.values(), key=lambda each: announcement_order(each.paper.id)):
        if stored.is_current(day):
            files[f"{PAPERS}/{file_of(stored.paper.id)}.jsonl"].append(stored)
        else:
            left.append(stored)
    current = sum(map(len, files.values()))
    for path, papers in files.items():
        _save(transaction, path, map(_paper_line, papers))
    keywords = [store.keywords[slug] for slug in sorted(store.keywords)]
    _save(transaction, _KEYWORDS, map(_keyword_line, keywords))
    _save(transaction, _LIKED, (line(encode(store.liked[id])) for id in sorted(store.liked)))
    if left and day is not None:
        _save_history(transaction, left, day)
    _save_news(transaction, [id for id, stored in store.papers.items() if stored.news is not None])
    listed = dict(sorted(store.state.listed.items()))
    state = replace(
        store.state, format=FORMAT, papers=current, keywords=len(keywords), listed=listed
    )
    content = json.dumps(encode(state), ensure_ascii=False, indent=1) + "\n"
    transaction.write(_STATE, content.encode())


def _save(transaction: Transaction, path: str, lines: Iterable[str]) -> None:
    if content := "".join(lines).encode():
        transaction.write(path, content)
    else:
        transaction.delete(path)


def _save_history(transaction: Transaction, left: Iterable[StoredPaper], day: date) -> None:
    """Append the papers that have left their last table to the day's file.

    An earlier run of the day may have written to it, even the same papers: they came back to a
    table, without what the history has, and left it again.
    """
    path = f"{HISTORY}/{day}.jsonl"
    known = _by_key(transaction.root, [path], _stored_paper, lambda stored: stored.paper.id)
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
        there = sorted(ids.union(_ids_in(transaction.root, path)), key=announcement_order)
        transaction.write(path, "".join(f"{id}\n" for id in there).encode())


# --- records -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """Where a paper is and was shown, which is written beside the paper's own fields."""

    keywords: Mapping[str, date] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    news: News | None = None


def read_paper(record: Line) -> StoredPaper:
    """Read a paper's record. Raises StoreError."""
    return record.read(_stored_paper)


def _stored_paper(values: Json) -> StoredPaper:
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


def _state(values: Json) -> State:
    written = values.get("format")
    if isinstance(written, int) and written > FORMAT:
        problem = f"written by a newer daily-papers; this one reads format {FORMAT}: upgrade it"
        raise StoreError(_STATE, problem)
    for name in ("format", "papers", "keywords"):
        if name not in values:  # another program's, or cut
            raise RecordError("is missing", name)
    return decode(State, values)


# --- reading -----------------------------------------------------------------------------------


def files_in(root: Path, folder: str, suffix: str = ".jsonl") -> list[str]:
    """The paths of a folder's files with such names."""
    return [f"{folder}/{path.name}" for path in paths_in(root / folder, suffix)]


@dataclass(frozen=True, slots=True)
class Line:
    """A record as it is written, unread, since reading a hundred thousand takes long."""

    path: str
    number: int
    content: bytes

    def read(self, read: Callable[[Json], Record]) -> Record:
        """Read it; whatever is wrong with it becomes a StoreError that names the place."""
        try:
            return read(parse(self.content))
        except json.JSONDecodeError as error:
            raise self.damaged(f"not JSON at column {error.colno}", error.lineno - 1) from error
        except RecordError as error:
            # The state has one field per line.
            field = re.split(r"[.\[]", error.field or "")[0]
            start = max(0, self.content.find(f'"{field}":'.encode()))
            raise self.damaged(str(error), self.content.count(b"\n", 0, start)) from error

    def damaged(self, problem: str, lines_before: int = 0) -> StoreError:
        """Say what is wrong with it, so many lines below its first one, or with its file."""
        if not self.content.strip():
            return _damaged(self.path, "the file is empty")
        for number, text in enumerate(self.content.split(b"\n"), self.number):
            if text.startswith(_CONFLICT):
                folder = self.path.split("/")[0]
                return StoreError(
                    f"{self.path}:{number}",
                    f"a merge conflict; take one side of it (git checkout --ours -- {folder}, or "
                    f"--theirs); if it was committed like this: {_earlier(folder)}",
                )
        return _damaged(f"{self.path}:{self.number + lines_before}", problem, self.path)


def _damaged(place: str, problem: str, path: str | None = None) -> StoreError:
    path = path or place
    remedy = f"git checkout HEAD -- {path}; if it was committed like this: {_earlier(path)}"
    problem = f"damaged: {problem}; nothing is overwritten"
    return StoreError(place, f"{problem}; restore it with: {remedy}")


def _earlier(path: str) -> str:
    """The command that brings back what a path was before the commit that changed it last."""
    return f'git checkout "$(git rev-list -1 HEAD -- {path})^" -- {path}'


def _lines(root: Path, paths: Iterable[str]) -> Iterator[Line]:
    """The records of those of the files that exist; an empty one has a line that is no record."""
    for path in paths:
        if (content := present(root / path)) is not None:
            lines = enumerate(content.split(b"\n"), 1)
            found = [Line(path, number, text) for number, text in lines if text]
            yield from found or [Line(path, 1, b"")]


def _by_key(
    root: Path, paths: Iterable[str], read: Callable[[Json], Record], key: Callable[[Record], str]
) -> dict[str, Record]:
    """The records of the files; two with the same key are damage, since either may be right.

    Raises StoreError, naming the line.
    """
    found: dict[str, Record] = {}
    for each in _lines(root, paths):
        record = each.read(read)
        if found.setdefault(key(record), record) is not record:
            raise each.damaged(f"{key(record)} is here twice")
    return found


def readable(root: Path, folder: str, kind: type[Record]) -> tuple[list[Record], list[StoreError]]:
    """The records of a folder's files, and what is wrong with those that cannot be read."""
    found: list[Record] = []
    damage: list[StoreError] = []
    for each in _lines(root, files_in(root, folder)):
        try:
            found.append(each.read(partial(decode, kind)))
        except StoreError as error:
            damage.append(error)
    return found, damage


def _ids_in(root: Path, path: str) -> list[str]:
    """Read a list of identifiers; none if there is no such file. Raises StoreError."""
    if (content := present(root / path)) is None:
        return []
    for number, text in enumerate(content.splitlines(keepends=True) or [b""]):
        if not _IDENTIFIER.fullmatch(text):  # without its end, the last one may be cut
            raise Line(path, 1, content).damaged("not an identifier", number)
    return content.decode().split()
