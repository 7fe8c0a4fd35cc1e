"""A keyword that never finds anything, or more than its table holds, is named with what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from daily_papers.store.files import load_store, save_store
from daily_papers.transaction import Transaction
from tests.sandbox import SandboxArxiv
from tests.support.command_line import run
from tests.support.repository import Repository

DAY = date(2026, 2, 9)
KEYWORDS = """\
keywords:
  - {name: mri, any: [mri], in: title and abstract, max_papers: 6}
  - magnetic resonance imaging
  - neural rendring
"""
NOTHING = (
    "Nothing has matched since 2026-01-10; check the spelling with: "
    "daily-papers preview neural-rendring"
)
TOO_MUCH = (
    "The 6 papers in the table cover less than a week; give the keyword categories or "
    "longer phrases, or raise max_papers; see: daily-papers preview mri"
)


@pytest.fixture(scope="module")
def arxiv():
    with SandboxArxiv(today=DAY) as sandbox:
        yield sandbox


def aged(repository: Repository, days: int) -> None:
    """Let the tables have been filled that long ago."""
    store = load_store(repository.root)
    filled = DAY - timedelta(days=days)
    keywords = {slug: replace(each, filled=filled) for slug, each in store.keywords.items()}
    transaction = Transaction(repository.root)
    save_store(store.updated(keywords=keywords), transaction)
    transaction.commit()


@pytest.mark.parametrize(
    ("days", "rows", "advised"),
    [
        (30, 6, (TOO_MUCH, NOTHING)),
        (29, 7, (None, None)),
    ],
)
def test_the_report_readme_and_page_advise(
    tmp_path: Path,
    arxiv: SandboxArxiv,
    days: int,
    rows: int,
    advised: tuple[str | None, str | None],
):
    repository = Repository.new(tmp_path, KEYWORDS.replace("max_papers: 6", f"max_papers: {rows}"))
    update = ("update", "--root", repository.root, "--report", tmp_path / "report.json")
    assert run(*update, environ=arxiv.environment()).code == 0
    mri, rendring = advised
    aged(repository, days)
    ended = run(*update, environ=arxiv.environment())
    assert ended.code == 0
    said = {"mri": mri, "neural rendring": rendring, "magnetic resonance imaging": None}
    expected = [f"{name}: {advice}" for name, advice in said.items() if advice]
    for style in ("text", "markdown"):
        shown = run("report", tmp_path / "report.json", "--format", style).out.replace("\\", "")
        named = [line.removeprefix("- ") for line in shown.splitlines() if " preview " in line]
        assert named == expected
    assert not run("report", tmp_path / "report.json", "--format", "github").out
    for advice, slug in ((mri, "mri"), (rendring, "neural-rendring")):
        for path in ("README.md", f"papers/{slug}.md"):
            text = repository.text(path).replace("\\", "")
            assert (f"{advice}." in text) == (f"preview {slug}" in text) == bool(advice)
    assert run("site", "--root", repository.root).code == 0
    for path in ("README.md", "papers/neural-rendring.md", "site/keywords/neural-rendring.html"):
        text = repository.text(path)
        assert ("No paper on arXiv matches yet" in text) != bool(rendring)
        assert "Nothing has matched since" in text or not rendring
        assert "never" not in text
