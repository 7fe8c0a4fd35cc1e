"""A mail as messages for channels: in a service's own form, in parts that fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from daily_papers.mail.digest import Mail
from daily_papers.mail.entries import (
    ENDLESS,
    Form,
    Room,
    break_for_chats,
    pages_of,
    rows_of,
)
from daily_papers.mail.issue import Links, issue_title, notes
from daily_papers.mail.keys import Mark
from daily_papers.text import cut

_LONGEST_TITLE = 300


@dataclass(frozen=True)
class Part:
    """One message of a mail, and the mark of its channel after it was sent."""

    number: int
    title: str
    body: str
    mark: Mark


def unsent_parts(mail: Mail, links: Links, form: Form, room: Room, mark: Mark) -> Iterator[Part]:
    """The messages that a channel still has to get, each small enough for it.

    ``room`` is for a body with its title. A lead that is too long for it loses its end.
    """
    title = cut(break_for_chats(issue_title(mail)), _LONGEST_TITLE)
    number = max(mark.parts, default=0)
    papers = mark.papers
    lead = "" if mark.parts else _within_half(_lead(mail, links, form), room, form)
    for body, added in pages_of(rows_of(mail, form), room, form, lead, papers):
        number, papers = number + 1, papers + added
        continued = f" · part {number}" if number > 1 else ""
        yield Part(number, f"{title}{continued}", body, Mark(frozenset({number}), papers))


def whole_text(mail: Mail, links: Links, form: Form) -> str:
    """The whole mail in one text."""
    lead = form.paragraph.join(_lead(mail, links, form))
    ((text, _),) = pages_of(rows_of(mail, form), ENDLESS, form, lead)
    return text


def _within_half(lead: Sequence[str], room: Room, form: Form) -> str:
    for fitting in range(len(lead), 0, -1):
        text = form.paragraph.join(lead[:fitting])
        if 2 * room.size(text) <= room.limit:
            return text
    return ""


def _lead(mail: Mail, links: Links, form: Form) -> list[str]:
    """The links to the tables and the website, and what readers should know before the list."""
    day = links.day(mail.keys[-1])
    there = [form.link("Website", day)] if day else []
    return [" · ".join((*there, form.link("All tables", links.tables))), *notes(mail, form)]
