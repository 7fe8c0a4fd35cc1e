"""What the search page loads: the papers in parts, from the newest back.

A part holds papers in the order in which they came, so only the last one changes from day to day.
The newest papers have their abstracts in it. Parts are gzip, which the page itself unpacks, so it
does not matter what the web server does. The page finds words by the same rule that `fulltext`
asks SQLite for. Formulas stay TeX.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from daily_papers.papers.links import code_url
from daily_papers.papers.tex import without_commands
from daily_papers.site.data import SiteData, shown_day
from daily_papers.site.formulas import plain_text
from daily_papers.site.output import File, key_of

_PAPERS_A_PART = 2_500
#: The newest papers are searched by their abstracts too: at least so many.
_WITH_ABSTRACT = 10_000
INDEX = "search/index.json"


def search_index(data: SiteData) -> Iterator[File]:
    """The files of the index."""
    starts = range(0, len(data.ids), _PAPERS_A_PART)
    parts = [data.ids[start : start + _PAPERS_A_PART] for start in starts]
    listed = []
    newer = 0
    for number, ids in reversed([*enumerate(parts)]):
        has_abstracts = newer < _WITH_ABSTRACT
        newer += len(ids)
        listed.append({"file": f"{number}.bin", "papers": len(ids)})
        key = key_of(has_abstracts, [(id, data.traces[id].key, data.places.get(id)) for id in ids])
        part = partial(_part, data, ids[::-1], has_abstracts=has_abstracts)
        yield File(f"search/{number}.bin", key, part, data.came(ids[0])[0])
    keywords = [[topic.slug, plain_text(topic.name), f"{topic.path}.html"] for topic in data.topics]
    yield File.of(INDEX, _json({"keywords": keywords, "parts": listed}))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _part(data: SiteData, ids: Sequence[str], *, has_abstracts: bool) -> bytes:
    records = [_record(data, id, has_abstract=has_abstracts) for id in ids]
    # Without the time, so that the same papers are the same file. A higher level takes twice as
    # long, and saves a sixteenth.
    return gzip.compress(_json(records), compresslevel=4, mtime=0)


def _readable(text: str) -> str:
    """A text as people read it, but for its formulas, which stay TeX."""
    return without_commands(plain_text(text))


def _record(data: SiteData, id: str, *, has_abstract: bool) -> list[Any]:
    """One paper; templates/site/papers.js names the fields."""
    paper = data.stored(id).paper
    summary = data.summaries.get(paper.versioned_id)
    primary = paper.primary_category
    categories = dict.fromkeys((*filter(None, [primary]), *(paper.categories or ())))
    return [
        id,
        _readable(paper.title),
        [plain_text(author) for author in paper.authors or ()],
        _readable(paper.comment or ""),
        plain_text(" ".join(categories)),
        [topic.slug for topic in data.topics_of(id)],
        1 if paper.is_withdrawn else 0,
        data.places.get(id, ""),
        1 if code_url(paper) else 0,
        _readable(paper.abstract) if has_abstract else "",
        plain_text(summary.title or "") if summary else "",
        plain_text(summary.sentence) if summary else "",
        str(shown_day(paper)),
    ]
