"""A small arXiv on this machine: real HTTP, with only the endpoints that the pipeline uses.

The tests have a complete stand-in, which shares no code with the pipeline. This one is only for the
demo, so it uses the pipeline's own matcher.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import jinja2

from daily_papers.demo.papers import listings
from daily_papers.papers.announcement import Announcement
from daily_papers.query.matching import Matches
from daily_papers.query.syntax import parse

#: The paths of the three services.
QUERY, FEED, OAI = "/api/query", "/atom/", "/oai"
_XML = jinja2.Environment(autoescape=True, trim_blocks=True)
_XML.filters["zulu"] = lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}"
_XML.filters["rfc2822"] = lambda moment: format_datetime(moment, usegmt=True)
#: An answer of the query API (https://info.arxiv.org/help/api/user-manual.html).
_QUERY_ANSWER = _XML.from_string("""\
<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" \
xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/demo</id><title>arXiv Query</title>
<updated>{{ today }}T06:00:00Z</updated>
<opensearch:itemsPerPage>{{ count }}</opensearch:itemsPerPage>
<opensearch:totalResults>{{ total }}</opensearch:totalResults>
<opensearch:startIndex>{{ start }}</opensearch:startIndex>
{% for paper in papers %}
<entry>
<id>http://arxiv.org/abs/{{ paper.versioned_id }}</id><title>{{ paper.title }}</title>
<published>{{ paper.published | zulu }}</published><updated>{{ paper.updated | zulu }}</updated>
<link href="{{ paper.url }}" rel="alternate" type="text/html"/>
<summary>{{ paper.abstract }}</summary>
{% if paper.comment %}<arxiv:comment>{{ paper.comment }}</arxiv:comment>{% endif %}
{% for name in paper.categories %}<category term="{{ name }}"/>{% endfor %}
<arxiv:primary_category term="{{ paper.primary_category }}"/>
{% for name in paper.authors %}<author><name>{{ name }}</name></author>{% endfor %}
</entry>
{% endfor %}
</feed>
""")
#: An announcement feed (https://info.arxiv.org/help/rss.html).
_FEED_ANSWER = _XML.from_string("""\
<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom">
<id>http://rss.arxiv.org/atom/demo</id><title>updates on arXiv.org</title>
<updated>{{ today }}T00:00:00-05:00</updated>
{% for each in listed %}
<entry>
<id>oai:arXiv.org:{{ each.paper.versioned_id }}</id><title>{{ each.paper.title }}</title>
<published>{{ today }}T00:00:00-05:00</published><updated>{{ today }}T00:00:00-05:00</updated>
<link href="https://arxiv.org/abs/{{ each.paper.id }}" rel="alternate" type="text/html"/>
<summary>arXiv:{{ each.paper.versioned_id }} Announce Type: {{ each.kind.value }} \n\
Abstract: {{ each.paper.abstract }}</summary>
{% for name in each.paper.categories %}<category term="{{ name }}"/>{% endfor %}
<arxiv:announce_type>{{ each.kind.value }}</arxiv:announce_type>
<dc:creator>{{ each.paper.authors | join(", ") }}</dc:creator>
</entry>
{% endfor %}
</feed>
""")
#: A harvest over OAI-PMH, in arXiv's format arXivRaw.
_OAI_ANSWER = _XML.from_string("""\
<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>{{ today }}T06:00:00Z</responseDate><request>demo</request>
<ListRecords>
{% for each in listed %}
<record><header><identifier>oai:arXiv.org:{{ each.paper.id }}</identifier>
<datestamp>{{ each.paper.announced }}</datestamp></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
<id>{{ each.paper.id }}</id>
{% for moment in [each.paper.published, each.paper.updated][-each.paper.version:] %}
<version version="v{{ loop.index }}"><date>{{ moment | rfc2822 }}</date></version>
{% endfor %}
<title>{{ each.paper.title }}</title>
<authors>{{ each.paper.authors | join(", ") }}</authors>
<categories>{{ each.paper.categories | join(" ") }}</categories>
{% if each.paper.comment %}<comments>{{ each.paper.comment }}</comments>{% endif %}
<abstract>{{ each.paper.abstract }}</abstract>
</arXivRaw></metadata></record>
{% endfor %}
</ListRecords>
</OAI-PMH>
""")


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

    def _public(self) -> dict[str, Announcement]:
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
        page = found[start : start + count]
        return _QUERY_ANSWER.render(
            today=self.today, papers=page, total=len(found), start=start, count=count
        )

    def _feed(self, names: Iterable[str]) -> str:
        wanted = set(names)
        listed = [
            each
            for each in self._listings.get(self.today, ())
            for own in [set(each.paper.categories or ())]
            if wanted & (own | {name.partition(".")[0] for name in own})
        ]
        return _FEED_ANSWER.render(today=self.today, listed=listed)

    def _harvest(self, since: date) -> str:
        changed = [
            each
            for each in self._public().values()
            if each.paper.announced and each.paper.announced >= since
        ]
        return _OAI_ANSWER.render(today=self.today, listed=changed)


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
