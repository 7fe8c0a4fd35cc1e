"""The sandbox's OAI-PMH serves every change by its day, in pages that a token leads through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
import requests

from tests.sandbox import Record, SandboxArxiv
from tests.support.cases import for_each

OAI = "{http://www.openarchives.org/OAI/2.0/}"
RAW = "{http://arxiv.org/OAI/arXivRaw/}"
FIRST, TODAY = date(2026, 1, 5), date(2026, 2, 11)
RAW_LIST = {"verb": "ListRecords", "metadataPrefix": "arXivRaw"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxArxiv]:
    with SandboxArxiv(today=TODAY) as sandbox:
        yield sandbox


def ask(sandbox: SandboxArxiv, **parameters: str) -> ET.Element:
    parameters = {name.rstrip("_"): value for name, value in parameters.items()}
    response = requests.get(sandbox.oai_url, params=parameters, timeout=10)
    assert response.status_code == 200
    return ET.fromstring(response.content)


def error(answer: ET.Element) -> str | None:
    found = answer.find(f"{OAI}error")
    return None if found is None else found.get("code")


def headers(answer: ET.Element) -> list[tuple[str, str]]:
    return [
        (header.findtext(f"{OAI}identifier", "")[14:], header.findtext(f"{OAI}datestamp", ""))
        for header in answer.iter(f"{OAI}header")
    ]


def changed_since(sandbox: SandboxArxiv, day: date) -> list[Record]:
    return [record for record in sandbox.universe.as_of(sandbox.today) if record.day >= day]


def whole_list(sandbox: SandboxArxiv, **parameters: str) -> tuple[list[tuple[str, str]], list[str]]:
    """All headers of a list, and the tokens that led through it."""
    answer = ask(sandbox, **parameters)
    found, tokens = headers(answer), []
    while token := answer.findtext(f".//{OAI}resumptionToken"):
        tokens.append(token)
        answer = ask(sandbox, verb=parameters["verb"], resumptionToken=token)
        found += headers(answer)
    return found, tokens


@pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers"])
def test_everything_that_changed_since_a_day_is_listed_by_day(sandbox, verb):
    since = TODAY - timedelta(days=14)
    found, tokens = whole_list(
        sandbox, verb=verb, metadataPrefix="arXivRaw", from_=since.isoformat()
    )
    expected = {(record.id, record.day.isoformat()) for record in changed_since(sandbox, since)}
    assert set(found) == expected
    assert [day for _, day in found] == sorted(day for _, day in found)
    assert tokens == []
    weekends = [day for _, day in found if date.fromisoformat(day).weekday() > 4]
    assert weekends, "edits happen on weekends too"


@pytest.mark.parametrize("page_size", [pytest.param(1, marks=pytest.mark.full), 7])
@pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers"])
def test_pages_lose_and_repeat_nothing(sandbox, page_size, verb):
    parameters = {"verb": verb, "metadataPrefix": "arXivRaw", "from_": "2026-01-20", "set": "cs"}
    whole, _ = whole_list(sandbox, **parameters)
    sandbox.oai_pmh.page_size = page_size
    try:
        paged, tokens = whole_list(sandbox, **parameters)
    finally:
        sandbox.oai_pmh.page_size = 1300
    assert paged == whole
    assert len(tokens) == (len(whole) - 1) // page_size


def test_the_token_is_readable_and_goes_on_from_the_last_day_shown(sandbox):
    sandbox.oai_pmh.page_size = 20
    try:
        answer = ask(sandbox, **RAW_LIST, from_="2026-01-05")
        shown = headers(answer)
        token = answer.find(f".//{OAI}resumptionToken")
        last = ask(
            sandbox,
            verb="ListRecords",
            resumptionToken="verb=ListRecords&metadataPrefix=arXivRaw&from=2026-02-11&skip=1",
        )
    finally:
        sandbox.oai_pmh.page_size = 1300
    day = shown[-1][1]
    skip = sum(stamp == day for _, stamp in shown)
    plain = f"verb=ListRecords&metadataPrefix=arXivRaw&from={day}&skip={skip}"
    assert token.text == quote(plain)
    assert token.get("expirationDate") == "2026-02-12T00:00:00Z"
    assert last.find(f".//{OAI}resumptionToken").text is None


def test_a_list_of_one_page_has_no_token(sandbox):
    answer = ask(sandbox, **RAW_LIST, from_="2026-02-11")
    assert answer.find(f".//{OAI}resumptionToken") is None


@for_each(
    ("set_spec", "categories"),
    [
        ("stat", {"stat.AP", "stat.ME", "stat.ML", "stat.TH", "math.ST"}),
        ("stat:stat:ML", {"stat.ML"}),
        ("physics:hep-th", {"hep-th"}),
        ("cs:cs:IT", {"cs.IT", "math.IT"}),
        ("math:math:IT", {"cs.IT", "math.IT"}),
    ],
)
def test_sets_select_groups_archives_and_categories(sandbox, set_spec, categories):
    found, _ = whole_list(sandbox, **RAW_LIST, set=set_spec)
    expected = {
        record.id
        for record in sandbox.universe.as_of(TODAY)
        if categories.intersection(record.categories)
    }
    assert expected
    assert {paper_id for paper_id, _ in found} == expected


def test_a_record_is_raw_tex_with_the_dates_of_all_versions(sandbox):
    record = sandbox.universe.newest(lambda it: "Fréchet means" in it.words.title, TODAY)[0]
    answer = ask(
        sandbox,
        verb="GetRecord",
        metadataPrefix="arXivRaw",
        identifier=f"oai:arXiv.org:{record.id}",
    )
    raw = answer.find(f".//{RAW}arXivRaw")
    assert raw.findtext(f"{RAW}title") == r"Fr\'echet means on Schr\"odinger's K\"ahler manifolds"
    assert raw.findtext(f"{RAW}categories") == "math.ST stat.TH stat.ML"
    assert raw.findtext(f"{RAW}comments") == r"Dedicated to Pawe{\l} W\'ojcik"
    assert r"Luis L. S\'anchez-Soto" in raw.findtext(f"{RAW}authors")
    dates = [parsedate_to_datetime(date.text) for date in raw.iter(f"{RAW}date")]
    assert tuple(dates) == record.submissions
    sets = [spec.text for spec in answer.iter(f"{OAI}setSpec")]
    assert sets == ["math:math:ST", "stat:stat:TH", "stat:stat:ML"]


def test_a_withdrawn_version_is_marked(sandbox):
    record = sandbox.universe.newest(lambda it: it.withdrawn, TODAY)[0]
    answer = ask(sandbox, **RAW_LIST, from_=record.day.isoformat())
    (raw,) = (raw for raw in answer.iter(f"{RAW}arXivRaw") if raw.findtext(f"{RAW}id") == record.id)
    kinds = [version.findtext(f"{RAW}source_type") for version in raw.iter(f"{RAW}version")]
    assert kinds[-1] == "I"
    assert "I" not in kinds[:-1]


def test_papers_older_than_the_service_have_its_first_day(sandbox):
    sandbox.today = FIRST
    try:
        found = dict(whole_list(sandbox, **RAW_LIST)[0])
    finally:
        sandbox.today = TODAY
    assert found["hep-th/9901001"] == "2005-09-16"


@for_each(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Steal", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=cs", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&set=nope", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2026-02-02T00:00:00Z", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=arXivRaw&from=2026-02-02&until=2026-02-01",
            "badArgument",
        ),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2026-02-01&from=2026-02-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2026-02-12", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        (
            "verb=ListRecords&resumptionToken=verb%3DListIdentifiers%26skip%3D1",
            "badResumptionToken",
        ),
        ("verb=ListRecords&resumptionToken=x&set=cs", "badArgument"),
        ("verb=GetRecord&metadataPrefix=arXivRaw", "badArgument"),
        ("verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:x", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=arXivRaw&identifier=hep-th/9901001", "idDoesNotExist"),
    ],
)
def test_errors_come_with_status_200(sandbox, query, code):
    response = requests.get(f"{sandbox.oai_url}?{query}", timeout=10)
    assert response.status_code == 200
    assert error(ET.fromstring(response.content)) == code


def test_the_service_describes_itself(sandbox):
    assert ask(sandbox, verb="Identify").findtext(f".//{OAI}granularity") == "YYYY-MM-DD"
    prefixes = ask(sandbox, verb="ListMetadataFormats").iter(f"{OAI}metadataPrefix")
    assert [prefix.text for prefix in prefixes] == ["arXivRaw"]
    specs = [spec.text for spec in ask(sandbox, verb="ListSets").iter(f"{OAI}setSpec")]
    assert {"cs", "cs:cs:CV", "physics", "physics:hep-th", "physics:cond-mat:soft"} <= set(specs)
    assert len(specs) == len(set(specs))
    assert all(re.fullmatch(r"[a-z-]+(:[a-z-]+(:[A-Za-z-]+)?)?", spec) for spec in specs)


def test_a_form_may_be_posted(sandbox):
    response = requests.post(sandbox.oai_url, data={"verb": "Identify"}, timeout=10)
    assert error(ET.fromstring(response.content)) is None
