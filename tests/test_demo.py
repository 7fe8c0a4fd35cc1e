"""`demo`: all of it, against the sandbox, the same way every time."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from daily_papers import demo as demo_package
from daily_papers.demo import demo
from daily_papers.demo.arxiv import recorded_answers
from tests.sandbox import RATE_EXCEEDED, Request, Response, SandboxArxiv, Script, make_up
from tests.support.command_line import Ended, run, run_apart
from tests.support.repository import Repository


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Repository]:
    """A demo in a folder that was not there, started as a person starts it."""
    folder = tmp_path_factory.mktemp("home")
    ended = run_apart("demo", cwd=folder, environ={"GITHUB_REPOSITORY": "somebody/else"})
    return ended, Repository(folder / "daily-papers-demo")


def test_the_demo_tells_each_day_and_where_to_look(shown: tuple[Ended, Repository]):
    """All of it in one test, since the demo takes seconds, and each worker would run it."""
    ended, repository = shown
    assert (ended.code, ended.err) == (0, "")
    days = re.findall(r"^(2026-02-\d\d)  \w+: .+\n {12}\S.*$", ended.out, re.MULTILINE)
    assert len(days) == len(set(days)) == ended.out.count(" requests, exit code ") == 8
    assert "exit code 1" in ended.out  # a day on which nothing answered
    assert "127.0.0.1" not in ended.out
    for line in ended.out[ended.out.index("Now open these two:") :].splitlines():
        assert len(line) < 100

    named = re.findall(r"^  daily-papers-demo/(\S+?)/?: ", ended.out, re.MULTILINE)
    digests = {path.name: path.read_text("utf-8") for path in repository.root.glob("digests/*.md")}
    assert named == ["site/index.html", f"digests/{max(digests)}"]
    assert all((repository.root / name).exists() for name in named)
    assert repository.text("README.md").count("| **[") > 50

    assert repository.state()["complete"] is True
    for command in (["check"], ["render", "--check"], ["export"]):
        assert run(*command, "--root", repository.root).code == 0

    paper = re.compile(r"^- (?:\*\*)?\[.*\]\(https://arxiv\.org/abs/(\S+?)v\d", re.MULTILINE)
    mailed = [id for text in digests.values() for id in paper.findall(text)]
    assert len(mailed) == len(set(mailed)) > 5


@pytest.mark.full
def test_a_second_quiet_demo_is_the_same_byte_for_byte(
    shown: tuple[Ended, Repository], tmp_path: Path
):
    assert run_apart("demo", "-q", ".", cwd=tmp_path) == Ended(0, "", "")
    assert Repository(tmp_path).tree() == shown[1].tree()


@pytest.mark.parametrize("name", ["notes.txt", ".git/HEAD", "README.md"])
def test_what_people_have_is_never_touched(tmp_path: Path, name: str):
    repository = Repository(tmp_path)
    repository.write(name, "mine\n")
    ended = run("demo", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"daily-papers: {tmp_path}: not an empty folder; name another: daily-papers demo DIR\n"
    )
    assert repository.text(name) == "mine\n"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_in_its_place_is_named(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    assert run("demo", file).said[0].startswith(f"daily-papers: {file}: not an empty folder; name")
    assert "Not a directory" in run("demo", file / "below").err
    assert file.read_text("utf-8") == "mine"


# --- what it is shown --------------------------------------------------------------------------

#: When the services below these paths throttle the demo.
THROTTLED = {date(2026, 2, 4): "/api/query", date(2026, 2, 5): "/"}


class Recorder(SandboxArxiv):
    """The sandbox in the place of the demo's arXiv, which notes all that it answers."""

    def __init__(self) -> None:
        super().__init__(make_up(Script(papers_a_day=8, hostile=False)))
        self.noted: dict[str, dict[str, str]] = defaultdict(dict)

    def serving(self) -> SandboxArxiv:
        return self

    def answer(self, request: Request) -> Response:
        throttled = request.path.startswith(THROTTLED.get(self.today, "nothing"))
        answer = RATE_EXCEEDED if throttled else super().answer(request)
        # The answers of OAI-PMH name the port.
        body = answer.body.decode().replace(self.oai_url, "https://oaipmh.arxiv.org/oai")
        self.noted[self.today.isoformat()][request.path] = "" if throttled else body
        return answer


def test_the_demo_is_answered_as_the_sandbox_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """``UPDATE_GOLDENS=1`` records it anew, if the pipeline asks for something else."""
    recorder = Recorder()
    monkeypatch.setattr(demo, "DemoArxiv", lambda: recorder)
    demo.demo(tmp_path / "demo", lambda _: None)
    if os.environ.get("UPDATE_GOLDENS") == "1":
        text = json.dumps(recorder.noted, ensure_ascii=False, indent=0).encode()
        recorded = Path(demo_package.__path__[0]) / "answers.json.gz"
        recorded.write_bytes(gzip.compress(text, mtime=0))
    assert recorded_answers() == recorder.noted
