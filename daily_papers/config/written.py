"""Texts as YAML, for messages that say what to write.

What is advised must be read as the text that was meant: ``[AI: a survey]`` is none, and of
``name: foo # bar`` only ``foo`` would be left.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from daily_papers.config.document import read_document

_PLACES = "keywords:\n  - {0}\n  - name: {0}\n    any: [{0}]\n"
#: What other readers of YAML may take for more than a text.
_OTHER_MEANING = frozenset({"=", "<<"})


def as_yaml(text: str) -> str:
    """The text as it stands behind a hyphen, behind a colon and in brackets; on one line.

    Single quotes come first, since messages have double ones of their own.
    """
    if _is_plain(text):
        return text
    return in_single(text) if text.isprintable() else _in_double(text)


def list_as_yaml(texts: Sequence[str]) -> str:
    """The texts as a list in brackets."""
    return f"[{', '.join(as_yaml(text) for text in texts)}]"


def in_quotes(text: str) -> str:
    """The text in double quotes, or in single ones where it holds what double ones cannot."""
    if not text.isprintable():
        return _in_double(text)
    return in_single(text) if set(text) & set('"\\') else f'"{text}"'


def one_line(text: str) -> str:
    """The text with an escape for whatever cannot be seen."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


@lru_cache(maxsize=1000)
def _is_plain(text: str) -> bool:
    """Whether it is read as the same text everywhere, and nothing is said against it."""
    if not text.isprintable() or text in _OTHER_MEANING:
        return False
    read = read_document(_PLACES.format(text))
    same = {"keywords": [text, {"name": text, "any": [text]}]}
    return read.data == same and not read.mistakes


def in_single(text: str) -> str:
    """The text in single quotes; only for what can be seen, which needs no other escape."""
    return "'" + text.replace("'", "''") + "'"


def _in_double(text: str) -> str:
    return '"' + one_line(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'
