"""What keywords.schema.json says about a document, in one line for each mistake.

The schema is the one that editors use. It decides about keys, types and limits; what it can only
say as a pattern (slugs, categories, blank texts) ``values`` says better.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from daily_papers.config.document import Broken, Path
from daily_papers.config.json_schema import keyword_keys, schema, top_keys
from daily_papers.config.unquoted import colon_needed
from daily_papers.config.wrong_values import (
    HOW_TO_LIST,
    empty_list,
    is_one_value,
    key_of,
    no_choice,
    quoted_with_key,
    shown,
    wrong_type,
)

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

#: Keys of other tools, and where their meaning stands here.
_ELSEWHERE = {
    "exclude": "none",
    "limit": "max_papers",
    "max_results": "max_papers",
    "not": "none",
    "or": "any",
    "phrase": "any",
    "phrases": "any",
    "terms": "any",
    "topics": "keywords",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with the value, or the key, at a path."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class _Breach:
    """A rule of the schema that the value at a path does not keep."""

    path: Path
    value: Any
    #: What the rule asks for, such as the limit.
    wanted: Any
    #: The keys that the schema knows at this place.
    known: list[str]


def mistakes(data: object) -> Iterator[Mistake]:
    """Everything the schema has against the document."""
    for error in _validator().iter_errors(data):
        tell = _TELLERS.get(str(error.validator))
        if tell is not None and not isinstance(error.instance, Broken):
            yield from tell(_breach(error))


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import

    return Draft202012Validator(schema())


def _breach(error: ValidationError) -> _Breach:
    rules: Any = error.schema
    return _Breach(
        tuple(error.absolute_path),
        error.instance,
        error.validator_value,
        list(rules.get("properties", ())),
    )


def _is_keyword(path: Path) -> bool:
    return len(path) == 2 and path[0] == "keywords"


def _unknown_keys(breach: _Breach) -> Iterator[Mistake]:
    for key, value in breach.value.items():
        if key not in breach.known:
            hint = _meant(key, value, breach)
            yield Mistake((*breach.path, key), f'unknown key "{shown(key)}"; {hint}')


def _meant(key: str, value: object, breach: _Breach) -> str:
    start, colon, *_ = [*re.split("([:：])", key, maxsplit=1), ""]
    if colon and start in breach.known:
        return colon_needed(start, colon)
    elsewhere = _other_place(key, breach.path)
    if elsewhere:
        return elsewhere
    close = difflib.get_close_matches(key.lower(), breach.known, 1, 0.6)
    meant = close[0] if close else _ELSEWHERE.get(key.lower())
    if meant in breach.known:
        return f'did you mean "{meant}"?'
    if _is_keyword(breach.path) and len(breach.value) == 1 and is_one_value(value):
        return f"if this is a phrase, {quoted_with_key(breach.value)}"
    return f"the keys are {', '.join(breach.known)}"


def _other_place(key: str, path: Path) -> str | None:
    top, keyword = top_keys(), keyword_keys()
    if _is_keyword(path) and key in top and key not in keyword:
        return "it belongs to the top of the file, without indentation"
    if not path and key in keyword and key not in top:
        return "it belongs to a keyword; indent it to stand below the keyword's name"
    return None


def _missing_keys(breach: _Breach) -> Iterator[Mistake]:
    if _is_keyword(breach.path):
        message = '"query" needs a name beside it; add a line "name: ..." for its heading'
        yield Mistake((*breach.path, "query"), message)
    elif not any(_is_nearly_keywords(key) for key in breach.value):
        yield Mistake(breach.path, f'"keywords" is missing; {HOW_TO_LIST}')


def _is_nearly_keywords(key: str) -> bool:
    """Whether the key is there, but misspelt, which is said already."""
    near = difflib.get_close_matches(key.lower(), ["keywords"], 1, 0.6)
    return bool(near) or _ELSEWHERE.get(key.lower()) == "keywords"


def _wrong_type(breach: _Breach) -> Iterator[Mistake]:
    yield Mistake(breach.path, wrong_type(breach.path, breach.value, breach.wanted))


def _no_choice(breach: _Breach) -> Iterator[Mistake]:
    yield Mistake(breach.path, no_choice(breach.path, breach.value, breach.wanted))


def _out_of_range(breach: _Breach) -> Iterator[Mistake]:
    message = f"{key_of(breach.path)}: {breach.value} is not a number from 1 to 2000"
    yield Mistake(breach.path, message)


def _empty_list(breach: _Breach) -> Iterator[Mistake]:
    yield Mistake(breach.path, empty_list(breach.path))


def _too_many(breach: _Breach) -> Iterator[Mistake]:
    yield Mistake(breach.path, f"{key_of(breach.path)}: more than {breach.wanted} texts")


def _too_long(breach: _Breach) -> Iterator[Mistake]:
    yield Mistake(breach.path, f"{key_of(breach.path)}: longer than {breach.wanted:,} characters")


def _not_beside_query(breach: _Breach) -> Iterator[Mistake]:
    # Slugs have a "not" as well, a list of names; ``reading`` knows what to write instead.
    if breach.wanted == {}:
        message = f'"{key_of(breach.path)}" cannot stand beside "query"; write it into the query'
        yield Mistake(breach.path, message)


#: The rules that are told here; ``values`` and ``reading`` tell the others.
_TELLERS: dict[str, Callable[[_Breach], Iterator[Mistake]]] = {
    "additionalProperties": _unknown_keys,
    "enum": _no_choice,
    "maxItems": _too_many,
    "maxLength": _too_long,
    "maximum": _out_of_range,
    "minItems": _empty_list,
    "minimum": _out_of_range,
    "not": _not_beside_query,
    "required": _missing_keys,
    "type": _wrong_type,
}
