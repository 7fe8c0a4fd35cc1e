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

from daily_papers.migrate.blocks import Block, LastUpdate, Prose, Rows
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


def filed_rows(blocks: Iterable[Block]) -> Iterator[Filed]:
    """File all rows under their headings."""
    above: list[Heading] = []
    parts = list(_parts(blocks))
    title = _title_above_topics(parts)
    for heading, below in parts:
        while above and (heading is None or above[-1].level >= heading.level):
            above.pop()
        above += [heading] if heading is not None else []
        leads = dict(_with_leads(below))
        names = {lead.name if lead is not None else None for lead in leads.values()}
        is_title = heading is None or heading.level == 1
        is_unclear = is_title and _are_words_between(below, leads)
        for rows, lead in leads.items():
            is_own = lead is not None and (is_title or len(names) > 1)
            own = lead if is_own else _topic(above, title)
            is_day = heading is not None and not is_title and re.search(r"\w", heading.name)
            day = heading if is_day and heading and not is_topic(heading.name) else None
            belonging = {each.line.number: each for each in (own, lead, day) if each}
            days = (each.name for each in reversed(above) if find_date(each.name))
            is_unfiled = is_unclear and not is_own
            yield Filed(rows, own, tuple(belonging.values()), is_unfiled, next(days, ""))


def _topic(above: Sequence[Heading], title: Heading | None) -> Heading | None:
    """The innermost heading that is a topic; the title of a page that has topics is none."""
    topics = (each for each in reversed(above) if each is not title and is_topic(each.name))
    return next(topics, None)


def _title_above_topics(parts: Iterable[tuple[Heading | None, Sequence[Block]]]) -> Heading | None:
    """The one heading of the first level that has rows, if other topics with rows are below it."""
    titles: dict[int, Heading] = {}
    has_topics = False
    title = None
    for heading, below in parts:
        if heading is None or heading.line.is_ours:
            continue
        title = heading if heading.level == 1 else title
        if title is not None and any(isinstance(block, Rows) for block in below):
            titles[title.line.number] = title
            has_topics = has_topics or (heading is not title and is_topic(heading.name))
    return next(iter(titles.values())) if has_topics and len(titles) == 1 else None


def _parts(blocks: Iterable[Block]) -> Iterator[tuple[Heading | None, list[Block]]]:
    """Each heading that is no lead, with what stands below it; ours ends with our tables."""
    heading: Heading | None = None
    below: list[Block] = []
    for block in blocks:
        if heading is not None and heading.line.is_ours and not block.line.is_ours:
            yield heading, below
            heading, below = None, []
        if isinstance(block, Heading) and not block.is_lead:
            yield heading, below
            heading, below = block, []
        else:
            below.append(block)
    yield heading, below


def _with_leads(below: Iterable[Block]) -> Iterator[tuple[Rows, Heading | None]]:
    lead = None
    for block in below:
        if isinstance(block, Heading):
            lead = block
        elif isinstance(block, Rows):
            yield block, lead
        elif not isinstance(block, LastUpdate):
            lead = None


def _are_words_between(below: Sequence[Block], leads: dict[Rows, Heading | None]) -> bool:
    """Whether words that are no lead stand between two tables: they may be a heading."""
    is_below_rows = are_words = False
    for block in below:
        if isinstance(block, Rows):
            if are_words and block.head and leads[block] is None:
                return True
            is_below_rows, are_words = True, False
        elif isinstance(block, Prose):
            are_words = are_words or (is_below_rows and block.tells)
    return False
