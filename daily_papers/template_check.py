"""Find mistakes in a repository's own templates by reading them.

A pull request may come from anybody, and a template is a program: it is parsed here, but never run.
So this finds the mistakes that people usually make (an unclosed tag; a filter, a template or a
field that no template has; a template that includes itself), and `render` the others; and it limits
how much it reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

import jinja2
from jinja2 import nodes

from daily_papers.config import Keyword, Problem
from daily_papers.mail.digest import Digest
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Paper
from daily_papers.render.pages import Table
from daily_papers.render.templates import (
    A_LINK,
    Templates,
    bundled_files,
    copied_version,
    links_in,
    template_version,
)
from daily_papers.site.data import DigestFile, Topic
from daily_papers.site.pages import Section, SiteTemplates
from daily_papers.site.rows import Row
from daily_papers.store.store import News
from daily_papers.text import cut, one_line
from daily_papers.transaction import present

MOST_BYTES: Final = 256_000
MOST_BYTES_TOGETHER: Final = 5_000_000
#: Names and signs inside the tags of all templates; ours have about 4,000.
MOST_WORDS: Final = 50_000
_NO_WORDS: Final = frozenset({"data", "whitespace", "comment", "raw_begin", "raw_end"})
_SITE: Final = "site/"
#: What any template gets; docs/templates.md lists the fields of each one.
FIELDS: Final = frozenset(
    """base categories code_url columns complete contents counts day day_line digest digests
    entries folded_comment has_sentence href keywords last_update line_of month months more
    name new newer number of_day older page pages paper papers parts path published query
    readme repository root row row_of section sections site site_title summary tag title
    topic topics updated""".split()  # noqa: SIM905 - reads as what it is
)
#: What these fields hold, and what loops over them give.
_KINDS: Final = (
    *(Paper, Table, NewsItem, News, Section, Row, Topic, Keyword),
    *(Digest, DigestFile, str, datetime, list, dict),
)
_ATTRIBUTES: Final = frozenset(chain.from_iterable(map(dir, _KINDS)))
_OF_PAPERS: Final = frozenset(dir(Paper))
#: Names that jinja2 itself defines in some places.
_GIVEN: Final = frozenset({"loop", "self", "super", "caller", "varargs", "kwargs"})
#: Tests and filters that may be applied to names that do not exist.
_GUARDS: Final = frozenset({"defined", "undefined", "default", "d"})

#: All nodes of a parsed template.
Tree = list[nodes.Node]


def check_templates(root: Path) -> Iterator[Problem]:
    """Find mistakes, and warn about copies that may be outdated and files that nothing uses."""
    own = root / "templates"
    if links := links_in(own):
        yield from (Problem(path, None, A_LINK) for path in links)
        return  # nothing is read through them
    markdown, site = Templates(own).environment, SiteTemplates(own).environment
    trees: dict[str, Tree] = {}
    yield from _unreadable(own, markdown, trees)
    yield from _doubts(own, trees)
    # A name that one template sets is seen by those that it includes or extends.
    names = chain.from_iterable(map(_names_set_in, trees.values()))
    known: dict[str, Collection[str]] = {
        "field": {*FIELDS, *_GIVEN, *markdown.globals, *names},
        "filter": {*markdown.filters, *site.filters},
        "test": markdown.tests,
        "template": {*markdown.list_templates(), *site.list_templates()},
    }
    for name, tree in trees.items():
        for line, kind, word in sorted(set(_missing_in(tree, known))):
            problem = f"there is no {kind} {cut(word, 60)!r}; see docs/templates.md"
            yield _problem(name, line, problem)
    yield from _endless(trees, markdown)


def _problem(name: str, line: int | None, message: str) -> Problem:
    return Problem(f"templates/{name}", line, message)


def _unreadable(
    own: Path, environment: jinja2.Environment, trees: dict[str, Tree]
) -> Iterator[Problem]:
    """Parse the templates into ``trees``, by name, but for those that have a problem."""
    together = words = 0
    for path in sorted(path for path in own.rglob("*.jinja") if path.is_file()):
        name = path.relative_to(own).as_posix()
        size = path.stat().st_size
        if size > MOST_BYTES:
            yield _problem(name, None, f"more than {MOST_BYTES:,} bytes; shorten it")
            continue
        together += size
        if together > MOST_BYTES_TOGETHER:
            message = f"all templates together have more than {MOST_BYTES_TOGETHER:,} bytes"
            yield _problem(name, None, f"{message}; remove some")
            return
        try:
            text = (present(path) or b"").decode("utf-8-sig")
            words += sum(kind not in _NO_WORDS for _, kind, _ in environment.lex(text))
            if words > MOST_WORDS:
                message = f"more than {MOST_WORDS:,} names and signs in the tags of all templates"
                yield _problem(name, None, f"{message} up to here; shorten them")
                return
            trees[name] = _parsed(environment, text)
        except UnicodeDecodeError:
            yield _problem(name, 1, "it is not UTF-8; save it as UTF-8")
        except jinja2.TemplateSyntaxError as error:
            yield _problem(name, error.lineno, one_line(error.message or ""))


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


def _names_set_in(tree: Tree) -> Iterator[str]:
    for node in tree:
        match node:
            case nodes.Name(ctx="store" | "param") | nodes.Macro():
                yield node.name
            case nodes.Import():
                yield node.target
            case nodes.FromImport():
                yield from (name if isinstance(name, str) else name[1] for name in node.names)


def _missing_in(tree: Tree, known: Mapping[str, Collection[str]]) -> Iterator[tuple[int, str, str]]:
    """The names that are not ``known``, each with its line and what it should be."""
    guards = [node for node in tree if isinstance(node, nodes.Test | nodes.Filter)]
    guarded = {_last_name(guard.node) for guard in guards if guard.name in _GUARDS}
    targets = (_last_name(node.target) for node in tree if isinstance(node, nodes.For))
    attributes = dict.fromkeys((*FIELDS, *filter(None, targets)), _ATTRIBUTES)
    attributes["paper"] = _OF_PAPERS
    for node in tree:
        match node:
            case nodes.Filter() if node.name not in known["filter"]:
                yield node.lineno, "filter", node.name
            case nodes.Test() if node.name not in known["test"]:
                yield node.lineno, "test", node.name
            case nodes.Name(name=name) | nodes.Getattr(attr=name) if name in guarded:
                pass
            case nodes.Name(ctx="load") if node.name not in known["field"]:
                yield node.lineno, "field", node.name
            case nodes.Getattr() if _lacks(attributes.get(_last_name(node.node) or ""), node.attr):
                yield node.lineno, "field", node.attr
            case (
                nodes.Include(template=nodes.Const(value=str(name)), ignore_missing=False)
                | nodes.Extends(template=nodes.Const(value=str(name)))
            ) if name not in known["template"]:
                yield node.lineno, "template", name


def _endless(trees: Mapping[str, Tree], environment: jinja2.Environment) -> Iterator[Problem]:
    """Find a template that includes itself, perhaps by way of others."""
    files = ((name, path) for name, path in bundled_files().items() if name.endswith(".jinja"))
    bundled = {name: _parsed(environment, path.read_text(encoding="utf-8")) for name, path in files}
    taken = {name: dict(_taken_by(name, tree)) for name, tree in {**bundled, **trees}.items()}
    try:
        TopologicalSorter(taken).prepare()
    except CycleError as error:
        pairs = pairwise(error.args[1])
        name, other = next((name, other) for other, name in pairs if name in trees)
        problem = f"{cut(other, 60)!r} leads back to this template, without end; remove it"
        yield _problem(name, taken[name][other], problem)


def _taken_by(name: str, tree: Tree) -> Iterator[tuple[str, int]]:
    """The templates that one includes or extends in any case, each with a line."""
    folder = _SITE if name.startswith(_SITE) else ""
    certain = tree[:1]
    for node in certain:
        if isinstance(other := getattr(node, "template", None), nodes.Const):
            yield f"{folder}{other.value}", node.lineno
        if not isinstance(node, nodes.If | nodes.For | nodes.Macro):
            certain += node.iter_child_nodes()


def _lacks(attributes: Collection[str] | None, name: str) -> bool:
    return attributes is not None and name not in attributes


def _last_name(node: nodes.Node | None) -> str | None:
    """``b`` for ``a.b`` and for ``b``."""
    match node:
        case nodes.Name(name=str(name)) | nodes.Getattr(attr=str(name)):
            return name
        case _:
            return None


def _doubts(own: Path, trees: Mapping[str, Tree]) -> Iterator[Problem]:
    """Warn about copies whose original has changed, and about templates that are never used."""
    bundled = bundled_files()
    # The website's templates include each other without their folder.
    constants = (n for n in chain.from_iterable(trees.values()) if isinstance(n, nodes.Const))
    quoted = {node.value for node in constants if isinstance(node.value, str)}
    for path in sorted(path for path in own.rglob("[!.]*") if path.is_file()):
        name = path.relative_to(own).as_posix()
        # The website gets its own style sheets, scripts and pictures, whatever their names.
        is_taken = name.startswith(_SITE) and path.suffix != ".jinja"
        doubt = None
        if name in bundled:
            doubt = _outdated(path, bundled[name])
        elif not is_taken and name.removeprefix(_SITE) not in quoted:
            doubt = f"no template has this name; the names are {', '.join(bundled)}"
        if doubt:
            yield Problem(f"templates/{name}", 1, doubt, "warning")


def _outdated(own: Path, bundled: Path) -> str | None:
    """What to do with a copy of a bundled file that has changed since."""
    with own.open("rb") as file:
        copied = copied_version(file.read(MOST_BYTES).decode("utf-8-sig", errors="replace"))
    now = template_version(bundled.read_bytes())
    if copied is None or copied == now:
        return None
    return (
        "the bundled template has changed since you copied it; copy what is new, "
        f"then write {now} instead of {copied}"
    )
