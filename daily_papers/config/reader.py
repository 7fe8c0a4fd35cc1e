"""Read bytes, or a file, into a ``Config``, in one pass that finds every mistake.

To add a key:

1. Add a line to ``_TOP_KEYS``, ``_KEYWORD_KEYS`` or ``_SUMMARIES_KEYS``, with the function that
   reads its value.
2. Add a field of this name, with its default, to `Config` or `Summaries` in model.py; or a field to
   `Keyword`, and use the value in `_Reader._keyword` and `_Reader._finished`.
3. Add it to daily_papers/keywords.schema.json (a test compares the keys, in their order), and to
   docs/keywords.md.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml

from daily_papers.config import doubts, messages
from daily_papers.config.messages import Value
from daily_papers.config.model import (
    LANGUAGES,
    MOST_PER_DAY,
    STYLES,
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
    PLACES,
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
from daily_papers.query.syntax import MAX_LENGTH, QueryError, parse
from daily_papers.render.markdown import COLUMNS
from daily_papers.text import cut, printable

#: The file, in the folder of a digest repository.
KEYWORDS: Final = "keywords.yaml"
MOST_KEYWORDS: Final = 10_000
MOST_PAPERS: Final = 2_000
MOST_PAPERS_PER_DAY: Final = 100
DEFAULT_PAPERS_PER_DAY: Final = 10
_MOST_LIKED: Final = 1_000
#: Nobody reads more; reading ends after this many errors.
_MOST_PROBLEMS: Final = 100
#: The keys that say what to search for; without any of them, the name is searched for.
_SUBJECTS: Final = frozenset({"any", "author", "query", "category", "like"})
#: Keys that cannot be used with a subject, and what to do instead.
_EXCLUDED: Final = {
    "query": ({"any", "none", "in", "author", "category"}, "write it into the query"),
    "category": (
        {"any", "in", "author", "categories"},
        'to search within a category, write "categories: [...]"',
    ),
    "like": ({"any", "none", "in", "author", "query", "category"}, "it searches for nothing"),
}
#: Subjects that give no name.
_NAMED: Final = frozenset({"query", "like"})
#: In decimal digits, and no more than anybody needs.
_WHOLE_NUMBER = re.compile(r"\+?[1-9]\d{0,9}", re.ASCII)

#: Says what is wrong with a text, or doubtful about it; None if nothing is.
Check = Callable[[str], str | None]
#: The value of each key of a mapping; None where it is wrong.
Read = dict[str, Any]
#: What reads the value of each key.
Readers = Mapping[str, Callable[["_Reader", Value], Any]]
ReadText = Callable[["_Reader", Value], str | None]


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
    others = [each.name for each in path.parent.glob("*.y*ml") if each.is_file()]
    if close := difflib.get_close_matches(path.name, others, 1, 0.8):
        return f"there is no such file, but a {close[0]}; rename it"
    return f"there is no such file; {messages.HOW_TO_LIST}"


def parse_config(content: bytes, name: str) -> Config:
    """Read the bytes of a keywords.yaml; ``name`` is what messages call the file."""
    root = read_yaml(name, content)
    if root is None or (root.tag.endswith(":null") and root.value == ""):
        refuse(name, f"the file is empty; {messages.HOW_TO_LIST}", 1)
    reader = _Reader(name)
    config = None
    with suppress(_EnoughError):
        config = reader.config(Value(root, "", root.start_mark))
    problems = reader.problems()
    if config is None or reader.errors:
        raise ConfigError(problems)
    return replace(config, warnings=problems)


class _EnoughError(Exception):
    """Enough mistakes have been found; nobody reads more."""


class _Reader:
    """Reads values, and notes the problems that it finds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._problems: dict[Problem, None] = {}
        #: The number of mistakes so far.
        self.errors = 0
        self._top: Read = {}

    # --- problems ------------------------------------------------------------------------------

    def refuse(self, value: Value, message: str) -> None:
        """Note a mistake, with the key of the value that has it."""
        self._note(value.mark, f"{value.key}: {message}" if value.key else message)

    def refuse_kind(self, value: Value, message: str) -> None:
        """Note that a value is of the wrong kind, unless it is missing."""
        self.refuse(value, messages.nothing(value) if value.is_missing else message)

    def doubt(self, value: Value, message: str) -> None:
        """Note what is probably not meant."""
        if len(self._problems) < _MOST_PROBLEMS:
            self._note(value.mark, f"{value.key}: {message}", "warning")

    def _note(self, mark: yaml.Mark, message: str, severity: Severity = "error") -> None:
        shown = printable(message)
        problem = Problem(self._name, mark.line + 1, mark.column + 1, shown, severity)
        self._problems[problem] = None
        self.errors += severity == "error"
        if self.errors >= _MOST_PROBLEMS:
            raise _EnoughError

    def problems(self) -> tuple[Problem, ...]:
        """Mistakes and warnings in the order of the file."""
        problems = sorted(self._problems, key=lambda each: (each.line or 0, each.column or 0))
        if len(problems) >= _MOST_PROBLEMS:
            problems.append(Problem(self._name, None, None, "perhaps more; fix these first"))
        return tuple(problems)

    # --- values --------------------------------------------------------------------------------

    def text(
        self, value: Value, check: Check, doubt: Check | None = None, most: int = 200
    ) -> str | None:
        """A text without surplus white space; None if it is wrong."""
        written = value.node.value
        if value.kind != "a text":
            self.refuse_kind(value, messages.no_text(value))
        elif len(written) > most:
            self.refuse(value, f"longer than {most:,} characters")
        elif problem := check(written):
            self.refuse(value, problem)
        else:
            # arXiv's index and our matcher have a letter and its accent as one character.
            text = unicodedata.normalize("NFC", folded(written))
            if doubt and (message := doubt(text)):
                self.doubt(value, message)
            return text
        return None

    def texts(self, value: Value, read: ReadText, **limits: Any) -> tuple[str, ...]:
        """What ``read`` makes of the items of a list, each once, without those that are wrong."""
        texts = (read(self, item) for item in self.items(value, **limits))
        return tuple(dict.fromkeys(text for text in texts if text is not None))

    def items(
        self, value: Value, *, least: int = 1, most: int = 100, or_one: bool = False
    ) -> list[Value]:
        """The items of a list; with ``or_one``, a single text is a list of one."""
        if or_one and value.kind != "a list":
            return [value]
        if value.kind != "a list":
            self.refuse_kind(value, messages.no_list(value))
            return []
        nodes: list[yaml.Node] = value.node.value
        if len(nodes) < least:
            self.refuse(value, messages.nothing(value))
        elif len(nodes) > most:
            self.refuse(value, f"more than {most:,} items")
            return []
        return [Value(node, value.key, node.start_mark, is_item=True) for node in nodes]

    def mapping(self, value: Value, readers: Readers, other: Readers) -> dict[str, Value]:
        """The values of the known keys; every other key is a mistake."""
        values: dict[str, Value] = {}
        for key, node in value.node.value:
            mark, name = key.start_mark, key.value
            if not isinstance(key, yaml.ScalarNode):
                message = "a key must be a word; put a text with brackets or braces in quotes"
                self._note(mark, message)
            elif name in values:
                line = values[name].mark.line + 1
                self._note(mark, f'duplicate key "{cut(name, 60)}"; the first is on line {line}')
            else:
                values[name] = Value(node, name, mark)
        for name in [name for name in values if name not in readers]:
            unknown = values.pop(name)
            meant = messages.meant_by(unknown, tuple(readers), tuple(other), value)
            self._note(unknown.mark, f'unknown key "{cut(name, 60)}"; {meant}')
        return values

    # --- the whole -----------------------------------------------------------------------------

    def config(self, root: Value) -> Config | None:
        """The configuration, which is only valid if there are no errors."""
        if root.kind != "keys":
            message = f"the topics must be in a list under a key; {messages.HOW_TO_LIST}"
            self.refuse(root, message)
            return None
        values = self.mapping(root, _TOP_KEYS, _KEYWORD_KEYS)
        for key, read in _TOP_KEYS.items():
            if key in values:
                self._top[key] = read(self, values[key])
        if "keywords" not in values:
            if not self.errors:
                self.refuse(root, f'"keywords" is missing; {messages.HOW_TO_LIST}')
            return None
        return Config(**{key: value for key, value in self._top.items() if value})

    def keywords(self, value: Value) -> tuple[Keyword, ...]:
        """The keywords, each compared with those before it."""
        found: list[tuple[Value, Keyword]] = []
        for item in self.items(value, most=MOST_KEYWORDS):
            before = self.errors
            keyword = self._keyword(item)
            if keyword is not None and self.errors == before:
                found.append((item, keyword))
        keywords = tuple(keyword for _, keyword in found)
        for number, message in clashes(keywords):
            self.refuse(found[number][0], message)
        return keywords

    def _keyword(self, item: Value) -> Keyword | None:
        """One keyword. A plain string is just a name.

        Each key is checked, even if another is wrong.
        """
        before = self.errors
        values = {"name": item}
        if item.kind == "keys":
            values = self.mapping(item, _KEYWORD_KEYS, _TOP_KEYS)
            self._check_combination(values)
        has_subject = bool(values.keys() & _SUBJECTS)
        if not has_subject and "name" not in values and self.errors == before:
            message = 'the keyword says nothing to search for; add a line "name: ..."'
            self.refuse(item, message)
        # Without any other subject, the name is the phrase to search for.
        readers: Readers = _KEYWORD_KEYS if has_subject else {**_KEYWORD_KEYS, "name": _PHRASE}
        read = {key: readers[key](self, values[key]) for key in values}
        authors, phrases = read.get("author") or (), read.get("any") or ()
        category = read.get("category")
        named_after = next(iter((*authors, *phrases)), category)
        name = read.get("name") if "name" in values else named_after
        if not has_subject and name:
            phrases = (name,)
        usual = EITHER if has_subject or not phrases else plain_place(phrases[0])
        parts = [read["query"]] if read.get("query") else []
        parts += [Category(category)] if category else []
        parts += [any_of(*map(Author, authors))] if authors else []
        parts += [any_phrase(phrases, read.get("in") or usual)] if phrases else []
        parts += [NOTHING] if read.get("like") else []
        if name is None or not parts:
            return None
        wanted = all_of(*parts)
        if unwanted := read.get("none"):
            wanted = without(wanted, any_phrase(unwanted, EITHER))
        return self._finished(item, name, wanted, read)

    def _check_combination(self, values: Mapping[str, Value]) -> None:
        """Refuse keys that mean nothing together with the others."""
        for subject in _EXCLUDED.keys() & values.keys():
            excluded, advice = _EXCLUDED[subject]
            for key in values.keys() & excluded:
                self.refuse(values[key], f'it cannot be used with "{subject}"; {advice}')
        for subject in values.keys() & _NAMED if "name" not in values else ():
            self.refuse(values[subject], 'it needs a heading; add a line "name: ..."')
        if "papers_per_day" in values and "like" not in values:
            message = 'it is for keywords with "like"; write max_papers for the size of a table'
            self.refuse(values["papers_per_day"], message)
        if {"in", "author"} <= values.keys() and not values.keys() & {"any", *_EXCLUDED}:
            message = 'it says where the phrases of "any" must be, and there are none'
            self.refuse(values["in"], message)

    def _finished(self, item: Value, name: str, wanted: Expression, read: Read) -> Keyword:
        """Add the categories, the slug and the length of the table."""
        authors, like = read.get("author") or (), read.get("like")
        categories = read.get("categories")
        if category := read.get("category"):
            categories = (category,)
        elif categories is None:
            # For a person, or a query that names categories, search all of arXiv.
            terms = leaves(wanted) if "query" in read else ()
            is_own = authors or any(isinstance(term, Category) for term in terms)
            categories = () if is_own else self._top.get("categories") or ()
        return Keyword(
            name=name,
            slug=read.get("slug") or slug_of(name),
            expression=(
                all_of(wanted, in_one_of(categories))
                if categories and not (category or like)
                else wanted
            ),
            max_papers=read.get("max_papers") or self._top.get("max_papers") or USUAL_MAX_PAPERS,
            authors=authors,
            categories=categories,
            line=item.mark.line + 1,
            like=like,
            papers_per_day=(read.get("papers_per_day") or DEFAULT_PAPERS_PER_DAY) if like else 0,
        )

    def library(self, value: Value) -> Library | None:
        """BibTeX files and identifiers, or a single one of them."""
        files, ids = dict[str, int](), list[str]()
        for item in self.items(value, most=_MOST_LIKED, or_one=True):
            if item.kind not in ("a text", "a number"):
                self.refuse_kind(item, "expected BibTeX files and arXiv identifiers: [library.bib]")
                continue
            try:
                ids.append(ArxivId.parse(item.text).id)
            except ValueError:
                if problem := messages.liked_problem(item.text):
                    self.refuse(item, problem)
                else:
                    files.setdefault(item.text, item.node.start_mark.line + 1)
        return Library(files, tuple(dict.fromkeys(ids))) if files or ids else None

    def summaries(self, value: Value) -> Summaries | None:
        """Which model writes summaries; None if it is wrong."""
        if value.kind != "keys":
            example = f'{value.key}: {{endpoint: "https://api.example.com/v1", model: name}}'
            self.refuse_kind(value, f"expected keys and values below it, such as {example}")
            return None
        before = self.errors
        values = self.mapping(value, _SUMMARIES_KEYS, {})
        read = {key: _SUMMARIES_KEYS[key](self, each) for key, each in values.items()}
        missing = [key for key in ("endpoint", "model") if key not in values]
        if missing and self.errors == before:
            self.refuse(
                value, f'"{missing[0]}" is missing; add a line "{missing[0]}: ..." below it'
            )
        if self.errors > before:
            return None
        return Summaries(**read, line=values["endpoint"].mark.line + 1)


# --- the value of each key; None if it is wrong -------------------------------------------------


def _category(reader: _Reader, value: Value) -> str | None:
    name = reader.text(value, messages.category_problem, doubts.category_doubt)
    return None if name is None else taxonomy.canonical(name)


def _number(reader: _Reader, value: Value, most: int = MOST_PAPERS) -> int | None:
    is_whole = value.kind == "a number" and _WHOLE_NUMBER.fullmatch(value.text)
    if is_whole and 1 <= int(value.text) <= most:
        return int(value.text)
    reader.refuse_kind(value, f"expected a whole number from 1 to {most}, without quotes")
    return None


def _choice(reader: _Reader, value: Value, choices: Sequence[str]) -> str | None:
    if value.kind == "a text" and value.text in choices:
        return value.text
    reader.refuse_kind(value, messages.no_choice(value, choices))
    return None


def _query(reader: _Reader, value: Value) -> Expression | None:
    if reader.text(value, messages.heading_problem, most=MAX_LENGTH) is None:
        return None
    try:
        expression = parse(value.text)
    except QueryError as error:
        reader.refuse(value, str(error))
        return None
    for term in leaves(expression):
        if doubt := doubts.term_doubt(term):
            reader.doubt(value, doubt)
    return expression


_HEADING: Final = partial(_Reader.text, check=messages.heading_problem)
_PHRASE: Final = partial(_Reader.text, check=messages.phrase_problem, doubt=doubts.phrase_doubt)
_UNWANTED: Final = partial(_Reader.text, check=messages.phrase_problem)
_AUTHOR: Final = partial(_Reader.text, check=messages.author_problem, doubt=doubts.author_doubt)
_CATEGORIES: Final = partial(_Reader.texts, read=_category, least=0, most=200)
_TOP_KEYS: Final[Readers] = {
    "title": _HEADING,
    "categories": _CATEGORIES,
    "max_papers": _number,
    "like": _Reader.library,
    "keywords": _Reader.keywords,
    "columns": partial(_Reader.texts, read=partial(_choice, choices=COLUMNS)),
    "digest": partial(_choice, choices=("daily", "weekly")),
    "issues": partial(_choice, choices=("per digest", "per keyword")),
    "summaries": _Reader.summaries,
}
_SUMMARIES_KEYS: Final[Readers] = {
    "endpoint": partial(_Reader.text, check=messages.endpoint_problem),
    "model": _HEADING,
    "language": partial(_choice, choices=tuple(LANGUAGES)),
    "style": partial(_choice, choices=STYLES),
    "per_day": partial(_number, most=MOST_PER_DAY),
}
_KEYWORD_KEYS: Final[Readers] = {
    "name": _HEADING,
    "slug": partial(_Reader.text, check=slug_problem),
    "any": partial(_Reader.texts, read=_PHRASE),
    "none": partial(_Reader.texts, read=_UNWANTED),
    "in": partial(_choice, choices=tuple(PLACES)),
    "author": partial(_Reader.texts, read=_AUTHOR, or_one=True),
    "query": _query,
    "category": _category,
    "categories": _CATEGORIES,
    "max_papers": _number,
    "like": _Reader.library,
    "papers_per_day": partial(_number, most=MOST_PAPERS_PER_DAY),
}
