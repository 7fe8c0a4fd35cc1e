"""The folder of the website: which of its files a build touches, and what a killed one leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from daily_papers.site.output import File, SiteFolder
from tests.support.website import example

pytest.importorskip("latex2mathml")

LIST = ".daily-papers-site"
OLD = {"a.html": b"old a", "b/b.html": b"old b", "gone/c.html": b"old c"}
NEW = {"a.html": b"new a, longer", "b/b.html": b"old b", "b/d.html": b"new d", "e/e.html": b"new e"}


def test_pages_of_a_keyword_that_is_gone_are_removed_and_no_other_file(tmp_path: Path) -> None:
    website = example(tmp_path).built()
    (website.folder / "CNAME").write_text("papers.example.org")
    website.repository.write(
        "keywords.yaml", "keywords:\n  - name: Medical imaging\n    any: [mri]\n"
    )
    files = website.built().files()
    assert "CNAME" in files
    assert not [path for path in files if "nets" in path or path.startswith("authors/")]


def test_what_a_killed_build_left_is_removed_by_a_later_one(tmp_path: Path) -> None:
    """A killed build has listed its files, and has written some of them."""
    website = example(tmp_path).built()
    with (website.folder / ".daily-papers-site").open("a") as ours:
        ours.write("keywords/half.html\nkeywords/never.html\n")
    (website.folder / "keywords/half.html").write_bytes(b"<!doc")
    good = website.built().files()
    assert "keywords/half.html" not in good


def test_a_list_of_files_cannot_reach_outside_the_folder(tmp_path: Path) -> None:
    website = example(tmp_path).built()
    with (website.folder / ".daily-papers-site").open("a") as ours:
        ours.write("../keywords.yaml\n")
    website.built()
    assert (tmp_path / "keywords.yaml").is_file()


@pytest.mark.parametrize("output", ["keywords.yaml", "keywords.yaml/site", "/proc/site"])
def test_an_output_that_cannot_be_a_folder_is_refused(tmp_path: Path, output: str) -> None:
    website = example(tmp_path)
    ended = website.build("--output", tmp_path / output)
    assert ended.code == 1
    assert ended.err.startswith(f"daily-papers: {tmp_path / output}: ")


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    website = example(tmp_path)
    website.folder.mkdir()
    (website.folder / "index.html").write_text("mine")
    ended = website.build()
    assert ended.code == 2
    assert "not a website of daily-papers" in ended.err
    assert (website.folder / "index.html").read_text() == "mine"


def test_another_folder_can_be_given(tmp_path: Path) -> None:
    website = example(tmp_path / "repository")
    assert website.build("--output", tmp_path / "elsewhere").code == 0
    assert (tmp_path / "elsewhere" / "index.html").is_file()
    assert not website.folder.exists()


# --- what is taken over ------------------------------------------------------------------------

ROW = '<article class="paper" id="{}">\nold\n</article>\n'


def test_only_rows_that_are_still_right_are_taken_over(tmp_path: Path) -> None:
    def taken_over(site_key: str = "site", **papers: str) -> dict[str, str]:
        keys = {"math-0611800": "1", **papers}
        return SiteFolder(tmp_path, site_key, keys).unchanged("papers")

    assert taken_over() == {}
    first, second = ROW.format("math-0611800"), ROW.format("two")
    old = f"<html>{first}\n{second}{ROW.format('three')[:-2]}".encode()
    papers = {"math-0611800": "1", "two": "2", "three": "3"}
    SiteFolder(tmp_path, "site", papers).write(made({"papers": old}))
    assert taken_over(two="2", three="3") == {"math-0611800": first, "two": second}
    assert taken_over(two="another") == {"math-0611800": first}
    assert taken_over("another") == {}
    with (tmp_path / LIST).open("a") as ours:  # a killed build has written it since
        ours.write("\npapers\n")
    assert taken_over(two="2") == {}
    SiteFolder(tmp_path, "site", papers).write(made({"papers": old}))
    assert taken_over(two="2")
    (tmp_path / "papers").unlink()
    assert taken_over(two="2") == {}


# --- killed builds -----------------------------------------------------------------------------


def test_a_build_killed_at_any_write_leaves_whole_files_and_the_next_one_tidies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for first in range(1, 6):
        for second in range(1, 6):
            folder = tmp_path / f"{first}{second}"
            SiteFolder(folder, "", {}).write(made(OLD))
            for number in (first, second):
                killed_at(monkeypatch, number, folder)
                for path, content in files(folder).items():
                    assert content in (OLD.get(path), NEW.get(path)), path
            # The papers of the killed builds are gone by now: all that is left of them goes too.
            SiteFolder(folder, "", {}).write(made(OLD))
            assert files(folder) == OLD
            assert not list(folder.rglob("*.partial"))


def test_a_line_that_was_broken_off_spoils_no_other_one(tmp_path: Path) -> None:
    SiteFolder(tmp_path, "", {}).write(made(OLD))
    with (tmp_path / LIST).open("a") as ours:
        ours.write("broken/of")

    def killed() -> Iterator[File]:
        yield File.of("new.html", b"new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SiteFolder(tmp_path, "", {}).write(killed())
    SiteFolder(tmp_path, "", {}).write(made(OLD))
    assert files(tmp_path) == OLD


def killed_at(monkeypatch: pytest.MonkeyPatch, number: int, folder: Path) -> None:
    """Let a build die when half of one of its writes is on the disk; some have less writes."""
    whole, written = Path.write_bytes, []

    def write_bytes(path: Path, content: bytes) -> int:
        written.append(path)
        if len(written) == number:
            whole(path, content[: len(content) // 2])
            raise KeyboardInterrupt
        return whole(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", write_bytes)
        try:
            SiteFolder(folder, "", {}).write(made(NEW))
        except KeyboardInterrupt:
            assert len(written) == number


def made(contents: Mapping[str, bytes]) -> list[File]:
    return [File.of(path, content) for path, content in contents.items()]


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
