"""The sandbox's announcement feeds show what arXiv's show, and leave out what arXiv's leave out."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
import requests

from daily_papers.papers.paper import announcement_order
from daily_papers.query.taxonomy import ARCHIVES
from tests.sandbox import Change, Record, SandboxArxiv, Script, make_up
from tests.support.cases import for_each

FIRST = date(2026, 1, 5)
ALL = "+".join(ARCHIVES)
KINDS = {"new", "cross", "replace", "replace-cross"}
RECORDED = Path(__file__).parents[1].parent / "shared" / "rss" / "cs-announcements.xml"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxArxiv]:
    universe = make_up(Script(papers_a_day=15, days=30))
    with SandboxArxiv(universe, today=FIRST) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def settings_as_at_the_start(sandbox: SandboxArxiv) -> Iterator[None]:
    limit = sandbox.feeds.limit
    yield
    sandbox.today, sandbox.feed_is_stale, sandbox.feeds.limit = FIRST, False, limit


def feed(sandbox: SandboxArxiv, names: str, day: date | None = None, form: str = "atom") -> Any:
    sandbox.today = day or sandbox.today
    response = requests.get(f"{sandbox.feed_url}/{form}/{names}", timeout=10)
    assert response.status_code == 200
    parsed = feedparser.parse(io.BytesIO(response.content), sanitize_html=False)
    assert not parsed.bozo
    return parsed


def ids(parsed: Any) -> list[str]:
    return [entry.id.removeprefix("oai:arXiv.org:") for entry in parsed.entries]


def kinds(parsed: Any) -> dict[str, str]:
    return {entry.id: entry.arxiv_announce_type for entry in parsed.entries}


def days() -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(30)]


def records(sandbox: SandboxArxiv) -> list[Record]:
    return [record for day in days() for record in sandbox.universe.announced_on(day)]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_all_archives_show_the_listing_and_nothing_else(sandbox, form):
    for day in days()[::3]:
        shown = {
            f"{record.id}v{record.version}"
            for record in sandbox.universe.announced_on(day)
            if record.change is not Change.REPLACED or record.version < 6
        }
        found = ids(feed(sandbox, ALL, day, form))
        assert set(found) == shown
        assert len(found) == len(shown)


def test_revisions_from_the_sixth_on_are_left_out(sandbox):
    left_out = [record for record in records(sandbox) if record.version >= 6]
    assert {record.version for record in left_out} >= {6, 7}
    for record in left_out:
        assert f"{record.id}v{record.version}" not in ids(feed(sandbox, ALL, record.day))


@for_each("day", [date(2026, 1, 10), date(2026, 1, 11), date(2026, 1, 20)])
@for_each("form", ["atom", "rss"])
def test_a_day_without_a_listing_has_a_valid_feed_without_papers(sandbox, day, form):
    parsed = feed(sandbox, "cs", day, form)
    assert parsed.feed.title == "cs updates on arXiv.org"
    assert parsed.entries == []


def test_how_a_paper_is_announced_depends_on_the_set_that_was_asked_for(sandbox):
    for record in records(sandbox):
        if record.change is Change.NEW and record.categories[:2] == ("cs.CV", "cs.LG"):
            name = f"oai:arXiv.org:{record.id}v1"
            assert kinds(feed(sandbox, "cs.CV", record.day))[name] == "new"
            assert kinds(feed(sandbox, "cs.LG", record.day))[name] == "cross"
            assert kinds(feed(sandbox, "cs.LG+cs.CV", record.day))[name] == "new"
            assert kinds(feed(sandbox, "CS", record.day))[name] == "new"
            return
    pytest.fail("no such paper")


def test_all_kinds_of_announcement_occur_for_a_set(sandbox):
    found: Counter[str] = Counter()
    for day in days():
        found.update(kinds(feed(sandbox, "eess.IV+stat", day)).values())
    assert found.keys() == KINDS


def test_a_late_cross_list_is_shown_to_the_added_category_alone(sandbox):
    late = next(
        record
        for record in records(sandbox)
        if record.words.title == "Message passing on vessels"
        and record.change is Change.CROSS_LISTED
    )
    name = f"oai:arXiv.org:{late.id}v1"
    assert kinds(feed(sandbox, "eess.IV", late.day))[name] == "cross"
    assert kinds(feed(sandbox, "cs+eess", late.day))[name] == "cross"
    assert name not in kinds(feed(sandbox, "cs", late.day))


def test_second_names_of_a_category_ask_for_the_same_papers(sandbox):
    for day in days():
        assert ids(feed(sandbox, "math.ST", day)) == ids(feed(sandbox, "stat.TH", day))


def test_a_cut_feed_loses_its_new_papers_first(sandbox):
    day = next(
        day
        for day in days()
        if set(kinds(feed(sandbox, "cs", day)).values()) == KINDS
        and len(ids(feed(sandbox, "cs", day))) > 10
    )
    whole = feed(sandbox, "cs", day)
    sandbox.feeds.limit = len(whole.entries) - 3
    cut = feed(sandbox, "cs", day)
    lost = set(kinds(whole)) - set(kinds(cut))
    assert {kinds(whole)[name] for name in lost} == {"new"}
    assert len(lost) == 3
    sandbox.feeds.limit = 1
    assert set(kinds(feed(sandbox, "cs", day)).values()) == {"replace-cross"}


def test_new_papers_come_first_and_within_a_kind_by_identifier(sandbox):
    parsed = feed(sandbox, "cs", date(2026, 2, 3))
    shown = list(kinds(parsed).values())
    assert shown == sorted(shown, key=["new", "cross", "replace", "replace-cross"].index)
    for kind in KINDS:
        of_kind = [entry for entry in parsed.entries if entry.arxiv_announce_type == kind]
        keys = [announcement_order(entry.id[14:].partition("v")[0]) for entry in of_kind]
        assert keys == sorted(keys)


def test_texts_are_as_arxiv_stores_them(sandbox):
    record = next(record for record in records(sandbox) if "Fréchet means" in record.words.title)
    parsed = feed(sandbox, "math", record.day)
    (entry,) = (entry for entry in parsed.entries if record.id in entry.id)
    assert entry.title == r"Fr\'echet means on Schr\"odinger's K\"ahler manifolds"
    assert entry.author == (
        r"\"Ozlem Erk{\i}l{\i}\c{c}, "
        r"Luis L. S\'anchez-Soto, J\'ohann {\TH}\'orsson"
    )
    assert entry.link == f"https://arxiv.org/abs/{record.id}"
    head = f"arXiv:{record.id}v1 Announce Type: new \nAbstract: "
    assert (
        entry.summary
        == head + r"Fr\'echet means, H\"older maps and Erd\H{o}s-R\'enyi graph neural networks."
    )
    assert [tag.term for tag in entry.tags] == ["math.ST", "stat.TH", "stat.ML"]
    assert entry.published == f"{record.day}T00:00:00-05:00"


def test_affiliations_stand_behind_names_with_commas_inside(sandbox):
    record = next(record for record in records(sandbox) if "four hospitals" in record.words.title)
    parsed = feed(sandbox, "physics", record.day)
    (entry,) = (entry for entry in parsed.entries if record.id in entry.id)
    assert entry.author == (
        r"Huu Danh Nguy\~{\^e}n (Institute of Imaging, Lakeside, Lakeside General Hospital), "
        r"Zo\"e M\"uller-Lindqvist (University of Nordhavn), "
        r"J. N\'u\~nez Ib\'a\~nez"
    )


def test_neither_comments_nor_submission_dates_are_told(sandbox):
    day = date(2026, 1, 7)
    sandbox.today = day
    text = requests.get(f"{sandbox.feed_url}/atom/{ALL}", timeout=10).text
    for record in sandbox.universe.announced_on(day):
        if record.words.comment and len(record.words.comment) > 10:
            assert record.words.comment not in text
        assert f"{record.published:%H:%M:%S}" not in text


@for_each("form", ["atom", "rss"])
@for_each("names", ["cs.CV+nope", "", "cs..CV", "cs/CV", "cs.CV+", '%00%1b<&"'])
def test_one_bad_name_fails_the_whole_feed(sandbox, names, form):
    response = requests.get(f"{sandbox.feed_url}/{form}/{names}", timeout=10)
    assert response.status_code == 400
    assert b"Feed error for query" in response.content
    ET.fromstring(response.content)


def test_a_stale_feed_is_the_listing_before_with_the_dates_of_today(sandbox):
    friday, monday = date(2026, 1, 16), date(2026, 1, 19)
    before = feed(sandbox, "cs", friday)
    sandbox.feed_is_stale = True
    stale = feed(sandbox, "cs", monday)
    assert ids(stale) == ids(before)
    assert {entry.published for entry in stale.entries} == {"2026-01-19T00:00:00-05:00"}
    assert stale.feed.updated > before.feed.updated


@pytest.mark.shared
@pytest.mark.skipif(not RECORDED.is_file(), reason="needs a recorded announcement feed")
def test_the_atom_form_has_the_elements_and_attributes_of_arxivs(sandbox):
    sandbox.today = date(2026, 1, 7)
    served = requests.get(f"{sandbox.feed_url}/atom/cs", timeout=10).text
    assert entry_shapes(served) == entry_shapes(RECORDED.read_text(encoding="utf-8"))
    assert head_shape(served) == head_shape(RECORDED.read_text(encoding="utf-8"))


def entry_shapes(document: str) -> set[tuple[tuple[str, tuple[str, ...]], ...]]:
    """The elements of entries without DOI and journal reference, each category counted once."""
    shapes = set()
    for entry in ET.fromstring(document).iter("{http://www.w3.org/2005/Atom}entry"):
        elements = [(element.tag, tuple(element.attrib)) for element in entry]
        if not any(tag.endswith(("DOI", "journal_reference")) for tag, _ in elements):
            shapes.add(tuple(dict.fromkeys(elements)))
    return shapes


def head_shape(document: str) -> list[tuple[str, tuple[str, ...]]]:
    feed = ET.fromstring(document)
    return [(item.tag, tuple(item.attrib)) for item in feed if not item.tag.endswith("entry")]
