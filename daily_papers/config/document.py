"""keywords.yaml as plain values that know their lines.

YAML is read as events, without making objects: no alias is followed and no tag obeyed. What YAML
takes for a number, a date or a boolean keeps its text, for the answer is "put it in quotes".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml

from daily_papers.config.lines import Lines, Place
from daily_papers.config.spaces import in_indentation, with_plain_spaces
from daily_papers.config.unquoted import slip
from daily_papers.config.yaml_mistakes import explained

#: Where a value stands among the others: ``("keywords", 2, "name")``.
Path = tuple[str | int, ...]

_MAX_DEPTH: Final = 20
_WHOLE_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})", re.ASCII)
_TO_NEXT_KEY = re.compile(r"(?:\s|#[^\r\n]*+)*+(?=[^-])")
_KINDS = {
    "bool": "a boolean",
    "float": "a number",
    "int": "a number",
    "null": "nothing",
    "timestamp": "a date",
}


@dataclass(frozen=True, slots=True)
class Misread:
    """A text without quotes that YAML takes for something else."""

    kind: str
    text: str


class Whole(int):
    """A whole number that knows how it was written, as ``+1``."""

    def __init__(self, text: str) -> None:
        self.text = text


class Broken:
    """Stands where a value was refused already, so that nothing more is said about it."""


@dataclass(slots=True)
class Document:
    """The values of a file, where each stands, and the mistakes met on the way."""

    data: object = None
    is_empty: bool = False
    places: dict[Path, Place] = field(default_factory=dict)
    mistakes: list[tuple[Place, str]] = field(default_factory=list)
    #: The lines of a text that holds more than was meant; YAML stumbles over the rest of it.
    misread: range = range(0)

    def place(self, path: Path) -> Place:
        """Where the value stands, or its key."""
        return self.places.get(path, Place(1, 1))

    def refuse(self, place: Place, message: str) -> None:
        """Note a mistake and go on."""
        self.mistakes.append((place, message))

    def end_at(self, place: Place, message: str) -> None:
        """Note what ended the reading. What begins there, as a list, was misread further down.

        Where the line is wrong already, the reading most likely ended for that reason.
        """
        self.mistakes = [mistake for mistake in self.mistakes if mistake[0] < place]
        lines = {earlier.line for earlier, _ in self.mistakes}
        if place.line not in self.misread and place.line not in lines:
            self.refuse(place, message)


def read_document(text: str) -> Document:
    """Read YAML; a mistake in the syntax ends the reading there, everything else goes on."""
    document = Document()
    lines = Lines(text)
    document.mistakes = list(in_indentation(lines))
    if document.mistakes:
        return document
    text = with_plain_spaces(text)
    try:
        _Reader(text, lines, document).read()
    except yaml.YAMLError as error:
        offset, message = explained(error, text)
        document.end_at(lines.place(offset), message)
    except (ValueError, OverflowError) as error:
        document.refuse(Place(1, 1), f"not YAML that can be read: {error}")
    return document


class _Reader:
    """Values from YAML's events."""

    def __init__(self, text: str, lines: Lines, document: Document) -> None:
        self._text = text
        self._lines = lines
        self._document = document
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        self._resolver = yaml.resolver.Resolver()

    def read(self) -> None:
        document = self._document
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            document.is_empty = True
            return
        document.data = self._value(next(self._events), ())
        document.is_empty = document.data == Misread("nothing", "")
        if isinstance(document.data, Broken):
            return
        next(self._events)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            document.refuse(
                self._place(event), 'a second document begins here; remove the line "---"'
            )

    def _place(self, event: yaml.Event) -> Place:
        return self._lines.place(_mark(event).index)

    def _value(self, event: yaml.Event, path: Path) -> object:
        document = self._document
        document.places.setdefault(path, self._place(event))
        if len(path) > _MAX_DEPTH:
            raise yaml.MarkedYAMLError(
                problem="too many lists inside each other", problem_mark=_mark(event)
            )
        self._refuse_machinery(event)
        match event:
            case yaml.ScalarEvent():
                value = self._scalar(event, path)
            case yaml.SequenceStartEvent():
                value = self._list(path)
            case yaml.MappingStartEvent():
                value = self._mapping(path)
            case _:
                return Broken()
        return value if event.tag is None else Broken()

    def _refuse_machinery(self, event: yaml.Event) -> None:
        """Aliases, anchors and tags are for programs; here they are phrases without quotes."""
        if isinstance(event, yaml.AliasEvent):
            self._refuse_sign(event, "*", "an alias", event.anchor or "")
            return
        assert isinstance(event, yaml.NodeEvent | yaml.CollectionStartEvent)
        if event.anchor is not None:
            self._refuse_sign(event, "&", "an anchor", event.anchor)
        if getattr(event, "tag", None) is not None:
            self._refuse_sign(event, "!", "a tag", "")

    def _refuse_sign(self, event: yaml.Event, sign: str, kind: str, name: str) -> None:
        self._document.refuse(
            self._place(event),
            f'"{sign}{name[:40]}" is {kind} in YAML, which cannot be used here; '
            f"if a text begins with {sign}, put it in quotes",
        )

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> object:
        if not event.implicit[0]:
            return event.value
        start = _mark(event).index
        found = slip(self._text[start : _end(event).index], path)
        if found:
            place = self._lines.place(start + found.offset)
            self._document.refuse(place, found.message)
            last = self._next_key(_end(event).index)
            self._document.misread = range(place.line, last + 1)
            return Broken()
        tag: str = self._resolver.resolve(  # type: ignore[no-untyped-call]
            yaml.ScalarNode, event.value, (True, False)
        )
        kind = _KINDS.get(tag.rpartition(":")[2])
        if kind is None:
            return event.value
        if _WHOLE_NUMBER.fullmatch(event.value):
            return Whole(event.value)
        return Misread(kind, event.value)

    def _next_key(self, index: int) -> int:
        """The line of a key below a misread text, which YAML cannot take for one any more."""
        found = _TO_NEXT_KEY.match(self._text, index)
        return self._lines.place(found.end() if found else index).line

    def _list(self, path: Path) -> list[object]:
        values: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return values

    def _mapping(self, path: Path) -> dict[str, object]:
        values: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key is None:
                self._value(next(self._events), (*path, "key"))
                continue
            if key in values:
                first = self._document.place((*path, key)).line
                message = f'duplicate key "{key}"; the first is in line {first}'
                self._document.refuse(self._place(event), message)
                self._value(next(self._events), (*path, key, "again"))
                continue
            self._document.places.setdefault((*path, key), self._place(event))
            values[key] = self._value(next(self._events), (*path, key))
        return values

    def _key(self, event: yaml.Event, path: Path) -> str | None:
        """Read a key as its text, whatever YAML would take it for (``no`` is a boolean)."""
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_machinery(event)
            return event.value
        self._document.refuse(
            self._place(event), "a key must be a word; put a text with brackets or braces in quotes"
        )
        self._value(event, (*path, "key"))
        return None


def _end(event: yaml.Event) -> yaml.error.Mark:
    assert isinstance(event.end_mark, yaml.error.Mark), "the reader in Python marks every event"
    return event.end_mark


def _mark(event: yaml.Event) -> yaml.error.Mark:
    assert isinstance(event.start_mark, yaml.error.Mark), "the reader in Python marks every event"
    return event.start_mark
