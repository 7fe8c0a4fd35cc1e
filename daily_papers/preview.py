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

from daily_papers.arxiv.feed import todays_feed
from daily_papers.arxiv.query_api import QueryApi
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import Limits, PoliteSession
from daily_papers.config import (
    Config,
    ConfigError,
    Keyword,
    Problem,
    load_config,
    parse_config,
)
from daily_papers.config.reader import MOST_PAPERS
from daily_papers.daily.evidence import FeedRead, Liked, Ranked, known_liked
from daily_papers.daily.job import all_categories
from daily_papers.daily.liking import rank_listing
from daily_papers.daily.news import matching_each
from daily_papers.daily.plan import split_into_parts
from daily_papers.errors import DailyPapersError, FetchError, UsageError
from daily_papers.github_actions import repository_url
from daily_papers.papers.announcement import merge_parts
from daily_papers.papers.authors import CoauthorGroup, coauthor_groups
from daily_papers.papers.paper import Paper
from daily_papers.query.expression import (
    All,
    AnyOf,
    Expression,
    Phrase,
    Without,
    any_of,
    wanted_leaves,
)
from daily_papers.query.matching import Matches, Verdict
from daily_papers.query.nearest import Nearest, nearest_phrases
from daily_papers.repository import KEYWORDS, Repository
from daily_papers.store.reconcile import reconcile
from daily_papers.store.store import Store

#: If a table covers fewer days, people who are away for a week miss papers.
FEWEST_DAYS = 7.0
#: Each preview is a search, at arXiv's pace; if more keywords change, only these are searched for.
MOST_PREVIEWS = 40
#: In seconds. People won't wait as long for a preview as for the daily job.
_BUDGET = 15 * 60.0
#: Fewer rows say little about days.
_LEAST_ROWS = 100
#: So many times the rows are asked for if the search is for more than the keyword means.
_LOOSER = 3
#: Fewer papers may be in another table by chance.
_LEAST_DOUBLE = 5
#: So many phrases are compared with what so many papers say.
_MOST_PHRASES = 200
_MOST_PAPERS = 5_000
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
    #: If a phrase must be in title and abstract, those with it in either: the search was for them.
    either: tuple[Paper, ...] = ()
    #: How many papers arXiv has in all; an estimate if there are more ``either``.
    total: int = 0
    #: How many papers arXiv returned.
    returned: int = 0
    #: How many of the papers each other keyword has, too; the most first.
    overlaps: tuple[tuple[str, int], ...] = ()
    #: How many other papers arXiv returned, which would not be stored.
    strangers: int = 0
    #: Why there is no result; None if arXiv answered the search.
    failure: str | None = None

    @property
    def new_per_listing_day(self) -> float:
        """How many new papers, which are mailed, match on an average listing day; 0 if unknown."""
        new = sum(paper.version == 1 for paper in self.papers)
        return (per_listing_day(self.papers) or 0.0) * new / max(len(self.papers), 1)

    @property
    def days_covered(self) -> float | None:
        """How many days a full table reaches back; None if all papers fit, or if unknown."""
        days = _days(self.papers)
        if days is None or self.total <= self.keyword.max_papers:
            return None
        return days * (self.keyword.max_papers - 1) / (len(self.papers) - 1)

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


def _days(papers: Sequence[Paper]) -> float | None:
    """Days from the oldest of the papers to the newest; None if there are too few."""
    times = [paper.updated for paper in papers if paper.updated is not None]
    if len(times) < 2:
        return None
    return (max(times) - min(times)).total_seconds() / 86_400 or None


def per_listing_day(papers: Sequence[Paper]) -> float | None:
    """How many of a search's papers and revisions come on an average listing day."""
    days = _days(papers)
    return None if days is None else (len(papers) - 1) / days * 7 / _LISTING_DAYS_A_WEEK


@dataclass(frozen=True, slots=True)
class LikedPreview:
    """A keyword with `like`, and what it would take from the last listing."""

    keyword: Keyword
    #: How many new and cross-listed papers the last listing has in its categories.
    listed: int = 0
    ranked: Ranked | None = None
    #: Why there is no result; None if arXiv answered.
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """What the previews come to together."""

    #: How many different new papers come on an average listing day; None for a single keyword.
    new_per_listing_day: float | None
    #: Keywords whose papers are all in another one's table, too.
    doubles: tuple[tuple[str, str], ...]
    #: Phrases that find nothing, or far less than similar ones.
    nearest: tuple[Nearest, ...]
    #: How many papers were looked at: those of the searches, of the store, of the last listing.
    papers: int
    #: How many of them the last listing has; 0 if it was not asked for, or not known.
    listed: int
    #: How many keywords were not searched for.
    left_out: int


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


def keywords_named(config: Config, name: str | None) -> tuple[Keyword, ...]:
    """Find a keyword by name or slug, or read the text as a new phrase; all keywords for None."""
    if name is None:
        return config.keywords
    found = (k for k in config.keywords if name.casefold() in (k.name.casefold(), k.slug))
    known = next(found, None)
    return (known or _new_keyword(config, name),)


def _new_keyword(config: Config, name: str) -> Keyword:
    quoted = name.replace("'", "''")
    lines = ["keywords:", f"  - '{quoted}'"]
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
    earlier = _config_at(root, revision)
    before = () if earlier is None else earlier.keywords
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


def changed_endpoint(config: Config, path: Path, revision: str) -> tuple[Problem, ...]:
    """Warn if another host than at a commit is to write summaries. Raises DailyPapersError."""
    if config.summaries is None:
        return ()
    earlier = _config_at(path.parent, revision)
    known = earlier and earlier.summaries and earlier.summaries.endpoint
    if config.summaries.endpoint == known:
        return ()
    message = (
        f"endpoint: summaries would come from {config.summaries.endpoint}"
        f"{f', not from {known}' if known else ''}; merge this only if you trust it"
    )
    return (Problem(str(path), config.summaries.line, None, message, "warning"),)


def _config_at(root: Path, revision: str) -> Config | None:
    """The configuration of a commit; None if its file does not exist or is wrong."""
    name = f"{revision}^{{commit}}"
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    if commit is None:
        raise UsageError(
            f"--changed-since: git finds no commit {revision!r} (a shallow clone may lack it)"
        )
    text = _git(root, "cat-file", "blob", f"{commit.decode().strip()}:./{KEYWORDS}")
    try:
        return None if text is None else parse_config(text, f"{KEYWORDS} at {revision}")
    except ConfigError:
        return None


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None if it fails."""
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise DailyPapersError(f"git cannot be run: {error.strerror}") from error
    return done.stdout if done.returncode == 0 else None


# --- what they bring ---------------------------------------------------------------------------


def session_for(request: Request) -> PoliteSession:
    """The session of all that a preview asks arXiv."""
    return PoliteSession(
        Limits.of(Services.from_environment(request.environ), budget=_BUDGET),
        say=request.say,
        digest_repository=repository_url(request.environ),
    )


def preview_keywords(
    session: PoliteSession, request: Request, config: Config, keywords: Sequence[Keyword]
) -> Iterator[KeywordPreview]:
    """Search for each keyword in turn; yield what it would bring, or why we don't know."""
    api = QueryApi(session, Services.from_environment(request.environ))
    for keyword in keywords[:MOST_PREVIEWS]:
        rows = max(keyword.max_papers, _LEAST_ROWS)
        search = in_either(keyword.expression)
        is_looser = search != keyword.expression
        try:
            answer = api.search(search, min(_LOOSER * rows, MOST_PAPERS) if is_looser else rows)
        except FetchError as error:
            yield KeywordPreview(keyword, request.day, failure=str(error))
            continue
        found = matching(search, answer.papers)
        papers = matching(keyword.expression, found)
        share = len(papers) / len(answer.papers) if len(papers) < len(found) else 1.0
        yield KeywordPreview(
            keyword,
            request.day,
            papers=papers,
            either=found if is_looser else (),
            total=round(answer.total * share),
            returned=len(answer.papers),
            overlaps=overlaps(keyword, config.keywords, papers),
            strangers=len(answer.papers) - len(found),
        )


def preview_liked(
    session: PoliteSession, request: Request, config: Config, keyword: Keyword
) -> LikedPreview:
    """Ask for the last listing in the keyword's categories, and rank it."""
    repository = Repository(request.root)
    store = repository.store_for(config)
    # Ignore what was taken or mailed before: the question is what the keyword would take.
    unspent = {slug: replace(each, last_success=None) for slug, each in store.keywords.items()}
    before = store.updated(keywords=unspent, news=frozenset())
    services = Services.from_environment(request.environ)
    parts = split_into_parts(keyword.categories, store.state.listed)
    answer = todays_feed(session, services, parts)
    if answer.failures:
        return LikedPreview(keyword, failure=str(answer.failures[0].error))
    unknown = [id for id in config.liked_ids if id not in store.liked]
    try:
        liked = Liked(tuple(QueryApi(session, services).by_id(unknown)) if unknown else ())
    except FetchError as error:
        return LikedPreview(keyword, failure=str(error))
    announced = merge_parts(part.announcements for part in answer.parts)
    matched = matching_each(config.keywords, [one.paper for one in announced])
    feed = FeedRead(announced, matched, ())
    return LikedPreview(
        keyword,
        listed=sum(one.kind.is_news for one in announced),
        ranked=rank_listing(
            repository.root, config, before, feed, known_liked(before, [liked]), request.day
        ),
    )


def overview(
    session: PoliteSession,
    request: Request,
    config: Config,
    previews: Sequence[KeywordPreview],
    left_out: int,
) -> Overview:
    """Sum the previews up, from their papers and those of the store.

    If a keyword has no hits, it also asks for the last listing: the words of its papers may be
    close to it.
    """
    store = Repository(request.root).store_for(config)
    listed: list[Paper] = []
    if any(not each.papers and not each.either and each.failure is None for each in previews):
        parts = split_into_parts(all_categories(config.keywords), store.state.listed)
        services = Services.from_environment(request.environ)
        answer = todays_feed(session, services, parts)
        listed = [one.paper for part in answer.parts for one in part.announcements]
    found = [paper for each in previews for paper in (*each.papers, *each.either)]
    stored = [each.paper for each in store.papers.values()]
    papers = list({paper.id: paper for paper in (*found, *listed, *stored)}.values())[:_MOST_PAPERS]
    phrases = [
        leaf.text
        for each in previews
        if each.failure is None
        for leaf in wanted_leaves(each.keyword.expression)
        if isinstance(leaf, Phrase)
    ]
    doubles = [
        (each.keyword.name, other)
        for each in previews
        for other, count in each.overlaps
        if count == len(each.papers) >= _LEAST_DOUBLE
    ]
    return Overview(
        new_per_listing_day=_new_per_listing_day(previews) if len(previews) > 1 else None,
        doubles=tuple({frozenset(pair): pair for pair in reversed(doubles)}.values()),
        nearest=nearest_phrases(list(dict.fromkeys(phrases))[:_MOST_PHRASES], papers),
        papers=len(papers),
        listed=len(listed),
        left_out=left_out,
    )


def _new_per_listing_day(previews: Sequence[KeywordPreview]) -> float:
    """Count each new paper once: with a share for each of the keywords that it matches."""
    keywords = Counter(paper.id for each in previews for paper in each.papers)
    return sum(
        each.new_per_listing_day
        * sum(1 / keywords[paper.id] for paper in each.papers)
        / max(len(each.papers), 1)
        for each in previews
    )


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
        case All((Phrase(_, text) as one, Phrase(_, other) as two)) if text == other:
            return any_of(one, two)
        case All(parts):
            return All(tuple(map(in_either, parts)))
        case AnyOf(parts):
            return AnyOf(tuple(map(in_either, parts)))
        case Without(wanted, unwanted):
            return Without(in_either(wanted), unwanted)
        case _:
            return expression


def matching(expression: Expression, papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """The papers that match by our own rule, which is stricter than arXiv's."""
    verdicts = Matches({"": expression}, papers).verdicts("")
    judged = zip(papers, verdicts, strict=True)
    return tuple(paper for paper, verdict in judged if verdict is not Verdict.DOES_NOT)
