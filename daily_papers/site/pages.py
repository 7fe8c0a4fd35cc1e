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

from markupsafe import Markup

from daily_papers.mail.digest import Digest
from daily_papers.mail.morning import CLOSEST, CLOSEST_NAME, MorningSection, morning
from daily_papers.papers.announcement import NewsItem
from daily_papers.query.expression import to_arxiv
from daily_papers.render.templates import bundled_templates, fill_in, html_environment
from daily_papers.site.data import (
    LINES_A_PAGE,
    PAPERS_A_PAGE,
    DigestFile,
    SiteData,
    Topic,
    part_of,
)
from daily_papers.site.feeds import SiteAddress
from daily_papers.site.formulas import plain_text
from daily_papers.site.output import File, key_of
from daily_papers.site.rows import Rows, anchor
from daily_papers.text import long_date, plural

#: On the start page.
_LINES_OF_A_TOPIC = 8
_LINES_ON_START = 60
_DIGESTS_ON_START = 10
_FOLDER = "site"
_STATIC = ("*.css", "*.js", "*.svg")


class SiteTemplates:
    """The templates and the static files of one website."""

    def __init__(self, own: Path | None = None) -> None:
        above = (bundled_templates(),) if own is None else (own, bundled_templates())
        self._folders = [folder / _FOLDER for folder in above]
        self.environment = html_environment(self._folders)
        self.environment.filters["plural"] = plural
        self.environment.filters["long_date"] = long_date

    def render(self, template: str, **fields: object) -> str:
        """Fill in a page. Raises TemplateError with the template's file and line."""
        return fill_in(self.environment, template, fields)

    def static_files(self) -> Iterator[File]:
        """The style sheet, the scripts and the icon, each with its name."""
        for path in self._files(*_STATIC):
            yield File.of(path.name, path.read_bytes())

    @property
    def key(self) -> str:
        """Changes with any template."""
        return key_of([(path.name, path.read_bytes()) for path in self._files("*.jinja")])

    def _files(self, *patterns: str) -> list[Path]:
        paths = {
            path.name: path
            for folder in reversed(self._folders)
            for pattern in patterns
            for path in folder.glob(pattern)
        }
        return [paths[name] for name in sorted(paths)]


@dataclass(frozen=True, slots=True)
class Section:
    """Papers under a heading."""

    name: str
    anchor: str
    #: The page of all its keyword's papers; None if the keyword is gone.
    page: str | None
    #: All papers that belong to it.
    total: int
    #: As rows, then as lines.
    rows: tuple[Markup, ...]
    lines: tuple[tuple[str, Markup], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A page of several, in the contents beside all of them."""

    name: str
    href: str
    #: 0 where it is not said.
    papers: int
    is_here: bool = False


class Pages:
    """Renders every page of the website."""

    def __init__(
        self,
        data: SiteData,
        rows: Rows,
        templates: SiteTemplates,
        address: SiteAddress,
    ) -> None:
        self._data = data
        self._rows = rows
        self._templates = templates
        self._address = address
        self._site_title = plain_text(data.config.title)
        self._read = lru_cache(1)(DigestFile.read)

    def files(self) -> Iterator[File]:
        """Every page, to be made when it is needed."""
        around = [None, *self._data.digests, None]
        for place, digest in enumerate(self._data.digests):
            yield from self._digest(digest, around[place], around[place + 2])
        for topic in self._data.topics:
            yield from self._topic(topic)
            for month in topic.older:
                yield from self._month(topic, month)
        yield self._start()
        yield self._digests()
        yield self._search()
        yield self._plain("starred.html", "starred", "Starred papers")
        yield self._plain("404.html", "404", "Not found", root=self._address.path)

    def _page(self, path: str, template: str, title: str, **fields: object) -> bytes:
        """Render a page; all its links begin with ``root``, so that it works at any address."""
        fields = {
            "root": "../" * path.count("/"),
            "path": path,
            "title": title,
            "site_title": self._site_title,
            "repository": self._address.repository,
            **fields,
        }
        html = self._templates.render(f"{template}.html.jinja", **fields)
        return html.encode("utf-8", errors="replace")

    def _plain(self, path: str, template: str, title: str, **fields: object) -> File:
        return File.of(path, self._page(path, template, title, **fields))

    # --- digests -------------------------------------------------------------------------------

    def _digest(
        self, digest: DigestFile, newer: DigestFile | None, older: DigestFile | None
    ) -> Iterator[File]:
        papers = [self._data.key(id) for id in digest.ids]
        beside = newer.page if newer else None, older.page if older else None
        for number in range(1, digest.parts + 1):
            key = key_of(digest.content, papers, beside, number)
            page = partial(self._digest_page, digest, number, beside)
            yield File(part_of(digest.path, number), key, page, str(digest.day))

    def _digest_page(
        self, file: DigestFile, number: int, beside: tuple[str | None, str | None]
    ) -> bytes:
        digest = self._read(file)
        path = part_of(file.path, number)
        sections, contents = [], []
        for name, section in _sections(digest):
            topic = self._data.topic_of.get(section.slug)
            rows, lines = self._listed(file, section.items, number)
            is_here = number == 1 or bool(rows)
            place = path if is_here else file.page
            contents.append((name, _place_of(section), section.total, place))
            if is_here:
                page = topic.page if topic else None
                sections.append(Section(name, _place_of(section), page, section.total, rows, lines))
        return self._page(
            path,
            "digest",
            file.text,
            digest=digest,
            skipped=plain_text(digest.skipped or ""),
            sections=sections,
            contents=contents,
            parts=[
                Part(f"Part {each}", part_of(file.path, each), 0, each == number)
                for each in range(1, file.parts + 1)
            ],
            newer=beside[0],
            older=beside[1],
        )

    def _listed(
        self, file: DigestFile, items: Sequence[NewsItem], number: int
    ) -> tuple[tuple[Markup, ...], tuple[tuple[str, Markup], ...]]:
        """The rows of a section on one page of a day; on the first page also lines of the rest."""
        rows, lines = [], []
        here = part_of(file.path, number)
        for item in items:
            id = item.paper.id
            page = file.page_of(id)
            if page == here:
                rows.append(self._rows.row(id, item))
            elif number == 1:
                href = f"../{page}#{anchor(id)}"
                lines.append((anchor(id), self._rows.line(id, href, item)))
        return tuple(rows), tuple(lines)

    def _digests(self) -> File:
        years: dict[int, list[DigestLine]] = {}
        for digest in self._data.digests:
            years.setdefault(digest.day.year, []).append(self._digest_line(digest))
        return self._plain("digests/index.html", "digests", "All days", years=years)

    def _digest_line(self, digest: DigestFile) -> DigestLine:
        counts = digest.counts.items()
        names = ", ".join(f"{plain_text(digest.names[slug])} {n}" for slug, n in counts)
        return DigestLine(digest, len(digest.ids), names)

    # --- keywords and people -------------------------------------------------------------------

    def _topic(self, topic: Topic) -> Iterator[File]:
        parts = max(-(-len(topic.papers) // PAPERS_A_PAGE), 1)
        for number in range(1, parts + 1):
            end = number * PAPERS_A_PAGE
            ids = [paper.id for paper in topic.papers[end - PAPERS_A_PAGE : end]]
            months = [(month, len(older)) for month, older in topic.older.items()]
            keys = [self._data.key(id) for id in ids]
            key = key_of(keys, months, topic.behind, number, parts)
            page = partial(self._topic_page, topic, number, parts, ids)
            yield File(part_of(topic.path, number), key, page)

    def _topic_page(self, topic: Topic, number: int, parts: int, ids: Sequence[str]) -> bytes:
        path = part_of(topic.path, number)
        self._rows.take_over(path)
        rows = tuple(self._rows.row(id) for id in ids)
        section = Section("Newest papers", "newest", None, len(topic.papers), rows)
        return self._page(
            path,
            "topic",
            _title(topic.name, number),
            **self._about(topic, number=number, month=None),
            sections=[section] if rows else [],
            newer=part_of(topic.path, number - 1) if number > 1 else None,
            older=part_of(topic.path, number + 1) if number < parts else None,
        )

    def _about(self, topic: Topic, *, number: int, month: str | None) -> dict[str, object]:
        # A page of a month names its neighbours alone, or each day would change all months.
        months = list(topic.older)
        shown = months if month is None else self._around(months, month)
        counts = {each: len(topic.older[each]) for each in shown if month in {None, each}}
        newest = len(topic.papers) if month is None else 0
        parts = [Part("Newest", topic.page, newest, is_here=month is None)]
        for each in shown:
            href = f"{topic.path}.{each}.html"
            parts.append(Part(_month_name(each), href, counts.get(each, 0), each == month))
        return {
            "topic": topic,
            "name": plain_text(topic.name),
            "spellings": [plain_text(spelling) for spelling in topic.keyword.authors],
            "query": plain_text(to_arxiv(topic.keyword.expression))
            if not topic.keyword.like
            else None,
            "number": number,
            "month": month and _month_name(month),
            "parts": parts,
        }

    def _month(self, topic: Topic, month: str) -> Iterator[File]:
        all_ids = topic.older[month]
        parts = -(-len(all_ids) // LINES_A_PAGE)
        around = self._around(list(topic.older), month)
        for number in range(1, parts + 1):
            ids = all_ids[(number - 1) * LINES_A_PAGE : number * LINES_A_PAGE]
            keys = [(self._data.key(id), self._data.place(id)) for id in ids]
            key = key_of(keys, around, number, parts)
            page = partial(self._month_page, topic, month, ids, number, parts)
            yield File(part_of(f"{topic.path}.{month}", number), key, page, month)

    @staticmethod
    def _around(months: list[str], month: str) -> list[str]:
        place = months.index(month)
        return months[max(place - 1, 0) : place + 2]

    def _month_page(
        self, topic: Topic, month: str, ids: Sequence[str], number: int, parts: int
    ) -> bytes:
        path = f"{topic.path}.{month}"
        here = part_of(path, number)
        rows, lines = [], []
        for id in ids:
            place = self._data.place(id)
            if place == here:
                rows.append(self._rows.row(id))
            else:
                href = place and f"../{place}#{anchor(id)}"
                lines.append((f"to-{anchor(id)}", self._rows.line(id, href)))
        section = Section(
            _month_name(month), month, None, len(topic.older[month]), tuple(rows), tuple(lines)
        )
        return self._page(
            here,
            "topic",
            _title(f"{topic.name}, {_month_name(month)}", number),
            **self._about(topic, number=number, month=month),
            sections=[section],
            newer=part_of(path, number - 1) if number > 1 else None,
            older=part_of(path, number + 1) if number < parts else None,
        )

    # --- start page and search -----------------------------------------------------------------

    def _start(self) -> File:
        data = self._data
        of_day = [file for file in data.digests if file.day == data.day]
        counts = sum((Counter(file.counts) for file in of_day), Counter[str]())
        return self._plain(
            "index.html",
            "start",
            self._site_title,
            day=data.day,
            heading=self._heading(sum(len(file.ids) for file in of_day)),
            day_line=plain_text(data.store.state.day_line),
            sections=list(self._first_of(of_day)),
            topics=[
                (topic, counts[topic.slug])
                for topic in sorted(data.topics, key=lambda topic: not topic.keyword.authors)
            ],
            digests=[self._digest_line(each) for each in data.digests[:_DIGESTS_ON_START]],
            of_day=[file.page for file in of_day],
        )

    def _first_of(self, of_day: Sequence[DigestFile]) -> Iterator[Section]:
        """The first papers of each section of the day, as lines."""
        free = _LINES_ON_START
        for file in of_day:
            for name, section in _sections(self._read(file)):
                lines = []
                for item in section.items[: min(_LINES_OF_A_TOPIC, free)]:
                    place = anchor(item.paper.id)
                    line = self._rows.line(item.paper.id, f"{file.page}#{place}", item)
                    lines.append((f"to-{place}", line))
                free -= len(lines)
                place = _place_of(section)
                page = f"{file.page}#{place}"
                yield Section(name, place, page, len(section.items), (), tuple(lines))

    def _heading(self, papers: int) -> str:
        """The day and what is known of it: true whenever it is read."""
        if self._data.day is None:
            return "No papers yet"
        day = long_date(self._data.day)
        if papers:
            return f"{day}: {papers:,} new"
        return f"{day}: {'nothing new' if self._data.store.state.complete else 'not fetched yet'}"

    def _search(self) -> File:
        data = self._data
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


@dataclass(frozen=True, slots=True)
class DigestLine:
    """A digest in a list."""

    digest: DigestFile
    papers: int
    #: With counts.
    keywords: str


def _sections(digest: Digest) -> Iterator[tuple[str, MorningSection]]:
    """Its sections in their order, each with its heading."""
    names = {CLOSEST: CLOSEST_NAME, **dict(digest.keyword_names)}
    named = [slug for slug, _ in digest.keyword_names]
    slugs = dict.fromkeys([*named, *(slug for item in digest.items for slug in item.keywords)])
    for section in morning(digest.items, slugs, dict(digest.people)):
        yield plain_text(names.get(section.slug, section.slug)), section


def _place_of(section: MorningSection) -> str:
    """The id of a section in a page; no slug is like the one of the closest papers."""
    return f"in-{section.slug}" if section.slug != CLOSEST else "closest"


def _title(name: str, number: int) -> str:
    return plain_text(name) if number == 1 else f"{plain_text(name)}, page {number}"


def _month_name(month: str) -> str:
    return f"{month_name[int(month[5:])]} {month[:4]}"
