"""The small texts that messages and pages share."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from daily_papers.text import cut, long_date, one_line, plural, printable, rfc3339, short_date
from tests.support.cases import for_each


@for_each(
    ("number", "nouns", "text"),
    [
        (0, ("paper",), "0 papers"),
        (1, ("paper",), "1 paper"),
        (2, ("paper",), "2 papers"),
        (1375, ("new paper",), "1,375 new papers"),
        (1, ("search", "searches"), "1 search"),
        (2, ("search", "searches"), "2 searches"),
    ],
)
def test_a_number_and_its_noun(number: int, nouns: tuple[str, ...], text: str) -> None:
    assert plural(number, *nouns) == text


@given(st.text(), st.integers(1, 20))
def test_a_cut_text_is_short_and_says_that_it_is_cut(text: str, length: int) -> None:
    short = cut(text, length)
    assert len(short) <= length
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(st.text())
def test_one_line_and_printable(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)


def test_dates() -> None:
    zone = timezone(timedelta(hours=1))
    assert rfc3339(datetime(2026, 1, 20, 13, 0, 5, 7, tzinfo=zone)) == "2026-01-20T12:00:05Z"
    assert short_date(date(2026, 3, 6)) == "Mar 6, 2026"
    assert long_date(date(2026, 2, 9)) == "Monday, February\u00a09, 2026"


def test_a_text_is_not_cut_behind_a_space() -> None:
    assert cut("two words", 5) == "two…"
