"""Which answers, or parts of them, to use, given what is stored.

arXiv sometimes serves short, empty, unsorted or wrong lists that look fine. So before anything from
an answer is stored, it is compared with what the store proves to exist. Pure decisions; a reason is
one sentence for the report. Nothing here can take a paper away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

from daily_papers.config import Keyword
from daily_papers.daily.evidence import FeedRead, Searched
from daily_papers.daily.feed_history import newly_announced
from daily_papers.errors import Failure, Outcome, RejectedAnswer, ShortAnswer
from daily_papers.papers.announcement import PartAnswer, SearchAnswer
from daily_papers.papers.paper import Origin, Paper, announcement_order
from daily_papers.query.matching import Matches, found_by_arxiv
from daily_papers.store.store import FeedPart, State, highest
from daily_papers.text import plural

#: How long the index of the query API may take to include what was announced.
INDEX_LAG = timedelta(days=7)
#: The longest time between submission and listing, over a weekend; moderation may take longer.
_SUBMITTED = timedelta(days=4)
#: Fewer papers than this prove nothing, whether they are missing or do not match.
ENOUGH = 5
#: A feed has at most this many items. What it loses are new papers, since arXiv lists the replaced
#: ones first (arXiv/arxiv-feed, feed/database.py).
FEED_LIMIT = 2_000
#: A feed with less than a sixth of the usual papers has lost some: the smallest days of the year,
#: around Christmas, bring two fifths. Categories with few papers have days without any.
_MANY = 150
_LESS_THAN_USUAL = 6


def accept_search(
    keyword: Keyword, asked: int, answer: SearchAnswer, table: Sequence[Paper], today: date
) -> Searched:
    """Accept the papers that match, of so many that were asked for.

    ``table`` has the stored papers of the keyword. Those that arXiv's own rule finds (which is not
    always ours) prove what the answer should hold. Raises ShortAnswer or RejectedAnswer.
    """
    expression, papers = keyword.expression, answer.papers
    # The index must know a paper that it returned before, or that is old. One known only from the
    # feed may have been submitted long before its listing, so where it belongs is not known.
    proven = [
        paper
        for paper in found_by_arxiv(expression, table)
        if paper.updated is not None
        and (paper.origin is Origin.SEARCH or paper.updated.date() <= today - INDEX_LAG)
    ]
    is_all = len(papers) == answer.total
    if is_all and answer.total < asked and 2 * len(papers) < len(proven):
        matches = plural(len(papers), "paper matches", "papers match")
        says = f"says that {matches}" if papers else "is empty"
        due = plural(len(proven), "stored paper")
        raise ShortAnswer(answer.urls[0], f"the answer {says}, though {due} should be in it")
    possible = Matches({"": expression}, papers).possible("")
    ids = {paper.id for paper in possible}
    others = [paper for paper in papers if paper.id not in ids]
    unexpected = len(others) - len(found_by_arxiv(expression, others))
    if (reason := _wrong(papers, unexpected, proven)) is not None:
        raise RejectedAnswer(answer.urls[0], reason)
    matching = tuple(paper for paper in possible if is_credible(paper, today))
    since = date.min if is_all else papers[-1].date + _SUBMITTED
    return Searched(keyword.slug, matching, strangers=len(others), since=since)


def _wrong(papers: Sequence[Paper], strangers: int, proven: Sequence[Paper]) -> str | None:
    """Say if the papers are of something else, of an old index, or of another one."""
    count, ids = len(papers), {paper.id for paper in papers}
    if count >= ENOUGH and 2 * strangers > count:
        return f"{strangers} of the answer's {count} papers do not match the keyword"
    newest = max((paper.date for paper in papers), default=date.max - INDEX_LAG)
    absent = [paper.date for paper in proven if paper.id not in ids]
    newer = [day for day in absent if day > newest + INDEX_LAG]
    # A single paper may be missing because a revision of it no longer matches.
    if len(newer) >= ENOUGH or 2 * len(newer) > max(2, len(proven)):
        return (
            f"the answer's newest paper is from {newest}, though {len(newer)} newer ones up to "
            f"{max(newer)} are stored"
        )
    oldest = min((paper.date for paper in papers), default=date.min)
    due = sum(paper.date > oldest for paper in proven)
    lacking = sum(day > oldest for day in absent)
    if due >= ENOUGH and 2 * lacking > due:
        return f"the answer lacks {lacking} of the {due} stored papers that belong in it"
    return None


def is_credible(paper: Paper, today: date) -> bool:
    """Whether a paper can exist: neither its identifier nor its date is in the future.

    The date has a year's slack, for runs with a day long past.
    """
    return not is_of_future(paper.id, today) and paper.date <= today + timedelta(days=366)


def is_of_future(paper_id: str, today: date) -> bool:
    """Whether the id belongs to a month after listing day ``today``, with a day's slack.

    A false high id must not get in: nothing below it would count as news any more.
    """
    tomorrow = today + timedelta(days=1)
    return announcement_order(paper_id)[0] > tomorrow.year * 100 + tomorrow.month


def accept_feed(part: PartAnswer, state: State, today: date) -> FeedRead:
    """Decide what to use from one part of the announcement feed.

    Yesterday's feed is recognized by its papers, since its dates prove nothing, and is not used. A
    cut or short feed is used, but is not the whole day. Nothing is matched yet.
    """
    true = tuple(one for one in part.announcements if not is_of_future(one.paper.id, today))
    listed = "\n".join(sorted(one.paper.versioned_id for one in true))
    digest = hashlib.sha256(listed.encode()).hexdigest()
    new = newly_announced(true)
    # Identifiers are given in order across all categories, so the highest one of all parts counts,
    # however the feed was divided yesterday. It is kept through days that brought none. It is
    # compared with most of the new ones: a single paper may come late, and categories that were
    # not asked for yesterday may have had a higher one.
    known = highest(each.highest_new_id for each in state.feed)
    middle = new[len(new) // 2] if new else None
    memory = FeedPart(part.categories, digest, highest(new) or known, part.count)
    before = () if state.feed_day == today else state.feed
    if true and (part.categories, digest) in {(p.categories, p.ids_digest) for p in before}:
        stale = "the feed is the last listing day's again: every id is the same"
    elif before and middle and known and highest([middle, known]) == known:
        stale = (
            f"the feed is not newer than the last one, which announced {known}: most of its new "
            "ids are not above that"
        )
    else:
        lacking = _lacking(part, sum(state.listed.get(name, 0) for name in part.categories))
        short = () if lacking is None else (Failure(Outcome.SHORT_ANSWER, lacking, part.url),)
        return FeedRead(true, {}, (memory,), short)
    return FeedRead((), {}, (memory,), (Failure(Outcome.FAILED, stale, part.url),))


def _lacking(part: PartAnswer, usual: int) -> str | None:
    """Say why the feed cannot be the whole day; whether it may be empty is decided elsewhere.

    ``usual`` is how many papers its categories had on recent days. It errs on the high side, since
    a paper counts in each of its categories.
    """
    if part.count >= FEED_LIMIT:
        return f"the feed is cut off: it holds {part.count:,} papers, and new ones are missing"
    if usual >= _MANY and 0 < _LESS_THAN_USUAL * part.count < usual:
        return (
            f"the feed is short: it holds {part.count:,} papers, and its categories had "
            f"{usual:,} on recent days"
        )
    return None
