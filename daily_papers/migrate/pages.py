"""A Markdown or HTML page as blocks: headings, rows of papers, and what people wrote.

Only so much of Markdown is read as tells rows from everything else. A lead, which is a bold line
or the summary of a fold, is a heading below all others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from daily_papers.migrate.cells import (
    PICTURE,
    UNNAMED,
    Cell,
    cells_of_lines,
    cells_of_row,
    kind_named,
    labelled,
    named,
    plain,
    split_cells,
    title_in,
)
from daily_papers.migrate.entry import MENTIONED, Entry, papers_of
from daily_papers.migrate.lines import MARKER, Line, lines_of
from daily_papers.migrate.names import (
    ADDRESS,
    find_date,
    is_topic,
    links_to_paper,
    papers_in,
    undecorated,
    without_day,
)

#: The level of a lead, below that of every heading.
LEAD = 7
#: A paragraph of more lines is no single paper.
_MOST_LINES_OF_TEXT = 20
# What a keyword's name may be in keywords.yaml: no longer.
_LONGEST_NAME = 200


@dataclass(slots=True, eq=False)
class Block:
    """A heading, rows one below the other, or lines of anything else; none begins with a blank."""

    lines: list[Line]
    #: Of a heading its level and what it says without its dress.
    level: int = 0
    name: str = ""
    #: What may be papers; a topic without papers has one row without cells.
    rows: list[Entry] = field(default_factory=list)
    #: The lines of a table's header, and of a topic without papers, that go with the last row.
    head: Sequence[int] = ()
    #: Whether its row is words unless a topic or a day is above it.
    is_doubtful: bool = False
    #: The headings above it, the nearest last; of rows what they are about.
    above: Sequence[Block] = ()
    topic: str = ""

    @property
    def line(self) -> int:
        """The number of its first line."""
        return self.lines[0].numbers[0]

    @property
    def numbers(self) -> list[int]:
        """The numbers of its lines without blank ones."""
        return [number for line in self.lines if line.text.strip() for number in line.numbers]

    @property
    def text(self) -> str:
        """Its first line."""
        return self.lines[0].text

    @property
    def may_be_rows(self) -> bool:
        """Whether one of its rows may be a paper, or it is a topic without papers."""
        return any(not row.cause for row in self.rows)

    @property
    def is_marker(self) -> bool:
        """Whether it is one of our own markers, or what is between them."""
        return MARKER.fullmatch(self.text) is not None


# --- blocks --------------------------------------------------------------------------------------

_SIGNED = re.compile(r" {0,3}(?P<level>#{1,6})(?P<name>[ \t].*?)??(?:[ \t]+#*)?")
_UNDERLINE = re.compile(r" {0,3}(?:(?P<first>=+)|-{2,})[ \t]*")
_BOLD_OR_FOLD = re.compile(
    r"\s*(?:<details\b[^<>]*>\s*)?<summary\b[^<>]*>(?P<fold>.*)</summary>\s*"
    r"| {0,3}\*\*(?P<bold>[^*]+)\*\*:?\s*",
    re.IGNORECASE,
)
_LINK_TO_TOP = re.compile(r"(?<=\S)\s*\[{1,2}[^\[\]]{0,20}\]{1,2}\(#[^)]*\)$|<!--.*?-->")
_RULE = r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$"
_BULLET = r"(?:[-+*]|\d{1,9}[.)])"
# What a line begins with that is no plain words, nor a row of a table, nor more of an item's text.
_BLOCK = rf" {{0,3}}(?:#{{1,6}}(?:[ \t]|$)|>|<[!?/A-Za-z]|{_RULE}|{_BULLET}(?:\s|$))"
_END_OF_TABLE = re.compile(rf"\s*$|code$|{_BLOCK}")
_END_OF_TEXT = re.compile(rf"(?! *<(?:a|b|strong)\b)(?:\s*$| *\||code$|{_BLOCK})", re.IGNORECASE)
_ITEM_SIGN = re.compile(rf"[ \t]*{_BULLET}[ \t]+(?=\S)")
_INDENTED = re.compile(r"  | ?\t|\s*$")
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_LAST_UPDATE = re.compile(
    r"[\s*_>#-]*(?:last updated?|updated on|更新于|更新时间)(?: on)?\s*[:：]?[\s*_]*"
    r"(?P<day>\S*?)[\s*_]*",
    re.IGNORECASE,
)
#: What may be around a title besides punctuation.
_AROUND_TITLE = " *_\"'“”‘’"
_SHORTCODE = re.compile(r":[a-z0-9_+-]+:")
_Lines = Sequence[Line]


def is_last_update(text: str) -> bool:
    """Whether a line says when the rows were last updated."""
    update = _LAST_UPDATE.fullmatch(text)
    return update is not None and find_date(update["day"]) is not None


def blocks_of(text: str) -> list[Block]:
    """Read a page's text, and give each row its topic and day."""
    blocks = list(_with_cards(list(_blocks(lines_of(text)))))
    _find_empty_topics(blocks)
    _file([block for block in blocks if block.may_be_rows])
    return blocks


def _blocks(lines: list[Line]) -> Iterator[Block]:
    position = 0
    while position < len(lines):
        if not lines[position].text.strip():
            position += 1
            continue
        block = next(filter(None, (read(lines, position) for read in _READERS)))
        yield block
        position += len(block.lines)


def _heading(lines: _Lines, position: int) -> Block | None:
    text = lines[position].text
    above, below = (_text_at(lines, position + step) for step in (-1, 1))
    if found := _SIGNED.fullmatch(text):
        name = _bare(found["name"] or "")
        level = len(found["level"])
        level = LEAD if level > 2 and kind_named(name) in _OF_CARDS else level
        return Block([lines[position]], level, name)
    is_single = not (above.strip() or _END_OF_TEXT.match(text)) and text.lstrip()[0].isalnum()
    if (found := _UNDERLINE.fullmatch(below)) and is_single and "|" not in text:
        level = 1 if found["first"] else 2
        return Block(list(lines[position : position + 2]), level, _bare(text))
    is_above_text = not (_END_OF_TEXT.match(below) or is_last_update(below))
    if (found := _BOLD_OR_FOLD.fullmatch(text)) and not (found["bold"] and is_above_text):
        name = _bare(found["fold"] or found["bold"] or "")
        is_day = find_date(name) is not None
        is_name = re.search(r"[^\W_]", name) and not (links_to_paper(text) and is_day)
        if is_name and (found["fold"] or not is_day):
            return Block([lines[position]], LEAD + is_day, name)
    return None


def _text_at(lines: _Lines, position: int) -> str:
    return lines[position].text if 0 <= position < len(lines) else ""


def _bare(text: str) -> str:
    """What a heading says without its dress."""
    return undecorated(plain(_LINK_TO_TOP.sub("", text.rstrip())))[:_LONGEST_NAME].rstrip()


def _columns(lines: _Lines, position: int) -> Sequence[str]:
    """The columns of a table whose header is on a line; none if it is no header."""
    below = _text_at(lines, position + 1).strip()
    if "|" not in _text_at(lines, position) or not _DELIMITER.fullmatch(below):
        return ()
    names = split_cells(lines[position].text)
    is_header = len(split_cells(below)) == len(names)
    return [kind_named(plain(name)) for name in names] if is_header else ()


def _table(lines: _Lines, position: int) -> Block | None:
    """A table, or rows that have no header."""
    columns = _columns(lines, position)
    start = end = position + 2 if columns else position
    while (text := _text_at(lines, end)) and not _columns(lines, end):
        if _END_OF_TABLE.match(text) if columns else not text.lstrip().startswith("|"):
            break
        end += 1
    if end == position:
        return None
    block = Block(list(lines[position:end]))
    is_of_papers = "title" in block.text.lower() and {"authors", "date", "published"} & {*columns}
    if is_of_papers or any(links_to_paper(each.text) for each in lines[start:end]):
        block.head = [number for line in lines[position:start] for number in line.numbers]
        block.rows = [
            Entry(each.numbers, cells=cells_of_row(each.text, columns))
            for each in lines[start:end]
            if columns or links_to_paper(each.text)
        ] or [Entry(block.numbers)]
    return block


def _item(lines: _Lines, position: int) -> Block | None:
    """An item of a list with all that tells more of its paper; items of other papers are others."""
    if not _ITEM_SIGN.match(lines[position].text):
        return None
    depth, end, ids = _column(lines[position].text), position, set[str]()
    while end < len(lines) and (end == position or _goes_on(lines, end)):
        text = lines[end].text
        here = {paper.id for paper in papers_in(text)}
        if end > position and _ITEM_SIGN.match(text):
            title = title_in(text)
            is_other = here - ids and (ids or (title and title["linked"]))
            if _column(text) <= depth or (is_other and not labelled(text)):
                break
        ids |= here
        end += 1
    while end - position > 1 and is_wordless(lines[end - 1].text):
        end -= 1
    own = lines[position:end]
    texts = [line.text for line in own]
    if links_to_paper("\n".join(texts)):
        known = labelled(texts[0])  # an abstract is none, but may mention one
        return _row(own, known if "abstract" in dict(known) else cells_of_lines(texts))
    return Block(list(own))


def _column(line: str) -> int:
    """Where a line's text begins."""
    line = line.expandtabs(4)
    return len(line) - len(line.lstrip())


def _goes_on(lines: _Lines, position: int) -> bool:
    """Whether a line belongs to the item above it."""
    text = lines[position].text
    is_lazy = lines[position - 1].text.strip() and not _END_OF_TEXT.match(text)
    is_inside = _INDENTED.match(text) or _ITEM_SIGN.match(text) or is_lazy
    return bool(is_inside) and not _columns(lines, position)


def _paragraph(lines: _Lines, position: int) -> Block:
    """Lines that tell of one paper and begin with its title, or else a single line."""
    end = position + 1
    while end - position <= _MOST_LINES_OF_TEXT and not (
        _END_OF_TEXT.match(_text_at(lines, end)) or _columns(lines, end)
    ):
        end += 1
    whole, text = lines[position:end], lines[position].text
    if _begins_with_title(text):
        ids = {paper.id for line in whole for paper in papers_in(line.text)}
        own = whole if len(ids) == 1 and len(whole) <= _MOST_LINES_OF_TEXT else whole[:1]
        if any(links_to_paper(line.text) for line in own):
            return _row(own, cells_of_lines([line.text for line in own]), is_doubtful=True)
    if links_to_paper(text):
        return _row(whole[:1], [("", text.strip())], MENTIONED)
    return Block([whole[0]])


def _row(
    lines: _Lines, cells: Sequence[Cell], cause: str = "", *, is_doubtful: bool = False
) -> Block:
    """Lines that may be a single paper."""
    block = Block(list(lines), is_doubtful=is_doubtful)
    block.rows = [Entry(block.numbers, cells=cells, cause=cause)]
    return block


def _begins_with_title(text: str) -> bool:
    """Whether a line begins with a title, which no word of a sentence follows."""
    title = title_in(text)
    if title is None or re.search(r"\w", plain(text[: title.start()])):
        return False
    after = _SHORTCODE.sub("", text[title.end() :]).lstrip(_AROUND_TITLE)
    is_label = title["bold"] and (after or plain(title[0])[-1:]).startswith((":", "："))
    return not (is_label or after[:1].isalnum())


_READERS: tuple[Callable[[_Lines, int], Block | None], ...] = (_heading, _table, _item, _paragraph)


# --- cards and empty topics ----------------------------------------------------------------------

# Lines that tell nothing: under a rule or a closed fold alone, a heading would be an empty one.
_WORDLESS = re.compile(
    r"[\s>]*(?:(?:[-*_][ \t]*){3,}"
    r"|(?:(?:<!--[^<>]*-->|</?(?:a|br|center|details|div|hr|ol|p|table|ul)\b[^<>]*>)\s*)+)",
    re.IGNORECASE,
)
# A link to a paper right behind words of a sentence.
_CITED = re.compile(rf"(?<!\w)(?:[a-z]{{2,}}\s)+(?=(?:\[[^\[\]]{{1,300}}\]\(\s*)?<?{ADDRESS})")
_LINK_FIRST = re.compile(r"[\s>*_]*(?:\[|https?:)")
_RULED = re.compile(rf" {{0,3}}{_RULE}")
_TO_TOP = re.compile(
    r"\W*(?:(?:(?:back|go|return) to (?:the )?)?(?:top|(?:table of )?contents|toc)"
    r"|返回(?:顶部|目录)|回到顶部)?\W*",
    re.IGNORECASE,
)
#: A link to another place of the page.
TO_ANCHOR = re.compile(r"""\]\(#|href=["']?#""")
_NO_PAPERS = re.compile(
    r"(?:there (?:are|is) )?(?:no|0|nothing)\b.{0,30}"
    r"\b(?:papers?|match(?:es)?|results?|updates?|new|found|today)\b.{0,30}"
    r"|(?:今日|今天)?(?:暂无|没有|无).{0,20}",
    re.IGNORECASE,
)
#: What a line of a paper without a title of its own begins with.
_OF_CARDS = {"date", "published", "authors", "abstract"}


def is_wordless(text: str) -> bool:
    """Whether a line has nothing that would be missed below a heading."""
    return not text.strip() or _WORDLESS.fullmatch(text) is not None or is_to_top(text)


def is_to_top(text: str) -> bool:
    """Whether a line only leads back to the top of the page."""
    return TO_ANCHOR.search(text) is not None and _TO_TOP.fullmatch(plain(text)) is not None


def _with_cards(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, with a row in place of each heading of a single paper and what tells of it."""
    leads = Counter(block.name for block in blocks if block.level == LEAD)

    def begins(block: Block) -> bool:  # a lead is a label if its page repeats it, say
        is_label = leads[block.name] > 1 or kind_named(block.name) not in UNNAMED
        return block.level > 0 and not (block.level == LEAD and is_label)

    is_alone = len({p.id for b in blocks for line in b.lines for p in papers_in(line.text)}) == 1
    above: list[Block] = []
    for heading, *below in _sections(blocks, begins):
        if heading.level:
            above = [each for each in above if each.level < heading.level]
        is_below = is_alone or any(is_topic(each.name) for each in above)
        card, rest = _card(heading, below, is_below=is_below) if heading.level else None, below
        if card:
            rest = [block for block in below if block.line > card.numbers[-1]]
        for block in (card or heading, *rest):
            block.above = above if card or block is heading else [*above, heading]
            yield block
        above += [heading] if heading.level and not card else []


def _sections(
    blocks: Sequence[Block], begins: Callable[[Block], bool]
) -> Sequence[Sequence[Block]]:
    """The headings, each with the blocks down to the next one, after what is above the first."""
    starts = [n for n, block in enumerate(blocks) if n == 0 or begins(block)]
    return [blocks[start:end] for start, end in pairwise([*starts, len(blocks)])]


def _find_empty_topics(blocks: Sequence[Block]) -> None:
    """Take a heading for a topic if words below it say that there are no papers, or nothing is.

    Then rows are below other headings of its level, in the latter case further down. The title of
    the page is none.
    """
    sections = _sections(blocks, lambda block: 0 < block.level < LEAD)
    title = next((block for block in blocks if block.level == 1), None)
    last = {part[0].level: each.line for part in sections for each in part if each.may_be_rows}
    for (heading, *below), following in pairwise([*sections, []]):
        told = [line for each in below for line in each.lines if not is_wordless(line.text)]
        texts = [plain(line.text).strip(" .!。！*_-") for line in told]
        is_among = last.get(heading.level, 0) > (0 if texts else heading.line)
        is_parted = following and following[0].level > heading.level
        is_other = is_parted or heading is title or any(block.is_marker for block in below)
        if is_among and not is_other and all(map(_NO_PAPERS.fullmatch, texts)):
            heading.rows = [Entry(heading.numbers)]
            heading.head = [n for line in (*heading.lines, *told) for n in line.numbers]


def _card(heading: Block, below: Sequence[Block], *, is_below: bool) -> Block | None:
    """A heading that links to a paper, or whose paper has no title of its own below it."""
    told = list(_without_what_follows(heading, below))
    while told and is_wordless(told[-1].text):
        told.pop()
    lines = [line for block in (heading, *told) for line in block.lines]
    texts = [line.text for line in lines[1:] if not _WORDLESS.fullmatch(line.text)]
    texts = [text for text in texts if not _CITED.search(text)]
    is_linked = links_to_paper(heading.text)
    cells = named(cells_of_lines([heading.text if is_linked else f"# {heading.name}", *texts]))
    if not is_linked:
        is_labelled = any(kind in _OF_CARDS for text in texts for kind, _ in labelled(text))
        is_above_links = is_below and is_topic(heading.name) and any(map(_is_of_links, texts))
        is_single = len({paper.id for paper in papers_of(cells)}) == 1
        is_title = is_single and (is_labelled or is_above_links)
        if not is_title or any(map(_has_title, below)):
            return None
    return _row(lines, cells)


def _is_of_links(text: str) -> bool:
    """Whether a line is links to a paper first of all, or names them; a badge is for a project."""
    is_first = labelled(text) or _LINK_FIRST.match(text)
    return bool(is_first) and links_to_paper(text) and not PICTURE.search(text)


def _without_what_follows(heading: Block, below: Iterable[Block]) -> Iterator[Block]:
    """What may be of the paper of a heading: a rule below its link ends it, as a title does."""
    is_linked = links_to_paper(heading.text)
    for block in below:
        is_end = block.is_marker or is_last_update(block.text) or is_to_top(block.text)
        is_rule = is_linked and _RULED.fullmatch(block.text)
        if is_end or is_rule or block.head or _has_title(block):
            return
        is_linked = is_linked or any(links_to_paper(line.text) for line in block.lines)
        yield block


def _has_title(block: Block) -> bool:
    """Whether a block has a paper with its title, and leaves none to the heading above it."""
    rows = (row for row in block.rows if not row.cause)
    return any(kind == "title" for row in rows for kind, _ in named(row.cells))


# --- topics --------------------------------------------------------------------------------------


def _file(blocks: Sequence[Block]) -> None:
    """Give rows the topic and the day that are above them.

    Days, months and catch-alls are not topics, nor is the title of a page that has topics, nor a
    lead below a topic: it only says `Show the papers`.
    """
    titles = {
        block.above[0]
        for block in blocks
        if any(is_topic(each.name) for each in block.above[1:]) and block.above[0].level == 1
    }
    title = titles.pop() if len(titles) == 1 else None
    for block in blocks:
        topics = [each for each in block.above if each is not title and is_topic(each.name)]
        topics = [each for each in topics if each.level < LEAD] or topics
        block.topic = without_day(topics[-1].name) if topics else ""
        day = next((each.name for each in reversed(block.above) if find_date(each.name)), "")
        for row in block.rows:
            row.topic, row.day = block.topic, day
            if block.is_doubtful and not (block.topic or day):
                row.cause = MENTIONED
