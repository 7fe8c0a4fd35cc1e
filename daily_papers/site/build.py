"""Build the website of a digest repository from its store, without network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from daily_papers.export import Row, bibtex, jsonl
from daily_papers.mail.digest import Digest
from daily_papers.mail.digest_file import read_digest
from daily_papers.papers.bibtex import bibtex_entry
from daily_papers.repository import DIGESTS, Repository
from daily_papers.site.cards import Cards, bib_path
from daily_papers.site.data import SiteData, Topic
from daily_papers.site.feeds import SiteAddress, feeds
from daily_papers.site.formulas import FormulaRenderer
from daily_papers.site.output import File, SiteFolder, Written
from daily_papers.site.pages import Pages, SiteTemplates
from daily_papers.site.search_index import search_index
from daily_papers.transaction import unwritable

SITE = "site"


@dataclass(frozen=True, slots=True)
class Built:
    """What was built, and what people should know about it."""

    folder: Path
    written: Written
    note: str | None


def build_site(
    root: Path, output: Path | None, base_url: str | None, environ: Mapping[str, str]
) -> Built:
    """Build into ``output``, or into the repository's site/. Raises DailyPapersError."""
    address = SiteAddress.of(base_url, environ)
    repository = Repository(root)
    with repository.locked():
        config = repository.load_config()
        data = SiteData(
            config,
            repository.store_for(config),
            repository.load_history(),
            _digests(repository),
        )
    formulas = FormulaRenderer()
    cards = Cards(data, formulas)
    templates = SiteTemplates(repository.templates)
    files = chain(
        templates.static_files(),
        Pages(data, cards, templates).files(),
        feeds(data, address),
        _downloads(data),
        search_index(data, formulas),
    )
    folder = output or root / SITE
    written = SiteFolder(folder).write(files)
    note = 'formulas are shown as TeX; for MathML: pip install "daily-papers[site]"'
    return Built(folder, written, None if formulas.knows_mathml else note)


def _digests(repository: Repository) -> Iterator[Digest]:
    for key in repository.digest_keys():
        path = f"{DIGESTS}/{key}.md"
        try:
            content = (repository.root / path).read_bytes()
        except OSError as error:
            raise unwritable(repository.root / path, error) from error
        yield read_digest(content, path)


def _downloads(data: SiteData) -> Iterator[File]:
    """JSON and BibTeX for each keyword, BibTeX for each paper."""
    for topic in data.topics:
        yield f"{topic.path}.json", _json(topic).encode(errors="replace")
        yield f"{topic.path}.bib", "".join(bibtex(_rows(topic))).encode(errors="replace")
    papers = {item.paper.id: item.paper for digest in data.digests for item in digest.items}
    papers |= {paper.id: paper for paper in data.papers}
    for paper in papers.values():  # also those that only a digest still has
        known = data.everything[paper.id].paper if paper.id in data.everything else paper
        yield bib_path(known), f"{bibtex_entry(known)}\n".encode(errors="replace")


def _rows(topic: Topic) -> Iterator[Row]:
    for paper in topic.papers:
        yield Row(topic.name, topic.slug, paper, topic.first_seen[paper.id])


def _json(topic: Topic) -> str:
    """The rows of `daily-papers export`, one on each line, in one object."""
    papers = ",\n".join(line.rstrip("\n") for line in jsonl(_rows(topic)))
    name, slug = json.dumps(topic.name, ensure_ascii=False), json.dumps(topic.slug)
    return f'{{"keyword": {name}, "slug": {slug}, "papers": [\n{papers}\n]}}\n'
