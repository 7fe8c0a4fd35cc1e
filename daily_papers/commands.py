"""The commands: the options of each one and the function that runs it, side by side.

Each command imports what it needs when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import SystemRandom

from daily_papers.clock import day, listing_day, minutes
from daily_papers.command_line import DIR, FILE, command, flag, form, one_of, option
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.github_actions import annotation, harmless
from daily_papers.text import plural, printable

#: Of the line that shows progress.
_WIDTH = 78

TODAY = option(
    "--today",
    metavar="YYYY-MM-DD",
    type=day,
    help="the listing day (default: DAILY_PAPERS_TODAY, or today in New York)",
)
FORMAT = form("text", "github", help="github: annotations, which GitHub Actions shows")


def _say(line: str) -> None:
    """Print a line beside the output, at once."""
    print(f"daily-papers: {harmless(line)}", file=sys.stderr, flush=True)


def _say_nothing(*_: object) -> None:
    """Ignore what there is to say, since nobody is watching."""


def _show_progress(done: int, of: int, what: str) -> None:
    """Show on standard error how far long work is: in one line of a terminal, not in a log."""
    if sys.stderr.isatty():
        text = printable(f"{what}: {done:,} of {of:,}" if of > 1 else what)[:_WIDTH]
        print(f"\r{text:<{_WIDTH}}\r", end="", file=sys.stderr, flush=True)


def _warn(line: str, form: str) -> None:
    """Print a warning in one of the forms of `FORMAT`."""
    if form == "github":
        print(annotation("warning", line), file=sys.stderr)
    else:
        _say(line)


@command(
    "update",
    "run the daily job: fetch, match, store, render, write the digest",
    "A second run on a complete day changes nothing; if a run fails, the next one catches up.",
    TODAY,
    option(
        "--source",
        choices=("auto", "announcements", "search", "oai"),
        default="auto",
        help="how to ask arXiv: its announcement feed, a search for each keyword, or a harvest "
        "over OAI-PMH (default: auto, which chooses)",
    ),
    option(
        "--budget",
        metavar="MINUTES",
        type=minutes,
        default=40.0,
        help="how long the run may take, including waits for arXiv (default: 40)",
    ),
    option("--report", **FILE, help="write the report to this file, as JSON"),
    flag("--dry-run", "only print what it would ask for"),
)
def _update(arguments: Namespace) -> int:
    from daily_papers.daily.job import dry_run, update
    from daily_papers.daily.plan import FetchMode, Order
    from daily_papers.daily.report import as_json, as_table
    from daily_papers.repository import Repository

    repository = Repository(arguments.root)
    order = Order(
        day=arguments.today or listing_day(os.environ),
        mode=FetchMode(arguments.source),
        budget=arguments.budget * 60,
        environ=os.environ,
        say=_say_nothing if arguments.quiet else _say,
    )
    if arguments.dry_run:
        for sentence in dry_run(repository, order):
            print(sentence)
        return 0
    report = update(repository, order, _say_nothing if arguments.quiet else _show_progress)
    if arguments.report:
        try:
            arguments.report.write_text(as_json(report), encoding="utf-8")
        except OSError as error:
            problem = f"{error.strerror}; the run itself is done, only its report is missing"
            raise DailyPapersError(f"{arguments.report}: {problem}") from error
    if report.exit_code or not arguments.quiet:
        print(as_table(report), end="", file=sys.stderr if arguments.quiet else sys.stdout)
    return report.exit_code


@command(
    "summarize",
    "let a model write a sentence about each new paper",
    "`summaries` in keywords.yaml names it; DAILY_PAPERS_MODEL_KEY has its key, as HOST=KEY.\n"
    "If it fails, you get a warning, and the authors' own sentence is shown.",
    TODAY,
    option(
        "--budget",
        metavar="MINUTES",
        type=minutes,
        default=1.0,
        help="how long to ask the model (default: 1); with 0, only use the answers that an "
        "earlier run of the same day got",
    ),
    FORMAT,
)
def _summarize(arguments: Namespace) -> None:
    from daily_papers.config import ConfigError
    from daily_papers.repository import Repository
    from daily_papers.summaries.job import summarize

    try:
        report = summarize(
            Repository(arguments.root),
            day=arguments.today or listing_day(os.environ),
            budget=arguments.budget * 60,
            environ=os.environ,
            clock=time,
        )
    except ConfigError:
        raise
    except DailyPapersError as error:
        warnings = str(error).splitlines()
    else:
        warnings = report.warnings if report else []
        if not arguments.quiet:
            print(report or "keywords.yaml names no model under `summaries`")
    for warning in warnings:
        _warn(f"summaries: {warning}", arguments.format)


@command(
    "render",
    "write tables and pages again from the store, offline",
    "Run it after you edit templates/ or a heading.",
    flag("--check", "write nothing: print which files differ, and exit with 1 if any does"),
)
def _render(arguments: Namespace) -> int:
    from daily_papers.repository import Repository

    repository = Repository(arguments.root)
    if arguments.check:
        paths = sorted(repository.rendered().changes)
        for path in paths:
            print(f"{path}: differs from the store; run: daily-papers render")
        return 1 if paths else 0
    with repository.locked():
        written = repository.rendered().commit()
    if not arguments.quiet:
        print("\n".join(written) or "nothing to change")
    return 0


@command(
    "check",
    "look for mistakes in keywords.yaml and your templates",
    "Prints each with its line and the likely fix; exits with 2 if it finds any. Runs no template.",
    FORMAT,
    option(
        "--changed-since",
        metavar="REV",
        help="also warn if the endpoint for summaries has changed since this commit",
    ),
)
def _check(arguments: Namespace) -> int:
    from daily_papers.config import KEYWORDS, ConfigError, load_config
    from daily_papers.daily.liking import unreadable_libraries
    from daily_papers.keyword_check import as_annotations, check_keywords

    path = arguments.root / KEYWORDS
    config = None
    try:
        config = load_config(path)
        problems = tuple(check_keywords(config, path, arguments.changed_since))
    except ConfigError as error:
        problems = (*error.problems, *unreadable_libraries(error.libraries, path))
    if (path.parent / "templates").is_dir():
        # Takes a sixth of the time of a check, which few repositories need.
        from daily_papers.template_check import check_templates

        problems += tuple(check_templates(path.parent))
    for line in as_annotations(problems) if arguments.format == "github" else problems:
        print(line)
    if config is None or any(problem.severity == "error" for problem in problems):
        return ConfigError.exit_code
    if not arguments.quiet:
        number = len(config.keywords)
        print(f"{path}: {plural(number, 'keyword')}, no mistake")
    return 0


@command(
    "extras",
    "print which optional extras to install",
    "One per line: `like` if keywords.yaml uses it, `channels` if DAILY_PAPERS_CHANNELS has\n"
    "any. A keywords.yaml with a mistake, which check reports, counts as empty.",
)
def _extras(arguments: Namespace) -> None:
    from daily_papers.config import ConfigError
    from daily_papers.mail.delivery import read_channels
    from daily_papers.repository import Repository

    with suppress(ConfigError):
        if Repository(arguments.root).load_config().libraries:
            print("like")
    if read_channels(os.environ)[0]:
        print("channels")


@command(
    "preview",
    "show what keywords would bring",
    "Searches arXiv once for each keyword, at most 40: its query, papers a day, the days that its\n"
    "table covers, samples, what it shares with other keywords, and what is close to a phrase\n"
    "without hits. Stores nothing.",
    one_of(
        option(
            "keyword",
            metavar="KEYWORD",
            nargs="?",
            help="a name or slug in keywords.yaml, or a phrase that is not in it yet "
            "(default: all keywords)",
        ),
        option(
            "--changed-since",
            metavar="REV",
            help="preview each keyword that has changed since this commit",
        ),
    ),
    form("text", "markdown", help="markdown: for a job summary on GitHub"),
)
def _preview(arguments: Namespace) -> int:
    from daily_papers.preview import preview
    from daily_papers.preview_text import FORMATS

    failed = False
    day, keyword, since = listing_day(os.environ), arguments.keyword, arguments.changed_since
    for passage in preview(arguments.root, day, os.environ, _say, keyword=keyword, since=since):
        print(FORMATS[arguments.format](passage), flush=True)
        failed |= passage.failed
    return 1 if failed else 0


@command(
    "notify",
    "send the digests that have no issue yet",
    "Opens an issue for each, which GitHub mails to everyone who watches the repository, and\n"
    "sends it to the channels in DAILY_PAPERS_CHANNELS. Needs GITHUB_REPOSITORY and GITHUB_TOKEN.\n"
    "Exits with 1 if a digest was not sent, 3 if a channel was not reached; the next run retries.",
    one_of(
        flag("--dry-run", "only print what would be sent, and where"),
        flag("--test", "only send a test line to each channel"),
        option("--to-file", **FILE, help="write what would be sent to this file, and send nothing"),
        option(
            "--correct",
            metavar="DIGEST",
            help="correct the issues of a digest (2026-11-20) after you have corrected its file",
        ),
    ),
    FORMAT,
)
def _notify(arguments: Namespace) -> int:
    from daily_papers.mail.delivery import send_test
    from daily_papers.mail.notify import NotifyOptions, notify

    warn = partial(_warn, form=arguments.format)
    if arguments.test:
        return send_test(os.environ, print, warn)
    options = NotifyOptions(
        dry_run=arguments.dry_run,
        to_file=arguments.to_file,
        correct=arguments.correct,
    )
    return notify(
        arguments.root,
        os.environ,
        options,
        clock=time,
        say=print,
        warn=warn,
    )


@command(
    "report",
    "print a run's report again",
    "Reads what `update --report FILE` wrote, and prints it as a table, a job summary on GitHub,\n"
    "annotations, or a commit message.",
    option("file", **FILE, help="the report"),
    form("text", "markdown", "github", "commit-message"),
)
def _report(arguments: Namespace) -> None:
    from daily_papers.daily.report import FORMATS, from_json

    try:
        report = from_json(arguments.file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{arguments.file}: not a report that update --report wrote") from error
    print(FORMATS[arguments.format](report), end="")


@command(
    "export",
    "print the store as JSON lines, CSV or BibTeX",
    "One line for each keyword of each paper (jsonl, csv), or one entry for each paper (bibtex).",
    form("jsonl", "csv", "bibtex"),
    flag("--all", "include the history: every paper that was ever in a table or a digest"),
    flag("--bom", "with --format csv: begin with a byte order mark, which Excel needs for UTF-8"),
)
def _export(arguments: Namespace) -> None:
    from daily_papers.export import FORMATS, all_rows, table_rows
    from daily_papers.repository import Repository

    if arguments.bom and arguments.format != "csv":
        raise UsageError("--bom: only for --format csv")
    repository = Repository(arguments.root)
    config = repository.load_config()
    store = repository.store_for(config)
    summaries = repository.load_summaries(config)
    if arguments.all:
        papers = store.with_history(repository.load_history(store))
        rows = all_rows(config.keywords, papers, summaries)
    else:
        rows = table_rows(config.keywords, store, summaries)
    if arguments.bom:
        sys.stdout.write("\ufeff")
    for text in FORMATS[arguments.format](rows):
        sys.stdout.write(text)


@command(
    "site",
    "build the website into site/",
    "Writes pages, search, feeds, JSON and BibTeX from the store, with relative links. Only feeds\n"
    "need the site's address: DAILY_PAPERS_SITE_URL (default: GITHUB_REPOSITORY's GitHub Pages).",
    option("--output", **DIR, help="the folder to build into (default: site/ in --root)"),
)
def _site(arguments: Namespace) -> None:
    from daily_papers.site.build import build_site
    from daily_papers.site.formulas import KNOWS_MATHML

    written = build_site(arguments.root, arguments.output, os.environ)
    if not arguments.quiet:
        print(written)
        if not KNOWS_MATHML:
            print('note: formulas are shown as TeX; for MathML: pip install "daily-papers[site]"')


@command(
    "import",
    "import what another tool published",
    "Stores the papers of READMEs, pages, JSON and CSV, and mails none of them. If there is no\n"
    "keywords.yaml, or only the example from init, one is written from the tool's configuration.\n"
    "Exits with 3 if a file held no papers, or a paper or a configuration was left out.",
    option("files", **FILE, nargs="+", help="a file, or a folder with such files"),
    flag("--replace", "put the two markers in place of README.md's tables; write the workflows"),
    flag("--dry-run", "only print what it would do"),
    TODAY,
)
def _import(arguments: Namespace) -> int:
    from daily_papers.migrate.import_files import import_files
    from daily_papers.repository import Repository

    imported = import_files(
        Repository(arguments.root),
        arguments.files,
        arguments.today or listing_day(os.environ),
        in_place=arguments.replace,
        dry_run=arguments.dry_run,
    )
    if not arguments.quiet:
        for sentence in (*imported.done, *imported.advice):
            print(printable(sentence))
    for sentence in imported.left_out:
        print(f"daily-papers: {printable(sentence)}", file=sys.stderr)
    return 3 if imported.is_partial else 0


@command(
    "init",
    "create a digest repository",
    "Writes README.md, keywords.yaml, two workflows, .gitignore and .gitattributes into DIR.\n"
    "Existing files stay as they are.",
    option("folder", **DIR, nargs="?", help="the folder (default: --root, or here)"),
    one_of(
        flag("--upgrade", "update the two workflows to this version, and show the difference"),
        option(
            "--template",
            metavar="NAME",
            help="copy this bundled template into templates/, so that you can change it",
        ),
    ),
)
def _init(arguments: Namespace) -> None:
    from daily_papers.init import copy_template, init, upgrade

    say = _say_nothing if arguments.quiet else print
    folder = arguments.folder or arguments.root
    if arguments.template is not None:
        say(f"wrote: {copy_template(folder, arguments.template)}")
    elif arguments.upgrade:
        upgrade(folder, SystemRandom(), say)
    else:
        init(folder, SystemRandom(), say)


@command(
    "demo",
    "see all of it work on your own machine, offline",
    "Runs a digest repository for a few days with a stand-in for arXiv on this machine: the real\n"
    "pipeline, with made-up papers.",
    option(
        "folder",
        **DIR,
        nargs="?",
        default=Path("daily-papers-demo"),
        help="an empty or new folder (default: daily-papers-demo)",
    ),
)
def _demo(arguments: Namespace) -> None:
    from daily_papers.demo.demo import demo

    say = _say_nothing if arguments.quiet else print
    demo(arguments.folder, say)
