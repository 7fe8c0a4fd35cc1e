"""XML as arXiv serves it, read in linear time or refused; and the texts in it.

Some parsers take quadratic time for attributes, name spaces or comments. lxml (libxml2 2.14) does
not, and refuses deep nesting. So it reads each answer first; if a tag goes far beyond anything that
arXiv has ever served, no other parser sees it.

The announcement feed and arXivRaw give authors' TeX and line breaks; the query API gives letters.
Here both become the same, so that details that come later do not look like a change.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from lxml import etree

from daily_papers.errors import BadAnswer
from daily_papers.papers.paper import folded
from daily_papers.papers.tex import decode_accents
from daily_papers.text import shortened

logger = logging.getLogger(__name__)

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
#: Kinds of answers: the tag of the root, and its name.
ATOM_FEED = (f"{ATOM}feed", "an Atom feed")
OAI_PMH = (f"{OAI}OAI-PMH", "OAI-PMH")
Item = TypeVar("Item")
Found = TypeVar("Found")

#: arXiv's elements have at most four attributes and five name spaces.
_MOST_ATTRIBUTES = 50
#: A search's answer has the address that was asked for in a tag; it may be 4,000 bytes long.
_LONGEST_TAG = 20_000
#: arXiv began in 1991, with papers that are a little older.
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
#: What lxml adds, which repeats the position.
_IN_STRING = re.compile(r" \(<string>, line \d+\)$")
_WEB_PAGE = re.compile(rb"[^<]*(?:<(?:\?|!--)[^<]*)*<(?:!DOCTYPE\s+html|html)\b", re.IGNORECASE)
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]{2}|\.[a-z]+(?:-[a-z]+)?)?", re.ASCII)


def strict_xml(body: bytes, url: str) -> etree._Element:
    """Parse a complete, well-formed document without document type; else raise BadAnswer.

    Comments and instructions are left out.
    """
    if _WEB_PAGE.match(body):
        raise BadAnswer(url, "the answer is a web page instead of XML")
    if not body.strip():
        raise BadAnswer(url, "the answer is empty")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        said = shortened(_IN_STRING.sub("", str(error)))
        raise BadAnswer(url, f"not a complete XML document: {said}") from error
    never = "which arXiv's answers never do"
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadAnswer(url, f"the answer declares a document type, {never}")
    for element in root.iter():
        # The first one ends it, since each has the name spaces of those around it.
        if len(element.attrib) > _MOST_ATTRIBUTES or len(element.nsmap) > _MOST_ATTRIBUTES:
            what = f"has more than {_MOST_ATTRIBUTES} attributes or namespaces in an element"
            raise BadAnswer(url, f"the answer {what}, {never}")
        if sum(map(len, map(str, element.attrib.values()))) > _LONGEST_TAG:
            raise BadAnswer(url, f"the answer has a tag of {_LONGEST_TAG:,} characters, {never}")
    return root


def read_each(
    items: Sequence[Item],
    read: Callable[[Item], Found],
    *,
    what: str,
    name: Callable[[Item], str],
    url: str,
) -> list[Found]:
    """What ``read`` makes of each item; those that raise ValueError are left out, and logged.

    Raises BadAnswer if not one of them can be read.
    """
    found: list[Found] = []
    unreadable: list[str] = []
    for item in items:
        try:
            found.append(read(item))
        except ValueError as error:
            unreadable.append(shortened(f"{name(item)}: {error}"))
    if unreadable and not found:
        raise BadAnswer(url, f"no {what} can be read; the first is {unreadable[0]}")
    for each in unreadable:
        logger.warning("left out: %s", each)
    return found


def answer_of(body: bytes, url: str, kind: tuple[str, str]) -> etree._Element:
    """Parse an answer; raises BadAnswer if it is of another kind, or an error instead."""
    tag, what = kind
    root = strict_xml(body, url)
    if root.tag != tag:
        raise BadAnswer(url, f"not {what}, but <{shortened(etree.QName(root).localname)}>")
    message = _error_in(root)
    if message is not None:
        raise BadAnswer(url, f"arXiv refused the request: {message}")
    return root


def error_message(body: bytes) -> str | None:
    """Return the message of an error feed, which arXiv sends with status 400; None if none."""
    try:
        return _error_in(strict_xml(body, ""))
    except BadAnswer:
        return None


def _error_in(root: etree._Element) -> str | None:
    """Find the query API's error entry, the announcement feed's error title, or OAI-PMH's error."""
    for entry in root.iterfind(f"{ATOM}entry"):
        if "/api/errors" in (entry.findtext(f"{ATOM}id") or ""):
            return shortened(entry.findtext(f"{ATOM}summary") or "without a message")
    title = root.findtext(f"{ATOM}title") or ""
    if title.strip().startswith("Feed error for query"):
        return shortened(root.findtext(f"{ATOM}subtitle") or title)
    for error in root.iterfind(f"{OAI}error"):
        if error.get("code") != "noRecordsMatch":  # nothing has changed
            return shortened(f"{error.get('code', '')}: {error.text or 'without a message'}")
    return None


def plausible(when: datetime) -> datetime:
    """Return it; raises ValueError for a year so far off that adding days would overflow."""
    if not _FIRST_YEAR <= when.year <= _LAST_YEAR:
        raise ValueError(f"of the year {when.year}")
    return when


def readable(text: str) -> str:
    """Write TeX accents as letters and fold white space; leave everything else."""
    return folded(decode_accents(text))


def readable_categories(names: Iterable[str]) -> tuple[str, ...]:
    """Those that look like categories, in their order: the primary one comes first."""
    return tuple(dict.fromkeys(name for name in names if _CATEGORY.fullmatch(name)))


def first_doi(text: str) -> str | None:
    """The first DOI, if authors gave several, separated by spaces."""
    dois = text.split()
    return dois[0].rstrip(",;") or None if dois else None
