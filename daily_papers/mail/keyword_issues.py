"""`issues: per keyword`: one lasting issue for each keyword and person, to which people subscribe.

Each mail of a keyword is a comment there, or several if it is long. Each carries a hidden key
(`PartKey`), as issues of digests do, and the comments are the only record of what was sent. The
issue's own text has a key with the keyword's topic. A closed issue gets nothing: what is news
meanwhile waits until somebody opens it again.

What channels got of these digests is noted in one more issue, Deliveries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from daily_papers.mail.digest import Digest
from daily_papers.mail.entries import GITHUB, LONGEST_NAME, break_links, harmless_text, visible_text
from daily_papers.mail.issue import Links
from daily_papers.mail.keys import PartKey
from daily_papers.mail.mailbox import OurIssue

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
    def title(self) -> str:
        """The title of its issue."""
        return f"New papers: {break_links(visible_text(self.name, LONGEST_NAME))}"

    def body(self, links: Links) -> str:
        """The text of its issue."""
        name = harmless_text(self.name, LONGEST_NAME, GITHUB)
        how = (
            "To get them by email, press *Subscribe* on this page. Close this issue to pause it:"
            " what is new meanwhile follows when you open it again."
        )
        new = PartKey((self.digests[0].key,), links.repository, keyword=self.id)
        text = (
            f"New papers of **{name}** are added here as comments.",
            how,
            f"[All tables]({links.tables})",
            str(self.lasting.key if self.lasting else new),
        )
        return "\n\n".join(text)


def topics_of(digests: Sequence[Digest], known: Sequence[OurIssue]) -> list[Topic]:
    """The keywords of digests, which are given oldest first."""
    names: dict[str, str] = {}
    alone: dict[str, list[Digest]] = {}
    for digest in digests:
        ids = dict(digest.topics)
        names |= {ids.get(slug, slug): name for slug, name in digest.keyword_names}
        slugs = dict.fromkeys(slug for item in digest.items for slug in item.keywords)
        for id in (ids.get(slug, slug) for slug in slugs):
            alone.setdefault(id, []).append(only_topic(digest, id))
    issues = {lasting.key.keyword: lasting for lasting in reversed(known)}
    return [Topic(id, names.get(id, id), tuple(each), issues.get(id)) for id, each in alone.items()]


def only_topic(digest: Digest, id: str) -> Digest:
    """A digest as if there were no keyword but that of a topic, which is its slug then."""
    ids = dict(digest.topics)
    # Slugs change hands: another keyword may have the one that this topic is called by.
    slugs = [slug for slug, _ in digest.keyword_names if ids.get(slug, slug) == id] or [id]
    items = (
        replace(item, keywords=(id,), in_title=(id,) if slug in item.in_title else ())
        for item in digest.items
        for slug in slugs
        if slug in item.keywords
    )
    return replace(
        digest,
        items=tuple(items),
        keyword_names=tuple((id, name) for slug, name in digest.keyword_names if slug in slugs),
        people=tuple((id, name) for slug, name in digest.people if slug in slugs),
        revisions=0,
        topics=(),
    )


def deliveries_body(keys: Sequence[PartKey]) -> str:
    """The text of the issue Deliveries."""
    text = (
        "This issue notes what was sent to which channel: with `issues: per keyword`, no digest has"
        " an issue of its own. Please leave it as it is. It is edited and never commented, so it"
        " mails nobody."
    )
    return "\n\n".join((text, *map(str, keys)))
