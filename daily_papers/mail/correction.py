"""`notify --correct`: update an issue from its digest's file, and say what was wrong.

The comment comes first, since it shows how the issue differs from the file. It carries a hidden
fingerprint of the correction, so that a run after a kill does not add it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import accumulate

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Digest, Mail
from daily_papers.mail.issue import (
    escape_paragraph,
    issue_parts,
    issue_title,
    paper_line,
    utf16_length,
    visible_text,
)
from daily_papers.mail.outbox import Outbox, reassemble

_PAPER_LINE = re.compile(
    r"^- (?:\*\*)?(?P<link>\[.*?\]\(https://arxiv\.org/abs/(?P<paper>[\w./-]+?)\))", re.MULTILINE
)
_FINGERPRINT = re.compile(r"<!-- daily-papers correction=[0-9a-f]{32} -->\s*\Z")
_LONGEST_REASON = 2000
_LONGEST_LIST = 20_000
_SUPERSEDED = "This part is no longer needed: its papers are now listed above."


def correct(outbox: Outbox, digests: tuple[Digest, ...], key: str, reason: str | None) -> None:
    """Update the issue of a digest from its file, unless it is already up to date."""
    if any(digest.key == key and digest.per_keyword for digest in digests):
        raise DailyPapersError(
            f"digest {key} went to the issues of its keywords, which --correct does not change;"
            " edit its comments on GitHub"
        )
    sent = next((sent for sent in outbox.mailbox.mails if key in sent.key.digests), None)
    if sent is None:
        raise DailyPapersError(
            f"digest {key} has no issue to correct; `daily-papers notify` will send it as its file"
            " is now"
        )
    number = sent.issue.number
    sent_parts = tuple(outbox.sent_parts(sent))
    shown = [sent.issue.body, *(part.comment.body for part in sent_parts)]
    mail = reassemble(sent, digests)
    title, parts = issue_title(mail), issue_parts(mail, outbox.links)
    fingerprint = _fingerprint([part.body for part in parts], reason)
    parts = (parts[0].with_marks(sent.key.marks), *parts[1:])
    wanted = [part.body for part in parts]
    is_up_to_date = sent.issue.title == title and list(map(_with_unix_newlines, shown)) == wanted
    is_explained = _last_fingerprint(outbox, number) == fingerprint
    if is_up_to_date and (is_explained or reason is None):
        outbox.say(f"digest {key}: issue {number} is up to date; nothing to correct")
        return
    if not is_explained:
        outbox.issues.comment(number, f"{_explanation(shown, mail, reason)}\n\n{fingerprint}")
    outbox.issues.edit(number, title, wanted[0])
    missing = {part.key.part: part.body for part in parts[1:]}
    for part in sent_parts:
        body = missing.pop(part.number, _SUPERSEDED)
        if _with_unix_newlines(part.comment.body) != body:
            outbox.issues.edit_comment(part.comment.id, body)
    for body in missing.values():
        outbox.issues.comment(number, body)
    outbox.say(f"digest {key}: corrected issue {number}")


def _fingerprint(bodies: Sequence[str], reason: str | None) -> str:
    """A hidden mark of what a correction changes, and why."""
    digest = hashlib.sha256("\0".join((*bodies, reason or "")).encode()).hexdigest()
    return f"<!-- daily-papers correction={digest[:32]} -->"


def _last_fingerprint(outbox: Outbox, number: int) -> str:
    """The fingerprint in the issue's last comment that explains a correction; or nothing."""
    last = ""
    for comment in outbox.issues.comments(number):
        found = _FINGERPRINT.search(comment.body)
        if found is not None and comment.user.login == outbox.mailbox.login:
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
