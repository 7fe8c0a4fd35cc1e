"""`notify --correct`: an issue follows its digest's file again, and a comment says what was wrong.

The comment comes first, since it tells the difference between the issue and the file; it carries
a hidden fingerprint of the correction, so that a second run after a kill adds none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import accumulate

from daily_papers.digests.delivery import Delivery, PartThere, Sent, again
from daily_papers.digests.digest import Digest
from daily_papers.digests.issue import IssuePart, issue_parts, issue_title, paper_line
from daily_papers.digests.issue_text import paragraph, readable, utf16_length
from daily_papers.digests.mailing import Mailing
from daily_papers.errors import DailyPapersError

_PAPER_LINE = re.compile(
    r"^- (?P<link>\[.*?\]\(https://arxiv\.org/abs/(?P<paper>[\w./-]+?)\))", re.MULTILINE
)
_FINGERPRINT = re.compile(r"<!-- daily-papers correction=[0-9a-f]{32} -->\s*\Z")
_LONGEST_REASON = 2000
_LONGEST_LIST = 20_000
_SUPERSEDED = "This part is no longer needed: its papers now stand above."


def correct(delivery: Delivery, digests: tuple[Digest, ...], key: str, reason: str | None) -> None:
    """Bring the issue of a digest up to date with its file. Does nothing where it is."""
    mail = _mail_of(delivery, key)
    mailing = again(mail, digests)
    parts = issue_parts(mailing, delivery.links)
    there = list(delivery.parts_there(mail))
    comment = correction_comment(mail, there, mailing, parts, reason)
    explained = _is_explained(delivery, mail, comment)
    if _is_up_to_date(mail, there, mailing, parts) and (explained or reason is None):
        delivery.say(f"digest {key}: issue {mail.issue.number} is as its file; nothing to correct")
        return
    if not explained:
        delivery.issues.comment(mail.issue.number, comment)
    delivery.issues.edit(mail.issue.number, issue_title(mailing), parts[0].body)
    _bring_parts(delivery, mail, there, parts[1:])
    delivery.say(f"digest {key}: corrected issue {mail.issue.number}")


def _mail_of(delivery: Delivery, key: str) -> Sent:
    for mail in delivery.shown.mails:
        if key in mail.key.digests:
            return mail
    raise DailyPapersError(
        f"digest {key} has no issue that could be corrected; `daily-papers notify` sends it as its"
        " file is now"
    )


def _is_up_to_date(
    mail: Sent, there: Sequence[PartThere], mailing: Mailing, parts: Sequence[IssuePart]
) -> bool:
    shown = [mail.issue.body, *(part.comment.body for part in there)]
    return mail.issue.title == issue_title(mailing) and [_unix(body) for body in shown] == [
        part.body for part in parts
    ]


def _unix(body: str) -> str:
    return body.replace("\r\n", "\n")


def correction_comment(
    mail: Sent,
    there: Sequence[PartThere],
    mailing: Mailing,
    parts: Sequence[IssuePart],
    reason: str | None,
) -> str:
    """Say what was wrong: the reason that a person gave, and which papers go and come."""
    was = {}
    for body in (mail.issue.body, *(part.comment.body for part in there)):
        was.update({found["paper"]: found["link"] for found in _PAPER_LINE.finditer(body)})
    now = {item.paper.versioned_id: paper_line(item) for item in mailing.items}
    wrong = [f"- {link}" for paper, link in was.items() if paper not in now]
    missed = [line for paper, line in now.items() if paper not in was]
    blocks = ["**Correction**"]
    blocks += [paragraph(readable(reason, _LONGEST_REASON))] if reason else []
    blocks += ["These papers should not have been listed:", _named(wrong)] if wrong else []
    blocks += ["These papers were missing:", _named(missed)] if missed else []
    if not wrong and not missed and reason is None:
        blocks.append("The same papers, shown in another way.")
    blocks.append("The list above is put right.")
    fingerprint = hashlib.sha256("\0".join((*(part.body for part in parts), reason or "")).encode())
    blocks.append(f"<!-- daily-papers correction={fingerprint.hexdigest()[:32]} -->")
    return "\n\n".join(blocks)


def _named(lines: list[str]) -> str:
    """The lines that there is room for, and how many there are besides."""
    lengths = accumulate(utf16_length(line) + 1 for line in lines)
    shown = sum(length <= _LONGEST_LIST for length in lengths)
    more = [f"- and {len(lines) - shown} more"] if len(lines) > shown else []
    return "\n".join((*lines[:shown], *more))


def _is_explained(delivery: Delivery, mail: Sent, comment: str) -> bool:
    """Whether the last correction there is this one: both carry the same fingerprint."""
    last = ""
    for there in delivery.issues.comments(mail.issue.number):
        found = _FINGERPRINT.search(there.body)
        if found is not None and there.author.login == delivery.shown.login:
            last = found[0].rstrip()
    return last == comment.rpartition("\n")[2]


def _bring_parts(
    delivery: Delivery, mail: Sent, there: Sequence[PartThere], parts: Sequence[IssuePart]
) -> None:
    """Edit the comments that hold further parts, add those that are missing, empty the others."""
    wanted = {part.key.part: part.body for part in parts}
    for part in there:
        body = wanted.pop(part.number, _SUPERSEDED)
        if _unix(part.comment.body) != body:
            delivery.issues.edit_comment(part.comment.id, body)
    for body in wanted.values():
        delivery.issues.comment(mail.issue.number, body)
