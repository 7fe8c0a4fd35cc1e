"""Which days a digest names because their listings were not read, or were empty: the whole rule.

1. A working day is missed until its feed has been read, or (where feeds are never asked for) until
   all tables are complete for it. A day on which nothing ran is missed as well.
2. A day whose feed was empty is quiet. But if identifiers show that something was announced, and
   every day since the last papers was read, the feed was empty by mistake: the day was missed. If
   some day was not read, its papers explain the identifiers.
3. A day whose feed is proven to have left papers out was missed, too.
4. The next digest names all these days, up to its own, and then they are forgotten: so each day is
   named once. Nothing proves where all of their papers are, so the digest does not say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from daily_papers.daily.evidence import FeedRead
from daily_papers.daily.feed_history import identifiers_are_missing
from daily_papers.daily.news import NewPapers
from daily_papers.daily.plan import working_days
from daily_papers.store.store import State, highest


def with_days_passed(state: State, day: date) -> State:
    """Count the working days since the last run, and this one, as missed: nothing was read yet."""
    passed = working_days(state.day, day + timedelta(days=1))
    return replace(state, missed=(*state.missed, *passed))


def with_days_read(
    before: State, after: State, feed: FeedRead | None, news: NewPapers, day: date
) -> State:
    """Note what the run has read: ``feed`` is the day's, if all of it was."""
    missed = {*after.missed} - {after.feed_day, after.last_complete} | news.short_days
    quiet = {*after.quiet}
    if feed is not None:
        if not feed.announcements and day.weekday() < 5:
            quiet.add(day)
        if _something_was_announced(before, feed, news):
            missed |= quiet.intersection(_read_since_the_last_papers(before, day))
    return replace(after, missed=tuple(sorted(missed)), quiet=tuple(sorted(quiet - missed)))


def _something_was_announced(before: State, feed: FeedRead, news: NewPapers) -> bool:
    """Whether identifiers show papers that no feed up to now did."""
    if feed.announcements:
        return bool(identifiers_are_missing(before, feed.announcements))
    return (
        highest([before.highest_id, *(paper.id for paper, _ in news.papers)]) != before.highest_id
    )


def _read_since_the_last_papers(before: State, day: date) -> Collection[date]:
    """The working days since the last papers, this one included; none if one was not read."""
    read = {day, *(each.day for each in before.recent_listings)}
    last = max((each.day for each in before.recent_listings if each.new), default=None)
    since = working_days(last, day + timedelta(days=1))
    return since if read.issuperset(since) else ()


def without_days_named(state: State) -> State:
    """Forget the days that a digest has named."""
    return replace(state, missed=(), quiet=())


def days_named(state: State) -> str | None:
    """What a digest says of the days that no digest has named yet."""
    sentences = []
    if len(state.missed) == 1:
        sentences.append(
            f"The listing of {state.missed[0]} was not read in full; its new papers are mailed as "
            "they are found."
        )
    elif state.missed:
        sentences.append(
            f"The listings of {_in_words(state.missed)} were not read in full; their new papers "
            "are mailed as they are found."
        )
    if state.quiet:
        sentences.append(
            f"According to arXiv's feed, nothing was announced on {_in_words(state.quiet)}."
        )
    return " ".join(sentences) or None


def _in_words(days: tuple[date, ...]) -> str:
    *others, last = days
    if len(days) > 2 and days[1:-1] == working_days(days[0], last):
        return f"{days[0]} to {last}"
    return " and ".join(filter(None, [", ".join(map(str, others)), str(last)]))
