"""The website: what its pages show, and which of its files a build touches."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from daily_papers.site.cards import day_text
from daily_papers.site.charts import weeks_of
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from pybtex.database import parse_string

from daily_papers.papers.paper import Origin, Paper
from daily_papers.site.formulas import FormulaRenderer, plain_text
from daily_papers.store.store import Draft, News
from tests.support.website import DAY, HOSTILE, Website, example, paper

LIMIT = 300_000

pytest.importorskip("latex2mathml")


@pytest.fixture(scope="module")
def website(tmp_path_factory: pytest.TempPathFactory) -> Website:
    """The example, built. Tests that change something build their own."""
    return example(tmp_path_factory.mktemp("website")).built()


def page(website: Website, path: str) -> html.HtmlElement:
    return html.document_fromstring(website.text(path))


def card(website: Website, id: str, path: str = "keywords/medical-imaging.html"):
    (found,) = page(website, path).xpath(f'//article[@id="{id}"]')
    return found


def text_of(element) -> str:
    return " ".join(element.text_content().split())


def pages(website: Website) -> Iterator[str]:
    return (path for path in website.files() if path.endswith(".html"))


# --- cards -------------------------------------------------------------------------------------


def test_a_card_says_all_that_is_known(website: Website) -> None:
    found = card(website, "2603.00001")
    assert text_of(found.find_class("category")[0]) == "IV"
    assert text_of(found.xpath(".//time")[0]) == "Mar 25, 2024"
    assert text_of(found.xpath(".//h2")[0]).startswith("Fréchet means of MRI with O(nlogn) steps")
    assert text_of(found.find_class("authors")[0]) == "Ada Abramsson, Bo Chen"
    assert text_of(found.find_class("abstract")[0]).startswith("We look at MRI of the head")
    assert text_of(found.find_class("why")[0]) == 'Found by "mri" in title and abstract'
    assert "v3, revised Feb 4, eess.IV, cs.CV" in text_of(found)
    assert text_of(found.find_class("comment")[0]) == "12 pages. Code: https://github.com/lab/means"
    assert found.xpath(".//a/@href") == [
        "https://github.com/lab/means",
        "https://arxiv.org/abs/2603.00001v3",
        "https://arxiv.org/abs/2603.00001v3",
        "https://arxiv.org/pdf/2603.00001v3",
        "https://github.com/lab/means",
        "../bib/arxiv-2603.00001.bib",
    ]


def test_a_project_page_is_no_code(website: Website) -> None:
    assert not card(website, "2603.00003").find_class("code")


def test_a_category_without_a_dot_is_shown_whole(website: Website) -> None:
    assert text_of(card(website, "2603.00004").find_class("category")[0]) == "hep-th"


def test_the_fourth_author_and_all_after_are_behind_a_click(website: Website) -> None:
    (authors,) = card(website, "2603.00002").find_class("authors")
    assert authors.tag == "details"
    assert text_of(authors.xpath("summary")[0]) == "A, B, C et al."
    assert text_of(authors) == "A, B, C et al. D, E"


@pytest.mark.parametrize(
    ("day", "today", "text"),
    [
        (date(2026, 3, 6), DAY, "Mar 6"),
        (date(2024, 3, 25), DAY, "Mar 25, 2024"),
        (date(2026, 12, 31), date(2027, 1, 1), "Dec 31, 2026"),
        (date(2026, 3, 6), None, "Mar 6, 2026"),
    ],
)
def test_the_year_is_told_where_it_is_another(day: date, today: date | None, text: str) -> None:
    assert day_text(day, today) == text


def test_papers_come_newest_first_by_the_day_that_cards_show(website: Website) -> None:
    for path in ("keywords/medical-imaging.html", "authors/jose-nunez.html"):
        days = page(website, path).xpath("//article//time/@datetime")
        assert days == sorted(days, reverse=True)
        assert len(days) > 1


def test_news_of_the_day_are_marked(website: Website) -> None:
    assert card(website, "2603.00002").find_class("new")
    assert not card(website, "2603.00003").find_class("new")


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    bare = paper(
        1,
        "MRI",
        authors=None,
        abstract="",
        primary_category=None,
        categories=None,
        published=None,
        updated=None,
        announced=DAY,
        origin=Origin.FEED,
    )
    website = Website.new(tmp_path, {"medical-imaging": [bare]}).built()
    found = card(website, "2603.00001")
    assert text_of(found.find_class("about")[0]) == "Mar 20"
    assert not found.find_class("authors")
    assert not found.find_class("abstract")


# --- pages -------------------------------------------------------------------------------------


def test_an_author_is_found_whatever_case_and_accents(website: Website) -> None:
    # One of the two stands in the table of another keyword only.
    author = page(website, "authors/jose-nunez.html")
    assert [text_of(name) for name in author.xpath('//*[@class="authors"]/b')] == [
        "Josè Nuñéz",
        "JOSE NUNEZ",
    ]


def test_a_person_found_by_two_spellings_of_the_same_letters_is_named_once(tmp_path: Path) -> None:
    keywords = "keywords:\n  - author: [José Núñez, Jose Nunez, José]\n"
    one = paper(1, authors=("Ada Abramsson", "JOSÉ NUÑEZ"))
    website = Website.new(tmp_path, {"jose-nunez": [one]}, keywords=keywords).built()
    (why,) = card(website, one.id, "authors/jose-nunez.html").find_class("why")
    assert text_of(why) == "Found by author José Núñez, author José"


def test_the_start_page_tells_what_is_new_today_and_this_week(website: Website) -> None:
    start = page(website, "index.html")
    assert text_of(start.xpath("//h1")[0]) == "2 new today, 3 this week"
    topics = [text_of(topic) for topic in start.find_class("topic")]
    assert len(topics) == 2
    assert topics[0].startswith("Medical imaging 2 today, 3 this week Graph neural networks for")
    assert topics[1].startswith('Nets: <script>alert(0)</script> "quoted" 1 today, 1 this week')
    assert [text_of(item) for item in start.find_class("quiet")[0]] == [
        "Nothing yet 0 papers",
        "José Núñez 2 papers",
    ]


def test_a_long_week_is_cut_and_says_so(tmp_path: Path) -> None:
    papers = [paper(number) for number in range(1, 31)]
    news = {one.id: News(1, DAY, ("medical-imaging",), "2026-03-20") for one in papers}
    website = Website.new(tmp_path, {"medical-imaging": papers}, news=news).built()
    (topic,) = page(website, "index.html").find_class("topic")
    assert len(topic.xpath(".//li")) == 8
    assert text_of(topic).endswith("22 more")


def test_a_digest_shows_its_papers_once_also_those_that_no_table_has(website: Website) -> None:
    digest = page(website, "digests/2026-03-18.html")
    headings = [text_of(heading) for heading in digest.xpath("//h2")]
    assert headings == ["Medical Imaging", "A Keyword That Is Gone"]
    gone = card(website, "2603.00030", "digests/2026-03-18.html")
    assert gone.find_class("code")[0].get("href") == "https://gitlab.com/lab/long-gone"
    assert (website.folder / "bib/arxiv-2603.00030.bib").is_file()


def test_a_keyword_with_many_papers_has_several_pages(tmp_path: Path) -> None:
    website = Website.new(
        tmp_path, {"medical-imaging": [paper(number) for number in range(1, 251)]}
    ).built()
    numbers = {
        path: len(page(website, path).xpath("//article"))
        for path in pages(website)
        if path.startswith("keywords/medical-imaging")
    }
    assert numbers == {
        "keywords/medical-imaging.html": 100,
        "keywords/medical-imaging/2.html": 100,
        "keywords/medical-imaging/3.html": 50,
    }
    assert_links_lead_somewhere(website)


def test_a_keyword_that_is_behind_says_so(tmp_path: Path) -> None:
    website = Website.new(tmp_path, {"medical-imaging": [paper(1)]})
    store = Draft(website.store())
    behind = replace(store.keywords["medical-imaging"], last_success=DAY - timedelta(days=2))
    store.keywords["medical-imaging"] = behind
    website.save(store.finish())
    (notice,) = page(website.built(), "keywords/medical-imaging.html").find_class("notice")
    assert text_of(notice).startswith("Complete up to Wednesday, March 18, 2026")


def test_an_empty_repository_has_a_website_too(tmp_path: Path) -> None:
    website = Website.new(tmp_path, {}).built()
    assert "No papers yet." in website.text("keywords/medical-imaging.html")
    assert "No digests yet." in website.text("digests/index.html")
    assert_links_lead_somewhere(website)


def test_the_acknowledgement_that_arxiv_asks_for_is_on_every_page(website: Website) -> None:
    for path in pages(website):
        (footer,) = page(website, path).xpath("//footer")
        assert "Thank you to arXiv for use of its open access interoperability." in text_of(footer)


def test_links_lead_somewhere(website: Website) -> None:
    assert_links_lead_somewhere(website)


def assert_links_lead_somewhere(website: Website) -> None:
    files = website.files()
    anchors = {path: set(page(website, path).xpath("//@id")) for path in pages(website)}
    for path in anchors:
        for link in page(website, path).xpath("//@href | //@src | //@action"):
            if not link.startswith("https://"):
                target, anchor = urldefrag(urljoin(path, link.partition("?")[0]))
                target = target or path
                assert target in files, (path, link)
                assert not anchor or anchor in anchors[target], (path, link)


# --- hostile text ------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_hostile_text_is_shown_as_text(website: Website, place: int) -> None:
    found = card(website, f"2603.{500 + place:05d}")
    without_maths = plain_text(HOSTILE[place])
    if "$\\" not in without_maths:
        assert text_of(found.xpath(".//h2")[0]) == without_maths
        assert text_of(found.find_class("abstract")[0]) == without_maths
        assert text_of(found.find_class("comment")[0]) == without_maths
        assert text_of(found.find_class("authors")[0]).startswith(without_maths + ", Bo, Chi")


def test_nothing_in_any_page_comes_to_life(website: Website) -> None:
    for path in pages(website):
        for element in page(website, path).iter(etree.Element):
            for name, value in element.attrib.items():
                assert not name.startswith("on"), (path, name)
                assert name != "style", path
                if name in {"href", "src", "action"}:
                    assert re.match(
                        r"https://(?:arxiv\.org|git(?:hub|lab)\.com)/|[a-z0-9./#]", value
                    )
                    assert not value.startswith("javascript:")
        scripts = page(website, path).xpath("//script")
        assert all(script.get("src") and not script.text for script in scripts)
        assert not page(website, path).xpath("//style | //iframe | //img | //object | //base")


def test_the_policy_allows_nothing_inline_and_no_other_host(website: Website) -> None:
    for path in pages(website):
        (policy,) = page(website, path).xpath('//meta[@http-equiv="Content-Security-Policy"]')
        words = set(policy.get("content").replace(";", " ").split())
        assert words <= {
            *("default-src", "script-src", "style-src", "img-src", "connect-src", "form-action"),
            *("base-uri", "'self'", "'none'"),
        }


# --- formulas ----------------------------------------------------------------------------------

ALLOWED = re.compile(r"</?m[a-z]+(?: [a-z]+=\"[A-Za-z0-9.+% -]{1,40}\")*>")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$x<y$", "<math><mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow></math>"),
        (r"\(x^2\)", "<math><msup><mi>x</mi><mn>2</mn></msup></math>"),
        (r"$ \alpha $-rays", "<math><mi>α</mi></math>-rays"),
        ("$35,000 or $40,000", "$35,000 or $40,000"),
        ("costs $5 and $6 each", "costs $5 and $6 each"),
        (r"\$5 and \$6", r"\$5 and \$6"),
        (r"$\unknown{x}$", r"$\unknown{x}$"),
        (r"$\frac{$", r"$\frac{$"),
        ("$" + "{" * 300 + "}" * 300 + "$", "$" + "{" * 300 + "}" * 300 + "$"),
        (r"M\"uller & S\o ren", "Müller &amp; Søren"),
        (r"$\text{<b>}$", "<math><mtext>&lt;b&gt;</mtext></math>"),
        (r"$\href{javascript:alert(1)}{x}$", r"$\href{javascript:alert(1)}{x}$"),
        (r"$\href{https://a.b}{https://a.b}$", r"$\href{https://a.b}{https://a.b}$"),
        (r"$\texttt{https://a.b}$", r"$\texttt{https://a.b}$"),
        (
            r"\[\begin{aligned} a &= b \end{aligned}\]",
            r"\[\begin{aligned} a &amp;= b \end{aligned}\]",
        ),
        (r"$\style{color:red}{x}$", "<math><mi>x</mi></math>"),
        (r"$\color{red}x$", "<math><mstyle><mi>x</mi></mstyle></math>"),
    ],
)
def test_formulas_are_mathml_or_their_tex(text: str, shown: str) -> None:
    assert str(FormulaRenderer().html(text)) == shown


@given(
    st.lists(
        st.sampled_from(
            (
                *r"$$$${}{}^_&<>\"'xy12 \#%",
                *(r"\text{", r"\frac", r"\href{", r"\style{", r"\unicode{", r"\left(", r"\\"),
                *(r"\begin{matrix}", r"\end{matrix}", "<script>", "javascript:", "&lt;"),
            )
        ),
        max_size=25,
    ).map("".join)
)
def test_no_text_gets_beyond_text_and_the_allowed_elements(text: str) -> None:
    shown = str(FormulaRenderer().html(text))
    assert not re.search(r"[<>]", ALLOWED.sub("", shown))
    html.fragment_fromstring(shown, create_parent="p")


@given(st.text(st.characters(exclude_characters="$\\"), max_size=60))
def test_text_without_formulas_stays_as_it_is(text: str) -> None:
    shown = html.fragment_fromstring(str(FormulaRenderer().html(text)) or "x", create_parent="p")
    assert shown.text_content() == (plain_text(text) or "x")


# --- pictures ----------------------------------------------------------------------------------


def test_the_table_beside_the_picture_has_the_counts_of_the_store(website: Website) -> None:
    (figure,) = page(website, "keywords/medical-imaging.html").xpath("//figure")
    rows = [tuple(text_of(cell) for cell in row) for row in figure.xpath(".//tbody/tr")]
    assert rows[:4] == [
        ("Mar 16 to 22, 2026", "2"),
        ("Mar 9 to 15, 2026", "0"),
        ("Mar 2 to 8, 2026", "7"),
        ("Feb 23 to Mar 1, 2026", "not counted"),
    ]
    assert len(rows) == 26
    (svg,) = figure.xpath("svg")
    assert svg.xpath("text/text()").count("7") == 1
    assert not page(website, "keywords/nothing-yet.html").xpath("//figure")


def test_weeks_go_over_the_turn_of_the_year() -> None:
    counts = {"2020-W53": {"mri": 3}, "2021-W01": {"mri": 4}, "2021-W02": {}}
    weeks = weeks_of("mri", counts, date(2021, 1, 13))
    assert [week.papers for week in weeks[-4:]] == [None, 3, 4, 0]
    assert weeks[-3].text == "Dec 28, 2020 to Jan 3, 2021"
    long = {f"{year}-W{week:02d}": {"mri": 1} for year in (2019, 2020) for week in range(1, 53)}
    assert len(weeks_of("mri", long, date(2021, 1, 13))) == 52


# --- files for programs ------------------------------------------------------------------------


def test_json_has_the_rows_of_the_page(website: Website) -> None:
    told = json.loads(website.text("keywords/nets.json"))
    assert told["keyword"] == 'Nets: <script>alert(0)</script> "quoted"'
    assert [row["id"] for row in told["papers"]] == ["2603.00020"]
    assert told["papers"][0]["authors"] == ["JOSE NUNEZ", "Bo Chen"]
    assert json.loads(website.text("keywords/nothing-yet.json"))["papers"] == []


def test_bibtex_is_read_back_by_a_bibtex_library(website: Website) -> None:
    entries = parse_string(website.text("keywords/medical-imaging.bib"), "bibtex").entries
    ids = page(website, "keywords/medical-imaging.html").xpath("//article/@id")
    assert set(entries) == {f"arxiv-{id}" for id in ids}
    for key, entry in entries.items():
        (alone,) = parse_string(website.text(f"bib/{key}.bib"), "bibtex").entries.values()
        assert alone == entry


# --- size and files ----------------------------------------------------------------------------


def long_papers(formulas: int) -> list[Paper]:
    """Abstracts nearly as long as arXiv takes them, ten authors each, long comments."""
    words = "We study magnetic resonance imaging of the head and find a better way to do it. " * 17
    return [
        paper(
            number,
            f"A title as long as titles are when people say in them what they did, number {number}",
            abstract=words + r"$O(n\log n)$ " * formulas,
            authors=tuple(f"Somebody Longname-{place}" for place in range(10)),
            comment="12 pages, 5 figures. Code: https://github.com/laboratory/repository-name",
        )
        for number in range(1, 101)
    ]


@pytest.mark.parametrize(
    ("formulas", "expected_pages"), [pytest.param(0, 1, marks=pytest.mark.full), (40, 4)]
)
def test_no_page_is_large(tmp_path: Path, formulas: int, expected_pages: int) -> None:
    papers = long_papers(formulas)
    website = Website.new(tmp_path, {"medical-imaging": papers, "nets": papers}).built()
    of_keyword = [path for path in pages(website) if path.startswith("keywords/medical")]
    assert len(of_keyword) == expected_pages
    ids = [id for path in of_keyword for id in page(website, path).xpath("//article/@id")]
    assert sorted(ids) == [one.id for one in papers]
    assert max(len(website.files()[path]) for path in pages(website)) < LIMIT


def test_two_builds_of_one_store_are_the_same(tmp_path: Path) -> None:
    one, other = example(tmp_path / "one"), example(tmp_path / "other")
    assert one.built().files() == other.built().files()


def test_own_templates_come_first_file_by_file(tmp_path: Path) -> None:
    website = example(tmp_path)
    website.repository.write("templates/site/digests.html.jinja", "{{ title }} of {{ site_title }}")
    website.repository.write("templates/site/site.css", "body { color: black }")
    website.built()
    assert (
        website.text("digests/index.html")
        == "All digests of Papers &amp; &lt;b&gt;People&lt;/b&gt;"
    )
    assert website.text("site.css") == "body { color: black }"
    assert website.text("index.html").startswith("<!doctype html>")


def test_a_mistake_in_an_own_template_is_named_with_its_line(tmp_path: Path) -> None:
    website = example(tmp_path)
    website.repository.write("templates/site/digests.html.jinja", "\n{{ nobody_knows }}")
    ended = website.build()
    assert ended.code == 2
    assert "digests.html.jinja:2: 'nobody_knows' is undefined" in ended.err


def test_a_paper_from_long_ago_has_a_card_too(tmp_path: Path) -> None:
    old = paper(
        1,
        "MRI",
        id="hep-th/9901001",
        published=datetime(1999, 1, 4, tzinfo=UTC),
        updated=datetime(1999, 1, 4, tzinfo=UTC),
    )
    website = Website.new(tmp_path, {"medical-imaging": [old]}).built()
    assert text_of(card(website, "hep-th-9901001").xpath(".//time")[0]) == "Jan 4, 1999"
    assert_links_lead_somewhere(website)
    assert [part["file"] for part in json.loads(website.text("search/index.json"))["parts"]] == [
        "papers-1999.json"
    ]


def test_digests_that_cannot_be_looked_for_are_not_taken_for_none(tmp_path: Path) -> None:
    website = Website.new(tmp_path, {"medical-imaging": [paper(1)]})
    website.repository.write("digests", "in the way")
    ended = website.build()
    assert ended.code == 1
    assert ended.err.endswith("digests: not a folder; move it out of the way\n")
