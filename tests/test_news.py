"""What is news, and that it is told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from daily_papers.config import parse_config
from daily_papers.daily.conclude import conclude
from daily_papers.daily.evidence import Details, Evidence, FeedRead, Harvested, Searched
from daily_papers.daily.feed_history import gap, lost_since, with_feed
from daily_papers.daily.news import NewPapers, find_news
from daily_papers.daily.plan import Order
from daily_papers.papers.announcement import AnnounceKind, Announcement
from daily_papers.papers.paper import Origin, Paper
from daily_papers.store.reconcile import reconcile
from daily_papers.store.store import KeywordState, ReadListing, State, Store, StoredPaper
from tests.sandbox import RATE_EXCEEDED, Change, SandboxArxiv
from tests.support.cases import for_each
from tests.support.daily_runs import Reader, days
from tests.support.repository import Repository

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = days(date(2026, 2, 2), 4)
SUNDAY = date(2026, 2, 1)
CONFIG = parse_config(
    b"keywords: [{slug: a, any: [first of two]}, {slug: b, any: [second of two]}]\n",
    "keywords.yaml",
)
KEYWORDS = CONFIG.keywords
#: Announced in cs.LG, and listed in eess.IV six days later.
ANNOUNCED, CROSS_LISTED = date(2026, 1, 8), date(2026, 1, 14)


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxArxiv]:
    with SandboxArxiv() as arxiv:
        yield arxiv


@pytest.fixture
def reader(running: SandboxArxiv, tmp_path: Path) -> Iterator[Reader]:
    yield Reader(Repository.new(tmp_path / "digest"), running)
    running.intercept, running.query_lag_days = None, 0


def paper(id: str, version: int = 1) -> Paper:
    return Paper(
        id=id,
        version=version,
        title="A title",
        abstract="An abstract",
        announced=TUESDAY,
        origin=Origin.FEED,
    )


def before(*, a: str | None, b: str | None = None, news: Sequence[str] = ()) -> Store:
    """A store whose keywords have notified their readers up to an identifier."""
    states = [
        KeywordState(slug=slug, name=slug, expression="", notified_up_to=up_to)
        for slug, up_to in (("a", a), ("b", b))
    ]
    return Store(
        keywords={state.slug: state for state in states},
        news=frozenset(news),
    )


def read(*announced: tuple[str, AnnounceKind], slugs: str = "a") -> FeedRead:
    """Today's feed, of which everything matches the keywords."""
    listing = tuple(Announcement(paper(id), kind) for id, kind in announced)
    papers = tuple(each.paper for each in listing)
    return FeedRead(listing, dict.fromkeys(slugs, papers), ())


def found(*papers: Paper, slug: str = "a", since: date = date.min) -> Searched:
    return Searched(slug, papers, strangers=0, since=since)


def news_of(store: Store, *evidence: Evidence) -> NewPapers:
    return find_news(store, KEYWORDS, evidence, TUESDAY)


def told(news: NewPapers) -> dict[str, tuple[str, ...]]:
    return {paper.id: slugs for paper, slugs in news.papers}


# --- the rule ----------------------------------------------------------------------------------


def test_new_and_cross_listed_papers_are_news_for_each_keyword_and_replaced_ones_never():
    listing = [(f"2602.0000{n}", kind) for n, kind in enumerate(AnnounceKind)]
    news = news_of(before(a=None), read(*listing, slugs="ba"))
    assert told(news) == {"2602.00001": ("a", "b"), "2602.00000": ("a", "b")}
    assert not news.missed


@for_each("version", [1, 3])
@for_each(
    ("id", "is_news"),
    [
        ("2602.00123", False),
        ("2602.00122", False),
        ("2602.00124", True),
        ("2603.00001", True),
        ("2601.99999", False),
        ("hep-th/9901001", False),
    ],
)
def test_a_found_paper_is_news_above_what_readers_were_notified_of(
    id: str, is_news: bool, version: int
):
    assert bool(told(news_of(before(a="2602.00123"), found(paper(id, version))))) is is_news
    assert not told(news_of(before(a=None), found(paper(id, version))))


def with_listing(store: Store, new: str, *, filled: date | None = MONDAY) -> Store:
    """The same store, which read Monday's feed of all of cs with these new papers."""
    listing = ReadListing(MONDAY, ("cs",), new, after_gap=False)
    keywords = {
        slug: replace(each, filled=filled, first_filled=filled)
        for slug, each in store.keywords.items()
    }
    return replace(store, keywords=keywords, state=replace(store.state, recent_listings=(listing,)))


def test_a_revision_of_what_an_earlier_feed_showed_is_not_news_to_a_keyword_that_was_behind():
    behind = before(a="2602.00001")
    assert told(news_of(behind, found(paper("2602.00124", 2))))
    assert not told(
        news_of(
            with_listing(behind, "2602.00100 2602.00124 2602.00130"), found(paper("2602.00124", 2))
        )
    )


@for_each(
    ("id", "primary", "is_news"),
    [
        ("2602.00123", "cs.CV", True),
        ("2602.00124", "cs.CV", False),  # the feed showed it
        ("2602.00123", "math.ST", False),  # listed in cs later
        ("2602.00099", "cs.CV", False),  # announced before
    ],
)
def test_a_found_paper_that_its_feed_lacked_is_news_and_proves_that_the_feed_was_short(
    id: str, primary: str, is_news: bool
):
    store = with_listing(before(a="2602.00200"), "2602.00100 2602.00124 2602.00130")
    one = replace(paper(id), primary_category=primary, published=datetime(2026, 2, 1, tzinfo=UTC))
    news = news_of(store, found(one))
    assert bool(told(news)) is is_news
    assert news.short_days == ({MONDAY} if is_news else set())
    for filled in (None, TUESDAY):
        assert not told(
            news_of(
                with_listing(store, "2602.00100 2602.00124 2602.00130", filled=filled), found(one)
            )
        )


@for_each(
    ("highest_id", "up_to"),
    [
        ("2602.00300", "2602.00300"),
        ("2602.00200", "2602.00200"),
        ("1501.00059", None),
        (None, None),
    ],
)
def test_only_a_harvest_with_new_papers_shows_what_a_new_keyword_came_after(
    highest_id: str | None, up_to: str | None
):
    state = State(day=MONDAY, feed_day=MONDAY, highest_id="2602.00200")
    store = reconcile(Store(state=state), KEYWORDS, TUESDAY).store
    harvest = Harvested(SUNDAY, {}, (), highest_id, complete=True)
    after = conclude(store, CONFIG, [harvest], Order(day=TUESDAY), str(TUESDAY)).store
    assert {each.notified_up_to for each in after.keywords.values()} == {up_to}


@for_each("up_to", ["2602.00100", "2602.00200"])
@for_each(("seen", "is_news"), [(MONDAY, False), (TUESDAY, True)])
def test_what_a_table_was_first_filled_with_is_not_news_for_it(
    seen: date, is_news: bool, up_to: str
):
    one = replace(paper("2602.00123"), primary_category="cs.CV")
    store = with_listing(before(a=up_to), "2602.00100 2602.00130")
    stored = StoredPaper(one, first_seen={"a": seen})  # by an interrupted run, on Tuesday
    assert bool(told(news_of(store.updated(papers={one.id: stored}), found(one)))) is is_news


@for_each(
    ("earlier", "is_news"),
    [
        ({}, True),
        ({'ti:"A paper"': None}, True),
        ({'ti:"other"': None}, False),
        ({'ti:"other"': "2602.00123"}, False),
        ({'ti:"other"': "2602.00122"}, True),  # readers have seen all news for the new one since
        ({'ti:"other"': "2602.00123", 'ti:"A paper"': None}, False),
    ],
)
def test_a_changed_keyword_has_news_of_before_that_its_earlier_expressions_match(
    earlier: Mapping[str, str | None], is_news: bool
):
    store = with_listing(before(a="2602.00200"), "2602.00100 2602.00130")
    waiting = replace(store.keywords["a"], filled=None, expressions_before=earlier)
    one = replace(paper("2602.00123"), title="A paper", primary_category="cs.CV")
    news = news_of(store.updated(keywords={**store.keywords, "a": waiting}), found(one))
    assert bool(told(news)) is is_news


def test_a_keyword_that_is_changed_again_remembers_what_it_searched_for():
    store = reconcile(before(a="2602.00200"), KEYWORDS, MONDAY).store
    first = store.keywords["a"]
    for earlier, remembered in (
        ({}, {first.expression: None}),
        ({"b": None}, {"b": None}),  # nobody has seen the news for the first one
        ({"b": "2602.00100"}, {"b": "2602.00100", first.expression: None}),
    ):
        known = replace(first, expressions_before=earlier)
        changed = parse_config(b"keywords: [{slug: a, any: [another]}]", "keywords.yaml").keywords
        after = reconcile(store.updated(keywords={"a": known}), changed, TUESDAY).store
        assert after.keywords["a"].expressions_before == remembered


def test_a_paper_of_a_gap_does_not_prove_that_the_listing_after_it_was_short():
    listing = ReadListing(
        MONDAY, ("cs",), "2602.00050 2602.00100 2602.00130", after_gap=True, first="2602.00100"
    )
    state = State(recent_listings=(ReadListing(SUNDAY, ("cs",), "2602.00010", False), listing))
    store = with_listing(before(a="2602.00200"), "", filled=SUNDAY)
    for id, short in (("2602.00060", set()), ("2602.00110", {MONDAY})):
        one = replace(paper(id), primary_category="cs.CV")
        news = news_of(replace(store, state=state), found(one))
        assert told(news)
        assert news.short_days == short


@for_each(
    ("searched", "since", "id", "asked_again"),
    [
        ("a", SUNDAY, "2602.00300", "b"),
        ("ab", SUNDAY, "2602.00300", ""),
        ("ab", MONDAY, "2602.00300", "ab"),  # the rest of what it lacked may be below their tables
        ("ab", SUNDAY, "2602.00129", "ab"),  # the index may lack the last papers of Monday, too
    ],
)
def test_a_keyword_is_asked_for_again_if_nothing_covers_a_short_feed(
    searched: str, since: date, id: str, asked_again: str
):
    store = with_listing(before(a="2602.00200", b="2602.00200"), "2602.00100 2602.00130")
    known = {slug: replace(each, last_success=MONDAY) for slug, each in store.keywords.items()}
    lacked = replace(paper("2602.00123"), primary_category="cs.CV")
    listing = read(("2602.00201", AnnounceKind.NEW))
    shown = Details((replace(paper(id), origin=Origin.SEARCH),))
    evidence = [listing, shown, *(found(lacked, slug=slug, since=since) for slug in searched)]
    order = Order(day=TUESDAY)
    concluded = conclude(replace(store, keywords=known), CONFIG, evidence, order, "2026-02-03")
    last = {slug: each.last_success for slug, each in concluded.store.keywords.items()}
    assert last == {slug: SUNDAY if slug in asked_again else TUESDAY for slug in "ab"}
    assert concluded.store.state.complete is not bool(asked_again)


def test_what_was_news_is_not_news_again():
    store = before(a="2602.00001", news=["2602.00124"])
    listing = read(("2602.00124", AnnounceKind.CROSS), slugs="b")
    news = news_of(store, found(paper("2602.00124")), listing)
    assert told(news) == {}


def test_the_newest_comes_first():
    news = news_of(
        before(a="2601.00001"),
        found(*(paper(id) for id in ("2601.99999", "2602.00002", "2602.00010"))),
    )
    assert list(told(news)) == ["2602.00010", "2602.00002", "2601.99999"]


def test_details_that_come_later_are_in_the_news():
    detailed = replace(paper("2602.00124"), comment="12 pages", origin=Origin.SEARCH)
    listing = read(("2602.00124", AnnounceKind.NEW))
    news = news_of(before(a=None), listing, Details((detailed,)))
    ((one, _),) = news.papers
    assert one.comment == "12 pages"


def test_a_cross_list_of_a_lost_day_does_not_hide_that_it_was_lost():
    state = State(highest_id="2602.03564", unconfirmed=date(2026, 2, 4))
    cross = Announcement(paper("2602.03966"), AnnounceKind.CROSS)
    new = Announcement(paper("2602.06500"), AnnounceKind.NEW)
    assert lost_since(state, [cross, new]) == date(2026, 2, 4)
    follows = Announcement(paper("2602.03600"), AnnounceKind.NEW)
    assert lost_since(state, [cross, follows]) is None


def test_of_two_days_that_were_falsely_empty_the_first_is_remembered():
    state = State(highest_id="2602.03564", feed_day=MONDAY)
    for day in (TUESDAY, WEDNESDAY):
        state = with_feed(state, FeedRead((), {}, ()), day)
    assert state.unconfirmed == TUESDAY
    new = Announcement(paper("2602.06500"), AnnounceKind.NEW)
    assert gap(state, [new], THURSDAY) == (TUESDAY, WEDNESDAY)


# --- on real days ------------------------------------------------------------------------------


def test_what_a_day_tells_was_announced_on_the_day(reader: Reader):
    reader.read(date(2026, 1, 12))
    for day in days(date(2026, 1, 13), 4):
        before = set(reader.news())
        reader.read(day)
        announced = {
            record.id
            for record in reader.arxiv.universe.announced_on(day)
            if record.change is not Change.REPLACED
        }
        assert set(reader.news()) - before <= announced
    assert len(reader.news()) == len(set(reader.news())) > 5


def test_a_cross_list_of_a_paper_that_was_told_is_no_news(reader: Reader):
    reader.repository.write(
        "keywords.yaml", "categories: [cs.LG, eess.IV]\nkeywords:\n  - graph neural networks\n"
    )
    (vessels,) = titled(reader, "Message passing on vessels")
    reader.read(date(2026, 1, 7))
    for day in days(ANNOUNCED, 7):
        reader.read(day)
    assert reader.news().count(vessels) == 1
    (digest,) = [each for each in reader.digests() if vessels in told_by(each)]
    assert digest.day == ANNOUNCED


def test_a_paper_that_is_first_listed_here_by_a_cross_list_is_news(reader: Reader):
    reader.repository.write(
        "keywords.yaml", "categories: [eess.IV]\nkeywords:\n  - graph neural networks\n"
    )
    (vessels,) = titled(reader, "Message passing on vessels")
    for day in days(date(2026, 1, 7), 9):
        reader.read(day)
    (digest,) = [each for each in reader.digests() if vessels in told_by(each)]
    assert digest.day == CROSS_LISTED


def titled(reader: Reader, title: str) -> list[str]:
    return [
        record.id
        for record in reader.arxiv.universe.as_of(ANNOUNCED)
        if record.words.title == title
    ]


def told_by(digest) -> set[str]:
    return {item.paper.id for item in digest.items}


def test_a_keyword_that_comes_after_silent_days_is_not_told_what_was_before_it(reader: Reader):
    reader.repository.write("keywords.yaml", "keywords:\n  - mri\n")
    reader.read(MONDAY)
    reader.arxiv.intercept = lambda _request: RATE_EXCEEDED
    reader.read(TUESDAY)
    reader.arxiv.intercept = None
    reader.repository.write("keywords.yaml", "keywords:\n  - mri\n  - large language models\n")
    reader.read(WEDNESDAY)
    announced = {record.id for record in reader.arxiv.universe.announced_on(WEDNESDAY)}
    before = {record.id for record in reader.arxiv.universe.announced_on(TUESDAY)}
    assert set(reader.news_of("large-language-models")) <= announced
    assert {paper.id for paper in reader.table("large-language-models")} & before
    assert set(reader.news_of("mri")) & before


def test_a_changed_keyword_is_filled_and_tells_only_the_day(reader: Reader):
    reader.read(MONDAY)
    changed = reader.repository.text("keywords.yaml").replace("graph neural", "time series")
    changed = changed.replace("time series networks", "large language models")
    reader.repository.write("keywords.yaml", changed)
    report = reader.read(WEDNESDAY)
    announced = {record.id for record in reader.arxiv.universe.announced_on(WEDNESDAY)}
    assert set(reader.news_of("graph-networks")) <= announced
    assert report.complete


def test_what_the_feed_leaves_out_is_in_the_digest_and_the_mail_all_the_same(reader: Reader):
    comments, with_code = 0, 0
    for day in days(MONDAY, 5):
        reader.read(day)
        stored = reader.store().papers
        for item in [item for each in reader.digests() if each.day == day for item in each.items]:
            assert item.paper.updated
            assert item.paper.comment == stored[item.paper.id].paper.comment
            comments += item.paper.comment is not None
            if item.code_url is not None:
                mailed = reader.repository.text(f"digests/{day}.md").partition("<!--")[0]
                assert f"[code]({item.code_url})" in mailed
                with_code += 1
    assert comments
    assert with_code


def test_a_quiet_day_at_the_turn_of_a_month_is_asked_for_again():
    state = with_feed(
        State(highest_id="2601.20000"), read(("2601.20000", AnnounceKind.NEW)), MONDAY
    )
    state = with_feed(state, FeedRead((), {}, ()), TUESDAY)
    assert lost_since(state, read(("2602.00010", AnnounceKind.NEW)).announcements) == TUESDAY
