from __future__ import annotations

import gzip
import socket
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers import PROJECT_URL, __version__
from daily_papers.arxiv.query_api import read_answer
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import AnswerCache, PoliteSession, accepted_body, redirect_target
from daily_papers.errors import (
    BadAnswer,
    FetchError,
    Forbidden,
    ShortAnswer,
    Throttled,
    Unreachable,
    UsageError,
    Wait,
)
from daily_papers.transport import AnswerLimits, RawAnswer, retry_after
from tests.support.cases import for_each
from tests.support.clock import PassingClock
from tests.support.faults import PASSING, Fault, FaultProxy
from tests.support.loopback import Canned, answering, in_turn
from tests.support.made_answers import listed, query_api

DAY = date(2026, 1, 20)
QUERY = "/api/query?search_query=ti:x&sortBy=lastUpdatedDate&start=0&max_results=10"
OTHER_QUERY = QUERY.replace("ti:x", "ti:y")


def polite(clock: PassingClock, **settings) -> PoliteSession:
    pace = {"request_interval": 3, "retry_wait": 600}
    services = Services(**{name: settings.pop(name, default) for name, default in pace.items()})
    return PoliteSession(services, clock=clock, **settings)


def believe(body: bytes) -> bytes:
    """Any bytes will do."""
    return body


def checked(session: PoliteSession, address: str, target: str = QUERY) -> bytes:
    url = address + target

    def read(body: bytes) -> bytes:
        read_answer(body, url=url)
        return body

    return session.fetch(url, read)


# ---------------------------------------------------------------- distance


def test_requests_keep_their_distance_over_redirects_tries_and_services():
    clock, starts, ends = PassingClock(), [], []

    def respond(target: str) -> Canned:
        starts.append(clock.now)
        clock.now += 5  # the answer takes its time
        ends.append(clock.now)
        if target == "/from":
            return Canned(b"", 301, {"Location": "/to"})
        return Canned(b"", 500 if len(starts) == 3 else 200)

    with answering(respond) as server, polite(clock) as session:
        for target in ("/from", "/feed", "/oai"):
            session.fetch(server.address + target, believe)
    assert server.asked == ["/from", "/to", "/feed", "/feed", "/oai"]
    gaps = [start - end for end, start in zip(ends, starts[1:], strict=False)]
    assert gaps == [3, 3, 600, 3]


def test_time_that_passed_anyway_counts_as_distance():
    clock = PassingClock()
    with answering(lambda _: Canned(b"")) as server, polite(clock) as session:
        session.fetch(server.address, believe)
        clock.now += 2
        session.fetch(server.address, believe)
        clock.now += 60
        session.fetch(server.address, believe)
    assert clock.slept == [1]


def test_failed_requests_count_for_the_distance_too():
    clock = PassingClock()
    with socket.socket() as nobody, polite(clock, budget=0) as session:
        nobody.bind(("127.0.0.1", 0))
        for _ in range(2):
            with pytest.raises(Unreachable):
                session.fetch(f"http://127.0.0.1:{nobody.getsockname()[1]}/", believe)
    assert clock.slept == [3]


# ---------------------------------------------------------------- who asks


def test_arxiv_sees_who_asks_and_gets_no_cookies_back(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.delenv("no_proxy", raising=False)
    biscuit = Canned(b"", headers={"Set-Cookie": "a=b; Path=/"})
    session = polite(PassingClock(), digest_repository="https://git.example/a/b")
    with answering(lambda _: biscuit) as server, session:
        for _ in range(2):
            session.fetch(server.address, believe)
    assert len(server.headers) == 2
    for headers in server.headers:
        assert headers["user-agent"] == (
            f"daily-papers/{__version__} (+{PROJECT_URL}; for https://git.example/a/b)"
        )
        assert headers["accept"] == "application/atom+xml, application/xml;q=0.9, */*;q=0.1"
        assert headers["accept-encoding"] == "gzip"
        assert not {"cookie", "authorization"} & set(headers)


def test_all_requests_share_one_connection():
    clients = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            clients.append(self.client_address)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with polite(PassingClock()) as session:
            for path in ("/api/query", "/atom/cs", "/oai"):
                session.fetch(f"http://127.0.0.1:{server.server_port}{path}", believe)
        server.shutdown()
        thread.join()
    assert len(clients) == 3
    assert len(set(clients)) == 1


# ---------------------------------------------------------------- every fault

TOLD = {
    Fault.THROTTLED: (Throttled, "arXiv asked us to wait (status 429: Rate exceeded)"),
    Fault.THROTTLED_FOR_A_MOMENT: (Throttled, "arXiv asked us to wait (status 429: Rate exceeded)"),
    Fault.BUSY: (Throttled, "arXiv asked us to wait (status 503: too many requests)"),
    Fault.NOT_ACCEPTABLE: (Throttled, "arXiv asked us to wait (status 406: too many requests)"),
    Fault.FORBIDDEN: (Forbidden, "status 403: arXiv has blocked this client"),
    Fault.SERVER_ERROR: (Unreachable, "status 500: the server failed"),
    Fault.RATE_EXCEEDED: (Throttled, "arXiv asked us to wait (status 200: Rate exceeded)"),
    Fault.WEB_PAGE: (BadAnswer, "the answer is a web page instead of XML"),
    Fault.REFUSED: (BadAnswer, "status 400: made-up fault"),
    Fault.REFUSED_WITH_200: (BadAnswer, "arXiv refused the request: made-up fault"),
    Fault.EMPTY: (None, ""),  # whether nothing is plausible is for the gate to say
    Fault.SHORT: (ShortAnswer, "the answer has 5 papers, but 10 of 10 were asked for"),
    Fault.UNSORTED: (BadAnswer, "the papers are not sorted by lastUpdatedDate as asked"),
    Fault.OTHER_PAPERS: (None, ""),  # the matcher and the gate know what was asked
    Fault.CUT: (Unreachable, "the connection broke within the answer"),
    Fault.CUT_XML: (BadAnswer, "not a complete XML document"),
    Fault.RESET: (Unreachable, "no answer: Connection reset by peer"),
    Fault.SILENT: (Unreachable, "the server went silent"),
    Fault.MALFORMED: (BadAnswer, "not a complete XML document"),
    Fault.ENTITY_BOMB: (BadAnswer, "not a complete XML document: Maximum entity ampl"),
    Fault.HUGE: (BadAnswer, "the answer is larger than 64 MB"),
}


@for_each("fault", Fault)
def test_each_fault_is_told_for_what_it_is(fault):
    kind, reason = TOLD[fault]
    clock = PassingClock()
    with answering(query_api(listed(10))) as arxiv, FaultProxy(arxiv.address) as proxy:
        proxy.inject(fault, always=True)
        with polite(clock) as session:
            if kind is None:
                checked(session, proxy.address)
                assert [each.outcome for each in session.exchanges] == ["ok"]
                return
            with pytest.raises(FetchError) as caught:
                checked(session, proxy.address)
    assert type(caught.value) is kind
    assert caught.value.reason.startswith(reason)
    assert caught.value.url == proxy.address + QUERY
    assert len(str(caught.value).splitlines()) == 1
    tries = 3 if fault in PASSING else 1
    assert len(proxy.requests) == len(session.exchanges) == tries
    assert {each.outcome for each in session.exchanges} == {caught.value.outcome}


@for_each("fault", sorted(PASSING, key=lambda fault: fault.name))
def test_what_passes_is_asked_again_after_a_wait(fault):
    clock, waits = PassingClock(), []
    with answering(query_api(listed(10))) as arxiv, FaultProxy(arxiv.address) as proxy:
        proxy.inject(fault, at=1)

        def note(wait: Wait) -> None:
            waits.append((clock.now, wait))

        with polite(clock, before_waiting=note) as session:
            body = checked(session, proxy.address)
    assert body.count(b"<entry>") == 10
    ((moment, wait),) = waits
    assert moment == 1000, "it is called before the waiting, not after"
    assert wait.seconds == (7 if fault is Fault.THROTTLED_FOR_A_MOMENT else 600)
    assert TOLD[fault][1].startswith(wait.reason[:20])
    assert session.waits == [wait]
    assert [each.outcome for each in session.exchanges][1:] == ["ok"]


def test_waits_grow_and_end_after_three_tries():
    clock = PassingClock()
    with answering(lambda _: Canned(b"Rate exceeded.", 429)) as server, polite(clock) as session:
        with pytest.raises(Throttled, match=r"\(status 429: Rate exceeded\), after 3 tries"):
            session.fetch(server.address, believe)
    assert clock.slept == [600, 1200]
    assert len(server.asked) == 3


def test_the_reason_of_a_long_wait_is_said_once():
    said: list[str] = []
    clock = PassingClock()
    with answering(lambda _: Canned(b"", 429)) as server, polite(clock, say=said.append) as session:
        with pytest.raises(Throttled):
            session.fetch(server.address, believe)
    first, second = (line.partition(": ")[2] for line in said)
    assert first == "arXiv asked us to wait (status 429: too many requests)"
    assert second == "as before"


def test_a_retry_after_that_did_not_help_is_not_believed_again():
    clock = PassingClock()
    at_once = Canned(b"", 503, {"Retry-After": "0"})
    with answering(lambda _: at_once) as server, polite(clock) as session:
        with pytest.raises(Throttled):
            session.fetch(server.address, believe)
    assert clock.slept == [3, 600]


def test_a_wait_that_does_not_fit_the_budget_is_not_begun():
    clock, rendered = PassingClock(), []
    busy = Canned(b"", 429, {"Retry-After": "1000"})
    session = polite(clock, budget=900, before_waiting=rendered.append)
    with answering(lambda _: busy) as server, session:
        with pytest.raises(Throttled, match="a wait of 1,000 seconds is longer than the 900 "):
            session.fetch(server.address, believe)
        assert session.seconds_left() == 900
    assert clock.slept == session.waits == rendered == []


def test_the_next_address_is_tried_once_when_the_time_for_waiting_is_used_up():
    clock = PassingClock()
    with answering(lambda _: Canned(b"", 429)) as server, polite(clock) as session:
        with pytest.raises(Throttled, match="after 3 tries"):
            session.fetch(f"{server.address}/1", believe)
        with pytest.raises(Throttled, match="is longer than the 597 that the run has left"):
            session.fetch(f"{server.address}/2", believe)
    assert server.asked == ["/1", "/1", "/1", "/2"]
    assert clock.slept == [600, 1200, 3]


def test_after_a_403_nothing_more_is_asked():
    with answering(lambda _: Canned(b"", 403)) as server, polite(PassingClock()) as session:
        with pytest.raises(Forbidden, match="status 403"):
            session.fetch(f"{server.address}/api/query", believe)
        with pytest.raises(Forbidden, match="not asked: the service answered 403 earlier"):
            session.fetch(f"{server.address}/oai", believe)
    assert server.asked == ["/api/query"]
    assert len(session.exchanges) == 1


def test_the_message_names_a_long_address_by_its_start():
    url = f"http://127.0.0.1/?id_list={'2601.00001,' * 400}"
    message = str(BadAnswer(url, "too long"))
    assert message.startswith("too long (http://127.0.0.1/?id_list=2601.00001,")
    assert len(message) < 250


def test_other_refusals_are_not_asked_again():
    with (
        answering(lambda _: Canned(b"no such page", 404)) as server,
        polite(PassingClock()) as session,
    ):
        with pytest.raises(BadAnswer, match="status 404"):
            session.fetch(server.address, believe)
    assert len(server.asked) == 1


# ---------------------------------------------------------------- towards arXiv itself


@pytest.fixture
def instead_of_arxiv(monkeypatch):
    """Lead what is asked of arxiv.org to a server here, by the proxy of the environment."""

    def lead_to(address: str) -> None:
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)

    return lead_to


def test_arxiv_is_asked_at_its_own_pace_whatever_is_set(instead_of_arxiv):
    clock = PassingClock()
    answers = in_turn(Canned(b""), Canned(b"", 429), Canned(b"", 503), Canned(b"good"))
    hurried = polite(clock, request_interval=0, retry_wait=0)
    with answering(answers) as server, hurried as session:
        instead_of_arxiv(server.address)
        session.fetch("http://export.arxiv.org/api/query", believe)
        assert session.fetch("http://oaipmh.arxiv.org/oai", believe) == b"good"
    assert clock.slept == [3, 600, 1200]


def test_a_403_silences_all_of_arxiv_and_nobody_else(instead_of_arxiv):
    answers = in_turn(Canned(b"", 403), Canned(b"good"))
    with answering(answers) as server, polite(PassingClock()) as session:
        instead_of_arxiv(server.address)
        for service in ("rss", "export", "oaipmh"):
            with pytest.raises(Forbidden):
                session.fetch(f"http://{service}.arxiv.org/", believe)
        assert session.fetch("http://example.org/", believe) == b"good"
    assert server.asked == ["http://rss.arxiv.org/", "http://example.org/"]


def test_a_redirect_between_services_of_arxiv_is_followed(instead_of_arxiv):
    answers = in_turn(
        Canned(b"", 301, {"Location": "http://oaipmh.arxiv.org/oai"}), Canned(b"good")
    )
    with answering(answers) as server, polite(PassingClock()) as session:
        instead_of_arxiv(server.address)
        assert session.fetch("http://export.arxiv.org/oai2", believe) == b"good"
    assert server.asked[-1] == "http://oaipmh.arxiv.org/oai"


# ---------------------------------------------------------------- limits of one answer


def test_an_answer_as_large_as_the_limit_is_read():
    packed = {"Content-Encoding": "gzip"}
    answers = in_turn(
        Canned(gzip.compress(b"x" * 50_000), headers=packed),
        Canned(gzip.compress(b"x" * 50_001), headers=packed),
    )
    with answering(answers) as server, polite(PassingClock()) as session:
        session._transport._limits = AnswerLimits(most_bytes=50_000)
        assert len(session.fetch(server.address, believe)) == 50_000
        with pytest.raises(BadAnswer, match="larger than"):
            session.fetch(server.address, believe)


@for_each(
    ("coding", "told"),
    [
        ("gzip, gzip", "compression was not asked for"),
        ("br", "compression was not asked for"),
        ("gzip", "the answer says that it is gzip, but is not"),
    ],
)
def test_codings_that_were_not_asked_for_are_refused(coding, told):
    strange = Canned(b"abc", headers={"Content-Encoding": coding})
    with answering(lambda _: strange) as server, polite(PassingClock()) as session:
        with pytest.raises(BadAnswer, match=told):
            session.fetch(server.address, believe)
    assert len(server.asked) == 1


# ---------------------------------------------------------------- redirects


def test_an_address_that_arxiv_does_not_take_is_not_asked_for():
    long = f"/api/query?search_query={'x' * 4094}"
    leading_there = Canned(b"", 301, {"Location": long})
    with answering(lambda _: leading_there) as server, polite(PassingClock()) as session:
        for target in (long, "/short"):
            with pytest.raises(BadAnswer, match="not asked: arXiv accepts addresses up to 4,094"):
                session.fetch(server.address + target, believe)
    assert server.asked == ["/short"]


def test_a_redirect_that_never_ends_is_given_up():
    loop = Canned(b"", 302, {"Location": "/again"})
    with answering(lambda _: loop) as server, polite(PassingClock()) as session:
        with pytest.raises(BadAnswer, match="redirected more than 5 times"):
            session.fetch(server.address, believe)
    assert len(server.asked) == 6
    assert {each.outcome for each in session.exchanges} == {"redirected"}


def test_a_redirect_out_of_the_domain_is_not_followed():
    with answering(lambda _: Canned(b"secret")) as other:
        away = other.address.replace("127.0.0.1", "localhost")
        leave = Canned(b"", 302, {"Location": away})
        with answering(lambda _: leave) as server, polite(PassingClock()) as session:
            with pytest.raises(BadAnswer, match="redirected out of its domain, to localhost"):
                session.fetch(server.address, believe)
    assert other.asked == []


@for_each(
    ("here", "location", "there"),
    [
        ("http://arxiv.org/a", "https://export.arxiv.org/b", "https://export.arxiv.org/b"),
        ("https://export.arxiv.org/oai2?x=1", "/oai?x=1", "https://export.arxiv.org/oai?x=1"),
        ("https://export.arxiv.org/a", "//OAIPMH.arxiv.org/b", "https://OAIPMH.arxiv.org/b"),
        ("http://example.org/a", "https://example.org:8080/", "https://example.org:8080/"),
    ],
)
def test_redirects_within_the_domain_lead_onward(here, location, there):
    assert redirect_target(RawAnswer(here, 301, {"Location": location}, b""), here) == there


@for_each(
    "location",
    [
        "http://export.arxiv.org/",
        "https://evilarxiv.org/",
        "https://arxiv.org.evil.example/",
        "https://arxiv.org@evil.example/",
        "https://user@arxiv.org/",
        "ftp://arxiv.org/",
        "file:///etc/passwd",
        "https://[bad/",
        "https://arxiv.org:port/",
    ],
)
def test_redirects_to_where_they_should_not_are_refused_in_one_line(location):
    answer = RawAnswer("https://arxiv.org/a", 302, {"Location": location}, b"")
    with pytest.raises(BadAnswer, match="redirected"):
        redirect_target(answer, answer.url)


@for_each("status", [201, 204, 206, 300, 302, 304, 305])
def test_a_status_without_an_answer_is_a_bad_answer(status):
    answer = RawAnswer("https://arxiv.org/a", status, {}, b"")
    assert redirect_target(answer, answer.url) is None
    with pytest.raises(BadAnswer, match=f"status {status}"):
        accepted_body(answer, answer.url)


# ---------------------------------------------------------------- Retry-After


@for_each(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "9" * 30}, None),
        ({"Retry-After": "Tue, 20 Jan 2026 06:33:30 GMT"}, None),
    ],
)
def test_retry_after_is_a_number_of_seconds(headers, seconds):
    assert retry_after(headers) == seconds


@given(st.text())
def test_no_retry_after_can_break_a_run(text):
    seconds = retry_after({"Retry-After": text})
    assert seconds is None or seconds >= 0


# ---------------------------------------------------------------- kept answers


def test_a_checked_answer_is_asked_for_once_a_day(tmp_path):
    with answering(query_api(listed(10))) as server:
        for _ in range(2):
            with polite(PassingClock(), answers=AnswerCache(tmp_path, DAY)) as session:
                body = checked(session, server.address)
                assert body.count(b"<entry>") == 10
                checked(session, server.address, OTHER_QUERY)
        assert len(server.asked) == 2
        assert [each.status for each in session.exchanges] == ["kept", "kept"]
        assert session.exchanges[0].bytes == len(body)


def test_an_answer_that_was_refused_is_not_kept(tmp_path):
    with answering(query_api(listed(10))) as arxiv, FaultProxy(arxiv.address) as proxy:
        proxy.inject(Fault.SHORT)
        with polite(PassingClock(), answers=AnswerCache(tmp_path, DAY)) as session:
            with pytest.raises(ShortAnswer):
                checked(session, proxy.address)
            checked(session, proxy.address)
    assert len(proxy.requests) == 2


def test_an_answer_that_was_discarded_is_asked_again(tmp_path):
    with answering(query_api(listed(10))) as server:
        with polite(PassingClock(), answers=AnswerCache(tmp_path, DAY)) as session:
            checked(session, server.address)
            session.discard(server.address + QUERY)
            session.discard(server.address + QUERY)
            checked(session, server.address)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept[:-10],
        lambda kept: b"",
        lambda kept: kept.replace(b"startIndex", b"first"),
    ],
)
def test_a_damaged_answer_is_as_if_it_were_not_there(tmp_path, damage):
    with answering(query_api(listed(10))) as server:
        for _ in range(2):
            with polite(PassingClock(), answers=AnswerCache(tmp_path, DAY)) as session:
                good = checked(session, server.address)
            (file,) = (tmp_path / DAY.isoformat()).iterdir()
            file.write_bytes(damage(file.read_bytes()))
    assert len(server.asked) == 2
    assert good.count(b"<entry>") == 10


def test_a_kept_answer_that_fails_a_later_check_is_asked_again(tmp_path):
    def doubt(body: bytes) -> bytes:
        if body == b"old":
            raise BadAnswer("", "not any more")
        return body

    with answering(in_turn(b"old", b"new")) as server:
        with polite(PassingClock(), answers=AnswerCache(tmp_path, DAY)) as session:
            assert session.fetch(server.address, believe) == b"old"
            assert session.fetch(server.address, doubt) == b"new"


def test_answers_of_other_days_go_and_nothing_else_does(tmp_path):
    for name in ("2026-01-19/a", "2026-01-20/b", "notes/c"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("")
    AnswerCache(tmp_path, DAY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-01-20", "notes"]


def test_a_folder_that_cannot_be_written_stops_no_run(tmp_path):
    blocked = tmp_path / "answers"
    blocked.write_text("a file where a folder should be")
    with answering(lambda _: Canned(b"good")) as server:
        with polite(PassingClock(), answers=AnswerCache(blocked, DAY)) as session:
            assert session.fetch(server.address, believe) == b"good"
            session.discard(server.address)


# ---------------------------------------------------------------- the environment


def test_without_variables_the_services_are_arxivs_at_arxivs_pace():
    services = Services.from_environment(
        {"DAILY_PAPERS_API_URL": "", "DAILY_PAPERS_RETRY_WAIT": " "}
    )
    assert services == Services()
    assert services.api_url == "https://export.arxiv.org/api/query"
    assert services.feed_url == "https://rss.arxiv.org"
    assert services.oai_url == "https://oaipmh.arxiv.org/oai"
    assert (services.request_interval, services.retry_wait) == (3, 600)


def test_a_sandbox_may_be_asked_at_any_pace():
    sandbox = "http://127.0.0.1:8080"
    services = Services.from_environment(
        {
            "DAILY_PAPERS_API_URL": f"{sandbox}/api/query",
            "DAILY_PAPERS_REQUEST_INTERVAL": "0",
            "DAILY_PAPERS_RETRY_WAIT": "0.5",
            "DAILY_PAPERS_FEED_URL": f"{sandbox}/",
        }
    )
    assert services.feed_url == sandbox
    assert (services.request_interval, services.retry_wait) == (0, 0.5)


@for_each(
    ("variables", "told"),
    [
        ({"REQUEST_INTERVAL": "2.9"}, "REQUEST_INTERVAL: 2.9 seconds is too fast for export.arxiv"),
        ({"RETRY_WAIT": "599"}, "RETRY_WAIT: 599 seconds is too fast for export.arxiv.org"),
        ({"REQUEST_INTERVAL": "0", "API_URL": "http://ARXIV.org./"}, "too fast for arxiv.org"),
        (
            {
                "REQUEST_INTERVAL": "0",
                "API_URL": "http://127.0.0.1/",
                "OAI_URL": "https://oaipmh.arxiv.org/oai",
            },
            "too fast for oaipmh.arxiv.org",
        ),
        ({"REQUEST_INTERVAL": "fast"}, "REQUEST_INTERVAL: 'fast' is not a number of seconds"),
        ({"REQUEST_INTERVAL": "nan"}, "is not a number of seconds"),
        ({"RETRY_WAIT": "inf"}, "is not a number of seconds"),
        ({"RETRY_WAIT": "-1"}, "is not a number of seconds"),
        ({"API_URL": "export.arxiv.org/api"}, "API_URL: 'export.arxiv.org/api' is not an address"),
        ({"API_URL": "http://"}, "is not an address"),
        ({"FEED_URL": "ftp://rss.arxiv.org"}, "FEED_URL: 'ftp://rss.arxiv.org' is not"),
        ({"OAI_URL": "http://host:port/"}, "is not an address"),
        ({"OAI_URL": "http://host/oai?verb=Identify"}, "is not an address"),
        ({"OAI_URL": "http://me:secret@host/oai"}, "is not an address"),
        ({"API_URL": "http://host/a b"}, "is not an address"),
    ],
)
def test_a_variable_that_is_wrong_is_named(variables, told):
    environ = {f"DAILY_PAPERS_{name}": value for name, value in variables.items()}
    with pytest.raises(UsageError) as caught:
        Services.from_environment(environ)
    assert told in str(caught.value)
    assert str(caught.value).startswith("DAILY_PAPERS_")


def test_hosts_that_only_look_like_arxiv_are_not():
    for host in ("notarxiv.org", "arxiv.org.example", "arxiv.example"):
        environ = {
            "DAILY_PAPERS_API_URL": f"https://{host}/api/query",
            "DAILY_PAPERS_REQUEST_INTERVAL": "0",
        }
        assert Services.from_environment(environ).request_interval == 0
