"""A small arXiv on this machine: real HTTP, with only the endpoints that the pipeline uses.

Its papers are made up of the words in words.json, always the same ones, with revisions and
cross-lists. The tests have a complete stand-in, which shares no code with the pipeline. This one is
only for the demo, so it uses the pipeline's own matcher.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from random import Random
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jinja2

from daily_papers.papers.announcement import AnnounceKind, Announcement
from daily_papers.papers.paper import Origin, Paper
from daily_papers.query.matching import Matches
from daily_papers.query.syntax import parse

#: The paths of the three services.
QUERY, FEED, OAI = "/api/query", "/atom/", "/oai"
_XML = jinja2.Environment(
    loader=jinja2.PackageLoader("daily_papers.demo", ""), autoescape=True, trim_blocks=True
)
_XML.filters["zulu"] = lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}"
_XML.filters["rfc2822"] = lambda moment: format_datetime(moment, usegmt=True)
_FIRST_DAY, _LAST_DAY = date(2025, 12, 1), date(2026, 2, 9)
#: The person whom the demo follows, with both spellings of the name.
PERSON = ("José Núñez Ibáñez", "J. Núñez Ibáñez")
_PAPERS_A_DAY = 12
#: Identifiers are as far apart as on arXiv, where most papers are about something else.
_STEP = 97


class DemoArxiv:
    """arXiv as of ``today``, which the demo moves on."""

    def __init__(self) -> None:
        self.today = date.min
        #: The paths that answer ``Rate exceeded.``
        self.throttled: tuple[str, ...] = ()
        self._listings = _listings()
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
        return _XML.get_template("query.xml.jinja").render(
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
        return _XML.get_template("feed.xml.jinja").render(today=self.today, listed=listed)

    def _harvest(self, since: date) -> str:
        changed = [
            each
            for each in self._public().values()
            if each.paper.announced and each.paper.announced >= since
        ]
        return _XML.get_template("oai.xml.jinja").render(today=self.today, listed=changed)


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


def _listings() -> Mapping[date, Sequence[Announcement]]:
    """Everything that is announced, by day."""
    words = json.loads(files("daily_papers.demo").joinpath("words.json").read_bytes())
    random, found = Random(2026), defaultdict[date, list[Announcement]](list)  # noqa: S311 - not a secret
    number, month = 0, 0
    for day in map(date.fromordinal, range(_FIRST_DAY.toordinal(), _LAST_DAY.toordinal() + 1)):
        if day.weekday() >= 5:
            continue
        if day.month != month:  # identifiers begin again
            number, month = 0, day.month
        for place in range(_PAPERS_A_DAY):
            number += random.randrange(1, _STEP)
            topic = words["topics"][(place + day.toordinal()) % len(words["topics"])]
            paper = _paper(topic, words, f"{day:%y%m}.{number:05}", day, random)
            found[day].append(Announcement(paper, AnnounceKind.NEW))
            if place == 0:
                later = day + timedelta(days=7)
                found[later].append(Announcement(_revised(paper, later), AnnounceKind.REPLACE))
    return found


def _paper(
    topic: Mapping[str, Any], words: Mapping[str, Any], id: str, day: date, random: Random
) -> Paper:
    number = random.randrange(3, 40)
    blanks = {
        "system": random.choice(words["systems"]),
        "number": number,
        "subject": random.choice(words["subjects"]),
        "manner": random.choice(words["manners"]).format(number=number),
    }
    submitted = datetime.combine(day - timedelta(days=1), time(random.randrange(6, 18)), UTC)
    return Paper(
        id=id,
        version=1,
        title=random.choice(topic["titles"]).format_map(blanks),
        authors=_authors(words, random),
        abstract=f"{topic['abstract']} {random.choice(words['endings'])}".format_map(blanks),
        comment=random.choice(words["comments"]),
        primary_category=topic["categories"][0],
        categories=tuple(topic["categories"]),
        published=submitted,
        updated=submitted,
        announced=day,
        origin=Origin.SEARCH,
    )


def _authors(words: Mapping[str, Any], random: Random) -> tuple[str, ...]:
    names = [
        f"{random.choice(words['given'])} {random.choice(words['family'])}"
        for _ in range(random.randrange(5))
    ]
    if random.random() < 0.1 or not names:
        names.append(random.choice(PERSON))
    return tuple(dict.fromkeys(names))


def _revised(paper: Paper, day: date) -> Paper:
    assert paper.updated is not None, "made here, with its date"
    return replace(
        paper,
        version=paper.version + 1,
        updated=paper.updated + timedelta(days=7),
        announced=day,
        comment=f"v{paper.version + 1}: minor corrections",
    )
