"""What a digest repository knows: its papers, its keywords and where the last run ended.

Everything here is frozen: a run makes a new store from the one before. Each paper is stored once,
with the keywords whose tables hold it. docs/design.md explains every field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Annotated, Any, TypeVar

from daily_papers.papers.paper import Paper, announcement_order, merge, newest_first, unpack_ids

_Value = TypeVar("_Value")


def _identifier(text: str) -> None:
    try:
        announcement_order(text)
    except ValueError:
        raise ValueError(f"{text!r:.50} is not an arXiv identifier") from None


#: An arXiv identifier without version.
PaperId = Annotated[str, _identifier]
#: Many of them in one text (`papers.paper.pack_ids`).
PackedIds = Annotated[str, unpack_ids]


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A paper of the store, and for each keyword whose table holds it the day it came there."""

    paper: Paper
    #: Slug to the listing day on which the paper was first in that keyword's table.
    first_seen: Mapping[str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordState:
    """What is known of a keyword between two runs."""

    slug: str
    name: str
    #: The canonical form of its expression (`query.to_arxiv`) that its table was matched with.
    expression: str
    #: The listing day on which its table was filled by search or harvest; None while it waits.
    filled: date | None = None
    #: The listing day up to which its table is known to be complete; None if it never was.
    last_success: date | None = None
    #: The listing day of its last full search, which repairs what the feed does not show.
    audited: date | None = None
    #: The listing day of its last full search, if its answer was rejected.
    rejected: date | None = None
    #: The listing day of the last harvest that helped to fill it.
    harvested: date | None = None
    #: The listing day on which its table last changed.
    changed: date | None = None
    #: How many papers its table was filled for.
    max_papers: int = 0
    #: Its readers have seen all that is news up to this identifier; what is found above it is news.
    #: None while it is not known.
    notified_up_to: PaperId | None = None
    #: The expression for which they have, if it was another one.
    notified_expression: str | None = None


@dataclass(frozen=True, slots=True)
class FeedPart:
    """What the last trusted answer for one part of the feed held; it tells an old feed from a new.

    ``ids_digest`` is a hash of all its versioned identifiers.
    """

    categories: tuple[str, ...]
    ids_digest: str
    highest_new_id: PaperId | None
    count: int


@dataclass(frozen=True, slots=True)
class HeardListing:
    """What the trusted feed of a day showed as new; later it shows what the feed lacked."""

    day: date
    #: What was asked for; none is all of arXiv.
    categories: tuple[str, ...]
    #: Identifiers that were new, and those that were found to be missing since.
    new: PackedIds
    #: Whether listings before it were not read.
    after_gap: bool


@dataclass(frozen=True, slots=True)
class News:
    """A paper that was news: on which day, and for which keywords."""

    id: PaperId
    version: int
    day: date
    keywords: tuple[str, ...]
    #: The key of the digest that carries it.
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the last run ended."""

    #: The listing day of the last run; None before the first.
    day: date | None = None
    #: Whether that run got everything it asked for.
    complete: bool = False
    #: The last listing day that was complete.
    last_complete: date | None = None
    #: One line for people: what this listing day was.
    day_line: str = ""
    #: The highest identifier that is known to be announced.
    highest_id: PaperId | None = None
    #: Papers that readers knew and that were revised on ``day``.
    revised: tuple[str, ...] = ()
    feed: tuple[FeedPart, ...] = ()
    #: Papers listed on recent days, by category: it decides how the feed is split.
    listed: Mapping[str, int] = field(default_factory=dict)
    #: The last listing day whose announcement feed was trusted.
    feed_day: date | None = None
    #: The first of the latest working days whose feed was empty: nothing was announced, unless a
    #: later feed shows that identifiers are missing in between.
    unconfirmed: date | None = None
    #: Working days whose feed was empty, since the last digest.
    quiet: tuple[date, ...] = ()
    #: Working days of the last gap, whose feeds were not read.
    missed: tuple[date, ...] = ()
    #: The lowest identifier that was new in the first of the listings that were read without a gap
    #: up to now: an index that shows it, or a higher one, lacks nothing that was missed before.
    unbroken_from: PaperId | None = None
    #: The last listings whose feeds were trusted, in the order of their days.
    heard: tuple[HeardListing, ...] = ()
    #: Days whose feeds are known to have lacked papers, while a keyword has yet to be searched for.
    short: tuple[date, ...] = ()


@dataclass(frozen=True)
class Store:
    """All of it."""

    papers: Mapping[str, StoredPaper] = field(default_factory=dict)
    keywords: Mapping[str, KeywordState] = field(default_factory=dict)
    state: State = field(default_factory=State)
    #: By identifier, every paper that was ever news.
    news: Mapping[str, News] = field(default_factory=dict)
    #: ISO week (``2026-W04``) to slug to the number of papers that were news in it.
    weeks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @cached_property
    def members(self) -> Mapping[str, frozenset[str]]:
        """The identifiers in each keyword's table."""
        members: dict[str, set[str]] = {}
        for id, stored in self.papers.items():
            for slug in stored.first_seen:
                members.setdefault(slug, set()).add(id)
        return {slug: frozenset(ids) for slug, ids in members.items()}

    def table(self, slug: str) -> tuple[Paper, ...]:
        """The papers of one keyword, newest first."""
        keyword = self.keywords.get(slug)
        papers = (self.papers[id].paper for id in self.members.get(slug, ()))
        limit = (keyword.max_papers or None) if keyword is not None else None
        return tuple(sorted(papers, key=newest_first))[:limit]

    def updated(self, **changes: Any) -> Store:
        """The store with other values; tables that stay as they are need not be counted again."""
        after = replace(self, **changes)
        if after.papers is self.papers and "members" in self.__dict__:
            after.__dict__["members"] = self.members
        return after

    def with_news(self, items: Iterable[News]) -> Store:
        """Remember papers as news, and count them in their weeks for the keywords that are new."""
        news = dict(self.news)
        weeks = {week: dict(counts) for week, counts in self.weeks.items()}
        for item in items:
            known = news.get(item.id)
            news[item.id] = item
            year, week, _ = item.day.isocalendar()
            counts = weeks.setdefault(f"{year}-W{week:02d}", {})
            for slug in item.keywords:
                if known is None or slug not in known.keywords:
                    counts[slug] = counts.get(slug, 0) + 1
        return self.updated(news=news, weeks=weeks)

    def known(self, paper_id: str) -> Paper | None:
        """The paper with this identifier, if it is stored."""
        stored = self.papers.get(paper_id)
        return None if stored is None else stored.paper

    @property
    def highest_id(self) -> str | None:
        """The highest identifier in any table."""
        return highest(self.papers)


def highest(ids: Iterable[str | None]) -> str | None:
    """The identifier that was given last; None if there is none."""
    return max((id for id in ids if id is not None), key=announcement_order, default=None)


class Draft:
    """The next store in the making; the one that it begins with stays as it is."""

    def __init__(self, store: Store) -> None:
        self.papers = dict(store.papers)
        self.keywords = dict(store.keywords)
        self.state = store.state
        self.news = dict(store.news)
        self.weeks = {week: dict(counts) for week, counts in store.weeks.items()}
        self._members = {slug: set(ids) for slug, ids in store.members.items()}

    def finish(self) -> Store:
        """The store as it is now."""
        return Store(self.papers, self.keywords, self.state, self.news, self.weeks)

    def members(self, slug: str) -> set[str]:
        """The identifiers in a keyword's table."""
        return self._members.setdefault(slug, set())

    def take(self, slug: str, papers: Iterable[Paper], day: date) -> None:
        """Merge papers into a keyword's table; those that were not in it come on ``day``."""
        for paper in papers:
            stored = self.papers.get(paper.id, StoredPaper(paper, {}))
            seen = {slug: day, **stored.first_seen}
            self.papers[paper.id] = StoredPaper(merge(stored.paper, paper), seen)
            self.members(slug).add(paper.id)

    def take_each(self, matching: Mapping[str, Sequence[Paper]], day: date) -> None:
        """Merge papers into the tables of the keywords that they match."""
        for slug, papers in matching.items():
            self.take(slug, papers, day)

    def learn(self, papers: Iterable[Paper]) -> None:
        """Merge what is known of papers that are in some table; others are passed over."""
        for paper in papers:
            stored = self.papers.get(paper.id)
            if stored is not None:
                known = merge(stored.paper, paper)
                self.papers[paper.id] = StoredPaper(known, stored.first_seen)

    def trim(self, slug: str, limit: int) -> None:
        """Let the oldest papers beyond ``limit`` leave a keyword's table.

        A paper known from the feed alone pushes no other one out: it may be an old one, listed in
        one more category, and then there would be a row less once its date is known.
        """
        if len(self.members(slug)) <= limit:
            return
        held = sorted((self.papers[id].paper for id in self.members(slug)), key=newest_first)
        dated = [paper for paper in held if paper.updated is not None]
        undated = [paper for paper in held if paper.updated is None]
        for paper in (*dated[limit:], *undated[limit:]):
            self.drop(slug, paper.id)

    def drop(self, slug: str, paper_id: str) -> None:
        """Take a paper out of a keyword's table; one that is in no table is forgotten."""
        self.members(slug).discard(paper_id)
        stored = self.papers[paper_id]
        seen = {other: day for other, day in stored.first_seen.items() if other != slug}
        if seen:
            self.papers[paper_id] = StoredPaper(stored.paper, seen)
        else:
            del self.papers[paper_id]

    def rename(self, old: str, new: str) -> None:
        """Let a keyword go on under another slug, with its papers and its counts."""
        self.keywords[new] = replace(self.keywords.pop(old), slug=new)
        ids = self._members.pop(old, set())
        self.members(new).update(ids)
        for id in ids:
            stored = self.papers[id]
            self.papers[id] = StoredPaper(stored.paper, _renamed(stored.first_seen, old, new))
        self.weeks = {week: _renamed(counts, old, new) for week, counts in self.weeks.items()}
        for id, item in self.news.items():
            if old in item.keywords:
                slugs = tuple(new if slug == old else slug for slug in item.keywords)
                self.news[id] = replace(item, keywords=slugs)

    def remove(self, slug: str) -> None:
        """Forget a keyword, its counts, and the papers that only its table held.

        That its papers were news is remembered: they are never news again.
        """
        for id in tuple(self.members(slug)):
            self.drop(slug, id)
        del self._members[slug]
        self.keywords.pop(slug, None)
        for counts in self.weeks.values():
            counts.pop(slug, None)
        self.weeks = {week: counts for week, counts in self.weeks.items() if counts}

    def slugs(self) -> tuple[str, ...]:
        """The keywords that anything is stored of."""
        counted = (slug for counts in self.weeks.values() for slug in counts)
        return tuple(dict.fromkeys((*self.keywords, *self._members, *counted)))


def _renamed(by_slug: Mapping[str, _Value], old: str, new: str) -> dict[str, _Value]:
    return {new if slug == old else slug: value for slug, value in by_slug.items()}
