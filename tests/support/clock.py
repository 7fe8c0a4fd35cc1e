"""A clock that passes its time at once, and remembers what it was asked to sleep."""

from __future__ import annotations


class PassingClock:
    """``tick`` seconds pass whenever it is read."""

    def __init__(self, tick: float = 0.0) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._tick = tick

    def monotonic(self) -> float:
        self.now += self._tick
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
