"""keywords.yaml as PyYAML's nodes, and what is wrong with it as YAML.

YAML is only parsed into nodes, never into objects: no alias is followed and no tag obeyed. Lines
are those of editors, git and GitHub; YAML 1.1 has three more characters that end a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import yaml

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
_TO_NEXT_KEY = re.compile(r"(?:\s|#[^\r\n]*+)*+(?=[^-])")
_GLUED_HYPHEN = re.compile(r"[\r\n] *(?P<slip>-)")
_COLON = "[:：]"
_COLON_OR_NONE = rf"{_COLON}|(?=[\r\n#]|\Z)"
#: In double quotes, a sign after a backslash ends nothing.
_ESCAPED = re.compile(r"\\.")

_SECOND_DOCUMENT: Final = 'a second document begins here; remove the line "---"'
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
        r"character '(?P<sign>[^']+)' that cannot start",
        f"a text cannot begin with {{sign}}; {_QUOTES}",
    ),
    (r"unexpected end of stream|unexpected document separator", _NEVER_CLOSED),
    (r"expected ',' or '[\]}]'", _NO_COMMA),
    (r"expected <block end>", _NO_INDENTATION),
    (r"unknown escape|escape sequence|hexadecimal", "a \\ in double quotes; use single quotes"),
    (
        r"expected alphabetic or numeric|undefined tag|(?:scann|pars)ing an? (?:anchor|alias|tag)",
        f"a text cannot begin with &, * or !; {_QUOTES}",
    ),
    (r"sequence entries are not allowed", 'a "- " in the middle of a line; begin a new line'),
    (r"directive", "a line cannot begin with %; put it in quotes"),
)


class Place(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


class Keys:
    """Patterns of the known keys in text that YAML did not take for keys.

    That happens if no ordinary space follows the colon. The value of ``lists`` is a list.
    """

    def __init__(self, top: Iterable[str], keyword: Iterable[str], lists: Iterable[str]) -> None:
        self.lists = frozenset(lists)
        tops, keywords = "|".join(top), "|".join(keyword)
        self.at_top = _key_pattern(r"\A", tops, _COLON_OR_NONE)
        self.at_start = _key_pattern(r"\A", f"{tops}|{keywords}", _COLON_OR_NONE)
        self.in_keyword = _key_pattern(r"(?:\A|[\r\n] *)", keywords, _COLON)
        self.below = _key_pattern(r"[\r\n] *", keywords, _COLON)


def _key_pattern(before: str, keys: str, colon: str) -> re.Pattern[str]:
    return re.compile(rf"{before}(?P<key>{keys}) *(?P<colon>{colon})", re.IGNORECASE)


@dataclass(slots=True)
class YamlText:
    """The nodes of a file, and the mistakes that were found while reading them."""

    text: str
    root: yaml.Node | None = None
    #: Whether YAML was read to its end.
    is_whole: bool = False
    mistakes: list[tuple[Place, str]] = field(default_factory=list)
    _line_starts: list[int] = field(default_factory=list)

    def place(self, index: int) -> Place:
        """Line and column of a character, which is counted from 0."""
        if not self._line_starts:
            self._line_starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        line = bisect_right(self._line_starts, index)
        return Place(line, index - self._line_starts[line - 1] + 1)

    def refuse(self, index: int, message: str) -> Place:
        """Note a mistake and go on."""
        place = self.place(index)
        self.mistakes.append((place, message))
        return place


def read_yaml(text: str, keys: Keys) -> YamlText:
    """Read YAML; a syntax mistake ends the reading, any other mistake does not."""
    read = YamlText(text)
    for found in _IN_INDENTATION.finditer(text):
        read.refuse(found.start("sign"), _no_indentation(found["sign"]))
    if read.mistakes:
        return read
    # PyYAML stops at tabs that YAML allows as spaces. Replacing them loses nothing, since every run
    # of white space in a text becomes one space anyway.
    plain = _BLANK_LINE.sub(lambda blank: " " * len(blank.group()), text).replace("\t", " ")
    composer = None
    try:
        composer = _Composer(plain, read, keys)
        take: Callable[[], Any] = composer.get_event
        take()
        if not isinstance(take(), yaml.StreamEndEvent):
            read.root = composer.compose_node(None, None)
            if read.root.tag != REFUSED:
                take()
                event = take()
                if not isinstance(event, yaml.StreamEndEvent):
                    read.refuse(event.start_mark.index, _SECOND_DOCUMENT)
        read.is_whole = True
    except yaml.YAMLError as error:
        index, message = _explained(error, plain, keys)
        _end_at(read, read.place(index), message, composer.misread if composer else range(0))
    except (ValueError, OverflowError):
        read.refuse(0, "not valid YAML: a number in it is too large")
    return read


def _no_indentation(sign: str) -> str:
    if sign == "\t":
        return "a tab in the indentation; YAML allows only spaces there"
    kind = "a no-break space" if sign == "\u00a0" else "a space of another kind"
    return f"{kind} (U+{ord(sign):04X}) in the indentation; YAML allows only ordinary spaces there"


def _end_at(read: YamlText, place: Place, message: str, misread: range) -> None:
    """Note what stopped the reading, and drop mistakes further down, which were misread.

    If the line has a mistake already, that most likely stopped it.
    """
    read.mistakes = [mistake for mistake in read.mistakes if mistake[0] < place]
    if place.line not in misread and all(
        place.line != earlier.line for earlier, _ in read.mistakes
    ):
        read.mistakes.append((place, message))


class _Composer(yaml.SafeLoader):
    """PyYAML's composer, which refuses anchors, aliases, tags, and texts that swallowed a key."""

    def __init__(self, text: str, read: YamlText, keys: Keys) -> None:
        super().__init__(text)
        self._text = text
        self._read = read
        self._keys = keys
        self._path: list[Any] = []
        self._values = 0
        #: The lines of a text that swallowed more than was meant; what YAML finds wrong there
        #: follows from that.
        self.misread = range(0)

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
        is_alias = isinstance(event, yaml.events.AliasEvent)
        is_wrong = is_alias or event.tag is not None
        if is_wrong or event.anchor is not None:
            self._refuse_machinery(event)
        if is_alias:
            take: Callable[[], Any] = self.get_event
            take()
            node: yaml.Node | None = yaml.ScalarNode("", "", event.start_mark, event.end_mark)
        else:
            is_key = parent is not None and index is None
            is_plain = isinstance(event, yaml.ScalarEvent) and event.implicit[0]
            if is_plain and not is_key:
                is_wrong |= self._is_slip(event.start_mark.index, event.end_mark.index)
            node = super().compose_node(parent, index)
        assert node is not None
        if is_wrong:
            node.tag = REFUSED
        self._path.pop()
        return node

    def _refuse_machinery(self, event: Any) -> None:
        """Refuse aliases, anchors and tags, which here are texts without their quotes."""
        is_alias = isinstance(event, yaml.AliasEvent)
        signs = [("*" if is_alias else "&", event.anchor)] if event.anchor is not None else []
        if not is_alias and event.tag is not None:
            signs.append(("!", ""))
        for sign, name in signs:
            kind = {"*": "an alias", "&": "an anchor", "!": "a tag"}[sign]
            self._read.refuse(
                event.start_mark.index,
                f'"{sign}{name[:40]}" is {kind} in YAML, which cannot be used here; '
                f"if a text begins with {sign}, put it in quotes",
            )
        event.anchor = event.tag = None

    def _is_slip(self, start: int, end: int) -> bool:
        """Whether a text without quotes swallowed a key, or the line below."""
        text, path, keys = self._text[start:end], self._path[1:], self._keys
        name = path[-1] if path and isinstance(path[-1], str) else None
        if name in keys.lists and text.startswith("-"):
            return self._refuse_slip(start, end, _HYPHEN_NEEDS_SPACE)
        if not path:
            found = keys.at_top.match(text)
        elif len(path) == 2 and isinstance(path[1], int):
            found = keys.in_keyword.search(text)
        else:
            # In a query, people also write title: and author: for arXiv's fields.
            found = None if name == "query" else keys.below.search(text)
        if found:
            message = colon_needed(found["key"], found["colon"])
            return self._refuse_slip(start + found.start("key"), end, message)
        glued = _GLUED_HYPHEN.search(text)
        if glued:
            return self._refuse_slip(start + glued.start("slip"), end, _GLUED)
        return False

    def _refuse_slip(self, index: int, end: int, message: str) -> bool:
        line = self._read.refuse(index, message).line
        # YAML cannot read a key below a misread text either.
        below = _TO_NEXT_KEY.match(self._text, end)
        self.misread = range(line, self._read.place(below.end() if below else end).line + 1)
        return True


def _stop(event: Any, problem: str) -> None:
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
    found = ((re.search(pattern, said), message) for pattern, message in _EXPLANATIONS)
    message = next(
        (message.format(**match.groupdict()) for match, message in found if match),
        " ".join((error.problem or "it cannot be read").split()),
    )
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
            index, message = _surplus(text, end) or (index, message)
    return index, f"not valid YAML: {message}"


def _missing(rest: str, keys: Keys) -> str | None:
    """What the first line of ``rest`` needs to become a key or an item."""
    if rest.startswith("-"):
        return _HYPHEN_NEEDS_SPACE
    found = keys.at_start.match(rest)
    return colon_needed(found["key"], found["colon"]) if found else None


def _surplus(text: str, index: int) -> tuple[int, str] | None:
    """Where and what the mistake is, if a closing quote or bracket comes before the index.

    Quotes inside quotes of the same kind end the text too early, as in ``"ti:"two words""``. If the
    quote was opened on a line above, that one is the mistake.
    """
    *above, line = re.split(r"(?<=[\r\n])", text[:index])
    sign = line.rstrip(" ")[-1:]
    if sign in {"]", "}"}:
        message = "move it before the bracket, or put the whole text in quotes"
        return index, f"something follows the closing {sign}; {message}"
    if sign not in {"'", '"'}:
        return None
    for number in reversed(range(len(above))) if _is_odd(line, sign) else ():
        if _is_odd(above[number], sign):
            return sum(map(len, above[:number])) + above[number].rindex(sign), _NEVER_CLOSED
    if text[index:].startswith(","):
        message = "several texts need brackets, as in [one, another]"
    elif sign == "'":
        message = (
            "put double quotes around a text with an apostrophe, and single ones around a query"
        )
    else:
        message = "put single quotes around a text with double ones, as in 'ti:\"two words\"'"
    return index, f"something follows the closing {sign}; {message}"


def _is_odd(line: str, sign: str) -> bool:
    """Whether the line opens a quote without closing it, or closes one without opening it."""
    return _ESCAPED.sub("", line).count(sign) % 2 == 1
