"""Faults of this machine, which no server can fix: its proxy, its certificates, its network."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from urllib.parse import urlsplit

from requests.exceptions import InvalidProxyURL, ProxyError
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import LocationValueError, NewConnectionError

_OF_PROXY = (ProxyError, NewConnectionError, InvalidProxyURL, LocationValueError)
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
#: What the libraries say of a file of certificates that is missing, or holds none.
_NO_CERTIFICATES = ("invalid path: ", "NO_CERTIFICATE", "PEM lib")
_NO_WAY_OUT = frozenset(
    {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM}
)


def machine_fault(url: str, error: Exception) -> tuple[str, str] | None:
    """Say what is wrong with this machine, and what to do; None if it may be anything else."""
    causes = _causes(error)
    texts = " ".join(map(str, causes))
    host, said = urlsplit(url).hostname, innermost(error)
    of_proxy = any(isinstance(each, _OF_PROXY) for each in causes) or "SOCKS support" in texts
    # A proxy that answers 5.. works, but got no answer itself; that may pass.
    gateway_failed = "Tunnel connection failed: 5" in texts
    if of_proxy and not gateway_failed and (proxy := _proxy_variable(url)):
        return f"the proxy in {proxy} cannot be used ({said})", "correct or unset the variable"
    untrusted = any(isinstance(each, ssl.SSLCertVerificationError) for each in causes)
    if untrusted or any(each in texts for each in _NO_CERTIFICATES):
        remedy = f"set {_CERTIFICATES[0]} to a file with the certificate of your network's proxy"
        if variable := next((name for name in _CERTIFICATES if os.environ.get(name)), None):
            remedy = f"{variable} is {os.environ[variable]}: correct it"
        return f"the certificate of {host} is not trusted here ({said})", remedy
    # The number of a TLS error is not one of the operating system: 1 is not EPERM there.
    of_system = [each for each in causes if isinstance(each, OSError)]
    of_system = [each for each in of_system if not isinstance(each, ssl.SSLError)]
    if any(isinstance(each, socket.gaierror) or each.errno in _NO_WAY_OUT for each in of_system):
        return f"this machine finds no way to {host} ({said})", "check address and network"
    return None


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


def innermost(error: BaseException) -> str:
    """The message of the operating system or the proxy, without what libraries add to it."""
    causes = _causes(error)
    plain = [cause for cause in causes if isinstance(cause, OSError) and cause.strerror]
    texts = [str(cause.strerror) for cause in plain] or [str(causes[-1])]
    return texts[-1].rpartition(": ")[2]
