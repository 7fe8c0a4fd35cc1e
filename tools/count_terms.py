"""Counts in how many papers each term is: daily_papers/like/term_counts.txt.gz.

Run it from a checkout: ``python tools/count_terms.py FOLDER``, with a folder of JSON lines (gzip or
not) with title and abstract. Only terms of several papers are kept, and nothing of a text but its
words and pairs of words: no order, no paper, no author. benchmarks/relevance.py also ranks with
counts that leave out every paper that it judges, which shows that these do not give answers away.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from daily_papers.like.rank import terms

COUNTS = Path(__file__).parents[1] / "daily_papers" / "like" / "term_counts.txt.gz"
#: A word of fewer papers is as good as new; a pair says more, and there are many more of them.
LEAST_WORD, LEAST_PAIR = 4, 10


def texts(folder: Path) -> Iterable[str]:
    for path in sorted(folder.glob("*.jsonl*")):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                yield f"{record['title']}\n{record['abstract']}"


def counted(papers: Iterable[str]) -> str:
    """The file's text, as `terms.read_counts` reads it."""
    counts = Counter[str]()
    number = 0
    for text in papers:
        counts.update(set(terms(text)))
        number += 1
    kept = sorted(
        (-count, term)
        for term, count in counts.items()
        if count >= (LEAST_PAIR if " " in term else LEAST_WORD)
    )
    lines = [str(number)]
    for count, group in groupby(kept, key=lambda each: each[0]):
        lines += [f"={-count}", *(term for _, term in group)]
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    text = counted(texts(parser.parse_args().folder))
    COUNTS.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{text.count(chr(10)):,} lines, {COUNTS.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
