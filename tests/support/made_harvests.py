"""OAI-PMH answers in the format arXivRaw, made up in the form in which arXiv serves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_ENVELOPE = """<?xml version='1.0' encoding='UTF-8'?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ \
http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
  <responseDate>2026-11-20T06:11:12Z</responseDate>
  <request verb="ListRecords">http://oaipmh.arxiv.org/oai</request>
  {content}
</OAI-PMH>
"""


@dataclass(frozen=True)
class Entry:
    """One record, in plain text."""

    id: str
    title: str = "A title"
    abstract: str = "An abstract."
    authors: str = "Ada Author"
    categories: str = "cs.CV"
    #: Dates of the versions, first to last.
    versions: tuple[str, ...] = ("Wed, 18 Nov 2026 15:29:38 GMT",)
    source_type: str = "D"
    comments: str = ""
    journal_ref: str = ""
    doi: str = ""
    datestamp: str = "2026-11-20"

    @property
    def xml(self) -> str:
        optional = {"comments": self.comments, "journal-ref": self.journal_ref, "doi": self.doi}
        fields = [f"<{name}>{escape(text)}</{name}>" for name, text in optional.items() if text]
        versions = [
            f'<version version="v{number}"><date>{escape(date)}</date><size>13kb</size>'
            f"<source_type>{self.source_type if number == len(self.versions) else 'D'}"
            "</source_type></version>"
            for number, date in enumerate(self.versions, 1)
        ]
        return (
            f"<record><header><identifier>oai:arXiv.org:{escape(self.id)}</identifier>"
            f"<datestamp>{self.datestamp}</datestamp><setSpec>cs:cs:CV</setSpec></header>\n"
            '<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">'
            f"<id>{escape(self.id)}</id><submitter>Ada Author</submitter>{''.join(versions)}"
            f"<title>{escape(self.title)}</title><authors>{escape(self.authors)}</authors>"
            f"<categories>{escape(self.categories)}</categories>{''.join(fields)}"
            "<license>http://creativecommons.org/licenses/by/4.0/</license>"
            f"<abstract>{escape(self.abstract)}</abstract></arXivRaw></metadata></record>\n"
        )


def deleted(paper_id: str) -> str:
    """A record that arXiv has taken out."""
    return (
        f'<record><header status="deleted"><identifier>oai:arXiv.org:{paper_id}</identifier>'
        "<datestamp>2026-11-19</datestamp></header></record>\n"
    )


def page(records: Sequence[Entry | str], token: str | None = None) -> bytes:
    """One page; ``token`` is "" on the last of several pages, None on a single one."""
    inside = "".join(record if isinstance(record, str) else record.xml for record in records)
    if token is not None:
        inside += (
            f"<resumptionToken>{escape(token)}</resumptionToken>"
            if token
            else ("<resumptionToken/>")
        )
    return _ENVELOPE.format(content=f"<ListRecords>{inside}</ListRecords>").encode()


def error(code: str, message: str) -> bytes:
    """An error, which OAI-PMH serves with status 200."""
    content = f"<error code={quoteattr(code)}>{escape(message)}</error>"
    return _ENVELOPE.format(content=content).encode()
