"""What the documentation says is so: commands, options, variables, links and examples."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from daily_papers.config import load_config, parse_config
from daily_papers.papers.paper import Paper
from daily_papers.render.readme import find_region
from daily_papers.store.store import KeywordState, State
from daily_papers.store.summaries import Summary
from tests.support.cases import for_each
from tests.support.command_line import run

PROJECT = Path(__file__).parents[1]
WIDE = {"COLUMNS": "1000"}


@cache
def _text(path: str) -> str:
    return (PROJECT / path).read_text(encoding="utf-8")


# --- commands and options ----------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A line of --help: how it is written, and what it does."""

    name: str
    summary: str

    @property
    def row(self) -> str:
        return f"| `{_cell(self.name)}` | {_cell(self.summary)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _lines(help_text: str, section: str) -> list[Line]:
    """The lines of one section of a --help that is wide enough to need no second line."""
    body = re.search(rf"^{section}:\n((?: .*\n|\n)+)", help_text, re.MULTILINE)
    found = re.findall(r"^ +(\S.*?)(?:  +(\S.*))?$", body[1] if body else "", re.MULTILINE)
    lines: list[Line] = []
    for name, summary in found:
        if not lines or lines[-1].summary or summary:
            lines.append(Line(name, summary))
        else:  # a long name stands on a line of its own, its summary on the next
            lines[-1] = Line(lines[-1].name, name)
    return [line for line in lines if line.summary]


@cache
def _help(*command: str) -> str:
    ended = run(*command, "--help", environ=WIDE)
    assert ended.code == 0
    return ended.out


COMMANDS = _lines(_help(), "commands")


def test_there_are_commands() -> None:
    assert {"update", "check", "demo"} <= {line.name for line in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda line: line.name)
def test_readme_has_each_command_with_its_summary(command: Line) -> None:
    row = re.search(rf"^\| `daily-papers {command.name}\b.*$", _text("README.md"), re.MULTILINE)
    assert row is not None, f"README.md: a row for `daily-papers {command.name}` is missing"
    assert row[0].endswith(f"| {_cell(command.summary)} |")


def test_readme_has_no_command_that_is_none() -> None:
    told = re.findall(r"^\| `daily-papers (\w+)", _text("README.md"), re.MULTILINE)
    assert told == [line.name for line in COMMANDS]


def test_the_reference_says_what_help_says() -> None:
    """``UPDATE_GOLDENS=1`` writes it anew."""
    reference = "\n".join((_REFERENCE, _everywhere(), *map(_section, COMMANDS)))
    if os.environ.get("UPDATE_GOLDENS") == "1":
        (PROJECT / "docs" / "commands.md").write_text(reference, encoding="utf-8")
    assert (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8") == reference


_REFERENCE = """\
# Commands

What `--help` says, in one place. A command works on the folder you are in, or on the one that
`--root` names. [README.md](../README.md#commands) has exit codes and environment variables.
"""
_TABLE = "| option | meaning |\n| --- | --- |\n"


def _everywhere() -> str:
    rows = "\n".join(line.row for line in _lines(_help(), "options"))
    return f"## Everywhere\n\n{_TABLE}{rows}\n"


def _section(command: Line) -> str:
    told = _help(command.name)
    described = re.search(r"^usage:.*?\n\n(.*?\n)\n(?=positional|options)", told, re.DOTALL)
    assert described is not None
    everywhere = {line.name for line in _lines(_help(), "options")}
    rows = [
        f"{line.row}\n"
        for section in ("positional arguments", "options")
        for line in _lines(told, section)
        if line.name not in everywhere
    ]
    table = f"\n{_TABLE}{''.join(rows)}" if rows else ""
    return f"## {command.name}\n\n{described[1]}{table}"


def test_readme_has_each_exit_code_of_help() -> None:
    codes = re.findall(r"^  (\d)  ", _help(), re.MULTILINE)
    assert codes == re.findall(r"\*\*(\d)\*\* ", _text("README.md"))


def test_readme_has_each_variable_that_the_program_reads() -> None:
    sources = (PROJECT / "daily_papers").rglob("*.py")
    read = {
        name
        for source in sources
        for name in re.findall(r'"(DAILY_PAPERS_[A-Z_]+)"', source.read_text(encoding="utf-8"))
    }
    told = set(re.findall(r"^\| `(DAILY_PAPERS_[A-Z_]+)`", _text("README.md"), re.MULTILINE))
    assert told == read


def test_readme_names_each_target_of_make_that_is_for_everybody() -> None:
    for target in ("demo", "test"):
        assert f"make {target}" in _text("README.md")
        assert re.search(rf"^{target}:", _text("Makefile"), re.MULTILINE)


# --- examples ----------------------------------------------------------------------------------


def _examples() -> Iterator[tuple[str, str]]:
    for path in ("README.md", "docs/keywords.md"):
        for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", _text(path), re.DOTALL), 1):
            if re.search(r"^keywords:", block, re.MULTILINE):
                yield f"{path}-{number}", block


EXAMPLES = dict(_examples())


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 5


@for_each("example", EXAMPLES)
def test_examples_of_keywords_are_right(example: str) -> None:
    assert parse_config(EXAMPLES[example].encode(), "keywords.yaml").keywords
    with TemporaryDirectory() as folder:
        Path(folder, "keywords.yaml").write_text(EXAMPLES[example], encoding="utf-8")
        Path(folder, "library.bib").write_text("@article{a, title={On hands}}", encoding="utf-8")
        checked = run("check", "--quiet", "--root", folder)
    assert (checked.code, checked.said) == (0, [])


def test_the_repositorys_own_keywords_and_markers_are_right() -> None:
    assert load_config(PROJECT / "keywords.yaml").warnings == ()
    readme = _text("README.md")
    assert find_region(readme).after.splitlines()[-1] == "<!-- daily-papers:end -->"


# --- links, addresses, paths -------------------------------------------------------------------


def _tracked() -> tuple[str, ...]:
    """The files in git, or all that are there where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return tuple(path for path in listed.stdout.split("\0") if (PROJECT / path).is_file())


def _prose() -> list[str]:
    """Markdown that people write: not templates, goldens and what a demo left."""
    patterns = ("*.md", "docs/**/*.md", "benchmarks/*.md")
    paths = (path for pattern in patterns for path in PROJECT.glob(pattern))
    return sorted(path.relative_to(PROJECT).as_posix() for path in paths)


@for_each("path", _prose())
def test_relative_links_lead_somewhere(path: str) -> None:
    text = re.sub(r"```.*?```", "", _text(path), flags=re.DOTALL)
    if path == "README.md":  # the tables are not ours to test here
        text = find_region(text).before
    for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        linked = (PROJECT / path).parent / file if file else PROJECT / path
        assert linked.exists(), f"{path}: {target}"
        if anchor:
            assert anchor in _anchors(linked), f"{path}: {target}"


def _anchors(path: Path) -> set[str]:
    """The names of a file's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


#: Where packages come from is the reader's own choice, and no machine's folders concern them.
_UNWANTED = re.compile(
    r"//(?:pypi|files\.pythonhosted|registry\.npmjs|proxy\.golang)\.\w+"
    r"|(?:--|_)(?:extra[-_])?index[-_]url\b"
    r"|(?<![\w./$~:-])/(?:home|root|work|Users|tmp|mnt)/\w"
)


def test_no_file_names_a_registry_or_a_folder_of_some_machine() -> None:
    found = [
        f"{path}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}"
        for path in _tracked()
        if (text := _text_or_nothing(PROJECT / path)) and path != _THIS
        for hit in _UNWANTED.finditer(text)
    ]
    assert found == []


_THIS = Path(__file__).relative_to(PROJECT).as_posix()


def _text_or_nothing(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


# --- the glossary ------------------------------------------------------------------------------


@for_each(
    ("heading", "records"),
    [
        ("A paper", {field.name for field in fields(Paper)} | {"keywords", "left", "news"}),
        ("A keyword", {field.name for field in fields(KeywordState)}),
        ("The state", {field.name for field in fields(State)}),
        ("A summary", {field.name for field in fields(Summary)}),
    ],
)
def test_the_glossary_explains_every_field_of_the_store(heading: str, records: set[str]) -> None:
    (table,) = re.findall(
        rf"^\*\*{heading}\*\* .*\n\n((?:\|.*\n)+)", _text("docs/design.md"), re.MULTILINE
    )
    named = {
        name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert named == records
