"""`render`: everything that the store shows, written again without network."""

from __future__ import annotations

from pathlib import Path

from daily_papers.config import load_config
from daily_papers.daily.current_store import current_store
from daily_papers.files import Transaction, locked
from daily_papers.publishing import Publication

_KEYWORDS = "keywords.yaml"


def render_again(root: Path) -> tuple[str, ...]:
    """Write README.md's tables and the pages; return the paths that changed."""
    with locked(root):
        return _rendered(root).commit()


def differences(root: Path) -> tuple[str, ...]:
    """The paths that `render_again` would change; nothing is written."""
    return _rendered(root).changes()


def _rendered(root: Path) -> Transaction:
    transaction = Transaction(root)
    config = load_config(root / _KEYWORDS)
    Publication.of(root, config).show(current_store(root, config), transaction)
    return transaction
