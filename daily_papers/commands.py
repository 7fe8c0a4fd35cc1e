"""What each command of the command line does, and what it prints."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from daily_papers.clock import listing_day
from daily_papers.config import ConfigError, Problem, load_config
from daily_papers.errors import DailyPapersError
from daily_papers.progress import progress_on
from daily_papers.workflow_commands import annotation

KEYWORDS = "keywords.yaml"


def update_command(arguments: Namespace) -> int:
    """Run the daily job and print its report."""
    from daily_papers.plan import Source  # noqa: PLC0415
    from daily_papers.report import as_json, as_table  # noqa: PLC0415
    from daily_papers.update import Order, preview, update  # noqa: PLC0415

    order = Order(
        root=Path(arguments.root),
        day=arguments.today or listing_day(os.environ),
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


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DailyPapersError(
            f"{path}: {error.strerror}; the run itself is done, only its report is not written"
        ) from error


def notify_command(arguments: Namespace) -> int:
    """Send the digests that have no issue yet, or show them, or correct one."""
    from daily_papers.clock import SystemClock  # noqa: PLC0415
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
    return annotation(
        problem.severity,
        problem.message,
        file=problem.path,
        line=problem.line,
        column=problem.column,
    )


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
        day=arguments.today or listing_day(os.environ),
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
