"""Where the website stands: its own addresses, and the names that feeds give to what they tell.

Pages link to one another relatively, so the site works under any address, also under
``/REPOSITORY/`` on GitHub Pages. Only feeds need whole addresses, and ids that never change
(RFC 4151, tag URIs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from daily_papers.errors import UsageError

# Tags name a day on which the authority was whose they are: of the first websites of this form.
_TAG_DAY = "2026"
_REPOSITORY = re.compile(r"(?P<owner>[A-Za-z0-9-]+)/(?P<name>[A-Za-z0-9._-]+)")
_NO_HOST = "daily-papers.invalid"


@dataclass(frozen=True, slots=True)
class Addresses:
    """How the website's parts are called."""

    #: The address of the start page, with a slash at its end; None where nothing tells it.
    base: str | None
    #: What all tag: ids begin with.
    tag: str

    @classmethod
    def of(cls, base_url: str | None, environ: Mapping[str, str]) -> Addresses:
        """Take the address that was given, else that of GITHUB_REPOSITORY's pages.

        Ids come from GITHUB_REPOSITORY where it is set, so that they outlive a change of address.
        Raises UsageError where the address is none.
        """
        base = None if base_url is None else _checked(base_url)
        repository = _REPOSITORY.fullmatch(environ.get("GITHUB_REPOSITORY", ""))
        if repository is None:
            host = (urlsplit(base).hostname if base else None) or _NO_HOST
            path = urlsplit(base).path.strip("/") if base else ""
            return cls(base, _tag(host, path))
        host, name = f"{repository['owner'].lower()}.github.io", repository["name"]
        own = f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"
        return cls(base or own, _tag(host, name))

    def absolute(self, path: str) -> str | None:
        """The whole address of one of the site's files, where it is known."""
        return None if self.base is None else self.base + path

    def id_of(self, path: str) -> str:
        """The name that a feed gives for good."""
        return f"{self.tag}{path}"


def _checked(base_url: str) -> str:
    try:
        parts = urlsplit(base_url.strip())
    except ValueError:
        parts = urlsplit("")
    plain = not (parts.query or parts.fragment or parts.username or re.search(r"\s", base_url))
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise UsageError(
            f"--base-url: {base_url!r} is not the address of a folder of a website; "
            "give one like https://owner.github.io/repository/"
        )
    return base_url.strip().rstrip("/") + "/"


def _tag(host: str, path: str) -> str:
    return f"tag:{host},{_TAG_DAY}:{path + '/' if path else ''}"
