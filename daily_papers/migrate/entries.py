"""A list item, or a heading with what stands below it, as the cells of a row.

Some tell what they hold (`Authors: A. One, B. Two`), also in a small table of their own; of the
others each piece between separators is a cell, told by its looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from daily_papers.migrate.paper_links import ADDRESS, find_date, links_to_paper
from daily_papers.migrate.rows import Cells, Kind, is_empty, kind_by_looks, kind_named, plain
from daily_papers.text import one_line

_BULLET = re.compile(
    r"[\s>]*(?:#{1,6}\s+)?(?:(?:[-+*]|\d{1,4}[.)]|<li[^<>]*>)\s+)*(?:\[[ xX]\]\s+)?"
)
_LABEL = re.compile(r"[\s>|*_-]{0,20}(?P<label>[^:：|*<>\[\]]{1,40}?)[\s*_]{0,10}(?:[:：]|\|)")
_INLINE = re.compile(r"(?:^|[,;|·•(\s])\s*(?P<label>[^\W\d][\w ]{1,18}?)\s*[:：]\s*(?=\S)")
_TITLE = re.compile(
    rf"\[(?P<linked>[^\[\]]{{1,500}}(?:\[[^\[\]]*\][^\[\]]*)?)\]\(\s*<?{ADDRESS}[^()]*\)"
    r"|(?P<bold>\*\*.{1,500}?\*\*|<(?:b|strong)>.{1,500}?</(?:b|strong)>)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s+[-–—|·•/]+\s+|[;|]|\s{2,}|<br\s*/?>|,(?=\s*(?:\[|https?:))|[()]"
    r"|\[\[|\]\]|,?\s+(?=[*_]\w|https?:)"
)


def entry_cells(lines: Sequence[str]) -> Cells:
    """The cells of an entry, whose first line is its bullet or its heading."""
    cells: list[tuple[Kind, str]] = []
    for place, line in enumerate(lines):
        text = one_line(line if place else _BULLET.sub("", line, count=1))
        bare = text.strip(" \t>|*_-:")
        kind, known = cells[-1] if cells else (Kind.OTHER, "")
        is_open = kind is Kind.ABSTRACT or (kind is Kind.AUTHORS and not known)
        if place and (told := list(labelled(text))):
            cells += told
        elif place and bare and is_open and not links_to_paper(text):
            cells[-1] = (kind, f"{known} {bare}".strip())
        elif bare:
            has_title = any(each is Kind.TITLE for each, _ in cells)
            is_heading = line.lstrip(" >").startswith("#")
            cells += _pieces(text, has_title=has_title, is_heading=is_heading)
    return cells


def labelled(line: str) -> Iterator[tuple[Kind, str]]:
    """What a line tells that names it: `Published: 2026-01-13 | Category: cs.CV`."""
    for part in re.split(r"\s\|\s(?=[^|]*[:：])", line):
        found = _LABEL.match(part)
        kind = kind_named(found["label"]) if found else Kind.OTHER
        if found is None or kind in {Kind.OTHER, Kind.UNNAMED}:
            return
        yield kind, part[found.end() :].strip(" |*_")


def _pieces(text: str, *, has_title: bool, is_heading: bool) -> Iterator[tuple[Kind, str]]:
    # The words of the link to the paper, or what is bold, unless they only say `PDF` or a day.
    titles = (each for each in _TITLE.finditer(text) if kind_by_looks(each[0]) is Kind.TITLE)
    title = None if has_title else next(titles, None)
    if is_heading and title is None and not has_title:
        yield Kind.TITLE, text.rstrip("# ")
        return
    if title is not None:
        yield Kind.TITLE, title[0]
        text = text[: title.start()] + " | " + text[title.end() :]
    end, kind = 0, Kind.UNNAMED
    for label in _INLINE.finditer(text):
        named = kind_named(label["label"])
        if named not in {Kind.OTHER, Kind.UNNAMED}:
            yield from _separated(kind, text[end : label.start()])
            end, kind = label.end(), named
    yield from _separated(kind, text[end:])


def _separated(kind: Kind, text: str) -> Iterator[tuple[Kind, str]]:
    if kind is not Kind.UNNAMED:
        yield kind, text.strip(" ,;|")
        return
    found = find_date(plain(text))
    if found and found[1] in text:
        yield Kind.DATE, found[1]
        text = text.replace(found[1], " | ", 1)
    for piece in _SEPARATOR.split(text):
        if not is_empty(piece.strip(" ,;.:*_-–")):
            yield Kind.UNNAMED, piece.strip(" ,;-–—|·•")
