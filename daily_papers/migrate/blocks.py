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
_CELL_TAG = re.compile(r"<t[dh]\b[^<>]*>(.*?)(?=<t[dh]\b|</t[dh]>|\Z)", re.IGNORECASE | re.DOTALL)
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
_NO_PAPERS = re.compile(
    r"(?:there (?:are|is) )?(?:no|0|nothing)\b.{0,30}"
    r"\b(?:papers?|match(?:es)?|results?|updates?|new|found|today)\b.{0,30}"
    r"|(?:今日|今天)?(?:暂无|没有|无).{0,20}",
    re.IGNORECASE,
)
_OF_CARDS = frozenset({Kind.DATE, Kind.PUBLISHED, Kind.AUTHORS, Kind.ABSTRACT})


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
    head: Collection[int] = ()
    reading: Reading = plain
    #: Whether single rows cannot be taken out.
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Any other line that is not blank, also one of a code block."""

    line: Line

    @property
    def last_line(self) -> int:
        """The number of the line."""
        return self.line.number

    @property
    def day(self) -> date | None:
        """The day of the rows, where the line says when they were last updated."""
        update = _LAST_UPDATE.fullmatch(self.line.text)
        found = find_date(update["day"]) if update else None
        return found[0] if found else None

    @property
    def tells(self) -> bool:
        """Whether words stand on it that would be missed."""
        return not (_WORDLESS.fullmatch(self.line.text) or self.is_to_top)

    @property
    def is_to_top(self) -> bool:
        """Whether it only leads back to the top of the page."""
        return bool(_TO_TOP.fullmatch(plain(self.line.text).strip(" ()[]^↑⬆🔝️")))


Block = Heading | Rows | Words


def blocks_of(text: str) -> tuple[Block, ...]:
    """Read a page's text; blank lines are in no block."""
    if _QUOTED_HEADING.search(text):  # a card in each quotation
        text = _QUOTED.sub("", text)
    page = _Page(tuple(lines_of(text)))
    blocks: list[Block] = []
    position = 0
    while position < len(page.lines):
        found = [] if page.lines[position].is_blank else page.blocks_at(position)
        blocks += found
        position = max((each.last_line for each in found), default=position + 1)
    return tuple(_with_cards(blocks))


@dataclass(frozen=True, slots=True)
class _Page:
    lines: Sequence[Line]

    def blocks_at(self, position: int) -> Sequence[Block]:
        """The block that begins on a line, and the lines among its rows that are none of them."""
        line = self.lines[position]
        if rows := self._rows_at(position):
            return rows
        if heading := heading_at(self.lines, position):
            return [Words(line)] if Words(line).day else [heading]
        lead = lead_at(line)
        following = position + 1
        while lead and following < len(self.lines):
            if not self.lines[following].is_blank and not Words(self.lines[following]).day:
                is_above_rows = any(isinstance(b, Rows) for b in self._rows_at(following))
                return [lead if is_above_rows else Words(line)]
            following += 1
        return [Words(line)]

    def _rows_at(self, position: int) -> Sequence[Block]:
        return self._table(position) or self._html_table(position) or self._list(position)

    def _columns(self, position: int) -> tuple[Kind, ...] | None:
        """The columns of a table whose header stands on a line."""
        if "|" not in self.lines[position].text or position + 1 == len(self.lines):
            return None
        names = split_cells(self.lines[position].text)
        below = self.lines[position + 1].text.strip()
        if not _DELIMITER.fullmatch(below) or within_pipes(below).count("|") != len(names) - 1:
            return None
        return tuple(kind_named(plain(name)) for name in names)

    def _table(self, position: int) -> Sequence[Block]:
        """A table; rows that have no header; or the lines of a table of something else."""
        line = self.lines[position]
        columns = self._columns(position)
        start = end = position + 2 if columns else position
        while end < len(self.lines) and self._is_row(end, has_header=bool(columns)):
            end += 1
        is_known = {Kind.TITLE, Kind.DATE} <= set(columns or ()) and "title" in line.text.lower()
        if not is_known and not any(links_to_paper(each.text) for each in self.lines[start:end]):
            return [Words(each) for each in self.lines[position : end if columns else position]]
        found = self.lines[start:end]
        while columns and (following := self._row_below_a_gap(end)):
            found = [*found, self.lines[following - 1]]
            end = following
        rows = tuple(Row(each, each.number, cells_of(each.text, columns or ())) for each in found)
        kinds = columns or tuple(kind for row in rows for kind, _ in row.cells)
        is_family = is_published_family(kinds) and (is_known or not columns)
        reading = line.reading if line.is_ours or is_family else plain
        head = {line.number, line.number + 1} if columns else set[int]()
        held = head.union(row.last_line for row in rows)
        last = max(held)
        among = (each for each in self.lines[position:last] if each.number not in held)
        table = Rows(line, last, rows, head, reading)
        return [table, *(Words(each) for each in among if not each.is_blank)]

    def _is_row(self, position: int, *, has_header: bool) -> bool:
        line = self.lines[position].text
        is_row = line.lstrip().startswith("|") and links_to_paper(line)
        return (not _END_OF_TABLE.match(line) if has_header else is_row) and not self._columns(
            position
        )

    def _row_below_a_gap(self, start: int) -> int:
        """The line of the next row of a paper, if only blank lines and comments stand above it."""
        for position in range(start, len(self.lines)):
            line = self.lines[position]
            if line.marker:
                break
            if not line.is_blank and not _COMMENT.fullmatch(line.text):
                is_row = line.text.lstrip().startswith("|") and not self._columns(position)
                return line.number if is_row else 0
        return 0

    def _html_table(self, position: int) -> Sequence[Block]:
        line = self.lines[position]
        if "<table" not in line.text.lower():
            return []
        end = position + 1
        while end < len(self.lines) and "</table" not in self.lines[end - 1].text.lower():
            if "<table" in self.lines[end].text.lower() or end > position + _MOST_HTML_LINES:
                return []
            end += 1
        text = "\n".join(each.text for each in self.lines[position:end])
        kinds: list[Kind] = []
        rows = []
        for row in _ROW_TAG.finditer(text):
            texts = [_with_links(cell) for cell in _CELL_TAG.findall(row[1])]
            here = self.lines[position + text.count("\n", 0, row.start())]
            if links_to_paper(row[1]) or wrong_link(row[1]):
                named = kinds if len(kinds) == len(texts) else [Kind.UNNAMED] * len(texts)
                rows.append(Row(here, here.number, tuple(zip(named, texts, strict=True))))
            elif not kinds:
                kinds = [kind_named(plain(each)) for each in texts]
        head = range(line.number, end + 1)
        return [Rows(line, end, tuple(rows), head, is_whole=True)] if rows else []

    def _list(self, position: int) -> Sequence[Block]:
        """The items from here on that link to papers, each with the lines that belong to it."""
        rows: list[Row] = []
        start = position
        while start < len(self.lines) and (end := self._end_of_item(start)):
            found = list(self._item(start, end))
            rows += found
            start = end if found else len(self.lines)
        if not rows:
            return []
        held = {n for row in rows for n in range(row.line.number, row.last_line + 1)}
        among = self.lines[position : rows[-1].last_line]
        others = (Words(each) for each in among if each.number not in held and not each.is_blank)
        return [Rows(self.lines[position], rows[-1].last_line, tuple(rows)), *others]

    def _end_of_item(self, position: int) -> int | None:
        begin = _BEGIN_OF_ITEM.match(self.lines[position].text)
        if begin is None or self.lines[position].marker:
            return None
        end = position + 1
        while end < len(self.lines) and self._is_in_item(end, len(begin["indent"])):
            end += 1
        while self.lines[end - 1].is_blank:
            end -= 1
        return end

    def _is_in_item(self, position: int, indent: int) -> bool:
        """Whether a line belongs to the item above it, whose bullet has this indent."""
        line = self.lines[position]
        if (other := _BEGIN_OF_ITEM.match(line.text)) and len(other["indent"]) <= indent:
            return False
        is_indented = line.text.startswith(("  ", " \t", "\t"))
        is_apart = self.lines[position - 1].is_blank or _BEGIN_OF_OTHER.match(line.text)
        return not line.marker and bool(line.is_blank or is_indented or not is_apart)

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
            cuts = [*(n for n, indent in indents if indent <= level), len(texts)]
            ids = [{p.id for p in papers_in("\n".join(texts[a:b]))} for a, b in pairwise(cuts)]
            if all(len(each) < 2 for each in ids):
                break
        for (a, b), papers in zip(pairwise(cuts), ids, strict=True):
            if papers:
                line, last = self.lines[start + a], self.lines[start + b - 1].number
                yield Row(line, last, entry_cells(texts[a:b]))


def _with_links(text: str) -> str:
    """A text of HTML with its links as Markdown writes them."""
    return _LINK_TAG.sub(r"[\g<text>](\g<to>)", text) if "<a" in text else text


# --- cards and empty topics ----------------------------------------------------------------------


def _with_cards(blocks: Sequence[Block]) -> Iterator[Block]:
    """Each heading of a single paper as a row, and each heading of an empty topic with no rows."""
    levels = {
        above.level
        for above, block in zip(_headings_above(blocks), blocks, strict=True)
        if above and isinstance(block, Rows)
    }
    position = 0
    while position < len(blocks):
        end = position + 1
        while end < len(blocks) and not isinstance(blocks[end], Heading):
            end += 1
        heading, below = blocks[position], blocks[position + 1 : end]
        following = blocks[end] if end < len(blocks) else None
        if not isinstance(heading, Heading) or heading.is_lead or heading.line.is_ours:
            yield from blocks[position:end]
        elif card := _card(heading, below):
            yield card
            yield from (each for each in below if each.line.number > card.last_line)
        elif _is_empty_topic(heading, below, following, levels if position else ()):
            head = range(heading.line.number, blocks[end - 1].line.number + 1)
            yield heading
            yield Rows(heading.line, head[-1], (), head)
        else:
            yield from blocks[position:end]
        position = end


def _headings_above(blocks: Sequence[Block]) -> Iterator[Heading | None]:
    heading = None
    for block in blocks:
        heading = block if isinstance(block, Heading) and not block.is_lead else heading
        yield heading


def _is_empty_topic(
    heading: Heading, below: Sequence[Block], following: Block | None, levels: Collection[int]
) -> bool:
    """Whether a heading has no papers, where others of its level do."""
    if any(not isinstance(block, Words) or block.line.marker for block in below):
        return False
    texts = [block.line.text for block in below if isinstance(block, Words) and block.tells]
    if len(texts) == 1 and len(below) == 1:
        return bool(_NO_PAPERS.fullmatch(plain(texts[0]).strip(" .!。！*_-")))
    is_parent = isinstance(following, Heading) and following.level > heading.level
    is_paper = wrong_link(heading.line.text) is not None
    return heading.level in levels and not (texts or is_parent or is_paper)


def _card(heading: Heading, below: Sequence[Block]) -> Rows | None:
    texts = [_with_links(heading.line.text)]
    last = heading.last_line
    for block in below:
        if not isinstance(block, Words) or block.day or block.line.is_ours or block.line.marker:
            break
        if not _WORDLESS.fullmatch(block.line.text):
            texts.append(_with_links(block.line.text))
            last = block.line.number
    papers = {paper.id for paper in papers_in("\n".join(texts))}
    labels = {kind for text in texts[1:] for kind, _ in labelled(text)} if len(papers) == 1 else ()
    if not papers or not (links_to_paper(texts[0]) or _OF_CARDS.intersection(labels)):
        return None
    return Rows(heading.line, last, (Row(heading.line, last, entry_cells(texts)),))
