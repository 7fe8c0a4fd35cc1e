"""The digest's file: what is written is read back, and damage is named."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.errors import StoreError
from daily_papers.mail.digest import (
    AUTHORS_KEPT,
    Digest,
    digest_order,
    digest_records,
    is_key,
    new_key,
    read_digest,
)
from daily_papers.mail.issue import digest_file
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Origin, Paper
from tests.support.cases import for_each
from tests.support.digests import digest, item
from tests.support.goldens import assert_golden

GOLDEN = Path(__file__).parent / "golden"
NAME = "digests/2026-11-20.md"

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    [
        "{{ x }}",
        "{% raw %}",
        "{{{%",
        "-->",
        "--!>",
        "<!-- daily-papers-digest\n{}\n-->",
        "\r\n-->\r\n",
        "\u2028-->",
        "\0",
    ]
)
PAPERS = st.builds(
    Paper,
    id=st.integers(0, 99999).map("2611.{:05}".format) | st.just("hep-th/9901001"),
    version=st.integers(1, 30),
    title=ANY_TEXT,
    authors=st.none() | st.lists(ANY_TEXT, max_size=12).map(tuple),
    abstract=ANY_TEXT,
    comment=st.none() | ANY_TEXT,
    primary_category=st.none() | ANY_TEXT,
    categories=st.none() | st.just(("cs.CV",)),
    updated=st.none() | st.just(datetime(2026, 11, 19, 18, 0, 1, tzinfo=UTC)),
    announced=st.just(date(2026, 11, 20)),
    withdrawn=st.none() | st.just(True),
    doi=st.none() | ANY_TEXT,
    origin=st.sampled_from(Origin),
)
NAMES = st.lists(ANY_TEXT, max_size=2).map(tuple)
ADDRESSES = st.none() | st.sampled_from(["https://github.com/o/r", "https://o.github.io/r/"])
ITEMS = st.builds(
    NewsItem,
    PAPERS,
    st.lists(ANY_TEXT, min_size=1, max_size=3).map(tuple),
    sentence=ANY_TEXT,
    in_title=NAMES,
    followed=NAMES,
    venue=st.none() | ANY_TEXT.filter(bool),
    code_url=ADDRESSES,
    project_url=ADDRESSES,
    closeness=st.none() | st.integers(1, 900),
)
DIGESTS = st.builds(
    Digest,
    key=st.sampled_from(["2026-11-20", "2026-11-20-2", "2026-11-20-11"]),
    repository=st.none() | st.just("reader/digests"),
    items=st.lists(ITEMS, max_size=4, unique_by=lambda each: each.paper.id).map(tuple),
    keyword_names=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=3).map(tuple),
    people=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=2).map(tuple),
    revisions=st.integers(0, 10**6),
    skipped=st.none() | ANY_TEXT,
)


@given(DIGESTS)
def test_a_digest_is_read_back_as_it_was_written(written: Digest):
    file = digest_file(written).encode("utf-8")
    assert read_digest(file, f"digests/{written.key}.md") == written.as_stored


@given(DIGESTS)
def test_line_ends_of_windows_change_nothing(written: Digest):
    file = digest_file(written).replace("\n", "\r\n").encode("utf-8")
    assert read_digest(file, f"digests/{written.key}.md") == written.as_stored


@given(DIGESTS)
def test_the_records_stay_within_their_comment(written: Digest):
    records = digest_records(written)
    assert records.isascii()
    assert records.count("<") == records.count(">") == 1
    html = cmarkgfm.github_flavored_markdown_to_html(records, Options.CMARK_OPT_UNSAFE)
    assert html.strip() == records


@given(DIGESTS)
def test_a_jekyll_build_finds_nothing_to_evaluate(written: Digest):
    text = digest_file(written)
    assert "{{" not in text
    assert "{%" not in text


@given(DIGESTS)
def test_the_file_shows_the_same_after_it_is_read_back(written: Digest):
    file = digest_file(written)
    again = read_digest(file.encode("utf-8"), f"digests/{written.key}.md")
    assert digest_file(again) == file


def test_the_file_reads_as_the_golden():
    written = digest(
        "2026-11-20",
        [
            item(1, "mri", "medical-imaging", title="Seeing inside"),
            item(
                2,
                "medical-imaging",
                sentence="We see inside.",
                venue="MICCAI 2026",
                code_url="https://github.com/o/seeing",
                followed=("Ada Lovelace",),
            ),
            item(3, "medical-imaging", authors=None, title="<script> & `code` | $x$"),
        ],
        revisions=2,
        skipped="No listing on 2026-11-19 (holiday).",
    )
    golden = GOLDEN / "digest-2026-11-20.md"
    assert_golden(golden.name, digest_file(written))
    assert read_digest(golden.read_bytes(), NAME) == written.as_stored


def test_a_digest_keeps_what_a_mail_needs():
    crowd = tuple(f"Author {number}" for number in range(3000))
    long = item(1, authors=crowd, code_url="https://github.com/o/r", doi="10.1/2")
    kept = digest("2026-11-20", [long]).as_stored.items[0]
    assert kept.paper.authors == crowd[:AUTHORS_KEPT]
    assert kept.paper.abstract == ""
    assert kept.code_url == "https://github.com/o/r"
    assert digest("2026-11-20", [kept]).as_stored.items == (kept,)


def test_deleting_a_papers_record_takes_it_out():
    lines = digest_file(digest("2026-11-20", range(3))).split("\n")
    kept = [line for line in lines if '"id": "2611.00001"' not in line]
    read = read_digest("\n".join(kept).encode(), NAME)
    assert [each.paper.id for each in read.items] == ["2611.00000", "2611.00002"]


def test_the_visible_part_decides_nothing():
    file = digest_file(digest("2026-11-20", range(2)))
    edited = re.sub(r"^- .*$", "- nothing", file, flags=re.MULTILINE)
    assert len(read_digest(edited.encode(), NAME).items) == 2


WHOLE = digest_file(digest("2026-11-20", range(2), revisions=1))


@for_each(
    ("spoil", "problem"),
    [
        (lambda text: "", "the file is empty"),
        (lambda text: text + text, "it has 2 comments"),
        (lambda text: text.replace("\n-->", "\n"), "it has no comments"),
        (lambda text: text.replace("daily-papers-digest", "digest"), "it has no comments"),
        (
            lambda text: text.replace('"format": 1', '"format": 2'),
            ':17: damaged: "format" is not one',
        ),
        (
            lambda text: text.replace('": "2026-11-20"', '": "2026-11-19"', 1),
            "of digest 2026-11-19",
        ),
        (lambda text: text.replace('": "2026-11-20"', '": "today"', 1), "not a digest's key"),
        (
            lambda text: text.replace('"revisions": 1', '"revisions": "1"'),
            ':17: damaged: "revisions"',
        ),
        (
            lambda text: text.replace('"version": 1', '"version": true', 1),
            ':18: damaged: "paper.version" is wrong',
        ),
        (
            lambda text: text.replace('"title"', '"name"', 1),
            ':18: damaged: "paper" is wrong: object missing required field `title`',
        ),
        (
            lambda text: text.replace('"origin": "feed"', '"origin": "mail"', 1),
            ':18: damaged: "paper.origin" is wrong',
        ),
        (lambda text: text.replace("2611.00001", "2611.00000"), "lists a paper twice"),
        (
            lambda text: text.replace('"id": "', '"id": "../', 1),
            ':18: damaged: "paper.id" is wrong: expected `str`',
        ),
        (lambda text: text.replace('00"', '00v1"', 1), ':18: damaged: "paper.id" is wrong'),
        (
            lambda text: text.replace('"id"', '"code_url": "javascript:1", "id"', 1),
            ':18: damaged: "code_url" is wrong',
        ),
        (lambda text: text.replace('["mri"]', "[]", 1), ':18: damaged: "keywords" is wrong'),
        (lambda text: text.replace('["mri"]', '"mri"', 1), ':18: damaged: "keywords" is wrong'),
        (lambda text: text.replace('["mri", "mri"]', '["mri"]', 1), '"keyword_names[0]" is wrong'),
        (lambda text: text.replace('"announced": "2026-11-20"', '"announced": "x"', 1), ":18: "),
        (lambda text: text.replace('{"id"', '<<<<<<< HEAD\n{"id"', 1), ":18: a merge conflict"),
        (lambda text: text.replace('{"id"', '[]\n{"id"', 1), ":18: damaged: [] is not a record"),
        (
            lambda text: text.replace('{"id"', "[" * 100_000 + '\n{"id"', 1),
            ":18: damaged: nested too deeply",
        ),
        (lambda text: text.encode("utf-16").decode("latin-1"), "it has no comments"),
    ],
)
def test_damage_is_named_with_its_line(spoil, problem: str):
    with pytest.raises(StoreError) as caught:
        read_digest(spoil(WHOLE).encode(), NAME)
    line = str(caught.value)
    assert line.startswith(f"{NAME}:")
    assert problem in line
    assert "\n" not in line


def test_bytes_that_are_no_text_are_named():
    with pytest.raises(StoreError, match="it has no comments"):
        read_digest(b"\xff\xfe", NAME)


def test_keys_are_counted_within_a_day():
    day = date(2026, 11, 20)
    assert new_key(day, []) == "2026-11-20"
    assert new_key(day, ["2026-11-19", "2026-11-21-7"]) == "2026-11-20"
    assert new_key(day, ["2026-11-20"]) == "2026-11-20-2"
    assert new_key(day, ["2026-11-20-9", "2026-11-20"]) == "2026-11-20-10"


def test_keys_are_ordered_by_day_and_number():
    keys = ["2026-11-20-10", "2026-11-21", "2026-11-20-2", "2026-11-20"]
    assert sorted(keys, key=digest_order) == [
        "2026-11-20",
        "2026-11-20-2",
        "2026-11-20-10",
        "2026-11-21",
    ]
    assert digest_order("2026-11-20-10") == (date(2026, 11, 20), 10)


@for_each(
    "text",
    ["", "2026-11-32", "2026-11-20-1", "2026-11-20-0", "2026-11-20-02", "20261120", "README"],
)
def test_other_names_are_no_keys(text: str):
    assert not is_key(text)


def test_a_digest_holds_together():
    with pytest.raises(ValueError, match="day is out of range"):
        digest("2026-11-32", [1])
    with pytest.raises(ValueError, match="lists a paper twice"):
        digest("2026-11-20", [1, 1])
