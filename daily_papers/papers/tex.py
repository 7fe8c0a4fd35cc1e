r"""TeX accents as letters: ``Fr\'echet`` is Fréchet.

arXiv's metadata is ASCII, so authors write accents in TeX. The query API turns them into letters;
the feed, OAI-PMH and many abstracts do not. Only accents and named letters are decoded: maths
between dollar signs and every other macro stay as the author wrote them.
"""

from __future__ import annotations

import re
import unicodedata

_COMBINING = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
_LETTERS = {
    "AA": "Å",
    "aa": "å",
    "AE": "Æ",
    "ae": "æ",
    "DH": "Ð",
    "dh": "ð",
    "DJ": "Đ",
    "dj": "đ",
    "i": "ı",
    "j": "ȷ",
    "L": "Ł",
    "l": "ł",
    "NG": "Ŋ",
    "ng": "ŋ",
    "O": "Ø",
    "o": "ø",
    "OE": "Œ",
    "oe": "œ",
    "SS": "ẞ",
    "ss": "ß",
    "TH": "Þ",
    "th": "þ",
}
_DOTTED = {"ı": "i", "ȷ": "j"}

_NAME = rf"(?:{'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![A-Za-z])"
# TeX drops the spaces after a macro's name: S\o ren is Søren. Spaces before anything but a letter
# are kept, since an author who wrote them there meant them.
_DROPPED = r"(?:\{\}|\s+(?=[^\W\d_]))?"
# Letter accents take a group, a macro or, after a space, a letter. \b does not take a letter: if
# authors write "\b word", they mean bold.
_ACCENT = r"""(?:['`"^~=.]|[Hbcdkruv](?=[{\\])|[Hcdkruv]\s+(?=[^\W\d_]))"""
_TOKEN = re.compile(
    rf"""
    (?P<maths> \$\$ (?:\\.|[^$\\])++ \$\$ | \$ (?:\\.|[^$\\])++ \$ (?<!\s\$(?=\d)) )
    | (?P<g0>\{{)? \\(?P<outer>{_ACCENT}) (?P<g1>\{{)?
          (?: \\(?P<inner>{_ACCENT}) (?P<g2>\{{)? )?
          (?: \\(?P<base>{_NAME}){_DROPPED} | (?P<letter>[^\W\d_]) )
          (?(g2)\}}) (?(g1)\}}) (?(g0)\}})
    | (?P<g3>\{{)? \\(?P<name>{_NAME}) (?P<space>{_DROPPED}) (?(g3)\}})
    | \\.
    """,
    re.VERBOSE | re.DOTALL,
)
# Looked for first, since most backslashes are those of formulas.
_ANY = re.compile(rf"\\(?:{_ACCENT}|{_NAME})")


def decode_accents(text: str) -> str:
    r"""Write TeX accents and named letters as Unicode letters, and leave everything else.

    An accent is decoded only if Unicode has the letter; ``\'`` before a space, ``\c{opyright}`` and
    ``\pm`` stay.
    """
    return _TOKEN.sub(_decoded, text) if _ANY.search(text) else text


def _decoded(token: re.Match[str]) -> str:
    if token["outer"]:
        return _accented(token)
    if token["name"]:
        return _named(token)
    return token[0]


def _accented(token: re.Match[str]) -> str:
    letter = token["letter"] or _LETTERS[token["base"]]
    for accent in (token["inner"], token["outer"]):
        if accent:
            bare = _DOTTED.get(letter, letter)
            letter = unicodedata.normalize("NFC", bare + _COMBINING[accent[0]])
    return letter if len(letter) == 1 else token[0]


def _named(token: re.Match[str]) -> str:
    letter = _LETTERS[token["name"]]
    # "4 \AA resolution" is the unit, and its space is meant; "K\aa re" is a name.
    follows_a_letter = token.string[: token.start()][-1:].isalpha()
    if letter == "Å" and token["space"].isspace() and not follows_a_letter:
        return letter + token["space"]
    return letter
