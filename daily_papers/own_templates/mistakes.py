"""What is wrong with a repository's own templates, found by reading them.

A pull request may come from anybody, and a template is a program: it is parsed here, and never
run. So not all mistakes are found, but those that people make: a tag that is not closed, a filter,
a name or a field that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import jinja2
from jinja2 import nodes

from daily_papers.config import Problem
from daily_papers.own_templates.copies import own_templates
from daily_papers.own_templates.examples import Examples, handed_over
from daily_papers.rendering.templates import Templates, bundled_templates
from daily_papers.site.templates import SiteTemplates
from daily_papers.transaction import unwritable

_SITE = "site"
#: What templates may ask of what may be missing.
_GUARDS = {"defined", "undefined", "default", "d"}
#: Levels in a template that its reading here, and its rendering, can follow.
_DEEPEST = 100
#: What jinja2 itself gives in some places.
_GIVEN = ("loop", "self", "super", "caller", "varargs", "kwargs")

#: By name, the values that it may have; None where nothing is known of them.
_Scope = Mapping[str, Sequence[object] | None]
_Following = nodes.Include | nodes.Extends | nodes.Import | nodes.FromImport


def template_mistakes(root: Path) -> tuple[Problem, ...]:
    """Every mistake in the own templates, as an error at its file and line."""
    own = root / "templates"
    paths = own_templates(root)
    if not paths:
        return ()
    handed = handed_over()
    problems = []
    for environment, group in (
        (Templates(own).environment, [path for path in paths if not _is_of_site(path, own)]),
        (SiteTemplates(own).environment, [path for path in paths if _is_of_site(path, own)]),
    ):
        parsed = {path: _parsed(path, environment) for path in group}
        set_here = {
            name
            for tree in parsed.values()
            if isinstance(tree, nodes.Template)
            for name in _names_set_in(tree)
        }
        for path, tree in parsed.items():
            name = path.relative_to(own).as_posix()
            reader = _Reader(environment, _examples_for(name, handed), set_here)
            found = reader.read(tree) if isinstance(tree, nodes.Template) else [tree]
            for line, message in dict.fromkeys(found):
                problems.append(Problem(f"templates/{name}", line, None, message))
    return tuple(sorted(problems, key=lambda problem: (problem.path, problem.line or 0)))


def _is_of_site(path: Path, own: Path) -> bool:
    return path.relative_to(own).parts[0] == _SITE


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


def _parsed(path: Path, environment: jinja2.Environment) -> nodes.Template | tuple[int, str]:
    """The template, or the line at which it cannot be read, and why."""
    try:
        tree = environment.parse(path.read_text(encoding="utf-8"))
        _depth_of(tree)
    except jinja2.TemplateSyntaxError as error:
        return error.lineno, " ".join(str(error).split())
    except UnicodeDecodeError:
        return 1, "it is not UTF-8; save it as UTF-8"
    except RecursionError:
        return 1, "too much is nested in it"
    except OSError as error:
        raise unwritable(path, error) from error
    return tree


def _depth_of(node: nodes.Node) -> int:
    """How deep a template is nested; raises RecursionError where reading and rendering would."""
    depth = 1 + max(map(_depth_of, node.iter_child_nodes()), default=0)
    if depth > _DEEPEST:
        raise RecursionError
    return depth


def _names_set_in(tree: nodes.Template) -> set[str]:
    """The names that a template gives a value; what it includes or extends sees them too."""
    names = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    names |= {macro.name for macro in tree.find_all(nodes.Macro)}
    names |= {each.target for each in tree.find_all(nodes.Import)}
    for each in tree.find_all(nodes.FromImport):
        names |= {name if isinstance(name, str) else name[1] for name in each.names}
    return names


class _Reader:
    """Reads a parsed template, from top to bottom."""

    def __init__(
        self, environment: jinja2.Environment, examples: Examples | None, set_here: Iterable[str]
    ) -> None:
        self._environment = environment
        self._knows_names = examples is not None
        unknown = dict.fromkeys((*environment.globals, *_GIVEN, *set_here))
        self._scope: _Scope = {**(examples or {}), **unknown}
        self._guarded: list[nodes.Node] = []
        self._found: list[tuple[int, str]] = []

    def read(self, tree: nodes.Template) -> list[tuple[int, str]]:
        self._guarded = [
            node.node for node in tree.find_all((nodes.Test, nodes.Filter)) if node.name in _GUARDS
        ]
        self._visit(tree, self._scope)
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
