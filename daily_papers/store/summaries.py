"""What a model wrote about papers, kept under ``data/summaries/`` so that it is never asked twice.

One record a line, in files as those of the papers. A record is for one version of a paper, one
model and one language; one without a sentence says that it gave no good answer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from daily_papers.config import Summaries
from daily_papers.papers.paper import PaperId, announcement_order
from daily_papers.records import encode, line
from daily_papers.store.files import file_of, readable
from daily_papers.transaction import Transaction

logger = logging.getLogger(__name__)

_FOLDER = "data/summaries"

#: A paper's version, a model and a language.
SummaryKey = tuple[str, int, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a model says a paper does, or that it gave no good answer.

    The texts are as hostile as the abstract: escape them for the place where they go.
    """

    id: PaperId
    version: int
    model: str
    language: str
    #: The listing day on which the model was asked.
    day: date
    #: Empty if no answer was good.
    sentence: str = ""
    #: The title in that language, if it is not English.
    title: str | None = None

    @property
    def key(self) -> SummaryKey:
        """What it is the summary for."""
        return (self.id, self.version, self.model, self.language)

    @property
    def versioned_id(self) -> str:
        """``2501.01234v2``."""
        return f"{self.id}v{self.version}"

    @property
    def text(self) -> str:
        """What readers see instead of the authors' own sentence, marked as a model's."""
        return f"{' — '.join(filter(None, (self.title, self.sentence)))} (by a model)"


def to_show(summaries: Iterable[Summary], settings: Summaries | None) -> dict[str, Summary]:
    """By versioned identifier, the summaries in the language of today; the model of today wins."""
    if settings is None:
        return {}
    shown = [each for each in summaries if each.sentence and each.language == settings.language]
    shown.sort(key=lambda each: each.model == settings.model)
    return {each.versioned_id: each for each in shown}


def load_summaries(root: Path) -> dict[SummaryKey, Summary]:
    """Read what is kept in a digest repository. Raises StoreError, naming the line."""
    found, damage = readable(root, _FOLDER, Summary)
    if damage:
        raise damage[0]
    return {summary.key: summary for summary in found}


def readable_summaries(root: Path) -> list[Summary]:
    """Read what can be read, for those who only show it. A warning names the first that cannot."""
    found, damage = readable(root, _FOLDER, Summary)
    for error in damage[:1]:
        logger.error("%s (until then, lines that cannot be read are not shown)", error)
    return found


def save_summaries(summaries: Mapping[SummaryKey, Summary], transaction: Transaction) -> None:
    """Put all summaries into the transaction."""
    files: dict[str, list[Summary]] = {}
    for summary in summaries.values():
        files.setdefault(file_of(summary.id), []).append(summary)
    for stem, those in files.items():
        transaction.write(f"{_FOLDER}/{stem}.jsonl", summary_lines(those))


def summary_lines(summaries: Iterable[Summary]) -> bytes:
    """One line for each summary, in the order of their papers."""
    ordered = sorted(summaries, key=lambda each: (announcement_order(each.id), each.key))
    records = (encode(each).items() for each in ordered)
    lines = (line({name: value or None for name, value in each}) for each in records)
    return "".join(lines).encode()
