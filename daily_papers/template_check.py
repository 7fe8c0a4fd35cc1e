"""Find mistakes in a repository's own templates by reading them.

A pull request may come from anybody, and a template is a program: it is parsed here, but never run.
So this finds what cannot be right whatever a template gets (an unclosed tag; a filter, a test or a
template that does not exist), and `render` the others; and it limits how much it reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import chain, islice
from pathlib import Path
from typing import Final

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
from daily_papers.text import cut, one_line
from daily_papers.transaction import unwritable

MOST_BYTES: Final = 256_000
MOST_BYTES_TOGETHER: Final = 5_000_000
#: Names and signs inside the tags of all templates; ours have about 4,000.
MOST_WORDS: Final = 50_000
_NO_WORDS: Final = frozenset({"data", "whitespace", "comment", "raw_begin", "raw_end"})
#: Nobody reads more at once.
MOST_MISTAKES: Final = 100
_SITE: Final = "site/"

#: All nodes of a parsed template.
Tree = list[nodes.Node]


def check_templates(root: Path) -> tuple[Problem, ...]:
    """Find mistakes, and warn about copies that may be outdated and files that nothing uses."""
    found = list(islice(_problems(root / "templates"), MOST_MISTAKES + 1))
    if len(found) > MOST_MISTAKES:
        found[-1] = Problem("templates", None, None, "perhaps more; fix these first")
    return tuple(found)


def _problem(name: str, line: int | None, message: str) -> Problem:
    return Problem(f"templates/{name}", line, None, message)


def _problems(own: Path) -> Iterator[Problem]:
    markdown, site = Templates(own).environment, SiteTemplates(own).environment
    environments = {False: markdown, True: site}
    templates = {place: frozenset(each.list_templates()) for place, each in environments.items()}
    texts: dict[str, str] = {}
    yield from _unreadable(own, texts)
    trees: dict[str, Tree] = {}
    words = 0
    for name, text in texts.items():
        environment = environments[name.startswith(_SITE)]
        try:
            words += sum(kind not in _NO_WORDS for _, kind, _ in environment.lex(text))
            if words > MOST_WORDS:
                message = f"more than {MOST_WORDS:,} names and signs in the tags of all templates"
                yield _problem(name, None, f"{message} up to here; shorten them")
                return
            trees[name] = _parsed(environment, text)
        except jinja2.TemplateSyntaxError as error:
            yield _problem(name, error.lineno, one_line(error.message or ""))
    yield from _doubts(texts, trees)
    for name, tree in trees.items():
        of_site = name.startswith(_SITE)
        unknown = _unknown_names(tree, environments[of_site], templates[of_site])
        for line, message in sorted(set(unknown)):
            yield _problem(name, line, message)


def _unreadable(own: Path, texts: dict[str, str]) -> Iterator[Problem]:
    """Read the templates into ``texts``, by name, but for those that have a problem."""
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
            yield _problem(name, None, f"{message}; remove some")
            return
        if len(content) > MOST_BYTES:
            yield _problem(name, None, f"more than {MOST_BYTES:,} bytes; shorten it")
            continue
        try:
            texts[name] = content.decode()
        except UnicodeDecodeError:
            yield _problem(name, 1, "it is not UTF-8; save it as UTF-8")


def _parsed(environment: jinja2.Environment, text: str) -> Tree:
    """Read a template. Raises TemplateSyntaxError, even if it exceeds Python's own limits."""
    try:
        tree: Tree = [environment.parse(text)]
    except (RecursionError, ValueError):  # Python reads numbers of at most 4,300 digits.
        message = "it is nested too deeply, or a number in it has too many digits"
        raise jinja2.TemplateSyntaxError(message, 1) from None
    for node in tree:  # as it grows: jinja2's own walk takes long if much is nested
        tree += node.iter_child_nodes()
    return tree


def _unknown_names(
    tree: Tree, environment: jinja2.Environment, templates: Collection[str]
) -> Iterator[tuple[int, str]]:
    """Each line that names a filter, test or template that does not exist, and what to say."""
    for node in tree:
        match node:
            case nodes.Filter(name=str(name)) if name not in environment.filters:
                yield node.lineno, _not_there("filter", name, environment.filters)
            case nodes.Test(name=str(name)) if name not in environment.tests:
                yield node.lineno, _not_there("test", name, environment.tests)
            case (
                nodes.Include(template=nodes.Const(value=str(name)), ignore_missing=False)
                | nodes.Extends(template=nodes.Const(value=str(name)))
            ) if name not in templates:
                yield node.lineno, f"there is no template {cut(name, 60)!r}"


def _not_there(kind: str, name: str, known: Collection[str]) -> str:
    """Say that there is no filter or test of this name, and which one is close."""
    message = f"there is no {kind} {cut(name, 60)!r}"
    close = get_close_matches(name, known, 1)
    return f"{message}; did you mean {close[0]!r}?" if close else message


def _doubts(texts: Mapping[str, str], trees: Mapping[str, Tree]) -> Iterator[Problem]:
    """Warn about copies whose original has changed, and files that nothing includes."""
    folder = bundled_templates()
    bundled = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.jinja")}
    # The website's templates include each other without their folder.
    constants = (n for n in chain.from_iterable(trees.values()) if isinstance(n, nodes.Const))
    quoted = {node.value for node in constants if isinstance(node.value, str)}
    for name in trees:
        if name in bundled:
            copied = copied_version(texts[name])
            now = template_version(bundled[name].read_bytes())
            if copied is None or copied == now:
                continue
            doubt = (
                "the bundled template has changed since you copied it; copy what is new, "
                f"then write {now} instead of {copied}"
            )
        elif name.removeprefix(_SITE) not in quoted:
            doubt = f"no template has this name; the names are {', '.join(sorted(bundled))}"
        else:
            continue
        yield Problem(f"templates/{name}", 1, None, doubt, "warning")
