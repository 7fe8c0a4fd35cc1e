"""What `render` and a second `update` of a complete day cost with 3, 100 and 1,000 keywords.

Run it from a checkout: ``python benchmarks/number_of_keywords.py``. Each table has 100 papers. Each
row is a fresh process; arXiv is an address at which nobody listens, so a request would fail.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date
from pathlib import Path

from made_up import Writer, full_store, repository
from processes import Cost, elsewhere, run

from daily_papers.repository import Repository

DAY = date(2026, 6, 15)
KEYWORDS = (3, 100, 1_000)
REPEAT = 3
NOBODY = "http://127.0.0.1:9/api/query"
COMMANDS = {
    "render": ["render"],
    "update": ["update", "--source", "search", "--today", DAY.isoformat()],
}


def prepare(root: Path, keywords: int) -> None:
    """Make a repository whose tables are full."""
    config = repository(root, keywords)
    Repository(root).publish(config, full_store(config, Writer(), DAY))


def command(root: Path, arguments: list[str]) -> Cost:
    """Run one of the commands in the repository."""
    whole = ["-m", "daily_papers", "--quiet", "--root", str(root), *arguments]
    return run(whole, {"DAILY_PAPERS_API_URL": NOBODY})


def best(root: Path, arguments: list[str]) -> Cost:
    costs = [command(root, arguments) for _ in range(REPEAT)]
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
            elsewhere(prepare, root, count)
            files = (path for path in root.rglob("*") if path.is_file())
            megabytes = sum(path.stat().st_size for path in files) / 1e6
            command(root, COMMANDS["update"])  # the first run of the day; the second is measured
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
