"""A preview as text: for a terminal, and as Markdown for a job summary on GitHub.

Paper text is escaped for its place, and no line is a workflow command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import NamedTuple

from daily_papers.config import Keyword
from daily_papers.config.messages import in_single
from daily_papers.daily.plan import MOST_FILLS
from daily_papers.github_actions import harmless
from daily_papers.papers.paper import Paper
from daily_papers.preview import FEWEST_DAYS, MOST_PREVIEWS, KeywordChanges, KeywordPreview
from daily_papers.query.expression import Phrase, leaves, to_arxiv
from daily_papers.query.matching import explain, why
from daily_papers.render import markdown
from daily_papers.text import plural

_SAMPLES = 5
_NAMES = 3
_OVERLAPS = 5
#: With the listing days in each.
_UNITS = (("listing day", 1), ("week", 5), ("month", 21), ("year", 250))


class Style(NamedTuple):
    """How previews are written for one place."""

    changes: Callable[[KeywordChanges], str]
    preview: Callable[[KeywordPreview], str]


def changes_as_text(changes: KeywordChanges) -> str:
    """Write for a terminal what an edit of keywords.yaml changes."""
    return "".join(f"{harmless(sentence)}\n" for sentence in _changes(changes))


def changes_as_markdown(changes: KeywordChanges) -> str:
    """Write the same for GITHUB_STEP_SUMMARY."""
    lines = ["## Preview of keywords.yaml", ""]
    lines += [f"- {markdown.paragraph(sentence)}" for sentence in _changes(changes)]
    return "\n".join(lines) + "\n"


def as_text(preview: KeywordPreview) -> str:
    """Write one keyword's preview for a terminal."""
    lines = [preview.keyword.name]
    lines += [f"  {sentence}" for sentence in _sentences(preview)]
    lines += [f"  query: {to_arxiv(preview.keyword.expression)}"]
    lines += ["  newest:"] if preview.papers else []
    for paper in preview.papers[:_SAMPLES]:
        lines += [
            f"    {paper.date}  {markdown.shown(paper.title)}  {paper.url}",
            f"      {_reason(preview.keyword, paper)}",
        ]
    return "\n".join(map(harmless, lines)) + "\n"


def as_markdown(preview: KeywordPreview) -> str:
    """Write one keyword's preview for GITHUB_STEP_SUMMARY."""
    lines = [f"### {markdown.heading(preview.keyword.name)}", ""]
    lines += [f"- {markdown.paragraph(sentence)}" for sentence in _sentences(preview)]
    query = markdown.shown(to_arxiv(preview.keyword.expression)).replace("`", " ")
    lines += [f"- query: `` {query} ``"]
    lines += ["- newest:"] if preview.papers else []
    lines += [
        f"  - {paper.date} [{markdown.link_text(paper.title)}]({paper.url}): "
        f"{markdown.cell(_reason(preview.keyword, paper))}"
        for paper in preview.papers[:_SAMPLES]
    ]
    return "\n".join(lines) + "\n"


STYLES = {
    "text": Style(changes_as_text, as_text),
    "markdown": Style(changes_as_markdown, as_markdown),
}


def _changes(changes: KeywordChanges) -> Iterator[str]:
    """How many searches an edit takes, and which tables are removed or kept."""
    if changes.fills:
        runs = ceil(changes.fills / MOST_FILLS)
        searches = plural(changes.fills, "search", "searches")
        yield f"The change takes {searches}, in the next {'run' if runs == 1 else f'{runs:,} runs'}"
    else:
        yield "The change takes no search"
    for slug in changes.removed:
        yield f"{slug} is removed, with its table"
    for old, new in changes.renamed:
        yield f"{old} becomes {new} and keeps its papers"
    if len(changes.keywords) > MOST_PREVIEWS:
        yield f"{len(changes.keywords):,} keywords changed; these are the first {MOST_PREVIEWS}"


def _sentences(preview: KeywordPreview) -> Iterator[str]:
    """Everything there is to say, warnings first."""
    if preview.failure is not None:
        yield f"Unknown: {preview.failure}"
        return
    yield from _warnings(preview)
    yield from _amounts(preview)
    shown = f"of the newest {len(preview.papers)}"
    for name, count in preview.overlaps[:_OVERLAPS]:
        yield f"{count} {shown} are in {name}, too"
    if preview.strangers:
        returned = len(preview.papers) + preview.strangers
        yield (
            f"{preview.strangers} of the newest {returned} that arXiv finds do not match our "
            "stricter rule, and would not be stored (docs/matching.md)"
        )
    yield from _homonyms(preview)


def _warnings(preview: KeywordPreview) -> Iterator[str]:
    if not preview.papers:
        none = "none of the newest papers that arXiv finds match our stricter rule"
        yield f"No hits: {none if preview.strangers else _why_none(preview.keyword)}"
    if preview.is_too_broad:
        yield (
            f"Too broad: {preview.keyword.max_papers} rows cover {preview.days_covered:.1f} days,"
            f" so papers leave the table in less than {FEWEST_DAYS:g}; give it categories or more"
            " words, or raise max_papers"
        )
    if preview.days_since_newest is not None:
        yield f"Inactive: the newest paper is {preview.days_since_newest:,} days old"


def _why_none(keyword: Keyword) -> str:
    phrases = {leaf.text for leaf in leaves(keyword.expression) if isinstance(leaf, Phrase)}
    if len(phrases) == 1 and not any(" " in phrase for phrase in phrases):
        return (
            "nothing on arXiv matches; a single word must be in the title and in the abstract. To"
            f" find it in either, write any: [{in_single(*phrases)}]"
        )
    return "nothing on arXiv matches; check the spelling and the categories"


def _amounts(preview: KeywordPreview) -> Iterator[str]:
    if not preview.papers:
        return
    yield f"{plural(preview.total, 'paper')} on arXiv"
    if preview.per_listing_day is not None:
        # In the smallest unit that has at least one match.
        unit, days = next(
            (unit, days)
            for unit, days in _UNITS
            if preview.per_listing_day * days >= 1 or unit == "year"
        )
        matches = _rounded(preview.per_listing_day * days)
        new = _rounded((preview.new_per_listing_day or 0.0) * days)
        yield f"{matches} matches a {unit}, {new} of them new papers"
    rows = preview.keyword.max_papers
    if preview.total <= rows:
        yield f"all of them fit in {rows:,} rows"
    elif preview.days_covered is not None:
        yield f"{rows:,} rows cover {_rounded(preview.days_covered)} days"


def _rounded(number: float) -> str:
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.1f}".removesuffix(".0")


def _homonyms(preview: KeywordPreview) -> Iterator[str]:
    groups = preview.coauthor_groups
    if len(groups) == 1:
        yield "All the papers are connected by coauthors: this is probably one person"
    if len(groups) < 2:
        return
    yield (
        f"Perhaps several people: the papers fall into {len(groups)} groups without a common "
        "coauthor; use categories to tell them apart"
    )
    for group in groups[:_SAMPLES]:
        others = ", ".join(group.others[:_NAMES]) or "nobody"
        categories = ", ".join(group.categories[:_NAMES])
        yield f"{plural(len(group.papers), 'paper')} in {categories}, with {others}"


def _reason(keyword: Keyword, paper: Paper) -> str:
    """Why a paper matches, or that it does not match our own rule."""
    reason = explain(why(keyword.expression, paper))
    return f"matches: {reason}" if reason else "does not match, and would not be stored"
