"""What the website shows: each keyword with its papers and why they match, and the digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from daily_papers.config import Config, Keyword
from daily_papers.mail.digest import Digest, digest_order
from daily_papers.papers.authors import name_key, same_name
from daily_papers.papers.links import code_url
from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.query.expression import Author, Category, Leaf
from daily_papers.query.matching import Matches, explain
from daily_papers.store.store import Store, StoredPaper


@dataclass(frozen=True, slots=True)
class Topic:
    """A keyword as the website shows it; if it tracks a person, that person."""

    keyword: Keyword
    #: Newest first, by the date that cards show.
    papers: tuple[Paper, ...]
    #: By paper, why it matches, in words; a paper that no longer matches is not in it.
    why: Mapping[str, str]
    #: By paper, the listing day on which it came to this keyword.
    first_seen: Mapping[str, date]
    #: The listing day up to which it is complete, if that is not the site's day.
    behind: date | None

    @property
    def name(self) -> str:
        """Its heading."""
        return self.keyword.name

    @property
    def slug(self) -> str:
        """The name of its files."""
        return self.keyword.slug

    @property
    def path(self) -> str:
        """Its files without their endings, seen from the start page."""
        return f"{'authors' if self.keyword.authors else 'keywords'}/{self.slug}"

    @property
    def page(self) -> str:
        """Its page, seen from the start page."""
        return f"{self.path}.html"

    def tracks(self, author: str) -> bool:
        """Whether this is the tracked person, whatever the case and the accents."""
        return any(same_name(spelling, author) for spelling in self.keyword.authors)


class SiteData:
    """Everything the website shows, from one state of a digest repository."""

    def __init__(
        self,
        config: Config,
        store: Store,
        history: Mapping[str, StoredPaper],
        digests: Iterable[Digest],
    ) -> None:
        self.config = config
        self.store = store
        #: By identifier, every paper that was ever shown.
        self.everything = store.with_history(history)
        #: The listing day that the website shows.
        self.day = store.state.day
        #: Newest first.
        self.digests = sorted(digests, key=lambda digest: digest_order(digest.key), reverse=True)
        people = {word.slug: word.expression for word in config.keywords if word.authors}
        by_people = Matches(people, [stored.paper for stored in store.papers.values()])
        self.topics = tuple(
            self._topic(keyword, by_people.of(keyword.slug) if keyword.authors else ())
            for keyword in config.keywords
        )
        self._code_urls: dict[str, str | None] = {}

    @cached_property
    def topics_of(self) -> Mapping[str, tuple[Topic, ...]]:
        """By paper, the keywords whose pages show it."""
        topics: dict[str, tuple[Topic, ...]] = {}
        for topic in self.topics:
            for paper in topic.papers:
                topics[paper.id] = (*topics.get(paper.id, ()), topic)
        return topics

    @cached_property
    def papers(self) -> tuple[Paper, ...]:
        """Every paper on the page of a keyword, newest first."""
        shown = {paper.id: paper for topic in self.topics for paper in topic.papers}
        return tuple(sorted(shown.values(), key=newest_shown_first))

    def code_url(self, paper: Paper) -> str | None:
        """Where the paper's code is; remembered, since every card and feed asks."""
        if paper.versioned_id not in self._code_urls:
            self._code_urls[paper.versioned_id] = code_url(paper)
        return self._code_urls[paper.versioned_id]

    def first_day(self, paper_id: str) -> date:
        """The listing day on which a paper first came to any keyword."""
        return min(topic.first_seen[paper_id] for topic in self.topics_of[paper_id])

    def _topic(self, keyword: Keyword, more: Iterable[Paper]) -> Topic:
        """Show the keyword's table; for a person, also the papers that only others brought."""
        table = {paper.id: paper for paper in (*self.store.table(keyword.slug), *more)}
        papers = sorted(table.values(), key=newest_shown_first)
        matches = Matches({keyword.slug: keyword.expression}, papers)
        reasons = {paper.id: _reason(matches.why(keyword.slug, paper)) for paper in papers}
        seen = {paper.id: self.store.papers[paper.id].first_seen for paper in papers}
        state = self.store.keywords.get(keyword.slug)
        last = None if state is None else state.last_success
        return Topic(
            keyword=keyword,
            papers=tuple(papers),
            why={id: reason for id, reason in reasons.items() if reason},
            first_seen={
                id: days.get(keyword.slug) or min(days.values()) for id, days in seen.items()
            },
            behind=last if last != self.day else None,
        )


def shown_day(paper: Paper) -> date:
    """The day that a card shows: that of the first version, or the best that is known."""
    return paper.published.date() if paper.published is not None else paper.table_date


def newest_shown_first(paper: Paper) -> tuple[int, tuple[int, int, str]]:
    """Sort key that puts the newest paper first, by the day that its card shows."""
    month, number, archive = announcement_order(paper.id)
    return -shown_day(paper).toordinal(), (-month, -number, archive)


def _reason(leaves: tuple[Leaf, ...]) -> str:
    """What matches, in words; categories only if nothing else does, since all papers share them.

    A person is named once, not in each spelling that has the same letters.
    """
    people = {name_key(leaf.name): leaf for leaf in reversed(leaves) if isinstance(leaf, Author)}
    others = [leaf for leaf in leaves if not isinstance(leaf, Author | Category)]
    return explain([*others, *reversed(people.values())] or leaves)
