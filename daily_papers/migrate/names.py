"""What links, dates and headings name: a paper at arXiv, a day, a topic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from unicodedata import category

from daily_papers.papers.paper import ArxivId, folded

# --- papers --------------------------------------------------------------------------------------

_ID = (  # arXiv's identifiers have five digits since 2015, and four since April 2007
    r"(?:(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}|(?:1[5-9]|[2-8]\d)(?:0[1-9]|1[0-2])\.\d{5}"
    r"|[a-z]{1,12}(?:-[a-z]{2,4})?(?:\.[a-z]{2})?/\d{2}(?:0[1-9]|1[0-2])\d{3})(?:v[1-9]\d{0,2})?"
)
_PAGES = (
    r"(?:https?:)?//(?:(?:[\w-]{1,40}\.){0,3}(?:arxiv\.org|ar5iv\.org|alphaxiv\.org|lanl\.gov|itp\.ac\.cn)"
    r"/(?:abs|pdf|html|format|ps|src|e-print|overview)/|(?:[\w-]+\.)?(?:huggingface\.co|hf\.co)/papers/"
    r"|(?:www\.)?papers\.cool/arxiv/|(?:dx\.|www\.)?doi\.org/10\.48550/arxiv\.)"
)
#: The address of a paper; its identifier is the group ``id``.
ADDRESS = rf"{_PAGES}(?P<id>{_ID})(?!\d|/\w)"
_ADDRESS = re.compile(ADDRESS, re.IGNORECASE | re.ASCII)
_LINK = re.compile(rf"{_PAGES}(?P<id>[\w./-]{{0,40}}?\d[\w./-]{{0,40}})", re.IGNORECASE | re.ASCII)
_BARE = re.compile(rf"(?:arxiv:\s*)?(?P<id>{_ID})(?:\.pdf)?", re.IGNORECASE | re.ASCII)


def papers_in(text: str) -> Iterator[ArxivId]:
    """The papers that the links in a text lead to, in their order."""
    if "//" in text:
        yield from (ArxivId.parse(found["id"]) for found in _ADDRESS.finditer(text))


def links_to_paper(text: str) -> bool:
    """Whether a text has a link to a paper, even if no paper has its identifier."""
    return "//" in text and _LINK.search(text) is not None


def paper_named(text: str) -> ArxivId | None:
    """The paper that a text is the bare identifier of."""
    found = _BARE.fullmatch(text.strip())
    return ArxivId.parse(found["id"]) if found else None


# --- days ----------------------------------------------------------------------------------------

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_DATES = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        r"(?<!\d)(?P<y>(?:19|20)\d\d)(?:\s?年\s?|[-./])(?P<m>\d\d?)(?:\s?月\s?|[-./])(?P<d>\d\d?)(?!\d)",
        rf"(?<!\d)(?P<d>\d\d?)(?:st|nd|rd|th)?[\s-]+{_MONTH},?[\s-]+(?P<y>(?:19|20)\d\d)(?!\d)",
        rf"(?<![a-z]){_MONTH}\s+(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)(?!\d)",
        r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?!\d)",
        r"(?<!\d)(?P<d>\d\d?)[-./](?P<m>\d\d?)[-./](?P<y>(?:19|20)\d\d)(?!\d)",
    )
)


def find_date(text: str) -> tuple[date, str] | None:
    """The first day that a text names in one of the usual forms, and how it is written there."""
    for form in _DATES:
        for found in form.finditer(text[:400]):
            parts = found.groupdict()
            name = parts.get("name")
            month = _MONTHS.index(name[:3].lower()) + 1 if name else int(parts["m"])
            try:
                return date(int(parts["y"]), month, int(parts["d"])), found[0]
            except ValueError:
                continue
    return None


# --- topics --------------------------------------------------------------------------------------

_NO_TOPIC = frozenset(
    """the all my our daily weekly monthly latest new newest recent today yesterday this week
    month day arxiv paper papers article articles preprint preprints list listing digest feed
    archive history update updates of on in from for and s data result results entries items
    records output page table contents other others misc miscellaneous uncategorized
    uncategorised unclassified general unknown none null th st nd rd jan january feb february
    mar march apr april may jun june jul july aug august sep sept september oct october nov
    november dec december monday tuesday wednesday thursday friday saturday sunday 其他 其它
    news details detail abstract summary show hide click expand collapse more view tl dr tldr
    新闻 详情 展开 点击展开 点击展开折叠
    how to use usage installation install citation license licence todo contributing contributors
    contribute cite us bibtex note warning acknowledgements acknowledgments acknowledgement contact
    faq 未分类 今日 今日论文 论文 论文列表 最新论文 每日论文 其他论文 其它论文
    年 月 日 included""".split()  # noqa: SIM905 - reads as what it is
)
# Classes of the ACM and of mathematics, which stand beside arXiv's categories.
_CLASS = re.compile(r"(?:[A-K]\.[\dm](?:\.[\dm]+)?|\d\d[A-Z-](?:\d\d|[Xx]{2}))\b(?:\s*\(.*\))?")
_DAY_NUMBER = re.compile(
    r"(?:(?:19|20)\d\d年?)?(?:\d\d?月)?(?:\d\d?[日号])?|w?\d\d?(?:st|nd|rd|th)?"
    r"|(?:星期|周)[一二三四五六日天]|共?\d+篇(?:论文)?"
)
_WEEKDAYS = frozenset("mon tue tues wed thu thur thurs fri sat sun".split())  # noqa: SIM905
# What tools put around a topic: a number, a count, pictures.
_NUMBER = re.compile(
    r"^(?:\d{1,3}(?:[.)、]|(?:\.\d{1,3})+[.)]?)\s+|[一二三四五六七八九十]{1,3}、\s*)(?=.*[^\W\d_])"
)
_SHORTCODE = re.compile(r"\s*:[a-z][a-z0-9_+-]*:\s*")
_COUNT = re.compile(
    r"(?<=\S)\s*[(\[（【]\s*共?\d[\d,]*\s*(?:new|papers?|results?|entries|篇)?\s*[)\]）】]$",
    re.IGNORECASE,
)
_CALLED = re.compile(r"^(?:keyword|topic|category|关键词|主题)\s*[:：]\s*(?=\S)", re.IGNORECASE)
# What days, each a \0, leave behind.
_EMPTY_PAIR = re.compile(r"\s*[(（\[](?:(?:星期|周)[一二三四五六日天]|[\s\0])*[)）\]]")
_DAYS = re.compile(r"(?:\b(?:of|on|for|from)\s+)?\0(?:\s*(?:[~–—-]|to|至|到)\s*\0)*")
#: The kinds of characters that pictures are made of.
_PICTURES = {"So", "Mn", "Me", "Cf"}


def is_topic(name: str) -> bool:
    """Whether a name says what papers are about; days, months and catch-alls do not."""
    if not re.search(r"[^\W\d_]", name) or paper_named(name) or _CLASS.fullmatch(name):
        return False
    day = find_date(name)
    words = re.findall(r"[^\W_]+", (name.replace(day[1], "") if day else name).casefold())
    empty = _NO_TOPIC | _WEEKDAYS if day else _NO_TOPIC  # SAT is a topic
    return any(word not in empty and not _DAY_NUMBER.fullmatch(word) for word in words)


def without_day(name: str) -> str:
    """A topic's name without the days that a page or a heading is of."""
    bare = name
    while day := find_date(bare):
        bare = bare.replace(day[1], "\0")
    bare = _EMPTY_PAIR.sub("", _DAYS.sub("\0", bare))
    is_within = re.search(r"\w.*\0.*\w", bare, re.ASCII)  # `News of 2 January 2026 on mice`
    if bare == name or is_within:
        return name
    return bare.replace("\0", "").strip(" -–—|·:,/")


def topic_key(name: str) -> str:
    """What names of the same topic share: their words; `C++` and `C` are two."""
    return " ".join(re.findall(r"[^\W_]+|[+#]", name.casefold()))


def undecorated(name: str) -> str:
    """A topic's name without pictures around it, its number, its count and `Keyword:`."""
    name = "".join(s for s in name if s.isprintable() or s.isspace() or s in "\u200c\u200d")
    words = folded(_SHORTCODE.sub(" ", name))
    for _ in range(2):  # the number may stand before the picture
        pictures = "".join(sign for sign in words if category(sign) in _PICTURES)
        words = _COUNT.sub("", _NUMBER.sub("", words.strip(f"{pictures} ")))
    return _CALLED.sub("", words).removesuffix(":").rstrip()
