"""arXiv's search is looser than our tables: it is honest, and `update` takes what matches of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox import Request, Response, SandboxArxiv, Script, Service, Universe, make_up
from tests.sandbox.draft import Press
from tests.sandbox.showcase import draft_of, words_of
from tests.support.command_line import Ended, run
from tests.support.daily_runs import Reader, days
from tests.support.loopback import Canned, answering
from tests.support.made_answers import Listed, answer, query_api
from tests.support.repository import Repository

RECORDED = Path(__file__).parents[1].parent / "shared" / "arxiv-api" / "au_Elser_V_s0.xml"
NEWEST = datetime.fromisoformat("2026-01-19T18:00:00Z")
FIRST = date(2026, 1, 7)


def listed(texts: Sequence[str], authors: Sequence[str] = ()) -> tuple[Listed, ...]:
    """Papers with these titles and abstracts, by these authors, the newest first."""
    return tuple(
        Listed(
            f"2601.{900 - n:05}v1",
            title=text,
            summary=text,
            authors=(authors[n],) if authors else ("Ada Author",),
            updated=NEWEST - timedelta(hours=n),
        )
        for n, text in enumerate(texts)
    )


def by(*authors: str) -> tuple[Listed, ...]:
    return listed([f"Paper {n}" for n in range(len(authors))], authors)


def update(repository: Repository, address: str, *options: str) -> Ended:
    return run(
        *("--root", repository.root, "update", "--source", "search", "--today", "2026-01-20"),
        *options,
        environ={
            "DAILY_PAPERS_API_URL": f"{address}/api/query",
            "DAILY_PAPERS_REQUEST_INTERVAL": "0",
        },
    )


def filled(root: Path, keyword: str, papers: Sequence[Listed]) -> tuple[list[str], int, list[str]]:
    """The titles in the new table, how many papers were left out, and the queries."""
    repository = Repository.new(root / "digest", f"keywords:\n  - {keyword}\n")
    report = root / "report.json"
    with answering(query_api(papers)) as server:
        ended = update(repository, server.address, "--report", str(report))
    assert (ended.code, ended.err) == (0, "")
    (entry,) = json.loads(report.read_text("utf-8"))["keywords"]
    assert entry["outcome"] == "up to date"
    titles = [record["title"] for record in repository.records("data/papers/*.jsonl")]
    queries = [parse_qs(urlsplit(target).query)["search_query"][0] for target in server.asked]
    return sorted(titles), entry["not_matching"], queries


# --- names -------------------------------------------------------------------------------------


def test_names_in_the_other_order_are_left_out_and_reject_nothing(tmp_path: Path):
    papers = by(*["Li Dong"] * 4, *["Dong Li"] * 6)
    titles, left_out, queries = filled(tmp_path, "author: [Li Dong]", papers)
    assert titles == ["Paper 0", "Paper 1", "Paper 2", "Paper 3"]
    assert (left_out, queries) == (6, ['au:"Li Dong"'])


@pytest.mark.parametrize(
    ("spelling", "author"),
    [
        ("Philip Yu", "Philip S. Yu"),
        ("Anil Jain", "Anil K. Jain"),
        ("Vishal Patel", "Vishal M. Patel"),
        ("Jose Alvarez", "José María Álvarez"),
    ],
)
def test_a_middle_name_is_no_other_person(tmp_path: Path, spelling: str, author: str):
    others = [" ".join(reversed(author.split()))] * 5
    titles, left_out, _ = filled(tmp_path, f"author: [{spelling}]", by(*[author] * 5, *others))
    assert (len(titles), left_out) == (5, 5)


@pytest.mark.parametrize(
    ("spelling", "query"),
    [("Y.-J. Kao", "Y. -J. Kao"), ("J.P. Morgan", "J. P. Morgan"), ("J. P. Morgan",) * 2],
)
def test_initials_are_sent_as_the_index_of_arxiv_holds_them(
    tmp_path: Path, spelling: str, query: str
):
    titles, _, queries = filled(tmp_path, f"author: [{spelling}]", by(*[query] * 5))
    assert (len(titles), queries) == (5, [f'au:"{query}"'])


@pytest.mark.shared
@pytest.mark.parametrize(("spelling", "rows"), [("Elser V", 0), ("V. Elser", 5)])
def test_the_recorded_answer_for_an_author_is_accepted(tmp_path: Path, spelling: str, rows: int):
    if not RECORDED.exists():
        pytest.skip("no recorded answers here")
    repository = Repository.new(tmp_path / "digest", f"keywords: [{{author: [{spelling}]}}]\n")
    with answering(lambda _: Canned(RECORDED.read_bytes())) as server:
        ended = update(repository, server.address, "--today", "2026-09-10")
    assert (ended.code, ended.err) == (0, "")
    assert len(repository.records("data/papers/*.jsonl")) == rows


def test_what_has_no_letter_is_no_author(tmp_path: Path):
    repository = Repository.new(tmp_path, "keywords: [mri]\n")
    entry = Listed(
        "2601.00001v1", title="MRI", summary="MRI.", authors=("NVIDIA", ":", "Aaron Blakeman")
    )
    with answering(query_api([entry])) as server:
        assert update(repository, server.address).code == 0
    (record,) = repository.records("data/papers/*.jsonl")
    assert record["authors"] == ["NVIDIA", "Aaron Blakeman"]


# --- small words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "wanted", "strangers"),
    [
        pytest.param("on-policy", "An on-policy method", "The policy of 2026", id="at the start"),
        pytest.param("in-memory", "In-memory computing", "Memory of the past", id="in"),
        pytest.param("no-reference", "No-reference metrics", "References", id="no"),
        pytest.param("type A", "Stars of type A", "Types of stars", id="at the end"),
        pytest.param('"A* search"', "Faster A* search", "Search", id="with a sign"),
        pytest.param("AT Protocol", "The AT Protocol", "A protocol for all", id="in capitals"),
        pytest.param(
            "state of the art", "The state of the art", "A state in an art", id="in the middle"
        ),
    ],
)
def test_small_words_that_arxiv_passes_over_reject_nothing(
    tmp_path: Path, keyword: str, wanted: str, strangers: str
):
    papers = listed([wanted] * 13 + [strangers] * 19)
    titles, left_out, queries = filled(tmp_path, keyword, papers)
    assert (titles, left_out, len(queries)) == ([wanted] * 13, 19, 1)


@pytest.mark.parametrize("other", ["State and art", "Art of the state", "Stately art"])
def test_an_answer_that_arxivs_rule_does_not_find_is_rejected(tmp_path: Path, other: str):
    repository = Repository.new(tmp_path, "keywords: [state of the art]\n")
    papers = listed(["State of the art"] * 13 + [other] * 19)
    with answering(query_api(papers)) as server:
        ended = update(repository, server.address)
    assert ended.code == 1
    assert "19 of the answer's 32 papers do not match the keyword" in ended.out
    assert repository.records("data/papers/*.jsonl") == []


# --- a table that would stay short -------------------------------------------------------------


def asked_for(server_asked: Sequence[str]) -> list[str]:
    return [parse_qs(urlsplit(target).query)["max_results"][0] for target in server_asked]


@pytest.mark.parametrize(
    ("wanted", "strangers", "asked"),
    [
        pytest.param(8, 12, ["5", "2000"], id="more is there"),
        pytest.param(2, 2, ["5"], id="that is all"),
        pytest.param(8, 0, ["5"], id="all match"),
    ],
)
def test_a_fill_asks_once_for_more_where_strangers_leave_too_few(
    tmp_path: Path, wanted: int, strangers: int, asked: list[str]
):
    repository = Repository.new(tmp_path, "max_papers: 5\nkeywords:\n  - type A\n")
    papers = listed(["Types"] * strangers + [f"Type A, {n}" for n in range(wanted)])
    with answering(query_api(papers)) as server:
        ended = update(repository, server.address)
    assert (ended.code, asked_for(server.asked)) == (0, asked)
    assert len(repository.table("type-a")) == min(5, wanted)


def test_a_table_whose_second_answer_is_bad_waits_for_the_next_run(tmp_path: Path):
    repository = Repository.new(tmp_path, "max_papers: 5\nkeywords:\n  - type A\n")
    papers = listed(["Types"] * 9 + [f"Type A, {n}" for n in range(9)])
    whole = query_api(papers)

    def short(target: str) -> Canned:
        return whole(target) if "max_results=5" in target else Canned(answer((), total=18))

    with answering(short) as server:
        assert update(repository, server.address).code == 1
    with answering(whole) as server:
        assert update(repository, server.address).code == 0
    assert len(repository.table("type-a")) == 5


# --- weeks with such keywords ------------------------------------------------------------------

KEYWORDS = """\
max_papers: 20
keywords:
  - on-policy
  - type A
  - author: [Li Dong]
  - author: [Philip Yu]
  - diffusion model
  - time series
"""
SLUGS = ("on-policy", "type-a", "li-dong", "philip-yu", "diffusion-model", "time-series")
#: What is announced on each listing day besides the sandbox's own papers: title and author.
EACH_DAY = (
    ("On-policy learning", "Ada Abramsson"),
    ("The policy of schools", "Ada Abramsson"),
    ("Policies", "Ada Abramsson"),
    ("Stars of type A", "Ada Abramsson"),
    ("Types of stars", "Ada Abramsson"),
    ("A type of galaxy", "Ada Abramsson"),
    ("Pears", "Li Dong"),
    ("Apples", "Dong Li"),
    ("Plums", "Dong Li"),
    ("Graphs", "Philip S. Yu"),
    ("Trees", "Yu Philip"),
    ("Forests", "Yu Philip"),
)


def with_lookalikes(universe: Universe) -> Universe:
    """The same universe with the papers of `EACH_DAY`, and older ones of their kind."""
    press = Press(universe.calendar, Random(1))
    histories = list(universe._histories)
    for day in universe.calendar.listing_days(FIRST - timedelta(days=30), 75):
        listing = [r.id for r in universe.announced_on(day) if r.id.startswith(f"{day:%y%m}.")]
        last = int(max(listing, default=f"{day:%y%m}.{day.day * 1800:05}").partition(".")[2])
        for number, (title, author) in enumerate(EACH_DAY, 1):
            draft = draft_of(words_of(title, f"{title}.", authors=author), "cs.LG")
            paper_id = f"{day:%y%m}.{last + number:05}"
            histories.append(tuple(press.publish(draft, paper_id, day, day)))
    return Universe(histories, universe.calendar)


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxArxiv]:
    script = Script(
        first_day=FIRST - timedelta(days=30),
        days=75,
        papers_a_day=4,
        old_papers=10,
        holidays=frozenset(),
    )
    with SandboxArxiv(with_lookalikes(make_up(script))) as arxiv:
        yield arxiv


@pytest.fixture
def reader(running: SandboxArxiv, tmp_path: Path) -> Iterator[Reader]:
    yield Reader(Repository.new(tmp_path / "digest", KEYWORDS), running)
    running.intercept = None


def audits(reader: Reader, day: date) -> list[str]:
    return [
        slug
        for slug, keyword in reader.store().keywords.items()
        if keyword.audited == day and keyword.filled != day
    ]


@pytest.mark.parametrize("count", [8, pytest.param(30, marks=pytest.mark.full)])
def test_every_run_is_well_and_each_keyword_is_audited_in_turn(reader: Reader, count: int):
    audited = []
    for day in days(FIRST, count):
        report = reader.read(day)
        assert (report.exit_code, report.notes) == (0, ()), (day, report)
        audited += audits(reader, day)
    turns = [audited[n : n + len(SLUGS)] for n in range(0, len(audited), len(SLUGS))]
    assert len(audited) == count - 1
    assert all(sorted(turn) == sorted(SLUGS) for turn in turns[:-1])
    by_yu = [
        record.id
        for record in reader.arxiv.universe.newest(
            lambda record: record.words.authors[0].name == "Philip S. Yu", day
        )
    ]
    assert len(by_yu) > 20
    assert [paper.id for paper in reader.table("philip-yu")] == by_yu[:20]
    assert {name for paper in reader.table("li-dong") for name in paper.authors or ()} == {
        "Li Dong"
    }
    listed_since = {id for id in by_yu if reader.arxiv.universe.current(id, FIRST) is None}
    assert listed_since <= {*reader.news_of("philip-yu")}


def lying_about(keyword: str) -> object:
    """Answer one keyword's searches with papers about something else."""
    lie = answer(listed([f"Something else, {n}" for n in range(20)]))

    def intercept(request: Request) -> Response | None:
        query = dict(request.parameters).get("search_query", "")
        if request.service is Service.QUERY and keyword in query:
            return Response(200, lie, "application/atom+xml")
        return None

    return intercept


@pytest.mark.parametrize("from_the_start", [pytest.param(True, marks=pytest.mark.full), False])
def test_a_keyword_that_is_rejected_holds_up_no_other(reader: Reader, *, from_the_start: bool):
    if not from_the_start:
        reader.read(FIRST - timedelta(days=1))
    reader.arxiv.intercept = lying_about("diffusion model")  # type: ignore[assignment]
    audited, named = [], 0
    for day in days(FIRST, 6):
        report = reader.read(day)
        assert report.exit_code == (3 if from_the_start else 0)
        audited += audits(reader, day)
        said = [*report.notes, *(keyword.reason or "" for keyword in report.keywords)]
        named += any("daily-papers preview diffusion-model" in sentence for sentence in said)
    others = [slug for slug in SLUGS if slug != "diffusion-model"]
    assert set(audited) == set(others)
    assert max(map(audited.count, others)) - min(map(audited.count, others)) <= 1
    # On days on which it was not asked about, there is nothing to say.
    assert named == (6 if from_the_start else 6 - len(audited))
    reader.arxiv.intercept = None
    for day in days(FIRST + timedelta(days=6), len(SLUGS)):
        report = reader.read(day)
    assert report.exit_code == 0
    assert reader.table("diffusion-model")
