"""What `check` finds in keywords that are valid: authors nobody wrote so, and too long searches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from daily_papers.config import Config, Problem
from daily_papers.config.messages import list_as_yaml
from daily_papers.errors import DailyPapersError
from daily_papers.papers.authors import name_key, same_name
from daily_papers.query.request_line import term_too_long
from daily_papers.store.files import load_store

#: A larger store is not read: `check` looks at files that anybody may have sent.
MOST_STORE_BYTES: Final = 20_000_000
_MOST_NAMES: Final = 3


def unseen_authors(config: Config, root: Path, name: str) -> Iterator[Problem]:
    """Warn of each author without a stored paper, if stored papers have similar names.

    It is not a mistake, since perhaps none of the stored papers is by that person. ``name`` is what
    messages call keywords.yaml.
    """
    people = [keyword for keyword in config.keywords if keyword.authors]
    files = (root / "data").glob("**/*") if people else ()
    if not people or sum(file.stat().st_size for file in files) > MOST_STORE_BYTES:
        return
    try:
        store = load_store(root)
    except DailyPapersError:
        return  # other commands say so; this one is about keywords.yaml
    by_surname: dict[str, dict[str, None]] = {}
    for stored in store.papers.values():
        for author in stored.paper.authors or ():
            for word in name_key(author).split()[-1:]:
                by_surname.setdefault(word, {})[author] = None
    for keyword in people:
        similar = _similar(keyword.authors, by_surname)
        if similar:
            written = " or ".join(f'"{spelling}"' for spelling in keyword.authors[:_MOST_NAMES])
            advice = list_as_yaml([*keyword.authors[:_MOST_NAMES], *similar])
            message = f"author: no stored paper is by {written}; if you mean one of these names, "
            message += f"write author: {advice}"
            yield Problem(name, keyword.line, None, message, "warning")


def _similar(spellings: Sequence[str], by_surname: Mapping[str, Mapping[str, None]]) -> list[str]:
    """Names with the surname and initial of a spelling; none if a spelling itself is found."""
    similar: dict[str, None] = {}
    for spelling in spellings:
        words = name_key(spelling).split()
        if len(words) < 2:
            return []
        for author in by_surname.get(words[-1], ()):
            if same_name(spelling, author):
                return []
            if name_key(author)[0] == words[0][0]:
                similar[author] = None
    return list(similar)[:_MOST_NAMES]


def unsendable_terms(config: Config, name: str) -> tuple[Problem, ...]:
    """The keywords whose search is too long for arXiv; a run does all the others.

    ``name`` is what messages call the file.
    """
    return tuple(
        Problem(name, keyword.line, None, f"{keyword.name}: {problem}")
        for keyword in config.keywords
        if (problem := term_too_long(keyword.expression)) is not None
    )
