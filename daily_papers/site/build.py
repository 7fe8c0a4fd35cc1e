"""Build the website of a digest repository from its store, without network."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import daily_papers
from daily_papers.config import KEYWORDS
from daily_papers.github_actions import Addresses
from daily_papers.repository import Repository
from daily_papers.site.data import SiteData
from daily_papers.site.feeds import Feeds, tag_of
from daily_papers.site.formulas import KNOWS_MATHML
from daily_papers.site.output import SiteFolder, Written, anchor, key_of
from daily_papers.site.pages import Pages, SiteTemplates
from daily_papers.site.rows import Rows
from daily_papers.site.search_index import search_index

SITE = "site"


def build_site(root: Path, output: Path | None, environ: Mapping[str, str]) -> Written:
    """Build into ``output``, or into the repository's site/. Raises DailyPapersError."""
    here = Addresses.of(environ)
    address = replace(here, site=here.site or here.pages)
    repository = Repository(root)
    gc.disable()  # much of the time would go to looking for garbage, of which there is hardly any
    with repository.locked():
        config = repository.load_config()
        store, summaries = repository.store_for(config), repository.load_summaries(config)
        data = SiteData(root, config, store, repository.digest_keys(), summaries)
    templates = SiteTemplates(repository.templates)
    site_key = key_of(_site_key(repository, data, templates), address)
    papers = {anchor(id): data.traces[id].key for id in store.papers}
    folder = SiteFolder(output or root / SITE, site_key, papers)
    rows = Rows(data, templates.render, folder)
    files = [
        *templates.static_files(),
        *Pages(data, rows, templates, address).files(),
        *Feeds(data, rows, templates.render, address.site, tag_of(address)).files(),
        *search_index(data),
    ]
    # What shows the same papers comes together, since they are read and written only once then.
    files.sort(key=lambda file: (file.time, file.path), reverse=True)
    written = folder.write(files)
    gc.enable()
    return written


def _site_key(repository: Repository, data: SiteData, templates: SiteTemplates) -> str:
    """Changes with what each page is made of: this program, the templates, the keywords."""
    sources = sorted(Path(daily_papers.__file__).parent.rglob("*.py"))
    program = [source.read_bytes() for source in sources]
    keywords = (repository.root / KEYWORDS).read_bytes()
    renamed = sorted(data.store.renamed)
    return key_of(program, templates.key, keywords, renamed, KNOWS_MATHML)
