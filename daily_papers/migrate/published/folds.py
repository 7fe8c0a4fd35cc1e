"""The folds of a published digest README, `<details>` to `</details>`, around its tables."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence

from daily_papers.migrate.published.blocks import Block, Prose, Table
from daily_papers.migrate.published.headings import Heading, is_summary

_TAG = re.compile(r"<(?P<close>/?)details\b", re.IGNORECASE)
# A comment or a rule is somebody's.
_TAGS = re.compile(r"\s*</?[A-Za-z]")


def folds_of(blocks: Sequence[Block]) -> tuple[range, ...]:
    """The lines of each fold that is closed; those in a row of a table are texts of the paper."""
    open_at: list[int] = []
    folds = []
    for block in blocks:
        if isinstance(block, Prose | Heading):
            for tag in _TAG.finditer(block.line.text):
                if not tag["close"]:
                    open_at.append(block.line.number)
                elif open_at:
                    folds.append(range(open_at.pop(), block.line.number + 1))
    return tuple(dict.fromkeys(folds))


def below_folds(folds: Sequence[range], line: int) -> int:
    """The line itself, or the last one of the outermost fold around it."""
    return max([line, *(fold[-1] for fold in folds if line in fold)])


def emptied_folds(
    blocks: Sequence[Block], folds: Sequence[range], gone: Collection[int], emptied: Collection[int]
) -> Iterator[range]:
    """The folds that hold nothing more when lines are gone, but headings that would be empty."""
    starts = [block.line.number for block in blocks]
    for fold in folds:
        within = blocks[bisect_left(starts, fold[0]) : bisect_right(starts, fold[-1])]
        went = any(isinstance(block, Table) and block.line.number in gone for block in within)
        if went and not any(_stays(block, gone, emptied) for block in within):
            yield fold


def _stays(block: Block, gone: Collection[int], emptied: Collection[int]) -> bool:
    if block.line.number in gone or block.line.number in emptied:
        return False
    if block.line.is_ours or block.line.marker:
        return True
    if is_summary(block.line):
        return False
    return not isinstance(block, Prose) or block.tells or not _TAGS.match(block.line.text)
