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
from itertools import islice, pairwise

from daily_papers.migrate.names import (
    ADDRESS,
    find_date,
    linked_id,
    links_to_paper,
    looks_like_id,
    paper_named,
    papers_in,
)
from daily_papers.papers.authors import is_name, split_authors
from daily_papers.papers.links import code_url
from daily_papers.papers.paper import ArxivId, Origin, Paper, announcement_order, folded
from daily_papers.text import cut, one_line

#: No line and no text of a paper is longer; what is longer is not read.
LONGEST = 50_000

#: What a cell is, and its text. Besides the kinds below: `other`, and `` where nothing names it.
Cell = tuple[str, str]

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
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PICTURE = re.compile(r"!\[[^\]]{0,300}\]\([^()\s]{0,1000}(?:\s[^()]{0,300})?\)|<img\b[^<>]*>")
_LINKED = re.compile(r"\[(?P<text>[^\[\]]{0,1000})\]\(\s*<?[^()\s]{0,1000}(?:\s[^()]{0,300})?\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_DRESS = re.compile(r"\*\*|__|~~|(?<!\\)`")
#: What tools write for none.
_NONE = "null|none|nan|n/?a|无"
_EMPTY = re.compile(rf"(?:{_NONE}|[\W_]*)", re.IGNORECASE)


def plain(text: str) -> str:
    """Take a text out of its Markdown and HTML: links, pictures, bold, folds, line breaks."""
    text = _FOLD.sub(r" \g<text> ", text) if "<details" in text else text
    text = _TAG.sub(" ", _LINKED.sub(r"\g<text>", _PICTURE.sub(" ", text)))
    text = folded(unescape(_ESCAPED.sub(r"\1", _DRESS.sub("", text))))
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
# Most digests escape nothing, so a | may stand in any text. A fold, and a title that is a link or
# bold, end only as they do.
_CELL = re.compile(
    rf"\s*(?P<text>(?:<details.*?</details>|[*_]*\[(?:(?!\]\().)*{_TO_PAPER}|\*\*(?:(?!\*\*).)*\*\*)"
    r"(?=\s*\|)|(?:[^|]|(?<=\\)\|)*)\s*\|",
    re.IGNORECASE,
)
_MOST_COLUMNS = 30
#: The columns of texts, which may have a | of their own.
_WORDY = {"title", "authors", "abstract", "comment", "other", ""}
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)


def split_cells(line: str, most: int = _MOST_COLUMNS) -> list[str]:
    """The texts between the | of a line; the last one holds any too many."""
    text = line.strip().removeprefix("|").removesuffix("|") + " |"
    edges = [0, *(found.end() for found in islice(_CELL.finditer(text), most - 1))]
    edges += [len(text)] if edges[-1] < len(text) else []
    return [text[start : end - 1].strip() for start, end in pairwise(edges)]


def cells_of_row(line: str, kinds: Sequence[str] = ()) -> list[Cell]:
    """The cells of a row, by the kinds of its table's columns; some may be cut off.

    What stands below a line break in a title is told by its looks. With too many |, each cell is
    `unclear`, unless only the text in the last column may have them.
    """
    if "|" not in line:  # somebody's words, right below a table
        return [("comment", line)]
    pieces = split_cells(line)
    if kinds and len(pieces) > len(kinds):
        if kinds[-1] not in _WORDY or not all(map(_is_whole, kinds[:-1], pieces)):
            return [("unclear", piece) for piece in pieces]
        pieces = split_cells(line, len(kinds))
    cells: list[Cell] = []
    for kind, text in zip(kinds or [""] * len(pieces), pieces, strict=False):
        first, *below = _BREAK.split(text) if kind == "title" else [text]
        cells += [(kind, first), *(("", part) for part in below)]
    return cells


def _is_whole(kind: str, piece: str) -> bool:
    """Whether a piece is all of the text in a column, as it looks like that."""
    if kind == "title" and links_to_paper(piece):  # also a title without a word
        return True
    looks = _kind_by_looks(piece)
    return looks == "idle" or (looks == kind.replace("published", "date") != "other")


# --- the cells of an item, or of a heading with what stands below it -----------------------------

_BULLET = re.compile(
    r"[\s>]*(?:#{1,6}\s+)?(?:(?:[-+*]|\d{1,4}[.)]|<li[^<>]*>)\s+)*(?:(?P<box>\[[ xX]\])\s+)?"
)
_LABEL = re.compile(r"[\s>|*_+-]{0,20}(?P<label>[^:：|*<>\[\]]{1,40}?)[\s*_]{0,10}(?:[:：]|\|)")
_INLINE = re.compile(r"(?:^|[,;|·•(\s])\s*(?P<label>[^\W\d][\w ]{1,18}?)\s*[:：]\s*(?=\S)")
_TITLE = re.compile(
    rf"\[(?P<linked>(?:\[[^\[\]]{{0,100}}\])?[^\[\]]{{1,500}}(?:\[[^\[\]]*\][^\[\]]*)?)\]"
    rf"\(\s*<?{ADDRESS}[^()]*\)"
    r"|(?P<bold>\*\*.{1,500}?\*\*|<(?:b|strong)>.{1,500}?</(?:b|strong)>)",
    re.IGNORECASE,
)
_MENTIONED = re.compile(ADDRESS, re.IGNORECASE | re.ASCII)
_SEPARATOR = re.compile(
    r"(?P<link>\[[^\[\]]{0,300}\]\([^()]{0,1000}\))"
    r"|\s+[-–—|·•/]+\s+|[;|]|\s{2,}|<br\s*/?>|,(?=\s*(?:\[|https?:))|[()]"
    r"|\[(?=\[)|(?<=\))\]|,?\s+(?=[*_]\w|https?:)"
)
# Signs that people put to a paper, rather than tools.
_MARK = re.compile("[⭐★☆✅✓✔☑❌]|~~")


def cells_of_lines(lines: Sequence[str]) -> list[Cell]:
    """The cells of an entry, whose first line is its bullet or its heading."""
    bullet = _BULLET.match(lines[0])
    cells: list[Cell] = [("other", bullet["box"])] if bullet and bullet["box"] else []
    has_title = False
    for place, line in enumerate(lines):
        text = one_line(line if place else _BULLET.sub("", line, count=1))
        bare = text.strip(" \t>|*_-:")
        kind, known = cells[-1] if cells else ("other", "")
        is_open = kind == "abstract" or (kind == "authors" and not known)
        found = list(labelled(text)) if place else []
        if not found and place and bare and is_open and not links_to_paper(text):
            cells[-1] = (kind, f"{known} {bare}".strip())
        elif not found and line.lstrip(" >").startswith("#") and not title_in(text):
            found = [("title", text.rstrip("# "))]
        elif not found and bare:
            found = list(_pieces(text, None if has_title else title_in(text)))
        has_title = has_title or any(each == "title" for each, _ in found)
        cells += found
    return cells


def labelled(line: str) -> Iterator[Cell]:
    """What a line tells that names it: `Published: 2026-01-13 | Category: cs.CV`."""
    for part in re.split(r"\s\|\s(?=[^|]*[:：])", line):
        found = _LABEL.match(part)
        kind = kind_named(found["label"]) if found else ""
        if found is None or kind in {"other", ""}:
            return
        yield kind, part[found.end() :].strip(" |*_")


def _pieces(text: str, title: re.Match[str] | None) -> Iterator[Cell]:
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
    for piece in _split(text):
        if not is_empty(piece.strip(" ,;.:*_-–")):
            yield "", piece.strip(" ,;-–—|·•")
        elif _MARK.search(piece):
            yield "other", piece


def _split(text: str) -> Iterator[str]:
    """The pieces of a text; a link is one, unless it is named within a sentence."""
    start = 0
    for found in _SEPARATOR.finditer(text):
        link = found["link"]
        if link is None or _kind_by_looks(link) != "title":
            yield from (text[start : found.start()], link or "")
            start = found.end()
    yield text[start:]


def without_mentions(lines: Sequence[str]) -> Iterator[str]:
    """The lines with the papers that sentences mention as words, if others link to just one."""
    kinds = [{kind for kind, _ in labelled(line)} for line in lines]
    alone = (
        line
        for line, known in zip(lines, kinds, strict=True)
        if "link" in known or _kind_by_looks(line) == "link"
    )
    own = {paper.id for line in alone for paper in papers_in(line)}
    for line, known in zip(lines, kinds, strict=True):
        is_item = not known and _BULLET.sub("", line, count=1) != line
        is_sentence = known <= {"abstract", "comment"} and not is_item
        if len(own) == 1 and is_sentence and {paper.id for paper in papers_in(line)} - own:
            yield _MENTIONED.sub(r"arXiv \g<id>", _LINKED.sub(r"\g<text>", line))
        else:
            yield line


# --- what a text is, by its looks ----------------------------------------------------------------

_ET_AL = re.compile(r"\bet\.?\s*al\b|\bothers\b|\.\.\.$|…$|等$", re.IGNORECASE)
_NO_WORD_OF_NAMES = re.compile(r"\b(?!(?:and|van|von|der|den|del|dos|ten|the|authors?)\b)[a-z]{3}")
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
    is_short = len(bare) < 5_000 and not re.search(r"\d|\w\w[.!?]\s", bare)
    names = split_authors(bare) if is_short else ()
    # A single one may be any two words, such as somebody's "Great stuff".
    return len(names) > 1 and all(
        _NAME.fullmatch(name) and name[0].isupper() and name.split()[-1][0].isupper()
        for name in names
    )


def _is_shortened(bare: str) -> bool:
    """Whether it is names and ends with `et al.`: a sentence may cite so, but has other words."""
    found = _ET_AL.search(bare)
    is_at_end = found is not None and is_empty(bare[found.end() :])
    return is_at_end and not _NO_WORD_OF_NAMES.search(bare[: found.start() if found else 0])


def _is_bold_title(text: str, bare: str) -> bool:
    """Whether it is bold, and not a label like `[ICLR 2025]`."""
    return bool(_BOLD.match(text)) and not re.fullmatch(r"[\[(【].*[\])】]", bare)


#: The first that holds, of a text as it is written and without its dress.
_LOOKS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("idle", lambda text, bare: is_empty(bare) and not links_to_paper(text)),
    ("date", lambda _, bare: _is_date(bare)),
    ("abstract", lambda text, _: text.lstrip().startswith("<details")),
    ("code", lambda text, _: bool(_FORGE.search(text)) and not links_to_paper(text)),
    ("link", lambda _, bare: bool(_NO_TITLE.fullmatch(bare))),
    ("title", lambda text, bare: links_to_paper(text) or _is_bold_title(text, bare)),
    ("authors", lambda _, bare: _is_shortened(bare) or _is_list_of_names(bare)),
)


def _kind_by_looks(text: str) -> str:
    bare = plain(text)
    return next((kind for kind, is_one in _LOOKS if is_one(text, bare)), "other")


def tell_of_a_paper(cells: Sequence[Cell]) -> bool:
    """Whether cells are a paper's and nothing else, as no sentence's are."""
    has_title = any(kind == "title" for kind, _ in cells)
    kinds = {_kind_by_looks(text) for kind, text in cells if not kind}
    return kinds <= {"link", "idle", "date", "code", *(["authors"] if has_title else [])}


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
    "its link to a paper is neither its title nor in a column of links, so link its title, and "
    "write \\| for each | in a text, then import again"
)
UNCLEAR = (
    "it has more cells than its table has columns, so write \\| for each | in a text, then import "
    "again"
)
WRONG_ID = "no paper at arXiv has this identifier, so mend it, then import again"
NO_LINK = "no link to a paper at arXiv"
# What comments have that are no author's.
CODE = "Code: "
PROJECT = "Project page: "
#: Where the paper of an entry may be linked, in the order in which they count.
_MAY_LINK = ("link", "title", "date", "idle", "other")
# What else than a word that tools write for none says nothing in a column of somebody's own.
_NOTHING = re.compile(rf"(?:{_NONE}|[\s_./|*~·•–—-]*)", re.IGNORECASE)
_ANY_LINK = re.compile(
    r"\[[^\[\]]{0,1000}\]\(\s*<?(?P<to>[^()\s<>]{0,1000})[^()]{0,300}\)"
    r"|<?(?P<bare>https?://[^\s()<>\[\]\"']+)>?",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_TITLE_OF_LINK = re.compile(r"""\]\(\s*<?[^()\s]+\s+"(?P<said>[^"]*)"\s*\)""")
_LINKED_TITLE = re.compile(rf"[*_]*\[(?P<title>.*){_TO_PAPER}", re.IGNORECASE)


def read_entry(entry: Entry) -> None:
    """Give an entry its paper, or say why it has none."""
    told = entry.cells
    entry.cells = cells = named(told)
    papers = papers_of(cells)
    if len({paper.id for paper in papers}) != 1:
        wrong = None if papers else wrong_id_in(cells)
        is_elsewhere = any(links_to_paper(text) for _, text in cells)
        no_paper = ELSEWHERE if is_elsewhere else NO_LINK
        no_paper = UNCLEAR if cells[0][0] == "unclear" else no_paper
        entry.cause = SEVERAL if papers else WRONG_ID if wrong else no_paper
        entry.example = repr(wrong or cut(folded(next(_texts(cells, "title"), cells[0][1])), 60))
        return
    found = papers[0]
    # In the digests that nobody escapes, signs of Markdown are the author's.
    is_known = {kind for kind, _ in cells} <= {"title", "date", "abstract", "comment"}
    is_raw = is_known and any(map(_FOLD.fullmatch, _texts(cells, "abstract")))
    reading = folded if is_raw else plain
    written, published = _day(cells, "date"), _day(cells, "published")
    month = announcement_order(found.id)[0]
    day = written or published or _day([("date", entry.day)], "date")
    comments = list(_read(cells, "comment", reading))
    paper = Paper(
        id=found.id,
        version=found.version or 1,  # the lowest, so that any other way knows better
        title=_title(cells, reading) or f"arXiv:{found.id}",
        authors=_authors(cells),
        abstract=max(_read(cells, "abstract", reading), key=len, default=""),
        comment="; ".join(comments),
        published=_midnight(published) if written and published else None,
        updated=_midnight(day or date(month // 100, month % 100, 1)),
        origin=Origin.IMPORT,
    )
    named_there = " ".join(_texts(cells, "code"))
    code = _code_in(named_there, paper) if named_there else None
    if code is not None and code != code_url(paper):
        comments.append(f"{CODE}{code}")
    pages = (each for each in _addresses(named_there) if _leads_elsewhere(each, paper, code))
    page = next((p for p in pages if p.startswith("http") and not _code_in(p, paper)), None)
    if page is not None:
        comments.append(f"{PROJECT}{page}")
    paper = replace(paper, comment="; ".join(comments) or None)
    entry.paper = paper
    linked = {each.id for kind, text in cells if kind in _MAY_LINK for each in papers_in(text)}
    says_other = not all(map(_says_nothing, _texts(cells, "other"))) or any(
        _has_own_words(kind, text, paper) for kind, text in told
    )
    links = [text for kind, text in told if kind in {"code", "link"}]
    leads_elsewhere = any(map(_words_beside_links, links)) or any(
        address != page and _leads_elsewhere(address, paper, code)
        for text in links
        for address in _addresses(text)
    )
    entry.says_more = says_other or leads_elsewhere or bool(linked - {found.id})


def _has_own_words(kind: str, text: str, paper: Paper) -> bool:
    """Whether a text is struck out, a link has a title of its own, or another title is bold."""
    said = [found["said"] for found in _TITLE_OF_LINK.finditer(text)] if '"' in text else []
    is_title = kind == "title" or (not kind and _BOLD.match(text))
    said += [_title([("title", text)], plain)] if is_title else []
    own = [each for each in said if each not in ("", paper.title) and not _NO_TITLE.fullmatch(each)]
    title = set(_WORD.findall(paper.title.casefold())) if own else set()
    return "~~" in text or not all(title.issuperset(_WORD.findall(each.casefold())) for each in own)


def _says_nothing(text: str) -> bool:
    """Whether a cell has not even a picture or a ✅ of somebody's."""
    return _NOTHING.fullmatch(plain(_PICTURE.sub(" picture ", text))) is not None


def _code_in(text: str, paper: Paper) -> str | None:
    return code_url(replace(paper, abstract="", comment=text))


def _words_beside_links(text: str) -> bool:
    beside = plain(_ANY_LINK.sub(" ", _PICTURE.sub("", text)))
    return not (is_empty(beside) or _NO_TITLE.fullmatch(beside) or paper_named(beside))


def _addresses(text: str) -> Sequence[str]:
    found = _ANY_LINK.finditer(_PICTURE.sub("", text))
    addresses = (each["to"] or each["bare"] for each in found)
    return [address for address in addresses if not is_empty(address)]


def _leads_elsewhere(address: str, paper: Paper, code: str | None) -> bool:
    """Whether a link leads to neither the paper nor its code."""
    if {each.id for each in papers_in(address)} == {paper.id}:
        return False
    return code is None or _code_in(address, paper) != code


def topics_in(cells: Sequence[Cell], kind: str) -> Iterator[str]:
    """The topics or categories that an entry names."""
    parts = (plain(part) for text in _texts(cells, kind) for part in re.split(r"[;,]", text))
    return (part for part in parts if not is_empty(part))


def papers_of(cells: Sequence[Cell]) -> Sequence[ArxivId]:
    """The papers that an entry may be, by the cells that say it best; those it mentions are others.

    A title that is one link is the best, and then the cells in the order of their kinds.
    """
    titles = list(_texts(cells, "title"))
    linked = [list(papers_in(text)) for text in titles if _LINKED_TITLE.fullmatch(text)]
    if own := [papers[0] for papers in linked if len(papers) == 1]:
        return own
    for kind in _MAY_LINK:
        found = [paper for text in _texts(cells, kind) for paper in papers_in(text)]
        if kind == "link":
            found += filter(None, (paper_named(plain(text)) for text in _texts(cells, kind)))
        if found:
            return found
    return ()


def wrong_id_in(cells: Sequence[Cell]) -> str | None:
    """What an entry without papers gives as the identifier of one, although it cannot be one."""
    for kind, text in cells:
        if not any(papers_in(text)) and (wrong := linked_id(text)):
            return wrong
        bare = plain(text) if kind == "link" else ""
        if looks_like_id(bare) and not paper_named(bare):
            return bare
    return None


def _texts(cells: Sequence[Cell], kind: str) -> Iterator[str]:
    return (text for each, text in cells if each == kind)


def _title(cells: Sequence[Cell], reading: Callable[[str], str]) -> str:
    for text in _texts(cells, "title"):
        found = _LINKED_TITLE.fullmatch(text)
        title = reading(found["title"]) if found else plain(text)
        if title and (reading is folded or not _NO_TITLE.fullmatch(title)):
            return title
    return ""


def _read(cells: Sequence[Cell], kind: str, reading: Callable[[str], str]) -> Iterator[str]:
    for text in _texts(cells, kind):
        fold = _FOLD.fullmatch(text)
        read = reading(fold["text"] if fold else text)
        if read and not (reading is plain and is_empty(read)):
            yield read


def _authors(cells: Sequence[Cell]) -> tuple[str, ...] | None:
    """The authors, where all of them are named: "Somebody et al." is no list of authors."""
    for text in map(plain, _texts(cells, "authors")):
        if not is_empty(text) and not _ET_AL.search(text):
            names = split_authors(re.sub("[；、，]", "; ", text))
            return tuple(filter(is_name, names)) or None
    return None


def _day(cells: Sequence[Cell], kind: str) -> date | None:
    days = (find_date(plain(text)) for text in _texts(cells, kind))
    return next((found[0] for found in days if found), None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
