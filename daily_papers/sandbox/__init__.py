"""A stand-in for arXiv on the loopback: made-up papers, over real HTTP, for the demo and the tests.

It imports nothing of the pipeline: its calendar, its search and its shapes are its own, so that
what the two agree on is not merely the same mistake.
"""

from __future__ import annotations

from daily_papers.sandbox.exchange import (
    RATE_EXCEEDED,
    UNAVAILABLE,
    Request,
    Response,
    Service,
)
from daily_papers.sandbox.made_up import Script, make_up
from daily_papers.sandbox.record import Change, Record, announce_type
from daily_papers.sandbox.server import Intercept, SandboxArxiv
from daily_papers.sandbox.universe import Universe
from daily_papers.sandbox.wording import TRACKED_AUTHOR

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
