"""The fields of one record in the store's files, each read as what it should be.

Whatever is wrong with one is told with its name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from daily_papers.papers.paper import announcement_order

Json = dict[str, Any]
Value = TypeVar("Value")


class DamagedRecordError(ValueError):
    """A record is not one of the store; ``field`` names the one that is wrong, if it is one."""

    def __init__(self, problem: str, field: str | None = None) -> None:
        self.field = field
        super().__init__(problem if field is None else f'"{field}" {problem}')


class Fields:
    """The fields of one JSON object, each read as what it should be."""

    def __init__(self, content: bytes | Json) -> None:
        values = _loaded(content) if isinstance(content, bytes) else content
        if not isinstance(values, dict):
            raise DamagedRecordError(f"{json.dumps(values):.50} is not a record")
        self._values = values

    def need(self, name: str, read: Callable[[Any], Value]) -> Value:
        """Read a field that must be there."""
        value = self._values.get(name)
        if value is None:
            raise DamagedRecordError("is missing", name)
        try:
            return read(value)
        except (ValueError, TypeError, OverflowError) as error:
            raise DamagedRecordError(f"is wrong: {error}", name) from error

    def may(self, name: str, read: Callable[[Any], Value]) -> Value | None:
        """Read a field that may be unknown."""
        return None if self._values.get(name) is None else self.need(name, read)


def _loaded(content: bytes) -> object:
    try:
        values = json.loads(content)
        if b"\\u" in content:  # half a character could be read, and never written again
            json.dumps(values, ensure_ascii=False).encode()
    except json.JSONDecodeError:
        raise
    except UnicodeError as error:
        raise DamagedRecordError("not UTF-8, or half a character") from error
    except RecursionError as error:
        raise DamagedRecordError("too much is nested in it") from error
    except ValueError as error:  # Python reads no numbers of more than 4,300 digits
        raise DamagedRecordError("a number in it is too long") from error
    return values


def text(value: object) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.50} is not a text")
    return value


def texts(value: object) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.50} is not a list")
    return tuple(text(item) for item in value)


def number(value: object) -> int:
    """Read a whole number, from 0 on."""
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r:.50} is not a whole number")
    return value


def flag(value: object) -> bool:
    """Read a yes or no."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.50} is neither true nor false")
    return value


def day(value: object) -> date:
    """Read a day."""
    return date.fromisoformat(text(value))


def moment(value: object) -> datetime:
    """Read a date and time, which must have its zone."""
    read = datetime.fromisoformat(text(value))
    if read.tzinfo is None:
        raise ValueError(f"{value!r:.50} has no time zone")
    return read


def numbers(value: object) -> dict[str, int]:
    """Read numbers by name."""
    if not isinstance(value, dict):
        raise TypeError(f"{value!r:.50} is not a record")
    return {name: number(count) for name, count in value.items()}


def days(value: object) -> dict[str, date]:
    """Read days by name; one at least."""
    if not isinstance(value, dict) or not value:
        raise TypeError(f"{value!r:.50} names no keyword")
    return {name: day(each) for name, each in value.items()}


def listed_days(value: object) -> tuple[date, ...]:
    """Read a list of days."""
    return tuple(day(each) for each in texts(value))


def identifier(value: object) -> str:
    """Read an arXiv identifier without version."""
    try:
        announcement_order(text(value))
    except ValueError:
        raise ValueError(f"{value!r:.50} is no identifier of arXiv") from None
    return text(value)
