"""What the sandbox's arXiv holds: the same for everybody, varied, and true to arXiv's calendar."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from daily_papers.papers.paper import announcement_order
from tests import sandbox
from tests.sandbox import TRACKED_AUTHOR, Change, Record, Script, Universe, make_up
from tests.sandbox.calendar import ListingCalendar
from tests.sandbox.tex import to_tex
from tests.support.cases import for_each

FIRST, LAST = date(2026, 1, 5), date(2026, 3, 5)


@pytest.fixture(scope="module")
def universe() -> Universe:
    return make_up()


def every_record(universe: Universe) -> list[Record]:
    days = [FIRST + timedelta(days=number) for number in range(60)]
    return [record for day in days for record in universe.announced_on(day)]


def new_on(universe: Universe, day: date) -> list[Record]:
    return [record for record in universe.announced_on(day) if record.change is Change.NEW]


def titled(universe: Universe, title: str, day: date = LAST) -> Record:
    return universe.newest(lambda record: record.words.title == title, day)[0]


def test_the_same_script_makes_the_same_papers_whatever_was_drawn_before(universe):
    random.seed(7)
    again = make_up()
    backwards = [(record.id, record.words) for record in reversed(every_record(again))]
    assert backwards[::-1] == [(record.id, record.words) for record in every_record(universe)]


def test_another_seed_makes_other_papers(universe):
    other = {record.words.title for record in make_up(Script(seed=2)).as_of(LAST)}
    assert len(other & {record.words.title for record in universe.as_of(LAST)}) < 100


def test_some_300_papers_over_60_days_about_many_things(universe):
    papers = universe.as_of(LAST)
    assert 250 < len(papers) < 350
    assert len({record.words.title for record in papers}) > 270
    assert len({record.primary_category.partition(".")[0] for record in papers}) >= 10


@for_each(
    ("phrase", "at_least"),
    [
        ("mri", 30),
        ("magnetic resonance imaging", 10),
        ("medical imag", 10),
        ("diffusion models", 20),
        ("graph neural networks", 25),
        ("time series", 10),
    ],
)
def test_the_usual_keywords_find_something(universe, phrase, at_least):
    def mentions(record: Record) -> bool:
        return phrase in f"{record.words.title} {record.words.abstract}".lower()

    assert len(universe.newest(mentions, LAST)) >= at_least


def test_one_person_can_be_followed_in_several_spellings(universe):
    names = {person.name for record in universe.as_of(LAST) for person in record.words.authors}
    assert names.issuperset(TRACKED_AUTHOR)


def test_weekends_and_the_days_after_holidays_are_empty(universe):
    empty = [
        day
        for day in (FIRST + timedelta(days=number) for number in range(56))
        if not universe.announced_on(day)
    ]
    weekends = [day for day in empty if day.weekday() > 4]
    assert len(weekends) == 16
    assert set(empty) - set(weekends) == {date(2026, 1, 20)}


def test_identifiers_are_given_in_the_order_of_announcement_but_published_dates_are_not(universe):
    new = [record for record in every_record(universe) if record.change is Change.NEW]
    keys = [announcement_order(record.id) for record in new]
    assert keys == sorted(set(keys))
    published = [record.published for record in new]
    assert published != sorted(published)


def test_a_month_begins_its_identifiers_with_the_evening_of_the_announcement():
    universe = make_up(Script(first_day=date(2026, 9, 30), days=2, old_papers=0))
    on_the_thirtieth = new_on(universe, date(2026, 9, 30))[0].id
    on_the_first = new_on(universe, date(2026, 10, 1))[0].id
    # The listing of 1 October is announced on 30 September.
    assert on_the_thirtieth.startswith("2609.3")
    assert on_the_first.startswith("2609.3")


def test_papers_come_in_before_their_cut_off_and_held_ones_days_earlier(universe):
    calendar = universe.calendar
    held = 0
    for day in calendar.listing_days(FIRST, 60):
        start, end = calendar.window(day)
        for record in new_on(universe, day):
            assert record.published < end
            held += record.published < start
    assert held > 3


@pytest.mark.parametrize(
    ("listing_day", "start", "end"),
    [
        pytest.param("2026-01-12", (8, 19), (9, 19), id="Monday holds Thursday to Friday"),
        pytest.param("2026-01-13", (9, 19), (12, 19), id="Tuesday holds the weekend"),
        pytest.param("2026-01-16", (14, 19), (15, 19), id="Friday holds Wednesday to Thursday"),
        pytest.param("2026-01-21", (16, 19), (20, 19), id="the day after a holiday holds two"),
    ],
)
def test_submission_windows(listing_day, start, end):
    calendar = ListingCalendar(frozenset({date(2026, 1, 19)}))
    assert calendar.window(date.fromisoformat(listing_day)) == (
        datetime(2026, 1, *start, tzinfo=UTC),
        datetime(2026, 1, *end, tzinfo=UTC),
    )


def test_the_cut_off_follows_new_york_into_summer():
    _, end = ListingCalendar().window(date(2026, 7, 8))
    assert end == datetime(2026, 7, 7, 18, tzinfo=UTC)


def test_versions_follow_each_other_in_time_and_each_state_has_its_own_day(universe):
    for record in every_record(universe):
        assert list(record.submissions) == sorted(set(record.submissions))
        for number in range(1, record.version):
            earlier = universe.version(record.id, number, LAST)
            assert earlier is not None
            assert earlier.day < record.day
            assert earlier.submissions == record.submissions[:number]


def test_a_day_knows_nothing_of_later_days(universe):
    paper = titled(universe, "Seven versions of fetal MRI")
    days = [record.day for record in every_record(universe) if record.id == paper.id]
    versions = [universe.current(paper.id, day).version for day in days]
    assert versions == [1, 2, 3, 4, 5, 6, 7]
    assert universe.current(paper.id, days[0] - timedelta(days=1)) is None
    assert universe.current(paper.id, days[3] - timedelta(days=1)).version == 3
    assert universe.version(paper.id, 4, days[2]) is None


def test_old_papers_are_revised_in_the_window(universe):
    revised = {
        record.id
        for record in every_record(universe)
        if record.change is Change.REPLACED and record.published.year < 2026
    }
    assert {"hep-th/9901001", "0704.0356", "1411.4413"} < revised
    assert universe.version("hep-th/9901001", 1, FIRST).published.year in {1998, 1999}


def test_a_late_cross_list_stands_in_the_listing_of_the_added_category_alone(universe):
    paper = titled(universe, "Message passing on vessels")
    states = [record for record in every_record(universe) if record.id == paper.id]
    assert [(state.change, state.categories, state.listed_in) for state in states] == [
        (Change.NEW, ("cs.LG",), ("cs.LG",)),
        (Change.CROSS_LISTED, ("cs.LG", "eess.IV"), ("eess.IV",)),
        (
            Change.CROSS_LISTED,
            ("cs.LG", "eess.IV", "q-bio.QM", "stat.ML"),
            ("q-bio.QM", "stat.ML"),
        ),
    ]
    assert {state.version for state in states} == {1}


def test_an_edit_changes_the_comment_on_a_day_without_listing_and_no_version(universe):
    paper = titled(universe, "Edited on a Saturday: time series")
    first = next(record for record in every_record(universe) if record.id == paper.id)
    saturday = first.day + timedelta(days=5)
    edited = universe.current(paper.id, saturday)
    assert not universe.calendar.is_listing_day(saturday)
    assert (first.words.comment, edited.words.comment) == (None, "Accepted at AISTATS 2026")
    assert (edited.day, edited.version, edited.submissions) == (saturday, 1, first.submissions)


def test_a_withdrawal_is_a_version_whose_comment_says_why(universe):
    paper = titled(universe, "Diffusion MRI without gradients")
    assert (paper.version, paper.withdrawn) == (2, True)
    assert "withdrawn" in paper.words.comment
    assert not universe.version(paper.id, 1, LAST).withdrawn


def test_a_revision_may_lose_a_phrase_and_another_may_gain_it(universe):
    lost = titled(universe, "Apples in a magnet")
    gained = titled(universe, "Magnetic resonance imaging of pears")
    before = universe.version(lost.id, 1, LAST).words
    assert before.title.startswith("Magnetic resonance imaging")
    assert "resonance" not in universe.version(gained.id, 1, LAST).words.title


@for_each(
    "hostile",
    [
        "|",
        "<script>",
        "@octocat",
        "#1",
        "$x<y$",
        "{{ 7*7 }}",
        "${{ secrets.GITHUB_TOKEN }}",
        "::error::",
        "*Rodimus*",
        "AmazUtah_NLP",
        "`ticks`",
        "[x](javascript:",
        "&copy;",
        "<!-- daily-papers:end -->",
        "=1+1",
    ],
)
def test_hostile_text_is_among_them(universe, hostile):
    texts = [
        f"{record.words.title}\n{record.words.abstract}\n{record.words.comment}"
        for record in universe.as_of(LAST)
    ]
    assert any(hostile in text for text in texts)


def test_awkward_sizes_are_among_them(universe):
    words = [record.words for record in universe.as_of(LAST)]
    assert any(word.title == "0" for word in words)
    assert max(len(word.authors) for word in words) == 400
    assert max(len(word.comment or "") for word in words) > 400


@for_each(
    ("letters", "tex"),
    [
        ("Fréchet", r"Fr\'echet"),
        ("Müller", r"M\"uller"),
        ("Núñez Ibáñez", r"N\'u\~nez Ib\'a\~nez"),
        ("Çelik Dvořák", r"\c{C}elik Dvo\v{r}\'ak"),
        ("Paweł Yıldız", r"Pawe{\l} Y{\i}ld{\i}z"),
        ("Nguyễn", r"Nguy\~{\^e}n"),
        ("plain $x_1$", "plain $x_1$"),
    ],
)
def test_letters_that_arxiv_stores_as_tex(letters, tex):
    assert to_tex(letters) == tex


def test_everything_can_be_written_in_ascii(universe):
    for record in universe.as_of(LAST):
        for text in (record.words.title, record.words.abstract, record.words.comment or ""):
            assert to_tex(text).isascii()
        assert all(to_tex(person.name).isascii() for person in record.words.authors)


def test_a_busy_arxiv_announces_as_many_papers_as_asked_for():
    universe = make_up(Script(days=3, papers_a_day=1000, old_papers=5))
    assert [len(new_on(universe, FIRST + timedelta(days=number))) for number in range(3)] == [
        1001,
        1252,
        1002,
    ]


def test_the_sandbox_knows_nothing_of_the_pipeline():
    text = "".join(file.read_text("utf-8") for file in Path(sandbox.__file__).parent.glob("*.py"))
    imported = re.findall(r"^from daily_papers\.(\S* import .*)", text, re.MULTILINE)
    assert {line for line in imported if not line.startswith("papers.paper import")} == {
        "query.taxonomy import ALIASES",
        "query.taxonomy import ALIASES, ARCHIVES, CATEGORIES",
        "query.taxonomy import ARCHIVES",
    }
