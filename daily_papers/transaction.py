"""The disk edge of a digest repository: the lock of a run, and files replaced whole or not at all.

A run writes through one `Transaction`. Its files are staged beside the repository's own (in
``.daily-papers/``, which git ignores), a manifest is written, and only then are they moved into
place. A run that is killed before the manifest has changed nothing; one that is killed after it
is carried through by the next run, before that reads anything. What people changed in between is
never written over.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class _Move:
    """One file of a change that is decided: digests of its content, None where it is not there."""

    path: str
    #: The name of the new content among the staged files.
    staged: str | None
    before: str | None
    after: str | None
    #: Whether people write in this file too.
    shared: bool


def carry_through(root: Path) -> None:
    """Finish the moves of a run that was killed after its manifest; drop what came before one."""
    try:
        moves = _decided_moves(root / _MANIFEST)
        _move_into_place(root, _still_due(root, moves))
        _remove_staged(root)
    except OSError as error:
        raise unwritable(Path(error.filename or root), error) from error


def _decided_moves(manifest: Path) -> tuple[_Move, ...]:
    try:
        return tuple(_Move(**move) for move in json.loads(manifest.read_bytes()))
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError):  # by a disk that failed, or another version of this program
        return ()


def _still_due(root: Path, moves: Sequence[_Move]) -> list[_Move]:
    """The moves that were not made; none at all where the repository has gone on without us.

    So it has when a file that is ours alone is neither as it was nor as it should be: a newer
    state was pulled with git, and an old change must not be mixed into it. A file that people
    changed in between stays as it is, and gets its tables when it is rendered next.
    """
    rest = [move for move in moves if _digest(_present(root / move.path)) != move.after]
    due = [move for move in rest if _can_be_made(root, move)]
    gone_on = any(move not in due and not move.shared for move in rest)
    return [] if gone_on else due


def _can_be_made(root: Path, move: _Move) -> bool:
    staged = None if move.staged is None else _present(root / _STAGING / move.staged)
    is_whole = _digest(staged) == move.after  # not so where the power failed
    return is_whole and _digest(_present(root / move.path)) == move.before


class Transaction:
    """Files that change together. Nothing is on disk before `commit`, and then all of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._contents: dict[str, bytes | None] = {}
        self._shared: set[str] = set()

    def write(self, path: str, content: bytes) -> None:
        """Let the file, named from the root, have this content."""
        self._contents[path] = content

    def write_shared(self, path: str, content: bytes) -> None:
        """Let a file in which people write too have this content."""
        self._contents[path] = content
        self._shared.add(path)

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
                _move_into_place(self.root, _stage(self.root, changed, self._shared))
                _remove_staged(self.root)
            except OSError as error:
                raise unwritable(Path(error.filename or self.root), error) from error
        return tuple(changed)


def _present(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:  # also a file in the place of the folder: nothing could be put there
        raise unwritable(path, error) from error


def _stage(root: Path, changed: dict[str, bytes | None], shared: Set[str]) -> list[_Move]:
    """Write the new contents aside, then the manifest: from there on the change is decided."""
    _remove_staged(root)
    (root / _STAGING).mkdir(parents=True)
    moves = []
    for path, content in changed.items():
        staged = None if content is None else hashlib.sha256(path.encode()).hexdigest()
        if staged is not None and content is not None:
            (root / _STAGING / staged).write_bytes(content)
        before, after = _digest(_present(root / path)), _digest(content)
        moves.append(_Move(path, staged, before, after, path in shared))
    manifest = json.dumps([asdict(move) for move in moves]).encode()
    (root / _STAGING / "manifest.partial").write_bytes(manifest)
    (root / _STAGING / "manifest.partial").replace(root / _MANIFEST)
    return moves


def _move_into_place(root: Path, moves: Sequence[_Move]) -> None:
    for move in moves:
        target = (root / move.path).resolve()  # a linked README stays a link
        if move.staged is None:
            target.unlink(missing_ok=True)
            _remove_if_empty(target.parent)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                shutil.copymode(target, root / _STAGING / move.staged)
            (root / _STAGING / move.staged).replace(target)


def _remove_staged(root: Path) -> None:
    """The manifest goes first: without it, nothing that is staged counts."""
    (root / _MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(root / _STAGING, ignore_errors=True)


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def unwritable(path: Path, error: OSError) -> DailyPapersError:
    """Say in one line which file could not be read or written, and why."""
    return DailyPapersError(
        f"{path}: {error.strerror or error}; nothing was lost: mend it, then start again"
    )
