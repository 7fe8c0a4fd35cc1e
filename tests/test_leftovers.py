from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.config import parse_config
from daily_papers.config.slugs import slug_of
from daily_papers.migrate.leftovers import keywords_yaml, leftovers
from daily_papers.migrate.published_readme import read_published
from daily_papers.query.expression import to_arxiv

PUBLISHED_README = Path(__file__).parents[2] / "shared/examples/daily-papers-readme.md"
HEAD = "| **Title** | **Date** |\n| --- | --- |\n"
ROW = "| **[A title](http://arxiv.org/abs/2501.01234v2)** | 2025-01-31 |\n"
TABLE = HEAD + ROW


def keywords(text: str) -> str:
    return keywords_yaml(read_published(text, "README.md"))


@pytest.mark.parametrize(
    "names",
    [
        ["magnetic resonance imaging", "mri"],
        ["NO", "3.10", "2025-01-01", "null", "1e3", "~a", "0x1F"],
        [
            *("a: b", "a #c", "- d", "'e", '"f"', "[g]", "{h}", "*i", "&j", "!k", "%l", "@m"),
            *("`n", "?o", "| p", "> q", "r, s", "# t", "y", "u\\v"),
        ],
        ["C", "C++", "C#", "time series", "time-series", "Time  series."],
        ["医学影像", "医学 影像", "µ", "Größe"],
        ["index", "con", "readme"],
        ["deep network*", "optim*", "C*", "A* search"],
    ],
)
def test_the_headings_make_a_keywords_yaml_that_loads(names: list[str]):
    text = "# My: digest\n" + "".join(f"## {name}\n{TABLE}\n" for name in names)
    config = parse_config(keywords(text).encode(), "keywords.yaml")
    assert config.title == "My: digest"
    assert [keyword.name for keyword in config.keywords] == [" ".join(n.split()) for n in names]
    assert len({keyword.slug for keyword in config.keywords}) == len(names)


LETTERS = st.sampled_from([*"abAB1+#é医\u200b -_.:,'\"[]{}&*!|>%@`~\\", "no", "null", "1.0", ": "])


@given(st.lists(st.lists(LETTERS, min_size=1, max_size=6).map("".join), min_size=1, max_size=5))
def test_whatever_the_headings_are_the_keywords_yaml_loads(names: list[str]):
    published = read_published(
        "".join(f"## x{name}\n{TABLE}\n" for name in names), "a\nb: README.md"
    )
    config = parse_config(keywords_yaml(published).encode(), "keywords.yaml")
    assert [keyword.name for keyword in config.keywords] == [
        section.name for section in published.sections
    ]


def test_a_keyword_with_a_slug_of_its_own_searches_what_its_plain_string_would():
    text = "".join(f"## {name}\n{TABLE}\n" for name in ["C", "C++", "time series", "time-series"])
    written = parse_config(keywords(text).encode(), "keywords.yaml").keywords
    for keyword in written:
        (plain,) = parse_config(f"keywords: ['{keyword.name}']".encode(), "k.yaml").keywords
        assert to_arxiv(keyword.expression) == to_arxiv(plain.expression)
    assert [keyword.slug == slug_of(keyword.name) for keyword in written] == [True, False] * 2


def test_no_table_is_cut_by_the_usual_number_of_rows():
    rows = [ROW.replace("2501.01234", f"2501.{number:05}") for number in range(130)]
    text = f"## a\n{HEAD}{''.join(rows)}"
    assert parse_config(keywords(text).encode(), "keywords.yaml").max_papers == 130
    usual = f"## a\n{HEAD}{''.join(rows[:100])}"
    assert parse_config(keywords(usual).encode(), "keywords.yaml").max_papers == 100


OLD_JOB = "steps:\n- run: |\n    python main.py\n- uses: JasonEtco/create-an-issue@v2\n"
OLD = {
    ".github/ISSUE_TEMPLATE.md": "---\ntitle: Latest\n---\n| [x](http://arxiv.org/abs/2501.1) |",
    ".github/ISSUE_TEMPLATE.md.bk": "",
    ".github/workflows/update.yaml": OLD_JOB,
    "README.md.bk": "",
    "main.py": "with open('.github/ISSUE_TEMPLATE.md') as f: ...",
    "requirements.txt": "pytz\n",
    "utils.py": "link = 'http://export.arxiv.org/api/query'",
}


def test_the_old_files_are_named_each_in_one_sentence():
    sentences = leftovers(OLD)
    assert [sentence.partition(":")[0] for sentence in sentences] == [
        *(path for path in OLD if path != "requirements.txt"),
        "requirements.txt",
    ]
    assert not any("\n" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".github/ISSUE_TEMPLATE.md", "What went wrong?"),
        (".github/workflows/tests.yml", "steps:\n- run: pytest\n"),
        (".github/workflows/daily.yml", "- run: daily-papers update\n- run: daily-papers notify\n"),
        ("main.py", "print('a shop')"),
        ("requirements.txt", "pytz\n"),
        ("README.md", OLD["main.py"]),
    ],
)
def test_files_of_other_use_are_not_named(path: str, text: str):
    assert leftovers({path: text}) == ()


@pytest.mark.shared
@pytest.mark.skipif(
    not PUBLISHED_README.is_file(), reason="no published README beside the checkout"
)
def test_the_headings_of_a_real_published_readme_are_keywords():
    text = PUBLISHED_README.read_text(encoding="utf-8")
    (keyword,) = parse_config(keywords(text).encode(), "keywords.yaml").keywords
    assert keyword.name == "magnetic resonance imaging"
