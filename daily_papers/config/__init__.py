"""keywords.yaml, read into a ``Config``, or all its mistakes named at once.

The way of the data: ``document`` turns bytes into plain values that know their lines, ``schema``
compares them with keywords.schema.json, and ``reading`` makes keywords of them and finds what no
schema can see (misspelt categories, bad queries, duplicates).
"""

from __future__ import annotations

from daily_papers.config.model import Config, ConfigError, Keyword, Problem
from daily_papers.config.reader import load_config, parse_config
from daily_papers.config.searches import unsendable_terms

__all__ = [
    "Config",
    "ConfigError",
    "Keyword",
    "Problem",
    "load_config",
    "parse_config",
    "unsendable_terms",
]
