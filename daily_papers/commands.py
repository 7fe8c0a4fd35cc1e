"""What each command of the command line does, and what it prints."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import SystemRandom

from daily_papers.clock import listing_day
from daily_papers.config import ConfigError, Problem, load_config, unsendable_terms
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.progress import progress_on
from daily_papers.workflow_commands import annotation

KEYWORDS = "keywords.yaml"


def update_command(arguments: Namespace) -> int:
    """Run the daily job and print its report."""
    from daily_papers.daily.job import Order, dry_run, update  # noqa: PLC0415
    from daily_papers.daily.plan import FetchMode  # noqa: PLC0415
    from daily_papers.daily.report_text import as_json, as_table  # noqa: PLC0415
    from daily_papers.repository import Repository  # noqa: PLC0415

    repository = Repository(Path(arguments.root))
    order = Order(
        day=arguments.today or listing_day(os.environ),
        mode=FetchMode(arguments.source),
        budget=arguments.budget * 60,
        environ=os.environ,
    )
    if arguments.dry_run:
        for sentence in dry_run(repository, order):
            print(sentence)
        return 0
    report = update(repository, order, progress_on(sys.stderr, quiet=arguments.quiet))
    if arguments.report:
        _write(Path(arguments.report), as_json(report))
    if not arguments.quiet:
        print(as_table(report), end="")
    elif report.exit_code:
        for keyword in report.keywords:
            if not keyword.good:
                where = f" ({keyword.url})" if keyword.url else ""
                print(f"daily-papers: {keyword.name}: {keyword.reason}{where}", file=sys.stderr)
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
    from daily_papers.digests.notify import NotifyOptions, notify  # noqa: PLC0415

    options = NotifyOptions(
        dry_run=arguments.dry_run,
        to_file=Path(arguments.to_file) if arguments.to_file else None,
        correct=arguments.correct,
        reason=arguments.reason,
    )
    return notify(Path(arguments.root), os.environ, options, clock=SystemClock(), say=print)


def render_command(arguments: Namespace) -> int:
    """Write everything from the store again, or only compare."""
    from daily_papers.repository import Repository  # noqa: PLC0415

    repository = Repository(Path(arguments.root))
    if arguments.check:
        paths = repository.rendered().changes()
        for path in paths:
            print(f"{path}: differs from what the store says; run: daily-papers render")
        return 1 if paths else 0
    with repository.locked():
        written = repository.rendered().commit()
    if not arguments.quiet:
        print("\n".join(written) or "nothing to change")
    return 0


def check_command(arguments: Namespace) -> int:
    """Say whether keywords.yaml is right, and the own templates, which are only read."""
    from daily_papers.template_check import check_templates  # noqa: PLC0415

    path = Path(arguments.root) / KEYWORDS
    config = None
    try:
        config = load_config(path)
        problems = (*config.warnings, *unsendable_terms(config, str(path)))
    except ConfigError as error:
        problems = error.problems
    problems += check_templates(path.parent)
    for line in _annotations(problems) if arguments.format == "github" else problems:
        print(line)
    if config is None or any(problem.severity == "error" for problem in problems):
        return ConfigError.exit_code
    if not arguments.quiet:
        number = len(config.keywords)
        print(f"{path}: {number:,} keyword{'' if number == 1 else 's'}, no mistake")
    return 0


#: GitHub shows so many errors, and so many warnings, of a step.
_MOST_ANNOTATIONS = 10


def _annotations(problems: Sequence[Problem]) -> Iterator[str]:
    """Write what GitHub shows beside the lines of the files, and count the rest."""
    left: Counter[str] = Counter()
    for problem in problems:
        left[problem.severity] += 1
        if left[problem.severity] <= _MOST_ANNOTATIONS:
            yield annotation(
                problem.severity,
                problem.message,
                file=problem.path,
                line=problem.line,
                column=problem.column,
            )
    rest = sum(max(number - _MOST_ANNOTATIONS, 0) for number in left.values())
    if rest:
        yield f"and {rest:,} more; daily-papers check shows all of them"


def preview_command(arguments: Namespace) -> int:
    """Tell what a keyword would bring, or each that changed since a commit."""
    from daily_papers.previews import preview, preview_text  # noqa: PLC0415

    request = preview.Request(Path(arguments.root), listing_day(os.environ), os.environ)
    style = preview_text.STYLES[arguments.format]
    if arguments.changed_since is None:
        config = load_config(request.root / KEYWORDS)
        keywords = preview.keywords_named(config, arguments.keyword)
    else:
        config, change = preview.changed_since(request.root, arguments.changed_since, request.day)
        keywords = change.keywords
        print(style.change(change))
    all_known = True
    for prospect in preview.prospects(request, config, keywords):
        print(style.prospect(prospect), flush=True)
        all_known = all_known and prospect.failure is None
    return 0 if all_known else 1


def report_command(arguments: Namespace) -> int:
    """Tell the report of a run again."""
    from daily_papers.daily import report_text  # noqa: PLC0415

    path = Path(arguments.file)
    try:
        report = report_text.from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: not a report that update --report wrote") from error
    match arguments.format:
        case "text":
            print(report_text.as_table(report), end="")
        case "markdown":
            print(report_text.as_markdown(report), end="")
        case "github":
            for line in report_text.run_annotations(report):
                print(line)
        case "commit-message":
            print(report_text.commit_message(report))
    return 0


def init_command(arguments: Namespace) -> int:
    """Make a digest repository, renew its workflows, or copy a template into it."""
    from daily_papers.init import copy_template, init, upgrade  # noqa: PLC0415

    say = (lambda _: None) if arguments.quiet else print
    folder = Path(arguments.root if arguments.folder is None else arguments.folder)
    if arguments.template is not None:
        say(f"wrote: {copy_template(folder, arguments.template)}")
    elif arguments.upgrade:
        upgrade(folder, SystemRandom(), say)
    else:
        init(folder, SystemRandom(), say)
    return 0


def export_command(arguments: Namespace) -> int:
    """Print the store for other programs."""
    from daily_papers.exporting import FORMATS, Row, csv_for_excel  # noqa: PLC0415
    from daily_papers.repository import Repository  # noqa: PLC0415

    if arguments.bom and arguments.format != "csv":
        raise UsageError("--bom: only for --format csv")
    repository = Repository(Path(arguments.root))
    config = repository.load_config()
    store = repository.store_for(config)
    rows = (
        Row(keyword.name, keyword.slug, paper, store.papers[paper.id].first_seen[keyword.slug])
        for keyword in config.keywords
        for paper in store.table(keyword.slug)
    )
    for text in (csv_for_excel if arguments.bom else FORMATS[arguments.format])(rows):
        sys.stdout.write(text)
    return 0


def site_command(arguments: Namespace) -> int:
    """Build the website."""
    from daily_papers.site.build import build_site  # noqa: PLC0415

    output = None if arguments.output is None else Path(arguments.output)
    built = build_site(Path(arguments.root), output, arguments.base_url, os.environ)
    if not arguments.quiet:
        done = built.written
        print(f"{built.folder}: {done.files:,} files, {done.changed:,} written, ", end="")
        print(f"{done.removed:,} removed")
        if built.note:
            print(f"note: {built.note}")
    return 0


def import_command(arguments: Namespace) -> int:
    """Bring in a published README."""
    from daily_papers.moving.bringing_in import bring_in  # noqa: PLC0415

    brought_in = bring_in(
        Path(arguments.root),
        Path(arguments.readme),
        day=arguments.today or listing_day(os.environ),
        in_place=arguments.replace,
    )
    if not arguments.quiet:
        print(*brought_in.done, *brought_in.advice, sep="\n")
    for sentence in brought_in.left_out:
        print(f"daily-papers: {sentence}", file=sys.stderr)
    return 0


def demo_command(arguments: Namespace) -> int:
    """Show all of it against the sandbox."""
    from daily_papers.demo import demo  # noqa: PLC0415

    say = (lambda _: None) if arguments.quiet else print
    demo(Path(arguments.folder), say)
    return 0
