"""A Markdown or HTML page as blocks: headings, rows of papers, and what people wrote.

Only so much of Markdown is read as tells rows from everything else, and each line once. Some things
are read more kindly: rows below a blank line or a comment still belong to the table above, rows
without a header are told by what they look like, and a bold line or the summary of a fold right
above rows, a lead, is a heading, too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from html import unescape
from itertools import pairwise, takewhile

from daily_papers.migrate.cells import (
    FAMILY,
    LONGEST,
    Entry,
    cells_of_lines,
    cells_of_row,
    escaped_by_us,
    kind_named,
    labelled,
    named,
    of_each_paper,
    plain,
    split_cells,
    title_in,
)
from daily_papers.migrate.names import (
    find_date,
    is_topic,
    links_to_paper,
    papers_in,
    undecorated,
    wrong_link,
)
from daily_papers.render.readme import BEGIN, END

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_ENDING = re.compile(r"\r\n|\n|\r")
TOO_LONG = f"longer than {LONGEST:,} characters, so it is not read"
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_DEFINITION = re.compile(r"^ {0,3}\[(?P<key>[^\[\]\n]{1,200})\]: +<?(?P<to>[^\s<>]+)", re.MULTILINE)
_REFERENCE = re.compile(r"\[(?P<text>[^\[\]]{1,500})\](?:\[(?P<key>[^\[\]]{0,200})\]|(?![(\[]))")
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
_DRESSED = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|\[(?P<linked>[^\]]+)\]\([^)]*\)")
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
_ITEM = re.compile(rf"(?P<indent>[ \t]*)(?:{_BULLET}[ \t]+\S|<li\b)")
# The first line of an item, and those below it that surely belong to it.
_IN_ITEM = re.compile(rf"  | ?\t|\s*$|[ \t]*(?:{_BULLET}[ \t]+\S|<li\b)")
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_QUOTED = re.compile(r"^> ?", re.MULTILINE)
_QUOTED_HEADING = re.compile(r"^> ?#{1,6} ", re.MULTILINE)
_ROW_TAG = re.compile(r"<tr\b[^<>]*>(.*?)(?=<tr\b|</tr>|</table>|\Z)", re.IGNORECASE | re.DOTALL)
_CELL_TAG = re.compile(r"<t[dh]\b[^<>]*>(.*?)(?=<t[dh]\b|</t[dh]>|\Z)", re.IGNORECASE | re.DOTALL)
_LINK_TAG = re.compile(
    r"""<a\b[^<>]{0,300}?\bhref\s*=\s*["']?(?P<to>[^"'\s<>]{1,1000})["']?[^<>]{0,300}>(?P<text>.{0,1000}?)</a>""",
    re.IGNORECASE | re.DOTALL,
)
_MOST_LINES_OF_CARD = 100
_OF_CARDS = {"date", "published", "authors", "abstract"}


@dataclass(slots=True, eq=False)
class Block:
    """A heading, rows one below the other, or a line of anything else; none holds a blank line."""

    line: int
    last_line: int
    text: str
    #: Whether it stands between our own markers, and whether it is one of them.
    is_ours: bool = False
    is_marker: bool = False
    #: Of a heading 1 to 6, of a lead 7; and what it says without its dress.
    level: int = 0
    name: str = ""
    #: None where it is no rows. Blank lines and comments may stand between them.
    rows: list[Entry] | None = None
    #: The lines that go when no row is left, and whether single rows cannot be taken out.
    head: Sequence[int] = ()
    is_whole: bool = False
    #: Of rows the headings that would be empty without them; the first is their topic.
    belonging: Sequence[Block] = ()
    topic: str = ""

    @property
    def day(self) -> date | None:
        """The day of the rows, where the line says when they were last updated."""
        update = None if self.rows is not None else _LAST_UPDATE.fullmatch(self.text)
        found = find_date(update["day"]) if update else None
        return found[0] if found else None

    @property
    def is_to_top(self) -> bool:
        """Whether the line only leads back to the top of the page."""
        return bool(_TO_TOP.fullmatch(plain(self.text).strip(" ()[]^↑⬆🔝️")))

    @property
    def tells(self) -> bool:
        """Whether something stands in it that would be missed."""
        if self.level or self.rows is not None:
            return True
        return not (_WORDLESS.fullmatch(self.text) or self.is_to_top)


def blocks_of(text: str) -> list[Block]:
    """Read a page's text, and give each row its topic and day."""
    if _QUOTED_HEADING.search(text):  # a card in each quotation
        text = _QUOTED.sub("", text)
    page = _Page(list(_lines_of(text)))
    blocks: list[Block] = []
    position = 0
    while position < len(page.lines):
        found = page.blocks_at(position) if page.lines[position].text.strip() else []
        blocks += found
        position = found[-1].last_line if found else position + 1
    are_rows_next = False
    for block in reversed(blocks):
        if block.level == _LEAD and not are_rows_next:
            block.level, block.name = 0, ""
        are_rows_next = block.rows is not None or (are_rows_next and block.day is not None)
    blocks = _with_cards(blocks, page.lines)
    _file(blocks)
    return blocks


def _lines_of(text: str) -> Iterator[Block]:
    """The lines, those of code blocks as a fence: they hold no Markdown."""
    fence, is_ours = "", False
    defined = _DEFINITION.finditer(text) if "]: " in text else ()
    addresses = {f["key"].casefold(): f["to"] for f in defined if links_to_paper(f["to"])}
    for number, text_there in enumerate(_ENDING.split(text.removeprefix("\ufeff")), start=1):
        line = text_there
        if addresses:
            is_definition = _DEFINITION.match(line)
            inlined = _REFERENCE.sub(partial(_inline, addresses), line)
            line = line.partition(": ")[0] if is_definition else inlined
        found = _FENCE.fullmatch(line)
        if fence:
            is_end = found and found["fence"].startswith(fence) and not found["info"].strip()
            fence, line = "" if is_end else fence, "```"
        elif len(line) > LONGEST:  # a quotation, so that it ends what is above
            line = f"> {TOO_LONG}" if links_to_paper(line) else "> …"
        elif found:
            fence = found["fence"]
        marked = _MARKER.fullmatch(line)
        is_ours = marked["marker"] == BEGIN if marked else is_ours
        yield Block(number, number, line, is_ours, is_marker=marked is not None)


def _inline(addresses: Mapping[str, str], reference: re.Match[str]) -> str:
    """A link by reference to a paper, `[text][key]` or `[text]`, with its address."""
    address = addresses.get((reference["key"] or reference["text"]).casefold())
    return f"[{reference['text']}]({address})" if address else reference[0]


def _with_links(text: str) -> str:
    """A text of HTML with its links as Markdown writes them."""
    return _LINK_TAG.sub(r"[\g<text>](\g<to>)", text) if "<a" in text else text


@dataclass(slots=True)
class _Page:
    lines: Sequence[Block]
    #: Of the table right above, if only blank lines and comments stand between.
    columns: Sequence[str] = ()
    is_family: bool = False

    def blocks_at(self, position: int) -> Sequence[Block]:
        """The block that begins on a line, which is not blank, and those in a list with it."""
        if found := self._table(position):
            return found
        line = self.lines[position]
        if line.is_marker or not line.text.lstrip().startswith("<!--"):
            self.columns = ()
        if found := self._html_table(position) or self._list(position):
            return found
        heading = None if line.day else self._heading(position)
        return [heading or _lead(line) or line]

    # --- tables --------------------------------------------------------------------------------

    def _columns(self, position: int) -> Sequence[str]:
        """The columns of a table whose header stands on a line; none if it is no header."""
        if "|" not in self.lines[position].text or position + 1 == len(self.lines):
            return ()
        below = self.lines[position + 1].text.strip()
        if not _DELIMITER.fullmatch(below):
            return ()
        names = split_cells(self.lines[position].text)
        is_header = len(split_cells(below)) == len(names)
        return [kind_named(plain(name)) for name in names] if is_header else ()

    def _table(self, position: int) -> Sequence[Block]:
        """A table; rows that have no header; or the lines of a table of something else."""
        line = self.lines[position]
        header = self._columns(position)
        columns = header or self.columns

        def is_row(text: str) -> bool:
            if header:
                return not _END_OF_TABLE.match(text)
            return text.lstrip().startswith("|") and (bool(columns) or links_to_paper(text))

        start = end = position + 2 if header else position
        while end < len(self.lines) and is_row(self.lines[end].text) and not self._columns(end):
            end += 1
        found = self.lines[start:end]
        if header:
            is_known = {"title", "date"}.issubset(header) and "title" in line.text.lower()
            self.columns = header
            self.is_family = is_known and set(FAMILY).issuperset(header)
            if not is_known and not any(links_to_paper(each.text) for each in found):
                self.columns = ()
                return self.lines[position:end]
        elif not found:
            return []
        rows = [
            Entry(each.line, each.line, cells=cells)
            for each in found
            for cells in of_each_paper(cells_of_row(each.text, columns))
        ]
        kinds = {kind for row in rows for kind, _ in row.cells}
        is_family = self.is_family if columns else kinds.issubset(FAMILY)
        for row in rows:
            row.reading = escaped_by_us if line.is_ours else str if is_family else plain
        head = (line.line, line.line + 1) if header else ()
        return [Block(line.line, end, line.text, line.is_ours, rows=rows, head=head)]

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
        kinds: list[str] = []
        rows = []
        here, counted = line.line, 0
        for found in _ROW_TAG.finditer(text):
            texts = [_with_links(cell) for cell in _CELL_TAG.findall(found[1])]
            here += text.count("\n", counted, found.start())
            counted = found.start()
            if links_to_paper(found[1]) or wrong_link(found[1]):
                named = kinds if len(kinds) == len(texts) else [""] * len(texts)
                cells = list(zip(named, texts, strict=True))
                rows += [Entry(here, here, cells=each) for each in of_each_paper(cells)]
            else:
                kinds = kinds or [kind_named(plain(each)) for each in texts]
        head = range(line.line, end + 1)
        table = Block(line.line, end, line.text, line.is_ours, rows=rows, head=head, is_whole=True)
        return [table] if rows else []

    # --- lists ---------------------------------------------------------------------------------

    def _list(self, position: int) -> Sequence[Block]:
        """Items that are papers, and the lines of others, up to one that may be another block."""
        blocks: list[Block] = []
        for item in self._items(position):
            texts = [_with_links(line.text) for line in item]
            if not links_to_paper("\n".join(texts)):
                own = [line for line in item if _IN_ITEM.match(line.text)]
                blocks += [line for line in own if line.text.strip()]
                if len(own) < len(item):
                    break
                continue
            last = next(line.line for line in reversed(item) if line.text.strip())
            entry = Entry(item[0].line, last, cells=cells_of_lines(texts))
            if blocks and blocks[-1].rows:
                blocks[-1].rows.append(entry)
                blocks[-1].last_line = last
            else:
                first = item[0]
                blocks.append(Block(first.line, last, first.text, first.is_ours, rows=[entry]))
        return blocks

    def _items(self, position: int) -> Iterator[Sequence[Block]]:
        """The lines of each item; one that is a paper takes in what tells more of it."""
        item: list[Block] = []
        indent, ids = 0, set[str]()
        for line in self._lines_of_list(position):
            if found := _ITEM.match(line.text):
                text = _with_links(line.text)
                here = {paper.id for paper in papers_in(text)}
                depth = len(found["indent"].expandtabs(4))
                title = title_in(text)
                is_other = here - ids and (ids or (title and title["linked"]))
                if item and (depth <= indent or (is_other and not any(labelled(text)))):
                    yield item
                    item, ids = [], set()
                indent = indent if item else depth
                ids |= here
            item.append(line)
        if item:
            yield item

    def _lines_of_list(self, position: int) -> Iterator[Block]:
        """The lines of the list that begins here."""
        is_item = _ITEM.match(self.lines[position].text) is not None
        while is_item and position < len(self.lines):
            yield self.lines[position]
            position += 1
            is_item = position < len(self.lines) and self._is_in_list(position)

    def _is_in_list(self, position: int) -> bool:
        line = self.lines[position]
        if line.is_marker:
            return False
        if _IN_ITEM.match(line.text):
            return True
        is_below_blank = not self.lines[position - 1].text.strip()
        return not (is_below_blank or _END_OF_ITEM.match(line.text) or self._columns(position))

    # --- headings ------------------------------------------------------------------------------

    def _heading(self, position: int) -> Block | None:
        line = self.lines[position]
        if found := _SIGNED.fullmatch(line.text):
            return _headed(line, len(found["level"]), _CLOSING.sub("", found["name"]))
        if self._is_underlined(position):
            level = 1 if "=" in self.lines[position + 1].text else 2
            return _headed(line, level, line.text, line.line + 1)
        last = position + _MOST_HTML_LINES if _HTML_BEGIN.match(line.text) else position
        for end in range(position + 1, min(last, len(self.lines)) + 1):
            if found := _HTML.fullmatch(" ".join(each.text for each in self.lines[position:end])):
                return _headed(line, int(found["level"]), _without_tags(found["name"]), end)
        return None

    def _is_underlined(self, position: int) -> bool:
        """Whether a line of plain words, which is a paragraph of its own, is underlined."""
        if not any(_UNDERLINE.fullmatch(b.text) for b in self.lines[position + 1 : position + 2]):
            return False
        above = self.lines[position - 1].text.strip() if position else ""
        is_first = not above or above.endswith("-->") or _UNDERLINE.fullmatch(above)
        is_first = is_first or _SIGNED.fullmatch(self.lines[position - 1].text)
        return bool(is_first) and not _OTHER_BLOCK.match(self.lines[position].text)


def _headed(line: Block, level: int, text: str, last: int = 0) -> Block:
    bare = _LINK_TO_TOP.sub("", _PICTURE.sub("", text).strip()) or text.strip()
    dressed = _DRESSED.fullmatch(bare)
    name = (dressed["bold"] or dressed["linked"]) if dressed else bare
    name = undecorated(escaped_by_us(name) if line.is_ours else name)[:_LONGEST_NAME].rstrip()
    return Block(line.line, last or line.line, line.text, line.is_ours, level=level, name=name)


def _without_tags(text: str) -> str:
    return unescape(_TAG.sub("", text))


def _lead(line: Block) -> Block | None:
    """A line as a lead, which it is if rows follow."""
    if found := SUMMARY.fullmatch(line.text):
        text = _without_tags(found["html"])
    elif found := _BOLD.fullmatch(line.text):
        text = found["stars"] or found["lines"] or found["html"] or ""
    else:
        return None
    lead = _headed(line, _LEAD, text)
    lead.name = lead.name.removesuffix(":").rstrip()
    is_name = re.search(r"[^\W_]", lead.name)
    return lead if is_name and not re.search(r"\d{4}([-./]\d{1,2}){2}", lead.name) else None


# --- cards and empty topics ----------------------------------------------------------------------


def _with_cards(blocks: Sequence[Block], lines: Sequence[Block]) -> list[Block]:
    """Each heading of a single paper as a row, and each heading of an empty topic with no rows."""
    levels = set[int]()  # of the headings that have rows
    level = 0
    for block in blocks:
        level = block.level if 0 < block.level < _LEAD else level
        levels |= {level} if block.rows is not None else set()
    starts = [n for n, block in enumerate(blocks) if block.level or n == 0]
    parts = [blocks[start:end] for start, end in pairwise([*starts, len(blocks)])]
    found: list[Block] = []
    above: list[Block] = []
    for part, following in zip(parts, [*parts[1:], []], strict=False):
        heading = part[0]
        if not 0 < heading.level < _LEAD or heading.is_ours:
            found += part
            continue
        above = [each for each in above if each.level < heading.level]
        is_below_topic = any(each.level > 1 and is_topic(each.name) for each in above)
        above.append(heading)
        if card := _card(part, lines, is_below_topic=is_below_topic):
            found += card
        else:
            is_parent = bool(following) and following[0].level > heading.level
            is_title = heading is blocks[0]  # of the page, more likely than a topic
            is_usual = heading.level in levels and not (is_parent or is_title)
            found += _as_topic(part) if _is_without_papers(part, is_usual=is_usual) else part
    return found


def _card(
    section: Sequence[Block], lines: Sequence[Block], *, is_below_topic: bool
) -> Sequence[Block]:
    """A heading that links to a paper, or that is above what tells of a single one."""
    heading, *below = section
    own = list(takewhile(lambda b: not (b.is_marker or b.is_ours or b.day), below))
    words = list(takewhile(lambda b: b.rows is None, own))
    if not any(links_to_paper(each.text) for each in (heading, *words)):
        words = list(takewhile(_has_no_title, own))
    told = [each for each in words if not _WORDLESS.fullmatch(each.text)]
    numbers = (n for each in told for n in range(each.line - 1, each.last_line))
    texts = [_with_links(text) for text in (heading.text, *(lines[n].text for n in numbers))]
    papers = {paper.id for paper in papers_in("\n".join(texts))}
    is_told = links_to_paper(texts[0])
    if len(papers) == 1 and not is_told and len(texts) <= _MOST_LINES_OF_CARD:
        labels = {kind for text in texts[1:] for kind, _ in labelled(text)}
        is_paper = is_below_topic and is_topic(heading.name) and not any(map(title_in, texts[1:]))
        kinds = {kind for kind, _ in named(cells_of_lines(texts))}
        is_bare = is_paper and not (words[-1].rows and "other" in kinds)
        is_told = is_bare or bool(_OF_CARDS & labels)
    if not is_told:
        return ()
    last = told[-1].last_line if told else heading.last_line
    entry = Entry(heading.line, last, cells=cells_of_lines(texts))
    card = Block(heading.line, last, heading.text, rows=[entry])
    return [card, *(each for each in below if each.line > last)]


def _has_no_title(block: Block) -> bool:
    """Whether a block is words, or items of a list that leave it to the heading to name a paper."""
    is_table = block.head or block.text.lstrip().startswith("|")
    kinds = {kind for row in block.rows or () for kind, _ in row.cells}
    return block.rows is None or not (is_table or "title" in kinds)


def _is_without_papers(section: Sequence[Block], *, is_usual: bool) -> bool:
    """Whether a topic has no papers today: it says so, or is as usual but for them."""
    heading, *below = section
    stays = [block for block in below if block.tells or block.is_marker]
    texts = [plain(block.text).strip(" .!。！*_-") for block in stays if block.rows is None]
    are_no_papers = len(below) == len(texts) == 1 and bool(_NO_PAPERS.fullmatch(texts[0]))
    return are_no_papers or (is_usual and not stays and not wrong_link(heading.text))


def _as_topic(section: Sequence[Block]) -> Sequence[Block]:
    heading = section[0]
    own = (each for each in section if not each.text.lstrip().startswith("<!--"))
    head = [number for each in own for number in range(each.line, each.last_line + 1)]
    return [heading, Block(heading.line, head[-1], heading.text, rows=[], head=head)]


# --- topics --------------------------------------------------------------------------------------


def _file(blocks: Iterable[Block]) -> None:
    """Give rows the topic and the day that stand above them.

    Days, months and catch-alls are not topics, nor is the title of a page that has topics. A lead
    is one below the title, or where leads tell the rows of a heading apart; elsewhere it only says
    `Show the papers`.
    """
    chains = list(_chains(blocks))
    title = _title_above_topics(chains)
    leads: dict[Block | None, set[str]] = defaultdict(set)
    for _, chain in chains:
        lead = chain[-1] if chain and chain[-1].level == _LEAD else None
        leads[_parent(chain)].add(lead.name if lead else "")
    for rows, chain in chains:
        parent = _parent(chain)
        are_leads_topics = parent is None or parent.level == 1 or len(leads[parent]) > 1
        topics = [
            heading
            for heading in chain
            if heading is not title
            and is_topic(heading.name)
            and (heading.level < _LEAD or are_leads_topics)
        ]
        rows.topic = topics[-1].name if topics else ""
        rows.belonging = chain[chain.index(topics[-1]) :] if topics else ()
        day = next((h.name for h in reversed(chain) if find_date(h.name)), "")
        for row in rows.rows or ():
            row.topic, row.day = rows.topic, day


def _chains(blocks: Iterable[Block]) -> Iterator[tuple[Block, Sequence[Block]]]:
    """The headings above each rows, the nearest last; words end a lead, and our end all of ours."""
    above: list[Block] = []
    for block in blocks:
        if above and above[-1].is_ours and not block.is_ours:
            above = []
        if block.level:
            above = [*(heading for heading in above if heading.level < block.level), block]
        elif block.rows is not None:
            yield block, above
        elif above and above[-1].level == _LEAD and not block.day:
            above = above if block.text.lstrip().startswith("<!--") else above[:-1]


def _parent(chain: Sequence[Block]) -> Block | None:
    return next((heading for heading in reversed(chain) if heading.level < _LEAD), None)


def _title_above_topics(chains: Iterable[tuple[Block, Sequence[Block]]]) -> Block | None:
    """The one heading of the first level that has rows, if other topics with rows are below it."""
    own = [[h for h in chain if not h.is_ours and h.level < _LEAD] for _, chain in chains]
    below = [chain for chain in own if chain and chain[0].level == 1]
    titles = {chain[0] for chain in below}
    has_topics = any(len(chain) > 1 and is_topic(chain[-1].name) for chain in below)
    return titles.pop() if has_topics and len(titles) == 1 else None


def day_line(blocks: Iterable[Block]) -> Block | None:
    """The tool's own line of the last update; below the first rows it would be people's."""
    end_of_table = -1
    for block in takewhile(lambda block: block.rows is None, blocks):
        if block.day and block.line != end_of_table + 1:
            return block
        end_of_table = block.last_line if "|" in block.text else end_of_table
    return None
