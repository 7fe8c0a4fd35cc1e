r"""The papers of a mail as text: in an issue on GitHub, in a chat, in direct mail.

Paper text is hostile. Far more is active in an issue than in a file: ``@name`` notifies; ``#1``,
``GH-1``, a commit's hash or the address of an issue becomes a link, and leaves a trace in the
thread that it names; ``:tada:`` becomes a picture. GitHub looks for all of these after it has
removed Markdown's backslashes and entities, so an invisible zero-width space (U+200B) breaks them.
Addresses become plain text, too, and so do bare hosts, which mail programs link: the only links in
a mail are its own.

Chat services bring even more to life: ``<!channel>`` and ``<at id=all>`` call everybody,
``/start`` is a command, and each service reads Markdown in its own way. There, zero-width spaces
break all of that, whatever the form, and the form's own escapes come on top.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from daily_papers.mail.digest import Mail
from daily_papers.mail.morning import CLOSEST, CLOSEST_NAME, morning
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.authors import first_names
from daily_papers.query.taxonomy import CATEGORIES
from daily_papers.render.markdown import shown
from daily_papers.text import cut

LONGEST_NAME = 100
_LONGEST_TITLE = 1000
#: With a translated title, three sentences and the mark of a model.
_LONGEST_SENTENCE = 1500
#: Papers of one section that are shown in full.
IN_FULL = 25

_ZERO_WIDTH_SPACE = "\u200b"
_BROKEN = rf"\g<0>{_ZERO_WIDTH_SPACE}"

# A zero-width space goes after each of these.
_ALIVE = re.compile(
    r"""
    (?= [@\#GgWw:.\u3002\uff0e\uff61{}$%] | \w/ )  # passes over most characters in half the time
    (?:
      [@\#]                        # mentions, e-mail; numbers of issues
    | \b(?i:GH)- (?=\d)
    | : (?=\S)                     # emoji, the :// of addresses, ::commands::
    | (?i:www) (?=\.)              # linked without a scheme
    | (?<=\w) [.\u3002\uff0e\uff61] (?=[^\W\d_])  # hosts, which mail programs link, too
    | \w (?=/[\w.-]+/[\w.-]+/(?:issues|pulls?|discussions|commit)/)  # any server's
    | [{$] (?=[{%]) | [}%] (?=\})  # template languages
    )
    """,
    re.VERBOSE,
)
_HASH = re.compile(r"[0-9a-fA-F]{6}(?=[0-9a-fA-F])")  # seven digits may be a commit
# In chats, also after each of these.
_ALIVE_IN_CHATS = re.compile(
    r"""
      < (?=\S)                # tags, mentions
    | & (?=[\w\#])            # entities
    | (?<=\d) \. (?=\d+\.\d)  # addresses in numbers
    | \] (?=[(\[:])           # links in Markdown
    | (?<!\w) [/~!+$] (?=\w)  # commands, channels, teams, shares
    | \| (?=\|)               # spoilers
    | \\                      # escapes
    """,
    re.VERBOSE,
)

_MARKDOWN = re.compile(r"[\\`*_\[\]~|<>]")
_GITHUB = re.compile(r"[\\`*_\[\]~]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "<span>$</span>"}
_SLACK = re.compile(r"(?<!\w)_|_(?!\w)|[`~]")
_BLOCK_START = re.compile(r"\A(?=[-+=|>#]|\d{1,9}[.)])")


def visible_text(text: str, limit: int) -> str:
    """The text as readers should see it, on one line, cut to ``limit`` characters."""
    return cut(shown(text), limit)


def break_links(line: str) -> str:
    """Break everything that GitHub would act on, with zero-width spaces.

    That is enough for an issue's title, which is not Markdown.
    """
    return _HASH.sub(_BROKEN, _ALIVE.sub(_BROKEN, line))


def break_for_chats(line: str) -> str:
    """Break everything that GitHub or a chat service would act on."""
    return break_links(_ALIVE_IN_CHATS.sub(_BROKEN, line))


# --- forms --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """How to write for a service."""

    name: str
    #: Makes a line of hostile text harmless, wherever it is put.
    escape: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]
    heading: Callable[[str], str]
    #: A paper from its lines, of which the first is its title.
    item: Callable[[Sequence[str]], str]
    #: Between papers, and between other things.
    gap: str = "\n\n"
    paragraph: str = "\n\n"


def _escape_for_github(line: str) -> str:
    escaped = _GITHUB.sub(r"\\\g<0>", break_links(line))
    escaped = re.sub(r"[&<>$]", lambda sign: _ENTITIES[sign[0]], escaped)
    return _BLOCK_START.sub(_ZERO_WIDTH_SPACE, escaped)


def _escape_markdown(line: str) -> str:
    escaped = _MARKDOWN.sub(r"\\\g<0>", break_for_chats(line))
    return _BLOCK_START.sub(_ZERO_WIDTH_SPACE, escaped)


def _escape_for_slack(line: str) -> str:
    """Slack shows backslashes, and has no escapes but those of HTML, which Apprise makes of ours.

    Apprise removes those of brackets, which it would otherwise look for links in. It makes italics
    of any two stars, whatever is beside them, so they become other stars.
    """
    line = break_for_chats(line).replace("*", "\u2217")
    broken = _SLACK.sub(rf"{_ZERO_WIDTH_SPACE}\g<0>{_ZERO_WIDTH_SPACE}", line)
    return re.sub(r"[<>\[\]]", r"\\\g<0>", broken)


GITHUB = Form(
    name="github",
    escape=_escape_for_github,
    bold="**{}**".format,
    link="[{}]({})".format,
    heading="### {}".format,
    item=lambda lines: "  \n  ".join((f"- {lines[0]}", *lines[1:])),
    gap="\n",
)
MARKDOWN = Form(
    name="markdown",
    escape=_escape_markdown,
    bold="**{}**".format,
    link="[{}]({})".format,
    heading="**{}**".format,
    item="  \n".join,
)
SLACK = replace(MARKDOWN, escape=_escape_for_slack)
HTML = Form(
    name="html",
    escape=lambda line: html.escape(break_for_chats(line)),
    bold="<b>{}</b>".format,
    link=lambda text, address: f'<a href="{html.escape(address)}">{text}</a>',
    heading="<b>{}</b>".format,
    item="<br>\n".join,
    # Apprise removes empty lines for Telegram.
    gap=f"<br>\n{_ZERO_WIDTH_SPACE}<br>\n",
    paragraph=f"<br>\n{_ZERO_WIDTH_SPACE}<br>\n",
)
TEXT = Form(
    name="text",
    escape=break_for_chats,
    bold=str,
    link="{}: {}".format,
    heading=str,
    item="\n".join,
)


def harmless_text(text: str, limit: int, form: Form) -> str:
    """Text of anybody on one line, with nothing alive in it, escaped for a form."""
    return form.escape(visible_text(text, limit))


# --- papers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A paper under its heading: first as it should be, then shorter and shorter."""

    heading: str
    #: The heading on a page that goes on with its section.
    continued: str
    choices: Sequence[str]


def rows_of(mail: Mail, form: Form) -> list[Row]:
    """The papers by section; of a broad topic the first ones in full, the others by title."""
    rows = []
    names = mail.keyword_names
    for section in morning(mail.items, names, mail.people):
        name = CLOSEST_NAME
        if section.slug != CLOSEST:
            name = harmless_text(names[section.slug], LONGEST_NAME, form)
        continued = form.heading(f"{name} (continued)")
        for item in section.items[:IN_FULL]:
            others = [names[slug] for slug in item.keywords if slug != section.slug]
            whole = _in_full(item, others if len(names) > 1 else (), form)
            choices = (whole, *_in_short(item, form))
            rows.append(Row(form.heading(f"{name} ({section.counted})"), continued, choices))
        heading = form.heading(f"{name}: {len(section.items) - IN_FULL} more, by title")
        rows += [Row(heading, continued, _in_short(item, form)) for item in section.items[IN_FULL:]]
    return rows


def _in_full(item: NewsItem, others: Sequence[str], form: Form) -> str:
    """A paper's title; authors, category, venue and links; and what it does."""
    category = item.paper.primary_category or ""
    names = [harmless_text(name, LONGEST_NAME, form) for name in others if name != category]
    facts = (
        _author_names(item, form),
        # arXiv's own names stay whole, so that readers can search their mail for cs.CV.
        category if category in CATEGORIES else harmless_text(category, 40, form),
        harmless_text(item.venue or "", LONGEST_NAME, form),
        form.link("code", item.code_url) if item.code_url else "",
        form.link("project page", item.project_url) if item.project_url else "",
        f"also {', '.join(names)}" if names else "",
    )
    below = (
        " · ".join(filter(None, facts)),
        harmless_text(item.sentence, _LONGEST_SENTENCE, form),
    )
    return form.item((form.bold(_title(item, form)), *filter(None, below)))


def _in_short(item: NewsItem, form: Form) -> tuple[str, str]:
    """A paper's title alone, and its address alone."""
    return form.item((_title(item, form),)), form.item((item.paper.url,))


def _title(item: NewsItem, form: Form) -> str:
    text = harmless_text(item.paper.title, _LONGEST_TITLE, form) or item.paper.id
    title = form.link(text, item.paper.url)
    return f"{title} (withdrawn)" if item.paper.is_withdrawn else title


def paper_line(item: NewsItem) -> str:
    """A paper by its title alone, in an issue."""
    return _in_short(item, GITHUB)[0]


def _author_names(item: NewsItem, form: Form) -> str:
    """The first authors, and any whom a keyword follows, in bold, wherever they are."""

    def write(name: str) -> str:
        text = harmless_text(name, LONGEST_NAME, form)
        return form.bold(text) if name in item.followed else text

    return first_names(item.paper.authors or (), item.followed, write)


# --- pages --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Room:
    """How much a place takes at once, as it counts."""

    limit: int
    size: Callable[[str], int]

    def has(self, text: str) -> bool:
        """Whether it takes the text."""
        return self.size(text) <= self.limit

    def first(self, *texts: str) -> str:
        """The first of some texts that it takes, else the last one."""
        return next(filter(self.has, texts), texts[-1])


def whole_text(mail: Mail, form: Form, lead: str = "") -> str:
    """All papers in one text, however long."""
    ((text, _),) = pages_of(rows_of(mail, form), Room(0, lambda _: 0), form, lead)
    return text


def pages_of(
    rows: Sequence[Row], room: Room, form: Form, lead: str = "", first: int = 0
) -> Iterator[tuple[str, int]]:
    """Put as many papers on each page as fit, and at least one; count them.

    ``lead`` comes before those of the first page, which begins with the row ``first``.
    """
    page, papers = lead, 0
    last = rows[first - 1].heading if first else ""
    for row in rows[first:]:
        head = (row.continued if row.heading == last else row.heading) + form.paragraph
        if papers and row.heading == last:
            begin = page + form.gap
        else:
            begin = page + form.paragraph + head if page else head
        if papers and not room.has(begin + row.choices[0]):
            yield page, papers
            page, papers, begin = "", 0, head
        whole = begin + row.choices[0]
        if not papers:
            # Alone under its heading, a paper is shortened until it fits.
            whole = room.first(*(begin + choice for choice in row.choices), page + row.choices[-1])
        page, papers, last = whole, papers + 1, row.heading
    yield page, papers
