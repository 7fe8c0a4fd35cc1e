"""Only what stands between the markers of a README is ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.errors import RegionError
from daily_papers.render.readme import (
    BEGIN,
    END,
    decode_readme,
    find_region,
)
from tests.support.cases import for_each

LINE = st.one_of(
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["# Papers", "", "| a |", f"see {BEGIN}", f"`{END}`", "    " + BEGIN, "> x"]),
)


def test_the_region_is_replaced_and_the_rest_stays() -> None:
    readme = f"# Mine\n\n{BEGIN}\nold\n{END}\n\nbelow\n"
    assert find_region(readme).filled("new\n") == f"# Mine\n\n{BEGIN}\nnew\n{END}\n\nbelow\n"


@given(
    st.lists(LINE),
    st.lists(LINE),
    st.lists(LINE),
    st.lists(LINE),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_any_text_around_the_region_stays_byte_for_byte(
    above: list[str],
    old: list[str],
    new: list[str],
    below: list[str],
    newline: str,
    ends_with_newline: bool,
) -> None:
    before = "".join(line + newline for line in [*above, BEGIN])
    after = newline.join([END, *below]) + (newline if ends_with_newline else "")
    readme = before + "".join(line + newline for line in old) + after
    body = "".join(f"{line}\n" for line in new)
    written = find_region(readme).filled(body)
    assert written == before + body.replace("\n", newline) + after
    assert find_region(written).filled(body) == written
    assert find_region(written).rest_bytes == len((before + after).encode())


def test_a_body_without_last_newline_gets_one() -> None:
    assert find_region(f"{BEGIN}\n{END}").filled("a") == f"{BEGIN}\na\n{END}"


def test_a_marker_in_the_body_is_left_out_so_that_the_next_body_finds_its_place() -> None:
    readme = find_region(f"{BEGIN}\n{END}").filled(f"a\n  {BEGIN}\nb {END}\n{END} \n")
    assert readme == f"{BEGIN}\na\nb {END}\n{END}"
    assert find_region(readme).filled("c") == f"{BEGIN}\nc\n{END}"


def test_a_marker_may_be_indented_and_follow_a_byte_order_mark() -> None:
    assert find_region(f"\ufeff{BEGIN}\n  {END} \n").filled("x") == f"\ufeff{BEGIN}\nx\n  {END} \n"


@for_each(
    ("readme", "line", "advice"),
    [
        ("# Mine\n", "", f"no place for the tables; paste {BEGIN} and {END} where"),
        ("", "", "no place for the tables"),
        (f"a\n{BEGIN}\n", ":2", f"keep {BEGIN} once, and {END} once below it"),
        (f"a\n\n{END}\n", ":3", f"keep {BEGIN} once, and {END} once below it"),
        (f"{END}\n{BEGIN}\n", ":2", f"found {END} on line 1 and {BEGIN} on line 2; keep"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", ":3", f"found {BEGIN} on line 1 and {BEGIN} on line 2"),
        (f"{BEGIN}\n{END}\n\n{END}\n", ":4", f"and {END} on line 4"),
        (f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n", ":4", f"and {BEGIN} on line 3"),
    ],
)
def test_an_unclear_region_is_an_error_that_tells_what_to_do(
    readme: str, line: str, advice: str
) -> None:
    with pytest.raises(RegionError) as caught:
        find_region(readme, name="docs/README.md")
    message = str(caught.value)
    assert message.startswith(f"docs/README.md{line}: ")
    assert advice in message
    assert "\n" not in message


def test_a_readme_that_is_not_utf_8_is_an_error_that_names_the_byte() -> None:
    with pytest.raises(RegionError, match=r"README\.md:2: not UTF-8 \(byte 0xe9 at offset 6\)"):
        decode_readme("ab\ncafé".encode("latin-1"))
