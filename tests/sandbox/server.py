"""The sandbox arXiv: its services on a port of the loopback, with a day that can be moved."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from types import TracebackType
from typing import Self

from tests.sandbox.exchange import (
    LINE_TOO_LONG,
    LONGEST_LINE,
    NOT_FOUND,
    SERVER_ERROR,
    Request,
    Response,
    Service,
)
from tests.sandbox.feeds import Feeds
from tests.sandbox.loopback import Loopback
from tests.sandbox.made_up import make_up
from tests.sandbox.oai_pmh import OaiPmh
from tests.sandbox.query_api import QueryApi
from tests.sandbox.universe import Universe

#: May answer instead of arXiv; None leaves the request to arXiv. A ConnectionError that it raises
#: breaks the connection off without an answer.
Intercept = Callable[[Request], Response | None]


@cache
def _ordinary() -> Universe:
    """What arXiv holds where nothing else is said; nothing changes it, so it is made up once."""
    return make_up()


class SandboxArxiv:
    """arXiv over real HTTP on the loopback, as a context manager.

    ``today`` is the listing day on which it answers, and may be moved between requests, as the
    other settings may.
    """

    def __init__(self, universe: Universe | None = None, today: date = date(2026, 1, 5)) -> None:
        self.universe = universe or _ordinary()
        self.today = today
        #: By how many days the query API's index is behind the listings.
        self.query_lag_days = 0
        #: Whether the feed still serves the listing before, with today's dates.
        self.feed_is_stale = False
        #: Whether it serves the next listing already, as it does after an evening's announcement.
        self.feed_is_early = False
        self.intercept: Intercept | None = None
        #: Every request since the start, in the order in which they came.
        self.requests: list[Request] = []
        self._query_api = QueryApi(self.universe)
        self.feeds = Feeds(self.universe)
        self.oai_pmh = OaiPmh(self.universe)
        self._lock = threading.Lock()
        self._mishaps: list[Exception] = []

    def __enter__(self) -> Self:
        """Open the port."""
        self._server = Loopback(self._exchange)
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the port and every connection; raises what went wrong in the sandbox itself."""
        self._server.stop()
        if self._mishaps and error is None:
            raise self._mishaps[0]

    @property
    def address(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        """The query API's address."""
        return f"{self.address}/api/query"

    @property
    def feed_url(self) -> str:
        """What stands before ``/atom/SET`` and ``/rss/SET``."""
        return self.address

    @property
    def oai_url(self) -> str:
        """The address of OAI-PMH."""
        return f"{self.address}/oai"

    @property
    def counts(self) -> Counter[Service]:
        """How many requests each service had."""
        return Counter(request.service for request in self.requests)

    def environment(self) -> dict[str, str]:
        """The variables that send ``daily-papers`` here, today, without waiting."""
        return {
            "DAILY_PAPERS_API_URL": self.api_url,
            "DAILY_PAPERS_FEED_URL": self.feed_url,
            "DAILY_PAPERS_OAI_URL": self.oai_url,
            "DAILY_PAPERS_REQUEST_INTERVAL": "0",
            "DAILY_PAPERS_RETRY_WAIT": "0",
            "DAILY_PAPERS_TODAY": self.today.isoformat(),
        }

    def answer(self, request: Request) -> Response:
        """What arXiv would answer today, whatever intercepts."""
        with self._lock:
            if len(request.line.encode()) > LONGEST_LINE:
                return LINE_TOO_LONG
            if request.service is Service.QUERY:
                public_on = self.today - timedelta(days=self.query_lag_days)
                return self._query_api.answer(request, public_on, self.today)
            if request.service is Service.FEED:
                return self.feeds.answer(request, self.today, self._listed())
            if request.service is Service.OAI:
                return self.oai_pmh.answer(request, self.today, self.oai_url)
            return NOT_FOUND

    def _listed(self) -> date:
        """The day whose listing the feed serves."""
        if self.feed_is_early:
            return self.universe.calendar.at_or_after(self.today + timedelta(days=1))
        if not self.feed_is_stale:
            return self.today
        return self.universe.calendar.at_or_before(self.today - timedelta(days=1))

    def _exchange(self, request: Request) -> Response:
        self.requests.append(request)
        try:
            answer = self.intercept(request) if self.intercept is not None else None
            return answer or self.answer(request)
        except ConnectionError:
            raise
        except Exception as mishap:  # noqa: BLE001 (told when the sandbox closes)
            self._mishaps.append(mishap)
            return SERVER_ERROR
