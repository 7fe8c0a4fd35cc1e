"""Phrases asked of titles and abstracts, with SQLite's FTS5 as the search engine.

Its Porter tokenizer splits and stems words as arXiv's search does; docs/matching.md tells where
the two differ. Sets of papers are integers whose bit n stands for the n-th paper.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import closing

from daily_papers.errors import DailyPapersError
from daily_papers.papers.paper import Paper, folded
from daily_papers.papers.tex import decode_accents
from daily_papers.query.expression import Field, Phrase, query_words

# Contentless, since only words and their positions are asked for. Accents are kept, as arXiv keeps
# them in titles and abstracts.
_TABLES = """
CREATE VIRTUAL TABLE papers USING fts5(
    text, content='', tokenize='porter unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE phrases USING fts5(
    text, content='', tokenize='porter unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE words_of_papers USING fts5vocab(papers, row);
CREATE VIRTUAL TABLE words_of_phrases USING fts5vocab(phrases, instance);
"""
# Most phrases hold a word that no paper of the day has in this field. They need no question.
_WORTH_ASKING = """
SELECT doc FROM words_of_phrases EXCEPT
SELECT doc FROM words_of_phrases WHERE term NOT IN (SELECT term FROM words_of_papers)
"""
_ASK = "SELECT rowid FROM papers WHERE papers MATCH ?"

_GREEK_NAMES = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma
    tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"""


def _greek_letter(name: str) -> str:
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    # Unicode spells it LAMDA.
    return unicodedata.lookup(f"GREEK {case} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")


_GREEK = {name: _greek_letter(name) for name in _GREEK_NAMES.split()}
# Lucene's EnglishPossessiveFilter, in the analyzer of arXiv's titles and abstracts.
_POSSESSIVE = re.compile(r"(?<=[^\W_])['’＇][sS](?!\w)")
_GREEK_MACRO = re.compile(rf"\\({'|'.join(_GREEK)})(?![A-Za-z]) ?")


def papers_with(phrases: Sequence[Phrase], papers: Sequence[Paper]) -> dict[Phrase, int]:
    """Find for each phrase the set of the papers that hold it."""
    titles = [phrase for phrase in phrases if phrase.field is Field.TITLE]
    abstracts = [phrase for phrase in phrases if phrase.field is Field.ABSTRACT]
    return _texts_with(titles, [paper.title for paper in papers]) | _texts_with(
        abstracts, [paper.abstract for paper in papers]
    )


def _texts_with(phrases: Sequence[Phrase], texts: Sequence[str]) -> dict[Phrase, int]:
    """Ask one table a field: FTS5 reads less for a question than where it must tell columns."""
    questions = [indexed(query_words(phrase.text)) for phrase in phrases]
    holding = dict.fromkeys(phrases, 0)
    if questions and texts:
        with closing(_index((indexed(text) for text in texts), questions)) as index:
            for number in [number for (number,) in index.execute(_WORTH_ASKING)]:
                # query_words has left no quote in it, nor other syntax.
                rows = index.execute(_ASK, (f'"{questions[number]}"',))
                holding[phrases[number]] = sum(1 << position for (position,) in rows)
    return holding


def _index(texts: Iterable[str], questions: Iterable[str]) -> sqlite3.Connection:
    index = sqlite3.connect(":memory:")
    try:
        index.executescript(_TABLES)
    except sqlite3.OperationalError as error:
        index.close()
        raise DailyPapersError(
            f"SQLite {sqlite3.sqlite_version} of this Python has no full-text search (FTS5), "
            f"which matching needs: use another Python, e.g. of python.org or uv ({error})"
        ) from error
    index.executemany("INSERT INTO papers(rowid, text) VALUES (?, ?)", enumerate(texts))
    index.executemany("INSERT INTO phrases(rowid, text) VALUES (?, ?)", enumerate(questions))
    return index


def indexed(text: str) -> str:
    """Return a text as arXiv indexes it: TeX accents and Greek macros as letters, no possessives.

    So a paper matches alike whether the feed told it in TeX or the query API in letters.
    """
    if "\\" in text:
        text = _GREEK_MACRO.sub(lambda macro: _GREEK[macro[1]], decode_accents(text))
    text = _POSSESSIVE.sub("", text)
    # A lone surrogate, which JSON can carry, cannot be handed to SQLite.
    return folded(unicodedata.normalize("NFC", text)).encode(errors="replace").decode()
