"""The digest: the news of one run, its key and its records; and the mail.

A digest's file under digests/ has a visible part for people, the text as it is mailed, and an HTML
comment with the records at its end: one JSON line for the digest, and one for each paper. **Only
the records count**: a change in the visible part alone is never sent, and deleting a paper's line
from the records removes the paper.

The records are ASCII, with ``<`` and ``>`` as JSON escapes, so no author's text can end the comment
or hide in it. They never contain ``{{`` or ``{%``, which a Jekyll build would evaluate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property, partial
from itertools import groupby
from pathlib import PurePath
from typing import Any

from daily_papers.mail.morning import totals_in_order
from daily_papers.papers.announcement import NewsItem
from daily_papers.records import Json, RecordError, decode, encode
from daily_papers.store.files import Line

#: How many authors a record keeps besides those who are followed; an email shows three of them.
AUTHORS_KEPT = 10
#: Digests that could not be sent for more days than this go out together, as one catch-up mail.
DAYS_UNTIL_CATCH_UP = 7

_KEY = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:-(?P<number>[2-9]|[1-9]\d+))?", re.ASCII)

_FORMAT = 1
_RECORDS = re.compile(
    rb"^<!-- daily-papers-digest\n(?P<lines>\{.*\n(?:(?!-->).*\n)*)-->$", re.MULTILINE
)
#: Fields that are lines of their own, are in the same line, or are in no mail.
_NOT_WRITTEN = (
    "items", "paper", "abstract", "categories", "published", "doi", "journal_ref"
)  # fmt: skip


@dataclass(frozen=True)
class Digest:
    """The news of one run. Every paper is in it once."""

    #: The listing day, and a number from the second digest of a day on: ``2026-11-20-2``.
    key: str
    #: ``owner/name`` from GITHUB_REPOSITORY when it was written; None if that was not set.
    repository: str | None
    items: tuple[NewsItem, ...]
    #: (slug, name) of the keywords, in the order of keywords.yaml.
    keyword_names: tuple[tuple[str, str], ...]
    #: (slug, short name) of the keywords that follow a person.
    people: tuple[tuple[str, str], ...] = ()
    #: How many papers in the tables were revised.
    revisions: int = 0
    #: What it says of listing days that were not read, or were empty.
    skipped: str | None = None
    #: The day of the weekly mail that it waits for; None: it goes out at once, on its own.
    due: date | None = None
    #: Whether its papers go to the lasting issues of their keywords, instead of one of its own.
    per_keyword: bool = False
    #: (slug, topic) of the keywords whose issue is not called by their slug.
    topics: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        day_of(self.key)
        ids = [item.paper.id for item in self.items]
        if len(set(ids)) != len(ids):
            raise ValueError(f"digest {self.key} lists a paper twice")

    @cached_property
    def day(self) -> date:
        """Its listing day."""
        return day_of(self.key)

    @property
    def as_stored(self) -> Digest:
        """The digest as it is read back from its file: papers have no abstract, and few authors."""
        return replace(self, items=tuple(_item(_item_record(item)) for item in self.items))

    def only(self, topic: str) -> Digest:
        """The digest as if there were no keyword but that of a topic, which is its slug then."""
        topics = dict(self.topics)
        # Slugs change hands: another keyword may have the one that this topic is called by.
        slugs = (slug for slug, _ in self.keyword_names if topics.get(slug, slug) == topic)
        own = next(slugs, topic)
        items = (
            replace(item, keywords=(topic,), in_title=(topic,) if own in item.in_title else ())
            for item in self.items
            if own in item.keywords
        )
        return replace(
            self,
            items=tuple(items),
            keyword_names=tuple((topic, name) for slug, name in self.keyword_names if slug == own),
            people=tuple((topic, name) for slug, name in self.people if slug == own),
            revisions=0,
            topics=(),
        )


@dataclass(frozen=True)
class Mail:
    """The digests that go out as one issue: one, those of a week, or several that are late."""

    digests: tuple[Digest, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the digests, oldest first."""
        return tuple(digest.key for digest in self.digests)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last listing day."""
        return self.digests[0].day, self.digests[-1].day

    @cached_property
    def items(self) -> tuple[NewsItem, ...]:
        """The papers of all digests, each once."""
        once: dict[str, NewsItem] = {}
        for digest in self.digests:
            for item in digest.items:
                once.setdefault(item.paper.id, item)
        return tuple(once.values())

    @cached_property
    def keyword_names(self) -> dict[str, str]:
        """Slug to name, in the order of the newest digest, then names only in older ones."""
        names: dict[str, str] = {}
        for digest in reversed(self.digests):
            for slug, name in digest.keyword_names:
                names.setdefault(slug, name)
        for item in self.items:
            for slug in item.keywords:
                names.setdefault(slug, slug)
        return names

    @property
    def people(self) -> dict[str, str]:
        """Slug to short name of the people who are followed."""
        return {slug: name for digest in self.digests for slug, name in digest.people}

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many papers each keyword has that has some, by slug, as they are read."""
        found = [item.keywords for item in self.items]
        return totals_in_order(found, self.keyword_names, self.people)


def released(digests: Sequence[Digest], today: date) -> Sequence[Digest]:
    """Those that need not wait, of all digests, oldest first.

    None is sent before an older one: a digest that need not wait takes along those that do, so a
    change between daily and weekly, or of where papers go, keeps the order.
    """
    free = [
        number
        for number, digest in enumerate(digests, 1)
        if digest.due is None or digest.due <= today
    ]
    return digests[: max(free, default=0)]


def mails_of(unsent: Sequence[Digest], today: date) -> tuple[Mail, ...]:
    """Put digests that were not sent into mails, the oldest first: those of a week go out together.

    So do digests that are late by more than a week, and a long outage ends in one mail.
    """
    late = 0
    for number, digest in enumerate(unsent, 1):
        if (today - (digest.due or digest.day)).days > DAYS_UNTIL_CATCH_UP:
            late = number
    mails = [Mail(tuple(unsent[:late]))] if late else []
    for is_weekly, together in groupby(unsent[late:], lambda digest: digest.due is not None):
        group = tuple(together)
        mails += [Mail(group)] if is_weekly else [Mail((each,)) for each in group]
    return tuple(mails)


def is_key(text: str) -> bool:
    """Whether the text is the key of a digest."""
    try:
        day_of(text)
    except ValueError:
        return False
    return True


def digest_order(key: str) -> tuple[date, int]:
    """The day of a digest, and its number among those of the day, 1 for the first.

    They sort the oldest digest first. Raises ValueError if the text is not a key.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        raise ValueError(f"not a digest's key: {key!r}")
    return date.fromisoformat(found["day"]), int(found["number"] or 1)


def day_of(key: str) -> date:
    """The listing day of a digest. Raises ValueError if the text is not a key."""
    return digest_order(key)[0]


def new_key(day: date, taken: Collection[str]) -> str:
    """The key for a day's next digest."""
    numbers = [number for other, number in map(digest_order, taken) if other == day]
    return f"{day}-{max(numbers) + 1}" if numbers else str(day)


# --- the records ----------------------------------------------------------------------------------


def digest_records(digest: Digest) -> str:
    """The digest as the comment that `read_digest` reads, without a newline at its end."""
    lines = [{"format": _FORMAT, **_record(digest)}, *map(_item_record, digest.items)]
    texts = (json.dumps(each, ensure_ascii=True, separators=(", ", ": ")) for each in lines)
    harmless = re.sub(r"[<>]|\{(?=[{%])", lambda sign: f"\\u{ord(sign[0]):04x}", "\n".join(texts))
    return f"<!-- daily-papers-digest\n{harmless}\n-->"


def _item_record(item: NewsItem) -> Json:
    authors = item.paper.authors and tuple(_authors_kept(item.paper.authors, item.followed))
    return {**_record(replace(item.paper, authors=authors)), **_record(item)}


def _authors_kept(authors: Sequence[str], followed: Collection[str]) -> Iterator[str]:
    """The first ones, all who are followed, and who comes after those: so "et al." is right."""
    for place, name in enumerate(authors):
        if place < AUTHORS_KEPT or name in followed or authors[place - 1] in followed:
            yield name


def _item(record: Json) -> NewsItem:
    return decode(NewsItem, {**record, "paper": {**record, "abstract": ""}})


def _record(thing: Any) -> Json:
    """The fields of a digest, a paper or its news that are written and have no default."""
    changed = {each.name for each in fields(thing) if getattr(thing, each.name) != each.default}
    return {n: v for n, v in encode(thing).items() if n in changed and n not in _NOT_WRITTEN}


def read_digest(data: bytes, name: str) -> Digest:
    """Read a digest from its file; ``name`` is the file's path.

    Raises StoreError, naming the file and the line, if the records are damaged or the file's name
    is not the digest's key.
    """
    data = data.replace(b"\r\n", b"\n")
    found = list(_RECORDS.finditer(data))
    if len(found) != 1:
        problem = f"it has {len(found) or 'no'} comments with a digest's records"
        raise Line(name, 1, data).damaged(problem)
    start = data.count(b"\n", 0, found[0].start("lines")) + 1
    lines = enumerate(found[0]["lines"].split(b"\n"), start)
    first, *others = [Line(name, number, each) for number, each in lines if each.strip()]
    digest = first.read(partial(_digest, PurePath(name).stem))
    try:
        return replace(digest, items=tuple(each.read(_item) for each in others))
    except ValueError as problem:  # a paper is in it twice
        raise first.damaged(str(problem)) from None


def _digest(key: str, values: Json) -> Digest:
    if values.get("format") != _FORMAT:
        raise RecordError("is not one that this version reads", "format")
    digest = decode(Digest, {**values, "items": []})
    if digest.key != key:
        raise RecordError(f"these are the records of digest {digest.key}")
    return digest
