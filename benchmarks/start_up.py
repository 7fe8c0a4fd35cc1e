"""How long `daily-papers --help` takes, beside a bare interpreter.

Run it from a checkout, in an environment that has daily-papers: ``python benchmarks/start_up.py``.
"""

from __future__ import annotations

import statistics

from processes import Cost, run

RUNS = 21
COMMANDS = {
    "`python -c pass`": ["-c", "pass"],
    '`python -I -c "import argparse"`': ["-I", "-c", "import argparse"],
    "`python -m daily_papers --help`": ["-m", "daily_papers", "--help"],
    "`python -m daily_papers update --help`": ["-m", "daily_papers", "update", "--help"],
    "`python -m daily_papers --version`": ["-m", "daily_papers", "--version"],
}


def median(costs: list[Cost], what: str) -> float:
    return statistics.median(getattr(cost, what) for cost in costs) * 1000


def main() -> None:
    taken: dict[str, list[Cost]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):  # in turns, so that a busy moment hits all of them
        for name, arguments in COMMANDS.items():
            taken[name].append(run(arguments))
    bare = median(taken["`python -c pass`"], "processor")
    print("| command | ms | fastest ms | CPU ms | CPU ms above the bare interpreter |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, costs in taken.items():
        processor = median(costs, "processor")
        print(
            f"| {name} | {median(costs, 'seconds'):.0f} | "
            f"{min(cost.seconds for cost in costs) * 1000:.0f} | {processor:.0f} | "
            f"{processor - bare:.0f} |"
        )


if __name__ == "__main__":
    main()
