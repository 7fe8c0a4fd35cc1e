"""keywords.yaml, read into a ``Config``, or all its mistakes named at once.

Data flow: ``yaml_text`` reads the text into nodes that know their lines, ``reader`` goes over them
once, key by key, and ``messages`` words what is wrong and the likely fix;
``doubts`` words what is possible and hardly meant.
"""

from __future__ import annotations

from daily_papers.config.model import Config, ConfigError, Keyword, Problem
from daily_papers.config.reader import load_config, parse_config
from daily_papers.config.searches import unsendable_terms
from daily_papers.config.slugs import same_by_stem
from daily_papers.config.summaries import Summaries

__all__ = [
    "Config",
    "ConfigError",
    "Keyword",
    "Problem",
    "Summaries",
    "load_config",
    "parse_config",
    "same_by_stem",
    "unsendable_terms",
]
