"""`import`: the tables of a published digest README become records of the store.

What they do not tell, such as authors, is unknown until a search completes it. All of them count
as seen: readers had them from the tool that published them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from daily_papers.config import Keyword, load_config, parse_config
from daily_papers.errors import DailyPapersError
from daily_papers.files import Transaction, locked, unwritable
from daily_papers.importing import Published, read_published
from daily_papers.moving_over import (
    PLACES_OF_LEFTOVERS,
    keywords_yaml,
    leftovers,
    replaced_with_markers,
)
from daily_papers.query import to_arxiv
from daily_papers.rendering.region import decode_readme
from daily_papers.store import KeywordRecord, News, Store
from daily_papers.store_files import load_store, save_store

_KEYWORDS = "keywords.yaml"
#: What stands as the digest of a paper that another tool has told.
IMPORTED = "imported"


def bring_in(root: Path, readme: Path, *, day: date, replace: bool) -> tuple[str, ...]:
    """Store a README's papers; return what was done, one sentence each.

    Raises DailyPapersError where the file cannot be read or holds no table of papers.
    """
    with locked(root):
        text = _read(readme)
        published = read_published(text, str(readme))
        if not any(section.papers for section in published.sections):
            raise DailyPapersError(
                f"{readme}: no table of papers found; a table begins with the line "
                "| **Title** | **Date** | **Abstract** | **Comment** | below a heading"
            )
        transaction = Transaction(root)
        keywords, written = _keywords(root, published, transaction)
        store = load_store(root)
        sentences = list(_take(store, published, keywords, day))
        save_store(store, transaction)
        if replace:
            _replace(root, readme, replaced_with_markers(text, published), transaction)
        transaction.commit()
        return (*written, *sentences, *map(str, published.unread), *_leftovers(root))


def _read(readme: Path) -> str:
    try:
        return decode_readme(readme.read_bytes(), str(readme))
    except OSError as error:
        raise unwritable(readme, error) from error


def _keywords(
    root: Path, published: Published, transaction: Transaction
) -> tuple[tuple[Keyword, ...], tuple[str, ...]]:
    """The keywords that are there, or those of a new file that is made of the headings."""
    path = root / _KEYWORDS
    if path.exists():
        return load_config(path).keywords, ()
    content = keywords_yaml(published).encode()
    transaction.write_shared(_KEYWORDS, content)
    return parse_config(content, _KEYWORDS).keywords, (
        f"{path}: written, with the headings as keywords",
    )


def _take(
    store: Store, published: Published, keywords: tuple[Keyword, ...], day: date
) -> Iterator[str]:
    by_name = {keyword.name.casefold(): keyword for keyword in keywords}
    for section in published.sections:
        keyword = by_name.get(section.name.casefold())
        if keyword is None:
            yield (
                f"{published.path}: {section.name}: no keyword of this name in {_KEYWORDS}; "
                f"its {len(section.papers)} papers are left out"
            )
            continue
        if keyword.slug not in store.keywords:
            store.keywords[keyword.slug] = KeywordRecord(
                keyword.slug,
                keyword.name,
                to_arxiv(keyword.expression),
                max_papers=keyword.max_papers,
            )
        store.take(keyword.slug, section.papers, day=day, limit=keyword.max_papers)
        for paper in section.papers:
            told = store.news.get(paper.id)
            slugs = (*(told.keywords if told else ()), keyword.slug)
            store.news.setdefault(paper.id, News(paper.id, paper.version, day, slugs, IMPORTED))
        yield f"{section.name}: {len(section.papers)} papers"


def _replace(root: Path, readme: Path, text: str, transaction: Transaction) -> None:
    """Change the README with everything else where it is the repository's own."""
    try:
        path = readme.resolve().relative_to(root.resolve())
    except ValueError:
        raise DailyPapersError(
            f"{readme}: --replace changes a README of this repository only ({root})"
        ) from None
    transaction.write_shared(path.as_posix(), text.encode())


def _leftovers(root: Path) -> tuple[str, ...]:
    """What of the tool that moved out is still here."""
    files: dict[str, str] = {}
    for pattern in PLACES_OF_LEFTOVERS:
        for path in sorted(root.glob(pattern)):
            if path.is_file():
                text = path.read_bytes().decode("utf-8", errors="replace")
                files[path.relative_to(root).as_posix()] = text
    return leftovers(files)
