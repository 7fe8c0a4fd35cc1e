"""GitHub Actions: the server that a job runs on, and the commands that a step prints.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from daily_papers.errors import UsageError
from daily_papers.text import printable, web_address, without_user

GITHUB = "https://github.com"

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)

Severity = Literal["error", "warning", "notice"]


@dataclass(frozen=True)
class Addresses:
    """Where a digest repository and its website are, as far as that is known."""

    #: ``owner/name``; empty if it is not known.
    repository: str = ""
    #: The web address of its server: GitHub, or an Enterprise Server.
    server: str = GITHUB
    #: The website's address, with a slash at its end, if there is one.
    site: str | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Addresses:
        """Those of the repository that runs the job. Raises UsageError if one is wrong.

        A GITHUB_REPOSITORY that is not ``owner/name`` counts as unknown. DAILY_PAPERS_SITE_URL may
        be ``pages``: the repository's own address on GitHub Pages.
        """
        name = environ.get("GITHUB_REPOSITORY", "").strip()
        server = environ.get("GITHUB_SERVER_URL", "").strip().rstrip("/") or GITHUB
        site = environ.get("DAILY_PAPERS_SITE_URL", "").strip()
        here = cls(name if _REPOSITORY.fullmatch(name) else "", server)
        if site == "pages":
            return replace(here, site=here.pages)
        return replace(here, site=_with_slash(site) if site else None)

    @property
    def page(self) -> str | None:
        """The repository's front page."""
        return f"{self.server}/{self.repository}" if self.repository else None

    @property
    def tables(self) -> str | None:
        """The tables, on the front page."""
        return self.page and f"{self.page}#readme"

    @property
    def pages(self) -> str | None:
        """Where GitHub Pages shows the repository's website, which only github.com does."""
        if not self.repository or self.server != GITHUB:
            return None
        owner, name = self.repository.split("/")
        host = f"{owner.lower()}.github.io"
        return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"

    def day(self, key: str) -> str | None:
        """The website's page of a digest."""
        return self.site and f"{self.site}digests/{key}.html"


def _with_slash(address: str) -> str:
    """The address of a folder of a website, with a slash at its end. Raises UsageError."""
    if web_address(address) is None:
        raise UsageError(
            f"DAILY_PAPERS_SITE_URL: {without_user(address)!r} is not the address of a folder of a "
            "website; give one like https://owner.github.io/repository/"
        )
    return address.rstrip("/") + "/"


def annotation(severity: Severity, message: str, **places: str | int | None) -> str:
    """Write the command that shows a message beside a run, or at a line of a file.

    ``places`` are those that GitHub knows: ``file``, ``line`` and ``title``.
    """
    properties = ",".join(
        f"{name}={_escaped(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in places.items()
        if value is not None
    )
    return f"::{severity}{' ' if properties else ''}{properties}::{_escaped(message)}"


def _escaped(text: str) -> str:
    shown = text.replace("##[", "## [")  # the older form of a command, run anywhere in a line
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def harmless(line: str) -> str:
    """The line, changed so that a log runs no command in it and a terminal no control sequence.

    GitHub runs a line that begins with ``::``, even after white space, or has ``##[`` anywhere.
    """
    plain = printable(line).replace("##[", "## [")
    return plain.replace("::", ": :", 1) if plain.lstrip().startswith("::") else plain
