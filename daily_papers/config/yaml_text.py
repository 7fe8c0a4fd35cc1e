"""keywords.yaml as PyYAML's nodes, and what is wrong with it as YAML.

YAML is only parsed into nodes, never into objects: no alias is followed and no tag obeyed. Lines
are those of editors, git and GitHub; YAML 1.1 has three more characters that end a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml

from daily_papers.config.model import Problem

#: The most texts, lists and keys to read; 10,000 keywords have 70,000.
MOST_VALUES: Final = 100_000
_DEEPEST: Final = 20
#: The tag of a node that has been refused, so that no second message is about it.
REFUSED: Final = "refused"

_LINE_END = re.compile(r"\r\n|\n|\r")
#: Spaces of other widths, or of none: they look like ordinary ones, which YAML wants.
_OTHER = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"
_LINE_START = r"(?:\A|(?<=[\r\n]))"
#: Before a text; before a comment they do no harm.
_IN_INDENTATION = re.compile(rf"{_LINE_START} *(?P<sign>[\t{_OTHER}])[ \t{_OTHER}]*[^\s{_OTHER}#]")
_BLANK_LINE = re.compile(rf"{_LINE_START}[ \t{_OTHER}]+(?=[#\r\n]|\Z)")
_GLUED_HYPHEN = re.compile(r"[\r\n] *(?P<slip>-)")
_COLON = "[:：]"
_QUOTES = "put the text in quotes"
_HYPHEN_NEEDS_SPACE: Final = 'a hyphen needs a space after it, as in "- your topic"'
_GLUED: Final = (
    "YAML reads this line as part of the text above; "
    "indent it like the lines above, or put the text in quotes"
)
_NEVER_CLOSED: Final = "a quote is never closed"
_NO_KEY: Final = "expected a key with a colon, or an item with a hyphen"
_NO_COMMA: Final = "a list in brackets is never closed, or a comma is missing"
_NO_INDENTATION: Final = "the indentation does not match the lines above"
#: What PyYAML says, and what to do about it.
_EXPLANATIONS: Final = (
    (
        r"mapping values are not allowed",
        f'a second ": " on one line, or wrong indentation; {_QUOTES} if the colon belongs to it',
    ),
    (r"could not find expected ':'", _NO_KEY),
    (
        r"that cannot start|alphabetic or numeric|no machinery|ing an? (?:anchor|alias|tag)",
        f"a text cannot begin with a sign such as &, *, !, @, % or `; {_QUOTES}",
    ),
    (r"unexpected end of stream|unexpected document separator", _NEVER_CLOSED),
    (r"expected ',' or '[\]}]'", _NO_COMMA),
    (r"expected <block end>", _NO_INDENTATION),
    (r"unknown escape|escape sequence|hexadecimal", "a \\ in double quotes; use single quotes"),
    (r"expected a single document", 'a second document begins here; remove the line "---"'),
)


class Keys:
    """Patterns of the known keys in text that YAML did not take for keys.

    That happens if no ordinary space follows the colon. The value of ``lists`` is a list.
    """

    def __init__(self, top: Iterable[str], keyword: Iterable[str], lists: Iterable[str]) -> None:
        self.lists = frozenset(lists)
        names = "|".join(keyword)
        self.at_start = _key_pattern(r"\A", f"{'|'.join(top)}|{names}", rf"{_COLON}|(?=[\r\n#]|\Z)")
        self.in_keyword = _key_pattern(r"(?:\A|[\r\n] *)", names, _COLON)


def _key_pattern(before: str, keys: str, colon: str) -> re.Pattern[str]:
    return re.compile(rf"{before}(?P<key>{keys}) *(?P<colon>{colon})", re.IGNORECASE)


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


def read_yaml(name: str, text: str, keys: Keys) -> YamlText:
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
        read.root = _Composer(plain, read, keys).get_single_node()
    except yaml.YAMLError as error:
        read.refuse(*_explained(error, plain, keys))
        # A text that swallowed more than was meant spoils what is below it.
        read.mistakes = [min(read.mistakes, key=lambda each: (each.line, each.column))]
    except (ValueError, OverflowError):
        read.refuse(0, "not valid YAML: a number in it is too large")
    return read


class _Composer(yaml.SafeLoader):
    """PyYAML's composer, which refuses anchors, aliases, tags, and texts that swallowed a key."""

    def __init__(self, text: str, read: YamlText, keys: Keys) -> None:
        super().__init__(text)
        self._text = text
        self._read = read
        self._keys = keys
        self._path: list[Any] = []
        self._values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node:
        """Compose a key (index None), an item (index a number), or a value (index its key)."""
        peek: Callable[[], Any] = self.peek_event
        event = peek()
        self._values += 1
        self._path.append(index.value if isinstance(index, yaml.ScalarNode) else index)
        if len(self._path) > _DEEPEST:
            _stop(event, "too many lists inside each other")
        if self._values > MOST_VALUES:
            _stop(event, f"more than {MOST_VALUES:,} texts and keys; write fewer")
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            _stop(event, "no machinery")
        is_key = parent is not None and index is None
        is_plain = isinstance(event, yaml.ScalarEvent) and event.implicit[0]
        slip = None if is_key or not is_plain else self._slip(event)
        node = super().compose_node(parent, index)
        assert node is not None
        if slip is not None:
            self._read.refuse(*slip)
            node.tag = REFUSED
        self._path.pop()
        return node

    def _slip(self, event: Any) -> tuple[int, str] | None:
        """Where a text without quotes swallowed a key, or the line below, and what to do."""
        start, path, keys = event.start_mark.index, self._path[1:], self._keys
        text = self._text[start : event.end_mark.index]
        name = path[-1] if path and isinstance(path[-1], str) else None
        if name in keys.lists and text.startswith("-"):
            return start, _HYPHEN_NEEDS_SPACE
        found = keys.in_keyword.search(text) if path else keys.at_start.match(text)
        # In a query, people also write title: and author: for arXiv's fields.
        if found and name != "query":
            return start + found.start("key"), colon_needed(found["key"], found["colon"])
        glued = _GLUED_HYPHEN.search(text)
        return (start + glued.start("slip"), _GLUED) if glued else None


def _stop(event: Any, problem: str) -> NoReturn:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def colon_needed(key: str, colon: str) -> str:
    """What to write if YAML did not take this for a key; ``colon`` is what follows it."""
    match colon:
        case ":":
            return f'"{key}:" needs a space after the colon'
        case "：":
            return f'"{key}：" has a full-width colon; write "{key}: "'
        case _:
            return f'"{key}" needs a colon after it'


# --- PyYAML's complaints, for people who write a list of topics ---------------------------------


def _explained(error: yaml.YAMLError, text: str, keys: Keys) -> tuple[int, str]:
    """Where the text is not valid YAML, and what to do."""
    if isinstance(error, yaml.reader.ReaderError):
        return error.position, f"a control character (U+{error.character:04X}); remove it"
    assert isinstance(error, yaml.MarkedYAMLError)
    said = f"{error.context or ''}; {error.problem or ''}"
    found = (message for pattern, message in _EXPLANATIONS if re.search(pattern, said))
    message = next(found, " ".join((error.problem or "it cannot be read").split()))
    mark = error.problem_mark
    # PyYAML notices these only after the line to change.
    if error.context_mark is not None and (message == _NO_KEY or "never closed" in message):
        mark = error.context_mark
    index = 0 if mark is None else mark.index
    if message == _NO_KEY:
        message = _missing(text[index:], keys) or message
    if error.problem_mark is not None and message in {_NO_INDENTATION, _NO_COMMA}:
        end = error.problem_mark.index
        # In brackets, a comma may be missing: look only at what touches a quote there.
        if message == _NO_INDENTATION or text[:end].endswith(("'", '"')):
            surplus = _surplus(text[:end])
            index, message = (end, surplus) if surplus else (index, message)
    return index, f"not valid YAML: {message}"


def _missing(rest: str, keys: Keys) -> str | None:
    """What the first line of ``rest`` needs to become a key or an item."""
    if rest.startswith("-"):
        return _HYPHEN_NEEDS_SPACE
    found = keys.at_start.match(rest)
    return colon_needed(found["key"], found["colon"]) if found else None


def _surplus(before: str) -> str | None:
    """What the mistake is, if a closing quote or bracket comes before it.

    Quotes inside quotes of the same kind end the text too early, as in ``"ti:"two words""``.
    """
    match before.rstrip(" ")[-1:]:
        case "]" | "}" as sign:
            advice = "move it before the bracket, or put the whole text in quotes"
        case "'" | '"' as sign:
            advice = (
                "put a text with quotes in quotes of the other kind, as in 'ti:\"two words\"', "
                "and several texts in brackets, as in [one, another]"
            )
        case _:
            return None
    return f"something follows the closing {sign}; {advice}"
