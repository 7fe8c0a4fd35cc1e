"""`import`: the tables of a published digest README become records of the store.

What they do not tell, such as authors, is unknown until a search completes it. All of them count
as seen: readers had them from the tool that published them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from daily_papers.config import Keyword, load_config, parse_config
from daily_papers.config.slugs import slug_of
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.migrate.leftovers import PLACES_OF_LEFTOVERS, keywords_yaml, leftovers
from daily_papers.migrate.published.blocks import Table
from daily_papers.migrate.published_readme import Published, PublishedSection, read_published
from daily_papers.migrate.replace_tables import Stored, replaced_with_markers
from daily_papers.query.expression import to_arxiv
from daily_papers.render.readme import BEGIN, END, decode_readme, find_region
from daily_papers.store.files import load_store, save_store
from daily_papers.store.store import Draft, KeywordState, News, StoredPaper
from daily_papers.text import plural
from daily_papers.transaction import Transaction, locked, unwritable

_KEYWORDS = "keywords.yaml"
_README = "README.md"
#: What stands as the digest of a paper that another tool has told.
IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, one sentence each."""

    done: tuple[str, ...]
    #: What could not be brought in, and why.
    left_out: tuple[str, ...]
    #: What people may want to do next.
    advice: tuple[str, ...]


def import_readme(root: Path, readme: Path, *, day: date, in_place: bool) -> Imported:
    """Store a README's papers; ``in_place`` puts our markers where its tables stood.

    What is not brought in stays in the README, and is named.

    Raises DailyPapersError where the file cannot be read, holds no table of a keyword, or has our
    markers but not one pair of them.
    """
    with locked(root):
        text = _read(readme)
        published = read_published(text, str(readme))
        if published.has_a_marker:
            find_region(text, str(readme))  # what is between two markers is read in another way
        if not any(section.papers for section in published.sections):
            return _nothing_in(published)
        transaction = Transaction(root)
        keywords, written = _keywords(root, published, transaction)
        pairs, strangers = _pairs(published, keywords)
        if not pairs:
            return _no_keyword(published, strangers)
        store = Draft(load_store(root))
        stored = _take_all(store, pairs, day)
        _remember_last_update(store, published, day)
        save_store(store.finish(), transaction)
        if in_place:
            published, places = _replace(root, published, text, stored, transaction)
        else:
            places = _place(root, published, transaction)
        transaction.commit()
    return Imported(
        done=(*written, *(_taken(section, stored) for _, section in pairs), *places),
        left_out=(
            *strangers,
            *_pushed_out(published, pairs, stored),
            *map(str, published.unread),
        ),
        advice=(*_leftovers(root), *_next_steps(root)),
    )


def _read(readme: Path) -> str:
    try:
        return decode_readme(readme.read_bytes(), str(readme))
    except FileNotFoundError:
        raise UsageError(f"{readme}: no such file; give the README that was published") from None
    except OSError as error:
        raise unwritable(readme, error) from error


def _nothing_in(published: Published) -> Imported:
    """What to say of a README without a paper: with our markers, it was brought in before."""
    unread = tuple(map(str, published.unread))
    if published.has_markers:
        return _imported_before(published, "no other paper", unread)
    if unread:
        raise DailyPapersError("\n".join(unread))
    raise DailyPapersError(
        f"{published.path}: no table of papers found; a table begins with the line "
        "| **Title** | **Date** | **Abstract** | **Comment** | below a heading"
    )


def _no_keyword(published: Published, strangers: Sequence[str]) -> Imported:
    """What to say where no table is a keyword's: beside our markers, the others were brought in."""
    unread = tuple(map(str, published.unread))
    if not published.has_markers:
        raise DailyPapersError("\n".join((*strangers, *unread)))
    return _imported_before(published, "no other paper of a keyword", (*strangers, *unread))


def _imported_before(published: Published, left: str, left_out: tuple[str, ...]) -> Imported:
    sentence = f"our two markers stand in it already, and {left}: nothing to bring in"
    return Imported(done=(f"{published.path}: {sentence}",), left_out=left_out, advice=())


def _keywords(
    root: Path, published: Published, transaction: Transaction
) -> tuple[tuple[Keyword, ...], tuple[str, ...]]:
    """The keywords that are there, or those of a new file that is made of the headings."""
    path = root / _KEYWORDS
    if path.exists():
        return load_config(path).keywords, ()
    name = Path(published.path).name
    content = keywords_yaml(replace(published, path=name)).encode()
    transaction.write_shared(_KEYWORDS, content)
    return parse_config(content, _KEYWORDS).keywords, (
        f"{path}: written, with the headings as keywords",
    )


def _pairs(
    published: Published, keywords: Sequence[Keyword]
) -> tuple[list[tuple[Keyword, PublishedSection]], list[str]]:
    """The keyword of each section; and a sentence for each that has none."""
    named = {keyword.slug: keyword for keyword in keywords}
    named |= {keyword.name.casefold(): keyword for keyword in keywords}
    found, strangers = [], []
    for section in published.sections:
        keyword = named.get(section.name.casefold()) or named.get(slug_of(section.name))
        if keyword is not None:
            found.append((keyword, section))
        else:
            strangers.append(
                f"{published.path}: {section.name}: {plural(len(section.papers), 'paper')} left "
                f"out; write it into {_KEYWORDS} as a keyword, then import again"
            )
    return found, strangers


def _take_all(store: Draft, pairs: Sequence[tuple[Keyword, PublishedSection]], day: date) -> Stored:
    """Take the tables into the store, and tell what it holds of each now."""
    for keyword, section in pairs:
        _take(store, keyword, section, day)
    return {section.name: frozenset(store.members(keyword.slug)) for keyword, section in pairs}


def _take(store: Draft, keyword: Keyword, section: PublishedSection, day: date) -> None:
    """Take one table into the store; a paper that readers have seen is no news any more."""
    if keyword.slug not in store.keywords:
        store.keywords[keyword.slug] = KeywordState(
            slug=keyword.slug,
            name=keyword.name,
            expression=to_arxiv(keyword.expression),
            max_papers=keyword.max_papers,
        )
    store.take(keyword.slug, section.papers, day)
    store.trim(keyword.slug, keyword.max_papers)
    for paper in section.papers:
        stored = store.papers.get(paper.id, StoredPaper(paper))
        news = stored.news or News(paper.version, min(paper.date, day), (), IMPORTED)
        if keyword.slug not in news.keywords:
            news = replace(news, keywords=(*news.keywords, keyword.slug))
        store.papers[paper.id] = replace(stored, news=news)
        store.news.add(paper.id)


def _taken(section: PublishedSection, stored: Stored) -> str:
    number = sum(paper.id in stored[section.name] for paper in section.papers)
    return f"{section.name}: {plural(number, 'paper')}"


def _pushed_out(
    published: Published, pairs: Sequence[tuple[Keyword, PublishedSection]], stored: Stored
) -> Iterator[str]:
    """A sentence for each table that has more papers than its keyword may hold."""
    for keyword, section in pairs:
        number = sum(paper.id not in stored[section.name] for paper in section.papers)
        if number:
            yield (
                f"{published.path}: {section.name}: {plural(number, 'paper')} left out, older "
                f"than the {keyword.max_papers:,} that its max_papers allows; to have them, write "
                f"a higher one into {_KEYWORDS}, then import again"
            )


def _remember_last_update(store: Draft, published: Published, day: date) -> None:
    """Let the tables go on saying of which day they are, until the first update."""
    if store.state.day is None and published.last_update is not None:
        store.state = replace(store.state, day=min(published.last_update, day))
        for slug, keyword in store.keywords.items():
            changed = keyword.changed or store.state.day
            store.keywords[slug] = replace(keyword, changed=changed)


def _replace(
    root: Path, published: Published, text: str, stored: Stored, transaction: Transaction
) -> tuple[Published, tuple[str, ...]]:
    """Change the README with everything else, where it is the repository's own.

    What is left of it tells what could not be read, with the lines on which that stands now.
    """
    readme = Path(published.path)
    try:
        path = readme.resolve().relative_to(root.resolve())
    except ValueError:
        raise UsageError(
            f"{readme}: --replace changes a README of this repository only ({root})"
        ) from None
    replaced = replaced_with_markers(text, published, stored)
    transaction.write_shared(path.as_posix(), replaced.encode())
    left = read_published(replaced, published.path)
    stays = any(isinstance(block, Table) and not block.line.is_ours for block in left.blocks)
    return left, (
        f"{readme}: our two markers stand in the place of its tables"
        + ("; what was not brought in stays in tables of its own" if stays else ""),
    )


def _place(root: Path, published: Published, transaction: Transaction) -> tuple[str, ...]:
    """Make a place for the tables where there is no README at all."""
    if (root / _README).exists():
        return ()
    title = published.title or "Daily Papers"
    transaction.write_shared(_README, f"# {title}\n\n{BEGIN}\n{END}\n".encode())
    return (f"{root / _README}: written, with our two markers",)


def _leftovers(root: Path) -> tuple[str, ...]:
    """What of the tool that moved out is still here."""
    files: dict[str, str] = {}
    for pattern in PLACES_OF_LEFTOVERS:
        for path in sorted(root.glob(pattern)):
            if path.is_file():
                text = path.read_bytes().decode("utf-8", errors="replace")
                files[path.relative_to(root).as_posix()] = text
    return leftovers(files)


def _next_steps(root: Path) -> Iterator[str]:
    readme = (root / _README).read_bytes().decode("utf-8", errors="replace")
    if BEGIN not in readme:
        yield (
            f"{root / _README}: has no place for the tables yet; import again with --replace, or "
            f"paste {BEGIN} and {END} where they shall stand, each on a line of its own"
        )
    yield "next: daily-papers render shows the tables; daily-papers update completes them"
