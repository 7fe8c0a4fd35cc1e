"""What a run results in: the only place where a run changes anything.

`conclude` is a pure function of the store before, the keywords and the evidence. Before a wait, and
before it plans what to ask next, a run looks at what it has `so_far`. Only the end of the run
decides what is news, and up to which day each keyword is complete:

    lost days -> tables -> progress of each keyword -> readers notified -> news -> the day
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from daily_papers.config import Config, Keyword
from daily_papers.daily.advance import Findings, advance
from daily_papers.daily.evidence import (
    Evidence,
    FeedRead,
    Harvested,
    Ranked,
    Searched,
    known_liked,
)
from daily_papers.daily.feed_history import (
    feed_of,
    lost_since,
    unread_days,
    with_feed,
    with_volumes,
)
from daily_papers.daily.news import NewPapers, find_news, papers_of
from daily_papers.daily.plan import FetchMode, Order, working_days
from daily_papers.daily.report import (
    KeywordReport,
    RunReport,
    day_line,
    notes_of,
    report_keyword,
)
from daily_papers.github_actions import Addresses
from daily_papers.mail.digest import Digest
from daily_papers.mail.morning import morning, news_items, people_of
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import announcement_order
from daily_papers.store.store import Draft, News, State, Store, highest
from daily_papers.text import plural

_FRIDAY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What a finished run results in."""

    store: Store
    digest: Digest | None
    #: Without the requests, and the waits between them.
    report: RunReport


def conclude(
    before: Store, config: Config, evidence: Sequence[Evidence], order: Order, digest_key: str
) -> Conclusion:
    """Decide what a finished run results in. ``before`` has today's keywords (`reconcile`).

    ``digest_key`` is for the digest that is written if there is news.
    """
    keywords = config.keywords
    news = find_news(before, keywords, evidence, order.day)
    store = _with_tables(before, keywords, evidence, news, order.day)
    findings = Findings.of(store, evidence)
    state = _with_feed_history(store.state, findings, news, order.day)
    store = advance(before.state, store.updated(state=state), findings, order)
    ranked = findings.ranked
    places = {
        paper.id: place
        for papers in ranked.chosen.values()
        for place, paper in enumerate(papers, start=1)
    }
    digest = None
    if items := news_items(news.papers, keywords, ranked.closeness, places):
        digest = _digest(before, store, config, items, order, digest_key)
        store = store.updated(state=replace(store.state, unread=()))  # it names them
    store = store.with_news(
        {
            paper: News(
                version=paper.version,
                day=order.day,
                keywords=slugs,
                digest=digest_key,
                closeness=ranked.closeness.get(paper.id),
                place=places.get(paper.id),
                similar=ranked.similar.get(paper.id),
            )
            for paper, slugs in news.papers
        }
    )
    if before.liked or config.libraries:
        liked = known_liked(before, evidence)
        store = store.updated(liked={id: liked[id] for id in config.liked_ids if id in liked})
    new = Counter(slug for item in store.news_of(order.day).values() for slug in item.keywords)
    reports = tuple(
        report_keyword(store, keyword, findings, new[keyword.slug], order.day)
        for keyword in keywords
    )
    store = _with_day(before, store, evidence, findings, reports, order)
    if news.short_days:
        store = _with_short_days(store, findings, news.short_days, order.day)
    report = RunReport(
        day=order.day,
        day_line=store.state.day_line,
        complete=store.state.complete,
        keywords=reports,
        notes=notes_of(before, evidence),
    )
    return Conclusion(store=store, digest=digest, report=report)


def so_far(
    before: Store, keywords: Sequence[Keyword], evidence: Sequence[Evidence], day: date
) -> Store:
    """The store with the tables of an unfinished run; its end decides what is news."""
    news = find_news(before, keywords, evidence, day)
    store = _with_tables(before, keywords, evidence, news, day)
    return store.updated(state=replace(store.state, day=day, complete=False))


# --- the tables --------------------------------------------------------------------------------


def _complete_before(day: date, store: Store, slugs: Collection[str]) -> Store:
    """Count none of these keywords as complete on this day or later."""
    last = day - timedelta(days=1)
    late = {
        slug: replace(keyword, last_success=last)
        for slug, keyword in store.keywords.items()
        if slug in slugs and keyword.searches and (keyword.last_success or last) > last
    }
    return store.updated(keywords={**store.keywords, **late})


def _with_tables(
    before: Store,
    keywords: Sequence[Keyword],
    evidence: Sequence[Evidence],
    news: NewPapers,
    day: date,
) -> Store:
    """Put what was found into the tables, and note which tables changed.

    No keyword counts as complete for days whose feed was empty by mistake.
    """
    feed = feed_of(evidence)
    lost = None if feed is None else lost_since(before.state, feed.announcements)
    if lost is not None:
        before = _complete_before(lost, before, before.keywords)
    draft = Draft(before)
    for item in evidence:
        match item:
            case Searched():
                draft.take(item.slug, item.papers, day)
            case FeedRead() | Harvested():
                draft.take_each(item.matching, day)
            case Ranked():
                draft.take_each(item.chosen, day)
        draft.learn(papers_of(item))
    draft.take_each(news.missed, day)
    for keyword in keywords:
        draft.trim(keyword.slug, keyword.max_papers)
    after = draft.finish()
    changed = _changed_tables(before, after)
    earlier = before.state.revised if before.state.day == day else ()
    revised = sorted({*earlier, *_revised_now(before, after)}, key=announcement_order)
    return after.updated(
        keywords={
            slug: replace(keyword, changed=day) if slug in changed else keyword
            for slug, keyword in after.keywords.items()
        },
        state=replace(after.state, revised=tuple(revised)),
    )


def _changed_tables(before: Store, after: Store) -> frozenset[str]:
    touched = {
        id
        for id, stored in after.papers.items()
        if (known := before.papers.get(id, stored)) is not stored and known.paper != stored.paper
    }
    return frozenset(
        slug
        for slug, members in after.members.items()
        if members != before.members.get(slug) or not touched.isdisjoint(members)
    )


def _revised_now(before: Store, after: Store) -> frozenset[str]:
    """Papers that were in a table before this run, and are now in one in a newer version."""
    return frozenset(
        id
        for id, stored in before.papers.items()
        if stored.tables
        and id in after.papers
        and after.papers[id].tables
        and after.papers[id].paper.version > stored.paper.version
    )


def _with_feed_history(state: State, findings: Findings, news: NewPapers, day: date) -> State:
    """Remember today's feed, its volume, and what earlier feeds are now known to have left out."""
    state = with_volumes(state, findings.announced or ())
    if findings.feed is not None:
        state = with_feed(state, findings.feed, day)
    # From now on, a paper that no feed showed counts as if its day's feed had shown it.
    listings = tuple(
        listing.with_new(id for id, each in news.unannounced.items() if each == listing.day)
        for listing in state.recent_listings
    )
    return replace(state, recent_listings=listings)


# --- the news ----------------------------------------------------------------------------------


def _digest(
    before: Store,
    store: Store,
    config: Config,
    items: tuple[NewsItem, ...],
    order: Order,
    key: str,
) -> Digest:
    keywords = config.keywords
    people = people_of(keywords)
    sections = morning(items, [keyword.slug for keyword in keywords], dict(people))
    first = key == str(order.day)
    return Digest(
        key=key,
        repository=Addresses.of(order.environ).repository or None,
        items=tuple(item for section in sections for item in section.items),
        keyword_names=tuple((keyword.slug, keyword.name) for keyword in keywords),
        people=people,
        revisions=len(store.state.revised if first else _revised_now(before, store)),
        skipped=unread_days(store.state),
        due=weekly_mail_after(before, order.day) if config.digest == "weekly" else None,
        per_keyword=config.issues == "per keyword",
        topics=tuple((slug, each.topic) for slug, each in store.keywords.items() if each.topic)
        if config.issues == "per keyword"
        else (),
    )


def weekly_mail_after(store: Store, day: date) -> date:
    """The day of the weekly mail: Friday, or today if the last Friday's listing was not read."""
    friday = day + timedelta(days=(_FRIDAY - day.weekday()) % 7)
    days = [store.state.feed_day, *(each.last_success for each in store.keywords.values())]
    read = max(filter(None, days), default=day)
    return day if read < friday - timedelta(days=7) else friday


# --- the day and the report --------------------------------------------------------------------


def _with_day(
    before: Store,
    store: Store,
    evidence: Sequence[Evidence],
    findings: Findings,
    reports: Sequence[KeywordReport],
    order: Order,
) -> Store:
    """Sum up this listing day; a run that had nothing to ask for leaves the day line as it is."""
    state = replace(store.state, day=order.day, site=Addresses.of(order.environ).site)
    if before.state.day == order.day and before.state.complete and not evidence:
        return store.updated(state=state)
    if findings.announced is not None:
        announced: int | None = len(findings.announced)
    else:  # an earlier run of the day may have read it
        read = state.feed_day == order.day
        announced = sum(part.count for part in state.feed) if read else None
    line = day_line(
        news=len(store.news_of(order.day)),
        revised=len(state.revised),
        announced=announced,
        failures=[(report.name, report.public_reason) for report in reports if not report.good],
        keywords=len(reports),
        extra=_waiting_to_be_filled(before, store, findings, order),
    )
    complete = not findings.still_due and all(report.done for report in reports)
    return store.updated(state=replace(state, complete=complete, day_line=line))


def _with_short_days(store: Store, findings: Findings, short: Collection[date], day: date) -> Store:
    """Let the next run search for the keywords that relied on a feed which has proved to be short.

    One paper is proof; which others the feed left out is not known. An index that shows the highest
    identifier of that day's listing has them all, but an answer may not reach back to that day: an
    audit asks for no more than a table holds.
    """
    ids = [
        listing.new.split()[-1]
        for listing in store.state.recent_listings
        if listing.new and listing.day in short
    ]
    state = store.state
    if state.unbroken_from is not None:  # else nothing proves anything yet
        state = replace(state, unbroken_from=highest([state.unbroken_from, *ids]))
    relied = [
        slug
        for slug, progress in findings.progress.items()
        if (progress.since or date.max) >= min(short) or not findings.proves(progress, state)
    ]
    # With a day in between, the day's feed does not complete a keyword in a second run either.
    *_, yesterday = working_days(day - timedelta(days=7), day)
    after = _complete_before(min(yesterday, *short), store, relied)
    is_complete = state.complete and after.keywords == store.keywords
    return after.updated(state=replace(state, complete=is_complete))


def _waiting_to_be_filled(
    before: Store, store: Store, findings: Findings, order: Order
) -> str | None:
    """Say how many keywords this run has filled, if others have to wait for later runs."""
    unfilled = [slug for slug, keyword in before.keywords.items() if keyword.filled is None]
    waiting = sum(keyword.filled is None for keyword in store.keywords.values())
    tried = all(findings.progress[slug].tried for slug in unfilled)
    if not waiting or tried or order.mode is FetchMode.ANNOUNCEMENTS:
        return None
    filled = len(unfilled) - waiting
    rest = plural(waiting, "waits", "wait")
    return f"Still filling {filled:,} of {len(unfilled):,} keywords; {rest}."
