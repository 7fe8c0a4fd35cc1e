"""The command line: read it, run one command, and turn errors into lines and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an error that a person can fix is one line."""
    _print_utf8()
    try:
        return _run(argv)
    except KeyboardInterrupt:
        print("daily-papers: interrupted; nothing was lost", file=sys.stderr)
        return 130


def _run(argv: Sequence[str] | None) -> int:
    # Imported here, since it takes long enough to be interrupted.
    from argparse import Namespace
    from pathlib import Path

    import daily_papers.commands  # noqa: F401 - adds the commands to the parser
    from daily_papers.command_line import PARSER
    from daily_papers.errors import DailyPapersError
    from daily_papers.github_actions import annotation

    arguments = Namespace(root=Path(), quiet=False, verbose=0)
    PARSER.parse_args(argv, arguments)
    import logging  # not needed for --help

    level = {0: logging.ERROR, 1: logging.INFO}.get(arguments.verbose, logging.DEBUG)
    logging.basicConfig(level=logging.ERROR, format="daily-papers: %(message)s", stream=sys.stderr)
    logging.getLogger("daily_papers").setLevel(level)
    try:
        code: int = arguments.run(arguments) or 0
        sys.stdout.flush()
    except DailyPapersError as error:
        is_annotated = vars(arguments).get("format") == "github"
        for line in str(error).splitlines():
            shown = annotation("error", line) if is_annotated else f"daily-papers: {line}"
            print(shown, file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whatever read our output has stopped (`daily-papers export | head`): nothing is wrong.
        _discard_output()
        return 0
    except OSError as error:
        # A repository's files have errors of their own, so this is about a website, or the output.
        place = error.filename2 or error.filename
        if not place:
            _discard_output()
        print(f"daily-papers: {place or 'output'}: {error.strerror or error}", file=sys.stderr)
        return 1
    return code


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


if __name__ == "__main__":
    sys.exit(main())
