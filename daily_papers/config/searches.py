"""Phrases, places and categories of keywords.yaml as expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from daily_papers.config.model import Config, Problem
from daily_papers.query.expression import (
    All,
    AnyOf,
    Category,
    Expression,
    Field,
    Phrase,
    Without,
    all_of,
    any_of,
)
from daily_papers.query.request_line import term_too_long

EITHER: Final = "title or abstract"
BOTH: Final = "title and abstract"
#: The choices of ``in``.
PLACES: Final = ("title", "abstract", BOTH, EITHER)
#: Several words, although no white space is between them: ``vision-language``, ``GPT-4``.
_COMPOUND = re.compile(r"[^\W_]+(?:[-‐–][^\W_]+)+")


def plain_place(phrase: str) -> str:
    """Where a plain string must be: one word in both places, several words in either of them."""
    return EITHER if " " in phrase or _COMPOUND.fullmatch(phrase) else BOTH


def any_phrase(phrases: Sequence[str], place: str) -> Expression:
    """At least one of the phrases is in the place, which is one of ``PLACES``."""
    pairs = [(Phrase(Field.TITLE, phrase), Phrase(Field.ABSTRACT, phrase)) for phrase in phrases]
    match place:
        case "title":
            return any_of(*(title for title, _ in pairs))
        case "abstract":
            return any_of(*(abstract for _, abstract in pairs))
        case _ if place == BOTH:
            return any_of(*(all_of(*pair) for pair in pairs))
        case _:
            return any_of(*(phrase for pair in pairs for phrase in pair))


def in_either(expression: Expression) -> Expression:
    """The search with "title or abstract" wherever it wants a phrase in both."""
    match expression:
        case All((Phrase(_, text) as one, Phrase(_, other) as two)) if text == other:
            return any_of(one, two)
        case All(parts):
            return All(tuple(map(in_either, parts)))
        case AnyOf(parts):
            return AnyOf(tuple(map(in_either, parts)))
        case Without(wanted, unwanted):
            return Without(in_either(wanted), unwanted)
        case _:
            return expression


@lru_cache(maxsize=100)
def in_one_of(categories: tuple[str, ...]) -> Expression:
    """In one of the categories: the same expression for all keywords that have these."""
    return any_of(*map(Category, categories))


def unsendable_terms(config: Config, name: str) -> tuple[Problem, ...]:
    """The keywords whose search is too long for arXiv; a run does all the others.

    ``name`` is what messages call the file.
    """
    return tuple(
        Problem(name, keyword.line, None, f"{keyword.name}: {problem}")
        for keyword in config.keywords
        if (problem := term_too_long(keyword.expression)) is not None
    )
