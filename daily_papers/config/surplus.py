"""What follows a closing quote or bracket in its line, where YAML wants the line to end.

Quotes inside quotes of the same kind end the text too early, as in ``"ti:"two words""``.
"""

from __future__ import annotations

import re
from typing import Final

_QUOTES: Final = "\"'"
#: In double quotes a sign behind a backslash ends nothing.
_ESCAPED = re.compile(r"\\.")
NEVER_CLOSED: Final = "a quote that is never closed"


def surplus(text: str, offset: int) -> tuple[int, str] | None:
    """Where and what the mistake is, if a closing quote or bracket stands in front of the offset.

    Where the quote was opened in a line above, that one is the mistake.
    """
    *above, line = re.split(r"(?<=[\r\n])", text[:offset])
    sign = line.rstrip(" ")[-1:]
    if sign in tuple("]}"):
        message = "write it in front of it, or put the whole text in quotes"
        return offset, f"something follows the closing {sign}; {message}"
    if sign not in tuple(_QUOTES):
        return None
    if _is_odd(line, sign):
        opened = _opened(above, sign)
        if opened is not None:
            return opened, NEVER_CLOSED
    return offset, f"something follows the closing {sign}; {_instead(sign, text[offset:])}"


def behind_quote(text: str, offset: int) -> tuple[int, str] | None:
    """The same for a list in brackets, where a comma may be missing: only what touches a quote."""
    return surplus(text, offset) if text[:offset].endswith(tuple(_QUOTES)) else None


def _instead(sign: str, rest: str) -> str:
    if rest.startswith(","):
        return "several texts need brackets, as in [one, another]"
    if sign == "'":
        return "put double quotes around a text with an apostrophe, and single ones around a query"
    return "put single quotes around a text with double ones, as in 'ti:\"two words\"'"


def _is_odd(line: str, sign: str) -> bool:
    """Whether the line opens a quote and leaves it open, or the other way round."""
    return _ESCAPED.sub("", line).count(sign) % 2 == 1


def _opened(above: list[str], sign: str) -> int | None:
    """Where the next line above that leaves the quote open has it."""
    for number in reversed(range(len(above))):
        if _is_odd(above[number], sign):
            return len("".join(above[:number])) + above[number].rindex(sign)
    return None
