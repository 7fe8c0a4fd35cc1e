"""keywords.yaml as PyYAML's nodes, and what is wrong with it as YAML.

YAML is only parsed into nodes, never into objects: no alias is followed and no tag obeyed. Lines
are those of editors, git and GitHub; YAML 1.1 has three more characters that end a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml

from daily_papers.config.model import Problem

#: The most texts, lists and keys to read; 10,000 keywords have 70,000.
MOST_VALUES: Final = 100_000
_DEEPEST: Final = 20

_LINE_END = re.compile(r"\r\n|\n|\r")
#: Spaces of other widths, or of none: they look like ordinary ones, which YAML wants.
_OTHER = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"
_LINE_START = r"(?:\A|(?<=[\r\n]))"
#: Before a text; before a comment they do no harm.
_IN_INDENTATION = re.compile(rf"{_LINE_START} *(?P<sign>[\t{_OTHER}])[ \t{_OTHER}]*[^\s{_OTHER}#]")
_BLANK_LINE = re.compile(rf"{_LINE_START}[ \t{_OTHER}]+(?=[#\r\n]|\Z)")
_QUOTES = "put the text in quotes"
_SURPLUS: Final = (
    "something follows a closing quote or bracket; put a text with quotes in quotes of the other "
    "kind, as in 'ti:\"two words\"'"
)
#: What PyYAML says, and what to do about it.
_EXPLANATIONS: Final = (
    (
        r"mapping values are not allowed",
        (
            'a ": " where none can be: the second one on a line, or below a line whose own colon '
            f"has no space after it, or wrong indentation; {_QUOTES} if the colon belongs to it"
        ),
    ),
    (
        r"could not find expected ':'",
        'expected a key with ": " after it, or an item with "- " before it',
    ),
    (
        r"that cannot start|alphabetic or numeric|no machinery|ing an? (?:anchor|alias|tag)",
        f"a text cannot begin with a sign such as &, *, !, @, % or `; {_QUOTES}",
    ),
    (r"unexpected end of stream|unexpected document separator", "a quote is never closed"),
    (
        r"expected ',' or '[\]}]'",
        f"a list in brackets is never closed, or a comma is missing, or {_SURPLUS}",
    ),
    (
        r"expected <block end>",
        f"the indentation does not match the lines above, or {_SURPLUS}",
    ),
    (r"unknown escape|escape sequence|hexadecimal", "a \\ in double quotes; use single quotes"),
    (r"expected a single document", 'a second document begins here; remove the line "---"'),
)


@dataclass(slots=True)
class YamlText:
    """The nodes of a file, and the mistakes that were found in it."""

    #: What messages call the file.
    name: str
    text: str
    #: None if there is nothing in it, or if a mistake ended the reading.
    root: yaml.Node | None = None
    mistakes: list[Problem] = field(default_factory=list)
    _line_starts: list[int] = field(default_factory=list)

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, counted from 1, of a character, which is counted from 0."""
        if not self._line_starts:
            self._line_starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1] + 1

    def refuse(self, index: int, message: str) -> None:
        """Note a mistake and go on."""
        self.mistakes.append(Problem(self.name, *self.place(index), message))


def read_yaml(name: str, text: str) -> YamlText:
    """Read YAML; a syntax mistake ends the reading, any other mistake does not."""
    read = YamlText(name, text)
    for found in _IN_INDENTATION.finditer(text):
        sign = "a tab" if found["sign"] == "\t" else f"another space (U+{ord(found['sign']):04X})"
        message = f"{sign} in the indentation; YAML allows only ordinary spaces there"
        read.refuse(found.start("sign"), message)
    if read.mistakes:
        return read
    # PyYAML stops at tabs that YAML allows as spaces. Replacing them loses nothing, since every run
    # of white space in a text becomes one space anyway.
    plain = _BLANK_LINE.sub(lambda blank: " " * len(blank.group()), text).replace("\t", " ")
    try:
        read.root = _Composer(plain).get_single_node()
    except yaml.YAMLError as error:
        read.refuse(*_explained(error))
    except (ValueError, OverflowError):
        read.refuse(0, "not valid YAML: a number in it is too large")
    return read


class _Composer(yaml.SafeLoader):
    """PyYAML's composer, which refuses anchors, aliases, tags, and too much."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose a key, an item or a value. Raises MarkedYAMLError."""
        peek: Callable[[], Any] = self.peek_event
        event = peek()
        self._values += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            _stop(event, "too many lists inside each other")
        if self._values > MOST_VALUES:
            _stop(event, f"more than {MOST_VALUES:,} texts and keys; write fewer")
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            _stop(event, "no machinery")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _stop(event: Any, problem: str) -> NoReturn:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _explained(error: yaml.YAMLError) -> tuple[int, str]:
    """Where the text is not valid YAML, and what to do, for people who write a list of topics."""
    if isinstance(error, yaml.reader.ReaderError):
        return error.position, f"a control character (U+{error.character:04X}); remove it"
    assert isinstance(error, yaml.MarkedYAMLError)
    said = f"{error.context or ''}; {error.problem or ''}"
    found = (message for pattern, message in _EXPLANATIONS if re.search(pattern, said))
    message = next(found, " ".join((error.problem or "it cannot be read").split()))
    mark = error.problem_mark
    # PyYAML notices these only after the line to change.
    if error.context_mark is not None and re.search("expected a key|never closed", message):
        mark = error.context_mark
    return 0 if mark is None else mark.index, f"not valid YAML: {message}"
