"""A server that never stops answering."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

#: A server that nobody gives up ends by itself: a test fails rather than hangs.
MOST_DROPS = 1000


class Dripping:
    """A server that sends a drop over and over, long before anybody gets impatient.

    ``before`` answers the first request of a connection; with ``greets``, it waits for none. It
    counts the drops of each connection.
    """

    def __init__(self, first: bytes, drop: bytes, before: bytes = b"", *, greets: bool = False):
        self.drops: list[int] = []
        self._first, self._drop, self._before, self._greets = first, drop, before, greets
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive(), "the client has not hung up"
        self._listening.close()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=target, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._start(self._serve, self._listening.accept()[0])

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if not self._greets:
                connection.recv(65_536)
            if self._before:
                connection.sendall(self._before)
                connection.recv(65_536)
            number = len(self.drops)
            self.drops.append(0)
            connection.sendall(self._first)
            while self.drops[number] < MOST_DROPS and not self._over.wait(0.02):
                connection.sendall(self._drop)
                self.drops[number] += 1
