"""The one polite session of a run: every request to arXiv's services goes through it.

It spaces out requests, obeys what a status demands, waits and tries again within the run's time,
asks nothing more after a 403, and returns only bytes that were checked.

    fetch = a kept answer, or else up to three tries of (pause, request, redirects, status, check)
            with waits in between; an answer that passes is kept, outside git, for a second run
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from daily_papers.arxiv.services import Services, domain
from daily_papers.arxiv.xml import error_message
from daily_papers.clock import Clock
from daily_papers.errors import (
    BadAnswer,
    Exchange,
    FetchError,
    Forbidden,
    MachineFault,
    NotAsked,
    Outcome,
    Throttled,
    Unreachable,
    Wait,
)
from daily_papers.query.request_line import MOST_LINE_BYTES, line_bytes
from daily_papers.text import cut, shortened
from daily_papers.transport import REDIRECTS, AnswerLimits, RawAnswer, Transport, retry_after

logger = logging.getLogger(__name__)

TRIES = 3
MOST_REDIRECTS = 5
_HEADERS = {"Accept": "application/atom+xml, application/xml;q=0.9, */*;q=0.1"}
_THROTTLING = frozenset({406, 429, 503})
_THROTTLED_BODY = b"rate exceeded."
#: A wait of at least this many seconds is announced.
_LONG_WAIT = 30.0

Read = TypeVar("Read")


@dataclass
class PoliteSession(AbstractContextManager["PoliteSession"]):
    """Asks arXiv's three services, one request after the other; a context manager."""

    services: Services
    _: KW_ONLY
    #: Seconds for the whole run; a wait that does not fit is not begun.
    budget: float = 40 * 60
    #: Keeps checked answers.
    answers: AnswerCache | None = None
    clock: Clock | None = None
    #: Called before each wait, so that the run can store and render what it has.
    before_waiting: Callable[[Wait], None] = lambda _wait: None
    #: Called with a sentence for whoever is watching: before a long wait, or if an answer is slow.
    say: Callable[[str], None] = lambda _: None
    #: The web address that arXiv sees in the User-Agent.
    digest_repository: str | None = None
    #: Every request of the run, in order, and every kept answer that saved one.
    exchanges: list[Exchange] = field(init=False, default_factory=list)
    waits: list[Wait] = field(init=False, default_factory=list)
    _last_end: float | None = field(init=False, default=None)
    #: Domains not to be asked again in this run, with the error for any further question.
    _closed: dict[str, FetchError] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._limits = AnswerLimits()
        self._clock = self.clock or time
        self._transport = Transport(self._limits, self.digest_repository, self._say_slow)
        self._deadline = self._clock.monotonic() + self.budget
        self._time = "the run's time"

    def __exit__(self, *_: object) -> None:
        self._transport.hang_up()

    def seconds_left(self) -> float:
        """Return how much of the run's time is left."""
        return max(0.0, self._deadline - self._clock.monotonic())

    @contextmanager
    def in_share(self, share: float, whose: str) -> Iterator[None]:
        """Within the block, let requests use at most that share of the remaining time."""
        whole, time = self._deadline, self._time
        self._deadline = whole - (1 - share) * self.seconds_left()
        self._time = f"{whose} share of {time}"
        try:
            yield
        finally:
            self._deadline, self._time = whole, time

    def fetch(self, url: str, read: Callable[[bytes], Read]) -> Read:
        """Return what ``read`` makes of the answer to a GET of this address; raises FetchError.

        ``read`` raises BadAnswer for bytes that are not the answer.
        """
        kept = self.answers.read(url) if self.answers is not None else None
        if kept is not None:
            with suppress(BadAnswer):
                found = read(kept)
                self._note(url, "kept", Outcome.OK, size=len(kept))
                return found
        # A budget of 0 means asking without waiting; a budget that is used up means not asking.
        if self.budget > 0 and not self.seconds_left():
            raise NotAsked(url, f"not asked: {self._time} is used up")
        tries = 1
        while True:
            try:
                return self._ask(url, read)
            except (Throttled, Unreachable) as failure:
                if tries == TRIES:
                    reason = f"{failure.reason}, after {TRIES} tries"
                    raise type(failure)(url, reason) from failure
                self._wait(failure, tries)
                tries += 1

    def discard(self, url: str) -> None:
        """Forget the kept answer of this address, since it was rejected after its check."""
        if self.answers is not None:
            self.answers.discard(url)

    def _wait(self, failure: Throttled | Unreachable, waits: int) -> None:
        """Pause before the next try; raises the failure if there is no time to pause."""
        seconds = self._wait_seconds(failure, waits)
        left = self.seconds_left()
        if seconds > left:
            reason = (
                f"{failure.reason}; a wait of {seconds:,.0f} seconds is longer than "
                f"the {left:,.0f} that the run has left"
            )
            raise type(failure)(failure.url, reason) from failure
        said = any(wait.reason == failure.reason for wait in self.waits)
        wait = Wait(url=failure.url, seconds=round(seconds, 3), reason=failure.reason)
        self.waits.append(wait)
        self.before_waiting(wait)
        logger.info("waiting %.0f seconds: %s", seconds, failure.reason)
        if seconds >= _LONG_WAIT:
            why = "as before" if said else failure.reason
            self.say(f"waiting until {_in(seconds)}: {why}")
        self._transport.hang_up()  # a server closes a connection that is idle for so long
        self._clock.sleep(seconds)

    def _say_slow(self, host: str) -> None:
        rest = self._limits.total_seconds - self._limits.notice_seconds
        self.say(f"still waiting for {host}, until {_in(rest)} at the latest")

    def _wait_seconds(self, failure: Throttled | Unreachable, waits: int) -> float:
        """Wait as long as the service says, or else as configured, longer each time.

        If a Retry-After did not help, the next wait is at least the configured one: arXiv has been
        seen to send ``Retry-After: 0`` all day.
        """
        interval, configured = self.services.pace(failure.url)
        told = failure.retry_after if isinstance(failure, Throttled) else None
        times = waits if told is None else waits - 1
        return max(interval, configured * times, told or 0)

    def _ask(self, url: str, read: Callable[[bytes], Read]) -> Read:
        """Ask once, follow redirects within the domain, keep the answer, and log each request."""
        address = url
        for _ in range(MOST_REDIRECTS + 1):
            self._pause(address)
            started = self._clock.monotonic()
            status, size, outcome, asked = "lost", 0, Outcome.OK, address
            try:
                if line_bytes(address) > MOST_LINE_BYTES:
                    reason = f"not asked: arXiv accepts addresses up to {MOST_LINE_BYTES:,} bytes"
                    raise BadAnswer(url, reason)
                answer = self._transport.send(address, headers=_HEADERS)
                status, size = str(answer.status), len(answer.body)
                target = redirect_target(answer, url)
                if target is None:
                    body = accepted_body(answer, url)
                    found = read(body)
                    if self.answers is not None:
                        self.answers.keep(url, body)
                    return found
                outcome, address = Outcome.REDIRECTED, target
            except FetchError as failure:
                outcome = failure.outcome
                if isinstance(failure, Forbidden):
                    reason = "not asked: the service answered 403 earlier in this run"
                    self._closed[domain(url)] = Forbidden(url, reason)
                elif isinstance(failure, MachineFault):
                    self._closed[domain(address)] = failure
                raise
            finally:
                self._last_end = self._clock.monotonic()
                self._note(asked, status, outcome, size=size, seconds=self._last_end - started)
        raise BadAnswer(url, f"redirected more than {MOST_REDIRECTS} times")

    def _pause(self, address: str) -> None:
        """Wait until the next request may be sent; raises FetchError if none may."""
        if (closed := self._closed.get(domain(address))) is not None:
            raise type(closed)(address, closed.reason, closed.failure.remedy)
        if self._last_end is not None:
            interval, _ = self.services.pace(address)
            rest = self._last_end + interval - self._clock.monotonic()
            if rest > 0:
                self._clock.sleep(rest)

    def _note(
        self, url: str, status: str, outcome: Outcome, *, size: int = 0, seconds: float = 0.0
    ) -> None:
        self.exchanges.append(
            Exchange(url=url, status=status, bytes=size, seconds=round(seconds, 3), outcome=outcome)
        )
        logger.info("%s %s: %s, %d bytes", status, outcome, cut(url, 200), size)


def _in(seconds: float) -> str:
    """Say what time it will be on this machine when so many seconds have passed."""
    return (datetime.now().astimezone() + timedelta(seconds=seconds)).strftime("%H:%M %Z")


# --- what an answer means ----------------------------------------------------------------------
#
# arXiv throttles with 429, 503 and 406, and with the words ``Rate exceeded.`` under status 200; 403
# is its last warning (https://info.arxiv.org/help/robots.html). ``url`` is always the address we
# asked for, although after a redirect the answer comes from another one.


def redirect_target(answer: RawAnswer, url: str) -> str | None:
    """Return where a redirect leads, or None if the answer is not a redirect.

    Raises BadAnswer if it leaves the host's domain or drops encryption.
    """
    target = answer.headers.get("Location")
    if answer.status not in REDIRECTS or target is None:
        return None
    try:
        address = urljoin(answer.url, target)
        there, schemes = urlsplit(address), {"https", urlsplit(answer.url).scheme}
        is_safe = there.port != 0 and there.scheme in schemes and "@" not in there.netloc
    except ValueError:
        is_safe = False
    if not is_safe:
        raise BadAnswer(url, f"redirected to an unsafe address: {shortened(target)}")
    if domain(address) != domain(answer.url):
        raise BadAnswer(url, f"redirected out of its domain, to {shortened(domain(address))}")
    return address


def accepted_body(answer: RawAnswer, url: str) -> bytes:
    """Return the body of a good answer; raises a FetchError for any other."""
    status = answer.status
    if status == 403:
        raise Forbidden(url, "status 403: arXiv has blocked this client for now")
    is_exceeded = answer.body.strip().lower() == _THROTTLED_BODY
    if is_exceeded or status in _THROTTLING:
        said = "Rate exceeded" if is_exceeded else "too many requests"
        reason = f"arXiv asked us to wait (status {status}: {said})"
        raise Throttled(url, reason, retry_after=retry_after(answer.headers))
    if status >= 500:
        raise Unreachable(url, f"status {status}: the server failed")
    if status != 200:
        message = error_message(answer.body)
        raise BadAnswer(url, f"status {status}" + (f": {message}" if message else ""))
    return answer.body


# --- the day's answers -----------------------------------------------------------------------


class AnswerCache:
    """Checked answers of one listing day, one file an answer, in a folder of the day.

    Each is checked again when it is read, so one that was cut off is asked for again. If an answer
    cannot be kept, the run goes on.
    """

    def __init__(self, folder: Path, day: date) -> None:
        """Open ``folder`` (``.daily-papers/answers``) for the day; delete other days' answers."""
        self._day = folder / day.isoformat()
        for other in folder.glob("????-??-??"):
            if other != self._day:
                shutil.rmtree(other, ignore_errors=True)

    def read(self, url: str) -> bytes | None:
        """Read the answer kept for this address; None if there is none."""
        try:
            return self._file(url).read_bytes()
        except OSError:
            return None

    def keep(self, url: str, body: bytes) -> None:
        """Keep a checked answer."""
        try:
            self._day.mkdir(parents=True, exist_ok=True)
            self._file(url).write_bytes(body)
        except OSError as error:
            logger.info("an answer could not be kept: %s", error)

    def discard(self, url: str) -> None:
        """Forget an answer that was rejected after its check."""
        with suppress(OSError):
            self._file(url).unlink()

    def _file(self, url: str) -> Path:
        return self._day / f"{hashlib.sha256(url.encode()).hexdigest()[:40]}.answer"
