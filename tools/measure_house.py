"""How big the house is: lines and modules of the package, and what an ordinary run walks through.

Run it in the test environment: ``.venv/bin/python tools/measure_house.py``. Functions are those
that are called, counted by sys.setprofile without class bodies, module bodies and ``<...>``; frames
are those of the package, one below the other.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import FrameType

from daily_papers.__main__ import main as daily_papers
from daily_papers.config import parse_config
from tests.sandbox import SandboxArxiv

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "daily_papers"
KEYWORDS = "categories: [cs, eess, stat]\nkeywords: [mri, medical imaging]\n"
README = "<!-- daily-papers:begin -->\n<!-- daily-papers:end -->\n"
FIRST, ORDINARY = date(2026, 2, 2), date(2026, 2, 3)


class Walk:
    """The functions of the package that a call enters, without the sandbox's."""

    def __init__(self) -> None:
        self.functions: set[tuple[str, str]] = set()
        self.frames = 0

    def of(self, call: Callable[[], object]) -> None:
        """Make the call, and follow it."""
        sys.setprofile(self._follow)
        try:
            call()
        finally:
            sys.setprofile(None)

    def _follow(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call" or not _is_function(frame):
            return
        self.functions.add((frame.f_code.co_filename, frame.f_code.co_qualname))
        self.frames = max(self.frames, _depth(frame))

    def __str__(self) -> str:
        files = len({file for file, _ in self.functions})
        return f"{len(self.functions)} functions in {files} files, {self.frames} frames deep"


def _is_function(frame: FrameType) -> bool:
    code = frame.f_code
    inside = code.co_filename.startswith(f"{PACKAGE}/") and "/sandbox/" not in code.co_filename
    # A class body is not optimized: its names are looked up by name.
    return inside and not code.co_name.startswith("<") and bool(code.co_flags & 1)


def _depth(frame: FrameType | None) -> int:
    depth = 0
    while frame is not None:
        depth += _is_function(frame)
        frame = frame.f_back
    return depth


def ordinary_update() -> Walk:
    """The second day of a digest repository, without its first."""
    walk = Walk()
    with tempfile.TemporaryDirectory() as folder, SandboxArxiv() as arxiv:
        (Path(folder) / "keywords.yaml").write_text(KEYWORDS)
        (Path(folder) / "README.md").write_text(README)

        def update(day: date) -> None:
            arxiv.today = day
            os.environ.update(arxiv.environment())
            daily_papers(["--root", folder, "--quiet", "update", "--today", day.isoformat()])

        update(FIRST)
        walk.of(lambda: update(ORDINARY))
    return walk


def smallest_config() -> Walk:
    """Reading ``keywords: [mri]``."""
    walk = Walk()
    walk.of(lambda: parse_config(b"keywords: [mri]\n", "keywords.yaml"))
    return walk


def main() -> None:
    modules = sorted(PACKAGE.rglob("*.py"))
    lines = sum(len(module.read_text().splitlines()) for module in modules)
    print(f"the package: {lines:,} lines in {len(modules)} modules")
    for folder in sorted({module.parent for module in modules}):
        inside = [module for module in modules if module.parent == folder]
        count = sum(len(module.read_text().splitlines()) for module in inside)
        print(f"  {folder.relative_to(PROJECT)}: {count:,} lines in {len(inside)}")
    print(f"an ordinary update: {ordinary_update()}")
    print(f"reading `keywords: [mri]`: {smallest_config()}")


if __name__ == "__main__":
    main()
