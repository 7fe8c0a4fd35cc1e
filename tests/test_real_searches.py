"""What arXiv's search really returned on 219 days of 2024, against the matcher and the gate."""

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from daily_papers.config import Keyword
from daily_papers.daily.evidence import Searched
from daily_papers.daily.trust import accept_search
from daily_papers.errors import BadAnswer, ShortAnswer
from daily_papers.papers.announcement import SearchAnswer
from daily_papers.papers.paper import ArxivId, Origin, Paper, merge, newest_first
from daily_papers.query.expression import Field, Phrase, all_of, any_of
from daily_papers.query.matching import Matches

RECORDED = (
    Path(__file__).parents[1].parent / "shared/search-results/arxiv-search-results-2024.json.gz"
)
ROWS = 100

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not RECORDED.exists(), reason="no recorded searches here"),
]


@dataclass(frozen=True)
class Recording:
    keywords: tuple[str, ...]
    papers: dict[str, Paper]  # by id with version
    days: tuple[tuple[date, dict[str, list[str]]], ...]
    matching: dict[str, frozenset[str]]


@cache
def recording():
    with gzip.open(RECORDED) as file:
        raw = json.load(file)
    papers = {name: paper(record) for name, record in raw["papers"].items()}
    matches = Matches({name: plain(name) for name in raw["keywords"]}, list(papers.values()))
    return Recording(
        keywords=tuple(raw["keywords"]),
        papers=papers,
        days=tuple(
            (datetime.fromisoformat(day["date"]).date(), day["results"]) for day in raw["days"]
        ),
        matching={
            name: frozenset(one.versioned_id for one in matches.of(name))
            for name in raw["keywords"]
        },
    )


def paper(record):
    name = ArxivId.parse(record["id"])
    return Paper(
        id=name.id,
        version=name.version,
        title=record["title"],
        abstract=record["abstract"],
        updated=datetime.fromisoformat(record["updated"]).replace(tzinfo=UTC),
        origin=Origin.SEARCH,
    )


def plain(keyword):
    """A plain string's rule: one word in title and abstract, several in either."""
    together = any_of if " " in keyword else all_of
    return together(Phrase(Field.TITLE, keyword), Phrase(Field.ABSTRACT, keyword))


def test_the_matcher_accepts_what_arxiv_returned_but_one():
    recorded = recording()
    pairs = {
        (keyword, name)
        for _, results in recorded.days
        for keyword, names in results.items()
        for name in names
    }
    assert len(pairs) == 7100
    assert {pair for pair in pairs if pair[1] not in recorded.matching[pair[0]]} == {
        ("Trajectory", "2403.14589v3")
    }


def test_what_the_matcher_accepts_was_in_the_other_keywords_table_too():
    recorded = recording()
    compared = 0
    for _, results in recorded.days:
        for keyword, names in results.items():
            oldest = min((recorded.papers[name].date for name in names), default=date.max)
            due = {
                name
                for others in results.values()
                for name in others
                if name in recorded.matching[keyword] and recorded.papers[name].date > oldest
            }
            compared += len(due)
            assert due <= set(names)
    assert compared > 2000


@cache
def replay():
    """Each day's answers in turn: day, keyword, answer, what became of it, both tables."""
    return tuple(replayed())


def replayed():
    recorded = recording()
    keywords = {
        name: Keyword(name, name, plain(name), ROWS, (), (), 1) for name in recorded.keywords
    }
    tables: dict[str, tuple[Paper, ...]] = dict.fromkeys(recorded.keywords, ())
    for day, results in recorded.days:
        for keyword, names in results.items():
            answer = SearchAnswer(
                papers=tuple(recorded.papers[name] for name in names),
                # The lists are published without papers outside cs and stat, and without their
                # total, which was many thousands. So this is harder than it was.
                total=len(names),
                urls=("",),
            )
            before = tables[keyword]
            try:
                result = accept_search(keywords[keyword], ROWS, answer, before, day)
            except BadAnswer as error:
                result = error
            else:
                joined = {paper.id: paper for paper in before}
                for paper in result.papers:
                    joined[paper.id] = merge(joined.get(paper.id, paper), paper)
                tables[keyword] = tuple(sorted(joined.values(), key=newest_first)[:ROWS])
            yield day, keyword, answer, result, before, tables[keyword]


@pytest.mark.full
def test_replayed_day_by_day_no_table_ever_shrinks():
    for day, keyword, _, _, before, after in replay():
        assert len(after) >= len(before), (day, keyword)
        oldest = after[-1].date
        kept = {one.id for one in after}
        assert all(one.id in kept or one.date <= oldest for one in before), (day, keyword)


@pytest.mark.full
def test_the_short_lists_that_really_came_are_known():
    # The first lists of a keyword have nothing to be compared with.
    short = [
        (keyword, len(answer.papers))
        for _, keyword, answer, _, before, _ in replay()
        if before and len(answer.papers) < 50
    ]
    refused = [
        (keyword, len(answer.papers))
        for _, keyword, answer, result, _, _ in replay()
        if isinstance(result, ShortAnswer)
    ]
    assert short == refused
    assert len(refused) == 14


@pytest.mark.full
def test_no_good_day_is_refused():
    failures = [
        (day, keyword, result.reason)
        for day, keyword, answer, result, _, _ in replay()
        if isinstance(result, BadAnswer) and len(answer.papers) >= 50
    ]
    assert failures == []


@pytest.mark.full
def test_only_the_one_paper_is_left_out():
    left_out = {
        one.versioned_id
        for _, _, answer, result, _, _ in replay()
        if isinstance(result, Searched)
        for one in answer.papers
        if one not in result.papers
    }
    assert left_out == {"2403.14589v3"}
