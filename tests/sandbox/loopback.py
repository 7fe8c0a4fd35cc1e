"""The port behind the sandbox: HTTP/1.1 on the loopback, and an end that leaves nothing open."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.sandbox.exchange import Request, Response, Service


class UnpolledServer(ThreadingHTTPServer):
    """Ends at once, and never wakes just to see whether it should end."""

    _ending = False

    def serve_forever(self, poll_interval: float = 0) -> None:
        """Serve until ``shutdown``; there is no interval."""
        while not self._ending:
            self.handle_request()

    def shutdown(self) -> None:
        """Let ``serve_forever`` return, which the caller waits for by joining its thread."""
        self._ending = True
        # A connection wakes it.
        with suppress(OSError):
            socket.create_connection(self.server_address[:2]).close()


class Loopback(UnpolledServer):
    """Keeps its connections and threads, so that it can end them all."""

    daemon_threads = True

    def __init__(self, exchange: Callable[[Request], Response]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.exchange = exchange
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._accepting = threading.Thread(target=self.serve_forever, daemon=True)

    def start(self) -> None:
        """Accept connections, in a thread."""
        self._accepting.start()

    def stop(self) -> None:
        """Accept no more, end the open connections, and wait for every thread."""
        self.shutdown()
        self._accepting.join()
        with self._lock:
            open_connections = dict(self._connections)
        for connection, thread in open_connections.items():
            _shut(connection)
            thread.join()
        self.server_close()

    def process_request(self, request: object, client_address: object) -> None:
        """Serve a connection in a thread of its own."""
        assert isinstance(request, socket.socket)
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._lock:
            self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: object) -> None:
        """Close a connection that came to its end."""
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
    server: Loopback
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
