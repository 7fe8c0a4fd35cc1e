"""A stand-in of GitHub's REST API on the loopback: issues, comments and labels of one repository.

with GitHubStandIn() as github:
    github.inject(Fault.SERVER_ERROR_AFTER, at=3)
    ...  # talk to github.address

It answers in the form of GitHub's OpenAPI description, which tests/test_github_contract.py checks.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.sandbox.loopback import UnpolledServer
from tests.support.silence import SILENCE

TOKEN = "ghs_" + "s3cret" * 6
ACTIONS = "github-actions[bot]"


class Fault(Enum):
    """What can go wrong with one request; ``_AFTER``: the server acted all the same."""

    UNAUTHORIZED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    GONE = 410
    INVALID = 422
    INVALID_VALUE = "422 that repeats words of the mail"
    MOVED = 301
    THROTTLED = 429
    SECONDARY_LIMIT = "403 with Retry-After"
    PRIMARY_LIMIT = "403 with x-ratelimit-reset"
    SECONDARY_LIMIT_UNTIMED = "403 without Retry-After, with requests left"
    TOO_QUICKLY = "422 was submitted too quickly"
    ABUSE = "422 with the code abuse"
    ABUSE_DETECTED = "403, as older servers name a secondary limit"
    SERVER_ERROR = 500
    SERVER_ERROR_AFTER = "500 after acting"
    RESET = "reset before acting"
    RESET_AFTER = "reset after acting"
    SILENT_AFTER = "no answer after acting"
    WEB_PAGE = "200 with a web page"
    EMPTY_LIST = "200 with an empty list"
    KILL = "the client is killed before the server acts"
    KILL_AFTER = "the client is killed after the server acted"


_AFTER = {Fault.SERVER_ERROR_AFTER, Fault.RESET_AFTER, Fault.SILENT_AFTER, Fault.KILL_AFTER}


@dataclass(frozen=True)
class Answer:
    status: int
    content: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exchange:
    """A request as it came, and what was answered; None where the connection was broken."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: Any
    answer: Answer | None


@dataclass
class GitHubStandIn:
    """The API of one repository, as the holder of ``TOKEN`` sees it."""

    repository: str = "reader/digests"
    login: str = ACTIONS
    #: As GitHub caps per_page; lower to get many pages of few issues.
    largest_page: int = 100
    kill: Callable[[], None] = lambda: None
    #: Gitea and Forgejo speak nearly the same dialect, and take labels by number only.
    is_github: bool = True

    def __post_init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.labels: list[dict[str, Any]] = []
        self.exchanges: list[Exchange] = []
        #: Another address for the pages after the first, as no GitHub would give it.
        self.next_page_at: str | None = None
        self._faults: dict[int, Fault] = {}
        self._lock = threading.RLock()
        self._now = datetime(2026, 11, 1, tzinfo=UTC)
        self._ids = 1000

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.github = self
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests(self) -> list[str]:
        """Method and target of every request."""
        return [f"{exchange.method} {exchange.target}" for exchange in self.exchanges]

    @property
    def writes(self) -> list[str]:
        return [request for request in self.requests if not request.startswith("GET ")]

    def inject(self, fault: Fault, *, at: int = 1) -> None:
        """Let a request go wrong: the next, or the one that is number ``at`` from here."""
        self._faults[len(self.exchanges) + at] = fault

    def recover(self) -> None:
        self._faults.clear()

    def pass_to(self, day: date) -> None:
        """Let it be that day there, unless it is later already."""
        self._now = max(self._now, datetime(day.year, day.month, day.day, 6, tzinfo=UTC))

    def empty(self) -> None:
        """Forget everything, as a new repository."""
        self.__post_init__()

    def written(self) -> dict[str, Any]:
        """All that people and programs wrote, to go back to."""
        kept = {name: vars(self)[name] for name in ("issues", "comments", "labels", "_ids", "_now")}
        return copy.deepcopy(kept)

    def go_back_to(self, written: Mapping[str, Any]) -> None:
        vars(self).update(copy.deepcopy(dict(written)))

    def open_issue(
        self,
        body: str | None,
        *,
        by: str | None,
        title: str = "An issue",
        pull_request: bool = False,
    ) -> dict[str, Any]:
        """Let somebody open an issue; nobody is a deleted account."""
        number = len(self.issues) + 1
        here = f"{self.address}/repos/{self.repository}/issues/{number}"
        issue = {
            **self._made(here, by),
            "repository_url": f"{self.address}/repos/{self.repository}",
            "labels_url": f"{here}/labels{{/name}}",
            "comments_url": f"{here}/comments",
            "events_url": f"{here}/events",
            "html_url": f"https://github.com/{self.repository}/issues/{number}",
            "number": number,
            "title": title,
            "body": body,
            "labels": [],
            "state": "open",
            "locked": False,
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "closed_at": None,
            "comments": 0,
        }
        if pull_request:
            there = here.replace("/issues/", "/pulls/")
            names = ("url", "html_url", "diff_url", "patch_url")
            issue["pull_request"] = dict.fromkeys(names, there)
        self.issues.append(issue)
        return issue

    def comment(self, number: int, body: str, *, by: str | None) -> dict[str, Any]:
        issue = self.issues[number - 1]
        here = f"{self.address}/repos/{self.repository}/issues/comments/{self._ids + 1}"
        comment = {
            **self._made(here, by),
            "html_url": f"{issue['html_url']}#issuecomment-{self._ids}",
            "issue_url": issue["url"],
            "body": body,
        }
        self.comments.append(comment)
        issue["comments"] += 1
        return comment

    def bodies(self, by: str | None = None) -> list[str]:
        """The texts of all issues and comments of one login, in the order of their writing."""
        author = by or self.login
        written = sorted([*self.issues, *self.comments], key=lambda each: each["id"])
        return [each["body"] for each in written if (each["user"] or {}).get("login") == author]

    def _made(self, url: str, by: str | None) -> dict[str, Any]:
        self._ids += 1
        self._now += timedelta(minutes=1)
        moment = self._now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": self._ids,
            "node_id": f"N_{self._ids}",
            "url": url,
            "user": None if by is None else self._user(by),
            "author_association": "OWNER" if by == self.login else "NONE",
            "created_at": moment,
            "updated_at": moment,
        }

    def _user(self, login: str) -> dict[str, Any]:
        here = f"{self.address}/users/{login}"
        linked = (
            "avatar followers following gists starred subscriptions organizations repos events"
            " received_events html"
        )
        return {
            "login": login,
            "id": 41898282,
            "node_id": "U_1",
            "gravatar_id": "",
            "url": here,
            **{f"{name}_url": here for name in linked.split()},
            "type": "Bot" if login.endswith("[bot]") else "User",
            "site_admin": False,
        }

    def _exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Any:
        """Answer, or give the fault that breaks the connection."""
        with self._lock:
            fault = self._faults.pop(len(self.exchanges) + 1, None)
            content = json.loads(body) if body else None
            answer: Answer | None = None
            if fault is None or fault in _AFTER:
                answer = self._act(method, target, headers, content)
            answer = _faulty(fault, answer)
            self.exchanges.append(Exchange(method, target, dict(headers), content, answer))
            if fault in {Fault.KILL, Fault.KILL_AFTER}:
                self.kill()
            return answer if answer is not None else fault

    def _act(self, method: str, target: str, headers: Mapping[str, str], content: Any) -> Answer:
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return _refused(401, "Bad credentials")
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        base = re.escape(f"/repos/{self.repository}")
        for pattern, routes in self._routes().items():
            found = re.fullmatch(pattern.replace("BASE", base), unquote(parts.path))
            if found and method in routes:
                return routes[method](
                    *found.groups(),
                    **({"query": query} if method == "GET" else {"content": content}),
                )
        return _refused(404, "Not Found")

    def _routes(self) -> dict[str, dict[str, Callable[..., Answer]]]:
        return {
            "/user": {"GET": self._get_user},
            "BASE/issues": {"GET": self._list_issues, "POST": self._post_issue},
            r"BASE/issues/(\d+)": {"PATCH": self._patch_issue},
            r"BASE/issues/(\d+)/comments": {"POST": self._post_comment},
            "BASE/issues/comments": {"GET": self._list_comments},
            r"BASE/issues/comments/(\d+)": {"PATCH": self._patch_comment},
            "BASE/labels": {"POST": self._post_label},
            "BASE/labels/(.+)": {"GET": self._get_label},
        }

    def _get_user(self, *, query: Mapping[str, str]) -> Answer:
        if self.login.endswith("[bot]"):
            return _refused(403, "Resource not accessible by integration")
        about = dict.fromkeys(("bio", "blog", "company", "email", "hireable", "location", "name"))
        counts = dict.fromkeys(("followers", "following", "public_gists", "public_repos"), 0)
        moment = {"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z"}
        known = {**self._user(self.login), **about, **counts, **moment, "user_view_type": "public"}
        return Answer(200, known)

    def _list_issues(self, *, query: Mapping[str, str]) -> Answer:
        assert query["state"] == "all"
        backwards = query.get("direction", "desc") == "desc"
        wanted = query.get("labels")
        found = [
            issue
            for issue in self.issues
            if wanted is None or wanted in (label["name"] for label in issue["labels"])
        ]
        return self._paged("issues", sorted(found, key=_number, reverse=backwards), query)

    def _list_comments(self, *, query: Mapping[str, str]) -> Answer:
        assert (query["sort"], query["direction"]) == ("created", "asc")
        there = [each for each in self.comments if each["updated_at"] >= query["since"]]
        return self._paged("issues/comments", there, query)

    def _paged(self, path: str, things: list[Any], query: Mapping[str, str]) -> Answer:
        size = min(int(query.get("per_page", "30")), self.largest_page)
        page = int(query.get("page", "1"))
        last = max(1, -(-len(things) // size))
        rest = "&".join(f"{name}={value}" for name, value in query.items() if name != "page")
        here = f"{self.next_page_at or self.address}/repos/{self.repository}/{path}?{rest}"
        links = [f'<{here}&page={page + 1}>; rel="next"', f'<{here}&page={last}>; rel="last"']
        headers = {"Link": ", ".join(links)} if page < last else {}
        return Answer(200, things[(page - 1) * size : page * size], headers)

    def _post_issue(self, *, content: Any) -> Answer:
        if problem := _too_long(content):
            return problem
        if content.get("labels") and not self.is_github:
            kind = "cannot unmarshal string into Go struct field CreateIssueOption.labels"
            return _refused(422, f"[]: json: {kind} of type int64")
        issue = self.open_issue(content["body"], by=self.login, title=content["title"])
        for name in content.get("labels", ()):
            if not any(label["name"] == name for label in self.labels):
                self._post_label(content={"name": name, "color": "ededed", "description": None})
            issue["labels"] += [label for label in self.labels if label["name"] == name]
        return Answer(201, issue, {"Location": issue["url"]})

    def _patch_issue(self, number: str, *, content: Any) -> Answer:
        if not self._has(number):
            return _refused(404, "Not Found")
        if problem := _too_long(content):
            return problem
        self.issues[int(number) - 1].update(content)
        return Answer(200, self.issues[int(number) - 1])

    def _post_comment(self, number: str, *, content: Any) -> Answer:
        if not self._has(number):
            return _refused(404, "Not Found")
        if self.issues[int(number) - 1]["locked"]:
            return _refused(403, "Unable to create comment because issue is locked.")
        if problem := _too_long(content):
            return problem
        comment = self.comment(int(number), content["body"], by=self.login)
        return Answer(201, comment, {"Location": comment["url"]})

    def _patch_comment(self, comment_id: str, *, content: Any) -> Answer:
        for comment in self.comments:
            if comment["id"] == int(comment_id):
                comment.update(content)
                return Answer(200, comment)
        return _refused(404, "Not Found")

    def _post_label(self, *, content: Any) -> Answer:
        if any(label["name"] == content["name"] for label in self.labels):
            error = {"resource": "Label", "code": "already_exists", "field": "name"}
            return _refused(422, "Validation Failed", errors=[error])
        self._ids += 1
        url = f"{self.address}/repos/{self.repository}/labels/{content['name']}"
        label = {"id": self._ids, "node_id": "L_1", "url": url, "default": False, **content}
        self.labels.append(label)
        return Answer(201, label, {"Location": url})

    def _get_label(self, name: str, *, query: Mapping[str, str]) -> Answer:
        if not self.is_github and not name.isdigit():
            return _refused(404, "The target couldn't be found.")
        for label in self.labels:
            if label["name"] == name:
                return Answer(200, label)
        return _refused(404, "Not Found")

    def _has(self, number: str) -> bool:
        return int(number) <= len(self.issues)


def _number(issue: Mapping[str, Any]) -> int:
    return int(issue["number"])


def _too_long(content: Mapping[str, str]) -> Answer | None:
    for name, limit in (("title", 256), ("body", 65_536)):
        if len(content.get(name, "").encode("utf-16-le")) > 2 * limit:
            message = f"{name} is too long (maximum is {limit} characters)"
            error = {"resource": "Issue", "code": "custom", "field": name, "message": message}
            return _refused(422, "Validation Failed", errors=[error])
    return None


def _refused(
    status: int, message: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Answer:
    documentation = "https://docs.github.com/rest"
    content = {"message": message, "documentation_url": documentation, **more}
    return Answer(status, content, headers or {})


def _invalid(**error: str) -> Answer:
    about = {"resource": "Issue", "field": "body", **error}
    return _refused(422, "Validation Failed", errors=[about])


_NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


def _in(*, seconds: int) -> str:
    return str(int(_NOW.timestamp()) + seconds)


_LIMIT = "You have exceeded a secondary rate limit"
_FAULTY = {
    Fault.UNAUTHORIZED: _refused(401, "Bad credentials"),
    Fault.FORBIDDEN: _refused(403, "Resource not accessible by integration"),
    Fault.NOT_FOUND: _refused(404, "Not Found"),
    Fault.GONE: _refused(410, "Issues has been disabled in this repository."),
    Fault.INVALID: _refused(422, "Validation Failed"),
    Fault.MOVED: _refused(301, "Moved Permanently", {"Location": "https://elsewhere.example/"}),
    Fault.THROTTLED: _refused(429, _LIMIT, {"Retry-After": "30"}),
    Fault.SECONDARY_LIMIT: _refused(403, _LIMIT, {"Retry-After": "60"}),
    # As seen: the reset of the primary limit, 3,348 seconds away, has nothing to do with it.
    Fault.SECONDARY_LIMIT_UNTIMED: _refused(
        403, _LIMIT, {"X-RateLimit-Remaining": "4981", "X-RateLimit-Reset": _in(seconds=3348)}
    ),
    Fault.TOO_QUICKLY: _invalid(code="custom", message="was submitted too quickly"),
    Fault.ABUSE_DETECTED: _refused(403, "You have triggered an abuse detection mechanism."),
    Fault.INVALID_VALUE: _invalid(code="custom", message="is invalid", value="Alcohol abuse"),
    Fault.ABUSE: _invalid(code="abuse", message="is not allowed now"),
    # As a proxy that says what it was sent.
    Fault.SERVER_ERROR: _refused(500, f"Server Error: {'x' * 170}{TOKEN}"),
    Fault.SERVER_ERROR_AFTER: _refused(500, "Server Error"),
    Fault.WEB_PAGE: Answer(200, "<!DOCTYPE html>"),
    Fault.EMPTY_LIST: Answer(200, []),
}


def _faulty(fault: Fault | None, answer: Answer | None) -> Answer | None:
    """Give what the client sees; None where the connection breaks or is never used."""
    if fault is None:
        return answer
    if fault is Fault.PRIMARY_LIMIT:
        limit = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": _in(seconds=120)}
        return Answer(403, _refused(403, "API rate limit exceeded").content, limit)
    return _FAULTY.get(fault)


class _Server(UnpolledServer):
    """Ends every connection and thread when it stops."""

    daemon_threads = False
    github: GitHubStandIn

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()

    def stop(self) -> None:
        self.shutdown()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The client may go away at any time: that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Small answers at once, whole: no waiting for acknowledgements.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = self.server.github._exchange(self.command, self.path, self.headers, body)
        if isinstance(answer, Answer):
            self._send(answer)
        elif answer in {Fault.RESET, Fault.RESET_AFTER}:
            self._reset()
        else:
            with contextlib.suppress(OSError):  # the client was killed
                self.connection.sendall(SILENCE)
                self.connection.recv(1)  # until the client hangs up, or the server stops
            self.close_connection = True

    do_POST = do_PATCH = do_GET  # noqa: N815 - the base class calls them

    def _send(self, answer: Answer) -> None:
        body = json.dumps(answer.content).encode()
        if isinstance(answer.content, str):
            body = answer.content.encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.server.github.is_github:
            self.send_header("X-GitHub-Request-Id", "C0DE:1234:5678:9ABC:6743B0A1")
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        """Close with data unsaid, so that the client sees a reset and not an end."""
        at_once = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.rfile.close()
        self.connection.close()
        self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """What time it is, for the headers: always the same."""
        return format_datetime(_NOW, usegmt=True)

    def log_message(self, *args: object) -> None:
        pass
