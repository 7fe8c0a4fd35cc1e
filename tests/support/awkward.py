"""Papers that are easily mailed twice, never, or wrongly; each with the day on which it is news."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from tests.sandbox import Change, Record, Universe
from tests.sandbox.draft import Draft, Later, Press
from tests.sandbox.record import Words
from tests.sandbox.showcase import words_of

GRAPHS = "We study graph neural networks."
DIFFUSION = "We study diffusion models."
FRUIT = "We study fruit."


@dataclass(frozen=True)
class Awkward:
    """A paper, and what becomes of it: a new version, or one more category, on a day."""

    title: str
    announced: date
    categories: str
    later: tuple[tuple[date, str], ...]
    #: None where it is never news.
    mailed: date | None
    #: What the abstracts of the versions say, the last of them of all that follow.
    abstracts: tuple[str, ...] = (GRAPHS,)
    #: Readers know it from another tool.
    imported: bool = False

    @property
    def draft(self) -> Draft:
        return Draft(
            categories=tuple(self.categories.split()),
            draw=self._words,
            later=tuple(
                Later(
                    change=Change.CROSS_LISTED if category else Change.REPLACED,
                    on=(day - self.announced).days,
                    categories=(category,) if category else (),
                )
                for day, category in self.later
            ),
        )

    def _words(self, version: int) -> Words:
        return words_of(self.title, self.abstracts[min(version, len(self.abstracts)) - 1])


def _january(day: int) -> date:
    return date(2026, 1, day)


#: In a repository that begins on 7 January, adds its keyword for diffusion models in the evening of
#: 16 January, and hears nothing on 28 and 29 January.
AWKWARD = (
    Awkward("Old, and revised", date(2019, 5, 6), "stat.ML", ((_january(15), ""),), None),
    Awkward(
        "Old, and matches since its revision",
        date(2019, 5, 7),
        "stat.ML",
        ((_january(16), ""),),
        None,
        abstracts=(FRUIT, GRAPHS),
    ),
    Awkward(
        "Old, and listed in one more category",
        date(2019, 5, 8),
        "hep-th",
        ((_january(14), "eess.IV"),),
        _january(14),
    ),
    Awkward(
        "Old, and listed in one more category while nobody heard",
        date(2019, 5, 9),
        "hep-th",
        ((_january(28), "eess.IV"),),
        None,
    ),
    Awkward(
        "Old, listed while nobody heard and once more",
        date(2019, 5, 10),
        "hep-th",
        ((_january(28), "eess.IV"), (date(2026, 2, 2), "stat.ML")),
        date(2026, 2, 2),
    ),
    Awkward(
        "Known from another tool, and listed in one more category",
        date(2019, 5, 13),
        "stat.ML",
        ((_january(14), "eess.IV"),),
        None,
        imported=True,
    ),
    Awkward(
        "Known from another tool, of our first day",
        _january(7),
        "stat.ML",
        ((_january(19), ""),),
        None,
        imported=True,
    ),
    Awkward(
        "Mailed, revised, and listed in one more category",
        _january(8),
        "stat.ML",
        ((_january(12), ""), (_january(13), "eess.IV")),
        _january(8),
    ),
    Awkward(
        "Matches by its revision only",
        _january(9),
        "stat.ML",
        ((_january(13), ""),),
        None,
        abstracts=(FRUIT, GRAPHS),
    ),
    Awkward(
        "Announced before its keyword came",
        _january(15),
        "cs.LG",
        ((_january(20), ""),),
        None,
        abstracts=(DIFFUSION,),
    ),
    Awkward(
        "Announced on the day on which its keyword came",
        _january(16),
        "cs.LG",
        ((_january(19), ""),),
        _january(16),
        abstracts=(DIFFUSION,),
    ),
    Awkward(
        "For two keywords, one of which came in the evening",
        _january(16),
        "stat.ML",
        (),
        _january(16),
        abstracts=(GRAPHS + DIFFUSION,),
    ),
    Awkward("For two keywords", _january(19), "stat.ML", (), _january(19), (GRAPHS + DIFFUSION,)),
    Awkward(
        "Announced after a holiday", _january(21), "stat.ML", ((_january(22), ""),), _january(21)
    ),
    Awkward(
        "Announced while nobody heard, and revised since",
        _january(28),
        "stat.ML",
        ((_january(30), ""),),
        _january(30),
    ),
    Awkward(
        "Announced while nobody heard, and revised again and again",
        _january(28),
        "stat.ML",
        ((_january(29), ""), (_january(30), ""), (date(2026, 2, 2), "")),
        _january(30),
    ),
    Awkward(
        "Announced while nobody heard, for a keyword that was there",
        _january(29),
        "stat.ML",
        (),
        _january(30),
        abstracts=(DIFFUSION,),
    ),
    Awkward(
        "Announced elsewhere while nobody heard",
        _january(29),
        "hep-th",
        ((_january(30), "stat.ML"),),
        _january(30),
    ),
    Awkward(
        "Announced elsewhere, and listed here while nobody heard",
        _january(23),
        "hep-th",
        ((_january(29), "stat.ML"),),
        None,
    ),
    Awkward(
        "Revised the day after it was mailed, and the next",
        date(2026, 2, 2),
        "stat.ML",
        ((date(2026, 2, 3), ""), (date(2026, 2, 4), "")),
        date(2026, 2, 2),
    ),
)


def with_awkward_papers(universe: Universe) -> Universe:
    """The same universe, and these papers in it."""
    press = Press(universe.calendar, Random(1))
    histories = [
        tuple(press.publish(paper.draft, paper_id, paper.announced, paper.announced))
        for paper, paper_id in zip(AWKWARD, _identifiers(universe), strict=True)
    ]
    return Universe([*universe._histories, *histories], universe.calendar)


def awkward_papers(universe: Universe) -> dict[str, Awkward]:
    """These papers by identifier."""
    titles = {paper.title: paper for paper in AWKWARD}
    everything = universe.as_of(date.max)
    return {
        record.id: titles[record.words.title]
        for record in everything
        if record.words.title in titles
    }


def _identifiers(universe: Universe) -> Iterator[str]:
    """Give old papers one of their month, and the others the next ones of their day."""
    for number, paper in enumerate(AWKWARD, 1):
        listing = [r for r in universe.announced_on(paper.announced) if r.change is Change.NEW]
        month, last = _highest(listing) if listing else (f"{paper.announced:%y%m}", 10000)
        yield f"{month}.{last + number:05}"


def _highest(listing: list[Record]) -> tuple[str, int]:
    month, _, last = max(record.id for record in listing).partition(".")
    return month, int(last)
