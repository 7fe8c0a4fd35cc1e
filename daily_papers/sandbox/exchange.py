"""A request to the sandbox, and what is answered."""

from __future__ import annotations

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
    def place(self) -> str:
        """The path without the query string, decoded: ``/atom/cs.CV+eess.IV``."""
        return unquote(urlsplit(self.path).path)

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        """Names and values of query string and form, as often as they came."""
        query = urlsplit(self.path).query
        return [
            *parse_qsl(query, keep_blank_values=True),
            *parse_qsl(self.form, keep_blank_values=True),
        ]


@dataclass(frozen=True)
class Response:
    """What is answered. A Content-Length among the headers is sent as it is, even a wrong one."""

    status: int
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


RATE_EXCEEDED = Response(429, b"Rate exceeded.", "text/plain")
NOT_FOUND = Response(404, b"<!doctype html><title>404 Not Found</title><h1>Not Found</h1>")
SERVER_ERROR = Response(
    500, b"<!doctype html><title>500 Internal Server Error</title><h1>Internal Server Error</h1>"
)
UNAVAILABLE = Response(503, b"<!doctype html><title>503</title><h1>Service Unavailable</h1>")
