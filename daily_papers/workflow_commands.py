"""What GitHub Actions obeys when a step prints it: annotations, and how to keep texts from it.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from typing import Literal

from daily_papers.text import cut, printable

Severity = Literal["error", "warning", "notice"]

#: GitHub cuts messages there.
LONGEST_MESSAGE = 4_000


def annotation(
    severity: Severity,
    message: str,
    *,
    file: str | None = None,
    line: int | None = None,
    column: int | None = None,
    title: str | None = None,
) -> str:
    """Write the command that shows a message beside a run, or at a line of a file."""
    places = {"file": file, "line": line, "col": column, "title": title}
    properties = ",".join(
        f"{name}={_property(str(value))}" for name, value in places.items() if value is not None
    )
    return f"::{severity}{' ' if properties else ''}{properties}::{_data(message)}"


def _data(text: str) -> str:
    shown = cut(text, LONGEST_MESSAGE)
    shown = shown.replace("##[", "## [")  # the older form of a command, obeyed anywhere in a line
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def harmless(line: str) -> str:
    """Make a line that no log takes for a command, and no terminal for a control sequence.

    GitHub runs a line that begins with ``::``, white space before it or not, and one that holds
    ``##[`` anywhere.
    """
    plain = printable(line).replace("##[", "## [")
    return plain.replace("::", ": :", 1) if plain.lstrip().startswith("::") else plain
