"""The announcement feed: all that arXiv lists today in some categories, in one answer or a few.

The feed (https://info.arxiv.org/help/rss.html) covers a single day, and has neither comments nor
submission dates. Only its identifiers prove which day it covers: `trust.accept_feed` compares them
with those of the day before.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import quote

import feedparser
from lxml import etree

from daily_papers.arxiv.session import PoliteSession
from daily_papers.arxiv.xml import (
    ARXIV,
    ATOM,
    ATOM_FEED,
    answer_of,
    first_doi,
    plausible,
    read_each,
    readable,
    readable_categories,
)
from daily_papers.clock import LISTING_ZONE
from daily_papers.errors import BadAnswer, FetchError
from daily_papers.papers.announcement import AnnounceKind, Announcement, PartAnswer
from daily_papers.papers.authors import split_authors
from daily_papers.papers.paper import ArxivId, Origin, Paper, announcement_order
from daily_papers.query.taxonomy import ARCHIVES, CATEGORIES
from daily_papers.text import shortened

#: How arXiv refuses a whole feed because of one category, the first that it does not know.
_REFUSAL = re.compile("Bad (?:archive|subject class)")
_PRECEDENCE = tuple(AnnounceKind)
_DC = "{http://purl.org/dc/elements/1.1/}"
#: The elements of an item that are read.
_READ = frozenset(
    {f"{ATOM}{name}" for name in ("id", "title", "summary", "category", "published")}
    | {f"{ARXIV}{name}" for name in ("announce_type", "DOI", "journal_reference")}
    | {f"{_DC}creator"}
)
#: Items of arXiv have some twenty.
_MOST_ELEMENTS = 100
_LONG_NAME = re.compile(r"[\w.+-]{300}", re.ASCII)
_SUMMARY = re.compile(r"arXiv:\S+\s+Announce Type:\s*\S+\s+Abstract:(?P<abstract>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """All parts of a day's listing; if a part failed, the others are still here."""

    parts: list[PartAnswer] = field(default_factory=list)
    #: Why parts were not answered, or were rejected.
    failures: list[FetchError] = field(default_factory=list)
    #: The categories that were left out, since arXiv refused a part with them.
    unknown: list[str] = field(default_factory=list)


def todays_feed(session: PoliteSession, parts: Sequence[tuple[str, ...]]) -> FeedAnswer:
    """Ask for the listing of the day, part by part (of ``plan.split_into_parts``).

    A part that is refused because arXiv does not know a category is asked for again without those
    that our table does not know either.
    """
    answer = FeedAnswer()
    due = list(parts)
    for categories in due:
        names = sorted(set(categories)) or sorted(ARCHIVES)
        url = f"{session.services.feed_url}/atom/{'+'.join(quote(name, safe='') for name in names)}"
        try:
            read = partial(read_part, url=url, categories=categories)
            answer.parts.append(session.fetch(url, read))
        except FetchError as error:
            unknown = [each for each in categories if each not in ARCHIVES | CATEGORIES]
            if not unknown or not _REFUSAL.search(error.reason):
                answer.failures.append(error)
                continue
            answer.unknown.extend(unknown)
            if rest := tuple(name for name in categories if name not in unknown):
                due.append(rest)
    return answer


def read_part(body: bytes, url: str, categories: Iterable[str]) -> PartAnswer:
    """Read a feed; raises BadAnswer if it is cut off, an error in disguise, or not a feed at all.

    Single items that cannot be read are left out, and the log names them.
    """
    entries = _entries(answer_of(body, url, ATOM_FEED), url)
    # All entries of a feed should give the same day.
    days = Counter(day for entry in entries if (day := _listing_day(entry)) is not None)
    day = max(days, key=lambda day: (days[day], day), default=None)
    announcements = read_each(
        entries,
        lambda entry: _announcement(entry, day),
        what="item of the feed",
        name=lambda entry: str(entry.get("id", "without id")),
        url=url,
    )
    return PartAnswer(
        categories=tuple(categories),
        url=url,
        announcements=merge_parts([announcements]),
        count=len(entries),
    )


def merge_parts(parts: Iterable[Iterable[Announcement]]) -> tuple[Announcement, ...]:
    """Each announced paper once, in the order of the parts.

    A paper's kind depends on the categories that were asked for: it may be ``cross`` in one part,
    and ``new`` in the part with its primary category. For all parts together it is ``new``. The
    highest version wins.
    """
    whole: dict[str, Announcement] = {}
    for announcement in chain.from_iterable(parts):
        known = whole.setdefault(announcement.paper.id, announcement)
        kind = min(known.kind, announcement.kind, key=_PRECEDENCE.index)
        latest = max(known, announcement, key=lambda each: each.paper.version)
        whole[announcement.paper.id] = replace(latest, kind=kind)
    return tuple(whole.values())


def _entries(root: etree._Element, url: str) -> list[Mapping[str, Any]]:
    """The entries as feedparser reads them, with only what is read here.

    Raises BadAnswer if feedparser's work would grow faster than the feed: it compares each category
    with all before it, and looks for an email address starting at each letter of a name. It gets
    bytes in memory, never a string, which it might take for an address or a file name. Both of its
    switches are off, since it would change markup and links. What it always repairs (UTF-8 read as
    Latin-1, control characters of cp1252) does not occur: arXiv's feed is ASCII.
    """
    for child in [each for each in root if each.tag != f"{ATOM}entry"]:
        root.remove(child)
    for entry in root:
        for element in list(entry):
            if element.tag not in _READ or len(element):
                entry.remove(element)
            elif _LONG_NAME.search(element.text or "") and element.tag == f"{_DC}creator":
                raise BadAnswer(url, "an author's name has more than 300 letters without a space")
        if len(entry) > _MOST_ELEMENTS:
            raise BadAnswer(url, f"an item has more than {_MOST_ELEMENTS} elements")
    body = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    if feed.bozo:
        raise BadAnswer(url, f"not a feed: {shortened(str(feed.bozo_exception))}")
    return list(feed.entries)


def _listing_day(entry: Mapping[str, Any]) -> date | None:
    """The day of ``published``, which is midnight at the start of the listing day in New York."""
    try:
        when = plausible(datetime.fromisoformat(entry["published"]))
        return when.astimezone(LISTING_ZONE).date()
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _announcement(entry: Mapping[str, Any], day: date | None) -> Announcement:
    """Read one entry; raises ValueError if it lacks what a paper needs."""
    identifier = ArxivId.parse(_text(entry, "id"))
    summary = _SUMMARY.fullmatch(_text(entry, "summary"))
    if identifier.version is None:
        raise ValueError("no version")
    if summary is None:
        raise ValueError("no abstract where it should be")
    if day is None:
        raise ValueError("no listing day")
    if announcement_order(identifier.id)[0] > day.year * 100 + day.month:
        raise ValueError(f"an identifier from a month after {day}")
    categories = readable_categories(tag.get("term") or "" for tag in entry.get("tags", ()))
    paper = Paper(
        id=identifier.id,
        version=identifier.version,
        title=readable(_text(entry, "title")),
        authors=split_authors(entry.get("author", "")) or None,
        abstract=readable(summary["abstract"]),
        primary_category=next(iter(categories), None),
        categories=categories or None,
        announced=day,
        doi=first_doi(entry.get("arxiv_doi", "")),
        journal_ref=readable(entry.get("arxiv_journal_reference", "")) or None,
        origin=Origin.FEED,
    )
    return Announcement(paper, AnnounceKind(_text(entry, "arxiv_announce_type")))


def _text(entry: Mapping[str, Any], name: str) -> str:
    """The text of an element that each entry has."""
    text = str(entry.get(name, "")).strip()
    if not text:
        raise ValueError(f"no {name}")
    return text
