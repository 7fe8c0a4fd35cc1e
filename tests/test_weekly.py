"""`digest: weekly`: news is collected, and goes out with Friday's listing, or soon after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daily_papers.daily.conclude import weekly_mail_after
from daily_papers.errors import DailyPapersError
from daily_papers.github_actions import Addresses
from daily_papers.mail.digest import Digest, Mail, mails_of, released
from daily_papers.mail.issue import issue_parts
from daily_papers.store.store import KeywordState, State, Store
from tests.sandbox import SandboxArxiv
from tests.support.cases import for_each
from tests.support.daily_runs import Reader, days
from tests.support.digests import digest
from tests.support.github import ACTIONS, Fault, GitHubStandIn
from tests.support.kills import killed_at
from tests.support.repository import KEYWORDS, Repository
from tests.test_notify import Watcher, ids

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = days(date(2026, 11, 16), 7)
NEXT_MONDAY, NEXT_FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


def daily(day: date) -> Digest:
    return digest(str(day), [day.day])


def weekly(day: date, due: date = FRIDAY) -> Digest:
    return digest(str(day), [day.day], due=due)


# --- which mail a digest waits for


@for_each(
    ("day", "read", "due"),
    [
        (MONDAY, MONDAY - timedelta(days=3), FRIDAY),
        (FRIDAY, THURSDAY, FRIDAY),
        (FRIDAY, FRIDAY, FRIDAY),
        (SATURDAY, FRIDAY, NEXT_FRIDAY),
        (SATURDAY, THURSDAY, SATURDAY),
        (NEXT_MONDAY, FRIDAY, NEXT_FRIDAY),
        (NEXT_MONDAY, THURSDAY, NEXT_MONDAY),
        (NEXT_MONDAY, None, NEXT_FRIDAY),
    ],
)
def test_news_waits_for_friday_or_the_first_run_after_it(day: date, read: date | None, due: date):
    assert weekly_mail_after(Store(state=State(feed_day=read)), day) == due
    keyword = KeywordState(slug="a", name="A", expression="ti:a", last_success=read)
    assert weekly_mail_after(Store(keywords={"a": keyword}), day) == due


@for_each(
    ("digests", "today", "mails"),
    [
        ([weekly(MONDAY), weekly(TUESDAY)], THURSDAY, []),
        ([weekly(MONDAY), weekly(TUESDAY)], FRIDAY, [[MONDAY, TUESDAY]]),
        # Friday's run failed; what the next one finds goes along.
        ([weekly(MONDAY), weekly(NEXT_MONDAY, NEXT_MONDAY)], NEXT_MONDAY, [[MONDAY, NEXT_MONDAY]]),
        # Friday's mail failed; what the next run finds waits for its own.
        ([weekly(MONDAY), weekly(NEXT_MONDAY, NEXT_FRIDAY)], NEXT_MONDAY, [[MONDAY]]),
        # From weekly to daily, and back.
        ([weekly(MONDAY), weekly(TUESDAY), daily(FRIDAY)], FRIDAY, [[MONDAY, TUESDAY], [FRIDAY]]),
        ([weekly(MONDAY), daily(WEDNESDAY)], WEDNESDAY, [[MONDAY], [WEDNESDAY]]),
        ([daily(MONDAY), weekly(TUESDAY), weekly(FRIDAY)], FRIDAY, [[MONDAY], [TUESDAY, FRIDAY]]),
        # An outage of more than a week ends in one mail.
        ([weekly(MONDAY), weekly(FRIDAY)], FRIDAY + timedelta(days=7), [[MONDAY, FRIDAY]]),
        (
            [weekly(MONDAY), daily(TUESDAY), daily(NEXT_MONDAY)],
            FRIDAY + timedelta(days=8),
            [[MONDAY, TUESDAY], [NEXT_MONDAY]],
        ),
    ],
)  # fmt: skip
def test_digests_of_a_week_are_one_mail(
    digests: Sequence[Digest], today: date, mails: Sequence[Sequence[date]]
):
    found = mails_of(released(digests, today), today)
    assert [[each.day for each in mail.digests] for mail in found] == mails


def test_a_weekly_mail_says_so_and_not_that_it_is_late():
    mail = Mail((weekly(MONDAY), weekly(FRIDAY)))
    links = Addresses("reader/digests", site="https://reader.example/")
    (part,) = issue_parts(mail, links)
    assert part.body.startswith(
        "2 new papers from 2026-11-16 to 2026-11-20: mri. All are listed below, each once."
        " On the website:"
        " [2026-11-16](https://reader.example/digests/2026-11-16.html),"
        " [2026-11-20](https://reader.example/digests/2026-11-20.html).\n"
    )


# --- the daily job


def test_the_job_writes_the_days_digest_with_how_it_goes_out(tmp_path: Path):
    with SandboxArxiv() as arxiv:
        settings = "digest: weekly\nissues: per keyword\n"
        reader = Reader(Repository.new(tmp_path / "digest", settings + KEYWORDS), arxiv)
        week = days(date(2026, 2, 2), 5)
        reader.read(week[0])
        reader.let_all_be_filled(week[0])
        for day in (*week[1:3], *week[4:]):
            if day == week[-1]:
                renamed = KEYWORDS.replace("Graph networks", "Networks of graphs")
                reader.repository.write("keywords.yaml", settings + renamed)
            reader.read(day)
        waiting = {each.day: each.due for each in reader.digests()}
        assert len(waiting) > 1
        assert set(waiting.values()) == {week[-1]}
        assert all(each.per_keyword for each in reader.digests())
        assert reader.digests()[-1].topics == (("networks-of-graphs", "graph-networks"),)
        reader.repository.write("keywords.yaml", KEYWORDS)
        reader.read(week[-1] + timedelta(days=3))
        assert reader.digests()[-1].due is None
        assert not reader.digests()[-1].per_keyword
        assert len(reader.news()) == len(set(reader.news())) > 0


# --- exactly once, whatever happens


@pytest.fixture(scope="module")
def running_github():
    with GitHubStandIn() as github:
        yield github


@pytest.fixture
def watcher(tmp_path: Path, running_github: GitHubStandIn) -> Watcher:
    running_github.empty()
    return Watcher(tmp_path, running_github, MONDAY)


def test_the_first_week_is_mailed_whole(watcher: Watcher):
    for day in (MONDAY, WEDNESDAY, FRIDAY):
        watcher.today = day
        watcher.write(weekly(day))
        assert watcher.notify() == 0
        assert len(watcher.github.issues) == (day == FRIDAY)
    assert watcher.said[:2] == [
        "digest 2026-11-16: waiting for the weekly email of 2026-11-20",
        "digest 2026-11-16, 2026-11-18: waiting for the weekly email of 2026-11-20",
    ]
    assert watcher.titles == ["3 new: mri · 2026-11-16 to 2026-11-20"]
    assert watcher.papers == ids([16, 18, 20])


def test_a_first_week_that_becomes_daily_is_mailed_whole(watcher: Watcher):
    watcher.write(weekly(MONDAY))
    watcher.notify()
    watcher.today = WEDNESDAY
    watcher.write(daily(WEDNESDAY))
    watcher.notify()
    assert watcher.papers == ids([16, 18])


def test_a_friday_without_news_mails_the_week(watcher: Watcher):
    watcher.write(weekly(MONDAY))
    watcher.notify()
    watcher.today = SATURDAY
    watcher.notify()
    assert watcher.papers == ids([16])


def test_a_dry_run_says_what_waits(watcher: Watcher):
    watcher.environment["GITHUB_TOKEN"] = ""
    watcher.write(weekly(MONDAY), weekly(TUESDAY))
    watcher.notify(dry_run=True)
    assert watcher.said[1:] == [
        "digest 2026-11-16, 2026-11-17: waiting for the weekly email of 2026-11-20",
    ]


#: What befalls the run of a day: nothing, no run, a kill, or a fault.
FATES = st.one_of(
    st.just(("good", None)),
    st.just(("none", None)),
    st.tuples(st.just("kill"), st.tuples(st.integers(1, 8), st.booleans())),
    st.tuples(
        st.just("fault"),
        st.tuples(
            st.sampled_from(
                [Fault.FORBIDDEN, Fault.SERVER_ERROR, Fault.SERVER_ERROR_AFTER, Fault.RESET_AFTER]
            ),
            st.integers(1, 8),
        ),
    ),
)
MONTH = st.lists(st.tuples(FATES, st.booleans(), st.integers(0, 2)), min_size=30, max_size=30)


def live_through(watcher: Watcher, month: Sequence[tuple[tuple[str, object], bool, int]]) -> None:
    """A month of runs; each has its fate, whether it is weekly, and how much news it finds.

    A paper in an issue is out for good; only what is due can be.
    """
    watcher.write(digest(str(MONDAY - timedelta(days=1)), [0]))
    watcher.today = MONDAY - timedelta(days=1)
    watcher.notify()
    papers, read = 1, watcher.today
    for day, ((fate, what), is_weekly, new) in zip(days(MONDAY, 30), month, strict=True):
        if fate == "none":
            continue
        watcher.today = day
        if new:
            due = weekly_mail_after(Store(state=State(feed_day=read)), day) if is_weekly else None
            watcher.write(digest(str(day), range(papers, papers + new), due=due))
            papers += new
        read = day
        match what:
            case (Fault() as fault, int(at)):
                watcher.github.inject(fault, at=at)
                with suppress(DailyPapersError):
                    watcher.notify()
                watcher.github.recover()
            case (int(at), bool(acted)):
                with killed_at(at, acted=acted):
                    watcher.notify()
            case _:
                watcher.notify()
                if day.weekday() == FRIDAY.weekday() or (new and not is_weekly):
                    assert Counter(watcher.papers) == Counter(ids(range(papers)))
    watcher.today += timedelta(days=7)
    watcher.notify()
    written = len(watcher.github.writes)
    watcher.notify()
    assert len(watcher.github.writes) == written
    assert Counter(watcher.papers) == Counter(ids(range(papers)))


def run_month(
    github: GitHubStandIn, root: Path, month: Sequence[tuple[tuple[str, object], bool, int]]
) -> None:
    github.empty()
    github.login = ACTIONS
    live_through(Watcher(root, github), month)


def test_a_month_of_changes_and_kills_mails_every_paper_once(
    tmp_path: Path, running_github: GitHubStandIn
):
    """Weekly but for ten days in between; on each Friday but the last, something else fails."""
    fates = {
        FRIDAY: ("kill", (4, True)),
        FRIDAY + timedelta(days=7): ("none", None),
        FRIDAY + timedelta(days=10): ("fault", (Fault.SERVER_ERROR_AFTER, 4)),
        FRIDAY + timedelta(days=14): ("kill", (4, False)),
    }
    month = [
        (fates.get(day, ("good", None)), not 9 <= number < 19, number % 2)
        for number, day in enumerate(days(MONDAY, 30))
    ]
    run_month(running_github, tmp_path, month)


@pytest.mark.full
@settings(max_examples=60, deadline=None)
@given(month=MONTH)
def test_many_months_of_changes_and_kills_mail_every_paper_once(
    tmp_path_factory: pytest.TempPathFactory,
    running_github: GitHubStandIn,
    month: Sequence[tuple[tuple[str, object], bool, int]],
):
    run_month(running_github, tmp_path_factory.mktemp("digests"), month)
