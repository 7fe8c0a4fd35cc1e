"""Why no answer came.

Some of the reasons are faults of this machine, which no server can fix: its proxy, its
certificates, its network.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

from requests.exceptions import (
    ChunkedEncodingError,
    ContentDecodingError,
    InvalidProxyURL,
    ProxyError,
)
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import ConnectTimeoutError, LocationValueError, NewConnectionError

from daily_papers.errors import BadAnswer, FetchError, MachineFault, Unreachable
from daily_papers.text import shortened

_OF_PROXY = (
    ProxyError,
    NewConnectionError,
    ConnectTimeoutError,  # a SOCKS proxy's is not wrapped in a ProxyError
    InvalidProxyURL,
    LocationValueError,
)
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
#: What the libraries say of a file of certificates that is missing, or holds none.
_NO_CERTIFICATES = ("invalid path: ", "NO_CERTIFICATE", "PEM lib")
_NO_WAY_OUT = frozenset(
    {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM}
)


def loss(url: str, error: Exception) -> FetchError:
    """Say why there was no answer, and what to do if this machine is at fault."""
    if isinstance(error, ContentDecodingError):
        return BadAnswer(url, "the answer says that it is gzip, but is not")
    causes = _causes(error)
    texts = " ".join(map(str, causes))
    host, said = urlsplit(url).hostname, _innermost(causes)
    of_proxy = any(isinstance(each, _OF_PROXY) for each in causes) or "SOCKS support" in texts
    # A proxy that answers 5.. works, but got no answer itself; that may pass.
    gateway_failed = "Tunnel connection failed: 5" in texts
    if of_proxy and not gateway_failed and (proxy := _proxy_variable(url)):
        reason = f"the proxy in {proxy} cannot be used ({said})"
        return MachineFault(url, reason, "correct or unset the variable")
    untrusted = any(isinstance(each, ssl.SSLCertVerificationError) for each in causes)
    if untrusted or any(each in texts for each in _NO_CERTIFICATES):
        remedy = f"set {_CERTIFICATES[0]} to a file with the certificate of your network's proxy"
        if variable := next((name for name in _CERTIFICATES if os.environ.get(name)), None):
            remedy = f"{variable} is {os.environ[variable]}: correct it"
        return MachineFault(url, f"the certificate of {host} is not trusted here ({said})", remedy)
    # The number of a TLS error is not one of the operating system: 1 is not EPERM there.
    of_system = [each for each in causes if isinstance(each, OSError)]
    of_system = [each for each in of_system if not isinstance(each, ssl.SSLError)]
    if any(isinstance(each, socket.gaierror) or each.errno in _NO_WAY_OUT for each in of_system):
        reason = f"{host} could not be reached ({said})"
        return MachineFault(url, reason, "check the address and the network")
    reasons = {
        "the server went silent": "timed out" in texts,
        "the connection broke within the answer": isinstance(error, ChunkedEncodingError),
        "the proxy got no answer either": gateway_failed,
        f"no answer: {shortened(said)}": True,
    }
    return Unreachable(url, next(reason for reason, holds in reasons.items() if holds))


def _causes(error: BaseException) -> list[BaseException]:
    """The error and its causes, some of which are among its arguments."""
    causes: list[BaseException] = []
    left: list[object] = [error]
    while left:
        each = left.pop(0)
        if isinstance(each, BaseException) and each not in causes:
            causes.append(each)
            left += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
    return causes


def _proxy_variable(url: str) -> str | None:
    """The variable that names the proxy for the address; those in lower case take precedence."""
    proxy = select_proxy(url, get_environ_proxies(url))
    names = [f"{urlsplit(url).scheme}_proxy", "all_proxy"]
    spelt = [spelling for name in names for spelling in (name, name.upper())]
    return next((name for name in spelt if proxy and os.environ.get(name) == proxy), None)


def _innermost(causes: Sequence[BaseException]) -> str:
    """The message of the operating system or the proxy, without what libraries add to it."""
    plain = [str(each.strerror) for each in causes if isinstance(each, OSError) and each.strerror]
    return (plain or [str(causes[-1])])[-1].rpartition(": ")[2]
