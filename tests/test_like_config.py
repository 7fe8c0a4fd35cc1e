"""`like` in keywords.yaml, and what is said of the files that it names."""

from pathlib import Path

import pytest

from daily_papers.config import ConfigError, parse_config
from daily_papers.like.library import MOST_BYTES, Library, read_files
from tests.support.cases import for_each
from tests.support.command_line import run

HINT = (
    'keywords.yaml:2: like: "a.txt" is neither a BibTeX file (library.bib) nor an arXiv identifier'
)

FOR_LIKE = 'it is for keywords with "like"; write max_papers for the size of a table'


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        parse_config(text.encode(), "keywords.yaml")
    return str(raised.value).split("\n")


def test_files_and_identifiers_at_the_top_and_in_a_keyword() -> None:
    config = parse_config(
        b"""\
categories: [cs]
like: papers/mine.bib
keywords:
  - mri
  - name: For me
    like:
      - library.bib
      - 2605.13540
      - https://arxiv.org/abs/hep-th/9901001v2
    papers_per_day: 3
  - name: For us
    like: [library.bib]
    categories: []
""",
        "keywords.yaml",
    )
    assert config.like == Library({"papers/mine.bib": 2}, ())
    mri, mine, ours = config.keywords
    assert mri.like is None
    assert mine.like == Library({"library.bib": 7}, ("2605.13540", "hep-th/9901001"))
    assert (mine.papers_per_day, mine.categories) == (3, ("cs",))
    assert (ours.papers_per_day, ours.categories) == (10, ())


@for_each(
    ("text", "answer"),
    [
        ("like: a.txt\nkeywords: [mri]", HINT.replace(":2:", ":1:")),
        (
            f"like: {'a' * 197}.bib\nkeywords: [mri]",
            "keywords.yaml:1: like: longer than 200 characters",
        ),
        (
            f"like: [{'a' * 197}.bib]\nkeywords: [mri]",
            "keywords.yaml:1: like: longer than 200 characters",
        ),
        ("keywords:\n- {name: x, like: [a.txt]}", HINT),
        (
            "keywords:\n- {name: x, like: [], papers_per_day: 101}",
            "keywords.yaml:2: like: expected BibTeX files and arXiv identifiers: [library.bib]",
        ),
        (
            "keywords:\n- {name: x, any: [y], like: [a.bib]}",
            'keywords.yaml:2: any: it cannot be used with "like"; it searches for nothing',
        ),
        (
            "keywords:\n- {like: [a.bib]}",
            'keywords.yaml:2: like: it needs a heading; add a line "name: ..."',
        ),
        (
            "keywords:\n- {name: x, papers_per_day: 5}",
            f"keywords.yaml:2: papers_per_day: {FOR_LIKE}",
        ),
    ],
)
def test_mistakes_and_what_to_write(text: str, answer: str) -> None:
    assert answer in problems(text)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    inside = tmp_path / "repository"
    inside.mkdir()
    entry = "@misc{a, title = {Crusts}, eprint = {2605.00001}}\n"
    (inside / "good.bib").write_bytes(b"\xef\xbb\xbf" + entry.encode())
    (inside / "huge.bib").write_bytes(b" " * (MOST_BYTES + 1))
    (inside / "latin.bib").write_bytes("@misc{a, title = {Öfen}}".encode("latin-1"))
    (inside / "empty.bib").write_text("@comment{nothing}")
    (inside / "folder.bib").mkdir()
    (tmp_path / "outside.bib").write_text(entry)
    (inside / "link.bib").symlink_to(tmp_path / "outside.bib")
    (inside / "loop.bib").symlink_to("loop.bib")
    names = [
        "../outside",
        "good",
        "huge",
        "latin",
        "empty",
        "folder",
        "link",
        "missing",
        "loop",
    ]
    papers, found = read_files(inside, [f"{name}.bib" for name in names])
    assert {path: [(one.title, one.id) for one in those] for path, those in papers.items()} == {
        "good.bib": [("Crusts", None)]
    }
    # Python 3.13 finds no file in a loop; before, it says that there is a loop.
    loop = found.pop("loop.bib")
    assert loop.startswith(("it cannot be read: ", "there is no such file"))
    assert {path: why.split(";")[0] for path, why in found.items()} == {
        "huge.bib": "longer than 5 MB",
        "latin.bib": "it is not UTF-8",
        "empty.bib": "no BibTeX entry with a title",
        "folder.bib": "there is no such file in the repository",
        "../outside.bib": "there is no such file in the repository",
        "link.bib": "there is no such file in the repository",
        "missing.bib": "there is no such file in the repository",
    }


@pytest.mark.parametrize(
    ("keywords", "printed"),
    [
        ("keywords: [mri]\n", ""),
        ("like: library.bib\nkeywords: [mri]\n", "like\n"),
        ("keywords:\n  - {name: x, like: [2605.00001]}\n", "like\n"),
        ("keywords:\n  - {name: x, like: [3]}\n", ""),
    ],
)
def test_the_extra_is_needed_where_something_is_liked(
    tmp_path: Path, keywords: str, printed: str
) -> None:
    (tmp_path / "keywords.yaml").write_text(keywords, encoding="utf-8")
    ended = run("extras", "--root", str(tmp_path))
    assert (ended.code, ended.out) == (0, printed)
