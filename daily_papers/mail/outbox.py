"""Sending: each digest becomes one issue, exactly once; and correcting what was sent.

A mail is an issue, with comments for its further parts, or comments on the issues of its keywords;
what the `Mailbox` shows is not sent again.

A correction (`notify --correct`) updates what GitHub shows of a digest from its file. The comment
that says what was wrong comes first, since it shows how the text differs from the file. It carries
a hidden fingerprint of the correction, so that a run after a kill does not add it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate, chain

from daily_papers.errors import DailyPapersError
from daily_papers.github_actions import Addresses
from daily_papers.mail.digest import (
    Digest,
    Mail,
    day_of,
    digest_order,
    digest_records,
    mails_of,
)
from daily_papers.mail.entries import paper_line
from daily_papers.mail.github import IssuesOff, NotFound, NotPermitted, Rejected, Unclear
from daily_papers.mail.github_issues import Issue, Issues
from daily_papers.mail.issue import (
    IssuePart,
    Marks,
    PartKey,
    issue_parts,
    issue_title,
    utf16_length,
)
from daily_papers.mail.mailbox import LABEL, Mailbox, OurIssue, Shown, Topic, Unsent, topics_of
from daily_papers.text import plural

_LABEL_COLOR = "b31b1b"
_DELIVERIES = """\
This issue records what was sent to which channel: with `issues: per keyword`, no digest has an \
issue of its own. Please leave it as it is. It is only ever edited, so it mails nobody.

{}"""
#: So many mails fit into the issue Deliveries, with all their marks.
_MOST_NOTED = 25

_PAPER_LINE = re.compile(
    r"^- (?:\*\*)?(?P<link>\[.*?\]\(https://arxiv\.org/abs/(?P<paper>[\w./-]+?)\))", re.MULTILINE
)
_LONGEST_LIST = 20_000
_SUPERSEDED = "This part is no longer needed: its papers are now listed above."


class Unfinished(DailyPapersError):
    """A further part of a mail cannot be added; what was sent before stays."""

    def __init__(self, issue: Issue, key: PartKey, problem: str) -> None:
        super().__init__(f"digest {key.names}, issue {issue.number}: {problem}")


@dataclass(frozen=True)
class Outbox:
    """Sends mails to GitHub. The two lists collect what does not work, and what is there now."""

    mailbox: Mailbox
    digests: Sequence[Digest]
    here: Addresses
    today: date
    say: Callable[[str], None]
    #: Noted of each new digest: the channels that it goes to.
    marks: Marks | None
    #: Begins with those of damaged digests; those of channels are ChannelFailed.
    problems: list[DailyPapersError]
    #: The mails that channels can get.
    complete: list[OurIssue] = field(default_factory=list)

    @property
    def issues(self) -> Issues:
        """The repository's issues."""
        return self.mailbox.issues

    def send(self, unsent: Unsent) -> None:
        """Add missing parts, then send what is unsent. Raises what would stop every mail."""
        missing: list[IssuePart] = []
        for sent in self.mailbox.mails:
            with self._going_on():
                if sent.key.parts > 1 and day_of(sent.key.digests[-1]) >= self.mailbox.since:
                    missing += (parts := self._missing_parts(sent))
                    self._add(sent.issue, parts)
                self.complete.append(sent)
        is_new = unsent.mails or unsent.waiting or unsent.per_keyword
        if is_new and self.issues.label is None:
            began = f"Digests of new papers; since {unsent.begin} by {self.issues.login}"
            self.issues.create_label(LABEL, began, _LABEL_COLOR)
        for mail in unsent.mails:
            with self._going_on():
                first, *rest = issue_parts(mail, self.here, marks=self.marks)
                issue = self.issues.open(issue_title(mail), first.body, LABEL)
                self._add(issue, rest)
                self.complete.append(OurIssue(issue, first.key))
        topics = topics_of(unsent.per_keyword, self.mailbox.of_keywords)
        lacking = [(topic, self._lacking_parts(topic)) for topic in topics]
        with self._going_on():
            # What is out is never begun on channels, so it has to wait if this fails.
            deliveries = self._note(unsent.per_keyword)
            for topic, parts in lacking:
                with self._going_on():
                    self._send_topic(topic, parts)
            self.complete.extend(deliveries)
        missing += chain(*(parts for _, parts in lacking))
        if not (missing or unsent.mails or unsent.waiting):
            self.say("no new digest to send")

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        """Note what goes wrong with one mail, and go on with the next."""
        try:
            yield
        except (Unclear, Rejected, Unfinished) as problem:
            self.problems.append(problem)

    def _missing_parts(self, ours: OurIssue) -> list[IssuePart]:
        """The parts that are missing of the mails that an issue shows a part of.

        Raises Unfinished if a mail would be split in another way now: its further parts would lose
        papers, or repeat them.
        """
        missing: list[IssuePart] = []
        for shown in self.mailbox.mails_in(ours).values():
            there = [key for key, _ in shown]
            first = there[0]
            numbers = {key.part for key in there}
            if len(numbers) >= first.parts:
                continue
            mail = reassemble(ours.issue, first, self.digests)
            parts = issue_parts(mail, self.here, first.keyword)
            keys = {replace(part.key, repository=first.repository) for part in parts}
            if not keys.issuperset(there):
                raise Unfinished(
                    ours.issue,
                    first,
                    "its file, or the program, changed after its first part was mailed;"
                    f" `daily-papers notify --correct {first.digests[0]}` updates the issue",
                )
            missing += [part for part in parts if part.key.part not in numbers]
        return missing

    def _lacking_parts(self, topic: Topic) -> list[IssuePart]:
        """The comments that a keyword's issue lacks, oldest first."""
        parts: list[IssuePart] = []
        out = self._shown_in([topic.lasting] if topic.lasting else [])
        if topic.lasting is not None:
            with self._going_on():
                parts += self._missing_parts(topic.lasting)
        new = [digest for digest in topic.digests if digest.key not in out]
        for mail in mails_of(new, self.today):
            parts += issue_parts(mail, self.here, topic.id)
        return parts

    def _shown_in(self, issues: Sequence[OurIssue]) -> set[str]:
        """The keys of the digests of which something is in the issues."""
        return set(chain(*chain(*map(self.mailbox.mails_in, issues))))

    def _send_topic(self, topic: Topic, parts: Sequence[IssuePart]) -> None:
        """Add to a keyword's issue what it lacks, unless somebody has closed it."""
        issue = topic.lasting.issue if topic.lasting else None
        if issue is not None and issue.state == "closed":
            if parts:
                number = sum(part.key.last - part.key.first + 1 for part in parts)
                papers = plural(number, "new paper waits", "new papers wait")
                where = f"issue {issue.number}, {topic.title}"
                self.say(f"{where}, is closed; {papers} until it is opened again")
        elif issue is not None:
            self._add(issue, parts)
            if topic.title != issue.title:
                self.issues.edit(issue, topic.title, topic.body(self.here))
        elif parts:
            self._add(self.issues.open(topic.title, topic.body(self.here), LABEL), parts)

    def _note(self, digests: Sequence[Digest]) -> Sequence[OurIssue]:
        """Note in the issue Deliveries which mails go to channels; return all that it notes.

        New ones are of digests after those that are noted. None of them is in the issue of a
        keyword yet, since a new channel begins with the next digest.
        """
        noted = self.mailbox.deliveries
        if not self.marks or not digests:
            return noted
        out = self._shown_in(self.mailbox.of_keywords)
        last = max((digest_order(sent.key.digests[-1]) for sent in noted), default=(date.min, 0))
        new = [each for each in digests if each.key not in out and digest_order(each.key) > last]
        repository = self.here.repository
        keys = [
            PartKey(each.keys, repository, marks=self.marks) for each in mails_of(new, self.today)
        ]
        if not keys:
            return noted
        due = [sent.key for sent in noted if sent.key.marks and sent.key.marks.is_due(self.today)]
        keys = [*due, *keys][-_MOST_NOTED:]
        body = _DELIVERIES.format("\n\n".join(map(str, keys)))
        if noted:
            issue = self.issues.edit(noted[0].issue, noted[0].issue.title, body)
        else:
            issue = self.issues.open("Deliveries", body, LABEL)
        return [OurIssue(issue, key) for key in keys]

    def _add(self, issue: Issue, parts: Sequence[IssuePart]) -> None:
        """Add parts of mails as comments."""
        for part in parts:
            try:
                self.issues.comment(issue, part.body)
            except (NotPermitted, NotFound, IssuesOff, Rejected) as refusal:
                name = f"part {part.key.part} of {part.key.parts}"
                raise Unfinished(
                    issue, part.key, f"{name} cannot be added ({refusal})"
                ) from refusal


def reassemble(issue: Issue, key: PartKey, digests: Sequence[Digest]) -> Mail:
    """The mail of which a part is in an issue. Raises Unfinished if one of its digests is gone."""
    by_key = {digest.key: digest for digest in digests}
    gone = [each for each in key.digests if each not in by_key]
    if gone:
        raise Unfinished(issue, key, f"digests/{gone[0]}.md is gone or damaged; restore it")
    found = [by_key[each] for each in key.digests]
    return Mail(tuple(each.only(key.keyword) if key.keyword else each for each in found))


# --- corrections ----------------------------------------------------------------------------------


def correct(outbox: Outbox, key: str) -> None:
    """Update the issues that show a digest from its file, unless they are up to date already."""
    mailbox = outbox.mailbox
    threads = [
        (ours, shown)
        for ours in (*mailbox.mails, *mailbox.of_keywords)
        for digests, shown in mailbox.mails_in(ours).items()
        if key in digests
    ]
    if not threads:
        raise DailyPapersError(
            f"digest {key} has no issue to correct; `daily-papers notify` will send it as its file"
            " is now"
        )
    for ours, shown in threads:
        outbox.say(f"digest {key}: {_correct_issue(outbox, ours, shown)}")


def _correct_issue(outbox: Outbox, ours: OurIssue, shown: Sequence[Shown]) -> str:
    """Say what differs from a mail's parts in an issue, then write it; tell what was done."""
    issue, topic = ours.issue, ours.key.keyword
    mail = reassemble(issue, shown[0][0], outbox.digests)
    # Its key stays, even if none of its papers does, so that it is not sent again.
    parts = issue_parts(mail, outbox.here, topic, ours.key.marks)
    title = issue.title if topic else issue_title(mail)
    wanted = {part.key.part: part.body for part in parts}
    bodies = {key.part: post.body.replace("\r\n", "\n") for key, post in shown}
    if bodies == wanted and issue.title == title:
        return f"issue {issue.number} is up to date; nothing to correct"
    if topic and issue.state == "closed":
        return f"issue {issue.number} is closed; open it and run this again to correct it"
    _explain(outbox, issue, mail, bodies.values())
    for key, post in shown:
        body = wanted.get(key.part, _SUPERSEDED)
        if isinstance(post, Issue):
            outbox.issues.edit(post, title, body)
        elif bodies[key.part] != body:
            outbox.issues.edit_comment(post, body)
    for number in sorted(wanted.keys() - bodies.keys()):
        outbox.issues.comment(issue, wanted[number])
    return f"corrected issue {issue.number}"


def _explain(outbox: Outbox, issue: Issue, mail: Mail, shown: Iterable[str]) -> None:
    """Say what was wrong, unless the last comment that does so is about this correction."""
    records = "".join(map(digest_records, mail.digests))
    fingerprint = hashlib.sha256(records.encode()).hexdigest()[:32]
    end = f" of={','.join(mail.keys)} -->"
    mark = f"<!-- daily-papers correction={fingerprint}{end}"
    ours = outbox.mailbox.comments.get(issue.number, ())
    said = [comment.body for comment in ours if comment.body.endswith(end)]
    if not (said and said[-1].endswith(mark)):
        outbox.issues.comment(issue, f"{_explanation(shown, mail)}\n\n{mark}")


def _explanation(shown: Iterable[str], mail: Mail) -> str:
    """What was wrong: the papers removed and added."""
    was = {found["paper"]: found["link"] for body in shown for found in _PAPER_LINE.finditer(body)}
    now = {item.paper.versioned_id: paper_line(item) for item in mail.items}
    wrong = [f"- {link}" for paper, link in was.items() if paper not in now]
    missed = [line for paper, line in now.items() if paper not in was]
    blocks = ["**Correction**"]
    blocks += ["These papers should not have been listed:", _as_list(wrong)] if wrong else []
    blocks += ["These papers were missing:", _as_list(missed)] if missed else []
    if not wrong and not missed:
        blocks.append("The papers are the same, only shown differently.")
    return "\n\n".join((*blocks, "The list above is now correct."))


def _as_list(lines: Sequence[str]) -> str:
    """As many lines as fit, and how many are left out."""
    lengths = accumulate(utf16_length(line) + 1 for line in lines)
    shown = sum(length <= _LONGEST_LIST for length in lengths)
    more = [f"- and {len(lines) - shown} more"] if len(lines) > shown else []
    return "\n".join((*lines[:shown], *more))
