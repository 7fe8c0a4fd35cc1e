"""The channels to which each digest also goes.

The secret DAILY_PAPERS_CHANNELS has one ``name = address`` a line. No message, and no ``repr``,
shows an address or a line: they have passwords and tokens in them. The library Apprise knows the
forms of addresses. Only `notify` imports it, and only here.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from daily_papers import PROJECT_URL
from daily_papers.errors import DailyPapersError
from daily_papers.mail.issue import Mark

#: To send one message, however many bytes still come.
SECONDS_A_MESSAGE = 120.0
_ANSWER_SECONDS = 30.0
_LOG = logging.getLogger("apprise")

#: What is sent to a channel: each part, when it is out, and the channel's new mark.
Sending = Generator[tuple[int, Mark], None, None]


class ChannelFailed(DailyPapersError):
    """A channel was not reached; the issue and the other channels are not affected."""

    exit_code = 3


@dataclass(frozen=True)
class Channel:
    """Where digests go: a name, which is public, and an address, which is secret."""

    name: str
    address: str = field(repr=False)

    _unusable = (
        "Apprise cannot use its address: the service's name is unknown, a part is missing or"
        " wrong, or there are quotes around it; see https://appriseit.com/services/"
    )

    def failed(self, reason: str) -> ChannelFailed:
        """The error that says why it was not reached; the reason must not show the address."""
        return ChannelFailed(f"channel {self.name}: {reason}")

    def read_address(self) -> Any:
        """Read the address with Apprise, and ask nobody. Raises ChannelFailed if it is wrong."""
        try:
            import apprise  # noqa: PLC0415 - an extra of the package, and slow to import
        except ImportError:
            raise self.failed(
                "Apprise is not installed; install the extra: pip install 'daily-papers[channels]'"
            ) from None
        asset = apprise.AppriseAsset(
            app_id="Daily Papers",
            app_desc="Daily Papers",
            app_url=PROJECT_URL,
            image_url_mask="",
            plugin_paths=[],
            storage_mode=apprise.PersistentStoreMode.MEMORY,
        )
        try:
            with apprise_log():
                server = apprise.Apprise.instantiate(self.address, asset=asset)
        except Exception:  # noqa: BLE001 - a hundred services; their words show addresses
            server = None
        if server is None:
            raise self.failed(self._unusable)
        # A redirected POST comes back as an empty GET, and would count as sent.
        server.redirects = False
        server.socket_read_timeout = _ANSWER_SECONDS
        return server

    #: What Apprise makes of the address.
    server = cached_property(read_address)


@contextmanager
def apprise_log() -> Iterator[list[str]]:
    """Hide what Apprise logs, and what its libraries warn of; collect its log, which is secret."""
    lines: list[str] = []

    def collect(record: logging.LogRecord) -> bool:
        lines.append(record.getMessage())
        return False

    _LOG.addFilter(collect)
    _LOG.disabled = False
    _LOG.setLevel(logging.WARNING)  # whatever the command line shows of others
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield lines
    finally:
        # It stays off: some services log out only when Python ends.
        _LOG.disabled = True
        _LOG.removeFilter(collect)
