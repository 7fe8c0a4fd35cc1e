"""What a run found, up to which day that completes each keyword, and who is notified up to where.

Pure functions of the evidence. A keyword's table counts as complete up to a day, and its readers as
having seen all news up to an identifier, only if arXiv's answers prove it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

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
from daily_papers.daily.feed_history import feed_of, gap, is_gap_open, newly_announced
from daily_papers.daily.news import announced_as_news
from daily_papers.daily.plan import Order, working_days
from daily_papers.errors import Failure, Outcome
from daily_papers.papers.announcement import Announcement
from daily_papers.papers.paper import Origin, announcement_order
from daily_papers.store.store import KeywordState, State, Store, highest


@dataclass(frozen=True, slots=True)
class KeywordProgress:
    """What a run did for one keyword."""

    #: Everything that was listed after this day has come by a full search; None if there was none.
    searched: date | None = None
    #: The same of a harvest of everything that it missed.
    harvested: date | None = None
    #: What went wrong last, unless something else made up for it.
    failure: Failure | None = None
    #: Whether its last full search failed, though the service answers.
    rejected: bool = False
    #: How many papers arXiv returned for it that do not match.
    strangers: int = 0

    @property
    def tried(self) -> bool:
        """Whether it was searched for, successfully or not."""
        return self.searched is not None or self.failure is not None

    @property
    def since(self) -> date | None:
        """Everything that was listed after this day has come, by more than the feed."""
        return min(filter(None, (self.searched, self.harvested)), default=None)


@dataclass(frozen=True, slots=True)
class Findings:
    """The evidence of a run, summed up."""

    progress: Mapping[str, KeywordProgress]
    #: All of today's feed.
    feed: FeedRead | None
    feed_failure: Failure | None
    #: Whether any answer was accepted, or part of one.
    answered: bool
    #: Whether a harvest was complete.
    harvested: bool
    harvest_failure: Failure | None
    #: What is known of today's feed; None if it was not asked for, or none of it can be used.
    announced: tuple[Announcement, ...] | None
    #: The highest identifier that the query API and OAI-PMH showed.
    shown: Mapping[Origin, str | None]
    #: How close today's listing is to what people like, as far as that is known.
    ranked: Ranked
    #: Whether something that was asked for is still to come.
    still_due: bool

    @classmethod
    def of(cls, store: Store, evidence: Sequence[Evidence]) -> Findings:
        """Sum up the evidence; ``store`` is the store before it."""
        feed = feed_of(evidence)
        asked = next(
            (item for item in evidence if isinstance(item, FeedRead)), FeedRead((), {}, ())
        )
        ranked = next(
            (item for item in evidence if isinstance(item, Ranked)), Ranked({}, {}, {}, ())
        )
        harvests = [item.failure for item in evidence if isinstance(item, HarvestFailed)]
        shown: dict[Origin, str | None] = dict.fromkeys(Origin)
        for item in evidence:
            if isinstance(item, Harvested):
                shown[Origin.OAI] = highest([shown[Origin.OAI], item.highest_id])
            for paper in item.papers if isinstance(item, Searched | Details) else ():
                shown[paper.origin] = highest([shown[paper.origin], paper.id])
        progress = _progress(store, evidence)
        announced = asked.announcements if feed else asked.announcements or None
        return cls(
            progress=progress,
            feed=feed,
            feed_failure=asked.failures[0] if asked.failures else None,
            answered=announced is not None
            or any(isinstance(item, Searched | Harvested | Details) for item in evidence),
            harvested=any(each.harvested for each in progress.values()),
            harvest_failure=harvests[-1] if harvests else None,
            announced=announced,
            shown=shown,
            ranked=ranked,
            still_due=bool(asked.failures)
            or any(item.still_due for item in evidence if isinstance(item, Unanswered)),
        )

    def failure_of(self, keyword: KeywordState) -> Failure | None:
        """Why a keyword is not up to date; None if nothing failed that it was waiting for.

        A new keyword waits for a harvest only if no keyword is searched for.
        """
        own = self.progress[keyword.slug].failure
        if own is None or (own.outcome is Outcome.NOT_ASKED and not self.answered):
            own = self.feed_failure or own  # the feed took the time
        tried = any(each.tried for each in self.progress.values())
        waits = keyword.filled is not None or not tried
        return own or (self.harvest_failure if waits else None)

    def proves(self, progress: KeywordProgress, state: State) -> bool:
        """Whether the index that was asked shows what was announced after the last gap.

        An index may lag behind the listings by days.
        """
        searched = self.shown[Origin.SEARCH] if progress.searched else None
        harvested = self.shown[Origin.OAI] if progress.harvested else None
        shown, since = highest([searched, harvested]), state.unbroken_from
        if shown is None or since is None:
            return False
        return announcement_order(shown)[:2] >= announcement_order(since)[:2]


def _progress(store: Store, evidence: Sequence[Evidence]) -> Mapping[str, KeywordProgress]:
    progress = {slug: KeywordProgress() for slug in store.keywords}
    for item in evidence:
        match item:
            case Searched(slug=slug):
                progress[slug] = replace(
                    progress[slug],
                    searched=item.since,
                    failure=None,
                    rejected=False,
                    strangers=item.strangers,
                )
            case SearchFailed(slug=slug):
                # The first half of a longer search may have been accepted, which is not enough.
                progress[slug] = replace(
                    progress[slug],
                    searched=None,
                    failure=item.failure,
                    rejected=item.failure.rejected,
                )
            case Unanswered(slug=str(slug)):
                progress[slug] = replace(progress[slug], rejected=item.failure.rejected)
            case Harvested(complete=True):
                # Keywords that had missed nothing before have everything now.
                for slug, keyword in store.keywords.items():
                    if keyword.last_success is None or item.since <= keyword.last_success:
                        failure = progress[slug].failure if keyword.filled is None else None
                        progress[slug] = replace(
                            progress[slug], harvested=item.since, failure=failure
                        )
    return progress


# --- up to which day the tables are complete ----------------------------------------------------


def advance(before: State, store: Store, findings: Findings, order: Order) -> Store:
    """Note in the store how far each keyword is; unlike ``before``, it includes today's feed."""
    keywords = {
        slug: _advanced(store, keyword, findings, order) for slug, keyword in store.keywords.items()
    }
    highest_id = _highest_announced(store, keywords.values(), findings, order)
    store = store.updated(state=replace(store.state, highest_id=highest_id))
    notified = {
        slug: _notified(before, store, keyword, findings, order)
        for slug, keyword in keywords.items()
    }
    return store.updated(keywords=notified)


def _advanced(
    store: Store, keyword: KeywordState, findings: Findings, order: Order
) -> KeywordState:
    progress = findings.progress[keyword.slug]
    if not keyword.searches:
        # Where the feed is not asked, nothing is taken, and nothing is made up for later.
        done = keyword.slug in findings.ranked.chosen or not order.mode.reads_feed
        return replace(keyword, last_success=order.day) if done else keyword
    if progress.searched:
        filled = keyword.filled or order.day
        keyword = replace(keyword, audited=order.day, filled=filled, rejected=None)
    elif progress.harvested and keyword.filled is None:
        full = len(store.members.get(keyword.slug, ())) >= keyword.max_papers
        keyword = replace(keyword, harvested=order.day, filled=order.day if full else None)
    keyword = replace(keyword, first_filled=keyword.first_filled or keyword.filled)
    if progress.rejected:
        keyword = replace(keyword, rejected=order.day)
    reached = _reached(keyword, store.state, findings, order)
    if reached is None:
        return keyword
    return replace(keyword, last_success=max(reached, keyword.last_success or reached))


def _reached(keyword: KeywordState, state: State, findings: Findings, order: Order) -> date | None:
    """The listing day up to which the keyword's table is now complete; None if it is not known.

    If today's feed is trusted, it has all of today. What was missed before is complete once a
    search or a harvest has brought it. Since an index may lag behind the listings by days, it must
    also have shown a paper that was announced after the gap.
    """
    progress = findings.progress[keyword.slug]
    if keyword.filled is None:
        return None
    if not order.mode.reads_feed:
        return order.day if progress.since is not None else None
    last = keyword.last_success
    kept_up = last is not None and not working_days(last, order.day)
    if state.feed_day == order.day and kept_up:
        return order.day
    if keyword.filled == order.day and keyword.last_success is None and progress.since is not None:
        return order.day if state.feed_day == order.day else order.day - timedelta(days=1)
    return state.feed_day if findings.proves(progress, state) else None


# --- up to where readers are notified ----------------------------------------------------------


def _highest_announced(
    store: Store, keywords: Iterable[KeywordState], findings: Findings, order: Order
) -> str | None:
    """The highest identifier known to have been announced.

    A search may show papers from a later listing than today's feed, which other keywords lack.
    """
    filled = [keyword for keyword in keywords if keyword.filled is not None]
    complete = bool(filled) and all(keyword.last_success == order.day for keyword in filled)
    known = [store.state.highest_id]
    if findings.feed is not None:
        known += announced_as_news(findings.feed.announcements)
    if findings.harvested:
        known.append(findings.shown[Origin.OAI])
    if complete and (highest(known) is None or not order.mode.reads_feed):
        known.append(highest(store.papers))
    return highest(known)


def _notified(
    before: State, store: Store, keyword: KeywordState, findings: Findings, order: Order
) -> KeywordState:
    """Note up to which identifier the keyword's readers have now seen all news."""
    progress, feed, state = findings.progress[keyword.slug], findings.feed, store.state
    announced = () if feed is None else feed.announcements
    # If a day was only searched, without the feed, it lacks what the index did not show yet.
    proven = not order.mode.reads_feed or findings.proves(progress, state)
    # A listing or a harvest shows which identifiers have been given by now, matching or not; one
    # without new papers shows none.
    knows_all = bool(newly_announced(announced))
    up_to = keyword.notified_up_to
    if up_to is None:
        knows_all |= findings.harvested and findings.shown[Origin.OAI] == state.highest_id
    else:
        has_gap = is_gap_open(before) or gap(before, announced, order.day)
        knows_all &= bool(before.feed_day and not has_gap) and up_to == before.highest_id
    if knows_all or (keyword.last_success == order.day and proven):
        up_to = highest([up_to, state.highest_id])
        return replace(
            keyword,
            notified_up_to=up_to,
            expressions_before=_expressions_before(store, keyword, up_to),
        )
    if up_to is None and progress.searched is not None:
        # The best that is known: the highest identifier in any table.
        return replace(keyword, notified_up_to=highest([state.highest_id, highest(store.papers)]))
    return keyword


def _expressions_before(
    store: Store, keyword: KeywordState, up_to: str | None
) -> Mapping[str, str | None]:
    """Its earlier expressions, now that readers have seen all news, as long as they matter."""
    shown = highest([up_to, *store.members.get(keyword.slug, ())])
    ids = [listing.new.split()[0] for listing in store.state.recent_listings if listing.new]
    before = {old: until or shown for old, until in keyword.expressions_before.items()}
    return {
        old: until for old, until in before.items() if not ids or highest([until, ids[0]]) == until
    }
