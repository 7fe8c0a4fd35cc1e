"""What the website costs to build, to build on the next day, and to search.

Run it from a checkout: ``python benchmarks/site.py``. Papers are made up, a fifth of them with two
formulas, one of which no other paper has. Each build is a fresh process. The next day brings 100
papers. Searching is measured in Debian's Chromium (``--without-browser`` leaves it out): a question
is typed letter by letter. *Answered* is the time from a key's event until what it found stands in
the page and is laid out; *painted* is the browser's own Event Timing, from the key until the next
picture, in steps of 8 ms.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import statistics
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from made_up import ROWS, Writer, full_store, repository
from processes import Cost, elsewhere, run

from daily_papers.config import Config
from daily_papers.mail.digest import Digest, digest_records
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Paper
from daily_papers.repository import Repository
from daily_papers.store.files import load_store, save_store
from daily_papers.store.store import Draft, KeywordState, News, State, Store, StoredPaper
from daily_papers.transaction import Transaction

DAY = date(2026, 6, 15)
PAPERS_A_DAY = 100
#: Keywords with full tables, and papers in the history.
SIZES = ((25, 0), (250, 0), (25, 10_000), (25, 100_000))
SEARCHED = ((25, 10_000), (25, 100_000))
QUESTIONS = ("bacon the", '"of the" for', "gurubaco lime", "title with code")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
OBSERVE = """
window.painted = [];
window.answered = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.name === "input") window.painted.push(entry.duration);
  }
}).observe({ type: "event", durationThreshold: 16 });
addEventListener("input", () => {
  const begun = performance.now();
  // A message comes after all that the key set off.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    document.body.getBoundingClientRect();
    window.answered.push(performance.now() - begun);
    port1.close();
  };
  port2.postMessage(null);
}, true);
"""


def with_formulas(paper: Paper, place: int, keyword: str) -> Paper:
    start = f"On {keyword}. "
    if place % 5 == 0:
        start += rf"We need $O(n\log n)$ steps, not $\frac{{n^{{{place}}}}}{{k}}$. "
    return replace(paper, abstract=start + paper.abstract)


def prepare(root: Path, keywords: int, history: int = 0) -> None:
    """Make a repository whose tables are full, some papers with formulas; and its history."""
    config = repository(root, keywords)
    writer = Writer()
    names = {keyword.slug: keyword.name for keyword in config.keywords}
    full = full_store(config, Writer(2), DAY)
    for start in range(0, history, 2_500):
        places = range(start, min(start + 2_500, history))
        add_history(root, config, writer, full.keywords, places)
    store = Draft(full.updated(news=load_store(root).news) if history else full)
    for place, stored in enumerate(tuple(store.papers.values())):
        paper = with_formulas(stored.paper, place, names[min(stored.first_seen)])
        store.papers[paper.id] = replace(stored, paper=paper)
    repo = Repository(root)
    repo.publish(config, store.finish())
    next_day(root, DAY)


def add_history(
    root: Path,
    config: Config,
    writer: Writer,
    keywords: Mapping[str, KeywordState],
    places: range,
) -> None:
    """Let papers be news, a hundred a day, and leave their tables."""
    begin = date(2015, 1, 1)
    slugs = [keyword.slug for keyword in config.keywords]
    names = tuple((keyword.slug, keyword.name) for keyword in config.keywords)
    papers: dict[str, StoredPaper] = {}
    days: dict[date, list[NewsItem]] = {}
    for place in places:
        day = begin + timedelta(days=place // PAPERS_A_DAY)
        slug = slugs[place % len(slugs)]
        paper = with_formulas(writer.paper(day), place, dict(names)[slug])
        news = News(1, day, (slug,), str(day))
        papers[paper.id] = StoredPaper(paper, {slug: day}, frozenset({slug}), news)
        days.setdefault(day, []).append(NewsItem(paper, (slug,), paper.abstract[:150]))
    transaction = Transaction(root)
    ids = load_store(root).news if places[0] else frozenset[str]()
    state = State(day=begin + timedelta(days=places[-1] // PAPERS_A_DAY + 1), complete=True)
    save_store(Store(papers, keywords, state, ids | papers.keys()), transaction)
    for day, items in days.items():
        digest = Digest(str(day), "owner/papers", tuple(items), names)
        transaction.write(f"digests/{day}.md", f"{digest_records(digest)}\n".encode())
    transaction.commit()


def next_day(root: Path, day: date) -> None:
    """An ordinary day: a hundred new papers, and each keyword's oldest leave its table."""
    repo = Repository(root)
    config = repo.load_config()
    before = repo.load_store()
    store = Draft(before)
    writer = Writer(day.toordinal())
    names = {keyword.slug: keyword.name for keyword in config.keywords}
    slugs = list(names)
    items = []
    for place in range(PAPERS_A_DAY):
        slug = slugs[place * 7 % len(slugs)]
        made = with_formulas(writer.paper(day), place, names[slug])
        paper = replace(made, id=f"{day:%y%m}.{50_000 + day.day * 1_000 + place:05}")
        store.take(slug, [paper], day)
        store.trim(slug, ROWS)
        news = News(1, day, (slug,), str(day))
        store.papers[paper.id] = replace(store.papers[paper.id], news=news)
        items.append(NewsItem(paper, (slug,)))
    store.state = State(day=day, complete=True, day_line="Made up.")
    for slug, keyword in store.keywords.items():
        store.keywords[slug] = replace(keyword, last_success=day)
    digest = Digest(str(day), "owner/papers", tuple(items), tuple(names.items()))
    repo.publish(config, store.finish(), digest)


def build(root: Path) -> Cost:
    return run(["-m", "daily_papers", "--quiet", "--root", str(root), "site"])


def written(root: Path) -> dict[Path, int]:
    """When each file was written."""
    return {path: path.stat().st_mtime_ns for path in (root / "site").rglob("*") if path.is_file()}


def row_of_builds(root: Path, keywords: int, history: int) -> str:
    elsewhere(prepare, root, keywords, history)
    cost = build(root)
    before = written(root)
    sizes = {path: path.stat().st_size for path in before}
    day = root / "site" / f"digests/{DAY}.html"
    index = sum(size for path, size in sizes.items() if path.parent.name == "search")
    elsewhere(next_day, root, DAY + timedelta(days=1))
    again = build(root)
    changed = sum(before.get(path) != moment for path, moment in written(root).items())
    return (
        f"| {keywords} | {history:,} | {cost.processor:.1f} | {cost.mib:.0f} | {len(sizes):,}"
        f" | {sum(sizes.values()) / 1e6:.0f} | {sizes[root / 'site/index.html'] / 1e3:.0f}"
        f" | {len(gzip.compress(day.read_bytes())) / 1e3:.0f} | {index / 1e6:.1f}"
        f" | {again.processor:.1f} | {again.mib:.0f} | {changed} |"
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def row_of_searches(browser: Any, address: str, papers: int) -> str:
    page = browser.new_page()
    page.add_init_script(OBSERVE)
    page.goto(address + "search.html")
    begun = page.evaluate("performance.now()")
    page.locator("#words").press_sequentially("b")
    page.locator("#status", has_text="paper").wait_for(timeout=60_000)
    first = page.evaluate("performance.now()") - begun
    page.locator("#status", has_text="found").wait_for(timeout=120_000)
    loaded = page.evaluate("performance.now()") - begun
    page.evaluate("window.painted.length = window.answered.length = 0")
    letters = 0
    for question in QUESTIONS:
        page.locator("#words").fill("")
        page.locator("#words").press_sequentially(question, delay=150)
        letters += len(question)
    page.wait_for_timeout(300)
    answered = page.evaluate("window.answered")
    painted = page.evaluate("window.painted")
    # The browser does not tell of those that took less than 16 ms.
    painted += [16] * max(letters - len(painted), 0)
    page.close()
    loading = f"{first / 1e3:.1f} | {loaded / 1e3:.1f}"
    return f"| {papers:,} | {loading} | {of_many(answered)} | {of_many(painted)} |"


def of_many(times: list[float]) -> str:
    """The median, what nineteen of twenty do not pass, and the worst."""
    inorder = sorted(times)
    worse = inorder[int(len(inorder) * 0.95)]
    return f"{statistics.median(inorder):.0f} | {worse:.0f} | {inorder[-1]:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-browser", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| keywords | history | CPU s | peak MiB | files | MB | start, kB", end="")
        print(" | a day, kB gzipped | index, MB | next day, CPU s | peak MiB | files written |")
        print(f"|{' ---: |' * 12}")
        for keywords, history in SIZES:
            root = folder / f"{keywords}-{history}"
            print(row_of_builds(root, keywords, history), flush=True)
        if not options.without_browser:
            measure_searching(folder)


def measure_searching(folder: Path) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    print("\n| papers | newest part, s | all, s | answered, ms | 95 % | slowest", end="")
    print(f" | painted, ms | 95 % | slowest |\n|{' ---: |' * 9}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for keywords, history in SEARCHED:
            with served(folder / f"{keywords}-{history}" / "site") as address:
                print(row_of_searches(browser, address, history), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
