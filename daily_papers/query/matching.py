"""Which papers a keyword matches, and which ones arXiv's search may return for it.

Every distinct phrase, author and category of all keywords is looked up once; AND, OR and ANDNOT
are set operations on the results (FTS5's own parser gives up at 32 nested parentheses). Sets of
papers are integers whose bit n stands for the n-th paper. docs/matching.md explains both rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from daily_papers.papers.authors import arxiv_name_key, holds_in_any_order, holds_words, name_key
from daily_papers.papers.paper import Paper
from daily_papers.query import fulltext, taxonomy
from daily_papers.query.expression import (
    Author,
    Category,
    Expression,
    Leaf,
    Operation,
    Operator,
    Phrase,
    leaves,
)


class Matches:
    """Which of the papers each keyword matches.

    ``keywords`` are expressions by slug. Pass all keywords of a day at once: what several of them
    share is then looked up only once.
    """

    def __init__(self, keywords: Mapping[str, Expression], papers: Sequence[Paper]) -> None:
        self.keywords = keywords
        self.papers = papers
        self._holding = _holding(keywords.values(), papers, _OURS)
        self._found = {
            slug: _found(expression, self._holding) for slug, expression in keywords.items()
        }

    def of(self, slug: str) -> tuple[Paper, ...]:
        """Return the papers that surely match the keyword, in the order given."""
        return _those(self._found[slug].surely, self.papers)

    def possible(self, slug: str) -> tuple[Paper, ...]:
        """Return these, and those that match if authors or categories that we do not know do.

        Such a paper, which was imported, may stay in a table that it is in, but enters no other.
        """
        return _those(self._found[slug].perhaps, self.papers)

    def why(self, slug: str, paper: Paper) -> tuple[Leaf, ...]:
        """Every phrase, author and category that makes the paper match; none if it does not."""
        position = self.papers.index(paper)
        return tuple(_why(self.keywords[slug], 1 << position, self._holding))


def why(expression: Expression, paper: Paper) -> tuple[Leaf, ...]:
    """Return what makes a single paper match; empty if it does not match."""
    return Matches({"": expression}, [paper]).why("", paper)


def found_by_arxiv(expression: Expression, papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return the papers that arXiv's search, by its own looser rule, finds for the expression."""
    return _those(_found(expression, _holding([expression], papers, _ARXIVS)).surely, papers)


def explain(why: Iterable[Leaf]) -> str:
    """Say in words why a paper matches: ``"mri" in title and abstract, category cs.CV``."""
    places: dict[str, list[str]] = defaultdict(list)
    for leaf in why:
        match leaf:
            case Phrase(field, text):
                places[f'"{text}" in '].append(field.name.lower())
            case Author(name):
                places[f"author {name}"] = []
            case Category(name):
                places[f"category {name}"] = []
    return ", ".join(
        what + " and ".join(sorted(set(where), reverse=True)) for what, where in places.items()
    )


class _Found(NamedTuple):
    """Two sets of papers: those that surely match, and those that may, which include the first."""

    surely: int
    perhaps: int


_Holding = Mapping[Leaf, _Found]


class _Rule(NamedTuple):
    """How phrases and authors are looked up."""

    #: How titles and abstracts are read; and how phrases are.
    text: fulltext.Reading
    question: fulltext.Reading
    #: The words of a name.
    key: Callable[[str], str]
    #: Whether one key has the words of another.
    holds: Callable[[str, str], bool]


_OURS = _Rule(fulltext.indexed, fulltext.indexed, name_key, holds_words)
_ARXIVS = _Rule(fulltext.with_whole_words, fulltext.with_gaps, arxiv_name_key, holds_in_any_order)


def _found(expression: Expression, holding: _Holding) -> _Found:
    """Find the papers that match the expression, given those that match each leaf."""
    if not isinstance(expression, Operation):
        return holding[expression]
    found = [_found(part, holding) for part in expression.parts] or [_Found(0, 0)]
    if expression.operator is Operator.ANDNOT:
        fits, spoils = found
        return _Found(fits.surely & ~spoils.perhaps, fits.perhaps & ~spoils.surely)
    join = and_ if expression.operator is Operator.AND else or_
    return _Found(*(reduce(join, side) for side in zip(*found, strict=True)))


def _those(found: int, papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """The papers of a set, in their order."""
    those = []
    while found:
        lowest = found & -found
        those.append(papers[lowest.bit_length() - 1])
        found ^= lowest
    return tuple(those)


def _why(expression: Expression, paper: int, holding: _Holding) -> Iterator[Leaf]:
    """Yield the leaves that match the paper, within parts that match it."""
    if not _found(expression, holding).surely & paper:
        return
    if isinstance(expression, Operation):
        for part in expression.parts:
            yield from _why(part, paper, holding)
    else:
        yield expression


def _holding(
    expressions: Iterable[Expression], papers: Sequence[Paper], rule: _Rule
) -> dict[Leaf, _Found]:
    """Look up each distinct leaf of all the expressions once."""
    asked = dict.fromkeys(leaf for expression in expressions for leaf in leaves(expression))
    phrases = [leaf for leaf in asked if isinstance(leaf, Phrase)]
    found = fulltext.papers_with(phrases, papers, rule.text, rule.question)
    holding: dict[Leaf, _Found] = {leaf: _Found(those, those) for leaf, those in found.items()}
    if authors := [leaf for leaf in asked if isinstance(leaf, Author)]:
        by_name, unknown = _by_value(paper.authors for paper in papers)
        by_word = _keys_by_word(by_name, rule)
        for author in authors:
            those = _with_name(rule.key(author.name), by_word, rule)
            holding[author] = _Found(those, those | unknown)
    if categories := [leaf for leaf in asked if isinstance(leaf, Category)]:
        by_category, unknown = _by_value(paper.categories for paper in papers)
        for category in categories:
            covered = (own for own in by_category if taxonomy.covers(category.name, [own]))
            those = reduce(or_, (by_category[own] for own in covered), 0)
            holding[category] = _Found(those, those | unknown)
    return holding


def _by_value(papers: Iterable[tuple[str, ...] | None]) -> tuple[dict[str, int], int]:
    """Find the papers that have each value, and those whose values are not known."""
    unknown, having = 0, defaultdict[str, int](int)
    for position, values in enumerate(papers):
        if values is None:
            unknown |= 1 << position
        for value in values or ():
            having[value] |= 1 << position
    return having, unknown


def _keys_by_word(by_name: Mapping[str, int], rule: _Rule) -> dict[str, dict[str, int]]:
    """Fold the names, and index each by each of its words."""
    by_word: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, those in by_name.items():
        key = rule.key(name)
        for word in set(key.split()):
            by_word[word][key] |= those
    return by_word


def _with_name(wanted: str, by_word: Mapping[str, Mapping[str, int]], rule: _Rule) -> int:
    """Find the papers with an author of this name; only names with its last word are compared."""
    candidates = by_word.get(wanted.rpartition(" ")[2], {})
    return reduce(or_, (those for key, those in candidates.items() if rule.holds(key, wanted)), 0)
