"""What to write instead of a value that is not of the right kind, in one line."""

from __future__ import annotations

import difflib
from typing import Final

from daily_papers.config.document import Misread, Path, Whole

HOW_TO_LIST: Final = 'write a line "keywords:" and below it a line "  - your topic" for each topic'
ALL_CATEGORIES: Final = "see https://arxiv.org/category_taxonomy"
_NOTHING: Final = Misread("nothing", "")


def key_of(path: Path) -> str:
    """The innermost key of a path, which the message names."""
    return next((part for part in reversed(path) if isinstance(part, str)), "keywords.yaml")


def shown(value: object) -> str:
    """The value as it stands in the file, cut where it is long."""
    text = value.text if isinstance(value, Misread | Whole) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def empty_list(path: Path) -> str:
    """What to do about a list without items."""
    if path == ("keywords",):
        return 'keywords: the list is empty; add a line "  - your topic" for each topic'
    return f"{key_of(path)}: the list is empty; remove the key, or add a text"


def wrong_type(path: Path, value: object, wanted: str | list[str]) -> str:
    """What to write instead of a value that is not of the wanted type."""
    if not path:
        return f"the topics must stand in a list with a key; {HOW_TO_LIST}"
    if value == _NOTHING:
        return _no_value(path)
    if "string" in wanted:
        problem = _no_category(value) if key_of(path) == "categories" else _no_text(value)
        return f"{key_of(path)}: {problem}"
    if "integer" in wanted:
        return f"{key_of(path)}: {_no_number(path, value)}"
    return f"{key_of(path)}: {_no_list(path, value)}"


def _no_value(path: Path) -> str:
    if path == ("keywords",):
        return empty_list(path)
    if isinstance(path[-1], int):
        return f"{key_of(path)}: nothing follows the hyphen; write a text there, or remove it"
    return f"{key_of(path)}: nothing follows the colon; write a value there, or remove the key"


def _no_text(value: object) -> str:
    match value:
        case Misread(kind, _):
            return f'YAML read {shown(value)} as {kind}; put it in quotes: "{shown(value)}"'
        case int():
            return f'YAML read {shown(value)} as a number; put it in quotes: "{shown(value)}"'
        case dict() if len(value) == 1 and isinstance(text := next(iter(value.values())), str):
            phrase = shown(f"{next(iter(value))}: {text}")
            return f'YAML read a key and a value; put it in quotes: "{phrase}"'
        case dict():
            return "expected a text here, not keys and values"
        case _:
            return "expected a text here, not a list"


def _no_category(value: object) -> str:
    if isinstance(value, Misread | int):
        return f'"{shown(value)}" is not a category of arXiv; {ALL_CATEGORIES}'
    return f"expected a category such as cs.CV here; {ALL_CATEGORIES}"


def _no_number(path: Path, value: object) -> str:
    expected = "expected a whole number from 1 to 2000"
    if isinstance(value, str) and value.strip().isdecimal():
        return f"{expected}, without quotes; write {key_of(path)}: {value.strip()}"
    if isinstance(value, str | Misread):
        return f"{expected}, not {shown(value)}"
    return expected


def _no_list(path: Path, value: object) -> str:
    if path == ("keywords",):
        return 'expected a list; begin each keyword with "- " on a line of its own'
    if isinstance(value, str):
        return f"expected a list; write {key_of(path)}: [{shown(value)}]"
    if isinstance(value, Misread | int):
        if path[-1] == "categories":
            return _no_category(value)
        return f'expected a list; write {key_of(path)}: ["{shown(value)}"]'
    return f"expected a list, as in {key_of(path)}: [one, another]"


def no_choice(path: Path, value: object, choices: list[str]) -> str:
    """What to write instead of a value that is none of the choices."""
    if value == _NOTHING:
        return _no_value(path)
    words = value.lower().split() if isinstance(value, str) else []
    turned = [choice for choice in choices if sorted(choice.split()) == sorted(words)]
    close = turned or difflib.get_close_matches(" ".join(words), choices, 1, 0.6)
    if close:
        return f'{key_of(path)}: "{shown(value)}" is not possible; did you mean "{close[0]}"?'
    return f"{key_of(path)}: expected {', '.join(choices[:-1])} or {choices[-1]}"
