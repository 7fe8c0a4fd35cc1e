"""What each command of the command line does, and what it prints."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from daily_papers.config import ConfigError, Problem, load_config
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.progress import progress_on

KEYWORDS = "keywords.yaml"


def update_command(arguments: Namespace) -> int:
    """Run the daily job and print its report."""
    from daily_papers.plan import Source  # noqa: PLC0415
    from daily_papers.report import as_json, as_table  # noqa: PLC0415
    from daily_papers.update import Order, preview, update  # noqa: PLC0415

    order = Order(
        root=Path(arguments.root),
        day=listing_day(arguments.today),
        source=Source(arguments.source),
        budget=arguments.budget * 60,
        environ=os.environ,
    )
    if arguments.dry_run:
        for sentence in preview(order):
            print(sentence)
        return 0
    report = update(order, progress_on(sys.stderr, quiet=arguments.quiet))
    if arguments.report:
        _write(Path(arguments.report), as_json(report))
    if not arguments.quiet:
        print(as_table(report), end="")
    elif report.exit_code:
        for keyword in report.keywords:
            if not keyword.good:
                print(f"daily-papers: {keyword.name}: {keyword.reason}", file=sys.stderr)
    return report.exit_code


def listing_day(asked: date | None) -> date:
    """The listing day: as asked, else DAILY_PAPERS_TODAY, else the day it is in New York."""
    if asked is not None:
        return asked
    text = os.environ.get("DAILY_PAPERS_TODAY", "").strip()
    if not text:
        return datetime.now(ZoneInfo("America/New_York")).date()
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise UsageError(f"DAILY_PAPERS_TODAY: {text!r} is not a day as YYYY-MM-DD") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DailyPapersError(
            f"{path}: {error.strerror}; the run itself is done, only its report is not written"
        ) from error


def notify_command(arguments: Namespace) -> int:
    """Send the digests that have no issue yet, or show them, or correct one."""
    from daily_papers.arxiv.session import SystemClock  # noqa: PLC0415
    from daily_papers.notify import NotifyOptions, notify  # noqa: PLC0415

    options = NotifyOptions(
        dry_run=arguments.dry_run,
        to_file=Path(arguments.to_file) if arguments.to_file else None,
        correct=arguments.correct,
        reason=arguments.reason,
    )
    return notify(Path(arguments.root), os.environ, options, clock=SystemClock(), say=print)


def render_command(arguments: Namespace) -> int:
    """Write everything from the store again, or only compare."""
    from daily_papers.rendering_again import differences, render_again  # noqa: PLC0415

    root = Path(arguments.root)
    if arguments.check:
        paths = differences(root)
        for path in paths:
            print(f"{path}: differs from what the store says; run: daily-papers render")
        return 1 if paths else 0
    for path in render_again(root):
        if not arguments.quiet:
            print(path)
    return 0


def check_command(arguments: Namespace) -> int:
    """Say whether keywords.yaml is right."""
    path = Path(arguments.root) / KEYWORDS
    show = _annotation if arguments.format == "github" else str
    try:
        config = load_config(path)
    except ConfigError as error:
        for problem in error.problems:
            print(show(problem))
        return error.exit_code
    for warning in config.warnings:
        print(show(warning))
    if not arguments.quiet:
        number = len(config.keywords)
        print(f"{path}: {number:,} keyword{'' if number == 1 else 's'}, no mistake")
    return 0


def _annotation(problem: Problem) -> str:
    """A workflow command (https://docs.github.com/actions/reference/workflow-commands).

    Percent signs and line ends are escaped in the message, colons and commas in properties too.
    """
    place = f"file={_property(problem.path)}"
    if problem.line is not None:
        place += f",line={problem.line}"
    if problem.column is not None:
        place += f",col={problem.column}"
    return f"::{problem.severity} {place}::{_data(problem.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def export_command(arguments: Namespace) -> int:
    """Print the store for other programs."""
    from daily_papers.exporting import FORMATS, Row  # noqa: PLC0415
    from daily_papers.store_files import load_store  # noqa: PLC0415

    root = Path(arguments.root)
    config = load_config(root / KEYWORDS)
    store = load_store(root)
    rows = (
        Row(keyword.name, keyword.slug, paper, store.papers[paper.id].first_seen[keyword.slug])
        for keyword in config.keywords
        for paper in store.table(keyword.slug)
    )
    for text in FORMATS[arguments.format](rows):
        sys.stdout.write(text)
    return 0


def import_command(arguments: Namespace) -> int:
    """Bring in a published README."""
    from daily_papers.bringing_in import bring_in  # noqa: PLC0415

    sentences = bring_in(
        Path(arguments.root),
        Path(arguments.readme),
        day=listing_day(arguments.today),
        replace=arguments.replace,
    )
    for sentence in sentences:
        if not arguments.quiet:
            print(sentence)
    return 0


def demo_command(arguments: Namespace) -> int:
    """Show all of it against the sandbox."""
    from daily_papers.demo import demo  # noqa: PLC0415

    say = (lambda _: None) if arguments.quiet else print
    demo(Path(arguments.folder), say)
    return 0
