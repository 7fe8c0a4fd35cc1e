"""What days of commits weigh in git, with 3, 25 and 250 keywords: 75, or `--days`.

Run it from a checkout: ``python benchmarks/git_weight.py``. The tables are full on the first day.
Then, on each working day, a keyword gets two new papers and one revision (as `magnetic resonance
imaging` does at arXiv), through the store, the templates and the digests that `update` writes; at
the weekend only the day changes. Each day is one commit and one push, which is under way while the
next day is made. A year of 250 keywords needs 20 GB of disk.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from made_up import Writer, full_store, repository, take

from daily_papers.config import Config
from daily_papers.mail.digest import Digest
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Paper
from daily_papers.repository import Repository
from daily_papers.store.store import Draft, News

FIRST = date(2026, 3, 2)
DAYS = 75
KEYWORDS = (3, 25, 250)
NEW, REVISED = 2, 1
GIT = ("git", "-c", "gc.auto=0", "-c", "user.name=daily-papers", "-c", "user.email=none@localhost")


class Life:
    """The days of one digest repository."""

    def __init__(self, root: Path, keywords: int) -> None:
        self.root = root
        root.mkdir()
        self.config: Config = repository(root, keywords)
        self.slugs = [keyword.slug for keyword in self.config.keywords]
        self.writer = Writer()
        self.store = Draft(full_store(self.config, self.writer, FIRST))
        git(root, "init", "--quiet", "--initial-branch=main")
        self.publish()
        self.commit(FIRST)

    def publish(self, digest: Digest | None = None) -> None:
        """Write the store and everything that shows it; what has left all tables is history now."""
        store = self.store.finish()
        Repository(self.root).publish(self.config, store, digest)
        day = store.state.day
        current = {id: each for id, each in store.papers.items() if each.is_current(day)}
        self.store = Draft(replace(store, papers=current))

    def commits(self, days: int) -> Iterator[str]:
        """So many days, the first one included: the commit of each."""
        for number in range(days):
            if number:
                self.day(FIRST + timedelta(days=number))
            yield git(self.root, "rev-parse", "HEAD")

    def day(self, day: date) -> None:
        """One more day, and its commit."""
        self.store.state = replace(self.store.state, day=day)
        for slug in self.slugs:
            self.update(slug, last_success=day)
        if day.weekday() < 5:
            self.publish(self.listing(day))
        else:
            line = "Nothing was announced."
            self.store.state = replace(self.store.state, day_line=line, revised=())
            self.publish()
        self.commit(day)

    def update(self, slug: str, **days: date) -> None:
        """Note a day of a keyword."""
        self.store.keywords[slug] = replace(self.store.keywords[slug], **days)

    def listing(self, day: date) -> Digest:
        """New papers and revisions for each keyword."""
        new: dict[str, Paper] = {}
        revised = set()
        for slug in self.slugs:
            self.update(slug, changed=day)
            for _ in range(NEW):
                paper = take(self.store, slug, self.writer, self.slugs, day)
                new[paper.id] = paper
            revised.update(self.revise(slug, day) for _ in range(REVISED))
        self.store.state = replace(
            self.store.state,
            revised=tuple(sorted(revised)),
            day_line=f"{len(new)} new papers, {len(revised)} revisions.",
        )
        self.update(self.slugs[day.toordinal() % len(self.slugs)], audited=day)
        return self.digest(day, list(new.values()))

    def revise(self, slug: str, day: date) -> str:
        """A newer version of one paper of a table."""
        ids = sorted(self.store.members[slug])
        old = self.store.papers[ids[self.writer.one_of(len(ids))]].paper
        moment = datetime.combine(day, time(12), UTC)
        paper = replace(old, version=old.version + 1, updated=moment, comment="minor corrections")
        self.store.learn([paper])
        return old.id

    def digest(self, day: date, new: Sequence[Paper]) -> Digest:
        """The day's new papers, remembered as told."""
        key = day.isoformat()
        items = []
        for paper in new:
            slugs = tuple(sorted(self.store.papers[paper.id].first_seen))
            news = News(paper.version, day, slugs, key)
            stored = self.store.papers[paper.id]
            self.store.papers[paper.id] = replace(stored, news=news)
            items.append(NewsItem(paper, slugs))
        names = tuple((keyword.slug, keyword.name) for keyword in self.config.keywords)
        return Digest(
            key=key,
            repository="owner/repository",
            items=tuple(items),
            keyword_names=names,
            revisions=len(self.store.state.revised),
            skipped=None,
        )

    def commit(self, day: date) -> None:
        """All that changed, as one commit."""
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", f"Daily papers of {day}")


def git(root: Path, *arguments: str) -> str:
    ended = subprocess.run(
        [*GIT, *arguments], cwd=root, check=True, stdout=subprocess.PIPE, text=True
    )
    return ended.stdout.strip()


def megabytes(*paths: Path) -> float:
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def row(root: Path, keywords: int, days: int) -> str:
    server, life = Server(root / "server.git"), Life(root / "digest", keywords)
    commits = life.commits(days)
    server.receive(life.root, next(commits))
    first = server.packed()
    with ThreadPoolExecutor(1) as pushes:
        list(pushes.map(partial(server.receive, life.root), commits))
    files = [path for path in life.root.rglob("*") if ".git" not in path.parts]
    loose = megabytes(*(life.root / ".git").rglob("*"))
    last = server.packed()
    daily = (last - first) / (days - 1) * 1000
    return (
        f"| {keywords:,} | {days} | {megabytes(*files):.1f} | {first:.1f} | {loose:.1f} | "
        f"{last:.1f} | {daily:,.0f} | {daily * 365 / 1000:,.0f} |"
    )


class Server:
    """What the days are pushed to. It keeps each push as a pack, with the deltas that are in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        git(root, "init", "--quiet", "--bare")
        git(root, "config", "receive.unpackLimit", "1")
        # Else it also packs in the background after each 50 pushes, which makes nothing smaller.
        git(root, "config", "receive.autogc", "false")

    def receive(self, repository: Path, commit: str) -> None:
        """One push. A window of 3 finds the deltas that git's usual one of 10 finds."""
        options = ("-c", "pack.window=3", "push", "--quiet", str(self.root))
        git(repository, *options, f"{commit}:refs/heads/main")

    def packed(self) -> float:
        """Join the packs, as ``git gc`` does and a server does by itself; return the MB."""
        git(self.root, "gc", "--quiet", "--prune=now")
        return megabytes(*self.root.rglob("*"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keywords", type=int, nargs="+", default=KEYWORDS)
    parser.add_argument("--days", type=int, default=DAYS)
    options = parser.parse_args()
    print(
        "| keywords | days | MB of files | first day, packed | all days, loose | "
        "all days, packed | kB a day, packed | MB a year, packed |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for count in options.keywords:
        with tempfile.TemporaryDirectory() as folder:
            print(row(Path(folder), count, options.days), flush=True)


if __name__ == "__main__":
    main()
