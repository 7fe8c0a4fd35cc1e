"""Progress of long work on standard error: one line that moves on a terminal, nothing in a log."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from daily_papers.text import printable

_WIDTH = 78


def progress_on(stream: TextIO, *, quiet: bool) -> Callable[[int, int, str], None]:
    """Return a function that shows ``done`` of ``of`` steps and a few words, on a terminal only."""
    if quiet or not stream.isatty():
        return say_nothing

    def show(done: int, of: int, what: str) -> None:
        text = f"{what}: {done:,} of {of:,}" if of > 1 else what
        plain = printable(text)[:_WIDTH]
        stream.write(f"\r{plain:<{_WIDTH}}\r")
        stream.flush()

    return show


def say_nothing(*_: object) -> None:
    """Ignore what there is to say, since nobody is watching."""
