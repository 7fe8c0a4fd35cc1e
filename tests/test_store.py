"""The store in memory: what leaves a table, and what a listing showed."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from daily_papers.papers.paper import Origin, Paper, announcement_order
from daily_papers.records import decode, encode
from daily_papers.store.store import Draft, KeywordState, ReadListing, Store

DAY = date(2026, 1, 20)


def paper(number: int, day: int | None) -> Paper:
    """A paper of a day of January; of none, it is known from the feed alone."""
    updated = None if day is None else datetime(2026, 1, day, 18, tzinfo=UTC)
    return Paper(
        id=f"2601.{number:05}",
        version=1,
        title="A title",
        abstract="An abstract",
        updated=updated,
        announced=DAY,
        origin=Origin.FEED if day is None else Origin.SEARCH,
    )


def kept(papers: list[Paper], limit: int) -> set[str]:
    """What a table holds after it was cut."""
    draft = Draft(Store(keywords={"mri": KeywordState(slug="mri", name="mri", expression="")}))
    draft.take("mri", papers, DAY)
    draft.trim("mri", limit)
    return draft.members["mri"]


def test_the_oldest_papers_leave_a_table_first():
    papers = [paper(1, 19), paper(2, 3), paper(3, 17), paper(4, 18)]
    assert kept(papers, 2) == {"2601.00001", "2601.00004"}


def test_a_paper_known_from_the_feed_alone_pushes_no_other_one_out():
    papers = [paper(1, 3), paper(2, 17), paper(3, None), paper(4, 5)]
    assert kept(papers, 2) == {"2601.00002", "2601.00004", "2601.00003"}


def test_of_papers_known_from_the_feed_alone_the_first_announced_leave_first():
    papers = [paper(number, None) for number in (3, 1, 4, 2)]
    assert kept(papers, 2) == {"2601.00003", "2601.00004"}


@given(st.lists(st.none() | st.integers(1, 28), max_size=12), st.integers(1, 5))
def test_a_table_keeps_its_newest_papers(days: list[int | None], limit: int):
    papers = [paper(number, day) for number, day in enumerate(days)]
    held = kept(papers, limit)
    for dated in (True, False):
        here = [each for each in papers if (each.updated is not None) is dated]
        inside = [each.date for each in here if each.id in held]
        outside = [each.date for each in here if each.id not in held]
        assert len(inside) == len(here) or len(papers) > limit
        assert len(inside) >= min(limit, len(here))
        assert not inside or not outside or max(outside) <= min(inside)


def test_only_a_paper_that_was_in_a_table_before_leaves_a_trace_in_it():
    mri = KeywordState(slug="mri", name="mri", expression="")
    earlier = Draft(Store(keywords={"mri": mri}))
    earlier.take("mri", [paper(1, 3)], DAY)
    draft = Draft(earlier.finish())
    draft.take("mri", [paper(1, 3), paper(2, 2), paper(3, 5)], DAY)
    draft.trim("mri", 1)
    stored = draft.finish().papers
    assert stored.keys() == {"2601.00001", "2601.00003"}
    assert stored["2601.00001"].left == {"mri"}


SOME_IDS = st.lists(st.sampled_from(["2512.00002", "2601.00001", "2601.00010", "2601.100000"]))


@given(SOME_IDS, SOME_IDS)
def test_a_listing_has_each_identifier_once_and_in_order(first: list[str], more: list[str]):
    listing = ReadListing(DAY, (), "", after_gap=False).with_new(first).with_new(more)
    assert listing.new.split() == sorted({*first, *more}, key=announcement_order)
    assert decode(ReadListing, encode(listing)) == listing
