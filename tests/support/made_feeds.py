"""Announcement feeds in Atom form, made up in the form in which arXiv serves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">
  <id>http://rss.arxiv.org/atom/cs.CV</id>
  <title>{title}</title>
  <updated>2026-11-20T05:00:03.118204+00:00</updated>
  <link href="http://rss.arxiv.org/atom/cs.CV" rel="self" type="application/atom+xml"/>
  <subtitle>{subtitle}</subtitle>
"""
_ENTRY = """  <entry>
    <id>oai:arXiv.org:{id}</id>
    <title>{title}</title>
    <updated>2026-11-20T05:00:03.120000+00:00</updated>
    <link href="https://arxiv.org/abs/{link}" rel="alternate" type="text/html"/>
    <summary>arXiv:{id} Announce Type: {kind}{blank}
Abstract: {abstract}</summary>
{categories}
    <published>{published}</published>
{doi}    <arxiv:announce_type>{kind}</arxiv:announce_type>
    <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
{journal_ref}    <dc:creator>{authors}</dc:creator>
  </entry>
"""


@dataclass(frozen=True)
class Item:
    """One item of a feed, in plain text."""

    id: str
    title: str = "A title"
    abstract: str = "An abstract."
    authors: str = "Ada Author"
    categories: tuple[str, ...] = ("cs.CV",)
    kind: str = "new"
    published: str = "2026-11-20T00:00:00-05:00"
    doi: str = ""
    journal_ref: str = ""

    @property
    def xml(self) -> str:
        terms = [f"    <category term={quoteattr(category)}/>" for category in self.categories]
        return _ENTRY.format(
            id=escape(self.id),
            link=escape(self.id.partition("v")[0]),
            title=escape(self.title),
            abstract=escape(self.abstract),
            authors=escape(self.authors),
            categories="\n".join(terms),
            kind=escape(self.kind),
            blank=" ",
            published=escape(self.published),
            doi=f"    <arxiv:DOI>{escape(self.doi)}</arxiv:DOI>\n" if self.doi else "",
            journal_ref=(
                f"    <arxiv:journal_reference>{escape(self.journal_ref)}"
                "</arxiv:journal_reference>\n"
                if self.journal_ref
                else ""
            ),
        )


def feed(items: Sequence[Item] = ()) -> bytes:
    """A day's feed; empty where nothing is announced."""
    head = _HEAD.format(
        title="cs.CV updates on arXiv.org",
        subtitle="cs.CV updates on the arXiv.org e-print archive.",
    )
    return (head + "".join(item.xml for item in items) + "</feed>\n").encode()


def error_feed(query: str, message: str) -> bytes:
    """What arXiv serves, with status 400, where the query is wrong."""
    title = f"Feed error for query: https://rss.arxiv.org/atom/{query}"
    return (_HEAD.format(title=escape(title), subtitle=escape(message)) + "</feed>\n").encode()
