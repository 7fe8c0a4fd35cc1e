"""`issues: per keyword`: each keyword has one lasting issue, with its papers as comments, once."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daily_papers.config import parse_config
from daily_papers.errors import DailyPapersError
from daily_papers.mail.digest import Digest
from daily_papers.mail.issue import find_part_key, find_part_keys
from daily_papers.store.reconcile import reconcile
from daily_papers.store.store import Store
from tests.support.daily_runs import days
from tests.support.digests import KEYWORDS, digest, item
from tests.support.github import Fault, GitHubStandIn
from tests.support.kills import killed_at
from tests.support.services import Hook, serving_hook
from tests.test_notify import LONG, Watcher, ids, papers_in

MONDAY = date(2026, 11, 16)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
BOTH = ("mri", "medical-imaging")


@pytest.fixture(scope="module")
def running_github():
    with GitHubStandIn() as github:
        yield github


@pytest.fixture
def watcher(tmp_path: Path, running_github: GitHubStandIn) -> Watcher:
    running_github.empty()
    return Watcher(tmp_path, running_github, MONDAY)


def news(day: date, *papers: tuple[int, Sequence[str]], **values: object) -> Digest:
    """A day's digest, of papers with their keywords."""
    items = [item(number, *slugs) for number, slugs in papers]
    return digest(str(day), items, per_keyword=True, **values)  # type: ignore[arg-type]


def in_issues(github: GitHubStandIn) -> dict[str, list[str]]:
    """The papers in the comments of each keyword's issue."""
    papers: dict[str, list[str]] = {}
    for issue in github.issues:
        key = find_part_key(issue["body"])
        if issue["title"] == "Deliveries":
            assert issue["comments"] == 0
            continue
        assert key is not None
        assert key.keyword not in papers
        papers[key.keyword] = []
        for comment in github.comments:
            if comment["issue_url"] == issue["url"] and find_part_key(comment["body"]):
                papers[key.keyword] += papers_in(comment["body"])
    return papers


def send(watcher: Watcher, *digests: Digest) -> list[str]:
    watcher.write(*digests)
    watcher.today = max(watcher.today, *(each.day for each in digests))
    watcher.said.clear()
    assert watcher.notify() == 0
    return watcher.said


def test_each_keyword_has_an_issue_with_its_papers_as_comments(watcher: Watcher):
    said = send(watcher, news(MONDAY, (1, ["mri"]), (2, BOTH)))
    assert in_issues(watcher.github) == {"mri": ids([1, 2]), "medical-imaging": ids([2])}
    assert watcher.titles == ["New papers: mri", "New papers: medical imaging"]
    first, second = (comment["body"] for comment in watcher.github.comments)
    assert first.startswith(
        "2 new papers on 2026-11-16: mri. All are listed below, each once.\n\n### mri (2)\n"
    )
    assert second.endswith(
        "<!-- daily-papers digest=2026-11-16 repository=reader/digests keyword=medical-imaging"
        " part=1/1 papers=1-1 -->"
    )
    assert said[0] == "opened issue 1: New papers: mri"
    send(watcher, news(TUESDAY, (3, ["mri"])))
    assert in_issues(watcher.github) == {"mri": ids([1, 2, 3]), "medical-imaging": ids([2])}
    written = len(watcher.github.writes)
    watcher.notify()
    assert len(watcher.github.writes) == written
    assert watcher.said[-1] == "no new digest to send"


def test_a_renamed_keyword_keeps_its_issue_even_if_another_gets_its_slug(watcher: Watcher):
    send(watcher, news(MONDAY, (1, ["mri"])))
    names = (("mr-imaging", "MR imaging"), ("mri", "another mri"))
    renamed = {"keyword_names": names, "topics": (("mr-imaging", "mri"), ("mri", "mri-2"))}
    send(watcher, news(TUESDAY, (2, ["mri"]), (3, ["mr-imaging"]), **renamed))
    send(watcher, news(WEDNESDAY, (4, ["mri", "mr-imaging"]), **renamed))
    assert in_issues(watcher.github) == {"mri": ids([1, 3, 4]), "mri-2": ids([2, 4])}
    assert watcher.titles == ["New papers: MR imaging", "New papers: another mri"]
    written = len(watcher.github.writes)
    watcher.notify(correct=str(MONDAY))
    assert len(watcher.github.writes) == written


def test_the_issues_of_a_renamed_repository_go_on(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
):
    send(watcher, news(MONDAY, (1, ["mri"])))
    monkeypatch.setattr(watcher.github, "repository", "reader/renamed")
    send(watcher, news(TUESDAY, (2, ["mri"]), repository="reader/renamed"))
    send(watcher, news(WEDNESDAY, (3, ["mri"]), repository="reader/renamed"))
    assert watcher.titles == ["New papers: mri"]
    assert in_issues(watcher.github) == {"mri": ids([1, 2, 3])}


SLUGS = ("a", "b", "c")
#: What becomes of three searches: each keeps its slug, gets another one, goes or comes.
EDITS = st.lists(st.permutations([*SLUGS, "d", "", ""]).map(lambda row: row[:3]), max_size=5)


@example([["d", "", "c"], ["d", "a", "c"]], [True] * 6)
@settings(deadline=None)
@given(edits=EDITS, is_sent=st.lists(st.booleans(), min_size=6, max_size=6))
def test_whatever_keywords_are_called_each_paper_is_in_its_keywords_issue_once(
    tmp_path_factory: pytest.TempPathFactory,
    running_github: GitHubStandIn,
    edits: Sequence[Sequence[str]],
    is_sent: Sequence[bool],
):
    running_github.empty()
    watcher = Watcher(tmp_path_factory.mktemp("digests"), running_github, MONDAY)
    store = Store()
    #: The papers of each keyword that there was, and those of today's by slug and by search.
    wanted: list[list[str]] = []
    living: dict[tuple[str, int], list[str]] = {}
    for number, (day, row) in enumerate(zip(days(MONDAY, 6), (SLUGS, *edits), strict=False)):
        text = [
            f"- {{name: {s.upper()}{n}, slug: {s}, any: [w{n}]}}" for n, s in enumerate(row) if s
        ]
        keywords = parse_config("\n".join(("keywords:", *text)).encode(), "keywords.yaml").keywords
        store = reconcile(store, keywords, day).store
        living = survivors(living, row)
        wanted += [papers for papers in living.values() if not papers]
        items = [item(3 * number + place + 1, slug) for place, slug in enumerate(row) if slug]
        for (_, place), papers in living.items():
            papers.extend(ids([3 * number + place + 1]))
        names = tuple((each.slug, each.name) for each in keywords)
        topics = tuple((slug, each.topic) for slug, each in store.keywords.items() if each.topic)
        watcher.write(digest(str(day), items, keyword_names=names, per_keyword=True, topics=topics))
        watcher.today = day
        if is_sent[number] or not number:
            watcher.notify()
    watcher.notify()
    issues = [
        [
            paper
            for comment in running_github.comments
            if comment["issue_url"] == issue["url"]
            for paper in papers_in(comment["body"])
        ]
        for issue in running_github.issues
    ]
    assert sorted(itertools.chain(*issues)) == sorted(itertools.chain(*wanted))
    for papers in wanted:
        assert sum(bool(set(papers) & set(issue)) for issue in issues) == 1
    for issue in issues:
        assert sum(bool(set(papers) & set(issue)) for papers in living.values()) <= 1


def survivors(
    before: Mapping[tuple[str, int], list[str]], row: Sequence[str]
) -> dict[tuple[str, int], list[str]]:
    """The keywords of today: the same are those with the slug, else those with the search."""
    now: dict[tuple[str, int], list[str]] = {}
    left = dict(before)
    for same in (0, 1):
        for each in ((slug, place) for place, slug in enumerate(row) if slug):
            known = next((key for key in left if key[same] == each[same]), None)
            if each not in now and known is not None:
                now[each] = left.pop(known)
    return {(slug, place): now.get((slug, place), []) for place, slug in enumerate(row) if slug}


def test_a_closed_issue_gets_nothing_until_it_is_opened_again(watcher: Watcher):
    send(watcher, news(MONDAY, (1, ["mri"])))
    watcher.github.issues[0]["state"] = "closed"
    said = send(watcher, news(TUESDAY, (2, ["mri"])), news(WEDNESDAY, (3, ["mri"])))
    assert said == [
        "issue 1, New papers: mri, is closed; 2 new papers wait until it is opened again"
    ]
    assert in_issues(watcher.github) == {"mri": ids([1])}
    watcher.github.issues[0]["state"] = "open"
    watcher.notify()
    assert in_issues(watcher.github) == {"mri": ids([1, 2, 3])}


def test_only_our_own_comments_and_issues_count(watcher: Watcher):
    send(watcher, news(MONDAY, (1, ["mri"])))
    (issue,), (comment,) = watcher.github.issues, watcher.github.comments
    watcher.github.comment(1, comment["body"].replace("2026-11-16", "2026-11-17"), by="mallory")
    watcher.github.open_issue(issue["body"].replace("=mri", "=medical-imaging"), by="mallory")
    send(watcher, news(TUESDAY, (2, BOTH)))
    assert "2611.00002" in papers_in(watcher.github.comments[-2]["body"])
    assert watcher.titles[-1] == "New papers: medical imaging"


def test_a_switch_begins_with_the_first_digest_after_it(watcher: Watcher):
    watcher.write(digest(str(MONDAY), [1]))
    watcher.notify()
    watcher.write(digest(str(TUESDAY), [2]))
    watcher.today = WEDNESDAY
    watcher.write(news(WEDNESDAY, (3, ["mri"])))
    watcher.notify()
    assert watcher.titles == [
        "1 new: mri · 2026-11-16", "1 new: mri · 2026-11-17", "New papers: mri"
    ]  # fmt: skip
    send(watcher, digest("2026-11-19", [4]))
    assert watcher.titles[3:] == ["1 new: mri · 2026-11-19"]
    assert sorted(watcher.papers) == ids([1, 2, 3, 4])


def test_a_weekly_mail_is_one_comment_in_each_issue(watcher: Watcher):
    friday = MONDAY + timedelta(days=4)
    send(watcher, news(MONDAY, (1, ["mri"]), due=friday))
    send(watcher, news(TUESDAY, (2, ["mri"]), due=friday))
    assert watcher.github.issues == []
    send(watcher, news(friday, (3, BOTH), due=friday))
    assert in_issues(watcher.github) == {"mri": ids([1, 2, 3]), "medical-imaging": ids([3])}
    assert len(watcher.github.comments) == 2


@pytest.fixture
def hook(watcher: Watcher) -> Iterator[Hook]:
    """A channel of the watcher's."""
    with serving_hook() as hook:
        watcher.environment["DAILY_PAPERS_CHANNELS"] = f"chat = json://127.0.0.1:{hook.port}"
        yield hook


def test_channels_get_each_digest_once_and_one_more_issue_says_so(watcher: Watcher, hook: Hook):
    channels = watcher.environment.pop("DAILY_PAPERS_CHANNELS")
    send(watcher, news(MONDAY, (1, ["mri"])))
    watcher.environment["DAILY_PAPERS_CHANNELS"] = channels
    watcher.notify()
    assert watcher.titles == ["New papers: mri"]
    said = send(watcher, news(TUESDAY, (2, BOTH), (3, ["mri"])))
    assert said[0] == "opened issue 2: Deliveries"
    assert hook.papers() == ids([2, 3])
    assert in_issues(watcher.github)["mri"] == ids([1, 2, 3])
    hook.status = 503
    watcher.write(news(WEDNESDAY, (4, ["mri"])))
    watcher.today = WEDNESDAY
    assert watcher.notify() == 3
    assert in_issues(watcher.github)["mri"] == ids([1, 2, 3, 4])
    hook.status = 200
    assert watcher.notify() == 0
    written = len(watcher.github.writes)
    assert watcher.notify() == 0
    assert len(watcher.github.writes) == written
    assert hook.papers() == ids([2, 3, 4])
    assert watcher.titles[1] == "Deliveries"
    keys = [str(key.marks) for key in find_part_keys(watcher.github.issues[1]["body"])]
    assert keys == ["since=2026-11-17 channels=chat:1/2", "since=2026-11-18 channels=chat:1/1"]


def test_what_waits_goes_out_with_the_next_news_however_that_goes_out(watcher: Watcher, hook: Hook):
    """From weekly to daily, and between `per digest` and `per keyword`."""
    friday = MONDAY + timedelta(days=4)
    send(watcher, news(MONDAY, (1, ["mri"]), due=friday))
    said = send(watcher, digest(str(TUESDAY), [2], due=friday))
    keys = f"{MONDAY}, {TUESDAY}"
    assert said[0] == f"digest {keys}: waiting for the weekly email of {friday}"
    send(watcher, news(WEDNESDAY, (3, ["medical-imaging"])))
    assert sorted(watcher.titles[:4]) == [
        f"1 new: mri · {TUESDAY}",
        "Deliveries",
        "New papers: medical imaging",
        "New papers: mri",
    ]
    assert sorted(watcher.papers) == hook.papers() == ids([1, 2, 3])
    thursday = WEDNESDAY + timedelta(days=1)
    said = send(watcher, news(thursday, (4, ["mri"]), due=friday))
    assert said == [f"digest {thursday}: waiting for the weekly email of {friday}"]
    send(watcher, digest(str(friday), [5]))
    assert sorted(watcher.papers) == hook.papers() == ids([1, 2, 3, 4, 5])


def test_what_waits_for_a_closed_issue_waits_for_no_channel(watcher: Watcher, hook: Hook):
    send(watcher, news(MONDAY, (1, ["mri"])))
    watcher.github.issues[1]["state"] = "closed"
    send(watcher, news(TUESDAY, (2, ["mri"])))
    for day in range(12):
        watcher.today = WEDNESDAY + timedelta(days=day)
        watcher.notify()
    send(watcher, news(watcher.today, (3, ["medical-imaging"])))
    watcher.github.issues[1]["state"] = "open"
    watcher.notify()
    assert hook.papers() == ids([1, 2, 3])
    # Only what can still be sent is noted.
    assert len(list(find_part_keys(watcher.github.issues[0]["body"]))) == 1
    assert in_issues(watcher.github)["mri"] == ids([1, 2])


def test_a_damaged_digest_reaches_its_keywords_once_it_is_restored(watcher: Watcher, hook: Hook):
    send(watcher, news(MONDAY, (1, ["mri"])))
    (watcher.root / "digests" / f"{TUESDAY}.md").write_text("nothing", encoding="utf-8")
    watcher.write(news(WEDNESDAY, (3, ["mri"])))
    watcher.today = WEDNESDAY
    with pytest.raises(DailyPapersError, match=str(TUESDAY)):
        watcher.notify()
    send(watcher, news(TUESDAY, (2, ["mri"])))
    for day in days(WEDNESDAY, 12):
        watcher.today = day
        watcher.notify()
    assert in_issues(watcher.github)["mri"] == ids([1, 3, 2])
    assert hook.papers() == ids([1, 3])


@pytest.mark.parametrize("acted", [pytest.param(False, marks=pytest.mark.full), True])
def test_a_kill_repeats_at_most_one_part_on_a_channel(watcher: Watcher, hook: Hook, acted: bool):
    finished = False
    for number in itertools.count(1):
        watcher.github.empty()
        hook.sent.clear()
        watcher.write(news(MONDAY, (1, BOTH)), news(TUESDAY, (2, ["mri"])))
        watcher.today = MONDAY
        with killed_at(number, acted=acted):
            watcher.notify()
            finished = True
        watcher.today = TUESDAY
        watcher.notify()
        watcher.notify()
        # The first run begins with the newest digest.
        assert in_issues(watcher.github) == {"mri": ids([2])}
        assert set(hook.papers()) == set(ids([2]))
        assert len(hook.papers()) <= 2
        if finished:
            break
    assert number > 8


def test_a_dry_run_shows_the_comments(watcher: Watcher):
    watcher.write(news(MONDAY, (1, ["mri"])))
    assert watcher.notify(dry_run=True) == 0
    assert watcher.github.writes == []
    assert [line for line in watcher.said if not line.startswith("|")] == [
        "would open an issue in reader/digests:",
        "would add a comment to it:",
    ]
    assert watcher.said[1] == "| New papers: mri"


def test_a_dry_run_names_what_is_renamed_closed_and_waiting(watcher: Watcher):
    def dry_run() -> list[str]:
        watcher.said.clear()
        assert watcher.notify(dry_run=True) == 0
        return [line for line in watcher.said if not line.startswith("|")]

    send(watcher, news(MONDAY, (1, BOTH)))
    assert dry_run() == ["no new digest to send"]
    watcher.github.issues[0]["state"] = "closed"
    watcher.today = TUESDAY
    names = (("mri", "MRI"), KEYWORDS[1])
    watcher.write(news(TUESDAY, (2, ["mri"]), keyword_names=names, due=WEDNESDAY))
    assert dry_run()[0] == "digest 2026-11-17: waiting for the weekly email of 2026-11-18"
    watcher.today = WEDNESDAY
    assert dry_run() == [
        "issue 1, New papers: MRI, is closed; 1 new paper waits until it is opened again",
    ]
    watcher.github.issues[0]["state"] = "open"
    assert dry_run() == [
        "would add a comment to issue 1:",
        "would rename issue 1: New papers: MRI",
    ]
    watcher.environment["GITHUB_TOKEN"] = ""
    assert dry_run()[1:] == [
        "would open an issue in reader/digests:",
        "would add a comment to it:",
    ]


def test_a_dry_run_shows_what_would_go_to_channels(watcher: Watcher, hook: Hook):
    watcher.write(news(MONDAY, (1, ["mri"])))
    assert watcher.notify(dry_run=True) == 0
    assert "digest 2026-11-16: would go to channel chat" in watcher.said
    assert hook.sent == []


def test_a_run_reads_the_comments_of_three_months_at_once(watcher: Watcher):
    ours = itertools.count(1)
    for day in days(MONDAY, 30):
        slugs = ["mri"] if day.day % 2 else ["ct"]
        if day == MONDAY:
            slugs = ["mri", "ct", "old"]
        send(watcher, news(day, (next(ours), slugs), keyword_names=()))
    for later in (0, 60, 40):
        watcher.today += timedelta(days=later)
        watcher.github.exchanges.clear()
        watcher.notify()
        assert sum("/comments" in request for request in watcher.github.requests) <= 1
        assert watcher.github.writes == []
    send(watcher, news(watcher.today, (99, ["old"]), keyword_names=()))
    assert in_issues(watcher.github)["old"] == ids([1, 99])
    assert sum(map(len, in_issues(watcher.github).values())) == 33


def test_a_digest_that_changed_between_two_parts_is_completed_by_a_correction(watcher: Watcher):
    def papers(*numbers: int) -> Digest:
        items = [item(number, title=LONG) for number in numbers]
        return digest(str(MONDAY), items, per_keyword=True)

    watcher.write(papers(*range(150)))
    with killed_at(7, acted=True):
        watcher.notify()
    assert 0 < len(in_issues(watcher.github)["mri"]) < 150
    watcher.write(papers(*range(1, 200)), news(TUESDAY, (500, ["mri"])))
    with pytest.raises(DailyPapersError, match="--correct 2026-11-16` updates the issue"):
        watcher.notify()
    assert "2611.00500" in in_issues(watcher.github)["mri"], "it holds no other up"
    watcher.notify(correct=str(MONDAY))
    watcher.notify()
    assert sorted(in_issues(watcher.github)["mri"]) == ids([*range(1, 200), 500])


def test_a_correction_reaches_a_keyword_that_an_old_digest_did_not_have(watcher: Watcher):
    for day in days(MONDAY, 12):
        send(watcher, news(day, (day.day, BOTH if day.day % 2 else ["mri"])))
    # The issue of medical imaging is complete beyond this day.
    watcher.write(news(MONDAY, (16, ["mri"]), (99, ["medical-imaging"])))
    watcher.notify(correct=str(MONDAY))
    watcher.notify()
    found = in_issues(watcher.github)
    assert found["medical-imaging"].count("2611.00099") == 1
    assert "2611.00099" not in found["mri"]
    written = len(watcher.github.writes)
    watcher.notify(correct=str(MONDAY))
    assert len(watcher.github.writes) == written


def test_a_damaged_digest_is_sent_weeks_later_once_it_is_restored(watcher: Watcher):
    send(watcher, news(MONDAY, (1, ["mri"])))
    damaged = watcher.root / "digests" / f"{TUESDAY}.md"
    damaged.write_text("nothing", encoding="utf-8")
    for day in days(WEDNESDAY, 12):
        watcher.write(news(day, (day.day, ["mri"])))
        watcher.today = day
        with pytest.raises(DailyPapersError, match=str(TUESDAY)):
            watcher.notify()
    send(watcher, news(TUESDAY, (99, ["mri"])))
    assert in_issues(watcher.github)["mri"][-1] == "2611.00099"


def test_a_correction_of_the_only_paper_can_be_made_again_and_taken_back(watcher: Watcher):
    send(watcher, news(MONDAY, (1, ["mri"])))
    for papers in ((), (), [1]):
        watcher.write(news(MONDAY, *((number, ["mri"]) for number in papers)))
        written = len(watcher.github.writes)
        assert watcher.notify(correct=str(MONDAY)) == 0
        assert watcher.notify() == 0
        assert in_issues(watcher.github) == {"mri": ids(papers)}
    assert len(watcher.github.writes) > written
    assert sum("**Correction**" in each["body"] for each in watcher.github.comments) == 2
    assert len(watcher.github.comments) == 3


def test_a_correction_waits_until_a_closed_issue_is_opened_again(watcher: Watcher):
    send(watcher, news(MONDAY, (1, ["mri"]), (2, BOTH)))
    watcher.github.issues[0]["state"] = "closed"
    watcher.write(news(MONDAY, (1, ["mri"])))
    watcher.said.clear()
    assert watcher.notify(correct=str(MONDAY)) == 0
    assert "digest 2026-11-16: issue 1 is closed; open it and run this again to correct it" in (
        watcher.said
    )
    assert in_issues(watcher.github) == {"mri": ids([1, 2]), "medical-imaging": []}
    watcher.github.issues[0]["state"] = "open"
    watcher.notify(correct=str(MONDAY))
    assert in_issues(watcher.github)["mri"] == ids([1])


@pytest.mark.parametrize(
    "request_number",
    [pytest.param(n, marks=() if n in {7, 8, 10} else pytest.mark.full) for n in range(1, 16)],
)
def test_a_correction_reaches_the_keywords_that_it_is_about(watcher: Watcher, request_number: int):
    extra = (("ct", "CT"),)
    names = {"keyword_names": (*KEYWORDS, *extra)}
    send(watcher, news(MONDAY, (1, ["mri"]), (2, BOTH), (3, ["ct"]), **names))
    send(watcher, news(TUESDAY, (4, ["ct"]), **names))
    watcher.write(news(MONDAY, (1, ["mri"]), (5, ["mri"]), (3, ["ct"]), **names))
    correction = {"correct": str(MONDAY)}
    with killed_at(request_number, acted=request_number % 2 == 0):
        watcher.notify(**correction)
    watcher.notify(**correction)
    assert in_issues(watcher.github) == {
        "mri": ids([1, 5]), "medical-imaging": [], "ct": ids([3, 4])
    }  # fmt: skip
    explained = [c["body"] for c in watcher.github.comments if "**Correction**" in c["body"]]
    assert len(explained) == 2
    assert "These papers were missing:\n\n- [Paper number 5]" in explained[0]
    assert "These papers should not have been listed:\n\n- [Paper number 2]" in explained[1]
    written = len(watcher.github.writes)
    watcher.notify(**correction)
    watcher.notify()
    assert len(watcher.github.writes) == written


# --- thirty days


@dataclass
class Month:
    """Thirty days: one keyword is renamed, one removed, one added, and one issue closed a while."""

    watcher: Watcher
    papers: int = 1
    wanted: dict[str, list[str]] = field(default_factory=dict)

    def digest(self, number: int, size: int) -> Digest:
        """The news of a day, some of it of several keywords."""
        slugs = {"mri": "mri", "segmentation": "Segmentation", "ct": "CT"}
        topics = {}
        if number >= 10:
            slugs = {"mr-imaging": "MR imaging", "segmentation": "Segmentation", "ct": "CT"}
            topics = {"mr-imaging": "mri"}
        if number >= 15:
            del slugs["segmentation"]
        if number >= 20:
            slugs["mri"] = "mri again"
            topics["mri"] = "mri-2"
        items = []
        for paper in range(self.papers, self.papers + size):
            chosen = [slug for n, slug in enumerate(slugs) if (paper + n) % 2 or n == paper % 3]
            chosen = chosen or list(slugs)
            title = LONG if size > 10 else ""
            items.append(item(paper, *chosen, title=title))
            for slug in chosen:
                self.wanted.setdefault(topics.get(slug, slug), []).extend(ids([paper]))
        self.papers += size
        day = str(MONDAY + timedelta(days=number))
        ours = {"keyword_names": tuple(slugs.items()), "topics": tuple(topics.items())}
        return digest(day, items, per_keyword=True, **ours)  # type: ignore[arg-type]

    def live_through(self, fates: Mapping[int, tuple[str, object]], sizes: Sequence[int]) -> None:
        """Let each day have its news and its fate; afterwards every paper must be out, once."""
        watcher = self.watcher
        for number, (day, size) in enumerate(zip(days(MONDAY, 30), sizes, strict=True)):
            watcher.today = day
            if size:
                watcher.write(self.digest(number, size))
            for issue in watcher.github.issues:
                if ": CT" in issue["title"]:
                    issue["state"] = "closed" if 5 <= number < 12 else "open"
            self._run(*fates.get(number, ("good", None)))
        watcher.notify()
        written = len(watcher.github.writes)
        watcher.notify()
        assert len(watcher.github.writes) == written
        found = in_issues(watcher.github)
        assert {slug: Counter(papers) for slug, papers in found.items()} == {
            slug: Counter(papers) for slug, papers in self.wanted.items()
        }

    def _run(self, fate: str, what: object) -> None:
        match what:
            case (Fault() as fault, int(at)):
                self.watcher.github.inject(fault, at=at)
                with suppress(DailyPapersError):
                    self.watcher.notify()
                self.watcher.github.recover()
            case (int(at), bool(acted)):
                with killed_at(at, acted=acted):
                    self.watcher.notify()
            case _ if fate == "good":
                self.watcher.notify()


def test_a_month_with_renamed_removed_and_new_keywords_says_everything_once(watcher: Watcher):
    fates: dict[int, tuple[str, object]] = {
        1: ("kill", (5, True)),
        3: ("kill", (6, False)),
        10: ("kill", (7, True)),
        13: ("none", None),
        15: ("fault", (Fault.SERVER_ERROR_AFTER, 7)),
        20: ("kill", (8, True)),
        22: ("fault", (Fault.FORBIDDEN, 8)),
    }
    sizes = [3, 80, *(number % 3 for number in range(28))]
    Month(watcher).live_through(fates, sizes)


FATES = st.one_of(
    st.just(("good", None)),
    st.just(("none", None)),
    st.tuples(st.just("kill"), st.tuples(st.integers(1, 20), st.booleans())),
    st.tuples(
        st.just("fault"),
        st.tuples(
            st.sampled_from(
                [Fault.FORBIDDEN, Fault.SERVER_ERROR, Fault.SERVER_ERROR_AFTER, Fault.RESET_AFTER]
            ),
            st.integers(1, 20),
        ),
    ),
)


@pytest.mark.full
@settings(max_examples=8, deadline=None)
@given(
    fates=st.dictionaries(st.integers(1, 29), FATES),
    sizes=st.lists(st.sampled_from([0, 1, 2, 3, 150]), min_size=29, max_size=29),
)
def test_many_months_say_everything_once(
    tmp_path_factory: pytest.TempPathFactory,
    running_github: GitHubStandIn,
    fates: Mapping[int, tuple[str, object]],
    sizes: Sequence[int],
):
    running_github.empty()
    watcher = Watcher(tmp_path_factory.mktemp("digests"), running_github, MONDAY)
    # The last day has news: what a keyword is called now reaches its issue with its next papers.
    Month(watcher).live_through(fates, [2, *sizes[:-1], 3])
