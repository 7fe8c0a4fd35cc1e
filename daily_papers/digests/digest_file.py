"""The form in which a digest is kept under digests/, and reading it back.

A digest's file is read by people and by `notify`. People read its visible part, which is written
as it is mailed; `notify` reads the records in the HTML comment at its end, one JSON line for the
digest and one for each paper. **The records decide**: what a hand changes in the visible part
alone is never sent, and deleting a paper's line among the records takes the paper out.

The records are ASCII, with ``<`` and ``>`` as JSON escapes, so no text of any author can end the
comment or hide in it; nor is any ``{{`` or ``{%`` there, which a Jekyll build would evaluate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import PurePath
from typing import TypeVar

from daily_papers.digests.digest import Digest, NewsItem, day_of
from daily_papers.errors import DailyPapersError
from daily_papers.papers.paper import ArxivId, Paper, Way

_FORMAT = 1
_RECORDS = re.compile(r"^<!-- daily-papers-digest\n(?P<lines>.*?)^-->$", re.DOTALL | re.MULTILINE)
_CODE_URL = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~-]+)+", re.ASCII)

_Value = TypeVar("_Value")


class DigestError(DailyPapersError):
    """A file under digests/ cannot be read; nothing of it is sent."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        self.problem = problem
        super().__init__(
            f"{name}: {problem}; bring the file back as it was (git log -- {name} shows it)"
        )


def digest_records(digest: Digest) -> str:
    """Write the digest as the comment that `read_digest` reads, without a newline at its end."""
    lines = [_json(_header(digest)), *(_json(_record(item)) for item in digest.kept.items)]
    return "\n".join(("<!-- daily-papers-digest", *lines, "-->"))


def _json(record: Mapping[str, object]) -> str:
    text = json.dumps(record, ensure_ascii=True, separators=(", ", ": "))
    return re.sub(r"[<>]|\{(?=[{%])", lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _header(digest: Digest) -> dict[str, object]:
    return {
        "format": _FORMAT,
        "digest": digest.key,
        "repository": digest.repository,
        "revisions": digest.revisions,
        "skipped": digest.skipped,
        "keywords": [list(pair) for pair in digest.keyword_names],
    }


def _record(item: NewsItem) -> dict[str, object]:
    paper = item.paper
    mark = {"withdrawn": True} if paper.withdrawn else {}
    return {
        "id": paper.id,
        "version": paper.version,
        "title": paper.title,
        "authors": None if paper.authors is None else list(paper.authors),
        "category": paper.primary_category,
        "comment": paper.comment,
        **mark,
        "code": item.code_url,
        "updated": paper.updated and paper.updated.isoformat(),
        "announced": paper.announced and paper.announced.isoformat(),
        "way": paper.way.name.lower(),
        "keywords": list(item.keywords),
    }


def read_digest(data: bytes, name: str) -> Digest:
    """Read a digest from its file; ``name`` is the file's path.

    Raises DigestError, naming the file and the line, where the records are damaged or where the
    file's name is not the digest's key.
    """
    lines = _record_lines(data, name)
    number, first = next(lines, (0, ""))
    try:
        digest = _digest_from(_object(first))
    except ValueError as problem:
        raise DigestError(name, f"line {number}: {problem}") from None
    if PurePath(name).stem != digest.key:
        raise DigestError(name, f"line {number}: these are the records of digest {digest.key}")
    items = []
    for number, line in lines:
        try:
            items.append(_item_from(_object(line)))
        except ValueError as problem:
            raise DigestError(name, f"line {number}: {problem}") from None
    try:
        return replace(digest, items=tuple(items))
    except ValueError as problem:
        raise DigestError(name, str(problem)) from None


def _record_lines(data: bytes, name: str) -> Iterator[tuple[int, str]]:
    """Give the lines of the records, each with its number in the file."""
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise DigestError(name, "it is not UTF-8") from None
    found = list(_RECORDS.finditer(text))
    if len(found) != 1:
        raise DigestError(name, f"it holds {len(found) or 'no'} comments with a digest's records")
    start = text.count("\n", 0, found[0].start("lines")) + 1
    # Not splitlines(): only a line feed ends a line of ours.
    lines = found[0]["lines"].split("\n")
    yield from ((number, line) for number, line in enumerate(lines, start) if line.strip())


def _object(line: str) -> Mapping[str, object]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"not a record in JSON ({problem})") from None
    if not isinstance(record, dict):
        raise ValueError("not a record in JSON (an object)")  # noqa: TRY004 - a value of a file
    return record


def _digest_from(record: Mapping[str, object]) -> Digest:
    if record.get("format") != _FORMAT:
        raise ValueError("not the form of digest that this version reads")
    key = _required(record, "digest", str)
    return Digest(
        key=key,
        repository=_optional(record, "repository", str),
        day=day_of(key),
        items=(),
        keyword_names=tuple(_pair(pair) for pair in _required(record, "keywords", list)),
        revisions=_required(record, "revisions", int),
        skipped=_optional(record, "skipped", str),
    )


def _pair(pair: object) -> tuple[str, str]:
    texts = _texts(pair, "keywords")
    if len(texts) != 2:
        raise ValueError("'keywords' are not pairs of slug and name")
    return texts[0], texts[1]


def _item_from(record: Mapping[str, object]) -> NewsItem:
    authors = _optional(record, "authors", list)
    updated = _optional(record, "updated", str)
    announced = _optional(record, "announced", str)
    paper = Paper(
        id=_identifier(_required(record, "id", str)),
        version=_required(record, "version", int),
        title=_required(record, "title", str),
        authors=None if authors is None else _texts(authors, "authors"),
        abstract="",
        comment=_optional(record, "comment", str),
        primary_category=_optional(record, "category", str),
        updated=None if updated is None else datetime.fromisoformat(updated),
        announced=None if announced is None else date.fromisoformat(announced),
        withdrawn=True if record.get("withdrawn") is True else None,
        way=_way(_required(record, "way", str)),
    )
    keywords = _texts(_required(record, "keywords", list), "keywords")
    return NewsItem(paper, keywords, _code(_optional(record, "code", str)))


def _required(record: Mapping[str, object], name: str, kind: type[_Value]) -> _Value:
    value = _optional(record, name, kind)
    if value is None:
        raise ValueError(f"{name!r} is missing")
    return value


def _optional(record: Mapping[str, object], name: str, kind: type[_Value]) -> _Value | None:
    value = record.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{name!r} is not what it should be")  # noqa: TRY004 - a value of a file
    return value


def _texts(values: object, name: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{name!r} is not a list of texts")
    return tuple(values)


def _identifier(text: str) -> str:
    if ArxivId.parse(text) != ArxivId(text):
        raise ValueError(f"not an arXiv identifier without version: {text!r}")
    return text


def _way(name: str) -> Way:
    try:
        return Way[name.upper()]
    except KeyError:
        raise ValueError(f"not a way in which papers come: {name!r}") from None


def _code(address: str | None) -> str | None:
    if address is not None and not _CODE_URL.fullmatch(address):
        raise ValueError(f"not the address of a repository: {address!r}")
    return address
