"""Thirty days of the daily job, from arXiv to the mails: every new paper is told exactly once.

What must be told is worked out from the sandbox's own truth (tests/support/wanted.py); what is
told is read from the issues that GitHub shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.sandbox import Record, Universe
from tests.support.awkward import awkward_papers
from tests.support.subjects import DIFFUSION, GRAPHS, MEDICAL, MEDICAL_RENAMED, MRI, Topic
from tests.support.wanted import News, Truth
from tests.support.watched import Mail, Month, Services, told_once

DAYS = [date(2026, 1, 7) + timedelta(days=number) for number in range(30)]
ADDED_ON, RENAMED_ON = DAYS[9], DAYS[19]  # the tenth and the twentieth day
WITHOUT_LISTING = {date(2026, 1, 20), *(day for day in DAYS if day.weekday() > 4)}  # a holiday
SILENT = (date(2026, 1, 28), date(2026, 1, 29))
RECOVERED = date(2026, 1, 30)
TWICE = (DAYS[0], date(2026, 1, 12), RENAMED_ON, RECOVERED)


def topics_of(day: date) -> tuple[Topic, ...]:
    """What keywords.yaml asks for in the evening of a day."""
    medical = MEDICAL if day < RENAMED_ON else MEDICAL_RENAMED
    return (MRI, medical, GRAPHS) if day < ADDED_ON else (MRI, medical, GRAPHS, DIFFUSION)


def already_known(universe: Universe) -> list[Record]:
    """What another tool has told in this repository."""
    papers = awkward_papers(universe).items()
    records = [universe.current(id, DAYS[0]) for id, paper in papers if paper.imported]
    return [record for record in records if record is not None]


def published(records: Sequence[Record]) -> str:
    """The README of another tool that has them below the heading of a keyword."""
    rows = "".join(
        f"| **[{record.id}](http://arxiv.org/abs/{record.id}v{record.version})** "
        f"| {record.updated:%Y-%m-%d} | An abstract | |\n"
        for record in records
    )
    head = "| **Title** | **Date** | **Abstract** | **Comment** |\n| --- | --- | --- | --- |\n"
    return f"# Daily Papers\n\nLast update: 2026-01-06\n\n## {GRAPHS.name}\n{head}{rows}\n"


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 7))]
)
def test_every_new_paper_of_a_month_is_mailed_once_on_its_day(seed: int, tmp_path: Path):
    with Services.running(seed) as services:
        universe = services.arxiv.universe
        known = already_known(universe)
        watched = services.watched(tmp_path / "digest")
        watched.configure(topics_of(DAYS[0]))
        (tmp_path / "published.md").write_text(published(known), "utf-8")
        assert watched.bring_in(tmp_path / "published.md").code == 0
        month = Month(watched, Truth(universe, frozenset(record.id for record in known)))
        for day in DAYS:
            live_through(day, month)
    told_once(watched.mails)  # none for the second time on another day
    awkward = awkward_papers(universe).items()
    assert {paper.title: month.mailed_on.get(id) for id, paper in awkward} == {
        paper.title: paper.mailed for _, paper in awkward
    }


def live_through(day: date, month: Month) -> None:
    topics = topics_of(day)
    month.morning(day, topics)
    if day in SILENT:
        assert month.hear_nothing() == ()
        return
    if day == ADDED_ON:
        month.morning(day, topics_of(DAYS[0]))
        assert_mailed(day, *month.hear(topics_of(DAYS[0])))
        month.morning(day, topics)
    news, mails = month.hear(topics)
    assert_mailed(day, news, mails)
    assert not (news and day in WITHOUT_LISTING)
    if day == ADDED_ON:
        (more,) = mails
        assert more.title.endswith(f" · {day}, more")
        assert "revision" not in more.text  # the first mail said so
    if day == RECOVERED:
        (late,) = mails
        assert f"No new listing was read in full on {SILENT[0]} and {SILENT[1]}" in late.text
    if day in TWICE:
        assert month.hear(topics) == ({}, ())
    month.truth.close(day, topics)


def assert_mailed(day: date, news: News, mails: Sequence[Mail]) -> None:
    """One mail with exactly the news, and none where there are none."""
    assert told_once(mails) == news
    assert len(mails) == (1 if news else 0)
    for mail in mails:
        assert f" · {day}" in mail.title
        assert f"{len(news)} new" in mail.title


@pytest.mark.full
def test_what_was_missed_is_mailed_once_the_index_shows_it(tmp_path: Path):
    with Services.running() as services:
        month = Month(services.watched(tmp_path / "digest"), Truth(services.arxiv.universe))
        for day in (date(2026, 1, 26), date(2026, 1, 27)):
            live_through(day, month)
        for day in SILENT:
            live_through(day, month)
        topics = topics_of(RECOVERED)
        month.morning(RECOVERED, topics)
        services.arxiv.query_lag_days = 3
        news, mails = month.hear(topics)
        todays = told_once(mails)
        assert 0 < len(todays) < len(news)
        assert todays.items() <= news.items()
        month.truth.close(RECOVERED, topics)
        services.arxiv.query_lag_days = 0
        month.morning(date(2026, 2, 2), topics)
        month.hear(topics)
        assert told_once(month.watched.mails) == month.truth.told
