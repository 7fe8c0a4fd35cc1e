"""A bare repository on this disk, as GitHub keeps one, and somebody who pushes to it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.runner import GIT_ALONE

_PERSON = {
    "GIT_AUTHOR_NAME": "A Person",
    "GIT_AUTHOR_EMAIL": "person@example.org",
    "GIT_COMMITTER_NAME": "A Person",
    "GIT_COMMITTER_EMAIL": "person@example.org",
}


@dataclass(frozen=True)
class BareRemote:
    """The remote, and a person's clone of it."""

    path: Path
    clone: Path

    @classmethod
    def of(cls, folder: Path, *, beside: Path) -> BareRemote:
        """Make a remote that holds what is in a folder, which becomes the clone."""
        remote = cls(beside / "remote.git", folder)
        git("init", "--quiet", "--bare", "--initial-branch=main", remote.path)
        git("init", "--quiet", "--initial-branch=main", folder)
        git("-C", folder, "remote", "add", "origin", remote.path)
        remote._commit("Begin")
        remote.push()
        return remote

    def push_change(self, files: Mapping[str, str], message: str) -> None:
        """Change files as people do, on top of what is there."""
        git("-C", self.clone, "pull", "--quiet", "--ff-only", "origin", "main")
        for path, text in files.items():
            (self.clone / path).parent.mkdir(parents=True, exist_ok=True)
            (self.clone / path).write_text(text, encoding="utf-8")
        self._commit(message)
        self.push()

    def propose(self, files: Mapping[str, str]) -> str:
        """Open a pull request; give the ref under which it can be checked out, merged."""
        git("-C", self.clone, "checkout", "--quiet", "-b", "proposal")
        for path, text in files.items():
            (self.clone / path).write_text(text, encoding="utf-8")
        self._commit("Propose")
        git("-C", self.clone, "checkout", "--quiet", "main")
        git("-C", self.clone, "merge", "--quiet", "--no-ff", "--message", "Merge", "proposal")
        self.push("refs/pull/1/merge")
        return "refs/pull/1/merge"

    def push(self, ref: str = "refs/heads/main") -> None:
        git("-C", self.clone, "push", "--quiet", "origin", f"HEAD:{ref}")

    def _commit(self, message: str) -> None:
        git("-C", self.clone, "add", "--all")
        git("-C", self.clone, "commit", "--quiet", "--message", message)

    def subjects(self) -> list[str]:
        """The commits of main, the first one first."""
        return self.told("log", "--reverse", "--format=%s", "main").splitlines()

    def told(self, *arguments: str) -> str:
        return git("-C", self.path, *arguments)


def git(*arguments: str | Path) -> str:
    done = subprocess.run(
        ["git", *map(str, arguments)],
        env={**os.environ, **GIT_ALONE, **_PERSON},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, f"git {arguments}: {done.stderr.decode()}"
    return done.stdout.decode()
