"""The rows of data files: JSON, JSON lines, CSV.

In JSON a record is an object that names a paper, or a text with a link to one, at whatever depth;
the keys that lead to it are its topic, unless they are days, identifiers or words like `papers`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from daily_papers.migrate.entries import entry_cells
from daily_papers.migrate.paper_links import (
    find_date,
    links_to_paper,
    paper_named,
    wrong_id,
    wrong_link,
)
from daily_papers.migrate.rows import (
    LONGEST,
    Cells,
    Kind,
    cells_of,
    dated,
    kind_named,
    paper_of,
    wrong_id_in,
)
from daily_papers.migrate.topics import is_topic

_DEEPEST = 12
_SPOKEN = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class DataRow:
    """A row, or a topic that has none."""

    line: int
    topic: str
    cells: Cells = ()


def rows_of_json(text: str) -> Iterator[DataRow]:
    """The rows of JSON, or of a line of JSON each. Raises ValueError where it is neither."""
    try:
        values = [(1, json.loads(text))]
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError as error:
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        try:
            values = [(number, json.loads(line)) for number, line in lines]
        except (ValueError, RecursionError):
            raise ValueError(f"not JSON: {error}") from None
    for line, value in values:
        yield from _rows(value, line, ("", ""), "", 0)


def _rows(
    value: object, line: int, above: tuple[str, str], key: str, depth: int
) -> Iterator[DataRow]:
    """The rows in a value, and topics that have none; a topic and a day may stand above it."""
    topic, day = above
    cells = _cells_of_text(value, key) if isinstance(value, str) else _cells(value, key)
    if paper_of(cells) or (cells and isinstance(value, str)) or _has_wrong_link(cells):
        yield DataRow(line, topic, dated(cells, day))
    elif isinstance(value, list) and depth <= _DEEPEST:
        for inner in value:
            yield from _rows(inner, line, above, "", depth + 1)
    elif isinstance(value, dict) and depth <= _DEEPEST:
        for key_of_inner, inner in value.items():
            name = _whole(key_of_inner)
            named = name if isinstance(inner, dict | list) and is_topic(name) else topic
            if not inner and named == name and depth == 0:
                yield DataRow(line, name)
            below = (named, name if find_date(name) else day)
            yield from _rows(inner, line, below, name, depth + 1)


def _cells_of_text(text: str, key: str) -> Cells:
    text = _whole(text)
    if links_to_paper(text):
        return cells_of(text) if text.count("|") > 1 else entry_cells(text.split("\n"))
    if wrong_link(text):
        return [(Kind.LINK, text)]
    named = next((each for each in (text, key) if paper_named(each) or wrong_id(each)), "")
    return [(Kind.LINK, named)] if named else []


def _has_wrong_link(cells: Cells) -> bool:
    return wrong_id_in([cell for cell in cells if cell[0] is Kind.LINK]) is not None


def _cells(record: object, key: str) -> Cells:
    """What a record tells by its keys; none where these are identifiers themselves."""
    if not isinstance(record, dict) or any(paper_named(n) or wrong_id(n) for n in record):
        return []
    cells = [(Kind.LINK, key)] if paper_named(key) or wrong_id(key) else []
    for name, value in record.items():
        if text := _text(value):
            cells.append((kind_named(_SPOKEN.sub(" ", name)), text))
    return cells


def _text(value: object) -> str:
    """A value as a text: of a list its texts, or the names in it."""
    if isinstance(value, list):
        named = (each.get("name") if isinstance(each, dict) else each for each in value[:5_000])
        return ", ".join(each for each in named if isinstance(each, str))
    return _whole(str(value)) if isinstance(value, str | int | float) else ""


def _whole(text: str) -> str:
    """A text without halves of characters, which JSON lets through, and not longer than any is."""
    return text[:LONGEST].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def rows_of_csv(text: str) -> Iterator[DataRow]:
    """The rows of a CSV file, with or without a header. Raises ValueError where it is none."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    kinds: list[Kind] = []
    try:
        for row in reader:
            if not kinds:
                kinds = [Kind.UNNAMED if links_to_paper(first) else kind_named(n) for n in row]
                if not links_to_paper(first):
                    continue
            cells = [(kind, text[:LONGEST]) for kind, text in zip(kinds, row, strict=False)]
            if any(text.strip() for text in row):
                yield DataRow(reader.line_num, "", cells)
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: not CSV: {error}") from None
