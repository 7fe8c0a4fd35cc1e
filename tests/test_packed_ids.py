"""Many identifiers in one short text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.papers.packed_ids import packed, unpacked
from daily_papers.papers.paper import announcement_order

NEW = st.builds(
    "{:02}{:02}.{:05}".format, st.integers(15, 40), st.integers(1, 12), st.integers(1, 99999)
)
FOUR_DIGITS = st.builds(
    "{:02}{:02}.{:04}".format, st.integers(8, 14), st.integers(1, 12), st.integers(1, 9999)
)
OLD = st.builds("hep-th/99{:02}{:03}".format, st.integers(1, 12), st.integers(1, 999))


@given(st.lists(NEW | FOUR_DIGITS | OLD))
def test_what_is_packed_can_be_unpacked(ids: list[str]):
    assert list(unpacked(packed(ids))) == sorted(set(ids), key=announcement_order)


def test_a_day_of_new_papers_is_a_short_text():
    assert packed(["2601.06587", "2601.06590", "2601.06609", "2602.00012"]) == (
        "2601.06587+3+19 2602.00012"
    )


@pytest.mark.parametrize("text", ["x", "2601", "2601.1+", "2601.1+x", "+3", "2601.06587 +"])
def test_damage_is_found(text: str):
    with pytest.raises(ValueError, match=r"invalid literal|not enough values"):
        unpacked(text)
