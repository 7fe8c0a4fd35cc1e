"""What the keys of a keyword come to: ``any``, ``none``, ``in``, ``author`` as expressions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from daily_papers.config.model import Config, Problem
from daily_papers.query.expression import (
    Author,
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


def plain_place(phrase: str) -> str:
    """Where a plain string must stand: one word in both places, several words in one of them."""
    return BOTH if len(phrase.split()) == 1 else EITHER


def any_phrase(phrases: Sequence[str], place: str) -> Expression:
    """At least one of the phrases is in the place, in the words of ``in``."""
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


def without(wanted: Expression, phrases: Sequence[str]) -> Expression:
    """What is wanted, where none of the phrases stands in title or abstract."""
    return Without(wanted, any_phrase(phrases, EITHER)) if phrases else wanted


def person(spellings: Sequence[str]) -> Expression:
    """Papers of the person with these spellings of the name."""
    return any_of(*(Author(spelling) for spelling in spellings))


def within(wanted: Expression, categories: tuple[str, ...]) -> Expression:
    """What is wanted, in one of the categories; no category is all of arXiv."""
    return all_of(wanted, _in_one_of(categories)) if categories else wanted


@lru_cache(maxsize=100)
def _in_one_of(categories: tuple[str, ...]) -> Expression:
    """One expression for all keywords with these categories."""
    return any_of(*(Category(category) for category in categories))


def unsendable_terms(config: Config, name: str) -> tuple[Problem, ...]:
    """The keywords whose search arXiv cannot take; a run does all the others.

    ``name`` is what messages call the file.
    """
    return tuple(
        Problem(name, keyword.line, None, f"{keyword.name}: {problem}")
        for keyword in config.keywords
        if (problem := term_too_long(keyword.expression)) is not None
    )
