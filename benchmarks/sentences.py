"""Does the sentence that we choose say what the paper does? Read 100 of them and judge.

Run it from a checkout: ``python benchmarks/sentences.py FOLDER``, with a folder of JSON lines
(gzip or not) with id and abstract. It draws 100 papers, the same on each run, and prints each
identifier with its sentence. What a reader judged is in sentences.tsv: the identifier, a checksum
of the sentence, and "says" or "does not say". The totals come last. They count this draw's
verdicts, and only of sentences that are still the same.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from daily_papers.papers.sentence import key_sentence
from daily_papers.text import one_line

VERDICTS = Path(__file__).with_suffix(".tsv")
#: The seed of the verdicts. The rules were written with papers of other seeds; to judge other
#: rules, draw with a new one.
SEED = 2605


def abstracts(folder: Path) -> dict[str, str]:
    """Identifier and abstract of every paper of the folder's files."""
    found = {}
    for path in sorted(folder.glob("*.jsonl*")):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                found[record["id"]] = one_line(record["abstract"])
    return found


def is_first(abstract: str, sentence: str) -> bool:
    """Whether no sentence ends before this one, which may have lost its first words."""
    before = abstract[: abstract.find(sentence[1:40])]
    return not any(f"{end} " in before for end in ".!?")


def checksum(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()[:8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    papers = abstracts(options.folder)
    drawn = random.Random(options.seed).sample(sorted(papers), 100)
    start = time.process_time()
    chosen = {paper: key_sentence(papers[paper]) for paper in drawn}
    seconds = time.process_time() - start
    lines = [line.split("\t") for line in VERDICTS.read_text("utf-8").splitlines()]
    verdicts = {(paper, sentence): verdict for paper, sentence, verdict in lines}
    first = [paper for paper in drawn if is_first(papers[paper], chosen[paper])]
    for paper in drawn:
        place = "first" if paper in first else "later"
        print(f"{paper}\t{checksum(chosen[paper])}\t{place}\t{chosen[paper]}")
    keys = [(paper, checksum(chosen[paper])) for paper in drawn]
    judged = [verdicts[key] for key in keys if key in verdicts]
    print(f"says what the paper does: {judged.count('says')} of {len(judged)} judged")
    print(f"is the abstract's first sentence: {len(first)} of {len(drawn)}")
    print(f"longest: {max(map(len, chosen.values()))} characters")
    print(f"{seconds * 1000:.0f} ms of processor time for {len(drawn)} abstracts")


if __name__ == "__main__":
    main()
