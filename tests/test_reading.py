"""Whatever comes is read in work that grows with its size, or refused; and then never kept."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from daily_papers.arxiv.feed import read_part
from daily_papers.arxiv.oai import read_page
from daily_papers.arxiv.query_api import QueryApi, read_answer
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.errors import BadAnswer
from daily_papers.query.expression import Field, Phrase
from tests.sandbox import Request, Response, SandboxArxiv, Service
from tests.support.cases import for_each
from tests.support.clock import PassingClock
from tests.support.command_line import run
from tests.support.loopback import Canned, answering
from tests.support.made_answers import answer, listed
from tests.support.made_feeds import Item, feed
from tests.support.made_harvests import Entry, page
from tests.support.repository import Repository

URL = "https://export.arxiv.org/api/query?search_query=ti:x&start=0&max_results=2"
DAY = date(2026, 1, 20)

# --- linear, or refused ------------------------------------------------------------------------

#: What may stand inside an element of an entry, so many times.
INSIDE: dict[str, Callable[[int], str]] = {
    "letters": lambda n: "a" * n,
    "letters and dots": lambda n: "a." * n,
    "digits": lambda n: "1" * n,
    "blanks": lambda n: " " * n,
    "line feeds": lambda n: "\n" * n,
    "words": lambda n: "a " * n,
    "commas": lambda n: "a, " * n,
    "ands": lambda n: " and " * n,
    "at signs": lambda n: "a@" * n,
    "entities": lambda n: "&amp;" * n,
    "characters by number": lambda n: "&#65;" * n,
    "markup as text": lambda n: "&lt;a&gt;" * n,
    "ends of markup as text": lambda n: "&lt;/a" * n,
    "backslashes": lambda n: "\\" * n,
    "accents": lambda n: "\\'{e}" * n,
    "braces": lambda n: "{" * n,
    "pairs of braces": lambda n: "{" * n + "}" * n,
    "parentheses": lambda n: "(" * n,
    "pieces of CDATA": lambda n: "<![CDATA[x]]>" * n,
    "comments": lambda n: "<!-- x -->" * n,
    "one long comment": lambda n: f"<!--{'x' * n}-->",
    "instructions": lambda n: "<?x y?>" * n,
    "elements": lambda n: "<b>x</b>" * n,
    "nested elements": lambda n: "<b>" * n + "</b>" * n,
    "attributes": lambda n: "<b " + " ".join(f'a{i}=""' for i in range(n)) + "/>",
    "name spaces": lambda n: "<b " + " ".join(f'xmlns:a{i}="u"' for i in range(n)) + "/>",
    "one long attribute": lambda n: '<b a="' + "x" * n + '"/>',
    "bases": lambda n: '<b xml:base="a/">' * n + "</b>" * n,
}
#: What may stand beside it, so many times.
BESIDE: dict[str, Callable[[int], str]] = {
    "categories": lambda n: "".join(f'<category term="c{i}"/>' for i in range(n)),
    "one category": lambda n: '<category term="cs.CV"/>' * n,
    "authors": lambda n: "<author><name>x</name></author>" * n,
    "links": lambda n: "".join(f'<link href="http://x/{i}"/>' for i in range(n)),
    "subjects": lambda n: "".join(
        f'<subject xmlns="http://purl.org/dc/elements/1.1/">{i}</subject>' for i in range(n)
    ),
    "contents": lambda n: "<content>x</content>" * n,
    "contributors": lambda n: "<contributor><name>x</name></contributor>" * n,
    "unknown elements": lambda n: "".join(f"<x{i}>x</x{i}>" for i in range(n)),
}


def an_answer(inside: str, beside: str) -> bytes:
    return (
        answer(listed(2))
        .replace(b"Nothing but made up.", inside.encode(), 1)
        .replace(b"</entry>", beside.encode() + b"</entry>", 1)
    )


def a_name(inside: str, beside: str) -> bytes:
    return answer(listed(2)).replace(b"Ada Author", inside.encode() + beside.encode(), 1)


def a_feed(inside: str, beside: str) -> bytes:
    made = feed([Item("2611.00001v1"), Item("2611.00002v1")])
    return made.replace(b"An abstract.", inside.encode(), 1).replace(
        b"</entry>", beside.encode() + b"</entry>", 1
    )


def a_creator(inside: str, beside: str) -> bytes:
    made = feed([Item("2611.00001v1"), Item("2611.00002v1")])
    return made.replace(b"Ada Author", inside.encode() + beside.encode(), 1)


def a_harvest(inside: str, beside: str) -> bytes:
    made = page([Entry("2611.00001"), Entry("2611.00002")])
    return made.replace(b"An abstract.", inside.encode(), 1).replace(
        b"</arXivRaw>", beside.encode() + b"</arXivRaw>", 1
    )


def harvested_authors(inside: str, beside: str) -> bytes:
    made = page([Entry("2611.00001"), Entry("2611.00002")])
    return made.replace(b">Ada Author</authors>", f">{inside}{beside}</authors>".encode(), 1)


def by_package(body: bytes) -> None:
    """Read an answer as a search does, the package included."""
    with answering(lambda _: Canned(body)) as server:
        services = Services(api_url=f"{server.address}/api/query")
        with PoliteSession(services, budget=0, clock=PassingClock()) as session:
            QueryApi(session).search(Phrase(Field.TITLE, "x"), 2)


READERS: dict[str, tuple[Callable[[str, str], bytes], Callable[[bytes], Any]]] = {
    "answer": (an_answer, by_package),
    "name in an answer": (a_name, by_package),
    "feed": (a_feed, lambda body: read_part(body, URL, ("cs.CV",))),
    "name in a feed": (a_creator, lambda body: read_part(body, URL, ("cs.CV",))),
    "harvest": (a_harvest, lambda body: read_page(body, URL)),
    "names in a harvest": (harvested_authors, lambda body: read_page(body, URL)),
}


def work(read: Callable[[bytes], Any], body: bytes) -> int | None:
    """Count the calls that it takes to read, of Python and of C; None where it is refused."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        read(body)
    except BadAnswer:
        return None
    finally:
        sys.setprofile(None)
    return calls


QUICK_SHAPES = ("accents", "nested elements", "authors")


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(shape, marks=() if shape in QUICK_SHAPES else pytest.mark.full)
        for shape in (*INSIDE, *BESIDE)
    ],
)
@pytest.mark.parametrize("reader", READERS)
def test_twice_as_much_is_twice_the_work_or_refused(reader: str, shape: str):
    make, read = READERS[reader]
    size = 1_500
    bodies = [
        make(INSIDE[shape](n), "") if shape in INSIDE else make("x", BESIDE[shape](n))
        for n in (size, 2 * size)
    ]
    once, twice = (work(read, body) for body in bodies)
    assert twice is None or once is None or twice < 2.2 * once + 1_000


@for_each(
    ("reader", "shape", "size", "told"),
    [
        ("answer", "attributes", 60, "more than 50 attributes or namespaces in an element"),
        ("answer", "name spaces", 60, "more than 50 attributes or namespaces in an element"),
        ("answer", "nested elements", 300, "Excessive depth in document"),
        ("answer", "one long attribute", 30_000, "a tag of 20,000 characters"),
        ("feed", "categories", 200, "an item has more than 100 elements"),
        (
            "name in a feed",
            "letters",
            1_000,
            "an author's name has more than 300 letters",
        ),
        ("harvest", "attributes", 60, "more than 50 attributes or namespaces in an element"),
    ],
)
def test_what_arxiv_never_sent_is_refused_for_what_it_is(
    reader: str, shape: str, size: int, told: str
):
    make, read = READERS[reader]
    body = make(INSIDE[shape](size), "") if shape in INSIDE else make("x", BESIDE[shape](size))
    with pytest.raises(BadAnswer, match=told):
        read(body)


@for_each(
    "text",
    [
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+12:00",
        "2200-01-01T00:00:00Z",
        "1" * 5_000,
        "²026-01-19T18:00:00Z",
    ],
)
def test_dates_that_nothing_can_be_done_with_are_refused(text: str):
    body = answer(listed(2)).replace(b"2026-01-19T18:00:00Z", text.encode())
    with pytest.raises(BadAnswer, match="could not be read: "):
        read_answer(body, url=URL)


# --- what was refused is not kept --------------------------------------------------------------

ATTRIBUTES = b"<x " + b" ".join(b'a%d=""' % number for number in range(100_000)) + b"/>"
SPOILT: dict[str, tuple[Service, Callable[[bytes], bytes]]] = {
    "attributes in an answer": (
        Service.QUERY,
        lambda body: body.replace(b"</entry>", ATTRIBUTES + b"</entry>", 1),
    ),
    "attributes in a feed": (
        Service.FEED,
        lambda body: body.replace(b"</entry>", ATTRIBUTES + b"</entry>", 1),
    ),
    "attributes in a harvest": (
        Service.OAI,
        lambda body: body.replace(b"</metadata>", ATTRIBUTES + b"</metadata>", 1),
    ),
    "the last day in an answer": (
        Service.QUERY,
        lambda body: re.sub(rb"<(updated|published)>[^<]*", rb"<\1>9999-12-31T23:59:59Z", body),
    ),
    "the last day in a feed": (
        Service.FEED,
        lambda body: re.sub(rb"<published>[^<]*", b"<published>9999-12-31T00:00:00-05:00", body),
    ),
    "the last day in a harvest": (
        Service.OAI,
        lambda body: re.sub(rb"<date>[^<]*", b"<date>Fri, 31 Dec 9999 23:59:59 GMT", body),
    ),
}
MODES = {Service.QUERY: "search", Service.FEED: "announcements", Service.OAI: "oai"}


QUICK_FAULTS = ("the last day in a feed",)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, marks=() if fault in QUICK_FAULTS else pytest.mark.full)
        for fault in SPOILT
    ],
)
def test_what_was_refused_is_asked_for_again(tmp_path: Path, fault: str):
    service, spoil = SPOILT[fault]
    repository = Repository.new(tmp_path / "digest")
    with SandboxArxiv(today=DAY) as arxiv:
        environ = arxiv.environment()

        def update(mode: str) -> int:
            arxiv.requests.clear()
            ended = run(*("update", "--source", mode, "--root", repository.root), environ=environ)
            assert "Traceback" not in ended.err
            return ended.code

        assert update("search") == 0
        arxiv.today = DAY + timedelta(days=1)
        environ = arxiv.environment()
        mode = MODES[service]

        def spoilt(request: Request) -> Response | None:
            if request.service is not service:
                return None
            good = arxiv.answer(request)
            return replace(good, body=spoil(good.body))

        arxiv.intercept = spoilt
        before = repository.records("data/papers/*.jsonl")
        assert update(mode) != 0
        assert repository.records("data/papers/*.jsonl") == before
        arxiv.intercept = None
        assert update(mode) == 0
        assert arxiv.counts[service] >= 1
