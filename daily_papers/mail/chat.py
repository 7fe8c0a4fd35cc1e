"""Chat and other services, by the library Apprise.

Of its log, which shows addresses, only the status of an answer is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from daily_papers.clock import time_limit
from daily_papers.github_actions import Addresses
from daily_papers.mail.channels import SECONDS_A_MESSAGE, Channel, Sending, apprise_log
from daily_papers.mail.digest import Mail
from daily_papers.mail.entries import (
    HTML,
    MARKDOWN,
    SLACK,
    TEXT,
    Form,
    Room,
    break_for_chats,
    pages_of,
    rows_of,
)
from daily_papers.mail.issue import Mark, channel_lead, issue_title
from daily_papers.text import cut

#: Nobody reads longer messages in one piece, whatever a service would take.
_LONGEST_MESSAGE = 12_000
#: Services that take less than Apprise says; Slack's is that of one block.
_SMALLER = {"Slack": 3_000}
_LONGEST_TITLE = 150

_FORMS = {"markdown": MARKDOWN, "html": HTML, "text": TEXT}


class Chat(Channel):
    """A channel that is not direct mail."""

    @property
    def service(self) -> str:
        """The service's name: Slack, Telegram."""
        return str(self.server.service_name)

    @property
    def form(self) -> Form:
        """What it shows: what it shows best, or what ``?format=`` in the address says."""
        best = self.server.resolve_format(None).value
        if best == "markdown" and self.service == "Slack":
            return SLACK
        return _FORMS[best if best != "text" else self.server.resolve_format("markdown").value]

    @property
    def room(self) -> Room:
        """What a body may have beside a title, in bytes: the strictest reading of any limit."""
        limit = min(
            int(self.server.body_maxlen),
            _SMALLER.get(self.service, _LONGEST_MESSAGE),
            _LONGEST_MESSAGE,
        )
        form = self.form

        def size(text: str) -> int:
            return len(str(self.server.dialect_convert(text, self._format(form))).encode())

        return Room(limit - self._title_length(limit) * 4 - 50, size)

    def lacks(self, mail: Mail, mark: Mark) -> bool:
        """Whether the channel lacks something of a mail.

        If the address was that of direct mail when it got a part, nothing is repeated.
        """
        return mark.papers < len(mail.items) and not (mark.parts and not mark.papers)

    def send(self, mail: Mail, here: Addresses, mark: Mark) -> Sending:
        """Send what the channel lacks; yield each part when it is sent, with the new mark."""
        for part in unsent_parts(mail, here, self.form, self.room, mark):
            self.send_message(part.title, part.body)
            yield part.number, part.mark

    def send_message(self, title: str, body: str) -> None:
        """Send one message. Raises ChannelFailed if the service did not confirm it."""
        form = self.form
        title = cut(title, self._title_length(int(self.server.body_maxlen)))
        if not self.server.title_maxlen:
            body = f"{form.bold(form.escape(title))}{form.paragraph}{body}"
            title = ""
        title = cut(title, self.server.title_maxlen or 1)
        sent = False
        # There are a hundred services, and the words of their errors show addresses.
        with suppress(Exception), apprise_log() as log, time_limit(SECONDS_A_MESSAGE):
            sent = self.server.notify(body=body, title=title, body_format=self._format(form))
        if not sent:
            statuses = re.findall(r"\berror=(\d{3})\b", "\n".join(log))
            status = f" (status {statuses[-1]})" if statuses else ""
            look = "the address" if statuses else "the address and the network"
            raise self.failed(f"{self.service} did not accept the message{status}; check {look}")

    @staticmethod
    def _title_length(limit: int) -> int:
        """In characters, of which each may take four bytes."""
        return min(_LONGEST_TITLE, limit // 16)

    def _format(self, form: Form) -> Any:
        return self.server.resolve_format(form.name)


@dataclass(frozen=True)
class Part:
    """One message of a mail, and the mark of its channel after it was sent."""

    number: int
    title: str
    body: str
    mark: Mark


def unsent_parts(mail: Mail, here: Addresses, form: Form, room: Room, mark: Mark) -> Iterator[Part]:
    """The messages that a channel still has to get, each small enough for it.

    ``room`` is for a body with its title. A lead that would fill more than half of it is its first
    line alone, or nothing.
    """
    title = break_for_chats(issue_title(mail))
    number = max(mark.parts, default=0)
    papers = mark.papers
    leads = channel_lead(mail, here, form)
    half = Room(room.limit // 2, room.size)
    lead = "" if mark.parts else half.first(form.paragraph.join(leads), leads[0], "")
    for body, added in pages_of(rows_of(mail, form), room, form, lead, papers):
        number, papers = number + 1, papers + added
        continued = f" · part {number}" if number > 1 else ""
        yield Part(number, f"{title}{continued}", body, Mark(frozenset({number}), papers))
