"""What of the old tool is still in the repository, and would go on working or confuse people."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

#: Where old files may lie, as patterns for ``Path.glob`` from the root of the repository.
PLACES = (
    *("*.py", "scripts/*.py", "src/*.py", "*.bk", "requirements.txt"),
    *(".github/*.md", ".github/*.bk", ".github/workflows/*.yml", ".github/workflows/*.yaml"),
)
_NEEDLESS = "remove it if nothing else needs it"
_OURS = re.compile(
    r"\bdaily-papers (?:-\S+ )*(?:update|notify)\b|\bdaily_papers\b|daily-papers/daily-papers"
)
#: By a file's path and text why it should go; the first that fits.
_WHY_TO_GO = tuple(
    (re.compile(path), re.compile(text, re.MULTILINE), why)
    for path, text, why in (
        (
            r"\.github/workflows/.*",
            r"create-an-issue|create-issue-from-file|\bpython3?\s+\S*(?:main|arxiv\w*)\.py\b",
            "the old daily job, which would overwrite the README and mail once more; remove it",
        ),
        (
            r"\.github/workflows/.*",
            r"^\s*(?:['\"]?schedule['\"]?\s*:|on:.*\bschedule\b)",
            "runs on a schedule: if it is the old job, remove it",
        ),
        (
            r"\.github/ISSUE_TEMPLATE\.md",
            r"arxiv\.org/",
            "the old digest, which GitHub shows to everybody who opens an issue; remove it",
        ),
        (r".*\.md\.bk", "", "a backup of the old script; remove it"),
        (
            r".*\.py",
            r"ISSUE_TEMPLATE\.md|(?:export\.)?arxiv\.org/|^\s*(?:import|from)\s+arxiv\b",
            "the old script, whose work is done by daily-papers now; remove it",
        ),
    )
)


def leftovers(files: Mapping[str, str], imported: Collection[str] = ()) -> tuple[str, ...]:
    """Name the old files that should go, one sentence each, and why.

    The mapping is from paths in the repository to texts, of all that `PLACES` finds.
    ``imported`` are archives and configurations that were brought in.
    """
    found: dict[str, str] = {}
    for path in (path for path in sorted(files) if not is_ours(files[path])):
        for form, sign, why in _WHY_TO_GO:
            if form.fullmatch(path) and sign.search(files[path]):
                found.setdefault(path, why)
    for path in sorted(imported):
        found.setdefault(path, f"what it says is brought in; {_NEEDLESS}")
    if "requirements.txt" in files and any(path.endswith(".py") for path in found):
        found["requirements.txt"] = f"what the old script needed; {_NEEDLESS}"
    return tuple(f"{path}: {why}" for path, why in found.items())


def is_ours(text: str) -> bool:
    """Whether a workflow or script runs this program."""
    return _OURS.search(text) is not None
