r"""One entry of whatever file, as cells, and as a paper.

A cell is a text and what it is: by the name of its column, label or key, or else by its looks. An
entry is a paper if a cell links to one; what it does not tell is unknown until a search completes
it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from html import unescape

from daily_papers.migrate.names import (
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
from daily_papers.text import cut, one_line

#: No line and no text of a paper is longer; what is longer is not read.
LONGEST = 50_000

#: What a cell is, and its text. Besides the kinds below: `other`, and `` where nothing names it.
Cell = tuple[str, str]
Reading = Callable[[str], str]

# What columns, labels and keys are called, in the languages that digests are written in. What is
# `idle` tools write and nobody misses: a number, a score, a mark.
_WORDS_FOR = {
    "title": "title|paper title|paper|papers|name|headline|标题|題目|题目|论文标题|论文题目"
    "|论文|論文|論文タイトル|タイトル|제목|논문|titel|titre|título|titolo|título do artigo"
    "|название|başlık",
    "date": "date|updated|update|update date|updated date|updated at|last updated|last update"
    "|day|time|revised|日期|时间|更新日期|更新时间|日付|날짜|datum|fecha|data|дата|tarih",
    "published": "published|publish date|published date|published at|publishedat"
    "|publication date|published on|publish time|pub date|submitted|submission date"
    "|submitted date|release date|created|发布日期|发布时间|发表日期|发表时间|提交日期"
    "|公開日|게시일|veröffentlicht|publié|publicado",
    "authors": "authors|author|author s|first author|author list|作者|作者列表|第一作者|著者"
    "|저자|autoren|auteurs|autores|autori|авторы|yazarlar",
    "abstract": "abstract|summary|paper abstract|摘要|英文摘要|论文摘要|概要|要旨|초록"
    "|zusammenfassung|résumé|resumen|resumo|sommario|аннотация|özet",
    "comment": "comment|comments|arxiv comment|remark|remarks|venue|conference|journal"
    "|journal ref|备注|评论|注释|发表|会议|备考|コメント|비고|kommentar|commentaire"
    "|comentario|комментарий",
    "code": "code|codes|code link|code url|code repository|github|git|repo|repository|repo url"
    "|project|project page|implementation|official code|代码|代码链接|项目|コード|코드",
    "link": "pdf|pdf link|pdf url|pdfurl|link|links|url|urls|href|arxiv|arxiv link|arxiv url"
    "|arxiv id|arxivid|id|paper id|paper link|paper url|entry id|abs|abs url|abstract url"
    "|abstract link|html|page|read|download|链接|论文链接|原文|原文链接|阅读|阅读论文"
    "|リンク|링크|lien|enlace|ссылка",
    "topic": "topic|topics|keyword|search keyword|search term|query|matched keyword"
    "|matched keywords|matched topic|area|theme|主题|关键词|关键字|领域|方向|トピック|주제"
    "|thema|sujet|tema|тема",
    "category": "category|categories|primary category|subject|subjects|primary subject|类别"
    "|分类|カテゴリ|분류|kategorie|catégorie|categoría|категория",
    "idle": "no|nr|number|index|rank|ranking|score|stars|star|votes|upvotes|likes|citations"
    "|version|matched|related|see also|references|tags|tag|序号|编号|排名|评分|番号|번호|slug"
    "|first seen|doi|primary|source|hash",
}
_KINDS = {word: kind for kind, words in _WORDS_FOR.items() for word in words.split("|")}
_NOT_IN_NAMES = re.compile(r"<[^<>]*>|[^\w]|_")


def kind_named(name: str) -> str:
    """What a column, a label or a key of this name tells, in any usual wording."""
    words = " ".join(_NOT_IN_NAMES.sub(" ", name.casefold()).split())
    if not words:
        return "idle" if name.strip(" \t*") == "#" else ""
    return _KINDS.get(words, "other")


@dataclass(slots=True, eq=False)
class Entry:
    """What may be a paper: where it is, what it tells, and what stands above it."""

    #: Where it begins and ends. JSON has no lines, but keys that lead to it.
    line: int
    last_line: int = 0
    key: str = ""
    #: Without cells it is a topic that has no papers here.
    cells: Sequence[Cell] = ()
    topic: str = ""
    day: str = ""
    #: How its texts are written; as anybody else, unless the table is known.
    reading: Reading | None = None
    # What comes of it.
    paper: Paper | None = None
    topics: Sequence[str] = ()
    #: Whether it holds words that would be lost, since the stored paper does not have them.
    says_more: bool = False
    #: Why it is not stored, and what is meant; empty if it is.
    cause: str = ""
    example: str = ""


# --- texts ---------------------------------------------------------------------------------------

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
    """Whether a text says nothing: no word, or one of those that tools write for none."""
    return _EMPTY.fullmatch(text) is not None


# --- the cells of a table's line -----------------------------------------------------------------

_TO_PAPER = (
    rf"\]\(\s*<?{ADDRESS}[^\s()|<>]*>?"
    r"""(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)[*_]*"""
)
_BORDER = re.compile(r"(?<!\\)\|")
# Most digests escape nothing, so a | may stand in any text. A cell that begins like one of these
# ends only so; the last two are titles.
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
# What can only be the cell of a column, so that the one before it ends there.
_BEGINS = {
    "title": re.compile(r"\s*[*_]*\["),
    "date": re.compile(r"\s*[*_]*\d{4}-\d{2}-\d{2}[*_]*\s*$"),
    "abstract": re.compile(r"\s*<details>"),
    "link": re.compile(rf"\s*[*_]*\[[^\[\]]{{0,60}}{_TO_PAPER}", re.IGNORECASE),
}
_SHORT = {"date", "published", "idle", "link"}
#: The columns of the digests whose texts nobody escapes.
FAMILY = ("title", "date", "abstract", "comment")
# What stands in rows without a header, by what they begin with.
_USUAL_ROWS = (
    (re.compile(rf"[*_]*\[(?:(?!\]\().)*{_TO_PAPER}", re.IGNORECASE), FAMILY),
    (re.compile(r"[*_]*\d{4}-\d\d-\d\d[*_]*\s*\|"), ("date", "title", "authors", "link", "code")),
)


def split_cells(line: str) -> list[str]:
    """The pieces of a table's line between the | that are not escaped."""
    return _BORDER.split(line.strip().removeprefix("|").removesuffix("|"))


def cells_of_row(line: str, kinds: Sequence[str] = ()) -> list[Cell]:
    """The cells of a row, by the kinds of its table's columns; some may be cut off."""
    if "|" not in line:  # somebody's words, right below a table
        return [("comment", line)]
    pieces = split_cells(line)
    begin = line.strip().removeprefix("|").lstrip()
    usual = (row for form, row in _USUAL_ROWS if form.match(begin))
    kinds = kinds or next(usual, ("",) * len(pieces))
    cells: list[Cell] = []
    for kind, following in zip(kinds, (*kinds[1:], None), strict=True):
        left = len(kinds) - len(cells)
        taken = 1 if len(pieces) <= left else _pieces_of(kind, following, pieces)
        if pieces:
            cells.append((kind, "|".join(pieces[:taken]).strip()))
        pieces = pieces[taken:]
    return cells


def _pieces_of(kind: str, following: str | None, pieces: Sequence[str]) -> int:
    """How many pieces are the next cell."""
    if following is None:
        return len(pieces)
    ends = _ENDS if kind == "title" else _ENDS[:1]
    end = next((end for begin, end in ends if begin.match(pieces[0])), None)
    ended = (number for number, piece in enumerate(pieces, 1) if end and end.search(piece))
    if found := next(ended, 0):
        return found
    begin = None if kind in _SHORT else _BEGINS.get(following)
    return next((n for n, piece in enumerate(pieces) if n and begin and begin.match(piece)), 1)


# --- the cells of an item, or of a heading with what stands below it -----------------------------

_BULLET = re.compile(
    r"[\s>]*(?:#{1,6}\s+)?(?:(?:[-+*]|\d{1,4}[.)]|<li[^<>]*>)\s+)*(?:\[[ xX]\]\s+)?"
)
_LABEL = re.compile(r"[\s>|*_+-]{0,20}(?P<label>[^:：|*<>\[\]]{1,40}?)[\s*_]{0,10}(?:[:：]|\|)")
_INLINE = re.compile(r"(?:^|[,;|·•(\s])\s*(?P<label>[^\W\d][\w ]{1,18}?)\s*[:：]\s*(?=\S)")
_TITLE = re.compile(
    rf"\[(?P<linked>[^\[\]]{{1,500}}(?:\[[^\[\]]*\][^\[\]]*)?)\]\(\s*<?{ADDRESS}[^()]*\)"
    r"|(?P<bold>\*\*.{1,500}?\*\*|<(?:b|strong)>.{1,500}?</(?:b|strong)>)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s+[-–—|·•/]+\s+|[;|]|\s{2,}|<br\s*/?>|,(?=\s*(?:\[|https?:))|[()]"
    r"|\[\[|\]\]|,?\s+(?=[*_]\w|https?:)"
)


def cells_of_lines(lines: Sequence[str]) -> list[Cell]:
    """The cells of an entry, whose first line is its bullet or its heading."""
    cells: list[Cell] = []
    has_title, seen = False, 0
    for place, line in enumerate(lines):
        text = one_line(line if place else _BULLET.sub("", line, count=1))
        bare = text.strip(" \t>|*_-:")
        kind, known = cells[-1] if cells else ("other", "")
        is_open = kind == "abstract" or (kind == "authors" and not known)
        if place and (told := list(labelled(text))):
            cells += told
        elif place and bare and is_open and not links_to_paper(text):
            cells[-1] = (kind, f"{known} {bare}".strip())
        elif bare:
            has_title = has_title or any(each == "title" for each, _ in cells[seen:])
            seen = len(cells)
            is_heading = line.lstrip(" >").startswith("#")
            cells += _pieces(text, has_title=has_title, is_heading=is_heading)
    return cells


def labelled(line: str) -> Iterator[Cell]:
    """What a line tells that names it: `Published: 2026-01-13 | Category: cs.CV`."""
    for part in re.split(r"\s\|\s(?=[^|]*[:：])", line):
        found = _LABEL.match(part)
        kind = kind_named(found["label"]) if found else ""
        if found is None or kind in {"other", ""}:
            return
        yield kind, part[found.end() :].strip(" |*_")


def _pieces(text: str, *, has_title: bool, is_heading: bool) -> Iterator[Cell]:
    title = None if has_title else title_in(text)
    if is_heading and title is None and not has_title:
        yield "title", text.rstrip("# ")
        return
    if title is not None:
        yield "title", title[0]
        text = text[: title.start()] + " | " + text[title.end() :]
    end, kind = 0, ""
    for label in _INLINE.finditer(text):
        named = kind_named(label["label"])
        if named not in {"other", ""}:
            yield from _separated(kind, text[end : label.start()])
            end, kind = label.end(), named
    yield from _separated(kind, text[end:])


def title_in(text: str) -> re.Match[str] | None:
    """The words of a link to a paper, or bold ones, unless they only say `PDF` or a day."""
    return next((f for f in _TITLE.finditer(text) if _kind_by_looks(f[0]) == "title"), None)


def _separated(kind: str, text: str) -> Iterator[Cell]:
    if kind:
        yield kind, text.strip(" ,;|")
        return
    found = find_date(plain(text))
    if found and found[1] in text:
        yield "date", found[1]
        text = text.replace(found[1], " | ", 1)
    for piece in _SEPARATOR.split(text):
        if not is_empty(piece.strip(" ,;.:*_-–")):
            yield "", piece.strip(" ,;-–—|·•")


# --- what a text is, by its looks ----------------------------------------------------------------

_ET_AL = re.compile(r"\bet\.?\s*al\b|\bothers\b|\.\.\.$|…$|等$", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"[\W_]*(?:(?:arxiv|pdf|html|abs|link|paper|papers|url|here|read|abstract|website|page|download|doi|code|github"
    r"|huggingface|hf|alphaxiv|论文|链接|原文|阅读|阅读论文|下载|全文)[\W_]*)*(?:\d{4}\.\d{4,5}(?:v\d+)?)?[\W_]*"
    r"|https?://\S*",
    re.IGNORECASE,
)
_FORGE = re.compile(r"//(?:www\.)?(?:github\.com|gitlab\.[a-z]+|huggingface\.co|codeberg\.org)/")
_BOLD = re.compile(r"\s*(?:\*\*|__|<b>|<strong>)")
_NAME = re.compile(r"(?:[^\W\d_][\w.'’-]{0,30}\s?){2,5}")


def _is_date(bare: str) -> bool:
    found = find_date(bare)
    return found is not None and is_empty(bare.replace(found[1], "", 1))


def _is_list_of_names(bare: str) -> bool:
    is_short = len(bare) < 5_000 and not re.search(r"\d|[.!?]\s", bare)
    names = split_authors(bare) if is_short else ()
    # A single one may be any two words, such as somebody's "Great stuff".
    return len(names) > 1 and all(
        _NAME.fullmatch(name) and name[0].isupper() and name.split()[-1][0].isupper()
        for name in names
    )


#: The first that holds, of a text as it is written and without its dress.
_LOOKS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("idle", lambda text, bare: is_empty(bare) and not links_to_paper(text)),
    ("date", lambda _, bare: _is_date(bare)),
    ("abstract", lambda text, _: text.lstrip().startswith("<details")),
    ("code", lambda text, _: bool(_FORGE.search(text)) and not links_to_paper(text)),
    ("link", lambda _, bare: bool(_NO_TITLE.fullmatch(bare))),
    ("title", lambda text, _: links_to_paper(text) or bool(_BOLD.match(text))),
    ("authors", lambda _, bare: bool(_ET_AL.search(bare)) or _is_list_of_names(bare)),
)


def _kind_by_looks(text: str) -> str:
    bare = plain(text)
    return next((kind for kind, is_one in _LOOKS if is_one(text, bare)), "other")


def named(cells: Sequence[Cell]) -> Sequence[Cell]:
    """The cells with a kind for each that had none; an entry without a title takes the longest."""
    if all(kind for kind, _ in cells):
        return cells
    known = [(kind or _kind_by_looks(text), text) for kind, text in cells]
    if all(kind != "title" for kind, _ in known):
        free = [n for n, (kind, _) in enumerate(known) if kind in {"other", "authors"}]
        free.sort(key=lambda n: (known[n][0] == "other", len(plain(known[n][1]))))
        for place in free[-1:]:
            known[place] = ("title", known[place][1])
    return known


# --- the paper -----------------------------------------------------------------------------------

SEVERAL = "it links to several papers, so give each a row of its own, then import again"
ELSEWHERE = (
    "its only link to a paper is in an abstract or a comment, so link its title, then import again"
)
WRONG_ID = "no paper at arXiv has this identifier, so mend it, then import again"
NO_LINK = "no link to a paper at arXiv"
#: Where the paper of an entry may be linked, in the order in which they count.
_MAY_LINK = ("link", "title", "date", "idle", "other")
_END_OF_LINK = re.compile(_TO_PAPER, re.IGNORECASE)
_ONE_TITLE = re.compile(rf"[*_]{{0,4}}\[[^\[\]]{{1,500}}{_TO_PAPER}", re.IGNORECASE)
_LINKED_TITLE = re.compile(rf"(?P<dress>[*_]*)\[(?P<title>.*){_TO_PAPER}", re.IGNORECASE)


def read_entry(entry: Entry) -> None:
    """Give an entry its paper, or say why it has none."""
    cells, reading = named(entry.cells), entry.reading or plain
    entry.cells = cells
    found = paper_of(cells)
    linked = {paper.id for kind, text in cells if kind in _MAY_LINK for paper in papers_in(text)}
    if found is None or (len(linked) > 1 and _is_any_of_several(cells)):
        wrong = None if found else wrong_id_in(cells)
        title = next(_texts(cells, "title"), cells[0][1])
        is_elsewhere = any(links_to_paper(text) for _, text in cells)
        no_paper = WRONG_ID if wrong else ELSEWHERE if is_elsewhere else NO_LINK
        entry.cause = SEVERAL if found else no_paper
        entry.example = repr(wrong or cut(folded(title), 60))
        return
    written, published = _day(cells, "date"), _day(cells, "published")
    if not any(kind in {"date", "published"} for kind, _ in cells):
        written = _day([("date", entry.day)], "date")
    month = announcement_order(found.id)[0]
    comments = list(_read(cells, "comment", reading))
    paper = Paper(
        id=found.id,
        version=found.version or 1,  # the lowest, so that any other way knows better
        title=_title(cells, reading) or f"arXiv:{found.id}",
        authors=_authors(cells),
        abstract=max(_read(cells, "abstract", reading), key=len, default=""),
        comment="; ".join(comments) or None,
        published=_midnight(published) if written and published else None,
        updated=_midnight(written or published or date(month // 100, month % 100, 1)),
        origin=Origin.IMPORT,
    )
    named_there = " ".join(_texts(cells, "code"))
    code = code_url(replace(paper, abstract="", comment=named_there)) if named_there else None
    if code is not None and code != code_url(paper):
        paper = replace(paper, comment="; ".join([*comments, f"Code: {code}"]))
    entry.paper = paper
    says_other = not all(is_empty(plain(text)) for text in _texts(cells, "other"))
    entry.says_more = says_other or bool(linked - {found.id})


def topics_in(cells: Sequence[Cell], kind: str) -> Iterator[str]:
    """The topics or categories that an entry names."""
    parts = (plain(part) for text in _texts(cells, kind) for part in re.split(r"[;,]", text))
    return (part for part in parts if not is_empty(part))


def paper_of(cells: Sequence[Cell]) -> ArxivId | None:
    """The paper of an entry: the one that its title is a link to, or else the first.

    One that its abstract or its comment mentions is another one.
    """
    own = next(filter(None, map(_paper_of_title, _texts(cells, "title"))), None)
    for kind in _MAY_LINK:
        for text in _texts(cells, kind):
            bare = paper_named(plain(text)) if kind == "link" else None
            found = (*papers_in(text), *([bare] if bare else []))
            if known := next((each for each in found if own in {None, each.id}), None):
                return known
    return None


def _paper_of_title(text: str) -> str | None:
    """The paper that a whole title is one link to."""
    is_link = _LINKED_TITLE.fullmatch(text) and not _ends_early(text)
    return list(papers_in(text))[-1].id if is_link else None


def _ends_early(text: str) -> bool:
    """Whether the link with which a title begins is not all of it, but the first of several."""
    end = _END_OF_LINK.search(text)
    within = text[: end.start()] if end else ""
    return end is not None and end.end() < len(text) and within.count("[") == within.count("]") + 1


def _is_any_of_several(cells: Sequence[Cell]) -> bool:
    """Whether the cell that says which paper it is links to several."""
    if any(map(_paper_of_title, _texts(cells, "title"))):
        return False
    texts = (text for kind in _MAY_LINK for text in _texts(cells, kind))
    return len({paper.id for paper in papers_in(next(filter(links_to_paper, texts), ""))}) > 1


def of_each_paper(cells: Sequence[Cell]) -> Iterator[Sequence[Cell]]:
    """The cells of each paper of a row, in which one cell may be the linked titles of several."""
    for place, (kind, text) in enumerate(cells):
        titles = [f[0] for f in _ONE_TITLE.finditer(text)] if kind in {"title", ""} else []
        titles = [title for title in titles if not _NO_TITLE.fullmatch(plain(title))]
        if len(titles) > 1 and _ends_early(text) and is_empty(plain(_ONE_TITLE.sub("", text))):
            yield from ([*cells[:place], ("title", t), *cells[place + 1 :]] for t in titles)
            return
    yield cells


def wrong_id_in(cells: Sequence[Cell]) -> str | None:
    """What an entry gives as the identifier of a paper, although it cannot be one."""
    for kind, text in cells:
        if wrong := wrong_link(text):
            return wrong
        bare = plain(text) if kind == "link" else ""
        if looks_like_id(bare) and not paper_named(bare):
            return bare
    return None


def _texts(cells: Sequence[Cell], kind: str) -> Iterator[str]:
    return (text for each, text in cells if each == kind)


def _title(cells: Sequence[Cell], reading: Reading) -> str:
    for text in _texts(cells, "title"):
        found = _LINKED_TITLE.fullmatch(text)
        is_bold_within = found and not found["dress"] and found["title"].startswith("**")
        title = plain(text) if not found or is_bold_within else folded(reading(found["title"]))
        if title and not (found is None and _NO_TITLE.fullmatch(title)):
            return title
    return ""


def _read(cells: Sequence[Cell], kind: str, reading: Reading) -> Iterator[str]:
    for text in _texts(cells, kind):
        fold = _FOLD.fullmatch(text)
        read = folded(reading(fold["text"] if fold else text))
        if read and not (reading is plain and is_empty(read)):
            yield read


def _authors(cells: Sequence[Cell]) -> tuple[str, ...] | None:
    """The authors, where all of them are named: "Somebody et al." is no list of authors."""
    for text in map(plain, _texts(cells, "authors")):
        if not is_empty(text) and not _ET_AL.search(text):
            return tuple(filter(is_name, split_authors(text))) or None
    return None


def _day(cells: Sequence[Cell], kind: str) -> date | None:
    days = (find_date(plain(text)) for text in _texts(cells, kind))
    return next((found[0] for found in days if found), None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
