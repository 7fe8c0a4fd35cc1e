"""The order in which a morning is read, and what is said of each paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from daily_papers.config import parse_config
from daily_papers.mail.morning import CLOSEST, morning, news_items, people_of, totals_in_order
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.links import project_url, venue
from daily_papers.papers.paper import Origin, Paper
from tests.support.cases import for_each
from tests.support.digests import item

SLUGS = ("broad", "rare", "person", "other person")
PEOPLE = ("person", "other person")
ITEMS = st.lists(
    st.builds(
        lambda number, slugs, title, code, close: item(
            number,
            *sorted(slugs),
            in_title=tuple(sorted(title)),
            code_url="https://github.com/o/r" if code else None,
            closeness=close,
        ),
        st.integers(1, 999),
        st.sets(st.sampled_from(SLUGS), min_size=1),
        st.sets(st.sampled_from(SLUGS)),
        st.booleans(),
        st.none() | st.integers(1, 50),
    ),
    max_size=12,
    unique_by=lambda each: each.paper.id,
)


@given(ITEMS)
def test_each_paper_is_listed_once_under_the_first_section_it_belongs_to(items: list[NewsItem]):
    totals = totals_in_order([each.keywords for each in items], SLUGS, PEOPLE)
    sections = morning(items, SLUGS, PEOPLE)
    listed = [each.paper.id for section in sections for each in section.items]
    assert sorted(listed) == sorted(each.paper.id for each in items)
    for section in sections:
        if section.slug == CLOSEST:
            continue
        for each in section.items:
            assert section.slug == next(slug for slug in totals if slug in each.keywords)
        assert section.total == sum(section.slug in each.keywords for each in items)


@given(ITEMS)
def test_at_most_five_of_the_closest_are_on_top_and_people_keep_theirs(items: list[NewsItem]):
    sections = morning(items, SLUGS, PEOPLE)
    close = [each for each in items if each.closeness is not None and each.closeness <= 30]
    close = [each for each in close if not {*PEOPLE} & {*each.keywords}]
    top = sections[0].items if sections and sections[0].slug == CLOSEST else ()
    assert len(top) == min(5, len(close))
    assert [each.closeness for each in top] == sorted(each.closeness or 0 for each in close)[:5]
    assert CLOSEST not in [section.slug for section in sections[1:]]


@given(ITEMS)
def test_people_come_first_then_keywords_from_the_fewest_papers_to_the_most(items: list[NewsItem]):
    totals = totals_in_order([each.keywords for each in items], SLUGS, PEOPLE)
    people = [slug for slug in totals if slug in PEOPLE]
    keywords = [slug for slug in totals if slug not in PEOPLE]
    assert list(totals) == people + keywords
    assert all(totals[one] <= totals[other] for one, other in pairwise(keywords))


def order(*items: NewsItem) -> list[str]:
    return [each.paper.id for section in morning(items, ["a"], ()) for each in section.items]


def test_within_a_section_what_the_reader_likes_comes_first_then_title_then_code_then_newest():
    liked = (item(1, "a", closeness=2), item(2, "a", closeness=1))
    in_title = (item(3, "a", in_title=("a",)), item(4, "a", in_title=("a",), venue="CVPR 2026"))
    with_code = item(5, "a", code_url="https://github.com/o/r")
    plain = (item(6, "a"), item(7, "a", in_title=("b",)))
    numbers = [int(id.rpartition(".")[2]) for id in order(*liked, *in_title, with_code, *plain)]
    assert numbers == [2, 1, 4, 3, 5, 7, 6]


CONFIG = """\
keywords:
  - name: Splatting
    any: [gaussian splatting]
  - author: [Ada M. Lovelace, Ada Lovelace]
  - name: The number theory of Noether
    author: [Emmy Noether]
"""


def said(title: str, abstract: str, slugs: Sequence[str], **values: object) -> NewsItem:
    paper = Paper(
        id="2605.00001",
        version=1,
        title=title,
        abstract=abstract,
        announced=date(2026, 5, 14),
        origin=Origin.SEARCH,
        **values,  # type: ignore[arg-type]
    )
    keywords = parse_config(CONFIG.encode(), "keywords.yaml").keywords
    (news,) = news_items([(paper, slugs)], keywords)
    return news


def test_a_paper_says_what_it_does_where_it_is_and_who_is_followed():
    news = said(
        "Gaussian splatting of mice",
        "Mice are small. We introduce a way to splat them quickly and well. It is fast.",
        ["splatting", "ada-m-lovelace"],
        authors=("One", "Two", "Three", "A. Nother", "Ada Lovelace"),
        comment="Accepted at CVPR 2026. Project page: https://mice.github.io/splat, code: "
        "https://github.com/mice/splat",
    )
    assert news.sentence == "We introduce a way to splat them quickly and well."
    assert (news.in_title, news.followed) == (("splatting",), ("Ada Lovelace",))
    assert news.venue == "CVPR 2026"
    assert news.code_url == "https://github.com/mice/splat"
    assert news.project_url == "https://mice.github.io/splat"


def test_a_phrase_in_the_abstract_alone_is_not_in_the_title():
    assert said("Mice", "We use gaussian splatting.", ["splatting"]).in_title == ()


def test_people_go_by_their_family_names_and_other_keywords_by_theirs():
    keywords = parse_config(CONFIG.encode(), "keywords.yaml").keywords
    assert [name for _, name in people_of(keywords)] == [
        "Lovelace",
        "The number theory of Noether",
    ]


@for_each(
    ("comment", "expected"),
    [
        ("Accepted at CVPR 2026", "CVPR 2026"),
        ("10 pages, 4 figures. NeurIPS'25 Workshop on Mice", "NeurIPS'25 Workshop"),
        ("ACL2026(Main)", "ACL 2026"),
        ("Conference on Mice (ICOM) 2026, oral", "ICOM 2026"),
        ("To appear in Nature Communications", "Nature Communications"),
        (
            "accepted for publication in IEEE Transactions on Mice, 12 pages",
            "IEEE Transactions on Mice",
        ),
        ("Submitted to CVPR 2026", None),
        ("under review at ICLR 2026", None),
        ("Under-review at IEEE MICE 2026", None),
        ("underreview of NIPS2025", None),
        ("Journal extension of our CVPR 2024 paper, on mice", None),
        ("Champion Solution for CVPR 2026 MICE Track", None),
        ("Technical report for Interspeech 2025 Mice Challenge", None),
        ("Accepted in Proc. Eur. Conf. Mice. Milan, 2026", "Proc. Eur. Conf. Mice"),
        ("Accepted by Nature. Code: soon.", "Nature"),
        ("12 pages, 3 figures", None),
        ("arXiv 2026", None),
        ("Code: https://github.com/o/CVPR2026", None),
        ("accepted " + "A" * 5000, None),
        ("", None),
        (None, None),
    ],
)
def test_a_venue_is_what_the_comment_says_was_decided(comment: str | None, expected: str | None):
    assert venue(comment) == expected


@for_each(
    ("comment", "expected"),
    [
        ("Project page: https://mice.example.org/splat/.", "https://mice.example.org/splat/"),
        ("see http://mice.github.io", "https://mice.github.io"),
        ("project page (https://sites.google.com/view/mice)", "https://sites.google.com/view/mice"),
        ("https://example.org/mice", None),
        ("Project page: https://github.com/mice/splat", None),
        ("Project page: javascript:alert(1)", None),
        ("website: https://mice.org/<script>", "https://mice.org/"),
        ("Project page at https://ü.org", None),
    ],
)
def test_a_project_page_is_an_address_that_is_called_so(comment: str, expected: str | None):
    paper = Paper(
        id="2605.00001",
        version=1,
        title="",
        abstract="",
        comment=comment,
        announced=date(2026, 5, 14),
        origin=Origin.FEED,
    )
    assert project_url(paper) == expected
