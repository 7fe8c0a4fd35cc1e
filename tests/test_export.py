import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pybtex.database
from hypothesis import example, given
from hypothesis import strategies as st

from daily_papers.config import parse_config
from daily_papers.export import COLUMNS, FORMATS, Row, all_rows, bibtex, csv_lines, jsonl
from daily_papers.papers.paper import Origin, Paper, folded
from daily_papers.store.store import News, StoredPaper
from daily_papers.store.summaries import Summary
from tests.support.cases import for_each

GOLDEN = Path(__file__).parent / "golden"
SEEN = date(2026, 1, 20)

FULL = Paper(
    id="2601.01234",
    version=2,
    title=r"Größe of $|x|$; \"quoted\", 100% & more",
    authors=("Ada Lovelace", "José Núñez", "The ATLAS Collaboration"),
    abstract="We do it. Code: https://github.com/ada/first\\_engine.",
    comment="=SUM(A1), 9 pages",
    primary_category="cs.CV",
    categories=("cs.CV", "eess.IV"),
    published=datetime(2026, 1, 5, 18, 59, 59, tzinfo=UTC),
    updated=datetime(2026, 1, 20, 13, 0, tzinfo=timezone(timedelta(hours=1))),
    doi="10.1000/xyz",
    journal_ref="J. X 1 (2026)",
    origin=Origin.SEARCH,
)
FROM_FEED = Paper(
    id="2601.02000",
    version=1,
    title="0",
    authors=(),
    abstract="@all + nothing",
    primary_category="cs.LG",
    categories=("cs.LG",),
    announced=date(2026, 1, 21),
    origin=Origin.FEED,
)
IMPORTED = Paper(
    id="hep-th/9901001",
    version=1,
    title="-1 is old",
    abstract="",
    updated=datetime(2025, 1, 1, tzinfo=UTC),
    origin=Origin.IMPORT,
)
SUMMARY = Summary(
    id=FROM_FEED.id,
    version=1,
    model="some-model",
    language="German",
    day=SEEN,
    sentence="Es macht {alles} schneller & 100 % besser.",
    title="=Null",
)
ROWS = (
    Row("C++ & more", "c-plus-plus", FULL, SEEN),
    Row("C++ & more", "c-plus-plus", IMPORTED, date(2025, 2, 1)),
    Row("mri", "mri", FROM_FEED, date(2026, 1, 21), SUMMARY, "2026-01-21"),
    Row("mri", "mri", FULL, SEEN),
)


@for_each(
    ("form", "name"), [("jsonl", "export.jsonl"), ("csv", "export.csv"), ("bibtex", "export.bib")]
)
def test_an_export_is_the_golden_file_byte_for_byte(form: str, name: str):
    assert "".join(FORMATS[form](ROWS)).encode() == (GOLDEN / name).read_bytes()


def test_a_line_of_json_has_the_published_fields_in_their_order():
    line = json.loads(next(iter(jsonl(ROWS))))
    assert line == {
        "keyword": "C++ & more",
        "slug": "c-plus-plus",
        "id": "2601.01234",
        "version": 2,
        "title": FULL.title,
        "authors": ["Ada Lovelace", "José Núñez", "The ATLAS Collaboration"],
        "abstract": FULL.abstract,
        "comment": "=SUM(A1), 9 pages",
        "primary_category": "cs.CV",
        "categories": ["cs.CV", "eess.IV"],
        "published": "2026-01-05T18:59:59Z",
        "updated": "2026-01-20T12:00:00Z",
        "first_seen": "2026-01-20",
        "doi": "10.1000/xyz",
        "journal_ref": "J. X 1 (2026)",
        "url": "https://arxiv.org/abs/2601.01234v2",
        "code_url": "https://github.com/ada/first_engine",
        "summary": None,
        "translated_title": None,
        "summary_model": None,
        "announced": None,
        "withdrawn": False,
        "digest": None,
    }
    assert tuple(line) == COLUMNS


def test_what_is_not_known_is_null_and_what_is_empty_is_not():
    imported, feed = (json.loads(line) for line in list(jsonl(ROWS))[1:3])
    assert imported["authors"] is imported["categories"] is imported["published"] is None
    assert imported["doi"] is imported["code_url"] is imported["comment"] is None
    assert (feed["announced"], feed["withdrawn"], feed["digest"]) == (
        "2026-01-21",
        False,
        "2026-01-21",
    )
    assert feed["authors"] == []
    assert feed["updated"] is None


def test_what_a_model_wrote_is_marked_as_its_own_in_each_form():
    line = json.loads(list(jsonl(ROWS))[2])
    wrote = [SUMMARY.sentence, "=Null", "some-model"]
    assert [line[name] for name in ("summary", "translated_title", "summary_model")] == wrote
    (entry,) = (each for each in bibtex(ROWS) if FROM_FEED.id in each)
    (fields,) = pybtex.database.parse_string(entry, "bibtex").entries.values()
    sentence = r"Es macht {\textbraceleft}alles{\textbraceright} schneller \& 100 \% besser."
    assert fields.fields["annote"] == f"=Null — {sentence} (by a model)"


def test_a_paper_has_the_digest_of_the_keywords_for_which_it_was_news():
    news = News(2, SEEN, ("mri",), "2026-01-20-2")
    papers = {
        FULL.id: StoredPaper(FULL, {"mri": SEEN, "graphs": SEEN}, news=news),
        IMPORTED.id: StoredPaper(IMPORTED, {"mri": SEEN}, news=News(1, SEEN, ("mri",), "imported")),
    }
    keywords = parse_config(b"keywords:\n  - mri\n  - graphs\n", "keywords.yaml").keywords
    rows = [(row.slug, row.digest) for row in all_rows(keywords, papers, {})]
    assert rows == [("mri", "2026-01-20-2"), ("mri", None), ("graphs", None)]


def test_keywords_keep_their_order_and_papers_are_newest_first():
    papers = {
        IMPORTED.id: StoredPaper(IMPORTED, {"gone": SEEN, "mri": SEEN}),
        FULL.id: StoredPaper(FULL, {"mri": SEEN}),
        FROM_FEED.id: StoredPaper(FROM_FEED, {"graphs": SEEN}),
    }
    keywords = parse_config(b"keywords:\n  - mri\n  - graphs\n", "keywords.yaml").keywords
    rows = all_rows(keywords, papers, {})
    assert [(row.slug, row.paper) for row in rows] == [
        ("mri", FULL),
        ("mri", IMPORTED),
        ("graphs", FROM_FEED),
        ("gone", IMPORTED),
    ]


def test_a_spreadsheet_finds_no_formula():
    header, *rows = csv.reader(io.StringIO("".join(csv_lines(ROWS))))
    assert tuple(header) == COLUMNS
    assert rows[0][COLUMNS.index("comment")] == "'=SUM(A1), 9 pages"
    assert rows[1][COLUMNS.index("title")] == "'-1 is old"
    assert not any(cell.startswith(tuple("=+-@")) for row in rows for cell in row)
    assert rows[0][COLUMNS.index("authors")] == "Ada Lovelace; José Núñez; The ATLAS Collaboration"


UNSEEN = ["\u200b", "\u200d", "\u00a0", "\ufeff", "\t", "\x07", "\r\n", "\u3000", "\u2060"]
UNSEEN += ["\u034f", "\ufe0f", "\u3164", "\u2800", "\U000e0041", "\u00ad", "\u202e"]


@given(
    st.lists(st.sampled_from(UNSEEN), max_size=3).map("".join),
    st.sampled_from("=+-@＝＋－＠﹦﹢﹣﹫"),
    st.text(max_size=5),
)
@example("\u200b", "=", "1+1")
@example("\ufeff", "＝", "1+1")
def test_a_formula_behind_what_nobody_sees_is_none(before: str, start: str, after: str):
    hostile = replace(FULL, title=before + start + after, authors=(before + start + after,))
    (_, row) = csv.reader(io.StringIO("".join(csv_lines([Row("k", "k", hostile, SEEN)]))))
    assert row[COLUMNS.index("title")].startswith("'")
    assert row[COLUMNS.index("authors")].startswith("'")


@for_each("unseen", UNSEEN)
def test_each_character_that_nobody_sees_hides_no_formula(unseen: str):
    (_, row) = csv.reader(io.StringIO("".join(csv_lines([Row(f"{unseen}=1", "k", FULL, SEEN)]))))
    assert row[0].startswith("'")


@for_each("text", ["", "a = b", "\u200ba", "\u00e9=", "1-2", "'=1", "\u200b"])
def test_what_is_no_formula_stays(text: str):
    (_, row) = csv.reader(io.StringIO("".join(csv_lines([Row(text, "k", FULL, SEEN)]))))
    assert row[COLUMNS.index("keyword")] == text


def test_bibtex_has_each_paper_once():
    entries = pybtex.database.parse_string("".join(bibtex(ROWS)), "bibtex").entries
    assert list(entries) == ["arxiv-2601.01234", "arxiv-hep-th-9901001", "arxiv-2601.02000"]


def test_an_empty_store_gives_an_empty_export():
    assert list(jsonl([])) == []
    assert list(bibtex([])) == []
    assert list(csv_lines([])) == [",".join(COLUMNS) + "\n"]


TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


@given(title=TEXT, author=TEXT, comment=st.none() | TEXT)
def test_whatever_authors_write_each_row_is_one_line(title: str, author: str, comment: str | None):
    paper = Paper(
        id="2601.01234", version=1, title=title, authors=(author,), abstract=title,
        comment=comment, updated=datetime(2026, 1, 1, tzinfo=UTC), origin=Origin.SEARCH,
    )  # fmt: skip
    (line,) = jsonl([Row("k", "k", paper, SEEN)])
    assert line.count("\n") == 1
    values = json.loads(line)
    assert (values["title"], values["authors"], values["comment"]) == (title, [author], comment)
    text = "".join(csv_lines([Row("k", "k", paper, SEEN)]))
    assert text.count("\n") == 2
    _, row = csv.reader(io.StringIO(text, newline=""))
    assert row[COLUMNS.index("title")].removeprefix("'") == folded(title).removeprefix("'")
