"""The store as text files in git, under ``data/``.

One record a line, sorted, so that a day's change is a few lines: papers in files of ten thousand
identifiers (``data/papers/2504.0.jsonl``), which stay far below GitHub's 100 MB; keywords, news
by month, counts by week; and ``data/state.json``, one line a value. What is not known is left
out. A file that cannot be read is an error that names its line, and is never written over.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from daily_papers.errors import StoreError
from daily_papers.files import Transaction, unwritable
from daily_papers.paper import Paper, Way, announcement_order
from daily_papers.store import (
    FeedMemory,
    KeywordRecord,
    News,
    Shelved,
    State,
    Store,
    members_of,
)

#: Raised when the files change in a way that an older version could not read.
FORMAT = 1

_PAPERS = "data/papers"
_NEWS = "data/news"
_KEYWORDS = "data/keywords.jsonl"
_WEEKS = "data/weeks.jsonl"
_STATE = "data/state.json"

Json = dict[str, Any]
Record = TypeVar("Record")


def load_store(root: Path) -> Store:
    """Read the store of a digest repository; an empty one where there is none yet.

    Raises StoreError, naming file and line, where a file is damaged.
    """
    state = _read_state(root)
    papers: dict[str, Shelved] = {}
    for path in _files(root, _PAPERS):
        for shelved in _records(root, path, _paper_of):
            papers[shelved.paper.id] = shelved
    news = (item for path in _files(root, _NEWS) for item in _records(root, path, _news_of))
    records = _records(root, _KEYWORDS, lambda record: _keyword_of(record, state.day))
    weeks = _records(root, _WEEKS, lambda record: (str(record["week"]), dict(record["papers"])))
    return Store(
        papers=papers,
        keywords={record.slug: record for record in records},
        state=state,
        news={item.id: item for item in news},
        weeks=dict(weeks),
        members=members_of(papers),
    )


def save_store(store: Store, transaction: Transaction) -> None:
    """Put the store's files into the transaction, and take out those that hold nothing more."""
    root = transaction.root
    _save_lines(transaction, _PAPERS, _paper_lines(store.papers.values()), _files(root, _PAPERS))
    _save_lines(transaction, _NEWS, _news_lines(store.news.values()), _files(root, _NEWS))
    keywords = [
        _line(_keyword_record(store.keywords[slug], store.state.day))
        for slug in sorted(store.keywords)
    ]
    transaction.write(_KEYWORDS, "".join(keywords).encode())
    weeks = [
        _line({"week": week, "papers": dict(sorted(store.weeks[week].items()))})
        for week in sorted(store.weeks)
    ]
    transaction.write(_WEEKS, "".join(weeks).encode())
    transaction.write(_STATE, _state_text(store.state).encode())


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
    return sorted(f"{folder}/{path.name}" for path in (root / folder).glob("*.jsonl"))


# --- reading -----------------------------------------------------------------------------------


def _records(root: Path, path: str, read: Callable[[Json], Record]) -> Iterator[Record]:
    for number, line in enumerate(_content(root, path).split(b"\n"), 1):
        if line:
            yield _parsed(f"{path}:{number}", line, read)


def _content(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise unwritable(root / path, error) from error


def _parsed(place: str, content: bytes, read: Callable[[Json], Record]) -> Record:
    """Read one record; whatever is wrong with it becomes an error with its place."""
    try:
        return read(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        path = place.partition(":")[0]
        raise StoreError(
            place,
            f"not a record of the store ({type(error).__name__}: {str(error)[:100]!r}); "
            f"bring the file back with: git checkout HEAD -- {path}",
        ) from error


def _paper_of(record: Json) -> Shelved:
    paper = Paper(
        id=_text(record["id"]),
        version=int(record["version"]),
        title=_text(record["title"]),
        authors=_texts(record.get("authors")),
        abstract=_text(record["abstract"]),
        comment=_optional(_text, record.get("comment")),
        primary_category=_optional(_text, record.get("primary_category")),
        categories=_texts(record.get("categories")),
        published=_optional(datetime.fromisoformat, record.get("published")),
        updated=_optional(datetime.fromisoformat, record.get("updated")),
        announced=_optional(date.fromisoformat, record.get("announced")),
        doi=_optional(_text, record.get("doi")),
        journal_ref=_optional(_text, record.get("journal_ref")),
        way=Way[record["way"].upper()],
    )
    announcement_order(paper.id)
    if paper.updated is None and paper.announced is None:
        raise ValueError("a paper without a date")
    seen = {slug: date.fromisoformat(day) for slug, day in record["keywords"].items()}
    return Shelved(paper, seen)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _texts(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return tuple(_text(item) for item in value)


def _optional(read: Callable[[str], Record], value: str | None) -> Record | None:
    return None if value is None else read(value)


def _news_of(record: Json) -> News:
    return News(
        id=_text(record["id"]),
        version=int(record["version"]),
        day=date.fromisoformat(record["day"]),
        keywords=_texts(record["keywords"]) or (),
        digest=_text(record["digest"]),
    )


def _keyword_of(record: Json, day: date | None) -> KeywordRecord:
    """Read a keyword; one that is up to date does not say so, so that its line need not change."""
    last_success = record.get("last_success")
    return KeywordRecord(
        slug=_text(record["slug"]),
        name=_text(record["name"]),
        expression=_text(record["expression"]),
        filled=_optional(date.fromisoformat, record.get("filled")),
        last_success=day if last_success is None else _day_or_never(last_success),
        audited=_optional(date.fromisoformat, record.get("audited")),
        harvested=_optional(date.fromisoformat, record.get("harvested")),
        changed=_optional(date.fromisoformat, record.get("changed")),
        max_papers=int(record["max_papers"]),
        came=_optional(date.fromisoformat, record.get("came")),
    )


def _day_or_never(value: str) -> date | None:
    return None if value == "never" else date.fromisoformat(value)


def _read_state(root: Path) -> State:
    content = _content(root, _STATE)
    return _parsed(_STATE, content, _state_of) if content else State()


def _state_of(record: Json) -> State:
    if record["format"] > FORMAT:
        raise ValueError("written by a newer daily-papers: upgrade this one")
    return State(
        day=_optional(date.fromisoformat, record["day"]),
        complete=bool(record["complete"]),
        last_complete=_optional(date.fromisoformat, record["last_complete"]),
        day_line=_text(record["day_line"]),
        highest_id=_optional(_text, record["highest_id"]),
        revised=_texts(record["revised"]) or (),
        feed=tuple(_feed_memory_of(part) for part in record["feed"]),
        listed={_text(name): int(count) for name, count in record["listed"].items()},
        feed_day=_optional(date.fromisoformat, record["feed_day"]),
        unconfirmed=_optional(date.fromisoformat, record["unconfirmed"]),
        quiet=tuple(map(date.fromisoformat, record.get("quiet", ()))),
        heard_from=_optional(_text, record.get("heard_from")),
    )


def _feed_memory_of(record: Json) -> FeedMemory:
    return FeedMemory(
        categories=_texts(record["categories"]) or (),
        ids_digest=_text(record["ids_digest"]),
        highest_new_id=_optional(_text, record["highest_new_id"]),
        count=int(record["count"]),
    )


# --- writing -----------------------------------------------------------------------------------


def _line(record: Json) -> str:
    told = {key: value for key, value in record.items() if value is not None}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def _paper_lines(shelf: Iterable[Shelved]) -> dict[str, list[str]]:
    """The lines of each file, in the order of announcement."""
    lines: dict[str, list[str]] = defaultdict(list)
    for shelved in sorted(shelf, key=lambda shelved: announcement_order(shelved.paper.id)):
        lines[_file_of(shelved.paper.id)].append(_line(_paper_record(shelved)))
    return lines


def _file_of(paper_id: str) -> str:
    """``2504.0`` for 2504.00001 to 2504.09999; ``1999`` for all of that year's old identifiers."""
    month, number, archive = announcement_order(paper_id)
    if archive or month < 200704:
        return str(month // 100)
    return f"{month % 10000:04d}.{number // 10000}"


def _paper_record(shelved: Shelved) -> Json:
    paper = shelved.paper
    return {
        "id": paper.id,
        "version": paper.version,
        "title": paper.title,
        "authors": paper.authors,
        "abstract": paper.abstract,
        "comment": paper.comment,
        "primary_category": paper.primary_category,
        "categories": paper.categories,
        "published": _moment(paper.published),
        "updated": _moment(paper.updated),
        "announced": _day(paper.announced),
        "doi": paper.doi,
        "journal_ref": paper.journal_ref,
        "way": paper.way.name.lower(),
        "keywords": {slug: day.isoformat() for slug, day in sorted(shelved.first_seen.items())},
    }


def _moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _news_lines(news: Iterable[News]) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    for item in sorted(news, key=lambda item: (item.day, announcement_order(item.id))):
        record = {
            "id": item.id,
            "version": item.version,
            "day": item.day.isoformat(),
            "keywords": item.keywords,
            "digest": item.digest,
        }
        lines[f"{item.day:%Y-%m}"].append(_line(record))
    return lines


def _keyword_record(record: KeywordRecord, day: date | None) -> Json:
    behind = record.last_success != day
    return {
        "slug": record.slug,
        "name": record.name,
        "expression": record.expression,
        "filled": _day(record.filled),
        "last_success": (_day(record.last_success) or "never") if behind else None,
        "audited": _day(record.audited),
        "harvested": _day(record.harvested),
        "changed": _day(record.changed),
        "max_papers": record.max_papers,
        "came": _day(record.came),
    }


def _state_text(state: State) -> str:
    record: Json = {
        "format": FORMAT,
        "day": _day(state.day),
        "complete": state.complete,
        "last_complete": _day(state.last_complete),
        "day_line": state.day_line,
        "highest_id": state.highest_id,
        "revised": state.revised,
        "feed": [
            {
                "categories": part.categories,
                "ids_digest": part.ids_digest,
                "highest_new_id": part.highest_new_id,
                "count": part.count,
            }
            for part in state.feed
        ],
        "listed": dict(sorted(state.listed.items())),
        "feed_day": _day(state.feed_day),
        "unconfirmed": _day(state.unconfirmed),
        "quiet": [day.isoformat() for day in state.quiet],
        "heard_from": state.heard_from,
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"
