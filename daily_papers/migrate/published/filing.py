"""Which heading of a published digest README is the keyword of which table.

It is the last heading above the table; ours are only those of our own tables. A lead right above
the table, a bold line or a summary, is its heading where the one above is the title of the whole
README, or where leads tell the tables below that heading apart. Elsewhere it only says
`Show the papers`. Of tables right below each other the lead is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from daily_papers.migrate.published.blocks import Block, LastUpdate, Prose, Table
from daily_papers.migrate.published.headings import Heading


@dataclass(frozen=True, slots=True)
class Filed:
    """A table, and the heading that is its keyword."""

    table: Table
    heading: Heading | None
    #: The heading, and its lead in any case: what would be empty without the table.
    belonging: tuple[Heading, ...]
    #: Whether the heading may just be the title of the README.
    is_unclear: bool


def filed_tables(blocks: Iterable[Block]) -> Iterator[Filed]:
    """File each table under its heading."""
    for heading, below in _parts(blocks):
        leads = dict(_with_leads(below))
        names = {lead.name if lead is not None else None for lead in leads.values()}
        is_title = heading is None or heading.level == 1
        is_unclear = is_title and _are_words_between(below, leads)
        for table, lead in leads.items():
            own = lead if lead is not None and (is_title or len(names) > 1) else heading
            belonging = {each.line.number: each for each in (own, lead) if each is not None}
            yield Filed(table, own, tuple(belonging.values()), is_unclear and own is not lead)


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


def _with_leads(below: Iterable[Block]) -> Iterator[tuple[Table, Heading | None]]:
    lead = None
    for block in below:
        if isinstance(block, Heading):
            lead = block
        elif isinstance(block, Table):
            yield block, lead
        elif not isinstance(block, LastUpdate):
            lead = None


def _are_words_between(below: Sequence[Block], leads: dict[Table, Heading | None]) -> bool:
    """Whether words that are no lead stand between two tables: they may be a heading."""
    is_below_table = are_words = False
    for block in below:
        if isinstance(block, Table):
            if are_words and leads[block] is None:
                return True
            is_below_table, are_words = True, False
        elif isinstance(block, Prose):
            are_words = are_words or (is_below_table and block.tells)
    return False
