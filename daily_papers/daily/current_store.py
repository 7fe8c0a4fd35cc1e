"""The store as keywords.yaml wants it now, for all that only shows what is stored.

An edit of keywords.yaml is carried into the store by the next update. Until then, what is shown
already follows it: a renamed keyword shows its papers, and a changed one those that match.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from daily_papers.config import Config
from daily_papers.daily.reconcile import reconcile
from daily_papers.store.store import Store
from daily_papers.store.store_files import load_store


def current_store(root: Path, config: Config) -> Store:
    """Read the store and let its keywords be those of today's keywords.yaml; nothing is written."""
    store = load_store(root)
    newest = max((shelved.paper.date for shelved in store.papers.values()), default=date.min)
    reconcile(store, config.keywords, store.state.day or newest)
    return store
