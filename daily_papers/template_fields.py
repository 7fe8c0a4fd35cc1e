"""The names and types of the fields that each template gets.

docs/templates.md lists the same fields for people; a test compares both with what is passed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from daily_papers.mail.digest import Digest
from daily_papers.papers.paper import Paper
from daily_papers.render.pages import SectionView
from daily_papers.render.readme import ContentsLine
from daily_papers.render.templates import bundled_templates
from daily_papers.site.cards import Card
from daily_papers.site.charts import Week
from daily_papers.site.data import Topic
from daily_papers.site.pages import DigestGroup, DigestLine, KeywordWeek

Fields = Mapping[str, Any]

_PAGE: Final[Fields] = {
    "root": str,
    "path": str,
    "title": str,
    "site_title": str,
    "day": date | None,
    "long_day": Callable[[date], str],
}
_NEIGHBOURS: Final[Fields] = {"newer": str | None, "older": str | None}
TEMPLATE_FIELDS: Final[Mapping[str, Fields]] = {
    "row.md.jinja": {"paper": Paper, "folded_comment": str | None},
    "page.md.jinja": {
        "section": SectionView,
        "title": str,
        "readme": str,
        "last_update": date | None,
        "number": int,
        "pages": tuple[str, ...],
    },
    "readme.md.jinja": {
        "last_update": date | None,
        "day_line": str,
        "contents": tuple[ContentsLine, ...],
        "keywords": int,
        "sections": tuple[SectionView, ...],
    },
    "site/start.html.jinja": {
        **_PAGE,
        "day_line": str,
        "today": int,
        "week": int,
        "busy": list[KeywordWeek],
        "quiet": list[KeywordWeek],
        "digests": list[DigestLine],
        "digest_of_today": DigestLine | None,
    },
    "site/topic.html.jinja": {
        **_PAGE,
        **_NEIGHBOURS,
        "topic": Topic,
        "name": str,
        "spellings": list[str],
        "query": str,
        "cards": list[Card],
        "number": int,
        "weeks": tuple[Week, ...],
        "chart": Markup | None,
    },
    "site/digest.html.jinja": {
        **_PAGE,
        **_NEIGHBOURS,
        "digest": Digest,
        "skipped": str,
        "groups": list[DigestGroup],
    },
    "site/digests.html.jinja": {**_PAGE, "years": dict[int, list[DigestLine]]},
    "site/search.html.jinja": {
        **_PAGE,
        "keywords": list[tuple[str, str]],
        "categories": list[str],
        "papers": int,
    },
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
