"""`preview`: what a keyword would bring, before it is merged.

keywords.yaml, now and at an older commit -> the keywords that changed -> one search each
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from daily_papers.arxiv.search import QueryApi
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import Limits, PoliteSession
from daily_papers.config import Config, ConfigError, Keyword, load_config, parse_config
from daily_papers.config.written import in_single
from daily_papers.errors import DailyPapersError, FetchError, UsageError
from daily_papers.prospect import MOST_PREVIEWS, Change, KeywordPreview, refused, shared
from daily_papers.repository import KEYWORDS
from daily_papers.store.reconcile import reconcile
from daily_papers.store.store import Store

#: Nobody waits for a preview as for the daily job.
_BUDGET = 15 * 60.0
#: Fewer rows tell little about days.
_LEAST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be previewed, for which day, in which environment."""

    root: Path
    day: date
    environ: Mapping[str, str]
    #: Called with a sentence where it takes long.
    say: Callable[[str], None]


def keywords_named(config: Config, name: str) -> tuple[Keyword, ...]:
    """Find a keyword by heading or slug, or read the text as a new one: a plain phrase."""
    found = (k for k in config.keywords if name.casefold() in (k.name.casefold(), k.slug))
    known = next(found, None)
    return (known or _new_keyword(config, name),)


def _new_keyword(config: Config, name: str) -> Keyword:
    try:
        lines = ["keywords:", f"  - {in_single(name)}"]
        if config.categories:
            lines.insert(0, f"categories: [{', '.join(config.categories)}]")
        (keyword,) = parse_config("\n".join(lines).encode(), "preview").keywords
    except ConfigError as error:
        raise UsageError(f"preview: {error.problems[0].message}") from error
    return replace(keyword, max_papers=config.max_papers)


def changed_since(root: Path, revision: str, day: date) -> tuple[Config, Change]:
    """Compare keywords.yaml with that of a commit. Raises DailyPapersError."""
    config = load_config(root / KEYWORDS)
    before = _keywords_at(root, revision)
    store = reconcile(Store(), before, day).store
    done = reconcile(store, config.keywords, day)
    changed = {*done.added, *done.changed}
    more_rows = _with_more_rows(before, config.keywords, done.renamed)
    change = Change(
        keywords=tuple(keyword for keyword in config.keywords if keyword.slug in changed),
        removed=done.removed,
        renamed=done.renamed,
        fills=len(changed | more_rows),
    )
    return config, change


def _with_more_rows(
    before: Sequence[Keyword], now: Sequence[Keyword], renamed: Sequence[tuple[str, str]]
) -> set[str]:
    """Keywords whose tables get longer: what was pushed out has to be fetched."""
    names = dict(renamed)
    rows = {names.get(keyword.slug, keyword.slug): keyword.max_papers for keyword in before}
    return {k.slug for k in now if k.max_papers > rows.get(k.slug, k.max_papers)}


def _keywords_at(root: Path, revision: str) -> tuple[Keyword, ...]:
    """The keywords of a commit; none where its file is not there or wrong."""
    commit = _git(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    if commit is None:
        raise UsageError(
            f"--changed-since: git knows no commit {revision!r} here (a shallow clone may lack it)"
        )
    text = _git(root, "cat-file", "blob", f"{commit.decode().strip()}:./{KEYWORDS}")
    if text is None:
        return ()
    try:
        return parse_config(text, f"{KEYWORDS} at {revision}").keywords
    except ConfigError:
        return ()


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None where it refuses."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, check=False
        )
    except OSError as error:
        raise DailyPapersError(f"git cannot be run: {error.strerror}") from error
    return done.stdout if done.returncode == 0 else None


def prospects(
    request: Request, config: Config, keywords: Sequence[Keyword]
) -> Iterator[KeywordPreview]:
    """Search for each keyword in turn; give what it would bring, or why that is not known."""
    services = Services.from_environment(request.environ)
    with PoliteSession(
        Limits.of(services, budget=_BUDGET),
        say=request.say,
        digest_repository=request.environ.get("GITHUB_REPOSITORY") or None,
    ) as session:
        api = QueryApi(session, services)
        for keyword in keywords[:MOST_PREVIEWS]:
            try:
                yield _prospect(api, keyword, config, request.day)
            except FetchError as error:
                yield KeywordPreview(keyword, (), 0, (), 0, request.day, failure=str(error))


def _prospect(api: QueryApi, keyword: Keyword, config: Config, day: date) -> KeywordPreview:
    answer = api.search(keyword.expression, max(keyword.max_papers, _LEAST_ROWS))
    return KeywordPreview(
        keyword=keyword,
        papers=answer.papers,
        total=answer.total,
        overlaps=shared(keyword, config.keywords, answer.papers),
        not_matching=refused(keyword, answer.papers),
        day=day,
    )
