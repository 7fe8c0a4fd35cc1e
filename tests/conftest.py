"""What all tests share: how hard hypothesis looks."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# The same examples each time, whatever machine and hour: a failure is a change's, never a dice's.
# `make test-all` looks eight times as hard; HYPOTHESIS_PROFILE=search looks elsewhere each time.
_CALM = (HealthCheck.too_slow,)
settings.register_profile(
    "quick", max_examples=12, deadline=None, derandomize=True, suppress_health_check=_CALM
)
settings.register_profile(
    "full", max_examples=100, deadline=None, derandomize=True, suppress_health_check=_CALM
)
settings.register_profile("search", max_examples=500, deadline=None, suppress_health_check=_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
