"""Made-up papers for the demo, always the same ones, with revisions and cross-lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from daily_papers.papers.announcement import AnnounceKind, Announcement
from daily_papers.papers.paper import Origin, Paper

FIRST_DAY, LAST_DAY = date(2025, 12, 1), date(2026, 2, 9)
#: The person whom the demo follows, with both spellings of the name.
PERSON = ("José Núñez Ibáñez", "J. Núñez Ibáñez")
_PAPERS_A_DAY = 12
#: Identifiers are as far apart as on arXiv, where most papers are about something else.
_STEP = 97

_GIVEN = (
    "Ada", "Bruno", "Chiara", "Élodie", "Farid", "Grace", "Håkon", "Inês", "Kateřina", "Mei",
    "Paweł", "Søren", "Wanjiru",
)  # fmt: skip
_FAMILY = (
    "Abramsson", "Çelik", "Dvořák", "Fontaine", "García", "Kowalski", "Müller", "Ó'Neill", "Rossi",
    "Xu", "Zhang",
)  # fmt: skip
_SYSTEMS = ("GraphMix", "NeoFlow", "MagFormer", "SpecNet", "UniSeg", "OptDiff", "TransBench")
_SUBJECTS = ("heart", "knee", "fetal brain", "liver", "spine", "wrist", "placenta", "lung")
_MANNERS = (
    "in motion", "at low field", "without labels", "from {number} examples", "under noise",
    "across hospitals", "on a single chip", "with gaps",
)  # fmt: skip
_COMMENTS = (
    None,
    "12 pages, 5 figures",
    "Accepted at MICCAI 2026",
    "9 pages. Code: https://github.com/sandbox-lab/graphmix",
    "Submitted to IEEE TMI; supplementary material included",
)
_ENDINGS = (
    "On made-up data of the {subject} it needs {number} times fewer examples than earlier work.",
    "It lowers the error by {number} % at a cost of $O(n\\log n)$.",
    "An ablation shows that half of the gain comes from the data.",
)


@dataclass(frozen=True, slots=True)
class _Topic:
    categories: tuple[str, ...]
    titles: tuple[str, ...]
    abstract: str


_TOPICS = (
    _Topic(
        ("eess.IV", "physics.med-ph"),
        (
            "{system}: magnetic resonance imaging of the {subject} in {number} seconds",
            "MRI of the {subject} {manner}",
            "What {number} scanners say about MRI {manner}",
        ),
        "Magnetic resonance imaging (MRI) of the {subject} is slow. We introduce {system}, an MRI "
        "sequence that samples less and reconstructs more.",
    ),
    _Topic(
        ("cs.CV", "eess.IV"),
        ("{system} for medical imaging {manner}", "Medical imaging of the {subject}, {manner}"),
        "Medical imaging rarely comes with labels. This paper shows that {system} learns medical "
        "image analysis of the {subject} from reports alone.",
    ),
    _Topic(
        ("cs.LG", "stat.ML"),
        ("{system}: deeper graph neural networks {manner}", "Graph neural networks {manner}"),
        "Graph neural networks smooth too much. We propose {system}, whose {number} layers keep "
        "what is far apart, apart.",
    ),
    _Topic(
        ("cs.CV", "cs.LG"),
        ("A diffusion model of the {subject} {manner}", "{system}: diffusion models {manner}"),
        "Each diffusion model needs many steps. {system} needs {number}, and a diffusion model "
        "of half the size.",
    ),
    _Topic(
        ("stat.ME",),
        ("{system}: forecasts of {number} time series {manner}", "Time series {manner}"),
        "Time series have gaps. We find that {system} forecasts them without filling any.",
    ),
    _Topic(
        ("cs.CL",),
        (
            "Do language models read |tables| {manner}?",
            "{system} & friends: *small* language models {manner}",
        ),
        "We ask {number} language models to read tables. Few do.",
    ),
)


def listings() -> Mapping[date, Sequence[Announcement]]:
    """Everything that is announced, by day."""
    random, found = Random(2026), defaultdict[date, list[Announcement]](list)  # noqa: S311 - not a secret
    number, month = 0, 0
    for day in map(date.fromordinal, range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1)):
        if day.weekday() >= 5:
            continue
        if day.month != month:  # identifiers begin again
            number, month = 0, day.month
        for place in range(_PAPERS_A_DAY):
            number += random.randrange(1, _STEP)
            topic = _TOPICS[(place + day.toordinal()) % len(_TOPICS)]
            paper = _paper(topic, f"{day:%y%m}.{number:05}", day, random)
            found[day].append(Announcement(paper, AnnounceKind.NEW))
            if place == 0:
                later = day + timedelta(days=7)
                found[later].append(Announcement(_revised(paper, later), AnnounceKind.REPLACE))
    return found


def _paper(topic: _Topic, id: str, day: date, random: Random) -> Paper:
    number = random.randrange(3, 40)
    words = {
        "system": random.choice(_SYSTEMS),
        "number": number,
        "subject": random.choice(_SUBJECTS),
        "manner": random.choice(_MANNERS).format(number=number),
    }
    submitted = datetime.combine(day - timedelta(days=1), time(random.randrange(6, 18)), UTC)
    return Paper(
        id=id,
        version=1,
        title=random.choice(topic.titles).format_map(words),
        authors=_authors(random),
        abstract=" ".join((topic.abstract, random.choice(_ENDINGS))).format_map(words),
        comment=random.choice(_COMMENTS),
        primary_category=topic.categories[0],
        categories=topic.categories,
        published=submitted,
        updated=submitted,
        announced=day,
        origin=Origin.SEARCH,
    )


def _authors(random: Random) -> tuple[str, ...]:
    names = [
        f"{random.choice(_GIVEN)} {random.choice(_FAMILY)}" for _ in range(random.randrange(5))
    ]
    if random.random() < 0.1 or not names:
        names.append(random.choice(PERSON))
    return tuple(dict.fromkeys(names))


def _revised(paper: Paper, day: date) -> Paper:
    assert paper.updated is not None, "made here, with its date"
    return replace(
        paper,
        version=paper.version + 1,
        updated=paper.updated + timedelta(days=7),
        announced=day,
        comment=f"v{paper.version + 1}: minor corrections",
    )
