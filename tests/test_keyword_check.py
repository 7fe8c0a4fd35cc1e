"""`check` suggests spellings of a person that stored papers have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from daily_papers import keyword_check
from daily_papers.keyword_check import MOST_STORE_BYTES
from tests.support.command_line import run
from tests.support.website import Website, paper

NAMES = ("Anil K. Jain", "Amit Jain", "Philip S. Yu", "José Núñez", "Bo Chen")


def said(root: Path, spellings: Sequence[str], names: Sequence[str] = NAMES) -> list[str]:
    """What `check` says of a person, where the store has papers by these people."""
    keywords = f"keywords:\n  - mri\n  - author: [{', '.join(spellings)}]\n"
    papers = [paper(number, authors=(name,)) for number, name in enumerate(names)]
    Website.new(root, {"mri": papers}, keywords=keywords)
    ended = run("--root", root, "check", "--quiet")
    assert ended.code == 0
    return [line.removeprefix(f"{root}/") for line in ended.said]


@pytest.mark.parametrize(
    ("spellings", "advice"),
    [
        (["Anil J. Jain"], "Anil K. Jain, Amit Jain"),
        (["A. B. Jain"], "Anil K. Jain, Amit Jain"),
        (["P. Yu", "Phil Yu"], "Philip S. Yu"),
        (["Jose Maria Nunez"], "José Núñez"),
        (["Núñez José"], "José Núñez"),
        (["Chen B. B.", "B. C. Chen"], "Bo Chen"),
    ],
)
def test_names_with_the_same_surname_and_initial_are_suggested(
    tmp_path: Path, spellings: list[str], advice: str
) -> None:
    written = " or ".join(f'"{spelling}"' for spelling in spellings)
    (line,) = said(tmp_path, spellings)
    assert line == (
        f"keywords.yaml:3: warning: author: no stored paper is by {written}; "
        f"add the names that you mean of these: {advice}"
    )


@pytest.mark.parametrize(
    ("spellings", "several"),
    [
        (["Ada Abramsson", "A. Abramsson", "Ada Berg"], False),
        (["A. Abramsson", "Ada Abramsson", "Ada Berg"], False),
        (["J. Müller", "Juergen Mueller"], False),
        (["Y. LeCun", "Yann Le Cun"], False),
        (["Ada Abramsson", "Bo Chen"], True),
        (["Ada Abramsson", "A. Abramsson", "Bo Chen"], True),
    ],
)
def test_names_that_share_no_word_are_of_several_people(
    tmp_path: Path, spellings: list[str], *, several: bool
) -> None:
    (tmp_path / "keywords.yaml").write_text(f"keywords:\n  - author: {spellings}\n")
    ended = run("--root", tmp_path, "check", "--quiet")
    advice = "is unlike the rest; if these are several people, write a keyword for each"
    assert (advice in ended.out) is several


def test_only_so_many_people_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyword_check, "_MOST_PEOPLE", 2)
    keywords = "".join(f"  - author: Janet {letter}. Roe\n" for letter in "abcdef")
    Website.new(
        tmp_path,
        {"mri": [paper(1, authors=("J. Roe",))]},
        keywords=f"keywords:\n  - mri\n{keywords}",
    )
    assert len(run("--root", tmp_path, "check", "--quiet").said) == 2


@pytest.mark.parametrize(
    "spellings",
    [
        ["Anil K. Jain"],
        ["A. Jain", "Amit Jain"],
        ["Bert Jain"],
        ["Nobody Else"],
        ["Bo Chang"],
        ["jose núñez"],
    ],
)
def test_nothing_is_said_if_a_spelling_is_there_or_no_name_is_similar(
    tmp_path: Path, spellings: list[str]
) -> None:
    assert said(tmp_path, spellings) == []


@pytest.mark.parametrize(
    ("spellings", "advice"),
    [
        (["LeCun Y."], "Y. LeCun"),
        (["Yann LeCun", "LeCun Y"], "Y LeCun"),
        (["Di Feola F.-X."], "F.-X. Di Feola"),
        (["Zhang X. Y."], "X. Y. Zhang"),
        (["Arun S.", "S. Arun"], None),
        (["J. Morgan III"], None),
    ],
)
def test_a_name_that_ends_with_an_initial_is_doubtful_until_a_paper_has_it(
    tmp_path: Path, spellings: list[str], advice: str | None
) -> None:
    lines = said(tmp_path, spellings, names=())
    written = " or ".join(f'"{spelling}"' for spelling in spellings)
    doubt = f"no stored paper is by {written}; papers have initials first, as in {advice}"
    assert lines == ([f"keywords.yaml:3: warning: author: {doubt}"] if advice else [])
    assert said(tmp_path, spellings, names=spellings) == []


def test_at_most_three_names_are_suggested(tmp_path: Path) -> None:
    (line,) = said(tmp_path, ["J. Roe"], [f"Jane{letter} Roe" for letter in "abcdef"])
    assert line.endswith(": Janea Roe, Janeb Roe, Janec Roe")


def test_a_store_that_cannot_be_read_or_is_too_large_is_left_alone(tmp_path: Path) -> None:
    assert len(said(tmp_path, ["Anil J. Jain"])) == 1
    (tmp_path / "data" / "large").write_bytes(b"x" * MOST_STORE_BYTES)
    assert run("--root", tmp_path, "check", "--quiet").said == []
    (tmp_path / "data" / "large").unlink()
    for file in (tmp_path / "data").rglob("*.jsonl"):
        file.write_text("{", encoding="utf-8")
    assert run("--root", tmp_path, "check", "--quiet").said == []
