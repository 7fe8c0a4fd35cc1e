"""What a row of a table, an item of a list or a record tells, as cells.

A cell is a text and what it is: by the name of its column, label or key, or else by its looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import islice, pairwise

from daily_papers.migrate.names import ADDRESS, find_date, links_to_paper
from daily_papers.papers.authors import split_authors
from daily_papers.papers.paper import folded
from daily_papers.text import one_line

#: No line and no text of a paper is longer; what is longer is not read.
LONGEST = 50_000

#: What a cell is, and its text. Besides the kinds below: `other`, and `` where nothing names it.
Cell = tuple[str, str]
UNNAMED = {"other", ""}

# What columns, labels and keys are called, in the languages that digests are written in. What is
# `idle` tools write and nobody misses: a number, a score, a mark.
_WORDS_FOR = {
    "title": "title|paper title|paper|papers|name|headline|标题|題目|题目|论文标题|论文题目"
    "|论文|論文|論文タイトル|タイトル|제목|논문|titel|titre|título|titolo|título do artigo"
    "|название|başlık",
    "date": "date|updated|update|update date|updated date|updated at|last updated|last update"
    "|day|time|revised|日期|时间|更新日期|更新时间|日付|更新日|날짜|datum|fecha|data|дата|tarih",
    "published": "published|publish date|published date|published at|publishedat"
    "|publication date|published on|publish time|pub date|submitted|submission date"
    "|submitted date|release date|created|发布日期|发布时间|发表日期|发表时间|提交日期"
    "|公開日|発表日|投稿日|게시일|veröffentlicht|publié|publicado",
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
_SPOKEN = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_IN_NAMES = re.compile(r"<[^<>]*>|[^\w]|_")


def kind_named(name: str) -> str:
    """What a column, a label or a key of this name tells, in any usual wording."""
    spellings = (name, _SPOKEN.sub(" ", name), *name.split("/"))  # Abstract / 摘要
    words = [" ".join(_NOT_IN_NAMES.sub(" ", each.casefold()).split()) for each in spellings]
    if not words[0]:
        return "idle" if "#" in name else ""
    return next((_KINDS[each] for each in words if each in _KINDS), "other")


# --- texts ---------------------------------------------------------------------------------------

#: A fold and the text in it.
FOLD = re.compile(
    r"<details[^<>]*>\s*<summary>.{0,200}?</summary>\s*(?:<p>)?(?P<text>.{0,50000}?)(?:</p>)?\s*</details>",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
#: A picture, in Markdown or HTML.
PICTURE = re.compile(r"!\[[^\]]{0,300}\]\([^()\s]{0,1000}(?:\s[^()]{0,300})?\)|<img\b[^<>]*>")
#: A link with its words.
LINKED = re.compile(
    r"\[(?P<text>(?:[^\[\]]++|\[[^\[\]]{0,100}+\]){0,50}+)\]"
    r"\(\s*<?[^()\s]{0,1000}(?:\s[^()]{0,300})?\)"
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_DRESS = re.compile(r"\*\*|__|~~|(?<!\\)`")
_EMPTY = re.compile(r"(?:null|none|nan|n/?a|无|[\W_]*)", re.IGNORECASE)


def plain(text: str) -> str:
    """Take a text out of its Markdown and HTML: links, pictures, bold, folds, line breaks."""
    text = FOLD.sub(r" \g<text> ", text) if "<details" in text else text
    text = LINKED.sub(r"\g<text>", PICTURE.sub(" ", text))
    text = _TAG.sub(" ", text)
    text = folded(unescape(_ESCAPED.sub(r"\1", _DRESS.sub("", text))))
    for sign in "*_":
        if len(text) > 2 and text[0] == text[-1] == sign:
            text = text[1:-1].strip()
    return text


def is_empty(text: str) -> bool:
    """Whether a text says nothing: no word, or one of those that tools write for none."""
    return _EMPTY.fullmatch(text) is not None


# --- the cells of a table's row ------------------------------------------------------------------

#: The end of a link to a paper.
TO_PAPER = rf"""\]\(\s*<?{ADDRESS}[^\s()|<>]*>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)[*_]*"""
# Most digests escape nothing, so a | may stand in any text. A fold, and a title that is a link or
# bold, end only as they do.
_CELL = re.compile(
    rf"\s*(?P<text>(?:<details.*?</details>|[*_]*\[(?![ xX]\])(?:(?!\]\().)*{TO_PAPER}"
    r"|\*\*(?:(?!\*\*).)*\*\*)"
    r"(?=\s*\|)|(?:[^|]|(?<=\\)\|)*)\s*\|",
    re.IGNORECASE,
)
_MOST_COLUMNS = 30
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)


def split_cells(line: str, most: int = _MOST_COLUMNS) -> list[str]:
    """The texts between the | of a line; the last one holds any too many."""
    text = line.strip().removeprefix("|").removesuffix("|") + " |"
    edges = [0, *(found.end() for found in islice(_CELL.finditer(text), most - 1))]
    edges += [len(text)] if edges[-1] < len(text) else []
    return [text[start : end - 1].strip() for start, end in pairwise(edges)]


def cells_of_row(line: str, kinds: Sequence[str] = ()) -> list[Cell]:
    """The cells of a row, by the kinds of its table's columns; some may be cut off.

    With too many |, each cell is `unclear`, unless the text in the last column may have them. What
    stands below a line break in a title is told by its looks.
    """
    pieces = split_cells(line)
    if len(pieces) > len(kinds) > 0:
        is_off = any(
            kind_by_looks(piece) not in {kind, "idle"}
            for kind, piece in zip(kinds[:-1], pieces, strict=False)
            if kind in {"date", "link"}
        )
        if is_off or kinds[-1] not in {"title", "abstract", "comment"}:
            return [("unclear", piece) for piece in pieces]
        pieces = split_cells(line, len(kinds))
    cells: list[Cell] = []
    for kind, text in zip(kinds or [""] * len(pieces), pieces, strict=False):
        first, *below = _BREAK.split(text) if kind in {"title", "other", ""} else [text]
        cells.append((kind if kind == "title" or not below else "", first))
        cells += [("", part) for part in below]
    return cells


# --- the cells of an item, or of a heading with what stands below it -----------------------------

_BULLET = re.compile(r"[\s>]*(?:#{1,6}\s+)?(?:(?:[-+*]|\d{1,4}[.)])\s+)*")
_LABEL = re.compile(r"[\s>|*_+-]{0,20}(?P<label>[^:：|*<>\[\]]{1,40}?)[\s*_]{0,10}(?:[:：]|\|)")
_SUMMARY = re.compile(
    r"\s*(?:<details\b[^<>]*>\s*)?<summary\b[^<>]*>(?P<name>.{0,200}?)</summary>(?P<rest>.*)",
    re.IGNORECASE,
)
_INLINE = re.compile(r"(?:^|[,;|·•(\s])\s*(?P<label>[^\W\d][\w ]{1,18}?)\s*[:：]\s*(?=\S)")
_TITLE = re.compile(
    rf"\[(?P<linked>(?:\[[^\[\]]{{0,100}}\])?[^\[\]]{{1,500}}(?:\[[^\[\]]*\][^\[\]]*)?)\]"
    rf"\(\s*<?{ADDRESS}[^()]*\)"
    r"|(?P<bold>\*\*.{1,500}?\*\*|<(?:b|strong)>.{1,500}?</(?:b|strong)>)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"(?P<link>\[[^\[\]]{0,300}\]\([^()]{0,1000}\))"
    r"|\s+[-–—|·•/]+\s+|[;|]|\s{2,}|<br\s*/?>|,(?=\s*(?:\[|https?:))|[()]"
    r"|\[(?=\[)|(?<=\))\]|,?\s+(?=[*_]\w|https?:)"
)


def cells_of_lines(lines: Sequence[str]) -> list[Cell]:
    """The cells of an entry, whose first line is its bullet or its heading."""
    cells: list[Cell] = []
    has_title = False
    for place, line in enumerate(lines):
        text = one_line(line if place else _BULLET.sub("", line, count=1)).rstrip(" \\")
        text = text.replace("[\\[", "[").replace("\\]]", "]")
        found = labelled(text)
        if not place and ("title" not in dict(found) or links_to_paper(text)):
            found = []
        kind, known = cells[-1] if cells else ("", "")
        if not found and kind == "abstract" and not links_to_paper(text):
            cells[-1] = (kind, f"{known} {plain(text).strip('>|*_- ')}".strip())
        elif not found and line.lstrip(" >").startswith("#") and not title_in(text):
            name = text.strip("#> ")
            found = [(kind_named(name), "")] if place else [("title", name)]
        elif not found:
            found = list(_pieces(text, None if has_title else title_in(text)))
        if place and "title" in dict(labelled(text)):  # what is above is no title then
            cells = [each for each in cells if each[0] != "title"]
        has_title = has_title or "title" in dict(found)
        cells += found
    return cells


def labelled(line: str) -> list[Cell]:
    """What a line tells that names it: `Published: 2026-01-13 | Category: cs.CV`.

    A summary names what is in its fold.
    """
    if found := _SUMMARY.match(line):
        kind = kind_named(plain(found["name"]))
        return [(kind, found["rest"])] if kind not in UNNAMED else []
    cells: list[Cell] = []
    for part in re.split(r"\s\|\s(?=[^|]*[:：])", line):
        found = _LABEL.match(part)
        kind = kind_named(found["label"]) if found else ""
        if found and kind not in UNNAMED:
            cells.append(_unless_link(kind, part[found.end() :].strip(" |*_")))
        elif cells:  # a | of its own text
            cells[-1] = (cells[-1][0], f"{cells[-1][1]} | {part}")
        else:
            break
    return cells


def _unless_link(kind: str, text: str) -> Cell:
    """A cell of a kind; `Paper: https://…` names no title."""
    return ("link" if kind == "title" and kind_by_looks(text) == "link" else kind, text)


def title_in(text: str) -> re.Match[str] | None:
    """The words of a link to a paper, or bold ones, unless they only say `PDF` or a day.

    Many words of a link are more than the bold name before it.
    """
    found = [each for each in _TITLE.finditer(text) if kind_by_looks(each[0]) == "title"]
    linked = (each for each in found if each["linked"])
    return max([*found[:1], *linked], key=lambda each: len(plain(each[0])), default=None)


def _pieces(text: str, title: re.Match[str] | None) -> Iterator[Cell]:
    if title is not None:
        yield "title", title[0]
        text = text[: title.start()] + " | " + text[title.end() :]
    end, kind = 0, ""
    for label in _INLINE.finditer(text):
        named = kind_named(label["label"])
        if named not in UNNAMED:
            yield from _separated(kind, text[end : label.start()])
            end, kind = label.end(), named
    yield from _separated(kind, text[end:])


def _separated(kind: str, text: str) -> Iterator[Cell]:
    if kind:
        yield _unless_link(kind, text.strip(" ,;|"))
        return
    found = find_date(plain(text))
    if found and found[1] in text:
        yield "date", found[1]
        text = text.replace(found[1], " | ", 1)
    for piece in _split(text):
        if not is_empty(piece.strip(" ,;.:*_-–")):
            yield "", piece.strip(" ,;-–—|·•")


def _split(text: str) -> Iterator[str]:
    """The pieces of a text; a link is one, unless it is named within a sentence."""
    start = 0
    for found in _SEPARATOR.finditer(text):
        link = found["link"] or ""
        if kind_by_looks(link) != "title":
            yield from (text[start : found.start()], link)
            start = found.end()
    yield text[start:]


# --- what a text is, by its looks ----------------------------------------------------------------

#: What shortens a list of authors: "Somebody et al." is none.
ET_AL = re.compile(r"\bet\.?\s*al\b|\bothers\b|\.\.\.$|…$|等(?=[（(]|$)", re.IGNORECASE)
#: What names a link or a paper, and tells nothing of it.
NO_TITLE = re.compile(
    r"[\W_]*(?:(?:arxiv|pdf|html|abs|link|paper|papers|url|here|read|abstract|website|page|download|doi|code|github"
    r"|huggingface|hf|alphaxiv|论文|链接|原文|阅读|阅读论文|下载|全文)[\W_]*)*"
    r"(?:\d{4}\.\d{4,5}(?:v\d+)?[\W_]*|https?://\S*)?",
    re.IGNORECASE,
)
_NO_WORD_OF_NAMES = re.compile(r"\b(?!(?:and|van|von|der|den|del|dos|ten|the|authors?)\b)[a-z]{3}")
_FORGE = re.compile(r"//(?:www\.)?(?:github\.com|gitlab\.[a-z]+|huggingface\.co|codeberg\.org)/")
# Bold, and not a label like **[ICLR 2025]**.
_BOLD = re.compile(
    r"\s*(?:\*\*|__|<b>|<strong>)(?![\[(【][^\[\]()【】]*[\])】]:?(?:\*\*|__|</b>|</strong>))"
)
_NAME = re.compile(r"(?:[^\W\d_][\w.'’-]{0,30}\s?){1,4}[^\W\d_a-z][\w.'’-]{0,30}")


def kind_by_looks(text: str) -> str:
    """What a text is that nothing names: a title if it is bold or links to a paper, say."""
    bare = plain(text)
    is_of_paper = links_to_paper(text)
    if is_empty(bare) and not is_of_paper:
        return "idle"
    if (found := find_date(bare)) and is_empty(bare.replace(found[1], "", 1)):
        return "date"
    if text.lstrip().startswith("<details"):
        return "abstract"
    if _FORGE.search(text) and not is_of_paper:
        return "code"
    if NO_TITLE.fullmatch(bare):
        return "link"
    is_title = is_of_paper or _BOLD.match(text)
    return "title" if is_title else "authors" if _are_names(bare) else "other"


def _are_names(bare: str) -> bool:
    """Whether a text is several names, or ends with `et al.` and has no other words."""
    if (found := ET_AL.search(bare)) and is_empty(bare[found.end() :]):
        return not _NO_WORD_OF_NAMES.search(bare[: found.start()])
    is_short = len(bare) < 5_000 and not re.search(r"\d|\w\w[.!?]\s", bare)
    names = split_authors(bare) if is_short else ()
    # A single one may be any two words, such as somebody's "Great stuff".
    return len(names) > 1 and all(name[0].isupper() and _NAME.fullmatch(name) for name in names)


def named(cells: Sequence[Cell]) -> Sequence[Cell]:
    """The cells with a kind for each that had none; an entry without a title takes the longest."""
    known = [(kind or kind_by_looks(text), text) for kind, text in cells]
    days = (kind == "other" and kind_by_looks(text) == "date" for kind, text in known)
    known = [("date" if day else kind, text) for day, (kind, text) in zip(days, known, strict=True)]
    if all(kind != "title" for kind, _ in known):
        free = [n for n, cell in enumerate(known) if cell[0] == "other" or not cells[n][0]]
        free = [n for n in free if known[n][0] in {"other", "authors"}]
        free.sort(key=lambda n: (known[n][0] == "other", len(plain(known[n][1]))))
        for place in ([n for n in free if title_in(known[n][1])] or free)[-1:]:
            known[place] = ("title", known[place][1])
    return known
