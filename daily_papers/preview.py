"""`preview`: what a keyword would bring, before it is merged.

Data flow: keywords.yaml, now and at an older commit -> the keywords that changed -> one search for
each -> counts. `preview_text` writes them up.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from daily_papers.arxiv.query_api import QueryApi
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import Limits, PoliteSession
from daily_papers.config import Config, ConfigError, Keyword, load_config, parse_config
from daily_papers.config.messages import in_single
from daily_papers.errors import DailyPapersError, FetchError, UsageError
from daily_papers.github_actions import repository_url
from daily_papers.papers.authors import CoauthorGroup, coauthor_groups
from daily_papers.papers.paper import Paper
from daily_papers.query.matching import Matches, Verdict
from daily_papers.repository import KEYWORDS
from daily_papers.store.reconcile import reconcile
from daily_papers.store.store import Store

#: If a table covers fewer days, people who are away for a week miss papers.
FEWEST_DAYS = 7.0
#: Each preview is a search, at arXiv's pace; if more keywords change, only these are searched for.
MOST_PREVIEWS = 20
#: In seconds. People won't wait as long for a preview as for the daily job.
BUDGET = 15 * 60.0
#: Fewer rows say little about days.
_LEAST_ROWS = 100
#: A topic with nothing new for longer than this is inactive, or misspelt.
_INACTIVE_DAYS = 365
_LISTING_DAYS_A_WEEK = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What to preview: the repository's folder, the listing day, and the environment."""

    root: Path
    day: date
    environ: Mapping[str, str]
    #: Called with a sentence before a long wait.
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class KeywordPreview:
    """A keyword, and what a full search for it found."""

    keyword: Keyword
    day: date
    #: The papers that match by our own rule, latest update first.
    papers: tuple[Paper, ...] = ()
    #: How many papers arXiv has in all.
    total: int = 0
    #: How many of the papers each other keyword also has, the most first.
    overlaps: tuple[tuple[str, int], ...] = ()
    #: How many other papers arXiv returned, which would not be stored.
    strangers: int = 0
    #: Why there is no result; None if arXiv answered the search.
    failure: str | None = None

    @property
    def days(self) -> float | None:
        """Days from the oldest of the papers to the newest; None if there are too few."""
        times = [paper.updated for paper in self.papers if paper.updated is not None]
        if len(times) < 2:
            return None
        return (max(times) - min(times)).total_seconds() / 86_400 or None

    @property
    def per_listing_day(self) -> float | None:
        """How many papers and revisions match on an average listing day."""
        if self.days is None:
            return None
        return (len(self.papers) - 1) / self.days * 7 / _LISTING_DAYS_A_WEEK

    @property
    def new_per_listing_day(self) -> float | None:
        """How many of these are new papers, which are mailed."""
        if self.per_listing_day is None:
            return None
        return self.per_listing_day * sum(p.version == 1 for p in self.papers) / len(self.papers)

    @property
    def days_covered(self) -> float | None:
        """How many days a full table reaches back; None if all papers fit, or if unknown."""
        if self.days is None or self.total <= self.keyword.max_papers:
            return None
        return self.days * (self.keyword.max_papers - 1) / (len(self.papers) - 1)

    @property
    def is_too_broad(self) -> bool:
        """Whether papers leave the table within a week."""
        return self.days_covered is not None and self.days_covered < FEWEST_DAYS

    @property
    def days_since_newest(self) -> int | None:
        """How many days ago the newest paper was submitted, if more than a year ago."""
        if not self.papers:
            return None
        days = (self.day - max(paper.date for paper in self.papers)).days
        return days if days > _INACTIVE_DAYS else None

    @property
    def coauthor_groups(self) -> tuple[CoauthorGroup, ...]:
        """If the keyword tracks a person: groups of coauthors, which may be different people."""
        return coauthor_groups(self.papers, self.keyword.authors) if self.keyword.authors else ()


@dataclass(frozen=True, slots=True)
class KeywordChanges:
    """What an edit of keywords.yaml changes."""

    #: Keywords that are new, or whose expression changed.
    keywords: tuple[Keyword, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    #: How many searches the daily job makes because of it.
    fills: int


# --- which keywords ----------------------------------------------------------------------------


def keywords_named(config: Config, name: str) -> tuple[Keyword, ...]:
    """Find a keyword by name or slug, or else read the text as a new plain phrase."""
    found = (k for k in config.keywords if name.casefold() in (k.name.casefold(), k.slug))
    known = next(found, None)
    return (known or _new_keyword(config, name),)


def _new_keyword(config: Config, name: str) -> Keyword:
    lines = ["keywords:", f"  - {in_single(name)}"]
    if config.categories:
        lines.insert(0, f"categories: [{', '.join(config.categories)}]")
    try:
        (keyword,) = parse_config("\n".join(lines).encode(), "preview").keywords
    except ConfigError as error:
        raise UsageError(f"preview: {error.problems[0].message}") from error
    except UnicodeEncodeError as error:  # bytes on the command line that are not text
        raise UsageError("preview: the keyword is not UTF-8") from error
    return replace(keyword, max_papers=config.max_papers)


def changed_since(root: Path, revision: str, day: date) -> tuple[Config, KeywordChanges]:
    """Compare keywords.yaml with that of a commit. Raises DailyPapersError."""
    config = load_config(root / KEYWORDS)
    before = _keywords_at(root, revision)
    done = reconcile(reconcile(Store(), before, day).store, config.keywords, day)
    changed = {*done.added, *done.changed}
    slugs = dict(done.renamed)
    rows = {slugs.get(keyword.slug, keyword.slug): keyword.max_papers for keyword in before}
    # A table that gets longer needs the papers that were pushed out of it.
    longer = {k.slug for k in config.keywords if k.max_papers > rows.get(k.slug, k.max_papers)}
    return config, KeywordChanges(
        keywords=tuple(keyword for keyword in config.keywords if keyword.slug in changed),
        removed=done.removed,
        renamed=done.renamed,
        fills=len((changed | longer) - {k.slug for k in config.keywords if k.like is not None}),
    )


def _keywords_at(root: Path, revision: str) -> tuple[Keyword, ...]:
    """The keywords of a commit; none if its file does not exist or is wrong."""
    name = f"{revision}^{{commit}}"
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    if commit is None:
        raise UsageError(
            f"--changed-since: git finds no commit {revision!r} (a shallow clone may lack it)"
        )
    text = _git(root, "cat-file", "blob", f"{commit.decode().strip()}:./{KEYWORDS}")
    try:
        return () if text is None else parse_config(text, f"{KEYWORDS} at {revision}").keywords
    except ConfigError:
        return ()


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None if it fails."""
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise DailyPapersError(f"git cannot be run: {error.strerror}") from error
    return done.stdout if done.returncode == 0 else None


# --- what they bring ---------------------------------------------------------------------------


def preview_keywords(
    request: Request, config: Config, keywords: Sequence[Keyword]
) -> Iterator[KeywordPreview]:
    """Search for each keyword in turn; yield what it would bring, or why we don't know."""
    services = Services.from_environment(request.environ)
    with PoliteSession(
        Limits.of(services, budget=BUDGET),
        say=request.say,
        digest_repository=repository_url(request.environ),
    ) as session:
        api = QueryApi(session, services)
        for keyword in keywords[:MOST_PREVIEWS]:
            try:
                answer = api.search(keyword.expression, max(keyword.max_papers, _LEAST_ROWS))
            except FetchError as error:
                yield KeywordPreview(keyword, request.day, failure=str(error))
            else:
                papers = matching(keyword, answer.papers)
                yield KeywordPreview(
                    keyword,
                    request.day,
                    papers=papers,
                    total=answer.total,
                    overlaps=overlaps(keyword, config.keywords, papers),
                    strangers=len(answer.papers) - len(papers),
                )


def overlaps(
    keyword: Keyword, others: Sequence[Keyword], papers: Sequence[Paper]
) -> tuple[tuple[str, int], ...]:
    """How many of the papers each other keyword also has, the most first."""
    others = [other for other in others if other.slug != keyword.slug]
    matches = Matches({other.slug: other.expression for other in others}, papers)
    counts = Counter({other.name: len(matches.of(other.slug)) for other in others})
    return tuple((name, count) for name, count in counts.most_common() if count)


def matching(keyword: Keyword, papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """The papers that match by our own rule, which is stricter than arXiv's."""
    verdicts = Matches({keyword.slug: keyword.expression}, papers).verdicts(keyword.slug)
    judged = zip(papers, verdicts, strict=True)
    return tuple(paper for paper, verdict in judged if verdict is not Verdict.DOES_NOT)
