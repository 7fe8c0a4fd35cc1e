"""Atom feeds (RFC 4287): of everything, of each keyword, of each tracked author.

A paper has the same id in every feed, for good, so readers of several feeds see it once. The papers
that came last to the site, by listing day, are first. A paper is dated by the day on which it was
news, since feed readers sort by date: one that moderation held was submitted weeks before anybody
could read it. Nothing depends on the clock: a feed changes when its papers do.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from urllib.parse import urlsplit

from daily_papers.github_actions import Addresses
from daily_papers.papers.links import code_url
from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.site.data import SiteData, Topic
from daily_papers.site.formulas import plain_text
from daily_papers.site.output import Entries, File, SiteFolder, key_of
from daily_papers.text import midnight, rfc3339

LONGEST_FEED = 100
ALL = "feed.atom"

_CATEGORIES = "http://arxiv.org/schemas/atom"  # as in arXiv's own feeds
_NEVER = "1970-01-01T00:00:00Z"
_ENTRY = Entries(re.compile("<entry>\n<id>[^<]*papers/([^<]+)<"), "</entry>\n")
# What XML 1.0 cannot hold, besides what `plain_text` leaves out.
_NOT_XML = re.compile("[\ufffe\uffff]")

# A tag names a day on which its authority owned the name (RFC 4151).
_TAG_DAY = "2026"
_NOBODYS = "https://daily-papers.invalid"


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """Where the website and its repository are; pages link to one another relatively."""

    #: The address of the start page, with a slash at its end; None if nothing says it.
    base: str | None
    #: What all ids begin with; it never changes (a tag URI).
    tag: str
    #: The repository's own page, if it is known.
    repository: str | None = None

    @property
    def path(self) -> str:
        """From the host to the start page, for the one page that is shown at any address."""
        return urlsplit(self.base).path if self.base else ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> SiteAddress:
        """Take the address in DAILY_PAPERS_SITE_URL, else that of GITHUB_REPOSITORY's Pages.

        Ids come from the repository's address if it is known, so that they outlive a change of the
        website's. Raises UsageError if an address is not one.
        """
        here = Addresses.of(environ)
        base = here.site or here.pages
        owner = urlsplit((here.page or base or _NOBODYS).lower())
        tag = f"tag:{owner.hostname},{_TAG_DAY}:{owner.path.strip('/')}/"
        return cls(base, tag, here.page)


def feeds(data: SiteData, address: SiteAddress, folder: SiteFolder) -> Iterator[File]:
    """Every feed."""
    title = data.config.title
    writer = _Writer(data, address, folder)
    shown = {paper.id: paper for topic in data.topics for paper in topic.papers}
    newest = islice((shown[id] for id in reversed(data.came) if id in shown), LONGEST_FEED)
    listed: list[tuple[str, str, str, Sequence[Paper]]] = [(ALL, "index.html", title, [*newest])]
    for topic in data.topics:
        papers = _newest(data, topic)
        listed.append((f"{topic.path}.atom", topic.page, f"{title}: {topic.name}", papers))
    for path, page, name, papers in listed:
        key = key_of([data.key(paper.id) for paper in papers] or data.day)
        yield File(path, key, partial(writer.feed, path, page, name, papers))


def _newest(data: SiteData, topic: Topic) -> Sequence[Paper]:
    """The papers that came last to a keyword."""

    def order(paper: Paper) -> tuple[str, tuple[int, int, str]]:
        trace = data.traces[paper.id]
        return trace.days.get(topic.slug) or trace.first_day, announcement_order(paper.id)

    return sorted(topic.papers, key=order, reverse=True)[:LONGEST_FEED]


class _Writer:
    """Writes the feeds of one website."""

    def __init__(self, data: SiteData, address: SiteAddress, folder: SiteFolder) -> None:
        self._data = data
        self._address = address
        self._folder = folder

    def feed(self, path: str, page: str, title: str, papers: Sequence[Paper]) -> bytes:
        """Write one feed; ``page`` is the page with the same papers."""
        entries = self._folder.entries(path, _ENTRY, papers, self._entry)
        # A moment is written in twenty characters, whose order is that of time.
        nothing = rfc3339(midnight(self._data.day)) if self._data.day else _NEVER
        updated = max((entry.partition("<updated>")[2][:20] for entry in entries), default=nothing)
        head = (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
            f"<id>{self._address.tag}{path}</id>\n<title>{_text(title)}</title>\n"
            f"<updated>{updated}</updated>\n"
            f"<author><name>{_text(self._data.config.title)}</name></author>\n"
            "<rights>Titles, abstracts and names of authors: CC0 1.0, by arXiv</rights>\n"
        )
        if base := self._address.base:
            head += (
                f'<link rel="self" href="{_text(base + path)}" type="application/atom+xml"/>\n'
                f'<link rel="alternate" href="{_text(base + page)}" type="text/html"/>\n'
            )
        return f"{head}{''.join(entries)}</feed>\n".encode(errors="replace")

    def _entry(self, paper: Paper) -> str:
        return "\n".join(["<entry>", *self._elements(paper), _ENTRY.end])

    def _elements(self, paper: Paper) -> Iterator[str]:
        published, updated = self._times(paper)
        yield f"<id>{_text(self._address.tag)}papers/{_text(paper.id)}</id>"
        yield f'<title type="text">{_text(paper.title)}</title>'
        yield f"<updated>{rfc3339(updated)}</updated>"
        if published is not None:
            yield f"<published>{rfc3339(published)}</published>"
        for author in paper.authors or ():
            yield f"<author><name>{_text(author)}</name></author>"
        yield f'<link rel="alternate" href="{_text(paper.url)}" type="text/html"/>'
        pdf = _text(paper.pdf_url)
        yield f'<link rel="related" href="{pdf}" type="application/pdf" title="PDF"/>'
        code = code_url(paper)
        if code is not None:
            yield f'<link rel="related" href="{_text(code)}" title="Code"/>'
        for category in paper.categories or filter(None, [paper.primary_category]):
            yield f'<category term="{_text(category)}" scheme="{_CATEGORIES}"/>'
        for topic in self._data.topics_of(paper.id):
            yield f'<category term="{topic.slug}" label="{_text(topic.name)}"/>'
        summary = self._data.summaries.get(paper.versioned_id)
        said = f"{_text(summary.text)}\n\n" if summary is not None else ""
        yield f'<summary type="text">{said}{_text(paper.abstract)}</summary>'

    def _times(self, paper: Paper) -> tuple[datetime | None, datetime]:
        """When its first version came, None if that is not known; and when this version did.

        A withdrawal keeps the date of the version before.
        """
        news = self._data.store.papers[paper.id].news
        listed = [news.day] if news else []
        if paper.announced is not None and not paper.is_withdrawn:
            listed.append(paper.announced)
        days = [midnight(day) for day in listed]
        is_first = news is not None or paper.version == 1
        published = max(
            filter(None, [paper.published, *days[: 1 if is_first else 0]]), default=None
        )
        return published, max([paper.dated or midnight(paper.date), *days])


def _text(text: str) -> str:
    plain = plain_text(text)
    return html.escape(plain if plain.isascii() else _NOT_XML.sub("\ufffd", plain))
