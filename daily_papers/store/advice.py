"""What to do about a keyword that finds nothing, or more than its table holds."""

from __future__ import annotations

from datetime import date, timedelta

from daily_papers.config import Keyword
from daily_papers.store.store import Store, week_of

#: For how many days a keyword may find nothing before the advice is given.
PATIENCE = timedelta(days=30)


def advice(store: Store, keyword: Keyword, day: date) -> str | None:
    """Advise on a keyword that probably does not search for what was meant; None if it does.

    The text stays the same from day to day, so that a quiet day changes no page.
    """
    state = store.keywords.get(keyword.slug)
    if state is None or state.filled is None or not state.searches:
        return None
    preview = f"daily-papers preview {keyword.slug}"
    if not store.members.get(keyword.slug):
        if day - state.filled < PATIENCE:
            return None
        return f"Nothing has matched since {state.filled}; check the spelling with: {preview}"
    weeks = (week_of(day), week_of(day - timedelta(days=7)))
    if max(store.weeks.get(week, {}).get(keyword.slug, 0) for week in weeks) <= keyword.max_papers:
        return None
    return (
        f"More than {keyword.max_papers:,} new papers a week, and the table holds no more; give it "
        f"categories or longer phrases, or raise max_papers; see: {preview}"
    )
