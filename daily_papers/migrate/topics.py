"""The topics of another tool's rows, and the keywords that their papers go to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from daily_papers.config import KEYWORDS, Keyword
from daily_papers.config.slugs import slug_of
from daily_papers.migrate.entry import MENTIONED, Entry, topics_in
from daily_papers.migrate.keywords_yaml import is_category, with_title_as_abstract
from daily_papers.migrate.names import topic_key, without_day
from daily_papers.migrate.old_files import OldFiles, Page
from daily_papers.papers.paper import Origin, Paper
from daily_papers.query.matching import Matches
from daily_papers.store.store import Store

_NO_TOPIC = (
    "no heading, key or column with a word names this paper's topic, and it matches no keyword; "
    "write a heading above it, like: ## magnetic resonance imaging"
)
_NO_KEYWORD = f"is not a keyword; add it to {KEYWORDS}, then import again"
#: Papers by the slug of their keyword and by identifier.
Shelf = Mapping[str, dict[str, Paper]]


def prefer_categories(files: OldFiles) -> None:
    """Where papers have no topic but the README's title, take their categories for topics."""
    entries = [entry for page in files.pages for entry in page.entries]
    named = [list(topics_in(entry.cells, "category")) for entry in entries]
    if any(named) and {topic for entry in entries for topic in entry.topics} == {files.title}:
        for entry, categories in zip(entries, named, strict=True):
            entry.topics = categories


def prefer_title(files: OldFiles) -> str | None:
    """Where no paper has a topic at all, take the README's title for it, and say so."""
    entries = [entry for page in files.pages for entry in page.entries]
    if not any(entry.paper for entry in entries) or any(entry.topics for entry in entries):
        return None
    title = without_day(files.title) or files.title
    for entry in entries:
        entry.topics = [title]
    return f'no heading names a topic, so all papers are in "{title}"; name it in {KEYWORDS}'


def names_of(pages: Sequence[Page], categories: Sequence[str] = ()) -> list[str]:
    """The topics that are to be keywords.

    Categories are some for papers without others: those configured, or else the first of each.
    """
    names: dict[str, str] = {}
    entries = [entry for page in pages for entry in page.entries if _names_topics(entry, page)]
    for entry in entries:
        rest = [topic for topic in entry.topics if is_category(topic)]
        topics = [topic for topic in entry.topics if topic not in rest]
        for topic in topics or (categories if rest else ()) or rest[:1]:
            names.setdefault(topic_key(topic), topic)
    return list(names.values())


def _names_topics(entry: Entry, page: Page) -> bool:
    """Whether it has a paper, is a topic without any, or is a row that is left out of a page."""
    return bool(entry.paper or not entry.cause or (page.blocks and entry.cause != MENTIONED))


def slugs_by_topic(keywords: Iterable[Keyword]) -> dict[str, str]:
    """The slugs of keywords by the keys of what topics may be called."""
    own = {topic_key(each.slug): each.slug for each in keywords if each.slug != slug_of(each.name)}
    return own | {topic_key(keyword.name): keyword.slug for keyword in keywords}


def shelved(pages: Sequence[Page], keywords: Sequence[Keyword], before: Store) -> Shelf:
    """The papers by slug and identifier; rows that find no keyword get a cause.

    A paper goes to the keywords that its topics name; one without a topic to those that it matches.
    It is what all its rows say, and what was known of it before.
    """
    rows = [(row, row.paper) for page in pages for row in page.stored if row.paper]
    named = slugs_by_topic(keywords)
    fitting = _fitting(keywords, [paper for row, paper in rows if not row.topics])
    shelf: dict[str, dict[str, Paper]] = defaultdict(dict)
    papers: dict[str, Paper] = {}
    for row, paper in rows:
        of_topics = filter(None, (named.get(topic_key(topic)) for topic in row.topics))
        slugs = set(of_topics if row.topics else fitting[paper.id])
        if not slugs:
            row.cause = f"{row.topics[0]} {_NO_KEYWORD}" if row.topics else _NO_TOPIC
            continue
        stored = before.papers.get(paper.id)
        known = papers.get(paper.id, stored.paper if stored else paper)
        papers[paper.id] = joined_papers(known, paper)
        for slug in slugs:
            shelf[slug][paper.id] = paper
    for row, paper in rows:
        if row.cause == _NO_TOPIC and paper.id in papers:
            row.cause = ""  # it is in another row, too
    return {slug: {id: papers[id] for id in ids} for slug, ids in shelf.items()}


def _fitting(keywords: Sequence[Keyword], papers: Sequence[Paper]) -> Mapping[str, list[str]]:
    """The slugs of the keywords that papers match, by identifier."""
    judged = list(map(with_title_as_abstract, papers))
    matches = Matches({keyword.slug: keyword.expression for keyword in keywords}, judged)
    fitting: dict[str, list[str]] = defaultdict(list)
    for keyword in keywords if judged else ():
        for paper in matches.of(keyword.slug):
            fitting[paper.id].append(keyword.slug)
    return fitting


def joined_papers(one: Paper, other: Paper) -> Paper:
    """What two rows say of a paper: the higher version or else the first, with what it lacks.

    What arXiv said stays as it is.
    """
    if one is other or one.origin is not Origin.IMPORT:
        return one
    better, rest = sorted((one, other), key=lambda paper: -paper.version)
    return replace(
        better,
        authors=better.authors or rest.authors,
        abstract=better.abstract or rest.abstract,
        comment=better.comment or rest.comment,
    )
