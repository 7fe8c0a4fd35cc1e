"""What the search page loads when somebody searches: every paper's texts, one file for each year.

A year's file changes only when a paper of that year does, so browsers keep the others. The page
finds words by the same rule that `fulltext` asks SQLite for; formulas are MathML with their TeX.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.site.cards import bib_path, day_text
from daily_papers.site.data import SiteData, shown_day
from daily_papers.site.formulas import Formula, FormulaRenderer, plain_text
from daily_papers.site.output import File

_FOLDER = "search"
INDEX = f"{_FOLDER}/index.json"


def search_index(data: SiteData, formulas: FormulaRenderer) -> Iterator[File]:
    """The files of the index with their paths."""
    years: dict[int, list[Paper]] = {}
    for paper in data.papers:
        years.setdefault(announcement_order(paper.id)[0] // 100, []).append(paper)
    parts = []
    for year, papers in sorted(years.items(), reverse=True):
        name = f"papers-{year}.json"
        parts.append({"file": name, "papers": len(papers)})
        records = (_line(_record(paper, data, formulas)) for paper in papers)
        yield f"{_FOLDER}/{name}", ("[\n" + ",\n".join(records) + "\n]\n").encode()
    keywords = [
        {"slug": topic.slug, "name": plain_text(topic.name), "page": topic.page}
        for topic in data.topics
    ]
    yield INDEX, (_line({"keywords": keywords, "parts": parts}) + "\n").encode()


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _record(paper: Paper, data: SiteData, formulas: FormulaRenderer) -> dict[str, Any]:
    """One paper, without the fields that it does not have."""
    primary = paper.primary_category
    categories = dict.fromkeys((*filter(None, [primary]), *(paper.categories or ())))
    record = {
        "id": paper.id,
        "url": paper.url,
        "pdf": paper.pdf_url,
        "bib": bib_path(paper),
        "title": _parts(paper.title, formulas),
        "authors": [plain_text(author) for author in paper.authors or ()],
        "abstract": _parts(paper.abstract, formulas),
        "comment": _parts(paper.comment or "", formulas),
        "categories": [plain_text(category) for category in categories],
        "keywords": [topic.slug for topic in data.topics_of[paper.id]],
        "day": shown_day(paper).isoformat(),
        "shown": day_text(shown_day(paper), data.day),
        "version": paper.version,
        "withdrawn": paper.is_withdrawn or None,
        "code": data.code_url(paper),
    }
    return {name: value for name, value in record.items() if value}


def _parts(text: str, formulas: FormulaRenderer) -> str | list[str | list[str]]:
    """A text; if it has formulas, its pieces: plain ones, and pairs of TeX and MathML."""
    parts = formulas.parts(text)
    if not any(isinstance(part, Formula) for part in parts):
        return "".join(map(str, parts))
    return [[part.tex, str(part.mathml)] if isinstance(part, Formula) else part for part in parts]
