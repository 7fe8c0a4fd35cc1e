"""The issues of a digest repository on GitHub: reading, opening and changing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from urllib.parse import quote, urlencode

from daily_papers.mail.github import GitHubApi, GitHubError, NotFound, NotPermitted, Rejected

#: The login behind the token that GitHub Actions gives to every job. GitHub does not say so.
ACTIONS_LOGIN = "github-actions[bot]"
_PAGE = 100


@dataclass(frozen=True)
class User:
    """Who wrote an issue or a comment."""

    login: str
    #: ``User``, ``Organization``, or ``Bot`` for an app.
    type: str


#: A deleted account.
_NOBODY = User("", "")


@dataclass(frozen=True, kw_only=True)
class Issue:
    """An issue, with GitHub's own names for its fields, as far as we need it."""

    number: int
    title: str
    body: str = ""
    user: User = _NOBODY
    #: How many comments it has.
    comments: int
    #: ``open`` or ``closed``.
    state: str


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment on an issue."""

    id: int
    body: str = ""
    user: User = _NOBODY
    issue_url: str

    @property
    def issue_number(self) -> int:
        """The number of its issue, with which the issue's address ends."""
        return int(self.issue_url.rpartition("/")[2])


@dataclass(frozen=True)
class _Label:
    description: str = ""


class Issues:
    """The issues of a repository, ``owner/name``.

    ``say`` gets a line for what is written. ``login`` is that of the token, if it is known.
    """

    def __init__(
        self, api: GitHubApi, repository: str, say: Callable[[str], None], login: str | None
    ) -> None:
        self._api = api
        self._base = f"/repos/{quote(repository)}"
        self._say = say
        self.repository = repository
        self._given_login = login
        #: The description of our label, once it is read or created; None if there is none.
        self.label: str | None = None

    @cached_property
    def login(self) -> str:
        """Whose token it is. GitHub says so to every token but those of apps."""
        try:
            return self._given_login or self._api.read("/user", User).login
        except (NotPermitted, NotFound):
            return ACTIONS_LOGIN

    def all(self, **only: str) -> Iterator[Issue]:
        """List all issues, or only some: oldest first, open and closed, and pull requests."""
        query = {"state": "all", "sort": "created", "direction": "asc", "per_page": _PAGE, **only}
        return self._api.read_all(f"{self._base}/issues?{urlencode(query)}", list[Issue])

    def comments(self, since: date) -> Iterator[Comment]:
        """List the comments on all issues written or changed since a day, oldest first."""
        order = f"sort=created&direction=asc&since={since}T00:00:00Z"
        path = f"{self._base}/issues/comments?{order}&per_page={_PAGE}"
        return self._api.read_all(path, list[Comment])

    def read_label(self, name: str) -> None:
        """Read the description of our label, if it exists."""
        with suppress(NotFound):
            self.label = self._api.read(f"{self._base}/labels/{quote(name)}", _Label).description

    def create_label(self, name: str, description: str, color: str) -> None:
        """Create our label, unless it exists."""
        content = {"name": name, "description": description, "color": color}
        with suppress(Rejected):
            self._api.write("POST", f"{self._base}/labels", content, _Label)
        self.label = description

    def open(self, title: str, body: str, label: str) -> Issue:
        """Open an issue. Raises GitHubError if another login than ours is its author."""
        content = {"title": title, "body": body, "labels": [label]}
        issue = self._api.write("POST", f"{self._base}/issues", content, Issue)
        self._say(f"opened issue {issue.number}: {title}")
        if issue.user.login != self.login:
            raise self.by_another(issue)
        return issue

    def by_another(self, issue: Issue) -> GitHubError:
        """The error that an issue of ours is not by the token's login."""
        found = f"issue {issue.number} was opened by {issue.user.login}, not by {self.login}"
        advice = (
            "if that is your token's login, set DAILY_PAPERS_LOGIN to it in the `env` of the job"
            " `notify`, so that it finds what it has sent"
        )
        return GitHubError("POST issues", found, advice)

    def comment(self, issue: Issue, body: str) -> None:
        """Add a comment to an issue."""
        path = f"{self._base}/issues/{issue.number}/comments"
        self._api.write("POST", path, {"body": body}, Comment)
        self._say(f"added a comment to issue {issue.number}")

    def edit(self, issue: Issue, title: str, body: str) -> Issue:
        """Change the title and body of an issue; return it as it is then."""
        path = f"{self._base}/issues/{issue.number}"
        self._api.write("PATCH", path, {"title": title, "body": body}, Issue)
        if title != issue.title:
            self._say(f"renamed issue {issue.number}: {title}")
        return replace(issue, title=title, body=body)

    def edit_comment(self, comment: Comment, body: str) -> None:
        """Change the text of a comment."""
        path = f"{self._base}/issues/comments/{comment.id}"
        self._api.write("PATCH", path, {"body": body}, Comment)


class DryIssues(Issues):
    """The issues as they are, and what would be written, which goes to ``say`` instead.

    Each line has a ``|`` before it: GitHub Actions would obey ``::error::``.
    """

    def create_label(self, name: str, description: str, color: str) -> None:
        """Do nothing: nobody sees it."""

    def open(self, title: str, body: str, label: str) -> Issue:  # noqa: ARG002
        """Show the issue, which has no number yet."""
        self._show(f"would open an issue in {self.repository}:", f"{title}\n{body}")
        return Issue(number=0, title=title, body=body, comments=0, state="open")

    def comment(self, issue: Issue, body: str) -> None:
        """Show the comment."""
        where = f"issue {issue.number}" if issue.number else "it"
        self._show(f"would add a comment to {where}:", body)

    def edit(self, issue: Issue, title: str, body: str) -> Issue:
        """Show a new title; edits of the text alone mail nobody."""
        if title != issue.title:
            self._say(f"would rename issue {issue.number}: {title}")
        return replace(issue, title=title, body=body)

    def _show(self, what: str, text: str) -> None:
        self._say(what)
        for line in text.split("\n"):
            self._say(f"| {line}" if line else "|")
