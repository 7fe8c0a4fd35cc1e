"""The records of the store's files: papers, news, keywords, weeks and the state, as JSON.

Pure: an object of the store becomes a JSON object and back. What is not known is left out.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from daily_papers.papers.paper import Paper, Way
from daily_papers.store.store import FeedMemory, KeywordRecord, News, Shelved, State
from daily_papers.store.store_fields import (
    DamagedRecordError,
    Fields,
    Json,
    day,
    days,
    flag,
    identifier,
    listed_days,
    moment,
    number,
    numbers,
    text,
    texts,
)

#: Raised when the files change in a way that an older version could not read.
FORMAT = 1

#: Written of a keyword of which nothing was told yet, where that is not the ordinary case.
_NOTHING = "nothing"


class NewerFormatError(ValueError):
    """The store was written by a newer version of this program."""


# --- papers ------------------------------------------------------------------------------------


def paper_of(fields: Fields) -> Shelved:
    """Read a paper and the keywords whose tables hold it."""
    paper = Paper(
        id=fields.need("id", identifier),
        version=fields.need("version", _version),
        title=fields.need("title", text),
        authors=fields.may("authors", texts),
        abstract=fields.need("abstract", text),
        comment=fields.may("comment", text),
        primary_category=fields.may("primary_category", text),
        categories=fields.may("categories", texts),
        published=fields.may("published", moment),
        updated=fields.may("updated", moment),
        announced=fields.may("announced", day),
        doi=fields.may("doi", text),
        journal_ref=fields.may("journal_ref", text),
        way=fields.need("way", _way),
    )
    if paper.updated is None and paper.announced is None:
        raise DamagedRecordError("is missing, and so is announced", "updated")
    return Shelved(paper, fields.need("keywords", days))


def paper_record(shelved: Shelved) -> Json:
    """Write a paper."""
    paper = shelved.paper
    return {
        "id": paper.id,
        "version": paper.version,
        "title": paper.title,
        "authors": paper.authors,
        "abstract": paper.abstract,
        "comment": paper.comment,
        "primary_category": paper.primary_category,
        "categories": paper.categories,
        "published": _dated(paper.published),
        "updated": _dated(paper.updated),
        "announced": _day_text(paper.announced),
        "doi": paper.doi,
        "journal_ref": paper.journal_ref,
        "way": paper.way.name.lower(),
        "keywords": {slug: day.isoformat() for slug, day in sorted(shelved.first_seen.items())},
    }


# --- news and weeks ----------------------------------------------------------------------------


def news_of(fields: Fields) -> News:
    """Read that a paper was news."""
    return News(
        id=fields.need("id", identifier),
        version=fields.need("version", _version),
        day=fields.need("day", day),
        keywords=fields.need("keywords", texts),
        digest=fields.need("digest", text),
    )


def news_record(item: News) -> Json:
    """Write that a paper was news."""
    return {
        "id": item.id,
        "version": item.version,
        "day": item.day.isoformat(),
        "keywords": item.keywords,
        "digest": item.digest,
    }


def week_of(fields: Fields) -> tuple[str, dict[str, int]]:
    """Read how many papers a week brought each keyword."""
    return fields.need("week", text), fields.need("papers", numbers)


def week_record(week: str, counts: dict[str, int]) -> Json:
    """Write how many papers a week brought each keyword."""
    return {"week": week, "papers": dict(sorted(counts.items()))}


# --- keywords ----------------------------------------------------------------------------------


def keyword_of(fields: Fields, state: State) -> KeywordRecord:
    """Read a keyword; one that is up to date does not say so, so that its line need not change."""
    told = fields.may("last_success", text)
    behind_since = None if told in (None, "never") else fields.need("last_success", day)
    return KeywordRecord(
        slug=fields.need("slug", text),
        name=fields.need("name", text),
        expression=fields.need("expression", text),
        filled=fields.may("filled", day),
        last_success=state.day if told is None else behind_since,
        audited=fields.may("audited", day),
        harvested=fields.may("harvested", day),
        changed=fields.may("changed", day),
        max_papers=fields.need("max_papers", number),
        told=_told_up_to(fields, state),
        told_for=fields.may("told_for", text),
    )


def _told_up_to(fields: Fields, state: State) -> str | None:
    told = fields.may("told", text)
    if told is None:
        return state.highest_id
    return None if told == _NOTHING else fields.need("told", identifier)


def keyword_record(record: KeywordRecord, state: State) -> Json:
    """Write a keyword."""
    behind = record.last_success != state.day
    return {
        "slug": record.slug,
        "name": record.name,
        "expression": record.expression,
        "filled": _day_text(record.filled),
        "last_success": (_day_text(record.last_success) or "never") if behind else None,
        "audited": _day_text(record.audited),
        "harvested": _day_text(record.harvested),
        "changed": _day_text(record.changed),
        "max_papers": record.max_papers,
        "told": None if record.told == state.highest_id else record.told or _NOTHING,
        "told_for": record.told_for,
    }


# --- the state ---------------------------------------------------------------------------------


def state_of(fields: Fields) -> State:
    """Read where the last run ended."""
    if fields.need("format", number) > FORMAT:
        raise NewerFormatError
    return State(
        day=fields.may("day", day),
        complete=fields.need("complete", flag),
        last_complete=fields.may("last_complete", day),
        day_line=fields.need("day_line", text),
        highest_id=fields.may("highest_id", identifier),
        revised=fields.need("revised", texts),
        feed=fields.need("feed", _feed),
        listed=fields.need("listed", numbers),
        feed_day=fields.may("feed_day", day),
        unconfirmed=fields.may("unconfirmed", day),
        quiet=fields.may("quiet", listed_days) or (),
        missed=fields.may("missed", listed_days) or (),
        heard_from=fields.may("heard_from", identifier),
    )


def _feed(value: object) -> tuple[FeedMemory, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.50} is not a list")
    return tuple(_feed_memory(Fields(part)) for part in value)


def _feed_memory(fields: Fields) -> FeedMemory:
    return FeedMemory(
        categories=fields.need("categories", texts),
        ids_digest=fields.need("ids_digest", text),
        highest_new_id=fields.may("highest_new_id", identifier),
        count=fields.need("count", number),
    )


def state_record(state: State) -> Json:
    """Write where the last run ended."""
    return {
        "format": FORMAT,
        "day": _day_text(state.day),
        "complete": state.complete,
        "last_complete": _day_text(state.last_complete),
        "day_line": state.day_line,
        "highest_id": state.highest_id,
        "revised": state.revised,
        "feed": [
            {
                "categories": part.categories,
                "ids_digest": part.ids_digest,
                "highest_new_id": part.highest_new_id,
                "count": part.count,
            }
            for part in state.feed
        ],
        "listed": dict(sorted(state.listed.items())),
        "feed_day": _day_text(state.feed_day),
        "unconfirmed": _day_text(state.unconfirmed),
        "quiet": [day.isoformat() for day in state.quiet],
        "missed": [day.isoformat() for day in state.missed],
        "heard_from": state.heard_from,
    }


# --- values ------------------------------------------------------------------------------------


def _version(value: object) -> int:
    if number(value) == 0:
        raise ValueError("versions begin with 1")
    return number(value)


def _way(value: object) -> Way:
    try:
        return Way[text(value).upper()]
    except KeyError:
        raise ValueError(f"{value!r:.50} is no way to a paper") from None


def _dated(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
