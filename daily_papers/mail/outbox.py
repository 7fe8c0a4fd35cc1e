"""What was sent, what to send, and sending it: each digest becomes one issue, exactly once.

A mail is an issue, with comments for its further parts. Each has a hidden key (`PartKey`), and the
issues are the only record of sending. A key counts only if the token's own login wrote it, so
nobody else can stop a mail by typing one into an issue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Digest, Mail, day_of, digest_order, is_key
from daily_papers.mail.github import (
    IssuesOff,
    NotFound,
    NotPermitted,
    OtherLogin,
    Rejected,
    Unclear,
)
from daily_papers.mail.github_issues import Comment, Issue, Issues
from daily_papers.mail.issue import (
    IssuePart,
    Links,
    PartKey,
    find_part_key,
    issue_parts,
    issue_title,
)

LABEL = "daily-papers"
_LABEL_COLOR = "b31b1b"
_BEGIN = re.compile(r"since (?P<key>\S+) by (?P<login>\S+)$")

#: Digests that could not be sent for more days than this go out together, as one catch-up mail.
DAYS_UNTIL_CATCH_UP = 7

#: For this many days we read the comments to see whether all parts of a mail are there. After that
#: we only count them: by then no stranger's comment can stand in for a missing part of ours.
_DAYS_UNTIL_SETTLED = 30


class Unfinished(DailyPapersError):
    """A further part of a mail cannot be added; what was sent before stays."""

    def __init__(self, sent: SentMail, problem: str) -> None:
        super().__init__(f"digest {sent.name}, issue {sent.issue.number}: {problem}")


# --- what was sent -----------------------------------------------------------------------------


@dataclass(frozen=True)
class SentMail:
    """An issue of ours, with the key of its first part."""

    issue: Issue
    key: PartKey

    @property
    def name(self) -> str:
        """The keys of its digests."""
        return ", ".join(self.key.digests)


@dataclass(frozen=True)
class SentPart:
    """A comment of ours that holds a further part of a mail."""

    number: int
    comment: Comment


@dataclass(frozen=True)
class Mailbox:
    """What GitHub shows of earlier runs."""

    login: str
    mails: tuple[SentMail, ...]
    #: The digest with which mailing began, as the label's description records it.
    begin: str | None
    has_label: bool

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the digests that were sent."""
        return frozenset(key for sent in self.mails for key in sent.key.digests)

    def recorded(self, today: date) -> frozenset[str]:
        """The keys that show when mailing began.

        The label's no longer counts after a while: issues that people have deleted stay deleted.
        """
        if self.begin is None or _is_settled(self.begin, today):
            return self.keys
        return self.keys | {self.begin}


def read_mailbox(issues: Issues, known_login: str | None = None) -> Mailbox:
    """Read the repository's issues. Raises OtherLogin if another app wrote our keys."""
    login = known_login or issues.own_login()
    mails = []
    for issue in issues.all():
        key = find_part_key(issue.body)
        if key is None or not key.is_for(issues.repository) or key.part != 1:
            continue
        if issue.user.login == login:
            mails.append(SentMail(issue, key))
        elif issue.user.type == "Bot":
            raise _other_login(issues, issue, login)
    description = issues.label_description(LABEL)
    found = _BEGIN.search(description or "")
    is_begin = found and found["login"] == login and is_key(found["key"])
    begin = found["key"] if found and is_begin else None
    return Mailbox(login, tuple(mails), begin, has_label=description is not None)


def _other_login(issues: Issues, issue: Issue, login: str) -> OtherLogin:
    found = f"issue {issue.number} was opened by {issue.user.login}, not by {login}"
    return OtherLogin("POST issues", found, repository=issues.repository)


def _is_settled(key: str, today: date) -> bool:
    return (today - day_of(key)).days > _DAYS_UNTIL_SETTLED


# --- what to send ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unsent:
    """The mails to send, oldest first, and the digest with which mailing began here."""

    begin: str
    mails: tuple[Mail, ...]
    #: The digests that wait for their weekly mail.
    waiting: tuple[Digest, ...] = ()


def find_unsent(mailbox: Mailbox | None, digests: tuple[Digest, ...], today: date) -> Unsent | None:
    """Decide what to send; without a mailbox, as if mailing began now. None if there is no digest.

    Mailing begins with the oldest digest on record, or now, with the newest and those that are
    mailed with it.
    """
    recorded = mailbox.recorded(today) if mailbox else frozenset()
    sent = mailbox.keys if mailbox else frozenset()
    if recorded:
        begin = min(recorded, key=digest_order)
    elif digests:
        newest = max(digests, key=lambda digest: digest_order(digest.key))
        together = (each.key for each in digests if each.due is not None and each.due == newest.due)
        begin = min((newest.key, *together), key=digest_order)
    else:
        return None
    unsent = [
        digest
        for digest in digests
        if digest.key not in sent and digest_order(digest.key) >= digest_order(begin)
    ]
    mails = mails_of(unsent, today)
    return Unsent(begin, mails, tuple(unsent[sum(len(mail.digests) for mail in mails) :]))


def mails_of(unsent: Sequence[Digest], today: date) -> tuple[Mail, ...]:
    """Put digests that were not sent into mails, the oldest first; some may have to wait.

    Those of a week go out together, once they are due. None is sent before an older one: a digest
    that need not wait takes along those that do, so a change between daily and weekly keeps the
    order. Digests that are late by more than a week go out together, so that a long outage ends in
    one mail.
    """
    due = late = 0
    for number, digest in enumerate(unsent, 1):
        if digest.due is None or digest.due <= today:
            due = number
        if (today - (digest.due or digest.day)).days > DAYS_UNTIL_CATCH_UP:
            late = number
    mails = [Mail(tuple(unsent[:late]))] if late else []
    for is_weekly, together in groupby(unsent[late:due], lambda digest: digest.due is not None):
        group = tuple(together)
        mails += [Mail(group)] if is_weekly else [Mail((each,)) for each in group]
    return tuple(mails)


def digests_for(digests: Iterable[Digest], repository: str) -> tuple[Digest, ...]:
    """The digests that were made for a repository, oldest first.

    A copy of somebody else's repository contains its digests; they are never sent. A digest that
    names no repository belongs to the one that it is in.
    """
    ours = (
        digest
        for digest in digests
        if digest.repository is None or digest.repository.casefold() == repository.casefold()
    )
    return tuple(sorted(ours, key=lambda digest: digest_order(digest.key)))


# --- sending -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outbox:
    """Sends mails to GitHub, and calls ``say`` with what it did."""

    issues: Issues
    mailbox: Mailbox
    links: Links
    say: Callable[[str], None]

    def send(
        self, unsent: Unsent, digests: tuple[Digest, ...], today: date
    ) -> list[DailyPapersError]:
        """Add missing parts, then send what is unsent; return what did not work.

        An error that would stop every mail is raised.
        """
        problems: list[DailyPapersError] = []
        for sent in self.mailbox.mails:
            try:
                self._add(sent, self.missing_parts(sent, digests, today))
            except (Unclear, Unfinished) as problem:
                problems.append(problem)
        if (unsent.mails or unsent.waiting) and not self.mailbox.has_label:
            self._remember(unsent.begin)
        for mail in unsent.mails:
            try:
                self._open(mail)
            except (Unclear, Rejected, Unfinished) as problem:
                problems.append(problem)
        return problems

    def _remember(self, begin: str) -> None:
        """Create the label, whose description records with which digest mailing began."""
        description = f"Digests of new papers; since {begin} by {self.mailbox.login}"
        try:
            with suppress(Rejected):  # it exists already
                self.issues.create_label(LABEL, description, _LABEL_COLOR)
        except DailyPapersError:
            if not self.mailbox.mails:
                self.say(
                    "nothing has been mailed here yet: when it works, the newest digest is mailed "
                    "first, and older ones stay in digests/ only"
                )
            raise

    def _open(self, mail: Mail) -> None:
        parts = issue_parts(mail, self.links)
        issue = self.issues.open(issue_title(mail), parts[0].body, LABEL)
        self.say(f"digest {', '.join(mail.keys)}: opened issue {issue.number}")
        if issue.user.login != self.mailbox.login:
            raise _other_login(self.issues, issue, self.mailbox.login)
        self._add(SentMail(issue, parts[0].key), parts[1:])

    def _add(self, sent: SentMail, parts: tuple[IssuePart, ...]) -> None:
        for part in parts:
            name = f"part {part.key.part} of {part.key.parts}"
            try:
                self.issues.comment(sent.issue.number, part.body)
            except (NotPermitted, NotFound, IssuesOff, Rejected) as refusal:
                raise Unfinished(sent, f"{name} cannot be added ({refusal})") from refusal
            self.say(f"digest {sent.name}: added {name} to issue {sent.issue.number}")

    def missing_parts(
        self, sent: SentMail, digests: tuple[Digest, ...], today: date
    ) -> tuple[IssuePart, ...]:
        """The parts of a mail that are not on GitHub."""
        further = sent.key.parts - 1
        settled = all(_is_settled(key, today) for key in sent.key.digests)
        if not further or (settled and sent.issue.comments == further):
            return ()
        there = {part.number for part in self.sent_parts(sent)}
        if len(there) >= further:
            return ()
        parts = issue_parts(reassemble(sent, digests), self.links)
        if replace(parts[0].key, repository=sent.key.repository) != sent.key:
            # Split in another way, the further parts would lose papers or repeat them.
            raise Unfinished(
                sent,
                "its file changed after its first part was mailed; `daily-papers notify --correct"
                f" {sent.key.digests[0]}` updates the issue",
            )
        return tuple(part for part in parts[1:] if part.key.part not in there)

    def sent_parts(self, sent: SentMail) -> Iterator[SentPart]:
        """Our comments that hold further parts of a mail."""
        for comment in self.issues.comments(sent.issue.number):
            key = find_part_key(comment.body)
            if (
                key is not None
                and comment.user.login == self.mailbox.login
                and key.is_for(self.issues.repository)
                and key.digests == sent.key.digests
                and key.part > 1
            ):
                yield SentPart(key.part, comment)


def reassemble(sent: SentMail, digests: tuple[Digest, ...]) -> Mail:
    """The mail that an issue was made from. Raises Unfinished if one of its digests is gone."""
    by_key = {digest.key: digest for digest in digests}
    gone = [key for key in sent.key.digests if key not in by_key]
    if gone:
        raise Unfinished(sent, f"digests/{gone[0]}.md is gone or damaged; restore it")
    return Mail(tuple(by_key[key] for key in sent.key.digests))
