"""The workflows and actions, where a mistake would show only on GitHub."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from daily_papers.init import ACTION
from tests.support.cases import for_each
from tests.support.command_line import PROJECT, run
from tests.support.expressions import Expressions

WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
ACTIONS = [PROJECT / "action.yml", *sorted((PROJECT / ".github" / "actions").glob("*/action.yml"))]
#: The one event whose permissions would let a fork's text meet a token that writes.
DANGEROUS = {"pull_request_target", "workflow_run", "issue_comment"}


def read(path: Path) -> dict[Any, Any]:
    text = path.read_text(encoding="utf-8")
    return yaml.safe_load(text)  # type: ignore[no-any-return]


def steps(path: Path) -> list[dict[str, Any]]:
    content = read(path)
    if "runs" in content:
        return list(content["runs"]["steps"])
    return [step for job in content["jobs"].values() for step in job["steps"]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    run("init", folder)
    return folder / ".github" / "workflows"


def all_files(made: Path) -> list[Path]:
    return [*WORKFLOWS, *ACTIONS, *sorted(made.glob("*.yml"))]


def test_only_first_party_actions_run_each_at_a_commit(made: Path) -> None:
    for path in all_files(made):
        for step in steps(path):
            uses = step.get("uses", "./")
            if not uses.startswith("./"):
                pinned = re.fullmatch(r"(actions|daily-papers)/[\w./-]+@[0-9a-f]{40}", uses)
                assert pinned, f"{path}: {uses}"


def test_all_files_run_the_same_version_of_an_action(made: Path) -> None:
    lines = {
        line.strip()
        for path in all_files(made)
        for line in path.read_text(encoding="utf-8").splitlines()
        if "uses: actions/" in line
    }
    names = [line.partition("@")[0].removeprefix("- ") for line in lines]
    assert len({line.removeprefix("- ") for line in lines}) == len(set(names))


def test_no_script_has_an_expression_in_it(made: Path) -> None:
    for path in all_files(made):
        for step in steps(path):
            assert "${{" not in step.get("run", ""), f"{path}: {step['name']}"


def test_only_the_step_that_asks_a_model_has_its_key(made: Path) -> None:
    having = [
        (path.name, step["name"])
        for path in all_files(made)
        for step in steps(path)
        if "model-key" in str(step.get("env")) or "MODEL_KEY" in str(step)
    ]
    daily = ("daily.yml", "Update and push")  # which hands it to the action
    assert sorted(having) == [("action.yml", "Summarize"), daily, daily]


def test_only_one_step_of_a_job_that_cannot_push_has_the_channels(made: Path) -> None:
    having = [
        (path.name, step["name"])
        for path in all_files(made)
        for step in steps(path)
        if "${{ inputs.channels }}" in str(step) or "secrets.DAILY_PAPERS_CHANNELS" in str(step)
    ]
    daily = ("daily.yml", "Send the digests")  # which hands them to the action
    assert sorted(having) == [("action.yml", "Notify"), daily, daily]
    for path in (PROJECT / ".github/workflows/daily.yml", made / "daily.yml"):
        for job in read(path)["jobs"].values():
            if "DAILY_PAPERS_CHANNELS" in str(job):
                assert job["permissions"] == {"contents": "read", "issues": "write"}
                assert job["steps"][0]["with"]["persist-credentials"] is False


@pytest.mark.parametrize("has_channels", ["true", pytest.param("false", marks=pytest.mark.full)])
def test_a_workflow_with_one_job_sends_to_no_channel_and_says_why(
    tmp_path: Path, has_channels: str
) -> None:
    (step,) = [step for step in steps(PROJECT / "action.yml") if step["name"] == "Send the digests"]
    program = tmp_path / "daily-papers"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m daily_papers "$@"\n')
    program.chmod(0o755)
    said = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path,
        env={
            "HAS_CHANNELS": has_channels,
            "DRY_RUN": "true",
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
        },
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert said.startswith("::warning::this workflow has no job notify") == (has_channels == "true")
    assert "channels get nothing; run: daily-papers init --upgrade" in said
    assert "nothing to send: digests/ holds no digest of this repository" in said


def test_permissions_are_none_but_for_what_a_job_names(made: Path) -> None:
    for path in [*WORKFLOWS, *made.glob("*.yml")]:
        workflow = read(path)
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert set(job.get("permissions", {}).items()) <= {
                ("contents", "read"),
                ("contents", "write"),
                ("issues", "write"),
                ("pages", "write"),
                ("id-token", "write"),
            }
            assert job["timeout-minutes"] <= 120


def test_only_the_job_that_does_nothing_but_deploy_may_write_to_pages(made: Path) -> None:
    for path in (PROJECT / ".github/workflows/daily.yml", made / "daily.yml"):
        jobs = read(path)["jobs"]
        may = {name: set(job["permissions"].items()) for name, job in jobs.items()}
        assert may == {
            "update": {("contents", "write")},
            "notify": {("contents", "read"), ("issues", "write")},
            "site": {("contents", "read")},
            "deploy": {("pages", "write"), ("id-token", "write")},
        }
        (step,) = jobs["deploy"]["steps"]
        assert step["uses"].startswith("actions/deploy-pages@")


def test_only_the_daily_workflow_may_write_and_no_fork_starts_it(made: Path) -> None:
    for path in [*WORKFLOWS, *made.glob("*.yml")]:
        workflow = read(path)
        events = workflow[True]  # YAML takes the key "on" for a boolean
        writes = any("write" in str(job.get("permissions")) for job in workflow["jobs"].values())
        assert not DANGEROUS & set(events)
        assert not (writes and "pull_request" in events)


def test_ours_and_those_that_init_writes_differ_only_where_they_must(made: Path) -> None:
    ours = (PROJECT / ".github/workflows/daily.yml").read_text(encoding="utf-8")
    theirs = (made / "daily.yml").read_text(encoding="utf-8")

    def told(text: str) -> list[str]:
        lines = [line for line in text.splitlines() if not re.match(r"\s*#", line)]
        return [line for line in lines if "cron:" not in line and " if: vars." not in line]

    repository, _, commit = ACTION.partition("@")
    there = re.sub(
        r"uses: \./(.*)",
        lambda found: f"uses: {f'{repository}/{found[1]}'.rstrip('/')}@{commit}",
        ours,
    )
    assert told(there) == told(theirs)


def test_two_slots_a_day_after_the_listing_and_off_the_full_hour(made: Path) -> None:
    for path in (PROJECT / ".github/workflows/daily.yml", made / "daily.yml"):
        slots = [slot["cron"].split() for slot in read(path)[True]["schedule"]]
        assert len(slots) == 2
        for minute, hour, *rest in slots:
            assert rest == ["*", "*", "1-5"]
            assert (int(hour), int(minute)) > (5, 30)
            assert int(minute) % 2 == 1


def test_one_run_at_a_time_and_none_is_broken_off(made: Path) -> None:
    for path in (PROJECT / ".github/workflows/daily.yml", made / "daily.yml"):
        assert read(path)["concurrency"] == {"group": "daily-papers", "cancel-in-progress": False}


def test_scripts_are_bash_that_parses(made: Path) -> None:
    for path in all_files(made):
        for step in steps(path):
            if "run" in step:
                parsed = subprocess.run(
                    ["bash", "-n"], input=step["run"].encode(), capture_output=True, check=False
                )
                assert parsed.returncode == 0, f"{path}: {step['name']}: {parsed.stderr.decode()}"


@pytest.mark.full
@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.parent.name)
def test_installing_runs_nothing_of_the_repository_that_is_checked_out(
    path: Path, tmp_path: Path
) -> None:
    (step,) = [step for step in steps(path) if step["name"] == "Install"]
    for name in ("pip", "hatchling", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('it-ran', 'w')", encoding="utf-8")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    # There is nothing to install: only what runs on the way counts.
    subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=tmp_path,
        env={
            **{name: str(value) for name, value in step["env"].items()},
            "GITHUB_ACTION_PATH": str(tmp_path / "no/such/action"),
            "PATH": f"{programs}:{os.environ['PATH']}",
        },
        capture_output=True,
        check=False,
    )
    assert not (tmp_path / "it-ran").exists()


def test_each_repository_has_its_own_share_of_twenty_minutes() -> None:
    (script,) = [step["run"] for step in steps(PROJECT / "action.yml") if "turn" in step["name"]]
    told = script.replace("sleep", "echo")

    def share(repository: str, event: str = "schedule") -> str:
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", told],
            env={"GITHUB_REPOSITORY": repository, "GITHUB_EVENT_NAME": event, "PATH": "/usr/bin"},
            capture_output=True,
            check=True,
        ).stdout.decode()

    names = [f"owner/digests-{number}" for number in range(20)]
    shares = [int(share(name)) for name in names]
    assert shares == [
        int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 1200 for name in names
    ]
    assert share("owner/digests-1", "workflow_dispatch") == ""


def test_ci_runs_what_the_checkout_does_on_every_python() -> None:
    jobs = read(PROJECT / ".github/workflows/ci.yml")["jobs"]
    assert ".ci/run" in [step.get("run") for step in jobs["everything"]["steps"]]
    about = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    declared = re.findall(r"Programming Language :: Python :: (3\.\d+)", about)
    assert jobs["everything"]["strategy"]["matrix"]["python"] == declared


@for_each("name", ["job.txt", "like.txt", "channels.txt", "lowest.txt"])
def test_requirements_are_pinned_by_hash_and_name_no_index(name: str) -> None:
    text = (PROJECT / "requirements" / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z])", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    assert all(re.match(r"[\w.-]+==[\w.]+ ", block) for block in blocks)
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_requirements_hold_every_dependency_and_the_lowest_are_the_lowest() -> None:
    about = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    (block,) = re.findall(r"^dependencies = \[\n(.*?)^\]", about, re.MULTILINE | re.DOTALL)
    extras = {
        name: re.findall(r'"([\w-]+)>=([\d.]+)', line)
        for name, line in re.findall(r"^(site|like|channels) = (.*)$", about, re.MULTILINE)
    }
    own = dict(extras["like"] + extras["channels"])
    bounds = dict(re.findall(r'"([\w-]+)>=([\d.]+)', block) + extras["site"]) | own
    pinned = {
        name: dict(re.findall(r"(?m)^([\w.-]+)==([\w.]+)", path.read_text(encoding="utf-8")))
        for name in ("job", "like", "channels", "lowest")
        if (path := PROJECT / "requirements" / f"{name}.txt")
    }
    assert bounds.keys() - own.keys() <= pinned["job"].keys()
    assert "hatchling" in pinned["job"]
    # An extra's list is installed after that of the job.
    for extra in ("like", "channels"):
        assert dict(extras[extra]).keys() <= pinned[extra].keys()
        assert {n: v for n, v in pinned[extra].items() if n in pinned["job"]}.items() <= (
            pinned["job"].items()
        )
    for name, bound in bounds.items():
        newest = version((pinned["like"] | pinned["channels"] | pinned["job"])[name])
        lowest = version(pinned["lowest"][name])
        assert lowest[: len(version(bound))] == version(bound), name
        assert lowest <= newest


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


@for_each(
    ("text", "value"),
    [
        ("inputs.a == 'x'", True),
        ("${{ inputs.none || 'auto' }}", "auto"),
        ("!cancelled() && steps.one.outputs.done == 'true'", True),
        ("(inputs.a != 'x' || inputs.flag) && true", True),
        ("inputs.a-b", "dash"),
    ],
)
def test_the_runner_of_the_rehearsal_reads_conditions_as_github_does(
    text: str, value: object
) -> None:
    contexts = {
        "inputs": {"a": "x", "flag": True, "a-b": "dash"},
        "steps": {"one": {"outputs": {"done": "true"}}},
    }
    assert Expressions(contexts, {"cancelled": lambda: False}).value(text) == value
