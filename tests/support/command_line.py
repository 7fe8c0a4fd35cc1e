"""The command line as people run it: in this process, or in one of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from daily_papers.__main__ import main

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """The lines of both, what was printed first."""
        return [*self.out.splitlines(), *self.err.splitlines()]


def run(*arguments: str | Path, environ: Mapping[str, str] | None = None) -> Ended:
    """Run a command here; of the environment it sees only what is given."""
    out, err = _stream(), _stream()
    with patch.dict(os.environ, _bare(environ), clear=True):
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = main([str(argument) for argument in arguments])
            except SystemExit as exit_:  # argparse's way to end
                code = exit_.code if isinstance(exit_.code, int) else 1
    return Ended(code, _text(out), _text(err))


def run_apart(
    *arguments: str | Path,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    interpreter: tuple[str, ...] = ("-m", "daily_papers"),
) -> Ended:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, *interpreter, *map(str, arguments)],
        env=environment(environ),
        cwd=cwd,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process of its own needs to find the program."""
    return {"PYTHONPATH": str(PROJECT), **_bare(environ)}


def start_module(name: str) -> subprocess.Popen[str]:
    """Start a module in a process of its own, which is written to and read from."""
    return subprocess.Popen(
        [sys.executable, "-m", name],
        cwd=PROJECT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _bare(environ: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, **(environ or {})}


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")
