"""The disk edge of a digest repository: the lock of a run, and files replaced whole or not at all.

A run writes through one `Transaction`. Its files are staged beside the repository's own (in
``.daily-papers/``, which git ignores), a manifest is written, and only then are they moved into
place. A run that is killed before the manifest has changed nothing; one that is killed after it
is carried through by the next run, before that reads anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daily_papers.errors import DailyPapersError, UsageError

#: Kept answers, the lock and staged files; never in git.
PRIVATE = Path(".daily-papers")
_STAGING = PRIVATE / "staging"
_MANIFEST = _STAGING / "manifest.json"


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the repository for one run, and carry through what a killed run left behind.

    The lock is the operating system's, so a kill releases it. Raises DailyPapersError where
    another run holds it.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only where a run begins

    if not root.is_dir():
        raise UsageError(f"{root}: no such folder; give the digest repository with --root DIR")
    try:
        (root / PRIVATE).mkdir(exist_ok=True)
        (root / PRIVATE / ".gitignore").write_text("*\n", encoding="utf-8")
        lock = FileLock(root / PRIVATE / "lock", blocking=False)
        lock.acquire()
    except Timeout:
        raise DailyPapersError(
            f"{root}: another run is at work here; wait for it to end, then start again"
        ) from None
    except OSError as error:
        raise unwritable(root / PRIVATE, error) from error
    try:
        carry_through(root)
        yield
    finally:
        lock.release()


def carry_through(root: Path) -> None:
    """Finish the moves of a run that was killed after its manifest; drop what came before one."""
    manifest = root / _MANIFEST
    if manifest.is_file():
        _move_into_place(root, json.loads(manifest.read_bytes()))
    shutil.rmtree(root / _STAGING, ignore_errors=True)


class Transaction:
    """Files that change together. Nothing is on disk before `commit`, and then all of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._contents: dict[str, bytes | None] = {}

    def write(self, path: str, content: bytes) -> None:
        """Let the file, named from the root, have this content."""
        self._contents[path] = content

    def delete(self, path: str) -> None:
        """Let the file not be there."""
        self._contents[path] = None

    def changes(self) -> tuple[str, ...]:
        """The paths whose content would change."""
        return tuple(self._changed())

    def _changed(self) -> dict[str, bytes | None]:
        return {
            path: content
            for path, content in sorted(self._contents.items())
            if content != _present(self.root / path)
        }

    def commit(self) -> tuple[str, ...]:
        """Replace what differs, and return the paths that changed. Raises DailyPapersError."""
        changed = self._changed()
        self._contents.clear()
        if changed:
            try:
                _move_into_place(self.root, _stage(self.root, changed))
            except OSError as error:
                raise unwritable(Path(error.filename or self.root), error) from error
            shutil.rmtree(self.root / _STAGING, ignore_errors=True)
        return tuple(changed)


def _present(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unwritable(path, error) from error


def _stage(root: Path, changed: dict[str, bytes | None]) -> dict[str, str | None]:
    """Write the new contents aside, then the manifest: from there on the change is decided."""
    shutil.rmtree(root / _STAGING, ignore_errors=True)
    (root / _STAGING).mkdir(parents=True)
    moves: dict[str, str | None] = {}
    for path, content in changed.items():
        moves[path] = None
        if content is not None:
            moves[path] = staged = hashlib.sha256(path.encode()).hexdigest()
            _write_synced(root / _STAGING / staged, content)
    _write_synced(root / _STAGING / "manifest.partial", json.dumps(moves).encode())
    (root / _STAGING / "manifest.partial").replace(root / _MANIFEST)
    return moves


def _move_into_place(root: Path, moves: dict[str, str | None]) -> None:
    for path, staged in moves.items():
        target = (root / path).resolve()  # a linked README stays a link
        if staged is None:
            target.unlink(missing_ok=True)
            _remove_if_empty(target.parent)
        elif (root / _STAGING / staged).exists():  # else it was moved before the kill
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                shutil.copymode(target, root / _STAGING / staged)
            (root / _STAGING / staged).replace(target)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def unwritable(path: Path, error: OSError) -> DailyPapersError:
    """Say in one line which file could not be read or written, and why."""
    return DailyPapersError(
        f"{path}: {error.strerror or error}; nothing was lost: mend it, then start again"
    )
