"""Requests and bytes of one ordinary day against the number of keywords.

Run it from a checkout: ``python benchmarks/requests_a_day.py``. A sandbox arXiv announces 1,375
papers on the day, over real HTTP on this machine. Beside the way of daily-papers (the day's feed,
the details of what matched, one audit) stands the usual one, a search for each keyword, which is
``update --source search`` here. Half of the keywords match something of the day.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from daily_papers.daily.job import update
from daily_papers.daily.plan import FetchMode, Order
from daily_papers.daily.report import RunReport
from daily_papers.render.readme import BEGIN, END
from daily_papers.repository import Repository
from daily_papers.store.files import load_store, save_store
from daily_papers.transaction import Transaction
from tests.sandbox import SandboxArxiv, Script, Universe, make_up

KEYWORDS = (3, 25, 250, 2_500, 10_000)
BEFORE, DAY = date(2026, 1, 5), date(2026, 1, 6)
#: Seconds that arXiv wants between two requests.
INTERVAL = 3


def phrases(universe: Universe, count: int) -> list[str]:
    """Runs of four words from the day's abstracts; half of them with a word that is nowhere."""
    source, records = random.Random(count), universe.announced_on(DAY)
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        words = re.findall(r"[a-z]{3,}", source.choice(records).words.abstract.lower())
        start = source.randrange(max(1, len(words) - 4))
        tail = [f"nowhere{source.randrange(10**6)}"] if len(chosen) % 2 else []
        chosen[" ".join(words[start : start + 4] + tail)] = None
    return list(chosen)


def prepared(root: Path, keywords: Sequence[str], arxiv: SandboxArxiv) -> None:
    """A repository whose tables were filled the day before."""
    root.mkdir()
    listed = "".join(f"  - {keyword}\n" for keyword in keywords)
    settings = f"categories: [cs, eess, stat]\nkeywords:\n{listed}"
    (root / "keywords.yaml").write_text(settings, encoding="utf-8")
    (root / "README.md").write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    run(root, arxiv, BEFORE, FetchMode.ANNOUNCEMENTS)
    store = load_store(root)
    keywords = {
        slug: replace(keyword, filled=BEFORE, audited=BEFORE, last_success=BEFORE)
        for slug, keyword in store.keywords.items()
    }
    state = replace(store.state, complete=True)
    transaction = Transaction(root)
    save_store(replace(store, keywords=keywords, state=state), transaction)
    transaction.commit()


def run(root: Path, arxiv: SandboxArxiv, day: date, source: FetchMode) -> RunReport:
    arxiv.today = day
    order = Order(day=day, mode=source, budget=1e6, environ=arxiv.environment())
    return update(Repository(root), order, lambda *_: None)


def row(way: str, count: int, arxiv: SandboxArxiv, source: FetchMode) -> str:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "digest"
        prepared(root, phrases(arxiv.universe, count), arxiv)
        begun = time.thread_time()
        report = run(root, arxiv, DAY, source)
        seconds = time.thread_time() - begun
    assert report.exit_code == 0, report.day_line
    requests = len(report.requests)
    megabytes = sum(request.bytes for request in report.requests) / 1e6
    pace = requests * INTERVAL / 60
    return f"| {way} | {count:,} | {requests:,} | {megabytes:,.1f} | {pace:,.1f} | {seconds:,.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches-up-to", type=int, default=KEYWORDS[-1], metavar="KEYWORDS")
    most = parser.parse_args().searches_up_to
    universe = make_up(Script(first_day=DAY, days=1, papers_a_day=1100, seed=7))
    print("| way | keywords | requests | MB | minutes at arXiv's pace | our own CPU seconds |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with SandboxArxiv(universe) as arxiv:
        for count in KEYWORDS:
            print(row("daily-papers", count, arxiv, FetchMode.AUTO), flush=True)
        for count in KEYWORDS:
            if count <= most:
                print(row("a search each", count, arxiv, FetchMode.SEARCH), flush=True)


if __name__ == "__main__":
    main()
