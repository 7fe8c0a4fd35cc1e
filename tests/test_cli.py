"""The command line: options, exit codes, and what it says to whom."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from daily_papers import __version__
from tests.sandbox import SandboxArxiv
from tests.support.cases import for_each
from tests.support.command_line import Ended, environment, run, run_apart
from tests.support.repository import Repository

COMMANDS = (
    *("update", "render", "check", "extras", "preview", "notify", "report"),
    *("export", "site", "import", "init", "demo"),
)
#: What takes long to import, or is not needed to tell what a command takes.
HEAVY = ("requests", "urllib3", "jinja2", "arxiv", "feedparser", "jsonschema", "lxml", "yaml")


@pytest.fixture(scope="module")
def arxiv() -> Iterator[SandboxArxiv]:
    with SandboxArxiv(today=date(2026, 1, 20)) as arxiv:
        yield arxiv


@pytest.fixture(scope="module")
def filled(arxiv: SandboxArxiv, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = Repository.new(tmp_path_factory.mktemp("filled"))
    assert update(repository, arxiv).code == 0
    return repository


def update(repository: Repository, arxiv: SandboxArxiv, *options: str, **variables: str) -> Ended:
    return run(
        *("update", "--source", "search", "--root", repository.root, *options),
        environ={**arxiv.environment(), **variables},
    )


# --- help --------------------------------------------------------------------------------------


def test_help_names_every_command_and_exit_code():
    ended = run("--help")
    assert (ended.code, ended.err) == (0, "")
    for command in COMMANDS:
        assert re.search(rf"^    {command} +\S", ended.out, re.MULTILINE)
    for code in range(4):
        assert re.search(rf"^  {code}  \S", ended.out, re.MULTILINE)
    assert "daily-papers demo" in ended.out


@for_each("command", COMMANDS)
def test_each_command_teaches_what_it_does(command: str):
    ended = run(command, "--help")
    assert (ended.code, ended.err) == (0, "")
    usage, description, *_ = ended.out.split("\n\n")
    assert usage.startswith(f"usage: daily-papers {command}")
    assert len(description.split()) >= 10
    assert "--root DIR" in ended.out
    options = re.findall(r"^  (-\S.*)$", ended.out, re.MULTILINE)
    described = re.split(r"^  -", ended.out, flags=re.MULTILINE)[1:]
    assert len(options) == len(described) >= 4
    assert all(len(text.split()) > 2 for text in described)


@for_each("arguments", [["--help"], ["update", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]):
    program = (
        "import sys; from daily_papers.__main__ import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    ended = run_apart(*arguments, interpreter=("-c", program))
    assert ended.code == 0
    imported = {name.partition(".")[0] for name in ended.err.split()}
    assert "argparse" in imported
    assert not imported & {*HEAVY}


def test_the_version_is_told():
    assert run("--version") == Ended(0, f"daily-papers {__version__}\n", "")


# --- usage -------------------------------------------------------------------------------------


@for_each(
    ("arguments", "told"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["udpate"], "invalid choice: 'udpate'"),
        (["update", "--dryrun"], "unrecognized arguments: --dryrun"),
        (["update", "--today", "yesterday"], "'yesterday' is not a day as YYYY-MM-DD"),
        (["update", "--today", "2026-02-30"], "'2026-02-30' is not a day as YYYY-MM-DD"),
        (["update", "--today", "20260120"], "'20260120' is not a day as YYYY-MM-DD"),
        (["update", "--source", "rss"], "invalid choice: 'rss'"),
        (["update", "--budget", "-1"], "'-1' is not a number of minutes from 0 to 1440"),
        (["update", "--budget", "nan"], "'nan' is not a number of minutes from 0 to 1440"),
        (["export", "--format", "xml"], "invalid choice: 'xml'"),
        (["import"], "the following arguments are required: FILE"),
    ],
)
def test_wrong_usage_is_told_with_what_is_right(arguments: list[str], told: str):
    ended = run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("usage: daily-papers ")
    assert told in ended.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("TODAY", "tomorrow", "'tomorrow' is not a day as YYYY-MM-DD"),
        ("TODAY", "2026-1-2", "'2026-1-2' is not a day as YYYY-MM-DD"),
        ("API_URL", "export.arxiv.org", "'export.arxiv.org' is not an address such as https://"),
        ("FEED_URL", "ftp://rss.arxiv.org", "is not an address such as https://rss.arxiv.org"),
        ("OAI_URL", "http://user:secret@x/oai", "'http://…@x/oai' is not an address such as"),
        ("OAI_URL", "user:secret@x/oai", "(http or https, without user name, query or fragment)"),
        ("SITE_URL", "https://user:secret@x/", "'https://…@x/' is not the address of a folder"),
        ("REQUEST_INTERVAL", "soon", "'soon' is not a number of seconds from 0 to 86400"),
        ("REQUEST_INTERVAL", "-1", "'-1' is not a number of seconds from 0 to 86400"),
        ("RETRY_WAIT", "inf", "'inf' is not a number of seconds from 0 to 86400"),
    ],
)
def test_a_wrong_variable_is_named(
    filled: Repository, arxiv: SandboxArxiv, variable: str, value: str, told: str
):
    arxiv.requests.clear()
    ended = update(filled, arxiv, **{f"DAILY_PAPERS_{variable}": value})
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err.splitlines()
    assert line.startswith(f"daily-papers: DAILY_PAPERS_{variable}: ")
    assert told in line
    assert "secret" not in line
    assert arxiv.requests == []


@pytest.mark.parametrize(
    ("variable", "value", "least"), [("REQUEST_INTERVAL", "2.9", 3), ("RETRY_WAIT", "60", 600)]
)
@pytest.mark.parametrize("address", ["", "http://ExPort.arxiv.org./api/query"])
def test_arxiv_is_never_asked_faster_than_it_allows(
    tmp_path: Path, variable: str, value: str, least: int, address: str
):
    repository = Repository.new(tmp_path)
    ended = run(
        *("update", "--root", repository.root),
        environ={
            f"DAILY_PAPERS_{variable}": value,
            "DAILY_PAPERS_API_URL": address,
            # Whatever would still be asked ends here.
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"),
        },
    )
    assert ended.code == 2
    (line,) = ended.said
    assert line.startswith(f"daily-papers: DAILY_PAPERS_{variable}: {value} seconds is too fast")
    assert f"arXiv needs at least {least} (leave the variable out)" in line
    assert not (repository.root / "data").exists()


def test_variables_that_are_empty_count_as_not_set(filled: Repository, arxiv: SandboxArxiv):
    ended = update(filled, arxiv, DAILY_PAPERS_RETRY_WAIT="", DAILY_PAPERS_TODAY=" ")
    assert ended.code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--root", "ROOT", "check"],
        ["check", "--root", "ROOT"],
        ["--root=x", "check", "--root=ROOT"],
    ],
)
def test_the_root_stands_before_or_after_the_command(filled: Repository, arguments: list[str]):
    ended = run(*(argument.replace("ROOT", str(filled.root)) for argument in arguments))
    assert ended == Ended(0, f"{filled.root}/keywords.yaml: 3 keywords, no mistake\n", "")


def test_a_root_that_is_not_there_is_named(tmp_path: Path):
    keywords = tmp_path / "nowhere" / "keywords.yaml"
    ended = run("update", "--root", tmp_path / "nowhere")
    assert ended.code == 2
    (line,) = ended.said
    assert line.startswith(f"daily-papers: {keywords}: there is no such file")


@pytest.mark.parametrize("root", ["nowhere", "file"])
def test_a_root_that_is_no_folder_is_told_how_to_name_one(tmp_path: Path, root: str):
    (tmp_path / "file").touch()
    ended = run("check", "--root", tmp_path / root)
    assert ended.code == 2
    assert ended.said[0].endswith("give the folder of your digest repository with --root DIR")


@pytest.mark.parametrize("command", ["update", "render", "site", "summarize"])
def test_nothing_is_left_in_a_wrong_folder(tmp_path: Path, command: str):
    assert run(command, "--root", tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("before", [True, False])
def test_quiet_stands_before_or_after_the_command(filled: Repository, before: bool):
    words = ["-q", "check"] if before else ["check", "-q"]
    assert run(*words, "--root", filled.root) == Ended(0, "", "")


# --- in a process of its own -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "requests", "details"),
    [
        pytest.param(["-v", "update", "-v"], 1, 0, marks=pytest.mark.full),
        (["-vv", "update"], 1, 1),
    ],
)
def test_verbose_tells_each_request(
    arxiv: SandboxArxiv, tmp_path: Path, options: list[str], requests: int, details: int
):
    repository = Repository.new(tmp_path, "keywords: [mri]\n")
    ended = run_apart(
        *(*options, "--source", "search", "--root", repository.root),
        environ=arxiv.environment(),
    )
    said = ended.err.splitlines()
    assert sum(line.startswith("daily-papers: 200 ok: http") for line in said) == requests
    assert sum(line.startswith("daily-papers: GET http") for line in said) == details
    assert all(line.startswith("daily-papers: ") for line in said)


def test_a_log_gets_no_progress(arxiv: SandboxArxiv, tmp_path: Path):
    repository = Repository.new(tmp_path, "keywords: [mri]\n")
    ended = update(repository, arxiv)
    assert (ended.code, ended.err) == (0, "")
    assert "\r" not in ended.out
    assert "\x1b" not in ended.out


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"PYTHONIOENCODING": "ascii"}, marks=pytest.mark.full),
        {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        pytest.param({"LC_ALL": "POSIX", "NO_COLOR": "1"}, marks=pytest.mark.full),
    ],
)
def test_whatever_the_locale_is_papers_are_told_in_utf_8(
    filled: Repository, variables: dict[str, str]
):
    ended = run_apart("export", "--root", filled.root, environ=variables)
    assert (ended.code, ended.err) == (0, "")
    authors = {name for line in ended.out.splitlines() for name in json.loads(line)["authors"]}
    assert any(not name.isascii() for name in authors)


def test_a_reader_who_leaves_early_is_no_error(filled: Repository):
    with subprocess.Popen(
        [sys.executable, "-m", "daily_papers", "export", "--root", str(filled.root)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 0


@pytest.mark.full  # each process of its own is started so
def test_the_module_is_the_same_program(filled: Repository):
    ended = run_apart("check", cwd=filled.root)
    assert ended == Ended(0, "keywords.yaml: 3 keywords, no mistake\n", "")


#: What interrupts a run: when it imports, when it has begun to watch a request, when it sends it.
INTERRUPTIONS = {
    "import": "sys.addaudithook(lambda _, args: 'daily_papers.commands' in args and stop())",
    "thread": "start = Thread.start; Thread.start = lambda thread: (start(thread), stop())",
    "request": "sys.addaudithook(lambda event, args: event == 'http.client.send' and stop())",
}


@pytest.mark.skipif(os.name == "nt", reason="no signal of that kind")
@for_each("where", INTERRUPTIONS)
def test_an_interrupted_run_says_so_at_once_and_loses_nothing(
    tmp_path: Path, arxiv: SandboxArxiv, where: str
):
    repository = Repository.new(tmp_path / where)
    program = (
        "import signal, sys; from threading import Thread\n"
        "from daily_papers.__main__ import main\n"
        # Whoever runs the tests in the background may have it ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def stop(): signal.raise_signal(signal.SIGINT)\n"
        f"{INTERRUPTIONS[where]}\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    ended = run_apart(
        *("update", "--source", "search", "--root", repository.root),
        environ=arxiv.environment(),
        interpreter=("-c", program),
    )
    assert ended == Ended(130, "", "daily-papers: interrupted; nothing was lost\n")
    assert update(repository, arxiv).code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "command",
    ["check", *(pytest.param(each, marks=pytest.mark.full) for each in ("export", "render"))],
)
def test_output_that_cannot_be_written_is_one_line(tmp_path: Path, command: str) -> None:
    Repository.new(tmp_path)
    done = _in_a_shell(f"{command} > /dev/full", tmp_path)
    expected = b"daily-papers: output: No space left on device\n"
    # An export of nothing has nothing to write.
    assert (done.returncode, done.stderr) == ((0, b"") if command == "export" else (1, expected))


def test_output_may_be_closed(tmp_path: Path) -> None:
    Repository.new(tmp_path)
    done = _in_a_shell("check >&-", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")


def _in_a_shell(words: str, root: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m daily_papers {words}'],
        env=environment(),
        cwd=root,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "3000-01-01"])
def test_days_at_the_ends_of_the_calendar_are_no_days(tmp_path: Path, day: str) -> None:
    Repository.new(tmp_path)
    by_option = run("--root", tmp_path, "update", "--today", day)
    by_variable = run("--root", tmp_path, "update", environ={"DAILY_PAPERS_TODAY": day})
    for ended in (by_option, by_variable):
        assert ended.code == 2
        assert f"{day!r} is not a day as YYYY-MM-DD" in ended.err
