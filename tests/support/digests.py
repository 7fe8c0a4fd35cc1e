"""Digests as `update` would write them, and papers to put in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from daily_papers.mail.digest import Digest, NewsItem
from daily_papers.mail.digest_file import digest_file
from daily_papers.papers.paper import Origin, Paper

KEYWORDS = (("mri", "mri"), ("medical-imaging", "medical imaging"))


def paper(number: int, title: str = "", **fields: object) -> Paper:
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
    return Paper(**(known | fields))  # type: ignore[arg-type]


def item(number: int, *keywords: str, title: str = "", **fields: object) -> NewsItem:
    return NewsItem(paper(number, title, **fields), keywords or ("mri",))


def digest(
    key: str,
    items: Iterable[NewsItem] | range,
    *,
    repository: str | None = "reader/digests",
    keyword_names: tuple[tuple[str, str], ...] = KEYWORDS,
    **fields: object,
) -> Digest:
    """A digest of the given items, or of plain papers with the given numbers."""
    news = tuple(item(each) if isinstance(each, int) else each for each in items)
    day = date.fromisoformat(key[:10])
    return Digest(key, repository, day, news, keyword_names, **fields)  # type: ignore[arg-type]


def write(root: Path, *digests: Digest) -> None:
    """Write digests where `update` puts them."""
    (root / "digests").mkdir(exist_ok=True)
    for each in digests:
        (root / "digests" / f"{each.key}.md").write_text(digest_file(each), encoding="utf-8")
