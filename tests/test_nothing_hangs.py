"""Nothing may hang: what drips ends, what this machine lacks is said, and long waits are told."""

from __future__ import annotations

import errno
import json
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from urllib3.exceptions import ConnectTimeoutError

from daily_papers.arxiv import session
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.errors import MachineFault, Unreachable
from daily_papers.losses import loss
from daily_papers.transport import AnswerLimits, Transport
from tests.sandbox import Request, SandboxArxiv, Service
from tests.support.clock import PassingClock
from tests.support.command_line import environment, run
from tests.support.dripping import MOST_DROPS, Dripping
from tests.support.loopback import Canned, answering
from tests.support.repository import Repository

#: What an answer begins with.
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/atom+xml\r\n"


DRIPS = {
    "body": (HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
    "body without a length": (HEAD + b"\r\n", b" "),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "within a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n100000\r\n", b" "),
    "the length of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "gzip": (
        HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
        b"\x00\x00\x00\xff\xff",
    ),
    "headers": (HEAD, b"X-Drop: 1\r\n"),
    "within a header": (HEAD + b"X-Drop: ", b"1"),
    "status": (b"", b"H"),
    "1xx": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "headers of 1xx": (b"HTTP/1.1 100 Continue\r\n", b"X: 1\r\n"),
}


QUICK = ("body without a length", "within a chunk", "gzip", "headers", "1xx")


@pytest.mark.parametrize(
    "drip",
    [pytest.param(drip, marks=() if drip in QUICK else pytest.mark.full) for drip in DRIPS],
)
def test_an_answer_that_drips_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drip: str
):
    first, drop = DRIPS[drip]
    monkeypatch.setattr(session, "AnswerLimits", partial(AnswerLimits, total_seconds=0.2))
    repository = Repository.new(tmp_path / "digest", "keywords:\n  - mri\n")
    with Dripping(first, drop) as server:
        ended = run(
            *("update", "--source", "search", "--budget", "0", "--root", repository.root),
            environ=asking(server.address) | {"DAILY_PAPERS_RETRY_WAIT": "1"},
        )
    assert ended.code == 1
    assert "no whole answer within 0.2 seconds" in ended.out
    assert all(drops < MOST_DROPS for drops in server.drops)


def test_a_connection_that_is_kept_is_watched_too():
    """Its first answer is whole, its second one drips; only the second has little time."""
    whole = HEAD + b"Content-Length: 14\r\n\r\nRate exceeded."
    with Dripping(HEAD + b"\r\n", b" ", before=whole) as server:
        transport = Transport(AnswerLimits(), "tests")
        assert transport.send(server.address).body == b"Rate exceeded."
        transport._limits = AnswerLimits(total_seconds=0.3)
        with pytest.raises(Unreachable, match=r"no whole answer within 0\.3 seconds"):
            transport.send(server.address)
        transport.hang_up()
    (drops,) = server.drops
    assert drops < MOST_DROPS


def asking(address: str) -> dict[str, str]:
    """The variables that send every request to an address, without waiting between them."""
    return {
        "DAILY_PAPERS_API_URL": f"{address}/api/query",
        "DAILY_PAPERS_FEED_URL": address,
        "DAILY_PAPERS_OAI_URL": f"{address}/oai",
        "DAILY_PAPERS_REQUEST_INTERVAL": "0",
        "DAILY_PAPERS_RETRY_WAIT": "0",
        "DAILY_PAPERS_TODAY": "2026-01-20",
    }


# --- this machine ------------------------------------------------------------------------------

CERTIFICATE = Path(__file__).parent / "support" / "untrusted.pem"


@contextmanager
def behind_tls() -> Iterator[str]:
    """A server whose certificate nobody has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    class Server(ThreadingHTTPServer):
        def get_request(self) -> tuple[socket.socket, object]:
            connection, client = self.socket.accept()
            return context.wrap_socket(connection, True, do_handshake_on_connect=False), client

        def handle_error(self, request: object, client_address: object) -> None:
            """The client hangs up: that is what is tested."""

    with Server(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address that no server listens at."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{closed.getsockname()[1]}"


def ended_at_once(root: Path, address: str, **variables: str) -> str:
    """Run the daily job where a wait would not fit; what it says of the one failure."""
    repository = Repository.new(root / "digest", "keywords:\n  - mri\n  - graph networks\n")
    report = root / "report.json"
    ended = run(
        *("update", "--budget", "0", "--root", repository.root, "--report", report),
        environ=asking(address) | {"DAILY_PAPERS_RETRY_WAIT": "600"} | variables,
    )
    assert (ended.code, ended.err) == (1, "")
    told = json.loads(report.read_text())
    assert "a wait of" not in ended.out
    assert len(told["requests"]) == 1, "nothing else is tried"
    (reason,) = {keyword["reason"] for keyword in told["keywords"]}
    assert told["day_line"] == "Not fetched: arXiv could not be reached."
    assert f"\n{told['day_line']}\n" in repository.text("README.md")
    return str(reason)


def test_a_certificate_that_is_not_trusted_ends_at_once(tmp_path: Path):
    with behind_tls() as address:
        reason = ended_at_once(tmp_path, address)
    assert reason.startswith("the certificate of 127.0.0.1 is not trusted here (self-signed")
    assert reason.endswith(
        "; set REQUESTS_CA_BUNDLE to a file with the certificate of your network's proxy"
    )


@pytest.mark.parametrize("content", [None, "nothing", Path(requests.certs.where()).read_text()])
def test_a_bundle_that_is_no_use_is_named(tmp_path: Path, content: str | None):
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    with behind_tls() as address:
        reason = ended_at_once(tmp_path, address, CURL_CA_BUNDLE=str(bundle))
    assert reason.endswith(f"; CURL_CA_BUNDLE is {bundle}: correct it")


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_dead_proxy_is_named_by_its_variable(tmp_path: Path, nobody: str, variable: str):
    proxy = {variable: f"http://me:secret@{nobody}"}
    reason = ended_at_once(tmp_path, "http://arxiv.example", **proxy)
    assert reason == (
        f"the proxy in {variable} cannot be used (Connection refused); correct or unset the "
        "variable"
    )


def test_a_proxy_that_wants_a_password_is_named(tmp_path: Path):
    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_error(407)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            reason = ended_at_once(tmp_path, "https://arxiv.example", https_proxy=address)
        finally:
            server.shutdown()
            thread.join()
    assert reason.startswith("the proxy in https_proxy cannot be used (")
    assert "407" in reason


def test_a_socks_proxy_that_is_silent_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "socks5h://proxy.example:1080")
    silent = ConnectTimeoutError("Connection to arxiv.example timed out. (connect timeout=10)")
    error = requests.ConnectTimeout(silent)  # as PySocks leads to
    lost = loss("https://arxiv.example", error)
    assert isinstance(lost, MachineFault)
    assert lost.reason.startswith("the proxy in https_proxy cannot be used (")


def test_missing_support_for_socks_is_named(tmp_path: Path, nobody: str):
    reason = ended_at_once(tmp_path, "http://arxiv.example", ALL_PROXY=f"socks5h://{nobody}")
    assert reason == (
        "the proxy in ALL_PROXY cannot be used (Missing dependencies for SOCKS support.); "
        "correct or unset the variable"
    )


@pytest.mark.parametrize(
    "proxy",
    ["proxy:what", "gopher://proxy:70", "http://", "http://proxy:99999", "http://proxy:x"],
)
def test_a_proxy_that_is_no_address_is_named(tmp_path: Path, proxy: str):
    reason = ended_at_once(tmp_path, "http://arxiv.example", http_proxy=proxy)
    assert reason.startswith("the proxy in http_proxy cannot be used (")


def test_a_host_that_has_no_address_ends_at_once(tmp_path: Path):
    reason = ended_at_once(tmp_path, "http://no-such-host.invalid")
    assert re.fullmatch(
        r"no-such-host\.invalid could not be reached \(.+\); check the address and the network",
        reason,
    )


def test_an_error_of_tls_is_waited_for_as_every_lost_answer_is(tmp_path: Path):
    """Such as that of a server which breaks off the handshake: this machine is in order."""
    repository = Repository.new(tmp_path / "digest", "keywords:\n  - mri\n")
    with answering(lambda _: Canned(b"no TLS is spoken here")) as server:
        address = server.address.replace("http:", "https:")
        ended = run(
            *("preview", "mri", "--root", repository.root),
            environ=asking(address),
        )
    assert ended.code == 1
    assert "wrong version number" in ended.out.lower()
    assert "after 3 tries" in ended.out


def test_a_machine_without_network_is_told_so():
    error = requests.ConnectionError(OSError(errno.ENETUNREACH, "Network is unreachable"))
    lost = loss("https://export.arxiv.org/api/query", error)
    assert isinstance(lost, MachineFault)
    assert lost.failure.plain_reason == (
        "export.arxiv.org could not be reached (Network is unreachable); "
        "check the address and the network"
    )


def test_a_preview_ends_at_once_too(tmp_path: Path, nobody: str):
    repository = Repository.new(tmp_path / "digest", "keywords:\n  - mri\n")
    ended = run(
        *("preview", "mri", "--root", repository.root),
        environ=asking("http://arxiv.example")
        | {"DAILY_PAPERS_RETRY_WAIT": "600", "HTTP_PROXY": f"http://{nobody}"},
    )
    assert ended.code == 1
    assert "the proxy in HTTP_PROXY cannot be used" in ended.out


# --- what is waited for ------------------------------------------------------------------------


def first_line(*arguments: str | Path, environ: dict[str, str]) -> str:
    """Start a command, read the first line that it writes on standard error, and end it."""
    with subprocess.Popen(
        [sys.executable, "-m", "daily_papers", *map(str, arguments)],
        env=environment(environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stderr is not None
        try:
            return command.stderr.readline().rstrip("\n")
        finally:
            command.kill()


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["preview", "mri"], marks=pytest.mark.full),
        ["update", "--source", "search"],
    ],
)
def test_a_long_wait_is_told_with_its_end(tmp_path: Path, command: list[str]):
    repository = Repository.new(tmp_path / "digest", "keywords:\n  - mri\n")
    with answering(lambda _: Canned(b"Rate exceeded.", 429)) as server:
        line = first_line(
            *(*command, "--root", repository.root),
            environ=asking(server.address) | {"DAILY_PAPERS_RETRY_WAIT": "600"},
        )
    assert re.fullmatch(
        r"daily-papers: waiting until \d\d:\d\d \S+: "
        r"arXiv asked us to wait \(status 429: Rate exceeded\)",
        line,
    )


def test_an_answer_that_is_long_in_coming_is_told_with_its_end():
    said: list[str] = []
    over = threading.Event()

    def hesitate(_target: str) -> Canned:
        over.wait(60)
        return Canned(b"")

    def say(line: str) -> None:
        said.append(line)
        over.set()

    with answering(hesitate) as server, PoliteSession(Services(), say=say) as polite:
        polite._transport._limits = AnswerLimits(notice_seconds=0.01)
        assert polite.fetch(server.address, bytes) == b""
    (line,) = said
    assert re.fullmatch(r"still waiting for 127\.0\.0\.1, until \d\d:\d\d \S+ at the latest", line)


# --- OAI-PMH takes its time --------------------------------------------------------------------

WORDS = ("graph", "neural", "diffusion", "model", "image", "learning", "time", "series", "speech")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> PassingClock:
    """Time passes when somebody says so."""
    passing = PassingClock()
    monkeypatch.setattr(session, "time", passing)
    return passing


def test_a_slow_harvest_leaves_time_for_the_fills(tmp_path: Path, clock: PassingClock):
    names = [f"{one} {two}" for one in WORDS for two in WORDS]
    listed = "".join(f"  - {name}\n" for name in names)
    repository = Repository.new(tmp_path / "digest", f"categories: [cs]\nkeywords:\n{listed}")
    report = tmp_path / "report.json"

    def slowly(request: Request) -> None:
        if request.service is Service.OAI:
            clock.now += 280

    with SandboxArxiv(today=date(2026, 3, 5)) as arxiv:
        arxiv.intercept, arxiv.oai_pmh.page_size = slowly, 4
        ended = run(
            *("update", "--root", repository.root, "--report", report),
            environ=arxiv.environment(),
        )
        asked = [request.service for request in arxiv.requests]
    assert ended.code == 0
    assert 3 <= asked.count(Service.OAI) <= 5, "half of forty minutes"
    assert asked.index(Service.QUERY) > asked.index(Service.OAI)
    told = json.loads(report.read_text())
    assert (
        "harvest of what changed since 2026-02-25: not asked: "
        "the harvest's share of the run's time is used up" in told["notes"]
    )
    assert sum(keyword["papers"] > 0 for keyword in told["keywords"]) > 1
