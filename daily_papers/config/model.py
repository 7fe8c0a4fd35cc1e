"""The nouns of the configuration: keywords, summaries, the whole of it, and problems with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from daily_papers.errors import DailyPapersError
from daily_papers.like.library import Library
from daily_papers.query.expression import Expression
from daily_papers.render.markdown import USUAL

#: So many papers in a table, unless the file says otherwise.
USUAL_MAX_PAPERS: Final = 100
LATIN: Final = "LATIN"
#: The languages that are not written in Latin letters alone, with their scripts as Unicode names
#: letters.
SCRIPTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Arabic": ("ARABIC",),
    "Bengali": ("BENGALI",),
    "Bulgarian": ("CYRILLIC",),
    "Chinese": ("CJK",),
    "Simplified Chinese": ("CJK",),
    "Traditional Chinese": ("CJK",),
    "Greek": ("GREEK",),
    "Hebrew": ("HEBREW",),
    "Hindi": ("DEVANAGARI",),
    "Japanese": ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"),
    "Korean": ("HANGUL", "CJK"),
    "Persian": ("ARABIC",),
    "Russian": ("CYRILLIC",),
    "Serbian": ("CYRILLIC", LATIN),
    "Thai": ("THAI",),
    "Ukrainian": ("CYRILLIC",),
}
ENGLISH: Final = "English"
#: So many papers a day, unless the file says otherwise.
USUAL_PER_DAY: Final = 50


Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in the configuration, or a warning about it; its text is one line."""

    #: The file, as the user named it.
    path: str
    #: Counted from 1; None if it is about the whole file.
    line: int | None
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {'warning: ' if self.severity == 'warning' else ''}{self.message}"


class ConfigError(DailyPapersError):
    """The configuration cannot be used; the text has one line for each problem."""

    exit_code = 2

    def __init__(self, problems: tuple[Problem, ...], libraries: tuple[Library, ...] = ()) -> None:
        self.problems = problems
        #: For `check`, which also names those that cannot be read.
        self.libraries = libraries
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class Keyword:
    """One configured topic."""

    #: The heading.
    name: str
    #: The name of its page; as long as it stays, the keyword keeps its papers.
    slug: str
    #: What is searched for, categories included.
    expression: Expression
    max_papers: int
    #: The spellings of the name, if it tracks a person.
    authors: tuple[str, ...]
    #: The categories that restrict it; empty for all of arXiv.
    categories: tuple[str, ...]
    #: Its line in the file.
    line: int
    #: What its papers should be like; if set, its expression matches nothing.
    like: Library | None = None
    #: How many papers it takes from a day because of `like`.
    papers_per_day: int = 0
    #: The lines of its phrases and names, as the file writes them.
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summaries:
    """Which model writes a sentence for each paper, and how."""

    #: The address that ``/chat/completions`` follows.
    endpoint: str
    model: str
    language: str = ENGLISH
    style: str = "short"
    #: Papers a listing day.
    per_day: int = USUAL_PER_DAY
    #: The line of the endpoint in the file.
    line: int


@dataclass(frozen=True, slots=True)
class Config:
    """What keywords.yaml says, keywords in the order of the file."""

    title: str = "Daily Papers"
    categories: tuple[str, ...] = ()
    max_papers: int = USUAL_MAX_PAPERS
    keywords: tuple[Keyword, ...] = ()
    #: The tables' columns, in order.
    columns: tuple[str, ...] = USUAL
    #: None if no model should write anything.
    summaries: Summaries | None = None
    #: What is probably not meant, if that was asked for.
    warnings: tuple[Problem, ...] = ()
    #: What the reader likes, which orders emails and pages.
    like: Library | None = None
    #: ``weekly`` if the digests of a week go out together, on Friday.
    digest: str = "daily"
    #: ``per keyword`` if each keyword has one lasting issue, instead of each digest.
    issues: str = "per digest"
    #: Every `like` of the file.
    libraries: tuple[Library, ...] = ()

    @property
    def liked_ids(self) -> tuple[str, ...]:
        """The identifiers that it says people like."""
        return tuple(dict.fromkeys(id for library in self.libraries for id in library.ids))
