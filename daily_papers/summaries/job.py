"""`summarize`, from top to bottom: papers without a summary in, what a model says of them out.

    load -> which papers are due -> ask, several at once -> check -> keep -> publish

Nothing waits for it, and if it fails, the authors' own sentence stays. Answers are kept in
``.daily-papers/`` after each request, so nothing is asked twice if a run is killed or a push has to
be repeated.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final

from daily_papers.clock import Clock
from daily_papers.config import KEYWORDS, Config
from daily_papers.config.model import Summaries
from daily_papers.errors import DailyPapersError
from daily_papers.github_actions import Addresses
from daily_papers.mail.entries import IN_FULL
from daily_papers.papers.paper import Paper, newest_first
from daily_papers.repository import DIGESTS, Repository, morning_of
from daily_papers.store.files import readable
from daily_papers.store.store import Store
from daily_papers.store.summaries import Summary, SummaryKey, load_summaries, summary_lines
from daily_papers.summaries.answer import (
    THOUGHT_TOKENS,
    TOKENS_A_PAPER,
    Answer,
    good_answers,
    question,
)
from daily_papers.summaries.model import MODEL_KEY, BadModelAnswer, Model, ModelError
from daily_papers.text import plural
from daily_papers.transaction import PRIVATE

#: Papers of one request. One that got no good answer there is asked for alone, since another one's
#: abstract may have spoilt it. Then it is left alone.
PAPERS_A_REQUEST: Final = 8
#: After so many requests in a row without a good answer, the run ends. Three abstracts that spoil
#: whatever they are asked with make four.
_MOST_FRUITLESS: Final = 5
#: Tokens for each paper that is due; when these are used up, the run ends.
_MOST_TOKENS_A_PAPER: Final = 4_000
_KEPT: Final = PRIVATE / "summaries.jsonl"

Known = Mapping[SummaryKey, Summary]


def summarize(
    repository: Repository, *, day: date, budget: float, environ: Mapping[str, str], clock: Clock
) -> SummaryRun | None:
    """Summarize the papers that are due; None if keywords.yaml does not ask for it.

    ``budget`` are the seconds in which the model may be asked.
    Raises DailyPapersError if it cannot begin; what goes wrong later is a warning of the run.
    """
    config = repository.load_config()
    settings = config.summaries
    if settings is None:
        return None
    with repository.locked():
        store = repository.store_for(config)
        known = {**load_summaries(repository.root), **_kept(repository.root, day)}
        run = SummaryRun(repository.root, settings, day, known)
        papers = due_papers(config, settings, store, known, day)
        if papers and budget:
            run.ask_for(papers, budget, environ, clock)
        repository.publish_summaries(
            config,
            run.known,
            _not_committed(repository, environ),
            server=Addresses.of(environ).server,
        )
        run.left = len(_lacking(store, run.known, settings))
    return run


def _not_committed(repository: Repository, environ: Mapping[str, str]) -> list[str]:
    """The digests that nobody has seen yet; none where git does not say so.

    A digest that was pushed is never rewritten: it may have been mailed in part.
    """
    command = ["git", "-C", str(repository.root), "ls-tree", "--name-only", "HEAD"]
    others = {name: value for name, value in environ.items() if name != MODEL_KEY}
    try:
        done = subprocess.run(
            [*command, KEYWORDS, f"{DIGESTS}/"], capture_output=True, env=others, check=False
        )
    except OSError:
        return []
    committed = done.stdout.decode().split("\n")
    if KEYWORDS not in committed:  # no git, or one that is not about this folder
        return []
    return [key for key in repository.digest_keys() if f"{DIGESTS}/{key}.md" not in committed]


def due_papers(
    config: Config, settings: Summaries, store: Store, known: Known, day: date
) -> list[Paper]:
    """The papers to ask for now: news as the mail has it, those by title last; then the newest."""
    sections = [section.items for section in morning_of(config, store)]
    read = chain(*(items[:IN_FULL] for items in sections), *(items[IN_FULL:] for items in sections))
    places = {item.paper.id: place for place, item in enumerate(read)}
    waiting = sorted(
        _lacking(store, known, settings),
        key=lambda each: (places.get(each.id, len(places)), newest_first(each)),
    )
    return waiting[: max(0, settings.per_day - _asked_on(day, known))]


def _asked_on(day: date, known: Known) -> int:
    return sum(summary.day == day for summary in known.values())


def _lacking(store: Store, known: Known, settings: Summaries) -> list[Paper]:
    """The papers that have no summary and may still get one."""
    papers = (stored.paper for stored in store.papers.values())
    return [
        paper
        for paper in papers
        if paper.abstract and not paper.is_withdrawn
        if (paper.id, paper.version, settings.model, settings.language) not in known
    ]


class SummaryRun:
    """Asks a model for papers, keeps what is good, and says what it achieved."""

    def __init__(self, root: Path, settings: Summaries, day: date, known: Known) -> None:
        self.known = dict(known)
        self.papers = self.tokens = 0
        self.seconds = 0.0
        #: Papers that are still to be summarized, today or later.
        self.left = 0
        self.warnings: list[str] = []
        self._root = root
        self._settings = settings
        self._day = day
        #: Papers without a good answer in this run, not even alone.
        self._failed: list[Paper] = []
        #: Requests in a row without a good answer.
        self._fruitless = 0
        #: What was wrong with the last answer that was not good.
        self._reason = ""

    def __str__(self) -> str:
        done = f"{plural(self.papers, 'paper')} summarized, {plural(self.tokens, 'token')}"
        is_used_up = _asked_on(self._day, self.known) >= self._settings.per_day
        why = f", since per_day is {self._settings.per_day}" if self.left and is_used_up else ""
        return f"{done}, {self.seconds:.1f} s; {plural(self.left, 'paper')} left{why}"

    def ask_for(
        self, papers: Sequence[Paper], budget: float, environ: Mapping[str, str], clock: Clock
    ) -> None:
        """Ask within the budget; what goes wrong is a warning."""
        started = clock.monotonic()
        try:
            tokens = _MOST_TOKENS_A_PAPER * len(papers)
            with closing(Model(self._settings, environ, budget, tokens, clock)) as model:
                self._ask_in_turn(model, papers)
        except DailyPapersError as error:
            self.warnings.append(str(error))
        # If nothing at all was good, it may be the endpoint's fault.
        if self._failed and self.papers:
            self._note(self._failed, {})
        self.seconds = clock.monotonic() - started

    def _ask_in_turn(self, model: Model, papers: Sequence[Paper]) -> None:
        """Ask for several papers at once, then alone for each that lacks a good answer."""
        for start in range(0, len(papers), PAPERS_A_REQUEST):
            together = papers[start : start + PAPERS_A_REQUEST]
            lacking = self._ask_once(model, together)
            for paper in lacking:
                if len(together) == 1 or self._ask_once(model, [paper]):
                    self._failed.append(paper)
        if self._failed and not self.papers:
            raise ModelError(f"no good answer; the last: {self._reason}")

    def _ask_once(self, model: Model, papers: Sequence[Paper]) -> list[Paper]:
        """Ask for some papers; return those without a good answer."""
        self._reason = "not the JSON that was asked for, or no plain sentence in the language"
        answers: Mapping[str, Answer] = {}
        try:
            text = model.ask(
                question(papers, self._settings), THOUGHT_TOKENS + TOKENS_A_PAPER * len(papers)
            )
        except BadModelAnswer as error:
            self._reason = str(error)
        else:
            good = good_answers(text, papers, self._settings)
            # What it said of another paper is not about this one.
            said = {each.sentence: each.id for each in self.known.values()}
            answers = {id: a for id, a in good.items() if said.get(a.sentence, id) == id}
        self.tokens = model.tokens
        self._fruitless = 0 if answers else self._fruitless + 1
        if self._fruitless == _MOST_FRUITLESS:
            times = f"no good answer {_MOST_FRUITLESS} times in a row"
            raise ModelError(f"{times}; the last: {self._reason}")
        if answers:
            self.papers += len(answers)
            self._note([paper for paper in papers if paper.id in answers], answers)
        return [paper for paper in papers if paper.id not in answers]

    def _note(self, papers: Sequence[Paper], answers: Mapping[str, Answer]) -> None:
        """Note what was said of the papers, or that no answer was good.

        The day's answers are kept outside git; if that fails, they are still published.
        """
        for paper in papers:
            answer = answers.get(paper.id, Answer())
            summary = Summary(
                id=paper.id,
                version=paper.version,
                model=self._settings.model,
                language=self._settings.language,
                day=self._day,
                sentence=answer.sentence,
                title=answer.title,
            )
            self.known[summary.key] = summary
        file = self._root / _KEPT
        half = file.with_suffix(".partial")
        with suppress(OSError):
            half.write_bytes(
                summary_lines(each for each in self.known.values() if each.day == self._day)
            )
            half.replace(file)


def _kept(root: Path, day: date) -> dict[SummaryKey, Summary]:
    """What earlier runs of the day kept outside git."""
    found, _ = readable(root, _KEPT.parent.as_posix(), Summary)
    return {summary.key: summary for summary in found if summary.day == day}
