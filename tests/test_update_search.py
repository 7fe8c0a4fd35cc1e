"""`update --source search`, by its command, against servers that speak arXiv's query API."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from daily_papers.store.files import load_store
from tests.sandbox import RATE_EXCEEDED, Request, Response, SandboxArxiv, Service
from tests.support.bare_remote import BareRemote, git
from tests.support.command_line import Ended, run, run_apart
from tests.support.loopback import answering
from tests.support.made_answers import Listed, query_api
from tests.support.repository import KEYWORDS, SLUGS, Repository
from tests.support.runner import GIT_ALONE

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 1, day) for day in (20, 21, 22))
FORBIDDEN = Response(403, b"Forbidden")
MAGNETS = tuple(
    Listed(
        f"2601.{n:05}v1",
        title=f"Magnetic resonance imaging, part {n}",
        updated=datetime(2026, 1, 19, 18, 0, tzinfo=UTC) - timedelta(minutes=100 - n),
    )
    for n in range(30, 0, -1)
)


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxArxiv]:
    with SandboxArxiv() as arxiv:
        yield arxiv


@pytest.fixture
def arxiv(running: SandboxArxiv) -> SandboxArxiv:
    running.today = TUESDAY
    running.intercept = None
    running.requests.clear()
    return running


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.new(tmp_path / "digest")


def update(
    repository: Repository, arxiv: SandboxArxiv, *options: str, source: str = "search"
) -> Ended:
    return run(
        *("update", "--source", source, "--root", repository.root, *options),
        environ=arxiv.environment(),
    )


# --- an ordinary day ---------------------------------------------------------------------------


def test_any_server_that_speaks_the_api_fills_the_tables(tmp_path: Path):
    repository = Repository.new(tmp_path, "keywords: [magnetic resonance imaging]\n")
    with answering(query_api(MAGNETS)) as server:
        ended = run(
            *("--root", repository.root, "update", "--source", "search", "--today", "2026-01-20"),
            environ={
                "DAILY_PAPERS_API_URL": f"{server.address}/api/query",
                "DAILY_PAPERS_REQUEST_INTERVAL": "0",
            },
        )
    assert (ended.code, ended.err) == (0, "")
    assert len(server.asked) == 1
    readme = repository.text("README.md")
    assert readme.startswith(
        "# Mine\n\nAbove.\n\n<!-- daily-papers:begin -->\n## Daily Papers\n"
        "Last update: 2026-01-20\n\nNothing new.\n"
    )
    assert readme.endswith("\n<!-- daily-papers:end -->\n\nBelow.\n")
    assert [row.split(",")[0] for row in readme.splitlines() if row.startswith("| **[")] == [
        "| **[Magnetic resonance imaging" for _ in range(30)
    ]
    assert (
        "| **[Magnetic resonance imaging, part 30](https://arxiv.org/abs/2601.00030v1)** "
        "| 2026-01-19 | <details><summary>Show</summary><p>Nothing but made up.</p></details> "
        "|  |\n"
    ) in readme
    assert repository.text("papers/magnetic-resonance-imaging.md").count("| **[Magnetic") == 30


def test_a_server_whose_papers_are_about_something_else_is_not_believed(tmp_path: Path):
    repository = Repository.new(tmp_path, "keywords: [graph neural networks]\n")
    with answering(query_api(MAGNETS)) as server:
        ended = run(
            *("--root", repository.root, "update", "--source", "search", "--today", "2026-01-20"),
            environ={
                "DAILY_PAPERS_API_URL": f"{server.address}/api/query",
                "DAILY_PAPERS_REQUEST_INTERVAL": "0",
            },
        )
    assert ended.code == 1
    assert "30 of the answer's 30 papers do not match the keyword" in ended.out
    assert repository.records("data/papers/*.jsonl") == []


def test_each_keyword_is_one_request_for_its_newest_papers(
    repository: Repository, arxiv: SandboxArxiv
):
    repository.write("keywords.yaml", KEYWORDS + "max_papers: 7\n")
    update(repository, arxiv)
    asked = [dict(request.parameters) for request in arxiv.requests]
    assert [each["search_query"] for each in asked] == [
        '(ti:"magnetic resonance imaging" OR abs:"magnetic resonance imaging")',
        '(ti:"graph neural networks" OR abs:"graph neural networks")',
        '(ti:"diffusion model" OR abs:"diffusion model")',
    ]
    for each in asked:
        assert each["max_results"] == "7"
        assert (each["sortBy"], each["sortOrder"]) == ("lastUpdatedDate", "descending")
    assert len(repository.table("graph-networks")) == 7


def test_a_summary_tells_what_became_of_each_keyword(repository: Repository, arxiv: SandboxArxiv):
    update(repository, arxiv)
    arxiv.today = WEDNESDAY
    update(repository, arxiv)
    arxiv.today = THURSDAY
    ended = update(repository, arxiv)
    assert ended.out.splitlines()[:6] == [
        "keyword                     papers  new  revised  state",
        "magnetic resonance imaging       8    1        0  up to date",
        "Graph networks                  19    1        0  up to date",
        "Diffusion models                14    1        1  up to date",
        "",
        "2026-01-22: 2 new papers, 1 revision.",
    ]
    assert ended.out.splitlines()[6].startswith("3 requests, ")
    assert "Last update: 2026-01-22\n\n2 new papers, 1 revision. · [Digest]" in repository.text(
        "README.md"
    )


def test_a_quiet_run_says_nothing(repository: Repository, arxiv: SandboxArxiv):
    ended = update(repository, arxiv, "-q")
    assert ended == Ended(0, "", "")


def test_the_report_is_also_json(repository: Repository, arxiv: SandboxArxiv, tmp_path: Path):
    update(repository, arxiv, "--report", str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["day"] == "2026-01-20"
    assert report["complete"] is True
    assert [(each["slug"], each["outcome"]) for each in report["keywords"]] == [
        (slug, "up to date") for slug in SLUGS
    ]
    assert [each["outcome"] for each in report["requests"]] == ["ok"] * 3


def test_a_report_that_cannot_be_written_is_an_error_after_the_run(
    repository: Repository, arxiv: SandboxArxiv, tmp_path: Path
):
    ended = update(repository, arxiv, "--report", str(tmp_path / "nowhere" / "report.json"))
    assert ended.code == 1
    assert ended.err.startswith(f"daily-papers: {tmp_path}/nowhere/report.json: No such file")
    assert len(repository.table("graph-networks")) == 18


@pytest.mark.parametrize(
    "source",
    [
        "search",
        "auto",
        *(pytest.param(each, marks=pytest.mark.full) for each in ("announcements", "oai")),
    ],
)
def test_a_second_run_on_a_day_changes_no_byte_and_asks_nothing(
    repository: Repository, arxiv: SandboxArxiv, source: str
):
    update(repository, arxiv)
    arxiv.today = WEDNESDAY
    update(repository, arxiv, source=source)
    tree, times = repository.tree(), repository.times()
    arxiv.requests.clear()
    ended = update(repository, arxiv, source=source)
    assert ended.code == 0
    assert arxiv.requests == []
    assert repository.tree() == tree
    assert repository.times() == times


def test_a_dry_run_says_what_would_be_asked_and_does_nothing(
    repository: Repository, arxiv: SandboxArxiv
):
    tree = repository.tree()
    ended = update(repository, arxiv, "--dry-run")
    assert ended == Ended(
        0,
        "a full search for 3 keywords: magnetic-resonance-imaging, graph-networks, "
        "diffusion-models, to fill new tables\n",
        "",
    )
    assert arxiv.requests == []
    assert repository.tree() == tree
    assert not (repository.root / ".daily-papers").exists()


@pytest.mark.parametrize("how", ["--dry-run", "--quiet"])
def test_arxiv_is_not_asked_for_a_day_that_is_still_to_come(repository: Repository, how: str):
    """It would be the last run's day for ever, and every later run be refused."""
    tree = repository.tree()
    nowhere = {
        "DAILY_PAPERS_FEED_URL": "http://127.0.0.1:9",
        "DAILY_PAPERS_OAI_URL": "http://[::1]:9",
    }
    day = {"DAILY_PAPERS_TODAY": "2999-01-01"}
    for environ, option in ((nowhere, ["--today", "2999-01-01"]), (nowhere | day, [])):
        ended = run("--root", repository.root, "update", how, *option, environ=environ)
        assert ended.code == 2
        (line,) = ended.said
        assert line.startswith("daily-papers: 2999-01-01 is in the future: in New York, ")
    assert repository.tree() == tree


def test_a_run_for_an_earlier_day_is_refused_in_one_line(
    repository: Repository, arxiv: SandboxArxiv
):
    update(repository, arxiv)
    tree = repository.tree()
    arxiv.requests.clear()
    ended = update(repository, arxiv, "--today", "2026-01-19")
    assert ended.code == 2
    (line,) = ended.said
    assert line.startswith(
        "daily-papers: 2026-01-19 is before the last run's day, 2026-01-20: a store only moves "
        "forward; leave out --today and DAILY_PAPERS_TODAY, and correct the clock if it is wrong"
    )
    assert repository.tree() == tree
    assert arxiv.requests == []


def test_a_run_with_a_clock_ahead_can_be_undone(
    repository: Repository, arxiv: SandboxArxiv, tmp_path: Path
):
    update(repository, arxiv)
    remote = BareRemote.of(repository.root, beside=tmp_path)
    before = load_store(repository.root)
    update(repository, arxiv, "--today", "2026-01-27")
    remote.push_change({}, "Listing of 2026-01-27")
    (line,) = update(repository, arxiv, "--today", "2026-01-21").said
    command = line.rpartition(": ")[2]
    for name in ("name", "email"):
        git("-C", repository.root, "config", f"user.{name}", "A Person")
    environ = {**os.environ, **GIT_ALONE}
    subprocess.run(command, shell=True, cwd=repository.root, env=environ, check=True)
    assert load_store(repository.root) == before
    assert update(repository, arxiv, "--today", "2026-01-21").code == 0


def test_a_second_run_at_the_same_time_says_so_and_stops(
    repository: Repository, arxiv: SandboxArxiv
):
    others: list[Ended] = []

    def meanwhile(_request: Request) -> None:
        if not others:
            others.append(Ended(0, "", ""))
            others[:] = [
                run_apart(command, "--root", repository.root, environ=arxiv.environment())
                for command in ("update", "render")
            ]

    arxiv.intercept = meanwhile
    assert update(repository, arxiv).code == 0
    line = (
        f"daily-papers: {repository.root}: another run is using this folder; wait until it ends, "
        "then try again\n"
    )
    assert others == [Ended(1, "", line)] * 2
    assert len(arxiv.requests) == 3


# --- bad days ----------------------------------------------------------------------------------


def number_of(arxiv: SandboxArxiv, request: Request) -> int:
    return next(n for n, each in enumerate(arxiv.requests, 1) if each is request)


def test_what_came_is_stored_and_shown_before_a_wait(repository: Repository, arxiv: SandboxArxiv):
    seen: list[dict[str, bytes]] = []

    def throttled_once(request: Request) -> Response | None:
        number = number_of(arxiv, request)
        if number == 3:  # asked again after the wait
            seen.append(repository.tree())
        return RATE_EXCEEDED if number == 2 else None

    arxiv.intercept = throttled_once
    ended = update(repository, arxiv)
    assert ended.code == 0
    (before,) = seen
    rows = before["README.md"].decode().count("| **[")
    assert rows == before["papers/magnetic-resonance-imaging.md"].decode().count("| **[") == 6
    asked_to_wait = "Still fetching: arXiv asked us to wait (status 429: Rate exceeded)."
    assert asked_to_wait in before["README.md"].decode()
    assert "waited 0 s: arXiv asked us to wait (status 429: Rate exceeded)" in ended.out
    assert "Not all is fetched" not in repository.text("README.md")


def test_each_wait_is_shown_with_its_reason_and_what_came_since_the_last(
    repository: Repository, arxiv: SandboxArxiv
):
    shown: list[str] = []
    trouble = {1: RATE_EXCEEDED, 2: Response(503, b""), 4: Response(503, b"")}

    def troubled(request: Request) -> Response | None:
        shown.append(repository.text("README.md"))
        return trouble.get(number_of(arxiv, request))

    arxiv.intercept = troubled
    assert update(repository, arxiv).code == 0
    assert "Still fetching: arXiv asked us to wait (status 429: Rate exceeded)." in shown[1]
    assert "Still fetching: " in shown[2]
    assert "status 503" in shown[2]
    assert shown[2].count("| **[") == 0
    assert shown[4].count("| **[") == 6


def test_a_wait_that_does_not_fit_the_budget_is_not_begun(
    repository: Repository, arxiv: SandboxArxiv
):
    throttled = Response(429, b"Rate exceeded.", "text/plain", {"Retry-After": "600"})
    arxiv.intercept = lambda request: throttled if "graph+neural" in request.path else None
    ended = update(repository, arxiv, "--budget", "5")
    assert ended.code == 3
    assert len(arxiv.requests) == 3
    assert "a wait of 600 seconds is longer than the 300 that the run has left" in ended.out
    assert repository.table("graph-networks") == []
    assert len(repository.table("diffusion-models")) == 13


def test_without_any_budget_each_keyword_is_asked_once(repository: Repository, arxiv: SandboxArxiv):
    arxiv.intercept = lambda _: Response(429, b"Rate exceeded.", headers={"Retry-After": "1"})
    ended = update(repository, arxiv, "--budget", "0")
    assert ended.code == 1
    assert len(arxiv.requests) == 3


@pytest.mark.parametrize(("forbidden", "code", "filled"), [(1, 1, 0), (2, 3, 1), (3, 3, 2)])
def test_after_a_403_nothing_more_is_asked(
    repository: Repository, arxiv: SandboxArxiv, forbidden: int, code: int, filled: int
):
    arxiv.intercept = lambda request: FORBIDDEN if number_of(arxiv, request) == forbidden else None
    ended = update(repository, arxiv)
    assert ended.code == code
    assert len(arxiv.requests) == forbidden
    assert [bool(repository.table(slug)) for slug in SLUGS] == [n < filled for n in range(3)]
    assert ended.out.count("the service answered 403 earlier in this run") == (forbidden < 3)
    arxiv.intercept = None
    assert update(repository, arxiv).code == 0
    assert all(repository.table(slug) for slug in SLUGS)


def test_a_quiet_run_prints_its_report_only_if_something_failed(
    repository: Repository, arxiv: SandboxArxiv
):
    arxiv.intercept = lambda request: (
        Response(200, b"<html>Down</html>") if "graph+neural" in request.path else None
    )
    ended = update(repository, arxiv, "-q")
    assert (ended.code, ended.out) == (3, "")
    assert "failed: the answer is a web page instead of XML; last success never" in ended.err
    arxiv.intercept = None
    ended = update(repository, arxiv, "-q")
    assert (ended.code, ended.said) == (0, [])


def test_a_keyword_that_is_behind_says_so_in_its_section(
    repository: Repository, arxiv: SandboxArxiv
):
    update(repository, arxiv)
    arxiv.today = WEDNESDAY
    arxiv.intercept = lambda request: (
        Response(200, b"Rate exceeded.") if "graph+neural" in request.path else None
    )
    ended = update(repository, arxiv)
    assert ended.code == 3
    assert len(repository.table("graph-networks")) == 18
    assert repository.text("README.md").count("2026-01-20") >= 1
    row = next(line for line in ended.out.splitlines() if line.startswith("Graph networks"))
    assert "throttled: " in row
    assert row.endswith("; last success 2026-01-20")


# --- with other ways to arXiv ------------------------------------------------------------------


def test_nothing_but_the_query_api_is_asked(repository: Repository, arxiv: SandboxArxiv):
    update(repository, arxiv)
    assert {request.service for request in arxiv.requests} == {Service.QUERY}
    assert all(parse_qs(urlsplit(request.path).query) for request in arxiv.requests)


def test_a_harvest_that_fails_is_the_reason_of_a_run_that_asks_for_nothing_else(
    repository: Repository, arxiv: SandboxArxiv
):
    arxiv.intercept = lambda _: Response(500, b"down", "text/plain")
    first = run(
        *("--root", repository.root, "update", "--source", "oai", "-q"),
        environ=arxiv.environment(),
    )
    assert first.code == 1
    assert "Not fetched: status 500" in first.err
    assert "Not fetched: status 500" in repository.text("README.md")
