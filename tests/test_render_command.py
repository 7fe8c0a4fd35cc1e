"""`render`, by its command: what it writes, what it leaves alone, what it says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from shutil import which

import pytest

from daily_papers.render.readme import BEGIN, END, LARGEST_README
from tests.sandbox import SandboxArxiv
from tests.support.cases import for_each
from tests.support.command_line import Ended, run, run_apart
from tests.support.repository import Repository


@pytest.fixture(scope="module")
def arxiv() -> Iterator[SandboxArxiv]:
    with SandboxArxiv(today=date(2026, 1, 20)) as arxiv:
        yield arxiv


@pytest.fixture(scope="module")
def filled(arxiv: SandboxArxiv, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = Repository.new(tmp_path_factory.mktemp("filled"))
    assert update(repository, arxiv).code == 0
    return repository


@pytest.fixture
def repository(filled: Repository, tmp_path: Path) -> Repository:
    return filled.copy(tmp_path / "digest")


def update(repository: Repository, arxiv: SandboxArxiv) -> Ended:
    return run(
        *("update", "--source", "search", "--root", repository.root),
        environ=arxiv.environment(),
    )


def render(repository: Repository, *options: str) -> Ended:
    return run("render", "--root", repository.root, *options)


# --- from the store alone ----------------------------------------------------------------------


def test_all_that_is_shown_comes_from_the_store(repository: Repository):
    before = repository.tree()
    for page in (repository.root / "papers").iterdir():
        page.unlink()
    readme = repository.text("README.md")
    start, end = readme.index(BEGIN) + len(BEGIN) + 1, readme.index(END)
    repository.write("README.md", readme[:start] + "Somebody was here.\n" + readme[end:])
    ended = render(repository)
    assert ended == Ended(
        0,
        "README.md\n"
        "papers/diffusion-models.md\n"
        "papers/graph-networks.md\n"
        "papers/magnetic-resonance-imaging.md\n",
        "",
    )
    assert repository.tree() == before


def test_what_is_right_is_not_written(repository: Repository):
    times = repository.times()
    assert render(repository) == Ended(0, "nothing to change\n", "")
    assert repository.times() == times


def test_check_only_compares(repository: Repository):
    assert render(repository, "--check") == Ended(0, "", "")
    page = repository.text("papers/graph-networks.md")
    repository.write("papers/graph-networks.md", f"Somebody was here.\n{page}")
    tree = repository.tree()
    ended = render(repository, "--check")
    assert ended == Ended(
        1,
        "papers/graph-networks.md: differs from the store; run: daily-papers render\n",
        "",
    )
    assert repository.tree() == tree


def test_a_file_of_a_person_with_the_name_of_a_page_stays(repository: Repository):
    repository.write("papers/graph-networks.md", "Mine.\n")
    tree = repository.tree()
    ended = render(repository)
    assert (ended.code, ended.out) == (1, "")
    assert "papers/graph-networks.md: this is where a keyword's page goes, but" in ended.err
    assert repository.tree() == tree


def test_a_repository_before_its_first_update_has_empty_tables(tmp_path: Path):
    repository = Repository.new(tmp_path)
    assert render(repository).code == 0
    assert "Last update: never; " in repository.text("README.md")
    assert repository.text("README.md").count("\n## ") == 4


# --- README.md belongs to people ---------------------------------------------------------------

HEAD, TAIL = "# Mine  \n\n| a | b |\n|-|-|\n| ` | \u2028 |\n\n", "\n\nBelow, no newline at the end"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_text_outside_the_markers_stays_byte_for_byte(
    repository: Repository, newline: str, mark: str
):
    head, tail = (mark + HEAD).replace("\n", newline), TAIL.replace("\n", newline)
    repository.write("README.md", f"{head}{BEGIN}{newline}{END}{tail}")
    assert render(repository).code == 0
    readme = repository.text("README.md")
    assert readme.startswith(
        f"{head}{BEGIN}{newline}## Daily Papers{newline}Last update: 2026-01-20{newline}"
    )
    assert readme.endswith(f"{newline}{END}{tail}")
    region = readme[len(head) : -len(tail)]
    assert region.count("\n") == region.count(newline) * newline.count("\n")
    assert render(repository).out == "nothing to change\n"


def test_a_linked_readme_stays_a_link(repository: Repository):
    (repository.root / "docs").mkdir()
    (repository.root / "README.md").rename(repository.root / "docs/index.md")
    (repository.root / "README.md").symlink_to("docs/index.md")
    repository.write("docs/index.md", f"{BEGIN}\n{END}\n")
    assert render(repository).code == 0
    assert (repository.root / "README.md").is_symlink()
    assert "## Graph networks" in repository.text("docs/index.md")


@pytest.mark.parametrize(
    ("readme", "told"),
    [
        pytest.param(
            "# Mine\n",
            f"README.md: no place for the tables; paste {BEGIN} and {END} where you want them",
            id="no markers",
        ),
        pytest.param(
            f"{BEGIN}\n{END}\n{BEGIN}\n",
            f"README.md:3: found {BEGIN} on line 1 and {END} on line 2 and {BEGIN} on line 3",
            id="two begins",
        ),
        pytest.param(
            f"{END}\n{BEGIN}\n",
            f"README.md:2: found {END} on line 1 and {BEGIN} on line 2; keep {BEGIN} once, and ",
            id="end before begin",
        ),
        pytest.param(f"{BEGIN}\n", f"README.md:1: found {BEGIN} on line 1; keep ", id="no end"),
        pytest.param(b"# M\xfcnchen\n", "README.md:1: not UTF-8 (byte 0xfc", id="not UTF-8"),
    ],
)
def test_an_unclear_readme_is_one_line_and_stays(
    repository: Repository, arxiv: SandboxArxiv, readme: str | bytes, told: str
):
    repository.write("README.md", readme)
    tree = repository.tree()
    arxiv.requests.clear()
    for ended in (render(repository), render(repository, "--check"), update(repository, arxiv)):
        assert (ended.code, ended.out) == (1, "")
        (line,) = ended.err.splitlines()
        assert line.startswith(f"daily-papers: {told}")
    assert repository.tree() == tree
    assert arxiv.requests == []


def test_a_missing_readme_says_what_to_write(repository: Repository, arxiv: SandboxArxiv):
    (repository.root / "README.md").unlink()
    for ended in (render(repository), update(repository, arxiv)):
        assert ended.code == 1
        (line,) = ended.said
        assert line == (
            f"daily-papers: {repository.root}/README.md: no such file; create one with these two "
            f"lines, each on a line of its own: {BEGIN} and {END}"
        )
    assert not (repository.root / "README.md").exists()


def test_a_folder_in_the_place_of_the_readme_is_named(repository: Repository):
    (repository.root / "README.md").unlink()
    (repository.root / "README.md").mkdir()
    ended = render(repository)
    assert ended.code == 1
    (line,) = ended.said
    assert line == (
        f"daily-papers: {repository.root}/README.md: Is a directory; nothing was lost: fix it, "
        "then run it again"
    )


def test_a_folder_in_the_place_of_a_page_is_named(repository: Repository):
    tree = repository.tree()
    page = repository.root / "papers/graph-networks.md"
    page.unlink()
    page.mkdir()
    ended = render(repository)
    assert ended.code == 1
    (line,) = ended.said
    assert line.startswith(f"daily-papers: {page}: Is a directory; ")
    page.rmdir()
    render(repository)
    assert repository.tree() == tree


# --- keywords.yaml and templates/ --------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [["update"], ["render"], ["render", "--check"], ["check"], ["export"]]
)
def test_without_keywords_yaml_each_command_says_what_to_write(
    repository: Repository, command: list[str]
):
    (repository.root / "keywords.yaml").unlink()
    ended = run(*command, "--root", repository.root)
    assert ended.code == 2
    (line,) = ended.said
    assert f"{repository.root}/keywords.yaml: there is no such file; write a line" in line


def test_a_folder_in_the_place_of_keywords_yaml_is_named(repository: Repository):
    (repository.root / "keywords.yaml").unlink()
    (repository.root / "keywords.yaml").mkdir()
    ended = render(repository)
    assert ended.code == 2
    (line,) = ended.said
    assert "keywords.yaml" in line
    assert "folder" in line or "directory" in line


def test_own_templates_come_first(repository: Repository):
    repository.write("templates/row.md.jinja", "| {{ paper.title }} |\n")
    assert render(repository).code == 0
    assert "| **[" not in repository.text("papers/graph-networks.md")


@pytest.mark.parametrize(
    "text", ["{{ paper.title", b"caf\xe9 {{ paper.title }}", "{% include 'row.md.jinja' %}"]
)
def test_a_mistake_in_an_own_template_is_one_line_and_changes_nothing(
    repository: Repository, text: str | bytes
):
    repository.write("templates/row.md.jinja", text)
    tree = repository.tree()
    ended = render(repository)
    assert ended.code != 0
    (line,) = ended.said
    assert line.startswith(f"daily-papers: {repository.root}/templates/row.md.jinja:1: ")
    assert "codec" not in line
    assert "recursion" not in line
    assert repository.tree() == tree


@pytest.mark.parametrize("room", range(3000, 12_000, 1500))
def test_line_ends_of_windows_count_in_the_budget(repository: Repository, room: int):
    frame = f"\r\n\r\n{BEGIN}\r\n{END}\r\n"
    repository.write("README.md", "x" * (LARGEST_README - room - len(frame)) + frame)
    assert render(repository).code == 0
    readme = (repository.root / "README.md").read_bytes()
    assert readme.count(b"\r\n| **[") > 2
    assert len(readme) <= LARGEST_README


# --- what may not be read ----------------------------------------------------------------------

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
#: Root without the right to read what others may not.
WITHOUT_RIGHTS = (
    "import os, sys; rights = '--bounding-set=-dac_override,-dac_read_search'\n"
    "os.execvp('setpriv', ['setpriv', rights, sys.executable, '-m', 'daily_papers', *sys.argv[1:]])"
)


needs_rights = pytest.mark.skipif(
    os.name == "nt" or (IS_ROOT and not which("setpriv")), reason="root may read everything"
)


def run_without_rights(repository: Repository, *command: str) -> Ended:
    return run_apart(
        *("--root", repository.root, *command),
        environ={"GITHUB_REPOSITORY": "owner/name", "GITHUB_TOKEN": "token"},
        interpreter=("-c", WITHOUT_RIGHTS) if IS_ROOT else ("-m", "daily_papers"),
    )


@needs_rights
@for_each(
    ("path", "commands"),
    [
        ("templates", ("render", "site", "check")),
        ("templates/site", ("render", "site", "check")),
        ("data/papers", ("render", "site")),
        ("data/news", ("render", "site")),
        ("data/history", ("site",)),
        ("digests", ("notify",)),
    ],
)
def test_what_may_not_be_read_does_not_count_as_absent(
    filled: Repository, tmp_path: Path, path: str, commands: Sequence[str]
):
    repository = filled.copy(tmp_path / path.replace("/", "-"))
    for name in ("digests/x", "data/history/x", "data/news/x", "templates/site/row.html.jinja"):
        repository.write(name, "")
    repository.write("templates/row.md.jinja", "| mine |\n")
    tree = repository.tree()
    mode = (repository.root / path).stat().st_mode
    (repository.root / path).chmod(0o000)
    for command in commands:
        ended = run_without_rights(repository, command)
        assert (ended.code, ended.out) == (1, ""), ended
        (line,) = ended.err.splitlines()
        assert line.startswith(f"daily-papers: {repository.root / path}")
        assert line.endswith("then run it again")
    (repository.root / path).chmod(mode)
    assert repository.tree() == tree


@needs_rights
@pytest.mark.parametrize("path", ["papers", "."])
def test_once_a_folder_may_be_written_to_the_next_run_leaves_all_as_it_should_be(
    filled: Repository, tmp_path: Path, path: str
):
    repository, other = filled.copy(tmp_path / "refused"), filled.copy(tmp_path / "other")
    keywords = filled.text("keywords.yaml").replace("name: ", "name: My ")
    for each in (repository, other):
        each.write("keywords.yaml", keywords + "  - author: Jane Roe\n")
    folder = repository.root / path
    folder.chmod(0o500)
    ended = run_without_rights(repository, "render")
    assert (ended.code, ended.out) == (1, "")
    (line,) = ended.err.splitlines()
    assert line.startswith(f"daily-papers: {repository.root}/")
    assert line.endswith(": Permission denied; nothing was lost: fix it, then run it again")
    folder.chmod(0o755)
    assert run_without_rights(repository, "render").code == render(other).code == 0
    assert repository.tree() == other.tree()
