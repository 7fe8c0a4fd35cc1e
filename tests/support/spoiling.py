"""Good answers made bad in the ways in which arXiv has really served them bad, or worse."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

from lxml import etree

ERROR_FEED = b"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/</id>
  <title>arXiv Search Results</title>
  <updated>2026-01-20T06:23:00Z</updated>
  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>
  <opensearch:totalResults>1</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  <entry>
    <id>https://arxiv.org/api/errors#made_up_fault</id>
    <title>Error</title>
    <updated>2026-01-20T06:23:00Z</updated>
    <summary>made-up fault</summary>
  </entry>
</feed>
"""
WEB_PAGE = b"""<!DOCTYPE html>
<html><head><title>Down for maintenance</title></head><body><p>Back soon<br></body></html>
"""
ENTITY_BOMB = (
    b'<?xml version="1.0"?>\n<!DOCTYPE feed [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b']>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>&a11;</title></feed>\n'
)
#: 70 MB of spaces behind the start of a feed, in a few kilobytes.
HUGE_GZIP = gzip.compress(b'<feed xmlns="http://www.w3.org/2005/Atom">') + (
    gzip.compress(b" " * 2**20) * 70
)


def empty(body: bytes) -> bytes:
    """The same answer without a paper, saying that there are none."""
    return _with_papers(body, lambda _papers: [], total=0)


def short(body: bytes) -> bytes:
    """The same answer with every second paper gone, still stating the old total."""
    return _with_papers(body, lambda papers: papers[1::2])


def first_rows(body: bytes, count: int, *, total: bool) -> bytes:
    """The same answer cut after so many papers; with ``total`` it says that these are all."""
    return _with_papers(body, lambda papers: papers[:count], total=count if total else None)


def unsorted(body: bytes) -> bytes:
    """The same papers in the opposite order."""
    return _with_papers(body, lambda papers: papers[::-1])


def other_papers(body: bytes) -> bytes:
    """As many papers, of the same days, that nobody asked for."""
    root = etree.fromstring(body)
    for number, paper in enumerate(_papers(root)):
        for element in paper.iter():
            _replace_text(element, number)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def cut(body: bytes) -> bytes:
    """The first half."""
    return body[: len(body) // 2]


def malformed(body: bytes) -> bytes:
    """An end tag is missing in the middle, all else is there."""
    return body.replace(b"</title>", b"", 1) if b"</title>" in body else cut(body)


def _with_papers(
    body: bytes,
    chosen: Callable[[list[etree._Element]], list[etree._Element]],
    total: int | None = None,
) -> bytes:
    root = etree.fromstring(body)
    papers = _papers(root)
    if papers:
        parent = papers[0].getparent()
        assert parent is not None
        place = parent.index(papers[0])
        for paper in papers:
            parent.remove(paper)
        parent[place:place] = chosen(papers)
    for stated in root.iter("{http://a9.com/-/spec/opensearch/1.1/}totalResults"):
        stated.text = stated.text if total is None else str(total)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _papers(root: etree._Element) -> list[etree._Element]:
    """Entries of Atom feeds, records of OAI-PMH."""
    return [element for element in root.iter() if _local_name(element) in {"entry", "record"}]


def _local_name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _replace_text(element: etree._Element, number: int) -> None:
    text = element.text or ""
    match _local_name(element):
        case "id" | "identifier":
            found = re.search(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(v\d+)?$", text)
            if found is not None:
                element.text = f"{text[: found.start()]}1501.{number:05}{found[2] or ''}"
        case "title":
            element.text = f"Something else entirely, part {number}"
        case "summary":
            head, abstract, _ = text.rpartition("Abstract: ")
            element.text = f"{head}{abstract}Nothing of what was asked for."
        case "abstract":
            element.text = "Nothing of what was asked for."
        case "name" | "authors" | "creator":
            element.text = "Nobody Known"
