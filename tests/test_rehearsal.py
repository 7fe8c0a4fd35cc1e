"""The daily job as GitHub runs it: the workflows' own steps, day after day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from daily_papers.sandbox import RATE_EXCEEDED, Request, Response, Service
from tests.support.command_line import run
from tests.support.github import Fault
from tests.support.rehearsal import KEYWORDS, Rehearsal, rehearsal, this_repository
from tests.support.runner import Event, Job

NOTIFY = "Send the digests"


def test_the_days_of_a_repository_made_by_init(tmp_path: Path) -> None:
    """Short: an ordinary day, a push in between, a kill before the mail, a second slot."""
    repository = tmp_path / "made"
    assert run("init", repository).code == 0
    with rehearsal(tmp_path, repository) as it:
        assert it.slot(date(2026, 1, 12)).succeeded
        pushing = _push_once(it, {"NOTES.md": "Mine.\n"}, "Note")
        assert it.slot(date(2026, 1, 13), intercept=pushing).succeeded
        it.slot(date(2026, 1, 14), until=NOTIFY)
        assert it.slot(date(2026, 1, 14)).succeeded
        _all_is_well(it)
        assert it.remote.subjects() == [
            "Begin",
            "Listing of 2026-01-12",
            "Note",
            "Listing of 2026-01-13",
            "Listing of 2026-01-14",
        ]


@pytest.mark.full
def test_ten_days_of_this_repository(tmp_path: Path) -> None:
    with rehearsal(tmp_path, this_repository(tmp_path / "ours")) as it:
        it.runner.variables["DAILY_PAPERS"] = "on"
        _play(it)
        _all_is_well(it)


@pytest.mark.full
def test_ten_days_of_a_repository_made_by_init(tmp_path: Path) -> None:
    repository = tmp_path / "made"
    assert run("init", repository).code == 0
    (repository / "keywords.yaml").write_text(KEYWORDS, encoding="utf-8")
    with rehearsal(tmp_path, repository) as it:
        _play(it)
        _all_is_well(it)


def _play(it: Rehearsal) -> None:
    """Two weeks with all that can happen."""
    january = _days_of_january()

    # The first run fills the tables. The day's own announcement is news all the same.
    assert it.slot(january(12)).succeeded
    assert _ended_complete(it, 12)

    # Both slots of a day: the second asks arXiv nothing, commits nothing, mails nothing.
    assert it.slot(january(13)).succeeded
    asked, commits, mails = len(it.arxiv.requests), it.remote.subjects(), len(it.github.issues)
    assert it.slot(january(13)).succeeded
    assert len(it.arxiv.requests) == asked
    assert it.remote.subjects() == commits
    assert len(it.github.issues) == mails

    # Somebody pushes while the job is at work, to the very file that it writes.
    readme = (it.now() / "README.md").read_text(encoding="utf-8")
    pushing = _push_once(it, {"README.md": f"{readme}\nA word of ours.\n"}, "Say a word")
    job = it.slot(january(14), intercept=pushing)
    assert job.succeeded
    assert "beginning again" in job.log
    assert (it.now() / "README.md").read_text(encoding="utf-8").endswith("A word of ours.\n")
    assert _ended_complete(it, 14)

    # The machine is gone between push and notify; the second slot sends.
    mails = len(it.github.issues)
    it.slot(january(15), until=NOTIFY)
    assert _ended_complete(it, 15)
    assert len(it.github.issues) == mails
    assert it.slot(january(15)).succeeded
    assert len(it.github.issues) == mails + 1

    # Half of arXiv is down: what there is is stored and sent, and the second slot has the rest.
    assert it.slot(january(16), intercept=_down(Service.QUERY)).succeeded
    assert not _ended_complete(it, 16)
    assert it.slot(january(16)).succeeded
    assert _ended_complete(it, 16)

    # The other half.
    it.slot(january(19), intercept=_down(Service.FEED))
    assert it.slot(january(19)).succeeded
    assert _ended_complete(it, 19)

    # Nothing is announced: a commit says so, and nobody gets a mail.
    mails = len(it.github.issues)
    assert it.slot(january(20)).succeeded
    assert _ended_complete(it, 20)
    assert len(it.github.issues) == mails

    # GitHub takes the issue and breaks off: nothing is sent twice.
    it.github.inject(Fault.RESET_AFTER, at=_first_write(it))
    it.slot(january(21))
    assert it.slot(january(21)).succeeded

    # Nothing answers: the job fails, the tables stay, and README.md says why.
    failed = it.slot(january(22), intercept=_down(*Service))
    assert not failed.succeeded
    assert [command.name for command in failed.commands] == ["error"]
    assert "Not fetched" in (it.now() / "README.md").read_text(encoding="utf-8")

    # The day after, all of it is there.
    assert it.slot(january(23)).succeeded
    assert _ended_complete(it, 23)


def _all_is_well(it: Rehearsal) -> None:
    """What has to hold after any days, however they went."""
    assert it.mailed() == dict.fromkeys(it.news(), 1)
    tables, due, ever_due = it.tables(), it.due(), it.ever_due()
    assert tables.keys() == due.keys()
    for slug, papers in tables.items():
        assert due[slug] <= papers <= ever_due[slug]
    assert it.command("render", "--check").code == 0
    subjects = it.remote.subjects()
    for day in it.days:
        assert subjects.count(f"Listing of {day}") <= 1
    assert len(it.remote.told("rev-list", "--min-parents=2", "main")) == 0


def _days_of_january() -> Callable[[int], date]:
    return lambda day: date(2026, 1, day)


def _ended_complete(it: Rehearsal, day: int) -> bool:
    return it.remote.subjects().count(f"Listing of 2026-01-{day:02}") == 1


def _first_write(it: Rehearsal) -> int:
    """How many requests notify makes before it opens an issue, and that one."""
    before = len(it.github.exchanges)
    it.command("notify", "--dry-run")
    return len(it.github.exchanges) - before + 1


def _down(*services: Service) -> Callable[[Request], Response | None]:
    return lambda request: RATE_EXCEEDED if request.service in services else None


def _push_once(
    it: Rehearsal, files: dict[str, str], message: str
) -> Callable[[Request], Response | None]:
    """A person who pushes when the job first asks arXiv."""
    pushed: list[str] = []

    def intercept(_request: Request) -> Response | None:
        if not pushed:
            pushed.append(message)
            it.remote.push_change(files, message)
        return None

    return intercept
