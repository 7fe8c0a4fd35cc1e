"""The order in which people read a morning's papers: in the mail, in README and on the website.

At the top are up to five papers that are closest to what the reader likes. Then come people, then
keywords from the fewest new papers to the most, so that a broad topic does not bury the others. A
paper is listed once, under the first section it belongs to. Within a section, the papers closest to
what the reader likes come first, then those with a phrase in the title, then those with code or a
venue, then the newest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from daily_papers.config import Keyword
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.authors import same_name
from daily_papers.papers.links import code_url, project_url, venue
from daily_papers.papers.paper import Paper, newest_id_first
from daily_papers.papers.sentence import key_sentence
from daily_papers.query.expression import Field, Phrase
from daily_papers.query.matching import Matches

#: The section on top has no keyword: its slug, its heading, and how many papers it has at most.
CLOSEST: Final = ""
CLOSEST_NAME: Final = "Closest to what you like"
_MOST_CLOSEST: Final = 5
#: A paper with a higher rank than this, among all papers of the day, is not really close.
_CLOSE: Final = 30


@dataclass(frozen=True, slots=True)
class MorningSection:
    """A person's or a keyword's new papers, except those in an earlier section."""

    slug: str
    items: tuple[NewsItem, ...]
    #: How many new papers it has, including those in earlier sections.
    total: int

    @property
    def counted(self) -> str:
        """``8``, or ``8, 3 above`` if some are in earlier sections."""
        above = self.total - len(self.items)
        return f"{self.total:,}, {above:,} above" if above else f"{self.total:,}"


def news_items(
    news: Sequence[tuple[Paper, Sequence[str]]],
    keywords: Sequence[Keyword],
    closeness: Mapping[str, int | None] = MappingProxyType({}),
    places: Mapping[str, int | None] = MappingProxyType({}),
) -> tuple[NewsItem, ...]:
    """Make what readers want to know about each new paper; ``news`` has its keywords' slugs.

    ``closeness`` and ``places`` are by identifier.
    """
    by_slug = {keyword.slug: keyword for keyword in keywords}
    papers = [paper for paper, _ in news]
    matches = Matches({slug: each.expression for slug, each in by_slug.items()}, papers)
    items = []
    for paper, slugs in news:
        known = [slug for slug in slugs if slug in by_slug]
        items.append(
            NewsItem(
                paper=paper,
                keywords=tuple(slugs),
                sentence=key_sentence(paper.abstract),
                in_title=tuple(slug for slug in known if _in_title(matches, slug, paper)),
                followed=_followed(paper, [by_slug[slug] for slug in known]),
                venue=venue(paper.comment),
                code_url=code_url(paper),
                project_url=project_url(paper),
                closeness=closeness.get(paper.id),
                place=places.get(paper.id),
            )
        )
    return tuple(items)


def _in_title(matches: Matches, slug: str, paper: Paper) -> bool:
    found = matches.why(slug, paper)
    return any(isinstance(leaf, Phrase) and leaf.field is Field.TITLE for leaf in found)


def _followed(paper: Paper, keywords: Iterable[Keyword]) -> tuple[str, ...]:
    """The authors who are followed, with their names as the paper writes them."""
    spellings = [spelling for keyword in keywords for spelling in keyword.authors]
    return tuple(
        name
        for name in paper.authors or ()
        if any(same_name(spelling, name) for spelling in spellings)
    )


def people_of(keywords: Iterable[Keyword]) -> tuple[tuple[str, str], ...]:
    """The people whom keywords follow: slug and short name, which is the family name alone."""
    return tuple(
        (each.slug, each.name.split()[-1] if each.name in each.authors else each.name)
        for each in keywords
        if each.authors
    )


def totals_in_order(
    found: Iterable[Sequence[str]], slugs: Iterable[str], people: Container[str]
) -> dict[str, int]:
    """How many new papers each keyword has that has some, in the order in which they are read.

    ``found`` are the keywords of each paper, ``slugs`` all of them in the order of keywords.yaml,
    and ``people`` those of them that follow one.
    """
    counts = Counter(slug for keywords in found for slug in keywords)
    totals = {slug: counts[slug] for slug in slugs if counts[slug]}
    order = sorted(totals, key=lambda slug: 0 if slug in people else totals[slug])
    return {slug: totals[slug] for slug in order}


def morning(
    items: Sequence[NewsItem], slugs: Iterable[str], people: Container[str]
) -> tuple[MorningSection, ...]:
    """Put news in the order in which it is read (`totals_in_order`).

    A keyword has no section if all its papers are listed above.
    """
    totals = totals_in_order([item.keywords for item in items], slugs, people)
    closest = _closest(items, people)
    by_first: dict[str, list[NewsItem]] = {CLOSEST: list(closest), **{slug: [] for slug in totals}}
    totals[CLOSEST] = len(closest)
    for item in items:
        if item in closest:
            continue
        by_first[next(slug for slug in totals if slug in item.keywords)].append(item)
    return tuple(
        MorningSection(slug, tuple(sorted(here, key=partial(_interest, slug))), totals[slug])
        for slug, here in by_first.items()
        if here
    )


def _closest(items: Sequence[NewsItem], people: Container[str]) -> Sequence[NewsItem]:
    """The papers on top; those of people whom the reader follows stay with them."""
    close = [
        item
        for item in items
        if item.closeness is not None
        and item.closeness <= _CLOSE
        and not any(slug in people for slug in item.keywords)
    ]
    return sorted(close, key=partial(_interest, CLOSEST))[:_MOST_CLOSEST]


def _interest(slug: str, item: NewsItem) -> tuple[object, ...]:
    """Sort key that puts the papers first that a section's readers will most likely open."""
    rank = item.closeness if slug == CLOSEST or item.place is None else item.place
    return (
        rank is None,
        rank or 0,
        slug not in item.in_title,
        not (item.code_url or item.project_url or item.venue),
        newest_id_first(item.paper.id),
    )
