"""The tables of README.md and of the pages: their form, their budget, their templates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Origin, Paper
from daily_papers.render.pages import Table, render_pages, render_row
from daily_papers.render.readme import (
    BEGIN,
    END,
    LARGEST_README,
    LARGEST_REGION,
    Tables,
    find_region,
    render_region,
)
from daily_papers.render.templates import TemplateError, Templates, bundled_templates
from tests.support.command_line import run
from tests.support.goldens import assert_golden
from tests.support.markdown_view import as_on_github
from tests.support.repository import Repository

BUNDLED = Templates()
DAY = date(2026, 1, 20)
PUBLISHED = Path(__file__).parents[1].parent / "shared" / "examples" / "daily-papers-readme.md"


def paper(number: int, **known: object) -> Paper:
    fields = {
        "id": f"2601.{number:05}",
        "version": 1,
        "title": f"Paper {number}",
        "abstract": f"What paper {number} says.",
        "updated": datetime(2026, 1, 19, 18, tzinfo=UTC) - timedelta(hours=number),
        "origin": Origin.SEARCH,
    }
    return Paper(**(fields | known))  # type: ignore[arg-type]


def tables(*sections: Table, day_line: str = "2 new papers.") -> Tables:
    return Tables(title="Daily Papers", last_update=DAY, day_line=day_line, sections=sections)


def section(name: str, papers: Iterable[Paper] = (), **known: object) -> Table:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "other"
    return Table(name, **({"slug": slug, "papers": tuple(papers)} | known))  # type: ignore[arg-type]


def region(shown: Tables, budget: int = LARGEST_REGION, templates: Templates = BUNDLED) -> str:
    return render_region(shown, templates, rest_bytes=LARGEST_README - budget)


ORDINARY = tables(
    section(
        "magnetic resonance imaging",
        [
            paper(3, title="Faster Scans", comment="20 pages, 12 figures", version=2),
            paper(2, title="Motion in Fetal MRI", comment="13 pages, 7 figures, published in MIA"),
            paper(1, title="A Dataset of Knees"),
        ],
    ),
    section("diffusion MRI", [paper(4, updated=None, announced=DAY, title="Known from the feed")]),
    section("late", [paper(5)], last_success=date(2026, 1, 16)),
    section("quiet", remark="No paper on arXiv matches yet"),
)

HOSTILE = tables(
    section(
        "C++ | <b>🙂</b> [x](y) #",
        [
            paper(1, title="a|b **bold** [link](https://evil.example)", comment="P(a|"),
            paper(2, title="`code` __init__ ~~x~~ \\", comment="<script>alert(1)</script>"),
            paper(3, title=f"{END}", abstract=f"line\n{END}\n| --- |", comment="&copy; $x$"),
            paper(
                4, title=r"Fr\'echet $\alpha|\beta$", comment=r"Universit\'e de Montr\'eal, 2025"
            ),
            paper(5, title="@user #1 {{ title }} {% raw %}", comment="a_b@c.de www.a.b/c_d"),
            paper(6, title="\u202eevil\x00\x0b\x85\u2028", comment=r"\url{https://a.b/c_d/}; text"),
            paper(7, title="</p></details></td> <!--", abstract="</details> $35,000 and $40,000"),
        ],
        slug="c-plus-plus",
    ),
    section("磁共振", [paper(8)], slug="mri"),
    section("C++", [paper(9)], slug="c"),
    day_line="1. <b>not</b> a list | @user",
)


def test_ordinary_tables() -> None:
    assert_golden("readme-ordinary.md", region(ORDINARY))


def news(number: int, title: str = "", **said: object) -> NewsItem:
    return NewsItem(paper(number, title=title or f"Paper {number}"), ("broad",), **said)  # type: ignore[arg-type]


def test_a_day_with_news() -> None:
    hostile = news(
        1,
        "a|b @user #1 [x](y) <b> {{ 7 }}",
        sentence="We </li> *do* | it: https://a.b/c_d.",
        followed=("A. [B]",),
        venue="<V> 2026",
        code_url="https://github.com/o/r_x",
        project_url="https://o.github.io/r/",
    )
    day = replace(
        tables(
            section("Ada", [paper(1)], new=1),
            section("broad", [paper(number) for number in range(1, 4)], new=18),
            section("new", remark="No papers yet: the next run searches arXiv for them"),
        ),
        new=(hostile, *(news(number) for number in range(2, 20))),
        digests=("digests/2026-01-20.md", "digests/2026-01-20-2.md"),
        site="https://o.github.io/r/",
    )
    assert_golden("readme-news.md", region(day))
    assert as_on_github(region(day)).elements.count("ul") == 2


def test_other_columns() -> None:
    columns = ("summary", "title", "authors", "code", "pdf", "category")
    row = render_row(
        paper(
            1,
            title="A | B",
            abstract="Mice matter. We show that | mice are <b>small</b>. See https://github.com/o/r.",
            authors=("A|B", "C", "D", "E"),
            primary_category="cs.CV",
        ),
        Templates(columns=columns),
    )
    assert row == (
        r"| We show that \| mice are &lt;b&gt;small&lt;/b&gt;. | **[A \| B](https://arxiv.org/abs/2601.00001v1)"
        r"** | A\|B, C, D et al. | [code](https://github.com/o/r) |"
        " [PDF](https://arxiv.org/pdf/2601.00001v1) | cs.CV |"
    )


def test_hostile_tables() -> None:
    assert_golden("readme-hostile.md", region(HOSTILE))


def test_tables_beyond_the_budget() -> None:
    many = [
        section("full", [paper(number) for number in range(1, 8)]),
        section("short", [paper(8)]),
        section("long abstracts", [paper(9, abstract="long " * 400)]),
        section("also full", [paper(number) for number in range(10, 17)]),
    ]
    assert_golden("readme-budget.md", region(tables(*many), budget=2600))


def test_too_many_keywords_for_any_row() -> None:
    many = [section(f"keyword {number}", [paper(number)]) for number in range(1, 21)]
    assert_golden("readme-contents.md", region(tables(*many), budget=1200))


def test_too_many_keywords_for_a_contents_list() -> None:
    many = [section(f"keyword {number}", [paper(number)]) for number in range(1, 21)]
    assert_golden("readme-summary.md", region(tables(*many), budget=200))


def test_no_keywords() -> None:
    assert_golden(
        "readme-empty.md",
        region(Tables(title="Daily Papers", last_update=None, day_line="", sections=())),
    )


def test_page() -> None:
    hostile = replace(HOSTILE.sections[0], changed=DAY)
    ((path, page),) = render_pages(hostile, BUNDLED, title="Daily | Papers")
    assert path == HOSTILE.sections[0].page
    assert_golden("page-hostile.md", page)


def test_a_paper_without_an_abstract_has_an_empty_cell() -> None:
    shown = region(tables(section("MRI", [paper(1, abstract="")])))
    assert "| **[Paper 1](https://arxiv.org/abs/2601.00001v1)** | 2026-01-19 |  |  |\n" in shown


def test_hostile_tables_show_one_row_a_paper_and_nothing_of_their_own() -> None:
    shown = as_on_github(region(HOSTILE))
    papers = [each for section in HOSTILE.sections for each in section.papers]
    assert len(shown.cells) == 4 * len(papers)
    assert set(shown.elements) <= {
        *("p", "ul", "li", "a", "h2", "span", "strong", "details", "summary"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert shown.elements.count("h2") == len(HOSTILE.sections) + 1


def test_paper_text_makes_no_marker() -> None:
    readme = find_region(f"{BEGIN}\n{END}\n").filled(region(HOSTILE))
    assert readme.count(END) == 1


@pytest.mark.parametrize("shown", [ORDINARY, HOSTILE], ids=["ordinary", "hostile"])
def test_every_link_of_the_contents_list_has_its_place(shown: Tables) -> None:
    seen = as_on_github(f"# C\n\n## late\n\n{region(shown)}")
    inner = [link.removeprefix("#") for link in seen.links if link.startswith("#")]
    assert inner == seen.names
    assert len(set(inner)) == len(shown.sections)


PLAIN = st.text(
    st.characters(exclude_characters=r"\`*_[]<>|~&$!@#", exclude_categories=["C", "Z", "M"]),
    min_size=1,
    max_size=20,
)


@given(title=PLAIN, abstract=PLAIN)
def test_a_row_without_special_characters_is_as_published(title: str, abstract: str) -> None:
    row = render_row(paper(1, title=title, abstract=abstract, comment=None), BUNDLED)
    assert row == (
        f"| **[{title}](https://arxiv.org/abs/2601.00001v1)** | 2026-01-19 |"
        f" <details><summary>Show</summary><p>{abstract}</p></details> |  |"
    )


SECTIONS = st.lists(
    st.tuples(st.lists(st.integers(0, 400), max_size=12), st.booleans()), max_size=8
).map(
    lambda drawn: [
        section(
            f"keyword {place}",
            [paper(number, abstract="é" * size) for number, size in enumerate(sizes, start=1)],
            last_success=DAY if late else None,
        )
        for place, (sizes, late) in enumerate(drawn)
    ]
)


def rows_of(rendered: str, sections: list[Table]) -> list[list[str]]:
    """The rows of each section, as they stand under its anchor."""
    parts = rendered.split('<a id="')[1:]
    found = [[line for line in part.split("\n") if line.startswith("| **[")] for part in parts]
    return found or [[] for _ in sections]


@given(SECTIONS, st.integers(-100, 12_000), st.sampled_from(["\n", "\r\n"]))
def test_the_region_stays_within_its_budget(
    sections: list[Table], budget: int, newline: str
) -> None:
    shown = tables(*sections)
    rendered = render_region(shown, BUNDLED, rest_bytes=LARGEST_README - budget, newline=newline)
    within = len(rendered.replace("\n", newline).encode()) <= budget
    assert within or rendered == region(shown, 0), "the shortest form"


def test_a_readme_that_is_full_keeps_one_line_until_github_cuts_it(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path)
    for size, there in ((505_000, True), (511_950, False)):
        repository.write("README.md", f"{'x' * size}\n\n{BEGIN}\n{END}\n")
        assert run("--root", tmp_path, "render").code == 0
        assert ("each has its own page" in repository.text("README.md")) is there


@given(SECTIONS, st.integers(0, 12_000))
def test_each_section_shows_its_newest_rows_and_how_many_are_hidden(
    sections: list[Table], budget: int
) -> None:
    rendered = region(tables(*sections), budget)
    for part, shown, section in zip(
        rendered.split('<a id="')[1:], rows_of(rendered, sections), sections, strict=False
    ):
        newest = [render_row(each, BUNDLED) for each in section.papers[: len(shown)]]
        hidden = len(section.papers) - len(shown)
        link = f"on [its own page]({section.page})"
        assert shown == newest
        assert (link in part) == (hidden > 0)
        assert not hidden or f" {hidden} " in part.split("\n")[-3]


@given(SECTIONS, st.integers(0, 12_000))
def test_the_budget_is_shared_evenly(sections: list[Table], budget: int) -> None:
    rows = rows_of(region(tables(*sections), budget), sections)
    used = [sum(len(row.encode()) + 1 for row in shown) for shown in rows]
    if not any(used):
        return
    for place, (section, shown) in enumerate(zip(sections, rows, strict=True)):
        if len(shown) < len(section.papers):
            refused = len(render_row(section.papers[len(shown)], BUNDLED).encode()) + 1
            assert max(used) <= used[place] + 2 * refused


def test_what_one_keyword_leaves_unused_goes_to_the_others() -> None:
    full = [section(f"keyword {number}", map(paper, range(1, 101))) for number in range(2)]
    alone = region(tables(*full, section("empty")), 20_000)
    beside_a_short_one = region(tables(*full, section("short", [paper(1)])), 20_000)
    counts = [len(rows) for rows in rows_of(beside_a_short_one, full)]
    assert abs(counts[0] - counts[1]) <= 1
    assert sum(counts) == pytest.approx(sum(map(len, rows_of(alone, full))), abs=1)
    assert len(beside_a_short_one) > 19_500


def test_the_largest_region_leaves_room_for_the_rest_of_the_file() -> None:
    full = tables(*(section(f"k {number}", map(paper, range(1, 2001))) for number in range(3)))
    alone = len(render_region(full, BUNDLED, rest_bytes=0))
    beside = len(render_region(full, BUNDLED, rest_bytes=100_000))
    assert LARGEST_REGION - 1000 < alone <= LARGEST_REGION
    assert LARGEST_README - 101_000 < beside <= LARGEST_README - 100_000


def own(tmp_path: Path, **templates: str) -> Templates:
    for name, text in templates.items():
        (tmp_path / f"{name}.md.jinja").write_text(text, encoding="utf-8", newline="\n")
    return Templates(tmp_path)


def test_an_own_template_comes_first_and_the_others_stay(tmp_path: Path) -> None:
    templates = own(tmp_path, row="| {{ paper.id }} |\n")
    assert "\n| 2601.00003 |\n| 2601.00002 |\n" in region(ORDINARY, templates=templates)
    assert "## magnetic resonance imaging\n" in region(ORDINARY, templates=templates)


@pytest.mark.parametrize(
    "field",
    [
        "{{ paper.title }}",
        "{{ paper.title | e }}",
        "{{ paper.title | cell | cell }}",
        "{% macro m(t) %}{{ t }}{% endmacro %}{{ m(paper.title) }}",
        "{% set t %}{{ paper.title }}{% endset %}{{ t }}",
    ],
)
def test_an_own_template_that_forgets_to_escape_escapes_once(tmp_path: Path, field: str) -> None:
    templates = own(tmp_path, row=f"| {field} |\n")
    row = render_row(paper(1, title="a|b <i>*c*</i> & d"), templates)
    assert row == r"| a\|b &lt;i&gt;\*c\*&lt;/i&gt; &amp; d |"


def test_an_own_template_that_makes_rows_longer_stays_within_the_budget(tmp_path: Path) -> None:
    bundled = (bundled_templates() / "readme.md.jinja").read_text(encoding="utf-8")
    longer = bundled.replace(
        '{% include "table.md.jinja" %}',
        "{% for row in section.rows %}\n{{ row }} and more\n{% endfor %}",
    )
    assert longer != bundled
    templates = own(tmp_path, readme=longer)
    full = tables(section("full", map(paper, range(1, 101))))
    rendered = region(full, 5000, templates)
    assert 4000 < len(rendered) <= 5000
    assert rendered.count(" and more") > 10


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("| {{ paper.titel }} |", "row.md.jinja:1: .*no attribute 'titel'"),
        ("\n| {{ nonsense }} |", "row.md.jinja:2: 'nonsense' is undefined"),
        ("\n\n{% if %}", "row.md.jinja:3: "),
        ("{{ 1 / 0 }}", "row.md.jinja:1: division by zero"),
        ("{% include 'row.md.jinja' %}", "row.md.jinja:1: it includes itself"),
        ("{{ paper.title | shout }}", "row.md.jinja:1: No filter named 'shout'"),
        ("{% include 'none.md.jinja' %}", "row.md.jinja:1: there is no template 'none.md.jinja'"),
    ],
)
def test_a_broken_own_template_is_one_line_with_its_place(
    tmp_path: Path, row: str, problem: str
) -> None:
    with pytest.raises(TemplateError, match=problem) as caught:
        region(ORDINARY, templates=own(tmp_path, row=row))
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_an_own_template_that_is_not_utf_8_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "row.md.jinja").write_bytes(b"| \xe9 |")
    with pytest.raises(TemplateError, match=r"row\.md\.jinja"):
        region(ORDINARY, templates=Templates(tmp_path))


@pytest.mark.shared
@pytest.mark.skipif(not PUBLISHED.exists(), reason="needs the published example")
def test_the_rows_of_a_published_digest_come_back() -> None:
    form = re.compile(
        r"\| \*\*\[(?P<title>.*)\]\(http://arxiv\.org/abs/(?P<id>.*)v(?P<version>\d+)\)\*\*"
        r" \| (?P<date>\S+) \| <details><summary>Show</summary><p>(?P<abstract>.*)</p></details>"
        r" \| (?:<details><summary>.*</summary><p>(?P<folded>.*)</p></details>|(?P<comment>.*)) \|"
    )
    rows = [
        found
        for line in PUBLISHED.read_text("utf-8").split("\n")
        if (found := form.fullmatch(line))
    ]
    assert len(rows) == 81
    for row in rows:
        known = paper(
            1,
            id=row["id"],
            version=int(row["version"]),
            title=row["title"],
            abstract=row["abstract"],
            comment=row["folded"] or row["comment"] or None,
            updated=datetime.fromisoformat(f"{row['date']}T00:00:00+00:00"),
        )
        texts = f"{known.title}{known.abstract}{known.comment}"
        if not re.search(r"[\\`*_\[\]<>|~&$!@#]", texts):
            assert render_row(known, BUNDLED) == row[0].replace("http://", "https://", 1)
