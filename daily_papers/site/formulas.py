r"""Paper text as HTML: formulas as MathML, TeX accents as letters, everything else as plain text.

The TeX of a formula is as hostile as any text, and the library that converts it lets ``\text``,
``\href`` and ``\style`` through. So only allowed elements and attributes of its result are kept,
and what it has as text is written as text. A formula that it cannot convert, or that needs anything
else, is shown as TeX.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from markupsafe import Markup, escape

from daily_papers.papers.tex import printed, split_at_formulas
from daily_papers.render.markdown import shown

#: Whether the library is installed; without it, formulas are shown as TeX.
KNOWS_MATHML = find_spec("latex2mathml") is not None

_LONGEST_FORMULA = 1000
_MOST_GROUPS = 200
#: Signs of a formula that fit on a line of a phone: MathML does not break lines, TeX does.
_LONGEST_LINE = 40

_ELEMENTS = frozenset(
    """math mrow mi mn mo mtext mspace msup msub msubsup mover munder munderover mfrac msqrt mroot
    mtable mtr mtd mstyle mpadded mphantom menclose mmultiscripts mprescripts
    none""".split()  # noqa: SIM905
)
_ATTRIBUTES = frozenset(
    """accent accentunder columnalign columnspacing depth displaystyle fence form height
    linethickness lspace mathvariant maxsize minsize movablelimits notation rowspacing rspace
    scriptlevel separator stretchy symmetric voffset width""".split()  # noqa: SIM905
)
_ATTRIBUTE_VALUE = re.compile(r"[A-Za-z0-9.+% -]{1,40}", re.ASCII)
# Addresses are not formulas: set letter by letter, nobody could read them or break their lines.
_ADDRESS = re.compile(r"\\(?:href|url)(?![A-Za-z])|://")
# What the library leaves of a command, or of an environment's columns, that it does not know.
_COMMAND = re.compile(r"\\|^&$")
# There is space between a name of several letters (log, sin) and the letters beside it.
_FUNCTION = re.compile("[A-Za-z]{2,}")
_THIN_SPACE = "\N{THIN SPACE}"
_ENDING = re.compile(r"(?<=\w{3})(?:ations?|ings?|ions?|ed|es|s|e|y)$")


@lru_cache(2_000)  # a row and a feed ask one after another
def plain_text(text: str) -> str:
    """The text as readers should see it, with its accents composed (NFC), as people type them."""
    if text.isascii() and text.isprintable() and "  " not in text and "\\" not in text:
        return text.strip()  # nearly always, and quick
    return unicodedata.normalize("NFC", shown(text))


def loosely(phrases: Iterable[str]) -> re.Pattern[str]:
    """Find any of the phrases in a text in small letters, in about any inflection."""
    patterns = []
    for phrase in sorted(phrases, key=len, reverse=True):  # of several that fit, the longest
        stems = [_ENDING.sub("", word) for word in re.findall(r"\w+", phrase.lower())]
        words = [re.escape(stem) + (r"\w{0,6}" if len(stem) > 3 else "(?:e?s)?") for stem in stems]
        if words:
            # A letter is found many times as quickly as the begin of a word.
            first, rest = stems[0][0], r"[\W_]{1,3}".join(words)[1:]
            patterns.append(rf"{first}(?<!\w{first}){rest}(?!\w)")
    return re.compile("|".join(patterns) or "(?!)")


def html_of(text: str, marked: Sequence[re.Pattern[str]] = ()) -> Markup:
    """Write a text as HTML; what any of `loosely` finds outside of formulas is highlighted."""
    pieces = [
        (_mathml(tex) or _marked(piece, marked)) if tex else _marked(printed(piece), marked)
        for piece, tex in split_at_formulas(plain_text(text))
    ]
    return pieces[0] if len(pieces) == 1 else Markup("").join(pieces)


@cache  # many papers have the same few
def _mathml(tex: str) -> Markup | None:
    """A formula as MathML; None if it is to be shown as TeX."""
    if not KNOWS_MATHML or len(tex) > _LONGEST_FORMULA or tex.count("{") > _MOST_GROUPS:
        return None
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415 - optional

    try:
        formula = convert_to_element(tex)
        if _ADDRESS.search(tex) or _width(formula) > _LONGEST_LINE:
            return None
        _tidy(formula)
        return Markup(ET.tostring(formula, "unicode", short_empty_elements=False))  # noqa: S704
    except Exception:  # noqa: BLE001 - whatever any author's TeX does to the library
        return None


def _marked(text: str, phrases: Sequence[re.Pattern[str]]) -> Markup:
    small = text.lower()
    if len(small) != len(text):  # a few letters have no small form of one letter
        return escape(text)
    found = [each.span() for phrase in phrases for each in phrase.finditer(small)]
    if not found:
        return escape(text)
    html, end = "", 0
    for start, stop in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= end:  # not within another one
            html += f"{escape(text[end:start])}<mark>{escape(text[start:stop])}</mark>"
            end = stop
    return Markup(f"{html}{escape(text[end:])}")  # noqa: S704 - each text in it is escaped


def _width(formula: Element) -> int:
    """About how many signs are side by side, with the space between the columns of a table."""
    signs = sum(len(html.unescape(text)) for text in formula.itertext())
    return signs + 2 * sum(1 for _ in formula.iter("mtd"))


def _tidy(element: Element) -> None:
    """Keep what is allowed; raises ValueError for another element, and for a command as text."""
    text = html.unescape(element.text or "")
    if element.tag not in _ELEMENTS or _COMMAND.search(text):
        raise ValueError(element.tag)
    element.text = plain_text(text) if text.strip() else text
    element.attrib = {
        name: value
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _ATTRIBUTE_VALUE.fullmatch(value)
    }
    for place, child in enumerate(element):
        _tidy(child)
        if element.tag == "mrow" and child.tag == "mi" and _FUNCTION.fullmatch(child.text or ""):
            child.text = f"{_THIN_SPACE}{child.text}{_THIN_SPACE}"
        if child.tag == "mrow" and len(child) == 1 and not child.text:
            element[place] = child[0]  # a group of one is that one
