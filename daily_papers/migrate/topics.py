"""Which topic rows belong to: the heading above them, a key or a column.

Days, months and catch-alls (`2025-01-02`, `Today`, `Others`) are not topics; then the heading above
that one is, but not the title of a page that has topics. A lead right above rows, a bold line or a
summary, is their heading where the one above is the title of the whole page, or where leads tell
the rows below that heading apart. Elsewhere it only says `Show the papers`. Of rows right below
each other the lead is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from daily_papers.migrate.blocks import Block, Rows
from daily_papers.migrate.headings import Heading
from daily_papers.migrate.paper_links import find_date, paper_named
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


@dataclass(frozen=True, slots=True)
class Filed:
    """Rows, and the heading that is their topic."""

    rows: Rows
    heading: Heading | None
    #: The heading, and its lead in any case: what would be empty without the rows.
    belonging: tuple[Heading, ...]
    #: Whether the heading may just be the title of the page.
    is_unclear: bool
    #: The heading above that names a day, empty where there is none.
    day: str

    @property
    def topic(self) -> str:
        """What the heading says, if there is one."""
        return self.heading.name if self.heading else ""


def filed_rows(blocks: Iterable[Block]) -> Iterator[Filed]:
    """File all rows under their headings."""
    above: list[Heading] = []
    parts = list(_parts(blocks))
    page_title = _title_above_topics(parts)
    for heading, below in parts:
        while above and (heading is None or above[-1].level >= heading.level):
            above.pop()
        above += [heading] if heading else []
        topics = (h for h in reversed(above) if h is not page_title and is_topic(h.name))
        topic = next(topics, None)
        day = next((h.name for h in reversed(above) if find_date(h.name)), "")
        is_title = heading is None or heading.level == 1
        leads, are_words_between = _leads(below)
        are_leads_topics = is_title or len({lead and lead.name for lead in leads.values()}) > 1
        for rows, lead in leads.items():
            own = lead if lead and are_leads_topics else topic
            is_day = heading and not is_title and re.search(r"\w", heading.name)
            inner = heading if heading and is_day and not is_topic(heading.name) else None
            belonging = tuple(dict.fromkeys(each for each in (own, lead, inner) if each))
            is_unclear = is_title and are_words_between and not lead
            yield Filed(rows, own, belonging, is_unclear, day)


def _title_above_topics(parts: Iterable[tuple[Heading | None, Sequence[Block]]]) -> Heading | None:
    """The one heading of the first level that has rows, if other topics with rows are below it."""
    titles: list[Heading] = []
    has_topics = False
    title = None
    for heading, below in parts:
        if heading is None or heading.line.is_ours:
            continue
        title = heading if heading.level == 1 else title
        if title and any(isinstance(block, Rows) for block in below):
            titles += [] if title in titles else [title]
            has_topics = has_topics or (heading is not title and is_topic(heading.name))
    return titles[0] if has_topics and len(titles) == 1 else None


def _parts(blocks: Iterable[Block]) -> Iterator[tuple[Heading | None, list[Block]]]:
    """Each heading that is no lead, with what stands below it; ours ends with our tables."""
    heading: Heading | None = None
    below: list[Block] = []
    for block in blocks:
        ends = heading is not None and heading.line.is_ours and not block.line.is_ours
        begun = block if isinstance(block, Heading) and not block.is_lead else None
        if ends or begun:
            yield heading, below
            heading, below = begun, []
        below += [] if begun else [block]
    yield heading, below


def _leads(below: Iterable[Block]) -> tuple[dict[Rows, Heading | None], bool]:
    """The lead of each rows, and whether words stand between two tables: they may be a heading."""
    leads: dict[Rows, Heading | None] = {}
    lead = None
    are_words = are_words_between = False
    for block in below:
        if isinstance(block, Heading):
            lead = block
        elif isinstance(block, Rows):
            are_words_between = are_words_between or (are_words and bool(block.head) and not lead)
            leads[block] = lead
            are_words = False
        elif not block.day:
            lead = None
            are_words = are_words or (bool(leads) and block.tells)
    return leads, are_words_between
