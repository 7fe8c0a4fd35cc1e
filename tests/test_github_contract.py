"""Our requests, and the stand-in's answers, are of the form that GitHub itself describes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from daily_papers.errors import DailyPapersError
from daily_papers.mail.github import API_VERSION
from daily_papers.mail.notify import NotifyOptions, notify
from tests.support.clock import PassingClock
from tests.support.digests import digest, item, write
from tests.support.github import TOKEN, Exchange, Fault, GitHubStandIn
from tests.support.openapi import Contract, NotAvailable, description

pytestmark = pytest.mark.node

LONG = "A title that is as long as titles get, " * 25
#: Statuses that GitHub describes once for its whole API, not for each request.
EVERYWHERE = {401, 429, 500, 301}


@pytest.fixture(scope="module")
def contract() -> Contract:
    try:
        return Contract(description())
    except NotAvailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def exchanges(tmp_path_factory: pytest.TempPathFactory) -> list[Exchange]:
    """Everything that `notify` asks for, and the stand-in answers."""
    seen: list[Exchange] = []
    for live in (first_use_and_corrections, refusals):
        for login in ("github-actions[bot]", "ada"):
            with GitHubStandIn(login=login, largest_page=2) as github:
                live(github, tmp_path_factory.mktemp("digests"))
                seen += github.exchanges
    return seen


def run(github: GitHubStandIn, root: Path, **options: object) -> None:
    environment = {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_REPOSITORY": github.repository,
        "GITHUB_API_URL": github.address,
        "DAILY_PAPERS_TODAY": str(date(2026, 11, 20)),
    }
    asked = NotifyOptions(**options)  # type: ignore[arg-type]
    with suppress(DailyPapersError):
        notify(
            root,
            environment,
            asked,
            clock=PassingClock(),
            say=lambda _line: None,
            warn=lambda _line: None,
        )


def first_use_and_corrections(github: GitHubStandIn, root: Path) -> None:
    """An issue with parts, strangers' issues, a correction that edits and adds parts."""
    github.open_issue(None, by=None)
    github.open_issue("A change", by="reader", pull_request=True)
    write(root, digest("2026-11-19", [item(each, title=LONG) for each in range(100)]))
    run(github, root)
    write(root, digest("2026-11-20", [500]))
    run(github, root)
    write(root, digest("2026-11-19", [item(each, title=LONG) for each in range(1, 180)]))
    run(github, root, correct="2026-11-19")


def refusals(github: GitHubStandIn, root: Path) -> None:
    """A label that appears in between, a locked issue, and every way to be refused."""
    write(root, digest("2026-11-18", [item(each, title=LONG) for each in range(100)]))
    run(github, root)
    github.comments.clear()
    github.issues[0]["locked"] = True
    run(github, root)
    write(root, digest("2026-11-20", [500]))
    for fault in (Fault.FORBIDDEN, Fault.NOT_FOUND, Fault.GONE, Fault.INVALID):
        github.inject(fault, at=6)
        run(github, root)


def operations(exchanges: list[Exchange]) -> set[tuple[str, str, int]]:
    def shape(exchange: Exchange) -> str:
        path = exchange.target.partition("?")[0].removeprefix("/repos/reader/digests")
        return "/".join("N" if name.isdigit() else name for name in path.split("/"))

    return {(each.method, shape(each), each.answer.status) for each in exchanges if each.answer}


def test_the_scenario_meets_every_request_that_we_make(exchanges: list[Exchange]):
    assert operations(exchanges) >= {
        ("GET", "/user", 200),
        ("GET", "/user", 403),
        ("GET", "/issues", 200),
        ("POST", "/issues", 201),
        ("POST", "/issues", 403),
        ("POST", "/issues", 404),
        ("POST", "/issues", 410),
        ("POST", "/issues", 422),
        ("PATCH", "/issues/N", 200),
        ("GET", "/issues/comments", 200),
        ("POST", "/issues/N/comments", 201),
        ("POST", "/issues/N/comments", 403),
        ("PATCH", "/issues/comments/N", 200),
        ("GET", "/labels/daily-papers", 200),
        ("GET", "/labels/daily-papers", 404),
        ("POST", "/labels", 201),
    }


def test_requests_and_answers_are_as_github_describes_them(
    contract: Contract, exchanges: list[Exchange]
):
    described = [each for each in exchanges if each.answer and each.answer.status not in EVERYWHERE]
    assert [problem for each in described for problem in contract.problems(each)] == []


def test_requests_carry_the_headers_that_github_asks_for(exchanges: list[Exchange]):
    for exchange in exchanges:
        assert exchange.headers["Accept"] == "application/vnd.github+json"
        assert exchange.headers["X-GitHub-Api-Version"] == API_VERSION
        assert exchange.headers["User-Agent"].startswith("daily-papers/")


def test_our_version_of_the_api_changed_nothing_that_we_use(
    contract: Contract, exchanges: list[Exchange]
):
    """The single assignee of issues is gone, and fields of repositories; we read neither."""
    once = {(each.method, each.target.partition("?")[0]): each for each in exchanges}
    changes = {change for each in once.values() for change in contract.changes(each, API_VERSION)}
    assert changes <= {
        "deprecate_beta_media_type",
        "remove_has_downloads",
        "remove_singular_assignee_from_issues_and_pull_requests",
        "remove_use_squash_pr_title_as_default",
    }


Spoil = Callable[[Exchange], Exchange]


def _asking(exchange: Exchange, **more: object) -> Exchange:
    return replace(exchange, content={**exchange.content, **more})


def _answering(exchange: Exchange, **more: object) -> Exchange:
    assert exchange.answer is not None
    return replace(
        exchange, answer=replace(exchange.answer, content=exchange.answer.content | more)
    )


@pytest.mark.parametrize(
    ("method", "spoil", "problem"),
    [
        ("POST", lambda each: _asking(each, subject="x"), "subject: not part of the request"),
        ("POST", lambda each: _asking(each, title=None), "$.title: "),
        ("POST", lambda each: _answering(each, number="one"), "$.number: 'one' is not of type"),
        ("POST", lambda each: _answering(each, user={}), "$.user: "),
        ("GET", lambda each: replace(each, target=f"{each.target}&author=me"), "not a parameter"),
        ("GET", lambda each: replace(each, target=f"{each.target}&state=any"), "is not one of"),
    ],
)
def test_the_contract_notices_what_is_wrong(
    contract: Contract, exchanges: list[Exchange], method: str, spoil: Spoil, problem: str
):
    issues = "/repos/reader/digests/issues"
    right = next(
        each
        for each in exchanges
        if each.method == method
        and each.target.partition("?")[0] == issues
        and each.answer is not None
        and each.answer.status < 300
    )
    assert contract.problems(right) == []
    assert problem in " ".join(contract.problems(spoil(right)))
