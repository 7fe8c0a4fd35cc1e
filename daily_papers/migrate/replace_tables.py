"""A published README with the two markers in the place of its tables.

The rows that were imported go, and with them what has nothing left in it: their headings and folds,
the rules and links back to the top there, and the lines of a table of contents that would lead
nowhere. Everything else stays, and rows that were not imported. The markers stand below the last
row.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from math import inf

from daily_papers.migrate.cells import plain
from daily_papers.migrate.lines import Line
from daily_papers.migrate.names import find_date, undecorated
from daily_papers.migrate.pages import TO_ANCHOR, Block, is_last_update, is_to_top, is_wordless
from daily_papers.render.readme import BEGIN, END

#: What a line without words has, in a quotation too.
_BLANK = "> \t\r\n"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_TAG = re.compile(r"<(/?)(a|center|details|div|[uo]l|p|table|body)\b", re.IGNORECASE)
_SUMMARY = re.compile(r"\s*</?summary\b[^<>]*>\s*", re.IGNORECASE)


def replaced_with_markers(text: str, blocks: Sequence[Block], empty: Collection[str]) -> str:
    """Take out what was imported, and put the two markers there unless the file has them.

    ``empty`` are the topics of which rows go even where they hold no paper.
    """
    rows = {number for of_block in _rows_that_go(blocks, empty) for number in of_block}
    if not rows:
        return text
    lines = _LINE.findall(text)
    last = _last_line(blocks, rows)
    going = _what_goes(blocks, rows, last)
    going.update([block.line for block in blocks if is_last_update(block.text)][:1])
    if any(block.is_marker for block in blocks):
        return "".join(_without_gaps(lines, going))
    end = max(last, *going)
    newline, ending = _ending(lines[0]) or "\n", _ending(lines[end - 1])
    above = "".join(_without_gaps(lines[:end], going))
    while lines[end : end + 1] and lines[end].strip() == ">":  # the end of a quotation
        end += 1
    if above.strip() and above.splitlines()[-1].strip():
        above = above.rstrip("\r\n") + newline * 2
    return f"{above}{BEGIN}{newline}{END}{ending}{''.join(lines[end:])}"


def _rows_that_go(blocks: Sequence[Block], empty: Collection[str]) -> Iterator[Set[int]]:
    """The lines of each block's rows of stored papers; all of them if no row of it stays."""
    kept = {n for block in blocks for row in block.rows if row.cause for n in row.lines}
    for block in blocks:
        stored = {n for row in block.rows if row.paper and not row.cause for n in row.lines}
        is_whole = kept.isdisjoint(n for row in block.rows for n in row.lines)
        if is_whole and block.rows and (stored or block.topic in empty):
            stored.update(block.head)
        yield stored - kept


def _last_line(blocks: Sequence[Block], rows: Set[int]) -> int:
    """The last line of the rows, of others of the same topic, and of a link to the top below."""
    of_rows = [block for block in blocks if not rows.isdisjoint(block.numbers)]
    same = (block for block in blocks if block.rows and block.topic == of_rows[-1].topic)
    last = max(block.numbers[-1] for block in (of_rows[-1], *same))
    for block in (block for block in blocks if block.line > last):
        if not _tells_nothing(block.text):
            break
        if is_to_top(block.text):
            last = block.line
    return last


def _what_goes(blocks: Sequence[Block], rows: Set[int], last: int) -> set[int]:
    """The rows, and what nothing is left in; from the bottom up, so that this is known."""
    going, gone = set(rows), set[str]()
    topics = {block.topic for block in blocks if not rows.isdisjoint(block.numbers)}
    folds = _folds(blocks)
    edges = {edge.line for pair in folds.items() for edge in pair}
    lines = (line for block in blocks for line in block.lines)
    dress = [n for line in lines if _is_dress(line) for n in line.numbers if n not in edges]
    ends = _ends_of_sections(blocks, last)
    goes = stays = inf  # the next line that goes, and that tells something and stays
    for block in reversed(blocks):
        is_title = block.level == 1 and block.name not in topics and not find_date(block.name)
        end = folds[block].line if block in folds else 0 if is_title else ends.get(block, 0)
        if going.issuperset(block.numbers):
            goes = block.line
        if goes <= end < stays:
            going.update(dress[bisect_left(dress, block.line) : bisect_right(dress, end)])
            going.update([*block.numbers, *(folds[block].numbers if block in folds else ())])
            gone.add(block.name.casefold())
        for line in reversed(block.lines):
            if going.issuperset(line.numbers) or _leads_to(line.text, gone):
                going.update(line.numbers)
                goes = line.numbers[0]
            elif not _tells_nothing(line.text):
                stays = line.numbers[0]
    return going


def _ends_of_sections(blocks: Sequence[Block], last: int) -> Mapping[Block, int]:
    """The last line of each heading's section, but no line below the last row."""
    ends: dict[Block, int] = {}
    below: list[Block] = []  # the headings further down, each of a higher level than the next
    for heading in (block for block in reversed(blocks) if block.level):
        while below and below[-1].level > heading.level:
            below.pop()
        ends[heading] = min([last, *(each.line - 1 for each in below[-1:])])
        below.append(heading)
    return ends


def _is_dress(line: Line) -> bool:
    return _tells_nothing(line.text) and not line.text.lstrip().startswith("<!--")


def _tells_nothing(text: str) -> bool:
    return is_wordless(text) or is_last_update(text) or _SUMMARY.fullmatch(text) is not None


def _folds(blocks: Sequence[Block]) -> Mapping[Block, Block]:
    """The blocks that open a fold, table or list of HTML, with those that close it further down.

    One with our markers in it is none.
    """
    folds: dict[Block, Block] = {}
    opened: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.is_marker:
            opened.clear()
        for is_end, name in (tag for line in block.lines for tag in _TAG.findall(line.text)):
            if not is_end:
                opened[name.lower()].append(block)
            elif opened[name.lower()] and (opener := opened[name.lower()].pop()) is not block:
                folds[opener] = block
    return folds


def _leads_to(line: str, names: Collection[str]) -> bool:
    """Whether a line of a table of contents leads to a heading of one of these names."""
    is_link = TO_ANCHOR.search(line) is not None
    return is_link and undecorated(plain(line).lstrip("-*+ ")).casefold() in names


def _without_gaps(lines: Sequence[str], going: Set[int]) -> Sequence[str]:
    """The lines that stay: of blank ones around lines that went, only one."""
    kept: list[str] = []
    is_gap = False
    for number, line in enumerate(lines, 1):
        is_below_blank = not kept or not kept[-1].strip(_BLANK)
        if number in going:
            is_gap = True
        elif line.strip(_BLANK) or not (is_gap and is_below_blank):
            kept.append(line)
            is_gap = False
    return kept


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
