"""A run's questions to arXiv; each accepted answer is appended to the evidence.

If a question fails, that is noted and the next one is asked. What an answer means is not decided
here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from math import ceil

from daily_papers.arxiv.feed import merge_parts, todays_feed
from daily_papers.arxiv.oai import changed_since
from daily_papers.arxiv.query_api import MOST_PER_REQUEST, QueryApi
from daily_papers.arxiv.session import PoliteSession
from daily_papers.config import Keyword
from daily_papers.daily.evidence import (
    Details,
    Evidence,
    FeedRead,
    Harvested,
    HarvestFailed,
    Ranked,
    Searched,
    SearchFailed,
    Unanswered,
)
from daily_papers.daily.feed_history import newly_announced
from daily_papers.daily.news import matching_each, papers_of
from daily_papers.daily.plan import (
    DETAILS_A_REQUEST,
    MOST_DETAILS,
    Harvest,
    Plan,
    working_days,
)
from daily_papers.daily.trust import accept_feed, accept_search, is_credible
from daily_papers.errors import (
    BadAnswer,
    Failure,
    FetchError,
    NoAnswer,
    RejectedAnswer,
    ShortAnswer,
)
from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.store.store import Store, highest

#: Called with what is being done: ``done``, ``of`` how many, and a few words.
Progress = Callable[[int, int, str], None]

#: So many papers make an answer of some 700 kB, which reaches back far enough for most keywords.
_LONG_ANSWER = 300
#: How much of the run's remaining time a harvest may take.
_HARVEST_SHARE = 0.5
_EMPTY_HARVEST = "the harvest is empty, though papers change on every working day"
#: After this many questions in a row without an answer, a service is asked nothing more.
PATIENCE = 3


@contextmanager
def _asked(silences: list[NoAnswer]) -> Iterator[None]:
    """Note how the question asked inside ends; raises FetchError if no more may be asked.

    ``silences`` are why the service did not answer, one for each question since its last answer.
    """
    if len(silences) >= PATIENCE:
        raise silences[-1]
    try:
        yield
    except NoAnswer as failure:
        silences.append(failure)
        raise
    except FetchError:  # a bad answer is one: the next may be good
        silences.clear()
        raise
    silences.clear()


@dataclass(slots=True)
class Inquiry:
    """One run's questions, and the evidence from their answers."""

    session: PoliteSession
    api: QueryApi
    #: The store before the run.
    before: Store
    keywords: Sequence[Keyword]
    day: date
    progress: Progress
    evidence: list[Evidence]
    _api_silences: list[NoAnswer] = field(default_factory=list)
    _oai_silences: list[NoAnswer] = field(default_factory=list)

    # --- the announcement feed -----------------------------------------------------------------

    def ask_for_feed(self, parts: Sequence[tuple[str, ...]]) -> None:
        """Ask for today's announcements."""
        self.progress(0, len(parts), "announcement feed")
        answer = todays_feed(self.session, parts)
        accepted = [accept_feed(part, self.before.state, self.day) for part in answer.parts]
        rejected = [failure for part in accepted for failure in part.failures]
        for failure in rejected:
            self.session.discard(failure.url)
        failures = (*(error.failure for error in answer.failures), *rejected)
        announced = merge_parts(part.announcements for part in accepted)
        matching = matching_each(self.keywords, [one.paper for one in announced])
        memory = tuple(chain.from_iterable(part.parts for part in accepted))
        unknown = tuple(answer.unknown)
        self.evidence.append(FeedRead(announced, matching, memory, failures, unknown))

    # --- what was missed, and new tables -------------------------------------------------------

    def ask_for_missed(self, plan: Plan, known: Store) -> None:
        """Ask for what keywords missed, and for the tables of new ones.

        ``known`` is the store so far. If one service does not answer, the other is asked instead.
        """
        missing = not self._search_each(plan.searches, "search for", known)
        if plan.harvest is not None and not self._harvest(plan.harvest, self.keywords):
            self._search_each(plan.stand_in_searches, "search for", known)
        if plan.fills:
            self._search_each(plan.fills, "fill", known)
            missing |= bool(self._api_silences)
        if missing and plan.stand_in is not None:
            self._harvest(plan.stand_in, self.keywords)

    def _search_each(self, slugs: Sequence[str], what: str, known: Store) -> bool:
        """Search for each keyword, whether or not others fail; return whether all succeeded."""
        by_slug = {keyword.slug: keyword for keyword in self.keywords}
        failures = 0
        for done, slug in enumerate(slugs):
            self.progress(done, len(slugs), f"{what} {by_slug[slug].name}")
            try:
                self._search_table(by_slug[slug], known)
            except FetchError as error:
                self.evidence.append(SearchFailed(slug, _failure(error, slug)))
                failures += 1
        return not failures

    def _search_table(self, keyword: Keyword, known: Store) -> None:
        """Search for what a table lacks; once more, for more, if that is not all of it.

        It is not if the answer does not reach back to the last success, or if arXiv's looser rule
        leaves too few rows for a new table.
        """
        state = known.keywords[keyword.slug]
        last = state.last_success
        count = max(keyword.max_papers, _LONG_ANSWER if working_days(last, self.day) else 0)
        found = self._search(keyword, count)
        self.evidence.append(found)
        if found.since == date.min or count == MOST_PER_REQUEST:
            return
        ends_too_early = last is not None and found.since > last
        too_few = found.strangers and len(found.papers) < keyword.max_papers
        if ends_too_early or (state.filled is None and too_few):
            self.evidence.append(self._search(keyword, MOST_PER_REQUEST))

    def _search(self, keyword: Keyword, count: int) -> Searched:
        """Search for a keyword's newest papers; raises FetchError if the answer is rejected."""
        with _asked(self._api_silences):
            answer = self.api.search(keyword.expression, count)
        try:
            table = self.before.table(keyword.slug)
            return accept_search(keyword, count, answer, table, self.day)
        except BadAnswer:
            for url in answer.urls:
                self.session.discard(url)
            raise

    def _harvest(self, harvest: Harvest, keywords: Sequence[Keyword]) -> bool:
        """Ask for everything that changed, page by page, and match it with these keywords.

        Return whether all of it came. Without keywords, it only brings details of known papers.
        """
        what = f"harvest of what changed since {harvest.since}"
        try:
            # A page may take minutes, and what comes after the harvest needs time too.
            with self.session.in_share(_HARVEST_SHARE, "the harvest's"):
                for set_spec in harvest.sets:
                    came = 0
                    with _asked(self._oai_silences):
                        pages = changed_since(self.session, harvest.since, set_spec)
                        for number, page in enumerate(pages):
                            self.progress(number, harvest.pages, what)
                            papers = [each for each in page.papers if is_credible(each, self.day)]
                            came += len(papers)
                            ends = page.resumption_token is None
                            if ends and not came and harvest.must_bring(set_spec, self.day):
                                self.session.discard(page.url)
                                raise ShortAnswer(page.url, _EMPTY_HARVEST)
                            last = ends and set_spec == harvest.sets[-1]
                            self._add_page(harvest, keywords, papers, last=last)
        except FetchError as error:
            self.evidence.append(HarvestFailed(what, error.failure))
            return False
        return True

    def _add_page(
        self, harvest: Harvest, keywords: Sequence[Keyword], papers: Sequence[Paper], *, last: bool
    ) -> None:
        """Note what of a page matches, or is already in the store or today's feed."""
        matching = matching_each(keywords, papers) if keywords else {}
        matched = {paper.id for each in matching.values() for paper in each}
        ids = matched | self._found_today() | self.before.papers.keys()
        wanted = tuple(paper for paper in papers if paper.id in ids)
        if keywords:
            shown = highest(paper.id for paper in papers)
            self.evidence.append(Harvested(harvest.since, matching, wanted, shown, complete=last))
        else:
            self.evidence.append(Details(wanted))

    # --- details -------------------------------------------------------------------------------

    def ask_for_details(self, other_way: Harvest, known: Store, *, probe: bool) -> None:
        """Complete papers known only from the feed; those that fail are completed later.

        ``probe``: also ask for one of today's papers, which shows how up to date the index is.
        """
        complete = {id for id, stored in known.papers.items() if stored.paper.has_details}
        today = self._found_today() - complete
        stored_ids = {id for id, stored in known.papers.items() if stored.is_current(self.day)}
        lacking = (today | stored_ids) - complete
        harvested = len(today) > MOST_DETAILS and self._harvest(other_way, ())
        if harvested:
            found = chain.from_iterable(map(papers_of, self.evidence))
            complete = {paper.id for paper in found if paper.has_details}
            today, lacking = today - complete, lacking - complete
        # As many requests as today's papers need, but at least one.
        requests = ceil(min(max(len(today), 1), MOST_DETAILS) / DETAILS_A_REQUEST)
        listings = [i.announcements for i in self.evidence if isinstance(i, FeedRead)]
        probes = newly_announced(listings[0])[:1] if probe and listings else []
        in_turn = sorted(lacking, key=lambda id: (id in today, announcement_order(id)))
        wanted = list(dict.fromkeys([*probes, *reversed(in_turn)]))
        still_due = harvested or not today
        what = "details are fetched another way, or later"
        came = self.ask_by_id(wanted[: requests * DETAILS_A_REQUEST], what, still_due=still_due)
        if not came and not still_due:
            self._harvest(other_way, ())

    def ask_by_id(self, wanted: Sequence[str], what: str, *, still_due: bool) -> bool:
        """Ask for papers by their identifiers; return whether all answers came."""
        try:
            for start in range(0, len(wanted), DETAILS_A_REQUEST):
                self.progress(start, len(wanted), "details")
                with _asked(self._api_silences):
                    papers = self.api.by_id(wanted[start : start + DETAILS_A_REQUEST])
                credible = (paper for paper in papers if is_credible(paper, self.day))
                self.evidence.append(Details(tuple(credible)))
        except FetchError as error:
            self.evidence.append(Unanswered(what, error.failure, still_due))
            return False
        return True

    def _found_today(self) -> frozenset[str]:
        """The papers of today's feed that match a keyword."""
        return frozenset(
            paper.id
            for item in self.evidence
            if isinstance(item, FeedRead | Ranked)
            for papers in (item.chosen if isinstance(item, Ranked) else item.matching).values()
            for paper in papers
        )

    # --- the audit -----------------------------------------------------------------------------

    def audit(self, slug: str | None) -> None:
        """Repair one keyword by a full search, which may fail: the keyword is up to date anyway."""
        keyword = next((keyword for keyword in self.keywords if keyword.slug == slug), None)
        if keyword is None:
            return
        what = f"full search for {keyword.name} as a check"
        self.progress(0, 1, what)
        try:
            if self._api_silences:
                raise self._api_silences[-1]
            self.evidence.append(self._search(keyword, keyword.max_papers))
        except FetchError as error:
            failure = _failure(error, keyword.slug)
            self.evidence.append(Unanswered(what, failure, slug=keyword.slug))


def _failure(error: FetchError, slug: str) -> Failure:
    """What went wrong with a keyword's search; if the answer was rejected, how to look at it."""
    if not isinstance(error, RejectedAnswer | ShortAnswer):
        return error.failure
    remedy = f"if this goes on for days, see what arXiv returns: daily-papers preview {slug}"
    return replace(error.failure, remedy=remedy)
