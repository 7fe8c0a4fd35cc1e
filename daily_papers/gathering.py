"""What a run gathers: answers come in, are judged, and what is believed goes into the store.

Pure: it is handed answers and failures, and keeps account of what became of each keyword.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from daily_papers import gate
from daily_papers.announcement import Announcement, counts
from daily_papers.config import Keyword
from daily_papers.errors import FetchError
from daily_papers.matching import Matches, Verdict
from daily_papers.news import FreshNews, announced_as_news
from daily_papers.paper import Paper, announcement_order
from daily_papers.store import FeedMemory, KeywordRecord, Store

#: A listing day has brought more than a thousand identifiers since 2023. Between two days that
#: follow each other, the categories of a digest leave no hole of this size.
_HOLE = 700


@dataclass(slots=True)
class Account:
    """What is known so far of one keyword's run."""

    #: Its own search was believed.
    searched: bool = False
    #: A harvest over all that it missed was complete.
    harvested: bool = False
    failure: FetchError | None = None
    #: Why it is not up to date, where it is not its own search that failed.
    reason: str | None = None
    not_matching: int = 0


@dataclass(slots=True)
class Gathering:
    """The store of a run, and the account of each keyword."""

    store: Store
    keywords: Sequence[Keyword]
    day: date
    news: FreshNews = field(init=False)
    accounts: dict[str, Account] = field(init=False)
    #: The papers that today's feed announced; None where none was believed.
    announced: tuple[Announcement, ...] | None = None
    #: Papers that today's feed brought into a table.
    matched: set[str] = field(default_factory=set)
    #: Whether anything came that was announced since the last complete run.
    anything_new: bool = False
    #: A sentence about listing days that were skipped, for the digest.
    skipped: str | None = None
    notes: list[str] = field(default_factory=list)
    _papers: dict[str, Paper] = field(init=False)
    _members: dict[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.news = FreshNews(self.store.news.keys(), self.store.state.highest_id)
        self.accounts = {keyword.slug: Account() for keyword in self.keywords}
        self._papers = {id: shelved.paper for id, shelved in self.store.papers.items()}
        self._members = {slug: frozenset(ids) for slug, ids in self.store.members.items()}

    def listen(self, announcements: Sequence[Announcement]) -> None:
        """Take the papers of today's feed into the tables of the keywords that they match."""
        papers = [announcement.paper for announcement in announcements]
        news = announced_as_news(announcements)
        matches = self._matches(papers)
        for keyword in self.keywords:
            matching = matches.of(keyword.slug)
            self._take(keyword, matching)
            self.news.announce(keyword.slug, matching, news)
            self.matched.update(paper.id for paper in matching)
        self.store.learn(papers)
        self._see(papers)
        self.announced = (*(self.announced or ()), *announcements)

    def search(self, keyword: Keyword, answer: gate.SearchAnswer) -> gate.Belief:
        """Judge the answer of a keyword's own search, and take what is believed."""
        belief = gate.judge_search(answer, self._matching_table(keyword), self.day)
        account = self.accounts[keyword.slug]
        account.not_matching += sum(v is Verdict.DOES_NOT for v in answer.verdicts)
        if belief.failure is None:
            account.searched = True
            account.failure = None
            self._take(keyword, belief.believed)
            self.news.discover(keyword.slug, belief.believed)
            self.news.learn(belief.believed)
            self._see(belief.believed)
        return belief

    def judged(
        self, keyword: Keyword, papers: Sequence[Paper], *, total: int, asked: int
    ) -> gate.SearchAnswer:
        """Let the matcher say what it thinks of an answer."""
        verdicts = Matches({keyword.slug: keyword.expression}, papers).verdicts(keyword.slug)
        return gate.SearchAnswer(papers=tuple(papers), verdicts=verdicts, total=total, asked=asked)

    def harvest(self, papers: Iterable[Paper]) -> None:
        """Take a page of a harvest into the tables of the keywords that its papers match."""
        believed = [p for p in papers if not gate.is_of_future(p.id, self.day)]
        matches = self._matches(believed)
        for keyword in self.keywords:
            matching = matches.of(keyword.slug)
            self._take(keyword, matching)
            self.news.discover(keyword.slug, matching)
        self.detail(believed)
        self._see(believed)

    def harvest_complete(self) -> None:
        """All pages of a harvest came: what keywords had missed, they have now."""
        for keyword in self.keywords:
            account = self.accounts[keyword.slug]
            account.harvested = True
            account.failure = None

    def detail(self, papers: Sequence[Paper]) -> None:
        """Complete papers that stand in tables, and those that are news."""
        self.store.learn(papers)
        self.news.learn(papers)

    def fail(self, slug: str, failure: FetchError) -> None:
        """Note that a keyword's own search failed."""
        self.accounts[slug].failure = failure

    def lacking_details(self) -> tuple[list[str], list[str]]:
        """Papers in tables without details: those matched today, and the backlog, newest first."""
        lacking = sorted(
            (
                shelved.paper.id
                for shelved in self.store.papers.values()
                if not shelved.paper.has_details
            ),
            key=announcement_order,
            reverse=True,
        )
        today = [id for id in lacking if id in self.matched]
        return today, [id for id in lacking if id not in self.matched]

    def revised(self) -> set[str]:
        """Papers that stood in a table before this run, and are there in a newer version now."""
        return {
            id
            for id, before in self._papers.items()
            if (paper := self.store.known(id)) is not None and paper.version > before.version
        }

    def changed(self, slug: str) -> bool:
        """Whether the keyword's table shows anything else than before this run."""
        members = self.store.members.get(slug, set())
        return members != self._members.get(slug, frozenset()) or any(
            self.store.papers[id].paper != self._papers[id] for id in members
        )

    def remember_feed(self, parts: Iterable[FeedMemory]) -> None:
        """Today's feed is believed: remember it, and look whether days before were lost."""
        state = self.store.state
        announced = self.announced or ()
        if announced:
            self._confirm_quiet_days(announced)
            state.listed = dict(counts(announced))
            state.unconfirmed = None
        elif state.unconfirmed is None and self.day.weekday() < 5:
            state.unconfirmed = self.day
        state.feed, state.feed_day = tuple(parts), self.day

    def _confirm_quiet_days(self, announced: Sequence[Announcement]) -> None:
        """Take an empty feed for lost where identifiers are missing behind it."""
        state = self.store.state
        if state.unconfirmed is None or state.highest_id is None:
            return
        known = announcement_order(state.highest_id)[:2]
        ids = sorted(announcement_order(id)[:2] for id in announced_as_news(announced))
        first = next((id for id in ids if id > known), None)
        if first is None or first[0] != known[0] or first[1] - known[1] < _HOLE:
            return
        self.notes.append(
            f"identifiers are missing since {state.unconfirmed}, whose feed was empty: "
            "the days from then on are fetched another way"
        )
        before = state.unconfirmed - timedelta(days=1)
        for record in self.store.keywords.values():
            if record.last_success is not None:
                record.last_success = min(record.last_success, before)

    def record(self, slug: str) -> KeywordRecord:
        """The store's record of a keyword."""
        return self.store.keywords[slug]

    def _matches(self, papers: Sequence[Paper]) -> Matches:
        expressions = {keyword.slug: keyword.expression for keyword in self.keywords}
        return Matches(expressions, papers)

    def _matching_table(self, keyword: Keyword) -> list[Paper]:
        table = self.store.table(keyword.slug)
        verdicts = Matches({keyword.slug: keyword.expression}, table).verdicts(keyword.slug)
        pairs = zip(table, verdicts, strict=True)
        return [paper for paper, verdict in pairs if verdict is Verdict.MATCHES]

    def _take(self, keyword: Keyword, papers: Sequence[Paper]) -> None:
        if papers:
            self.store.take(keyword.slug, papers, day=self.day, limit=keyword.max_papers)

    def _see(self, papers: Iterable[Paper]) -> None:
        highest = self.store.state.highest_id
        if highest is None or self.anything_new:
            return
        known = announcement_order(highest)[:2]
        self.anything_new = any(announcement_order(paper.id)[:2] > known for paper in papers)
