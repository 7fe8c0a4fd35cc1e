"""Sending digests to channels: each part to each channel once, as the marks in its issue say.

A part is marked right after it was sent. So a run that is killed between the two repeats that one
part, to that one channel. Nothing is sent if GitHub does not take the edits that mark it. A channel
that fails is not tried again in the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date

from daily_papers.errors import DailyPapersError
from daily_papers.github_actions import Addresses
from daily_papers.mail.channels import Channel, ChannelFailed, Mark
from daily_papers.mail.chat import Chat
from daily_papers.mail.digest import Digest, Mail
from daily_papers.mail.github_issues import Issue, Issues
from daily_papers.mail.issue import find_part_keys
from daily_papers.mail.mailbox import OurIssue
from daily_papers.mail.outbox import Unfinished, reassemble
from daily_papers.mail.smtp import MailAccount

Say = Callable[[str], None]


@dataclass
class Delivery:
    """Sends what is due to the channels; ``say`` gets a line for each part."""

    channels: Sequence[Channel]
    issues: Issues
    here: Addresses
    say: Say
    #: What did not work.
    warnings: list[str]
    _failed: set[str] = field(default_factory=set)
    #: The issues with all marks so far: Deliveries has those of several digests.
    _marked: dict[int, Issue] = field(default_factory=dict)

    def deliver(self, complete: Sequence[OurIssue], digests: Sequence[Digest], today: date) -> None:
        """Send each issue's digests, oldest first, to its channels."""
        for sent in complete:
            marks = sent.key.marks
            # A key that a person has rewritten cannot be changed by us, so nothing could be marked.
            is_ours = str(sent.key) in sent.issue.body
            if marks is None or not is_ours or not marks.is_due(today):
                continue
            try:
                mail = reassemble(sent.issue, sent.key, digests)
                for channel in self.channels:
                    mark = marks.channels.get(channel.name)
                    if mark is not None and channel.name not in self._failed:
                        self._carry_on(sent, channel, mail, mark)
            except Unfinished as problem:
                self.warnings.append(f"channels: {problem}")
            except DailyPapersError as problem:
                # What cannot be marked is not sent.
                self.warnings.append(f"channels: {problem}")
                return

    def _carry_on(self, sent: OurIssue, channel: Channel, mail: Mail, mark: Mark) -> None:
        """Send a channel what it lacks."""
        try:
            service = open_service(channel)
            if service.lacks(mail, mark):
                self._send(sent, service, mail, mark)
        except ChannelFailed as failure:
            self._failed.add(channel.name)
            self.warnings.append(str(failure))

    def _send(self, sent: OurIssue, service: Chat | MailAccount, mail: Mail, mark: Mark) -> None:
        name = service.channel.name
        self._mark(sent, name, mark)  # may we?
        with closing(service.send(mail, self.here, mark)) as sending:
            for part, done in sending:
                self.say(f"digest {sent.key.names}: sent part {part} to channel {name}")
                self._mark(sent, name, done)

    def _mark(self, sent: OurIssue, name: str, mark: Mark) -> None:
        """Note in the issue what a channel has; an edit, which mails nobody."""
        issue = self._marked.get(sent.issue.number, sent.issue)
        key = [each for each in find_part_keys(issue.body) if each == sent.key][-1]
        assert key.marks is not None
        marks = replace(key.marks, channels={**key.marks.channels, name: mark})
        marked = replace(key, marks=marks)
        body = issue.body.replace(str(key), str(marked))
        self._marked[issue.number] = self.issues.edit(issue, issue.title, body)


class DryDelivery(Delivery):
    """Shows what would be sent, without any address."""

    def _send(self, _: OurIssue, service: Chat | MailAccount, mail: Mail, mark: Mark) -> None:
        for line in service.preview(mail, self.here, mark):
            self.say(line)


def open_service(channel: Channel) -> Chat | MailAccount:
    """What sends to a channel; asks nobody. Raises ChannelFailed if its address is wrong."""
    return MailAccount.open(channel) if channel.is_mail else Chat.open(channel)


def test(channels: Sequence[Channel], repository: str | None, say: Say) -> list[str]:
    """Send one line to each channel; return which were not reached."""
    line = f"This channel gets the digests of {repository or 'a repository of daily-papers'}."
    warnings = []
    for channel in channels:
        try:
            open_service(channel).send_message("Daily Papers: a test", line)
        except ChannelFailed as failure:
            warnings.append(str(failure))
        else:
            say(f"channel {channel.name}: sent a test")
    return warnings
