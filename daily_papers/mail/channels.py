"""The secret DAILY_PAPERS_CHANNELS: where each digest also goes, one ``name = address`` a line.

This is the only place that reads it. No message, and no ``repr``, shows an address or a line: they
have passwords and tokens in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from daily_papers.errors import DailyPapersError
from daily_papers.mail.keys import CHANNEL_NAME

VARIABLE = "DAILY_PAPERS_CHANNELS"
#: With these, the marks always fit into an issue.
MOST_CHANNELS = 20
MOST_RECIPIENTS = 25
#: To send one message, however many bytes still come.
SECONDS_A_MESSAGE = 120.0
_MAIL = ("mailto", "mailtos")


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
        """Whether it is direct mail, which needs no Apprise."""
        return self.address.partition(":")[0].lower() in _MAIL

    def failed(self, reason: str) -> ChannelFailed:
        """The error that says why it was not reached; the reason must not show the address."""
        return ChannelFailed(f"channel {self.name}: {reason}")


def read_channels(environment: Mapping[str, str]) -> tuple[tuple[Channel, ...], list[str]]:
    """Read the secret: the channels, and what is wrong with its other lines."""
    channels: dict[str, Channel] = {}
    problems = []
    for number, line in enumerate(environment.get(VARIABLE, "").splitlines(), 1):
        name, _, address = (each.strip() for each in line.partition("="))
        name = name.lower()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not CHANNEL_NAME.fullmatch(name) or "://" not in address:
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


def needs_apprise(environment: Mapping[str, str]) -> bool:
    """Whether a channel needs the extra ``channels`` of the package."""
    return any(not channel.is_mail for channel in read_channels(environment)[0])
