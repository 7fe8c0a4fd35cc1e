"""What starts a job on GitHub, and what became of it: its log, commands, summary and outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_COMMAND = re.compile(r"^\s*::(?P<name>[\w-]+)(?: (?P<properties>[^:]*))?::(?P<data>.*)$")


@dataclass(frozen=True)
class Event:
    """What starts a workflow."""

    name: str = "schedule"
    inputs: Mapping[str, Any] = field(default_factory=dict)
    #: Of the context ``github.event``.
    payload: Mapping[str, Any] = field(default_factory=dict)
    #: What is checked out where nothing else is said, as it is when the event happens.
    ref: str = "refs/heads/main"


@dataclass(frozen=True)
class Command:
    """A command that the log gave to GitHub: an annotation, or anything that was smuggled in."""

    name: str
    properties: Mapping[str, str]
    message: str


@dataclass
class Job:
    """What became of a job."""

    folder: Path
    succeeded: bool = True
    #: Whether its ``if`` let it start.
    started: bool = True
    log: str = ""
    #: What it tells to the jobs that need it.
    outputs: dict[str, str] = field(default_factory=dict)
    #: Those that it needs, and those that they need.
    after: frozenset[str] = frozenset()

    @property
    def result(self) -> str:
        """What ``needs`` says of it."""
        if not self.started:
            return "skipped"
        return "success" if self.succeeded else "failure"

    @property
    def summary(self) -> str:
        """What the job's page shows."""
        path = self.folder / "summary.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    @property
    def commands(self) -> list[Command]:
        """What GitHub would have obeyed, in order."""
        return list(_commands(self.log))

    @property
    def slept(self) -> list[str]:
        path = self.folder / "slept"
        return path.read_text(encoding="utf-8").split() if path.exists() else []


def _commands(log: str) -> Iterator[Command]:
    """What the runner takes for commands, but while they are stopped."""
    stopped: str | None = None
    for line in log.splitlines():
        if stopped is None and "##[" in line:
            yield Command("##[", {}, line)
        found = _COMMAND.match(line)
        if found is None:
            continue
        if stopped is not None:
            stopped = None if found["name"] == stopped else stopped
        elif found["name"] == "stop-commands":
            stopped = found["data"]
        else:
            pairs = [pair.split("=", 1) for pair in (found["properties"] or "").split(",") if pair]
            properties = {key: unquote(value) for key, value in pairs}
            yield Command(found["name"], properties, unquote(found["data"]))
