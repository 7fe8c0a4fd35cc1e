"""Answers of the query API, made up in the form in which arXiv serves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

from tests.support.loopback import Canned

_START = datetime(2026, 1, 19, 18, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Listed:
    """One paper as an entry tells it."""

    id: str
    title: str = "Made up"
    summary: str = "Nothing but made up."
    updated: datetime = _START
    published: datetime = datetime(2025, 11, 3, 9, 30, tzinfo=UTC)
    authors: tuple[str, ...] = ("Ada Author",)
    categories: tuple[str, ...] = ("cs.CV",)
    primary: str = "cs.CV"
    comment: str | None = None
    journal_ref: str | None = None
    dois: tuple[str, ...] = field(default=())

    def xml(self) -> str:
        lines = [
            f"<id>http://arxiv.org/abs/{self.id}</id>",
            f"<title>{escape(self.title)}</title>",
            f"<updated>{_moment(self.updated)}</updated>",
            f'<link href="https://arxiv.org/abs/{self.id}" rel="alternate" type="text/html"/>',
            f"<summary>{escape(self.summary)}</summary>",
            *(f"<category term={quoteattr(category)}/>" for category in self.categories),
            f"<published>{_moment(self.published)}</published>",
            f'<arxiv:primary_category term="{self.primary}"/>',
            *(f"<author><name>{escape(name)}</name></author>" for name in self.authors),
            *(f"<arxiv:doi>{escape(doi)}</arxiv:doi>" for doi in self.dois),
        ]
        if self.comment is not None:
            lines.append(f"<arxiv:comment>{escape(self.comment)}</arxiv:comment>")
        if self.journal_ref is not None:
            lines.append(f"<arxiv:journal_ref>{escape(self.journal_ref)}</arxiv:journal_ref>")
        return f"<entry>{''.join(lines)}</entry>"


def listed(count: int) -> tuple[Listed, ...]:
    """Papers of which each was updated a minute before the one that stands before it."""
    return tuple(
        Listed(f"2601.{count - n:05}v1", f"Paper {n}", updated=_START - timedelta(minutes=n))
        for n in range(count)
    )


def answer(entries: Sequence[Listed], *, total: int | None = None, start: int = 0) -> bytes:
    """One page that holds these entries."""
    return "".join(
        [
            "<?xml version='1.0' encoding='UTF-8'?>\n",
            '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" ',
            'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">\n',
            "<id>https://arxiv.org/api/made-up</id><title>arXiv Query</title>",
            "<updated>2026-01-20T06:23:00Z</updated>",
            "<opensearch:itemsPerPage>100</opensearch:itemsPerPage>",
            "<opensearch:totalResults>",
            str(len(entries) if total is None else total),
            "</opensearch:totalResults>",
            f"<opensearch:startIndex>{start}</opensearch:startIndex>\n",
            *(entry.xml() + "\n" for entry in entries),
            "</feed>\n",
        ]
    ).encode()


def query_api(papers: Sequence[Listed]) -> Callable[[str], Canned]:
    """Answer every search with these papers, page by page, and lists of identifiers from them."""

    def respond(target: str) -> Canned:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        ids = asked.get("id_list", "").split(",")
        wanted = [
            paper
            for paper in papers
            if ids == [""] or paper.id in ids or paper.id.partition("v")[0] in ids
        ]
        start, count = int(asked["start"]), int(asked["max_results"])
        page = wanted[start : start + count]
        return Canned(answer(page, total=len(wanted), start=start))

    return respond


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
