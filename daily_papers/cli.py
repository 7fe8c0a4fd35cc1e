"""The command line: read it, run one command, and turn errors into lines and exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import cache

from daily_papers import __version__
from daily_papers.commands import COMMANDS, Option
from daily_papers.errors import DailyPapersError

_EPILOG = """\
exit codes:
  0  done, even if nothing is new
  1  failed, and nothing was lost
  2  wrong usage or configuration
  3  partly done: some keywords or channels had to be left for the next run

To see all of it work on your own machine, offline: daily-papers demo
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an error that a person can fix is one line."""
    _print_utf8()
    arguments = argparse.Namespace(root=".", quiet=False, verbose=0)
    parser().parse_args(argv, arguments)
    import logging  # noqa: PLC0415 - not needed for --help

    level = {0: logging.ERROR, 1: logging.INFO}.get(arguments.verbose, logging.DEBUG)
    logging.basicConfig(level=logging.ERROR, format="daily-papers: %(message)s", stream=sys.stderr)
    logging.getLogger("daily_papers").setLevel(level)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except DailyPapersError as error:
        for line in str(error).splitlines():
            print(f"daily-papers: {line}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whatever read our output has stopped (`daily-papers export | head`): nothing is wrong.
        _discard_output()
        return 0
    except OSError as error:
        # File errors are handled where files are read and written, so this is about the output.
        _discard_output()
        place = error.filename or "standard output"
        print(f"daily-papers: {place}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("daily-papers: interrupted; nothing was lost", file=sys.stderr)
        return 130
    return code


@cache
def parser() -> argparse.ArgumentParser:
    """Build the parser once; it sets ``run`` to the function of the command."""
    parser = argparse.ArgumentParser(
        prog="daily-papers",
        description="A repository that reads arXiv for you: it turns keywords.yaml into tables in "
        "README.md, and one email a day with the new papers.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    _add_common_options(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        one = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        one.set_defaults(run=command.run)
        for each in command.options:
            if isinstance(each, Option):
                one.add_argument(*each.names, **each.settings)
            else:
                group = one.add_mutually_exclusive_group()
                for option in each:
                    group.add_argument(*option.names, **option.settings)
        _add_common_options(one)
    return parser


def _add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that may come before or after the command; `main` sets their defaults."""
    hidden = argparse.SUPPRESS
    parser.add_argument(
        "--root", metavar="DIR", default=hidden, help="the digest repository (default: here)"
    )
    parser.add_argument(
        "-q", "--quiet", action="store_true", default=hidden, help="print errors only"
    )
    parser.add_argument(
        "-v", "--verbose", action="count", default=hidden, help="log each request; -vv: more"
    )


def _discard_output() -> None:
    """Keep Python from writing the rest of its output when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_utf8() -> None:
    """Print in UTF-8 whatever the locale; escape what cannot be encoded."""
    if sys.stdout is None:  # closed by the caller, as `>&-` does
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
