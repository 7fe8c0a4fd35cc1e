"""Text as arXiv stores it: ASCII, with TeX for every other letter.

The announcement feed and arXivRaw serve it so; the query API serves Unicode. One letter has several
spellings in TeX, and authors use all of them.
"""

from __future__ import annotations

import unicodedata

_ACCENTS = {
    "\N{COMBINING ACUTE ACCENT}": "\\'{}",
    "\N{COMBINING GRAVE ACCENT}": "\\`{}",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "\\^{}",
    "\N{COMBINING DIAERESIS}": '\\"{}',
    "\N{COMBINING TILDE}": "\\~{}",
    "\N{COMBINING MACRON}": "\\={}",
    "\N{COMBINING DOT ABOVE}": "\\.{}",
    "\N{COMBINING CEDILLA}": "\\c{{{}}}",
    "\N{COMBINING CARON}": "\\v{{{}}}",
    "\N{COMBINING BREVE}": "\\u{{{}}}",
    "\N{COMBINING DOUBLE ACUTE ACCENT}": "\\H{{{}}}",
    "\N{COMBINING RING ABOVE}": "\\r{{{}}}",
    "\N{COMBINING OGONEK}": "\\k{{{}}}",
    "\N{COMBINING DOT BELOW}": "\\d{{{}}}",
}
_LETTERS = {
    "ø": "{\\o}",
    "Ø": "{\\O}",
    "ł": "{\\l}",
    "Ł": "\\L{}",
    "ı": "{\\i}",
    "ß": "{\\ss}",
    "æ": "{\\ae}",
    "þ": "{\\th}",
    "Þ": "{\\TH}",
    "å": "{\\aa}",
    "Å": "\\AA{}",
    "θ": "\\theta",
    "Γ": "\\Gamma",
    "π": "\\pi",
}


class _Spelling(dict[int, str]):
    """The table of ``str.translate``, filled as letters come."""

    def __missing__(self, code: int) -> str:
        self[code] = spelt = _spelt(chr(code))
        return spelt


_SPELLING = _Spelling()


def to_tex(text: str) -> str:
    r"""``Fréchet`` is ``Fr\'echet``."""
    return text if text.isascii() else text.translate(_SPELLING)


def _spelt(letter: str) -> str:
    if letter in _LETTERS or letter.isascii():
        return _LETTERS.get(letter, letter)
    decomposed = unicodedata.normalize("NFD", letter)
    plain = decomposed[0]
    for mark in decomposed[1:]:
        plain = _ACCENTS[mark].format(plain if len(plain) == 1 else f"{{{plain}}}")
    return plain
