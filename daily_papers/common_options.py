"""What all commands of the command line have in common."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # argparse has no public name for what add_subparsers returns
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def add_everywhere(parser: argparse.ArgumentParser) -> None:
    """Options that may stand before or after the command; `main` knows their defaults."""
    hidden = argparse.SUPPRESS
    parser.add_argument(
        "--root", metavar="DIR", default=hidden, help="the digest repository (default: here)"
    )
    parser.add_argument(
        "-q", "--quiet", action="store_true", default=hidden, help="print errors only"
    )
    parser.add_argument(
        "-v", "--verbose", action="count", default=hidden, help="tell each request; -vv: more"
    )


def command(
    commands: Subparsers,
    name: str,
    summary: str,
    description: str,
) -> argparse.ArgumentParser:
    """Declare a command, which the function of its name in ``commands`` runs."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=f"{name}_command")
    add_everywhere(parser)
    return parser
