"""What the old tool searched for, from its own configuration: YAML, JSON, TOML, or lists in Python.

Nothing is run: Python is read as a syntax tree, YAML without tags, merges and objects. Known are
topics with their phrases, under whatever name (`keywords: {topic: {filters: […]}}`, `topics:
{topic: […]}`, `keywords = ["…"]`), and categories.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import yaml

from daily_papers.config.messages import phrase_problem
from daily_papers.migrate.names import topic_key
from daily_papers.papers.paper import folded
from daily_papers.query import taxonomy
from daily_papers.query.expression import BOTH, EITHER, query_words
from daily_papers.query.syntax import QueryError, parse

#: Where tools keep their configuration, beside what they publish.
USUAL_NAMES = (
    *("config.yaml", "config.yml", "config.json", "config.toml", "topic.yml", "keywords.json"),
    *("main.py", "utils.py", "daily_arxiv.py", "arxiv_daily.py", "config.py"),
)
#: What they end with, those aside that may be data too.
SUFFIXES = (".yaml", ".yml", ".toml", ".py")
_MOST_CHARACTERS = 512_000
_TOPICS = re.compile(
    r"(?:arxiv_?|search_?|include_?)?(?:keywords?|topics?|queries|query|interests|concept_groups)"
    r"(?:_list)?",
    re.IGNORECASE,
)
_CATEGORIES = re.compile(
    r"(?:arxiv_?)?(?:categor(?:y|ies)|target_fi\w+|subjects?|fields?)(?:_list)?", re.IGNORECASE
)
# A phrase with one of these is a query in arXiv's syntax.
_SYNTAX = re.compile(r"\b(?:ti|abs|au|cat|all):|\s(?:AND|OR|ANDNOT|NOT)\s|[()]")
_IN_PARENTHESES = re.compile(r"\A\(\s*([^()]*?)\s*\)\Z")
_NAMES = ("name", "topic", "title", "keyword")
_PHRASES = ("filters", "keywords", "include", "any", "phrases", "terms", "queries", "query")
_ANCESTORS_BOTH = re.compile(r"""len\(\s*\w+\.split\(\)\s*\)\s*==\s*1|["']AND["']|\+AND\+abs""")


#: Of a query in keywords.yaml.
_LONGEST_QUERY: Final = 4_000


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, the phrases that it was searched with, and where a phrase had to be.

    A ``query`` in arXiv's syntax counts instead of them.
    """

    name: str
    phrases: tuple[str, ...]
    place: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class OldConfig:
    """What the configuration of another tool says."""

    path: str = ""
    topics: tuple[Topic, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether it names topics or categories."""
        return bool(self.topics or self.categories)


def joined(configs: Sequence[OldConfig]) -> OldConfig:
    """All of them as one, with the path of the first that names topics."""
    topics = {topic_key(topic.name): topic for each in configs for topic in each.topics}
    categories = dict.fromkeys(name for each in configs for name in each.categories)
    paths = [each.path for each in configs if each.topics or (each.categories and not topics)]
    return OldConfig("".join(paths[:1]), tuple(topics.values()), tuple(categories))


def read_config(text: str, path: str) -> OldConfig:
    """Read a configuration file; one that says nothing of topics and categories is empty.

    Raises ValueError where it cannot be read.
    """
    single = BOTH if path.endswith(".py") and _ANCESTORS_BOTH.search(text) else EITHER
    topics: dict[str, Topic] = {}
    categories: dict[str, None] = {}
    for key, value in _settings(_loaded(text, PurePath(path).suffix)):
        if _TOPICS.fullmatch(key):
            for name, record in _records(value):
                texts = tuple(dict.fromkeys(_texts(_first_of(record, _PHRASES))))
                if isinstance(name, str) and folded(name) and texts:
                    topics[folded(name)] = _topic(folded(name), texts, single)
        elif _CATEGORIES.fullmatch(key):
            categories.update(dict.fromkeys(filter(taxonomy.is_known, _texts(value))))
    return OldConfig(path, tuple(topics.values()), tuple(categories))


_LOADERS: Mapping[str, Callable[[str], object]] = {
    ".yaml": lambda text: yaml.load(text, yaml.BaseLoader),  # noqa: S506 - it makes texts alone
    ".yml": lambda text: yaml.load(text, yaml.BaseLoader),  # noqa: S506
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".py": lambda text: dict(_assignments(text)),
}


def _loaded(text: str, suffix: str) -> object:
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"longer than {_MOST_CHARACTERS:,} characters, which no configuration is")
    try:
        return _LOADERS[suffix](text)
    except (ValueError, SyntaxError, yaml.YAMLError, RecursionError, MemoryError) as error:
        problem = str(error).splitlines() or ["nested too deeply"]
        raise ValueError(f"cannot be read as a configuration: {folded(problem[0])}") from None


def _settings(value: object, depth: int = 2) -> Iterator[tuple[str, object]]:
    """The settings at whatever depth, but not those of a topic."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(key, str):
            yield key, inner
            if depth and not _TOPICS.fullmatch(key):
                yield from _settings(inner, depth - 1)


def _assignments(text: str) -> Iterator[tuple[str, object]]:
    """The names that a script gives literals to, also as defaults of parameters."""
    pairs: list[tuple[str, ast.expr]] = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pairs.append((name, value))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pairs.append((name, value))
            case ast.arguments(args=args, defaults=[_, *_] as values):
                pairs += zip([each.arg for each in args[-len(values) :]], values, strict=False)
    for name, value in pairs:
        with suppress(ValueError, TypeError, RecursionError, MemoryError):
            yield name, ast.literal_eval(value)


def _records(value: object) -> Iterable[tuple[object, object]]:
    """The topics of a mapping from names, or of a list of names or records, each with its name."""
    if isinstance(value, dict):
        return value.items()
    return [(_first_of(each, _NAMES), each) for each in value] if isinstance(value, list) else ()


def _topic(name: str, texts: Sequence[str], single: str) -> Topic:
    """A topic with those of its filters that can be searched for, or its name.

    One of single words had to stand at ``single``. A query counts if there are no phrases.
    """
    phrases = tuple(text for text in texts if not _SYNTAX.search(text) and _has_words(text))
    queries = (text for text in texts if _SYNTAX.search(text) and _is_valid(text))
    place = EITHER if any(" " in phrase for phrase in phrases or (name,)) else single
    return Topic(name, phrases or (name,), place, "" if phrases else next(queries, ""))


def _is_valid(query: str) -> bool:
    if len(query) > _LONGEST_QUERY:
        return False
    try:
        parse(query)
    except QueryError:
        return False
    return True


def _has_words(phrase: str) -> bool:
    return None in {phrase_problem(phrase), phrase_problem(query_words(phrase))}


def _first_of(value: object, keys: Sequence[str]) -> object:
    """Of a record what it says by the first of the keys that it has; anything else as it is."""
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in keys if value.get(key)), None)


def _texts(value: object) -> Iterator[str]:
    """The texts of a list, or a single one; quotes and an OR between phrases part them."""
    for each in value if isinstance(value, list | tuple) else [value]:
        if isinstance(each, str):
            parts = re.split(r"\s+OR\s+", _IN_PARENTHESES.sub(r"\1", folded(each)))
            phrases = [part.strip("\"' ").removeprefix("all:").strip("\"' ") for part in parts]
            is_query = any(map(_SYNTAX.search, phrases))
            yield from filter(None, [folded(each)] if is_query else phrases)
