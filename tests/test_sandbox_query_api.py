"""The sandbox's query API answers as arXiv's does, in what is documented and in its traps."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import arxiv
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox import Change, SandboxArxiv, Service
from tests.sandbox.search_text import stemmed
from tests.support.cases import for_each

ATOM = "{http://www.w3.org/2005/Atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
ARXIV = "{http://arxiv.org/schemas/atom}"
LAST = date(2026, 3, 5)
EVERYTHING = " OR ".join(f"cat:{letter}*" for letter in "aceghmnpqs")
RECORDED = Path(__file__).parents[1].parent / "shared" / "arxiv-api"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxArxiv]:
    with SandboxArxiv(today=LAST) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def ask(sandbox: SandboxArxiv, client: requests.Session) -> Any:
    def asked(query: str = "", **parameters: object) -> ET.Element:
        response = client.get(
            sandbox.api_url, params={"search_query": query, "max_results": 500, **parameters}
        )
        assert response.status_code == 200, response.text
        return ET.fromstring(response.content)

    return asked


def ids(feed: ET.Element) -> list[str]:
    names = [entry.findtext(f"{ATOM}id", "") for entry in feed.iter(f"{ATOM}entry")]
    return [name.removeprefix("http://arxiv.org/abs/") for name in names]


def titles(feed: ET.Element) -> set[str]:
    return {entry.findtext(f"{ATOM}title", "") for entry in feed.iter(f"{ATOM}entry")}


def total(feed: ET.Element) -> int:
    return int(feed.findtext(f"{OPENSEARCH}totalResults", ""))


@pytest.mark.parametrize(
    ("query", "title"),
    [
        pytest.param('ti:"resonance images of pear"', "PEARS", id="phrase in any inflection"),
        pytest.param("ti:imaging-resonance AND ti:pear", "PEARS", id="words in any order"),
        pytest.param('ti:"code, for/MRI-coil"', "Codes", id="punctuation is nothing"),
        pytest.param("all:pears", "PEARS", id="any field"),
        pytest.param("ti:p?ar*", "PEARS", id="wildcards"),
        pytest.param("title:pears", "PEARS", id="a field's long name is repaired"),
        pytest.param('au:"luis l sanchez-soto"', "Fréchet", id="name without accents"),
        pytest.param("au:ERKILIC", "Fréchet", id="family name"),
        pytest.param("au:del_sanchez_soto OR au:Þórsson", "Fréchet", id="underscore"),
        pytest.param('ti:"Schrödinger Kähler"', "Fréchet", id="possessive is nothing"),
        pytest.param("co:wojcik", "Fréchet", id="comment"),
        pytest.param('jr:"phys rev"', "Search for", id="journal reference"),
        pytest.param("rn:NTH-99-01", "Notes on", id="report number"),
        pytest.param("doi:10.9999/sandbox.crowd", "Search for", id="doi"),
        pytest.param("id:hep-th/9901001", "Notes on", id="identifier"),
        pytest.param("ti:(pears apples) AND ti:resonance", "PEARS", id="field before parentheses"),
    ],
)
def test_a_query_finds_one_paper(ask, query, title):
    (found,) = titles(ask(query))
    assert title.lower() in found.lower()


@for_each(
    "query",
    [
        'ti:"imaging resonance magnetic"',
        "ti:schrodinger",
        'au:"sanchez-soto johann"',
        'abs:"the the"',
        'ti:"***"',
        "ti:pears ANDNOT all:fruit",
        "submittedDate:[2030 TO 2031]",
    ],
)
def test_a_query_finds_nothing(ask, query):
    feed = ask(query)
    assert (total(feed), ids(feed)) == (0, [])


@for_each(
    ("query", "means"),
    [
        ("ti:apples ti:pears", "ti:apples OR ti:pears"),
        ("ti:apples pears", "ti:apples OR all:pears"),
        ("ti:apples and ti:pears", "ti:apples OR all:and OR ti:pears"),
        ("ti:mri AND cat:hep-th OR abs:fruit", "ti:mri AND (cat:hep-th OR abs:fruit)"),
        ("ti:mri ANDNOT cat:hep-th OR abs:mri", "ti:mri ANDNOT (cat:hep-th OR abs:mri)"),
        ("ti:mri AND NOT ti:fetal", "ti:mri ANDNOT ti:fetal"),
        ("ti:mri NOT ti:fetal", "ti:mri ANDNOT ti:fetal"),
        ("cat:CS.cv", "cat:cs.CV"),
        ("cat:eess*", "cat:eess.*"),
        ('ti:"mri', "ti:mri"),
        ("lastUpdatedDate:[2026 TO 202602]", "submittedDate:[202601010000 TO 202602010000]"),
    ],
)
def test_what_a_query_means(ask, query, means):
    assert ids(ask(query)) == ids(ask(means))


def test_operators_bind_from_the_right_and_the_link_shows_it(ask):
    feed = ask("ti:mri AND abs:fruit OR abs:mri")
    link = feed.find(f"{ATOM}link")
    assert "search_query=(ti:mri+AND+(abs:fruit+OR+abs:mri))&" in link.get("href")
    assert link.get("rel") is None
    assert ids(feed) != ids(ask("(ti:mri AND abs:fruit) OR abs:mri"))
    assert "ti:mri AND abs:fruit OR abs:mri&" in feed.findtext(f"{ATOM}title")


def test_cross_lists_count_and_second_names_are_not_served(ask, sandbox):
    found = ids(ask("cat:cs.IT"))
    expected = sandbox.universe.newest(lambda record: "cs.IT" in record.categories, LAST)
    assert sorted(found) == sorted(f"{record.id}v{record.version}" for record in expected)
    assert any(record.primary_category != "cs.IT" for record in expected)
    assert ids(ask("cat:math.IT")) == []


def test_dates_are_those_of_the_first_version_and_both_ends_count(ask, sandbox):
    paper = sandbox.universe.newest(lambda record: record.version == 7, LAST)[0]
    minute = paper.published.strftime("%Y%m%d%H%M")
    assert f"{paper.id}v7" in ids(ask(f"submittedDate:[{minute} TO {minute}59]"))
    updated = paper.updated.strftime("%Y%m%d%H%M")
    assert f"{paper.id}v7" not in ids(ask(f"lastUpdatedDate:[{updated} TO {updated}]"))


@for_each(("order", "time"), [("lastUpdatedDate", "updated"), ("submittedDate", "published")])
@for_each("direction", ["ascending", "descending"])
def test_results_are_sorted_as_asked(ask, order, time, direction):
    feed = ask(EVERYTHING, sortBy=order, sortOrder=direction)
    times = [entry.findtext(f"{ATOM}{time}") for entry in feed.iter(f"{ATOM}entry")]
    assert len(times) > 200
    assert times == sorted(times, reverse=direction == "descending")
    assert times != sorted(times, reverse=direction != "descending")


def test_relevance_is_no_order_to_rely_on(ask):
    newest = ids(ask("all:mri", sortBy="lastUpdatedDate"))
    assert sorted(ids(ask("all:mri"))) == sorted(newest)
    assert ids(ask("all:mri")) != newest


def test_pages_of_ten_unless_said_otherwise(sandbox, client, ask):
    def page(start: int) -> ET.Element:
        query = {"search_query": "all:mri", "start": start, "sortBy": "submittedDate"}
        return ET.fromstring(client.get(sandbox.api_url, params=query).content)

    whole = ids(ask("all:mri", sortBy="submittedDate"))
    assert len(whole) > 20
    assert ids(page(0)) + ids(page(10)) == whole[:20]
    assert (ids(page(1000)), total(page(1000))) == ([], len(whole))
    assert page(10).findtext(f"{OPENSEARCH}startIndex") == "10"
    assert page(10).findtext(f"{OPENSEARCH}itemsPerPage") == "10"


def test_a_list_of_identifiers_gives_the_versions_asked_for(ask):
    asked = "hep-th/9901001v2,0704.0356,1411.4413,2601.99999,hep-th/9901001v99,0704.0356"
    assert sorted(ids(ask(id_list=asked))) == ["0704.0356v7", "1411.4413v2", "hep-th/9901001v2"]


def test_search_and_list_together_are_their_intersection(ask):
    assert ids(ask("ti:mri", id_list="0704.0356,1411.4413")) == ["0704.0356v7"]


def test_a_list_of_identifiers_is_cut_at_ten_as_well(sandbox, client):
    some = [record.id for record in sandbox.universe.as_of(LAST)[:25]]
    response = client.post(sandbox.api_url, data={"id_list": ",".join(some)})
    feed = ET.fromstring(response.content)
    assert (len(ids(feed)), total(feed)) == (10, 25)


def test_the_index_may_be_days_behind_the_listing():
    with SandboxArxiv(today=date(2026, 1, 14)) as sandbox:
        new = {
            record.id
            for record in sandbox.universe.announced_on(sandbox.today)
            if record.change is Change.NEW
        }
        question = {"id_list": ",".join(new), "max_results": 50}
        known = {}
        for lag in (0, 1):
            sandbox.query_lag_days = lag
            answer = requests.get(sandbox.api_url, params=question, timeout=10)
            known[lag] = total(ET.fromstring(answer.content))
    assert known == {0: len(new), 1: 0}


@for_each(
    ("parameters", "message"),
    [
        ({}, "Either a search_query or id_list must be specified"),
        ({"id_list": "abc"}, "incorrect id format for abc"),
        ({"id_list": "2601.00001,x"}, "incorrect id format for x"),
        ({"search_query": "all:a", "start": "-1"}, "start must be non-negative"),
        ({"search_query": "all:a", "start": "x"}, "start must be an integer"),
        ({"search_query": "all:a", "max_results": "1.5"}, "max_results must be an integer"),
        (
            {"search_query": "all:a", "sortBy": "date"},
            "sortBy must be in: relevance, lastUpdatedDate, submittedDate",
        ),
        (
            {"search_query": "all:a", "sortOrder": "down"},
            "sortOrder must be in: ascending, descending",
        ),
        *(
            ({"search_query": query}, f"Invalid query string: '{query}'")
            for query in (
                "(ti:a",
                "ti:a)",
                "()",
                "AND ti:a",
                "ti:a AND",
                "ti:a AND OR ti:b",
                "colour:red",
                "ti:",
                "ti:*ness",
                "submittedDate:[* TO 2026]",
                "submittedDate:[20261301 TO 2027]",
                "submittedDate:[2026-01-01 TO 2027]",
                "(" * 5000 + "ti:a" + ")" * 5000,
            )
        ),
    ],
)
def test_what_is_refused_is_refused_as_a_feed_with_one_entry(sandbox, client, parameters, message):
    response = client.post(sandbox.api_url, data=parameters)
    assert response.status_code == 400
    feed = ET.fromstring(response.content)
    (entry,) = feed.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Error"
    assert entry.findtext(f"{ATOM}summary") == message
    assert entry.findtext(f"{ATOM}id").startswith("https://arxiv.org/api/errors#")


@for_each(
    "parameters",
    [{"max_results": 0}, {"max_results": 10_001}, {"start": 9_000, "max_results": 2000}],
)
def test_what_breaks_the_service(sandbox, client, parameters):
    response = client.get(sandbox.api_url, params={"search_query": "all:mri", **parameters})
    assert response.status_code == 500


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    "ti:",
                    "abs:",
                    "(",
                    ")",
                    '"',
                    "AND",
                    "OR",
                    "ANDNOT",
                    "NOT",
                    "mri",
                    "*",
                    "?",
                    "cat:c*",
                ]
            )
        ).map(" ".join),
    )
)
def test_no_query_breaks_it(sandbox, client, query):
    response = client.post(sandbox.api_url, data={"search_query": query})
    assert response.status_code in {200, 400}
    ET.fromstring(response.content)


@pytest.mark.full
def test_a_very_long_chain_is_answered(ask, client, sandbox):
    query = " OR ".join(f'(ti:"w{number} x" AND abs:mri)' for number in range(1100))
    response = client.post(sandbox.api_url, data={"search_query": query + " OR ti:pears"})
    assert ids(ET.fromstring(response.content)) == ids(ask("ti:pears"))


def test_the_package_arxiv_reads_every_paper(sandbox):
    client = arxiv.Client(page_size=100, delay_seconds=0, num_retries=0)
    client.query_url_format = f"{sandbox.api_url}?{{}}"
    search = arxiv.Search(EVERYTHING, max_results=None, sort_by=arxiv.SortCriterion.LastUpdatedDate)
    results = {result.entry_id: result for result in client.results(search)}
    for record in sandbox.universe.as_of(LAST):
        result = results.pop(f"http://arxiv.org/abs/{record.id}v{record.version}")
        words = record.words
        assert [author.name for author in result.authors] == [one.name for one in words.authors]
        assert (result.published, result.updated) == (record.published, record.updated)
        assert result.primary_category == record.primary_category
        assert (result.comment, result.doi) == (words.comment, words.doi)
        assert result.title == " ".join(words.title.split())
    assert not results


def test_stems_agree_with_those_of_sqlite(sandbox):
    """So that a difference from the matcher is a difference of rules, not of stemming."""
    texts = {
        text
        for record in sandbox.universe.as_of(LAST)
        for text in (record.words.title.replace("'", " "), record.words.abstract.replace("'", " "))
    }
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE t USING fts5(x, tokenize='porter unicode61 remove_diacritics 0')"
    )
    database.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, row)")
    database.executemany("INSERT INTO t VALUES (?)", [(text.replace("’", " "),) for text in texts])
    theirs = {term for (term,) in database.execute("SELECT term FROM v")}
    database.close()
    ours = {word for text in texts for word in stemmed(text).split()}
    assert len(ours) > 400
    assert ours == theirs


@pytest.mark.shared
@pytest.mark.skipif(not RECORDED.is_dir(), reason="needs recorded answers of arXiv's query API")
@pytest.mark.parametrize("name", ["id_0000.0000_s0_m100.xml", "id_abc_s0_m100.xml"])
def test_short_answers_are_those_of_arxiv_but_for_the_time(sandbox, client, name):
    recorded = {
        answer["file"]: answer for answer in json.loads((RECORDED / "index.json").read_text())
    }
    expected = (RECORDED / name).read_text(encoding="utf-8")
    served = client.get(f"{sandbox.api_url}?{recorded[name]['url_query']}")
    assert served.status_code == recorded[name]["status"]
    assert shape(served.text) == shape(expected)
    assert [
        line for line in served.text.splitlines() if "updated" not in line and "<id>" not in line
    ] == [line for line in expected.splitlines() if "updated" not in line and "<id>" not in line]


@pytest.mark.shared
@pytest.mark.skipif(not RECORDED.is_dir(), reason="needs recorded answers of arXiv's query API")
def test_entries_have_the_elements_and_attributes_of_arxivs(ask):
    recorded = (RECORDED / "q_testing_s0_m100.xml").read_text(encoding="utf-8")
    served = ET.tostring(ask("all:mri OR jr:phys OR rn:x"), encoding="unicode")
    assert element_orders(recorded) >= element_orders(served)


def shape(document: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(element.tag, tuple(element.attrib)) for element in ET.fromstring(document).iter()]


def element_orders(document: str) -> set[tuple[str, str]]:
    """Which element may come after which within an entry, with the names of its attributes."""
    following = set()
    for entry in ET.fromstring(document).iter(f"{ATOM}entry"):
        names = [f"{element.tag}{sorted(element.attrib)}" for element in entry]
        following.update(
            (first, second) for number, first in enumerate(names) for second in names[number + 1 :]
        )
    return following


def test_requests_are_counted_for_each_service(sandbox, client):
    before = sandbox.counts[Service.QUERY]
    client.get(f"{sandbox.api_url}?search_query=all:mri&start=3")
    assert sandbox.counts[Service.QUERY] == before + 1
    assert sandbox.requests[-1].path == "/api/query?search_query=all:mri&start=3"
