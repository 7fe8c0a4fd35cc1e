"""OAI-PMH in the format arXivRaw: everything that changed on arXiv since a day, page by page.

OAI-PMH (https://www.openarchives.org/OAI/openarchivesprotocol.html) selects by datestamp, the day
on which a record last changed. So a page has new papers, revisions, papers that moderation had
held back, and old papers that only got a new journal reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urlencode

from lxml import etree

from daily_papers.arxiv.session import PoliteSession
from daily_papers.arxiv.xml import (
    OAI,
    OAI_PMH,
    answer_of,
    first_doi,
    plausible,
    read_each,
    readable,
    readable_categories,
)
from daily_papers.errors import BadAnswer
from daily_papers.papers.authors import split_authors
from daily_papers.papers.paper import ArxivId, Origin, Paper
from daily_papers.text import shortened

#: Far more than any gap worth harvesting needs; a server that goes on for longer is broken.
_MOST_PAGES = 300
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
#: What arXiv puts in place of the files of a withdrawn version.
_WITHDRAWN_FILES = "I"


def changed_since(
    session: PoliteSession, day: date, set_spec: str | None = None
) -> Iterator[OaiPage]:
    """Ask for all records with a datestamp of this UTC day or later, page by page.

    ``set_spec`` is one of ``plan.Harvest.sets``; None is everything. If a page fails, raises
    FetchError after yielding the pages before it. No end date is sent, since arXiv caches answers
    for closed ranges for days. ``day`` must be before today, since arXiv caches "nothing yet" until
    midnight UTC.
    """
    arguments = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": day.isoformat()}
    arguments |= {"set": set_spec} if set_spec else {}
    for _ in range(_MOST_PAGES):
        url = f"{session.services.oai_url}?{urlencode(arguments)}"
        page = session.fetch(url, partial(read_page, url=url))
        yield page
        if page.resumption_token is None:
            return
        # A token is opaque: it is sent back alone, encoded once.
        arguments = {"verb": "ListRecords", "resumptionToken": page.resumption_token}
    raise BadAnswer(url, f"the harvest has not ended after {_MOST_PAGES} pages")


@dataclass(frozen=True, slots=True, kw_only=True)
class OaiPage:
    """One answer of a harvest."""

    url: str
    papers: tuple[Paper, ...]
    #: What asks for the next page; None on the last one.
    resumption_token: str | None


def read_page(body: bytes, url: str) -> OaiPage:
    """Read a page; raises BadAnswer if it is cut off, an error, or not a page at all.

    If nothing has changed, the page is empty. Deleted records are left out, and so are single
    records that cannot be read, which the log names.
    """
    root = answer_of(body, url, OAI_PMH)
    if root.find(f"{OAI}ListRecords") is None and root.find(f"{OAI}error") is None:
        raise BadAnswer(url, "OAI-PMH answered with neither records nor an error")
    papers = read_each(
        root.findall(f"{OAI}ListRecords/{OAI}record"),
        _paper,
        what="record of the page",
        name=lambda record: record.findtext(f"{OAI}header/{OAI}identifier") or "without name",
        url=url,
    )
    # The token is empty on the last page, and missing if there is only one page.
    token = (root.findtext(f"{OAI}ListRecords/{OAI}resumptionToken") or "").strip()
    return OaiPage(url=url, papers=tuple(filter(None, papers)), resumption_token=token or None)


def _paper(record: etree._Element) -> Paper | None:
    """Read a record; None if it is deleted. Raises ValueError if something is missing."""
    header = record.find(f"{OAI}header")
    if header is None:
        raise ValueError("no header")
    identifier = ArxivId.parse(header.findtext(f"{OAI}identifier") or "")
    if header.get("status") == "deleted":
        return None
    raw = record.find(f"{OAI}metadata/{_RAW}arXivRaw")
    if raw is None:
        raise ValueError("no metadata in the format arXivRaw")
    if ArxivId.parse(_text(raw, "id")).id != identifier.id:
        raise ValueError(f"the metadata is of another paper: {_text(raw, 'id')}")
    title = readable(_text(raw, "title"))
    if not title:
        raise ValueError("no title")
    versions = _versions(raw)
    latest = max(versions)
    categories = readable_categories(_text(raw, "categories").split())
    paper = Paper(
        id=identifier.id,
        version=latest,
        title=title,
        authors=split_authors(_text(raw, "authors")) or None,
        abstract=readable(_text(raw, "abstract")),
        comment=readable(_text(raw, "comments")) or None,
        primary_category=next(iter(categories), None),
        categories=categories or None,
        published=_date(versions[1]) if 1 in versions else None,
        updated=_date(versions[latest]),
        doi=first_doi(_text(raw, "doi")),
        journal_ref=readable(_text(raw, "journal-ref")) or None,
        withdrawn=_has_no_files(versions[latest]) or None,
        origin=Origin.OAI,
    )
    before = [n for n in versions if n < latest and not _has_no_files(versions[n])]
    if paper.is_withdrawn and before:
        return replace(paper, previous=_date(versions[max(before)]))
    return paper


def _has_no_files(version: etree._Element) -> bool:
    return _WITHDRAWN_FILES in _text(version, "source_type")


def _versions(raw: etree._Element) -> dict[int, etree._Element]:
    """The paper's versions by their number; raises ValueError if there is none."""
    versions: dict[int, etree._Element] = {}
    for version in raw.iterfind(f"{_RAW}version"):
        name = re.fullmatch(r"v([1-9]\d{0,5})", version.get("version", ""), re.ASCII)
        if name is None:
            raise ValueError(f"a version without number: {version.get('version')!r}")
        versions[int(name[1])] = version
    if not versions:
        raise ValueError("no version")
    return versions


def _date(version: etree._Element) -> datetime:
    """When a version was submitted, as ``Wed, 25 Jun 2008 15:29:38 GMT``."""
    text = _text(version, "date")
    try:
        return plausible(parsedate_to_datetime(text)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        raise ValueError(f"not a date: {shortened(text)!r}") from None


def _text(parent: etree._Element, name: str) -> str:
    """The text of an element, or nothing."""
    return parent.findtext(f"{_RAW}{name}") or ""
