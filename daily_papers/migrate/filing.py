"""Which heading rows belong to.

Days, months and catch-alls are not topics; then the heading above that one is, but not the title of
a page that has topics. A lead right above rows is their heading where the one above is the title of
the whole page, or where leads tell the rows below that heading apart. Elsewhere it only says `Show
the papers`. Of rows right below each other the lead is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from daily_papers.migrate.pages import Block, Heading, Rows
from daily_papers.migrate.paper_links import find_date
from daily_papers.migrate.topics import is_topic


@dataclass(frozen=True, slots=True)
class Filed:
    """Rows, and the heading that is their topic."""

    rows: Rows
    #: What the heading says, empty where there is none.
    topic: str
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
            yield Filed(rows, own.name if own else "", belonging, is_unclear, day)


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
            titles += [] if titles[-1:] == [title] else [title]
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
        elif not block.line.day:
            lead = None
            are_words = are_words or (bool(leads) and block.tells)
    return leads, are_words_between
