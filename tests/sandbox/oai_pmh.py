"""The sandbox's OAI-PMH: every record by the UTC day on which its metadata last changed.

https://info.arxiv.org/help/oa/index.html describes the service, and
https://www.openarchives.org/OAI/openarchivesprotocol.html the protocol. Its errors have status 200.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import parse_qs, quote, unquote, urlencode
from xml.sax.saxutils import escape, quoteattr

from daily_papers.papers.paper import announcement_order
from tests.sandbox.exchange import Request, Response
from tests.sandbox.oai_records import (
    EARLIEST,
    METADATA_FORMATS,
    PREFIX,
    datestamp,
    header,
    raw_record,
)
from tests.sandbox.record import Record
from tests.sandbox.subject_sets import all_sets, members_of_set
from tests.sandbox.universe import Universe

_BAD_ARGUMENT = "badArgument"
_LIST_ARGUMENTS = frozenset({"metadataPrefix", "from", "until", "set"})
_ARGUMENTS = {
    "Identify": frozenset[str](),
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListSets": frozenset({"resumptionToken"}),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListRecords": _LIST_ARGUMENTS | {"resumptionToken"},
    "ListIdentifiers": _LIST_ARGUMENTS | {"resumptionToken"},
}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="\
http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
"""


class _OaiError(Exception):
    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True)
class _Selection:
    """What a list request asks for, and how many records it has had already."""

    verb: str
    prefix: str
    earliest: date
    latest: date | None
    set_spec: str | None
    skip: int = 0

    @property
    def token(self) -> str:
        """Where to go on: the request itself, readable, with the number of records to leave out."""
        parts = {
            "verb": self.verb,
            "metadataPrefix": self.prefix,
            "set": self.set_spec,
            "from": self.earliest.isoformat(),
            "until": self.latest and self.latest.isoformat(),
            "skip": self.skip,
        }
        return quote(urlencode({name: value for name, value in parts.items() if value is not None}))


class OaiPmh:
    """Answers the six verbs of the protocol; records in the format arXivRaw."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        #: How many records, or identifiers, a page holds.
        self.page_size = 1300
        self._verbs: dict[str, Callable[[dict[str, str], date], str]] = {
            "Identify": self._identify,
            "ListMetadataFormats": self._formats,
            "ListSets": self._sets,
            "GetRecord": self._one_record,
            "ListRecords": self._list,
            "ListIdentifiers": self._list,
        }

    def answer(self, request: Request, today: date, address: str) -> Response:
        """The answer on a day, from what has been announced by then."""
        attributes = ""
        try:
            arguments = _checked(request)
            interior = self._verbs[arguments["verb"]](arguments, today)
            attributes = "".join(f" {name}={quoteattr(it)}" for name, it in arguments.items())
        except _OaiError as error:
            interior = f'<error code="{error.code}">{escape(str(error))}</error>'
        body = (
            f"{_HEAD}<responseDate>{today}T06:00:00Z</responseDate>\n"
            f"<request{attributes}>{address}</request>\n{interior}\n</OAI-PMH>\n"
        )
        return Response(200, body.encode(), "text/xml; charset=utf-8")

    def _list(self, arguments: dict[str, str], today: date) -> str:
        selection = _selection(arguments)
        records = self._selected(selection, today)
        page = records[selection.skip :][: self.page_size]
        if not page:
            raise _OaiError("noRecordsMatch", "The combination of the values matches no record.")
        if selection.verb == "ListIdentifiers":
            shown = "".join(header(record) for record in page)
        else:
            shown = "".join(raw_record(record) for record in page)
        if len(records) > selection.skip + len(page):
            shown += _token(_next(selection, page), today)
        elif "resumptionToken" in arguments:
            shown += "<resumptionToken/>\n"  # the last of several pages; a single page has none
        return f"<{selection.verb}>\n{shown}</{selection.verb}>"

    def _selected(self, selection: _Selection, today: date) -> list[Record]:
        """In the order of their days, and within a day of their identifiers."""
        wanted = None if selection.set_spec is None else members_of_set(selection.set_spec)
        if selection.set_spec is not None and wanted is None:
            raise _OaiError(_BAD_ARGUMENT, "Set does not exist")
        latest = min(selection.latest or today, today)
        found = [
            record
            for record in self._universe.as_of(today)
            if selection.earliest <= datestamp(record) <= latest
            and (wanted is None or not wanted.isdisjoint(record.categories))
        ]
        return sorted(found, key=lambda record: (datestamp(record), announcement_order(record.id)))

    def _one_record(self, arguments: dict[str, str], today: date) -> str:
        _require_format(arguments)
        prefix, _, paper_id = arguments["identifier"].rpartition(":")
        record = self._universe.current(paper_id, today)
        if prefix != "oai:arXiv.org" or record is None:
            raise _OaiError("idDoesNotExist", "The identifier is unknown in this repository.")
        return f"<GetRecord>\n{raw_record(record)}</GetRecord>"

    def _identify(self, _arguments: dict[str, str], _today: date) -> str:
        return (
            "<Identify>\n<repositoryName>arXiv</repositoryName>\n"
            "<baseURL>http://oaipmh.arxiv.org/oai</baseURL>\n"
            "<protocolVersion>2.0</protocolVersion>\n<adminEmail>help@arxiv.org</adminEmail>\n"
            f"<earliestDatestamp>{EARLIEST}</earliestDatestamp>\n"
            "<deletedRecord>persistent</deletedRecord>\n<granularity>YYYY-MM-DD</granularity>\n"
            "</Identify>"
        )

    def _formats(self, _arguments: dict[str, str], _today: date) -> str:
        return f"<ListMetadataFormats>\n{METADATA_FORMATS}</ListMetadataFormats>"

    def _sets(self, _arguments: dict[str, str], _today: date) -> str:
        sets = "".join(
            f"<set><setSpec>{spec}</setSpec><setName>{escape(name)}</setName></set>\n"
            for spec, name in all_sets().items()
        )
        return f"<ListSets>\n{sets}</ListSets>"


def _checked(request: Request) -> dict[str, str]:
    """The arguments of a request that the protocol allows; the verb among them."""
    arguments = dict(request.parameters)
    verb = arguments.get("verb")
    if verb not in _ARGUMENTS or [name for name, _ in request.parameters].count("verb") > 1:
        raise _OaiError("badVerb", "The verb is missing, repeated or not one of the protocol.")
    if len(arguments) < len(request.parameters):
        raise _OaiError(_BAD_ARGUMENT, "An argument is repeated")
    unknown = arguments.keys() - _ARGUMENTS[verb] - {"verb"}
    if unknown:
        raise _OaiError(_BAD_ARGUMENT, f"Unallowed parameter: {', '.join(sorted(unknown))}")
    if "resumptionToken" in arguments and len(arguments) > 2:
        raise _OaiError(_BAD_ARGUMENT, "No other parameters allowed with resumptionToken")
    if verb == "GetRecord" and len(arguments) < 3:
        raise _OaiError(_BAD_ARGUMENT, "identifier and metadataPrefix are required")
    return arguments


def _selection(arguments: dict[str, str]) -> _Selection:
    skip = 0
    if "resumptionToken" in arguments:
        arguments, skip = _resumed(arguments)
    _require_format(arguments)
    earliest = _day(arguments.get("from")) or EARLIEST
    latest = _day(arguments.get("until"))
    if latest is not None and latest < earliest:
        raise _OaiError(_BAD_ARGUMENT, "from date is after until date")
    return _Selection(
        verb=arguments["verb"],
        prefix=arguments["metadataPrefix"],
        earliest=earliest,
        latest=latest,
        set_spec=arguments.get("set"),
        skip=skip,
    )


def _resumed(arguments: dict[str, str]) -> tuple[dict[str, str], int]:
    token = parse_qs(unquote(arguments["resumptionToken"]))
    parts = {name: values[0] for name, values in token.items()}
    skip = parts.pop("skip", "")
    if not re.fullmatch(r"\d{1,9}", skip, re.ASCII) or parts.get("verb") != arguments["verb"]:
        raise _OaiError("badResumptionToken", "The resumptionToken is invalid or expired.")
    return parts, int(skip)


def _require_format(arguments: dict[str, str]) -> None:
    prefix = arguments.get("metadataPrefix")
    if prefix is None:
        raise _OaiError(_BAD_ARGUMENT, "metadataPrefix required.")
    if prefix != PREFIX:
        raise _OaiError("cannotDisseminateFormat", "Did not recognize requested format")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    message = f"date format must be YYYY-MM-DD, not {text}"
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise _OaiError(_BAD_ARGUMENT, message)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _OaiError(_BAD_ARGUMENT, message) from None


def _next(selection: _Selection, page: list[Record]) -> _Selection:
    """From the last day that the page shows, leaving out what it shows of that day."""
    first_day, last_day = datestamp(page[0]), datestamp(page[-1])
    if last_day == first_day:
        return replace(selection, skip=selection.skip + len(page))
    shown = sum(datestamp(record) == last_day for record in page)
    return replace(selection, earliest=last_day, skip=shown)


def _token(following: _Selection, today: date) -> str:
    expires = f"{today + timedelta(days=1)}T00:00:00Z"
    return (
        f'<resumptionToken expirationDate="{expires}">{escape(following.token)}</resumptionToken>\n'
    )
