"""Faults of this machine, which no server can fix: its proxy, its certificates, its network."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy
from urllib3.exceptions import ConnectTimeoutError, LocationValueError, NewConnectionError

from daily_papers.arxiv.services import is_arxiv

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_NO_PROXY_ADDRESS = (requests.exceptions.InvalidProxyURL, LocationValueError)
_CANNOT_USE_PROXY = (requests.exceptions.ProxyError, NewConnectionError, ConnectTimeoutError)
_NO_WAY_OUT = frozenset(
    {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM}
)


def machine_fault(url: str, error: Exception) -> tuple[str, str] | None:
    """Say what is wrong with this machine, and what to do; None if it may be anything else."""
    causes = tuple(_causes(error))
    return (
        _proxy_fault(url, causes) or _certificate_fault(url, causes) or _network_fault(url, causes)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and its causes, some of which are among its arguments."""
    seen: set[int] = set()
    left: list[object] = [error]
    while left:
        each = left.pop(0)
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            left += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
            yield each


def _proxy_fault(url: str, causes: tuple[BaseException, ...]) -> tuple[str, str] | None:
    """Say if the environment names a proxy for the address that cannot be used."""
    proxy = select_proxy(url, get_environ_proxies(url))
    if not proxy:
        return None
    variable = _variable_of(proxy, urlsplit(url).scheme)
    if any("SOCKS support" in str(cause) for cause in causes):
        return (
            f"{variable} names a SOCKS proxy, and the package PySocks is not installed",
            "install it, or unset the variable",
        )
    if any(isinstance(cause, _NO_PROXY_ADDRESS) for cause in causes):
        return (
            f"{variable} is not the address of a proxy, such as http://proxy.example:8080",
            "correct or unset it",
        )
    # A proxy that answers 5.. works, but got no answer itself; that may pass.
    gateway_failed = any("Tunnel connection failed: 5" in str(cause) for cause in causes)
    if any(isinstance(cause, _CANNOT_USE_PROXY) for cause in causes) and not gateway_failed:
        where = urlsplit(proxy).netloc.rpartition("@")[2]  # without a password
        what = f"{variable}: the proxy {where} cannot be used ({innermost(causes[0])})"
        return what, "correct or unset the variable"
    return None


def _variable_of(proxy: str, scheme: str) -> str:
    """Find the variable that names the proxy; those in lower case take precedence."""
    names = [f"{scheme}_proxy", "all_proxy"]
    spelt = [spelling for name in names for spelling in (name, name.upper())]
    return next((name for name in spelt if os.environ.get(name) == proxy), names[0])


def _certificate_fault(url: str, causes: tuple[BaseException, ...]) -> tuple[str, str] | None:
    """Say if a server's certificate is not trusted here, or a certificate file is of no use."""
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
    host = urlsplit(url).hostname
    return f"the certificate of {host} is not trusted here ({refusal.verify_message})", remedy


def _file_problem(path: Path) -> str | None:
    try:
        if path.is_dir():
            return None
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        return "holds no certificate"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None


def _network_fault(url: str, causes: tuple[BaseException, ...]) -> tuple[str, str] | None:
    host = urlsplit(url).hostname
    remedy = "check the network" if is_arxiv(url) else "check the address and the network"
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return f"no address of {host} can be found ({cause.strerror})", remedy
        # The number of a TLS error is not one of the operating system: 1 is not EPERM there.
        if isinstance(cause, ssl.SSLError):
            continue
        if isinstance(cause, OSError) and cause.errno in _NO_WAY_OUT:
            return f"there is no route to {host} ({os.strerror(cause.errno)})", remedy
    return None


def innermost(error: BaseException) -> str:
    """The message of the operating system or the proxy, without what libraries add to it."""
    causes = tuple(_causes(error))
    plain = [cause for cause in causes if isinstance(cause, OSError) and cause.strerror]
    texts = [str(cause.strerror) for cause in plain] or [str(causes[-1])]
    return texts[-1].rpartition(": ")[2]
