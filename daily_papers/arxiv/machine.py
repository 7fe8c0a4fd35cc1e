"""Faults of this very machine: its proxy, its certificates, its network.

No server can fix these, and no wait helps: each becomes one sentence that names the variable or
the file to correct.
"""

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
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from daily_papers.arxiv.services import is_arxiv

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_NO_WAY_OUT = frozenset(
    {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM}
)


def machine_fault(url: str, error: Exception) -> str | None:
    """Say what is wrong with this machine, and what to do; None where it may be anything else."""
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


def _proxy_fault(url: str, causes: tuple[BaseException, ...]) -> str | None:
    """The environment names a proxy for the address, and it cannot be used."""
    proxy = select_proxy(url, get_environ_proxies(url))
    if not proxy:
        return None
    variable = _variable_of(proxy, urlsplit(url).scheme)
    if any("SOCKS support" in str(cause) for cause in causes):
        return (
            f"{variable} names a SOCKS proxy, and the package PySocks is not installed; "
            "install it, or unset the variable"
        )
    if any(isinstance(cause, requests.exceptions.InvalidProxyURL) for cause in causes) or (
        not _is_address(proxy)
    ):
        return f"{variable} is not the address of a proxy, such as http://proxy.example:8080"
    refused = (requests.exceptions.ProxyError, NewConnectionError, ConnectTimeoutError)
    if any(isinstance(cause, refused) for cause in causes) and not _gateway_failed(causes):
        return (
            f"{variable}: the proxy {urlsplit(proxy).netloc.rpartition('@')[2]} cannot be used "
            f"({_innermost(causes)}); correct or unset the variable"
        )
    return None


def _variable_of(proxy: str, scheme: str) -> str:
    """Name the variable that names the proxy; those in lower case come first."""
    names = [f"{scheme}_proxy", "all_proxy"]
    spelt = [spelling for name in names for spelling in (name, name.upper())]
    return next((name for name in spelt if os.environ.get(name) == proxy), names[0])


def _is_address(proxy: str) -> bool:
    known = ("http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://")
    try:
        return proxy.lower().startswith(known) and bool(urlsplit(proxy).hostname)
    except ValueError:
        return False


def _gateway_failed(causes: tuple[BaseException, ...]) -> bool:
    """Whether the proxy works and had no answer itself, which may pass."""
    return any("Tunnel connection failed: 5" in str(cause) for cause in causes)


def _certificate_fault(host: str, causes: tuple[BaseException, ...]) -> str | None:
    """A server whose certificate is not trusted here, or a file of certificates that is no use."""
    variable = next((name for name in _CA_VARIABLES if os.environ.get(name)), None)
    path = Path(os.environ[variable]) if variable else None
    if path is not None and any(isinstance(cause, (ssl.SSLError, OSError)) for cause in causes):
        problem = _file_problem(path)
        if problem is not None:
            return f"{variable}: {path} {problem}; correct or unset the variable"
    if any("invalid path: " in str(cause) for cause in causes):
        return f"{DEFAULT_CA_BUNDLE_PATH} is missing; install the package certifi again"
    refusal = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if refusal is None:
        return None
    remedy = (
        f"set {_CA_VARIABLES[0]} to a file that holds the certificate of your network's proxy"
        if variable is None
        else f"{variable} names {path}: add the certificate that your network needs to it"
    )
    return f"the certificate of {host} is not trusted here ({refusal.verify_message}); {remedy}"


def _file_problem(path: Path) -> str | None:
    """Say why no certificates can be read from the path; None where they can."""
    try:
        if path.is_dir():
            return None
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        return "holds no certificate"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None


def _network_fault(host: str, causes: tuple[BaseException, ...]) -> str | None:
    """No name server, or no way out."""
    remedy = "check the network" if is_arxiv(host) else "check the address and the network"
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return f"no address of {host} can be found ({cause.strerror}); {remedy}"
        if isinstance(cause, OSError) and cause.errno in _NO_WAY_OUT:
            return f"no way leads to {host} ({os.strerror(cause.errno)}); {remedy}"
    return None


def _innermost(causes: tuple[BaseException, ...]) -> str:
    """What the operating system or the proxy says, without what the libraries add."""
    plain = [cause for cause in causes if isinstance(cause, OSError) and cause.strerror]
    texts = [str(cause.strerror) for cause in plain] or [str(causes[-1])]
    return texts[-1].rpartition(": ")[2]
