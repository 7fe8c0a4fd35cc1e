"""`import` of each kind of file that digest tools publish: small ones, made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daily_papers.config import load_config
from daily_papers.migrate.old_files import read_page
from daily_papers.migrate.topics import names_of
from daily_papers.query.expression import to_arxiv
from daily_papers.render.readme import BEGIN, END
from tests.support.cases import for_each
from tests.support.command_line import Ended, run
from tests.support.repository import Repository

PAPER = "2501.00001"
URL = f"http://arxiv.org/abs/{PAPER}"
ROW = f"|**2025-01-02**|**A paper | about mice**|Ann Other et.al.|[2501.00001]({URL})|null|\n"
CODE = "**[link](https://github.com/a/b)**"
HEAD = "|Publish Date|Title|Authors|PDF|Code|\n|---|---|---|---|---|\n"
#: Small files of each kind, all with the paper 2501.00001 under the topic `mice`.
PUBLISHED = Path(__file__).parent / "published"
#: What each tells of it: title, date, authors, comment.
KINDS = [
    ("publish-date-title-authors-pdf-code.md", "A paper | about mice", "2025-01-02", None, None),
    ("list-on-one-line.md", "A paper", "2025-01-02", None, "Code: https://github.com/a/b"),
    ("no-outer-pipes.md", "A paper", "2025-01-02", None, None),
    ("authors-and-links.md", "A paper", "2025-01-02", "Ann Other, Bob Else", None),
    ("nested-list.md", "A paper", "2025-01-02", "Ann Other, Bob Else", None),
    ("days-as-headings.md", "A paper", "2025-01-02", "Ann Other, Bob Else", None),
    ("heading-for-each-paper.md", "A paper", "2025-01-02", "Ann Other, Bob Else", None),
    ("heading-above-bullets.md", "A paper", "2025-01-02", "Ann Other, Bob Else", None),
    ("heading-above-link.md", "A paper", "2025-01-01", None, "Code: https://github.com/a/b"),
    ("card-in-quotation.md", "A paper", "2025-01-02", "Ann Other", None),
    ("chinese-columns.md", "A paper", "2025-01-02", None, "Code: https://github.com/a/b"),
    ("picture-beside-link.md", "A paper", "2025-01-02", None, None),
    ("table.html", "A paper", "2025-01-01", "Ann Other, Bob Else", None),
    (
        "rows-by-topic.json",
        "A paper | about mice",
        "2025-01-02",
        None,
        "Code: https://github.com/a/b",
    ),
    ("records-by-day.json", "A paper", "2025-01-02", "Ann Other, Bob Else", "9 pages"),
    ("record-lines.jsonl", "A paper", "2025-01-01", None, None),
    ("columns.csv", "A; paper", "2025-01-02", "Ann Other, Bob Else", None),
]


def bring_in(repository: Repository, *arguments: str | Path) -> Ended:
    return run("import", *arguments, "--root", repository.root, "--today", "2026-01-20")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "digest").mkdir()
    return Repository(tmp_path / "digest")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[0])
def test_a_paper_is_found_by_its_link(
    repository: Repository, tmp_path: Path, kind: tuple[str, str, str, str | None, str | None]
):
    name, title, day, authors, comment = kind
    text = (PUBLISHED / name).read_text("utf-8")
    for content in (text, "\ufeff" + text.replace("\n", "\r\n")):
        (tmp_path / name).write_bytes(content.encode())
        ended = bring_in(repository, tmp_path / name)
        assert (ended.code, ended.err) == (0, "")
        assert "mice: 1 paper" in ended.out.splitlines()
        (stored,) = repository.records("data/papers/*.jsonl")
        assert (stored["id"], stored["title"], stored.get("comment")) == (PAPER, title, comment)
        assert stored.get("authors") == (authors and authors.split(", "))
        assert stored["updated"].startswith(day)
        assert list(stored["keywords"]) == ["mice"]


def link(number: int, text: str = "pdf") -> str:
    return f"[{text}](https://arxiv.org/abs/2501.{number:05})"


@pytest.mark.parametrize(
    ("lines", "papers", "told"),
    [
        # Of several links the title's own is the paper.
        (f"- {link(4, 'A')}: Compared with {link(5, 'B')} it is fast.", {4: "A"}, ""),
        (f"- {link(1, 'A one')}, {link(2, 'B two')}", {}, "it links to several papers"),
        (f"- Mice run {link(1, 'paper')} [slides](http://a.b)", {1: "Mice run"}, ""),
        (f"- **[ICLR 2025]** Cats. [{link(1, 'Paper')}]", {1: "Cats."}, ""),
        (f"- {link(4, 'A')}, [html](https://arxiv.org/abs/2501.00004v2)", {4: "A"}, ""),
        ("- [[Re] A](https://arxiv.org/abs/2501.00004/)", {4: "[Re] A"}, ""),
        (f"| Paper |\n|---|\n| {link(2, 'A')}, **{link(3, 'B')}** |", {}, "it links to several"),
        (f"<table><tr><td>{link(2, 'A')}<br>{link(3, 'B')}</table>", {}, "it links to several"),
        (f"| Paper |\n|---|\n| A {link(2)}, B {link(3)} |", {}, "it links to several papers"),
        (f"| Title | PDF |\n|-|-|\n| A | {link(2)} {link(3)} |", {}, "it links to several papers"),
        (f"| {link(2, 'A')} | {link(3, 'B')} |", {}, "it links to several papers"),
        # Rows without columns are not always like those of one tool.
        (
            f"| [A paper of mice](https://x.org/a) | Ann Other, Bob Else | {link(2)} |",
            {2: "A paper of mice"},
            "",
        ),
        (f"| Name |\n|---|---|\n| A | {link(2)} |", {2: "A"}, ""),
        (
            f"| Title | PDF |\n|-|-|\n| A<br><sub>Ann Other, Bob Else</sub> | {link(2)} |",
            {2: "A"},
            "",
        ),
        (f"| Title | PDF |\n|-|-|\n| A<br>I liked it! | {link(2)} |", {2: "A"}, ""),
        (
            f"### A\n{link(1)}\n\n**More**\n\n| Title |\n|---|\n| {link(2, 'B')} |",
            {1: "A", 2: "B"},
            "",
        ),
        # A | of a text's own is told apart in the last column, or in a text that ends as it begins.
        (f"| Title | PDF |\n|-|-|\n| P(x|y) of A | {link(2)} |", {}, "cannot be read"),
        (
            f"|Title|Date|PDF|Code|\n|-|-|-|-|\n|P(x|y)|2025-01-02|{link(2)}| |",
            {},
            "cannot be read",
        ),
        (
            f"|Title|Authors|PDF|\n|-|-|-|\n|P(x | y)|Ann Other, Bob Else|{link(2)}|||",
            {},
            "cannot be read",
        ),
        (f"| PDF | Title |\n|-|-|\n| {link(2)} | P(x|y|z) |", {2: "P(x|y|z)"}, ""),
        (f"| Title | PDF |\n|-|-|\n| A | {link(2)} | | |", {}, "cannot be read"),
        (
            f"|Title|Authors|Abstract|\n|-|-|-|\n|{link(2, 'A')}|A. Other, et al.|We |x| on |y|.|",
            {2: "A"},
            "",
        ),
        (f"|Title|Authors|PDF|\n|-|-|-|\n|A|Ann Other|Bob Else|{link(2)}|", {}, "cannot be read"),
        (f"|Title|Abstract|PDF|\n|-|-|-|\n|P(x|y)|We do.|{link(2)}|", {}, "cannot be read"),
        (f"|Title|PDF|\n|-|-|\n|A|{link(2)}|I like it|", {}, "cannot be read"),
        # A paper that a sentence mentions is another than that of the heading.
        (
            f"### A\n{link(1, 'Paper')}\n\nIt goes on from {link(2, 'B et al.')}.",
            {1: "A"},
            "",
        ),
        (f"### A\n\nAbstract: As in {link(2, 'B')}.\n\n{link(1, 'Paper')}", {1: "A"}, ""),
        (f"### A\n- PDF: {link(1)}\n- **Abstract:** As {link(2, 'B')}.\n\n## B", {1: "A"}, ""),
        (f"- Abstract: We follow {link(2, 'B')}.", {}, "cannot be read"),
        (f"### A\nRelated: {link(2, 'B')}\n\n{link(1)}", {1: "A"}, ""),
        (f"- x\nTitle | Date\n-|-\n{link(2, 'A')} | 2025-01-02", {2: "A"}, ""),
        (f"Title | PDF\nA | {link(2)}", {}, "neither its item in a list"),
        (f"| Title | Abstract |\n|-|-|\n| A | As in {link(2)}. |", {}, "cannot be read"),
        # Paragraphs: a line is a paper unless its link is a part of a sentence.
        (f"{link(2, 'A')}, Ann Other, Bob Else, 2025-01-02", {2: "A"}, ""),
        (f"**A**\n*Ann Other, Bob Else*\n[arXiv]({URL[:-1]}2)", {2: "A"}, ""),
        (f"{link(1, 'B')}\nAnn Other, {link(2, 'A')}, 2025.", {1: "B"}, "neither its item"),
        (f"We go on from {link(2, 'A')} here.", {}, "neither its item in a list"),
        (f"A paper. Ann Other. ({link(2)})", {}, "neither its item in a list"),
        (
            f"⭐ **A** :fire: \\\n*Ann Other* \\\narXiv 2025. [[Paper]({URL[:-1]}2)] \\",
            {2: "A"},
            "",
        ),
        (f"**Note** that {link(2)} is good.", {}, "neither its item in a list"),
        # Quotations are read as what they quote.
        (f"> | Title | PDF |\n> |---|---|\n> | A | {link(2)} |", {2: "A"}, ""),
        (f"> Mine:\n>\n> - {link(2, 'A')}\n> - {link(1, 'B')}", {1: "B", 2: "A"}, ""),
        (f"> I read {link(2, 'A')} twice.", {}, "neither its item in a list"),
    ],
)
def test_no_link_to_a_paper_is_taken_for_another_or_lost(
    repository: Repository, lines: str, papers: dict[int, str], told: str
):
    before = f"# T\n\n## Mice\n\n{lines}\n\n## Rats\n\n- {link(9, 'Z')}\n"
    repository.write("README.md", before)
    ended = bring_in(repository, repository.root, "--replace")
    assert repository.text("README.old.md") == before
    records = repository.records("data/papers/*.jsonl")
    stored = {int(record["id"][5:]): record["title"] for record in records}
    assert stored == {**papers, 9: "Z"}
    assert ended.code == (3 if told and not papers and "neither" not in told else 0)
    assert told in ended.err if told else not ended.err
    last = lines.partition("\n\n")[0].splitlines()[-1]
    assert (last in repository.text("README.md")) is bool(told)


def test_items_within_items_are_papers_of_their_own(repository: Repository, tmp_path: Path):
    text = (
        f"## mice\n\n- [A]({URL})\n  - Related: [x](http://arxiv.org/abs/2501.00009)\n"
        "  - [B](http://arxiv.org/abs/2501.00002)\n- Also\n    - [C](http://arxiv.org/abs/2501.00003)\n"
        "    - **D**\n        - Link: http://arxiv.org/abs/2501.00004\n"
    )
    (tmp_path / "a.md").write_text(text)
    assert bring_in(repository, tmp_path / "a.md").code == 0
    titles = [record["title"] for record in repository.records("data/papers/*.jsonl")]
    assert titles == ["A", "B", "C", "D"]


@for_each(
    ("name", "text", "day"),
    [
        ("2025-01-02.md", "## Mice\n", "2025-01-02"),
        ("a.md", "---\ntitle: x\ndate: 2025-01-02 08:00:00\n---\n\n## Mice\n", "2025-01-02"),
        ("a.md", "## Mice\n<details><summary>2025-01-02</summary>\n", "2025-01-02"),
        ("2025-01-02.md", "## Mice\n### 2025-01-03\n", "2025-01-03"),
    ],
)
def test_a_page_may_tell_the_day_of_its_papers(name: str, text: str, day: str):
    (row,) = read_page(f"{text}\n- {link(1, 'A')}\n", name).stored
    assert row.paper
    assert (str(row.paper.date), row.topics) == (day, ["Mice"])


ABSTRACT = "<summary>Abstract</summary>"
ANN_AND_BO = ("Ann Other", "Bo O'Li")


@for_each(
    "authors",
    [
        *("Other, Ann; O'Li, Bo", "['Ann Other', 'Bo O'Li']", "['Ann Other', \"Bo O'Li\"]"),
        *("Ann Other<br>Bo O'Li", "Ann Other\\|Bo O'Li", "Ann Other、Bo O'Li"),
    ],
)
def test_authors_are_read_in_each_usual_form(authors: str):
    (row,) = read_page(
        f"| Title | Authors |\n|-|-|\n| {link(1, 'A')} | {authors} |\n", "a.md"
    ).stored
    assert row.paper
    assert row.paper.authors == ANN_AND_BO


def test_authors_of_a_record_keep_their_commas():
    record = {"url": URL, "authors": ["Other, Ann", "O'Li, Bo"]}
    (row,) = read_page(json.dumps({"mice": [record]}), "a.json").stored
    assert row.paper
    assert row.paper.authors == ANN_AND_BO


@for_each(
    ("row", "told"),
    [
        (f"- A paper [\\[paper\\]]({URL})", ("A paper", None, "")),
        (
            f"- A paper [[paper]({URL})] [[code](https://github.com/a/b)]",
            ("A paper", "Code: https://github.com/a/b", ""),
        ),
        (
            f"| Title | Links |\n|-|-|\n| A paper | [pdf]({URL}) [code](https://github.com/a/b) |",
            ("A paper", "Code: https://github.com/a/b", ""),
        ),
        (
            f"- [A paper]({URL})\n  <details>{ABSTRACT}\n\n  We do: it.\n\n  </details>",
            ("A paper", None, "We do: it."),
        ),
        (
            f"### [A paper]({URL})\n\n<details>\n{ABSTRACT}\n\nWe do: it.\n\n</details>",
            ("A paper", None, "We do: it."),
        ),
        (
            f"### [A paper]({URL})\n**Date**: 2025/1/2\n\n#### Abstract\nWe do: it.\n\n---\nMine.",
            ("A paper", None, "We do: it."),
        ),
        (
            f"### [A paper]({URL})\n- **Abstract**: By 3% | more. Code: soon.",
            ("A paper", None, "By 3% | more. Code: soon."),
        ),
        # A rule ends a paper below its link only.
        (f"### A paper\n---\n**Date**: 2025/1/2\n**Link**: {URL}", ("A paper", None, "")),
        (
            f"### A paper\n**Date**: 2025/1/2\n\n---\n\n[pdf]({URL})\n\n**Abstract**: We do: it.",
            ("A paper", None, "We do: it."),
        ),
    ],
)
def test_a_paper_is_told_in_each_usual_form(row: str, told: tuple[str | None, ...]):
    (stored,) = read_page(f"# T\n\n## Mice\n\n{row}\n", "a.md").stored
    assert stored.paper
    assert (stored.paper.title, stored.paper.comment, stored.paper.abstract) == told


BOLD_AND_LINES = (
    "# Mice\n\n**A paper**\n\n- 论文：{}1\n\n- 代码：https://github.com/a/b\n\n"
    "# Rats\n\n**Another paper**\n\n- Paper: https://rats.org/a.pdf\n\n"
    "**A third paper**\n\n- Paper: {}3\n"
)
NUMBERED = (
    "# Mice of 2025-01-02\n\n## 1. A paper\n\n> We do: it.\n\n[📄 Paper]({}1) | [PDF]({}1)\n\n"
    "## 2. B paper\n\n_Good_\n\n[Paper]({}2)\n"
)


@for_each(
    ("text", "papers"),
    [
        # A heading, a bold line or a fold above a single paper that has no title is its title.
        (BOLD_AND_LINES, {1: ("A paper", "Mice"), 3: ("A third paper", "Rats")}),
        (NUMBERED, {1: ("A paper", "Mice"), 2: ("B paper", "Mice")}),
        (
            (
                "## Mice\n\n#### [new 001] A paper\n- **分类: q-bio**\n\n- **链接: [{}1]({}1)**\n\n"
                "> **作者:** Ann Other; Bob Else\n"
            ),
            {1: ("A paper", "Mice")},
        ),
        ("## Mice\n\n### A paper\n- **Link**: {}1\n- **TL;DR**: Good.", {1: ("A paper", "Mice")}),
        (
            "## Mice\n\n### A paper\n[**arXiv:2501.00001**]({}1) — *Ann Other*\n\n**Good**.",
            {1: ("A paper", "Mice")},
        ),
        (
            "## Mice\n\n**[A paper]({}1)**\n\n*Ann Other*\n\nWe do.\n\n**[B]({}2)**\n\nIt is.",
            {1: ("A paper", "Mice"), 2: ("B", "Mice")},
        ),
        (
            (
                "## Mice\n\n<details>\n<summary><b>A paper</b> - Ann Other, Bob Else - [[pdf]]({}1)"
                "</summary>\n\n**Abstract:** We do.\n</details>\n"
            ),
            {1: ("A paper", "Mice")},
        ),
        ("## Info\n- Title: A paper of mice\n- Link: {}1\n", {1: ("A paper of mice", "")}),
        # One that is above a paper with a title is its topic, even if there is no other.
        ("## Cats\n\n### Mice\n- **[ICLR 2025]** A paper [[pdf]({}1)]", {1: ("A paper", "Mice")}),
        (
            "## Cats\n\n### Mice\n**A paper**\n*Ann Other, Bob Else*\n[pdf]({}1)",
            {1: ("A paper", "Mice")},
        ),
        ("## Mice\n\n- {}1\n", {1: ("arXiv:2501.00001", "Mice")}),
        ("## Mice\n\n### Cite us\n\n[arXiv]({}1)\n", {}),
        ("## Cats\n\n### Mice\n**A paper** [[pdf]({}1)]", {1: ("A paper", "Mice")}),
        (
            (
                "# T\n\n**Mice**\n\n- [A paper]({}1)\n\n<details>\n<summary>Rats (1)</summary>\n\n"
                "- [pdf]({}2) RatNet\n\n</details>\n\n<details>\n<summary>Cats</summary>\n\n"
                "- {}3\n\n</details>\n"
            ),
            {1: ("A paper", "Mice"), 2: ("RatNet", "Rats"), 3: ("arXiv:2501.00003", "Cats")},
        ),
        (
            (
                "## Mice\n\n<details>\n<summary>Rats</summary>\n\n- [pdf]({}1) RatNet\n\n"
                "</details>\n"
            ),
            {1: ("RatNet", "Mice")},
        ),
        (
            "# Mice\n\n### A paper\n\n{}1\n\n### B\n- Link: {}2\n- Notes: good\n",
            {1: ("A paper", "Mice"), 2: ("B", "Mice")},
        ),
        ("## Mice\n\n### Why?\n\nThis began with {}1.\n", {}),
        # Of headings in a row, that of a paper is not the topic of the next one.
        (
            "## Mice\n\n#### [X](https://x.org/x)\n\n#### [A paper]({}1)\n\n#### [B]({}2)\n",
            {1: ("A paper", "Mice"), 2: ("B", "Mice")},
        ),
        # Titles without what is around them; the words of a link rather than a name before it.
        ("## Mice\n\n- [2023/02] A paper. In *ICML*. [[pdf]({}1)]", {1: ("A paper.", "Mice")}),
        (
            "## Mice\n\n- **MOUSE**: [A paper about small mice]({}1)",
            {1: ("A paper about small mice", "Mice")},
        ),
        (
            "## Mice\n\n**A paper**\nAnn Other, Bob Else\n[CHI 2024]({}1) • [Code]({}1)",
            {1: ("A paper", "Mice")},
        ),
        (
            "## Mice\n\n- [(16) Psyche]({}1)\n- [[18F]FDG]({}2)\n- [[2+1]D mice]({}3)",
            {1: ("(16) Psyche", "Mice"), 2: ("[18F]FDG", "Mice"), 3: ("[2+1]D mice", "Mice")},
        ),
        ("## Mice\n\n- **Title**: A paper\n  **Paper**: {}1", {1: ("A paper", "Mice")}),
        (
            "## Mice\n\n| Year | Work | What |\n|-|-|-|\n| 2025 | A paper | [arXiv]({}1) |",
            {1: ("A paper", "Mice")},
        ),
        (
            "## Mice\n\n| Model | Notes |\n|-|-|\n| [A paper]({}1) | A very long remark of mine |",
            {1: ("A paper", "Mice")},
        ),
        (
            "## Mice\n\n|Done|Paper|Link|Notes|\n|-|-|-|-|\n| [ ] | A paper | [pdf]({}1) | mine |",
            {1: ("A paper", "Mice")},
        ),
        (
            (
                "## Mice\n<table>\n<thead>\n<tr><th>Title</th><th>Abstract</th><th>PDF</th></tr>\n"
                "</thead>\n  <tbody>\n<tr><td>A paper</td><td>We do it in great detail.</td><td>"
                "<a href={}1>PDF</a></td></tr></tbody>\n</table>"
            ),
            {1: ("A paper", "Mice")},
        ),
        # Days are no topics, nor in them.
        *(
            (f"# Mice\n\n## {day}\n\n- [A paper]({{}}1)\n", {1: ("A paper", "Mice")})
            for day in (
                *("Thu, 14 May 2026", "2026-05-14（9篇论文）", "2026-05-13 星期三", "20260514_Tue"),
                *("5月", "2023年", "2026年5月14日 (周四)", "2026-05-14 共9篇论文"),
            )
        ),
        ("# T\n\n## SAT\n\n- [A paper]({}1)\n", {1: ("A paper", "SAT")}),
        ("## Mice · 2025-07-29\n\n- [A paper]({}1)\n", {1: ("A paper", "Mice")}),
        ("## Mice: 2025-07-01 to 2025-07-07\n\n- [A paper]({}1)\n", {1: ("A paper", "Mice")}),
        ("## Mice 2025-07-01/02\n\n- [A]({}1)\n", {1: ("A", "Mice 2025-07-01/02")}),
        ("## Keyword: Mice\n\n- [A paper]({}1)\n", {1: ("A paper", "Mice")}),
    ],
)
def test_a_page_is_read_in_each_usual_form(text: str, papers: dict[int, tuple[str, str]]):
    stored = read_page(text.replace("{}", URL[:-1]), "a.md").stored
    found = {
        int(row.paper.id[5:]): (row.paper.title, "; ".join(row.topics))
        for row in stored
        if row.paper
    }
    assert found == papers


def test_what_a_tool_has_seen_is_no_paper(repository: Repository):
    repository.write("README.md", f"## Mice\n\n- {link(1, 'A')}\n")
    seen = {"seen_ids": ["2501.00001", "2501.00002v3"], "last": {"2501.00003": "2025-01-02"}}
    repository.write("seen.json", json.dumps(seen))
    ended = bring_in(repository, repository.root)
    assert (ended.code, ended.err) == (0, "")
    assert "1 row read, 1 paper stored" in ended.out.splitlines()
    assert [k.name for k in load_config(repository.root / "keywords.yaml").keywords] == ["Mice"]


def test_papers_without_any_topic_are_in_one_of_the_pages_title(repository: Repository):
    repository.write("README.md", f"# Latest papers\n\n## 05月\n\n- {link(1, 'A')}\n")
    ended = bring_in(repository, repository.root, "--replace")
    assert (ended.code, ended.err) == (0, "")
    assert 'no heading names a topic, so all papers are in "Latest papers"' in ended.out
    assert "Latest papers: 1 paper" in ended.out.splitlines()
    repository.write("README.md", f"# Latest papers\n\n## 05月\n\n- {link(2, 'B')}\n")
    ended = bring_in(repository, repository.root)
    assert ended.code == 3  # now there are keywords, and it fits none
    assert (
        "README.md:5: no heading, key or column with a word names this paper's topic" in ended.err
    )


def test_an_import_without_a_paper_is_partial_even_if_it_has_topics(repository: Repository):
    repository.write("config.yaml", "keywords: [mice]\n")
    repository.write("README.md", f"# T\n\nAs {link(1, 'A')} says.\n")
    assert bring_in(repository, repository.root).code == 3


def test_nothing_is_left_of_cards_in_quotations(repository: Repository):
    cards = "".join(f"> ### {link(n, 'A')}\n> **Authors**: Ann Other\n>\n\n" for n in (1, 2))
    repository.write("README.md", f"# T\n\n## Mice\n\n{cards}## Mine\n\nWords.\n")
    assert bring_in(repository, repository.root, "--replace").code == 0
    assert repository.text("README.md") == f"# T\n\n{BEGIN}\n{END}\n\n## Mine\n\nWords.\n"


@pytest.mark.parametrize("again", ["README.md", "docs/index.md"])
def test_a_file_that_is_reached_twice_is_read_once(repository: Repository, again: str):
    text = f"# T\n\n## Mice\n\n- {link(1, 'A')} my own words\n"
    repository.write("README.md", text)
    repository.write("docs/x.txt", "")
    if again != "README.md":
        (repository.root / again).symlink_to("../README.md")
    ended = bring_in(repository, repository.root, repository.root / again, "--replace")
    assert (ended.code, ended.err) == (0, "")
    assert repository.text("README.old.md") == text


def test_imported_papers_are_not_new_and_one_word_fits_their_titles(repository: Repository):
    rows = "".join(f"- {link(n, f'Mice {n}')}\n" for n in range(1, 7))
    repository.write(
        "README.md", f"# T\n\n## Mice\n\n{rows}\n## Others\n\n- {link(8, 'Of mice')}\n"
    )
    ended = bring_in(repository, repository.root, "--replace")
    assert (ended.code, ended.err) == (0, "")
    assert "of its titles" not in ended.out
    assert run("render", "--root", repository.root).code == 0
    assert "New today" not in repository.text("README.md")
    assert "of mice" in repository.text("README.md").lower()


def test_a_blank_topic_in_the_first_row_of_a_table_is_that_of_the_heading():
    head = "| Title | Topic |\n|-|-|\n"
    months = [
        f"### {month} 2025\n\n{head}| {link(n, 'A')} |" for n, month in ((1, "May"), (2, "June"))
    ]
    page = read_page(f"## Mice\n\n{months[0]} rats |\n\n{months[1]} |\n", "a.md")
    assert [row.topics for row in page.rows] == [["rats"], ["Mice"]]


@for_each("bad", ['{"url": ', "x", '{"a": 1}}', "[" * 9_000])
def test_a_line_of_json_that_cannot_be_read_is_named_and_the_others_are_imported(
    tmp_path_factory: pytest.TempPathFactory, bad: str
):
    repository = Repository(tmp_path_factory.mktemp("digest"))
    records = [json.dumps({"url": f"{URL[:-1]}{n}", "topic": "mice"}) for n in (1, 2)]
    repository.write("a.jsonl", "\n".join([bad, records[0], "", bad, records[1]]))
    ended = bring_in(repository, repository.root / "a.jsonl")
    assert ended.code == 3
    (line,) = ended.err.splitlines()
    assert "a.jsonl:1: not JSON (" in line
    assert line.endswith("(and 1 more like it)")
    assert "mice: 2 papers" in ended.out.splitlines()
    assert "remove it" not in ended.out


@for_each(
    "item",
    [
        "[Mouse](https://mice.org), Ann Other and Bob Else. [[arXiv]({})] [[code](https://x.org/a)]",
        "[Mouse](https://mice.org) ([paper]({}), oral)",
        "[Mouse](https://mice.org), Ann Other, Bob Else, code available, at CVPR [arXiv]({})",
        "[Mouse](https://mice.org), Ann van der Other and Bob de la Else [arXiv]({}), spotlight",
        "[Mouse](https://mice.org). Paper: {}",
        "[Mouse](https://mice.org), spotlight [arXiv]({})",
    ],
)
def test_an_item_that_begins_with_a_link_to_elsewhere_may_be_a_paper(item: str):
    (row,) = read_page(f"## Mice\n\n- {item.format(URL)}\n", "a.md").stored
    assert row.paper
    assert row.paper.id == PAPER


def test_a_title_above_topics_of_its_level_is_none():
    page = read_page(f"# T\n\n# Cats\n\n# Mice\n\n- {link(1, 'A')}\n", "a.md")
    assert names_of([page]) == ["Cats", "Mice"]


@for_each(
    "rows",
    [
        f"{HEAD}|-|No papers today|-|-|-|",
        f"- {link(1, 'A one')}, {link(2, 'B two')}",
        f"| Title | PDF |\n|-|-|\n| P(x|y) of A | {link(1)} |",
    ],
)
def test_a_topic_of_which_all_rows_are_left_out_is_a_topic(rows: str):
    page = read_page(f"# T\n\n## Cats\n\n{rows}\n\n## Mice\n\n- {link(3, 'C')}\n", "a.md")
    assert [row.paper.title for row in page.stored if row.paper] == ["C"]
    assert names_of([page]) == ["Cats", "Mice"]


def test_a_topic_without_papers_is_a_topic(repository: Repository, tmp_path: Path):
    (tmp_path / "a.json").write_text(json.dumps({"mice": {"2501.00001": ROW}, "rats": {}}))
    (tmp_path / "b.md").write_text(
        f"## mice\n{HEAD}{ROW}\n## Others\n{HEAD}\n## voles\nNo papers today.\n"
    )
    assert bring_in(repository, tmp_path / "a.json", tmp_path / "b.md").code == 0
    names = [keyword.name for keyword in load_config(repository.root / "keywords.yaml").keywords]
    assert names == ["mice", "rats", "voles"]


TO_TOP = "<p align=right>(<a href=#top>back to top</a>)</p>\n"


def test_the_title_above_topics_is_none_and_an_empty_section_is_one(
    repository: Repository, tmp_path: Path
):
    rats = "- [A](http://arxiv.org/abs/2501.00002)\n"
    others = (
        "- [Brown voles](http://arxiv.org/abs/2501.00003)\n"
        "- [Birds](http://arxiv.org/abs/2501.00004)\n"
    )
    (tmp_path / "a.md").write_text(
        f"# My own words\n\nSome.\n\n## 1. Mice (1)\n{HEAD}{ROW}\n{TO_TOP}\n## Brown voles\n\n"
        f"{TO_TOP}\n## Contributing\n\n## Rats\n{rats}\n## Others\n{others}\n## Foxes\n\n"
        "## Hidden\nWords.\n"
        "## TODO\n\n## How to use\n\n## Citation\n\n## Installation\n\n## Usage\n\n## License\n"
    )
    ended = bring_in(repository, tmp_path / "a.md")
    names = [keyword.name for keyword in load_config(repository.root / "keywords.yaml").keywords]
    assert names == ["Mice", "Brown voles", "Rats"]
    assert "Brown voles: 1 paper" in ended.out.splitlines()
    assert ended.code == 3
    (refused,) = ended.err.splitlines()
    assert "a.md:23: no heading, key or column with a word names this paper's" in refused


def test_a_whole_repository_is_brought_in_and_again(repository: Repository):
    readme = (
        "## Updated on 2025.01.31\n> Usage: [here](docs)\n\n<details>\n  <summary>Table of Contents"
        "</summary>\n  <ol>\n    <li><a href=#mice>mice</a></li>\n  </ol>\n</details>\n\n"
        f"## mice\n\n{HEAD}{ROW}\n<p align=right>(<a href=#updated>back to top</a>)</p>\n\nMine.\n"
    )
    repository.write("README.md", readme)
    repository.write("docs/index.md", f"---\nlayout: default\n---\n\n{readme}")
    rows = {"mice": {PAPER: ROW.replace("null", CODE)}, "rats": {}}
    repository.write("docs/a.json", json.dumps(rows))
    repository.write("package.json", '{"keywords": ["arxiv"], "scripts": {}}')
    repository.write("docs/notes.md", f"## Notes\n{HEAD}")
    repository.write("docs/list.md", f"## mice\n\n- **A paper**, Paper: [{URL}v2]({URL}v2)\n")
    repository.write(
        "config.yaml", "keywords:\n  mice: {filters: [mice, field-mouse]}\n  rats: [rat]\n"
    )
    assert (bring_in(repository, repository.root, "--replace").code) == 0
    assert repository.text("README.md") == f"> Usage: [here](docs)\n\n{BEGIN}\n{END}\n\nMine.\n"
    names = [keyword.name for keyword in load_config(repository.root / "keywords.yaml").keywords]
    assert names == ["mice", "rats"]
    (stored,) = repository.records("data/papers/*.jsonl")
    assert (stored["version"], stored["comment"]) == (2, "Code: https://github.com/a/b")
    assert run("render", "--root", repository.root).code == 0
    tree = repository.tree()
    again = bring_in(repository, repository.root, "--replace")
    assert (again.code, again.err) == (0, "")
    assert repository.tree() == tree


# --- what the old tool searched ----------------------------------------------------------------

MAIN_PY = """\
import os; os.abort()
keywords = ["mice", "brown mice", "field-mouse"]
link = "AND" if len(keyword.split()) == 1 else "OR"
def filter_tags(papers, target_fileds=["cs", "stat"]): pass
"""
EITHER = '(ti:"{0}" OR abs:"{0}")'


@pytest.mark.parametrize(
    ("name", "text", "searches", "categories"),
    [
        (
            "config.yaml",
            "keywords:\n  Rodents: {filters: [mice, field-mouse]}\n  Birds: {filters: [crow]}\n",
            {
                "Rodents": '(ti:"mice" OR abs:"mice" OR ti:"field-mouse" OR abs:"field-mouse")',
                "Birds": EITHER.format("crow"),
            },
            (),
        ),
        (
            "config.yml",
            "categories: [cs.CV, eess.IV, nonsense]\ntopics:\n  mice:\n    - brown mice\n",
            {"mice": EITHER.format("brown mice")},
            ("cs.CV", "eess.IV"),
        ),
        (
            "main.py",
            MAIN_PY,
            {
                "mice": '(ti:"mice" AND abs:"mice")',
                "brown mice": EITHER.format("brown mice"),
                "field-mouse": '(ti:"field-mouse" AND abs:"field-mouse")',
            },
            ("cs", "stat"),
        ),
        (
            "main.py",
            'keywords: list[str] = ["mice"]\nurl = "ti:{0}+OR+abs:{0}"\n',
            {"mice": EITHER.format("mice")},
            (),
        ),
        (
            "config.json",
            '{"arxiv": {"categories": "cs.CV"}, "keywords": ["mice"]}',
            {"mice": EITHER.format("mice")},
            ("cs.CV",),
        ),
        (
            "config.json",
            '{"keywords": {"mice": ["ti:mice AND cat:cs.CV"], "bad": "all:x"}}',
            {"mice": '(ti:"mice" AND cat:cs.CV)'},
            (),
        ),
        (
            "config.json",
            '{"keywords": {"mice": ["all:mice OR all:\\"brown rats\\"", "*"], "rats": "*"}}',
            {
                "mice": '(ti:"mice" OR abs:"mice" OR ti:"brown rats" OR abs:"brown rats")',
                "rats": EITHER.format("rats"),
            },
            (),
        ),
        (
            "config.yaml",
            "topics:\n  - {name: mice, query: '( all:\"house mouse\" OR all:mice )'}\n",
            {"mice": '(ti:"house mouse" OR abs:"house mouse" OR ti:"mice" OR abs:"mice")'},
            (),
        ),
        (
            "config.json",
            '{"keywords": {"mice": "mice AND (brain OR heart)", "rats": ["brown rats", "ti:a"]}}',
            {"mice": EITHER.format("mice"), "rats": EITHER.format("brown rats")},
            (),
        ),
        (
            "config.json",
            '{"keywords": {"mice": "ti:mice AND (abs:b OR abs:c)", "cs.CV": "cat:cs.CV AND ti:a"}}',
            {
                "mice": '(ti:"mice" AND (abs:"b" OR abs:"c"))',
                "cs.CV": '(cat:cs.CV AND ti:"a")',
            },
            (),
        ),
        (
            "config.json",
            json.dumps({"keywords": {"mice": [" OR ".join(["ti:mice"] * 500)]}}),
            {"mice": EITHER.format("mice")},
            (),
        ),
        ("config.toml", '[search]\ncategories = ["cs.CV"]\n', {"cs.CV": "cat:cs.CV"}, ()),
    ],
)
def test_the_old_configuration_says_what_is_searched(
    repository: Repository,
    tmp_path: Path,
    name: str,
    text: str,
    searches: dict[str, str],
    categories: tuple[str, ...],
):
    (tmp_path / name).write_text(text)
    record = {"title": "Brown mice", "abstract": "Of mice.", "url": URL, "category": "cs.CV"}
    (tmp_path / "papers.json").write_text(json.dumps([record]))
    ended = bring_in(repository, tmp_path / "papers.json")
    assert ended.code in {0, 3}, ended.err
    config = load_config(repository.root / "keywords.yaml")
    found = {keyword.name: to_arxiv(keyword.expression) for keyword in config.keywords}
    assert config.categories == categories
    if not categories:
        assert {name: found[name] for name in searches} == searches
    assert all(name in found for name in searches)


def test_papers_by_category_become_few_keywords(repository: Repository, tmp_path: Path):
    lines = [
        {"id": f"2501.{n:05}", "title": "A", "categories": ["cs.LG", ("cs.CV", "cs.AI")[n % 2]]}
        for n in range(1, 9)
    ]
    lines.append({"id": "2501.00100", "title": "B", "categories": ["math.CO"]})
    (tmp_path / "2025-01-02.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ended = bring_in(repository, tmp_path / "2025-01-02.jsonl")
    assert (ended.code, ended.err) == (0, "")
    config = load_config(repository.root / "keywords.yaml")
    assert [keyword.name for keyword in config.keywords] == ["cs.LG", "math.CO"]


def test_a_class_of_the_acm_or_of_mathematics_is_no_topic(repository: Repository, tmp_path: Path):
    classes = [["cs.LG", "I.2.6; H.3.3", "68T07"], ["14J10 (Primary)", "math.AG"]]
    lines = [{"id": f"2501.{n:05}", "categories": each} for n, each in enumerate(classes, 1)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ended = bring_in(repository, tmp_path / "a.jsonl")
    assert (ended.code, ended.err) == (0, "")
    config = load_config(repository.root / "keywords.yaml")
    assert [keyword.name for keyword in config.keywords] == ["cs.LG", "math.AG"]


@for_each("config", ["", "keywords: [C, C++]\n"])
def test_names_that_differ_only_by_signs_are_two_topics(
    tmp_path_factory: pytest.TempPathFactory, config: str
):
    repository = Repository(tmp_path_factory.mktemp("digest"))
    names = ("C++", "C", "C#")
    sections = (f"## {name}\n- {link(number, name)}\n" for number, name in enumerate(names, 1))
    repository.write("a.md", "\n".join(sections))
    repository.write("config.yaml", config)
    ended = bring_in(repository, repository.root / "a.md")
    assert (ended.code, ended.err) == (0, "")
    tables = {k.name: k.slug for k in load_config(repository.root / "keywords.yaml").keywords}
    assert [repository.table(tables[name]) for name in names] == [
        [f"2501.0000{number}"] for number in (1, 2, 3)
    ]
    repository.write("keywords.yaml", "keywords: [C++]\n")
    ended = bring_in(repository, repository.root / "a.md")
    assert ended.code == 3
    assert "C is not a keyword" in ended.err


def test_a_configuration_alone_is_enough(repository: Repository, tmp_path: Path):
    (tmp_path / "config.yaml").write_text("source: {arxiv: {category: [cs.CV, eess.IV]}}\n")
    ended = bring_in(repository, tmp_path / "config.yaml", "--replace")
    assert (ended.code, ended.err) == (0, "")
    assert run("check", "--root", repository.root).code == 0
    config = load_config(repository.root / "keywords.yaml")
    assert [to_arxiv(k.expression) for k in config.keywords] == ["cat:cs.CV", "cat:eess.IV"]
    assert run("render", "--root", repository.root).code == 0


@for_each(
    "filters", ["[mice], exclude: [cats]", "['*']", "[mice, 'ti:a']", "[a AND b]", "[(a OR b) c]"]
)
def test_what_a_configuration_says_besides_topics_is_to_be_compared(
    tmp_path_factory: pytest.TempPathFactory, filters: str
):
    repository = Repository(tmp_path_factory.mktemp("digest"))
    repository.write("a.csv", f"url,title,topic\n{URL},A,mice\n")
    repository.write("config.yaml", f"max_results: 10\nkeywords:\n  mice: {{filters: {filters}}}\n")
    ended = bring_in(repository, repository.root)
    assert (ended.code, ended.err) == (0, "")
    assert "config.yaml: its topics, their phrases and its categories were imported" in ended.out
    (keyword,) = load_config(repository.root / "keywords.yaml").keywords
    assert to_arxiv(keyword.expression) == EITHER.format("mice")


@pytest.mark.parametrize("named", ["", "a.csv"])
def test_a_configuration_that_cannot_be_read_is_named(repository: Repository, named: str):
    repository.write("a.csv", f"url,title,topic\n{URL},A,mice\n")
    repository.write("config.yaml", "keywords:\n  mice: [\n")
    ended = bring_in(repository, repository.root / named)
    assert ended.code == 3
    (line,) = ended.err.splitlines()
    assert "config.yaml: cannot be read as a configuration: " in line
    assert len(repository.records("data/papers/*.jsonl")) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.json", f'{{"mice": {{"2501.00002": "|[2501.00002]({URL})'.encode()),
        ("broken.jsonl", f'{{"url": "{URL}"}}\n{{"title": br\n'.encode()),
        ("latin.md", f"# Caf\xe9\n- [A]({URL})\n".encode("latin-1")),
        ("no-header.csv", f"2501.00005,{URL}\n".encode()),
    ],
)
def test_a_file_of_a_folder_that_cannot_be_read_is_named(
    repository: Repository, name: str, content: bytes
):
    repository.write("README.md", f"## Mice\n\n- {link(1, 'A')}\n")
    (repository.root / name).write_bytes(content)
    ended = bring_in(repository, repository.root)
    assert (ended.code, ended.err.count("\n")) == (3, 1)
    assert name in ended.err
    assert "Mice: 1 paper" in ended.out


def test_what_is_known_of_a_paper_stays(repository: Repository, tmp_path: Path):
    for name, row in (("a.md", link(1, "First")), ("b.md", link(1, "Second"))):
        (tmp_path / name).write_text(f"## Mice\n\n- {row}\n")
    (tmp_path / "c.md").write_text("## Mice\n\n- [Third](https://arxiv.org/abs/2501.00001v9)\n")
    for name in ("a.md", "b.md", "a.md"):
        assert bring_in(repository, tmp_path / name).code == 0
        (stored,) = repository.records("data/papers/*.jsonl")
        assert stored["title"] == "First"
    (file,) = repository.root.glob("data/papers/*.jsonl")
    file.write_text(file.read_text().replace('"import"', '"search"'))
    fetched = file.read_text()
    assert bring_in(repository, tmp_path / "c.md").code == 0
    assert file.read_text() == fetched


def test_only_the_example_of_init_is_replaced(repository: Repository, tmp_path: Path):
    assert run("init", repository.root).code == 0
    (tmp_path / "a.md").write_text(f"## mice\n{HEAD}{ROW}")
    assert bring_in(repository, tmp_path / "a.md").code == 0
    assert [k.name for k in load_config(repository.root / "keywords.yaml").keywords] == ["mice"]
    (tmp_path / "a.md").write_text(f"## rats\n{HEAD}{ROW}")
    ended = bring_in(repository, tmp_path / "a.md")
    assert ended.code == 3
    assert "rats is not a keyword; add it to keywords.yaml" in ended.err


# --- the sum -----------------------------------------------------------------------------------


def test_a_dry_run_says_it_and_writes_nothing(repository: Repository):
    repository.write("README.md", f"## mice\n\n{HEAD}{ROW}")
    repository.write(".github/workflows/old.yml", "on:\n  schedule:\n    - cron: '0 0 * * *'\n")
    before = sorted(repository.root.rglob("*"))
    dry = bring_in(repository, repository.root, "--replace", "--dry-run")
    assert sorted(repository.root.rglob("*")) == before
    done = bring_in(repository, repository.root, "--replace")
    assert dry.out.splitlines()[:-1] == done.out.splitlines()[:-1]
    assert ".github/workflows/old.yml: if it is the old job, it would overwrite" in done.out
    assert run("render", "--root", repository.root).code == 0


def test_words_of_an_introduction_stay_and_are_named(repository: Repository):
    mine = f"# T\n\n[![arXiv](a.svg)]({URL})\n\nSee: [A paper]({URL}), 2025.\n"
    repository.write("README.md", f"{mine}\n## mice\n\n- {link(2, 'A')}\n")
    repository.write("CONTRIBUTING.md", f"As in [A paper]({URL}).\n")
    ended = bring_in(repository, repository.root, "--replace")
    assert ended.code == 0
    elsewhere, in_readme = ended.err.splitlines()
    assert "README.old.md:3: it links to a paper, but" in in_readme
    assert in_readme.endswith("(and 1 more like it)")
    assert "CONTRIBUTING.md:1: it links to a paper, but" in elsewhere
    assert repository.text("README.md") == f"{mine}\n{BEGIN}\n{END}\n"


def test_only_files_that_are_brought_in_whole_are_to_be_removed(repository: Repository):
    repository.write("a.csv", f"url,title,topic\n{URL},A,mice\n")
    repository.write("b.csv", f"url,title,topic\n{URL[:-1]}2,B,mice\n{URL[:-1]}3,C,\n")
    repository.write("c.csv", f"url,title,topic\n{URL[:-1]}4,D,\n")
    ended = bring_in(repository, repository.root)
    assert ended.code == 3
    removable = [line for line in ended.out.splitlines() if "remove it" in line]
    assert removable == [
        "a.csv: what was read in it is imported; remove it unless you need more from it"
    ]


def test_what_is_left_out_is_told_once_for_each_cause(repository: Repository, tmp_path: Path):
    rats = ROW.replace("mice", "rats")
    homeless = "".join(rats.replace("00001", f"0000{number}") for number in range(2, 6))
    text = f"{HEAD}{homeless}\n## mice\n{HEAD}{ROW}| x |\n| y |\n"
    (tmp_path / "a.md").write_text(text)
    ended = bring_in(repository, tmp_path / "a.md", tmp_path / "a.md")
    assert ended.code == 3
    assert "7 rows read, 1 paper stored, 6 left out" in ended.out.splitlines()
    second, first = ended.err.splitlines()
    assert second.endswith("like: ## magnetic resonance imaging (and 3 more like it)")
    assert first.endswith("a.md:12: no link to a paper on arXiv: 'x' (and 1 more like it)")


@for_each(
    ("name", "text"),
    [
        ("a.md", "- [bad month](https://arxiv.org/abs/2513.00005)\n"),
        ("a.md", f"{HEAD}{ROW}{ROW.replace('2501.', '2599.')}"),
        ("a.md", "### [Old](https://arxiv.org/abs/hep-th/9913001)\n"),
        ("a.html", "<table><tr><td><a href='https://arxiv.org/abs/2500.1'>A</a></table>"),
        ("a.json", '{"mice": [{"url": "https://arxiv.org/abs/2513.00005v2"}]}'),
        ("a.csv", "url,title\nhttps://arxiv.org/abs/2513.00005,A\n"),
    ],
)
def test_a_link_that_no_paper_can_have_is_left_out_and_named(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str
):
    repository = Repository(tmp_path_factory.mktemp("digest"))
    repository.write("old/b.md", f"## mice\n{HEAD}{ROW}")
    repository.write(f"old/{name}", text)
    ended = bring_in(repository, repository.root / "old")
    assert ended.code == 3
    assert "its link to a paper cannot be read: " in ended.err
    assert ", 1 left out" in ended.out
    names = [keyword.name for keyword in load_config(repository.root / "keywords.yaml").keywords]
    assert names == ["mice"]


ARXIV = "https://arxiv.org/pdf/2501.0000"


@for_each(
    ("links", "papers"),
    [
        ({"links": {"pdf": f"{ARXIV}1", "rel": "alternate"}}, ["mice: A"]),
        ({"externalIds": {"DOI": "10.1/x", "ArXiv": "2501.00001"}}, ["mice: A"]),
        ({"link": [{"href": f"{ARXIV}1"}, {"href": "https://x.org"}]}, ["mice: A"]),
        ({"arXiv": "2501.00001"}, ["mice: A"]),
        # Several papers are not one; and what has a title is no link.
        ({"links": {"pdf": f"{ARXIV}1", "link": f"{ARXIV}2"}}, ["mice: None"]),
        ({"links": {"pdf": "https://arxiv.org/pdf/2513.00001"}}, ["mice: None"]),
        ({"a": {"url": f"{ARXIV}1"}, "b": {"url": f"{ARXIV}2"}}, ["mice: None"]),
        ({"rats": {"title": "B", "url": f"{ARXIV}1"}}, ["rats: B"]),
        ({"rats": {"2501.00001": f"|2025-01-02|[B]({ARXIV}1)|"}}, ["rats: B"]),
    ],
)
def test_a_record_with_a_title_has_its_links_one_level_deeper(
    links: dict[str, object], papers: list[str]
):
    page = read_page(json.dumps({"mice": [{"title": "A", **links}]}), "a.json")
    found = [f"{row.topics[0]}: {row.paper and row.paper.title}" for row in page.rows]
    assert found == papers


def test_what_json_leaves_out_is_named_by_its_keys(repository: Repository, tmp_path: Path):
    bad = {"url": "https://arxiv.org/abs/2513.00005"}
    others = [{"url": URL[:-1] + "2", "title": "A"}, {"url": URL[:-1] + "3", "title": "B"}]
    (tmp_path / "a.json").write_text(json.dumps({"mice": [{"url": URL}, bad], "papers": others}))
    ended = bring_in(repository, tmp_path / "a.json")
    assert ended.code == 3
    wrong, homeless = ended.err.splitlines()
    assert "a.json: mice/2: its link to a paper cannot be read" in wrong
    assert "a.json: papers/1: no heading, key or column with a word" in homeless
    assert homeless.endswith("(and 1 more like it)")
    assert "4 rows read, 1 paper stored, 3 left out" in ended.out.splitlines()


@pytest.mark.parametrize("sign", [pytest.param(",", marks=pytest.mark.full), ";", "\t"])
def test_the_separator_of_csv_is_found(repository: Repository, tmp_path: Path, sign: str):
    title = "Brown mice, rats, voles, shrews" if sign == ";" else "Brown mice; rats; voles"
    written = title if sign == ";" else f'"{title}"'
    rows = [sign.join([text, URL, "brown mice"]) for text in (written, "Brown mice")]
    if sign == ";":  # with the comma as the separator it would be one quotation, and too long
        rows = [*rows, f'Brown mice,"x;{URL};brown mice', *rows[1:] * 3_000]
    (tmp_path / "a.csv").write_text("\n".join([sign.join(["title", "url", "topic"]), *rows]))
    (tmp_path / "b.md").write_text(f"## brown mice\n{HEAD}{ROW.replace('00001', '00002')}")
    ended = bring_in(repository, tmp_path / "a.csv", tmp_path / "b.md")
    assert (ended.code, ended.err) == (0, "")
    assert repository.records("data/papers/*.jsonl")[0]["title"].startswith(title)


def test_variants_of_a_topic_in_several_files_are_one(repository: Repository, tmp_path: Path):
    (tmp_path / "a.md").write_text(f"## Mice\n{HEAD}{ROW}\n## 小鼠 A\n{HEAD}{ROW}")
    topics = ("mice", "MICE", '"mice"?', "小鼠 a")
    rows = {topic: {f"2501.0000{n}": {}} for n, topic in enumerate(topics, 2)}
    (tmp_path / "b.json").write_text(json.dumps(rows))
    ended = bring_in(repository, tmp_path / "a.md", tmp_path / "b.json")
    assert (ended.code, ended.err) == (0, "")
    assert "Mice: 4 papers" in ended.out.splitlines()
    assert "小鼠 A: 2 papers" in ended.out.splitlines()


def test_the_numbers_of_the_sum_add_up(repository: Repository, tmp_path: Path):
    new = ROW.replace("2501.00001", "2501.00002")
    (tmp_path / "a.md").write_text(f"## mice\n{HEAD}{ROW}")
    (tmp_path / "b.md").write_text(f"## mice\n{HEAD}{ROW}{new}{new}| x |\n")
    assert bring_in(repository, tmp_path / "a.md").code == 0
    ended = bring_in(repository, tmp_path / "a.md", tmp_path / "b.md")
    assert (
        "5 rows read, 1 paper stored, 1 known already, 2 in another row, too, 1 left out"
    ) in ended.out.splitlines()


def test_more_rows_than_a_table_holds_are_in_the_history(repository: Repository, tmp_path: Path):
    rows = "".join(ROW.replace("2501.00001", f"2501.{n:05}") for n in range(1, 101))
    rows += "".join(
        ROW.replace("2501.00001", f"2412.{n:05}").replace("2025-01-02", "2024-12-02")
        for n in range(1, 1_001)
    )
    (tmp_path / "a.md").write_text(f"## mice\n{HEAD}{rows}")
    ended = bring_in(repository, tmp_path / "a.md")
    assert (ended.code, ended.err) == (0, "")
    assert "mice: 1,100 papers, of which the newest 100 are in its table" in ended.out.splitlines()
    assert len(repository.table("mice")) == 100
    assert len(repository.records("data/history/*.jsonl")) == 1_000


def _bomb(n: int) -> bytes:
    """A line of YAML that holds the line above twice."""
    return f"k{n}: &k{n} {{<<: [*k{n - 1}, *k{n - 1}]}}\n".encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", b""),
        ("a.md", b"\xff\xfe\x00"),
        ("a.md", b"\x80\x81"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"a": NaN, "b": 1e999}'),
        ("a.json", b"{"),
        ("a.csv", b'"' * 300_000),
        ("a.csv", b"A,https://arxiv.org/abs/2501.00001\n"),
        ("a.html", b"<table>" * 10_000 + b"<td" * 10_000),
        ("config.yaml", b"a: &a [" + b"x," * 9 + b"]\n" + b"b: !!python/object:os.system {}\n"),
        (
            "config.yaml",
            b"".join(
                b"k%d: &k%d {<<: [*k%d, *k%d]}\n" % (n, n, n - 1, n - 1) for n in range(1, 40)
            ),
        ),
        ("main.py", b"keywords = " + b"[" * 5_000),
        ("main.py", b"keywords = ['a' * 10**9]\n" + b"-" * 100_000 + b"1"),
    ],
)
def test_what_is_no_file_of_a_digest_is_refused(
    repository: Repository, tmp_path: Path, name: str, content: bytes
):
    (tmp_path / name).write_bytes(content)
    ended = bring_in(repository, tmp_path / name)
    assert (ended.code, ended.out) == (3, "")
    assert len(ended.err.splitlines()) == 1
    assert repository.tree() == {}


def test_a_readme_without_papers_beside_an_archive_gets_our_markers(repository: Repository):
    repository.write("README.md", "# My digest\n\nHello.\n")
    repository.write("archive/2025-01-02.md", f"# 2025-01-02\n## Mice\n- {link(1, 'A')}\n")
    ended = bring_in(repository, repository.root, "--replace")
    assert ended.code == 0
    assert "has no place" not in ended.out
    assert "title: Daily Papers" in repository.text("keywords.yaml")
    assert repository.text("README.md") == f"# My digest\n\nHello.\n\n{BEGIN}\n{END}\n"


def test_a_page_of_a_tool_for_categories_has_these_as_keywords(repository: Repository):
    repository.write("config.yaml", "categories: [cs.RO, cs.CV]\n")
    rows = f"| {link(1, 'A')} | cs.RO |\n| {link(2, 'B')} | cs.CV |\n"
    repository.write("README.md", f"# Daily robots\n\n| Title | Category |\n|--|--|\n{rows}")
    assert bring_in(repository, repository.root, "--replace").code == 0
    text = repository.text("keywords.yaml")
    assert "- {category: cs.RO}\n  - {category: cs.CV}" in text
    assert "Daily robots" not in text.partition("keywords:")[2]


def test_the_largest_familys_empty_table_is_a_topic_too(repository: Repository):
    repository.write("README.md", f"# Papers\n## Mice\n{HEAD}{ROW}\n## Cats\n{HEAD}")
    assert bring_in(repository, repository.root, "--replace").code == 0
    assert "- Mice\n  - Cats\n" in repository.text("keywords.yaml")
    assert "Cats" not in repository.text("README.md")


def test_a_heading_is_taken_without_its_number_pictures_and_link_back(
    repository: Repository, tmp_path: Path
):
    heads = ("1.2 Mice :mouse:", "二、Rats", "Cats [[Back]](#top)", "三、其他", "[Voles](#toc)")
    rows = (f"## {head}\n- {link(number, 'A')}\n" for number, head in enumerate(heads, 1))
    (tmp_path / "a.md").write_text("\n".join(rows), encoding="utf-8")
    bring_in(repository, tmp_path / "a.md")
    names = [keyword.name for keyword in load_config(repository.root / "keywords.yaml").keywords]
    assert names == ["Mice", "Rats", "Cats", "Voles"]


def test_authors_are_split_at_chinese_signs_too():
    page = read_page(
        f"| 标题 | 作者 |\n|-|-|\n| {link(1, 'A')} | 王伟；李娜、Ann Other |\n", "a.md"
    )
    (row,) = page.stored
    assert row.paper
    assert row.paper.authors == ("王伟", "李娜", "Ann Other")


@for_each("written", ["Ann Other et.al.", "Ann Other 等", "Ann Other, Bob Else 等（Mice Inc.）"])
def test_the_first_authors_alone_are_no_list_of_authors(written: str):
    head = "| Title | Authors |\n|-|-|\n"
    (row,) = read_page(f"{head}| {link(1, 'A')} | {written} |\n", "a.md").stored
    assert row.paper
    assert row.paper.authors is None


def test_a_badge_that_leads_to_a_paper_stays_and_is_none(repository: Repository):
    badges = (
        '<p align="center">\n'
        f'  <a href="https://arxiv.org/abs/{PAPER}"><img src="https://img.shields.io/a.svg"></a>\n'
        "</p>\n\n"
        f"[![arXiv](https://img.shields.io/b.svg)](https://arxiv.org/abs/{PAPER})\n\n"
    )
    head = f"<h1>Mouse papers</h1>\n\n{badges}"
    fold = (
        f"<details>\n<summary>Rats</summary>\n\n{HEAD}{ROW.replace('00001', '00002')}\n</details>\n"
    )
    repository.write("README.md", head + fold)
    ended = bring_in(repository, repository.root, "--replace")
    assert ended.code == 0
    assert "Rats: 1 paper" in ended.out
    assert "Mouse" not in repository.text("keywords.yaml").partition("keywords:")[2]
    assert repository.text("README.md") == f"{head}{BEGIN}\n{END}\n"


A, B = (f'<a href="{URL[:-1]}{number}">{name}</a>' for number, name in ((1, "A"), (2, "B")))


@for_each(
    "line",
    [
        f"<ul><li>{A}</li><li>my remark</li></ul>",
        f"<p>Papers by me:</p><ul><li>{A}</li></ul>",
        f"My words <table><tr><td>{A}</td><td>2025-01-03</td></tr></table>",
        f"<ul><li>{A} my opinion</li><li>{B}</li></ul>",
        f"- {A}<ul><li>my remark</li></ul>",
        f"<details>\n<summary>{A} (2025-01-02)</summary>\nMy words.\n</details>",
        *(
            f"| Title | Date |\n|---|---|\n| {cell} | 2025-01-02 |"
            for cell in (
                *(f"[x] {link(1, 'A')}", f"[NEW] {link(1, 'A')}", f"must read: {link(1, 'A')}"),
                *(f"{link(1, 'A')} ⭐⭐", f"{link(1, 'A')} <!-- mine -->"),
                f"<details><summary>{link(1, 'A')}</summary>my review</details>",
                f"A [[pdf]]({URL}) [[my notes]](notes/a.md)",
            )
        ),
    ],
)
def test_words_beside_a_row_are_kept_and_no_part_of_its_title(
    tmp_path_factory: pytest.TempPathFactory, line: str
):
    repository = Repository(tmp_path_factory.mktemp("digest"))
    repository.write("README.md", f"# T\n\n## Mice\n\n{line}\n")
    ended = bring_in(repository, repository.root, "--replace")
    assert (ended.code, ended.err) == (0, "")
    assert line in repository.text("README.old.md")
    assert repository.records("data/papers/*.jsonl")[0]["title"] == "A"


CARD_WITH_FOLD = f"""\
# Mice

### [1] {link(1, "A")}
*Ann A,Bob B*

<details>
  <summary>Details</summary>
Abstract: We do.
</details>
"""
TABLE_IN_ITEM = f"""\
## Mice

- Field

  | Title | Date | Link |
  |---|---|---|
  | A | 2025-01-02 | {link(1)} |
  | B | 2025-01-03 | {link(2)} |
"""


@for_each(
    ("name", "text", "told"),
    [
        ("a.md", CARD_WITH_FOLD, [("A", ["Ann A", "Bob B"], "2025-01-01")]),
        (
            "a.json",
            json.dumps({"topics": [{"name": "Mice", "papers": [{"title": "A", "url": URL}]}]}),
            [("A", None, "2025-01-01")],
        ),
        ("a.md", TABLE_IN_ITEM, [("A", None, "2025-01-02"), ("B", None, "2025-01-03")]),
        (
            "a.md",
            f"# T\n\n## Mice\n\n- [A long\n  title]({URL}), Ann A, Bob B\n",
            [("A long title", ["Ann A", "Bob B"], "2025-01-01")],
        ),
        (
            "a.md",
            f"# Mice\n| Title & Authors | X |\n|-|-|\n| {link(1, 'A')}<br>Ann A, Bob B | 2025/1/9",
            [("A", ["Ann A", "Bob B"], "2025-01-09")],
        ),
        (
            "a.html",
            f"<h2>Mice</h2><table><tr><th>Authors<th>Title<tr><td>Ann A</td><td>{A}</table>",
            [("A", ["Ann A"], "2025-01-01")],
        ),
    ],
)
def test_what_tools_and_people_write_is_read(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str, told: list[tuple[object, ...]]
):
    repository = Repository(tmp_path_factory.mktemp("digest"))
    repository.write(name, text)
    ended = bring_in(repository, repository.root / name)
    assert (ended.code, ended.err) == (0, "")
    assert f"Mice: {len(told)} paper" in ended.out
    records = repository.records("data/papers/*.jsonl")
    found = [(it["title"], it.get("authors"), it["updated"][:10]) for it in records]
    assert found == told


def test_news_about_papers_are_no_papers_of_a_topic(repository: Repository):
    news = f"## News\n\n- **[2025-01-02]** It is accepted! {link(1, 'Paper')}\n"
    repository.write("README.md", f"{news}\n## Mice\n\n- {link(2, 'B')}\n")
    ended = bring_in(repository, repository.root, "--replace")
    assert ended.code == 3
    assert repository.text("README.md") == f"{news}\n{BEGIN}\n{END}\n"
