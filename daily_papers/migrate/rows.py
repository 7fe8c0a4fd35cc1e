r"""One row, of whatever file, read as a paper.

A row is cells: texts, each with what it is, by the name of its column or by what it looks like. It
is a paper if one of them links to one. What it does not tell is unknown until a search completes
it.

Most published digests escape nothing, so a ``|`` may stand in any text. So where a line of a table
has more pieces than columns, pieces are joined until the cell ends as it must: with the link behind
a title, with bold signs or a fold, or before a cell that can only be the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import Enum, auto
from html import unescape

from daily_papers.migrate.paper_links import (
    ADDRESS,
    find_date,
    links_to_paper,
    looks_like_id,
    paper_named,
    papers_in,
    wrong_link,
)
from daily_papers.papers.authors import is_name, split_authors
from daily_papers.papers.links import code_url
from daily_papers.papers.paper import ArxivId, Origin, Paper, announcement_order, folded
from daily_papers.text import cut

#: No row and no text of a paper is longer; what is longer is not read.
LONGEST = 50_000


class Kind(Enum):
    """What a cell tells."""

    TITLE = auto()
    DATE = auto()
    PUBLISHED = auto()
    AUTHORS = auto()
    ABSTRACT = auto()
    COMMENT = auto()
    CODE = auto()
    LINK = auto()
    TOPIC = auto()
    CATEGORY = auto()
    IDLE = auto()  #: What tools write and nobody misses: a number, a score, a mark.
    OTHER = auto()  #: Something else.
    UNNAMED = auto()  #: The column has no name: what it is, its looks say.


Cells = Sequence[tuple[Kind, str]]
#: How a file writes texts: `as_written`, `escaped_by_us` in a region of ours, or `plain`.
Reading = Callable[[str], str]

# What columns, labels and keys are called, in the languages that digests are written in.
_WORDS_FOR = {
    Kind.TITLE: "title|paper title|paper|papers|name|headline|标题|題目|题目|论文标题|论文题目"
    "|论文|論文|論文タイトル|タイトル|제목|논문|titel|titre|título|titolo|título do artigo"
    "|название|başlık",
    Kind.DATE: "date|updated|update|update date|updated date|updated at|last updated|last update"
    "|day|time|revised|日期|时间|更新日期|更新时间|日付|날짜|datum|fecha|data|дата|tarih",
    Kind.PUBLISHED: "published|publish date|published date|published at|publishedat"
    "|publication date|published on|publish time|pub date|submitted|submission date"
    "|submitted date|release date|created|发布日期|发布时间|发表日期|发表时间|提交日期"
    "|公開日|게시일|veröffentlicht|publié|publicado",
    Kind.AUTHORS: "authors|author|author s|first author|author list|作者|作者列表|第一作者|著者"
    "|저자|autoren|auteurs|autores|autori|авторы|yazarlar",
    Kind.ABSTRACT: "abstract|summary|paper abstract|摘要|英文摘要|论文摘要|概要|要旨|초록"
    "|zusammenfassung|résumé|resumen|resumo|sommario|аннотация|özet",
    Kind.COMMENT: "comment|comments|arxiv comment|remark|remarks|venue|conference|journal"
    "|journal ref|备注|评论|注释|发表|会议|备考|コメント|비고|kommentar|commentaire"
    "|comentario|комментарий",
    Kind.CODE: "code|codes|code link|code url|code repository|github|git|repo|repository|repo url"
    "|project|project page|implementation|official code|代码|代码链接|项目|コード|코드",
    Kind.LINK: "pdf|pdf link|pdf url|pdfurl|link|links|url|urls|href|arxiv|arxiv link|arxiv url"
    "|arxiv id|arxivid|id|paper id|paper link|paper url|entry id|abs|abs url|abstract url"
    "|abstract link|html|page|read|download|链接|论文链接|原文|原文链接|阅读|阅读论文"
    "|リンク|링크|lien|enlace|ссылка",
    Kind.TOPIC: "topic|topics|keyword|search keyword|search term|query|matched keyword"
    "|matched keywords|matched topic|area|theme|主题|关键词|关键字|领域|方向|トピック|주제"
    "|thema|sujet|tema|тема",
    Kind.CATEGORY: "category|categories|primary category|subject|subjects|primary subject|类别"
    "|分类|カテゴリ|분류|kategorie|catégorie|categoría|категория",
    Kind.IDLE: "no|nr|number|index|rank|ranking|score|stars|star|votes|upvotes|likes|citations"
    "|version|matched|related|see also|references"
    "|tags|tag|序号|编号|排名|评分|番号|번호|slug|first seen|doi|primary"
    "|source|hash",
}
_KINDS = {word: kind for kind, words in _WORDS_FOR.items() for word in words.split("|")}
_NOT_IN_NAMES = re.compile(r"<[^<>]*>|[^\w]|_")
WRONG_ID = "no paper at arXiv has this identifier, so mend it, then import again"


def kind_named(name: str) -> Kind:
    """What a column, a label or a key of this name tells, in any usual wording."""
    words = " ".join(_NOT_IN_NAMES.sub(" ", name.casefold()).split())
    if not words:
        return Kind.IDLE if name.strip(" \t*") == "#" else Kind.UNNAMED
    return _KINDS.get(words, Kind.OTHER)


# --- texts -------------------------------------------------------------------------------------

_FOLD = re.compile(
    r"<details[^<>]*>\s*<summary>.{0,200}?</summary>\s*(?:<p>)?(?P<text>.{0,50000}?)(?:</p>)?\s*</details>",
    re.DOTALL,
)
_WRITTEN_BY_US = re.compile(
    r"""\\(?P<sign>[!-/:-@\[-`{-~]) | <span>(?P<dollar>\$)</span>
        | <(?P<address>(?:https?|ftp)://[^<>\s]*)> | (?P<entity>&(?:\#?[0-9A-Za-z]+);)""",
    re.VERBOSE,
)
_PICTURE = re.compile(r"!\[[^\]]{0,300}\]\([^()\s]{0,1000}(?:\s[^()]{0,300})?\)|<img\b[^<>]*>")
_LINKED = re.compile(r"\[(?P<text>[^\[\]]{0,1000})\]\(\s*<?[^()\s]{0,1000}(?:\s[^()]{0,300})?\)")
_DRESSED = re.compile(r"[<\[!*_~`\\&]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_DRESS = re.compile(r"\*\*|__|~~|(?<!\\)`")
_EMPTY = re.compile(r"(?:null|none|nan|n/?a|无|[\W_]*)", re.IGNORECASE)


def as_written(text: str) -> str:
    """Read a text that nobody has escaped."""
    return text


def escaped_by_us(text: str) -> str:
    """Undo the escaping of a Markdown file that we rendered."""
    return _WRITTEN_BY_US.sub(
        lambda token: token["sign"] or token["dollar"] or unescape(token["address"] or token[0]),
        text,
    )


def plain(text: str) -> str:
    """Take a text out of its Markdown and HTML: links, pictures, bold, folds, line breaks."""
    if not _DRESSED.search(text):
        return folded(text)
    text = _FOLD.sub(r" \g<text> ", text) if "<details" in text else text
    text = _TAG.sub(" ", _LINKED.sub(r"\g<text>", _PICTURE.sub(" ", text)))
    text = folded(escaped_by_us(_DRESS.sub("", text)))
    for sign in "*_":
        if len(text) > 2 and text[0] == text[-1] == sign:
            text = text[1:-1].strip()
    return text


def is_empty(text: str) -> bool:
    """Whether a cell says nothing: no word, or one of those that tools write for none."""
    return _EMPTY.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What may be a paper: where it is, what it tells, and what stands above it."""

    #: Where it begins and ends. JSON has no lines, but keys that lead to it.
    line: int
    last_line: int = 0
    key: str = ""
    #: Without cells it is a topic that has no papers here.
    cells: Cells = ()
    topic: str = ""
    day: str = ""
    reading: Reading = plain


# --- the cells of a line of a Markdown table -----------------------------------------------------

_TO_PAPER = (
    rf"\]\(\s*<?{ADDRESS}[^\s()|<>]*>?"
    r"""(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)[*_]*"""
)
_BORDER = re.compile(r"(?<!\\)\|")
#: How a cell ends that may hold a |, by how it begins; the last two are titles.
_ENDS = (
    (re.compile(r"\s*<details"), re.compile(r"</details>\s*$")),
    (
        re.compile(r"\s*!?[*_]*\["),
        re.compile(
            rf"{_TO_PAPER}(?:\s|<[^<>]{{0,300}}>|!\[[^\]]{{0,300}}\]\([^)]{{0,1000}}\))*$",
            re.IGNORECASE,
        ),
    ),
    (re.compile(r"\s*\*\*.*\S"), re.compile(r"\*\*\s*$")),
)
#: What can only be the cell of a column, so that the one before it ends there.
_BEGINS = {
    Kind.TITLE: re.compile(r"\s*[*_]*\["),
    Kind.DATE: re.compile(r"\s*[*_]*\d{4}-\d{2}-\d{2}[*_]*\s*$"),
    Kind.ABSTRACT: re.compile(r"\s*<details>"),
    Kind.LINK: re.compile(rf"\s*[*_]*\[[^\[\]]{{0,60}}{_TO_PAPER}", re.IGNORECASE),
}
_SHORT = frozenset({Kind.DATE, Kind.PUBLISHED, Kind.IDLE, Kind.LINK})
#: The columns of the digests whose texts nobody escapes.
FAMILY = (Kind.TITLE, Kind.DATE, Kind.ABSTRACT, Kind.COMMENT)
#: What stands in rows without a header, by the cell that they begin with.
_USUAL_ROWS = (
    (re.compile(r"[*_]*\[.*\]\("), FAMILY),
    (
        re.compile(r"[*_]*\d{4}-\d\d-\d\d[*_]*\s*\|"),
        (Kind.DATE, Kind.TITLE, Kind.AUTHORS, Kind.LINK, Kind.CODE),
    ),
)


def within_pipes(line: str) -> str:
    """A table's line without the | around it."""
    return line.strip().removeprefix("|").removesuffix("|")


def split_cells(line: str) -> list[str]:
    """The cells of any table's line, in which each | that is not escaped ends one."""
    return _BORDER.split(within_pipes(line))


def cells_of(line: str, kinds: Sequence[Kind] = ()) -> Cells:
    """The cells of a row, by the kinds of its table's columns; some may be cut off."""
    if "|" not in line:  # somebody's words, right below a table
        return [(Kind.COMMENT, line)]
    pieces = split_cells(line)
    begin = within_pipes(line).lstrip()
    usual = (row for form, row in _USUAL_ROWS if form.match(begin))
    kinds = kinds or next(usual, (Kind.UNNAMED,) * len(pieces))
    cells: list[tuple[Kind, str]] = []
    for kind, following in zip(kinds, (*kinds[1:], None), strict=True):
        left = len(kinds) - len(cells)
        taken = 1 if len(pieces) <= left else _pieces_of(kind, following, pieces)
        if pieces:
            cells.append((kind, "|".join(pieces[:taken]).strip()))
        pieces = pieces[taken:]
    return cells


def _pieces_of(kind: Kind, following: Kind | None, pieces: Sequence[str]) -> int:
    """How many pieces are the next cell."""
    if following is None:
        return len(pieces)
    ends = _ENDS if kind is Kind.TITLE else _ENDS[:1]
    end = next((end for begin, end in ends if begin.match(pieces[0])), None)
    ended = (number for number, piece in enumerate(pieces, 1) if end and end.search(piece))
    if found := next(ended, 0):
        return found
    begin = None if kind in _SHORT else _BEGINS.get(following)
    return next((n for n, piece in enumerate(pieces) if n and begin and begin.match(piece)), 1)


# --- what a text is, by its looks ----------------------------------------------------------------

_ET_AL = re.compile(r"\bet\.?\s*al\b|\bothers\b|\.\.\.$|…$|等$", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"[\W_]*(?:(?:arxiv|pdf|html|abs|link|paper|papers|url|here|read|abstract|website|page|download|doi"
    r"|huggingface|hf|alphaxiv|论文|链接|原文|阅读|阅读论文|下载|全文)[\W_]*)*(?:\d{4}\.\d{4,5}(?:v\d+)?)?[\W_]*"
    r"|https?://\S*",
    re.IGNORECASE,
)
_FORGE = re.compile(r"//(?:www\.)?(?:github\.com|gitlab\.[a-z]+|huggingface\.co|codeberg\.org)/")
_BOLD = re.compile(r"\s*(?:\*\*|__|<b>|<strong>)")
_NAME = re.compile(r"(?:[^\W\d_][\w.'’-]{0,30}\s?){2,5}")


def _is_date(_: str, bare: str) -> bool:
    found = find_date(bare)
    return found is not None and is_empty(bare.replace(found[1], "", 1))


def _is_list_of_names(_: str, bare: str) -> bool:
    is_short = len(bare) < 5_000 and not re.search(r"\d|[.!?]\s", bare)
    names = split_authors(bare) if is_short else ()
    # A single one may be any two words, such as somebody's "Great stuff".
    return len(names) > 1 and all(
        _NAME.fullmatch(name) and name[0].isupper() and name.split()[-1][0].isupper()
        for name in names
    )


#: The first that holds, of a text as it is written and without its dress.
_LOOKS: tuple[tuple[Kind, Callable[[str, str], bool]], ...] = (
    (Kind.IDLE, lambda text, bare: is_empty(bare) and not links_to_paper(text)),
    (Kind.DATE, _is_date),
    (Kind.ABSTRACT, lambda text, _: text.lstrip().startswith("<details")),
    (Kind.CODE, lambda text, _: bool(_FORGE.search(text)) and not links_to_paper(text)),
    (Kind.LINK, lambda _, bare: bool(_NO_TITLE.fullmatch(bare))),
    (Kind.TITLE, lambda text, _: links_to_paper(text) or bool(_BOLD.match(text))),
    (Kind.AUTHORS, lambda _, bare: bool(_ET_AL.search(bare))),
    (Kind.AUTHORS, _is_list_of_names),
)


def kind_by_looks(text: str) -> Kind:
    """What a text tells that has no name: a title only where it is bold or the words of a link."""
    bare = plain(text)
    return next((kind for kind, is_one in _LOOKS if is_one(text, bare)), Kind.OTHER)


def named(cells: Cells) -> Cells:
    """The cells with a kind for each that had none; a row without a title takes the longest."""
    if all(kind is not Kind.UNNAMED for kind, _ in cells):
        return cells
    known = [(kind_by_looks(text) if kind is Kind.UNNAMED else kind, text) for kind, text in cells]
    if all(kind is not Kind.TITLE for kind, _ in known):
        free = [n for n, (kind, _) in enumerate(known) if kind in {Kind.OTHER, Kind.AUTHORS}]
        free.sort(key=lambda n: (known[n][0] is Kind.OTHER, len(plain(known[n][1]))))
        for place in free[-1:]:
            known[place] = (Kind.TITLE, known[place][1])
    return known


# --- the paper -----------------------------------------------------------------------------------

_TITLE = re.compile(rf"(?P<dress>[*_]*)\[(?P<title>.*){_TO_PAPER}", re.IGNORECASE)


def read_row(entry: Entry) -> Paper | None:
    """Read a row as a paper; None if it links to none."""
    cells, reading = named(entry.cells), entry.reading
    found = paper_of(cells)
    if found is None:
        return None
    written, published = _day(cells, Kind.DATE), _day(cells, Kind.PUBLISHED)
    if not any(kind in {Kind.DATE, Kind.PUBLISHED} for kind, _ in cells):
        written = _day([(Kind.DATE, entry.day)], Kind.DATE)
    month = announcement_order(found.id)[0]
    comments = list(_texts(cells, Kind.COMMENT, reading))
    paper = Paper(
        id=found.id,
        version=found.version or 1,  # the lowest, so that any other way knows better
        title=_title(cells, reading) or f"arXiv:{found.id}",
        authors=_authors(cells),
        abstract=max(_texts(cells, Kind.ABSTRACT, reading), key=len, default=""),
        comment="; ".join(comments) or None,
        published=_midnight(published) if written and published else None,
        updated=_midnight(written or published or date(month // 100, month % 100, 1)),
        origin=Origin.IMPORT,
    )
    named_there = " ".join(_of(cells, Kind.CODE))
    code = code_url(replace(paper, abstract="", comment=named_there)) if named_there else None
    if code is None or code == code_url(paper):
        return paper
    return replace(paper, comment="; ".join([*comments, f"Code: {code}"]))


def why_unread(cells: Cells) -> tuple[str, str, int]:
    """Why a row is no paper, the text that is meant, and how many papers are lost with it."""
    cells = named(cells)
    if wrong := wrong_id_in(cells):
        return WRONG_ID, repr(wrong), 1
    text = next(_of(cells, Kind.TITLE), cells[0][1])
    return "no link to a paper at arXiv", repr(cut(folded(text), 60)), 0


def says_more(cells: Cells) -> bool:
    """Whether a row holds words that a paper has no place for, so that they would be lost."""
    return not all(is_empty(plain(text)) for text in _of(named(cells), Kind.OTHER))


def topics_of(cells: Cells, kind: Kind) -> Iterator[str]:
    """The topics or categories that a row names."""
    parts = (plain(part) for text in _of(cells, kind) for part in re.split(r"[;,]", text))
    return (part for part in parts if not is_empty(part))


def paper_of(cells: Cells) -> ArxivId | None:
    """The paper of a row; one that its abstract or its comment mentions is another one."""
    for kind in (Kind.LINK, Kind.TITLE, Kind.DATE, Kind.IDLE, Kind.OTHER):
        for text in _of(cells, kind):
            found = list(papers_in(text))
            if found:
                return found[-1] if kind is Kind.TITLE else found[0]
            if kind is Kind.LINK and (bare := paper_named(plain(text))):
                return bare
    return None


def wrong_id_in(cells: Cells) -> str | None:
    """What a row gives as the identifier of a paper, although it cannot be one."""
    for kind, text in cells:
        if wrong := wrong_link(text):
            return wrong
        bare = plain(text) if kind is Kind.LINK else ""
        if looks_like_id(bare) and not paper_named(bare):
            return bare
    return None


def _of(cells: Cells, kind: Kind) -> Iterator[str]:
    return (text for each, text in cells if each is kind)


def _title(cells: Cells, reading: Reading) -> str:
    for text in _of(cells, Kind.TITLE):
        found = _TITLE.fullmatch(text)
        is_bold_within = found and not found["dress"] and found["title"].startswith("**")
        title = plain(text) if not found or is_bold_within else folded(reading(found["title"]))
        if title and not (found is None and _NO_TITLE.fullmatch(title)):
            return title
    return ""


def _texts(cells: Cells, kind: Kind, reading: Reading) -> Iterator[str]:
    for text in _of(cells, kind):
        fold = _FOLD.fullmatch(text)
        read = folded(reading(fold["text"] if fold else text))
        if read and not (reading is plain and is_empty(read)):
            yield read


def _authors(cells: Cells) -> tuple[str, ...] | None:
    """The authors, where all of them are named: "Somebody et al." is no list of authors."""
    for text in map(plain, _of(cells, Kind.AUTHORS)):
        if not is_empty(text) and not _ET_AL.search(text):
            return tuple(filter(is_name, split_authors(text))) or None
    return None


def _day(cells: Cells, kind: Kind) -> date | None:
    days = (find_date(plain(text)) for text in _of(cells, kind))
    return next((found[0] for found in days if found), None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
