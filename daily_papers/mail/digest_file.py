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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Annotated

from daily_papers.errors import DailyPapersError
from daily_papers.github_actions import GITHUB
from daily_papers.mail.digest import Digest, Mail, day_of
from daily_papers.mail.issue import Links, issue_page
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import ArxivId, Origin, Paper
from daily_papers.records import decode, encode

_FORMAT = 1
_RECORDS = re.compile(r"^<!-- daily-papers-digest\n(?P<lines>.*?)^-->$", re.DOTALL | re.MULTILINE)
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~-]+)*/?", re.ASCII)


class DigestError(DailyPapersError):
    """A file under digests/ cannot be read; nothing in it is sent."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}; restore the file as it was (see git log -- {name})")


def _check_format(number: int) -> None:
    if number != _FORMAT:
        raise ValueError("not a format that this version reads")


def _check_pairs(pairs: tuple[tuple[str, ...], ...]) -> None:
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("not pairs of slug and name")


def _check_id(text: str) -> None:
    if ArxivId.parse(text) != ArxivId(text):
        raise ValueError(f"not an arXiv identifier without version: {text!r}")


def _check_address(address: str) -> None:
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"not a plain https address: {address!r}")


def _check_slugs(slugs: tuple[str, ...]) -> None:
    if not slugs:
        raise ValueError("names no keyword")


@dataclass(frozen=True, slots=True)
class _DigestRecord:
    """The first line of the records."""

    format: Annotated[int, _check_format]
    digest: Annotated[str, day_of]
    repository: str | None
    revisions: int
    skipped: str | None
    #: Slug and name of each keyword.
    keywords: Annotated[tuple[tuple[str, str], ...], _check_pairs]
    #: Slug and short name of each person.
    people: Annotated[tuple[tuple[str, str], ...], _check_pairs] = ()
    due: date | None = None
    per_keyword: bool = False
    #: Old and new slugs.
    formerly: Annotated[tuple[tuple[str, str], ...], _check_pairs] = ()


@dataclass(frozen=True, slots=True)
class _PaperRecord:
    """One line for each paper."""

    id: Annotated[str, _check_id]
    version: int
    title: str
    authors: tuple[str, ...] | None
    category: str | None
    comment: str | None
    withdrawn: bool | None
    code: Annotated[str, _check_address] | None
    updated: datetime | None
    announced: date | None
    origin: Origin
    keywords: Annotated[tuple[str, ...], _check_slugs]
    sentence: str = ""
    in_title: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()
    venue: str | None = None
    project: Annotated[str, _check_address] | None = None
    closeness: int | None = None

    @classmethod
    def of(cls, item: NewsItem) -> _PaperRecord:
        paper = item.paper
        return cls(
            id=paper.id,
            version=paper.version,
            title=paper.title,
            authors=paper.authors,
            category=paper.primary_category,
            comment=paper.comment,
            withdrawn=paper.withdrawn,
            code=item.code_url,
            updated=paper.updated,
            announced=paper.announced,
            origin=paper.origin,
            keywords=item.keywords,
            sentence=item.sentence,
            in_title=item.in_title,
            followed=item.followed,
            venue=item.venue,
            project=item.project_url,
            closeness=item.closeness,
        )

    def as_item(self) -> NewsItem:
        """The paper as news."""
        paper = Paper(
            id=self.id,
            version=self.version,
            title=self.title,
            authors=self.authors,
            abstract="",
            comment=self.comment,
            primary_category=self.category,
            updated=self.updated,
            announced=self.announced,
            withdrawn=self.withdrawn or None,
            origin=self.origin,
        )
        return NewsItem(
            paper=paper,
            keywords=self.keywords,
            sentence=self.sentence,
            in_title=self.in_title,
            followed=self.followed,
            venue=self.venue,
            code_url=self.code,
            project_url=self.project,
            closeness=self.closeness,
        )


#: What a record leaves out where there is nothing to say.
_SAID_IF_SO = frozenset(
    (
        *("withdrawn", "sentence", "in_title", "followed", "venue", "code", "project", "closeness"),
        *("due", "per_keyword", "formerly"),
    )
)


def digest_file(digest: Digest, server: str = GITHUB) -> str:
    """The file under digests/: the mail's text for people, and the records for `notify`."""
    links = Links(digest.repository, server) if digest.repository else None
    return f"{issue_page(Mail((digest.as_stored,)), links)}\n{digest_records(digest)}\n"


def digest_records(digest: Digest) -> str:
    """The digest as the comment that `read_digest` reads, without a newline at its end."""
    first = _DigestRecord(
        format=_FORMAT,
        digest=digest.key,
        repository=digest.repository,
        revisions=digest.revisions,
        skipped=digest.skipped,
        keywords=digest.keyword_names,
        people=digest.people,
        due=digest.due,
        per_keyword=digest.per_keyword,
        formerly=digest.formerly,
    )
    lines = [encode(first), *(encode(_PaperRecord.of(item)) for item in digest.as_stored.items)]
    records = [
        {n: value for n, value in record.items() if value or n not in _SAID_IF_SO}
        for record in lines
    ]
    return "\n".join(("<!-- daily-papers-digest", *map(_json, records), "-->"))


def _json(record: Mapping[str, object]) -> str:
    text = json.dumps(record, ensure_ascii=True, separators=(", ", ": "))
    return re.sub(r"[<>]|\{(?=[{%])", lambda sign: f"\\u{ord(sign[0]):04x}", text)


def read_digest(data: bytes, name: str) -> Digest:
    """Read a digest from its file; ``name`` is the file's path.

    Raises DigestError, naming the file and the line, if the records are damaged or the file's name
    is not the digest's key.
    """
    lines = _record_lines(data, name)
    start, first = next(lines, (0, ""))
    number, items = start, []
    try:
        record = decode(_DigestRecord, _parse(first))
        for number, line in lines:  # noqa: B007 - the message names the line that is wrong
            items.append(decode(_PaperRecord, _parse(line)).as_item())
    except ValueError as problem:
        raise DigestError(name, f"line {number}: {problem}") from None
    if record.digest != PurePath(name).stem:
        raise DigestError(name, f"line {start}: these are the records of digest {record.digest}")
    try:
        return Digest(
            key=record.digest,
            repository=record.repository,
            day=day_of(record.digest),
            items=tuple(items),
            keyword_names=record.keywords,
            revisions=record.revisions,
            skipped=record.skipped,
            people=record.people,
            due=record.due,
            per_keyword=record.per_keyword,
            formerly=record.formerly,
        )
    except ValueError as problem:  # a paper is in it twice
        raise DigestError(name, str(problem)) from None


def _parse(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"not a record in JSON ({problem})") from None


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
