"""What `render` and a second `update` of a complete day cost with 3, 100 and 1,000 keywords.

Run it from a checkout: ``python benchmarks/number_of_keywords.py``. Each table has 100 papers. Each
row is a fresh process; arXiv is an address at which nobody listens, so a request would fail.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from made_up import Writer, full_store, repository

from daily_papers.publishing import Publication

DAY = date(2026, 6, 15)
KEYWORDS = (3, 100, 1_000)
REPEAT = 3
CHECKOUT = Path(__file__).parents[1]
NOBODY = "http://127.0.0.1:9/api/query"
COMMANDS = {
    "render": ["render"],
    "update": ["update", "--source", "search", "--today", DAY.isoformat()],
}


@dataclass(frozen=True)
class Cost:
    """Time, processor time and peak memory of one process."""

    seconds: float
    processor: float
    mib: float


def prepare(root: Path, keywords: int) -> float:
    """Make a repository whose tables are full; return the MB of its files."""
    config = repository(root, keywords)
    Publication.of(root, config).publish(full_store(config, Writer(), DAY))
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) / 1e6


def run(root: Path, arguments: list[str]) -> Cost:
    """Run a command in a process of its own; it must succeed."""
    command = [sys.executable, "-m", "daily_papers", "--quiet", "--root", str(root), *arguments]
    environment = os.environ | {"DAILY_PAPERS_API_URL": NOBODY, "PYTHONPATH": str(CHECKOUT)}
    start = time.perf_counter()
    with subprocess.Popen(command, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def best(root: Path, arguments: list[str]) -> Cost:
    costs = [run(root, arguments) for _ in range(REPEAT)]
    return Cost(
        min(cost.seconds for cost in costs),
        min(cost.processor for cost in costs),
        max(cost.mib for cost in costs),
    )


def further(before: tuple[int, Cost] | None, count: int, cost: Cost) -> str:
    """What each keyword costs beyond those of the row before, in processor time."""
    if before is None:
        return ""
    fewer, cheaper = before
    return f"{(cost.processor - cheaper.processor) / (count - fewer) * 1000:.1f}"


def stamps(root: Path) -> dict[Path, int]:
    """When each file was written; the private folder apart."""
    return {
        path: path.stat().st_mtime_ns
        for path in root.rglob("*")
        if path.is_file() and ".daily-papers" not in path.parts
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keywords", type=int, nargs="+", default=KEYWORDS)
    counts = parser.parse_args().keywords
    print(
        "| command | keywords | seconds | CPU seconds | ms a further one | peak MiB | MB of files |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    before: dict[str, tuple[int, Cost]] = {}
    for count in sorted(counts):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            megabytes = prepare(root, count)
            run(root, COMMANDS["update"])  # the first run of the day; the second is measured
            written = stamps(root)
            for name, arguments in COMMANDS.items():
                cost = best(root, arguments)
                more = further(before.get(name), count, cost)
                print(
                    f"| {name} | {count:,} | {cost.seconds:.2f} | {cost.processor:.2f} | "
                    f"{more} | {cost.mib:.0f} | {megabytes:.0f} |",
                    flush=True,
                )
                before[name] = (count, cost)
            if stamps(root) != written:
                raise SystemExit("a file was written, though nothing had changed")


if __name__ == "__main__":
    main()
