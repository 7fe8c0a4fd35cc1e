"""Where arXiv's three services are, and how often they may be asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import product
from typing import Any, Self
from urllib.parse import urlsplit

from daily_papers.errors import UsageError
from daily_papers.text import web_address, without_user

#: arXiv asks for at most one request in three seconds (https://info.arxiv.org/help/api/tou.html).
#: If it throttles, ten minutes of silence help, and hasty tries only prolong it.
_LEAST = {"request_interval": 3.0, "retry_wait": 600.0}
_LONGEST_SECONDS = 86_400.0


def domain(url: str) -> str:
    """Name who answers at the address: arxiv.org for all its subdomains, else the host itself."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return "arxiv.org" if host.endswith(".arxiv.org") else host


def is_arxiv(url: str) -> bool:
    """Whether the address is arXiv's own."""
    return domain(url) == "arxiv.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The addresses of the three services, and the pace that all of them share."""

    api_url: str = "https://export.arxiv.org/api/query"
    #: ``/atom/cs.CV+eess.IV`` follows.
    feed_url: str = "https://rss.arxiv.org"
    oai_url: str = "https://oaipmh.arxiv.org/oai"
    #: Seconds from the end of one request to the start of the next.
    request_interval: float = _LEAST["request_interval"]
    #: Seconds of the first wait when arXiv throttles.
    retry_wait: float = _LEAST["retry_wait"]

    def pace(self, url: str) -> tuple[float, float]:
        """The interval and the first wait, for an address of arXiv never less than it needs."""
        least = tuple(_LEAST.values()) if is_arxiv(url) else (0.0, 0.0)
        return max(self.request_interval, least[0]), max(self.retry_wait, least[1])

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read DAILY_PAPERS_API_URL and so on, one for each field; raises UsageError.

        An empty variable counts as not set, since that is how GitHub Actions leaves one unset. A
        pace that is too fast for arXiv is refused if the query API, or any service whose address
        has been set, is arXiv's. Whatever is set here, the session keeps arXiv's pace with the
        services that are left at their defaults.
        """
        names = [each.name for each in fields(cls)]
        given = {name: text for name in names if (text := environ.get(_variable(name), "").strip())}
        paces = {name: _seconds(name, given.pop(name)) for name in _LEAST if name in given}
        urls = {name: _url(name, text) for name, text in given.items()}
        settings: dict[str, Any] = {**urls, **paces}
        services = cls(**settings)
        for url, (name, seconds) in product([services.api_url, *urls.values()], paces.items()):
            if is_arxiv(url) and seconds < _LEAST[name]:
                raise UsageError(
                    f"{_variable(name)}: {seconds:g} seconds is too fast for "
                    f"{urlsplit(url).hostname}; arXiv needs at least {_LEAST[name]:g} (leave the "
                    "variable out)"
                )
        return services


def _variable(name: str) -> str:
    return f"DAILY_PAPERS_{name.upper()}"


def _url(name: str, text: str) -> str:
    if web_address(text) is None:
        raise UsageError(
            f"{_variable(name)}: {without_user(text)!r} is not an address such as "
            f"{getattr(Services(), name)} "
            "(http or https, without user name, query or fragment)"
        )
    return text.rstrip("/")


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_SECONDS:
        raise UsageError(
            f"{_variable(name)}: {text!r} is not a number of seconds from 0 to {_LONGEST_SECONDS:g}"
        )
    return seconds
