"""What each command of the command line is called, and what it takes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from daily_papers import __version__
from daily_papers.common_options import add_everywhere, command
from daily_papers.option_values import day, minutes

if TYPE_CHECKING:
    from daily_papers.common_options import Subparsers

_EPILOG = """\
exit codes:
  0  done, also with nothing new
  1  failed, and nothing was lost
  2  usage or configuration
  3  done in part: some keywords could not be brought up to date, the others are stored

To see all of it work, here and now, without network: daily-papers demo
"""


def parser() -> argparse.ArgumentParser:
    """Build the parser of the command line; it sets ``command`` to a function of ``commands``."""
    parser = argparse.ArgumentParser(
        prog="daily-papers",
        description="A repository that reads arXiv for you: keywords.yaml in; tables in README.md "
        "and one mail with the new papers out.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    add_everywhere(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (
        _update,
        _render,
        _check,
        _preview,
        _notify,
        _report,
        _export,
        _site,
        _import,
        _init,
        _demo,
    ):
        add(commands)
    return parser


def _update(commands: Subparsers) -> None:
    parser = command(
        commands,
        "update",
        "fetch, match, store, render, write the digest: the daily job",
        "Ask arXiv what is new, keep the newest papers of each keyword, rewrite the tables in\n"
        "README.md and papers/, and write the day's digest. A second run on a day that was\n"
        "complete asks nothing and changes nothing; a failed one is healed by the next.",
    )
    parser.add_argument(
        "--today",
        metavar="YYYY-MM-DD",
        type=day,
        help="the listing day, instead of the clock's in New York (or DAILY_PAPERS_TODAY)",
    )
    parser.add_argument(
        "--source",
        choices=("auto", "announcements", "search", "oai"),
        default="auto",
        help="force one way to arXiv: its announcement feed, one search a keyword, or a harvest "
        "by OAI-PMH (default: auto, which chooses)",
    )
    parser.add_argument(
        "--budget",
        metavar="MINUTES",
        type=minutes,
        default=40.0,
        help="how long the run may take, waiting for arXiv included (default: 40)",
    )
    parser.add_argument("--report", metavar="FILE", help="write the report there, as JSON")
    parser.add_argument(
        "--dry-run", action="store_true", help="tell what would be asked; ask and write nothing"
    )


def _notify(commands: Subparsers) -> None:
    parser = command(
        commands,
        "notify",
        "send the digests that have no issue yet",
        "Open one issue for each digest that GitHub shows no issue of; GitHub mails it to all who\n"
        "watch the repository. GITHUB_REPOSITORY and GITHUB_TOKEN say where, as in Actions.\n"
        "Ends with 1 where a digest could not be sent; the next run looks first and goes on.",
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--dry-run", action="store_true", help="print what would be sent, and send nothing"
    )
    way.add_argument(
        "--to-file", metavar="FILE", help="write what would be sent there, for another channel"
    )
    way.add_argument(
        "--correct",
        metavar="DIGEST",
        help="bring the issue of a digest (2026-11-20) up to date with its file, and say so there",
    )
    parser.add_argument("--reason", metavar="TEXT", help="with --correct: what was wrong")


def _render(commands: Subparsers) -> None:
    parser = command(
        commands,
        "render",
        "everything from the store again, without network",
        "Write README.md's tables and the pages in papers/ again from the store, as after an\n"
        "edit of templates/ or of a heading.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="only compare: print what differs and end with 1 where something does",
    )


def _check(commands: Subparsers) -> None:
    parser = command(
        commands,
        "check",
        "is keywords.yaml right?",
        "Read keywords.yaml, and templates of your own, and name every mistake with its line and\n"
        "the likely fix. Ends with 2 where there is one. Nothing of a template is run.",
    )
    parser.add_argument(
        "--format",
        choices=("text", "github"),
        default="text",
        help="github: annotations that GitHub Actions shows at the lines (default: text)",
    )


def _preview(commands: Subparsers) -> None:
    parser = command(
        commands,
        "preview",
        "what would a keyword bring?",
        "Ask arXiv once for a keyword, and tell its query, papers a day, how many days its table\n"
        "covers, samples, and what it shares with other keywords. Nothing is stored.",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "keyword",
        metavar="KEYWORD",
        nargs="?",
        help="a heading or slug of keywords.yaml, or a phrase that is not in it yet",
    )
    which.add_argument(
        "--changed-since",
        metavar="REV",
        help="each keyword that is not what it was in this commit",
    )
    parser.add_argument(
        "--format",
        choices=("text", "markdown"),
        default="text",
        help="markdown: for the summary of a job on GitHub (default: text)",
    )


def _report(commands: Subparsers) -> None:
    parser = command(
        commands,
        "report",
        "tell a run's report again",
        "Tell again what `update --report FILE` wrote: as a table, as the summary of a job on\n"
        "GitHub, as annotations, or in the words of a commit.",
    )
    parser.add_argument("file", metavar="FILE", help="the report")
    parser.add_argument(
        "--format",
        choices=("text", "markdown", "github", "commit-message"),
        default="text",
        help="default: text",
    )


def _init(commands: Subparsers) -> None:
    parser = command(
        commands,
        "init",
        "a new digest repository",
        "Write what a digest repository needs into DIR: README.md, keywords.yaml, two workflows,\n"
        ".gitignore and .gitattributes. What is there already stays as it is.",
    )
    parser.add_argument(
        "folder", metavar="DIR", nargs="?", help="the folder (default: that of --root, or here)"
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--upgrade",
        action="store_true",
        help="renew the two workflows to those of this version, and show the difference",
    )
    way.add_argument(
        "--template",
        metavar="NAME",
        help="copy this bundled template into templates/, to change it there",
    )


def _export(commands: Subparsers) -> None:
    parser = command(
        commands,
        "export",
        "the store as JSON lines, CSV or BibTeX",
        "Print the tables for other programs: one line a paper and keyword (jsonl, csv), or one\n"
        "entry a paper (bibtex).",
    )
    parser.add_argument(
        "--format", choices=("jsonl", "csv", "bibtex"), default="jsonl", help="default: jsonl"
    )
    parser.add_argument(
        "--bom", action="store_true", help="begin the CSV with a byte order mark, for Excel"
    )


def _site(commands: Subparsers) -> None:
    parser = command(
        commands,
        "site",
        "build the website into site/",
        "Build the website from the store: pages, search, feeds, JSON and BibTeX. Only files that\n"
        "change are written. Its links are relative, so it works at any address.",
    )
    parser.add_argument(
        "--output", metavar="DIR", help="the folder to build into (default: site/ in --root)"
    )
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="the website's address, for its feeds (default: GITHUB_REPOSITORY's on GitHub Pages)",
    )


def _import(commands: Subparsers) -> None:
    parser = command(
        commands,
        "import",
        "bring in the tables of a published digest README",
        "Read the tables of a digest README that another tool wrote, and store their papers.\n"
        "Where there is no keywords.yaml, one is written with the headings as keywords. All that\n"
        "is brought in counts as seen: it will not be mailed.",
    )
    parser.add_argument("readme", metavar="README.md", help="the published README")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="write our two markers in that file, in the place of its tables",
    )
    parser.add_argument(
        "--today", metavar="YYYY-MM-DD", type=day, help="the day on which they were first seen"
    )


def _demo(commands: Subparsers) -> None:
    parser = command(
        commands,
        "demo",
        "all of it, here and now, without network",
        "Run a digest repository for some days against a sandbox arXiv on this machine: made-up\n"
        "papers, the real pipeline. Tells what it does and where to look.",
    )
    parser.add_argument(
        "folder",
        metavar="DIR",
        nargs="?",
        default="daily-papers-demo",
        help="a folder that is empty, not there yet, or from an earlier demo "
        "(default: daily-papers-demo)",
    )
