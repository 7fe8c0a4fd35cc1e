"""The end of a run: how far each keyword is now, what the day was, and what is news for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from daily_papers.announcement import Announcement
from daily_papers.config import Keyword
from daily_papers.digest import Digest, NewsItem, new_key
from daily_papers.gathering import Account, Gathering
from daily_papers.news import announced_as_news, counted
from daily_papers.paper import announcement_order
from daily_papers.plan import Source, missed_days
from daily_papers.report import (
    FAILED,
    FILLING,
    NOTHING_ANNOUNCED,
    UP_TO_DATE,
    KeywordReport,
    day_line,
)
from daily_papers.store import KeywordRecord, News, Store


def settle(gathering: Gathering, source: Source, feed_failure: str | None) -> None:
    """Bring each keyword's record up to what the run gathered."""
    for keyword in gathering.keywords:
        record, account = gathering.record(keyword.slug), gathering.accounts[keyword.slug]
        _fill(record, account, gathering, keyword)
        reached = _reached(record, account, gathering, source)
        if reached is not None:
            record.last_success = max(reached, record.last_success or reached)
    note_changes(gathering)
    _advance(gathering)
    if feed_failure is None:
        return
    for keyword in gathering.keywords:  # a feed that was lost is why nobody is up to date
        account = gathering.accounts[keyword.slug]
        behind = gathering.record(keyword.slug).last_success != gathering.day
        if behind and account.reason is None:
            account.reason = f"announcement feed: {feed_failure}"


def note_changes(gathering: Gathering) -> None:
    """Let the tables that changed in this run say so; a later run of the day cannot tell."""
    for keyword in gathering.keywords:
        if gathering.changed(keyword.slug):
            gathering.record(keyword.slug).changed = gathering.day


def _fill(record: KeywordRecord, account: Account, gathering: Gathering, keyword: Keyword) -> None:
    if account.searched:
        record.audited = gathering.day
        record.filled = record.filled or gathering.day
    elif account.harvested and record.filled is None:
        record.harvested = gathering.day
        if len(gathering.store.members.get(keyword.slug, ())) >= keyword.max_papers:
            record.filled = gathering.day


def _reached(
    record: KeywordRecord, account: Account, gathering: Gathering, source: Source
) -> date | None:
    """The listing day up to which the keyword's table is complete now; None where not known.

    Without a believed feed, a search or a harvest proves the day only if it brought something
    that was announced since: arXiv's index may lag behind the listing.
    """
    if record.filled is None:
        return None
    own = account.searched or account.harvested
    if source in (Source.SEARCH, Source.OAI):
        return gathering.day if own else None
    if gathering.store.state.feed_day == gathering.day:
        kept_up = record.last_success is not None and not missed_days(
            record.last_success, gathering.day
        )
        return gathering.day if own or kept_up else None
    if not own:
        return None
    return gathering.day if gathering.anything_new else gathering.day - timedelta(days=1)


def _advance(gathering: Gathering) -> None:
    """Where no filled keyword is behind, everything up to today has been told."""
    state = gathering.store.state
    filled = [r for r in gathering.store.keywords.values() if r.filled is not None]
    if filled and all(record.last_success == gathering.day for record in filled):
        state.last_complete = gathering.day
        state.highest_id = _highest(gathering.store, gathering.announced or ())


def _highest(store: Store, announced: Sequence[Announcement]) -> str | None:
    ids = [store.state.highest_id, store.highest_id(), *announced_as_news(announced)]
    return max((id for id in ids if id is not None), key=announcement_order, default=None)


def keyword_reports(gathering: Gathering) -> tuple[KeywordReport, ...]:
    """What the run came to, keyword by keyword."""
    revised = set(gathering.store.state.revised)
    today = [item for item in gathering.store.news.values() if item.day == gathering.day]
    new: dict[str, int] = {}
    for item in today:
        for slug in item.keywords:
            new[slug] = new.get(slug, 0) + 1
    return tuple(
        _keyword_report(gathering, keyword, new.get(keyword.slug, 0), revised)
        for keyword in gathering.keywords
    )


def _keyword_report(
    gathering: Gathering, keyword: Keyword, new: int, revised: set[str]
) -> KeywordReport:
    record, account = gathering.record(keyword.slug), gathering.accounts[keyword.slug]
    members = gathering.store.members.get(keyword.slug, set())
    outcome, reason = _outcome(record, account, gathering)
    return KeywordReport(
        slug=keyword.slug,
        name=keyword.name,
        outcome=outcome,
        reason=reason,
        papers=len(members),
        new=new,
        revised=len(members & revised),
        not_matching=account.not_matching,
        last_success=record.last_success,
    )


def _outcome(
    record: KeywordRecord, account: Account, gathering: Gathering
) -> tuple[str, str | None]:
    if record.last_success == gathering.day:
        quiet = gathering.announced == () and not account.searched
        return (NOTHING_ANNOUNCED if quiet else UP_TO_DATE), None
    if account.failure is not None:
        return account.failure.outcome, str(account.failure)
    if record.filled is None:
        return FILLING, None
    return FAILED, account.reason or "nothing could be fetched"


def revised_today(gathering: Gathering) -> tuple[str, ...]:
    """All papers that were revised on this listing day, those of its earlier runs included."""
    state = gathering.store.state
    before = set(state.revised) if state.day == gathering.day else set()
    return tuple(sorted(before | gathering.revised(), key=announcement_order))


def write_digest(
    gathering: Gathering, repository: str | None, taken: Sequence[str]
) -> Digest | None:
    """Make the run's news a digest, and remember them as told; None where there are none."""
    store, day = gathering.store, gathering.day
    _remember_more_keywords(gathering)
    items = gathering.news.items([keyword.slug for keyword in gathering.keywords])
    if not items:
        return None
    key = new_key(day, taken)
    for paper, slugs in items:
        store.news[paper.id] = News(paper.id, paper.version, day, slugs, key)
    _count(store, day, counted(items))
    return Digest(
        key=key,
        repository=repository,
        day=day,
        items=tuple(NewsItem(paper, slugs) for paper, slugs in items),
        keyword_names=tuple((keyword.slug, keyword.name) for keyword in gathering.keywords),
        revisions=len(revised_today(gathering)),
        skipped=gathering.skipped,
    )


def _remember_more_keywords(gathering: Gathering) -> None:
    """Let keywords that failed when a paper was told count it too; it is not told again."""
    store, order = gathering.store, [keyword.slug for keyword in gathering.keywords]
    for id, found in gathering.news.found_again.items():
        told = store.news[id]
        more = found.difference(told.keywords)
        if more:
            gone = [slug for slug in told.keywords if slug not in order]
            now = [slug for slug in order if slug in more or slug in told.keywords]
            store.news[id] = replace(told, keywords=(*gone, *now))
            _count(store, told.day, dict.fromkeys(more, 1))


def _count(store: Store, day: date, counts: Mapping[str, int]) -> None:
    """Add to what the day's week brought each keyword."""
    year, week, _ = day.isocalendar()
    weeks = store.weeks.setdefault(f"{year}-W{week:02d}", {})
    for slug, count in counts.items():
        weeks[slug] = weeks.get(slug, 0) + count


def day_line_of(gathering: Gathering, reports: Sequence[KeywordReport], filling: str | None) -> str:
    """What this listing day was, in one line for README.md and the log."""
    news = sum(item.day == gathering.day for item in gathering.store.news.values())
    failures = [(report.name, report.reason or "") for report in reports if not report.good]
    return day_line(
        news=news,
        revised=len(gathering.store.state.revised),
        announced=None if gathering.announced is None else len(gathering.announced),
        failures=failures,
        keywords=len(reports),
        extra=[f"Still {filling} keywords."] if filling else [],
    )
