"""A made-up digest repository of any size, written by the real store and the real templates.

Words are about as frequent as in English, texts as long as at arXiv (an abstract has some 1,200
characters). A seventh of the papers stand in a second table.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from daily_papers.config import Config, load_config
from daily_papers.papers.paper import Origin, Paper
from daily_papers.query.expression import canonical
from daily_papers.render.readme import BEGIN, END
from daily_papers.store.store import Draft, KeywordState, State, Store

ROWS = 100
SHARED = 1 / 7
SYLLABLES = re.findall("..", "baconfigruhinkelominetorprequrositaulvewo")
SHORT = ["the", "of", "a", "and", "in", "to", "for", "we", "is", "on", "with", "that", "this"]
COMMENTS = [None, None, "12 pages, 5 figures", "Accepted at ISBI 2026; code will be released soon"]


class Writer:
    """Makes up one paper after the other, the same ones on each run."""

    def __init__(self, seed: int = 1) -> None:
        self._source = random.Random(seed)
        words = [self._word() for _ in range(20_000)]
        self._words = SHORT + words
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))
        self._numbers: dict[str, int] = {}

    def paper(self, day: date) -> Paper:
        """A paper that was submitted on that day."""
        month = f"{day:%y%m}"
        self._numbers[month] = number = self._numbers.get(month, 0) + 1
        moment = datetime.combine(day, time(9, number % 60), UTC)
        return Paper(
            id=f"{month}.{number:05}",
            version=1,
            title=self._text(10).capitalize(),
            authors=tuple(self._text(2).title() for _ in range(5)),
            abstract=" ".join(self._text(19).capitalize() + "." for _ in range(10)),
            comment=self._source.choice(COMMENTS),
            primary_category="cs.CV",
            categories=("cs.CV", "eess.IV"),
            published=moment,
            updated=moment,
            origin=Origin.SEARCH,
        )

    def chance(self, probability: float) -> bool:
        """Whether it happens this time."""
        return self._source.random() < probability

    def one_of(self, number: int) -> int:
        """A number below that one."""
        return self._source.randrange(number)

    def _word(self) -> str:
        return "".join(self._source.choices(SYLLABLES, k=self._source.randint(2, 4)))

    def _text(self, length: int) -> str:
        return " ".join(self._source.choices(self._words, cum_weights=self._weights, k=length))


def repository(root: Path, keywords: int) -> Config:
    """Write the files that belong to people, and read the configuration back."""
    root.mkdir(parents=True, exist_ok=True)
    names = "".join(f"  - made up topic {number}\n" for number in range(keywords))
    (root / "keywords.yaml").write_text(f"categories: [cs, eess]\nkeywords:\n{names}")
    (root / "README.md").write_text(f"# Daily Papers\n\n{BEGIN}\n{END}\n")
    return load_config(root / "keywords.yaml")


def full_store(config: Config, writer: Writer, day: date) -> Store:
    """A store whose tables are full, at the end of a complete day."""
    state = State(day=day, complete=True, day_line="Made up.")
    store = Draft(Store(state=state))
    slugs = [keyword.slug for keyword in config.keywords]
    for keyword in config.keywords:
        store.keywords[keyword.slug] = KeywordState(
            slug=keyword.slug,
            name=keyword.name,
            expression=canonical(keyword.expression),
            filled=day,
            last_success=day,
            audited=day,
            changed=day,
            max_papers=keyword.max_papers,
        )
    for number in range(ROWS):
        for slug in slugs:
            take(store, slug, writer, slugs, day - timedelta(days=ROWS - number))
    return store.finish()


def take(store: Draft, slug: str, writer: Writer, slugs: list[str], day: date) -> Paper:
    """Let one more paper come into a keyword's table, and sometimes into another one's."""
    paper = writer.paper(day)
    for each in sorted({slug, *second(writer, slugs)}):
        store.take(each, [paper], day)
        store.trim(each, ROWS)
    return paper


def second(writer: Writer, slugs: list[str]) -> Iterator[str]:
    if writer.chance(SHARED):
        yield slugs[writer.one_of(len(slugs))]
