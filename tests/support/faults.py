"""A proxy in front of any server that answers some requests badly, as arXiv does on bad days.

with SandboxArxiv() as arxiv, FaultProxy(arxiv.address) as proxy:
    proxy.inject(Fault.RATE_EXCEEDED, at=2)
    ...  # ask proxy.address instead of arxiv.address
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self

import requests

from tests.sandbox.loopback import UnpolledServer
from tests.support import spoiling
from tests.support.silence import SILENCE


class Fault(Enum):
    """What can be wrong with one answer."""

    THROTTLED = "429"
    THROTTLED_FOR_A_MOMENT = "429 with Retry-After"
    BUSY = "503"
    NOT_ACCEPTABLE = "406"
    FORBIDDEN = "403"
    SERVER_ERROR = "500"
    RATE_EXCEEDED = "Rate exceeded. with 200"
    WEB_PAGE = "web page with 200"
    REFUSED = "error feed with 400"
    REFUSED_WITH_200 = "error feed with 200"
    EMPTY = "no papers"
    SHORT = "half of the papers, the old total"
    UNSORTED = "papers in the opposite order"
    OTHER_PAPERS = "papers that nobody asked for"
    CUT = "connection ends in the middle"
    CUT_XML = "half of the document, complete as an answer"
    RESET = "connection reset"
    SILENT = "no answer, ever"
    MALFORMED = "an end tag is missing"
    ENTITY_BOMB = "entity bomb"
    HUGE = "70 MB in some kilobytes"


#: What the session answers by a wait and another try.
PASSING = frozenset(
    {
        Fault.THROTTLED,
        Fault.THROTTLED_FOR_A_MOMENT,
        Fault.BUSY,
        Fault.NOT_ACCEPTABLE,
        Fault.SERVER_ERROR,
        Fault.RATE_EXCEEDED,
        Fault.CUT,
        Fault.RESET,
        Fault.SILENT,
    }
)


@dataclass(frozen=True)
class _Answer:
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


#: Faults that need nothing of the good answer.
_FIXED = {
    Fault.THROTTLED: _Answer(b"Rate exceeded.", 429),
    Fault.THROTTLED_FOR_A_MOMENT: _Answer(b"Rate exceeded.", 429, {"Retry-After": "7"}),
    Fault.BUSY: _Answer(b"first byte timeout", 503),
    Fault.NOT_ACCEPTABLE: _Answer(b"", 406),
    Fault.FORBIDDEN: _Answer(spoiling.WEB_PAGE, 403),
    Fault.SERVER_ERROR: _Answer(spoiling.WEB_PAGE, 500),
    Fault.RATE_EXCEEDED: _Answer(b"Rate exceeded.\n"),
    Fault.WEB_PAGE: _Answer(spoiling.WEB_PAGE),
    Fault.REFUSED: _Answer(spoiling.ERROR_FEED, 400),
    Fault.REFUSED_WITH_200: _Answer(spoiling.ERROR_FEED),
    Fault.ENTITY_BOMB: _Answer(spoiling.ENTITY_BOMB),
    Fault.HUGE: _Answer(spoiling.HUGE_GZIP, headers={"Content-Encoding": "gzip"}),
}
#: Faults that spoil the good answer.
_SPOILT: dict[Fault, Callable[[bytes], bytes]] = {
    Fault.EMPTY: spoiling.empty,
    Fault.SHORT: spoiling.short,
    Fault.UNSORTED: spoiling.unsorted,
    Fault.OTHER_PAPERS: spoiling.other_papers,
    Fault.CUT: spoiling.cut,
    Fault.CUT_XML: spoiling.cut,
    Fault.MALFORMED: spoiling.malformed,
}


@dataclass
class _Injection:
    fault: Fault
    at: int | None
    where: Callable[[str], bool]
    always: bool
    spent: bool = False

    def hits(self, ordinal: int, target: str) -> bool:
        if self.spent or not self.where(target):
            return False
        in_turn = self.at is None or (ordinal >= self.at if self.always else ordinal == self.at)
        self.spent = in_turn and not self.always
        return in_turn


def _anything(_target: str) -> bool:
    return True


class FaultProxy:
    """Stands on the loopback in front of ``upstream`` (``http://host:port``); relays GETs.

    ``requests`` holds the target (path and query) of each, in order.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream.rstrip("/")
        self._injections: list[_Injection] = []
        self._lock = threading.Lock()
        self.requests: list[str] = []

    def __enter__(self) -> Self:
        self._http = requests.Session()
        self._http.trust_env = False
        self._server = _Server(self)
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._http.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def inject(
        self,
        fault: Fault,
        *,
        at: int | None = None,
        where: Callable[[str], bool] = _anything,
        always: bool = False,
    ) -> None:
        """Answer one request with the fault, or with ``always`` that one and all that follow.

        Which one: the one that is number ``at`` (the first is 1) of all the requests that came and
        come, the first one whose target is such that ``where`` holds, or simply the next.
        """
        self._injections.append(_Injection(fault, at, where, always))

    def recover(self) -> None:
        """Inject nothing more."""
        self._injections.clear()

    def _fault_for(self, target: str) -> Fault | None:
        with self._lock:
            self.requests.append(target)
            ordinal = len(self.requests)
            hits = (each for each in self._injections if each.hits(ordinal, target))
            injection = next(hits, None)
        return injection.fault if injection is not None else None

    def _relay(self, target: str, headers: Mapping[str, str]) -> _Answer:
        passed = {name: headers[name] for name in ("Accept", "User-Agent") if name in headers}
        with self._lock:
            answer = self._http.get(
                self._upstream + target, headers=passed, allow_redirects=False, timeout=60
            )
        kept = ("Content-Type", "Retry-After", "Location", "Date")
        shown = {name: answer.headers[name] for name in kept if name in answer.headers}
        return _Answer(answer.content, answer.status_code, shown)


class _Server(UnpolledServer):
    """Ends every connection and thread when it stops."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, proxy: FaultProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy
        self._open: set[socket.socket] = set()
        self._accepting = threading.Thread(target=self.serve_forever)

    def start(self) -> None:
        self._accepting.start()

    def stop(self) -> None:
        self.shutdown()
        self._accepting.join()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        super().shutdown_request(request)
        self._open.discard(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """The client may go away at any time: that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        fault = self.server.proxy._fault_for(self.path)
        if fault is Fault.RESET:
            self._reset()
        elif fault is Fault.SILENT:
            self.connection.sendall(SILENCE)
            self.connection.recv(1)  # until the client hangs up, or the server stops
        elif fault in _FIXED:
            self._send(_FIXED[fault])
        else:
            good = self.server.proxy._relay(self.path, self.headers)
            body = _SPOILT[fault](good.body) if fault in _SPOILT else good.body
            length = len(good.body) if fault is Fault.CUT else len(body)
            self._send(_Answer(body, good.status, good.headers), length)

    def _send(self, answer: _Answer, length: int | None = None) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name != "Date":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) if length is None else length))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(answer.body)

    def _reset(self) -> None:
        """Close with data unsaid, so that the client sees a reset and not an end."""
        at_once = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.rfile.close()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        pass
