"""The daily job, killed at any write and request: every new paper is still told exactly once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.kills import one_life
from tests.support.subjects import DIFFUSION, GRAPHS, MEDICAL, MRI, Topic
from tests.support.wanted import News, Truth
from tests.support.watched import Kept, Month, Services, Watched, told_once

MONDAY, DAY = date(2026, 1, 26), timedelta(days=1)
SITUATIONS = ("first", "ordinary", "evening", "recovery")


@dataclass(frozen=True)
class Situation:
    """A repository in the morning of a day, and all that its mails must hold in the evening."""

    kept: Kept
    topics: tuple[Topic, ...]
    truth: Truth

    @property
    def expected(self) -> News:
        truth = deepcopy(self.truth)
        truth.tell(self.kept.today, self.topics)
        return truth.told


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with Services.running() as services:
        yield services


@pytest.fixture
def watched(services: Services, tmp_path: Path) -> Watched:
    return services.watched(tmp_path / "digest")


@pytest.fixture(scope="module")
def situations(
    services: Services, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Situation]:
    """The mornings of three days, and the evening of one; to two of them a keyword is new."""
    folder = tmp_path_factory.mktemp("situations")
    month = Month(services.watched(folder / "digest"), Truth(services.arxiv.universe))
    topics = (MRI, MEDICAL, GRAPHS)
    found = {}

    def keep(name: str, day: date, topics: tuple[Topic, ...]) -> None:
        month.morning(day, topics)
        kept = month.watched.kept(folder / name)
        found[name] = Situation(kept, topics, deepcopy(month.truth))

    def hear(day: date) -> None:
        month.morning(day, topics)
        month.hear(topics)
        month.truth.close(day, topics)

    keep("first", MONDAY, topics)
    hear(MONDAY)
    keep("ordinary", MONDAY + DAY, topics)
    hear(MONDAY + DAY)
    keep("evening", MONDAY + DAY, (*topics, DIFFUSION))
    for day in (MONDAY + 2 * DAY, MONDAY + 3 * DAY):
        month.morning(day, topics)
        month.hear_nothing()
    keep("recovery", MONDAY + 4 * DAY, (*topics, DIFFUSION))
    return found


@pytest.mark.full
@pytest.mark.parametrize("name", SITUATIONS)
def test_a_job_killed_at_any_step_is_made_good_by_the_next(
    situations: dict[str, Situation], watched: Watched, tmp_path: Path, name: str
):
    steps = steps_of(situations[name], watched, tmp_path)
    for step in range(1, len(steps) + 1):
        assert_made_good(situations[name], watched, tmp_path, step)


@pytest.mark.parametrize(("name", "every"), [("ordinary", 12), ("evening", 30)])
def test_a_job_killed_after_a_file_or_an_answer_is_made_good_by_the_next(
    situations: dict[str, Situation], watched: Watched, tmp_path: Path, name: str, every: int
):
    steps = steps_of(situations[name], watched, tmp_path)
    done = [n for n, step in enumerate(steps, 1) if step in {"after replace", "after request"}]
    for step in done[every // 2 :: every]:
        assert_made_good(situations[name], watched, tmp_path, step)


def steps_of(situation: Situation, watched: Watched, folder: Path) -> list[str]:
    again = watched.resume(situation.kept, folder / "undisturbed")
    with one_life() as undisturbed:
        again.job()
    assert told_once(again.mails) == situation.expected
    return undisturbed.steps


def assert_made_good(situation: Situation, watched: Watched, folder: Path, step: int) -> None:
    again = watched.resume(situation.kept, folder / str(step))
    with one_life(die_at=step) as life:
        again.job()
    assert life.is_over
    again.job()
    assert told_once(again.mails) == situation.expected, f"killed {life.steps[-1]}, step {step}"


# --- any number of kills, on any number of days ------------------------------------------------


@dataclass(frozen=True)
class Attempt:
    """One run of a command; with ``die_at`` it is killed at that step, if it comes so far."""

    command: str
    die_at: int | None = None


@dataclass(frozen=True)
class Weekday:
    attempts: tuple[Attempt, ...]
    silent: bool = False


#: Each example empties the folders of the one before.
IN_ONE_FOLDER = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
GOOD = (Attempt("update"), Attempt("notify"))
ATTEMPT = st.builds(
    Attempt,
    st.sampled_from(["update", "update", "notify"]),
    st.one_of(st.none(), st.integers(1, 12), st.integers(1, 180)),
)
WEEKDAY = st.builds(
    Weekday,
    st.tuples(st.lists(ATTEMPT, max_size=4).map(tuple), st.sampled_from([(), GOOD])).map(
        lambda several: several[0] + several[1]
    ),
    st.sampled_from([False, False, False, True]),
)


@dataclass
class Week:
    """Days with runs that may be killed, on a machine that may be lost with them.

    As in the workflow, what a machine leaves behind is what an update ended with. Where the machine
    is kept, a killed run may have done its work or not, and may have left it to the next run: then
    nobody can say whether the day was heard. So there are two truths, one as if such days had not
    been heard, and one as if they had.
    """

    watched: Watched
    topics: tuple[Topic, ...]
    least: Truth
    most: Truth
    #: Where what was pushed is kept; None where machines are never lost.
    pushed: Path | None

    def live_through(self, day: date, weekday: Weekday) -> None:
        self.watched.arxiv.today = day
        self.watched.silenced(weekday.silent)
        heard = [each for each in map(self.attempt, weekday.attempts) if each is not None]
        self.watched.silenced(False)
        if weekday.silent or not heard:
            return
        for truth in [self.most, *([self.least] if "surely" in heard else [])]:
            truth.tell(day, self.topics)
            truth.close(day, self.topics)

    def attempt(self, attempt: Attempt) -> str | None:
        """Run a command; tell whether arXiv was heard, where it answers."""
        watched = self.watched
        with one_life(attempt.die_at) as life:
            (watched.notify if attempt.command == "notify" else watched.update)()
        if attempt.command == "notify":
            return None
        if not life.is_over:
            self._replace(self.pushed, by=watched.repository.root)
            return "surely"
        if self.pushed is None:
            return "perhaps"
        self._replace(watched.repository.root, by=self.pushed)
        return None

    @staticmethod
    def _replace(folder: Path | None, by: Path | None) -> None:
        if folder is not None and by is not None:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(by, folder, ignore=shutil.ignore_patterns(".daily-papers"))


def live_through_a_week(
    situation: Situation, watched: Watched, folder: Path, week: Sequence[Weekday], lost: bool
) -> None:
    """Live through the days and one good day more, and look at the mails."""
    for each in (folder / "pushed", folder / "here"):
        shutil.rmtree(each, ignore_errors=True)
    again = watched.resume(situation.kept, folder / "here")
    truths = deepcopy(situation.truth), deepcopy(situation.truth)
    lived = Week(again, situation.topics, *truths, folder / "pushed" if lost else None)
    lived._replace(lived.pushed, by=again.repository.root)
    for number, weekday in enumerate([*week, Weekday(GOOD)]):
        lived.live_through(situation.kept.today + timedelta(days=number), weekday)
    told = told_once(again.mails)
    least, most = lived.least.told, lived.most.told
    assert told.keys() <= least.keys() | most.keys()
    assert told.items() >= least.items() & most.items()
    if least == most:
        assert told == least


def weeks(most_days: int) -> st.SearchStrategy[list[Weekday]]:
    return st.lists(WEEKDAY, max_size=most_days)


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=IN_ONE_FOLDER)
@given(week=weeks(most_days=3), lost=st.booleans())
def test_kills_on_some_days_lose_nothing_and_repeat_nothing(
    situations: dict[str, Situation],
    watched: Watched,
    tmp_path: Path,
    week: list[Weekday],
    lost: bool,
):
    live_through_a_week(situations["ordinary"], watched, tmp_path, week, lost)


@pytest.mark.full
@settings(max_examples=40, deadline=None, suppress_health_check=IN_ONE_FOLDER)
@given(week=weeks(most_days=6), lost=st.booleans())
def test_kills_on_any_days_lose_nothing_and_repeat_nothing(
    situations: dict[str, Situation],
    watched: Watched,
    tmp_path: Path,
    week: list[Weekday],
    lost: bool,
):
    live_through_a_week(situations["ordinary"], watched, tmp_path, week, lost)
