"""What was sent, as the issues on GitHub show it, and what is unsent.

The issues are the only record of sending. Each has a hidden key (`PartKey`), which counts only if
the token's own login wrote it, so nobody else can stop a mail by typing one into an issue.

With `issues: per keyword`, each keyword and person has one lasting issue, to which people
subscribe. Each mail of a keyword is a comment there, or several if it is long, with keys of their
own; the key in the issue's text names the keyword's topic. What channels got of these digests is
noted in one more issue, Deliveries.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from daily_papers.github_actions import Addresses
from daily_papers.mail.digest import Digest, Mail, digest_order, is_key, mails_of, released
from daily_papers.mail.entries import GITHUB, LONGEST_NAME, harmless_text
from daily_papers.mail.github import GitHubError
from daily_papers.mail.github_issues import Comment, Issue, Issues
from daily_papers.mail.issue import PartKey, find_part_key, find_part_keys, name_in_title

LABEL = "daily-papers"
_BEGIN = re.compile(r"since (?P<key>\S+) by (?P<login>\S+)$")
#: No comment is older than its digest, but it may be in another time zone.
_DAYS_OF_DOUBT = timedelta(days=2)


@dataclass(frozen=True)
class OurIssue:
    """An issue that we opened, with its key, or one of its keys."""

    issue: Issue
    key: PartKey


#: A part of a mail, and where it is.
Shown = tuple[PartKey, Issue | Comment]


@dataclass(frozen=True)
class Mailbox:
    """What GitHub shows of earlier runs, oldest first."""

    issues: Issues
    #: The listing day from which on comments count: those of older digests are not read.
    since: date
    #: Each with the key of its first part.
    mails: Sequence[OurIssue] = ()
    #: The lasting issues of keywords.
    of_keywords: Sequence[OurIssue] = ()
    #: The issue Deliveries, with each of its keys.
    deliveries: Sequence[OurIssue] = ()

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the digests that have an issue."""
        return frozenset(key for sent in self.mails for key in sent.key.digests)

    @property
    def begin(self) -> str | None:
        """The oldest digest on record, with which mailing began; None if there is no record."""
        keys = self.keys.union(each.key.digests[0] for each in self.of_keywords)
        found = _BEGIN.search(self.issues.label or "")
        if found and found["login"] == self.issues.login and is_key(found["key"]):
            keys |= {found["key"]}
        return min(keys, key=digest_order, default=None)

    @cached_property
    def comments(self) -> Mapping[int, Sequence[Comment]]:
        """Our comments by the number of their issue. They are only read if they are needed."""
        ours: dict[int, list[Comment]] = defaultdict(list)
        for comment in self.issues.comments(self.since - _DAYS_OF_DOUBT):
            if comment.user.login == self.issues.login:
                ours[comment.issue_number].append(comment)
        return ours

    def mails_in(self, ours: OurIssue) -> Mapping[tuple[str, ...], Sequence[Shown]]:
        """The parts of mails in an issue of ours, by the keys of a mail's digests."""
        key, issue = ours.key, ours.issue
        shown: dict[tuple[str, ...], list[Shown]] = defaultdict(list)
        if key.part:
            shown[key.digests].append((key, issue))
        for comment in self.comments.get(issue.number, ()):
            found = find_part_key(comment.body)
            if found is None or not found.is_for(self.issues.repository):
                continue
            if found.keyword == key.keyword and (key.keyword or found.digests == key.digests):
                shown[found.digests].append((found, comment))
        return shown


def read_mailbox(issues: Issues, since: date) -> Mailbox:
    """Read the repository's issues. Raises GitHubError if another app wrote our keys."""
    issues.read_label(LABEL)  # before all that may fail: it shows whether mailing has begun
    mails, of_keywords, deliveries = [], [], []
    for issue in _all_issues(issues):
        key = find_part_key(issue.body)
        # A keyword's issue goes on when its repository is renamed, which no issue with mail does.
        if key is None or key.part > 1 or not (key.keyword or key.is_for(issues.repository)):
            continue
        if issue.user.login != issues.login:
            if issue.user.type == "Bot":
                raise issues.by_another(issue)
        elif key.part == 1 and not key.keyword:
            mails.append(OurIssue(issue, key))
        elif key.part == 0 and key.keyword:
            of_keywords.append(OurIssue(issue, key))
        elif key.part == 0:
            deliveries += [OurIssue(issue, each) for each in find_part_keys(issue.body)]
    # Of two issues for one keyword, that of the repository's name of today counts.
    of_keywords.sort(key=lambda ours: not ours.key.is_for(issues.repository))
    return Mailbox(issues, since, mails, of_keywords, deliveries)


def _all_issues(issues: Issues) -> Sequence[Issue]:
    """All issues. Raises GitHubError for an empty list that cannot be right: all would go again."""
    listed = list(issues.all())
    if issues.label is not None and not listed and any(issues.all(labels=LABEL)):
        raise GitHubError("GET issues", "200 without any, though there are issues with our label")
    return listed


@dataclass(frozen=True)
class Unsent:
    """The mails to send, oldest first, and the digest with which mailing began here."""

    begin: str
    mails: Sequence[Mail]
    #: The digests that wait for their weekly mail.
    waiting: Sequence[Digest]
    #: The digests that go, or went, to the issues of keywords.
    per_keyword: Sequence[Digest]


def find_unsent(mailbox: Mailbox, digests: Sequence[Digest], today: date) -> Unsent:
    """Decide what to send of digests, of which there is at least one; nothing of empty ones.

    Mailing begins with the oldest digest on record, or now, with the newest and those that are
    mailed with it.
    """
    begin = mailbox.begin
    if begin is None:
        newest = digests[-1]
        together = (each.key for each in digests if each.due is not None and each.due == newest.due)
        begin = min((newest.key, *together), key=digest_order)
    first = digest_order(begin)
    begun = [each for each in digests if each.items and digest_order(each.key) >= first]
    going = released(begun, today)
    per_keyword = [each for each in going if each.per_keyword and each.day >= mailbox.since]
    unsent = [each for each in going if not each.per_keyword and each.key not in mailbox.keys]
    return Unsent(begin, mails_of(unsent, today), begun[len(going) :], per_keyword)


# --- an issue for each keyword --------------------------------------------------------------------


@dataclass(frozen=True)
class Topic:
    """A keyword of today, or one that is gone, with its papers and its issue."""

    #: What its issue is called for in hidden keys: the same as long as the keyword lives.
    id: str
    #: The last name that it had.
    name: str
    #: Those that have papers of it, oldest first, as if there were no other keywords.
    digests: Sequence[Digest]
    #: None if it is still to be opened.
    lasting: OurIssue | None

    @property
    def title(self) -> str:
        """The title of its issue."""
        return f"New papers: {name_in_title(self.name)}"

    def body(self, here: Addresses) -> str:
        """The text of its issue."""
        name = harmless_text(self.name, LONGEST_NAME, GITHUB)
        new = PartKey((self.digests[0].key,), here.repository, keyword=self.id)
        return _TOPIC.format(name, here.tables, self.lasting.key if self.lasting else new)


_TOPIC = """\
New papers for **{}** are added here as comments.

To get them by email, press *Subscribe* on this page. Close this issue to pause it; reopen it, \
and what was new meanwhile follows.

[All tables]({})

{}"""


def topics_of(digests: Sequence[Digest], known: Sequence[OurIssue]) -> list[Topic]:
    """The keywords of digests, which are given oldest first."""
    names: dict[str, str] = {}
    alone: dict[str, list[Digest]] = {}
    for digest in digests:
        ids = dict(digest.topics)
        names |= {ids.get(slug, slug): name for slug, name in digest.keyword_names}
        slugs = dict.fromkeys(slug for item in digest.items for slug in item.keywords)
        for id in (ids.get(slug, slug) for slug in slugs):
            alone.setdefault(id, []).append(digest.only(id))
    issues = {lasting.key.keyword: lasting for lasting in reversed(known)}
    return [Topic(id, names.get(id, id), each, issues.get(id)) for id, each in alone.items()]
