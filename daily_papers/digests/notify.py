"""`notify`: the digests of which GitHub shows no issue become issues, each exactly once.

    digests/*.md ─┐
                  ├─▶ what is to be sent ─▶ issue ─▶ comments with its further parts
    own issues  ──┘

The issues are the only record of sending. Nothing is committed about it, so nothing can disagree:
after a kill at any moment the next run looks, and goes on from there. This holds for runs that
follow each other, which the concurrency group of the workflow ensures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from daily_papers.clock import Clock, listing_day
from daily_papers.digests.correction import correct
from daily_papers.digests.delivery import Delivery, Plan, look, plan
from daily_papers.digests.digest import Digest, is_key
from daily_papers.digests.digest_file import DigestError, read_digest
from daily_papers.digests.github.api import GitHubApi, Limits
from daily_papers.digests.github.errors import NotGitHub
from daily_papers.digests.github.issues import Issues
from daily_papers.digests.issue import IssuePart, Links, issue_page, issue_parts, issue_title
from daily_papers.digests.mailing import Mailing, digests_for
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.transaction import unwritable
from daily_papers.workflow_commands import GITHUB, repository_name, server_url

Say = Callable[[str], None]


@dataclass(frozen=True)
class NotifyOptions:
    """What the command line asks for. At most one of the first three is set."""

    dry_run: bool = False
    to_file: Path | None = None
    correct: str | None = None
    #: What was wrong, for the comment of ``correct``.
    reason: str | None = None


@dataclass(frozen=True)
class GitHubPlace:
    """Where to send, as the environment of GitHub Actions tells it."""

    repository: str
    token: str | None
    #: None for the API of github.com.
    api_url: str | None
    links: Links
    #: Whose token it is, where that is said; GitHub is asked otherwise.
    login: str | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> GitHubPlace | None:
        """Read the environment; None where it names no repository."""
        repository = repository_name(environment)
        if repository is None:
            if given := environment.get("GITHUB_REPOSITORY", "").strip():
                raise UsageError(f"GITHUB_REPOSITORY: not owner/name: {given!r}")
            return None
        server = server_url(environment)
        return cls(
            repository=repository,
            token=environment.get("GITHUB_TOKEN") or None,
            api_url=environment.get("GITHUB_API_URL") or None,
            links=Links(repository, server),
            login=environment.get("DAILY_PAPERS_LOGIN") or None,
        )


def notify(
    root: Path,
    environment: Mapping[str, str],
    options: NotifyOptions,
    *,
    clock: Clock,
    say: Say,
    limits: Limits | None = None,
) -> int:
    """Send the digests that have no issue yet, or show or write them, or correct one.

    Raises DailyPapersError, in one line, where a digest could not be sent.
    """
    if options.correct is not None and not is_key(options.correct):
        raise UsageError(f"--correct: not a digest: {options.correct!r}; digests/ holds them")
    if options.reason is not None and options.correct is None:
        raise UsageError("--reason: only together with --correct")
    place = GitHubPlace.from_environment(environment)
    digests, damaged = read_digests(root)
    today = listing_day(environment)
    if place is None or not place.token:
        _without_looking(place, digests, today, options, say)
        return _ended(damaged)
    digests = digests_for(digests, place.repository)
    if not digests:
        if not damaged:
            say("nothing to send: digests/ holds no digest of this repository")
        return _ended(damaged)
    try:
        with _issues(place, clock, limits, say) as issues:
            return _ended([*damaged, *_having_looked(issues, place, digests, today, options, say)])
    except NotGitHub:
        if not options.dry_run and options.to_file is None:
            raise
    _without_looking(place, digests, today, options, say)
    return _ended(damaged)


def read_digests(root: Path) -> tuple[tuple[Digest, ...], list[DailyPapersError]]:
    """Read digests/, and give the problems of files that are damaged; the others still count."""
    digests = []
    problems: list[DailyPapersError] = []
    for path in sorted((root / "digests").glob("*.md")):
        if not is_key(path.stem):
            continue
        try:
            digests.append(read_digest(path.read_bytes(), f"digests/{path.name}"))
        except DigestError as problem:
            problems.append(problem)
    return tuple(digests), problems


@contextmanager
def _issues(place: GitHubPlace, clock: Clock, limits: Limits | None, say: Say) -> Iterator[Issues]:
    assert place.token is not None
    if place.api_url is None and place.links.server != GITHUB:
        raise UsageError(
            f"GITHUB_API_URL is not set, though GITHUB_SERVER_URL is {place.links.server}; set it"
            " to that server's API, so that the token goes nowhere else"
        )
    api = GitHubApi(
        place.api_url or "https://api.github.com",
        place.token,
        repository=place.repository,
        clock=clock,
        limits=limits,
        say=say,
    )
    try:
        yield Issues(api)
    finally:
        api.close()


def _ended(problems: list[DailyPapersError]) -> int:
    if not problems:
        return 0
    if len(problems) == 1:
        raise problems[0]
    raise DailyPapersError(f"{len(problems)} problems: {' / '.join(map(str, problems))}")


def _without_looking(
    place: GitHubPlace | None,
    digests: tuple[Digest, ...],
    today: date,
    options: NotifyOptions,
    say: Say,
) -> None:
    """Show or write the newest digest, as if nothing was ever sent."""
    if not options.dry_run and options.to_file is None:
        missing = "GITHUB_TOKEN" if place else "GITHUB_REPOSITORY"
        raise UsageError(
            f"{missing} is not set, so nothing can be sent; GitHub Actions sets it, and"
            " --dry-run and --to-file do without"
        )
    if place is not None:
        digests = digests_for(digests, place.repository)
    planned = plan(None, digests, today)
    why = "GITHUB_API_URL is not GitHub's" if place and place.token else "GITHUB_TOKEN is not set"
    say(f"not looked at GitHub ({why}): taking the newest digest as unsent")
    mailings = planned.mailings if planned else ()
    if options.to_file is not None:
        _write(mailings, place, options.to_file, say)
    else:
        _print_mails(mailings, place, say)


def _having_looked(
    issues: Issues,
    place: GitHubPlace,
    digests: tuple[Digest, ...],
    today: date,
    options: NotifyOptions,
    say: Say,
) -> list[DailyPapersError]:
    shown = look(issues, place.login)
    planned = plan(shown, digests, today)
    assert planned is not None
    delivery = Delivery(issues, shown, place.links, say)
    if options.correct is not None:
        correct(delivery, digests, options.correct, options.reason)
        return []
    if options.to_file is not None:
        _write(planned.mailings, place, options.to_file, say)
        return []
    if options.dry_run:
        for mail in shown.mails:
            for part in delivery.missing_parts(mail, digests, today):
                _print_part(part, f"would add {{}} to issue {mail.issue.number}:", say)
        _print_mails(planned.mailings, place, say)
        return []
    return _send(delivery, planned, digests, today)


def _send(
    delivery: Delivery, planned: Plan, digests: tuple[Digest, ...], today: date
) -> list[DailyPapersError]:
    problems = delivery.send(planned, digests, today)
    if not planned.mailings and not problems:
        delivery.say("nothing to send: every digest has its issue")
    return problems


def _write(mailings: tuple[Mailing, ...], place: GitHubPlace | None, file: Path, say: Say) -> None:
    """Write the mails on one page; where there is none, an empty file."""
    pages = [issue_page(mailing, place.links if place else None) for mailing in mailings]
    try:
        file.write_text("\n".join(pages), encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(file, error) from error
    keys = [key for mailing in mailings for key in mailing.keys]
    say(f"{file}: {'digest ' + ', '.join(keys) if keys else 'empty, as nothing is to be sent'}")


def _print_mails(mailings: tuple[Mailing, ...], place: GitHubPlace | None, say: Say) -> None:
    links = place.links if place else Links("OWNER/NAME")
    if not mailings:
        say("no issue would be opened: every digest has its own")
    for mailing in mailings:
        first, *further = issue_parts(mailing, links)
        say(f"would open an issue in {links.repository}:")
        say(f"| {issue_title(mailing)}")
        _print_part(first, "with the text:", say)
        for part in further:
            _print_part(part, "would add {} to it:", say)


def _print_part(part: IssuePart, before: str, say: Say) -> None:
    """Print a text, a sign before each line: GitHub Actions obeys lines that begin with ``::``."""
    say(before.format(f"part {part.key.part} of {part.key.parts}"))
    for line in part.body.split("\n"):
        say(f"| {line}".rstrip())
