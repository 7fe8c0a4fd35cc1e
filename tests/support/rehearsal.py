"""Days of a digest repository: its own workflow, a sandbox arXiv, a stand-in of GitHub."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from daily_papers.config import load_config
from daily_papers.query.expression import to_arxiv
from tests.sandbox import Change, Intercept, Record, SandboxArxiv, Script, make_up
from tests.sandbox.query_language import parse
from tests.sandbox.search_text import SearchText
from tests.sandbox.searching import test_of
from tests.support.bare_remote import BareRemote, git
from tests.support.command_line import PROJECT, Ended, run
from tests.support.github import TOKEN, GitHubStandIn
from tests.support.runner import Event, Job, Runner

ABSTRACT_PAGE = re.compile(r"https://arxiv\.org/abs/([\w./-]+?)v\d+")
_README = """\
# Our papers

<!-- daily-papers:begin -->
<!-- daily-papers:end -->
"""
KEYWORDS = """\
categories: [cs, eess, stat, physics.med-ph]
keywords:
  - magnetic resonance imaging
  - mri
  - name: Diffusion models
    query: 'ti:"diffusion model" OR abs:"diffusion model"'
"""


@dataclass
class Rehearsal:
    """A repository that runs itself."""

    remote: BareRemote
    runner: Runner
    arxiv: SandboxArxiv
    github: GitHubStandIn
    #: Listing days on which the job ran, in order.
    days: list[date] = field(default_factory=list)

    def slot(
        self,
        day: date,
        *,
        intercept: Intercept | None = None,
        event: Event | None = None,
        until: str | None = None,
    ) -> Job:
        """Let one of the day's two runs begin."""
        self.arxiv.today, self.arxiv.intercept = day, intercept
        self.runner.environment = {
            **self.arxiv.environment(),
            "GITHUB_API_URL": self.github.address,
        }
        if day not in self.days:
            self.days.append(day)
        return self.runner.run("daily.yml", event, until=until)

    def now(self) -> Path:
        """A fresh clone of what is on GitHub."""
        folder = self.runner.folder / "now"
        shutil.rmtree(folder, ignore_errors=True)
        git("clone", "--quiet", self.remote.path, folder)
        return folder

    def command(self, *arguments: str) -> Ended:
        """Run a command in what is on GitHub now."""
        return run("--root", self.now(), *arguments, environ=self.arxiv.environment())

    def website(self) -> dict[str, str] | None:
        """What GitHub Pages shows, None where nothing was deployed yet."""
        return None if self.runner.pages is None else _texts(self.runner.pages)

    def due_website(self, address: str = "") -> dict[str, str]:
        """The website of what is on GitHub now."""
        root = self.now()
        environ = {
            "GITHUB_REPOSITORY": self.runner.repository,
            "DAILY_PAPERS_SITE_URL": address,
        }
        assert run("--root", root, "site", environ=environ).code == 0
        return _texts(root / "site")

    def mailed(self) -> Counter[str]:
        """How often each paper stands in an issue or a comment."""
        return Counter(id for body in self.github.bodies() for id in ABSTRACT_PAGE.findall(body))

    def news(self) -> set[str]:
        """What arXiv announced as new or cross-listed on those days, for any keyword."""
        announced = [
            record
            for day in _days(self.days[0], self.days[-1])
            for record in self.arxiv.universe.announced_on(day)
            if record.change in (Change.NEW, Change.CROSS_LISTED)
        ]
        return set().union(*self._by_keyword(announced).values())

    def tables(self) -> dict[str, set[str]]:
        """The papers in the page of each keyword."""
        folder = self.now() / "papers"
        return {
            page.stem: set(ABSTRACT_PAGE.findall(page.read_text(encoding="utf-8")))
            for page in folder.glob("*.md")
        }

    def due(self) -> dict[str, set[str]]:
        """What arXiv would show for each keyword: all of them fit into its table."""
        return self._by_keyword(self.arxiv.universe.as_of(self.days[-1]))

    def ever_due(self) -> dict[str, set[str]]:
        """The papers too that a revision has made something else; they stay until pushed out."""
        listed = [
            record
            for day in _days(self.days[0], self.days[-1])
            for record in self.arxiv.universe.announced_on(day)
        ]
        before = self.arxiv.universe.as_of(self.days[0])
        return self._by_keyword([*before, *listed, *self.arxiv.universe.as_of(self.days[-1])])

    def _by_keyword(self, records: Iterable[Record]) -> dict[str, set[str]]:
        texts = [SearchText(record) for record in records]
        return {
            keyword.slug: {text.record.id for text in texts if holds(text)}
            for keyword in load_config(self.now() / "keywords.yaml").keywords
            if (holds := test_of(parse(to_arxiv(keyword.expression))))
        }


def _texts(folder: Path) -> dict[str, str]:
    """All files that are not hidden, as texts; the search index is packed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "backslashreplace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


@contextmanager
def rehearsal(folder: Path, repository: Path) -> Iterator[Rehearsal]:
    """Put a folder on GitHub, with nothing in its mailbox yet."""
    remote = BareRemote.of(repository, beside=folder)
    # So many papers that every listing has some for us.
    universe = make_up(Script(papers_a_day=20, days=21))
    with SandboxArxiv(universe) as arxiv, GitHubStandIn() as github:
        runner = Runner(folder, remote.path, github.repository, token=TOKEN)
        yield Rehearsal(remote, runner, arxiv, github)


def this_repository(folder: Path) -> Path:
    """A copy of what makes this project a digest repository, with tables of its own."""
    for path in ("action.yml", ".github", ".gitignore"):
        source, target = PROJECT / path, folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    (folder / "README.md").write_text(_README, encoding="utf-8")
    (folder / "keywords.yaml").write_text(KEYWORDS, encoding="utf-8")
    return folder
