"""A published README with our two markers in the place of its tables.

Only what was brought in leaves it: rows whose papers are stored, unless they hold words that a
paper has no place for; what was around them when none is left: headers, headings, folds, links back
to the top, their lines in a table of contents; and the tool's line of the last update, which we
write ourselves. Rows that were not brought in stay where they are, and so do people's words.

The markers stand where the last such rows stood, below the other rows of their heading and the
folds around them, so what people wrote below still follows. What stays above keeps its heading.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence

from daily_papers.migrate.blocks import Block, Prose, Rows
from daily_papers.migrate.headings import Heading, is_summary
from daily_papers.migrate.published import Published, Unread
from daily_papers.migrate.rows import plain, says_more
from daily_papers.render.readme import BEGIN, END

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_FOLD_TAG = re.compile(r"<(?P<close>/?)details\b", re.IGNORECASE)
# A comment or a rule is somebody's.
_TAGS = re.compile(r"\s*</?[A-Za-z]")
_OF_CONTENTS = re.compile(
    r"""\s*(?:[-*+]|\d+[.)]|<li>)\s*(?:\[(?P<text>[^\]]+)\]\(\#[^)]*\)
        |<a\s+href=["']?\#[^<>]*>(?P<html>[^<>]+)</a>)\s*(?:</li>)?\s*""",
    re.VERBOSE | re.IGNORECASE,
)

#: The identifiers of the papers that are stored, by the name of the topic that is their keyword.
Stored = Mapping[str, Collection[str]]


def replaced_with_markers(text: str, published: Published, stored: Stored) -> str:
    """Take out what was brought in, and put the two markers there unless the file has them."""
    going = list(_rows_that_go(published, stored))
    going = [(rows, lines) for rows, lines in going if lines] or going[-1:]
    if not going or (published.has_markers and not going[-1][1]):
        return text
    mark = text[: text.startswith("\ufeff")]
    lines = _LINE.findall(text.removeprefix(mark))
    last = going[-1][0]
    folds = _folds(published.blocks)
    place = _end(published, last)
    place = (
        len(lines) if published.has_markers else max([place, *(f[-1] for f in folds if place in f)])
    )
    day = published.day_line
    gone = set[int]().union(*(lines for _, lines in going))
    gone.update({day.line.number} if day and not day.line.is_ours else ())
    gone.update(_links_to_top(published.blocks, gone))
    headings = list(_headings_of_rows_that_went(published, gone))
    gone.update(_contents(published.blocks, {heading.name.casefold() for heading in headings}))
    emptied = {heading.line.number for heading in headings}
    gone.update(*_emptied_folds(published.blocks, folds, gone, emptied))
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


def _rows_that_go(published: Published, stored: Stored) -> Iterator[tuple[Rows, set[int]]]:
    """The lines that go of all rows that have a keyword: all, those of some rows, or none."""
    for rows in (each.rows for each in published.filed if not each.rows.line.is_ours):
        taken = [row for row in rows.rows if _is_stored(row.line.number, published, stored)]
        if not taken and published.section_of.get(rows.line.number) not in stored:
            continue
        spare = [row for row in taken if not says_more(row.cells)]
        lines = {n for row in spare for n in range(row.line.number, row.last_line + 1)}
        if len(spare) == len(rows.rows):
            yield rows, lines | rows.head
        else:
            yield rows, set() if rows.is_whole else lines


def rows_that_say_more(published: Published) -> Iterator[Unread]:
    """Name the rows that stay although their papers were brought in."""
    for rows in (each.rows for each in published.filed if not each.rows.line.is_ours):
        for row in rows.rows:
            if row.line.number in published.paper_of and says_more(row.cells):
                yield Unread(
                    published.path,
                    row.line.number,
                    "this row stays, since it holds words that a paper has no place for; delete it "
                    "if nobody needs them",
                )


def _is_stored(line: int, published: Published, stored: Stored) -> bool:
    paper = published.paper_of.get(line)
    return paper is not None and all(
        paper in stored.get(name, ()) for name in published.sections_of[line]
    )


def _end(published: Published, last: Rows) -> int:
    """The last line of the rows that have the heading of these: none loses its heading."""
    own = next(each.belonging[:1] for each in published.filed if each.rows is last)
    return max(
        each.rows.last_line
        for each in published.filed
        if each.rows is last or any(heading in each.belonging for heading in own)
    )


def _links_to_top(blocks: Sequence[Block], gone: Collection[int]) -> Iterator[int]:
    """The lines below rows that went that lead back to the top."""
    is_below = False
    for block in blocks:
        is_to_top = isinstance(block, Prose) and block.is_to_top
        if is_below and is_to_top:
            yield block.line.number
        is_below = is_to_top if is_below and is_to_top else block.line.number in gone


def _headings_of_rows_that_went(published: Published, gone: Collection[int]) -> Iterator[Heading]:
    """Also leads, but for the summaries of folds, which go with their folds."""
    for each in published.filed:
        if each.rows.line.number in gone:
            yield from (heading for heading in each.belonging if not heading.is_summary)


def _contents(blocks: Sequence[Block], names: Collection[str]) -> Iterator[int]:
    """The lines of a table of contents that lead to these headings."""
    for block in blocks:
        found = _OF_CONTENTS.fullmatch(block.line.text) if isinstance(block, Prose) else None
        if found and plain(found["text"] or found["html"]).casefold() in names:
            yield block.line.number


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


def _folds(blocks: Sequence[Block]) -> tuple[range, ...]:
    """The lines of each fold that is closed; those in a row of a table are texts of the paper."""
    open_at: list[int] = []
    folds = []
    for block in blocks:
        if isinstance(block, Prose | Heading):
            for tag in _FOLD_TAG.finditer(block.line.text):
                if not tag["close"]:
                    open_at.append(block.line.number)
                elif open_at:
                    folds.append(range(open_at.pop(), block.line.number + 1))
    return tuple(dict.fromkeys(folds))


def _emptied_folds(
    blocks: Sequence[Block], folds: Sequence[range], gone: Collection[int], emptied: Collection[int]
) -> Iterator[range]:
    """The folds that hold nothing more when lines are gone, but headings that would be empty."""
    starts = [block.line.number for block in blocks]
    for fold in folds:
        within = blocks[bisect_left(starts, fold[0]) : bisect_right(starts, fold[-1])]
        went = any(block.line.number in gone for block in within)
        if went and not any(_stays(block, gone, emptied) for block in within):
            yield fold


def _stays(block: Block, gone: Collection[int], emptied: Collection[int]) -> bool:
    if block.line.number in gone or block.line.number in emptied:
        return False
    if block.line.is_ours or block.line.marker:
        return True
    if is_summary(block.line):
        return False
    return not isinstance(block, Prose) or block.tells or not _TAGS.match(block.line.text)


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
