"""GitHub's REST API, as far as `notify` needs it: requests, what GitHub can refuse, and issues.

Requests follow each other, as GitHub asks
(https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api): writes
are a second apart, pages are followed by their `Link` header, and a limit is waited for as long as
GitHub says, within a budget for the whole run. A read is tried again when no answer comes. A write
never is: nobody knows whether it was done.

Lists are not filtered by GitHub: its filter for the creator has been seen to find nothing for the
logins of apps (https://github.com/renovatebot/renovate/issues/44730), and a run that finds nothing
sends everything twice.

No message holds the token: messages are made of the method, the path, the status and GitHub's own
words.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

import requests

from daily_papers import PROJECT_URL, __version__
from daily_papers.clock import Clock
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.text import cut, one_line, printable

#: Of what this version changed, only the end of the single ``assignee`` concerns issues; it is
#: not read here. GitHub serves a version for two years after its successor.
API_VERSION = "2026-03-10"

#: What an answer in JSON is made of.
_Json = dict[str, object] | list[dict[str, object]] | str | int | float | bool | None

API_ADDRESS = "https://api.github.com"

#: Seconds: for a connection, for an answer, and for GitHub's limits in one run.
_CONNECT_SECONDS = 15.0
_ANSWER_SECONDS = 60.0
_LONGEST_WAITING = 900.0
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


class GitHubError(DailyPapersError):
    """GitHub did not do what was asked. ``answer`` is the status and GitHub's own words."""

    advice = "try again later"

    def __init__(self, request: str, answer: str, *, repository: str = "") -> None:
        self.request = request
        self.answer = answer
        self.repository = repository
        advice = self.advice.format(repository=repository)
        super().__init__(f"GitHub: {request}: {answer}; {advice}")


class TokenRefused(GitHubError):
    """401: the token is wrong, or it has run out."""

    advice = (
        "set GITHUB_TOKEN: ${{{{ github.token }}}} in the env of the workflow's step, or renew the"
        " personal token that is there"
    )


class NotPermitted(GitHubError):
    """403: the token is right, but may not do this."""

    advice = (
        "give the workflow's job `permissions: issues: write` (a personal token: the permission"
        " Issues, read and write, for {repository}); an archived repository takes no issues"
    )


class NotFound(GitHubError):
    """404: there is no such repository, or the token may not see it."""

    advice = (
        "check that GITHUB_REPOSITORY is owner/name of the digest repository ({repository}), and"
        " that the token may see it"
    )


class NotGitHub(GitHubError):
    """A refusal without GitHub's mark: the API of Gitea or Forgejo, which take no label by name."""

    advice = (
        "GITHUB_API_URL is not the address of GitHub's API (Gitea and Forgejo have one of their"
        " own); write the mail with `daily-papers notify --to-file FILE` and send that"
    )


class Moved(GitHubError):
    """30x: the repository was renamed or given to somebody else."""

    advice = "set GITHUB_REPOSITORY to the new name of {repository}"


class IssuesOff(GitHubError):
    """410: issues are off in the repository, as in every new fork."""

    advice = (
        "switch issues on: Settings > General > Features > Issues, in {repository} (forks start"
        " without)"
    )


class VersionGone(GitHubError):
    """400 or 410: GitHub no longer speaks the version of its API that we do."""

    advice = "update daily-papers to a version that speaks a newer one"


class Rejected(GitHubError):
    """422: GitHub found the content wrong; asking again would not help."""

    advice = "this is a fault of daily-papers; report it with this line"


class Limited(GitHubError):
    """403 or 429: too many requests, and waiting would take longer than a run may."""

    advice = "nothing is lost, the next run goes on from here"


class Unclear(GitHubError):
    """No answer to a write, or a server error: it may or may not have been done."""

    advice = "nothing more is posted for this digest now; the next run looks first"


class Unavailable(GitHubError):
    """No usable answer to a read, also when asked again."""

    advice = "nothing was posted; the next run tries again"


class OtherLogin(GitHubError):
    """The issues of this repository's digests were opened by a login that is not the token's."""

    advice = (
        "if that is the login of your token, set DAILY_PAPERS_LOGIN to it, so that `notify` finds"
        " what it has sent"
    )


_REFUSALS = {
    401: TokenRefused,
    403: NotPermitted,
    404: NotFound,
    410: IssuesOff,
    422: Rejected,
}


class GitHubApi:
    """The API as one token sees it. It calls ``say`` before every longer wait."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        repository: str,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self.repository = repository
        self._url = _checked_address(url)
        self._token = _checked_token(token)
        self._clock = clock
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

    def read(self, path: str) -> _Json:
        """Get one thing."""
        return self._json(f"GET {path}", self._read(self._url + path))

    def read_all(self, path: str) -> Iterator[Mapping[str, object]]:
        """Get the things of a list, over all of its pages."""
        address: str | None = self._url + path
        seen: set[str] = set()
        while address is not None:
            if address in seen or urlsplit(address)[:2] != urlsplit(self._url)[:2]:
                raise self._error(Unavailable, f"GET {path}", "the list's pages lead astray")
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
            raise self._error(Unclear, request, _described(answer))
        made = self._json(request, answer, Unclear)
        if not isinstance(made, dict):
            raise self._error(Unclear, request, "the answer does not have GitHub's form")
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
        raise self._error(Unavailable, request, _described(answer))

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
                    timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS),
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
        raise self._error(Limited, request, _described(answer))

    def _wait(self, seconds: float, request: str, reason: str) -> None:
        if self._waited + seconds > _LONGEST_WAITING:
            raise self._error(Limited, request, f"{reason}, to wait {seconds:.0f} seconds")
        self._say(f"waiting {seconds:.0f} seconds: {request}: {reason}")
        self._waited += seconds
        self._clock.sleep(seconds)

    def _things(self, request: str, answer: requests.Response) -> list[dict[str, object]]:
        things = self._json(request, answer)
        if not isinstance(things, list) or not all(isinstance(thing, dict) for thing in things):
            raise self._error(Unavailable, request, "the answer does not have GitHub's form")
        return things

    def _json(
        self,
        request: str,
        answer: requests.Response,
        unusable: type[GitHubError] = Unavailable,
    ) -> _Json:
        """Read the answer, or raise the error that its status means."""
        status = answer.status_code
        if not 200 <= status < 300:
            raise self._error(_refusal(answer), request, _described(answer))
        try:
            read: _Json = answer.json()
        except ValueError:
            raise self._error(unusable, request, f"{status} without JSON") from None
        return read

    def _error(self, kind: type[GitHubError], request: str, answer: str) -> GitHubError:
        harmless = answer.replace(self._token, "(the token)")
        return kind(request, harmless, repository=self.repository)


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


def _refusal(answer: requests.Response) -> type[GitHubError]:
    status = answer.status_code
    if status in {400, 410} and "version" in _message(answer).lower():
        return VersionGone
    if status in {400, 404, 405, 422} and _MARK_OF_GITHUB not in answer.headers:
        return NotGitHub
    if 300 <= status < 400:
        return Moved
    return _REFUSALS.get(status, GitHubError)


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


#: Who writes with the token that GitHub Actions gives to every job; GitHub does not say so.
ACTIONS_LOGIN = "github-actions[bot]"
_LABEL_TRIES = 3


@dataclass(frozen=True)
class Author:
    """Who wrote an issue or a comment; a deleted account is nobody."""

    login: str
    is_bot: bool


@dataclass(frozen=True)
class Issue:
    """An issue, as far as we need it."""

    number: int
    title: str
    body: str
    author: Author
    #: How many comments it has.
    comments: int


@dataclass(frozen=True)
class Comment:
    """A comment on an issue."""

    id: int
    body: str
    author: Author


class Issues:
    """The issues of the repository that the API was opened for."""

    def __init__(self, api: GitHubApi) -> None:
        self._api = api
        self._base = f"/repos/{quote(api.repository)}"

    @property
    def repository(self) -> str:
        """``owner/name``."""
        return self._api.repository

    def own_login(self) -> str:
        """Whose token it is. GitHub says so to every token but those of apps."""
        try:
            user = self._api.read("/user")
        except (NotPermitted, NotFound):
            return ACTIONS_LOGIN
        with _read_as(Unavailable, "GET /user"):
            return _text(user, "login")

    def all(self) -> Iterator[Issue]:
        """List all issues, oldest first, open and closed; no pull requests."""
        path = f"{self._base}/issues?state=all&sort=created&direction=asc&per_page=100"
        for thing in self._api.read_all(path):
            if "pull_request" not in thing:
                with _read_as(Unavailable, f"GET {path}"):
                    issue = _issue(thing)
                yield issue

    def comments(self, number: int) -> list[Comment]:
        """List the comments of an issue, oldest first."""
        path = f"{self._base}/issues/{number}/comments?per_page=100"
        with _read_as(Unavailable, f"GET {path}"):
            return [_comment(thing) for thing in self._api.read_all(path)]

    def label_description(self, name: str) -> str | None:
        """The description of a label; None if there is no such label."""
        path = f"{self._base}/labels/{quote(name)}"
        try:
            label = self._api.read(path)
        except NotFound:
            return None
        with _read_as(Unavailable, f"GET {path}"):
            return _text(label, "description")

    def create_label(self, name: str, description: str, color: str) -> None:
        """Create a label; ask again if no answer says that it is there.

        There can be no second one of its name: GitHub refuses it. Raises Rejected then.
        """
        content = {"name": name, "description": description, "color": color}
        for tries_left in reversed(range(_LABEL_TRIES)):
            try:
                self._api.write("POST", f"{self._base}/labels", content)
            except Unclear:
                if not tries_left:
                    raise
            else:
                return

    def open(self, title: str, body: str, label: str) -> Issue:
        """Open an issue."""
        path = f"{self._base}/issues"
        made = self._api.write("POST", path, {"title": title, "body": body, "labels": [label]})
        with _read_as(Unclear, f"POST {path}"):
            return _issue(made)

    def comment(self, number: int, body: str) -> None:
        """Add a comment to an issue."""
        self._api.write("POST", f"{self._base}/issues/{number}/comments", {"body": body})

    def edit(self, number: int, title: str, body: str) -> None:
        """Change the title and body of an issue."""
        self._api.write("PATCH", f"{self._base}/issues/{number}", {"title": title, "body": body})

    def edit_comment(self, comment_id: int, body: str) -> None:
        """Change the text of a comment."""
        self._api.write("PATCH", f"{self._base}/issues/comments/{comment_id}", {"body": body})


@contextmanager
def _read_as(kind: type[GitHubError], request: str) -> Iterator[None]:
    """Raise the error where an answer is JSON, but not of the form that GitHub describes."""
    try:
        yield
    except (KeyError, TypeError, ValueError):
        raise kind(request, "the answer does not have GitHub's form") from None


def _issue(thing: Mapping[str, object]) -> Issue:
    return Issue(
        number=_number(thing, "number"),
        title=_text(thing, "title"),
        body=_text(thing, "body"),
        author=_author(thing),
        comments=_number(thing, "comments"),
    )


def _comment(thing: Mapping[str, object]) -> Comment:
    return Comment(id=_number(thing, "id"), body=_text(thing, "body"), author=_author(thing))


def _author(thing: Mapping[str, object]) -> Author:
    user = _member(thing, "user")
    if user is None:
        return Author("", is_bot=False)
    return Author(_text(user, "login"), is_bot=_text(user, "type") == "Bot")


def _text(thing: object, name: str) -> str:
    """A text; GitHub writes null for an empty one."""
    value = _member(thing, name)
    if value is not None and not isinstance(value, str):
        raise TypeError(name)
    return value or ""


def _number(thing: object, name: str) -> int:
    value = _member(thing, name)
    if not isinstance(value, int):
        raise TypeError(name)
    return value


def _member(thing: object, name: str) -> object:
    if not isinstance(thing, Mapping):
        raise TypeError(name)
    return thing[name]
