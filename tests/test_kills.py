"""A run that is killed anywhere, then a run: the tree is as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.sandbox import RATE_EXCEEDED, Request, Response, SandboxArxiv
from tests.support.command_line import environment
from tests.support.mortal import KILLED, Life, MortalCommandLine
from tests.support.repository import KEYWORDS, Repository

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="children are made by fork")

LIKED = f"""\
max_papers: 8
like: library.bib
{KEYWORDS}  - {{name: For me, like: library.bib, papers_per_day: 3}}
"""
FIRST, SECOND, THIRD = (date(2026, 1, day) for day in (20, 21, 22))


@dataclass
class World:
    """A sandbox, and a command line that can be killed."""

    arxiv: SandboxArxiv
    commands: MortalCommandLine
    folder: Path

    def update(
        self, repository: Repository, source: str = "search", die_at: int | None = None
    ) -> Life:
        return self.commands.run(
            *("update", "--source", source, "--root", repository.root),
            environ=self.arxiv.environment(),
            die_at=die_at,
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with SandboxArxiv() as arxiv, MortalCommandLine() as commands:
        yield World(arxiv, commands, tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def begun(world: World) -> Repository:
    """A repository after two good days."""
    # Small tables, so that papers leave them.
    repository = Repository.new(world.folder / "begun", f"max_papers: 8\n{KEYWORDS}")
    for day in (FIRST, SECOND):
        world.arxiv.today = day
        assert world.update(repository).code == 0
    return repository


class Throttling:
    """Answers the third request with a 429."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _request: Request) -> Response | None:
        self.count += 1
        return RATE_EXCEEDED if self.count == 3 else None


def assert_kills_leave_nothing(
    world: World,
    before: Repository,
    tmp_path: Path,
    source: str,
    every: int,
    *,
    throttled: bool = False,
) -> None:
    """Kill a run at its steps, each time on a fresh copy, and let a good run follow."""

    def doomed(name: str, die_at: int | None = None) -> tuple[Repository, Life]:
        repository = before.copy(tmp_path / name)
        world.arxiv.intercept = Throttling() if throttled else None
        life = world.update(repository, source, die_at)
        world.arxiv.intercept = None
        return repository, life

    undisturbed = before.copy(tmp_path / "undisturbed")
    assert world.update(undisturbed, source).code == 0
    _, whole = doomed("whole")
    assert whole.code == 0, whole.out
    assert whole.steps > 50
    for step in range(1 + every // 2, whole.steps + 1, every):
        repository, life = doomed(f"killed-at-{step}", die_at=step)
        assert life.code == KILLED
        assert world.update(repository, source).code == 0
        assert repository.tree() == undisturbed.tree(), f"killed at step {step} of {whole.steps}"


SOME, ALL = pytest.param(397, id="some"), pytest.param(1, id="all", marks=pytest.mark.full)


class TestAKill:
    @pytest.mark.parametrize("every", [SOME, ALL])
    def test_in_the_very_first_run(self, world: World, tmp_path: Path, every: int):
        world.arxiv.today = FIRST
        before = Repository.new(tmp_path / "before")
        assert_kills_leave_nothing(world, before, tmp_path, "search", every)

    @pytest.mark.parametrize("every", [ALL])
    def test_in_a_run_by_search(self, world: World, begun: Repository, tmp_path: Path, every: int):
        world.arxiv.today = THIRD
        assert_kills_leave_nothing(world, begun, tmp_path, "search", every)

    @pytest.mark.parametrize("every", [SOME, ALL])
    def test_in_a_run_by_announcements(
        self, world: World, begun: Repository, tmp_path: Path, every: int
    ):
        world.arxiv.today = THIRD
        assert_kills_leave_nothing(world, begun, tmp_path, "auto", every)

    @pytest.mark.parametrize("every", [ALL])
    def test_in_a_run_that_has_to_wait(
        self, world: World, begun: Repository, tmp_path: Path, every: int
    ):
        """What a wait made it store must not make the next run believe that it was all."""
        world.arxiv.today = THIRD
        assert_kills_leave_nothing(world, begun, tmp_path, "search", every, throttled=True)

    @pytest.mark.parametrize("every", [pytest.param(17, id="many", marks=pytest.mark.full)])
    def test_in_a_run_that_ranks_by_what_the_reader_likes(
        self, world: World, tmp_path: Path, every: int
    ):
        """The papers that a keyword with `like` chose are chosen once, and their order stays."""
        pytest.importorskip("sklearn")
        repository = Repository.new(tmp_path / "liked", LIKED)
        repository.write("library.bib", "@misc{a, title = {Denoising diffusion models}}\n")
        for world.arxiv.today in (FIRST, SECOND):
            assert world.update(repository, "auto").code == 0
        world.arxiv.today = THIRD
        assert_kills_leave_nothing(world, repository, tmp_path, "auto", every)


@pytest.mark.full
@pytest.mark.parametrize(
    "number",
    [
        pytest.param(1, marks=pytest.mark.full),
        pytest.param(2),
        pytest.param(3, marks=pytest.mark.full),
    ],
)
def test_a_kill_while_the_server_answers(
    world: World, begun: Repository, tmp_path: Path, number: int
):
    world.arxiv.today = THIRD
    undisturbed = begun.copy(tmp_path / "undisturbed")
    world.update(undisturbed)
    repository = begun.copy(tmp_path / "digest")
    asked_before = len(world.arxiv.requests)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "daily_papers", "update", "--source", "search"),
            *("--root", str(repository.root)),
        ],
        env=environment(world.arxiv.environment()),
        stdout=subprocess.DEVNULL,
    )

    def kill(_request: Request) -> Response | None:
        if len(world.arxiv.requests) - asked_before == number:
            os.kill(process.pid, signal.SIGKILL)
        return None

    world.arxiv.intercept = kill
    try:
        assert process.wait(timeout=30) == -signal.SIGKILL
    finally:
        world.arxiv.intercept = None
    assert world.update(repository).code == 0
    assert repository.tree() == undisturbed.tree()
