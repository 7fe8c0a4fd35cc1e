"""What a day costs with 1,000 and with 100,000 papers in the history.

Run it from a checkout: ``python benchmarks/history.py``. Each row is a digest repository after some
days of the demo's arXiv, to which a history of made-up papers was added; then comes one more day.
Commands run in processes of their own, so waiting for the demo's arXiv is no processor time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from made_up import Writer

from daily_papers.daily.job import update
from daily_papers.daily.plan import Order
from daily_papers.demo.arxiv import DemoArxiv
from daily_papers.papers.paper import Paper
from daily_papers.render.readme import BEGIN, END
from daily_papers.repository import Repository
from daily_papers.store.files import load_store, save_store
from daily_papers.store.store import News, StoredPaper
from daily_papers.transaction import Transaction

SIZES = (0, 1_000, 10_000, 100_000)
#: Papers that leave the tables on one day.
A_DAY = 100
DAYS = (date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 4))
LAST = date(2026, 2, 5)


def remember(root: Path, size: int) -> None:
    """Let so many papers have been news, and have left their tables, before the first day."""
    store = load_store(root)
    papers = list(history(size))
    for start in range(0, size, A_DAY):
        day = date(2007, 4, 2) + timedelta(days=start // A_DAY)
        gone = {each.id: left(each, day) for each in papers[start : start + A_DAY]}
        state = replace(store.state, day=day)
        past = replace(store, papers=gone, news=frozenset(gone), state=state)
        transaction = Transaction(root)
        save_store(past, transaction)
        transaction.commit()
    transaction = Transaction(root)
    save_store(store, transaction)
    transaction.commit()


def history(size: int) -> Iterator[Paper]:
    writer = Writer()
    for number in range(size):
        month, place = divmod(number, 8_000)
        paper = writer.paper(date(2007, 4, 2))
        yield replace(paper, id=f"{704 + month:04d}.{place:04d}")


def left(paper: Paper, day: date) -> StoredPaper:
    """A paper that was news the day before, and is in no table any more."""
    seen = {"mri": day}
    return StoredPaper(paper, seen, frozenset(seen), News(1, day - timedelta(1), ("mri",), "old"))


def measured(root: Path, environ: dict[str, str], *arguments: str) -> tuple[float, float]:
    """Processor seconds and the most MB of a command."""
    code = (
        "import sys, time\nfrom daily_papers.__main__ import main\nmain(sys.argv[1:])\n"
        "most = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(time.process_time(), int(most.split()[1]) / 1000, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "--quiet", "--root", str(root), *arguments]
    ended = subprocess.run(
        command, env=os.environ | environ, capture_output=True, text=True, check=True
    )
    seconds, megabytes = ended.stderr.split()[-2:]
    return float(seconds), float(megabytes)


def row(size: int) -> str:
    arxiv = DemoArxiv()
    with arxiv.serving(), tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "digest"
        root.mkdir()
        (root / "keywords.yaml").write_text("keywords: [mri, graph neural networks]\n")
        (root / "README.md").write_text(f"{BEGIN}\n{END}\n")
        for day in DAYS:
            arxiv.today = day
            update(Repository(root), Order(day=day, environ=arxiv.environment()), lambda *_: None)
        remember(root, size)
        arxiv.today = LAST
        today = ("--today", str(LAST))
        ran = measured(root, arxiv.environment(), "update", *today)
        environ = {"DAILY_PAPERS_TODAY": str(LAST), "GITHUB_REPOSITORY": "owner/digest"}
        told = measured(root, environ, "notify", "--dry-run")
        files = (path for path in (root / "data").rglob("*") if path.is_file())
        size_on_disk = sum(path.stat().st_size for path in files)
    return (
        f"| {size:,} | {size_on_disk / 1e6:.1f} | {ran[0]:.2f} | {ran[1]:.0f} | {told[0]:.2f} | "
        f"{told[1]:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    print(
        "| papers in the history | MB of data/ | `update`, CPU s | MB of memory | "
        "`notify`, CPU s | MB of memory |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in parser.parse_args().sizes:
        print(row(size), flush=True)


if __name__ == "__main__":
    main()
