"""The two forms of an announcement feed, Atom and RSS, as arXiv writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.sandbox.calendar import NEW_YORK
from tests.sandbox.record import Person, Record
from tests.sandbox.tex import to_tex

_EXTENSIONS = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


@dataclass(frozen=True)
class Feed:
    """What a feed says, whatever its form."""

    #: As asked for: ``cs+eess.IV``.
    name: str
    title: str
    description: str
    today: date
    #: Each record with how it is announced: new, cross, replace or replace-cross.
    announced: tuple[tuple[str, Record], ...] = ()


def atom(feed: Feed) -> str:
    """The feed as Atom 1.0."""
    address = escape(f"http://rss.arxiv.org/atom/{feed.name}", {'"': "&quot;"})
    entries = (_atom_entry(feed.today, kind, record) for kind, record in feed.announced)
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<feed {_EXTENSIONS} xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">\n'
        f"  <id>{address}</id>\n"
        f"  <title>{escape(feed.title)}</title>\n"
        f"  <updated>{_built(feed.today).isoformat()}</updated>\n"
        f'  <link href="{address}" rel="self" type="application/atom+xml"/>\n'
        f"  <subtitle>{escape(feed.description)}</subtitle>\n"
        f"{''.join(entries)}</feed>\n"
    )


def rss(feed: Feed) -> str:
    """The feed as RSS 2.0."""
    address = escape(f"http://rss.arxiv.org/rss/{feed.name}", {'"': "&quot;"})
    items = (_rss_item(feed.today, kind, record) for kind, record in feed.announced)
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<rss {_EXTENSIONS} xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">\n'
        "  <channel>\n"
        f"    <title>{escape(feed.title)}</title>\n"
        f"    <link>{address}</link>\n"
        f"    <description>{escape(feed.description)}</description>\n"
        f'    <atom:link href="{address}" rel="self" type="application/rss+xml"/>\n'
        "    <docs>http://www.rssboard.org/rss-specification</docs>\n"
        "    <language>en-us</language>\n"
        f"    <lastBuildDate>{format_datetime(_built(feed.today))}</lastBuildDate>\n"
        "    <managingEditor>rss-help@arxiv.org</managingEditor>\n"
        f"    <pubDate>{format_datetime(_midnight(feed.today))}</pubDate>\n"
        "    <skipDays>\n      <day>Sunday</day>\n      <day>Saturday</day>\n    </skipDays>\n"
        f"{''.join(items)}  </channel>\n</rss>\n"
    )


def _atom_entry(today: date, kind: str, record: Record) -> str:
    return (
        "  <entry>\n"
        f"    <id>oai:arXiv.org:{record.id}v{record.version}</id>\n"
        f"    <title>{_text(record.words.title)}</title>\n"
        f"    <updated>{_built(today).isoformat()}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{record.id}" rel="alternate" type="text/html"/>\n'
        f"    <summary>{_summary(kind, record)}</summary>\n"
        f"{_lines(_atom_categories(record))}"
        f"    <published>{_midnight(today).isoformat()}</published>\n"
        f"{_lines(_extensions(kind, record))}"
        "  </entry>\n"
    )


def _atom_categories(record: Record) -> Iterable[str]:
    return (f'<category term="{name}"/>' for name in record.categories)


def _rss_item(today: date, kind: str, record: Record) -> str:
    name = f"oai:arXiv.org:{record.id}v{record.version}"
    return (
        "    <item>\n"
        f"    <title>{_text(record.words.title)}</title>\n"
        f"    <link>https://arxiv.org/abs/{record.id}</link>\n"
        f"    <description>{_summary(kind, record)}</description>\n"
        f'    <guid isPermaLink="false">{name}</guid>\n'
        f"{_lines(_rss_categories(record))}"
        f"    <pubDate>{format_datetime(_midnight(today))}</pubDate>\n"
        f"{_lines(_extensions(kind, record))}"
        "    </item>\n"
    )


def _rss_categories(record: Record) -> Iterable[str]:
    return (f"<category>{name}</category>" for name in record.categories)


def _summary(kind: str, record: Record) -> str:
    head = f"arXiv:{record.id}v{record.version} Announce Type: {kind} \nAbstract: "
    return head + _text(record.words.abstract)


def _extensions(kind: str, record: Record) -> Iterable[str]:
    words = record.words
    yield f"<arxiv:announce_type>{kind}</arxiv:announce_type>"
    yield f"<dc:rights>{escape(words.licence)}</dc:rights>"
    if words.doi is not None:
        yield f"<arxiv:DOI>{escape(words.doi)}</arxiv:DOI>"
    if words.journal_ref is not None:
        yield f"<arxiv:journal_reference>{_text(words.journal_ref)}</arxiv:journal_reference>"
    yield f"<dc:creator>{_text(author_line(words.authors))}</dc:creator>"


def author_line(authors: Iterable[Person]) -> str:
    """``Ada Abramsson, Bruno García (University of Nordhavn, Southport Research)``."""
    return ", ".join(
        f"{person.name} ({', '.join(person.affiliations)})" if person.affiliations else person.name
        for person in authors
    )


def _text(text: str) -> str:
    return escape(to_tex(text))


def _lines(elements: Iterable[str]) -> str:
    return "".join(f"    {element}\n" for element in elements)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), NEW_YORK)


def _built(day: date) -> datetime:
    """A few seconds after midnight: the feed is made anew every day, whatever it holds."""
    return datetime.combine(day, time(0, 0, 19), NEW_YORK)
