"""A digest repository's own templates: copies of bundled ones, and which are of an old one.

A copy begins with a comment that holds the hash of what it was copied from. So whoever upgrades is
told which copies are of an older version, however much they were edited.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path

from daily_papers.config import Problem
from daily_papers.errors import UsageError
from daily_papers.rendering.templates import bundled_templates
from daily_papers.transaction import Transaction, unwritable

_MARK = re.compile(r"\{# copied from daily-papers, template (?P<hash>[0-9a-f]{12}) #\}")


def copy_template(root: Path, name: str) -> Path:
    """Copy a bundled template into the repository's templates/, marked with its hash."""
    bundled = _bundled()
    if name not in bundled:
        raise UsageError(f"there is no template {name!r}; there are {', '.join(sorted(bundled))}")
    target = root / "templates" / name
    if target.exists():
        raise UsageError(f"{target}: there already; move it away to get the bundled one again")
    content = bundled[name]
    transaction = Transaction(root)
    mark = f"{{# copied from daily-papers, template {_hash(content)} #}}\n"
    transaction.write(f"templates/{name}", mark.encode() + content)
    transaction.commit()
    return target


def own_templates(root: Path) -> list[Path]:
    """The repository's own templates; none where the bundled ones themselves stand there."""
    own = root / "templates"
    if own.resolve() == bundled_templates().resolve():
        return []
    return sorted(path for path in own.rglob("*.jinja") if path.is_file())


def template_doubts(root: Path) -> tuple[Problem, ...]:
    """Warn of copies whose original has changed, and of files that are no template of ours."""
    own = root / "templates"
    bundled = _bundled()
    texts = {path.relative_to(own).as_posix(): _text(path) for path in own_templates(root)}
    doubts = []
    for name, text in texts.items():
        message = _doubt(name, text, bundled, texts.values())
        if message is not None:
            doubts.append(Problem(f"templates/{name}", 1, None, message, "warning"))
    return tuple(doubts)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise unwritable(path, error) from error


def _doubt(name: str, text: str, bundled: dict[str, bytes], texts: Collection[str]) -> str | None:
    if name not in bundled:
        # Templates of the website name each other without their folder.
        called = re.compile(rf"""["']{re.escape(name.removeprefix("site/"))}["']""")
        if any(called.search(each) for each in texts):
            return None
        return f"no template has this name; there are {', '.join(sorted(bundled))}"
    mark = _MARK.match(text.partition("\n")[0])
    now = _hash(bundled[name])
    if mark is None or mark["hash"] == now:
        return None
    return (
        "the bundled template has changed since this copy was made; take over what is new, then "
        f"write {now} in the place of {mark['hash']}"
    )


def _bundled() -> dict[str, bytes]:
    folder = bundled_templates()
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.jinja")
    }


def _hash(content: bytes) -> str:
    """Line ends are the checkout's, and say nothing."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:12]
