"""Edits of keywords.yaml: what they mean for the tables that are there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.sandbox import SandboxArxiv
from tests.support.command_line import Ended, run
from tests.support.repository import Repository

MRI = "magnetic resonance imaging"
GRAPHS = {"name": "Graph networks", "any": ["graph neural networks"]}
DIFFUSION = {"name": "Diffusion models", "query": 'ti:"diffusion model" OR abs:"diffusion model"'}
FIRST, SECOND = date(2026, 1, 20), date(2026, 1, 22)


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxArxiv]:
    with SandboxArxiv() as arxiv:
        yield arxiv


@pytest.fixture
def arxiv(running: SandboxArxiv) -> SandboxArxiv:
    running.today = SECOND
    running.requests.clear()
    return running


@pytest.fixture(scope="module")
def filled(running: SandboxArxiv, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Three keywords after two days, of which the second one had news."""
    repository = Repository.new(tmp_path_factory.mktemp("filled"), keywords(MRI, GRAPHS, DIFFUSION))
    for day in (FIRST, SECOND):
        running.today = day
        assert update(repository, running).code == 0
    return repository


@pytest.fixture
def repository(filled: Repository, tmp_path: Path) -> Repository:
    return filled.copy(tmp_path / "digest")


def keywords(*entries: object, **settings: object) -> str:
    return yaml.safe_dump({**settings, "keywords": list(entries)}, allow_unicode=True)


def edit(repository: Repository, *entries: object, **settings: object) -> None:
    repository.write("keywords.yaml", keywords(*entries, **settings))


def update(repository: Repository, arxiv: SandboxArxiv) -> Ended:
    return run(
        *("update", "--source", "search", "--root", repository.root),
        environ=arxiv.environment(),
    )


def pages(repository: Repository) -> list[str]:
    return sorted(path.name for path in (repository.root / "papers").iterdir())


def assert_no_orphans(repository: Repository, *slugs: str) -> None:
    """Nothing but these keywords has a table or a page."""
    assert pages(repository) == sorted(f"{slug}.md" for slug in slugs)
    assert {record["slug"] for record in repository.records("data/keywords.jsonl")} == {*slugs}
    for record in repository.records("data/papers/*.jsonl"):
        tables = record.get("keywords", {}).keys() - {*record.get("left", ())}
        assert tables <= {*slugs}
        assert tables or record["news"]["day"] == repository.state()["day"]


def titles(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("| **[")]


# --- keywords go and come ----------------------------------------------------------------------


def test_a_removed_keyword_leaves_nothing_behind(repository: Repository, arxiv: SandboxArxiv):
    shared = set(repository.table("diffusion-models")) & set(repository.table("graph-networks"))
    only = set(repository.table("diffusion-models")) - shared
    only -= set(repository.table("magnetic-resonance-imaging"))
    assert only
    edit(repository, MRI, GRAPHS)
    ended = update(repository, arxiv)
    assert ended.code == 0
    assert arxiv.requests == []
    assert_no_orphans(repository, "magnetic-resonance-imaging", "graph-networks")
    stored = {record["id"] for record in repository.records("data/papers/*.jsonl")}
    assert not only & stored
    assert only <= {record["id"] for record in repository.records("data/history/*.jsonl")}
    assert shared <= stored
    assert "\n## Diffusion models\n" not in repository.text("README.md")


def test_what_was_news_of_a_removed_keyword_is_never_told_again(
    repository: Repository, arxiv: SandboxArxiv
):
    digests = sorted(path.name for path in repository.root.glob("digests/*"))
    assert digests == ["2026-01-22.md"]
    edit(repository, MRI, GRAPHS)
    update(repository, arxiv)
    edit(repository, MRI, GRAPHS, DIFFUSION)
    assert update(repository, arxiv).code == 0
    assert len(repository.table("diffusion-models")) == 14
    assert sorted(path.name for path in repository.root.glob("digests/*")) == digests


def test_a_new_keyword_shows_what_is_stored_and_is_filled(
    repository: Repository, arxiv: SandboxArxiv
):
    edit(repository, MRI, GRAPHS, DIFFUSION, {"name": "Graphs", "any": ["graph"]})
    run("render", "--root", repository.root)
    rows = titles(repository.text("papers/graphs.md"))
    assert 0 < len(rows) < 40
    assert update(repository, arxiv).code == 0
    assert len(arxiv.requests) == 1
    assert len(titles(repository.text("papers/graphs.md"))) > len(rows)


# --- the same keyword under another name -------------------------------------------------------


@pytest.mark.parametrize(
    ("renamed", "slug"),
    [
        ({**GRAPHS, "name": "Networks on graphs"}, "networks-on-graphs"),
        ({**GRAPHS, "slug": "gnn"}, "gnn"),
        ({"name": "GNN", "slug": "graph-networks", "any": ["graph neural networks"]}, None),
    ],
)
def test_a_renamed_keyword_keeps_its_papers_and_its_history(
    repository: Repository, arxiv: SandboxArxiv, renamed: dict[str, object], slug: str | None
):
    slug = slug or "graph-networks"
    before = repository.text("data/papers/2601.1.jsonl")
    rows = titles(repository.text("papers/graph-networks.md"))
    news = repository.text("data/news/2601.txt")
    edit(repository, MRI, renamed, DIFFUSION)
    assert update(repository, arxiv).code == 0
    assert arxiv.requests == []
    assert_no_orphans(repository, "magnetic-resonance-imaging", slug, "diffusion-models")
    assert titles(repository.text(f"papers/{slug}.md")) == rows
    assert f"\n## {renamed['name']}\n" in repository.text("README.md")
    # First seen on the day on which it was first seen, news as it was news.
    assert repository.text("data/papers/2601.1.jsonl") == sorted_keywords(
        before.replace('"graph-networks"', f'"{slug}"')
    )
    assert repository.text("data/news/2601.txt") == news


def sorted_keywords(lines: str) -> str:
    records = [json.loads(line) for line in lines.splitlines()]
    for record in records:
        record["keywords"] = dict(sorted(record["keywords"].items()))
    return "".join(
        json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records
    )


def test_swapped_names_swap_the_tables(repository: Repository, arxiv: SandboxArxiv):
    graphs = titles(repository.text("papers/graph-networks.md"))
    diffusion = titles(repository.text("papers/diffusion-models.md"))
    edit(
        repository,
        MRI,
        {**GRAPHS, "name": "Diffusion models"},
        {**DIFFUSION, "name": "Graph networks"},
    )
    assert run("render", "--root", repository.root).code == 0
    assert titles(repository.text("papers/graph-networks.md")) == diffusion
    assert titles(repository.text("papers/diffusion-models.md")) == graphs
    assert update(repository, arxiv).code == 0
    assert titles(repository.text("papers/graph-networks.md")) == diffusion
    assert titles(repository.text("papers/diffusion-models.md")) == graphs


def test_a_name_that_moves_on_to_another_keyword(repository: Repository, arxiv: SandboxArxiv):
    """What a removed keyword held is matched by the one that asks for it now."""
    graphs = titles(repository.text("papers/graph-networks.md"))
    edit(repository, MRI, {**GRAPHS, "name": "Diffusion models"})
    run("render", "--root", repository.root)
    assert titles(repository.text("papers/diffusion-models.md")) == graphs
    assert update(repository, arxiv).code == 0
    assert_no_orphans(repository, "magnetic-resonance-imaging", "diffusion-models")
    assert titles(repository.text("papers/diffusion-models.md")) == graphs


# --- a changed keyword -------------------------------------------------------------------------


def test_a_changed_expression_is_matched_again_and_filled(
    repository: Repository, arxiv: SandboxArxiv
):
    before = repository.table("graph-networks")
    narrower = {**GRAPHS, "none": ["molecular"]}
    edit(repository, MRI, narrower, DIFFUSION)
    run("render", "--root", repository.root)
    shown = titles(repository.text("papers/graph-networks.md"))
    assert 0 < len(shown) < len(before)
    assert update(repository, arxiv).code == 0
    assert len(arxiv.requests) == 1
    assert titles(repository.text("papers/graph-networks.md")) == shown
    wider = {**GRAPHS, "any": ["graph neural networks", "graph"]}
    edit(repository, MRI, wider, DIFFUSION)
    assert update(repository, arxiv).code == 0
    assert set(repository.table("graph-networks")) > set(before)


def test_the_order_of_phrases_changes_nothing(repository: Repository, arxiv: SandboxArxiv):
    two = ["graph neural networks", "protein folding"]
    edit(repository, MRI, {**GRAPHS, "any": two}, DIFFUSION)
    assert update(repository, arxiv).code == 0
    before = repository.tree()
    arxiv.requests.clear()
    edit(repository, MRI, {**GRAPHS, "any": two[::-1]}, DIFFUSION)
    assert update(repository, arxiv).code == 0
    assert arxiv.requests == []
    assert repository.tree() | {"keywords.yaml": before["keywords.yaml"]} == before


def test_fewer_papers_are_kept_and_more_are_fetched(repository: Repository, arxiv: SandboxArxiv):
    page = titles(repository.text("papers/graph-networks.md"))
    edit(repository, MRI, {**GRAPHS, "max_papers": 5}, DIFFUSION)
    assert update(repository, arxiv).code == 0
    assert arxiv.requests == []
    assert titles(repository.text("papers/graph-networks.md")) == page[:5]
    assert len(repository.table("graph-networks")) == 5
    edit(repository, MRI, {**GRAPHS, "max_papers": 50}, DIFFUSION)
    assert update(repository, arxiv).code == 0
    assert len(arxiv.requests) == 1
    assert titles(repository.text("papers/graph-networks.md")) == page


# --- what is not ours, and what only shows -----------------------------------------------------


def test_files_that_people_put_beside_the_pages_stay(repository: Repository, arxiv: SandboxArxiv):
    repository.write("papers/notes.md", "Our notes on papers.\n")
    repository.write("papers/figure.png", b"\x89PNG")
    edit(repository, MRI)
    update(repository, arxiv)
    assert pages(repository) == ["figure.png", "magnetic-resonance-imaging.md", "notes.md"]
    assert repository.text("papers/notes.md") == "Our notes on papers.\n"


def test_what_only_shows_follows_an_edit_and_stores_nothing(repository: Repository):
    data = {path: c for path, c in repository.tree().items() if path.startswith("data/")}
    exported = run("export", "--root", repository.root).out
    edit(repository, MRI, {**GRAPHS, "name": "GNN"}, DIFFUSION)
    renamed = run("export", "--root", repository.root).out
    assert renamed == exported.replace('"Graph networks"', '"GNN"').replace(
        '"graph-networks"', '"gnn"'
    )
    assert run("render", "--check", "--root", repository.root).code == 1
    assert run("render", "--root", repository.root).code == 0
    assert run("render", "--check", "--root", repository.root).code == 0
    assert pages(repository) == ["diffusion-models.md", "gnn.md", "magnetic-resonance-imaging.md"]
    after = {path: c for path, c in repository.tree().items() if path.startswith("data/")}
    assert after == data


# --- any edits ---------------------------------------------------------------------------------

SLUGGED = st.sampled_from(["a", "b", "c", "d"])
ENTRY = st.builds(
    lambda phrase, slug, most: {
        "name": f"{phrase} {slug}",
        "slug": slug,
        "any": [phrase],
        "max_papers": most,
    },
    st.sampled_from(["graph neural networks", "graph", "diffusion model", "imaging", "network"]),
    SLUGGED,
    st.sampled_from([3, 10, 100]),
)
EDITS = st.lists(
    st.lists(ENTRY, min_size=1, max_size=4, unique_by=(lambda e: e["slug"], lambda e: e["any"][0])),
    min_size=2,
    max_size=4,
)


@settings(deadline=None, max_examples=4, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(EDITS)
def test_after_any_edits_the_tables_are_those_of_a_new_repository(
    running: SandboxArxiv, edits: list[list[dict[str, object]]]
):
    running.today = FIRST
    with TemporaryDirectory() as folder:
        edited = Repository.new(Path(folder) / "edited", keywords(*edits[0]))
        for entries in edits:
            edit(edited, *entries)
            assert update(edited, running).code == 0
        new = Repository.new(Path(folder) / "new", keywords(*edits[-1]))
        assert update(new, running).code == 0
        slugs = [str(entry["slug"]) for entry in edits[-1]]
        assert_no_orphans(edited, *slugs)
        for slug in slugs:
            assert edited.table(slug) == new.table(slug)
            assert edited.text(f"papers/{slug}.md") == new.text(f"papers/{slug}.md")
        assert edited.text("README.md") == new.text("README.md")
        assert not (edited.root / "digests").exists()
