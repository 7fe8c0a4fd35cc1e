"""A digest repository: where its files are, and the one way to load and write them.

README.md's tables, a page for each keyword, the store and the digests change together or not at
all (`transaction`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from daily_papers.config import KEYWORDS, Config, Keyword, load_config
from daily_papers.errors import DailyPapersError, RegionError
from daily_papers.github_actions import GITHUB
from daily_papers.mail.digest import Digest, digest_order, is_key
from daily_papers.mail.morning import MorningSection, morning, news_items, people_of
from daily_papers.papers.announcement import NewsItem
from daily_papers.render.pages import PAGE_MARK, Table, render_pages
from daily_papers.render.readme import (
    BEGIN,
    END,
    Region,
    Tables,
    decode_readme,
    find_region,
    render_region,
)
from daily_papers.render.templates import A_LINK, TemplateError, Templates, links_in
from daily_papers.store.files import check_history, load_history, load_store, save_store
from daily_papers.store.reconcile import reconcile
from daily_papers.store.store import Store, StoredPaper
from daily_papers.store.summaries import (
    Summary,
    SummaryKey,
    readable_summaries,
    save_summaries,
    to_show,
)
from daily_papers.transaction import PRIVATE, Transaction, locked, paths_in, present

README = "README.md"
PAGES = "papers"
DIGESTS = "digests"
TEMPLATES = "templates"


@dataclass(frozen=True, slots=True)
class Repository:
    """A digest repository in a folder."""

    root: Path

    # --- reading -------------------------------------------------------------------------------

    @property
    def templates(self) -> Path | None:
        """The folder of the repository's own templates, if it has one. Raises TemplateError."""
        own = self.root / TEMPLATES
        if not own.is_dir():
            return None
        for path in links_in(own):
            raise TemplateError(f"{self.root / path}: {A_LINK}")
        return own

    def locked(self) -> AbstractContextManager[None]:
        """Lock the repository for one run, and first finish what a killed run left behind.

        Raises DailyPapersError if another run has locked it, or the folder is no repository.
        """
        if not any((self.root / path).exists() for path in (KEYWORDS, PRIVATE)):
            self.load_config()  # says what is missing, and leaves nothing in a wrong folder
        return locked(self.root)

    def load_config(self) -> Config:
        """Read keywords.yaml. Raises ConfigError."""
        return load_config(self.root / KEYWORDS)

    def load_store(self) -> Store:
        """Read what the last run stored. Raises StoreError."""
        return load_store(self.root)

    def load_history(self, store: Store) -> Mapping[str, StoredPaper]:
        """Read the papers that have left every table, by identifier. Raises StoreError."""
        history = load_history(self.root)
        check_history(store.news, {*history, *store.papers})
        return history

    def load_summaries(self, config: Config) -> Mapping[str, Summary]:
        """What a model says of papers, by versioned identifier, in the language of today.

        Nothing stops for a line that cannot be read: it is left out, with a warning.
        """
        if config.summaries is None:
            return {}
        return to_show(readable_summaries(self.root), config.summaries)

    def store_for(self, config: Config) -> Store:
        """The store with today's keywords, for everything that only shows it. Raises StoreError.

        Only the next update writes an edit of keywords.yaml to the store. What is shown follows the
        edit at once: a renamed keyword shows its papers, and a changed one those that match.
        """
        store = self.load_store()
        newest = max((stored.paper.date for stored in store.papers.values()), default=date.min)
        return reconcile(store, config.keywords, store.state.day or newest).store

    def readme(self) -> Region:
        """Read README.md, whose markers show where the tables go. Raises RegionError."""
        path = self.root / README
        content = present(path)
        if content is None:
            raise RegionError(
                f"{path}: no such file; create one with these two lines, each on a line of its own:"
                f" {BEGIN} and {END}"
            )
        return find_region(decode_readme(content, README), README)

    def digest_keys(self) -> list[str]:
        """The keys of the digests so far."""
        files = paths_in(self.root / DIGESTS, ".md")
        return [file.stem for file in files if is_key(file.stem)]

    # --- writing -------------------------------------------------------------------------------

    def publish(
        self, config: Config, store: Store, digest: Digest | None = None, *, server: str = GITHUB
    ) -> tuple[str, ...]:
        """Write the store and all that shows it; return the paths that changed.

        A digest's link to the tables leads to ``server``.
        """
        transaction = self.shown(config, store)
        save_store(store, transaction)
        if digest is not None:
            from daily_papers.mail.issue import digest_file  # noqa: PLC0415 - rarely needed

            transaction.write(f"{DIGESTS}/{digest.key}.md", digest_file(digest, server).encode())
        return transaction.commit()

    def publish_summaries(
        self,
        config: Config,
        known: Mapping[SummaryKey, Summary],
        digests: Iterable[str],
        *,
        server: str = GITHUB,
    ) -> tuple[str, ...]:
        """Write what a model said of papers, and all that shows it; return the paths that changed.

        ``digests`` are the keys of those that may still be changed.
        """
        from daily_papers.mail.digest import read_digest  # noqa: PLC0415
        from daily_papers.mail.issue import digest_file  # noqa: PLC0415

        summaries = to_show(known.values(), config.summaries)
        transaction = self.shown(config, self.store_for(config), summaries)
        save_summaries(known, transaction)
        for key in digests:
            path = f"{DIGESTS}/{key}.md"
            digest = read_digest((self.root / path).read_bytes(), path)
            items = tuple(summarized(digest.items, summaries))
            if items != digest.items:
                transaction.write(path, digest_file(replace(digest, items=items), server).encode())
        return transaction.commit()

    def rendered(self) -> Transaction:
        """README.md and the pages as the store and keywords.yaml want them now."""
        config = self.load_config()
        return self.shown(config, self.store_for(config))

    def shown(
        self, config: Config, store: Store, summaries: Mapping[str, Summary] | None = None
    ) -> Transaction:
        """README.md and the pages as they show a store, with the summaries that are kept.

        Raises DailyPapersError where somebody's own file has the name of a page.
        """
        summaries = self.load_summaries(config) if summaries is None else summaries
        texts = {id: summary.text for id, summary in summaries.items()}
        transaction = Transaction(self.root)
        templates = Templates(self.templates, config.columns, texts)
        tables = tables_of(config, store, summaries)
        sections = tables.sections
        region = self.readme()
        body = render_region(
            tables, templates, rest_bytes=region.rest_bytes, newline=region.newline
        )
        transaction.write_shared(README, region.filled(body).encode())
        paths = set()
        for section in sections:
            for path, page in render_pages(section, templates, title=config.title):
                self.check_page(path)
                transaction.write(path, page.encode())
                paths.add(path)
        for file in paths_in(self.root / PAGES, ".md"):
            path = f"{PAGES}/{file.name}"
            if path not in paths and PAGE_MARK.encode() in file.read_bytes():  # its keyword is gone
                transaction.delete(path)
        return transaction

    def check_page(self, path: str) -> None:
        """Raise DailyPapersError if a keyword's page would replace a file of somebody else."""
        file = self.root / path
        if file.is_file() and PAGE_MARK.encode() not in file.read_bytes():
            raise DailyPapersError(
                f"{file}: this is where a keyword's page goes, but the file is not from "
                f"daily-papers; move it, or give the keyword another slug in {KEYWORDS}"
            )


def summarized(items: Iterable[NewsItem], summaries: Mapping[str, Summary]) -> Iterator[NewsItem]:
    """News with a model's words instead of the authors' sentence, for each paper that has some."""
    for item in items:
        summary = summaries.get(item.paper.versioned_id)
        yield item if summary is None else replace(item, sentence=summary.text)


def tables_of(config: Config, store: Store, summaries: Mapping[str, Summary]) -> Tables:
    """What README.md shows: the tables in the order of keywords.yaml, and the day's news."""
    day = store.state.day
    in_order = tuple(item for part in morning_of(config, store) for item in part.items)
    new = Counter(slug for item in in_order for slug in item.keywords)
    news = store.news_of(day).values() if day else ()
    digests = {item.digest for item in news if is_key(item.digest)}
    return Tables(
        title=config.title,
        last_update=day,
        day_line=store.state.day_line,
        sections=tuple(_section(keyword, store, new[keyword.slug]) for keyword in config.keywords),
        new=tuple(summarized(in_order, summaries)) if summaries else in_order,
        digests=tuple(f"{DIGESTS}/{key}.md" for key in sorted(digests, key=digest_order)),
        site=store.state.site,
    )


def morning_of(config: Config, store: Store) -> tuple[MorningSection, ...]:
    """The news of the last listing day for the keywords of today, as they are read."""
    news = store.news_of(store.state.day) if store.state.day else {}
    slugs = {keyword.slug: keyword for keyword in config.keywords}
    items = news_items(
        [
            (store.papers[id].paper, [slug for slug in item.keywords if slug in slugs])
            for id, item in news.items()
            if not slugs.keys().isdisjoint(item.keywords)
        ],
        config.keywords,
        {id: item.closeness for id, item in news.items()},
        {id: item.place for id, item in news.items()},
    )
    return morning(items, slugs, dict(people_of(config.keywords)))


def _section(keyword: Keyword, store: Store, new: int) -> Table:
    state = store.keywords[keyword.slug]
    return Table(
        name=keyword.name,
        slug=keyword.slug,
        papers=store.table(keyword.slug),
        last_success=None if state.last_success == store.state.day else state.last_success,
        new=new,
        changed=state.changed,
        remark=store.remark(keyword.slug),
    )
