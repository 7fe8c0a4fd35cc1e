"""Phrases that find far more than one that differs little: in spelling, ending or hyphens."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

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


def nearest_phrases(
    phrases: Sequence[str], papers: Sequence[Paper]
) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Find the phrases that are the less usual way to write something, going by these papers.

    Each with its number of papers, and those close to it that more than twice as many papers hold.
    """
    known = Counter(
        word
        for paper in papers
        for word in set(_WORD.findall(f"{paper.title} {paper.abstract}".casefold()))
    )
    variants = {
        phrase: list(islice(_variants(_WORD.findall(phrase.casefold()), known), _MOST_VARIANTS))
        for phrase in phrases
    }
    every = [*variants, *chain.from_iterable(variants.values())]
    stems = stems_of(list(dict.fromkeys(every)))
    # One search for all phrases with the same stems, which would find the same.
    written = {stems[each]: each for each in reversed(every)}
    searches = {
        stem: any_of(*(Phrase(field, each) for field in Field)) for stem, each in written.items()
    }
    matches = Matches(searches, papers)
    counts = {stem: len(matches.of(stem)) for stem in searches}
    found = []
    for phrase, those in variants.items():
        hits = counts[stems[phrase]]
        more = Counter({stems[each]: counts[stems[each]] for each in those})
        others = [(written[stem], n) for stem, n in more.most_common(_MOST_SHOWN) if n > 2 * hits]
        if others:
            found.append((phrase, hits, others))
    return found


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
