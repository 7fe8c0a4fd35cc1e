"""A published README with our two markers in the place of its tables.

What was imported is one part of the page, from the headings above its first row to its last row. Of
that part only people's words stay, with the headings right above them, and rows that were not
imported; the markers stand below. What the tool had around its rows goes: other headings, rules,
folds, links back to the top; and above, the line of the last update, and the lines of a table of
contents that would lead nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence, Set
from itertools import pairwise

from daily_papers.migrate.cells import plain
from daily_papers.migrate.names import find_date, undecorated
from daily_papers.migrate.pages import TO_ANCHOR, Block, is_last_update, is_to_top, is_wordless
from daily_papers.render.readme import BEGIN, END

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_TAG = re.compile(r"<(/?)(?:details|table|t?body|thead|[uo]l|div|center)\b", re.IGNORECASE)


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
    going |= _dress(blocks, part, going)
    going.update([block.line for block in blocks if is_last_update(block.text)][:1])
    if any(block.is_marker for block in blocks):
        return "".join(_without_gaps(lines, going))
    above, below = "".join(_without_gaps(lines[: part[-1]], going)), "".join(lines[part[-1] :])
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
    for block in reversed([block for block in blocks if block.line < first]):
        is_title = block.level == 1 and block.name not in topics and not find_date(block.name)
        if is_title or not (block.level or _is_bare(block) or block.line in contents):
            break
        first = block.line
    is_open = 0
    for block in (block for block in blocks if block.line >= first):
        if block.line > last and not (is_open and _is_bare(block)) and not is_to_top(block.text):
            break
        last = max(last, block.numbers[-1])
        is_open += _open_tags(block)
    return range(first, last + 1)


def _dress(blocks: Sequence[Block], part: range, going: set[int]) -> set[int]:
    """The lines of a part that are neither words, a heading right above words, nor half a fold."""
    within = [block for block in blocks if block.line in part]
    is_whole = sum(map(_open_tags, within)) == 0
    left = [block for block in within if not going.issuperset(block.numbers)]
    shown = [block for block in left if not _is_bare(block)]
    kept = {block for block in shown if not block.level}
    words = {block for block in kept if not block.is_marker}
    kept |= {above for above, below in pairwise(shown) if below in words}
    kept |= {block for block in left if _TAG.search(block.text) and not is_whole}
    return {n for block in left for n in block.numbers} - {
        n for block in kept for n in block.numbers
    }


def _is_bare(block: Block) -> bool:
    return (is_wordless(block.text) or is_last_update(block.text)) and not block.is_marker


def _open_tags(block: Block) -> int:
    """How many folds, tables and lists of HTML it opens, less those that it closes."""
    tags = [tag for line in block.lines for tag in _TAG.findall(line.text)]
    return len(tags) - 2 * tags.count("/")


def _leads_to(line: str, names: Collection[str]) -> bool:
    """Whether a line of a table of contents leads to a heading of one of these names."""
    is_link = TO_ANCHOR.search(line) is not None
    return is_link and undecorated(plain(line).lstrip("-*+ ")).casefold() in names


def _without_gaps(lines: Sequence[str], going: Set[int]) -> Sequence[str]:
    """The lines that stay: of blank ones around lines that went, only one."""
    kept: list[str] = []
    is_gap = False
    for number, line in enumerate(lines, 1):
        is_below_blank = not kept or not kept[-1].strip()
        if number in going:
            is_gap = True
        elif line.strip() or not (is_gap and is_below_blank):
            kept.append(line)
            is_gap = False
    return kept


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
