from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.config import parse_config
from daily_papers.daily.trust import accept_feed, accept_search, is_of_future
from daily_papers.errors import BadAnswer, Outcome, RejectedAnswer, ShortAnswer
from daily_papers.papers.announcement import AnnounceKind, Announcement, PartAnswer, SearchAnswer
from daily_papers.papers.paper import ArxivId, Origin, Paper
from daily_papers.store.store import FeedPart, State
from tests.support.cases import for_each

TODAY = date(2025, 3, 20)
KEYWORD = parse_config(b"keywords: [state of the art]", "keywords.yaml").keywords[0]
MATCHING = "The state of the art"
#: arXiv's rule has gaps for the small words of a phrase, ours does not.
LOOSELY_MATCHING = "A state in an art"


def paper(number, days_ago=0, origin=Origin.SEARCH, month="2503"):
    when = datetime(2025, 3, 20, 12, tzinfo=UTC) - timedelta(days=days_ago)
    return Paper(
        id=f"{month}.{number:05}",
        version=1,
        title=MATCHING,
        abstract="An abstract",
        updated=None if origin is Origin.FEED else when,
        announced=when.date() if origin is Origin.FEED else None,
        origin=origin,
    )


def papers(numbers, **how):
    """One paper a day, the highest number today's."""
    return tuple(paper(n, days_ago=100 - n, **how) for n in sorted(numbers, reverse=True))


def answer(found, total=None, asked=100, strangers=(), honest=()):
    def title(one):
        return "Something else" if one.id in strangers else MATCHING

    searched = SearchAnswer(
        papers=tuple(
            replace(one, title=LOOSELY_MATCHING if one.id in honest else title(one))
            for one in found
        ),
        total=len(found) if total is None else total,
        urls=("https://example.org/",),
    )
    return KEYWORD, asked, searched


def accepted(answered, *args):
    return accept_search(*answered, *args).papers


def test_a_good_answer_is_accepted_whole():
    found = papers(range(1, 101))
    searched = accept_search(*answer(found, total=5000), papers(range(1, 90)), TODAY)
    assert (searched.slug, searched.papers, searched.strangers) == (KEYWORD.slug, found, 0)


def test_a_first_answer_has_nothing_to_be_compared_with():
    assert accepted(answer(papers([5])), (), TODAY) == papers([5])
    assert accepted(answer(()), (), TODAY) == ()


def rejection(answered, *args):
    """The error's kind and reason."""
    with pytest.raises(BadAnswer) as caught:
        accept_search(*answered, *args)
    assert "\n" not in caught.value.reason
    return type(caught.value), caught.value.reason


def test_an_empty_answer_is_rejected_where_stored_papers_match():
    kind, reason = rejection(answer(()), papers([1]), TODAY)
    assert kind is ShortAnswer
    assert reason == "the answer is empty, though 1 stored paper should be in it"


def test_an_empty_answer_is_accepted_while_the_feed_is_ahead_of_the_index():
    stored = [paper(1, days_ago=0, origin=Origin.FEED), paper(2, days_ago=3, origin=Origin.OAI)]
    assert accepted(answer(()), stored, TODAY) == ()


def test_an_empty_answer_is_accepted_where_arxivs_rule_finds_no_stored_paper():
    assert accepted(answer(()), [replace(paper(1), title="Something else")], TODAY) == ()


def test_a_total_far_below_what_is_stored_is_short():
    kind, reason = rejection(answer(papers(range(90, 99))), papers(range(1, 99)), TODAY)
    assert kind is ShortAnswer
    assert reason == "the answer says that 9 papers match, though 98 stored papers should be in it"


def test_an_answer_as_long_as_was_asked_for_is_not_all_there_is():
    found = papers(range(90, 99))
    assert accepted(answer(found, asked=9), papers(range(1, 99)), TODAY) == found


def test_half_of_what_is_stored_is_the_border():
    stored = papers(range(61, 101))
    assert accepted(answer(stored[:20]), stored, TODAY) == stored[:20]
    assert rejection(answer(stored[:19]), stored, TODAY)[0] is ShortAnswer


def test_a_total_a_little_below_what_is_stored_is_accepted():
    stored = papers(range(1, 41))
    accept_search(*answer(stored[:-3]), stored, TODAY)


def test_papers_that_do_not_match_are_left_out():
    found = papers(range(1, 11))
    strangers = {one.id for one in found[:5]}
    searched = accept_search(*answer(found, strangers=strangers), (), TODAY)
    assert (searched.papers, searched.strangers) == (found[5:], 5)


def test_an_answer_of_mostly_other_papers_is_the_answer_to_another_question():
    found = papers(range(1, 11))
    strangers = {one.id for one in found[:6]}
    kind, reason = rejection(answer(found, strangers=strangers), (), TODAY)
    assert kind is RejectedAnswer
    assert reason == "6 of the answer's 10 papers do not match the keyword"


def test_papers_that_arxiv_finds_by_its_looser_rule_are_left_out_and_reject_nothing():
    found = papers(range(1, 11))
    others = {one.id for one in found[:9]}
    searched = accept_search(*answer(found, honest=others), (), TODAY)
    assert (searched.papers, searched.strangers) == (found[9:], 9)


def test_of_very_few_papers_the_others_are_only_left_out():
    found = papers([1, 2, 3])
    searched = accept_search(*answer(found, strangers={one.id for one in found}), (), TODAY)
    assert (searched.papers, searched.strangers) == ((), 3)


@for_each("days", [0, 1, 3, 7])
def test_an_index_that_lags_some_days_is_ordinary(days):
    stored = papers(range(1, 101), origin=Origin.OAI)
    behind = papers(range(1, 101 - days))
    assert accepted(answer(behind), stored, TODAY) == behind


def test_an_index_that_stands_still_is_outdated():
    stored, found = papers(range(1, 101)), papers(range(1, 61))
    kind, reason = rejection(answer(found), stored, TODAY)
    assert kind is RejectedAnswer
    assert reason == (
        "the answer's newest paper is from 2025-02-08, though 33 newer ones up to 2025-03-20 "
        "are stored"
    )


def test_papers_of_years_ago_are_outdated():
    old = tuple(paper(n, days_ago=2000 + n, month="1910") for n in range(100))
    kind, _ = rejection(answer(old, total=5000), papers(range(50, 100)), TODAY)
    assert kind is RejectedAnswer


def test_a_single_stored_paper_that_the_search_no_longer_finds_is_no_reason():
    stored = (paper(1, days_ago=30), paper(2, days_ago=400), paper(3, days_ago=500))
    accept_search(*answer(stored[1:]), stored, TODAY)
    accept_search(*answer([paper(4, days_ago=600)]), stored[:1], TODAY)


def test_a_rare_topics_outdated_list_is_known_by_most_of_its_papers():
    stored = (paper(1, days_ago=30), paper(2, days_ago=40), paper(3, days_ago=500))
    old = tuple(paper(n, days_ago=100 * n) for n in (5, 6))
    assert rejection(answer(old), stored, TODAY)[0] is RejectedAnswer


def test_a_rare_topics_feed_paper_is_not_expected_of_the_index_at_once():
    stored = (paper(1, days_ago=0, origin=Origin.FEED), paper(2, days_ago=400))
    accept_search(*answer(stored[1:]), stored, TODAY)


def test_a_list_without_the_stored_papers_of_its_own_days_is_wrong():
    stored = papers(range(51, 101))
    others = tuple(paper(1000 + n, days_ago=n) for n in range(100))
    kind, reason = rejection(answer(others, total=9000), stored, TODAY)
    assert kind is RejectedAnswer
    assert reason == "the answer lacks 50 of the 50 stored papers that belong in it"


def test_after_a_gap_the_stored_papers_need_not_be_in_the_list():
    stored = tuple(paper(n, days_ago=200 + n) for n in range(100))
    others = tuple(paper(1000 + n, days_ago=n) for n in range(100))
    accept_search(*answer(others, total=9000), stored, TODAY)


def test_a_revision_counts_as_the_same_paper():
    stored = papers(range(51, 101))
    revised = tuple(replace(one, version=2) for one in stored)
    assert accepted(answer(revised), stored, TODAY) == revised


@for_each(
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
    assert accepted(answer([absurd, *papers([99])]), (), TODAY) == papers([99])


def test_a_paper_of_the_future_is_left_out_of_a_search():
    future = paper(1, month="2512")
    assert accepted(answer([future, *papers([99])]), (), TODAY) == papers([99])


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 900)), unique_by=lambda p: p[0]),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 900)), unique_by=lambda p: p[0]),
    st.integers(1, 200),
    st.sets(st.integers(1, 60)),
)
def test_what_is_accepted_matches(found, stored, asked, others):
    listed = [paper(n, days_ago=d) for n, d in found]
    strangers = {paper(n).id for n in others}
    answered = answer(listed[:asked], total=len(listed), asked=asked, strangers=strangers)
    try:
        searched = accept_search(*answered, [paper(n, days_ago=d) for n, d in stored], TODAY)
    except BadAnswer:
        return
    listed = listed[:asked]
    assert searched.papers == tuple(one for one in listed if one.id not in strangers)
    assert searched.strangers == len(listed) - len(searched.papers)


YESTERDAY = ("2503.00001v1", "2503.00002v1", "2401.00009v3")
FEED = ("2503.00003v1", "2503.00004v1", "2401.00007v2")
CATEGORIES = ("cs.CV",)


def part(listed, new, *, count=None):
    announcements = []
    for name in listed:
        found = ArxivId.parse(name)
        kind = AnnounceKind.NEW if found.id in new else AnnounceKind.REPLACE
        one = Paper(id=found.id, version=found.version, title="", abstract="", origin=Origin.FEED)
        announcements.append(Announcement(one, kind))
    return PartAnswer(
        categories=CATEGORIES,
        url="https://example.org/",
        announcements=tuple(announcements),
        count=len(listed) if count is None else count,
    )


def after(*memory, usual=0):
    """The state after a day whose feed left this memory."""
    return State(
        feed=memory, feed_day=date(2025, 3, 19) if memory else None, listed={"cs.CV": usual}
    )


def of_yesterday():
    return after(
        accept_feed(part(YESTERDAY, ["2503.00001", "2503.00002"]), after(), TODAY).parts[0]
    )


def shown(accepted):
    return tuple(one.paper.versioned_id for one in accepted.announcements)


def test_todays_feed_is_accepted_and_remembered():
    today = accept_feed(part(FEED, ["2503.00004", "2503.00003"]), of_yesterday(), TODAY)
    assert (shown(today), today.failures) == (FEED, ())
    assert today.parts[0].highest_new_id == "2503.00004"
    assert (today.parts[0].categories, today.parts[0].count) == (CATEGORIES, 3)


@pytest.mark.parametrize("listed", [YESTERDAY, YESTERDAY[::-1]])
def test_yesterdays_feed_is_known_by_its_ids(listed):
    old = accept_feed(part(listed, ["2503.00001", "2503.00002"]), of_yesterday(), TODAY)
    assert shown(old) == ()
    assert old.failures[0].outcome is Outcome.FAILED
    assert "same" in old.failures[0].reason


def test_a_feed_of_days_ago_is_known_by_its_ids():
    old = accept_feed(part(("2502.00001v1", "2502.00009v1"), ["2502.00009"]), of_yesterday(), TODAY)
    assert shown(old) == ()
    assert old.failures[0].reason == (
        "the feed is not newer than the last one, which announced 2503.00002: most of its new ids "
        "are not above that"
    )


def test_yesterdays_feed_is_known_though_todays_categories_are_more():
    new = [f"2503.0000{number}" for number in range(4)]
    old = accept_feed(part([f"{id}v1" for id in new], new), of_yesterday(), TODAY)
    assert old.failures[0].outcome is Outcome.FAILED


def test_a_paper_that_comes_late_does_not_make_a_feed_old():
    new = ["2503.00001", "2503.00003", "2503.00004"]
    today = accept_feed(part([f"{id}v1" for id in new], new), of_yesterday(), TODAY)
    assert today.failures == ()


def test_yesterdays_feed_is_known_though_a_paper_left_it():
    listed = part(YESTERDAY[:2], ["2503.00001", "2503.00002"])
    assert accept_feed(listed, of_yesterday(), TODAY).failures != ()


def test_an_earlier_feed_of_the_same_day_is_no_old_one():
    state = replace(of_yesterday(), feed_day=TODAY)
    assert accept_feed(part(YESTERDAY, ["2503.00001"]), state, TODAY).failures == ()


@pytest.mark.parametrize("name", ["2501.00001", "2412.100000"])
def test_ids_are_compared_by_number_and_month(name):
    state = after(FeedPart(CATEGORIES, "", "2412.20001", 1))
    assert accept_feed(part([f"{name}v1"], [name]), state, TODAY).failures == ()


def test_a_day_of_replacements_alone_is_accepted():
    accepted = accept_feed(part(("2401.00009v4",), []), of_yesterday(), TODAY)
    assert (shown(accepted), accepted.failures) == (("2401.00009v4",), ())


@pytest.mark.parametrize("day", [date(2025, 3, 19), TODAY])
def test_an_empty_feed_forgets_nothing(day: date):
    state = replace(of_yesterday(), feed_day=day)  # an earlier run of today may have read one
    for _ in range(2):
        empty = accept_feed(part((), []), state, TODAY)
        assert (shown(empty), empty.failures) == ((), ())
        state = after(empty.parts[0])
    stale = accept_feed(part(YESTERDAY, ["2503.00001", "2503.00002"]), state, TODAY)
    assert stale.failures[0].outcome is Outcome.FAILED


def test_a_cut_feed_is_true_and_is_not_all():
    cut = accept_feed(part(FEED, ["2503.00004"], count=2_000), of_yesterday(), TODAY)
    whole = accept_feed(part(FEED, ["2503.00004"], count=1_999), of_yesterday(), TODAY)
    assert whole.failures == ()
    assert shown(cut) == FEED
    assert cut.failures[0].outcome is Outcome.SHORT_ANSWER
    assert (
        cut.failures[0].reason
        == "the feed is cut off: it holds 2,000 papers, and new ones are missing"
    )


@for_each(("usual", "short"), [(149, False), (150, True), (10_000, True)])
def test_a_feed_of_very_few_papers_is_true_and_is_not_all(usual: int, *, short: bool):
    accepted = accept_feed(part(FEED, ["2503.00004"], count=24), after(usual=usual), TODAY)
    assert shown(accepted) == FEED
    assert bool(accepted.failures) is short
    if short:
        assert accepted.failures[0].outcome is Outcome.SHORT_ANSWER
        assert accepted.failures[0].reason.startswith("the feed is short: it holds 24 papers")


@pytest.mark.parametrize("listing", [part(FEED, ["2503.00004"], count=700), part((), [])])
def test_a_day_after_christmas_and_an_empty_feed_are_not_short(listing):
    assert accept_feed(listing, after(usual=4_000), TODAY).failures == ()


def test_yesterdays_cut_feed_is_yesterdays():
    assert (
        shown(accept_feed(part(YESTERDAY, ["2503.00002"], count=2_000), of_yesterday(), TODAY))
        == ()
    )


def test_an_id_of_the_future_is_left_out_and_not_remembered():
    accepted = accept_feed(
        part((*FEED, "2511.00001v1"), ["2503.00004", "2511.00001"], count=3), after(), TODAY
    )
    assert accepted == accept_feed(part(FEED, ["2503.00004"]), after(), TODAY)


def test_a_feed_is_known_by_identifiers_and_versions_alone():
    lists = (FEED, FEED[::-1], FEED[:2], (*FEED[:2], "2401.00007v3"))
    digests = {
        accept_feed(part(listed, []), after(), TODAY).parts[0].ids_digest for listed in lists
    }
    assert len(digests) == 3
