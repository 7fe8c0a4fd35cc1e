"""The query API: searches, newest first, and lists of identifiers, through the package ``arxiv``.

Manual: https://info.arxiv.org/help/api/user-manual.html. The package writes the addresses and
reads the entries; the session asks, and the raw bytes are checked before the package sees them.
The package's types never leave this module.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain, pairwise
from types import SimpleNamespace
from urllib.parse import parse_qs, quote_plus, urlsplit

import arxiv
import requests
from lxml import etree

from daily_papers.arxiv.session import PoliteSession
from daily_papers.arxiv.xml import ATOM, check_feed, first_doi, moment, shortened, strict_xml
from daily_papers.errors import BadAnswer, FetchError, ShortAnswer
from daily_papers.papers.announcement import SearchAnswer
from daily_papers.papers.authors import is_name
from daily_papers.papers.paper import ArxivId, Origin, Paper, folded, merge, newest_first
from daily_papers.query.expression import Expression, leaves, to_arxiv
from daily_papers.query.matching import found_by_arxiv
from daily_papers.query.request_line import (
    MOST_LINE_BYTES,
    MOST_QUERY_BYTES,
    line_bytes,
    searches,
    term_too_long,
)
from daily_papers.query.taxonomy import has_known_archive
from daily_papers.text import plural

logger = logging.getLogger(__name__)
# The package's warnings quote addresses exactly as an answer gives them, even with line feeds.
logging.getLogger(arxiv.__name__).setLevel(logging.ERROR)

#: The most papers that the manual allows in one answer.
MOST_PER_REQUEST = 2000
#: What an address has besides its query or its identifiers, with the longest numbers.
_REST_OF_ADDRESS = (
    "search_query=&id_list=&sortBy=lastUpdatedDate&sortOrder=descending"
    "&start=100000&max_results=2000"
)
#: What the query API says if it refuses a whole list because of one identifier.
_REFUSED_ID = re.compile(r"incorrect id format for (\S+)")
#: How many identifiers are dropped from one list before it is given up.
_MOST_REFUSED = 10
#: The errors of a package that reads what it did not expect.
_UNREADABLE = (
    arxiv.ArxivError,
    requests.RequestException,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class QueryApi:
    """Asks the query API over the session of the run."""

    def __init__(self, session: PoliteSession) -> None:
        self._session = session
        self._url = session.services.api_url
        self._room = MOST_LINE_BYTES - line_bytes(f"{self._url}?{_REST_OF_ADDRESS}")

    def search(self, expression: Expression, count: int) -> SearchAnswer:
        """Search for the ``count`` most recently updated papers that match an expression.

        If it is too long for one address, it takes several searches, whose results are merged.
        Raises FetchError.
        """
        room = min(self._room, MOST_QUERY_BYTES)
        if problem := term_too_long(expression, room):
            raise FetchError(self._url, problem)
        parts = searches(expression, room)
        queries = [to_arxiv(part) for part in parts]
        is_whole = set(leaves(expression)) == {leaf for part in parts for leaf in leaves(part)}
        if is_whole and len(queries) == 1:
            return self.newest(queries[0], count)
        answer = self._newest_of(queries, count)
        if is_whole:
            return answer
        # The searches find more papers than the expression means; leave those out.
        found = _meant(expression, answer)
        if len(found.papers) < count < answer.total:
            found = _meant(expression, self._newest_of(queries, MOST_PER_REQUEST))
        return SearchAnswer(found.papers[:count], found.total, found.urls)

    def _newest_of(self, queries: Sequence[str], count: int) -> SearchAnswer:
        answers = [self.newest(query, count) for query in queries]
        joined: dict[str, Paper] = {}
        for paper in chain.from_iterable(answer.papers for answer in answers):
            joined[paper.id] = merge(joined.get(paper.id, paper), paper)
        papers = tuple(sorted(joined.values(), key=newest_first))
        total = max(len(papers), *(answer.total for answer in answers))
        urls = tuple(url for answer in answers for url in answer.urls)
        return SearchAnswer(papers[:count], total, urls)

    def newest(self, query: str, count: int) -> SearchAnswer:
        """Search for the ``count`` most recently updated papers; raises FetchError.

        Up to 2,000 take one request.
        """
        search = arxiv.Search(
            query=query,
            max_results=count,
            sort_by=arxiv.SortCriterion.LastUpdatedDate,
            sort_order=arxiv.SortOrder.Descending,
        )
        pages = _Pages(self._session)
        papers = self._papers(search, pages)
        # arXiv sorts pages without a tie-breaker, so a paper may be on two of them.
        once = {paper.id: paper for paper in reversed(papers)}
        kept = tuple(paper for paper in papers if once[paper.id] is paper)
        first, *_ = pages.answers.values()
        return SearchAnswer(kept, first.total, tuple(pages.answers))

    def by_id(self, ids: Sequence[str]) -> tuple[Paper, ...]:
        """Fetch the papers of these identifiers, in their order; raises FetchError.

        An identifier without version gives the current one; arXiv leaves out those it does not
        know. Raises ValueError before asking if one is malformed, because arXiv would then refuse
        all of them. It would do the same for an archive that never existed, so those are not sent.
        """
        names = list(dict.fromkeys(str(ArxivId.parse(text)) for text in ids))
        found: dict[str, Paper] = {}
        for part in self._lists([name for name in names if has_known_archive(name)]):
            for paper in self._listed(part):
                found[paper.versioned_id] = found[paper.id] = paper
        return tuple(found[name] for name in names if name in found)

    def _lists(self, names: Sequence[str]) -> Iterator[list[str]]:
        """Divide identifiers into lists that fit into an address."""
        part: list[str] = []
        left = self._room
        for name in names:
            size = len(quote_plus(f"{name},"))
            if part and size > left:
                yield part
                part, left = [], self._room
            part.append(name)
            left -= size
        if part:
            yield part

    def _listed(self, names: Sequence[str], tries: int = _MOST_REFUSED) -> Sequence[Paper]:
        """Ask for a list; if arXiv refuses it because of one identifier, ask again without it."""
        if not names:
            return ()
        search = arxiv.Search(id_list=list(names), max_results=len(names))
        try:
            return self._papers(search, _Pages(self._session))
        except BadAnswer as refusal:
            refused = _REFUSED_ID.search(refusal.reason)
            if refused is None or refused[1] not in names or not tries:
                raise
        logger.warning("arXiv does not accept the identifier %s: left out", refused[1])
        return self._listed([name for name in names if name != refused[1]], tries - 1)

    def _papers(self, search: arxiv.Search, pages: _Pages) -> list[Paper]:
        """Let the package ask and read; whatever goes wrong in it becomes a FetchError."""
        size = min(search.max_results, MOST_PER_REQUEST)
        # The session waits and retries. The package accepts none from outside, and its own has no
        # timeouts, limits or pauses. So replace its private attribute; a test notices if it is
        # gone.
        client = arxiv.Client(page_size=size, delay_seconds=0, num_retries=0)
        client.query_url_format = self._url.replace("{", "{{").replace("}", "}}") + "?{}"
        client._session = pages  # noqa: SLF001
        try:
            papers = [_paper(result) for result in client.results(search)]
        except _UNREADABLE as error:
            pages.discard()
            reason = f"the answer could not be read: {shortened(str(error))}"
            raise BadAnswer(pages.last_url, reason) from error
        due = min(search.max_results, sum(len(page.ids) for page in pages.answers.values()))
        if len(papers) != due:
            pages.discard()
            reason = f"only {len(papers):,} of the answer's {due:,} papers could be read"
            raise BadAnswer(pages.last_url, reason)
        return papers


def _meant(expression: Expression, answer: SearchAnswer) -> SearchAnswer:
    """Leave out the papers that one search for the whole expression would not find."""
    papers = found_by_arxiv(expression, answer.papers)
    return SearchAnswer(papers, len(papers), answer.urls)


@dataclass(slots=True)
class _Pages:
    """Takes the place of the package's requests.Session: each page is fetched and checked."""

    session: PoliteSession
    #: What each page says about itself, by its address.
    answers: dict[str, QueryAnswer] = field(default_factory=dict)
    #: The address that was asked for last.
    last_url: str = ""

    def get(self, url: str, headers: Mapping[str, str]) -> SimpleNamespace:  # noqa: ARG002
        """Fetch one page; the session sends headers of its own."""
        self.last_url = url
        answer = self.answers[url] = self.session.fetch(url, partial(read_query_answer, url=url))
        return SimpleNamespace(content=answer.content, status_code=200)

    def discard(self) -> None:
        """Forget the kept pages, so that the next run asks again."""
        for url in self.answers:
            self.session.discard(url)


def _paper(result: arxiv.Result) -> Paper:
    """Convert one result; its texts stay hostile."""
    id_ = ArxivId.parse(result.entry_id)
    assert id_.version is not None, "the raw bytes were checked"
    named = map(folded, [result.primary_category, *result.categories])
    categories = tuple(dict.fromkeys(filter(None, named)))
    return Paper(
        id=id_.id,
        version=id_.version,
        title=folded(result.title),
        authors=tuple(filter(is_name, (folded(author.name) for author in result.authors))),
        abstract=folded(result.summary),
        comment=folded(result.comment or "") or None,
        primary_category=categories[0] if categories else None,
        categories=categories or None,
        published=result.published,
        updated=result.updated,
        doi=first_doi(result.doi or ""),
        journal_ref=folded(result.journal_ref or "") or None,
        origin=Origin.SEARCH,
    )


# --- the raw bytes ----------------------------------------------------------------------------
#
# Whatever is not checked here is trusted. The package repairs truncated XML, and reads an error
# page as no results.

_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What a checked answer of the query API says about itself."""

    total: int
    ids: tuple[ArxivId, ...]
    #: It as the package may read it, without comments.
    content: bytes


def read_query_answer(body: bytes, *, url: str) -> QueryAnswer:
    """Read an answer; raises BadAnswer or ShortAnswer unless it is whole and fits its address."""
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    first, most = int(asked.get("start", "0")), int(asked.get("max_results", "10"))
    wanted = [ArxivId.parse(text) for text in asked.get("id_list", "").split(",") if text]
    newest_first = asked.get("sortBy") == "lastUpdatedDate"
    newest_first &= asked.get("sortOrder", "descending") == "descending"
    root = strict_xml(body, url)
    check_feed(root, url)
    total = _number(root, "totalResults", url)
    start = _number(root, "startIndex", url)
    if start != first:
        raise BadAnswer(url, f"the answer starts at {start:,} where {first:,} was asked")
    entries = [_listed(entry, url) for entry in root.iterfind(f"{ATOM}entry")]
    ids = tuple(id_ for id_, _ in entries)
    expected = min(most, max(0, total - first))
    if len(ids) < expected:
        held = plural(len(ids), "paper")
        raise ShortAnswer(
            url, f"the answer has {held}, but {expected:,} of {total:,} were asked for"
        )
    if len(ids) > expected:
        raise BadAnswer(
            url, f"the answer has {len(ids):,} papers, but at most {expected:,} are possible"
        )
    _check_ids(ids, wanted, url)
    if newest_first and any(one < other for (_, one), (_, other) in pairwise(entries)):
        raise BadAnswer(url, "the papers are not sorted by lastUpdatedDate as asked")
    return QueryAnswer(total, ids, etree.tostring(root))


def _number(root: etree._Element, name: str, url: str) -> int:
    text = (root.findtext(f"{_OPENSEARCH}{name}") or "").strip()
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise BadAnswer(url, f"the answer has no {name} that is a number: {shortened(text)!r}")
    return int(text)


def _check_ids(ids: Sequence[ArxivId], wanted: Sequence[ArxivId], url: str) -> None:
    """Check that no paper is there twice, and none that the identifiers did not ask for."""
    times = Counter(str(id_) if wanted else id_.id for id_ in ids)
    for name, number in times.items():
        if number > 1:
            raise BadAnswer(url, f"{name} is in the answer twice")
    for id_ in ids:
        if wanted and id_ not in wanted and ArxivId(id_.id) not in wanted:
            raise BadAnswer(url, f"{id_} is in the answer, but was not asked for")


def _listed(entry: etree._Element, url: str) -> tuple[ArxivId, datetime]:
    """Read an entry's identifier and last update; raises BadAnswer if it lacks what papers need."""
    texts = {name: _only_text(entry, name, url) for name in ("id", "title", "summary")}
    try:
        id_ = ArxivId.parse(texts["id"])
    except ValueError:
        said = shortened(texts["id"].strip())
        raise BadAnswer(url, f"an entry has no arXiv identifier: {said!r}") from None
    if id_.version is None:
        raise BadAnswer(url, f"{id_} has no version in the answer")
    dates: list[datetime] = []
    for name in ("updated", "published"):
        try:
            dates.append(moment(_only_text(entry, name, url).strip()))
        except ValueError as error:
            raise BadAnswer(url, f"an entry's <{name}> is {error}") from None
    return id_, dates[0]


def _only_text(entry: etree._Element, name: str, url: str) -> str:
    found = entry.findall(f"{ATOM}{name}")
    if len(found) != 1:
        raise BadAnswer(url, f"an entry has {len(found)} elements <{name}> where one is due")
    return found[0].text or ""
