"""`import`, by its command: somebody moves a published digest repository over."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from daily_papers.render.readme import BEGIN, END
from tests.sandbox import SandboxArxiv
from tests.support.command_line import Ended, run
from tests.support.mortal import KILLED, Life, MortalCommandLine
from tests.support.repository import SLUGS, Repository

SHARED = Path(__file__).parents[1].parent / "shared"
PUBLISHED = SHARED / "examples" / "daily-papers-readme.md"
TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 1, day) for day in (20, 21, 22))
HEADINGS = ("magnetic resonance imaging", "graph neural networks", "diffusion model")
TABLES = "keywords:\n" + "".join(f"  - {heading}\n" for heading in HEADINGS)
#: What a table shows as it is.
PLAIN = re.compile(r"[^\\`*_\[\]<>|~&$!@#]*")
MARKERS_STAND = "the two markers now replace its tables"
WRITTEN = (
    *(".github/workflows/daily.yml", ".github/workflows/check.yml"),
    *(".gitignore", ".gitattributes"),
)
HEADER = "| **Title** | **Date** | **Abstract** | **Comment** |\n| --- | --- | --- | --- |\n"


def row(title: str, paper: str, day: str, abstract: str, comment: str = "") -> str:
    """A row as other tools write it: the texts as they are."""
    if len(comment) > 20:
        comment = f"<details><summary>{comment[:5]}...</summary><p>{comment}</p></details>"
    shown = f"<details><summary>Show</summary><p>{abstract}</p></details>"
    return f"| **[{title}](http://arxiv.org/abs/{paper})** | {day} | {shown} | {comment} |\n"


OTHER_TOOL = "".join(
    [
        "# Daily Papers\nWhat another tool wrote.\n\nLast update: 2025-04-04\n\n",
        f"## mri\n{HEADER}",
        row("Fetal MRI", "2504.00002v2", "2025-04-03", "MRI, early.", "12 pages, 3 figures, code"),
        "| **[No address]** | 2025-04-02 | nothing | |\n",
        row("Low-field MRI", "2504.00001v1", "2025-04-01", "MRI, cheap.", "9 pages"),
        f"\n## C++ & more\n{HEADER}",
        row("A compiler", "2503.00009v1", "2025-03-09", "It compiles."),
        "\nBelow the tables.\n",
    ]
)


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxArxiv]:
    with SandboxArxiv() as arxiv:
        yield arxiv


@pytest.fixture
def arxiv(running: SandboxArxiv) -> SandboxArxiv:
    running.today = TUESDAY
    running.requests.clear()
    return running


@pytest.fixture
def old(tmp_path: Path) -> Repository:
    """A repository of another tool."""
    repository = Repository(tmp_path / "old")
    repository.write("README.md", OTHER_TOOL)
    return repository


@pytest.fixture(scope="module")
def published(running: SandboxArxiv, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A README with the sandbox's papers, as another tool published it on Tuesday."""
    repository = Repository.new(tmp_path_factory.mktemp("published"), TABLES)
    running.today = TUESDAY
    assert update(repository, running).code == 0
    exported = run("export", "--root", repository.root).out.splitlines()
    papers = [json.loads(line) for line in exported]
    text = "# Daily Papers\n\nLast update: 2026-01-20\n\n"
    for heading in HEADINGS:
        text += f"## {heading}\n{HEADER}"
        for paper in papers:
            texts = (paper["title"], paper["abstract"], paper["comment"] or "")
            if paper["keyword"] == heading and PLAIN.fullmatch("".join(texts)):
                id = f"{paper['id']}v{paper['version']}"
                text += row(texts[0], id, paper["updated"][:10], *texts[1:])
        text += "\n"
    return text


def update(repository: Repository, arxiv: SandboxArxiv, source: str = "search") -> Ended:
    return run(
        *("update", "--source", source, "--root", repository.root),
        environ=arxiv.environment(),
    )


def bring_in(repository: Repository, *options: str, day: str = "2026-01-20") -> Ended:
    readme = repository.root / "README.md"
    return run("import", readme, "--root", repository.root, "--today", day, *options)


def causes(ended: Ended) -> list[str]:
    """Why rows were left out; by then they are on other lines, or in the file that was kept."""
    return sorted(line.partition(".md:")[2].partition(": ")[2] for line in ended.err.splitlines())


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| **[")]


# --- moving over -------------------------------------------------------------------------------


def test_everything_is_brought_in_and_told(old: Repository):
    ended = bring_in(old, "--replace")
    root = old.root
    assert ended.code == 0
    assert ended.out.splitlines() == [
        f"{root}/keywords.yaml: written, with the headings as keywords",
        "mri: 2 papers",
        "C++ & more: 1 paper",
        f"{root}/README.md: {MARKERS_STAND}; {root}/README.old.md is the old one",
        *(f"{root}/{file}: written" for file in WRITTEN),
        "4 rows read, 3 papers stored, 1 left out",
        "next: daily-papers render shows the tables; daily-papers update completes them",
    ]
    (unread,) = ended.err.splitlines()
    place, _, why = unread.removeprefix(f"daily-papers: {root}/README.old.md:").partition(": ")
    assert why == "no link to a paper on arXiv: '**[No address]**'"
    assert old.text("README.old.md") == OTHER_TOOL
    assert OTHER_TOOL.splitlines()[int(place) - 1].startswith("| **[No address]**")
    assert run("check", "--root", root).code == 0


def test_the_tables_come_back_by_render(old: Repository):
    bring_in(old, "--replace")
    above = (
        f"# Daily Papers\nWhat another tool wrote.\n\n## mri\n{HEADER}"
        "| **[No address]** | 2025-04-02 | nothing | |\n\n"
    )
    assert old.text("README.md") == f"{above}{BEGIN}\n{END}\n\nBelow the tables.\n"
    assert run("render", "--root", old.root).code == 0
    readme = old.text("README.md")
    assert rows(readme.removeprefix(above)) == [
        line.replace("http://", "https://") for line in rows(OTHER_TOOL) if "No address" not in line
    ]
    assert "Last update: 2025-04-03\n" in readme
    assert readme.startswith(above)
    assert readme.endswith(f"{END}\n\nBelow the tables.\n")


def test_what_was_left_out_can_be_mended_and_brought_in(old: Repository):
    old.write("keywords.yaml", "keywords: [mri]\n")
    nameless = row("No heading", "2502.00001v1", "2025-02-01", "x")
    old.write("README.md", f"{OTHER_TOOL}\n## ***\n{HEADER}{nameless}")
    ended = bring_in(old, "--replace")
    assert (ended.code, len(ended.err.splitlines())) == (3, 3)
    others = [line for line in rows(OTHER_TOOL) if "MRI" not in line]
    assert rows(old.text("README.md")) == [*others, nameless.strip()]

    old.write("keywords.yaml", "keywords: [mri, C++ & more, fresh]\n")
    old.write(
        "README.md",
        old.text("README.md")
        .replace("## ***", "## fresh")
        .replace("[No address]", "[An address](http://arxiv.org/abs/2504.00003v1)"),
    )
    ended = bring_in(old, "--replace")
    assert (ended.code, ended.err) == (0, "")
    assert (
        f"{old.root}/README.md: {MARKERS_STAND}; {old.root}/README.old1.md is the old one"
    ) in ended.out.splitlines()
    assert old.text("README.md") == (
        "# Daily Papers\nWhat another tool wrote.\n\n"
        f"{BEGIN}\n{END}\n\n## C++ & more\n\nBelow the tables.\n\n"
    )
    assert [len(old.table(slug)) for slug in ("mri", "c-more", "fresh")] == [3, 1, 1]


def test_a_second_import_changes_nothing(old: Repository):
    bring_in(old)
    tree = old.tree()
    assert bring_in(old, day="2026-01-25").code == 0
    assert old.tree() == tree


def test_a_second_replacing_finds_nothing_to_bring_in(old: Repository):
    first = bring_in(old, "--replace")
    tree = old.tree()
    for options in (["--replace"], []):
        ended = bring_in(old, *options, day="2026-01-25")
        assert (ended.code, causes(ended)) == (0, causes(first))
        assert ended.out == (
            f"{old.root}/README.md: it already has the two markers, and no other paper: "
            "nothing to import\n"
        )
        assert old.tree() == tree


def test_a_table_that_has_no_keyword_is_named_each_time(old: Repository):
    old.write("keywords.yaml", "keywords: [mri]\n")
    readme = OTHER_TOOL.replace("| **[No address]** | 2025-04-02 | nothing | |\n", "")
    old.write("README.md", readme)
    first = bring_in(old, "--replace")
    assert (first.code, len(first.err.splitlines())) == (3, 1)
    tree = old.tree()
    for options in (["--replace"], []):
        ended = bring_in(old, *options, day="2026-01-25")
        assert ended.code == 3
        assert causes(ended) == causes(first)
        assert ended.out == (
            f"{old.root}/README.md: it already has the two markers, and no other paper: "
            "nothing to import\n"
        )
        assert old.tree() == tree


@pytest.mark.parametrize(
    ("markers", "told"),
    [
        (f"{BEGIN}\n", f"README.md:1: found {BEGIN} on line 1"),
        (f"{END}\n", f"README.md:1: found {END} on line 1"),
        (f"{BEGIN}\n{BEGIN}\n", f"README.md:2: found {BEGIN} on line 1 and {BEGIN} on line 2"),
    ],
)
def test_markers_that_are_no_pair_are_told(old: Repository, markers: str, told: str):
    old.write("README.md", markers + OTHER_TOOL)
    tree = old.tree()
    for options in (["--replace"], []):
        ended = bring_in(old, *options)
        assert (ended.code, ended.out) == (1, "")
        keep = f"keep {BEGIN} once, and {END} once below it"
        assert ended.err == f"daily-papers: {old.root}/{told}; {keep}\n"
        assert old.tree() == tree


def test_a_readme_without_markers_is_told_what_to_do(old: Repository):
    ended = bring_in(old)
    assert old.text("README.md") == OTHER_TOOL
    assert (
        f"{old.root}/README.md: has no place for the tables yet; import again with --replace, or "
        f"paste {BEGIN} and {END} where they should be, each on a line of its own"
    ) in ended.out.splitlines()


def test_a_readme_from_elsewhere_leaves_it_as_it_is(old: Repository, tmp_path: Path):
    new = Repository(tmp_path / "new")
    new.root.mkdir()
    ended = run("import", old.root / "README.md", "--root", new.root, "--today", "2026-01-20")
    assert ended.code == 0
    assert new.text("README.md") == f"# Daily Papers\n\n{BEGIN}\n{END}\n"
    assert f"{new.root}/README.md: written, with the two markers" in ended.out.splitlines()
    assert old.text("README.md") == OTHER_TOOL
    assert run("render", "--root", new.root).code == 0
    assert len(rows(new.text("README.md"))) == 3


def test_only_the_own_readme_is_replaced(old: Repository, tmp_path: Path):
    new = Repository(tmp_path / "new")
    new.root.mkdir()
    ended = run("import", old.root / "README.md", "--root", new.root, "--replace")
    assert ended.code == 0
    assert old.text("README.md") == OTHER_TOOL
    assert new.text("README.md") == f"# Daily Papers\n\n{BEGIN}\n{END}\n"
    assert all((new.root / file).is_file() for file in WRITTEN)


def test_the_old_tool_is_named_for_removal(old: Repository):
    old.write(".github/workflows/update.yaml", "steps:\n  - run: python main.py\n")
    old.write(".github/ISSUE_TEMPLATE.md", "- [Old](http://arxiv.org/abs/2504.00001v1)\n")
    old.write("main.py", "import arxiv\n")
    old.write("keep.py", "print('mine')\n")
    advice = bring_in(old).out.splitlines()
    named = [line.partition(":")[0] for line in advice if "remove it" in line]
    assert named == [".github/workflows/update.yaml", ".github/ISSUE_TEMPLATE.md", "main.py"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are made by fork")
@pytest.mark.parametrize(
    "every", [pytest.param(37, id="some"), pytest.param(1, id="all", marks=pytest.mark.full)]
)
def test_a_killed_import_is_finished_by_the_next_command(
    old: Repository, tmp_path: Path, every: int
):
    with MortalCommandLine() as commands:

        def import_in(name: str, die_at: int | None = None) -> tuple[Repository, Life]:
            copy = old.copy(tmp_path / name)
            readme = copy.root / "README.md"
            options = ("--root", copy.root, "--replace", "--today", "2026-01-20")
            return copy, commands.run("import", readme, *options, environ={}, die_at=die_at)

        whole, life = import_in("whole")
        assert life.code == 0
        for step in range(1, life.steps + 1, every):
            killed, end = import_in(f"killed-at-{step}", step)
            assert end.code == KILLED
            assert bring_in(killed, "--replace").code == 0
            assert _without_hours(killed) == _without_hours(whole), (
                f"killed at step {step} of {life.steps}"
            )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are made by fork")
@pytest.mark.parametrize("command", ["render", "update"])
def test_the_keywords_of_a_killed_import_are_there_for_the_next_command(
    old: Repository, tmp_path: Path, command: str
):
    readme = old.root / "README.md"
    with MortalCommandLine() as commands:
        for step in range(40, 200):
            root = tmp_path / str(step)
            root.mkdir()
            commands.run(*("import", readme, "--root", root, "--replace"), environ={}, die_at=step)
            if (root / ".daily-papers/staging/manifest.json").exists():
                break
    assert not (root / "keywords.yaml").exists()
    # An update that cannot begin asks nothing of arXiv.
    (root / "README.md").write_bytes(b"no markers")
    assert "no place for the tables" in run(command, "--root", root).err
    assert (root / "keywords.yaml").exists()


def _without_hours(repository: Repository) -> dict[str, bytes]:
    """The files, without the hours that are drawn for the daily job."""
    daily = ".github/workflows/daily.yml"
    tree = repository.tree()
    return {**tree, daily: re.sub(rb"(?<=cron: )[^\n]*", b"", tree[daily])}


# --- keywords ----------------------------------------------------------------------------------


def test_a_table_goes_to_the_keyword_of_its_name_or_slug(old: Repository):
    keywords = "keywords:\n  - {name: Imaging, slug: mri, any: [mri, fmri]}\n  - C++ & MORE\n"
    old.write("keywords.yaml", keywords)
    ended = bring_in(old)
    assert ended.code == 0
    assert old.text("keywords.yaml") == keywords
    assert [len(old.table(record["slug"])) for record in old.records("data/keywords.jsonl")] == [
        1,
        2,
    ]


def test_a_table_without_keyword_is_left_out_and_named(old: Repository):
    old.write("keywords.yaml", "keywords: [mri]\n")
    ended = bring_in(old)
    assert ended.code == 3
    told = "C++ & more is not a keyword; add it to keywords.yaml, then import again"
    assert told in ended.err
    assert len(old.records("data/papers/*.jsonl")) == 2


def test_where_no_table_has_a_keyword_nothing_is_done(old: Repository):
    old.write("keywords.yaml", "keywords: [black holes]\n")
    tree = old.tree()
    ended = bring_in(old, "--replace")
    assert (ended.code, ended.out) == (3, "")
    assert len(ended.err.splitlines()) == 3
    assert old.tree() == tree


@pytest.mark.parametrize(
    ("readme", "code", "told"),
    [
        ("# Nothing\n", 3, "README.md: no row in it links to a paper on arXiv"),
        (f"## ***\n{HEADER}| x |\n", 3, "README.md: no row in it links to a paper on arXiv"),
        (b"\xff\n", 3, "README.md:1: not UTF-8"),
        (None, 2, "README.md: no such file; give the README that was published"),
    ],
)
def test_what_is_no_published_readme_is_refused(
    old: Repository, readme: str | bytes | None, code: int, told: str
):
    if readme is None:
        (old.root / "README.md").unlink()
    else:
        old.write("README.md", readme)
    tree = old.tree()
    ended = bring_in(old, "--replace")
    assert (ended.code, ended.out) == (code, "")
    (line,) = ended.err.splitlines()
    assert told in line
    assert old.tree() == tree


def test_quiet_tells_only_what_is_left_out(old: Repository):
    ended = bring_in(old, "-q")
    assert (ended.code, ended.out) == (0, "")
    assert len(ended.err.splitlines()) == 1


# --- what comes after --------------------------------------------------------------------------


def test_what_was_imported_is_completed_and_never_news(
    arxiv: SandboxArxiv, published: str, tmp_path: Path
):
    repository = Repository.new(tmp_path, readme=published)
    (repository.root / "keywords.yaml").unlink()
    assert bring_in(repository, "--replace").code == 0
    assert repository.text("keywords.yaml").endswith(TABLES)
    imported = {record["id"] for record in repository.records("data/papers/*.jsonl")}
    assert len(imported) > 20
    assert all("authors" not in record for record in repository.records("data/papers/*.jsonl"))
    run("render", "--root", repository.root)
    before = rows(published.replace("http://", "https://"))
    assert sorted(rows(repository.text("README.md"))) == sorted(before)

    ended = update(repository, arxiv)
    assert ended.code == 0
    assert f"{TUESDAY}: Nothing new." in ended.out
    assert all(record["authors"] for record in repository.records("data/papers/*.jsonl"))
    assert set(before) <= set(rows(repository.text("README.md")))
    for arxiv.today, source in ((WEDNESDAY, "search"), (THURSDAY, "auto")):
        assert update(repository, arxiv, source).code == 0
    mailed = set()
    for digest in repository.root.glob("digests/*.md"):
        mailed |= set(re.findall(r"arxiv\.org/abs/(\S+?)v\d", digest.read_text("utf-8")))
    assert mailed
    assert not mailed & imported


@pytest.mark.parametrize("source", ["auto", "announcements"])
def test_a_feed_of_the_day_of_the_import_mails_nothing_imported(
    arxiv: SandboxArxiv, tmp_path: Path, source: str
):
    arxiv.today = THURSDAY
    other = Repository.new(tmp_path / "other", TABLES)
    update(other, arxiv)
    readme = other.text("README.md").replace(BEGIN, "").replace(END, "")
    repository = Repository.new(tmp_path / "digest", TABLES, readme)
    assert bring_in(repository, "--replace", day=str(THURSDAY)).code == 0
    assert update(repository, arxiv, source).code in (0, 3)
    assert not (repository.root / "digests").exists()


@pytest.mark.shared
@pytest.mark.skipif(not PUBLISHED.exists(), reason="no recorded real README here")
def test_a_real_published_readme_comes_back(tmp_path: Path):
    repository = Repository(tmp_path)
    repository.write("README.md", PUBLISHED.read_bytes())
    ended = bring_in(repository, "--replace")
    assert (ended.code, ended.err) == (0, "")
    assert run("render", "--root", repository.root).code == 0
    shown, before = (
        sorted(rows(text), key=lambda row: row.split("](http")[-1].lstrip("s"))
        for text in (repository.text("README.md"), PUBLISHED.read_text("utf-8"))
    )
    assert len(shown) == len(before)
    for row, old_row in zip(shown, before, strict=True):
        texts = re.sub(r"</?(?:details|summary|p)>|https?://\S+\)|\*\*|\[|\]\(|\|", "", old_row)
        if PLAIN.fullmatch(texts):
            assert row == old_row.replace("http://", "https://")
        assert row.split("](https://")[1][:30] == old_row.split("](http://")[1][:30]
    assert SLUGS[0] in [record["slug"] for record in repository.records("data/keywords.jsonl")]
