"""What a run asks arXiv for, and in which order: decided from the state alone.

An ordinary day takes the announcement feed, the details of what matched, and a full search for one
keyword. Everything else is repair: new keywords are filled, and keywords that missed a listing day
catch up, by full searches or by one harvest, whichever takes fewer requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from math import ceil

from daily_papers.query.taxonomy import ARCHIVES, CATEGORIES, canonical
from daily_papers.store.store import KeywordState, State
from daily_papers.text import plural

#: Requests that one run may spend on filling keywords; the other keywords wait for later runs.
MOST_FILLS = 40
#: Identifiers in one request for details (an address holds 306), and in all such requests of a
#: run (for more, a harvest costs less).
DETAILS_A_REQUEST = 300
MOST_DETAILS = 800
#: How far back a harvest looks for keywords that wait to be filled.
FILL_HARVEST = timedelta(days=7)
#: A harvest fills only broad keywords, so each of its pages must replace this many searches.
_FILLS_A_PAGE = 4


class FetchMode(StrEnum):
    """How papers are fetched: chosen by the run, or always in one way."""

    AUTO = "auto"
    ANNOUNCEMENTS = "announcements"
    SEARCH = "search"
    OAI = "oai"

    @property
    def reads_feed(self) -> bool:
        """Whether the announcement feed is read."""
        return self in (FetchMode.AUTO, FetchMode.ANNOUNCEMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the command line asks of a run."""

    #: The listing day.
    day: date
    mode: FetchMode = FetchMode.AUTO
    #: Seconds for the whole run.
    budget: float = 40 * 60.0
    environ: Mapping[str, str] = field(default_factory=dict)
    #: Called with a sentence when something takes long.
    say: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Harvest:
    """Everything that changed since a day, in some sets; None is all of arXiv."""

    since: date
    sets: tuple[str | None, ...]
    pages: int

    def must_bring(self, set_spec: str | None, day: date) -> bool:
        """Whether papers of the set have surely changed: it is busy, and a working day is over."""
        over = working_days(self.since - timedelta(days=1), day)
        return bool(over) and set_spec in _BUSY_SETS


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run asks for. Slugs are in the order in which they are asked."""

    #: Parts of the announcement feed; none if today's feed has been read.
    feed_parts: tuple[tuple[str, ...], ...] = ()
    #: Keywords that missed something; each catches up by a full search.
    searches: tuple[str, ...] = ()
    harvest: Harvest | None = None
    #: Keywords that this run fills, each by a full search.
    fills: tuple[str, ...] = ()
    #: If set, ask for the details of what matched. The harvest is the other way to get them: if
    #: they are too many for lists of identifiers, or the query API does not answer.
    details: Harvest | None = None
    audit: str | None = None
    #: The harvest to fall back on if the query API does not answer the searches.
    stand_in: Harvest | None = None
    #: The searches to fall back on, if the harvest fails: as many as a run may spend.
    stand_in_searches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a plan is made from."""

    day: date
    mode: FetchMode
    state: State
    #: In the order of keywords.yaml.
    keywords: Sequence[KeywordState]
    #: Of all keywords together; an empty tuple is all of arXiv.
    categories: tuple[str, ...]
    #: Whether keywords were added or changed since the last run.
    newcomers: bool
    #: Whether tables hold papers without their details.
    lacking_details: bool
    #: Whether today's feed is trusted; None if it has not been asked for.
    feed_trusted: bool | None


def working_days(after: date | None, before: date) -> tuple[date, ...]:
    """The days between two days, exclusive, on which there could have been a listing.

    There is never one on a Saturday or a Sunday; holidays are not known here, so they count.
    """
    if after is None:
        return ()
    between = (after + timedelta(days=n) for n in range(1, (before - after).days))
    return tuple(each for each in between if each.weekday() < 5)


def make_plan(situation: Situation) -> Plan:
    """Decide what to ask for: once before asking for the feed, and again knowing its result."""
    feed: tuple[tuple[str, ...], ...] = ()
    if situation.feed_trusted is None and situation.mode.reads_feed:
        feed = split_into_parts(situation.categories, situation.state.listed)
    unfilled = tuple(keyword.slug for keyword in situation.keywords if keyword.filled is None)
    late = [keyword for keyword in situation.keywords if keyword.last_success != situation.day]
    match situation.mode:
        case FetchMode.AUTO:
            return _automatic(situation, feed, unfilled)
        case FetchMode.ANNOUNCEMENTS:
            return Plan(feed_parts=feed)
        case FetchMode.SEARCH:
            searches = tuple(keyword.slug for keyword in late if keyword.filled is not None)
            return Plan(searches=searches, fills=unfilled)
        case FetchMode.OAI:
            if not late and not unfilled:
                return Plan()
            since = [keyword.last_success for keyword in late if keyword.last_success is not None]
            if unfilled or not since:
                since.append(situation.day - FILL_HARVEST)
            return Plan(harvest=_harvest(situation, min(since)))


def _automatic(
    situation: Situation, feed: tuple[tuple[str, ...], ...], unfilled: tuple[str, ...]
) -> Plan:
    state = situation.state
    if state.day == situation.day and state.complete and not situation.newcomers:
        return Plan()
    plan = _catch_up(situation)
    if unfilled:
        plan = _with_fills(plan, situation, unfilled)
    if feed or plan.searches or situation.lacking_details:
        plan = replace(plan, details=_harvest(situation, situation.day))
    rejected = {keyword.slug for keyword in situation.keywords if keyword.rejected is not None}
    if rejected.issuperset((*plan.searches, *plan.fills)):
        plan = replace(plan, audit=_audit(situation))
    return replace(plan, feed_parts=feed)


def _catch_up(situation: Situation) -> Plan:
    """Ask for what today's feed alone does not bring: by searches, or by a harvest.

    Searches are chosen if they are no more than the pages of a harvest.
    """
    behind = [
        keyword
        for keyword in situation.keywords
        if keyword.filled is not None
        and keyword.last_success != situation.day
        and (situation.feed_trusted is False or working_days(keyword.last_success, situation.day))
    ]
    slugs = tuple(keyword.slug for keyword in behind)
    days = [keyword.last_success for keyword in behind if keyword.last_success is not None]
    if not days:
        return Plan(searches=slugs)
    harvest = _harvest(situation, min(days))
    if len(behind) <= harvest.pages:
        return Plan(searches=slugs, stand_in=harvest)
    longest_ago = sorted(behind, key=lambda keyword: keyword.audited or keyword.filled or date.min)
    instead = tuple(keyword.slug for keyword in longest_ago[:MOST_FILLS])
    return Plan(harvest=harvest, stand_in_searches=instead)


def _with_fills(plan: Plan, situation: Situation, unfilled: tuple[str, ...]) -> Plan:
    """Fill as many keywords as a run may; if many are new, make one harvest for them first.

    A harvest fills the broad ones, and gives all of them recent rows.
    """
    fresh = [r for r in situation.keywords if r.filled is None and r.harvested is None]
    harvest = _harvest(situation, situation.day - FILL_HARVEST)
    room = MOST_FILLS
    if plan.harvest is None and len(fresh) > _FILLS_A_PAGE * harvest.pages:
        plan = replace(plan, harvest=harvest)
        room -= min(harvest.pages, MOST_FILLS // 2)
    if fresh and plan.harvest is None and plan.stand_in is None:
        plan = replace(plan, stand_in=harvest)
    return replace(plan, fills=unfilled[:room])


def _harvest(situation: Situation, since: date) -> Harvest:
    """Harvest from one day earlier, since a datestamp is a day in UTC."""
    first = since - timedelta(days=1)
    listings = working_days(first - timedelta(days=1), situation.day + timedelta(days=1))
    return Harvest(first, *oai_sets(situation.categories, len(listings)))


def _audit(situation: Situation) -> str | None:
    """The keyword whose full search was longest ago; None if today's audit is done.

    A keyword whose answer was rejected has had its turn.
    """
    due = [
        (max(keyword.audited or keyword.filled, keyword.rejected or date.min), keyword.slug)
        for keyword in situation.keywords
        if keyword.filled is not None
        and situation.day not in (keyword.audited, keyword.filled, keyword.rejected)
    ]
    done_today = any(keyword.audited == situation.day for keyword in situation.keywords)
    return None if done_today or not due else min(due)[1]


def plan_sentences(plan: Plan, mode: FetchMode) -> tuple[str, ...]:
    """What a plan asks for, one sentence each, in order."""
    said: list[str] = []
    if plan.feed_parts:
        said.append(f"the announcement feed, in {plural(len(plan.feed_parts), 'request')}")
    if plan.searches:
        said.append(f"a full search for {_keywords(plan.searches)}, to catch up")
    if plan.harvest is not None:
        pages = plural(plan.harvest.pages, "request")
        said.append(f"a harvest of what changed since {plan.harvest.since}, in about {pages}")
    if plan.fills:
        said.append(f"a full search for {_keywords(plan.fills)}, to fill new tables")
    if plan.details:
        said.append("the details of what matched, 300 papers per request")
    if plan.audit is not None:
        said.append(f"a full search for {plan.audit}, as a check")
    return tuple(said) or (f"nothing to ask for (source {mode}): everything is known",)


def _keywords(slugs: tuple[str, ...]) -> str:
    named = ", ".join(slugs[:5])
    more = f" and {len(slugs) - 5:,} more" if len(slugs) > 5 else ""
    return f"{plural(len(slugs), 'keyword')}: {named}{more}"


# --- how much arXiv announces ------------------------------------------------------------------
#
# Keywords play no part here, so the number of requests cannot grow with them.

#: arXiv cuts a feed off at 2,000 items, and the new papers go first. Busy days have half as many
#: papers again as ordinary ones.
PART_LIMIT = 1_200

#: Papers on a usual listing day of 2026 (new, cross-listed and replaced): what is expected until
#: real days have been counted. Too high a number costs one more part, too low a number costs
#: papers, so these err on the high side.
_TYPICAL = """
    astro-ph 220, cond-mat 250, cs 1700, econ 60, eess 280, gr-qc 120, hep-ex 70, hep-lat 30,
    hep-ph 140, hep-th 150, math 520, math-ph 100, nlin 40, nucl-ex 30, nucl-th 60,
    physics 370, q-bio 80, q-fin 50, quant-ph 230, stat 190, cs.AI 520, cs.CL 300, cs.CR 110,
    cs.CV 350, cs.CY 70, cs.HC 80, cs.IR 70, cs.LG 520, cs.MA 70, cs.RO 210, cs.SE 100,
    eess.IV 60, eess.SP 90, eess.SY 100, stat.ME 70, stat.ML 90"""
TYPICAL_COUNTS: Mapping[str, int] = {
    name: int(count) for name, count in (pair.split() for pair in _TYPICAL.split(","))
}
#: Expected of a category that is not in the table above.
_SMALL_CATEGORY = 30


def split_into_parts(
    categories: Iterable[str], expected: Mapping[str, int], limit: int = PART_LIMIT
) -> tuple[tuple[str, ...], ...]:
    """Divide the categories (none: all of arXiv) into feeds of at most ``limit`` expected papers.

    ``expected`` has the counts of recent days, for archives and for categories. An archive above
    the limit is divided into its categories; a category above the limit gets a feed of its own. A
    paper counts in each of its categories, so the parts err on the small side.
    """
    usual = {**TYPICAL_COUNTS, **expected}
    weights: dict[str, int] = {}
    for name in _without_repetition(categories):
        pieces = [name]
        if usual.get(name, _SMALL_CATEGORY) > limit:  # a category has no others below it
            pieces = [each for each in CATEGORIES if each.startswith(f"{name}.")] or [name]
        weights |= {piece: usual.get(piece, _SMALL_CATEGORY) for piece in pieces}
    parts: list[list[str]] = []
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        room = limit - weights[name]
        part = next((part for part in parts if sum(weights[each] for each in part) <= room), None)
        if part is None:
            parts.append([name])
        else:
            part.append(name)
    return tuple(tuple(sorted(part)) for part in parts)


def _without_repetition(categories: Iterable[str]) -> list[str]:
    """The names in arXiv's spelling, without categories whose archive is among them."""
    names = {canonical(category) for category in categories} or set(ARCHIVES)
    return sorted(name for name in names if name.partition(".")[0] not in names - {name})


#: Archives that are groups of their own: their sets have their names. All others are in the group
#: physics, with sets like ``physics:hep-th``.
_GROUPS = frozenset(["cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"])
#: How many records one page of a harvest holds, as observed.
RECORDS_PER_PAGE = 1_300
#: The last page of each set is not full, so many sets would cost more than they save.
_MOST_SETS = 3


def oai_sets(categories: Iterable[str], listings: int) -> tuple[tuple[str | None, ...], int]:
    """The sets that a harvest of these categories asks for, and its pages for so many listings.

    None is all of arXiv. A request asks for one set only. For a single category of an archive, that
    is its own set; for several, it is the archive's, and matching drops the rest. Two or three
    archives are harvested one by one, which takes fewer pages than harvesting everything. A
    cross-listed paper is in the set of each of its categories.
    """
    wanted: dict[str, list[str]] = {}
    for name in _without_repetition(categories):
        if name in ARCHIVES or name in CATEGORIES:  # a set that arXiv lacks spoils the harvest
            wanted.setdefault(name.partition(".")[0], []).append(name)
    harvests = [names[0] if len(names) == 1 else archive for archive, names in wanted.items()]
    if not 0 < len(harvests) <= _MOST_SETS:
        return (None,), max(1, _pages(ARCHIVES, listings))
    sets = tuple(_set_of(name) for name in harvests)
    return sets, max(len(sets), _pages(harvests, listings))


def _pages(names: Iterable[str], listings: int) -> int:
    """Pages of so many listing days of these archives or categories in one harvest."""
    records = listings * sum(TYPICAL_COUNTS.get(name, _SMALL_CATEGORY) for name in names)
    return ceil(records / RECORDS_PER_PAGE)


def _set_of(name: str) -> str:
    """``cs`` for an archive, ``cs:cs:CV`` for a category; ``physics:hep-th`` within physics."""
    archive, _, subject = name.partition(".")
    if archive not in _GROUPS:
        return ":".join(filter(None, ["physics", archive, subject]))
    return f"{archive}:{archive}:{subject}" if subject else archive


#: The sets that have papers on every listing day; None is all of arXiv.
_BUSY_SETS = frozenset({None, *map(_set_of, TYPICAL_COUNTS)})
