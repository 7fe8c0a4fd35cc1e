r"""TeX accents become letters, and nothing else is touched."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from daily_papers.papers.tex import decode_accents
from tests.support.cases import for_each

TEX = st.lists(
    st.sampled_from([*r"\$ {}'`\"^~=.cHkbdruvoiaEAx5", r"\i", r"\o", r"\'", r"\c{", "$", "\\\\"])
).map("".join)


@for_each(
    ("tex", "letters"),
    [
        (r"Fr\'echet", "Fréchet"),
        (r"\"Ozlem Erk{\i}l{\i}", "Özlem Erkılı"),
        (r"{\'e}t\'{e}", "été"),
        (r"\c{c} {\c c} \c c", "ç ç ç"),
        (r"\v s \v{s} {\v s}", "š š š"),
        (r"\~n \=a \.z \^{o} \`u \H{o} \k{a} \r{u} \u{g} \d{h}", "ñ ā ż ô ù ő ą ů ğ ḥ"),
        (r"na\"{\i}ve na\"\i ve na\"ive", "naïve naïve naïve"),
        (r"Nguy\~{\^e}n, Nguy\~\^en", "Nguyễn, Nguyễn"),
        (r"S\o ren {\O}rsted, \O{}re, Bj{\o}ntegaard", "Søren Ørsted, Øre, Bjøntegaard"),
        (r"Wei\ss, {\AE}r{\o}, \oe uvre, {\L}\'od\'z, \TH or", "Weiß, Ærø, œuvre, Łódź, Þor"),
        (r"K\aa re, {\AA}rhus", "Kåre, Århus"),
        (r"{\it caf\'e}", r"{\it café}"),
        (r"\.Istanbul", "İstanbul"),
    ],
)
def test_accents_are_letters(tex: str, letters: str) -> None:
    assert decode_accents(tex) == letters


def test_the_unit_keeps_its_space() -> None:
    assert decode_accents(r"at 4 \AA resolution (5 \AA)") == "at 4 Å resolution (5 Å)"


@for_each(
    "text",
    [
        r"a $\pm$ b",
        r"\pm \textit{x} \emph{\cite{y}}",
        r"$\'e \v x \o$ and $$\'e$$",
        "Data\\\\with two lines",
        r"\\'e",
        r"don\' t, \' and \'",
        r"\c{opyright} 2025, \r{ho} = 0.3",
        r"named \b black-box \b attack",
        r"\vs \ox \ssh \cite{a}",
        r"\'b \"T \~g",
        r"\Lambda CDM and \alpha particles",
        "\\",
        "",
        "{",
        r"\'{e",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert decode_accents(text) == text


def test_prices_are_no_maths() -> None:
    assert decode_accents(r"$5 for Fr\'echet and $10") == "$5 for Fréchet and $10"
    assert decode_accents(r"\$5 for Fr\'echet, \$10") == r"\$5 for Fréchet, \$10"


@given(st.text(st.characters(exclude_characters="\\")))
def test_text_without_backslash_stays(text: str) -> None:
    assert decode_accents(text) == text


@given(TEX)
def test_decoding_twice_is_decoding_once(tex: str) -> None:
    once = decode_accents(tex)
    assert decode_accents(once) == once


@given(
    st.sampled_from("aeouAEOU"),
    st.sampled_from([("'", "\u0301"), ("`", "\u0300"), ("^", "\u0302"), ('"', "\u0308")]),
    st.sampled_from(["\\{0}{1}", "\\{0}{{{1}}}", "{{\\{0}{1}}}", "{{\\{0}{{{1}}}}}"]),
)
def test_every_way_to_write_an_accent_is_the_same(
    letter: str, accent: tuple[str, str], way: str
) -> None:
    sign, combining = accent
    assert decode_accents(way.format(sign, letter)) == unicodedata.normalize(
        "NFC", letter + combining
    )


@given(TEX, TEX)
def test_maths_stays(before: str, maths: str) -> None:
    inside = maths.replace("$", "").replace("\\\\", "").rstrip("\\") or "x"
    if "$" not in before and not before.endswith("\\"):
        assert decode_accents(f"{before}${inside}$").endswith(f"${inside}$")
