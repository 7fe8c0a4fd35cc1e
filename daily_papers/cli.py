"""The command line: runs one command, and says how it ended.

What a command takes stands in ``options``. What it does stands in ``commands``, which is imported
when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from daily_papers.errors import DailyPapersError
from daily_papers.options import parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error a person can mend is one line."""
    _speak_utf8()
    arguments = argparse.Namespace(root=".", quiet=False, verbose=0)
    parser().parse_args(argv, arguments)
    _set_up_logging(arguments.verbose)
    try:
        return _run(arguments)
    except DailyPapersError as error:
        for line in str(error).splitlines():
            print(f"daily-papers: {line}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Who read our output has gone (`daily-papers export | head`): nothing is wrong.
        _print_no_more()
        return 0
    except OSError as error:
        # Files are read and written where their errors are known: this is the output.
        _print_no_more()
        place = error.filename or "standard output"
        print(f"daily-papers: {place}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("daily-papers: interrupted; nothing was lost", file=sys.stderr)
        return 130


def _run(arguments: argparse.Namespace) -> int:
    from daily_papers import commands  # noqa: PLC0415 - heavy, and not needed for --help

    command: Callable[[argparse.Namespace], int] = getattr(commands, arguments.command)
    code = command(arguments)
    sys.stdout.flush()
    return code


def _print_no_more() -> None:
    """Keep Python from writing what is left when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _speak_utf8() -> None:
    """Print what papers say whatever the locale is; what cannot be encoded is shown escaped."""
    if sys.stdout is None:  # closed by whoever calls, as `>&-` does
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _set_up_logging(verbose: int) -> None:
    import logging  # noqa: PLC0415 - not needed for --help

    level = {0: logging.ERROR, 1: logging.INFO}.get(verbose, logging.DEBUG)
    logging.basicConfig(level=logging.ERROR, format="daily-papers: %(message)s", stream=sys.stderr)
    logging.getLogger("daily_papers").setLevel(level)
