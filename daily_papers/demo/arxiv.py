"""A small arXiv on this machine: real HTTP, with only the endpoints that the pipeline uses.

The tests have a complete stand-in, which shares no code with the pipeline. This one is only for the
demo, so it uses the pipeline's own matcher.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from daily_papers.demo.papers import Listed, listings
from daily_papers.papers.paper import Paper
from daily_papers.query.matching import Matches
from daily_papers.query.syntax import parse

#: The paths of the three services.
QUERY, FEED, OAI = "/api/query", "/atom/", "/oai"
_HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n"


class DemoArxiv:
    """arXiv as of ``today``, which the demo moves on."""

    def __init__(self) -> None:
        self.today = date.min
        #: The paths that answer ``Rate exceeded.``
        self.throttled: tuple[str, ...] = ()
        self._listings = listings()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.arxiv = self  # type: ignore[attr-defined] # for the handler

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer requests, in a thread."""
        serve = {"poll_interval": 0.02}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, daemon=True).start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()

    def environment(self) -> dict[str, str]:
        """The variables that send ``daily-papers`` here, without waiting."""
        address = f"http://127.0.0.1:{self._server.server_port}"
        return {
            "DAILY_PAPERS_API_URL": f"{address}{QUERY}",
            "DAILY_PAPERS_FEED_URL": address,
            "DAILY_PAPERS_OAI_URL": f"{address}{OAI}",
            "DAILY_PAPERS_REQUEST_INTERVAL": "0",
            "DAILY_PAPERS_RETRY_WAIT": "0",
        }

    def answer(self, path: str) -> str | None:
        """The XML at a path; None if there is nothing."""
        url = urlsplit(path)
        parameters = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == QUERY:
            return self._query(parameters)
        if url.path == OAI:
            return self._harvest(date.fromisoformat(parameters["from"]))
        if url.path.startswith(FEED):
            return self._feed(unquote(url.path.removeprefix(FEED)).split("+"))
        return None

    def _public(self) -> dict[str, Listed]:
        """What is public today, in its current version, by identifier."""
        days = sorted(day for day in self._listings if day <= self.today)
        return {listed.paper.id: listed for day in days for listed in self._listings[day]}

    def _query(self, parameters: Mapping[str, str]) -> str:
        papers = [listed.paper for listed in self._public().values()]
        if "id_list" in parameters:
            wanted = parameters["id_list"].split(",")
            found = [paper for paper in papers if paper.id in wanted]
        else:
            expression = parse(parameters["search_query"])
            found = list(Matches({"": expression}, papers).of(""))
        found.sort(key=lambda paper: (paper.updated, paper.id), reverse=True)
        start, count = int(parameters.get("start", 0)), int(parameters.get("max_results", 10))
        return (
            f'{_HEAD}<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
            'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
            "<id>https://arxiv.org/api/demo</id><title>arXiv Query</title>"
            f"<updated>{self.today}T06:00:00Z</updated>"
            f"<opensearch:itemsPerPage>{count}</opensearch:itemsPerPage>"
            f"<opensearch:totalResults>{len(found)}</opensearch:totalResults>"
            f"<opensearch:startIndex>{start}</opensearch:startIndex>"
            f"{''.join(map(_query_entry, found[start : start + count]))}</feed>"
        )

    def _feed(self, names: Iterable[str]) -> str:
        wanted = set(names)
        entries = (
            _feed_entry(listed)
            for listed in self._listings.get(self.today, ())
            if any(
                name in wanted or name.partition(".")[0] in wanted
                for name in listed.paper.categories or ()
            )
        )
        return (
            f'{_HEAD}<feed xmlns:arxiv="http://arxiv.org/schemas/atom" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom">'
            "<id>http://rss.arxiv.org/atom/demo</id><title>updates on arXiv.org</title>"
            f"<updated>{self.today}T00:00:00-05:00</updated>{''.join(entries)}</feed>"
        )

    def _harvest(self, since: date) -> str:
        changed = [listed for listed in self._public().values() if listed.day >= since]
        return (
            f'{_HEAD}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            f"<responseDate>{self.today}T06:00:00Z</responseDate><request>demo</request>"
            f"<ListRecords>{''.join(map(_raw_record, changed))}</ListRecords></OAI-PMH>"
        )


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        arxiv: DemoArxiv = self.server.arxiv  # type: ignore[attr-defined]
        if self.path.startswith(arxiv.throttled):
            return self._send(429, "text/plain", "Rate exceeded.")
        body = arxiv.answer(self.path)
        if body is None:
            return self._send(404, "text/plain", "Not Found")
        return self._send(200, "application/atom+xml; charset=utf-8", body)

    def _send(self, status: int, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing: the demo prints its days."""


def _query_entry(paper: Paper) -> str:
    """An entry of the query API (https://info.arxiv.org/help/api/user-manual.html)."""
    return "".join(
        (
            "<entry>",
            _element("id", f"http://arxiv.org/abs/{paper.versioned_id}"),
            _element("title", paper.title),
            _element("updated", _zulu(paper.updated)),
            f'<link href="{paper.url}" rel="alternate" type="text/html"/>',
            _element("summary", paper.abstract),
            *(f'<category term="{name}"/>' for name in paper.categories or ()),
            _element("published", _zulu(paper.published)),
            _element("arxiv:comment", paper.comment),
            f'<arxiv:primary_category term="{paper.primary_category}"/>',
            *(f"<author>{_element('name', name)}</author>" for name in paper.authors or ()),
            "</entry>",
        )
    )


def _feed_entry(listed: Listed) -> str:
    """An entry of the announcement feed (https://info.arxiv.org/help/rss.html)."""
    paper = listed.paper
    head = f"arXiv:{paper.versioned_id} Announce Type: {listed.kind} \nAbstract: "
    return "".join(
        (
            "<entry>",
            _element("id", f"oai:arXiv.org:{paper.versioned_id}"),
            _element("title", paper.title),
            _element("updated", f"{listed.day}T00:00:00-05:00"),
            f'<link href="https://arxiv.org/abs/{paper.id}" rel="alternate" type="text/html"/>',
            _element("summary", head + paper.abstract),
            *(f'<category term="{name}"/>' for name in paper.categories or ()),
            _element("published", f"{listed.day}T00:00:00-05:00"),
            _element("arxiv:announce_type", listed.kind.value),
            _element("dc:creator", ", ".join(paper.authors or ())),
            "</entry>",
        )
    )


def _raw_record(listed: Listed) -> str:
    """A record of OAI-PMH, in arXiv's format arXivRaw."""
    paper = listed.paper
    versions = (paper.published, paper.updated)[-paper.version :]
    return "".join(
        (
            f"<record><header><identifier>oai:arXiv.org:{paper.id}</identifier>",
            f"<datestamp>{listed.day}</datestamp></header><metadata>",
            '<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">',
            _element("id", paper.id),
            *(
                f'<version version="v{number}">{_element("date", _rfc2822(moment))}</version>'
                for number, moment in enumerate(versions, 1)
            ),
            _element("title", paper.title),
            _element("authors", ", ".join(paper.authors or ())),
            _element("categories", " ".join(paper.categories or ())),
            _element("comments", paper.comment),
            _element("abstract", paper.abstract),
            "</arXivRaw></metadata></record>",
        )
    )


def _rfc2822(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment, usegmt=True)


def _zulu(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _element(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{escape(text)}</{name}>"
