"""`preview`: what a keyword would bring, before it is merged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from daily_papers import preview_text
from daily_papers.config import Keyword, parse_config
from daily_papers.papers.paper import Origin, Paper
from daily_papers.preview import overlaps
from daily_papers.preview_text import FORMATS, KeywordPreview, keyword_passage
from daily_papers.query.nearest import nearest_phrases
from tests.sandbox import RATE_EXCEEDED, SandboxArxiv, Service
from tests.support.bare_remote import BareRemote, git
from tests.support.cases import for_each
from tests.support.command_line import Ended, run
from tests.support.markdown_view import as_on_github
from tests.support.repository import Repository
from tests.support.runner import Job

DAY = date(2026, 2, 9)
NOON = datetime(2026, 2, 9, 12, tzinfo=UTC)
KEYWORDS = """\
categories: [cs, eess, stat, physics.med-ph]
keywords:
  - magnetic resonance imaging
  - mri
"""
HOSTILE = "::error::x | <script>`</code>` ##[group] [a](b) @you"


def as_text(preview: KeywordPreview) -> str:
    return preview_text.as_text(keyword_passage(preview))


def as_markdown(preview: KeywordPreview) -> str:
    return preview_text.as_markdown(keyword_passage(preview))


def keyword(text: str = "mri") -> Keyword:
    return parse_config(f"keywords:\n  - {text}\n".encode(), "").keywords[0]


def paper(number: int, *, days_ago: float = 0, version: int = 1, **fields: object) -> Paper:
    plain: dict[str, object] = {
        "id": f"2601.{number:05}",
        "version": version,
        "title": "MRI of knees",
        "abstract": "We use MRI.",
        "authors": ("Ada Abramsson",),
        "categories": ("eess.IV",),
        "updated": NOON - timedelta(days=days_ago),
        "origin": Origin.SEARCH,
    }
    return Paper(**{**plain, **fields})  # type: ignore[arg-type]


def preview_of(
    *papers: Paper, total: int | None = None, of: Keyword | None = None
) -> KeywordPreview:
    return KeywordPreview(
        keyword=of or keyword(),
        papers=papers,
        either=papers,
        total=len(papers) if total is None else total,
        returned=len(papers),
    )


def each(days: float, count: int = 100) -> list[Paper]:
    """So many papers, one every so many days, each fourth a revision."""
    return [paper(n, days_ago=n * days, version=1 + (n % 4 == 0)) for n in range(count)]


# --- the numbers -------------------------------------------------------------------------------


def test_what_comes_a_day_is_counted_over_what_was_found() -> None:
    seen = preview_of(*each(1 / 7), total=5000)
    assert "100 matches in 14 days (7.1 a day), 75 of them new (5.3 a day)" in as_text(seen)
    assert seen.days_covered == pytest.approx(99 / 7)
    assert "Too broad" not in as_text(seen)
    rare = as_text(preview_of(*each(145, count=2), of=replace(keyword(), max_papers=1)))
    assert "2 matches in 145 days (one in 72 days), 1 of them new (one in 145 days)" in rare
    daily = as_text(preview_of(*each(1, count=2), of=replace(keyword(), max_papers=2)))
    assert "2 matches in 1 day (2 a day), 1 of them new (1 a day)\n  all of them fit in 2" in daily


def test_more_than_a_full_table_in_a_week_is_too_broad() -> None:
    seen = preview_of(*each(1 / 20), total=5000)
    assert "Too broad: 100 rows cover 5.0 days" in as_text(seen)


def test_a_short_table_covers_less_than_was_asked_for() -> None:
    few = replace(keyword(), max_papers=10)
    assert preview_of(*each(1), total=5000, of=few).days_covered == pytest.approx(9)


def test_a_table_of_uneven_times_covers_what_its_own_rows_do() -> None:
    papers = [paper(n, days_ago=n if n < 5 else 1000 * n) for n in range(100)]
    few = replace(keyword(), max_papers=5)
    assert preview_of(*papers, total=5000, of=few).days_covered == pytest.approx(4)


def test_where_all_papers_fit_nothing_is_pushed_out() -> None:
    seen = preview_of(*each(0.01, count=20))
    assert seen.days_covered is None
    assert "Too broad" not in as_text(seen)
    assert "all of them fit in 100 rows" in as_text(seen)


@for_each("papers", [[], [paper(1)], [paper(1), paper(2)]])
def test_of_too_little_no_rate_is_told(papers: list[Paper]) -> None:
    assert "matches in" not in as_text(preview_of(*papers))


def test_one_word_is_previewed_by_both_rules() -> None:
    either = tuple(each(1, count=90))
    none = as_text(replace(preview_of(), either=either, returned=90))
    assert "No hits in title and abstract\n" in none
    assert "Narrow: 0 in title and abstract (0 a day), 90 in either (1 a day)" in none
    some = as_text(replace(preview_of(*either[::2]), either=either, returned=90))
    assert "  45 in title and abstract (0.51 a day), 90 in either (1 a day)" in some
    assert 'write "- name: mri" and below it "in: title or abstract"' in some
    assert "in either" not in as_text(replace(preview_of(*either), either=either))
    assert "check the spelling" in as_text(preview_of())


def test_what_it_shares_with_others_is_counted_the_most_first() -> None:
    others = [keyword("mri"), keyword("knees and hips"), keyword("of knees"), keyword("we use")]
    papers = [paper(1), paper(2), paper(3, title="MRI of hips")]
    assert overlaps(keyword("mri"), others, papers) == (("we use", 3), ("of knees", 2))


def test_only_what_far_more_papers_hold_is_close_to_a_phrase() -> None:
    spellings = ["tumor", "tumor", "tumour", "tumour", "tumour"]
    papers = [paper(number, title=f"A {each}") for number, each in enumerate(spellings)]
    assert nearest_phrases(["tumor"], papers) == []
    assert nearest_phrases(["tumor"], papers[1:]) == [("tumor", 1, [("tumour", 3)])]


# --- one name, several people ------------------------------------------------------------------


def written_by(number: int, *names: str, category: str = "eess.IV") -> Paper:
    return paper(number, authors=("José Núñez", *names), categories=(category,))


def test_a_person_is_told_apart_by_coauthors_and_categories() -> None:
    person = parse_config(b"keywords:\n  - author: [Jose Nunez]\n", "").keywords[0]
    papers = [written_by(1, "Ada A"), written_by(2, "Ada A"), written_by(3, category="math.PR")]
    text = as_text(preview_of(*papers, of=person))
    assert "with Ada A (2), in eess.IV (2), math.PR (1); if this is not one person" in text
    assert "with nobody, in math.PR (1);" in as_text(preview_of(papers[2], of=person))


# --- hostile texts -----------------------------------------------------------------------------


def test_titles_and_names_give_no_workflow_command(tmp_path: Path) -> None:
    spoilt = replace(preview_of(paper(1, title=HOSTILE), paper(2)), overlaps=((HOSTILE, 2),))
    assert not Job(tmp_path, log=as_text(spoilt)).commands


def test_markdown_shows_what_authors_wrote_and_obeys_none_of_it() -> None:
    person = parse_config(b"keywords:\n  - author: [Jose Nunez]\n", "").keywords[0]
    papers = [written_by(1, HOSTILE), written_by(2)]
    spoilt = replace(
        preview_of(*[replace(each, title=HOSTILE) for each in papers], of=person),
        overlaps=((HOSTILE, 1),),
    )
    shown = as_on_github(as_markdown(spoilt))
    assert shown.text.count(HOSTILE) == 4
    assert set(shown.links) == {each.url for each in papers}
    assert "script" not in shown.elements


def test_a_query_with_backticks_stays_a_query() -> None:
    odd = replace(keyword('"`a``b` c"'), name="odd")
    assert as_on_github(as_markdown(preview_of(of=odd))).elements.count("code") == 1


# --- the command -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arxiv() -> Iterator[SandboxArxiv]:
    with SandboxArxiv(today=DAY) as sandbox:
        yield sandbox


@pytest.fixture
def repository(tmp_path: Path, arxiv: SandboxArxiv) -> Path:
    arxiv.intercept = None
    arxiv.requests.clear()
    folder = tmp_path / "digests"
    folder.mkdir()
    (folder / "keywords.yaml").write_text(KEYWORDS, encoding="utf-8")
    return folder


def preview(folder: Path, arxiv: SandboxArxiv, *arguments: str) -> Ended:
    return run("--root", folder, "preview", *arguments, environ=arxiv.environment())


@pytest.mark.parametrize("name", ["mri", "MRI"])
def test_a_keyword_of_the_file_is_found_and_costs_one_request(
    repository: Path, arxiv: SandboxArxiv, name: str
) -> None:
    ended = preview(repository, arxiv, name)
    assert ended.code == 0
    assert ended.out.startswith("mri\n")
    assert 'query: ((ti:"mri" AND abs:"mri") AND' in ended.out
    assert ended.out.count("https://arxiv.org/abs/") == 5
    assert len(arxiv.requests) == 1


def test_a_phrase_that_is_not_in_the_file_is_taken_as_a_new_keyword(
    repository: Path, arxiv: SandboxArxiv
) -> None:
    ended = preview(repository, arxiv, "diffusion's model: #1")
    assert ended.code == 0
    assert "cat:physics.med-ph" in ended.out
    assert 'ti:"diffusion\'s model #1"' in ended.out


def test_a_new_phrase_comes_with_the_advice_of_check(repository: Path, arxiv: SandboxArxiv) -> None:
    ended = preview(repository, arxiv, "eess.IV")
    assert ended.out.startswith(
        'Probably not what you mean\n  keywords: "eess.IV" is searched for as a word; '
        'for the category, write "category: eess.IV" or, in a query, cat:eess.IV\n\neess.IV\n'
    )
    assert "Probably" not in preview(repository, arxiv, "diffusion models").out


def test_papers_of_several_parts_of_a_listing_count_once(
    repository: Path, arxiv: SandboxArxiv
) -> None:
    (repository / "keywords.yaml").write_text(
        "categories: [cs, eess, stat]\n"
        "keywords: [magnetic rezonance imaging, grafh neural networks, difusion models]\n"
    )
    ended = preview(repository, arxiv)
    found = re.search(r"from (\d+) papers, found above or stored, (\d+) of them in", ended.out)
    assert found
    assert int(found[2]) <= int(found[1])


def test_without_anything_in_common_nothing_is_said_together(
    repository: Path, arxiv: SandboxArxiv
) -> None:
    (repository / "keywords.yaml").write_text("keywords: [mri, diffusion models]\n")
    assert "Together" not in preview(repository, arxiv).out


def test_nothing_is_written(repository: Path, arxiv: SandboxArxiv) -> None:
    preview(repository, arxiv, "mri")
    assert [path.name for path in repository.iterdir()] == ["keywords.yaml"]


def test_a_blank_keyword_is_refused_in_a_line(repository: Path, arxiv: SandboxArxiv) -> None:
    ended = preview(repository, arxiv, "  ")
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1
    assert not arxiv.requests


def test_without_a_name_all_keywords_are_previewed_and_summed_up(
    repository: Path, arxiv: SandboxArxiv
) -> None:
    with (repository / "keywords.yaml").open("a", encoding="utf-8") as file:
        file.write("  - any: [resonance imaging]\n  - magnetic rezonance imaging\n")
    ended = preview(repository, arxiv)
    assert ended.code == 0
    assert sum(request.service is Service.QUERY for request in arxiv.requests) == 4
    first, _, together = ended.out.partition("\nTogether\n")
    assert "are in resonance imaging, too; remove one of the two, or narrow it\n" in first
    assert re.fullmatch(
        r'  "magnetic rezonance imaging" has no hits; close to it: "magnetic resonance .*\n'
        r"  This is from \d+ papers, found above or stored, \d+ of them in the last listing\n\n",
        together,
    )


def test_a_keyword_and_a_revision_exclude_each_other(repository: Path, arxiv: SandboxArxiv) -> None:
    assert preview(repository, arxiv, "mri", "--changed-since", "HEAD").code == 2


def test_a_keyword_that_arxiv_does_not_answer_for_leaves_the_others(
    repository: Path, arxiv: SandboxArxiv, tmp_path: Path
) -> None:
    BareRemote.of(repository, beside=tmp_path)
    (repository / "keywords.yaml").write_text(
        "keywords: [cats, graph neural networks]\n", encoding="utf-8"
    )
    arxiv.intercept = lambda request: RATE_EXCEEDED if "cats" in request.path else None
    ended = preview(repository, arxiv, "--changed-since", "HEAD")
    assert ended.code == 1
    assert "Unknown: arXiv asked us to wait (status 429" in ended.out
    assert "graph neural networks\n  " in ended.out


def test_preview_stops_asking_where_nothing_is_answered(
    repository: Path, arxiv: SandboxArxiv
) -> None:
    names = "\n".join(f"  - topic {number}" for number in range(6))
    (repository / "keywords.yaml").write_text(f"keywords:\n{names}\n", encoding="utf-8")
    arxiv.intercept = lambda _: RATE_EXCEEDED
    ended = preview(repository, arxiv)
    assert ended.code == 1
    assert ended.out.count("Unknown: arXiv asked us to wait") == 3
    assert "3 more keywords were not searched for" in ended.out


def test_a_keyword_whose_table_gets_another_length_is_previewed(
    repository: Path, arxiv: SandboxArxiv, tmp_path: Path
) -> None:
    topics = "keywords: [mri, {name: gnn, any: [graph neural networks], max_papers: %d}]\n"
    (repository / "keywords.yaml").write_text(topics % 100, encoding="utf-8")
    BareRemote.of(repository, beside=tmp_path)
    (repository / "keywords.yaml").write_text(topics % 20, encoding="utf-8")
    ended = preview(repository, arxiv, "--changed-since", "HEAD")
    assert ended.code == 0
    assert "The change takes no search" in ended.out
    assert "20 rows cover" in ended.out
    assert "mri\n" not in ended.out


@pytest.mark.parametrize("style", sorted(FORMATS))
def test_only_what_changed_since_a_commit_is_asked_for(
    repository: Path, arxiv: SandboxArxiv, tmp_path: Path, style: str
) -> None:
    BareRemote.of(repository, beside=tmp_path)
    (repository / "keywords.yaml").write_text(
        """\
categories: [cs, eess, stat, physics.med-ph]
max_papers: 200
keywords:
  - name: Resonance
    any: [magnetic resonance imaging]
    slug: resonance
  - graph neural networks
""",
        encoding="utf-8",
    )
    ended = preview(repository, arxiv, "--changed-since", "HEAD", "--format", style)
    told = ended.out.replace("\\", "")
    assert ended.code == 0
    assert "The change takes 2 searches, in the next run" in told
    assert "magnetic-resonance-imaging becomes resonance and keeps its papers" in told
    assert "mri is removed, with its table" in told
    assert len(arxiv.requests) == 2


def test_what_changed_since_a_file_that_was_wrong_is_told_by_the_store(
    repository: Path, arxiv: SandboxArxiv, tmp_path: Path
) -> None:
    path = repository / "keywords.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text("keywords: 5\n", encoding="utf-8")
    BareRemote.of(repository, beside=tmp_path)
    path.write_text(text, encoding="utf-8")
    ended = preview(repository, arxiv, "--changed-since", "HEAD")
    assert "The change takes 2 searches" in ended.out
    assert len(arxiv.requests) == 2
    run("init", repository)
    assert run("--root", repository, "update", environ=arxiv.environment()).code == 0
    assert "The change takes no search" in preview(repository, arxiv, "--changed-since", "HEAD").out


@pytest.mark.full
def test_a_change_of_very_many_is_told_and_not_asked_about(
    repository: Path, arxiv: SandboxArxiv, tmp_path: Path
) -> None:
    BareRemote.of(repository, beside=tmp_path)
    lines = [f"  - topic {number}" for number in range(1000)]
    (repository / "keywords.yaml").write_text("\n".join(["keywords:", *lines]), encoding="utf-8")
    ended = preview(repository, arxiv, "--changed-since", "HEAD")
    assert "The change takes 1,000 searches, in the next 25 runs" in ended.out
    assert "960 more keywords were not searched for" in ended.out
    assert sum(request.service is Service.QUERY for request in arxiv.requests) == 40


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "", "HEAD:keywords.yaml"])
def test_what_is_no_commit_is_refused_in_a_line(
    repository: Path, arxiv: SandboxArxiv, tmp_path: Path, revision: str
) -> None:
    BareRemote.of(repository, beside=tmp_path)
    since = f"--changed-since={revision}"
    for ended in (
        preview(repository, arxiv, since),
        run("--root", repository, "check", since, environ=arxiv.environment()),
    ):
        assert ended.code == 2
        assert "git finds no commit" in ended.err
    assert git("-C", repository, "status", "--short") == ""


def test_a_folder_without_git_is_named(repository: Path, arxiv: SandboxArxiv) -> None:
    for command in ("preview", "check"):
        ended = run(
            *("--root", repository, command, "--changed-since", "HEAD"),
            environ=arxiv.environment() | {"GIT_CEILING_DIRECTORIES": str(repository.parent)},
        )
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("daily-papers: --changed-since: not a git repository")


def test_a_digest_repository_below_the_top_of_its_clone_is_compared_too(
    repository: Path, arxiv: SandboxArxiv, tmp_path: Path
) -> None:
    inner = repository / "inner"
    inner.mkdir()
    (inner / "keywords.yaml").write_text(KEYWORDS, encoding="utf-8")
    BareRemote.of(repository, beside=tmp_path)
    assert "The change takes no search" in preview(inner, arxiv, "--changed-since", "HEAD").out


# --- why each sample matched -------------------------------------------------------------------


def test_each_sample_says_why_it_matches() -> None:
    seen = preview_of(
        paper(1),
        paper(2, title="Brains", abstract="An MRI"),
        paper(3, title="Knees", abstract="By MRI", authors=("Jose Nunez",)),
        of=parse_config(
            b"keywords:\n  - {any: [mri], in: title or abstract, categories: [eess]}", ""
        ).keywords[0],
    )
    lines = as_text(seen).splitlines()
    assert [line.strip() for line in lines if "matches:" in line] == [
        'matches: "mri" in title and abstract, category eess',
        'matches: "mri" in abstract, category eess',
        'matches: "mri" in abstract, category eess',
    ]
    page = as_on_github(as_markdown(seen))
    assert page.text.count('matches: "mri" in abstract, category eess') == 2


def test_a_person_is_named_as_the_keyword_spells_it() -> None:
    seen = preview_of(paper(1, authors=("José Núñez",)), of=keyword("{author: [Jose Nunez]}"))
    assert "      matches: author Jose Nunez\n" in as_text(seen)


def test_the_command_says_why_each_sample_matches(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path, KEYWORDS)
    with SandboxArxiv(today=DAY) as arxiv:
        ended = run("preview", "mri", "--root", repository.root, environ=arxiv.environment())
    assert ended.code == 0, ended.err
    samples = [line for line in ended.out.splitlines() if "arxiv.org/abs/" in line]
    reasons = [line.strip() for line in ended.out.splitlines() if line.startswith("      ")]
    assert len(samples) == len(reasons) == 5
    assert all(
        reason.startswith('matches: "mri" in title and abstract, category ') for reason in reasons
    )
