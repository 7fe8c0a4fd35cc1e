"""What of the old tool is still in the repository, and would go on working or confuse people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from daily_papers.repository import README

_MOST_OF_A_SCRIPT = 1_000_000
_OURS = re.compile(
    r"\bdaily-papers (?:-\S+ )*(?:update|notify)\b|\bdaily_papers\b|daily-papers/daily-papers"
)
#: By where a file is, as patterns for ``Path.glob``, and by what is in it, why it should go.
_WHY_TO_GO = (
    (
        (".github/workflows/*.yml", ".github/workflows/*.yaml"),
        re.compile(
            r"^\s*(?:['\"]?schedule['\"]?\s*:|on:.*\bschedule\b)|create-an-issue"
            r"|create-issue-from-file|\bpython3?\s+\S*(?:main|arxiv\w*)\.py\b",
            re.MULTILINE,
        ),
        "if it is the old job, it would overwrite the README and mail again; remove it",
    ),
    (
        (".github/ISSUE_TEMPLATE.md",),
        re.compile(r"arxiv\.org/"),
        "the old digest, which GitHub shows to everybody who opens an issue; remove it",
    ),
    (
        ("*.py", "scripts/*.py", "src/*.py"),
        re.compile(
            r"ISSUE_TEMPLATE\.md|(?:export\.)?arxiv\.org/|^\s*(?:import|from)\s+arxiv\b",
            re.MULTILINE,
        ),
        "the old script, whose work daily-papers now does; remove it",
    ),
)


def leftovers(root: Path, imported: Iterable[str]) -> list[str]:
    """Name the old files of a repository that should go, one sentence each, and why.

    ``imported`` are archives and configurations that were imported.
    """
    found: dict[Path, str] = {}
    for places, sign, why in _WHY_TO_GO:
        for file in sorted(file for place in places for file in root.glob(place)):
            if file.is_file() and sign.search(_start_of(file)) and not is_ours(file):
                found[file.relative_to(root)] = why
    top = root.resolve()
    for file in sorted(Path(path).resolve() for path in imported):
        if file.is_relative_to(top) and file != top / README:
            why = "what was read in it is imported; remove it unless you need more from it"
            found.setdefault(file.relative_to(top), why)
    return [f"{path.as_posix()}: {why}" for path, why in found.items()]


def is_ours(file: Path) -> bool:
    """Whether a workflow or script runs this program."""
    return _OURS.search(_start_of(file)) is not None


def _start_of(file: Path) -> str:
    return file.read_bytes()[:_MOST_OF_A_SCRIPT].decode("utf-8", errors="replace")
