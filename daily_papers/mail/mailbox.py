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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from daily_papers.mail.digest import Digest, Mail, digest_order, is_key, mails_of
from daily_papers.mail.entries import GITHUB, LONGEST_NAME, break_links, harmless_text, visible_text
from daily_papers.mail.github_issues import Comment, Issue, Issues
from daily_papers.mail.issue import Links, PartKey, find_part_key, find_part_keys

LABEL = "daily-papers"
DELIVERIES = "Deliveries"
_BEGIN = re.compile(r"since (?P<key>\S+) by (?P<login>\S+)$")
#: No comment is older than its digest, but it may be in another time zone.
_DAYS_OF_DOUBT = timedelta(days=2)


@dataclass(frozen=True)
class OurIssue:
    """An issue that we opened, with its key, or one of its keys."""

    issue: Issue
    key: PartKey


@dataclass(frozen=True)
class Mailbox:
    """What GitHub shows of earlier runs, oldest first."""

    issues: Issues
    #: The listing day from which on comments count: those of older digests are not read.
    since: date
    #: Each with the key of its first part.
    mails: tuple[OurIssue, ...] = ()
    #: The lasting issues of keywords.
    of_keywords: tuple[OurIssue, ...] = ()
    #: The issue Deliveries, with each of its keys.
    deliveries: tuple[OurIssue, ...] = ()
    #: The digest with which mailing began, as the label's description records it.
    label_begin: str | None = None
    has_label: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the digests that have an issue."""
        return frozenset(key for sent in self.mails for key in sent.key.digests)

    @property
    def begin(self) -> str | None:
        """The oldest digest on record, with which mailing began; None if there is no record."""
        keys = self.keys.union(each.key.digests[0] for each in self.of_keywords)
        if self.label_begin is not None:
            keys |= {self.label_begin}
        return min(keys, key=digest_order, default=None)

    @cached_property
    def comments(self) -> Mapping[str, Sequence[Comment]]:
        """Our comments by the number of their issue. They are only read if they are needed."""
        ours: dict[str, list[Comment]] = {}
        for comment in self.issues.comments(self.since - _DAYS_OF_DOUBT):
            if comment.user.login == self.issues.login:
                ours.setdefault(comment.issue_url.rpartition("/")[2], []).append(comment)
        return ours

    def parts_of(self, ours: OurIssue) -> list[tuple[PartKey, Comment | None]]:
        """The parts of mails in an issue of ours; its own text has no comment."""
        parts: list[tuple[PartKey, Comment | None]] = [(ours.key, None)] if ours.key.part else []
        for comment in self.comments.get(str(ours.issue.number), ()):
            key = find_part_key(comment.body)
            if key is None or not key.is_for(self.issues.repository):
                continue
            if key.keyword == ours.key.keyword and (key.keyword or key.digests == ours.key.digests):
                parts.append((key, comment))
        return parts


def read_mailbox(issues: Issues, since: date) -> Mailbox:
    """Read the repository's issues. Raises GitHubError if another app wrote our keys."""
    mails, of_keywords, deliveries = [], [], []
    for issue in issues.all():
        key = find_part_key(issue.body)
        if key is None or key.part > 1 or not key.is_for(issues.repository):
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
    description = issues.label_description(LABEL)
    begin = _BEGIN.search(description or "")
    is_ours = begin and begin["login"] == issues.login and is_key(begin["key"])
    return Mailbox(
        issues,
        since,
        tuple(mails),
        tuple(of_keywords),
        tuple(deliveries),
        label_begin=begin["key"] if begin and is_ours else None,
        has_label=description is not None,
    )


@dataclass(frozen=True)
class Unsent:
    """The mails to send, oldest first, and the digest with which mailing began here."""

    begin: str
    mails: tuple[Mail, ...]
    #: The digests that wait for their weekly mail.
    waiting: tuple[Digest, ...] = ()
    #: The digests that go, or went, to the issues of keywords.
    per_keyword: tuple[Digest, ...] = ()


def find_unsent(mailbox: Mailbox, digests: Sequence[Digest], today: date) -> Unsent:
    """Decide what to send of digests, of which there is at least one; nothing of empty ones.

    Mailing begins with the oldest digest on record, or now, with the newest and those that are
    mailed with it.
    """
    begin = mailbox.begin
    if begin is None:
        newest = max(digests, key=lambda digest: digest_order(digest.key))
        together = (each.key for each in digests if each.due is not None and each.due == newest.due)
        begin = min((newest.key, *together), key=digest_order)
    first = digest_order(begin)
    begun = [each for each in digests if each.items and digest_order(each.key) >= first]
    per_keyword = [each for each in begun if each.per_keyword and each.day >= mailbox.since]
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


# --- an issue for each keyword --------------------------------------------------------------------


@dataclass(frozen=True)
class Topic:
    """A keyword of today, or one that is gone, with its papers and its issue."""

    #: What its issue is called for in hidden keys: the same as long as the keyword lives.
    id: str
    #: The last name that it had.
    name: str
    #: Those that have papers of it, oldest first, as if there were no other keywords.
    digests: tuple[Digest, ...]
    #: None if it is still to be opened.
    lasting: OurIssue | None

    @property
    def title(self) -> str:
        """The title of its issue."""
        return f"New papers: {break_links(visible_text(self.name, LONGEST_NAME))}"

    def body(self, links: Links) -> str:
        """The text of its issue."""
        name = harmless_text(self.name, LONGEST_NAME, GITHUB)
        how = (
            "To get them by email, press *Subscribe* on this page. Close this issue to pause it:"
            " what is new meanwhile follows when you open it again."
        )
        new = PartKey((self.digests[0].key,), links.repository, keyword=self.id)
        text = (
            f"New papers of **{name}** are added here as comments.",
            how,
            f"[All tables]({links.tables})",
            str(self.lasting.key if self.lasting else new),
        )
        return "\n\n".join(text)


def topics_of(digests: Sequence[Digest], known: Sequence[OurIssue]) -> list[Topic]:
    """The keywords of digests, which are given oldest first."""
    names: dict[str, str] = {}
    alone: dict[str, list[Digest]] = {}
    for digest in digests:
        ids = dict(digest.topics)
        names |= {ids.get(slug, slug): name for slug, name in digest.keyword_names}
        slugs = dict.fromkeys(slug for item in digest.items for slug in item.keywords)
        for id in (ids.get(slug, slug) for slug in slugs):
            alone.setdefault(id, []).append(only_topic(digest, id))
    issues = {lasting.key.keyword: lasting for lasting in reversed(known)}
    return [Topic(id, names.get(id, id), tuple(each), issues.get(id)) for id, each in alone.items()]


def only_topic(digest: Digest, id: str) -> Digest:
    """A digest as if there were no keyword but that of a topic, which is its slug then."""
    ids = dict(digest.topics)
    # Slugs change hands: another keyword may have the one that this topic is called by.
    slugs = [slug for slug, _ in digest.keyword_names if ids.get(slug, slug) == id] or [id]
    items = (
        replace(item, keywords=(id,), in_title=(id,) if slug in item.in_title else ())
        for item in digest.items
        for slug in slugs
        if slug in item.keywords
    )
    return replace(
        digest,
        items=tuple(items),
        keyword_names=tuple((id, name) for slug, name in digest.keyword_names if slug in slugs),
        people=tuple((id, name) for slug, name in digest.people if slug in slugs),
        revisions=0,
        topics=(),
    )


def deliveries_body(keys: Sequence[PartKey]) -> str:
    """The text of the issue Deliveries."""
    text = (
        "This issue notes what was sent to which channel: with `issues: per keyword`, no digest has"
        " an issue of its own. Please leave it as it is. It is edited and never commented, so it"
        " mails nobody."
    )
    return "\n\n".join((text, *map(str, keys)))
