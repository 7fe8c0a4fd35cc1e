"""What the website shows: each keyword with its papers, the digests, and where each paper is.

A hundred thousand records take long to read. So of a paper of the history only a trace is known at
first: where it was shown, and a key that changes with its record. Its record is read when a page
that has to be made again shows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import lru_cache, partial, reduce
from pathlib import Path

from daily_papers.config import Config, Keyword
from daily_papers.mail.digest import Digest, digest_order, read_digest
from daily_papers.mail.morning import totals_in_order
from daily_papers.papers.bibtex import bibtex_entry
from daily_papers.papers.paper import Paper, announcement_order, newest_id_first
from daily_papers.records import fingerprint
from daily_papers.render.pages import pages_of
from daily_papers.repository import DIGESTS
from daily_papers.site.formulas import plain_text
from daily_papers.site.output import key_of
from daily_papers.store.files import Line, check_history, history_lines, read_paper
from daily_papers.store.store import News, Store, StoredPaper
from daily_papers.store.summaries import Summary
from daily_papers.text import long_date
from daily_papers.transaction import present

#: Papers of which several files of the same time show something: those of a month or so.
KEPT = 5_000

#: The most papers with abstracts on one page, and without.
PAPERS_A_PAGE = 100
_LINES_A_PAGE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Keyword):
    """A keyword as the website shows it; if it tracks a person, that person."""

    #: The identifiers of its papers, newest first by the date that rows show.
    ids: Sequence[str]
    #: The same of those that have left, by the month in which they came.
    older: Mapping[str, Sequence[str]]
    #: The listing day up to which it is complete, if that is not the site's day.
    behind: date | None
    #: Why it has no papers, if it has none.
    remark: str | None

    @property
    def path(self) -> str:
        """Its files without their endings, seen from the start page."""
        return f"{'authors' if self.authors else 'keywords'}/{self.slug}"

    @property
    def pages(self) -> Iterator[tuple[str, str, Sequence[str]]]:
        """All of its pages, the newest papers first: path, month of older papers, and papers."""
        for path, ids in pages_of(f"{self.path}{{}}.html", ".", self.ids, PAPERS_A_PAGE).items():
            yield path, "", ids
        for month, older in self.older.items():
            form = f"{self.path}.{month}{{}}.html"
            for path, ids in pages_of(form, ".", older, _LINES_A_PAGE).items():
                yield path, month, ids


@dataclass(frozen=True, slots=True)
class DigestFile:
    """What is kept of a digest; `read` reads its papers again, since those of years are many."""

    key: str
    day: date
    file: Path
    #: Its papers' identifiers.
    ids: tuple[str, ...]
    #: How many of them each keyword of that day has, by slug, in the order in which they are read.
    counts: Mapping[str, int] = field(compare=False)
    #: The same for people: ``Rueckert 1, Gaussian splatting 7``.
    keywords: str
    #: A hash of the file.
    content: str

    @property
    def page(self) -> str:
        """Its first page, seen from the start page."""
        return f"digests/{self.key}.html"

    @property
    def pages(self) -> Mapping[str, Sequence[str]]:
        """All of its pages, each with the papers that have their rows there."""
        return pages_of(f"digests/{self.key}{{}}.html", ".", self.ids, PAPERS_A_PAGE)

    @property
    def text(self) -> str:
        """``Monday, February 9, 2026``, with a number from the day's second digest on."""
        number = digest_order(self.key)[1]
        return long_date(self.day) + (f" ({number})" if number > 1 else "")

    def read(self) -> Digest:
        """Read the digest. Raises StoreError."""
        return read_digest(self.file.read_bytes(), f"{DIGESTS}/{self.file.name}")


@dataclass(slots=True)
class Trace:
    """Where a paper was shown."""

    #: The day on which each keyword first showed it, by slug, as ``2026-05-14``.
    days: dict[str, str] = field(default_factory=dict)
    #: Its records in the history, oldest first.
    lines: tuple[Line, ...] = ()
    #: Changes with its records, and with what a model says of it.
    key: str = ""


#: A paper's BibTeX entry; its keyword's page asks, then its keyword's file.
bibtex = lru_cache(2 * PAPERS_A_PAGE)(bibtex_entry)


class SiteData:
    """Everything the website shows, from one state of a digest repository."""

    def __init__(
        self,
        root: Path,
        config: Config,
        store: Store,
        digests: Iterable[str],
        summaries: Mapping[str, Summary],
    ) -> None:
        """``digests`` are their keys. Raises DailyPapersError if a file cannot be read."""
        self.config = config
        self.store = store
        #: The listing day that the website shows.
        self.day = store.state.day
        #: By versioned identifier, what a model says of a paper.
        self.summaries = summaries
        #: By identifier, every paper that was ever shown.
        self.traces = dict[str, Trace]()
        self._lost = dict[str, StoredPaper]()
        self._trace(root)
        #: Newest first.
        self.digests = [
            self._digest(root / DIGESTS / f"{key}.md")
            for key in sorted(digests, key=digest_order, reverse=True)
        ]
        #: The identifiers of all papers, in the order in which they came.
        self.ids = sorted(self.traces, key=self.came)
        self.topics = tuple(self._topics())
        self.topic_of = {topic.slug: topic for topic in self.topics}
        #: The page that has the abstract of a paper; of some, only arXiv has it.
        self.places = dict(self._placed())
        #: All that is known of a paper, by its identifier. Raises StoreError.
        self.stored = lru_cache(KEPT)(self._stored)

    def _stored(self, id: str) -> StoredPaper:
        lines = self.traces[id].lines
        if not lines:
            return self.store.papers.get(id) or self._lost[id]
        stored = reduce(StoredPaper.followed_by, map(read_paper, lines))
        return self.store.recall(stored)

    def came(self, id: str, slug: str = "") -> tuple[str, tuple[int, int, str]]:
        """The day on which a paper came, to a keyword or at all; and its place in that day."""
        days = self.traces[id].days
        return days.get(slug) or min(days.values(), default=""), announcement_order(id)

    def topics_of(self, id: str) -> tuple[Topic, ...]:
        """The keywords that show the paper, or have shown it."""
        slugs = sorted(self.traces[id].days)
        return tuple([self.topic_of[slug] for slug in slugs if slug in self.topic_of])

    def _trace(self, root: Path) -> None:
        for line in history_lines(root):
            self._note(self.store.recall(read_paper(line))).lines += (line,)
        for stored in self.store.papers.values():
            self._note(stored)
        check_history(self.store.news, self.traces)

    def _note(self, stored: StoredPaper) -> Trace:
        trace = self.traces.setdefault(stored.paper.id, Trace())
        said = self.summaries.get(stored.paper.versioned_id)
        trace.key += fingerprint(stored) + (fingerprint(said) if said else "")
        for slug, day in stored.shown.items():
            trace.days[slug] = min(str(day), trace.days.get(slug, str(day)))
        return trace

    def _digest(self, file: Path) -> DigestFile:
        content = present(file) or b""
        digest = read_digest(content, f"{DIGESTS}/{file.name}")
        for item in digest.items:
            if item.paper.id not in self.traces:  # the store was begun anew
                news = News(item.paper.version, digest.day, item.keywords, digest.key)
                lost = StoredPaper(replace(item.paper, abstract=item.sentence), news=news)
                self._lost[item.paper.id] = lost
                self._note(lost)
        names = dict(digest.keyword_names)
        slugs = [item.keywords for item in digest.items]
        counts = totals_in_order(slugs, names, dict(digest.people))
        return DigestFile(
            key=digest.key,
            day=digest.day,
            file=file,
            ids=tuple(item.paper.id for item in digest.items),
            counts=counts,
            keywords=", ".join(f"{plain_text(names[slug])}\u00a0{n}" for slug, n in counts.items()),
            content=key_of(content),
        )

    def _topics(self) -> Iterator[Topic]:
        """Each keyword with its table.

        What has left the table, or never was in it but in a digest, is older.
        """
        keywords, store = self.config.keywords, self.store
        shown: dict[str, list[str]] = defaultdict(list)
        for id, trace in self.traces.items():
            for slug in trace.days:
                shown[slug].append(id)
        for keyword in keywords:
            slug, state = keyword.slug, store.keywords.get(keyword.slug)
            table = {paper.id: paper for paper in store.table(slug)}
            left = (id for id in shown[slug] if id not in table)
            older: dict[str, list[str]] = {}
            for id in sorted(left, key=partial(self.came, slug=slug), reverse=True):
                older.setdefault(self.traces[id].days[slug][:7], []).append(id)
            last = None if state is None else state.last_success
            yield Topic(
                **{each.name: getattr(keyword, each.name) for each in fields(keyword)},
                ids=sorted(table, key=lambda id: newest_shown_first(table[id])),
                older=older,
                behind=last if last != self.day else None,
                remark=None if table else store.remark(slug),
            )

    def _placed(self) -> Iterator[tuple[str, str]]:
        """Papers with pages that have their abstracts; the last one of a paper counts."""
        for topic in reversed(self.topics):
            for path, _, ids in topic.pages:
                yield from ((id, path) for id in ids)
        for digest in self.digests:
            for path, ids in digest.pages.items():
                yield from ((id, path) for id in ids)


def shown_day(paper: Paper) -> date:
    """The day that a row shows: that of the first version, or the best that is known."""
    return paper.published.date() if paper.published is not None else paper.table_date


def newest_shown_first(paper: Paper) -> tuple[int, tuple[int, int, str]]:
    """Sort key that puts the newest paper first, by the day that its row shows."""
    return -shown_day(paper).toordinal(), newest_id_first(paper.id)
