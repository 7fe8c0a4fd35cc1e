"""What is wrong with a repository's own templates, found by reading them.

A pull request may come from anybody, and a template is a program: it is parsed here, and never
run. So not all mistakes are found, but those that people make: a tag that is not closed, a filter,
a name or a field that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import jinja2
from jinja2 import nodes

from daily_papers.config import Problem
from daily_papers.files import unwritable
from daily_papers.own_templates.examples import Examples, handed_over
from daily_papers.rendering.templates import Templates, bundled_templates
from daily_papers.site.templates import SiteTemplates

_SITE = "site"
#: What templates may ask of what may be missing.
_GUARDS = {"defined", "undefined", "default", "d"}
#: What jinja2 itself gives in some places.
_GIVEN = ("loop", "self", "super", "caller", "varargs", "kwargs")

#: By name, the values that it may have; None where nothing is known of them.
_Scope = Mapping[str, Sequence[object] | None]
_Following = nodes.Include | nodes.Extends | nodes.Import | nodes.FromImport


def template_mistakes(root: Path) -> tuple[Problem, ...]:
    """Every mistake in the own templates, as an error at its file and line."""
    own = root / "templates"
    paths = sorted(path for path in own.rglob("*.jinja") if path.is_file())
    if not paths or own.resolve() == bundled_templates().resolve():
        return ()
    handed = handed_over()
    problems = []
    for path in paths:
        name = path.relative_to(own)
        environment = (SiteTemplates if name.parts[0] == _SITE else Templates)(own).environment
        examples = _examples_for(name.as_posix(), handed)
        for line, message in dict.fromkeys(_mistakes(path, environment, examples)):
            problems.append(Problem(f"templates/{name.as_posix()}", line, None, message))
    return tuple(problems)


def _examples_for(name: str, handed: Mapping[str, Examples]) -> Examples | None:
    """What a template is given: what they have that include it; None for one of people's own."""
    if name in handed:
        return handed[name]
    if not (bundled_templates() / name).is_file():
        return None
    merged: dict[str, list[object]] = {}
    for other, examples in handed.items():
        if other.startswith(_SITE) == name.startswith(_SITE):
            for field, values in examples.items():
                merged.setdefault(field, []).extend(values)
    return merged


def _mistakes(
    path: Path, environment: jinja2.Environment, examples: Examples | None
) -> Iterator[tuple[int, str]]:
    try:
        tree = environment.parse(path.read_text(encoding="utf-8"))
    except jinja2.TemplateSyntaxError as error:
        yield error.lineno, " ".join(str(error).split())
    except UnicodeDecodeError:
        yield 1, "it is not UTF-8; save it as UTF-8"
    except RecursionError:
        yield 1, "too much is nested in it"
    except OSError as error:
        raise unwritable(path, error) from error
    else:
        yield from _Reader(environment, tree, knows_names=examples is not None).read(examples or {})


class _Reader:
    """Reads a parsed template, from top to bottom."""

    def __init__(
        self, environment: jinja2.Environment, tree: nodes.Template, *, knows_names: bool
    ) -> None:
        self._environment = environment
        self._tree = tree
        self._knows_names = knows_names
        self._guarded = [
            node.node for node in tree.find_all((nodes.Test, nodes.Filter)) if node.name in _GUARDS
        ]
        self._found: list[tuple[int, str]] = []

    def read(self, examples: Examples) -> list[tuple[int, str]]:
        own = {name.name for name in self._tree.find_all(nodes.Name) if name.ctx != "load"}
        own |= {macro.name for macro in self._tree.find_all(nodes.Macro)}
        own |= {each.target for each in self._tree.find_all(nodes.Import)}
        for each in self._tree.find_all(nodes.FromImport):
            own |= {name if isinstance(name, str) else name[1] for name in each.names}
        unknown = dict.fromkeys((*self._environment.globals, *_GIVEN, *own))
        self._visit(self._tree, {**examples, **unknown})
        return self._found

    def _visit(self, node: nodes.Node, scope: _Scope) -> None:
        match node:
            case nodes.For():
                self._visit(node.iter, scope)
                inner = {**scope, **self._targets(node, scope)}
                for child in node.iter_child_nodes(exclude=("iter", "target")):
                    self._visit(child, inner)
                return
            case nodes.Name() | nodes.Getattr():
                self._values(node, scope)
                return
            case nodes.Filter() if node.name not in self._environment.filters:
                self._say(node, "filter", node.name, self._environment.filters)
            case nodes.Test() if node.name not in self._environment.tests:
                self._say(node, "test", node.name, self._environment.tests)
            case nodes.Include() | nodes.Extends() | nodes.Import() | nodes.FromImport():
                self._follow(node)
            case _:
                pass
        for child in node.iter_child_nodes():
            self._visit(child, scope)

    def _targets(self, node: nodes.For, scope: _Scope) -> _Scope:
        """What the names of a loop stand for."""
        if not isinstance(node.target, nodes.Name):
            return {}
        many = self._values(node.iter, scope)
        elements = [
            element for values in many or () if isinstance(values, Sequence) for element in values
        ]
        return {node.target.name: elements or None}

    def _values(self, node: nodes.Node, scope: _Scope) -> Sequence[object] | None:
        """What an expression may be; None where that is not known."""
        if isinstance(node, nodes.Name):
            if self._knows_names and node.name not in scope and node not in self._guarded:
                self._say(node, "field", node.name, scope)
            return _some(scope.get(node.name))
        if not isinstance(node, nodes.Getattr):
            return None
        values = self._values(node.node, scope)
        if not isinstance(node.node, nodes.Name | nodes.Getattr):
            self._visit(node.node, scope)
        if values is None:
            return None
        has = [value for value in values if hasattr(value, node.attr)]
        if not has and node not in self._guarded:
            self._say(node, "field", node.attr, [each for each in dir(values[0]) if each[0] != "_"])
        return _some([getattr(value, node.attr) for value in has])

    def _follow(self, node: _Following) -> None:
        if not isinstance(node.template, nodes.Const) or getattr(node, "ignore_missing", False):
            return
        name, names = node.template.value, self._environment.list_templates()
        if isinstance(name, str) and name not in names:
            self._say(node, "template", name, names)

    def _say(self, node: nodes.Node, kind: str, name: str, there: Iterable[str]) -> None:
        close = get_close_matches(name, list(there), 1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        self._found.append((node.lineno, f"there is no {kind} {name!r}{meant}"))


def _some(values: Sequence[object] | None) -> Sequence[object] | None:
    """Those that are there; None where that are none."""
    return [value for value in values or () if value is not None] or None
