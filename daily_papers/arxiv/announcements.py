"""The announcement feed: all that arXiv lists today in some categories, in one answer or a few.

What one answer holds is read in ``feed_items``; here it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from daily_papers.arxiv.feed_items import PartAnswer, read_part
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.errors import FetchError
from daily_papers.papers.announcement import Announcement, merged
from daily_papers.query.categories import ARCHIVES

_BAD_CLASS = re.compile(
    r"Bad subject class '(?P<subject>[^']+)'(?:.*?archive '(?P<archive>[^']+)')?"
)
_BAD_ARCHIVE = re.compile(r"Bad archive(?:/subject class structure)? '(?P<name>[^']+)'")


@dataclass(frozen=True, slots=True)
class PartFailure:
    """A feed that could not be had, or not be believed, and why."""

    categories: tuple[str, ...]
    error: FetchError
    #: Those of the categories that arXiv does not know, where it said so.
    unknown_categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """All parts of a day's listing; a part that failed leaves the others as they are."""

    parts: tuple[PartAnswer, ...]
    failures: tuple[PartFailure, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every part came, and none was cut."""
        return not self.failures and not any(part.cut for part in self.parts)

    @property
    def announcements(self) -> tuple[Announcement, ...]:
        """Every announced paper once, its kind relative to all parts."""
        return merged(part.announcements for part in self.parts)


class AnnouncementFeed:
    """Asks for the listing of the day, part by part, over the session that all services share."""

    def __init__(self, session: PoliteSession, services: Services) -> None:
        self._session = session
        self._services = services

    def today(self, parts: Sequence[tuple[str, ...]]) -> FeedAnswer:
        """Ask for each part (of ``volumes.split_into_parts``)."""
        answers: list[PartAnswer] = []
        failures: list[PartFailure] = []
        for categories in parts:
            try:
                answers.append(self.part(categories))
            except FetchError as error:
                unknown = unknown_categories(error.reason, categories)
                failures.append(PartFailure(categories, error, unknown))
        return FeedAnswer(tuple(answers), tuple(failures))

    def part(self, categories: tuple[str, ...]) -> PartAnswer:
        """Ask for one part; raises FetchError."""
        url = feed_url(self._services, categories)
        read: list[PartAnswer] = []
        self._session.fetch(url, lambda body: read.append(read_part(body, url, categories)))
        return read[-1]


def feed_url(services: Services, categories: Iterable[str]) -> str:
    """The address of the feed of these categories; of all of arXiv where there are none."""
    names = sorted(set(categories)) or sorted(ARCHIVES)
    return f"{services.feed_url}/atom/{'+'.join(quote(name, safe='') for name in names)}"


def unknown_categories(reason: str, asked: Iterable[str]) -> tuple[str, ...]:
    """Those of the categories that arXiv's refusal of a whole feed names.

    One unknown name is enough for the refusal, and only the first one is named.
    """
    if (found := _BAD_CLASS.search(reason)) is not None:
        archive = re.escape(found["archive"]) if found["archive"] else "[a-z-]+"
        bad = rf"{archive}\.{re.escape(found['subject'])}"
    elif (found := _BAD_ARCHIVE.search(reason)) is not None:
        bad = rf"{re.escape(found['name'])}(?:\..*)?"
    else:
        return ()
    return tuple(name for name in asked if re.fullmatch(bad, name, re.IGNORECASE))
