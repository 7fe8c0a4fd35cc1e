"""Papers as hypothesis makes them up: any that the store can hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from daily_papers.papers.paper import Origin, Paper

#: What XML lets through, hostile or not; folded, as every text of a paper is.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(
    lambda text: " ".join(text.split())
)
DAYS = st.dates(date(1991, 8, 14), date(2030, 12, 31))
MOMENTS = st.datetimes(
    datetime(1991, 8, 14),  # noqa: DTZ001 - the zone comes below
    datetime(2030, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
IDS = st.one_of(
    st.builds(
        "{:02d}{:02d}.{:05d}".format,
        st.integers(15, 29),
        st.integers(1, 12),
        st.integers(1, 99_999),
    ),
    st.builds(
        "{:02d}{:02d}.{:04d}".format, st.integers(8, 14), st.integers(1, 12), st.integers(1, 9_999)
    ),
    st.builds(
        "{}/{}{:03d}".format,
        st.sampled_from(["hep-th", "math", "cs"]),
        st.sampled_from(["9108", "9912", "0001", "0703"]),
        st.integers(1, 999),
    ),
)
CATEGORIES = st.lists(
    st.sampled_from(["cs.CV", "eess.IV", "math.ST", "stat.ML"]), unique=True, min_size=1
).map(tuple)


@st.composite
def papers(draw: st.DrawFn, **given: Any) -> Paper:
    """Any paper, with some of its fields given."""
    fields: dict[str, Any] = {
        "id": draw(IDS),
        "version": draw(st.integers(1, 30)),
        "title": draw(TEXTS),
        "authors": draw(st.none() | st.lists(TEXTS, max_size=3).map(tuple)),
        "abstract": draw(TEXTS),
        "comment": draw(st.none() | TEXTS),
        "primary_category": draw(st.none() | st.sampled_from(["cs.CV", "math.ST"])),
        "categories": draw(st.none() | CATEGORIES),
        "published": draw(st.none() | MOMENTS),
        "updated": draw(st.none() | MOMENTS),
        "announced": draw(st.none() | DAYS),
        "doi": draw(st.none() | st.just("10.9999/made.up")),
        "withdrawn": draw(st.sampled_from([None, True])),
        "journal_ref": draw(st.none() | st.just("Made-up Journal 1 (2026) 1")),
        "origin": draw(st.sampled_from(Origin)),
        **given,
    }
    if fields["updated"] is None and fields["announced"] is None:
        fields["updated"] = draw(MOMENTS)
    return Paper(**fields)
