r"""A mail as an issue on GitHub: its title, its text in parts, and their hidden keys.

The mail is a flat list, without tables, maths or folding, which mail programs don't support. It is
complete: what does not fit into one issue follows in comments, split between papers. It has no
template, on purpose: the hidden keys make sure that nothing is sent twice.

Paper text is hostile. Far more is active in an issue than in a file: ``@name`` notifies; ``#1``,
``GH-1``, a commit's hash or the address of an issue becomes a link, and leaves a trace in the
thread that it names; ``:tada:`` becomes a picture. GitHub looks for all of these after it has
removed Markdown's backslashes and entities, so an invisible zero-width space (U+200B) breaks them.
Addresses become plain text, too, and so do bare hosts, which mail programs link: the only links in
a mail are its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from daily_papers.github_actions import GITHUB
from daily_papers.mail.digest import Mail, digest_order
from daily_papers.mail.keys import Marks, PartKey
from daily_papers.mail.morning import CLOSEST, CLOSEST_NAME, morning, totals_in_order
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Paper
from daily_papers.papers.tex import without_commands
from daily_papers.query.taxonomy import CATEGORIES
from daily_papers.render.markdown import shown
from daily_papers.text import cut, one_line, plural

#: What an inbox shows of a title, after the ``[owner/repository]`` that GitHub puts before it.
#: People and the total come within the first 45.
LONGEST_TITLE = 78
LONGEST_TITLE_BEGIN = 45
#: GitHub rejects bodies above 65,536 characters; ours stay well below, and leave room for marks.
LONGEST_BODY = 60_000

_LONGEST_PAPER_TITLE = 1000
_LONGEST_NAME = 100
#: With a translated title, three sentences and the mark of a model.
_LONGEST_SENTENCE = 1500
_AUTHORS_SHOWN = 3
#: Papers of one section that are shown in full.
IN_FULL = 25
_LONGEST_COUNTS = 2000

ZERO_WIDTH_SPACE = "\u200b"

# What authors may not use: hidden zero-width characters, marks that change the direction of the
# text, tags. (Zero-width joiners stay: scripts and emoji need them.)
_UNSEEN: dict[int, None] = dict.fromkeys(
    (
        *map(ord, "\u061c\u200b\u200e\u200f\ufeff\ufff9\ufffa\ufffb"),
        *range(0x2060, 0x2070),
        *range(0xE0000, 0xE0080),
    )
)

_BROKEN = rf"\g<0>{ZERO_WIDTH_SPACE}"
# A zero-width space goes after each of these.
_ALIVE = re.compile(
    r"""
      [@\#]                        # mentions, e-mail; numbers of issues
    | \b(?i:GH)- (?=\d)
    | : (?=\S)                     # emoji, the :// of addresses, ::commands::
    | (?i:www) (?=\.)              # linked without a scheme
    | (?<=\w) [.\u3002\uff0e\uff61] (?=[^\W\d_])  # hosts, which mail programs link, too
    | \w (?=/[\w.-]+/[\w.-]+/(?:issues|pulls?|discussions|commit)/)  # any server's
    | [{$] (?=[{%]) | [}%] (?=\})  # template languages
    """,
    re.VERBOSE,
)
_HASH = re.compile(r"[0-9a-fA-F]{6}(?=[0-9a-fA-F])")  # seven digits may be a commit

_MARKDOWN = re.compile(r"[\\`*_\[\]~]")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "<span>$</span>"}
_BLOCK_START = re.compile(r"\A(?=[-+=|]|\d{1,9}[.)])")


@dataclass(frozen=True)
class Links:
    """Where the mail's own links lead."""

    repository: str
    server: str = GITHUB
    #: The website's address, with a slash at its end, if there is one.
    site: str | None = None

    @property
    def tables(self) -> str:
        """The front page of the digest repository, with the tables."""
        return f"{self.server}/{self.repository}#readme"

    def day(self, key: str) -> str | None:
        """The website's page of a digest."""
        return self.site and f"{self.site}digests/{key}.html"


@dataclass(frozen=True)
class IssuePart:
    """The body of an issue, or of a comment that continues it."""

    key: PartKey
    body: str

    def with_marks(self, marks: Marks | None) -> IssuePart:
        """The same part with these marks in its key."""
        key = replace(self.key, marks=marks)
        return IssuePart(key, self.body.replace(str(self.key), str(key)))


@dataclass(frozen=True)
class _Row:
    """One paper under its heading."""

    heading: str
    item: str


def issue_title(mail: Mail) -> str:
    """People and the total first, then keywords, as many as there is room for, then the day."""
    day = f" · {_days(mail)}"
    totals = _totals(mail)
    begin = _title_begin(mail, totals)
    topics = {slug: total for slug, total in totals.items() if slug not in mail.people}
    names = [break_links(visible_text(mail.keyword_names[slug], _LONGEST_NAME)) for slug in topics]
    counted = [f"{name} {total}" for name, total in zip(names, topics.values(), strict=True)]
    if len(totals) == 1:
        counted = names
    for fitting in range(len(counted), 0, -1):
        more = " …" if fitting < len(counted) else ""
        title = f"{begin}: {', '.join(counted[:fitting])}{more}{day}"
        if utf16_length(title) <= LONGEST_TITLE:
            return title
    return f"{begin}{day}"


def _title_begin(mail: Mail, totals: Mapping[str, int]) -> str:
    """``Rueckert 1, 84 new``, with as many people as there is room for."""
    new = f"{len(mail.items)} new"
    people = [
        f"{break_links(visible_text(name, _LONGEST_NAME))} {totals[slug]}"
        for slug, name in mail.people.items()
        if slug in totals
    ]
    for fitting in range(len(people), 0, -1):
        left = len(people) - fitting
        more = f" + {plural(left, 'person', 'people')}" if left else ""
        begin = f"{', '.join(people[:fitting])}{more}, {new}"
        if utf16_length(begin) <= LONGEST_TITLE_BEGIN:
            return begin
    return f"{plural(len(people), 'person', 'people')}, {new}" if people else new


def issue_parts(mail: Mail, links: Links, keyword: str = "") -> tuple[IssuePart, ...]:
    """The issue's body, and the comments that continue it; or comments for a keyword's issue."""
    lead = _lead(mail, links)
    foot = f"[All tables]({links.tables})"
    frame = utf16_length("\n\n".join((lead, _part_line(99, 99, 10**6), foot)))
    key = PartKey(mail.keys, links.repository, part=1, parts=1, first=1, last=10**6)
    key = replace(key, keyword=keyword)
    room = LONGEST_BODY - frame - utf16_length(str(key)) - 100
    pages = list(_pages(_rows(mail), room))
    parts = []
    last, heading = 0, None
    for number, rows in enumerate(pages, 1):
        first, last = last + 1, last + len(rows)
        here = replace(key, part=number, parts=len(pages), first=first, last=last)
        place = [_part_line(number, len(pages), len(mail.items))] if len(pages) > 1 else []
        begin = [lead] if number == 1 else []
        listed = _listed(rows, after=heading)
        body = "\n\n".join(filter(None, (*begin, *place, listed, foot, str(here))))
        parts.append(IssuePart(here, body))
        heading = rows[-1].heading if rows else None
    return tuple(parts)


def issue_page(mail: Mail, links: Links | None) -> str:
    """The whole mail on one page of Markdown, without hidden keys."""
    title = f"# Daily Papers {_days(mail)}"
    foot = f"[All tables]({links.tables})" if links else ""
    return "\n\n".join(filter(None, (title, _lead(mail, links), _listed(_rows(mail)), foot))) + "\n"


def paper_item(item: NewsItem, others: str = "") -> str:
    """One paper: its title; authors, category, venue and links; and what it does."""
    paper = item.paper
    category = paper.primary_category or ""
    facts = (
        author_names(item, lambda name: _inline(name, _LONGEST_NAME), "<strong>{}</strong>".format),
        # arXiv's own names stay whole, so that readers can search their mail for cs.CV.
        category if category in CATEGORIES else _inline(category, 40),
        _inline(item.venue or "", _LONGEST_NAME),
        f"[code]({item.code_url})" if item.code_url else "",
        f"[project page]({item.project_url})" if item.project_url else "",
        others,
    )
    below = (" · ".join(filter(None, facts)), _inline(sentence_of(item), _LONGEST_SENTENCE))
    lines = (_BLOCK_START.sub(ZERO_WIDTH_SPACE, line) for line in below if line)
    return "  \n  ".join((f"- **{_linked_title(paper)}**", *lines))


def paper_line(item: NewsItem) -> str:
    """One paper by its title alone."""
    return f"- {_linked_title(item.paper)}"


def _linked_title(paper: Paper) -> str:
    title = f"[{_inline(paper.title, _LONGEST_PAPER_TITLE) or paper.id}]({paper.url})"
    return f"{title} (withdrawn)" if paper.is_withdrawn else title


def author_names(item: NewsItem, escape: Callable[[str], str], bold: Callable[[str], str]) -> str:
    """The first authors, and any whom a keyword follows, in bold, wherever they are."""
    authors = item.paper.authors or ()
    more = [name for name in item.followed if name not in authors[:_AUTHORS_SHOWN]]
    names = [
        bold(escape(name)) if name in item.followed else escape(name)
        for name in (*authors[:_AUTHORS_SHOWN], *(["…"] if more else []), *more)
    ]
    et_al = " et al." if len(authors) > len(names) - bool(more) else ""
    return ", ".join(names).replace(", …, ", " … ") + et_al


def sentence_of(item: NewsItem) -> str:
    """What a paper does, without TeX's commands for the look of words."""
    return without_commands(shown(item.sentence))


def _days(mail: Mail) -> str:
    first, last = mail.days
    if first != last:
        return f"{first} to {last}"
    return f"{last}, more" if digest_order(mail.keys[0])[1] > 1 else str(last)


def _totals(mail: Mail) -> Mapping[str, int]:
    return totals_in_order(mail.items, mail.keyword_names, mail.people)


def _counts(mail: Mail) -> str:
    """``: mri 5, medical imaging 8; 1 in both``."""
    totals = _totals(mail)
    names = [_inline(mail.keyword_names[slug], _LONGEST_NAME) for slug in totals]
    if len(names) == 1:
        return f": {names[0]}"
    counted = [f"{name} {total}" for name, total in zip(names, totals.values(), strict=True)]
    several = sum(len(item.keywords) > 1 for item in mail.items)
    end = f"; {several} in {'both' if len(names) == 2 else 'several'}" if several else ""
    for named in range(len(counted), 0, -1):
        left = len(counted) - named
        more = f" and {plural(left, 'more keyword')}" if left else ""
        text = f": {', '.join(counted[:named])}{more}{end}"
        if utf16_length(text) <= _LONGEST_COUNTS:
            return text
    return ""


def _lead(mail: Mail, links: Links | None) -> str:
    """How many papers, from when, and what else readers should know before the list."""
    papers = plural(len(mail.items), "new paper")
    more = " more" if digest_order(mail.keys[0])[1] > 1 and len(mail.digests) == 1 else ""
    first, last = mail.days
    late = "" if mail.is_weekly else ", sent late in one mail"
    when = f"on {last}" if first == last else f"from {first} to {last}{late}"
    whole = "" if len(mail.items) == 1 else " All are listed below, each once."
    lines = [f"{papers.replace(' ', f'{more} ', 1)} {when}{_counts(mail)}.{whole}"]
    if links and links.site:
        pages = [f"[{key}]({links.day(key)})" for key in mail.keys]
        if len(pages) == 1:
            lines[0] += f" [Read it on the website]({links.day(mail.keys[0])})."
        else:
            lines[0] += f" On the website: {', '.join(pages)}."
    lines += notes(mail, lambda text: escape_paragraph(visible_text(text, _LONGEST_SENTENCE)))
    return "\n\n".join(lines)


def notes(mail: Mail, escape: Callable[[str], str]) -> list[str]:
    """What readers should know besides the papers."""
    lines = [escape(skipped) for skipped in mail.skipped]
    if mail.revisions:
        papers = "a known paper" if mail.revisions == 1 else "known papers"
        lines.append(f"{plural(mail.revisions, 'revision')} of {papers}: see the tables.")
    return lines


def _part_line(number: int, parts: int, papers: int) -> str:
    rest = "; the others follow as comments" if number == 1 else ""
    return f"This is part {number} of {parts} with {papers} papers{rest}."


def _rows(mail: Mail) -> list[_Row]:
    """The papers by section; of a broad topic the first ones in full, the others by title."""
    rows = []
    for section in morning(mail.items, mail.keyword_names, mail.people):
        name, here = CLOSEST_NAME, len(section.items)
        if section.slug != CLOSEST:
            name = _inline(mail.keyword_names[section.slug], _LONGEST_NAME)
        for item in section.items[:IN_FULL]:
            others = _others(mail, section.slug, item)
            rows.append(_Row(f"### {name} ({section.counted})", paper_item(item, others)))
        heading = f"#### {name}: {here - IN_FULL} more, by title"
        rows += [_Row(heading, paper_line(item)) for item in section.items[IN_FULL:]]
    return rows


def _others(mail: Mail, slug: str, item: NewsItem) -> str:
    """Name the other keywords of a paper, the first ten of them."""
    names = [
        _inline(mail.keyword_names[other], _LONGEST_NAME)
        for other in item.keywords
        if other != slug
    ]
    more = [f"{len(names) - 10} more keywords"] if len(names) > 10 else []
    return f"also {', '.join((*names[:10], *more))}" if names else ""


def _pages(rows: list[_Row], room: int) -> Iterator[list[_Row]]:
    """Put as many papers on each page as fit, and at least one."""
    page: list[_Row] = []
    used = 0
    for row in rows:
        needed = utf16_length(row.item) + 1
        if not page or page[-1].heading != row.heading:
            needed += utf16_length(row.heading) + len(", continued") + 4
        if page and used + needed > room:
            yield page
            page, used = [], 0
            needed = utf16_length(f"{row.heading}, continued{row.item}") + 4
        page.append(row)
        used += needed
    yield page


def _listed(rows: list[_Row], after: str | None = None) -> str:
    """The rows under their headings; the page's first heading may continue that of the last."""
    blocks = []
    for heading, together in groupby(rows, key=lambda row: row.heading):
        blocks.append(f"{heading}, continued" if heading == after else heading)
        blocks.append("\n".join(row.item for row in together))
    return "\n\n".join(blocks)


# --- paper text ---------------------------------------------------------------------------------


def visible_text(text: str, limit: int) -> str:
    """The text as readers should see it, on one line, cut to ``limit`` characters."""
    return cut(one_line(shown(text.translate(_UNSEEN)).translate(_UNSEEN)), limit)


def _inline(text: str, limit: int) -> str:
    return escape_inline(visible_text(text, limit))


def break_links(line: str) -> str:
    """Break everything that GitHub would act on, with zero-width spaces.

    That is enough for an issue's title, which is not Markdown.
    """
    return _HASH.sub(_BROKEN, _ALIVE.sub(_BROKEN, line))


def escape_inline(line: str) -> str:
    """Escape for the text of a link or the middle of a paragraph in an issue."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", break_links(line))
    return re.sub(r"[&<>$]", lambda sign: _HTML[sign[0]], escaped)


def escape_paragraph(line: str) -> str:
    """Escape for a paragraph of its own, whose first characters could start a list."""
    return _BLOCK_START.sub(ZERO_WIDTH_SPACE, escape_inline(line))


def utf16_length(text: str) -> int:
    """The length as the strictest reading of GitHub's limits counts it: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
