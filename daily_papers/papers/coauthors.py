"""One name, several people? Papers by one name, grouped by their other authors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from daily_papers.papers.names import holds_words, name_key
from daily_papers.papers.paper import Paper

#: A paper with its other authors: names by what all spellings of them have in common.
_Coauthored = tuple[Paper, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class CoauthorGroup:
    """Papers by one name that are connected by their other authors: perhaps one person's."""

    papers: tuple[Paper, ...]
    #: The other authors, those of most papers first.
    others: tuple[str, ...]
    #: The categories, those of most papers first.
    categories: tuple[str, ...]


def coauthor_groups(papers: Sequence[Paper], spellings: Sequence[str]) -> tuple[CoauthorGroup, ...]:
    """Group papers that share another author, directly or through others; the largest first."""
    tracked = [name_key(spelling) for spelling in spellings]
    groups = _connected([(paper, _coauthors(paper, tracked)) for paper in papers])
    return tuple(sorted(map(_group, groups), key=lambda group: -len(group.papers)))


def _coauthors(paper: Paper, tracked: Sequence[str]) -> Mapping[str, str]:
    keys = {name_key(name): name for name in paper.authors or ()}
    return {k: name for k, name in keys.items() if not any(holds_words(k, t) for t in tracked)}


def _connected(papers: Sequence[_Coauthored]) -> Iterator[list[_Coauthored]]:
    """Yield papers that are connected, in their order."""
    left = dict(enumerate(papers))
    while left:
        first, paper = left.popitem()
        group, reach = {first: paper}, set(paper[1])
        while joined := [place for place, (_, names) in left.items() if reach & names.keys()]:
            for place in joined:
                group[place] = left.pop(place)
                reach |= group[place][1].keys()
        yield [group[place] for place in sorted(group)]


def _group(papers: Sequence[_Coauthored]) -> CoauthorGroup:
    names = {key: name for _, coauthors in papers for key, name in coauthors.items()}
    others = Counter(key for _, coauthors in papers for key in coauthors)
    categories = Counter(name for paper, _ in papers for name in paper.categories or ())
    return CoauthorGroup(
        papers=tuple(paper for paper, _ in papers),
        others=tuple(names[key] for key, _ in others.most_common()),
        categories=tuple(name for name, _ in categories.most_common()),
    )
