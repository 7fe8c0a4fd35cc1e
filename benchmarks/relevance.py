"""How early in its day is a paper that the reader cares about? Ours beside two peers' ways.

Run it from a checkout with the extra ``like``: ``python benchmarks/relevance.py FOLDER``, with a
folder of JSON lines (gzip or not) with id, listed (the day), title, authors and abstract.

A reader is an author with 8 to 40 papers; so that one name is one person, the first name has five
letters or more and the whole name 13 or more. The library is the author's first five papers. Every
later one is ranked among all papers of its day; names of authors are not used.

    mean cosine    TF-IDF of words, the mean of the cosines to the library
    linear SVM     TF-IDF of the 20,000 most frequent words and pairs of all papers, and a linear
                   SVM of the library against the day's papers
    ours           with the counts that come with the package
    ours, unseen   with counts from which every paper that is judged is left out
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from daily_papers.like.library import LikedPaper
from daily_papers.like.rank import rank, read_counts
from tools.count_terms import counted

LIBRARY = 5


@dataclass(frozen=True)
class Question:
    """Places of papers: a library, all papers of a day, and those that are the author's."""

    library: list[int]
    day: list[int]
    answers: list[int]


#: The score of each paper of the day, higher is closer.
Way = Callable[[Question], Sequence[float]]


def records(folder: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted(folder.glob("*.jsonl*")):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            found += map(json.loads, lines)
    return sorted(found, key=lambda record: (record["listed"], record["id"]))


def questions(papers: list[dict[str, Any]]) -> list[Question]:
    days, authors = defaultdict(list), defaultdict(list)
    for place, paper in enumerate(papers):
        days[paper["listed"]].append(place)
        for name in dict.fromkeys(paper["authors"]):
            authors[name].append(place)
    asked = []
    for name, places in authors.items():
        if 8 <= len(places) <= 40 and len(name) >= 13 and len(name.split()[0]) >= 5:
            later = defaultdict(list)
            for place in places[LIBRARY:]:
                later[papers[place]["listed"]].append(place)
            asked += [
                Question(places[:LIBRARY], days[day], answers) for day, answers in later.items()
            ]
    return sorted(asked, key=lambda question: question.day[0])


def mean_cosine(texts: list[str]) -> Way:
    matrix = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform(texts)

    def scores(question: Question) -> Sequence[float]:
        cosines = matrix[question.day] @ matrix[question.library].T
        return [float(score) for score in cosines.mean(axis=1).ravel().tolist()[0]]

    return scores


def linear_svm(texts: list[str]) -> Way:
    matrix = TfidfVectorizer(
        stop_words="english", sublinear_tf=True, ngram_range=(1, 2), max_features=20_000
    ).fit_transform(texts)

    def scores(question: Question) -> Sequence[float]:
        others = [place for place in question.day if place not in question.library]
        classifier = LinearSVC(C=0.1, class_weight="balanced", random_state=0)
        classifier.fit(
            matrix[question.library + others], [1] * len(question.library) + [0] * len(others)
        )
        return list(classifier.decision_function(matrix[question.day]))

    return scores


def ours(texts: list[str], left_out: frozenset[int]) -> Way:
    counts = None
    if left_out:
        others = (text for place, text in enumerate(texts) if place not in left_out)
        counts = read_counts(counted(others))

    def scores(question: Question) -> Sequence[float]:
        library = [LikedPaper(texts[place], "") for place in question.library]
        day = [texts[place] for place in question.day]
        ranks = rank(library, day, counts)
        return [-each.closeness if each else -len(day) - 1 for each in ranks]

    return scores


def measure(way: Way, asked: list[Question]) -> tuple[float, float]:
    """Mean reciprocal rank and recall at 10; of equals none comes before another."""
    ranks = list(_ranks(way, asked))
    found = sum(each <= 10 for each in ranks)
    return sum(1 / each for each in ranks) / len(ranks), found / len(ranks)


def _ranks(way: Way, asked: list[Question]) -> Iterator[int]:
    for question in asked:
        scores = dict(zip(question.day, way(question), strict=True))
        for answer in question.answers:
            yield 1 + sum(score > scores[answer] for score in scores.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    papers = records(parser.parse_args().folder)
    asked = questions(papers)
    texts = [f"{paper['title']}\n{paper['abstract']}" for paper in papers]
    judged = frozenset(answer for question in asked for answer in question.answers)
    ways = {
        "mean cosine": mean_cosine,
        "linear SVM": linear_svm,
        "ours": partial(ours, left_out=frozenset()),
        "ours, unseen": partial(ours, left_out=judged),
    }
    print(f"{sum(len(question.answers) for question in asked):,} papers ranked\n")
    print("| way | MRR | recall at 10 |\n| --- | ---: | ---: |")
    for name, way in ways.items():
        reciprocal, recall = measure(way(texts), asked)
        print(f"| {name} | {reciprocal:.3f} | {recall:.3f} |", flush=True)


if __name__ == "__main__":
    main()
