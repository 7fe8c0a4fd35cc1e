"""The blocks of a Markdown or HTML page: headings, rows of papers, and what people wrote.

Only so much of Markdown is read as tells rows from everything else. In some things it is read more
kindly: rows below a blank line or a comment still belong to the table above, a header among the
rows begins another table, and rows without a header are told by what they look like.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from daily_papers.migrate.entries import entry_cells, labelled
from daily_papers.migrate.headings import Heading, Line, heading_at, lead_at, lines_of
from daily_papers.migrate.paper_links import find_date, links_to_paper, papers_in, wrong_link
from daily_papers.migrate.rows import (
    Cells,
    Kind,
    Reading,
    cells_of,
    is_published_family,
    kind_named,
    plain,
    split_cells,
    within_pipes,
)

_LAST_UPDATE = re.compile(
    r"[\s*_>#-]*(?:last updated?|updated on|更新于|更新时间)(?: on)?\s*[:：]?[\s*_]*"
    r"(?P<day>\S*?)[\s*_]*",
    re.IGNORECASE,
)
_RULE = r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$"
_ITEM = r"(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)"
_END_OF_TABLE = re.compile(
    rf"\s*$| {{0,3}}(?:#{{1,6}}(?:[ \t]|$)|>|<[!/A-Za-z]|`{{3}}|~{{3}}|{_RULE}|{_ITEM})"
)
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_COMMENT = re.compile(r"\s*<!--[^<>]*-->\s*")
_BEGIN_OF_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:(?:[-+*]|\d{1,9}[.)])[ \t]+\S|<li\b)")
_BEGIN_OF_OTHER = re.compile(
    r" {0,3}(?:#{1,6}[ \t]|\||<(?!li\b|a\b|b\b|strong\b)[!/a-z]|`{3}|~{3}|>)", re.IGNORECASE
)
_QUOTED = re.compile(r"^> ?", re.MULTILINE)
_QUOTED_HEADING = re.compile(r"^> ?#{1,6} ", re.MULTILINE)
_MOST_LEVELS = 6
_MOST_HTML_LINES = 200_000
_ROW_TAG = re.compile(r"<tr\b[^<>]*>(.*?)(?=<tr\b|</tr>|</table>|\Z)", re.IGNORECASE | re.DOTALL)
_CELL_TAG = re.compile(
    r"<t(?P<tag>[dh])\b[^<>]*>(?P<text>.*?)(?=<t[dh]\b|</t[dh]>|\Z)", re.IGNORECASE | re.DOTALL
)
_LINK_TAG = re.compile(
    r"""<a\b[^<>]{0,300}?\bhref\s*=\s*["']?(?P<to>[^"'\s<>]{1,1000})["']?[^<>]{0,300}>(?P<text>.{0,1000}?)</a>""",
    re.IGNORECASE | re.DOTALL,
)
# Lines that tell nothing: under a rule or a closed fold alone, a heading would be an empty one.
_WORDLESS = re.compile(
    r"\s*(?:(?:[-*_][ \t]*){3,}"
    r"|(?:(?:<!--[^<>]*-->|</?(?:a|br|center|details|div|hr|ol|p|ul)\b[^<>]*>)\s*)+)"
)
_TO_TOP = re.compile(r"(?:back to )?top|返回顶部|回到顶部", re.IGNORECASE)
_NOTHING = re.compile(
    r"(?:there (?:are|is) )?(?:no|0|nothing)\b.{0,30}"
    r"\b(?:papers?|match(?:es)?|results?|updates?|new|found|today)\b.{0,30}"
    r"|(?:今日|今天)?(?:暂无|没有|无).{0,20}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What may be a paper, and the lines that it stands on."""

    line: Line
    last_line: int
    cells: Cells


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows one below the other: of a table, of a list, or a card with a heading of its own."""

    line: Line
    last_line: int
    #: Blank lines and comments may stand between them.
    rows: tuple[Row, ...]
    #: The lines that go when no row is left: those of a table's header.
    head: frozenset[int]
    reading: Reading
    #: Whether single rows cannot be taken out.
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """The line that says of which day the rows are."""

    line: Line
    day: date


@dataclass(frozen=True, slots=True)
class Prose:
    """Any other line that is not blank, also one of a code block."""

    line: Line

    @property
    def tells(self) -> bool:
        """Whether words stand on it that would be missed."""
        return not (_WORDLESS.fullmatch(self.line.text) or self.is_to_top)

    @property
    def is_to_top(self) -> bool:
        """Whether it only leads back to the top of the page."""
        return bool(_TO_TOP.fullmatch(plain(self.line.text).strip(" ()[]^↑⬆🔝️")))


Block = Heading | Rows | LastUpdate | Prose


def blocks_of(text: str) -> tuple[Block, ...]:
    """Read a page's text; blank lines are in no block."""
    if _QUOTED_HEADING.search(text):  # a card in each quotation
        text = _QUOTED.sub("", text)
    return tuple(_with_cards(list(_Page(tuple(lines_of(text))).blocks())))


@dataclass(frozen=True, slots=True)
class _Page:
    lines: Sequence[Line]

    def blocks(self) -> Iterator[Block]:
        position = 0
        while position < len(self.lines):
            line = self.lines[position]
            rows = (
                self._table(position) or self._stray_rows(position)
                if "|" in line.text
                else self._html_table(position)
            ) or self._list(position)
            if rows is not None:
                yield rows
                held = rows.head.union(*(range(r.line.number, r.last_line + 1) for r in rows.rows))
                for each in self.lines[position : rows.last_line]:
                    if each.number not in held and not each.is_blank and not rows.is_whole:
                        yield Prose(each)
                position = rows.last_line
            elif end := self._end_of_another_table(position):
                yield from map(Prose, self.lines[position:end])
                position = end
            elif line.is_blank:
                position += 1
            else:
                block = self._other(position)
                yield block
                position = block.last_line if isinstance(block, Heading) else position + 1

    # --- tables --------------------------------------------------------------------------------

    def _columns(self, position: int) -> tuple[Kind, ...] | None:
        """The columns of a table whose header stands on a line."""
        text = self.lines[position].text
        below = self.lines[position + 1 : position + 2]
        if "|" not in text or not below or not _is_delimiter(below[0].text, split_cells(text)):
            return None
        return tuple(kind_named(plain(name)) for name in split_cells(text))

    def _table(self, position: int) -> Rows | None:
        columns = self._columns(position)
        if columns is None:
            return None
        found = list(range(position + 2, self._end_of_rows(position + 2)))
        is_known = {Kind.TITLE, Kind.DATE} <= set(columns) and "title" in self.lines[
            position
        ].text.lower()
        if not is_known and not any(links_to_paper(self.lines[each].text) for each in found):
            return None
        following = self._below_a_gap(position + 2 + len(found))
        while following is not None:
            found.append(following)
            following = self._below_a_gap(following + 1)
        line = self.lines[position]
        rows = tuple(self._row(each, columns) for each in found)
        is_family = is_known and is_published_family(columns)
        reading = line.reading if line.is_ours or is_family else plain
        last = rows[-1].last_line if rows else line.number + 1
        return Rows(line, last, rows, frozenset({line.number, line.number + 1}), reading)

    def _row(self, position: int, columns: Sequence[Kind] = ()) -> Row:
        line = self.lines[position]
        return Row(line, line.number, cells_of(line.text, columns))

    def _end_of_rows(self, start: int) -> int:
        end = start
        while end < len(self.lines) and not _END_OF_TABLE.match(self.lines[end].text):
            if self._columns(end):
                break
            end += 1
        return end

    def _below_a_gap(self, start: int) -> int | None:
        """The next row of a paper, if only blank lines and comments stand above it."""
        for position in range(start, len(self.lines)):
            line = self.lines[position]
            if line.marker:
                return None
            if not line.is_blank and not _COMMENT.fullmatch(line.text):
                is_row = line.text.lstrip().startswith("|") and not self._columns(position)
                return position if is_row else None
        return None

    def _end_of_another_table(self, position: int) -> int | None:
        return self._end_of_rows(position + 2) if self._columns(position) else None

    def _stray_rows(self, position: int) -> Rows | None:
        """Rows without a header."""
        end = position
        while end < len(self.lines) and _is_row(self.lines[end]) and not self._columns(end):
            end += 1
        if end == position:
            return None
        rows = tuple(self._row(each) for each in range(position, end))
        line = self.lines[position]
        is_family = {kind for row in rows for kind, _ in row.cells}
        reading = line.reading if line.is_ours or is_published_family(list(is_family)) else plain
        return Rows(line, rows[-1].last_line, rows, frozenset(), reading)

    def _html_table(self, position: int) -> Rows | None:
        line = self.lines[position]
        if "<table" not in line.text.lower():
            return None
        end = position + 1
        while end < len(self.lines) and "</table" not in self.lines[end - 1].text.lower():
            if "<table" in self.lines[end].text.lower() or end > position + _MOST_HTML_LINES:
                return None
            end += 1
        text = "\n".join(each.text for each in self.lines[position:end])
        kinds: list[Kind] = []
        rows = []
        for row in _ROW_TAG.finditer(text):
            cells = list(_CELL_TAG.finditer(row[1]))
            number = line.number + text.count("\n", 0, row.start())
            if links_to_paper(row[1]) or wrong_link(row[1]):
                texts = [_with_links(cell["text"]) for cell in cells]
                named = kinds if len(kinds) == len(texts) else [Kind.UNNAMED] * len(texts)
                here = self.lines[number - 1]
                rows.append(Row(here, number, tuple(zip(named, texts, strict=True))))
            elif cells and not kinds:
                kinds = [kind_named(plain(cell["text"])) for cell in cells]
        if not rows:
            return None
        return Rows(
            line, end, tuple(rows), frozenset(range(line.number, end + 1)), plain, is_whole=True
        )

    # --- lists ---------------------------------------------------------------------------------

    def _list(self, position: int) -> Rows | None:
        """The items from here on that link to papers, each with the lines that belong to it."""
        rows: list[Row] = []
        start = position
        while start < len(self.lines) and (end := self._end_of_item(start)):
            found = list(self._item(start, end))
            if not found:
                break
            rows += found
            start = end
        if not rows:
            return None
        return Rows(self.lines[position], rows[-1].last_line, tuple(rows), frozenset(), plain)

    def _end_of_item(self, position: int) -> int | None:
        begin = _BEGIN_OF_ITEM.match(self.lines[position].text)
        if begin is None or self.lines[position].marker:
            return None
        end = position + 1
        while end < len(self.lines):
            line = self.lines[end]
            other = _BEGIN_OF_ITEM.match(line.text)
            if other and len(other["indent"]) <= len(begin["indent"]):
                break
            below = self.lines[end - 1]
            is_indented = line.text[:2] in ("  ", " \t") or line.text[:1] == "\t"
            if line.marker or (
                not line.is_blank
                and not is_indented
                and (below.is_blank or _BEGIN_OF_OTHER.match(line.text))
            ):
                break
            end += 1
        while self.lines[end - 1].is_blank:
            end -= 1
        return end

    def _item(self, start: int, end: int) -> Iterator[Row]:
        """The row of an item; those of its own items where each is a paper, and it is none."""
        texts = [_with_links(line.text) for line in self.lines[start:end]]
        items = ((n, _BEGIN_OF_ITEM.match(text)) for n, text in enumerate(texts))
        indents = [
            (n, len(item["indent"]))
            for n, item in items
            if item and (n == 0 or not any(labelled(texts[n])))
        ]
        for level in sorted({indent for _, indent in indents})[:_MOST_LEVELS]:
            cuts = [*(n for n, indent in indents if indent <= level), end - start]
            groups = [
                (a, b, {paper.id for paper in papers_in("\n".join(texts[a:b]))})
                for a, b in pairwise(cuts)
            ]
            if all(len(ids) < 2 for *_, ids in groups):
                break
        for a, b, ids in groups:
            if ids:
                line, last = self.lines[start + a], self.lines[start + b - 1].number
                yield Row(line, last, entry_cells(texts[a:b]))

    # --- everything else -----------------------------------------------------------------------

    def _other(self, position: int) -> Block:
        line = self.lines[position]
        if day := _day_on(line):
            return LastUpdate(line, day)
        if heading := heading_at(self.lines, position):
            return heading
        if (lead := lead_at(line)) and self._are_rows_next(position + 1):
            return lead
        return Prose(line)

    def _are_rows_next(self, position: int) -> bool:
        while position < len(self.lines):
            line = self.lines[position]
            if not line.is_blank and not _day_on(line):
                return bool(self._table(position) if "|" in line.text else self._list(position))
            position += 1
        return False


def _is_delimiter(line: str, cells: Sequence[object]) -> bool:
    bare = line.strip()
    return bool(_DELIMITER.fullmatch(bare)) and len(within_pipes(bare).split("|")) == len(cells)


def _is_row(line: Line) -> bool:
    return line.text.lstrip().startswith("|") and links_to_paper(line.text)


def _with_links(text: str) -> str:
    """A text of HTML with its links as Markdown writes them."""
    return _LINK_TAG.sub(r"[\g<text>](\g<to>)", text) if "<a" in text else text


def _day_on(line: Line) -> date | None:
    update = _LAST_UPDATE.fullmatch(line.text)
    found = find_date(update["day"]) if update else None
    return found[0] if found else None


# --- cards -------------------------------------------------------------------------------------


def _with_cards(blocks: Sequence[Block]) -> Iterator[Block]:
    """Each heading of a single paper, with what stands below it, as a row."""
    position = 0
    levels = _levels_with_rows(blocks)
    while position < len(blocks):
        end = position + 1
        while end < len(blocks) and not isinstance(blocks[end], Heading):
            end += 1
        section = blocks[position:end]
        following = blocks[end] if end < len(blocks) else None
        card = _card(section)
        if card:
            yield card
            yield from (each for each in section if each.line.number > card.last_line)
        elif position and _is_empty_topic(section, following, levels):
            lines = range(section[0].line.number, section[-1].line.number + 1)
            yield section[0]
            yield Rows(section[0].line, lines[-1], (), frozenset(lines), plain)
        else:
            yield from _with_an_empty_topic(section)
        position = end


def _levels_with_rows(blocks: Sequence[Block]) -> frozenset[int]:
    """The levels of the headings right below which rows stand."""
    level = 0
    levels = set()
    for block in blocks:
        if isinstance(block, Heading) and not block.is_lead:
            level = block.level
        elif isinstance(block, Rows):
            levels.add(level)
    return frozenset(levels)


def _is_empty_topic(
    section: Sequence[Block], following: Block | None, levels: Collection[int]
) -> bool:
    """Whether nothing stands below a heading, where others of its level have rows."""
    heading, *below = section
    if not isinstance(heading, Heading) or heading.is_lead or heading.line.is_ours:
        return False
    if wrong_link(heading.line.text):  # a paper's own heading
        return False
    is_parent = isinstance(following, Heading) and following.level > heading.level
    return (heading.level in levels and not is_parent) and all(
        isinstance(block, Prose) and not (block.line.marker or block.tells) for block in below
    )


def _card(section: Sequence[Block]) -> Rows | None:
    heading, *below = section
    if not isinstance(heading, Heading) or heading.is_lead or heading.line.is_ours:
        return None
    texts = [_with_links(heading.line.text)]
    last = heading.last_line
    for block in below:
        if not isinstance(block, Prose) or block.line.is_ours or block.line.marker:
            break
        if not _WORDLESS.fullmatch(block.line.text):
            texts.append(_with_links(block.line.text))
            last = block.line.number
    papers = {paper.id for paper in papers_in("\n".join(texts))}
    is_paper = links_to_paper(texts[0]) or (
        len(papers) == 1
        and any(kind in _OF_CARDS for text in texts[1:] for kind, _ in labelled(text))
    )
    if not papers or not is_paper:
        return None
    row = Row(heading.line, last, entry_cells(texts))
    return Rows(heading.line, last, (row,), frozenset(), plain)


_OF_CARDS = frozenset({Kind.DATE, Kind.PUBLISHED, Kind.AUTHORS, Kind.ABSTRACT})


def _with_an_empty_topic(section: Sequence[Block]) -> Iterator[Block]:
    """A line that says that there are no papers is rows, of which there are none."""
    heading, *below = section
    yield heading
    for block in below:
        text = plain(block.line.text) if isinstance(block, Prose) and len(below) == 1 else ""
        if _NOTHING.fullmatch(text.strip(" .!。！*_-")):
            number = block.line.number
            yield Rows(block.line, number, (), frozenset({number}), plain)
        else:
            yield block
