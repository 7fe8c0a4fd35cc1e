r"""TeX in the text of papers: ``Fr\'echet`` is Fréchet, ``\emph{so}`` is so, ``$x$`` is a formula.

arXiv's metadata is ASCII, so authors write accents in TeX. The query API turns them into letters;
the feed, OAI-PMH and many abstracts do not. `decode_accents` leaves every other macro as the author
wrote it; `without_commands`, for running text, also reads those that say how words look, what they
link to, and what they cite. Both leave formulas alone: what is one, `split_at_formulas` says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_COMBINING = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
#: Greek letters, by the names of their macros.
GREEK = {
    name: unicodedata.lookup(
        f"GREEK {'CAPITAL' if name.istitle() else 'SMALL'} LETTER "
        f"{name.upper().replace('LAMBDA', 'LAMDA')}"  # as Unicode spells it
    )
    for name in """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron
    pi rho sigma tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi
    Omega""".split()  # noqa: SIM905
}
_LETTERS = GREEK | {
    "AA": "Å", "aa": "å", "AE": "Æ", "ae": "æ", "deg": "°", "DH": "Ð", "dh": "ð", "DJ": "Đ",
    "dj": "đ", "i": "ı", "j": "ȷ", "L": "Ł", "l": "ł", "NG": "Ŋ", "ng": "ŋ", "O": "Ø", "o": "ø",
    "OE": "Œ", "oe": "œ", "SS": "ẞ", "ss": "ß", "TH": "Þ", "th": "þ",
}  # fmt: skip
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
    (?P<g0>\{{)? \\(?P<outer>{_ACCENT}) (?P<g1>\{{)?
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

# A lone dollar is money. Between two is a formula if it is a sign, or has TeX and is no amount, and
# else only if it reaches to both and no amount follows. Each way begins with its sign, which is
# quick to find; what may not be before it comes after.
_FORMULA = re.compile(
    r"""\$(?<!\\\$) (?:
            \$(?P<block>(?:\\.|[^$\\])++)\$\$
          | (?P<tex>(?!\d)(?=(?:[^$\\_^]|\\[^A-Za-z])*+(?:\\[A-Za-z]|[_^]))(?:\\.|[^$\\])++)
                \$(?<!\s\$(?=[\w\\]))
          | (?P<sign>[-+<>=/]{1,3})\$
          | (?P<plain>(?!\s)(?:\\.|[^$\\])++)\$(?<!\s\$)(?!\d)
        )
      | \\(?<!\\\\) (?:
            \((?P<round>(?:[^\\]|\\[^()])++)\\\)
          | \[(?P<square>(?:[^\\]|\\[^][])++)\\\]
        )""",
    re.VERBOSE | re.DOTALL,
)

# What authors write for the look of words, for links and for citations, and what is shown of it.
_GROUP = r"\s*\{([^{}]*)\}"
_LOOK = (
    r"emph|mbox|underline|uline|url"
    r"|text(?:bf|it|md|normal|rm|sc|sf|sl|subscript|superscript|tt|up)?"
)
_COMMANDS = {
    re.compile(command): shown
    for command, shown in {
        rf"\\(?:{_LOOK}){_GROUP}": r"\1",
        r"\{\\(?:bf|em|it|rm|sc|sf|sl|tt)\s([^{}]*)\}": r"\1",
        rf"\\color{_GROUP}\s*": "",
        rf"\\textcolor{_GROUP}{_GROUP}": r"\2",
        rf"\\[Cc]itet\*?{_GROUP}": r"\1",
        rf"[\s~]?\\[Cc]ite[a-z]*\*?(?:\s*\[[^][]*\])*{_GROUP}": "",
        r"\\href\s*\{((?:https?://)?([^{}]*?)/?)\}\s*\{(?:https?://)?\2/?\}": r"\1",
        rf"\\href{_GROUP}{_GROUP}": r"\2 (\1)",
        rf"[\s~]?\\footnote{_GROUP}": r" (\1)",
        r"\\eg(?![A-Za-z])(?:\.|\{\})?": "e.g.",
        r"\\ie(?![A-Za-z])(?:\.|\{\})?": "i.e.",
    }.items()
}
_SIGN = re.compile(r"\\([%&#_$])|``|''|(?<=[^\s/])~(?=\S)|\\(?<!\\\\)[-, ]")
_SIGNS = {
    "``": "\N{LEFT DOUBLE QUOTATION MARK}",
    "''": "\N{RIGHT DOUBLE QUOTATION MARK}",
    "~": " ",
    "\\-": "",
    "\\,": " ",
    "\\ ": " ",
}


def decode_accents(text: str) -> str:
    r"""Write TeX accents and named letters as Unicode letters, and leave everything else.

    An accent is decoded only if Unicode has the letter; ``\'`` before a space, ``\c{opyright}`` and
    ``\pm`` stay.
    """
    if not _ANY.search(text):
        return text
    pieces = split_at_formulas(text)
    return "".join([piece if tex else _TOKEN.sub(_decoded, piece) for piece, tex in pieces])


def split_at_formulas(text: str) -> Iterator[tuple[str, str]]:
    """The pieces of a text, those that are formulas with their TeX."""
    start = 0
    if "$" in text or "\\" in text:  # mostly not, and quick to see
        for found in _FORMULA.finditer(text):
            yield text[start : found.start()], ""
            yield found[0], found[found.lastgroup or 0].strip()
            start = found.end()
    yield text[start:], ""


def without_commands(text: str) -> str:
    """A text as it would be printed, but for its formulas, which stay TeX."""
    return "".join([piece if tex else printed(piece) for piece, tex in split_at_formulas(text)])


def printed(words: str) -> str:
    r"""Words without formulas as they would be printed: ``\emph{so}`` is so, ``\%`` is %."""
    if not any(sign in words for sign in ("\\", "~", "``", "''")):  # mostly, and quick to see
        return words
    for _ in range(3):  # one in another
        for command, shown in _COMMANDS.items():
            words = command.sub(shown, words)
    return _SIGN.sub(lambda found: found[1] or _SIGNS[found[0]], words)


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
    if token["name"] in GREEK and token["space"].isspace():
        return token[0]  # "\Lambda CDM" is one word, "\alpha particles" are two
    # "4 \AA resolution" is the unit, and its space is meant; "K\aa re" is a name.
    follows_a_letter = token.string[: token.start()][-1:].isalpha()
    if letter in "Å°" and token["space"].isspace() and not follows_a_letter:
        return letter + token["space"]
    return letter
