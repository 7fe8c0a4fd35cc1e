from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from daily_papers.query.expression import (
    Author,
    Category,
    Expression,
    Field,
    Phrase,
    all_of,
    any_of,
    leaves,
    query_words,
    to_arxiv,
    without,
)
from tests.support.cases import for_each

MRI = Phrase(Field.TITLE, "mri")
CT = Phrase(Field.ABSTRACT, "computed tomography")
SURVEY = Phrase(Field.TITLE, "survey")


@for_each(
    ("expression", "query"),
    [
        (MRI, 'ti:"mri"'),
        (CT, 'abs:"computed tomography"'),
        (Author("F. Di Feola"), 'au:"F. Di Feola"'),
        (Category("cs.CV"), "cat:cs.CV"),
        (Category("cs.IT"), "(cat:cs.IT OR cat:math.IT)"),
        (Category("nlin"), "cat:nlin.*"),
        (all_of(MRI, CT), '(ti:"mri" AND abs:"computed tomography")'),
        (any_of(MRI, CT, SURVEY), '(ti:"mri" OR abs:"computed tomography" OR ti:"survey")'),
        (without(MRI, SURVEY), '(ti:"mri" ANDNOT ti:"survey")'),
        (
            without(any_of(MRI, CT), all_of(SURVEY, MRI)),
            '((ti:"mri" OR abs:"computed tomography") ANDNOT (ti:"survey" AND ti:"mri"))',
        ),
    ],
)
def test_every_operation_stands_in_parentheses(expression: Expression, query: str) -> None:
    assert to_arxiv(expression) == query


@for_each(
    ("text", "words"),
    [
        ('a "quoted" word', "a quoted word"),
        ("f(x): a study", "f x a study"),
        ("del_maestro", "del maestro"),
        ("vision-language", "vision-language"),
        ("A* search?", "A search"),
        ("tab\tand\nnewline", "tab and newline"),
        ("[a TO b] {c} x^2 ~y \\z", "a TO b c x 2 y z"),
        ("naïve Schrödinger 医学", "naïve Schrödinger 医学"),
    ],
)
def test_what_arxiv_would_misread_becomes_a_space(text: str, words: str) -> None:
    assert query_words(text) == words


@given(st.text())
def test_no_text_can_leave_its_quotes(text: str) -> None:
    query = to_arxiv(Phrase(Field.TITLE, text))
    assert query.startswith('ti:"')
    assert query.endswith('"')
    assert not set(query[4:-1]) & set('"():_*?\\\n\r\t\x00')


def test_leaves_from_left_to_right() -> None:
    person = Author("Jane Roe")
    assert list(leaves(without(all_of(MRI, any_of(CT, person)), SURVEY))) == [
        MRI,
        CT,
        person,
        SURVEY,
    ]


def test_a_single_part_stays_itself() -> None:
    assert all_of(MRI) is MRI
    assert any_of(MRI) is MRI
