"""Whether the raw bytes of an answer are what was asked for, before any library parses them.

The package ``arxiv`` repairs XML that was cut and shows an error page as no results, so what is
not checked here is believed. Nothing is asked, read or kept here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from daily_papers.arxiv.xml import moment, shortened, strict_xml
from daily_papers.errors import BadAnswer, ShortAnswer
from daily_papers.papers.paper import ArxivId
from daily_papers.text import plural

_ATOM = "{http://www.w3.org/2005/Atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_OPTIONAL_TEXTS = (
    f"{_ATOM}author/{_ATOM}name",
    f"{_ARXIV}comment",
    f"{_ARXIV}journal_ref",
    f"{_ARXIV}doi",
)


def parse_feed(body: bytes, url: str) -> etree._Element:
    """Parse a complete Atom feed that is not an error in disguise; else raise BadAnswer."""
    root = strict_xml(body, url)
    if root.tag != f"{_ATOM}feed":
        raise BadAnswer(url, f"not an Atom feed, but <{shortened(etree.QName(root).localname)}>")
    message = _error_in(root)
    if message is not None:
        raise BadAnswer(url, f"arXiv refused the request: {message}")
    return root


def error_message(body: bytes) -> str | None:
    """Tell what an error feed says, as arXiv sends it with status 400; None where it is none."""
    try:
        return _error_in(strict_xml(body, ""))
    except BadAnswer:
        return None


def _error_in(root: etree._Element) -> str | None:
    """Find the query API's error entry, or the announcement feed's error title."""
    for entry in root.iterfind(f"{_ATOM}entry"):
        if "/api/errors" in (entry.findtext(f"{_ATOM}id") or ""):
            return shortened(entry.findtext(f"{_ATOM}summary") or "without a message")
    title = root.findtext(f"{_ATOM}title") or ""
    if title.strip().startswith("Feed error for query"):
        return shortened(root.findtext(f"{_ATOM}subtitle") or title)
    return None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a query asks for."""

    start: int
    max_results: int
    ids: tuple[ArxivId, ...]
    sort_by: str
    descending: bool

    @classmethod
    def in_address(cls, url: str) -> Asked:
        """Read the address, with the query API's own defaults for what it leaves out."""
        given = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
        ids = given["id_list"].split(",") if "id_list" in given else []
        return cls(
            start=int(given.get("start", "0")),
            max_results=int(given.get("max_results", "10")),
            ids=tuple(ArxivId.parse(text) for text in ids),
            sort_by=given.get("sortBy", "relevance"),
            descending=given.get("sortOrder", "descending") == "descending",
        )


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What a checked answer of the query API states about itself."""

    total: int
    ids: tuple[ArxivId, ...]


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the checks need of one entry."""

    id: ArxivId
    updated: datetime
    published: datetime


def check_query_answer(body: bytes, *, url: str) -> None:
    """Raise BadAnswer or ShortAnswer unless this is the whole answer to what the address asks."""
    read_query_answer(body, url=url)


def read_query_answer(body: bytes, *, url: str) -> QueryAnswer:
    """Check the answer as check_query_answer does, and tell what it states."""
    asked = Asked.in_address(url)
    root = parse_feed(body, url)
    total = _count(root, "totalResults", url)
    start = _count(root, "startIndex", url)
    if start != asked.start:
        raise BadAnswer(url, f"the answer starts at {start:,} where {asked.start:,} was asked")
    entries = [_listed(entry, url) for entry in root.iterfind(f"{_ATOM}entry")]
    _check_count(len(entries), total, asked, url)
    _check_ids([entry.id for entry in entries], asked, url)
    _check_order(entries, asked, url)
    return QueryAnswer(total, tuple(entry.id for entry in entries))


def _count(root: etree._Element, name: str, url: str) -> int:
    """One of the numbers at the top of the feed."""
    text = (root.findtext(f"{_OPENSEARCH}{name}") or "").strip()
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise BadAnswer(url, f"the answer has no {name} that is a number: {shortened(text)!r}")
    return int(text)


def _check_count(count: int, total: int, asked: Asked, url: str) -> None:
    """As many entries as were asked for, or as there are; no more."""
    expected = min(asked.max_results, max(0, total - asked.start))
    if count < expected:
        raise ShortAnswer(
            url, f"{plural(count, 'paper')} came where {expected:,} of {total:,} were asked"
        )
    if count > expected:
        raise BadAnswer(url, f"{count:,} papers came where at most {expected:,} were due")


def _check_ids(ids: list[ArxivId], asked: Asked, url: str) -> None:
    """No paper twice, and none that the list of identifiers did not ask for."""
    by_list = bool(asked.ids)
    repeated = _first_repeated(str(id_) if by_list else id_.id for id_ in ids)
    if repeated is not None:
        raise BadAnswer(url, f"{repeated} came twice in one answer")
    wanted = set(asked.ids)
    for id_ in ids:
        if by_list and id_ not in wanted and ArxivId(id_.id) not in wanted:
            raise BadAnswer(url, f"{id_} came and was not asked for")


def _first_repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _check_order(entries: list[_Listed], asked: Asked, url: str) -> None:
    """In the order of the date that the address sorts by; relevance is arXiv's to decide."""
    dates = {
        "lastUpdatedDate": [entry.updated for entry in entries],
        "submittedDate": [entry.published for entry in entries],
    }.get(asked.sort_by, [])
    for before, after in pairwise(dates if asked.descending else dates[::-1]):
        if before < after:
            raise BadAnswer(url, f"the papers are not sorted by {asked.sort_by} as asked")


def _listed(entry: etree._Element, url: str) -> _Listed:
    """Read identifier and dates; every element that a paper needs stands in its entry once."""
    name = _only_text(entry, "id", url).strip()
    try:
        id_ = ArxivId.parse(name)
    except ValueError:
        raise BadAnswer(url, f"an entry has no arXiv identifier: {shortened(name)!r}") from None
    if id_.version is None:
        raise BadAnswer(url, f"{id_} came without its version")
    for element in ("title", "summary"):
        _only_text(entry, element, url)
    for path in _OPTIONAL_TEXTS:
        for found in entry.iterfind(path):
            _plain_text(found, url)
    return _Listed(id_, _moment(entry, "updated", url), _moment(entry, "published", url))


def _only_text(entry: etree._Element, name: str, url: str) -> str:
    """Read the one element of this name."""
    found = entry.findall(f"{_ATOM}{name}")
    if len(found) != 1:
        raise BadAnswer(url, f"an entry has {len(found)} elements <{name}> where one is due")
    return _plain_text(found[0], url)


def _plain_text(element: etree._Element, url: str) -> str:
    """Read an element's text; a library would silently cut it at anything that stands inside."""
    if len(element):
        name = etree.QName(element).localname
        raise BadAnswer(url, f"an entry's <{name}> holds more than text")
    return element.text or ""


def _moment(entry: etree._Element, name: str, url: str) -> datetime:
    """Read a date and time that has its zone, as UTC."""
    text = _only_text(entry, name, url).strip()
    try:
        return moment(text)
    except ValueError as error:
        raise BadAnswer(url, f"an entry's <{name}> is {error}") from None
