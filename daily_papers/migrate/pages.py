"""The blocks of a Markdown or HTML page: headings, rows of papers, and what people wrote.

Only so much of Markdown is read as tells rows from everything else. In some things it is read more
kindly: rows below a blank line or a comment still belong to the table above, a header among the
rows begins another table, and rows without a header are told by what they look like. Besides the
headings with number signs there are underlined ones, those in HTML, and leads: a bold line or the
summary of a fold right above rows, which many use as their heading.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from itertools import pairwise, takewhile

from daily_papers.migrate import rows as cells
from daily_papers.migrate.entries import entry_cells, labelled
from daily_papers.migrate.paper_links import find_date, links_to_paper, papers_in, wrong_link
from daily_papers.migrate.rows import LONGEST, Entry, Kind, Reading, plain
from daily_papers.migrate.topics import undecorated
from daily_papers.render.readme import BEGIN, END

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_ENDING = re.compile(r"\r\n|\n|\r")
TOO_LONG = f"longer than {LONGEST:,} characters, so it is not read"
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_MARKER = re.compile(rf" {{0,3}}(?P<marker>{BEGIN}|{END})[ \t]*")
_LAST_UPDATE = re.compile(
    r"[\s*_>#-]*(?:last updated?|updated on|更新于|更新时间)(?: on)?\s*[:：]?[\s*_]*"
    r"(?P<day>\S*?)[\s*_]*",
    re.IGNORECASE,
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

_SIGNED = re.compile(r" {0,3}(?P<level>#{1,6})(?P<name>(?:[ \t].*)?)")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_DRESSED = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|\[(?P<linked>[^\]]+)\]\([^)]*\)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_HTML = re.compile(r" {0,3}<h(?P<level>[1-6])\b[^<>]*>(?P<name>.*)</h(?P=level)>\s*", re.IGNORECASE)
_HTML_BEGIN = re.compile(r" {0,3}<h[1-6]\b", re.IGNORECASE)
_MOST_HTML_LINES = 4
#: The summary of a fold, which its line may open too.
SUMMARY = re.compile(
    r"\s*(?:<details\b[^<>]*>\s*)?<summary\b[^<>]*>(?P<html>.*)</summary>\s*", re.IGNORECASE
)
_BOLD = re.compile(
    r" {0,3}(?:\*\*(?P<stars>[^*]+)\*\*|__(?P<lines>(?:(?!__).)+)__"
    r"|<(?P<tag>b|strong)>(?P<html>[^<]*)</(?P=tag)>):?\s*"
)
_TAG = re.compile(r"<[^<>]*>")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|</?(?:a|img|br)\b[^<>]*>", re.IGNORECASE)
_LINK_TO_TOP = re.compile(r"\s*\[[^\]]{0,20}\]\(#[^)]*\)$")
# What a keyword's name may be in keywords.yaml: no longer.
_LONGEST_NAME = 200
#: The level of a lead, below that of every heading.
_LEAD = 7

_RULE = r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$"
_BULLET = r"(?:[-+*]|\d{1,9}[.)])"
# What a line begins with that is no plain words, no row of a table, nor more of an item's text.
_BLOCK = rf" {{0,3}}(?:#{{1,6}}(?:[ \t]|$)|>|<[!?/A-Za-z]|`{{3}}|~{{3}}|{_RULE}|{_BULLET}(?:\s|$))"
_OTHER_BLOCK = re.compile(rf"\s*(?:[\t|]|[-*_= \t]*$)| {{4}}|{_BLOCK}")
_END_OF_TABLE = re.compile(rf"\s*$|{_BLOCK}")
_END_OF_ITEM = re.compile(
    rf"(?! {{0,3}}(?:<(?:li|a|b|strong)\b|{_BULLET}))(?: {{0,3}}\||{_BLOCK})", re.IGNORECASE
)
_BEGIN_OF_ITEM = re.compile(rf"(?P<indent>[ \t]*)(?:{_BULLET}[ \t]+\S|<li\b)")
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_COMMENT = re.compile(r"\s*<!--[^<>]*-->\s*")
_QUOTED = re.compile(r"^> ?", re.MULTILINE)
_QUOTED_HEADING = re.compile(r"^> ?#{1,6} ", re.MULTILINE)
_MOST_LEVELS = 6
_ROW_TAG = re.compile(r"<tr\b[^<>]*>(.*?)(?=<tr\b|</tr>|</table>|\Z)", re.IGNORECASE | re.DOTALL)
_CELL_TAG = re.compile(r"<t[dh]\b[^<>]*>(.*?)(?=<t[dh]\b|</t[dh]>|\Z)", re.IGNORECASE | re.DOTALL)
_LINK_TAG = re.compile(
    r"""<a\b[^<>]{0,300}?\bhref\s*=\s*["']?(?P<to>[^"'\s<>]{1,1000})["']?[^<>]{0,300}>(?P<text>.{0,1000}?)</a>""",
    re.IGNORECASE | re.DOTALL,
)
_OF_CARDS = frozenset({Kind.DATE, Kind.PUBLISHED, Kind.AUTHORS, Kind.ABSTRACT})


@dataclass(frozen=True, slots=True)
class Line:
    """One line, counted from 1; it is ours between our own markers."""

    number: int
    text: str
    is_ours: bool
    #: Our marker that stands on it.
    marker: str | None = None

    @property
    def reading(self) -> Reading:
        """How texts are written on it."""
        return cells.escaped_by_us if self.is_ours else cells.as_written

    @property
    def is_special(self) -> bool:
        """Whether the line belongs to us or to the old tool, not to what is around it."""
        return bool(self.is_ours or self.marker or self.day)

    @property
    def day(self) -> date | None:
        """The day of the rows, where the line says when they were last updated."""
        update = _LAST_UPDATE.fullmatch(self.text)
        found = find_date(update["day"]) if update else None
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, and what it says without its dress."""

    line: Line
    last_line: int
    level: int
    name: str

    @property
    def is_lead(self) -> bool:
        """Whether it is a bold line or a summary, right above rows."""
        return self.level == _LEAD


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows one below the other: of a table, of a list, or a card with a heading of its own."""

    line: Line
    last_line: int
    #: Blank lines and comments may stand between them.
    rows: Sequence[Entry]
    #: The lines that go when no row is left: those of a table's header.
    head: Collection[int] = ()
    reading: Reading = plain
    #: Whether single rows cannot be taken out.
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Any other line that is not blank, also one of a code block."""

    line: Line
    last_line: int

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
    page = _Page(tuple(_lines_of(text)))
    blocks: list[Block] = []
    position = 0
    while position < len(page.lines):
        found = page.blocks_at(position) if page.lines[position].text.strip() else []
        blocks += found
        position = max((each.last_line for each in found), default=position + 1)
    return tuple(_with_cards(blocks))


def _lines_of(text: str) -> Iterator[Line]:
    """The lines, those of code blocks as the fence that opened them: they hold no Markdown."""
    fence, is_ours = "", False
    for number, line in enumerate(_ENDING.split(text.removeprefix("\ufeff")), start=1):
        found = _FENCE.fullmatch(line)
        if fence:
            yield Line(number, fence, is_ours)
            if found and found["fence"].startswith(fence) and not found["info"].strip():
                fence = ""
        elif len(line) > LONGEST:
            yield Line(number, TOO_LONG if links_to_paper(line) else "…", is_ours)
        else:
            fence = found["fence"] if found else ""
            marked = _MARKER.fullmatch(line)
            marker = marked["marker"] if marked else None
            is_ours = (is_ours or marker == BEGIN) and marker != END
            yield Line(number, line, is_ours, marker)


def _words(lines: Iterable[Line], held: Collection[int] = ()) -> Iterator[Words]:
    """The lines that are not blank and not held by rows."""
    free = (line for line in lines if line.text.strip() and line.number not in held)
    return (Words(line, line.number) for line in free)


def _is_below_header(text: str) -> bool:
    return not _END_OF_TABLE.match(text)


def _is_stray_row(text: str) -> bool:
    return text.lstrip().startswith("|") and links_to_paper(text)


def _with_links(text: str) -> str:
    """A text of HTML with its links as Markdown writes them."""
    return _LINK_TAG.sub(r"[\g<text>](\g<to>)", text) if "<a" in text else text


@dataclass(frozen=True, slots=True)
class _Page:
    lines: Sequence[Line]

    def blocks_at(self, position: int) -> Sequence[Block]:
        """The block that begins on a line, and the lines among its rows that are none of them."""
        line = self.lines[position]
        if rows := self._rows_at(position):
            return rows
        heading = None if line.day else self._heading(position)
        if heading is None and (lead := _lead(line)):
            below = range(position + 1, len(self.lines))
            told = (n for n in below if self.lines[n].text.strip() and not self.lines[n].day)
            following = self._rows_at(next(told, position))
            heading = lead if any(isinstance(each, Rows) for each in following) else None
        return [heading] if heading else list(_words([line]))

    def _rows_at(self, position: int) -> Sequence[Block]:
        return self._table(position) or self._html_table(position) or self._list(position)

    # --- tables --------------------------------------------------------------------------------

    def _columns(self, position: int) -> Sequence[Kind]:
        """The columns of a table whose header stands on a line; none if it is no header."""
        if "|" not in self.lines[position].text or position + 1 == len(self.lines):
            return ()
        names = cells.split_cells(self.lines[position].text)
        below = self.lines[position + 1].text.strip()
        if (
            not _DELIMITER.fullmatch(below)
            or cells.within_pipes(below).count("|") != len(names) - 1
        ):
            return ()
        return [cells.kind_named(plain(name)) for name in names]

    def _table(self, position: int) -> Sequence[Block]:
        """A table; rows that have no header; or the lines of a table of something else."""
        line = self.lines[position]
        columns = self._columns(position)
        start = end = position + 2 if columns else position
        is_row = _is_below_header if columns else _is_stray_row
        while end < len(self.lines) and is_row(self.lines[end].text) and not self._columns(end):
            end += 1
        found = self.lines[start:end]
        is_known = {Kind.TITLE, Kind.DATE}.issubset(columns) and "title" in line.text.lower()
        if not is_known and not any(links_to_paper(each.text) for each in found):
            return list(_words(self.lines[position:end])) if columns else []
        while columns and (following := self._row_below_a_gap(end)):
            found = [*found, self.lines[following - 1]]
            end = following
        rows = [
            Entry(each.number, each.number, cells=cells.cells_of(each.text, columns))
            for each in found
        ]
        kinds = columns or [kind for each in rows for kind, _ in each.cells]
        is_family = set(cells.FAMILY).issuperset(kinds) and (is_known or not columns)
        reading = line.reading if line.is_ours or is_family else plain
        head = {line.number, line.number + 1} if columns else set[int]()
        held = head.union(each.number for each in found)
        table = Rows(line, max(held), rows, head, reading)
        return [table, *_words(self.lines[position : table.last_line], held)]

    def _row_below_a_gap(self, start: int) -> int:
        """The line of the next row of a paper, if only blank lines and comments stand above it."""
        for position in range(start, len(self.lines)):
            line = self.lines[position]
            if line.marker or (line.text.strip() and not _COMMENT.fullmatch(line.text)):
                is_row = line.text.lstrip().startswith("|") and not self._columns(position)
                return line.number if is_row else 0
        return 0

    def _html_table(self, position: int) -> Sequence[Block]:
        line = self.lines[position]
        if "<table" not in line.text.lower():
            return []
        end = position + 1
        while end < len(self.lines) and "</table" not in self.lines[end - 1].text.lower():
            if "<table" in self.lines[end].text.lower():
                return []
            end += 1
        text = "\n".join(each.text for each in self.lines[position:end])
        kinds: list[Kind] = []
        rows = []
        for found in _ROW_TAG.finditer(text):
            texts = [_with_links(cell) for cell in _CELL_TAG.findall(found[1])]
            here = line.number + text.count("\n", 0, found.start())
            if links_to_paper(found[1]) or wrong_link(found[1]):
                named = kinds if len(kinds) == len(texts) else [Kind.UNNAMED] * len(texts)
                rows.append(Entry(here, here, cells=list(zip(named, texts, strict=True))))
            else:
                kinds = kinds or [cells.kind_named(plain(each)) for each in texts]
        head = range(line.number, end + 1)
        return [Rows(line, end, rows, head, is_whole=True)] if rows else []

    # --- lists ---------------------------------------------------------------------------------

    def _list(self, position: int) -> Sequence[Block]:
        """The items from here on that link to papers, each with the lines that belong to it."""
        rows: list[Entry] = []
        start = position
        while start < len(self.lines) and (end := self._end_of_item(start)):
            found = list(self._item(start, end))
            rows += found
            start = end if found else len(self.lines)
        if not rows:
            return []
        held = {n for each in rows for n in range(each.line, each.last_line + 1)}
        items = Rows(self.lines[position], rows[-1].last_line, rows)
        return [items, *_words(self.lines[position : items.last_line], held)]

    def _end_of_item(self, position: int) -> int | None:
        begin = _BEGIN_OF_ITEM.match(self.lines[position].text)
        if begin is None:
            return None
        end = position + 1
        while end < len(self.lines) and self._is_in_item(end, len(begin["indent"])):
            end += 1
        while not self.lines[end - 1].text.strip():
            end -= 1
        return end

    def _is_in_item(self, position: int, indent: int) -> bool:
        """Whether a line belongs to the item above it, whose bullet has this indent."""
        line = self.lines[position]
        if (other := _BEGIN_OF_ITEM.match(line.text)) and len(other["indent"]) <= indent:
            return False
        if not line.text.strip() or line.text.startswith(("  ", " \t", "\t")):
            return not line.marker
        is_below_blank = not self.lines[position - 1].text.strip()
        return not (line.marker or is_below_blank or _END_OF_ITEM.match(line.text))

    def _item(self, start: int, end: int) -> Iterator[Entry]:
        """The row of an item; those of its own items where each is a paper, and it is none."""
        texts = [_with_links(line.text) for line in self.lines[start:end]]
        if not links_to_paper("\n".join(texts)):
            return
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
                first, last = self.lines[start + a].number, self.lines[start + b - 1].number
                yield Entry(first, last, cells=entry_cells(texts[a:b]))

    # --- headings ------------------------------------------------------------------------------

    def _heading(self, position: int) -> Heading | None:
        line = self.lines[position]
        if found := _SIGNED.fullmatch(line.text):
            name = _name(_CLOSING.sub("", found["name"]), line.reading)
            return Heading(line, line.number, len(found["level"]), name)
        if self._is_underlined(position):
            level = 1 if "=" in self.lines[position + 1].text else 2
            return Heading(line, line.number + 1, level, _name(line.text, line.reading))
        last = position + _MOST_HTML_LINES if _HTML_BEGIN.match(line.text) else position
        for end in range(position + 1, min(last, len(self.lines)) + 1):
            if found := _HTML.fullmatch(" ".join(each.text for each in self.lines[position:end])):
                name = _name_in_html(found["name"])
                return Heading(line, self.lines[end - 1].number, int(found["level"]), name)
        return None

    def _is_underlined(self, position: int) -> bool:
        """Whether a line of plain words, which is a paragraph of its own, is underlined."""
        if not any(_UNDERLINE.fullmatch(each.text) for each in self.lines[position + 1 :][:1]):
            return False
        above = self.lines[position - 1].text.strip() if position else ""
        is_first = not above or above.endswith("-->") or _UNDERLINE.fullmatch(above)
        is_first = is_first or _SIGNED.fullmatch(self.lines[position - 1].text)
        return bool(is_first) and not _OTHER_BLOCK.match(self.lines[position].text)


def _lead(line: Line) -> Heading | None:
    """A line as a lead, which it is if rows follow."""
    if found := SUMMARY.fullmatch(line.text):
        name = _name_in_html(found["html"])
    elif found := _BOLD.fullmatch(line.text):
        name = _name(found["stars"] or found["lines"] or found["html"] or "", line.reading)
    else:
        return None
    name = name.removesuffix(":").rstrip()
    is_name = re.search(r"[^\W_]", name) and not re.search(r"\d{4}([-./]\d{1,2}){2}", name)
    return Heading(line, line.number, _LEAD, name) if is_name else None


def _name_in_html(text: str) -> str:
    return _name(unescape(_TAG.sub("", text)), cells.as_written)


def _name(text: str, reading: Reading) -> str:
    bare = _LINK_TO_TOP.sub("", _PICTURE.sub("", text).strip()) or text.strip()
    dressed = _DRESSED.fullmatch(bare)
    name = reading(dressed["bold"] or dressed["linked"] if dressed else bare)
    return undecorated(name)[:_LONGEST_NAME].rstrip()


# --- cards and empty topics ----------------------------------------------------------------------


def _with_cards(blocks: Sequence[Block]) -> Iterator[Block]:
    """Each heading of a single paper as a row, and each heading of an empty topic with no rows."""
    levels = set[int]()  # of the headings that have rows
    level = 0
    for block in blocks:
        level = block.level if isinstance(block, Heading) and not block.is_lead else level
        levels |= {level} if isinstance(block, Rows) else set()
    starts = [n for n, block in enumerate(blocks) if isinstance(block, Heading) or n == 0]
    for start, end in pairwise([*starts, len(blocks)]):
        following = blocks[end] if end < len(blocks) else None
        yield from _section(blocks[start:end], following, levels if start else ())


def _section(
    blocks: Sequence[Block], following: Block | None, levels: Collection[int]
) -> Sequence[Block]:
    """A heading and what stands below it."""
    heading, *below = blocks
    if not isinstance(heading, Heading) or heading.is_lead or heading.line.is_ours:
        return blocks
    own = takewhile(lambda each: isinstance(each, Words) and not each.line.is_special, below)
    told = [each.line for each in own if not _WORDLESS.fullmatch(each.line.text)]
    texts = [_with_links(line.text) for line in (heading.line, *told)]
    papers = {paper.id for paper in papers_in("\n".join(texts))}
    labels = {kind for text in texts[1:] for kind, _ in labelled(text)} if len(papers) == 1 else ()
    if papers and (links_to_paper(texts[0]) or _OF_CARDS.intersection(labels)):
        last = told[-1].number if told else heading.last_line
        card = Entry(heading.line.number, last, cells=entry_cells(texts))
        rest = (each for each in below if each.line.number > last)
        return [Rows(heading.line, last, [card]), *rest]
    is_parent = isinstance(following, Heading) and following.level > heading.level
    if _are_no_papers(below) or (
        heading.level in levels
        and not (is_parent or wrong_link(heading.line.text) or any(map(_stays, below)))
    ):
        head = range(heading.line.number, blocks[-1].line.number + 1)
        return [heading, Rows(heading.line, head[-1], (), head)]
    return blocks


def _are_no_papers(below: Sequence[Block]) -> bool:
    """Whether the only words below a heading say that there are no papers."""
    texts = [plain(block.line.text).strip(" .!。！*_-") for block in below if _stays(block)]
    return len(below) == len(texts) == 1 and bool(_NO_PAPERS.fullmatch(texts[0]))


def _stays(block: Block) -> bool:
    return not isinstance(block, Words) or block.tells or block.line.marker is not None
