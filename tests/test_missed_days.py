"""The working days without a new listing that was read: each is named by one digest."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from daily_papers.daily.feed_history import unread_days
from daily_papers.store.store import State
from tests.sandbox import RATE_EXCEEDED, Request, Response, Script, Service, make_up
from tests.support.cases import for_each
from tests.support.command_line import run
from tests.support.daily_runs import days
from tests.support.spoiling import WEB_PAGE
from tests.support.topics import TOPICS
from tests.support.trouble import Life

#: What an arXiv with its troubles answers; None is the good answer.
Answer = Callable[[Life, Request], Response | None]
#: Nothing is announced on the 20th.
HOLIDAY = date(2026, 1, 20)


@pytest.fixture(autouse=True)
def passing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are over at once."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def good(_life: Life, _request: Request) -> None:
    return None


def silent(_life: Life, _request: Request) -> Response:
    return RATE_EXCEEDED


def feed_alone(_life: Life, request: Request) -> Response | None:
    return None if request.service is Service.FEED else RATE_EXCEEDED


def no_feed(_life: Life, request: Request) -> Response | None:
    return Response(200, WEB_PAGE) if request.service is Service.FEED else None


def harvests_alone(_life: Life, request: Request) -> Response | None:
    return None if request.service is Service.OAI else RATE_EXCEEDED


def empty_feed(life: Life, request: Request) -> Response | None:
    if request.service is not Service.FEED:
        return None
    return life.arxiv.feeds.answer(request, life.arxiv.today, HOLIDAY)


def lived(root: Path, script: Script, answers: Mapping[date, Answer]) -> Life:
    with Life.beginning(root, TOPICS, make_up(script)) as life:
        for day, answer in answers.items():
            life.arxiv.today = day
            life.arxiv.intercept = lambda request, answer=answer: answer(life, request)
            life.run(day)
    return life


def january(answers: Mapping[int, Answer]) -> Mapping[date, Answer]:
    return {date(2026, 1, number): answer for number, answer in answers.items()}


def said(life: Life) -> dict[str, str]:
    """What each digest says of days, if it does."""
    found = {}
    for text in life.digests():
        record = json.loads(next(line for line in text.splitlines() if line[:10] == '{"format":'))
        if record.get("skipped"):
            found[record["key"]] = record["skipped"]
    return found


def unread(days: str) -> str:
    return (
        f"No new listing was read in full on {days} (none was announced, or it was missed); new "
        "papers of a missed day are mailed as they are found."
    )


def test_each_missed_day_and_the_holiday_are_named_by_the_next_digest(tmp_path: Path):
    answers = {14: good, 15: silent, 16: no_feed, 19: good, 20: good, 22: good, 23: empty_feed}
    life = lived(tmp_path, Script(days=25, papers_a_day=12), january(answers))
    assert said(life) == {
        "2026-01-16": unread("2026-01-15 and 2026-01-16"),
        "2026-01-22": unread("2026-01-20 and 2026-01-21"),
        "2026-01-23": unread("2026-01-23"),  # the audit has found papers of the day
    }


def test_a_day_whose_run_was_interrupted_before_any_answer_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with Life.beginning(tmp_path, TOPICS, make_up(Script(days=25, papers_a_day=12))) as life:
        life.arxiv.today = date(2026, 1, 14)
        life.run(life.arxiv.today)
        life.arxiv.today = date(2026, 1, 15)
        life.arxiv.intercept = lambda _request: RATE_EXCEEDED
        with monkeypatch.context() as patched:
            patched.setattr(time, "sleep", interrupt)
            environ = life.arxiv.environment()
            assert run("--root", life.repository.root, "update", environ=environ).code == 130
        life.arxiv.intercept = None
        life.arxiv.today = date(2026, 1, 16)
        life.run(life.arxiv.today)
    assert said(life) == {"2026-01-16": unread("2026-01-15")}


@for_each(
    ("numbers", "days"),
    [
        ((16,), "2026-01-16"),
        ((15, 16), "2026-01-15 and 2026-01-16"),
        ((15, 16, 19), "2026-01-15 to 2026-01-19"),
        ((15, 16, 20), "2026-01-15, 2026-01-16 and 2026-01-20"),
    ],
)
def test_days_in_a_row_are_named_by_the_first_and_the_last(numbers: tuple[int, ...], days: str):
    assert unread_days(State(unread=tuple(date(2026, 1, n) for n in numbers))) == unread(days)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 20))]
)
def test_in_any_week_each_day_is_named_once(tmp_path: Path, seed: int):
    random = Random(seed)
    first, *others = days(date(2026, 1, 12), 13)
    *others, last = (day for day in others if day.weekday() < 5)
    holidays = frozenset(random.sample(others, 2))
    kinds = (good, feed_alone, silent, no_feed, harvests_alone, None)
    lives = {day: random.choice(kinds) for day in others} | {first: good, last: good}
    evenings = frozenset(day - timedelta(days=1) for day in holidays)
    script = Script(days=25, papers_a_day=12, seed=seed, holidays=evenings)
    life = lived(tmp_path, script, {day: kind for day in sorted(lives) if (kind := lives[day])})

    read = {day for day, kind in lives.items() if kind in (good, feed_alone)} - holidays
    named = [
        day for sentence in said(life).values() for day in sorted(lives) if day in days_in(sentence)
    ]
    assert sorted(named) == sorted(lives.keys() - read)


def days_in(sentence: str) -> set[date]:
    """The days that a sentence names, also those between two."""
    found = set[date]()
    for first, last in re.findall(r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?", sentence):
        start, end = date.fromisoformat(first), date.fromisoformat(last or first)
        found.update(days(start, (end - start).days + 1))
    return found
