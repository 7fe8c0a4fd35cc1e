"""A request to the sandbox, and what is answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from urllib.parse import parse_qsl, unquote, urlsplit


class Service(Enum):
    """The services of arXiv that the sandbox stands in for."""

    QUERY = "query API"
    FEED = "announcement feed"
    OAI = "OAI-PMH"
    NONE = "nothing is served there"


@dataclass(frozen=True)
class Request:
    """What a client asked for; ``path`` is as it came, with the query string."""

    service: Service
    path: str
    method: str = "GET"
    form: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def line(self) -> str:
        """The request line."""
        return f"{self.method} {self.path} HTTP/1.1"

    @property
    def place(self) -> str:
        """The path without the query string, decoded: ``/atom/cs.CV+eess.IV``."""
        return _servable(unquote(urlsplit(self.path).path))

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        """Names and values of query string and form, as often as they came."""
        texts = (urlsplit(self.path).query, self.form)
        return [
            (_servable(name), _servable(value))
            for text in texts
            for name, value in parse_qsl(text, keep_blank_values=True)
        ]


def _servable(text: str) -> str:
    """Without the characters that XML cannot hold, since answers repeat what was asked."""
    return re.sub("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]", "", text)


@dataclass(frozen=True)
class Response:
    """What is answered. A Content-Length among the headers is sent as it is, even a wrong one."""

    status: int
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


#: arXiv takes request lines of so many bytes, and answers longer ones before any service does.
LONGEST_LINE = 4_094
LINE_TOO_LONG = Response(
    400,
    b"<html>\n  <head>\n    <title>Bad Request</title>\n  </head>\n  <body>\n    <h1><p>Bad "
    b"Request</p></h1>\n    Request Line is too large\n  </body>\n</html>\n",
    "text/html",
)
RATE_EXCEEDED = Response(429, b"Rate exceeded.", "text/plain")
NOT_FOUND = Response(404, b"<!doctype html><title>404 Not Found</title><h1>Not Found</h1>")
SERVER_ERROR = Response(
    500, b"<!doctype html><title>500 Internal Server Error</title><h1>Internal Server Error</h1>"
)
UNAVAILABLE = Response(503, b"<!doctype html><title>503</title><h1>Service Unavailable</h1>")
