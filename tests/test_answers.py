from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.arxiv.query_api import (
    read_answer,
)
from daily_papers.arxiv.xml import ATOM_FEED, answer_of, error_message, strict_xml
from daily_papers.errors import BadAnswer, ShortAnswer
from daily_papers.text import shortened
from tests.support import spoiling
from tests.support.cases import for_each
from tests.support.made_answers import Listed, answer, listed

API = "https://export.arxiv.org/api/query"
NEWEST = f"{API}?search_query=ti:x&sortBy=lastUpdatedDate&sortOrder=descending"
TEN = f"{NEWEST}&start=0&max_results=10"


def by_list(*ids: str) -> str:
    return f"{API}?search_query=&id_list={'%2C'.join(ids)}&start=0&max_results={len(ids)}"


def refusal(body: bytes, url: str = TEN) -> str:
    with pytest.raises(BadAnswer) as caught:
        read_answer(body, url=url)
    assert caught.value.url == url
    assert "\n" not in str(caught.value)
    return caught.value.reason


# ---------------------------------------------------------------- answers that are believed


@for_each(
    ("total", "count"),
    [(10, 10), (3, 3), (5000, 10), (0, 0)],
)
def test_as_many_papers_as_are_due_are_believed(total, count):
    read = read_answer(answer(listed(count), total=total), url=TEN)
    assert (read.total, len(read.papers)) == (total, count)


def test_papers_updated_in_the_same_second_may_stand_in_any_order():
    one, other = Listed("2601.00001v1"), Listed("2601.00002v1")
    read_answer(answer([one, other]), url=TEN)
    read_answer(answer([other, one]), url=TEN)


def test_a_list_may_lack_papers_that_arxiv_does_not_know():
    read_answer(answer([Listed("2601.00001v3")]), url=by_list("2601.00001", "2601.00002"))
    read_answer(answer([]), url=by_list("2601.00001", "2601.00002"))


def test_identifiers_of_the_old_form_and_a_title_of_one_zero_are_good():
    paper = Listed("math/0611800v2", title="0")
    (read,) = read_answer(answer([paper]), url=by_list("math%2F0611800")).papers
    assert (read.versioned_id, read.title) == ("math/0611800v2", "0")


# ---------------------------------------------------------------- answers that are not


@for_each(
    ("body", "told"),
    [
        (b"", "the answer is empty"),
        (b" \n", "the answer is empty"),
        (b"Rate exceeded.", "not a complete XML document"),
        (spoiling.WEB_PAGE, "the answer is a web page"),
        (b"\n<html><body/></html>", "the answer is a web page"),
        (spoiling.ENTITY_BOMB, "entity amplification"),
        (b'<!-- a<b --><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "declares a document type"),
        (spoiling.ERROR_FEED, "arXiv refused the request: made-up fault"),
        (b"<rss/>", "not an Atom feed, but <rss>"),
        (b"<feed/>", "not an Atom feed, but <feed>"),
        (spoiling.cut(answer(listed(10))), "not a complete XML document"),
        (spoiling.malformed(answer(listed(10))), "not a complete XML document"),
        (answer(listed(10)) + b"<more/>", "not a complete XML document"),
        (answer(listed(10)).replace(b"Paper 3", b"Paper \xff"), "not a complete XML document"),
        (answer(listed(10)).replace(b"Paper 3", b"&nbsp;"), "not a complete XML document"),
        (answer(listed(10), start=10), "starts at 10 where 0 was asked for"),
        (answer(listed(10)).replace(b"totalResults>10", b"totalResults>many"), "no totalResults"),
        (answer(listed(10)).replace(b"startIndex", b"first"), "no startIndex"),
        (answer(listed(11)), "the answer has 11 papers, but at most 10 are possible"),
        (answer(listed(1), total=0), "the answer has 1 paper, but at most 0 are possible"),
        (answer(listed(4), total=3), "the answer has 4 papers, but at most 3 are possible"),
        (answer(listed(10)).replace(b"abs/2601", b"abs/26x1", 1), "not an arXiv identifier: 'http"),
        (
            answer(listed(10)).replace(b"00004v1", b"00004"),
            "2601.00004 has no version",
        ),
        (answer(listed(10)).replace(b"<title>Paper 3</title>", b""), "0 elements <title>"),
        (answer(listed(10)).replace(b"<id>http:", b"<id>x</id><id>http:"), "2 elements <id>"),
        (
            answer(listed(10)).replace(b"2025-11-03T", b"2025-13-03T"),
            "read: month must be in",
        ),
        (
            answer(listed(10)).replace(b"<published>2025-11-03T09:30:00Z", b"<published>", 1),
            "could not be read",
        ),
        (answer([Listed("2601.00001v1")]).replace(b"2025-11-03T09:30:00Z", b""), "lacks its text"),
        (answer(listed(10)[::-1]), "not sorted by lastUpdatedDate as asked"),
        (
            answer([Listed("2601.00001v1"), Listed("2601.00001v2")]),
            "2601.00001 is in the answer twice",
        ),
    ],
)
def test_what_is_not_the_answer_is_refused_with_its_reason(body, told):
    assert told in refusal(body)


@for_each(
    ("count", "total", "told"),
    [
        (46, 5000, "the answer has 46 papers, but 100 of 5,000 were asked for"),
        (1, 3, "the answer has 1 paper, but 3 of 3 were asked for"),
        (0, 1, "the answer has 0 papers, but 1 of 1 were asked for"),
    ],
)
def test_a_short_answer_says_how_short_it_is(count, total, told):
    with pytest.raises(ShortAnswer) as caught:
        read_answer(answer(listed(count), total=total), url=f"{NEWEST}&start=0&max_results=100")
    assert caught.value.reason == told
    assert caught.value.outcome == "short answer"


@pytest.mark.parametrize("came", ["2601.00003v1", "2601.00002v1"])
def test_a_paper_that_the_list_did_not_ask_for_is_refused(came):
    reason = refusal(answer([Listed(came)]), by_list("2601.00001", "2601.00002v2"))
    assert reason == f"{came} is in the answer, but was not asked for"


@given(st.data())
def test_no_part_of_an_answer_passes_for_the_whole(data):
    whole = answer(listed(3))
    end = data.draw(st.integers(0, len(whole.rstrip()) - 1))
    refusal(whole[:end])


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_one_line(body):
    refusal(body)


# ---------------------------------------------------------------- feeds that are errors


def test_the_error_of_an_announcement_feed_is_recognised():
    feed = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed error for query</title>
    <subtitle>Bad archive 'x'.</subtitle></feed>"""
    with pytest.raises(BadAnswer, match=r"refused the request: Bad archive 'x'\."):
        answer_of(feed, TEN, ATOM_FEED)
    assert error_message(feed) == "Bad archive 'x'."


def test_what_is_no_error_feed_has_no_error_message():
    assert error_message(answer(listed(1))) is None
    assert error_message(spoiling.WEB_PAGE) is None


def test_a_document_type_is_found_in_any_encoding():
    document = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    with pytest.raises(BadAnswer, match="declares a document type"):
        strict_xml(document.encode("utf-16"), TEN)


# ---------------------------------------------------------------- foreign text in messages


@given(st.text())
def test_foreign_text_is_quoted_on_one_line_without_controls(text):
    quoted = shortened(text)
    assert len(quoted) <= 200
    assert quoted.isprintable()


def test_short_foreign_text_is_quoted_as_it_is():
    assert shortened("incorrect id format for abc") == "incorrect id format for abc"
    assert shortened("a\r\n\x1b[31mb") == "a [31mb"
    assert shortened("x" * 201) == "x" * 199 + "…"
