"""A Markdown or HTML page as blocks: headings, rows of papers, and what people wrote.

Only so much of Markdown is read as tells rows from everything else. A lead, which is a bold line,
the summary of a fold or an item above items that are papers, is a heading below all others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from daily_papers.migrate.cells import (
    CITED,
    PICTURE,
    UNNAMED,
    Cell,
    cells_of_lines,
    cells_of_row,
    is_of_something_else,
    kind_by_looks,
    kind_named,
    labelled,
    named,
    plain,
    split_cells,
    tell_of_a_paper,
    title_in,
)
from daily_papers.migrate.entry import MENTIONED, Entry, papers_of
from daily_papers.migrate.lines import MARKER, TOO_LONG, Line, lines_of
from daily_papers.migrate.names import (
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
    #: Of a heading and what tells of its paper, the level of the heading.
    level_of_card: int = 0
    #: What may be papers; a topic without papers has one row without cells.
    rows: list[Entry] = field(default_factory=list)
    #: The lines of a table's header, and of a topic without papers, that go with the last row.
    head: Sequence[int] = ()
    #: Whether its row is words unless a topic or a day is above it.
    is_doubtful: bool = False
    #: Of rows the heading that names what they are about.
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
_Lines = Sequence[Line]


def is_last_update(text: str) -> bool:
    """Whether a line says when the rows were last updated."""
    update = _LAST_UPDATE.fullmatch(text)
    return update is not None and find_date(update["day"]) is not None


def blocks_of(text: str) -> list[Block]:
    """Read a page's text, and give each row its topic and day."""
    blocks = list(_with_cards(list(_blocks(lines_of(text)))))
    _find_empty_topics(blocks)
    _file(blocks)
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
    if is_last_update(text) or text == "code":  # or else they would be part of a paragraph
        return Block([lines[position]])
    if found := _SIGNED.fullmatch(text):
        name = _bare(found["name"] or "")
        level = len(found["level"])
        level = LEAD if level > 2 and kind_named(name) in _OF_CARDS else level
        return Block([lines[position]], level, name)
    if (found := _UNDERLINE.fullmatch(below)) and not above.strip() and _is_words(text):
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


def _is_words(text: str) -> bool:
    return not _END_OF_TEXT.match(text) and "|" not in text and text.lstrip()[0].isalnum()


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
    kinds = set(columns)
    is_dated = "title" in block.text.lower() and bool(kinds & {"date", "published"})
    is_of_papers = "title" in kinds and ("authors" in kinds or is_dated)
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
    below = _text_at(lines, end)
    is_above_items = _column(below) > depth and _ITEM_SIGN.match(below)
    while end - position > 1 and is_wordless(lines[end - 1].text):
        end -= 1
    own = lines[position:end]
    texts = _unwrapped([line.text for line in own])
    if links_to_paper("\n".join(texts)):
        known = labelled(texts[0])  # an abstract is none, but may mention one
        cells = known if "abstract" in dict(known) else cells_of_lines(texts)
        return _row(own, cells, MENTIONED if is_of_something_else(texts[0]) else "")
    if is_above_items and len(texts) == 1:
        return Block(list(own), LEAD, _bare(_ITEM_SIGN.sub("", texts[0])))
    return Block(list(own))


def _unwrapped(texts: Sequence[str]) -> list[str]:
    """The lines of an item, with those as one in the midst of which a link or bold words go on."""
    joined = [texts[0]]
    for text in texts[1:]:
        is_open = joined[-1].count("[") > joined[-1].count("]") or joined[-1].count("**") % 2
        if is_open and not _ITEM_SIGN.match(text):
            joined[-1] += f" {text.strip()}"
        else:
            joined.append(text)
    return joined


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
    """Lines that tell of one paper and nothing else, as a row for now; or else a single line."""
    end = position + 1
    while end - position <= _MOST_LINES_OF_TEXT:
        if _END_OF_TEXT.match(_text_at(lines, end)) or _columns(lines, end):
            break
        end += 1
    whole, text = lines[position:end], lines[position].text
    ids = {paper.id for line in whole for paper in papers_in(line.text)}
    if len(ids) == 1 and 1 < len(whole) <= _MOST_LINES_OF_TEXT:
        cells = cells_of_lines([line.text for line in whole])
        if tell_of_a_paper(cells):
            return _row(whole, cells, is_doubtful=True)
    if text == TOO_LONG:
        return _row(whole[:1], [("", text)], TOO_LONG)
    if not links_to_paper(text):
        return Block([whole[0]])
    cells, title = cells_of_lines([text]), title_in(text)
    if tell_of_a_paper(cells) or (title and title["linked"] and _is_apart(title)):
        return _row(whole[:1], cells, is_doubtful=True)
    return _row(whole[:1], [("", text.strip())], MENTIONED)


def _row(
    lines: _Lines, cells: Sequence[Cell], cause: str = "", *, is_doubtful: bool = False
) -> Block:
    """Lines that may be a single paper."""
    block = Block(list(lines), is_doubtful=is_doubtful)
    block.rows = [Entry(block.numbers, cells=cells, cause=cause)]
    return block


def _is_apart(title: re.Match[str]) -> bool:
    """Whether no word of a sentence is right before or after a title."""
    before = title.string[: title.start()].rstrip(_AROUND_TITLE)
    after = title.string[title.end() :].lstrip(_AROUND_TITLE)
    return not (before[-1:].isalnum() or after[:1].isalnum())


_READERS: tuple[Callable[[_Lines, int], Block | None], ...] = (_heading, _table, _item, _paragraph)


# --- cards and empty topics ----------------------------------------------------------------------

# Lines that tell nothing: under a rule or a closed fold alone, a heading would be an empty one.
_WORDLESS = re.compile(
    r"[\s>]*(?:(?:[-*_][ \t]*){3,}"
    r"|(?:(?:<!--[^<>]*-->|</?(?:a|br|center|details|div|hr|ol|p|table|ul)\b[^<>]*>)\s*)+)",
    re.IGNORECASE,
)
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
    leads = Counter(block.name for block in blocks if block.level >= LEAD)
    sections = _sections(blocks, lambda block: _may_be_title(block, leads))
    has_topics = any(part[0].level > 1 and _is_topic_of_titles(part) for part in sections)
    above: list[Block] = []
    for part in sections:
        above = [each for each in above if each.level < part[0].level]
        topics = [each for each in above if each.level > has_topics and is_topic(each.name)]
        card = _card(part, topics, has_topics=has_topics) if part[0].level else None
        last = card.numbers[-1] if card else 0
        yield from [card] if card else []
        yield from (each for each in part if each.line > last)
        above += [] if card else part[:1]


def _may_be_title(block: Block, leads: Counter[str]) -> bool:
    """Whether a block is a heading, or a lead that is no label: a page repeats its labels."""
    if block.level < LEAD:
        return block.level > 0
    return leads[block.name] == 1 and kind_named(block.name) in UNNAMED and is_topic(block.name)


def _is_topic_of_titles(section: Sequence[Block]) -> bool:
    """Whether a heading names a topic, and the first paper below it has a title."""
    rows = [row for block in section if block.may_be_rows for row in block.rows]
    return is_topic(section[0].name) and any("title" in dict(row.cells) for row in rows[:1])


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
    last: dict[int, int] = {}  # the line of the last rows, by the level of their heading
    for part in sections:
        for block in (each for each in part if each.may_be_rows):
            last[part[0].level] = block.line
    for (heading, *below), following in pairwise([*sections, []]):
        texts = [line.text for block in below for line in block.lines]
        texts = [plain(text).strip(" .!。！*_-") for text in texts if not is_wordless(text)]
        is_among = last.get(heading.level, 0) > (0 if texts else heading.line)
        is_parted = following and following[0].level > heading.level
        is_ours = any(block.is_marker for block in below)
        is_other = is_parted or is_ours or (heading is title and not texts)
        if is_among and not is_other and all(map(_NO_PAPERS.fullmatch, texts)):
            heading.rows = [Entry(heading.numbers)]
            telling = (block for block in (heading, *below) if not is_wordless(block.text))
            heading.head = [n for block in telling for n in block.numbers]


def _card(section: Sequence[Block], above: Sequence[Block], *, has_topics: bool) -> Block | None:
    """A heading that links to a paper, or that is above what tells of one without a title."""
    heading, *below = section
    if heading.level == LEAD and _is_topic_of_titles(section):
        return None
    own = list(_without_what_follows(heading, below))
    words = list(takewhile(lambda block: block.is_doubtful or not block.may_be_rows, own))
    is_linked = links_to_paper(heading.text)
    told = words if is_linked or any(block.rows for block in words) else own
    while told and is_wordless(told[-1].text):
        told.pop()
    lines = [line for block in (heading, *told) for line in block.lines]
    texts = [line.text for line in lines[1:] if not _WORDLESS.fullmatch(line.text)]
    cells = named(cells_of_lines([heading.text if is_linked else f"# {heading.name}", *texts]))
    if not is_linked:
        ids = _ids_of(cells)
        is_item = told[-1:] and told[-1].may_be_rows and "other" in dict(cells)
        texts = [text for text in texts if ids.issuperset(p.id for p in papers_in(text))]
        is_labelled = any(kind in _OF_CARDS for text in texts for kind, _ in labelled(text))
        rows = [row.cells for block in told for row in block.rows]
        has_title = any("title" in dict(row) and ids == _ids_of(row) for row in rows)
        has_title |= any(map(_has_own_title, texts))
        is_sentence = any(map(CITED.search, texts))
        is_bare = is_topic(heading.name) and not (is_item or is_sentence or has_title)
        is_below = any(each.level > (heading.level < LEAD) for each in above)
        is_title = is_below or (not has_topics and any(map(_is_of_links, texts)))
        if len(ids) != 1 or not (is_labelled or (is_bare and is_title)):
            return None
    card = _row(lines, cells)
    card.level_of_card = heading.level
    return card


def _ids_of(cells: Sequence[Cell]) -> set[str]:
    return {paper.id for paper in papers_of(cells)}


def _has_own_title(text: str) -> bool:
    """Whether a line has a title that is a link, or bold with links or nothing beside it."""
    found = title_in(text)
    is_row = links_to_paper(text) and tell_of_a_paper(cells_of_lines([text]))
    return found is not None and bool(found["linked"] or found[0] == text.strip() or is_row)


def _is_of_links(text: str) -> bool:
    """Whether a line has nothing but links to a paper, and names them if it is an item."""
    if not links_to_paper(text) or PICTURE.search(text):  # a badge is about something else
        return False
    kinds = {kind or kind_by_looks(piece) for kind, piece in cells_of_lines([text])}
    return kinds == {"link"} and not (_ITEM_SIGN.match(text) and not labelled(text))


def _without_what_follows(heading: Block, below: Iterable[Block]) -> Iterator[Block]:
    """What may be of the paper of a heading: a rule below its link ends it."""
    is_linked = links_to_paper(heading.text)
    for block in takewhile(_has_no_title, below):
        if is_linked and _RULED.fullmatch(block.text):
            return
        is_linked = is_linked or any(links_to_paper(line.text) for line in block.lines)
        yield block


def _has_no_title(block: Block) -> bool:
    """Whether a block is words, or an item of a list that leaves it to the heading to name a paper.

    A lead that names no part of a paper begins something else.
    """
    if block.is_marker or block.head or is_last_update(block.text) or is_to_top(block.text):
        return False
    if block.level:
        is_fold = "<summary" in block.text.lower() and not is_topic(block.name)
        return is_fold or kind_named(block.name) not in UNNAMED
    is_table = block.rows and block.text.lstrip().startswith("|")
    kinds = {kind for row in block.rows for kind, _ in row.cells}
    is_words = block.is_doubtful or not block.may_be_rows
    return is_words or not (is_table or "title" in kinds)


# --- topics --------------------------------------------------------------------------------------


def _file(blocks: Iterable[Block]) -> None:
    """Give rows the topic and the day that are above them.

    Days, months and catch-alls are not topics, nor is the title of a page that has topics, nor a
    lead below a topic: it only says `Show the papers`.
    """
    above: list[Block] = []
    chains: list[tuple[Block, list[Block]]] = []
    for block in blocks:
        if level := block.level or block.level_of_card:
            above = [heading for heading in above if heading.level < level]
            above += [block] if block.level else []
        if block.may_be_rows:
            chains.append((block, above))
    titles = {
        chain[0]
        for _, chain in chains
        if any(chain[0].level == 1 and 1 < h.level < LEAD and is_topic(h.name) for h in chain[1:])
        or (chain and chain[0].level == 1 and chain[-1].level == LEAD and is_topic(chain[-1].name))
    }
    title = titles.pop() if len(titles) == 1 else None
    for rows, chain in chains:
        topics = [each for each in chain if each is not title and is_topic(each.name)]
        if any(1 < heading.level < LEAD for heading in topics):
            topics = [heading for heading in topics if heading.level < LEAD]
        rows.topic = without_day(topics[-1].name) if topics else ""
        day = next((h.name for h in reversed(chain) if find_date(h.name)), "")
        for row in rows.rows:
            row.topic, row.day = rows.topic, day
            if rows.is_doubtful and not (rows.topic or day):
                row.cause = MENTIONED
