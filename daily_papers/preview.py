"""`preview`: what keywords would bring, before they are merged.

Data flow: keywords.yaml, now and at an older commit -> the keywords that changed -> one search for
each -> counts. `preview_text` writes them up.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from pathlib import Path

from daily_papers.arxiv.feed import FeedAnswer, merge_parts, todays_feed
from daily_papers.arxiv.query_api import MOST_PER_REQUEST, QueryApi
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.config import Config, ConfigError, Keyword, parse_config
from daily_papers.daily.ask import PATIENCE
from daily_papers.daily.evidence import Details, FeedRead, known_liked
from daily_papers.daily.job import all_categories
from daily_papers.daily.liking import rank_listing
from daily_papers.daily.news import announced_as_news, matching_each
from daily_papers.daily.plan import MOST_FILLS, split_into_parts
from daily_papers.errors import FetchError, NoAnswer, UsageError
from daily_papers.github_actions import Addresses
from daily_papers.keyword_check import config_at
from daily_papers.papers.paper import Paper
from daily_papers.preview_text import KeywordPreview, Passage, keyword_passage
from daily_papers.query.expression import (
    Expression,
    Operation,
    Operator,
    Phrase,
    any_of,
    leaves,
    to_arxiv,
    without,
)
from daily_papers.query.matching import Matches
from daily_papers.query.nearest import nearest_phrases
from daily_papers.render.markdown import shown
from daily_papers.repository import Repository
from daily_papers.store.reconcile import reconcile
from daily_papers.store.store import Store
from daily_papers.text import plural

#: Each preview is a search, at arXiv's pace; if more keywords change, only these are searched for.
MOST_PREVIEWS = 40
#: In seconds. People won't wait as long for a preview as for the daily job.
_BUDGET = 15 * 60.0
#: Fewer rows say little about days.
_LEAST_ROWS = 100
#: So many times the rows are asked for if the search is for more than the keyword means.
_LOOSER = 3
#: So many phrases are compared with what so many papers say.
_MOST_PHRASES = 200
_MOST_PAPERS = 5_000


def preview(
    root: Path,
    day: date,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    *,
    keyword: str | None = None,
    since: str | None = None,
) -> Iterator[Passage]:
    """Say what an edit changes, and what each keyword would bring, or why we don't know.

    ``keyword`` is a name or slug in keywords.yaml, or a new phrase; None for all keywords, or those
    that have changed ``since`` a commit. ``say`` is called before a long wait. Raises
    DailyPapersError.
    """
    repository = Repository(root)
    config = repository.load_config()
    if since is None:
        keywords, sentences = _keywords_named(config, keyword)
        title = "Probably not what you mean"
    else:
        earlier = config_at(root, since)
        # Without a file then, or with mistakes in it, the store knows what there was.
        known = reconcile(Store(), earlier.keywords, day).store if earlier else None
        keywords, sentences = _changes(config, known or repository.load_store(), day)
        title = "Preview of keywords.yaml"
    if sentences:
        yield Passage(title, sentences, level=2)
    store = repository.store_for(config)
    with PoliteSession(
        Services.from_environment(environ),
        budget=_BUDGET,
        say=say,
        digest_repository=Addresses.of(environ).page,
    ) as session:
        yield from _Answers(root, day, config, store, session).of(keywords)


# --- which keywords ----------------------------------------------------------------------------


def _keywords_named(config: Config, name: str | None) -> tuple[tuple[Keyword, ...], list[str]]:
    """Find a keyword by name or slug, or read the text as a new phrase; all keywords for None.

    Also what `check` would say of a new phrase.
    """
    if name is None:
        return config.keywords, []
    for keyword in config.keywords:
        if name.casefold() in (keyword.name.casefold(), keyword.slug):
            return (keyword,), []
    new = {"categories": config.categories, "max_papers": config.max_papers, "keywords": [name]}
    try:
        # YAML reads JSON, too.
        text = json.dumps(new, ensure_ascii=False, indent=0)
        read = parse_config(text.encode(errors="replace"), "preview")
    except ConfigError as error:
        raise UsageError(f"preview: {error.problems[0].message}") from error
    (keyword,) = read.keywords
    return (keyword,), [doubt.message for doubt in read.warnings if doubt.line == keyword.line]


def _changes(config: Config, before: Store, day: date) -> tuple[tuple[Keyword, ...], list[str]]:
    """The keywords that are new, search for something else, or have another `max_papers`.

    Also in words: how many searches the edit takes, and which tables are removed or kept.
    """
    done = reconcile(before, config.keywords, day)
    changed = {*done.added, *done.changed}
    slugs = dict(done.renamed)
    rows = {slugs.get(each.slug, each.slug): each.max_papers for each in before.keywords.values()}
    # A table that gets longer needs the papers that were pushed out of it.
    longer = {k.slug for k in config.keywords if k.max_papers > rows.get(k.slug, k.max_papers)}
    fills = len((changed | longer) - {k.slug for k in config.keywords if k.like is not None})
    searches = plural(fills, "search", "searches")
    runs = "run" if fills <= MOST_FILLS else f"{ceil(fills / MOST_FILLS):,} runs"
    change = f"The change takes {searches}, in the next {runs}"
    sentences = [change if fills else "The change takes no search"]
    sentences += [f"{slug} is removed, with its table" for slug in done.removed]
    sentences += [f"{old} becomes {new} and keeps its papers" for old, new in done.renamed]
    changed |= {k.slug for k in config.keywords if k.max_papers != rows.get(k.slug, k.max_papers)}
    return tuple(keyword for keyword in config.keywords if keyword.slug in changed), sentences


# --- what they bring ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Answers:
    """What arXiv answers, and what follows from it."""

    root: Path
    day: date
    config: Config
    store: Store
    session: PoliteSession
    #: What the searches have found so far.
    previews: list[KeywordPreview] = field(default_factory=list)
    #: How many searches in a row had no answer; after some, no more is asked.
    silences: int = 0

    def of(self, keywords: Sequence[Keyword]) -> Iterator[Passage]:
        """One search for each keyword, then what all of them come to together."""
        searched = [keyword for keyword in keywords if keyword.like is None]
        asked = 0
        for keyword in searched[:MOST_PREVIEWS]:
            if self.silences < PATIENCE:
                asked += 1
                yield self._passage(keyword)
        # The words of the last listing's papers may be close to a keyword without hits.
        without = not all(each.either for each in self.previews)
        parts = self._listing(all_categories(self.config.keywords)).parts if without else ()
        listed = [one.paper for one in merge_parts(part.announcements for part in parts)]
        if together := list(_together(self.previews, self.store, listed, len(searched) - asked)):
            yield Passage("Together" if len(searched) > 1 else "Similar", together, level=2)
        for keyword in keywords:
            if keyword.like is not None:
                yield self._passage(keyword)

    def _passage(self, keyword: Keyword) -> Passage:
        """What a keyword would bring, or why we don't know."""
        try:
            if keyword.like is not None:
                return self._liked(keyword)
            self.previews.append(self._found(keyword))
            self.silences = 0
            return keyword_passage(self.previews[-1])
        except FetchError as error:
            self.silences = self.silences + 1 if isinstance(error, NoAnswer) else 0
            query = to_arxiv(keyword.expression) if keyword.like is None else None
            return Passage(keyword.name, [f"Unknown: {error}"], query, failed=True)

    def _listing(self, categories: Sequence[str]) -> FeedAnswer:
        parts = split_into_parts(categories, self.store.state.listed)
        return todays_feed(self.session, parts)

    def _found(self, keyword: Keyword) -> KeywordPreview:
        rows = max(keyword.max_papers, _LEAST_ROWS)
        search = in_either(keyword.expression)
        count = rows if search == keyword.expression else min(_LOOSER * rows, MOST_PER_REQUEST)
        answer = QueryApi(self.session).search(search, count)
        found = Matches({"": search}, answer.papers).possible("")
        papers = Matches({"": keyword.expression}, found).possible("")
        return KeywordPreview(
            keyword,
            papers=papers,
            either=found,
            total=answer.total,
            returned=len(answer.papers),
            overlaps=overlaps(keyword, self.config.keywords, papers),
        )

    def _liked(self, keyword: Keyword) -> Passage:
        """What a keyword would take from the last listing, the closest first.

        Raises FetchError.
        """
        listing = self._listing(keyword.categories)
        for failure in listing.failures:
            raise failure
        missing = [id for id in self.config.liked_ids if id not in self.store.liked]
        liked = Details(tuple(QueryApi(self.session).by_id(missing)) if missing else ())
        # Ignore what was taken or mailed before: the question is what the keyword would take.
        states = self.store.keywords.items()
        unspent = {slug: replace(state, last_success=None) for slug, state in states}
        before = self.store.updated(keywords=unspent, news=frozenset())
        announced = merge_parts(part.announcements for part in listing.parts)
        matching = matching_each(self.config.keywords, [one.paper for one in announced])
        feed, known = FeedRead(announced, matching, ()), known_liked(before, [liked])
        ranked = rank_listing(self.root, self.config, before, feed, known, self.day)
        others = tuple(f"{each.name}: " for each in self.config.keywords if each is not keyword)
        notes = [note for note in ranked.notes if not note.startswith(others)]
        if keyword.slug not in ranked.chosen:
            return Passage(keyword.name, [f"Unknown: {note}" for note in notes], failed=True)
        taken = ranked.chosen[keyword.slug]
        listed = plural(len(announced_as_news(announced)), "paper")
        return Passage(
            keyword.name,
            [*notes, f"takes {len(taken)} of the last listing's {listed}"],
            papers=[(paper, f"similar to {shown(ranked.similar[paper.id])}") for paper in taken],
            order="closest",
        )


def _together(
    previews: Sequence[KeywordPreview], store: Store, listed: Sequence[Paper], left: int
) -> Iterator[str]:
    """What the previews come to together; nothing if there is nothing to say.

    ``listed`` are the papers of the last listing, if it was asked for; so many keywords are left.
    """
    found = [paper for each in previews for paper in each.either]
    stored = [each.paper for each in store.papers.values()]
    papers = list({paper.id: paper for paper in (*found, *listed, *stored)}.values())[:_MOST_PAPERS]
    phrases = [
        leaf.text
        for each in previews
        for leaf in leaves(each.keyword.expression)
        if isinstance(leaf, Phrase)
    ]
    nearest = nearest_phrases(list(dict.fromkeys(phrases))[:_MOST_PHRASES], papers)
    for phrase, hits, others in nearest:
        has = f"is in {plural(hits, 'paper')}" if hits else "has no hits"
        close = ", ".join(f'"{other}" ({plural(count, "paper")})' for other, count in others)
        yield f'"{phrase}" {has}; close to it: {close}'
    if left:
        more = plural(left, "more keyword was", "more keywords were")
        yield f"{more} not searched for; name one to preview it"
    if nearest:
        of_listing = f", {len(listed):,} of them in the last listing" if listed else ""
        yield f"This is from {plural(len(papers), 'paper')}, found above or stored{of_listing}"


def overlaps(
    keyword: Keyword, others: Sequence[Keyword], papers: Sequence[Paper]
) -> tuple[tuple[str, int], ...]:
    """How many of the papers each other keyword also has, the most first."""
    others = [other for other in others if other.slug != keyword.slug]
    matches = Matches({other.slug: other.expression for other in others}, papers)
    counts = Counter({other.name: len(matches.of(other.slug)) for other in others})
    return tuple((name, count) for name, count in counts.most_common() if count)


def in_either(expression: Expression) -> Expression:
    """The search with "title or abstract" wherever it wants a phrase in both."""
    match expression:
        case Operation(Operator.AND, (Phrase(_, text), Phrase(_, other)) as both) if text == other:
            return any_of(*both)
        case Operation(Operator.ANDNOT, (wanted, unwanted)):
            return without(in_either(wanted), unwanted)
        case Operation(operator, parts):
            return Operation(operator, tuple(map(in_either, parts)))
        case _:
            return expression
