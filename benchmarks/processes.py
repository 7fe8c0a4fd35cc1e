"""What a process costs: time by the clock, processor time, peak memory."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, seconds of the processor, and MiB at most."""

    seconds: float
    processor: float
    mib: float


def run(arguments: Sequence[str], environment: dict[str, str] | None = None) -> Cost:
    """Run Python with these arguments; it must succeed."""
    command = [sys.executable, *arguments]
    environ = os.environ | {"PYTHONPATH": str(CHECKOUT)} | (environment or {})
    start = time.perf_counter()
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts in bytes, Linux in KiB
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def elsewhere(task: Callable[..., None], *arguments: object) -> None:
    """Do it in another process: the peak of a process counts the memory of the one it came from."""
    other = multiprocessing.get_context("fork").Process(target=task, args=arguments)
    other.start()
    other.join()
    if other.exitcode:
        raise SystemExit(other.exitcode)
