"""The disk edge of a digest repository: the lock of a run, and files replaced whole or not at all.

A run writes through one `Transaction`. It stages its files beside the repository's own (in
``.daily-papers/``, which git ignores), writes a manifest, and only then moves the files into place.
A run killed before it wrote the manifest has changed nothing. If a run is killed after that, the
next one finishes the moves before it reads anything. Edits that people made in between are never
overwritten.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from daily_papers.errors import DailyPapersError, UsageError

#: Kept answers of arXiv and a model, the lock and staged files; never in git.
PRIVATE = Path(".daily-papers")
_STAGING = PRIVATE / "staging"
_MANIFEST = _STAGING / "manifest.json"


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Lock the repository for one run, and first finish what a killed run left behind.

    The lock is the operating system's, so a kill releases it.
    Raises DailyPapersError if another run has locked it.
    """
    if not root.is_dir():
        raise UsageError(f"{root}: no such folder; give the digest repository with --root DIR")
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only where a run begins

    try:
        (root / PRIVATE).mkdir(exist_ok=True)
        (root / PRIVATE / ".gitignore").write_text("*\n", encoding="utf-8")
        lock = FileLock(root / PRIVATE / "lock", blocking=False).acquire()
    except Timeout:
        raise DailyPapersError(
            f"{root}: another run is using this folder; wait until it ends, then try again"
        ) from None
    except OSError as error:
        raise unwritable(root / PRIVATE, error) from error
    with lock:
        if (root / _STAGING).exists():
            _carry_through(root)
        yield


@dataclass(frozen=True, slots=True)
class _Move:
    """One file of a change that is to be made: digests of its content, None for no file."""

    path: str
    #: The name of the new content among the staged files.
    staged: str | None
    before: str | None
    after: str | None
    #: Whether people write in this file too.
    shared: bool


def _carry_through(root: Path) -> None:
    """Finish the moves of a run killed after it wrote its manifest; else drop what it staged.

    Nothing is moved if a file that only we write is neither as it was nor as it should be: then a
    newer state was pulled with git, and an old change must not be mixed into it. A file that people
    edited in between stays as it is, and gets its tables when it is next rendered.
    """
    moves: list[_Move] = []
    try:
        # There is none, or one from a disk failure or another version of this program.
        with suppress(FileNotFoundError, ValueError, TypeError):
            moves = [_Move(**move) for move in json.loads((root / _MANIFEST).read_bytes())]
        rest = [move for move in moves if _digest(present(root / move.path)) != move.after]
        due = [move for move in rest if _can_be_made(root, move)]
        if not all(move in due or move.shared for move in rest):
            due = []
        _move_into_place(root, due)
        _remove_staged(root)
    except OSError as error:
        raise unwritable(Path(error.filename or root), error) from error


def _can_be_made(root: Path, move: _Move) -> bool:
    staged = None if move.staged is None else present(root / _STAGING / move.staged)
    is_whole = _digest(staged) == move.after  # it is not after a power failure
    return is_whole and _digest(present(root / move.path)) == move.before


@dataclass(frozen=True, slots=True)
class Transaction:
    """Files that change together: `commit` writes all of them, and nothing is written before."""

    root: Path
    #: What the files that differ are to hold, by path; None for no file.
    changes: dict[str, bytes | None] = field(init=False, default_factory=dict)
    _shared: set[str] = field(init=False, default_factory=set)

    def write(self, path: str, content: bytes) -> None:
        """Give the file this content; ``path`` is relative to the root."""
        self._change(path, content)

    def write_shared(self, path: str, content: bytes) -> None:
        """Give this content to a file that people also edit."""
        self._change(path, content)
        self._shared.add(path)

    def delete(self, path: str) -> None:
        """Delete the file."""
        self._change(path, None)

    def _change(self, path: str, content: bytes | None) -> None:
        self.changes.pop(path, None)
        if content != present(self.root / path):  # only what differs takes memory until the end
            self.changes[path] = content

    def commit(self) -> tuple[str, ...]:
        """Replace what differs, and return the paths that changed. Raises DailyPapersError."""
        changed = dict(sorted(self.changes.items()))
        self.changes.clear()
        if changed:
            try:
                _move_into_place(self.root, _stage(self.root, changed, self._shared))
                _remove_staged(self.root)
            except OSError as error:
                raise unwritable(Path(error.filename or self.root), error) from error
        return tuple(changed)


def present(path: Path) -> bytes | None:
    """What a file holds; None if there is none. Raises DailyPapersError if it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:  # such as a file where the folder should be
        raise unwritable(path, error) from error


def paths_in(folder: Path, suffix: str) -> list[Path]:
    """A folder's files with such names, in order; none if there is no folder.

    Raises DailyPapersError if the folder cannot be read, which must not look like an empty one.
    """
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(suffix))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unwritable(folder, error) from error


def _stage(root: Path, changed: dict[str, bytes | None], shared: Set[str]) -> list[_Move]:
    """Stage the new contents, then write the manifest: from then on, the change will be made."""
    _remove_staged(root)
    (root / _STAGING).mkdir(parents=True)
    moves = []
    for path, content in changed.items():
        staged = None if content is None else hashlib.sha256(path.encode()).hexdigest()
        if staged is not None and content is not None:
            (root / _STAGING / staged).write_bytes(content)
        before, after = _digest(present(root / path)), _digest(content)
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
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                shutil.copymode(target, root / _STAGING / move.staged)
            (root / _STAGING / move.staged).replace(target)


def _remove_staged(root: Path) -> None:
    """Remove the manifest first: without it, staged files do not count."""
    (root / _MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(root / _STAGING, ignore_errors=True)


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def unwritable(path: Path, error: OSError) -> DailyPapersError:
    """Say in one line which file could not be read or written, and why; of a move, its target."""
    place, problem = error.filename2 or path, error.strerror or error
    return DailyPapersError(f"{place}: {problem}; nothing was lost: fix it, then run it again")
