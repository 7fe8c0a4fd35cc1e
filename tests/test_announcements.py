from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from daily_papers.arxiv.feed import (
    merge_parts,
    read_part,
    todays_feed,
)
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import AnswerCache, PoliteSession
from daily_papers.daily.feed_history import with_volumes
from daily_papers.daily.trust import FEED_LIMIT
from daily_papers.errors import BadAnswer, Forbidden, Throttled
from daily_papers.papers.announcement import AnnounceKind, Announcement
from daily_papers.papers.authors import split_authors
from daily_papers.papers.paper import Origin, folded
from daily_papers.papers.tex import decode_accents
from daily_papers.store.store import State
from tests.support.cases import for_each
from tests.support.loopback import Canned, answering, in_turn
from tests.support.made_feeds import Item, error_feed, feed

GOLDEN = Path(__file__).parent / "golden"
SHARED = Path(__file__).parents[1].parent / "shared"
URL = "https://rss.arxiv.org/atom/cs.CV"


def read(*items: Item):
    return read_part(feed(items), URL, ("cs.CV",))


def only(item: Item) -> Announcement:
    (announcement,) = read(item).announcements
    return announcement


def pace(**services: str) -> PoliteSession:
    hurried = Services(request_interval=0, retry_wait=0, **services)
    return PoliteSession(hurried, budget=60)


# ---------------------------------------------------------------- one item


def test_an_item_tells_all_that_a_feed_knows():
    announcement = only(
        Item(
            "2611.01234v1",
            title="Two\n  lines",
            abstract="First line.\nSecond line.",
            authors="Ada Author (CERN, Geneva), Bob B. Builder",
            categories=("cs.CV", "cs.LG", "stat.ML"),
            doi="10.1000/one 10.1000/two",
            journal_ref="J. of Things 3\n(2026)",
        )
    )
    paper = announcement.paper
    assert announcement.kind is AnnounceKind.NEW
    assert (paper.id, paper.version, paper.origin) == ("2611.01234", 1, Origin.FEED)
    assert paper.title == "Two lines"
    assert paper.abstract == "First line. Second line."
    assert paper.authors == ("Ada Author", "Bob B. Builder")
    assert paper.categories == ("cs.CV", "cs.LG", "stat.ML")
    assert paper.primary_category == "cs.CV"
    assert paper.announced == date(2026, 11, 20)
    assert (paper.doi, paper.journal_ref) == ("10.1000/one", "J. of Things 3 (2026)")
    assert paper.published is paper.updated is paper.comment is None
    assert paper.date == date(2026, 11, 20)


HOSTILE = [
    "a < b",
    "a<b and c>d",
    "<script>alert(1)</script>",
    "&amp;lt;",
    "&lt;b&gt;",
    "AT&T; &eacute; &nbsp; & &&",
    "$x<y$ and $\\|x\\|_2 \\le \\epsilon$",
    "$\\alpha$-divergence, 50\\% of \\textbf{bold}",
    '<a href="javascript:alert(1)">link</a> <a href="/relative">x</a>',
    "]]> <![CDATA[ x ]]>",
    "<!DOCTYPE x [<!ENTITY a 'b'>]> &a;",
    "<!-- comment --> <?php echo 1 ?>",
    "| a | b |",
    "{{ config }} {% raw %}",
    "@somebody #1 [a](b) *c* _d_ `e` ~f~",
    "Abstract: again, arXiv:2611.00001v1 Announce Type: new Abstract: twice",
    "mail@example.org (http://example.org/?a=1&b=2)",
    "0",
    "Привет 你好 \N{RIGHT-TO-LEFT OVERRIDE}abc \N{GRINNING FACE}",
    "naïve café",
]


@for_each("text", HOSTILE)
def test_hostile_text_comes_out_as_it_was_written(text):
    paper = only(Item("2611.00001v1", title=text, abstract=text)).paper
    assert (paper.title, paper.abstract) == (text, text)


def test_accents_are_letters_everywhere():
    item = Item(
        "2611.00001v1",
        title=r"Schr\"odinger's cat and $\'x$",
        abstract=r"The Erd\H{o}s number of \'{E}. Galois",
        authors=r"Luis L. S\'anchez-Soto, \"Ozlem Erk{\i}l{\i}\c{c}",
    )
    paper = only(item).paper
    assert paper.title == r"Schrödinger's cat and $\'x$"
    assert paper.abstract == "The Erdős number of É. Galois"
    assert paper.authors == ("Luis L. Sánchez-Soto", "Özlem Erkılıç")


@for_each(
    ("served", "paper_id", "version"),
    [
        ("2611.01234v1", "2611.01234", 1),
        ("0704.0001v12", "0704.0001", 12),
        ("hep-th/9901001v3", "hep-th/9901001", 3),
        ("math.CA/0611800v2", "math/0611800", 2),
        ("2611.123456v1", "2611.123456", 1),
    ],
)
def test_both_forms_of_identifiers_are_read(served, paper_id, version):
    paper = only(Item(served, kind="replace")).paper
    assert (paper.id, paper.version) == (paper_id, version)


@for_each("kind", list(AnnounceKind))
def test_every_kind_is_read(kind):
    assert only(Item("2611.00001v1", kind=kind.value)).kind is kind


def test_what_has_no_form_of_a_category_is_none():
    item = Item("2611.00001v1", categories=("68T50", "cs.CV", "I.2.7; I.4", "cmp-lg", "cs.CV"))
    assert only(item).paper.categories == ("cs.CV", "cmp-lg")


def test_three_thousand_authors_are_read():
    names = [f"A. Author{number}" for number in range(3000)]
    assert only(Item("2611.00001v1", authors=", ".join(names))).paper.authors == tuple(names)


# What feedparser mends unasked, and cannot be told not to: text that is UTF-8 read as Latin-1,
# and control characters that are cp1252. arXiv's feed is ASCII, so neither occurs in it.
CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n"
)


def mends(text: str) -> bool:
    try:
        return text.encode("latin-1").decode("utf-8") != text
    except UnicodeError:
        return False


TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=60),
    st.text("<>&;\"'/!-[]$\\{}^_ \naeoamplt#x3c", max_size=60),
)


@given(title=TEXTS, abstract=TEXTS, authors=TEXTS)
def test_any_text_comes_out_folded_with_accents_as_letters(title, abstract, authors):
    assume(title.strip())
    assume(not any(mends(text.strip()) for text in (title, abstract, authors)))
    item = Item("2611.00001v1", title=title, abstract=abstract, authors=authors)
    paper = only(item).paper
    assert paper.title == folded(decode_accents(title.strip()))
    assert paper.abstract == folded(decode_accents(abstract.strip()))
    assert paper.authors == (split_authors(authors.strip()) or None)


# ---------------------------------------------------------------- a whole feed


def test_a_hostile_feed_is_read_as_the_golden_says(caplog):
    caplog.set_level("WARNING", "daily_papers")
    hostile = [
        Item(f"2611.{number:05}v1", title=text, abstract=text, authors=text)
        for number, text in enumerate(HOSTILE, 1)
    ]
    odd = [
        Item("2612.00001v1", title="of a month to come"),
        Item("not an id"),
        Item("2611.00100", title="without version"),
        Item("2611.00101v1", kind="brand-new"),
        Item("2611.00102v1", title=" \n "),
        Item("2611.00103v1", published="yesterday", categories=()),
    ]
    part = read_part(feed([*hostile, *odd]), URL, ("cs.CV", "eess.IV"))
    found = json.loads(json.dumps(asdict(part), default=str))
    found["unreadable"] = [each.partition("left out: ")[2] for each in caplog.messages]
    assert found == json.loads((GOLDEN / "announcements-hostile.json").read_text("utf-8"))


@pytest.mark.shared
def test_the_recorded_feed_is_read_whole():
    recorded = SHARED / "rss" / "cs-announcements.xml"
    if not recorded.is_file():
        pytest.skip("the recorded feed is not here")
    part = read_part(recorded.read_bytes(), URL, ("cs.AI",))
    assert part.count == 7
    assert {one.paper.announced for one in part.announcements} == {date(2025, 8, 20)}
    assert part.announcements[-1].paper.id == "2508.14002"
    assert [one.kind.value for one in part.announcements] == ["cross"] * 5 + ["new"] * 2
    assert part.announcements[2].paper.authors == ("Paulo André Lima de Castro",)
    assert all(one.paper.abstract[-1] in ".e" for one in part.announcements)
    assert all("Announce Type" not in one.paper.abstract for one in part.announcements)


def test_an_empty_feed_is_a_day_without_announcements():
    part = read()
    assert (part.announcements, part.count) == ((), 0)


def test_the_listing_day_is_new_yorks_whatever_the_offset():
    for published, day in (("2026-11-20T05:00:00+00:00", 20), ("2026-11-20T04:00:00Z", 19)):
        (one,) = read(Item("2611.00001v1", published=published)).announcements
        assert one.paper.announced == date(2026, 11, day)


def test_one_odd_date_does_not_move_the_listing_day():
    late = "2027-01-05T00:00:00-05:00"
    part = read(Item("2611.00001v1"), Item("2611.00002v1"), Item("2611.00003v1", published=late))
    assert {one.paper.announced for one in part.announcements} == {date(2026, 11, 20)}


def test_unreadable_items_are_logged_and_the_others_read(caplog):
    caplog.set_level("WARNING", "daily_papers")
    part = read(Item("2611.00001v1"), Item("nonsense"), Item("2612.00009v1"))
    assert [one.paper.id for one in part.announcements] == ["2611.00001"]
    assert part.count == 3
    nonsense, too_new = caplog.messages
    assert "nonsense" in nonsense
    assert "month after 2026-11-20" in too_new


def test_a_feed_of_unreadable_items_is_not_believed():
    with pytest.raises(BadAnswer, match=r"no item of the feed can be read; .*2612\.00009v1"):
        read(Item("2612.00009v1"), Item("nonsense"))


@pytest.mark.full
def test_a_feed_as_long_as_feeds_can_be_is_cut():
    text = feed([Item("2611.NUMBERv1")]).decode()
    start, end = text.index("  <entry>"), text.index("</feed>")
    entries = [text[start:end].replace("NUMBER", f"{number:05}") for number in range(FEED_LIMIT)]
    part = read_part((text[:start] + "".join(entries) + text[end:]).encode(), URL, ())
    assert part.count == FEED_LIMIT


# ---------------------------------------------------------------- bad bytes


@given(st.data())
def test_a_feed_cut_anywhere_is_not_believed(data):
    body = feed([Item("2611.00001v1"), Item("2611.00002v1")]).rstrip()
    end = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(BadAnswer):
        read_part(body[:end], URL, ())


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>&b;</title></feed>'
)


@for_each(
    "body",
    [
        b"",
        b"Rate exceeded.",
        b"<!DOCTYPE html><html><body>busy</body></html>",
        b'<rss version="2.0"><channel/></rss>',
        b"<feed><entry/></feed>",
        BOMB,
    ],
)
def test_what_is_no_feed_is_not_believed(body):
    with pytest.raises(BadAnswer):
        read_part(body, URL, ())


# ---------------------------------------------------------------- parts of one listing


def kinds(*parts: tuple[Item, ...]) -> dict[str, str]:
    announced = merge_parts(read(*items).announcements for items in parts)
    return {one.paper.versioned_id: one.kind.value for one in announced}


@for_each(
    ("one", "other", "whole"),
    [
        ("new", "cross", "new"),
        ("cross", "new", "new"),
        ("cross", "cross", "cross"),
        ("replace", "replace-cross", "replace"),
        ("replace-cross", "replace", "replace"),
        ("replace-cross", "cross", "cross"),
        ("new", "replace", "new"),
    ],
)
def test_kinds_are_relative_to_all_parts(one, other, whole):
    parts = [(Item("2611.00001v1", kind=kind),) for kind in (one, other)]
    assert kinds(*parts) == {"2611.00001v1": whole}
    assert kinds(*parts[:1], ()) == {"2611.00001v1": one}


def test_the_highest_version_of_several_parts_wins_and_keeps_the_kind_that_counts():
    one, other = (Item("2611.00001v1"),), (Item("2611.00001v2", kind="replace"),)
    assert kinds(one, other) == kinds(other, one) == {"2611.00001v2": "new"}


def test_papers_are_counted_in_categories_and_archives():
    part = read(
        Item("2611.00001v1", categories=("cs.CV", "cs.LG", "stat.ML")),
        Item("2611.00002v1", categories=("cs.CV", "quant-ph")),
    )
    assert with_volumes(State(), part.announcements).listed == {
        "cs": 2,
        "cs.CV": 2,
        "cs.LG": 1,
        "quant-ph": 1,
        "stat": 1,
        "stat.ML": 1,
    }


# ---------------------------------------------------------------- asking for it


def test_the_address_names_the_categories_in_order_or_all_archives():
    with answering(lambda _: Canned(feed([]))) as server:
        with pace(feed_url=server.address) as session:
            todays_feed(session, [("eess.IV", "cs.CV", "cs.CV"), ("cs/../x?y#z",), ()])
    first, odd, everything = server.asked
    assert first == "/atom/cs.CV+eess.IV"
    assert odd == "/atom/cs%2F..%2Fx%3Fy%23z"
    names = everything.rpartition("/")[2].split("+")
    assert len(names) == 20
    assert {"cs", "hep-th", "quant-ph", "math-ph"} <= set(names)


def test_all_parts_are_asked_and_are_one_listing():
    bodies = {
        "/atom/cs.CV": feed([Item("2611.00001v1", kind="cross"), Item("2611.00002v1")]),
        "/atom/cs.LG+eess": feed([Item("2611.00001v1")]),
    }
    with answering(lambda target: Canned(bodies[target])) as server:
        with pace(feed_url=server.address) as session:
            answer = todays_feed(session, [("cs.CV",), ("eess", "cs.LG")])
    assert not answer.failures
    listing = merge_parts(part.announcements for part in answer.parts)
    assert [(one.paper.id, one.kind.value) for one in listing] == [
        ("2611.00001", "new"),
        ("2611.00002", "new"),
    ]
    assert [part.url for part in answer.parts] == [server.address + path for path in bodies]
    assert [exchange.outcome for exchange in session.exchanges] == ["ok", "ok"]


MESSAGES = {
    "cs.XX": "Bad subject class 'XX'. Valid subject classes for the archive 'cs' are: cs.AI, "
    + ", ".join(f"cs.{letter}{letter}" for letter in "ABCDEFGH"),
    "foo": "Bad archive 'foo'. Valid archive names are: astro-ph, cond-mat, cs, econ, eess.",
}


@for_each("bad", MESSAGES)
def test_a_refused_part_names_the_unknown_category_and_is_asked_for_without_it(bad):
    many = ("cs.CL", "cs.CR", "cs.CV", "cs.CY", "cs.DB", "cs.HC", "cs.IR", "cs.LG", bad)

    def answer(target: str) -> Canned:
        if bad in target:
            return Canned(error_feed(target.removeprefix("/atom/"), MESSAGES[bad]), 400)
        return Canned(feed([Item("2611.00001v1")]))

    with answering(answer) as server:
        with pace(feed_url=server.address) as session:
            result = todays_feed(session, [many, ("cs.NE",)])
    assert not result.failures
    assert result.unknown == [bad]
    assert [part.categories for part in result.parts] == [("cs.NE",), many[:-1]]
    assert len(server.asked) == 3


def test_an_error_feed_with_status_200_is_none_the_less_an_error():
    with pytest.raises(BadAnswer, match="Bad archive 'foo'"):
        read_part(error_feed("foo", MESSAGES["foo"]), URL, ("foo",))


def test_a_part_that_fails_for_another_reason_loses_no_category():
    with answering(lambda _: Canned(b"no", 404)) as server:
        with pace(feed_url=server.address) as session:
            answer = todays_feed(session, [("cs.CV", "cs.ZZ")])
    assert (len(answer.failures), answer.unknown) == (1, [])


def test_throttling_and_silence_are_failures_of_their_parts():
    with answering(in_turn(*[Canned(b"Rate exceeded.", 429)] * 3, Canned(b"no", 403))) as server:
        with pace(feed_url=server.address) as session:
            answer = todays_feed(session, [("cs",), ("math",), ("stat",)])
    assert [type(failure) for failure in answer.failures] == [Throttled, Forbidden, Forbidden]
    assert len(server.asked) == 4
    assert answer.parts == []


def test_a_kept_feed_is_read_again_until_it_is_discarded(tmp_path):
    first, later = feed([Item("2611.00001v1")]), feed([Item("2611.00002v1")])
    with answering(in_turn(first, later)) as server:
        services = Services(feed_url=server.address, request_interval=0, retry_wait=0)
        cache = AnswerCache(tmp_path, date(2026, 11, 20))
        with PoliteSession(services, budget=60, answers=cache) as session:
            first, kept = (todays_feed(session, [("cs",)]).parts[0] for _ in range(2))
            session.discard(first.url)
            (later,) = todays_feed(session, [("cs",)]).parts
    ids = [
        announcement.paper.id
        for part in (first, kept, later)
        for announcement in part.announcements
    ]
    assert ids == ["2611.00001", "2611.00001", "2611.00002"]


def test_a_feed_of_which_nothing_can_be_read_is_not_kept(tmp_path):
    with answering(in_turn(feed([Item("nonsense")]), feed([Item("2611.00001v1")]))) as server:
        services = Services(feed_url=server.address, request_interval=0, retry_wait=0)
        kept = AnswerCache(tmp_path, date(2026, 11, 20))
        with PoliteSession(services, budget=60, answers=kept) as session:
            (failure,) = todays_feed(session, [("cs",)]).failures
            assert isinstance(failure, BadAnswer)
            assert todays_feed(session, [("cs",)]).parts[0].count == 1
