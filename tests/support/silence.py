"""Silence that costs no time: a client's time-out comes as soon as a server goes silent.

A server that sends ``SILENCE`` says nothing more. Whoever reads it in this process gets what a
socket raises after its time-out, however long that is. So tests of silence need no short time-out,
within which an honest answer may not come on a busy machine.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

SILENCE = b"\0(silence)\0"


@contextmanager
def silence_ends_at_once() -> Iterator[None]:
    receive = socket.socket.recv_into

    def receive_or_time_out(self: socket.socket, buffer: bytearray | memoryview, *rest: int) -> int:
        count = receive(self, buffer, *rest)
        if memoryview(buffer)[:count].tobytes().endswith(SILENCE):
            raise TimeoutError("timed out")
        return count

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "recv_into", receive_or_time_out)
        yield
