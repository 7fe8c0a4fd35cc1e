"""Whether a service of arXiv still answers in this run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from daily_papers.errors import FetchError, NoAnswer

#: After this many questions in a row without an answer, no further one is asked.
_PATIENCE = 3


@dataclass(slots=True)
class Health:
    """One service: after three questions in a row without an answer, nothing more is asked.

    A bad answer is an answer: the next question may have a good one.
    """

    #: Why it did not answer, one for each question since its last answer.
    failures: list[NoAnswer] = field(default_factory=list)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Note how the question asked inside ends; raises FetchError if no more may be asked."""
        if len(self.failures) >= _PATIENCE:
            raise self.failures[-1]
        try:
            yield
        except NoAnswer as failure:
            self.failures.append(failure)
            raise
        except FetchError:
            self.failures.clear()
            raise
        self.failures.clear()
