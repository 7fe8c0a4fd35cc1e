r"""One row, of whatever file, read as a paper.

A row is cells: texts, each with what it is, by the name of its column or by what it looks like. It
is a paper if one of them links to one. What it does not tell is unknown until a search completes
it.

Most published digests escape nothing, so a ``|`` may stand in any text. A line of a Markdown table
is therefore not split at ``|``: its cells are told by the pieces that are always there, the link
behind the title, the date, bold signs, and the folds around an abstract or a long comment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from enum import Enum, auto
from html import unescape

from daily_papers.migrate.paper_links import (
    ADDRESS,
    date_of,
    find_date,
    links_to_paper,
    paper_named,
    papers_in,
    wrong_id,
    wrong_link,
)
from daily_papers.papers.authors import is_name, split_authors
from daily_papers.papers.links import code_url
from daily_papers.papers.paper import ArxivId, Origin, Paper, folded
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
    #: What tools write and nobody misses: a number, a score, a mark.
    IDLE = auto()
    #: Something else.
    OTHER = auto()
    #: The column has no name: what it is, its looks say.
    UNNAMED = auto()


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


def kind_named(name: str) -> Kind:
    """What a column, a label or a key of this name tells, in any usual wording."""
    words = " ".join(_NOT_IN_NAMES.sub(" ", name.casefold()).split())
    if not words:
        return Kind.IDLE if name.strip(" \t*") == "#" else Kind.UNNAMED
    return _KINDS.get(words, Kind.OTHER)


class UnreadRowError(ValueError):
    """A row that is not a paper; the text says why."""


class LostPaperError(UnreadRowError):
    """A row whose link was meant to lead to a paper."""


WRONG_ID = "no paper at arXiv has this identifier, so mend it, then import again"


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
    text = _TAG.sub(" ", _LINKED.sub(r"\g<text>", _PICTURE.sub(" ", _unfolded(text))))
    text = folded(escaped_by_us(_DRESS.sub("", text)))
    for sign in "*_":
        if len(text) > 2 and text[0] == text[-1] == sign:
            text = text[1:-1].strip()
    return text


def _unfolded(text: str) -> str:
    return _FOLD.sub(r" \g<text> ", text) if "<details" in text else text


def is_empty(text: str) -> bool:
    """Whether a cell says nothing: no word, or one of those that tools write for none."""
    return _EMPTY.fullmatch(text) is not None


# --- the cells of a line of a Markdown table -----------------------------------------------------

_TITLE_ATTRIBUTE = r"""(?:\s+(?:"[^"]*"|'[^']*'))?"""
_TO_PAPER = rf"\]\(\s*<?{ADDRESS}[^\s()|<>]*>?{_TITLE_ATTRIBUTE}\s*\)[*_]*"
_TITLE = re.compile(rf"(?P<dress>[*_]*)\[(?P<title>.*){_TO_PAPER}", re.IGNORECASE)
_BORDER = re.compile(r"(?<!\\)\|")
_BESIDE_LINK = r"(?:\s|<[^<>|]{0,300}>|!\[[^\]|]{0,300}\]\([^)|]{0,1000}\))*"
_BORDER_AFTER_LINK = re.compile(rf"{_TO_PAPER}{_BESIDE_LINK}\|", re.IGNORECASE)
_BEGIN_OF_LINK = re.compile(r"!?[*_]*\[")
_BORDER_AFTER_FOLD = re.compile(r"</details>\s*\|")
_BORDER_AFTER_BOLD = re.compile(r"\*\*\s*\|")
# A text without a fold ends at the first border behind which its neighbour is what it must be.
_BORDER_BEFORE = {
    Kind.TITLE: re.compile(r"\|(?=\s*[*_]*\[)"),
    Kind.DATE: re.compile(r"\|(?=\s*[*_]*\d{4}-\d{2}-\d{2}[*_]*\s*(?:\||$))"),
    Kind.ABSTRACT: re.compile(r"\|(?=\s*<details>)"),
    Kind.LINK: re.compile(rf"\|(?=\s*[*_]*\[[^\[\]|]{{0,60}}{_TO_PAPER})", re.IGNORECASE),
}
_SHORT = frozenset({Kind.DATE, Kind.PUBLISHED, Kind.IDLE, Kind.LINK})
_PUBLISHED_FAMILY = frozenset({Kind.TITLE, Kind.DATE, Kind.ABSTRACT, Kind.COMMENT})
#: What stands in rows without a header, by the cell that they begin with.
_USUAL_ROWS = (
    (re.compile(r"[*_]*\[.*\]\("), (Kind.TITLE, Kind.DATE, Kind.ABSTRACT, Kind.COMMENT)),
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


def is_published_family(kinds: Sequence[Kind]) -> bool:
    """Whether a table is one of the digests whose texts nobody escapes."""
    return _PUBLISHED_FAMILY.issuperset(kinds)


def cells_of(line: str, kinds: Sequence[Kind] = ()) -> Cells:
    """The cells of a row, by the kinds of its table's columns; some may be cut off."""
    if "|" not in line:  # somebody's words, right below a table
        return [(Kind.COMMENT, line)]
    rest = within_pipes(line)
    usual = (row for begin, row in _USUAL_ROWS if begin.match(rest.lstrip()))
    kinds = kinds or next(usual, ())
    split = [cell.strip() for cell in split_cells(line)]
    if not kinds:
        return [(Kind.UNNAMED, cell) for cell in split]
    if len(split) <= len(kinds):
        return list(zip(kinds, split, strict=False))
    cells: list[tuple[Kind, str]] = []
    for place, kind in enumerate(kinds[:-1]):
        rest = rest.lstrip()
        border = _border(rest, kind, kinds[place + 1])
        cells.append((kind, rest[:border].rstrip()))
        rest = rest[border + 1 :]
    return [*cells, (kinds[-1], rest.strip())]


def _border(rest: str, kind: Kind, following: Kind) -> int:
    """Find the | that ends the first cell; its end where there is none."""
    anchored = None
    if rest.startswith("<details"):
        anchored = _BORDER_AFTER_FOLD.search(rest)
    elif kind is Kind.TITLE:
        if _BEGIN_OF_LINK.match(rest):
            anchored = _BORDER_AFTER_LINK.search(rest)
        elif rest.startswith("**"):
            anchored = _BORDER_AFTER_BOLD.search(rest, 2)
    if anchored is None and kind not in _SHORT and following in _BORDER_BEFORE:
        anchored = _BORDER_BEFORE[following].search(rest)
    if anchored is not None:
        return anchored.end() - 1
    found = _BORDER.search(rest)
    return found.start() if found else len(rest)


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


def kind_by_looks(text: str) -> Kind:
    """What a text tells that has no name: a title only where it is bold or the words of a link."""
    bare = plain(text)
    return next((kind for kind, is_one in _LOOKS if is_one(text, bare)), Kind.OTHER)


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


def named(cells: Cells) -> Cells:
    """The cells with a kind for each that had none; a row without a title takes the longest."""
    if all(kind is not Kind.UNNAMED for kind, _ in cells):
        return cells
    known = [(kind_by_looks(text) if kind is Kind.UNNAMED else kind, text) for kind, text in cells]
    if not any(kind is Kind.TITLE for kind, _ in known):
        free = [place for place, (kind, _) in enumerate(known) if kind in _MAY_BE_TITLE]
        free.sort(key=lambda place: (known[place][0] is Kind.OTHER, len(plain(known[place][1]))))
        if free:
            known[free[-1]] = (Kind.TITLE, known[free[-1]][1])
    return known


_MAY_BE_TITLE = frozenset({Kind.OTHER, Kind.AUTHORS})


# --- the paper -----------------------------------------------------------------------------------


def read_row(cells: Cells, reading: Reading = plain) -> Paper:
    """Read a row as a paper. Raises UnreadRowError where it links to none."""
    cells = named(cells)
    found = paper_of(cells)
    if found is None:
        if wrong := wrong_id_in(cells):
            raise LostPaperError(f"{WRONG_ID}: {wrong!r}")
        text = next((text for kind, text in cells if kind is Kind.TITLE), cells[0][1])
        raise UnreadRowError(f"no link to a paper at arXiv: {cut(folded(text), 60)!r}")
    written, published = _day(cells, (Kind.DATE,)), _day(cells, (Kind.PUBLISHED,))
    paper = Paper(
        id=found.id,
        version=found.version or 1,  # the lowest, so that any other way knows better
        title=_title(cells, reading) or f"arXiv:{found.id}",
        authors=_authors(cells),
        abstract=max(_texts(cells, Kind.ABSTRACT, reading), key=len, default=""),
        comment="; ".join(_texts(cells, Kind.COMMENT, reading)) or None,
        published=_midnight(published) if written and published else None,
        updated=_midnight(written or published or date_of(found)),
        origin=Origin.IMPORT,
    )
    return _with_code(paper, " ".join(text for kind, text in cells if kind is Kind.CODE))


def dated(cells: Cells, day: str) -> Cells:
    """The cells with the day that stands above the row, unless it tells one itself."""
    tells = any(kind in {Kind.DATE, Kind.PUBLISHED} for kind, _ in cells)
    return cells if tells or not day else [*cells, (Kind.DATE, day)]


def says_more(cells: Cells) -> bool:
    """Whether a row holds words that a paper has no place for, so that they would be lost."""
    return any(kind is Kind.OTHER and not is_empty(plain(text)) for kind, text in named(cells))


def topics_of(cells: Cells, kind: Kind) -> Iterator[str]:
    """The topics or categories that a row names."""
    for text in (text for each, text in cells if each is kind):
        yield from (plain(part) for part in re.split(r"[;,]", text) if not is_empty(plain(part)))


def paper_of(cells: Cells) -> ArxivId | None:
    """The paper of a row; one that its abstract or its comment mentions is another one."""
    for kind in (Kind.LINK, Kind.TITLE, Kind.DATE, Kind.IDLE, Kind.OTHER):
        for text in (text for each, text in cells if each is kind):
            found = list(papers_in(text))
            if found:
                return found[-1] if kind is Kind.TITLE else found[0]
            if kind is Kind.LINK and (bare := paper_named(plain(text))):
                return bare
    return None


def wrong_id_in(cells: Cells) -> str | None:
    """What a row gives as the identifier of a paper, although it cannot be one."""
    wrong = (
        wrong_link(text) or (wrong_id(plain(text)) if kind is Kind.LINK else None)
        for kind, text in cells
    )
    return next(filter(None, wrong), None)


def _title(cells: Cells, reading: Reading) -> str:
    for text in (text for kind, text in cells if kind is Kind.TITLE):
        found = _TITLE.fullmatch(text)
        is_bold_within = found and not found["dress"] and found["title"].startswith("**")
        title = plain(text) if not found or is_bold_within else folded(reading(found["title"]))
        if title and not (found is None and _NO_TITLE.fullmatch(title)):
            return title
    return ""


def _texts(cells: Cells, kind: Kind, reading: Reading) -> Iterator[str]:
    for text in (text for each, text in cells if each is kind):
        fold = _FOLD.fullmatch(text)
        read = folded(reading(fold["text"] if fold else text))
        if read and not (reading is plain and is_empty(read)):
            yield read


def _authors(cells: Cells) -> tuple[str, ...] | None:
    """The authors, where all of them are named: "Somebody et al." is no list of authors."""
    for text in (plain(text) for kind, text in cells if kind is Kind.AUTHORS):
        if not is_empty(text) and not _ET_AL.search(text):
            return tuple(filter(is_name, split_authors(text))) or None
    return None


def _day(cells: Cells, kinds: Sequence[Kind]) -> date | None:
    days = (find_date(plain(text)) for kind, text in cells if kind in kinds)
    return next((found[0] for found in days if found), None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _with_code(paper: Paper, text: str) -> Paper:
    """The paper with a comment that names its code, where a cell of its own does."""
    named_there = code_url(replace(paper, abstract="", comment=text)) if text else None
    if named_there is None or named_there == code_url(paper):
        return paper
    return replace(paper, comment="; ".join(filter(None, (paper.comment, f"Code: {named_there}"))))
