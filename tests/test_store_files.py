"""The store on disk: what is saved is read back, and what is damaged is named and left alone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daily_papers.errors import StoreError
from daily_papers.papers.paper import Origin, Paper, announcement_order
from daily_papers.store.files import load_store, save_store
from daily_papers.store.store import (
    FeedPart,
    KeywordState,
    News,
    State,
    Store,
    StoredPaper,
)
from daily_papers.transaction import Transaction
from tests.sandbox import SandboxArxiv
from tests.support.bare_remote import BareRemote
from tests.support.command_line import run
from tests.support.made_papers import DAYS, IDS, TEXTS, papers
from tests.support.repository import Repository

SLUGS = st.sampled_from(["mri", "graph-networks", "diffusion", "jose-nunez"])
UNKNOWN_OR_DAY = st.none() | DAYS


@st.composite
def stores(draw: st.DrawFn) -> Store:
    """Any store that a run could leave behind."""
    news = st.builds(
        News,
        version=st.integers(1, 9),
        day=DAYS,
        keywords=st.lists(SLUGS, unique=True).map(tuple),
        digest=st.sampled_from(["2026-01-20", "2026-01-20-2", "imported"]),
    )
    shelf = {
        paper.id: StoredPaper(
            paper,
            draw(st.dictionaries(SLUGS, DAYS)) | {"knees": draw(DAYS)},
            draw(st.frozensets(SLUGS)),
            draw(st.none() | news),
        )
        for paper in draw(st.lists(papers(), max_size=6, unique_by=lambda paper: paper.id))
    }
    shelf = {
        id: replace(stored, left=stored.left & stored.first_seen.keys())
        for id, stored in shelf.items()
    }
    records = st.builds(
        KeywordState,
        slug=SLUGS,
        name=TEXTS,
        expression=TEXTS,
        filled=UNKNOWN_OR_DAY,
        last_success=UNKNOWN_OR_DAY,
        audited=UNKNOWN_OR_DAY,
        harvested=UNKNOWN_OR_DAY,
        changed=UNKNOWN_OR_DAY,
        max_papers=st.integers(1, 2000),
        notified_up_to=st.none() | IDS,
        expressions_before=st.dictionaries(TEXTS, st.none() | IDS, max_size=2),
        formerly=st.dictionaries(SLUGS, DAYS, max_size=1),
        topic=st.none() | SLUGS,
    )
    state = st.builds(
        State,
        day=UNKNOWN_OR_DAY,
        complete=st.booleans(),
        day_line=TEXTS,
        highest_id=st.none() | IDS,
        revised=st.lists(IDS).map(tuple),
        feed=st.lists(
            st.builds(
                FeedPart,
                categories=st.lists(TEXTS).map(tuple),
                ids_digest=TEXTS,
                highest_new_id=st.none() | IDS,
                count=st.integers(0, 5000),
            ),
            max_size=2,
        ).map(tuple),
        listed=st.dictionaries(TEXTS, st.integers(0, 900), max_size=3),
        feed_day=UNKNOWN_OR_DAY,
        unconfirmed=UNKNOWN_OR_DAY,
        unread=st.lists(DAYS, max_size=3).map(tuple),
        unbroken_from=st.none() | IDS,
    )
    told = {id for id, stored in shelf.items() if stored.news is not None}
    # Where there are papers, some keyword brought them.
    known = draw(st.lists(records, min_size=1 if shelf or told else 0, max_size=3))
    return Store(
        papers=shelf,
        keywords={record.slug: record for record in known},
        state=draw(state),
        news=frozenset(told),
    )


def save(store: Store, root: Path) -> tuple[str, ...]:
    transaction = Transaction(root)
    save_store(store, transaction)
    return transaction.commit()


@settings(deadline=None)
@given(stores())
def test_what_is_saved_is_read_back(store: Store):
    with TemporaryDirectory() as folder:
        save(store, Path(folder))
        assert load_store(Path(folder)) == store
        assert save(load_store(Path(folder)), Path(folder)) == ()


@settings(deadline=None)
@given(stores(), stores())
def test_nothing_is_left_of_what_was_stored_before(before: Store, after: Store):
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        save(before, Path(one))
        save(after, Path(one))
        save(after, Path(other))
        assert but_for_news(files(Path(one))) == but_for_news(files(Path(other)))
        assert load_store(Path(one)).news == before.news | after.news  # for ever


def but_for_news(tree: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in tree.items() if "/news/" not in path}


@settings(deadline=None)
@given(stores())
def test_a_file_holds_one_record_a_line_in_the_order_of_announcement(store: Store):
    with TemporaryDirectory() as folder:
        save(store, Path(folder))
        stored = []
        for path, content in files(Path(folder)).items():
            if not path.startswith("data/papers/"):
                continue
            assert content.endswith(b"\n")
            records = [json.loads(line) for line in content.split(b"\n")[:-1]]
            assert records
            ids = [record["id"] for record in records]
            assert ids == sorted(ids, key=announcement_order)
            assert all(None not in record.values() for record in records)
            stored += ids
    assert sorted(stored) == sorted(store.papers)


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / "data").rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("paper_id", "file"),
    [
        ("2504.00001", "2504.0"),
        ("2504.09999", "2504.0"),
        ("2504.10000", "2504.1"),
        ("0704.0356", "0704.0"),
        ("hep-th/9901001", "1999"),
        ("math/0702001", "2007"),
    ],
)
def test_no_file_holds_more_than_ten_thousand_identifiers(tmp_path: Path, paper_id: str, file: str):
    paper = Paper(
        id=paper_id,
        version=1,
        title="",
        abstract="",
        announced=date(2026, 1, 20),
        origin=Origin.FEED,
    )
    store = Store(papers={paper_id: StoredPaper(paper, {"mri": date(2026, 1, 20)})})
    assert f"data/papers/{file}.jsonl" in save(store, tmp_path)


def test_where_nothing_is_stored_yet_the_store_is_empty(tmp_path: Path):
    assert load_store(tmp_path) == Store()


# --- damage ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arxiv() -> Iterator[SandboxArxiv]:
    with SandboxArxiv(today=date(2026, 1, 20)) as arxiv:
        yield arxiv


@pytest.fixture(scope="module")
def whole(arxiv: SandboxArxiv, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository after two days."""
    repository = Repository.new(tmp_path_factory.mktemp("whole"))
    for day in ("2026-01-20", "2026-01-22"):
        arxiv.today = date.fromisoformat(day)
        ended = run(
            *("update", "--source", "search", "--root", repository.root),
            environ=arxiv.environment(),
        )
        assert ended.code == 0
    return repository


PAPERS = "data/papers/2601.1.jsonl"
NEWS = "data/news/2601.txt"
KEYWORDS = "data/keywords.jsonl"
STATE = "data/state.json"


def lines_of(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def with_line(content: bytes, number: int, line: bytes) -> bytes:
    lines = lines_of(content)
    lines[number - 1] = line
    return b"".join(lines)


def with_field(content: bytes, number: int, **fields: object) -> bytes:
    record = json.loads(lines_of(content)[number - 1])
    record.update(fields)
    return with_line(content, number, json.dumps(record).encode() + b"\n")


def in_conflict(content: bytes) -> bytes:
    first, *rest = lines_of(content)
    ours, theirs = first.replace(b"2026", b"2025"), first
    return b"".join(
        [b"<<<<<<< HEAD\n", ours, b"=======\n", theirs, b">>>>>>> origin/main\n", *rest]
    )


@pytest.mark.parametrize(
    ("path", "damage", "told"),
    [
        pytest.param(
            PAPERS,
            lambda content: with_line(content, 2, b'{"id":"2601.1'),
            f"{PAPERS}:2: damaged: not JSON at column ",
            id="a line that is cut",
        ),
        pytest.param(
            PAPERS,
            lambda content: content[:-10],
            "damaged: not JSON at column ",
            id="a file that is cut",
        ),
        pytest.param(
            PAPERS,
            in_conflict,
            f"{PAPERS}:1: a merge conflict; take one side of it (git checkout --ours",
            id="papers in conflict",
        ),
        pytest.param(
            STATE,
            lambda content: content.replace(b' "complete"', b'<<<<<<< HEAD\n "complete"', 1),
            f"{STATE}:6: a merge conflict",
            id="the state in conflict",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_line(content, 1, b"[1, 2]\n"),
            f"{PAPERS}:1: damaged: [1, 2] is not a record",
            id="a list",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_line(content, 1, b'{"id":"\xff"}\n'),
            f"{PAPERS}:1: damaged: not UTF-8, or half a character",
            id="not UTF-8",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_line(content, 1, b"[" * 100_000 + b"\n"),
            f"{PAPERS}:1: damaged: ",
            id="nested too deep",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_field(content, 2, title=None),
            f'{PAPERS}:2: damaged: "title" is wrong: expected `str`, got `null`',
            id="no title",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_field(content, 2, version="3"),
            f'{PAPERS}:2: damaged: "version" is wrong: expected `int`, got `str`',
            id="version as text",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_field(content, 2, authors="Ada Author"),
            f'{PAPERS}:2: damaged: "authors" is wrong: expected `array | null`, got `str`',
            id="authors as text",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_field(content, 2, updated="2026-01-19T18:00:00"),
            f'{PAPERS}:2: damaged: "updated" is wrong: ',
            id="time without zone",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_field(content, 2, updated=None),
            f'{PAPERS}:2: damaged: "updated" is missing, and so is announced',
            id="no date at all",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_field(content, 2, origin="pigeon"),
            f"{PAPERS}:2: damaged: \"origin\" is wrong: invalid enum value 'pigeon'",
            id="unknown origin",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_field(content, 2, id="somewhere"),
            f'{PAPERS}:2: damaged: "id" is wrong: ',
            id="no identifier",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_field(content, 2, keywords={}),
            f'{PAPERS}:2: damaged: "keywords" names no keyword',
            id="in no table",
        ),
        pytest.param(
            PAPERS,
            lambda content: with_field(content, 2, title="\ud800"),
            f"{PAPERS}:2: damaged: not UTF-8, or half a character",
            id="half a character",
        ),
        pytest.param(
            PAPERS,
            lambda content: content + lines_of(content)[0],
            " is here twice; ",
            id="a paper twice",
        ),
        pytest.param(
            KEYWORDS,
            lambda content: with_field(content, 3, filled="yesterday"),
            f'{KEYWORDS}:3: damaged: "filled" is wrong: ',
            id="a keyword's day",
        ),
        pytest.param(
            NEWS,
            lambda content: content.replace(b"2601.", b"2601-", 1),
            f"{NEWS}:1: damaged: not an identifier",
            id="news of no paper",
        ),
        pytest.param(
            NEWS,
            lambda content: content[:-2],
            ": damaged: not an identifier",
            id="news whose last identifier is cut",
        ),
        pytest.param(
            NEWS,
            lambda content: content.replace(b"\n", b"\n\n", 1),
            f"{NEWS}:2: damaged: not an identifier",
            id="news with a blank line",
        ),
        pytest.param(NEWS, in_conflict, f"{NEWS}:1: a merge conflict", id="two lists of news"),
        pytest.param(
            STATE,
            lambda content: content.replace(b'"complete": true', b'"complete": "yes"'),
            f'{STATE}:6: damaged: "complete" is wrong: expected `bool`, got `str`',
            id="the state's flag",
        ),
        pytest.param(
            STATE,
            lambda _: b'{"format": 1}',
            f'{STATE}:1: damaged: "papers" is missing',
            id="a state with nothing in it",
        ),
        pytest.param(
            KEYWORDS,
            lambda content: content.split(b"\n", 1)[1],
            f"{KEYWORDS}: damaged: 1 keyword missing",
            id="a keyword less",
        ),
        pytest.param(
            STATE,
            lambda content: content[: len(content) // 2],
            "damaged: not JSON at column ",
            id="half a state",
        ),
        pytest.param(
            STATE,
            lambda content: content.replace(b'"format": 1', b'"format": 2'),
            f"{STATE}: written by a newer daily-papers; this one reads format 1: upgrade it",
            id="a newer format",
        ),
    ],
)
def test_damage_is_named_with_its_line_and_left_as_it_is(
    whole: Repository, arxiv: SandboxArxiv, tmp_path: Path, path: str, damage, told: str
):
    repository = whole.copy(tmp_path / "digest")
    repository.write(path, damage((repository.root / path).read_bytes()))
    tree = repository.tree()
    arxiv.requests.clear()
    for command in ("update", "render"):
        ended = run(command, "--root", repository.root, environ=arxiv.environment())
        assert (ended.code, ended.out) == (1, "")
        (line,) = ended.err.splitlines()
        assert line.startswith(f"daily-papers: {path}")
        assert told in line
        if "newer" not in told and "conflict" not in told:
            remedy = f"; nothing is overwritten; restore it with: git checkout HEAD -- {path};"
            assert remedy in line
    assert repository.tree() == tree
    assert arxiv.requests == []


def test_a_list_of_news_that_lost_a_paper_is_not_believed(
    whole: Repository, arxiv: SandboxArxiv, tmp_path: Path
):
    repository = whole.copy(tmp_path / "digest")
    first, rest = repository.text(NEWS).split("\n", 1)
    repository.write(NEWS, rest)
    ended = run("update", "--root", repository.root, environ=arxiv.environment())
    assert ended.code == 1
    assert ended.err.startswith(
        f"daily-papers: {NEWS}: damaged: {first} is missing; nothing is overwritten; restore it "
        "with: git checkout HEAD -- data/news;"
    )


@pytest.mark.parametrize("path", [STATE, KEYWORDS, NEWS])
def test_damage_that_was_committed_is_restored_as_it_says(
    whole: Repository, tmp_path: Path, path: str
):
    repository = whole.copy(tmp_path / "digest")
    remote = BareRemote.of(repository.root, beside=tmp_path)
    before = load_store(repository.root)
    remote.push_change({path: ""}, "Break it")
    remote.push_change({"notes.md": "Mine.\n"}, "Go on")
    (line,) = run("--root", repository.root, "export").said
    _, _, command = line.partition("; if it was committed like this: ")
    subprocess.run(["bash", "-c", command], cwd=repository.root, check=True)
    assert load_store(repository.root) == before


def test_windows_line_ends_are_read(whole: Repository, tmp_path: Path):
    repository = whole.copy(tmp_path / "digest")
    before = load_store(repository.root)
    for path in (PAPERS, KEYWORDS, STATE, NEWS):
        repository.write(path, (repository.root / path).read_bytes().replace(b"\n", b"\r\n"))
    assert load_store(repository.root) == before


@pytest.mark.parametrize("lost", [b"", b"\n", None], ids=["empty", "blank", "missing"])
@pytest.mark.parametrize("path", [STATE, KEYWORDS, PAPERS, NEWS])
def test_a_store_that_lost_a_file_is_no_new_store(
    whole: Repository, tmp_path: Path, path: str, lost: bytes | None
):
    repository = whole.copy(tmp_path / "digest")
    if lost is not None:
        repository.write(path, lost)
    else:
        (repository.root / path).unlink()
        path = path if path in (STATE, KEYWORDS) else path.rpartition("/")[0]
    ended = run("--root", repository.root, "export")
    assert ended.code == 1
    (line,) = ended.said
    assert line.startswith(f"daily-papers: {path}")
    assert f"restore it with: git checkout HEAD -- {path};" in line


def test_a_damaged_file_is_a_store_error(tmp_path: Path):
    (tmp_path / "data").mkdir()
    (tmp_path / KEYWORDS).touch()
    (tmp_path / STATE).write_bytes(b"[]")
    with pytest.raises(StoreError, match=f"^{STATE}:1: "):
        load_store(tmp_path)
