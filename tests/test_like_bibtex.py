from hypothesis import given
from hypothesis import strategies as st

from daily_papers.like.library import LikedPaper, read_bibtex
from tests.support.cases import for_each

ZOTERO = r"""
@misc{ada_crusts_2026,
	title = {Crusts of {B}read and \textbf{Their} Colour},
	copyright = {CC},
	url = {http://arxiv.org/abs/2605.00001},
	doi = {10.48550/arXiv.2605.00001},
	abstract = {We measure crusts, i.e. 50\% of a loaf.
	They are brown.},
	number = {arXiv:2605.00001},
	author = {Müller, Ada and Miller, Max},
	note = {arXiv:2605.00001 [cs]},
}
"""
MENDELEY = r"""
@article{Ada2026,
   abstract = {Loaves of {\"{o}}ven.},
   author = {Ada Miller},
   title = {{On Loaves}},
   journal = {arXiv preprint arXiv:2605.00002},
   year = {2026}
}
"""
JABREF = r"""
% Encoding: UTF-8

@String{loaf = "Loaf"}

@Comment{jabref-meta: databaseType:biblatex;}

@Preamble{"\newcommand{\x}{title = {No}}"}

@InProceedings{Ada2025,
  author     = {Ada {Miller}},
  title      = "Loaf and {its {"}Knife{"}}",
  eprint     = {hep-th/0605001},
  eprinttype = {arxiv},
  month      = jan,
  year       = 2025,
}
"""


@for_each(
    ("text", "paper"),
    [
        (
            ZOTERO,
            LikedPaper(
                "Crusts of Bread and Their Colour",
                "We measure crusts, i.e. 50% of a loaf. They are brown.",
            ),
        ),
        (MENDELEY, LikedPaper("On Loaves", "Loaves of öven.")),
        (JABREF, LikedPaper('Loaf and its "Knife"', "")),
        ("@article(a, title = {Round}, year = 1)", LikedPaper("Round", "")),
        ("@misc{, title={No key}}", LikedPaper("No key", "")),
    ],
)
def test_each_program_s_export(text: str, paper: LikedPaper) -> None:
    assert read_bibtex(text) == (paper,)
    assert read_bibtex(text.replace("\n", "\r\n")) == (paper,)


def test_a_paper_that_is_there_twice_counts_once() -> None:
    again = ZOTERO.replace("Crusts", "CRUSTS")
    assert len(read_bibtex(ZOTERO + MENDELEY + again)) == 2


def test_what_is_broken_costs_only_its_own_entry() -> None:
    broken = "@article{a, title = {Cut {off, year = 2020}\n"
    both = broken + MENDELEY + '@misc{b, title = "open}\n'
    assert read_bibtex(both) == read_bibtex(MENDELEY)
    assert read_bibtex("no library at all") == ()


PARTS = st.sampled_from(
    [
        "@misc{a, ",
        "\n@string{",
        "title",
        "abstract",
        " = ",
        "{",
        "}",
        '"',
        "#",
        ",",
        "\\",
        "x",
        "\n@",
    ]
)


@given(st.lists(PARTS, max_size=60).map("".join) | st.text())
def test_any_text_gives_titles_or_nothing(text: str) -> None:
    assert all(paper.title.strip() for paper in read_bibtex(text))
