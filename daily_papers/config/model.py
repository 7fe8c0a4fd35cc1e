"""The nouns of the configuration: keywords, the whole of it, and problems with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from daily_papers.config.summaries import Summaries
from daily_papers.errors import DailyPapersError
from daily_papers.like.library import Library
from daily_papers.query.expression import Expression


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake or a doubt about the configuration; its text is one line."""

    #: The file, as the user named it.
    path: str
    #: Counted from 1; None if it is about the whole file.
    line: int | None
    column: int | None
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {'warning: ' if self.severity == 'warning' else ''}{self.message}"


class ConfigError(DailyPapersError):
    """The configuration cannot be used; the text has one line for each problem."""

    exit_code = 2

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class Keyword:
    """One configured topic."""

    #: The heading.
    name: str
    #: Names its page, and keeps its papers when name or phrases change.
    slug: str
    #: What is searched for, categories included.
    expression: Expression
    max_papers: int
    #: The spellings of the name, if it tracks a person.
    authors: tuple[str, ...]
    #: Those that restrict it; empty for all of arXiv.
    categories: tuple[str, ...]
    #: Its line in the file.
    line: int
    #: What its papers are to be like; its expression matches nothing then.
    like: Library | None = None
    #: How many papers it takes from a day; 0 without `like`.
    papers_per_day: int = 0


@dataclass(frozen=True, slots=True)
class Config:
    """What keywords.yaml says, keywords in the order of the file."""

    title: str
    categories: tuple[str, ...]
    max_papers: int
    keywords: tuple[Keyword, ...]
    #: Of the tables, in their order.
    columns: tuple[str, ...]
    #: None if no model is to write anything.
    summaries: Summaries | None
    warnings: tuple[Problem, ...]
    #: What the reader likes: it orders mails and pages.
    like: Library | None = None

    @property
    def libraries(self) -> tuple[Library, ...]:
        """Every `like` of the file."""
        every = (self.like, *(keyword.like for keyword in self.keywords))
        return tuple(library for library in every if library is not None)

    @property
    def extras(self) -> tuple[str, ...]:
        """The extras of the package that the file needs."""
        return ("like",) if self.libraries else ()
