"""A published README with our two markers in the place of its tables.

Only what was brought in leaves it: rows whose papers are stored, the table around them when none is
left, and the tool's line of the last update, which we write ourselves. Rows that were not brought
in stay in their table, tables with columns of their own stay whole, and people's words where they
are.

The markers stand where the last such table stood, below its heading's other tables and the folds
around it, so what people wrote below it still follows that table. What stays above them keeps its
heading; the heading of such a table goes when nothing is left below it, and a fold when nothing is
left in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from daily_papers.migrate.published.blocks import Block, Prose, Table
from daily_papers.migrate.published.folds import below_folds, emptied_folds, folds_of
from daily_papers.migrate.published.headings import Heading
from daily_papers.migrate.published_readme import Published
from daily_papers.render.readme import BEGIN, END

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")

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
    folds = folds_of(published.blocks)
    place = len(lines) if published.has_markers else below_folds(folds, _end(published, last))
    gone = _old_day(published).union(*(rows for _, rows in tables))
    headings = list(_headings_of_tables_that_went(published, gone))
    emptied = {heading.line.number for heading in headings}
    gone.update(*emptied_folds(published.blocks, folds, gone, emptied))
    gone.update(*_headings_that_go(published.blocks, headings, gone, place))
    gone.update(_blank_lines_that_go(lines, gone, place))
    kept = {number: line for number, line in enumerate(lines, 1) if number not in gone}
    above = "".join(line for number, line in kept.items() if number <= place)
    below = "".join(line for number, line in kept.items() if number > place)
    if published.has_markers:
        return mark + above + below
    newline = _ending(lines[last.line.number - 1])
    if last.line.number in kept or place in kept:
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
        yield block, taken if taken < rows else set(block.lines)


def _end(published: Published, last: Table) -> int:
    """The last line of the tables that have the heading of this one: none loses its heading."""
    heading = published.headings_of[last.line.number][0]
    return max(
        block.last_line
        for block in published.blocks
        if isinstance(block, Table) and heading in published.headings_of[block.line.number]
    )


def _old_day(published: Published) -> set[int]:
    line = published.day_line.line if published.day_line else None
    return set() if line is None or line.is_ours else {line.number}


def _headings_of_tables_that_went(published: Published, gone: Collection[int]) -> Iterator[Heading]:
    """Also leads, but for the summaries of folds, which go with their folds."""
    for table, headings in published.headings_of.items():
        if table in gone:
            yield from (heading for heading in headings if not heading.is_summary)


def _headings_that_go(
    blocks: Sequence[Block], headings: Sequence[Heading], gone: Collection[int], place: int
) -> Iterator[range]:
    """The lines of these headings, unless something stays below them and above the place."""
    emptied = {heading.line.number for heading in headings}
    for position, block in enumerate(blocks):
        if isinstance(block, Heading) and block.line.number in emptied:
            left = (
                other
                for other in _below(blocks, position, block.level)
                if other.line.number not in gone and other.line.number not in emptied
            )
            if not any(_tells(other) and other.line.number <= place for other in left):
                yield range(block.line.number, block.last_line + 1)


def _below(blocks: Sequence[Block], position: int, level: int) -> Iterator[Block]:
    """What stands below a heading, up to the next one of its level or a higher one."""
    for number in range(position + 1, len(blocks)):
        block = blocks[number]
        if isinstance(block, Heading) and block.level <= level:
            return
        yield block


def _tells(block: Block) -> bool:
    return not block.line.is_ours and (not isinstance(block, Prose) or block.tells)


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
