"""One paper as a record of OAI-PMH, in the format arXivRaw: TeX, and the dates of all versions."""

from __future__ import annotations

from datetime import date, datetime
from xml.sax.saxutils import escape

from tests.sandbox.feed_forms import author_line
from tests.sandbox.record import Record
from tests.sandbox.subject_sets import set_specs
from tests.sandbox.tex import to_tex

PREFIX = "arXivRaw"
EARLIEST = date(2005, 9, 16)
METADATA_FORMATS = (
    "<metadataFormat><metadataPrefix>arXivRaw</metadataPrefix>"
    "<schema>http://arxiv.org/OAI/arXivRaw.xsd</schema>"
    "<metadataNamespace>http://arxiv.org/OAI/arXivRaw/</metadataNamespace></metadataFormat>\n"
)
_RAW = (
    '<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://arxiv.org/OAI/arXivRaw/ http://arxiv.org/OAI/arXivRaw.xsd">\n'
)
#: C locale, whatever the machine's is.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def datestamp(record: Record) -> date:
    """The UTC day of the last change; the service knows none before its own first day."""
    return max(record.day, EARLIEST)


def header(record: Record) -> str:
    """Identifier, datestamp and sets."""
    sets = "".join(f"<setSpec>{spec}</setSpec>" for spec in set_specs(record.categories))
    return (
        f"<header><identifier>oai:arXiv.org:{record.id}</identifier>"
        f"<datestamp>{datestamp(record)}</datestamp>{sets}</header>\n"
    )


def raw_record(record: Record) -> str:
    """The record with its header, its elements in the order in which arXiv serves them."""
    words = record.words
    elements = (
        f"<id>{record.id}</id>",
        f"<submitter>{_text(words.authors[0].name)}</submitter>",
        *(_version(record, number) for number in range(1, record.version + 1)),
        f"<title>{_text(words.title)}</title>",
        f"<authors>{_text(author_line(words.authors))}</authors>",
        f"<categories>{' '.join(record.categories)}</categories>",
        *_element("comments", words.comment),
        *_element("report-no", words.report_no),
        *_element("journal-ref", words.journal_ref),
        *_element("doi", words.doi),
        *_element("license", words.licence),
        f"<abstract>{_text(words.abstract)}</abstract>",
    )
    body = "\n".join(elements)
    return f"<record>{header(record)}<metadata>{_RAW}{body}\n</arXivRaw></metadata></record>\n"


def _version(record: Record, number: int) -> str:
    submitted = record.submissions[number - 1]
    is_withdrawn = record.withdrawn and number == record.version
    kind = "<source_type>I</source_type>" if is_withdrawn else "<source_type>D</source_type>"
    size = 0 if is_withdrawn else 200 + 17 * number
    return (
        f'<version version="v{number}"><date>{_date(submitted)}</date>'
        f"<size>{size}kb</size>{kind}</version>"
    )


def _date(moment: datetime) -> str:
    """``Wed, 25 Jun 2008 15:29:38 GMT``."""
    weekday, month = _WEEKDAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{weekday}, {moment.day:02} {month} {moment:%Y %H:%M:%S} GMT"


def _element(name: str, text: str | None) -> list[str]:
    return [] if text is None else [f"<{name}>{_text(text)}</{name}>"]


def _text(text: str) -> str:
    return escape(to_tex(text))
