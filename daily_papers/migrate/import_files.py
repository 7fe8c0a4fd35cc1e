"""`import`: what another tool published becomes records of the store.

What its files do not tell, such as authors, is unknown until a search completes it. All of it
counts as seen: readers had it from the tool that published it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random

from daily_papers.config import Keyword, load_config, parse_config
from daily_papers.config.slugs import slug_of
from daily_papers.errors import DailyPapersError
from daily_papers.init import new_files
from daily_papers.migrate import keywords_yaml, leftovers
from daily_papers.migrate.old_config import OldConfig, joined
from daily_papers.migrate.old_files import OldFiles, find_files
from daily_papers.migrate.published import Published, Unread
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
    """What an import did, what it left out and why, and what to do next; one sentence each."""

    done: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    #: Whether a file brought nothing, or a paper was lost.
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The papers by keyword."""

    #: By slug and identifier.
    papers: dict[str, dict[str, Paper]] = field(default_factory=lambda: defaultdict(dict))
    #: By file and topic, of those that have a keyword.
    ids: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    #: By file and topic, how many papers have no keyword.
    strangers: dict[tuple[str, str], int] = field(default_factory=dict)
    #: By file, what could not be read or has no topic.
    unread: dict[str, list[Unread]] = field(default_factory=dict)

    def left_out(self) -> list[str]:
        """All that is left out: of each cause the first, and how many more there are."""
        groups: dict[tuple[str, str], list[Unread]] = {}
        for each in (each for unread in self.unread.values() for each in unread):
            groups.setdefault((each.path, each.cause), []).append(each)
        strangers = [
            f"{path}: {name}: {plural(number, 'paper')} left out; write it into {KEYWORDS} as a "
            "keyword, then import again"
            for (path, name), number in self.strangers.items()
        ]
        return strangers + [
            str(first) + (f" (and {len(others):,} more like it)" if others else "")
            for first, *others in groups.values()
        ]


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
        shelf = _shelved(files.published, keywords)
        if not shelf.papers and not (config.says_something and imported.done):
            return _nothing(files, shelf)
        store = Draft(before)
        for keyword in (keyword for keyword in keywords if keyword.slug in shelf.papers):
            papers = shelf.papers[keyword.slug]
            _take(store, keyword, list(papers.values()), order.day)
            held = len(papers.keys() & store.members[keyword.slug])
            rest = f", of which the newest {held:,} are in its table" if held < len(papers) else ""
            imported.done.append(f"{keyword.name}: {plural(len(papers), 'paper')}{rest}")
        _remember_last_update(store, files.published, order.day)
        save_store(store.finish(), transaction)
        _place_tables(repository.root / README, order, files, shelf, transaction, imported)
        if order.in_place:
            _write_workflows(repository.root, transaction, draw, imported)
        imported.done.append(_sum(files.published, shelf, before.papers.keys() | before.news))
        imported.left_out += [*files.useless, *shelf.left_out()]
        brought = [path for path, ids in shelf.ids.items() if any(ids.values())]
        is_lost = any(each.lost for unread in shelf.unread.values() for each in unread)
        is_barren = files.useless or len(brought) < len(files.published)
        imported.is_partial = bool(is_lost or is_barren or shelf.strangers)
        named = {path for path, _ in shelf.strangers} | {p for p, un in shelf.unread.items() if un}
        finished = [path for path in brought if path not in named]
        finished += [each.path for each in files.configs if is_config_used and each.says_something]
        imported.advice += _leftovers(repository.root, finished)
        if not config.topics:
            imported.advice += keywords_yaml.poor_fits(keywords, shelf.papers)
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
    names = _names(files.published, config.categories)
    new = [name for name in names if (slug_of(name) or topic_key(name)) not in known]
    if not config.topics:
        new = new or list(config.categories)
    is_configured = bool(config.topics) or not names
    source = Path(config.path if is_configured else files.published[0].path).name
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


def _names(published: Sequence[Published], categories: Sequence[str]) -> list[str]:
    """The topics that are to be keywords: of all the categories of papers, only a few."""
    papers: dict[str, set[str]] = defaultdict(set)
    first: dict[str, str] = {}
    for section in (section for page in published for section in page.sections if section.name):
        name = first.setdefault(topic_key(section.name), section.name)
        papers[name].update(paper.id for paper in section.papers)
    rest = {name: ids for name, ids in papers.items() if keywords_yaml.is_category(name)}
    names = [name for name in papers if name not in rest]
    if rest and categories:
        return names + list(categories)
    while any(rest.values()):
        names.append(max(rest, key=lambda name: len(rest[name])))
        seen = rest[names[-1]]
        rest = {name: ids - seen for name, ids in rest.items()}
    return names


def _shelved(published: Sequence[Published], keywords: Sequence[Keyword]) -> _Shelf:
    """Give each paper to the keyword of its topic's name; one without a topic to those it fits."""
    named = {keyword.slug: keyword.slug for keyword in keywords}
    named |= {topic_key(keyword.name): keyword.slug for keyword in keywords}
    expressions = {keyword.slug: keyword.expression for keyword in keywords}
    shelf = _Shelf()
    for page in published:
        ids = shelf.ids[page.path]
        for section in page.sections:
            slug = named.get(topic_key(section.name)) or named.get(slug_of(section.name))
            of_slug = {slug: section.papers} if slug else {}
            if not section.name:
                matches = Matches(expressions, section.papers)
                of_slug = {slug: matches.of(slug) for slug in expressions}
            if slug or not section.name:
                ids[section.name] = {p.id for papers in of_slug.values() for p in papers}
            for slug, paper in ((slug, p) for slug, papers in of_slug.items() for p in papers):
                known = shelf.papers[slug].get(paper.id)
                shelf.papers[slug][paper.id] = _of_two_files(known, paper) if known else paper
        is_by_category = any(map(keywords_yaml.is_category, ids))
        stored = set[str]().union(*ids.values() if is_by_category else ())
        for section in (section for section in page.sections if section.name not in ids):
            if number := sum(paper.id not in stored for paper in section.papers):
                shelf.strangers[page.path, section.name] = number
        homeless = (r for r in page.taken if "" in r.topics and r.id not in ids.get("", ()))
        no_topic = (
            Unread(page.path, each.entry.line, each.entry.key, _NO_TOPIC, lost=1)
            for each in homeless
        )
        shelf.unread[page.path] = [*page.unread, *no_topic]
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


# --- the files ---------------------------------------------------------------------------------


def _place_tables(
    path: Path,
    order: Order,
    files: OldFiles,
    shelf: _Shelf,
    transaction: Transaction,
    imported: Imported,
) -> None:
    """Let README.md have a place for the tables; what is left out has other lines then."""
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise unwritable(path, error) from error
    if not path.exists():
        content = f"# {files.title}\n\n{BEGIN}\n{END}\n".encode()
        transaction.write_shared(README, content)
        imported.done.append(f"{path}: written, with our two markers")
    for page in files.published if order.in_place else ():
        if Path(page.path).resolve() == path.resolve():
            text, lines = replaced_with_markers(files.texts[page.path], page, shelf.ids[page.path])
            content = text.encode()
            transaction.write_shared(README, content)
            rows = (r for f in page.filed if not f.rows.line.is_ours for r in f.rows.rows)
            is_left = any(row.line in lines for row in rows)
            imported.done.append(
                f"{path}: our two markers stand in the place of its tables"
                + ("; what was not brought in stays in tables of its own" if is_left else "")
            )
            unread = [*rows_that_say_more(page), *shelf.unread[page.path]]
            if not order.dry_run:  # the file has other lines then
                unread = [replace(e, line=lines.get(e.line, e.line)) for e in unread]
            shelf.unread[page.path] = unread
    if BEGIN.encode() not in content:
        imported.advice.append(
            f"{path}: has no place for the tables yet; import again with --replace, or paste "
            f"{BEGIN} and {END} where they shall stand, each on a line of its own"
        )


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


def _nothing(files: OldFiles, shelf: _Shelf) -> Imported:
    """What to say where no paper is brought in: with our markers, all may have been before."""
    left_out = [*files.useless, *shelf.left_out()]
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


def _sum(published: Sequence[Published], shelf: _Shelf, known: Collection[str]) -> str:
    """What came of each row that was read; the numbers add up."""
    stored = {id for papers in shelf.papers.values() for id in papers}
    taken = [(row.id, page.path) for page in published for row in page.taken if row.id in stored]
    first = dict(reversed(taken))
    in_others = sum(first[id] != path for id, path in taken)
    rows = sum(page.rows for page in published)
    old = len(first.keys() & known)
    parts = (
        (old, "known already"),
        (in_others, "in another file too"),
        (len(taken) - len(first) - in_others, "in another row of the file too"),
        (rows - len(taken), "left out"),
    )
    begin = f"{plural(rows, 'row')} read, {plural(len(first) - old, 'paper')} stored"
    return ", ".join([begin, *(f"{number:,} {what}" for number, what in parts if number)])
