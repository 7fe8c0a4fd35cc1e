"""What only shows the store, by its commands: all of them show the same papers."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from daily_papers.papers.paper import Origin, Paper
from daily_papers.store.store import Draft, News
from tests.sandbox import SandboxArxiv
from tests.support.cases import for_each
from tests.support.command_line import Ended, run
from tests.support.markdown_view import as_on_github
from tests.support.repository import Repository
from tests.support.website import DAY, Website, paper

KEYWORDS = """\
keywords:
  - name: Imaging
    slug: medical-imaging
    any: [mri]
"""
RENAMED = """\
keywords:
  - name: Pictures of the inside
    any: [mri]
"""


def shown(website: Website, *command: str) -> Ended:
    ended = run(*command, "--root", website.repository.root)
    assert ended.code == 0, ended.err
    return ended


def learn(website: Website, paper: Paper) -> None:
    draft = Draft(website.store())
    draft.learn([paper])
    website.save(draft.finish())


def identifiers(text: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"2603\.\d{5}", text)))


def everywhere(website: Website, slug: str) -> dict[str, list[str]]:
    """The papers of a keyword as each command shows them."""
    exported = shown(website, "export").out
    shown(website, "render")
    website.built()
    pages = website.files()
    return {
        "export": [json.loads(line)["id"] for line in exported.splitlines()],
        "render": identifiers(website.repository.text(f"papers/{slug}.md")),
        "README": identifiers(website.repository.text("README.md")),
        "site": identifiers(pages[f"keywords/{slug}.html"].decode()),
        "json": identifiers(pages[f"keywords/{slug}.json"].decode()),
    }


@pytest.mark.parametrize(
    ("keywords", "slug", "ids"),
    [
        pytest.param(RENAMED, "pictures-of-the-inside", ["00002", "00001"], id="renamed"),
        pytest.param(
            f"{KEYWORDS}    none: [heart]\n", "medical-imaging", ["00001"], id="another expression"
        ),
        pytest.param(
            f"{KEYWORDS}    max_papers: 1\n", "medical-imaging", ["00002"], id="fewer rows"
        ),
        pytest.param(
            KEYWORDS.replace("mri", "heart"), "medical-imaging", ["00002"], id="another phrase"
        ),
    ],
)
def test_an_edit_of_keywords_yaml_is_shown_everywhere_before_the_next_update(
    tmp_path: Path, keywords: str, slug: str, ids: list[str]
):
    papers = [paper(1), paper(2, "MRI of the heart")]
    website = Website.new(tmp_path, {"medical-imaging": papers}, keywords=KEYWORDS)
    website.repository.write("keywords.yaml", keywords)
    data = {k: v for k, v in website.repository.tree().items() if k.startswith("data/")}
    found = everywhere(website, slug)
    assert found == {name: [f"2603.{id}" for id in ids] for name in found}
    assert data == {k: v for k, v in website.repository.tree().items() if k.startswith("data/")}


# --- withdrawn papers --------------------------------------------------------------------------

COMMENTS = [
    ("This paper has been withdrawn by the authors due to an error in Eq. 4", True),
    ("Withdrawn", True),
    ("withdrawn by arXiv administrators due to plagiarism", True),
    ("12 pages; the previous submission was withdrawn", False),
    ("Withdrawn from ICML 2026", False),
    ("Supersedes 2401.00001, which was withdrawn", False),
    ("12 pages", False),
    (None, False),
]


@for_each(("comment", "withdrawn"), COMMENTS)
def test_a_comment_that_begins_so_withdraws_a_later_version(comment: str | None, withdrawn: bool):
    assert paper(1, version=2, comment=comment).is_withdrawn == withdrawn


@pytest.mark.parametrize(
    ("comment", "withdrawn"),
    [
        pytest.param(*case, marks=() if case in COMMENTS[2:4] else pytest.mark.full)
        for case in COMMENTS
    ],
)
def test_a_withdrawn_paper_is_marked_and_keeps_its_place(
    tmp_path: Path, comment: str | None, withdrawn: bool
):
    website = Website.new(tmp_path, {"medical-imaging": [paper(1), paper(3)]}, keywords=KEYWORDS)
    last = paper(1, version=2, comment=comment, updated=datetime(2026, 3, 19, tzinfo=UTC))
    learn(website, last)
    found = everywhere(website, "medical-imaging")
    first_of = "2603.00003" if withdrawn else "2603.00001"
    assert {found[name][0] for name in ("export", "render", "README")} == {first_of}
    for path in ("README.md", "papers/medical-imaging.md"):
        (row,) = (r for r in website.repository.text(path).splitlines() if "2603.00001" in r)
        assert ("** (withdrawn) | 2026-03-01 |" in row) is withdrawn
        assert ("** | 2026-03-19 |" in row) is not withdrawn
    page = website.text("keywords/medical-imaging.html")
    assert page.count("badge withdrawn") == withdrawn


def test_a_withdrawal_that_is_known_late_goes_back_to_its_place(tmp_path: Path):
    """A feed announces the version, and only its details say that it is a withdrawal."""
    second = paper(1, version=2, updated=datetime(2026, 3, 10, tzinfo=UTC))
    website = Website.new(tmp_path, {"medical-imaging": [second, paper(3)]}, keywords=KEYWORDS)
    announced = replace(
        second, version=3, published=None, updated=None, announced=DAY, origin=Origin.FEED
    )
    details = replace(
        second, version=3, updated=datetime(2026, 3, 19, tzinfo=UTC), comment="Withdrawn"
    )
    for record in (announced, details):  # two runs, with the store's files between them
        learn(website, record)
    shown(website, "render")
    (row,) = re.findall(r".*2603\.00001.*", website.repository.text("papers/medical-imaging.md"))
    assert "** (withdrawn) | 2026-03-10 |" in row


def test_a_mailed_paper_that_is_withdrawn_is_marked_in_the_mail(tmp_path: Path):
    website = Website.new(tmp_path, {}, keywords=KEYWORDS)
    gone = paper(1, version=2, comment="This paper has been withdrawn")
    website.add_digest(
        "2026-03-20", [(gone, ("medical-imaging",)), (paper(2), ("medical-imaging",))]
    )
    digest = website.repository.text("digests/2026-03-20.md")
    assert digest.count(") (withdrawn)**  \n  Ada Abramsson") == 1
    website.built()
    assert website.text("digests/2026-03-20.html").count("badge withdrawn") == 1


def test_a_withdrawn_paper_is_marked_among_the_news_of_the_week(tmp_path: Path):
    gone = paper(1, version=2, comment="Withdrawn")
    news = {id: News(1, DAY, ("medical-imaging",), "2026-03-20") for id in (gone.id, paper(2).id)}
    tables = {"medical-imaging": [gone, paper(2)]}
    website = Website.new(tmp_path, tables, keywords=KEYWORDS, news=news)
    website.add_digest("2026-03-20", [(each, ("medical-imaging",)) for each in (gone, paper(2))])
    assert website.built().text("index.html").count("badge withdrawn") == 1


def test_a_withdrawal_at_arxiv_is_marked(tmp_path: Path):
    today = date(2026, 1, 20)
    with SandboxArxiv(today=today) as arxiv:
        gone = arxiv.universe.newest(lambda record: record.withdrawn, today)[0]
        before = arxiv.universe.version(gone.id, gone.version - 1, today)
        keywords = "keywords:\n  - any: [diffusion mri]\n    name: Diffusion MRI\n"
        repository = Repository.new(tmp_path, keywords)
        for source in ("search", "oai"):
            ended = run(
                *("update", "--source", source, "--root", tmp_path), environ=arxiv.environment()
            )
            assert ended.code == 0, ended.err
    page = repository.text("papers/diffusion-mri.md")
    (row,) = (row for row in page.splitlines() if gone.id in row)
    assert f"** (withdrawn) | {before.updated.date()} |" in row


# --- CSV for Excel -----------------------------------------------------------------------------


def test_csv_for_excel_begins_with_a_byte_order_mark(tmp_path: Path):
    website = Website.new(
        tmp_path, {"medical-imaging": [paper(1, "Größe by MRI")]}, keywords=KEYWORDS
    )
    plain = shown(website, "export", "--format", "csv").out
    marked = shown(website, "export", "--format", "csv", "--bom").out
    assert marked == f"\ufeff{plain}"
    assert next(csv.DictReader(io.StringIO(plain)))["title"] == "Größe by MRI"


def test_a_byte_order_mark_is_for_csv_alone(tmp_path: Path):
    Website.new(tmp_path, {}, keywords=KEYWORDS)
    ended = run("export", "--bom", "--root", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "daily-papers: --bom: only for --format csv\n"


# --- tables that are too long for one page -----------------------------------------------------

LIMIT = 1_000_000


def long_tables(root: Path, rows: int, keywords: str) -> Website:
    papers = [paper(number, abstract="MRI " + "of many heads " * 100) for number in range(1, rows)]
    return Website.new(root, {"mri": papers}, keywords=keywords)


def pages(website: Website) -> dict[str, str]:
    return {
        path.name: path.read_text("utf-8")
        for path in sorted((website.repository.root / "papers").iterdir())
    }


def test_a_table_too_long_for_github_goes_on_on_more_pages(tmp_path: Path):
    website = long_tables(tmp_path, 1000, "max_papers: 2000\nkeywords:\n  - any: [mri]\n")
    shown(website, "render")
    found = pages(website)
    assert list(found) == ["mri.md", "mri_2.md", "mri_3.md"]
    assert max(len(text.encode()) for text in found.values()) < LIMIT
    rows = identifiers("".join(found.values()))
    assert rows == [f"2603.{number:05d}" for number in range(999, 0, -1)]
    links = "Page 2 of 3: [1](mri.md) 2 [3](mri_3.md)"
    assert links in found["mri_2.md"].split("| **Title**")[0].splitlines()
    for text in found.values():
        assert as_on_github(text).elements.count("table") == 1
    assert shown(website, "render").out == "nothing to change\n"


def test_pages_that_are_needed_no_longer_are_removed(tmp_path: Path):
    website = long_tables(tmp_path, 1000, "max_papers: 2000\nkeywords:\n  - any: [mri]\n")
    shown(website, "render")
    website.repository.write("papers/mri_4.md", "Mine.\n")
    website.repository.write("keywords.yaml", "max_papers: 500\nkeywords:\n  - any: [mri]\n")
    shown(website, "render")
    assert list(pages(website)) == ["mri.md", "mri_2.md", "mri_4.md"]
    website.repository.write("keywords.yaml", "max_papers: 400\nkeywords:\n  - any: [mri]\n")
    shown(website, "render")
    assert list(pages(website)) == ["mri.md", "mri_4.md"]
    assert "Page 1 of" not in pages(website)["mri.md"]
