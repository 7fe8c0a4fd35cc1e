"""How long `daily-papers --help` takes, beside a bare interpreter.

Run it from a checkout, in an environment that has daily-papers: ``python benchmarks/start_up.py``.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 21
COMMANDS = {
    "`python -c pass`": ["-c", "pass"],
    '`python -I -c "import argparse"`': ["-I", "-c", "import argparse"],
    "`python -m daily_papers --help`": ["-m", "daily_papers", "--help"],
    "`python -m daily_papers update --help`": ["-m", "daily_papers", "update", "--help"],
    "`python -m daily_papers --version`": ["-m", "daily_papers", "--version"],
}


def milliseconds(arguments: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):  # in turns, so that a busy moment hits all of them
        for name, arguments in COMMANDS.items():
            taken[name].append(milliseconds(arguments))
    bare = statistics.median(taken["`python -c pass`"])
    print("| command | median ms | fastest ms | ms above the bare interpreter |")
    print("| --- | ---: | ---: | ---: |")
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"| {name} | {median:.0f} | {min(times):.0f} | {median - bare:.0f} |")


if __name__ == "__main__":
    main()
