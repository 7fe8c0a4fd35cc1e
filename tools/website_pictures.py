"""The pictures of the website in README.md: six made-up weeks, in headless Chromium.

Run it in the test environment, where Playwright is: ``.venv/bin/python tools/website_pictures.py``.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from daily_papers.__main__ import main as daily_papers
from daily_papers.daily.job import update
from daily_papers.daily.plan import Order
from daily_papers.repository import Repository
from tests.sandbox import TRACKED_AUTHOR, SandboxArxiv, Script, make_up

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
WIDTH, HEIGHT = 1000, 850
FIRST_DAY, DAYS = date(2026, 1, 5), 40

_KEYWORDS = f"""\
title: Daily Papers
keywords:
  - magnetic resonance imaging
  - mri
  - any: [medical imaging, medical image analysis]
  - graph neural networks
  - name: Diffusion models
    any: [diffusion model]
  - author: [{", ".join(TRACKED_AUTHOR)}]
"""
_README = "<!-- daily-papers:begin -->\n<!-- daily-papers:end -->\n"


def main() -> None:
    """Make a repository and its website, and take both pictures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "keywords.yaml").write_text(_KEYWORDS, encoding="utf-8")
        (root / "README.md").write_text(_README, encoding="utf-8")
        _play(root)
        daily_papers(["--root", folder, "site"])
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            day = max(path.stem for path in (root / "digests").glob("*.md"))
            _take(browser, root / "site", f"digests/{day}.html", "light", "day.png")
            question = "search.html?q=%22diffusion+models%22+mri&keyword=mri"
            _take(browser, root / "site", question, "dark", "search.png")
            browser.close()


def _play(root: Path) -> None:
    with SandboxArxiv(make_up(Script(papers_a_day=30, days=DAYS))) as sandbox:
        for day in (FIRST_DAY + timedelta(number) for number in range(DAYS)):
            sandbox.today = day
            order = Order(day=day, environ=sandbox.environment())
            update(Repository(root), order, lambda *_: None)


def _take(browser: Any, site: Path, page: str, scheme: str, picture: str) -> None:
    """Give the browser the site's files without a server; localhost may use the clipboard."""
    tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)
    address = "http://localhost/"
    tab.route(
        f"{address}**",
        lambda route: route.fulfill(
            path=site / route.request.url.removeprefix(address).partition("?")[0]
        ),
    )
    tab.goto(address + page)
    if "?" in page:
        tab.locator("#status").filter(has_text="found").wait_for()
    tab.screenshot(path=PICTURES / picture)
    tab.close()


if __name__ == "__main__":
    main()
