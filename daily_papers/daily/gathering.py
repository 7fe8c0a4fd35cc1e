"""What a run gathers: answers come in, are judged, and what is believed goes into the store.

Pure: it is handed answers and failures, and keeps account of what became of each keyword.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil

from daily_papers.config import Keyword
from daily_papers.daily import gate
from daily_papers.daily.listening import Heard, expect_volumes, lost_since, newly_announced
from daily_papers.daily.news import FreshNews, announced_as_news
from daily_papers.daily.plan import missed_days
from daily_papers.errors import FetchError
from daily_papers.papers.announcement import Announcement
from daily_papers.papers.paper import Paper, Way, announcement_order
from daily_papers.query.matching import Matches, Verdict
from daily_papers.query.syntax import QueryError, parse
from daily_papers.store.store import FeedMemory, KeywordRecord, Store

#: How long before its listing a paper is submitted, over a weekend; moderation may hold it longer.
SUBMITTED = timedelta(days=4)
#: Papers in an answer of some 700 kB, which reaches back far enough for most keywords.
_LONG_ANSWER = 300


@dataclass(slots=True)
class Account:
    """What is known so far of one keyword's run."""

    #: Its own search was believed.
    searched: bool = False
    #: A harvest over all that it missed was complete.
    harvested: bool = False
    failure: FetchError | None = None
    not_matching: int = 0


@dataclass(slots=True)
class Gathering:
    """The store of a run, and the account of each keyword."""

    store: Store
    keywords: Sequence[Keyword]
    day: date
    news: FreshNews = field(init=False)
    accounts: dict[str, Account] = field(init=False)
    #: The papers that today's feed announced; None where it was not asked or not believed.
    announced: tuple[Announcement, ...] | None = None
    #: Today's feed, once all of it is believed.
    heard: Heard | None = None
    #: Papers that today's feed brought into a table.
    matched: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    #: The highest identifier that each service showed in this run.
    _shown: dict[Way, str] = field(default_factory=dict)
    _papers: dict[str, Paper] = field(init=False)
    _members: dict[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.news = FreshNews(self.store.news.keys())
        self.accounts = {keyword.slug: Account() for keyword in self.keywords}
        self._papers = {id: shelved.paper for id, shelved in self.store.papers.items()}
        self._members = {slug: frozenset(ids) for slug, ids in self.store.members.items()}

    # --- what comes in -------------------------------------------------------------------------

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
        self.announced = tuple(announcements)
        expect_volumes(self.store.state, announcements)

    def hear(self, parts: Iterable[FeedMemory]) -> None:
        """All of today's feed is believed: look whether days before it were lost."""
        self.heard = Heard(tuple(parts), self.announced or ())
        lost = lost_since(self.store.state, self.heard.announced)
        if lost is None:
            return
        self.notes.append(
            f"identifiers are missing since {lost}, whose feed was empty: "
            "the days from then on are fetched another way"
        )
        for record in self.store.keywords.values():
            if record.last_success is not None:
                record.last_success = min(record.last_success, lost - timedelta(days=1))

    def search(self, keyword: Keyword, answer: gate.SearchAnswer) -> gate.Belief:
        """Judge the answer of a keyword's own search, and take what is believed."""
        belief = gate.judge_search(answer, self._matching_table(keyword), self.day)
        account = self.accounts[keyword.slug]
        account.not_matching += sum(v is Verdict.DOES_NOT for v in answer.verdicts)
        if belief.failure is None:
            account.searched = True
            account.failure = None
            self._take(keyword, belief.believed)
            self._discover(keyword, belief.believed)
            self.news.learn(belief.believed)
            self._see(belief.believed)
        return belief

    def share_news(self) -> None:
        """Compare news that one keyword's search has found with every keyword."""
        found = [self.news.papers[id] for id in sorted(self.news.missed)]
        if found:
            self._find(found)

    def judged(
        self, keyword: Keyword, papers: Sequence[Paper], *, total: int, asked: int
    ) -> gate.SearchAnswer:
        """Let the matcher say what it thinks of an answer."""
        verdicts = Matches({keyword.slug: keyword.expression}, papers).verdicts(keyword.slug)
        return gate.SearchAnswer(papers=tuple(papers), verdicts=verdicts, total=total, asked=asked)

    def harvest(self, papers: Iterable[Paper]) -> None:
        """Take a page of a harvest into the tables of the keywords that its papers match."""
        believed = [paper for paper in papers if gate.is_credible(paper, self.day)]
        self._find(believed)
        self.detail(believed)

    def harvest_complete(self, since: date) -> None:
        """All pages of a harvest came: keywords that had missed nothing before have all now."""
        for keyword in self.keywords:
            record, account = self.record(keyword.slug), self.accounts[keyword.slug]
            if record.last_success is None or since <= record.last_success:
                account.harvested = True
            if account.harvested and record.filled is not None:
                account.failure = None

    def detail(self, papers: Sequence[Paper]) -> None:
        """Complete papers that stand in tables, and those that are news."""
        believed = [paper for paper in papers if gate.is_credible(paper, self.day)]
        self.store.learn(believed)
        self.news.learn(believed)
        self._see(believed)

    def fail(self, slug: str, failure: FetchError) -> None:
        """Note that a keyword's own search failed."""
        self.accounts[slug].failure = failure

    def _find(self, papers: Sequence[Paper]) -> None:
        """Take papers into the tables of all keywords that they match, and look for news."""
        matches = self._matches(papers)
        for keyword in self.keywords:
            matching = matches.of(keyword.slug)
            self._take(keyword, matching)
            self._discover(keyword, matching)

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
            # Tables are brought to their length once, when all has come.
            self.store.take(keyword.slug, papers, day=self.day, limit=sys.maxsize)

    def _discover(self, keyword: Keyword, papers: Sequence[Paper]) -> None:
        """Look for news: what was announced since its readers were told last.

        A keyword of which nothing was told yet is being filled, which is no news. One that asks
        for something else since then is told what suited it before, too: the rest is a fill.
        """
        record = self.record(keyword.slug)
        if record.told is not None:
            both = papers if record.told_for is None else _suited(record.told_for, papers)
            self.news.discover(keyword.slug, both, record.told)

    def _see(self, papers: Iterable[Paper]) -> None:
        for paper in papers:
            before = self._shown.get(paper.way)
            if before is None or announcement_order(paper.id) > announcement_order(before):
                self._shown[paper.way] = paper.id

    # --- what is known by now ------------------------------------------------------------------

    def record(self, slug: str) -> KeywordRecord:
        """The store's record of a keyword."""
        return self.store.keywords[slug]

    def shown_by(self, way: Way) -> str | None:
        """The highest identifier that a service showed in this run."""
        return self._shown.get(way)

    def has_shown(self, way: Way, paper_id: str | None) -> bool:
        """Whether a service's index has come as far as an identifier."""
        shown = self._shown.get(way)
        if shown is None or paper_id is None:
            return False
        return announcement_order(shown)[:2] >= announcement_order(paper_id)[:2]

    def first_announced(self) -> str | None:
        """The lowest identifier that was given for today's listing."""
        return next(iter(newly_announced(self.announced or ())), None)

    def papers_since(self, keyword: Keyword, last_success: date | None) -> int:
        """How many papers to ask for, so that a search reaches back to the last success.

        A full table at least. After missed days more than the newer half of its rows lets expect,
        since a second request costs more than a longer answer.
        """
        dates = [paper.date for paper in self.store.table(keyword.slug)]
        if last_success is None or not dates:
            return keyword.max_papers
        half = (len(dates) + 1) // 2
        days = max(1, (dates[0] - dates[half - 1]).days)
        expected = ceil((self.day - last_success + SUBMITTED).days * half / days)
        if missed_days(last_success, self.day):
            expected = max(3 * expected, _LONG_ANSWER)
        return max(keyword.max_papers, expected)

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

    def changed(self) -> set[str]:
        """The keywords whose tables show anything else than before this run."""
        touched = {
            id
            for id, shelved in self.store.papers.items()
            if (before := self._papers.get(id)) is not shelved.paper and before != shelved.paper
        }
        return {
            slug
            for slug, members in self.store.members.items()
            if members != self._members.get(slug, frozenset()) or not touched.isdisjoint(members)
        }


def _suited(expression: str, papers: Sequence[Paper]) -> Sequence[Paper]:
    """Those that match an expression in its canonical form; all where that is too long to read."""
    try:
        return Matches({"": parse(expression)}, papers).of("")
    except QueryError:
        return papers
