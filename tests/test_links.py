import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from daily_papers.papers.links import code_url
from daily_papers.papers.paper import Origin, Paper
from tests.support.cases import for_each


def paper(comment: str | None = None, abstract: str = "We do it.") -> Paper:
    return Paper(
        id="2501.01234",
        version=1,
        title="A title",
        abstract=abstract,
        comment=comment,
        updated=datetime(2025, 1, 2, tzinfo=UTC),
        origin=Origin.SEARCH,
    )


@for_each(
    ("text", "address"),
    [
        ("Code: https://github.com/ada/engine", "https://github.com/ada/engine"),
        ("Code:https://github.com/ada/engine", "https://github.com/ada/engine"),
        ("Code at http://www.github.com/ada/engine/", "https://github.com/ada/engine"),
        ("see github.com/ada/engine.", "https://github.com/ada/engine"),
        ("(github.com/ada/engine)", "https://github.com/ada/engine"),
        ("at GitHub.com/Ada/Engine-2.0, soon", "https://github.com/Ada/Engine-2.0"),
        ("repository(https://github.com/ada/engine).", "https://github.com/ada/engine"),
        ("https://github.com/ada/engine...", "https://github.com/ada/engine"),
        ("https://github.com/ada/engine.git", "https://github.com/ada/engine"),
        ("https://github.com/ada/engine.git.", "https://github.com/ada/engine"),
        ("https://github.com/ada/engine%20", "https://github.com/ada/engine"),
        ("https://github.com/ada/engine#usage", "https://github.com/ada/engine"),
        ("https: //github.com/ada/engine", "https://github.com/ada/engine"),
        ("https://github.com/ada/engine?tab=readme", "https://github.com/ada/engine"),
        ("https://github.com/ada/engine/blob/main/a.py", "https://github.com/ada/engine"),
        ("https://github.com/ada/engine/issues/7", "https://github.com/ada/engine"),
        (r"\url{https://github.com/ada/engine}", "https://github.com/ada/engine"),
        (r"{\tt https://github.com/ada/engine}", "https://github.com/ada/engine"),
        (r"\href{https://github.com/ada/engine}{GitHub}", "https://github.com/ada/engine"),
        (r"https://github.com/ada/first\_engine", "https://github.com/ada/first_engine"),
        (r"https://github.com/ada/first{\_}engine", "https://github.com/ada/first_engine"),
        ("https://github.com/ada/first$_$engine", "https://github.com/ada/first_engine"),
        ("[code](https://github.com/ada/engine)", "https://github.com/ada/engine"),
        ("https://gitlab.com/lab/engine/-/tree/main", "https://gitlab.com/lab/engine"),
        ("https://gitlab.com/lab/engine/blob/main/a.py", "https://gitlab.com/lab/engine"),
        ("https://gitlab.inria.fr/lab/engine.git", "https://gitlab.inria.fr/lab/engine"),
        ("https://git.tu-berlin.de/lab/engine", "https://git.tu-berlin.de/lab/engine"),
        ("https://git.x.org/lab/engine/pull/1", "https://git.x.org/lab/engine"),
        ("https://git.x.org/lab/engine/discussions/1", "https://git.x.org/lab/engine"),
        ("https://bitbucket.org/ada/engine/src/main", "https://bitbucket.org/ada/engine"),
        ("https://codeberg.org/ada/engine", "https://codeberg.org/ada/engine"),
        ("https://huggingface.co/ada/engine-7b", "https://huggingface.co/ada/engine-7b"),
    ],
)
def test_an_address_is_reduced_to_its_repository(text: str, address: str) -> None:
    assert code_url(paper(comment=text)) == address
    assert code_url(paper(abstract=text)) == address


@for_each(
    "text",
    [
        "Code is on GitHub.",
        "https://github.com",
        "https://github.com/",
        "https://github.com/ada",
        "https://github.com/ada/",
        "https://github.com/orgs/ada/repositories",
        "https://github.com/topics/engine",
        "https://ada.github.io/engine",
        "https://gist.github.com/ada/0123456789abcdef",
        "https://raw.githubusercontent.com/ada/engine/main/a.py",
        "https://evilgithub.com/ada/engine",
        "evilgithub.com/ada/engine",
        "https://github.com.evil.org/ada/engine",
        "https://evil.org/github.com/ada/engine",
        "https://github.com@evil.org/ada/engine",
        "https://github.com/../..",
        "https://github.com/./engine",
        "https://github.com/a\u0501a/engine",
        "javascript:github.com\\ada\\engine",
        "https://git.io/abcd",
        "https://gitlab.com/lab",
        "https://huggingface.co/datasets/ada/engine",
        "https://huggingface.co/papers/2501.01234",
        "https://huggingface.co/spaces/ada/engine",
        "https://zenodo.org/records/1234567",
        "",
    ],
)
def test_what_is_no_repository_gives_no_address(text: str) -> None:
    assert code_url(paper(comment=text, abstract=text)) is None


def test_the_comment_is_read_before_the_abstract() -> None:
    both = paper("Code: github.com/ada/engine", "We extend https://github.com/bob/other.")
    assert code_url(both) == "https://github.com/ada/engine"


def test_an_unusable_address_in_the_comment_leaves_the_one_in_the_abstract() -> None:
    both = paper("Project page: https://ada.github.io", "Code: https://github.com/ada/engine")
    assert code_url(both) == "https://github.com/ada/engine"


def test_a_forge_is_preferred_to_a_model() -> None:
    both = paper("https://huggingface.co/ada/engine-7b and https://github.com/ada/engine")
    assert code_url(both) == "https://github.com/ada/engine"


HOSTS = ["github.com", "gitlab.com", "huggingface.co", "git.x.org"]
SIGNS = ["https://", "javascript:", "spaces", *'aé/.-\\_"<>@~%{} \n', "..", "%22"]
PIECES = [*HOSTS, *SIGNS]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_is_written_an_address_is_harmless(text: str) -> None:
    address = code_url(paper(comment=text))
    assert address is None or re.fullmatch(r"https://[a-z.-]+(/[A-Za-z0-9._~-]+){2,}", address)
