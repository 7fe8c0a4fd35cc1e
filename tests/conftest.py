"""What all tests share: how hard hypothesis looks, and what would cost time for nothing."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.silence import silence_ends_at_once

# The same examples each time, whatever machine and hour: a failure is a change's, never a dice's.
# `make test-all` looks twelve times as hard; HYPOTHESIS_PROFILE=search looks elsewhere each time.
_CALM = (HealthCheck.too_slow,)
settings.register_profile(
    "quick", max_examples=8, deadline=None, derandomize=True, suppress_health_check=_CALM
)
settings.register_profile(
    "full", max_examples=100, deadline=None, derandomize=True, suppress_health_check=_CALM
)
settings.register_profile("search", max_examples=500, deadline=None, suppress_health_check=_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


# Python looks for garbage each time 700 objects are new, and through thousands of tests again and
# again. It is enough to look less often, and no more at what stays until the end.
gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish() -> None:
    gc.freeze()


#: What tests see of the environment that they are started in.
_SEEN = re.compile(
    "CHROMIUM|HOME|LANG|PATH|SYSTEMROOT|TEMP|TMP|TMPDIR|UPDATE_GOLDENS|(LC|COV|PYTEST|PYTHON).*"
)


@pytest.fixture(autouse=True, scope="session")
def no_other_variables() -> Iterator[None]:
    """No test depends on what somebody has set; and requests walks through all of it each time."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if not _SEEN.fullmatch(name)]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_silence() -> Iterator[None]:
    with silence_ends_at_once():
        yield
