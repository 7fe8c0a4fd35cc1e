"""The end of a run: how far each keyword is now, what the day was, and what is news for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from daily_papers.config import Keyword
from daily_papers.daily.gathering import Account, Gathering
from daily_papers.daily.listening import newly_announced, remember, skipped_sentence
from daily_papers.daily.news import announced_as_news, counted
from daily_papers.daily.plan import Source, missed_days
from daily_papers.daily.report import (
    FAILED,
    FILLING,
    NOT_ASKED,
    NOTHING_ANNOUNCED,
    TO_BE_CONFIRMED,
    UP_TO_DATE,
    KeywordReport,
    day_line,
    in_words,
)
from daily_papers.digests.digest import Digest, NewsItem, new_key, number_of
from daily_papers.errors import FetchError
from daily_papers.papers.paper import Way, announcement_order
from daily_papers.store.store import KeywordRecord, News, Store


def settle(gathering: Gathering, source: Source, feed_failure: FetchError | None) -> None:
    """Bring each keyword's record up to what the run gathered."""
    follows = gathering.heard is not None and remember(
        gathering.store.state, gathering.heard, gathering.day
    )
    for keyword in gathering.keywords:
        record, account = gathering.record(keyword.slug), gathering.accounts[keyword.slug]
        _fill(record, account, gathering, keyword)
        reached = _reached(record, account, gathering, source)
        if reached is not None:
            record.last_success = max(reached, record.last_success or reached)
        if record.last_success != gathering.day and account.failure is None:
            account.failure = feed_failure
    note_changes(gathering)
    _advance(gathering, source, follows=follows)


def note_changes(gathering: Gathering) -> None:
    """Bring the tables to their length, and note the day of those that changed."""
    for keyword in gathering.keywords:
        gathering.store.trim(keyword.slug, keyword.max_papers)
    for slug in gathering.changed():
        gathering.record(slug).changed = gathering.day
    gathering.store.state.revised = _revised_today(gathering)


def _revised_today(gathering: Gathering) -> tuple[str, ...]:
    """All papers that were revised on this listing day, those of its earlier runs included."""
    state = gathering.store.state
    before = set(state.revised) if state.day == gathering.day else set()
    return tuple(sorted(before | gathering.revised(), key=announcement_order))


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

    Today's feed, believed, is all of today. What was missed before is there once a search or a
    harvest brought it; and since an index may lag behind the listings by days, it must have shown
    a paper that was announced after the gap.
    """
    own, day, heard_day = _own(account), gathering.day, gathering.store.state.feed_day
    if record.filled is None:
        return None
    if source in (Source.SEARCH, Source.OAI):
        return day if own else None
    kept_up = record.last_success is not None and not missed_days(record.last_success, day)
    if heard_day == day and kept_up:
        return day
    if record.filled == day and record.last_success is None and own:
        return day if heard_day == day else day - timedelta(days=1)
    return heard_day if _proven(account, gathering) else None


def _own(account: Account) -> bool:
    return account.searched or account.harvested


def _proven(account: Account, gathering: Gathering) -> bool:
    """Whether the index that was asked shows what was announced after the last gap."""
    since = gathering.store.state.heard_from
    return (account.searched and gathering.has_shown(Way.SEARCH, since)) or (
        account.harvested and gathering.has_shown(Way.OAI, since)
    )


def _advance(gathering: Gathering, source: Source, *, follows: bool) -> None:
    """Note what each keyword's readers were told by now.

    ``follows``: today's feed was heard, and no listing was missed since the one before.
    """
    state, records = gathering.store.state, gathering.store.keywords.values()
    filled = [record for record in records if record.filled is not None]
    complete = bool(filled) and all(record.last_success == gathering.day for record in filled)
    if complete:
        state.last_complete = gathering.day
    before, now = state.highest_id, _highest(gathering, source, complete=complete)
    knows_a_listing = _knows_a_listing(gathering)
    # All that the index shows, as far as any table shows it.
    shown = _highest_of(now, gathering.store.highest_id())
    for keyword in gathering.keywords:
        record, account = gathering.record(keyword.slug), gathering.accounts[keyword.slug]
        # A day that was searched and not heard may lack what the index did not show then.
        proven = source in (Source.SEARCH, Source.OAI) or _proven(account, gathering)
        if (
            (record.last_success == gathering.day and proven)
            or (follows and record.told is not None and record.told == before)
            or (record.told is None and knows_a_listing)
        ):
            record.told, record.told_for = _highest_of(record.told, now), None
        elif record.told is None and _own(account):
            record.told = shown
    state.highest_id = now


def _knows_a_listing(gathering: Gathering) -> bool:
    """Whether this run learned which identifiers were given up to now, whatever they match."""
    heard = gathering.heard is not None and bool(newly_announced(gathering.heard.announced))
    return heard or _harvested(gathering)


def _harvested(gathering: Gathering) -> bool:
    return any(account.harvested for account in gathering.accounts.values())


def _highest(gathering: Gathering, source: Source, *, complete: bool) -> str | None:
    """The highest identifier that is known to be announced.

    What a search shows beyond today's feed may be of a listing that other keywords lack.
    """
    heard = gathering.heard.announced if gathering.heard is not None else ()
    highest = _highest_of(gathering.store.state.highest_id, *announced_as_news(heard))
    if _harvested(gathering):
        highest = _highest_of(highest, gathering.shown_by(Way.OAI))
    if complete and (highest is None or source in (Source.SEARCH, Source.OAI)):
        highest = _highest_of(highest, gathering.store.highest_id())
    return highest


def _highest_of(*ids: str | None) -> str | None:
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
    outcome = _outcome(record, account, gathering)
    failure = account.failure if outcome not in (UP_TO_DATE, NOTHING_ANNOUNCED) else None
    return KeywordReport(
        slug=keyword.slug,
        name=keyword.name,
        outcome=outcome,
        reason=_reason(outcome, failure),
        url=None if failure is None else failure.url,
        papers=min(len(members), keyword.max_papers),
        new=new,
        revised=len(members & revised),
        not_matching=account.not_matching,
        last_success=record.last_success,
    )


def _outcome(record: KeywordRecord, account: Account, gathering: Gathering) -> str:
    if record.last_success == gathering.day:
        quiet = gathering.announced == () and not account.searched
        return NOTHING_ANNOUNCED if quiet else UP_TO_DATE
    if record.filled is None and (account.failure is None or account.failure.outcome == NOT_ASKED):
        return FILLING
    if record.filled is not None and _own(account):
        return TO_BE_CONFIRMED
    return FAILED if account.failure is None else account.failure.outcome


def _reason(outcome: str, failure: FetchError | None) -> str | None:
    if failure is not None:
        return in_words(failure)
    return _WITHOUT_FAILURE.get(outcome)


_WITHOUT_FAILURE = {
    TO_BE_CONFIRMED: "arXiv's index does not show the last listing yet; the next run asks again",
    FAILED: "days were missed that the announcement feed cannot bring; run with --source auto",
}


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
        revisions=len(store.state.revised if number_of(key) == 1 else gathering.revised()),
        skipped=_skipped(gathering),
    )


def _skipped(gathering: Gathering) -> str | None:
    """A sentence about listing days that were skipped since the last digest."""
    state, day = gathering.store.state, gathering.day
    missed = state.missed if gathering.news.missed else ()
    quiet = [each for each in state.quiet if each != day and each not in missed]
    state.quiet = tuple(each for each in state.quiet if each == day)
    whole = all(gathering.record(k.slug).last_success == day for k in gathering.keywords)
    return skipped_sentence(quiet, missed, whole=whole)


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
    state, day = gathering.store.state, gathering.day
    if gathering.announced is not None:
        announced: int | None = len(gathering.announced)
    else:  # an earlier run of the day may have heard it
        announced = sum(part.count for part in state.feed) if state.feed_day == day else None
    return day_line(
        news=sum(item.day == day for item in gathering.store.news.values()),
        revised=len(state.revised),
        announced=announced,
        failures=[(report.name, report.reason or "") for report in reports if not report.good],
        keywords=len(reports),
        extra=[filling] if filling else [],
    )
