from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.query.expression import (
    All,
    AnyOf,
    Author,
    Category,
    Expression,
    Field,
    Phrase,
    Without,
    leaves,
    query_words,
    taxonomy,
    to_arxiv,
)
from daily_papers.query.syntax import MAX_LENGTH, QueryError, parse
from tests.support.cases import for_each


def title(text: str) -> Phrase:
    return Phrase(Field.TITLE, text)


def abstract(text: str) -> Phrase:
    return Phrase(Field.ABSTRACT, text)


A, B, C, D = (title(letter) for letter in "abcd")


@for_each(
    ("query", "expression"),
    [
        ("ti:a", A),
        ('abs:"diffusion MRI"', abstract("diffusion MRI")),
        ('  ti:"a"  ', A),
        ("au:del_maestro", Author("del maestro")),
        ('au:"Di Feola"', Author("Di Feola")),
        ("ti:vision-language", title("vision-language")),
        ('ti:"A* search"', title("A search")),
        ("ti:C++", title("C++")),
        ("ti:AT&T", title("AT&T")),
        ('ti:"a|b"', title("a|b")),
        ('ti:"a, b"', title("a, b")),
        ("cat:cs.CV", Category("cs.CV")),
        ("cat:CS.cv", Category("cs.CV")),
        ("cat:cs.*", Category("cs")),
        ("cat:cs", Category("cs")),
        ('cat:"cs.CV"', Category("cs.CV")),
        ("cat:cs.XX", Category("cs.XX")),
        ("ti:a AND ti:b AND ti:c", All((A, B, C))),
        ("ti:a OR ti:b", AnyOf((A, B))),
        ("ti:a ANDNOT ti:b", Without(A, B)),
        ("(ti:a)", A),
        ("((ti:a)OR(ti:b))", AnyOf((A, B))),
        ("(ti:a AND ti:b) OR (ti:c ANDNOT ti:d)", AnyOf((All((A, B)), Without(C, D)))),
        ("(ti:a ANDNOT ti:b) ANDNOT ti:c", Without(Without(A, B), C)),
        ("ti:a\n  OR ti:b\n", AnyOf((A, B))),
        (
            '(ti:"diffusion MRI" OR abs:"diffusion MRI") ANDNOT abs:fetal',
            Without(AnyOf((title("diffusion MRI"), abstract("diffusion MRI"))), abstract("fetal")),
        ),
    ],
)
def test_reads(query: str, expression: Expression) -> None:
    assert parse(query) == expression


NO_WILDCARDS = (
    "wildcards cannot be used, since arXiv compares them with word stems; "
    "leave it out: endings are matched anyway (network finds networks)"
)
A_FIELD = 'as in ti:word or abs:"two words"; arXiv would search every field'
AS_TERMS = 'write each name as a term, given name first, as in au:"Jane Roe"'
A_WORD = (
    'expected a word or a quoted phrase right after ti:, as in ti:"two words"; '
    "in parentheses each term needs its own field"
)


@for_each(
    ("query", "message"),
    [
        # operators
        (
            "ti:a AND ti:b OR ti:c",
            (
                "column 15: AND and OR are mixed, and at arXiv neither goes first; "
                "add parentheses, as in (a AND b) OR c"
            ),
        ),
        (
            "(ti:a OR ti:b ANDNOT ti:c)",
            (
                "column 15: OR and ANDNOT are mixed, and at arXiv neither goes first; "
                "add parentheses, as in (a OR b) ANDNOT c"
            ),
        ),
        (
            "ti:a ANDNOT ti:b ANDNOT ti:c",
            (
                "column 18: at arXiv a second ANDNOT takes away from what the first one excludes; "
                "write a ANDNOT (b OR c)"
            ),
        ),
        ("ti:a ti:b", "column 6: expected AND, OR or ANDNOT before ti:b; arXiv would read OR"),
        ("ti:a (ti:b)", "column 6: expected AND, OR or ANDNOT before (; arXiv would read OR"),
        (
            "ti:deep learning",
            (
                "column 9: expected AND, OR or ANDNOT before learning; "
                'several words need quotes: ti:"two words"'
            ),
        ),
        ("ti:a and ti:b", "column 6: operators are written in capitals: AND instead of and"),
        (
            "ti:a AndNot ti:b",
            "column 6: operators are written in capitals: ANDNOT instead of AndNot",
        ),
        ("ti:a NOT ti:b", "column 6: write ANDNOT instead of NOT"),
        ("ti:a AND NOT ti:b", "column 6: write ANDNOT instead of AND NOT"),
        ("ti:a || ti:b", "column 6: write OR instead of ||"),
        ("ti:a | ti:b", "column 6: write OR instead of |"),
        ("ti:a & ti:b", "column 6: write AND instead of &"),
        ("ti:a|ti:b", "column 5: | is syntax here; put it in quotes"),
        ("ti:a&ti:b", "column 8: : is syntax here; put it in quotes"),
        ("ti:a&&ti:b", "column 5: && is syntax here; put it in quotes"),
        (
            "(ti:a)|(ti:b)",
            "column 7: write OR instead of |",
        ),
        ("cat:cs.CV|cat:cs.LG", "column 10: | is syntax here; put it in quotes"),
        ("ti:a AND AND ti:b", "column 10: expected a term before AND"),
        (
            "ti:a AND",
            'column 9: expected a term after AND, such as ti:word or abs:"two words"',
        ),
        ("OR ti:a", "column 1: expected a term before OR"),
        ("ANDNOT ti:a", "column 1: expected a term before ANDNOT"),
        ("ti:a AND (NOT ti:b)", "column 11: expected a term before NOT"),
        # fields
        ("deep", f"column 1: expected a field before deep, {A_FIELD}"),
        ('ti:a OR "b c"', f'column 9: expected a field before "b c", {A_FIELD}'),
        (":a", f"column 1: expected a field before :, {A_FIELD}"),
        (
            "all:a",
            (
                "column 1: the field all: cannot be used: it also searches what is not always "
                "known here, such as comments; use (ti:word OR abs:word)"
            ),
        ),
        (
            "ti:a AND co:b",
            (
                "column 10: the field co: cannot be used: comments change unannounced and are not "
                "always known here; use ti: or abs:"
            ),
        ),
        (
            "jr:a",
            (
                "column 1: the field jr: cannot be used: journal references come long after "
                "the paper; use ti: or abs:"
            ),
        ),
        (
            "rn:a",
            (
                "column 1: the field rn: cannot be used: report numbers are not known here; "
                "use ti:, abs: or au:"
            ),
        ),
        (
            "id:2501.00001",
            (
                "column 1: the field id: cannot be used: one paper is not a topic; "
                "use ti:, abs:, au: or cat:"
            ),
        ),
        (
            "doi:10.1/x",
            (
                "column 1: the field doi: cannot be used: one paper is not a topic; "
                "use ti:, abs:, au: or cat:"
            ),
        ),
        (
            "ti:a AND submittedDate:[20240101 TO 20250101]",
            (
                "column 10: the field submittedDate: cannot be used: the daily job chooses "
                "the dates; leave it out"
            ),
        ),
        (
            "lastupdateddate:x",
            (
                "column 1: the field lastupdateddate: cannot be used: "
                "the daily job chooses the dates; leave it out"
            ),
        ),
        ("title:a", 'column 1: unknown field "title"; did you mean ti:?'),
        ("TI:a", 'column 1: unknown field "TI"; did you mean ti:?'),
        ("foo:a", 'column 1: unknown field "foo"; the fields are ti, abs, au and cat'),
        # values
        ("ti:(a b)", f"column 4: {A_WORD}"),
        ("ti: a", f"column 4: {A_WORD}"),
        ("ti:", f"column 4: {A_WORD}"),
        ("ti:“a b”", 'column 4: use straight double quotes, as in ti:"two words"'),
        ("ti:'a b'", 'column 4: use straight double quotes, as in ti:"two words"'),
        ("ti:a:b", "column 5: : is syntax here; put it in quotes"),
        ("ti:[a", "column 4: [ is syntax here; put it in quotes"),
        ("ti:optim*", f"column 9: {NO_WILDCARDS}"),
        ("ti:wom?n", f"column 7: {NO_WILDCARDS}"),
        ('ti:"optim* methods"', f"column 4: {NO_WILDCARDS}"),
        ('ti:"--"', "column 4: there is no word after ti:"),
        ('au:"Smith, John"', f"column 4: {AS_TERMS}"),
        ("au:Smith,", f"column 4: {AS_TERMS}"),
        ('au:","', "column 4: there is no word after au:"),
        ("au:_", "column 4: there is no word after au:"),
        ("cat:math*", 'column 5: "math*" is not a category of arXiv; did you mean "math"?'),
        (
            "cat:cs.CVV",
            'column 5: "cs.CVV" is not a category of arXiv; did you mean "cs.CV"?',
        ),
        (
            "cat:nonsense",
            (
                'column 5: "nonsense" is not a category of arXiv; '
                "see https://arxiv.org/category_taxonomy"
            ),
        ),
        # parentheses and quotes
        ("(ti:a", 'column 1: this "(" is never closed; add a ")"'),
        ("ti:a)", 'column 5: this ")" closes nothing; remove it, or add the missing "("'),
        ('ti:"a', 'column 4: this quote is never closed; add a " after the phrase'),
        ("()", 'column 2: expected a term after (, such as ti:word or abs:"two words"'),
        ("(" * 40 + "ti:a", "column 31: more than 30 parentheses inside each other"),
        # lengths
        ("", 'column 1: the query is empty; write a term such as ti:"diffusion MRI"'),
        (" \n", 'column 1: the query is empty; write a term such as ti:"diffusion MRI"'),
        (
            "ti:a" + " " * MAX_LENGTH,
            "column 4001: longer than 4,000 characters; make two keywords of it",
        ),
    ],
)
def test_refuses(query: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(query)
    assert str(error.value) == message


words = st.text("abcXYZ019äß -+./'", min_size=1, max_size=12).filter(
    lambda text: any(letter.isalnum() for letter in text)
)
terms = st.one_of(
    st.builds(Phrase, st.sampled_from(Field), words),
    st.builds(Author, words),
    st.builds(
        Category, st.sampled_from(["cs", "cs.CV", "math.IT", "astro-ph", "math-ph", "cs.XX"])
    ),
)
expressions = st.recursive(
    terms,
    lambda parts: st.one_of(
        st.builds(All, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Without, parts, parts),
    ),
    max_leaves=8,
)


def holds(expression: Expression, true: set[str]) -> bool:
    """Whether the expression holds where exactly these terms do."""
    match expression:
        case All(parts):
            return all(holds(part, true) for part in parts)
        case AnyOf(parts):
            return any(holds(part, true) for part in parts)
        case Without(wanted, unwanted):
            return holds(wanted, true) and not holds(unwanted, true)
        case Category(name):
            return taxonomy.covers(name, true)
        case Author(name):
            return f'au:"{query_words(name)}"' in true
        case Phrase(field, text):
            return f'{field.value}:"{query_words(text)}"' in true


@given(expressions, st.data())
def test_what_is_written_for_arxiv_reads_as_the_same(
    expression: Expression, data: st.DataObject
) -> None:
    again = parse(to_arxiv(expression))
    texts = {to_arxiv(leaf) for leaf in leaves(expression) if not isinstance(leaf, Category)}
    texts |= {"cs.CV", "cs.IT", "math.IT", "eess.SY", "astro-ph", "astro-ph.CO", "math.MP"}
    true = data.draw(st.sets(st.sampled_from(sorted(texts))))
    assert holds(again, true) is holds(expression, true)


@given(
    st.text(max_size=40)
    | st.lists(
        st.sampled_from(
            ["ti:", "abs:", "a", '"', "(", ")", " ", "AND", "OR", "ANDNOT", "*", ":", "cat:cs", "é"]
        ),
        max_size=15,
    ).map("".join)
)
def test_any_text_reads_or_is_refused_at_a_column(text: str) -> None:
    try:
        expression = parse(text)
    except QueryError as error:
        refusal = error
    else:
        parse(to_arxiv(expression))
        return
    assert 1 <= refusal.column <= len(text) + 1
    assert "\n" not in str(refusal)
