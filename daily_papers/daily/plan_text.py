"""A plan in words: what `update --dry-run` and the report say."""

from __future__ import annotations

from collections.abc import Iterator

from daily_papers.daily.plan import FetchMode, Plan


def plan_sentences(plan: Plan, mode: FetchMode) -> tuple[str, ...]:
    """One sentence for each thing that is asked for, in order."""
    sentences = tuple(_sentences(plan))
    return sentences or (f"nothing to ask (source {mode}): everything is known already",)


def _sentences(plan: Plan) -> Iterator[str]:
    if plan.feed_parts:
        yield f"the announcement feed, in {_requests(len(plan.feed_parts))}"
    if plan.searches:
        yield f"the own search of {_keywords(plan.searches)}, to catch up"
    if plan.harvest is not None:
        pages = _requests(plan.harvest.pages)
        yield f"a harvest of what changed since {plan.harvest.since}, in about {pages}"
    if plan.fills:
        many = f" ({plan.filling})" if plan.filling else ""
        yield f"the own search of {_keywords(plan.fills)}, to fill new tables{many}"
    if plan.details:
        yield "the details of what matched, 300 papers a request"
    if plan.audit is not None:
        yield f"the own search of {plan.audit}, whose turn it is to be audited"


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number:,} requests"


def _keywords(slugs: tuple[str, ...]) -> str:
    named = ", ".join(slugs[:5])
    more = f" and {len(slugs) - 5:,} more" if len(slugs) > 5 else ""
    return f"{len(slugs):,} keyword{'' if len(slugs) == 1 else 's'}: {named}{more}"
