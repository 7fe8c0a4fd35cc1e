"""`init`: start a digest repository, or upgrade the workflows of an older one.

`init` never overwrites anything: in a folder with a README, or with half a digest repository, it
only adds what is missing. Only ``--upgrade`` replaces files, the two workflows, and it shows what
changed.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from random import Random
from shlex import quote

from daily_papers import PROJECT_URL
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.render.readme import decode_readme, find_region
from daily_papers.render.templates import (
    bundled_files,
    bundled_templates,
    marked_copy,
)
from daily_papers.text import cut
from daily_papers.transaction import Transaction, present

#: What the workflows of a digest repository run: this project at a commit, so that an upgrade is
#: one line. A commit cannot name itself, so this is an earlier one.
ACTION = "daily-papers/daily-papers@c05e5f5be8462546aeaad56450a4cf16fe936dc5"

Say = Callable[[str], None]

_DAILY = ".github/workflows/daily.yml"
_CHECK = ".github/workflows/check.yml"
#: The files that `init` writes, and the bundled files that they are made from.
_FILES = {
    "README.md": "README.md",
    "keywords.yaml": "keywords.yaml",
    _DAILY: "daily.yml",
    _CHECK: "check.yml",
    ".gitignore": "gitignore",
    ".gitattributes": "gitattributes",
}
#: The line of a workflow that runs the repository's own copy of this program.
_OWN_COPY = re.compile(r"^\s*(?:- )?uses: +\./", re.MULTILINE)
#: The lines of a workflow that say when it runs; comments and other events are not among them.
_SLOT = re.compile(r"^ *(?P<cron>- .*\bcron\b.*)|^ *(?P<zone>timezone:.*)", re.MULTILINE)
#: Neither on the hour, when GitHub is busiest, nor in the minutes that everybody picks.
_MINUTES = tuple(minute for minute in range(1, 60, 2) if minute % 5)
#: The day's feed is out by 05:30 UTC; the second run leaves the first one time to be late.
_FIRST_HOURS = (6, 7, 8)
_SECOND_HOURS = (13, 14, 15)


def init(folder: Path, draw: Random, say: Say) -> None:
    """Write what the folder needs to be a digest repository. Raises DailyPapersError."""
    check_readme(folder)
    new = new_files(draw)
    missing = {path: text for path, text in new.items() if not (folder / path).exists()}
    _write(folder, missing)
    for path in new:
        say(f"{'wrote' if path in missing else 'left as it is'}: {folder / path}")
        if path.endswith(".yml") and b"daily-papers" not in (present(folder / path) or b""):
            say(f"{folder / path}: another workflow has this name; rename it, then run this again")
    _say_what_is_left_to_do(folder, missing, say)


def check_readme(folder: Path) -> None:
    """Raise UsageError if README.md would be a second one, beside a `readme.md`."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    others = [name for name in names if name.lower() == "readme.md"]
    if others and "README.md" not in others:
        problem = "README.md would be a second README beside it; rename it to README.md"
        raise UsageError(f"{folder / others[0]}: {problem}, then run this again")


def upgrade(folder: Path, draw: Random, say: Say) -> None:
    """Update the two workflows, keep their schedule, and show what changed."""
    _check_is_repository(folder)
    held = {path: present(folder / path) or b"" for path in (_DAILY, _CHECK)}
    # As git may have checked them out on Windows.
    old = {path: each.decode(errors="replace").replace("\r\n", "\n") for path, each in held.items()}
    if _OWN_COPY.search(old[_DAILY]):
        raise UsageError(
            f"{folder / _DAILY}: it runs this repository's own copy of daily-papers "
            "(uses: ./); to get upgrades instead, delete .github/ and templates/, then run: "
            f"daily-papers init {folder}"
        )
    new = new_files(draw, old[_DAILY])
    renewed = {path: new[path] for path in old if new[path] != old[path]}
    _write(folder, renewed)
    for path, text in renewed.items():
        before, after = old[path].splitlines(), text.splitlines()
        for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm=""):
            say(line)
    if not renewed:
        say("both workflows are up to date already")


def _check_is_repository(folder: Path) -> None:
    if not (folder / "keywords.yaml").is_file():
        raise UsageError(
            f"{folder}: not a digest repository (it has no keywords.yaml); run init first"
        )


def new_files(draw: Random, workflow: str = "") -> dict[str, str]:
    """The files of a new digest repository, by path.

    They run when the older ``workflow`` does; if it never does, at two random times, Monday to
    Friday in UTC.
    """
    events, _, _ = workflow.partition("\njobs:")
    slots = [f"    {slot['cron'] or '  ' + slot['zone']}" for slot in _SLOT.finditer(events)]
    slots = slots or [
        f'    - cron: "{draw.choice(_MINUTES)} {draw.choice(hours)} * * 1-5"'
        for hours in (_FIRST_HOURS, _SECOND_HOURS)
    ]
    repository, commit = ACTION.split("@")
    schema = json.loads(files("daily_papers").joinpath("keywords.schema.json").read_bytes())
    blanks = {
        "    <slots>\n": "".join(f"{slot}\n" for slot in slots),
        "<action>": ACTION,
        "<check-action>": f"{repository}/.github/actions/check@{commit}",
        "<site-action>": f"{repository}/.github/actions/site@{commit}",
        "<notify-action>": f"{repository}/.github/actions/notify@{commit}",
        "<project>": PROJECT_URL,
        "<schema>": str(schema["$id"]),
    }
    new = {}
    for path, name in _FILES.items():
        text = (bundled_templates() / "init" / name).read_text(encoding="utf-8")
        for blank, value in blanks.items():
            text = text.replace(blank, value)
        new[path] = text
    return new


def _write(folder: Path, texts: dict[str, str]) -> None:
    transaction = Transaction(folder)
    for path, text in texts.items():
        transaction.write(path, text.encode())
    transaction.commit()


def _say_what_is_left_to_do(folder: Path, written: dict[str, str], say: Say) -> None:
    if "README.md" not in written:
        path = folder / "README.md"
        try:
            find_region(decode_readme(present(path) or b"", str(path)), str(path))
        except DailyPapersError as error:
            say(str(error))
    if "keywords.yaml" in written:
        check = "daily-papers check"
        if folder != Path():
            check = f"cd {quote(str(folder))} && {check}"
        say(f"Now write your topics into {folder / 'keywords.yaml'}, then run: {check}")


def copy_template(root: Path, name: str) -> Path:
    """Copy a bundled template into the repository's templates/, with a mark of its version."""
    bundled = bundled_files()
    if name not in bundled:
        raise UsageError(
            f"there is no template {cut(name, 60)!r}; the names are {', '.join(bundled)}"
        )
    _check_is_repository(root)
    target = root / "templates" / name
    if target.exists():
        raise UsageError(f"{target} already exists; move it away to copy the bundled one again")
    _write(root, {f"templates/{name}": marked_copy(name, bundled[name].read_bytes()).decode()})
    return target
