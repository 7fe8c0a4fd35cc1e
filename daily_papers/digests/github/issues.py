"""The issues of one repository: listed, opened, continued and edited.

Lists are not filtered by GitHub: its filter for the creator has been seen to find nothing for the
logins of apps (https://github.com/renovatebot/renovate/issues/44730), and whoever finds nothing
sends everything twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from daily_papers.digests.github.api import GitHubApi
from daily_papers.digests.github.errors import (
    GitHubError,
    NotFound,
    NotPermitted,
    Unavailable,
    Unclear,
)

#: Who writes with the token that GitHub Actions gives to every job. GitHub does not tell it who
#: it is.
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
        """Tell whose token it is. GitHub refuses to say that only to the tokens of apps."""
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
        """Give the description of a label, None where there is no such label."""
        path = f"{self._base}/labels/{quote(name)}"
        try:
            label = self._api.read(path)
        except NotFound:
            return None
        with _read_as(Unavailable, f"GET {path}"):
            return _text(label, "description")

    def create_label(self, name: str, description: str, color: str) -> None:
        """Create a label; asked for again where no answer says that it is there.

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
        """Give an issue another title and body."""
        self._api.write("PATCH", f"{self._base}/issues/{number}", {"title": title, "body": body})

    def edit_comment(self, comment_id: int, body: str) -> None:
        """Give a comment another text."""
        self._api.write("PATCH", f"{self._base}/issues/comments/{comment_id}", {"body": body})


@contextmanager
def _read_as(kind: type[GitHubError], request: str) -> Iterator[None]:
    """Raise the error where an answer is JSON, but not of the form that GitHub describes."""
    try:
        yield
    except (KeyError, TypeError, ValueError):
        raise kind(request, "the answer is not of GitHub's form") from None


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
    """Give a text; GitHub leaves out an empty one by null."""
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
