"""Everything that can go wrong in a way a person can mend.

Each error's text is one line: what is wrong, where, and what to do. The command line prints that
line and ends with the error's ``exit_code`` (0 done, 1 failed and nothing was lost, 2 usage or
configuration, 3 done in part).
"""

from __future__ import annotations

from daily_papers.text import cut


class DailyPapersError(Exception):
    """What the command line prints as one line, without a traceback."""

    exit_code = 1


class UsageError(DailyPapersError):
    """The command, an option or an environment variable is wrong."""

    exit_code = 2


class StoreError(DailyPapersError):
    """A file under data/ cannot be read; it is left as it is."""

    def __init__(self, place: str, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place}: {problem}")


class RegionError(DailyPapersError):
    """A README has no region for the tables, or an unclear one; it is left as it is."""


class FetchError(DailyPapersError):
    """One answer could not be had. ``outcome`` is its name in the report."""

    outcome = "failed"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        # An address may list hundreds of identifiers, and still has to fit a line.
        super().__init__(f"{reason} ({cut(url, 200)})")


class Unreachable(FetchError):
    """No answer came: connection refused, reset, timed out, or a server error."""


class Throttled(FetchError):
    """The service asked us to wait, and the tries or the time budget are used up."""

    outcome = "throttled"

    def __init__(self, url: str, reason: str, retry_after: float | None = None) -> None:
        #: Seconds after which the service wants to be asked again, where it said so.
        self.retry_after = retry_after
        super().__init__(url, reason)


class Forbidden(FetchError):
    """The service answered 403 in this run: nothing more is asked of it today."""


class MachineFault(FetchError):
    """A fault of the user's machine: of its proxy, certificates or network. No wait helps."""


class NotAsked(FetchError):
    """The run's time is used up: no further request is begun."""

    outcome = "not asked"


class BadAnswer(FetchError):
    """An answer came and is not what was asked for; nothing of it is believed."""


class RejectedAnswer(BadAnswer):
    """An answer is well formed, and cannot be the answer to what was asked."""


class ShortAnswer(BadAnswer):
    """An answer is well formed but holds fewer papers than it should."""

    outcome = "short answer"
