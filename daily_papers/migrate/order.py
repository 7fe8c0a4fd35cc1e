"""The order of rows within one day.

A file tells the day of a paper and no time, but its rows stand in the order of the times. Papers of
the same day are ordered by identifier here, so where a table has them in another order that order
is kept as times: one second after midnight for each paper that is older on that day. The true times
come with the first search that finds the paper.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
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
        runs: dict[date, list[Paper]] = defaultdict(list)
        for paper in table:
            runs[paper.date].append(paper)
        for day, run in runs.items():
            days[day].append(run)
    times: dict[str, datetime] = {}
    for runs_of_day in days.values():
        if any(run != sorted(run, key=newest_first) for run in runs_of_day):
            times |= _times_of_day(runs_of_day)
    return times


def _times_of_day(runs: Iterable[Sequence[Paper]]) -> dict[str, datetime]:
    papers = {paper.versioned_id: paper for run in runs for paper in run}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for newer, older in (pair for run in runs for pair in pairwise(run)):
        sorter.add(newer.versioned_id, older.versioned_id)
    try:
        oldest_first = tuple(sorter.static_order())
    except CycleError:
        return {}
    return {
        id: datetime.combine(papers[id].date, time(), UTC) + timedelta(seconds=min(n, _LAST_SECOND))
        for n, id in enumerate(oldest_first)
    }


def with_times(papers: Iterable[Paper], times: dict[str, datetime]) -> tuple[Paper, ...]:
    """Set the papers' times."""
    return tuple(
        replace(paper, updated=times.get(paper.versioned_id, paper.updated)) for paper in papers
    )
