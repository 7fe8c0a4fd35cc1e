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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import yaml

from daily_papers.config.searches import BOTH, EITHER
from daily_papers.migrate.topics import topic_key
from daily_papers.papers.paper import folded
from daily_papers.query import taxonomy

#: Where tools keep their configuration, beside what they publish.
USUAL_NAMES = (
    *("config.yaml", "config.yml", "config.json", "config.toml", "topic.yml", "keywords.json"),
    *("main.py", "utils.py", "daily_arxiv.py", "arxiv_daily.py", "config.py"),
)
#: What they end with, those aside that may be data too.
SUFFIXES = (".yaml", ".yml", ".toml", ".py")
MOST_BYTES = 512_000
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
_PHRASES = ("filters", "keywords", "include", "any", "phrases", "terms", "queries", "query")
_ANCESTORS_BOTH = re.compile(r"""len\(\s*\w+\.split\(\)\s*\)\s*==\s*1|["']AND["']|\+AND\+abs""")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, and the phrases that it was searched with."""

    name: str
    phrases: tuple[str, ...]
    #: Where a phrase had to stand.
    place: str


@dataclass(frozen=True, slots=True)
class OldConfig:
    """What the configuration of another tool says."""

    path: str
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
    said = sorted((each for each in configs if each.says_something), key=lambda c: not c.topics)
    path = said[0].path if said else ""
    return OldConfig(path, tuple(topics.values()), tuple(categories))


def read_config(text: str, path: str) -> OldConfig:
    """Read a configuration file; one that says nothing of topics and categories is empty.

    Raises ValueError where it cannot be read.
    """
    suffix = PurePath(path).suffix
    if len(text) > MOST_BYTES:
        raise ValueError(f"longer than {MOST_BYTES:,} characters, which no configuration is")
    try:
        if suffix == ".py":
            values = dict(_assignments(ast.parse(text)))
        else:
            loaded = _LOADERS[suffix](text)
            values = loaded if isinstance(loaded, dict) else {}
    except (ValueError, SyntaxError, yaml.YAMLError, RecursionError, MemoryError) as error:
        problem = str(error).splitlines() or ["nested too deeply"]
        raise ValueError(f"cannot be read as a configuration: {folded(problem[0])}") from None
    needs_both = suffix == ".py" and bool(_ANCESTORS_BOTH.search(text))
    inner = [values, *(each for each in values.values() if isinstance(each, dict))]
    inner += [each for value in inner[1:] for each in value.values() if isinstance(each, dict)][
        :_MOST
    ]
    topics: dict[str, Topic] = {}
    categories: dict[str, None] = {}
    for level in inner:
        for key, value in level.items():
            if isinstance(key, str) and _TOPICS.fullmatch(key):
                topics.update((t.name, t) for t in _topics(value, needs_both=needs_both))
            elif isinstance(key, str) and _CATEGORIES.fullmatch(key):
                categories.update(dict.fromkeys(filter(taxonomy.is_known, _texts(value))))
    return OldConfig(path, tuple(topics.values()), tuple(categories))


class _Loader(yaml.SafeLoader):
    """YAML of strangers: without merge keys, by which a few lines become billions of entries."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave merge keys as they are."""


_LOADERS: Mapping[str, Callable[[str], object]] = {
    ".yaml": lambda text: yaml.load(text, _Loader),  # noqa: S506 - a safe loader
    ".yml": lambda text: yaml.load(text, _Loader),  # noqa: S506
    ".json": json.loads,
    ".toml": tomllib.loads,
}


def _assignments(tree: ast.Module) -> Iterator[tuple[str, object]]:
    """The names that are given lists or dictionaries of texts, also as defaults of parameters."""
    for node in ast.walk(tree):
        pairs: list[tuple[str, ast.expr | None]] = []
        if isinstance(node, ast.Assign):
            pairs = [(each.id, node.value) for each in node.targets if isinstance(each, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            pairs = [(node.target.id, node.value)]
        elif isinstance(node, ast.FunctionDef):
            arguments = node.args.args[-len(node.args.defaults) or len(node.args.args) :]
            pairs = [(a.arg, v) for a, v in zip(arguments, node.args.defaults, strict=False)]
        for name, value in pairs:
            if isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.Set):
                try:
                    yield name, ast.literal_eval(value)
                except (ValueError, TypeError, RecursionError, MemoryError):
                    continue


def _topics(value: object, *, needs_both: bool) -> Iterator[Topic]:
    """The topics of a mapping from names to phrases, or of a list of names or records."""
    if isinstance(value, list):
        pairs = [_pair(each) for each in value[: _MOST * 10]]
    elif isinstance(value, dict):
        pairs = [(name, each) for name, each in list(value.items())[: _MOST * 10]]
    else:
        return
    for name, each in pairs:
        phrases = _phrases(each)
        if isinstance(name, str) and folded(name) and phrases:
            place = BOTH if needs_both and all(len(p.split()) == 1 for p in phrases) else EITHER
            yield Topic(folded(name)[:200], phrases, place)


def _pair(value: object) -> tuple[object, object]:
    if not isinstance(value, Mapping):
        return value, value
    return next(
        (value[key] for key in ("name", "topic", "title", "keyword") if key in value), None
    ), value


def _phrases(value: object) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        value = next((value[key] for key in _PHRASES if value.get(key)), None)
    return tuple(dict.fromkeys(_texts(value)))[:_MOST]


def _texts(value: object) -> Iterator[str]:
    """The texts of a list, or a single one; quotes and an OR between phrases part them."""
    for each in value[: _MOST * 10] if isinstance(value, list | tuple) else [value]:
        if isinstance(each, str):
            for part in [each] if FIELD.search(each) else re.split(r"\s+OR\s+", each):
                if text := folded(part).strip("\"' ")[:200]:
                    yield text
