"""The daily job, from top to bottom: from keywords.yaml and arXiv to store, tables and digest.

    load -> reconcile -> ask for the feed -> plan -> ask for the rest -> conclude -> publish

What arXiv says is evidence; what it means is decided in `conclude`. A run that has to wait
publishes what it has so far, since a wait may be long, and a run may be killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from daily_papers.arxiv.query_api import QueryApi
from daily_papers.arxiv.services import Services, is_arxiv
from daily_papers.arxiv.session import AnswerCache, PoliteSession
from daily_papers.clock import listing_day
from daily_papers.config import Config, Keyword
from daily_papers.daily.ask import Inquiry, Progress
from daily_papers.daily.conclude import conclude, so_far
from daily_papers.daily.evidence import Evidence, known_liked
from daily_papers.daily.feed_history import feed_of, with_days_passed
from daily_papers.daily.liking import rank_listing
from daily_papers.daily.plan import Order, Situation, make_plan, plan_sentences
from daily_papers.daily.report import RunReport
from daily_papers.errors import UsageError, Wait
from daily_papers.github_actions import Addresses
from daily_papers.mail.digest import new_key
from daily_papers.repository import Repository
from daily_papers.store.reconcile import Reconciled, reconcile
from daily_papers.store.store import Store
from daily_papers.transaction import PRIVATE


def update(repository: Repository, order: Order, progress: Progress) -> RunReport:
    """Bring the digest repository up to date. Raises DailyPapersError if it cannot begin."""
    services = Services.from_environment(order.environ)
    here = Addresses.of(order.environ)
    with repository.locked():
        config = repository.load_config()
        repository.readme()
        reconciled = _reconciled(repository, config, services, order.day)
        store, evidence = reconciled.store, list[Evidence]()
        before = store.updated(state=with_days_passed(store.state, order.day, order.mode))

        def known() -> Store:
            return so_far(before, config.keywords, evidence, order.day)

        def publish_so_far(wait: Wait) -> None:
            store = known()
            line = f"Still fetching: {wait.reason}."
            state = replace(store.state, complete=False, day_line=line)
            repository.publish(config, store.updated(state=state))

        with PoliteSession(
            services,
            budget=order.budget,
            answers=AnswerCache(repository.root / PRIVATE / "answers", order.day),
            before_waiting=publish_so_far,
            say=order.say,
            digest_repository=here.page,
        ) as session:
            api = QueryApi(session)
            inquiry = Inquiry(session, api, before, config.keywords, order.day, progress, evidence)
            store = before
            plan = make_plan(_situation(reconciled, store, config, evidence, order))
            if plan.feed_parts:
                inquiry.ask_for_feed(plan.feed_parts)
                feed = feed_of(evidence)
                if config.libraries and feed is not None:
                    missing = [id for id in config.liked_ids if id not in before.liked]
                    inquiry.ask_by_id(missing, "papers that you like", still_due=False)
                    known_ones = known_liked(before, evidence)
                    evidence.append(
                        rank_listing(repository.root, config, before, feed, known_ones, order.day)
                    )
                store = known()
                plan = make_plan(_situation(reconciled, store, config, evidence, order))
            learned = len(evidence)
            if plan.searches or plan.fills or plan.harvest is not None:
                inquiry.ask_for_missed(plan, store)
            if plan.details is not None:
                store = known() if len(evidence) > learned else store
                inquiry.ask_for_details(plan.details, store, probe=bool(plan.searches))
            inquiry.audit(plan.audit)
        key = new_key(order.day, repository.digest_keys())
        conclusion = conclude(before, config, evidence, order, key)
        repository.publish(config, conclusion.store, conclusion.digest, server=here.server)
    return replace(conclusion.report, requests=tuple(session.exchanges), waits=tuple(session.waits))


def dry_run(repository: Repository, order: Order) -> tuple[str, ...]:
    """What `update` would ask for now, one sentence each; asks nothing and writes nothing."""
    config = repository.load_config()
    services = Services.from_environment(order.environ)
    reconciled = _reconciled(repository, config, services, order.day)
    plan = make_plan(_situation(reconciled, reconciled.store, config, (), order))
    return plan_sentences(plan, order.mode)


def _reconciled(
    repository: Repository, config: Config, services: Services, day: date
) -> Reconciled:
    """The store with today's keywords. Raises UsageError if the day cannot be.

    arXiv has announced nothing for a future day, and the store cannot go back. A sandbox may have
    any day.
    """
    now = listing_day({})
    if day > now and is_arxiv(services.api_url):
        raise UsageError(
            f"{day} is in the future: in New York, arXiv's time, it is {now}; leave out --today "
            "and DAILY_PAPERS_TODAY"
        )
    store = repository.load_store()
    last = store.state.day
    if last is not None and day < last:
        raise UsageError(
            f"{day} is before the last run's day, {last}: a store only moves forward; leave out "
            "--today and DAILY_PAPERS_TODAY, and correct the clock if it is wrong; if it was wrong "
            f"then, wait for {last}, or undo that run, whose news will be mailed again: "
            'git revert --no-edit "$(git log -1 --format=%h -- data/state.json)"'
        )
    return reconcile(store, config.keywords, day)


def _situation(
    reconciled: Reconciled,
    store: Store,
    config: Config,
    evidence: Sequence[Evidence],
    order: Order,
) -> Situation:
    """What the plan depends on; ``store`` includes the evidence so far.

    A new or changed keyword must be matched with the feed, even if an earlier run has read it; and
    so must one with `like` that took nothing from it yet.
    """
    states = store.keywords.values()
    unranked = any(not each.searches and each.last_success != order.day for each in states)
    newcomers = bool(reconciled.added or reconciled.changed or unranked)
    read_before = store.state.feed_day == order.day and not newcomers
    return Situation(
        day=order.day,
        mode=order.mode,
        state=store.state,
        keywords=[
            state for keyword in config.keywords if (state := store.keywords[keyword.slug]).searches
        ],
        categories=all_categories(config.keywords),
        newcomers=newcomers,
        lacking_details=any(
            stored.is_current(order.day) and not stored.paper.has_details
            for stored in store.papers.values()
        ),
        feed_trusted=feed_of(evidence) is not None if evidence else read_before or None,
    )


def all_categories(keywords: Sequence[Keyword]) -> tuple[str, ...]:
    """The categories of all keywords together; none if one of them searches all of arXiv."""
    if not all(keyword.categories for keyword in keywords):
        return ()
    return tuple(sorted({name for keyword in keywords for name in keyword.categories}))
