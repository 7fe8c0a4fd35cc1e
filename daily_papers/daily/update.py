"""The daily job: keywords.yaml and arXiv in; store, tables and digest out.

    load -> reconcile -> plan -> fetch -> settle -> publish

Each step is a module of its own; here they are put in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from daily_papers.arxiv.kept import KeptAnswers
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import Limits, PoliteSession, Wait
from daily_papers.clock import listing_day
from daily_papers.config import Config, Keyword, load_config
from daily_papers.daily.fetching import Fetching, Progress, carry_out
from daily_papers.daily.gathering import Gathering
from daily_papers.daily.plan import Hearing, Plan, Situation, Source, make_plan
from daily_papers.daily.plan_text import plan_sentences
from daily_papers.daily.reconcile import reconcile
from daily_papers.daily.report import RequestReport, RunReport, WaitReport, told
from daily_papers.daily.settling import (
    day_line_of,
    keyword_reports,
    note_changes,
    settle,
    write_digest,
)
from daily_papers.errors import UsageError
from daily_papers.files import PRIVATE, locked
from daily_papers.publishing import Publication, digest_keys
from daily_papers.rendering.region import find_region
from daily_papers.store.store import Store
from daily_papers.store.store_files import load_store

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
    _refuse_the_future(services, order.day)
    with locked(order.root):
        publication = Publication.of(order.root, config)
        find_region(publication.readme())
        store = load_store(order.root)
        _refuse_the_past(store, order.day)
        gathering, changed = _gathering(order, config, store)
        return _Run(order, config, publication, gathering).through(
            services, progress, changed=changed
        )


def preview(order: Order) -> tuple[str, ...]:
    """What `update` would ask for now, one sentence each; nothing is asked, nothing written."""
    config = load_config(order.root / KEYWORDS)
    _refuse_the_future(Services.from_environment(order.environ), order.day)
    store = load_store(order.root)
    _refuse_the_past(store, order.day)
    gathering, changed = _gathering(order, config, store)
    plan = make_plan(_situation(order, config, gathering, changed=changed))
    return plan_sentences(plan, order.source)


def _gathering(order: Order, config: Config, store: Store) -> tuple[Gathering, bool]:
    """Let the store's keywords be those of today; tell whether any came or changed."""
    changes = reconcile(store, config.keywords, order.day)
    return Gathering(store, config.keywords, order.day), bool(changes.added or changes.changed)


def _refuse_the_past(store: Store, day: date) -> None:
    last = store.state.day
    if last is not None and day < last:
        raise UsageError(
            f"{day} is before the last run's day, {last}: a store only goes forward; leave out "
            "--today and DAILY_PAPERS_TODAY, or bring an older state of data/ back with git"
        )


def _refuse_the_future(services: Services, day: date) -> None:
    """Refuse a day that arXiv cannot have announced yet, and that no later run could go behind.

    A sandbox has its own calendar.
    """
    now = listing_day({})
    if day > now and services.ask_arxiv:
        raise UsageError(
            f"{day} is still to come: in New York, arXiv's time, it is {now}; leave out --today "
            "and DAILY_PAPERS_TODAY"
        )


def _situation(order: Order, config: Config, gathering: Gathering, *, changed: bool) -> Situation:
    """How things stand before anything is asked. What changed must be matched with the feed."""
    store = gathering.store
    heard = store.state.feed_day == order.day and not changed
    return Situation(
        day=order.day,
        source=order.source,
        state=store.state,
        records=[store.keywords[keyword.slug] for keyword in config.keywords],
        categories=all_categories(config.keywords),
        newcomers=changed,
        lacking_details=any(gathering.lacking_details()),
        hearing=Hearing.HEARD if heard else Hearing.NOT_YET,
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

    def through(self, services: Services, progress: Progress, *, changed: bool) -> RunReport:
        """Fetch, settle, publish, report."""
        with PoliteSession(
            Limits.of(services, budget=self.order.budget),
            answers=KeptAnswers(self.order.root / PRIVATE / "answers", self.order.day),
            before_waiting=self._keep_what_came,
            digest_repository=self.order.environ.get("GITHUB_REPOSITORY") or None,
        ) as session:
            fetching = Fetching(session, services, self.gathering, progress)
            situation = _situation(self.order, self.config, self.gathering, changed=changed)
            return self._close(self._fetch(situation, fetching), fetching, session)

    def _fetch(self, situation: Situation, fetching: Fetching) -> Plan:
        """Ask for the feed first; the rest is planned when it is known how that went."""
        plan = make_plan(situation)
        parts = plan.feed_parts
        if parts:
            fetching.listen(parts)
            lost = fetching.feed_failure is not None
            plan = make_plan(
                replace(
                    situation,
                    hearing=Hearing.LOST if lost else Hearing.HEARD,
                    lacking_details=any(self.gathering.lacking_details()),
                )
            )
        carry_out(plan, fetching)
        return replace(plan, feed_parts=parts)

    def _keep_what_came(self, wait: Wait) -> None:
        """Store and show what was fetched so far: a wait may be long, and a run may be killed.

        What is news is not written: the next run finds it again, in the answers that were kept.
        """
        note_changes(self.gathering)
        state = self.gathering.store.state
        if state.day != self.order.day:
            state.day, state.complete = self.order.day, False
        state.day_line = f"Not all is fetched yet: {told(wait.reason)}."
        self.publication.publish(self.gathering.store)

    def _close(self, plan: Plan, fetching: Fetching, session: PoliteSession) -> RunReport:
        store, day = self.gathering.store, self.order.day
        settle(self.gathering, self.order.source, fetching.feed_failure)
        digest = write_digest(
            self.gathering,
            self.order.environ.get("GITHUB_REPOSITORY") or None,
            digest_keys(self.order.root),
        )
        asked_nothing = store.state.day == day and store.state.complete and plan == Plan()
        store.state.day = day
        reports = keyword_reports(self.gathering)
        filling = self._still_filling(plan)
        if not asked_nothing:
            store.state.complete = not (
                filling or fetching.open or any(not report.done for report in reports)
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
                WaitReport(url=w.url, seconds=w.seconds, reason=told(w.reason))
                for w in session.waits
            ),
            notes=tuple(dict.fromkeys(self.gathering.notes)),
        )

    def _still_filling(self, plan: Plan) -> str | None:
        """Say how many keywords this run has filled, where some wait for the next runs."""
        records = self.gathering.store.keywords.values()
        waiting = sum(record.filled is None for record in records)
        if not waiting or plan.filling is None:
            return None
        filled = plan.unfilled - waiting
        if not filled:
            return f"{waiting:,} keyword{' waits' if waiting == 1 else 's wait'} to be filled."
        return f"Still filling {filled:,} of {plan.unfilled:,} keywords; the others wait."
