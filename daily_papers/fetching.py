"""The run's way through a plan: asks arXiv's services, hands the answers to the gathering.

    announcement feed -> searches and harvest of what was missed -> fills -> details -> audit

What fails is noted and the next thing is tried; nothing here stores or renders.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from daily_papers import gate
from daily_papers.announcement import Announcement
from daily_papers.arxiv.announcements import AnnouncementFeed, FeedAnswer
from daily_papers.arxiv.feed_items import PartAnswer
from daily_papers.arxiv.oai import OaiPmh
from daily_papers.arxiv.search import MOST_PER_REQUEST, QueryApi
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.config import Keyword
from daily_papers.errors import BadAnswer, FetchError, ShortAnswer
from daily_papers.gathering import Gathering
from daily_papers.paper import Paper
from daily_papers.plan import DETAILS_A_REQUEST, MOST_DETAILS, Harvest, Plan, request_batches
from daily_papers.query import to_arxiv
from daily_papers.store import FeedMemory

logger = logging.getLogger(__name__)

#: Called with what is being done: ``done``, ``of`` how many, and a few words.
Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Fetching:
    """One run's questions to arXiv."""

    session: PoliteSession
    services: Services
    gathering: Gathering
    progress: Progress
    #: Why today's feed is not believed; None where it is, or was not asked.
    feed_failure: str | None = None
    harvest_lost: bool = False
    details_lost: bool = False
    audited: bool = True
    _keywords: Mapping[str, Keyword] = field(init=False)
    _feed: AnnouncementFeed = field(init=False)
    _api: QueryApi = field(init=False)
    _oai: OaiPmh = field(init=False)

    def __post_init__(self) -> None:
        self._keywords = {keyword.slug: keyword for keyword in self.gathering.keywords}
        self._feed = AnnouncementFeed(self.session, self.services)
        self._api = QueryApi(self.session, self.services)
        self._oai = OaiPmh(self.session, self.services)

    @property
    def got_everything(self) -> bool:
        """Whether nothing is left to ask for today."""
        lost = self.harvest_lost or self.details_lost or not self.audited
        return self.feed_failure is None and not lost

    # --- the announcement feed -----------------------------------------------------------------

    def listen(self, parts: Sequence[tuple[str, ...]]) -> None:
        """Ask for today's announcements, and take what is believed of them."""
        self.progress(0, len(parts), "announcement feed")
        answer = self._without_unknown_categories(self._feed.today(parts))
        believed = [part for part in answer.parts if self._believes(part)]
        for failure in answer.failures:
            self._lose_feed(str(failure.error))
        merged = FeedAnswer(tuple(believed)).announcements
        self.gathering.listen([a for a in merged if not self._of_future(a)])
        if self.feed_failure is None:
            self.gathering.remember_feed(_memory(part) for part in believed)

    def _without_unknown_categories(self, answer: FeedAnswer) -> FeedAnswer:
        """Ask again for a part that was refused for one category that arXiv does not know."""
        while True:
            refused = [f for f in answer.failures if f.unknown_categories]
            if not refused:
                return answer
            unknown = {name for failure in refused for name in failure.unknown_categories}
            self.gathering.notes.append(
                f"arXiv knows no category {', '.join(sorted(unknown))}: left out of the "
                "announcement feed; mend it in keywords.yaml"
            )
            parts = [
                tuple(name for name in failure.categories if name not in unknown)
                for failure in refused
            ]
            again = self._feed.today([part for part in parts if part])
            rest = tuple(f for f in answer.failures if not f.unknown_categories)
            answer = FeedAnswer((*answer.parts, *again.parts), (*rest, *again.failures))

    def _believes(self, part: PartAnswer) -> bool:
        """Whether a part may be used; a cut one may, but it is not all of the day."""
        before = next(
            (m for m in self.gathering.store.state.feed if m.categories == part.categories), None
        )
        belief = gate.judge_feed(
            [a.paper.versioned_id for a in part.announcements],
            [a.paper.id for a in part.announcements if a.kind.is_news],
            today=self.gathering.day,
            before=None
            if before is None
            else gate.FeedMark(before.highest_new_id, before.ids_digest),
        )
        if belief.failure is not None:
            self.session.discard(part.url)
            self._lose_feed(belief.failure)
        return bool(belief.believed) or belief.failure is None

    def _of_future(self, announcement: Announcement) -> bool:
        return gate.is_of_future(announcement.paper.id, self.gathering.day)

    def _lose_feed(self, reason: str) -> None:
        self.feed_failure = reason
        self.gathering.notes.append(f"announcement feed: {reason}")

    # --- searches ------------------------------------------------------------------------------

    def search(self, slugs: Sequence[str], *, what: str) -> None:
        """Ask for each keyword by its own search; one that fails leaves the others alone."""
        for done, slug in enumerate(slugs):
            keyword = self._keywords[slug]
            self.progress(done, len(slugs), f"{what} {keyword.name}")
            try:
                self._search(keyword)
            except FetchError as failure:
                logger.debug("%s: %s", slug, failure)
                self.gathering.fail(slug, failure)

    def _search(self, keyword: Keyword) -> None:
        papers = self._newest(keyword, keyword.max_papers)
        if self._may_lack_news(papers, keyword.max_papers):
            self._newest(keyword, MOST_PER_REQUEST)

    def _newest(self, keyword: Keyword, count: int) -> tuple[Paper, ...]:
        answer = self._api.newest(to_arxiv(keyword.expression), count)
        judged = self.gathering.judged(keyword, answer.papers, total=answer.total, asked=count)
        belief = self.gathering.search(keyword, judged)
        if belief.failure is None:
            return belief.believed
        for url in answer.urls:
            self.session.discard(url)
        kind = ShortAnswer if belief.outcome == gate.SHORT_ANSWER else BadAnswer
        raise kind(answer.url, belief.failure)

    def _may_lack_news(self, papers: Sequence[Paper], count: int) -> bool:
        """Whether a full answer ends before the last complete run: more may have been announced."""
        last = self.gathering.store.state.last_complete
        full = len(papers) >= min(count, MOST_PER_REQUEST - 1)
        return last is not None and full and papers[-1].date > last

    def audit(self, slug: str | None) -> None:
        """Repair one keyword by its own search; it is up to date without, so it may fail."""
        if slug is None:
            return
        keyword = self._keywords[slug]
        self.progress(0, 1, f"audit of {keyword.name}")
        try:
            self._search(keyword)
        except FetchError as failure:
            self.audited = False
            self.gathering.notes.append(f"audit of {keyword.name}: {failure}")

    # --- harvest -------------------------------------------------------------------------------

    def harvest(self, harvest: Harvest) -> bool:
        """Ask for everything that changed; whether all of it came."""
        try:
            for set_spec in harvest.sets:
                for number, page in enumerate(self._oai.changed_since(harvest.since, set_spec)):
                    self.progress(number, harvest.pages, f"harvest since {harvest.since}")
                    self.gathering.harvest([r.paper for r in page.records if r.paper is not None])
        except FetchError as failure:
            self.harvest_lost = True
            self.gathering.notes.append(f"harvest since {harvest.since}: {failure}")
            return False
        self.gathering.harvest_complete()
        return True

    # --- details -------------------------------------------------------------------------------

    def details(self, since: date) -> None:
        """Complete what stands in tables from the feed alone; what fails is completed later."""
        today, backlog = self.gathering.lacking_details()
        if len(today) > MOST_DETAILS and not self.harvest_lost:
            self.harvest(Harvest(since, (None,), 0))
            today, backlog = self.gathering.lacking_details()
        count = request_batches(len(today), len(backlog)) * DETAILS_A_REQUEST
        wanted = [*today, *backlog][:count]
        for start in range(0, len(wanted), DETAILS_A_REQUEST):
            batch = wanted[start : start + DETAILS_A_REQUEST]
            self.progress(start, len(wanted), "details")
            try:
                self.gathering.detail(self._api.by_id(batch))
            except FetchError as failure:
                self.details_lost = True
                self.gathering.notes.append(f"details come later: {failure}")
                return


def _memory(part: PartAnswer) -> FeedMemory:
    return FeedMemory(part.categories, part.ids_digest, part.highest_new_id, part.count)


def carry_out(plan: Plan, fetching: Fetching, *, day: date) -> None:
    """Ask for everything but the feed."""
    if plan.searches:
        fetching.search(plan.searches, what="search for")
    if plan.harvest is not None:
        fetching.harvest(plan.harvest)
    if plan.fills:
        fetching.search(plan.fills, what="fill")
    if plan.details:
        fetching.details(date.fromordinal(day.toordinal() - 1))
    fetching.audit(plan.audit)
