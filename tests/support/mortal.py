"""A command line that can be killed between any two of its writes and requests.

A process of its own has everything imported and forks for each command, which is quick. The
child counts what the interpreter is about to do to the disk and the network, by audit events, so
nothing of the program is replaced; at the one that was chosen it ends as a killed process does.
An open for writing counts twice: before it, and when the file is there and empty.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

import daily_papers
from daily_papers.__main__ import main
from tests.support.command_line import start_module

#: What a killed command ends with.
KILLED = 9
#: What one ends with that met an error nobody expected.
CRASHED = 70
#: What else than opening a file for writing is a step.
_STEPS = frozenset(
    {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod"}
    | {"http.client.send"}
)
#: The program itself would run, and the website is not made here.
_NOT_IMPORTED = ("daily_papers.__main__", "daily_papers.site")


@dataclass(frozen=True)
class Life:
    """How a command ended, and after how many steps."""

    code: int
    steps: int
    out: str


class MortalCommandLine:
    """Runs commands, one after the other; a context manager."""

    def __enter__(self) -> Self:
        self._process = start_module("tests.support.mortal")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    @property
    def pid(self) -> int:
        """The process whose child runs the command."""
        return self._process.pid

    def run(
        self, *arguments: str | Path, environ: Mapping[str, str], die_at: int | None = None
    ) -> Life:
        """Run a command; with ``die_at`` it is killed before that step (the first is 1)."""
        order = {"argv": [*map(str, arguments)], "environ": {**environ}, "die_at": die_at}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Life(**json.loads(self._process.stdout.readline()))


# --- in the process of its own -----------------------------------------------------------------


def _serve() -> None:
    for module in walk_packages(daily_papers.__path__, "daily_papers."):
        if not module.name.startswith(_NOT_IMPORTED):
            import_module(module.name)  # once, for all children
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_in_child(json.loads(line))) + "\n")
        sys.stdout.flush()


def _in_child(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live(order, writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        last = told.read()
    _, status = os.waitpid(child, 0)
    steps, _, out = last.partition("\n")
    code = os.waitstatus_to_exitcode(status)
    return {"code": KILLED if code == -9 else code, "steps": int(steps or 0), "out": out}


def _live(order: dict[str, Any], writing: int) -> None:
    os.environ.clear()
    os.environ.update(order["environ"])
    said = TemporaryFile()  # noqa: SIM115 - as long as the process
    os.dup2(said.fileno(), 1)
    os.dup2(said.fileno(), 2)
    steps = _Steps(order["die_at"])
    sys.addaudithook(steps.watch)
    try:
        code = main(order["argv"])
    except Exception:  # noqa: BLE001 - a child must end, and not go on as its parent
        traceback.print_exc(file=sys.stdout)
        code = CRASHED
    sys.stdout.flush()
    said.seek(0)
    os.write(writing, f"{steps.count}\n".encode() + said.read(60_000))
    os._exit(code)


@dataclass
class _Steps:
    """What the command did so far, and when it dies."""

    die_at: int | None
    count: int = 0
    dying: bool = False

    def watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take note of an audit event, which comes before what it tells of."""
        if self.dying:
            return
        if event in _STEPS:
            self._step()
        elif event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            self._step()
            if arguments[2] & os.O_TRUNC:
                self._step(emptied=arguments[0])

    def _step(self, emptied: str | None = None) -> None:
        self.count += 1
        if self.count == self.die_at:
            self.dying = True
            if emptied is not None:
                Path(emptied).write_bytes(b"")
            os._exit(KILLED)


if __name__ == "__main__":
    _serve()
