"""What a message says to write is read as what was meant, and is not refused for the same again."""

from __future__ import annotations

import json
import re

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from daily_papers.config import Config, ConfigError, parse_config
from daily_papers.config.messages import as_yaml, in_quotes, list_as_yaml
from daily_papers.config.slugs import slug_of
from daily_papers.papers.paper import folded
from tests.support.cases import for_each

#: Texts of signs that mean something in YAML, and of what YAML takes for something else.
parts = st.sampled_from(
    [*"abC19 :-#'\"[]{},&*!|>%@`?\\~=.é医\u200d", ": ", " #", ", ", "no", "3.10", "name:", "- "]
)
texts = st.lists(parts, min_size=1, max_size=12).map("".join).map(folded).filter(bool)


def read(text: str) -> Config:
    return parse_config(text.encode(), "k")


def answers(text: str) -> list[str]:
    try:
        read(text)
    except ConfigError as error:
        return [problem.message for problem in error.problems]
    return []


@given(st.text(max_size=30) | texts)
@example("name:foo")
@example("AI: a survey")
@example("a\u2028b\x07")
def test_a_text_as_yaml(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    for written in (as_yaml(text), in_quotes(text)):
        assert written.isprintable()
        assert yaml.safe_load(f"- {written}\n- name: {written}\n  any: [{written}]\n") == [
            text,
            {"name": text, "any": [text]},
        ]


def commas_part(text: str) -> list[str]:
    found = (part.strip(" ,") for part in re.split(r",\s", text))
    return [part for part in found if part]


@given(texts)
@example("AI: a survey")
@example("foo #1")
@example("@home")
@example('"home" sweet')
@example("3.10")
@example("foo: bar, 1,000 genomes")
def test_a_text_instead_of_a_list(text: str) -> None:
    file = "keywords:\n  - name: x\n    any: {}\n"
    (answer,) = answers(file.format(json.dumps(text)))
    kind, _, advice = answer.partition("; write any: ")
    if not advice:
        assert not commas_part(text)
        return
    assert kind == "any: expected a list"
    assert yaml.safe_load(advice) == commas_part(text)
    assert not any("expected" in again or "YAML" in again for again in answers(file.format(advice)))


@given(texts)
@example("C: the language")
@example("foo # bar")
def test_the_name_and_the_slug_of_a_page(name: str) -> None:
    file = f"keywords:\n  - {{name: x, slug: {slug_of(name) or 'x'}, any: [y]}}\n"
    for answer in answers(f"{file}  - name: {json.dumps(name)}\n    any: [z]\n"):
        _, _, advice = answer.partition('write "')
        lines = advice.removesuffix('"').replace('" and below it "', "\n    ")
        if "the same page" in answer or "has no letter a-z" in answer:
            *_, keyword = read(f"{file}  - {lines}\n    any: [z]\n").keywords
            assert keyword.name == name


@given(texts)
@example('deep learning: a survey "of" it')
@example("Web: 3.0")
@example("3.10")
@example('deep learning: it\'s "it"')
def test_a_text_without_quotes(text: str) -> None:
    file = "keywords:\n  - name: x\n    any:\n      - {}\n"
    for answer in answers(file.format(text)):
        _, _, advice = answer.partition("put it in quotes: ")
        if advice:
            assert yaml.safe_load(advice).split() == meant(text)
            assert "YAML" not in " ".join(answers(file.format(advice)))


def meant(text: str) -> list[str]:
    """The words of a text that YAML took for something else."""
    value = yaml.load(text, Loader=yaml.BaseLoader)
    return (": ".join(*value.items()) if isinstance(value, dict) else str(value)).split()


@given(texts)
@example("7!")
@example("con!")
def test_a_slug(slug: str) -> None:
    file = "keywords:\n  - name: x\n    slug: {}\n"
    for answer in answers(file.format(json.dumps(slug))):
        _, _, advice = answer.partition('write "slug: ')
        if advice:
            assert answers(file.format(advice.removesuffix('"'))) == []


@given(texts)
@example("Francesco Di Feola, F. Di Feola")
@example('Di Feola, Anna "Maria"')
@example("Smith, John, Jr.")
def test_an_author(text: str) -> None:
    file = "keywords:\n  - author: {}\n"
    for answer in answers(file.format(json.dumps(text))):
        _, _, names = answer.partition("given name first, as in author: ")
        _, _, name = answer.partition("without a comma: ")
        for advice in filter(None, [names, name]):
            again = " ".join(answers(file.format(advice)))
            assert "comma" not in again
            assert "separately" not in again
            assert "YAML" not in again


@for_each(
    ("text", "advice"),
    [
        ("any: 'AI: a survey'", "any: ['AI: a survey']"),
        ("any: 'foo #1'", "any: ['foo #1']"),
        ("any: '\"home\" sweet'", "any: ['\"home\" sweet']"),
        ('any: "it\'s: it"', "any: ['it''s: it']"),
        ("any: foo, bar: it", None),
        ("any: foo, bar", "any: [foo, bar]"),
        ("any: " + "foo " * 20, None),
    ],
)
def test_what_to_write(text: str, advice: str | None) -> None:
    (answer, *_) = answers(f"keywords:\n  - name: mri\n    {text}\n")
    assert answer.partition("; write ")[2] == (advice or "")


def test_how_to_write_what_is_too_long_to_be_shown() -> None:
    words = "very " * 20
    assert answers(f"keywords:\n  - name: x\n    any: {words}long\n") == [
        "any: expected a list, as in any: [one, another]"
    ]
    (answer,) = answers(f"keywords:\n  - deep learning: a {words}long survey\n")
    assert answer.endswith("; if this is a phrase, put the whole text in quotes")


def test_a_key_beside_others_is_no_phrase() -> None:
    (answer,) = answers("keywords:\n  - name: mri\n    colour: red\n")
    assert answer.startswith('unknown key "colour"; the keys are name, slug,')


def test_a_list() -> None:
    assert list_as_yaml(["a", "b: c", "d,e"]) == "[a, 'b: c', 'd,e']"
