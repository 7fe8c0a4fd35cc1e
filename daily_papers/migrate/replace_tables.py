"""A published README with our two markers in the place of its tables.

Only what was brought in leaves it: rows whose papers are stored, unless they hold words that a
paper has no place for; what was around them when none is left: headers, headings, folds, links back
to the top, their lines in a table of contents; and the tool's line of the last update, which we
write ourselves. Rows that were not brought in stay where they are, and so do people's words.

The markers stand where the last such rows stood, below the other rows of their heading and the
folds around them, so what people wrote below still follows.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from daily_papers.migrate.cells import plain
from daily_papers.migrate.pages import SUMMARY, Block
from daily_papers.render.readme import BEGIN, END

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_FOLD_TAG = re.compile(r"<(?P<close>/?)details\b", re.IGNORECASE)
# A comment or a rule is somebody's.
_TAGS = re.compile(r"\s*</?[A-Za-z]")
#: The level of a lead, below that of every heading.
_LEAD = 7
_OF_CONTENTS = re.compile(
    r"""\s*(?:[-*+]|\d+[.)]|<li>)\s*(?:\[(?P<text>[^\]]+)\]\(\#[^)]*\)
        |<a\s+href=["']?\#[^<>]*>(?P<html>[^<>]+)</a>)\s*(?:</li>)?\s*""",
    re.VERBOSE | re.IGNORECASE,
)


def replaced_with_markers(
    text: str, blocks: Sequence[Block], empty: Collection[str]
) -> tuple[str, Mapping[int, int]]:
    """Take out what was brought in, and put the two markers there unless the file has them.

    ``empty`` are the topics of which rows go even where they hold no paper. Also tells where each
    line that stays is then.
    """
    lines = _LINE.findall(text)
    are_marked = any(block.is_marker for block in blocks)
    going = list(_rows_that_go(blocks, empty))
    going = [(rows, of_rows) for rows, of_rows in going if of_rows] or going[-1:]
    if not going or (are_marked and not going[-1][1]):
        return text, {number: number for number in range(1, len(lines) + 1)}
    folds = _folds(blocks)
    last = len(lines) if are_marked else _end(blocks, going[-1][0])
    place = max(last, *(fold[-1] for fold in folds if last in fold), 0)
    gone = set[int]().union(*(of_rows for _, of_rows in going))
    _remove_what_belongs(blocks, folds, gone, place)
    above = _without_gaps(range(1, place + 1), lines, gone, is_blank_above=True)
    below = _without_gaps(range(place + 1, len(lines) + 1), lines, gone, is_blank_above=False)
    text_above = "".join(lines[number - 1] for number in above)
    if not are_marked:
        newline = _ending(lines[going[-1][0].line - 1]) or _ending(lines[0]) or "\n"
        if {going[-1][0].line, place}.intersection(above):
            text_above = text_above.rstrip("\r\n") + 2 * newline
        text_above = f"{text_above}{BEGIN}{newline}{END}{_ending(lines[place - 1])}"
    moved = dict(zip(above, range(1, place + 1), strict=False))
    moved |= {old: new for new, old in enumerate(below, len(_LINE.findall(text_above)))}
    return text_above + "".join(lines[number - 1] for number in below), moved


def _rows_that_go(
    blocks: Sequence[Block], empty: Collection[str]
) -> Iterator[tuple[Block, Collection[int]]]:
    """The lines that go of all rows that have a keyword: all, those of some rows, or none."""
    for block in (each for each in blocks if each.rows is not None):
        rows = block.rows or ()
        stored = [row for row in rows if row.paper and not row.cause]
        spare = [row for row in stored if not row.says_more]
        lines = {n for row in spare for n in range(row.line, row.last_line + 1)}
        if stored or block.topic in empty:
            is_all = len(spare) == len(rows)
            yield block, lines.union(block.head) if is_all else set() if block.is_whole else lines


def _end(blocks: Sequence[Block], last: Block) -> int:
    """The last line of the rows that have the heading of these: none loses its heading."""
    own = set(last.belonging[:1])
    rows = (each for each in blocks if each.rows is not None)
    return max(each.last_line for each in rows if each is last or own & set(each.belonging))


def _remove_what_belongs(
    blocks: Sequence[Block], folds: Sequence[range], gone: set[int], place: int
) -> None:
    """Add to the lines that go what would be empty without them, or would lead to nothing."""
    above = takewhile(lambda block: block.rows is None, blocks)  # below rows it would be people's
    gone.update([block.line for block in above if block.is_last_update][:1])
    is_below = False
    for block in blocks:
        if is_below and block.rows is None and block.is_to_top:
            gone.add(block.line)
        is_below = block.line in gone
    # Headings of rows that went; a summary goes with its fold.
    headings = {
        heading.line: heading
        for each in blocks
        if each.rows is not None and each.line in gone
        for heading in each.belonging
        if not SUMMARY.fullmatch(heading.text)
    }
    names = {heading.name.casefold() for heading in headings.values()}
    gone.update(block.line for block in blocks if _leads_to(block, names))
    went = sorted(gone)
    others = (block for block in blocks if block.line not in headings)
    rest = [(number, each) for each in others if (number := _first_that_stays(each, gone))]
    stays = [number for number, block in rest if _stays_in_fold(block)]
    gone.update(*(fold for fold in folds if _any_in(went, fold) and not _any_in(stays, fold)))
    tells = [n for n, block in rest if block.tells and n <= place and n not in gone]
    for heading, section in _sections(blocks):
        if heading.line in headings and not _any_in(tells, section):
            gone.update(range(heading.line, heading.last_line + 1))


def _first_that_stays(block: Block, gone: Collection[int]) -> int | None:
    """The first line of a block that stays; of rows others may have gone."""
    lines = (block.line, *(row.line for row in block.rows or ()))
    return next((number for number in lines if number not in gone), None)


def _any_in(numbers: Sequence[int], lines: range) -> bool:
    """Whether one of the numbers, which are sorted, is among the lines."""
    place = bisect_left(numbers, lines.start)
    return place < len(numbers) and numbers[place] < lines.stop


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[Block, range]]:
    """The headings, each with the lines up to the next one of its level or a higher one."""
    end = blocks[-1].last_line + 1
    below: list[Block] = []
    for heading in reversed([block for block in blocks if block.level or block.name]):
        while below and (below[-1].level or _LEAD) > (heading.level or _LEAD):
            below.pop()
        yield heading, range(heading.line, below[-1].line if below else end)
        below.append(heading)


def _leads_to(block: Block, names: Collection[str]) -> bool:
    """Whether it is the line of a table of contents that leads to one of these headings."""
    found = None if block.rows is not None else _OF_CONTENTS.fullmatch(block.text)
    return found is not None and plain(found["text"] or found["html"]).casefold() in names


def _stays_in_fold(block: Block) -> bool:
    """Whether a fold that holds it is somebody's."""
    if SUMMARY.fullmatch(block.text):
        return False
    return block.is_marker or block.tells or not _TAGS.match(block.text)


def _folds(blocks: Sequence[Block]) -> Sequence[range]:
    """The lines of each fold that is closed; those in a row of a table are texts of the paper."""
    open_at: list[int] = []
    folds: dict[range, None] = {}
    for block in (block for block in blocks if block.rows is None):
        for tag in _FOLD_TAG.finditer(block.text):
            if not tag["close"]:
                open_at.append(block.line)
            elif open_at:
                folds[range(open_at.pop(), block.line + 1)] = None
    return tuple(folds)


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
