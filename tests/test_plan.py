"""What a run asks of arXiv, decided from the state alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from daily_papers.daily.plan import (
    MOST_FILLS,
    FetchMode,
    Harvest,
    Plan,
    Situation,
    make_plan,
    plan_sentences,
    working_days,
)
from daily_papers.store.store import KeywordState, State
from tests.support.cases import for_each

FRIDAY, MONDAY, TUESDAY = date(2026, 1, 30), date(2026, 2, 2), date(2026, 2, 3)


def records(count: int, last: date | None = MONDAY, **fields: object) -> list[KeywordState]:
    return [
        KeywordState(
            slug=f"k{n}",
            name=f"k{n}",
            expression=f"e{n}",
            filled=date(2026, 1, 5),
            last_success=last,
            audited=date(2026, 1, 5) + timedelta(days=n % 20),
            **fields,  # type: ignore[arg-type]
        )
        for n in range(count)
    ]


def unfilled(count: int) -> list[KeywordState]:
    return [KeywordState(slug=f"new{n}", name=f"new{n}", expression=f"n{n}") for n in range(count)]


def situation(known: Sequence[KeywordState], **fields: object) -> Situation:
    usual: dict[str, object] = {
        "day": TUESDAY,
        "mode": FetchMode.AUTO,
        "state": State(day=MONDAY, complete=True, feed_day=MONDAY, listed={"cs": 900}),
        "keywords": known,
        "categories": ("cs",),
        "newcomers": False,
        "lacking_details": False,
        "feed_trusted": None,
    }
    return Situation(**(usual | fields))  # type: ignore[arg-type]


@for_each("count", [1, 3, 10_000])
def test_an_ordinary_day_is_the_feed_the_details_and_one_audit(count: int):
    plan = make_plan(situation(records(count)))
    assert plan.feed_parts == (("cs",),)
    assert plan.details is not None
    assert plan.audit == "k0"
    assert (plan.searches, plan.harvest, plan.fills) == ((), None, ())


def test_the_keyword_that_was_audited_longest_ago_is_audited():
    known = records(3)
    known[1] = replace(known[1], audited=date(2026, 1, 1))
    assert make_plan(situation(known)).audit == "k1"
    known[1] = replace(known[1], audited=None, filled=date(2025, 1, 1))
    assert make_plan(situation(known)).audit == "k1"


def test_no_keyword_is_audited_after_another_on_one_day():
    known = records(3)
    known[2] = replace(known[2], audited=TUESDAY)
    assert make_plan(situation(known, feed_trusted=True)).audit is None


def test_a_complete_day_asks_nothing_until_keywords_come():
    done = State(day=TUESDAY, complete=True, feed_day=TUESDAY)
    known = records(3, TUESDAY)
    heard = situation(known, state=done, feed_trusted=True)
    assert make_plan(heard) == Plan()
    fresh = make_plan(
        situation([*known, *unfilled(1)], state=done, newcomers=True, feed_trusted=None)
    )
    assert fresh.fills == ("new0",)
    assert fresh.feed_parts
    assert fresh.audit is None


def test_an_open_day_asks_only_for_what_is_missing():
    known = records(3, TUESDAY)
    known[0] = replace(known[0], audited=TUESDAY)
    state = State(day=TUESDAY, complete=False, feed_day=TUESDAY)
    plan = make_plan(situation(known, state=state, feed_trusted=True, lacking_details=True))
    assert plan == replace(Plan(), details=plan.details)
    assert plan.details is not None


def test_a_weekend_is_no_gap():
    plan = make_plan(situation(records(3, FRIDAY), day=MONDAY))
    assert (plan.searches, plan.harvest) == ((), None)


def test_few_keywords_close_a_gap_by_their_searches():
    plan = make_plan(situation(records(3, date(2026, 1, 28))))
    assert plan.searches == ("k0", "k1", "k2")
    assert plan.harvest is None
    assert plan.stand_in is not None
    assert plan.audit is None


def test_many_keywords_close_a_gap_by_a_harvest_with_a_day_of_overlap():
    plan = make_plan(situation(records(300, date(2026, 1, 28))))
    assert plan.searches == ()
    assert plan.harvest is not None
    assert plan.harvest.since == date(2026, 1, 27)
    assert plan.harvest.sets == ("cs",)
    assert len(plan.stand_in_searches) == 40
    # Those whose full search was longest ago.
    assert {int(slug[1:]) % 20 for slug in plan.stand_in_searches} == {0, 1, 2}
    assert len(make_plan(situation(records(30, date(2026, 1, 28)))).stand_in_searches) == 30


def test_the_harvest_goes_back_to_the_keyword_that_is_furthest_behind():
    known = [*records(100, date(2026, 1, 28)), replace(records(1)[0], last_success=FRIDAY)]
    known[7] = replace(known[7], last_success=date(2026, 1, 20))
    harvest = make_plan(situation(known)).harvest
    assert harvest is not None
    assert harvest.since == date(2026, 1, 19)


def test_only_keywords_that_missed_something_catch_up():
    known = records(4)
    known[2] = replace(known[2], last_success=date(2026, 1, 28))
    plan = make_plan(situation(known))
    assert plan.searches == ("k2",)


@pytest.mark.parametrize(("count", "harvested"), [(3, False), (3000, True)])
def test_a_lost_feed_is_made_up_for(count: int, harvested: bool):
    plan = make_plan(situation(records(count), feed_trusted=False))
    assert plan.feed_parts == ()
    assert (plan.harvest is not None) is harvested
    assert bool(plan.searches) is not harvested


def test_a_few_new_keywords_are_filled_at_once():
    plan = make_plan(situation([*records(3), *unfilled(7)]))
    assert plan.fills == tuple(f"new{n}" for n in range(7))
    assert plan.harvest is None
    assert plan.stand_in is not None


def test_many_new_keywords_are_harvested_for_once_and_filled_forty_requests_a_run():
    plan = make_plan(situation(unfilled(1000)))
    assert plan.harvest is not None
    assert len(plan.fills) + plan.harvest.pages <= MOST_FILLS
    waiting = [replace(keyword, harvested=MONDAY) for keyword in unfilled(1000)]
    plan = make_plan(situation(waiting))
    assert plan.harvest is None
    assert len(plan.fills) == MOST_FILLS


def test_the_forced_ways():
    known = [*records(3), *unfilled(1)]
    search = make_plan(situation(known, mode=FetchMode.SEARCH))
    assert search == Plan(searches=("k0", "k1", "k2"), fills=("new0",))
    feed = make_plan(situation(known, mode=FetchMode.ANNOUNCEMENTS))
    assert feed == Plan(feed_parts=(("cs",),))
    oai = make_plan(situation(known, mode=FetchMode.OAI))
    assert oai.harvest is not None
    assert oai == Plan(harvest=oai.harvest)
    for source in (FetchMode.SEARCH, FetchMode.OAI):
        assert make_plan(situation(records(3, TUESDAY), mode=source)) == Plan()


@for_each(
    ("since", "day", "set_spec", "must"),
    [
        (MONDAY, TUESDAY, "cs", True),
        (MONDAY, TUESDAY, None, True),
        (MONDAY, TUESDAY, "physics:hep-th", True),
        (MONDAY, TUESDAY, "cs:cs:LG", True),
        (MONDAY, TUESDAY, "cs:cs:GL", False),
        (MONDAY, MONDAY, "cs", False),
        (FRIDAY, MONDAY, "cs", True),
        (FRIDAY + timedelta(days=1), MONDAY, "cs", False),
    ],
)
def test_a_working_day_that_is_over_brings_something_in_a_busy_set(
    since: date, day: date, set_spec: str | None, *, must: bool
):
    assert Harvest(since, (set_spec,), 1).must_bring(set_spec, day) is must


@for_each(
    ("last", "day", "missed"),
    [
        (None, TUESDAY, 0),
        (TUESDAY, TUESDAY, 0),
        (MONDAY, TUESDAY, 0),
        (FRIDAY, MONDAY, 0),
        (FRIDAY, TUESDAY, 1),
        (date(2026, 1, 20), TUESDAY, 9),
        (date(2026, 1, 31), date(2026, 2, 1), 0),
    ],
)
def test_working_days_in_between_are_missed(last: date | None, day: date, missed: int):
    assert len(working_days(last, day)) == missed


def test_working_days():
    assert working_days(FRIDAY, date(2026, 2, 5)) == (MONDAY, TUESDAY, date(2026, 2, 4))


def test_a_plan_in_words():
    plan = Plan(
        feed_parts=(("cs",), ("math",)),
        harvest=Harvest(MONDAY, ("cs",), 7),
        fills=tuple(f"k{n}" for n in range(40)),
        details=Harvest(MONDAY, ("cs",), 3),
    )
    assert plan_sentences(plan, FetchMode.AUTO) == (
        "the announcement feed, in 2 requests",
        "a harvest of what changed since 2026-02-02, in about 7 requests",
        "a full search for 40 keywords: k0, k1, k2, k3, k4 and 35 more, to fill new tables",
        "the details of what matched, 300 papers per request",
    )
