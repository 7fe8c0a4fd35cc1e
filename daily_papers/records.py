"""Dataclasses to JSON objects and back: the one codec for the store, the digests and the report.

A field's type says how it is read; if a value is wrong, the error names its field. `Annotated` adds
a check: a function that raises ValueError for impossible values.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from functools import cache, partial
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

Json = dict[str, Any]
Record = TypeVar("Record")
_Reader = Callable[[object], Any]


class RecordError(ValueError):
    """A JSON object is not a valid record; ``field`` names the wrong value, if it is only one."""

    def __init__(self, problem: str, field: str | None = None) -> None:
        self.field = field
        super().__init__(problem if field is None else f'"{field}" {problem}')


# --- writing -----------------------------------------------------------------------------------


def encode(record: Any) -> Json:
    """Turn a dataclass into a JSON object, with its fields in order."""
    # dataclasses.fields() would take a quarter of the time.
    return {name: _encoded(getattr(record, name)) for name in record.__dataclass_fields__}


def line(values: Json) -> str:
    """Write a JSON object as one line of a file; unknown values are left out."""
    known = {name: value for name, value in values.items() if value is not None}
    return json.dumps(known, ensure_ascii=False, separators=(",", ":")) + "\n"


def _encoded(value: Any) -> Any:
    if type(value) in _AS_IS:
        return value
    match value:
        case date():
            text = (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat()
            return text.replace("+00:00", "Z")
        case Enum():
            return value.name.lower() if isinstance(value, IntEnum) else value.value
        case tuple():
            return [_encoded(each) for each in value]
        case Mapping():
            return {name: _encoded(each) for name, each in value.items()}
        case _:
            return encode(value)


_AS_IS = frozenset({str, int, float, bool, type(None)})


# --- reading -----------------------------------------------------------------------------------


def parse(content: bytes) -> Json:
    """Read one JSON object. Raises json.JSONDecodeError if it is not JSON, else RecordError."""
    try:
        values = json.loads(content)
        if b"\\u" in content:  # half a character could be read, but not written again
            json.dumps(values, ensure_ascii=False).encode()
    except json.JSONDecodeError:
        raise
    except UnicodeError as error:
        raise RecordError("not UTF-8, or half a character") from error
    except RecursionError as error:
        raise RecordError("nested too deeply") from error
    except ValueError as error:  # Python reads no numbers of more than 4,300 digits
        raise RecordError("a number in it is too long") from error
    if not isinstance(values, dict):
        raise RecordError(f"{json.dumps(values):.50} is not a record")
    return values


def decode(kind: type[Record], values: object) -> Record:
    """Read a dataclass from a JSON object; other fields are ignored. Raises RecordError."""
    if not isinstance(values, dict):
        raise RecordError(f"{json.dumps(values):.50} is not a record")
    found: Json = {}
    fields_of: Any = kind
    for name, (read, optional, has_default) in _readers(fields_of).items():
        value = values.get(name)
        if value is not None:
            try:
                found[name] = read(value)
            except (ValueError, TypeError, OverflowError) as error:
                raise RecordError(f"is wrong: {error}", name) from error
        elif optional:
            found[name] = None
        elif not has_default:
            raise RecordError("is missing", name)
    try:
        return kind(**found)
    except ValueError as error:
        raise RecordError(str(error)) from error


@cache
def _readers(kind: Any) -> Mapping[str, tuple[_Reader, bool, bool]]:
    """How to read each field, whether it may be unknown, and whether it has a default."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        field.name: (
            _reader(hints[field.name]),
            type(None) in get_args(hints[field.name]),
            field.default is not MISSING or field.default_factory is not MISSING,
        )
        for field in fields(kind)
    }


def _reader(hint: Any) -> _Reader:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return partial(_checked, _reader(arguments[0]), hint.__metadata__[0])
    if origin in (Union, types.UnionType):
        return _reader(next(each for each in arguments if each is not type(None)))
    if origin is tuple:
        read = _reader(arguments[0])
        return lambda value: tuple(map(read, _typed((list,), "is not a list", value)))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        read = _reader(arguments[1])
        return lambda value: {
            name: read(each) for name, each in _typed((dict,), "is not a record", value).items()
        }
    if isinstance(hint, type) and is_dataclass(hint):
        return partial(decode, hint)
    return _PLAIN[hint] if hint in _PLAIN else partial(_member, {_encoded(m): m for m in hint})


def _checked(read: _Reader, check: Callable[[Any], object], value: object) -> Any:
    found = read(value)
    check(found)
    return found


def _typed(kinds: tuple[type, ...], problem: str, value: object) -> Any:
    if type(value) not in kinds:
        raise TypeError(f"{value!r:.50} {problem}")
    return value


def _member(members: Mapping[str, Enum], value: object) -> Enum:
    if not isinstance(value, str) or value not in members:
        raise ValueError(f"{value!r:.50} is not one of {', '.join(map(str, members))}")
    return members[value]


def _whole(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r:.50} is not a whole number")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value!r:.50} has no time zone")
    return moment


_text = partial(_typed, (str,), "is not a text")
_PLAIN: Mapping[Any, _Reader] = {
    str: _text,
    bool: partial(_typed, (bool,), "is neither true nor false"),
    int: _whole,
    float: lambda value: float(_typed((int, float), "is not a number", value)),
    date: lambda value: date.fromisoformat(_text(value)),
    datetime: _moment,
}
