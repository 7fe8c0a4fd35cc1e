"""The website in Debian's Chromium: what people see, do and hear; and what no page may do."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daily_papers.papers.paper import Paper
from daily_papers.site.formulas import plain_text
from daily_papers.store.store import Draft, News
from tests.support.website import (
    DAY,
    HOSTILE,
    Website,
    example,
    hostile_papers,
    paper,
    served,
)

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the dependency group browser")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="needs the dependency group browser"
)

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt-get install chromium)"),
]

KINDS = {
    "start": "index.html",
    "keyword": "keywords/medical-imaging.html",
    "empty keyword": "keywords/nothing-yet.html",
    "author": "authors/jose-nunez.html",
    "day": "digests/2026-03-18.html",
    "days": "digests/index.html",
    "starred": "starred.html",
    "not found": "404.html",
    "search": "search.html",
    "search results": "search.html?q=mri",
}
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def website(tmp_path_factory: pytest.TempPathFactory) -> Website:
    website = example(tmp_path_factory.mktemp("browser"))
    return website.built()


@pytest.fixture(scope="module")
def address(website: Website) -> Iterator[str]:
    with served(website.folder) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A page in a window of its own, and all that it complained of or asked for."""

    def __init__(self, chromium: Any, address: str, **context: Any) -> None:
        self.address = address
        self.context = chromium.new_context(**context)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def go(self, path: str) -> Visit:
        self.page.goto(self.address + path)
        if "?" in path:
            self.wait_for_results()
        return self

    def wait_for_results(self, sentence: str = "found") -> None:
        self.page.locator("#status").filter(has_text=sentence).wait_for()

    @property
    def titles(self) -> list[str]:
        # Text as the browser lays it out is empty for a card that is not in the window yet.
        return self.page.locator("article h2").all_text_contents()

    @property
    def search(self) -> str:
        return str(self.page.evaluate("location.search"))


@pytest.fixture
def visit(chromium: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit, wide and light. At its end nothing may have been complained of, or have left."""
    context = getattr(request, "param", {})
    visit = Visit(chromium, address, **{"viewport": WIDE, "color_scheme": "light", **context})
    yield visit
    visit.context.close()
    assert visit.complaints == []
    assert [url for url in visit.requests if not url.startswith(address)] == []


both_schemes = pytest.mark.parametrize(
    "visit",
    [
        pytest.param({"viewport": size, "color_scheme": scheme}, id=f"{scheme} {size['width']}")
        for size in (PHONE, WIDE)
        for scheme in ("light", "dark")
    ],
    indirect=True,
)


@both_schemes
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit: Visit, kind: str) -> None:
    visit.go(KINDS[kind])
    for summary in visit.page.locator("summary:visible").all()[:3]:
        summary.click()
    found = axe.Axe().run(visit.page)
    assert found.violations_count == 0, found.generate_report()
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    assert width <= visit.page.viewport_size["width"]


def test_nothing_of_a_days_news_makes_the_start_page_wider(chromium: Any, tmp_path: Path) -> None:
    papers = [
        paper(1, "MRI " + "a" * 60),
        paper(2, "MRI https://huggingface.co/datasets/organisation/some_dataset_name_v2_final"),
        paper(3, r"MRI $H^{0}(X,\mathcal{O}_{X}(D))\to H^{1}(Y,\mathcal{F}\otimes L)$"),
        *hostile_papers(),
    ]
    with served(day_of(papers, tmp_path).folder) as address:
        page = chromium.new_page(viewport=PHONE)
        page.goto(address)
        assert page.locator(".lines li").count() > 3
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.close()


def day_of(papers: list[Paper], root: Path) -> Website:
    """A website with one day of these papers."""
    news = {one.id: News(1, DAY, ("medical-imaging",), str(DAY)) for one in papers}
    website = Website.new(root, {"medical-imaging": papers}, news=news)
    website.add_digest(str(DAY), [(one, ("medical-imaging",)) for one in papers])
    return website.built()


def test_a_day_is_scanned_in_a_minute(chromium: Any, tmp_path: Path) -> None:
    papers = [
        paper(
            number,
            f"A title of ordinary length that says what study number {number} is about in MRI",
            abstract="MRI is important to people. In this paper, we propose a method that finds"
            " what nobody looked for in images of the head and of the heart, in less than half of"
            " the time that all other methods take. It works well. " * 3,
            authors=tuple(f"Somebody Longname-{letter}" for letter in "ABCDEF"),
            comment="Accepted at MIDL 2026. Code: https://github.com/lab/study",
        )
        for number in range(1, 85)
    ]
    with served(day_of(papers, tmp_path).folder) as address:
        page = chromium.new_page(viewport={"width": 1400, "height": 950})
        page.goto(f"{address}digests/{DAY}.html")
        heights = page.locator(".paper").evaluate_all(
            "rows => rows.map((row) => row.getBoundingClientRect().height)"
        )
        assert len(heights) == 84
        assert sum(heights) / len(heights) <= 100
        assert page.evaluate("document.documentElement.scrollHeight") <= 9.5 * 950
        page.close()


def test_nothing_runs_into_another_or_breaks_on_a_phone(chromium: Any, tmp_path: Path) -> None:
    names = ("Konstantinos Papadopoulos", "Wilhelmina Vandenberg")
    title = "Accelerated reconstruction and registration of MRI"
    papers = [
        paper(number, f"{title} {'i' * number}", authors=(*names, "B" * number))
        for number in range(1, 25)
    ]
    with served(day_of(papers, tmp_path).folder) as address:
        page = chromium.new_page(viewport=PHONE)
        for path in ("keywords/medical-imaging.html", "search.html?keyword=medical-imaging"):
            page.goto(address + path)
            page.locator("article time").first.wait_for()
            rows = page.locator("article").evaluate_all("""rows => rows.map((row) => {
                const title = document.createRange();
                title.selectNodeContents(row.querySelector("h2 a, h3 a"));
                const star = row.querySelector(".star").getBoundingClientRect().left;
                const left = row.getBoundingClientRect().left;
                const starts = row.querySelector(".id").getBoundingClientRect().left;
                return [
                    title.getBoundingClientRect().right <= star,
                    row.querySelector("time").getClientRects().length === 1,
                    starts === left || starts > left + 20,
                ];
            })""")
            assert len(rows) >= 10
            assert all(map(all, rows)), (path, rows)
        page.goto(f"{address}keywords/medical-imaging.html")
        tops = page.locator("h2 .count, .list h2").evaluate_all(
            "parts => parts.map((part) => part.getBoundingClientRect().bottom)"
        )
        assert abs(tops[0] - tops[1]) < 10
        page.close()


@pytest.mark.parametrize("width", [320, 360])
def test_a_long_venue_is_not_cut_on_a_phone(chromium: Any, tmp_path: Path, width: int) -> None:
    venue = "Transactions on the Reconstruction of Pictures of Hearts"
    papers = [paper(1, comment=f"Accepted to {venue}"), paper(2, comment="MIDL 2026")]
    with served(day_of(papers, tmp_path).folder) as address:
        page = chromium.new_page(viewport={"width": width, "height": 740})
        for path in ("index.html", "keywords/medical-imaging.html"):
            page.goto(address + path)
            ends = page.locator(".badge.venue").evaluate_all("""badges => badges.map((badge) => [
                badge.getBoundingClientRect().right, badge.getBoundingClientRect().height
            ])""")
            (short, low), (long, high) = sorted(ends, key=lambda each: each[1])
            assert max(short, long) <= width - 20
            assert high > 1.5 * low
        page.close()


def test_a_withdrawn_paper_is_marked_in_print_in_search_and_among_starred_ones(
    chromium: Any, tmp_path: Path
) -> None:
    gone = paper(1, "Old MRI", version=2, comment="Withdrawn. https://github.com/lab/old")
    with served(day_of([gone, paper(2)], tmp_path).folder) as address:
        visit = Visit(chromium, address).go("keywords/medical-imaging.html")
        visit.page.emulate_media(media="print")
        assert visit.page.locator(".badge.withdrawn").is_visible()
        assert not visit.page.locator(".badge.code").is_visible()
        visit.page.emulate_media(media="screen")
        visit.go("search.html?q=mri")
        found = visit.page.locator("article", has_text="Withdrawn")
        assert found.locator("h2").text_content() == "Old MRI"
        found.locator(".star").click()
        visit.page.locator('.star[aria-pressed="true"]').wait_for()
        visit.page.goto(f"{address}starred.html")
        assert visit.titles == ["Old MRI (withdrawn)"]
        visit.context.close()


def test_an_excerpt_ends_between_words(chromium: Any, tmp_path: Path) -> None:
    spaced, unspaced = "MRI of hippopotamuses " * 20, f"MRI {'心' * 300}"
    papers = [paper(1, abstract=spaced.strip()), paper(2, abstract=unspaced)]
    with served(day_of(papers, tmp_path).folder) as address:
        page = Visit(chromium, address).go("search.html?q=mri").page
        excerpts = page.locator("article summary").all_text_contents()
        page.context.close()
    assert excerpts[0] == f"{unspaced[:200]} …"
    assert excerpts[1].endswith((" MRI …", " of …", " hippopotamuses …"))


def test_search_has_the_abstract_of_a_keyword_that_is_gone(chromium: Any, tmp_path: Path) -> None:
    abstract = f"We look at MRI of the head{', of the heart' * 15}."
    website = Website.new(tmp_path, {"medical-imaging": [paper(1, abstract=abstract)]})
    store = Draft(website.store())
    store.drop("medical-imaging", "2603.00001")
    store.state = replace(store.state, day=DAY + timedelta(days=3))
    website.save(store.finish())
    website.repository.write("keywords.yaml", "keywords: [mesh]\n")
    with served(website.built().folder) as address:
        visit = Visit(chromium, address).go("search.html?q=head")
        visit.page.locator("article summary").click()
        shown = visit.page.locator("article .abstract")
        assert shown.is_visible()
        assert shown.text_content() == abstract
        visit.context.close()


def test_what_search_shows_whole_is_not_shown_again(chromium: Any, tmp_path: Path) -> None:
    one = "We look at MRI of the head, and at what it shows to all the people who know it by heart."
    papers = [paper(1, abstract=one), paper(2, abstract=f"{one} It is good. {one} {one}")]
    with served(day_of(papers, tmp_path).folder) as address:
        visit = Visit(chromium, address).go("search.html?q=heart")
        for summary in visit.page.locator("article > details > summary").all():
            summary.click()
        visit.page.locator("article .abstract").nth(1).wait_for(state="attached")
        abstracts = visit.page.locator("article .abstract")
        assert [each.is_visible() for each in abstracts.all()] == [True, False]
        visit.context.close()


@pytest.mark.parametrize("width", [320, 360, 440, 840, 1000])
def test_fields_have_room_and_lie_on_no_other(chromium: Any, address: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 740})
    page.goto(f"{address}search.html?code=1")
    boxes = [field.bounding_box() for field in page.locator("#search :is(input, select)").all()]
    page.close()
    for place, box in enumerate(boxes):
        assert box["x"] > 0
        assert box["x"] + box["width"] < width - 10
        for other in boxes[:place]:
            assert (
                other["x"] + other["width"] <= box["x"] or other["y"] + other["height"] <= box["y"]
            )


@pytest.mark.parametrize("visit", [{"viewport": PHONE}], indirect=True)
def test_filters_hide_no_result_on_a_phone_unless_one_is_set(visit: Visit) -> None:
    visit.go("search.html?q=mri")
    first = visit.page.locator("article").first.bounding_box()
    assert first is not None
    assert first["y"] < 0.75 * PHONE["height"]
    visit.go("search.html?keyword=nets")
    assert visit.page.get_by_label("Keyword").is_visible()
    visit.page.get_by_text("Filters", exact=True).click()
    assert not visit.page.get_by_label("Keyword").is_visible()
    visit.page.set_viewport_size(WIDE)
    visit.page.get_by_label("Keyword").wait_for()
    assert not visit.page.get_by_text("Filters", exact=True).is_visible()


def test_dark_is_dark(chromium: Any, address: str) -> None:
    for scheme in ("light", "dark"):
        visit = Visit(chromium, address, color_scheme=scheme).go("index.html")
        ink, page = (brightness(visit, name) for name in ("color", "backgroundColor"))
        assert abs(ink - page) > 150
        assert (page < ink) == (scheme == "dark")
        visit.context.close()


def brightness(visit: Visit, name: str) -> float:
    colour = visit.page.evaluate(f"getComputedStyle(document.body).{name}")
    return sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(","))) / 3


@pytest.mark.parametrize("path", [KINDS["keyword"], KINDS["day"], "search.html?q=mri"])
def test_hostile_text_is_seen_as_text(visit: Visit, path: str) -> None:
    visit.go(path)
    if "?" in path:
        visit.page.get_by_role("button", name="Show more").click()
    shown = [" ".join(title.split()) for title in visit.page.locator("h2, h3").all_text_contents()]
    for text in HOSTILE:
        if "$\\" not in text:
            assert " ".join(plain_text(text).split()) in shown
    assert visit.page.locator("main script, main img, main svg[onload], main style").count() == 0


def test_a_page_of_the_folder_itself_has_its_style(chromium: Any, website: Website) -> None:
    visit = Visit(chromium, "http://127.0.0.1/", color_scheme="light")
    visit.page.goto((website.folder / "index.html").as_uri())
    assert visit.page.evaluate("document.styleSheets.length") == 1
    assert visit.complaints == []
    visit.context.close()


# --- without a mouse, without JavaScript -------------------------------------------------------


def test_the_first_key_leads_past_the_head(visit: Visit) -> None:
    visit.go(KINDS["keyword"])
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip"
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_all_but_search_and_stars_reads_without_javascript(visit: Visit) -> None:
    visit.go(KINDS["start"])
    visit.page.get_by_role("link", name="Medical imaging").first.click()
    assert visit.page.get_by_role("heading", name="Imaging hearts by MRI").is_visible()
    row = visit.page.locator("article", has_text="Imaging hearts by MRI")
    assert not row.locator(".notes").is_visible()
    row.locator("summary").first.click()
    assert row.locator(".notes").is_visible()
    row.get_by_text("BibTeX").click()
    assert row.locator("pre").inner_text().startswith("@misc{arxiv-")
    other = visit.page.locator("article", has_text="Segmenting MRI images")
    assert not other.locator(".notes").is_visible()
    visit.page.get_by_label("Open all").check()
    assert other.locator(".notes").is_visible()
    visit.page.goto(visit.address + "search.html")
    assert visit.page.get_by_text("Search needs JavaScript").is_visible()


# --- keys, stars, visits -----------------------------------------------------------------------


def test_keys_lead_through_a_page(visit: Visit) -> None:
    visit.go(KINDS["keyword"])
    keys = visit.page.keyboard
    keys.press("j")
    keys.press("j")
    keys.press("k")
    first = visit.page.locator("article").first
    assert first.evaluate("row => row.classList.contains('current')")
    assert first.evaluate("row => row.contains(document.activeElement)")
    keys.press("o")
    assert first.locator(".notes").is_visible()
    keys.press("o")
    assert not first.locator(".notes").is_visible()
    keys.press("?")
    visit.page.get_by_role("dialog", name="Keys").get_by_text("next paper").wait_for()
    keys.press("Escape")
    keys.press("/")
    keys.type("jo")
    assert visit.page.get_by_role("searchbox").input_value() == "jo"


@pytest.mark.parametrize("path", [KINDS["keyword"], "search.html?q=hearts"])
def test_starred_papers_have_a_page_with_their_bibtex(visit: Visit, path: str) -> None:
    visit.go(path)
    visit.page.get_by_role("button", name="Star Imaging hearts by MRI").click()
    visit.page.locator('.star[aria-pressed="true"]').wait_for()
    visit.page.get_by_role("link", name="Starred").click()
    visit.page.locator("#starred").get_by_role("heading", name="Imaging hearts by MRI").wait_for()
    assert "rft.creator=E" in (visit.page.locator(".Z3988").get_attribute("title") or "")
    with visit.page.expect_download() as bibtex:
        visit.page.get_by_role("button", name="Download BibTeX").click()
    assert Path(bibtex.value.path()).read_text().startswith("@misc{arxiv-2603.00002,")
    with visit.page.expect_download() as listed:
        visit.page.get_by_role("button", name="Download JSON").click()
    (paper,) = json.loads(Path(listed.value.path()).read_text())
    assert (paper["id"], paper["authors"]) == ("2603.00002", "A, B, C, D, E")
    visit.page.get_by_role("link", name="abstract").click()
    assert visit.page.url.endswith("#2603.00002")
    visit.page.get_by_role("button", name="Star Imaging hearts by MRI").click()
    visit.page.goto(visit.address + "starred.html")
    assert visit.page.get_by_text("None yet").is_visible()


def test_hostile_text_is_starred_as_text(visit: Visit) -> None:
    visit.go(KINDS["day"])
    for star in visit.page.locator(".star").all():
        star.click()
    visit.page.goto(visit.address + "starred.html")
    titles = [" ".join(title.split()) for title in visit.page.locator("h2").all_text_contents()]
    assert HOSTILE[0] in titles
    assert visit.page.locator("main script, main img, main svg").count() == 0


def test_bibtex_is_copied(visit: Visit) -> None:
    visit.go(KINDS["keyword"])
    row = visit.page.locator("article", has_text="Imaging hearts by MRI")
    row.locator("summary").first.click()
    row.get_by_text("BibTeX", exact=True).click()
    row.get_by_role("button", name="Copy BibTeX").click()
    row.get_by_role("button", name="Copied").wait_for()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied == row.locator("pre").text_content()


def test_what_was_opened_is_marked_as_read(visit: Visit) -> None:
    visit.go(KINDS["day"])
    visit.page.locator("summary").first.click()
    visit.page.locator("article.read").wait_for()
    visit.page.reload()
    assert visit.page.locator("article.read").count() == 1


def test_what_came_since_the_last_visit_is_counted(visit: Visit) -> None:
    visit.page.clock.set_fixed_time(datetime(2026, 3, 20, 15, tzinfo=UTC))
    visit.go(KINDS["start"])
    assert not visit.page.locator("#since").is_visible()
    visit.page.evaluate(
        """for (const name of Object.keys(localStorage).filter((each) => each.endsWith("visit"))) {
            localStorage.setItem(name, '{"now": "2026-03-17"}');
        }"""
    )
    visit.page.reload()
    since = visit.page.locator("#since")
    assert since.inner_text().endswith("papers on 2 days since your last visit.")
    assert visit.page.get_by_text("new to you").count() == 2
    for hour, number in (18, 2), (20, 0):  # still reading; back in the evening
        visit.page.clock.set_fixed_time(datetime(2026, 3, 20, hour, tzinfo=UTC))
        visit.page.reload()
        assert visit.page.get_by_text("new to you").count() == number
    assert not visit.page.locator("#since").is_visible()


def test_days_that_the_start_page_no_longer_lists_are_not_forgotten(
    chromium: Any, tmp_path: Path
) -> None:
    website = Website.new(tmp_path, {"nets": [paper(1)]})
    for number in range(1, 12):
        website.add_digest(f"2026-03-{number:02d}", [(paper(number), ("nets",))])
    with served(website.built().folder) as address:
        visit = Visit(chromium, address).go("index.html")
        since = []
        for day in ("2026-02-27", "2026-03-01"):
            visit.page.evaluate(
                """now => localStorage.setItem("daily-papers:/:visit", JSON.stringify({ now }))""",
                day,
            )
            visit.page.reload()
            since.append(visit.page.locator("#since").inner_text().partition("built. ")[2])
        visit.context.close()
    ten = "10 papers on 10 days since your last visit."
    assert since == [f"More than {ten}", ten]


def test_a_name_from_right_to_left_leaves_what_is_beside_it_in_its_place(
    chromium: Any, tmp_path: Path
) -> None:
    website = Website.new(tmp_path, {"nets": [paper(1)]})
    website.add_digest("2026-03-20", [(paper(1), ("nets",))])
    digest = website.repository.text("digests/2026-03-20.md")
    website.repository.write("digests/2026-03-20.md", digest.replace("Nets", "ספר כחול"))
    with served(website.built().folder) as address:
        page = Visit(chromium, address).go("index.html").page
        name = page.locator("h2 a").first.bounding_box()
        count = page.locator("h2 .count").first.bounding_box()
        days = page.locator(".days .by").inner_text()
        page.context.close()
    assert name["x"] + name["width"] <= count["x"]
    assert days == "1 paper: ספר כחול\u00a01"


@pytest.mark.parametrize(
    ("read", "missing"),
    [
        ("2026-03-22", ""),  # a Sunday; the website is of Friday, March 20
        ("2026-03-24", "Monday, March 23 to Tuesday, March 24: not fetched yet"),
        ("2026-03-28", "Monday, March 23 to Friday, March 27: not fetched yet"),
        ("2026-03-23", "Monday, March 23: not fetched yet"),
    ],
)
def test_days_that_are_not_here_yet_are_named_whenever_the_page_is_read(
    visit: Visit, read: str, missing: str
) -> None:
    visit.page.clock.set_fixed_time(datetime.fromisoformat(f"{read}T15:00Z"))
    visit.go(KINDS["start"])
    assert visit.page.locator("#since").inner_text().startswith(missing)
    assert visit.page.locator("#since").is_visible() == bool(missing)


def test_a_website_of_long_ago_names_no_single_day(visit: Visit) -> None:
    visit.page.clock.set_fixed_time(datetime(2026, 11, 27, 15, tzinfo=UTC))
    visit.go(KINDS["start"])
    since = visit.page.locator("#since").inner_text()
    assert since == "Nothing later had been fetched when this page was built."


# --- search ------------------------------------------------------------------------------------


def test_an_open_result_is_marked_for_what_was_asked_and_not_for_its_keywords(visit: Visit) -> None:
    visit.go('search.html?q="frechet mean" steps')
    found = visit.page.locator("#results article").first
    marks = found.locator("h2 mark")
    assert marks.all_text_contents() == ["Fréchet", "means", "steps"]
    found.locator("summary").first.click()
    found.locator("h2 math").first.wait_for()
    assert marks.all_text_contents() == ["Fréchet", "means", "steps"]
    assert found.locator("mark", has_text="MRI").count() == 0


def test_a_result_shows_the_date_of_its_page(visit: Visit) -> None:
    visit.go("search.html?q=hearts")
    visit.wait_for_results()
    found = visit.page.locator("#results article", has_text="Imaging hearts by MRI")
    shown, id = found.locator("time").text_content(), found.get_attribute("id")
    visit.go(KINDS["keyword"])
    assert shown == visit.page.locator(f"[id='{id}'] time").text_content()


def test_the_index_is_loaded_when_somebody_searches(visit: Visit) -> None:
    visit.go("search.html")
    visit.page.locator("#words").click()
    assert not [url for url in visit.requests if "/search/" in url]
    visit.page.keyboard.type("hearts")
    visit.wait_for_results()
    assert [url for url in visit.requests if "/search/" in url]


def test_a_search_from_any_page(visit: Visit) -> None:
    visit.go(KINDS["day"])
    visit.page.get_by_role("searchbox", name="Search papers").fill("hearts")
    visit.page.keyboard.press("Enter")
    visit.wait_for_results("1 paper found")
    assert visit.titles == ["Imaging hearts by MRI"]


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("heart image", ["Imaging hearts by MRI"]),
        ('"mri images"', ["Segmenting MRI images"]),
        ("segment mri", ["Segmenting MRI images"]),
        ('"images mri"', []),
        ("josé nuñez", ["Random coding", "Graph neural networks for MRI"]),
        ("project lab.github.io", []),
        ("lab.github.io", ["Segmenting MRI images"]),
    ],
)
def test_words_and_phrases(visit: Visit, question: str, titles: list[str]) -> None:
    visit.go("search.html")
    visit.page.locator("#words").fill(question)
    visit.wait_for_results(f"{len(titles)} paper{'' if len(titles) == 1 else 's'} found")
    assert visit.titles == titles


def test_filters(visit: Visit) -> None:
    visit.go("search.html?q=mri")
    filters = {
        "Keyword": ("nets", ["Graph neural networks for MRI"]),
        "Category": ("hep-th", ["MRI in high energy physics"]),
    }
    for label, (value, titles) in filters.items():
        visit.page.get_by_label(label).select_option(value)
        visit.wait_for_results("1 paper found")
        assert visit.titles == titles
        visit.page.get_by_label(label).select_option("")
    visit.page.get_by_label("With code").check()
    visit.wait_for_results("2 papers found")
    visit.page.get_by_label("With code").uncheck()
    visit.page.get_by_label("To", exact=True).fill("2026-03-01")  # as its row says
    visit.wait_for_results("5 papers found")
    assert "Segmenting MRI images" in visit.titles
    visit.page.get_by_label("From").fill("2026-02-27")
    visit.wait_for_results("4 papers found")
    visit.page.get_by_label("To", exact=True).fill("2026-02-28")
    visit.wait_for_results("0 papers found")
    assert help_of(visit) == ["Without the filters: 25 papers."]
    visit.page.get_by_label("From").fill("2026-03-20")
    assert help_of(visit) == ["“From” is later than “To”."]
    visit.page.get_by_label("Words").fill("hep-TH nobody")
    visit.wait_for_results("0 papers found")
    assert help_of(visit)[:3] == [
        "“hep-TH” is a category: choose it under Category.",
        "No paper has “nobody”.",
        "“From” is later than “To”.",
    ]
    assert visit.page.get_by_text("Try fewer words").is_visible()


def help_of(visit: Visit) -> list[str]:
    return visit.page.locator(".empty li").all_text_contents()


def test_the_address_holds_the_search_and_back_goes_back(visit: Visit) -> None:
    visit.go("search.html")
    words = visit.page.locator("#words")
    words.press_sequentially("hearts")
    visit.wait_for_results("1 paper found")
    assert visit.search == "?q=hearts"
    words.press("Enter")
    words.fill("mri")
    visit.page.get_by_label("Category").select_option("hep-th")
    visit.wait_for_results("1 paper found")
    assert visit.search == "?q=mri&category=hep-th"

    visit.page.go_back()
    visit.wait_for_results("papers found")
    assert (visit.search, words.input_value()) == ("?q=mri", "mri")
    visit.page.go_back()
    visit.wait_for_results("1 paper found")
    assert (visit.search, visit.titles) == ("?q=hearts", ["Imaging hearts by MRI"])
    visit.page.go_back()
    visit.page.locator("article").wait_for(state="detached")
    assert (visit.search, words.input_value()) == ("", "")
    visit.page.go_forward()
    visit.wait_for_results("1 paper found")

    again = visit.context.new_page()
    again.goto(visit.address + "search.html?q=mri&category=hep-th")
    again.locator("#status", has_text="1 paper found").wait_for()
    assert again.get_by_label("Category").input_value() == "hep-th"


def test_without_a_letter_to_search_for_nothing_is_found(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}search.html?q=%2B%2B%2B")
    visit.wait_for_results("No word to search for")
    assert visit.titles == []
    visit.page.get_by_label("Words").fill("+++ hearts")
    visit.wait_for_results("1 paper found")


def test_the_address_is_put_right_where_it_asks_for_what_is_not_there(visit: Visit) -> None:
    visit.go("search.html?q=hearts&keyword=gone&from=yesterday")
    assert visit.search == "?q=hearts"
    assert len(visit.titles) == 1


def test_results_come_in_parts(chromium: Any, tmp_path: Path) -> None:
    website = Website.new(
        tmp_path, {"medical-imaging": [paper(number) for number in range(1, 71)]}
    ).built()
    with served(website.folder) as address:
        visit = Visit(chromium, address).go("search.html?q=mri")
        assert len(visit.titles) == 10
        more = visit.page.get_by_role("button", name="Show more")
        more.click()
        assert visit.page.evaluate("document.activeElement.textContent") == "Study 60 of MRI"
        more.click()
        assert len(visit.titles) == 70
        assert not more.is_visible()
        visit.context.close()


def test_formulas_in_results_are_tex_and_mathml_once_they_are_opened(visit: Visit) -> None:
    visit.go("search.html?q=fréchet")
    assert r"with $O(n \log n)$ steps and $\unknowncommand{x}$" in visit.titles[0]
    visit.page.locator("article summary").first.click()
    visit.page.locator("article h2 math").wait_for()
    letters = visit.page.locator("article h2 math mi").all_text_contents()
    assert [letter.strip() for letter in letters] == ["O", "n", "log", "n"]


def test_an_index_that_cannot_be_loaded_is_said(chromium: Any, address: str) -> None:
    visit = Visit(chromium, address)
    visit.page.route("**/search/index.json", lambda route: route.fulfill(status=503))
    visit.page.goto(address + "search.html?q=mri")
    visit.page.locator("#status", has_text="could not be loaded (status 503)").wait_for()
    visit.page.unroute("**/search/index.json")
    visit.page.locator("#words").fill("hearts")
    visit.wait_for_results("1 paper found")
    visit.context.close()
