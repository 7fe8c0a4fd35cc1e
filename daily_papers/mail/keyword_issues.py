"""`issues: per keyword`: one lasting issue for each keyword and person, to which people subscribe.

Each mail of a keyword is a comment there, or several if it is long. Each carries a hidden key
(`PartKey`), as issues of digests do, and the comments are the only record of what was sent. The
issue's own text has a key with the keyword's topic. A closed issue gets nothing: what is news
meanwhile waits until somebody opens it again.

What channels got of these digests is noted in one more issue, Deliveries.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from daily_papers.mail.digest import Digest, Mail, digest_order, mails_of
from daily_papers.mail.entries import GITHUB, LONGEST_NAME, break_links, harmless_text, visible_text
from daily_papers.mail.issue import IssuePart, Links, issue_parts
from daily_papers.mail.keys import PartKey
from daily_papers.mail.mailbox import OurIssue
from daily_papers.papers.announcement import NewsItem

DELIVERIES = "Deliveries"


@dataclass(frozen=True)
class Topic:
    """A keyword of today, or one that is gone, with its papers and its issue."""

    #: What its issue is called for in hidden keys: the same as long as the keyword lives.
    id: str
    #: The last name that it had.
    name: str
    #: Those that have papers of it, oldest first, as if there were no other keywords.
    digests: tuple[Digest, ...]
    #: None if it is still to be opened.
    lasting: OurIssue | None

    @property
    def complete(self) -> str:
        """The digest that its issue names as the last of which it has everything, or nothing."""
        return self.lasting.key.complete if self.lasting else ""

    @property
    def after(self) -> tuple[Digest, ...]:
        """The digests after that one."""
        if not self.complete:
            return self.digests
        complete = digest_order(self.complete)
        return tuple(each for each in self.digests if digest_order(each.key) > complete)

    @property
    def title(self) -> str:
        """The title of its issue."""
        return f"New papers: {break_links(visible_text(self.name, LONGEST_NAME))}"

    def body(self, complete: str, links: Links) -> str:
        """The text of its issue, which names the digest up to which it is complete."""
        digests = (self.digests[0].key, *filter(None, [complete]))
        name = harmless_text(self.name, LONGEST_NAME, GITHUB)
        how = (
            "To get them by email, press *Subscribe* on this page. Close this issue to pause it:"
            " what is new meanwhile follows when you open it again."
        )
        text = (
            f"New papers of **{name}** are added here as comments.",
            how,
            f"[All tables]({links.tables})",
            str(PartKey(digests, links.repository, keyword=self.id)),
        )
        return "\n\n".join(text)


@dataclass(frozen=True)
class TopicPlan:
    """What a keyword's issue lacks."""

    topic: Topic
    #: The keys of the digests of which something is there.
    out: frozenset[str]
    #: The comments to add, oldest first.
    parts: tuple[IssuePart, ...]
    #: A mail whose further parts cannot be added, since its digest is another one now.
    changed: PartKey | None

    @property
    def complete(self) -> str:
        """The digest up to which everything is there once the parts are added."""
        there = self.out.union(*(part.key.digests for part in self.parts))
        return next((each.key for each in reversed(self.topic.digests) if each.key in there), "")


def topics_of(digests: Sequence[Digest], known: Sequence[OurIssue]) -> list[Topic]:
    """The keywords of digests, which are given oldest first."""
    names: dict[str, str] = {}
    alone: dict[str, list[Digest]] = {}
    for digest in digests:
        ids = dict(digest.topics)
        names |= {ids.get(slug, slug): name for slug, name in digest.keyword_names}
        people = {ids.get(slug, slug): name for slug, name in digest.people}
        papers: dict[str, list[NewsItem]] = {}
        for item in digest.items:
            for slug in item.keywords:
                id = ids.get(slug, slug)
                in_title = (id,) if slug in item.in_title else ()
                only = replace(item, keywords=(id,), in_title=in_title)
                papers.setdefault(id, []).append(only)
        for id, items in papers.items():
            only_here = replace(
                digest,
                items=tuple(items),
                keyword_names=((id, names.setdefault(id, id)),),
                people=tuple(each for each in people.items() if each[0] == id),
                revisions=0,
            )
            alone.setdefault(id, []).append(only_here)
    issues = {lasting.key.keyword: lasting for lasting in reversed(known)}
    return [Topic(id, names[id], tuple(each), issues.get(id)) for id, each in alone.items()]


def missing_parts(
    first: PartKey, there: Collection[int], mail: Mail, links: Links, keyword: str = ""
) -> tuple[IssuePart, ...]:
    """The parts of a mail that are not there; none if it would be split in another way now.

    Then the further parts would lose papers or repeat them.
    """
    parts = issue_parts(mail, links, keyword)
    if replace(parts[0].key, repository=first.repository) != first:
        return ()
    return tuple(part for part in parts if part.key.part not in there)


def plan_topic(topic: Topic, sent: Sequence[PartKey], links: Links, today: date) -> TopicPlan:
    """Work out what a keyword's issue lacks.

    ``sent`` are the keys of the comments there, except older ones than it names as complete.
    """
    after = topic.after
    by_key = {digest.key: digest for digest in after}
    parts: list[IssuePart] = []
    changed = None
    for first in sent:
        mail = Mail(tuple(by_key[key] for key in first.digests if key in by_key))
        there = {key.part for key in sent if key.digests == first.digests}
        if not mail.digests or first.part > 1 or len(there) >= first.parts:
            continue
        rest = missing_parts(first, there, mail, links, topic.id)
        parts += rest
        changed = changed if rest else first
    out = frozenset(key for first in sent if first.part == 1 for key in first.digests)
    for mail in mails_of([each for each in after if each.key not in out], today):
        parts += issue_parts(mail, links, topic.id)
    out |= {each.key for each in topic.digests} - by_key.keys()
    return TopicPlan(topic, out, tuple(parts), changed)


def deliveries_body(keys: Sequence[PartKey]) -> str:
    """The text of the issue Deliveries."""
    text = (
        "This issue notes what was sent to which channel: with `issues: per keyword`, no digest has"
        " an issue of its own. Please leave it as it is. It is edited and never commented, so it"
        " mails nobody."
    )
    return "\n\n".join((text, *map(str, keys)))
