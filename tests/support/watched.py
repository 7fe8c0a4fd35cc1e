"""A digest repository with the arXiv that it reads and the GitHub that mails it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox import Request, SandboxArxiv, Script, make_up
from tests.support.awkward import with_awkward_papers
from tests.support.command_line import Ended, run
from tests.support.github import TOKEN, GitHubStandIn
from tests.support.repository import README, Repository
from tests.support.subjects import Topic, keywords_yaml
from tests.support.wanted import News, Truth

_ROW = re.compile(r"^- (?:\*\*)?\[.*\]\(https://arxiv\.org/abs/(?P<id>\S+?)v\d+\)")
_HEADING = re.compile(r"^### (?P<name>.*?) \(\d+(?:, .* above)?\)$")
_ALSO = re.compile(r"(?:^  | · )also (?P<names>[^·]*?) *$")


@dataclass(frozen=True)
class Services:
    """The two services, on the loopback; waits for them are over at once."""

    arxiv: SandboxArxiv
    github: GitHubStandIn

    @classmethod
    @contextmanager
    def running(cls, seed: int = 1) -> Iterator[Services]:
        universe = with_awkward_papers(make_up(Script(papers_a_day=8, old_papers=20, seed=seed)))
        with SandboxArxiv(universe) as arxiv, GitHubStandIn() as github:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(time, "sleep", lambda _seconds: None)
                yield cls(arxiv, github)

    def watched(self, folder: Path) -> Watched:
        """A new repository there, and a new one at GitHub."""
        self.arxiv.intercept, self.arxiv.query_lag_days = None, 0
        self.github.empty()
        return Watched(Repository.new(folder, "", README), self.arxiv, self.github)


@dataclass(frozen=True)
class Watched:
    """What one run of the daily job works on, and what watchers get of it."""

    repository: Repository
    arxiv: SandboxArxiv
    github: GitHubStandIn

    def configure(self, topics: Sequence[Topic]) -> None:
        self.repository.write("keywords.yaml", keywords_yaml(topics))

    def update(self, *options: str) -> Ended:
        return self._run("update", *options)

    def notify(self, *options: str) -> Ended:
        return self._run("notify", *options)

    def silenced(self, is_silent: bool = True) -> None:
        """Let arXiv have no answer to anything, or answer again."""
        self.arxiv.intercept = _silence if is_silent else None

    def bring_in(self, readme: Path) -> Ended:
        return self._run("import", str(readme))

    def job(self) -> None:
        """One run of the daily job, as it should end."""
        for ended in (self.update(), self.notify()):
            assert (ended.code, ended.err) == (0, ""), ended

    def _run(self, command: str, *options: str) -> Ended:
        return run(
            *("--root", self.repository.root, command, *options),
            environ={
                **self.arxiv.environment(),
                "GITHUB_API_URL": self.github.address,
                "GITHUB_REPOSITORY": self.github.repository,
                "GITHUB_TOKEN": TOKEN,
            },
        )

    @property
    def mails(self) -> tuple[Mail, ...]:
        """Everything that was mailed, issues and comments, in the order of sending."""
        written = sorted([*self.github.issues, *self.github.comments], key=lambda each: each["id"])
        return tuple(Mail(each.get("title", ""), each["body"]) for each in written)

    def kept(self, folder: Path) -> Kept:
        """Everything as it is now, to begin from it again."""
        return Kept(self.repository.copy(folder), self.arxiv.today, self.github.written())

    def resume(self, kept: Kept, folder: Path) -> Watched:
        """Begin from that again, with the files in another folder."""
        self.arxiv.today = kept.today
        self.github.go_back_to(kept.written)
        return Watched(kept.repository.copy(folder), self.arxiv, self.github)


@dataclass(frozen=True)
class Kept:
    repository: Repository
    today: date
    written: Mapping[str, Any]


@dataclass(frozen=True)
class Mail:
    """One mail as watchers get it."""

    title: str
    text: str

    @property
    def papers(self) -> list[tuple[str, frozenset[str]]]:
        """The listed papers, each with the names of its keywords."""
        papers: list[tuple[str, frozenset[str]]] = []
        heading = ""
        for line in self.text.splitlines():
            if found := _HEADING.search(line):
                heading = found["name"]
            elif found := _ROW.search(line):
                papers.append((found["id"], frozenset([heading])))
            elif found := _ALSO.search(line):
                id, names = papers[-1]
                papers[-1] = id, names.union(found["names"].split(", "))
        return papers


def papers_of(mails: Iterable[Mail]) -> list[tuple[str, frozenset[str]]]:
    return [paper for mail in mails for paper in mail.papers]


def told_once(mails: Iterable[Mail]) -> News:
    """What the mails tell; nothing may stand in them twice."""
    papers = papers_of(mails)
    ids = Counter(id for id, _ in papers)
    assert ids.most_common(1) == [] or max(ids.values()) == 1, ids.most_common(3)
    return dict(papers)


@dataclass
class Month:
    """A repository from its first day on, beside what its readers must be told."""

    watched: Watched
    truth: Truth
    #: Papers by identifier, with the day of their mail.
    mailed_on: dict[str, date] = field(default_factory=dict)

    def morning(self, day: date, topics: Sequence[Topic]) -> None:
        self.watched.arxiv.today = day
        self.watched.configure(topics)

    def hear(self, topics: Sequence[Topic]) -> tuple[News, Sequence[Mail]]:
        """One good run: what is news to readers, and the mails that came."""
        before = len(self.watched.mails)
        self.watched.job()
        mails = self.watched.mails[before:]
        self.mailed_on |= dict.fromkeys(told_once(mails), self.watched.arxiv.today)
        return self.truth.tell(self.watched.arxiv.today, topics), mails

    def hear_nothing(self) -> Sequence[Mail]:
        """One run while arXiv is silent."""
        before = len(self.watched.mails)
        self.watched.silenced()
        assert self.watched.update().code == 1
        assert self.watched.notify().code == 0
        self.watched.silenced(False)
        return self.watched.mails[before:]


def _silence(_request: Request) -> None:
    raise ConnectionError
