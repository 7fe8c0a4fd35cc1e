"""Everything that a digest repository shows, written from its store in one go.

README.md's tables, a page for each keyword, the store and the digests change together or not at
all (`files.Transaction`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from daily_papers.config import Config
from daily_papers.digests.digest import Digest, is_key
from daily_papers.errors import DailyPapersError, RegionError
from daily_papers.files import Transaction, unwritable
from daily_papers.rendering.pages import PAGE_MARK, render_page
from daily_papers.rendering.readme import render_region
from daily_papers.rendering.region import BEGIN, END, decode_readme, find_region, replace_region
from daily_papers.rendering.tables import Section, Tables
from daily_papers.rendering.templates import Templates
from daily_papers.store.store import Store
from daily_papers.store.store_files import save_store

README = "README.md"
PAGES = "papers"
DIGESTS = "digests"


@dataclass(frozen=True, slots=True)
class Publication:
    """Where it is published, and how."""

    root: Path
    config: Config
    templates: Templates

    @classmethod
    def of(cls, root: Path, config: Config) -> Publication:
        """Take the repository's own templates where it has any."""
        own = root / "templates"
        return cls(root, config, Templates(own if own.is_dir() else None))

    def publish(self, store: Store, digest: Digest | None = None) -> tuple[str, ...]:
        """Write the store and all that shows it; return the paths that changed."""
        transaction = Transaction(self.root)
        save_store(store, transaction)
        self.show(store, transaction)
        if digest is not None:
            from daily_papers.digests.issue import digest_file  # noqa: PLC0415 - rarely needed

            transaction.write(f"{DIGESTS}/{digest.key}.md", digest_file(digest).encode())
        return transaction.commit()

    def show(self, store: Store, transaction: Transaction) -> None:
        """Put README.md and the pages into the transaction."""
        sections = self.sections(store)
        transaction.write_shared(README, self._readme(store, sections))
        for section in sections:
            page = render_page(
                section,
                self.templates,
                title=self.config.title,
                last_update=store.keywords[section.slug].changed
                if section.slug in store.keywords
                else None,
            )
            transaction.write(section.page, page.encode())
        for path in self._orphans({section.page for section in sections}):
            transaction.delete(path)

    def sections(self, store: Store) -> tuple[Section, ...]:
        """The tables in the order of keywords.yaml."""
        day = store.state.day
        sections = []
        for keyword in self.config.keywords:
            record = store.keywords.get(keyword.slug)
            last = None if record is None else record.last_success
            sections.append(
                Section(
                    keyword.name,
                    keyword.slug,
                    store.table(keyword.slug),
                    last if last != day else None,
                )
            )
        return tuple(sections)

    def _readme(self, store: Store, sections: Sequence[Section]) -> bytes:
        readme = self.readme()
        region = find_region(readme, README)
        tables = Tables(self.config.title, store.state.day, store.state.day_line, tuple(sections))
        body = render_region(
            tables, self.templates, rest_bytes=region.rest_bytes, newline=region.newline
        )
        return replace_region(readme, body, README).encode()

    def readme(self) -> str:
        """Read README.md, whose markers say where the tables stand. Raises RegionError."""
        path = self.root / README
        try:
            return decode_readme(path.read_bytes(), README)
        except FileNotFoundError:
            raise RegionError(
                f"{path}: no such file; make one with these two lines, each on a line of its own:"
                f" {BEGIN} and {END}"
            ) from None
        except OSError as error:
            raise unwritable(path, error) from error

    def _orphans(self, pages: set[str]) -> list[str]:
        """Pages of keywords that are gone; a file that people put there is none of ours."""
        return [
            path
            for file in sorted((self.root / PAGES).glob("*.md"))
            if (path := f"{PAGES}/{file.name}") not in pages and PAGE_MARK in _content(file)
        ]


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise unwritable(file, error) from error


def digest_keys(root: Path) -> list[str]:
    """The keys of the digests that were written so far. Raises DailyPapersError."""
    if (root / DIGESTS).exists() and not (root / DIGESTS).is_dir():
        raise DailyPapersError(f"{root / DIGESTS}: not a folder; move it out of the way")
    return [file.stem for file in (root / DIGESTS).glob("*.md") if is_key(file.stem)]
