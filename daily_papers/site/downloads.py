"""What other programs read: JSON and BibTeX for each keyword, BibTeX for each paper."""

from __future__ import annotations

import json
from collections.abc import Iterator

from daily_papers.exporting import Row, bibtex, jsonl
from daily_papers.papers.bibtex import bibtex_entry
from daily_papers.site.cards import bib_path
from daily_papers.site.library import Library, Topic


def downloads(library: Library) -> Iterator[tuple[str, bytes]]:
    """Every such file with its path."""
    for topic in library.topics:
        yield f"{topic.path}.json", _json(topic).encode(errors="replace")
        yield f"{topic.path}.bib", "".join(bibtex(_rows(topic))).encode(errors="replace")
    yield from _cited(library)


def _cited(library: Library) -> Iterator[tuple[str, bytes]]:
    """One entry a file: for every card's paper, also those that only a digest still has."""
    papers = {item.paper.id: item.paper for digest in library.digests for item in digest.items}
    papers |= {paper.id: paper for paper in library.papers}
    for paper in papers.values():
        known = library.store.known(paper.id) or paper
        yield bib_path(known), f"{bibtex_entry(known)}\n".encode(errors="replace")


def _rows(topic: Topic) -> Iterator[Row]:
    for paper in topic.papers:
        yield Row(topic.name, topic.slug, paper, topic.first_seen[paper.id])


def _json(topic: Topic) -> str:
    """The rows of `daily-papers export`, one a line, in one object."""
    papers = ",\n".join(line.rstrip("\n") for line in jsonl(_rows(topic)))
    name, slug = json.dumps(topic.name, ensure_ascii=False), json.dumps(topic.slug)
    return f'{{"keyword": {name}, "slug": {slug}, "papers": [\n{papers}\n]}}\n'
