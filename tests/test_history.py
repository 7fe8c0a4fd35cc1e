"""Nothing that was shown is ever forgotten: what leaves the tables moves to the history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daily_papers.papers.paper import Origin, Paper
from daily_papers.store.files import load_history, load_store, save_store
from daily_papers.store.store import Draft, KeywordState, News, State, Store, StoredPaper
from daily_papers.transaction import Transaction
from tests.sandbox import Script, make_up
from tests.support.command_line import run
from tests.support.daily_runs import Reader, days, reading
from tests.support.repository import Repository

MONDAY = date(2026, 2, 2)
BROAD = """\
max_papers: 20
keywords:
  - name: Broad
    query: cat:cs.CV OR cat:cs.LG OR cat:eess.IV OR cat:stat.ML
  - name: Images
    query: cat:eess.IV
"""


@pytest.fixture(scope="module")
def some_days(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Reader, list[Repository]]]:
    """Seven days of a topic that brings more each day than its table holds."""
    script = Script(first_day=MONDAY - timedelta(days=3), days=18, papers_a_day=40, seed=5)
    folder = tmp_path_factory.mktemp("broad")
    with reading(folder / "digest", BROAD, make_up(script)) as reader:
        mornings = []
        for day in days(MONDAY, 9):
            if day.weekday() < 5:
                reader.read(day)
                mornings.append(reader.repository.copy(folder / str(day)))
        yield reader, mornings


def everything(repository: Repository) -> dict[str, StoredPaper]:
    store = load_store(repository.root)
    return dict(store.with_history(load_history(repository.root)))


def test_whatever_stood_in_a_table_or_a_digest_keeps_its_whole_record(
    some_days: tuple[Reader, list[Repository]],
):
    reader, mornings = some_days
    kept = everything(reader.repository)
    assert len(reader.news()) > 100
    for digest in reader.digests():
        for item in digest.items:
            paper = kept[item.paper.id]
            assert paper.paper.abstract
            assert paper.paper.title == item.paper.title or paper.paper.version > 1
            assert paper.news is not None
            assert (paper.news.day, paper.news.digest) == (digest.day, digest.key)
    for morning in mornings:
        store = load_store(morning.root)
        for slug in store.keywords:
            for paper in store.table(slug):
                seen = store.papers[paper.id].first_seen[slug]
                assert kept[paper.id].first_seen[slug] <= seen  # it may have come back


def test_papers_in_a_table_and_those_in_the_history_are_other_ones(
    some_days: tuple[Reader, list[Repository]],
):
    reader, _ = some_days
    for record in reader.repository.records("data/papers/*.jsonl"):
        in_table = record.get("keywords", {}).keys() - {*record.get("left", ())}
        assert in_table or record["news"]["day"] == str(reader.store().state.day)
    tables = {id for slug in reader.store().keywords for id in reader.repository.table(slug)}
    assert len(tables) <= 40
    assert len(everything(reader.repository)) > 150


def test_a_file_of_the_history_never_changes_after_its_day(
    some_days: tuple[Reader, list[Repository]],
):
    _, mornings = some_days
    last = mornings[-1]
    for morning in mornings:
        for file in morning.root.glob("data/history/*.jsonl"):
            assert file.read_bytes() == (last.root / "data/history" / file.name).read_bytes()
            assert file.stem <= str(load_store(morning.root).state.day)


def test_a_second_run_of_the_day_leaves_all_as_it_is(some_days: tuple[Reader, list[Repository]]):
    reader, mornings = some_days
    day = reader.store().state.day
    assert day is not None
    tree = mornings[-1].tree()
    reader.read(day)
    assert reader.repository.tree() == tree


def test_export_prints_all_of_it(some_days: tuple[Reader, list[Repository]]):
    reader, _ = some_days
    root = reader.repository.root
    tables = run("export", "--root", root).out.splitlines()
    rows = [json.loads(line) for line in run("export", "--all", "--root", root).out.splitlines()]
    assert {json.loads(line)["id"] for line in tables} < {row["id"] for row in rows}
    assert {row["id"] for row in rows} == everything(reader.repository).keys()
    assert {*reader.news_of("broad")} <= {row["id"] for row in rows if row["slug"] == "broad"}
    assert all(row["abstract"] and row["first_seen"] for row in rows)


def test_what_was_shown_goes_on_under_a_new_name(
    some_days: tuple[Reader, list[Repository]], tmp_path: Path
):
    reader, mornings = some_days
    renamed = Reader(mornings[-1].copy(tmp_path / "digest"), reader.arxiv)
    before = everything(renamed.repository)
    renamed.repository.write("keywords.yaml", BROAD.replace("Broad", "Everything"))
    renamed.read(date(2026, 2, 16))
    after = everything(renamed.repository)
    for id, stored in before.items():
        if "broad" in stored.shown:
            assert after[id].shown["everything"] == stored.shown["broad"]
        assert "broad" not in after[id].shown
    ids = {row["id"] for row in exported(renamed.repository) if row["keyword"] == "Everything"}
    assert ids >= {id for id, stored in before.items() if "broad" in stored.shown}


def test_a_removed_keyword_leaves_its_papers_to_the_history(
    some_days: tuple[Reader, list[Repository]], tmp_path: Path
):
    reader, mornings = some_days
    removed = Reader(mornings[-1].copy(tmp_path / "digest"), reader.arxiv)
    before = everything(removed.repository)
    removed.repository.write("keywords.yaml", BROAD[: BROAD.index("  - name: Images")])
    removed.read(date(2026, 2, 16))
    assert before.keys() <= everything(removed.repository).keys()
    gone = {row["id"] for row in exported(removed.repository) if row["keyword"] == "images"}
    assert gone == {id for id, stored in before.items() if "images" in stored.shown}


def exported(repository: Repository) -> list[dict[str, object]]:
    out = run("export", "--all", "--root", repository.root).out
    return [json.loads(line) for line in out.splitlines()]


def test_a_damaged_history_is_named_by_those_who_read_it(
    some_days: tuple[Reader, list[Repository]], tmp_path: Path
):
    _, mornings = some_days
    repository = mornings[-1].copy(tmp_path / "digest")
    path = min(repository.root.glob("data/history/*.jsonl"))
    name = f"data/history/{path.name}"
    path.write_bytes(path.read_bytes().replace(b'"version":', b'"version":-', 1))
    for command in (["site"], ["export", "--all"]):
        ended = run(*command, "--root", repository.root)
        assert ended.code == 1
        assert ended.err.startswith(f'daily-papers: {name}:1: damaged: "version" is wrong')
        assert f"restore it with: git checkout HEAD -- {name};" in ended.err
    for command in (["render"], ["export"]):
        assert run(*command, "--root", repository.root).code == 0


def test_a_lost_history_is_named(some_days: tuple[Reader, list[Repository]], tmp_path: Path):
    _, mornings = some_days
    repository = mornings[-1].copy(tmp_path / "digest")
    max(repository.root.glob("data/history/*.jsonl")).unlink()
    for command in (["site"], ["export", "--all"]):
        ended = run(*command, "--root", repository.root)
        assert ended.code == 1
        assert ended.err.startswith("daily-papers: data/history: damaged: ")
        assert "restore it with: git checkout HEAD -- data/history;" in ended.err


# --- any life of a table -----------------------------------------------------------------------


def paper(number: int, version: int, day: date) -> Paper:
    return Paper(
        id=f"2601.{number:05}",
        version=version,
        title="A title",
        abstract="An abstract",
        announced=day,
        origin=Origin.SEARCH,
    )


#: In each run, of which a day has three: for two keywords the papers that come, and the news.
LIVES = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 6)), max_size=4),
        st.sets(st.integers(0, 6), max_size=2),
    ),
    min_size=1,
    max_size=9,
)


#: On the second day, 0 leaves the one table, comes into the other, and leaves that, too.
IN_AND_OUT = [
    ([("a", 0)], set()),
    ([], set()),
    ([], set()),
    ([("a", 1), ("a", 2)], set()),
    ([("b", 0)], set()),
    ([("b", 1), ("b", 2)], set()),
]


@example(IN_AND_OUT)
@given(LIVES)
def test_whatever_life_a_table_has_all_that_it_showed_is_kept_with_its_first_day(life):
    with TemporaryDirectory() as folder:
        root = Path(folder)
        shown: dict[str, dict[str, date]] = {}
        told: dict[str, date] = {}
        for number, (coming, news) in enumerate(life):
            day = MONDAY + timedelta(days=number // 3)
            store = a_day(load_store(root), day, coming, news)
            transaction = Transaction(root)
            save_store(store, transaction)
            transaction.commit()
            for slug in ("a", "b"):
                for each in store.table(slug):
                    shown.setdefault(each.id, {}).setdefault(slug, day)
            told |= dict.fromkeys(store.news - told.keys(), day)
        kept = load_store(root).with_history(load_history(root))
        assert kept.keys() == shown.keys() | told.keys()
        assert load_store(root).news == told.keys()
        for id, stored in kept.items():
            assert stored.first_seen == shown.get(id, {})
            assert (stored.news and stored.news.day) == told.get(id)


def a_day(store: Store, day: date, coming: list[tuple[str, int]], news: set[int]) -> Store:
    """Papers come to tables of two rows, some of them as news."""
    draft = Draft(store)
    for slug in ("a", "b"):
        draft.keywords[slug] = KeywordState(slug=slug, name=slug, expression="", max_papers=2)
    for slug, number in coming:
        draft.take(slug, [paper(number, day.day, day)], day)
    for slug in ("a", "b"):
        draft.trim(slug, 2)
    draft.state = State(day=day)
    new = {paper(number, day.day, day) for number in news}
    return draft.finish().with_news(
        {each: News(1, day, (), str(day)) for each in new if each.id not in store.news}
    )
