"""Many cases of one rule in one test.

A test of its own costs some milliseconds in pytest, far more than looking at one short text.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Sequence
from functools import wraps

import pytest

Test = Callable[..., None]


def for_each(names: str | Sequence[str], cases: Collection[object]) -> Callable[[Test], Test]:
    """Like ``pytest.mark.parametrize``, but all cases are one test, which names those that fail.

    They share its fixtures.
    """
    keys = names.replace(",", " ").split() if isinstance(names, str) else list(names)
    assert cases

    def over_cases(test: Test) -> Test:
        @wraps(test)
        def every_case(*this: object, **fixtures: object) -> None:
            failures: list[BaseException] = []
            for case in cases:
                values = dict(zip(keys, (case,) if len(keys) == 1 else case, strict=True))
                try:
                    test(*this, **fixtures, **values)
                except (Exception, pytest.fail.Exception) as failure:  # noqa: BLE001
                    failure.add_note(f"The case is {values!r}.")
                    failures.append(failure)
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(cases)} cases", failures)

        signature = inspect.signature(test)
        own = [it for name, it in signature.parameters.items() if name not in keys]
        every_case.__signature__ = signature.replace(parameters=own)
        return every_case

    return over_cases
