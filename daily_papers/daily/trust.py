"""What is believed of an answer, given what is stored already.

arXiv really serves short, empty, unsorted and wrong lists that look well. So each answer is
compared with what the store proves to exist before anything of it is stored. Pure decisions; a
failure is one sentence for the report. Nothing here can take a paper away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from daily_papers.errors import Outcome
from daily_papers.papers.paper import Origin, Paper, announcement_order
from daily_papers.query.matching import Verdict

#: How long the index of the query API may take to hold what was announced.
INDEX_LAG = timedelta(days=7)
#: Fewer papers than this prove nothing by being another kind than most, or by being absent.
ENOUGH = 5
#: A feed with so much less than usual has lost papers: the smallest days of a year, around
#: Christmas, bring two fifths. Categories with few papers on usual days have days with none.
_MANY = 150
_LESS_THAN_USUAL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """What the search of one keyword returned, and what the matcher says of it."""

    #: In the order of the answer, which should be newest first.
    papers: tuple[Paper, ...]
    #: What our rule says of each, which is the stricter one.
    verdicts: tuple[Verdict, ...]
    #: Whether arXiv's own, looser rule finds each.
    found_by_arxiv: tuple[bool, ...]
    #: How many papers arXiv says there are in all.
    total: int
    #: How many were asked for.
    asked: int

    @property
    def is_all_there_is(self) -> bool:
        """Whether the answer claims to hold every paper that matches."""
        return len(self.papers) >= self.total and len(self.papers) < self.asked

    @property
    def ids(self) -> frozenset[str]:
        """The papers of the answer, whatever their version."""
        return frozenset(paper.id for paper in self.papers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What may be stored of a search's answer. With a failure it is nothing at all."""

    believed: tuple[Paper, ...]
    #: Papers that do not match, or are of the future.
    refused: tuple[Paper, ...]
    failure: str | None
    outcome: Outcome


def judge_search(answer: SearchAnswer, stored: Sequence[Paper], today: date) -> Belief:
    """Decide what of a keyword's search is believed.

    ``stored`` are the papers in the keyword's table that arXiv's own rule finds for the keyword as
    it is today: for a few kinds of words it is stricter than ours.
    """
    proven = _known_to_index(stored, today)
    for outcome, check in _CHECKS:
        failure = check(answer, proven)
        if failure is not None:
            return Belief(believed=(), refused=answer.papers, failure=failure, outcome=outcome)
    good = [
        verdict is not Verdict.DOES_NOT and is_credible(paper, today)
        for paper, verdict in zip(answer.papers, answer.verdicts, strict=True)
    ]
    return Belief(
        believed=tuple(paper for paper, ok in zip(answer.papers, good, strict=True) if ok),
        refused=tuple(paper for paper, ok in zip(answer.papers, good, strict=True) if not ok),
        failure=None,
        outcome=Outcome.UP_TO_DATE,
    )


def _known_to_index(stored: Sequence[Paper], today: date) -> tuple[Paper, ...]:
    """The stored papers that the query API must know: it told them itself, or they are old.

    A paper known from the feed alone is not among them: its date is its listing, and it may have
    been submitted long before, so its place in an answer cannot be told.
    """
    return tuple(
        paper
        for paper in stored
        if paper.updated is not None
        and (paper.origin is Origin.SEARCH or paper.updated.date() <= today - INDEX_LAG)
    )


def _too_few(answer: SearchAnswer, proven: Sequence[Paper]) -> str | None:
    count, due = len(answer.papers), min(answer.asked, answer.total)
    if count < due:
        return f"the answer holds {count} papers, though it should hold {due} of {answer.total}"
    if proven and count == 0:
        return f"the answer is empty, though {len(proven)} stored papers match"
    if answer.is_all_there_is and 2 * count < len(proven):
        return f"the answer says that {count} papers match, though {len(proven)} stored ones do"
    return None


def _mostly_other_papers(answer: SearchAnswer, _: Sequence[Paper]) -> str | None:
    count = len(answer.papers)
    false = sum(
        verdict is Verdict.DOES_NOT and not found
        for verdict, found in zip(answer.verdicts, answer.found_by_arxiv, strict=True)
    )
    if count >= ENOUGH and 2 * false > count:
        return f"{false} of the answer's {count} papers do not match the keyword"
    return None


def _unsorted(answer: SearchAnswer, _: Sequence[Paper]) -> str | None:
    dates = [paper.date for paper in answer.papers]
    steps_up = sum(later > earlier + timedelta(days=1) for earlier, later in pairwise(dates))
    if len(dates) >= ENOUGH and 10 * steps_up > len(dates):
        return (
            f"the answer is not sorted by date: {steps_up} of its {len(dates)} papers are newer "
            "than the one before"
        )
    return None


def _outdated(answer: SearchAnswer, proven: Sequence[Paper]) -> str | None:
    newest = max((paper.date for paper in answer.papers), default=None)
    if newest is None:
        return None
    absent = [
        paper.date
        for paper in proven
        if paper.id not in answer.ids and paper.date > newest + INDEX_LAG
    ]
    # A single one may have been revised so that it no longer matches.
    if len(absent) >= ENOUGH or 2 * len(absent) > max(2, len(proven)):
        return (
            f"the answer's newest paper is of {newest}, though {len(absent)} newer ones up to "
            f"{max(absent)} are stored"
        )
    return None


def _elsewhere(answer: SearchAnswer, proven: Sequence[Paper]) -> str | None:
    """Look for the stored papers that are newer than the oldest of the answer."""
    oldest = min((paper.date for paper in answer.papers), default=date.min)
    due = [paper for paper in proven if paper.date > oldest]
    absent = sum(paper.id not in answer.ids for paper in due)
    if len(due) >= ENOUGH and 2 * absent > len(due):
        return f"the answer lacks {absent} of the {len(due)} stored papers that belong into it"
    return None


_Check = Callable[[SearchAnswer, Sequence[Paper]], str | None]
_CHECKS: tuple[tuple[Outcome, _Check], ...] = (
    (Outcome.SHORT_ANSWER, _too_few),
    (Outcome.FAILED, _mostly_other_papers),
    (Outcome.FAILED, _unsorted),
    (Outcome.FAILED, _outdated),
    (Outcome.FAILED, _elsewhere),
)


def is_credible(paper: Paper, today: date) -> bool:
    """Whether a paper can be: neither its identifier nor its date is of the future.

    The date has a year's slack, for runs that are told a day long past.
    """
    return not is_of_future(paper.id, today) and paper.date <= today + timedelta(days=366)


def is_of_future(paper_id: str, today: date) -> bool:
    """Whether the id is of a month that listing day ``today`` cannot have seen, with a day's slack.

    A false high id must not get in: everything below it would no longer count as news.
    """
    tomorrow = today + timedelta(days=1)
    return announcement_order(paper_id)[0] > tomorrow.year * 100 + tomorrow.month


@dataclass(frozen=True, slots=True)
class FeedMark:
    """What a part of the announcement feed leaves behind, to know it again."""

    #: The highest id that it, or one before it, announced as new.
    highest_new: str | None
    #: Of all its ids with their versions.
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedListing:
    """What a part of the announcement feed lists."""

    #: All ids that could be read, with versions (``2501.01234v1``).
    ids: tuple[str, ...]
    #: The ids, without version, that it announces as new. Cross-lists are not among them: an old
    #: paper may be listed in one more category.
    new: tuple[str, ...]
    #: Items in the feed, those that could not be read among them.
    count: int
    #: Whether the feed is as long as feeds can be.
    cut: bool
    #: Papers that its categories had on recent days; rather too many, since a paper is counted in
    #: each of its categories. 0 where nothing is known.
    usual: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBelief:
    """What may be stored of a part of the announcement feed, by ids with version."""

    believed: tuple[str, ...]
    #: Ids of the future; of yesterday's feed all.
    refused: tuple[str, ...]
    failure: str | None
    outcome: Outcome
    #: To be kept once the listing day is complete. None where the part is not.
    mark: FeedMark | None


def judge_feed(listing: FeedListing, *, today: date, before: FeedMark | None) -> FeedBelief:
    """Decide what of one part of the announcement feed is believed.

    ``before`` is the mark of the same part on the last listing day that was heard before
    ``today``. Yesterday's feed is known by what it holds, since its dates prove nothing; of it
    nothing is believed. What a cut or short feed holds is true, and is not all.
    """
    refused = tuple(name for name in listing.ids if is_of_future(_unversioned(name), today))
    believed = tuple(name for name in listing.ids if not is_of_future(_unversioned(name), today))
    mark = _mark(believed, [name for name in listing.new if not is_of_future(name, today)])
    stale = _stale(mark, before) if before is not None and believed else None
    if stale is not None:
        return FeedBelief(
            believed=(), refused=listing.ids, failure=stale, outcome=Outcome.FAILED, mark=None
        )
    failure = _not_all(listing)
    if failure is not None:
        return FeedBelief(
            believed=believed,
            refused=refused,
            failure=failure,
            outcome=Outcome.SHORT_ANSWER,
            mark=None,
        )
    return FeedBelief(
        believed=believed,
        refused=refused,
        failure=None,
        outcome=Outcome.UP_TO_DATE if listing.ids else Outcome.NOTHING_ANNOUNCED,
        mark=_carried_on(mark, before),
    )


def _not_all(listing: FeedListing) -> str | None:
    """Look whether the feed can be all of the day; an empty one is another question."""
    if listing.cut:
        return f"the feed is cut: it holds {listing.count:,} papers, and new ones are missing"
    if listing.usual >= _MANY and 0 < _LESS_THAN_USUAL * listing.count < listing.usual:
        return (
            f"the feed is short: it holds {listing.count:,} papers, and its categories had "
            f"{listing.usual:,} on recent days"
        )
    return None


def _mark(listed: Iterable[str], new: Iterable[str]) -> FeedMark:
    digest = hashlib.sha256("\n".join(sorted(listed)).encode()).hexdigest()
    return FeedMark(max(new, key=announcement_order, default=None), digest)


def _carried_on(mark: FeedMark, before: FeedMark | None) -> FeedMark:
    """Keep the highest new id over a day that brought none."""
    if mark.highest_new is None and before is not None:
        return FeedMark(before.highest_new, mark.digest)
    return mark


def _stale(mark: FeedMark, before: FeedMark) -> str | None:
    if mark.digest == before.digest:
        return "the feed is the one of the last listing day again: every id is the same"
    if mark.highest_new is None or before.highest_new is None:
        return None
    if announcement_order(mark.highest_new) <= announcement_order(before.highest_new):
        return (
            f"the feed is not newer than the last one: its highest new id is {mark.highest_new}, "
            f"and {before.highest_new} was announced already"
        )
    return None


def _unversioned(versioned_id: str) -> str:
    return versioned_id.rpartition("v")[0]
