"""A published README with our two markers in the place of its tables.

Rows whose papers are stored leave it. So does each heading, fold, table or list of HTML around them
in which no words are left, with the links back to the top and its line in a table of contents; and
the tool's line of the last update, which we write ourselves. Whatever else people wrote stays.

The markers stand where the last such rows stood, below the other rows of their topic and the folds
around them, so what people wrote below still follows.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, takewhile

from daily_papers.migrate.cells import plain
from daily_papers.migrate.names import find_date, undecorated
from daily_papers.migrate.pages import TO_ANCHOR, Block, is_last_update, is_to_top, is_wordless
from daily_papers.render.readme import BEGIN, END

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
#: A comment, or an anchor, to which a link from anywhere may lead.
_HIDDEN = re.compile(r"\s*(?:<!--|<a\b[^<>]*\b(?:id|name)\s*=)", re.IGNORECASE)
_PAIR = re.compile(
    r"<(?P<close>/?)(?P<name>details|table|t?body|thead|[uo]l|div|center)\b", re.IGNORECASE
)


def replaced_with_markers(text: str, blocks: Sequence[Block], empty: Collection[str]) -> str:
    """Take out what was imported, and put the two markers there unless the file has them.

    ``empty`` are the topics of which rows go even where they hold no paper.
    """
    lines = _LINE.findall(text)
    going = list(_rows_that_go(blocks, empty))
    if not going:
        return text
    gone = set[int]().union(*(of_rows for _, of_rows in going))
    folds = list(_folds(blocks))
    are_marked = any(block.is_marker for block in blocks)
    place = len(lines) if are_marked else _end(blocks, folds, going[-1][0])
    _remove_what_is_empty(lines, blocks, folds, gone, place)
    kept = _without_gaps(lines, gone, place)
    above = "".join(lines[number - 1] for number in kept if number <= place)
    below = "".join(lines[number - 1] for number in kept if number > place)
    if are_marked:
        return above + below
    newline = _ending(lines[going[-1][0].line - 1]) or _ending(lines[0]) or "\n"
    if above.splitlines()[-1:] and above.splitlines()[-1].strip():
        above = above.rstrip("\r\n") + 2 * newline
    return f"{above}{BEGIN}{newline}{END}{_ending(lines[place - 1])}{below}"


def _rows_that_go(
    blocks: Sequence[Block], empty: Collection[str]
) -> Iterator[tuple[Block, Collection[int]]]:
    """The rows of which lines go, and these: those of stored papers, or all of them."""
    kept = {n for block in blocks for row in block.rows if row.cause for n in row.lines}
    for block in (each for each in blocks if each.rows):
        stored = {n for row in block.rows if row.paper and not row.cause for n in row.lines}
        is_whole = kept.isdisjoint(n for row in block.rows for n in row.lines)
        if is_whole and (stored or block.topic in empty):
            stored.update(block.head)
        if stored - kept:
            yield block, stored - kept


def _end(blocks: Iterable[Block], folds: Iterable[range], last: Block) -> int:
    """The last line of the rows that have the topic of the last ones, or of the folds around."""
    same = (each for each in blocks if each.rows and last.topic and each.topic == last.topic)
    end = max(each.numbers[-1] for each in (last, *same))
    return max(end, *(fold[-1] for fold in folds if end in fold), 0)


def _remove_what_is_empty(
    lines: Sequence[str],
    blocks: Sequence[Block],
    folds: Sequence[range],
    gone: set[int],
    place: int,
) -> None:
    """Add to the lines that go what would be empty without them, or would lead to nothing."""
    above = takewhile(lambda block: block.line not in gone, blocks)  # below, it may be people's
    gone.update([block.line for block in above if is_last_update(block.text)][:1])
    is_below = False
    for block in blocks:
        if is_below and is_to_top(block.text):
            gone.update(block.numbers)
        is_below = block.line in gone or (is_below and is_wordless(block.text))
    rows = (row for block in blocks if block.line in gone for row in block.rows)
    topics = {topic for row in rows for topic in row.topics}
    headings = [block for block in blocks if block.level or block.is_marker]
    markers = [block.line for block in blocks if block.is_marker]
    parts = [fold for fold in folds if not _any_in(markers, fold)]
    titles = {each for each in headings if _is_title(each, topics)}
    parts += _sections(headings, titles, len(lines))
    dress = {n for heading in headings if heading not in titles for n in heading.numbers}
    dress |= {n for n, line in enumerate(lines, 1) if is_wordless(line.rstrip())}
    contents = {
        n: undecorated(plain(line).lstrip("-*+ ")).casefold()
        for n, line in enumerate(lines, 1)
        if TO_ANCHOR.search(line)
    }
    for _ in range(2):  # then for what was around the table of contents
        went = sorted(gone)
        words = [n for n in range(1, place + 1) if n not in gone and n not in dress]
        empty = {each for each in parts if _any_in(went, each) and not _any_in(words, each)}
        edges = {n for fold in folds if fold not in empty for n in (fold[0], fold[-1])}
        for part in empty:
            own = (n for n in part if n <= place and n not in edges)
            gone.update(n for n in own if not _HIDDEN.match(lines[n - 1]))
        names = {block.name.casefold() for block in headings if block.line in gone}
        gone.update(n for n, name in contents.items() if name in names)


def _any_in(numbers: Sequence[int], lines: range) -> bool:
    """Whether one of the numbers, which are sorted, is among the lines."""
    place = bisect_left(numbers, lines[0])
    return place < len(numbers) and numbers[place] in lines


def _is_title(heading: Block, topics: Collection[str]) -> bool:
    """Whether a heading is the title of the page, which stays."""
    return heading.level == 1 and heading.name not in topics and not find_date(heading.name)


def _sections(headings: Sequence[Block], titles: Collection[Block], last: int) -> Iterator[range]:
    """The lines of each heading up to the next one of its level or our markers.

    The title of the page has none.
    """
    for number, heading in enumerate(headings, 1):
        if heading.is_marker or heading in titles:
            continue
        following = islice(headings, number, None)
        end = next((each.line for each in following if each.level <= heading.level), last + 1)
        yield range(heading.line, end)


def _folds(blocks: Iterable[Block]) -> Iterator[range]:
    """The lines of each fold, table or list of HTML; those in rows are texts of papers."""
    open_at: dict[str, list[int]] = defaultdict(list)
    lines = (line for block in blocks for line in block.lines)
    for line in (each for each in lines if not each.text.lstrip().startswith("|")):
        for tag in _PAIR.finditer(line.text):
            begins = open_at[tag["name"].lower()]
            if not tag["close"]:
                begins.append(line.numbers[0])
            elif begins:
                yield range(begins.pop(), line.numbers[-1] + 1)


def _without_gaps(lines: Sequence[str], gone: Collection[int], place: int) -> list[int]:
    """The numbers of the lines that stay: of blank ones around lines that went, only one."""
    kept: list[int] = []
    is_gap = False
    for number, line in enumerate(lines, 1):
        is_below_blank = not kept or not lines[kept[-1] - 1].strip()
        if number in gone:
            is_gap = number <= place or is_below_blank
        elif line.strip() or not (is_gap and is_below_blank):
            kept.append(number)
            is_gap = False
        is_gap = is_gap and number != place
    return kept


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
