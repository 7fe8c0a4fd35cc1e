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
from daily_papers.mail.digest import Digest, Mail, is_key, mails_of
from daily_papers.mail.digest_file import DigestError, read_digest
from daily_papers.mail.github import API_ADDRESS, GitHubApi, IssuesOff, NotGitHub
from daily_papers.mail.github_issues import Issues
from daily_papers.mail.issue import IssuePart, Links, issue_page, issue_parts, issue_title
from daily_papers.mail.keyword_issues import TopicPlan, issue_title_of, plan_topic
from daily_papers.mail.mailbox import (
    Mailbox,
    SentMail,
    Unsent,
    digests_for,
    find_unsent,
    read_mailbox,
)
from daily_papers.mail.marks import Marks
from daily_papers.mail.outbox import Outbox, Unfinished, reassemble
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
        if not options.test:
            digests, problems = read_digests(root)
            if destination is not None:
                digests = digests_for(digests, destination.repository)
            today = listing_day(environment)
            run = _Run(destination, options, channels, digests, today, say, problems, warnings)
            run.carry_out(clock)
            _raise(problems)
        elif channels or warnings:
            repository = destination.repository if destination else None
            warnings += delivery.test(channels, repository, say)
        else:
            raise UsageError(f"--test: {VARIABLE} is not set; see docs/channels.md")
    except IssuesOff:
        warnings += [_NO_ISSUES] if channels else []
        raise
    finally:
        for warning in warnings:
            warn(warning)
    return 3 if warnings else 0


def _raise(problems: list[DailyPapersError]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise DailyPapersError(f"{len(problems)} problems: {' / '.join(map(str, problems))}")


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


@dataclass(frozen=True)
class _Run:
    """What to do with which digests; the two lists collect what goes wrong."""

    destination: Destination | None
    options: NotifyOptions
    channels: tuple[Channel, ...]
    digests: tuple[Digest, ...]
    today: date
    say: Say
    #: Of digests and issues.
    problems: list[DailyPapersError]
    #: Of channels.
    warnings: list[str]

    @property
    def _sends(self) -> bool:
        return not self.options.dry_run and self.options.to_file is None

    def carry_out(self, clock: Clock) -> None:
        """Do what the options ask for. Raises DailyPapersError for what stops it."""
        destination = self.destination
        if destination is None or not destination.token:
            missing = "GITHUB_TOKEN" if destination else "GITHUB_REPOSITORY"
            if self._sends:
                self.warnings.extend([_NO_ISSUES] if self.channels else [])
                raise UsageError(
                    f"{missing} is not set, so nothing can be sent; GitHub Actions sets it, and"
                    " --dry-run and --to-file work without it"
                )
            self._show_newest("GITHUB_TOKEN is not set")
        elif self.digests:
            try:
                with destination.issues(clock, self.say) as issues:
                    self._at_github(destination, issues)
            except NotGitHub:
                if self._sends:
                    raise
                self._show_newest("GITHUB_API_URL is not GitHub's")
        elif not self.problems:
            self.say("nothing to send: digests/ holds no digest of this repository")

    def _show_newest(self, why: str) -> None:
        """Print or write the newest digest, as if nothing had been sent yet."""
        self.say(f"did not look at GitHub ({why}): assuming that the newest digest is unsent")
        links = self.destination.links if self.destination else None
        unsent = find_unsent(Mailbox(), self.digests, self.today)
        if unsent is not None:
            self._say_what_waits(unsent)
        if self.options.to_file is not None:
            self._write(unsent, links, self.options.to_file)
        elif unsent is None:
            self._print((), Links("OWNER/NAME"))
        else:
            links = links or Links("OWNER/NAME")
            plans = [plan_topic(each, None, (), links, self.today) for each in unsent.topics]
            self._show(unsent, plans, mails_of(unsent.per_keyword, self.today), links)

    def _at_github(self, destination: Destination, issues: Issues) -> None:
        """Do it first with the issues, then with the channels."""
        links, channels = destination.links, self.channels
        complete: list[SentMail] = []
        outbox = Outbox(
            issues,
            read_mailbox(
                issues,
                self.digests,
                self.today,
                login=destination.login,
                has_channels=bool(channels),
                correct=self.options.correct,
            ),
            links,
            self.say,
            has_all_digests=not self.problems,
            marks=self._marks if channels else None,
            when_complete=complete.append,
        )
        if self.options.correct is not None:
            correct(outbox, self.digests, self.options.correct, self.options.reason)
        else:
            self._send(outbox)
        if channels:
            sending = delivery.Delivery(channels, issues, links, self.say)
            self.warnings.extend(sending.deliver(complete, self.digests, self.today))

    @property
    def _marks(self) -> Marks:
        """The marks of what is sent now: no channel has anything."""
        return Marks.begin(self.today, [each.name for each in self.channels])

    def _send(self, outbox: Outbox) -> None:
        """Send what is unsent, or show or write it."""
        unsent = find_unsent(outbox.mailbox, self.digests, self.today)
        assert unsent is not None
        self._say_what_waits(unsent)
        if self.options.to_file is not None:
            self._write(unsent, outbox.links, self.options.to_file)
        elif self.options.dry_run:
            self._show_rest(outbox)
            plans = outbox.plan_topics(unsent.topics, self.today)
            new = outbox.deliveries(unsent, plans, self.today)
            self._show(unsent, plans, new, outbox.links)
        else:
            problems = outbox.send(unsent, self.digests, self.today)
            self.problems.extend(problems)
            if not (unsent.mails or unsent.waiting or unsent.topics or problems):
                self.say("no issue to open: every digest has its own")

    def _show_rest(self, outbox: Outbox) -> None:
        """Print what issues and channels lack of mails that were begun."""
        for sent in outbox.mailbox.mails:
            for part in outbox.missing_parts(sent, self.digests, self.today):
                self._print_part(part, f"would add {{}} to issue {sent.issue.number}:")
        for sent in (*outbox.mailbox.mails, *outbox.mailbox.deliveries):
            marks = sent.marks_due(self.today)
            if marks and self.channels:
                try:
                    self._describe(reassemble(sent, self.digests), marks, outbox.links)
                except Unfinished as problem:
                    self.warnings.append(f"channels: {problem}")

    def _show(
        self, unsent: Unsent, plans: Sequence[TopicPlan], noted: Sequence[Mail], links: Links
    ) -> None:
        """Print what is unsent: mails, and the comments and channels of keywords' issues."""
        if unsent.mails or not unsent.topics:
            self._print(unsent.mails, links)
        elif not any(plan.parts for plan in plans):
            self.say("no comment would be added: there is nothing to send")
        for plan in plans:
            where = f"issue {plan.lasting.issue.number}" if plan.lasting else "a new issue"
            if plan.is_renamed:
                self.say(f"would rename {where} to: {issue_title_of(plan.topic)}")
            if plan.is_closed and plan.parts:
                self.say(plan.what_waits)
                continue
            for part in plan.parts:
                self._print_part(part, f"would add {{}} to {where}, of keyword {plan.topic.slug}:")
        for mail in noted:
            self._describe(mail, self._marks, links)

    def _describe(self, mail: Mail, marks: Marks, links: Links) -> None:
        self.warnings.extend(delivery.describe(self.channels, mail, marks, links, self.say))

    def _say_what_waits(self, unsent: Unsent) -> None:
        if unsent.waiting:
            keys = ", ".join(digest.key for digest in unsent.waiting)
            self.say(f"digest {keys}: waiting for the weekly mail of {unsent.waiting[-1].due}")

    def _write(self, unsent: Unsent | None, links: Links | None, file: Path) -> None:
        """Write the mails to one file, which is empty if there are none.

        Each keyword's issue may lack something else, so their file has the newest digest.
        """
        mails = unsent.mails if unsent else ()
        if unsent and unsent.topics:
            mails = mails or (Mail(self.digests[-1:]),)
        text = "\n".join(issue_page(mail, links) for mail in mails)
        try:
            file.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise unwritable(file, error) from error
        keys = ", ".join(key for mail in mails for key in mail.keys)
        self.say(f"{file}: {f'digest {keys}' if keys else 'empty, as there is nothing to send'}")

    def _print(self, mails: tuple[Mail, ...], links: Links) -> None:
        if not mails:
            self.say("no issue would be opened: there is nothing to send")
        for mail in mails:
            first, *further = issue_parts(mail, links)
            self.say(f"would open an issue in {links.repository}:")
            self.say(f"| {issue_title(mail)}")
            self._print_part(first, "with the text:")
            for part in further:
                self._print_part(part, "would add {} to it:")
            self._describe(mail, self._marks, links)

    def _print_part(self, part: IssuePart, before: str) -> None:
        """Print a text with ``|`` before each line: GitHub Actions would obey ``::error::``."""
        self.say(before.format(f"part {part.key.part} of {part.key.parts}"))
        for line in part.body.split("\n"):
            self.say(f"| {line}" if line else "|")
