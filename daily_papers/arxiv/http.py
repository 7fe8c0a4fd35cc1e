"""One HTTP request at a time, on one connection, with limits on bytes and seconds.

What came of it is said in the service's terms: an answer, a request to wait, a refusal, or a
fault of this very machine, which no server can fix. When to ask again is the session's to decide.

arXiv throttles with 429, 503 and 406, and with the words ``Rate exceeded.`` under status 200;
403 is its last warning (https://info.arxiv.org/help/robots.html).
"""

from __future__ import annotations

import errno
import logging
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from daily_papers import PROJECT_URL, __version__
from daily_papers.arxiv.services import is_arxiv
from daily_papers.arxiv.xml import error_message, shortened
from daily_papers.clock import Clock
from daily_papers.errors import (
    BadAnswer,
    FetchError,
    Forbidden,
    MachineFault,
    Throttled,
    Unreachable,
)
from daily_papers.progress import say_nothing
from daily_papers.query.request_line import MOST_LINE_BYTES, line_bytes
from daily_papers.text import cut

logger = logging.getLogger(__name__)

_ACCEPT = "application/atom+xml, application/xml;q=0.9, */*;q=0.1"
#: Small, since a bomb unpacks to a thousand times as much before it can be counted.
_CHUNK_BYTES = 16 * 1024
#: Seconds for a whole answer, at the most.
LONGEST_ANSWER = 600.0
_SILENT = "the server went silent"
_LOSSES = (
    (requests.exceptions.ConnectTimeout, "timeout", "the server did not take the connection"),
    (requests.exceptions.Timeout, "timeout", _SILENT),
    (requests.exceptions.ChunkedEncodingError, "cut", "the connection broke within the answer"),
    (requests.exceptions.ProxyError, "proxy", "the environment's proxy had no answer either"),
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_NO_WAY_OUT = frozenset(
    {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM}
)
_THROTTLING = frozenset({406, 429, 503})
_THROTTLED_BODY = b"rate exceeded."


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLimits:
    """What one answer may cost before it counts as lost or refused."""

    connect_seconds: float = 15
    #: Without a byte.
    silence_seconds: float = 120
    #: After which somebody who watches is told that the answer is still to come.
    notice_seconds: float = 20
    #: For the whole answer, headers and all, however steadily it drips.
    total_seconds: float = LONGEST_ANSWER
    #: After decompression.
    most_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it came, whatever its status."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class LostAnswer(Exception):
    """No answer could be read to its end; says why."""

    def __init__(self, word: str, failure: FetchError, seconds: float) -> None:
        self.word = word
        self.failure = failure
        self.seconds = seconds
        super().__init__(str(failure))


def user_agent(digest_repository: str | None) -> str:
    """Name the program, its project, and the repository (its web address) that it runs for."""
    contacts = f"+{PROJECT_URL}"
    if digest_repository:
        contacts += f"; for {digest_repository}"
    return f"daily-papers/{__version__} ({contacts})"


class _Deadline:
    """The end of one exchange: what is still dripping then is cut off, wherever it drips.

    Timeouts of a socket begin anew with each byte, so the connection is shut down from outside.
    """

    def __init__(self) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._twins: list[socket.socket] = []

    @contextmanager
    def after(self, seconds: float, *, notice: float, say: Callable[[], None]) -> Iterator[None]:
        """Let what happens within take so long; ``say`` is called once it takes ``notice``."""

        def watch() -> None:
            if not self._over.wait(min(notice, seconds)):
                say()
            if not self._over.wait(max(0.0, seconds - notice)):
                self._cut_off()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
            for twin in self._twins:
                twin.close()

    def watch(self, connection: socket.socket) -> None:
        """Take a connection in: by a twin, since the original may be wrapped for TLS later."""
        twin = socket.fromfd(connection.fileno(), connection.family, connection.type)
        with self._lock:
            self._twins.append(twin)
            if self.passed:
                _shut(twin)

    def _cut_off(self) -> None:
        with self._lock:
            self.passed = True
            for twin in self._twins:
                _shut(twin)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # the server may be quicker
        connection.shutdown(socket.SHUT_RDWR)


class _OneConnection(HTTPAdapter):
    """Keeps one connection, whatever the host, which the deadline of each exchange watches."""

    def __init__(self) -> None:
        self.deadline = _Deadline()
        self._connection: _Watched | None = None
        super().__init__(pool_connections=1, pool_maxsize=1, pool_block=True)

    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:
        """Give the pool of the address, whose connections are watched."""
        pool: Any = super().get_connection_with_tls_context(*arguments, **named)
        if not issubclass(pool.ConnectionCls, _Watched):
            kind = type("_WatchedConnection", (_Watched, pool.ConnectionCls), {"adapter": self})
            pool.ConnectionCls = kind
        return pool

    def open(self, connection: _Watched) -> None:
        """Close the connection that was open before this one."""
        if self._connection is not connection:
            self.hang_up()
            self._connection = connection

    def hang_up(self) -> None:
        """Close the connection: urllib3 itself does that once nothing, no traceback, holds it."""
        if self._connection is not None:
            self._connection.close()


class _Watched:
    """What a connection of urllib3 does besides."""

    adapter: _OneConnection
    sock: socket.socket | None
    close: Callable[[], None]

    def _new_conn(self) -> socket.socket:
        self.adapter.open(self)
        connection: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.adapter.deadline.watch(connection)
        return connection

    def request(self, *arguments: Any, **named: Any) -> None:
        if self.sock is not None:  # it was kept from the exchange before
            self.adapter.deadline.watch(self.sock)
        super().request(*arguments, **named)  # type: ignore[misc]


class Transport:
    """Sends GET requests, one after the other; follows nothing, retries nothing.

    ``say_slow`` is called with the host of an answer that is long in coming.
    """

    def __init__(
        self,
        limits: AnswerLimits,
        clock: Clock,
        agent: str,
        say_slow: Callable[[str], None] = say_nothing,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._say_slow = say_slow
        self._http = requests.Session()
        self._http.headers.clear()
        self._http.headers.update(
            {"User-Agent": agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip"}
        )
        # Proxies come from the environment; names and passwords from ~/.netrc do not.
        self._http.auth = _without_credentials
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._adapter = _OneConnection()
        self._http.mount("http://", self._adapter)
        self._http.mount("https://", self._adapter)

    def get(self, url: str, silence_seconds: float | None = None) -> RawAnswer:
        """Ask once and read the whole answer; raises LostAnswer.

        ``silence_seconds`` is for a service that is known to be slow.
        """
        logger.debug("GET %s", cut(url, 200))
        started = self._clock.monotonic()
        if line_bytes(url) > MOST_LINE_BYTES:
            reason = f"not asked: arXiv takes addresses of up to {MOST_LINE_BYTES:,} bytes"
            raise LostAnswer("refused", BadAnswer(url, reason), 0.0)
        self._adapter.deadline = deadline = _Deadline()
        silence = silence_seconds or self._limits.silence_seconds
        try:
            with (
                self._in_time(deadline, url),
                self._http.get(
                    url,
                    stream=True,
                    allow_redirects=False,
                    timeout=(self._limits.connect_seconds, silence),
                    proxies=_proxies(url),
                ) as response,
            ):
                body = self._body(response)
                headers = response.headers
                status = response.status_code
        # requests lets some errors of urllib3 through, among them some that are ValueErrors.
        except (requests.RequestException, HTTPError, OSError, ValueError, FetchError) as error:
            word, failure = self._too_slow(url) if deadline.passed else _loss(url, error)
            raise LostAnswer(word, failure, self._clock.monotonic() - started) from error
        if deadline.passed:  # without a length, an answer that was cut off seems to be whole
            raise LostAnswer(*self._too_slow(url), self._clock.monotonic() - started)
        return RawAnswer(url, status, headers, body, self._clock.monotonic() - started)

    def _in_time(self, deadline: _Deadline, url: str) -> AbstractContextManager[None]:
        return deadline.after(
            self._limits.total_seconds,
            notice=self._limits.notice_seconds,
            say=lambda: self._say_slow(urlsplit(url).hostname or url),
        )

    def _too_slow(self, url: str) -> tuple[str, FetchError]:
        seconds = self._limits.total_seconds
        return "slow", Unreachable(url, f"no whole answer within {seconds:g} seconds")

    def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        self._adapter.hang_up()
        self._http.close()

    def _body(self, response: requests.Response) -> bytes:
        """Read the body within the limits; that of a redirect is left alone."""
        if response.status_code in _REDIRECTS:
            return b""
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip"}:  # layers would multiply a bomb
            raise BadAnswer(response.url, f"an answer in the coding {shortened(encoding)!r}")
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._limits.most_bytes:
                megabytes = self._limits.most_bytes / 2**20
                raise BadAnswer(response.url, f"the answer is larger than {megabytes:g} MB")
        return bytes(body)


def redirect_target(answer: RawAnswer) -> str | None:
    """Return where a redirect leads, or None if the answer is not one.

    Raises BadAnswer if it leaves the host's domain or gives up encryption.
    """
    target = answer.headers.get("Location")
    if answer.status not in _REDIRECTS or target is None:
        return None
    here = urlsplit(answer.url)
    try:
        address = urljoin(answer.url, target)
        there = urlsplit(address)
        host = there.hostname or ""
        _ = there.port
    except ValueError:
        raise BadAnswer(answer.url, f"redirected to nowhere: {shortened(target)!r}") from None
    unsafe = here.scheme == "https" and there.scheme != "https"
    if there.scheme not in {"http", "https"} or unsafe or "@" in there.netloc:
        raise BadAnswer(answer.url, f"redirected to an unsafe address: {shortened(address)}")
    if domain(host) != domain(here.hostname or ""):
        raise BadAnswer(answer.url, f"redirected out of its domain, to {shortened(host)}")
    return address


def domain(host: str) -> str:
    """Name what answers for the host: arxiv.org for all its subdomains, else the host itself."""
    return "arxiv.org" if is_arxiv(host) else host.lower().rstrip(".")


def _without_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _proxies(url: str) -> dict[str, str] | None:
    """Send what goes to this very machine past every proxy, which could not reach it."""
    host = urlsplit(url).hostname or ""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    no_proxy: dict[str, str] = dict.fromkeys(("http", "https", "all"), "")
    return no_proxy if local else None


def _loss(url: str, error: Exception) -> tuple[str, FetchError]:
    """Say in a word and in a sentence why no answer came."""
    match error:
        case BadAnswer():
            return "refused", error
        case requests.exceptions.ContentDecodingError():
            return "undecodable", BadAnswer(url, "the answer is not the gzip that it says it is")
    fault = machine_fault(url, error)
    if fault is not None:
        return "this machine", MachineFault(url, *fault)
    if "timed out" in str(error):  # within the body, requests calls this a ConnectionError
        return "timeout", Unreachable(url, _SILENT)
    for kind, word, sentence in _LOSSES:
        if isinstance(error, kind):
            return word, Unreachable(url, sentence)
    return "connection", Unreachable(url, f"no answer: {_root_cause(error)}")


def _root_cause(error: BaseException) -> str:
    """Quote the innermost error: the outer ones repeat the address and each other."""
    while error.__cause__ is not None or error.__context__ is not None:
        inner = error.__cause__ or error.__context__
        assert inner is not None
        error = inner
    return shortened(str(error)) or type(error).__name__


def machine_fault(url: str, error: Exception) -> tuple[str, str] | None:
    """Say what is wrong with this machine, and what to do; None if it may be anything else."""
    causes = tuple(_causes(error))
    host = urlsplit(url).hostname or ""
    return (
        _proxy_fault(url, causes)
        or _certificate_fault(host, causes)
        or _network_fault(host, causes)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and those behind it, which also stand among its arguments."""
    seen: set[int] = set()
    left: list[object] = [error]
    while left:
        each = left.pop(0)
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            left += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
            yield each


def _proxy_fault(url: str, causes: tuple[BaseException, ...]) -> tuple[str, str] | None:
    """The environment names a proxy for the address, and it cannot be used."""
    proxy = select_proxy(url, get_environ_proxies(url))
    if not proxy:
        return None
    variable = _variable_of(proxy, urlsplit(url).scheme)
    if any("SOCKS support" in str(cause) for cause in causes):
        return (
            f"{variable} names a SOCKS proxy, and the package PySocks is not installed",
            "install it, or unset the variable",
        )
    if any(isinstance(cause, requests.exceptions.InvalidProxyURL) for cause in causes) or (
        not _is_address(proxy)
    ):
        return (
            f"{variable} is not the address of a proxy, such as http://proxy.example:8080",
            "correct or unset it",
        )
    refused = (requests.exceptions.ProxyError, NewConnectionError, ConnectTimeoutError)
    if any(isinstance(cause, refused) for cause in causes) and not _gateway_failed(causes):
        where = urlsplit(proxy).netloc.rpartition("@")[2]  # without a password
        what = f"{variable}: the proxy {where} cannot be used ({_innermost(causes)})"
        return what, "correct or unset the variable"
    return None


def _variable_of(proxy: str, scheme: str) -> str:
    """Name the variable that names the proxy; those in lower case come first."""
    names = [f"{scheme}_proxy", "all_proxy"]
    spelt = [spelling for name in names for spelling in (name, name.upper())]
    return next((name for name in spelt if os.environ.get(name) == proxy), names[0])


def _is_address(proxy: str) -> bool:
    known = ("http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://")
    try:
        parts = urlsplit(proxy)
        _ = parts.port
    except ValueError:
        return False
    return proxy.lower().startswith(known) and bool(parts.hostname)


def _gateway_failed(causes: tuple[BaseException, ...]) -> bool:
    """Whether the proxy works and had no answer itself, which may pass."""
    return any("Tunnel connection failed: 5" in str(cause) for cause in causes)


def _certificate_fault(host: str, causes: tuple[BaseException, ...]) -> tuple[str, str] | None:
    """A server whose certificate is not trusted here, or a file of certificates that is no use."""
    variable = next((name for name in _CA_VARIABLES if os.environ.get(name)), None)
    path = Path(os.environ[variable]) if variable else None
    if path is not None and any(isinstance(cause, (ssl.SSLError, OSError)) for cause in causes):
        problem = _file_problem(path)
        if problem is not None:
            return f"{variable}: {path} {problem}", "correct or unset the variable"
    if any("invalid path: " in str(cause) for cause in causes):
        return f"{DEFAULT_CA_BUNDLE_PATH} is missing", "install the package certifi again"
    refusal = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if refusal is None:
        return None
    remedy = (
        f"set {_CA_VARIABLES[0]} to a file that holds the certificate of your network's proxy"
        if variable is None
        else f"{variable} names {path}: add the certificate that your network needs to it"
    )
    return f"the certificate of {host} is not trusted here ({refusal.verify_message})", remedy


def _file_problem(path: Path) -> str | None:
    """Say why no certificates can be read from the path; None if they can."""
    try:
        if path.is_dir():
            return None
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        return "holds no certificate"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None


def _network_fault(host: str, causes: tuple[BaseException, ...]) -> tuple[str, str] | None:
    """No name server, or no way out."""
    remedy = "check the network" if is_arxiv(host) else "check the address and the network"
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return f"no address of {host} can be found ({cause.strerror})", remedy
        # The number of an error of TLS is none of the operating system's: 1 is not EPERM there.
        if isinstance(cause, ssl.SSLError):
            continue
        if isinstance(cause, OSError) and cause.errno in _NO_WAY_OUT:
            return f"no way leads to {host} ({os.strerror(cause.errno)})", remedy
    return None


def _innermost(causes: tuple[BaseException, ...]) -> str:
    """What the operating system or the proxy says, without what the libraries add."""
    plain = [cause for cause in causes if isinstance(cause, OSError) and cause.strerror]
    texts = [str(cause.strerror) for cause in plain] or [str(causes[-1])]
    return texts[-1].rpartition(": ")[2]


def accepted_body(answer: RawAnswer, url: str) -> bytes:
    """Return the body of a good answer; raises a FetchError for every other."""
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
