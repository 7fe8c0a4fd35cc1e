"""`notify`: each digest that has no issue on GitHub gets one, exactly once.

    digests/*.md ─┐
                  ├─▶ what is unsent ─▶ issue ─▶ comments with its further parts
    our issues  ──┘

The issues are the only record of sending. Nothing about it is committed, so no second record can
contradict them: after a kill at any moment, the next run looks at the issues and carries on. Runs
must never overlap, which the workflow's concurrency group ensures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from daily_papers.clock import Clock, listing_day
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.github_actions import GITHUB, repository_name, server_url, site_url
from daily_papers.mail import delivery
from daily_papers.mail.channels import VARIABLE, Channel, read_channels
from daily_papers.mail.correction import correct
from daily_papers.mail.digest import Digest, Mail, is_key
from daily_papers.mail.digest_file import DigestError, read_digest
from daily_papers.mail.github import API_ADDRESS, GitHubApi, IssuesOff, NotGitHub
from daily_papers.mail.github_issues import Issues
from daily_papers.mail.issue import IssuePart, Links, issue_page, issue_parts, issue_title
from daily_papers.mail.marks import Marks
from daily_papers.mail.outbox import (
    Outbox,
    SentMail,
    Unsent,
    digests_for,
    find_unsent,
    read_mailbox,
)
from daily_papers.transaction import unwritable

Say = Callable[[str], None]

_NO_ISSUES = (
    "channels: without issues, nothing is sent to them, since the issues record what was sent"
)


@dataclass(frozen=True)
class NotifyOptions:
    """What the command line asks for. At most one of the first four is set."""

    dry_run: bool = False
    #: Send one line to each channel, and nothing else.
    test: bool = False
    to_file: Path | None = None
    correct: str | None = None
    #: What was wrong, for the comment of ``correct``.
    reason: str | None = None

    def check(self) -> None:
        """Raise UsageError if the options do not fit together."""
        if self.correct is not None and not is_key(self.correct):
            raise UsageError(f"--correct: not a digest: {self.correct!r}; see digests/")
        if self.reason is not None and self.correct is None:
            raise UsageError("--reason: only allowed with --correct")


@dataclass(frozen=True)
class Destination:
    """Where to send, as the environment of GitHub Actions says."""

    links: Links
    token: str | None
    #: None for the API of github.com.
    api_url: str | None
    #: Whose token it is, if that is set; otherwise GitHub is asked.
    login: str | None

    @property
    def repository(self) -> str:
        """``owner/name``."""
        return self.links.repository

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Destination | None:
        """Read the environment; None if it names no repository. Raises UsageError."""
        repository = repository_name(environment)
        if repository is None:
            if given := environment.get("GITHUB_REPOSITORY", "").strip():
                raise UsageError(f"GITHUB_REPOSITORY: not owner/name: {given!r}")
            return None
        return cls(
            links=Links(repository, server_url(environment), site_url(environment)),
            token=environment.get("GITHUB_TOKEN") or None,
            api_url=environment.get("GITHUB_API_URL") or None,
            login=environment.get("DAILY_PAPERS_LOGIN") or None,
        )

    @contextmanager
    def issues(self, clock: Clock, say: Say) -> Iterator[Issues]:
        """The repository's issues, while a connection is open. Raises UsageError."""
        assert self.token is not None
        if self.api_url is None and self.links.server != GITHUB:
            raise UsageError(
                f"GITHUB_API_URL is not set, though GITHUB_SERVER_URL is {self.links.server}; set"
                " it to that server's API, so that the token is sent nowhere else"
            )
        api = GitHubApi(
            self.api_url or API_ADDRESS,
            self.token,
            repository=self.repository,
            clock=clock,
            say=say,
        )
        with closing(api):
            yield Issues(api)


def notify(
    root: Path,
    environment: Mapping[str, str],
    options: NotifyOptions,
    *,
    clock: Clock,
    say: Say,
    warn: Say,
) -> int:
    """Send the digests that have no issue yet, or show or write them, or correct one.

    Returns 3 if a channel was not reached, of which ``warn`` gets a line each, and else 0. Raises
    DailyPapersError, in one line, if a digest could not be sent.
    """
    options.check()
    destination = Destination.from_environment(environment)
    channels, warnings = read_channels(environment)
    try:
        if options.test:
            repository = destination.repository if destination else None
            warnings += _test(channels, warnings, repository, say)
        else:
            _notify(_Order(root, destination, options, channels, warnings), environment, clock, say)
    except IssuesOff:
        warnings += [_NO_ISSUES] if channels else []
        raise
    finally:
        for warning in warnings:
            warn(warning)
    return 3 if warnings else 0


@dataclass(frozen=True)
class _Order:
    """What to do; ``warnings`` collects what goes wrong with channels."""

    root: Path
    destination: Destination | None
    options: NotifyOptions
    channels: tuple[Channel, ...]
    warnings: list[str]


def _notify(order: _Order, environment: Mapping[str, str], clock: Clock, say: Say) -> None:
    destination = order.destination
    digests, problems = read_digests(order.root)
    if destination is not None:
        digests = digests_for(digests, destination.repository)
    today = listing_day(environment)
    if destination is None or not destination.token:
        _show_newest(order, digests, today, say)
    elif digests:
        try:
            with destination.issues(clock, say) as issues:
                problems += _at_github(order, issues, digests, today, say)
        except NotGitHub:
            if not order.options.dry_run and order.options.to_file is None:
                raise
            _show_newest(order, digests, today, say)
    elif not problems:
        say("nothing to send: digests/ holds no digest of this repository")
    _raise(problems)


def _test(
    channels: tuple[Channel, ...], wrong: list[str], repository: str | None, say: Say
) -> list[str]:
    if not channels and not wrong:
        raise UsageError(f"--test: {VARIABLE} is not set; see docs/channels.md")
    return delivery.test(channels, repository, say)


def _at_github(
    order: _Order, issues: Issues, digests: tuple[Digest, ...], today: date, say: Say
) -> list[DailyPapersError]:
    """Do what the options ask for, first the issues and then the channels."""
    assert order.destination is not None
    links, channels = order.destination.links, order.channels
    complete: list[SentMail] = []
    outbox = Outbox(
        issues,
        read_mailbox(issues, order.destination.login),
        links,
        say,
        marks=Marks.begin(today, [channel.name for channel in channels]) if channels else None,
        when_complete=complete.append,
    )
    problems = _carry_out(outbox, digests, today, order)
    if channels:
        order.warnings.extend(
            delivery.Delivery(channels, issues, links, say).deliver(complete, digests, today)
        )
    return problems


def read_digests(root: Path) -> tuple[tuple[Digest, ...], list[DailyPapersError]]:
    """Read digests/, and say what is wrong with damaged files; the others still count."""
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


def _raise(problems: list[DailyPapersError]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise DailyPapersError(f"{len(problems)} problems: {' / '.join(map(str, problems))}")


def _show_newest(order: _Order, digests: tuple[Digest, ...], today: date, say: Say) -> None:
    """Print or write the newest digest, as if nothing had been sent yet. Raises UsageError."""
    destination, options = order.destination, order.options
    if not options.dry_run and options.to_file is None:
        if order.channels:
            order.warnings.append(_NO_ISSUES)
        missing = "GITHUB_TOKEN" if destination else "GITHUB_REPOSITORY"
        raise UsageError(
            f"{missing} is not set, so nothing can be sent; GitHub Actions sets it, and"
            " --dry-run and --to-file work without it"
        )
    unsent = find_unsent(None, digests, today)
    no_token = destination is None or not destination.token
    why = "GITHUB_TOKEN is not set" if no_token else "GITHUB_API_URL is not GitHub's"
    say(f"did not look at GitHub ({why}): assuming that the newest digest is unsent")
    mails = unsent.mails if unsent else ()
    if unsent is not None:
        _say_what_waits(unsent, say)
    links = destination.links if destination else None
    if options.to_file is not None:
        _write(mails, links, options.to_file, say)
    else:
        _print(mails, links or Links("OWNER/NAME"), order, say)


def _carry_out(
    outbox: Outbox, digests: tuple[Digest, ...], today: date, order: _Order
) -> list[DailyPapersError]:
    """Do with issues what the options ask for; return what did not work."""
    options = order.options
    if options.correct is not None:
        correct(outbox, digests, options.correct, options.reason)
        return []
    unsent = find_unsent(outbox.mailbox, digests, today)
    assert unsent is not None
    _say_what_waits(unsent, outbox.say)
    if options.to_file is not None:
        _write(unsent.mails or _newest(unsent, digests), outbox.links, options.to_file, outbox.say)
        return []
    if options.dry_run:
        _show(outbox, unsent, digests, today, order)
        return []
    problems = outbox.send(unsent, digests, today)
    if not (unsent.mails or unsent.waiting or unsent.topics or problems):
        outbox.say("nothing to send: every digest has its issue")
    return problems


def _show(
    outbox: Outbox, unsent: Unsent, digests: tuple[Digest, ...], today: date, order: _Order
) -> None:
    """Print what would be sent."""
    for sent in outbox.mailbox.mails:
        for part in outbox.missing_parts(sent, digests, today):
            _print_part(part, f"would add {{}} to issue {sent.issue.number}:", outbox.say)
    if unsent.mails or not unsent.topics:
        _print(unsent.mails, outbox.links, order, outbox.say)
    plans = outbox.plan_topics(unsent.topics, today)
    for plan in plans:
        where = f"issue {plan.lasting.issue.number}" if plan.lasting else "a new issue"
        for part in plan.parts:
            before = f"would add {{}} to {where}, of keyword {plan.topic.slug}:"
            _print_part(part, before, outbox.say)
    for mail in outbox.deliveries(unsent, plans, today):
        order.warnings.extend(delivery.describe(order.channels, mail, outbox.links, outbox.say))


def _newest(unsent: Unsent, digests: tuple[Digest, ...]) -> tuple[Mail, ...]:
    """The newest digest, if digests go to issues of keywords: each has its own place in those."""
    return (Mail(digests[-1:]),) if unsent.topics else ()


def _say_what_waits(unsent: Unsent, say: Say) -> None:
    if unsent.waiting:
        keys = ", ".join(digest.key for digest in unsent.waiting)
        say(f"digest {keys}: waiting for the weekly mail of {unsent.waiting[-1].due}")


def _write(mails: tuple[Mail, ...], links: Links | None, file: Path, say: Say) -> None:
    """Write the mails to one file, which is empty if there are none."""
    try:
        file.write_text(
            "\n".join(issue_page(mail, links) for mail in mails), encoding="utf-8", newline="\n"
        )
    except OSError as error:
        raise unwritable(file, error) from error
    keys = [key for mail in mails for key in mail.keys]
    say(f"{file}: {'digest ' + ', '.join(keys) if keys else 'empty, as there is nothing to send'}")


def _print(mails: tuple[Mail, ...], links: Links, order: _Order, say: Say) -> None:
    if not mails:
        say("no issue would be opened: there is nothing to send")
    for mail in mails:
        first, *further = issue_parts(mail, links)
        say(f"would open an issue in {links.repository}:")
        say(f"| {issue_title(mail)}")
        _print_part(first, "with the text:", say)
        for part in further:
            _print_part(part, "would add {} to it:", say)
        order.warnings.extend(delivery.describe(order.channels, mail, links, say))


def _print_part(part: IssuePart, before: str, say: Say) -> None:
    """Print a text with ``|`` before each line: GitHub Actions would obey ``::error::``."""
    say(before.format(f"part {part.key.part} of {part.key.parts}"))
    for line in part.body.split("\n"):
        say(f"| {line}" if line else "|")
