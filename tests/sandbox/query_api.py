"""The sandbox's query API: what https://info.arxiv.org/help/api/user-manual.html describes, served.

Parameters, checks, paging and the shape of the answer are those of the service as it has been since
November 2025; the ranking by relevance is none, it only is no order to rely on.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from tests.sandbox.exchange import SERVER_ERROR, Request, Response
from tests.sandbox.query_entry import entry
from tests.sandbox.query_language import Node, QueryError, parse
from tests.sandbox.record import Record
from tests.sandbox.search_text import SearchText
from tests.sandbox.searching import test_of
from tests.sandbox.universe import Universe

_CONTENT_TYPE = "application/atom+xml; charset=utf-8"
#: The search engine behind the service answers no further than this.
_FURTHEST = 10_000
#: All that ever gave identifiers; one of any other refuses the whole request.
_ARCHIVES = r"""
    acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|
    comp-gas|cond-mat|cs|dg-ga|econ|eess|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|
    math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|q-fin|
    quant-ph|solv-int|stat|supr-con
"""
_ID = re.compile(
    rf"""(?P<id>(?:arXiv:)?(?:\d{{4}}\.\d{{4,5}}|(?:{_ARCHIVES})(?:\.[A-Z]{{2}})?/\d{{7}}))
    (?:v(?P<version>[1-9]\d*))?""",
    re.ASCII | re.VERBOSE,
)
_ORDERS: dict[str, Callable[[Record], object]] = {
    "relevance": lambda record: record.id[::-1],
    "lastUpdatedDate": lambda record: record.updated,
    "submittedDate": lambda record: record.published,
}
_HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" \
xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
"""


@dataclass(frozen=True)
class _Question:
    """The parameters of a request, checked."""

    tree: Node | None
    ids: tuple[str, ...]
    start: int
    max_results: int
    sort_by: str
    descending: bool

    @property
    def parts(self) -> dict[str, str | int]:
        """The parameters as the answer prints them."""
        return {
            "search_query": "" if self.tree is None else str(self.tree),
            "start": self.start,
            "max_results": self.max_results,
            "id_list": ",".join(self.ids),
        }


class QueryApi:
    """Answers searches and lists of identifiers from what is public on a day."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._texts = _texts_of(universe)

    def answer(self, request: Request, public_on: date, today: date) -> Response:
        """The answer on ``today`` of an index that knows what was public on an earlier day."""
        moment = f"{today}T06:00:00Z"
        try:
            question = _question(dict(reversed(request.parameters)))
        except QueryError as refusal:
            return _refused(str(refusal), moment)
        if question.max_results == 0 or question.start + question.max_results > _FURTHEST:
            return SERVER_ERROR
        found = self._found(question, public_on)
        page = found[question.start : question.start + question.max_results]
        return _response(200, _feed(question, len(found), page, moment))

    def _found(self, question: _Question, public_on: date) -> list[Record]:
        candidates = self._candidates(question, public_on)
        if question.tree is not None:
            holds = test_of(question.tree)
            candidates = [record for record in candidates if holds(self._text(record))]
        order = _ORDERS[question.sort_by]
        return sorted(candidates, key=order, reverse=question.descending)  # type: ignore[arg-type]

    def _candidates(self, question: _Question, public_on: date) -> list[Record]:
        if not question.ids:
            return list(self._universe.as_of(public_on))
        named = [self._named(name, public_on) for name in dict.fromkeys(question.ids)]
        return [record for record in named if record is not None]

    def _named(self, name: str, public_on: date) -> Record | None:
        parts = _ID.fullmatch(name)
        assert parts is not None, "checked with the question"
        if parts["version"]:
            return self._universe.version(parts["id"], int(parts["version"]), public_on)
        return self._universe.current(parts["id"], public_on)

    def _text(self, record: Record) -> SearchText:
        text = self._texts.get(record)
        if text is None:
            text = self._texts[record] = SearchText(record)
        return text


@lru_cache(maxsize=8)
def _texts_of(_universe: Universe) -> dict[Record, SearchText]:
    """What was made searchable of its papers, for all services that answer from it."""
    return {}


def _question(parameters: dict[str, str]) -> _Question:
    query = parameters.get("search_query", "").strip()
    ids = tuple(filter(None, parameters.get("id_list", "").replace(" ", "").split(",")))
    if not query and not ids:
        raise QueryError("Either a search_query or id_list must be specified")
    for name in ids:
        if not _ID.fullmatch(name):
            raise QueryError(f"incorrect id format for {name}")
    order = _one_of(parameters, "sortOrder", "descending", ("ascending", "descending"))
    return _Question(
        tree=parse(query) if query else None,
        ids=ids,
        start=_number(parameters, "start", 0),
        max_results=_number(parameters, "max_results", 10),
        sort_by=_one_of(parameters, "sortBy", "relevance", tuple(_ORDERS)),
        descending=order == "descending",
    )


def _number(parameters: dict[str, str], name: str, default: int) -> int:
    text = parameters.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
        raise QueryError(f"{name} must be an integer")
    if int(text) < 0:
        raise QueryError(f"{name} must be non-negative")
    return int(text)


def _one_of(parameters: dict[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    text = parameters.get(name, "") or default
    if text not in choices:
        raise QueryError(f"{name} must be in: {', '.join(choices)}")
    return text


def _feed(question: _Question, total: int, page: list[Record], moment: str) -> str:
    parts = question.parts
    # The title prints the query without parentheses, the link with them: it shows the grouping.
    title = (
        f"search_query={re.sub('[()]', '', str(parts['search_query']))}&id_list={parts['id_list']}"
        f"&start={question.start}&max_results={question.max_results}"
    )
    href = f"https://arxiv.org/api/query?{urlencode(parts, safe=':,/()')}"
    name = b64encode(hashlib.sha1(href.encode(), usedforsecurity=False).digest()).decode()
    return (
        f"{_HEAD}  <id>https://arxiv.org/api/{name.rstrip('=')}</id>\n"
        f"  <title>arXiv Query: {escape(title)}</title>\n"
        f"  <updated>{moment}</updated>\n"
        f'  <link href="{escape(href)}" type="application/atom+xml"/>\n'
        f"{_numbers(question.max_results, total, question.start)}"
        f"{''.join(entry(record) for record in page)}</feed>\n"
    )


def _numbers(items_a_page: int, total: int, start: int) -> str:
    return (
        f"  <opensearch:itemsPerPage>{items_a_page}</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n"
    )


def _refused(message: str, moment: str) -> Response:
    name = escape(f"https://arxiv.org/api/errors#{message.replace(' ', '_')}", {'"': "&quot;"})
    feed = (
        f"{_HEAD}  <id>https://arxiv.org/</id>\n  <title>arXiv Search Results</title>\n"
        f"  <updated>{moment}</updated>\n{_numbers(1, 1, 0)}"
        f"  <entry>\n    <id>{name}</id>\n    <title>Error</title>\n"
        f"    <updated>{moment}</updated>\n"
        f'    <link href="{name}" rel="alternate" type="text/html"/>\n'
        f"    <summary>{escape(message)}</summary>\n"
        f"    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>\n</feed>\n"
    )
    return _response(400, feed)


def _response(status: int, feed: str) -> Response:
    return Response(status, feed.encode(), _CONTENT_TYPE)
