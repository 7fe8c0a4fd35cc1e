"""`notify --correct`: update what GitHub shows of a digest from its file, and say what was wrong.

The comment comes first, since it shows how the text differs from the file. It carries a hidden
fingerprint of the correction, so that a run after a kill does not add it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Mail, digest_records
from daily_papers.mail.entries import GITHUB, harmless_text, paper_line
from daily_papers.mail.github_issues import Comment, Issue
from daily_papers.mail.issue import issue_parts, issue_title, utf16_length
from daily_papers.mail.keys import PartKey
from daily_papers.mail.keyword_issues import only_topic
from daily_papers.mail.mailbox import OurIssue
from daily_papers.mail.outbox import Outbox, reassemble

_PAPER_LINE = re.compile(
    r"^- (?:\*\*)?(?P<link>\[.*?\]\(https://arxiv\.org/abs/(?P<paper>[\w./-]+?)\))", re.MULTILINE
)
_LONGEST_REASON = 2000
_LONGEST_LIST = 20_000
_SUPERSEDED = "This part is no longer needed: its papers are now listed above."


def correct(outbox: Outbox, key: str, reason: str | None) -> None:
    """Update the issues that show a digest from its file, unless they are up to date already."""
    mailbox = outbox.mailbox
    threads = [
        (ours, shown)
        for ours in (*mailbox.mails, *mailbox.of_keywords)
        if (shown := [part for part in mailbox.parts_of(ours) if key in part[0].digests])
    ]
    if not threads:
        raise DailyPapersError(
            f"digest {key} has no issue to correct; `daily-papers notify` will send it as its file"
            " is now"
        )
    for ours, shown in threads:
        outbox.say(f"digest {key}: {_correct_issue(outbox, ours, shown, reason)}")


def _correct_issue(
    outbox: Outbox,
    ours: OurIssue,
    shown: Sequence[tuple[PartKey, Comment | None]],
    reason: str | None,
) -> str:
    """Write what differs from a mail's parts in an issue, after the reason; say what was done."""
    issue, topic = ours.issue, ours.key.keyword
    mail = reassemble(OurIssue(issue, shown[0][0]), outbox.digests)
    if topic:
        mail = Mail(tuple(only_topic(digest, topic) for digest in mail.digests))
    # Its key stays, even if none of its papers does, so that it is not sent again.
    first, *rest = issue_parts(mail, outbox.links, topic)
    title = issue.title if topic else issue_title(mail)
    parts = first if topic else first.with_marks(ours.key.marks), *rest
    wanted = {part.key.part: part.body for part in parts}
    bodies = {key.part: (comment or issue).body.replace("\r\n", "\n") for key, comment in shown}
    if bodies == wanted and issue.title == title:
        return f"issue {issue.number} is up to date; nothing to correct"
    if topic and issue.state == "closed":
        return f"issue {issue.number} is closed; open it and run this again to correct it"
    _explain(outbox, issue, mail, bodies.values(), reason)
    for key, comment in shown:
        body = wanted.get(key.part, _SUPERSEDED)
        if comment is None:
            outbox.issues.edit(issue, title, body)
        elif bodies[key.part] != body:
            outbox.issues.edit_comment(comment, body)
    for number in sorted(wanted.keys() - bodies.keys()):
        outbox.issues.comment(issue, wanted[number])
    return f"corrected issue {issue.number}"


def _explain(
    outbox: Outbox, issue: Issue, mail: Mail, shown: Iterable[str], reason: str | None
) -> None:
    """Say what was wrong, unless the last comment that does so is about this correction."""
    texts = (*map(digest_records, mail.digests), reason or "")
    fingerprint = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
    end = f" of={','.join(mail.keys)} -->"
    mark = f"<!-- daily-papers correction={fingerprint}{end}"
    ours = outbox.mailbox.comments.get(str(issue.number), ())
    said = [comment.body for comment in ours if comment.body.endswith(end)]
    if not (said and said[-1].endswith(mark)):
        outbox.issues.comment(issue, f"{_explanation(shown, mail, reason)}\n\n{mark}")


def _explanation(shown: Iterable[str], mail: Mail, reason: str | None) -> str:
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


def _as_list(lines: Sequence[str]) -> str:
    """As many lines as fit, and how many are left out."""
    lengths = accumulate(utf16_length(line) + 1 for line in lines)
    shown = sum(length <= _LONGEST_LIST for length in lengths)
    more = [f"- and {len(lines) - shown} more"] if len(lines) > shown else []
    return "\n".join((*lines[:shown], *more))
