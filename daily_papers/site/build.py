"""Build the website of a digest repository from its store, without network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from daily_papers.digests.digest import Digest
from daily_papers.digests.digest_file import read_digest
from daily_papers.export import Row, bibtex, jsonl
from daily_papers.papers.bibtex import bibtex_entry
from daily_papers.repository import DIGESTS, Repository
from daily_papers.site.cards import Cards, bib_path
from daily_papers.site.data import SiteData, Topic
from daily_papers.site.feeds import Addresses, feeds
from daily_papers.site.formulas import FormulaRenderer
from daily_papers.site.output import SiteFolder, Written
from daily_papers.site.pages import Pages, SiteTemplates, page_bytes
from daily_papers.site.search_index import search_index
from daily_papers.transaction import unwritable

KEYWORDS = "keywords.yaml"
SITE = "site"

File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Built:
    """What was built, and what people should know of it."""

    folder: Path
    written: Written
    note: str | None


def build_site(
    root: Path, output: Path | None, base_url: str | None, environ: Mapping[str, str]
) -> Built:
    """Build into ``output``, or into the repository's site/. Raises DailyPapersError."""
    addresses = Addresses.of(base_url, environ)
    folder = output or root / SITE
    repository = Repository(root)
    with repository.locked():
        config = repository.load_config()
        data = SiteData(config, repository.store_for(config), _digests(repository))
    formulas = FormulaRenderer()
    templates = SiteTemplates(repository.templates)
    files = site_files(data, formulas, templates, addresses)
    written = SiteFolder(folder).write(files)
    note = None
    if not formulas.knows_mathml:
        note = 'formulas are shown as TeX; for MathML: pip install "daily-papers[site]"'
    return Built(folder, written, note)


def site_files(
    data: SiteData,
    formulas: FormulaRenderer,
    templates: SiteTemplates,
    addresses: Addresses,
) -> Iterator[File]:
    """Every file of the website with its path, made one by one."""
    cards = Cards(data, formulas)
    return chain(
        templates.static_files(),
        map(page_bytes, Pages(data, cards, templates).all()),
        feeds(data, addresses),
        downloads(data),
        search_index(data, cards, formulas),
    )


def _digests(repository: Repository) -> Iterator[Digest]:
    root = repository.root
    for key in repository.digest_keys():
        path = f"{DIGESTS}/{key}.md"
        try:
            data = (root / path).read_bytes()
        except OSError as error:
            raise unwritable(root / path, error) from error
        yield read_digest(data, path)


def downloads(data: SiteData) -> Iterator[tuple[str, bytes]]:
    """Every such file with its path."""
    for topic in data.topics:
        yield f"{topic.path}.json", _json(topic).encode(errors="replace")
        yield f"{topic.path}.bib", "".join(bibtex(_rows(topic))).encode(errors="replace")
    yield from _cited(data)


def _cited(data: SiteData) -> Iterator[tuple[str, bytes]]:
    """One entry a file: for every card's paper, also those that only a digest still has."""
    papers = {item.paper.id: item.paper for digest in data.digests for item in digest.items}
    papers |= {paper.id: paper for paper in data.papers}
    for paper in papers.values():
        known = data.store.known(paper.id) or paper
        yield bib_path(known), f"{bibtex_entry(known)}\n".encode(errors="replace")


def _rows(topic: Topic) -> Iterator[Row]:
    for paper in topic.papers:
        yield Row(topic.name, topic.slug, paper, topic.first_seen[paper.id])


def _json(topic: Topic) -> str:
    """The rows of `daily-papers export`, one a line, in one object."""
    papers = ",\n".join(line.rstrip("\n") for line in jsonl(_rows(topic)))
    name, slug = json.dumps(topic.name, ensure_ascii=False), json.dumps(topic.slug)
    return f'{{"keyword": {name}, "slug": {slug}, "papers": [\n{papers}\n]}}\n'
