"""Digests as `update` would write them, and papers to put in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from pathlib import Path

from daily_papers.mail.digest import Digest
from daily_papers.mail.issue import digest_file
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Origin, Paper

KEYWORDS = (("mri", "mri"), ("medical-imaging", "medical imaging"))


def paper(number: int, title: str = "", **values: object) -> Paper:
    known: dict[str, object] = {
        "id": f"2611.{number:05}",
        "version": 1,
        "title": title or f"Paper number {number}",
        "authors": ("Ada Lovelace", "Emmy Noether"),
        "abstract": "About everything.",
        "primary_category": "cs.CV",
        "announced": date(2026, 11, 20),
        "origin": Origin.FEED,
    }
    return Paper(**(known | values))  # type: ignore[arg-type]


def item(number: int, *keywords: str, title: str = "", **values: object) -> NewsItem:
    """News of a paper; ``values`` are fields of the paper or of the news."""
    said = {each.name for each in fields(NewsItem)}
    of_paper = {name: value for name, value in values.items() if name not in said}
    of_news = {name: value for name, value in values.items() if name in said}
    return NewsItem(paper(number, title, **of_paper), keywords or ("mri",), **of_news)  # type: ignore[arg-type]


def digest(
    key: str,
    items: Iterable[NewsItem] | range,
    *,
    repository: str | None = "reader/digests",
    keyword_names: tuple[tuple[str, str], ...] = KEYWORDS,
    **values: object,
) -> Digest:
    """A digest of the given items, or of plain papers with the given numbers."""
    news = tuple(item(each) if isinstance(each, int) else each for each in items)
    return Digest(key, repository, news, keyword_names, **values)  # type: ignore[arg-type]


def write(root: Path, *digests: Digest) -> None:
    """Write digests where `update` puts them."""
    (root / "digests").mkdir(exist_ok=True)
    for each in digests:
        (root / "digests" / f"{each.key}.md").write_text(digest_file(each), encoding="utf-8")
