"""The query API: searches, newest first, and lists of identifiers, through the package ``arxiv``.

Manual: https://info.arxiv.org/help/api/user-manual.html. The package reads the entries, once the
raw bytes have been checked. Its types never leave this module.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import partial
from itertools import chain, pairwise, product
from operator import attrgetter
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import arxiv
from arxiv import _feed
from lxml import etree

from daily_papers.arxiv.session import PoliteSession
from daily_papers.arxiv.xml import (
    ATOM,
    ATOM_FEED,
    answer_of,
    first_doi,
    plausible,
    readable_categories,
)
from daily_papers.errors import BadAnswer, FetchError, ShortAnswer
from daily_papers.papers.announcement import SearchAnswer
from daily_papers.papers.authors import is_name
from daily_papers.papers.paper import ArxivId, Origin, Paper, folded, merge
from daily_papers.query.expression import Expression, leaves, to_arxiv
from daily_papers.query.matching import found_by_arxiv
from daily_papers.query.request_line import (
    MOST_LINE_BYTES,
    MOST_QUERY_BYTES,
    divided,
    line_bytes,
    searches,
    term_too_long,
)
from daily_papers.query.taxonomy import has_known_archive
from daily_papers.text import plural, shortened

logger = logging.getLogger(__name__)
# The package's warnings quote addresses exactly as an answer gives them, even with line feeds.
logging.getLogger(arxiv.__name__).setLevel(logging.ERROR)

#: The most papers that the manual allows in one answer.
MOST_PER_REQUEST = 2000
_NEWEST_FIRST = {"sortBy": "lastUpdatedDate", "sortOrder": "descending"}
#: What the query API says if it refuses a whole list because of one identifier.
_REFUSED_ID = re.compile(r"incorrect id format for (\S+)")
#: How many identifiers are dropped from one list before it is given up.
_MOST_REFUSED = 10
#: The errors of a package that reads what it did not expect.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class QueryApi:
    """Asks the query API over the session of the run."""

    def __init__(self, session: PoliteSession) -> None:
        self._session = session
        self._url = session.services.api_url
        # What an address has besides its query or its identifiers, with the longest numbers.
        rest = self._address(MOST_PER_REQUEST, search_query="", id_list="", **_NEWEST_FIRST)
        self._room = MOST_LINE_BYTES - line_bytes(rest)

    def search(self, expression: Expression, count: int) -> SearchAnswer:
        """Search for the ``count`` most recently updated papers that match, at most 2,000.

        If the expression is too long for one address, it takes several searches, whose results are
        merged. Raises FetchError.
        """
        room = min(self._room, MOST_QUERY_BYTES)
        if problem := term_too_long(expression, room):
            raise FetchError(self._url, problem)
        parts = searches(expression, room)
        is_exact = set(leaves(expression)) == {leaf for part in parts for leaf in leaves(part)}
        rows = count if is_exact else MOST_PER_REQUEST
        queries = map(to_arxiv, parts)
        answers = [
            self._ask(rows, search_query=each, id_list="", **_NEWEST_FIRST) for each in queries
        ]
        joined: dict[str, Paper] = {}
        for paper in chain.from_iterable(answer.papers for answer in answers):
            joined[paper.id] = merge(joined.get(paper.id, paper), paper)
        papers = tuple(sorted(joined.values(), key=attrgetter("updated"), reverse=True))
        total = max(len(papers), *(answer.total for answer in answers))
        if not is_exact:  # they find more than the expression means
            papers = found_by_arxiv(expression, papers)
            total = len(papers)
        urls = tuple(url for answer in answers for url in answer.urls)
        return SearchAnswer(papers[:count], total, urls)

    def by_id(self, ids: Sequence[str]) -> tuple[Paper, ...]:
        """Fetch the papers of these identifiers, in their order; raises FetchError.

        An identifier without version gives the current one; arXiv leaves out those it does not
        know. Raises ValueError before asking if one is malformed, because arXiv would then refuse
        all of them. It would do the same for an archive that never existed, so those are not sent.
        """
        names = list(dict.fromkeys(str(ArxivId.parse(text)) for text in ids))
        found: dict[str, Paper] = {}
        for paper in self._listed([name for name in names if has_known_archive(name)]):
            found[paper.versioned_id] = found[paper.id] = paper
        return tuple(found[name] for name in names if name in found)

    def _listed(self, names: Sequence[str], tries: int = _MOST_REFUSED) -> Sequence[Paper]:
        """Ask for a list; if arXiv refuses it because of one identifier, ask again without it."""
        if not names:
            return ()
        parts = divided(names, lambda part: len(quote_plus(",".join(part))), self._room)
        if len(parts) > 1:
            return [paper for part in parts for paper in self._listed(part)]
        try:
            return self._ask(len(names), search_query="", id_list=",".join(names)).papers
        except BadAnswer as refusal:
            refused = _REFUSED_ID.search(refusal.reason)
            if refused is None or refused[1] not in names or not tries:
                raise
        logger.warning("arXiv does not accept the identifier %s: left out", refused[1])
        return self._listed([name for name in names if name != refused[1]], tries - 1)

    def _ask(self, count: int, **asked: str) -> SearchAnswer:
        url = self._address(count, **asked)
        return self._session.fetch(url, partial(read_answer, url=url))

    def _address(self, count: int, **asked: str) -> str:
        return f"{self._url}?{urlencode({**asked, 'start': 0, 'max_results': count})}"


# --- an answer --------------------------------------------------------------------------------
#
# Whatever is not checked here is trusted. The package repairs truncated XML, reads an error page as
# no results, and takes an entry without a title.

_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
#: What each entry has once.
_ONCE = ("id", "title", "summary", "updated", "published")


def read_answer(body: bytes, *, url: str) -> SearchAnswer:
    """Read an answer; raises BadAnswer or ShortAnswer unless it is whole and fits its address."""
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    wanted = [ArxivId.parse(text) for text in asked.get("id_list", "").split(",") if text]
    root = answer_of(body, url, ATOM_FEED)
    total = _number(root, "totalResults", url)
    if start := _number(root, "startIndex", url):
        raise BadAnswer(url, f"the answer starts at {start:,} where 0 was asked for")
    entries = root.findall(f"{ATOM}entry")
    expected = min(int(asked["max_results"]), total)
    held = plural(len(entries), "paper")
    if len(entries) < expected:
        raise ShortAnswer(
            url, f"the answer has {held}, but {expected:,} of {total:,} were asked for"
        )
    if len(entries) > expected:
        raise BadAnswer(url, f"the answer has {held}, but at most {expected:,} are possible")
    for entry, name in product(entries, _ONCE):
        if (times := len(entry.findall(f"{ATOM}{name}"))) != 1:
            raise BadAnswer(url, f"an entry has {times} elements <{name}> where one is expected")
    papers = _papers(etree.tostring(root), expected, url)
    _check_ids(papers, wanted, url)
    updates = [paper.updated for paper in papers if paper.updated is not None]
    is_sorted = asked.get("sortBy") == "lastUpdatedDate"
    if is_sorted and any(one < other for one, other in pairwise(updates)):
        raise BadAnswer(url, "the papers are not sorted by lastUpdatedDate as asked")
    return SearchAnswer(papers, total, (url,))


def _number(root: etree._Element, name: str, url: str) -> int:
    text = (root.findtext(f"{_OPENSEARCH}{name}") or "").strip()
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise BadAnswer(url, f"the answer has no {name} that is a number: {shortened(text)!r}")
    return int(text)


def _papers(content: bytes, count: int, url: str) -> tuple[Paper, ...]:
    """Let the package read the entries; whatever goes wrong in it becomes a BadAnswer."""
    # The package asks arXiv itself, without timeouts, limits or pauses. So only its reader is used,
    # which is private; a test notices if it is gone.
    try:
        papers = tuple(map(_paper, _feed.parse(content).results))
        if len(papers) < count:
            raise ValueError("an entry lacks its text")
    except _UNREADABLE as error:
        reason = f"the answer could not be read: {shortened(str(error))}"
        raise BadAnswer(url, reason) from error
    return papers


def _paper(result: arxiv.Result) -> Paper:
    """Convert one result, whose texts stay hostile; raises ValueError if it cannot be a paper."""
    id_ = ArxivId.parse(result.entry_id)
    if id_.version is None:
        raise ValueError(f"{id_} has no version")
    categories = readable_categories([result.primary_category, *result.categories])
    return Paper(
        id=id_.id,
        version=id_.version,
        title=folded(result.title),
        authors=tuple(filter(is_name, (folded(author.name) for author in result.authors))),
        abstract=folded(result.summary),
        comment=folded(result.comment or "") or None,
        primary_category=next(iter(categories), None),
        categories=categories or None,
        published=plausible(result.published),
        updated=plausible(result.updated),
        doi=first_doi(result.doi or ""),
        journal_ref=folded(result.journal_ref or "") or None,
        origin=Origin.SEARCH,
    )


def _check_ids(papers: Sequence[Paper], wanted: Sequence[ArxivId], url: str) -> None:
    """Check that no paper is there twice, and none that the identifiers did not ask for."""
    known, seen = frozenset(map(str, wanted)), set[str]()
    for paper in papers:
        name = paper.versioned_id if wanted else paper.id
        if name in seen:
            raise BadAnswer(url, f"{name} is in the answer twice")
        if wanted and known.isdisjoint({paper.id, paper.versioned_id}):
            raise BadAnswer(url, f"{paper.versioned_id} is in the answer, but was not asked for")
        seen.add(name)
