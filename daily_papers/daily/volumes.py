"""How much arXiv announces, and what that means for requests: feed parts and OAI-PMH sets.

Pure arithmetic on counts. Keywords play no part here, so the number of requests cannot grow with
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil

from daily_papers.query.categories import ARCHIVES, CATEGORIES
from daily_papers.query.taxonomy import canonical

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

    def weight(name: str) -> int:
        return expected.get(name, TYPICAL_COUNTS.get(name, _SMALL_CATEGORY))

    names = [
        piece
        for name in _without_repetition(categories)
        for piece in (_members(name) if weight(name) > limit else (name,))
    ]
    return _packed({name: weight(name) for name in names}, limit)


def _without_repetition(categories: Iterable[str]) -> list[str]:
    """The names in arXiv's spelling, without categories whose archive is among them."""
    names = {canonical(category) for category in categories} or set(ARCHIVES)
    return sorted(name for name in names if name.partition(".")[0] not in names - {name})


def _members(name: str) -> tuple[str, ...]:
    """The categories of an archive; a category, or an archive without any, is its own member."""
    return tuple(c for c in CATEGORIES if c.startswith(f"{name}.")) or (name,)


def _packed(weights: Mapping[str, int], limit: int) -> tuple[tuple[str, ...], ...]:
    """Take the heaviest first, and put each into the first part that has room for it."""
    parts: list[list[str]] = []
    loads: list[int] = []
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        weight = weights[name]
        roomy = (number for number, load in enumerate(loads) if load + weight <= limit)
        number = next(roomy, len(parts))
        if number == len(parts):
            parts.append([])
            loads.append(0)
        parts[number].append(name)
        loads[number] += weight
    return tuple(tuple(sorted(part)) for part in parts)


#: Archives in the group physics: their sets are named like ``physics:hep-th``. Every other archive
#: is a group of its own, and its set has its name.
_PHYSICS_ARCHIVES = """
    astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics
    quant-ph"""
_PHYSICS = frozenset(_PHYSICS_ARCHIVES.split())
#: How many records one page of a harvest holds, as observed.
RECORDS_PER_PAGE = 1_300
#: The last page of each set is not full, so many sets would cost more than they save.
_MOST_SETS = 3


def oai_sets(categories: Iterable[str]) -> tuple[str | None, ...]:
    """The sets that a harvest of these categories asks for, one after the other; None is all.

    A request asks for one set only. For a single category of an archive, that is its own set; for
    several, it is the archive's, and matching drops the rest. Several archives are harvested one by
    one if that takes fewer pages, for a day and its overlap, than harvesting everything. A
    cross-listed paper is in the set of each of its categories.
    """
    return tuple(_set_of(name) for name in _harvests(categories)) or (None,)


def harvest_pages(categories: Iterable[str], listings: int) -> int:
    """Expected pages of a harvest of so many listing days of these categories (none: all)."""
    harvests = _harvests(categories) or ARCHIVES
    return max(len(oai_sets(categories)), _pages(*harvests, listings=listings))


def _harvests(categories: Iterable[str]) -> list[str]:
    """The archives and categories to harvest one by one; none to harvest everything at once."""
    wanted: dict[str, list[str]] = {}
    for name in _without_repetition(categories):
        if name in ARCHIVES or name in CATEGORIES:  # a set that arXiv lacks spoils the harvest
            wanted.setdefault(name.partition(".")[0], []).append(name)
    harvests = [names[0] if len(names) == 1 else archive for archive, names in wanted.items()]
    if len(harvests) > _MOST_SETS:
        return []
    dear = sum(_pages(name, listings=2) for name in harvests) >= _pages(*ARCHIVES, listings=2)
    return [] if len(harvests) > 1 and dear else harvests


def _pages(*names: str, listings: int) -> int:
    """Pages of so many listing days of these archives or categories in one harvest."""
    records = listings * sum(TYPICAL_COUNTS.get(name, _SMALL_CATEGORY) for name in names)
    return ceil(records / RECORDS_PER_PAGE)


def _set_of(name: str) -> str:
    """``cs`` for an archive, ``cs:cs:CV`` for a category; ``physics:hep-th`` within physics."""
    archive, _, subject = name.partition(".")
    if archive in _PHYSICS:
        return ":".join(filter(None, ["physics", archive, subject]))
    return f"{archive}:{archive}:{subject}" if subject else archive
