"""`demo`: a few days of a digest repository, with recorded answers of a stand-in for arXiv.

Made-up papers over real HTTP, and the real pipeline: a first run, ordinary days, a day on which
arXiv throttles us, a day on which nothing answers, the recovery, and a weekend.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

from daily_papers.daily.job import update
from daily_papers.daily.plan import Order
from daily_papers.demo.arxiv import DemoArxiv
from daily_papers.errors import UsageError
from daily_papers.init import init
from daily_papers.repository import Repository
from daily_papers.site.build import build_site

Say = Callable[[str], None]

_KEYWORDS = """\
# The topics of this digest repository.
title: Daily Papers, made up
categories: [cs, eess, stat, physics.med-ph]
keywords:
  - magnetic resonance imaging
  - mri
  - name: Medical imaging
    any: [medical imaging, medical image analysis]
    none: [survey]
  - graph neural networks
  - name: Diffusion models
    query: 'ti:"diffusion model" OR abs:"diffusion model"'
  - author: [José Núñez Ibáñez, J. Núñez Ibáñez]
"""


_DAYS = {
    date(2026, 2, 2): "Monday: the first run fills the tables",
    date(2026, 2, 3): "Tuesday: an ordinary day",
    date(2026, 2, 4): "Wednesday: the query API throttles us",
    date(2026, 2, 5): "Thursday: none of arXiv's services answers",
    date(2026, 2, 6): "Friday: arXiv is back, and what was missed is fetched",
    date(2026, 2, 7): "Saturday: no listing",
    date(2026, 2, 8): "Sunday: no listing",
    date(2026, 2, 9): "Monday: an ordinary day",
}


def demo(folder: Path, say: Say) -> None:
    """Run the demo in a folder that is empty or does not exist."""
    _prepare(folder)
    say(f"A digest repository in {folder}, and an arXiv on this machine with made-up papers.\n")
    arxiv = DemoArxiv()
    with arxiv.serving():
        for day, what in _DAYS.items():
            arxiv.today = day
            order = Order(day=day, environ=arxiv.environment())
            report = update(Repository(folder), order, lambda *_: None)
            asked = sum(request.status != "kept" for request in report.requests)
            say(f"{day}  {what}")
            say(f"            {report.day_line}")
            for note in report.notes:
                say(f"            note: {note}")
            say(f"            {asked} requests, exit code {report.exit_code}")
    build_site(folder, None, {})
    newest = max((folder / "digests").glob("*.md"))
    say("\nNow open these two:")
    say(f"  {folder / 'site' / 'index.html'}: the website, in a browser")
    say(f"  {newest}: a day's email")
    say(f"The tables are in {folder / 'README.md'}, and the topics in {folder / 'keywords.yaml'}.")


def _prepare(folder: Path) -> None:
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(f"{folder}: not an empty folder; name another: daily-papers demo DIR")
    init(folder, Random(0), lambda _: None)  # noqa: S311 - not a secret
    (folder / "keywords.yaml").write_text(_KEYWORDS, encoding="utf-8")
