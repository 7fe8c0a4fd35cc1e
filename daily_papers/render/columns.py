"""The columns that tables can have."""

from __future__ import annotations

from typing import Final

#: Those of published digests.
USUAL: Final = ("title", "date", "abstract", "comment")
COLUMNS: Final = (*USUAL, "authors", "code", "pdf", "category", "summary")
