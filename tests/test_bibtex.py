import re
from datetime import UTC, date, datetime

import pybtex.database
from hypothesis import example, given
from hypothesis import strategies as st

from daily_papers.papers.bibtex import bibtex_entry
from daily_papers.papers.paper import Origin, Paper
from tests.support.cases import for_each

TRICKY = st.lists(
    st.sampled_from(
        [
            *"ab é{}\\$%#&_^~\"'<>|@,=",
            "$x$",
            "$\\{",
            "\\}",
            "\\(",
            "\\)",
            "\\input",
            "and ",
            "^^5c",
            "%\n",
            "\\'e",
        ]
    ),
    max_size=25,
).map("".join)


def paper(**fields: object) -> Paper:
    known = {
        "id": "2501.01234",
        "version": 2,
        "title": "A title",
        "authors": ("Ada Lovelace", "Ludwig van Beethoven"),
        "abstract": "We do it.",
        "primary_category": "cs.CV",
        "published": datetime(2025, 1, 31, 23, 0, tzinfo=UTC),
        "updated": datetime(2025, 2, 3, tzinfo=UTC),
        "origin": Origin.SEARCH,
    }
    return Paper(**(known | fields))


def parsed(entry: str) -> pybtex.database.Entry:
    found = pybtex.database.parse_string(entry, "bibtex").entries
    assert len(found) == 1
    return next(iter(found.values()))


def title_of(title: str) -> str:
    return parsed(bibtex_entry(paper(title=title))).fields["title"][1:-1]


def test_an_entry_says_what_arxiv_says():
    entry = parsed(
        bibtex_entry(paper(doi="10.1000/x_1", journal_ref="J. X 1 (2025)", comment="9 pages"))
    )
    assert entry.type == "misc"
    assert entry.key == "arxiv-2501.01234"
    assert dict(entry.fields) == {
        "title": "{A title}",
        "year": "2025",
        "month": "January",
        "eprint": "2501.01234",
        "archivePrefix": "arXiv",
        "primaryClass": "cs.CV",
        "doi": "10.1000/x_1",
        "journal": "J. X 1 (2025)",
        "note": "9 pages",
        "url": "https://arxiv.org/abs/2501.01234v2",
    }
    ada, ludwig = entry.persons["author"]
    assert (ada.first_names, ada.last_names) == (["Ada"], ["Lovelace"])
    assert (ludwig.prelast_names, ludwig.last_names) == (["van"], ["Beethoven"])


def test_what_is_not_known_is_left_out_and_the_identifier_tells_the_month():
    bare = paper(
        id="hep-th/9912001", authors=None, primary_category=None, published=None, updated=None,
        announced=date(2000, 1, 3), origin=Origin.FEED,
    )  # fmt: skip
    entry = parsed(bibtex_entry(bare))
    assert entry.key == "arxiv-hep-th-9912001"
    assert not entry.persons
    assert set(entry.fields) == {"title", "year", "month", "eprint", "archivePrefix", "url"}
    assert (entry.fields["year"], entry.fields["month"]) == ("1999", "December")


def test_the_key_does_not_depend_on_what_changes():
    other = bibtex_entry(paper(version=9, title="Another", authors=("B. Else",)))
    assert other.splitlines()[0] == bibtex_entry(paper()).splitlines()[0]


@for_each(
    ("name", "written"),
    [
        ("The CMS and LHCb Collaborations", "{The CMS and LHCb Collaborations}"),
        ("ATLAS Collaboration", "{ATLAS Collaboration}"),
        ("Smith, John, and Sons", "{Smith, John, and Sons}"),
        ("Others", "{Others}"),
        ("Ferdinand Anderson", "Ferdinand Anderson"),
        (r"Jos\'e Nu\~nez", "José Nuñez"),
        ("A_B {C}", r"A\_B {\textbraceleft}C{\textbraceright}"),
        ("William H. Press Jr.", "{William H. Press Jr.}"),
        ("William H. Press, Jr.", "{William H. Press, Jr.}"),
        ("Oscar de la Cruz III", "{Oscar de la Cruz III}"),
    ],
)
def test_each_author_stays_one_author(name: str, written: str):
    entry = bibtex_entry(paper(authors=("Ada Lovelace", name)))
    assert f"author = {{Ada Lovelace and {written}}}," in entry
    assert len(parsed(entry).persons["author"]) == 2


def test_authors_without_a_visible_letter_are_left_out():
    assert "author" not in bibtex_entry(paper(authors=("\u200b",)))


@for_each(
    ("title", "written"),
    [
        ("Fast MRI", "Fast MRI"),
        (r"Fr\'echet means", "Fréchet means"),
        ("Perils & 100% of #1 at a_b", r"Perils \& 100\% of \#1 at a\_b"),
        (r"R\&D at 5\%", r"R\&D at 5\%"),
        ("A $35,000 prize", r"A \$35,000 prize"),
        (r"The $\alpha_{i}^{2}$-norm", r"The $\alpha_{i}^{2}$-norm"),
        (r"Sets $\{a, b\}$", r"Sets $\{a, b\}$"),
        ("From $5 to $10", r"From \$5 to \$10"),
        (r"Faster ($\times$4)", r"Faster ($\times$4)"),
        ("A $1M-$2M prize", r"A \$1M-\$2M prize"),
        (r"\textbf{Deep} nets of \(x\)", "Deep nets of $x$"),
        (r"Code: \url{https://x.org/a_b}", r"Code: https://x.org/a\_b"),
        ("{Deep} \\emph{x}", None),
        (r"$\{a$", None),
        (r"$\input{secret}$", None),
        ("$^^5cinput{secret}$", None),
        ("$x^^M$", None),
        (r"\input{/etc/passwd}", None),
        (r"\\&", r"{\textbackslash}\&"),
        ("a~b^c|d<e>", None),
    ],
)
def test_titles_keep_maths_and_lose_what_tex_would_act_on(title: str, written: str | None):
    found = title_of(title)
    if written is not None:
        assert found == written
    else:
        assert_nothing_but_text(found)


def assert_nothing_but_text(written: str) -> None:
    """Every command is one that prints a sign."""
    assert "^^" not in written
    commands = set(re.findall(r"\\([A-Za-z]+|.)", written))
    signs = {"backslash", "braceleft", "braceright", "asciitilde", "asciicircum"}
    signs |= {"less", "greater", "bar"}
    assert commands <= {f"text{sign}" for sign in signs} | set("&%#_$")


@for_each(
    ("doi", "written"),
    [
        ("10.1000/a, 10.1000/b", "10.1000/a"),
        ("10.1002/(SICI)1<1::AID-2>3.0.CO;2-2", "10.1002/(SICI)1<1::AID-2>3.0.CO;2-2"),
        ("10.1000/a}, note={x", "10.1000/a"),
        ("not one", None),
    ],
)
def test_a_doi_is_one_doi(doi: str, written: str | None):
    assert parsed(bibtex_entry(paper(doi=doi))).fields.get("doi") == written


@given(title=TRICKY, author=TRICKY, comment=TRICKY)
def test_whatever_authors_write_the_entry_is_one_entry(title: str, author: str, comment: str):
    written = bibtex_entry(
        paper(title=title, authors=("Ada Lovelace", author), comment=comment, journal_ref=title)
    )
    entry = parsed(written)
    assert entry.fields["url"] == "https://arxiv.org/abs/2501.01234v2"
    assert len(entry.persons["author"]) <= 2
    assert "\\input" not in written
    assert "^^" not in written


@given(title=TRICKY)
@example(r"\(n\ \)")
@example(r"\(5$\)")
def test_whatever_authors_write_braces_and_dollars_count_out_for_tex_too(title: str):
    visible = re.sub(r"\\[{}$\\]", "", title_of(title))
    assert visible.count("{") == visible.count("}")
    assert visible.count("$") % 2 == 0
