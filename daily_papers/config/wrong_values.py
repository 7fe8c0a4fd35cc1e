"""What to write instead of a value that is not of the right kind, in one line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final

from daily_papers.config.document import Misread, Path, Whole
from daily_papers.config.written import in_quotes, list_as_yaml
from daily_papers.papers.paper import folded
from daily_papers.text import cut

HOW_TO_LIST: Final = 'write a line "keywords:" and below it a line "  - your topic" for each topic'
ALL_CATEGORIES: Final = "see https://arxiv.org/category_taxonomy"
_NOTHING: Final = Misread("nothing", "")
#: So many characters of a value stand in a message. A part of it is never advised.
_SHOWN: Final = 60
_FEW_DIGITS = re.compile(r"\s*\d{1,9}\s*")


def key_of(path: Path) -> str:
    """The innermost key of a path, which the message names."""
    return next((part for part in reversed(path) if isinstance(part, str)), "keywords.yaml")


def shown(value: object) -> str:
    """The value as it stands in the file, cut where it is long."""
    return cut(_written(value), _SHOWN)


def _written(value: object) -> str:
    return value.text if isinstance(value, Misread | Whole) else str(value)


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


def is_one_value(value: object) -> bool:
    """Whether the value is a text, or was meant as one: no list, no keys, not nothing."""
    return isinstance(value, str | Misread | Whole) and value != _NOTHING


def quoted_with_key(value: Mapping[str, object]) -> str:
    """What to write instead of a single key and its value, which were meant as one text."""
    ((key, text),) = value.items()
    return _put_in_quotes(folded(f"{key}: {_written(text)}"))


def _put_in_quotes(text: str) -> str:
    """What to write, or only how, where the text is too long to be shown."""
    if len(text) > _SHOWN:
        return "put the whole text in quotes"
    return f"put it in quotes: {in_quotes(text)}"


def _no_text(value: object) -> str:
    match value:
        case Misread(kind, text):
            return f"YAML read {shown(value)} as {kind}; {_put_in_quotes(text)}"
        case Whole():
            return f"YAML read {shown(value)} as a number; {_put_in_quotes(value.text)}"
        case dict() if len(value) == 1 and is_one_value(next(iter(value.values()))):
            return f"YAML read a key and a value; {quoted_with_key(value)}"
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
    if isinstance(value, str) and _FEW_DIGITS.fullmatch(value):
        return f"{expected}, without quotes; write {key_of(path)}: {int(value)}"
    if isinstance(value, str | Misread):
        return f"{expected}, not {shown(value)}"
    return expected


def _no_list(path: Path, value: object) -> str:
    if path == ("keywords",):
        return 'expected a list; begin each keyword with "- " on a line of its own'
    if path[-1] == "categories" and isinstance(value, Misread | int):
        return _no_category(value)
    texts = _listed(value) if is_one_value(value) else []
    if not texts or sum(map(len, texts)) > _SHOWN:
        return f"expected a list, as in {key_of(path)}: [one, another]"
    return f"expected a list; write {key_of(path)}: {list_as_yaml(texts)}"


def _listed(value: object) -> list[str]:
    """The texts of a list without brackets. Commas part them, but not the digits of 1,000."""
    parts = (folded(part).strip(" ,") for part in re.split(r",\s", _written(value)))
    return [part for part in parts if part]


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
