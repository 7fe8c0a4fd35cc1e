"""Dataclasses to JSON objects and back: the one codec for the store, the digests and the report.

A field's type says how it is read, and `msgspec.Meta` adds a check; if a value is wrong, the error
names its field.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

Json = dict[str, Any]
Record = TypeVar("Record")


class RecordError(ValueError):
    """A JSON object is not a valid record; ``field`` names the wrong value, if it is only one."""

    def __init__(self, problem: str, field: str | None = None) -> None:
        self.field = field
        super().__init__(problem if field is None else f'"{field}" {problem}')


def encode(record: Any) -> Json:
    """Turn a dataclass into a JSON object, with its fields in order."""
    found: Json = msgspec.to_builtins(record)
    return found


def fingerprint(record: Any) -> str:
    """A hash of all that a dataclass holds; the same in every process."""
    content = msgspec.json.encode(record, order="deterministic")
    return blake2b(content, digest_size=8).hexdigest()


def line(values: Json) -> str:
    """Write a JSON object as one line of a file; unknown values are left out."""
    known = {name: value for name, value in values.items() if value is not None}
    return json.dumps(known, ensure_ascii=False, separators=(",", ":")) + "\n"


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
    except (RecursionError, ValueError) as error:  # Python reads numbers of at most 4,300 digits
        raise RecordError("nested too deeply, or a number in it is too long") from error
    if not isinstance(values, dict):
        raise RecordError(f"{json.dumps(values):.50} is not a record")
    return values


def decode(kind: type[Record], values: object) -> Record:
    """Read a dataclass from a JSON object; other fields are ignored. Raises RecordError."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$.")
        problem = problem[:1].lower() + problem[1:]
        field = place.removesuffix("`")
        raise RecordError(f"is wrong: {problem}" if field else problem, field or None) from error
