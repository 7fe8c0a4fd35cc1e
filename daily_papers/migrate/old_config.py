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
from itertools import islice
from pathlib import PurePath

import yaml

from daily_papers.migrate.names import topic_key
from daily_papers.papers.paper import folded
from daily_papers.query import taxonomy
from daily_papers.query.expression import BOTH, EITHER

#: Where tools keep their configuration, beside what they publish.
USUAL_NAMES = (
    *("config.yaml", "config.yml", "config.json", "config.toml", "topic.yml", "keywords.json"),
    *("main.py", "utils.py", "daily_arxiv.py", "arxiv_daily.py", "config.py"),
)
#: What they end with, those aside that may be data too.
SUFFIXES = (".yaml", ".yml", ".toml", ".py")
_MOST_CHARACTERS = 512_000
_MOST = 100
_TOPICS = re.compile(
    r"(?:arxiv_?|search_?|include_?)?(?:keywords?|topics?|queries|query|interests|concept_groups)"
    r"(?:_list)?",
    re.IGNORECASE,
)
_CATEGORIES = re.compile(
    r"(?:arxiv_?)?(?:categor(?:y|ies)|target_fi\w+|subjects?|fields?)(?:_list)?", re.IGNORECASE
)
#: A phrase with one of these is a query in arXiv's syntax.
FIELD = re.compile(r"\b(?:ti|abs|au|cat|all):")
# What may be in a configuration and has another form in keywords.yaml.
_NOT_READ = re.compile(r"(?:exclude|negative|blacklist|max_?results|max_?papers)\w*", re.IGNORECASE)
_NAMES = ("name", "topic", "title", "keyword")
_PHRASES = ("filters", "keywords", "include", "any", "phrases", "terms", "queries", "query")
_ANCESTORS_BOTH = re.compile(r"""len\(\s*\w+\.split\(\)\s*\)\s*==\s*1|["']AND["']|\+AND\+abs""")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, the phrases that it was searched with, and where a phrase had to stand."""

    name: str
    phrases: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class OldConfig:
    """What the configuration of another tool says."""

    path: str = ""
    topics: tuple[Topic, ...] = ()
    categories: tuple[str, ...] = ()
    #: The keys of what is not brought in.
    rest: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether it names topics or categories."""
        return bool(self.topics or self.categories)


def joined(configs: Sequence[OldConfig]) -> OldConfig:
    """All of them as one, with the path of the first that names topics."""
    topics = {topic_key(topic.name): topic for each in configs for topic in each.topics}
    categories = dict.fromkeys(name for each in configs for name in each.categories)
    said = sorted(filter(lambda c: c.says_something, configs), key=lambda c: not c.topics)
    return OldConfig(said[0].path if said else "", tuple(topics.values()), tuple(categories))


def read_config(text: str, path: str) -> OldConfig:
    """Read a configuration file; one that says nothing of topics and categories is empty.

    Raises ValueError where it cannot be read.
    """
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"longer than {_MOST_CHARACTERS:,} characters, which no configuration is")
    suffix = PurePath(path).suffix
    try:
        loaded = _LOADERS[suffix](text)
    except (ValueError, SyntaxError, yaml.YAMLError, RecursionError, MemoryError) as error:
        problem = str(error).splitlines() or ["nested too deeply"]
        raise ValueError(f"cannot be read as a configuration: {folded(problem[0])}") from None
    single = BOTH if suffix == ".py" and _ANCESTORS_BOTH.search(text) else EITHER
    topics: dict[str, Topic] = {}
    categories: dict[str, None] = {}
    rest: dict[str, None] = {}
    for key, value in islice(_settings(loaded), _MOST * 100):
        if _TOPICS.fullmatch(key):
            topics.update((topic.name, topic) for topic in _topics(value, single))
        elif _CATEGORIES.fullmatch(key):
            categories.update(dict.fromkeys(filter(taxonomy.is_known, _texts(value))))
        elif _NOT_READ.fullmatch(key):
            rest[key] = None
        if _TOPICS.fullmatch(key) and isinstance(value, dict | list):
            records = value.values() if isinstance(value, dict) else value
            known = {*_NAMES, *_PHRASES}
            more = (k for record in records if isinstance(record, dict) for k in record)
            rest.update((k, None) for k in more if isinstance(k, str) and k not in known)
    return OldConfig(path, tuple(topics.values()), tuple(categories), tuple(rest))


class _Loader(yaml.SafeLoader):
    """YAML of strangers: without merge keys, by which a few lines become billions of entries."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave merge keys as they are."""


_LOADERS: Mapping[str, Callable[[str], object]] = {
    ".yaml": lambda text: yaml.load(text, _Loader),  # noqa: S506 - a safe loader
    ".yml": lambda text: yaml.load(text, _Loader),  # noqa: S506
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".py": lambda text: dict(_assignments(ast.parse(text))),
}


def _settings(value: object, depth: int = 2) -> Iterator[tuple[str, object]]:
    """The settings at whatever depth, but not those of a topic."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(key, str):
            yield key, inner
            if depth and not _TOPICS.fullmatch(key):
                yield from _settings(inner, depth - 1)


def _assignments(tree: ast.Module) -> Iterator[tuple[str, object]]:
    """The names that are given lists or dictionaries of texts, also as defaults of parameters."""
    for node in ast.walk(tree):
        pairs: list[tuple[str, ast.expr | None]] = []
        if isinstance(node, ast.Assign):
            pairs = [(each.id, node.value) for each in node.targets if isinstance(each, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            pairs = [(node.target.id, node.value)]
        elif isinstance(node, ast.FunctionDef):
            arguments = reversed(node.args.args)
            pairs = [(a.arg, v) for a, v in zip(arguments, node.args.defaults[::-1], strict=False)]
        for name, value in pairs:
            if isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.Set):
                with suppress(ValueError, TypeError, RecursionError, MemoryError):
                    yield name, ast.literal_eval(value)


def _topics(value: object, single: str) -> Iterator[Topic]:
    """The topics of a mapping from names to phrases, or of a list of names or records.

    Topics of single words had to stand at ``single``.
    """
    pairs: Iterable[tuple[object, object]] = ()
    if isinstance(value, list):
        pairs = ((_first_of(each, _NAMES), each) for each in value)
    elif isinstance(value, dict):
        pairs = value.items()
    for name, each in islice(pairs, _MOST * 10):
        phrases = tuple(dict.fromkeys(_texts(_first_of(each, _PHRASES))))[:_MOST]
        if isinstance(name, str) and folded(name) and phrases:
            place = EITHER if any(" " in phrase for phrase in phrases) else single
            yield Topic(folded(name)[:200], phrases, place)


def _first_of(value: object, keys: Sequence[str]) -> object:
    """Of a record what it says by the first of the keys that it has; anything else as it is."""
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in keys if value.get(key)), None)


def _texts(value: object) -> Iterator[str]:
    """The texts of a list, or a single one; quotes and an OR between phrases part them."""
    for each in value[: _MOST * 10] if isinstance(value, list | tuple) else [value]:
        if isinstance(each, str):
            for part in [each] if FIELD.search(each) else re.split(r"\s+OR\s+", each):
                if text := folded(part).strip("\"' ")[:200]:
                    yield text
