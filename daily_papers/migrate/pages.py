"""A Markdown or HTML page as blocks: headings, rows of papers, and what people wrote.

Only so much of Markdown is read as tells rows from everything else, and each line once. Rows
without a header are told by what they look like. A bold line or the summary of a fold right above
rows, a lead, is a heading, too. What stands between our own markers is passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby, pairwise, takewhile

from daily_papers.config import KEYWORDS
from daily_papers.migrate.cells import (
    LONGEST,
    Cell,
    Entry,
    cells_of_lines,
    cells_of_row,
    kind_named,
    labelled,
    named,
    plain,
    split_cells,
    tell_of_a_paper,
    title_in,
    without_mentions,
)
from daily_papers.migrate.names import (
    find_date,
    is_topic,
    links_to_paper,
    papers_in,
    undecorated,
)
from daily_papers.render.readme import BEGIN, END

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_ENDING = re.compile(r"\r\n|\n|\r")
TOO_LONG = f"longer than {LONGEST:,} characters, so it is not read"
NO_PAPERS_BELOW = f"no papers are below this heading, so write it into {KEYWORDS} if it is a topic"
MENTIONED = (
    "it mentions a paper in a text, which stays; to bring that in, write it as an item of a list, "
    "like: - [A title](https://arxiv.org/abs/…)"
)
_NO_ROW = (
    "it links to a paper, but is neither an item of a list nor in a table that has a line like "
    '|---|---| below its header; write that line, or "- " before this one, then import again'
)
_BY_REFERENCE = (
    "rows that link by a reference like [this] are not read; write the address of the paper into "
    "them, as in [this](https://arxiv.org/abs/…), then import again"
)
_REFERENCE = re.compile(r" {0,3}\[[^\[\]]+\]: ")
#: A link that is a picture, as in front of a README; it tells no title.
_BADGE = re.compile(
    r"\[\s*(?:!\[[^\]]{0,300}\]\([^()\s]{0,1000}\)|<img\b[^<>]*>)\s*\]\([^()\s]{0,1000}\)"
)
#: What may be around a title besides punctuation.
_AROUND_TITLE = " *_\"'“”‘’"
#: A paragraph of more lines is no single paper.
_MOST_LINES_OF_TEXT = 20
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
_LINK_TO_TOP = re.compile(r"\s*\[{1,2}[^\[\]]{0,20}\]{1,2}\(#[^)]*\)$")
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
_OPEN_COMMENT = re.compile(rf" {{0,3}}(?:{_BULLET}[ \t]+)*<!--(?!.*-->)")
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_QUOTATION = re.compile(r"(?:^ {0,3}>[^\n]*\n?)+", re.MULTILINE)
_QUOTED = re.compile(r"^ {0,3}(?:> ?)+", re.MULTILINE)
_ROW_TAG = re.compile(r"<tr\b[^<>]*>(.*?)(?=<tr\b|</tr>|</table>|\Z)", re.IGNORECASE | re.DOTALL)
_CELL_TAG = re.compile(
    r"<t[dh]\b(?P<tag>[^<>]*)>(?P<text>.*?)(?=<t[dh]\b|</t[dh]>|\Z)", re.IGNORECASE | re.DOTALL
)
#: At a time; with more, a table of hostile ones would take for ever.
_MOST_SPANS = 10
_ROWS_SPANNED = re.compile(r"""\browspan\s*=\s*["']?(\d{1,4})""", re.IGNORECASE)
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
    #: Why it is no rows although it might be.
    cause: str = ""
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
    def is_text(self) -> bool:
        """Whether it is a line of anything else that may be read as one of text."""
        is_other = self.level or self.is_marker or self.is_comment or self.cause
        return self.rows is None and not is_other and not _FENCE.fullmatch(self.text)

    @property
    def tells(self) -> bool:
        """Whether something stands in it that would be missed."""
        if self.level or self.name or self.rows is not None:
            return True
        return not (_WORDLESS.fullmatch(self.text) or self.is_to_top)


def blocks_of(text: str) -> list[Block]:
    """Read a page's text, and give each row its topic and day."""
    text = _QUOTATION.sub(_unquoted, text)
    lines = list(_lines_of(text))
    blocks: list[Block] = []
    position = 0
    while position < len(lines):
        found = _blocks_at(lines, position) if lines[position].text.strip() else []
        blocks += found
        position = found[-1].last_line if found else position + 1
    blocks = list(_with_paragraphs(_with_cards(blocks, lines)))
    _file(blocks)
    return blocks


def _unquoted(found: re.Match[str]) -> str:
    return _QUOTED.sub("", found[0]) if links_to_paper(found[0]) else found[0]


def _lines_of(text: str) -> Iterator[Block]:
    """The lines; those of code blocks, comments and our own tables hold no Markdown."""
    texts = _ENDING.split(text)
    last_end = len(_ENDING.findall(text.rpartition("-->")[0]))
    fence, cause, is_ours, is_hidden = "", "", False, False
    for number, text_there in enumerate(texts, start=1):
        line, cause = text_there, ""
        found = _FENCE.fullmatch(line)
        marked = None if fence else _MARKER.fullmatch(line)
        if marked:
            is_hidden = False
            is_ours = marked["marker"] == BEGIN
        elif is_ours:
            line = "```"
        elif fence:
            is_end = found and found["fence"].startswith(fence) and not found["info"].strip()
            fence, line = "" if is_end else fence, "```"
        elif is_hidden:
            is_hidden, line = "-->" not in line, _HIDDEN
        elif len(line) > LONGEST:  # a quotation, so that it ends what is above
            cause = TOO_LONG if links_to_paper(line) else ""
            line = f"> {line[:100]}"
        else:
            fence = found["fence"] if found else ""
            is_hidden = not found and number <= last_end and bool(_OPEN_COMMENT.match(line))
            line = _HIDDEN if is_hidden else _without_hidden_links(line)
        yield Block(number, number, line, cause=cause, is_marker=marked is not None)


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
    kinds = set(columns)
    is_of_papers = {"title", "authors"} <= kinds or (
        bool("title" in kinds and kinds & {"date", "published"}) and "title" in line.text.lower()
    )
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
        if "<table" in lines[end].text.lower() or lines[end].cause:
            return []
        end += 1
    text = "\n".join(each.text for each in lines[position:end])
    if not links_to_paper(text):
        return []
    kinds: list[str] = []
    rows = []
    spanned: dict[int, tuple[int, str]] = {}
    here, counted = line.line, 0
    for found in _ROW_TAG.finditer(text):
        texts = list(_cells_in(found[1], spanned))
        here += text.count("\n", counted, found.start())
        counted = found.start()
        if links_to_paper(found[1]) or (kinds and any(map(plain, texts))):
            named = kinds if len(kinds) == len(texts) else [""] * len(texts)
            rows.append(Entry(here, here, cells=list(zip(named, texts, strict=True))))
        else:
            kinds = kinds or [kind_named(plain(each)) for each in texts]
    head = [each.line for each in lines[position:end] if not each.is_comment]
    return [Block(line.line, end, line.text, rows=rows, head=head, is_whole=True)] if rows else []


def _cells_in(row: str, spanned: dict[int, tuple[int, str]]) -> Iterator[str]:
    """The texts of a row of HTML; by columns, how many more rows a cell above spans."""
    own = _CELL_TAG.finditer(row)
    for column in count():
        more, text = spanned.pop(column, (0, ""))
        if not more:
            cell = next(own, None)
            if cell is None:
                return
            rows = _ROWS_SPANNED.search(cell["tag"])
            more, text = int(rows[1]) if rows else 1, _with_links(cell["text"])
        if more > 1 and len(spanned) < _MOST_SPANS:
            spanned[column] = (more - 1, text)
        yield text


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


# --- papers in paragraphs ------------------------------------------------------------------------


def _with_paragraphs(blocks: Sequence[Block]) -> Iterator[Block]:
    """Lines of text that are papers as rows, for now, and a cause for the others with a link."""
    numbered = enumerate(blocks)  # the lines of a paragraph count up as the blocks do
    for number, group in groupby(numbered, lambda p: p[1].line - p[0] if p[1].is_text else None):
        lines = [block for _, block in group]
        linking = [] if number is None else [ln for ln in lines if links_to_paper(ln.text)]
        if cells := _cells_of_one_paper(lines) if linking else ():
            first, last = lines[0], lines[-1].last_line
            row = Entry(first.line, last, cells=cells)
            yield Block(first.line, last, first.text, rows=[row], cause=MENTIONED)
        else:
            for line in linking:
                _read_text(line)
            yield from lines


def _cells_of_one_paper(lines: Sequence[Block]) -> Sequence[Cell]:
    """The cells of lines that tell of one paper and nothing else; none if they do not."""
    ids = {paper.id for line in lines for paper in papers_in(line.text)}
    if len(ids) != 1 or len(lines) > _MOST_LINES_OF_TEXT:
        return ()
    if any(not ln.tells or ln.is_last_update or ln.text.lstrip()[:1] == "<" for ln in lines):
        return ()
    cells = cells_of_lines([_with_links(line.text) for line in lines])
    return cells if "title" in dict(cells) and tell_of_a_paper(cells) else ()


def _read_text(line: Block) -> None:
    """Make a line of text a row if its paper is no part of a sentence, or say why it is none."""
    text = _with_links(line.text)
    line.cause = MENTIONED
    if not links_to_paper(_BADGE.sub("", text)):
        return
    cells, title = cells_of_lines([text]), title_in(text)
    if _REFERENCE.match(text):
        line.cause = _BY_REFERENCE
    elif tell_of_a_paper(cells) or (title and title["linked"] and _is_apart(title)):
        line.rows, line.name = [Entry(line.line, line.line, cells=cells)], ""
    elif any(kind == "link" and links_to_paper(cell) for kind, cell in named(cells)):
        line.cause = _NO_ROW


def _is_apart(title: re.Match[str]) -> bool:
    """Whether no word of a sentence is right before or after a title."""
    before = title.string[: title.start()].rstrip(_AROUND_TITLE)
    after = title.string[title.end() :].lstrip(_AROUND_TITLE)
    return not (before[-1:].isalnum() or after[:1].isalnum())


# --- cards and empty topics ----------------------------------------------------------------------


def _with_cards(blocks: Sequence[Block], lines: Sequence[Block]) -> list[Block]:
    """Each heading of a single paper as a row, and each heading of an empty topic with no rows."""
    lines_of: dict[int, list[int]] = defaultdict(list)  # of rows, by the level of their heading
    level = 0
    for block in blocks:
        level = block.level or level
        if block.rows is not None:
            lines_of[level].append(block.line)
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
            is_other = is_parent or is_title or not _is_without_papers(part)
            near = [] if is_other else lines_of[heading.level]
            says_so = any(block.tells for block in part[1:])
            if near and (says_so or near[0] < heading.line < near[-1]):
                found += _as_topic(part)
            else:
                heading.cause = NO_PAPERS_BELOW if near and is_topic(heading.name) else ""
                found += part
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
    stays = (block for block in section[1:] if block.tells or block.is_marker)
    texts = (plain(each.text).strip(" .!。！*_-") for each in stays)
    return all(map(_NO_PAPERS.fullmatch, texts))


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
        for rows, chain in chains
        if rows.rows is not None
        and any(chain[0].level == 1 and each.level and is_topic(each.name) for each in chain[1:])
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
        if rows.cause and not (rows.topic or day):
            rows.rows, rows.cause = None, MENTIONED


def _chains(blocks: Iterable[Block]) -> Iterator[tuple[Block, Sequence[Block]]]:
    """The headings above each rows, the nearest last: a lead, if no words stand between."""
    above: list[Block] = []
    lead: list[Block] = []
    for block in blocks:
        if block.level:
            above = [*(heading for heading in above if heading.level < block.level), block]
        if block.rows is not None or block.cause == _NO_ROW:
            yield block, [*above, *lead]
        if block.rows is None and not (block.is_comment or block.is_last_update):
            lead = [block] if block.name and not block.level else []
