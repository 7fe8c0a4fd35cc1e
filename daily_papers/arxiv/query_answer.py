"""Whether an answer of the query API is the whole answer to what its address asks for.

The raw bytes are checked before the package ``arxiv`` sees them, since it repairs truncated XML,
and reads an error page as no results. Whatever is not checked here is trusted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from daily_papers.arxiv.xml import ARXIV, ATOM, check_feed, moment, shortened, strict_xml
from daily_papers.errors import BadAnswer, ShortAnswer
from daily_papers.papers.paper import ArxivId
from daily_papers.text import plural

_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
#: The package silently cuts these texts off at any element inside them.
_TEXTS = (
    *(f"{ATOM}{name}" for name in ("id", "title", "summary", "updated", "published")),
    f"{ATOM}author/{ATOM}name",
    *(f"{ARXIV}{name}" for name in ("comment", "journal_ref", "doi")),
)


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What a checked answer of the query API says about itself."""

    total: int
    ids: tuple[ArxivId, ...]


def read_query_answer(body: bytes, *, url: str) -> QueryAnswer:
    """Read an answer; raises BadAnswer or ShortAnswer unless it is whole and fits its address."""
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    first, most = int(asked.get("start", "0")), int(asked.get("max_results", "10"))
    wanted = [ArxivId.parse(text) for text in asked.get("id_list", "").split(",") if text]
    newest_first = asked.get("sortBy") == "lastUpdatedDate"
    newest_first &= asked.get("sortOrder", "descending") == "descending"
    root = strict_xml(body, url)
    check_feed(root, url)
    total = _number(root, "totalResults", url)
    start = _number(root, "startIndex", url)
    if start != first:
        raise BadAnswer(url, f"the answer starts at {start:,} where {first:,} was asked")
    entries = [_listed(entry, url) for entry in root.iterfind(f"{ATOM}entry")]
    ids = tuple(id_ for id_, _ in entries)
    expected = min(most, max(0, total - first))
    if len(ids) < expected:
        held = plural(len(ids), "paper")
        raise ShortAnswer(
            url, f"the answer has {held}, but {expected:,} of {total:,} were asked for"
        )
    if len(ids) > expected:
        raise BadAnswer(
            url, f"the answer has {len(ids):,} papers, but at most {expected:,} are possible"
        )
    _check_ids(ids, wanted, url)
    if newest_first and any(one < other for (_, one), (_, other) in pairwise(entries)):
        raise BadAnswer(url, "the papers are not sorted by lastUpdatedDate as asked")
    return QueryAnswer(total, ids)


def _number(root: etree._Element, name: str, url: str) -> int:
    """One of the numbers at the top of the feed."""
    text = (root.findtext(f"{_OPENSEARCH}{name}") or "").strip()
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise BadAnswer(url, f"the answer has no {name} that is a number: {shortened(text)!r}")
    return int(text)


def _check_ids(ids: Sequence[ArxivId], wanted: Sequence[ArxivId], url: str) -> None:
    """Check that no paper is there twice, and none that the identifiers did not ask for."""
    times = Counter(str(id_) if wanted else id_.id for id_ in ids)
    for name, number in times.items():
        if number > 1:
            raise BadAnswer(url, f"{name} is in the answer twice")
    for id_ in ids:
        if wanted and id_ not in wanted and ArxivId(id_.id) not in wanted:
            raise BadAnswer(url, f"{id_} is in the answer, but was not asked for")


def _listed(entry: etree._Element, url: str) -> tuple[ArxivId, datetime]:
    """Read an entry's identifier and last update; raises BadAnswer if it lacks what papers need."""
    for path in _TEXTS:
        for found in entry.iterfind(path):
            if len(found):
                name = etree.QName(found).localname
                raise BadAnswer(url, f"an entry's <{name}> holds more than text")
    texts = {name: _only_text(entry, name, url) for name in ("id", "title", "summary")}
    try:
        id_ = ArxivId.parse(texts["id"])
    except ValueError:
        said = shortened(texts["id"].strip())
        raise BadAnswer(url, f"an entry has no arXiv identifier: {said!r}") from None
    if id_.version is None:
        raise BadAnswer(url, f"{id_} has no version in the answer")
    dates: list[datetime] = []
    for name in ("updated", "published"):
        try:
            dates.append(moment(_only_text(entry, name, url).strip()))
        except ValueError as error:
            raise BadAnswer(url, f"an entry's <{name}> is {error}") from None
    return id_, dates[0]


def _only_text(entry: etree._Element, name: str, url: str) -> str:
    """Read the only element of this name."""
    found = entry.findall(f"{ATOM}{name}")
    if len(found) != 1:
        raise BadAnswer(url, f"an entry has {len(found)} elements <{name}> where one is due")
    return found[0].text or ""
