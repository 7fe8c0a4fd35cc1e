from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.config import parse_config
from daily_papers.migrate.keywords_yaml import topic_of_heading, write_keywords
from daily_papers.migrate.leftovers import leftovers
from daily_papers.migrate.old_files import OldFiles, read_page
from daily_papers.migrate.topics import names_of
from daily_papers.query.expression import to_arxiv
from tests.support.cases import for_each
from tests.support.repository import Repository

PUBLISHED_README = Path(__file__).parents[2] / "shared/examples/daily-papers-readme.md"
HEAD = "| **Title** | **Date** |\n| --- | --- |\n"
ROW = "| **[A title](http://arxiv.org/abs/2501.01234v2)** | 2025-01-31 |\n"
TABLE = HEAD + ROW


def keywords(text: str) -> str:
    page = read_page(text, "README.md")
    topics = [topic_of_heading(name) for name in names_of([page])]
    text, left_out = write_keywords(topics, (), OldFiles([page]).title, "a\nb: README")
    assert left_out == []
    return text


@for_each(
    "names",
    [
        ["magnetic resonance imaging", "mri"],
        ["NO", "nulls", "True", "1e3", "~a", "0x1F"],
        [
            *("a: b", "a #c", "- d", "'e", '"f"', "[g]", "{h}", "*i", "&j", "!k", "%l", "@m"),
            *("n", "?o", "| p", "> q", "r, s", "# t", "y", "u\\v"),
        ],
        ["C", "C++", "C#", "time  series"],
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
    text = "".join(f"## x{name}\n{TABLE}\n" for name in names)
    config = parse_config(keywords(text).encode(), "keywords.yaml")
    names = names_of([read_page(text, "README.md")])
    assert [keyword.name for keyword in config.keywords] == names


@for_each("name", ["C", "C++", "mri", "time series", "time-series", "GPT‐4", "a/b"])
def test_a_heading_searches_what_the_old_tool_searched(name: str):
    text = "".join(f"## {each}\n{TABLE}\n" for each in dict.fromkeys(["C", name]))
    written = parse_config(keywords(text).encode(), "keywords.yaml").keywords[-1]
    place = "title or abstract" if " " in name else "title and abstract"
    meant = f"keywords: [{{name: x, any: ['{name}'], in: {place}}}]"
    (keyword,) = parse_config(meant.encode(), "k.yaml").keywords
    assert to_arxiv(written.expression) == to_arxiv(keyword.expression)


OLD_JOB = "steps:\n- run: |\n    python main.py\n- uses: JasonEtco/create-an-issue@v2\n"
OLD = {
    ".github/workflows/update.yaml": OLD_JOB,
    ".github/ISSUE_TEMPLATE.md": "---\ntitle: Latest\n---\n| [x](http://arxiv.org/abs/2501.1) |",
    "main.py": "with open('.github/ISSUE_TEMPLATE.md') as f: ...",
    "utils.py": "link = 'http://export.arxiv.org/api/query'",
}
OTHERS = {
    ".github/workflows/tests.yml": "steps:\n- run: pytest\n",
    ".github/workflows/daily.yml": "on: schedule\n- run: daily-papers update\n",
    "shop.py": "print('a shop')",
    "README.md": OLD["main.py"],
}


def test_the_old_files_are_named_each_in_one_sentence_and_no_others(tmp_path: Path):
    repository = Repository(tmp_path)
    for path, text in (OLD | OTHERS).items():
        repository.write(path, text)
    sentences = leftovers(tmp_path, ())
    assert [sentence.partition(":")[0] for sentence in sentences] == list(OLD)
    assert not any("\n" in sentence for sentence in sentences)


def test_an_issue_template_of_its_own_stays(tmp_path: Path):
    Repository(tmp_path).write(".github/ISSUE_TEMPLATE.md", "What went wrong?")
    assert leftovers(tmp_path, ()) == []


@pytest.mark.shared
@pytest.mark.skipif(
    not PUBLISHED_README.is_file(), reason="no published README beside the checkout"
)
def test_the_headings_of_a_real_published_readme_are_keywords():
    text = PUBLISHED_README.read_text(encoding="utf-8")
    (keyword,) = parse_config(keywords(text).encode(), "keywords.yaml").keywords
    assert keyword.name == "magnetic resonance imaging"
