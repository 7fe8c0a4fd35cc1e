"""Weeks of random trouble, then good days: in the end all is as if there had been none."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from daily_papers.sandbox import Change, Script, Universe, make_up
from tests.support.daily_runs import days
from tests.support.topics import MEANINGS, TOPICS
from tests.support.trouble import GOOD_DAY, BadDay, Life, bad_day

FIRST = date(2026, 1, 12)
TROUBLED, GOOD = 21, 7


@pytest.fixture(autouse=True)
def passing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are over at once."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def lived(root: Path, universe: Universe, troubles: list[BadDay], seed: int) -> Life:
    random = Random(seed)
    with Life.beginning(root, TOPICS, universe) as life:
        for day, trouble in zip(days(FIRST, len(troubles)), troubles, strict=True):
            life.live(day, trouble, random)
    return life


@pytest.mark.parametrize("seed", [1, 2])
def test_in_the_end_all_is_as_without_trouble(tmp_path: Path, seed: int):
    universe = make_up(Script(days=TROUBLED + GOOD + 7, papers_a_day=8, seed=seed))
    random = Random(seed)
    good = [GOOD_DAY] * GOOD
    troubles = [GOOD_DAY, *(bad_day(random) for _ in range(TROUBLED - 1)), *good]
    clean = lived(tmp_path / "clean", universe, [GOOD_DAY] * (TROUBLED + GOOD), seed)
    troubled = lived(tmp_path / "troubled", universe, troubles, seed)
    assert troubled.tables() == clean.tables()
    ids = [id for id, _ in troubled.mailed]
    assert len(ids) == len(set(ids))
    assert set(ids) == {id for id, _ in clean.mailed}
