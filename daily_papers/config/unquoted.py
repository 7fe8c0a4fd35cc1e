"""Texts without quotes that hold more than was meant: a line glued to them, or a key."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from daily_papers.config.json_schema import keyword_keys, top_keys

_NEXT_LINE = r"[\r\n] *"
_GLUED_HYPHEN = re.compile(rf"{_NEXT_LINE}(?P<slip>-)")
_COLON = "[:：]"
_COLON_OR_NONE = rf"{_COLON}|(?=[\r\n#]|\Z)"
_LISTS = frozenset({"keywords", "any", "none", "categories", "author"})
HYPHEN_NEEDS_SPACE = 'a hyphen needs a space behind it, as in "- your topic"'


class Slip(NamedTuple):
    """The number of a character in the text, counted from 0, and what is wrong there."""

    offset: int
    message: str


def slip(text: str, path: tuple[str | int, ...]) -> Slip | None:
    """What was hardly meant with a text, as it stands in the file; None if nothing is."""
    if path and path[-1] in _LISTS and text.startswith("-"):
        return Slip(0, HYPHEN_NEEDS_SPACE)
    found = _key_without_space(text, path)
    if found:
        return Slip(found.start("key"), colon_needed(found["key"], found["colon"]))
    glued = _GLUED_HYPHEN.search(text)
    if glued:
        message = (
            "this line is read as a part of the text above; "
            "indent it like the lines above, or put the text in quotes"
        )
        return Slip(glued.start("slip"), message)
    return None


def colon_needed(key: str, colon: str) -> str:
    """What to write where a key is none, with this sign for a colon, or without any."""
    match colon:
        case ":":
            return f'"{key}:" needs a space behind the colon'
        case "：":
            return f'"{key}：" has a full-width colon; write "{key}: "'
        case _:
            return f'"{key}" needs a colon behind it'


def lost_key(rest: str) -> str | None:
    """What is wrong with the colon of a key that begins the rest of the text; None if no key."""
    found = _keys(r"\A", (*top_keys(), *keyword_keys()), _COLON_OR_NONE).match(rest)
    return colon_needed(found["key"], found["colon"]) if found else None


def _key_without_space(text: str, path: tuple[str | int, ...]) -> re.Match[str] | None:
    if not path:
        return _keys(r"\A", top_keys(), _COLON_OR_NONE).search(text)
    if len(path) == 2 and isinstance(path[1], int):
        return _keys(rf"(?:\A|{_NEXT_LINE})", keyword_keys()).search(text)
    # title: and author: are also what people write for fields of a query.
    return None if path[-1] == "query" else _keys(_NEXT_LINE, keyword_keys()).search(text)


@cache
def _keys(before: str, keys: tuple[str, ...], colon: str = _COLON) -> re.Pattern[str]:
    """One of the keys and a colon. YAML saw no key, so no ordinary space is behind it."""
    return re.compile(rf"{before}(?P<key>{'|'.join(keys)}) *(?P<colon>{colon})", re.IGNORECASE)
