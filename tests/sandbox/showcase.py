"""How a paper is written by hand: its words, when it is announced, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tests.sandbox.draft import Draft, Later
from tests.sandbox.record import Change, Person, Words

_NOTHING: Mapping[int, Mapping[str, str]] = {}


@dataclass(frozen=True)
class Showcase:
    """A draft, and the listing on which it is announced, counted from the first one."""

    listing: int
    draft: Draft


@dataclass(frozen=True)
class OldShowcase:
    """A paper from before the universe's first day, with the identifier that it has had since."""

    id: str
    announced: date
    draft: Draft


def draft_of(
    words: Words,
    categories: str,
    later: tuple[Later, ...] = (),
    *,
    held_days: int = 0,
    rewritten: Mapping[int, Mapping[str, str]] = _NOTHING,
) -> Draft:
    """A draft whose words change in the versions that ``rewritten`` names."""

    def draw(version: int) -> Words:
        changes: dict[str, str] = {}
        for number in range(2, version + 1):
            changes |= rewritten.get(number, {})
        return replace(words, **changes)  # type: ignore[arg-type]

    return Draft(categories=tuple(categories.split()), draw=draw, held_days=held_days, later=later)


def words_of(title: str, abstract: str, comment: str | None = None, authors: str = "") -> Words:
    """The words of a paper; its authors are separated by commas."""
    people = (authors or "Ada Abramsson, Bruno García").split(", ")
    return Words(
        title=title,
        abstract=abstract,
        authors=tuple(Person(name) for name in people),
        comment=comment,
    )


def revised(*days: int) -> tuple[Later, ...]:
    """A new version after each number of days."""
    return tuple(Later(change=Change.REPLACED, on=day) for day in days)


def edited(day: int, comment: str) -> Later:
    """Another comment on the same version."""
    return Later(change=Change.EDITED, on=day, comment=comment)
