"""GitHub Actions: the server that a job runs on, and the commands that a step prints.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from daily_papers.errors import UsageError
from daily_papers.text import cut, printable

GITHUB = "https://github.com"

_SERVER = re.compile(r"https?://[\w.:-]+(?:/[\w.~-]+)*", re.ASCII)
#: A folder of a website, without user name, query or fragment, and without what ends a link.
_PLAIN = r"[^\s<>()\[\]\\\"?#]"
_FOLDER = re.compile(rf"(?i:https?)://(?![:/])(?:(?![@/]){_PLAIN})+(?:/{_PLAIN}*)?")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)

Severity = Literal["error", "warning", "notice"]

#: GitHub cuts longer messages off.
LONGEST_MESSAGE = 4_000


def server_url(environ: Mapping[str, str]) -> str:
    """The web address of the server that runs the job: GitHub, or an Enterprise Server.

    Raises UsageError if GITHUB_SERVER_URL is not such an address.
    """
    server = environ.get("GITHUB_SERVER_URL", "").strip().rstrip("/") or GITHUB
    if not _SERVER.fullmatch(server):
        raise UsageError(f"GITHUB_SERVER_URL: not the address of a server: {server!r}")
    return server


def repository_name(environ: Mapping[str, str]) -> str | None:
    """``owner/name`` of the repository that runs the job; None if GITHUB_REPOSITORY is not that."""
    name = environ.get("GITHUB_REPOSITORY", "").strip()
    return name if _REPOSITORY.fullmatch(name) else None


def repository_url(environ: Mapping[str, str]) -> str | None:
    """The web address of the repository that runs the job. Raises UsageError."""
    name = repository_name(environ)
    return name and f"{server_url(environ)}/{name}"


def pages_url(repository: str) -> str:
    """The address at which GitHub Pages shows a repository's website."""
    owner, name = repository.split("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def site_url(environ: Mapping[str, str]) -> str | None:
    """The website's address, if DAILY_PAPERS_SITE_URL says that there is one. Raises UsageError.

    ``pages`` is the repository's own address on GitHub Pages, which only github.com gives.
    """
    given = environ.get("DAILY_PAPERS_SITE_URL", "").strip()
    if given == "pages":
        repository = repository_name(environ) if server_url(environ) == GITHUB else None
        return repository and pages_url(repository)
    if given and not _FOLDER.fullmatch(given):
        raise UsageError(
            f"DAILY_PAPERS_SITE_URL: {given!r} is not the address of a folder of a website; "
            "give one like https://owner.github.io/repository/"
        )
    return given.rstrip("/") + "/" if given else None


def annotation(severity: Severity, message: str, **places: str | int | None) -> str:
    """Write the command that shows a message beside a run, or at a line of a file.

    ``places`` are those that GitHub knows: ``file``, ``line``, ``col`` and ``title``.
    """
    properties = ",".join(
        f"{name}={_escaped(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in places.items()
        if value is not None
    )
    return f"::{severity}{' ' if properties else ''}{properties}::{_escaped(message)}"


def _escaped(text: str) -> str:
    shown = cut(text, LONGEST_MESSAGE)
    shown = shown.replace("##[", "## [")  # the older form of a command, run anywhere in a line
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def harmless(line: str) -> str:
    """The line, changed so that a log runs no command in it and a terminal no control sequence.

    GitHub runs a line that begins with ``::``, even after white space, or has ``##[`` anywhere.
    """
    plain = printable(line).replace("##[", "## [")
    return plain.replace("::", ": :", 1) if plain.lstrip().startswith("::") else plain
