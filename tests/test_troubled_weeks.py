"""Weeks of random trouble, then good days: in the end all is as if there had been none.

What was mailed is compared with the mails of a repository that had no trouble. Two things arXiv's
services never tell again, and only they may differ: that an older paper was cross-listed on a day
whose listing was not read, and what a first version said that was revised before it was found.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random

import pytest

from tests.sandbox import (
    RATE_EXCEEDED,
    Change,
    Record,
    Request,
    Response,
    Script,
    Service,
    Universe,
    make_up,
)
from tests.support.daily_runs import days
from tests.support.topics import MEANINGS, TOPICS
from tests.support.trouble import GOOD_DAY, NOTHING_RAN, BadDay, Life, bad_day

FIRST = date(2026, 1, 12)
#: Good days at the end: each keyword has its audit by then.
GOOD = 6
#: After three weeks: each also has its audit after a seventh version, which no feed tells.
GOOD_AFTER_SEVENTH_VERSION = 9


@pytest.fixture(autouse=True)
def passing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are over at once."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def lived(root: Path, universe: Universe, troubles: Sequence[BadDay], seed: int = 1) -> Life:
    random = Random(seed)
    with Life.beginning(root, TOPICS, universe) as life:
        for day, trouble in zip(days(FIRST, len(troubles)), troubles, strict=True):
            life.live(day, trouble, random)
    return life


def matches(record: Record) -> bool:
    return any(means(record) for means in MEANINGS.values())


def records_of(universe: Universe, id: str, count: int) -> list[Record]:
    """What became public of a paper in so many days from the first on."""
    return [
        record
        for day in days(FIRST, count)
        for record in universe.announced_on(day)
        if record.id == id
    ]


def assert_tables_alike(troubled: Life, clean: Life, day: date) -> None:
    """But for a revision that left a keyword while nobody read: no search for it shows that."""
    universe, tables = clean.arxiv.universe, troubled.tables()
    for slug, rows in clean.tables().items():
        wanted, shown = (
            [row for row in each if _still_matches(universe, slug, row, day)]
            for each in (rows, tables[slug])
        )
        left = len(rows) - len(wanted) + len(tables[slug]) - len(shown)
        common = min(len(wanted), len(shown))
        assert shown[:common] == wanted[:common]
        assert max(len(wanted), len(shown)) - common <= left


def _still_matches(universe: Universe, slug: str, row: str, day: date) -> bool:
    found = re.search(r"arxiv\.org/abs/(\S+?)v\d+\)", row)
    assert found is not None
    record = universe.current(found[1], day)
    assert record is not None
    return MEANINGS[slug](record)


def assert_mailed_alike(troubled: Life, clean: Life, count: int) -> None:
    ids = [id for id, _ in troubled.mailed]
    assert len(ids) == len(set(ids))
    last = days(FIRST, count)[-1]
    universe, due = clean.arxiv.universe, {id for id, day in clean.mailed if day <= last}
    for id in due - set(ids):
        first, *later = records_of(universe, id, count)
        revised_away = first.change is Change.NEW and any(not matches(each) for each in later)
        assert first.change is Change.CROSS_LISTED or revised_away, id
    for id in set(ids) - due:
        first, *later = records_of(universe, id, count)
        assert first.change is Change.NEW, id
        assert not matches(first), id
        assert any(map(matches, later)), id


@pytest.mark.full
@pytest.mark.parametrize(
    ("seed", "troubled_days", "good"),
    [(4, 8, GOOD), *((seed, 21, GOOD_AFTER_SEVENTH_VERSION) for seed in range(1, 25))],
)
def test_in_the_end_all_is_as_without_trouble(
    tmp_path: Path, seed: int, troubled_days: int, good: int
):
    count = troubled_days + good
    universe = make_up(Script(days=count + 7, papers_a_day=8, seed=seed))
    random = Random(seed)
    bad = [bad_day(random) for _ in range(troubled_days - 1)]
    clean = lived(tmp_path / "clean", universe, [GOOD_DAY] * count)
    troubled = lived(tmp_path / "troubled", universe, [GOOD_DAY, *bad, *[GOOD_DAY] * good], seed)
    assert_tables_alike(troubled, clean, days(FIRST, count)[-1])
    assert_mailed_alike(troubled, clean, count)


# --- one trouble at a time ---------------------------------------------------------------------

#: Wednesday, after two ordinary days.
BAD = 2
#: Up to three bad days are between those and the good ones at the end.
COUNT = BAD + 3 + GOOD


@pytest.fixture(scope="module")
def clean(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Life]:
    """A repository that has good days only; it lives as long as one that it is compared with."""
    universe = make_up(Script(days=COUNT + 7, papers_a_day=getattr(request, "param", 12)))
    with Life.beginning(tmp_path_factory.mktemp("clean"), TOPICS, universe) as life:
        yield life


def lived_through(root: Path, clean: Life, *bad: BadDay, count: int = COUNT) -> Life:
    """A repository with these days from Wednesday on and good ones around."""
    troubles = [*[GOOD_DAY] * BAD, *bad]
    troubles += [GOOD_DAY] * (count - len(troubles))
    troubled = lived(root, clean.arxiv.universe, troubles)
    for day in days(FIRST, count):
        if day > clean.arxiv.today:
            clean.live(day, GOOD_DAY, Random(1))
    assert_mailed_alike(troubled, clean, count)
    return troubled


@pytest.mark.full
@pytest.mark.parametrize("clean", [25], indirect=True)
@pytest.mark.parametrize(
    "lacks", [(0.0, 0.5), (0.3, 0.7), (0.5, 1.0)], ids=["lowest", "middle", "highest"]
)
def test_what_a_feed_lacked_is_mailed_once_an_audit_finds_some_of_it(
    tmp_path: Path, clean: Life, lacks: tuple[float, float]
):
    wednesday = days(FIRST, BAD + 1)[BAD]
    troubled = lived_through(tmp_path, clean, BadDay(lacks=lacks))
    due = {id for id, day in clean.mailed if day == wednesday}
    late = {id for id, day in troubled.mailed if day > wednesday} & due
    assert len(late) > 1
    # An audit finds the first; one round of searches finds the others.
    assert {id for id, _ in troubled.mailed} == {id for id, _ in clean.mailed}


def test_the_listing_that_an_early_feed_hid_is_mailed(tmp_path: Path, clean: Life):
    lived_through(tmp_path, clean, BadDay(early=True), count=BAD + 3)


@pytest.mark.parametrize("count", [9, pytest.param(28, marks=pytest.mark.full)])
def test_a_late_cross_list_and_a_revision_do_not_prove_that_a_feed_was_short(
    tmp_path: Path, count: int
):
    universe = make_up(Script(days=35, papers_a_day=8))
    with Life.beginning(tmp_path, TOPICS, universe) as life:
        for day in days(FIRST, count):
            (ended,) = life.live(day, GOOD_DAY, Random(1))
            assert ended.code == 0
            assert life.repository.state()["complete"]


def test_a_short_feed_during_a_gap_is_made_up_for(tmp_path: Path, clean: Life):
    troubles = NOTHING_RAN, BadDay(lacks=(0.2, 0.8)), NOTHING_RAN
    lived_through(tmp_path, clean, *troubles, count=BAD + 6)


def test_a_short_feed_found_after_a_gap_does_not_let_an_older_index_close_it(
    tmp_path: Path, clean: Life
):
    """Friday is missed; a search on Saturday proves that Wednesday was short, and has no Friday."""
    friday = days(FIRST, 5)[-1]
    troubles = (
        BadDay(lacks=(0.0, 0.5)),
        GOOD_DAY,
        NOTHING_RAN,
        *(BadDay(lag=lag) for lag in (2, 3, 4)),
    )
    troubled = lived_through(tmp_path, clean, *troubles, count=BAD + 8)
    due = {id for id, day in clean.mailed if day == friday}
    late = {day for id, day in troubled.mailed if id in due}
    assert len(due) > 1
    assert len(late) == 1


FEW = """\
categories: [cs, eess, stat, physics.med-ph]
max_papers: 20
keywords:
  - mri
  - name: diffusion model
    any: [diffusion model]
"""


@pytest.mark.parametrize(
    "edit",
    [
        ("max_papers: 20", "max_papers: 40"),
        ("[diffusion model]", "[diffusion model, score matching]"),
    ],
    ids=["more rows", "another phrase"],
)
def test_an_edit_loses_nothing_of_a_feed_that_is_later_found_to_be_short(
    tmp_path: Path, edit: tuple[str, str]
):
    """Both make a table wait to be filled again, and papers match as before."""
    universe = make_up(Script(days=26, papers_a_day=25))
    short, edited = date(2026, 1, 28), date(2026, 1, 29)
    mailed = []
    for after in (FEW, FEW.replace(*edit)):
        with Life.beginning(tmp_path / str(len(mailed)), FEW, universe) as life:
            for day in days(date(2026, 1, 26), 9):
                if day == edited:
                    life.repository.write("keywords.yaml", after)
                is_short = day == short
                trouble = BadDay(lacks=(0.3, 0.8), lag=1) if is_short else GOOD_DAY
                life.live(day, trouble, Random(1))
            mailed.append({id for id, _ in life.mailed})
    assert mailed[0] <= mailed[1]


def test_a_new_keyword_weeks_after_a_missed_day_leaves_the_day_complete(tmp_path: Path):
    universe = make_up(Script(days=26, papers_a_day=25))
    missed, edited = date(2026, 1, 28), date(2026, 2, 3)
    with Life.beginning(tmp_path, FEW, universe) as life:
        for day in days(date(2026, 1, 26), 9):
            if day == edited:
                life.repository.write("keywords.yaml", f"{FEW}  - graph neural networks\n")
            life.live(day, NOTHING_RAN if day == missed else GOOD_DAY, Random(1))
            assert life.repository.state()["complete"]


# --- edits and late indexes after missed days; days are counted from a Monday on ------------------

MONDAY = date(2026, 1, 26)
REPLACED = FEW.replace("[diffusion model]", "[large language models, graph neural networks]")


def feed_alone(request: Request) -> Response | None:
    return None if request.service is Service.FEED else RATE_EXCEEDED


@pytest.mark.parametrize(
    ("missed", "edited", "answers", "rows", "count"),
    [
        pytest.param((3, 4), 5, None, 20, 8, id="empty feeds after the gap"),
        pytest.param((2,), 4, feed_alone, 20, 6, id="a day on which nothing fills the table"),
        pytest.param((2, 11), 9, None, 10, 13, id="a later search that reaches further back"),
    ],
)
def test_a_replaced_keyword_is_not_told_what_was_announced_before(
    tmp_path: Path,
    missed: Sequence[int],
    edited: int,
    answers: Callable[[Request], Response | None] | None,
    rows: int,
    count: int,
):
    universe = make_up(Script(days=40, papers_a_day=25))
    mailed = []
    for text in (FEW, REPLACED):
        with Life.beginning(tmp_path / str(len(mailed)), FEW, universe) as life:
            for number, life.arxiv.today in enumerate(days(MONDAY, count)):
                keywords = text if number >= edited else FEW
                keywords = keywords.replace("max_papers: 20", f"max_papers: {rows}")
                life.repository.write("keywords.yaml", keywords)
                life.arxiv.intercept = answers if number == edited else None
                if number not in missed:
                    life.run(life.arxiv.today)
            mailed.append({id for id, _ in life.mailed})
    listings = map(universe.announced_on, days(MONDAY, edited))
    assert mailed[1] & {record.id for listing in listings for record in listing} <= mailed[0]


def test_papers_of_another_category_that_a_late_index_shows_after_empty_feeds_are_mailed(
    tmp_path: Path,
):
    """Thursday and Friday are missed; until Monday the index shows no later papers than theirs."""
    universe = make_up(Script(days=40, papers_a_day=25))
    keywords = FEW.replace("[cs, eess, stat, physics.med-ph]", "[cs.LG, stat, eess.IV]")
    good = dict.fromkeys(range(9), GOOD_DAY)
    late = {3: NOTHING_RAN, 4: NOTHING_RAN, **{5 + n: BadDay(lag=3 + n) for n in range(3)}}
    mailed = []
    for troubles in (good, good | late):
        with Life.beginning(tmp_path / str(len(mailed)), keywords, universe) as life:
            for number, day in enumerate(days(MONDAY, 9)):
                life.live(day, troubles[number], Random(1))
            mailed.append({id for id, _ in life.mailed})
    assert mailed[0] == mailed[1]
