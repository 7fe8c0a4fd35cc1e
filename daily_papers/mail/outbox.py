"""Sending: each digest becomes one issue, exactly once.

A mail is an issue, with comments for its further parts; what the `Mailbox` shows is not sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Digest, DigestError, Mail, day_of, digest_order, mails_of
from daily_papers.mail.github import IssuesOff, NotFound, NotPermitted, Rejected, Unclear
from daily_papers.mail.github_issues import Comment, Issue, Issues
from daily_papers.mail.issue import IssuePart, Links, issue_parts, issue_title
from daily_papers.mail.keys import Marks, PartKey, find_part_key
from daily_papers.mail.keyword_issues import (
    DELIVERIES,
    TopicPlan,
    deliveries_issue,
    keyword_issue,
    missing_parts,
    plan_topic,
    topics_of,
)
from daily_papers.mail.mailbox import LABEL, Mailbox, OurIssue, Unsent

_LABEL_COLOR = "b31b1b"
#: Of a keyword's issue, a run reads the comments of about so many days.
_DAYS_OF_COMMENTS = 7
#: No comment is older than its digest, but it may be in another time zone.
_DAYS_OF_DOUBT = timedelta(days=2)
#: For this many days we read the comments to see whether all parts of a mail are there. After that
#: we only count them: by then no stranger's comment can stand in for a missing part of ours.
_DAYS_UNTIL_SETTLED = 30


class Unfinished(DailyPapersError):
    """A further part of a mail cannot be added; what was sent before stays."""

    def __init__(self, sent: OurIssue, problem: str) -> None:
        super().__init__(f"digest {sent.name}, issue {sent.issue.number}: {problem}")


@dataclass(frozen=True)
class Outbox:
    """Sends mails to GitHub. The two lists collect what does not work, and what is there now."""

    issues: Issues
    mailbox: Mailbox
    digests: tuple[Digest, ...]
    links: Links
    today: date
    say: Callable[[str], None]
    #: Noted of each new digest: the channels that it goes to.
    marks: Marks | None
    #: Begins with those of damaged digests.
    problems: list[DailyPapersError]
    #: The mails that channels can get.
    complete: list[OurIssue] = field(default_factory=list)

    def send(self, unsent: Unsent) -> None:
        """Add missing parts, then send what is unsent. Raises what would stop every mail."""
        for sent in self.mailbox.mails:
            with self._going_on():
                for part in self._missing_parts(sent):
                    self._comment(sent, part)
                self.complete.append(sent)
        is_new = unsent.mails or unsent.waiting or unsent.per_keyword
        if is_new and not self.mailbox.has_label:
            self._remember(unsent.begin)
        for mail in unsent.mails:
            with self._going_on():
                self._open(mail)
        plans = self._plan_topics(unsent)
        with self._going_on():
            # What is out is never begun on channels, so it has to wait if this fails.
            deliveries = self._note(self._undelivered(unsent, plans))
            for plan in plans:
                with self._going_on():
                    self._carry_out(plan)
            self.complete.extend(deliveries)
        if not (unsent.mails or unsent.waiting or any(plan.parts for plan in plans)):
            self.say("no new digest to send")

    @property
    def _has_all_digests(self) -> bool:
        """Whether every digest could be read: only then is it known what is complete."""
        return not any(isinstance(problem, DigestError) for problem in self.problems)

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        """Note what goes wrong with one mail, and go on with the next."""
        try:
            yield
        except (Unclear, Rejected, Unfinished) as problem:
            self.problems.append(problem)

    def _undelivered(self, unsent: Unsent, plans: Sequence[TopicPlan]) -> tuple[Mail, ...]:
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
        return mails_of(new, self.today)

    def _note(self, mails: Sequence[Mail]) -> tuple[OurIssue, ...]:
        """Note in the issue Deliveries which mails go to channels; return all that it notes."""
        noted = self.mailbox.deliveries
        if not mails:
            return noted
        new = (PartKey(mail.keys, self.links.repository, marks=self.marks) for mail in mails)
        keys = [*(sent.key for sent in noted), *new]
        keys.sort(key=lambda key: digest_order(key.digests[0]))
        body, kept = deliveries_issue(keys, self.today if self._has_all_digests else None)
        if noted:
            issue = self.issues.edit(noted[0].issue, noted[0].issue.title, body)
        else:
            issue = self.issues.open(DELIVERIES, body, LABEL)
        return tuple(OurIssue(issue, each) for each in kept)

    def _plan_topics(self, unsent: Unsent) -> tuple[TopicPlan, ...]:
        """What the issue of each keyword lacks."""
        plans = []
        for topic, lasting in topics_of(unsent.per_keyword, self.mailbox.of_keywords):
            sent: tuple[PartKey, ...] = ()
            if lasting is not None and topic.after(lasting):
                complete = lasting.key.complete
                since = day_of(complete) - _DAYS_OF_DOUBT if complete else None
                there = self.our_comments(lasting.issue, since)
                sent = tuple(key for key, _ in there if key.keyword)
            plans.append(plan_topic(topic, lasting, sent, self.links, self.today))
        return tuple(plans)

    def our_comments(
        self, issue: Issue, since: date | None = None
    ) -> Iterator[tuple[PartKey, Comment]]:
        """The comments on an issue that are parts of our mails, with their keys."""
        for comment in self.issues.comments(issue, since):
            key = find_part_key(comment.body)
            if (
                key is not None
                and comment.user.login == self.issues.login
                and key.is_for(self.issues.repository)
            ):
                yield key, comment

    def _carry_out(self, plan: TopicPlan) -> None:
        """Add to a keyword's issue what it lacks, unless somebody has closed it."""
        if plan.is_closed:
            if plan.parts:
                self.say(plan.what_waits)
            return
        known = plan.lasting.key.complete if plan.lasting else ""
        complete = self._noted_as_complete(plan, known)
        title, body = keyword_issue(plan.topic, complete, self.links)
        if plan.lasting is not None:
            issue = plan.lasting.issue
        elif plan.parts:
            issue = self.issues.open(title, body, LABEL)
        else:
            return
        for part in plan.parts:
            self._comment(OurIssue(issue, part.key), part)
        if plan.changed is not None:
            raise _changed(OurIssue(issue, plan.changed))
        if title != issue.title or complete != known:
            self.issues.edit(issue, title, body)

    def _noted_as_complete(self, plan: TopicPlan, known: str) -> str:
        """Up to which digest a keyword's issue has everything, as it is noted once a week."""
        last = day_of(known or plan.topic.digests[0].key)
        is_time = (self.today - last).days >= _DAYS_OF_COMMENTS and self._has_all_digests
        return plan.complete if is_time and plan.lasting else known

    def _remember(self, begin: str) -> None:
        """Create the label, whose description records with which digest mailing began."""
        description = f"Digests of new papers; since {begin} by {self.issues.login}"
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
        sent = OurIssue(self.issues.open(issue_title(mail), first.body, LABEL), first.key)
        for part in parts[1:]:
            self._comment(sent, part)
        self.complete.append(sent)

    def _comment(self, sent: OurIssue, part: IssuePart) -> None:
        try:
            self.issues.comment(sent.issue, part.body)
        except (NotPermitted, NotFound, IssuesOff, Rejected) as refusal:
            name = f"part {part.key.part} of {part.key.parts}"
            raise Unfinished(sent, f"{name} cannot be added ({refusal})") from refusal

    def _missing_parts(self, sent: OurIssue) -> tuple[IssuePart, ...]:
        """The parts of a mail that are not on GitHub."""
        further = sent.key.parts - 1
        age = self.today - max(map(day_of, sent.key.digests))
        is_settled = age.days > _DAYS_UNTIL_SETTLED and sent.issue.comments == further
        if not further or is_settled:
            return ()
        there = {1, *(key.part for key, _ in self.further_parts(sent))}
        if len(there) > further:
            return ()
        missing = missing_parts(sent.key, there, reassemble(sent, self.digests), self.links)
        if not missing:
            raise _changed(sent)
        return missing

    def further_parts(self, sent: OurIssue) -> Iterator[tuple[PartKey, Comment]]:
        """Our comments that hold further parts of a mail, with their keys."""
        for key, comment in self.our_comments(sent.issue):
            if key.digests == sent.key.digests and key.part > 1 and not key.keyword:
                yield key, comment


def _changed(sent: OurIssue) -> Unfinished:
    return Unfinished(
        sent,
        "its file changed after its first part was mailed; `daily-papers notify --correct"
        f" {sent.key.digests[0]}` updates the issue",
    )


def reassemble(sent: OurIssue, digests: Sequence[Digest]) -> Mail:
    """The mail that an issue was made from. Raises Unfinished if one of its digests is gone."""
    by_key = {digest.key: digest for digest in digests}
    gone = [key for key in sent.key.digests if key not in by_key]
    if gone:
        raise Unfinished(sent, f"digests/{gone[0]}.md is gone or damaged; restore it")
    return Mail(tuple(by_key[key] for key in sent.key.digests))
