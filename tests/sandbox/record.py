"""What the sandbox's arXiv knows of a paper: words, and a record for each day that changed them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cached_property


class Change(Enum):
    """What happened to a paper on a day."""

    NEW = "new"
    CROSS_LISTED = "cross-listed"  # later than announced
    REPLACED = "replaced"
    EDITED = "edited"  # the comment or the journal reference, without a new version


@dataclass(frozen=True, slots=True)
class Person:
    """An author as arXiv prints the name, and where he or she works."""

    name: str
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All text of one state of a paper, in Unicode; what arXiv serves as TeX is turned into it."""

    title: str
    abstract: str
    authors: tuple[Person, ...]
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    report_no: str | None = None
    licence: str = "http://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True, eq=False, kw_only=True)
class Record:
    """What is public of a paper from one day on, until its next record.

    The words are drawn when they are first read: most days of a large universe are never asked for.
    """

    id: str
    #: When the versions came in, UTC, the first version first; the last one is this version.
    submissions: tuple[datetime, ...]
    change: Change
    #: The day on which it became public: a listing day, but for edits.
    day: date
    #: The primary category first; with both names where one has an alias, as arXiv stores them.
    categories: tuple[str, ...]
    #: The categories in whose listings of the day it stands.
    listed_in: tuple[str, ...]
    withdrawn: bool = False
    draw: Callable[[], Words]

    @property
    def version(self) -> int:
        """The number of this version."""
        return len(self.submissions)

    @property
    def published(self) -> datetime:
        """When the first version came in."""
        return self.submissions[0]

    @property
    def updated(self) -> datetime:
        """When this version came in."""
        return self.submissions[-1]

    @property
    def primary_category(self) -> str:
        """The category that the author chose first."""
        return self.categories[0]

    @cached_property
    def words(self) -> Words:
        """Title, abstract, authors and the rest."""
        return self.draw()


def announce_type(record: Record, wanted: frozenset[str]) -> str:
    """New, cross, replace or replace-cross: relative to the categories that were asked for."""
    if record.change is Change.CROSS_LISTED:
        return "cross"
    primary = record.primary_category in wanted
    if record.change is Change.NEW:
        return "new" if primary else "cross"
    return "replace" if primary else "replace-cross"
