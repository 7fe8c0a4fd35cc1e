"""One HTTP request at a time, on one connection, with limits on bytes and seconds.

An answer tells us to use it, to follow a redirect, to wait, or to stop asking; the session decides
when to ask again.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import should_bypass_proxies
from urllib3.exceptions import HTTPError

from daily_papers import PROJECT_URL, __version__
from daily_papers.arxiv.losses import loss
from daily_papers.arxiv.services import domain
from daily_papers.arxiv.xml import error_message, shortened
from daily_papers.clock import OutOfTimeError, time_limit
from daily_papers.errors import (
    BadAnswer,
    Forbidden,
    Throttled,
    Unreachable,
)
from daily_papers.query.request_line import MOST_LINE_BYTES, line_bytes
from daily_papers.text import cut

logger = logging.getLogger(__name__)

_ACCEPT = "application/atom+xml, application/xml;q=0.9, */*;q=0.1"
#: Small, since a zip bomb expands a thousandfold before its size can be counted.
_CHUNK_BYTES = 16 * 1024
#: This machine itself, which a proxy could not reach.
_LOCAL = "localhost,127.0.0.0/8,::1"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_THROTTLING = frozenset({406, 429, 503})
_THROTTLED_BODY = b"rate exceeded."


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLimits:
    """What one answer may cost before it counts as lost or refused."""

    connect_seconds: float = 15
    #: How long no byte may come: pages of a harvest have been seen to take 2.6 minutes until their
    #: first one.
    silence_seconds: float = 300
    #: After this, the user is told that the answer is slow.
    notice_seconds: float = 20
    #: For the whole answer, headers included, however steadily it trickles in.
    total_seconds: float = 600
    #: After decompression.
    most_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it was received, whatever its status."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Sends requests, one after the other; follows nothing, retries nothing.

    The User-Agent tells arXiv the program, its project, and the ``digest_repository`` that it runs
    for. ``say_slow`` is called with the host if an answer is slow.
    """

    def __init__(
        self,
        limits: AnswerLimits,
        digest_repository: str | None,
        say_slow: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._limits = limits
        self._say_slow = say_slow
        contacts = "; for ".join(filter(None, [f"+{PROJECT_URL}", digest_repository]))
        self._http = requests.Session()
        self._http.headers.clear()
        self._http.headers.update(
            {
                "User-Agent": f"daily-papers/{__version__} ({contacts})",
                "Accept": _ACCEPT,
                "Accept-Encoding": "gzip",
            }
        )
        # Proxies come from the environment; names and passwords from ~/.netrc do not.
        self._http.auth = lambda request: request
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # The connection to one host ends before that to another begins.
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1, pool_block=True)
        self._http.mount("http://", adapter)
        self._http.mount("https://", adapter)

    def send(
        self,
        url: str,
        *,
        method: str = "GET",
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> RawAnswer:
        """Ask once, and read the whole answer in that time; raises FetchError."""
        if line_bytes(url) > MOST_LINE_BYTES:
            reason = f"not asked: arXiv takes addresses of up to {MOST_LINE_BYTES:,} bytes"
            raise BadAnswer(url, reason)
        seconds = self._limits.total_seconds if seconds is None else seconds
        logger.debug("%s %s", method, cut(url, 200))
        limits, host = self._limits, urlsplit(url).hostname or url
        notice = threading.Timer(limits.notice_seconds, self._say_slow, [host])
        notice.daemon = True  # so that it holds up nobody who interrupts the run
        try:
            notice.start()
            with (
                time_limit(seconds),
                self._http.request(
                    method,
                    url,
                    data=content,
                    headers=headers,
                    stream=True,
                    allow_redirects=False,
                    timeout=(
                        min(limits.connect_seconds, seconds),
                        min(limits.silence_seconds, seconds),
                    ),
                    proxies={"no_proxy": _LOCAL} if should_bypass_proxies(url, _LOCAL) else None,
                ) as response,
            ):
                body = self._body(response)
        except OutOfTimeError as error:
            reason = f"no whole answer within {round(seconds, 1):g} seconds"
            raise Unreachable(url, reason) from error
        # requests lets some errors of urllib3 through, among them some that are ValueErrors.
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise loss(url, error) from error
        finally:
            notice.cancel()
        return RawAnswer(url, response.status_code, response.headers, body)

    def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        self._http.close()

    def _body(self, response: requests.Response) -> bytes:
        """Read the body within the limits, unless it is a redirect's."""
        if response.status_code in _REDIRECTS:
            return b""
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip"}:  # layers would multiply a bomb
            raise BadAnswer(response.url, "the answer is packed in a way that was not asked for")
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._limits.most_bytes:
                megabytes = self._limits.most_bytes / 2**20
                raise BadAnswer(response.url, f"the answer is larger than {megabytes:g} MB")
        return bytes(body)


# --- what an answer means ----------------------------------------------------------------------
#
# arXiv throttles with 429, 503 and 406, and with the words ``Rate exceeded.`` under status 200; 403
# is its last warning (https://info.arxiv.org/help/robots.html). ``url`` is always the address we
# asked for, although after a redirect the answer comes from another one.


def redirect_target(answer: RawAnswer, url: str) -> str | None:
    """Return where a redirect leads, or None if the answer is not a redirect.

    Raises BadAnswer if it leaves the host's domain or drops encryption.
    """
    target = answer.headers.get("Location")
    if answer.status not in _REDIRECTS or target is None:
        return None
    try:
        address = urljoin(answer.url, target)
        there, schemes = urlsplit(address), {"https", urlsplit(answer.url).scheme}
        is_safe = there.port != 0 and there.scheme in schemes and "@" not in there.netloc
    except ValueError:
        is_safe = False
    if not is_safe:
        raise BadAnswer(url, f"redirected to an unsafe address: {shortened(target)}")
    if domain(address) != domain(answer.url):
        raise BadAnswer(url, f"redirected out of its domain, to {shortened(domain(address))}")
    return address


def accepted_body(answer: RawAnswer, url: str) -> bytes:
    """Return the body of a good answer; raises a FetchError for any other."""
    status = answer.status
    if status == 403:
        raise Forbidden(url, "status 403: arXiv has blocked this client for now")
    is_exceeded = answer.body.strip().lower() == _THROTTLED_BODY
    if is_exceeded or status in _THROTTLING:
        said = "Rate exceeded" if is_exceeded else "too many requests"
        reason = f"arXiv asked us to wait (status {status}: {said})"
        raise Throttled(url, reason, retry_after=retry_after(answer.headers))
    if status >= 500:
        raise Unreachable(url, f"status {status}: the server failed")
    if status != 200:
        message = error_message(answer.body)
        raise BadAnswer(url, f"status {status}" + (f": {message}" if message else ""))
    return answer.body


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After as seconds from now; None if it is missing, or not a number of them."""
    text = headers.get("Retry-After", "").strip()
    return float(text) if re.fullmatch(r"\d{1,12}", text, re.ASCII) else None
