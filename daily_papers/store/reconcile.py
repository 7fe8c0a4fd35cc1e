"""What an edit of keywords.yaml means for the stored tables.

A keyword is the same as before if its slug is the same, else its expression, else its name. A
renamed keyword keeps its papers, a removed one leaves none behind, and a changed one is matched
again with all stored papers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from daily_papers.config import Keyword
from daily_papers.query.expression import canonical
from daily_papers.query.matching import Matches
from daily_papers.store.store import Draft, KeywordState, Store


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A store with the keywords of keywords.yaml, and what that changed, by slug."""

    store: Store
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]


def reconcile(store: Store, keywords: Sequence[Keyword], day: date) -> Reconciled:
    """Give a store the keywords of keywords.yaml."""
    draft = Draft(store)
    before = _pairs(store.keywords.values(), keywords)
    renamed = tuple((state.slug, slug) for slug, state in before.items() if state.slug != slug)
    for old, new in renamed:
        draft.rename(old, new, day)
    members = {keyword.slug: frozenset(draft.members[keyword.slug]) for keyword in keywords}
    added = tuple(keyword.slug for keyword in keywords if keyword.slug not in before)
    changed = tuple(
        keyword.slug
        for keyword in keywords
        if keyword.slug in before
        and draft.keywords[keyword.slug].expression != canonical(keyword.expression)
    )
    if added or changed:
        _match_again(draft, [k for k in keywords if k.slug in (*added, *changed)], day)
    wanted = members.keys()
    known = dict.fromkeys((*draft.keywords, *draft.members))
    removed = tuple(slug for slug in known if slug not in wanted)
    for slug in removed:  # only now, since its papers may match another keyword
        draft.remove(slug)
    topics = _new_topics(store, added)
    for keyword in keywords:
        slug = keyword.slug
        rows = len(draft.members[slug])
        state = _updated(draft.keywords.get(slug), keyword, rows)
        state = replace(state, topic=topics.get(slug, state.topic))
        if keyword.like is not None:  # nothing is searched for, so nothing is missing
            state = replace(state, filled=state.filled or day)
        draft.trim(slug, keyword.max_papers)
        if draft.members[slug] != members[slug]:
            state = replace(state, changed=day)
        draft.keywords[slug] = state
    return Reconciled(draft.finish(), added, changed, removed, renamed)


def _pairs(states: Iterable[KeywordState], keywords: Sequence[Keyword]) -> dict[str, KeywordState]:
    """Find the earlier state of each keyword, by its slug of today."""
    sameness: tuple[tuple[Callable[[KeywordState], str], Callable[[Keyword], str]], ...] = (
        (lambda state: state.slug, lambda keyword: keyword.slug),
        (
            lambda state: state.expression if state.searches else f"like {state.slug}",
            lambda keyword: canonical(keyword.expression),
        ),
        (lambda state: state.name, lambda keyword: keyword.name),
    )
    left = {state.slug: state for state in states}
    pairs: dict[str, KeywordState] = {}
    for of_state, of_keyword in sameness:
        known = {of_state(state): state for state in left.values()}
        for keyword in keywords:
            state = known.get(of_keyword(keyword))
            if keyword.slug not in pairs and state is not None and state.slug in left:
                pairs[keyword.slug] = left.pop(state.slug)
    return pairs


def _new_topics(store: Store, added: Iterable[str]) -> dict[str, str]:
    """The topics of new keywords whose slug is that of a renamed one."""
    taken = {state.topic or state.slug for state in store.keywords.values()}
    topics = {}
    for slug in added:
        topic = slug
        while topic in taken:
            topic = topics[slug] = f"{topic}-2"
        taken.add(topic)
    return topics


def _match_again(draft: Draft, keywords: Sequence[Keyword], day: date) -> None:
    papers = [stored.paper for stored in draft.papers.values()]
    matches = Matches({keyword.slug: keyword.expression for keyword in keywords}, papers)
    for keyword in keywords:
        possible = {paper.id for paper in matches.possible(keyword.slug)}
        draft.take(keyword.slug, matches.of(keyword.slug), day)
        for paper_id in draft.members[keyword.slug] - possible:
            draft.drop(keyword.slug, paper_id)


def _updated(known: KeywordState | None, keyword: Keyword, rows: int) -> KeywordState:
    """Bring a keyword's state up to date; one that lacks papers now waits to be filled."""
    expression = canonical(keyword.expression)
    if known is None:
        return KeywordState(
            slug=keyword.slug,
            name=keyword.name,
            expression=expression,
            max_papers=keyword.max_papers,
        )
    state = replace(known, name=keyword.name, expression=expression, max_papers=keyword.max_papers)
    other = known.expression != expression
    if other or known.max_papers <= rows < keyword.max_papers:
        state = replace(state, filled=None, harvested=None)
    if other and known.notified_up_to is not None:
        before = dict(known.expressions_before)
        if None not in before.values():  # else nobody has seen the news for the last one
            before[known.expression] = None
        before.pop(expression, None)
        state = replace(state, expressions_before=before)
    return state
