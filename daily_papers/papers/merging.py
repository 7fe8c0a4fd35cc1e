"""What two records of one paper come to, and which papers a keyword's table keeps.

Pure decisions: a better record never loses what another one told, and a short answer takes
nothing away, since papers leave a table only by being pushed out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from daily_papers.papers.paper import Paper, newest_first


def merged(known: Paper, incoming: Paper) -> Paper:
    """Join two records of one paper, ``incoming`` being the later to arrive.

    A higher version replaces a lower one, and keeps from it only the first version's date. In the
    same version what is known fills what is not; where both know, the better origin wins, then the
    newer record.
    """
    assert known.id == incoming.id
    if incoming.version < known.version:
        return known
    if incoming.version > known.version:
        before = known.previous if known.is_withdrawn else known.updated
        revised = replace(
            incoming,
            published=incoming.published or known.published,
            previous=incoming.previous or before,
        )
        return _without_needless_date(revised)
    better, other = (incoming, known) if incoming.origin >= known.origin else (known, incoming)
    return _without_needless_date(_filled(better, other))


def _without_needless_date(paper: Paper) -> Paper:
    """Forget when the version before came, once it is sure that this one withdraws nothing."""
    if paper.previous is None or paper.is_withdrawn or not paper.has_details:
        return paper
    return replace(paper, previous=None)


def _filled(better: Paper, other: Paper) -> Paper:
    """Fill what ``better`` does not know.

    A short answer takes nothing away: a comment that is not shown any more stays until the next
    version, since nobody can tell it from one that was left out.
    """
    return replace(
        better,
        authors=better.authors if better.authors is not None else other.authors,
        comment=better.comment if better.comment is not None else other.comment,
        primary_category=better.primary_category or other.primary_category,
        categories=better.categories if better.categories is not None else other.categories,
        published=better.published or other.published,
        updated=better.updated or other.updated,
        announced=better.announced or other.announced,
        doi=better.doi or other.doi,
        journal_ref=better.journal_ref or other.journal_ref,
        withdrawn=better.withdrawn or other.withdrawn,
        previous=better.previous or other.previous,
    )


def merged_all(papers: Iterable[Paper]) -> dict[str, Paper]:
    """Join any number of records, in the order of their arrival, into one for each paper."""
    joined: dict[str, Paper] = {}
    for paper in papers:
        known = joined.get(paper.id)
        joined[paper.id] = paper if known is None else merged(known, paper)
    return joined


def newest(papers: Iterable[Paper], count: int) -> tuple[Paper, ...]:
    """Return the ``count`` newest papers, newest first."""
    return tuple(sorted(papers, key=newest_first)[:count])
