"""Whether a service of arXiv still answers in this run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from daily_papers.errors import FetchError, NoAnswer

_Answer = TypeVar("_Answer")

#: So many questions in a row without an answer, and no further one is asked.
_PATIENCE = 3


@dataclass(slots=True)
class Health:
    """One service: after three questions in a row that it had no answer to, it is left in peace.

    A bad answer is an answer: the next question may have a good one.
    """

    #: Questions without an answer since the last answer.
    unanswered: int = 0
    #: Why the last question had no answer; None if it had one. What is not urgent can wait.
    last_failure: FetchError | None = None

    @property
    def failing(self) -> bool:
        """Whether the last question had no answer."""
        return self.last_failure is not None

    def ask(self, question: Callable[[], _Answer]) -> _Answer:
        """Ask, unless the service is left in peace; raises FetchError."""
        if self.last_failure is not None and self.unanswered >= _PATIENCE:
            raise self.last_failure
        try:
            answer = question()
        except NoAnswer as failure:
            self.unanswered += 1
            self.last_failure = failure
            raise
        except FetchError:
            self.unanswered, self.last_failure = 0, None
            raise
        self.unanswered, self.last_failure = 0, None
        return answer
