"""Files that change together, whatever happens in between; and one run at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.transaction import Transaction, locked
from tests.support.command_line import environment
from tests.support.refusing_disk import refusing_to_move

OLD = {"README.md": b"old readme", "data/a": b"old a", "data/b": b"old b"}
NEW = {"README.md": b"new readme", "data/a": b"new a", "data/c": b"new c"}
#: A process that stages NEW in the folder, and is killed after that many moves.
KILLED_AFTER = """\
import os, sys
from pathlib import Path
from daily_papers.transaction import Transaction, locked

moves = int(sys.argv[2])

def watch(event, arguments):
    global moves
    if event in ("os.rename", "os.remove") and "manifest" not in str(arguments[0]):
        moves -= 1
        if moves < 0:
            os._exit(9)

root = Path(sys.argv[1])
with locked(root):
    transaction = Transaction(root)
    transaction.write_shared("README.md", b"new readme")
    transaction.write("data/a", b"new a")
    transaction.delete("data/b")
    transaction.write("data/c", b"new c")
    sys.addaudithook(watch)
    transaction.commit()
"""


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] != ".daily-papers"
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in OLD.items():
        file = tmp_path / "digest" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path / "digest"


def kill_after(root: Path, moves: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AFTER, str(root), str(moves)],
        env=environment(),
        check=False,
        timeout=30,
    )
    assert done.returncode == 9


def change(root: Path) -> Transaction:
    transaction = Transaction(root)
    transaction.write_shared("README.md", NEW["README.md"])
    transaction.write("data/a", NEW["data/a"])
    transaction.delete("data/b")
    transaction.write("data/c", NEW["data/c"])
    return transaction


# --- a change as a whole -----------------------------------------------------------------------


def test_nothing_is_on_disk_before_the_commit(root: Path):
    transaction = change(root)
    assert contents(root) == OLD
    assert tuple(transaction.changes) == ("README.md", "data/a", "data/b", "data/c")
    assert transaction.commit() == ("README.md", "data/a", "data/b", "data/c")
    assert contents(root) == NEW


def test_what_is_there_already_is_not_written_again(root: Path):
    change(root).commit()
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    assert change(root).commit() == ()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_a_replaced_file_keeps_its_mode(root: Path):
    (root / "README.md").chmod(0o640)
    change(root).commit()
    assert (root / "README.md").stat().st_mode & 0o777 == 0o640


def test_a_linked_file_stays_a_link(root: Path):
    (root / "docs").mkdir()
    (root / "README.md").rename(root / "docs/front.md")
    (root / "README.md").symlink_to("docs/front.md")
    change(root).commit()
    assert (root / "README.md").is_symlink()
    assert (root / "docs/front.md").read_bytes() == b"new readme"


@pytest.mark.parametrize("moves", [0, 1, pytest.param(2, marks=pytest.mark.full), 3])
def test_a_change_that_was_cut_short_is_carried_through(root: Path, moves: int):
    kill_after(root, moves)
    assert (contents(root) == OLD) == (moves == 0)
    with locked(root):
        assert contents(root) == NEW
    assert [path.name for path in (root / ".daily-papers").iterdir() if path.is_dir()] == []


def test_what_people_wrote_in_between_stays(root: Path):
    kill_after(root, 2)
    (root / "README.md").write_bytes(b"a person's readme")
    with locked(root):
        assert contents(root) == {**NEW, "README.md": b"a person's readme"}


@pytest.mark.parametrize("moves", [0, 1, pytest.param(2, marks=pytest.mark.full), 3])
def test_a_newer_state_is_not_mixed_with_an_old_change(root: Path, moves: int):
    kill_after(root, moves)
    pulled = {"README.md": b"pulled readme", "data/a": b"pulled a", "data/b": b"old b"}
    for name, content in pulled.items():
        (root / name).write_bytes(content)
    (root / "data/c").unlink(missing_ok=True)
    with locked(root):
        assert contents(root) == pulled


@pytest.mark.parametrize("moves", range(1, 4))
def test_a_state_that_was_brought_back_with_git_stays_as_it_is(root: Path, moves: int):
    kill_after(root, moves)
    for name, content in OLD.items():
        (root / name).write_bytes(content)
    (root / "data/c").unlink(missing_ok=True)
    with locked(root):
        rest = contents(root)
    # With README.md alone moved, all of the store is still to come; else none of it may.
    assert rest == ({**NEW, "README.md": b"old readme"} if moves == 1 else OLD)


def test_a_staged_file_that_the_disk_lost_is_not_moved(root: Path):
    kill_after(root, 0)
    for staged in (root / ".daily-papers/staging").iterdir():
        if staged.read_bytes() == b"new c":
            staged.write_bytes(b"")
    with locked(root):
        assert contents(root) == OLD


def test_a_manifest_that_nobody_can_read_decides_nothing(root: Path):
    staging = root / ".daily-papers/staging"
    staging.mkdir(parents=True)
    (staging / "manifest.json").write_text('[{"path": "data/a"', encoding="utf-8")
    with locked(root):
        assert contents(root) == OLD
    assert not staging.exists()


def test_what_cannot_be_written_is_refused_before_anything_is(root: Path):
    transaction = Transaction(root)
    transaction.write("data/a", b"new a")
    transaction.write("papers/x.md", b"page")
    (root / "papers").write_bytes(b"in the way")
    with pytest.raises(DailyPapersError) as error:
        transaction.commit()
    assert str(error.value) == (
        f"{root}/papers/x.md: Not a directory; nothing was lost: fix it, then run it again"
    )
    (root / "papers").unlink()
    with locked(root):
        assert contents(root) == OLD


def test_a_move_that_is_refused_names_its_target_and_the_next_run_makes_it(root: Path):
    with refusing_to_move("a"), pytest.raises(DailyPapersError) as error:
        change(root).commit()
    assert str(error.value).startswith(f"{root}/data/a: Operation not permitted; nothing was lost")
    assert contents(root) == {**OLD, "README.md": b"new readme"}
    with locked(root):
        assert contents(root) == NEW


# --- one run at a time -------------------------------------------------------------------------

HOLDS_THE_LOCK = """\
import sys
from pathlib import Path
from daily_papers.transaction import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


def holder(root: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS_THE_LOCK, str(root)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    return process


def test_a_second_run_says_that_another_one_is_at_work(root: Path):
    with holder(root) as first:
        with pytest.raises(DailyPapersError) as error, locked(root):
            pass
        first.communicate()
    assert str(error.value) == (
        f"{root}: another run is using this folder; wait until it ends, then try again"
    )
    with locked(root):
        pass


def test_a_kill_releases_the_lock(root: Path):
    with holder(root) as first:
        first.kill()
    with locked(root), pytest.raises(DailyPapersError, match="another run"), locked(root):
        pass


def test_what_is_ours_alone_is_not_for_git(root: Path):
    with locked(root):
        pass
    assert (root / ".daily-papers/.gitignore").read_bytes() == b"*\n"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(UsageError, match="no such folder; give the digest repository with --root"):
        with locked(tmp_path / "nowhere"):
            pass


def test_a_file_in_the_place_of_the_private_folder_is_named(root: Path):
    (root / ".daily-papers").write_bytes(b"")
    with pytest.raises(DailyPapersError, match=r"\.daily-papers: File exists; nothing was lost"):
        with locked(root):
            pass


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_that_cannot_be_written_is_named(root: Path):
    root.chmod(0o500)
    try:
        with pytest.raises(DailyPapersError, match="Permission denied; nothing was lost"):
            with locked(root):
                pass
    finally:
        root.chmod(0o700)
