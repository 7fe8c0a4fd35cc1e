"""A record as the query API's index holds it: each field cut into words, with a space around each.

Words of title and abstract are stemmed and keep their accents; those of the other fields are not
stemmed, and are folded to plain letters. So a phrase is found where its words are a part of the
text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

from daily_papers.query.taxonomy import ALIASES
from tests.sandbox.record import Record
from tests.sandbox.stemming import stem

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
#: Lucene's English stop words.
SMALL_WORDS = frozenset(
    """a an and are as at be but by for if in into is it no not of on or such that the their then
    there these they this to was will with""".split()  # noqa: SIM905
)
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "đ": "d", "ß": "ss", "æ": "ae", "þ": "th"})


class _Stems(dict[str, str]):
    def __missing__(self, word: str) -> str:
        self[word] = found = stem(word)
        return found


_STEMS = _Stems()


def plain_words(text: str) -> list[str]:
    """The words of a title or an abstract, before they are stemmed."""
    return _WORD.findall(_POSSESSIVE.sub("", text.lower()))


def stemmed(text: str) -> str:
    """Title and abstract: `` magnet reson imag ``."""
    return f" {' '.join([_STEMS[word] for word in plain_words(text)])} "


def name_words(name: str) -> list[str]:
    """The words of one author's name: split at white space, without ``. , ;``."""
    return re.sub(r"[.,;]", "", _unaccented(name)).split()


def folded(text: str) -> str:
    """Names, comments and the rest: `` jose nunez ibanez ``."""
    return f" {' '.join(_WORD.findall(_unaccented(text)))} "


def _unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


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
    def authors(self) -> tuple[frozenset[str], ...]:
        """The words of each name."""
        return tuple(frozenset(name_words(person.name)) for person in self.record.words.authors)

    @cached_property
    def names(self) -> str:
        """All names, folded, for wildcards."""
        return " ".join(folded(person.name) for person in self.record.words.authors)

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
