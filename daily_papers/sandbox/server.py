"""The sandbox arXiv: its services on a port of the loopback, with a day that can be moved."""

from __future__ import annotations

import gzip
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from daily_papers.sandbox.exchange import (
    NOT_FOUND,
    SERVER_ERROR,
    Request,
    Response,
    Service,
)
from daily_papers.sandbox.feeds import Feeds
from daily_papers.sandbox.made_up import make_up
from daily_papers.sandbox.oai_pmh import OaiPmh
from daily_papers.sandbox.query_api import QueryApi
from daily_papers.sandbox.universe import Universe

#: May answer instead of arXiv; None leaves the request to arXiv. A ConnectionError that it raises
#: breaks the connection off without an answer.
Intercept = Callable[[Request], Response | None]


class SandboxArxiv:
    """arXiv over real HTTP on the loopback, as a context manager.

    ``today`` is the listing day on which it answers, and may be moved between requests, as the
    other settings may.
    """

    def __init__(self, universe: Universe | None = None, today: date = date(2026, 1, 5)) -> None:
        self.universe = universe or make_up()
        self.today = today
        #: By how many days the query API's index is behind the listings.
        self.query_lag_days = 0
        #: Whether the feed still serves the listing before, with today's dates.
        self.feed_is_stale = False
        self.intercept: Intercept | None = None
        #: Every request since the start, in the order in which they came.
        self.requests: list[Request] = []
        self._query_api = QueryApi(self.universe)
        self.feeds = Feeds(self.universe)
        self.oai_pmh = OaiPmh(self.universe)
        self._lock = threading.Lock()
        self._mishaps: list[Exception] = []

    def __enter__(self) -> Self:
        """Open the port."""
        self._server = _Server(self._exchange)
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the port and every connection; raises what went wrong in the sandbox itself."""
        self._server.stop()
        if self._mishaps and error is None:
            raise self._mishaps[0]

    @property
    def address(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        """The query API's address."""
        return f"{self.address}/api/query"

    @property
    def feed_url(self) -> str:
        """What stands before ``/atom/SET`` and ``/rss/SET``."""
        return self.address

    @property
    def oai_url(self) -> str:
        """The address of OAI-PMH."""
        return f"{self.address}/oai"

    @property
    def counts(self) -> Counter[Service]:
        """How many requests each service had."""
        return Counter(request.service for request in self.requests)

    def environment(self) -> dict[str, str]:
        """The variables that send ``daily-papers`` here, today, without waiting."""
        return {
            "DAILY_PAPERS_API_URL": self.api_url,
            "DAILY_PAPERS_FEED_URL": self.feed_url,
            "DAILY_PAPERS_OAI_URL": self.oai_url,
            "DAILY_PAPERS_REQUEST_INTERVAL": "0",
            "DAILY_PAPERS_RETRY_WAIT": "0",
            "DAILY_PAPERS_TODAY": self.today.isoformat(),
        }

    def answer(self, request: Request) -> Response:
        """What arXiv would answer today, whatever intercepts."""
        with self._lock:
            if request.service is Service.QUERY:
                public_on = self.today - timedelta(days=self.query_lag_days)
                return self._query_api.answer(request, public_on, self.today)
            if request.service is Service.FEED:
                return self.feeds.answer(request, self.today, self._listed())
            if request.service is Service.OAI:
                return self.oai_pmh.answer(request, self.today, self.oai_url)
            return NOT_FOUND

    def _listed(self) -> date:
        """The day whose listing the feed serves."""
        if not self.feed_is_stale:
            return self.today
        return self.universe.calendar.at_or_before(self.today - timedelta(days=1))

    def _exchange(self, request: Request) -> Response:
        self.requests.append(request)
        try:
            answer = self.intercept(request) if self.intercept is not None else None
            return answer or self.answer(request)
        except ConnectionError:
            raise
        except Exception as mishap:  # noqa: BLE001 (told when the sandbox closes)
            self._mishaps.append(mishap)
            return SERVER_ERROR


class _Server(ThreadingHTTPServer):
    """Keeps its connections and threads, so that it can end them all."""

    daemon_threads = True

    def __init__(self, exchange: Callable[[Request], Response]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.exchange = exchange
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._accepting = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def start(self) -> None:
        self._accepting.start()

    def stop(self) -> None:
        self.shutdown()
        self._accepting.join()
        with self._lock:
            open_connections = dict(self._connections)
        for connection, thread in open_connections.items():
            _shut(connection)
            thread.join()
        self.server_close()

    def process_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._lock:
            self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: object) -> None:
        assert isinstance(request, socket.socket)
        super().shutdown_request(request)
        with self._lock:
            self._connections.pop(request, None)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is ordinary, and nothing else comes here."""


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # the client may be quicker
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    #: Headers and body go out together: in one packet, there is nothing to wait for.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._exchange()

    def do_POST(self) -> None:
        self._exchange()

    def log_message(self, *_: object) -> None:
        """Say nothing: the sandbox keeps the requests itself."""

    def _exchange(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            service=_service(self.path),
            path=self.path,
            method=str(self.command),
            form=self.rfile.read(length).decode("utf-8", "replace"),
            headers=dict(self.headers),
        )
        try:
            self._send(self.server.exchange(request))
        except ConnectionError:
            self.close_connection = True

    def _send(self, response: Response) -> None:
        headers = {"Content-Type": response.content_type, **response.headers}
        body = response.body
        if "Content-Length" not in headers:
            if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 1000:
                body = gzip.compress(body, compresslevel=1)
                headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(body))
        self.send_response(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _service(path: str) -> Service:
    if path.startswith("/api/query"):
        return Service.QUERY
    if path.startswith(("/atom/", "/rss/")):
        return Service.FEED
    return Service.OAI if path.startswith("/oai") else Service.NONE
