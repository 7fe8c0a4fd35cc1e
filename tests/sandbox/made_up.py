"""Makes up what arXiv holds: papers, their identifiers, and what happens to them, from one seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random

from tests.sandbox.calendar import ListingCalendar, announcement_month
from tests.sandbox.draft import Draft, Later, Press
from tests.sandbox.fates import FATES, OLD_PAPERS
from tests.sandbox.hostile import HOSTILE
from tests.sandbox.record import Change
from tests.sandbox.subjects import TOPICS
from tests.sandbox.universe import History, Universe
from tests.sandbox.wording import Dice, draw_words

#: How many identifiers a listing uses up at arXiv; ours are spread among as many.
_IDENTIFIERS_A_DAY = 1800
_CROSS_LISTS = ("cs.AI", "cs.LG", "stat.ML", "eess.IV", "physics.med-ph", "q-bio.QM")
_EDITS = ("Accepted at MIDL 2026", "To appear in J. Imag. Sci.", "Code will be released")


@dataclass(frozen=True)
class Script:
    """What is to be made up."""

    first_day: date = date(2026, 1, 5)
    days: int = 60
    #: New papers of a listing; Tuesday's, after a weekend of submissions, has a quarter more.
    papers_a_day: int = 5
    #: Papers announced before the first day, many of which are revised after it.
    old_papers: int = 40
    seed: int = 1
    #: Whether authors write titles that try to break what shows them.
    hostile: bool = True
    #: Evenings without mailing: the listing of the day after is empty.
    holidays: frozenset[date] = field(default=frozenset({date(2026, 1, 19)}))


def make_up(script: Script | None = None) -> Universe:
    """The universe of a script: the same one, word for word, whenever and wherever it is made."""
    return _Maker(script or Script()).universe()


class _Maker:
    def __init__(self, script: Script) -> None:
        self._script = script
        self._random = Random(script.seed)
        self._calendar = ListingCalendar(script.holidays)
        self._press = Press(self._calendar, self._random)
        self._used: dict[str, int] = {}

    def universe(self) -> Universe:
        histories = self._old_histories()
        days = self._calendar.listing_days(self._script.first_day, self._script.days)
        for number, day in enumerate(days):
            drafts = self._drafts(number, day)
            identifiers = self._identifiers(day, len(drafts))
            histories += [
                tuple(self._press.publish(draft, paper_id, day, day))
                for paper_id, draft in zip(identifiers, drafts, strict=True)
            ]
        return Universe(histories, self._calendar)

    def _drafts(self, number: int, day: date) -> list[Draft]:
        papers = self._script.papers_a_day
        count = papers + papers // 4 if day.weekday() == 1 else papers
        shows = (*HOSTILE, *FATES) if self._script.hostile else FATES
        drafts = [show.draft for show in shows if show.listing == number]
        drafts += [self._draft() for _ in range(count)]
        self._random.shuffle(drafts)
        return drafts

    def _draft(self) -> Draft:
        dice = Dice(self._random.getrandbits(96))
        topic = dice.choose(TOPICS)
        return Draft(
            categories=dice.choose(topic.categories),
            draw=partial(draw_words, topic, self._random.getrandbits(256)),
            held_days=dice.number(1, 9) if dice.once_in(30) else 0,
            later=_later(dice),
        )

    def _identifiers(self, day: date, count: int) -> list[str]:
        """Ascending, and as far apart as at arXiv, where most papers are about something else."""
        month = announcement_month(day)
        used = self._used.get(month, self._used_before(day))
        span = max(_IDENTIFIERS_A_DAY, count)
        self._used[month] = used + span
        numbers = self._random.sample(range(used + 1, used + span + 1), count)
        return [f"{month}.{number:05}" for number in sorted(numbers)]

    def _used_before(self, day: date) -> int:
        """What the month's listings used up before the universe's first day."""
        month = announcement_month(day)
        earlier = (day - timedelta(days=number) for number in range(1, 32))
        listings = [
            other
            for other in earlier
            if announcement_month(other) == month and self._calendar.is_listing_day(other)
        ]
        return _IDENTIFIERS_A_DAY * len(listings)

    def _old_histories(self) -> list[History]:
        first_day = self._script.first_day
        histories = []
        for old in OLD_PAPERS:
            records = self._press.publish(old.draft, old.id, old.announced, first_day)
            histories.append(tuple(records))
        taken = {old.id for old in OLD_PAPERS}
        while len(taken) < self._script.old_papers:
            # At least a month ago, so that the identifier is none of the first month's.
            age = timedelta(days=self._random.randrange(32, 5400))
            day = self._calendar.at_or_before(first_day - age)
            paper_id = self._old_identifier(day)
            if paper_id not in taken:
                taken.add(paper_id)
                draft = self._draft()
                histories.append(tuple(self._press.publish(draft, paper_id, day, first_day)))
        return sorted(histories, key=lambda history: history[0].day)

    def _old_identifier(self, day: date) -> str:
        """With four digits until 2014, five since."""
        month = announcement_month(day)
        if month < "1501":
            return f"{month}.{self._random.randrange(1, 7000):04}"
        return f"{month}.{self._random.randrange(1, 15000):05}"


def _later(dice: Dice) -> tuple[Later, ...]:
    later: list[Later] = []
    on = 0
    while dice.once_in(3) and len(later) < 6:
        on += dice.number(1, 24)
        later.append(Later(change=Change.REPLACED, on=on))
    if dice.once_in(30):
        added = (dice.choose(_CROSS_LISTS),)
        later.append(Later(change=Change.CROSS_LISTED, on=dice.number(1, 20), categories=added))
    if dice.once_in(25):
        comment = dice.choose(_EDITS)
        later.append(Later(change=Change.EDITED, on=dice.number(1, 30), comment=comment))
    return tuple(later)
