"""One HTTP request at a time, on one connection, with limits on bytes and seconds.

Everything that is asked of arXiv, GitHub and a model goes through it. What an answer means, and
when to ask again, is decided by those who ask.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import should_bypass_proxies
from urllib3.exceptions import HTTPError

from daily_papers import PROJECT_URL, __version__
from daily_papers.clock import OutOfTimeError, time_limit
from daily_papers.errors import BadAnswer, Unreachable
from daily_papers.losses import loss
from daily_papers.text import cut

logger = logging.getLogger(__name__)

#: Small, since a zip bomb expands a thousandfold before its size can be counted.
_CHUNK_BYTES = 16 * 1024
#: This machine itself, which a proxy could not reach.
_LOCAL = "localhost,127.0.0.0/8,::1"
REDIRECTS = frozenset({301, 302, 303, 307, 308})


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

    The User-Agent names the program, its project, and the ``digest_repository`` that it runs for.
    ``say_slow`` is called with the host if an answer is slow.
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
        if response.status_code in REDIRECTS:
            return b""
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip"}:  # layers would multiply a bomb
            raise BadAnswer(response.url, "the answer's compression was not asked for")
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._limits.most_bytes:
                megabytes = self._limits.most_bytes / 2**20
                raise BadAnswer(response.url, f"the answer is larger than {megabytes:g} MB")
        return bytes(body)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After as seconds from now; None if it is missing, or not a number of them."""
    text = headers.get("Retry-After", "").strip()
    return float(text) if re.fullmatch(r"\d{1,12}", text, re.ASCII) else None
