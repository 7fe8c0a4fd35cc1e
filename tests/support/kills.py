"""Kills in this process: at one of its requests, or at any of its writes and requests."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


def kills(requests: Sequence[int], quick: Collection[tuple[int, bool]]) -> list[object]:
    """A kill on either side of each request: some for every day, and all of them."""
    return [
        pytest.param(
            *(request, acted),
            id=f"{request}-{'after' if acted else 'before'}",
            marks=() if (request, acted) in quick else pytest.mark.full,
        )
        for request in requests
        for acted in (False, True)
    ]


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


_WRITES = ("replace", "rename", "unlink", "remove", "rmdir", "mkdir", "chmod")


@dataclass
class Life:
    """How far a block came. There are two steps at each write and request: before and after it."""

    die_at: int | None
    steps: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return len(self.steps) == self.die_at

    def step(self, what: str) -> None:
        if not self.is_over:
            self.steps.append(what)
        if self.is_over:  # and who is dead does nothing any more, in a ``finally`` neither
            raise Killed


@contextmanager
def one_life(die_at: int | None = None) -> Iterator[Life]:
    """Count the block's steps, and end it at the one with that number (the first is 1)."""
    life = Life(die_at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", _mortal(life, "request", HTTPAdapter.send))
        patch.setattr(io, "open", _mortal(life, "open", io.open, only_if=_writes))
        for name in _WRITES:
            patch.setattr(os, name, _mortal(life, name, getattr(os, name)))
        with suppress(Killed):
            yield life


def _writes(_path: object, mode: str = "r", *_: object, **__: object) -> bool:
    return not mode.startswith("r") or "+" in mode


def _mortal(
    life: Life,
    what: str,
    act: Callable[..., Any],
    only_if: Callable[..., bool] = lambda *_, **__: True,
) -> Callable[..., Any]:
    def act_or_die(*arguments: Any, **options: Any) -> Any:
        if not only_if(*arguments, **options):
            return act(*arguments, **options)
        life.step(f"before {what}")
        result = act(*arguments, **options)
        try:
            life.step(f"after {what}")
        except Killed:
            if hasattr(result, "close"):
                result.close()
            raise
        return result

    return act_or_die
