"""What names of topics say: the words without their dress, and whether they are a topic at all.

Days, months and catch-alls (`2025-01-02`, `Today`, `Others`) are not topics.
"""

from __future__ import annotations

import re
from unicodedata import category

from daily_papers.migrate.paper_links import find_date, paper_named
from daily_papers.papers.paper import folded
from daily_papers.query.expression import query_words

_NO_TOPIC = frozenset(
    """the all my our daily weekly monthly latest new newest recent today yesterday this week
    month day arxiv paper papers article articles preprint preprints list listing digest feed
    archive history update updates of on in from for and s data result results entries items
    records output page table contents other others misc miscellaneous uncategorized
    uncategorised unclassified general unknown none null th st nd rd jan january feb february
    mar march apr april may jun june jul july aug august sep sept september oct october nov
    november dec december monday tuesday wednesday thursday friday saturday sunday 其他 其它
    未分类 今日 今日论文 论文 论文列表 最新论文 每日论文 年 月 日""".split()  # noqa: SIM905 - reads as what it is
)
_DAY_NUMBER = re.compile(r"(?:19|20)\d\d(?:[年]\d\d?[月])?|w?\d\d?(?:st|nd|rd|th)?")
_YEAR = re.compile(r"[\W_]*(?:19|20)\d\d(?:[\W_]*\d\d?)?[\W_]*")
# What tools put around a topic: a number, a count, pictures.
_NUMBER = re.compile(r"^\d{1,3}[.)、]\s+(?=.*[^\W\d_])")
_COUNT = re.compile(
    r"(?<=\S)\s*[(\[（【]\s*\d[\d,]*\s*(?:new|papers?|results?|entries|篇)?\s*[)\]）】]$",
    re.IGNORECASE,
)
_JOINERS = "\u200c\u200d"


def is_topic(name: str) -> bool:
    """Whether a name says what papers are about, rather than when they came."""
    if not re.search(r"[^\W_]", name) or paper_named(name):
        return False
    day = find_date(name)
    if not re.search(r"[^\W\d_]", name):
        return not (day or _YEAR.fullmatch(name))
    words = re.findall(r"[^\W_]+", (name.replace(day[1], "") if day else name).casefold())
    return any(word not in _NO_TOPIC and not _DAY_NUMBER.fullmatch(word) for word in words)


def topic_key(name: str) -> str:
    """What names of the same topic share: they ask arXiv for the same, as variants by case do."""
    words = query_words(name).casefold()
    return words if len(name.split()) > 1 else f" {words}"  # a single word is searched otherwise


def undecorated(name: str) -> str:
    """A topic's name without pictures around it, its number and its count."""
    words = folded("".join(s for s in name if s.isprintable() or s.isspace() or s in _JOINERS))
    for _ in range(2):  # the number may stand before the picture
        pictures = "".join(filter(_is_picture, words))
        words = _COUNT.sub("", _NUMBER.sub("", words.strip(f"{pictures} ")))
    return words


def _is_picture(sign: str) -> bool:
    return sign > "\u2000" and (sign in _JOINERS or category(sign) in {"So", "Sk", "Mn", "Me"})
