"""Papers a week as a picture: bars in SVG whose colours come from the style sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

_LONGEST = 52
_SHORTEST = 12
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_STEP, _BAR = 12, 8
_HEIGHT, _TOP, _BOTTOM = 80, 14, 18


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week; the number of papers is None where it was not counted yet."""

    monday: date
    papers: int | None

    @property
    def text(self) -> str:
        """``Feb 2 to 8, 2026``"""
        sunday = self.monday + timedelta(days=6)
        begin = f"{_MONTHS[self.monday.month - 1]} {self.monday.day}"
        if self.monday.year != sunday.year:
            begin += f", {self.monday.year}"
        month = f"{_MONTHS[sunday.month - 1]} " if sunday.month != self.monday.month else ""
        return f"{begin} to {month}{sunday.day}, {sunday.year}"


def weeks_of(
    slug: str, counts: Mapping[str, Mapping[str, int]], today: date | None
) -> tuple[Week, ...]:
    """The weeks up to today's, oldest first: as many as were counted, 12 to 52."""
    if today is None:
        return ()
    last = today - timedelta(days=today.weekday())
    known = sorted(week for week in counts if slug in counts[week])
    first = _monday(known[0]) if known else last
    number = min(max((last - first).days // 7 + 1, _SHORTEST), _LONGEST)
    mondays = [last - timedelta(weeks=back) for back in range(number - 1, -1, -1)]
    return tuple(
        Week(monday, counts.get(_name(monday), {}).get(slug, 0) if monday >= first else None)
        for monday in mondays
    )


def _monday(week: str) -> date:
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _name(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def chart(weeks: Sequence[Week]) -> Markup:
    """A picture with a scale and the names of the months; a table stands beside it."""
    most = max((week.papers or 0 for week in weeks), default=0)
    width = len(weeks) * _STEP
    parts = [
        _bars(weeks, most, _TOP, _HEIGHT),
        f'<path class="axis" d="M0 {_TOP + _HEIGHT}.5H{width}"/>',
        *_months(weeks),
        *_scale(weeks, most),
    ]
    return Markup(  # noqa: S704 - made of numbers and month names
        f'<svg class="chart" viewBox="0 0 {width} {_TOP + _HEIGHT + _BOTTOM}" width="{width}"'
        f' aria-hidden="true" focusable="false">{"".join(parts)}</svg>'
    )


def sparkline(weeks: Sequence[Week]) -> Markup:
    """The last weeks as small bars, for a list; the numbers stand beside them."""
    shown = weeks[-_SHORTEST * 2 :]
    most = max((week.papers or 0 for week in shown), default=0)
    return Markup(  # noqa: S704 - made of numbers
        f'<svg class="spark" viewBox="0 0 {len(shown) * _STEP} 32" width="{len(shown) * 6}"'
        f' height="16" aria-hidden="true" focusable="false">{_bars(shown, most, 0, 32)}</svg>'
    )


def _bars(weeks: Sequence[Week], most: int, top: int, height: int) -> str:
    """One bar a week; a week that had none, or is not counted, is a dot on the line."""
    some, none = "", ""
    for place, week in enumerate(weeks):
        left = place * _STEP + (_STEP - _BAR) // 2
        tall = round((week.papers or 0) / most * height, 1) if most else 0
        if tall:
            some += f"M{left} {top + height}v{-tall:g}h{_BAR}v{tall:g}z"
        elif week.papers is not None:
            none += f"M{left} {top + height}v-1.5h{_BAR}v1.5z"
    paths = (("bars", some), ("none", none))
    return "".join(f'<path class="{name}" d="{path}"/>' for name, path in paths if path)


def _months(weeks: Sequence[Week]) -> list[str]:
    """The name of each month under its first week, where there is room for it."""
    places = [
        place
        for place, week in enumerate(weeks)
        if place == 0 or week.monday.month != weeks[place - 1].monday.month
    ]
    if len(places) > 1 and places[1] - places[0] < 3:
        del places[0]
    return [
        f'<text x="{place * _STEP}" y="{_TOP + _HEIGHT + 14}">'
        f"{_MONTHS[weeks[place].monday.month - 1]}</text>"
        for place in places
        if len(weeks) - place >= 2
    ]


def _scale(weeks: Sequence[Week], most: int) -> list[str]:
    """The number above the highest bar."""
    if not most:
        return []
    place = next(place for place, week in enumerate(weeks) if week.papers == most)
    middle = place * _STEP + _STEP // 2
    anchor = "start" if place < 2 else "end" if place > len(weeks) - 3 else "middle"
    return [f'<text class="most" x="{middle}" y="{_TOP - 4}" text-anchor="{anchor}">{most}</text>']
