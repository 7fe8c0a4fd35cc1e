"""Kills of the process at one of its requests, before or after the server acted on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@contextmanager
def killed_at(request: int, *, acted: bool) -> Iterator[None]:
    """End the block at the request with that number (the first is 1), on either side of it."""
    sent = 0
    send = HTTPAdapter.send

    def send_or_die(self: HTTPAdapter, prepared: PreparedRequest, **options: Any) -> Response:
        nonlocal sent
        sent += 1
        if sent == request and not acted:
            raise Killed
        answer = send(self, prepared, **options)
        if sent == request:
            answer.close()
            raise Killed
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", send_or_die)
        with suppress(Killed):
            yield
