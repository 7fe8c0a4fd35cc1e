"""What can be wrong, or doubtful, with a phrase, a heading or a person's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from daily_papers.config.written import in_quotes, list_as_yaml
from daily_papers.query.terms import (
    NO_WILDCARDS,
    OPERATORS,
    names_in,
    wildcard_in,
    without_comma,
)

#: Format characters that writing systems and emoji need; the others only hide something.
_JOINERS = "\u200c\u200d"
_WORD = re.compile(r"[^\W_]+")
#: What arXiv's search leaves out of a phrase (the English stop words of its analyzer).
_STOP_WORDS: Final = frozenset(
    """a an and are as at be but by for if in into is it no not of on or such that the their then
    there these they this to was will with""".split()  # noqa: SIM905 - reads as what it is
)


def heading_problem(text: str) -> str | None:
    """What is wrong with a text that is only shown; None if nothing is."""
    if not text.strip():
        return "the text is blank; write something, or remove it"
    for letter in text:
        if _is_hidden(letter):
            return f"a control character (U+{ord(letter):04X}) in the text; remove it"
    return None


def _is_hidden(letter: str) -> bool:
    if letter in _JOINERS or letter in "\t\r\n":
        return False
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def phrase_problem(text: str) -> str | None:
    """What is wrong with a phrase; None if nothing is."""
    problem = heading_problem(text)
    if problem:
        return problem
    if not re.search(r"[^\W_]", text):
        return f'"{text}" has no word to search for'
    if wildcard_in(text):
        return f'"{text}": {NO_WILDCARDS}'
    return None


def phrase_doubt(text: str) -> str | None:
    """What is probably not meant with a phrase that is possible; None if nothing is."""
    if re.search(r"\b(?:ti|abs|au|cat|all):\S", text):
        return f'"{text}" is searched for as it stands; for arXiv\'s syntax write it as "query"'
    operator = next((word for word in text.split()[1:-1] if word in OPERATORS), None)
    if operator:
        return f'{operator} in "{text}" is a word like any other; for operators write a "query"'
    return stop_words_doubt(text)


def stop_words_doubt(text: str) -> str | None:
    """What becomes of a phrase of words that arXiv leaves out; None for any other phrase."""
    if all(word.lower() in _STOP_WORDS for word in text.split()):
        return f'"{text}" may find nothing: arXiv\'s search leaves such common words out'
    return None


def contradiction(wanted: Sequence[str], unwanted: Iterable[str]) -> str | None:
    """What leaves nothing to be found: each wanted phrase holds an unwanted one. Else None."""
    runs = {phrase: _words(phrase) for phrase in unwanted}
    held = [_held(_words(phrase), runs) for phrase in wanted]
    if not held or held[0] is None or None in held:
        return None
    if wanted[0].casefold() == held[0].casefold():
        return f'"{wanted[0]}" is wanted as well; nothing can be found'
    return f'"{held[0]}" is a part of "{wanted[0]}", which is wanted; nothing can be found'


def _held(words: str, runs: Mapping[str, str]) -> str | None:
    """The first of the phrases whose words stand side by side among these; None if none does."""
    return next((phrase for phrase, run in runs.items() if run in words), None)


def _words(phrase: str) -> str:
    """The words as a search compares them, each between spaces."""
    return f" {' '.join(_WORD.findall(phrase.casefold()))} "


def author_problem(text: str) -> str | None:
    """What is wrong with a person's name; None if nothing is."""
    problem = heading_problem(text)
    if problem:
        return problem
    if not any(letter.isalpha() for letter in text):
        return f'"{text}" has no letter'
    if wildcard_in(text):
        return f'"{text}": {NO_WILDCARDS}'
    if "," in text:
        return _comma(text)
    return None


def _comma(text: str) -> str:
    """What to write for a surname in front of its given name, and for several names in one text.

    Where two names end alike they are spellings of one; else it may be ``Di Feola, Anna Maria``.
    """
    names = names_in(text)
    turned = in_quotes(without_comma(text))
    if len(names) == 1:
        return f"write the name as papers do, without a comma: {turned}"
    advice = f"write each name for itself, author: {list_as_yaml(names)}"
    if text.count(",") > 1 or names[0].split()[-1] == names[1].split()[-1]:
        return advice
    return f"{advice}, or a single name without a comma, author: {turned}"


def author_doubt(text: str) -> str | None:
    """What is probably not meant with a name that is possible; None if nothing is."""
    if len(text.split()) == 1:
        return f'"{text}" is everybody of that name; add the given name or its initial'
    return None
