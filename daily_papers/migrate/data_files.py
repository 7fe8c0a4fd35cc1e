"""The entries of data files: JSON, JSON lines, CSV.

In JSON a record is an object that names a paper, or a text with a link to one, at whatever depth;
the keys that lead to it are its topic, unless they are days, identifiers or words like `papers`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from daily_papers.migrate.cells import LONGEST, Cell, cells_of_lines, cells_of_row, kind_named
from daily_papers.migrate.entry import Entry, papers_of
from daily_papers.migrate.names import find_date, is_topic, links_to_paper, paper_named
from daily_papers.text import cut

_DEEPEST = 12
_MEND = "fix the line, then import again"


def entries_of_json(text: str) -> Iterator[Entry]:
    """The records of JSON, or of a line of JSON each, and the lines that are none.

    Raises ValueError where it is neither.
    """
    whole = _record(text)
    if not isinstance(whole, ValueError):
        yield from _entries(whole, Entry((0,)), "", 0)
        return
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    records = [(Entry((n,)), line, _record(line)) for n, line in lines]
    if not any(isinstance(record, dict) for _, _, record in records):
        raise ValueError(f"not JSON: {whole}")
    for entry, line, record in records:
        if isinstance(record, ValueError):
            why = str(record).partition(": line")[0]
            yield replace(entry, cells=[("", line)], cause=f"not JSON ({why}); {_MEND}")
        else:
            yield from _entries(record, entry, "", 0)


def _record(text: str) -> object:
    """What JSON says, or why it is none."""
    try:
        return json.loads(text)
    except ValueError as error:
        return error
    except RecursionError:
        return ValueError("nested too deeply")


def _entries(value: object, above: Entry, key: str, depth: int) -> Iterator[Entry]:
    """The records in a value, and topics that have none; a topic and a day may be above it."""
    cells = _cells(value, key)
    is_linking = any(kind == "link" and links_to_paper(text) for kind, text in cells)
    if papers_of(cells) or is_linking or (cells and isinstance(value, str)):
        yield replace(above, cells=cells)
    elif isinstance(value, list | dict) and depth <= _DEEPEST:
        is_dict = isinstance(value, dict)
        pairs = value.items() if isinstance(value, dict) else enumerate(value, 1)
        own = [text for kind, text in cells if kind in {"topic", "title"} and is_topic(text)]
        above = replace(above, topic=own[0]) if own else above
        for name, inner in ((_text(name), inner) for name, inner in pairs):
            below = replace(above, key=cut(f"{above.key}/{name}".lstrip("/"), 100))
            if is_dict and isinstance(inner, dict | list) and is_topic(name):
                below.topic = name
                if not inner and depth == 0:
                    yield below
            if is_dict and find_date(name):
                below.day = name
            yield from _entries(inner, below, name if is_dict else "", depth + 1)


def _cells(value: object, key: str) -> Sequence[Cell]:
    """What a text or a record tells, the record by its keys, unless these are identifiers."""
    if isinstance(value, str):
        text = _text(value)
        if not links_to_paper(text):  # an identifier alone is one that a tool has seen
            return []
        return cells_of_row(text) if text.count("|") > 1 else cells_of_lines(text.split("\n"))
    if not isinstance(value, dict) or any(map(paper_named, value)):
        return []
    cells = [("link", key)] if paper_named(key) else []
    cells += ((kind_named(name), _text(each)) for name, each in value.items())
    cells = [cell for cell in cells if cell[1]]
    if any(kind == "title" for kind, _ in cells) and not papers_of(cells):
        cells += _deeper(value)
    return cells


def _deeper(record: Mapping[str, object]) -> Iterator[Cell]:
    """A record's links that are one level deeper: `links: {pdf: …}`, `externalIds: {ArXiv: …}`.

    What has a title is a record of its own.
    """
    for inner in record.values():
        for each in inner if isinstance(inner, list) else [inner]:
            pairs = each.items() if isinstance(each, dict) else ()
            cells = [(kind_named(key), _text(text)) for key, text in pairs]
            if all(kind != "title" for kind, _ in cells):
                yield from (cell for cell in cells if cell[0] in {"link", "code"})


def _text(value: object) -> str:
    """A value as a text: of a list its texts, or the names in it.

    It has no halves of characters, which JSON lets through, and is no longer than any is read.
    """
    if isinstance(value, list):
        named = (each.get("name") if isinstance(each, dict) else each for each in value[:5_000])
        texts = [_text(each) for each in named if isinstance(each, str)]
        return ("; " if any("," in text for text in texts) else ", ").join(texts)
    text = str(value) if isinstance(value, str | int | float) else ""
    return text[:LONGEST].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def entries_of_csv(text: str) -> Iterator[Entry]:
    """The rows of a CSV file. Raises ValueError where it is none, or has no line of headings."""
    head = text.partition("\n")[0]
    if links_to_paper(head):
        raise ValueError("the first line does not name the columns; write one: date,title,url")
    reader = csv.reader(text.splitlines(keepends=True), delimiter=max(",;\t", key=head.count))
    try:
        kinds = [kind_named(name) for name in next(reader, [])]
        for row in reader:
            if any(text.strip() for text in row):
                cells = [(kind, text[:LONGEST]) for kind, text in zip(kinds, row, strict=False)]
                yield Entry((reader.line_num,), cells=cells)
    except csv.Error as error:
        raise ValueError(f"not CSV: {error}") from None
