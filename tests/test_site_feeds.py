"""The website's Atom feeds: valid, complete, and with ids that stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from daily_papers.site.formulas import plain_text
from daily_papers.store.store import Draft, News
from tests.support.cases import for_each
from tests.support.website import DAY, HOSTILE, Website, example, paper

ATOM = {"a": "http://www.w3.org/2005/Atom"}

# RFC 4287, as far as our feeds go: every element that they may have, how often, and its form.
SCHEMA = etree.RelaxNG(
    etree.fromstring(
        """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="feed"><interleave>
    <ref name="id"/><ref name="title"/><ref name="updated"/>
    <oneOrMore><ref name="author"/></oneOrMore>
    <optional><element name="rights"><text/></element></optional>
    <zeroOrMore><ref name="link"/></zeroOrMore>
    <zeroOrMore><ref name="entry"/></zeroOrMore>
  </interleave></element></start>
  <define name="entry"><element name="entry"><interleave>
    <ref name="id"/><ref name="title"/><ref name="updated"/>
    <optional><element name="published"><ref name="moment"/></element></optional>
    <zeroOrMore><ref name="author"/></zeroOrMore>
    <oneOrMore><ref name="link"/></oneOrMore>
    <zeroOrMore><element name="category">
      <attribute name="term"><ref name="words"/></attribute>
      <optional><attribute name="scheme"><ref name="address"/></attribute></optional>
      <optional><attribute name="label"/></optional>
    </element></zeroOrMore>
    <element name="summary"><attribute name="type"><value>text</value></attribute><text/></element>
  </interleave></element></define>
  <define name="id"><element name="id"><data type="anyURI">
    <param name="pattern">tag:[a-z0-9.-]+,2026:[!-~]+</param>
  </data></element></define>
  <define name="title"><element name="title">
    <optional><attribute name="type"><value>text</value></attribute></optional><text/>
  </element></define>
  <define name="updated"><element name="updated"><ref name="moment"/></element></define>
  <define name="author"><element name="author">
    <element name="name"><ref name="words"/></element>
  </element></define>
  <define name="link"><element name="link">
    <attribute name="href"><ref name="address"/></attribute>
    <attribute name="rel">
      <choice><value>self</value><value>alternate</value><value>related</value></choice>
    </attribute>
    <optional><attribute name="type"/></optional><optional><attribute name="title"/></optional>
  </element></define>
  <define name="moment"><data type="dateTime">
    <param name="pattern">\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ</param>
  </data></define>
  <define name="words"><data type="string"><param name="minLength">1</param></data></define>
  <define name="address"><data type="anyURI">
    <param name="pattern">https?://[^\\s]+</param>
  </data></define>
</grammar>"""
    )
)


@pytest.fixture(scope="module")
def website(tmp_path_factory: pytest.TempPathFactory) -> Website:
    website = example(tmp_path_factory.mktemp("feeds"))
    assert website.build(environ={"GITHUB_REPOSITORY": "Owner/papers"}).code == 0
    return website


def feed(website: Website, path: str):
    return etree.fromstring((website.folder / path).read_bytes())


def ids(website: Website, path: str) -> list[str]:
    return feed(website, path).xpath("a:entry/a:id/text()", namespaces=ATOM)


def paths(website: Website) -> list[str]:
    return [path for path in website.files() if path.endswith(".atom")]


def test_there_is_a_feed_of_all_and_of_each_keyword_and_author(website: Website) -> None:
    assert paths(website) == [
        "authors/jose-nunez.atom",
        "feed.atom",
        "keywords/medical-imaging.atom",
        "keywords/nets.atom",
        "keywords/nothing-yet.atom",
    ]


def test_feeds_are_valid(website: Website) -> None:
    for path in paths(website):
        SCHEMA.assertValid(feed(website, path))
        assert len(set(ids(website, path))) == len(ids(website, path))
        parsed = feedparser.parse((website.folder / path).read_bytes())
        assert not parsed.bozo
        assert len(parsed.entries) == len(ids(website, path))


def test_own_templates_make_the_feeds_too(tmp_path: Path) -> None:
    website = Website.new(tmp_path, {"medical-imaging": [paper(1, "A & B")]})
    own = "<entry>\n<title>{{ row.paper.title }}</title>\n</entry>\n"
    website.repository.write("templates/site/entry.xml.jinja", own)
    assert feed(website.built(), "feed.atom").findtext("{*}entry/{*}title") == "A & B"


def test_a_feed_without_papers_is_of_the_day_of_the_listing(website: Website) -> None:
    assert "<updated>2026-03-20T00:00:00Z</updated>" in website.text("keywords/nothing-yet.atom")


def test_an_entry_tells_the_whole_paper(tmp_path: Path) -> None:
    abstract = "MRI " + "is looked at once more, in every way there is. " * 40
    told = paper(
        1,
        r"Fr\'echet means of MRI & $x<y$",
        abstract=abstract.strip(),
        comment="https://github.com/lab/means",
        version=2,
    )
    website = Website.new(tmp_path, {"medical-imaging": [told]}).built()
    (entry,) = feedparser.parse(website.files()["keywords/medical-imaging.atom"]).entries
    assert entry.id == "tag:daily-papers.invalid,2026:/papers/2603.00001"
    assert entry.title_detail.type == "text/plain"
    assert entry.title == "Fréchet means of MRI & $x<y$"
    assert entry.summary == abstract.strip()
    assert [author.name for author in entry.authors] == ["Ada Abramsson", "Bo Chen"]
    assert entry.published == entry.updated == "2026-03-01T13:00:00Z"
    assert [(link.rel, link.href) for link in entry.links] == [
        ("alternate", "https://arxiv.org/abs/2603.00001v2"),
        ("related", "https://arxiv.org/pdf/2603.00001v2"),
        ("related", "https://github.com/lab/means"),
    ]
    assert [(tag.term, tag.label) for tag in entry.tags] == [
        ("eess.IV", None),
        ("cs.CV", None),
        ("medical-imaging", "Medical imaging"),
    ]


@for_each("place", range(len(HOSTILE)))
def test_hostile_text_is_text(website: Website, place: int) -> None:
    id = f"tag:github.com,2026:owner/papers/papers/2603.{500 + place:05d}"
    (entry,) = feed(website, "feed.atom").xpath("a:entry[a:id=$id]", id=id, namespaces=ATOM)
    for name in ("title", "summary", "author/name"):
        path = "/".join(f"a:{part}" for part in name.split("/"))
        assert entry.xpath(path, namespaces=ATOM)[0].text == plain_text(HOSTILE[place])
    assert not entry.xpath("*/*[not(self::a:name)]", namespaces=ATOM)


def test_a_paper_has_one_id_in_every_feed(website: Website) -> None:
    common = "tag:github.com,2026:owner/papers/papers/2603.00020"
    for path in ("feed.atom", "keywords/nets.atom", "keywords/medical-imaging.atom"):
        assert common in ids(website, path)


def test_what_came_last_is_first(tmp_path: Path) -> None:
    old, late = paper(9), paper(3)
    website = Website.new(tmp_path, {"medical-imaging": [old]})
    store = Draft(website.store())
    store.take("medical-imaging", [late], DAY + timedelta(days=3))
    website.save(store.finish())
    for path in ("feed.atom", "keywords/medical-imaging.atom"):
        assert [id[-5:] for id in ids(website.built(), path)] == ["00003", "00009"]


def test_a_feed_has_a_hundred_entries_at_most(tmp_path: Path) -> None:
    papers = [paper(number) for number in range(1, 150)]
    website = Website.new(tmp_path, {"medical-imaging": papers}).built()
    for path in ("feed.atom", "keywords/medical-imaging.atom"):
        assert len(ids(website, path)) == 100
        assert ids(website, path)[0].endswith("2603.00149")


def test_a_feed_holds_the_whole_newest_day_also_what_its_table_has_no_room_for(
    tmp_path: Path,
) -> None:
    papers = [paper(number) for number in range(1, 181)]
    website = Website.new(tmp_path, {"medical-imaging": papers[:50] + papers[170:]})
    days = {"2026-03-19": papers[:60], f"{DAY}": papers[60:120], f"{DAY}-2": papers[120:]}
    for key, few in days.items():
        website.add_digest(key, [(one, ("medical-imaging",)) for one in few])
    website.built()
    for path in ("feed.atom", "keywords/medical-imaging.atom"):
        assert ids(website, path)[:120] == [
            f"tag:daily-papers.invalid,2026:/papers/{one.id}" for one in reversed(papers[60:])
        ]
        assert len(ids(website, path)) == 120
    assert ids(website, "keywords/nets.atom") == []


@pytest.mark.parametrize(
    ("given", "repository", "base", "id"),
    [
        (
            "",
            "Owner/papers",
            "https://owner.github.io/papers/",
            "tag:github.com,2026:owner/papers/",
        ),
        ("", "me/me.github.io", "https://me.github.io/", "tag:github.com,2026:me/me.github.io/"),
        (
            "https://papers.example.org",
            "owner/papers",
            "https://papers.example.org/",
            "tag:github.com,2026:owner/papers/",
        ),
        (
            "http://example.org/some/where/",
            "",
            "http://example.org/some/where/",
            "tag:example.org,2026:some/where/",
        ),
        ("", "", None, "tag:daily-papers.invalid,2026:/"),
        ("", "no repository", None, "tag:daily-papers.invalid,2026:/"),
    ],
)
def test_ids_and_addresses(
    tmp_path: Path, given: str, repository: str, base: str | None, id: str
) -> None:
    website = Website.new(tmp_path, {"medical-imaging": [paper(1)]})
    environ = {"GITHUB_REPOSITORY": repository, "DAILY_PAPERS_SITE_URL": given}
    assert website.build(environ=environ).code == 0
    root = feed(website, "keywords/medical-imaging.atom")
    links = root.xpath("a:link/@href", namespaces=ATOM)
    ends = ("keywords/medical-imaging.atom", "keywords/medical-imaging.html")
    assert links == ([] if base is None else [base + end for end in ends])
    assert root.findtext("a:id", namespaces=ATOM) == f"{id}keywords/medical-imaging.atom"
    assert ids(website, "keywords/medical-imaging.atom") == [f"{id}papers/2603.00001"]


def test_a_server_of_ones_own_names_the_feeds_and_has_pages_where_its_owner_says(
    tmp_path: Path,
) -> None:
    server = {"GITHUB_REPOSITORY": "Owner/papers", "GITHUB_SERVER_URL": "https://git.example"}
    website = Website.new(tmp_path, {"medical-imaging": [paper(1)]})
    assert website.build(environ=server).code == 0
    root = feed(website, "feed.atom")
    assert root.findtext("a:id", namespaces=ATOM) == "tag:git.example,2026:owner/papers/feed.atom"
    assert root.xpath("a:link", namespaces=ATOM) == []
    website.build(environ={**server, "DAILY_PAPERS_SITE_URL": "https://papers.example/"})
    links = feed(website, "feed.atom").xpath("a:link/@href", namespaces=ATOM)
    assert links[0] == "https://papers.example/feed.atom"


@pytest.mark.parametrize(
    "address",
    [
        *("example.org", "ftp://example.org/", "https://", "https://me@example.org/"),
        *("https://example.org/?q", "https://example.org/#a", "https://exa mple.org/", "http://[a"),
        *("http://:80/", "https:///folder/", "https://exa\N{NO-BREAK SPACE}mple.org/"),
    ],
)
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    website = Website.new(tmp_path, {})
    ended = website.build(environ={"DAILY_PAPERS_SITE_URL": address})
    assert ended.code == 2
    assert ended.err.startswith("daily-papers: DAILY_PAPERS_SITE_URL: ")
    assert not website.folder.exists()


def times(website: Website, path: str = "feed.atom") -> dict[str, tuple[str, str]]:
    """By paper, when a feed says that it was published and updated."""
    return {
        entry.findtext("a:id", namespaces=ATOM)[-10:]: (
            entry.findtext("a:published", namespaces=ATOM),
            entry.findtext("a:updated", namespaces=ATOM),
        )
        for entry in feed(website, path).xpath("a:entry", namespaces=ATOM)
    }


JANUARY = datetime(2026, 1, 9, 15, tzinfo=UTC)


def test_a_paper_that_was_held_is_dated_by_its_announcement(tmp_path: Path) -> None:
    held = {"published": JANUARY, "updated": JANUARY}
    papers = [
        paper(1, announced=date(2026, 3, 17), **held),  # the feed announced it
        paper(2, **held),  # it was news
        paper(3, **held),  # a search found it
        paper(4),  # submitted in the ordinary way, at 16:00 on 1 March
    ]
    news = {"2603.00002": News(1, date(2026, 3, 18), ("medical-imaging",), "2026-03-18")}
    website = Website.new(tmp_path, {"medical-imaging": papers}, news=news).built()
    expected = ["2026-03-17T00", "2026-03-18T00", "2026-01-09T15", "2026-03-01T16"]
    dates = {f"2603.{number:05d}": f"{time}:00:00Z" for number, time in enumerate(expected, 1)}
    for path in ("feed.atom", "keywords/medical-imaging.atom"):
        assert times(website, path) == {id: (time, time) for id, time in dates.items()}


def test_a_withdrawal_leaves_the_date_of_the_version_before(tmp_path: Path) -> None:
    gone = paper(1, version=2, updated=datetime(2026, 3, 19, tzinfo=UTC), announced=DAY)
    gone = replace(gone, comment="This paper has been withdrawn by the authors")
    website = Website.new(tmp_path, {"medical-imaging": [gone]}).built()
    assert times(website) == {"2603.00001": ("2026-03-01T13:00:00Z", "2026-03-01T13:00:00Z")}
    assert feed(website, "feed.atom").findtext("{*}entry/{*}title") == "Study 1 of MRI (withdrawn)"
