r"""One row of a published digest table, read as a paper.

A row stands on one line::

    | **[Title](http://arxiv.org/abs/2501.01234v2)** | 2025-01-31 | <details>…</details> | comment |

Most published digests escape nothing, so a ``|`` may stand in any text. A row is therefore not
split at ``|``: its cells are told by the pieces that are always there, the link behind the title,
the date, and the folds around the abstract and a long comment. What is between them is the text,
whatever it holds but these pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from html import unescape
from itertools import pairwise

from daily_papers.papers.paper import ArxivId, Origin, Paper, folded


class Column(Enum):
    """What a column holds; the value is its name in the header, without case."""

    TITLE = "title"
    DATE = "date"
    ABSTRACT = "abstract"
    COMMENT = "comment"
    OTHER = ""


class UnreadRowError(ValueError):
    """A row that is not a paper; the text says why."""


#: How the file writes texts: `as_written`, or `escaped_by_us` in a region of ours.
Reading = Callable[[str], str]

_ARXIV = r"https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf)/[^\s()|<>]+"
_LINK = rf"\]\(\s*<?(?P<link>{_ARXIV})>?\s*\)[*_]*"
_LINKED = re.compile(rf"\]\(\s*<?{_ARXIV}")
_TITLE = re.compile(rf"[*_]*\[(?P<title>.*){_LINK}")
_FOLD = re.compile(r"<details>\s*<summary>.{0,200}?</summary>\s*<p>(?P<text>.*)</p>\s*</details>")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")

_BORDER = re.compile(r"(?<!\\)\|")
_BORDER_AFTER_LINK = re.compile(rf"{_LINK}\s*\|")
_BORDER_AFTER_FOLD = re.compile(r"</p>\s*</details>\s*\|")
# A text without a fold ends at the first border behind which its neighbour is what it must be.
_BORDER_BEFORE = {
    Column.TITLE: re.compile(r"\|(?=\s*[*_]*\[)"),
    Column.DATE: re.compile(r"\|(?=\s*\d{4}-\d{2}-\d{2}\s*(?:\||$))"),
    Column.ABSTRACT: re.compile(r"\|(?=\s*<details>)"),
}

_WRITTEN_BY_US = re.compile(
    r"""\\(?P<sign>[!-/:-@\[-`{-~]) | <span>(?P<dollar>\$)</span>
        | <(?P<address>(?:https?|ftp)://[^<>\s]*)> | (?P<entity>&(?:\#?[0-9A-Za-z]+);)""",
    re.VERBOSE,
)


def columns_of(line: str) -> tuple[Column, ...] | None:
    """The columns that a table's header names; None where it is no table of papers."""
    if "|" not in line:
        return None
    names = [cell.strip(" \t*_").lower() for cell in cells_of(line)]
    columns = tuple(Column(name) if name in _NAMES else Column.OTHER for name in names)
    known = [column for column in columns if column is not Column.OTHER]
    is_one = {Column.TITLE, Column.DATE} <= set(known) and len(known) == len(set(known))
    return columns if is_one else None


_NAMES = frozenset(column.value for column in Column)


def cells_of(line: str) -> list[str]:
    """The cells of any table's line, in which each | that is not escaped ends one."""
    return _BORDER.split(_within(line))


def links_to_paper(line: str) -> bool:
    """Whether a link to a paper at arxiv.org stands on a line."""
    return bool(_LINKED.search(line))


def is_delimiter(line: str, columns: Sequence[object]) -> bool:
    """Whether the line is the ``| --- | :---: |`` under a header of these columns."""
    bare = line.strip()
    return bool(_DELIMITER.fullmatch(bare)) and len(_within(bare).split("|")) == len(columns)


def as_written(text: str) -> str:
    """Read a text that nobody has escaped."""
    return text


def escaped_by_us(text: str) -> str:
    """Undo the escaping of a Markdown file that we rendered."""
    return _WRITTEN_BY_US.sub(
        lambda token: token["sign"] or token["dollar"] or unescape(token["address"] or token[0]),
        text,
    )


def read_row(line: str, columns: tuple[Column, ...], reading: Reading) -> Paper:
    """Read a row as a paper. Raises UnreadRowError where it is none."""
    cells = dict(zip(columns, _cells(line, columns), strict=True))
    title = _TITLE.fullmatch(cells[Column.TITLE])
    if title is None:
        raise UnreadRowError(
            f"the title is no link to a paper at arxiv.org: {_shortened(cells[Column.TITLE])}"
        )
    text = folded(reading(title["title"]))
    if not text:
        raise UnreadRowError("the title is empty")
    found = _identifier(title["link"])
    return Paper(
        id=found.id,
        version=found.version or 1,  # the lowest, so that any other way knows better
        title=text,
        abstract=_text(cells.get(Column.ABSTRACT, ""), reading),
        comment=_text(cells.get(Column.COMMENT, ""), reading) or None,
        updated=_midnight(cells[Column.DATE]),
        origin=Origin.IMPORT,
    )


def _cells(line: str, columns: tuple[Column, ...]) -> list[str]:
    if not line.strip().endswith("|"):
        raise UnreadRowError("the row is cut: it does not end with |")
    rest = _within(line)
    cells: list[str] = []
    for column, following in pairwise(columns):
        rest = rest.lstrip()
        border = _border(rest, column, following)
        if border is None:
            raise UnreadRowError(f"{len(columns)} columns are wanted, {len(cells) + 1} are there")
        cells.append(rest[:border].rstrip())
        rest = rest[border + 1 :]
    return [*cells, rest.strip()]


def _border(rest: str, column: Column, following: Column) -> int | None:
    """Find the | that ends the first cell."""
    anchored = None
    if column is Column.TITLE:
        anchored = _BORDER_AFTER_LINK.search(rest)
    elif column in {Column.ABSTRACT, Column.COMMENT} and rest.startswith("<details>"):
        anchored = _BORDER_AFTER_FOLD.search(rest)
    elif column is not Column.DATE and following in _BORDER_BEFORE:
        anchored = _BORDER_BEFORE[following].search(rest)
    if anchored is not None:
        return anchored.end() - 1
    plain = _BORDER.search(rest)
    return plain.start() if plain else None


def _within(line: str) -> str:
    return line.strip().removeprefix("|").removesuffix("|")


def _text(cell: str, reading: Reading) -> str:
    fold = _FOLD.fullmatch(cell)
    return folded(reading(fold["text"] if fold else cell))


def _identifier(link: str) -> ArxivId:
    try:
        return ArxivId.parse(re.sub(r"[?#].*", "", link))
    except ValueError:
        raise UnreadRowError(f"the title links to no arXiv paper: {_shortened(link)}") from None


def read_date(text: str) -> date | None:
    """Read a day like 2025-01-31; None where there is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(cell: str) -> datetime:
    day = read_date(cell)
    if day is None:
        raise UnreadRowError(f"the date is not like 2025-01-31: {_shortened(cell)}")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
