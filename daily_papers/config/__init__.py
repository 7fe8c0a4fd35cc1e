"""Reads keywords.yaml into a ``Config``, or reports all its mistakes at once.

Data flow: ``yaml_text`` reads the text into nodes that know their lines; ``reader`` goes over them
once, key by key, as keywords.schema.json describes them; ``messages`` says what is wrong, or valid
but probably not meant, and the likely fix.
"""

from __future__ import annotations

from daily_papers.config.model import Config, ConfigError, Keyword, Problem, Summaries
from daily_papers.config.reader import KEYWORDS, load_config, parse_config

__all__ = [
    "KEYWORDS",
    "Config",
    "ConfigError",
    "Keyword",
    "Problem",
    "Summaries",
    "load_config",
    "parse_config",
]
