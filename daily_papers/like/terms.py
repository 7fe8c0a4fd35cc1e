"""How papers are compared: by their words and pairs of neighbouring words, and how rare each is.

The counts say in how many papers of a quarter of a year of arXiv a term is (tools/count_terms.py).
They contain no texts. With them, ranking works as well on a repository's first day as later.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Final

#: Words that are in nearly every abstract.
_SMALL: Final = frozenset(
    re.findall(
        r"\w+",
        """a about above across after all also although among an and any are as at be because been
        before being between both but by can could do does done due during each either et few for
        from further had has have having he hence her here his how however i if in into is it its
        itself may me might more most much must my neither no nor not now of off on once one only
        onto or other our out over own per same she should since so some still such than that the
        their them then there thereby therefore these they this those through thus to too toward
        under until up upon us very via was we well were what when where whether which while who
        whose why will with within without would yet you your""",
    )
)
_WORD = re.compile(r"[^\W_]+")


def terms(text: str) -> Iterator[str]:
    """The words of a text, without small words and plural s, and each pair of neighbours."""
    before = None
    for word in _WORD.findall(text.lower()):
        if len(word) > 1 and word not in _SMALL:
            stem = _singular(word)
            yield stem
            if before is not None:
                yield f"{before} {stem}"
            before = stem


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@dataclass(frozen=True, slots=True)
class TermCounts:
    """In how many of ``papers`` each term is; rare ones are left out."""

    papers: int
    counts: dict[str, int]

    def rarity(self, term: str) -> float:
        """How much a term says: nothing if it is in most papers, much if it is in few."""
        return 1 + log((1 + self.papers) / (1 + self.counts.get(term, 1)))


@cache
def shipped_counts() -> TermCounts:
    """The counts that come with the package."""
    packed = files("daily_papers.like").joinpath("term_counts.txt.gz").read_bytes()
    return read_counts(gzip.decompress(packed).decode())


def read_counts(text: str) -> TermCounts:
    """Read the number of papers, then lines: ``=`` and a count, before the terms that have it."""
    first, *lines = text.splitlines()
    counts, count = {}, 0
    for line in lines:
        if line.startswith("="):
            count = int(line[1:])
        else:
            counts[line] = count
    return TermCounts(int(first), counts)
