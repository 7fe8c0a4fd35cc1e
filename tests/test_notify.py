"""`notify` against a stand-in of GitHub: every digest becomes one issue, whatever happens."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.mail import github
from daily_papers.mail.digest import Digest
from daily_papers.mail.github import (
    GitHubError,
    IssuesOff,
    NotFound,
    NotPermitted,
    Rejected,
    Unclear,
)
from daily_papers.mail.issue import find_part_key
from daily_papers.mail.notify import NotifyOptions, notify
from daily_papers.transaction import Transaction, locked
from daily_papers.transport import AnswerLimits
from tests.support.clock import PassingClock
from tests.support.command_line import Ended, run
from tests.support.digests import digest, item, write
from tests.support.dripping import MOST_DROPS, Dripping
from tests.support.github import ACTIONS, TOKEN, Fault, GitHubStandIn
from tests.support.kills import killed_at, kills
from tests.support.refusing_disk import refusing_to_move

LONG = "A title that is as long as titles get, " * 25


@dataclass
class Watcher:
    """A digest repository and its GitHub."""

    root: Path
    github: GitHubStandIn
    today: date = date(2026, 11, 20)
    clock: PassingClock = field(default_factory=PassingClock)
    said: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    warned: list[str] = field(default_factory=list)

    def write(self, *digests: Digest) -> None:
        write(self.root, *digests)

    @property
    def whole_environment(self) -> dict[str, str]:
        return {
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REPOSITORY": self.github.repository,
            "GITHUB_API_URL": self.github.address,
            "DAILY_PAPERS_TODAY": str(self.today),
            **self.environment,
        }

    def run(self, *options: str) -> Ended:
        return run("--root", self.root, "notify", *options, environ=self.whole_environment)

    def notify(self, **options: object) -> int:
        self.github.pass_to(self.today)
        return notify(
            self.root,
            self.whole_environment,
            NotifyOptions(**options),  # type: ignore[arg-type]
            clock=self.clock,
            say=self.said.append,
            warn=self.warned.append,
        )

    @property
    def titles(self) -> list[str]:
        return [issue["title"] for issue in self.github.issues]

    @property
    def papers(self) -> list[str]:
        """The papers of all mails, in their order, each mail's by identifier."""
        mails: dict[tuple[str, ...], list[str]] = {}
        for body in self.github.bodies():
            key = find_part_key(body)
            mails.setdefault(key.digests if key else (), []).extend(papers_in(body))
        return [paper for papers in mails.values() for paper in sorted(papers)]


def papers_in(body: str) -> list[str]:
    line = r"^- (?:\*\*)?\[.*\]\(https://arxiv\.org/abs/(\S+?)v\d+\)"
    return sorted(re.findall(line, body, re.MULTILINE))


def ids(numbers: Iterable[int]) -> list[str]:
    return [f"2611.{number:05}" for number in numbers]


@pytest.fixture(scope="module")
def running_github() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as github:
        yield github


@pytest.fixture
def watcher(tmp_path: Path, running_github: GitHubStandIn) -> Watcher:
    running_github.empty()
    running_github.login = ACTIONS
    running_github.repository = "reader/digests"
    running_github.largest_page = 100
    running_github.is_github = True
    return Watcher(tmp_path, running_github)


@pytest.fixture
def begun(watcher: Watcher) -> Watcher:
    """A repository in which one digest was sent."""
    watcher.write(digest("2026-11-18", range(1, 3)))
    watcher.notify()
    watcher.said.clear()
    watcher.clock.slept.clear()
    watcher.github.exchanges.clear()
    return watcher


def test_a_digest_becomes_one_labelled_issue(watcher: Watcher):
    watcher.write(digest("2026-11-20", range(3)))
    assert watcher.notify() == 0
    (issue,) = watcher.github.issues
    assert issue["title"] == "3 new: mri · 2026-11-20"
    assert [label["name"] for label in issue["labels"]] == ["daily-papers"]
    assert papers_in(issue["body"]) == ids(range(3))
    assert issue["body"].endswith(
        "\n\n<!-- daily-papers digest=2026-11-20 repository=reader/digests part=1/1 papers=1-3 -->"
    )
    assert watcher.said == ["opened issue 1: 3 new: mri · 2026-11-20"]


def test_a_second_run_sends_nothing(begun: Watcher):
    assert begun.notify() == 0
    assert begun.github.writes == []
    assert begun.said == ["no new digest to send"]


def test_nothing_is_asked_where_there_is_no_digest(watcher: Watcher):
    assert watcher.notify() == 0
    assert watcher.github.requests == []
    assert watcher.said == ["nothing to send: digests/ holds no digest of this repository"]


def test_the_first_use_starts_at_the_newest_digest(watcher: Watcher):
    watcher.write(*(digest(f"2026-11-{day}", [day]) for day in range(10, 20)))
    watcher.notify()
    assert watcher.papers == ids(range(19, 20))
    watcher.notify()
    assert watcher.papers == ids(range(19, 20))


def test_the_begin_of_another_login_does_not_count(begun: Watcher):
    begun.github.issues.clear()
    (label,) = begun.github.labels
    label["description"] = label["description"].replace(ACTIONS, "mallory")
    begun.write(digest("2026-11-19", [3]))
    begun.notify()
    assert begun.titles == ["1 new: mri · 2026-11-19"]


def test_an_issue_that_holds_only_a_further_part_is_no_mail(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    body = begun.github.issues[0]["body"].replace("digest=2026-11-18", "digest=2026-11-19")
    begun.github.open_issue(body.replace("part=1/1", "part=2/2"), by=ACTIONS)
    begun.notify()
    assert begun.titles[-1] == "1 new: mri · 2026-11-19"


def test_several_digests_are_sent_oldest_first(begun: Watcher):
    begun.write(
        digest("2026-11-20-2", [5]),
        digest("2026-11-20-10", [6]),
        digest("2026-11-20", [4]),
        digest("2026-11-19", [3]),
    )
    begun.notify()
    assert begun.papers == ids(range(1, 7))


def test_what_waited_for_more_than_a_week_becomes_one_catch_up(begun: Watcher):
    begun.write(*(digest(f"2026-11-{day}", [day]) for day in range(19, 25)))
    begun.today = date(2026, 11, 29)
    begun.notify()
    assert begun.titles[1:] == [
        "3 new: mri · 2026-11-19 to 2026-11-21",
        "1 new: mri · 2026-11-22",
        "1 new: mri · 2026-11-23",
        "1 new: mri · 2026-11-24",
    ]
    assert begun.papers == ids(range(1, 3)) + ids(range(19, 25))
    begun.notify()
    assert len(begun.github.issues) == 5


def test_a_digest_without_papers_is_not_sent(begun: Watcher):
    begun.write(digest("2026-11-19", []))
    begun.notify()
    assert begun.github.writes == []
    assert begun.said == ["no new digest to send"]


def test_a_digest_made_for_another_repository_is_never_sent(begun: Watcher):
    begun.write(digest("2026-11-19", [3], repository="somebody/else"))
    begun.write(digest("2026-11-20", [4], repository=None))
    begun.notify()
    assert begun.papers == ids(range(1, 3)) + ids(range(4, 5))


def test_only_the_keys_of_the_own_login_count(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    body = begun.github.issues[0]["body"].replace("2026-11-18", "2026-11-19")
    begun.github.open_issue(body, by="mallory")
    begun.github.open_issue(body, by=None)
    begun.github.open_issue(None, by="empty")
    begun.notify()
    assert begun.titles[-1] == "1 new: mri · 2026-11-19"


def test_a_key_of_another_repository_does_not_count(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    body = begun.github.issues[0]["body"].replace("2026-11-18", "2026-11-19")
    begun.github.open_issue(body.replace("reader/digests", "reader/other"), by=ACTIONS)
    begun.notify()
    assert begun.titles[-1] == "1 new: mri · 2026-11-19"


def test_an_issue_that_is_closed_and_lost_its_label_still_counts(begun: Watcher):
    begun.github.issues[0].update(state="closed", labels=[], title="renamed")
    begun.notify()
    assert len(begun.github.issues) == 1


def test_an_issue_that_was_edited_on_the_web_still_counts(begun: Watcher):
    body = begun.github.issues[0]["body"].replace("\n", "\r\n")
    begun.github.issues[0]["body"] = f"{body}\r\n\r\nThank you all!"
    begun.notify()
    assert len(begun.github.issues) == 1


def test_of_several_keys_in_an_edited_issue_the_last_counts(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    body = begun.github.issues[0]["body"]
    quoted = body.replace("digest=2026-11-18", "digest=2026-11-19")
    begun.github.issues[0]["body"] = f"{quoted}\n\n{body}"
    begun.notify()
    assert begun.titles == [
        "2 new: mri · 2026-11-18",
        "1 new: mri · 2026-11-19",
    ]
    begun.notify()
    assert len(begun.github.issues) == 2


@pytest.mark.parametrize("unsent", [[], [3]], ids=["all sent", "one unsent"])
def test_a_repository_renamed_only_in_case_is_the_same(begun: Watcher, unsent: list[int]):
    begun.github.repository = "Reader/Digests"
    if unsent:
        begun.write(digest("2026-11-19", unsent))
    begun.notify()
    begun.notify()
    assert begun.papers == ids(range(1, 3)) + ids(unsent)


def test_all_pages_of_issues_are_read(begun: Watcher):
    begun.github.largest_page = 3
    for number in range(10):
        begun.github.open_issue(f"Question {number}", by="reader")
    begun.write(digest("2026-11-19", [3]))
    begun.notify()
    begun.notify()
    assert begun.papers == ids(range(1, 4))


def test_a_token_of_a_person_counts_that_persons_issues(watcher: Watcher):
    watcher.github.login = "ada"
    watcher.write(digest("2026-11-20", [1]))
    watcher.notify()
    watcher.notify()
    assert [issue["user"]["login"] for issue in watcher.github.issues] == ["ada"]


def test_a_token_of_another_app_is_noticed_before_it_mails_twice(watcher: Watcher):
    watcher.github.login = "my-app[bot]"
    watcher.write(digest("2026-11-20", [1]))
    for _ in range(2):
        with pytest.raises(GitHubError, match="DAILY_PAPERS_LOGIN"):
            watcher.notify()
    assert len(watcher.github.issues) == 1
    watcher.environment["DAILY_PAPERS_LOGIN"] = "my-app[bot]"
    watcher.write(digest("2026-11-21", [2]))
    assert watcher.notify() == 0
    assert watcher.papers == ids(range(1, 3))


@pytest.mark.parametrize(
    ("number", "parts"), [(400, 2), pytest.param(2000, 7, marks=pytest.mark.full)]
)
def test_a_large_digest_is_complete_over_an_issue_and_its_comments(
    watcher: Watcher, number: int, parts: int
):
    title = "A title of usual length, which is about eighty characters for most papers " * 2
    watcher.write(digest("2026-11-20", [item(each, title=title) for each in range(number)]))
    watcher.notify()
    bodies = watcher.github.bodies()
    assert watcher.papers == ids(range(number))
    assert len(bodies) == parts
    assert all(len(body.encode("utf-16-le")) // 2 <= 60_000 for body in bodies)
    assert f"This is part 2 of {parts} with {number:,} papers." in bodies[1]
    watcher.notify()
    assert watcher.papers == ids(range(number))


def test_only_missing_parts_are_added(watcher: Watcher):
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(250)]))
    watcher.notify()
    lost = watcher.github.comments.pop(1)
    watcher.github.comment(1, "Is something missing?", by="reader")
    watcher.said.clear()
    watcher.notify()
    assert watcher.said == ["added a comment to issue 1"]
    assert watcher.github.comments[-1]["body"] == lost["body"]
    assert sorted(watcher.papers) == ids(range(250))
    assert len(watcher.github.issues) == 1


def test_a_part_of_another_mail_is_not_a_part_of_this_one(watcher: Watcher):
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(100)]))
    watcher.notify()
    moved = watcher.github.comments.pop()["body"].replace("2026-11-20", "2026-11-19")
    watcher.github.comment(1, moved, by=ACTIONS)
    watcher.notify()
    assert len(watcher.github.comments) == 2
    assert "digest=2026-11-20 " in watcher.github.comments[-1]["body"]


def test_a_part_that_somebody_else_wrote_is_not_ours(watcher: Watcher):
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(100)]))
    watcher.notify()
    copied = watcher.github.comments.pop()["body"]
    watcher.github.comment(1, copied, by="mallory")
    watcher.notify()
    assert watcher.papers == ids(range(100))


@pytest.mark.parametrize(("days", "papers"), [(90, 100), (91, 0)])
def test_a_mail_is_completed_for_three_months(begun: Watcher, days: int, papers: int):
    begun.write(digest("2026-11-20", [item(500 + each, title=LONG) for each in range(100)]))
    begun.notify()
    begun.github.comments.clear()
    begun.today = date(2026, 11, 20) + timedelta(days=days)
    begun.github.exchanges.clear()
    begun.notify()
    assert bool(begun.github.comments) == bool(papers)
    # Comments are only read if something may be missing.
    assert any("comments" in request for request in begun.github.requests) == bool(papers)


def test_a_file_changed_between_the_parts_is_not_guessed_at(watcher: Watcher):
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(100)]))
    watcher.notify()
    watcher.github.comments.clear()
    watcher.write(digest("2026-11-20", [item(each, title="Short") for each in range(99)]))
    with pytest.raises(DailyPapersError, match="--correct 2026-11-20"):
        watcher.notify()
    watcher.notify(correct="2026-11-20")
    assert watcher.notify() == 0
    assert papers_in(watcher.github.issues[0]["body"]) == ids(range(99))


def test_parts_that_cannot_be_added_hold_nothing_else_up(begun: Watcher):
    begun.write(digest("2026-11-19", [item(each, title=LONG) for each in range(100)]))
    begun.notify()
    begun.github.comments.clear()
    begun.github.issues[-1]["locked"] = True
    begun.write(digest("2026-11-20", [500]))
    with pytest.raises(DailyPapersError, match=r"issue 2: part 2 of 2 .*issue is locked; unless"):
        begun.notify()
    assert begun.titles[-1] == "1 new: mri · 2026-11-20"


REFUSALS = [
    (Fault.UNAUTHORIZED, GitHubError, "the input `token` of the workflow's step"),
    (Fault.FORBIDDEN, NotPermitted, "permissions: issues: write"),
    (Fault.NOT_FOUND, NotFound, "GITHUB_REPOSITORY"),
    (Fault.GONE, IssuesOff, "Settings > General > Features > Issues"),
    (Fault.INVALID, Rejected, "Validation Failed"),
    # Words of the mail make no limit of it.
    (Fault.INVALID_VALUE, Rejected, "Validation Failed, body custom is invalid; this is a bug"),
    (Fault.MOVED, GitHubError, "new name"),
    (Fault.SERVER_ERROR, Unclear, "the next run looks first"),
    (Fault.WEB_PAGE, Unclear, "without JSON"),
    (Fault.RESET, Unclear, "no answer"),
    (Fault.SILENT_AFTER, Unclear, "the server went silent"),
]


@pytest.mark.parametrize(("fault", "error", "advice"), REFUSALS, ids=str)
def test_a_refused_post_is_one_line_that_says_what_to_do(
    begun: Watcher, fault: Fault, error: type[GitHubError], advice: str
):
    begun.write(digest("2026-11-19", [3]))
    begun.github.inject(fault, at=4)
    with pytest.raises(error, match=advice) as caught:
        begun.notify()
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert caught.value.exit_code == 1
    assert [request.split()[0] for request in begun.github.requests] == ["GET"] * 3 + ["POST"]
    begun.notify()
    assert begun.papers == ids(range(1, 4))


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_AFTER, Fault.RESET_AFTER, Fault.SILENT_AFTER])
def test_after_an_unclear_answer_the_next_run_looks_first(begun: Watcher, fault: Fault):
    begun.write(digest("2026-11-19", [3]), digest("2026-11-20", [4]))
    begun.github.inject(fault, at=4)
    with pytest.raises(Unclear):
        begun.notify()
    assert begun.papers == ids(range(1, 5)), "the next digest is sent all the same"
    assert begun.notify() == 0
    assert begun.papers == ids(range(1, 5))


def test_after_an_unclear_part_no_further_part_is_posted(watcher: Watcher):
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(250)]))
    watcher.github.inject(Fault.SERVER_ERROR_AFTER, at=6)
    with pytest.raises(Unclear):
        watcher.notify()
    assert len(watcher.github.comments) == 1
    watcher.notify()
    assert watcher.papers == ids(range(250))


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.RESET, Fault.SILENT_AFTER])
def test_a_read_is_tried_again(begun: Watcher, fault: Fault):
    begun.github.inject(fault, at=2)
    assert begun.notify() == 0
    assert begun.clock.slept == [5]
    assert begun.said[0].startswith("waiting 5 seconds: GET /repos/reader/digests/issues")
    assert TOKEN[:8] not in "\n".join(begun.said)


def test_nothing_is_posted_where_the_look_fails(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    for at in (2, 3, 4):
        begun.github.inject(Fault.SERVER_ERROR, at=at)
    with pytest.raises(GitHubError, match="500 Server Error"):
        begun.notify()
    assert begun.github.writes == []


def test_an_answer_that_never_ends_is_given_up(begun: Watcher, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(github, "_ANSWER", AnswerLimits(total_seconds=0.2))
    with Dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ") as server:
        begun.environment["GITHUB_API_URL"] = server.address
        with pytest.raises(GitHubError, match=r"no whole answer within 0\.2 seconds"):
            begun.notify()
    assert len(server.drops) == 3
    assert max(server.drops) < MOST_DROPS


@pytest.mark.parametrize("fault", [Fault.WEB_PAGE, Fault.GONE, Fault.FORBIDDEN, Fault.EMPTY_LIST])
def test_nothing_is_posted_where_the_look_is_refused(begun: Watcher, fault: Fault):
    begun.write(digest("2026-11-19", [3]))
    begun.github.inject(fault, at=2)
    with pytest.raises(GitHubError):
        begun.notify()
    assert begun.github.writes == []


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault.THROTTLED, 30),
        (Fault.SECONDARY_LIMIT, 60),
        (Fault.PRIMARY_LIMIT, 120),
        (Fault.SECONDARY_LIMIT_UNTIMED, 60),
        (Fault.TOO_QUICKLY, 60),
        (Fault.ABUSE, 60),
    ],
)
@pytest.mark.parametrize("at", [pytest.param(2, marks=pytest.mark.full), 4])
def test_limits_are_waited_for_as_github_asks(begun: Watcher, fault: Fault, seconds: int, at: int):
    begun.write(digest("2026-11-19", [3]))
    begun.github.inject(fault, at=at)
    assert begun.notify() == 0
    (waited,) = [slept for slept in begun.clock.slept if slept > 1]
    assert waited == seconds
    assert begun.papers == ids(range(1, 4))


@pytest.mark.parametrize(
    "fault",
    [Fault.SECONDARY_LIMIT_UNTIMED, Fault.TOO_QUICKLY, Fault.ABUSE, Fault.ABUSE_DETECTED],
    ids=str,
)
def test_a_limit_without_a_time_is_waited_for_twice_as_long_each_time(begun: Watcher, fault: Fault):
    begun.write(digest("2026-11-19", [3]))
    for at in (4, 5):
        begun.github.inject(fault, at=at)
    assert begun.notify() == 0
    assert [slept for slept in begun.clock.slept if slept > 1] == [60, 120]
    assert begun.papers == ids(range(1, 4))


def test_a_limit_that_does_not_end_is_given_up(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    for at in range(4, 40):
        begun.github.inject(Fault.SECONDARY_LIMIT, at=at)
    with pytest.raises(GitHubError, match="the next run tries again"):
        begun.notify()
    assert sum(begun.clock.slept) < 900
    begun.github.recover()
    begun.notify()
    assert begun.papers == ids(range(1, 4))


def test_an_api_that_is_not_githubs_is_named_with_what_to_do(watcher: Watcher):
    watcher.github.is_github = False
    watcher.write(digest("2026-11-20", [1]))
    with pytest.raises(GitHubError, match="--to-file FILE") as caught:
        watcher.notify()
    assert "\n" not in str(caught.value)
    assert watcher.github.writes == []


def test_to_file_needs_no_token(watcher: Watcher):
    watcher.write(digest("2026-11-20", [1]))
    watcher.environment["GITHUB_TOKEN"] = ""
    file = watcher.root / "mail.md"
    assert watcher.notify(to_file=file) == 0
    assert papers_in(file.read_text(encoding="utf-8")) == ids(range(1, 2))
    assert watcher.github.requests == []


def test_on_a_server_of_ones_own_the_token_never_goes_to_github(watcher: Watcher):
    watcher.write(digest("2026-11-20", [1]))
    watcher.environment = {"GITHUB_SERVER_URL": "https://git.example", "GITHUB_API_URL": ""}
    with pytest.raises(UsageError, match=r"^GITHUB_API_URL is not set.*https://git\.example"):
        watcher.notify()


@pytest.mark.parametrize("server", ["https://git.example", "https://example.org/git"])
def test_a_mail_leads_to_the_server_it_was_sent_on(watcher: Watcher, server: str):
    watcher.write(digest("2026-11-20", [1]))
    watcher.environment["GITHUB_SERVER_URL"] = f"{server}/"
    watcher.notify()
    (issue,) = watcher.github.issues
    assert f"[All tables]({server}/reader/digests#readme)" in issue["body"]
    assert "github.com" not in issue["body"]


def test_writes_are_a_second_apart(begun: Watcher):
    begun.write(digest("2026-11-19", [3]), digest("2026-11-20", [4]))
    begun.notify()
    assert begun.clock.slept == [1]


def test_pages_are_followed_on_the_same_host_only(begun: Watcher):
    begun.github.largest_page = 1
    begun.github.open_issue("Hello", by="reader")
    with GitHubStandIn() as elsewhere:
        for address in (elsewhere.address, "http://["):
            begun.github.next_page_at = address
            with pytest.raises(GitHubError, match="continues at another address"):
                begun.notify()
    assert elsewhere.requests == []


@pytest.mark.parametrize(("field", "value"), [("number", "1"), ("user", 7), ("comments", None)])
def test_an_issue_of_another_form_stops_the_run(begun: Watcher, field: str, value: object):
    begun.github.issues[0][field] = value
    begun.write(digest("2026-11-19", [3]))
    with pytest.raises(GitHubError, match="is not in GitHub's format"):
        begun.notify()
    assert len(begun.github.issues) == 1


def test_a_damaged_digest_is_named_and_holds_no_other_up(begun: Watcher):
    begun.write(digest("2026-11-19", [3]), digest("2026-11-20", [4]))
    file = begun.root / "digests" / "2026-11-19.md"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"version": 1', b'"version": one'))
    with pytest.raises(DailyPapersError, match=r"^digests/2026-11-19\.md:\d+: damaged: "):
        begun.notify()
    file.write_bytes(whole)
    begun.notify()
    assert begun.papers == [*ids(range(1, 3)), "2611.00004", "2611.00003"]


def test_a_damaged_digest_is_named_beside_what_ends_the_run(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    (begun.root / "digests" / "2026-11-19.md").write_bytes(b"")
    begun.github.inject(Fault.UNAUTHORIZED, at=1)
    with pytest.raises(DailyPapersError, match=r"^2 problems: digests/2026-11-19.* / GitHub: GET "):
        begun.notify()


def test_what_fails_the_job_is_annotated_as_an_error(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    begun.github.inject(Fault.FORBIDDEN, at=4)
    refused = begun.run("--format", "github")
    (begun.root / "digests" / "2026-11-19.md").write_bytes(b"")
    damaged = begun.run("--format", "github")
    assert (refused.code, damaged.code) == (1, 1)
    assert re.fullmatch(r"::error::GitHub: POST [^\n]*issues: write[^\n]*\n", refused.err)
    assert re.fullmatch(r"::error::digests/2026-11-19\.md(:1)?: [^\n]*\n", damaged.err)


def test_only_one_run_sends_at_a_time(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    with locked(begun.root):
        with pytest.raises(DailyPapersError, match="another run is using this folder"):
            begun.notify()
        assert begun.notify(dry_run=True) == 0
        assert begun.github.writes == []
    assert begun.notify() == 0
    assert begun.papers == ids(range(1, 4))


def test_files_that_are_no_digests_are_left_alone(begun: Watcher):
    (begun.root / "digests" / "README.md").write_text("# What is here\n")
    assert begun.notify() == 0


# --- what a person asks for


def test_a_dry_run_prints_the_mail_and_sends_nothing(begun: Watcher):
    begun.write(digest("2026-11-19", [item(3, title="::error::gone {{ 7*7 }}")]))
    assert begun.notify(dry_run=True) == 0
    assert begun.github.writes == []
    dry = [line.removeprefix("| ").removeprefix("|") for line in begun.said]
    assert not [line for line in begun.said if line.lstrip().startswith(("::", "##["))]
    begun.notify()
    sent = begun.github.issues[-1]
    assert sent["title"] in dry
    assert sent["body"] in "\n".join(dry)


def test_a_dry_run_shows_parts_that_are_missing(watcher: Watcher):
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(100)]))
    watcher.notify()
    watcher.github.comments.clear()
    watcher.said.clear()
    watcher.notify(dry_run=True)
    assert watcher.said[0] == "would add a comment to issue 1:"
    assert watcher.said[1].startswith("| This is part 2 of 2")


def test_a_dry_run_without_token_says_what_it_takes_for_granted(watcher: Watcher):
    watcher.write(digest("2026-11-19", [3]), digest("2026-11-20", [4]))
    watcher.environment["GITHUB_TOKEN"] = ""
    assert watcher.notify(dry_run=True) == 0
    assert watcher.github.requests == []
    assert "GITHUB_TOKEN is not set" in watcher.said[0]
    assert "| 1 new: mri · 2026-11-20" in watcher.said
    assert "| 1 new: mri · 2026-11-19" not in watcher.said


@pytest.mark.parametrize("missing", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_sending_without_token_or_repository_is_a_usage_error(watcher: Watcher, missing: str):
    watcher.write(digest("2026-11-20", [4]))
    watcher.environment[missing] = ""
    with pytest.raises(UsageError, match=f"{missing} is not set"):
        watcher.notify()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_REPOSITORY", "../../user"),
        ("GITHUB_API_URL", "http://api.github.example"),
        ("GITHUB_API_URL", "https://[api.github.example"),
        ("DAILY_PAPERS_TODAY", "tomorrow"),
        ("GITHUB_TOKEN", "two words"),
        ("GITHUB_TOKEN", "a\nb"),
    ],
)
def test_a_wrong_environment_is_named(watcher: Watcher, name: str, value: str):
    watcher.write(digest("2026-11-20", [4], repository=None))
    watcher.environment[name] = value
    with pytest.raises(UsageError, match=f"^{name}: ") as caught:
        watcher.notify()
    if name == "GITHUB_TOKEN":
        assert value not in str(caught.value)


def test_the_token_goes_to_github_only_as_a_header(begun: Watcher, tmp_path: Path):
    begun.notify()
    for exchange in begun.github.exchanges:
        assert exchange.headers["Authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in exchange.target


def test_a_netrc_does_not_take_the_place_of_the_token(
    begun: Watcher, monkeypatch: pytest.MonkeyPatch
):
    netrc = begun.root / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert begun.notify() == 0


def test_to_file_writes_what_is_unsent_for_another_channel(begun: Watcher):
    begun.write(digest("2026-11-19", [3]), digest("2026-11-20", [4]))
    file = begun.root / "mail.md"
    assert begun.notify(to_file=file) == 0
    assert begun.github.writes == []
    text = file.read_text(encoding="utf-8")
    assert re.findall(r"^# .*", text, re.MULTILINE) == [
        "# Daily Papers 2026-11-19",
        "# Daily Papers 2026-11-20",
    ]
    assert papers_in(text) == ids(range(3, 5))
    assert "<!--" not in text


def test_to_file_is_empty_where_nothing_is_unsent(begun: Watcher):
    file = begun.root / "mail.md"
    begun.notify(to_file=file)
    assert file.read_bytes() == b""
    shutil.rmtree(begun.root / "digests")
    file.write_text("An older mail.")
    begun.notify(to_file=file)
    assert file.read_bytes() == b""


# --- corrections


def test_a_wrong_digest_is_put_right_and_explained(begun: Watcher):
    begun.write(digest("2026-11-18", range(2, 4)))
    assert begun.notify(correct="2026-11-18") == 0
    (issue,) = begun.github.issues
    assert papers_in(issue["body"]) == ids(range(2, 4))
    (comment,) = begun.github.comments
    before, _, missing = comment["body"].partition("were missing:")
    assert papers_in(before) == ids(range(1, 2))
    assert papers_in(missing) == ids(range(3, 4))
    assert begun.notify() == 0
    assert len(begun.github.issues) == 1


def test_a_correction_that_is_made_is_not_made_again(begun: Watcher):
    begun.write(digest("2026-11-18", range(2, 4)))
    begun.notify(correct="2026-11-18")
    before = len(begun.github.writes)
    begun.notify(correct="2026-11-18")
    assert len(begun.github.writes) == before
    assert "nothing to correct" in begun.said[-1]


def test_a_correction_that_is_taken_back_and_made_again_is_told_again(begun: Watcher):
    for papers in (range(2, 4), [1], range(2, 4)):
        begun.write(digest("2026-11-18", papers))
        begun.notify(correct="2026-11-18")
    assert len(begun.github.comments) == 3


def test_a_correction_of_what_is_right_does_nothing(begun: Watcher):
    begun.notify(correct="2026-11-18")
    assert begun.github.writes == []
    assert begun.said == ["digest 2026-11-18: issue 1 is up to date; nothing to correct"]


def test_a_digest_without_issue_cannot_be_corrected(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    with pytest.raises(DailyPapersError, match="digest 2026-11-19 has no issue"):
        begun.notify(correct="2026-11-19")


def test_a_correction_names_a_digest(begun: Watcher):
    with pytest.raises(UsageError, match=r"digests/today\.md"):
        begun.notify(correct="today")
    with pytest.raises(UsageError, match=r"digests/2026-11-17\.md"):
        begun.notify(correct="2026-11-17")


def test_only_what_our_own_login_explained_is_explained(begun: Watcher):
    begun.write(digest("2026-11-18", range(2, 4)))
    (issue,) = begun.github.issues
    before = issue["body"]
    begun.notify(correct="2026-11-18")
    (comment,) = begun.github.comments
    comment["user"]["login"] = "mallory"
    issue["body"] = before
    begun.notify(correct="2026-11-18")
    assert len(begun.github.bodies(by=ACTIONS)) == 2


def test_line_ends_of_the_web_need_no_correction(begun: Watcher):
    (issue,) = begun.github.issues
    issue["body"] = issue["body"].replace("\n", "\r\n")
    begun.notify(correct="2026-11-18")
    assert begun.github.writes == []


@pytest.mark.parametrize(
    ("before", "after"), [(100, 200), (200, 100), pytest.param(150, 149, marks=pytest.mark.full)]
)
def test_a_correction_reaches_all_parts(watcher: Watcher, before: int, after: int):
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(before)]))
    watcher.notify()
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(after)]))
    watcher.notify(correct="2026-11-20")
    mails = [body for body in watcher.github.bodies() if find_part_key(body)]
    assert sorted(paper for body in mails for paper in papers_in(body)) == ids(range(after))
    assert watcher.notify() == 0
    assert watcher.notify(correct="2026-11-20") == 0
    assert watcher.said[-1].endswith("nothing to correct")


@pytest.mark.parametrize(
    ("request_number", "acted"), kills(range(4, 10), quick=[(5, True), (8, False)])
)
def test_a_correction_survives_a_kill(watcher: Watcher, request_number: int, *, acted: bool):
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(100)]))
    watcher.notify()
    watcher.write(digest("2026-11-20", [item(each, title=LONG) for each in range(1, 200)]))
    with killed_at(request_number, acted=acted):
        watcher.notify(correct="2026-11-20")
    watcher.notify(correct="2026-11-20")
    bodies = watcher.github.bodies()
    mails = [body for body in bodies if find_part_key(body)]
    assert sorted(paper for body in mails for paper in papers_in(body)) == ids(range(1, 200))
    assert sum("**Correction**" in body for body in bodies) == 1


# --- exactly once, whatever happens


def large(key: str, first: int) -> Digest:
    """A digest of two parts."""
    return digest(key, [item(each, title=LONG) for each in range(first, first + 80)])


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.SERVER_ERROR_AFTER])
def test_nothing_is_mailed_until_the_label_is_there(watcher: Watcher, fault: Fault):
    watcher.write(digest("2026-11-18", [1]))
    watcher.github.inject(fault, at=4)
    with pytest.raises(Unclear):
        watcher.notify()
    assert watcher.papers == []
    assert watcher.notify() == 0
    assert [label["name"] for label in watcher.github.labels] == ["daily-papers"]
    assert watcher.papers == ids([1])


@pytest.mark.parametrize("at", range(1, 5), ids=["label", "issues", "login", "new label"])
def test_a_first_use_that_fails_says_what_comes_first_later(watcher: Watcher, at: int):
    watcher.write(digest("2026-11-18", [1]))
    for number in range(at, at + 3):  # reads are tried three times
        watcher.github.inject(Fault.SERVER_ERROR, at=number)
    with pytest.raises(GitHubError) as caught:
        watcher.notify()
    assert "the next run that works begins with what is then the newest" in watcher.said[-1]
    assert "lost" not in str(caught.value)


def test_a_first_use_that_is_remembered_does_not_say_so(watcher: Watcher):
    watcher.write(digest("2026-11-18", [1]))
    watcher.github.inject(Fault.FORBIDDEN, at=5)
    with pytest.raises(NotPermitted):
        watcher.notify()
    assert watcher.github.labels
    assert watcher.said == []


@pytest.mark.parametrize(
    ("request_number", "acted"), kills(range(1, 8), quick=[(2, False), (4, True), (6, False)])
)
def test_a_kill_at_the_first_use_loses_nothing_and_repeats_nothing(
    watcher: Watcher, request_number: int, *, acted: bool
):
    watcher.write(digest("2026-11-18", [1]), large("2026-11-19", 100))
    with killed_at(request_number, acted=acted):
        watcher.notify()
    label_was_made = bool(watcher.github.labels)
    watcher.write(digest("2026-11-20", [2]))
    watcher.notify()
    watcher.notify()
    first = ids(range(100, 180)) if label_was_made else []
    assert watcher.papers == first + ids(range(2, 3))


def test_a_digest_that_an_update_could_not_move_into_place_is_sent_at_once(begun: Watcher):
    begun.write(digest("2026-11-19", [3]))
    path = begun.root / "digests" / "2026-11-19.md"
    content = path.read_bytes()
    path.unlink()
    transaction = Transaction(begun.root)
    transaction.write("digests/2026-11-19.md", content)
    with refusing_to_move("2026-11-19.md"), pytest.raises(DailyPapersError):
        transaction.commit()
    assert not path.exists()
    assert begun.notify() == 0
    assert begun.papers == ids(range(1, 4))


@pytest.mark.parametrize(
    "fault", [pytest.param(Fault.KILL, marks=pytest.mark.full), Fault.KILL_AFTER]
)
@pytest.mark.parametrize("at", [4, pytest.param(5, marks=pytest.mark.full)])
def test_a_killed_process_is_carried_on_by_the_next(begun: Watcher, fault: Fault, at: int):
    begun.write(large("2026-11-19", 100))
    script = (
        "import os, sys; from pathlib import Path;"
        "import time;"
        "from daily_papers.mail.notify import NotifyOptions, notify;"
        "notify(Path(sys.argv[1]), os.environ, NotifyOptions(), clock=time, say=print,"
        "warn=print)"
    )
    environment = {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_REPOSITORY": begun.github.repository,
        "GITHUB_API_URL": begun.github.address,
        "DAILY_PAPERS_TODAY": str(begun.today),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    begun.github.inject(fault, at=at)
    with subprocess.Popen(
        [sys.executable, "-c", script, begun.root], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        begun.github.kill = process.kill
        assert process.wait(timeout=60) == -9
    begun.notify()
    assert begun.papers == ids(range(1, 3)) + ids(range(100, 180))


def _kill(acted: bool) -> Callable[[int], tuple[str, object]]:
    return lambda at: ("kill", (at, acted))


EVENTS = st.one_of(
    st.integers(1, 9).map(_kill(acted=False)),
    st.integers(1, 9).map(_kill(acted=True)),
    st.tuples(
        st.sampled_from(
            [
                fault
                for fault in Fault
                if fault not in {Fault.KILL, Fault.KILL_AFTER, Fault.SILENT_AFTER}
            ]
        ),
        st.integers(1, 9),
    ).map(lambda each: ("fault", each)),
    st.sampled_from([1, 1, 80]).map(lambda size: ("digest", size)),
    st.integers(1, 10).map(lambda days: ("days", days)),
)


def exactly_once(watcher: Watcher, events: list[tuple[str, object]]) -> None:
    """Live through the events, then run until all is quiet: every paper must be out, once."""
    watcher.write(digest("2026-11-01", [0]))
    watcher.today = date(2026, 11, 1)
    watcher.notify()
    papers = 1
    number = 1
    for kind, what in events:
        match kind, what:
            case "digest", int(size):
                number += 1
                new = [item(papers + each, title=LONG) for each in range(size)]
                fresh = digest(f"2026-11-01-{number}", new)
                key = f"{watcher.today}-{number}"
                watcher.write(digest(key, fresh.items))
                papers += size
            case "days", int(days):
                watcher.today += timedelta(days=days)
            case "kill", (int(at), bool(acted)):
                with killed_at(at, acted=acted):
                    _run(watcher)
            case "fault", (Fault() as fault, int(at)):
                watcher.github.inject(fault, at=at)
                _run(watcher)
                watcher.github.recover()
    assert watcher.notify() == 0
    requests = len(watcher.github.writes)
    assert watcher.notify() == 0
    assert len(watcher.github.writes) == requests, "a second run writes nothing"
    assert Counter(watcher.papers) == Counter(ids(range(papers)))


def _run(watcher: Watcher) -> None:
    with suppress(DailyPapersError):
        watcher.notify()


@settings(max_examples=8, deadline=None)
@given(events=st.lists(EVENTS, max_size=10))
def test_every_paper_is_mailed_exactly_once(
    tmp_path_factory: pytest.TempPathFactory,
    running_github: GitHubStandIn,
    events: list[tuple[str, object]],
):
    running_github.empty()
    running_github.login = ACTIONS
    exactly_once(Watcher(tmp_path_factory.mktemp("digests"), running_github), events)


@pytest.mark.full
@settings(max_examples=600, deadline=None)
@given(events=st.lists(EVENTS, max_size=25))
def test_every_paper_is_mailed_exactly_once_over_many_lives(
    tmp_path_factory: pytest.TempPathFactory,
    running_github: GitHubStandIn,
    events: list[tuple[str, object]],
):
    running_github.empty()
    running_github.login = ACTIONS
    exactly_once(Watcher(tmp_path_factory.mktemp("digests"), running_github), events)
