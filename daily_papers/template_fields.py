"""The names and types of the fields that each template gets.

docs/templates.md lists the same fields for people; a test compares both with what is passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from daily_papers.mail.digest import Digest
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Paper
from daily_papers.render.pages import Table
from daily_papers.render.readme import ContentsLine
from daily_papers.render.templates import bundled_templates
from daily_papers.site.data import Topic
from daily_papers.site.pages import DigestLine, Part, Section
from daily_papers.site.rows import Row

Fields = Mapping[str, Any]

_PAGE: Final[Fields] = {
    "root": str,
    "path": str,
    "title": str,
    "site_title": str,
    "repository": str | None,
}
_LIST: Final[Fields] = {
    **_PAGE,
    "sections": list[Section],
    "parts": list[Part],
    "newer": str | None,
    "older": str | None,
}
TEMPLATE_FIELDS: Final[Mapping[str, Fields]] = {
    "row.md.jinja": {
        "columns": tuple[str, ...],
        "paper": Paper,
        "folded_comment": str | None,
        "code_url": str | None,
        "summary": str,
    },
    "page.md.jinja": {
        "section": Table,
        "columns": tuple[str, ...],
        "title": str,
        "readme": str,
        "last_update": date | None,
        "number": int,
        "pages": tuple[str, ...],
    },
    "readme.md.jinja": {
        "title": str,
        "last_update": date | None,
        "day_line": str,
        "new": tuple[NewsItem, ...],
        "more": int,
        "digests": tuple[str, ...],
        "site": str | None,
        "columns": tuple[str, ...],
        "contents": tuple[ContentsLine, ...],
        "keywords": int,
        "sections": tuple[Table, ...],
    },
    "site/start.html.jinja": {
        **_PAGE,
        "day": date | None,
        "heading": str,
        "day_line": str,
        "sections": list[Section],
        "topics": list[tuple[Topic, int]],
        "digests": list[DigestLine],
        "of_day": list[str],
    },
    "site/topic.html.jinja": {
        **_LIST,
        "topic": Topic,
        "name": str,
        "spellings": list[str],
        "query": str,
        "number": int,
        "month": str | None,
    },
    "site/digest.html.jinja": {
        **_LIST,
        "digest": Digest,
        "skipped": str,
        "contents": list[tuple[str, str, int, str]],
    },
    "site/digests.html.jinja": {**_PAGE, "years": dict[int, list[DigestLine]]},
    "site/search.html.jinja": {
        **_PAGE,
        "keywords": list[tuple[str, str]],
        "categories": list[str],
        "papers": int,
    },
    "site/starred.html.jinja": _PAGE,
    "site/404.html.jinja": _PAGE,
    "site/row.html.jinja": {"row": Row},
    "site/line.html.jinja": {"row": Row, "href": str, "sentence": Markup | None},
}


def template_fields(name: str) -> Fields | None:
    """The fields that a template gets; None for one with a name of its own, which may get any.

    A bundled template that others include or extend gets what any of them gets.
    """
    if name in TEMPLATE_FIELDS:
        return TEMPLATE_FIELDS[name]
    if not (bundled_templates() / name).is_file():
        return None
    site = name.startswith("site/")
    return {
        field: kind
        for other, fields in TEMPLATE_FIELDS.items()
        if other.startswith("site/") == site
        for field, kind in fields.items()
    }
