"""A mailing as an issue on GitHub, made to be read as a mail; and a digest's own file.

The mail is a flat list: no table, no maths and no folding, which mail programs do not know. It is
complete: what does not fit into one issue follows in comments, split between papers. There is no
template for it, on purpose: the hidden keys in it are what makes sure that nothing is sent twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from daily_papers.digests.digest import Digest, NewsItem, number_of
from daily_papers.digests.digest_file import digest_records
from daily_papers.digests.issue_text import harmless, inline, paragraph, readable, utf16_length
from daily_papers.digests.mailing import Mailing, PartKey
from daily_papers.papers.code_links import code_url
from daily_papers.text import plural
from daily_papers.workflow_commands import GITHUB

#: GitHub refuses titles above 256 and bodies above 65,536 characters; bodies keep a distance.
LONGEST_TITLE = 256
LONGEST_BODY = 60_000

_LONGEST_PAPER_TITLE = 1000
_LONGEST_NAME = 100
_LONGEST_COMMENT = 300
_LONGEST_SENTENCE = 1000
_AUTHORS_SHOWN = 3
_LONGEST_COUNTS = 2000

_TELLING_COMMENT = re.compile(
    r"""accept|publish|appear|in[ ]press|proceedings|camera.ready|\boral\b|spotlight|presented
        | \bcode\b | source[ ]code | open.source | github | gitlab | hugging\ ?face | bitbucket
        | codeberg""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Links:
    """Where the mail's own links lead."""

    repository: str
    server: str = GITHUB

    @property
    def tables(self) -> str:
        """The front page of the digest repository, with the tables."""
        return f"{self.server}/{self.repository}#readme"


@dataclass(frozen=True)
class IssuePart:
    """The body of an issue, or of a comment that continues it."""

    key: PartKey
    body: str


@dataclass(frozen=True)
class _Row:
    """One paper under its heading; or a heading without papers of its own."""

    heading: str
    item: str | None


def issue_title(mailing: Mailing) -> str:
    """How many, and for which keywords, in at most 256 UTF-16 units."""
    begin = f"Daily Papers {_days(mailing)}: {len(mailing.items)} new"
    return begin + _counts(mailing, harmless, LONGEST_TITLE - utf16_length(begin))


def issue_parts(mailing: Mailing, links: Links) -> tuple[IssuePart, ...]:
    """The issue's body, and the comments that continue it."""
    lead = _lead(mailing)
    foot = f"[All tables]({links.tables})"
    frame = utf16_length("\n\n".join((lead, _part_line(99, 99, 10**6), foot)))
    key = PartKey(mailing.keys, links.repository, part=1, parts=1, first=1, last=10**6)
    room = LONGEST_BODY - frame - utf16_length(str(key)) - 100
    pages = list(_pages(_rows(mailing), room))
    parts = []
    last, heading = 0, None
    for number, rows in enumerate(pages, 1):
        first, last = last + 1, last + sum(row.item is not None for row in rows)
        here = replace(key, part=number, parts=len(pages), first=first, last=last)
        place = [_part_line(number, len(pages), len(mailing.items))] if len(pages) > 1 else []
        begin = [lead] if number == 1 else []
        listed = _listed(rows, after=heading)
        body = "\n\n".join(filter(None, (*begin, *place, listed, foot, str(here))))
        parts.append(IssuePart(here, body))
        heading = rows[-1].heading if rows else None
    return tuple(parts)


def issue_page(mailing: Mailing, links: Links | None) -> str:
    """The whole mail on one page of Markdown, without hidden keys."""
    title = f"# Daily Papers {_days(mailing)}"
    foot = f"[All tables]({links.tables})" if links else ""
    return "\n\n".join(filter(None, (title, _lead(mailing), _listed(_rows(mailing)), foot))) + "\n"


def digest_file(digest: Digest, server: str = GITHUB) -> str:
    """The file under digests/: what is mailed, for people; and the records, for `notify`."""
    links = Links(digest.repository, server) if digest.repository else None
    return f"{issue_page(Mailing((digest.kept,)), links)}\n{digest_records(digest)}\n"


def paper_line(item: NewsItem, others: str = "") -> str:
    """One paper as a line of the list: linked title, authors, category, what its comment tells."""
    paper = item.paper
    title = inline(readable(paper.title, _LONGEST_PAPER_TITLE)) or paper.id
    link = f"[{title}]({paper.url})"
    marked = f"{link} (withdrawn)" if paper.is_withdrawn else link
    authors = [f"{marked} - {_authors(paper.authors)}" if paper.authors else marked]
    category = [inline(readable(paper.primary_category, 40))] if paper.primary_category else []
    code = item.code_url or code_url(paper)
    linked_code = [f"[code]({code})"] if code else []
    return "- " + " · ".join(
        (*authors, *category, *_comment(item), *linked_code, *filter(None, [others]))
    )


def _days(mailing: Mailing) -> str:
    first, last = mailing.days
    if first != last:
        return f"{first} to {last}"
    return f"{last}, more" if number_of(mailing.keys[0]) > 1 else str(last)


def _counts(mailing: Mailing, escape: Callable[[str], str], room: int) -> str:
    """`` (mri 5, medical imaging 8; 1 in both)``, with as many keywords as there is room for."""
    tally = _tally(mailing)
    names = [escape(readable(mailing.keyword_names[slug], _LONGEST_NAME)) for slug in tally]
    if len(names) == 1:
        counted = names
    else:
        counted = [f"{name} {tally[slug]}" for name, slug in zip(names, tally, strict=True)]
    several = sum(len(item.keywords) > 1 for item in mailing.items)
    end = f"; {several} in {'both' if len(names) == 2 else 'several'})" if several else ")"
    for shown in range(len(counted), 0, -1):
        left = len(counted) - shown
        more = f" and {plural(left, 'more keyword')}" if left else ""
        text = f" ({', '.join(counted[:shown])}{more}{end}"
        if utf16_length(text) <= room:
            return text
    return ""


def _tally(mailing: Mailing) -> dict[str, int]:
    """Slug to number of papers, of the keywords that have some, in their order."""
    tally = dict.fromkeys(mailing.keyword_names, 0)
    for item in mailing.items:
        for slug in item.keywords:
            tally[slug] += 1
    return {slug: number for slug, number in tally.items() if number}


def _lead(mailing: Mailing) -> str:
    """How many papers, of when; what else readers should know before the list."""
    papers = plural(len(mailing.items), "new paper")
    more = " more" if number_of(mailing.keys[0]) > 1 and len(mailing.digests) == 1 else ""
    first, last = mailing.days
    when = f"on {last}" if first == last else f"from {first} to {last}, late and in one mail"
    counts = _counts(mailing, inline, _LONGEST_COUNTS)
    lines = [f"{papers.replace(' ', f'{more} ', 1)} {when}{counts}."]
    lines += [paragraph(readable(skipped, _LONGEST_SENTENCE)) for skipped in mailing.skipped]
    if mailing.revisions:
        papers = "a paper" if mailing.revisions == 1 else "papers"
        revisions = plural(mailing.revisions, "revision")
        lines.append(f"{revisions} of {papers} known here: see the tables.")
    return "\n\n".join(lines)


def _part_line(number: int, parts: int, papers: int) -> str:
    rest = "; the others follow as comments" if number == 1 else ""
    return f"This is part {number} of {parts} with {papers} papers{rest}."


def _rows(mailing: Mailing) -> list[_Row]:
    """The papers by keyword, each under the first of its keywords."""
    tally = _tally(mailing)
    rank = {slug: place for place, slug in enumerate(tally)}
    by_first: dict[str, list[NewsItem]] = {slug: [] for slug in tally}
    for item in mailing.items:
        by_first[min(item.keywords, key=rank.__getitem__)].append(item)
    rows = []
    for slug, items in by_first.items():
        heading = _heading(mailing.keyword_names[slug], tally[slug], len(items))
        rows += [_Row(heading, paper_line(item, _others(mailing, slug, item))) for item in items]
        if not items:
            rows.append(_Row(heading, None))
    return rows


def _heading(name: str, number: int, here: int) -> str:
    if number == here:
        counted = f"{number}"
    elif here:
        counted = f"{number}, {number - here} above"
    else:
        counted = f"{number}, {'above' if number == 1 else 'all above'}"
    return f"### {inline(readable(name, _LONGEST_NAME))} ({counted})"


def _others(mailing: Mailing, slug: str, item: NewsItem) -> str:
    """Name the other keywords of a paper, the first ten of them."""
    names = [
        inline(readable(mailing.keyword_names[other], _LONGEST_NAME))
        for other in item.keywords
        if other != slug
    ]
    more = [f"{len(names) - 10} more keywords"] if len(names) > 10 else []
    return f"also {', '.join((*names[:10], *more))}" if names else ""


def _authors(authors: tuple[str, ...]) -> str:
    names = [inline(readable(name, _LONGEST_NAME)) for name in authors[:_AUTHORS_SHOWN]]
    return ", ".join(names) + (" et al." if len(authors) > _AUTHORS_SHOWN else "")


def _comment(item: NewsItem) -> tuple[str, ...]:
    comment = item.paper.comment
    if comment is None or not _TELLING_COMMENT.search(comment):
        return ()
    return (inline(readable(comment, _LONGEST_COMMENT)),)


def _pages(rows: list[_Row], room: int) -> Iterator[list[_Row]]:
    """Put as many papers on a page as there is room for, at least one."""
    page: list[_Row] = []
    used = 0
    for row in rows:
        needed = utf16_length(row.item or "") + 1
        if not page or page[-1].heading != row.heading:
            needed += utf16_length(row.heading) + len(", continued") + 4
        if page and used + needed > room:
            yield page
            page, used = [], 0
            needed = utf16_length(f"{row.heading}, continued{row.item or ''}") + 4
        page.append(row)
        used += needed
    yield page


def _listed(rows: list[_Row], after: str | None = None) -> str:
    """The rows under their headings; a heading that the page before has had says so."""
    blocks = []
    for heading, together in groupby(rows, key=lambda row: row.heading):
        items = [row.item for row in together if row.item is not None]
        blocks.append(f"{heading}, continued" if heading == after else heading)
        blocks += ["\n".join(items)] if items else []
    return "\n\n".join(blocks)
