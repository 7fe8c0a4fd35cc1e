"""How close today's listing is to what readers like, and what keywords with `like` take from it.

A keyword with `like` takes its papers once per listing day, when the whole feed is there: the
closest of those that no other keyword found. It is never searched for. If a listing was missed, it
is skipped, and the run names it. The papers it took stay, even if the library changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path

from daily_papers.config import Config, Keyword, Problem
from daily_papers.daily.evidence import FeedRead, Ranked
from daily_papers.daily.news import announced_as_news
from daily_papers.daily.plan import working_days
from daily_papers.like.library import Library, LikedPaper, read_files
from daily_papers.like.rank import Liking, can_rank, rank
from daily_papers.papers.paper import Paper
from daily_papers.query.expression import Category, any_of
from daily_papers.query.matching import Matches
from daily_papers.store.store import Store
from daily_papers.text import plural

_NO_EXTRA = (
    "keywords.yaml has `like`, but nothing is ranked by it: scikit-learn is missing; install it "
    "with: pip install 'daily-papers[like]'"
)


def unreadable_libraries(libraries: Sequence[Library], config: Path) -> tuple[Problem, ...]:
    """What is wrong with the files that a keywords.yaml lists."""
    _, problems = read_files(config.parent, _files(libraries))
    return tuple(
        Problem(str(config), line, f"like: {path}: {problems[path]}")
        for library in libraries
        for path, line in library.files.items()
        if path in problems
    )


def rank_listing(
    root: Path,
    config: Config,
    before: Store,
    feed: FeedRead,
    known: Mapping[str, LikedPaper],
    day: date,
) -> Ranked:
    """Rank what the feed announced; ``known`` are papers that are liked by their identifiers."""
    new = announced_as_news(feed.announcements)
    announced = [one.paper for one in feed.announcements if one.paper.id in new]
    due = [
        keyword
        for keyword in config.keywords
        if keyword.like is not None and before.keywords[keyword.slug].last_success != day
    ]
    notes = list(_skipped(due, before, day))
    if not can_rank():
        nothing = {keyword.slug: () for keyword in due if not announced}
        return Ranked({}, {}, nothing, (*notes, _NO_EXTRA))
    files, problems = read_files(root, _files(config.libraries))
    notes += [f"like: {path}: {why}" for path, why in problems.items()]
    unknown = [id for id in config.liked_ids if id not in known]
    notes += [f"like: arXiv has no paper {id}, or did not answer" for id in unknown]
    liking = dict(_liking(_papers(files, config.like, known), announced))
    similar = {id: each.similar for id, each in liking.items()}
    taken = before.news.union(paper.id for papers in feed.matching.values() for paper in papers)
    chosen: dict[str, tuple[Paper, ...]] = {}
    for keyword in due:
        free = [paper for paper in _within(keyword, announced) if paper.id not in taken]
        library = _papers(files, keyword.like, known)
        if free and not library:
            notes.append(f"{keyword.name}: there is no paper to compare the listing with")
            continue
        closest = dict(_liking(library, free))
        if free and not closest:
            notes.append(f"{keyword.name}: no other paper shares a word with what you like")
        order = sorted(closest, key=lambda id: closest[id].closeness)[: keyword.papers_per_day]
        by_id = {paper.id: paper for paper in free}
        chosen[keyword.slug] = tuple(by_id[id] for id in order)
        taken = taken.union(order)
        similar |= {id: closest[id].similar for id in order}
    closeness = {id: each.closeness for id, each in liking.items()}
    return Ranked(closeness, similar, chosen, tuple(notes))


def _files(libraries: Iterable[Library]) -> Iterator[str]:
    return chain.from_iterable(library.files for library in libraries)


def _papers(
    files: Mapping[str, Sequence[LikedPaper]],
    library: Library | None,
    known: Mapping[str, LikedPaper],
) -> Sequence[LikedPaper]:
    if library is None:
        return ()
    papers = chain.from_iterable(files.get(path, ()) for path in library.files)
    return (*papers, *(known[id] for id in library.ids if id in known))


def _liking(library: Sequence[LikedPaper], papers: Sequence[Paper]) -> Iterator[tuple[str, Liking]]:
    """How close each paper is that shares a word with the library."""
    texts = [f"{paper.title}\n{paper.abstract}" for paper in papers]
    for paper, liking in zip(papers, rank(library, texts), strict=False):
        if liking is not None:
            yield paper.id, liking


def _within(keyword: Keyword, papers: Sequence[Paper]) -> Sequence[Paper]:
    if not keyword.categories:
        return papers
    wanted = any_of(*map(Category, keyword.categories))
    return Matches({keyword.slug: wanted}, papers).of(keyword.slug)


def _skipped(keywords: Sequence[Keyword], before: Store, day: date) -> Iterator[str]:
    for keyword in keywords:
        last = before.keywords[keyword.slug].last_success
        missed = working_days(last, day)
        if missed:
            days = plural(len(missed), "working day")
            yield f"{keyword.name}: nothing was taken from the listings of {days} since {last}"
