"""Whether a text holds what a query asks: a plain search, apart from the pipeline's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from tests.sandbox.query_language import Chain, Node, SubmittedRange, Term
from tests.sandbox.search_text import (
    SMALL_WORDS,
    SearchText,
    folded,
    name_words,
    plain_words,
    stemmed,
)
from tests.sandbox.stemming import stem

Test = Callable[[SearchText], bool]

_TEXT: dict[str, Callable[[SearchText], str]] = {
    "ti": lambda text: text.title,
    "abs": lambda text: text.abstract,
    "co": lambda text: text.comment,
    "jr": lambda text: text.journal_ref,
    "rn": lambda text: text.report_no,
}


def test_of(node: Node) -> Test:
    """The test that a query makes of each text."""
    if isinstance(node, Chain):
        return _chained(node)
    if isinstance(node, SubmittedRange):
        return lambda text: node.start <= text.submitted <= node.end
    if node.field == "all":
        return _anywhere(node)
    return _in_field(node)


def _chained(chain: Chain) -> Test:
    *firsts, last = [test_of(operand) for operand in chain.operands]
    steps = list(zip(reversed(firsts), reversed(chain.operators), strict=True))

    def holds(text: SearchText) -> bool:
        result = last(text)
        for test, operator in steps:
            if operator == "OR":
                result = result or test(text)
            else:
                result = result == (operator == "AND") and test(text)
        return result

    return holds


def _in_field(term: Term) -> Test:
    wanted = term.text.lower()
    if term.field == "cat":
        covers = _category_test(wanted)
        return lambda text: covers(text.categories)
    if term.field == "id":
        return lambda text: text.record.id == wanted
    if term.field == "doi":
        return lambda text: (text.record.words.doi or "").lower() == wanted
    return _words_test(term)


@cache
def _category_test(wanted: str) -> Callable[[tuple[str, ...]], bool]:
    """Most queries name the same categories, and papers have few different sets of them."""
    pattern = _wildcard(wanted)
    return cache(lambda categories: any(map(pattern.fullmatch, categories)))


def _words_test(term: Term) -> Test:
    """A phrase in its order; other words in any order, but those of a name in one name."""
    read = _TEXT.get(term.field, lambda text: text.names)
    in_words = stemmed if term.field in {"ti", "abs"} else folded
    if not term.is_phrase and re.search(r"[*?]", term.text):
        pattern = _wildcard(term.text.lower())
        return lambda text: any(pattern.fullmatch(word) for word in read(text).split())
    if term.field == "au":
        name = frozenset(name_words(term.text))
        return lambda text: bool(name) and any(name <= words for words in text.authors)
    phrase = in_words(term.text)
    if not phrase.strip():
        return lambda _: False
    if term.is_phrase and term.field in {"ti", "abs"}:
        pattern = _with_gaps(term.text)
        return lambda text: pattern is not None and pattern.search(read(text)) is not None
    if term.is_phrase:
        return lambda text: phrase in read(text)
    words = [f" {word} " for word in phrase.split()]
    return lambda text: all(word in read(text) for word in words)


def _with_gaps(phrase: str) -> re.Pattern[str] | None:
    """Small words are dropped at the ends of a phrase, and are gaps of one word inside it."""
    words = plain_words(phrase)
    while words and words[0] in SMALL_WORDS:
        del words[0]
    while words and words[-1] in SMALL_WORDS:
        del words[-1]
    if not words:
        return None
    parts = [r"\S+" if word in SMALL_WORDS else re.escape(stem(word)) for word in words]
    return re.compile(f" {' '.join(parts)} ")


def _anywhere(term: Term) -> Test:
    fields = (*_TEXT, "au", "cat", "id", "doi")
    tests = [test_of(Term(field, term.text, term.is_phrase)) for field in fields]
    return lambda text: any(test(text) for test in tests)


def _wildcard(text: str) -> re.Pattern[str]:
    escaped = re.escape(text)
    return re.compile(escaped.replace(r"\*", ".*").replace(r"\?", "."))
