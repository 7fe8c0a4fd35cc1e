"""The store's tables for other programs: JSON lines, CSV, BibTeX.

Rows come by keyword, the newest first. Each format yields texts that end with a newline, so that a
large store never has to be one string.
CSV is for spreadsheets: a cell that would run as a formula gets an apostrophe. What a model wrote
is in columns of its own, with the model's name; BibTeX has it as an annotation, with its mark.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from daily_papers.config import Keyword
from daily_papers.mail.digest import is_key
from daily_papers.papers.bibtex import bibtex_entry
from daily_papers.papers.links import code_url
from daily_papers.papers.paper import Paper, folded, newest_first
from daily_papers.store.store import Store, StoredPaper
from daily_papers.store.summaries import Summary
from daily_papers.text import rfc3339

COLUMNS = (
    *("keyword", "slug", "id", "version", "title", "authors", "abstract", "comment"),
    *("primary_category", "categories", "published", "updated", "first_seen", "doi"),
    *("journal_ref", "url", "code_url", "summary", "translated_title", "summary_model"),
    *("announced", "withdrawn", "digest"),
)

# Spreadsheets run a cell that begins with one of these, or with its full-width form (which NFKC
# turns into the plain one), even after invisible characters.
_FORMULA_STARTS = frozenset("=+-@")
_UNSEEN_KINDS = ("C", "M", "Z")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")

#: As `json.dumps` does, which makes an encoder each time.
_JSON = json.JSONEncoder(ensure_ascii=False).encode

Value = str | int | bool | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Row:
    """A paper that a keyword shows."""

    keyword: str
    slug: str
    paper: Paper
    #: The listing day on which the keyword first showed it.
    first_seen: date
    summary: Summary | None = None
    #: The key of the digest that named it for the keyword; None if it was never news of it.
    digest: str | None = None


def table_rows(
    keywords: Sequence[Keyword], store: Store, summaries: Mapping[str, Summary]
) -> Iterator[Row]:
    """The rows of the tables; ``summaries`` are by versioned identifier."""
    for keyword in keywords:
        for paper in store.table(keyword.slug):
            stored = store.papers[paper.id]
            day = stored.first_seen[keyword.slug]
            yield row_of(stored, keyword.name, keyword.slug, day, summaries)


def all_rows(
    keywords: Sequence[Keyword],
    papers: Mapping[str, StoredPaper],
    summaries: Mapping[str, Summary],
) -> Iterator[Row]:
    """All that was ever shown; a keyword no longer in keywords.yaml is named by its slug."""
    names = {keyword.slug: keyword.name for keyword in keywords}
    shown: dict[str, list[Row]] = {slug: [] for slug in names}
    for stored in papers.values():
        for slug, day in stored.shown.items():
            row = row_of(stored, names.get(slug, slug), slug, day, summaries)
            shown.setdefault(slug, []).append(row)
    for rows in shown.values():
        yield from sorted(rows, key=lambda row: newest_first(row.paper))


def row_of(
    stored: StoredPaper, keyword: str, slug: str, day: date, summaries: Mapping[str, Summary]
) -> Row:
    """A paper as a keyword has shown it since a day."""
    news, summary = stored.news, summaries.get(stored.paper.versioned_id)
    digest = news.digest if news and slug in news.keywords and is_key(news.digest) else None
    return Row(keyword, slug, stored.paper, day, summary, digest)


def jsonl(rows: Iterable[Row]) -> Iterator[str]:
    """One JSON object for each row; unknown values are null."""
    for row in rows:
        yield json_row(row) + "\n"


def json_row(row: Row) -> str:
    """The row as one JSON object."""
    return _JSON(_values(row))


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A header and a line for each row; lists are joined by semicolons, unknown cells empty."""
    for cells in chain([COLUMNS], (map(_cell, _values(row).values()) for row in rows)):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        yield line.getvalue()


def bibtex(rows: Iterable[Row]) -> Iterator[str]:
    """One entry for each paper, however many keywords it has, with blank lines between."""
    papers = {row.paper.id: row for row in rows}
    for place, row in enumerate(papers.values()):
        annotation = row.summary.text if row.summary else None
        yield ("\n" if place else "") + bibtex_entry(row.paper, annotation) + "\n"


#: What ``--format`` takes.
FORMATS: Mapping[str, Callable[[Iterable[Row]], Iterator[str]]] = {
    "jsonl": jsonl,
    "csv": csv_lines,
    "bibtex": bibtex,
}


def _values(row: Row) -> dict[str, Value]:
    paper, summary = row.paper, row.summary
    times = [None if time is None else rfc3339(time) for time in (paper.published, paper.updated)]
    values: tuple[Value, ...] = (
        *(row.keyword, row.slug, paper.id, paper.version, paper.title, paper.authors),
        *(paper.abstract, paper.comment, paper.primary_category, paper.categories),
        *times,
        *(row.first_seen.isoformat(), paper.doi, paper.journal_ref, paper.url, code_url(paper)),
        *((summary.sentence, summary.title, summary.model) if summary else (None, None, None)),
        paper.announced.isoformat() if paper.announced else None,
        *(paper.is_withdrawn, row.digest),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _cell(value: Value) -> str:
    if value is None:
        return ""
    text = folded("; ".join(value) if isinstance(value, tuple) else str(value))
    if isinstance(value, bool):
        return text.lower()
    return f"'{text}" if _looks_like_formula(text) else text


def _looks_like_formula(text: str) -> bool:
    """Whether the first visible character could begin a formula."""
    kind = unicodedata.category
    seen = (c for c in text if not kind(c).startswith(_UNSEEN_KINDS) and c not in _BLANKS)
    return unicodedata.normalize("NFKC", next(seen, ""))[:1] in _FORMULA_STARTS
