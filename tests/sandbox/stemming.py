"""English word stems, by Porter's algorithm: what arXiv's search compares in titles and abstracts.

Written from https://tartarus.org/martin/PorterStemmer/, with the two endings that its author
changed later (-bli, -logi). It stands apart from the matcher of the pipeline (SQLite's), so that
the one can be tested against the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_C = "(?:[^aeiouy]|^y|(?<=[aeiou])y)"  # a consonant; y is one at the start and after a vowel
_V = "(?:[aeiou]|(?<![aeiou])(?<!^)y)"  # a vowel
_AT_LEAST_ONE = re.compile(f"^{_C}*{_V}+{_C}")
_EXACTLY_ONE = re.compile(f"^{_C}*{_V}+{_C}+{_V}*$")
_AT_LEAST_TWO = re.compile(f"^{_C}*{_V}+{_C}+{_V}+{_C}")
_VOWEL = re.compile(_V)
_DOUBLE = re.compile(r"([^aeiouylsz])\1$")
_SHORT = re.compile(f"{_C}{_V}(?![wxy]){_C}$")
_STEP_2 = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize",
    "bli": "ble", "logi": "log", "alli": "al", "entli": "ent", "eli": "e", "ousli": "ous",
    "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al", "iveness": "ive",
    "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
}  # fmt: skip
_STEP_3 = {
    "icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": "",
}  # fmt: skip
_STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "sion", "tion",
    "ou", "ism", "ate", "iti", "ous", "ive", "ize",
)  # fmt: skip


def stem(word: str) -> str:
    """The stem of a word in lower case: image, images and imaging have the same one."""
    if len(word) < 3:
        return word
    word = _without_plural(word)
    word = _without_past(word)
    if word.endswith("y") and _VOWEL.search(word[:-1]):
        word = word[:-1] + "i"
    word = _replaced(word, _STEP_2, _AT_LEAST_ONE)
    word = _replaced(word, _STEP_3, _AT_LEAST_ONE)
    word = _without_ending(word)
    return _without_final_e(word)


def _without_plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _without_past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _AT_LEAST_ONE.match(word[:-3]) else word
    for ending in ("ed", "ing"):
        rest = word.removesuffix(ending)
        if rest != word:
            return _mended(rest) if _VOWEL.search(rest) else word
    return word


def _mended(rest: str) -> str:
    """Give back what -ed and -ing took: hop(p)ing, fil(e)ing, conflat(e)ed."""
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if _DOUBLE.search(rest):
        return rest[:-1]
    return rest + "e" if _EXACTLY_ONE.match(rest) and _SHORT.search(rest) else rest


def _replaced(word: str, endings: dict[str, str], condition: re.Pattern[str]) -> str:
    """Replace the longest ending of the table, if what stands before it is long enough."""
    ending = _longest(word, endings)
    rest = word.removesuffix(ending)
    return rest + endings[ending] if ending and condition.match(rest) else word


def _without_ending(word: str) -> str:
    ending = _longest(word, _STEP_4)
    # The s or t of -sion and -tion belongs to the stem.
    rest = word.removesuffix("ion" if ending in {"sion", "tion"} else ending)
    return rest if ending and _AT_LEAST_TWO.match(rest) else word


def _without_final_e(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        one = _EXACTLY_ONE.match(rest) and not _SHORT.search(rest)
        word = rest if _AT_LEAST_TWO.match(rest) or one else word
    return word[:-1] if word.endswith("ll") and _AT_LEAST_TWO.match(word[:-1]) else word


def _longest(word: str, endings: Iterable[str]) -> str:
    return max((ending for ending in endings if word.endswith(ending)), key=len, default="")
