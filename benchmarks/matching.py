"""Matching one day's papers against 10 to 10,000 keywords: seconds and peak memory.

Run it from a checkout: ``python benchmarks/matching.py`` (made-up papers) or with ``--corpus FILE``
(JSON lines, gzip or not, with id, title, abstract, authors and categories). Each row runs in a
fresh process. Beside the matcher stands the plain way, one regular expression a phrase, which
knows no inflection.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate, islice
from operator import attrgetter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from daily_papers.papers.paper import Origin, Paper, folded
from daily_papers.query import syntax as query_syntax
from daily_papers.query.expression import (
    Author,
    Category,
    Expression,
    Field,
    Leaf,
    Operation,
    Operator,
    Phrase,
    all_of,
    any_of,
    query_words,
    without,
)
from daily_papers.query.matching import Matches

PAPERS = 2000
KEYWORDS = (10, 100, 1_000, 10_000)
CATEGORIES = ("cs.CV", "cs.LG", "cs.CL", "eess.IV", "stat.ML", "math.OC", "hep-th", "q-bio.NC")
SYLLABLES = re.findall("..", "baconfigruhinkelominetorprequrositaulvewo")
ENDINGS = ("", "", "s", "ing", "ed", "ation", "al")
SHORT = ["the", "of", "a", "and", "in", "to", "for", "we", "is", "on", "with", "that", "this"]


def made_up_papers(count: int) -> list[Paper]:
    """Papers whose words are about as frequent as in English (Zipf), and inflected."""
    source = random.Random(1)
    stems = SHORT + [
        "".join(source.choices(SYLLABLES, k=source.randint(2, 4))) for _ in range(20_000)
    ]
    weights = list(accumulate(1 / rank for rank in range(1, len(stems) + 1)))

    def text(length: int) -> str:
        chosen = source.choices(stems, cum_weights=weights, k=length)
        return " ".join(word + source.choice(ENDINGS) for word in chosen)

    def name() -> str:
        return " ".join(source.choice(SYLLABLES).title() for _ in range(3))

    return [
        Paper(
            id=f"2501.{number:05}",
            version=1,
            title=text(11),
            abstract=text(180),
            authors=tuple(name() for _ in range(5)),
            categories=tuple(source.sample(CATEGORIES, k=2)),
            origin=Origin.FEED,
        )
        for number in range(count)
    ]


def recorded_papers(path: Path, count: int) -> list[Paper]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, count)]
    return [
        Paper(
            id=record["id"],
            version=1,
            title=folded(record["title"]),
            abstract=folded(record["abstract"]),
            authors=tuple(record["authors"]),
            categories=tuple(record["categories"]),
            origin=Origin.FEED,
        )
        for record in records
    ]


def keywords(count: int, papers: list[Paper]) -> dict[str, Expression]:
    """70 % phrases, 20 % any and none of several, 10 % authors and raw queries.

    Half of the phrases stand in some paper of the day; the words of the others do as well, but
    not together, or not at all.
    """
    source = random.Random(2)
    texts = [re.findall(r"\w[\w-]*", f"{paper.title} {paper.abstract}") for paper in papers]
    names = [name for paper in papers for name in paper.authors or ()]

    def words() -> str:
        text, length = source.choice(texts), source.randint(1, 3)
        start = source.randrange(max(1, len(text) - length))
        found = text[start : start + length] or ["mri"]
        kind = source.random()
        if kind < 0.25:
            found.append(source.choice(source.choice(texts) or ["mri"]))
        elif kind < 0.5:
            found.append(f"word{source.randrange(100_000)}")
        return query_words(" ".join(found)) or "mri"

    def one(number: int) -> Expression:
        kind = number % 20
        if kind < 14:
            return plain(words())
        if kind < 18:
            return without(any_of(*(plain(words()) for _ in range(3))), plain(words()))
        if kind < 19:
            return Author(source.choice(names))
        query = f'(ti:"{words()}" OR abs:"{words()}") ANDNOT (abs:"{words()}" OR cat:cs.CV)'
        return query_syntax.parse(query)

    return {f"keyword-{number}": one(number) for number in range(count)}


def plain(text: str) -> Expression:
    join = any_of if " " in text else all_of
    return join(Phrase(Field.TITLE, text), Phrase(Field.ABSTRACT, text))


def by_matcher(asked: Mapping[str, Expression], papers: list[Paper]) -> int:
    matches = Matches(asked, papers)
    return sum(len(matches.of(slug)) for slug in asked)


def by_regular_expressions(asked: Mapping[str, Expression], papers: list[Paper]) -> int:
    return sum(sum(map(decider(expression), papers)) for expression in asked.values())


def decider(expression: Expression) -> Callable[[Paper], bool]:
    match expression:
        case Operation(Operator.AND, parts):
            every = [decider(part) for part in parts]
            return lambda paper: all(holds(paper) for holds in every)
        case Operation(Operator.OR, parts):
            some = [decider(part) for part in parts]
            return lambda paper: any(holds(paper) for holds in some)
        case Operation(_, (wanted, unwanted)):
            good, bad = decider(wanted), decider(unwanted)
            return lambda paper: good(paper) and not bad(paper)
        case _:
            return leaf_decider(expression)


def leaf_decider(leaf: Leaf) -> Callable[[Paper], bool]:
    match leaf:
        case Phrase(field, text):
            found = re.compile(rf"\b{re.escape(text)}\b", re.IGNORECASE).search
            where = attrgetter("title" if field is Field.TITLE else "abstract")
            return lambda paper: found(where(paper)) is not None
        case Author(name):
            return lambda paper: name in (paper.authors or ())
        case Category(name):
            return lambda paper: name in (paper.categories or ())


WAYS = {"matcher": by_matcher, "regular expressions": by_regular_expressions}


def peak_mib() -> float:
    """The most memory that this process has held; Linux counts in KiB, macOS in bytes."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measure(way: str, count: int, corpus: Path | None) -> str:
    """One row: what the interpreter, papers and keywords need is told apart."""
    interpreter = peak_mib()
    papers = recorded_papers(corpus, PAPERS) if corpus else made_up_papers(PAPERS)
    asked = keywords(count, papers)
    start = time.perf_counter()
    found = WAYS[way](asked, papers)
    seconds = time.perf_counter() - start
    return f"| {way} | {count:,} | {found:,} | {seconds:.2f} | {peak_mib() - interpreter:.0f} |"


def rows(corpus: Path | None, slow_up_to: int) -> Iterable[str]:
    yield "| way | keywords | matches | seconds | peak MiB above the interpreter |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for way in WAYS:
        for count in KEYWORDS:
            if way == "matcher" or count <= slow_up_to:
                yield in_fresh_process(way, count, corpus)


def in_fresh_process(way: str, count: int, corpus: Path | None) -> str:
    command = [sys.executable, __file__, "--way", way, "--keywords", str(count)]
    command += ["--corpus", str(corpus)] if corpus else []
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="JSON lines of real papers, gzip or not")
    parser.add_argument(
        "--slow-up-to", type=int, default=100, help="keywords for the plain way (default 100)"
    )
    parser.add_argument("--way", choices=WAYS, help="measure this way only, in this process")
    parser.add_argument("--keywords", type=int, default=KEYWORDS[-1], help="with --way")
    options = parser.parse_args()
    if options.way:
        print(measure(options.way, options.keywords, options.corpus))
    else:
        for row in rows(options.corpus, options.slow_up_to):
            print(row, flush=True)


if __name__ == "__main__":
    main()
