"""What `check` finds in a keywords.yaml that can be read, and how GitHub shows it.

Also how the file was at an earlier commit.
"""

from __future__ import annotations

import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from itertools import chain, islice
from pathlib import Path
from typing import Final

from daily_papers.config import KEYWORDS, Config, ConfigError, Keyword, Problem, parse_config
from daily_papers.daily.liking import unreadable_libraries
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.github_actions import annotation
from daily_papers.papers.authors import holds_words, name_key
from daily_papers.query.expression import (
    Category,
    Expression,
    Field,
    Operation,
    Operator,
    Phrase,
    canonical,
    leaves,
)
from daily_papers.query.fulltext import stems_of
from daily_papers.query.request_line import term_too_long
from daily_papers.store.files import load_store
from daily_papers.text import one_line

#: A larger store is not read: `check` looks at files that anybody may have sent.
MOST_STORE_BYTES: Final = 20_000_000
_MOST_NAMES: Final = 3
#: So many people, and names for each, are compared at most.
_MOST_UNSEEN: Final = 100
_MOST_COMPARED: Final = 1_000
#: GitHub shows at most this many errors, and as many warnings, for each step.
_MOST_ANNOTATIONS: Final = 10


#: The line that it is about, and what to say.
_Doubt = tuple[int, str]


def check_keywords(config: Config, path: Path, since: str | None) -> Iterator[Problem]:
    """Find searches that are too long, and warn of what is probably not meant.

    With ``since``, also compare with that commit. Raises DailyPapersError.
    """
    name = str(path)
    yield from config.warnings
    for keyword in config.keywords:
        if problem := term_too_long(keyword.expression):
            yield Problem(name, keyword.line, f"{keyword.name}: {problem}")
    yield from unreadable_libraries(config.libraries, path)
    doubts = chain(
        _same_searches(config),
        _unseen_authors(config, path.parent),
        () if since is None else _changed_endpoint(config, config_at(path.parent, since)),
    )
    yield from (Problem(name, line, doubt, "warning") for line, doubt in doubts)


def _same_searches(config: Config) -> Iterator[_Doubt]:
    """Warn about keywords that find the same as others, and phrases likewise."""
    keywords = [keyword for keyword in config.keywords if keyword.like is None]
    stems = stems_of(sorted({p.text for each in keywords for p in _phrases(each.expression)}))
    searches: dict[str, Keyword] = {}
    for keyword in keywords:
        expression, line = keyword.expression, keyword.line
        other = searches.setdefault(canonical(expression, stems.__getitem__), keyword)
        excluded = dict.fromkeys(_excluded_phrases(expression, stems))
        twice = {} if excluded else _phrases_twice(expression, stems)
        if other is not keyword:
            twice = {keyword.name: f'"{other.name}" on line {other.line}'}
        for phrase, same in twice.items():
            rest = "endings, case and signs do not count; remove one of the two"
            yield line, f'keywords: "{phrase}" finds the same as {same}: {rest}'
        for phrase, unwanted in excluded:
            message = f'"{phrase}" finds nothing, since papers with "{unwanted}" are excluded'
            yield line, f"keywords: {message}"


def _phrases(expression: Expression) -> list[Phrase]:
    return [leaf for leaf in leaves(expression) if isinstance(leaf, Phrase)]


def _excluded_phrases(
    expression: Expression, stems: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Phrases that contain one which is excluded in title and abstract, and the latter."""
    match expression:
        case Operation(Operator.ANDNOT, (wanted, Operation(Operator.OR, parts))):
            texts = dict.fromkeys(phrase.text for phrase in _phrases(wanted))
            every = "\n".join(f" {stems[text]} " for text in texts)  # a search in all is fast
            phrases = [part for part in parts if isinstance(part, Phrase)]
            in_titles = [phrase.text for phrase in phrases if phrase.field is Field.TITLE]
            for other in in_titles:
                words = f" {stems[other]} "
                if words in every and Phrase(Field.ABSTRACT, other) in phrases:
                    yield from ((text, other) for text in texts if words in f" {stems[text]} ")
        case Operation(_, parts):
            for part in parts:
                yield from _excluded_phrases(part, stems)


def _phrases_twice(expression: Expression, stems: Mapping[str, str]) -> dict[str, str]:
    """Each phrase or name that finds the same as an earlier one in the same field, and that."""
    first: dict[str, str] = {}
    twice: dict[str, str] = {}
    for leaf in leaves(expression):
        if isinstance(leaf, Category):  # with another name, as arXiv shows both
            continue
        text = leaf.text if isinstance(leaf, Phrase) else leaf.name
        other = first.setdefault(canonical(leaf, stems.__getitem__), text)
        if other != text:
            twice[text] = f'"{other}"'
    return twice


def _unseen_authors(config: Config, root: Path) -> Iterator[_Doubt]:
    """Warn of each author without a stored paper, if stored papers have similar names.

    It is not a mistake, since perhaps none of the stored papers is by that person.
    """
    people = [keyword for keyword in config.keywords if keyword.authors]
    keys = {author: name_key(author) for author in _stored_authors(root)} if people else {}
    by_word: dict[str, list[str]] = defaultdict(list)
    for author, key in keys.items():
        for word in set(key.split()):
            by_word[word].append(author)
    unseen = (keyword for keyword in people if not _is_seen(keyword, keys, by_word))
    for keyword in islice(unseen, _MOST_UNSEEN):
        own_keys = [name_key(spelling) for spelling in keyword.authors]
        pairs = (
            (own, author)
            for own in own_keys
            for names in _sharing_a_word(own, by_word)
            for author in names
        )
        compared = islice(pairs, _MOST_COMPARED)
        similar = dict.fromkeys(author for own, author in compared if _alike(own, keys[author]))
        if similar and all(" " in own for own in own_keys):
            written = " or ".join(f'"{spelling}"' for spelling in keyword.authors[:_MOST_NAMES])
            message = f"author: no stored paper is by {written}; add the names that you mean of "
            yield keyword.line, f"{message}these: {', '.join(islice(similar, _MOST_NAMES))}"


def _sharing_a_word(own: str, by_word: Mapping[str, Sequence[str]]) -> list[Sequence[str]]:
    """The names with each of the words, those with the rarest first, which says most."""
    return sorted((by_word.get(word, ()) for word in own.split()), key=len)


def _is_seen(
    keyword: Keyword, keys: Mapping[str, str], by_word: Mapping[str, Sequence[str]]
) -> bool:
    """Whether a stored paper is by the keyword's person."""
    return any(
        holds_words(keys[author], own)
        for own in map(name_key, keyword.authors)
        for names in _sharing_a_word(own, by_word)[:1]
        for author in names
    )


def _alike(own: str, other: str) -> bool:
    """Whether names have one surname and initial, the same words, or nearly the same letters."""
    own_words, words = own.split(), other.split()
    if (own_words[-1] == words[-1] and own[0] == other[0]) or set(own_words) <= set(words):
        return True
    return bool(get_close_matches(own, [other], 1, 0.85))


def _stored_authors(root: Path) -> Iterable[str]:
    """Each author's name; none if the store is too large, or damaged, as other commands say."""
    files = (root / "data").glob("**/*")
    if sum(file.stat().st_size for file in files) > MOST_STORE_BYTES:
        return ()
    with suppress(DailyPapersError):
        papers = [stored.paper for stored in load_store(root).papers.values()]
        return dict.fromkeys(author for paper in papers for author in paper.authors or ())
    return ()


def _changed_endpoint(config: Config, earlier: Config | None) -> Iterator[_Doubt]:
    summaries = config.summaries
    known = earlier and earlier.summaries and earlier.summaries.endpoint
    if summaries and summaries.endpoint != known:
        message = f"endpoint: summaries would come from {summaries.endpoint}"
        before = f", not from {known}" if known else ""
        yield summaries.line, f"{message}{before}; merge this only if you trust it"


def config_at(root: Path, revision: str) -> Config | None:
    """The configuration of a commit; None if its file does not exist or is wrong.

    Raises DailyPapersError.
    """
    name = f"{revision}^{{commit}}"
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    if commit.returncode:
        reason = f"git finds no commit {revision!r} (a shallow clone may lack it)"
        if commit.stderr.startswith(b"fatal: "):  # there is no repository, or it is somebody else's
            reason = one_line(commit.stderr.decode(errors="replace").removeprefix("fatal: "))
        raise UsageError(f"--changed-since: {reason}")
    text = _git(root, "cat-file", "blob", f"{commit.stdout.decode().strip()}:./{KEYWORDS}")
    try:
        return None if text.returncode else parse_config(text.stdout, f"{KEYWORDS} at {revision}")
    except ConfigError:
        return None


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise DailyPapersError(f"git cannot be run: {error.strerror}") from error


def as_annotations(problems: Sequence[Problem]) -> Iterator[str]:
    """What GitHub shows at the lines of the files, and how many problems it would drop."""
    left: Counter[str] = Counter()
    for problem in problems:
        left[problem.severity] += 1
        if left[problem.severity] <= _MOST_ANNOTATIONS:
            place = {"file": problem.path, "line": problem.line}
            yield annotation(problem.severity, problem.message, **place)
    rest = sum(max(number - _MOST_ANNOTATIONS, 0) for number in left.values())
    if rest:
        yield f"and {rest:,} more; daily-papers check shows all of them"
