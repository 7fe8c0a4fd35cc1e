"""Keywords of every kind, and what they mean, told apart from the pipeline's own matcher."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tests.sandbox import TRACKED_AUTHOR, Record

Means = Callable[[Record], bool]

TOPICS = f"""\
categories: [cs, eess, stat, physics.med-ph]
max_papers: 20
keywords:
  - diffusion model
  - mri
  - name: Medical imaging
    any: [medical imaging, medical image analysis]
    none: [survey]
  - name: Followed
    author: [{", ".join(TRACKED_AUTHOR)}]
  - name: Series
    query: '(ti:"time series" OR abs:"time series") ANDNOT abs:forecasting'
    categories: [stat, cs.LG]
"""
#: Rows of a table.
ROWS = 20
_CATEGORIES = {"cs", "eess", "stat", "physics.med-ph"}


def _within(record: Record, wanted: set[str]) -> bool:
    return any({name, name.partition(".")[0]} & wanted for name in record.categories)


def _holds(phrase: str, *texts: str) -> list[bool]:
    pattern = re.compile(rf"\b{phrase}\b", re.IGNORECASE)
    return [pattern.search(text) is not None for text in texts]


def _texts(record: Record) -> tuple[str, str]:
    return record.words.title, record.words.abstract


MEANINGS: Mapping[str, Means] = {
    "diffusion-model": lambda record: (
        _within(record, _CATEGORIES) and any(_holds(r"diffusion[\W_]+models?", *_texts(record)))
    ),
    "mri": lambda record: _within(record, _CATEGORIES) and all(_holds("mri", *_texts(record))),
    "medical-imaging": lambda record: (
        _within(record, _CATEGORIES)
        and any(_holds(r"medical[\W_]+(imaging|images?[\W_]+analysis)", *_texts(record)))
        and not any(_holds("surveys?", *_texts(record)))
    ),
    "followed": lambda record: any(one.name in TRACKED_AUTHOR for one in record.words.authors),
    "series": lambda record: (
        _within(record, {"stat", "cs.LG"})
        and any(_holds(r"time[\W_]+series", *_texts(record)))
        and not any(_holds("forecasting", record.words.abstract))
    ),
}
