"""A Markdown or HTML page as blocks: headings, rows of papers, and what people wrote.

Only so much of Markdown is read as tells rows from everything else, and each line once. Rows
without a header are told by what they look like. A bold line or the summary of a fold right above
rows, a lead, is a heading, too. What stands between our own markers is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from daily_papers.migrate.cells import (
    LONGEST,
    Entry,
    cells_of_lines,
    cells_of_row,
    kind_named,
    labelled,
    named,
    plain,
    split_cells,
    title_in,
    without_mentions,
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
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->")
#: What is read of each line of a comment of several lines.
_HIDDEN = "<!-- hidden -->"
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

_SIGNED = re.compile(r" {0,3}(?P<level>#{1,6})(?P<name>[ \t].*?)??(?:[ \t]+#*)?")
_UNDERLINED = re.compile(r" {0,3}[^\W_].*\n {0,3}(?P<line>=+|-{2,})[ \t]*")
_HTML = re.compile(
    r" {0,3}<h(?P<level>[1-6])\b[^<>]*>(?P<name>.*)</h(?P=level)>\s*", re.IGNORECASE | re.DOTALL
)
_MOST_HTML_LINES = 4
#: The summary of a fold, which its line may open too.
SUMMARY = re.compile(
    r"\s*(?:<details\b[^<>]*>\s*)?<summary\b[^<>]*>(?P<name>.*)</summary>\s*", re.IGNORECASE
)
_BOLD = re.compile(r" {0,3}\*\*(?P<name>[^*]+)\*\*:?\s*")
_LINK_TO_TOP = re.compile(r"\s*\[[^\]]{0,20}\]\(#[^)]*\)$")
# What a keyword's name may be in keywords.yaml: no longer.
_LONGEST_NAME = 200

_RULE = r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$"
_BULLET = r"(?:[-+*]|\d{1,9}[.)])"
# What a line begins with that is no plain words, no row of a table, nor more of an item's text.
_BLOCK = rf" {{0,3}}(?:#{{1,6}}(?:[ \t]|$)|>|<[!?/A-Za-z]|`{{3}}|~{{3}}|{_RULE}|{_BULLET}(?:\s|$))"
_END_OF_TABLE = re.compile(rf"\s*$|{_BLOCK}")
_END_OF_ITEM = re.compile(rf"(?! *<(?:a|b|strong)\b)(?: *\||{_BLOCK})", re.IGNORECASE)
_ITEM = re.compile(rf"[ \t]*(?:{_BULLET}[ \t]+\S|<li\b)")
# The first line of an item, and those below it that surely belong to it.
_IN_ITEM = re.compile(rf"  | ?\t|\s*$|{_ITEM.pattern}")
_OPEN_COMMENT = re.compile(rf"(?P<before>[ \t]*(?:{_BULLET}[ \t]+)*)<!--(?!.*-->)")
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_QUOTED = re.compile(r"^> ?", re.MULTILINE)
_QUOTED_HEADING = re.compile(r"^> ?#{1,6} ", re.MULTILINE)
_ROW_TAG = re.compile(r"<tr\b[^<>]*>(.*?)(?=<tr\b|</tr>|</table>|\Z)", re.IGNORECASE | re.DOTALL)
_CELL_TAG = re.compile(r"<t[dh]\b[^<>]*>(.*?)(?=<t[dh]\b|</t[dh]>|\Z)", re.IGNORECASE | re.DOTALL)
_LINK_TAG = re.compile(
    r"""<a\b[^<>]{0,300}?\bhref\s*=\s*["']?(?P<to>[^"'\s<>]{1,1000})["']?[^<>]{0,300}>(?P<text>.{0,1000}?)</a>""",
    re.IGNORECASE | re.DOTALL,
)
_OF_CARDS = {"date", "published", "authors", "abstract"}


@dataclass(slots=True, eq=False)
class Block:
    """A heading, rows one below the other, or a line of anything else; none holds a blank line."""

    line: int
    last_line: int
    text: str
    #: Whether it is one of our own markers.
    is_marker: bool = False
    #: Of a heading its level and what it says without its dress; a lead has the name alone.
    level: int = 0
    name: str = ""
    #: None where it is no rows.
    rows: list[Entry] | None = None
    #: The lines that go when no row is left, and whether single rows cannot be taken out.
    head: Sequence[int] = ()
    is_whole: bool = False
    #: Of rows the headings that would be empty without them; the first is their topic.
    belonging: Sequence[Block] = ()
    topic: str = ""

    @property
    def is_last_update(self) -> bool:
        """Whether the line says when the rows were last updated."""
        update = None if self.rows is not None else _LAST_UPDATE.fullmatch(self.text)
        return update is not None and find_date(update["day"]) is not None

    @property
    def is_to_top(self) -> bool:
        """Whether the line only leads back to the top of the page."""
        return bool(_TO_TOP.fullmatch(plain(self.text).strip(" ()[]^↑⬆🔝️")))

    @property
    def is_comment(self) -> bool:
        """Whether it is a comment of HTML."""
        return self.text.lstrip().startswith("<!--")

    @property
    def tells(self) -> bool:
        """Whether something stands in it that would be missed."""
        if self.level or self.name or self.rows is not None:
            return True
        return not (_WORDLESS.fullmatch(self.text) or self.is_to_top)


def blocks_of(text: str) -> list[Block]:
    """Read a page's text, and give each row its topic and day."""
    if _QUOTED_HEADING.search(text):  # a card in each quotation
        text = _QUOTED.sub("", text)
    lines = list(_lines_of(text))
    blocks: list[Block] = []
    position = 0
    while position < len(lines):
        found = _blocks_at(lines, position) if lines[position].text.strip() else []
        blocks += found
        position = found[-1].last_line if found else position + 1
    blocks = _with_cards(blocks, lines)
    _file(blocks)
    return blocks


def _lines_of(text: str) -> Iterator[Block]:
    """The lines; those of code blocks, comments and our own tables hold no Markdown."""
    fence, is_ours, is_in_list = "", False, False
    hidden: int | None = None  # within a comment: the column that the item around it begins at
    for number, text_there in enumerate(_ENDING.split(text), start=1):
        line = text_there
        found = _FENCE.fullmatch(line)
        marked = None if fence else _MARKER.fullmatch(line)
        is_below_item = hidden and line.strip() and _column(line) < hidden
        hidden = None if marked or is_below_item else hidden
        if marked:
            is_ours = marked["marker"] == BEGIN
        elif is_ours:
            line = "```"
        elif fence:
            is_end = found and found["fence"].startswith(fence) and not found["info"].strip()
            fence, line = "" if is_end else fence, "```"
        elif hidden is not None:
            hidden, line = None if "-->" in line else hidden, _HIDDEN
        elif len(line) > LONGEST:  # a quotation, so that it ends what is above
            line = f"> {TOO_LONG}" if links_to_paper(line) else "> …"
        elif found:
            fence = found["fence"]
        else:
            is_in_list = bool(_ITEM.match(line) or (is_in_list and _IN_ITEM.match(line)))
            hidden = _comment_opened(line, is_in_list=is_in_list)
            line = _without_hidden_links(line) if hidden is None else _HIDDEN
        yield Block(number, number, line, is_marker=marked is not None)


def _comment_opened(line: str, *, is_in_list: bool) -> int | None:
    """The column of the item that holds a comment which the line opens, 0 if none holds it."""
    found = _OPEN_COMMENT.match(line)
    if not found or (_column(line) > 3 and not is_in_list):  # that deep it is code
        return None
    return len(found["before"].expandtabs(4)) if is_in_list else 0


def _without_hidden_links(line: str) -> str:
    if "<!--" not in line:
        return line
    return _COMMENT.sub(lambda comment: comment[0].replace("//", ""), line)


def _column(line: str) -> int:
    """Where a line's text begins."""
    line = line.expandtabs(4)
    return len(line) - len(line.lstrip())


def _blocks_at(lines: Sequence[Block], position: int) -> Sequence[Block]:
    """The block that begins on a line, which is not blank, and those in a list with it."""
    line = lines[position]
    found = _table(lines, position) or _html_table(lines, position) or _list(lines, position)
    return found or [(None if line.is_last_update else _heading(lines, position)) or _lead(line)]


def _with_links(text: str) -> str:
    """A text of HTML with its links as Markdown writes them."""
    return _LINK_TAG.sub(r"[\g<text>](\g<to>)", text) if "<a" in text else text


# --- tables --------------------------------------------------------------------------------------


def _columns(lines: Sequence[Block], position: int) -> Sequence[str]:
    """The columns of a table whose header stands on a line; none if it is no header."""
    if "|" not in lines[position].text or position + 1 == len(lines):
        return ()
    below = lines[position + 1].text.strip()
    if not _DELIMITER.fullmatch(below):
        return ()
    names = split_cells(lines[position].text)
    is_header = len(split_cells(below)) == len(names)
    return [kind_named(plain(name)) for name in names] if is_header else ()


def _table(lines: Sequence[Block], position: int) -> Sequence[Block]:
    """A table; rows that have no header; or the lines of a table of something else."""
    line = lines[position]
    columns = _columns(lines, position)

    def is_row(text: str) -> bool:
        if columns:
            return not _END_OF_TABLE.match(text)
        return text.lstrip().startswith("|") and links_to_paper(text)

    start = end = position + 2 if columns else position
    while end < len(lines) and is_row(lines[end].text) and not _columns(lines, end):
        end += 1
    is_of_papers = {"title", "date"}.issubset(columns) and "title" in line.text.lower()
    if not is_of_papers and not any(links_to_paper(each.text) for each in lines[start:end]):
        return lines[position:end]
    rows = [
        Entry(each.line, each.line, cells=cells_of_row(each.text, columns))
        for each in lines[start:end]
    ]
    head = (line.line, line.line + 1) if columns else ()
    return [Block(line.line, end, line.text, rows=rows, head=head)]


def _html_table(lines: Sequence[Block], position: int) -> Sequence[Block]:
    line = lines[position]
    if "<table" not in line.text.lower():
        return []
    end = position + 1
    while end < len(lines) and "</table" not in lines[end - 1].text.lower():
        if "<table" in lines[end].text.lower():
            return []
        end += 1
    text = "\n".join(each.text for each in lines[position:end])
    kinds: list[str] = []
    rows = []
    here, counted = line.line, 0
    for found in _ROW_TAG.finditer(text):
        texts = [_with_links(cell) for cell in _CELL_TAG.findall(found[1])]
        here += text.count("\n", counted, found.start())
        counted = found.start()
        if links_to_paper(found[1]) or wrong_link(found[1]):
            named = kinds if len(kinds) == len(texts) else [""] * len(texts)
            rows.append(Entry(here, here, cells=list(zip(named, texts, strict=True))))
        else:
            kinds = kinds or [kind_named(plain(each)) for each in texts]
    head = [each.line for each in lines[position:end] if not each.is_comment]
    return [Block(line.line, end, line.text, rows=rows, head=head, is_whole=True)] if rows else []


# --- lists ---------------------------------------------------------------------------------------


def _list(lines: Sequence[Block], position: int) -> Sequence[Block]:
    """Items that are papers, and the lines of others, up to one that may be another block."""
    blocks: list[Block] = []
    for item in _items(lines, position):
        texts = [_with_links(line.text) for line in item]
        if not links_to_paper("\n".join(texts)):
            own = [line for line in item if _IN_ITEM.match(line.text)]
            blocks += [line for line in own if line.text.strip()]
            if len(own) < len(item):
                break
            continue
        last = next(line.line for line in reversed(item) if line.text.strip())
        known = list(labelled(texts[0]))  # an abstract is none, but may mention one
        cells = known if "abstract" in dict(known) else cells_of_lines(texts)
        entry = Entry(item[0].line, last, cells=cells)
        if blocks and blocks[-1].rows:
            blocks[-1].rows.append(entry)
            blocks[-1].last_line = last
        else:
            blocks.append(Block(item[0].line, last, item[0].text, rows=[entry]))
    return blocks


def _items(lines: Sequence[Block], position: int) -> Iterator[Sequence[Block]]:
    """The lines of each item; one that is a paper takes in what tells more of it."""
    item: list[Block] = []
    indent, ids = 0, set[str]()
    is_in_list = _ITEM.match(lines[position].text) is not None
    while is_in_list:
        line = lines[position]
        if _ITEM.match(line.text):
            text = _with_links(line.text)
            here = {paper.id for paper in papers_in(text)}
            depth = _column(line.text)
            title = title_in(text)
            is_other = here - ids and (ids or (title and title["linked"]))
            if item and (depth <= indent or (is_other and not any(labelled(text)))):
                yield item
                item, ids = [], set()
            indent = indent if item else depth
            ids |= here
        item.append(line)
        position += 1
        is_in_list = position < len(lines) and _is_in_list(lines, position)
    if item:
        yield item


def _is_in_list(lines: Sequence[Block], position: int) -> bool:
    line = lines[position]
    is_more = lines[position - 1].text.strip() and not _END_OF_ITEM.match(line.text)
    is_lazy = bool(is_more) and not _columns(lines, position)
    return not line.is_marker and bool(is_lazy or _IN_ITEM.match(line.text))


# --- headings ------------------------------------------------------------------------------------


def _heading(lines: Sequence[Block], position: int) -> Block | None:
    line = lines[position]
    if found := _SIGNED.fullmatch(line.text):
        name = _bare(found["name"] or "")
        return Block(line.line, line.line, line.text, level=len(found["level"]), name=name)
    above = lines[position - 1].text.strip() if position else ""
    text = "\n".join(each.text for each in lines[position : position + 2])
    if not above and (found := _UNDERLINED.fullmatch(text)):
        level = 1 if "=" in found["line"] else 2
        return Block(line.line, line.line + 1, line.text, level=level, name=_bare(line.text))
    most = _MOST_HTML_LINES if line.text.lstrip().lower().startswith("<h") else 0
    for end in range(position + 1, min(position + most, len(lines)) + 1):
        if found := _HTML.fullmatch("\n".join(each.text for each in lines[position:end])):
            name = _bare(found["name"])
            return Block(line.line, end, line.text, level=int(found["level"]), name=name)
    return None


def _bare(text: str) -> str:
    """What a heading says without its dress."""
    text = _COMMENT.sub("", text).rstrip()
    return undecorated(plain(_LINK_TO_TOP.sub("", text)))[:_LONGEST_NAME].rstrip()


def _lead(line: Block) -> Block:
    """The line, with a name if it may be a lead."""
    if found := SUMMARY.fullmatch(line.text) or _BOLD.fullmatch(line.text):
        name = _bare(found["name"]).removesuffix(":").rstrip()
        line.name = name if re.search(r"[^\W_]", name) and not find_date(name) else ""
    return line


# --- cards and empty topics ----------------------------------------------------------------------


def _with_cards(blocks: Sequence[Block], lines: Sequence[Block]) -> list[Block]:
    """Each heading of a single paper as a row, and each heading of an empty topic with no rows."""
    levels = set[int]()  # of the headings that have rows
    level = 0
    for block in blocks:
        level = block.level or level
        levels |= {level} if block.rows is not None else set()
    starts = [n for n, block in enumerate(blocks) if block.level or n == 0]
    parts = [blocks[start:end] for start, end in pairwise([*starts, len(blocks)])]
    found: list[Block] = []
    above: list[Block] = []
    for part, following in zip(parts, [*parts[1:], []], strict=False):
        heading = part[0]
        above = [each for each in above if each.level < heading.level]
        is_below_topic = any(each.level > 1 and is_topic(each.name) for each in above)
        if not heading.level:
            found += part
        elif card := _card(part, lines, is_below_topic=is_below_topic):
            found += card
        else:
            is_parent = bool(following) and following[0].level > heading.level
            is_title = heading is blocks[0]  # of the page, more likely than a topic
            is_usual = heading.level in levels and not (is_parent or is_title)
            found += _as_topic(part) if is_usual and _is_without_papers(part) else part
        above.append(heading)
    return found


def _card(
    section: Sequence[Block], lines: Sequence[Block], *, is_below_topic: bool
) -> Sequence[Block]:
    """A heading that links to a paper, or that is above what tells of a single one."""
    heading, *below = section
    own = takewhile(lambda b: not (b.is_marker or b.is_last_update) and _has_no_title(b), below)
    told = [each for each in own if not _WORDLESS.fullmatch(each.text)]
    words = list(takewhile(lambda block: block.rows is None, told))
    told = words if any(links_to_paper(each.text) for each in (heading, *words)) else told
    numbers = (n for each in told for n in range(each.line - 1, each.last_line))
    texts = [_with_links(text) for text in (heading.text, *(lines[n].text for n in numbers))]
    is_linked = links_to_paper(heading.text)
    texts = texts if is_linked else list(without_mentions(texts))
    labels = [{kind for kind, _ in labelled(text)} for text in texts]
    telling = [text for text, kinds in zip(texts, labels, strict=True) if "idle" not in kinds]
    if not is_linked and len({p.id for text in telling for p in papers_in(text)}) != 1:
        return ()
    last = told[-1].last_line if told else heading.last_line
    cells = cells_of_lines(texts)
    cells += [("other", each.text) for each in below if each.is_comment and each.line < last]
    if not is_linked:
        is_bare = is_below_topic and is_topic(heading.name) and not any(map(title_in, telling[1:]))
        is_item = told[-1].rows and any(kind == "other" for kind, _ in named(cells))
        is_labelled = any(_OF_CARDS & kinds for kinds in labels[1:])
        if not (is_labelled or (is_bare and not is_item)):
            return ()
    card = Block(heading.line, last, heading.text, rows=[Entry(heading.line, last, cells=cells)])
    return [card, *(each for each in below if each.line > last)]


def _has_no_title(block: Block) -> bool:
    """Whether a block is words, or items of a list that leave it to the heading to name a paper.

    A lead that names no part of a paper begins something else.
    """
    if block.name and kind_named(block.name) in {"other", ""}:
        return False
    is_table = block.head or block.text.lstrip().startswith("|")
    kinds = {kind for row in block.rows or () for kind, _ in row.cells}
    return block.rows is None or not (is_table or "title" in kinds)


def _is_without_papers(section: Sequence[Block]) -> bool:
    """Whether nothing is below a heading, or only words that say so."""
    heading, *below = section
    stays = (block for block in below if block.tells or block.is_marker)
    texts = (plain(each.text).strip(" .!。！*_-") for each in stays)
    return all(map(_NO_PAPERS.fullmatch, texts)) and not wrong_link(heading.text)


def _as_topic(section: Sequence[Block]) -> Sequence[Block]:
    heading = section[0]
    own = (each for each in section if not each.is_comment)
    head = [number for each in own for number in range(each.line, each.last_line + 1)]
    return [heading, Block(heading.line, head[-1], heading.text, rows=[], head=head)]


# --- topics --------------------------------------------------------------------------------------


def _file(blocks: Iterable[Block]) -> None:
    """Give rows the topic and the day that stand above them.

    Days, months and catch-alls are not topics, nor is the title of a page that has topics, nor a
    lead below a topic: it only says `Show the papers`.
    """
    chains = list(_chains(blocks))
    titles = {
        chain[0]
        for _, chain in chains
        if any(chain[0].level == 1 and each.level and is_topic(each.name) for each in chain[1:])
    }
    title = titles.pop() if len(titles) == 1 else None
    for rows, chain in chains:
        topics = [each for each in chain if each is not title and is_topic(each.name)]
        if any(heading.level > 1 for heading in topics):
            topics = [heading for heading in topics if heading.level]
        rows.topic = topics[-1].name if topics else ""
        rows.belonging = chain[chain.index(topics[-1]) :] if topics else ()
        day = next((h.name for h in reversed(chain) if find_date(h.name)), "")
        for row in rows.rows or ():
            row.topic, row.day = rows.topic, day


def _chains(blocks: Iterable[Block]) -> Iterator[tuple[Block, Sequence[Block]]]:
    """The headings above each rows, the nearest last: a lead, if no words stand between."""
    above: list[Block] = []
    lead: list[Block] = []
    for block in blocks:
        if block.level:
            above = [*(heading for heading in above if heading.level < block.level), block]
        if block.rows is not None:
            yield block, [*above, *lead]
        elif not (block.is_comment or block.is_last_update):
            lead = [block] if block.name and not block.level else []
