"""The run's way through a plan: asks arXiv's services, hands the answers to the gathering.

    announcement feed -> searches and harvest of what was missed -> fills -> details -> audit

What fails is noted and the next thing is tried; nothing here stores or renders.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from daily_papers.arxiv.announcements import AnnouncementFeed, FeedAnswer
from daily_papers.arxiv.feed_items import PartAnswer
from daily_papers.arxiv.oai import OaiPmh
from daily_papers.arxiv.search import MOST_PER_REQUEST, QueryApi
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.config import Keyword
from daily_papers.daily import gate
from daily_papers.daily.gathering import SUBMITTED, Gathering
from daily_papers.daily.health import Health
from daily_papers.daily.listening import mark_before, newly_announced
from daily_papers.daily.plan import DETAILS_A_REQUEST, MOST_DETAILS, Harvest, Plan, request_batches
from daily_papers.daily.report import in_words
from daily_papers.errors import BadAnswer, FetchError, ShortAnswer
from daily_papers.papers.announcement import Announcement
from daily_papers.papers.paper import Paper
from daily_papers.store.store import FeedMemory

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
    feed_failure: FetchError | None = None
    #: Whether something that was asked for is still to come, no keyword's own search.
    open: bool = False
    _keywords: Mapping[str, Keyword] = field(init=False)
    _feed: AnnouncementFeed = field(init=False)
    _api: QueryApi = field(init=False)
    _oai: OaiPmh = field(init=False)
    _api_health: Health = field(default_factory=Health)
    _oai_health: Health = field(default_factory=Health)

    def __post_init__(self) -> None:
        self._keywords = {keyword.slug: keyword for keyword in self.gathering.keywords}
        self._feed = AnnouncementFeed(self.session, self.services)
        self._api = QueryApi(self.session, self.services)
        self._oai = OaiPmh(self.session, self.services)

    # --- the announcement feed -----------------------------------------------------------------

    def listen(self, parts: Sequence[tuple[str, ...]]) -> None:
        """Ask for today's announcements, and take what is believed of them."""
        self.progress(0, len(parts), "announcement feed")
        answer = self._without_unknown_categories(self._feed.today(parts))
        beliefs = [(part, self._judged(part)) for part in answer.parts]
        for failure in answer.failures:
            self._lose_feed(failure.error)
        true = tuple(part for part, belief in beliefs if belief.believed)
        if true or self.feed_failure is None:
            announced = FeedAnswer(true).announcements
            self.gathering.listen([a for a in announced if not self._of_future(a)])
        if self.feed_failure is None:
            self.gathering.hear(_memory(part, belief) for part, belief in beliefs)

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

    def _judged(self, part: PartAnswer) -> gate.FeedBelief:
        """Judge a part; a cut one may be used, but it is not all of the day."""
        state, day = self.gathering.store.state, self.gathering.day
        before = mark_before(state, part.categories, day)
        usual = sum(state.listed.get(name, 0) for name in part.categories)
        belief = gate.judge_feed(_listing(part, usual), today=day, before=before)
        if belief.failure is not None:
            self.session.discard(part.url)
            kind = ShortAnswer if belief.outcome == gate.SHORT_ANSWER else BadAnswer
            self._lose_feed(kind(part.url, belief.failure))
        return belief

    def _of_future(self, announcement: Announcement) -> bool:
        return gate.is_of_future(announcement.paper.id, self.gathering.day)

    def _lose_feed(self, failure: FetchError) -> None:
        self.feed_failure, self.open = failure, True
        self._note("announcement feed", failure)

    def _note(self, what: str, failure: FetchError) -> None:
        logger.debug("%s: %s", what, failure)
        self.gathering.notes.append(f"{what}: {in_words(failure)}")

    # --- searches ------------------------------------------------------------------------------

    def catch_up(self, slugs: Sequence[str]) -> bool:
        """Ask for each keyword by its own search, back to its last success; whether all came."""
        return self._search_each(slugs, "search for", self._caught_up)

    def fill(self, slugs: Sequence[str]) -> bool:
        """Ask for the tables of new keywords; whether the query API answered."""
        self._search_each(slugs, "fill", lambda keyword: self._newest(keyword, keyword.max_papers))
        return not self._api_health.failing

    def _search_each(
        self, slugs: Sequence[str], what: str, search: Callable[[Keyword], object]
    ) -> bool:
        """Search keyword by keyword; one that fails leaves the others alone."""
        for done, slug in enumerate(slugs):
            keyword = self._keywords[slug]
            self.progress(done, len(slugs), f"{what} {keyword.name}")
            try:
                search(keyword)
            except FetchError as failure:
                logger.debug("%s: %s", slug, failure)
                self.gathering.fail(slug, failure)
        return all(self.gathering.accounts[slug].searched for slug in slugs)

    def _caught_up(self, keyword: Keyword) -> None:
        last = self.gathering.record(keyword.slug).last_success
        count = min(self.gathering.papers_since(keyword, last), MOST_PER_REQUEST)
        papers = self._newest(keyword, count)
        ends_too_early = last is not None and papers[-1:] and papers[-1].date > last - SUBMITTED
        if ends_too_early and len(papers) == count < MOST_PER_REQUEST:
            self._newest(keyword, MOST_PER_REQUEST)

    def _newest(self, keyword: Keyword, count: int) -> tuple[Paper, ...]:
        search = partial(self._api.search, keyword.expression, count)
        answer = self._api_health.ask(search)
        judged = self.gathering.judged(keyword, answer.papers, total=answer.total, asked=count)
        belief = self.gathering.search(keyword, judged)
        if belief.failure is None:
            return belief.believed
        for url in answer.urls:
            self.session.discard(url)
        kind = ShortAnswer if belief.outcome == gate.SHORT_ANSWER else BadAnswer
        raise kind(answer.url, belief.failure)

    def audit(self, slug: str | None) -> None:
        """Repair one keyword by its own search; it is up to date without, so it may fail."""
        if slug is None:
            return
        keyword = self._keywords[slug]
        self.progress(0, 1, f"audit of {keyword.name}")
        if self._api_health.failing:
            self.open = True
            return
        try:
            self._newest(keyword, keyword.max_papers)
        except FetchError as failure:
            self.open = True
            self._note(f"audit of {keyword.name}", failure)

    # --- harvest -------------------------------------------------------------------------------

    def harvest(self, harvest: Harvest) -> bool:
        """Ask for everything that changed, and match it; whether all of it came."""
        complete = self._harvest_each(harvest, self.gathering.harvest)
        if complete:
            self.gathering.harvest_complete(harvest.since)
        return complete

    def _harvest_each(self, harvest: Harvest, take: Callable[[Sequence[Paper]], None]) -> bool:
        try:
            for set_spec in harvest.sets:
                self._oai_health.ask(partial(self._harvest_set, harvest, set_spec, take))
        except FetchError as failure:
            self._note(f"harvest since {harvest.since}", failure)
            return False
        return True

    def _harvest_set(
        self, harvest: Harvest, set_spec: str | None, take: Callable[[Sequence[Paper]], None]
    ) -> None:
        for number, page in enumerate(self._oai.changed_since(harvest.since, set_spec)):
            self.progress(number, harvest.pages, f"harvest since {harvest.since}")
            take([r.paper for r in page.records if r.paper is not None])

    # --- details -------------------------------------------------------------------------------

    def details(self, other_way: Harvest, *, probe: str | None) -> None:
        """Complete what stands in tables from the feed alone; what fails is completed later.

        ``probe`` is a paper that tells how far the index is; it is asked for with the others.
        """
        today, backlog = self.gathering.lacking_details()
        too_many = len(today) > MOST_DETAILS
        harvested = too_many and self._harvest_each(other_way, self.gathering.detail)
        if harvested:
            today, backlog = self.gathering.lacking_details()
        self.open |= too_many and not harvested
        count = request_batches(len(today), len(backlog)) * DETAILS_A_REQUEST
        wanted = list(dict.fromkeys([*([probe] if probe else []), *today, *backlog]))
        if self._in_lists(wanted[: max(count, DETAILS_A_REQUEST if probe else 0)]):
            return
        if not today or harvested or not self._harvest_each(other_way, self.gathering.detail):
            self.open = True

    def _in_lists(self, wanted: Sequence[str]) -> bool:
        """Ask for papers by their identifiers; whether the query API answered."""
        for start in range(0, len(wanted), DETAILS_A_REQUEST):
            batch = wanted[start : start + DETAILS_A_REQUEST]
            self.progress(start, len(wanted), "details")
            try:
                self.gathering.detail(self._api_health.ask(partial(self._api.by_id, batch)))
            except FetchError as failure:
                self._note("details come another way, or later", failure)
                return False
        return True


def _listing(part: PartAnswer, usual: int) -> gate.FeedListing:
    return gate.FeedListing(
        ids=tuple(one.paper.versioned_id for one in part.announcements),
        new=tuple(newly_announced(part.announcements)),
        count=part.count,
        cut=part.cut,
        usual=usual,
    )


def _memory(part: PartAnswer, belief: gate.FeedBelief) -> FeedMemory:
    assert belief.mark is not None, "the part is believed"
    return FeedMemory(part.categories, belief.mark.digest, belief.mark.highest_new, part.count)


def carry_out(plan: Plan, fetching: Fetching) -> None:
    """Ask for everything but the feed."""
    stand_in = False
    if plan.searches:
        stand_in = not fetching.catch_up(plan.searches)
    if plan.harvest is not None and not fetching.harvest(plan.harvest):
        fetching.open = True
        fetching.catch_up(plan.stand_in_searches)
    if plan.fills:
        stand_in |= not fetching.fill(plan.fills)
    if stand_in and plan.stand_in is not None and not fetching.harvest(plan.stand_in):
        fetching.open = True
    if plan.details is not None:
        gathering = fetching.gathering
        fetching.details(plan.details, probe=gathering.first_announced() if plan.searches else None)
    fetching.audit(plan.audit)
    fetching.gathering.share_news()
