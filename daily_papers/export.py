"""The store's tables for other programs: JSON lines, CSV, BibTeX.

Each format is an iterator of texts that end with a newline, so that a large store need not be one
string. JSON lines are exact. The same columns stand in CSV for spreadsheets, where a cell that a
spreadsheet would run as a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from daily_papers.papers.bibtex import bibtex_entry
from daily_papers.papers.code_links import code_url
from daily_papers.papers.paper import Paper, folded, newest_first

COLUMNS = (
    *("keyword", "slug", "id", "version", "title", "authors", "abstract", "comment"),
    *("primary_category", "categories", "published", "updated", "first_seen", "doi"),
    *("journal_ref", "url", "code_url"),
)

# Excel and its kin run what begins with one of these, wide, small and raised ones too (which NFKC
# makes plain), and perhaps behind characters that nobody sees.
_FORMULA_STARTS = frozenset("=+-@")
_UNSEEN_KINDS = ("C", "M", "Z")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")

Value = str | int | list[str] | None


@dataclass(frozen=True, slots=True)
class Row:
    """A paper in the table of one keyword."""

    keyword: str
    slug: str
    paper: Paper
    #: The listing day on which the paper first stood in that table.
    first_seen: date


def jsonl(rows: Iterable[Row]) -> Iterator[str]:
    """One JSON object a row, newest first within a keyword; what is not known is null."""
    for row in _in_order(rows):
        yield json.dumps(_values(row), ensure_ascii=False) + "\n"


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A header and one line a row; lists are joined by semicolons, what is not known is empty."""
    yield _csv_line(COLUMNS)
    for row in _in_order(rows):
        yield _csv_line(_cell(value) for value in _values(row).values())


def csv_for_excel(rows: Iterable[Row]) -> Iterator[str]:
    """CSV behind a byte order mark, without which Excel does not read UTF-8."""
    yield "\ufeff"
    yield from csv_lines(rows)


def bibtex(rows: Iterable[Row]) -> Iterator[str]:
    """One entry a paper, however many keywords it has, and a blank line between two."""
    papers = {row.paper.id: row.paper for row in _in_order(rows)}
    for place, paper in enumerate(papers.values()):
        yield ("\n" if place else "") + bibtex_entry(paper) + "\n"


#: What ``--format`` takes.
FORMATS: Mapping[str, Callable[[Iterable[Row]], Iterator[str]]] = {
    "jsonl": jsonl,
    "csv": csv_lines,
    "bibtex": bibtex,
}


def _in_order(rows: Iterable[Row]) -> Iterator[Row]:
    """Keywords in the order in which they come, newest first within each."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        tables.setdefault(row.slug, []).append(row)
    for table in tables.values():
        yield from sorted(table, key=lambda row: newest_first(row.paper))


def _values(row: Row) -> dict[str, Value]:
    paper = row.paper
    values: tuple[Value, ...] = (
        *(row.keyword, row.slug, paper.id, paper.version, paper.title, _list(paper.authors)),
        *(paper.abstract, paper.comment, paper.primary_category, _list(paper.categories)),
        *(_moment(paper.published), _moment(paper.updated), row.first_seen.isoformat()),
        *(paper.doi, paper.journal_ref, paper.url, code_url(paper)),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _list(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def _moment(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second: ``2026-01-20T12:00:00Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cell(value: Value) -> str:
    if value is None:
        return ""
    text = folded("; ".join(value) if isinstance(value, list) else str(value))
    return f"'{text}" if _looks_like_formula(text) else text


def _looks_like_formula(text: str) -> bool:
    """Whether the first character that people see could begin a formula."""
    seen = (
        character
        for character in text
        if not unicodedata.category(character).startswith(_UNSEEN_KINDS)
        and character not in _BLANKS
    )
    return unicodedata.normalize("NFKC", next(seen, ""))[:1] in _FORMULA_STARTS


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
