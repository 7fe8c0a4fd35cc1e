"""What an edit of keywords.yaml means for the tables that are there.

A keyword is the same one as before if its slug is the same, else its expression, else its name.
A renamed one keeps its papers, a removed one leaves none behind, and a changed one is matched
again over what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from daily_papers.config import Keyword
from daily_papers.query.expression import to_arxiv
from daily_papers.query.matching import Matches, Verdict
from daily_papers.store.store import KeywordRecord, Store


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was done, by slug."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]


def reconcile(store: Store, keywords: Sequence[Keyword], day: date) -> Reconciled:
    """Let the store's keywords be those of keywords.yaml."""
    told = _told_to_new_ones(store)
    before = _pairs(store.keywords.values(), keywords)
    renamed = tuple((record.slug, slug) for slug, record in before.items() if record.slug != slug)
    for old, new in renamed:
        store.rename(old, new)
    members = {slug: frozenset(ids) for slug, ids in store.members.items()}
    added = tuple(keyword.slug for keyword in keywords if keyword.slug not in before)
    changed = tuple(
        keyword.slug
        for keyword in keywords
        if keyword.slug in before and _expression_changed(store, keyword)
    )
    _match_again(store, [k for k in keywords if k.slug in (*added, *changed)], day)
    wanted = {keyword.slug for keyword in keywords}
    removed = tuple(slug for slug in store.slugs() if slug not in wanted)
    for slug in removed:  # only now: what it held may match another keyword
        store.remove(slug)
    for keyword in keywords:
        _record(store, keyword, told)
        store.trim(keyword.slug, keyword.max_papers)
        if store.members.get(keyword.slug, set()) != members.get(keyword.slug, set()):
            store.keywords[keyword.slug].changed = day
    return Reconciled(added, changed, removed, renamed)


def _pairs(
    records: Iterable[KeywordRecord], keywords: Sequence[Keyword]
) -> dict[str, KeywordRecord]:
    """Find for each keyword's slug the record that it had before."""
    sameness: tuple[tuple[Callable[[KeywordRecord], str], Callable[[Keyword], str]], ...] = (
        (lambda record: record.slug, lambda keyword: keyword.slug),
        (lambda record: record.expression, lambda keyword: to_arxiv(keyword.expression)),
        (lambda record: record.name, lambda keyword: keyword.name),
    )
    left = {record.slug: record for record in records}
    pairs: dict[str, KeywordRecord] = {}
    for of_record, of_keyword in sameness:
        known = {of_record(record): record for record in left.values()}
        for keyword in keywords:
            record = known.get(of_keyword(keyword))
            if keyword.slug not in pairs and record is not None and record.slug in left:
                pairs[keyword.slug] = left.pop(record.slug)
    return pairs


def _expression_changed(store: Store, keyword: Keyword) -> bool:
    return store.keywords[keyword.slug].expression != to_arxiv(keyword.expression)


def _match_again(store: Store, keywords: Sequence[Keyword], day: date) -> None:
    """Judge all that is stored by new and changed expressions."""
    if not keywords:
        return
    papers = [shelved.paper for shelved in store.papers.values()]
    matches = Matches({keyword.slug: keyword.expression for keyword in keywords}, papers)
    for keyword in keywords:
        verdicts = zip(papers, matches.verdicts(keyword.slug), strict=True)
        spoilt = {paper.id for paper, verdict in verdicts if verdict is Verdict.DOES_NOT}
        store.take(keyword.slug, matches.of(keyword.slug), day=day, limit=len(papers))
        for paper_id in spoilt & store.members.get(keyword.slug, set()):
            store.drop(keyword.slug, paper_id)


def _told_to_new_ones(store: Store) -> str | None:
    """Nothing; but where the list of keywords was lost, they are no new ones."""
    return store.state.highest_id if store.papers and not store.keywords else None


def _record(store: Store, keyword: Keyword, told: str | None) -> None:
    """Bring the keyword's record up to date; one that lacks papers now waits to be filled."""
    expression = to_arxiv(keyword.expression)
    record = store.keywords.get(keyword.slug)
    if record is None:
        record = KeywordRecord(keyword.slug, keyword.name, expression, told=told)
        store.keywords[keyword.slug] = record
    full = len(store.members.get(keyword.slug, ())) >= record.max_papers
    if record.expression != expression or (full and keyword.max_papers > record.max_papers):
        record.filled = record.harvested = None
    if record.expression != expression and record.told is not None:
        first = record.told_for or record.expression
        record.told_for = first if first != expression else None
    record.name, record.expression = keyword.name, expression
    record.max_papers = keyword.max_papers
