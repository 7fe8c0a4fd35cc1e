from datetime import UTC, date, datetime
from itertools import compress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.papers.paper import Origin, Paper
from daily_papers.query.expression import (
    Author,
    Category,
    Field,
    Operation,
    Operator,
    Phrase,
    all_of,
    any_of,
    to_arxiv,
    without,
)
from daily_papers.query.matching import Matches, explain, found_by_arxiv, why
from tests.sandbox import Change, Record
from tests.sandbox.query_language import parse
from tests.sandbox.search_text import SearchText
from tests.sandbox.searching import test_of as sandbox_test_of
from tests.sandbox.showcase import words_of
from tests.support.cases import for_each


def paper(title="", abstract="", authors=None, categories=None, number=1):
    return Paper(
        id=f"2501.{number:05}",
        version=1,
        title=title,
        abstract=abstract,
        authors=authors,
        categories=categories,
        origin=Origin.SEARCH,
    )


NO, PERHAPS, YES = range(3)


def judge(expression, one):
    matches = Matches({"": expression}, [one])
    return len(matches.of("")) + len(matches.possible(""))


def title(text):
    return Phrase(Field.TITLE, text)


def abstract(text):
    return Phrase(Field.ABSTRACT, text)


def holds(phrase, text):
    return judge(title(phrase), paper(title=text)) == YES


@for_each(
    ("phrase", "text"),
    [
        ("graph neural network", "On Graph Neural Networks"),
        ("Graph Neural Networks", "a graph neural network"),
        ("mri", "Many MRIs"),
        ("segmentation", "Segmenting"),
        ("vision-language", "Vision language models"),
        ("vision language", "Vision-Language Models"),
        ("time series", "Time\n  series"),
        ("time series", "Time: series"),
        ("zero-shot", "(Zero|Few)-Shot, then zero-SHOT"),
        ("self-attention", "$O(n)$ Self--Attention"),
        ("3d", "3D-aware"),
    ],
)
def test_a_phrase_is_found_in_any_inflection_case_and_punctuation(phrase, text):
    assert holds(phrase, text)


@for_each(
    ("phrase", "text"),
    [
        ("graph neural network", "Neural graph network"),
        ("graph network", "Graph neural network"),
        ("net", "Networks"),
        ("mri", "fMRI"),
        ("time series", "Timeseries"),
    ],
)
def test_words_must_stand_side_by_side_and_whole(phrase, text):
    assert not holds(phrase, text)


# What arXiv's search does with each is told in docs/matching.md.
@pytest.mark.parametrize(
    ("phrase", "text", "found_here"),
    [
        pytest.param("alzheimer disease", "Alzheimer's disease", True, id="possessive"),
        pytest.param("alzheimer's disease", "Alzheimer's disease", True, id="same-possessive"),
        pytest.param("alzheimer's disease", "Alzheimer’s disease", True, id="other-apostrophe"),
        pytest.param("alzheimer's disease", "Alzheimer disease", True, id="no-possessive"),
        pytest.param("alzheimer s disease", "Alzheimer's disease", False, id="no-word-s"),
        pytest.param("stein method", "STEIN’S method", True, id="possessive-in-capitals"),
        pytest.param("don t", "don't", True, id="other-word-with-apostrophe"),
        pytest.param("state of the art", "State-of-the-art", True, id="same-stop-words"),
        pytest.param("state of the art", "State in an art", False, id="other-stop-words"),
        pytest.param("vitamin a", "Vitamin C", False, id="last-stop-word"),
        pytest.param("c++", "A C compiler", True, id="signs-are-no-words"),
        pytest.param("c++", "C++ and C#", True, id="signs-are-no-words-either"),
        pytest.param("schrodinger", "Schrödinger", False, id="accent-in-text"),
        pytest.param("schrödinger", "SCHRÖDINGER", True, id="same-accent"),
        pytest.param("schrödinger", "Schro\u0308dinger", True, id="decomposed-accent"),
        pytest.param("nlp", "AmazUtah_NLP", True, id="underscore"),
        pytest.param("python 3", "Python 3.10", True, id="number-with-dot"),
        pytest.param("python 3.10", "Python 3.10", True, id="same-number"),
        pytest.param("node js", "Node.js", True, id="word-with-dot"),
        pytest.param("to be", "To be or not", True, id="only-stop-words"),
        pytest.param("universal", "University", True, id="porter-goes-far"),
        pytest.param("ray*", "Rayleigh", False, id="no-wildcard"),
        pytest.param("1000", "1,000 images", False, id="number-with-comma"),
        pytest.param("学习", "深度学习方法", False, id="cjk-inside"),
        pytest.param("深度学习", "深度学习, 方法", True, id="cjk-alone"),
        pytest.param("γ-ray", "Γ Rays", True, id="greek-letter"),
        pytest.param("gamma ray", "γ-ray", False, id="greek-letter-by-name"),
    ],
)
def test_where_the_rule_differs_from_arxiv_or_might_seem_to(phrase, text, found_here):
    assert holds(phrase, text) is found_here


@for_each(
    ("phrase", "text"),
    [
        ("poincaré", r"Poincar\'e maps"),
        ("möbius", r"M\"{o}bius"),
        ("γ-ray", r"$\gamma$-ray bursts"),
        ("Λ cdm", r"$\Lambda$CDM"),
        ("Λcdm", r"\Lambda CDM"),
    ],
)
def test_text_in_tex_matches_like_the_same_text_in_letters(phrase, text):
    assert holds(phrase, text)


@for_each("phrase", ['a" OR "b', "*", "++", "", "\0", "a\0", '"' * 9, "\ud800"])
@for_each("text", ["b", "", 'b" "', "\ud800", "\0"])
def test_a_phrase_is_never_read_as_syntax(phrase, text):
    assert judge(title(phrase), paper(title=text)) == NO


def test_a_phrase_is_asked_of_its_own_field():
    both = [paper(title="mri", number=1), paper(abstract="mri", number=2)]
    matches = Matches({"t": title("mri"), "a": abstract("mri")}, both)
    assert matches.of("t") == (both[0],)
    assert matches.of("a") == (both[1],)


def test_without_leaves_out_what_is_unwanted():
    survey = paper(title="mri survey", number=1)
    study = paper(title="mri study", number=2)
    matches = Matches({"mri": without(title("mri"), title("survey"))}, [survey, study])
    assert matches.of("mri") == (study,)


def test_depth_is_no_limit_where_sqlite_would_overflow():
    deep = title("mri")
    for _ in range(100):
        deep = all_of(deep, any_of(deep, title("ct")))  # the tree is shared, not copied
        deep = deep.parts[1]
    assert judge(deep, paper(title="MRI")) == YES


def test_an_author_is_never_found_across_two_names():
    one = paper(authors=("Wei Li", "Wei Zhang"))
    assert judge(Author("Wei Li"), one) == YES
    assert judge(Author("Li Wei"), one) == NO


def test_an_author_is_found_in_tex_and_without_accents():
    one = paper(authors=(r"Julien Fert\'e",))
    assert judge(Author("julien ferte"), one) == YES


def test_a_category_counts_as_cross_list_archive_and_alias():
    one = paper(categories=("eess.IV", "cs.IT"))
    for name in ("eess.IV", "cs.IT", "cs", "eess", "math.IT"):
        assert judge(Category(name), one) == YES, name
    assert judge(Category("cs.CV"), one) == NO


def test_what_is_not_known_of_a_paper_is_not_guessed():
    imported = paper(title="mri")
    known = paper(title="mri", authors=(), categories=("cs.CV",))
    wanted = all_of(title("mri"), Category("cs"))
    unwanted = without(title("mri"), Category("cs"))
    assert judge(wanted, imported) == PERHAPS
    assert judge(unwanted, imported) == PERHAPS
    assert judge(all_of(title("ct"), Category("cs")), imported) == NO
    assert judge(any_of(title("mri"), Category("cs")), imported) == YES
    assert judge(Author("A. One"), imported) == PERHAPS
    assert judge(wanted, known) == YES
    assert judge(unwanted, known) == NO
    assert judge(Author("A. One"), known) == NO


def test_an_unknown_paper_is_in_no_keywords_matches():
    imported = paper(title="mri")
    matches = Matches({"x": all_of(title("mri"), Category("cs"))}, [imported])
    assert matches.of("x") == ()
    assert matches.possible("x") == (imported,)


def test_papers_come_in_the_order_given_and_once():
    papers = [paper(title="mri and ct", number=n) for n in (3, 1, 2)]
    matches = Matches({"mri": title("mri"), "ct": title("ct")}, papers)
    assert matches.of("mri") == tuple(papers)


def test_without_papers_nothing_matches():
    matches = Matches({"mri": title("mri"), "a": Author("A"), "c": Category("cs")}, [])
    assert matches.of("mri") == matches.possible("mri") == ()


def test_why_tells_what_holds_on_the_wanted_side():
    mri = any_of(title("mri"), abstract("mri"))
    expression = without(
        all_of(any_of(mri, all_of(title("scan"), title("ct"))), Category("cs")), title("survey")
    )
    one = paper(title="A scan", abstract="MRI", categories=("cs.CV",))
    assert why(expression, one) == (abstract("mri"), Category("cs"))
    assert why(expression, paper(title="mri survey", categories=("cs.CV",))) == ()


def test_why_reads_as_words():
    reasons = (abstract("mri"), title("mri"), Category("cs.CV"), Author("F. Di Feola"), title("ct"))
    assert explain(reasons) == (
        '"mri" in title and abstract, category cs.CV, author F. Di Feola, "ct" in title'
    )


# The rule once more, as plainly as it can be said, for a few words whose stems are known.
STEMS = {
    "graph": "graph",
    "Graphs": "graph",
    "network": "network",
    "networks": "network",
    "deep": "deep",
    "mri": "mri",
    "MRIs": "mri",
}
AUTHORS = ("Wei Li", "Li Wei", "J. Doe")
CATEGORIES = ("cs.CV", "cs.LG", "eess.IV")

texts = st.lists(
    st.tuples(st.sampled_from(sorted(STEMS)), st.sampled_from([" ", "-", ", ", "_"])), max_size=6
).map(lambda parts: "".join(word + gap for word, gap in parts))
phrases = st.builds(
    Phrase,
    st.sampled_from(Field),
    st.lists(st.sampled_from(sorted(STEMS)), min_size=1, max_size=3).map(" ".join),
)
leaves = phrases | st.builds(Author, st.sampled_from(["Wei", "Wei Li", "Doe", "J Doe"]))
leaves |= st.builds(Category, st.sampled_from(["cs", "cs.CV", "eess", "math"]))
expressions = st.recursive(
    leaves,
    lambda parts: (
        st.lists(parts, min_size=1, max_size=3).map(lambda some: all_of(*some))
        | st.lists(parts, min_size=1, max_size=3).map(lambda some: any_of(*some))
        | st.builds(without, parts, parts)
    ),
    max_leaves=8,
)
papers = st.builds(
    paper,
    title=texts,
    abstract=texts,
    authors=st.none() | st.lists(st.sampled_from(AUTHORS), max_size=2).map(tuple),
    categories=st.none() | st.lists(st.sampled_from(CATEGORIES), max_size=2).map(tuple),
)


def plainly(expression, one):
    match expression:
        case Operation(Operator.AND, parts):
            return min(plainly(part, one) for part in parts)
        case Operation(Operator.OR, parts):
            return max(plainly(part, one) for part in parts)
        case Operation(_, (wanted, unwanted)):
            return min(plainly(wanted, one), YES - plainly(unwanted, one))
        case _:
            return plainly_leaf(expression, one)


def plainly_leaf(leaf, one):
    match leaf:
        case Phrase(field, text):
            where = one.title if field is Field.TITLE else one.abstract
            return YES * side_by_side(stems(text), stems(where))
        case Author(_) if one.authors is None:
            return PERHAPS
        case Author(name):
            names = [author.replace(".", "").split() for author in one.authors]
            return YES * any(side_by_side(name.split(), words) for words in names)
        case Category(_) if one.categories is None:
            return PERHAPS
        case Category(name):
            return YES * any(name in (own, own.split(".")[0]) for own in one.categories)


def stems(text):
    for gap in ",-_":
        text = text.replace(gap, " ")
    return [STEMS[word] for word in text.split()]


def side_by_side(wanted, words):
    return any(words[n : n + len(wanted)] == wanted for n in range(len(words)))


@given(st.lists(expressions, min_size=1, max_size=4), st.lists(papers, max_size=5))
def test_the_matcher_decides_as_the_plain_rule(asked, some):
    matches = Matches(dict(zip("abcd", asked, strict=False)), some)
    for slug, expression in zip("abcd", asked, strict=False):
        judged = [plainly(expression, one) for one in some]
        assert matches.of(slug) == tuple(compress(some, [each == YES for each in judged]))
        assert matches.possible(slug) == tuple(compress(some, judged))


@given(expressions, papers)
def test_there_is_a_reason_exactly_where_there_is_a_match(expression, one):
    reasons = why(expression, one)
    assert bool(reasons) is (judge(expression, one) == YES)
    assert all(judge(leaf, one) == YES for leaf in reasons)


# --- arXiv's own rule --------------------------------------------------------------------------


@for_each(
    ("phrase", "text", "found"),
    [
        ("on-policy", "The policies", True),
        ("type A", "Types of stars", True),
        ("A* search", "Searching", True),
        ("AT Protocol", "A protocol", True),
        ("state of the art", "State in an art", True),
        ("state of the art", "State-of-art", False),
        ("state of the art", "An art of the state", False),
        ("to be", "To be or not to be", False),
        ("python 3", "Python 3.10", False),
        ("python 3.10", "Python 3.10", True),
        ("node js", "Node.js", False),
        ("node.js", "Node.js", True),
        ("nlp", "AmazUtah_NLP", False),
        ("time series", "Times series", True),
        ("time series", "Series of times", False),
    ],
)
def test_a_phrase_is_found_by_arxiv_with_any_word_for_a_small_one(phrase, text, found):
    assert bool(found_by_arxiv(title(phrase), [paper(title=text)])) is found


@for_each(
    ("spelling", "author", "found"),
    [
        ("Li Dong", "Dong Li", True),
        ("Philip Yu", "Philip S. Yu", True),
        ("Elser V", "V. Elser", True),
        ("Elser V", "Veit Elser", False),
        ("Y.-J. Kao", "Y. -J. Kao", True),
        ("Jean-Paul Morgan", "Jean Paul Morgan", False),
        ("José Álvarez", "Jose Alvarez", True),
        ("...", "A. One", False),
    ],
)
def test_an_author_is_found_by_arxiv_in_any_order_of_the_words(spelling, author, found):
    assert bool(found_by_arxiv(Author(spelling), [paper(authors=(author, "B. Two"))])) is found


def test_what_arxiv_excludes_by_its_looser_rule_is_not_missing_from_its_answer():
    wanted = without(title("stars"), title("type A"))
    one = paper(title="Stars of type B")
    assert judge(wanted, one) == YES
    assert found_by_arxiv(wanted, [one]) == ()


SMALL = ("the", "of", "A", "in", "graph", "Graphs", "network", "MRI")
loose_words = st.lists(st.sampled_from(SMALL), min_size=1, max_size=6).map(" ".join)
loose_names = st.lists(
    st.sampled_from(("Li", "Dong", "S.", "Wei", "-J.")), min_size=1, max_size=4
).map(" ".join)
loose = st.recursive(
    st.builds(Phrase, st.sampled_from(Field), loose_words) | st.builds(Author, loose_names),
    lambda parts: (
        st.builds(all_of, parts, parts)
        | st.builds(any_of, parts, parts)
        | st.builds(without, parts, parts)
    ),
    max_leaves=4,
)


@given(loose, loose_words, loose_words, st.lists(loose_names, min_size=1, max_size=2))
def test_arxivs_rule_finds_what_the_sandbox_finds(expression, heading, text, names):
    """The sandbox's search shares nothing with the matcher."""
    words = words_of(heading, text, authors=", ".join(names))
    record = Record(
        id="2501.00001",
        submissions=(datetime(2025, 1, 1, tzinfo=UTC),),
        change=Change.NEW,
        day=date(2025, 1, 2),
        categories=("cs.LG",),
        listed_in=("cs.LG",),
        draw=lambda: words,
    )
    one = paper(title=heading, abstract=text, authors=tuple(names))
    found = bool(found_by_arxiv(expression, [one]))
    assert found is sandbox_test_of(parse(to_arxiv(expression)))(SearchText(record))
