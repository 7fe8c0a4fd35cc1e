"""Weeks of ordinary days: the tables are what one search per keyword would give each day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from daily_papers.store.store import Store
from tests.sandbox import Change, Record, Script, Universe, make_up
from tests.support.daily_runs import Reader, days, reading
from tests.support.topics import MEANINGS, ROWS, TOPICS

FIRST = date(2026, 1, 12)


def searched(universe: Universe, slug: str, day: date) -> list[str]:
    """What a search for the keyword's newest papers would give if it knew all.

    arXiv puts a withdrawal first; a table leaves it where the version before it was.
    """

    def dated(record: Record) -> datetime:
        if not record.withdrawn:
            return record.updated
        before = universe.version(record.id, record.version - 1, day)
        assert before is not None
        return before.updated

    found = sorted(universe.newest(MEANINGS[slug], day), key=dated, reverse=True)[:ROWS]
    return [f"{record.id}v{record.version}" for record in found]


def shown(universe: Universe, store: Store, slug: str, day: date) -> tuple[list[str], int]:
    """The rows of a table that still match, and how many do not since a revision."""
    rows, left = [], 0
    for paper in store.table(slug):
        record = universe.current(paper.id, day)
        assert record is not None
        if MEANINGS[slug](record):
            rows.append(paper.versioned_id)
        else:
            left += 1
    return rows, left


def assert_the_same(universe: Universe, store: Store, slug: str, day: date) -> None:
    rows, left = shown(universe, store, slug, day)
    assert rows == searched(universe, slug, day)[: ROWS - left]


def assert_announced_is_shown(universe: Universe, store: Store, slug: str, day: date) -> None:
    """What the feed shows of the day stands in the table on the day."""
    rows = set(shown(universe, store, slug, day)[0])
    newest = searched(universe, slug, day)[: len(rows)]
    for record in universe.announced_on(day):
        name = f"{record.id}v{record.version}"
        if name in newest and record.version < 6:
            assert name in rows


def news_due(universe: Universe, first: date, last: date) -> set[str]:
    """All papers that matched a keyword when they were announced."""
    return {
        record.id
        for day in days(first, (last - first).days + 1)
        for record in universe.announced_on(day)
        if record.change is Change.NEW and any(means(record) for means in MEANINGS.values())
    }


def assert_told_once(reader: Reader, first: date, last: date) -> None:
    universe, told = reader.arxiv.universe, reader.news()
    assert len(told) == len(set(told))
    assert news_due(universe, first, last) <= set(told)
    for id in set(told) - news_due(universe, first, last):  # a cross-list that came later
        assert any(
            record.id == id and record.change is Change.CROSS_LISTED
            for day in days(first, (last - first).days + 1)
            for record in universe.announced_on(day)
        )


@pytest.mark.parametrize(
    ("count", "papers_a_day", "holiday"),
    [
        (12, 8, date(2026, 1, 19)),
        pytest.param(60, 5, date(2026, 1, 19), marks=pytest.mark.full),
        pytest.param(60, 30, date(2026, 2, 16), marks=pytest.mark.full),
    ],
)
def test_tables_are_what_searches_would_have_given(
    tmp_path: Path, count: int, papers_a_day: int, holiday: date
):
    universe = make_up(
        Script(days=count + 7, papers_a_day=papers_a_day, holidays=frozenset({holiday}))
    )
    with reading(tmp_path, TOPICS, universe) as reader:
        for day in days(FIRST, count):
            report = reader.read(day)
            assert (report.exit_code, report.complete) == (0, True)
            store = reader.store()
            for slug in MEANINGS:
                if store.keywords[slug].audited == day:
                    assert_the_same(universe, store, slug, day)
                assert_announced_is_shown(universe, store, slug, day)
            # The first run fills; after a quiet day it may be looked whether something was lost.
            assert reader.requests <= 3 or day in (FIRST, holiday + timedelta(days=2))
        assert_told_once(reader, FIRST, day)
        assert all(shelved.paper.has_details for shelved in store.papers.values())


@pytest.mark.full
@pytest.mark.parametrize(
    ("count", "lag"),
    [(12, 2), (60, 1), (60, 4)],
)
def test_an_index_behind_the_listings_loses_and_repeats_nothing(
    tmp_path: Path, count: int, lag: int
):
    universe = make_up(Script(days=count + 14, papers_a_day=10))
    with reading(tmp_path, TOPICS, universe) as reader:
        reader.arxiv.query_lag_days = lag
        for day in days(FIRST, count):
            report = reader.read(day)
            assert (report.exit_code, report.complete) == (0, True)
            store = reader.store()
            for slug in MEANINGS:
                assert_announced_is_shown(universe, store, slug, day)
                if store.keywords[slug].audited == day:
                    known = {paper.id: paper for paper in store.table(slug)}
                    for name in searched(universe, slug, day - timedelta(days=lag)):
                        id, _, version = name.partition("v")
                        assert id in known or len(known) == ROWS
                        assert id not in known or known[id].version >= int(version)
        assert_told_once(reader, FIRST, day)
        reader.arxiv.query_lag_days = 0
        for day in days(FIRST + timedelta(days=count), len(MEANINGS)):
            reader.read(day)
            store = reader.store()
            for slug in MEANINGS:
                if store.keywords[slug].audited == day:
                    assert_the_same(universe, store, slug, day)
        assert not any(paper.updated is None for slug in MEANINGS for paper in store.table(slug))
