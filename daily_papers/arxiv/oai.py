"""OAI-PMH: everything that changed at arXiv since a day, page by page.

What one page holds is read in ``oai_records``; here the pages are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

from daily_papers.arxiv.oai_records import OaiPage, read_page
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.errors import BadAnswer

#: Far more than any gap that is worth harvesting; a server that has no end is broken.
MOST_PAGES = 300


class OaiPmh:
    """Harvests arXivRaw records over the session that all services share."""

    def __init__(
        self, session: PoliteSession, services: Services, *, most_pages: int = MOST_PAGES
    ) -> None:
        self._session = session
        self._services = services
        self._most_pages = most_pages

    def changed_since(self, day: date, set_spec: str | None = None) -> Iterator[OaiPage]:
        """Give the pages of all records with a datestamp of this UTC day or later.

        ``set_spec`` is one of ``volumes.oai_sets``; None is everything. Raises FetchError, after
        the pages that came before. There is no end date: arXiv keeps answers of closed ranges
        for days. Ask from a day before today at least: arXiv remembers "nothing yet" until
        midnight UTC.
        """
        arguments = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": day.isoformat()}
        page = self._page(arguments | ({"set": set_spec} if set_spec else {}))
        seen: set[str] = set()
        yield page
        while (token := page.resumption_token) is not None:
            if token in seen:
                raise BadAnswer(page.url, "the harvest turns in a circle: a token came twice")
            seen.add(token)
            if len(seen) >= self._most_pages:
                raise BadAnswer(page.url, f"no end of the harvest after {self._most_pages} pages")
            page = self._page({"verb": "ListRecords", "resumptionToken": token})
            yield page

    def _page(self, arguments: dict[str, str]) -> OaiPage:
        """Ask for one page. A token is opaque: it goes back alone, encoded once."""
        url = f"{self._services.oai_url}?{urlencode(arguments)}"
        read: list[OaiPage] = []
        self._session.fetch(
            url,
            lambda body: read.append(read_page(body, url)),
            silence_seconds=self._services.oai_timeout,
        )
        return read[-1]
