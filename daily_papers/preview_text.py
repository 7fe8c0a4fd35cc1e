"""A preview as text: for a terminal, and as Markdown for a job summary on GitHub.

Paper text is escaped for its place, and no line is a workflow command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from daily_papers.config.messages import list_as_yaml
from daily_papers.daily.plan import MOST_FILLS
from daily_papers.github_actions import harmless
from daily_papers.papers.paper import Paper
from daily_papers.preview import (
    FEWEST_DAYS,
    KeywordChanges,
    KeywordPreview,
    LikedPreview,
    Overview,
    per_listing_day,
)
from daily_papers.query.expression import Phrase, to_arxiv, wanted_leaves
from daily_papers.query.matching import explain, why
from daily_papers.render import markdown
from daily_papers.text import plural

_SAMPLES = 5
_NAMES = 3
_OVERLAPS = 5
#: With the listing days in each.
_UNITS = (("listing day", 1), ("week", 5), ("month", 21), ("year", 250))


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of what `preview` prints."""

    title: str
    sentences: Iterable[str]
    query: str | None = None
    #: Each with why it is shown; empty if there is nothing to say.
    papers: Sequence[tuple[Paper, str]] = ()
    order: str = "newest"
    #: Of the title, in Markdown.
    level: int = 3


def as_text(passage: Passage) -> str:
    """Write a passage for a terminal."""
    lines = [passage.title, *(f"  {sentence}" for sentence in passage.sentences)]
    if passage.query is not None:
        lines.append(f"  query: {passage.query}")
    lines += [f"  {passage.order}:"] if passage.papers else []
    for paper, reason in passage.papers:
        lines.append(f"    {paper.date}  {markdown.shown(paper.title)}  {paper.url}")
        if reason:
            lines.append(f"      {reason}")
    return "\n".join(map(harmless, lines)) + "\n"


def as_markdown(passage: Passage) -> str:
    """Write a passage for GITHUB_STEP_SUMMARY."""
    lines = [f"{'#' * passage.level} {markdown.heading(passage.title)}", ""]
    lines += [f"- {markdown.paragraph(sentence)}" for sentence in passage.sentences]
    if passage.query is not None:
        query = markdown.shown(passage.query).replace("`", " ")
        lines.append(f"- query: `` {query} ``")
    lines += [f"- {passage.order}:"] if passage.papers else []
    for paper, reason in passage.papers:
        link = f"[{markdown.link_text(paper.title)}]({paper.url})"
        lines.append(f"  - {paper.date} {link}{f': {markdown.cell(reason)}' if reason else ''}")
    return "\n".join(lines) + "\n"


#: What ``--format`` takes.
FORMATS = {"text": as_text, "markdown": as_markdown}


def keyword_passage(preview: KeywordPreview) -> Passage:
    """What a keyword would bring, with samples."""
    expression = preview.keyword.expression
    reasons = ((paper, explain(why(expression, paper))) for paper in preview.papers[:_SAMPLES])
    return Passage(
        preview.keyword.name,
        _sentences(preview),
        query=to_arxiv(expression),
        papers=[
            (paper, f"matches: {reason}" if reason else "does not match, and would not be stored")
            for paper, reason in reasons
        ],
    )


def liked_passage(preview: LikedPreview) -> Passage:
    """What the keyword would take, the closest first, and what each paper is like."""
    name, ranked = preview.keyword.name, preview.ranked
    if ranked is None:
        return Passage(name, [f"Unknown: {preview.failure}"])
    taken = ranked.chosen[preview.keyword.slug]
    similar = ((paper, ranked.liking[paper.id].similar) for paper in taken)
    listed = plural(preview.listed, "paper")
    return Passage(
        name,
        [*ranked.notes, f"takes {len(taken)} of the last listing's {listed}"],
        papers=[
            (paper, f"similar to {markdown.shown(title)}" if title else "")
            for paper, title in similar
        ],
        order="closest",
    )


def changes_in_words(changes: KeywordChanges) -> Iterator[str]:
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


def overview_in_words(overview: Overview) -> Iterator[str]:
    """What all keywords come to together; nothing if there is nothing to say."""
    if overview.new_per_listing_day is not None:
        unit, days = _unit(overview.new_per_listing_day)
        yield f"{_rounded(overview.new_per_listing_day * days)} different new papers a {unit}"
    for name, other in overview.doubles:
        yield f"every paper of {name} is in {other}, too; remove one of the two, or narrow it"
    for near in overview.nearest:
        has = f"is in {plural(near.count, 'paper')}" if near.count else "has no hits"
        found = ", ".join(f'"{other}" ({plural(count, "paper")})' for other, count in near.others)
        yield f'"{near.phrase}" {has}; close to it: {found}'
    if overview.left_out:
        yield f"{overview.left_out:,} more keywords were not searched for; name one to preview it"
    if overview.new_per_listing_day is not None or overview.nearest:
        listed = f", {overview.listed:,} of them in the last listing" if overview.listed else ""
        yield f"This is from {plural(overview.papers, 'paper')}, found above or stored{listed}"


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
        yield (
            f"{preview.strangers} of the newest {preview.returned} that arXiv finds do not match "
            "our stricter rule, and would not be stored (docs/matching.md)"
        )
    yield from _homonyms(preview)
    yield f"This is from one search, which returned {plural(preview.returned, 'paper')}"


def _warnings(preview: KeywordPreview) -> Iterator[str]:
    if preview.either and not preview.papers:
        yield "No hits in title and abstract"
    elif preview.strangers and not preview.papers:
        yield "No hits: none of the newest papers that arXiv finds match our stricter rule"
    elif not preview.papers:
        yield "No hits: nothing on arXiv matches; check the spelling and the categories"
    if len(preview.either) > len(preview.papers):
        yield from _both_ways(preview)
    if preview.is_too_broad:
        yield (
            f"Too broad: {preview.keyword.max_papers} rows cover {preview.days_covered:.1f} days,"
            f" so papers leave the table in less than {FEWEST_DAYS:g}; give it categories or more"
            " words, or raise max_papers"
        )
    if preview.days_since_newest is not None:
        yield f"Inactive: the newest paper is {preview.days_since_newest:,} days old"


def _both_ways(preview: KeywordPreview) -> Iterator[str]:
    """What the rule for single words, which must be in title and abstract, leaves out."""
    terms = wanted_leaves(preview.keyword.expression)
    phrases = dict.fromkeys(term.text for term in terms if isinstance(term, Phrase))
    rates = ""
    if (rate := per_listing_day(preview.either)) is not None:
        unit, days = _unit(rate)
        each = ((per_listing_day(preview.papers) or 0.0), rate)
        rates = f", {' and '.join(_rounded(rate * days) for rate in each)} a {unit}"
    both, either = len(preview.papers), len(preview.either)
    narrow = "Narrow: " if 2 * both < either else ""
    yield (
        f"{narrow}{both:,} in title and abstract, {either:,} in either{rates}; "
        f"for all of them, write any: {list_as_yaml(list(phrases))}"
    )


def _amounts(preview: KeywordPreview) -> Iterator[str]:
    if not preview.papers:
        return
    about = "about " if len(preview.either) > len(preview.papers) else ""
    yield f"{about}{plural(preview.total, 'paper')} on arXiv"
    if (rate := per_listing_day(preview.papers)) is not None:
        unit, days = _unit(rate)
        matches, new = _rounded(rate * days), _rounded(preview.new_per_listing_day * days)
        yield f"{matches} matches a {unit}, {new} of them new papers"
    rows = preview.keyword.max_papers
    if preview.total <= rows:
        yield f"all of them fit in {rows:,} rows"
    elif preview.days_covered is not None:
        yield f"{rows:,} rows cover {_rounded(preview.days_covered)} days"


def _unit(per_listing_day: float) -> tuple[str, int]:
    """The smallest unit that has at least one match, and its listing days."""
    return next(each for each in _UNITS if per_listing_day * each[1] >= 1 or each == _UNITS[-1])


def _rounded(number: float) -> str:
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.1f}".removesuffix(".0")


def _homonyms(preview: KeywordPreview) -> Iterator[str]:
    groups = preview.coauthor_groups
    if len(groups) == 1:
        others = ", ".join(groups[0].others[:_NAMES]) or "nobody"
        yield f"All the papers are connected by coauthors: probably one person, with {others}"
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
