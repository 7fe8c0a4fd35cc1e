"""The daily job: keywords.yaml and arXiv in; store, tables and digest out.

    load -> reconcile -> plan -> fetch -> settle -> publish

Each step is a module of its own; here they are put in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from daily_papers.arxiv.kept import KeptAnswers
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import Limits, PoliteSession, Wait
from daily_papers.config import Config, Keyword, load_config
from daily_papers.errors import UsageError
from daily_papers.fetching import Fetching, Progress, carry_out
from daily_papers.files import PRIVATE, locked
from daily_papers.gathering import Gathering
from daily_papers.plan import Plan, Situation, Source, make_plan
from daily_papers.plan_text import plan_sentences
from daily_papers.publishing import Publication, digest_keys
from daily_papers.reconcile import Reconciled, reconcile
from daily_papers.rendering.region import find_region
from daily_papers.report import RequestReport, RunReport, WaitReport
from daily_papers.settling import (
    day_line_of,
    keyword_reports,
    note_changes,
    revised_today,
    settle,
    write_digest,
)
from daily_papers.store import Store
from daily_papers.store_files import load_store

KEYWORDS = "keywords.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the command line asks of a run."""

    root: Path
    day: date
    source: Source = Source.AUTO
    #: Seconds for the whole run.
    budget: float = 40 * 60.0
    environ: Mapping[str, str] = field(default_factory=dict)


def update(order: Order, progress: Progress) -> RunReport:
    """Bring the digest repository up to date. Raises DailyPapersError where it cannot begin."""
    config = load_config(order.root / KEYWORDS)
    services = Services.from_environment(order.environ)
    with locked(order.root):
        publication = Publication.of(order.root, config)
        find_region(publication.readme())
        store = load_store(order.root)
        _refuse_the_past(store, order.day)
        changes = reconcile(store, config.keywords, order.day)
        run = _Run(order, config, publication, Gathering(store, config.keywords, order.day))
        return run.through(services, changes, progress)


def preview(order: Order) -> tuple[str, ...]:
    """What `update` would ask for now, one sentence each; nothing is asked, nothing written."""
    config = load_config(order.root / KEYWORDS)
    Services.from_environment(order.environ)
    store = load_store(order.root)
    _refuse_the_past(store, order.day)
    changes = reconcile(store, config.keywords, order.day)
    gathering = Gathering(store, config.keywords, order.day)
    return plan_sentences(make_plan(_situation(order, config, gathering, changes)), order.source)


def _refuse_the_past(store: Store, day: date) -> None:
    last = store.state.day
    if last is not None and day < last:
        raise UsageError(
            f"{day} is before the last run's day, {last}: a store only goes forward; leave out "
            "--today and DAILY_PAPERS_TODAY, or bring an older state of data/ back with git"
        )


def _situation(
    order: Order, config: Config, gathering: Gathering, changes: Reconciled | None
) -> Situation:
    store = gathering.store
    return Situation(
        day=order.day,
        source=order.source,
        state=store.state,
        records=[store.keywords[keyword.slug] for keyword in config.keywords],
        categories=all_categories(config.keywords),
        newcomers=changes is not None and bool(changes.added or changes.changed),
        lacking_details=any(gathering.lacking_details()),
    )


def all_categories(keywords: tuple[Keyword, ...]) -> tuple[str, ...]:
    """The categories of all keywords together; none where one of them is for all of arXiv."""
    if not all(keyword.categories for keyword in keywords):
        return ()
    return tuple(sorted({name for keyword in keywords for name in keyword.categories}))


@dataclass(slots=True)
class _Run:
    order: Order
    config: Config
    publication: Publication
    gathering: Gathering

    def through(self, services: Services, changes: Reconciled, progress: Progress) -> RunReport:
        """Fetch, settle, publish, report."""
        situation = _situation(self.order, self.config, self.gathering, changes)
        plan = make_plan(situation)
        with PoliteSession(
            Limits.of(services, budget=self.order.budget),
            answers=KeptAnswers(self.order.root / PRIVATE / "answers", self.order.day),
            before_waiting=self._keep_what_came,
            digest_repository=self.order.environ.get("GITHUB_REPOSITORY") or None,
        ) as session:
            fetching = Fetching(session, services, self.gathering, progress)
            asked = self._fetch(plan, fetching)
            return self._close(asked, fetching, session)

    def _fetch(self, plan: Plan, fetching: Fetching) -> Plan:
        """Ask for the feed first; where it is lost, plan again without it."""
        if plan.feed_parts:
            fetching.listen(plan.feed_parts)
            again = _situation(self.order, self.config, self.gathering, None)
            rest = make_plan(again, feed_lost=fetching.feed_failure is not None)
        else:
            rest = plan
        carry_out(rest, fetching, day=self.order.day)
        return rest if not plan.feed_parts else rest.after_feed(plan.feed_parts)

    def _keep_what_came(self, wait: Wait) -> None:
        """Store and show what was fetched so far: a wait may be long, and a run may be killed."""
        state = self.gathering.store.state
        state.revised = revised_today(self.gathering)
        note_changes(self.gathering)
        if state.day != self.order.day:
            state.day, state.complete = self.order.day, False
        state.day_line = f"Not all is fetched yet: {wait.reason}."
        self.publication.publish(self.gathering.store)

    def _close(self, plan: Plan, fetching: Fetching, session: PoliteSession) -> RunReport:
        store, day = self.gathering.store, self.order.day
        settle(self.gathering, self.order.source, fetching.feed_failure)
        digest = write_digest(
            self.gathering,
            self.order.environ.get("GITHUB_REPOSITORY") or None,
            digest_keys(self.order.root),
        )
        store.state.revised = revised_today(self.gathering)
        asked_nothing = store.state.day == day and store.state.complete and plan == Plan()
        store.state.day = day
        reports = keyword_reports(self.gathering)
        filling = self._still_filling(plan)
        if not asked_nothing:
            store.state.complete = (
                not filling and fetching.got_everything and all(r.good for r in reports)
            )
            store.state.day_line = day_line_of(self.gathering, reports, filling)
        self.publication.publish(store, digest)
        return RunReport(
            day=day,
            source=self.order.source.value,
            day_line=store.state.day_line,
            complete=store.state.complete,
            plan=plan_sentences(plan, self.order.source),
            keywords=reports,
            requests=tuple(
                RequestReport(
                    url=e.url, status=e.status, bytes=e.bytes, seconds=e.seconds, outcome=e.outcome
                )
                for e in session.exchanges
            ),
            waits=tuple(
                WaitReport(url=w.url, seconds=w.seconds, reason=w.reason) for w in session.waits
            ),
            notes=tuple(self.gathering.notes),
        )

    def _still_filling(self, plan: Plan) -> str | None:
        """Say how many keywords this run set out to fill, where some wait for the next runs."""
        waiting = any(record.filled is None for record in self.gathering.store.keywords.values())
        return plan.filling if waiting else None
