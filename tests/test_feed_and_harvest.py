"""The announcement feed and OAI-PMH, as the sandbox serves them, tell the same of a paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from daily_papers.arxiv.feed import merge_parts, todays_feed
from daily_papers.arxiv.oai import changed_since
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.daily.plan import split_into_parts
from daily_papers.daily.trust import FEED_LIMIT
from daily_papers.papers.announcement import Announcement
from daily_papers.query.taxonomy import ARCHIVES
from tests.sandbox.server import SandboxArxiv

MONDAY = date(2026, 1, 5)
DAYS = [MONDAY + timedelta(days=number) for number in range(7)]


class Reader:
    """The clients towards one sandbox."""

    def __init__(self, arxiv: SandboxArxiv, session: PoliteSession) -> None:
        self.arxiv = arxiv
        self.session = session

    def listing(self, day: date, parts: tuple[tuple[str, ...], ...]) -> list[Announcement]:
        self.arxiv.today = day
        answer = todays_feed(self.session, parts)
        assert not answer.failures
        assert all(part.count < FEED_LIMIT for part in answer.parts)
        return sorted(
            merge_parts(part.announcements for part in answer.parts), key=lambda one: one.paper.id
        )


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with SandboxArxiv(today=MONDAY) as arxiv:
        services = Services.from_environment(arxiv.environment())
        with PoliteSession(services, budget=3600) as session:
            yield Reader(arxiv, session)


@pytest.mark.parametrize(
    "wanted", [pytest.param((), marks=pytest.mark.full), ("cs.CV", "eess", "stat.ML")]
)
def test_a_listing_in_parts_is_the_listing_in_one(reader, wanted):
    parts = split_into_parts(wanted, dict.fromkeys(ARCHIVES, 1201), limit=60)
    assert len(parts) > 1
    days = [(reader.listing(day, parts), reader.listing(day, (wanted,))) for day in DAYS]
    assert all(in_parts == in_one for in_parts, in_one in days)
    assert any(in_one for _, in_one in days)


def test_what_a_harvest_tells_of_an_announced_paper_is_no_change(reader):
    announced = {one.paper.versioned_id: one.paper for one in reader.listing(DAYS[1], ((),))}
    reader.arxiv.today = DAYS[2]
    pages = changed_since(reader.session, MONDAY)
    harvested = {paper.versioned_id: paper for page in pages for paper in page.papers}
    seen = announced.keys() & harvested.keys()
    assert seen
    for name in seen:
        feed, oai = announced[name], harvested[name]
        assert (feed.title, feed.abstract, feed.authors) == (oai.title, oai.abstract, oai.authors)
        assert feed.categories == oai.categories
        assert feed.primary_category == oai.primary_category


def test_a_harvest_of_many_pages_is_the_harvest_of_one(reader, monkeypatch):
    reader.arxiv.today = DAYS[6]
    (whole,) = changed_since(reader.session, MONDAY)
    monkeypatch.setattr(reader.arxiv.oai_pmh, "page_size", 4)
    pages = list(changed_since(reader.session, MONDAY))
    assert len(pages) > 5
    assert [paper for page in pages for paper in page.papers] == list(whole.papers)
