"""What a keyword would bring, worked out from one search: how much, how fast, shared with whom.

Pure: the search was made, here it is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from daily_papers.config import Keyword
from daily_papers.daily.plan import MOST_FILLS
from daily_papers.papers.names import holds_words, name_key
from daily_papers.papers.paper import Paper
from daily_papers.query.matching import Matches, Verdict

#: A table that holds fewer days loses papers before people are back from a week away.
FEWEST_DAYS = 7.0
#: A topic with nothing new for so long is asleep, or misspelt.
ASLEEP_DAYS = 365
_LISTING_DAYS_A_WEEK = 5
#: One search each, at arXiv's pace; a change of more keywords is told, and not asked about.
MOST_PREVIEWS = 20


@dataclass(frozen=True, slots=True)
class CoauthorGroup:
    """Papers of one name that hang together by their other authors: perhaps one person's."""

    papers: tuple[Paper, ...]
    #: The other authors, those of most papers first.
    others: tuple[str, ...]
    #: The categories, those of most papers first.
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeywordPreview:
    """A keyword, and what its own search brought."""

    keyword: Keyword
    #: Newest by last update.
    papers: tuple[Paper, ...]
    #: How many papers arXiv has in all.
    total: int
    #: How many of the papers another keyword has too, by its name; the most first.
    overlaps: tuple[tuple[str, int], ...]
    #: How many of the papers do not match by our own rule, and would not be stored.
    not_matching: int
    day: date
    #: Why nothing is known of it; None where the search was answered.
    failure: str | None = None

    @property
    def days(self) -> float | None:
        """From the oldest of the papers to the newest; None where there is no telling."""
        times = [paper.updated for paper in self.papers if paper.updated is not None]
        if len(times) < 2:
            return None
        return (max(times) - min(times)).total_seconds() / 86_400 or None

    @property
    def per_listing_day(self) -> float | None:
        """How many papers and revisions match on a day from Monday to Friday."""
        if self.days is None:
            return None
        return (len(self.papers) - 1) / self.days * 7 / _LISTING_DAYS_A_WEEK

    @property
    def new_per_listing_day(self) -> float | None:
        """How many of them are first versions, and so come by mail."""
        if self.per_listing_day is None:
            return None
        new = sum(paper.version == 1 for paper in self.papers)
        return self.per_listing_day * new / len(self.papers)

    @property
    def days_covered(self) -> float | None:
        """How many days a full table reaches back; None where all papers fit, or nobody knows."""
        if self.days is None or self.total <= self.keyword.max_papers:
            return None
        return self.days * (self.keyword.max_papers - 1) / (len(self.papers) - 1)

    @property
    def is_too_broad(self) -> bool:
        """Whether papers leave the table before a week is over."""
        return self.days_covered is not None and self.days_covered < FEWEST_DAYS

    @property
    def days_since_newest(self) -> int | None:
        """How many days ago the newest paper came, where that is long."""
        if not self.papers:
            return None
        days = (self.day - max(paper.date for paper in self.papers)).days
        return days if days > ASLEEP_DAYS else None

    @property
    def circles(self) -> tuple[CoauthorGroup, ...]:
        """Who may be who, where the keyword tracks a person."""
        return circles_of(self.papers, self.keyword.authors) if self.keyword.authors else ()


def shared(
    keyword: Keyword, others: Sequence[Keyword], papers: Sequence[Paper]
) -> tuple[tuple[str, int], ...]:
    """Count how many of the papers each other keyword has too; the most first."""
    matches = Matches({other.slug: other.expression for other in others}, papers)
    counts = Counter(
        {
            other.name: len(matches.of(other.slug))
            for other in others
            if other.slug != keyword.slug and matches.of(other.slug)
        }
    )
    return tuple(counts.most_common())


def refused(keyword: Keyword, papers: Sequence[Paper]) -> int:
    """Count the papers that do not match by our own rule, and would not be stored."""
    verdicts = Matches({keyword.slug: keyword.expression}, papers).verdicts(keyword.slug)
    return verdicts.count(Verdict.DOES_NOT)


def circles_of(papers: Sequence[Paper], spellings: Sequence[str]) -> tuple[CoauthorGroup, ...]:
    """Group papers that share another author, directly or through others; the largest first."""
    wanted = [name_key(spelling) for spelling in spellings]
    companions = [_companions(paper, wanted) for paper in papers]
    groups = [CoauthorGroup(*_told(papers, companions, group)) for group in _connected(companions)]
    return tuple(sorted(groups, key=lambda circle: -len(circle.papers)))


def _companions(paper: Paper, wanted: Sequence[str]) -> dict[str, str]:
    """The other authors of a paper: their names by what is the same in all spellings."""
    keys = {name_key(name): name for name in paper.authors or ()}
    return {
        key: name
        for key, name in keys.items()
        if not any(holds_words(key, spelling) for spelling in wanted)
    }


def _connected(companions: Sequence[dict[str, str]]) -> Iterator[list[int]]:
    """Yield the positions of papers that hang together."""
    left = dict(enumerate(companions))
    while left:
        first, names = left.popitem()
        group, reach = [first], set(names)
        while joined := [n for n, others in left.items() if reach & others.keys()]:
            for position in joined:
                group.append(position)
                reach |= left.pop(position).keys()
        yield sorted(group)


def _told(
    papers: Sequence[Paper], companions: Sequence[dict[str, str]], group: Sequence[int]
) -> tuple[tuple[Paper, ...], tuple[str, ...], tuple[str, ...]]:
    names = {key: name for position in group for key, name in companions[position].items()}
    others = Counter(key for position in group for key in companions[position])
    categories = Counter(name for position in group for name in (papers[position].categories or ()))
    return (
        tuple(papers[position] for position in group),
        tuple(names[key] for key, _ in others.most_common()),
        tuple(name for name, _ in categories.most_common()),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit of keywords.yaml does."""

    #: New, or asking for something else than before.
    keywords: tuple[Keyword, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    #: Searches that the daily job makes for it.
    fills: int

    @property
    def sentences(self) -> Iterator[str]:
        """What it costs, and what goes."""
        if self.fills:
            runs = ceil(self.fills / MOST_FILLS)
            yield (
                f"The change costs {_counted(self.fills, 'search', 'searches')}, in the next "
                f"{_counted(runs, 'run', 'runs')}"
            )
        else:
            yield "The change costs no search"
        for slug in self.removed:
            yield f"{slug} goes, and its table with it"
        for old, new in self.renamed:
            yield f"{old} becomes {new}, and keeps its papers"
        if len(self.keywords) > MOST_PREVIEWS:
            yield f"{len(self.keywords):,} keywords changed; here are the first {MOST_PREVIEWS}"


def _counted(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {many}"
