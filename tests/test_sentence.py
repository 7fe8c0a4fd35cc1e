from hypothesis import example, given
from hypothesis import strategies as st

from daily_papers.papers.sentence import LONGEST, key_sentence
from tests.support.cases import for_each

FIELD = "Bread is among the most important foods of mankind, and its crust matters to many."
PROBLEM = "However, existing ovens burn it, and recent work has been limited to rye."
SAYS = "To close this gap, we introduce CrustNet, a network that predicts the colour of a crust."
MORE = "Extensive experiments show that it outperforms all bakers. We further study rolls."
CODE = "Our code is available at https://example.org/crust."


def test_what_is_introduced_wins_over_the_field_the_results_and_the_code() -> None:
    assert key_sentence(" ".join((FIELD, PROBLEM, SAYS, MORE, CODE))) == SAYS


@for_each(
    "says",
    [
        "This paper shows that yeast counts for more than flour in ovens of every kind and size.",
        "Here, we investigate whether bakers and their apprentices judge a crust by its colour.",
        "A new way to measure crumbs under a microscope is proposed, with a lens and a ruler.",
        "The aim of this study is to find out why some of the loaves rise and others never do.",
        "Objective: To develop a test that tells wheat from spelt within a minute of baking.",
        "In this survey, we review a hundred ovens and group them by how they lose their heat.",
    ],
)
def test_each_way_of_saying_it(says: str) -> None:
    assert key_sentence(f"{FIELD} {PROBLEM} {says} {MORE}") == says


@for_each(
    ("says", "other"),
    [
        (SAYS, "We show that crusts of bread have a colour that depends on how long they bake."),
        (
            "We study how the colour of a crust of bread depends on how long the loaf bakes.",
            "We release the photographs and present a page for them: https://example.org/crust.",
        ),
        (
            "We compare how well bakers and cameras judge whether a loaf of bread is done.",
            "Finally, we present the recipes of all the breads that were baked in the course.",
        ),
    ],
)
def test_the_stronger_statement_wins_wherever_it_is(says: str, other: str) -> None:
    assert key_sentence(f"{FIELD} {says} {other}") == says
    assert key_sentence(f"{FIELD} {other} {says}") == says


#: Makes a sentence long enough to stand alone.
LONG = ", at all hours of the day and of the night, in ovens of each kind and size."
PLAIN = f"Loaves of four kinds are put in an oven{LONG}"
WE = f"As bakers know what we wait for is a loaf{LONG}"


@for_each(
    ("says", "other"),
    [
        (WE, PLAIN),
        (f"For each of the loaves, we wait until it cools{LONG}", WE),
        (f"For each of the loaves, we use a lens and a ruler{LONG}", f"At last, we wait{LONG}"),
        (f"This paper is on doors that let out the heat{LONG}", PLAIN),
        (f"By presenting ovens, loaves can be told apart{LONG}", PLAIN),
        (f"The purpose is a scale of crusts for all loaves{LONG}", PLAIN),
        (PLAIN, f"In experiments loaves of rye keep longest{LONG}"),
        (f"We introduce CrustNet, a way to wait{LONG}", f"We introduce a way to wait{LONG}"),
        (f"We introduce a way to wait{LONG}", "We introduce a way to bake."),
    ],
)
def test_each_sign_counts(says: str, other: str) -> None:
    assert key_sentence(f"{FIELD} {says} {other}") == says
    assert key_sentence(f"{FIELD} {other} {says}") == says


def test_what_is_said_first_matters_more() -> None:
    study, late = f"We study how crusts depend on ovens{LONG}", f"We introduce a way to wait{LONG}"
    assert key_sentence(f"{FIELD} {study} {late}") == late
    assert key_sentence(" ".join((FIELD, study, *[PLAIN] * 8, late))) == study


@for_each(
    "aside",
    [
        "We discuss limitations and failure cases.",
        "We also report on the limitations of our oven and of the recipes that we bake with it.",
        "In the appendix, we provide extensive ablation studies and failure cases for each oven.",
        "We release the training code, the weights and all recipes under a permissive licence.",
        "We believe that this opens the door to ovens that any baker can afford in any town.",
        "We sincerely hope that our recipes move others to bake bread of rye and of wheat.",
        "Next, we plan to extend the study to rolls, and to bakers who bake for their friends.",
        "We thank the bakers of both towns for their bread, their patience and their ovens.",
        "We will release the recipes and the photographs of the crusts upon acceptance.",
        "To help all bakers, we make our source code publicly available with the photographs.",
    ],
)
def test_an_aside_never_wins_over_what_is_proposed_or_found(aside: str) -> None:
    for says in (
        "Our approach, CrustBench, is scored by nine bakers on loaves from ovens in two towns.",
        "Loaves with a dark crust keep longer in our study than those that were baked pale.",
    ):
        assert key_sentence(f"{FIELD} {says} {aside}") == says
        assert key_sentence(f"{FIELD} {aside} {says}") == says
    assert key_sentence(aside) == aside


@for_each(
    "says",
    [
        "We analyze failure modes of ovens that bake rolls, from the door to the thermostat.",
        "We release a code benchmark for programs that run ovens in bakeries of every size.",
        "We introduce CrustNet, discuss its limitations, and release the code of its camera.",
    ],
)
def test_a_paper_may_be_about_failures_or_code(says: str) -> None:
    assert key_sentence(f"{FIELD} {PROBLEM} {says} {MORE}") == says


def test_a_first_sentence_that_says_it_is_chosen() -> None:
    first = "We present a dataset of nine thousand crusts, each with its oven's temperature."
    assert key_sentence(f"{first} {FIELD} {MORE}") == first


@for_each(
    "says",
    [
        "We propose a test, after Miller et al. (2021), for breads (cf. Sec. 3), e.g. Berlin rye.",
        "We propose CrustNet v2.0, which needs 0.5 grams of salt, as Fig. 2 and Eq. 3 show well.",
        r"We propose a bound of $f(x) = a.B \leq 0.1$ on the crumbs that a loaf leaves behind.",
        "We propose, with Dr. M. B. Miller and Prof. C. Baker, a scale of crusts by their sound.",
    ],
)
def test_points_that_end_no_sentence(says: str) -> None:
    assert key_sentence(f"{FIELD} {says} {MORE}") == says


def test_a_sentence_may_end_without_a_space() -> None:
    assert key_sentence(f"{FIELD}{SAYS[19:].replace('we', 'We')} {MORE}").startswith("We introduce")


def test_a_long_sentence_loses_its_lead_and_ends_at_a_clause() -> None:
    long = (
        "To make up for the many loaves that home bakers burn in ovens without a window, we"
        " propose a small and cheap camera that watches the crust of a loaf from above, which"
        " rings a bell as soon as the colour is right, and which keeps a record of all those"
        " loaves that were burnt in the end."
    )
    assert key_sentence(f"{FIELD} {long} {MORE}") == (
        "We propose a small and cheap camera that watches the crust of a loaf from above, which"
        " rings a bell as soon as the colour is right, and which keeps a record of all those"
        " loaves …"
    )


def test_nothing_is_cut_inside_of_a_formula_or_brackets() -> None:
    terms = ", ".join(f"x_{number}" for number in range(40))
    for part in (f"${terms}$", f"({terms})"):
        says = key_sentence(
            f"{FIELD} We propose a measure of what bakers know about flour: {part}."
        )
        assert says == "We propose a measure of what bakers know about flour …"


def test_where_none_says_it_the_first_is_not_the_best() -> None:
    second = "Loaves are put into nine ovens, and the colour of each is written down by the hour."
    assert key_sentence(f"{FIELD} {second}") == second


def test_an_abstract_that_says_nothing_gives_one_of_its_sentences() -> None:
    assert key_sentence("") == ""
    assert key_sentence("  \n ") == ""
    assert key_sentence("Withdrawn.") == "Withdrawn."


def test_a_sentence_is_as_tex_prints_it_but_for_formulas() -> None:
    tex = r"We \textit{really \textbf{do}} Caf\'e~A, by 5\% \& more~\cite{a}, in $\textit{so}~x$."
    assert key_sentence(tex) == r"We really do Café A, by 5% & more, in $\textit{so}~x$."


PARTS = st.sampled_from(
    [
        *("we ", "We propose ", "this paper ", "however ", "these issues ", "e.g. ", "loaf "),
        *(". ", ", ", "; ", "$", "(", ")", "{", "\\a{", "İ", "\n", "1.5", " …", "a" * 300),
    ]
)


@given(st.lists(PARTS, max_size=400).map("".join) | st.text())
@example(", " + "a" * 300)
def test_any_abstract_gives_a_part_of_itself_within_the_limit(abstract: str) -> None:
    says = key_sentence(abstract)
    assert len(says) <= LONGEST
    assert says == " ".join(says.split())
    kept = says.removesuffix("…").rstrip()
    if not set("\\~`'$") & set(abstract):
        assert kept[1:] in " ".join(abstract.split())
    assert bool(says) == bool(abstract.split())
