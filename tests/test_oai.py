from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.arxiv.oai import OaiPage, changed_since, read_page
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.errors import BadAnswer, Throttled
from daily_papers.papers.authors import split_authors
from daily_papers.papers.paper import Origin, Paper, folded
from daily_papers.papers.tex import decode_accents
from tests.support.cases import for_each
from tests.support.loopback import Canned, Loopback, answering, in_turn
from tests.support.made_harvests import Entry, deleted, error, page

URL = "https://oaipmh.arxiv.org/oai?verb=ListRecords"
DAY = date(2026, 11, 18)


def paper(entry: Entry) -> Paper:
    (found,) = read_page(page([entry]), URL).papers
    return found


def harvest(
    answer: Callable[[str], Canned], set_spec: str | None = None
) -> tuple[list[OaiPage], Loopback]:
    with answering(answer) as server:
        services = Services(oai_url=f"{server.address}/oai", request_interval=0, retry_wait=0)
        with PoliteSession(services, budget=60) as session:
            return list(changed_since(session, DAY, set_spec)), server


# ---------------------------------------------------------------- one record


def test_a_record_tells_all_that_is_known_of_a_paper():
    found = paper(
        Entry(
            "0806.4129",
            title="Gauge\n  Fixing",
            abstract="  In a previous\npaper.",
            authors="Roldao da Rocha, Waldyr A. Rodrigues Jr",
            categories="math-ph math.MP hep-th",
            versions=(
                "Wed, 25 Jun 2008 15:29:38 GMT",
                "Fri, 27 Jun 2008 01:02:03 GMT",
                "Fri, 12 Dec 2014 13:15:28 GMT",
            ),
            comments="15 pages.\n This version corrects",
            journal_ref="AIP Conf.Proc.1316:466-477,2010",
            doi="10.1063/1.3536454 10.1000/other",
        )
    )
    assert found == Paper(
        id="0806.4129",
        version=3,
        title="Gauge Fixing",
        authors=("Roldao da Rocha", "Waldyr A. Rodrigues Jr"),
        abstract="In a previous paper.",
        comment="15 pages. This version corrects",
        primary_category="math-ph",
        categories=("math-ph", "math.MP", "hep-th"),
        published=datetime(2008, 6, 25, 15, 29, 38, tzinfo=UTC),
        updated=datetime(2014, 12, 12, 13, 15, 28, tzinfo=UTC),
        doi="10.1063/1.3536454",
        journal_ref="AIP Conf.Proc.1316:466-477,2010",
        origin=Origin.OAI,
    )
    assert not found.is_withdrawn


def test_versions_are_numbers_and_not_in_the_order_of_letters():
    dates = tuple(f"Wed, {day} Nov 2026 10:00:00 GMT" for day in range(1, 12))
    found = paper(Entry("2611.00001", versions=dates))
    assert found.version == 11
    assert found.updated == datetime(2026, 11, 11, 10, tzinfo=UTC)
    assert found.published == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_dates_of_other_offsets_are_utc():
    found = paper(Entry("2611.00001", versions=("Wed, 18 Nov 2026 22:00:00 -0500",)))
    assert found.published == datetime(2026, 11, 19, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("served", "paper_id"),
    [("hep-th/9901001", "hep-th/9901001"), ("math/0611800", "math/0611800")],
)
def test_old_identifiers_are_read(served, paper_id):
    assert paper(Entry(served)).id == paper_id


def test_accents_are_letters_and_suffixes_stay_with_their_names():
    found = paper(
        Entry(
            "2611.00001",
            title=r"M\"obius and $\'x$",
            abstract=r"Poincar\'e",
            authors=r"Luis L. S\'anchez-Soto (UCM, Madrid), W. A. Rodrigues, Jr. and \O. Moe",
            comments=r"in Fran\c{c}ais",
            journal_ref=r"Ann. Inst. Poincar\'e",
        )
    )
    assert found.title == r"Möbius and $\'x$"
    assert found.abstract == "Poincaré"
    assert found.authors == ("Luis L. Sánchez-Soto", "W. A. Rodrigues Jr.", "Ø. Moe")
    assert (found.comment, found.journal_ref) == ("in Français", "Ann. Inst. Poincaré")


def test_three_thousand_authors_are_read():
    names = [f"A. Author{number}" for number in range(3000)]
    line = ", ".join(names[:-1]) + f" and {names[-1]}"
    assert paper(Entry("2611.00001", authors=line)).authors == tuple(names)


@for_each(
    ("source_type", "comments", "withdrawn"),
    [
        ("I", "", True),
        ("D", "This paper has been withdrawn by the author", True),
        ("", "Withdrawn", True),
        ("D", "12 pages, withdrawnness is no word", False),
        ("D", "", False),
        ("", "", False),
    ],
)
def test_withdrawn_papers_are_told(source_type, comments, withdrawn):
    two = ("Tue, 17 Nov 2026 10:00:00 GMT", "Wed, 18 Nov 2026 10:00:00 GMT")
    entry = Entry("2611.00001", versions=two, source_type=source_type, comments=comments)
    assert paper(entry).is_withdrawn is withdrawn


def test_a_withdrawn_version_that_was_replaced_does_not_count():
    entry = Entry("2611.00001", versions=("Tue, 17 Nov 2026 10:00:00 GMT",) * 2)
    body = page([entry]).replace(b"<source_type>D", b"<source_type>I", 1)
    assert not read_page(body, URL).papers[0].is_withdrawn


def test_a_withdrawal_knows_when_the_last_version_with_files_came():
    days = tuple(f"Tue, {day} Nov 2026 10:00:00 GMT" for day in (3, 10, 17, 24))
    body = page([Entry("2611.00001", versions=days, source_type="D")])
    body = body.replace(b"<source_type>D", b"<source_type>I")
    body = body.replace(b"<source_type>I", b"<source_type>D", 2)  # versions 3 and 4 have no files
    (found,) = read_page(body, URL).papers
    assert found.is_withdrawn
    assert found.table_date == date(2026, 11, 10)


def test_a_revision_does_not_keep_the_date_of_the_version_before():
    days = ("Tue, 17 Nov 2026 10:00:00 GMT", "Wed, 18 Nov 2026 10:00:00 GMT")
    assert paper(Entry("2611.00001", versions=days)).previous is None


def test_a_deleted_record_has_no_paper():
    read = read_page(page([deleted("2611.00001"), Entry("2611.00002")]), URL)
    assert [one.id for one in read.papers] == ["2611.00002"]


CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n"
)
TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=60),
    st.text("<>&;\"'/!-[]$\\{}^_ \naeoamplt#x3c", max_size=60),
)


@given(title=TEXTS.filter(str.strip), abstract=TEXTS, authors=TEXTS)
def test_any_text_comes_out_folded_with_accents_as_letters(title, abstract, authors):
    found = paper(Entry("2611.00001", title=title, abstract=abstract, authors=authors))
    assert found.title == folded(decode_accents(title))
    assert found.abstract == folded(decode_accents(abstract))
    assert found.authors == (split_authors(authors) or None)


# ---------------------------------------------------------------- one page


UNREADABLE = {
    "no header": page(["<record/>"]),
    "not an arXiv identifier": page([Entry("nonsense")]),
    "no metadata": page(
        [deleted("2611.00001").replace(' status="deleted"', "")],
    ),
    "no title": page([Entry("2611.00001", title=" ")]),
    "no version": page([Entry("2611.00001", versions=())]),
    "a version without number": page([Entry("2611.00001")]).replace(b'"v1"', b'"one"'),
    "not a date": page([Entry("2611.00001", versions=("yesterday",))]),
    "another paper": page([Entry("2611.00001")]).replace(b"<id>2611.00001", b"<id>2611.00002"),
}


@for_each("reason", UNREADABLE)
def test_a_page_without_one_readable_record_is_not_believed(reason):
    with pytest.raises(BadAnswer, match=f"no record of the page can be read; .*{reason}"):
        read_page(UNREADABLE[reason], URL)


def test_unreadable_records_are_logged_and_the_others_read(caplog):
    caplog.set_level("WARNING", "daily_papers")
    read = read_page(page([Entry("2611.00001"), Entry("2611.00002", versions=())]), URL)
    assert [one.id for one in read.papers] == ["2611.00001"]
    assert caplog.messages == ["left out: oai:arXiv.org:2611.00002: no version"]


@given(st.data())
def test_a_page_cut_anywhere_is_not_believed(data):
    body = page([Entry("2611.00001"), Entry("2611.00002")]).rstrip()
    end = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(BadAnswer):
        read_page(body[:end], URL)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE OAI-PMH [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">&b;&c;</OAI-PMH>'
)


@for_each(
    "body",
    [
        b"",
        b"Rate exceeded.",
        b"<html><body>busy</body></html>",
        b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
        page([Entry("2611.00001")]).replace(b"http://www.openarchives.org/OAI/2.0/", b"urn:x"),
        page([]).replace(b"ListRecords", b"ListSets"),
        BOMB,
    ],
)
def test_what_is_no_harvest_is_not_believed(body):
    with pytest.raises(BadAnswer):
        read_page(body, URL)


def test_an_error_with_status_200_is_named():
    with pytest.raises(BadAnswer, match="badArgument: no set 'cs:cs:XX'"):
        read_page(error("badArgument", "no set\n'cs:cs:XX'"), URL)


def test_that_nothing_has_changed_is_an_empty_page():
    read = read_page(error("noRecordsMatch", "nothing"), URL)
    assert (read.papers, read.resumption_token) == ((), None)


# ---------------------------------------------------------------- a harvest


def arguments(target: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(target).query, keep_blank_values=True)


def test_a_harvest_asks_for_everything_since_the_day():
    _, server = harvest(in_turn(page([Entry("2611.00001")])))
    (target,) = server.asked
    assert arguments(target) == {
        "verb": ["ListRecords"],
        "metadataPrefix": ["arXivRaw"],
        "from": ["2026-11-18"],
    }


def test_a_harvest_of_a_set_names_it():
    _, server = harvest(in_turn(page([])), "physics:hep-th")
    assert arguments(server.asked[0])["set"] == ["physics:hep-th"]


def test_tokens_go_back_alone_as_they_came_until_an_empty_one():
    # arXiv's tokens are addresses themselves; they are none of our business.
    token = "verb%3DListRecords%26metadataPrefix%3DarXivRaw&skip=1300&a=b c/+é%2526"
    first, second = page([Entry("2611.00001")], token), page([Entry("2611.00002")], "last")
    pages, server = harvest(in_turn(first, second, page([Entry("2611.00003")], "")), "cs")
    assert [one.id for read in pages for one in read.papers] == [
        "2611.00001",
        "2611.00002",
        "2611.00003",
    ]
    assert [arguments(target) for target in server.asked[1:]] == [
        {"verb": ["ListRecords"], "resumptionToken": [token]},
        {"verb": ["ListRecords"], "resumptionToken": ["last"]},
    ]


def test_pages_come_one_by_one():
    with answering(in_turn(page([Entry("2611.00001")], "more"), error("x", "broken"))) as server:
        services = Services(oai_url=f"{server.address}/oai", request_interval=0, retry_wait=0)
        with PoliteSession(services, budget=60) as session:
            pages = changed_since(session, DAY)
            assert next(pages).papers[0].id == "2611.00001"
            assert len(server.asked) == 1
            with pytest.raises(BadAnswer, match="x: broken"):
                next(pages)


@pytest.mark.full
def test_a_harvest_without_end_ends():
    numbers = iter(range(1000))
    with pytest.raises(BadAnswer, match="the harvest has not ended after 300 pages"):
        harvest(lambda _: Canned(page([Entry("2611.00001")], f"token {next(numbers)}")))


@pytest.mark.full
def test_a_harvest_may_be_as_long_as_allowed():
    pages = [page([], f"token {number}") for number in range(299)]
    found, _ = harvest(in_turn(*pages, page([], "")))
    assert len(found) == 300


def test_a_busy_server_is_asked_again():
    busy = Canned(b"busy", 503, {"Retry-After": "0"})
    pages, server = harvest(in_turn(busy, page([Entry("2611.00001")])))
    assert len(pages) == 1
    assert server.asked[0] == server.asked[1]


def test_a_server_that_stays_busy_is_throttling():
    with pytest.raises(Throttled):
        harvest(lambda _: Canned(b"busy", 503))


def test_an_expired_token_ends_the_harvest_and_says_so():
    with pytest.raises(BadAnswer, match="badResumptionToken: expired"):
        harvest(in_turn(page([], "old"), error("badResumptionToken", "expired")))
