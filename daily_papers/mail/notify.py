"""`notify`: each digest that has no issue on GitHub gets one, exactly once.

    digests/*.md ─┐
                  ├─▶ what is unsent ─▶ issue ─▶ comments with its further parts
    our issues  ──┘

The issues are the only record of sending. Nothing about it is committed, so no second record can
contradict them: after a kill at any moment, the next run looks at the issues and carries on. Runs
must never overlap, which the workflow's concurrency group ensures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from daily_papers.clock import Clock, listing_day
from daily_papers.errors import DailyPapersError, StoreError, UsageError
from daily_papers.github_actions import GITHUB, Addresses
from daily_papers.mail.channels import ChannelFailed
from daily_papers.mail.delivery import AnyChannel, Delivery, DryDelivery, read_channels
from daily_papers.mail.digest import (
    Digest,
    Mail,
    day_of,
    digest_order,
    is_key,
    read_digest,
)
from daily_papers.mail.github import API_ADDRESS, GitHubApi, GitHubError, IssuesOff
from daily_papers.mail.github_issues import ACTIONS_LOGIN, DryIssues, Issues
from daily_papers.mail.issue import Mark, Marks, issue_page
from daily_papers.mail.mailbox import Mailbox, find_unsent, read_mailbox
from daily_papers.mail.outbox import Outbox, correct
from daily_papers.transaction import locked, paths_in, unwritable

Say = Callable[[str], None]

#: For so many days, a run completes what is sent in part or waits for a closed issue.
_DAYS_OF_COMMENTS = 90
_NO_ISSUES = (
    "channels: without issues, nothing is sent to them, since the issues record what was sent"
)
_NOT_BEGUN = (
    "if nothing was mailed here before: the next run that works begins with what is then the newest"
    " digest; older ones stay in digests/ only"
)


@dataclass(frozen=True)
class NotifyOptions:
    """What the command line asks for. At most one of them is set."""

    dry_run: bool = False
    to_file: Path | None = None
    correct: str | None = None


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
    here = Addresses.of(environment)
    if not here.repository and (given := environment.get("GITHUB_REPOSITORY", "").strip()):
        raise UsageError(f"GITHUB_REPOSITORY: not owner/name: {given!r}")
    channels, wrong_lines = read_channels(environment)
    problems: list[DailyPapersError] = [ChannelFailed(line) for line in wrong_lines]
    try:
        _Run(root, environment, options, here, channels, clock, say, problems).carry_out()
    except DailyPapersError as error:
        problems.append(error)
        if channels and isinstance(error, IssuesOff | UsageError):
            problems.append(ChannelFailed(_NO_ISSUES))
    failures = []
    for problem in problems:
        if isinstance(problem, ChannelFailed):
            warn(str(problem))
        else:
            failures.append(problem)
    if len(failures) > 1:
        raise DailyPapersError(f"{len(failures)} problems: {' / '.join(map(str, failures))}")
    for failure in failures:
        raise failure
    return ChannelFailed.exit_code if problems else 0


@dataclass(frozen=True)
class _Run:
    """What to send where."""

    root: Path
    environment: Mapping[str, str]
    options: NotifyOptions
    here: Addresses
    channels: Sequence[AnyChannel]
    clock: Clock
    say: Say
    #: Collects what goes wrong with single digests, mails and channels.
    problems: list[DailyPapersError]

    @property
    def token(self) -> str | None:
        """That of GitHub; None if nothing can be asked there."""
        return (self.here.repository and self.environment.get("GITHUB_TOKEN")) or None

    def carry_out(self) -> None:
        """Do what the options ask for."""
        if self.token is None:
            missing = "GITHUB_TOKEN" if self.here.repository else "GITHUB_REPOSITORY"
            if not self.options.dry_run and self.options.to_file is None:
                raise UsageError(
                    f"{missing} is not set, so nothing can be sent; GitHub Actions sets it, and"
                    " --dry-run and --to-file work without it"
                )
            self.say(
                f"did not look at GitHub ({missing} is not set): assuming that the newest digest is"
                " unsent"
            )
        is_sending = not self.options.dry_run and self.options.to_file is None
        with locked(self.root) if is_sending else nullcontext():
            digests = self._read_digests()
            if digests:
                self._send_all(digests)
            elif not self.problems:
                self.say("nothing to send: digests/ holds no digest of this repository")
                if self.options.to_file is not None:
                    self._write((), self.options.to_file)

    def _send_all(self, digests: Sequence[Digest]) -> None:
        with self._issues() as issues:
            try:
                self._send(issues, digests)
            except GitHubError:
                if issues.label is None:
                    self.say(_NOT_BEGUN)
                raise

    def _read_digests(self) -> list[Digest]:
        """Read the files in digests/, oldest first; damaged ones are problems.

        A copy of somebody else's repository contains its digests; they are never sent. A digest
        that names no repository belongs to the one that it is in.
        """
        digests = []
        for path in paths_in(self.root / "digests", ".md"):
            if not is_key(path.stem):
                continue
            try:
                digest = read_digest(path.read_bytes(), f"digests/{path.name}")
            except StoreError as problem:
                self.problems.append(problem)
            else:
                made_for, here = digest.repository, self.here.repository
                if not (made_for and here) or made_for.casefold() == here.casefold():
                    digests.append(digest)
        wanted = self.options.correct
        if wanted is not None and wanted not in {digest.key for digest in digests}:
            raise UsageError(f"--correct: no digests/{wanted}.md of this repository can be read")
        return sorted(digests, key=lambda digest: digest_order(digest.key))

    @contextmanager
    def _issues(self) -> Iterator[Issues]:
        """The repository's issues, while a connection is open. Raises UsageError."""
        server = self.here.server
        address = self.environment.get("GITHUB_API_URL")
        if not address and server != GITHUB:
            raise UsageError(
                f"GITHUB_API_URL is not set, though GITHUB_SERVER_URL is {server}; set it to"
                " that server's API, so that the token is sent nowhere else"
            )
        api = GitHubApi(address or API_ADDRESS, self.token or "none", self.clock, self.say)
        login = self.environment.get("DAILY_PAPERS_LOGIN") or (
            None if self.token else ACTIONS_LOGIN
        )
        with closing(api):
            kind = DryIssues if self.options.dry_run else Issues
            yield kind(api, self.here.repository or "OWNER/NAME", self.say, login)

    def _send(self, issues: Issues, digests: Sequence[Digest]) -> None:
        """Send first to the issues, then to the channels."""
        options, today = self.options, listing_day(self.environment)
        since = today - timedelta(days=_DAYS_OF_COMMENTS)
        if options.correct is not None:
            since = min(since, day_of(options.correct))
        mailbox = read_mailbox(issues, since) if self.token else Mailbox(issues, since)
        here = replace(self.here, repository=issues.repository)
        names = [channel.name for channel in self.channels]
        marks = Marks(today, dict.fromkeys(names, Mark())) if names else None
        outbox = Outbox(mailbox, digests, here, today, self.say, marks, self.problems)
        unsent = find_unsent(mailbox, digests, today)
        if options.correct is not None:
            correct(outbox, options.correct)
            return
        if unsent.waiting:
            keys = ", ".join(digest.key for digest in unsent.waiting)
            self.say(f"digest {keys}: waiting for the weekly email of {unsent.waiting[-1].due}")
        if options.to_file is not None:
            # Each keyword's issue may lack something else, so their file has the newest digest.
            lasting = [Mail((digest,)) for digest in unsent.per_keyword[-1:]]
            self._write(unsent.mails or lasting, options.to_file)
            return
        outbox.send(unsent)
        kind = DryDelivery if options.dry_run else Delivery
        kind(outbox, self.channels).deliver()

    def _write(self, mails: Sequence[Mail], file: Path) -> None:
        """Write the mails to one file, which is empty if there are none."""
        text = "\n".join(issue_page(mail, self.here) for mail in mails)
        try:
            file.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise unwritable(file, error) from error
        keys = ", ".join(key for mail in mails for key in mail.keys)
        self.say(f"{file}: {f'digest {keys}' if keys else 'empty, as there is nothing to send'}")
