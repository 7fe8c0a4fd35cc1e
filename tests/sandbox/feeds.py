"""The sandbox's announcement feeds: which papers of a listing are shown for a set of categories.

https://info.arxiv.org/help/rss.html describes them. They leave out replacements from the sixth
version on, and edits; and where a listing is longer than the limit, it is the new papers that are
cut, since they come last in the order in which papers are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from daily_papers.papers.paper import announcement_order
from daily_papers.query.taxonomy import ARCHIVES
from tests.sandbox.exchange import Request, Response
from tests.sandbox.feed_forms import Feed, atom, rss
from tests.sandbox.record import Change, Record, announce_type
from tests.sandbox.subject_sets import archive_or_category, members
from tests.sandbox.universe import Universe

_TAKEN_FIRST = ("replace-cross", "replace", "cross", "new")
_FIRST_VERSION_LEFT_OUT = 6
_FORMS = {
    "atom": (atom, "application/atom+xml; charset=utf-8"),
    "rss": (rss, "application/rss+xml; charset=utf-8"),
}


class Feeds:
    """Answers ``/atom/SET`` and ``/rss/SET``, the set being names joined by ``+``."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        #: How many papers a feed holds at most.
        self.limit = 2000
        #: The range of a listing's identifiers that is missing, from 0 (the lowest that is new) to
        #: 1 (the highest); None where the feed is whole.
        self.lacks: tuple[float, float] | None = None

    def answer(self, request: Request, today: date, listing_day: date) -> Response:
        """The feed that is dated today and shows the listing of a day, ordinarily today's."""
        _, form, *rest = request.place.split("/")
        asked = "/".join(rest)
        names = [archive_or_category(name) for name in asked.split("+")]
        known = [name for name in names if name is not None]
        if len(known) < len(names):
            return _response(form, _error_feed(asked, today), status=400)
        # Archives stand before categories, whatever the order in which they were asked for.
        known = sorted(dict.fromkeys(known), key=lambda name: "." in name)
        wanted = frozenset[str]().union(*map(members, known))
        title = f"{', '.join(known)} updates on"
        feed = Feed(
            name="+".join(known),
            title=f"{title} arXiv.org",
            description=f"{title} the arXiv.org e-print archive.",
            today=today,
            announced=self._announced(listing_day, wanted),
        )
        return _response(form, feed, status=200)

    def _announced(
        self, listing_day: date, wanted: frozenset[str]
    ) -> tuple[tuple[str, Record], ...]:
        records = self._universe.announced_on(listing_day)
        missing = self._missing(records)
        shown = [
            (announce_type(record, wanted), record)
            for record in records
            if not wanted.isdisjoint(record.listed_in)
            and not _is_left_out(record)
            and record.id not in missing
        ]
        shown.sort(key=lambda pair: announcement_order(pair[1].id), reverse=True)
        shown.sort(key=lambda pair: _TAKEN_FIRST.index(pair[0]))
        return tuple(reversed(shown[: self.limit]))

    def _missing(self, records: Sequence[Record]) -> frozenset[str]:
        """The new papers in the range that is missing."""
        if self.lacks is None:
            return frozenset()
        new = (record.id for record in records if record.change is Change.NEW)
        ids = sorted(new, key=announcement_order)
        start, end = (round(place * len(ids)) for place in self.lacks)
        return frozenset(ids[start:end])


def _is_left_out(record: Record) -> bool:
    return record.change is Change.REPLACED and record.version >= _FIRST_VERSION_LEFT_OUT


def _error_feed(asked: str, today: date) -> Feed:
    title = f"Feed error for query: http://rss.arxiv.org/atom/{asked}"
    bad = next(name for name in asked.split("+") if archive_or_category(name) is None)
    return Feed(asked, title, _refusal(bad), today)


def _refusal(name: str) -> str:
    """What arXiv says of the first bad name (arXiv/arxiv-feed, feed/fetch_data.py)."""
    archive, _, subject = name.partition(".")
    if "." in subject:
        return f"Bad archive/subject class structure '{name}'. Valid structure is 'archive.class'."
    if archive_or_category(archive) is None:
        return f"Bad archive '{archive}'. Valid archive names are: {', '.join(ARCHIVES)}."
    valid = ", ".join(sorted(members(archive.lower())))
    return (
        f"Bad subject class '{subject}'. Valid subject classes for the archive '{archive}' "
        f"are: {valid}."
    )


def _response(form: str, feed: Feed, status: int) -> Response:
    write, content_type = _FORMS[form]
    return Response(status, write(feed).encode(), content_type)
