from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from arxiv import _feed
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.arxiv.query_api import QueryApi, read_answer
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.arxiv.xml import error_message
from daily_papers.errors import ShortAnswer
from daily_papers.papers.paper import Origin, Paper
from daily_papers.query.expression import Field, Phrase, any_of, to_arxiv
from tests.support.clock import PassingClock
from tests.support.loopback import Canned, answering
from tests.support.made_answers import Listed, answer, listed, query_api

ANYTHING = Phrase(Field.TITLE, "x")
RECORDED = Path(__file__).parents[1].parent / "shared" / "arxiv-api"


def query_api_at(address: str) -> QueryApi:
    services = Services(api_url=f"{address}/api/query", request_interval=0, retry_wait=0)
    return QueryApi(PoliteSession(services, budget=60, clock=PassingClock()))


def searched(*entries: Listed) -> tuple[Paper, ...]:
    with answering(query_api(entries)) as server:
        return query_api_at(server.address).search(ANYTHING, 10).papers


def asked(target: str) -> dict[str, str]:
    query = parse_qs(urlsplit(target).query, keep_blank_values=True)
    return {name: value for name, (value,) in query.items()}


# ---------------------------------------------------------------- searches


def test_a_search_is_one_request_for_the_newest_by_last_update():
    expression = any_of(Phrase(Field.TITLE, "a {b}"), Phrase(Field.ABSTRACT, "é%20+&"))
    with answering(query_api(listed(250))) as server:
        found = query_api_at(server.address).search(expression, 200)
    assert [asked(target) for target in server.asked] == [
        {
            "search_query": to_arxiv(expression),
            "id_list": "",
            "sortBy": "lastUpdatedDate",
            "sortOrder": "descending",
            "start": "0",
            "max_results": "200",
        }
    ]
    assert [paper.versioned_id for paper in found.papers] == [
        paper.id for paper in listed(250)[:200]
    ]
    assert found.total == 250
    assert found.urls[0] == server.address + server.asked[0]


def test_a_withdrawal_stays_where_arxiv_sorted_it():
    """A table dates it like an earlier version; an answer's end shows how far it reaches."""
    moments = [datetime(2026, 1, day, tzinfo=UTC) for day in (20, 10)]
    withdrawn = Listed(
        "2401.00001v2", comment="Withdrawn", updated=moments[0], published=moments[1]
    )
    entries = [withdrawn, Listed("2601.00001v1", updated=moments[1], published=moments[1])]
    with answering(query_api(entries)) as server:
        found = query_api_at(server.address).search(Phrase(Field.TITLE, "paper"), 10)
    assert [paper.updated for paper in found.papers] == moments


def test_a_search_without_hits_is_an_answer_without_papers():
    with answering(query_api([])) as server:
        found = query_api_at(server.address).search(ANYTHING, 10)
    assert (found.papers, found.total) == ((), 0)


def test_a_short_page_is_a_failure_although_the_package_would_take_it():
    short = Canned(answer(listed(3), total=50))
    told = "the answer has 3 papers, but 10 of 50 were asked for"
    with answering(lambda _: short) as server, pytest.raises(ShortAnswer, match=told):
        query_api_at(server.address).search(ANYTHING, 10)
    assert len(server.asked) == 1


# ---------------------------------------------------------------- lists of identifiers


def test_papers_come_in_the_order_in_which_they_were_asked_for():
    ids = ["2601.00003", "math/0611800", "2601.00001v1", "2601.00009"]
    with answering(query_api([*listed(5), Listed("math/0611800v4")])) as server:
        papers = query_api_at(server.address).by_id(ids)
    assert [paper.versioned_id for paper in papers] == [
        "2601.00003v1",
        "math/0611800v4",
        "2601.00001v1",
    ]
    (request,) = map(asked, server.asked)
    assert request["id_list"] == ",".join(ids)
    assert request["max_results"] == "4"


def test_lists_are_asked_in_parts_that_fit_an_address():
    ids = [paper.id for paper in listed(601)]
    with answering(query_api(listed(601))) as server:
        papers = query_api_at(server.address).by_id(ids)
    assert [paper.versioned_id for paper in papers] == ids
    assert len(server.asked) == 3
    assert max(len(f"GET {target} HTTP/1.1") for target in server.asked) <= 4094


def test_one_malformed_identifier_refuses_the_list_before_anything_is_asked():
    with answering(query_api(listed(3))) as server:
        with pytest.raises(ValueError, match="not an arXiv identifier: 'abc'"):
            query_api_at(server.address).by_id(["2601.00001", "abc"])
        assert query_api_at(server.address).by_id([]) == ()
    assert server.asked == []


def test_an_identifier_asked_twice_comes_once():
    with answering(query_api(listed(3))) as server:
        papers = query_api_at(server.address).by_id(["2601.00001", "arXiv:2601.00001"])
    assert len(papers) == 1


# ---------------------------------------------------------------- one entry


def test_an_entry_becomes_a_paper():
    (paper,) = searched(
        Listed(
            "2601.00001v3",
            title="Two\n   lines",
            summary="  First line.\nSecond line. ",
            updated=datetime(2026, 1, 19, 18, 0, 1, tzinfo=UTC),
            published=datetime(2025, 11, 3, 9, 30, tzinfo=UTC),
            authors=("Ada  Author", " ", "The X Collaboration"),
            categories=("cs.LG", "stat.ML", "cs.CV"),
            primary="cs.CV",
            comment="12 pages,\n 3 figures",
            journal_ref="J. Things 3 (2026)",
            dois=("10.1000/one", "10.1000/two"),
        )
    )
    assert paper == Paper(
        id="2601.00001",
        version=3,
        title="Two lines",
        authors=("Ada Author", "The X Collaboration"),
        abstract="First line. Second line.",
        comment="12 pages, 3 figures",
        primary_category="cs.CV",
        categories=("cs.CV", "cs.LG", "stat.ML"),
        published=datetime(2025, 11, 3, 9, 30, tzinfo=UTC),
        updated=datetime(2026, 1, 19, 18, 0, 1, tzinfo=UTC),
        doi="10.1000/one",
        journal_ref="J. Things 3 (2026)",
        origin=Origin.SEARCH,
    )


def test_what_an_entry_does_not_tell_is_not_known():
    (paper,) = searched(Listed("hep-th/9901001v1", title="0", comment=" \n", authors=()))
    assert (paper.id, paper.title) == ("hep-th/9901001", "0")
    assert (paper.comment, paper.journal_ref, paper.doi) == (None, None, None)
    assert paper.authors == ()


def test_control_characters_are_left_out():
    (paper,) = searched(Listed("2601.00001v1", title="a\x7fb \x9b31mc"))
    assert paper.title == "ab 31mc"


XML_TEXT = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], blacklist_characters="￾￿")
)


@given(XML_TEXT, XML_TEXT)
def test_texts_come_out_as_they_were_written(title, abstract):
    (paper,) = searched(Listed("2601.00001v1", title=title, summary=abstract, comment=title))
    assert (paper.title, paper.abstract, paper.comment) == (title, abstract, title or None)


# ---------------------------------------------------------------- the package, and arXiv itself


def test_the_package_still_has_its_reader():
    assert [found.title for found in _feed.parse(answer(listed(1))).results] == ["Paper 0"]


@pytest.mark.shared
@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded answers of arXiv here")
def test_every_recorded_answer_is_read_completely():
    recorded = json.loads((RECORDED / "index.json").read_text())
    bodies = {each["url_query"]: (RECORDED / each["file"]).read_bytes() for each in recorded}
    statuses = {each["url_query"]: each["status"] for each in recorded}
    for query, body in bodies.items():
        url = f"https://export.arxiv.org/api/query?{query}"
        if statuses[query] == 400:
            assert error_message(body) == "incorrect id format for abc"
            continue
        if "start=0&" not in query:  # nothing here asks so
            continue
        papers = read_answer(body, url=url).papers
        assert len(papers) == body.count(b"<entry>")
        for paper in papers:
            known = (paper.title, paper.abstract, paper.authors, paper.categories)
            assert all((*known, paper.published, paper.updated)), paper
