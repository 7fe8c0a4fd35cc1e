"""What is news: which papers a digest carries.

From the announcement feed: what was announced as new or cross-listed. From a search or a harvest:
an identifier above the highest one that the keyword's readers were told of, whatever its version,
since identifiers are given at announcement, in order. Never what was news before, and
never a replacement: one in five papers that a table sees first is an old paper's revision.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from daily_papers.papers.announcement import AnnounceKind, Announcement
from daily_papers.papers.merging import merged
from daily_papers.papers.paper import Paper, announcement_order

_NEWS_KINDS = frozenset({AnnounceKind.NEW, AnnounceKind.CROSS})


def announced_as_news(announcements: Iterable[Announcement]) -> frozenset[str]:
    """The identifiers that a listing announces as new or cross-listed."""
    return frozenset(
        announcement.paper.id for announcement in announcements if announcement.kind in _NEWS_KINDS
    )


@dataclass(slots=True)
class FreshNews:
    """The news of one run as it comes in: papers, and the keywords that they matched."""

    #: What was news before this run.
    known: Collection[str]
    papers: dict[str, Paper] = field(default_factory=dict)
    keywords: dict[str, set[str]] = field(default_factory=dict)
    #: The news that no feed announced: what was missed, and found now.
    missed: set[str] = field(default_factory=set)
    #: What was news before this run, and is only now found by these keywords.
    found_again: dict[str, set[str]] = field(default_factory=dict)

    def announce(self, slug: str, papers: Iterable[Paper], news: Collection[str]) -> None:
        """Take what of a keyword's announced papers is news."""
        for paper in papers:
            if paper.id in news:
                self._add(slug, paper)

    def discover(self, slug: str, papers: Iterable[Paper], told: str) -> None:
        """Take what of a keyword's found papers has an identifier above ``told``."""
        highest = announcement_order(told)
        for paper in papers:
            if announcement_order(paper.id)[:2] > highest[:2]:
                if paper.id not in self.papers and paper.id not in self.known:
                    self.missed.add(paper.id)
                self._add(slug, paper)

    def learn(self, papers: Iterable[Paper]) -> None:
        """Let details that came later stand in the digest too."""
        for paper in papers:
            if paper.id in self.papers:
                self.papers[paper.id] = merged(self.papers[paper.id], paper)

    def _add(self, slug: str, paper: Paper) -> None:
        if paper.id in self.known:
            self.found_again.setdefault(paper.id, set()).add(slug)
            return
        before = self.papers.get(paper.id)
        self.papers[paper.id] = paper if before is None else merged(before, paper)
        self.keywords.setdefault(paper.id, set()).add(slug)

    def items(self, slugs: Sequence[str]) -> tuple[tuple[Paper, tuple[str, ...]], ...]:
        """Each new paper once, newest first, with its keywords in the order of ``slugs``."""
        order = {slug: position for position, slug in enumerate(slugs)}
        newest = sorted(self.papers, key=announcement_order, reverse=True)
        return tuple(
            (self.papers[id], tuple(sorted(self.keywords[id], key=order.__getitem__)))
            for id in newest
        )


def counted(items: Iterable[tuple[Paper, Sequence[str]]]) -> Mapping[str, int]:
    """How many of the new papers each keyword has."""
    counts: dict[str, int] = {}
    for _, slugs in items:
        for slug in slugs:
            counts[slug] = counts.get(slug, 0) + 1
    return counts
