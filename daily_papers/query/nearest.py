"""Phrases that find far more than one that differs little: in spelling, ending or hyphens."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from daily_papers.papers.paper import Paper
from daily_papers.query.expression import Field, Phrase, any_of
from daily_papers.query.fulltext import stems_of
from daily_papers.query.matching import Matches

_WORD = re.compile(r"[^\W_]+")
#: Shorter words have too many neighbours.
_LEAST_LETTERS = 4
_ALTERNATIVES = 3
_MOST_VARIANTS = 60
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Nearest:
    """A phrase, and those close to it that more than twice as many papers hold."""

    phrase: str
    count: int
    #: Each with its number of papers, the most first.
    others: tuple[tuple[str, int], ...]


def nearest_phrases(phrases: Sequence[str], papers: Sequence[Paper]) -> tuple[Nearest, ...]:
    """Find the phrases that are the less usual way to write something, going by these papers."""
    known = Counter(
        word
        for paper in papers
        for word in set(_WORD.findall(f"{paper.title} {paper.abstract}".casefold()))
    )
    variants = {
        phrase: list(islice(_variants(_WORD.findall(phrase.casefold()), known), _MOST_VARIANTS))
        for phrase in phrases
    }
    variants = {phrase: those for phrase, those in variants.items() if those}
    if not variants:
        return ()
    every = list({each: None for phrase, those in variants.items() for each in (phrase, *those)})
    stems = stems_of(every)
    searches = {each: any_of(*(Phrase(field, each) for field in Field)) for each in every}
    matches = Matches(searches, papers)
    counts = {each: len(matches.of(each)) for each in every}
    found = [_nearest(phrase, those, stems, counts) for phrase, those in variants.items()]
    return tuple(each for each in found if each.others)


def _nearest(
    phrase: str, variants: Sequence[str], stems: Mapping[str, str], counts: Mapping[str, int]
) -> Nearest:
    """Keep the variants that find far more, and of those with the same stems the first one."""
    first = {stems[each]: each for each in reversed(variants) if stems[each] != stems[phrase]}
    more = Counter({each: counts[each] for each in first.values()})
    others = [each for each in more.most_common(_MOST_SHOWN) if each[1] > 2 * counts[phrase]]
    return Nearest(phrase, counts[phrase], tuple(others))


def _variants(words: Sequence[str], known: Mapping[str, int]) -> Iterator[str]:
    """The phrase with one word spelt or ended otherwise, joined with the next, or split."""
    for place, word in enumerate(words):
        before, after = words[:place], words[place + 1 :]
        for other in _similar(word, known):
            yield " ".join([*before, other, *after])
        if after:
            yield " ".join([*before, word + after[0], *after[1:]])
        for cut in range(2, len(word) - 1):
            if word[:cut] in known and word[cut:] in known:
                yield " ".join([*before, word[:cut], word[cut:], *after])


def _similar(word: str, known: Mapping[str, int]) -> list[str]:
    """Words that are spelt like this one, and the most frequent ones that begin like it."""
    if len(word) < _LEAST_LETTERS:
        return []
    near = [other for other in known if abs(len(other) - len(word)) <= 2 and other[0] == word[0]]
    start = word[: max(_LEAST_LETTERS, len(word) * 2 // 3)]
    begin = Counter({other: number for other, number in known.items() if other.startswith(start)})
    spelt = difflib.get_close_matches(word, near, _ALTERNATIVES, 0.8)
    return [*spelt, *(other for other, _ in begin.most_common(_ALTERNATIVES))]
