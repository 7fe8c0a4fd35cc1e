"""Requests to GitHub's REST API, one after the other, as its best practices ask.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api: writes
are a second apart, pages are followed by their `Link` header, and a limit is waited for as long
as GitHub says, within a budget for the whole run. A read is tried again when no answer comes. A
write never is: nobody knows whether it was done.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from daily_papers import PROJECT_URL, __version__
from daily_papers.clock import Clock
from daily_papers.digests.github import errors
from daily_papers.errors import UsageError
from daily_papers.text import cut, one_line, printable

#: Of what this version changed, only the end of the single ``assignee`` concerns issues; it is
#: not read here. GitHub serves a version for two years after its successor.
API_VERSION = "2026-03-10"

#: What an answer in JSON is made of.
Json = dict[str, object] | list[dict[str, object]] | str | int | float | bool | None

_READ_TRIES = 3
_FIRST_READ_WAIT = 5.0
_LIMIT_TRIES = 5
_FIRST_LIMIT_WAIT = 60.0
_BETWEEN_WRITES = 1.0
#: How GitHub words a limit that it reports as a refusal (403); older servers call it abuse.
_LIMITS = ("rate limit", "abuse detection")
#: How GitHub words a limit that it reports as a validation error (422).
_TOO_FAST = ("abuse", "submitted too quickly")
#: GitHub and GitHub Enterprise Server send it with every answer.
_MARK_OF_GITHUB = "X-GitHub-Request-Id"
_REFUSALS = {
    401: errors.TokenRefused,
    403: errors.NotPermitted,
    404: errors.NotFound,
    410: errors.IssuesOff,
    422: errors.Rejected,
}


@dataclass(frozen=True)
class Limits:
    """How long to wait: for a connection, for an answer, and for GitHub's limits in one run."""

    connect_seconds: float = 15
    answer_seconds: float = 60
    waiting_seconds: float = 900


class GitHubApi:
    """The API as one token sees it. ``say`` is told before every longer wait."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        repository: str,
        clock: Clock,
        limits: Limits | None = None,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.repository = repository
        self._url = _checked_address(url)
        self._token = _checked_token(token)
        self._clock = clock
        self._limits = limits or Limits()
        self._say = say
        self._waited = 0.0
        self._last_write: float | None = None
        self._session = requests.Session()
        self._session.headers.update(
            {
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": API_VERSION,
                "User-Agent": f"daily-papers/{__version__} (+{PROJECT_URL})",
            }
        )
        # Not a plain header: requests would let the account in a .netrc take its place.
        self._session.auth = _Bearer(self._token)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def read(self, path: str) -> Json:
        """Get one thing."""
        return self._json(f"GET {path}", self._read(self._url + path))

    def read_all(self, path: str) -> Iterator[Mapping[str, object]]:
        """Get the things of a list, over all of its pages."""
        address: str | None = self._url + path
        seen: set[str] = set()
        while address is not None:
            if address in seen or urlsplit(address)[:2] != urlsplit(self._url)[:2]:
                raise self._error(errors.Unavailable, f"GET {path}", "the list's pages lead astray")
            seen.add(address)
            answer = self._read(address)
            yield from self._things(f"GET {path}", answer)
            address = answer.links.get("next", {}).get("url")

    def write(self, method: str, path: str, content: Mapping[str, object]) -> Mapping[str, object]:
        """Create or change one thing. Raises Unclear where it may have been done or not."""
        request = f"{method} {path}"
        if self._last_write is not None:
            elapsed = self._clock.monotonic() - self._last_write
            self._clock.sleep(max(0.0, _BETWEEN_WRITES - elapsed))
        answer = self._unlimited(method, self._url + path, content)
        self._last_write = self._clock.monotonic()
        if isinstance(answer, str) or answer.status_code >= 500:
            raise self._error(errors.Unclear, request, _described(answer))
        made = self._json(request, answer, errors.Unclear)
        if not isinstance(made, dict):
            raise self._error(errors.Unclear, request, "the answer is not of GitHub's form")
        return made

    def _read(self, address: str) -> requests.Response:
        wait = _FIRST_READ_WAIT
        for tries_left in reversed(range(_READ_TRIES)):
            answer = self._unlimited("GET", address)
            if not isinstance(answer, str) and answer.status_code < 500:
                return answer
            if not tries_left:
                break
            self._wait(wait, f"GET {urlsplit(address).path}", _described(answer))
            wait *= 3
        request = f"GET {urlsplit(address).path}"
        raise self._error(errors.Unavailable, request, _described(answer))

    def _unlimited(
        self, method: str, address: str, content: Mapping[str, object] | None = None
    ) -> requests.Response | str:
        """Ask, and ask again where GitHub refused because of a limit; a text says what failed."""
        request = f"{method} {urlsplit(address).path}"
        wait = _FIRST_LIMIT_WAIT
        for tries_left in reversed(range(_LIMIT_TRIES)):
            try:
                answer = self._session.request(
                    method,
                    address,
                    json=content,
                    timeout=(self._limits.connect_seconds, self._limits.answer_seconds),
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                return f"no answer ({type(error).__name__})"
            if not _is_limit(answer):
                return answer
            if not tries_left:
                break
            self._wait(_asked_wait(answer) or wait, request, _described(answer))
            wait *= 2
        raise self._error(errors.Limited, request, _described(answer))

    def _wait(self, seconds: float, request: str, reason: str) -> None:
        if self._waited + seconds > self._limits.waiting_seconds:
            raise self._error(errors.Limited, request, f"{reason}, to wait {seconds:.0f} seconds")
        self._say(f"waiting {seconds:.0f} seconds: {request}: {reason}")
        self._waited += seconds
        self._clock.sleep(seconds)

    def _things(self, request: str, answer: requests.Response) -> list[dict[str, object]]:
        things = self._json(request, answer)
        if not isinstance(things, list) or not all(isinstance(thing, dict) for thing in things):
            raise self._error(errors.Unavailable, request, "the answer is not of GitHub's form")
        return things

    def _json(
        self,
        request: str,
        answer: requests.Response,
        unusable: type[errors.GitHubError] = errors.Unavailable,
    ) -> Json:
        """Read the answer, or raise the error that its status stands for."""
        status = answer.status_code
        if not 200 <= status < 300:
            raise self._error(_refusal(answer), request, _described(answer))
        try:
            read: Json = answer.json()
        except ValueError:
            raise self._error(unusable, request, f"{status} without JSON") from None
        return read

    def _error(
        self, kind: type[errors.GitHubError], request: str, answer: str
    ) -> errors.GitHubError:
        told = answer.replace(self._token, "(the token)")
        return kind(request, told, repository=self.repository)


class _Bearer(requests.auth.AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _checked_address(url: str) -> str:
    """Refuse to send the token over a line that others can read."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return url.rstrip("/")
    raise UsageError(f"GITHUB_API_URL: not an https address: {url!r}")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_token(token: str) -> str:
    token = token.strip()
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        raise UsageError("GITHUB_TOKEN: not a token; it holds white space or other characters")
    return token


def _is_limit(answer: requests.Response) -> bool:
    if answer.status_code == 429:
        return True
    if answer.status_code == 422:
        return any(words in _message(answer).lower() for words in _TOO_FAST)
    return answer.status_code == 403 and (
        "Retry-After" in answer.headers
        or answer.headers.get("X-RateLimit-Remaining") == "0"
        or any(words in _message(answer).lower() for words in _LIMITS)
    )


def _asked_wait(answer: requests.Response) -> float | None:
    """How long GitHub asks to wait, by its own clock; None where it does not say.

    A secondary limit comes with the reset of the primary one, which may be an hour away and says
    nothing about it.
    """
    after = answer.headers.get("Retry-After", "").strip()
    if after.isascii() and after.isdigit():
        return max(1.0, float(after))
    if not after and answer.headers.get("X-RateLimit-Remaining") != "0":
        return None
    reset = answer.headers.get("X-RateLimit-Reset", "").strip()
    try:
        now = parsedate_to_datetime(answer.headers["Date"])
        until = parsedate_to_datetime(after).timestamp() if after else float(reset)
    except (KeyError, ValueError):
        return None
    return max(1.0, until - now.timestamp())


def _refusal(answer: requests.Response) -> type[errors.GitHubError]:
    status = answer.status_code
    if status in {400, 410} and "version" in _message(answer).lower():
        return errors.VersionGone
    if status in {400, 404, 405, 422} and _MARK_OF_GITHUB not in answer.headers:
        return errors.NotGitHub
    if 300 <= status < 400:
        return errors.Moved
    return _REFUSALS.get(status, errors.GitHubError)


def _described(answer: requests.Response | str) -> str:
    """The status and GitHub's own words, on one short line."""
    if isinstance(answer, str):
        return answer
    return f"{answer.status_code} {_message(answer)}".strip()


def _message(answer: requests.Response) -> str:
    try:
        content = answer.json()
        words = [str(content["message"]), *map(_detail, content.get("errors") or ())]
    except (ValueError, TypeError, KeyError, AttributeError):
        words = [str(answer.reason or "")]
    return cut(one_line(printable(", ".join(filter(None, words)))), 200)


def _detail(detail: object) -> str:
    if isinstance(detail, dict):
        code = detail.get("code")
        words = detail.get("message") or f"{detail.get('field')} {code}"
        return f"{words} ({code})" if code == "abuse" and "abuse" not in str(words) else str(words)
    return str(detail)
