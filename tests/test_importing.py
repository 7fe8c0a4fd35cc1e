import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.migrate.entry import NO_LINK, Entry
from daily_papers.migrate.names import topic_key
from daily_papers.migrate.old_files import OldFiles, Page, read_page
from daily_papers.migrate.topics import joined_papers
from daily_papers.papers.paper import Origin, Paper, folded
from daily_papers.render.pages import render_row
from daily_papers.render.readme import BEGIN, END
from daily_papers.render.templates import Templates
from tests.support.cases import for_each

PUBLISHED_README = Path(__file__).parents[2] / "shared/examples/daily-papers-readme.md"
HEAD = "| **Title** | **Date** | **Abstract** | **Comment** |\n| --- | --- | --- | --- |\n"


def row(
    title: str = "A title",
    link: str = "http://arxiv.org/abs/2501.01234v2",
    day: str = "2025-01-31",
    abstract: str = "We do it.",
    comment: str = "",
) -> str:
    """A row as published digests have it: nothing is escaped, long comments are folded."""
    if len(comment) > 20:
        comment = f"<details><summary>{comment[:5]}...</summary><p>{comment}</p></details>"
    fold = f"<details><summary>Show</summary><p>{abstract}</p></details>"
    return f"| **[{title}]({link})** | {day} | {fold} | {comment} |\n"


def readme(*rows: str, heading: str = "## mri\n", head: str = HEAD) -> str:
    return f"# Daily Papers\nWords.\n\nLast update: 2025-02-01\n\n{heading}{head}{''.join(rows)}\n"


def read(text: str) -> Page:
    return read_page(text, "README.md")


def sections(text: str) -> dict[str, dict[str, Paper]]:
    """The papers of each topic, by identifier, in the order of the page."""
    found: dict[str, dict[str, Paper]] = {}
    names: dict[str, str] = {}
    for entry in read(text).entries:
        for topic in entry.topics or ([""] if entry.paper else []):
            papers = found.setdefault(names.setdefault(topic_key(topic), topic), {})
            if entry.paper:
                known = papers.get(entry.paper.id, entry.paper)
                papers[entry.paper.id] = joined_papers(known, entry.paper)
    return found


def names(text: str) -> list[str]:
    return list(sections(text))


def unread(text: str) -> list[Entry]:
    return [row for row in read(text).rows if row.cause]


def only(text: str) -> Paper:
    assert unread(text) == []
    (papers,) = sections(text).values()
    (paper,) = papers.values()
    return paper


def test_a_row_tells_what_it_tells_and_nothing_else_is_known():
    assert only(readme(row(comment="9 pages"))) == Paper(
        id="2501.01234",
        version=2,
        title="A title",
        abstract="We do it.",
        comment="9 pages",
        updated=datetime(2025, 1, 31, tzinfo=UTC),
        origin=Origin.IMPORT,
    )


def test_a_readme_tells_its_title_and_its_keywords_in_order():
    text = readme(row()) + "## Time Series\n" + HEAD + row() + "\n## empty one\n" + HEAD
    page = read(text)
    assert OldFiles([page]).title == "Daily Papers"
    numbers = {name: len(papers) for name, papers in sections(text).items()}
    assert numbers == {"mri": 1, "Time Series": 1, "empty one": 0}
    assert [row.lines[0] for row in page.rows] == [9, 14]


@for_each(
    ("link", "versioned_id"),
    [
        ("http://arxiv.org/abs/2501.01234v2", "2501.01234v2"),
        ("https://arxiv.org/abs/2501.01234v2", "2501.01234v2"),
        ("https://www.arxiv.org/abs/2501.01234v12", "2501.01234v12"),
        ("http://arxiv.org/pdf/2501.01234v3", "2501.01234v3"),
        ("http://arxiv.org/pdf/2501.01234v3.pdf", "2501.01234v3"),
        ("http://arxiv.org/abs/2501.01234", "2501.01234v1"),
        ("http://arxiv.org/abs/2501.01234v2?context=cs#top", "2501.01234v2"),
        ("http://arxiv.org/abs/hep-th/9901001v1", "hep-th/9901001v1"),
        ("http://arxiv.org/abs/math.GT/0309136v1", "math/0309136v1"),
    ],
)
def test_links_to_any_page_of_the_paper_are_read(link: str, versioned_id: str):
    assert only(readme(row(link=link))).versioned_id == versioned_id


@for_each(
    "title",
    [
        "llmNER: (Zero|Few)-Shot",
        "low T/|W| modes",
        "| a | b |",
        "[Experiment] *bold* and `code`",
        "see [x](http://example.org) too",
        "**",
        "0",
        r"a \| b",
        "&lt;b&gt; <b>",
        "https://x.org/a b",
    ],
)
def test_a_title_is_read_as_its_author_wrote_it(title: str):
    assert only(readme(row(title=title))).title == title


@for_each(
    "comment",
    [
        "|",
        "p(a|b)",
        "| 9 pages |",
        "9 pages | code: https://x.org | accepted",
        "a </p></details> b c d e",
    ],
)
def test_a_comment_is_read_as_its_author_wrote_it(comment: str):
    paper = only(readme(row(abstract="norms |x| and | y |", comment=comment)))
    assert (paper.abstract, paper.comment) == ("norms |x| and | y |", comment)


@for_each(
    "text",
    [
        row(link="http://example.org/abs/2501.01234v2"),
        row(link="http://arxiv.org/list/cs.CV"),
        row(link="http://arxiv.org/abs/what"),
        "| no row |\n",
        "no row\n",
    ],
)
def test_a_row_without_a_paper_is_told_and_nothing_else_is_lost(text: str):
    other = row(link="http://arxiv.org/abs/2501.05678v1")
    page = readme(row(), text, other)
    (row_left_out,) = unread(page)
    assert (row_left_out.lines[0], row_left_out.cause) == (10, NO_LINK)
    assert list(sections(page)["mri"]) == ["2501.01234", "2501.05678"]


@for_each(
    ("text", "title", "day", "abstract"),
    [
        (row(title=""), "arXiv:2501.01234", date(2025, 1, 31), "We do it."),
        (row(day="31 Jan 2025"), "A title", date(2025, 1, 31), "We do it."),
        (row(day="2025-02-30"), "A title", date(2025, 1, 1), "We do it."),
        (row(day=""), "A title", date(2025, 1, 1), "We do it."),
        (row()[:58] + "\n", "A title", date(2025, 1, 1), ""),
        (
            row().replace("**", "** <br> ![new](new.png)", 1),
            "A title",
            date(2025, 1, 31),
            "We do it.",
        ),
    ],
)
def test_what_a_row_lacks_is_unknown(text: str, title: str, day: date, abstract: str):
    paper = only(readme(text))
    assert (paper.title, paper.date, paper.abstract) == (title, day, abstract)


@pytest.mark.parametrize("heading", ["", "## ***\n"])
def test_a_table_without_a_heading_has_no_topic(heading: str):
    assert names(heading + HEAD + row()) == [""]


def test_what_stands_between_our_own_markers_is_ours_already():
    assert names(f"{BEGIN}\n## ours\n{HEAD}{row()}\n{END}\n## theirs\n{HEAD}{row()}") == ["theirs"]


def test_of_several_versions_the_highest_counts():
    versions = [row(link=f"http://arxiv.org/abs/2501.01234v{version}") for version in (2, 10, 9)]
    assert only(readme(*versions)).version == 10


OTHER = row(link="http://arxiv.org/abs/2501.05678v1")


@for_each("gap", ["\n", "<!-- a -->\n\n", "\nA note.\n", "\n| Title | Date |\n\n"])
def test_rows_in_no_table_are_read(gap: str):
    papers = sections(readme(row(), gap, OTHER, row(link="http://example.org")))["mri"]
    assert list(papers) == ["2501.01234", "2501.05678"]
    assert papers["2501.05678"].abstract == "We do it."


def test_one_heading_may_have_several_tables():
    again = "## MRI ##\n" + HEAD + row(link="http://arxiv.org/abs/2501.05678v1")
    assert {name: len(papers) for name, papers in sections(readme(row()) + again).items()} == {
        "mri": 2
    }


def test_headings_that_ask_for_the_same_are_one_keyword():
    text = "".join(f"## {name}\n{HEAD}{row()}\n" for name in ["a_b c", "A (b) C", "mri", "MRI?"])
    assert names(text) == ["a_b c", "mri"]


@for_each(
    ("heading", "name"),
    [
        ("## magnetic resonance imaging", "magnetic resonance imaging"),
        ("### mri", "mri"),
        ("  ## mri  ", "mri"),
        ("## mri ##", "mri"),
        ("## mri <!-- omit in toc -->", "mri"),
        ("## C#", "C#"),
        ("## **mri**", "mri"),
        ("## [mri](papers/mri.md)", "mri"),
        ("## a | b: *c*", "a | b: *c*"),
        ("## m\u200br\x00i", "mri"),
        (f"## {'word ' * 60}", ("word " * 40).rstrip()),
        ("mri\n-----", "mri"),
        ("mri\n===", "mri"),
        ("Words.\n\nmri\n--", "mri"),
        ("<h2>mri</h2>", "mri"),
        ('<H3 align="center"><b>C&amp;C</b></H3>', "C&C"),
        ("<h2>\n  mri\n</h2>", "mri"),
        ("**mri**", "mri"),
        ("**mri:**\n", "mri"),
        ("**mri**\nLast update: 2025-02-01\n", "mri"),
        ("<details><summary>mri</summary>", "mri"),
        ("<details>\n<summary><b>mri</b></summary>", "mri"),
        # Those that only say what is below.
        ("## mri\n**Papers**", "mri"),
        ("## mri\n<details><summary>Show</summary>", "mri"),
        ("## mri\n\n---", "mri"),
        ("## mri\nTwo\nlines.\n---", "mri"),
        ("## mri\n- item\n---", "mri"),
        ("## mri\n**2025-02-01**", "mri"),
        ("## mri\n<summary>\u2193</summary>", "mri"),
        ("## mri\nLast update: 2025-02-01\n---", "mri"),
    ],
)
def test_headings_are_keywords(heading: str, name: str):
    (name_read,) = names(readme(row(), heading=f"{heading}\n\n"))
    assert name_read == name


@for_each("above", ["# T", "T\n===", "<h1>T</h1>", "", "# T\n\n## Latest papers"])
@for_each("lead", ["**{}**", "<details>\n<summary>{}</summary>", "**{}:**\n"])
def test_leads_tell_tables_apart(above: str, lead: str):
    tables = "".join(f"{lead.format(name)}\n\n{HEAD}{row()}\n\n" for name in ("alpha", "beta"))
    assert names(f"{above}\n\n{tables}") == ["alpha", "beta"]


def test_a_lead_is_the_heading_of_rows_of_any_kind():
    cell = "<td><a href='http://arxiv.org/abs/2501.05678'>A title</a></td>"
    text = f"# T\n\n**alpha**\n\n{row()}\n**beta**\n\n<table><tr>{cell}</tr></table>\n"
    assert names(text) == ["alpha", "beta"]


def test_a_lead_below_a_topic_is_none():
    text = f"## alpha\n**beta**\n{HEAD}{row()}\n**gamma**\n\n{HEAD}{row()}"
    assert names(text) == ["alpha"]


@for_each(
    ("head", "line"),
    [
        ("|Title|Date|Abstract|Comment|\n|:---:|---|:--|--:|\n", row(comment="9 pages")),
        (
            "| Date | Title | Comment |\n| - | - | - |\n",
            "| 2025-01-31 | **[A title](http://arxiv.org/abs/2501.01234v2)** | 9 pages |\n",
        ),
        (
            "| Comment | **title** | **Date** |\n| --- | --- | --- |\n",
            "| 9 pages | [A title](http://arxiv.org/abs/2501.01234v2) | 2025-01-31 |\n",
        ),
    ],
)
def test_columns_are_found_by_their_names(head: str, line: str):
    paper = only(readme(line, head=head))
    assert (paper.title, paper.date, paper.comment) == ("A title", date(2025, 1, 31), "9 pages")


def test_other_tables_and_code_blocks_are_passed_over():
    other = "## Peers\n| Name | Date |\n| --- | --- |\n| x | 2025-01-01 |\n\n"
    example = f"## Form\n```\n{HEAD}{row()}```\n"
    assert read(other + example).rows == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", " \t\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("We do", "We\u2028do"),
    ],
    ids=["CRLF", "trailing spaces", "no last newline", "line separator"],
)
def test_how_a_file_is_saved_does_not_matter(change):
    text = readme(row(), row(link="http://arxiv.org/abs/2501.05678v1"))
    assert sections(change(text)) == sections(text)


@for_each("text", ["", "\n", "# Words only", "\ufeff", "|", "| --- |\n| --- |"])
def test_a_file_without_tables_has_none(text: str):
    page = read(text)
    assert (page.entries, page.is_marked) == ([], False)


SIGNS = [
    *"ab|é*_[]()`~\\<>&$#@!.:-\"'{} ",
    "&lt;",
    "&amp;",
    "\\|",
    "<b>",
    "$x|y$",
    "**",
    "...",
    "<span>",
]
SIGNS += ["https://x.org/a_b", "www.x_y.org", "<!-- daily-papers:end -->", "\u200b", "\\'e", " | "]
TEXT = st.lists(st.sampled_from(SIGNS), max_size=30).map(lambda signs: folded("".join(signs)))
# The pieces that tell the cells apart; where an author writes these, a row cannot be told from it.
PIECE = re.compile(r"\]\(https?://\S*arxiv|</p>\s*</details>")


def papers(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Paper]:
    return st.builds(
        Paper,
        id=st.from_regex(r"(0[7-9]|1[0-4])(0[1-9]|1[0-2])\.[0-9]{4}", fullmatch=True)
        | st.from_regex(r"(1[5-9]|2[0-5])(0[1-9]|1[0-2])\.[0-9]{5}", fullmatch=True)
        | st.from_regex(r"(hep-th|math|cs)/9[1-9](0[1-9]|1[0-2])[0-9]{3}", fullmatch=True),
        version=st.integers(1, 99),
        title=texts.filter(bool),
        abstract=texts,
        comment=st.none() | texts.filter(bool),
        updated=st.dates(date(1991, 8, 1), date(2099, 1, 1)).map(
            lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC)
        ),
        origin=st.just(Origin.IMPORT),
    )


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=60).map(folded)


@given(
    st.lists(
        papers((TEXT | ANY_TEXT).filter(lambda text: not PIECE.search(text))),
        max_size=6,
        unique_by=lambda paper: paper.id,
    )
)
def test_a_published_table_reads_back_exactly(known: list[Paper]):
    rows = [
        row(paper.title, f"http://arxiv.org/abs/{paper.versioned_id}", str(paper.date),
            paper.abstract, paper.comment or "")
        for paper in known
    ]  # fmt: skip
    text = readme(*rows)
    assert unread(text) == []
    read_back = sections(text)["mri"]
    assert {id: texts(paper) for id, paper in read_back.items()} == {
        paper.id: texts(paper) for paper in known
    }


def texts(paper: Paper) -> tuple[object, ...]:
    return (paper.versioned_id, paper.date, paper.title, paper.abstract, paper.comment)


def test_reading_takes_time_in_proportion_to_the_length():
    many = 4_000
    start = "| **[x](http://arxiv.org/abs/2501.00001v1)** | 2025-01-31 | "
    fold = "<details><summary>x</summary><p>y</p></details>"
    lines = [
        "| **[" + "](http://arxiv.org/abs/2501.00001v1) " * many + "|",
        f"{start}{fold * many} |",
        f"{start}{fold} | <details>{'</summary><p>' * many} |",
        "| " * many,
        "|" + "-" * many * 10 + "x",
        "\\" * many + "|",
        "&" * many + "|",
    ]
    assert read(readme(*[line + "\n" for line in lines])).rows


@pytest.mark.parametrize(
    "text",
    [
        "- " * 200_000,
        "a " * 200_000 + OTHER,
        "[" * 200_000,
        "<div>\n" * 20_000,
        "- x\nlazy\n" * 10_000,
        "".join(f"{'  ' * (number % 500)}- x\n" for number in range(1_000)),
        "".join(f"{'> ' * (number % 500)}x\n" for number in range(1_000)),
        "**a**\n\n" * 10_000,
        "[a]: b\n" * 10_000,
        "a\n===\n" * 5_000,
        f"{BEGIN}\n" * 5_000,
        "# " + "<!-- " * 9_000 + "\n" + "<!--\n" * 9_000 + "- " * 9_000 + "<!--",
    ],
    ids=[
        "bullets",
        "words",
        "brackets",
        "divs",
        "items",
        "nested",
        "quotations",
        "leads",
        "references",
        "underlines",
        "markers",
        "comments",
    ],
)
def test_a_page_that_is_no_digest_is_read_in_time_too(text: str):
    assert [entry for entry in read(text).entries if entry.paper] == []


@pytest.mark.shared
@pytest.mark.skipif(
    not PUBLISHED_README.is_file(), reason="no published README beside the checkout"
)
def test_a_real_published_readme_comes_back_row_by_row():
    text = PUBLISHED_README.read_text(encoding="utf-8")
    (papers_of_topic,) = sections(text).values()
    assert unread(text) == []
    templates = Templates()
    rendered = [render_row(paper, templates) for paper in papers_of_topic.values()]
    lines = [line for line in text.split("\n") if line.startswith("| **[")]
    assert len(rendered) == len(lines)
    for written, line in zip(rendered, lines, strict=True):
        plain = line.replace("http://arxiv", "https://arxiv", 1)
        cells = re.sub(r"</?(?:details|summary|p)>|\*\*|\[|\]\(", "", plain)
        if not re.search(r"[\\`*_\[\]<>~&$!@#]|\|.*\|.*\|.*\|.*\|.*\|", cells):
            assert str(written) == plain
