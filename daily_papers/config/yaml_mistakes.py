"""PyYAML's complaints in the words of somebody who writes a list of topics."""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

from daily_papers.config.surplus import NEVER_CLOSED, behind_quote, surplus
from daily_papers.config.unquoted import HYPHEN_NEEDS_SPACE, lost_key

_QUOTES = "put the text in quotes"
_NO_KEY = "expected a key with a colon, or an item with a hyphen"
_NO_COMMA = "a list in brackets that is never closed, or lacks a comma"
_NO_INDENTATION = "the indentation does not agree with the lines above"
#: What PyYAML says, and what to do about it.
_KNOWN = (
    (
        r"mapping values are not allowed",
        f'a second ": " in one line, or a wrong indentation; {_QUOTES} if the colon belongs to it',
    ),
    (r"could not find expected ':'", _NO_KEY),
    (
        r"character '(?P<sign>[^']+)' that cannot start any token",
        f"a text cannot begin with {{sign}}; {_QUOTES}",
    ),
    (r"unexpected end of stream|unexpected document separator", NEVER_CLOSED),
    (r"expected ',' or '[\]}]'", _NO_COMMA),
    (r"expected <block end>", _NO_INDENTATION),
    (
        r"unknown escape|escape sequence|hexadecimal",
        "a \\ in double quotes; use single quotes",
    ),
    (
        r"expected alphabetic or numeric|undefined tag|(?:scann|pars)ing an? (?:anchor|alias|tag)",
        f"a text cannot begin with &, * or !; {_QUOTES}",
    ),
    (r"sequence entries are not allowed", 'a "- " in the middle of a line; begin a new line'),
    (r"directive", "a line cannot begin with %; put it in quotes"),
)


class Explained(NamedTuple):
    """The number of a character in the text, counted from 0, and what is wrong there."""

    offset: int
    message: str


def explained(error: yaml.YAMLError, text: str) -> Explained:
    """Say where the text is wrong as YAML and what to do."""
    if isinstance(error, yaml.reader.ReaderError):
        assert isinstance(error.character, int)
        return Explained(
            error.position, f"a control character (U+{error.character:04X}); remove it"
        )
    assert isinstance(error, yaml.MarkedYAMLError)
    message = _message(error)
    mark = error.problem_mark
    if error.context_mark is not None and _is_known_too_late(message):
        mark = error.context_mark
    offset = 0 if mark is None else mark.index
    if message == _NO_KEY:
        message = _missing(text[offset:]) or message
    if error.problem_mark is not None:
        offset, message = _closed_early(message, text, error.problem_mark) or (offset, message)
    return Explained(offset, f"not valid YAML: {message}")


def _closed_early(message: str, text: str, mark: yaml.error.Mark) -> tuple[int, str] | None:
    """What is wrong where a quote or bracket is closed and the line goes on."""
    if message == _NO_INDENTATION:
        return surplus(text, mark.index)
    return behind_quote(text, mark.index) if message == _NO_COMMA else None


def _is_known_too_late(message: str) -> bool:
    """Whether PyYAML notices it only behind the line that has to be mended."""
    return "never closed" in message or message == _NO_KEY


def _missing(rest: str) -> str | None:
    """What is missing where a line, which begins the rest of the text, is no key and no item."""
    return HYPHEN_NEEDS_SPACE if rest.startswith("-") else lost_key(rest)


def _message(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.context or ''}; {error.problem or ''}"
    for pattern, message in _KNOWN:
        found = re.search(pattern, said)
        if found:
            return message.format(**found.groupdict())
    return " ".join((error.problem or "it cannot be read").split())
