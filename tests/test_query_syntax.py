from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.query.expression import (
    Author,
    Category,
    Expression,
    Field,
    Operation,
    Operator,
    Phrase,
    all_of,
    any_of,
    leaves,
    query_words,
    taxonomy,
    to_arxiv,
    without,
)
from daily_papers.query.syntax import QueryError, parse
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
        ("ti:a AND ti:b AND ti:c", all_of(A, B, C)),
        ("ti:a OR ti:b", any_of(A, B)),
        ("ti:a ANDNOT ti:b", without(A, B)),
        ("(ti:a)", A),
        ("((ti:a)OR(ti:b))", any_of(A, B)),
        ("(ti:a AND ti:b) OR (ti:c ANDNOT ti:d)", any_of(all_of(A, B), without(C, D))),
        ("(ti:a ANDNOT ti:b) ANDNOT ti:c", without(without(A, B), C)),
        ("ti:a\n  OR ti:b\n", any_of(A, B)),
        (
            '(ti:"diffusion MRI" OR abs:"diffusion MRI") ANDNOT abs:fetal',
            without(any_of(title("diffusion MRI"), abstract("diffusion MRI")), abstract("fetal")),
        ),
    ],
)
def test_reads(query: str, expression: Expression) -> None:
    assert parse(query) == expression


NO_WILDCARDS = (
    "wildcards cannot be used, since arXiv compares them with word stems; "
    "leave it out: endings are matched anyway (network finds networks)"
)
A_TERM = 'expected a term here, such as ti:word or abs:"two words"'
A_FIELD = 'as in ti:word or abs:"two words"; arXiv would search every field'
FIELDS = "use ti:, abs:, au: or cat:"
MIXED = "are mixed, and on arXiv neither comes first; add parentheses, as in"
SECOND_ANDNOT = (
    "on arXiv a second ANDNOT takes away from what the first one excludes; write a ANDNOT (b OR c)"
)
NOT_KNOWN = "it also searches what is not always known here, such as comments"
NO_OPERATOR = 'several words need quotes, as in ti:"two words"'
NO_TERM = "to exclude something, write a ANDNOT b"
AS_TERMS = 'write each name as a term, given name first, as in au:"Jane Roe"'
AS_IN_AN_ADDRESS = "write spaces and quotes, not + and %22"
A_WORD = (
    "expected a word, or a phrase in straight double quotes, right after ti:, as in "
    'ti:"two words" or (ti:a OR ti:b)'
)


@for_each(
    ("query", "column", "message"),
    [
        # operators
        ("ti:a AND ti:b OR ti:c", 15, f"AND and OR {MIXED} (a AND b) OR c"),
        ("(ti:a OR ti:b ANDNOT ti:c)", 15, f"OR and ANDNOT {MIXED} (a OR b) ANDNOT c"),
        (
            "ti:a ANDNOT ti:b ANDNOT ti:c",
            18,
            SECOND_ANDNOT,
        ),
        ("ti:a ti:b", 6, f"expected AND, OR or ANDNOT in capitals, not ti:b; {NO_OPERATOR}"),
        ("ti:a (ti:b)", 6, f"expected AND, OR or ANDNOT in capitals, not (; {NO_OPERATOR}"),
        ("ti:a and ti:b", 6, f"expected AND, OR or ANDNOT in capitals, not and; {NO_OPERATOR}"),
        ("ti:a NOT ti:b", 6, f"expected AND, OR or ANDNOT in capitals, not NOT; {NO_OPERATOR}"),
        ("ti:a || ti:b", 6, f"expected AND, OR or ANDNOT in capitals, not ||; {NO_OPERATOR}"),
        ("ti:a AND NOT ti:b", 10, f"expected a term before NOT; {NO_TERM}"),
        ("ti:a AND AND ti:b", 10, f"expected a term before AND; {NO_TERM}"),
        ("ANDNOT ti:a", 1, f"expected a term before ANDNOT; {NO_TERM}"),
        ("ti:a AND", 9, A_TERM),
        # fields
        ("deep", 1, f"expected a field before deep, {A_FIELD}"),
        ('ti:a OR "b c"', 9, f'expected a field before "b c", {A_FIELD}'),
        (":a", 1, f"expected a field before :, {A_FIELD}"),
        (
            "all:a",
            1,
            f"the field all: cannot be used: {NOT_KNOWN}; {FIELDS}",
        ),
        (
            "ti:a AND submittedDate:[20240101 TO 20250101]",
            10,
            f"the field submittedDate: cannot be used: the daily job chooses the dates; {FIELDS}",
        ),
        ("id:2501.00001", 1, f"the field id: cannot be used: one paper is not a topic; {FIELDS}"),
        ("title:a", 1, f"the field title: cannot be used: it does not exist; {FIELDS}"),
        ("TI:a", 1, f"the field TI: cannot be used: it does not exist; {FIELDS}"),
        # values
        ("ti:(a b)", 4, A_WORD),
        ("ti: a", 4, A_WORD),
        ("ti:", 4, A_WORD),
        ("ti:“a b”", 4, A_WORD),
        ("ti:'a b'", 4, A_WORD),
        ("ti:a:b", 4, A_WORD),
        ("ti:[a", 4, A_WORD),
        ("ti:a|ti:b", 4, A_WORD),
        ("ti:a&&b", 4, A_WORD),
        ('ti:"a', 4, A_WORD),
        ("ti:optim*", 4, NO_WILDCARDS),
        ("ti:wom?n", 4, NO_WILDCARDS),
        ('ti:"optim* methods"', 4, NO_WILDCARDS),
        ('ti:"--"', 4, "there is no word after ti:"),
        ('ti:""', 4, "there is no word after ti:"),
        ('au:"Smith, John"', 4, AS_TERMS),
        ("au:Smith,", 4, AS_TERMS),
        ("au:_", 4, "there is no word after au:"),
        ("cat:math*", 5, '"math*" is not a category of arXiv; did you mean "math"?'),
        ("cat:cs.CVV", 5, '"cs.CVV" is not a category of arXiv; did you mean "cs.CV"?'),
        # from an address
        ("ti:%22deep%20learning%22", 4, AS_IN_AN_ADDRESS),
        ("ti:deep+AND+abs:mri", 8, AS_IN_AN_ADDRESS),
        ("cat:cs.CV+and+ti:a", 10, AS_IN_AN_ADDRESS),
        ("%28ti:a OR ti:b%29", 1, AS_IN_AN_ADDRESS),
        # parentheses
        ("(ti:a", 1, 'this "(" is never closed; add a ")"'),
        ("ti:a)", 5, 'this ")" closes nothing; remove it, or add the missing "("'),
        ("()", 2, A_TERM),
        ("(" * 40 + "ti:a", 31, "more than 30 parentheses inside each other"),
        # lengths
        ("", 1, A_TERM),
        (" \n", 1, A_TERM),
    ],
)
def test_refuses(query: str, column: int, message: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(query)
    assert str(error.value) == f"column {column}: {message}"


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
        st.lists(parts, min_size=2, max_size=3).map(lambda some: all_of(*some)),
        st.lists(parts, min_size=2, max_size=3).map(lambda some: any_of(*some)),
        st.builds(without, parts, parts),
    ),
    max_leaves=8,
)


def holds(expression: Expression, true: set[str]) -> bool:
    """Whether the expression holds where exactly these terms do."""
    match expression:
        case Operation(Operator.AND, parts):
            return all(holds(part, true) for part in parts)
        case Operation(Operator.OR, parts):
            return any(holds(part, true) for part in parts)
        case Operation(_, (wanted, unwanted)):
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
        refusal = re.fullmatch(r"column (\d+): .+", str(error))
    else:
        parse(to_arxiv(expression))
        return
    assert refusal
    assert 1 <= int(refusal[1]) <= len(text) + 1
