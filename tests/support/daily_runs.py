"""A digest repository that reads the sandbox's arXiv day after day, over real HTTP."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from daily_papers import repository as digest_repository
from daily_papers.daily.ask import Progress
from daily_papers.daily.job import dry_run, update
from daily_papers.daily.plan import FetchMode, Order
from daily_papers.daily.report import RunReport
from daily_papers.mail.digest import Digest, read_digest
from daily_papers.papers.paper import Paper
from daily_papers.store.files import load_store, save_store
from daily_papers.store.store import Store
from daily_papers.transaction import Transaction
from tests.sandbox import Request, SandboxArxiv, Service, Universe
from tests.support.repository import Repository


def days(first: date, count: int) -> list[date]:
    """So many days, one after the other."""
    return [first + timedelta(days=n) for n in range(count)]


@dataclass
class Reader:
    """A repository, the arXiv that it reads, and how tests look at both."""

    repository: Repository
    arxiv: SandboxArxiv
    reports: list[RunReport] = field(default_factory=list)

    def read(
        self,
        day: date,
        *,
        source: FetchMode = FetchMode.AUTO,
        budget: float = 2400.0,
        progress: Progress | None = None,
    ) -> RunReport:
        """Run the daily job on a day; the same run from the same tree is not made twice."""
        self.arxiv.today = day
        self.arxiv.requests.clear()
        start = (self._start(), day, source, budget)
        if self.arxiv.intercept is None and progress is None and start in _RUNS:
            made = _RUNS[start]
            _put(self.repository.root, made.tree)
            self.arxiv.requests += made.requests
            self.reports.append(made.report)
            return made.report
        order = self._order(day, source, budget)
        report = update(self._digests, order, progress or (lambda *_: None))
        self.reports.append(report)
        if self.arxiv.intercept is None and progress is None:
            tree, asked = _everything(self.repository.root), tuple(self.arxiv.requests)
            _RUNS[start] = _Run(tree, asked, report)
        return report

    def _start(self) -> Hashable:
        """All that a run depends on, but for the order."""
        arxiv = self.arxiv
        disturbed = (arxiv.query_lag_days, arxiv.feed_is_stale, arxiv.feed_is_early)
        settings = (*disturbed, arxiv.feeds.lacks, arxiv.feeds.limit, arxiv.oai_pmh.page_size)
        tree = tuple(sorted(_everything(self.repository.root).items()))
        return (arxiv.universe, settings, tree)

    def let_all_be_filled(self, day: date) -> None:
        """Leave out the runs that fill tables: from now on every keyword is up to date."""
        store = self.store()
        keywords = {
            slug: replace(keyword, filled=day, audited=day, last_success=day)
            for slug, keyword in store.keywords.items()
        }
        state = replace(store.state, complete=True)
        transaction = Transaction(self.repository.root)
        save_store(replace(store, keywords=keywords, state=state), transaction)
        transaction.commit()

    def plan(self, day: date, source: FetchMode = FetchMode.AUTO) -> tuple[str, ...]:
        """What the daily job would ask for on a day."""
        self.arxiv.today = day
        self.arxiv.requests.clear()
        return dry_run(self._digests, self._order(day, source, 2400.0))

    def _order(self, day: date, source: FetchMode, budget: float) -> Order:
        return Order(
            day=day,
            mode=source,
            budget=budget,
            environ=self.arxiv.environment(),
        )

    @property
    def _digests(self) -> digest_repository.Repository:
        return digest_repository.Repository(self.repository.root)

    @property
    def asked(self) -> dict[Service, int]:
        """How many requests each service had since the last run began."""
        return dict(self.arxiv.counts)

    @property
    def asked_for_details(self) -> list[list[str]]:
        """The identifiers of each list that was asked for since the last run began."""
        lists = (dict(request.parameters).get("id_list") for request in self.arxiv.requests)
        return [each.split(",") for each in lists if each]

    @property
    def requests(self) -> int:
        """How many requests there were since the last run began."""
        return len(self.arxiv.requests)

    def store(self) -> Store:
        """The store as it stands on disk."""
        return load_store(self.repository.root)

    def table(self, slug: str) -> tuple[Paper, ...]:
        """A keyword's table, newest first."""
        return self.store().table(slug)

    def ids(self, slug: str) -> list[str]:
        """The versioned identifiers of a keyword's table."""
        return [paper.versioned_id for paper in self.table(slug)]

    def digests(self) -> list[Digest]:
        """All digests, the oldest first."""
        files = sorted((self.repository.root / "digests").glob("*.md"))
        return [read_digest(file.read_bytes(), str(file)) for file in files]

    def news(self) -> list[str]:
        """The identifiers of all news in all digests, as often as they were told."""
        return [item.paper.id for digest in self.digests() for item in digest.items]

    def news_of(self, slug: str) -> list[str]:
        """The identifiers of one keyword's news."""
        return [
            item.paper.id
            for digest in self.digests()
            for item in digest.items
            if slug in item.keywords
        ]


@dataclass(frozen=True)
class _Run:
    """What a run left behind, asked for and reported."""

    tree: Mapping[str, bytes]
    requests: tuple[Request, ...]
    report: RunReport


#: The runs that no test disturbed. Many tests begin with the same ones.
_RUNS: dict[Hashable, _Run] = {}


def _everything(root: Path) -> dict[str, bytes]:
    """Every file, hidden ones too."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def _put(root: Path, tree: Mapping[str, bytes]) -> None:
    """Make the folder what it was."""
    before = _everything(root)
    for path in before.keys() - tree.keys():
        (root / path).unlink()
    for path, content in tree.items():
        if before.get(path) != content:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)


@contextmanager
def reading(root: Path, keywords: str, universe: Universe | None = None) -> Iterator[Reader]:
    """A new repository with these keywords, and a sandbox's arXiv."""
    with SandboxArxiv(universe) as arxiv:
        yield Reader(Repository.new(root, keywords), arxiv)
