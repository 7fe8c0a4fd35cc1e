"""A digest repository in a folder of a test."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daily_papers.render.readme import BEGIN, END

KEYWORDS = """\
title: Daily Papers
keywords:
  - magnetic resonance imaging
  - name: Graph networks
    any: [graph neural networks]
  - name: Diffusion models
    query: 'ti:"diffusion model" OR abs:"diffusion model"'
"""
#: The slugs of these keywords, in their order.
SLUGS = ("magnetic-resonance-imaging", "graph-networks", "diffusion-models")
README = f"# Mine\n\nAbove.\n\n{BEGIN}\n{END}\n\nBelow.\n"


@dataclass(frozen=True)
class Repository:
    """The folder, and how tests look at it."""

    root: Path

    @classmethod
    def new(cls, root: Path, keywords: str = KEYWORDS, readme: str = README) -> Repository:
        """Make one with a keywords.yaml and a README.md."""
        root.mkdir(parents=True, exist_ok=True)
        repository = cls(root)
        repository.write("keywords.yaml", keywords)
        repository.write("README.md", readme)
        return repository

    def copy(self, root: Path) -> Repository:
        """Make another one of what is there, hidden files and all."""
        shutil.copytree(self.root, root)
        return Repository(root)

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file, as people do."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def text(self, path: str) -> str:
        """The text of a file."""
        return (self.root / path).read_bytes().decode()

    def tree(self) -> dict[str, bytes]:
        """Every file that git would see, and every folder (with a slash at its end)."""
        return {
            f"{path.relative_to(self.root).as_posix()}{'/' if path.is_dir() else ''}": (
                b"" if path.is_dir() else path.read_bytes()
            )
            for path in sorted(self.root.rglob("*"))
            if path.relative_to(self.root).parts[0] != ".daily-papers"
        }

    def times(self) -> dict[str, int]:
        """When each of these files was written last."""
        return {name: (self.root / name).stat().st_mtime_ns for name in self.tree()}

    def records(self, pattern: str) -> list[dict[str, Any]]:
        """The records of the store's files of this pattern (``data/papers/*.jsonl``)."""
        return [
            json.loads(line)
            for file in sorted(self.root.glob(pattern))
            for line in file.read_text("utf-8").splitlines()
        ]

    def table(self, slug: str) -> list[str]:
        """The identifiers in a keyword's table, as the store has them."""
        return [
            record["id"]
            for record in self.records("data/papers/*.jsonl")
            if slug in record.get("keywords", ()) and slug not in record.get("left", ())
        ]

    def state(self) -> dict[str, Any]:
        """data/state.json."""
        state: dict[str, Any] = json.loads(self.text("data/state.json"))
        return state
