"""What two records of one paper come to, and identifiers in one short text."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime

from hypothesis import given

from daily_papers.papers.paper import Origin, Paper, merge
from tests.support.made_papers import papers

#: What may be unknown.
OPTIONAL = (
    *("authors", "comment", "primary_category", "categories", "published", "updated"),
    *("announced", "doi", "journal_ref"),
)
FEED = Paper(
    id="2601.00001",
    version=1,
    title="From the feed",
    authors=("Ada Author",),
    abstract="Short.",
    categories=("cs.CV",),
    announced=date(2026, 1, 20),
    origin=Origin.FEED,
)
SEARCH = replace(
    FEED,
    title="From the query API",
    comment="5 pages",
    published=datetime(2026, 1, 16, 9, 30, tzinfo=UTC),
    updated=datetime(2026, 1, 16, 9, 30, tzinfo=UTC),
    announced=None,
    origin=Origin.SEARCH,
)

of_one_paper = papers(id="2601.00001")
of_one_version = papers(id="2601.00001", version=2)


@given(of_one_paper, of_one_paper)
def test_a_higher_version_replaces_whatever_its_origin(one: Paper, other: Paper):
    both = merge(one, other)
    assert both.version == max(one.version, other.version)
    if one.version < other.version:
        assert replace(both, published=other.published, previous=other.previous) == other
        assert both.published == (other.published or one.published)
    if one.version > other.version:
        assert both == one


@given(of_one_paper, of_one_paper)
def test_to_learn_the_same_again_changes_nothing(one: Paper, other: Paper):
    both = merge(one, other)
    assert merge(one, one) == one
    assert merge(both, other) == both
    assert merge(both, both) == both


@given(of_one_version, of_one_version)
def test_within_a_version_nothing_that_is_known_is_lost(one: Paper, other: Paper):
    both = merge(one, other)
    for name in OPTIONAL:
        known = [getattr(paper, name) for paper in (one, other) if getattr(paper, name) is not None]
        assert (getattr(both, name) is not None) == bool(known)
        assert getattr(both, name) in [*known, None]


@given(of_one_version, of_one_version)
def test_within_a_version_the_better_origin_wins_then_the_newer_record(one: Paper, other: Paper):
    both = merge(one, other)
    winner = one if one.origin.reliability > other.origin.reliability else other
    assert both.origin is winner.origin
    for field in fields(Paper):
        if getattr(winner, field.name) is not None:
            assert getattr(both, field.name) == getattr(winner, field.name)


@given(of_one_version, of_one_version)
def test_the_order_of_arrival_matters_only_between_records_of_one_origin(one: Paper, other: Paper):
    if one.origin is not other.origin:
        assert merge(one, other) == merge(other, one)


def test_details_complete_what_the_feed_told():
    expected = replace(SEARCH, announced=date(2026, 1, 20))
    assert merge(FEED, SEARCH) == merge(SEARCH, FEED) == expected


def test_a_comment_that_an_answer_leaves_out_stays():
    assert merge(SEARCH, replace(SEARCH, comment=None)).comment == "5 pages"
    assert merge(SEARCH, replace(SEARCH, comment="6 pages")).comment == "6 pages"


def test_a_new_version_has_no_listing_day_of_the_one_before():
    revision = replace(SEARCH, version=2, updated=datetime(2026, 1, 19, tzinfo=UTC))
    assert merge(FEED, revision).announced is None


# --- withdrawals -------------------------------------------------------------------------------

SECOND = replace(SEARCH, version=2, updated=datetime(2026, 2, 1, tzinfo=UTC))
GONE = replace(
    SEARCH, version=3, updated=datetime(2026, 3, 1, tzinfo=UTC), comment="Withdrawn, wrong proof"
)


def test_a_withdrawal_keeps_the_date_of_the_version_before():
    assert merge(SECOND, GONE).table_date == date(2026, 2, 1)


def test_a_second_notice_keeps_the_date_too():
    notice = replace(GONE, version=4, updated=datetime(2026, 4, 1, tzinfo=UTC))
    assert merge(merge(SECOND, GONE), notice).table_date == date(2026, 2, 1)


def test_a_version_after_a_withdrawal_has_its_own_date():
    back = replace(SEARCH, version=4, updated=datetime(2026, 4, 1, tzinfo=UTC))
    assert merge(merge(SECOND, GONE), back) == back


def test_a_withdrawal_without_known_versions_has_the_date_of_the_first():
    assert GONE.table_date == date(2026, 1, 16)


def test_the_date_before_is_forgotten_once_details_show_no_withdrawal():
    announced = replace(FEED, version=3, announced=date(2026, 3, 2))
    between = merge(SECOND, announced)
    assert between.previous == SECOND.updated
    revised = replace(GONE, comment="20 pages")
    assert merge(between, revised).previous is None
    assert merge(between, GONE).table_date == date(2026, 2, 1)


def test_a_first_version_withdraws_nothing():
    assert not replace(SEARCH, comment="Withdrawn").is_withdrawn


def test_arxivs_own_mark_is_kept_when_a_better_record_lacks_it():
    marked = replace(SECOND, origin=Origin.OAI, withdrawn=True)
    assert merge(marked, SECOND).is_withdrawn
    assert merge(SECOND, marked).is_withdrawn
