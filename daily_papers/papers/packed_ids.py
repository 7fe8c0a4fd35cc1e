"""Many identifiers as one short text: ``2601.06587+3+19 2602.00012``.

Each word begins with a whole identifier; the steps to the next ones of its month follow.
"""

from __future__ import annotations

from collections.abc import Iterable

from daily_papers.papers.paper import announcement_order


def packed(ids: Iterable[str]) -> str:
    """Write identifiers, each once, in the order of announcement."""
    words: list[str] = []
    month, last = "", 0
    for id in sorted(set(ids), key=announcement_order):
        head, dot, number = id.partition(".")
        key = f"{head}{dot}{len(number)}"
        if dot and key == month:
            words[-1] += f"+{int(number) - last}"
        else:
            words.append(id)
        month, last = key, int(number or 0)
    return " ".join(words)


def unpacked(text: str) -> tuple[str, ...]:
    """Read them again. Raises ValueError where they are not written like this."""
    return tuple(id for word in text.split() for id in _of_word(word))


def _of_word(word: str) -> Iterable[str]:
    first, *steps = word.split("+")
    announcement_order(first)
    head, dot, number = first.partition(".")
    last = int(number or 0)
    yield first
    for step in steps:
        last += int(step)
        yield f"{head}{dot}{last:0{len(number)}}"
