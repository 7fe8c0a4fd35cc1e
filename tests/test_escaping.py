"""Whatever an author writes, GitHub's own parser shows it, and nothing else comes of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daily_papers.papers.bibtex import bibtex_entry
from daily_papers.papers.paper import Origin, Paper
from daily_papers.render.markdown import (
    cell,
    folded_comment,
    heading,
    link_text,
    paragraph,
    shown,
)
from tests.support.cases import for_each
from tests.support.markdown_view import as_on_github

MARKUP = st.sampled_from(
    [
        *r"\`*_[]<>|~&$!@#(){}:;.,-+='^/?%",
        *" \t\n\x0b\x00\x85\u2028\u202e\ufeff",
        *"aAwix10é\u0301",
        *["https://", "http://a.b", "ftp://a.b/c", "www.", "www.a.b", "a@b.c", "mailto:", "xmpp:"],
        *["**", "__", "~~", "``", "$$", "](x)", "![a](b)", "<b>", "</p>", "</details>", "<!--"],
        *[
            "{{",
            "{%",
            "}}",
            "%}",
            "-->",
            "<!-- daily-papers:end -->",
            "&copy;",
            "&#35;",
            ":tada:",
            "[^1]",
            "- ",
            "1. ",
        ],
        *[r"\url{https://a.b/c_d}", r"\'e", r"\o", "<script>", "---", "# ", "> "],
    ]
)
TEXT = st.one_of(st.lists(MARKUP, max_size=12).map("".join), st.text(max_size=30))


HOSTILE = [
    "a|b",
    r"a\|b",
    "P(a|",
    "a\\",
    "**bold** __init__ 2*3*4 a~b~c ~~x~~",
    "`code` ``''",
    "]( https://evil.example)",
    "<script>alert(1)</script><b>",
    "<!-- daily-papers:end -->",
    "&copy; &#35; A&T",
    "$35,000 and $x$ and $$y$$",
    "[^1] [a][b] [a]: b ![i](j)",
    "https://github.com/a/b_c_d/(e)?f=1&copy;~g#h.",
    r"see \url{https://a.b/~c_d/}; \url{https://e.f}",
    "www.a.b/c_d www.a.b",
    "http://a.b/$x_y https://$x https://_a_.b https://a.b/<c_d>",
    "some_one@a_b.org @user #1 GH-1",
    "mailto:a@b.c xmpp:a_b@c.d/e XMPP:a@b.c mailto:x@y@b.c <https://a.b/c_d?mailto:x@y.z>",
    "{{ site.github }} {% include x %} {{{ {%% {$ https://a.b/{{c}} $",
    "a\x00b\x0bc\x85d\u2028e\u202ef\ud800g",
    r"Fr\'echet $\'e$ \pm \textit{x}",
]


@for_each("text", HOSTILE)
def test_hostile_text_in_a_cell_shows_as_written(text: str) -> None:
    assert_cell_shows(text)


@given(TEXT)
def test_any_text_in_a_cell_shows_as_written(text: str) -> None:
    assert_cell_shows(text)


def assert_cell_shows(text: str) -> None:
    table = f"| a | b | c |\n| --- | --- | --- |\n| {cell(text)} | <p>{cell(text)}</p> | x |\n\n"
    page = as_on_github(table)
    assert [folded(each) for each in page.cells] == [shown(text), shown(text), "x"]
    assert set(page.elements[page.elements.index("tbody") :]) <= {
        *("tbody", "tr", "td", "p", "a", "span")
    }


def folded(text: str) -> str:
    return " ".join(text.split())


@for_each("text", HOSTILE)
def test_a_hostile_title_is_one_bold_link(text: str) -> None:
    assert_bold_link(text)


@given(TEXT)
@example("*a")
@example("a*")
@example("_")
@example("`")
@example("]")
def test_any_title_is_one_bold_link(text: str) -> None:
    assert_bold_link(text)


def assert_bold_link(text: str) -> None:
    row = f"| **[{link_text(text)}](https://arxiv.org/abs/2501.00001v1)** | x |\n"
    page = as_on_github("| a | b |\n| --- | --- |\n" + row)
    assert [folded(each) for each in page.cells] == [shown(text), "x"]
    in_row = page.elements[page.elements.index("td") :]
    assert [element for element in in_row if element != "span"] == ["td", "strong", "a", "td"]


@given(TEXT)
@example("C #")
@example("C ##")
@example("#")
@example("https://a.b/#")
@example("# C")
def test_any_text_in_a_heading_shows_as_written(text: str) -> None:
    page = as_on_github(f"## {heading(text)}\n")
    assert page.text == shown(text)
    assert set(page.elements) <= {"h2", "a", "span"}


@given(TEXT)
@example("1. a")
@example("- a")
@example("---")
@example("+ a")
@example("=")
@example("1) a")
def test_any_text_in_a_paragraph_shows_as_written(text: str) -> None:
    page = as_on_github(f"before\n\n{paragraph(text)}\n\nafter\n")
    assert page.text == folded(f"before {shown(text)} after")
    assert set(page.elements) <= {"p", "a", "span"}


@given(st.text(st.characters(exclude_characters=r"\`*_[]<>|~&$!@#", exclude_categories=["C", "Z"])))
def test_text_without_special_characters_is_not_changed(text: str) -> None:
    assert cell(text) == link_text(text) == text


@given(TEXT)
def test_what_is_shown_is_one_line_that_can_be_written(text: str) -> None:
    assert len(shown(text).splitlines()) <= 1
    assert "<!--" not in cell(text)
    shown(text).encode("utf-8")


LOCAL = st.text("aZ09._+-\\*~", max_size=6)
HOST = st.sampled_from(
    ["b.c", ".b.c", "b_d.example", "b.c/path?x=1", "b@c.d", "b.c.", "b1.2c_d", "-b.c"]
)


@given(
    st.sampled_from(["", "mailto:", "xmpp:", "MAILTO:", "Xmpp:"]),
    LOCAL,
    HOST,
    st.sampled_from(" (*_>"),
)
@example("mailto:", "a", "b.c", " ")
@example("xmpp:", "a", "b.c/path", "(")
@example("", "a", "b-d.c2e", " ")
@example("xmpp:", "", "b.c", " ")
@example("https://", ".", "b.c", " ")
def test_an_address_of_mail_or_chat_is_no_link(
    scheme: str, local: str, host: str, before: str
) -> None:
    text = f"Write{before}{scheme}{local}@{host}"
    for page in (
        as_on_github(f"| a |\n| - |\n| {cell(text)} |\n"),
        as_on_github(paragraph(text)),
        as_on_github(f"## {heading(text)}\n"),
    ):
        assert page.links == []
        assert shown(text) in page.text


@given(TEXT)
@example("{{{{ a }} {%% b %}")
@example("https://a.b/{{c}}")
def test_nothing_is_left_that_jekyll_would_evaluate(text: str) -> None:
    for escaped in (cell(text), link_text(text), heading(text), paragraph(text)):
        assert "{{" not in escaped
        assert "{%" not in escaped


def test_single_braces_and_what_is_no_mail_address_stay_as_published() -> None:
    for text in (
        "a {b} c}} d%} {e",
        "pass@1, mAP@0.5 and @user: https://a.b/@c and https://a.b/c@d.e",
    ):
        assert cell(text) == link_text(text) == text


def test_a_link_in_a_url_macro_ends_before_the_brace() -> None:
    assert cell(r"Code: \url{https://a.b/c}") == r"Code: \\url{<https://a.b/c>}"


@for_each(
    ("comment", "folded_behind"),
    [
        ("20 pages, 12 figures", None),
        ("21 pages, 112 figures", "21 pa..."),
        ("2023 IEEE International Conference", "2023 ..."),
        (r"Universit\'e de Montr\'eal, 2025", "Unive..."),
        (r"Th\'{e}\`{e}se de l'Universit\'e, 2025", "Théès..."),
        ("a|b*c_d and so on and so forth", "a|b*c..."),
    ],
)
def test_a_long_comment_is_folded_behind_five_characters(
    comment: str, folded_behind: str | None
) -> None:
    assert folded_comment(comment) == folded_behind


@pytest.mark.parametrize(
    "piece",
    [
        *("https://a.b/(", r"\url{https://", "not ", "$ a_", r"\\("),
        *(
            pytest.param(piece, marks=pytest.mark.full)
            for piece in ("http://", "www.", "mailto:a@", "{{", "previous. ", r"\[", r"\'{", "<")
        ),
    ],
)
def test_a_hostile_text_takes_work_that_grows_with_its_size(piece: str) -> None:
    """If it grew with the square, this would take minutes."""
    text = piece * (50_000 // len(piece))
    hostile = Paper(
        id="2601.00001",
        version=2,
        title="MRI",
        abstract="",
        comment=f"{text}; withdrawn",
        authors=(text,),
        updated=datetime(2026, 1, 1, tzinfo=UTC),
        origin=Origin.SEARCH,
    )
    assert hostile.is_withdrawn
    assert bibtex_entry(hostile)
    assert cell(text)
