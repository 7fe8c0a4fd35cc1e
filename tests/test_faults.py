"""Every fault of arXiv at every request of a run: nothing is lost, all is told, all heals."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.sandbox import SandboxArxiv
from tests.support.command_line import Ended, run
from tests.support.faults import PASSING, Fault, FaultProxy
from tests.support.repository import SLUGS, Repository

FIRST, SECOND, THIRD = (date(2026, 1, day) for day in (20, 21, 22))
NAMES = ("magnetic resonance imaging", "Graph networks", "Diffusion models")
#: What the report says of a fault that does not pass.
REASONS = {
    Fault.THROTTLED: "status 429: Rate exceeded",
    Fault.THROTTLED_FOR_A_MOMENT: "status 429: Rate exceeded",
    Fault.BUSY: "status 503",
    Fault.NOT_ACCEPTABLE: "status 406",
    Fault.FORBIDDEN: "403",
    Fault.SERVER_ERROR: "status 500",
    Fault.RATE_EXCEEDED: "Rate exceeded",
    Fault.WEB_PAGE: "the answer is a web page",
    Fault.REFUSED: "made-up fault",
    Fault.REFUSED_WITH_200: "made-up fault",
    Fault.EMPTY: "the answer is empty, though",
    Fault.SHORT: " were asked for",
    Fault.UNSORTED: "not sorted by lastUpdatedDate",
    Fault.OTHER_PAPERS: "do not match the keyword",
    Fault.CUT: "the connection broke",
    Fault.CUT_XML: "not a complete XML document",
    Fault.RESET: "Connection reset",
    Fault.SILENT: "the server went silent",
    Fault.MALFORMED: "not a complete XML document",
    Fault.ENTITY_BOMB: "entity amplification",
    Fault.HUGE: "larger than 64 MB",
}
REQUESTS = (1, 2, 3)
SLICE = (
    (Fault.RATE_EXCEEDED, 1),
    (Fault.OTHER_PAPERS, 1),
    (Fault.FORBIDDEN, 2),
    (Fault.THROTTLED_FOR_A_MOMENT, 2),
)


def cases(quick: Sequence[tuple[Fault, int]]) -> list[object]:
    """Some for every day, and all of them."""
    return [
        pytest.param(fault, at, marks=() if (fault, at) in quick else pytest.mark.full)
        for fault in Fault
        for at in REQUESTS
    ]


@dataclass(frozen=True)
class World:
    """A repository after a good first day and second day, and what comes of the third."""

    arxiv: SandboxArxiv
    before: Repository
    undisturbed: Repository


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    before = Repository.new(folder / "before")
    with SandboxArxiv() as arxiv:
        for day in (FIRST, SECOND):
            arxiv.today = day
            assert update(before, arxiv.address, day).code == 0
        arxiv.today = THIRD
        undisturbed = before.copy(folder / "undisturbed")
        assert update(undisturbed, arxiv.address, THIRD).code == 0
        assert undisturbed.text("data/news/2601.txt").count("\n") == 2
        yield World(arxiv, before, undisturbed)


@pytest.fixture(autouse=True)
def passing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are over at once."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def update(repository: Repository, address: str, day: date, *options: str) -> Ended:
    return run(
        *("--root", repository.root, "update", "--source", "search", *options),
        environ={
            "DAILY_PAPERS_API_URL": f"{address}/api/query",
            "DAILY_PAPERS_REQUEST_INTERVAL": "0",
            "DAILY_PAPERS_RETRY_WAIT": "0",
            "DAILY_PAPERS_TODAY": str(day),
        },
    )


@pytest.mark.parametrize(("fault", "at"), cases(SLICE))
def test_a_fault_that_comes_once(world: World, tmp_path: Path, fault: Fault, at: int):
    repository = world.before.copy(tmp_path / "digest")
    with FaultProxy(world.arxiv.address) as proxy:
        proxy.inject(fault, at=at)
        ended = update(repository, proxy.address, THIRD, "--report", str(tmp_path / "report"))
    if fault in PASSING:
        failed = NAMES[:0]
    else:  # a 403 silences the service for the rest of the run
        failed = NAMES[at - 1 :] if fault is Fault.FORBIDDEN else NAMES[at - 1 : at]
    assert_told(ended, tmp_path / "report", fault, failed)
    assert_nothing_lost(repository, world)
    assert_healed(repository, world)


@pytest.mark.parametrize(("fault", "at"), cases(SLICE[1::2]))
def test_a_fault_that_stays(world: World, tmp_path: Path, fault: Fault, at: int):
    repository = world.before.copy(tmp_path / "digest")
    with FaultProxy(world.arxiv.address) as proxy:
        proxy.inject(fault, at=at, always=True)
        ended = update(repository, proxy.address, THIRD, "--report", str(tmp_path / "report"))
    assert_told(ended, tmp_path / "report", fault, NAMES[at - 1 :])
    assert_nothing_lost(repository, world)
    assert_healed(repository, world)


def assert_told(ended: Ended, report: Path, fault: Fault, failed: Sequence[str]) -> None:
    """The exit code, the summary and the report name the keywords that failed, and why."""
    assert ended.code == {0: 0, 3: 1}.get(len(failed), 3)
    told = json.loads(report.read_text("utf-8"))
    assert told["exit_code"] == ended.code
    assert told["complete"] is (not failed)
    for keyword in told["keywords"]:
        (row,) = (line for line in ended.out.splitlines() if line.startswith(keyword["name"]))
        if keyword["name"] not in failed:
            assert (keyword["outcome"], keyword["reason"]) == ("up to date", None)
            assert row.endswith("up to date")
            continue
        assert REASONS[fault] in keyword["reason"]
        assert keyword["last_success"] == str(SECOND)
        assert row.endswith(f"last success {SECOND}")
        assert keyword["reason"] in ended.out
    if failed:
        assert f"{len(failed)} of 3 keywords could not be brought up to date" in ended.out or (
            "Not fetched: " in ended.out
        )


def assert_nothing_lost(repository: Repository, world: World) -> None:
    for slug in SLUGS:
        assert set(repository.table(slug)) >= set(world.before.table(slug))
        page = repository.text(f"papers/{slug}.md")
        assert page.count("| **[") == len(repository.table(slug))


def assert_healed(repository: Repository, world: World) -> None:
    """After a good run the same day all is as if there had been no fault, and told once."""
    assert update(repository, world.arxiv.address, THIRD).code == 0
    assert shown(repository) == shown(world.undisturbed)
    assert sorted(mailed(repository)) == sorted(mailed(world.undisturbed))


def shown(repository: Repository) -> dict[str, bytes]:
    """The tree except for the day's digests, of which there may be two after a fault."""
    tree = {
        path: content
        for path, content in repository.tree().items()
        if not path.startswith("digests/")
    }
    # In the records of news, and in README.md.
    second = re.compile(
        r'(?<="digest":"2026-01-22)-2(?=")| · \[Digest\]\(digests/2026-01-22-2\.md\)'.encode()
    )
    return {path: second.sub(b"", content) for path, content in tree.items()}


def mailed(repository: Repository) -> list[str]:
    digests = repository.root.glob("digests/*.md")
    texts = [digest.read_text("utf-8") for digest in digests]
    line = r"^- (?:\*\*)?\[.*\]\(https://arxiv\.org/abs/(\S+?)\)"
    return re.findall(line, "".join(texts), re.MULTILINE)
