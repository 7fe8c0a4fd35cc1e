"""How a command is declared: its name, its help, and its options, which `argparse` reads."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from argparse import RawDescriptionHelpFormatter as AsWritten
from collections.abc import Callable
from pathlib import Path
from typing import Any

from daily_papers import __version__

#: Runs a command, and returns its exit code if that is not 0.
Run = Callable[[Namespace], int | None]
#: Adds itself to a parser.
Option = Callable[[Any], object]

DIR: dict[str, Any] = {"metavar": "DIR", "type": Path}
FILE: dict[str, Any] = {"metavar": "FILE", "type": Path}

_EPILOG = """\
exit codes:
  0  done, even if nothing is new
  1  failed, and nothing was lost
  2  wrong usage or configuration
  3  partly done: something was left for the next run, or import left something out

To see all of it work on your own machine, offline: daily-papers demo
"""

#: It sets ``run`` to the function of the command.
PARSER = ArgumentParser(
    prog="daily-papers",
    description="A repository that reads arXiv for you: it turns keywords.yaml into tables in "
    "README.md, and one email a day with the new papers.",
    epilog=_EPILOG,
    formatter_class=AsWritten,
)
_COMMANDS = PARSER.add_subparsers(title="commands", metavar="COMMAND", required=True)


def option(*names: str, **settings: Any) -> Option:
    """Declare an option, with the settings of `argparse.ArgumentParser.add_argument`."""
    return lambda parser: parser.add_argument(*names, **settings)


def flag(name: str, help: str) -> Option:  # noqa: A002 - argparse's own word
    """Declare an option without a value."""
    return option(name, action="store_true", help=help)


def form(*choices: str, help: str = "") -> Option:  # noqa: A002 - argparse's own word
    """Declare ``--format``, by default the first of the choices."""
    usual = choices[0]
    said = f"{help} (default: {usual})" if help else f"default: {usual}"
    return option("--format", choices=choices, default=usual, help=said)


def one_of(*options: Option) -> Option:
    """Declare options that exclude each other."""

    def add(parser: ArgumentParser) -> None:
        group = parser.add_mutually_exclusive_group()
        for each in options:
            each(group)

    return add


def command(name: str, summary: str, details: str, *options: Option) -> Callable[[Run], None]:
    """Declare the command that a function runs; its own help is summary and details."""
    described = f"{summary[0].upper()}{summary[1:]}.\n{details}"
    parser = _COMMANDS.add_parser(
        name, help=summary, description=described, formatter_class=AsWritten
    )
    for add in (*options, *_COMMON):
        add(parser)
    return lambda run: parser.set_defaults(run=run)


#: They may come before or after the command; `main` sets their defaults.
_COMMON = (
    option("--root", **DIR, default=SUPPRESS, help="the digest repository (default: here)"),
    option("-q", "--quiet", action="store_true", default=SUPPRESS, help="print errors only"),
    option("-v", "--verbose", action="count", default=SUPPRESS, help="log each request; -vv: more"),
)
PARSER.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
for _add in _COMMON:
    _add(PARSER)
