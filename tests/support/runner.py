"""A runner of GitHub Actions: reads workflows and actions, and executes their ``run:`` steps.

Each job has a machine of its own, that is a folder of its own. The steps run as they stand, in bash
as the runner calls it, with its files for outputs, environment and summary. Not executed are the
steps that install; checking out is a clone, and GitHub Pages is a folder. Two programs are put
before the others on the PATH: ``daily-papers``, which is this checkout's, and ``sleep``, which only
writes down how long.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.command_line import PROJECT
from tests.support.expressions import Expressions
from tests.support.job import Event, Job
from tests.support.ready import ready_program

#: Steps that need a package index.
_INSTALLING = {"Install", "Set up Python"}


class Killed(Exception):
    """The machine is gone."""


@dataclass
class Runner:
    """Runs workflows of one repository, whose remote is a bare one on this disk."""

    folder: Path
    remote: Path
    repository: str
    #: What the jobs see beside GitHub's own variables.
    environment: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    token: str = "a-token"
    #: Where the program is: this checkout, or an unpacked wheel.
    program: Path = PROJECT
    #: The jobs of the last run, by name.
    jobs: dict[str, Job] = field(default_factory=dict)
    #: What the last run keeps for GitHub Pages, and what GitHub Pages shows.
    artifact: Path | None = None
    pages: Path | None = None
    #: What jobs have kept for later ones, by key, the last one last.
    caches: dict[str, Path] = field(default_factory=dict)
    _jobs: int = 0

    def program_line(self) -> str:
        """What starts the program, in a shell."""
        if self.program == PROJECT:
            return ready_program()
        return f"{shlex.quote(sys.executable)} -P -m daily_papers"

    def run(self, workflow: str, event: Event | None = None, *, until: str | None = None) -> Job:
        """Run a workflow; give its first job. ``until`` kills the machine before that step."""
        event = event or Event()
        commit = _git("-C", self.remote, "rev-parse", event.ref).strip()
        text = _git("-C", self.remote, "show", f"main:.github/workflows/{workflow}")
        self.jobs, self.artifact = {}, None
        for name, definition in yaml.safe_load(text)["jobs"].items():
            self._jobs += 1
            needs = definition.get("needs", [])
            needs = frozenset([needs] if isinstance(needs, str) else needs)
            after = needs.union(*(self.jobs[need].after for need in needs))
            self.jobs[name] = Job(self.folder / f"job-{self._jobs}", after=after)
            _JobRun(self, self.jobs[name], _Start(event, commit), until).execute(definition)
        return next(iter(self.jobs.values()))


@dataclass(frozen=True)
class _Start:
    """What a run knows of its beginning."""

    event: Event
    #: What the event's ref was then.
    commit: str


class _JobRun:
    """One job on its way."""

    def __init__(self, runner: Runner, job: Job, start: _Start, until: str | None) -> None:
        self._runner = runner
        self._job = job
        self._start = start
        self._event = start.event
        self._until = until
        self._permissions: Mapping[str, str] = {}
        self._environment = self._basic_environment()
        #: Folders that are kept once the job has succeeded, by key.
        self._to_keep: dict[str, Path] = {}

    def execute(self, definition: Mapping[str, Any]) -> None:
        scope = _Scope(self, self._event.inputs)
        before = [self._runner.jobs[name] for name in self._job.after]
        scope.succeeded = all(job.result == "success" for job in before)
        if not scope.holds(definition.get("if", "success()")):
            self._job.started = False
            return
        scope.succeeded = True
        self._permissions = definition["permissions"]
        try:
            for step in definition["steps"]:
                self._step(step, scope)
        except Killed:
            self._job.succeeded = False
            return
        if self._job.succeeded:
            self._runner.caches |= self._to_keep
        given = definition.get("outputs", {})
        self._job.outputs = {name: scope.filled(value) for name, value in given.items()}

    def _step(self, step: Mapping[str, Any], scope: _Scope) -> None:
        name = step["name"]
        if name in _INSTALLING or not scope.holds(step.get("if", "success()")):
            return
        if name == self._until:
            raise Killed
        outputs: dict[str, str] = {}
        if "run" in step:
            succeeded, outputs = self._bash(step, scope)
        elif step["uses"].startswith("actions/checkout@"):
            succeeded = self._check_out(step, scope)
        elif step["uses"].startswith("actions/cache@"):
            succeeded = self._cache(step, scope)
        elif step["uses"].startswith("actions/upload-pages-artifact@"):
            succeeded = self._keep_for_pages(step, scope)
        elif step["uses"].startswith("actions/deploy-pages@"):
            succeeded = self._deploy()
        else:
            succeeded, outputs = self._composite(step, scope)
        scope.ended(step.get("id"), succeeded=succeeded, outputs=outputs)
        self._job.succeeded = self._job.succeeded and succeeded

    def _composite(self, step: Mapping[str, Any], scope: _Scope) -> tuple[bool, dict[str, str]]:
        """Run the steps of an action, which sees its own inputs and outputs only."""
        path = self._action_path(step["uses"])
        action = yaml.safe_load((path / "action.yml").read_text(encoding="utf-8"))
        given = {key: scope.filled(str(value)) for key, value in step.get("with", {}).items()}
        unknown = given.keys() - action["inputs"].keys()
        assert not unknown, f"inputs that the action has not: {unknown}"
        inputs = {
            key: given.get(key) or scope.filled(str(each.get("default", "")))
            for key, each in action["inputs"].items()
        }
        inner = _Scope(self, inputs)
        before = self._environment["GITHUB_ACTION_PATH"]
        self._environment["GITHUB_ACTION_PATH"] = str(path)
        for each in action["runs"]["steps"]:
            self._step(each, inner)
        self._environment["GITHUB_ACTION_PATH"] = before
        outputs = action.get("outputs", {})
        return inner.succeeded, {key: inner.filled(out["value"]) for key, out in outputs.items()}

    def _action_path(self, uses: str) -> Path:
        """In the workspace, or in this project whatever its commit is."""
        if uses.startswith("./"):
            return self._job.workspace / uses
        name, commit = uses.split("@")
        assert re.fullmatch("[0-9a-f]{40}", commit), f"not pinned: {uses}"
        return PROJECT.joinpath(*name.split("/")[2:])

    def _check_out(self, step: Mapping[str, Any], scope: _Scope) -> bool:
        given = {key: scope.filled(str(value)) for key, value in step.get("with", {}).items()}
        target = self._job.workspace / given.get("path", ".")
        ref = given.get("ref") or self._event.ref
        fetched = given.get("ref") or self._start.commit
        depth = given.get("fetch-depth", "1")
        _git("init", "--quiet", "--initial-branch=main", target)
        _git("-C", target, "remote", "add", "origin", f"file://{self._runner.remote}")
        _git("-C", target, "fetch", "--quiet", f"--depth={depth}", "origin", fetched)
        branch = ref.removeprefix("refs/heads/")
        way = ["-B", branch] if branch != ref else ["--detach"]
        _git("-C", target, "checkout", "--quiet", *way, "FETCH_HEAD")
        return True

    def _cache(self, step: Mapping[str, Any], scope: _Scope) -> bool:
        """Bring back what was kept last under such a key; keep it anew after the job."""
        given = {key: scope.filled(value) for key, value in step["with"].items()}
        folder = Path(given["path"])
        for key in reversed(self._runner.caches):
            if key.startswith(given["restore-keys"]):
                shutil.copytree(self._runner.caches[key], folder)
                self._job.log += f"Cache restored from key: {key}\n"
                break
        self._to_keep[given["key"]] = folder
        return True

    def _keep_for_pages(self, step: Mapping[str, Any], scope: _Scope) -> bool:
        """Keep a folder, without what is hidden in it, as that action does."""
        self._runner.artifact = self._job.folder / "artifact"
        shutil.copytree(
            self._job.workspace / scope.filled(step["with"]["path"]),
            self._runner.artifact,
            ignore=shutil.ignore_patterns(".*"),
        )
        return True

    def _deploy(self) -> bool:
        """Show what was kept; refused without the two permissions that it takes."""
        allowed = {"pages": "write", "id-token": "write"}.items() <= self._permissions.items()
        self._runner.pages = self._runner.artifact if allowed else None
        return self._runner.pages is not None

    def _bash(self, step: Mapping[str, Any], scope: _Scope) -> tuple[bool, dict[str, str]]:
        script = self._job.folder / "step.sh"
        script.write_text(scope.filled(step["run"]), encoding="utf-8")
        output = self._job.folder / "output"
        output.write_text("", encoding="utf-8")
        own = {key: scope.filled(str(value)) for key, value in step.get("env", {}).items()}
        place = scope.filled(step.get("working-directory", "."))
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self._job.workspace / place,
            env={**self._environment, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        self._job.log += f"## {step['name']}\n{done.stdout.decode()}\n"
        self._environment |= _assignments(self._job.folder / "env")
        return done.returncode == 0, _assignments(output)

    @property
    def contexts(self) -> dict[str, Any]:
        runner = self._runner
        return {
            "github": {
                "event_name": self._event.name,
                "event": self._event.payload,
                "ref": self._event.ref,
                "token": runner.token,
                "repository": runner.repository,
                "run_attempt": "1",
                "run_id": self._job.folder.name,
            },
            "runner": {"temp": str(self._job.folder / "temp")},
            "vars": runner.variables,
            "secrets": runner.secrets,
            "needs": {
                name: {"result": runner.jobs[name].result, "outputs": runner.jobs[name].outputs}
                for name in self._job.after
            },
        }

    def _basic_environment(self) -> dict[str, str]:
        job = self._job
        for folder in ("workspace", "temp", "home", "bin"):
            (job.folder / folder).mkdir(parents=True)
        self._program("daily-papers", f'exec {self._runner.program_line()} "$@"')
        self._program("sleep", f'echo "$1" >> {shlex.quote(str(job.folder / "slept"))}')
        return {
            "PATH": f"{job.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(job.folder / "home"),
            "PYTHONPATH": str(self._runner.program),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": "",
            "GITHUB_ENV": str(job.folder / "env"),
            "GITHUB_EVENT_NAME": self._event.name,
            "GITHUB_OUTPUT": str(job.folder / "output"),
            "GITHUB_REPOSITORY": self._runner.repository,
            "GITHUB_STEP_SUMMARY": str(job.folder / "summary.md"),
            "GITHUB_WORKSPACE": str(job.workspace),
            "RUNNER_TEMP": str(job.folder / "temp"),
            **GIT_ALONE,
            **self._runner.environment,
        }

    def _program(self, name: str, line: str) -> None:
        path = self._job.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        path.chmod(0o755)


class _Scope:
    """What expressions see in a job, or in a composite action."""

    def __init__(self, job_run: _JobRun, inputs: Mapping[str, Any]) -> None:
        self._job_run = job_run
        self._inputs = inputs
        self._steps: dict[str, Any] = {}
        self.succeeded = True

    def ended(self, id: str | None, *, succeeded: bool, outputs: dict[str, str]) -> None:
        self.succeeded = self.succeeded and succeeded
        if id is not None:
            self._steps[id] = {
                "outputs": outputs,
                "outcome": "success" if succeeded else "failure",
            }

    def filled(self, text: str) -> str:
        return self._expressions().filled(text)

    def holds(self, condition: str) -> bool:
        """Whether an ``if`` lets its step run."""
        expressions = self._expressions()
        value = bool(expressions.value(str(condition)))
        return value and (bool(expressions.called) or self.succeeded)

    def _expressions(self) -> Expressions:
        contexts = {**self._job_run.contexts, "inputs": self._inputs, "steps": self._steps}
        functions = {
            "always": lambda: True,
            "cancelled": lambda: False,
            "failure": lambda: not self.succeeded,
            "success": lambda: self.succeeded,
        }
        return Expressions(contexts, functions)


#: Git without anybody's settings.
GIT_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


def _git(*arguments: str | Path) -> str:
    done = subprocess.run(
        ["git", *map(str, arguments)],
        env={**os.environ, **GIT_ALONE},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def _assignments(file: Path) -> dict[str, str]:
    """``name=value`` lines, as steps write them into the runner's files."""
    if not file.exists():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line)
