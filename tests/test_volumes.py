from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from daily_papers.daily.plan import PART_LIMIT, oai_sets, split_into_parts
from daily_papers.query.taxonomy import ARCHIVES, CATEGORIES, covers
from tests.support.cases import for_each

NAMES = st.sampled_from(sorted({*ARCHIVES, *CATEGORIES}))
WANTED = st.lists(NAMES, max_size=25)
COUNTS = st.dictionaries(NAMES, st.integers(0, 2500))


@given(WANTED, COUNTS)
def test_parts_cover_what_is_wanted_and_nothing_else(wanted, expected):
    asked = [name for part in split_into_parts(wanted, expected) for name in part]
    assert len(asked) == len(set(asked))
    for category in CATEGORIES:
        archive = category.partition(".")[0]
        was_wanted = not wanted or category in wanted or archive in wanted
        assert was_wanted == (category in asked or archive in asked), category


@given(WANTED, COUNTS)
def test_no_part_is_above_the_limit_but_a_single_category(wanted, expected):
    full = expected | {name: expected.get(name, 100) for name in [*ARCHIVES, *CATEGORIES]}
    for part in split_into_parts(wanted, full):
        assert sum(full[name] for name in part) <= PART_LIMIT or len(part) == 1
        assert part[0] in CATEGORIES or full[part[0]] <= PART_LIMIT


@given(WANTED, COUNTS, st.randoms())
def test_parts_do_not_depend_on_the_order_of_the_configuration(wanted, expected, random):
    shuffled = [*wanted, *wanted[:2]]
    random.shuffle(shuffled)
    assert split_into_parts(shuffled, expected) == split_into_parts(wanted, expected)


def test_few_categories_are_one_feed():
    assert split_into_parts(["eess.IV", "cs.CV"], {}) == (("cs.CV", "eess.IV"),)


def test_an_archive_above_the_limit_becomes_its_categories():
    parts = split_into_parts(["cs"], {"cs": 1201, "cs.CV": 700, "cs.LG": 600})
    assert "cs" not in {name for part in parts for name in part}
    assert {name for part in parts for name in part} >= {"cs.CV", "cs.LG", "cs.OS"}


def test_a_quiet_archive_stays_one():
    assert split_into_parts(["cs"], {"cs": 1200}) == (("cs",),)


def test_an_archive_that_is_a_category_is_not_divided():
    assert split_into_parts(["quant-ph"], {"quant-ph": 5000}) == (("quant-ph",),)


def test_counts_of_real_days_replace_what_is_typical():
    names = ["cs.CV", "cs.CL"]
    assert len(split_into_parts(names, {})) == 1
    assert len(split_into_parts(names, {"cs.CV": 900, "cs.CL": 500})) == 2


def test_all_of_arxiv_is_a_handful_of_feeds():
    assert 3 <= len(split_into_parts([], {})) <= 6


def test_names_in_any_case_are_the_same():
    assert split_into_parts(["CS.cv", "cs.CV"], {}) == (("cs.CV",),)


@for_each(
    ("categories", "sets"),
    [
        ([], (None,)),
        (["cs"], ("cs",)),
        (["cs.CV"], ("cs:cs:CV",)),
        (["cs.CV", "cs.LG"], ("cs",)),
        (["cs", "cs.CV"], ("cs",)),
        (["hep-th"], ("physics:hep-th",)),
        (["cond-mat.soft"], ("physics:cond-mat:soft",)),
        (["physics"], ("physics:physics",)),
        (["physics.med-ph"], ("physics:physics:med-ph",)),
        (["cs.CV", "eess.IV"], ("cs:cs:CV", "eess:eess:IV")),
        (["math", "cs"], ("cs", "math")),
        (["cs", "eess", "math", "stat"], (None,)),
    ],
)
def test_the_fewest_sets_are_harvested(categories, sets):
    assert oai_sets(categories, 1)[0] == sets


@given(WANTED)
def test_sets_hold_all_that_is_wanted(wanted):
    sets, _ = oai_sets(wanted, 1)
    names = [spec.removeprefix("physics:").split(":") for spec in sets if spec is not None]
    harvested = [f"{parts[0]}.{parts[-1]}" if len(parts) > 1 else parts[0] for parts in names]
    for name in wanted:
        assert None in sets or any(name == one or covers(one, [name]) for one in harvested)


@given(WANTED, st.integers(1, 60))
def test_a_harvest_has_a_page_for_each_set_and_never_more_than_everything(wanted, listings):
    sets, pages = oai_sets(wanted, listings)
    assert len(sets) <= pages <= max(3, oai_sets([], listings)[1])


def test_categories_that_are_harvested_as_their_archive_cost_as_much():
    assert oai_sets(["cs.CV", "cs.LG"], 14)[1] == oai_sets(["cs"], 14)[1]
    assert oai_sets(["cs.CV"], 14)[1] < oai_sets(["cs"], 14)[1]
