"""`notify --correct`: update what GitHub shows of a digest from its file, and say what was wrong.

The comment comes first, since it shows how the text differs from the file. It carries a hidden
fingerprint of the correction, so that a run after a kill does not add it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Mail, digest_records
from daily_papers.mail.entries import GITHUB, harmless_text, paper_line
from daily_papers.mail.github_issues import Comment, Issue
from daily_papers.mail.issue import IssuePart, issue_parts, issue_title, utf16_length
from daily_papers.mail.keyword_issues import topics_of
from daily_papers.mail.mailbox import OurIssue
from daily_papers.mail.outbox import Outbox, reassemble

_PAPER_LINE = re.compile(
    r"^- (?:\*\*)?(?P<link>\[.*?\]\(https://arxiv\.org/abs/(?P<paper>[\w./-]+?)\))", re.MULTILINE
)
_LONGEST_REASON = 2000
_LONGEST_LIST = 20_000
_SUPERSEDED = "This part is no longer needed: its papers are now listed above."


@dataclass(frozen=True)
class _Thread:
    """An issue that shows a mail, and what it should show."""

    issue: Issue
    title: str
    mail: Mail
    #: The comment of each part that is there; None for the issue's own text.
    shown: Mapping[int, Comment | None]
    wanted: tuple[IssuePart, ...]
    #: Whether somebody has closed the issue of a keyword, so that it gets nothing.
    is_paused: bool = False

    def correct(self, outbox: Outbox, reason: str | None) -> str:
        """Write what differs, after the reason; say what was done."""
        bodies = {
            part: (comment or self.issue).body.replace("\r\n", "\n")
            for part, comment in self.shown.items()
        }
        wanted = {part.key.part: part.body for part in self.wanted}
        if bodies == wanted and self.issue.title == self.title:
            return f"issue {self.issue.number} is up to date; nothing to correct"
        if self.is_paused:
            return f"issue {self.issue.number} is closed; open it and run this again to correct it"
        self._explain(outbox, bodies.values(), reason)
        for part, comment in self.shown.items():
            body = wanted.get(part, _SUPERSEDED)
            if comment is None:
                outbox.issues.edit(self.issue, self.title, body)
            elif bodies[part] != body:
                outbox.issues.edit_comment(comment, body)
        for part in sorted(wanted.keys() - self.shown.keys()):
            outbox.issues.comment(self.issue, wanted[part])
        return f"corrected issue {self.issue.number}"

    def _explain(self, outbox: Outbox, shown: Iterable[str], reason: str | None) -> None:
        """Say what was wrong, unless the last comment that does so is about this correction."""
        texts = (*map(digest_records, self.mail.digests), reason or "")
        fingerprint = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
        end = f" of={','.join(self.mail.keys)} -->"
        mark = f"<!-- daily-papers correction={fingerprint}{end}"
        said = [
            comment.body
            for comment in outbox.issues.comments(self.issue)
            if comment.user.login == outbox.issues.login and comment.body.endswith(end)
        ]
        if not (said and said[-1].endswith(mark)):
            explanation = _explanation(shown, self.mail, reason)
            outbox.issues.comment(self.issue, f"{explanation}\n\n{mark}")


def correct(outbox: Outbox, key: str, reason: str | None) -> None:
    """Update the issues that show a digest from its file, unless they are up to date already."""
    threads = [
        *(_issue_thread(outbox, sent) for sent in outbox.mailbox.mails if key in sent.key.digests),
        *_keyword_threads(outbox, key),
    ]
    if not threads:
        raise DailyPapersError(
            f"digest {key} has no issue to correct; `daily-papers notify` will send it as its file"
            " is now"
        )
    for thread in threads:
        outbox.say(f"digest {key}: {thread.correct(outbox, reason)}")


def _issue_thread(outbox: Outbox, sent: OurIssue) -> _Thread:
    mail = reassemble(sent, outbox.digests)
    first, *rest = issue_parts(mail, outbox.links)
    return _Thread(
        issue=sent.issue,
        title=issue_title(mail),
        mail=mail,
        shown={1: None, **{key.part: comment for key, comment in outbox.further_parts(sent)}},
        wanted=(first.with_marks(sent.key.marks), *rest),
    )


def _keyword_threads(outbox: Outbox, key: str) -> Iterator[_Thread]:
    """The issues of keywords with comments of this digest, or without any that they lack now."""
    topics = topics_of(
        [digest for digest in outbox.digests if digest.per_keyword], outbox.mailbox.of_keywords
    )
    for lasting in outbox.mailbox.of_keywords:
        shown = {
            found.part: (found, comment)
            for found, comment in outbox.our_comments(lasting.issue)
            if found.keyword and key in found.digests
        }
        # A keyword of which no paper is left has no topic.
        topic = next((topic for topic in topics if topic.lasting == lasting), None)
        its = {digest.key: digest for digest in topic.digests} if topic else {}
        if shown:
            found, _ = next(iter(shown.values()))
            whole = reassemble(OurIssue(lasting.issue, found), outbox.digests)
            # Its key stays, also if none of its papers does, so that it is not sent again.
            empty = (replace(digest, items=(), revisions=0) for digest in whole.digests)
            mail = Mail(tuple(its.get(digest.key, digest) for digest in empty))
        elif topic is not None and key in its and its[key] not in topic.after:
            mail = Mail((its[key],))
        else:
            continue
        yield _Thread(
            issue=lasting.issue,
            title=lasting.issue.title,
            mail=mail,
            shown={part: comment for part, (_, comment) in shown.items()},
            wanted=issue_parts(mail, outbox.links, lasting.key.keyword),
            is_paused=lasting.issue.state == "closed",
        )


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
