"""The website's templates: HTML, in which every field is escaped unless it is markup of ours.

They stand in ``templates/site/``, beside the style sheet and the scripts. A digest repository's
own ``templates/site/`` comes first, file by file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2

from daily_papers.rendering.templates import bundled_templates, fill_in

_FOLDER = "site"
_STATIC = ("*.css", "*.js", "*.svg")


class SiteTemplates:
    """The templates and the static files of one website."""

    def __init__(self, own: Path | None = None) -> None:
        above = (bundled_templates(),) if own is None else (own, bundled_templates())
        self._folders = [folder / _FOLDER for folder in above]
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self._folders),
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )

    def render(self, template: str, **fields: object) -> str:
        """Fill in a page. Raises TemplateError with the template's file and line."""
        return fill_in(self.environment, template, fields)

    def static_files(self) -> Iterator[tuple[str, bytes]]:
        """The style sheet, the scripts and the icon, each with its name."""
        paths = {
            path.name: path
            for folder in reversed(self._folders)
            for pattern in _STATIC
            for path in folder.glob(pattern)
        }
        for name in sorted(paths):
            yield name, paths[name].read_bytes()
