"""Bytes, or a file, into a ``Config``: every mistake at once, in the order of the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from daily_papers.config.document import Document, read_document
from daily_papers.config.lines import Lines
from daily_papers.config.model import Config, ConfigError, Problem
from daily_papers.config.reading import read_config
from daily_papers.config.schema import mistakes
from daily_papers.config.values import Values
from daily_papers.config.written import one_line

_MAX_BYTES: Final = 500_000
_MAX_PROBLEMS: Final = 100
_START = 'begin with a line "keywords:" and below it a line "  - your topic"'
#: The longer ones first: UTF-32 begins like UTF-16.
_OTHER_ENCODINGS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def load_config(path: Path) -> Config:
    """Read keywords.yaml; raises ConfigError with every mistake in it."""
    name = str(path)
    try:
        if not path.is_file():
            raise _error(name, None, _no_file(path))
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES + 1)
    except PermissionError:
        raise _error(name, None, "it cannot be read; change its permissions") from None
    except OSError as error:
        raise _error(name, None, f"it cannot be read: {error.strerror}") from error
    return parse_config(text, name)


def _no_file(path: Path) -> str:
    if path.is_dir():
        return "it is a directory; the topics must stand in a file of this name"
    if path.exists():
        return "it is not a regular file"
    if path.with_suffix(".yml").is_file():
        return f"there is no such file, but a {path.stem}.yml; rename it"
    return f"there is no such file; {_START}"


def parse_config(text: bytes, name: str) -> Config:
    """Read the bytes of a keywords.yaml; ``name`` is what messages call the file."""
    document = read_document(_decoded(text, name))
    if document.is_empty:
        raise _error(name, 1, f"the file is empty; {_START}")
    problems = [
        Problem(name, place.line, place.column, message) for place, message in document.mistakes
    ]
    if document.data is None:
        raise ConfigError(_listed(problems))
    config = _checked(document, name, problems)
    if any(problem.severity == "error" for problem in problems):
        raise ConfigError(_listed(problems))
    return replace(config, warnings=_listed(problems))


def _checked(document: Document, name: str, problems: list[Problem]) -> Config:
    """Read the document as a configuration, adding to the problems, which are left in order."""
    found = list(mistakes(document.data))
    for mistake in found:
        place = document.place(mistake.path)
        problems.append(Problem(name, place.line, place.column, mistake.message))
    values = Values(document, [mistake.path for mistake in found], name)
    config = read_config(values)
    problems += values.problems
    problems[:] = sorted(dict.fromkeys(problems), key=_in_file_order)
    return config


def _in_file_order(problem: Problem) -> tuple[int, int]:
    return problem.line or 0, problem.column or 0


def _listed(problems: list[Problem]) -> tuple[Problem, ...]:
    """As many as somebody can read, each on one line whatever it quotes from the file."""
    shown = [replace(each, message=one_line(each.message)) for each in problems[:_MAX_PROBLEMS]]
    if len(problems) > len(shown):
        message = f"and {len(problems) - len(shown):,} more from here on"
        shown.append(replace(problems[len(shown)], message=message))
    return tuple(shown)


def _error(name: str, line: int | None, message: str) -> ConfigError:
    return ConfigError((Problem(name, line, None, message),))


def _decoded(text: bytes, name: str) -> str:
    if len(text) > _MAX_BYTES:
        raise _error(name, None, f"longer than {_MAX_BYTES:,} bytes, which no list of topics is")
    for mark, encoding in _OTHER_ENCODINGS:
        if text.startswith(mark):
            raise _error(name, 1, f"the file is {encoding}; save it as UTF-8")
    if _has_many_nul(text[:100]):
        raise _error(name, 1, "the file is not UTF-8 text, perhaps UTF-16; save it as UTF-8")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8-sig")
        line = Lines(before).place(len(before)).line
        message = f"byte 0x{text[error.start]:02X} is not UTF-8; save the file as UTF-8"
        raise _error(name, line, message) from None


def _has_many_nul(text: bytes) -> bool:
    """Whether every second byte may be NUL, as in UTF-16; a single one is a slip."""
    return text.count(0) > max(2, len(text) // 4)
