"""arXiv's categories, archive by archive: the table behind ``taxonomy``, from categories.json.

155 active categories in 20 archives, as https://arxiv.org/category_taxonomy lists them. arXiv adds
one now and then; until a new one is added there, it works with a warning.
"""

from __future__ import annotations

import json
from importlib.resources import files

_TABLE = json.loads(files("daily_papers.query").joinpath("categories.json").read_bytes())

#: The archives, and their full names.
ARCHIVES: dict[str, str] = _TABLE["archives"]

#: The active categories, and their full names.
CATEGORIES: dict[str, str] = _TABLE["categories"]

#: Second names of the same category: a paper may carry either, or both.
ALIASES: dict[str, str] = _TABLE["aliases"]

#: Archives whose bare name old papers carry as their category.
ONCE_CATEGORIES = frozenset[str](_TABLE["once_categories"])

#: Archives that were closed, and the category that took their subject over.
CLOSED: dict[str, str] = _TABLE["closed"]
