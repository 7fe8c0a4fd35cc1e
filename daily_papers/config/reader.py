"""Read bytes, or a file, into a ``Config``, in one pass that finds every mistake.

To add a key:

1. Describe it in daily_papers/keywords.schema.json. If a text can be wrong or doubtful, say how in
   ``_TEXTS``; if it is neither a text, a number nor a choice, add what reads it to ``_READERS``.
2. Add a field of this name, with its default, to `Config` or `Summaries` in model.py; or a field to
   `Keyword`, and use the value in `_Reader._keyword` and `_Reader._finished`.
3. Add it to docs/keywords.md.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from daily_papers.config import messages
from daily_papers.config.messages import Form, Value
from daily_papers.config.model import (
    USUAL_MAX_PAPERS,
    Config,
    ConfigError,
    Keyword,
    Problem,
    Severity,
    Summaries,
)
from daily_papers.config.slugs import clashes, slug_of, slug_problem
from daily_papers.config.yaml_text import MOST_BYTES, read_yaml, refuse
from daily_papers.like.library import Library
from daily_papers.papers.paper import ArxivId, folded
from daily_papers.query import taxonomy
from daily_papers.query.expression import (
    EITHER,
    NOTHING,
    Author,
    Category,
    Expression,
    all_of,
    any_of,
    any_phrase,
    in_one_of,
    leaves,
    plain_place,
    without,
)
from daily_papers.query.syntax import QueryError, parse
from daily_papers.text import cut, printable

#: The file, in the folder of a digest repository.
KEYWORDS: Final = "keywords.yaml"
DEFAULT_PAPERS_PER_DAY: Final = 10
#: Nobody reads more; reading ends after this many errors.
_MOST_PROBLEMS: Final = 100
#: The keys that say what to search for; without any of them, the name is searched for.
_SUBJECTS: Final = frozenset({"any", "author", "query", "category", "like"})

#: Says what is wrong with a text, or doubtful about it; None if nothing is.
Check = Callable[[str], str | None]
#: The value of each key of a mapping; None where it is wrong.
Read = dict[str, Any]
Forms = Mapping[str, Form]


def load_config(path: Path) -> Config:
    """Read keywords.yaml; raises ConfigError with every mistake in it."""
    name = str(path)
    try:
        if not path.is_file():
            refuse(name, _no_file(path))
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        refuse(name, f"it cannot be read: {error.strerror}")
    return parse_config(content, name)


def _no_file(path: Path) -> str:
    if path.exists():
        return "it is not a file"
    if not path.parent.is_dir():
        return "there is no such file; give the folder of your digest repository with --root DIR"
    for other in path.parent.glob("[Kk]eyword*.y*ml"):
        if other.is_file():
            return f"there is no such file, but a {printable(other.name)}; rename it"
    return f"there is no such file; {messages.HOW_TO_LIST}"


def parse_config(content: bytes, name: str) -> Config:
    """Read the bytes of a keywords.yaml; ``name`` is what messages call the file."""
    root = read_yaml(name, content)
    if root is None or (root.tag.endswith(":null") and root.value == ""):
        refuse(name, f"the file is empty; {messages.HOW_TO_LIST}", 1)
    reader = _Reader(name)
    config: Config | None = None
    with suppress(_EnoughError):
        config = reader.read(Value(root, "", root.start_mark.line + 1, _FILE))
    problems = reader.problems()
    if config is None or reader.errors:
        raise ConfigError(problems, config.libraries if config else ())
    return replace(config, warnings=problems)


class _EnoughError(Exception):
    """Enough mistakes have been found; nobody reads more."""


class _Text(NamedTuple):
    """How a text is read."""

    problem: Check | None = None
    doubt: Check | None = None
    meaning: Callable[[str], str] = str


@dataclass(slots=True)
class _Reader:
    """Reads values, and notes the problems that it finds."""

    name: str
    #: The number of mistakes so far.
    errors: int = 0
    #: Whether it asks what is probably not meant: so much may be wrong that nobody reads more.
    asks: bool = True
    _problems: dict[Problem, None] = field(default_factory=dict)
    _top: Read = field(default_factory=dict)

    # --- problems ------------------------------------------------------------------------------

    def refuse(self, value: Value, message: str) -> None:
        """Note a mistake, with the key of the value that has it."""
        self._note(value.line, f"{value.key}: {message}" if value.key else message)

    def doubt(self, value: Value, message: str) -> None:
        """Note what is probably not meant."""
        self._note(value.line, f"{value.key}: {message}", "warning")
        self.asks = len(self._problems) < _MOST_PROBLEMS

    def _note(self, line: int, message: str, severity: Severity = "error") -> None:
        self._problems[Problem(self.name, line, printable(message), severity)] = None
        self.errors += severity == "error"
        if self.errors >= _MOST_PROBLEMS:
            raise _EnoughError

    def problems(self) -> tuple[Problem, ...]:
        """Mistakes and warnings in the order of the file."""
        problems = sorted(self._problems, key=lambda each: each.line or 0)
        if len(problems) >= _MOST_PROBLEMS:
            severity: Severity = "error" if self.errors else "warning"
            problems.append(Problem(self.name, None, "perhaps more; fix these first", severity))
        return tuple(problems)

    # --- values --------------------------------------------------------------------------------

    def read(self, value: Value, kind: _Text | None = None) -> Any:
        """What a value of its form means; None if it is wrong."""
        if problem := messages.misfit(value):
            self.refuse(value, problem)
            return None
        if value.key in _READERS and not value.is_item:
            return _READERS[value.key](self, value)
        if "enum" in value.form:
            return value.text
        if "maximum" in value.form:
            return int(value.text)
        if "array" in value.form["type"]:
            return self.texts(value)
        return self.text(value, kind or _TEXTS.get(value.key, _HEADING))

    def texts(self, value: Value) -> tuple[Any, ...]:
        """What the items of a list mean, each once, without those that are wrong."""
        found = dict[Any, None]()
        for item in self.items(value):
            meaning = self.read(item)
            if meaning in found and self.asks:
                self.doubt(item, f'"{item.text}" is already in the list; remove one of the two')
            if meaning is not None:
                found[meaning] = None
        return tuple(found)

    def text(self, value: Value, kind: _Text) -> str | None:
        """A text without surplus white space; None if it is wrong."""
        problem = messages.text_problem(value.text)
        if problem := problem or (kind.problem and kind.problem(value.text)):
            self.refuse(value, problem)
            return None
        # arXiv's index and our matcher have a letter and its accent as one character.
        text = unicodedata.normalize("NFC", folded(value.text))
        doubt, node = kind.doubt, value.node
        goes_on = not getattr(node, "style", None) and node.start_mark.line < node.end_mark.line
        if goes_on and doubt:  # an item without a dash, or indented too far
            doubt = messages.lines_doubt
        if self.asks and doubt and (why := doubt(text)):
            self.doubt(value, why)
        return kind.meaning(text)

    def items(self, value: Value) -> Iterator[Value]:
        """The items of a list; a single text may be a list of one."""
        form = value.form["items"]
        for node in value.node.value if value.kind == "a list" else [value.node]:
            line = node.start_mark.line + 1 if value.kind == "a list" else value.line
            yield Value(node, value.key, line, form, is_item=True)

    def mapping(self, value: Value, elsewhere: Forms) -> dict[str, Value]:
        """The values of the known keys; every other key is a mistake, and a missing one."""
        before = self.errors
        values: dict[str, Value] = {}
        forms: Forms = value.form["properties"]
        for key, node in value.node.value:
            line, name = key.start_mark.line + 1, key.value
            if not isinstance(key, yaml.ScalarNode):
                message = "a key must be a word; put text with brackets or braces in quotes"
                self._note(line, message)
            elif name in values:
                first = f"the first is on line {values[name].line}; remove one"
                other = ', or begin the next topic with "- "' if value.is_item else ""
                self._note(line, f'duplicate key "{cut(name, 60)}"; {first}{other}')
            else:
                values[name] = Value(node, name, line, forms.get(name, {}))
        for name in [name for name in values if name not in forms]:
            unknown = values.pop(name)
            meant = messages.meant_by(unknown, elsewhere, value)
            self._note(unknown.line, f'unknown key "{cut(name, 60)}"; {meant}')
        missing = [key for key in value.form.get("required", ()) if key not in values]
        if missing and self.errors == before:
            self.refuse(value, f'"{missing[0]}" is missing; {value.form["advice"]}')
        return values

    # --- the whole -----------------------------------------------------------------------------

    def config(self, root: Value) -> Config:
        """The configuration, which is only valid if there are no errors."""
        values = self.mapping(root, _KEYWORD["properties"])
        for key in root.form["properties"]:
            if key in values:
                self._top[key] = self.read(values[key])
        settings = {key: value for key, value in self._top.items() if value}
        liked = (settings.get("like"), *(each.like for each in settings.get("keywords", ())))
        return Config(**settings, libraries=tuple(filter(None, liked)))

    def keywords(self, value: Value) -> tuple[Keyword, ...]:
        """The keywords, each compared with those before it."""
        keywords = tuple(filter(None, map(self._keyword, self.items(value))))
        for line, message in clashes(keywords):
            self._note(line, f"keywords: {message}")
        return keywords

    def _keyword(self, item: Value) -> Keyword | None:
        """One keyword; None if anything in it is wrong. A plain string is just a name."""
        before = self.errors
        values = {"name": item}
        if item.kind == "keys":
            values = self.mapping(item, _FILE["properties"])
            self._check_combination(values)
        # Without any other subject, the name is the phrase to search for.
        is_phrase = not values.keys() & _SUBJECTS
        if is_phrase and "name" not in values and self.errors == before:
            message = 'the keyword has nothing to search for; add a line "name: ..."'
            self.refuse(item, f'{message}, or for a whole category write just "category: ..."')
        kinds = {"name": _PHRASE} if is_phrase else {}
        read = {key: self.read(each, kinds.get(key)) for key, each in values.items()}
        if self.errors > before:
            return None
        if is_phrase:
            read = {"any": (read["name"],), "in": plain_place(read["name"]), **read}
        authors, phrases, category = map(read.get, ("author", "any", "category"))
        name = read.get("name") or (*(authors or ()), *(phrases or ()), category)[0]
        parts = [read["query"]] if "query" in read else []
        parts += [Category(category)] if category else []
        parts += [any_of(*map(Author, authors))] if authors else []
        parts += [any_phrase(phrases, read.get("in", EITHER))] if phrases else []
        parts += [NOTHING] if "like" in read else []
        wanted = all_of(*parts)
        if "none" in read:
            wanted = without(wanted, any_phrase(read["none"], EITHER))
        lists = (values[key] for key in ("any", "none", "author") if key in values)
        read["lines"] = {each.text: each.line for texts in lists for each in self.items(texts)}
        return self._finished(item, name, wanted, read)

    def _check_combination(self, values: Mapping[str, Value]) -> None:
        """Refuse keys that mean nothing together with the others."""
        rules = _KEYWORD["dependentSchemas"]
        for subject in filter(values.__contains__, rules):
            rule = rules[subject]
            for key in filter(rule["properties"].__contains__, values):
                advice = rule["advice"]
                self.refuse(values[key], f'it cannot be used with "{subject}"; {advice}')
            if not values.keys() >= set(rule.get("required", ())):
                self.refuse(values[subject], 'it needs a heading; add a line "name: ..."')
        if "papers_per_day" in values and "like" not in values:
            message = 'it is for keywords with "like"; write max_papers for the size of a table'
            self.refuse(values["papers_per_day"], message)

    def _finished(self, item: Value, name: str, wanted: Expression, read: Read) -> Keyword:
        """Add the categories, the slug and the length of the table."""
        # For a person, or a query that names categories, search all of arXiv.
        terms = leaves(wanted) if "query" in read else ()
        is_own = {"author", "category"} & read.keys() or any(isinstance(t, Category) for t in terms)
        usual: tuple[str, ...] = () if is_own else self._top.get("categories") or ()
        categories = read.get("categories", usual)
        if categories and "like" not in read:
            wanted = all_of(wanted, in_one_of(categories))
        return Keyword(
            name=name,
            slug=read.get("slug") or slug_of(name),
            expression=wanted,
            max_papers=read.get("max_papers") or self._top.get("max_papers") or USUAL_MAX_PAPERS,
            authors=read.get("author", ()),
            categories=(read["category"],) if "category" in read else categories,
            line=item.line,
            like=read.get("like"),
            papers_per_day=read.get("papers_per_day", DEFAULT_PAPERS_PER_DAY),
            lines=read["lines"],
        )

    def query(self, value: Value) -> Expression | None:
        """A query in arXiv's syntax; None if it is wrong."""
        if self.text(value, _HEADING) is None:
            return None
        try:
            expression = parse(value.text)
        except QueryError as error:
            self.refuse(value, str(error))
            return None
        for term in leaves(expression):
            if self.asks and (doubt := messages.term_doubt(term)):
                self.doubt(value, doubt)
        return expression

    def library(self, value: Value) -> Library | None:
        """BibTeX files and identifiers, or a single one of them."""
        files, ids = dict[str, int](), dict[str, None]()
        for item in self.items(value):
            if problem := messages.misfit(item) or messages.liked_problem(item.text):
                self.refuse(item, problem)
            elif messages.is_bibtex(item.text):
                files.setdefault(item.text, item.node.start_mark.line + 1)
            else:
                ids[ArxivId.parse(item.text).id] = None
        return Library(files, tuple(ids)) if files or ids else None

    def summaries(self, value: Value) -> Summaries | None:
        """Which model writes summaries; None if it is wrong."""
        before = self.errors
        values = self.mapping(value, {})
        read = {key: self.read(each) for key, each in values.items()}
        if self.errors > before:
            return None
        return Summaries(**read, line=values["endpoint"].line)


def _resolved(part: Any) -> Any:
    """A part of the schema, with what it refers to in its place."""
    if not isinstance(part, dict):
        return part
    meant = _SCHEMA["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
    return {key: _resolved(each) for key, each in (part | meant).items()}


#: What the file may be: each key with its kind and limits, as editors know them.
_SCHEMA: Final = json.loads(files("daily_papers").joinpath("keywords.schema.json").read_bytes())
_FILE: Final[Form] = _resolved(_SCHEMA)
_KEYWORD: Final[Form] = _FILE["properties"]["keywords"]["items"]
_PHRASE: Final = _Text(messages.phrase_problem, messages.phrase_doubt)
_CATEGORY: Final = _Text(
    messages.category_problem, messages.category_doubt, meaning=taxonomy.canonical
)
#: How the texts of these keys are read, and the other ones.
_TEXTS: Final = {
    "slug": _Text(slug_problem),
    "any": _PHRASE,
    "none": _PHRASE,
    "author": _Text(messages.author_problem, messages.author_doubt),
    "category": _CATEGORY,
    "categories": _CATEGORY,
    "endpoint": _Text(messages.endpoint_problem),
}
_HEADING: Final = _Text()
#: What reads the values of keys that are more than texts, numbers and choices.
_READERS: Final[Mapping[str, Callable[[_Reader, Value], Any]]] = {
    "": _Reader.config,
    "keywords": _Reader.keywords,
    "like": _Reader.library,
    "query": _Reader.query,
    "summaries": _Reader.summaries,
}
