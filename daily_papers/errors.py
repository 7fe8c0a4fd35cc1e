"""The outcomes of what a run asks for, and everything that can go wrong.

Each error's text is one line: what is wrong, where, and what to do. The command line prints that
line and ends with the error's ``exit_code`` (0 done, 1 failed and nothing was lost, 2 wrong usage
or configuration, 3 partly done).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from daily_papers.text import cut


class Outcome(StrEnum):
    """The outcome of a keyword, or of one request; the value is its name in the report."""

    UP_TO_DATE = "up to date"
    NOTHING_ANNOUNCED = "nothing announced"
    FILLING = "filling"
    TO_BE_CONFIRMED = "to be confirmed"
    SHORT_ANSWER = "short answer"
    THROTTLED = "throttled"
    NOT_ASKED = "not asked"
    #: Because of a fault of this machine.
    NOT_REACHED = "not reached"
    FAILED = "failed"
    #: These two are for requests only.
    OK = "ok"
    REDIRECTED = "redirected"


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with one question to arXiv."""

    outcome: Outcome
    #: In plain words, for people who do not know what an HTTP status is.
    reason: str
    url: str
    #: What to do about it; None if a later run may simply succeed.
    remedy: str | None = None
    #: Whether the service did answer, so that only this question or its answer is at fault.
    rejected: bool = False

    @property
    def plain_reason(self) -> str:
        """What went wrong and what to do, without the address."""
        return self.reason if self.remedy is None else f"{self.reason}; {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its outcome, or one kept answer that saved a request."""

    url: str
    #: The HTTP status as text, ``lost``, or ``kept``.
    status: str
    bytes: int
    seconds: float
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A pause after which the same address is asked again."""

    url: str
    seconds: float
    reason: str


class DailyPapersError(Exception):
    """What the command line prints as one line, without a traceback."""

    exit_code = 1


class UsageError(DailyPapersError):
    """The command, an option or an environment variable is wrong."""

    exit_code = 2


class StoreError(DailyPapersError):
    """A file under data/ or digests/ cannot be read; it is left as it is."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")


class RegionError(DailyPapersError):
    """A README has no clear region for the tables; it is left as it is."""


class FetchError(DailyPapersError):
    """A question got no answer, or no good one; ``failure`` says why."""

    outcome: ClassVar[Outcome] = Outcome.FAILED
    rejected: ClassVar[bool] = True

    def __init__(
        self, url: str, reason: str, remedy: str | None = None, retry_after: float | None = None
    ) -> None:
        #: What went wrong, without the address and without what to do.
        self.reason = reason
        self.url = url
        #: Seconds after which the service wants to be asked again, if it said so.
        self.retry_after = retry_after
        self.failure = Failure(self.outcome, reason, url, remedy, self.rejected)
        # An address may list hundreds of identifiers, and still has to fit a line.
        super().__init__(f"{self.failure.plain_reason} ({cut(url, 200)})")


class NoAnswer(FetchError):
    """The service does not answer, and will probably not answer the next question."""

    rejected = False


class Unreachable(NoAnswer):
    """No answer came: connection refused, reset, timed out, or a server error."""


class Throttled(NoAnswer):
    """The service asked us to wait."""

    outcome = Outcome.THROTTLED


class Forbidden(NoAnswer):
    """The service answered 403: this run asks it nothing more."""


class MachineFault(NoAnswer):
    """A fault of the user's machine: its proxy, certificates or network. Waiting does not help."""

    outcome = Outcome.NOT_REACHED


class NotAsked(NoAnswer):
    """The run's time is used up: it starts no further request."""

    outcome = Outcome.NOT_ASKED


class BadAnswer(FetchError):
    """The answer is not what was asked for; none of it is used."""


class RejectedAnswer(BadAnswer):
    """The answer is well formed, but cannot be the right one."""


class ShortAnswer(BadAnswer):
    """The answer is well formed, but holds fewer papers than it should."""

    outcome = Outcome.SHORT_ANSWER
