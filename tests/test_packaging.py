"""The wheel: what is in it, and that it works where there is no checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from daily_papers import __version__

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "daily_papers"
TEMPLATES = PROJECT / "templates"

#: What a file of the package may be; anything else came in by mistake.
MODULES = re.compile(
    r"[a-z_]+(?:/[a-z_]+)*\.py|keywords\.schema\.json|like/term_counts\.txt\.gz"
    r"|query/categories\.json|demo/answers\.json\.gz|summaries/question\.txt\.jinja"
)
#: Markdown, HTML and what goes with it; and what `init` writes into a new repository.
TEMPLATE = re.compile(
    r"templates/(?:(?:site/)?[a-z0-9-]+\.(?:md\.jinja|html\.jinja|xml\.jinja|css|js|svg)|init/[\w.-]+)"
)
ABOUT = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as people build it, but that the environment has its build tool already."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, PROJECT],
        cwd=folder,
    )
    (built,) = folder.iterdir()
    return built


@pytest.fixture
def unpacked(wheel: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def _run(
    command: list[str | Path], cwd: Path, environ: dict[str, str] | None = None, seconds: int = 120
) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=environ, capture_output=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
    return done.stdout.decode()


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_the_package_the_templates_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    about = f"daily_papers-{__version__}.dist-info/"
    assert {name.removeprefix(about) for name in names if name.startswith(about)} == ABOUT
    inside = {name.removeprefix("daily_papers/") for name in names if not name.startswith(about)}
    assert inside == _files(PACKAGE) | {f"templates/{name}" for name in _files(TEMPLATES)}


def test_each_file_of_the_wheel_is_of_a_kind_that_belongs_there(unpacked: Path) -> None:
    inside = _files(unpacked / "daily_papers")
    assert [
        name for name in inside if not (MODULES.fullmatch(name) or TEMPLATE.fullmatch(name))
    ] == []
    assert {"commands.py", "keywords.schema.json", "templates/row.md.jinja"} <= inside


def test_no_tool_of_the_tests_is_in_the_wheel(unpacked: Path) -> None:
    """What injects faults stays here."""
    text = "".join(path.read_text(encoding="utf-8") for path in unpacked.rglob("*.py"))
    assert "tests.support" not in text
    assert "import pytest" not in text


@pytest.mark.full
def test_the_demo_runs_from_the_wheel_alone(unpacked: Path, tmp_path: Path) -> None:
    """No checkout is on the path: -S leaves out what an editable installation adds to it."""
    here = tmp_path / "empty"
    here.mkdir()
    dependencies = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    environ = _clean(tmp_path) | {"PYTHONPATH": os.pathsep.join([str(unpacked), *dependencies])}
    where = "import daily_papers; print(daily_papers.__file__)"
    assert Path(_run([sys.executable, "-S", "-c", where], here, environ).strip()).is_relative_to(
        unpacked
    )
    said = _run([sys.executable, "-S", "-m", "daily_papers", "demo"], here, environ)
    _assert_demo(here, said)


@pytest.mark.full
def test_the_demo_runs_where_the_wheel_is_installed(wheel: Path, tmp_path: Path) -> None:
    here = tmp_path / "empty"
    here.mkdir()
    _run([sys.executable, "-m", "venv", tmp_path / "venv"], here)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    _run([scripts / "python", "-m", "pip", "install", "--quiet", wheel], here, seconds=600)
    assert _run([scripts / "daily-papers", "--version"], here, _clean(tmp_path)).split() == [
        "daily-papers",
        __version__,
    ]
    _assert_demo(here, _run([scripts / "daily-papers", "demo"], here, _clean(tmp_path)))


def _clean(tmp_path: Path) -> dict[str, str]:
    """An environment with an empty home, and without what points to this checkout."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}


def _assert_demo(folder: Path, said: str) -> None:
    assert {path.name for path in folder.iterdir()} == {"daily-papers-demo"}
    assert "Now open these two:" in said
    readme = (folder / "daily-papers-demo" / "README.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| \*\*\[", readme, re.MULTILINE)) > 50
    assert list((folder / "daily-papers-demo" / "digests").glob("*.md"))
    assert list((folder.parent / "home").iterdir()) == []
