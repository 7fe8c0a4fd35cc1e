"""Sending on GitHub: what the repository's issues show was sent, and bringing the rest there.

A mail is an issue, and comments with its further parts. Each carries a hidden key. Only what the
token's own login wrote counts: a key that somebody types into an issue of theirs stops nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from daily_papers.digests.digest import Digest, day_of, is_key
from daily_papers.digests.github.errors import (
    IssuesOff,
    NotFound,
    NotPermitted,
    OtherLogin,
    Rejected,
    Unclear,
)
from daily_papers.digests.github.issues import Comment, Issue, Issues
from daily_papers.digests.issue import IssuePart, Links, issue_parts, issue_title
from daily_papers.digests.mailing import Mailing, PartKey, first_key, mailings_to_send, part_key
from daily_papers.errors import DailyPapersError

LABEL = "daily-papers"
_LABEL_COLOR = "b31b1b"
_BEGIN = re.compile(r"since (?P<key>\S+) by (?P<login>\S+)$")

#: For so many days comments are read to see whether all parts of a mail are there. Later their
#: number is enough: nobody's comment can then hide that one of ours is missing.
_DAYS_UNTIL_SETTLED = 30


class Unfinished(DailyPapersError):
    """The further parts of a mail cannot be added; the rest of the mail is there."""

    def __init__(self, mail: Sent, problem: str) -> None:
        self.mail = mail
        super().__init__(f"digest {mail.name}, issue {mail.issue.number}: {problem}")


@dataclass(frozen=True)
class Sent:
    """An issue of ours, with the key of its first part."""

    issue: Issue
    key: PartKey

    @property
    def name(self) -> str:
        """The keys of its digests."""
        return ", ".join(self.key.digests)


@dataclass(frozen=True)
class Shown:
    """What GitHub shows of earlier runs."""

    login: str
    mails: tuple[Sent, ...]
    #: The digest with which an earlier run began mailing, as the label's description records it.
    begin: str | None
    has_label: bool

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the digests that were sent."""
        return frozenset(key for mail in self.mails for key in mail.key.digests)


@dataclass(frozen=True)
class Plan:
    """What is to be sent, oldest first, and the digest with which mailing began here."""

    begin: str
    mailings: tuple[Mailing, ...]


def look(issues: Issues, known_login: str | None = None) -> Shown:
    """Look at the repository's issues. Raises OtherLogin where another app wrote our keys."""
    login = known_login or issues.own_login()
    mails = []
    for issue in issues.all():
        key = part_key(issue.body)
        if key is None or not key.is_for(issues.repository) or key.part != 1:
            continue
        if issue.author.login == login:
            mails.append(Sent(issue, key))
        elif issue.author.is_bot:
            raise _other_login(issues, issue, login)
    description = issues.label_description(LABEL)
    return Shown(login, tuple(mails), _begin(description, login), description is not None)


def _other_login(issues: Issues, issue: Issue, login: str) -> OtherLogin:
    found = f"issue {issue.number} was opened by {issue.author.login}, not by {login}"
    return OtherLogin("POST issues", found, repository=issues.repository)


def _begin(description: str | None, login: str) -> str | None:
    found = _BEGIN.search(description or "")
    if found is None or found["login"] != login or not is_key(found["key"]):
        return None
    return found["key"]


def plan(shown: Shown | None, digests: tuple[Digest, ...], today: date) -> Plan | None:
    """Decide what is to be sent; without having looked, as if mailing began now."""
    sent: frozenset[str] = frozenset()
    recorded: set[str] = set()
    if shown is not None:
        sent = shown.keys
        # A begin long ago has served: issues that people deleted since then stay deleted.
        recent = shown.begin and not _is_settled(shown.begin, today)
        recorded = {*sent, *([shown.begin] if shown.begin and recent else [])}
    begin = first_key(digests, recorded)
    if begin is None:
        return None
    return Plan(begin, mailings_to_send(digests, sent=sent, begin=begin, today=today))


def _is_settled(key: str, today: date) -> bool:
    return (today - day_of(key)).days > _DAYS_UNTIL_SETTLED


@dataclass(frozen=True)
class Delivery:
    """Brings mails to GitHub. ``say`` is told what was done."""

    issues: Issues
    shown: Shown
    links: Links
    say: Callable[[str], None]

    def send(self, plan: Plan, digests: tuple[Digest, ...], today: date) -> list[DailyPapersError]:
        """Add the parts that are missing, then send what is planned; give what did not work.

        What would hinder every mail is raised.
        """
        problems: list[DailyPapersError] = []
        for mail in self.shown.mails:
            try:
                self._add(mail, self.missing_parts(mail, digests, today))
            except (Unclear, Unfinished) as problem:
                problems.append(problem)
        if plan.mailings and not self.shown.has_label:
            self._remember(plan.begin)
        for mailing in plan.mailings:
            try:
                self._open(mailing)
            except (Unclear, Rejected, Unfinished) as problem:
                problems.append(problem)
        return problems

    def _remember(self, begin: str) -> None:
        """Create the label, whose description remembers with which digest mailing began."""
        description = f"Digests of new papers; since {begin} by {self.shown.login}"
        try:
            with suppress(Rejected):  # it exists by now, and that is all that matters
                self.issues.create_label(LABEL, description, _LABEL_COLOR)
        except DailyPapersError:
            if not self.shown.mails:
                self.say(
                    "nothing was ever mailed here: until the first mail goes out, the newest "
                    "digest is the one to begin with, and older ones stay in digests/ alone"
                )
            raise

    def _open(self, mailing: Mailing) -> None:
        parts = issue_parts(mailing, self.links)
        issue = self.issues.open(issue_title(mailing), parts[0].body, LABEL)
        self.say(f"digest {', '.join(mailing.keys)}: opened issue {issue.number}")
        if issue.author.login != self.shown.login:
            raise _other_login(self.issues, issue, self.shown.login)
        self._add(Sent(issue, parts[0].key), parts[1:])

    def missing_parts(
        self, mail: Sent, digests: tuple[Digest, ...], today: date
    ) -> tuple[IssuePart, ...]:
        """Give the parts of a mail that GitHub does not show."""
        further = mail.key.parts - 1
        settled = all(_is_settled(key, today) for key in mail.key.digests)
        if not further or (settled and mail.issue.comments == further):
            return ()
        there = {part.number for part in self.parts_there(mail)}
        if len(there) >= further:
            return ()
        parts = self._same_parts(mail, digests)
        return tuple(part for part in parts[1:] if part.key.part not in there)

    def parts_there(self, mail: Sent) -> Iterator[PartThere]:
        """Find our comments that continue a mail."""
        for comment in self.issues.comments(mail.issue.number):
            key = part_key(comment.body)
            if (
                key is not None
                and comment.author.login == self.shown.login
                and key.is_for(self.issues.repository)
                and key.digests == mail.key.digests
                and key.part > 1
            ):
                yield PartThere(key.part, comment)

    def _same_parts(self, mail: Sent, digests: tuple[Digest, ...]) -> tuple[IssuePart, ...]:
        """Split the mail again; refuse where that would lose papers or repeat them."""
        parts = issue_parts(again(mail, digests), self.links)
        if replace(parts[0].key, repository=mail.key.repository) != mail.key:
            raise Unfinished(
                mail,
                "its file changed after its first part was mailed; `daily-papers notify --correct"
                f" {mail.key.digests[0]}` brings the issue up to date",
            )
        return parts

    def _add(self, mail: Sent, parts: tuple[IssuePart, ...]) -> None:
        for part in parts:
            place = f"part {part.key.part} of {part.key.parts}"
            try:
                self.issues.comment(mail.issue.number, part.body)
            except (NotPermitted, NotFound, IssuesOff, Rejected) as refusal:
                raise Unfinished(mail, f"{place} cannot be added ({refusal})") from refusal
            self.say(f"digest {mail.name}: added {place} to issue {mail.issue.number}")


@dataclass(frozen=True)
class PartThere:
    """A comment of ours that holds a further part of a mail."""

    number: int
    comment: Comment


def again(mail: Sent, digests: tuple[Digest, ...]) -> Mailing:
    """Put the digests of an issue together again."""
    by_key = {digest.key: digest for digest in digests}
    gone = [key for key in mail.key.digests if key not in by_key]
    if gone:
        raise Unfinished(mail, f"digests/{gone[0]}.md is gone or damaged; bring it back")
    return Mailing(tuple(by_key[key] for key in mail.key.digests))
