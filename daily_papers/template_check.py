"""Find mistakes in a repository's own templates by reading them.

A pull request may come from anybody, and a template is a program: it is parsed here, but never run.
So this finds the mistakes that people usually make (an unclosed tag; a filter, name or field that
does not exist), not every possible one; and it limits how much it reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from difflib import get_close_matches
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

import jinja2
from jinja2 import nodes

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
_NO_WORDS: Final = frozenset({"data", "whitespace", "comment", "raw_begin", "raw_end"})
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
    trees: dict[str, nodes.Template] = {}
    problems = []
    words = 0
    for name, text in texts.items():
        try:
            words += sum(kind not in _NO_WORDS for _, kind, _ in environment.lex(text))
            if words > MOST_WORDS:
                message = f"more than {MOST_WORDS:,} names and signs in the tags of all templates"
                return [_problem(name, None, f"{message} up to here; shorten them")]
            trees[name] = _parsed(environment, text)
        except jinja2.TemplateSyntaxError as error:
            problems.append(_problem(name, error.lineno, one_line(error.message or "")))
    # A name that one template sets is seen by those that it includes or extends.
    set_anywhere = frozenset(name for tree in trees.values() for name in _names_set_in(tree))
    templates = frozenset(environment.list_templates())
    problems += _cut_short(
        _problem(name, line, message)
        for name, tree in trees.items()
        for line, message in chain(
            _calls_of_itself(tree, name.removeprefix(_SITE)),
            _names_missing_in(tree, environment, templates, template_fields(name), set_anywhere),
        )
    )
    return sorted(problems, key=lambda problem: (problem.path, problem.line or 0))


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


def _names_missing_in(
    tree: nodes.Template,
    environment: jinja2.Environment,
    templates: Collection[str],
    fields: Fields | None,
    set_anywhere: Collection[str],
) -> Iterator[tuple[int, str]]:
    """Find every name that does not exist, once, with its line; no fields if any may exist."""
    used: list[tuple[nodes.Node, str, str, Collection[str]]] = [
        *((each, "filter", each.name, environment.filters) for each in tree.find_all(nodes.Filter)),
        *((each, "test", each.name, environment.tests) for each in tree.find_all(nodes.Test)),
        *_templates_used_in(tree, templates),
    ]
    if fields is not None:
        used += _fields_used_in(tree, fields, {*environment.globals, *_GIVEN, *set_anywhere})
    missing = {
        (node.lineno, kind, name): known for node, kind, name, known in used if name not in known
    }
    for (line, kind, name), known in missing.items():
        yield line, _not_there(kind, name, known)


def _templates_used_in(
    tree: nodes.Template, known: Collection[str]
) -> Iterator[tuple[nodes.Node, str, str, Collection[str]]]:
    for node in tree.find_all(nodes.Stmt):
        match node:
            case (
                nodes.Include(template=nodes.Const(value=str(name)), ignore_missing=False)
                | nodes.Extends(template=nodes.Const(value=str(name)))
                | nodes.Import(template=nodes.Const(value=str(name)))
                | nodes.FromImport(template=nodes.Const(value=str(name)))
            ):
                yield node, "template", name, known


def _calls_of_itself(tree: nodes.Template, name: str) -> Iterator[tuple[int, str]]:
    for node, _, used, _ in _templates_used_in(tree, ()):
        if used == name and node in tree.body:  # not if something decides whether it is reached
            yield node.lineno, f"it includes itself ({name}), and so never ends; remove this tag"


def _fields_used_in(
    tree: nodes.Template, fields: Fields, others: Collection[str]
) -> Iterator[tuple[nodes.Node, str, str, Collection[str]]]:
    """The fields, and attributes of them and of what loops give; not what is tested for."""
    guards = tree.find_all((nodes.Test, nodes.Filter))
    guarded = {_dotted(guard.node) for guard in guards if guard.name in _GUARDS}
    every = {*fields, *others}
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in guarded:
            yield name, "field", name.name, every
    targets = (loop.target for loop in tree.find_all(nodes.For))
    owners = {*fields, *(each.name for each in targets if isinstance(each, nodes.Name))}
    named, attributes = _attributes(fields.values())
    for node in tree.find_all(nodes.Getattr):
        path = _dotted(node)
        is_known = node.attr in attributes or path in guarded
        if path.partition(".")[0] in owners and not is_known:
            yield node, "field", node.attr, named


def _dotted(node: nodes.Node | None) -> str:
    """``a.b`` for the nodes that it is parsed to."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_dotted(node.node)}.{node.attr}"
        case _:
            return ""


def _attributes(kinds: Iterable[Any]) -> tuple[set[str], set[str]]:
    """The attributes of these types, and of all that they hold: those that we name, and all."""
    named, every, seen = set[str](), set[str](), set[Any]()
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        owner = get_origin(kind) or kind
        waiting += get_args(kind)
        if not isinstance(owner, type) or owner in seen:
            continue
        seen.add(owner)
        every |= set(dir(owner))
        hints = get_type_hints(owner) if is_dataclass(owner) else {}
        for name, value in vars(owner).items():
            if isinstance(value, property):
                hints[name] = get_type_hints(value.fget).get("return")
        named |= hints.keys()
        waiting += hints.values()
    return named, every | named
