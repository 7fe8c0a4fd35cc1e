"""The channels to which each digest also goes, and the marks of what each of them got.

The secret DAILY_PAPERS_CHANNELS has one ``name = address`` a line, and is read only here. No
message, and no ``repr``, shows an address or a line: they have passwords and tokens in them. The
library Apprise knows the forms of addresses. Only `notify` imports it, and only here.

The marks end the hidden key of an issue: the channel's name, the parts that were sent, and how many
papers they hold; never an address. The papers say where to go on if the channel is now at another
address, with another limit. Only a channel that the issue was opened with has a mark, so that a new
one begins with the next digest.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from daily_papers import PROJECT_URL
from daily_papers.errors import DailyPapersError

VARIABLE = "DAILY_PAPERS_CHANNELS"
#: With these, the marks always fit into an issue.
MOST_CHANNELS = 20
MOST_RECIPIENTS = 25
#: To send one message, however many bytes still come.
SECONDS_A_MESSAGE = 120.0
_MAIL = ("mailto", "mailtos")
_LOG = logging.getLogger("apprise")
#: Days, from the one on which an issue was opened, on which a channel that failed is tried again.
_DAYS_TRIED = 7

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?", re.ASCII)
_MARK = re.compile(rf"({_NAME.pattern}):([\d,]*)/(\d+)", re.ASCII)
_MARKS = re.compile(
    rf"since=(?P<since>\S+) channels=(?P<channels>(?:{_MARK.pattern})(?:;{_MARK.pattern})*)",
    re.ASCII,
)


class ChannelFailed(DailyPapersError):
    """A channel was not reached; the issue and the other channels are not affected."""

    exit_code = 3


@dataclass(frozen=True)
class Channel:
    """Where digests go: a name, which is public, and an address, which is secret."""

    name: str
    address: str = field(repr=False)

    @property
    def is_mail(self) -> bool:
        """Whether it is direct mail, which Apprise does not send."""
        return self.address.partition(":")[0].lower() in _MAIL

    def failed(self, reason: str) -> ChannelFailed:
        """The error that says why it was not reached; the reason must not show the address."""
        return ChannelFailed(f"channel {self.name}: {reason}")

    def open(self) -> Any:
        """Apprise's reading of the address; asks nobody. Raises ChannelFailed."""
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
        except Exception as error:  # noqa: BLE001 - a hundred services; their words show addresses
            raise self.failed(f"Apprise cannot read its address ({type(error).__name__})") from None
        if server is None:
            raise self.failed(
                "Apprise cannot use its address: the service's name is unknown, a part is missing"
                " or wrong, or there are quotes around it; see https://appriseit.com/services/"
            )
        return server


def read_channels(environment: Mapping[str, str]) -> tuple[tuple[Channel, ...], list[str]]:
    """Read the secret: the channels, and what is wrong with its other lines."""
    channels: dict[str, Channel] = {}
    problems = []
    for number, line in enumerate(environment.get(VARIABLE, "").splitlines(), 1):
        name, _, address = (each.strip() for each in line.partition("="))
        name = name.lower()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not _NAME.fullmatch(name) or "://" not in address:
            wrong = "not of the form `name = address`, with a name of up to 24 of a-z, 0-9 and -"
        elif name in channels:
            wrong = "a second channel of the same name; give each its own"
        elif len(channels) == MOST_CHANNELS:
            problems.append(
                f"{VARIABLE}, from line {number}: more than {MOST_CHANNELS} channels; join some"
            )
            break
        else:
            channels[name] = Channel(name, address)
            continue
        problems.append(f"{VARIABLE}, line {number}: {wrong}")
    return tuple(channels.values()), problems


@contextmanager
def apprise_log() -> Iterator[list[str]]:
    """Hide what Apprise logs, and what its libraries warn of; collect its log, which is secret."""
    lines: list[str] = []

    def collect(record: logging.LogRecord) -> bool:
        lines.append(record.getMessage())
        return False

    _LOG.addFilter(collect)
    _LOG.disabled = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield lines
    finally:
        # It stays off: some services log out only when Python ends.
        _LOG.disabled = True
        _LOG.removeFilter(collect)


@dataclass(frozen=True)
class Mark:
    """What one channel has: its parts, and how many of the mail's papers they hold.

    Chat services get the parts in order, so only the last one is noted. In direct mail, each
    recipient is a part, from 1, and the papers are not counted.
    """

    parts: frozenset[int] = frozenset()
    papers: int = 0

    def __str__(self) -> str:
        return f"{','.join(map(str, sorted(self.parts)))}/{self.papers}"


#: What is sent to a channel: each part, when it is out, and the channel's new mark.
Sending = Generator[tuple[int, Mark], None, None]


@dataclass(frozen=True)
class Marks:
    """The marks of an issue, by the names of the channels that it goes to."""

    #: The day on which the issue was opened.
    since: date
    channels: Mapping[str, Mark] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Marks | None:
        """Read what ``str`` writes; None if it is anything else, so that nothing is repeated."""
        found = _MARKS.fullmatch(text)
        if found is None:
            return None
        try:
            since = date.fromisoformat(found["since"])
        except ValueError:
            return None
        channels = {}
        for name, parts, papers in _MARK.findall(found["channels"]):
            channels[name] = Mark(frozenset(map(int, re.findall(r"\d+", parts))), int(papers))
        return cls(since, channels)

    def __str__(self) -> str:
        channels = ";".join(f"{name}:{mark}" for name, mark in self.channels.items())
        return f"since={self.since} channels={channels}"

    def is_due(self, today: date) -> bool:
        """Whether channels that failed are still tried."""
        return (today - self.since).days <= _DAYS_TRIED
