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
from datetime import date, timedelta
from functools import cached_property
from itertools import islice, takewhile

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Digest, Mail, day_of, digest_order, is_key, mails_of
from daily_papers.mail.github import (
    IssuesOff,
    NotFound,
    NotPermitted,
    OtherLogin,
    Rejected,
    Unclear,
)
from daily_papers.mail.github_issues import PAGE, Comment, Issue, Issues
from daily_papers.mail.issue import (
    IssuePart,
    Links,
    PartKey,
    find_part_key,
    find_part_keys,
    issue_parts,
    issue_title,
)
from daily_papers.mail.keyword_issues import (
    DELIVERIES,
    KeywordIssue,
    Topic,
    TopicPlan,
    deliveries_issue,
    find_keyword_key,
    issues_of,
    keyword_issue,
    plan_topic,
    topics_of,
)
from daily_papers.mail.marks import Marks

LABEL = "daily-papers"
_LABEL_COLOR = "b31b1b"
_BEGIN = re.compile(r"since (?P<key>\S+) by (?P<login>\S+)$")

#: For this many days we read the comments to see whether all parts of a mail are there. After that
#: we only count them: by then no stranger's comment can stand in for a missing part of ours.
_DAYS_UNTIL_SETTLED = 30
#: No issue or comment is older than its digest, but it may be in another time zone.
_DAYS_OF_DOUBT = timedelta(days=2)
#: Of a keyword's issue, a run reads the comments of about so many days.
_DAYS_OF_COMMENTS = 7


class Unfinished(DailyPapersError):
    """A further part of a mail cannot be added; what was sent before stays."""

    def __init__(self, sent: SentMail, problem: str) -> None:
        super().__init__(f"digest {sent.name}, issue {sent.issue.number}: {problem}")


# --- what was sent -----------------------------------------------------------------------------


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
        if self.begin is not None and not _is_settled(self.begin, today):
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
                raise _other_login(self.repository, issue, self.login)
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
            oldest = min(missing) - _DAYS_OF_DOUBT
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


def _other_login(repository: str, issue: Issue, login: str) -> OtherLogin:
    found = f"issue {issue.number} was opened by {issue.user.login}, not by {login}"
    return OtherLogin("POST issues", found, repository=repository)


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


# --- sending -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outbox:
    """Sends mails to GitHub, and calls ``say`` with what it did."""

    issues: Issues
    mailbox: Mailbox
    links: Links
    say: Callable[[str], None]
    #: Whether every digest could be read: only then is it known what is complete.
    has_all_digests: bool = True
    #: Noted of each new digest: the channels that it goes to.
    marks: Marks | None = None
    #: Called with what is now on GitHub, for the channels.
    when_complete: Callable[[SentMail], None] = lambda _: None

    def send(
        self, unsent: Unsent, digests: tuple[Digest, ...], today: date
    ) -> list[DailyPapersError]:
        """Add missing parts, then send what is unsent; return what did not work.

        An error that would stop every mail is raised.
        """
        problems: list[DailyPapersError] = []
        for sent in self.mailbox.mails:
            try:
                for part in self.missing_parts(sent, digests, today):
                    self._comment(sent, part)
            except (Unclear, Unfinished) as problem:
                problems.append(problem)
            else:
                self.when_complete(sent)
        if (unsent.mails or unsent.waiting or unsent.topics) and not self.mailbox.has_label:
            self._remember(unsent.begin)
        for mail in unsent.mails:
            try:
                self._open(mail)
            except (Unclear, Rejected, Unfinished) as problem:
                problems.append(problem)
        return [*problems, *self._send_to_keywords(unsent, today)]

    def _send_to_keywords(self, unsent: Unsent, today: date) -> list[DailyPapersError]:
        problems: list[DailyPapersError] = []
        plans = self.plan_topics(unsent.topics, today)
        try:
            deliveries = self._note(self.deliveries(unsent, plans, today), today)
        except (Unclear, Rejected) as problem:
            # What is out is never begun on channels, so it has to wait.
            return [problem]
        for plan in plans:
            try:
                self._carry_out(plan, unsent.begin, today)
            except (Unclear, Rejected, Unfinished) as problem:
                problems.append(problem)
        if unsent.topics and not any(plan.parts for plan in plans):
            self.say("nothing to send to the issues of keywords")
        for sent in deliveries:
            self.when_complete(sent)
        return problems

    def deliveries(
        self, unsent: Unsent, plans: Sequence[TopicPlan], today: date
    ) -> tuple[Mail, ...]:
        """The mails that begin to go to channels: of digests that were never noted before.

        What is noted has no gaps but those of damaged files. So from the oldest digest that is
        still noted, a digest that is not was never noted; what is older was. None of them is in the
        issue of a keyword yet, since a new channel begins with the next digest.
        """
        if not self.marks:
            return ()
        out = frozenset[str]().union(*(plan.out for plan in plans))
        noted = [key for sent in self.mailbox.deliveries for key in sent.key.digests]
        oldest = min(map(digest_order, noted), default=(date.min, 0))
        new = [
            digest
            for digest in unsent.per_keyword
            if digest.key not in out.union(noted) and digest_order(digest.key) > oldest
        ]
        return mails_of(new, today)

    def _note(self, mails: Sequence[Mail], today: date) -> tuple[SentMail, ...]:
        """Note in the issue Deliveries which mails go to channels; return all that it notes."""
        noted = self.mailbox.deliveries
        if not mails:
            return noted
        key = PartKey((), self.links.repository, part=0, parts=0, first=0, last=0, marks=self.marks)
        keys = [*(sent.key for sent in noted), *(replace(key, digests=m.keys) for m in mails)]
        keys.sort(key=lambda key: digest_order(key.digests[0]))
        body, kept = deliveries_issue(keys, today if self.has_all_digests else None)
        if noted:
            issue = replace(noted[0].issue, body=body)
            self.issues.edit(issue.number, issue.title, body)
        else:
            issue = self._open_issue(DELIVERIES, body, "channels")
        return tuple(SentMail(issue, each) for each in kept)

    def plan_topics(self, topics: Sequence[Topic], today: date) -> tuple[TopicPlan, ...]:
        """What the issue of each keyword lacks."""
        plans = []
        for topic, lasting in zip(
            topics, issues_of(topics, self.mailbox.keyword_issues), strict=True
        ):
            sent: tuple[PartKey, ...] = ()
            if lasting is not None and topic.after(lasting):
                complete = lasting.key.complete
                since = day_of(complete) - _DAYS_OF_DOUBT if complete else None
                there = self.our_comments(lasting.issue, since)
                sent = tuple(key for key, _ in there if key.keyword)
            plans.append(plan_topic(topic, lasting, sent, self.links, today))
        return tuple(plans)

    def our_comments(
        self, issue: Issue, since: date | None = None
    ) -> Iterator[tuple[PartKey, Comment]]:
        """The comments on an issue that are parts of our mails, with their keys."""
        for comment in self.issues.comments(issue.number, since):
            key = find_part_key(comment.body)
            if (
                key is not None
                and comment.user.login == self.mailbox.login
                and key.is_for(self.issues.repository)
            ):
                yield key, comment

    def _carry_out(self, plan: TopicPlan, begin: str, today: date) -> None:
        """Add to a keyword's issue what it lacks, unless somebody has closed it."""
        issue = self._lasting(plan, begin)
        if plan.is_closed:
            if plan.parts:
                self.say(plan.what_waits)
        elif issue is not None:
            for part in plan.parts:
                self._comment(SentMail(issue, part.key), part)
            if plan.changed is not None:
                raise _changed(SentMail(issue, plan.changed))
            self._note_complete(plan, today)

    def _note_complete(self, plan: TopicPlan, today: date) -> None:
        """Note once a week that a keyword's issue has everything: an edit, which mails nobody."""
        if plan.lasting is None or plan.complete in {"", plan.lasting.key.complete}:
            return
        if not self.has_all_digests:
            return
        issue, key = plan.lasting.issue, plan.lasting.key
        if (today - day_of(key.complete or key.since)).days >= _DAYS_OF_COMMENTS:
            self.issues.edit(
                issue.number, *keyword_issue(plan.topic, key.since, plan.complete, self.links)
            )

    def _lasting(self, plan: TopicPlan, begin: str) -> Issue | None:
        """The issue of a keyword, opened if it is needed, and with the keyword's name of today."""
        slug, lasting = plan.topic.slug, plan.lasting
        since, complete = (lasting.key.since, lasting.key.complete) if lasting else (begin, "")
        title, body = keyword_issue(plan.topic, since, complete, self.links)
        if lasting is not None:
            if plan.is_renamed:
                self.issues.edit(lasting.issue.number, title, body)
                self.say(f"keyword {slug}: renamed issue {lasting.issue.number}")
            return lasting.issue
        if not plan.parts:
            return None
        return self._open_issue(title, body, f"keyword {slug}")

    def _open_issue(self, title: str, body: str, about: str) -> Issue:
        issue = self.issues.open(title, body, LABEL)
        self.say(f"{about}: opened issue {issue.number}")
        if issue.user.login != self.mailbox.login:
            raise _other_login(self.issues.repository, issue, self.mailbox.login)
        return issue

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
        first = parts[0].with_marks(self.marks)
        issue = self._open_issue(issue_title(mail), first.body, f"digest {', '.join(mail.keys)}")
        sent = SentMail(issue, first.key)
        for part in parts[1:]:
            self._comment(sent, part)
        self.when_complete(sent)

    def _comment(self, sent: SentMail, part: IssuePart) -> None:
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
        there = {key.part for key, _ in self.sent_parts(sent)}
        if len(there) >= further:
            return ()
        parts = issue_parts(reassemble(sent, digests), self.links)
        if replace(parts[0].key, repository=sent.key.repository) != sent.key:
            # Split in another way, the further parts would lose papers or repeat them.
            raise _changed(sent)
        return tuple(part for part in parts[1:] if part.key.part not in there)

    def sent_parts(self, sent: SentMail) -> Iterator[tuple[PartKey, Comment]]:
        """Our comments that hold further parts of a mail, with their keys."""
        for key, comment in self.our_comments(sent.issue):
            if key.digests == sent.key.digests and key.part > 1 and not key.keyword:
                yield key, comment


def _changed(sent: SentMail) -> Unfinished:
    return Unfinished(
        sent,
        "its file changed after its first part was mailed; `daily-papers notify --correct"
        f" {sent.key.digests[0]}` updates the issue",
    )


def reassemble(sent: SentMail, digests: tuple[Digest, ...]) -> Mail:
    """The mail that an issue was made from. Raises Unfinished if one of its digests is gone."""
    by_key = {digest.key: digest for digest in digests}
    gone = [key for key in sent.key.digests if key not in by_key]
    if gone:
        raise Unfinished(sent, f"digests/{gone[0]}.md is gone or damaged; restore it")
    return Mail(tuple(by_key[key] for key in sent.key.digests))
