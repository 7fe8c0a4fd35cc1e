"""Where arXiv's three services are, and how often they may be asked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from daily_papers.errors import UsageError

API_URL = "DAILY_PAPERS_API_URL"
FEED_URL = "DAILY_PAPERS_FEED_URL"
OAI_URL = "DAILY_PAPERS_OAI_URL"
REQUEST_INTERVAL = "DAILY_PAPERS_REQUEST_INTERVAL"
RETRY_WAIT = "DAILY_PAPERS_RETRY_WAIT"

#: arXiv asks for at most one request in three seconds (https://info.arxiv.org/help/api/tou.html).
LEAST_INTERVAL = 3.0
#: If arXiv throttles, ten minutes of silence help, and hasty tries only prolong it.
LEAST_RETRY_WAIT = 600.0

_DEFAULT_URLS = {
    API_URL: "https://export.arxiv.org/api/query",
    FEED_URL: "https://rss.arxiv.org",
    OAI_URL: "https://oaipmh.arxiv.org/oai",
}
_DEFAULT_SECONDS = {REQUEST_INTERVAL: LEAST_INTERVAL, RETRY_WAIT: LEAST_RETRY_WAIT}
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

    api_url: str = _DEFAULT_URLS[API_URL]
    #: ``/atom/cs.CV+eess.IV`` follows.
    feed_url: str = _DEFAULT_URLS[FEED_URL]
    oai_url: str = _DEFAULT_URLS[OAI_URL]
    #: Seconds from the end of one request to the start of the next.
    request_interval: float = LEAST_INTERVAL
    #: Seconds of the first wait when arXiv throttles.
    retry_wait: float = LEAST_RETRY_WAIT

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the DAILY_PAPERS_ variables; raises UsageError naming the one that is wrong.

        An empty variable counts as not set, since that is how GitHub Actions leaves one unset. A
        pace that is too fast for arXiv is refused if the query API, or any service whose address
        has been set, is arXiv's. Whatever is set here, the session keeps arXiv's pace with the
        services that are left at their defaults.
        """
        services = cls(
            api_url=_url(environ, API_URL),
            feed_url=_url(environ, FEED_URL).rstrip("/"),
            oai_url=_url(environ, OAI_URL),
            request_interval=_seconds(environ, REQUEST_INTERVAL),
            retry_wait=_seconds(environ, RETRY_WAIT),
        )
        asked = [API_URL, *(name for name in (FEED_URL, OAI_URL) if environ.get(name, "").strip())]
        paces = (
            (REQUEST_INTERVAL, services.request_interval, LEAST_INTERVAL),
            (RETRY_WAIT, services.retry_wait, LEAST_RETRY_WAIT),
        )
        for url in filter(is_arxiv, (_url(environ, name) for name in asked)):
            for name, seconds, least in paces:
                if seconds < least:
                    raise UsageError(
                        f"{name}: {seconds:g} seconds is too fast for {urlsplit(url).hostname}; "
                        f"arXiv needs at least {least:g} (leave the variable out)"
                    )
        return services


def _url(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "").strip() or _DEFAULT_URLS[name]
    try:
        parts = urlsplit(text)
        good = parts.port != 0
    except ValueError:
        good = False
    plain = re.fullmatch(r"https?://[!-~]+", text, re.IGNORECASE) is not None
    if not (good and plain and parts.hostname) or "@" in parts.netloc or re.search("[?#]", text):
        raise UsageError(
            f"{name}: {text!r} is not an address such as {_DEFAULT_URLS[name]} "
            "(http or https, without user name, query or fragment)"
        )
    return text


def _seconds(environ: Mapping[str, str], name: str) -> float:
    text = environ.get(name, "").strip()
    try:
        seconds = float(text or _DEFAULT_SECONDS[name])
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_SECONDS:
        raise UsageError(
            f"{name}: {text!r} is not a number of seconds from 0 to {_LONGEST_SECONDS:g}"
        )
    return seconds
