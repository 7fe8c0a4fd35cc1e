"""The daily job as GitHub runs it: the workflows' own steps, day after day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.sandbox import RATE_EXCEEDED, Request, Response, Service
from tests.support.command_line import run, run_apart
from tests.support.github import Fault
from tests.support.model_server import KEY, ModelServer, model_server
from tests.support.rehearsal import ABSTRACT_PAGE, KEYWORDS, Rehearsal, rehearsal, this_repository
from tests.support.runner import Event, Job
from tests.support.services import Hook, Inbox, serving_hook, serving_mail
from tests.support.wheel import unpacked_wheel

NOTIFY = "Send the digests"
PASSWORD = "pa55word-t0ken"


@pytest.mark.full
def test_some_days_of_a_repository_made_by_init(tmp_path: Path) -> None:
    """A push in between on the first day; on the second a kill before the mail, and a retry."""
    with rehearsal(tmp_path, _made_by_init(tmp_path)) as it:
        pushing = _push_once(it, {"NOTES.md": "Mine.\n"}, "Note")
        first = it.slot(date(2026, 1, 13), intercept=pushing)
        assert first.succeeded
        it.slot(date(2026, 1, 14), until=NOTIFY)
        second = it.slot(date(2026, 1, 14))
        assert second.succeeded
        _all_is_well(it)
        assert it.remote.subjects() == [
            "Begin",
            "Note",
            "Listing of 2026-01-13",
            "Listing of 2026-01-14",
        ]
        assert "## Listing of 2026-01-13" in first.summary
        # Nothing that arXiv's papers say was taken for a command, and each run waited its turn.
        assert first.commands == second.commands == []
        (seconds,) = first.slept
        assert second.slept == [seconds]
        assert 0 <= int(seconds) < 1200


@pytest.mark.full
def test_a_gitignore_that_people_wrote_for_other_files_loses_nothing(tmp_path: Path) -> None:
    repository = _made_by_init(tmp_path)
    with (repository / ".gitignore").open("a", encoding="utf-8") as ignored:
        ignored.write("data/\n*.json*\npapers/*\n/digests\n")
    with rehearsal(tmp_path, repository) as it:
        assert it.slot(date(2026, 1, 13)).succeeded
        asked = len(it.arxiv.requests)
        assert it.slot(date(2026, 1, 13)).succeeded
        assert len(it.arxiv.requests) == asked
        _all_is_well(it)


def test_by_hand_it_begins_at_once_and_a_dry_run_leaves_nothing(tmp_path: Path) -> None:
    with rehearsal(tmp_path, _made_by_init(tmp_path)) as it:
        inputs = {"day": "2026-01-13", "source": "search", "dry-run": True}
        job = it.slot(date(2026, 1, 12), event=Event("workflow_dispatch", inputs))
        assert job.succeeded
        assert job.slept == []
        assert "a full search for 3 keywords" in job.log
        assert it.remote.subjects() == ["Begin"]
        assert it.arxiv.requests == []
        assert it.github.writes == []
        assert "nothing to send" in it.runner.jobs["notify"].log
        assert _results(it) == ["success", "success", "skipped", "skipped"]


@pytest.mark.full
@pytest.mark.parametrize("ours", [True, False])
def test_the_website_shows_what_the_run_has_pushed(tmp_path: Path, *, ours: bool) -> None:
    repository = this_repository(tmp_path / "ours") if ours else _made_by_init(tmp_path)
    with rehearsal(tmp_path, repository) as it:
        it.runner.variables |= {"DAILY_PAPERS": "on", "DAILY_PAPERS_SITE": "on"}
        assert it.slot(date(2026, 1, 13)).succeeded
        assert _results(it) == ["success"] * 4
        _website_is_of_the_thirteenth(it)


def _website_is_of_the_thirteenth(it: Rehearsal) -> None:
    website = it.website()
    assert website == it.due_website()
    assert website is not None
    assert "Tuesday, January\u00a013, 2026" in website["index.html"]
    owner, name = it.runner.repository.split("/")
    assert f"https://{owner}.github.io/{name}/" in website["feed.atom"]
    page = f"https://{owner}.github.io/{name}/digests/2026-01-13.html"
    assert page in it.github.issues[-1]["body"]
    assert "digests/2026-01-13.html" in website


@pytest.mark.full
def test_the_website_of_a_day_begins_with_that_of_the_day_before(tmp_path: Path) -> None:
    with rehearsal(tmp_path, _made_by_init(tmp_path)) as it:
        it.runner.variables["DAILY_PAPERS_SITE"] = "on"
        assert it.slot(date(2026, 1, 13)).succeeded
        assert it.slot(date(2026, 1, 14)).succeeded
        site = it.runner.jobs["site"]
        assert "Cache restored from key: site-daily-papers-" in site.log
        files, written = re.findall(r"(\d+) files, (\d+) written", site.log)[0]
        assert 0 < int(written) < int(files)
        assert it.website() == it.due_website()


@pytest.mark.full
def test_the_website_on_days_that_do_not_go_well(tmp_path: Path) -> None:
    with rehearsal(tmp_path, _made_by_init(tmp_path)) as it:
        assert it.slot(date(2026, 1, 12)).succeeded
        assert _results(it) == ["success", "success", "skipped", "skipped"]
        assert it.website() is None

        # Switched on, at its own address. The second slot has nothing to push, and shows it all.
        address = "https://papers.example.org"
        it.runner.variables |= {"DAILY_PAPERS_SITE": "on", "DAILY_PAPERS_SITE_URL": address}
        assert it.slot(date(2026, 1, 12)).succeeded
        assert it.website() == it.due_website(address)
        assert f"{address}/feed.atom" in it.due_website(address)["feed.atom"]

        # Nothing answers: the job is red, and the website says why.
        assert not it.slot(date(2026, 1, 13), intercept=_down(*Service)).succeeded
        assert _results(it) == ["failure", "success", "success", "success"]
        shown = it.due_website(address)
        assert it.website() == shown
        assert "Not fetched" in shown["index.html"]

        # It does not wait for the mail.
        it.slot(date(2026, 1, 14), until=NOTIFY)
        assert _results(it) == ["success", "failure", "success", "success"]
        shown = it.due_website(address)
        assert it.website() == shown

        # Killed, only asked what it would do, stopped by a mistake: it stays as it was.
        it.slot(date(2026, 1, 15), until="Push")
        assert _results(it) == ["failure", "skipped", "skipped", "skipped"]
        dry = Event("workflow_dispatch", {"dry-run": True})
        assert it.slot(date(2026, 1, 15), event=dry).succeeded
        assert _results(it) == ["success", "success", "skipped", "skipped"]
        it.remote.push_change({"keywords.yaml": "keywords: [mri, mri]\n"}, "Slip")
        assert not it.slot(date(2026, 1, 15)).succeeded
        assert _results(it) == ["failure", "skipped", "skipped", "skipped"]
        assert it.website() == shown

        # One that cannot be built is not deployed.
        it.remote.push_change({"keywords.yaml": KEYWORDS}, "Mend")
        it.remote.push_change({"templates/site/start.html.jinja": "{{ nobody_knows }}"}, "Slip")
        assert it.slot(date(2026, 1, 15)).succeeded
        assert _results(it) == ["success", "success", "failure", "skipped"]
        assert it.website() == shown


@pytest.mark.full
def test_a_model_summarizes_what_is_sent_and_shown_and_no_secret_is_anywhere(
    tmp_path: Path,
) -> None:
    """A push in between asks the model nothing again."""
    with _with_a_model_and_channels(tmp_path) as (it, model, hook, inbox):
        it.runner.variables["DAILY_PAPERS_SITE"] = "on"
        pushing = _push_once(it, {"NOTES.md": "Mine.\n"}, "Note")
        job = it.slot(date(2026, 1, 13), intercept=pushing)
        assert job.succeeded
        assert job.commands == []
        assert "push 1 was rejected" in job.log
        assert "papers summarized" in job.summary
        asked = [id for ids in model.asked for id in ids]
        assert len(asked) == len(set(asked))
        (body,) = it.github.bodies()
        assert body.count("(by a model)") == len(it.mailed()) > 0
        _all_is_well(it)
        assert set(ABSTRACT_PAGE.findall("".join(hook.messages))) == set(it.mailed())
        ((_, mail),) = inbox.mails
        assert "(by a model)" in mail.get_body(("plain",)).get_content()
        assert _results(it) == ["success"] * 4
        _website_is_of_the_thirteenth(it)
        _no_secret_is_anywhere(it)


@pytest.mark.full
def test_a_model_and_a_channel_that_do_not_answer_hold_no_mail_up(tmp_path: Path) -> None:
    with _with_a_model_and_channels(tmp_path) as (it, _, hook, inbox):
        for _ in range(2):
            assert it.slot(date(2026, 1, 13)).succeeded
        sent = list(hook.messages)
        assert len(inbox.mails) == 1

        hook.status = 503
        it.runner.secrets["DAILY_PAPERS_MODEL_KEY"] = f"api.example.com={KEY}"
        job = it.slot(date(2026, 1, 14))
        assert job.succeeded
        assert [command.name for command in job.commands] == ["warning"]
        assert "nothing was asked" in job.commands[0].message
        body = it.github.bodies()[-1]
        assert body.count("(by a model)") < len(ABSTRACT_PAGE.findall(body))
        _all_is_well(it)
        assert hook.messages == sent
        warnings = [command.message for command in it.runner.jobs["notify"].commands]
        assert {each.split(":")[0] for each in warnings} == {
            "DAILY_PAPERS_CHANNELS, line 4", "channel chat", "channel lost"
        }  # fmt: skip
        assert it.runner.jobs["notify"].succeeded
        _no_secret_is_anywhere(it)


def _name_channels(it: Rehearsal, hook: Hook, inbox: Inbox) -> None:
    it.runner.secrets["DAILY_PAPERS_CHANNELS"] = (
        f"chat = json://{PASSWORD}:{PASSWORD}@127.0.0.1:{hook.port}/{PASSWORD}\n"
        f"mail = mailto://127.0.0.1:{inbox.port}/?from={PASSWORD}@example.org\n"
        f"lost = slack://{PASSWORD}\n{PASSWORD}\n"
    )


def _no_secret_is_anywhere(it: Rehearsal) -> None:
    logs = [each.log + each.summary for each in it.runner.jobs.values()]
    texts = (*logs, *it.github.bodies(), it.remote.told("log", "--all", "--patch"))
    files = [path for path in it.runner.folder.rglob("*") if path.is_file()]
    for secret in (KEY, PASSWORD):
        assert secret not in "".join(texts)
        assert not any(secret.encode() in path.read_bytes() for path in files)


@pytest.mark.full
def test_ten_days_with_a_model_bring_the_same_papers_in_the_same_digests(tmp_path: Path) -> None:
    mailed = []
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        with (
            model_server() as model,
            rehearsal(tmp_path / name, _made_by_init(tmp_path / name)) as it,
        ):
            if name == "with":
                _name_model(it, model)
            _play(it)
            _all_is_well(it)
            assert bool(model.asked) == (name == "with")
            mailed.append([ABSTRACT_PAGE.findall(body) for body in it.github.bodies()])
    assert mailed[0] == mailed[1]


def test_a_pull_request_that_changes_the_endpoint_is_annotated(tmp_path: Path) -> None:
    with model_server() as model, rehearsal(tmp_path, _made_by_init(tmp_path)) as it:
        _name_model(it, model)
        changed = (it.remote.clone / "keywords.yaml").read_text(encoding="utf-8")
        changed = changed.replace(model.endpoint, "https://evil.example/v1")
        job = _check(it, {"keywords.yaml": changed})
        assert job.succeeded
        (warning,) = job.commands
        assert (warning.name, warning.properties["file"]) == ("warning", "keywords.yaml")
        line = changed.splitlines()[int(warning.properties["line"]) - 1]
        assert "https://evil.example/v1" in line
        assert f"from https://evil.example/v1, not from {model.endpoint}" in warning.message


@contextmanager
def _with_a_model_and_channels(
    tmp_path: Path,
) -> Iterator[tuple[Rehearsal, ModelServer, Hook, Inbox]]:
    with (
        serving_hook() as hook,
        serving_mail() as inbox,
        model_server() as model,
        rehearsal(tmp_path, _made_by_init(tmp_path)) as it,
    ):
        _name_model(it, model)
        _name_channels(it, hook, inbox)
        yield it, model, hook, inbox


def _name_model(it: Rehearsal, model: ModelServer) -> None:
    named = f"summaries: {{endpoint: '{model.endpoint}', model: some-model}}\n"
    text = (it.remote.clone / "keywords.yaml").read_text(encoding="utf-8")
    it.remote.push_change({"keywords.yaml": text + named}, "Name a model")
    it.runner.secrets |= model.environment


def test_a_mistake_in_keywords_yaml_is_shown_at_its_line_and_nothing_is_touched(
    tmp_path: Path,
) -> None:
    repository = _made_by_init(tmp_path)
    (repository / "keywords.yaml").write_text("keywords:\n  - mri\n  - mri\n", encoding="utf-8")
    with rehearsal(tmp_path, repository) as it:
        job = it.slot(date(2026, 1, 12))
        assert not job.succeeded
        mistake, outcome = job.commands
        assert mistake.properties == {"file": "keywords.yaml", "line": "3"}
        assert outcome.name == "error"
        assert it.remote.subjects() == ["Begin"]
        assert it.github.exchanges == []


def test_here_it_runs_only_where_a_variable_switches_it_on(tmp_path: Path) -> None:
    with rehearsal(tmp_path, this_repository(tmp_path / "ours")) as it:
        assert not it.slot(date(2026, 1, 12)).started


@pytest.mark.parametrize("ours", [pytest.param(True, marks=pytest.mark.full), False])
def test_a_pull_request_is_told_its_mistakes_at_their_lines(tmp_path: Path, *, ours: bool) -> None:
    mistakes = """\
categories: [cs, xyz.AB]
keywords:
  - mri
  - name: MRI
  - any: []
  - query: 'ti:"diffusion'
  - nmae: tumours
  - name: tumours
    max_papers: many
"""
    repository = this_repository(tmp_path / "ours") if ours else _made_by_init(tmp_path)
    with rehearsal(tmp_path, repository) as it:
        job = _check(it, {"keywords.yaml": mistakes})
        assert not job.succeeded
        errors = [command for command in job.commands if command.name == "error"]
        assert [error.properties["line"] for error in errors] == ["4", "5", "6", "6", "7", "9"]
        assert {error.properties["file"] for error in errors} == {"keywords.yaml"}
        assert it.arxiv.requests == []


@pytest.mark.full
def test_a_pull_request_shows_what_its_new_keywords_bring(tmp_path: Path) -> None:
    proposed = KEYWORDS + "  - graph neural networks\n  - unheard-before\n"
    with rehearsal(tmp_path, this_repository(tmp_path / "ours")) as it:
        # What a pull request brings along is not run: this template would fail.
        job = _check(it, {"keywords.yaml": proposed, "action.yml": "false"})
        assert job.succeeded
        assert job.commands == []
        assert "The change takes 2 searches, in the next run" in job.summary
        assert "### graph neural networks" in job.summary
        assert "No hits" in job.summary
        assert "### mri" not in job.summary
        assert it.arxiv.counts[Service.QUERY] == 2


@pytest.mark.full
def test_ten_days_of_this_repository(tmp_path: Path) -> None:
    with rehearsal(tmp_path, this_repository(tmp_path / "ours")) as it:
        it.runner.variables["DAILY_PAPERS"] = "on"
        _play(it)
        _all_is_well(it)


@pytest.mark.full
def test_ten_days_of_a_repository_made_by_the_installed_program(tmp_path: Path) -> None:
    program = unpacked_wheel(tmp_path)
    repository = tmp_path / "made"
    made = run_apart("init", repository, cwd=tmp_path, environ={"PYTHONPATH": str(program)})
    assert made.code == 0
    (repository / "keywords.yaml").write_text(KEYWORDS, encoding="utf-8")
    with rehearsal(tmp_path, repository) as it:
        it.runner.program = program
        _play(it)
        _all_is_well(it)


def _play(it: Rehearsal) -> None:
    """Two weeks with all that can happen."""
    january = _days_of_january()

    # The first run fills the tables, but for one that arXiv does not answer for: a warning. The
    # day's own announcement is news all the same.
    job = it.slot(january(12), intercept=_deaf_to("mri"))
    assert job.succeeded
    assert [command.name for command in job.commands] == ["warning"]
    assert it.remote.subjects()[-1] == "Listing of 2026-01-12, not complete yet"
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
    assert "starting again" in job.log
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


def _made_by_init(folder: Path) -> Path:
    repository = folder / "made"
    assert run("init", repository).code == 0
    return repository


def _check(it: Rehearsal, files: dict[str, str]) -> Job:
    """Let somebody propose a change, and check it."""
    base = it.remote.told("rev-parse", "main").strip()
    ref = it.remote.propose(files)
    it.arxiv.today = date(2026, 1, 12)
    it.runner.environment = it.arxiv.environment()
    event = Event("pull_request", payload={"pull_request": {"base": {"sha": base}}}, ref=ref)
    return it.runner.run("check.yml", event)


def _results(it: Rehearsal) -> list[str]:
    """How the last run's jobs ended: update, notify, the website's build, its deployment."""
    return [job.result for job in it.runner.jobs.values()]


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


def _deaf_to(word: str) -> Callable[[Request], Response | None]:
    return lambda request: RATE_EXCEEDED if f'"{word}"' in unquote(request.path) else None


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
