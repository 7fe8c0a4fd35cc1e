"""What to send, what was sent, and sending the rest: each digest becomes one issue, exactly once.

A mail is an issue, with comments for its further parts. Each carries a hidden key (`PartKey`), and
the issues are the only record of sending. Only keys that the token's own login wrote count: a key
that somebody types into an issue of theirs stops nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Digest, Mail, day_of, digest_order, is_key
from daily_papers.mail.github import (
    Comment,
    Issue,
    Issues,
    IssuesOff,
    NotFound,
    NotPermitted,
    OtherLogin,
    Rejected,
    Unclear,
)
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

#: For so many days comments are read to see whether all parts of a mail are there. After that their
#: number is enough: nobody's comment can then hide that one of ours is missing.
_DAYS_UNTIL_SETTLED = 30


class Unfinished(DailyPapersError):
    """The further parts of a mail cannot be added; the rest of the mail is there."""

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
    #: The digest that an earlier run sent first, as the label's description records it.
    begin: str | None
    has_label: bool

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the digests that were sent."""
        return frozenset(key for sent in self.mails for key in sent.key.digests)

    def recorded(self, today: date) -> frozenset[str]:
        """The keys that show when mailing began.

        A begin of long ago no longer counts: issues that people deleted since then stay deleted.
        """
        if self.begin is None or _is_settled(self.begin, today):
            return self.keys
        return self.keys | {self.begin}


def read_mailbox(issues: Issues, known_login: str | None = None) -> Mailbox:
    """Read what the repository's issues show. Raises OtherLogin if another app wrote our keys."""
    login = known_login or issues.own_login()
    mails = []
    for issue in issues.all():
        key = find_part_key(issue.body)
        if key is None or not key.is_for(issues.repository) or key.part != 1:
            continue
        if issue.author.login == login:
            mails.append(SentMail(issue, key))
        elif issue.author.is_bot:
            raise _other_login(issues, issue, login)
    description = issues.label_description(LABEL)
    return Mailbox(login, tuple(mails), _begin(description, login), description is not None)


def _other_login(issues: Issues, issue: Issue, login: str) -> OtherLogin:
    found = f"issue {issue.number} was opened by {issue.author.login}, not by {login}"
    return OtherLogin("POST issues", found, repository=issues.repository)


def _begin(description: str | None, login: str) -> str | None:
    found = _BEGIN.search(description or "")
    if found is None or found["login"] != login or not is_key(found["key"]):
        return None
    return found["key"]


def _is_settled(key: str, today: date) -> bool:
    return (today - day_of(key)).days > _DAYS_UNTIL_SETTLED


# --- what to send ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unsent:
    """The mails to send, oldest first, and the digest with which mailing began here."""

    begin: str
    mails: tuple[Mail, ...]


def find_unsent(mailbox: Mailbox | None, digests: tuple[Digest, ...], today: date) -> Unsent | None:
    """Decide what to send; without a mailbox, as if mailing began now. None: no digest at all."""
    recorded = mailbox.recorded(today) if mailbox else frozenset()
    begin = _first_key(digests, recorded)
    if begin is None:
        return None
    sent = mailbox.keys if mailbox else frozenset()
    return Unsent(begin, _mails_to_send(digests, sent=sent, begin=begin, today=today))


def digests_for(digests: Iterable[Digest], repository: str) -> tuple[Digest, ...]:
    """Keep the digests that were made for a repository, oldest first.

    A copy of somebody's repository brings its digests along; they are never sent. A digest that
    names no repository belongs to the one in which it lies.
    """
    ours = (
        digest
        for digest in digests
        if digest.repository is None or digest.repository.casefold() == repository.casefold()
    )
    return tuple(sorted(ours, key=lambda digest: digest_order(digest.key)))


def _first_key(digests: Iterable[Digest], recorded: Collection[str]) -> str | None:
    """The key of the digest with which mailing begins: the oldest on record, or the newest now."""
    if recorded:
        return min(recorded, key=digest_order)
    return max((digest.key for digest in digests), key=digest_order, default=None)


def _mails_to_send(
    digests: Iterable[Digest], *, sent: Collection[str], begin: str, today: date
) -> tuple[Mail, ...]:
    """What to send, oldest first: from ``begin`` on, everything that was not ``sent``.

    What waited for more than a week goes out together, so that a long outage ends in one mail.
    """
    waiting = [
        digest
        for digest in digests
        if digest.key not in sent and digest_order(digest.key) >= digest_order(begin)
    ]
    late = [digest for digest in waiting if (today - digest.day).days > DAYS_UNTIL_CATCH_UP]
    catch_up = [Mail(tuple(late))] if late else []
    return (*catch_up, *(Mail((digest,)) for digest in waiting[len(late) :]))


# --- sending -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outbox:
    """Brings mails to GitHub, and calls ``say`` with what it did."""

    issues: Issues
    mailbox: Mailbox
    links: Links
    say: Callable[[str], None]

    def send(
        self, unsent: Unsent, digests: tuple[Digest, ...], today: date
    ) -> list[DailyPapersError]:
        """Add the parts that are missing, then send what is unsent; return what did not work.

        Raises what would stop every mail.
        """
        problems: list[DailyPapersError] = []
        for sent in self.mailbox.mails:
            try:
                self._add(sent, self.missing_parts(sent, digests, today))
            except (Unclear, Unfinished) as problem:
                problems.append(problem)
        if unsent.mails and not self.mailbox.has_label:
            self._remember(unsent.begin)
        for mail in unsent.mails:
            try:
                self._open(mail)
            except (Unclear, Rejected, Unfinished) as problem:
                problems.append(problem)
        return problems

    def _remember(self, begin: str) -> None:
        """Create the label, whose description remembers with which digest mailing began."""
        description = f"Digests of new papers; since {begin} by {self.mailbox.login}"
        try:
            with suppress(Rejected):  # it exists by now, and that is all that matters
                self.issues.create_label(LABEL, description, _LABEL_COLOR)
        except DailyPapersError:
            if not self.mailbox.mails:
                self.say(
                    "nothing was ever mailed here: until the first mail goes out, the newest "
                    "digest is the one to begin with, and older ones stay in digests/ alone"
                )
            raise

    def _open(self, mail: Mail) -> None:
        parts = issue_parts(mail, self.links)
        issue = self.issues.open(issue_title(mail), parts[0].body, LABEL)
        self.say(f"digest {', '.join(mail.keys)}: opened issue {issue.number}")
        if issue.author.login != self.mailbox.login:
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
        """The parts of a mail that GitHub does not show."""
        further = sent.key.parts - 1
        settled = all(_is_settled(key, today) for key in sent.key.digests)
        if not further or (settled and sent.issue.comments == further):
            return ()
        there = {part.number for part in self.sent_parts(sent)}
        if len(there) >= further:
            return ()
        parts = self._same_parts(sent, digests)
        return tuple(part for part in parts[1:] if part.key.part not in there)

    def sent_parts(self, sent: SentMail) -> Iterator[SentPart]:
        """Our comments that continue a mail."""
        for comment in self.issues.comments(sent.issue.number):
            key = find_part_key(comment.body)
            if (
                key is not None
                and comment.author.login == self.mailbox.login
                and key.is_for(self.issues.repository)
                and key.digests == sent.key.digests
                and key.part > 1
            ):
                yield SentPart(key.part, comment)

    def _same_parts(self, sent: SentMail, digests: tuple[Digest, ...]) -> tuple[IssuePart, ...]:
        """Split the mail once more; refuse if that would lose papers or repeat them."""
        parts = issue_parts(reassemble(sent, digests), self.links)
        if replace(parts[0].key, repository=sent.key.repository) != sent.key:
            raise Unfinished(
                sent,
                "its file changed after its first part was mailed; `daily-papers notify --correct"
                f" {sent.key.digests[0]}` brings the issue up to date",
            )
        return parts


def reassemble(sent: SentMail, digests: tuple[Digest, ...]) -> Mail:
    """Put the digests of an issue together once more. Raises Unfinished if one is gone."""
    by_key = {digest.key: digest for digest in digests}
    gone = [key for key in sent.key.digests if key not in by_key]
    if gone:
        raise Unfinished(sent, f"digests/{gone[0]}.md is gone or damaged; bring it back")
    return Mail(tuple(by_key[key] for key in sent.key.digests))
