"""An ordinary day asks the same few questions, however many keywords there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from math import ceil
from pathlib import Path
from random import Random

import pytest

from daily_papers.daily.plan import FetchMode
from daily_papers.papers.links import venue
from tests.sandbox import (
    Change,
    Request,
    Response,
    SandboxArxiv,
    Script,
    Service,
    Universe,
    make_up,
)
from tests.support.command_line import run
from tests.support.daily_runs import Reader, days, reading
from tests.support.github import TOKEN, GitHubStandIn
from tests.support.repository import KEYWORDS, SLUGS, Repository

#: Before the first listing of many papers, and that listing's day.
BEFORE, BUSY = date(2026, 1, 6), date(2026, 1, 7)
#: How many feeds the categories of the busy day take, as long as only typical days are known.
PARTS = 4
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 2, day) for day in (2, 3, 4))


THURSDAY, FRIDAY = date(2026, 2, 5), date(2026, 2, 6)

WANTED = {"cs.CV", "cs.IT", "cs.LG", "eess.IV", "q-bio.NC", "stat.ML"}
#: A keyword that finds most papers of a day.
QUERY = " OR ".join(f"cat:{each}" for each in sorted(WANTED))
BROAD = f"keywords:\n  - name: Broad\n    query: {QUERY}\n"


@pytest.fixture(scope="module")
def busy() -> Universe:
    """More than a thousand papers a day."""
    return make_up(Script(first_day=BUSY, days=1, papers_a_day=1100, seed=7))


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxArxiv]:
    with SandboxArxiv() as arxiv:
        yield arxiv


@pytest.fixture
def reader(running: SandboxArxiv, tmp_path: Path) -> Reader:
    """Three keywords, and a sandbox of a few papers a day."""
    running.intercept = None
    return Reader(Repository.new(tmp_path / "digest"), running)


def throttled_but_the_feed(request: Request) -> Response | None:
    return None if request.service is Service.FEED else Response(429, b"Rate exceeded.")


def phrases(universe: Universe, count: int) -> list[str]:
    """Runs of words from titles and abstracts; most with a word more that stands nowhere."""
    source, records = Random(count), universe.announced_on(BUSY)
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        words = re.findall(r"[a-z]{3,}", source.choice(records).words.abstract.lower())
        start = source.randrange(max(1, len(words) - 4))
        tail = [f"nowhere{source.randrange(10**6)}"] if len(chosen) > 250 else []
        chosen[" ".join(words[start : start + 4] + tail)] = None
    return list(chosen)


def many(count: int, universe: Universe) -> str:
    listed = "".join(f"  - {phrase}\n" for phrase in phrases(universe, count))
    return f"categories: [cs, eess, stat]\nmax_papers: 30\nkeywords:\n{listed}"


@pytest.mark.parametrize(
    "count",
    [3, *(pytest.param(count, marks=pytest.mark.full) for count in (250, 2500, 10_000))],
)
def test_requests_do_not_grow_with_the_keywords(tmp_path: Path, busy: Universe, count: int):
    with reading(tmp_path / "digest", many(count, busy), busy) as reader:
        reader.read(BEFORE, source=FetchMode.ANNOUNCEMENTS)
        reader.let_all_be_filled(BEFORE)
        report = reader.read(BUSY)
        announced = {record.id for record in busy.announced_on(BUSY)}
        assert len(announced) > 1000
        wanted = {id for ids in reader.asked_for_details for id in ids}
        assert wanted == set(reader.news()) <= announced
        parts = reader.asked[Service.FEED]
        assert parts == PARTS
        assert reader.requests == parts + ceil(len(wanted) / 300) + 1
        assert report.exit_code == 0
        assert report.complete


@pytest.mark.full
def test_details_that_a_harvest_lacks_are_asked_for_in_lists(tmp_path: Path, busy: Universe):
    """OAI-PMH answers as on the day before, without today's papers."""
    query = "cat:cs OR cat:eess OR cat:stat OR cat:math"
    keywords = f"max_papers: 2000\nkeywords:\n  - name: All\n    query: {query}\n"
    with reading(tmp_path / "digest", keywords, busy) as reader:
        reader.read(BEFORE, source=FetchMode.ANNOUNCEMENTS)
        reader.let_all_be_filled(BEFORE)
        arxiv = reader.arxiv
        arxiv.intercept = lambda request: (
            arxiv.oai_pmh.answer(request, BEFORE, arxiv.oai_url)
            if request.service is Service.OAI
            else None
        )
        reader.read(BUSY)
        asked = {id for ids in reader.asked_for_details for id in ids}
        assert len(asked) > 600
        assert asked <= {record.id for record in busy.announced_on(BUSY)}


@pytest.mark.full
def test_more_details_than_lists_are_for_are_harvested(tmp_path: Path, busy: Universe):
    """Every paper matches."""
    query = "cat:cs OR cat:eess OR cat:stat OR cat:math"
    keywords = f"max_papers: 2000\nkeywords:\n  - name: All\n    query: {query}\n"
    with reading(tmp_path / "digest", keywords, busy) as reader:
        reader.read(BEFORE, source=FetchMode.ANNOUNCEMENTS)
        reader.let_all_be_filled(BEFORE)
        report = reader.read(BUSY)
        matches = len(reader.news())
        assert matches > 800
        assert reader.asked[Service.OAI] >= 1
        assert reader.asked[Service.QUERY] == 1
        assert reader.requests <= reader.asked[Service.FEED] + ceil(matches / 300) + 1
        assert all(paper.has_details for paper in reader.table("all"))
        assert report.complete


def test_three_requests_where_one_part_and_one_list_are_enough(reader: Reader):
    for day in (MONDAY, TUESDAY):
        report = reader.read(day)
    assert report.complete
    assert reader.asked == {Service.FEED: 1, Service.QUERY: 2}
    (details,) = reader.asked_for_details
    assert details
    assert len(report.requests) == 3


def test_days_without_a_listing_are_two_requests(reader: Reader):
    reader.read(date(2026, 2, 6))
    for weekend in (date(2026, 2, 7), date(2026, 2, 8)):
        report = reader.read(weekend)
        assert report.day_line == "Nothing was announced."
        assert reader.asked == {Service.FEED: 1, Service.QUERY: 1}
        assert report.complete


def test_what_was_announced_stands_in_the_tables_with_its_details(reader: Reader):
    reader.read(MONDAY)
    reader.read(TUESDAY)
    announced = {record.id: record for record in reader.arxiv.universe.announced_on(TUESDAY)}
    shown = [paper for slug in SLUGS for paper in reader.table(slug) if paper.id in announced]
    assert shown
    for paper in shown:
        assert paper.announced == TUESDAY
        assert paper.comment == announced[paper.id].words.comment
        assert paper.updated == announced[paper.id].updated


def test_details_that_come_after_the_feed_reach_digest_and_mail(reader: Reader):
    reader.repository.write("keywords.yaml", BROAD)
    reader.read(THURSDAY)
    reader.read(FRIDAY)
    announced = {record.id: record for record in reader.arxiv.universe.announced_on(FRIDAY)}
    digest = reader.digests()[-1]
    assert len(digest.items) > 3
    for item in digest.items:
        assert item.paper.comment == announced[item.paper.id].words.comment
        assert item.paper.updated == announced[item.paper.id].updated
    with GitHubStandIn() as github:
        told = run(
            *("notify", "--root", reader.repository.root),
            environ={
                "DAILY_PAPERS_TODAY": str(FRIDAY),
                "GITHUB_API_URL": github.address,
                "GITHUB_REPOSITORY": github.repository,
                "GITHUB_TOKEN": TOKEN,
            },
        )
        (mail,) = github.bodies()
    assert told.code == 0
    comments = (announced[item.paper.id].words.comment for item in digest.items)
    venues = [found for comment in comments if (found := venue(comment))]
    assert venues
    assert all(found in mail for found in venues)


def test_a_table_is_cut_newest_first_and_what_lacks_details_pushes_nothing_out(reader: Reader):
    reader.repository.write("keywords.yaml", f"max_papers: 2\n{BROAD}")
    reader.read(THURSDAY)
    before = newest(reader, THURSDAY)[:2]
    assert reader.ids("broad") == before
    reader.arxiv.intercept = throttled_but_the_feed
    reader.read(FRIDAY)
    told = sorted((item.paper.id for item in reader.digests()[-1].items), reverse=True)
    shown = reader.table("broad")
    assert [paper.id for paper in shown] == told[:2]
    assert len(told) > 2
    assert not any(paper.updated for paper in shown)
    held = reader.store().members["broad"] - {*told}
    assert held == {id.partition("v")[0] for id in before}, "kept behind them"
    reader.arxiv.intercept = None
    reader.read(FRIDAY)
    assert reader.ids("broad") == newest(reader, FRIDAY)[:2]


def newest(reader: Reader, day: date) -> list[str]:
    """What matches the broad keyword, newest first."""
    records = reader.arxiv.universe.newest(lambda each: bool({*each.categories} & WANTED), day)
    return [f"{record.id}v{record.version}" for record in records]


def test_every_keyword_is_audited_in_turn(reader: Reader):
    reader.read(MONDAY)
    audited = []
    for day in days(TUESDAY, 6):
        reader.read(day)
        records = reader.store().keywords.values()
        audited += [record.slug for record in records if record.audited == day]
    assert sorted(audited) == sorted([*SLUGS, *SLUGS])
    assert sorted(audited[:3]) == sorted(SLUGS)


@pytest.mark.full
def test_an_audit_repairs_what_the_feed_does_not_show(reader: Reader):
    """A changed comment, and a seventh version."""
    universe = reader.arxiv.universe
    unseen = [
        record
        for record in universe.as_of(date(2026, 2, 20))
        if (record.version > 5 or record.change is Change.EDITED) and record.day > MONDAY
    ]
    assert unseen
    reader.repository.write("keywords.yaml", "keywords:\n  - mri\n  - time series\n")
    for day in days(MONDAY, 21):
        reader.read(day)
    tables = {paper.id: paper for slug in ("mri", "time-series") for paper in reader.table(slug)}
    shown = [record for record in unseen if record.id in tables]
    assert shown
    for record in shown:
        assert tables[record.id].version == record.version
        assert tables[record.id].comment == record.words.comment


# --- a second run ------------------------------------------------------------------------------


def test_a_second_run_of_a_complete_day_asks_nothing_and_changes_nothing(reader: Reader):
    reader.read(MONDAY)
    first = reader.read(TUESDAY)
    tree = reader.repository.tree()
    again = reader.read(TUESDAY)
    assert reader.requests == 0
    assert reader.repository.tree() == tree
    assert again.day_line == first.day_line


def test_a_keyword_that_comes_after_the_run_is_filled_and_matched_the_same_day(reader: Reader):
    reader.read(TUESDAY)
    reader.read(WEDNESDAY)
    reader.repository.write("keywords.yaml", KEYWORDS + "  - time series\n")
    report = reader.read(WEDNESDAY)
    assert reader.asked == {Service.QUERY: 1}, "the feed was kept"
    assert report.complete
    announced = {record.id for record in reader.arxiv.universe.announced_on(WEDNESDAY)}
    assert set(reader.news_of("time-series")) <= announced
    assert len(reader.table("time-series")) > len(reader.news_of("time-series"))


def test_a_removed_keyword_asks_nothing(reader: Reader):
    reader.read(MONDAY)
    reader.repository.write("keywords.yaml", "keywords:\n  - magnetic resonance imaging\n")
    reader.read(MONDAY)
    assert reader.requests == 0
    assert list(reader.store().keywords) == ["magnetic-resonance-imaging"]


# --- fills -------------------------------------------------------------------------------------


def hundred(names: int) -> str:
    listed = "".join(f"  - word{n} of nothing\n" for n in range(names - 1))
    return f"categories: [stat, eess]\nkeywords:\n{listed}  - time series\n"


def test_fills_are_forty_requests_a_run_and_say_so(reader: Reader):
    """The last of 100 waits for its fill, and takes part in the daily match at once."""
    reader.repository.write("keywords.yaml", hundred(100))
    report = reader.read(WEDNESDAY)
    assert not report.complete
    filled = [record for record in reader.store().keywords.values() if record.filled]
    harvested = reader.asked.get(Service.OAI, 0)
    assert 0 < harvested < 20
    assert len(filled) + harvested <= 40
    assert f"filling {len(filled)} of 100" in report.day_line
    assert report.exit_code == 0
    announced = {record.id for record in reader.arxiv.universe.announced_on(WEDNESDAY)}
    shown = {paper.id for paper in reader.table("time-series")}
    assert shown & announced
    assert reader.table("time-series")[-1].date < WEDNESDAY, "from the harvest"


def test_the_rest_is_filled_by_the_next_runs(reader: Reader):
    reader.repository.write("keywords.yaml", hundred(100))
    reader.read(TUESDAY)
    for _ in range(2):  # of the same day
        report = reader.read(TUESDAY)
        assert reader.asked.get(Service.FEED, 0) == 0
        assert reader.asked.get(Service.OAI, 0) == 0
        assert reader.requests <= 40 + 1
    report = reader.read(WEDNESDAY)
    assert all(record.filled for record in reader.store().keywords.values())
    assert "filling" not in report.day_line
    assert report.complete


def test_a_job_on_a_server_of_ones_own_names_that_server(tmp_path: Path, running: SandboxArxiv):
    running.intercept, running.today = None, TUESDAY
    running.requests.clear()
    repository = Repository.new(tmp_path / "digest")
    server = {"GITHUB_SERVER_URL": "https://git.example", "GITHUB_REPOSITORY": "a/b"}
    environ = running.environment() | server
    for day in (TUESDAY, WEDNESDAY):
        running.today = day
        environ["DAILY_PAPERS_TODAY"] = str(day)
        assert run("update", "--root", repository.root, environ=environ).code == 0
    assert run("preview", SLUGS[0], "--root", repository.root, environ=environ).code == 0
    agents = {request.headers["User-Agent"] for request in running.requests}
    (agent,) = agents
    assert agent.endswith("; for https://git.example/a/b)")
    (written,) = (repository.root / "digests").glob(f"{WEDNESDAY}.md")
    text = written.read_text(encoding="utf-8")
    assert "[All tables](https://git.example/a/b#readme)" in text


def test_a_wrong_address_ends_the_job_before_arxiv_is_asked(tmp_path: Path, running: SandboxArxiv):
    name = "DAILY_PAPERS_SITE_URL"
    running.intercept, running.today = None, TUESDAY
    running.requests.clear()
    repository = Repository.new(tmp_path / "digest")
    ended = run("update", "--root", repository.root, environ=running.environment() | {name: "a b"})
    assert ended.code == 2
    assert ended.err.startswith(f"daily-papers: {name}: ")
    assert running.requests == []


def test_a_fill_is_no_news_but_the_days_announcement_is(tmp_path: Path, running: SandboxArxiv):
    reader = Reader(Repository.new(tmp_path / "digest", "keywords:\n  - mri\n"), running)
    reader.read(TUESDAY)
    reader.repository.write("keywords.yaml", "keywords:\n  - mri\n  - time series\n")
    reader.read(WEDNESDAY)
    announced = {record.id for record in running.universe.announced_on(WEDNESDAY)}
    told = reader.news_of("time-series")
    assert told
    assert set(told) <= announced
    assert len(reader.table("time-series")) > len(told)


# --- what is told before -----------------------------------------------------------------------


def test_a_dry_run_tells_the_plan_and_does_nothing(reader: Reader):
    assert reader.plan(MONDAY) == (
        "the announcement feed, in 6 requests",
        f"a full search for 3 keywords: {', '.join(SLUGS)}, to fill new tables",
        "the details of what matched, 300 papers per request",
    )
    reader.read(MONDAY)
    tree = reader.repository.tree()
    assert reader.plan(MONDAY) == ("nothing to ask for (source auto): everything is known",)
    assert reader.plan(TUESDAY) == (
        "the announcement feed, in 1 request",
        "the details of what matched, 300 papers per request",
        "a full search for diffusion-models, as a check",
    )
    assert reader.plan(TUESDAY, FetchMode.OAI)[0].startswith(
        "a harvest of what changed since 2026-02-01"
    )
    assert reader.requests == 0
    assert reader.repository.tree() == tree


@pytest.mark.parametrize("source", [FetchMode.SEARCH, FetchMode.OAI, FetchMode.ANNOUNCEMENTS])
def test_a_forced_way_asks_one_service(reader: Reader, source: FetchMode):
    reader.read(MONDAY)
    report = reader.read(TUESDAY, source=source)
    (service,) = reader.asked
    assert (
        service
        is {
            FetchMode.SEARCH: Service.QUERY,
            FetchMode.OAI: Service.OAI,
            FetchMode.ANNOUNCEMENTS: Service.FEED,
        }[source]
    )
    assert report.exit_code == 0
    announced = {record.id for record in reader.arxiv.universe.announced_on(TUESDAY)}
    assert announced & {paper.id for slug in SLUGS for paper in reader.table(slug)}
