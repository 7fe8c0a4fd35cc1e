"""What an answer tells us to do: use it, follow a redirect, wait, or stop asking.

arXiv throttles with 429, 503 and 406, and with the words ``Rate exceeded.`` under status 200; 403
is its last warning (https://info.arxiv.org/help/robots.html). ``url`` is always the address we
asked for, although after a redirect the answer comes from another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from daily_papers.arxiv.services import domain
from daily_papers.arxiv.xml import error_message, shortened
from daily_papers.errors import BadAnswer, Forbidden, Throttled, Unreachable

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_THROTTLING = frozenset({406, 429, 503})
_THROTTLED_BODY = b"rate exceeded."


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it was received, whatever its status."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


def redirect_target(answer: RawAnswer, url: str) -> str | None:
    """Return where a redirect leads, or None if the answer is not a redirect.

    Raises BadAnswer if it leaves the host's domain or drops encryption.
    """
    target = answer.headers.get("Location")
    if answer.status not in REDIRECTS or target is None:
        return None
    here = urlsplit(answer.url)
    try:
        address = urljoin(answer.url, target)
        there = urlsplit(address)
        _ = there.port
    except ValueError:
        raise BadAnswer(url, f"redirected to nowhere: {shortened(target)!r}") from None
    unsafe = here.scheme == "https" and there.scheme != "https"
    if there.scheme not in {"http", "https"} or unsafe or "@" in there.netloc:
        raise BadAnswer(url, f"redirected to an unsafe address: {shortened(address)}")
    if domain(address) != domain(answer.url):
        host = shortened(there.hostname or "")
        raise BadAnswer(url, f"redirected out of its domain, to {host}")
    return address


def accepted_body(answer: RawAnswer, url: str) -> bytes:
    """Return the body of a good answer; raises a FetchError for any other."""
    status = answer.status
    if status == 403:
        raise Forbidden(url, "status 403: arXiv has blocked this client for now")
    if answer.body.strip().lower() == _THROTTLED_BODY:
        raise _throttled(answer, url, "Rate exceeded")
    if status in _THROTTLING:
        raise _throttled(answer, url, "too many requests")
    if status >= 500:
        raise Unreachable(url, f"status {status}: the server failed")
    if status != 200:
        message = error_message(answer.body)
        raise BadAnswer(url, f"status {status}" + (f": {message}" if message else ""))
    return answer.body


def _throttled(answer: RawAnswer, url: str, said: str) -> Throttled:
    reason = f"arXiv asked us to wait (status {answer.status}: {said})"
    return Throttled(url, reason, retry_after=retry_after(answer.headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After as seconds from now; None if it is missing or makes no sense.

    A date is relative to the answer's own Date, since it means the service's clock.
    """
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return float(text)
    until, now = _http_date(text), _http_date(headers.get("Date", ""))
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    """Read an HTTP date, which is always GMT."""
    try:
        return parsedate_to_datetime(text).replace(tzinfo=None)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
