"""`import --replace`: what leaves a published README, what stays, and where the markers stand."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.migrate.old_files import read_page
from daily_papers.migrate.replace_tables import replaced_with_markers
from daily_papers.render.readme import BEGIN, END, find_region
from tests.support.cases import for_each

PUBLISHED_README = Path(__file__).parents[2] / "shared/examples/daily-papers-readme.md"
HEAD = "| **Title** | **Date** |\n| --- | --- |\n"
ROW = "| **[A title](http://arxiv.org/abs/2501.01234v2)** | 2025-01-31 |\n"
OTHER_ROW = "| **[Another](http://arxiv.org/abs/2501.05678v1)** | 2025-01-30 |\n"
BAD_ROW = "| **[A title](http://example.org/2501.04321v1)** | 2025-01-31 |\n"
TABLE = HEAD + ROW
URL = "http://arxiv.org/abs/2501.01234v2"
MARKERS = f"{BEGIN}\n{END}\n"
DAY = "Last update: 2025-02-01\n"
ENDS_OF_TABLE = [
    "---",
    "* * *",
    "___",
    "- item",
    "-",
    "+ | item |",
    "* item",
    "1. x",
    "23) x",
    "> x",
]


def replaced(text: str, stored: Mapping[str, Collection[str]] | None = None) -> str:
    """With all papers stored that have a topic, unless said otherwise."""
    if stored is None:
        ids: dict[str, set[str]] = defaultdict(set)
        for row in (row for row in read_page(text, "README.md").rows if row.paper):
            for topic in row.topics:
                ids[topic].add(row.paper.id)
        stored = ids
    written = _replaced(text, stored)
    assert _replaced(written, stored) == written
    return written


def _replaced(text: str, stored: Mapping[str, Collection[str]]) -> str:
    page = read_page(text, "README.md")
    for row in (row for row in page.rows if row.paper):
        if not any(row.paper and row.paper.id in stored.get(topic, ()) for topic in row.topics):
            row.cause = "not stored"
    return replaced_with_markers(text, page.blocks, stored)


@for_each(
    ("before", "after"),
    [
        (
            f"# T\nWords.\n\nLast update: 2025-02-01\n\n## a\n{TABLE}\n\n## b\n{TABLE}\n\n",
            f"# T\nWords.\n\n{MARKERS}\n\n",
        ),
        (f"## a\n\n{TABLE}", MARKERS),
        (f"## a\n{TABLE.rstrip()}", MARKERS.rstrip()),
        (f"{BEGIN}\n## a\n{TABLE}\n{END}\n", f"{BEGIN}\n## a\n{TABLE}\n{END}\n"),
        (f"{MARKERS}\n## a\n{TABLE}", f"{MARKERS}\n"),
        (f"```\n{MARKERS}```\n\n## a\n{TABLE}", f"```\n{MARKERS}```\n\n{MARKERS}"),
        (f"## Form\n```\n{TABLE}```\n", f"## Form\n```\n{TABLE}```\n"),
        ("Last update: 2025-02-01\n", "Last update: 2025-02-01\n"),
    ],
)
def test_markers_stand_where_the_tables_stood(before: str, after: str):
    assert replaced(before) == after
    assert replaced(before.replace("\n", "\r\n")) == after.replace("\n", "\r\n")


@for_each(
    ("before", "after"),
    [
        # Below the last table they still follow it; below another they keep their heading.
        (f"## a\n{TABLE}\nNote.\n", f"{MARKERS}\nNote.\n"),
        (
            f"## a\n{TABLE}\nNote.\n\n## b\n{TABLE}\nEnd.\n",
            f"## a\n\nNote.\n\n{MARKERS}\nEnd.\n",
        ),
        (f"## a\nAbout a.\n\n{TABLE}", f"## a\nAbout a.\n\n{MARKERS}"),
        (
            f"## a\nAbout a.\n\n{TABLE}\n## b\nAbout b.\n\n{TABLE}\nEnd.\n",
            f"## a\nAbout a.\n\n## b\nAbout b.\n\n{MARKERS}\nEnd.\n",
        ),
        (
            f"# T\n\n## a\n{TABLE}\n## Words\nStay.\n\n## b\n{TABLE}\nEnd.\n",
            f"# T\n\n## Words\nStay.\n\n{MARKERS}\nEnd.\n",
        ),
        (
            f"## a\n{TABLE}\n### Notes\nMine.\n\n## b\n{TABLE}",
            f"## a\n\n### Notes\nMine.\n\n{MARKERS}",
        ),
        (
            f"# T\n\nLast update: 2025-02-01\n\nMore words.\n\n## a\n{TABLE}",
            f"# T\n\nMore words.\n\n{MARKERS}",
        ),
        (f"{MARKERS}\n## a\n{TABLE}\nEnd.\n", f"{MARKERS}\nEnd.\n"),
        # A day below the rows is theirs.
        (
            f"{DAY}\n> {DAY}\n## a\n{TABLE}\n## My notes\n{DAY}\n> {DAY}",
            f"> {DAY}\n{MARKERS}\n## My notes\n{DAY}\n> {DAY}",
        ),
        (
            f"## a\n{TABLE}\n{DAY}\n## b\n{TABLE}",
            MARKERS,
        ),
        (f"## a\n\n### [A]({URL})\n\nIt does.\n\n---\n\nMine.\n", f"{MARKERS}\n---\n\nMine.\n"),
        # What a comment hides is no row, and stays.
        *(
            (f"## a\n{TABLE}{hidden}\n\nEnd.\n", f"{MARKERS}{hidden}\n\nEnd.\n")
            for hidden in (
                f"<!-- Not sure:\n- [B]({URL})\n\n## b\n{TABLE}-->",
                f"<!-- | Title |\n|---|\n{ROW}<table>\n--> x\n- <!-- [B]({URL}) -->",
                f"<!--\n```\n--> <!-- [B]({URL}) -->\n```\n<!--\n```",
                f"- <!--\n  - [B]({URL})\n  -->\n\n      <!-- [B]({URL}) -->",
            )
        ),
        (f"## a\n- x\n  <!--\n- [B]({URL})\n", f"## a\n- x\n  <!--\n\n{MARKERS}"),
        (
            f"## a\n<table>\n<tr><td>[A]({URL})\n<!--\n<tr><td>[B]({URL})\n-->\n</table>\n",
            f"<!--\n<tr><td>[B]({URL})\n-->\n\n{MARKERS}",
        ),
        (
            f"## a\n\n### [A]({URL})\n<!--\nmine\n-->\nAbstract: We do.\n",
            f"<!--\nmine\n-->\n\n{MARKERS}",
        ),
        (f"## a\n\n    <!--\n\n- [B]({URL})\n", f"## a\n\n    <!--\n\n{MARKERS}"),
        (f"## a\n- [B]({URL})\n<!--\n-->\n- [C]({URL})\n", f"<!--\n-->\n\n{MARKERS}"),
        (
            f"## a\n\n### [A]({URL})\n#### Abstract\nWe do.\n\n[Back to top](#t)\n\nMine.\n",
            f"{MARKERS}\nMine.\n",
        ),
        # A section of theirs may be called like a part of a paper.
        (
            f"# T\n\n## a\n{TABLE}\n## Authors\nMe.\n\n## b\n{TABLE}",
            f"# T\n\n## Authors\nMe.\n\n{MARKERS}",
        ),
        # What ends a table in Markdown is no row of it.
        *((f"## a\n{TABLE}{end}\nEnd.\n", f"{MARKERS}{end}\nEnd.\n") for end in ENDS_OF_TABLE),
    ],
)
def test_peoples_words_stay_with_the_heading_right_above(before: str, after: str):
    assert replaced(before) == after
    assert replaced(before.replace("\n", "\r\n")) == after.replace("\n", "\r\n")


@for_each(
    ("before", "after"),
    [
        (f"## a\n{TABLE}\n## a\n\n{TABLE}", MARKERS),
        (f"## a\nLast update: 2025-02-01\n\n{TABLE}", MARKERS),
        (f"## a\n{TABLE}\n---\n\n## b\n{TABLE}", MARKERS),
        (f"# a\n{TABLE}\n## b\n{TABLE}", f"# a\n{TABLE}\n{MARKERS}"),
        (f"# T\n\n## Topics\n\n### a\n{TABLE}\n### b\n{TABLE}", f"# T\n\n{MARKERS}"),
        (f"## Topics\nSome.\n\n### a\n{TABLE}", f"## Topics\nSome.\n\n{MARKERS}"),
        (f"# T\n\n## Contents\n\n- [a](#a)\n\n## a\n{TABLE}", f"# T\n\n{MARKERS}"),
        (
            f"- [a](#a)\n- [Cite](#cite)\n\n## a\n{TABLE}\n## Cite\nUs.\n\n## b\n{TABLE}",
            f"- [Cite](#cite)\n\n## Cite\nUs.\n\n{MARKERS}",
        ),
        (
            f"<a id='a'></a>\n## a\n<details>\n\n{TABLE}\n</details>\n\n## b\n{TABLE}",
            f"<a id='a'></a>\n\n{MARKERS}",
        ),
        (f"a\n---\n{TABLE}\n<h2>\nb\n</h2>\n\n{TABLE}", MARKERS),
        (f"# T\n\n**a**\n\n{TABLE}\n**b**\n\n{TABLE}", f"# T\n\n{MARKERS}"),
        (f"## a\n**Papers**\n\n{TABLE}", MARKERS),
        (f"# 2025-01-02\n\n## a\n{TABLE}", MARKERS),
        (f"## a\n{TABLE}\n{OTHER_ROW}\n<!-- c -->\n{ROW}\n", f"<!-- c -->\n\n{MARKERS}\n"),
    ],
)
def test_no_heading_of_a_table_is_left_empty(before: str, after: str):
    assert replaced(before) == after


FOLD = "<details><summary>beta fold</summary>\n\n"
UNFOLD = "</details>\n"
ABSTRACT = FOLD.replace("beta fold", "Abstract")


@for_each(
    ("before", "after"),
    [
        (f"# T\n\n{FOLD}## b\n{TABLE}\n{UNFOLD}\nEnd.\n", f"# T\n\n{MARKERS}\nEnd.\n"),
        (f"# T\n\n## b\n{FOLD}{TABLE}{UNFOLD}\nEnd.\n", f"# T\n\n{MARKERS}\nEnd.\n"),
        (f"# T\n\n{FOLD}{TABLE}\n{UNFOLD}\nEnd.\n", f"# T\n\n{MARKERS}\nEnd.\n"),
        (
            f"# T\n\n{FOLD}## b\n{TABLE}\n## c\n{TABLE}\n{UNFOLD}\n{FOLD}## d\n{TABLE}{UNFOLD}",
            f"# T\n\n{MARKERS}",
        ),
        # A reader's own fold between tables, below them, or around words and a table.
        (
            f"# T\n\n## a\n{TABLE}\n{FOLD}Mine.\n\n{UNFOLD}\n## b\n{TABLE}\n## License\n",
            f"# T\n\n## a\n\n{FOLD}Mine.\n\n{UNFOLD}\n{MARKERS}\n## License\n",
        ),
        (f"## a\n{TABLE}\n{FOLD}Mine.\n\n{UNFOLD}", f"{MARKERS}\n{FOLD}Mine.\n\n{UNFOLD}"),
        (
            f"{FOLD}Mine.\n\n{TABLE}\n{UNFOLD}\n{FOLD}{TABLE}\n{UNFOLD}End.\n",
            f"{FOLD}Mine.\n\n{UNFOLD}\n{MARKERS}End.\n",
        ),
        (
            f"<details>\n<summary><h2>a</h2></summary>\n\n{TABLE}\n{UNFOLD}\n## b\n{TABLE}",
            MARKERS,
        ),
        (
            f"## a\n{TABLE}\n<div>\nMine.\n</div>\n\n## b\n{TABLE}",
            f"## a\n\n<div>\nMine.\n</div>\n\n{MARKERS}",
        ),
        # What is above the first heading is not the tool's.
        *(
            (f"{above}\n\n## a\n{TABLE}", f"{above}\n\n{MARKERS}")
            for above in (
                "---\ntitle: x\n---",
                "<p align='center'>\n<img src='a.png'>\n</p>",
                "<!-- END doctoc -->",
                "Mine.\n\n---",
            )
        ),
        (
            f"{FOLD}## b\n{TABLE}\nWords.\n\n{UNFOLD}\nEnd.\n",
            f"{FOLD}{MARKERS}\nWords.\n\n{UNFOLD}\nEnd.\n",
        ),
        (
            f"{FOLD}{FOLD}## b\n{TABLE}\n{UNFOLD}\n## c\n{HEAD}{BAD_ROW}\n{UNFOLD}",
            f"{FOLD}{MARKERS}\n## c\n{HEAD}{BAD_ROW}\n{UNFOLD}",
        ),
        (
            f"{FOLD}## b\n{TABLE}\n<!-- mine -->\n{UNFOLD}",
            f"<!-- mine -->\n\n{MARKERS}",
        ),
        (
            f"{FOLD}Words.\n\n## b\n{TABLE}\n{UNFOLD}\nEnd.\n",
            f"{FOLD}Words.\n\n{MARKERS}\n{UNFOLD}\nEnd.\n",
        ),
        (
            f"<div align='center'>\n\n# T\n\n## a\n{TABLE}\n</div>\n\nEnd.\n",
            f"<div align='center'>\n\n# T\n\n{MARKERS}\n</div>\n\nEnd.\n",
        ),
        # So does that of a single paper.
        (f"# T\n\n## a\n- [A]({URL})\n  {ABSTRACT}  We do.\n\n  {UNFOLD}", f"# T\n\n{MARKERS}"),
        (f"# T\n\n## a\n### [A]({URL})\n{ABSTRACT}We do.\n\n{UNFOLD}", f"# T\n\n{MARKERS}"),
        # One of which only half would go stays.
        (f"{FOLD}## b\n{TABLE}", f"{FOLD}{MARKERS}"),
        (f"{MARKERS}\n{FOLD}## b\n{TABLE}\n{UNFOLD}", f"{MARKERS}\n"),
        (f"{FOLD}{MARKERS}\n## b\n{TABLE}\n{UNFOLD}", f"{FOLD}{MARKERS}\n{UNFOLD}"),
    ],
)
def test_no_fold_is_left_empty_or_open(before: str, after: str):
    assert replaced(before) == after


@for_each(
    ("before", "after"),
    [
        (
            f"## ***\n{TABLE}\n## a\n{TABLE}\nEnd.\n",
            f"## ***\n{TABLE}\n{MARKERS}\nEnd.\n",
        ),
        (f"{TABLE}\n## a\n{TABLE}", f"{TABLE}\n{MARKERS}"),
        (f"## a\n{TABLE}\n## ***\n{TABLE}", f"{MARKERS}\n## ***\n{TABLE}"),
        (f"## ***\n{TABLE}\nLast update: 2025-02-01\n", None),
        (
            f"## a\n{HEAD}{BAD_ROW}\n## b\n{TABLE}",
            f"## a\n{HEAD}{BAD_ROW}\n{MARKERS}",
        ),
        (
            f"## a\n{HEAD}{ROW}{BAD_ROW}{OTHER_ROW}\n## b\n{TABLE}\n",
            f"## a\n{HEAD}{BAD_ROW}\n{MARKERS}\n",
        ),
        (
            f"## a\n{HEAD}{ROW}{BAD_ROW}{OTHER_ROW}\nEnd.\n",
            f"## a\n{HEAD}{BAD_ROW}\n{MARKERS}\nEnd.\n",
        ),
        (f"## a\n{HEAD}{ROW}{BAD_ROW}", f"## a\n{HEAD}{BAD_ROW}\n{MARKERS}"),
        (f"## a\n{TABLE}{HEAD}{BAD_ROW}", f"## a\n{HEAD}{BAD_ROW}\n{MARKERS}"),
        (f"## a\n{TABLE}\n**b**\n{HEAD}{BAD_ROW}", f"## a\n\n**b**\n{HEAD}{BAD_ROW}\n{MARKERS}"),
        (f"**a**\n{TABLE}{HEAD}{BAD_ROW}", f"**a**\n{HEAD}{BAD_ROW}\n{MARKERS}"),
        (f"**a**\n{TABLE}---\n{TABLE}", MARKERS),
        (f"## a\n{TABLE}| cut", f"## a\n{HEAD}| cut\n\n{MARKERS.rstrip()}"),
        (f"## a\n{TABLE}| cut\n\nEnd.", f"## a\n{HEAD}| cut\n\n{MARKERS}\nEnd."),
        (
            f"{MARKERS}\n## a\n{TABLE}{BAD_ROW}\nEnd.\n",
            f"{MARKERS}\n## a\n{HEAD}{BAD_ROW}\nEnd.\n",
        ),
    ],
)
def test_what_could_not_be_read_stays_with_its_heading(before: str, after: str | None):
    assert replaced(before) == (before if after is None else after)


def test_what_is_below_a_topic_without_papers_stays():
    words = "## Words\nStay.\n\n"
    assert replaced(
        f"# T\n\n## a\n\n---\n\n{words}## b\n{TABLE}", {"a": (), "b": {"2501.01234"}}
    ) == (f"# T\n\n{words}{MARKERS}")


def test_what_is_not_stored_stays_with_its_heading():
    text = f"## a\n{TABLE}{OTHER_ROW}\n## b\n{TABLE}{OTHER_ROW}\n## c\n{HEAD}\n## d\n{HEAD}"
    assert replaced(text, {"a": {"2501.05678"}, "d": ()}) == (
        f"## a\n{TABLE}\n## b\n{TABLE}{OTHER_ROW}\n## c\n{HEAD}\n{MARKERS}"
    )
    assert replaced(text, {"a": (), "b": {"2501.99999"}}) == text
    assert replaced(text, {}) == text


def test_of_a_paper_that_is_stored_every_version_goes():
    old = ROW.replace("01234v2", "01234v1")
    assert replaced(f"## a\n{HEAD}{old}{ROW}{old}") == MARKERS


ITEM = f"- [A title]({URL})\n\n"
CARD = f"### [A title]({URL})\n"
SEEN = f"On 2025-01-02 I read {URL} too."
SENTENCE = f"Ann Other, [A title]({URL}), 2025."
NOTED = f"- [A title]({URL}), which I liked: read it!\n\n"
QUOTED = f"> {HEAD.rstrip().replace(chr(10), chr(10) + '> ')}\n> {ROW}"
LINES = st.sampled_from(
    [
        *(HEAD, ROW, OTHER_ROW, BAD_ROW, "# T\n", "## a\n", "### b\n", "## ***\n", "Two\nlines.\n"),
        *("<details>\n", "</details>\n", "1. x\n\n", "<!-- c -->\n", "**d**\n", "<h2>e</h2>\n"),
        *(ITEM, NOTED, f"{CARD}Its\nwords.\n\n---\n", f"{SEEN}\n"),
        *(f"{QUOTED}\n", f"{SENTENCE}\n", f"[A title]({URL}), 2025-01-02\n"),
        *("\n", "\n", "---\n", f"\n{DAY}\n", "```\n| x |\n```\n"),
        *(f"\n{TABLE}\n", f"\n## c\n{TABLE}{OTHER_ROW}\n"),
    ]
)


@given(st.lists(LINES, max_size=14).map("".join), st.sampled_from(["", MARKERS]))
def test_nothing_leaves_but_what_was_brought_in(text: str, markers: str):
    text = markers + text
    after = replaced(text)
    rows = (ROW, OTHER_ROW, ITEM, CARD)
    may_go = {"", *HEAD.splitlines(), *(row.strip() for row in rows), BEGIN, END}
    may_go |= {*QUOTED.splitlines(), f"[A title]({URL}), 2025-01-02"}
    may_go |= {NOTED.strip(), SENTENCE, SEEN, "Its", "words."}  # what people wrote to a paper
    may_go |= {
        "# T",
        "## a",
        "### b",
        "## ***",
        "## c",
        "**d**",
        "<h2>e</h2>",
        "Last update: 2025-02-01",
    }
    may_go |= {"---", "<details>", "</details>"}  # what tools put around rows
    words = [line for line in text.splitlines() if line not in may_go]
    assert [line for line in after.splitlines() if line not in may_go] == words


WORDS = st.sampled_from(["# T", "Words.", "", "  ", "- item", "```\n| x |\n```", "> quoted | x"])


@given(st.lists(WORDS, max_size=8), st.lists(WORDS, max_size=8))
def test_everything_else_stays_byte_for_byte(before: list[str], after: list[str]):
    text = "\n".join([*before, "", f"## a\n{TABLE}", *after])
    region = find_region(replaced(text))
    assert region.before == "\n".join([*before, "", BEGIN, ""])
    assert region.after == "\n".join([END, "", *after])


@pytest.mark.full
def test_very_many_tables_headings_and_folds_are_replaced():
    many = "".join(f"{'#' * (number % 6 + 1)} a\n{TABLE}\n" for number in range(4_000))
    assert replaced(many) == MARKERS + "\n"
    folds = "".join(f"{FOLD}**a{n}**\n{TABLE}\n{UNFOLD}\n" for n in range(4_000))
    assert replaced(folds) == MARKERS + "\n"
    nested = f"{'<details>' * 4_000}\n## a\n{TABLE * 3_000}\n{ROW * 3_000}{'</details>' * 4_000}\n"
    assert replaced(nested) == MARKERS


@pytest.mark.shared
@pytest.mark.skipif(
    not PUBLISHED_README.is_file(), reason="no published README beside the checkout"
)
def test_a_real_published_readme_gets_its_markers():
    text = PUBLISHED_README.read_text(encoding="utf-8")
    region = find_region(replaced(text))
    assert text.startswith(region.before.removesuffix(f"{BEGIN}\n"))
    assert "arxiv.org/abs" not in region.before + region.after
