from __future__ import annotations

import fnmatch
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.query import taxonomy
from daily_papers.query.taxonomy import ALIASES, ARCHIVES, CATEGORIES
from tests.support.cases import for_each

CORPUS = Path(__file__).parents[1].parent / "shared/corpus/papers-2025-03-18-to-06-30.jsonl.gz"

names = st.sampled_from([*ARCHIVES, *CATEGORIES])
carried = st.lists(st.sampled_from([*CATEGORIES, "astro-ph", "cmp-lg", "cs.XX"]), max_size=4)


def test_the_table_has_arxivs_155_categories_in_20_archives() -> None:
    assert len(CATEGORIES) == 155
    assert len(ARCHIVES) == 20
    assert {name.partition(".")[0] for name in CATEGORIES} == set(ARCHIVES)
    assert {*ALIASES, *ALIASES.values()} <= set(CATEGORIES)


@for_each(
    ("name", "spellings"),
    [
        ("cs.CV", ("cs.CV",)),
        ("cs.IT", ("cs.IT", "math.IT")),
        ("math.IT", ("cs.IT", "math.IT")),
        ("math-ph", ("math-ph", "math.MP")),
        ("hep-th", ("hep-th",)),
        ("cs", ("cs.*", "eess.SY", "math.IT", "math.NA")),
        ("math", ("math.*", "cs.IT", "cs.NA", "math-ph", "stat.TH")),
        ("astro-ph", ("astro-ph", "astro-ph.*")),
        ("q-fin", ("q-fin.*", "econ.GN")),
        ("MATH.it", ("cs.IT", "math.IT")),
        ("cs.XX", ("cs.XX",)),
        ("cmp-lg", ("cmp-lg",)),
    ],
)
def test_spellings_include_aliases(name: str, spellings: tuple[str, ...]) -> None:
    assert taxonomy.spellings(name) == spellings


@given(names, carried)
def test_a_search_and_the_local_decision_agree(wanted: str, categories: list[str]) -> None:
    """``cat:`` is a wildcard match on each category of a paper, in lower case."""
    found_by_search = any(
        fnmatch.fnmatchcase(category.lower(), spelling.lower())
        for category in categories
        for spelling in taxonomy.spellings(wanted)
    )
    assert taxonomy.covers(wanted, categories) is found_by_search


@given(names, carried, st.randoms())
def test_case_does_not_count(wanted: str, categories: list[str], random: object) -> None:
    covered = taxonomy.covers(wanted, categories)
    assert taxonomy.covers(wanted.upper(), [name.lower() for name in categories]) is covered
    assert taxonomy.covers(wanted.lower(), [name.upper() for name in categories]) is covered


@given(st.sampled_from(sorted(ALIASES.items())), names)
def test_a_category_and_its_alias_are_the_same(pair: tuple[str, str], wanted: str) -> None:
    alias, canonical = pair
    assert taxonomy.covers(wanted, [alias]) is taxonomy.covers(wanted, [canonical])
    assert taxonomy.covers(alias, [canonical])
    assert taxonomy.covers(canonical, [alias])


@given(st.sampled_from([name for name in CATEGORIES if "." in name]))
def test_an_archive_covers_its_categories(category: str) -> None:
    assert taxonomy.covers(category.partition(".")[0], [category])


@for_each(
    ("wanted", "categories"),
    [
        ("math", ["math.CO"]),
        ("math", ["cs.IT"]),
        ("cs", ["physics.med-ph", "eess.SY"]),
        ("cond-mat", ["cond-mat"]),
        ("astro-ph", ["astro-ph.CO"]),
        ("CS.cv", ["eess.IV", "cs.CV"]),
    ],
)
def test_covers(wanted: str, categories: list[str]) -> None:
    assert taxonomy.covers(wanted, categories)


@for_each(
    ("wanted", "categories"),
    [
        ("nlin", ["math-ph"]),
        ("cs", ["math.CO"]),
        ("cs.CV", ["cs.C", "cs.CVX", "CV"]),
        ("hep-th", ["hep-ph"]),
        ("physics", ["quant-ph", "math-ph", "68T45"]),
        ("stat.ML", []),
    ],
)
def test_does_not_cover(wanted: str, categories: list[str]) -> None:
    assert not taxonomy.covers(wanted, categories)


def test_math_does_not_catch_math_ph_by_its_letters() -> None:
    """It covers math-ph for its alias math.MP, and nothing else that only begins so."""
    assert "math*" not in taxonomy.spellings("math")
    assert not taxonomy.covers("math", ["math-xx", "mathematics"])


@for_each(
    ("misspelt", "meant"),
    [
        ("cs.CVV", "cs.CV"),
        ("cs/CV", "cs.CV"),
        ("cs CV", "cs.CV"),
        ("csCV", "cs.CV"),
        ("CV", "cs.CV"),
        ("cs.*", "cs"),
        ("maths", "math"),
        ("quantph", "quant-ph"),
        ("css.CV", "cs.CV"),
        ("physics.medph", "physics.med-ph"),
        ("robotics", "cs.RO"),
        ("computer vision", "cs.CV"),
        ("qqqq", ""),
        ("cs.XX", ""),
        ("?", ""),
        ("", ""),
    ],
)
def test_suggestions(misspelt: str, meant: str) -> None:
    assert not taxonomy.is_known(misspelt)
    said = f'did you mean "{meant}"?' if meant else "see https://arxiv.org/category_taxonomy"
    assert taxonomy.meant(misspelt) == said


@for_each("name", ["cs.XX", "CS.xx", "physics.new-ph", "econ.ZZ", "chem.OC"])
def test_a_category_that_arxiv_may_have_added_is_well_formed(name: str) -> None:
    assert not taxonomy.is_known(name)
    assert taxonomy.is_well_formed(name)


@for_each(
    "name",
    ["cs.C", "cs.vision", "cs.", ".CV", "vision", "cs CV", "cs.*"],
)
def test_a_misspelt_category_is_not_well_formed(name: str) -> None:
    assert not taxonomy.is_well_formed(name)


@for_each(
    ("written", "canonical"),
    [
        ("CS.cv", "cs.CV"),
        ("Physics.Med-Ph", "physics.med-ph"),
        ("cs.xx", "cs.XX"),
        ("Math", "math"),
    ],
)
def test_canonical_case(written: str, canonical: str) -> None:
    assert taxonomy.canonical(written) == canonical


@given(st.text(max_size=30))
def test_any_text_is_judged(text: str) -> None:
    taxonomy.meant(text)
    taxonomy.is_well_formed(text)
    assert taxonomy.canonical(taxonomy.canonical(text)) == taxonomy.canonical(text)


@pytest.mark.shared
@pytest.mark.skipif(not CORPUS.exists(), reason="recorded papers are not here")
def test_every_primary_category_of_real_papers_is_known() -> None:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        primary = {json.loads(line)["categories"][0] for line in lines}
    assert primary
    assert [name for name in primary if not taxonomy.is_known(name)] == []
