"""The pages of the website, from the templates in ``templates/site/``, which escape all fields.

A digest repository's own ``templates/site/`` comes first, file by file.
"""

from __future__ import annotations

from calendar import month_name
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup

from daily_papers.github_actions import Addresses
from daily_papers.mail.digest import Digest
from daily_papers.mail.morning import CLOSEST, CLOSEST_NAME, MorningSection, morning
from daily_papers.papers.links import project_url, venue
from daily_papers.papers.sentence import key_sentence
from daily_papers.query.expression import to_arxiv
from daily_papers.render.templates import bundled_templates, fill_in, html_environment
from daily_papers.site.data import DigestFile, SiteData, Topic, bibtex, shown_day
from daily_papers.site.formulas import plain_text
from daily_papers.site.output import File, anchor, key_of
from daily_papers.site.rows import Rows
from daily_papers.text import long_date, plural, short_date

#: On the start page.
_LINES_OF_A_TOPIC = 8
_LINES_ON_START = 60
_FOLDER = "site"

_read = lru_cache(1)(DigestFile.read)


class SiteTemplates:
    """The templates and the static files of one website."""

    def __init__(self, own: Path | None = None) -> None:
        above = (bundled_templates(),) if own is None else (own, bundled_templates())
        self._folders = [folder / _FOLDER for folder in above]
        self.environment = html_environment(self._folders)
        self.environment.filters.update(
            plain=plain_text,
            plural=plural,
            long_date=long_date,
            short_date=short_date,
            bibtex=bibtex,
            project_url=project_url,
            venue=venue,
            shown_day=shown_day,
            anchor=anchor,
            key_sentence=key_sentence,
            name_of_month=name_of_month,
        )

    def render(self, template: str, **fields: object) -> Markup:
        """Fill in a page. Raises TemplateError with the template's file and line."""
        return Markup(fill_in(self.environment, template, fields))  # noqa: S704 - all is escaped

    def static_files(self) -> Iterator[File]:
        """The style sheet, the scripts and the icon, each with its name."""
        for path in self._files(".css", ".js", ".svg"):
            yield File.of(path.name, path.read_bytes())

    @property
    def key(self) -> str:
        """Changes with any template."""
        return key_of([(path.name, path.read_bytes()) for path in self._files(".jinja")])

    def _files(self, *endings: str) -> list[Path]:
        found = (path for folder in reversed(self._folders) for path in folder.glob("*"))
        paths = {path.name: path for path in found if path.is_file()}
        return [paths[name] for name in sorted(paths) if name.endswith(endings)]


@dataclass(frozen=True, slots=True)
class Section:
    """Papers under a heading."""

    name: str
    anchor: str
    #: The page of all its keyword's papers; None if the keyword is gone.
    page: str | None
    #: How many papers its heading counts: ``8``, or ``8, 3 above``.
    counted: str
    #: Those that are in it, on all pages.
    total: int
    #: Those that the page shows: as rows if it is their page, else as lines that link there.
    papers: Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders every page of the website."""

    data: SiteData
    rows: Rows
    templates: SiteTemplates
    address: Addresses

    def files(self) -> Iterator[File]:
        """Every page, to be made when it is needed."""
        around = [None, *(digest.page for digest in self.data.digests), None]
        for place, digest in enumerate(self.data.digests):
            yield from self._digest(digest, around[place], around[place + 2])
        for topic in self.data.topics:
            yield from self._topic(topic)
        yield self._start()
        yield self._digests()
        yield self._search()
        yield self._plain("starred.html", "starred", "Starred papers")
        # The one page that is shown at any address.
        root = urlsplit(self.address.site or "").path
        yield self._plain("404.html", "404", "Not found", root=root)

    def _page(self, path: str, template: str, title: str, **fields: object) -> bytes:
        """Render a page; all its links begin with ``root``, so that it works at any address."""
        fields = {
            "root": "../" * path.count("/"),
            "path": path,
            "title": title,
            "site_title": plain_text(self.data.config.title),
            "repository": self.address.page,
            "row_of": self.rows.row,
            "line_of": self.rows.line,
            **fields,
        }
        html = self.templates.render(f"{template}.html.jinja", **fields)
        return html.encode("utf-8", errors="replace")

    def _plain(self, path: str, template: str, title: str, **fields: object) -> File:
        return File.of(path, self._page(path, template, title, **fields))

    # --- digests -------------------------------------------------------------------------------

    def _digest(self, digest: DigestFile, newer: str | None, older: str | None) -> Iterator[File]:
        papers = [self.data.traces[id].key for id in digest.ids]
        beside = {"newer": newer, "older": older}
        for path in digest.pages:
            page = partial(self._digest_page, path, digest, **beside)
            yield File(path, key_of(digest.content, papers, beside), page, str(digest.day))

    def _digest_page(self, path: str, file: DigestFile, **beside: str | None) -> bytes:
        digest = _read(file)
        page_of = {id: page for page, ids in file.pages.items() for id in ids}
        sections, contents = [], []
        for name, place, section in _sections(digest):
            topic = self.data.topic_of.get(section.slug)
            page = f"{topic.path}.html" if topic else None
            papers = [(item.paper.id, page_of[item.paper.id]) for item in section.items]
            contents.append((name, place, section.counted, papers[0][1]))
            # The first page lists them all.
            here = [paper for paper in papers if path in (file.page, paper[1])]
            if here:
                sections.append(Section(name, place, page, section.counted, len(papers), here))
        return self._page(
            path,
            "digest",
            file.text,
            digest=digest,
            sections=sections,
            contents=contents,
            parts=list(file.pages),
            **beside,
        )

    def _digests(self) -> File:
        digests = self.data.digests
        return self._plain("digests/index.html", "digests", "All days", digests=digests)

    # --- keywords and people -------------------------------------------------------------------

    def _topic(self, topic: Topic) -> Iterator[File]:
        data, around = self.data, [None, *(path for path, _, _ in topic.pages), None]
        for place, (path, month, ids) in enumerate(topic.pages):
            # A page of a month names no other, or all would change daily.
            months = [month] if month else topic.older
            fields = {
                "months": {each: len(topic.older[each]) for each in months},
                "number": 1 if month else place + 1,
                "newer": around[place],
                "older": around[place + 2],
            }
            papers = [(data.traces[id].key, month and data.places.get(id)) for id in ids]
            key = key_of(papers, fields, month or (len(topic.ids), topic.behind, topic.remark))
            page = partial(self._topic_page, path, topic, month, ids, **fields)
            yield File(path, key, page, month)

    def _topic_page(
        self, path: str, topic: Topic, month: str, ids: Sequence[str], **fields: object
    ) -> bytes:
        self.rows.take_over(path)
        papers = [(id, self.data.places.get(id) if month else path) for id in ids]
        name, heading = plain_text(topic.name), name_of_month(month) if month else "Newest papers"
        total = len(topic.older[month] if month else topic.ids)
        return self._page(
            path,
            "topic",
            f"{name}, {heading}" if month else name,
            topic=topic,
            name=name,
            query=None if topic.like else plain_text(to_arxiv(topic.expression)),
            month=month,
            line_of=partial(self.rows.line, of_day=False),
            sections=[Section(heading, month or "newest", None, f"{total:,}", total, papers)]
            if ids
            else [],
            **fields,
        )

    # --- start page and search -----------------------------------------------------------------

    def _start(self) -> File:
        data = self.data
        of_day = [file for file in data.digests if file.day == data.day]
        counts = sum((Counter(file.counts) for file in of_day), Counter[str]())
        return self._plain(
            "index.html",
            "start",
            plain_text(self.data.config.title),
            day=data.day,
            new=sum(len(file.ids) for file in of_day),
            complete=data.store.state.complete,
            day_line=plain_text(data.store.state.day_line),
            sections=list(self._first_of(of_day)),
            topics=sorted(data.topics, key=lambda topic: not topic.authors),
            counts=counts,
            digests=data.digests,
            of_day=[file.page for file in of_day],
        )

    def _first_of(self, of_day: Sequence[DigestFile]) -> Iterator[Section]:
        """The first papers of each section of the day, as lines."""
        free = _LINES_ON_START
        for file in of_day:
            for name, place, section in _sections(_read(file)):
                items = section.items[: min(_LINES_OF_A_TOPIC, free)]
                free -= len(items)
                papers = [(item.paper.id, file.page) for item in items]
                page = f"{file.page}#{place}"
                yield Section(name, place, page, section.counted, len(section.items), papers)

    def _search(self) -> File:
        data = self.data
        categories = {
            name for stored in data.store.papers.values() for name in stored.paper.categories or ()
        }
        return self._plain(
            "search.html",
            "search",
            "Search",
            keywords=[(topic.slug, plain_text(topic.name)) for topic in data.topics],
            categories=sorted(map(plain_text, categories)),
            papers=len(data.traces),
        )


def _sections(digest: Digest) -> Iterator[tuple[str, str, MorningSection]]:
    """Its sections in their order, each with its heading, and the heading's id in the page."""
    names = {CLOSEST: CLOSEST_NAME, **dict(digest.keyword_names)}
    named = [slug for slug, _ in digest.keyword_names]
    slugs = dict.fromkeys([*named, *(slug for item in digest.items for slug in item.keywords)])
    for section in morning(digest.items, slugs, dict(digest.people)):
        place = f"in-{section.slug}" if section.slug != CLOSEST else "closest"
        yield plain_text(names.get(section.slug, section.slug)), place, section


def name_of_month(month: str) -> str:
    """``May 2026`` for ``2026-05``."""
    return f"{month_name[int(month[5:])]} {month[:4]}"
