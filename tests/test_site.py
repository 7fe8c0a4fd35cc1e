"""The website: what its pages show, and which of its files a build touches."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from pybtex.database import parse_string

from daily_papers.papers.paper import Origin
from daily_papers.site.formulas import html_of, plain_text
from daily_papers.store.store import Draft, News
from daily_papers.store.summaries import Summary, save_summaries
from daily_papers.transaction import Transaction
from tests.support.cases import for_each
from tests.support.command_line import run
from tests.support.website import DAY, HOSTILE, KEYWORDS, Website, example, paper

pytest.importorskip("latex2mathml")


@pytest.fixture(scope="module")
def website(tmp_path_factory: pytest.TempPathFactory) -> Website:
    """The example, built. Tests that change something build their own."""
    return example(tmp_path_factory.mktemp("website")).built()


def page(website: Website, path: str) -> html.HtmlElement:
    return html.document_fromstring(website.text(path))


def row(website: Website, id: str, path: str = "keywords/medical-imaging.html"):
    (found,) = page(website, path).xpath(f'//article[@id="{id}"]')
    return found


def text_of(element) -> str:
    """What it shows."""
    return " ".join(element.text_content().split())


def search_records(website: Website) -> list[list[Any]]:
    return json.loads(gzip.decompress(website.files()["search/0.bin"]))


def pages(website: Website) -> Iterator[str]:
    return (path for path in website.files() if path.endswith(".html"))


# --- rows --------------------------------------------------------------------------------------


def test_a_row_says_all_that_is_known(website: Website) -> None:
    found = row(website, "2603.00001")
    assert text_of(found.xpath(".//h3")[0]).startswith("Fréchet means of MRI with O(n log n) steps")
    assert text_of(found.find_class("authors")[0]) == "Ada Abramsson, Bo Chen"
    assert text_of(found.xpath(".//summary")[0]).startswith("We look at MRI of the head")
    assert text_of(found.find_class("abstract")[0]).startswith("We look at MRI of the head")
    by = text_of(found.find_class("by")[0])
    assert by == "Ada Abramsson, Bo Chen Code eess.IV 2603.00001 Mar 25, 2024"
    notes = text_of(found.find_class("notes")[0])
    assert notes.startswith("v3, revised Feb 4, 2026, eess.IV, cs.CV In Medical")
    assert text_of(found.find_class("comment")[0]) == "12 pages. Code: https://github.com/lab/means"
    assert found.xpath(".//a/@href") == [
        "https://arxiv.org/abs/2603.00001v3",
        "https://github.com/lab/means",
        "https://arxiv.org/abs/2603.00001v3",
        "../keywords/medical-imaging.html",
        "https://arxiv.org/abs/2603.00001v3",
        "https://arxiv.org/pdf/2603.00001v3",
        "https://arxiv.org/html/2603.00001v3",
        "https://github.com/lab/means",
    ]


@pytest.mark.parametrize(("updated", "has_html"), [("2023-11-30", False), ("2023-12-01", True)])
def test_only_what_arxiv_has_as_html_is_linked_as_such(
    tmp_path: Path, updated: str, has_html: bool
) -> None:
    one = paper(1, updated=datetime.fromisoformat(f"{updated}T12:00:00+00:00"))
    website = Website.new(tmp_path, {"medical-imaging": [one]}).built()
    found = row(website, one.id, "keywords/medical-imaging.html").xpath(".//a[text()='HTML']")
    assert bool(found) is has_html


def test_what_was_looked_for_and_whom_people_follow_stand_out(website: Website) -> None:
    found = row(website, "2603.00020")
    marked = [text_of(mark) for mark in found.xpath(".//h3//mark")]
    assert marked == ["Graph neural networks", "MRI"]
    assert [text_of(name) for name in found.xpath(".//b")] == ["JOSE NUNEZ"]


def test_the_whole_phrase_stands_out_whatever_shorter_one_it_begins_with(tmp_path: Path) -> None:
    one = paper(1, "Trends in medical image analysis")
    website = Website.new(
        tmp_path,
        {"images": [one]},
        keywords="keywords: [{name: Images, any: [medical imaging, medical image analysis]}]\n",
    )
    (mark,) = row(website.built(), one.id, "keywords/images.html").xpath(".//h3//mark")
    assert text_of(mark) == "medical image analysis"


def test_whoever_is_followed_is_named_wherever_in_the_list(tmp_path: Path) -> None:
    many = tuple(f"Somebody {letter}" for letter in "ABCDEFGH")
    one = paper(1, authors=(*many[:6], "J. Núñez", *many[6:]))
    (authors,) = row(Website.new(tmp_path, {"medical-imaging": [one]}).built(), one.id).find_class(
        "authors"
    )
    assert text_of(authors) == "Somebody A, Somebody B, Somebody C … J. Núñez et al."


def test_nobody_is_left_out_before_or_after_the_last_author(tmp_path: Path) -> None:
    lists = ("A", "B", "C", "J. Núñez"), ("A", "B", "C", "D", "J. Núñez"), ("<A>", "B", "C", "D")
    papers = [paper(number, authors=names) for number, names in enumerate(lists, start=1)]
    website = Website.new(tmp_path, {"medical-imaging": papers}).built()
    shown = [row(website, one.id).find_class("authors")[0] for one in papers]
    assert [text_of(each) for each in shown] == [
        "A, B, C, J. Núñez",
        "A, B, C … J. Núñez",
        "<A>, B, C et al.",
    ]
    assert shown[0].findtext("b") == "J. Núñez"


def test_what_a_model_says_reaches_all_pages_later_marked_and_as_text(tmp_path: Path) -> None:
    settings = "summaries: {endpoint: 'https://model.example/v1', model: wise, language: German}"
    papers = [paper(number) for number in (1, 2, 3)]
    website = Website.new(tmp_path, {"medical-imaging": papers}, keywords=f"{KEYWORDS}{settings}\n")
    store = Draft(website.store())
    mailed = News(1, DAY, ("medical-imaging",), "2026-03-20")
    store.papers["2603.00002"] = replace(store.papers["2603.00002"], news=mailed)
    website.add_digest("2026-03-20", [(papers[1], ("medical-imaging",))])
    for left in ("2603.00002", "2603.00003"):
        store.drop("medical-imaging", left)
    website.save(store.finish())
    assert text_of(row(website.built(), "2603.00001").xpath(".//summary")[0]).startswith("We look")

    title, sentence = '"><img src=x onerror=alert(1)>', "<script>alert(2)</script>"
    transaction = Transaction(tmp_path)
    said = [
        Summary(
            id=one.id,
            version=1,
            model="wise",
            language="German",
            day=DAY,
            title=title,
            sentence=sentence,
        )
        for one in papers
    ]
    save_summaries({each.key: each for each in said}, transaction)
    transaction.commit()
    website.built()
    for id, path in (
        ("2603.00001", "keywords/medical-imaging.html"),
        ("2603.00002", "digests/2026-03-20.html"),
        ("2603.00003", "keywords/medical-imaging.2026-03.html"),
    ):
        found = row(website, id, path)
        assert text_of(found.xpath(".//h3")[0]) == f"Study {int(id[-1])} of MRI"
        assert text_of(found.find_class("translated")[0]) == title
        assert text_of(found.xpath(".//summary")[0]) == f"(by a model) {sentence}"
        assert text_of(found.find_class("abstract")[0]).startswith("We look at MRI")
    for path in ("index.html", "keywords/medical-imaging.2026-03.html"):
        (line,) = page(website, path).xpath('//ul[@class="lines"]/li')
        assert text_of(line.find_class("translated")[0]) == title
        assert text_of(line.find_class("sentence")[0]) == f"(by a model) {sentence}"
    assert_nothing_comes_to_life(website)
    (entry,) = etree.fromstring(website.files()["keywords/medical-imaging.atom"])[-1:]
    assert entry.findtext("{*}title") == "Study 1 of MRI"
    by_model, _, abstract = entry.findtext("{*}summary").partition("\n\n")
    assert by_model == f"{title} — {sentence} (by a model)"
    assert abstract.startswith("We look at MRI")
    (exported,) = json.loads(website.text("keywords/medical-imaging.json"))["papers"]
    assert exported["summary"] == sentence
    assert [record[10:12] for record in search_records(website)] == [[title, sentence]] * 3


def test_a_project_page_is_no_code(website: Website) -> None:
    assert not row(website, "2603.00003").find_class("code")


def test_a_category_without_a_dot_is_shown_whole(website: Website) -> None:
    assert text_of(row(website, "2603.00004").find_class("id")[0]) == "hep-th 2603.00004"


def test_all_authors_are_with_the_abstract(website: Website) -> None:
    found = row(website, "2603.00002")
    assert text_of(found.find_class("authors")[0]) == "A, B, C et al."
    assert text_of(found.find_class("everyone")[0]) == "A, B, C, D, E"


def test_an_abstract_of_one_sentence_is_shown_once(tmp_path: Path) -> None:
    one = "We look at MRI of the head, and at what it shows to people who know it."
    papers = [paper(1, abstract=one), paper(2, abstract=f"{one} It is $x^2$.")]
    website = Website.new(tmp_path, {"medical-imaging": papers}).built()
    hidden = ["hidden" in row(website, each.id).find_class("abstract")[0].attrib for each in papers]
    assert hidden == [True, False]


def test_papers_come_newest_first_by_the_day_that_rows_show(website: Website) -> None:
    days = page(website, "keywords/medical-imaging.html").xpath(
        '//article/p[@class="by"]/time/@datetime'
    )
    assert days == sorted(days, reverse=True)
    assert len(days) > 1


def test_programs_that_collect_references_see_each_paper(website: Website) -> None:
    (span,) = row(website, "2603.00002").find_class("Z3988")
    fields = parse_qs(span.get("title"))
    assert fields["rft.title"] == ["Imaging hearts by MRI"]
    assert fields["rft.creator"] == ["A", "B", "C", "D", "E"]
    assert fields["rft_id"] == ["info:doi/10.48550/arXiv.2603.00002"]


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
    found = row(website, "2603.00001")
    assert text_of(found.find_class("notes")[0]) == "v1 In Medical imaging"
    assert text_of(found.find_class("by")[0]) == "2603.00001 Mar 20, 2026"
    assert text_of(found.xpath(".//summary")[0]) == "Details"


# --- pages -------------------------------------------------------------------------------------


def test_an_author_is_found_whatever_case_and_accents(website: Website) -> None:
    author = page(website, "authors/jose-nunez.html")
    assert [text_of(name) for name in author.xpath('//*[@class="authors"]/b')] == ["Josè Nuñéz"]


def test_the_start_page_shows_the_day_its_papers_and_the_last_days(website: Website) -> None:
    start = page(website, "index.html")
    assert text_of(start.xpath("//h1")[0]) == "Friday, March 20, 2026: 2 new"
    titles = [text_of(line) for line in start.xpath('//ul[@class="lines"]/li/a')]
    assert titles == ["Graph neural networks for MRI", "Imaging hearts by MRI"]
    assert [text_of(item) for item in start.xpath('//nav[@class="contents"]//li')] == [
        "José Núñez",
        "Medical imaging 2 new",
        'Nets: <script>alert(0)</script> "quoted" 1 new',
        "Nothing yet",
    ]
    (day, *_) = start.xpath('//ul[@class="days"]/li')
    assert text_of(day).startswith("Friday, March 20, 2026 2 papers: Nets 1, Medical Imaging 2")


def test_a_heading_says_how_many_of_its_papers_are_above(website: Website) -> None:
    for path in ("index.html", "digests/2026-03-20.html"):
        headings = page(website, path).xpath('//section[not(@aria-labelledby="days")]/h2')
        assert [text_of(each) for each in headings] == ["Nets 1", "Medical Imaging 2, 1 above"]


@pytest.mark.parametrize(
    ("complete", "heading"),
    [
        (True, "Friday, March 20, 2026: nothing new"),
        (False, "Friday, March 20, 2026: not fetched yet"),
    ],
)
def test_the_start_page_says_what_the_day_is(
    tmp_path: Path, *, complete: bool, heading: str
) -> None:
    website = Website.new(tmp_path, {"medical-imaging": [paper(1)]})
    store = website.store()
    website.save(store.updated(state=replace(store.state, complete=complete)))
    assert text_of(page(website.built(), "index.html").xpath("//h1")[0]) == heading


def test_no_link_says_more_and_leads_to_less(tmp_path: Path) -> None:
    papers = [paper(number) for number in range(1, 31)]
    website = Website.new(
        tmp_path,
        {"medical-imaging": papers},
        news={one.id: News(1, DAY, ("medical-imaging",), "2026-03-20") for one in papers},
    )
    website.add_digest("2026-03-20", [(one, ("medical-imaging",)) for one in papers])
    start = page(website.built(), "index.html")
    assert len(start.xpath('//ul[@class="lines"]/li')) == 8
    (more,) = start.xpath('//p[@class="more"]/a[starts-with(., "All 30")]')
    path, anchor = urldefrag(more.get("href"))
    assert len(page(website, path).xpath(f'//section[@aria-labelledby="{anchor}"]/article')) == 30


def test_the_list_of_days_counts_people_first(tmp_path: Path) -> None:
    papers = [paper(number, authors=("José Núñez",)) for number in (1, 2)]
    website = Website.new(
        tmp_path,
        {"jose-nunez": papers, "medical-imaging": papers[:1]},
        news={one.id: News(1, DAY, ("jose-nunez",), str(DAY)) for one in papers},
    )
    both = ("jose-nunez", "medical-imaging")
    website.add_digest(str(DAY), [(papers[0], both), (papers[1], ("jose-nunez",))])
    days = page(website.built(), "digests/index.html")
    assert "2 papers: Jose Nunez 2, Medical Imaging 1" in text_of(days.xpath("//main")[0])


@for_each(
    "keywords",
    ["{name: MRI scans, any: [mri scan]}", "{name: Medical imaging, any: [mri scan]}", "mesh"],
)
def test_days_are_counted_as_they_were_mailed_whatever_keywords_are_now(keywords: str) -> None:
    with TemporaryDirectory() as folder:
        papers = [paper(number, 'MRI, "keywords": ["nets"]') for number in (1, 2, 3)]
        website = Website.new(Path(folder), {"medical-imaging": papers})
        website.add_digest(str(DAY), [(papers[0], ("medical-imaging", "nets"))])
        website.add_digest(f"{DAY}-2", [(one, ("medical-imaging",)) for one in papers[1:]])
        website.repository.write("keywords.yaml", f"keywords: [{keywords}]\n")
        website.built()
        for path in ("index.html", "digests/index.html"):
            assert [text_of(day) for day in page(website, path).find_class("days")[0]] == [
                "Friday, March 20, 2026 (2) 2 papers: Medical Imaging 2",
                "Friday, March 20, 2026 1 paper: Medical Imaging 1, Nets 1",
            ]


def test_a_damaged_digest_is_named(tmp_path: Path) -> None:
    website = Website.new(tmp_path, {"medical-imaging": [paper(1)]})
    website.add_digest(str(DAY), [(paper(1), ("medical-imaging",))])
    digest = f"digests/{DAY}.md"
    website.repository.write(digest, website.repository.text(digest).replace('"format"', "format"))
    ended = website.build()
    assert ended.code == 1
    assert f"{digest}:14: damaged: not JSON at column 2" in ended.err


def test_a_day_shows_its_papers_once_also_those_that_are_nowhere_else(website: Website) -> None:
    digest = page(website, "digests/2026-03-18.html")
    headings = [text_of(heading) for heading in digest.xpath("//h2")]
    assert headings == ["A Keyword That Is Gone 1", f"Medical Imaging {len(HOSTILE) + 1}"]
    contents = [text_of(line) for line in digest.xpath('//nav[@class="contents"]//li')]
    assert contents == headings
    assert row(website, "2603.00030", "digests/2026-03-18.html") is not None
    places = {record[0]: record[7] for record in search_records(website)}
    assert places["2603.00030"] == "digests/2026-03-18.html"


def test_a_day_of_many_papers_has_several_pages_and_its_first_lists_them_all(
    tmp_path: Path,
) -> None:
    papers = [paper(number) for number in range(1, 251)]
    website = Website.new(
        tmp_path,
        {"medical-imaging": papers},
        news={one.id: News(1, DAY, ("medical-imaging",), "2026-03-20") for one in papers},
    )
    website.add_digest("2026-03-20", [(one, ("medical-imaging",)) for one in papers])
    website.built()
    rows = [
        len(page(website, f"digests/2026-03-20{part}.html").xpath("//article"))
        for part in ("", ".2", ".3")
    ]
    assert rows == [100, 100, 50]
    first = page(website, "digests/2026-03-20.html")
    assert len(first.xpath('//article | //ul[@class="lines"]/li')) == 250
    assert_links_lead_somewhere(website)


def test_what_has_left_a_table_is_listed_by_month_and_linked_to_its_abstract(
    tmp_path: Path,
) -> None:
    website = Website.new(tmp_path, {"medical-imaging": [paper(n) for n in range(1, 6)]})
    store = Draft(website.store())
    mailed = News(1, DAY, ("medical-imaging",), "2026-03-20")
    for id in ("2603.00001", "2603.00002"):
        store.papers[id] = replace(store.papers[id], news=mailed)
    website.add_digest(
        "2026-03-20", [(store.papers[f"2603.0000{n}"].paper, ("medical-imaging",)) for n in (1, 2)]
    )
    for id in ("2603.00001", "2603.00003"):
        store.drop("medical-imaging", id)
    store.state = replace(store.state, day=DAY + timedelta(days=3))
    website.save(store.finish())
    website.built()
    table = page(website, "keywords/medical-imaging.html")
    assert text_of(table.xpath('//nav[@class="contents"]')[0]) == "Newest 3 March 2026 2 Older"
    month = page(website, "keywords/medical-imaging.2026-03.html")
    # One has its abstract on its day's page; the other was never mailed, and has it here.
    assert month.xpath('//ul[@class="lines"]/li/a/@href') == [
        "../digests/2026-03-20.html#2603.00001"
    ]
    assert month.xpath("//article/@id") == ["2603.00003"]
    assert row(website, "2603.00001", "digests/2026-03-20.html").find_class("abstract")
    assert_links_lead_somewhere(website)


def test_a_table_of_many_papers_has_several_pages(tmp_path: Path) -> None:
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
        "keywords/medical-imaging.2.html": 100,
        "keywords/medical-imaging.3.html": 50,
    }
    assert_links_lead_somewhere(website)


def test_a_keyword_that_is_behind_says_so(tmp_path: Path) -> None:
    website = Website.new(tmp_path, {"medical-imaging": [paper(1)]})
    store = Draft(website.store())
    behind = replace(store.keywords["medical-imaging"], last_success=DAY - timedelta(days=2))
    store.keywords["medical-imaging"] = behind
    website.save(store.finish())
    (notice,) = page(website.built(), "keywords/medical-imaging.html").find_class("notice")
    words = "Complete up to Wednesday, March 18, 2026; papers of later days may be missing."
    assert text_of(notice) == words


def test_an_empty_keyword_says_why_it_is_empty(tmp_path: Path) -> None:
    keywords = "keywords: [mri, {name: For me, like: ['2605.13542']}, {author: Ada Abramsson}]"
    website = Website.new(tmp_path, {}, keywords=keywords)
    store = Draft(website.store())
    store.keywords["mri"] = replace(store.keywords["mri"], filled=None)
    website.save(store.finish())
    assert run("render", "--root", tmp_path).code == 0
    website.built()
    for path, why in {
        "keywords/mri": "No papers yet: the next run searches arXiv for them.",
        "keywords/for-me": "No papers yet: each listing day brings the closest ones to ",
        "authors/ada-abramsson": "No paper on arXiv matches yet; ",
    }.items():
        (empty,) = page(website, f"{path}.html").find_class("empty")
        assert text_of(empty).startswith(why)
        slug = path.rpartition("/")[2]
        assert f"\n{why}" in website.repository.text(f"papers/{slug}.md")


def test_an_empty_repository_has_a_website_too(tmp_path: Path) -> None:
    website = Website.new(tmp_path, {}).built()
    assert "No new papers have been mailed yet." in website.text("digests/index.html")
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


@for_each("place", range(len(HOSTILE)))
def test_hostile_text_is_shown_as_text(website: Website, place: int) -> None:
    found = row(website, f"2603.{500 + place:05d}")
    without_maths = plain_text(HOSTILE[place])
    if "$\\" not in without_maths:
        assert text_of(found.xpath(".//h3")[0]) == without_maths
        assert text_of(found.find_class("abstract")[0]) == without_maths
        assert text_of(found.find_class("comment")[0]) == without_maths
        assert text_of(found.find_class("authors")[0]).startswith(without_maths + ", Bo, Chi")


def test_nothing_in_any_page_comes_to_life(website: Website) -> None:
    assert_nothing_comes_to_life(website)


def assert_nothing_comes_to_life(website: Website) -> None:
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


@for_each(
    ("text", "shown"),
    [
        ("$x<y$", "<math><mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow></math>"),
        (r"\(x^2\)", "<math><msup><mi>x</mi><mn>2</mn></msup></math>"),
        (r"$ \alpha $-rays", "<math><mi>α</mi></math>-rays"),
        (r"$>$25 of 2$\times$4", "<math><mo>&gt;</mo></math>25 of 2<math><mo>×</mo></math>4"),
        ("$35,000 or $40,000", "$35,000 or $40,000"),
        ("costs $5 and $6 each", "costs $5 and $6 each"),
        (r"$5 for $x$ or $1M-$2M", "$5 for <math><mi>x</mi></math> or $1M-$2M"),
        (r"0.4$\pm$0.3 and 5$\to$7", "0.4<math><mi>±</mi></math>0.3 and 5<math><mo>→</mo></math>7"),
        (
            r"2023$/$24, 5$^2$3",
            "2023<math><mo>/</mo></math>24, 5<math><msup><mi></mi><mn>2</mn></msup></math>3",
        ),
        (r"$\alpha $ of $5", "<math><mi>α</mi></math> of $5"),
        ("$5 for x_1 in $y$", "$5 for x_1 in <math><mi>y</mi></math>"),
        (r"\emph{$5} and \emph{$6}", "$5 and $6"),
        (r"two\\(a\)", r"two\\(a\)"),
        (r"\$5 and \$6", "$5 and $6"),
        (r"\textbf{Bold \emph{and} more}, 5\% of {\it it}", "Bold and more, 5% of it"),
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
        # Signs of TeX outside of formulas.
        ("Fig.~1 of ``it''", "Fig. 1 of “it”"),
    ],
)
def test_formulas_are_mathml_or_their_tex(text: str, shown: str) -> None:
    assert str(html_of(text)) == shown


@for_each(
    ("text", "shown"),
    [
        (r"\emph{about} 10\%; M\"uller's $5 and $6", "about 10%; Müller's $5 and $6"),
        (r"\textbf{\color{red}D}eep\footnote{\url{https://a.b/~c}}.", "Deep (https://a.b/~c)."),
        (
            r"\href{https://a.b}{\textcolor{red}{a.b}}, \href{https://c.d}{here}",
            "https://a.b, here (https://c.d)",
        ),
        (
            r"Pre\-trained on 1\,000 loaves\\, \ie{} bread (\eg, rye, \ie. dark)",
            r"Pretrained on 1 000 loaves\\, i.e. bread (e.g., rye, i.e. dark)",
        ),
        (r"As \citet{ada} and others~\cite[p.~5]{bo, chi}.", "As ada and others."),
        (
            r"360{\deg} views of 5{\mu}m, 9\deg wide, x\textsuperscript{2}",
            "360° views of 5μm, 9° wide, x2",
        ),
    ],
)
def test_commands_of_text_are_read(text: str, shown: str) -> None:
    assert unescape(str(html_of(text))) == shown


def test_search_reads_commands_and_leaves_formulas(website: Website) -> None:
    titles = {record[0]: record[1] for record in search_records(website)}
    formulas = r"$O(n \log n)$ steps and $\unknowncommand{x}$"
    assert titles["2603.00001"] == f"Fréchet means of MRI with {formulas}"


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
    shown = str(html_of(text))
    assert not re.search(r"[<>]", ALLOWED.sub("", shown))
    html.fragment_fromstring(shown, create_parent="p")


@given(st.text(st.characters(exclude_characters="$\\~`'"), max_size=60))
def test_text_without_formulas_and_signs_of_tex_stays_as_it_is(text: str) -> None:
    shown = html.fragment_fromstring(str(html_of(text)) or "x", create_parent="p")
    assert shown.text_content() == (plain_text(text) or "x")


# --- files for programs ------------------------------------------------------------------------


def test_json_has_the_rows_of_the_export(tmp_path: Path) -> None:
    news = {"2603.00001": News(1, DAY, ("medical-imaging",), "2026-03-20")}
    website = Website.new(tmp_path, {"medical-imaging": [paper(1), paper(2)]}, news=news).built()
    exported = [json.loads(it) for it in run("export", "--root", tmp_path).out.splitlines()]
    shown = json.loads(website.text("keywords/medical-imaging.json"))["papers"]
    assert shown == [row for row in exported if row["slug"] == "medical-imaging"]
    assert [row["digest"] for row in shown] == [None, "2026-03-20"]


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
        (alone,) = row(website, key.removeprefix("arxiv-")).xpath(".//pre")
        assert parse_string(alone.text_content(), "bibtex").entries[key] == entry


# --- size and files ----------------------------------------------------------------------------


def words(number: int) -> str:
    """An abstract of words that occur no other time, as little like English as can be."""
    return " ".join(f"{number * 7919 + place * 104729:x}" for place in range(180))


def test_no_page_is_heavy(tmp_path: Path) -> None:
    papers = [paper(number, abstract=words(number), comment="12 pages") for number in range(1, 302)]
    slugs = ("medical-imaging", "nets", "nothing-yet")
    items = [(one, (slugs[place % 3],)) for place, one in enumerate(papers)]
    website = Website.new(
        tmp_path,
        {"medical-imaging": papers[:100]},
        news={one.id: News(1, DAY, ("medical-imaging",), "2026-03-20") for one in papers[:100]},
    )
    website.add_digest("2026-03-20", items)
    files = website.built().files()
    assert len(files["index.html"]) < 150_000
    days = [len(gzip.compress(files[path])) for path in files if path.startswith("digests/2026")]
    assert len(days) == 4
    assert max(days) < 150_000


def written(website: Website) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in website.folder.rglob("*")}


def test_a_second_build_makes_only_what_changed(tmp_path: Path) -> None:
    website = example(tmp_path).built()
    before, moments = website.files(), written(website)
    assert website.build().out.endswith(f"{len(before)} files, 0 written, 0 removed\n")
    assert written(website) == moments
    revised = replace(paper(2, "Imaging hearts by MRI, twice"), version=2)
    store = Draft(website.store())
    store.learn([revised])
    store.take("nets", [paper(40, "More graph neural networks")], DAY)
    website.save(store.finish())
    website.built()
    changed = {path for path, content in website.files().items() if before[path] != content}
    assert changed == {
        *("feed.atom", "index.html", "digests/2026-03-20.html"),
        *("search.html", "search/index.json", "search/0.bin"),
        *(
            f"keywords/{slug}.{kind}"
            for slug in ("medical-imaging", "nets")
            for kind in ("atom", "bib", "html", "json")
        ),
    }
    # As if it had been built at once.
    at_once = example(tmp_path / "again")
    at_once.save(store.finish())
    assert website.files() == at_once.built().files()


def test_own_templates_come_first_file_by_file(tmp_path: Path) -> None:
    website = example(tmp_path)
    website.repository.write("templates/site/digests.html.jinja", "{{ title }} of {{ site_title }}")
    website.repository.write("templates/site/site.css", "body { color: black }")
    website.built()
    assert (
        website.text("digests/index.html") == "All days of Papers &amp; &lt;b&gt;People&lt;/b&gt;"
    )
    assert website.text("site.css") == "body { color: black }"
    assert website.text("index.html").startswith("<!doctype html>")


@for_each("name", ["digests.html.jinja", "row.html.jinja", "entry.xml.jinja"])
def test_a_mistake_in_an_own_template_is_named_with_its_line(name: str) -> None:
    with TemporaryDirectory() as folder:
        website = example(Path(folder))
        website.repository.write(f"templates/site/{name}", "\n{{ nobody_knows }}")
        ended = website.build()
        assert ended.code == 2
        assert f"{name}:2: 'nobody_knows' is undefined" in ended.err
        assert ended.err.count(".jinja:") == 1


def test_a_paper_from_long_ago_has_a_card_too(tmp_path: Path) -> None:
    old = paper(
        1,
        "MRI",
        id="hep-th/9901001",
        published=datetime(1999, 1, 4, tzinfo=UTC),
        updated=datetime(1999, 1, 4, tzinfo=UTC),
    )
    website = Website.new(tmp_path, {"medical-imaging": [old]}).built()
    assert text_of(row(website, "hep-th-9901001").xpath(".//time")[0]) == "Jan 4, 1999"
    assert_links_lead_somewhere(website)
