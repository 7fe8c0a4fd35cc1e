"""A published README with our two markers in the place of its tables.

Only what was imported leaves it: rows whose papers are stored; what was around them when none is
left: headers, headings, folds, links back to the top, their lines in a table of contents; and the
tool's line of the last update, which we write ourselves. Rows that were not imported stay where
they are, and so do people's words, unless they are on the line of a row that goes.

The markers stand where the last such rows stood, below the other rows of their heading and the
folds around them, so what people wrote below still follows.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import takewhile

from daily_papers.migrate.cells import plain
from daily_papers.migrate.pages import Block, is_to_top, is_wordless
from daily_papers.render.readme import BEGIN, END

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_PAIR = re.compile(
    r"<(?P<close>/?)(?P<name>details|table|t?body|thead|[uo]l|div|center)\b", re.IGNORECASE
)
#: A line that goes with the fold or the table that it belongs to.
_OF_PAIR = re.compile(
    r"\s*(?:(?:<summary\b[^<>]*>.*</summary>|</?[A-Za-z][^<>]*>)\s*)*", re.IGNORECASE
)
_OF_CONTENTS = re.compile(
    r"""\s*(?:[-*+]|\d+[.)]|<li>)\s*(?:\[(?P<text>[^\]]+)\]\(\#[^)]*\)
        |<a\s+href=["']?\#[^<>]*>(?P<html>[^<>]+)</a>)\s*(?:</li>)?\s*""",
    re.VERBOSE | re.IGNORECASE,
)


def replaced_with_markers(text: str, blocks: Sequence[Block], empty: Collection[str]) -> str:
    """Take out what was imported, and put the two markers there unless the file has them.

    ``empty`` are the topics of which rows go even where they hold no paper.
    """
    lines = _LINE.findall(text)
    are_marked = any(block.is_marker for block in blocks)
    going = list(_rows_that_go(blocks, empty))
    going = [(rows, of_rows) for rows, of_rows in going if of_rows] or going[-1:]
    if not going or (are_marked and not going[-1][1]):
        return text
    gone = set[int]().union(*(of_rows for _, of_rows in going))
    pairs = _pairs(blocks)
    last = len(lines) if are_marked else _end(blocks, going[-1][0])
    place = max(last, *(pair[-1] for pair in pairs if last in pair), 0)
    _remove_what_belongs(lines, blocks, pairs, gone, place)
    above = _without_gaps(range(1, place + 1), lines, gone, is_blank_above=True)
    below = _without_gaps(range(place + 1, len(lines) + 1), lines, gone, is_blank_above=False)
    text_above = "".join(lines[number - 1] for number in above)
    if not are_marked:
        newline = _ending(lines[going[-1][0].line - 1]) or _ending(lines[0]) or "\n"
        if {going[-1][0].line, place}.intersection(above):
            text_above = text_above.rstrip("\r\n") + 2 * newline
        text_above = f"{text_above}{BEGIN}{newline}{END}{_ending(lines[place - 1])}"
    return text_above + "".join(lines[number - 1] for number in below)


def _rows_that_go(
    blocks: Sequence[Block], empty: Collection[str]
) -> Iterator[tuple[Block, Collection[int]]]:
    """The lines that go of all rows that have a keyword: all, those of some rows, or none."""
    rows = [row for block in blocks for row in block.rows]
    kept = {n for row in rows if row.cause or not row.paper for n in row.lines}
    for block in (each for each in blocks if each.is_rows):
        stored = {n for row in block.rows if row.paper and not row.cause for n in row.lines}
        if stored or block.topic in empty:
            is_whole = kept.isdisjoint(n for row in block.rows for n in row.lines)
            yield block, (stored - kept).union(block.head if is_whole else ())


def _end(blocks: Sequence[Block], last: Block) -> int:
    """The last line of the rows that have the heading of these: none loses its heading."""
    own = set(last.belonging[:1])
    rows = (each for each in blocks if each.is_rows)
    return max(each.numbers[-1] for each in rows if each is last or own & set(each.belonging))


def _remove_what_belongs(
    lines: Sequence[str],
    blocks: Sequence[Block],
    pairs: Iterable[range],
    gone: set[int],
    place: int,
) -> None:
    """Add to the lines that go what would be empty without them, or would lead to nothing."""
    above = takewhile(lambda block: not block.is_rows, blocks)  # below rows it would be people's
    gone.update([block.line for block in above if block.is_last_update][:1])
    is_below = False
    headings: dict[int, Block] = {}
    for block in blocks:
        if is_below and not block.is_rows and is_to_top(block.text):
            gone.update(block.numbers)
        is_below = block.line in gone or (is_below and is_wordless(block.text))
        if block.is_rows and is_below:
            headings |= {heading.line: heading for heading in block.belonging}
    contents = [(n, to) for n, line in enumerate(lines, 1) if (to := _leads_to(line))]
    for _ in range(2):  # then for what was around the table of contents
        went = sorted(gone)
        rest = [n for n, line in enumerate(lines, 1) if n not in headings and n not in gone]
        stays = [n for n in rest if not _OF_PAIR.fullmatch(lines[n - 1])]
        gone.update(*(pair for pair in pairs if _any_in(went, pair) and not _any_in(stays, pair)))
        rest = [n for n in rest if n <= place and n not in gone]
        tells = [n for n in rest if not is_wordless(lines[n - 1].rstrip())]
        went = sorted(gone)
        for heading, section in _sections(blocks):
            is_empty = not _any_in(tells, section[len(heading.numbers) :])
            is_around = heading.level > 1 and _any_in(went, section)
            if is_empty and (is_around or heading.line in headings):
                gone.update(heading.numbers)
        names = {block.name.casefold() for block in blocks if block.level and block.line in gone}
        gone.update(n for n, to in contents if to in names)


def _any_in(numbers: Sequence[int], lines: Sequence[int]) -> bool:
    """Whether one of the numbers, which are sorted, is among the lines."""
    place = bisect_left(numbers, lines[0]) if lines else len(numbers)
    return place < len(numbers) and numbers[place] <= lines[-1]


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[Block, range]]:
    """The headings, each with the lines up to the next one of its level or a higher one."""
    end = blocks[-1].numbers[-1] + 1
    below: list[Block] = []
    for heading in reversed([block for block in blocks if block.level]):
        while below and below[-1].level > heading.level:
            below.pop()
        yield heading, range(heading.line, below[-1].line if below else end)
        below.append(heading)


def _leads_to(line: str) -> str:
    """The name of the heading to which a line of a table of contents leads."""
    found = _OF_CONTENTS.fullmatch(line) if "#" in line else None
    return plain(found["text"] or found["html"]).casefold() if found else ""


def _pairs(blocks: Iterable[Block]) -> Sequence[range]:
    """The lines of each fold, table or list of HTML; those in a row are texts of the paper."""
    open_at: dict[str, list[int]] = defaultdict(list)
    pairs: dict[range, None] = {}
    for line in (line for block in blocks if not block.is_rows for line in block.lines):
        for tag in _PAIR.finditer(line.text):
            begins = open_at[tag["name"].lower()]
            if not tag["close"]:
                begins.append(line.numbers[0])
            elif begins:
                pairs[range(begins.pop(), line.numbers[-1] + 1)] = None
    return tuple(pairs)


def _without_gaps(
    numbers: Iterable[int], lines: Sequence[str], gone: Collection[int], *, is_blank_above: bool
) -> list[int]:
    """The numbers of the lines that stay: not of blank ones below and above which lines went."""
    kept: list[int] = []
    is_below_gone = False
    for number in numbers:
        is_blank = not lines[number - 1].strip()
        if number in gone:
            is_below_gone = True
        elif not (is_blank and is_blank_above and is_below_gone):
            kept.append(number)
            is_below_gone, is_blank_above = False, is_blank
    return kept


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
