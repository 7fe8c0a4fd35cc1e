"""What of the old tool is still in the repository, and would go on working or confuse people."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

#: Where old files may lie, as patterns for ``Path.glob`` from the root of the repository.
PLACES_OF_LEFTOVERS = (
    *(
        "*.py",
        "scripts/*.py",
        "src/*.py",
        "*.bk",
        "requirements.txt",
        ".github/*.md",
        ".github/*.bk",
    ),
    *(".github/workflows/*.yml", ".github/workflows/*.yaml"),
)

_OLD_JOB = re.compile(
    r"create-an-issue|create-issue-from-file|\bpython3?\s+\S*(?:main|arxiv\w*)\.py\b"
)
_SCHEDULE = re.compile(r"^\s*(?:['\"]?schedule['\"]?\s*:|on:.*\bschedule\b)", re.MULTILINE)
_OLD_SCRIPT = re.compile(
    r"ISSUE_TEMPLATE\.md|(?:export\.)?arxiv\.org/|^\s*(?:import|from)\s+arxiv\b", re.MULTILINE
)
_OURS = re.compile(
    r"\bdaily-papers (?:-\S+ )*(?:update|notify)\b|\bdaily_papers\b|daily-papers/daily-papers"
)


def leftovers(files: Mapping[str, str], imported: Collection[str] = ()) -> tuple[str, ...]:
    """Name the old files that should go, one sentence each, and why.

    The mapping is from paths in the repository to texts, of all that `PLACES_OF_LEFTOVERS` finds.
    ``imported`` are archives and configurations that were brought in.
    """
    found = {path: why for path in sorted(files) if (why := _why_to_go(path, files[path]))}
    for path in sorted(set(imported) - found.keys()):
        found[path] = "what it says is brought in; remove it if nothing else needs it"
    if "requirements.txt" in files and any(path.endswith(".py") for path in found):
        found["requirements.txt"] = "what the old script needed; remove it if nothing else needs it"
    return tuple(f"{path}: {why}" for path, why in found.items())


def is_ours(text: str) -> bool:
    """Whether a workflow or script runs this program."""
    return _OURS.search(text) is not None


def _why_to_go(path: str, text: str) -> str | None:
    is_workflow = path.startswith(".github/workflows/")
    rules = (
        (is_ours(text), None),
        (is_workflow and _OLD_JOB.search(text), _JOB),
        (
            is_workflow and _SCHEDULE.search(text),
            "runs on a schedule: if it is the old job, remove it",
        ),
        (path == ".github/ISSUE_TEMPLATE.md" and "arxiv.org/" in text, _ISSUE),
        (path.endswith(".md.bk"), "a backup of the old script; remove it"),
        (path.endswith(".py") and _OLD_SCRIPT.search(text), _SCRIPT),
    )
    return next((why for holds, why in rules if holds), None)


_JOB = "the old daily job, which would overwrite the README and mail once more; remove it"
_ISSUE = "the old digest, which GitHub shows to everybody who opens an issue; remove it"
_SCRIPT = "the old script, whose work is done by daily-papers now; remove it"
