"""Whole files that the output must equal, byte for byte.

``UPDATE_GOLDENS=1 pytest tests/...`` writes them anew; look at the difference before it is kept.
"""

from __future__ import annotations

import os
from pathlib import Path

_GOLDENS = Path(__file__).parents[1] / "golden"


def assert_golden(name: str, text: str) -> None:
    """Compare a text with tests/golden/NAME."""
    path = _GOLDENS / name
    if os.environ.get("UPDATE_GOLDENS") == "1":
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode(), f"tests/golden/{name} is different"
