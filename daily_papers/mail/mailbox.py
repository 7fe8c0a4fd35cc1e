"""What was sent, as the issues on GitHub show it, and what is unsent.

The issues are the only record of sending. Each has a hidden key (`PartKey`), which counts only if
the token's own login wrote it, so nobody else can stop a mail by typing one into an issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import islice, takewhile

from daily_papers.mail.digest import Digest, Mail, day_of, digest_order, is_key, mails_of
from daily_papers.mail.github import OtherLogin
from daily_papers.mail.github_issues import PAGE, Issue, Issues
from daily_papers.mail.issue import PartKey, find_part_key, find_part_keys
from daily_papers.mail.keyword_issues import (
    KeywordIssue,
    Topic,
    find_keyword_key,
    issues_of,
    topics_of,
)
from daily_papers.mail.marks import Marks

LABEL = "daily-papers"
_BEGIN = re.compile(r"since (?P<key>\S+) by (?P<login>\S+)$")

#: For this many days we read the comments to see whether all parts of a mail are there. After that
#: we only count them: by then no stranger's comment can stand in for a missing part of ours.
_DAYS_UNTIL_SETTLED = 30
#: No issue or comment is older than its digest, but it may be in another time zone.
DAYS_OF_DOUBT = timedelta(days=2)


@dataclass(frozen=True)
class SentMail:
    """An issue of ours, with the key of its first part; or Deliveries, with one of its keys."""

    issue: Issue
    key: PartKey

    @property
    def name(self) -> str:
        """The keys of its digests."""
        return ", ".join(self.key.digests)

    def marks_due(self, today: date) -> Marks | None:
        """What channels have of it, as long as those that failed are tried again.

        A key that a person has rewritten cannot be changed by us, so nothing could be marked.
        """
        marks = self.key.marks
        return marks if marks and marks.is_due(today) and str(self.key) in self.issue.body else None


@dataclass(frozen=True)
class Mailbox:
    """What GitHub shows of earlier runs."""

    login: str = ""
    repository: str = ""
    mails: tuple[SentMail, ...] = ()
    #: The lasting issues of keywords, oldest first.
    keyword_issues: tuple[KeywordIssue, ...] = ()
    #: What the issue Deliveries notes, oldest first.
    deliveries: tuple[SentMail, ...] = ()
    #: The digest with which mailing began, as the label's description records it.
    begin: str | None = None
    has_label: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the digests that were sent."""
        return frozenset(key for sent in self.mails for key in sent.key.digests)

    def begins_with(self, today: date) -> str | None:
        """The oldest digest on record, with which mailing began; None if there is no record.

        The label's no longer counts after a while: issues that people have deleted stay deleted.
        """
        keys = self.keys.union(each.key.since for each in self.keyword_issues)
        if self.begin is not None and not is_settled(self.begin, today):
            keys |= {self.begin}
        return min(keys, key=digest_order, default=None)

    def filled(self, found: Iterable[Issue]) -> Mailbox:
        """The same with our mails and lasting issues among these issues. Raises OtherLogin."""
        mails = []
        keyword_issues = []
        deliveries: list[SentMail] = []
        for _, issue in sorted({each.number: each for each in found}.items()):
            key = find_part_key(issue.body)
            lasting = find_keyword_key(issue.body)
            is_mail = key is not None and key.part <= 1 and not key.keyword
            ours = lasting or (key if is_mail else None)
            if ours is None or issue.is_pull_request or not ours.is_for(self.repository):
                continue
            if issue.user.login == self.login:
                if lasting is not None:
                    keyword_issues.append(KeywordIssue(issue, lasting))
                elif key is not None and key.part == 0:
                    deliveries += [SentMail(issue, each) for each in find_part_keys(issue.body)]
                elif key is not None:
                    mails.append(SentMail(issue, key))
            elif issue.user.type == "Bot":
                raise other_login(self.repository, issue, self.login)
        return replace(
            self,
            mails=tuple(mails),
            keyword_issues=tuple(keyword_issues),
            deliveries=tuple(deliveries),
        )


def read_mailbox(
    issues: Issues,
    digests: tuple[Digest, ...],
    today: date,
    *,
    login: str | None = None,
    has_channels: bool = False,
    correct: str | None = None,
) -> Mailbox:
    """Read the repository's issues. Raises OtherLogin if another app wrote our keys.

    Where there are many, we read those with our label, and the newest ones as far back as those
    whose label people removed can be: an issue is never older than its digest.
    """
    login = login or issues.own_login()
    newest_first = issues.newest_first()
    found = list(islice(newest_first, PAGE))
    description = issues.label_description(LABEL)
    begin = _BEGIN.search(description or "")
    is_begin = begin and begin["login"] == login and is_key(begin["key"])
    empty = Mailbox(
        login,
        issues.repository,
        begin=begin["key"] if begin and is_begin else None,
        has_label=description is not None,
    )
    if len(found) == PAGE:
        found += issues.labelled(LABEL)
        missing = list(_missing(empty.filled(found), digests, today, has_channels=has_channels))
        if correct is not None:
            missing.append(day_of(correct))
        if missing:
            oldest = min(missing) - DAYS_OF_DOUBT
            found += takewhile(lambda issue: issue.created_at.date() >= oldest, newest_first)
    return empty.filled(found)


def _missing(
    mailbox: Mailbox, digests: tuple[Digest, ...], today: date, *, has_channels: bool
) -> Iterator[date]:
    """The days of the digests of which an issue is not there."""
    unsent = find_unsent(mailbox, digests, today)
    if unsent is None or mailbox.begins_with(today) is None:
        yield from (each.day for each in digests)
        return
    yield from (each.day for mail in unsent.mails for each in mail.digests)
    yield from (each.day for each in unsent.waiting)
    lasting = issues_of(unsent.topics, mailbox.keyword_issues)
    for topic, issue in zip(unsent.topics, lasting, strict=True):
        if issue is None:
            yield topic.digests[0].day
    if has_channels and not mailbox.deliveries:
        yield from (each.day for each in unsent.per_keyword[:1])


def other_login(repository: str, issue: Issue, login: str) -> OtherLogin:
    """The error that an issue of ours is not by the token's login."""
    found = f"issue {issue.number} was opened by {issue.user.login}, not by {login}"
    return OtherLogin("POST issues", found, repository=repository)


def is_settled(key: str, today: date) -> bool:
    """Whether a digest is so old that the comments of its issue are only counted."""
    return (today - day_of(key)).days > _DAYS_UNTIL_SETTLED


@dataclass(frozen=True)
class Unsent:
    """The mails to send, oldest first, and the digest with which mailing began here."""

    begin: str
    mails: tuple[Mail, ...]
    #: The digests that wait for their weekly mail.
    waiting: tuple[Digest, ...] = ()
    #: The digests that go, or went, to the issues of keywords.
    per_keyword: tuple[Digest, ...] = ()

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """Those digests by keyword."""
        return topics_of(self.per_keyword)


def find_unsent(mailbox: Mailbox, digests: tuple[Digest, ...], today: date) -> Unsent | None:
    """Decide what to send. None if there is no digest.

    Mailing begins with the oldest digest on record, or now, with the newest and those that are
    mailed with it.
    """
    begin = mailbox.begins_with(today)
    if begin is None:
        if not digests:
            return None
        newest = max(digests, key=lambda digest: digest_order(digest.key))
        together = (each.key for each in digests if each.due is not None and each.due == newest.due)
        begin = min((newest.key, *together), key=digest_order)
    begun = [each for each in digests if digest_order(each.key) >= digest_order(begin)]
    per_keyword = [each for each in begun if each.per_keyword]
    unsent = [each for each in begun if not each.per_keyword and each.key not in mailbox.keys]
    mails = mails_of(unsent, today)
    waiting = [
        *unsent[sum(len(mail.digests) for mail in mails) :],
        *per_keyword[sum(len(mail.digests) for mail in mails_of(per_keyword, today)) :],
    ]
    return Unsent(begin, mails, tuple(waiting), tuple(per_keyword))


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
