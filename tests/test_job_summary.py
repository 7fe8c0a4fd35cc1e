"""A run on GitHub's page: its summary, its annotations, its commit."""

from __future__ import annotations

import copy
import functools
import json
import operator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from daily_papers.daily.report import (
    KeywordReport,
    RunReport,
    as_annotations,
    as_json,
    as_markdown,
    as_table,
    commit_message,
    from_json,
)
from daily_papers.errors import Exchange, Wait
from daily_papers.github_actions import annotation, harmless
from tests.support.cases import for_each
from tests.support.command_line import run
from tests.support.markdown_view import as_on_github
from tests.support.runner import Job

THURSDAY = date(2026, 1, 15)
HOSTILE = "::error::x | <script> ##[add-path]/tmp %0A \x1b[31m@you"


def keyword(
    name: str = "mri",
    *,
    outcome: str = "up to date",
    reason: str | None = None,
    last: date | None = THURSDAY,
) -> KeywordReport:
    return KeywordReport(
        slug="mri",
        name=name,
        outcome=outcome,
        reason=reason,
        papers=1100,
        new=3,
        revised=1,
        not_matching=0,
        last_success=last,
    )


def failed(name: str = "mri", last: date | None = None, reason: str = "throttled") -> KeywordReport:
    return keyword(name, outcome="throttled", reason=reason, last=last)


def report(*keywords: KeywordReport, line: str = "3 new papers.") -> RunReport:
    return RunReport(
        day=THURSDAY,
        day_line=line,
        complete=all(each.good for each in keywords),
        keywords=keywords or (keyword(),),
        requests=(
            Exchange(
                url="https://export.arxiv.org/api/query?a=1|2",
                status="200",
                bytes=12_345,
                seconds=1.25,
                outcome="ok",
            ),
        ),
        waits=(Wait(url="https://export.arxiv.org", seconds=600.0, reason="status 429"),),
        notes=("details come later",),
    )


def test_a_report_is_read_back_as_it_was_written() -> None:
    written = report(keyword(), failed(last=date(2026, 1, 12)), failed())
    assert from_json(as_json(written)) == written


def test_a_good_run_annotates_nothing() -> None:
    assert as_annotations(report(keyword(), keyword("ct"))) == ""


def test_a_run_done_in_part_is_a_warning() -> None:
    in_part = report(keyword(), failed("ct", last=date(2026, 1, 14)), line="1 of 2 could not.")
    assert as_annotations(in_part) == (
        "::warning title=Listing of 2026-01-15%3A in part::1 of 2 could not.\n"
    )


def test_only_a_run_that_failed_altogether_is_an_error() -> None:
    lost = report(failed(last=date(2026, 1, 14)), failed("ct"), line="Not fetched: down.")
    assert as_annotations(lost) == (
        "::error title=Listing of 2026-01-15%3A not fetched::Not fetched: down.\n"
    )


@for_each(
    ("last", "stale"),
    [
        (date(2026, 1, 14), False),
        (date(2026, 1, 13), False),
        (date(2026, 1, 12), True),
        (date(2026, 1, 9), True),
        (date(2026, 1, 11), True),
    ],
)
def test_a_keyword_is_stale_after_more_than_two_listing_days(last: date, *, stale: bool) -> None:
    lines = as_annotations(report(keyword(), failed("ct", last=last))).splitlines()
    assert any("title=Stale keyword::ct: " in line for line in lines) is stale


def test_no_weekend_makes_a_keyword_stale() -> None:
    monday = replace(report(keyword(), failed("ct", last=date(2026, 1, 9))), day=date(2026, 1, 12))
    assert "Stale" not in as_annotations(monday)


def test_never_more_than_the_ten_warnings_that_github_shows() -> None:
    stale = [failed(f"topic {n}", last=date(2026, 1, 1)) for n in range(30)]
    lines = as_annotations(report(keyword(), *stale)).splitlines()
    assert len(lines) == 10


def test_what_others_wrote_gives_no_command(tmp_path: Path) -> None:
    spoilt = report(keyword(HOSTILE), failed(HOSTILE, date(2026, 1, 1), HOSTILE), line=HOSTILE)
    log = "\n".join([as_table(spoilt), as_annotations(spoilt)])
    assert [command.name for command in Job(tmp_path, log=log).commands] == ["warning", "warning"]
    assert "error" not in commit_message(spoilt)


def test_the_summary_shows_what_others_wrote_as_they_wrote_it() -> None:
    spoilt = report(keyword(HOSTILE), failed("a|b", date(2026, 1, 1), "<b>no</b>"), line=HOSTILE)
    view = as_on_github(as_markdown(spoilt))
    assert "<script>" in view.text
    assert "a|b" in view.text
    assert "<b>no</b>" in view.text


@pytest.mark.parametrize(
    ("complete", "message"),
    [(True, "Listing of 2026-01-15"), (False, "Listing of 2026-01-15, not complete yet")],
)
def test_the_commit_says_the_day_and_whether_it_is_complete(
    message: str, *, complete: bool
) -> None:
    assert commit_message(replace(report(), complete=complete)) == f"{message}\n"


def test_the_summary_has_a_row_a_keyword_and_all_that_happened() -> None:
    text = as_markdown(report(keyword(), failed("ct", date(2026, 1, 12))))
    assert "| mri | 1,100 | 3 | 1 | up to date |" in text
    assert "| ct | 1,100 | 3 | 1 | throttled: throttled; last success 2026-01-12 |" in text
    assert "- note: details come later" in text
    assert "- waited 600 s: status 429" in text
    assert "- 1 request, 0.0 MB, 1.2 s" in text
    assert "<details><summary>Each request</summary>\n\n| status | bytes | seconds |" in text
    assert text.count("| 1.2 |") == 1


def test_a_summary_of_ten_thousand_keywords_fits_into_what_github_takes() -> None:
    many = report(*[failed(f"topic {n}", reason="x" * 300) for n in range(10_000)])
    text = as_markdown(many)
    assert len(text.encode()) < 1024 * 1024
    assert "9,000 more keywords" in text


def test_the_command_tells_a_report_in_each_form(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(as_json(report()), encoding="utf-8")
    assert run("report", path).out == as_table(report())
    assert run("report", path, "--format", "markdown").out == as_markdown(report())
    assert run("report", path, "--format", "github").out == ""
    assert run("report", path, "--format", "commit-message").out == commit_message(report())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"day": "x"}', "\x00", "[" * 100_000])
def test_what_is_no_report_is_refused_in_a_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    ended = run("report", path)
    assert ended.code == 2
    assert ended.err == f"daily-papers: {path}: not a report that update --report wrote\n"


REPORT = json.loads(as_json(report(keyword())))


PLACES: list[tuple[str | int, ...]] = [
    *((name,) for name in REPORT if name != "exit_code"),
    *(("keywords", 0, name) for name in REPORT["keywords"][0]),
    *(("requests", 0, name) for name in REPORT["requests"][0]),
]
FORMS = ("text", "markdown", "github", "commit-message")


@pytest.mark.parametrize("wrong", [None, "many", 7, [{"a": 1}]])
def test_a_value_of_another_type_is_refused_or_told(tmp_path: Path, wrong: object) -> None:
    file = tmp_path / "report.json"
    for number, (*way, last) in enumerate(PLACES):
        changed = copy.deepcopy(REPORT)
        place: Any = functools.reduce(operator.getitem, way, changed)  # type: ignore[arg-type]
        place[last] = wrong
        file.write_text(json.dumps(changed), encoding="utf-8")
        ended = run("report", file, "--format", FORMS[number % len(FORMS)])
        assert ended.code in {0, 2}, (way, last)


def test_an_annotation_escapes_what_would_end_it_or_its_properties() -> None:
    assert annotation("error", "50%\r\nno", file="a:b,c", line=3, col=2) == (
        "::error file=a%3Ab%2Cc,line=3,col=2::50%25%0D%0Ano"
    )


@pytest.mark.parametrize("line", ["::error::x", "  ::error::x", "a ##[error]b", "\t::set-env::"])
def test_a_harmless_line_gives_no_command(tmp_path: Path, line: str) -> None:
    assert Job(tmp_path, log=line).commands
    assert not Job(tmp_path, log=harmless(line)).commands
