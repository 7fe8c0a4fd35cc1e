"""Sending digests to channels: each part to each channel once, as the marks in its issue say.

A part is marked right after it was sent. So a run that is killed between the two repeats that one
part, to that one channel. Nothing is sent if GitHub does not take the edits that mark it. A channel
that fails is not tried again in the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import date

from daily_papers.errors import DailyPapersError
from daily_papers.mail.channels import Channel, ChannelFailed
from daily_papers.mail.chat import Chat
from daily_papers.mail.digest import Digest, Mail
from daily_papers.mail.forms import unsent_parts
from daily_papers.mail.github_issues import Issue, Issues
from daily_papers.mail.issue import Links, issue_title
from daily_papers.mail.mailbox import SentMail
from daily_papers.mail.marks import DAYS_TRIED, LONGEST_MARKS, Mark, Marks
from daily_papers.mail.outbox import Unfinished, reassemble
from daily_papers.mail.smtp import MailAccount, mail_message

_TEST_TITLE = "Daily Papers: a test"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Delivery:
    """Sends what is due to the channels; ``say`` gets a line for each part."""

    channels: tuple[Channel, ...]
    issues: Issues
    links: Links
    say: Say

    def deliver(
        self, complete: Sequence[SentMail], digests: tuple[Digest, ...], today: date
    ) -> list[str]:
        """Send each issue's digests, oldest first, to its channels; return what did not work."""
        warnings = self._given_up(complete, digests, today)
        failed: set[str] = set()
        # The issue Deliveries has the marks of several digests.
        edited: dict[int, Issue] = {}
        for sent in complete:
            sent = replace(sent, issue=edited.get(sent.issue.number, sent.issue))  # noqa: PLW2901
            marks = sent.marks_due(today)
            if marks is None:
                continue
            channels = [each for each in self.channels if each.name in marks.channels]
            try:
                mail = reassemble(sent, digests)
                for channel in channels:
                    if channel.name not in failed:
                        sent, failure = self._carry_on(sent, channel, mail)  # noqa: PLW2901
                        edited[sent.issue.number] = sent.issue
                        failed |= {channel.name} if failure else set()
                        warnings += [failure] if failure else []
            except Unfinished as problem:
                warnings.append(f"channels: {problem}")
            except DailyPapersError as problem:
                # What cannot be marked is not sent.
                return [*warnings, f"channels: {problem}"]
        return warnings

    def _carry_on(self, sent: SentMail, channel: Channel, mail: Mail) -> tuple[SentMail, str]:
        """Send a channel what it misses; return the issue as it is now, and what went wrong."""
        assert sent.key.marks is not None
        mark = sent.key.marks.channels[channel.name]
        try:
            with closing(steps(channel, mail, mark, self.links)) as sending:
                for what, mark in sending:
                    if what:
                        self.say(f"digest {sent.name}: sent {what} to channel {channel.name}")
                    sent = self._mark(sent, channel, mark)
        except ChannelFailed as failure:
            return sent, str(failure)
        return sent, ""

    def _given_up(
        self, complete: Iterable[SentMail], digests: tuple[Digest, ...], today: date
    ) -> list[str]:
        """Say once what channels will never get."""
        warnings: list[str] = []
        for sent in complete:
            marks = sent.key.marks
            if marks is None or not marks.is_given_up(today):
                continue
            with suppress(Unfinished):
                mail = reassemble(sent, digests)
                for channel in self.channels:
                    mark = marks.channels.get(channel.name)
                    with suppress(ChannelFailed):
                        if mark and not has_all(channel, mail, mark):
                            warnings.append(
                                f"channel {channel.name}: gave up on digest {sent.name}, which did"
                                f" not reach it in {DAYS_TRIED} days"
                            )
        return warnings

    def _mark(self, sent: SentMail, channel: Channel, mark: Mark) -> SentMail:
        """Note in the issue what a channel has; an edit, which mails nobody."""
        assert sent.key.marks is not None
        key = replace(sent.key, marks=sent.key.marks.with_mark(channel.name, mark))
        if len(str(key.marks)) > LONGEST_MARKS:
            raise channel.failed("its mark no longer fits into the issue")
        body = sent.issue.body.replace(str(sent.key), str(key))
        self.issues.edit(sent.issue.number, sent.issue.title, body)
        return SentMail(replace(sent.issue, body=body), key)


def steps(
    channel: Channel, mail: Mail, mark: Mark, links: Links
) -> Generator[tuple[str, Mark], None, None]:
    """Send what a channel does not have yet; give each thing when it is sent, and the new mark.

    Before the first one, it gives the mark as it is, without a thing. Raises ChannelFailed.
    """
    if has_all(channel, mail, mark):
        return
    yield "", mark
    if channel.is_mail:
        account = MailAccount.open(channel)
        number = len(account.recipients)
        missing = _missing_recipients(account, mark)
        messages = {each: mail_message(account, each, mail, links) for each in missing}
        parts = mark.parts
        with closing(account.send(messages)) as sent:
            for each in sent:
                parts |= {each}
                yield f"mail {each} of {number}", Mark(parts)
    else:
        chat = Chat.open(channel)
        for part in unsent_parts(mail, links, chat.form, chat.room, mark):
            chat.send(part.title, part.body)
            yield f"part {max(part.mark.parts)}", part.mark


def has_all(channel: Channel, mail: Mail, mark: Mark) -> bool:
    """Whether a channel lacks nothing of a mail. Raises ChannelFailed.

    A name whose address was of the other kind (chat, direct mail) when it got a part lacks nothing,
    so that nothing is repeated.
    """
    if channel.is_mail:
        return bool(mark.papers) or not _missing_recipients(MailAccount.open(channel), mark)
    return mark.papers >= len(mail.items) or bool(mark.parts and not mark.papers)


def _missing_recipients(account: MailAccount, mark: Mark) -> list[int]:
    """The numbers of those who have no mail yet."""
    return [each for each in range(1, len(account.recipients) + 1) if each not in mark.parts]


def describe(
    channels: Sequence[Channel], mail: Mail, marks: Marks, links: Links, say: Say
) -> list[str]:
    """Say what would go where, without any address; return which channels cannot be used."""
    warnings = []
    for channel in channels:
        try:
            if channel.name in marks.channels:
                for what, lines in _lacking(channel, mail, marks.channels[channel.name], links):
                    say(f"would send {what}")
                    for line in lines:
                        say(f"| {line}".rstrip())
        except ChannelFailed as failure:
            warnings.append(str(failure))
    return warnings


def _lacking(
    channel: Channel, mail: Mail, mark: Mark, links: Links
) -> Iterator[tuple[str, Sequence[str]]]:
    """What `steps` would send, and its lines; of direct mail, the title alone."""
    if has_all(channel, mail, mark):
        return
    if channel.is_mail:
        missing = len(_missing_recipients(MailAccount.open(channel), mark))
        yield f"a mail to channel {channel.name}, recipients: {missing}", [issue_title(mail)]
    else:
        chat = Chat.open(channel)
        for part in unsent_parts(mail, links, chat.form, chat.room, mark):
            what = f"part {max(part.mark.parts)} to channel {channel.name} ({chat.service}):"
            yield what, (part.title, *part.body.split("\n"))


def test(channels: Sequence[Channel], repository: str | None, say: Say) -> list[str]:
    """Send one line to each channel; return which were not reached."""
    line = f"This channel gets the digests of {repository or 'a repository of daily-papers'}."
    warnings = []
    for channel in channels:
        try:
            if channel.is_mail:
                account = MailAccount.open(channel)
                numbers = range(1, len(account.recipients) + 1)
                messages = {
                    each: account.message(each, _TEST_TITLE, (line, line)) for each in numbers
                }
                for _ in account.send(messages):
                    pass
            else:
                Chat.open(channel).send(_TEST_TITLE, line)
        except ChannelFailed as failure:
            warnings.append(str(failure))
        else:
            say(f"channel {channel.name}: sent a test")
    return warnings
