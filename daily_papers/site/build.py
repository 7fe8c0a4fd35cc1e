"""Build the website of a digest repository from its store, without network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from daily_papers.digests.digest import Digest
from daily_papers.digests.digest_file import read_digest
from daily_papers.repository import DIGESTS, Repository
from daily_papers.site.addresses import Addresses
from daily_papers.site.cards import Cards
from daily_papers.site.downloads import downloads
from daily_papers.site.feeds import feeds
from daily_papers.site.library import Library
from daily_papers.site.maths import Mathematician
from daily_papers.site.output import SiteFolder, Written
from daily_papers.site.pages import Pages, page_bytes
from daily_papers.site.search_index import search_index
from daily_papers.site.templates import SiteTemplates
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
        library = Library(config, repository.store_for(config), _digests(repository))
    mathematician = Mathematician()
    templates = SiteTemplates(repository.templates)
    files = site_files(library, mathematician, templates, addresses)
    written = SiteFolder(folder).write(files)
    note = None
    if not mathematician.knows_mathml:
        note = 'formulas are shown as TeX; for MathML: pip install "daily-papers[site]"'
    return Built(folder, written, note)


def site_files(
    library: Library,
    mathematician: Mathematician,
    templates: SiteTemplates,
    addresses: Addresses,
) -> Iterator[File]:
    """Every file of the website with its path, made one by one."""
    cards = Cards(library, mathematician)
    return chain(
        templates.static_files(),
        map(page_bytes, Pages(library, cards, templates).all()),
        feeds(library, addresses),
        downloads(library),
        search_index(library, cards, mathematician),
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
