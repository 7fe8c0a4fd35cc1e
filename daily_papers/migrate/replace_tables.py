"""A published README with the two markers in the place of its tables.

What was imported is one part of the page, from the headings above its first row to its last row. Of
that part only people's words stay, with the headings right above them, and rows that were not
imported; the markers stand below. What the tool had around its rows goes: other headings, rules,
folds, links back to the top; and above, the line of the last update, and the lines of a table of
contents that would lead nowhere.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence, Set
from itertools import pairwise

from daily_papers.migrate.cells import plain
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
    part = _part(blocks, rows)
    names = {block.name.casefold() for block in blocks if block.level and block.line in part}
    contents = {n for n, line in enumerate(lines[: part[-1]], 1) if _leads_to(line, names)}
    part = _part(blocks, rows, contents)
    going = rows | contents
    going |= _what_goes(blocks, part, going)
    gone = {block.name.casefold() for block in blocks if block.level and block.line in going}
    going -= {n for n in contents if not _leads_to(lines[n - 1], gone)}
    going.update([block.line for block in blocks if is_last_update(block.text)][:1])
    if any(block.is_marker for block in blocks):
        return "".join(_without_gaps(lines, going))
    end = part[-1]
    while lines[end : end + 1] and lines[end].strip() == ">":  # the end of a quotation
        end += 1
    above, below = "".join(_without_gaps(lines[: part[-1]], going)), "".join(lines[end:])
    newline = _ending(lines[0]) or "\n"
    if above.strip() and above.splitlines()[-1].strip():
        above = above.rstrip("\r\n") + newline * 2
    return f"{above}{BEGIN}{newline}{END}{_ending(lines[part[-1] - 1])}{below}"


def _rows_that_go(blocks: Sequence[Block], empty: Collection[str]) -> Iterator[Set[int]]:
    """The lines of each block's rows of stored papers; all of them if no row of it stays."""
    kept = {n for block in blocks for row in block.rows if row.cause for n in row.lines}
    for block in blocks:
        stored = {n for row in block.rows if row.paper and not row.cause for n in row.lines}
        is_whole = kept.isdisjoint(n for row in block.rows for n in row.lines)
        if is_whole and block.rows and (stored or block.topic in empty):
            stored.update(block.head)
        yield stored - kept


def _part(blocks: Sequence[Block], rows: Set[int], contents: Collection[int] = ()) -> range:
    """The lines of the rows, with the headings, rules, folds and contents around them.

    Rows of the last topic that stay are in it, so that they stay above the markers.
    """
    of_rows = [block for block in blocks if not rows.isdisjoint(block.numbers)]
    topics = {block.topic for block in of_rows}
    same = (block for block in blocks if block.rows and block.topic == of_rows[-1].topic)
    first, last = min(rows), max(block.numbers[-1] for block in (of_rows[-1], *same))
    folds = list(_folds(blocks))
    opening = {begin for begin, end in folds if begin is not end}
    for block in reversed([block for block in blocks if block.line < first]):
        is_title = block.level == 1 and block.name not in topics and not find_date(block.name)
        if is_title or not (block.level or _tells_nothing(block) or block.line in contents):
            break
        if block.level or block.line in contents or block in opening:
            first = block.line
    ends = {end for begin, end in folds if end and begin.line >= first}
    for block in (block for block in blocks if block.line > last):
        if not _tells_nothing(block):
            break
        if block in ends or is_to_top(block.text):
            last = block.numbers[-1]
    return range(first, last + 1)


def _what_goes(blocks: Sequence[Block], part: range, going: set[int]) -> set[int]:
    """The lines of a part but for words, their headings and folds, and comments."""
    left = [each for each in blocks if each.line in part and not going.issuperset(each.numbers)]
    shown = [block for block in left if not _tells_nothing(block)]
    kept = {block for block in shown if not block.level}
    words = {block for block in kept if not block.is_marker}
    for above, below in reversed([*pairwise(shown)]):
        if below in words or (below in kept and 0 < above.level < below.level):
            kept.add(above)
    lines = sorted(block.line for block in kept)
    for begin, end in _folds(blocks):
        is_within = begin.line in part and end is not None and end.line in part
        if not (end and is_within) or bisect(lines, end.line) > bisect_left(lines, begin.line):
            kept.update(half for half in (begin, end) if half)
    kept.update(block for block in left if block.text.lstrip().startswith("<!--"))
    return {n for block in left for n in block.numbers}.difference(*(b.numbers for b in kept))


def _tells_nothing(block: Block) -> bool:
    text = block.text
    is_dress = is_wordless(text) or is_last_update(text) or _SUMMARY.fullmatch(text) is not None
    return is_dress and not block.is_marker


def _folds(blocks: Sequence[Block]) -> Iterator[tuple[Block, Block | None]]:
    """The blocks that open and close each fold, table or list of HTML, the inner ones first."""
    opened: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        for is_end, name in (tag for line in block.lines for tag in _TAG.findall(line.text)):
            if not is_end:
                opened[name.lower()].append(block)
            elif opened[name.lower()]:
                yield opened[name.lower()].pop(), block
    yield from ((block, None) for blocks_of_name in opened.values() for block in blocks_of_name)


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
