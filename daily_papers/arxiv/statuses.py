"""What the status of an answer asks of us: take it, wait, be silent, or give up.

arXiv throttles with 429, 503 and 406, and with the words ``Rate exceeded.`` under status 200;
403 is its last warning (https://info.arxiv.org/help/robots.html).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from daily_papers.arxiv.answers import error_message
from daily_papers.arxiv.transport import RawAnswer
from daily_papers.errors import BadAnswer, Silenced, Throttled, Unreachable

_THROTTLING = frozenset({406, 429, 503})
_THROTTLED_BODY = b"rate exceeded."


def accepted_body(answer: RawAnswer, url: str) -> bytes:
    """Hand on the body of a good answer; raises a FetchError for ``url`` for every other."""
    status = answer.status
    if status == 403:
        raise Silenced(url, "status 403: the service wants no more requests from here")
    if answer.body.strip().lower() == _THROTTLED_BODY:
        raise Throttled(url, f"status {status}: Rate exceeded", retry_after(answer.headers))
    if status in _THROTTLING:
        raise Throttled(url, f"status {status}: too many requests", retry_after(answer.headers))
    if status >= 500:
        raise Unreachable(url, f"status {status}: the server failed")
    if status != 200:
        message = error_message(answer.body)
        raise BadAnswer(url, f"status {status}" + (f": {message}" if message else ""))
    return answer.body


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After as seconds from now; None where it is missing or no sense.

    A date is counted from the answer's own Date: the service's clock is the one that it means.
    """
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return float(text)
    until, now = _http_date(text), _http_date(headers.get("Date", ""))
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    """Read a date of HTTP, which is always GMT."""
    try:
        return parsedate_to_datetime(text).replace(tzinfo=None)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
