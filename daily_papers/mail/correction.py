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
from daily_papers.mail.digest import Digest, Mail
from daily_papers.mail.github_issues import Issue
from daily_papers.mail.issue import (
    escape_paragraph,
    issue_parts,
    issue_title,
    paper_line,
    utf16_length,
    visible_text,
)
from daily_papers.mail.keyword_issues import issues_of, topics_of
from daily_papers.mail.mailbox import SentMail
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
    comment: int | None
    body: str


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
        number = self.issue.number
        is_same = [_with_unix_newlines(text.body) for text in self.shown] == list(self.wanted)
        is_explained = _last_fingerprint(outbox, self) == self.fingerprint
        # Who reads one keyword of several may not have to do with the reason.
        is_enough = is_explained or reason is None or any(text.comment for text in self.shown)
        if is_same and self.issue.title == self.title and is_enough:
            return False
        if not is_explained:
            explanation = _explanation([text.body for text in self.shown], self.mail, reason)
            outbox.issues.comment(number, f"{explanation}\n\n{self.fingerprint}")
        missing = dict(enumerate(self.wanted, 1))
        for text in self.shown:
            body = missing.pop(text.part, _SUPERSEDED if self.wanted else _EMPTIED)
            if text.comment is None:
                outbox.issues.edit(number, self.title, body)
            elif _with_unix_newlines(text.body) != body:
                outbox.issues.edit_comment(text.comment, body)
        for body in missing.values():
            outbox.issues.comment(number, body)
        return True


def correct(outbox: Outbox, digests: tuple[Digest, ...], key: str, reason: str | None) -> None:
    """Update the issues that show a digest from its file, unless they are up to date already."""
    threads = [
        *(
            _issue_thread(outbox, sent, digests, reason)
            for sent in outbox.mailbox.mails
            if key in sent.key.digests
        ),
        *_keyword_threads(outbox, digests, key, reason),
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


def _issue_thread(
    outbox: Outbox, sent: SentMail, digests: tuple[Digest, ...], reason: str | None
) -> _Thread:
    mail = reassemble(sent, digests)
    first, *further = issue_parts(mail, outbox.links)
    return _Thread(
        issue=sent.issue,
        title=issue_title(mail),
        mail=mail,
        shown=(
            _Text(1, None, sent.issue.body),
            *(_Text(key.part, each.id, each.body) for key, each in outbox.sent_parts(sent)),
        ),
        wanted=(first.with_marks(sent.key.marks).body, *(part.body for part in further)),
        fingerprint=_fingerprint(
            sent.key.digests, [first.body, *(p.body for p in further)], reason
        ),
    )


def _keyword_threads(
    outbox: Outbox, digests: tuple[Digest, ...], key: str, reason: str | None
) -> Iterator[_Thread]:
    """The issues of keywords with comments of this digest, or without any that they lack now."""
    topics = topics_of([digest for digest in digests if digest.per_keyword])
    issues = issues_of(topics, outbox.mailbox.keyword_issues)
    for lasting in outbox.mailbox.keyword_issues:
        there = [
            (found, comment)
            for found, comment in outbox.our_comments(lasting.issue)
            if found.keyword and key in found.digests
        ]
        # A keyword of which no paper is left has no topic.
        topic = next((t for t, its in zip(topics, issues, strict=True) if its == lasting), None)
        if there:
            keys = there[0][0].digests
            reassemble(SentMail(lasting.issue, there[0][0]), digests)
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
            shown=tuple(_Text(found.part, comment.id, comment.body) for found, comment in there),
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
    for comment in outbox.issues.comments(thread.issue.number):
        found = _FINGERPRINT.search(comment.body)
        if found and comment.user.login == outbox.mailbox.login and found[0].rstrip().endswith(of):
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
        blocks.append(escape_paragraph(visible_text(reason, _LONGEST_REASON)))
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
