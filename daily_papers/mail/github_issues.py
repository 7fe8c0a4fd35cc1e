"""The issues of a digest repository on GitHub: reading, opening and changing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import quote

from daily_papers.mail.github import (
    GitHubApi,
    GitHubError,
    NotFound,
    NotPermitted,
    Unavailable,
    Unclear,
)
from daily_papers.records import decode

#: The login behind the token that GitHub Actions gives to every job. GitHub does not say so.
ACTIONS_LOGIN = "github-actions[bot]"
#: So many things are in one answer at most.
PAGE = 100
_TRIES = 3


@dataclass(frozen=True)
class User:
    """Who wrote an issue or a comment; a deleted account has no name."""

    login: str
    #: ``User``, ``Organization``, or ``Bot`` for an app.
    type: str


@dataclass(frozen=True)
class Issue:
    """An issue, with GitHub's own names for its fields, as far as we need it."""

    number: int
    title: str
    body: str
    user: User
    #: How many comments it has.
    comments: int
    #: ``open`` or ``closed``.
    state: str
    created_at: datetime
    is_pull_request: bool = False


@dataclass(frozen=True)
class Comment:
    """A comment on an issue."""

    id: int
    body: str
    user: User


@dataclass(frozen=True)
class _Label:
    description: str


_Thing = TypeVar("_Thing")
#: GitHub writes null for an empty text, and for a deleted account.
_NULLS = {"body": "", "description": "", "user": {"login": "", "type": ""}}


class Issues:
    """The issues of the repository that the API was opened for."""

    def __init__(self, api: GitHubApi) -> None:
        self._api = api
        self._base = f"/repos/{quote(api.repository)}"
        #: ``owner/name``.
        self.repository = api.repository

    def own_login(self) -> str:
        """Whose token it is. GitHub says so to every token but those of apps."""
        try:
            return _decoded(User, self._api.read("/user"), "GET /user").login
        except (NotPermitted, NotFound):
            return ACTIONS_LOGIN

    def newest_first(self) -> Iterator[Issue]:
        """List all issues, open and closed, and pull requests, page by page as they are needed."""
        return self._listed("direction=desc")

    def labelled(self, label: str) -> Iterator[Issue]:
        """List the issues that have a label, oldest first, open and closed."""
        return self._listed(f"direction=asc&labels={quote(label)}")

    def _listed(self, query: str) -> Iterator[Issue]:
        path = f"{self._base}/issues?state=all&sort=created&{query}&per_page={PAGE}"
        for thing in self._api.read_all(path):
            is_pull_request = "pull_request" in thing
            yield _decoded(Issue, {**thing, "is_pull_request": is_pull_request}, f"GET {path}")

    def comments(self, number: int, since: date | None = None) -> list[Comment]:
        """List the comments on an issue, or those written or changed since a day, oldest first."""
        newer = f"&since={since}T00:00:00Z" if since else ""
        path = f"{self._base}/issues/{number}/comments?per_page={PAGE}{newer}"
        return [_decoded(Comment, thing, f"GET {path}") for thing in self._api.read_all(path)]

    def label_description(self, name: str) -> str | None:
        """The description of a label; None if there is no such label."""
        path = f"{self._base}/labels/{quote(name)}"
        try:
            return _decoded(_Label, self._api.read(path), f"GET {path}").description
        except NotFound:
            return None

    def create_label(self, name: str, description: str, color: str) -> None:
        """Create a label. GitHub refuses a second one of the same name, which raises Rejected."""
        content = {"name": name, "description": description, "color": color}
        self._write_again("POST", f"{self._base}/labels", content)

    def open(self, title: str, body: str, label: str) -> Issue:
        """Open an issue."""
        path = f"{self._base}/issues"
        made = self._api.write("POST", path, {"title": title, "body": body, "labels": [label]})
        return _decoded(Issue, made, f"POST {path}", Unclear)

    def comment(self, number: int, body: str) -> None:
        """Add a comment to an issue."""
        self._api.write("POST", f"{self._base}/issues/{number}/comments", {"body": body})

    def edit(self, number: int, title: str, body: str) -> None:
        """Change the title and body of an issue."""
        self._write_again("PATCH", f"{self._base}/issues/{number}", {"title": title, "body": body})

    def edit_comment(self, comment_id: int, body: str) -> None:
        """Change the text of a comment."""
        self._write_again("PATCH", f"{self._base}/issues/comments/{comment_id}", {"body": body})

    def _write_again(self, method: str, path: str, content: Mapping[str, object]) -> None:
        """Write what may be written twice; try again if the answer is unclear."""
        for tries_left in reversed(range(_TRIES)):
            try:
                self._api.write(method, path, content)
            except Unclear:
                if not tries_left:
                    raise
            else:
                return


def _decoded(
    kind: type[_Thing],
    thing: Mapping[str, object],
    request: str,
    wrong: type[GitHubError] = Unavailable,
) -> _Thing:
    """Read a part of an answer. Raises ``wrong`` if it does not have GitHub's form."""
    nulls = {name: _NULLS[name] for name in _NULLS if name in thing and thing[name] is None}
    try:
        return decode(kind, {**thing, **nulls})
    except ValueError:
        raise wrong(request, "the answer does not have GitHub's form") from None
