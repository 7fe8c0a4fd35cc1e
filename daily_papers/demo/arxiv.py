"""An arXiv on this machine: real HTTP, with recorded answers to what the demo asks.

The tests' stand-in for arXiv gave the answers, about made-up papers; a test compares the two, and
says how to record them again when the pipeline asks for something else.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files


def recorded_answers() -> Mapping[str, Mapping[str, str]]:
    """The body at each path, by day; empty where arXiv throttles us."""
    answers = files("daily_papers.demo").joinpath("answers.json.gz").read_bytes()
    recorded: Mapping[str, Mapping[str, str]] = json.loads(gzip.decompress(answers))
    return recorded


class DemoArxiv(ThreadingHTTPServer):
    """arXiv as of ``today``, which the demo moves on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.today = date.min
        self.answers = recorded_answers()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer requests, in a thread."""
        serve = {"poll_interval": 0.02}
        threading.Thread(target=self.serve_forever, kwargs=serve, daemon=True).start()
        try:
            yield
        finally:
            self.shutdown()
            self.server_close()

    def environment(self) -> dict[str, str]:
        """The variables that send ``daily-papers`` here, without waiting."""
        address = f"http://127.0.0.1:{self.server_port}"
        return {
            "DAILY_PAPERS_API_URL": f"{address}/api/query",
            "DAILY_PAPERS_FEED_URL": address,
            "DAILY_PAPERS_OAI_URL": f"{address}/oai",
            "DAILY_PAPERS_REQUEST_INTERVAL": "0",
            "DAILY_PAPERS_RETRY_WAIT": "0",
        }


class _Handler(BaseHTTPRequestHandler):
    server: DemoArxiv

    def do_GET(self) -> None:
        recorded = self.server.answers[self.server.today.isoformat()].get(self.path)
        status = 404 if recorded is None else 200 if recorded else 429
        body = (recorded or "Rate exceeded.").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/atom+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing: the demo prints its days."""
