"""keywords.schema.json, which editors use as well, and the keys that it knows."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def schema() -> dict[str, Any]:
    """keywords.schema.json."""
    text = resources.files("daily_papers").joinpath("keywords.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def top_keys() -> tuple[str, ...]:
    """The keys at the top of the file."""
    return tuple(schema()["properties"])


def keyword_keys() -> tuple[str, ...]:
    """The keys of a keyword."""
    return tuple(schema()["$defs"]["keyword"]["properties"])
