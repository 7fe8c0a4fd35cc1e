"""The text of a mail for channels: as Markdown, as HTML, and as plain text, in parts that fit.

Chat services bring even more to life than GitHub does: ``<!channel>`` and ``<at id=all>`` call
everybody, ``evil.com`` is a link, ``/start`` is a command, and each service reads Markdown in its
own way. So zero-width spaces break all of that in paper text, whatever the form, and the form's own
escapes come on top.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from daily_papers.mail.digest import Mail
from daily_papers.mail.issue import (
    IN_FULL,
    ZERO_WIDTH_SPACE,
    Links,
    author_names,
    break_links,
    issue_title,
    notes,
    sentence_of,
    visible_text,
)
from daily_papers.mail.keys import Mark
from daily_papers.mail.morning import CLOSEST, CLOSEST_NAME, morning
from daily_papers.papers.announcement import NewsItem
from daily_papers.text import cut

_LONGEST_TITLE = 300
_SHORT_TITLE = 60
_LONGEST_SENTENCE = 600
_LONGEST_NAME = 100

# A zero-width space goes after each of these, beside those that issues break.
_ALIVE = re.compile(
    r"""
      < (?=\S)                # tags, mentions
    | & (?=[\w\#])            # entities
    | (?<=\d) \. (?=\d+\.\d)  # addresses in numbers
    | \] (?=[(\[:])           # links in Markdown
    | (?<!\w) [/~!+$] (?=\w)  # commands, channels, teams, shares
    | \| (?=\|)               # spoilers
    """,
    re.VERBOSE,
)
_MARKDOWN = re.compile(r"[\\`*_\[\]~|<>]")
_SLACK = re.compile(r"(?<!\w)_|_(?!\w)|[`~\\]")
_BLOCK_START = re.compile(r"\A(?=[-+=>#]|\d{1,9}[.)])")


@dataclass(frozen=True)
class Form:
    """How to write a text, a link and a line break for a service."""

    name: str
    escape: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]
    line_break: str
    paragraph: str


def _escape_markdown(line: str) -> str:
    return _BLOCK_START.sub(ZERO_WIDTH_SPACE, _MARKDOWN.sub(r"\\\g<0>", line))


def _escape_for_slack(line: str) -> str:
    """Slack shows backslashes, and has no escapes but those of HTML, which Apprise makes of ours.

    Apprise makes italics of any two stars, whatever is beside them, so they become other stars.
    """
    broken = _SLACK.sub(rf"{ZERO_WIDTH_SPACE}\g<0>{ZERO_WIDTH_SPACE}", line.replace("*", "\u2217"))
    return re.sub("[<>]", r"\\\g<0>", broken)


MARKDOWN = Form(
    name="markdown",
    escape=_escape_markdown,
    bold=lambda text: f"**{text}**",
    link=lambda text, address: f"[{text}]({address})",
    line_break="  \n",
    paragraph="\n\n",
)
SLACK = replace(MARKDOWN, escape=_escape_for_slack)
HTML = Form(
    name="html",
    escape=html.escape,
    bold=lambda text: f"<b>{text}</b>",
    link=lambda text, address: f'<a href="{html.escape(address)}">{text}</a>',
    line_break="<br>\n",
    paragraph="<br>\n<br>\n",
)
TEXT = Form(
    name="text",
    escape=lambda line: line,
    bold=lambda text: text,
    link=lambda text, address: f"{text}: {address}",
    line_break="\n",
    paragraph="\n\n",
)


@dataclass(frozen=True)
class Room:
    """How much a service takes at once, as it counts."""

    limit: int
    size: Callable[[str], int]


@dataclass(frozen=True)
class Part:
    """One message of a mail, and the mark of its channel after it was sent."""

    number: int
    title: str
    body: str
    mark: Mark


@dataclass(frozen=True)
class _Row:
    """A paper under its heading: in full first, then shorter and shorter."""

    heading: str
    choices: tuple[str, ...]


def harmless_text(text: str, limit: int, form: Form) -> str:
    """Paper text on one line, with nothing alive in it, escaped for a form."""
    broken = _ALIVE.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", visible_text(text, limit))
    return form.escape(break_links(broken))


def unsent_parts(mail: Mail, links: Links, form: Form, room: Room, mark: Mark) -> Iterator[Part]:
    """The messages that a channel still has to get, each small enough for it.

    ``room`` is for a body with its title. A lead that is too long for it loses its end.
    """
    title = cut(_ALIVE.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", issue_title(mail)), _LONGEST_TITLE)
    number = max(mark.parts, default=0)
    papers = mark.papers
    lead = [] if mark.parts else _within_half(_lead(mail, links, form), room, form)
    for texts, added in _pages(_rows(mail, form)[papers:], lead, room, form):
        number, papers = number + 1, papers + added
        continued = f" · part {number}" if number > 1 else ""
        done = Mark(frozenset({number}), papers)
        yield Part(number, f"{title}{continued}", form.paragraph.join(texts), done)


def whole_text(mail: Mail, links: Links, form: Form) -> str:
    """The whole mail in one text."""
    room = Room(1, lambda _: 0)
    ((texts, _),) = _pages(_rows(mail, form), _lead(mail, links, form), room, form)
    return form.paragraph.join(texts)


def _within_half(lead: Sequence[str], room: Room, form: Form) -> list[str]:
    for fitting in range(len(lead), 0, -1):
        if 2 * room.size(form.paragraph.join(lead[:fitting])) <= room.limit:
            return list(lead[:fitting])
    return []


def _lead(mail: Mail, links: Links, form: Form) -> list[str]:
    """The links to the tables and the website, and what readers should know before the list."""
    day = links.day(mail.keys[-1])
    there = [form.link("Website", day)] if day else []
    lead = [" · ".join((*there, form.link("All tables", links.tables)))]
    return lead + notes(mail, lambda text: harmless_text(text, _LONGEST_SENTENCE, form))


def _rows(mail: Mail, form: Form) -> list[_Row]:
    rows = []
    for section in morning(mail.items, mail.keyword_names, mail.people):
        name = CLOSEST_NAME
        if section.slug != CLOSEST:
            name = harmless_text(mail.keyword_names[section.slug], _LONGEST_NAME, form)
        heading = form.bold(f"{name} ({section.counted})")
        for place, item in enumerate(section.items):
            choices = _shorter_and_shorter(item, form)
            rows.append(_Row(heading, choices if place < IN_FULL else choices[1:]))
    return rows


def _shorter_and_shorter(item: NewsItem, form: Form) -> tuple[str, ...]:
    paper = item.paper
    withdrawn = " (withdrawn)" if paper.is_withdrawn else ""

    def title(longest: int) -> str:
        text = harmless_text(paper.title, longest, form) or paper.id
        if form is TEXT:
            return f"{text}{withdrawn}\n{paper.url}"
        return form.link(text, paper.url) + withdrawn

    facts = (
        author_names(item, lambda name: harmless_text(name, _LONGEST_NAME, form), form.bold),
        harmless_text(paper.primary_category or "", 40, form),
        harmless_text(item.venue or "", _LONGEST_NAME, form),
        form.link("code", item.code_url) if item.code_url else "",
        form.link("project page", item.project_url) if item.project_url else "",
    )
    sentence = harmless_text(sentence_of(item), _LONGEST_SENTENCE, form)
    below = (" · ".join(filter(None, facts)), sentence)
    full = form.line_break.join(filter(None, (form.bold(title(_LONGEST_TITLE)), *below)))
    return full, title(_LONGEST_TITLE), title(_SHORT_TITLE), paper.url


def _pages(
    rows: Sequence[_Row], lead: Sequence[str], room: Room, form: Form
) -> Iterator[tuple[list[str], int]]:
    """Put as many papers in each message as fit, and at least one; count them."""

    def fits(*texts: str) -> bool:
        return room.size(form.paragraph.join((*page, *texts))) <= room.limit

    page, papers, last = list(lead), 0, ""
    for row in rows:
        heading = [row.heading] if row.heading != last else []
        texts = (*heading, row.choices[0])
        if papers and not fits(*texts):
            yield page, papers
            page, papers = [], 0
        if not papers:
            # Alone under its heading, a paper is shortened until it fits.
            shorter = [(row.heading, choice) for choice in row.choices]
            texts = next((each for each in shorter if fits(*each)), (row.choices[-1],))
        page.extend(texts)
        papers, last = papers + 1, row.heading
    if papers:
        yield page, papers
