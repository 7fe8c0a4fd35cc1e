"""A keywords.yaml for what another tool searched for, as far as that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import yaml

from daily_papers.config import KEYWORDS, ConfigError, Keyword, parse_config
from daily_papers.config.messages import phrase_problem
from daily_papers.config.slugs import slug_of, suggested_slug
from daily_papers.migrate.old_config import Topic
from daily_papers.papers.paper import Paper, folded
from daily_papers.query import taxonomy
from daily_papers.query.expression import BOTH, EITHER, plain_place, query_words
from daily_papers.query.matching import Matches

#: A keyword that fits fewer of its own papers hardly says what the old one did.
_FEW = 0.5
_ENOUGH = 5
_FEW_TITLES = 0.1


def is_category(name: str) -> bool:
    """Whether a topic is a category of arXiv; `math` and `physics` are words, too."""
    return bool(re.search(r"[.-]", name)) and taxonomy.is_known(name)


def topic_of_heading(name: str) -> Topic:
    """What a published digest searches for by a heading: one word must be in both places."""
    return Topic(name, (name,), BOTH if len(name.split()) == 1 else EITHER)


def write_keywords(
    topics: Sequence[Topic], categories: Sequence[str], title: str, source: str
) -> tuple[str, list[str]]:
    """Write the topics as keywords, in their order, so that the file loads.

    What cannot be a keyword is named, one sentence each. The text is empty where nothing can.
    """
    left_out: list[str] = []
    entries: list[str] = []
    for topic, entry in zip(topics, _entries(topics), strict=True):
        written = f"  - {_on_one_line(entry)}"
        try:
            parse_config(f"keywords:\n{written}\n".encode(), KEYWORDS)
        except ConfigError as error:
            left_out.append(f"{topic.name}: {error.problems[0].message}")
        else:
            entries.append(written)
    head = [
        f"# Keywords from {folded(source)}, written by daily-papers import.",
        f"title: {_on_one_line(title)}",
        f"categories: [{', '.join(categories)}]"
        if categories
        else "# categories: [cs, stat]  # without them, all of arXiv is searched",
        "keywords:",
    ]
    return "\n".join([*head, *entries, ""]) if entries else "", left_out


def _entries(topics: Sequence[Topic]) -> Iterator[object]:
    """Each as a keyword; one whose slug would be empty or taken gets its own."""
    taken = {slug_of(topic.name) for topic in topics}
    used = {""}
    for topic in topics:
        slug, own = slug_of(topic.name), {}
        if slug in used:
            slug = suggested_slug([topic.name], taken)
            own = {"slug": slug}
        used.add(slug)
        taken.add(slug)
        yield _entry(topic, own)


def _entry(topic: Topic, slug: Mapping[str, str]) -> object:
    name, phrases = topic.name, topic.phrases
    if topic.query:
        return {"name": name, **slug, "query": topic.query}
    if phrases == (name,) and is_category(name):
        return {"category": name, **slug}
    is_plain = phrases == (name,) and topic.place == plain_place(name)
    if is_plain and not slug and phrase_problem(name) is None:
        return name
    usable = (each if phrase_problem(each) is None else query_words(each) for each in phrases)
    place = {} if topic.place == EITHER else {"in": topic.place}
    return {"name": name, **slug, "any": list(dict.fromkeys(usable)), **place}


def _on_one_line(value: object) -> str:
    written: str = yaml.safe_dump(
        [value], default_flow_style=True, allow_unicode=True, width=1_000_000, sort_keys=False
    )
    return written[1:-2]


def with_title_as_abstract(paper: Paper) -> Paper:
    """The paper; if its abstract is unknown, what the title says counts for both."""
    return paper if paper.abstract else replace(paper, abstract=paper.title)


def poor_fits(
    keywords: Sequence[Keyword], papers_of: Mapping[str, Mapping[str, Paper]]
) -> Iterator[str]:
    """Name each keyword that few of its own papers fit: the old tool asked for something else."""
    for keyword in keywords:
        papers = papers_of.get(keyword.slug, {}).values()
        told = [paper for paper in papers if paper.abstract]
        judged, few = told or list(papers), _FEW if told else _FEW_TITLES
        matches = Matches({"": keyword.expression}, list(map(with_title_as_abstract, judged)))
        number = len(matches.possible(""))
        if len(judged) >= _ENOUGH and number < few * len(judged):
            of = "its papers" if told else "its titles"
            yield (
                f"{keyword.name}: only {number:,} of {len(judged):,} of {of} "
                f"{'contain' if number != 1 else 'contains'} its phrase; the old tool may have "
                f"searched for something else: daily-papers preview {keyword.slug}"
            )
