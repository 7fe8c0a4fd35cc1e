"""Seam: the order of a day until mail/morning.py is there."""

from __future__ import annotations

from dataclasses import dataclass

from daily_papers.mail.digest import Digest
from daily_papers.papers.news_item import NewsItem


@dataclass(frozen=True, slots=True)
class MorningSection:
    """Papers under one heading."""

    slug: str
    items: tuple[NewsItem, ...]
    total: int


def morning(digest: Digest) -> tuple[MorningSection, ...]:
    """Put a digest into the order in which it is read."""
    groups: dict[str, list[NewsItem]] = {}
    for item in digest.items:
        groups.setdefault(item.keywords[0], []).append(item)
    order = [slug for slug, _ in digest.keyword_names if slug in groups]
    order.sort(key=lambda slug: len(groups[slug]))
    return tuple(MorningSection(s, tuple(groups[s]), len(groups[s])) for s in order)
