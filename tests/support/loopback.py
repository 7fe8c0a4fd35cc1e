"""A server on the loopback that answers as a test tells it, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.sandbox.loopback import UnpolledServer


@dataclass(frozen=True)
class Canned:
    """One answer."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Loopback:
    """The running server: its address, and the targets (path and query) that it was asked for.

    ``headers`` are those of each request, their names in lower case.
    """

    address: str
    asked: list[str]
    headers: list[dict[str, str]]


@contextmanager
def answering(answer: Callable[[str], Canned]) -> Iterator[Loopback]:
    """Serve what ``answer`` gives for each target, until the block ends."""
    asked: list[str] = []
    headers: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            headers.append({name.lower(): value for name, value in self.headers.items()})
            canned = answer(self.path)
            self.send_response(canned.status)
            for name, value in canned.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(canned.body)))
            self.end_headers()
            self.wfile.write(canned.body)

        def log_message(self, *args: object) -> None:
            pass

    server = UnpolledServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Loopback(f"http://127.0.0.1:{server.server_port}", asked, headers)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def in_turn(*answers: Canned | bytes) -> Callable[[str], Canned]:
    """Give the answers one after the other, whatever is asked."""
    rest = iter(answers)

    def answer(_target: str) -> Canned:
        canned = next(rest)
        return Canned(canned) if isinstance(canned, bytes) else canned

    return answer
