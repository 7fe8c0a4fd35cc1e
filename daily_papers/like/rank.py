"""How close each paper of a day is to what the reader likes.

A linear classifier learns how the library's papers differ from the day's papers, from their words
and pairs of words (TF-IDF); its score for each paper of the day is the order. It needs
scikit-learn, which the extra ``like`` installs.

How rare a term is comes from counts of a quarter of a year of arXiv (tools/count_terms.py), which
contain no texts. With them, ranking works as well on a repository's first day as later.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from math import log
from typing import Any, Final

from daily_papers.like.library import LikedPaper

Matrix = Any  # scipy's, which has no types

#: The more often a word is in a paper, the less each occurrence counts.
_SATURATION: Final = 1.2
_REGULARIZATION: Final = 0.1
#: How many new papers to compare with the library at a time.
_ROWS: Final = 50
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


@dataclass(frozen=True, slots=True)
class Liking:
    """How much a paper is like what the reader likes."""

    #: Its rank among the papers of its day, 1 for the closest.
    closeness: int
    #: The title in the library that is most like it.
    similar: str


def can_rank() -> bool:
    """Whether the extra ``like`` is installed."""
    return find_spec("sklearn") is not None


def rank(
    library: Sequence[LikedPaper], day: Sequence[str], counts: TermCounts | None = None
) -> tuple[Liking | None, ...]:
    """Rank the day's texts (title and abstract) by the library's, in the order of ``day``.

    A text that shares no term with the library has no rank. Raises ImportError without
    scikit-learn.
    """
    if not library or not day:
        return ()
    liked = [f"{paper.title}\n{paper.abstract}" for paper in library]
    if not any(term for text in liked for term in terms(text)):
        return (None,) * len(day)
    matrix = _tf_idf((*liked, *day), counts or shipped_counts())
    scores = _scores(matrix, liked, day)
    nearest = _nearest(matrix[len(library) :], matrix[: len(library)])
    alike = [place for place, near in enumerate(nearest) if near is not None]
    order = sorted(alike, key=lambda place: (-scores[place], place))
    ranks = {place: rank for rank, place in enumerate(order, start=1)}
    return tuple(
        None if near is None else Liking(ranks[place], library[near].title)
        for place, near in enumerate(nearest)
    )


def _tf_idf(texts: Sequence[str], counts: TermCounts) -> Matrix:
    """A row for each text, all of the same length, and a column for each term."""
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415 - takes a second
    from sklearn.preprocessing import normalize  # noqa: PLC0415

    words = CountVectorizer(analyzer=terms, dtype=float)
    matrix = words.fit_transform(texts)
    matrix.data *= (_SATURATION + 1) / (matrix.data + _SATURATION)
    return normalize(matrix.multiply([*map(counts.rarity, words.get_feature_names_out())]).tocsr())


def _scores(matrix: Matrix, library: Sequence[str], day: Sequence[str]) -> list[float]:
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    known, first = frozenset(library), len(library)
    others = [first + place for place, text in enumerate(day) if text not in known]
    if not others:  # the library has all of the day's papers, so nothing tells them apart
        return [0.0] * len(day)
    classifier = LinearSVC(C=_REGULARIZATION, class_weight="balanced", random_state=0)
    classifier.fit(matrix[[*range(first), *others]], [1] * first + [0] * len(others))
    return [float(score) for score in classifier.decision_function(matrix[first:])]


def _nearest(new: Matrix, liked: Matrix) -> list[int | None]:
    """The row of ``liked`` that each new one is most like; a few at a time, to save memory."""
    found = list[int | None]()
    for start in range(0, new.shape[0], _ROWS):
        likeness = (new[start : start + _ROWS] @ liked.T).tocsr()
        for row in likeness:
            found.append(int(row.indices[row.data.argmax()]) if row.nnz else None)
    return found


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
