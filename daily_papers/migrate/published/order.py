"""The order of published rows within one day.

A README tells the day of a paper and no time, but its rows stand in the order of the times.
Papers of the same day are ordered by identifier here, so where a table has them in another order
that order is kept as times: one second after midnight for each paper that is older on that day.
The true times come with the first search that finds the paper.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from daily_papers.papers.paper import Paper, newest_first

_LAST_SECOND = 86_399


def times_of_rows(tables: Iterable[Sequence[Paper]]) -> dict[str, datetime]:
    """Give times to papers of the tables, by versioned identifier, where midnight is not enough.

    The tables may share papers: one order is found that fits all of them. Days for which there is
    none, since people changed the tables, keep midnight.
    """
    days: dict[date, list[list[Paper]]] = defaultdict(list)
    for table in tables:
        run: dict[date, list[Paper]] = defaultdict(list)
        for paper in table:
            run[paper.date].append(paper)
        for day, papers in run.items():
            days[day].append(papers)
    times: dict[str, datetime] = {}
    for runs in days.values():
        if any(run != sorted(run, key=newest_first) for run in runs):
            times |= _times_of_day(runs)
    return times


def with_times(papers: Iterable[Paper], times: dict[str, datetime]) -> tuple[Paper, ...]:
    """Set the papers' times."""
    return tuple(
        replace(paper, updated=times.get(paper.versioned_id, paper.updated)) for paper in papers
    )


def _times_of_day(runs: Iterable[Sequence[Paper]]) -> dict[str, datetime]:
    papers = {paper.versioned_id: paper for run in runs for paper in run}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for run in runs:
        for newer, older in pairwise(run):
            sorter.add(newer.versioned_id, older.versioned_id)
    try:
        oldest_first = tuple(sorter.static_order())
    except CycleError:
        return {}
    times = {}
    for place, versioned_id in enumerate(oldest_first):
        midnight = papers[versioned_id].updated
        assert midnight is not None
        times[versioned_id] = midnight + timedelta(seconds=min(place, _LAST_SECOND))
    return times
