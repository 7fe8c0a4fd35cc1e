"""`import`: what another tool published becomes records of the store.

What its files do not tell, such as authors, is unknown until a search completes it. All of it
counts as seen: readers had it from the tool that published it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import SystemRandom

from daily_papers.config import KEYWORDS, Keyword, load_config, parse_config
from daily_papers.errors import DailyPapersError, StoreError
from daily_papers.init import check_readme, new_files
from daily_papers.migrate import keywords_yaml
from daily_papers.migrate.entry import Entry
from daily_papers.migrate.leftovers import is_ours, leftovers
from daily_papers.migrate.names import topic_key
from daily_papers.migrate.old_config import OldConfig, joined
from daily_papers.migrate.old_files import OldFiles, Page, find_files
from daily_papers.migrate.replace_tables import replaced_with_markers
from daily_papers.migrate.topics import (
    Shelf,
    names_of,
    prefer_categories,
    prefer_title,
    shelved,
    slugs_by_topic,
)
from daily_papers.render.readme import BEGIN, END, find_region
from daily_papers.render.templates import bundled_templates
from daily_papers.repository import README, Repository
from daily_papers.store.files import save_store
from daily_papers.store.reconcile import reconcile
from daily_papers.store.store import Draft, News, Store, StoredPaper
from daily_papers.text import plural
from daily_papers.transaction import Transaction, locked

#: What stands as the digest of a paper that another tool has told.
IMPORTED = "imported"
_ONLY_TOPICS = (
    "its topics, their phrases and its categories were imported, but nothing else, such as what "
    f"it excludes; compare {KEYWORDS} with it"
)


class NothingImportedError(DailyPapersError):
    """The files hold nothing that can be imported; nothing is changed."""

    exit_code = 3


@dataclass(slots=True)
class Imported:
    """What an import did, what it left out and why, and what to do next; one sentence each."""

    done: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    #: Whether a file brought nothing, or a paper was lost.
    is_partial: bool = False


def import_files(
    repository: Repository, named: Sequence[Path], day: date, *, in_place: bool, dry_run: bool
) -> Imported:
    """Store the papers of the files, each with the keyword of its topic, as first seen on a day.

    ``in_place`` puts our markers where the tables of README.md stood, and writes the workflows.
    Raises DailyPapersError where nothing can be imported, or the README has our markers but not
    one pair of them.
    """
    with nullcontext() if dry_run else locked(repository.root):
        files = find_files(named, repository.root)
        for page in (page for page in files.pages if page.is_marked):
            find_region(page.text, page.path)
        config = joined(files.configs)
        if config.categories and not config.topics:
            prefer_categories(files)
        imported = Imported()
        transaction = Transaction(repository.root)
        before = _store_of(repository)
        path = repository.root / KEYWORDS
        keywords = load_config(path).keywords if path.exists() else ()
        is_new = not keywords or (not before.keywords and _are_the_example(keywords))
        if is_new:
            imported.advice += filter(None, [None if config.topics else prefer_title(files)])
            keywords = _new_keywords(path, files, config, transaction, imported)
        shelf = shelved(files.pages, keywords, before)
        if not shelf and not (is_new and keywords and config.says_something):
            return _nothing(files, leftovers(repository.root, ()))
        save_store(_stored(before, keywords, shelf, day, imported), transaction)
        known = slugs_by_topic(keywords)
        _place_tables(files, known, transaction, imported, in_place=in_place)
        if in_place:
            _write_workflows(repository.root, transaction, imported)
        imported.done.append(_sum(files.pages, before.papers.keys() | before.news))
        imported.left_out += [*files.useless, *_left_out(files.pages)]
        rows = any(page.rows for page in files.pages)
        is_in_vain = rows and not any(page.stored for page in files.pages)
        lost = is_in_vain or any(page.lost for page in files.pages)
        imported.is_partial = bool(files.useless) or lost
        used = [each.path for each in files.configs if is_new and each.says_something]
        imported.advice += [f"{path}: {_ONLY_TOPICS}" for path in used]
        whole = (page for page in files.pages if not any(row.cause for row in page.rows))
        imported.advice += leftovers(repository.root, [*used, *(page.path for page in whole)])
        if not config.topics:
            imported.advice += keywords_yaml.poor_fits(keywords, shelf)
        if dry_run:
            imported.advice.append("nothing was written: import does this without --dry-run")
        else:
            transaction.commit()
            imported.advice.append(
                "next: daily-papers render shows the tables; daily-papers update completes them"
            )
    return imported


def _store_of(repository: Repository) -> Store:
    try:
        return repository.load_store()
    except StoreError as error:
        raise DailyPapersError(f"{error}; or move data/ away, if another tool made it") from error


# --- keywords ----------------------------------------------------------------------------------


def _are_the_example(keywords: Sequence[Keyword]) -> bool:
    """Whether these are the keywords that `init` writes as an example."""
    example = parse_config((bundled_templates() / "init" / KEYWORDS).read_bytes(), KEYWORDS)
    return [k.expression for k in keywords] == [k.expression for k in example.keywords]


def _new_keywords(
    path: Path,
    files: OldFiles,
    config: OldConfig,
    transaction: Transaction,
    imported: Imported,
) -> tuple[Keyword, ...]:
    """Write the old configuration's topics, and the other headings, as keywords."""
    names = names_of(files.pages, config.categories)
    topics = {topic_key(topic.name): topic for topic in config.topics}
    for name in names or ([] if topics else config.categories):
        topics.setdefault(topic_key(name), keywords_yaml.topic_of_heading(name))
    are_categories = not config.topics and all(map(keywords_yaml.is_category, names))
    is_configured = bool(config.topics) or not names
    source = f"the topics of {Path(config.path).name}" if is_configured else "the headings"
    text, left_out = keywords_yaml.write_keywords(
        list(topics.values()),
        () if are_categories else config.categories,
        files.title,
        source,
    )
    imported.left_out += [f"{path}: {sentence}" for sentence in left_out]
    if not text:
        return ()
    imported.done.append(f"{path}: written, with {source} as keywords")
    transaction.write_shared(KEYWORDS, text.encode())
    return parse_config(text.encode(), KEYWORDS).keywords


# --- the store ---------------------------------------------------------------------------------


def _stored(
    before: Store, keywords: Sequence[Keyword], shelf: Shelf, day: date, imported: Imported
) -> Store:
    """Take the papers into the tables; one that readers have seen is no news any more."""
    store = Draft(reconcile(before, keywords, day).store)
    newest = max(
        (paper.date for papers in shelf.values() for paper in papers.values()), default=day
    )
    last = before.state.day or min(newest, day)
    seen = last - timedelta(days=1)  # before the news that the README shows
    for keyword in (keyword for keyword in keywords if keyword.slug in shelf):
        papers = list(shelf[keyword.slug].values())
        store.take(keyword.slug, papers, day)
        store.trim(keyword.slug, keyword.max_papers)
        for paper in papers:
            stored = store.papers.get(paper.id, StoredPaper(paper))
            news = stored.news or News(paper.version, min(paper.date, seen), (), IMPORTED)
            if keyword.slug not in news.keywords:
                news = replace(news, keywords=(*news.keywords, keyword.slug))
            store.papers[paper.id] = replace(stored, news=news)
        held = len({paper.id for paper in papers} & store.members[keyword.slug])
        rest = f", of which the newest {held:,} are in its table" if held < len(papers) else ""
        imported.done.append(f"{keyword.name}: {plural(len(papers), 'paper')}{rest}")
    if store.state.day is None and store.papers:  # the tables say of which day they are
        store.state = replace(store.state, day=last)
        for slug, state in store.keywords.items():
            store.keywords[slug] = replace(state, changed=state.changed or store.state.day)
    return store.finish()


# --- the files ---------------------------------------------------------------------------------


def _place_tables(
    files: OldFiles,
    known: Collection[str],
    transaction: Transaction,
    imported: Imported,
    *,
    in_place: bool,
) -> None:
    """Let README.md have our markers ``in_place`` of its tables, or else at its end.

    What it was like stays beside it: nothing that people wrote to a paper is lost.
    """
    path = transaction.root / README
    if path.exists():
        content = path.read_bytes()
    else:
        check_readme(path.parent)
        content = f"# {files.title}\n\n{BEGIN}\n{END}\n".encode()
        imported.done.append(f"{path}: written, with the two markers")
    for page in files.pages:
        if not in_place or Path(page.path).resolve() != path.resolve():
            continue
        topics = {block.topic for block in page.blocks if topic_key(block.topic) in known}
        text = replaced_with_markers(page.text, page.blocks, topics)
        if text != page.text:
            page.path = kept = str(_keep(path, content, transaction))
            content = text.encode()
            imported.done.append(
                f"{path}: the two markers now replace its tables; {kept} is the old one"
            )
    has_place = BEGIN.encode() in content
    if not has_place and in_place:
        content = content.rstrip() + f"\n\n{BEGIN}\n{END}\n".encode()
        imported.done.append(f"{path}: the two markers are now at its end")
    elif not has_place:
        imported.advice.append(
            f"{path}: has no place for the tables yet; import again with --replace, or paste "
            f"{BEGIN} and {END} where they should be, each on a line of its own"
        )
    transaction.write_shared(README, content)


def _keep(path: Path, content: bytes, transaction: Transaction) -> Path:
    """Keep what a file was beside it, under a name that no other file has."""
    names = (f"{path.stem}.old{number or ''}{path.suffix}" for number in count())
    kept = next(each for name in names if not (each := path.with_name(name)).exists())
    transaction.write(kept.name, content)
    return kept


def _write_workflows(root: Path, transaction: Transaction, imported: Imported) -> None:
    for path, text in new_files(SystemRandom()).items():
        if path in (README, KEYWORDS):
            continue
        if not (root / path).exists():
            transaction.write(path, text.encode())
            imported.done.append(f"{root / path}: written")
        elif path.endswith(".yml") and not is_ours(root / path):
            imported.left_out.append(
                f"{path}: another workflow has this name; remove it, then run: daily-papers init"
            )


# --- the sum -----------------------------------------------------------------------------------


def _left_out(pages: Sequence[Page]) -> Iterator[str]:
    """All that is left out: of each cause the first, and how many more there are."""
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for page in pages:
        for row in (each for each in page.rows if each.cause):
            groups[page.path, row.cause].append(row)
    for (path, cause), (row, *others) in groups.items():
        more = f" (and {len(others):,} more like it)" if others else ""
        example = f": {row.example}" if row.example else ""
        yield f"{path}:{row.lines[0] if not row.key else f' {row.key}'}: {cause}{example}{more}"


def _nothing(files: OldFiles, advice: list[str]) -> Imported:
    """What to say when no paper is imported: if it has our markers, all may have been before."""
    left_out = [*files.useless, *_left_out(files.pages)]
    if not files.pages or files.useless or not all(page.is_marked for page in files.pages):
        raise NothingImportedError("\n".join(left_out) or "no paper in these files")
    sentence = "it already has the two markers, and no other paper: nothing to import"
    return Imported(
        done=[f"{page.path}: {sentence}" for page in files.pages],
        left_out=left_out,
        advice=advice,
        is_partial=any(page.lost for page in files.pages),
    )


def _sum(pages: Sequence[Page], known: Iterable[str]) -> str:
    """What came of each row that was read; the numbers add up."""
    stored = [row.paper.id for page in pages for row in page.stored if row.paper]
    rows = sum(len(page.rows) for page in pages)
    old = len(set(stored).intersection(known))
    parts = (
        (old, "known already"),
        (len(stored) - len(set(stored)), "in another row, too"),
        (rows - len(stored), "left out"),
    )
    begin = f"{plural(rows, 'row')} read, {plural(len(set(stored)) - old, 'paper')} stored"
    return ", ".join([begin, *(f"{number:,} {what}" for number, what in parts if number)])
