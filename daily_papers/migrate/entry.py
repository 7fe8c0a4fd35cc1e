"""One entry of whatever file, and the paper that it is.

An entry is a paper if a cell links to one; what it does not tell is unknown until a search
completes it. A row leaves a README only if all that it says is in the stored paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from daily_papers.migrate.cells import (
    ET_AL,
    FOLD,
    LINKED,
    NO_TITLE,
    PICTURE,
    TO_PAPER,
    Cell,
    is_empty,
    named,
    plain,
    title_in,
)
from daily_papers.migrate.names import find_date, links_to_paper, paper_named, papers_in
from daily_papers.papers.authors import is_name, split_authors
from daily_papers.papers.links import code_url
from daily_papers.papers.paper import ArxivId, Origin, Paper, announcement_order, folded
from daily_papers.text import cut, midnight

_SEVERAL = "it links to several papers, so give each a row of its own, then import again"
_UNREAD = (
    "its link to a paper cannot be read: it must be on the title or in a column of links, and have "
    "an identifier that a paper can have; write \\| for each | in a text"
)
MENTIONED = (
    "it links to a paper, but is neither its item in a list nor its row in a table with a header, "
    "so it stays; to import the paper, write it like: - [A title](https://arxiv.org/abs/…)"
)
NO_LINK = "no link to a paper on arXiv"
# What a comment has that is no author's.
_CODE = "Code: "
#: Where the paper of an entry may be linked, in the order in which they count.
_MAY_LINK = ("link", "title", "date", "idle", "other")
# Of a list as Python writes it.
_QUOTES = re.compile(r"^\[|\]$|(?<![^\s,;\[])['\"]|['\"](?![^\s,;\]])")
_LAST_FIRST = re.compile(r"^\s*([^,]+),\s*([^,]+?)\s*$")
#: `[CVPR 2025] A paper`, `1. A paper`, `A paper. In`; not `[Re] A paper`, `(16) Psyche`, `[18F]F`.
_NOT_OF_TITLE = re.compile(
    r"\A[\[(【][^\[\]()【】]{0,60}(?:\b20[0-3]\d\b|['’]\d\d)[^\[\]()【】]{0,60}[\])】]\s*(?=\w)"
    r"|\A[\[【][^\[\]【】]{0,60}\d[\]】]\s+(?=\w)"
    r"|\A\d{1,3}[.)]\s+(?=\w)|(?<=[.?!]) In\Z"
)
_LINKED_TITLE = re.compile(rf"[*_]*\[(?P<title>.*){TO_PAPER}", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Entry:
    """What may be a paper: where it is, what it says, and what is above it."""

    #: The lines that it is on, if its file has lines, or else the keys that lead to it.
    lines: Sequence[int]
    key: str = ""
    #: Without cells it is a topic that has no papers here.
    cells: Sequence[Cell] = ()
    topic: str = ""
    day: str = ""
    # What comes of it.
    paper: Paper | None = None
    topics: Sequence[str] = ()
    #: Why it is not stored, and what is meant; empty if it is.
    cause: str = ""
    example: str = ""


def read_entry(entry: Entry) -> None:
    """Give an entry its paper, or say why it has none."""
    entry.cells = cells = named(entry.cells)
    papers = papers_of(cells)
    is_linking = any(links_to_paper(text) for _, text in cells)
    if not entry.cause and len({paper.id for paper in papers}) == 1:
        entry.paper = _paper(papers[0], cells, entry.day)
        return
    entry.cause = entry.cause or (_SEVERAL if papers else _UNREAD if is_linking else NO_LINK)
    entry.example = repr(cut(folded(next(_texts(cells, "title"), cells[0][1])), 60))


def papers_of(cells: Sequence[Cell]) -> Sequence[ArxivId]:
    """The papers that an entry may be, by the cells that say it best; those it mentions are others.

    A title that is one link is the best, and then the cells in the order of their kinds.
    """
    titles = [list(papers_in(t)) for t in _texts(cells, "title") if _LINKED_TITLE.fullmatch(t)]
    if own := [papers[0] for papers in titles if len(papers) == 1]:
        return own
    for kind in _MAY_LINK:
        found = [paper for text in _texts(cells, kind) for paper in papers_in(text)]
        if kind == "link":
            found += filter(None, (paper_named(plain(text)) for text in _texts(cells, kind)))
        if found:
            return found
    return ()


def topics_in(cells: Sequence[Cell], kind: str) -> Iterator[str]:
    """The topics or categories that an entry names."""
    parts = (plain(part) for text in _texts(cells, kind) for part in re.split(r"[;,]", text))
    return (part for part in parts if not is_empty(part))


def _paper(found: ArxivId, cells: Sequence[Cell], day_above: str) -> Paper:
    # In the digests that nobody escapes, signs of Markdown are the author's.
    is_known = {kind for kind, _ in cells} <= {"title", "date", "abstract", "comment"}
    is_raw = is_known and any(map(FOLD.fullmatch, _texts(cells, "abstract")))
    reading = folded if is_raw else plain
    written, published = _day(cells, "date"), _day(cells, "published")
    month = announcement_order(found.id)[0]
    day = written or published or _day([("date", day_above)], "date")
    paper = Paper(
        id=found.id,
        version=found.version or 1,  # the lowest, so that any other way knows better
        title=_title(cells, is_raw=is_raw) or f"arXiv:{found.id}",
        authors=_authors(cells),
        abstract=max(_read(cells, "abstract", reading), key=len, default=""),
        comment="; ".join(_read(cells, "comment", reading)) or None,
        published=midnight(published) if written and published else None,
        updated=midnight(day or date(month // 100, month % 100, 1)),
        origin=Origin.IMPORT,
    )
    comment = "; ".join(filter(None, [paper.comment, _code(paper, cells)]))
    return replace(paper, comment=comment or None)


def _code(paper: Paper, cells: Sequence[Cell]) -> str | None:
    """What a comment says of the code that is linked, unless it does already."""
    links = " ".join(text for kind in ("code", "link") for text in _texts(cells, kind))
    code = code_url(replace(paper, abstract="", comment=PICTURE.sub("", links)))
    return f"{_CODE}{code}" if code and code != code_url(paper) else None


def _texts(cells: Sequence[Cell], kind: str) -> Iterator[str]:
    return (text for each, text in cells if each == kind)


def _title(cells: Sequence[Cell], *, is_raw: bool) -> str:
    """The words of a link to a paper, or else those beside the links."""
    for text in _texts(cells, "title"):
        if is_raw and (whole := _LINKED_TITLE.fullmatch(text)):
            return folded(whole["title"])
        found = title_in(text)
        linked = plain(found["linked"]) if found and found["linked"] else ""
        title = linked or plain(LINKED.sub(" ", text)) or plain(text)
        if not NO_TITLE.fullmatch(title):
            return _NOT_OF_TITLE.sub("", title)
    return ""


def _read(cells: Sequence[Cell], kind: str, reading: Callable[[str], str]) -> Iterator[str]:
    for text in _texts(cells, kind):
        fold = FOLD.fullmatch(text)
        read = reading(fold["text"] if fold else text)
        if read and not (reading is plain and is_empty(read)):
            yield read


def _authors(cells: Sequence[Cell]) -> tuple[str, ...] | None:
    """The authors, where all of them are named: "Somebody et al." is no list of authors."""
    for written in _texts(cells, "authors"):
        text = _QUOTES.sub("", plain(re.sub(r"<br\s*/?>|[；、，|]", "; ", written)))
        if not is_empty(text) and not ET_AL.search(text):
            if ";" in text:
                text = ";".join(_LAST_FIRST.sub(r"\2 \1", part) for part in text.split(";"))
            return tuple(filter(is_name, split_authors(text))) or None
    return None


def _day(cells: Sequence[Cell], kind: str) -> date | None:
    days = (find_date(plain(text)) for text in _texts(cells, kind))
    return next((found[0] for found in days if found), None)
