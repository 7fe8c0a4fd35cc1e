"""A preview as text: for a terminal, and as Markdown for a job summary on GitHub.

Paper text is escaped for its place, and no line is a workflow command.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from daily_papers.config import Keyword
from daily_papers.github_actions import harmless
from daily_papers.papers.authors import same_name
from daily_papers.papers.paper import Paper
from daily_papers.query.expression import to_arxiv
from daily_papers.query.matching import explain, why
from daily_papers.render import markdown
from daily_papers.text import plural

#: If a table covers fewer days, people who are away for a week miss papers.
_FEWEST_DAYS = 7.0
#: So many samples, names and other keywords are shown.
_MOST = 5
#: Fewer papers may all be in another table by chance.
_LEAST_DOUBLE = 5


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
    #: Whether it says that arXiv did not answer.
    failed: bool = False


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


@dataclass(frozen=True, slots=True)
class KeywordPreview:
    """A keyword, and what a full search for it found."""

    keyword: Keyword
    #: The papers that match by our own rule, latest update first.
    papers: tuple[Paper, ...]
    #: Those, and those with a phrase in one place that must be in title and abstract.
    either: tuple[Paper, ...]
    #: How many papers arXiv has in all, in either place.
    total: int
    #: How many papers arXiv returned.
    returned: int
    #: How many of the papers each other keyword has, too; the most first.
    overlaps: tuple[tuple[str, int], ...] = ()

    @property
    def days_covered(self) -> float | None:
        """How many days a full table reaches back; None if all papers fit, or if unknown."""
        shown = self.papers[: self.keyword.max_papers]
        days = _days(shown)
        if days is None or self.total <= self.keyword.max_papers:
            return None
        return days * (self.keyword.max_papers - 1) / (len(shown) - 1)


def _days(papers: Sequence[Paper]) -> float | None:
    """Days from the oldest of the papers to the newest; None if there are too few."""
    times = [paper.updated for paper in papers if paper.updated is not None]
    if len(times) < 2:
        return None
    return (max(times) - min(times)).total_seconds() / 86_400 or None


def keyword_passage(preview: KeywordPreview) -> Passage:
    """What a keyword would bring, with samples."""
    expression = preview.keyword.expression
    samples = preview.papers[:_MOST]
    return Passage(
        preview.keyword.name,
        _sentences(preview),
        query=to_arxiv(expression),
        papers=[(paper, f"matches: {explain(why(expression, paper))}") for paper in samples],
    )


def _sentences(preview: KeywordPreview) -> Iterator[str]:
    yield from _warnings(preview)
    yield from _amounts(preview)
    shown = f"of the newest {len(preview.papers)}"
    for name, count in preview.overlaps[:_MOST]:
        is_double = count == len(preview.papers) >= _LEAST_DOUBLE
        advice = "; remove one of the two, or narrow it" if is_double else ""
        yield f"{count} {shown} {'is' if count == 1 else 'are'} in {name}, too{advice}"
    yield from _company(preview)
    yield f"This is from one search, which returned {plural(preview.returned, 'paper')}"


def _warnings(preview: KeywordPreview) -> Iterator[str]:
    if preview.either and not preview.papers:
        yield "No hits in title and abstract"
    elif preview.returned and not preview.papers:
        yield "No hits: none of the newest papers that arXiv finds match our stricter rule"
    elif not preview.papers:
        yield "No hits: nothing on arXiv matches; check the spelling and the categories"
    if len(preview.either) > len(preview.papers):
        yield from _both_ways(preview)
    days = preview.days_covered
    if days is not None and days < _FEWEST_DAYS:
        yield (
            f"Too broad: {plural(preview.keyword.max_papers, 'row covers', 'rows cover')} "
            f"{days:.1f} days,"
            f" so papers leave the table in less than {_FEWEST_DAYS:g}; give it categories or more"
            " words, or raise max_papers"
        )


def _both_ways(preview: KeywordPreview) -> Iterator[str]:
    """What the rule for single words, which must be in title and abstract, leaves out."""
    both, either = len(preview.papers), len(preview.either)
    days = _days(preview.either)
    first, second = (f" ({_rate(count, days)})" if days else "" for count in (both, either))
    narrow = "Narrow: " if 2 * both < either else ""
    yield (
        f"{narrow}{both:,} in title and abstract{first}, {either:,} in either{second}; "
        f'for all, write "- name: {preview.keyword.name}" and below it "in: title or abstract"'
    )


def _amounts(preview: KeywordPreview) -> Iterator[str]:
    if not preview.papers:
        return
    where = " in either" if len(preview.either) > len(preview.papers) else ""
    yield f"{plural(preview.total, 'paper')} on arXiv{where}"
    if (days := _days(preview.papers)) is not None:
        number, new = len(preview.papers), sum(paper.version == 1 for paper in preview.papers)
        matches = f"{number:,} matches in {_plural_days(days)} ({_rate(number, days)})"
        yield f"{matches}, {new:,} of them new ({_rate(new, days)})"
    rows = preview.keyword.max_papers
    if preview.total <= rows:
        yield f"all of them fit in {plural(rows, 'row')}"
    elif preview.days_covered is not None:
        yield f"{plural(rows, 'row covers', 'rows cover')} {_plural_days(preview.days_covered)}"


def _rate(number: int, days: float) -> str:
    """``7.1 a day``; where papers are rare, ``one in 145 days``."""
    a_day = number / days
    return f"one in {_rounded(1 / a_day)} days" if 0 < a_day < 0.1 else f"{_rounded(a_day)} a day"


def _plural_days(days: float) -> str:
    return "1 day" if (number := _rounded(days)) == "1" else f"{number} days"


def _rounded(number: float) -> str:
    """Write a number of papers or days; small ones with two digits that count."""
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.2g}"


def _company(preview: KeywordPreview) -> Iterator[str]:
    """With whom and where a tracked person writes, by which people tell namesakes apart."""
    spellings = preview.keyword.authors
    if not spellings or not preview.papers:
        return
    names = Counter(name for paper in preview.papers for name in paper.authors or ())
    own = {name for name in names if any(same_name(spelling, name) for spelling in spellings)}
    coauthors = Counter({name: names[name] for name in names if name not in own})
    categories = Counter(name for paper in preview.papers for name in paper.categories or ())
    most, where = (
        ", ".join(f"{name} ({count})" for name, count in counts.most_common(_MOST))
        for counts in (coauthors, categories)
    )
    yield (
        f"with {most or 'nobody'}, in {where or 'unknown categories'}; if this is not one person, "
        "add categories"
    )
