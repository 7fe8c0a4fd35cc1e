"""The Markdown templates: where they are, and how they are filled in.

Every field that a template prints is escaped for a table cell, unless a filter escapes it for
another place: ``link_text``, ``heading``, ``paragraph`` or ``address``. A file in a digest
repository's own ``templates/`` replaces the bundled one of the same name.
"""

from __future__ import annotations

import hashlib
import os
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from daily_papers.errors import DailyPapersError
from daily_papers.papers.paper import Paper
from daily_papers.render import markdown
from daily_papers.render.markdown import USUAL
from daily_papers.text import one_line

#: Text that is ready for its place; it is not escaped again.
Escaped = Markup


class TemplateError(DailyPapersError):
    """A template cannot be read, or uses something that does not exist."""

    exit_code = 2


def bundled_templates() -> Path:
    """The folder of the bundled templates: inside the package in a wheel, otherwise beside it."""
    packaged = Path(str(files("daily_papers"))) / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "templates"


def bundled_files() -> dict[str, Path]:
    """The templates, style sheets and scripts that can be replaced by one's own, by name."""
    folder = bundled_templates()
    paths = (path for kind in ("*.jinja", "*.css", "*.js") for path in folder.rglob(kind))
    return dict(sorted((path.relative_to(folder).as_posix(), path) for path in paths))


#: What is wrong with `links_in` a folder: anybody may propose one in a pull request.
A_LINK: Final = "a link, which would publish what it leads to; put a file or a folder in its place"


def links_in(own: Path) -> list[str]:
    """The links to files and folders among a repository's own templates: their paths in it.

    Raises DailyPapersError if a folder cannot be read: to jinja2, what it holds would not be there.
    """

    def refuse(error: OSError) -> NoReturn:
        problem = f"{error.strerror}; nothing was changed: fix it, then run it again"
        raise DailyPapersError(f"{error.filename}: {problem}") from error

    found = [own]
    for folder, folders, names in os.walk(own, onerror=refuse if own.is_dir() else None):
        found.extend(Path(folder, name) for name in (*folders, *names))
    links = (path for path in sorted(found) if path.is_symlink())
    return [
        path.relative_to(own.parent).as_posix() for path in links if path.is_file() or path.is_dir()
    ]


#: The first line of a copy of a bundled template, which shows whether the original has changed.
_COPY = re.compile(r"(?:\{#|/\*) copied from daily-papers, template (?P<version>[0-9a-f]{12}) ")


def template_version(content: bytes) -> str:
    """Hash a template to name its version; line endings don't count, since git may change them."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:12]


def marked_copy(name: str, content: bytes) -> bytes:
    """Mark a bundled template as a copy, in a first line."""
    begin, end = ("{#", "#}") if name.endswith(".jinja") else ("/*", "*/")
    mark = f"{begin} copied from daily-papers, template {template_version(content)} {end}\n"
    return mark.encode() + content


def copied_version(text: str) -> str | None:
    """Read the original's version from a copy; None if the text has no mark."""
    mark = _COPY.match(text)
    return None if mark is None else mark["version"]


class Templates:
    """The templates of one digest repository."""

    def __init__(
        self,
        own: Path | None = None,
        columns: Sequence[str] = USUAL,
        summaries: Mapping[str, str] | None = None,
    ) -> None:
        #: Of the tables, in their order.
        self.columns = tuple(columns)
        #: What a model says of papers, by versioned identifier.
        self.summaries = summaries or {}
        self.environment = _environment([own, bundled_templates()]) if own else _bundled()
        #: The rows rendered so far.
        self.rows: dict[Paper, Escaped] = {}

    def render(self, name: str, **fields: object) -> str:
        """Fill in a template. Raises TemplateError with the template's file and line."""
        return fill_in(self.environment, name, fields)


@cache
def _bundled() -> jinja2.Environment:
    """The bundled templates, which never change, so they are compiled once."""
    return _environment([bundled_templates()])


class _Loader(jinja2.FileSystemLoader):
    """Finds templates, and names the file of one that cannot be read."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Read a template. Raises TemplateError if it is not UTF-8, which can only be one's own."""
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            problem = "it is not UTF-8; save it as UTF-8"
            raise TemplateError(f"{self.searchpath[0]}/{template}:1: {problem}") from error


def html_environment(folders: Sequence[Path]) -> jinja2.Environment:
    """Read templates from these folders, the first one first, and escape for HTML."""
    return jinja2.Environment(
        loader=_Loader(folders, encoding="utf-8-sig"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def _environment(folders: Sequence[Path]) -> jinja2.Environment:
    """The same for Markdown."""
    environment = html_environment(folders)
    cell = environment.finalize = _escaping(markdown.cell)
    environment.filters.update(
        cell=cell,
        e=cell,  # jinja2's own filter only escapes for HTML
        escape=cell,
        link_text=_escaping(markdown.link_text),
        heading=_escaping(markdown.heading),
        paragraph=_escaping(markdown.paragraph),
        # An address in the parentheses of a link.
        address=_escaping(lambda text: quote(text, safe="/:#?=&%.-_~")),
    )
    return environment


def fill_in(environment: jinja2.Environment, name: str, fields: Mapping[str, object]) -> str:
    """Fill in any template. Raises TemplateError with the template's file and line."""
    try:
        return environment.get_template(name).render(fields)
    except TemplateError:  # of a template that this one asked for
        raise
    except Exception as error:
        raise _failure(error, name) from error


def _failure(error: Exception, name: str) -> TemplateError:
    """What went wrong, with the file and line that jinja2 puts in the traceback."""
    file, line, problem = name, 1, str(error)
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith(".jinja"):
            file, line = frame.filename, frame.lineno or 1
    if isinstance(error, jinja2.UndefinedError):
        problem = f"{problem}; see docs/templates.md"
    if isinstance(error, jinja2.TemplateNotFound):
        problem = f"there is no template {error.name!r}"
    if isinstance(error, RecursionError):
        problem = "it includes itself, or is nested too deeply"
    return TemplateError(f"{file}:{line}: {one_line(problem) or 'this fails'}")


def _escaping(escape: Callable[[str], str]) -> Callable[[object], Escaped]:
    """Escape what is not escaped yet, so that jinja2's own escaping has nothing to do."""

    def filtered(value: object) -> Escaped:
        return value if isinstance(value, Escaped) else Escaped(escape(str(value)))

    return filtered
