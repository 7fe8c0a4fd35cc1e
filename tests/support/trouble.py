"""Weeks of random trouble at arXiv, and what a repository that lived through them has mailed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

from tests.sandbox import RATE_EXCEEDED, Request, Response, SandboxArxiv, Service, Universe
from tests.sandbox.exchange import SERVER_ERROR
from tests.support import spoiling
from tests.support.command_line import Ended, run
from tests.support.repository import Repository

_MAILED = re.compile(r"^- (?:\*\*)?\[.*\]\(https://arxiv\.org/abs/(\S+?)v\d+\)", re.MULTILINE)
_SPOILT: tuple[Callable[[bytes], bytes], ...] = (
    spoiling.cut,
    spoiling.other_papers,
    *(
        partial(spoiling.first_rows, count=count, total=total)
        for count in (3, 40)
        for total in (True, False)
    ),
)
_FIXED = (RATE_EXCEEDED, SERVER_ERROR, Response(200, spoiling.WEB_PAGE))


@dataclass(frozen=True)
class BadDay:
    """What is wrong on a day, the same for all of its runs."""

    runs: int = 1
    lag: int = 0
    #: The feed shows the listing before the day's.
    stale: bool = False
    #: The feed shows the listing after the day's.
    early: bool = False
    #: The part of the day's identifiers that the feed lacks.
    lacks: tuple[float, float] | None = None
    #: How many answers in ten are bad ones.
    bad_answers: int = 0


GOOD_DAY = BadDay()
NOTHING_RAN = BadDay(runs=0)


def bad_day(random: Random) -> BadDay:
    """A day with any mixture of troubles."""
    if random.random() < 0.15:
        return NOTHING_RAN
    start = random.random() * 0.7
    return BadDay(
        runs=random.choice((1, 1, 2)),
        lag=random.choice((0, 0, 0, 1, 2, 3)),
        stale=random.random() < 0.1,
        early=random.random() < 0.1,
        lacks=(start, start + 0.3) if random.random() < 0.2 else None,
        bad_answers=random.choice((0, 0, 0, 2, 5, 10)),
    )


@dataclass
class Life:
    """A digest repository, and the arXiv that it reads, day after day."""

    repository: Repository
    arxiv: SandboxArxiv
    #: Papers in the order in which they were mailed, each with its day.
    mailed: list[tuple[str, date]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def beginning(cls, root: Path, keywords: str, universe: Universe) -> Iterator[Life]:
        with SandboxArxiv(universe) as arxiv:
            yield cls(Repository.new(root, keywords), arxiv)

    def live(self, day: date, trouble: BadDay, random: Random) -> list[Ended]:
        """All runs of a day; a command may fail, and may not crash."""
        self.arxiv.today = day
        self.arxiv.query_lag_days = trouble.lag
        self.arxiv.feed_is_stale, self.arxiv.feed_is_early = trouble.stale, trouble.early
        self.arxiv.feeds.lacks = trouble.lacks
        self.arxiv.intercept = partial(self._spoil, trouble, random)
        return [self.run(day) for _ in range(trouble.runs)]

    def run(self, day: date) -> Ended:
        root = self.repository.root
        before = set(root.glob("digests/*.md"))
        ended = run("--root", root, "update", environ=self.arxiv.environment())
        assert ended.code in (0, 1, 3), ended
        for digest in sorted(set(root.glob("digests/*.md")) - before):
            self.mailed += [(id, day) for id in _MAILED.findall(digest.read_text("utf-8"))]
        return ended

    def _spoil(self, trouble: BadDay, random: Random, request: Request) -> Response | None:
        if random.random() * 10 >= trouble.bad_answers:
            return None
        fault = random.choice((*_FIXED, *_SPOILT, None))
        if fault is None:
            raise ConnectionError
        if isinstance(fault, Response):
            return fault
        good = self.arxiv.answer(request)
        if good.status != 200 or (fault is not spoiling.cut and request.service is Service.FEED):
            return RATE_EXCEEDED
        return Response(200, fault(good.body), good.content_type)

    def digests(self) -> list[str]:
        """The texts of all digests, the oldest first."""
        files = sorted(self.repository.root.glob("digests/*.md"))
        return [file.read_text("utf-8") for file in files]

    def tables(self) -> Mapping[str, Sequence[str]]:
        """What each keyword's page shows, row by row."""
        pages = sorted((self.repository.root / "papers").glob("*.md"))
        return {page.stem: _rows(page.read_text("utf-8")) for page in pages}


def _rows(page: str) -> list[str]:
    """Titles with their links, and dates; a changed comment is seen by the next audit only."""
    rows = (line for line in page.splitlines() if line.startswith("| **["))
    return [" | ".join(row.split(" | ")[:2]) for row in rows]
