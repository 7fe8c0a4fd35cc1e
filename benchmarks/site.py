"""What the website costs to build, to build again, and to search.

Run it from a checkout: ``python benchmarks/site.py``. Each keyword has 100 made-up papers, a fifth
of them with two formulas, one of which no other paper has. Each build is a fresh process. Searching
is measured in Debian's Chromium (``--without-browser`` leaves it out): a question is typed letter
by letter. *Answered* is the time from a key's event until what it found stands in the page and is
laid out; *painted* is the browser's own Event Timing, from the key until the next picture, in steps
of 8 ms.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from made_up import Writer, full_store, repository
from processes import Cost, run

from daily_papers.repository import Repository
from daily_papers.store.store import Draft

DAY = date(2026, 6, 15)
KEYWORDS = (10, 100, 250)
PAPERS = (1_000, 10_000)
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


def prepare(root: Path, keywords: int) -> None:
    """Make a repository whose tables are full, some papers with formulas."""
    config = repository(root, keywords)
    store = Draft(full_store(config, Writer(), DAY))
    names = {keyword.slug: keyword.name for keyword in config.keywords}
    for place, stored in enumerate(tuple(store.papers.values())):
        start = "".join(f"On {names[slug]}. " for slug in stored.first_seen)
        if place % 5 == 0:
            start += rf"We need $O(n\log n)$ steps, not $\frac{{n^{{{place}}}}}{{k}}$. "
        paper = replace(stored.paper, abstract=start + stored.paper.abstract)
        store.papers[paper.id] = replace(stored, paper=paper)
    Repository(root).publish(config, store.finish())


def build(root: Path) -> Cost:
    return run(["-m", "daily_papers", "--quiet", "--root", str(root), "site"])


def written(root: Path) -> dict[Path, int]:
    """When each file was written."""
    return {path: path.stat().st_mtime_ns for path in (root / "site").rglob("*") if path.is_file()}


def row_of_builds(folder: Path, keywords: int) -> str:
    root = folder / f"{keywords}"
    prepare(root, keywords)
    cost = build(root)
    before = written(root)
    again = build(root)
    after = written(root)
    changed = sum(before.get(path) != moment for path, moment in after.items())
    sizes = {path: path.stat().st_size for path in after}
    pages = [size for path, size in sizes.items() if path.suffix == ".html"]
    index = sum(size for path, size in sizes.items() if path.parent.name == "search")
    return (
        f"| {keywords} | {len(sizes):,} | {cost.seconds:.1f} | {cost.processor:.1f}"
        f" | {cost.mib:.0f} | {sum(sizes.values()) / 1e6:.1f} | {max(pages) / 1e3:.0f}"
        f" | {index / 1e6:.1f} | {again.processor:.1f} | {changed} |"
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
    page.locator("#status", has_text="found").wait_for(timeout=60_000)
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
    return f"| {papers:,} | {loaded / 1e3:.1f} | {of_many(answered)} | {of_many(painted)} |"


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
        print(
            "| keywords | files | s | CPU s | peak MiB | MB | largest page, kB | search index, MB",
            end="",
        )
        print(" | again, CPU s | files written again |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for keywords in KEYWORDS:
            print(row_of_builds(folder, keywords), flush=True)
        if not options.without_browser:
            measure_searching(folder)


def measure_searching(folder: Path) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    print(
        "\n| papers | index loaded, s | answered, ms | 95 % | slowest | painted, ms | 95 %", end=""
    )
    print(" | slowest |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for papers in PAPERS:
            root = folder / f"search-{papers}"
            prepare(root, papers * 7 // 600 + 1)
            build(root)
            with served(root / "site") as address:
                print(row_of_searches(browser, address, papers), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
