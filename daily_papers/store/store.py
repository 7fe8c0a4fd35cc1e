"""What a digest repository knows: its papers, its keywords and where the last run ended.

Everything here is frozen: a run makes a new store from the one before. Each paper is stored once,
with the keywords whose tables hold it or have held it. docs/design.md explains every field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from daily_papers.like.library import LikedPaper
from daily_papers.papers.paper import (
    Paper,
    PaperId,
    PaperIds,
    announcement_order,
    merge,
    newest_first,
)
from daily_papers.query.expression import NOTHING, canonical

#: Increased when the files change in a way that an older version could not read.
FORMAT = 1
#: For how long a keyword may find nothing before the advice is given.
_PATIENCE = timedelta(days=30)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class News:
    """When a paper was news, and for which keywords."""

    version: int
    day: date
    keywords: tuple[str, ...]
    #: The key of its digest.
    digest: str
    #: Its rank among the papers of its day by what the reader likes, 1 for the closest.
    closeness: int | None = None
    #: Its place in what a keyword with `like` took from the listing, 1 for the closest.
    place: int | None = None
    #: The title of what it is most like in the reader's library.
    similar: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A paper, with the tables that it has ever been in."""

    paper: Paper
    #: Slug to the listing day on which the paper was first in that keyword's table.
    first_seen: Mapping[str, date] = field(default_factory=dict)
    #: Those of these tables that it has left.
    left: frozenset[str] = frozenset()
    news: News | None = None

    @property
    def tables(self) -> frozenset[str]:
        """The keywords whose tables hold it."""
        return frozenset(self.first_seen) - self.left

    @property
    def shown(self) -> Mapping[str, date]:
        """The day on which each keyword first showed it, in its table or in a digest."""
        if self.news is None:
            return self.first_seen
        days = dict(self.first_seen)
        for slug in self.news.keywords:
            days[slug] = min(self.news.day, days.get(slug, self.news.day))
        return days

    def followed_by(self, later: StoredPaper) -> StoredPaper:
        """Merge this record of a paper with a later one."""
        seen = {**later.first_seen, **self.first_seen}
        return StoredPaper(
            paper=merge(self.paper, later.paper),
            first_seen=seen,
            left=frozenset(seen) - later.tables,
            news=self.news or later.news,
        )

    def is_current(self, day: date | None) -> bool:
        """Whether it is in a table, or news of this listing day; otherwise it is history."""
        return bool(self.tables) or (self.news is not None and self.news.day == day)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordState:
    """What is known about a keyword between two runs."""

    slug: str
    name: str
    #: The canonical form (`query.canonical`) of the expression that its table was matched with.
    expression: str
    #: The listing day on which a search or a harvest filled its table; None while it waits.
    filled: date | None = None
    #: The listing day on which its table was first filled: it has had readers since, even while it
    #: waits to be filled again.
    first_filled: date | None = None
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
    #: Its readers have seen all news up to this identifier; what is found above it is news. None
    #: while it is not known.
    notified_up_to: PaperId | None = None
    #: The expressions before it was changed: to be news, what is found up to the identifier must
    #: match them as well. None: whatever is found, until its readers have seen all news for the
    #: expression of now.
    expressions_before: Mapping[str, PaperId | None] = field(default_factory=dict)
    #: Its earlier slugs, each with the day on which it was renamed: older history uses them.
    formerly: Mapping[str, date] = field(default_factory=dict)
    #: The name by which `notify` knows it as long as it lives: its first slug, or that with a
    #: number if another keyword has that name. None: its slug of today.
    topic: str | None = None

    @property
    def searches(self) -> bool:
        """Whether arXiv can be searched for it; a keyword with `like` takes what is close."""
        return self.expression != canonical(NOTHING)


@dataclass(frozen=True, slots=True)
class FeedPart:
    """What the last trusted answer for one part of the feed held, to recognize an old feed.

    ``ids_digest`` is a hash of all its versioned identifiers.
    """

    categories: tuple[str, ...]
    ids_digest: str
    highest_new_id: PaperId | None
    count: int


@dataclass(frozen=True, slots=True)
class ReadListing:
    """What the trusted feed of a day showed as new, which later shows what the feed left out."""

    day: date
    #: What was asked for; an empty tuple is all of arXiv.
    categories: tuple[str, ...]
    #: Identifiers that were new, and those since found to be missing, in order.
    new: PaperIds
    #: Whether the listing before it was missed.
    after_gap: bool
    #: The lowest identifier that the feed itself showed as new; None if there was none.
    first: PaperId | None = None

    def with_new(self, ids: Iterable[str]) -> ReadListing:
        """The listing with further identifiers."""
        new = sorted({*self.new.split(), *ids}, key=announcement_order)
        return replace(self, new=" ".join(new))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the last run ended."""

    #: The version of the files that hold the store.
    format: int = FORMAT
    #: How many papers the files of the tables hold, and how many keywords: were any lost?
    papers: int = field(default=0, compare=False)
    keywords: int = field(default=0, compare=False)
    #: The listing day of the last run; None before the first.
    day: date | None = None
    #: Whether that run got everything it asked for.
    complete: bool = False
    #: One line for people that sums up this listing day.
    day_line: str = ""
    #: The highest identifier known to have been announced.
    highest_id: PaperId | None = None
    #: The website's address, as the last run was given it.
    site: str | None = None
    #: Papers that were in a table and got a new version on ``day``.
    revised: tuple[str, ...] = ()
    feed: tuple[FeedPart, ...] = ()
    #: How many papers were listed on recent days, by category; decides how the feed is split.
    listed: Mapping[str, int] = field(default_factory=dict)
    #: The last listing day whose announcement feed was trusted.
    feed_day: date | None = None
    #: The first of the latest working days in a row whose feed was empty: nothing was announced,
    #: unless a later feed shows that identifiers are missing in between.
    unconfirmed: date | None = None
    #: Working days on which no new listing was read in full; the next digest names them.
    unread: tuple[date, ...] = ()
    #: The lowest new identifier of the first listing after the last gap: an index that shows it, or
    #: a higher one, also shows everything from before.
    unbroken_from: PaperId | None = None
    #: The last listings whose feeds were trusted, in the order of their days.
    recent_listings: tuple[ReadListing, ...] = ()


@dataclass(frozen=True)
class Store:
    """All that a run knows: everything but the history, from which it knows only what was news."""

    #: By identifier: the papers in tables, and the news of the last listing day.
    papers: Mapping[str, StoredPaper] = field(default_factory=dict)
    keywords: Mapping[str, KeywordState] = field(default_factory=dict)
    state: State = field(default_factory=State)
    #: The identifiers of all papers that were ever news.
    news: frozenset[str] = frozenset()
    #: What is known of papers that are liked by their identifiers.
    liked: Mapping[str, LikedPaper] = field(default_factory=dict)

    @cached_property
    def members(self) -> Mapping[str, frozenset[str]]:
        """The identifiers in each keyword's table."""
        members: dict[str, set[str]] = {}
        for id, stored in self.papers.items():
            for slug in stored.tables:
                members.setdefault(slug, set()).add(id)
        return {slug: frozenset(ids) for slug, ids in members.items()}

    def with_history(self, history: Mapping[str, StoredPaper]) -> Mapping[str, StoredPaper]:
        """Every paper that was ever shown: those stored here, and ``history`` (`load_history`)."""
        known = {id: self.recall(stored) for id, stored in history.items()}
        return known | {id: stored for id, stored in self.papers.items() if id not in known}

    def recall(self, stored: StoredPaper) -> StoredPaper:
        """A paper of the history with the slugs of today, and with what is stored of it now."""
        for old, until, new in self.renamed:
            if old in stored.shown and stored.shown[old] < until:
                stored = _renamed_paper(stored, old, new)
        now = self.papers.get(stored.paper.id)
        return stored if now is None else stored.followed_by(now)

    @cached_property
    def renamed(self) -> Sequence[tuple[str, date, str]]:
        """Slugs that keywords had, each with the day on which it was lost and the slug of today."""
        return [
            (old, until, slug)
            for slug, keyword in self.keywords.items()
            for old, until in keyword.formerly.items()
        ]

    def table(self, slug: str) -> tuple[Paper, ...]:
        """The papers of one keyword, newest first."""
        keyword = self.keywords.get(slug)
        papers = (self.papers[id].paper for id in self.members.get(slug, ()))
        limit = (keyword.max_papers or None) if keyword is not None else None
        return tuple(sorted(papers, key=newest_first))[:limit]

    def updated(self, **changes: Any) -> Store:
        """The store with other values; unchanged tables are not computed again."""
        after = replace(self, **changes)
        if after.papers is self.papers and "members" in self.__dict__:
            after.__dict__["members"] = self.members
        return after

    def news_of(self, day: date) -> Mapping[str, News]:
        """The news of a listing day, which must be the last one."""
        news = {id: stored.news for id, stored in self.papers.items()}
        return {id: item for id, item in news.items() if item is not None and item.day == day}

    def with_news(self, news: Mapping[Paper, News]) -> Store:
        """Remember papers as news."""
        papers = dict(self.papers)
        for paper, item in news.items():
            papers[paper.id] = replace(papers.get(paper.id, StoredPaper(paper)), news=item)
        known = self.news.union(paper.id for paper in news)
        return self.updated(papers=papers, news=known)

    def advice(self, slug: str, day: date) -> str | None:
        """What to do about a keyword that finds nothing, or more than its table holds.

        A full table tells by its own dates, so that a quiet day changes no page.
        """
        state = self.keywords.get(slug)
        if state is None or state.filled is None or not state.searches:
            return None
        preview = f"daily-papers preview {slug}"
        dates = [self.papers[id].paper.date for id in self.members.get(slug, ())]
        if not dates:
            if day - state.filled < _PATIENCE:
                return None
            return f"Nothing has matched since {state.filled}; check the spelling with: {preview}"
        if len(dates) < state.max_papers or max(dates) - min(dates) >= _WEEK:
            return None
        return (
            f"The {state.max_papers:,} papers in the table cover less than a week; give "
            f"the keyword categories or longer phrases, or raise max_papers; see: {preview}"
        )

    def remark(self, slug: str) -> str | None:
        """What readers of its table should know: the advice, or why there is nothing in it."""
        state, day = self.keywords[slug], self.state.day
        if day is not None and (advice := self.advice(slug, day)):
            return advice
        if self.members.get(slug):
            return None
        if not state.searches:
            return "No papers yet: each listing day brings the closest ones to what you like"
        if state.filled is None:
            return "No papers yet: the next run searches arXiv for them"
        return (
            "No paper on arXiv matches yet; to see what similar topics would find, run: "
            "daily-papers preview"
        )


def highest(ids: Iterable[str | None]) -> str | None:
    """The latest identifier; None if there is none."""
    return max((id for id in ids if id is not None), key=announcement_order, default=None)


class Draft:
    """The next store, while it is being made; the store it starts from stays as it is."""

    def __init__(self, store: Store) -> None:
        self.papers = dict(store.papers)
        self.keywords = dict(store.keywords)
        self.state = store.state
        self.liked = store.liked
        #: The identifiers in each keyword's table.
        self.members = defaultdict(set, {slug: set(ids) for slug, ids in store.members.items()})
        self._news = store.news
        #: Keyword and paper, for papers that were never in that table before.
        self._fresh: set[tuple[str, str]] = set()

    def finish(self) -> Store:
        """The store as it is now."""
        new = {id for id, stored in self.papers.items() if stored.news} - self._news
        news = self._news | new if new else self._news
        return Store(self.papers, self.keywords, self.state, news, self.liked)

    def take(self, slug: str, papers: Iterable[Paper], day: date) -> None:
        """Merge papers into a keyword's table; new ones count as first seen on ``day``."""
        for paper in papers:
            stored = self.papers.get(paper.id, StoredPaper(paper))
            if slug not in stored.first_seen:
                self._fresh.add((slug, paper.id))
            self.papers[paper.id] = replace(
                stored,
                paper=merge(stored.paper, paper),
                first_seen={slug: day, **stored.first_seen},
                left=stored.left - {slug},
            )
            self.members[slug].add(paper.id)

    def take_each(self, matching: Mapping[str, Sequence[Paper]], day: date) -> None:
        """Merge papers into the tables of the keywords that they match."""
        for slug, papers in matching.items():
            self.take(slug, papers, day)

    def learn(self, papers: Iterable[Paper]) -> None:
        """Merge new facts about stored papers; papers that are not stored are ignored."""
        for paper in papers:
            stored = self.papers.get(paper.id)
            if stored is not None:
                self.papers[paper.id] = replace(stored, paper=merge(stored.paper, paper))

    def trim(self, slug: str, limit: int) -> None:
        """Let the oldest papers beyond ``limit`` leave a keyword's table.

        A paper known only from the feed does not push out another: it may be an old paper, listed
        in one more category, and then a row would be missing once its date is known.
        """
        if len(self.members[slug]) <= limit:
            return
        held = sorted((self.papers[id].paper for id in self.members[slug]), key=newest_first)
        dated = [paper for paper in held if paper.updated is not None]
        undated = [paper for paper in held if paper.updated is None]
        for paper in (*dated[limit:], *undated[limit:]):
            self.drop(slug, paper.id)

    def drop(self, slug: str, paper_id: str) -> None:
        """Take a paper out of a keyword's table.

        If it entered the table in this run, nobody has seen it there, and it leaves no trace.
        """
        self.members[slug].discard(paper_id)
        stored = self.papers[paper_id]
        if (slug, paper_id) not in self._fresh:
            self.papers[paper_id] = replace(stored, left=stored.left | {slug})
            return
        seen = {other: day for other, day in stored.first_seen.items() if other != slug}
        if seen or stored.news is not None:
            self.papers[paper_id] = replace(stored, first_seen=seen)
        else:
            del self.papers[paper_id]

    def rename(self, old: str, new: str, day: date) -> None:
        """Give a keyword another slug; it keeps its papers."""
        keyword = self.keywords.pop(old)
        formerly = {**keyword.formerly, old: day}
        topic = keyword.topic or old
        self.keywords[new] = replace(keyword, slug=new, formerly=formerly, topic=topic)
        self.members[new] = self.members.pop(old, set())
        for id, stored in self.papers.items():
            if old in stored.shown:
                self.papers[id] = _renamed_paper(stored, old, new)

    def remove(self, slug: str) -> None:
        """Forget a keyword; its papers leave its table."""
        for id in tuple(self.members[slug]):
            self.drop(slug, id)
        self.members.pop(slug, None)
        self.keywords.pop(slug, None)


def _renamed_paper(stored: StoredPaper, old: str, new: str) -> StoredPaper:
    """A paper of a renamed keyword; a keyword that once had the new slug is long gone."""
    seen, left, news = dict(stored.first_seen), stored.left, stored.news
    if old in seen:
        day = seen.pop(old)
        seen[new] = min(day, seen.get(new, day))
        left = left - {old, new} | ({new} if old in left else set())
    if news is not None:
        slugs = (new if slug == old else slug for slug in news.keywords)
        news = replace(news, keywords=tuple(dict.fromkeys(slugs)))
    return replace(stored, first_seen=seen, left=left, news=news)
