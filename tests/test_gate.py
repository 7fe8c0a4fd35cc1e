from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.daily.trust import (
    FeedListing,
    FeedMark,
    SearchAnswer,
    is_of_future,
    judge_feed,
    judge_search,
)
from daily_papers.errors import Outcome
from daily_papers.papers.paper import Origin, Paper
from daily_papers.query.matching import Verdict

TODAY = date(2025, 3, 20)


def paper(number, days_ago=0, origin=Origin.SEARCH, month="2503"):
    when = datetime(2025, 3, 20, 12, tzinfo=UTC) - timedelta(days=days_ago)
    return Paper(
        id=f"{month}.{number:05}",
        version=1,
        title="A title",
        abstract="An abstract",
        updated=None if origin is Origin.FEED else when,
        announced=when.date() if origin is Origin.FEED else None,
        origin=origin,
    )


def papers(numbers, **how):
    """One paper a day, the highest number today's."""
    return tuple(paper(n, days_ago=100 - n, **how) for n in sorted(numbers, reverse=True))


def answer(found, total=None, asked=100, strangers=(), honest=()):
    return SearchAnswer(
        papers=tuple(found),
        verdicts=tuple(
            Verdict.DOES_NOT if one.id in strangers else Verdict.MATCHES for one in found
        ),
        found_by_arxiv=tuple(one.id not in strangers or one.id in honest for one in found),
        total=len(found) if total is None else total,
        asked=asked,
    )


def test_a_good_answer_is_believed_whole():
    found = papers(range(1, 101))
    belief = judge_search(answer(found, total=5000), papers(range(1, 90)), TODAY)
    assert (belief.believed, belief.refused) == (found, ())
    assert (belief.failure, belief.outcome) == (None, Outcome.UP_TO_DATE)


def test_a_first_answer_has_nothing_to_be_compared_with():
    assert judge_search(answer(papers([5])), (), TODAY).believed == papers([5])
    assert judge_search(answer(()), (), TODAY).failure is None


def refusal(*args):
    """The reason, after seeing that nothing of the answer is believed."""
    belief = judge_search(*args)
    assert belief.believed == ()
    assert belief.refused == args[0].papers
    assert belief.failure is not None
    assert "\n" not in belief.failure
    return belief.outcome, belief.failure


def test_an_empty_answer_is_not_believed_where_stored_papers_match():
    outcome, failure = refusal(answer(()), papers([1]), TODAY)
    assert outcome == Outcome.SHORT_ANSWER
    assert failure == "the answer is empty, though 1 stored papers match"


def test_an_empty_answer_is_believed_while_the_feed_is_ahead_of_the_index():
    stored = [paper(1, days_ago=0, origin=Origin.FEED), paper(2, days_ago=3, origin=Origin.OAI)]
    assert judge_search(answer(()), stored, TODAY).failure is None


def test_an_answer_below_its_own_count_is_short():
    outcome, failure = refusal(answer(papers(range(90, 99)), total=400), (), TODAY)
    assert outcome == Outcome.SHORT_ANSWER
    assert failure == "the answer holds 9 papers, though it should hold 100 of 400"


def test_a_total_far_below_what_is_stored_is_short():
    outcome, failure = refusal(answer(papers(range(90, 99))), papers(range(1, 99)), TODAY)
    assert outcome == Outcome.SHORT_ANSWER
    assert failure == "the answer says that 9 papers match, though 98 stored ones do"


@pytest.mark.parametrize(("listed", "believed"), [(20, True), (19, False)])
def test_half_of_what_is_stored_is_the_border(listed, believed):
    stored = papers(range(61, 101))
    assert (judge_search(answer(stored[:listed]), stored, TODAY).failure is None) is believed


def test_a_total_a_little_below_what_is_stored_is_believed():
    stored = papers(range(1, 41))
    assert judge_search(answer(stored[:-3]), stored, TODAY).failure is None


def test_papers_that_do_not_match_are_left_out():
    found = papers(range(1, 11))
    strangers = {one.id for one in found[:5]}
    belief = judge_search(answer(found, strangers=strangers), (), TODAY)
    assert (belief.believed, belief.refused) == (found[5:], found[:5])
    assert belief.failure is None


def test_an_answer_of_mostly_other_papers_is_the_answer_to_another_question():
    found = papers(range(1, 11))
    strangers = {one.id for one in found[:6]}
    outcome, failure = refusal(answer(found, strangers=strangers), (), TODAY)
    assert outcome == Outcome.FAILED
    assert failure == "6 of the answer's 10 papers do not match the keyword"


def test_papers_that_arxiv_finds_by_its_looser_rule_are_left_out_and_reject_nothing():
    found = papers(range(1, 11))
    others = {one.id for one in found[:9]}
    belief = judge_search(answer(found, strangers=others, honest=others), (), TODAY)
    assert (belief.believed, belief.failure) == (found[9:], None)


def test_of_very_few_papers_the_others_are_only_left_out():
    found = papers([1, 2, 3])
    belief = judge_search(answer(found, strangers={one.id for one in found}), (), TODAY)
    assert (belief.refused, belief.failure) == (found, None)


def test_an_unsorted_answer_is_not_the_newest_papers():
    found = tuple(paper(n, days_ago=(n * 1237) % 3000) for n in range(1, 21))
    outcome, failure = refusal(answer(found, total=9000, asked=20), (), TODAY)
    assert outcome == Outcome.FAILED
    assert failure.startswith("the answer is not sorted by date")


def test_one_paper_out_of_order_is_no_reason():
    found = list(papers(range(1, 21)))
    found[3], found[9] = found[9], found[3]
    assert judge_search(answer(found), (), TODAY).failure is None


@pytest.mark.parametrize("days", [0, 1, 3, 7])
def test_an_index_that_lags_some_days_is_ordinary(days):
    stored = papers(range(1, 101), origin=Origin.OAI)
    behind = papers(range(1, 101 - days))
    assert judge_search(answer(behind), stored, TODAY).believed == behind


def test_an_index_that_stands_still_is_outdated():
    stored, found = papers(range(1, 101)), papers(range(1, 61))
    outcome, failure = refusal(answer(found), stored, TODAY)
    assert outcome == Outcome.FAILED
    assert failure == (
        "the answer's newest paper is of 2025-02-08, though 33 newer ones up to 2025-03-20 "
        "are stored"
    )


def test_papers_of_years_ago_are_outdated():
    old = tuple(paper(n, days_ago=2000 + n, month="1910") for n in range(100))
    outcome, _ = refusal(answer(old, total=5000), papers(range(50, 100)), TODAY)
    assert outcome == Outcome.FAILED


def test_a_single_stored_paper_that_the_search_no_longer_finds_is_no_reason():
    stored = (paper(1, days_ago=30), paper(2, days_ago=400), paper(3, days_ago=500))
    assert judge_search(answer(stored[1:]), stored, TODAY).failure is None
    assert judge_search(answer([paper(4, days_ago=600)]), stored[:1], TODAY).failure is None


def test_a_rare_topics_outdated_list_is_known_by_most_of_its_papers():
    stored = (paper(1, days_ago=30), paper(2, days_ago=40), paper(3, days_ago=500))
    old = tuple(paper(n, days_ago=100 * n) for n in (5, 6))
    assert refusal(answer(old), stored, TODAY)[0] == Outcome.FAILED


def test_a_rare_topics_feed_paper_is_not_expected_of_the_index_at_once():
    stored = (paper(1, days_ago=0, origin=Origin.FEED), paper(2, days_ago=400))
    assert judge_search(answer(stored[1:]), stored, TODAY).failure is None


def test_a_list_without_the_stored_papers_of_its_own_days_is_wrong():
    stored = papers(range(51, 101))
    others = tuple(paper(1000 + n, days_ago=n) for n in range(100))
    outcome, failure = refusal(answer(others, total=9000), stored, TODAY)
    assert outcome == Outcome.FAILED
    assert failure == "the answer lacks 50 of the 50 stored papers that belong into it"


def test_after_a_gap_the_stored_papers_need_not_be_in_the_list():
    stored = tuple(paper(n, days_ago=200 + n) for n in range(100))
    others = tuple(paper(1000 + n, days_ago=n) for n in range(100))
    assert judge_search(answer(others, total=9000), stored, TODAY).failure is None


def test_a_revision_counts_as_the_same_paper():
    stored = papers(range(51, 101))
    revised = tuple(
        Paper(
            id=one.id, version=2, title="", abstract="", updated=one.updated, origin=Origin.SEARCH
        )
        for one in stored
    )
    assert judge_search(answer(revised), stored, TODAY).believed == revised


@pytest.mark.parametrize(
    ("paper_id", "today", "future"),
    [
        ("2503.00001", date(2025, 3, 1), False),
        ("2504.00001", date(2025, 3, 30), True),
        ("2504.00001", date(2025, 3, 31), False),
        ("2601.00001", date(2025, 12, 31), False),
        ("2601.00001", date(2025, 12, 30), True),
        ("2512.99999", date(2026, 1, 1), False),
        ("hep-th/9901001", date(2025, 1, 1), False),
        ("9001.00001", date(2025, 1, 1), True),
    ],
)
def test_ids_of_a_month_to_come_are_known(paper_id, today, future):
    assert is_of_future(paper_id, today) is future


def test_a_date_of_years_to_come_is_left_out_of_a_search():
    absurd = paper(98, days_ago=-400)
    belief = judge_search(answer([absurd, *papers([99])]), (), TODAY)
    assert (belief.believed, belief.refused) == (papers([99]), (absurd,))


def test_a_paper_of_the_future_is_left_out_of_a_search():
    future = paper(1, month="2512")
    belief = judge_search(answer([future, *papers([99])]), (), TODAY)
    assert (belief.believed, belief.refused) == (papers([99]), (future,))


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 900)), unique_by=lambda p: p[0]),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 900)), unique_by=lambda p: p[0]),
    st.integers(0, 200),
    st.randoms(use_true_random=False),
)
def test_every_paper_is_either_believed_or_refused(found, stored, total, random):
    listed = [paper(n, days_ago=d) for n, d in found]
    strangers = {one.id for one in listed if random.random() < 0.3}
    asked = answer(listed, total=total, strangers=strangers)
    belief = judge_search(asked, [paper(n, days_ago=d) for n, d in stored], TODAY)
    assert sorted(one.id for one in belief.believed + belief.refused) == sorted(asked.ids)
    assert not strangers & {one.id for one in belief.believed}
    assert (belief.failure is None) is (belief.outcome == Outcome.UP_TO_DATE)
    assert belief.failure is None or not belief.believed


YESTERDAY = ("2503.00001v1", "2503.00002v1", "2401.00009v3")
FEED = ("2503.00003v1", "2503.00004v1", "2401.00007v2")


def feed(listed, new, before=None, *, cut=False):
    listing = FeedListing(ids=tuple(listed), new=tuple(new), count=len(listed), cut=cut)
    return judge_feed(listing, today=TODAY, before=before)


def mark_of_yesterday():
    mark = feed(YESTERDAY, ["2503.00001", "2503.00002"]).mark
    assert mark is not None
    return mark


def test_todays_feed_is_believed_and_leaves_its_mark():
    belief = feed(FEED, ["2503.00004", "2503.00003"], mark_of_yesterday())
    assert (belief.believed, belief.refused) == (FEED, ())
    assert (belief.failure, belief.outcome) == (None, Outcome.UP_TO_DATE)
    assert belief.mark is not None
    assert belief.mark.highest_new == "2503.00004"


@pytest.mark.parametrize("listed", [YESTERDAY, YESTERDAY[::-1]])
def test_yesterdays_feed_is_known_by_its_ids(listed):
    belief = feed(listed, ["2503.00001", "2503.00002"], mark_of_yesterday())
    assert (belief.believed, belief.refused, belief.mark) == ((), listed, None)
    assert belief.outcome == Outcome.FAILED
    assert belief.failure is not None
    assert "same" in belief.failure


def test_a_feed_of_days_ago_is_known_by_its_highest_id():
    belief = feed(("2502.00001v1", "2502.00009v1"), ["2502.00009"], mark_of_yesterday())
    assert belief.believed == ()
    assert belief.failure == (
        "the feed is not newer than the last one: its highest new id is 2502.00009, and "
        "2503.00002 was announced already"
    )


def test_yesterdays_feed_is_known_though_a_paper_left_it():
    assert feed(YESTERDAY[:2], ["2503.00001", "2503.00002"], mark_of_yesterday()).failure


def test_ids_are_compared_by_number_and_month():
    before = FeedMark("2412.20001", "")
    assert feed(["2501.00001v1"], ["2501.00001"], before).failure is None
    assert feed(["2412.100000v1"], ["2412.100000"], before).failure is None


def test_a_day_of_replacements_alone_is_believed():
    belief = feed(("2401.00009v4",), [], mark_of_yesterday())
    assert (belief.failure, belief.outcome) == (None, Outcome.UP_TO_DATE)


def test_an_empty_feed_is_nothing_announced_and_forgets_nothing():
    empty = feed((), [], mark_of_yesterday())
    assert (empty.failure, empty.outcome) == (None, Outcome.NOTHING_ANNOUNCED)
    again = feed((), [], empty.mark)
    assert again.outcome == Outcome.NOTHING_ANNOUNCED
    stale = feed(YESTERDAY, ["2503.00001", "2503.00002"], again.mark)
    assert stale.outcome == Outcome.FAILED


def test_a_cut_feed_is_true_and_is_not_all():
    belief = feed(FEED, ["2503.00004"], mark_of_yesterday(), cut=True)
    assert belief.believed == FEED
    assert (belief.outcome, belief.mark) == (Outcome.SHORT_ANSWER, None)
    assert belief.failure == "the feed is cut: it holds 3 papers, and new ones are missing"


@pytest.mark.parametrize(("usual", "short"), [(149, False), (150, True), (10_000, True)])
def test_a_feed_of_very_few_papers_is_true_and_is_not_all(usual: int, *, short: bool):
    listing = FeedListing(ids=FEED, new=("2503.00004",), count=24, cut=False, usual=usual)
    belief = judge_feed(listing, today=TODAY, before=None)
    assert belief.believed == FEED
    assert (belief.outcome, belief.mark is None) == (
        Outcome.SHORT_ANSWER if short else Outcome.UP_TO_DATE,
        short,
    )
    assert (belief.failure or "").startswith("the feed is short: it holds 24 papers" * short)


def test_a_day_after_christmas_is_no_short_feed():
    listing = FeedListing(ids=FEED, new=("2503.00004",), count=700, cut=False, usual=4_000)
    assert judge_feed(listing, today=TODAY, before=None).failure is None


def test_an_empty_feed_is_not_short():
    listing = FeedListing(ids=(), new=(), count=0, cut=False, usual=4_000)
    assert judge_feed(listing, today=TODAY, before=None).outcome == Outcome.NOTHING_ANNOUNCED


def test_yesterdays_cut_feed_is_yesterdays():
    assert feed(YESTERDAY, ["2503.00002"], mark_of_yesterday(), cut=True).believed == ()


def test_an_id_of_the_future_is_refused_and_leaves_no_mark():
    belief = feed((*FEED, "2511.00001v1"), ["2503.00004", "2511.00001"])
    assert (belief.believed, belief.refused) == (FEED, ("2511.00001v1",))
    assert belief.mark == feed(FEED, ["2503.00004"]).mark


def test_the_mark_is_of_identifiers_and_versions_alone():
    digests = {
        feed(listed, []).mark.digest
        for listed in (FEED, FEED[::-1], FEED[:2], (*FEED[:2], "2401.00007v3"))
    }
    assert len(digests) == 3
