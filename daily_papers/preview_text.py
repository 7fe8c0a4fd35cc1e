"""A preview in words: for a terminal, and as Markdown for a job's summary.

Pure text. What authors wrote is escaped for its place, and no line of it is a workflow command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from daily_papers.config import Keyword
from daily_papers.config.written import in_single
from daily_papers.papers.paper import Paper
from daily_papers.prospect import FEWEST_DAYS, Change, CoauthorGroup, KeywordPreview
from daily_papers.query.expression import Phrase, leaves, to_arxiv
from daily_papers.query.matching import explain, why
from daily_papers.render import markdown
from daily_papers.workflow_commands import harmless

_SAMPLES = 5
_NAMES = 3
_OVERLAPS = 5
#: With the listing days in each.
_UNITS = (("listing day", 1), ("week", 5), ("month", 21), ("year", 250))


def change_as_text(change: Change) -> str:
    """Write for a terminal what an edit of keywords.yaml does."""
    return "".join(f"{harmless(sentence)}\n" for sentence in change.sentences)


def change_as_markdown(change: Change) -> str:
    """Write it for GITHUB_STEP_SUMMARY."""
    lines = ["## Preview of keywords.yaml", ""]
    lines += [f"- {markdown.paragraph(sentence)}" for sentence in change.sentences]
    return "\n".join(lines) + "\n"


def as_text(prospect: KeywordPreview) -> str:
    """Write one keyword's preview for a terminal."""
    lines = [prospect.keyword.name]
    lines += [f"  {sentence}" for sentence in _sentences(prospect)]
    lines += [f"  query: {to_arxiv(prospect.keyword.expression)}"]
    if prospect.papers:
        lines.append("  newest:")
    for paper in prospect.papers[:_SAMPLES]:
        lines += [
            f"    {paper.date}  {markdown.shown(paper.title)}  {paper.url}",
            f"      {_why(prospect.keyword, paper)}",
        ]
    return "\n".join(harmless(line) for line in lines) + "\n"


def as_markdown(prospect: KeywordPreview) -> str:
    """Write one keyword's preview for GITHUB_STEP_SUMMARY."""
    lines = [f"### {markdown.heading(prospect.keyword.name)}", ""]
    lines += [f"- {markdown.paragraph(sentence)}" for sentence in _sentences(prospect)]
    query = markdown.shown(to_arxiv(prospect.keyword.expression)).replace("`", " ")
    lines += [f"- query: `` {query} ``"]
    if prospect.papers:
        lines.append("- newest:")
    lines += [
        f"  - {paper.date} [{markdown.link_text(paper.title)}]({paper.url}): "
        f"{markdown.cell(_why(prospect.keyword, paper))}"
        for paper in prospect.papers[:_SAMPLES]
    ]
    return "\n".join(lines) + "\n"


def _why(keyword: Keyword, paper: Paper) -> str:
    """What makes a paper match, or that it does not match by our own rule."""
    reason = explain(why(keyword.expression, paper))
    return f"matches: {reason}" if reason else "does not match, and would not be stored"


def _sentences(prospect: KeywordPreview) -> Iterator[str]:
    """All that is to be said, the warnings first."""
    if prospect.failure is not None:
        yield f"Not known: {prospect.failure}"
        return
    yield from _warnings(prospect)
    yield from _amounts(prospect)
    for name, count in prospect.overlaps[:_OVERLAPS]:
        yield f"{count} of the newest {len(prospect.papers)} stand under {name} too"
    if prospect.not_matching:
        yield (
            f"{prospect.not_matching} of the newest {len(prospect.papers)} are not stored: they do "
            "not hold what is asked for (docs/matching.md)"
        )
    yield from _homonyms(prospect.circles)


def _warnings(prospect: KeywordPreview) -> Iterator[str]:
    if not prospect.papers:
        yield f"No hits: {_why_none(prospect)}"
    if prospect.is_too_broad:
        yield (
            f"Too broad: {prospect.keyword.max_papers} rows cover {prospect.days_covered:.1f} days,"
            f" so that papers leave the table within {FEWEST_DAYS:g}; give it categories or more "
            "words, or raise max_papers"
        )
    if prospect.days_since_newest is not None:
        yield f"Asleep: the newest paper came {prospect.days_since_newest:,} days ago"


def _why_none(prospect: KeywordPreview) -> str:
    phrases = {
        leaf.text for leaf in leaves(prospect.keyword.expression) if isinstance(leaf, Phrase)
    }
    if len(phrases) == 1 and not any(" " in phrase for phrase in phrases):
        phrase = next(iter(phrases))
        return (
            "nothing on arXiv matches; one word must stand in the title and in the abstract, and "
            f"any: [{in_single(phrase)}] asks for it in either"
        )
    return "nothing on arXiv matches; is it spelt as authors spell it, are its categories right?"


def _amounts(prospect: KeywordPreview) -> Iterator[str]:
    if not prospect.papers:
        return
    yield f"{prospect.total:,} paper{'' if prospect.total == 1 else 's'} on arXiv"
    rate, new = prospect.per_listing_day, prospect.new_per_listing_day
    if rate is not None:
        yield _often(rate, new or 0.0)
    rows = prospect.keyword.max_papers
    if prospect.total <= rows:
        yield f"all of them fit into {rows:,} rows"
    elif prospect.days_covered is not None:
        yield f"{rows:,} rows cover {_few(prospect.days_covered)} days"


def _often(matches: float, new: float) -> str:
    """How much comes, in the unit in which it is a number that people can take in."""
    unit, listing_days = next(
        (unit, days) for unit, days in _UNITS if matches * days >= 1 or unit == "year"
    )
    came, fresh = _few(matches * listing_days), _few(new * listing_days)
    return f"{came} matches a {unit}, {fresh} of them new papers"


def _few(number: float) -> str:
    """A number with as many digits as it deserves."""
    if number >= 9.95:
        return f"{number:,.0f}"
    return f"{number:.1f}".removesuffix(".0")


def _homonyms(circles: tuple[CoauthorGroup, ...]) -> Iterator[str]:
    if len(circles) == 1:
        yield "The papers hang together by their other authors: it is probably one person"
    if len(circles) < 2:
        return
    yield (
        f"Homonyms: there are {len(circles)} circles of authors with nobody in common, so it may "
        "be several people; categories tell them apart"
    )
    for circle in circles[:_SAMPLES]:
        number = len(circle.papers)
        others = ", ".join(circle.others[:_NAMES]) or "nobody"
        categories = ", ".join(circle.categories[:_NAMES])
        yield f"{number} paper{'' if number == 1 else 's'} in {categories}, with {others}"


@dataclass(frozen=True, slots=True)
class Style:
    """How previews are written for one place."""

    change: Callable[[Change], str]
    prospect: Callable[[KeywordPreview], str]


STYLES = {
    "text": Style(change_as_text, as_text),
    "markdown": Style(change_as_markdown, as_markdown),
}
