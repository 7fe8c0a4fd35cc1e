"""A mail as an issue on GitHub: its title, and its text in parts with their hidden keys.

The mail is a flat list, without tables, maths or folding, which mail programs don't support. It is
complete: what does not fit into one issue follows in comments, split between papers. It has no
template, on purpose: the hidden keys make sure that nothing is sent twice.

The marks of what each channel got end the key: the channel's name, the parts that were sent, and
how many papers they hold; never an address. The papers say where to go on if the channel is now at
another address, with another limit. Only a channel that the issue was opened with has a mark, so
that a new one begins with the next digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from daily_papers.github_actions import GITHUB as GITHUB_COM
from daily_papers.github_actions import Addresses
from daily_papers.mail.digest import Digest, Mail, day_of, digest_order, digest_records, is_key
from daily_papers.mail.entries import (
    GITHUB,
    LONGEST_NAME,
    Form,
    Room,
    break_links,
    harmless_text,
    pages_of,
    rows_of,
    visible_text,
    whole_text,
)
from daily_papers.text import plural

#: What an inbox shows of a title, after the ``[owner/repository]`` that GitHub puts before it.
#: People and the total come within the first 45.
LONGEST_TITLE = 78
LONGEST_TITLE_BEGIN = 45
#: GitHub rejects bodies above 65,536 characters; ours stay well below, and leave room for marks.
LONGEST_BODY = 60_000

_LONGEST_NOTE = 1500
_LONGEST_COUNTS = 2000

#: The name of a channel: it is public, in the key of an issue.
CHANNEL_NAME = r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?"
_MARK = re.compile(rf"({CHANNEL_NAME}):([\d,]*)/(\d+)", re.ASCII)
_MARKS = re.compile(
    rf"since=(?P<since>\S+) channels=(?P<channels>(?:{_MARK.pattern})(?:;{_MARK.pattern})*)",
    re.ASCII,
)
#: Days, from the one on which an issue was opened, on which a channel that failed is tried again.
_DAYS_TRIED = 7

_DIGEST = r"\d{4}-\d{2}-\d{2}(?:-\d+)?"
# Whatever a person has made of the marks, the key still says that its digests were sent.
_PART_KEY = re.compile(
    rf"""^<!--\s+daily-papers
        \s+digest=(?P<digests>{_DIGEST}(?:,{_DIGEST})*)
        \s+repository=(?P<repository>[\w.-]+/[\w.-]+)
        (?:\s+keyword=(?P<keyword>[a-z0-9-]+))?
        \s+part=(?P<part>\d+)/(?P<parts>\d+)
        \s+papers=(?P<first>\d+)-(?P<last>\d+)
        (?P<marks>\s[^<>]*)?-->\s*$""",
    re.VERBOSE | re.MULTILINE | re.ASCII,
)


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
        if found is None or not is_key(found["since"]):
            return None
        channels = {}
        for name, parts, papers in _MARK.findall(found["channels"]):
            channels[name] = Mark(frozenset(map(int, re.findall(r"\d+", parts))), int(papers))
        return cls(day_of(found["since"]), channels)

    def __str__(self) -> str:
        channels = ";".join(f"{name}:{mark}" for name, mark in self.channels.items())
        return f"since={self.since} channels={channels}"

    def is_due(self, today: date) -> bool:
        """Whether channels that failed are still tried."""
        return (today - self.since).days <= _DAYS_TRIED


@dataclass(frozen=True)
class PartKey:
    """The hidden key of an issue or a comment.

    An issue that lasts has keys of part 0: that of a keyword, and Deliveries, which has one for
    each mail, with the marks of what channels got.
    """

    #: Those of the mail; in the text of a keyword's issue, its first one.
    digests: tuple[str, ...]
    repository: str
    part: int = 0
    parts: int = 0
    #: The places of its papers among all papers of the mail, from 1.
    first: int = 0
    last: int = 0
    #: The topic of the keyword that it is about, in that keyword's issue; otherwise empty.
    keyword: str = ""
    marks: Marks | None = field(default=None, compare=False)

    def __str__(self) -> str:
        keyword = f" keyword={self.keyword}" if self.keyword else ""
        marks = f" {self.marks}" if self.marks else ""
        return (
            f"<!-- daily-papers digest={','.join(self.digests)} repository={self.repository}"
            f"{keyword} part={self.part}/{self.parts} papers={self.first}-{self.last}{marks} -->"
        )

    @property
    def names(self) -> str:
        """The keys of its digests, for people."""
        return ", ".join(self.digests)

    def is_for(self, repository: str) -> bool:
        """Whether the key belongs to one of this repository's mails."""
        return self.repository.casefold() == repository.casefold()


def find_part_keys(body: str) -> Iterator[PartKey]:
    """Find the hidden keys, each on a line of its own."""
    for found in _PART_KEY.finditer(body):
        digests = tuple(found["digests"].split(","))
        if all(map(is_key, digests)):
            yield PartKey(
                digests=digests,
                repository=found["repository"],
                part=int(found["part"]),
                parts=int(found["parts"]),
                first=int(found["first"]),
                last=int(found["last"]),
                keyword=found["keyword"] or "",
                marks=Marks.parse((found["marks"] or "").strip()),
            )


def find_part_key(body: str) -> PartKey | None:
    """Find the hidden key of a part; if people added others, it is the last one."""
    return next(reversed(list(find_part_keys(body))), None)


@dataclass(frozen=True)
class IssuePart:
    """The body of an issue, or of a comment that continues it."""

    key: PartKey
    body: str


def issue_title(mail: Mail) -> str:
    """People and the total first, then keywords, as many as there is room for, then the day."""
    day = f" · {_days(mail)}"
    begin = _title_begin(mail)
    topics = [slug for slug in mail.totals if slug not in mail.people]
    counted = [name_in_title(mail.keyword_names[slug]) for slug in topics]
    if len(mail.totals) > 1:
        counted = [
            f"{name} {mail.totals[slug]}" for name, slug in zip(counted, topics, strict=True)
        ]
    more = [f"{', '.join(counted[:fitting])} …" for fitting in range(len(counted) - 1, 0, -1)]
    titles = (f"{begin}: {names}{day}" for names in (", ".join(counted), *more) if names)
    return Room(LONGEST_TITLE, utf16_length).first(*titles, f"{begin}{day}")


def name_in_title(name: str) -> str:
    """The name of a keyword, harmless in the title of an issue."""
    return break_links(visible_text(name, LONGEST_NAME))


def _title_begin(mail: Mail) -> str:
    """``Rueckert 1, 84 new``, with as many people as there is room for."""
    new = f"{len(mail.items)} new"
    people = [
        f"{name_in_title(name)} {mail.totals[slug]}"
        for slug, name in mail.people.items()
        if slug in mail.totals
    ]
    if not people:
        return new
    begins = [f"{', '.join(people)}, {new}"]
    for left in range(1, len(people)):
        more = plural(left, "person", "people")
        begins.append(f"{', '.join(people[:-left])} + {more}, {new}")
    shortest = f"{plural(len(people), 'person', 'people')}, {new}"
    return Room(LONGEST_TITLE_BEGIN, utf16_length).first(*begins, shortest)


def issue_parts(
    mail: Mail, here: Addresses, keyword: str = "", marks: Marks | None = None
) -> tuple[IssuePart, ...]:
    """The issue's body, with the marks, and the comments that continue it.

    For a keyword's issue, all of them are comments.
    """
    lead = _lead(mail, here)
    foot = f"[All tables]({here.tables})"
    frame = utf16_length("\n\n".join((lead, _part_line(99, 99, 10**6), foot)))
    key = PartKey(mail.keys, here.repository, 1, 1, first=1, last=10**6, keyword=keyword)
    room = LONGEST_BODY - frame - utf16_length(str(key)) - 100
    texts = list(pages_of(rows_of(mail, GITHUB), Room(room, utf16_length), GITHUB))
    parts = []
    last = 0
    for number, (text, papers) in enumerate(texts, 1):
        first, last = last + 1, last + papers
        part_key = replace(key, part=number, parts=len(texts), first=first, last=last)
        place = _part_line(number, len(texts), len(mail.items)) if len(texts) > 1 else ""
        begin = ""
        if number == 1:
            begin, part_key = lead, replace(part_key, marks=marks)
        body = "\n\n".join(filter(None, (begin, place, text, foot, str(part_key))))
        parts.append(IssuePart(part_key, body))
    return tuple(parts)


def issue_page(mail: Mail, here: Addresses) -> str:
    """The whole mail on one page of Markdown, without hidden keys."""
    title = f"# Daily Papers {_days(mail)}"
    foot = f"[All tables]({here.tables})" if here.tables else ""
    blocks = (title, _lead(mail, here), whole_text(mail, GITHUB), foot)
    return "\n\n".join(filter(None, blocks)) + "\n"


def digest_file(digest: Digest, server: str = GITHUB_COM) -> str:
    """The file under digests/: the mail's text for people, and the records for `notify`."""
    here = Addresses(digest.repository or "", server)
    return f"{issue_page(Mail((digest.as_stored,)), here)}\n{digest_records(digest)}\n"


def _days(mail: Mail) -> str:
    first, last = mail.days
    if first != last:
        return f"{first} to {last}"
    return f"{last}, more" if digest_order(mail.keys[0])[1] > 1 else str(last)


def _counts(mail: Mail) -> str:
    """``: mri 5, medical imaging 8; 1 in both``."""
    names = [harmless_text(mail.keyword_names[slug], LONGEST_NAME, GITHUB) for slug in mail.totals]
    if len(names) == 1:
        return f": {names[0]}"
    counted = [f"{name} {total}" for name, total in zip(names, mail.totals.values(), strict=True)]
    several = sum(len(item.keywords) > 1 for item in mail.items)
    end = f"; {several} in {'both' if len(names) == 2 else 'several'}" if several else ""
    return Room(_LONGEST_COUNTS, utf16_length).first(f": {', '.join(counted)}{end}", "")


def _lead(mail: Mail, here: Addresses) -> str:
    """How many papers, from when, and what else readers should know before the list."""
    is_more = digest_order(mail.keys[0])[1] > 1 and len(mail.digests) == 1
    papers = plural(len(mail.items), "more new paper" if is_more else "new paper")
    first, last = mail.days
    is_weekly = all(digest.due for digest in mail.digests)
    late = "" if is_weekly else ", sent late in one email"
    when = f"on {last}" if first == last else f"from {first} to {last}{late}"
    whole = " All are listed below, each once." if len(mail.items) > 1 else ""
    line = f"{papers} {when}{_counts(mail)}.{whole}"
    if here.site:
        pages = ", ".join(f"[{key}]({here.day(key)})" for key in mail.keys)
        line += f" On the website: {pages}."
    return "\n\n".join((line, *notes(mail, GITHUB)))


def notes(mail: Mail, form: Form) -> list[str]:
    """What readers should know besides the papers."""
    skipped = dict.fromkeys(digest.skipped for digest in mail.digests if digest.skipped)
    lines = [harmless_text(each, _LONGEST_NOTE, form) for each in skipped]
    if revisions := sum(digest.revisions for digest in mail.digests):
        papers = "a known paper" if revisions == 1 else "known papers"
        lines.append(f"{plural(revisions, 'revision')} of {papers}: see the tables.")
    return lines


def channel_lead(mail: Mail, here: Addresses, form: Form) -> list[str]:
    """What channels get before the list: the links to the tables and the website, and the notes."""
    day = here.day(mail.keys[-1])
    there = [form.link("Website", day)] if day else []
    return [" · ".join((*there, form.link("All tables", here.tables or ""))), *notes(mail, form)]


def _part_line(number: int, parts: int, papers: int) -> str:
    rest = "; the others follow as comments" if number == 1 else ""
    return f"This is part {number} of {parts} with {plural(papers, 'paper')}{rest}."


def utf16_length(text: str) -> int:
    """The length as the strictest reading of GitHub's limits counts it: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
