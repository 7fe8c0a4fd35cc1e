"""Checks the workflows and actions: ours, and those that `daily-papers init` writes.

actionlint finds mistakes, zizmor finds what an attacker would use.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from daily_papers.__main__ import main as daily_papers

_ROOT = Path(__file__).parents[1]
_TOOLS = Path(sys.executable).parent


def main() -> int:
    """Run both tools over both sets of files."""
    with tempfile.TemporaryDirectory() as folder:
        daily_papers(["--quiet", "init", folder])
        # With --offline zizmor asks nobody; the pedantic persona leaves nothing out.
        zizmor = ("zizmor", "--quiet", "--offline", "--persona=pedantic", "--collect=all")
        found = [
            _run("actionlint", *_workflows(_ROOT)),
            _run("actionlint", *_workflows(Path(folder))),
            _run(*zizmor, str(_ROOT / "action.yml"), str(_ROOT / ".github")),
            _run(*zizmor, f"{folder}/.github"),
        ]
    return int(any(found))


def _workflows(root: Path) -> Sequence[str]:
    return sorted(str(path) for path in (root / ".github" / "workflows").glob("*.yml"))


def _run(tool: str, *arguments: str) -> bool:
    """Whether the tool found something; it says what."""
    return subprocess.run([_TOOLS / tool, *arguments], check=False).returncode != 0


if __name__ == "__main__":
    sys.exit(main())
