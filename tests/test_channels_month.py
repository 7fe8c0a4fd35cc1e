"""A month with channels: each part to each channel once, whatever fails and is killed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from daily_papers.errors import DailyPapersError
from daily_papers.mail.issue import find_part_keys
from tests.support.daily_runs import days
from tests.support.github import Fault, GitHubStandIn
from tests.support.kills import killed_at
from tests.support.services import Hook, Inbox, serving_hook, serving_mail
from tests.test_keyword_issues import MONDAY, Month, in_issues
from tests.test_notify import Watcher, ids

ADA, EMMY = "ada@example.org", "emmy@example.org"
ABSTRACT_PAGE = re.compile(r"arxiv\.org/abs/([\d.]+\d)v")
#: What becomes of a day's run: a kill is the number of the request and on which side of it, a fault
#: of GitHub's the number of the request.
Fate = str | tuple[int, bool] | tuple[Fault, int]


@pytest.fixture(scope="module")
def running_github() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as github:
        yield github


@dataclass
class Channels:
    """A month of digests for a chat and for two people."""

    watcher: Watcher
    hook: Hook
    inbox: Inbox
    #: What GitHub has noted as sent, at any time: digests, channel and part.
    noted: set[tuple[tuple[str, ...], str, int]] = field(default_factory=set)
    #: How often something was sent and not noted.
    unsure: int = 0

    def run(self, fate: Fate) -> None:
        sent, noted = len(self.hook.sent) + len(self.inbox.mails), len(self.noted)
        self._run(fate)
        for issue in self.watcher.github.issues:
            for key in find_part_keys(issue["body"]):
                for name, mark in key.marks.channels.items() if key.marks else ():
                    # Of a chat's parts, the last one is noted.
                    last = range(1, max(mark.parts, default=0) + 1)
                    parts = last if name == "chat" else mark.parts
                    self.noted |= {(key.digests, name, part) for part in parts}
        sent = len(self.hook.sent) + len(self.inbox.mails) - sent
        unsure = sent - (len(self.noted) - noted)
        assert unsure in (0, 1)
        assert not unsure or fate == "acts" or isinstance(fate, tuple)
        self.unsure += unsure

    def _run(self, fate: Fate) -> None:
        match fate:
            case Fault() as fault, int(at):
                self.watcher.github.inject(fault, at=at)
                with suppress(DailyPapersError):
                    self.watcher.notify()
                self.watcher.github.recover()
            case int(at), bool(acted):
                with killed_at(at, acted=acted):
                    self.watcher.notify()
            case "good":
                assert self.watcher.notify() == 0
            case "down" | "acts":
                self.hook.status, self.hook.acts = 503, fate == "acts"
                self.watcher.notify()
                self.hook.status = 200
            case "refused":
                self.inbox.refused = {ADA}
                self.watcher.notify()
                self.inbox.refused = set()

    def check(self, papers: Sequence[str]) -> None:
        """Everything arrived, and twice only what was sent and not noted."""
        messages = list(dict.fromkeys(self.hook.messages))
        assert sorted(ABSTRACT_PAGE.findall("".join(messages))) == papers
        mails = Counter((to, mail["Message-ID"]) for to, mail in self.inbox.mails)
        for reader in (ADA, EMMY):
            once = {mail["Message-ID"]: mail for to, mail in self.inbox.mails if to == reader}
            texts = [mail.get_body(("plain",)).get_content() for mail in once.values()]
            assert sorted(ABSTRACT_PAGE.findall("".join(texts))) == papers
        repeated = len(self.hook.messages) - len(messages) + mails.total() - len(mails)
        assert repeated == self.unsure


def live_through(
    root: Path,
    github: GitHubStandIn,
    mode: str,
    fates: Mapping[int, Fate],
    sizes: Sequence[int],
) -> None:
    github.empty()
    watcher = Watcher(root, github, MONDAY)
    month = Month(watcher)
    with serving_hook() as hook, serving_mail() as inbox:
        watcher.environment["DAILY_PAPERS_CHANNELS"] = (
            f"chat = json://127.0.0.1:{hook.port}\n"
            f"mail = mailto://127.0.0.1:{inbox.port}/?from=bot@example.org&to={ADA},{EMMY}"
        )
        channels = Channels(watcher, hook, inbox)
        for number, (day, size) in enumerate(zip(days(MONDAY, len(sizes)), sizes, strict=True)):
            watcher.today = day
            if size:
                friday = day + timedelta((4 - day.weekday()) % 7)
                news = month.digest(number, size)
                news = replace(news, due=friday if "weekly" in mode else None)
                watcher.write(news if "keyword" in mode else replace(news, per_keyword=False))
            for issue in github.issues:
                if issue["title"].endswith(": CT"):
                    issue["state"] = "closed" if 5 <= number < 12 else "open"
            channels.run(fates.get(number, "good"))
        watcher.today += timedelta(days=3)
        channels.run("good")
        sent = len(hook.sent), len(inbox.mails), len(github.writes)
        assert watcher.notify() == 0
        assert (len(hook.sent), len(inbox.mails), len(github.writes)) == sent
    papers = ids(range(1, month.papers))
    channels.check(papers)
    if "keyword" in mode:
        found, wanted = in_issues(github), month.wanted
        assert {slug: Counter(found[slug]) for slug in found} == {
            slug: Counter(wanted[slug]) for slug in wanted
        }
    else:
        assert sorted(watcher.papers) == papers


FATES: Mapping[int, Fate] = {
    1: "down",
    2: "acts",
    4: (9, False),
    5: (9, True),
    6: "none",
    8: (7, True),
    9: "refused",
    10: (8, False),
    11: (11, True),
    13: (6, True),
    15: (12, False),
    16: "down",
    17: "refused",
    20: (10, True),
    22: (Fault.SERVER_ERROR_AFTER, 8),
    23: (13, True),
    25: (5, False),
}


@pytest.mark.parametrize(
    ("mode", "count"),
    [
        ("per keyword", 15),
        pytest.param("per keyword", 30, marks=pytest.mark.full),
        pytest.param("per digest", 30, marks=pytest.mark.full),
    ],
)
def test_days_of_failures_and_kills(
    tmp_path: Path, running_github: GitHubStandIn, mode: str, count: int
):
    sizes = [2, 60, 1, *(number % 3 for number in range(count - 3))]
    live_through(tmp_path, running_github, mode, FATES, sizes)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("mode", ["per digest", "weekly", "per keyword", "per keyword, weekly"])
def test_many_months(tmp_path: Path, running_github: GitHubStandIn, mode: str, seed: int):
    draw = Random(seed)
    fates: dict[int, Fate] = {}
    for number in range(1, 30):
        kill = draw.randint(3, 20), draw.random() < 0.5
        fault = draw.choice([Fault.SERVER_ERROR, Fault.SERVER_ERROR_AFTER]), draw.randint(3, 20)
        fates[number] = draw.choice(
            ["good", "good", "none", "down", "acts", "refused", kill, fault]
        )
    sizes = [2, *(draw.choice([0, 1, 2, 3, 60]) for _ in range(28)), 3]
    live_through(tmp_path, running_github, mode, fates, sizes)
