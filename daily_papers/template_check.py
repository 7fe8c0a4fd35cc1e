"""Find mistakes in a repository's own templates by reading them.

A pull request may come from anybody, and a template is a program: it is parsed here, but never run.
So this finds the mistakes that people usually make (an unclosed tag; a filter, name or field that
does not exist), not every possible one; and it limits how much it reads.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import is_dataclass, replace
from difflib import get_close_matches
from functools import cache
from itertools import islice
from pathlib import Path
from types import EllipsisType, NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from daily_papers.config import Problem
from daily_papers.render.templates import (
    Templates,
    bundled_templates,
    copied_version,
    template_version,
)
from daily_papers.site.pages import SiteTemplates
from daily_papers.template_fields import Fields, template_fields
from daily_papers.text import cut, one_line
from daily_papers.transaction import unwritable

MOST_BYTES: Final = 256_000
MOST_BYTES_TOGETHER: Final = 5_000_000
#: Names and signs inside the tags of all Markdown templates, or of all the website's; ours have
#: about 2,000.
MOST_WORDS: Final = 50_000
#: Nobody reads more at once.
MOST_MISTAKES: Final = 100
#: With more names than this, or longer ones, nothing is suggested: comparing would take too long.
_MOST_COMPARED: Final = 200
_LONGEST_COMPARED: Final = 30
#: Levels of nesting that can be both read and rendered.
_DEEPEST: Final = 100
_SITE: Final = "site/"
#: Tests and filters that may be applied to names that do not exist.
_GUARDS: Final = frozenset({"defined", "undefined", "default", "d"})
#: Names that jinja2 itself defines in some places.
_GIVEN: Final = ("loop", "self", "super", "caller", "varargs", "kwargs")
_QUOTED = re.compile(r"""["'](?=([^"'\n]*)["'])""")


def check_templates(root: Path) -> tuple[Problem, ...]:
    """Find mistakes, and warn about copies that may be outdated and files that nothing uses."""
    own = root / "templates"
    problems: list[Problem] = []
    texts = dict(_texts(own, problems))
    problems += _cut_short(outdated_copies(texts))
    for kind in (Templates, SiteTemplates):
        of_site = kind is SiteTemplates
        group = {name: texts[name] for name in texts if name.startswith(_SITE) == of_site}
        if group:
            problems += _mistakes(kind(own).environment, group)
    return tuple(problems)


def _texts(own: Path, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Read the repository's own templates, by name; none if it is this project's repository."""
    if own.resolve() == bundled_templates().resolve():
        return
    together = 0
    for path in sorted(path for path in own.rglob("*.jinja") if path.is_file()):
        name = path.relative_to(own).as_posix()
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise unwritable(path, error) from error
        together += len(content)
        if together > MOST_BYTES_TOGETHER:
            message = f"all templates together have more than {MOST_BYTES_TOGETHER:,} bytes"
            problems.append(_problem(name, None, f"{message}; remove some"))
            return
        if len(content) > MOST_BYTES:
            problems.append(_problem(name, None, f"more than {MOST_BYTES:,} bytes; shorten it"))
            continue
        try:
            yield name, content.decode()
        except UnicodeDecodeError:
            problems.append(_problem(name, 1, "it is not UTF-8; save it as UTF-8"))


def _cut_short(problems: Iterator[Problem]) -> Iterator[Problem]:
    yield from islice(problems, MOST_MISTAKES)
    for next_one in islice(problems, 1):
        yield replace(next_one, message="more from here on; fix those above first")


def _problem(name: str, line: int | None, message: str) -> Problem:
    return Problem(f"templates/{name}", line, None, message)


def outdated_copies(texts: Mapping[str, str]) -> Iterator[Problem]:
    """Warn about copies whose original has changed, and files that nothing includes."""
    folder = bundled_templates()
    bundled = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.jinja")}
    included = {name for text in texts.values() for name in _QUOTED.findall(text)}
    for name, text in texts.items():
        if name in bundled:
            copied, now = copied_version(text), template_version(bundled[name].read_bytes())
            if copied is None or copied == now:
                continue
            doubt = (
                "the bundled template has changed since you copied it; copy what is new, "
                f"then write {now} instead of {copied}"
            )
        # The website's templates include each other without their folder.
        elif name.removeprefix(_SITE) not in included:
            doubt = f"no template has this name; the names are {', '.join(sorted(bundled))}"
        else:
            continue
        yield Problem(f"templates/{name}", 1, None, doubt, "warning")


def _mistakes(environment: jinja2.Environment, texts: Mapping[str, str]) -> list[Problem]:
    environment.add_extension(_WordLimit)
    trees: dict[str, nodes.Template] = {}
    problems = []
    for name, text in texts.items():
        try:
            trees[name] = _parsed(environment, text)
        except jinja2.TemplateSyntaxError as error:
            problems.append(_problem(name, error.lineno, one_line(error.message or "")))
        except _TooMuch as error:
            return [_problem(name, None, str(error))]
    # A name that one template sets is seen by those that it includes or extends.
    set_anywhere = frozenset(name for tree in trees.values() for name in _names_set_in(tree))
    templates = frozenset(environment.list_templates())
    readers = {
        name: _Reader(environment, templates, template_fields(name), set_anywhere) for name in trees
    }
    problems += _cut_short(
        _problem(name, line, message)
        for name, tree in trees.items()
        for line, message in readers[name].read(tree)
    )
    return sorted(problems, key=lambda problem: (problem.path, problem.line or 0))


class _TooMuch(Exception):
    """The templates are longer than anybody would write."""


class _WordLimit(Extension):
    """Counts what the parser reads in all templates of an environment."""

    words = 0

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Pass the tokens on, up to the limit."""
        for token in stream:
            self.words += 1
            if self.words > MOST_WORDS:
                message = f"more than {MOST_WORDS:,} names and signs in the tags of all templates"
                raise _TooMuch(f"{message} up to here; shorten them")
            yield token


def _parsed(environment: jinja2.Environment, text: str) -> nodes.Template:
    """Read a template. Raises TemplateSyntaxError, even if it exceeds Python's own limits."""
    try:
        tree = environment.parse(text)
        _check_depth(tree, _DEEPEST)
    except RecursionError:
        raise jinja2.TemplateSyntaxError("it is nested too deeply", 1) from None
    except ValueError:  # Python reads numbers of at most 4,300 digits.
        longest = max(re.finditer(r"[\d_]+", text), key=lambda number: len(number.group()))
        line = text.count("\n", 0, longest.start()) + 1
        raise jinja2.TemplateSyntaxError("a number with too many digits", line) from None
    return tree


def _check_depth(node: nodes.Node, levels: int) -> None:
    if not levels:
        raise RecursionError
    for child in node.iter_child_nodes():
        _check_depth(child, levels - 1)


def _names_set_in(tree: nodes.Template) -> Iterator[str]:
    """Find the names that a template sets."""
    yield from (name.name for name in tree.find_all(nodes.Name) if name.ctx != "load")
    yield from (macro.name for macro in tree.find_all(nodes.Macro))
    yield from (each.target for each in tree.find_all(nodes.Import))
    for each in tree.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in each.names)


def _not_there(kind: str, name: str, known: Collection[str]) -> str:
    """Say that there is no filter, test, template or field of this name, and which is close."""
    message = f"there is no {kind} {cut(name, 60)!r}"
    if len(name) > _LONGEST_COMPARED or len(known) > _MOST_COMPARED:
        return message
    close = get_close_matches(name, [each for each in known if len(each) <= _LONGEST_COMPARED], 1)
    return f"{message}; did you mean {close[0]!r}?" if close else message


class _Reader:
    """Reads one parsed template from top to bottom. An unknown type is None."""

    def __init__(
        self,
        environment: jinja2.Environment,
        templates: Collection[str],
        fields: Fields | None,
        set_anywhere: Collection[str],
    ) -> None:
        self._environment = environment
        self._templates = templates
        self._knows_names = fields is not None
        unknown = dict.fromkeys((*environment.globals, *_GIVEN, *set_anywhere))
        self._fields: ChainMap[str, Any] = ChainMap({**(fields or {}), **unknown})
        self._guarded: set[str] = set()
        #: The names that do exist, by the line, the kind and the name of one that does not.
        self._found: dict[tuple[int, str, str], Collection[str]] = {}

    def read(self, tree: nodes.Template) -> Iterator[tuple[int, str]]:
        """Find every mistake, each once, with its line."""
        guards = tree.find_all((nodes.Test, nodes.Filter))
        self._guarded = {_dotted(guard.node) for guard in guards if guard.name in _GUARDS}
        self._visit(tree, self._fields)
        for (line, kind, name), known in self._found.items():
            yield line, _not_there(kind, name, known)

    def _visit(self, node: nodes.Node, scope: ChainMap[str, Any]) -> None:
        match node:
            case nodes.For(target=nodes.Name(name=target)):
                element = _element_type(self._type_of(node.iter, scope))
                inner = scope.new_child({target: element})
                for child in node.iter_child_nodes(exclude=("iter", "target")):
                    self._visit(child, inner)
                return
            case nodes.Name() | nodes.Getattr():
                self._type_of(node, scope)
                return
            case nodes.Filter() if node.name not in self._environment.filters:
                self._say(node, "filter", node.name, self._environment.filters)
            case nodes.Test() if node.name not in self._environment.tests:
                self._say(node, "test", node.name, self._environment.tests)
            case (
                nodes.Include(template=nodes.Const(value=str(name)), ignore_missing=False)
                | nodes.Extends(template=nodes.Const(value=str(name)))
                | nodes.Import(template=nodes.Const(value=str(name)))
                | nodes.FromImport(template=nodes.Const(value=str(name)))
            ) if name not in self._templates:
                self._say(node, "template", name, self._templates)
            case _:
                pass
        for child in node.iter_child_nodes():
            self._visit(child, scope)

    def _type_of(self, node: nodes.Node, scope: ChainMap[str, Any]) -> Any:
        """Follow ``a.b.c`` to its type."""
        if isinstance(node, nodes.Name):
            if self._knows_names and node.name not in scope and _dotted(node) not in self._guarded:
                self._say(node, "field", node.name, scope)
            return _known(scope.get(node.name))
        if not isinstance(node, nodes.Getattr):
            self._visit(node, scope)
            return None
        owner = self._type_of(node.node, scope)
        if owner is None:
            return None
        types = _attribute_types(owner)
        if node.attr not in types and _dotted(node) not in self._guarded:
            self._say(node, "field", node.attr, [name for name in types if name[0] != "_"])
        return _known(types.get(node.attr))

    def _say(self, node: nodes.Node, kind: str, name: str, known: Collection[str]) -> None:
        self._found.setdefault((node.lineno, kind, name), known)


def _dotted(node: nodes.Node | None) -> str:
    """``a.b`` for the nodes that it is parsed to."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_dotted(node.node)}.{node.attr}"
        case _:
            return ""


def _known(kind: Any) -> Any:
    """The type of a value that is not None; None if its attributes are unknown."""
    if isinstance(kind, UnionType):
        there = [each for each in get_args(kind) if each is not NoneType]
        kind = there[0] if len(there) == 1 else None
    return kind if get_origin(kind) in {None, list, tuple} else None


def _element_type(kind: Any) -> Any:
    match get_origin(kind), get_args(kind):
        case (_, (element,)) | (_, (element, EllipsisType())):
            return _known(element)
        case _:
            return None


@cache
def _attribute_types(kind: Any) -> Mapping[str, Any]:
    """The types of this type's attributes, by name."""
    owner = get_origin(kind) or kind
    properties = {
        name: get_type_hints(value.fget).get("return")
        for name, value in vars(owner).items()
        if isinstance(value, property)
    }
    fields = get_type_hints(owner) if is_dataclass(owner) else {}
    return {**dict.fromkeys(dir(owner)), **properties, **fields}
