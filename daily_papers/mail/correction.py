"""`notify --correct`: update an issue from its digest's file, and say what was wrong.

The comment comes first, since it shows how the issue differs from the file. It carries a hidden
fingerprint of the correction, so that a run after a kill does not add it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Digest, Mail
from daily_papers.mail.issue import (
    IssuePart,
    escape_paragraph,
    issue_parts,
    issue_title,
    paper_line,
    utf16_length,
    visible_text,
)
from daily_papers.mail.outbox import Outbox, SentMail, SentPart, reassemble

_PAPER_LINE = re.compile(
    r"^- (?P<link>\[.*?\]\(https://arxiv\.org/abs/(?P<paper>[\w./-]+?)\))", re.MULTILINE
)
_FINGERPRINT = re.compile(r"<!-- daily-papers correction=[0-9a-f]{32} -->\s*\Z")
_LONGEST_REASON = 2000
_LONGEST_LIST = 20_000
_SUPERSEDED = "This part is no longer needed: its papers are now listed above."


def correct(outbox: Outbox, digests: tuple[Digest, ...], key: str, reason: str | None) -> None:
    """Update the issue of a digest from its file, unless it is up to date already."""
    sent = next((sent for sent in outbox.mailbox.mails if key in sent.key.digests), None)
    if sent is None:
        raise DailyPapersError(
            f"digest {key} has no issue to correct; `daily-papers notify` will send it as its file"
            " is now"
        )
    mail = reassemble(sent, digests)
    correction = _Correction(
        sent=sent,
        sent_parts=tuple(outbox.sent_parts(sent)),
        mail=mail,
        parts=issue_parts(mail, outbox.links),
        reason=reason,
    )
    explained = correction.is_last_of(outbox)
    if correction.is_made and (explained or reason is None):
        outbox.say(f"digest {key}: issue {sent.issue.number} is up to date; nothing to correct")
        return
    if not explained:
        outbox.issues.comment(sent.issue.number, correction.comment)
    correction.make(outbox)
    outbox.say(f"digest {key}: corrected issue {sent.issue.number}")


@dataclass(frozen=True)
class _Correction:
    """An issue as it is (``sent``, ``sent_parts``) and as it should be (``mail``, ``parts``)."""

    sent: SentMail
    sent_parts: tuple[SentPart, ...]
    mail: Mail
    parts: tuple[IssuePart, ...]
    #: What a person says was wrong.
    reason: str | None

    @property
    def bodies(self) -> list[str]:
        """The texts that GitHub shows now."""
        return [self.sent.issue.body, *(part.comment.body for part in self.sent_parts)]

    @property
    def is_made(self) -> bool:
        """Whether the issue is up to date with its file."""
        return self.sent.issue.title == issue_title(self.mail) and [
            _with_unix_newlines(body) for body in self.bodies
        ] == [part.body for part in self.parts]

    @property
    def comment(self) -> str:
        """What was wrong: the reason that a person gave, and the papers that go and come."""
        was = {
            found["paper"]: found["link"]
            for body in self.bodies
            for found in _PAPER_LINE.finditer(body)
        }
        now = {item.paper.versioned_id: paper_line(item) for item in self.mail.items}
        wrong = [f"- {link}" for paper, link in was.items() if paper not in now]
        missed = [line for paper, line in now.items() if paper not in was]
        blocks = ["**Correction**"]
        if self.reason:
            blocks.append(escape_paragraph(visible_text(self.reason, _LONGEST_REASON)))
        blocks += ["These papers should not have been listed:", _as_list(wrong)] if wrong else []
        blocks += ["These papers were missing:", _as_list(missed)] if missed else []
        if not wrong and not missed and self.reason is None:
            blocks.append("The papers are the same, only shown differently.")
        blocks.append("The list above is now correct.")
        return "\n\n".join((*blocks, self._fingerprint))

    @property
    def _fingerprint(self) -> str:
        texts = (*(part.body for part in self.parts), self.reason or "")
        digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
        return f"<!-- daily-papers correction={digest[:32]} -->"

    def is_last_of(self, outbox: Outbox) -> bool:
        """Whether the issue's last correction comment is for this correction."""
        last = ""
        for comment in outbox.issues.comments(self.sent.issue.number):
            found = _FINGERPRINT.search(comment.body)
            if found is not None and comment.user.login == outbox.mailbox.login:
                last = found[0].rstrip()
        return last == self._fingerprint

    def make(self, outbox: Outbox) -> None:
        """Edit the issue and its further parts, add missing parts, and empty surplus ones."""
        number = self.sent.issue.number
        outbox.issues.edit(number, issue_title(self.mail), self.parts[0].body)
        wanted = {part.key.part: part.body for part in self.parts[1:]}
        for part in self.sent_parts:
            body = wanted.pop(part.number, _SUPERSEDED)
            if _with_unix_newlines(part.comment.body) != body:
                outbox.issues.edit_comment(part.comment.id, body)
        for body in wanted.values():
            outbox.issues.comment(number, body)


def _with_unix_newlines(body: str) -> str:
    return body.replace("\r\n", "\n")


def _as_list(lines: Sequence[str]) -> str:
    """As many lines as fit, and the number of the others."""
    lengths = accumulate(utf16_length(line) + 1 for line in lines)
    shown = sum(length <= _LONGEST_LIST for length in lengths)
    more = [f"- and {len(lines) - shown} more"] if len(lines) > shown else []
    return "\n".join((*lines[:shown], *more))
