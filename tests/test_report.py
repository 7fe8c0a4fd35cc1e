"""The report of a run, for people and for machines."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from daily_papers.daily.report import (
    KeywordReport,
    RunReport,
    as_json,
    as_markdown,
    as_table,
    day_line,
)
from daily_papers.errors import BadAnswer, Exchange, Outcome, Wait
from tests.support.cases import for_each

MRI = KeywordReport(
    slug="mri",
    name="mri",
    outcome=Outcome.UP_TO_DATE,
    reason=None,
    papers=100,
    new=2,
    revised=1,
    not_matching=0,
    last_success=date(2026, 2, 3),
)
LATE = replace(
    MRI,
    slug="graphs",
    name="Graphs",
    outcome=Outcome.THROTTLED,
    reason="arXiv asked us to wait (status 429: Rate exceeded), after 3 tries",
    new=0,
    revised=0,
    not_matching=7,
    last_success=date(2026, 2, 2),
)
REPORT = RunReport(
    day=date(2026, 2, 3),
    day_line="2 new papers, 1 revision.",
    complete=False,
    keywords=(MRI, LATE),
    requests=(
        Exchange(
            url="https://a/1", status="200", bytes=1_500_000, seconds=1.25, outcome=Outcome.OK
        ),
        Exchange(url="https://a/2", status="kept", bytes=10, seconds=0.0, outcome=Outcome.OK),
    ),
    waits=(Wait(url="https://a/3", seconds=600.0, reason="arXiv asked us to wait"),),
    notes=("details come later",),
)


def test_the_table_says_what_became_of_each_keyword_and_what_was_asked():
    assert as_table(REPORT).splitlines() == [
        "keyword  papers  new  revised  state",
        "mri         100    2        1  up to date",
        f"Graphs      100    0        0  throttled: {LATE.reason}; last success 2026-02-02",
        "",
        "2026-02-03: 2 new papers, 1 revision.",
        "note: details come later",
        "waited 600 s: as above",
        "1 request, 1.5 MB, 1.2 s; 1 more answered from those kept today",
    ]


def test_a_throttled_day_gives_its_reason_once():
    reason = LATE.reason
    long = "https://export.arxiv.org/api/query?search_query=" + "x" * 400
    wait = Wait(url=long, seconds=600, reason="arXiv asked us to wait")
    report = replace(
        REPORT,
        day_line=f"Not fetched: {reason}.",
        keywords=tuple(replace(LATE, slug=f"k{n}") for n in range(50)),
        notes=(f"announcement feed: {reason}", "details: lost", "audit of MRI: lost"),
        waits=(wait, wait),
    )
    table = as_table(report)
    assert table.count("Rate exceeded") == 1
    assert table.splitlines()[-6:-1] == [
        f"2026-02-03: Not fetched: {reason}.",
        "note: announcement feed: as above",
        "note: details: lost",
        "note: audit of MRI: as above",
        "waited 1,200 s in 2 waits: as above",
    ]
    assert max(map(len, table.splitlines())) < 200
    assert as_markdown(report).count("Rate exceeded") == 1


def test_a_reason_that_several_keywords_share_is_given_in_the_first_row():
    other = replace(LATE, slug="other", name="Other")
    rows = as_table(replace(REPORT, keywords=(MRI, LATE, other))).splitlines()
    assert rows[2].endswith(f"throttled: {LATE.reason}; last success 2026-02-02")
    assert rows[3].endswith("throttled: as above; last success 2026-02-02")


def test_the_json_holds_all_of_it():
    record = json.loads(as_json(REPORT))
    assert record["exit_code"] == 3
    assert record["complete"] is False
    assert record["keywords"][1] == {
        "slug": "graphs",
        "name": "Graphs",
        "outcome": "throttled",
        "reason": "arXiv asked us to wait (status 429: Rate exceeded), after 3 tries",
        "papers": 100,
        "new": 0,
        "revised": 0,
        "not_matching": 7,
        "last_success": "2026-02-02",
        "advice": None,
    }
    assert [each["status"] for each in record["requests"]] == ["200", "kept"]
    assert record["waits"] == [
        {"url": "https://a/3", "seconds": 600.0, "reason": "arXiv asked us to wait"}
    ]
    assert record["notes"] == ["details come later"]


@for_each(
    ("outcomes", "code"),
    [
        (("up to date", "nothing announced"), 0),
        (("filling", "to be confirmed"), 0),
        (("up to date", "short answer"), 3),
        (("failed", "not asked"), 1),
    ],
)
def test_the_exit_code_tells_whether_all_some_or_none_succeeded(outcomes, code):
    keywords = tuple(replace(MRI, outcome=Outcome(outcome)) for outcome in outcomes)
    assert replace(REPORT, keywords=keywords).exit_code == code


def test_only_what_is_up_to_date_leaves_nothing_to_ask():
    for outcome in ("up to date", "nothing announced"):
        assert replace(MRI, outcome=Outcome(outcome)).done
    for outcome in ("filling", "to be confirmed", "failed", "throttled", "short answer"):
        assert not replace(MRI, outcome=Outcome(outcome)).done


def test_an_address_is_never_in_the_reason():
    address = "https://export.arxiv.org/api/query?id_list=" + "2601.00001," * 400
    failure = BadAnswer(address, "a web page came", "try another network").failure
    assert failure.plain_reason == "a web page came; try another network"


@for_each(
    ("news", "revised", "announced", "line"),
    [
        (0, 0, 0, "Nothing was announced."),
        (0, 0, None, "Nothing new."),
        (0, 0, 38, "38 papers announced, none of them new for a keyword."),
        (0, 1, 38, "No new paper, 1 revision."),
        (1, 0, 38, "1 new paper."),
        (1200, 30, 3800, "1,200 new papers, 30 revisions."),
    ],
)
def test_the_day_in_one_line(news, revised, announced, line):
    assert (
        day_line(news=news, revised=revised, announced=announced, failures=[], keywords=3) == line
    )


def test_a_day_on_which_nothing_was_fetched_says_why():
    failures = [("mri", "arXiv asked us to wait"), ("graphs", "the time is used up")]
    told = day_line(news=0, revised=0, announced=None, failures=failures, keywords=2)
    assert told == "Not fetched: arXiv asked us to wait."


def test_a_day_on_which_some_were_not_fetched_names_them():
    failures = [(name, "no answer") for name in ("a", "b", "c", "d", "e")]
    told = day_line(
        news=2,
        revised=0,
        announced=9,
        failures=failures,
        keywords=1200,
        extra="Still filling 40 of 1,000 keywords; 960 wait.",
    )
    assert told == (
        "2 new papers. 5 of 1,200 keywords could not be brought up to date: a, b, c and 2 more. "
        "Still filling 40 of 1,000 keywords; 960 wait."
    )


def test_hostile_names_are_no_commands_and_no_control_sequences():
    report = replace(REPORT, keywords=(replace(MRI, name="::error::\x1b[31m##[group]\nx"),))
    lines = as_table(report).splitlines()
    assert len(lines) == 7
    assert not lines[1].startswith("::")
    assert "\x1b" not in lines[1]
    assert "##[" not in lines[1]
