"""Requests to GitHub's REST API, and what GitHub can refuse.

Requests come one after the other, as GitHub asks
(https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api): writes
are a second apart, further pages come from the `Link` header, and after a limit we wait as long as
GitHub says, within a budget for the whole run. What has no answer is tried again, unless it creates
something: nobody knows whether that was done.

We don't rely on GitHub's filters of lists: that for the creator has been seen to find nothing for
the logins of apps (https://github.com/renovatebot/renovate/issues/44730), and a run that finds
nothing sends everything twice.

No message contains the token: messages are made of the method, the path, the status and GitHub's
own words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http.client import responses
from typing import TypeVar
from urllib.parse import urlsplit

from requests.utils import parse_header_links

from daily_papers.clock import Clock
from daily_papers.errors import DailyPapersError, FetchError, UsageError
from daily_papers.records import Json, RecordError, decode
from daily_papers.text import shortened, web_address, without_user
from daily_papers.transport import AnswerLimits, RawAnswer, Transport, retry_after

#: GitHub serves a version for two years after its successor comes out.
API_VERSION = "2026-03-10"

API_ADDRESS = "https://api.github.com"

_ANSWER = AnswerLimits(silence_seconds=60, total_seconds=120)
#: Seconds for GitHub's limits in one run.
_LONGEST_WAITING = 900.0
#: Seconds before GitHub is asked again: without an answer, and after a limit that names none.
_WAITS = (5.0, 15.0)
_LIMIT_WAITS = (60.0, 120.0, 240.0, 480.0)
_BETWEEN_WRITES = 1.0
#: How GitHub words a limit that it reports as a refusal (403) or as a validation error (422).
_LIMITS = ("rate limit", "abuse", "submitted too quickly")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: GitHub and GitHub Enterprise Server send it with every answer.
_MARK_OF_GITHUB = "X-GitHub-Request-Id"


_Thing = TypeVar("_Thing")


class GitHubError(DailyPapersError):
    """GitHub did not do what was asked. ``answer`` is the status and GitHub's own words."""

    advice = "the next run tries again"

    def __init__(self, request: str, answer: str, advice: str | None = None) -> None:
        super().__init__(f"GitHub: {request}: {answer}; {advice or self.advice}")


class NotPermitted(GitHubError):
    """403: the token is valid, but may not do this, or GitHub says why nobody may."""

    advice = (
        "unless GitHub names another cause here, give the workflow's job"
        " `permissions: issues: write` (or a personal token the permission Issues, read and write,"
        " for the repository)"
    )


class NotFound(GitHubError):
    """404: there is no such repository, or the token may not see it."""

    advice = (
        "check that GITHUB_REPOSITORY names the digest repository as owner/name, and that the token"
        " may see it"
    )


class IssuesOff(GitHubError):
    """410: issues are off in the repository, as in every new fork."""

    advice = (
        "turn issues on in the repository: Settings > General > Features > Issues (in forks they"
        " are off at first)"
    )


class Rejected(GitHubError):
    """422: GitHub considers the content invalid; asking again would not help."""

    advice = "this is a bug in daily-papers; report it with this line"


class Unclear(GitHubError):
    """No answer to a write, or a server error: it may or may not have been done."""

    advice = "nothing more is posted for this digest now; the next run looks first"


_REFUSALS = {403: NotPermitted, 404: NotFound, 410: IssuesOff, 422: Rejected}
_RENEW = (
    "renew the personal token that is the input `token` of the workflow's step, or leave the input"
    " out; elsewhere, set GITHUB_TOKEN to a valid one"
)
#: As Gitea and Forgejo, where labels have no names.
_NOT_GITHUB = (
    "GITHUB_API_URL is not the address of GitHub's API (Gitea and Forgejo have their own); write"
    " the mail with `daily-papers notify --to-file FILE`, without GITHUB_TOKEN, and send that"
)


class GitHubApi:
    """The API as one token sees it. It calls ``say`` before each longer wait."""

    def __init__(self, url: str, token: str, clock: Clock, say: Callable[[str], None]) -> None:
        self._url = _checked_address(url)
        self._token = _checked_token(token)
        self._clock = clock
        self._say = say
        self._waited = 0.0
        self._last_write: float | None = None
        self._transport = Transport(_ANSWER, None)
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": API_VERSION,
        }

    def close(self) -> None:
        """Close the connection."""
        self._transport.hang_up()

    def read(self, path: str, kind: type[_Thing]) -> _Thing:
        """Get one thing."""
        return self._decoded(f"GET {path}", self._ask("GET", self._url + path), kind)

    def read_all(self, path: str, kind: type[list[_Thing]]) -> Iterator[_Thing]:
        """Get the things of a list, from all its pages."""
        address: str | None = self._url + path
        while address is not None:
            if not address.startswith(f"{self._url}/"):
                raise GitHubError(f"GET {path}", "the list continues at another address")
            answer = self._ask("GET", address)
            yield from self._decoded(f"GET {path}", answer, kind)
            links = parse_header_links(answer.headers.get("Link", ""))
            address = next((each["url"] for each in links if each.get("rel") == "next"), None)

    def write(
        self, method: str, path: str, content: Mapping[str, object], kind: type[_Thing]
    ) -> _Thing:
        """Create or change one thing. Raises Unclear if it may or may not have been done."""
        if self._last_write is not None:
            elapsed = self._clock.monotonic() - self._last_write
            self._clock.sleep(max(0.0, _BETWEEN_WRITES - elapsed))
        answer = self._ask(method, self._url + path, content)
        self._last_write = self._clock.monotonic()
        return self._decoded(f"{method} {path}", answer, kind, Unclear)

    def _ask(
        self, method: str, address: str, content: Mapping[str, object] | None = None
    ) -> RawAnswer:
        """Ask, and ask again after a limit, or if there is no answer, unless that creates twice."""
        request = f"{method} {urlsplit(address).path}"
        waits, limit_waits = iter(_WAITS if method != "POST" else ()), iter(_LIMIT_WAITS)
        while True:
            answer = self._send(method, address, content)
            if isinstance(answer, str) or answer.status >= 500:
                wait = next(waits, None)
                error = GitHubError if method == "GET" else Unclear
            elif _is_limit(answer):
                wait = next(limit_waits, None)
                wait = wait and (_asked_wait(answer) or wait)
                error = GitHubError
            else:
                return answer
            if wait is None:
                raise error(request, self._described(answer))
            self._wait(wait, request, self._described(answer))

    def _send(
        self, method: str, address: str, content: Mapping[str, object] | None
    ) -> RawAnswer | str:
        """Ask once. A text as answer is the reason why there is none."""
        body = None if content is None else json.dumps(content).encode()
        try:
            return self._transport.send(address, method=method, content=body, headers=self._headers)
        except FetchError as loss:
            return loss.failure.plain_reason

    def _wait(self, seconds: float, request: str, reason: str) -> None:
        if self._waited + seconds > _LONGEST_WAITING:
            raise GitHubError(request, f"{reason}, to wait {seconds:.0f} seconds")
        self._say(f"waiting {seconds:.0f} seconds: {request}: {reason}")
        self._waited += seconds
        self._clock.sleep(seconds)

    def _decoded(
        self,
        request: str,
        answer: RawAnswer,
        kind: type[_Thing],
        unusable: type[GitHubError] = GitHubError,
    ) -> _Thing:
        """Read what an answer holds, or raise the error that its status or its form means."""
        status = answer.status
        if not 200 <= status < 300:
            advice = _advice(answer)
            refusal = GitHubError if advice else _REFUSALS.get(status, GitHubError)
            raise refusal(request, self._described(answer), advice)
        try:
            return decode(kind, json.loads(answer.body, object_hook=_without_nulls))
        except RecordError:
            problem = "the answer is not in GitHub's format"
        except (ValueError, RecursionError):  # nested too deeply
            problem = f"{status} without JSON"
        raise unusable(request, problem)

    def _described(self, answer: RawAnswer | str) -> str:
        """The status and GitHub's own words, on one short line, without the token."""
        words = answer if isinstance(answer, str) else f"{answer.status} {_message(answer)}"
        return shortened(words.replace(self._token, "(the token)")).strip()


def _without_nulls(values: Json) -> Json:
    """What is known: GitHub writes null for an empty text, and for a deleted account."""
    return {name: value for name, value in values.items() if value is not None}


def _checked_address(url: str) -> str:
    """Refuse to send the token unencrypted over a network."""
    parts = web_address(url)
    if parts is None or (parts.scheme == "http" and parts.hostname not in _LOOPBACK):
        raise UsageError(f"GITHUB_API_URL: not an https address: {without_user(url)!r}")
    return url.rstrip("/")


def _checked_token(token: str) -> str:
    token = token.strip()
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        raise UsageError("GITHUB_TOKEN: not a token; it contains characters that no token has")
    return token


def _is_limit(answer: RawAnswer) -> bool:
    return answer.status == 429 or (
        answer.status in {403, 422}
        and (
            "Retry-After" in answer.headers
            or answer.headers.get("X-RateLimit-Remaining") == "0"
            or any(words in _message(answer).lower() for words in _LIMITS)
        )
    )


def _asked_wait(answer: RawAnswer) -> float | None:
    """How long GitHub asks to wait, by its own clock; None if it does not say.

    A secondary limit comes with the reset time of the primary one, which may be an hour away and
    means nothing for it.
    """
    headers = answer.headers
    seconds = retry_after(headers)
    if seconds is None and headers.get("X-RateLimit-Remaining") == "0":
        with suppress(KeyError, ValueError):
            now = parsedate_to_datetime(headers["Date"])
            seconds = float(headers["X-RateLimit-Reset"]) - now.timestamp()
    return None if seconds is None else max(1.0, seconds)


def _advice(answer: RawAnswer) -> str | None:
    """What to do about a refusal that nothing here handles; None if its kind says that."""
    status = answer.status
    if status in {400, 410} and "version" in _message(answer).lower():
        return "update daily-papers to a version that uses a newer version of GitHub's API"
    if status in {400, 404, 405, 422} and _MARK_OF_GITHUB not in answer.headers:
        return _NOT_GITHUB
    if 300 <= status < 400:
        return "set GITHUB_REPOSITORY to the new name of the repository"
    return _RENEW if status == 401 else None


def _message(answer: RawAnswer) -> str:
    try:
        content = json.loads(answer.body)
        words = [content["message"], *map(_detail, content.get("errors") or ())]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        words = [responses.get(answer.status, "")]
    sentences = (str(each).rstrip(".") for each in words)
    return ", ".join(sentences)


def _detail(detail: object) -> str:
    """What is wrong with the request, without what it held."""
    if not isinstance(detail, dict):
        return str(detail)
    return " ".join(str(detail[name]) for name in ("field", "code", "message") if name in detail)
