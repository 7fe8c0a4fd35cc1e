"""What `check` finds in a keywords.yaml that can be read, and how GitHub shows it.

Also how the file was at an earlier commit.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Final

from daily_papers.config import KEYWORDS, Config, ConfigError, Keyword, Problem, parse_config
from daily_papers.daily.liking import unreadable_libraries
from daily_papers.errors import DailyPapersError, UsageError
from daily_papers.github_actions import annotation
from daily_papers.papers.authors import name_key
from daily_papers.papers.paper import Paper
from daily_papers.query.expression import (
    Author,
    Category,
    Expression,
    Operation,
    Operator,
    Phrase,
    any_of,
    canonical,
    leaves,
)
from daily_papers.query.fulltext import stems_of
from daily_papers.query.matching import Matches
from daily_papers.query.request_line import term_too_long
from daily_papers.store.files import load_store
from daily_papers.text import one_line

#: A larger store is not read: `check` looks at files that anybody may have sent.
MOST_STORE_BYTES: Final = 20_000_000
_MOST_NAMES: Final = 3
#: So many people are looked for at most.
_MOST_PEOPLE: Final = 1_000
#: LeCun Y.; Zhang X.-Y.
_INITIALS_LAST: Final = re.compile(r"\A(.*\w{2}\S*) ((?:\w(?:\.|\b)[ -]?)+)\Z")
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
        _several_people(config),
        _unseen_authors(config, path.parent),
        () if since is None else _changed_endpoint(config, config_at(path.parent, since)),
    )
    yield from (Problem(name, line, doubt, "warning") for line, doubt in doubts)


def _same_searches(config: Config) -> Iterator[_Doubt]:
    """Warn about keywords that find the same as others, and phrases likewise."""
    keywords = [keyword for keyword in config.keywords if keyword.like is None]
    phrases = {
        leaf.text
        for keyword in keywords
        for leaf in leaves(keyword.expression)
        if isinstance(leaf, Phrase)
    }
    stems = stems_of(sorted(phrases))
    searches: dict[str, Keyword] = {}
    for keyword in keywords:
        expression = keyword.expression
        other = searches.setdefault(canonical(expression, stems.__getitem__), keyword)
        twice = _phrases_twice(expression, stems)
        if other is not keyword:
            twice = {keyword.name: f'"{other.name}" on line {other.line}'}
        for phrase, same in twice.items():
            rest = "endings, case and punctuation do not matter; remove one of the two"
            line = keyword.lines.get(phrase, keyword.line)
            yield line, f'keywords: "{phrase}" finds the same as {same}: {rest}'


def _phrases_twice(expression: Expression, stems: Mapping[str, str]) -> dict[str, str]:
    """Each phrase or name that finds the same as an earlier one in the same field, and that."""
    match expression:
        case Operation(Operator.ANDNOT, (wanted, excluded)):
            return _phrases_twice(wanted, stems) | _phrases_twice(excluded, stems)
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


def _several_people(config: Config) -> Iterator[_Doubt]:
    """Warn of a name that has no word or initial in common with the keyword's other names."""
    advice = "if these are several people, write a keyword for each"
    for keyword in (each for each in config.keywords if len(each.authors) > 1):
        keys = [name_key(spelling) for spelling in keyword.authors]
        for place, key in enumerate(keys):
            others = " ".join(keys[:place] + keys[place + 1 :]).split()
            if not any(_may_be_one(word, other) for word in key.split() for other in others):
                name = keyword.authors[place]
                line = keyword.lines.get(name, keyword.line)
                yield line, f'author: "{name}" is unlike the rest; {advice}'
                break


def _may_be_one(word: str, other: str) -> bool:
    return word in {other, other[0]} or word[0] == other


def _unseen_authors(config: Config, root: Path) -> Iterator[_Doubt]:
    """Warn of each author without a stored paper who may be spelled in another way.

    It is not a mistake, since perhaps none of the stored papers is by that person.
    """
    people = [keyword for keyword in config.keywords if keyword.authors][:_MOST_PEOPLE]
    papers = _stored_papers(root) if people else ()
    searches = {keyword.slug: any_of(*map(Author, keyword.authors)) for keyword in people}
    matches = Matches(searches, papers)
    similar: dict[tuple[str, str], list[str]] = defaultdict(list)
    for author in dict.fromkeys(name for paper in papers for name in paper.authors or ()):
        if words := name_key(author).split():
            similar[words[0][0], words[-1]].append(author)
    for keyword in people:
        spellings = [name_key(spelling).split() for spelling in keyword.authors]
        if matches.of(keyword.slug) or any(len(words) < 2 for words in spellings):
            continue
        # Some people write the surname first.
        pairs = [(words[0][0], words[-1]) for words in spellings]
        pairs += [(words[-1][0], words[0]) for words in spellings]
        found = (name for pair in pairs for name in similar[pair][:_MOST_NAMES])
        names = list(dict.fromkeys(found))
        turned = [_INITIALS_LAST.sub(r"\2 \1", name) for name in keyword.authors]
        written = " or ".join(f'"{spelling}"' for spelling in keyword.authors[:_MOST_NAMES])
        message = f"author: no stored paper is by {written}; "
        if names:
            message += "add the names that you mean of these: "
            yield keyword.line, f"{message}{', '.join(names[:_MOST_NAMES])}"
        elif turned := [name for name in turned if name_key(name).split() not in spellings]:
            yield keyword.line, f"{message}papers have initials first, as in {turned[0]}"


def _stored_papers(root: Path) -> Sequence[Paper]:
    """The papers; none if the store is too large, or damaged, as other commands say."""
    files = (root / "data").glob("**/*")
    if sum(file.stat().st_size for file in files) > MOST_STORE_BYTES:
        return ()
    with suppress(DailyPapersError):
        return [stored.paper for stored in load_store(root).papers.values()]
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
