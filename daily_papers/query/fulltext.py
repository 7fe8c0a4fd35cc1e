"""Phrases looked up in titles and abstracts, with SQLite's FTS5 as the search engine.

Its Porter tokenizer splits and stems words as arXiv's search does. By our own rule each word of a
phrase must be there; by arXiv's, small words are gaps (docs/matching.md). Sets of papers are
integers whose bit n stands for the n-th paper.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, reduce
from operator import and_
from threading import get_ident

from daily_papers.errors import DailyPapersError
from daily_papers.papers.paper import Paper, folded
from daily_papers.papers.tex import GREEK, decode_accents
from daily_papers.query.expression import STOP_WORDS, Field, Phrase, query_words

# Contentless, since only words and their positions are asked for. Accents are kept, as arXiv keeps
# them in titles and abstracts.
_SCHEMA = """
CREATE VIRTUAL TABLE papers USING fts5(
    text, content='', tokenize='porter unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE phrases USING fts5(
    text, content='', tokenize='porter unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE words_of_papers USING fts5vocab(papers, row);
CREATE VIRTUAL TABLE places_in_papers USING fts5vocab(papers, instance);
CREATE VIRTUAL TABLE words_of_phrases USING fts5vocab(phrases, instance);
"""
_ASK = "SELECT rowid FROM papers WHERE papers MATCH ?"
_WORDS_OF_PAPERS = "SELECT term FROM words_of_papers"
_WORDS_OF_PHRASES = "SELECT doc, offset, term FROM words_of_phrases ORDER BY doc, offset"
_PLACES_OF = "SELECT doc, offset - ? FROM places_in_papers WHERE term = ?"

# Two private use characters, which FTS5 takes for letters: one stands for any word, one joins two
# parts of a word.
_GAP, _JOINT = "\ue000", "\ue001"
_WORD = re.compile(rf"(?:[^\W_]|{_JOINT})+")
_GAPS_AT_ENDS = re.compile(rf"^[\W_]*{_GAP}|{_GAP}[\W_]*$")
# Unicode's word boundaries (UAX #29), where arXiv's index separates words.
_INSIDE_WORD = re.compile(
    r"(?<=[^\W\d_])[.'’](?=[^\W\d_])|(?<=\d)[.,'’](?=\d)|(?<=[^\W_])_+(?=[^\W_])"
)

# Lucene's EnglishPossessiveFilter, in the analyzer of arXiv's titles and abstracts.
_POSSESSIVE = re.compile(r"(?<=[^\W_])['’＇][sS](?!\w)")
_GREEK_MACRO = re.compile(rf"\\({'|'.join(GREEK)})(?![A-Za-z]) ?")


def stems_of(phrases: Sequence[str]) -> dict[str, str]:
    """The words of each phrase as they are looked up: in lower case, without endings."""
    with _index((), [indexed(query_words(phrase)) for phrase in phrases]) as index:
        words = _words_of_phrases(index)
    return {
        phrase: " ".join(word for _, word in words[number]) for number, phrase in enumerate(phrases)
    }


Reading = Callable[[str], str]


def papers_with(
    phrases: Sequence[Phrase], papers: Sequence[Paper], text: Reading, question: Reading
) -> dict[Phrase, int]:
    """Find the set of papers that contain each phrase, by one rule.

    ``text`` and ``question`` say how titles and abstracts, and how phrases are read. Each field has
    a table of its own: FTS5 reads less than if it had to filter by column.
    """
    holding = dict.fromkeys(phrases, 0)
    for field, texts in (
        (Field.TITLE, [paper.title for paper in papers]),
        (Field.ABSTRACT, [paper.abstract for paper in papers]),
    ):
        asked = [phrase for phrase in phrases if phrase.field is field]
        questions = [question(query_words(phrase.text)) for phrase in asked]
        found = _texts_with(questions, map(text, texts)) if asked and papers else {}
        holding.update((asked[number], those) for number, those in found.items())
    return holding


def _texts_with(questions: Sequence[str], texts: Iterable[str]) -> dict[int, int]:
    """Find the texts that answer each question, by the question's position."""
    found: dict[int, int] = {}
    with _index(texts, questions) as index:
        known = {_GAP, *(word for (word,) in index.execute(_WORDS_OF_PAPERS))}
        for number, words in _words_of_phrases(index).items():
            if not all(word in known for _, word in words):
                continue  # most phrases have a word that no paper of the day has in this field
            if _GAP in questions[number]:  # its words are as far apart as in the question
                places = [place for place in words if place[1] != _GAP]
                begins = reduce(and_, (set(index.execute(_PLACES_OF, place)) for place in places))
                positions = {position for position, _ in begins}
            else:
                # query_words has removed quotes and all other syntax.
                rows = index.execute(_ASK, (f'"{questions[number]}"',))
                positions = {position for (position,) in rows}
            found[number] = sum(1 << position for position in positions)
    return found


def _words_of_phrases(index: sqlite3.Connection) -> dict[int, list[tuple[int, str]]]:
    """The words of each phrase, each with its place in it."""
    words: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for number, place, word in index.execute(_WORDS_OF_PHRASES):
        words[number].append((place, word))
    return words


@contextmanager
def _index(texts: Iterable[str], questions: Iterable[str]) -> Iterator[sqlite3.Connection]:
    """Index the texts and questions for as long as they are asked for."""
    index = _tables(get_ident())
    try:
        index.executemany("INSERT INTO papers(rowid, text) VALUES (?, ?)", enumerate(texts))
        index.executemany("INSERT INTO phrases(rowid, text) VALUES (?, ?)", enumerate(questions))
        yield index
    finally:
        index.rollback()


@cache
def _tables(_thread: int) -> sqlite3.Connection:
    """Made once in each thread, the only one that may use it: a few papers are searched faster."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(_SCHEMA)
    except sqlite3.OperationalError as error:
        problem = f"this Python's SQLite has no full-text search; use another Python ({error})"
        raise DailyPapersError(problem) from error
    return connection


def indexed(text: str) -> str:
    """Return a text as arXiv indexes it: TeX accents and Greek macros as letters, no possessives.

    So a paper matches in the same way whether the feed gives TeX or the query API letters.
    """
    if "\\" in text:
        text = _GREEK_MACRO.sub(lambda macro: GREEK[macro[1]], decode_accents(text))
    text = _POSSESSIVE.sub("", text)
    # SQLite does not take a lone surrogate, which JSON may contain.
    return folded(unicodedata.normalize("NFC", text)).encode(errors="replace").decode()


def with_whole_words(text: str) -> str:
    """Keep ``3.10``, ``node.js`` and ``snake_case`` whole, as arXiv's index does."""
    return _INSIDE_WORD.sub(_JOINT, indexed(text))


def with_gaps(phrase: str) -> str:
    """Read a phrase as arXiv's search does.

    Any word may take the place of a small word inside the phrase; small words at its ends are
    dropped, and a phrase of nothing but small words finds nothing.
    """
    words = with_whole_words(phrase)
    gaps = _WORD.sub(lambda word: _GAP if word[0].lower() in STOP_WORDS else word[0], words)
    return _GAPS_AT_ENDS.sub("", gaps)
