"""Files for programs: Atom feeds (RFC 4287), JSON and BibTeX, of each keyword and tracked author.

A paper has the same id in every feed, for good, so readers of several feeds see it once. The papers
that came last to a keyword, by listing day, are first. A feed is cut after a hundred, but never
within the newest day that had news, so feed readers that look once a day miss nothing. A paper is
dated by the day on which it was news, since feed readers sort by date: one that moderation held was
submitted weeks before anybody could read it. Nothing depends on the clock: a feed changes when its
papers do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from urllib.parse import urlsplit

from markupsafe import Markup

from daily_papers.export import json_row, row_of
from daily_papers.github_actions import Addresses
from daily_papers.papers.paper import Paper
from daily_papers.site.data import SiteData, Topic, bibtex
from daily_papers.site.formulas import plain_text
from daily_papers.site.output import File, key_of
from daily_papers.site.rows import Row, Rows
from daily_papers.store.store import News
from daily_papers.text import midnight, rfc3339

LONGEST_FEED = 100
ALL = "feed.atom"

_NEVER = date(1970, 1, 1)

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
    #: The website's address, with a slash at its end; None if it is not known.
    base: str | None
    tag: str

    def files(self) -> Iterator[File]:
        """Every file, to be made when it is needed."""
        data, title = self.data, self.data.config.title
        # Of the newest day with news, also what was too much for a table.
        day = data.digests[0].day if data.digests else None
        new = {id for digest in data.digests if digest.day == day for id in digest.ids}
        shown = new.union(*(topic.ids for topic in data.topics))
        newest = [id for id in reversed(data.ids) if id in shown]
        yield self._feed(ALL, "index.html", title, newest, new)
        for topic in data.topics:
            path, came = topic.path, partial(data.came, slug=topic.slug)
            of_topic = {id for id in new if data.traces[id].days.get(topic.slug) == str(day)}
            newest = sorted(of_topic.union(topic.ids), key=came, reverse=True)
            name = f"{title}: {topic.name}"
            yield self._feed(f"{path}.atom", f"{path}.html", name, newest, of_topic)
            yield self._file(f"{path}.json", topic.ids, partial(self._json, topic))
            yield self._file(f"{path}.bib", topic.ids, partial(self._bibtex, topic))

    def _file(self, path: str, ids: Sequence[str], make: Callable[[], str]) -> File:
        """A file that shows these papers."""
        key = key_of([self.data.traces[id].key for id in ids] or self.data.day)
        return File(path, key, lambda: make().encode(errors="replace"))

    def _feed(
        self, path: str, page: str, title: str, ids: Sequence[str], new: Collection[str]
    ) -> File:
        """The first of these papers, and all that are new; ``page`` is about the same."""
        ids = [id for place, id in enumerate(ids) if place < LONGEST_FEED or id in new]

        def make() -> str:
            rows = [self.rows.view(id) for id in ids]
            times = [_times(row.paper, row.news) for row in rows]
            never = midnight(self.data.day or _NEVER)
            return self.render(
                "feed.xml.jinja",
                tag=self.tag,
                base=self.base,
                path=path,
                page=page,
                title=plain_text(title),
                site_title=plain_text(self.data.config.title),
                updated=rfc3339(max((updated for _, updated in times), default=never)),
                entries=map(self._entry, rows, times),
            )

        return self._file(path, ids, make)

    def _entry(self, row: Row, times: tuple[datetime | None, datetime]) -> Markup:
        published, updated = times
        return self.render(
            "entry.xml.jinja",
            row=row,
            tag=self.tag,
            published=published and rfc3339(published),
            updated=rfc3339(updated),
        )

    def _json(self, topic: Topic) -> str:
        """The rows of `daily-papers export` in one object, one on each line."""
        rows = ",\n".join(self._json_row(topic, id) for id in topic.ids)
        name, slug = json.dumps(topic.name, ensure_ascii=False), json.dumps(topic.slug)
        return f'{{"keyword": {name}, "slug": {slug}, "papers": [\n{rows}\n]}}\n'

    def _json_row(self, topic: Topic, id: str) -> str:
        day = date.fromisoformat(self.data.came(id, topic.slug)[0])
        stored = self.data.store.papers[id]
        return json_row(row_of(stored, topic.name, topic.slug, day, self.data.summaries))

    def _bibtex(self, topic: Topic) -> str:
        return "\n".join(f"{bibtex(self.data.store.papers[id].paper)}\n" for id in topic.ids)


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
