"""Every mistake in keywords.yaml, and the line that it is answered with."""

# ruff: noqa: E501 - each message stands on one line, as people see it

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from daily_papers.config import ConfigError, parse_config
from tests.support.cases import for_each
from tests.support.command_line import run

HOW_TO_LIST = 'write a line "keywords:" and below it a line "  - your topic" for each topic'


def problems(text: str | bytes) -> list[str]:
    """The problems of a file, errors and warnings, as they are printed."""
    raw = text if isinstance(text, bytes) else text.encode()
    try:
        return [str(warning) for warning in parse_config(raw, "keywords.yaml").warnings]
    except ConfigError as error:
        return str(error).split("\n")


def answers(text: str | bytes) -> list[str]:
    """The problems without the name of the file."""
    return [line.removeprefix("keywords.yaml") for line in problems(text)]


def in_list(text: str) -> list[str]:
    """The problems of these keywords, the first of which stands in line 2."""
    return answers(f"keywords:\n{text}")


def test_all_mistakes_at_once_in_the_order_of_the_file() -> None:
    text = """\
title: 2024
categories: [cs.CVV, eess]
max_paper: 50
keywords:
  - NO
  - name: Medical imaging
    categorys: [eess.IV]
    any: [medical imaging, --, 3]
    in: tittle
  - name: MRI
    query: ti:mri and abs:mri
  - max_papers: 5000
    name: ultrasound
"""
    assert problems(text) == [
        "keywords.yaml:1: title: YAML read 2024 as a number; put it in quotes",
        'keywords.yaml:2: categories: "cs.CVV" is not a category of arXiv; did you mean "cs.CV"?',
        'keywords.yaml:3: unknown key "max_paper"; did you mean "max_papers"?',
        "keywords.yaml:5: keywords: YAML read NO as a boolean; put it in quotes",
        'keywords.yaml:7: unknown key "categorys"; did you mean "categories"?',
        'keywords.yaml:8: any: "--" has no word to search for',
        "keywords.yaml:8: any: YAML read 3 as a number; put it in quotes",
        'keywords.yaml:9: in: expected "title", "abstract", "title and abstract" or "title or abstract", not "tittle"',
        'keywords.yaml:11: query: column 8: expected AND, OR or ANDNOT in capitals, not and; several words need quotes, as in ti:"two words"',
        "keywords.yaml:12: max_papers: expected a whole number from 1 to 2000, without quotes",
    ]


@for_each(
    ("text", "answer"),
    [
        ("", ':1: the file is empty; write a line "keywords:" and below it a line "  - your topic" for each topic'),
        ("# nothing\n\n", ':1: the file is empty; write a line "keywords:" and below it a line "  - your topic" for each topic'),
        ("---\n", ':1: the file is empty; write a line "keywords:" and below it a line "  - your topic" for each topic'),
        ("- mri\n- ct\n", f":1: the topics must be in a list under a key; {HOW_TO_LIST}"),
        ("mri", f":1: the topics must be in a list under a key; {HOW_TO_LIST}"),
        ("title: x\n", f':1: "keywords" is missing; the topics must be in a list under a key; {HOW_TO_LIST}'),
        ("keyword: [mri]\n", ':1: unknown key "keyword"; did you mean "keywords"?'),
        ("topics: [mri]\n", ':1: unknown key "topics"; did you mean "keywords"?'),
        ("keywords:\n", ':1: keywords: expected a list with something in it; write each topic below it, on a line of its own that begins with "- "'),
        ("keywords: []\n", ':1: keywords: expected a list with something in it; write each topic below it, on a line of its own that begins with "- "'),
        ("keywords: mri\n", ':1: keywords: expected a list with something in it; write each topic below it, on a line of its own that begins with "- "'),
        ("keywords:\n  mri:\n", ':1: keywords: expected a list with something in it; write each topic below it, on a line of its own that begins with "- "'),
        ("keywords: [mri]\nkeywords: [ct]\n", ':2: duplicate key "keywords"; the first is on line 1; remove one'),
        ("keywords: [mri]\n---\nkeywords: [ct]\n", ':2: not valid YAML: a second document begins here; remove the line "---"'),
        ("name: x\nkeywords: [mri]\n", ':1: unknown key "name"; that belongs to a keyword; the heading of the whole file is "title"'),
        ("category: cs\nkeywords: [mri]\n", ':1: unknown key "category"; for all keywords, write "categories: [...]"; "category" is a keyword'),
        ("any: [x]\nkeywords: [mri]\n", ':1: unknown key "any"; it belongs to a keyword; indent it so that it is below the keyword\'s name'),
        ("keywords: [mri]\nsummaries: {endpoint: 'https://a.example', model: m, api_key: sk-1}\n", ':2: unknown key "api_key"; a secret must not be in this file; set DAILY_PAPERS_MODEL_KEY to HOST=KEY instead'),
        ("token: x\nkeywords: [mri]\n", ':1: unknown key "token"; a secret must not be in this file; set DAILY_PAPERS_MODEL_KEY to HOST=KEY instead'),
        ("keywords: [mri]\nsummaries: {endpoint: 'http://a.example', model: m}\n", ':2: endpoint: http is only allowed for this machine (localhost); write https'),
        ("keywords: [mri]\ncolumns: [title, date,\n  title]\n", ':3: warning: columns: "title" is already in the list; remove one of the two'),
        ("keywords: [mri]\ncolumns: [titel, date]\n", ':2: columns: expected "title", "date", "abstract", "comment", "authors", "code", "pdf", "category" or "summary", not "titel"'),
        ("keywords: [mri]\ncategories: [cs.CV, cs.cv]\n", ':2: warning: categories: "cs.cv" is already in the list; remove one of the two'),
        ("keywords: [token: pruning]\n", ':1: unknown key "token"; put a phrase with a colon in quotes; the keys are name, slug, any, none, in, author, query, category, categories, max_papers, like, papers_per_day'),
        ("weather: red\nkeywords: [mri]\n", ':1: unknown key "weather"; the keys are title, categories, max_papers, like, keywords, columns, digest, issues, summaries'),
    ],
)  # fmt: skip
def test_the_file_as_a_whole(text: str, answer: str) -> None:
    assert answers(text) == [answer]


@for_each(
    ("text", "answer"),
    [
        ("NO", 'YAML read NO as a boolean; put it in quotes'),
        ("on", 'YAML read on as a boolean; put it in quotes'),
        ("42", 'YAML read 42 as a number; put it in quotes'),
        ("+1", 'YAML read +1 as a number; put it in quotes'),
        ("1.5", 'YAML read 1.5 as a number; put it in quotes'),
        ("0x1F", 'YAML read 0x1F as a number; put it in quotes'),
        ("12:30", 'YAML read 12:30 as a number; put it in quotes'),
        (".inf", 'YAML read .inf as a number; put it in quotes'),
        ("2024-01-31", 'YAML read 2024-01-31 as a date; put it in quotes'),
        ("null", 'YAML read null as nothing; put it in quotes'),
        ("~", 'YAML read ~ as nothing; put it in quotes'),
        ("deep: learning", 'expected text, not keys and values; if it is meant as text, put it in quotes'),
        ("[a, b]", "expected text, not a list"),
        ("", "there is nothing here; write something, or remove it"),
        ('""', "there is nothing here; write something, or remove it"),
        ('" "', "there is nothing here; write something, or remove it"),
        ("--", '"--" has no word to search for'),
        ("'***'", '"***" has no word to search for'),
        ('"a\\x07b"', "an invisible character (U+0007) in the text; remove it"),
        ('"a\\u202Eb"', "an invisible character (U+202E) in the text; remove it"),
        ('"a\\u200Bb"', "an invisible character (U+200B) in the text; remove it"),
        ('"\\uD800"', "an invisible character (U+D800) in the text; remove it"),
        ("w" * 201, "longer than 200 characters"),
        ("optim* methods", '"optim* methods": wildcards cannot be used, since arXiv compares them with word stems; leave it out: endings are matched anyway (network finds networks)'),
    ],
)  # fmt: skip
def test_a_phrase(text: str, answer: str) -> None:
    assert in_list(f"  - name: x\n    any:\n      - {text}\n") == [f":4: any: {answer}"]


@for_each(
    "text",
    [
        "{name: x, any: [foo bar, baz], none: [foo]}",
        "{name: x, any: [foobar], none: [foo]}",
        "{name: x, any: [foo big bar], none: [foo bar]}",
        "{name: x, any: [foo], none: [foo bar]}",
        "{name: mri, max_papers: +50}",
    ],
)
def test_a_keyword_that_is_right(text: str) -> None:
    assert in_list(f"  - {text}\n") == []


@for_each(
    "phrase",
    [
        "C# language",
        "C*-algebras",
        "CI/CD",
        "1,000 genomes",
        "e+e- collisions",
        "p-adic",
        "math",
        "state of the art",
        "naïve Bayes",
        "µCT of β-cells",
        "CO₂ capture",
        "ﬁne-tuning",
        "Nguyễn process",
        "Łojasiewicz inequality",
        "Nd:YAG laser",
        "YAG:Ce phosphor",
        "k[x] modules",
        "SU(2) models",
        "'42'",
        "3D",
    ],
)
def test_a_phrase_that_is_right(phrase: str) -> None:
    assert in_list(f"  - name: x\n    any:\n      - {phrase}\n") == []


ENGLISH = ": arXiv's papers are in English; write English words, or a name in Latin letters"
PLAIN_WORDS = 'is searched for word for word; write plain words here, arXiv\'s syntax below "query", and ": " after a key'


@for_each(
    "phrase",
    [
        "title:mri",
        "intitle:mri",
        "mri：brain",
        "Title:mri",
        "TS=(deep learning)",
        "TITLE-ABS-KEY(mri)",
        "MRI[tiab]",
        "MRI [MeSH Terms]",
        "cancer[Title/Abstract]",
        "optimi[sz]ation",
        "neur?l",
        "deep%20learning",
    ],
)
@for_each("key", ["any", "none"])
def test_the_syntax_of_other_searches_is_a_warning(phrase: str, key: str) -> None:
    text = f"  - name: x y\n    {key}: ['{phrase}']\n"
    assert in_list(text) == [f':3: warning: {key}: "{phrase}" {PLAIN_WORDS}']


@for_each("phrase", ["医学影像", "нейронные сети", "ＭＲＩ", "deep 学习", "ℝ-trees"])
def test_other_letters_than_english_has_are_a_warning(phrase: str) -> None:
    text = f"  - name: x\n    any: [{phrase}]\n"
    assert in_list(text) == [f':3: warning: any: "{phrase}"{ENGLISH}']


@for_each(
    ("item", "doubt"),
    [
        ("'survey, review'", '"survey, review" must be side by side; write several as any (or none): [a, b]'),
        ("survey; review", '"survey; review" must be side by side'),
        ("'-survey'", '"-" in "-survey" excludes nothing; write what to exclude below "none", without it'),
        ("survey OR review", 'OR in "survey OR review" is a word like any other'),
        ("'ti:survey'", '"ti:survey" is searched for word for word'),
        ("survey\n        review", '"survey review" is one text on several lines'),
    ],
)  # fmt: skip
def test_what_is_excluded_is_doubted_as_what_is_searched_for(item: str, doubt: str) -> None:
    (said,) = in_list(f"  - name: x y\n    none:\n      - {item}\n")
    assert said.startswith(":4: warning: none: ")
    assert doubt in said


@for_each(
    ("text", "answer"),
    [
        ("deep AND learning", 'AND in "deep AND learning" is a word like any other; operators need a "query", outside quotes'),
        ("ti:learning", '"ti:learning" is searched for word for word; write plain words here, arXiv\'s syntax below "query", and ": " after a key'),
        ("on-policy", 'arXiv\'s search ignores "on" at the start of "on-policy", and looks for the rest; write a longer phrase, or leave the word out'),
        ("A* search", 'arXiv\'s search ignores "A" at the start of "A* search", and looks for the rest; write a longer phrase, or leave the word out'),
        ("type A", 'arXiv\'s search ignores "A" at the end of "type A", and looks for the rest; write a longer phrase, or leave the word out'),
        ("it", '"it" may find nothing: arXiv\'s search ignores such common words'),
        ("C++", '"C++" is the word C to a search, found in papers on any topic; add a word'),
        ("deep learning, 3D vision", 'all words of "deep learning, 3D vision" must be side by side; write several as any (or none): [a, b]'),
        ("mri， ct、pet", 'all words of "mri， ct、pet" must be side by side; write several as any (or none): [a, b]'),
        ("mri\n    diffusion models", '"mri diffusion models" is one text on several lines; begin the line of each topic with "- ", each below the other; in brackets, put a comma between them'),
        ("LLM | VLM", 'all words of "LLM | VLM" must be side by side; write several as any (or none): [a, b]'),
        ("image/video generation", 'all words of "image/video generation" must be side by side; write several as any (or none): [a, b]'),
        ("vision + language", 'all words of "vision + language" must be side by side; write several as any (or none): [a, b]'),
        ("cats or dogs", 'all words of "cats or dogs" must be side by side; write several as any (or none): [a, b]'),
        ("gan -survey -review", '"-" in "gan -survey -review" excludes nothing; write what to exclude below "none", without it'),
        ("deep learning not survey", '"not" in "deep learning not survey" excludes nothing; write what to exclude below "none", without it'),
        ("'\"language model\"'", 'every phrase is searched for word for word; leave out the quotes in "language model"'),
        ("cs.CV", '"cs.CV" is searched for as a word; for the category, write "category: cs.CV" or, in a query, cat:cs.CV'),
        ("cat:math.it", '"cat:math.it" is searched for as a word; for the category, write "category: math.IT" or, in a query, cat:math.IT'),
        ("hep-th", '"hep-th" is searched for as a word; for the category, write "category: hep-th" or, in a query, cat:hep-th'),
        ("https://arxiv.org/list/cs.RO/recent", '"https://arxiv.org/list/cs.RO/recent" is an address, which no paper contains; write the words of a topic'),
        ("https://arxiv.org/abs/2401.00001", '"https://arxiv.org/abs/2401.00001" is an address, which no paper contains; write the words of a topic'),
        ("'2401.00001'", '"2401.00001" names a single paper, and only words of papers are searched for'),
    ],
)  # fmt: skip
def test_a_doubtful_phrase_is_a_warning(text: str, answer: str) -> None:
    assert in_list(f"  - {text}\n") == [f":2: warning: keywords: {answer}"]


@for_each(
    ("text", "answer"),
    [
        ("deep learning: a survey", 'unknown key "deep learning"; put a phrase with a colon in quotes; the keys are name, slug, any, none, in, author, query, category, categories, max_papers, like, papers_per_day'),
        ("[mri]", "keywords: expected text, not a list"),
        ("7", 'keywords: YAML read 7 as a number; put it in quotes'),
        ("{}", 'keywords: the keyword has nothing to search for; add a line "name: ...", or for a whole category write just "category: ..."'),
        ("categories: [cs]", 'keywords: the keyword has nothing to search for; add a line "name: ...", or for a whole category write just "category: ..."'),
        ("none: [survey]", 'keywords: the keyword has nothing to search for; add a line "name: ...", or for a whole category write just "category: ..."'),
        ("{name: mri, phrase: ct}", 'unknown key "phrase"; did you mean "any"?'),
        ("{name: mri, Any: [ct]}", 'unknown key "Any"; did you mean "any"?'),
        ("{name: mri, title: x}", 'unknown key "title"; that is the heading of the whole file; the heading of a keyword is "name"'),
        ("{name: mri, keywords: [ct]}", 'unknown key "keywords"; a keyword\'s phrases are a list below "any"'),
        ("{name: mri, colour: [red]}", 'unknown key "colour"; the keys are name, slug, any, none, in, author, query, category, categories, max_papers, like, papers_per_day'),
        ("{name: mri, name: ct}", 'duplicate key "name"; the first is on line 2; remove one, or begin the next topic with "- "'),
        ("{name: mri, any: ct}", "any: expected a list, as in any: [one, another]"),
        ("{name: mri, any: {a: b}}", "any: expected a list, as in any: [one, another]"),
        ("{name: mri, any: }", "any: there is nothing here; write something, or remove it"),
        ("{name: mri, any: []}", "any: there is nothing here; write something, or remove it"),
        ("{name: mri, in: }", "in: there is nothing here; write something, or remove it"),
        ("{name: mri, in: body}", 'in: expected "title", "abstract", "title and abstract" or "title or abstract", not "body"'),
        ("{name: mri, in: abstract or title}", 'in: expected "title", "abstract", "title and abstract" or "title or abstract", not "abstract or title"'),
        ('{author: "John Smith, Jr."}', 'author: write the name alone, as papers do: John Smith Jr.'),
        ('{author: "Roe, Jane"}', 'author: write the name alone, as papers do: Jane Roe'),
        ('{author: Jane Roe and John Doe}', 'author: a keyword is for one person, and "Jane Roe and John Doe" names several; write a keyword for each, as in "- author: Jane Roe"'),
        ('{author: A. Lovelace & B. Babbage}', 'author: a keyword is for one person, and "A. Lovelace & B. Babbage" names several; write a keyword for each, as in "- author: A. Lovelace"'),
        ('{author: Ada Lovelace / Bob B}', 'author: a keyword is for one person, and "Ada Lovelace / Bob B" names several; write a keyword for each, as in "- author: Ada Lovelace"'),
        ('{author: Ada Lovelace|Bob B}', 'author: a keyword is for one person, and "Ada Lovelace|Bob B" names several; write a keyword for each, as in "- author: Ada Lovelace"'),
        ('{author: ATLAS and CMS Collaborations}', 'author: a keyword is for one person, and "ATLAS and CMS Collaborations" names several; write a keyword for each, as in "- author: Jane Roe"'),
        ('{author: "Jane Roe, John Doe"}', 'author: a keyword is for one person, and "Jane Roe, John Doe" names several; write a keyword for each, as in "- author: Jane Roe"'),
        ('{author: "Di Feola, Francesco"}', 'author: write the name alone, as papers do: Francesco Di Feola'),
        ('{author: "van der Berg, J. P."}', 'author: write the name alone, as papers do: J. P. van der Berg'),
        ('{author: "Yu, Philip S."}', 'author: write the name alone, as papers do: Philip S. Yu'),
        ('{author: "Roe, Jane; Doe, John"}', 'author: a keyword is for one person, and "Roe, Jane; Doe, John" names several; write a keyword for each, as in "- author: Jane Roe"'),
        ('{author: ";x"}', 'author: write the name alone, as papers do: x'),
        ('{cat: cs.CV}', 'unknown key "cat"; did you mean "category"?'),
        ('{keyword: mri}', 'unknown key "keyword"; did you mean "name"?'),
        ('{author: "and"}', 'author: a keyword is for one person, and "and" names several; write a keyword for each, as in "- author: Jane Roe"'),
        ("{author: [Jane Roe, J* Roe]}", 'author: "J* Roe": * cannot be used in a name; list each spelling, as in [Jane Roe, J. Roe]'),
        ("{name: x, query: 'ti:\"on policy\"'}", 'warning: query: arXiv\'s search ignores "on" at the start of "on policy", and looks for the rest; write a longer phrase, or leave the word out'),
        ('{author: "42"}', 'author: "42" has no letter'),
        ("{author: 42}", 'author: YAML read 42 as a number; put it in quotes'),
        ("{author: []}", "author: there is nothing here; write something, or remove it"),
        ("{author: Roe}", 'warning: author: "Roe" means everybody with that name; add the given name or its initial'),
        ("{author: 王小明, name: x, slug: x}", 'warning: author: "王小明": arXiv\'s papers are in English; write English words, or a name in Latin letters'),
        ("{author: 'Smith J[au]'}", f'warning: author: "Smith J[au]" {PLAIN_WORDS}'),
        ("{author: 'Roe， Jane'}", 'author: write the name alone, as papers do: Jane Roe'),
        ("{author: Prof. Dr. Jane Roe}", 'author: write the name alone, as papers do: Jane Roe'),
        ("{author: 'Jane Roe, Ph.D.'}", 'author: write the name alone, as papers do: Jane Roe'),
        ("{author: Jane Roe et al.}", 'author: write the name alone, as papers do: Jane Roe'),
        ("{author: Jane Roe (MIT)}", 'author: write the name alone, as papers do: Jane Roe'),
        ("{author: 'Roe, Jane (MIT)'}", 'author: write the name alone, as papers do: Jane Roe'),
        ("{author: Hao (Richard) Zhang}", 'author: write the name alone, as papers do: Hao Zhang'),
        *((f"{{author: {name!r}}}", f'author: "{name}" is not a name; write the name as papers do, as in Jane Roe')
          for name in ("@jroe", "roe@mit.edu", "https://arxiv.org/a/roe_j_1", "roe_j_1", "0000-0002-1825-009X")),
        ("{author: Jane Roe、John Doe}", 'author: a keyword is for one person, and "Jane Roe、John Doe" names several; write a keyword for each, as in "- author: Jane Roe"'),
        ("{author: Jane Roe；John Doe}", 'author: a keyword is for one person, and "Jane Roe；John Doe" names several; write a keyword for each, as in "- author: Jane Roe"'),
        ("{name: x, query: 'ti:\"mri OR ct\"'}", 'warning: query: OR in "mri OR ct" is a word like any other; operators need a "query", outside quotes'),
        ("{name: x, query: 'abs:医学'}", f'warning: query: "医学"{ENGLISH}'),
        ("{name: mri, categories: [cs.CV cs.LG]}", 'categories: "cs.CV cs.LG" is not a category of arXiv; put a comma between them, outside quotes: categories: [cs.CV, cs.LG]'),
        ("{name: mri, categories: ['cs.CV, cs.LG']}", 'categories: "cs.CV, cs.LG" is not a category of arXiv; put a comma between them, outside quotes: categories: [cs.CV, cs.LG]'),
        ("{name: mri, categories: [Physics Education]}", 'categories: "Physics Education" is not a category of arXiv; did you mean "physics.ed-ph"?'),
        ("SLAM: {filters: [SLAM]}", 'unknown key "SLAM"; write "- name: SLAM"; the keys are name, slug, any, none, in, author, query, category, categories, max_papers, like, papers_per_day'),
        ("{name: SLAM, filters: [x]}", 'unknown key "filters"; did you mean "any"?'),
        ("{query: 'ti:ct'}", 'query: it needs a heading; add a line "name: ...\"'),
        ("{name: x, query: 'ti:mri', any: [ct]}", 'any: it cannot be used with "query"; write it into the query'),
        ("{name: x, query: 'ti:mri', in: title}", 'in: it cannot be used with "query"; write it into the query'),
        ("{name: x, query: 'deep learning'}", 'query: column 1: expected a field before deep, as in ti:word or abs:"two words"; arXiv would search every field'),
        ("{name: x, query: 'ti:a AND all:b'}", "query: column 10: the field all: cannot be used: it also searches what is not always known here, such as comments; use ti:, abs:, au: or cat:"),
        ("{name: x, query: ''}", "query: there is nothing here; write something, or remove it"),
        ("{name: x, query: 'ti:mri', category: cs.CV}", 'category: it cannot be used with "query"; write it into the query'),
        ("{category: cs.CV, any: [mri]}", 'any: it cannot be used with "category"; to search within a category, write "categories: [...]"'),
        ("{category: cs.CVV}", 'category: "cs.CVV" is not a category of arXiv; did you mean "cs.CV"?'),
        ("{category: [cs.CV, cs.RO]}", "category: expected text, not a list"),
        ("{name: x, query: 'cat:cs.XX'}", 'warning: query: "cs.XX" is not a category that daily-papers knows; see https://arxiv.org/category_taxonomy'),
        ("{name: x, query: 'ti:and OR ti:mri'}", 'warning: query: "and" may find nothing: arXiv\'s search ignores such common words'),
        ("{name: x, query: 'ti:\"it is\"'}", 'warning: query: "it is" may find nothing: arXiv\'s search ignores such common words'),
        ("{name: x, query: 'au:\"Smith, John\"'}", 'query: column 4: write each name as a term, given name first, as in au:"Jane Roe"'),
        ("{name: mri, max_papers: 0}", "max_papers: expected a whole number from 1 to 2000, without quotes"),
        ("{name: mri, max_papers: -1}", "max_papers: expected a whole number from 1 to 2000, without quotes"),
        ("{name: mri, max_papers: 2001}", "max_papers: expected a whole number from 1 to 2000, without quotes"),
        ("{name: mri, max_papers: 1.5}", "max_papers: expected a whole number from 1 to 2000, without quotes"),
        ("{name: mri, max_papers: 0100}", "max_papers: expected a whole number from 1 to 2000, without quotes"),
        ("{name: mri, max_papers: many}", "max_papers: expected a whole number from 1 to 2000, without quotes"),
        ("{name: mri, max_papers: '50'}", "max_papers: expected a whole number from 1 to 2000, without quotes"),
        ("{name: mri, max_papers: yes}", "max_papers: expected a whole number from 1 to 2000, without quotes"),
        ("{name: mri, max_papers: [5]}", "max_papers: expected a whole number from 1 to 2000, without quotes"),
        ("{name: mri, categories: cs}", "categories: expected a list, as in categories: [one, another]"),
        ("{name: mri, categories: [robotics]}", 'categories: "robotics" is not a category of arXiv; did you mean "cs.RO"?'),
        ("{name: mri, categories: [CV]}", 'categories: "CV" is not a category of arXiv; did you mean "cs.CV"?'),
        ("{name: mri, categories: [qqqq]}", 'categories: "qqqq" is not a category of arXiv; see https://arxiv.org/category_taxonomy'),
        ("{name: mri, categories: [null]}", 'categories: YAML read null as nothing; put it in quotes'),
        ("{name: mri, categories: 3}", "categories: expected a list, as in categories: [one, another]"),
        ("{name: mri, categories: [+3]}", 'categories: YAML read +3 as a number; put it in quotes'),
        ("{name: mri, categories: [yes]}", 'categories: YAML read yes as a boolean; put it in quotes'),
        ("{name: mri, categories: [2024-01-31]}", 'categories: YAML read 2024-01-31 as a date; put it in quotes'),
        ("{name: mri, categories: [cs: CV]}", 'categories: expected text, not keys and values; if it is meant as text, put it in quotes'),
        ("{name: mri, categories: [[cs]]}", "categories: expected text, not a list"),
        ("{name: mri, categories: [cs.XX]}", 'warning: categories: "cs.XX" is not a category that daily-papers knows; see https://arxiv.org/category_taxonomy'),
        ("{name: mri, categories: [physics.medph]}", 'warning: categories: "physics.medph" is not a category that daily-papers knows; did you mean "physics.med-ph"?'),
        ("{name: mri, categories: [cmp-lg]}", 'categories: "cmp-lg" is not a category of arXiv; see https://arxiv.org/category_taxonomy'),
        ("{name: mri, slug: My Page}", 'slug: "My Page" may only contain lowercase letters a-z, digits and single hyphens; write "slug: my-page"'),
        ("{name: mri, slug: 医}", 'slug: "医" may only contain lowercase letters a-z, digits and single hyphens'),
        ("{name: mri, slug: aux}", 'slug: "aux" is the name of a device on Windows, where no file can have it; write "slug: aux-papers"'),
        ("{name: mri, slug: ../etc}", 'slug: "../etc" may only contain lowercase letters a-z, digits and single hyphens; write "slug: etc"'),
        ("{name: mri, slug: 7}", 'slug: YAML read 7 as a number; put it in quotes'),
        (f"{{name: mri, slug: {'s' * 101}}}", "slug: longer than 100 characters"),
    ],
)  # fmt: skip
def test_a_keyword(text: str, answer: str) -> None:
    assert in_list(f"  - {text}\n") == [f":2: {answer}"]


@for_each(
    ("text", "answer"),
    [
        ("  - mri\n  - mri\n", ':3: keywords: "mri" is already defined on line 2; remove one of the two'),
        ("  - mri\n  - MRI\n", ':3: keywords: "MRI" is already defined on line 2; remove one of the two'),
        ("  - mri\n  - {name: mri, in: title}\n", ':3: keywords: "mri" is already defined on line 2; remove one of the two'),
        ("  - mri\n  - {name: Imaging, any: [MRI], in: title and abstract}\n",
         ':3: keywords: "Imaging" searches for the same as "mri" on line 2; remove one of the two'),
        ("  - caf\u00e9\n  - Cafe\u0301\n", ':3: keywords: "Caf\u00e9" is already defined on line 2; remove one of the two'),
        ("  - {name: x, any: [mri], categories: [cs.NA]}\n  - {name: y, any: [mri], categories: [math.NA]}\n",
         ':3: keywords: "y" searches for the same as "x" on line 2; remove one of the two'),
        ("  - {name: x, any: [alpha beta, gamma delta]}\n  - {name: y, any: [gamma delta, alpha beta]}\n",
         ':3: keywords: "y" searches for the same as "x" on line 2; remove one of the two'),
        ("  - {name: x, any: [Gamma delta, alpha beta]}\n  - {name: y, any: [gamma delta, alpha beta]}\n",
         ':3: keywords: "y" searches for the same as "x" on line 2; remove one of the two'),
        ("  - {name: x, query: 'ti:mri AND abs:ct'}\n  - {name: y, query: 'abs:ct AND ti:mri'}\n",
         ':3: keywords: "y" searches for the same as "x" on line 2; remove one of the two'),
        ("  - author: [Jane Roe, J. Roe]\n  - {name: y, author: [J Roe, JANE ROE]}\n",
         ':3: keywords: "y" searches for the same as "Jane Roe" on line 2; remove one of the two'),
        ("  - C code\n  - C++ code\n",
         ':3: keywords: "C++ code" has the same page as "C code" on line 2, papers/c-code.md; remove one of the two, or give this one the lines "name: C++ code" and "slug: c-code-2"'),
        ("  - {name: MRI!, any: [mri]}\n  - {name: 'MRI?', any: [mri, ct]}\n",
         ':3: keywords: "MRI?" has the same page as "MRI!" on line 2, papers/mri.md; remove one of the two, or give this one the lines "name: MRI?" and "slug: ct"'),
        ("  - deep learning\n  - deep-learning\n",
         ':3: keywords: "deep-learning" has the same page as "deep learning" on line 2, papers/deep-learning.md; remove one of the two, or give this one the lines "name: deep-learning" and "slug: deep-learning-2"'),
        ("  - author: Jane Roe\n  - {author: Jane Roe, any: [mri]}\n",
         ':3: keywords: "Jane Roe" is already defined on line 2; remove one of the two, or give this one the lines "name: ..." and "slug: mri"'),
        ("  - {name: 医学, any: [ab], slug: ef}\n  - {name: 影像, any: [ab], slug: cd}\n",
         ':3: keywords: "影像" searches for the same as "医学" on line 2; remove one of the two'),
        ("  - {name: 医学影像, author: Jane Roe}\n",
         ':2: keywords: "医学影像" has no letter a-z or digit to name its page with; use some, or give this one the lines "name: 医学影像" and "slug: keyword"'),
        ("  - {name: 医学影像, any: [medical imaging]}\n",
         ':2: keywords: "医学影像" has no letter a-z or digit to name its page with; use some, or give this one the lines "name: 医学影像" and "slug: medical-imaging"'),
        ("  - {name: mri, slug: x}\n  - {name: ct, slug: x}\n",
         ':3: keywords: "ct" has the same page as "mri" on line 2, papers/x.md; remove one of the two, or give this one the lines "name: ct" and "slug: ct"'),
    ],
)  # fmt: skip
def test_keywords_that_clash(text: str, answer: str) -> None:
    assert in_list(text) == [answer]


@for_each(
    "text",
    [
        "  - {name: x, query: 'ti:mri ANDNOT ti:ct'}\n  - {name: y, query: 'ti:ct ANDNOT ti:mri'}\n",
        "  - {name: x, query: 'ti:mri AND ti:ct'}\n  - {name: y, query: 'ti:mri OR ti:ct'}\n",
        "  - {name: x, any: [mri], categories: [math.NA]}\n  - {name: y, any: [mri], categories: [math]}\n",
    ],
)
def test_keywords_that_do_not_clash(text: str) -> None:
    assert in_list(text) == []


@for_each(
    ("text", "answer"),
    [
        ("  - LLM\n  - llms\n",
         ':3: warning: keywords: "llms" finds the same as "LLM" on line 2: endings, case and punctuation do not matter; remove one of the two'),
        ("  - neural network\n  - {name: x, any: [Neural-Networks]}\n",
         ':3: warning: keywords: "x" finds the same as "neural network" on line 2: endings, case and punctuation do not matter; remove one of the two'),
        ("  - any: [LLM, vision, llms]\n",
         ':2: warning: keywords: "llms" finds the same as "LLM": endings, case and punctuation do not matter; remove one of the two'),
        ("  - author: [Jane Roe, J. Roe, JANE ROE.]\n",
         ':2: warning: keywords: "JANE ROE." finds the same as "Jane Roe": endings, case and punctuation do not matter; remove one of the two'),
        ("  - any:\n      - x-ray\n      - ct\n      - x ray\n",
         ':5: warning: keywords: "x ray" finds the same as "x-ray": endings, case and punctuation do not matter; remove one of the two'),
        ("  - {name: survey, none: [surveys]}\n", ""),
        ("  - {name: x, any: [LLM], in: title}\n  - {name: y, any: [llms], in: abstract}\n", ""),
        ("  - {any: [mri, ct], categories: [cs.IT, math.IT]}\n", ""),
    ],
)  # fmt: skip
def test_what_finds_the_same_with_other_endings_and_case(
    tmp_path: Path, text: str, answer: str
) -> None:
    (tmp_path / "keywords.yaml").write_text(f"keywords:\n{text}", encoding="utf-8")
    said = run("check", "--quiet", "--root", tmp_path).out
    assert said == (f"{tmp_path / 'keywords.yaml'}{answer}\n" if answer else "")


def test_what_is_suggested_for_clashing_pages_is_right() -> None:
    text = "keywords:\n  - {name: C code}\n  - {name: C++ code}\n  - {name: C# code}\n  - {name: 学}\n  - {name: 医}\n"
    errors = [each for each in problems(text) if "slug: " in each]
    for name, answer in zip(("C++ code", "C# code", "学", "医"), errors, strict=True):
        slug = answer.partition('"slug: ')[2].partition('"')[0]
        text = text.replace(f"{{name: {name}}}", f"{{name: {name}, slug: {slug}}}")
    assert not [each for each in problems(text) if ": warning: " not in each]
    slugs = [keyword.slug for keyword in parse_config(text.encode(), "k").keywords]
    assert slugs == ["c-code", "c-code-2", "c-code-3", "keyword", "keyword-2"]


NAMELESS = 'an item with keys below it needs a key itself, as in "- name: mri"'
COLON = f': not valid YAML: a ": " where none can be: the second one on a line, or below a line whose own colon has no space after it, or wrong indentation; {NAMELESS}; put the text in quotes if the colon belongs to it'
NO_KEY = ': not valid YAML: expected a key with ": " after it, or an item with "- " before it'
SURPLUS = "something follows a closing quote or bracket; put text with quotes in the other kind of quotes, as in 'ti:\"two words\"'"
BLOCK = (
    f": not valid YAML: the indentation does not match the lines above, or {SURPLUS}; {NAMELESS}"
)
LINES = 'is one text on several lines; begin the line of each topic with "- ", each below the other; in brackets, put a comma between them'
MACHINERY = ": not valid YAML: anchors, aliases and tags (&, *, !) cannot be used; write it all out, or put the text in quotes"
FULL_WIDTH = ': a full-width colon (：); write ": " after a key'
ITEM = ': begin each item with "- ", not with another sign'
LESS = ': not valid YAML: indented less than the first line, or below "..."; indent both alike; remove "..."'
SIGN = ": not valid YAML: text cannot begin with a sign such as &, *, !, @, % or `; put the text in quotes"
OTHER = ": not valid YAML: a sign here has a meaning in YAML; put the text in single quotes"
BRACKETS = (
    f": not valid YAML: a list in brackets is never closed, or a comma is missing, or {SURPLUS}"
)


@for_each(
    ("text", "answer"),
    [
        ("keywords:\n\t- mri\n", ":2: a tab in the indentation; YAML allows only spaces"),
        ("keywords:\n  - mri\n \t- ct\n", ":3: a tab in the indentation; YAML allows only spaces"),
        ("keywords:\n  - mri\n  \u200b- ct\n", f":3{NO_KEY}"),
        ("keywords:\n-mri\n", f":2{NO_KEY}"),
        ("keywords:\n-mri\n-ct\n", f":2{NO_KEY}"),
        ("keywords:\n  -mri\n", ':1: keywords: expected a list with something in it; write each topic below it, on a line of its own that begins with "- "'),
        ("keywords:\n  - name: mri\n    any:[ct]\n", f":3{NO_KEY}"),
        ("keywords:\n  - & x\n", ":2: not valid YAML: text cannot begin with a sign such as &, *, !, @, % or `; put the text in quotes"),
        ("keywords:\n  - * x\n", ":2: not valid YAML: text cannot begin with a sign such as &, *, !, @, % or `; put the text in quotes"),
        ("keywords:\n  - *star\n", f":2{MACHINERY}"),
        ("keywords:\n  - &amp mri\n", f":2{MACHINERY}"),
        ("keywords:\n  - !!python/object/apply:os.system [ls]\n", f":2{MACHINERY}"),
        ("keywords:\n  - !<a x\n", ":2: not valid YAML: text cannot begin with a sign such as &, *, !, @, % or `; put the text in quotes"),
        ("keywords:\n  - @home\n", ":2: not valid YAML: text cannot begin with a sign such as &, *, !, @, % or `; put the text in quotes"),
        ("keywords:\n  - `code`\n", ":2: not valid YAML: text cannot begin with a sign such as &, *, !, @, % or `; put the text in quotes"),
        ("keywords:\n  - %x\n", ":2: not valid YAML: text cannot begin with a sign such as &, *, !, @, % or `; put the text in quotes"),
        ("keywords:\n  - 'mri\n  - ct\n", ":2: not valid YAML: a quote is never closed"),
        ("keywords:\n  - [a\n  - b\n", f":2{BRACKETS}"),
        ("keywords:\n  - a: b: c\n", f":2{COLON}"),
        ("keywords:\n  - name: mri\n  any: [ct]\n", f":3{BLOCK}"),
        ("keywords:\n  - name: mri\n    any\n", f":3{NO_KEY}"),
        ("keywords:\n  - name: mri\n    ct\n", f":3{NO_KEY}"),
        ("title: x\nkeywords\n  - mri\n", f":2{NO_KEY}"),
        ("keywords:\n  - name: mri\n    any：[ct]\n", f":3{FULL_WIDTH}"),
        ('keywords:\n  - "a\\d"\n', ":2: not valid YAML: a sign here has a meaning in YAML; put the text in single quotes"),
        ("keywords:\n  - a\x07b\n", ":2: a control character (U+0007); remove it"),
        ("keywords: " + "[" * 5000, ":1: not valid YAML: too many lists inside each other"),
    ],
)  # fmt: skip
def test_the_syntax_of_yaml(text: str, answer: str) -> None:
    assert answers(text) == [answer]


@for_each(
    ("text", "answer"),
    [
        ("  - name: x\n    query: \"ti:\"foo bar\" AND abs:x\"\n", f":3{BLOCK}"),
        ("  - {name: x, query: \"ti:\"foo bar\"\"}\n", f":2{BRACKETS}"),
        ("  - \"bar\" baz\n", f":2{BLOCK}"),
        ("  - 'it's me'\n", f":2{BLOCK}"),
        ("  - name: x\n    any: \"a\", \"b\"\n", f":3{BLOCK}"),
        ("  - name: x\n    any: [a b, c d] e\n", f":3{BLOCK}"),
        ("  - [\"a\" \"b\"]\n", f":2{BRACKETS}"),
    ],
)  # fmt: skip
def test_what_follows_a_closing_quote_or_bracket(text: str, answer: str) -> None:
    assert in_list(text) == [answer]


@for_each(
    ("text", "answer"),
    [
        ("keywords:\n  - one thing\n   - two thing\n", f':2: warning: keywords: "one thing - two thing" {LINES}'),
        ("keywords:\r\n  - one\r\n\r\n    - two\r\n    - three\r\n", f':2: warning: keywords: "one - two - three" {LINES}'),
        ("keywords:\n  - any:\n    - one\n      - two\n", f':3: warning: any: "one - two" {LINES}'),
        ("keywords:\n  - >-\n    one\n    - two\n", ':2: warning: keywords: all words of "one - two" must be side by side; write several as any (or none): [a, b]'),
        ("keywords:\n  - name: mri\n    any: [x y]\n    none:\n      - survey\n        - review\n", f':5: warning: none: "survey - review" {LINES}'),
        ("keywords:\n  - one\n    -two\n", f':2: warning: keywords: "one -two" {LINES}'),
        ("keywords:\n  - one\n   - two: three\n", f":3{COLON}"),
        ("keywords:\n  - name:foo\n", ':2: warning: keywords: "name:foo" is searched for word for word; write plain words here, arXiv\'s syntax below "query", and ": " after a key'),
        ("keywords:\n  - name：foo\n", f":2{FULL_WIDTH}"),
        ("keywords:\n  - name:foo\n    any: [a b]\n", f":3{COLON}"),
        ("keywords:\n  - {name:foo}\n", ':2: unknown key "name:foo"; did you mean "name"?'),
        ("keywords\n  - mri\n", f":1: the topics must be in a list under a key; {HOW_TO_LIST}"),
        ("keywords：\n  - mri\n", f":1{FULL_WIDTH}"),
        ("keywords:[mri]\n", f":1: the topics must be in a list under a key; {HOW_TO_LIST}"),
        ("title:foo\nkeywords: [mri]\n", f":2{COLON}"),
    ],
)  # fmt: skip
def test_a_text_without_quotes_that_holds_more_than_was_meant(text: str, answer: str) -> None:
    assert answers(text) == [answer]


@for_each(
    ("text", "answer"),
    [
        ("  - mri\n  none: [survey]\n", f":3{BLOCK}"),
        ("  - mri\n    none: [survey]\n", f":3{COLON}"),
        ('  - "mri"\n    in: title\n', f":3{BLOCK}"),
        ("  - name: mri\n    any:\n      - ct\n       none: [survey]\n", f":5{COLON}"),
        ("  - [mri]\n    none: [survey]\n", f":3{BLOCK}"),
    ],
)  # fmt: skip
def test_keys_in_a_wrong_place(text: str, answer: str) -> None:
    assert in_list(text) == [answer]


@for_each(
    ("text", "answer"),
    [
        ("  keywords:\n    - mri\ntitle: x\n", f":3{LESS}"),
        ("defaults: &d\n  in: title\n", f":1{MACHINERY}"),
        ("keywords: [mri,, x ray]\n", ":1: not valid YAML: there is nothing before this comma; remove it"),
        ("keywords:\n  - x: [\n", f":2{BRACKETS}"),
        ("keywords: [mri,\n  ct,\n\n# end\n\n", f":4{BRACKETS}"),
        ("keywords: [mri]\n...\ntitle: x\n", f":3{LESS}"),
        ("keywords: - mri\n", ':1: not valid YAML: an item cannot follow a key on its line; begin a line with "- "'),
        ("keywords:\n  - > 50\n", f":2{OTHER}"),
        ("%YAML 9\nkeywords: [mri]\n", f":1{SIGN}"),
        ("keywords:\n  - !x!y z\n", f":2{SIGN}"),
        ("keywords: ? mri\n", f":1{SIGN}"),
        ("]\n", f":1{OTHER}"),
    ],
)  # fmt: skip
def test_rarer_mistakes_in_the_syntax_of_yaml(text: str, answer: str) -> None:
    assert answers(text) == [answer]


def test_no_answer_is_in_the_words_of_the_parser_or_names_a_line_beyond_the_end() -> None:
    signs = [
        *"-?:,[]{}#&*!|>'\"%@`",
        "...",
        "---",
        "- ",
        "? ",
        "a: ",
        "b",
        "\n",
        "\n  ",
        "!x!",
        "<<",
    ]
    places = (
        "{}",
        "keywords: {}",
        "keywords: [a, {}]\n",
        "keywords:\n  - {}\n",
        "keywords:\n  - a\n{}",
    )
    for place, *between in itertools.product(places, signs, signs):
        text = place.replace("{}", "".join(between))
        for answer in answers(text):
            line = int(answer.split(":")[1] or 0)
            assert line <= len(text.splitlines()), (text, answer)
            assert not re.search(
                r"found '|<\w+ \w+>|YAML: (expected|found|while)(?! a key)", answer
            ), (
                text,
                answer,
            )


@for_each(
    ("text", "slips"),
    [
        ("keywords:\n  * mri\n  • ct\n", [f":2{ITEM}", f":3{ITEM}"]),
        ("keywords:\n  - mri\n– ct\n", [f":3{ITEM}"]),
        ("keywords:\n  - mri\n    * ct\n", [f":3{ITEM}"]),
        (
            "```yaml\nkeywords:\n  - mri\n```\n",
            [f":{line}: a fence of Markdown around the file; remove this line" for line in (1, 4)],
        ),
        ("title： x\nkeywords:\n  - name： X\n", [f":1{FULL_WIDTH}", f":3{FULL_WIDTH}"]),
    ],
)
def test_what_no_line_begins_with(text: str, slips: list[str]) -> None:
    assert answers(text) == slips


@for_each(
    "text",
    [
        '  - "one\n    thing"\n',
        "  - one # - thing\n",
    ],
)
def test_a_text_of_several_lines_that_is_right(text: str) -> None:
    assert in_list(text) == []


def test_topics_as_keys_are_answered_with_names() -> None:
    first, second = in_list("  - SLAM:\n    filters:\n      - x\n")
    assert first.startswith(':2: unknown key "SLAM"; write "- name: SLAM"; the keys are ')
    assert second == ':3: unknown key "filters"; did you mean "any"?'


def test_braces_are_not_a_phrase() -> None:
    assert in_list("  - {{ topic }}\n")[-1] == (
        ":2: a key must be a word; put text with brackets or braces in quotes"
    )


@for_each(
    ("raw", "answer"),
    [
        (b"keywords:\n  - mri\n  - caf\xe9\n", ":3: byte 0xE9 is not UTF-8; save the file as UTF-8"),
        (b"\xff", ":1: byte 0xFF is not UTF-8; save the file as UTF-8"),
        ("keywords: [a]".encode("utf-16"), ":1: byte 0xFF is not UTF-8; save the file as UTF-8"),
        (b"keywords:\n  - mri\n  - c\x00t\n", ":3: a control character (U+0000); remove it"),
        (b"\x00a", ":1: a control character (U+0000); remove it"),
        (b" " * 512_001, ": longer than 512,000 bytes; no list of topics is that long"),
    ],
)  # fmt: skip
def test_bytes(raw: bytes, answer: str) -> None:
    assert answers(raw) == [answer]


def test_a_bomb_of_aliases_is_not_followed() -> None:
    bomb = "keywords: &a [mri, mri]\n" + "".join(
        f"k{number}: &{letter} [*{before}, *{before}, *{before}, *{before}]\n"
        for number, (before, letter) in enumerate(zip("abcdefghijkl", "bcdefghijklm", strict=True))
    )
    assert answers(bomb) == [f":1{MACHINERY}"]


def test_many_mistakes_are_cut_short() -> None:
    found = in_list("".join(f"  - {number}\n" for number in range(250)))
    assert len(found) == 101
    assert found[-1] == ": perhaps more; fix these first"


def test_many_warnings_stay_warnings(tmp_path: Path) -> None:
    keywords = "".join(f"  - ti:word{number}\n" for number in range(120))
    (tmp_path / "keywords.yaml").write_text(f"keywords:\n{keywords}")
    ended = run("check", "--root", tmp_path)
    assert ended.code == 0
    assert f"{tmp_path / 'keywords.yaml'}: warning: perhaps more; fix these first" in ended.said


def test_more_phrases_than_a_keyword_can_have() -> None:
    phrases = ", ".join(f"w{number}" for number in range(101))
    assert in_list(f"  - any: [{phrases}]\n") == [":2: any: more than 100 items"]


@for_each(
    "query", ["ti:ab\n      or abs:bc", ">-\n      ti:ab\n      or abs:bc", "'ti:ab or abs:bc'"]
)
def test_a_mistake_in_a_query_is_at_a_column_of_its_text(query: str) -> None:
    expected = "expected AND, OR or ANDNOT in capitals, not or; "
    expected += 'several words need quotes, as in ti:"two words"'
    text = f"  - name: x\n    query: {query}\n"
    assert in_list(text) == [f":3: query: column 7: {expected}"]
    assert in_list(text.replace("\n", "\r\n")) == [f":3: query: column 7: {expected}"]


def test_whatever_is_quoted_stays_on_one_line() -> None:
    (found,) = in_list('  - {name: mri, "a\\nb\\x1b\\uD800": 1}\n')
    assert found.startswith(':2: unknown key "a b  "; the keys are ')


def test_problems_of_one_line_are_in_the_order_of_the_file() -> None:
    text = b"keywords:\n  - {name: x, query: 'ti:mri', none: [ct], in: title, any: [pet], author: J. Roe}\n"
    with pytest.raises(ConfigError) as error:
        parse_config(text, "k.yaml")
    keys = [problem.message.partition(":")[0] for problem in error.value.problems]
    assert keys == ["none", "in", "any", "author"]


def test_problems_carry_their_place_for_other_forms() -> None:
    with pytest.raises(ConfigError) as error:
        parse_config(b"keywords:\n  - {name: mri, colour: red, any: [3]}\n", "k.yaml")
    told = [(each.path, each.line, each.severity) for each in error.value.problems]
    assert told == [("k.yaml", 2, "error"), ("k.yaml", 2, "error")]
