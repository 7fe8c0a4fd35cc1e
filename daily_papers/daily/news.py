"""What counts as news: the whole rule.

1. **The feed.** A paper that today's announcement feed lists as new or as a cross-list is news for
   every keyword that it matches. One that the feed lists as a replacement is not news: one in five
   papers that a table sees for the first time is a revision of an old paper.
2. **A search or a harvest.** A paper that it finds is news for a keyword if its identifier is above
   the one up to which the keyword's readers have been notified. arXiv gives identifiers in order,
   when it announces a paper, so the version found does not matter. Filling a new table therefore
   brings no news. Nor does changing the expression: until readers have seen all news for the new
   one, a paper must match the old one as well, and so must one from before that is found later. A
   paper that a feed listed as new is not news here: rule 1 decided about it on that day.
3. **A paper that the feeds left out.** What a search or a harvest finds is also news if it was new
   in one of the last 30 listings that were read, or between two of them, and no feed showed it
   (`feed_history`). It is news for the keywords that had readers by then: their tables had been
   filled, even if an edit has made them wait again, with the same rule for a changed expression.
   Never is it news, under rules 2 and 3, for a keyword whose table was first filled with it.
4. News under rules 2 and 3, from a search for one keyword, is matched with every keyword.
5. Nothing is news twice, not even for a keyword that matches it later.
6. **What you like.** What a keyword with `like` takes from today's feed is news for it (`liking`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from daily_papers.config import Keyword
from daily_papers.daily.evidence import (
    BySlug,
    Details,
    Evidence,
    FeedRead,
    Harvested,
    Ranked,
    Searched,
)
from daily_papers.daily.feed_history import Span, feed_of, spans_of, with_feed
from daily_papers.papers.announcement import AnnounceKind, Announcement
from daily_papers.papers.paper import Paper, announcement_order, merge
from daily_papers.query.matching import Matches
from daily_papers.query.syntax import QueryError, parse
from daily_papers.store.store import KeywordState, Store

#: Under these kinds, a paper is listed for the first time in the categories asked for.
_NEWS = frozenset({AnnounceKind.NEW, AnnounceKind.CROSS})


@dataclass(frozen=True, slots=True)
class NewPapers:
    """The news of a run."""

    #: The newest first, each with everything the run learned about it and the keywords for which it
    #: is news, in their order.
    papers: tuple[tuple[Paper, tuple[str, ...]], ...]
    #: The news that no feed announced, by keyword: missed before, and found now.
    missed: BySlug
    #: The listing days of papers that no feed showed, whatever they match.
    unannounced: Mapping[str, date]
    #: The days whose feeds are proven to have been short.
    short_days: Set[date]


def find_news(
    before: Store, keywords: Sequence[Keyword], evidence: Sequence[Evidence], day: date
) -> NewPapers:
    """Decide which papers in a day's evidence are news, and for which keywords."""
    feed = feed_of(evidence)
    listings = (
        before.state if feed is None else with_feed(before.state, feed, day)
    ).recent_listings
    shown = frozenset(id for listing in listings for id in listing.new.split())
    finds = _Finds(before, shown, spans_of(listings))
    for item in evidence:
        match item:
            case FeedRead():
                listed = announced_as_news(item.announcements)
                for slug, papers in item.matching.items():
                    finds.add(slug, (paper for paper in papers if paper.id in listed))
            case Ranked():
                for slug, papers in item.chosen.items():
                    finds.add(slug, papers)
            case Searched():
                finds.add_found({item.slug: item.papers})
            case Harvested():
                finds.add_found(item.matching)
    missed = tuple(finds.missed[id] for id in sorted(finds.missed))
    by_all = matching_each(keywords, missed) if missed else {}
    finds.add_found(by_all)
    complete = _with_all_details(finds.papers, evidence)
    slugs = [keyword.slug for keyword in keywords]
    return NewPapers(
        papers=tuple(
            (complete[id], tuple(slug for slug in slugs if slug in finds.keywords[id]))
            for id in sorted(complete, key=announcement_order, reverse=True)
        ),
        missed=by_all,
        unannounced=finds.unannounced,
        short_days=finds.short_days,
    )


def announced_as_news(announcements: Iterable[Announcement]) -> frozenset[str]:
    """The identifiers that a listing announces as new or cross-listed."""
    return frozenset(one.paper.id for one in announcements if one.kind in _NEWS)


def matching_each(keywords: Sequence[Keyword], papers: Sequence[Paper]) -> BySlug:
    """The papers that match each keyword."""
    matches = Matches({keyword.slug: keyword.expression for keyword in keywords}, papers)
    return {keyword.slug: matches.of(keyword.slug) for keyword in keywords}


@dataclass(slots=True)
class _Finds:
    before: Store
    #: What the feeds of the last listings showed as new, up to today's.
    shown: frozenset[str]
    spans: Sequence[Span]
    papers: dict[str, Paper] = field(default_factory=dict)
    keywords: dict[str, set[str]] = field(default_factory=dict)
    #: News that no feed announced, and other papers that no feed showed.
    missed: dict[str, Paper] = field(default_factory=dict)
    unannounced: dict[str, date] = field(default_factory=dict)
    short_days: set[date] = field(default_factory=set)

    def add_found(self, matching: BySlug) -> None:
        """Rules 2 and 3."""
        for slug, papers in matching.items():
            keyword = self.before.keywords[slug]
            wanted = {paper.id for paper in _wanted_before(keyword, papers)}
            wanted -= {paper.id for paper in papers if self._was_filled_with(keyword, paper)}
            above = {paper.id for paper in _above(keyword.notified_up_to, papers)} - self.shown
            for paper in papers:
                if paper.id in self.before.news:
                    continue
                is_due = paper.id in above & wanted
                spans = () if paper.id in self.shown else self.spans
                span = next((span for span in spans if span.holds(paper)), None)
                if span is not None:
                    self.unannounced[paper.id] = span.listing.day
                    self.short_days.update([span.listing.day] if span.proves(paper) else [])
                    self.missed.setdefault(paper.id, paper)
                    last_read = (span.before or span.listing).day
                    since = keyword.first_filled
                    is_due |= since is not None and since <= last_read and paper.id in wanted
                if is_due:
                    if paper.id not in self.papers:
                        self.missed[paper.id] = paper
                    self.add(slug, [paper])

    def _was_filled_with(self, keyword: KeywordState, paper: Paper) -> bool:
        """Whether the keyword's table has had the paper since it was first filled."""
        stored, filled = self.before.papers.get(paper.id), keyword.first_filled
        seen = stored and stored.first_seen.get(keyword.slug)
        return bool(seen and filled and seen <= filled)

    def add(self, slug: str, papers: Iterable[Paper]) -> None:
        for paper in papers:
            if paper.id not in self.before.news:
                self.papers.setdefault(paper.id, paper)
                self.keywords.setdefault(paper.id, set()).add(slug)


def _above(id: str | None, papers: Sequence[Paper]) -> Sequence[Paper]:
    if id is None:
        return ()
    highest = announcement_order(id)[:2]
    return [paper for paper in papers if announcement_order(paper.id)[:2] > highest]


def _wanted_before(keyword: KeywordState, papers: Sequence[Paper]) -> Sequence[Paper]:
    """Those that also match what the keyword searched for when they were announced."""
    for expression, up_to in keyword.expressions_before.items():
        with suppress(QueryError):  # it is too deep to read: then all count
            old = Matches({"": parse(expression)}, papers).of("")
            wanted = {paper.id for paper in (*old, *_above(up_to, papers))}
            papers = [paper for paper in papers if paper.id in wanted]
    return papers


def _with_all_details(
    papers: Mapping[str, Paper], evidence: Sequence[Evidence]
) -> Mapping[str, Paper]:
    """Merge into each new paper all that the run learned about it, in order of arrival."""
    known: dict[str, Paper] = {}
    for item in evidence:
        for paper in papers_of(item):
            if paper.id in papers:
                known[paper.id] = merge(known.get(paper.id, paper), paper)
    return known


def papers_of(item: Evidence) -> Iterable[Paper]:
    """All papers that a piece of evidence says something about."""
    match item:
        case FeedRead():
            return (one.paper for one in item.announcements)
        case Searched() | Harvested() | Details():
            return item.papers
        case _:
            return ()
