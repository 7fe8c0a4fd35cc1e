"""Files for programs: Atom feeds (RFC 4287), JSON and BibTeX, of each keyword and tracked author.

A paper has the same id in every feed, for good, so readers of several feeds see it once. The papers
that came last to a keyword, by listing day, are first. A paper is dated by the day on which it was
news, since feed readers sort by date: one that moderation held was submitted weeks before anybody
could read it. Nothing depends on the clock: a feed changes when its papers do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from urllib.parse import urlsplit

from markupsafe import Markup

from daily_papers.export import json_row, row_of
from daily_papers.github_actions import Addresses
from daily_papers.papers.paper import Paper
from daily_papers.site.data import KEPT, SiteData, Topic, bibtex
from daily_papers.site.formulas import plain_text
from daily_papers.site.output import Entries, File, SiteFolder, anchor, key_of
from daily_papers.site.rows import Rows
from daily_papers.store.store import News
from daily_papers.text import midnight, rfc3339

LONGEST_FEED = 100
ALL = "feed.atom"

_NEVER = date(1970, 1, 1)
_ENTRY = Entries(re.compile("<entry>\n<id>[^<]*papers/([^<]+)<"), "</entry>\n")
_JSON = Entries(re.compile(r'\{"keyword": .*?, "id": "([^"]+)"'), ",\n")
_BIBTEX = Entries(re.compile(r"@misc\{arxiv-([^,]+),"), "\n}\n")

# A tag names a day on which its authority owned the name (RFC 4151).
_TAG_DAY = "2026"
_NOBODYS = "https://daily-papers.invalid"


def tag_of(address: Addresses) -> str:
    """What all ids begin with, for good: a tag URI.

    It comes from the repository's address if that is known, so ids outlive a change of the
    website's.
    """
    owner = urlsplit((address.page or address.site or _NOBODYS).lower())
    return f"tag:{owner.hostname},{_TAG_DAY}:{owner.path.strip('/')}/"


@dataclass(frozen=True, slots=True)
class Feeds:
    """The files for programs of one website."""

    data: SiteData
    rows: Rows
    render: Callable[..., Markup]
    folder: SiteFolder
    #: The website's address, with a slash at its end; None if it is not known.
    base: str | None
    tag: str

    def files(self) -> Iterator[File]:
        """Every file, to be made when it is needed."""
        data, title = self.data, self.data.config.title
        entry = lru_cache(KEPT)(self._entry)
        shown = {id for topic in data.topics for id in topic.ids}
        newest = [id for id in reversed(data.ids) if id in shown]
        yield self._feed(ALL, "index.html", title, newest, entry)
        for topic in data.topics:
            path, ids, row = topic.path, topic.ids, partial(self._json_row, topic)
            newest = sorted(ids, key=partial(data.came, slug=topic.slug), reverse=True)
            heading = f"{title}: {topic.name}"
            yield self._feed(f"{path}.atom", f"{path}.html", heading, newest, entry)
            yield self._file(f"{path}.json", _JSON, ids, row, partial(_json, topic))
            yield self._file(f"{path}.bib", _BIBTEX, ids, self._bibtex, "\n".join)

    def _file(
        self,
        path: str,
        form: Entries,
        ids: Sequence[str],
        write: Callable[[str], str],
        whole: Callable[[Sequence[str]], str],
    ) -> File:
        """The entries of the papers, one after another, in a whole file."""

        def make() -> bytes:
            before = self.folder.unchanged(path, form)
            entries = [before.get(anchor(id)) or write(id) for id in ids]
            return whole(entries).encode(errors="replace")

        return File(path, key_of([self.data.traces[id].key for id in ids] or self.data.day), make)

    def _feed(
        self, path: str, page: str, title: str, ids: Sequence[str], entry: Callable[[str], str]
    ) -> File:
        """The first of these papers; ``page`` has the same ones."""

        def whole(entries: Sequence[str]) -> str:
            # A moment is written in twenty characters, whose order is that of time.
            updated = [entry.partition("<updated>")[2][:20] for entry in entries]
            return self.render(
                "feed.xml.jinja",
                tag=self.tag,
                base=self.base,
                path=path,
                page=page,
                title=plain_text(title),
                site_title=plain_text(self.data.config.title),
                updated=max(updated, default=rfc3339(midnight(self.data.day or _NEVER))),
                entries=map(Markup, entries),
            )

        return self._file(path, _ENTRY, ids[:LONGEST_FEED], entry, whole)

    def _entry(self, id: str) -> str:
        row = self.rows.view(id)
        published, updated = _times(row.paper, row.news)
        return self.render(
            "entry.xml.jinja",
            row=row,
            tag=self.tag,
            published=published and rfc3339(published),
            updated=rfc3339(updated),
        )

    def _json_row(self, topic: Topic, id: str) -> str:
        """A row of `daily-papers export`."""
        day = date.fromisoformat(self.data.came(id, topic.slug)[0])
        stored = self.data.store.papers[id]
        row = row_of(stored, topic.name, topic.slug, day, self.data.summaries)
        return f"{json_row(row)}{_JSON.end}"

    def _bibtex(self, id: str) -> str:
        return f"{bibtex(self.data.store.papers[id].paper)}\n"


def _times(paper: Paper, news: News | None) -> tuple[datetime | None, datetime]:
    """When its first version came, None if that is not known; and when this version did.

    A withdrawal keeps the date of the version before.
    """
    listed = [news.day] if news else []
    if paper.announced is not None and not paper.is_withdrawn:
        listed.append(paper.announced)
    days = [midnight(day) for day in listed]
    first = days[:1] if news or paper.version == 1 else []
    published = max(filter(None, [paper.published, *first]), default=None)
    return published, max([paper.dated or midnight(paper.date), *days])


def _json(topic: Topic, rows: Sequence[str]) -> str:
    """The rows in one object, one on each line."""
    name, slug = json.dumps(topic.name, ensure_ascii=False), json.dumps(topic.slug)
    return f'{{"keyword": {name}, "slug": {slug}, "papers": [\n{"".join(rows)[:-2]}\n]}}\n'
