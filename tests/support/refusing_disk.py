"""A disk that refuses to put a file in its place, as one without permission does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def refusing_to_move(name: str) -> Iterator[None]:
    """Refuse each move to a file of this name."""
    replace = Path.replace

    def refuse(source: Path, target: Path) -> Path:
        if target.name == name:
            raise PermissionError(1, "Operation not permitted", str(source), None, str(target))
        return replace(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        yield
