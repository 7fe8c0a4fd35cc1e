"""`init`: what it writes, what it leaves alone, and its renewals."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from random import Random

import pytest

from daily_papers.init import ACTION, init, upgrade
from daily_papers.render.templates import bundled_templates
from tests.support.command_line import PROJECT, run

FILES = {
    ".gitattributes",
    ".github/workflows/check.yml",
    ".github/workflows/daily.yml",
    ".gitignore",
    "README.md",
    "keywords.yaml",
}
CRON = re.compile(r'cron: "(\d+) (\d+) \* \* 1-5"')


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".daily-papers" not in path.parts
    }


def test_it_writes_a_digest_repository_that_check_and_render_take(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "new one"
    assert run("init", folder).code == 0
    assert files(folder) == FILES
    assert run("--root", folder, "check").code == 0
    assert run("--root", folder, "render").code == 0


def test_no_blank_is_left_in_what_it_writes(tmp_path: Path) -> None:
    run("init", tmp_path)
    for path in FILES - {"README.md"}:
        assert not re.search(r"<[a-z-]+>", (tmp_path / path).read_text(encoding="utf-8")), path
    assert "<project>" not in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_it_says_what_it_wrote_and_what_comes_next(tmp_path: Path) -> None:
    said = run("init", tmp_path).said
    assert {line.removeprefix(f"wrote: {tmp_path}/") for line in said[:-1]} == FILES
    assert "daily-papers check" in said[-1]


def test_its_last_line_can_be_pasted_into_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    *_, last = run("init", "my papers").said
    assert last.endswith("then run: cd 'my papers' && daily-papers check")
    (line,) = run("check").said
    assert "there is no such file" in line
    monkeypatch.chdir(tmp_path / "my papers")
    assert run("check").code == 0
    (tmp_path / "my papers" / "keywords.yaml").unlink()
    assert run("init", ".").said[-1].endswith("then run: daily-papers check")


def test_without_a_folder_it_is_the_one_of_root(tmp_path: Path) -> None:
    assert run("--root", tmp_path, "init").code == 0
    assert files(tmp_path) == FILES


@pytest.mark.parametrize("path", sorted(FILES))
def test_what_is_there_stays_and_the_rest_is_written(tmp_path: Path, path: str) -> None:
    mine = tmp_path / path
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_bytes(b"mine \xff\r\n")
    ended = run("init", tmp_path)
    assert ended.code == 0
    assert mine.read_bytes() == b"mine \xff\r\n"
    assert files(tmp_path) == FILES
    assert f"left as it is: {mine}" in ended.said


@pytest.mark.parametrize("name", ["daily.yml", "check.yml"])
def test_another_workflow_of_the_same_name_is_told(tmp_path: Path, name: str) -> None:
    workflow = tmp_path / ".github" / "workflows" / name
    workflow.parent.mkdir(parents=True)
    workflow.write_text("on: push\n", encoding="utf-8")
    said = f"{workflow}: another workflow has this name; rename it, then run this again"
    assert said in run("init", tmp_path).said
    workflow.rename(workflow.with_name("other.yml"))
    assert not [line for line in run("init", tmp_path).said if "another workflow" in line]
    assert not [line for line in run("init", tmp_path).said if "another workflow" in line]


def test_a_readme_without_a_place_for_tables_is_told_what_to_paste(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Mine\n", encoding="utf-8")
    said = "\n".join(run("init", tmp_path).said)
    assert "paste <!-- daily-papers:begin --> and <!-- daily-papers:end -->" in said


@pytest.mark.parametrize("name", ["readme.md", "ReadMe.MD"])
@pytest.mark.parametrize("command", ["init", "import"])
def test_nothing_writes_a_second_readme(tmp_path: Path, name: str, command: str) -> None:
    (tmp_path / name).write_text("# MRI\n- [A paper](https://arxiv.org/abs/2501.00001)\n")
    named = [tmp_path] if command == "init" else ["--root", tmp_path, tmp_path / name]
    ended = run(command, *named)
    assert ended.code == 2
    assert ended.err == (
        f"daily-papers: {tmp_path / name}: README.md would be a second README beside it; rename it"
        " to README.md, then run this again\n"
    )
    assert files(tmp_path) - {".daily-papers/lock", ".daily-papers/.gitignore"} == {name}


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = run("init", tmp_path / "file")
    assert ended.code == 1
    assert ended.err.startswith(f"daily-papers: {tmp_path}/file/README.md: Not a directory; ")


def test_hours_are_after_the_listing_and_minutes_are_odd_ones(tmp_path: Path) -> None:
    drawn = set()
    for seed in range(20):
        folder = tmp_path / str(seed)
        init(folder, Random(seed), lambda _: None)
        found = CRON.findall((folder / ".github/workflows/daily.yml").read_text(encoding="utf-8"))
        (first, second) = [(int(hour), int(minute)) for minute, hour in found]
        # The announcement feed is the new day's from 05:00 UTC in winter.
        assert (5, 30) < first < (9, 0) < second < (16, 0)
        assert first[1] % 2 == second[1] % 2 == 1
        drawn.add((first, second))
    assert len(drawn) > 15


def test_upgrade_renews_the_workflows_keeps_their_hours_and_shows_the_difference(
    tmp_path: Path,
) -> None:
    run("init", tmp_path)
    daily = tmp_path / ".github/workflows/daily.yml"
    renewed = daily.read_text(encoding="utf-8")
    without_website, _, _ = renewed.partition("\n  # Sends what was pushed")
    older = without_website.replace(ACTION, "someone/older@" + "1" * 40)
    daily.write_text(older + "\n", encoding="utf-8")
    check = tmp_path / ".github/workflows/check.yml"
    check.unlink()
    readme = (tmp_path / "README.md").read_bytes()
    said = run("init", tmp_path, "--upgrade").said
    assert daily.read_text(encoding="utf-8") == renewed
    assert check.is_file()
    assert f"-        uses: someone/older@{'1' * 40}" in said
    assert f"+        uses: {ACTION}" in said
    assert "+  notify:" in said
    assert "+  deploy:" in said
    assert (tmp_path / "README.md").read_bytes() == readme


def test_upgrade_says_where_nothing_is_to_be_renewed(tmp_path: Path) -> None:
    run("init", tmp_path)
    assert run("init", tmp_path, "--upgrade").said == ["both workflows are up to date already"]


@pytest.mark.parametrize(
    ("schedule", "kept"),
    [
        ("    - cron: '7 4 * * 1-5'\n    - cron: 17 15 * * MON-FRI\n", ["7 4", "17 15"]),
        ('    - cron: "9 9 * * *" # once\n', ["9 9"]),
        ("    - {cron: '1 5 * * *'}\n" * 4, ["1 5"] * 4),
        ("  - cron: 5 7 * * *\n", ["5 7"]),
    ],
)
@pytest.mark.parametrize("on", ["on", "'on'"])
def test_upgrade_keeps_hours_however_many_and_however_written(
    tmp_path: Path, schedule: str, kept: list[str], on: str
) -> None:
    run("init", tmp_path)
    daily = tmp_path / ".github/workflows/daily.yml"
    ours = re.sub(r"(    - cron: .*\n)+", schedule, daily.read_text(encoding="utf-8"))
    ours = ours.replace("\non:", f"\n{on}:")
    daily.write_text(ours, encoding="utf-8")
    assert run("init", tmp_path, "--upgrade").code == 0
    renewed = daily.read_text(encoding="utf-8")
    assert re.findall(r"(?m)^    - {?cron: ['\"]?(\d+ \d+) ", renewed) == kept
    assert renewed.count("cron:") == len(kept)


def test_upgrade_keeps_the_time_zone_of_the_hours(tmp_path: Path) -> None:
    run("init", tmp_path)
    daily = tmp_path / ".github/workflows/daily.yml"
    slot = '    - cron: "5 7 * * *"\n      timezone: "Europe/Stockholm"\n'
    ours = re.sub(r"(    - cron: .*\n)+", slot, daily.read_text(encoding="utf-8"))
    daily.write_text(ours.replace(ACTION, "someone/older@" + "1" * 40), encoding="utf-8")
    run("init", tmp_path, "--upgrade")
    assert daily.read_text(encoding="utf-8") == ours


def test_upgrade_leaves_a_copy_of_the_whole_project_alone(tmp_path: Path) -> None:
    run("init", tmp_path)
    daily = tmp_path / ".github/workflows/daily.yml"
    daily.write_bytes((PROJECT / ".github/workflows/daily.yml").read_bytes())
    ended = run("init", tmp_path, "--upgrade")
    assert ended.code == 2
    assert "delete .github/ and templates/" in ended.err
    assert daily.read_bytes() == (PROJECT / ".github/workflows/daily.yml").read_bytes()


@pytest.mark.parametrize(
    "workflow",
    ["on: workflow_dispatch\n", "on: [", "- x", "on: {schedule: [{cron: 5}]}"],
)
def test_upgrade_draws_hours_where_there_were_none(tmp_path: Path, workflow: str) -> None:
    run("init", tmp_path)
    daily = tmp_path / ".github/workflows/daily.yml"
    daily.write_text(workflow, encoding="utf-8")
    upgrade(tmp_path, Random(1), lambda _: None)
    assert len(CRON.findall(daily.read_text(encoding="utf-8"))) == 2


def test_upgrade_of_what_is_no_digest_repository_is_refused(tmp_path: Path) -> None:
    for options in (["--upgrade"], ["--template", "row.md.jinja"]):
        ended = run("init", tmp_path, *options)
        assert ended.code == 2
        assert "not a digest repository" in ended.err
        assert list(tmp_path.iterdir()) == []


def test_a_copied_template_renders_the_same(tmp_path: Path) -> None:
    run("init", tmp_path)
    run("--root", tmp_path, "render")
    for name in ("readme.md.jinja", "table.md.jinja", "row.md.jinja", "page.md.jinja"):
        assert run("--root", tmp_path, "init", "--template", name).code == 0
    assert run("--root", tmp_path, "render", "--check").said == []
    assert len(run("--root", tmp_path, "check").said) == 1


def test_check_warns_of_a_copy_whose_original_has_changed(tmp_path: Path) -> None:
    run("init", tmp_path)
    run("--root", tmp_path, "init", "--template", "page.md.jinja")
    copy = tmp_path / "templates" / "page.md.jinja"
    text = copy.read_text(encoding="utf-8")
    older = re.sub("template [0-9a-f]{12}", "template 0123456789ab", text)
    copy.write_text(older + "\nMore of ours.\n", encoding="utf-8")
    ended = run("--root", tmp_path, "check")
    assert ended.code == 0
    warning = ended.said[0]
    assert "page.md.jinja:1: warning: the bundled template has changed" in warning
    # Writing what it says quiets it, and our words stay.
    now = re.search("write ([0-9a-f]{12})", warning)
    assert now is not None
    copy.write_text(older.replace("0123456789ab", now[1]) + "Ours.\n", encoding="utf-8")
    assert len(run("--root", tmp_path, "check").said) == 1


def test_a_style_sheet_can_be_copied_and_check_warns_when_its_original_has_changed(
    tmp_path: Path,
) -> None:
    run("init", tmp_path)
    assert run("--root", tmp_path, "init", "--template", "site/site.css").code == 0
    copy = tmp_path / "templates" / "site" / "site.css"
    mark, _, rest = copy.read_bytes().partition(b"\n")
    assert re.fullmatch(rb"/\* copied from daily-papers, template [0-9a-f]{12} \*/", mark)
    assert rest == (bundled_templates() / "site" / "site.css").read_bytes()
    assert len(run("--root", tmp_path, "check").said) == 1
    copy.write_bytes(re.sub(b"template [0-9a-f]{12}", b"template 0123456789ab", mark) + rest)
    (warning, _) = run("--root", tmp_path, "check").said
    assert warning.startswith(
        "templates/site/site.css:1: warning: the bundled template has changed"
    )


def test_check_warns_of_a_template_that_nothing_uses(tmp_path: Path) -> None:
    run("init", tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "reame.md.jinja").touch()
    assert "no template has this name" in run("--root", tmp_path, "check").said[0]


def test_a_template_is_not_copied_over_an_own_one(tmp_path: Path) -> None:
    run("init", tmp_path)
    own = tmp_path / "templates" / "row.md.jinja"
    own.parent.mkdir()
    own.write_text("mine", encoding="utf-8")
    assert run("--root", tmp_path, "init", "--template", "row.md.jinja").code == 2
    assert own.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["nothing", "", "../secret", "row", "tabel.md.jinja"])
def test_only_bundled_templates_can_be_copied(tmp_path: Path, name: str) -> None:
    meant = "the names are page.md.jinja, readme.md.jinja, "
    ended = run("--root", tmp_path, "init", "--template", name)
    assert ended.code == 2
    assert f"there is no template {name!r}; {meant}" in ended.err
    assert files(tmp_path) == set()


def test_this_projects_own_templates_are_no_copies() -> None:
    assert bundled_templates() == PROJECT / "templates"
    assert not any("copied from" in line for line in run("--root", PROJECT, "check").said)


def test_the_commit_that_digest_repositories_run_has_the_actions() -> None:
    _, _, commit = ACTION.partition("@")
    known = subprocess.run(
        ["git", "-C", PROJECT, "cat-file", "-e", f"{commit}^{{commit}}"],
        capture_output=True,
        check=False,
    )
    if known.returncode != 0:
        pytest.skip("this checkout lacks the history (a shallow clone, or no clone at all)")
    actions = [f".github/actions/{name}/action.yml" for name in ("check", "notify", "site")]
    for path in ("action.yml", *actions, "requirements/channels.txt", "requirements/job.txt"):
        there = ["git", "-C", PROJECT, "cat-file", "-e", f"{commit}:{path}"]
        assert subprocess.run(there, capture_output=True, check=False).returncode == 0, path
