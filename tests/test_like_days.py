"""`like` in the daily job: what it takes, what it orders, and what happens if that fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from daily_papers.config import parse_config
from daily_papers.daily.evidence import FeedRead
from daily_papers.daily.liking import rank_listing
from daily_papers.daily.plan import FetchMode
from daily_papers.papers.announcement import AnnounceKind, Announcement
from daily_papers.papers.paper import Origin, Paper
from daily_papers.store.reconcile import reconcile
from daily_papers.store.store import Store
from tests.sandbox import RATE_EXCEEDED, Request, Response, SandboxArxiv, Service
from tests.support.command_line import run
from tests.support.daily_runs import Reader, days
from tests.support.repository import Repository

pytestmark = pytest.mark.skipif(find_spec("sklearn") is None, reason="needs the extra like")

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = days(date(2026, 2, 2), 4)
FOR_ME = "  - {name: For me, like: [library.bib], papers_per_day: 3}\n"
TOPICS = f"like: library.bib\nkeywords:\n  - magnetic resonance imaging\n{FOR_ME}"
LIBRARY = """\
@misc{a, title = {Graph neural networks}, abstract = {A graph neural network passes messages.}}
@misc{b, title = {Diffusion models}, abstract = {We denoise images with a diffusion model.}}
@misc{c, title = {Methods}, abstract = {Data, results, a theory, learning, systems, networks.}}
"""
TITLES = ("Graph neural networks", "Diffusion models", "Methods")


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxArxiv]:
    with SandboxArxiv() as arxiv:
        yield arxiv


@pytest.fixture
def reader(running: SandboxArxiv, tmp_path: Path) -> Iterator[Reader]:
    repository = Repository.new(tmp_path / "digest", TOPICS)
    repository.write("library.bib", LIBRARY)
    yield Reader(repository, running)
    running.intercept = None


def no_feed(request: Request) -> Response | None:
    return RATE_EXCEEDED if request.service is Service.FEED else None


def chosen(reader: Reader) -> list[str]:
    return reader.repository.table("for-me")


def test_each_day_takes_the_closest_of_what_no_other_keyword_found(reader: Reader) -> None:
    assert reader.read(MONDAY).exit_code == 0
    first = chosen(reader)
    assert len(first) == 3
    assert not set(first) & set(reader.repository.table("magnetic-resonance-imaging"))
    assert set(reader.news_of("for-me")) == set(first)
    papers = reader.store().papers
    assert all(papers[id].paper.has_details for id in first)
    assert reader.read(TUESDAY).exit_code == 0
    assert len(chosen(reader)) == 6
    assert set(first) < set(chosen(reader))
    assert len(reader.news()) == len(set(reader.news()))
    news = [stored.news for stored in reader.store().papers.values() if stored.news]
    ranked = [each for each in news if each.day == TUESDAY]
    assert all(each.closeness for each in ranked)
    assert {each.similar for each in ranked} <= {*TITLES, None}
    items = [item for digest in reader.digests()[-1:] for item in digest.items]
    assert {item.closeness for item in items} == {each.closeness for each in ranked}
    asked = [value for request in reader.arxiv.requests for _, value in request.parameters]
    assert not any("()" in value for value in asked)


def test_a_second_run_of_a_day_changes_nothing_whatever_the_library(reader: Reader) -> None:
    reader.read(MONDAY)
    before = reader.repository.tree()
    reader.read(MONDAY)
    assert reader.repository.tree() == before
    reader.repository.write("library.bib", "@misc{c, title = {Sheep and other animals}}")
    before = reader.repository.tree()
    assert reader.read(MONDAY).exit_code == 0
    assert reader.repository.tree() == before
    report = reader.read(TUESDAY)
    assert "For me: no other paper shares a word with what you like" in report.notes
    assert len(chosen(reader)) == 3


def test_what_a_keyword_takes_is_close_to_its_own_library(reader: Reader) -> None:
    reader.repository.write("mri.bib", "@misc{d, title = {Magnetic resonance imaging}}")
    reader.repository.write("keywords.yaml", TOPICS.replace("library.bib", "mri.bib", 1))
    reader.read(MONDAY)
    taken = {id: reader.store().papers[id].news for id in chosen(reader)}
    assert {news and news.similar for news in taken.values()}.isdisjoint(
        {"Magnetic resonance imaging", None}
    )
    assert {news and news.place for news in taken.values()} == {1, 2, 3}
    text = reader.repository.text(f"digests/{MONDAY}.md")
    listed = text[text.index("### For me (3)") :]
    in_order = sorted(taken, key=lambda id: ((news := taken[id]) and news.place) or 0)
    places = [listed.index(f"/abs/{id}v") for id in in_order]
    assert places == sorted(places)


def test_only_what_the_whole_file_likes_is_on_top(reader: Reader) -> None:
    reader.repository.write("keywords.yaml", TOPICS.partition("\n")[2])
    reader.read(MONDAY)
    text = reader.repository.text(f"digests/{MONDAY}.md")
    assert "### For me (3)" in text
    assert "Closest to what you like" not in text
    assert "'similar': 'Graph neural networks'" in str(reader.repository.records("data/papers/*"))


def test_a_day_whose_feed_comes_late_is_chosen_then(reader: Reader) -> None:
    reader.read(MONDAY)
    reader.arxiv.intercept = no_feed
    reader.read(TUESDAY, budget=0.5)
    assert len(chosen(reader)) == 3
    reader.arxiv.intercept = None
    assert reader.read(TUESDAY).exit_code == 0
    assert len(chosen(reader)) == 6


def test_days_that_were_missed_are_skipped_and_named(reader: Reader) -> None:
    reader.read(MONDAY)
    report = reader.read(THURSDAY)
    assert report.exit_code == 0
    note = f"For me: nothing was taken from the listings of 2 working days since {MONDAY}"
    assert note in report.notes
    assert len(chosen(reader)) == 6


def test_without_the_feed_nothing_is_taken_and_nothing_fails(reader: Reader) -> None:
    report = reader.read(MONDAY, source=FetchMode.SEARCH)
    assert report.exit_code == 0
    assert chosen(reader) == []


def test_a_keyword_that_is_renamed_or_gets_other_files_keeps_its_papers(reader: Reader) -> None:
    reader.read(MONDAY)
    first = chosen(reader)
    reader.repository.write("other.bib", LIBRARY)
    other = "  - {name: For me, like: [other.bib], papers_per_day: 1}\n"
    reader.repository.write("keywords.yaml", TOPICS.replace(FOR_ME, other))
    assert reader.read(MONDAY).exit_code == 0
    assert chosen(reader) == first
    renamed = other.replace("For me", "Mine, slug: for-me")
    reader.repository.write("keywords.yaml", TOPICS.replace(FOR_ME, renamed))
    reader.read(TUESDAY)
    assert len(chosen(reader)) == 4


def test_a_library_that_cannot_be_read_is_a_warning_of_the_run(reader: Reader) -> None:
    (reader.repository.root / "library.bib").unlink()
    report = reader.read(MONDAY)
    assert report.exit_code == 3
    assert any("library.bib: there is no such file" in note for note in report.notes)
    assert chosen(reader) == []
    wrong = "  - {name: knee cartilage, max_papers: many}\n"
    two = TOPICS + FOR_ME.replace("For me", "For us") + wrong
    reader.repository.write("keywords.yaml", two)
    checked = run("check", "--root", str(reader.repository.root))
    assert checked.code == 2
    assert [line.partition("keywords.yaml:")[2][:8] for line in checked.out.splitlines()] == [
        *("6: max_p", "1: like:", "4: like:", "5: like:"),
    ]


def test_without_the_extra_the_order_falls_back_with_one_warning(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    for _ in range(2):
        report = reader.read(MONDAY, progress=lambda *_: None)
        assert report.exit_code == 3
        assert len([note for note in report.notes if "scikit-learn" in note]) == 1
        assert {each.slug for each in report.keywords if not each.good} == {"for-me"}
        assert "1 of 2 keywords could not be brought up to date: For me." in report.day_line
    assert chosen(reader) == []
    assert reader.repository.table("magnetic-resonance-imaging")
    environ = {**reader.arxiv.environment(), "DAILY_PAPERS_TODAY": str(MONDAY)}
    previewed = run("preview", "For me", "--root", str(reader.repository.root), environ=environ)
    assert previewed.code == 1
    assert previewed.out.startswith("For me\n  Unknown: keywords.yaml has `like`, but nothing is")
    assert "takes" not in previewed.out
    monkeypatch.undo()
    assert reader.read(MONDAY).exit_code == 0
    assert len(chosen(reader)) == 3


def test_papers_liked_by_identifier_are_asked_for_once_and_kept(reader: Reader) -> None:
    reader.read(MONDAY)
    liked = reader.repository.table("magnetic-resonance-imaging")[0]
    wanted = TOPICS.replace("[library.bib]", f"['{liked}']")
    reader.repository.write("keywords.yaml", wanted)
    reader.read(TUESDAY)
    assert [[liked]] == [ids for ids in reader.asked_for_details if liked in ids]
    (record,) = reader.repository.records("data/liked.jsonl")
    assert record["id"] == liked
    assert record["title"]
    assert record["abstract"]
    assert len(chosen(reader)) == 6
    reader.read(WEDNESDAY)
    assert [ids for ids in reader.asked_for_details if liked in ids] == []
    reader.repository.write("keywords.yaml", TOPICS)
    reader.read(THURSDAY)
    assert reader.repository.records("data/liked.jsonl") == []


def test_a_liked_paper_that_arxiv_does_not_know_is_named(reader: Reader) -> None:
    wanted = f"{TOPICS}  - {{name: Unknown ones, like: ['2601.99999']}}\n"
    reader.repository.write("keywords.yaml", wanted)
    report = reader.read(MONDAY)
    assert report.exit_code == 3
    assert "Unknown ones: there is no paper to compare the listing with" in report.notes
    environ = {**reader.arxiv.environment(), "DAILY_PAPERS_TODAY": str(MONDAY)}
    for name, code, is_named in (("For me", 0, False), ("Unknown ones", 1, True)):
        ended = run("preview", name, "--root", str(reader.repository.root), environ=environ)
        assert (ended.code, "Unknown ones: there is no paper" in ended.out) == (code, is_named)


def test_preview_ranks_the_last_listing_and_stores_nothing(reader: Reader) -> None:
    reader.read(MONDAY)
    taken = chosen(reader)
    before = reader.repository.tree()
    environ = {**reader.arxiv.environment(), "DAILY_PAPERS_TODAY": str(MONDAY)}
    root = ("--root", str(reader.repository.root))
    ended = run("preview", "For me", *root, environ=environ)
    assert ended.code == 0
    assert "takes 3 of the last listing's" in ended.out
    assert all(f"/abs/{id}v" in ended.out for id in taken)
    assert "similar to " in ended.out
    marked = run("preview", "for-me", "--format", "markdown", *root, environ=environ)
    assert marked.out.startswith("### For me\n")
    assert reader.repository.tree() == before
    reader.arxiv.intercept = no_feed
    failed = run("preview", "For me", *root, environ={**environ, "DAILY_PAPERS_RETRY_WAIT": "0"})
    assert failed.code == 1
    assert "Unknown: " in failed.out


def test_mail_and_website_show_the_closest_first_and_what_they_are_like(reader: Reader) -> None:
    reader.read(MONDAY)
    root = ("--root", str(reader.repository.root))
    mail = reader.repository.root / "mail.md"
    assert run("notify", "--to-file", str(mail), *root).code == 0
    text = mail.read_text("utf-8")
    mail.unlink()
    assert "### Closest to what you like (" in text
    best = min(reader.store().news_of(MONDAY).items(), key=lambda each: each[1].closeness or 99)[0]
    assert text.index(best) == min(text.index(id) for id in reader.news())
    assert run("site", *root).code == 0
    page = reader.repository.text(f"site/digests/{MONDAY}.html")
    assert 'id="closest"' in page
    assert "Similar to <i>" in page
    assert '<span class="badge closest">Closest</span>' in page
    topic = reader.repository.text("site/keywords/for-me.html")
    assert "Each day the 3 papers closest to what you like" in topic


def no_query(request: Request) -> Response | None:
    return RATE_EXCEEDED if request.service is Service.QUERY else None


def test_a_run_that_got_the_feed_and_nothing_else_has_chosen_for_good(reader: Reader) -> None:
    reader.read(MONDAY)
    reader.arxiv.intercept = no_query
    reader.read(TUESDAY, budget=0.5)
    first = chosen(reader)
    assert len(first) == 6
    reader.arxiv.intercept = None
    reader.repository.write("library.bib", "@misc{c, title = {Sheep and other animals}}")
    assert reader.read(TUESDAY).exit_code == 0
    assert chosen(reader) == first
    assert len(reader.news()) == len(set(reader.news()))


@pytest.mark.parametrize("source", [FetchMode.AUTO, FetchMode.ANNOUNCEMENTS, FetchMode.OAI])
def test_nothing_but_what_is_liked(reader: Reader, source: FetchMode) -> None:
    reader.repository.write("keywords.yaml", f"keywords:\n{FOR_ME}")
    for number, day in enumerate((MONDAY, TUESDAY), start=1):
        assert reader.read(day, source=source).exit_code == 0
        assert len(chosen(reader)) == (0 if source is FetchMode.OAI else 3 * number)
    assert run("render", "--check", "--root", str(reader.repository.root)).code == 0


def test_neither_revisions_nor_what_others_found_or_was_news_is_taken(tmp_path: Path) -> None:
    (tmp_path / "library.bib").write_text(LIBRARY, encoding="utf-8")
    config = parse_config(TOPICS.encode(), "keywords.yaml")
    before = reconcile(Store(news=frozenset({"2602.00003"})), config.keywords, MONDAY).store
    kinds = [AnnounceKind.NEW, AnnounceKind.REPLACE, AnnounceKind.NEW, AnnounceKind.CROSS]
    announced = tuple(
        Announcement(
            Paper(
                id=f"2602.0000{number}",
                version=1,
                title="Graph neural networks",
                abstract="A graph neural network.",
                announced=MONDAY,
                origin=Origin.FEED,
            ),
            kind,
        )
        for number, kind in enumerate(kinds, start=1)
    )
    found = {"magnetic-resonance-imaging": (announced[0].paper,)}
    feed = FeedRead(announced, found, ())
    ranked = rank_listing(tmp_path, config, before, feed, {}, MONDAY)
    assert ranked.chosen == {"for-me": (announced[3].paper,)}
    assert ranked.closeness.keys() == {"2602.00001", "2602.00003", "2602.00004"}
    assert ranked.similar["2602.00004"] == "Graph neural networks"
