"""`notify --correct`: update what GitHub shows of a digest from its file, and say what was wrong.

The comment comes first, since it shows how the text differs from the file. It carries a hidden
fingerprint of the correction, so that a run after a kill does not add it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Mail
from daily_papers.mail.entries import GITHUB, harmless_text, paper_line
from daily_papers.mail.github_issues import Comment, Issue
from daily_papers.mail.issue import issue_parts, issue_title, utf16_length
from daily_papers.mail.keys import PartKey
from daily_papers.mail.keyword_issues import issues_of, topics_of
from daily_papers.mail.mailbox import OurIssue
from daily_papers.mail.outbox import Outbox, reassemble

_PAPER_LINE = re.compile(
    r"^- (?:\*\*)?(?P<link>\[.*?\]\(https://arxiv\.org/abs/(?P<paper>[\w./-]+?)\))", re.MULTILINE
)
_FINGERPRINT = re.compile(r"<!-- daily-papers correction=[0-9a-f]{32} of=\S+ -->\s*\Z")
_LONGEST_REASON = 2000
_LONGEST_LIST = 20_000
_SUPERSEDED = "This part is no longer needed: its papers are now listed above."
_EMPTIED = "Nothing is left of this list: see the correction below."


@dataclass(frozen=True)
class _Text:
    """A part of a digest as GitHub shows it; without a comment, it is the issue's own text."""

    part: int
    body: str
    comment: Comment | None = None

    @classmethod
    def of(cls, key: PartKey, comment: Comment) -> _Text:
        return cls(key.part, _with_unix_newlines(comment.body), comment)


@dataclass(frozen=True)
class _Thread:
    """An issue that shows a digest, and what it should show."""

    issue: Issue
    title: str
    mail: Mail
    shown: tuple[_Text, ...]
    #: The text of each part.
    wanted: tuple[str, ...]
    #: Hidden in the explanation: a mark of what changes.
    fingerprint: str

    def correct(self, outbox: Outbox, reason: str | None) -> bool:
        """Write what differs, after the reason; return whether anything did."""
        bodies = [text.body for text in self.shown]
        if bodies == list(self.wanted) and self.issue.title == self.title:
            return False
        if _last_fingerprint(outbox, self) != self.fingerprint:
            explanation = _explanation(bodies, self.mail, reason)
            outbox.issues.comment(self.issue, f"{explanation}\n\n{self.fingerprint}")
        missing = dict(enumerate(self.wanted, 1))
        for text in self.shown:
            body = missing.pop(text.part, _SUPERSEDED if self.wanted else _EMPTIED)
            if text.comment is None:
                outbox.issues.edit(self.issue, self.title, body)
            elif text.body != body:
                outbox.issues.edit_comment(text.comment, body)
        for body in missing.values():
            outbox.issues.comment(self.issue, body)
        return True


def correct(outbox: Outbox, key: str, reason: str | None) -> None:
    """Update the issues that show a digest from its file, unless they are up to date already."""
    threads = [
        *(
            _issue_thread(outbox, sent, reason)
            for sent in outbox.mailbox.mails
            if key in sent.key.digests
        ),
        *_keyword_threads(outbox, key, reason),
    ]
    if not threads:
        raise DailyPapersError(
            f"digest {key} has no issue to correct; `daily-papers notify` will send it as its file"
            " is now"
        )
    for thread in threads:
        number = thread.issue.number
        if thread.correct(outbox, reason):
            outbox.say(f"digest {key}: corrected issue {number}")
        else:
            outbox.say(f"digest {key}: issue {number} is up to date; nothing to correct")


def _issue_thread(outbox: Outbox, sent: OurIssue, reason: str | None) -> _Thread:
    mail = reassemble(sent, outbox.digests)
    first, *further = issue_parts(mail, outbox.links)
    return _Thread(
        issue=sent.issue,
        title=issue_title(mail),
        mail=mail,
        shown=(
            _Text(1, _with_unix_newlines(sent.issue.body)),
            *(_Text.of(key, each) for key, each in outbox.further_parts(sent)),
        ),
        wanted=(first.with_marks(sent.key.marks).body, *(part.body for part in further)),
        fingerprint=_fingerprint(
            sent.key.digests, [first.body, *(p.body for p in further)], reason
        ),
    )


def _keyword_threads(outbox: Outbox, key: str, reason: str | None) -> Iterator[_Thread]:
    """The issues of keywords with comments of this digest, or without any that they lack now."""
    topics = topics_of([digest for digest in outbox.digests if digest.per_keyword])
    issues = issues_of(topics, outbox.mailbox.of_keywords)
    for lasting in outbox.mailbox.of_keywords:
        there = [
            (found, comment)
            for found, comment in outbox.our_comments(lasting.issue)
            if found.keyword and key in found.digests
        ]
        # A keyword of which no paper is left has no topic.
        topic = next((t for t, its in zip(topics, issues, strict=True) if its == lasting), None)
        if there:
            keys = there[0][0].digests
            reassemble(OurIssue(lasting.issue, there[0][0]), outbox.digests)
        elif topic is not None and topic.is_complete(lasting, key):
            keys = (key,)
        else:
            continue
        mail = Mail(tuple(each for each in topic.digests if each.key in keys) if topic else ())
        parts = issue_parts(mail, outbox.links, topic.slug) if topic and mail.digests else ()
        wanted = tuple(part.body for part in parts)
        yield _Thread(
            issue=lasting.issue,
            title=lasting.issue.title,
            mail=mail,
            shown=tuple(_Text.of(found, comment) for found, comment in there),
            wanted=wanted,
            fingerprint=_fingerprint(keys, wanted, reason),
        )


def _fingerprint(keys: Sequence[str], bodies: Sequence[str], reason: str | None) -> str:
    """A hidden mark of what a correction changes, and why."""
    digest = hashlib.sha256("\0".join((*bodies, reason or "")).encode()).hexdigest()
    return f"<!-- daily-papers correction={digest[:32]} of={','.join(keys)} -->"


def _last_fingerprint(outbox: Outbox, thread: _Thread) -> str:
    """The fingerprint in the last comment that explains a correction of it; or nothing."""
    of = thread.fingerprint.partition(" of=")[2]
    last = ""
    for comment in outbox.issues.comments(thread.issue):
        found = _FINGERPRINT.search(comment.body)
        if found and comment.user.login == outbox.issues.login and found[0].rstrip().endswith(of):
            last = found[0].rstrip()
    return last


def _explanation(shown: Sequence[str], mail: Mail, reason: str | None) -> str:
    """What was wrong: the reason that a person gave, and the papers removed and added."""
    was = {found["paper"]: found["link"] for body in shown for found in _PAPER_LINE.finditer(body)}
    now = {item.paper.versioned_id: paper_line(item) for item in mail.items}
    wrong = [f"- {link}" for paper, link in was.items() if paper not in now]
    missed = [line for paper, line in now.items() if paper not in was]
    blocks = ["**Correction**"]
    if reason:
        blocks.append(harmless_text(reason, _LONGEST_REASON, GITHUB))
    blocks += ["These papers should not have been listed:", _as_list(wrong)] if wrong else []
    blocks += ["These papers were missing:", _as_list(missed)] if missed else []
    if not wrong and not missed and reason is None:
        blocks.append("The papers are the same, only shown differently.")
    return "\n\n".join((*blocks, "The list above is now correct."))


def _with_unix_newlines(body: str) -> str:
    return body.replace("\r\n", "\n")


def _as_list(lines: Sequence[str]) -> str:
    """As many lines as fit, and how many are left out."""
    lengths = accumulate(utf16_length(line) + 1 for line in lines)
    shown = sum(length <= _LONGEST_LIST for length in lengths)
    more = [f"- and {len(lines) - shown} more"] if len(lines) > shown else []
    return "\n".join((*lines[:shown], *more))
