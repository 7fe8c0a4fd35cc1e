"""`import`: what another tool published becomes records of the store.

What its files do not tell, such as authors, is unknown until a search completes it. All of it
counts as seen: readers had it from the tool that published it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random

from daily_papers.config import KEYWORDS, Keyword, load_config, parse_config
from daily_papers.config.slugs import slug_of
from daily_papers.errors import DailyPapersError
from daily_papers.init import new_files
from daily_papers.migrate import keywords_yaml, leftovers
from daily_papers.migrate.cells import Entry
from daily_papers.migrate.names import topic_key
from daily_papers.migrate.old_config import OldConfig, joined
from daily_papers.migrate.old_files import OldFiles, Page, find_files
from daily_papers.migrate.pages import day_line
from daily_papers.migrate.replace_tables import replaced_with_markers
from daily_papers.papers.paper import Paper
from daily_papers.query.expression import to_arxiv
from daily_papers.query.matching import Matches
from daily_papers.render.readme import BEGIN, END
from daily_papers.render.templates import bundled_templates
from daily_papers.repository import README, Repository
from daily_papers.store.files import save_store
from daily_papers.store.store import Draft, KeywordState, News, Store, StoredPaper
from daily_papers.text import cut, plural
from daily_papers.transaction import Transaction, unwritable

#: What stands as the digest of a paper that another tool has told.
IMPORTED = "imported"
_MOST_OF_A_SCRIPT = 1_000_000
_NO_TOPIC = (
    "no heading, key or column with a word names the topic of this paper, and it fits no keyword; "
    "write a heading above it, like: ## magnetic resonance imaging"
)
_STAYS = (
    "this row stays, since it holds words that the stored paper has no place for; delete it if "
    "nobody needs them"
)
_Shelf = Mapping[str, dict[str, Paper]]


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
    """What an import did, what it left out and why, and what to do next; one sentence each."""

    done: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    #: Whether a file brought nothing, or a paper was lost.
    is_partial: bool = False


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
        before = repository.load_store()
        path = repository.root / KEYWORDS
        keywords = load_config(path).keywords if path.exists() else ()
        if not keywords or (not before.keywords and _are_the_example(keywords)):
            keywords = _new_keywords(path, files, config, transaction, imported)
        is_config_used = bool(imported.done and not imported.left_out)
        shelf = _shelved(files.pages, keywords, before)
        if not shelf and not (config.says_something and imported.done):
            return _nothing(files)
        store = Draft(before)
        for keyword in (keyword for keyword in keywords if keyword.slug in shelf):
            papers = shelf[keyword.slug]
            _take(store, keyword, list(papers.values()), order.day)
            held = len(papers.keys() & store.members[keyword.slug])
            rest = f", of which the newest {held:,} are in its table" if held < len(papers) else ""
            imported.done.append(f"{keyword.name}: {plural(len(papers), 'paper')}{rest}")
        _remember_last_update(store, files.pages, order.day)
        save_store(store.finish(), transaction)
        stays = _place_tables(repository.root, order, files, keywords, transaction, imported)
        if order.in_place:
            _write_workflows(repository.root, transaction, draw, imported)
        imported.done.append(_sum(files.pages, before.papers.keys() | before.news))
        imported.left_out += [*files.useless, *_left_out(files.pages, stays)]
        lost = any(page.lost for page in files.pages)
        barren = [page for page in files.pages if not page.stored]
        imported.is_partial = bool(lost or barren or files.useless)
        finished = [p.path for p in files.pages if not any(row.cause for row in p.rows)]
        used = [each for each in files.configs if is_config_used and each.says_something]
        finished += [each.path for each in used if not each.rest]
        imported.advice += _leftovers(repository.root, finished)
        imported.advice += [
            f"{each.path}: not brought in: {cut(', '.join(each.rest), 200)}; write into {KEYWORDS} "
            "what you need of it"
            for each in used
            if each.rest
        ]
        if not config.topics:
            imported.advice += keywords_yaml.poor_fits(keywords, shelf)
        if order.dry_run:
            imported.advice.append("nothing is written: this is what import does without --dry-run")
        else:
            transaction.commit()
            imported.advice.append(
                "next: daily-papers render shows the tables; daily-papers update completes them"
            )
    return imported


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
    known = {slug_of(topic.name) or topic_key(topic.name) for topic in config.topics}
    names = names_of(files.pages, config.categories)
    new = [name for name in names if (slug_of(name) or topic_key(name)) not in known]
    if not config.topics:
        new = new or list(config.categories)
    is_configured = bool(config.topics) or not names
    source = Path(config.path if is_configured else files.pages[0].path).name
    of_what = "topics" if is_configured else "headings"
    are_categories = not config.topics and all(map(keywords_yaml.is_category, names))
    text, left_out = keywords_yaml.write_keywords(
        [*config.topics, *map(keywords_yaml.topic_of_heading, new)],
        () if are_categories else config.categories,
        files.title,
        f"The {of_what} of {source}, as keywords.",
    )
    imported.left_out += [f"{source}: {sentence}" for sentence in left_out]
    if not text:
        return ()
    of_file = f" of {source}" if is_configured else ""
    imported.done.append(f"{path}: written, with the {of_what}{of_file} as keywords")
    transaction.write_shared(KEYWORDS, text.encode())
    return parse_config(text.encode(), KEYWORDS).keywords


def names_of(pages: Sequence[Page], categories: Sequence[str] = ()) -> list[str]:
    """The topics that are to be keywords: of all the categories of papers, only a few."""
    ids: dict[str, set[str]] = defaultdict(set)
    first: dict[str, str] = {}
    for entry in (e for page in pages for e in page.entries if e.paper or not e.cause):
        for topic in entry.topics:
            name = first.setdefault(topic_key(topic), topic)
            ids[name].update([entry.paper.id] if entry.paper else [])
    rest = {name: of_name for name, of_name in ids.items() if keywords_yaml.is_category(name)}
    names = [name for name in ids if name not in rest]
    if rest and categories:
        return names + list(categories)
    while any(rest.values()):
        names.append(max(rest, key=lambda name: len(rest[name])))
        seen = rest[names[-1]]
        rest = {name: of_name - seen for name, of_name in rest.items()}
    return names


def _slugs(keywords: Iterable[Keyword]) -> dict[str, str]:
    """The slugs of keywords by what topics may be called."""
    by_name = {topic_key(keyword.name): keyword.slug for keyword in keywords}
    return {keyword.slug: keyword.slug for keyword in keywords} | by_name


def _shelved(pages: Sequence[Page], keywords: Sequence[Keyword], before: Store) -> _Shelf:
    """The papers by slug and identifier; entries that find no keyword get a cause.

    A paper goes to the keywords that its topics name; one without a topic to those that it matches.
    """
    named = _slugs(keywords)
    expressions = {keyword.slug: keyword.expression for keyword in keywords}
    entries = [entry for page in pages for entry in page.entries if entry.paper]
    homeless = [entry.paper for entry in entries if entry.paper and not entry.topics]
    matches = Matches(expressions, homeless)
    fitting: dict[str, set[str]] = defaultdict(set)
    for slug in expressions if homeless else ():
        for paper in matches.of(slug):
            fitting[paper.id].add(slug)
    shelf: dict[str, dict[str, Paper]] = defaultdict(dict)
    for entry in entries:
        assert entry.paper
        found = (named.get(topic_key(t)) or named.get(slug_of(t)) for t in entry.topics)
        slugs = set(filter(None, found)) if entry.topics else fitting[entry.paper.id]
        if not slugs:
            entry.cause = _no_keyword(entry.topics[0]) if entry.topics else _NO_TOPIC
        for slug in slugs:
            known = shelf[slug].get(entry.paper.id)
            paper = joined_papers(known, entry.paper) if known else _as_known(entry.paper, before)
            shelf[slug][entry.paper.id] = paper
            is_other = paper.comment != entry.paper.comment and entry.paper.comment is not None
            entry.says_more |= is_other and paper.version == entry.paper.version
    stored = {id for papers in shelf.values() for id in papers}
    for entry in entries:
        if entry.cause == _NO_TOPIC and entry.paper and entry.paper.id in stored:
            entry.cause = ""  # it is in another row, too
    return shelf


def _no_keyword(name: str) -> str:
    return f"{name} is no keyword; write it into {KEYWORDS}, then import again"


def _as_known(paper: Paper, before: Store) -> Paper:
    """A paper with the comment that is stored already: a row with another one stays again."""
    stored = before.papers.get(paper.id)
    if stored is None or stored.paper.version != paper.version:
        return paper
    return replace(paper, comment=stored.paper.comment or paper.comment)


def joined_papers(one: Paper, other: Paper) -> Paper:
    """What two rows say of a paper: the higher version or else the first, with what it lacks."""
    better, rest = sorted((one, other), key=lambda paper: -paper.version)
    return replace(
        better,
        authors=better.authors or rest.authors,
        abstract=better.abstract or rest.abstract,
        comment=better.comment or rest.comment,
    )


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


def _remember_last_update(store: Draft, pages: Sequence[Page], day: date) -> None:
    """Let the tables go on saying of which day they are, until the first update."""
    if store.state.day is None and store.papers:
        lines = (day_line(page.blocks) for page in pages)
        days = [line.day for line in lines if line and line.day]
        newest = max(stored.paper.date for stored in store.papers.values())
        store.state = replace(store.state, day=min(max(days, default=newest), day))
        for slug, keyword in store.keywords.items():
            changed = keyword.changed or store.state.day
            store.keywords[slug] = replace(keyword, changed=changed)


# --- the files ---------------------------------------------------------------------------------


def _place_tables(
    root: Path,
    order: Order,
    files: OldFiles,
    keywords: Sequence[Keyword],
    transaction: Transaction,
    imported: Imported,
) -> list[tuple[str, Entry]]:
    """Let README.md have a place for the tables; return its rows that stay although stored.

    What is left out has other lines then.
    """
    path = root / README
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise unwritable(path, error) from error
    if not path.exists():
        content = f"# {files.title}\n\n{BEGIN}\n{END}\n".encode()
        transaction.write_shared(README, content)
        imported.done.append(f"{path}: written, with our two markers")
    stays: list[tuple[str, Entry]] = []
    for page in files.pages if order.in_place else ():
        if Path(page.path).resolve() != path.resolve():
            continue
        known = _slugs(keywords)
        topics = {b.topic for b in page.blocks if topic_key(b.topic) in known}
        text, moved = replaced_with_markers(page.text, page.blocks, topics)
        content = text.encode()
        transaction.write_shared(README, content)
        rows = [row for b in page.blocks if b.rows and not b.is_ours for row in b.rows]
        is_left = any(row.line in moved for row in rows)
        imported.done.append(
            f"{path}: our two markers stand in the place of its tables"
            + ("; what was not brought in stays in tables of its own" if is_left else "")
        )
        for row in page.entries if not order.dry_run else ():
            row.line = moved.get(row.line, row.line)
        told = (row for row in rows if row.paper and not row.cause and row.says_more)
        stays += [(page.path, replace(row, cause=_STAYS)) for row in told]
    if BEGIN.encode() not in content:
        imported.advice.append(
            f"{path}: has no place for the tables yet; import again with --replace, or paste "
            f"{BEGIN} and {END} where they shall stand, each on a line of its own"
        )
    return stays


def _write_workflows(
    root: Path, transaction: Transaction, draw: Random, imported: Imported
) -> None:
    for path, text in new_files(draw).items():
        if path in (README, KEYWORDS):
            continue
        if not (root / path).exists():
            transaction.write(path, text.encode())
            imported.done.append(f"{root / path}: written")
        elif path.endswith(".yml") and not leftovers.is_ours(_start_of(root / path)):
            imported.left_out.append(
                f"{path}: another workflow has this name; remove it, then run: daily-papers init"
            )


def _leftovers(root: Path, finished: Sequence[str]) -> tuple[str, ...]:
    """What of the tool that moved out is still here."""
    there = root.resolve()
    paths = [Path(path).resolve() for path in finished]
    inside = [path.relative_to(there).as_posix() for path in paths if path.is_relative_to(there)]
    found = (file for pattern in leftovers.PLACES for file in sorted(root.glob(pattern)))
    texts = {file.relative_to(root).as_posix(): _start_of(file) for file in found if file.is_file()}
    return leftovers.leftovers(texts, [path for path in inside if path != README])


def _start_of(file: Path) -> str:
    return file.read_bytes()[:_MOST_OF_A_SCRIPT].decode("utf-8", errors="replace")


# --- the sum -----------------------------------------------------------------------------------


def _left_out(pages: Sequence[Page], stays: Iterable[tuple[str, Entry]] = ()) -> Iterator[str]:
    """All that is left out: of each cause the first, and how many more there are."""
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    rows = [(page.path, row) for page in pages for row in page.rows if row.cause]
    for path, row in (*stays, *rows):
        groups[path, row.cause].append(row)
    for (path, cause), (row, *others) in groups.items():
        more = f" (and {len(others):,} more like it)" if others else ""
        example = f": {row.example}" if row.example else ""
        yield f"{path}:{row.line or f' {row.key}'}: {cause}{example}{more}"


def _nothing(files: OldFiles) -> Imported:
    """What to say where no paper is brought in: with our markers, all may have been before."""
    left_out = [*files.useless, *_left_out(files.pages)]
    marked = [page for page in files.pages if page.is_marked]
    if not marked or len(marked) < len(files.pages) or files.useless:
        raise NothingImportedError("\n".join(left_out) or "no paper in these files")
    sentence = "our two markers stand in it already, and no other paper: nothing to bring in"
    return Imported(
        done=[f"{page.path}: {sentence}" for page in marked],
        left_out=left_out,
        is_partial=any(page.lost for page in marked),
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
