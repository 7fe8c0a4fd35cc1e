"""No request is longer than arXiv takes, and none names an archive that never was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.query.expression import (
    Author,
    Category,
    Expression,
    Field,
    Operation,
    Operator,
    Phrase,
    all_of,
    any_of,
    leaves,
    to_arxiv,
    without,
)
from daily_papers.query.request_line import searches
from tests.sandbox import Request, Response, SandboxArxiv, Service
from tests.support.command_line import Ended, run
from tests.support.repository import Repository

DAY = date(2026, 3, 5)
LONGEST = 4_094


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxArxiv]:
    with SandboxArxiv(today=DAY) as arxiv:
        yield arxiv


@pytest.fixture
def arxiv(running: SandboxArxiv) -> SandboxArxiv:
    running.intercept = None
    running.requests.clear()
    return running


def update(repository: Repository, arxiv: SandboxArxiv, *options: str) -> Ended:
    return run("update", "--root", repository.root, *options, environ=arxiv.environment())


def searched(arxiv: SandboxArxiv) -> list[Request]:
    return [each for each in arxiv.requests if "search_query=%" in each.path]


def keyword(name: str, *lines: str) -> str:
    return "\n    ".join([f"  - name: {name}", *lines]) + "\n"


def filler(count: int) -> list[str]:
    return [f"never said so long a phrase {number:03}" for number in range(count)]


# --- searches ----------------------------------------------------------------------------------


def test_a_long_list_of_phrases_is_searched_for_in_parts(tmp_path: Path, arxiv: SandboxArxiv):
    wanted = ["graph neural networks", *filler(98), "magnetic resonance imaging"]
    repository = Repository.new(
        tmp_path / "digest",
        "max_papers: 20\nkeywords:\n"
        + keyword("Long", f"any: [{', '.join(wanted)}]", "categories: [cs, eess, stat]")
        + keyword("Short", f"any: [{wanted[0]}, {wanted[-1]}]", "categories: [cs, eess, stat]"),
    )
    ended = update(repository, arxiv)
    assert (ended.code, ended.err) == (0, "")
    assert len(repository.table("long")) == 20
    assert repository.table("long") == repository.table("short")
    assert len(searched(arxiv)) > 3
    assert max(len(each.line.encode()) for each in arxiv.requests) <= LONGEST


def test_a_long_list_of_unwanted_phrases_is_heeded_all_the_same(
    tmp_path: Path, arxiv: SandboxArxiv
):
    wanted = "any: [graph neural networks]"
    repository = Repository.new(
        tmp_path / "digest",
        "keywords:\n"
        + keyword("Long", wanted, f"none: [{', '.join(filler(99))}, survey]")
        + keyword("Short", wanted, "none: [survey]"),
    )
    ended = update(repository, arxiv)
    assert (ended.code, ended.err) == (0, "")
    assert repository.table("long") == repository.table("short") != []
    assert max(len(each.line.encode()) for each in arxiv.requests) <= LONGEST


def test_a_term_that_no_address_has_room_for_fails_alone(tmp_path: Path, arxiv: SandboxArxiv):
    repository = Repository.new(
        tmp_path / "digest",
        "keywords:\n"
        + keyword("Endless", f"query: 'ti:\"{'word ' * 790}\"'")
        + "  - magnetic resonance imaging\n",
    )
    told = 'Endless: the term ti:"word word word'
    checked = run("check", "--root", repository.root)
    assert checked.code == 2
    assert f"keywords.yaml:2: {told}" in checked.out
    assert "bytes long in an address, and 3,900 can be sent; shorten it" in checked.out
    ended = update(repository, arxiv, "--report", str(tmp_path / "report.json"))
    assert ended.code == 3
    endless, other = json.loads((tmp_path / "report.json").read_text())["keywords"]
    assert endless["outcome"] == "failed"
    assert endless["reason"].endswith("shorten it")
    assert other["outcome"] == "up to date"
    assert repository.table("magnetic-resonance-imaging")


def test_the_room_of_an_address_elsewhere_is_smaller(tmp_path: Path, arxiv: SandboxArxiv):
    repository = Repository.new(
        tmp_path / "digest", "keywords:\n" + keyword("Long", f"any: [{', '.join(filler(30))}]")
    )
    arxiv.intercept = lambda request: arxiv.answer(
        Request(Service.QUERY, request.path.replace("/x" * 900, ""))
    )
    elsewhere = arxiv.environment()
    elsewhere["DAILY_PAPERS_API_URL"] = f"{arxiv.address}{'/x' * 900}/api/query"
    ended = run("update", "--source", "search", "--root", repository.root, environ=elsewhere)
    assert ended.code == 0
    assert max(len(each.line.encode()) for each in arxiv.requests) <= LONGEST
    assert len(arxiv.requests) >= 2


def test_the_sandbox_refuses_a_longer_line_as_arxiv_does(arxiv: SandboxArxiv):
    empty = f"{arxiv.api_url}?search_query="
    room = LONGEST - len("GET /api/query?search_query= HTTP/1.1")
    assert requests.get(empty + "ti:" + "x" * (room - 3), timeout=10).status_code == 200
    refused = requests.get(empty + "ti:" + "x" * (room - 2), timeout=10)
    assert refused.status_code == 400
    assert b"<feed" not in refused.content


PHRASES = st.builds(
    Phrase, st.sampled_from(Field), st.sampled_from(["alpha beta", "gamma", "délta", "x" * 90])
)
TERMS = (
    PHRASES
    | st.builds(Category, st.sampled_from(["cs", "math", "eess.IV"]))
    | st.builds(Author, st.sampled_from(["Ada Author", "B. Writer"]))
)


def _operations(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=8)
    joined = several.map(lambda some: any_of(*some)) | several.map(lambda some: all_of(*some))
    return joined | st.builds(without, inner, inner)


def holds(expression: Expression, true: frozenset[Expression]) -> bool:
    match expression:
        case Operation(Operator.OR, parts):
            return any(holds(part, true) for part in parts)
        case Operation(Operator.AND, parts):
            return all(holds(part, true) for part in parts)
        case Operation(_, (wanted, unwanted)):
            return holds(wanted, true) and not holds(unwanted, true)
        case _:
            return expression in true


@given(
    st.recursive(TERMS, _operations, max_leaves=30),
    st.integers(200, 900),
    st.lists(st.frozensets(TERMS), min_size=5, max_size=20),
)
def test_the_parts_of_a_search_find_all_of_it(expression, room, papers):
    parts = searches(expression, room)
    assert all(len(quote_plus(to_arxiv(part))) <= room for part in parts)
    whole = {leaf for part in parts for leaf in leaves(part)} == set(leaves(expression))
    for true in papers:
        found = any(holds(part, true) for part in parts)
        assert found or not holds(expression, true)
        if whole and len(parts) > 1:
            assert found == holds(expression, true)


@given(
    st.lists(st.integers(1, 300), min_size=2, max_size=60, unique=True),
    st.integers(500, 900),
)
def test_a_list_of_phrases_takes_no_search_more_than_it_has_to(lengths, room):
    parts = searches(any_of(*(Phrase(Field.TITLE, "x" * length) for length in lengths)), room)
    for one, next_one in pairwise(parts):
        first = next(iter(leaves(next_one)))
        assert len(quote_plus(to_arxiv(any_of(one, first)))) > room


def test_what_is_excluded_is_left_out_whole_if_it_is_too_long():
    wanted, *others = (Phrase(Field.TITLE, letter * 90) for letter in "abcd")
    assert searches(without(wanted, any_of(*others)), 300) == [wanted]


# --- identifiers -------------------------------------------------------------------------------

README_ROWS = """\
# Papers

## magnetic resonance imaging
| **Title** | **Date** | **Abstract** | **Comment** |
| --- | --- | --- | --- |
"""


def asked_for(arxiv: SandboxArxiv) -> list[list[str]]:
    lists = [parse_qs(urlsplit(each.path).query).get("id_list") for each in arxiv.requests]
    return [names[0].split(",") for names in lists if names]


def with_imported(tmp_path: Path, arxiv: SandboxArxiv, *ids: str) -> Repository:
    """A repository in which these papers wait for their details."""
    repository = Repository.new(tmp_path / "digest", "keywords:\n  - magnetic resonance imaging\n")
    rows = "".join(
        f"| **[Magnetic resonance imaging {n}](http://arxiv.org/abs/{id_}v1)** | 2005-01-0{n} "
        f"| <details><summary>Show</summary><p>Magnetic resonance imaging.</p></details> | |\n"
        for n, id_ in enumerate(ids, start=1)
    )
    (tmp_path / "old.md").write_text(README_ROWS + rows)
    ended = run("import", tmp_path / "old.md", "--root", repository.root)
    assert ended.code == 0, ended
    return repository


def test_an_identifier_of_no_archive_is_never_sent(tmp_path: Path, arxiv: SandboxArxiv):
    repository = with_imported(tmp_path, arxiv, "foo/0501001", "hep-th/9901001", "chao-dyn/9901001")
    ended = update(repository, arxiv)
    assert ended.code == 0
    (asked,) = asked_for(arxiv)
    assert {"hep-th/9901001", "chao-dyn/9901001"} <= set(asked)
    assert "foo/0501001" not in asked
    records = {each["id"]: each for each in repository.records("data/papers/*.jsonl")}
    assert records["hep-th/9901001"]["authors"]
    assert "foo/0501001" in records


def test_an_identifier_that_arxiv_refuses_is_left_out_of_the_list(
    tmp_path: Path, arxiv: SandboxArxiv
):
    repository = with_imported(tmp_path, arxiv, "cs/9901001", "hep-th/9901001")

    def refuse(request: Request) -> Response | None:
        if "cs%2F9901001" not in request.path:
            return None
        path = request.path.replace("cs%2F9901001", "no-such%2F9901001")
        answer = arxiv.answer(Request(Service.QUERY, path))
        body = answer.body.replace(b"no-such/", b"cs/")
        return Response(answer.status, body, answer.content_type)

    arxiv.intercept = refuse
    ended = update(repository, arxiv)
    assert ended.code == 0
    assert "arXiv does not accept the identifier cs/9901001" not in ended.out
    first, second = asked_for(arxiv)
    assert set(first) - set(second) == {"cs/9901001"}
    records = {each["id"]: each for each in repository.records("data/papers/*.jsonl")}
    assert records["hep-th/9901001"]["authors"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("foo/0501001", 400),
        ("abc", 400),
        ("2513.00001", 200),
        ("cs/9913001", 200),
        ("chao-dyn/9901001", 200),
        ("math.CA/0611800", 200),
    ],
)
def test_the_sandbox_knows_the_archives_as_arxiv_does(arxiv: SandboxArxiv, name: str, status: int):
    response = requests.get(arxiv.api_url, params={"id_list": f"2601.00001,{name}"}, timeout=10)
    assert response.status_code == status
    assert (f"incorrect id format for {name}" in response.text) == (status == 400)
