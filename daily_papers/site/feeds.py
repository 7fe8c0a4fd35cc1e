"""Atom feeds (RFC 4287): of everything, of each keyword, of each tracked author.

A paper has the same id in every feed and for good, so readers of several feeds see it once. The
newest are those that came last to the site, by listing day. Nothing depends on the clock: a feed
changes when its papers do. A paper is dated by its announcement, since readers sort by date: one
that moderation held was submitted weeks before anybody could read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from lxml import etree

from daily_papers.errors import UsageError
from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.site.data import SiteData, Topic
from daily_papers.site.formulas import readable
from daily_papers.text import rfc3339
from daily_papers.workflow_commands import GITHUB, repository_name, server_url

LONGEST_FEED = 100
ALL = "feed.atom"

_ATOM = "http://www.w3.org/2005/Atom"
_CATEGORIES = "http://arxiv.org/schemas/atom"  # as in arXiv's own feeds
#: The listings of a month's identifiers end with the first ones of the next month.
_LISTED_WITHIN = timedelta(days=35)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# What XML 1.0 cannot hold, besides what `readable` leaves out.
_NOT_XML = re.compile("[\ufffe\uffff]")


def feeds(data: SiteData, addresses: Addresses) -> Iterator[tuple[str, bytes]]:
    """Every feed with its path."""
    title = data.config.title
    came = {paper.id: data.came(paper.id) for paper in data.papers}
    newest = sorted(
        data.papers,
        key=lambda paper: (came[paper.id], announcement_order(paper.id)),
        reverse=True,
    )
    writer = _Writer(data, addresses)
    yield ALL, writer.feed(ALL, "index.html", title, newest[:LONGEST_FEED])
    for topic in data.topics:
        path = f"{topic.path}.atom"
        heading = f"{title}: {topic.name}"
        yield path, writer.feed(path, topic.page, heading, _newest_of(topic))


def _newest_of(topic: Topic) -> Sequence[Paper]:
    return sorted(
        topic.papers,
        key=lambda paper: (topic.first_seen[paper.id], announcement_order(paper.id)),
        reverse=True,
    )[:LONGEST_FEED]


class _Writer:
    """Writes the feeds of one website."""

    def __init__(self, data: SiteData, addresses: Addresses) -> None:
        self._data = data
        self._addresses = addresses

    def feed(self, path: str, page: str, title: str, papers: Sequence[Paper]) -> bytes:
        """Write one feed; ``page`` is what it is a feed of."""
        feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]  # stubs lack None
        _add(feed, "id", self._addresses.id_of(path))
        _add(feed, "title", title)
        updated = max((self._updated(paper) for paper in papers), default=_NEVER)
        _add(feed, "updated", rfc3339(updated))
        _add(_add(feed, "author"), "name", self._data.config.title)
        _add(feed, "rights", "Titles, abstracts and names of authors: CC0 1.0, by arXiv")
        for relation, target, kind in (
            ("self", path, "application/atom+xml"),
            ("alternate", page, "text/html"),
        ):
            address = self._addresses.absolute(target)
            if address is not None:
                _add(feed, "link", rel=relation, href=address, type=kind)
        for paper in papers:
            self._entry(feed, paper)
        return etree.tostring(feed, encoding="utf-8", xml_declaration=True, pretty_print=True)

    def _entry(self, feed: etree._Element, paper: Paper) -> None:
        entry = _add(feed, "entry")
        _add(entry, "id", self._addresses.id_of(f"papers/{paper.id}"))
        _add(entry, "title", paper.title, type="text")
        _add(entry, "updated", rfc3339(self._updated(paper)))
        published = self._published(paper)
        if published is not None:
            _add(entry, "published", rfc3339(published))
        for author in paper.authors or ():
            _add(_add(entry, "author"), "name", author)
        _add(entry, "link", rel="alternate", href=paper.url, type="text/html")
        _add(entry, "link", rel="related", href=paper.pdf_url, type="application/pdf", title="PDF")
        code = self._data.code_url(paper)
        if code is not None:
            _add(entry, "link", rel="related", href=code, title="Code")
        for category in paper.categories or filter(None, [paper.primary_category]):
            _add(entry, "category", term=_text(category), scheme=_CATEGORIES)
        for topic in self._data.topics_of.get(paper.id, ()):
            _add(entry, "category", term=topic.slug, label=_text(topic.name))
        _add(entry, "summary", paper.abstract, type="text")

    def _updated(self, paper: Paper) -> datetime:
        """When this version could be read; a withdrawal leaves the date of the version before."""
        times = [paper.dated or _midnight(paper.date), self._published(paper)]
        if paper.announced is not None and not paper.is_withdrawn:
            times.append(_midnight(paper.announced))
        return max(filter(None, times))

    def _published(self, paper: Paper) -> datetime | None:
        """When the first version could be read; None where its submission is not known."""
        if paper.published is None:
            return None
        return max([paper.published, *map(_midnight, self._announced(paper))])

    def _announced(self, paper: Paper) -> Iterator[date]:
        """The days before which nobody could read a paper, as well as they are known.

        arXiv gives identifiers at announcement: the first version was not listed before the month
        that its identifier names. A listing long after that month is a late cross-list.
        """
        year, month = divmod(announcement_order(paper.id)[0], 100)
        if not 1 <= month <= 12:  # such identifiers do not exist, but pass as some
            return
        first = date(year, month, 1)
        yield first
        news = self._data.store.news.get(paper.id)
        listed = paper.announced if paper.version == 1 else None
        for day in (news.day if news else None, listed):
            if day is not None and first <= day <= first + _LISTED_WITHIN:
                yield day


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    if text:
        element.text = _text(text)
    return element


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", readable(text))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# Tags name a day on which the authority was whose they are: of the first websites of this form.
_TAG_DAY = "2026"
_NO_HOST = "daily-papers.invalid"


@dataclass(frozen=True, slots=True)
class Addresses:
    """How the website's parts are called."""

    #: The address of the start page, with a slash at its end; None where nothing tells it.
    base: str | None
    #: What all tag: ids begin with.
    tag: str

    @classmethod
    def of(cls, base_url: str | None, environ: Mapping[str, str]) -> Addresses:
        """Take the address that was given, else that of GITHUB_REPOSITORY's pages.

        Ids come from GITHUB_REPOSITORY where it is set, so that they outlive a change of address.
        Raises UsageError where the address is none.
        """
        base = None if base_url is None else _checked(base_url)
        repository = repository_name(environ)
        if repository is None:
            host = (urlsplit(base).hostname if base else None) or _NO_HOST
            path = urlsplit(base).path.strip("/") if base else ""
            return cls(base, _tag(host, path))
        server = server_url(environ)
        if server != GITHUB:  # where an Enterprise Server has its pages is up to its owner
            return cls(base, _tag(urlsplit(server).hostname or _NO_HOST, repository))
        owner, name = repository.split("/")
        host = f"{owner.lower()}.github.io"
        own = f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"
        return cls(base or own, _tag(host, name))

    def absolute(self, path: str) -> str | None:
        """The whole address of one of the site's files, where it is known."""
        return None if self.base is None else self.base + path

    def id_of(self, path: str) -> str:
        """The name that a feed gives for good."""
        return f"{self.tag}{path}"


def _checked(base_url: str) -> str:
    try:
        parts = urlsplit(base_url.strip())
    except ValueError:
        parts = urlsplit("")
    plain = not (parts.query or parts.fragment or parts.username or re.search(r"\s", base_url))
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise UsageError(
            f"--base-url: {base_url!r} is not the address of a folder of a website; "
            "give one like https://owner.github.io/repository/"
        )
    return base_url.strip().rstrip("/") + "/"


def _tag(host: str, path: str) -> str:
    return f"tag:{host},{_TAG_DAY}:{path + '/' if path else ''}"
