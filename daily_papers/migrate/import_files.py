"""`import`: what another tool published becomes records of the store.

What its files do not tell, such as authors, is unknown until a search completes it. All of it
counts as seen: readers had it from the tool that published it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random

from daily_papers.config import Keyword, load_config, parse_config
from daily_papers.config.slugs import slug_of
from daily_papers.errors import DailyPapersError
from daily_papers.init import new_files
from daily_papers.migrate.headings import lines_of
from daily_papers.migrate.keywords_yaml import (
    is_category,
    poor_fits,
    topic_of_heading,
    write_keywords,
)
from daily_papers.migrate.leftovers import PLACES_OF_LEFTOVERS, is_ours, leftovers
from daily_papers.migrate.old_config import OldConfig, joined
from daily_papers.migrate.old_files import OldFiles, find_files
from daily_papers.migrate.published import Published, Unread, read_page
from daily_papers.migrate.replace_tables import replaced_with_markers, rows_that_say_more
from daily_papers.migrate.topics import topic_key
from daily_papers.papers.paper import Paper, merge
from daily_papers.query.expression import to_arxiv
from daily_papers.query.matching import Matches
from daily_papers.render.readme import BEGIN, END
from daily_papers.render.templates import bundled_templates
from daily_papers.repository import KEYWORDS, README, Repository
from daily_papers.store.files import save_store
from daily_papers.store.store import Draft, KeywordState, News, StoredPaper
from daily_papers.text import plural
from daily_papers.transaction import Transaction, unwritable

#: What stands as the digest of a paper that another tool has told.
IMPORTED = "imported"
_NEXT = "next: daily-papers render shows the tables; daily-papers update completes them"
_MOST_OF_A_SCRIPT = 1_000_000
_NO_TOPIC = (
    "no heading, key or column with a word names the topic of this paper, and it fits no keyword; "
    "write a heading above it, like: ## magnetic resonance imaging"
)


class NothingImportedError(DailyPapersError):
    """The files hold nothing that can be brought in; nothing is changed."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be brought in, and how."""

    files: Sequence[Path]
    day: date
    #: Put our markers where the tables stood, and write the workflows.
    in_place: bool
    dry_run: bool


@dataclass(slots=True)
class Imported:
    """What an import did, one sentence each."""

    done: list[str] = field(default_factory=list)
    #: What could not be brought in, and why.
    left_out: list[str] = field(default_factory=list)
    #: What people may want to do next.
    advice: list[str] = field(default_factory=list)
    #: Whether a file brought nothing, or a paper was lost.
    is_partial: bool = False


@dataclass(slots=True)
class _Shelf:
    """The papers by keyword."""

    #: By slug and identifier.
    papers: dict[str, dict[str, Paper]] = field(default_factory=dict)
    #: By file and topic, of those that have a keyword.
    ids: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    #: How many papers of which file and topic have no keyword.
    strangers: list[tuple[str, str, int]] = field(default_factory=list)


def import_files(repository: Repository, order: Order, draw: Random) -> Imported:
    """Store the papers of the files, each with the keyword of its topic.

    Raises DailyPapersError where nothing can be brought in, or the README has our markers but not
    one pair of them.
    """
    with nullcontext() if order.dry_run else repository.locked():
        files = find_files(order.files, repository.root)
        imported = Imported()
        transaction = Transaction(repository.root)
        config = joined(files.configs)
        keywords = _keywords(repository, files, config, transaction, imported)
        is_config_used = bool(imported.done and not imported.left_out)
        shelf = _shelved(files.published, keywords)
        if not shelf.papers and not (config.says_something and imported.done):
            return _nothing(files, shelf)
        before = repository.load_store()
        store = Draft(before)
        for keyword in keywords:
            if keyword.slug in shelf.papers:
                _take(store, keyword, list(shelf.papers[keyword.slug].values()), order.day)
        _remember_last_update(store, files.published, order.day)
        save_store(store.finish(), transaction)
        imported.done += _counts(keywords, shelf, store)
        pages = _placed(repository, order, files, shelf, transaction, imported)
        if order.in_place:
            _write_workflows(repository.root, transaction, draw, imported)
        imported.done.append(_sum(files.published, shelf, before.papers.keys() | before.news))
        _say_what_is_left(files, pages, shelf, imported)
        finished = _finished(pages, shelf)
        if is_config_used:
            finished += [each.path for each in files.configs if each.says_something]
        imported.advice += _leftovers(repository.root, finished)
        if not config.topics:
            imported.advice += poor_fits(keywords, shelf.papers)
        if order.dry_run:
            imported.advice.append("nothing is written: this is what import does without --dry-run")
        else:
            transaction.commit()
            imported.advice.append(_NEXT)
    return imported


# --- keywords ----------------------------------------------------------------------------------


def _keywords(
    repository: Repository,
    files: OldFiles,
    config: OldConfig,
    transaction: Transaction,
    imported: Imported,
) -> tuple[Keyword, ...]:
    """The keywords that are there, or those of a new file, which may replace the example's."""
    path = repository.root / KEYWORDS
    if path.exists():
        keywords = load_config(path).keywords
        if repository.load_store().keywords or not _is_example(keywords):
            return keywords
    known = {slug_of(topic.name) or topic_key(topic.name) for topic in config.topics}
    names = _names(files.published, config.categories)
    headings = [
        topic_of_heading(name) for name in names if (slug_of(name) or topic_key(name)) not in known
    ]
    if not config.topics and not headings:
        headings = [topic_of_heading(category) for category in config.categories]
    is_configured = bool(config.topics) or not names
    source = Path(config.path if is_configured else files.published[0].path).name
    of_what = f"the topics of {source}" if is_configured else "the headings"
    titles = (page.title for page in files.published if page.title)
    text, left_out = write_keywords(
        [*config.topics, *headings],
        config.categories if config.topics or not all(map(is_category, names)) else (),
        next(titles, "Daily Papers"),
        f"The {'topics' if is_configured else 'headings'} of {source}, as keywords.",
    )
    imported.left_out += [f"{source}: {sentence}" for sentence in left_out]
    if not text:
        return ()
    imported.done.append(f"{path}: written, with {of_what} as keywords")
    transaction.write_shared(KEYWORDS, text.encode())
    return parse_config(text.encode(), KEYWORDS).keywords


def _names(published: Sequence[Published], categories: Sequence[str]) -> list[str]:
    """The topics that are to be keywords: of all the categories of papers, only a few."""
    papers: dict[str, set[str]] = {}
    first: dict[str, str] = {}
    for section in (section for page in published for section in page.sections if section.name):
        name = first.setdefault(topic_key(section.name), section.name)
        papers.setdefault(name, set()).update(paper.id for paper in section.papers)
    names = [name for name in papers if not is_category(name)]
    rest = {name: ids for name, ids in papers.items() if is_category(name)}
    if rest and categories:
        return names + list(categories)
    while rest and (most := max(rest, key=lambda name: len(rest[name]))) and rest[most]:
        names.append(most)
        seen = rest[most]
        rest = {name: ids - seen for name, ids in rest.items()}
    return names


def _is_example(keywords: Sequence[Keyword]) -> bool:
    """Whether these are the keywords that `init` writes as an example."""
    content = (bundled_templates() / "init" / KEYWORDS).read_bytes()
    example = parse_config(content, KEYWORDS).keywords
    return [k.expression for k in keywords] == [k.expression for k in example]


def _shelved(published: Sequence[Published], keywords: Sequence[Keyword]) -> _Shelf:
    """Give each paper to the keyword of its topic's name; one without a topic to those it fits."""
    named = {keyword.slug: keyword.slug for keyword in keywords}
    named |= {topic_key(keyword.name): keyword.slug for keyword in keywords}
    shelf = _Shelf()
    for page in published:
        ids = shelf.ids.setdefault(page.path, {})
        for section in page.sections:
            slug = named.get(topic_key(section.name)) or named.get(slug_of(section.name))
            if section.name and slug is None:
                continue
            pairs = (
                [(slug, p) for p in section.papers] if slug else _fitting(keywords, section.papers)
            )
            for keyword, paper in pairs:
                papers = shelf.papers.setdefault(keyword, {})
                known = papers.get(paper.id)
                papers[paper.id] = paper if known is None else _of_two_files(known, paper)
            ids[section.name] = {paper.id for _, paper in pairs}
        stored = set[str]().union(*ids.values()) if any(map(is_category, ids)) else set()
        for section in page.sections:
            number = sum(paper.id not in stored for paper in section.papers)
            if number and section.name not in ids:
                shelf.strangers.append((page.path, section.name, number))
    return shelf


def _of_two_files(known: Paper, other: Paper) -> Paper:
    """What two files say of a paper; of its version the links of many tools say nothing."""
    paper, rest = merge(known, other), other if other.version < known.version else known
    return replace(
        paper,
        authors=paper.authors or rest.authors,
        abstract=paper.abstract or rest.abstract,
        comment=paper.comment or rest.comment,
    )


def _fitting(keywords: Sequence[Keyword], papers: Sequence[Paper]) -> list[tuple[str, Paper]]:
    matches = Matches({keyword.slug: keyword.expression for keyword in keywords}, papers)
    return [(keyword.slug, p) for keyword in keywords for p in matches.of(keyword.slug)]


# --- the store ---------------------------------------------------------------------------------


def _take(store: Draft, keyword: Keyword, papers: Sequence[Paper], day: date) -> None:
    """Take papers into a keyword's table; one that readers have seen is no news any more."""
    if keyword.slug not in store.keywords:
        store.keywords[keyword.slug] = KeywordState(
            slug=keyword.slug,
            name=keyword.name,
            expression=to_arxiv(keyword.expression),
            max_papers=keyword.max_papers,
        )
    store.take(keyword.slug, papers, day)
    store.trim(keyword.slug, keyword.max_papers)
    for paper in papers:
        stored = store.papers.get(paper.id, StoredPaper(paper))
        news = stored.news or News(paper.version, min(paper.date, day), (), IMPORTED)
        if keyword.slug not in news.keywords:
            news = replace(news, keywords=(*news.keywords, keyword.slug))
        store.papers[paper.id] = replace(stored, news=news)


def _remember_last_update(store: Draft, published: Sequence[Published], day: date) -> None:
    """Let the tables go on saying of which day they are, until the first update."""
    if store.state.day is None and store.papers:
        days = [page.last_update for page in published if page.last_update is not None]
        newest = max(stored.paper.date for stored in store.papers.values())
        store.state = replace(store.state, day=min(max(days, default=newest), day))
        for slug, keyword in store.keywords.items():
            changed = keyword.changed or store.state.day
            store.keywords[slug] = replace(keyword, changed=changed)


def _counts(keywords: Sequence[Keyword], shelf: _Shelf, store: Draft) -> Iterator[str]:
    for keyword in keywords:
        ids = shelf.papers.get(keyword.slug, {}).keys()
        if ids:
            held = len(ids & store.members(keyword.slug))
            rest = f", of which the newest {held:,} are in its table" if held < len(ids) else ""
            yield f"{keyword.name}: {plural(len(ids), 'paper')}{rest}"


# --- the files ---------------------------------------------------------------------------------


def _placed(
    repository: Repository,
    order: Order,
    files: OldFiles,
    shelf: _Shelf,
    transaction: Transaction,
    imported: Imported,
) -> list[Published]:
    """Let README.md have a place for the tables; return the pages as they are on disk then."""
    path = repository.root / README
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise unwritable(path, error) from error
    if not path.exists():
        titles = (page.title for page in files.published if page.title)
        content = f"# {next(titles, 'Daily Papers')}\n\n{BEGIN}\n{END}\n".encode()
        transaction.write_shared(README, content)
        imported.done.append(f"{path}: written, with our two markers")
    pages = []
    for page in files.published:
        if order.in_place and path.exists() and Path(page.path).resolve() == path.resolve():
            text = replaced_with_markers(files.texts[page.path], page, shelf.ids[page.path])
            content = text.encode()
            transaction.write_shared(README, content)
            left = read_page(text, page.path)
            left = replace(left, unread=_on_new_lines(page.unread, files.texts[page.path], text))
            stays = any(not filed.rows.line.is_ours for filed in left.filed)
            imported.done.append(
                f"{path}: our two markers stand in the place of its tables"
                + ("; what was not brought in stays in tables of its own" if stays else "")
            )
            there = page if order.dry_run else left  # with the lines of the file that is there
            imported.left_out += _grouped(rows_that_say_more(there))
            pages.append(there)
        else:
            pages.append(page)
    if BEGIN.encode() not in content:
        imported.advice.append(
            f"{path}: has no place for the tables yet; import again with --replace, or paste "
            f"{BEGIN} and {END} where they shall stand, each on a line of its own"
        )
    return pages


def _on_new_lines(unread: Sequence[Unread], old: str, new: str) -> tuple[Unread, ...]:
    """What could not be read, which stays, with its lines in the new text."""
    old_lines = [line.text for line in lines_of(old)]
    new_lines = [line.text for line in lines_of(new)]
    moved: list[Unread] = []
    start = 0
    for each in unread:
        line = each.line
        with suppress(ValueError):  # it went with an emptied fold around it
            line = start = new_lines.index(old_lines[each.line - 1], start) + 1
        moved.append(replace(each, line=line))
    return tuple(moved)


def _write_workflows(
    root: Path, transaction: Transaction, draw: Random, imported: Imported
) -> None:
    for path, text in new_files(draw).items():
        if path in (README, KEYWORDS):
            continue
        if not (root / path).exists():
            transaction.write(path, text.encode())
            imported.done.append(f"{root / path}: written")
        elif path.endswith(".yml") and not is_ours(_start_of(root / path)):
            imported.left_out.append(
                f"{path}: another workflow has this name; remove it, then run: daily-papers init"
            )


def _finished(pages: Sequence[Published], shelf: _Shelf) -> list[str]:
    """The files of which all is brought in."""
    rest = {path for path, *_ in shelf.strangers} | {each.path for each in _unread(pages, shelf)}
    brought = (page.path for page in pages if any(shelf.ids[page.path].values()))
    return [path for path in brought if path not in rest]


def _leftovers(root: Path, finished: Sequence[str]) -> tuple[str, ...]:
    """What of the tool that moved out is still here."""
    there = root.resolve()
    paths = [Path(path).resolve() for path in finished]
    inside = [path.relative_to(there).as_posix() for path in paths if path.is_relative_to(there)]
    texts: dict[str, str] = {}
    for file in (file for pattern in PLACES_OF_LEFTOVERS for file in sorted(root.glob(pattern))):
        if file.is_file():
            texts[file.relative_to(root).as_posix()] = _start_of(file)
    return leftovers(texts, [path for path in inside if path != README])


def _start_of(file: Path) -> str:
    return file.read_bytes()[:_MOST_OF_A_SCRIPT].decode("utf-8", errors="replace")


# --- what is left out --------------------------------------------------------------------------


def _nothing(files: OldFiles, shelf: _Shelf) -> Imported:
    """What to say where no paper is brought in: with our markers, all may have been before."""
    left_out = [*files.useless, *_strangers(shelf), *_grouped(_unread(files.published, shelf))]
    marked = [page for page in files.published if page.has_markers]
    if not marked or len(marked) < len(files.published) or files.useless:
        raise NothingImportedError("\n".join(left_out) or "no paper in these files")
    left = "no other paper" + (" of a keyword" if shelf.strangers else "")
    sentence = f"our two markers stand in it already, and {left}: nothing to bring in"
    return Imported(
        done=[f"{page.path}: {sentence}" for page in marked],
        left_out=left_out,
        is_partial=bool(shelf.strangers),
    )


def _say_what_is_left(
    files: OldFiles, pages: Sequence[Published], shelf: _Shelf, imported: Imported
) -> None:
    unread = list(_unread(pages, shelf))
    lost = sum(each.lost for each in unread) + sum(number for *_, number in shelf.strangers)
    imported.left_out += [*files.useless, *_strangers(shelf), *_grouped(unread)]
    brought = {path for path, ids in shelf.ids.items() if any(ids.values())}
    barren = [page.path for page in files.published if page.path not in brought]
    imported.is_partial = bool(lost or files.useless or barren)


def _sum(published: Sequence[Published], shelf: _Shelf, known: Collection[str]) -> str:
    """What came of each row that was read; the numbers add up."""
    taken = {id for papers in shelf.papers.values() for id in papers}
    first: dict[str, str] = {}
    again: list[bool] = []
    for path, id in ((page.path, id) for page in published for id in page.ids if id in taken):
        if id in first:
            again.append(first[id] == path)
        first.setdefault(id, path)
    rows = sum(page.rows for page in published)
    old = len(first.keys() & known)
    parts = (
        (old, "known already"),
        (again.count(False), "in another file too"),
        (again.count(True), "in another row of the file too"),
        (rows - len(first) - len(again), "left out"),
    )
    stored = f"{plural(rows, 'row')} read, {plural(len(first) - old, 'paper')} stored"
    return ", ".join([stored, *(f"{number:,} {what}" for number, what in parts if number)])


def _strangers(shelf: _Shelf) -> Iterator[str]:
    for path, name, number in shelf.strangers:
        yield (
            f"{path}: {name}: {plural(number, 'paper')} left out; write it into {KEYWORDS} as a "
            "keyword, then import again"
        )


def _unread(pages: Sequence[Published], shelf: _Shelf) -> Iterator[Unread]:
    for page in pages:
        yield from page.unread
        stored = shelf.ids[page.path].get("", ())
        for line, names in page.sections_of.items():
            if "" in names and page.paper_of[line] not in stored:
                yield Unread(page.path, line, _NO_TOPIC, lost=1)


def _grouped(unread: Iterable[Unread]) -> Iterator[str]:
    """The first of each cause, and how many more there are."""
    groups: dict[tuple[str, str], list[Unread]] = {}
    for each in unread:
        groups.setdefault((each.path, each.cause), []).append(each)
    for first, *others in groups.values():
        yield str(first) + (f" (and {len(others):,} more like it)" if others else "")
