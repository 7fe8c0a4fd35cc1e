"""keywords.yaml as PyYAML's nodes, and what is wrong with it as YAML.

YAML is only parsed into nodes, never into objects: no alias is followed and no tag obeyed. Lines
are those of editors, git and GitHub, and whatever looks like a space is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

import yaml

from daily_papers.config.model import ConfigError, Problem
from daily_papers.text import printable

MOST_BYTES: Final = 512_000
#: The most texts, lists and keys to read; 10,000 keywords have 70,000.
MOST_VALUES: Final = 100_000

_LINE_END = re.compile(r"\r\n|\n|\r")
#: White space that is neither an ordinary space nor a tab, and ends a line only in YAML 1.1.
#: Replacing it loses nothing, since each run of it in a text becomes one space anyway.
_OTHER = re.compile(r"[^\S \t\r\n]")
#: What no line begins with, and what to do about it.
_SLIPS: Final = (
    # Before a comment, a tab does no harm.
    (re.compile(r" *\t[ \t]*[^\s#]"), "a tab in the indentation; YAML allows only spaces"),
    (re.compile(r"\s*[*•–—] "), 'begin each item with "- ", not with another sign'),
    (re.compile(r"\s*(?:- +)?[a-z_]+ *："), 'a full-width colon (：); write ": " after a key'),
    (re.compile(r"\s*```"), "a fence of Markdown around the file; remove this line"),
)
_QUOTES = "put the text in quotes"
_SIGN = "a sign here has a meaning in YAML; put the text in single quotes"
_SURPLUS: Final = (
    "something follows a closing quote or bracket; put text with quotes in the other kind of "
    "quotes, as in 'ti:\"two words\"'"
)
_UNCLOSED: Final = f"a list in brackets is never closed, or a comma is missing, or {_SURPLUS}"
_NAMELESS: Final = 'an item with keys below it needs a key itself, as in "- name: mri"'
_MACHINERY = f"anchors, aliases and tags (&, *, !) cannot be used; write it all out, or {_QUOTES}"
_BLOCK: Final = f"the indentation does not match the lines above, or {_SURPLUS}; {_NAMELESS}"
_COLON: Final = (
    'a ": " where none can be: the second one on a line, or below a line whose own colon has no '
    f"space after it, or wrong indentation; {_NAMELESS}; {_QUOTES} if the colon belongs to it"
)
#: What PyYAML says, and what to do about it.
_EXPLANATIONS: Final = (
    (r"mapping values are not allowed", _COLON),
    (
        r"could not find expected ':'",
        'expected a key with ": " after it, or an item with "- " before it',
    ),
    (
        r"cannot start|ing an? (?:anchor|alias|tag)|directive|handle|mapping keys",
        f"text cannot begin with a sign such as &, *, !, @, % or `; {_QUOTES}",
    ),
    (r"node content.*found ','", "there is nothing before this comma; remove it"),
    (r"sequence entries", 'an item cannot follow a key on its line; begin a line with "- "'),
    (r"unexpected end of stream|unexpected document separator", "a quote is never closed"),
    (r"node content.*found '<stream end>'|expected ',' or '[\]}]'", _UNCLOSED),
    (r"expected <block end>", _BLOCK),
    (
        r"<document start>', but found '<block",
        'indented less than the first line, or below "..."; indent both alike; remove "..."',
    ),
    (r"expected a single document", 'a second document begins here; remove the line "---"'),
)


def refuse(name: str, message: str, line: int | None = None) -> NoReturn:
    """Raise ConfigError for a file that nothing can be read from."""
    raise ConfigError((Problem(name, line, message),)) from None


def read_yaml(name: str, content: bytes) -> yaml.Node | None:
    """The root of a file, None if it has none. Raises ConfigError."""
    if len(content) > MOST_BYTES:
        refuse(name, f"longer than {MOST_BYTES:,} bytes; no list of topics is that long")
    try:
        spaced = _OTHER.sub(" ", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        message = f"byte 0x{content[error.start]:02X} is not UTF-8; save the file as UTF-8"
        refuse(name, message, content.count(b"\n", 0, error.start) + 1)
    slips = [
        Problem(name, line, message)
        for line, written in enumerate(_LINE_END.split(spaced), 1)
        for slip, message in _SLIPS
        if slip.match(written)
    ]
    if slips:
        raise ConfigError(tuple(slips))
    plain = spaced.replace("\t", " ")
    try:
        return _Composer(plain).get_single_node()
    except yaml.YAMLError as error:
        line, message = _explained(error, plain)
        refuse(name, printable(message), line)
    except RecursionError:
        refuse(name, "not valid YAML: too many lists inside each other", 1)
    except (ValueError, OverflowError):
        refuse(name, "not valid YAML: a number in it is too large", 1)


class _Composer(yaml.SafeLoader):
    """PyYAML's composer, which refuses anchors, aliases, tags, and too much."""

    _values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose a key, an item or a value. Raises MarkedYAMLError."""
        peek: Callable[[], Any] = self.peek_event
        event = peek()
        self._values += 1
        if self._values > MOST_VALUES:
            _stop(event, f"more than {MOST_VALUES:,} texts and keys; write fewer")
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            _stop(event, _MACHINERY)
        return super().compose_node(parent, index)


def _stop(event: Any, problem: str) -> NoReturn:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark, note=problem)


def _explained(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line where the text is not valid YAML, and what to do about it."""
    if isinstance(error, yaml.reader.ReaderError):
        message = f"a control character (U+{error.character:04X}); remove it"
        return len(_LINE_END.split(text[: error.position])), message
    assert isinstance(error, yaml.MarkedYAMLError)
    said = f"{error.context or ''}; {error.problem or ''}"
    found = (message for pattern, message in _EXPLANATIONS if re.search(pattern, said))
    message = next(found, error.note or _SIGN)
    mark = error.problem_mark
    # PyYAML notices these only after the line to change.
    if error.context_mark is not None and re.search("expected a key|never closed", message):
        mark = error.context_mark
    lines = _LINE_END.split(text.rstrip())
    if mark is None or mark.line >= len(lines):
        return len(lines), f"not valid YAML: {message}"
    return mark.line + 1, f"not valid YAML: {message}"
