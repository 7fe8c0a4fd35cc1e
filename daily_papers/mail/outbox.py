"""Sending: each digest becomes one issue, exactly once.

A mail is an issue, with comments for its further parts; what the `Mailbox` shows is not sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Digest, Mail, day_of, digest_order, mails_of
from daily_papers.mail.github import IssuesOff, NotFound, NotPermitted, Rejected, Unclear
from daily_papers.mail.github_issues import Comment, Issue, Issues
from daily_papers.mail.issue import (
    IssuePart,
    Links,
    PartKey,
    find_part_key,
    issue_parts,
    issue_title,
)
from daily_papers.mail.keyword_issues import (
    DELIVERIES,
    Topic,
    TopicPlan,
    deliveries_issue,
    issues_of,
    keyword_issue,
    plan_topic,
)
from daily_papers.mail.mailbox import (
    DAYS_OF_DOUBT,
    LABEL,
    Mailbox,
    SentMail,
    Unsent,
    is_settled,
    other_login,
)
from daily_papers.mail.marks import Marks

_LABEL_COLOR = "b31b1b"
#: Of a keyword's issue, a run reads the comments of about so many days.
_DAYS_OF_COMMENTS = 7


class Unfinished(DailyPapersError):
    """A further part of a mail cannot be added; what was sent before stays."""

    def __init__(self, sent: SentMail, problem: str) -> None:
        super().__init__(f"digest {sent.name}, issue {sent.issue.number}: {problem}")


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
                since = day_of(complete) - DAYS_OF_DOUBT if complete else None
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
            raise other_login(self.issues.repository, issue, self.mailbox.login)
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
        settled = all(is_settled(key, today) for key in sent.key.digests)
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
