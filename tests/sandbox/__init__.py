"""A stand-in for arXiv on the loopback, in full fidelity: made-up papers over real HTTP.

It imports nothing of the pipeline: its calendar, its search and its shapes are its own, so that
what the two agree on is not merely the same mistake.
"""

from __future__ import annotations

from tests.sandbox.exchange import (
    RATE_EXCEEDED,
    UNAVAILABLE,
    Request,
    Response,
    Service,
)
from tests.sandbox.made_up import Script, make_up
from tests.sandbox.record import Change, Record, announce_type
from tests.sandbox.server import Intercept, SandboxArxiv
from tests.sandbox.universe import Universe
from tests.sandbox.wording import TRACKED_AUTHOR

__all__ = [
    "RATE_EXCEEDED",
    "TRACKED_AUTHOR",
    "UNAVAILABLE",
    "Change",
    "Intercept",
    "Record",
    "Request",
    "Response",
    "SandboxArxiv",
    "Script",
    "Service",
    "Universe",
    "announce_type",
    "make_up",
]
