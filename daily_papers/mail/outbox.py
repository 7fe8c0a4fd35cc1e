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
    Topic,
    TopicPlan,
    deliveries_body,
    missing_parts,
    plan_topic,
    topics_of,
)
from daily_papers.mail.mailbox import LABEL, Mailbox, OurIssue, Unsent
from daily_papers.text import plural

_LABEL_COLOR = "b31b1b"
#: Of a keyword's issue, a run reads the comments of about so many days.
_DAYS_OF_COMMENTS = 7
#: No comment is older than its digest, but it may be in another time zone.
_DAYS_OF_DOUBT = timedelta(days=2)
#: For this many days we read the comments to see whether all parts of a mail are there. After that
#: we only count them: by then no stranger's comment can stand in for a missing part of ours.
_DAYS_UNTIL_SETTLED = 30
#: So many mails fit into the issue Deliveries, with all their marks.
_MOST_NOTED = 25


class Unfinished(DailyPapersError):
    """A further part of a mail cannot be added; what was sent before stays."""

    def __init__(self, sent: OurIssue, problem: str) -> None:
        super().__init__(f"digest {sent.key.names}, issue {sent.issue.number}: {problem}")


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
                self._add(sent.issue, self._missing_parts(sent))
                self.complete.append(sent)
        is_new = unsent.mails or unsent.waiting or unsent.per_keyword
        if is_new and not self.mailbox.has_label:
            self._remember(unsent.begin)
        for mail in unsent.mails:
            with self._going_on():
                first, *rest = issue_parts(mail, self.links)
                first = first.with_marks(self.marks)
                issue = self.issues.open(issue_title(mail), first.body, LABEL)
                self._add(issue, rest)
                self.complete.append(OurIssue(issue, first.key))
        plans = [
            plan_topic(topic, self._sent(topic), self.links, self.today)
            for topic in topics_of(unsent.per_keyword, self.mailbox.of_keywords)
        ]
        with self._going_on():
            # What is out is never begun on channels, so it has to wait if this fails.
            deliveries = self._note(unsent, plans)
            for plan in plans:
                with self._going_on():
                    self._carry_out(plan)
            self.complete.extend(deliveries)
        if not (unsent.mails or unsent.waiting or any(plan.parts for plan in plans)):
            self.say("no new digest to send")

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        """Note what goes wrong with one mail, and go on with the next."""
        try:
            yield
        except (Unclear, Rejected, Unfinished) as problem:
            self.problems.append(problem)

    def _note(self, unsent: Unsent, plans: Sequence[TopicPlan]) -> tuple[OurIssue, ...]:
        """Note in the issue Deliveries which mails go to channels; return all that it notes.

        New ones are of digests after those that are noted. None of them is in the issue of a
        keyword yet, since a new channel begins with the next digest.
        """
        noted = self.mailbox.deliveries
        out = frozenset[str]().union(*(plan.out for plan in plans))
        last = max((digest_order(key) for sent in noted for key in sent.key.digests), default=None)
        new = mails_of(
            [
                digest
                for digest in unsent.per_keyword
                if digest.key not in out and (last is None or digest_order(digest.key) > last)
            ],
            self.today,
        )
        if not self.marks or not new:
            return noted
        due = [sent.key for sent in noted if sent.key.marks and sent.key.marks.is_due(self.today)]
        keys = [
            *due,
            *(PartKey(mail.keys, self.links.repository, marks=self.marks) for mail in new),
        ][-_MOST_NOTED:]
        body = deliveries_body(keys)
        if noted:
            issue = self.issues.edit(noted[0].issue, noted[0].issue.title, body)
        else:
            issue = self.issues.open(DELIVERIES, body, LABEL)
        return tuple(OurIssue(issue, key) for key in keys)

    def _sent(self, topic: Topic) -> Sequence[PartKey]:
        """The keys of the comments on a keyword's issue, except older ones than it is complete."""
        if topic.lasting is None or not topic.after:
            return ()
        since = day_of(topic.complete) - _DAYS_OF_DOUBT if topic.complete else None
        return [key for key, _ in self.our_comments(topic.lasting.issue, since) if key.keyword]

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
        topic = plan.topic
        issue = topic.lasting.issue if topic.lasting else None
        if issue is not None and issue.state == "closed":
            if plan.parts:
                number = sum(part.key.last - part.key.first + 1 for part in plan.parts)
                papers = plural(number, "new paper waits", "new papers wait")
                where = f"issue {issue.number}, {topic.title}"
                self.say(f"{where}, is closed; {papers} until it is opened again")
            return
        complete = self._noted_as_complete(plan)
        body = topic.body(complete, self.links)
        if issue is not None:
            is_changed = topic.title != issue.title or complete != topic.complete
        elif plan.parts:
            issue, is_changed = self.issues.open(topic.title, body, LABEL), False
        else:
            return
        self._add(issue, plan.parts)
        if plan.changed is not None:
            raise _changed(OurIssue(issue, plan.changed))
        if is_changed:
            self.issues.edit(issue, topic.title, body)

    def _noted_as_complete(self, plan: TopicPlan) -> str:
        """Up to which digest a keyword's issue has everything, as it is noted once a week.

        It is known only if every digest can be read.
        """
        topic = plan.topic
        last = day_of(topic.complete or topic.digests[0].key)
        is_damaged = any(isinstance(problem, DigestError) for problem in self.problems)
        if not topic.lasting or is_damaged or (self.today - last).days < _DAYS_OF_COMMENTS:
            return topic.complete
        return plan.complete

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

    def _add(self, issue: Issue, parts: Sequence[IssuePart]) -> None:
        """Add parts of mails as comments."""
        for part in parts:
            try:
                self.issues.comment(issue, part.body)
            except (NotPermitted, NotFound, IssuesOff, Rejected) as refusal:
                name = f"part {part.key.part} of {part.key.parts}"
                problem = f"{name} cannot be added ({refusal})"
                raise Unfinished(OurIssue(issue, part.key), problem) from refusal

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
