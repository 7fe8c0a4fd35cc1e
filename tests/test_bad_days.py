"""Days on which arXiv throttles, is silent, late or wrong: what is shown, and what comes after."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil
from pathlib import Path

import pytest

from daily_papers.arxiv import session
from daily_papers.daily.plan import FetchMode
from daily_papers.daily.report import RunReport, as_annotations
from tests.sandbox import (
    RATE_EXCEEDED,
    Change,
    Intercept,
    Record,
    Request,
    Response,
    SandboxArxiv,
    Script,
    Service,
    Universe,
    make_up,
)
from tests.support.clock import PassingClock
from tests.support.daily_runs import Reader, days, reading
from tests.support.repository import SLUGS, Repository
from tests.support.topics import MEANINGS, TOPICS
from tests.test_sixty_days import (
    assert_announced_is_shown,
    assert_the_same,
    assert_told_once,
    news_due,
)

FIRST = date(2026, 1, 12)
#: Wednesday to Friday the query API throttles; Monday and Tuesday nothing answers.
THROTTLED = (date(2026, 1, 21), date(2026, 1, 22), date(2026, 1, 23))
SILENT = (date(2026, 1, 26), date(2026, 1, 27))
RECOVERED = date(2026, 1, 28)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = days(date(2026, 2, 2), 4)


def throttled(request: Request) -> Response | None:
    return RATE_EXCEEDED if request.service is Service.QUERY else None


def throttled_but_the_feed(request: Request) -> Response | None:
    return None if request.service is Service.FEED else RATE_EXCEEDED


def silent(_request: Request) -> Response:
    return RATE_EXCEEDED


def no_feed(request: Request) -> Response | None:
    return RATE_EXCEEDED if request.service is Service.FEED else None


@pytest.fixture(scope="module")
def universe() -> Universe:
    return make_up(Script(days=40, papers_a_day=8, old_papers=60))


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxArxiv]:
    with SandboxArxiv() as arxiv:
        yield arxiv


@pytest.fixture
def reader(running: SandboxArxiv, tmp_path: Path) -> Iterator[Reader]:
    """Three keywords, and a sandbox of a few papers a day."""
    yield Reader(Repository.new(tmp_path / "digest"), running)
    running.intercept, running.feed_is_stale, running.query_lag_days = None, False, 0


# --- three days of 429, two of silence, and the recovery ---------------------------------------


@pytest.mark.full
@pytest.mark.parametrize(
    ("intercept", "lag"),
    [
        (throttled_but_the_feed, 2),
        (throttled_but_the_feed, 0),
        (throttled, 0),
        (throttled, 2),
    ],
)
def test_throttled_silent_recovered(tmp_path: Path, universe: Universe, intercept, lag: int):
    with reading(tmp_path, TOPICS, universe) as reader:
        for day in days(FIRST, (SILENT[0] - FIRST).days):
            reader.arxiv.intercept = intercept if day in THROTTLED else None
            assert reader.read(day).exit_code == 0
            for slug in MEANINGS:
                assert_announced_is_shown(universe, reader.store(), slug, day)
        reader.arxiv.intercept = silent
        for day in SILENT:
            tree = reader.repository.tree()
            assert_nothing_but_the_day_line(reader, reader.read(day), tree)
        reader.arxiv.intercept, reader.arxiv.query_lag_days = None, lag
        for day in days(RECOVERED, 8):
            report = reader.read(day)
            assert report.exit_code == 0
        assert report.complete
        assert all(keyword.done for keyword in report.keywords)
        assert_told_once(reader, FIRST, day)
        reader.arxiv.query_lag_days = 0
        for later in days(day + timedelta(days=1), len(MEANINGS)):
            reader.read(later)
            store = reader.store()
            for slug in MEANINGS:
                if store.keywords[slug].audited == later:
                    assert_the_same(universe, store, slug, later)
        assert all(shelved.paper.has_details for shelved in store.papers.values())


def assert_nothing_but_the_day_line(
    reader: Reader, report: RunReport, before: dict[str, bytes]
) -> None:
    assert report.exit_code == 1
    asked = "arXiv asked us to wait (status 429: Rate exceeded), after 3 tries"
    assert report.day_line == f"Not fetched: {asked}."
    assert f"\nNot fetched: {asked}.\n" in reader.repository.text("README.md")
    after = reader.repository.tree()
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed <= {"README.md", "data/state.json", "data/keywords.jsonl"}
    rows = [line for line in before["README.md"].decode().splitlines() if line[:4] == "| **"]
    assert rows == [line for line in after["README.md"].decode().splitlines() if line[:4] == "| **"]


# --- the query API alone -----------------------------------------------------------------------


def announced_in_tables(reader: Reader, day: date) -> set[str]:
    announced = {record.id for record in reader.arxiv.universe.announced_on(day)}
    return announced & {paper.id for slug in SLUGS for paper in reader.table(slug)}


def test_a_throttled_day_is_shown_before_any_wait(reader: Reader):
    """The tables on disk have the day's papers when the query API is asked a second time."""
    reader.read(MONDAY)
    seen: list[set[str]] = []

    def looking(request: Request) -> Response | None:
        if request.service is Service.QUERY:
            new = {record.id for record in new_on(reader, TUESDAY)}
            seen.append(new & announced_in_tables(reader, TUESDAY))
        return throttled(request)

    reader.arxiv.intercept = looking
    reader.read(TUESDAY)
    assert not seen[0]
    assert seen[1]
    assert seen[1] == set(reader.news())


def test_details_come_by_harvest_where_the_query_api_is_throttled(reader: Reader):
    reader.read(MONDAY)
    reader.arxiv.intercept = throttled
    report = reader.read(TUESDAY)
    assert reader.asked == {Service.FEED: 1, Service.QUERY: 3, Service.OAI: 1}
    assert (report.exit_code, report.complete) == (0, False)
    assert all(shelved.paper.has_details for shelved in reader.store().papers.values())


def test_what_lacks_details_is_completed_by_the_second_run(reader: Reader):
    reader.read(MONDAY)
    reader.arxiv.intercept = throttled_but_the_feed
    report = reader.read(TUESDAY)
    assert (report.exit_code, report.complete) == (0, False)
    provisional = {paper.id for slug in SLUGS for paper in reader.table(slug) if not paper.updated}
    assert provisional == announced_in_tables(reader, TUESDAY)
    assert reader.news()
    told = reader.news()
    reader.arxiv.intercept = None
    report = reader.read(TUESDAY)
    assert reader.asked == {Service.QUERY: 2}, "the details, and the audit"
    assert report.complete
    assert not any(paper.updated is None for slug in SLUGS for paper in reader.table(slug))
    assert reader.news() == told


def test_a_first_run_without_the_query_api_shows_a_week_by_harvest(reader: Reader):
    reader.arxiv.intercept = throttled
    report = reader.read(TUESDAY)
    assert (report.exit_code, report.complete) == (1, False)
    week = {record.id for day in days(date(2026, 1, 28), 7) for record in new_on(reader, day)}
    shown = {paper.id for slug in SLUGS for paper in reader.table(slug)}
    assert len(shown & week) >= 3
    reader.arxiv.intercept = None
    report = reader.read(TUESDAY)
    assert report.complete
    assert len({paper.id for slug in SLUGS for paper in reader.table(slug)}) > len(shown)


def new_on(reader: Reader, day: date) -> list[Record]:
    return [r for r in reader.arxiv.universe.announced_on(day) if r.change is Change.NEW]


# --- the announcement feed alone ---------------------------------------------------------------


@pytest.mark.parametrize("way", ["searches", "harvest"])
def test_a_lost_feed_is_made_up_for_and_asked_again(reader: Reader, tmp_path: Path, way: str):
    if way == "harvest":
        more = "".join(f"  - word{n} of nothing\n" for n in range(15))
        reader.repository.write("keywords.yaml", reader.repository.text("keywords.yaml") + more)
    reader.read(MONDAY)
    reader.arxiv.intercept = no_feed
    report = reader.read(TUESDAY)
    asked = {service for service in reader.asked if service is not Service.FEED}
    assert Service.OAI in asked or way == "searches"
    assert (report.exit_code, report.complete) == (0, False)
    assert {keyword.outcome for keyword in report.keywords} == {"to be confirmed"}
    assert any(note.startswith("announcement feed: arXiv asked us") for note in report.notes)
    told = reader.news()
    assert told
    reader.arxiv.intercept = None
    report = reader.read(TUESDAY)
    assert reader.asked[Service.FEED] == 1
    assert report.complete
    assert reader.news() == told, "the search had found them"
    assert announced_in_tables(reader, TUESDAY) >= set(told)


def test_a_lost_feed_is_repaired_the_next_day(reader: Reader):
    reader.read(MONDAY)
    reader.arxiv.intercept = no_feed
    reader.arxiv.query_lag_days = 1  # the searches of the day find nothing of it
    reader.read(TUESDAY)
    assert not reader.news_of("graph-networks")
    reader.arxiv.intercept, reader.arxiv.query_lag_days = None, 0
    report = reader.read(WEDNESDAY)
    assert report.complete
    due = {record.id for record in new_on(reader, TUESDAY)}
    assert due & set(reader.news_of("graph-networks"))
    assert len(reader.news()) == len(set(reader.news()))


@pytest.mark.parametrize(
    "again", [pytest.param("the same day", marks=pytest.mark.full), "the next day"]
)
def test_yesterdays_feed_is_not_believed(reader: Reader, again: str):
    reader.read(MONDAY)
    reader.read(TUESDAY)
    told = reader.news()
    reader.arxiv.feed_is_stale = True
    report = reader.read(WEDNESDAY)
    assert any("the last listing day's again" in note for note in report.notes)
    assert not report.complete
    found = set(reader.news()) - set(told)
    assert found <= {record.id for record in new_on(reader, WEDNESDAY)}
    reader.arxiv.feed_is_stale = False
    report = reader.read(WEDNESDAY if again == "the same day" else THURSDAY)
    assert report.complete
    assert len(reader.news()) == len(set(reader.news()))
    assert_shown_and_told(reader, WEDNESDAY)


@pytest.mark.full
def test_fridays_feed_on_monday_is_not_believed(reader: Reader):
    friday, monday = date(2026, 1, 30), MONDAY
    for day in days(friday, 3):
        reader.read(day)
    reader.arxiv.feed_is_stale = True
    report = reader.read(monday)
    assert not report.complete
    assert any("announcement feed: the feed is not newer" in note for note in report.notes)


def about_diffusion(record: Record | None) -> bool:
    assert record is not None
    return "diffusion model" in f"{record.words.title} {record.words.abstract}".lower()


def assert_shown_and_told(reader: Reader, day: date) -> None:
    tables = {paper.id for slug in SLUGS for paper in reader.table(slug)}
    due = [record.id for record in new_on(reader, day) if about_diffusion(record)]
    assert due
    assert set(due) <= set(reader.news())
    assert set(due) <= tables


def test_a_cut_feed_is_used_and_made_up_for(reader: Reader):
    reader.read(MONDAY)

    def as_long_as_feeds_can_be(request: Request) -> Response | None:
        """Without its new papers, which are what is cut."""
        if request.service is not Service.FEED:
            return None
        answer = reader.arxiv.answer(request)
        *entries, end = answer.body.split(b"  <entry>")
        others = [each for each in entries if b"Type: new" not in each]
        filler = [b"<id>of another kind</id></entry>\n"] * (2000 - len(others))
        return Response(200, b"  <entry>".join([*others, *filler, end]), answer.content_type)

    reader.arxiv.intercept = as_long_as_feeds_can_be
    report = reader.read(TUESDAY)
    assert any("the feed is cut" in note for note in report.notes)
    assert not report.complete
    assert reader.asked.get(Service.QUERY, 0) >= 3
    found = {record.id for record in new_on(reader, TUESDAY)}
    assert found & set(reader.news())


def test_one_bad_category_loses_only_itself(running: SandboxArxiv, tmp_path: Path):
    """The table of categories may lag behind arXiv's, so an unknown one is only a warning."""
    keywords = "categories: [cs.CV, cs.LG, cs.ZZ, math.QQ]\nkeywords:\n  - diffusion model\n"
    reader = Reader(Repository.new(tmp_path, keywords), running)
    reader.read(MONDAY)
    report = reader.read(TUESDAY)
    assert (report.exit_code, report.complete) == (0, True)
    assert [note.partition(":")[0] for note in report.notes] == [
        "arXiv may not know the category cs.ZZ",
        "arXiv may not know the category math.QQ",
    ]
    assert reader.news_of("diffusion-model")


# --- days on which nothing ran -----------------------------------------------------------------


def test_an_empty_feed_by_mistake_is_found_out_the_next_day(reader: Reader):
    reader.read(MONDAY)
    reader.arxiv.intercept = lambda request: (
        reader.arxiv.feeds.answer(request, TUESDAY, date(2026, 2, 1))
        if request.service is Service.FEED
        else None
    )
    reader.arxiv.query_lag_days = 1
    report = reader.read(TUESDAY)
    assert report.day_line == "Nothing was announced."
    reader.arxiv.intercept, reader.arxiv.query_lag_days = None, 0
    report = reader.read(WEDNESDAY)
    assert any("identifiers are missing since 2026-02-03" in note for note in report.notes)
    assert {record.id for record in new_on(reader, TUESDAY)} & set(reader.news())
    assert report.complete
    (digest,) = [each for each in reader.digests() if each.day == WEDNESDAY]
    assert digest.skipped is not None
    assert digest.skipped.startswith("No new listing was read in full on 2026-02-03 ")


def test_what_a_short_feed_lacked_is_searched_for_if_the_audit_that_proves_it_ends_too_early(
    reader: Reader,
):
    """The only keyword is audited each day; the index is a day late."""
    reader.repository.write("keywords.yaml", "max_papers: 2\nkeywords:\n  - category: cs\n")
    reader.arxiv.query_lag_days = 1
    reader.read(MONDAY)
    reader.arxiv.feeds.lacks = (0.2, 0.9)
    reader.read(TUESDAY)
    reader.arxiv.feeds.lacks = None
    late = {
        record.id for record in new_on(reader, TUESDAY) if record.primary_category.startswith("cs.")
    }
    late -= set(reader.news())
    report = reader.read(WEDNESDAY)
    found = late & set(reader.news())
    assert found
    assert found < late
    assert not report.complete
    report = reader.read(THURSDAY)
    assert late < set(reader.news())
    assert report.complete


def test_a_search_goes_back_to_the_last_success_and_asks_for_more_after_missed_days(
    reader: Reader,
):
    reader.repository.write("keywords.yaml", "max_papers: 2\nkeywords:\n  - category: cs.LG\n")
    asked = []
    for day in (MONDAY, TUESDAY, date(2026, 2, 6)):
        reader.read(day, source=FetchMode.SEARCH)
        asked.append([dict(each.parameters)["max_results"] for each in reader.arxiv.requests])
    assert asked == [["2"], ["2", "2000"], ["300"]]


@pytest.mark.full
@pytest.mark.parametrize("keywords", [3, pytest.param(40, marks=pytest.mark.full)])
def test_two_missed_weeks_are_caught_up_in_few_requests(tmp_path: Path, keywords: int):
    universe = make_up(Script(days=30, papers_a_day=120, old_papers=40))
    phrases = ["diffusion model", "graph neural networks", "time series"]
    phrases += [f"word{n} of nothing" for n in range(keywords - len(phrases))]
    listed = "".join(f"  - {phrase}\n" for phrase in phrases)
    settings = f"categories: [cs]\nmax_papers: 30\nkeywords:\n{listed}"
    before, after = date(2026, 1, 13), date(2026, 1, 28)
    with reading(tmp_path, settings, universe) as reader:
        reader.read(before)
        reader.let_all_be_filled(before)
        report = reader.read(after)
        since = before - timedelta(days=1)
        records = sum(record.day >= since for record in universe.as_of(after))
        searches = keywords + 2  # and the feed, and the details
        assert reader.requests <= min(ceil(records / 1300) + 3, searches)
        assert (Service.OAI in reader.asked) is (keywords == 40)
        assert report.complete
        assert {keyword.outcome for keyword in report.keywords} == {"up to date"}
        due = {
            record.id
            for day in days(before + timedelta(days=1), 15)
            for record in universe.announced_on(day)
            if record.change is Change.NEW
            and any(name.startswith("cs.") for name in record.categories)
            and about_diffusion(universe.current(record.id, after))
        }
        assert len(due) > 30, "more than a table holds"
        assert due <= set(reader.news_of("diffusion-model"))
        assert len(reader.news()) == len(set(reader.news()))
        assert len(reader.table("diffusion-model")) == 30


@pytest.mark.parametrize(
    "empty", ['<error code="noRecordsMatch">Nothing.</error>', "<ListRecords></ListRecords>"]
)
def test_an_empty_harvest_of_missed_days_is_not_believed(reader: Reader, empty: str):
    reader.read(MONDAY)
    body = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{empty}</OAI-PMH>'
    reader.arxiv.intercept = lambda _: Response(200, body.encode(), "text/xml")
    report = reader.read(THURSDAY, source=FetchMode.OAI)
    assert (report.exit_code, report.complete) == (1, False)
    assert report.day_line.startswith("Not fetched: the harvest is empty, though")
    reader.arxiv.intercept = None
    assert reader.read(THURSDAY, source=FetchMode.OAI).complete
    due = {record.id for day in (TUESDAY, WEDNESDAY) for record in new_on(reader, day)}
    assert due & set(reader.news())


# --- time and kills ----------------------------------------------------------------------------


def test_no_request_is_begun_when_the_time_is_used_up(reader: Reader):
    reader.read(MONDAY)
    report = reader.read(TUESDAY, budget=1e-9)
    assert reader.requests == 0
    assert report.exit_code == 1
    assert {keyword.outcome for keyword in report.keywords} == {"not asked"}
    assert report.day_line == "Not fetched: not asked: the run's time is used up."


@pytest.mark.parametrize("source", [FetchMode.AUTO, FetchMode.SEARCH, FetchMode.OAI])
@pytest.mark.parametrize(
    ("budget", "reason"),
    [(7.0, "no answer: Remote end closed"), (1e-9, "not asked: the ")],
)
def test_a_first_run_without_any_answer_is_not_a_quiet_day(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, source: FetchMode, budget: float, reason: str
):
    """The first question takes all the time, and no keyword has its turn."""
    clock = PassingClock(1e-6)
    monkeypatch.setattr(session, "time", clock)

    def lost(_request: Request) -> Response:
        clock.now += 3
        raise ConnectionResetError

    reader.arxiv.intercept = lost
    report = reader.read(MONDAY, source=source, budget=budget)
    assert report.exit_code == 1
    assert report.day_line.startswith(f"Not fetched: {reason}")
    assert f"\n{report.day_line}\n" in reader.repository.text("README.md")
    assert as_annotations(report).startswith("::error ")


def test_a_silent_service_is_left_in_peace(running: SandboxArxiv, tmp_path: Path):
    listed = "".join(f"  - word{n} of nothing\n" for n in range(30))
    reader = Reader(Repository.new(tmp_path, f"keywords:\n{listed}"), running)
    running.intercept = throttled
    report = reader.read(MONDAY)
    running.intercept = None
    assert reader.asked[Service.QUERY] == 3 * 3, "three tries of three keywords"
    assert report.keywords[-1].outcome == "throttled"


def test_a_run_killed_after_the_feed_asks_for_it_no_more_and_tells_its_news(reader: Reader):
    reader.read(MONDAY)
    reader.arxiv.intercept = throttled

    def killed(_done: int, _of: int, what: str) -> None:
        if what.startswith(("audit", "harvest")):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reader.read(TUESDAY, progress=killed)
    shown = announced_in_tables(reader, TUESDAY)
    assert shown, "stored before the wait"
    reader.arxiv.intercept = None
    report = reader.read(TUESDAY)
    assert Service.FEED not in reader.asked
    assert report.complete
    assert set(reader.news()) >= {r.id for r in new_on(reader, TUESDAY)} & shown
    assert reader.repository.text("papers/graph-networks.md").count("Last change: 2026-02-03")


# --- a repository that cannot begin well -------------------------------------------------------


def down_but_the_feed(request: Request) -> Response | None:
    return None if request.service is Service.FEED else Response(503, b"")


@pytest.mark.full
def test_what_is_announced_before_all_tables_are_filled_is_told_too(
    tmp_path: Path, universe: Universe
):
    """Monday and Tuesday the tables cannot be filled, Wednesday nothing answers, then some does."""
    with reading(tmp_path, TOPICS, universe) as reader:
        first, *_ = week = days(FIRST, 7)
        for day, intercept in zip(
            week,
            (throttled_but_the_feed, down_but_the_feed, silent, throttled, throttled, None, None),
            strict=True,
        ):
            reader.arxiv.intercept = intercept
            reader.read(day)
        assert reader.reports[-1].complete
        assert_told_once(reader, first, week[-1])
        (digest,) = [each for each in reader.digests() if each.skipped]
        assert "2026-01-14" in (digest.skipped or "")


@pytest.mark.full
def test_a_skipped_day_before_all_tables_are_filled_is_told_too(tmp_path: Path, universe: Universe):
    with reading(tmp_path, TOPICS, universe) as reader:
        reader.arxiv.intercept = down_but_the_feed
        reader.read(FIRST)
        reader.arxiv.intercept = None
        reader.read(FIRST + timedelta(days=2))
        assert_told_once(reader, FIRST, FIRST + timedelta(days=2))


def test_harvests_alone_tell_news_from_the_second_day_on(tmp_path: Path, universe: Universe):
    with reading(tmp_path, TOPICS, universe) as reader:
        for day in days(FIRST, 4):
            reader.read(day, source=FetchMode.OAI)
        assert_told_once(reader, FIRST + timedelta(days=1), day)
        assert not any(digest.skipped for digest in reader.digests()), "no feed was wanted"
        reader.read(FIRST + timedelta(days=4))
        assert_told_once(reader, FIRST + timedelta(days=1), FIRST + timedelta(days=4))


def answering(number: int) -> Intercept:
    """The feed and so many searches are answered; nothing else is."""
    searches = itertools.count()

    def intercept(request: Request) -> Response | None:
        if request.service is Service.FEED:
            return None
        answered = request.service is Service.QUERY and next(searches) < number
        return None if answered else Response(503, b"")

    return intercept


def test_a_missed_day_stays_open_for_tables_that_wait(tmp_path: Path, universe: Universe):
    with reading(tmp_path, TOPICS, universe) as reader:
        week = days(FIRST, 4)
        for day, intercept in zip(week, (answering(0), silent, answering(2), None), strict=True):
            reader.arxiv.intercept = intercept
            reader.read(day)
        assert_told_once(reader, FIRST, week[-1])


def test_a_table_that_is_filled_has_news_though_others_wait(tmp_path: Path, universe: Universe):
    """On the first two days the first keyword alone is answered, and no feed."""
    with reading(tmp_path, TOPICS, universe) as reader:
        for day in days(FIRST, 2):
            one = answering(1)
            reader.arxiv.intercept = lambda request, one=one: no_feed(request) or one(request)
            reader.read(day)
        due = {
            record.id
            for record in universe.announced_on(day)
            if record.change is Change.NEW and MEANINGS["diffusion-model"](record)
        }
        assert due
        assert due <= set(reader.news())
        assert len(reader.news()) == len(set(reader.news()))


@pytest.mark.parametrize(
    "edited", ["on the silent day", pytest.param("after it", marks=pytest.mark.full)]
)
def test_an_edit_of_all_keywords_loses_no_missed_day(
    tmp_path: Path, universe: Universe, edited: str
):
    with reading(tmp_path, TOPICS, universe) as reader:
        week = days(FIRST, 5)
        for day in week:
            if day == week[2 if edited == "on the silent day" else 3]:
                wider = TOPICS.replace("categories: [cs, eess", "categories: [q-bio, cs, eess")
                reader.repository.write("keywords.yaml", wider)
            reader.arxiv.intercept = silent if day == week[2] else None
            reader.read(day)
        told = reader.news()
        assert len(told) == len(set(told))
        assert news_due(universe, week[0], week[-1]) <= set(told)
        # What only the new categories brought is a fill, unless a feed announced it after the edit.
        for id in set(told) - news_due(universe, week[0], week[-1]):
            assert any(id == one.id for day in week[3:] for one in universe.announced_on(day))


def test_a_keyword_that_came_while_no_feed_was_heard_has_news_from_the_next_day_on(
    tmp_path: Path, universe: Universe
):
    without = TOPICS.replace("  - diffusion model\n", "")
    with reading(tmp_path, without, universe) as reader:
        week = days(FIRST, 4)
        for day in week:
            if day == week[1]:
                reader.repository.write("keywords.yaml", TOPICS)
            reader.arxiv.intercept = no_feed if day in week[1:3] else None
            reader.read(day)
        due = {
            record.id
            for day in week[2:]
            for record in universe.announced_on(day)
            if record.change is Change.NEW and MEANINGS["diffusion-model"](record)
        }
        assert due
        assert due <= set(reader.news_of("diffusion-model"))


@pytest.mark.parametrize(
    ("first", "source"),
    [
        pytest.param(FIRST, FetchMode.SEARCH, id="Monday-search", marks=pytest.mark.full),
        pytest.param(FIRST, FetchMode.AUTO, id="Monday-auto"),
        pytest.param(FIRST - timedelta(days=1), FetchMode.SEARCH, id="Sunday-search"),
        pytest.param(
            FIRST - timedelta(days=1), FetchMode.AUTO, id="Sunday-auto", marks=pytest.mark.full
        ),
    ],
)
def test_a_table_that_is_filled_a_day_late_is_no_news(
    reader: Reader, first: date, source: FetchMode
):
    def one_alone(request: Request) -> Response | None:
        if request.service is Service.OAI:
            return RATE_EXCEEDED
        query = dict(request.parameters).get("search_query", "")
        other = request.service is Service.QUERY and "magnetic" not in query
        return RATE_EXCEEDED if other else None

    reader.arxiv.intercept = one_alone
    reader.read(first, source=source)
    reader.arxiv.intercept = None
    reader.read(first + timedelta(days=1), source=source)
    due = {r.id for d in days(first, 2) for r in reader.arxiv.universe.announced_on(d)}
    assert set(reader.news()) <= due


def test_what_a_late_index_did_not_show_to_a_forced_search_is_told_later(
    tmp_path: Path, universe: Universe
):
    with reading(tmp_path, TOPICS, universe) as reader:
        week = days(FIRST, 4)
        for day in week:
            forced = day == week[2]
            reader.arxiv.query_lag_days = 1 if forced else 0
            reader.read(day, source=FetchMode.SEARCH if forced else FetchMode.AUTO)
        for later in days(week[-1] + timedelta(days=1), len(MEANINGS)):
            reader.read(later)
        assert_told_once(reader, FIRST, later)


def test_what_one_search_finds_counts_for_every_keyword(tmp_path: Path, universe: Universe):
    """The feed is lost, and so is the search for "mri": that of all papers brings its papers."""
    keywords = "keywords:\n  - mri\n  - {name: All, query: 'cat:cs OR cat:eess OR cat:stat'}\n"
    with reading(tmp_path, keywords, universe) as reader:
        reader.read(MONDAY)

        def all_alone(request: Request) -> Response | None:
            query = dict(request.parameters).get("search_query", "")
            one = request.service is Service.QUERY and "mri" not in query
            return None if one else RATE_EXCEEDED

        reader.arxiv.intercept = all_alone
        for day in (TUESDAY, WEDNESDAY):
            reader.read(day)
        found = {
            item.paper.id: item.keywords
            for digest in reader.digests()
            if digest.day != MONDAY
            for item in digest.items
        }
        due = {id for id in found if MEANINGS["mri"](universe.current(id, WEDNESDAY))}
        assert due
        assert {id for id, slugs in found.items() if "mri" in slugs} == due
        assert due <= set(reader.store().members["mri"])
