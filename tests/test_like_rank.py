from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.like.library import LikedPaper
from daily_papers.like.rank import Liking, TermCounts, rank, shipped_counts, terms

pytestmark = pytest.mark.skipif(find_spec("sklearn") is None, reason="needs the extra like")

STARTERS = LikedPaper(
    "Sourdough starters", "We grow wild yeast in rye flour and follow how acid a starter gets."
)
STEAM = LikedPaper(
    "Steam in stone ovens", "Steam keeps the crust of a loaf soft while the oven spring lasts."
)
LIBRARY = (STARTERS, STEAM)
DAY = (
    "Train timetables\nWe plan the timetables of night trains with integer programs.",
    "Oven doors\nA stone oven loses steam through its door, so that the crust tears.",
    "Knots of ropes\nA catalogue of knots, and which rope each of them is for.",
    "Wild yeast in the kitchen\nWhich rye flour brings wild yeast to a starter of sourdough?",
)


def test_papers_like_the_library_come_first_and_say_which_they_are_like() -> None:
    steam, yeast = (rank(LIBRARY, DAY)[place] for place in (1, 3))
    assert steam
    assert yeast
    assert {steam.closeness, yeast.closeness} == {1, 2}
    assert (steam.similar, yeast.similar) == (STEAM.title, STARTERS.title)


def test_a_paper_that_shares_no_term_is_like_none() -> None:
    assert rank((LikedPaper("Loaves of bread", ""),), ("Timetables",)) == (None,)


def test_a_title_alone_counts() -> None:
    trains = LikedPaper("Timetables of night trains", "")
    assert rank((trains,), DAY)[0] == Liking(1, trains.title)


def test_a_library_s_own_paper_is_not_learned_as_something_else() -> None:
    library = [LikedPaper(*text.split("\n")) for text in DAY]
    own, one = rank((*LIBRARY, library[0]), DAY)[0], rank(library, DAY)[0]
    assert own
    assert one
    assert own.closeness <= 2
    assert one.similar == library[0].title


def test_nothing_to_compare_gives_nothing() -> None:
    assert rank((), DAY) == ()
    assert rank(LIBRARY, ()) == ()
    assert rank((LikedPaper("", "!"),), ("", "?")) == (None, None)


def test_rare_terms_say_more_than_frequent_ones() -> None:
    counts = TermCounts(1000, {"loaf": 900, "knot": 2})
    ranked = rank((LikedPaper("loaf knot", ""),), ("loaf", "knot", "train"), counts)
    assert [each and each.closeness for each in ranked] == [2, 1, None]


@given(st.permutations(range(4)))
def test_the_order_of_the_day_changes_nothing_that_is_like_the_library(order: list[int]) -> None:
    ranked = rank(LIBRARY, DAY)
    mixed = rank(LIBRARY, [DAY[place] for place in order])
    assert rank(LIBRARY, DAY) == ranked
    assert [mixed[order.index(place)] for place in (1, 3)] == [ranked[1], ranked[3]]


def test_words_without_small_ones_in_singular_and_their_pairs() -> None:
    assert list(terms("The Theories of 3D-Ovens: basis")) == [
        *("theory", "3d", "theory 3d", "oven", "3d oven", "basis", "oven basis"),
    ]


def test_the_counts_that_are_shipped_know_small_from_rare() -> None:
    counts = shipped_counts()
    assert counts.papers > 10_000
    assert counts.rarity("model") < counts.rarity("segmentation") < counts.rarity("sourdough")
    assert counts.rarity("language model") < counts.rarity("oven spring")
