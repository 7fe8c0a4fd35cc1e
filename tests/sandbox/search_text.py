"""A record as the query API's index holds it: each field cut into words, with a space around each.

Words of title and abstract are stemmed and keep their accents; those of the other fields are not
stemmed, and are folded to plain letters. So a phrase is found where its words are a part of the
text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

from daily_papers.query.categories import ALIASES
from tests.sandbox.record import Record
from tests.sandbox.stemming import stem

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "đ": "d", "ß": "ss", "æ": "ae", "þ": "th"})


class _Stems(dict[str, str]):
    def __missing__(self, word: str) -> str:
        self[word] = found = stem(word)
        return found


_STEMS = _Stems()


def stemmed(text: str) -> str:
    """Title and abstract: `` magnet reson imag ``."""
    words = _WORD.findall(_POSSESSIVE.sub("", text.lower()))
    return f" {' '.join([_STEMS[word] for word in words])} "


def folded(text: str) -> str:
    """Names, comments and the rest: `` jose nunez ibanez ``."""
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return f" {' '.join(_WORD.findall(letters))} "


def served_categories(record: Record) -> tuple[str, ...]:
    """Without second names: a paper in cs.IT and math.IT, which are the same, has only cs.IT."""
    return tuple(dict.fromkeys(ALIASES.get(name, name) for name in record.categories))


class SearchText:
    """The fields of one record, cut when they are first searched."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @cached_property
    def title(self) -> str:
        """Stemmed."""
        return stemmed(self.record.words.title)

    @cached_property
    def abstract(self) -> str:
        """Stemmed."""
        return stemmed(self.record.words.abstract)

    @cached_property
    def authors(self) -> str:
        """Folded, with a bar between two names, so that no phrase reaches across."""
        return "|".join(folded(person.name) for person in self.record.words.authors)

    @cached_property
    def comment(self) -> str:
        """Folded."""
        return folded(self.record.words.comment or "")

    @cached_property
    def journal_ref(self) -> str:
        """Folded."""
        return folded(self.record.words.journal_ref or "")

    @cached_property
    def report_no(self) -> str:
        """Folded."""
        return folded(self.record.words.report_no or "")

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """In lower case."""
        return tuple(name.lower() for name in served_categories(self.record))

    @cached_property
    def submitted(self) -> str:
        """The minute of the first version, as YYYYMMDDHHMM."""
        return self.record.published.strftime("%Y%m%d%H%M")
