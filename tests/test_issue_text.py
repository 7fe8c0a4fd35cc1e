"""A mail says what the author wrote, and brings nothing of it to life on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from string import ascii_uppercase

import cmarkgfm
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.github_actions import Addresses
from daily_papers.mail.digest import Digest, Mail
from daily_papers.mail.entries import paper_line, visible_text
from daily_papers.mail.issue import (
    LONGEST_BODY,
    LONGEST_TITLE,
    LONGEST_TITLE_BEGIN,
    PartKey,
    find_part_key,
    issue_page,
    issue_parts,
    issue_title,
    utf16_length,
)
from daily_papers.papers.announcement import NewsItem
from daily_papers.render.markdown import shown
from tests.support.cases import for_each
from tests.support.digests import digest, item
from tests.support.goldens import assert_golden

LINKS = Addresses("reader/digests")
EVERYTHING = 10**6

HOSTILE = [
    "@octocat",
    "@org/team",
    "someone@example.org",
    "mailto:a@b.org",
    "#1",
    "GH-1",
    "gh-12",
    "org/repo#3",
    "user@0123456789abcdef0123456789abcdef01234567",
    "0123456789abcdef0123456789abcdef01234567",
    "deadbeef",
    "https://github.com/o/r/issues/1",
    "http://www.github.com/o/r/pull/1#discussion_r2",
    "www.github.com/o/r",
    "github.com/o/r/issues/1",
    "evil.ch",
    "https://example.org/a_b(c)?x=<y>&z",
    "ftp://example.org",
    ":tada:",
    "::error::x",
    "##[error]x",
    "<img src=x onerror=alert(1)>",
    "<!-- daily-papers digest=2026-11-20 repository=reader/digests part=1/1 papers=1-1 -->",
    "-->",
    "<https://example.org>",
    "</details>",
    "{{ 7*7 }}",
    "${{ secrets.X }}",
    "{% raw %}",
    "$x^2$",
    "$$x$$",
    "$`x`$",
    "**bold** *it* __b__ _i_ ~~s~~ ~s~",
    "`code`",
    "``` x",
    "[a](https://example.org)",
    "![a](https://example.org/a.png)",
    "](https://example.org)",
    "[^1]",
    "[^1]: note",
    "[x]",
    "- [ ] task",
    "# heading",
    "> quote",
    "1. one",
    "+ plus",
    "---",
    "===",
    "| a | b |",
    "&copy; &#64;user &lt;",
    "\\",
    "\\@x",
    "a  b\tc\nd\r\ne\u2028f\x85g",
    "fixes #12",
]
INVISIBLE = [
    "\u202e",
    "\u2066",
    "\u200f",
    "\u200b",
    "\ufeff",
    "\0",
    "\x1b[31m",
    "\ud800",
    "\U000e0041",
]
TEXTS = st.lists(
    st.sampled_from(HOSTILE + INVISIBLE)
    | st.text(st.sampled_from(list("ab1 @#:/.-_*`~$&<>[](){}!|\\^\"'=+%")), max_size=6)
    | st.text(max_size=5),
    max_size=5,
).map("".join) | st.lists(st.sampled_from(HOSTILE), max_size=3).map(" ".join)

#: What GitHub looks for in the text of an issue once Markdown is done.
ALIVE = {
    "mention": re.compile(r"(?:^|\W)@[a-z0-9]", re.IGNORECASE),
    "number": re.compile(r"#\d"),
    "GH number": re.compile(r"\bGH-\d", re.IGNORECASE),
    "commit": re.compile(r"[0-9a-f]{7}", re.IGNORECASE),
    "emoji": re.compile(r":[\w+-]+:"),
    "thread": re.compile(r"github\.com/|\w/[\w.-]+/[\w.-]+/(issues|pull)/\d", re.IGNORECASE),
    "address": re.compile(r"\w://|www\.", re.IGNORECASE),
    "host": re.compile(r"\w[.。．｡][^\W\d_]"),
    "e-mail": re.compile(r"\w@\w"),
    "template": re.compile(r"\{\{|\}\}|\{%|%\}|\$\{"),
    "workflow command": re.compile(r"::\w|##\["),
}
OURS = {"h1", "h3", "p", "ul", "li", "a", "span", "strong", "br"}


@dataclass
class Rendered(HTMLParser):
    """What readers see of Markdown on GitHub."""

    markdown: str
    text: str = ""
    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        html = cmarkgfm.github_flavored_markdown_to_html(self.markdown, Options.CMARK_OPT_UNSAFE)
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        if tag == "li":
            self.items.append("")

    def handle_data(self, data: str) -> None:
        self.nodes.append(data)
        self.text += data
        if self.items:
            self.items[-1] += data


def visible(text: str) -> str:
    return text.replace("\u200b", "")


def alive(texts: Iterable[str]) -> list[tuple[str, str]]:
    return [
        (what, text) for text in texts for what, pattern in ALIVE.items() if pattern.search(text)
    ]


def whole(mail: Mail) -> str:
    (part,) = issue_parts(mail, LINKS)
    return part.body


def hostile(text: str) -> Digest:
    """A digest with the text in every place where others write."""
    news = item(
        1,
        "a",
        "b",
        title=text,
        authors=(text, "B"),
        primary_category=text,
        sentence=text,
        venue=text,
        followed=(text,),
    )
    names = (("a", text), ("b", text))
    return digest("2026-11-20", [news], keyword_names=names, skipped=text, people=(("b", text),))


@given(TEXTS)
def test_a_title_is_shown_as_the_author_wrote_it(text: str):
    page = Rendered(whole(Mail((digest("2026-11-20", [item(1, title=f"T {text}", authors=())]),))))
    (line,) = page.items
    assert visible(line).startswith(visible(visible_text(f"T {text}", EVERYTHING)) + "\ncs.CV")


@given(TEXTS)
def test_a_sentence_is_shown_as_the_author_wrote_it(text: str):
    news = item(1, sentence=f"We {text}", authors=())
    page = Rendered(whole(Mail((digest("2026-11-20", [news]),))))
    (line,) = page.items
    expected = visible(visible_text(f"We {text}", 1000))
    assert visible(line).startswith(f"Paper number 1\ncs.CV\n{expected}")


@given(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\\")))
def test_ordinary_text_is_left_as_it_is(text: str):
    assert visible_text(text, EVERYTHING) == text


@given(TEXTS)
def test_readable_text_is_one_line_without_what_hides(text: str):
    line = visible_text(text, EVERYTHING)
    assert len(line.splitlines()) <= 1
    assert not re.search(
        "[\x00-\x1f\x7f\u200b\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", line
    )
    assert visible_text(line, EVERYTHING) == line or "\\" in line
    assert set(line) <= set(shown(text))


@for_each("thread", ["issues/1", "pull/1#discussion_r2", "discussions/3"])
@for_each("server", ["ghe.example.org", "example.org/git", "localhost:3000"])
def test_a_thread_of_any_server_is_not_linked(server: str, thread: str):
    news = item(1, title=f"See {server}/o/r/{thread}", sentence=f"code at {server}/o/r/{thread}")
    page = Rendered(whole(Mail((digest("2026-11-20", [news]),))))
    assert f"{server}/o/r/{thread}" in visible(page.text)
    assert f"{server}/o/r/{thread}" not in page.text


@given(TEXTS)
def test_nothing_comes_to_life_wherever_it_stands(text: str):
    mail = Mail((hostile(text),))
    page = Rendered(whole(mail))
    assert alive(page.nodes) == []
    assert alive([issue_title(mail)]) == []
    assert set(page.tags) <= OURS
    assert page.tags.count("li") == 1
    assert page.tags.count("h3") == 1
    assert page.links == ["https://arxiv.org/abs/2611.00001v1", LINKS.tables]


@given(TEXTS)
def test_nobody_can_write_a_key(text: str):
    body = whole(Mail((hostile(text),)))
    assert len(re.findall("<!--", body)) == 1
    assert find_part_key(body) == PartKey(("2026-11-20",), "reader/digests", 1, 1, 1, 1)


@given(TEXTS)
def test_every_text_can_be_sent_as_json_in_utf8(text: str):
    mail = Mail((hostile(text),))
    for sent in (issue_title(mail), whole(mail), issue_page(mail, LINKS)):
        sent.encode("utf-8")
        assert "\0" not in sent


@for_each("text", HOSTILE)
def test_each_hostile_text_alone(text: str):
    page = Rendered(whole(Mail((hostile(text),))))
    assert alive(page.nodes) == []
    assert set(page.tags) <= OURS
    assert visible(visible_text(text, EVERYTHING)) in visible(page.items[0])


def test_hostile_texts_read_as_the_golden():
    news = [item(number, title=text) for number, text in enumerate(HOSTILE + INVISIBLE)]
    mail = Mail((digest("2026-11-20", news),))
    assert_golden("issue-hostile.md", f"{whole(mail)}\n")


def test_tex_accents_are_letters_and_maths_stays():
    line = Rendered(
        whole(Mail((digest("2026-11-20", [item(1, title=r"Fr\'echet in $\mathbb{R}^n$")]),)))
    )
    assert "Fréchet in $\\mathbb{R}^n$" in line.items[0]


def test_a_title_without_end_is_cut():
    page = Rendered(whole(Mail((digest("2026-11-20", [item(1, title="long " * 600)]),))))
    assert len(page.items[0]) < 1100
    assert "long…" in page.items[0]


def test_a_title_of_nothing_is_the_papers_id():
    page = Rendered(whole(Mail((digest("2026-11-20", [item(1, title="\u202e")]),))))
    assert page.items[0].startswith("2611.00001\n")


# --- the title


def counted(*items: NewsItem, names: tuple[tuple[str, str], ...], **more: object) -> str:
    return issue_title(Mail((digest("2026-11-20", items, keyword_names=names, **more),)))


A, B, C = ("a", "mri"), ("b", "medical imaging"), ("c", "C#")


def test_titles_count_by_keyword():
    assert counted(item(1, "a"), names=(A, B)) == "1 new: mri · 2026-11-20"
    assert counted(item(1, "a"), item(2, "b"), item(3, "a", "b"), names=(A, B)) == (
        "3 new: mri 2, medical imaging 2 · 2026-11-20"
    )
    assert counted(item(1, "a", "b", "c"), item(2, "b", "c"), names=(A, B, C)) == (
        "2 new: mri 1, medical imaging 2, C#\u200b 2 · 2026-11-20"
    )


def test_people_and_the_total_come_first():
    news = (item(1, "b", "e"), item(2, "b"), item(3, "a"))
    names, people = (A, B, ("e", "Emmy Noether")), (("e", "Noether"),)
    assert counted(*news, names=names, people=people) == (
        "Noether 1, 3 new: mri 1, medical imaging 2 · 2026-11-20"
    )
    alone = counted(item(1, "e"), names=names[2:], people=people)
    assert alone == "Noether 1, 1 new · 2026-11-20"


def test_later_titles_of_a_day_say_so():
    later = digest("2026-11-20-2", [item(1)])
    assert issue_title(Mail((later,))) == "1 new: mri · 2026-11-20, more"


@given(
    st.lists(TEXTS, min_size=1, max_size=60),
    st.lists(st.sets(st.integers(0, 59), min_size=1), min_size=1, max_size=5),
    st.integers(0, 60),
)
def test_titles_are_never_too_long(names: list[str], matches: list[set[int]], people: int):
    slugs = [str(number) for number in range(len(names))]
    news = [
        item(number, *sorted({slugs[each % len(slugs)] for each in match}, key=int))
        for number, match in enumerate(matches)
    ]
    named = tuple(zip(slugs, names, strict=True))
    title = counted(*news, names=named, people=named[:people])
    assert utf16_length(title) <= LONGEST_TITLE
    assert title.endswith(" · 2026-11-20")
    assert f"{len(news)} new" in title[:LONGEST_TITLE_BEGIN]


def test_a_title_that_is_too_long_leaves_out_keywords_from_the_end():
    names = tuple((str(number), f"keyword number {number}") for number in range(30))
    news = [item(number, str(number)) for number in range(30)]
    assert counted(*news, names=names) == (
        "30 new: keyword number 0 1, keyword number 1 1 … · 2026-11-20"
    )


def test_a_title_has_as_many_people_as_an_inbox_shows():
    names = tuple((str(number), f"Somebody{number}") for number in range(9))
    news = [item(number, str(number)) for number in range(9)]
    assert counted(*news, names=names, people=names) == (
        "Somebody0 1, Somebody1 1 + 7 people, 9 new · 2026-11-20"
    )


# --- the list


def test_a_mail_reads_as_the_golden():
    names = (*(A, B, C), ("d", "Nobody's"))
    news = [
        item(1, "a", title="Only MRI", authors=("Ada Lovelace",), sentence="We scan <1 T."),
        item(2, "a", "b", title="Both", authors=("A", "B", "C", "D"), venue="TMI"),
        item(3, "b", title="Medical imaging", authors=None, in_title=("b",)),
        item(
            4,
            "b",
            "c",
            "e",
            title="Twice",
            authors=("A", "B", "C", "D", "Emmy Noether", "F"),
            followed=("Emmy Noether",),
            code_url="https://gitlab.com/o/r_x",
            project_url="https://o.github.io/r/",
            primary_category=None,
        ),
    ]
    both = digest(
        "2026-11-20-2",
        news,
        keyword_names=(*names, ("e", "Emmy Noether")),
        people=(("e", "Noether"),),
        revisions=1,
        skipped="1. No listing.",
    )
    mail = Mail((both,))
    (part,) = issue_parts(mail, replace(LINKS, site="https://example.org/mine/"))
    assert_golden("issue-mail.md", f"{issue_title(mail)}\n\n{part.body}\n")


@for_each(
    "number, followed, shown",
    [
        (3, "C", "A, B, **C**"),
        (4, "", "A, B, C et al."),
        (4, "B", "A, **B**, C et al."),
        (4, "D", "A, B, C, **D**"),
        (5, "D", "A, B, C, **D** et al."),
        (7, "G", "A, B, C … **G**"),
        (7, "E", "A, B, C … **E** et al."),
        (7, "DG", "A, B, C, **D** … **G**"),
        (10, "J", "A, B, C … **J**"),
        (11, "J", "A, B, C … **J** et al."),
        (26, "MP", "A, B, C … **M** … **P** et al."),
        (26, "MZ", "A, B, C … **M** … **Z**"),
    ],
)
def test_dots_stand_for_authors_who_are_left_out(number: int, followed: str, shown: str) -> None:
    paper = item(1, authors=tuple(ascii_uppercase[:number]), followed=tuple(followed))
    line = whole(Mail((digest("2026-11-20", [paper]).as_stored,))).split("\n  ")[1]
    assert line.partition(" ·")[0] == shown


def test_a_mail_of_one_keyword_does_not_name_it_with_each_paper():
    body = whole(Mail((digest("2026-11-20", [item(1, "a", closeness=1)], keyword_names=(A,)),)))
    assert "Closest to what you like (1)" in body
    assert "also" not in body


def test_a_category_that_is_a_keyword_too_is_named_once():
    news = [item(1, "a", "all", primary_category="cs.CV")]
    body = whole(Mail((digest("2026-11-20", news, keyword_names=(A, ("all", "cs.CV"))),)))
    assert "cs.CV" in body
    assert "also" not in body


def test_a_broad_topic_has_its_first_papers_in_full_and_all_others_by_title():
    news = [
        item(number, "a", sentence="We do.", in_title=("a",) * (number == 7))
        for number in range(60)
    ]
    body = whole(Mail((digest("2026-11-20", news, keyword_names=(A,)),)))
    assert body.count("We do.") == 25
    assert "### mri: 35 more, by title\n" in body
    assert body.count("https://arxiv.org/abs/") == 60
    assert (
        body.index("Paper number 7]")
        < body.index("Paper number 59]")
        < body.index("Paper number 58]")
    )


def test_a_catch_up_reads_as_the_golden():
    older = digest("2026-11-02", [item(1, "a")], keyword_names=(("a", "old name"),), revisions=2)
    newer = digest("2026-11-05", [item(2, "b"), item(1, "b")], keyword_names=(B,), skipped="Storm.")
    last = digest("2026-11-09", [item(3, "a")], keyword_names=(B, A), skipped="Storm.", revisions=1)
    mail = Mail((older, newer, last))
    assert_golden("issue-catch-up.md", f"{issue_title(mail)}\n\n{whole(mail)}\n")


def test_the_link_to_the_tables_knows_other_servers():
    links = Addresses("reader/digests", "https://github.example")
    (part,) = issue_parts(Mail((digest("2026-11-20", [1]),)), links)
    assert "[All tables](https://github.example/reader/digests#readme)" in part.body


@given(
    st.lists(st.tuples(st.integers(1, 1200), st.sets(st.integers(0, 4), min_size=1)), max_size=400),
)
def test_parts_hold_every_paper_once_and_stay_below_the_limit(papers: list[tuple[int, set[int]]]):
    names = tuple((str(number), f"keyword {number} @x") for number in range(5))
    news = [
        item(number, *map(str, sorted(match)), title="#" * length)
        for number, (length, match) in enumerate(papers)
    ]
    mail = Mail((digest("2026-11-20", news, keyword_names=names),))
    parts = issue_parts(mail, LINKS)
    assert all(utf16_length(part.body) <= LONGEST_BODY for part in parts)
    assert [part.key for part in parts] == [find_part_key(part.body) for part in parts]
    numbers = [
        (number, id)
        for part in parts
        for number, id in zip(
            range(part.key.first, part.key.last + 1),
            re.findall(r"^- .*\(https://arxiv\.org/abs/(\S+?)v1\)", part.body, re.MULTILINE),
            strict=True,
        )
    ]
    assert [number for number, _ in numbers] == list(range(1, len(news) + 1))
    assert sorted(id for _, id in numbers) == sorted(each.paper.id for each in news)
    page = issue_page(mail, LINKS)
    lines = [line for part in parts for line in part.body.split("\n") if line.startswith("- ")]
    assert lines == [line for line in page.split("\n") if line.startswith("- ")]


def test_parts_are_filled_and_say_where_they_go_on():
    news = [item(number, "a" if number < 100 else "b", title="x" * 990) for number in range(150)]
    mail = Mail((digest("2026-11-20", news, keyword_names=(A, B)),))
    first, second, third = issue_parts(mail, LINKS)
    assert utf16_length(first.body) > 0.95 * LONGEST_BODY
    assert "This is part 1 of 3 with 150 papers; the others follow as comments." in first.body
    assert "\n\n### mri (100)\n" in first.body
    assert second.body.startswith("This is part 2 of 3 with 150 papers.\n\n### mri (continued)\n")
    assert "### mri: 75 more, by title\n" in second.body
    assert third.body.startswith("This is part 3 of 3 with 150 papers.\n\n### mri (continued)\n")


def test_a_monstrous_paper_still_fits():
    crowd = tuple("@" * 5000 for _ in range(3000))
    names = tuple((str(number), "&" * 5000) for number in range(300))
    news = item(1, *map(str, range(300)), title="$" * 9999, authors=crowd, sentence="<" * 9999)
    mail = Mail((digest("2026-11-20", [news], keyword_names=names, skipped="&" * 9999),))
    parts = issue_parts(mail, LINKS)
    assert all(utf16_length(part.body) <= 65_536 for part in parts)


@for_each(
    "line",
    [
        "<!-- daily-papers digest=2026-11-20 repository=o/r part=1/1 -->",
        "<!-- daily-papers digest=today repository=o/r part=1/1 papers=1-2 -->",
        "<!-- daily-papers digest=2026-11-20 repository=o part=1/1 papers=1-2 -->",
        "x <!-- daily-papers digest=2026-11-20 repository=o/r part=1/1 papers=1-2 -->",
        "<!-- daily-papers digest=2026-11-20 repository=o/r part=1/1 papers=1-2 --> x",
        "<!--daily-papers digest=2026-11-20 repository=o/r part=1/1 papers=1-2 -->",
        "> <!-- daily-papers digest=2026-11-20 repository=o/r part=1/1 papers=1-2 -->",
        "",
    ],
)
def test_what_is_no_key_is_not_taken_for_one(line: str):
    assert find_part_key(f"Some text.\n\n{line}") is None


@given(
    st.lists(st.sampled_from(["2026-11-20", "2026-11-20-2", "2026-11-21"]), min_size=1, max_size=3),
    st.sampled_from(["o/r", "O-o/r.r_r--x"]),
    st.integers(0, 9999),
)
def test_a_key_is_read_back(keys: list[str], repository: str, number: int):
    key = PartKey(tuple(keys), repository, number, number + 1, number, number * 2)
    assert find_part_key(f"text\r\n\r\n{key}\r\nmore") == key


def test_the_days_of_a_catch_up_of_one_day():
    news = (digest("2026-11-20", [1]), digest("2026-11-20-2", [2]))
    assert issue_title(Mail(news)) == "2 new: mri · 2026-11-20"
    assert Mail(news).days == (date(2026, 11, 20), date(2026, 11, 20))


def test_a_withdrawn_paper_says_so():
    assert "(withdrawn)" in paper_line(item(1, withdrawn=True))
    assert "(withdrawn)" not in paper_line(item(1))
