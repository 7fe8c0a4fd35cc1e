"""The sandbox as a server: its switches, what it remembers, and how it ends."""

from __future__ import annotations

import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import requests

from tests.sandbox import (
    RATE_EXCEEDED,
    UNAVAILABLE,
    Request,
    Response,
    SandboxArxiv,
    Service,
    Universe,
    make_up,
)

DAY = date(2026, 1, 14)


@pytest.fixture(scope="module")
def universe() -> Universe:
    return make_up()


def test_the_environment_leads_a_run_here(universe):
    with SandboxArxiv(universe, today=DAY) as sandbox:
        environment = sandbox.environment()
        assert environment == {
            "DAILY_PAPERS_API_URL": f"{sandbox.address}/api/query",
            "DAILY_PAPERS_FEED_URL": sandbox.address,
            "DAILY_PAPERS_OAI_URL": f"{sandbox.address}/oai",
            "DAILY_PAPERS_REQUEST_INTERVAL": "0",
            "DAILY_PAPERS_RETRY_WAIT": "0",
            "DAILY_PAPERS_TODAY": "2026-01-14",
        }


def test_the_day_moves_for_all_services_at_once(universe):
    with SandboxArxiv(universe, today=DAY) as sandbox:
        urls = (
            f"{sandbox.api_url}?search_query=cat:cs*&max_results=500",
            f"{sandbox.feed_url}/atom/cs",
            f"{sandbox.oai_url}?verb=ListRecords&metadataPrefix=arXivRaw&from=2026-01-14",
        )
        before = [requests.get(url, timeout=10).text for url in urls]
        sandbox.today = date(2026, 1, 15)
        after = [requests.get(url, timeout=10).text for url in urls]
        assert all("2026-01-14" in answer for answer in before)
        assert all(len(new) != len(old) for new, old in zip(after, before, strict=True))


def test_an_intercepted_service_answers_as_told_and_the_others_as_ever(universe):
    def throttled(request: Request) -> Response | None:
        return {Service.QUERY: RATE_EXCEEDED, Service.OAI: UNAVAILABLE}.get(request.service)

    with SandboxArxiv(universe, today=DAY) as sandbox:
        sandbox.intercept = throttled
        refused = requests.get(f"{sandbox.api_url}?search_query=all:mri", timeout=10)
        assert (refused.status_code, refused.content) == (429, b"Rate exceeded.")
        assert "Retry-After" not in refused.headers
        assert requests.get(f"{sandbox.oai_url}?verb=Identify", timeout=10).status_code == 503
        assert requests.get(f"{sandbox.feed_url}/rss/cs", timeout=10).status_code == 200
        sandbox.intercept = None
        again = requests.get(f"{sandbox.api_url}?search_query=all:mri", timeout=10)
        assert again.status_code == 200
        assert sandbox.counts == {Service.QUERY: 2, Service.OAI: 1, Service.FEED: 1}


def test_an_interceptor_may_spoil_the_true_answer(universe):
    with SandboxArxiv(universe, today=DAY) as sandbox:

        def cut(request: Request) -> Response:
            body = sandbox.answer(request).body
            headers = {"Content-Length": str(len(body)), "Connection": "close"}
            return Response(200, body[: len(body) // 2], headers=headers)

        sandbox.intercept = cut
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            requests.get(f"{sandbox.feed_url}/atom/cs", timeout=10)


def test_an_interceptor_may_break_the_connection_off(universe):
    def reset(request: Request) -> Response | None:
        raise ConnectionResetError

    with SandboxArxiv(universe, today=DAY) as sandbox:
        sandbox.intercept = reset
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(f"{sandbox.feed_url}/atom/cs", timeout=10)


def test_a_fault_of_the_sandbox_is_a_500_and_is_raised_at_its_end(universe, capfd):
    def faulty(request: Request) -> Response | None:
        raise ZeroDivisionError("in the sandbox")

    sandbox = SandboxArxiv(universe, today=DAY)
    sandbox.intercept = faulty
    statuses = []
    with pytest.raises(ZeroDivisionError, match="in the sandbox"), sandbox:
        statuses.append(requests.get(f"{sandbox.feed_url}/atom/cs", timeout=10).status_code)
    assert statuses == [500]
    assert capfd.readouterr() == ("", "")


def test_one_connection_serves_many_requests(universe):
    with SandboxArxiv(universe, today=DAY) as sandbox:
        connection = http.client.HTTPConnection(sandbox.address.removeprefix("http://"))
        connection.request("GET", "/atom/cs")
        first = connection.getresponse().read()
        used = connection.sock
        connection.request("POST", "/api/query", body="search_query=all:mri")
        assert connection.getresponse().read() != first
        assert connection.sock is used
        connection.close()


def test_answers_are_compressed_for_those_who_accept_it(universe):
    with SandboxArxiv(universe, today=DAY) as sandbox:
        url = f"{sandbox.api_url}?search_query=all:mri"
        packed = requests.get(url, timeout=10)
        plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=10)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert packed.content == plain.content
        assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])


def test_other_places_are_not_found(universe):
    with SandboxArxiv(universe, today=DAY) as sandbox:
        assert requests.get(f"{sandbox.address}/list/cs/new", timeout=10).status_code == 404
        assert sandbox.counts == {Service.NONE: 1}


def test_many_may_ask_at_once(universe):
    with SandboxArxiv(universe, today=DAY) as sandbox:
        urls = [f"{sandbox.feed_url}/atom/cs", f"{sandbox.api_url}?search_query=all:mri"] * 8
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda url: requests.get(url, timeout=10).text, urls))
        assert len(set(answers)) == 2
        assert len(sandbox.requests) == 16


def test_closing_ends_connections_that_are_still_open(universe):
    threads = set(threading.enumerate())
    with SandboxArxiv(universe, today=DAY) as sandbox:
        port = int(sandbox.address.rpartition(":")[2])
        idle = socket.create_connection(("127.0.0.1", port))
        idle.sendall(b"GET /atom/cs HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
    while idle.recv(65536):
        pass
    idle.close()
    assert set(threading.enumerate()) <= threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_client_that_says_nonsense_gets_no_traceback_printed(universe, capfd):
    with SandboxArxiv(universe, today=DAY) as sandbox:
        port = int(sandbox.address.rpartition(":")[2])
        for nonsense in (
            b"\x00\xff\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET /oai HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(nonsense)
                client.settimeout(5)
                client.recv(65536)
    assert capfd.readouterr() == ("", "")
