"""Papers per week as a picture: bars in SVG, coloured by the style sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from daily_papers.text import MONTHS, short_date

_LONGEST = 52
_SHORTEST = 26
_SPARK = 12
# As wide as a small phone, so that the picture and its letters are never shrunk.
_WIDTH, _HEIGHT, _TOP, _BOTTOM = 320, 64, 16, 18


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week; the number of papers is None if nobody counted yet."""

    monday: date
    papers: int | None

    @property
    def text(self) -> str:
        """``Feb 2 to 8, 2026``."""
        sunday = self.monday + timedelta(days=6)
        begin = short_date(self.monday)
        if self.monday.year != sunday.year:
            begin += f", {self.monday.year}"
        end = str(sunday.day) if sunday.month == self.monday.month else short_date(sunday)
        return f"{begin} to {end}, {sunday.year}"


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
    """A picture with a scale and the names of the months; the page has a table beside it."""
    step = _WIDTH / len(weeks)
    bars = _bars(weeks, _WIDTH, _HEIGHT, floor=_TOP + _HEIGHT)
    axis = f'<path class="axis" d="M0 {_TOP + _HEIGHT}.5H{_WIDTH}"/>'
    inside = (bars, axis, *_months(weeks, step), _scale(weeks, step))
    return Markup(  # noqa: S704 - made of numbers and month names
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_TOP + _HEIGHT + _BOTTOM}"'
        f' aria-hidden="true" focusable="false">{"".join(inside)}</svg>'
    )


def sparkline(weeks: Sequence[Week]) -> Markup:
    """The last weeks as small bars, for a list; the page has the numbers beside them."""
    return Markup(  # noqa: S704 - made of numbers
        '<svg class="spark" viewBox="0 0 72 18" width="72" height="18" aria-hidden="true"'
        f' focusable="false">{_bars(weeks[-_SPARK:], 72, 18, floor=18)}</svg>'
    )


def _bars(weeks: Sequence[Week], width: int, height: int, *, floor: int) -> str:
    """A bar for each week; a dash on the floor for one without papers, nothing if not counted."""
    step = width / max(len(weeks), 1)
    wide = round(step * 0.68, 1)
    most = max((week.papers or 0 for week in weeks), default=0)
    some, none = "", ""
    for place, week in enumerate(weeks):
        left = round(place * step + (step - wide) / 2, 1)
        tall = round((week.papers or 0) / most * height, 1) if most else 0
        if tall:
            some += f"M{left:g} {floor}v{-tall:g}h{wide:g}v{tall:g}z"
        elif week.papers is not None:
            none += f"M{left:g} {floor}v-1.5h{wide:g}v1.5z"
    paths = (("bars", some), ("none", none))
    return "".join(f'<path class="{name}" d="{path}"/>' for name, path in paths if path)


def _months(weeks: Sequence[Week], step: float) -> list[str]:
    """The name of each month under its first week, if there is room for it."""
    named: list[str] = []
    free = 0.0
    for place, week in enumerate(weeks):
        left = round(place * step, 1)
        begins = week.monday.day <= 7
        if begins and free <= left <= _WIDTH - 24:
            month = MONTHS[week.monday.month - 1][:3]
            named.append(f'<text x="{left:g}" y="{_TOP + _HEIGHT + 14}">{month}</text>')
            free = left + 44
    return named


def _scale(weeks: Sequence[Week], step: float) -> str:
    """The number above the highest bar."""
    most = max(week.papers or 0 for week in weeks)
    if not most:
        return ""
    place = next(place for place, week in enumerate(weeks) if week.papers == most)
    middle = round(min(max((place + 0.5) * step, 12), _WIDTH - 12), 1)
    return f'<text x="{middle:g}" y="{_TOP - 4}" text-anchor="middle">{most}</text>'
