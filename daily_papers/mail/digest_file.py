"""A digest's file under digests/: writing it, and reading it back.

People read its visible part, which is the text as it is mailed. `notify` reads the records in the
HTML comment at its end: one JSON line for the digest, and one for each paper. **Only the records
count**: a change in the visible part alone is never sent, and deleting a paper's line from the
records removes the paper.

The records are ASCII, with ``<`` and ``>`` as JSON escapes, so no author's text can end the comment
or hide in it. They never contain ``{{`` or ``{%``, which a Jekyll build would evaluate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import PurePath
from typing import Any

from daily_papers.errors import DailyPapersError
from daily_papers.github_actions import GITHUB
from daily_papers.mail.digest import Digest, Mail
from daily_papers.mail.issue import Links, issue_page
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import ArxivId
from daily_papers.records import Json, RecordError, decode, encode

_FORMAT = 1
_RECORDS = re.compile(r"^<!-- daily-papers-digest\n(?P<lines>.*?)^-->$", re.DOTALL | re.MULTILINE)
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~-]+)*/?", re.ASCII)
#: Fields that are lines of their own, are in the same line, or are not kept.
_NOT_WRITTEN = ("items", "paper", "abstract")


class DigestError(DailyPapersError):
    """A file under digests/ cannot be read; nothing in it is sent."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}; restore the file as it was (see git log -- {name})")


def digest_file(digest: Digest, server: str = GITHUB) -> str:
    """The file under digests/: the mail's text for people, and the records for `notify`."""
    links = Links(digest.repository, server) if digest.repository else None
    return f"{issue_page(Mail((digest.as_stored,)), links)}\n{digest_records(digest)}\n"


def digest_records(digest: Digest) -> str:
    """The digest as the comment that `read_digest` reads, without a newline at its end."""
    lines = [
        {"format": _FORMAT, **_record(digest)},
        *({**_record(item.paper), **_record(item)} for item in digest.as_stored.items),
    ]
    return "\n".join(("<!-- daily-papers-digest", *map(_json, lines), "-->"))


def _record(thing: Any) -> Json:
    """The fields of a digest, a paper or its news, except those that have their defaults."""
    changed = {each.name for each in fields(thing) if getattr(thing, each.name) != each.default}
    return {n: v for n, v in encode(thing).items() if n in changed and n not in _NOT_WRITTEN}


def _json(record: Json) -> str:
    text = json.dumps(record, ensure_ascii=True, separators=(", ", ": "))
    return re.sub(r"[<>]|\{(?=[{%])", lambda sign: f"\\u{ord(sign[0]):04x}", text)


def read_digest(data: bytes, name: str) -> Digest:
    """Read a digest from its file; ``name`` is the file's path.

    Raises DigestError, naming the file and the line, if the records are damaged or the file's name
    is not the digest's key.
    """
    number, digest, items = 0, None, []
    try:
        for number, line in _record_lines(data, name):  # noqa: B007 - the error names the line
            if digest is None:
                digest = _digest(_parsed(line), name)
            else:
                items.append(_news(_parsed(line)))
    except ValueError as problem:
        raise DigestError(name, f"line {number}: {problem}") from None
    if digest is None:
        raise DigestError(name, "its comment with the records is empty")
    try:
        return replace(digest, items=tuple(items))
    except ValueError as problem:  # a paper is in it twice
        raise DigestError(name, str(problem)) from None


def _parsed(line: str) -> Json:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"not a record in JSON ({problem})") from None
    if not isinstance(values, dict):
        raise RecordError(f"{line:.50} is not a record")
    return values


def _digest(values: Json, name: str) -> Digest:
    if values.get("format") != _FORMAT:
        raise ValueError('"format" is not one that this version reads')
    digest = decode(Digest, {**values, "items": []})
    if digest.key != PurePath(name).stem:
        raise ValueError(f"these are the records of digest {digest.key}")
    return digest


def _news(values: Json) -> NewsItem:
    item = decode(NewsItem, {**values, "paper": {**values, "abstract": ""}})
    id = item.paper.id
    if not item.keywords:
        raise ValueError('"keywords" names no keyword')
    if ArxivId.parse(id) != ArxivId(id):
        raise ValueError(f'"id" is not an arXiv identifier without version: {id!r}')
    for address in filter(None, (item.code_url, item.project_url)):
        if not _ADDRESS.fullmatch(address):
            raise ValueError(f"not a plain https address: {address!r}")
    return item


def _record_lines(data: bytes, name: str) -> Iterator[tuple[int, str]]:
    """The lines of the records, each with its number in the file."""
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise DigestError(name, "it is not UTF-8") from None
    found = list(_RECORDS.finditer(text))
    if len(found) != 1:
        raise DigestError(name, f"it has {len(found) or 'no'} comments with a digest's records")
    start = text.count("\n", 0, found[0].start("lines")) + 1
    # Not splitlines(): only a line feed ends a line of ours.
    lines = found[0]["lines"].split("\n")
    yield from ((number, line) for number, line in enumerate(lines, start) if line.strip())
