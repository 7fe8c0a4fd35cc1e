"""A published README with our two markers in the place of its tables.

Only what was brought in leaves it: rows whose papers are stored, the table around them when none is
left, and the tool's line of the last update, which we write ourselves. Rows that were not brought
in stay in their table, tables with columns of their own stay whole, and people's words where they
are.

The markers stand where the last such table stood, so what people wrote below it still follows that
table. What stays above them keeps its heading; the heading of such a table goes when nothing is
left below it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from daily_papers.moving.importing import Published
from daily_papers.moving.published_blocks import Block, Heading, Prose, Table
from daily_papers.rendering.region import BEGIN, END

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
# Lines that tell nothing: under a rule or a closed fold alone, a heading would be an empty one.
_WORDLESS = re.compile(
    r"\s*(?:(?:[-*_][ \t]*){3,}"
    r"|(?:(?:<!--[^<>]*-->|</?(?:a|br|center|details|div|hr|p)\b[^<>]*>)\s*)+)"
)

#: The identifiers of the papers that are stored, by the name of the section that is their keyword.
Stored = Mapping[str, Collection[str]]


def replaced_with_markers(text: str, published: Published, stored: Stored) -> str:
    """Take out what was brought in, and put the two markers there unless the file has them."""
    tables = list(_tables_that_go(published, stored))
    tables = [(table, rows) for table, rows in tables if rows] or tables[-1:]
    if not tables or (published.has_markers and not tables[-1][1]):
        return text
    mark = text[: text.startswith("\ufeff")]
    lines = _LINE.findall(text.removeprefix(mark))
    last = tables[-1][0]
    place = len(lines) if published.has_markers else last.last_line
    gone = _old_day(published).union(*(rows for _, rows in tables))
    gone.update(_headings_that_go(published.blocks, gone, place))
    gone.update(_blank_lines_that_go(lines, gone, place))
    kept = {number: line for number, line in enumerate(lines, 1) if number not in gone}
    above = "".join(line for number, line in kept.items() if number <= place)
    below = "".join(line for number, line in kept.items() if number > place)
    if published.has_markers:
        return mark + above + below
    newline = _ending(lines[last.line.number - 1])
    if last.line.number in kept:
        above = above.rstrip("\r\n") + 2 * newline
    return f"{mark}{above}{BEGIN}{newline}{END}{_ending(lines[place - 1])}{below}"


def _tables_that_go(published: Published, stored: Stored) -> Iterator[tuple[Table, set[int]]]:
    """The lines of each table that go: all of them, the rows that were brought in, or none."""
    for block in published.blocks:
        if not isinstance(block, Table) or block.line.is_ours:
            continue
        papers = stored.get(published.section_of.get(block.line.number, ""))
        if papers is None:
            continue
        if block.tells_more:
            yield block, set()
            continue
        rows = {row.number for row in block.rows}
        taken = {row for row in rows if published.paper_of.get(row) in papers}
        yield block, taken if taken < rows else set(range(block.line.number, block.last_line + 1))


def _old_day(published: Published) -> set[int]:
    line = published.day_line.line if published.day_line else None
    return set() if line is None or line.is_ours else {line.number}


def _headings_that_go(blocks: Sequence[Block], gone: Collection[int], place: int) -> Iterator[int]:
    """The headings of tables that went, unless something stays below them and above the place."""
    emptied = {heading.line.number for heading in _headings_of_tables_that_went(blocks, gone)}
    for position, block in enumerate(blocks):
        if isinstance(block, Heading) and block.line.number in emptied:
            left = (
                other
                for other in _below(blocks, position, block.level)
                if other.line.number not in gone and other.line.number not in emptied
            )
            if not any(_tells(other) and other.line.number <= place for other in left):
                yield block.line.number


def _headings_of_tables_that_went(
    blocks: Sequence[Block], gone: Collection[int]
) -> Iterator[Heading]:
    heading = None
    for block in blocks:
        if isinstance(block, Heading):
            heading = block
        elif isinstance(block, Table) and block.line.number in gone and heading is not None:
            yield heading


def _below(blocks: Sequence[Block], position: int, level: int) -> Iterator[Block]:
    """What stands below a heading, up to the next one of its level or a higher one."""
    for number in range(position + 1, len(blocks)):
        block = blocks[number]
        if isinstance(block, Heading) and block.level <= level:
            return
        yield block


def _tells(block: Block) -> bool:
    wordless = isinstance(block, Prose) and _WORDLESS.fullmatch(block.line.text)
    return not wordless and not block.line.is_ours


def _blank_lines_that_go(lines: Sequence[str], gone: Collection[int], place: int) -> Iterator[int]:
    """Those below something that goes, where blank lines stand above it too.

    Below the place they stay, since something stands there.
    """
    run: list[int] = []
    below_gone = is_place = False
    blank_above = True
    for number, line in enumerate(lines, 1):
        if number in gone:
            yield from run if blank_above else ()
            blank_above = blank_above or bool(run)
            run, below_gone, is_place = [], True, is_place or number == place
        elif below_gone and not line.strip():
            run.append(number)
        else:
            yield from run if blank_above and not is_place else ()
            run, below_gone, is_place = [], False, False
            blank_above = not line.strip()


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
