"""What a digest repository knows: its papers, its keywords and the state of its last run.

The store lives in memory here; ``store_files`` reads and writes it. Each paper stands in it once,
with the keywords whose tables hold it. Nothing here touches the disk, the network or a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from daily_papers.papers.merging import merged
from daily_papers.papers.paper import Paper, announcement_order, newest_first


@dataclass(slots=True)
class Shelved:
    """A paper of the store, and for each keyword whose table holds it the day it came there."""

    paper: Paper
    #: Slug to the listing day on which the paper first stood in that keyword's table.
    first_seen: dict[str, date] = field(default_factory=dict)


@dataclass(slots=True)
class KeywordRecord:
    """What is known of a keyword between two runs."""

    slug: str
    name: str
    #: The canonical form of its expression (`query.to_arxiv`) that its table was matched with.
    expression: str
    #: The listing day on which its table was filled by search or harvest; None while it waits.
    filled: date | None = None
    #: The listing day up to which its table is known to be complete.
    last_success: date | None = None
    #: The listing day of its last own search, which repairs what the feed does not show.
    audited: date | None = None
    #: The listing day of the last harvest that helped to fill it.
    harvested: date | None = None
    #: The listing day on which its table changed last.
    changed: date | None = None
    #: How many papers its table was filled for.
    max_papers: int = 0
    #: Papers up to this identifier were told to its readers, or were there before it; what is above
    #: is news where it is found. None as long as it is not known.
    told: str | None = None
    #: The expression with which they were told, where it is another one now.
    told_for: str | None = None


@dataclass(frozen=True, slots=True)
class FeedMemory:
    """What the last believed answer of one feed part held; it tells yesterday's from today's."""

    categories: tuple[str, ...]
    ids_digest: str
    highest_new_id: str | None
    count: int


@dataclass(frozen=True, slots=True)
class News:
    """A paper that was news, on which day, and for which keywords."""

    id: str
    version: int
    day: date
    keywords: tuple[str, ...]
    #: The key of the digest that carries it.
    digest: str


@dataclass(slots=True)
class State:
    """Where the last run ended."""

    #: The listing day of the last run; None before the first.
    day: date | None = None
    #: Whether that run had all it asked for.
    complete: bool = False
    #: The last listing day that was complete.
    last_complete: date | None = None
    #: One line for people: what this listing day was.
    day_line: str = ""
    #: The highest identifier that is known to be announced.
    highest_id: str | None = None
    #: Papers that readers knew and that were revised on ``day``.
    revised: tuple[str, ...] = ()
    feed: tuple[FeedMemory, ...] = ()
    #: Papers listed on recent days, by category: what tells how to split the feed.
    listed: dict[str, int] = field(default_factory=dict)
    #: The last listing day whose announcement feed was believed.
    feed_day: date | None = None
    #: The first of the latest working days whose feed was empty: nothing was announced, unless a
    #: later feed shows that identifiers are missing in between.
    unconfirmed: date | None = None
    #: Working days whose feed was empty, since the last digest.
    quiet: tuple[date, ...] = ()
    #: Working days of the last gap, whose feeds were not heard.
    missed: tuple[date, ...] = ()
    #: The lowest identifier that was announced as new in the first of the listings that were
    #: heard without a gap up to now: an index that shows it, or a higher one, lacks nothing that
    #: was missed before.
    heard_from: str | None = None


@dataclass(slots=True)
class Store:
    """All of it. ``members`` is the inverse of `Shelved.first_seen`."""

    papers: dict[str, Shelved] = field(default_factory=dict)
    keywords: dict[str, KeywordRecord] = field(default_factory=dict)
    state: State = field(default_factory=State)
    #: By identifier, every paper that was ever news.
    news: dict[str, News] = field(default_factory=dict)
    #: ISO week (``2026-W04``) to slug to the number of papers announced in it.
    weeks: dict[str, dict[str, int]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)

    def table(self, slug: str) -> tuple[Paper, ...]:
        """The papers of one keyword, newest first."""
        record = self.keywords.get(slug)
        return self._held(slug)[: (record.max_papers or None) if record is not None else None]

    def _held(self, slug: str) -> tuple[Paper, ...]:
        """All that is held for a table, newest first."""
        papers = (self.papers[id].paper for id in self.members.get(slug, ()))
        return tuple(sorted(papers, key=newest_first))

    def known(self, paper_id: str) -> Paper | None:
        """The store's record of a paper, if it has one."""
        shelved = self.papers.get(paper_id)
        return None if shelved is None else shelved.paper

    def take(self, slug: str, papers: Iterable[Paper], *, day: date, limit: int) -> None:
        """Merge papers into a keyword's table and keep its ``limit`` newest."""
        members = self.members.setdefault(slug, set())
        for paper in papers:
            self._shelve(paper).first_seen.setdefault(slug, day)
            members.add(paper.id)
        self.trim(slug, limit)

    def learn(self, papers: Iterable[Paper]) -> None:
        """Merge what is told of papers that already stand in a table; others are passed over."""
        for paper in papers:
            if paper.id in self.papers:
                self._shelve(paper)

    def _shelve(self, paper: Paper) -> Shelved:
        shelved = self.papers.get(paper.id)
        if shelved is None:
            self.papers[paper.id] = shelved = Shelved(paper)
        else:
            shelved.paper = merged(shelved.paper, paper)
        return shelved

    def trim(self, slug: str, limit: int) -> None:
        """Let the oldest papers beyond ``limit`` leave a keyword's table.

        A paper known from the feed alone pushes no other one out: it may be an old one, listed in
        one more category, and then there would be a row less once its date is known.
        """
        if len(self.members.get(slug, ())) <= limit:
            return
        held = self._held(slug)
        dated = [paper for paper in held if paper.updated is not None]
        undated = [paper for paper in held if paper.updated is None]
        for paper in (*dated[limit:], *undated[limit:]):
            self.drop(slug, paper.id)

    def drop(self, slug: str, paper_id: str) -> None:
        """Take a paper out of a keyword's table; one that stands in no table is forgotten."""
        self.members[slug].discard(paper_id)
        shelved = self.papers[paper_id]
        shelved.first_seen.pop(slug, None)
        if not shelved.first_seen:
            del self.papers[paper_id]

    def slugs(self) -> tuple[str, ...]:
        """The keywords that anything is stored of."""
        counted = (slug for counts in self.weeks.values() for slug in counts)
        return tuple(dict.fromkeys((*self.keywords, *self.members, *counted)))

    def rename(self, old: str, new: str) -> None:
        """Let a keyword go on under another slug, with its papers and its history."""
        record = self.keywords.pop(old)
        record.slug = new
        self.keywords[new] = record
        ids = self.members.pop(old, set())
        for id in ids:
            seen = self.papers[id].first_seen
            seen[new] = seen.pop(old)
        self.members.setdefault(new, set()).update(ids)
        for counts in self.weeks.values():
            if old in counts:
                counts[new] = counts.pop(old)
        for id, item in self.news.items():
            if old in item.keywords:
                names = tuple(new if slug == old else slug for slug in item.keywords)
                self.news[id] = replace(item, keywords=names)

    def remove(self, slug: str) -> None:
        """Forget a keyword, its history, and the papers that only it held.

        That its papers were news is remembered: they are never told again.
        """
        for id in tuple(self.members.get(slug, ())):
            self.drop(slug, id)
        self.members.pop(slug, None)
        self.keywords.pop(slug, None)
        for week, counts in tuple(self.weeks.items()):
            counts.pop(slug, None)
            if not counts:
                del self.weeks[week]

    def highest_id(self) -> str | None:
        """The highest identifier in any table."""
        return max(self.papers, key=announcement_order, default=None)


def members_of(papers: Mapping[str, Shelved]) -> dict[str, set[str]]:
    """Which papers stand in each keyword's table."""
    members: dict[str, set[str]] = {}
    for id, shelved in papers.items():
        for slug in shelved.first_seen:
            members.setdefault(slug, set()).add(id)
    return members
