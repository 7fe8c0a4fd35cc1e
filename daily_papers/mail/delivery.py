"""Sending digests to channels: each part to each channel once, as the marks in its issue say.

A part is marked right after it was sent. So a run that is killed between the two repeats that one
part, to that one channel. Nothing is sent if GitHub does not take the edits that mark it. A channel
that fails is not tried again in the same run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.github_actions import Addresses
from daily_papers.mail.channels import ChannelFailed
from daily_papers.mail.chat import Chat
from daily_papers.mail.digest import Mail, digest_order
from daily_papers.mail.github_issues import Issue
from daily_papers.mail.issue import CHANNEL_NAME, Mark, find_part_keys
from daily_papers.mail.mailbox import OurIssue
from daily_papers.mail.outbox import Outbox, Unfinished, reassemble
from daily_papers.mail.smtp import MailAccount

AnyChannel = Chat | MailAccount

VARIABLE = "DAILY_PAPERS_CHANNELS"
#: With so many, the marks always fit into an issue.
MOST_CHANNELS = 20


def read_channels(
    environment: Mapping[str, str],
) -> tuple[Sequence[AnyChannel], list[str]]:
    """Read the secret: the channels, and what is wrong with its other lines."""
    channels: dict[str, AnyChannel] = {}
    problems = []
    for number, line in enumerate(environment.get(VARIABLE, "").splitlines(), 1):
        name, _, address = (each.strip() for each in line.partition("="))
        name = name.lower()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not re.fullmatch(CHANNEL_NAME, name) or "://" not in address:
            wrong = "not of the form `name = address`, with a name of up to 24 of a-z, 0-9 and -"
        elif name in channels:
            wrong = "a second channel with this name; give each its own"
        elif len(channels) == MOST_CHANNELS:
            wrong = f"more than {MOST_CHANNELS} channels; join some"
        else:
            is_mail = address.partition(":")[0].lower() in {"mailto", "mailtos"}
            channels[name] = (MailAccount if is_mail else Chat)(name, address)
            continue
        problems.append(f"{VARIABLE}, line {number}: {wrong}")
    return tuple(channels.values()), problems


@dataclass
class Delivery:
    """Sends what is due to the channels, and says so for each part."""

    outbox: Outbox
    channels: Sequence[AnyChannel]
    _failed: set[str] = field(default_factory=set)
    #: The issues with all marks so far: Deliveries has those of several digests.
    _marked: dict[int, Issue] = field(default_factory=dict)

    def deliver(self) -> None:
        """Send each issue's digests, oldest first, to its channels."""
        in_order = sorted(self.outbox.complete, key=lambda sent: digest_order(sent.key.digests[0]))
        for sent in in_order:
            marks = sent.key.marks
            # A key that a person has rewritten cannot be changed by us, so nothing could be marked.
            is_ours = str(sent.key) in sent.issue.body
            if marks is None or not is_ours or not marks.is_due(self.outbox.today):
                continue
            try:
                mail = reassemble(sent.issue, sent.key, self.outbox.digests)
                for channel in self.channels:
                    mark = marks.channels.get(channel.name)
                    if mark is not None and channel.name not in self._failed:
                        self._carry_on(sent, channel, mail, mark)
            except DailyPapersError as problem:
                self.outbox.problems.append(ChannelFailed(f"channels: {problem}"))
                if not isinstance(problem, Unfinished):
                    return  # what cannot be marked is not sent

    def _carry_on(self, sent: OurIssue, channel: AnyChannel, mail: Mail, mark: Mark) -> None:
        """Send a channel what it lacks."""
        try:
            channel.read_address()  # a wrong one is named before the next digest needs it
            if channel.lacks(mail, mark):
                self._send(sent, channel, mail, mark)
        except ChannelFailed as failure:
            self._failed.add(channel.name)
            self.outbox.problems.append(failure)

    def _send(self, sent: OurIssue, channel: AnyChannel, mail: Mail, mark: Mark) -> None:
        self._mark(sent, channel.name, mark)  # may we?
        with closing(channel.send(mail, self.outbox.here, mark)) as sending:
            for part, done in sending:
                name = channel.name
                self.outbox.say(f"digest {sent.key.names}: sent part {part} to channel {name}")
                self._mark(sent, name, done)

    def _mark(self, sent: OurIssue, name: str, mark: Mark) -> None:
        """Note in the issue what a channel has; an edit, which mails nobody."""
        issue = self._marked.get(sent.issue.number, sent.issue)
        key = [each for each in find_part_keys(issue.body) if each == sent.key][-1]
        assert key.marks is not None
        marks = replace(key.marks, channels={**key.marks.channels, name: mark})
        body = issue.body.replace(str(key), str(replace(key, marks=marks)))
        self._marked[issue.number] = self.outbox.issues.edit(issue, issue.title, body)


class DryDelivery(Delivery):
    """Says what would be sent to which channel."""

    def _send(self, sent: OurIssue, channel: AnyChannel, *_: object) -> None:
        self.outbox.say(f"digest {sent.key.names}: would go to channel {channel.name}")


def send_test(
    environment: Mapping[str, str], say: Callable[[str], None], warn: Callable[[str], None]
) -> int:
    """Send one line to each channel; ``warn`` gets a line for each that was not reached.

    Returns 3 if there was one, and else 0. Raises UsageError at the end if the secret is missing,
    or a line of it is wrong.
    """
    channels, wrong_lines = read_channels(environment)
    repository = Addresses.of(environment).repository or "a repository of daily-papers"
    code = 0
    for channel in channels:
        try:
            channel.send_message(
                "Daily Papers: a test", f"This channel gets the digests of {repository}."
            )
            say(f"channel {channel.name}: sent a test")
        except ChannelFailed as failure:
            warn(str(failure))
            code = failure.exit_code
    if wrong_lines or not channels:
        missing = f"--test: {VARIABLE} is not set; see docs/channels.md"
        raise UsageError(" / ".join(wrong_lines) or missing)
    return code
