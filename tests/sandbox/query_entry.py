"""One paper as an entry of the query API's Atom feed."""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from tests.sandbox.record import Person, Record
from tests.sandbox.search_text import served_categories

_PDF = 'type="application/pdf" title="pdf"'


def entry(record: Record) -> str:
    """The entry, its elements in the order in which arXiv serves them."""
    words = record.words
    name = f"{record.id}v{record.version}"
    lines = [
        "  <entry>",
        f"    <id>http://arxiv.org/abs/{name}</id>",
        f"    <title>{escape(words.title)}</title>",
        f"    <updated>{_time(record.updated)}</updated>",
        f'    <link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>',
        f'    <link href="https://arxiv.org/pdf/{name}" rel="related" {_PDF}/>',
        f"    <summary>{escape(words.abstract)}</summary>",
        *(
            f'    <category term="{category}" scheme="http://arxiv.org/schemas/atom"/>'
            for category in served_categories(record)
        ),
        f"    <published>{_time(record.published)}</published>",
        *_element("arxiv:comment", words.comment),
        f'    <arxiv:primary_category term="{served_categories(record)[0]}"/>',
        *_element("arxiv:journal_ref", words.journal_ref),
        *(line for person in words.authors for line in _author(person)),
        *_doi(words.doi),
        "  </entry>\n",
    ]
    return "\n".join(lines)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _element(name: str, text: str | None) -> list[str]:
    return [] if text is None else [f"    <{name}>{escape(text)}</{name}>"]


def _author(person: Person) -> list[str]:
    return [
        "    <author>",
        f"      <name>{escape(person.name)}</name>",
        *(
            f"      <arxiv:affiliation>{escape(place)}</arxiv:affiliation>"
            for place in person.affiliations
        ),
        "    </author>",
    ]


def _doi(doi: str | None) -> list[str]:
    if doi is None:
        return []
    href = quoteattr(f"https://doi.org/{doi}")
    return [*_element("arxiv:doi", doi), f'    <link rel="related" href={href} title="doi"/>']
